//! Files and streams to articles: walk, unpack, decode, repair, and one file per format.
//!
//! [`walk`] turns what the user named into a sorted list of [`Source`]s, [`read`] turns one source into articles. Neither
//! fails: what cannot be taken comes back as [`Skipped`], with a sentence that says why, and everything beside it is
//! read. Nothing here panics on bytes that it did not expect, and nothing holds a whole file of many articles in memory.
//!
//! The bytes of an article's text are never tidied. They are decoded, repaired where they are provably damaged (see
//! [`repair`]), and from then on frozen; [`Article::map`] leads from each byte of the text to the bytes of the file. For a
//! packed file those are the bytes after unpacking.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::article::{Article, Skipped};
use crate::date::PartialDate;

mod archive;
mod bundle;
mod byline;
mod csv;
mod decode;
mod docx;
mod draft;
mod feed;
mod field;
mod format;
mod gzip;
mod head;
mod html;
mod json;
mod language;
mod lines;
mod mail;
mod markdown;
mod meter;
mod open;
mod pdf;
mod pieces;
mod plain;
pub mod repair;
mod stamp;
mod walk;
mod warc;
mod wire;
mod written;
mod xml;

pub use field::Field;
pub use format::Format;
pub use meter::Meter;
#[cfg(feature = "pdf")]
pub use pdf::answer as answer_pdf;
pub use stamp::{digest, stat};
pub use walk::{IGNORE_FILE, walk};

/// What the user asked of ingest.
#[derive(Clone, Debug)]
pub struct Options {
    /// Publication date of articles that do not say their own.
    pub published: Option<PartialDate>,
    /// Outlet of articles that do not say their own.
    pub outlet: Option<String>,
    /// May the name of the folder stand for an outlet that is told nowhere else?
    pub outlet_from_folder: bool,
    /// Mend damaged text? Off leaves it as it was decoded.
    pub repair: bool,
    /// Longest article taken, in bytes of its record (a line, a file that is one article).
    pub max_article_bytes: usize,
    /// Names of columns and members that stand for a field, as in `--map title=headline`; they come before the usual ones.
    pub columns: Vec<(Field, String)>,
    /// Most bytes that a packed file may unpack to.
    pub max_decoded_bytes: u64,
    /// Counts what is read off the disk.
    pub meter: Option<Meter>,
    /// The `whosaid` program, which reads PDF documents in a process of its own; without it they are skipped. Needs the
    /// feature `pdf`.
    pub pdf_reader: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            published: None,
            outlet: None,
            outlet_from_folder: false,
            repair: true,
            max_article_bytes: 8 << 20,
            columns: Vec::new(),
            max_decoded_bytes: 64 << 30,
            meter: None,
            pdf_reader: None,
        }
    }
}

impl Options {
    /// Names everything that these options decide: two readings of one file under one name gave the same articles.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let options = Self {
            meter: None,
            // Whether there is one decides, not where it lies.
            pdf_reader: self.pdf_reader.as_ref().map(|_| PathBuf::new()),
            ..self.clone()
        };
        format!("{} {options:?}", String::from_utf8_lossy(draft::READING))
    }
}

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it is; `-` for standard input.
    pub path: PathBuf,
    /// Path below the folder that was walked, `/` between steps, or the file's name. What is not UTF-8 is shown lossily,
    /// control characters are escaped.
    pub id: String,
    /// The format, where it is known beforehand; else it is told from content and name.
    pub format: Option<Format>,
    /// Was the file itself named by the user? Then its name does not speak against it, and a link is followed.
    pub named: bool,
    /// Length in bytes when it was found; not known of standard input.
    pub bytes: Option<u64>,
    /// When it was last changed, to know an unchanged file; never a publication date.
    pub modified: Option<SystemTime>,
}

impl Source {
    /// One file, or `-`, as the user named it.
    #[must_use]
    pub fn named(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let id = path
            .file_name()
            .map_or_else(|| "-".to_owned(), |name| walk::shown(name.as_ref()));
        Self {
            path,
            id,
            format: None,
            named: true,
            bytes: None,
            modified: None,
        }
    }

    /// The path as it is shown to people: lossily, control characters escaped.
    #[must_use]
    pub fn shown(&self) -> String {
        walk::shown(&self.path)
    }
}

/// What [`walk`] comes upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Something to read.
    Source(Source),
    /// Something that cannot be read.
    Skipped(Skipped),
}

/// What [`read`] gives.
#[derive(Clone, Debug)]
pub enum Item {
    /// An article.
    Article(Box<Article>),
    /// A file or record that was not taken, or not wholly.
    Skipped(Skipped),
}

/// Reads one source and gives each article to `sink`, in the order of the file, until `sink` breaks.
///
/// A file with many articles is streamed. A bad record is skipped, with its number, and the rest is read.
pub fn read(source: &Source, options: &Options, sink: &mut dyn FnMut(Item) -> ControlFlow<()>) {
    let mut silent = true;
    let mut heard = |item| {
        silent = false;
        sink(item)
    };
    let flow = format::read(&mut draft::Output::new(source, options, &mut heard));
    // The sink's wish to stop needs no further answer: every reader has stopped by the time it comes here.
    if silent && flow.is_continue() {
        let _ = draft::Output::new(source, options, sink).note(None, "holds no articles");
    }
}
