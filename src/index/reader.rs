//! Opening an index for reading.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use tantivy::schema::Value;
use tantivy::{
    DocAddress, Index, ReloadPolicy, Searcher, SegmentReader, TantivyDocument, TantivyError,
};

use super::analysis;
use super::error::{At, Error, ErrorKind};
use super::families::Families;
use super::groups::Groups;
use super::manifest::{Manifest, SCHEMA_VERSION};
use super::people::{self, People};
use super::schema::{fields, schema};
use super::storage::Storage;
use super::stored::{self, StoredArticle, StoredQuotation, StoredStatement};
use crate::corrections::{self, Log};

/// Folder of the engine's files within the index folder.
pub(crate) const SEGMENTS: &str = "segments";
/// Name of the engine's list of segments within it, the one file that changes under its name.
pub(crate) const META: &str = "meta.json";

/// How often opening is tried while a writer changes the index under our hands.
const TRIES: usize = 4;

/// An index opened for reading: one unchanging state of it, until [`IndexReader::reload`].
#[derive(Clone)]
pub struct IndexReader {
    dir: PathBuf,
    manifest: Manifest,
    groups: Arc<Groups>,
    families: Arc<Families>,
    reader: tantivy::IndexReader,
    /// Number of the commit that searches see.
    generation: u64,
    /// Time and size of the register's file: corrections change it alone.
    register: Option<(SystemTime, u64)>,
    people: Arc<OnceLock<Arc<People>>>,
}

impl std::fmt::Debug for IndexReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IndexReader")
            .field("dir", &self.dir)
            .field("generation", &self.manifest.generation)
            .finish_non_exhaustive()
    }
}

/// Opens the index in a folder. Needs no write access.
///
/// # Errors
/// [`ErrorKind::Missing`] without an index, [`ErrorKind::Version`] for another format, [`ErrorKind::Damaged`] where a
/// file is missing or has another size than the manifest says.
pub fn open_reader(dir: &Path) -> Result<IndexReader, Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        match open_once(dir) {
            // A writer may have replaced files between two reads; a second look sees one state.
            Err(Error {
                kind: ErrorKind::Damaged(_) | ErrorKind::Engine(_) | ErrorKind::Io(_),
                ..
            }) if tries < TRIES => {}
            other => return other,
        }
    }
}

fn open_once(dir: &Path) -> Result<IndexReader, Error> {
    let manifest = Manifest::read(dir)?;
    let segments = dir.join(SEGMENTS);
    let index = open_engine(&segments, Storage::open)?;
    check_sizes(&index, &manifest, &segments)?;
    // If a commit comes between this and the next line, the register of this number is gone, and it is worked out from
    // what the reader sees.
    let generation = index.load_metas().at(dir)?.opstamp;
    let register = people::stamp(dir);
    let reader: tantivy::IndexReader = index
        .reader_builder()
        .reload_policy(ReloadPolicy::Manual)
        .try_into()
        .at(dir)?;
    let groups = match &manifest.groups {
        Some(entry) => Groups::read(dir, entry)?,
        None => Groups::default(),
    };
    Ok(IndexReader {
        dir: dir.to_owned(),
        manifest,
        groups: Arc::new(groups),
        families: Arc::new(Families::read(dir)),
        reader,
        generation,
        register,
        people: Arc::default(),
    })
}

/// Opens the engine's index in a folder and compares its schema with ours.
pub(crate) fn open_engine(
    segments: &Path,
    storage: impl FnOnce(&Path) -> Result<Storage, TantivyError>,
) -> Result<Index, Error> {
    let damaged = |what: String| Error::new(segments, ErrorKind::Damaged(what));
    if !segments.join(META).is_file() {
        return Err(damaged("segments/meta.json is missing".to_owned()));
    }
    let storage = storage(segments).at(segments)?;
    let mut index = Index::open(storage).map_err(|e| match e {
        TantivyError::DataCorruption(e) => damaged(format!("{e:?}")),
        other => Error::new(segments, other),
    })?;
    if index.schema() != *schema() {
        // Fields changed without a new version number: only a build between releases writes such an index.
        return Err(Error::new(
            segments,
            ErrorKind::Version {
                found: 0,
                known: SCHEMA_VERSION,
            },
        ));
    }
    index.set_tokenizers(analysis::manager());
    Ok(index)
}

