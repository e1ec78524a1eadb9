//! Asking an index who said what.

mod answer;
mod distance;
pub mod query;
mod request;

pub use answer::{
    ANSWER_VERSION, Answer, ArticleHit, Copy, FacetCounts, FacetValue, Hint, Hit, Marked,
    SpeakerHit, StatementHit,
};
pub use request::{
    Facet, FacetRequest, Filter, MAX_FACET_VALUES, MAX_LIMIT, MAX_OFFSET, Request, Scope, Sort,
};

use std::path::Path;

use crate::index::{self, IndexReader};

/// Why a search failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The index cannot be read.
    #[error(transparent)]
    Index(#[from] index::Error),
    /// It took longer than the budget.
    #[error("the search took longer than {0} s and was given up; ask for something narrower")]
    TooSlow(u64),
}

/// An index, opened for questions. Cheap to clone; one for all threads.
#[derive(Clone, Debug)]
pub struct Searcher {
    reader: IndexReader,
}

impl Searcher {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// As [`index::open_reader`].
    pub fn open(dir: &Path) -> Result<Self, Error> {
        Ok(Self {
            reader: index::open_reader(dir)?,
        })
    }

    /// The index.
    #[must_use]
    pub fn index(&self) -> &IndexReader {
        &self.reader
    }
}
