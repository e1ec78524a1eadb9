//! From a [`Reading`](crate::article::Reading) to an index on disk, and back.
//!
//! An index is a folder: `segments/` holds what tantivy writes, `manifest.json` says what should be there. One document
//! stands for each statement and one for each article, told apart by a field, so that one person's name never meets
//! another person's words in a match. Everything in the folder can be rebuilt from the corpus.
//!
//! To sum it up: [`documents::of`] is pure and runs on any thread, one [`Writer`] takes what it makes,
//! [`open_reader`] reads it back, [`check`](check::check) tells whether it is whole.

mod analysis;
pub mod check;
pub mod documents;
mod error;
pub mod families;
mod groups;
mod hash;
mod known;
mod last_run;
mod manifest;
mod merging;
pub mod names;
pub mod people;
mod reader;
pub mod schema;
mod sketch;
mod storage;
pub mod stored;
mod tape;
mod writer;

pub use analysis::{Analyzer, Word, each_word, fold, words, words_of_stems};
pub use error::{Error, ErrorKind};
pub use groups::Groups;
pub use known::{FileRecord, Known, source_number};
pub use last_run::LastRun;
pub use manifest::{FileEntry, Manifest, SCHEMA_VERSION};
pub use reader::{IndexReader, open_reader};
pub(crate) use reader::{article, quotation, statement};
pub use storage::erase;
pub(crate) use storage::write_atomically;
pub use writer::{Committed, IndexedArticle, Put, Settings, Writer};