/// Compares the sizes of all files in use with the manifest. Files younger than the manifest (a writer was killed
/// between its commit and the manifest) are taken as they are.
fn check_sizes(index: &Index, manifest: &Manifest, segments: &Path) -> Result<(), Error> {
    for name in files_in_use(index).at(segments)? {
        let Some(entry) = manifest.files.get(&name) else {
            continue;
        };
        let path = segments.join(&name);
        let damage = match fs::metadata(&path) {
            Ok(meta) if meta.len() == entry.size => continue,
            Ok(meta) => format!("it has {} bytes, not {}", meta.len(), entry.size),
            Err(e) => e.to_string(),
        };
        return Err(Error::new(&path, ErrorKind::Damaged(damage)));
    }
    Ok(())
}

/// Names of the files of all segments that a search would read.
pub(crate) fn files_in_use(index: &Index) -> tantivy::Result<BTreeSet<String>> {
    Ok(index
        .load_metas()?
        .list_segment_files()
        .into_iter()
        .filter_map(|path| path.to_str().map(ToOwned::to_owned))
        .collect())
}

/// The segments of an index, opened one after the other: what is not held any more takes no memory.
pub(super) fn segments(
    index: &Index,
) -> tantivy::Result<impl Iterator<Item = tantivy::Result<SegmentReader>>> {
    let segments = index.searchable_segments()?;
    Ok(segments
        .into_iter()
        .map(|segment| SegmentReader::open(&segment)))
}

impl IndexReader {
    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The manifest as of the last opening or reloading.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Which articles are near-copies or versions of one another, as of the end of the last whole run.
    #[must_use]
    pub fn groups(&self) -> &Arc<Groups> {
        &self.groups
    }

    /// Which quotations are one.
    #[must_use]
    pub fn families(&self) -> &Arc<Families> {
        &self.families
    }

    /// The state that searches see.
    #[must_use]
    pub fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// Who is who, as of the state that searches see. Read on the first call.
    ///
    /// # Errors
    /// If the register is missing or damaged and the index is, too.
    pub fn people(&self) -> Result<Arc<People>, Error> {
        if let Some(people) = self.people.get() {
            return Ok(Arc::clone(people));
        }
        let people = match People::read(&self.dir, self.generation, None) {
            Some(people) => people,
            // A writer was killed before it wrote the register, or has written the next one by now.
            None => {
                let log = Log::read(&corrections::beside(&self.dir)).unwrap_or_default();
                People::make(&self.searcher(), &log).at(&self.dir)?
            }
        };
        Ok(Arc::clone(self.people.get_or_init(|| Arc::new(people))))
    }

    /// Moves on to the newest state; says whether there was a newer one.
    ///
    /// # Errors
    /// As [`open_reader`]; the old state stays in use.
    pub fn reload(&mut self) -> Result<bool, Error> {
        let newer = Manifest::read(&self.dir)?;
        if newer == self.manifest && people::stamp(&self.dir) == self.register {
            return Ok(false);
        }
        *self = open_reader(&self.dir)?;
        Ok(true)
    }
}

/// Reads a statement's document, without the number of its version.
///
/// # Errors
/// [`ErrorKind::Damaged`] if the document holds no statement.
pub(crate) fn statement(searcher: &Searcher, at: DocAddress) -> Result<StoredStatement, ErrorKind> {
    stored(searcher, at)
}

/// Reads what was said in a statement's document.
///
/// # Errors
/// [`ErrorKind::Damaged`] if the document holds no statement.
pub(crate) fn quotation(searcher: &Searcher, at: DocAddress) -> Result<StoredQuotation, ErrorKind> {
    stored(searcher, at)
}

/// Reads an article's document, without the number of its version.
///
/// # Errors
/// [`ErrorKind::Damaged`] if the document holds no article.
pub(crate) fn article(searcher: &Searcher, at: DocAddress) -> Result<StoredArticle, ErrorKind> {
    stored(searcher, at)
}

fn stored<T: serde::de::DeserializeOwned>(
    searcher: &Searcher,
    at: DocAddress,
) -> Result<T, ErrorKind> {
    let doc: TantivyDocument = searcher.doc(at)?;
    let bytes = doc
        .get_first(fields().stored)
        .and_then(|v| v.as_bytes())
        .unwrap_or_default();
    stored::decode(bytes).map_err(|e| ErrorKind::Damaged(format!("stored document {at:?}: {e}")))
}
