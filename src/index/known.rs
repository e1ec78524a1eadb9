//! What is in the index already: looked up in the index itself, so that it takes no memory however large the index.

use std::sync::{Arc, OnceLock};

use foldhash::HashSet;
use serde::{Deserialize, Serialize};
use tantivy::columnar::Column;
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{
    DocId, DocSet, InvertedIndexReader, Searcher, SegmentReader, TERMINATED, TantivyDocument,
    TantivyError, Term,
};

use super::documents::halves;
use super::manifest::SCHEMA_VERSION;
use super::schema::{self, fields};
use super::stored;
use crate::article::{Skipped, Stamp};

/// Two numbers that stand for 128 bits of a hash.
pub(crate) type Halves = (u64, u64);

/// The number under which the articles of a file are found, made of its path as it is shown.
#[must_use]
pub fn source_number(path: &str) -> u64 {
    blake3::hash(path.as_bytes())
        .as_bytes()
        .first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// What an index remembers of a file that was read to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Path as it is shown.
    pub path: String,
    /// What the file was.
    pub stamp: Stamp,
    /// Names what read it: the reader of the format and its options, the extraction and its models.
    pub reader: String,
    /// Articles that it had.
    pub articles: u64,
    /// What of it was not taken.
    pub skipped: Vec<Skipped>,
}

impl FileRecord {
    /// The key of the document of a file with this number.
    pub(crate) fn key(source: u64) -> String {
        format!("file {source:016x}")
    }
}

/// What a writer has to know of an article in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Of its content and of what read it.
    pub(crate) print: Halves,
    /// Number of the file it came from.
    pub(crate) source: u64,
    /// First day on which it may have been published.
    pub(crate) published: Option<i64>,
    /// Number of the version, in an index that keeps versions.
    pub(crate) version: Option<u64>,
}

/// The articles and files of an index at one moment; see [`Writer::known`](super::Writer::known). May be asked from
/// any thread.
#[derive(Clone)]
pub struct Known {
    extraction: Arc<str>,
    searcher: Searcher,
    /// Opened when something is first looked up in them: that touches pages of every one, and a run over new files looks
    /// nothing up.
    segments: Arc<[OnceLock<Segment>]>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known")
            .field("extraction", &self.extraction)
            .finish_non_exhaustive()
    }
}

/// One segment, its columns opened once.
struct Segment {
    reader: SegmentReader,
    id: Arc<InvertedIndexReader>,
    source_terms: Arc<InvertedIndexReader>,
    story_terms: Arc<InvertedIndexReader>,
    key: (Column<u64>, Column<u64>),
    print: (Column<u64>, Column<u64>),
    source: Column<u64>,
    published: Column<i64>,
    version: Column<u64>,
}

impl Segment {
    fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let f = fields();
        let columns = reader.fast_fields();
        let number = |field: Field| columns.u64(schema::name(field));
        Ok(Self {
            id: reader.inverted_index(f.id)?,
            source_terms: reader.inverted_index(f.source)?,
            story_terms: reader.inverted_index(f.story)?,
            key: (number(f.key_high)?, number(f.key_low)?),
            print: (number(f.print_high)?, number(f.print_low)?),
            source: number(f.source)?,
            version: number(f.version)?,
            published: columns.i64(schema::name(f.published_from))?,
            reader: reader.clone(),
        })
    }

    /// The living documents with a term.
    fn documents(
        &self,
        inverted: &InvertedIndexReader,
        term: &Term,
    ) -> tantivy::Result<Vec<DocId>> {
        let mut found = Vec::new();
        let postings = inverted
            .read_postings(term, IndexRecordOption::Basic)
            .map_err(TantivyError::from)?;
        let Some(mut postings) = postings else {
            return Ok(found);
        };
        let alive = self.reader.alive_bitset();
        let mut doc = postings.doc();
        while doc != TERMINATED {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                found.push(doc);
            }
            doc = postings.advance();
        }
        Ok(found)
    }

    fn entry(&self, doc: DocId) -> Option<Entry> {
        Some(Entry {
            print: (self.print.0.first(doc)?, self.print.1.first(doc)?),
            source: self.source.first(doc).unwrap_or(0),
            published: self.published.first(doc),
            version: self.version.first(doc),
        })
    }
}

