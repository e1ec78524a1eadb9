//! From an [`Article`] to a [`Reading`]: who said what, about what, where and when.
//!
//! Pure: no I/O, no clock, no randomness; it cannot fail, and the same article always gives the same reading. The order
//! of the layers is the order of the calls in [`Reader::read`]; what one needs of another is in its arguments.

use crate::article::{Article, Reading};

pub mod clusters;
pub mod dates;
pub mod gazetteer;
pub mod lexicon;
pub mod model_file;
pub mod names;
pub mod people;
pub mod places;
pub mod quotes;
pub mod rules;
pub mod sentence;
pub mod speakers;
pub mod tagger;
pub mod token;
pub mod word_types;

/// How to read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// Only the first stage of the statement tagger: about twice as fast, less accurate.
    pub fast: bool,
    /// Shifts the tagger towards precision (positive) or recall (negative), in log odds; 0 is the balance it was tuned for.
    pub precision: f32,
}

impl Options {
    /// Names this code, its models and these options: two articles read under one name gave the same reading.
    #[must_use]
    pub fn fingerprint(self) -> String {
        let mut hash = blake3::Hasher::new();
        // Read here, not in a constant, which would copy the files into the binary once more.
        for model in [
            clusters::FILE,
            clusters::VECTORS,
            names::model::FILE,
            tagger::FILE,
            gazetteer::FILE,
        ] {
            hash.update(model);
        }
        format!(
            "{} {} {REVISION} {self:?}",
            env!("CARGO_PKG_VERSION"),
            &hash.finalize().to_hex()[..16]
        )
    }
}

/// Raised with every change of the code that changes a reading.
const REVISION: u32 = 16;

/// Buffers are kept for articles up to this length, in bytes: nearly all of them. Those of a long one are let go, or each
/// thread would keep room for the longest that it ever met.
const USUAL: usize = 16 << 10;

/// Reads articles. Holds the buffers of the layers, so keep one a thread.
#[derive(Debug, Default)]
pub struct Reader {
    options: Options,
    names: names::Finder,
    tagger: tagger::Tagger,
}

impl Reader {
    /// A reader with empty buffers. The models, and what they made of words so far, are shared: loaded once a process.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Uses a statement model of one's own instead of the built-in one.
    pub fn set_model(&mut self, model: std::sync::Arc<tagger::StatementModel>) {
        self.tagger = tagger::Tagger::with_model(model);
    }

    /// Reads one article.
    #[must_use]
    pub fn read(&mut self, article: &Article) -> Reading {
        let tokens = sentence::split(&article.text);
        let marks = lexicon::marks(&tokens);
        let quotes = quotes::regions(&tokens);
        let mut names = self.names.find(&tokens);
        people::claim(&tokens, &marks, &mut names);
        places::claim(&tokens, &mut names);
        let places = places::resolve(article, &tokens, &names);
        let dates = dates::find(&tokens, &article.head, article.published.map(|p| p.date));
        let mut people = people::resolve(&tokens, &marks, &quotes, &names);
        let attributions = rules::combine(
            &tokens,
            &marks,
            &quotes,
            self.tagger.attributions(&tokens, &quotes, self.options),
            rules::attributions(&tokens, &marks, &quotes, &names),
            self.options.precision,
        );
        let known = speakers::Known {
            article,
            tokens: &tokens,
            marks: &marks,
            quotes: &quotes,
            people: &people,
            places: &places,
            dates: &dates,
        };
        let statements = speakers::resolve(known, attributions);
        people.note_first_person(&tokens, &marks, &quotes, &statements);
        if article.text.len() > USUAL {
            self.names.let_go();
            self.tagger.let_go();
        }
        Reading {
            sentences: tokens
                .sentences
                .iter()
                .map(|r| tokens.span(r.clone()))
                .collect(),
            paragraphs: tokens
                .paragraphs
                .iter()
                .map(|r| tokens.span(r.clone()))
                .collect(),
            people: people.people,
            organisations: people.organisations,
            places: places.places,
            dateline: places.dateline,
            dates,
            statements,
        }
    }
}
