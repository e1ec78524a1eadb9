//! Why an index cannot be opened, read or written.

use std::io;
use std::path::{Path, PathBuf};

/// A failure, with the path that it concerns.
#[derive(Debug, thiserror::Error)]
#[error("{}: {kind}", path.display())]
pub struct Error {
    /// The index folder, or the file in it that is at fault.
    pub path: PathBuf,
    /// What is wrong; part of the message, so no source of its own.
    pub kind: ErrorKind,
}

/// What is wrong with an index.
#[derive(Debug, thiserror::Error)]
pub enum ErrorKind {
    /// The folder holds no index.
    #[error("there is no index here; `whosaid index` makes one")]
    Missing,
    /// Another process holds the writer lock.
    #[error("another `whosaid index` is already running on this index")]
    AlreadyRunning,
    /// Written by another version of the format.
    #[error(
        "the index has format {found}, this whosaid reads format {known}; `whosaid rebuild` writes it anew"
    )]
    Version {
        /// Format of the index.
        found: u32,
        /// Format of this build.
        known: u32,
    },
    /// A file is missing, cut short or changed.
    #[error("the index is damaged: {0}; `whosaid rebuild` writes it anew")]
    Damaged(String),
    /// The log of corrections cannot be read.
    #[error("{0}")]
    Corrections(String),
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A thread of the engine could not write; it does not tell why.
    #[error(
        "writing failed: is the disk full or failing? The index is as it was after its last commit"
    )]
    Unwritten,
    /// The engine refused.
    #[error(transparent)]
    Engine(tantivy::TantivyError),
}

impl From<tantivy::TantivyError> for ErrorKind {
    fn from(error: tantivy::TantivyError) -> Self {
        match error {
            tantivy::TantivyError::ErrorInThread(_) => Self::Unwritten,
            other => Self::Engine(other),
        }
    }
}

impl Error {
    /// An error about `path`.
    pub(crate) fn new(path: &Path, kind: impl Into<ErrorKind>) -> Self {
        Self {
            path: path.to_owned(),
            kind: kind.into(),
        }
    }
}

/// Attaches the path to a failure on the way up.
pub(crate) trait At<T> {
    /// The same result, its error about `path`.
    fn at(self, path: &Path) -> Result<T, Error>;
}

impl<T, E: Into<ErrorKind>> At<T> for Result<T, E> {
    fn at(self, path: &Path) -> Result<T, Error> {
        self.map_err(|kind| Error::new(path, kind))
    }
}