/// What an article's content and everything that reads it come to.
pub(crate) fn fingerprint(extraction: &str, content_hash: &str, source: u64) -> Halves {
    let whole = format!("{SCHEMA_VERSION}\n{extraction}\n{source}\n{content_hash}");
    halves(&blake3::hash(whole.as_bytes()).to_hex()[..32])
}

impl Known {
    pub(crate) fn new(extraction: &str, searcher: Searcher) -> Self {
        let closed = |_| OnceLock::new();
        Self {
            extraction: extraction.into(),
            segments: searcher.segment_readers().iter().map(closed).collect(),
            searcher,
        }
    }

    fn segments(&self) -> impl Iterator<Item = tantivy::Result<&Segment>> {
        let readers = self.searcher.segment_readers();
        self.segments.iter().zip(readers).map(|(segment, reader)| {
            if let Some(open) = segment.get() {
                return Ok(open);
            }
            let open = Segment::open(reader)?;
            Ok(segment.get_or_init(|| open))
        })
    }

    /// Was this very article in the index, from the same file and read by the same extraction?
    #[must_use]
    pub fn is_current(&self, key: &str, content_hash: &str, source: u64) -> bool {
        // What cannot be looked up is read again; should the index be damaged, writing to it will say so.
        let entry = self.entry(key).ok().flatten();
        entry.is_some_and(|e| e.print == fingerprint(&self.extraction, content_hash, source))
    }

    /// What is known of a file that was read before.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<FileRecord> {
        let term = Term::from_field_text(fields().id, &FileRecord::key(source_number(path)));
        for segment in self.segments() {
            let segment = segment.ok()?;
            if let Some(doc) = segment.documents(&segment.id, &term).ok()?.pop() {
                return file_record(&segment.reader, doc);
            }
        }
        None
    }

    /// All files that were read, until `each` says that it is enough.
    pub(crate) fn files(&self, mut each: impl FnMut(FileRecord)) -> tantivy::Result<()> {
        let term = Term::from_field_text(fields().doc, schema::FILE);
        for segment in self.segments() {
            let segment = segment?;
            let inverted = segment.reader.inverted_index(fields().doc)?;
            for doc in segment.documents(&inverted, &term)? {
                if let Some(record) = file_record(&segment.reader, doc) {
                    each(record);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn entry(&self, key: &str) -> tantivy::Result<Option<Entry>> {
        // An article's document has its key for an id.
        let term = Term::from_field_text(fields().id, key);
        for segment in self.segments() {
            let segment = segment?;
            let documents = segment.documents(&segment.id, &term)?;
            if let Some(entry) = documents.into_iter().find_map(|doc| segment.entry(doc)) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// The upper halves of the keys of all articles.
    pub(crate) fn keys(&self) -> tantivy::Result<HashSet<u64>> {
        let mut keys = HashSet::default();
        for segment in self.segments() {
            let segment = segment?;
            let articles = segment.reader.doc_ids_alive();
            // Statements have no fingerprint.
            let articles = articles.filter(|doc| segment.print.0.first(*doc).is_some());
            keys.extend(articles.filter_map(|doc| segment.key.0.first(doc)));
        }
        Ok(keys)
    }

    /// The keys of all articles of a file.
    pub(crate) fn articles_of(&self, source: u64) -> tantivy::Result<Vec<Halves>> {
        let term = Term::from_field_u64(fields().source, source);
        let mut keys = Vec::new();
        for segment in self.segments() {
            let segment = segment?;
            for doc in segment.documents(&segment.source_terms, &term)? {
                if let (Some(high), Some(low)) =
                    (segment.key.0.first(doc), segment.key.1.first(doc))
                {
                    keys.push((high, low));
                }
            }
        }
        Ok(keys)
    }

    /// How many versions of an article there are.
    pub(crate) fn versions(&self, story: u64) -> tantivy::Result<u64> {
        let term = Term::from_field_u64(fields().story, story);
        let mut count = 0;
        for segment in self.segments() {
            let segment = segment?;
            count += segment.documents(&segment.story_terms, &term)?.len() as u64;
        }
        Ok(count)
    }

    pub(crate) fn searcher(&self) -> &Searcher {
        &self.searcher
    }
}

fn file_record(reader: &SegmentReader, doc: DocId) -> Option<FileRecord> {
    let store = reader.get_store_reader(1).ok()?;
    let document: TantivyDocument = store.get(doc).ok()?;
    let bytes = document.get_first(fields().stored)?;
    stored::decode(bytes.as_bytes()?).ok()
}
