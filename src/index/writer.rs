//! The one writer of an index.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tantivy::collector::Count;
use tantivy::directory::error::LockError;
use tantivy::query::TermQuery;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Index, IndexWriter, TantivyError, Term};

use super::analysis;
use super::documents::{Documents, halves};
use super::error::{At, Error, ErrorKind};
use super::manifest::{FileEntry, Manifest, SCHEMA_VERSION};
use super::people::People;
use super::reader::{self, SEGMENTS, files_in_use, open_engine};
use super::schema::{self, fields};
use super::storage::{Storage, sync_folder};
use crate::article::Origin;
use crate::corrections::{self, Log};

/// Least memory that the engine takes for a thread, in bytes.
const MEMORY_PER_THREAD: usize = 15_000_000;
/// Files that may vanish while they are summed: a merge may end meanwhile.
const TRIES: usize = 8;

/// How to write.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Names what extracts the statements (code and models); an article read by anything else counts as changed.
    pub extraction: String,
    /// Memory for all threads together, in bytes; at least 15 MB a thread is used.
    pub memory_bytes: usize,
    /// Threads that build segments, at least one.
    pub threads: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            extraction: String::new(),
            memory_bytes: 100_000_000,
            threads: 1,
        }
    }
}

/// What a commit changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Articles that were new.
    pub added: u64,
    /// Articles that replaced an older version.
    pub updated: u64,
    /// Articles taken out.
    pub removed: u64,
    /// Articles in the index now.
    pub articles: u64,
    /// Statements in the index now.
    pub statements: u64,
    /// Lines of the log of corrections that are none.
    pub faults: u64,
    /// These lines, and corrections that could not be applied, for people to read.
    pub notes: Vec<String>,
}

/// An article of the index, as far as a writer needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedArticle {
    /// Its key.
    pub key: String,
    /// Its id.
    pub id: String,
    /// File it came from.
    pub origin: Origin,
}

type Halves = (u64, u64);

/// The articles of an index at one moment; see [`Writer::known`].
#[derive(Clone, Debug, Default)]
pub struct Known {
    extraction: String,
    articles: HashMap<Halves, Halves>,
}

impl Known {
    /// Was this very article in the index, read by the same extraction?
    #[must_use]
    pub fn is_current(&self, key: &str, content_hash: &str) -> bool {
        self.articles.get(&halves(key)) == Some(&fingerprint(&self.extraction, content_hash))
    }
}

fn fingerprint(extraction: &str, content_hash: &str) -> Halves {
    let whole = format!("{SCHEMA_VERSION}\n{extraction}\n{content_hash}");
    halves(&blake3::hash(whole.as_bytes()).to_hex()[..32])
}

/// The writer. There is one at a time; dropping it without [`Writer::commit`] leaves the index as it was.
pub struct Writer {
    dir: PathBuf,
    index: Index,
    engine: IndexWriter,
    settings: Settings,
    manifest: Manifest,
    /// Fingerprint by key, of every article in the index or waiting for the commit.
    known: HashMap<Halves, Halves>,
    pending: Committed,
    changed: bool,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("dir", &self.dir)
            .field("articles", &self.known.len())
            .finish_non_exhaustive()
    }
}

impl Writer {
    /// Opens the index in a folder for writing, and makes it if there is none.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyRunning`] while another writer has it open; otherwise as
    /// [`open_reader`](super::open_reader).
    pub fn open(dir: &Path, settings: &Settings) -> Result<Self, Error> {
        let segments = dir.join(SEGMENTS);
        fs::create_dir_all(&segments).at(&segments)?;
        let index = if segments.join("meta.json").exists() {
            match Manifest::read(dir) {
                // Killed between the engine's first file and ours: nothing was committed yet.
                Err(Error {
                    kind: ErrorKind::Missing,
                    ..
                }) => {}
                other => {
                    other?;
                }
            }
            open_engine(&segments)?
        } else {
            let storage = Storage::open(&segments).at(&segments)?;
            let mut index = Index::create(
                storage,
                schema::schema().clone(),
                tantivy::IndexSettings::default(),
            )
            .at(&segments)?;
            index.set_tokenizers(analysis::manager());
            index
        };
        let threads = settings.threads.max(1);
        let memory = settings.memory_bytes.max(threads * MEMORY_PER_THREAD);
        let engine = index
            .writer_with_num_threads(threads, memory)
            .map_err(|e| match e {
                TantivyError::LockFailure(LockError::LockBusy, _) => ErrorKind::AlreadyRunning,
                TantivyError::LockFailure(LockError::IoError(e), _) => {
                    ErrorKind::Io(io::Error::new(e.kind(), e.to_string()))
                }
                other => ErrorKind::Engine(other),
            })
            .at(dir)?;
        // From here on the lock is ours.
        sweep(&segments);
        Manifest::sweep(dir);
        let known = fingerprints(&index).at(&segments)?;
        let mut writer = Self {
            dir: dir.to_owned(),
            index,
            engine,
            settings: settings.clone(),
            manifest: Manifest::default(),
            known,
            pending: Committed::default(),
            changed: false,
        };
        // Absent, or older than the last commit if the process was killed in between.
        let generation = writer.index.load_metas().at(&segments)?.opstamp;
        match Manifest::read(dir) {
            Ok(manifest) if manifest.generation == generation => writer.manifest = manifest,
            _ => writer.write_manifest()?,
        }
        Ok(writer)
    }

    /// What is in the index now, for other threads to ask while this writer goes on.
    #[must_use]
    pub fn known(&self) -> Known {
        Known {
            extraction: self.settings.extraction.clone(),
            articles: self.known.clone(),
        }
    }

    /// Is this very article in the index, read by the same extraction?
    #[must_use]
    pub fn is_current(&self, key: &str, content_hash: &str) -> bool {
        self.known.get(&halves(key)) == Some(&fingerprint(&self.settings.extraction, content_hash))
    }

    /// Is a version of the article in the index?
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.known.contains_key(&halves(key))
    }

    /// How many articles there are, with what waits for the commit.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Is there no article?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Adds an article, or replaces the version of it that is there.
    ///
    /// # Errors
    /// If the engine's threads have failed (a full disk); nothing of what waits is in the index then.
    pub fn put(&mut self, documents: Documents) -> Result<(), Error> {
        let f = fields();
        let fingerprint = fingerprint(&self.settings.extraction, &documents.content_hash);
        if self
            .known
            .insert(halves(&documents.key), fingerprint)
            .is_some()
        {
            self.engine
                .delete_term(Term::from_field_text(f.key, &documents.key));
            self.pending.updated += 1;
        } else {
            self.pending.added += 1;
        }
        for (n, mut document) in documents.documents.into_iter().enumerate() {
            if n == 0 {
                document.add_u64(f.print_high, fingerprint.0);
                document.add_u64(f.print_low, fingerprint.1);
            }
            self.engine.add_document(document).at(&self.dir)?;
        }
        self.changed = true;
        Ok(())
    }

    /// Takes an article and its statements out; says whether it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        if self.known.remove(&halves(key)).is_none() {
            return false;
        }
        self.engine
            .delete_term(Term::from_field_text(fields().key, key));
        self.pending.removed += 1;
        self.changed = true;
        true
    }

    /// The articles of the last commit, for finding those whose file is gone.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn articles(&self) -> Result<Vec<IndexedArticle>, Error> {
        let reader = self.index.reader().at(&self.dir)?;
        let searcher = reader.searcher();
        let query = TermQuery::new(
            Term::from_field_text(fields().doc, schema::ARTICLE),
            IndexRecordOption::Basic,
        );
        let found = searcher
            .search(&query, &tantivy::collector::DocSetCollector)
            .at(&self.dir)?;
        let mut addresses: Vec<_> = found.into_iter().collect();
        addresses.sort_unstable();
        addresses
            .into_iter()
            .map(|at| {
                let stored = reader::article(&searcher, at).at(&self.dir)?.article;
                Ok(IndexedArticle {
                    key: stored.key,
                    id: stored.id,
                    origin: stored.origin,
                })
            })
            .collect()
    }

    /// Makes everything since the last commit durable and visible, at once or not at all, and works out anew who is who.
    /// Without new articles only corrections that are new since then are applied.
    ///
    /// # Errors
    /// If a file cannot be written; the index then is as it was after the last commit.
    pub fn commit(&mut self) -> Result<Committed, Error> {
        let log = Log::read(&corrections::beside(&self.dir))
            .map_err(|e| ErrorKind::Corrections(e.to_string()))
            .at(&self.dir)?;
        let changed = self.changed;
        if changed {
            self.engine.commit().at(&self.dir)?;
            sync_folder(&self.dir.join(SEGMENTS)).at(&self.dir)?;
            sync_folder(&self.dir).at(&self.dir)?;
            self.changed = false;
        }
        let notes = self.write_people(&log)?;
        if changed {
            self.write_manifest()?;
        } else if self.manifest.extraction != self.settings.extraction {
            self.write_manifest()?;
        }
        Ok(Committed {
            articles: self.manifest.articles,
            statements: self.manifest.statements,
            faults: log.faults().len() as u64,
            notes,
            ..std::mem::take(&mut self.pending)
        })
    }

    /// Commits, waits for the engine to join small segments, and closes the index.
    ///
    /// # Errors
    /// As [`Writer::commit`].
    pub fn finish(mut self) -> Result<Committed, Error> {
        let idle = !self.changed;
        let committed = self.commit()?;
        if idle {
            return Ok(committed);
        }
        let Self {
            dir,
            index,
            engine,
            mut manifest,
            ..
        } = self;
        engine.wait_merging_threads().at(&dir)?;
        renew_files(&index, &dir, &mut manifest)?;
        manifest.write(&dir)?;
        Ok(committed)
    }

    /// Who is who, if it is not written yet for this state of index and log. Returns what to tell the user.
    fn write_people(&self, log: &Log) -> Result<Vec<String>, Error> {
        let generation = self.index.load_metas().at(&self.dir)?.opstamp;
        let people = match People::read(&self.dir, generation, Some(log.hash())) {
            Some(people) => people,
            None => {
                let searcher = self.index.reader().at(&self.dir)?.searcher();
                let people = People::make(&searcher, log).at(&self.dir)?;
                people
                    .write(&self.dir, generation, log.hash())
                    .at(&self.dir)?;
                people
            }
        };
        let mut notes: Vec<String> = log.faults().iter().map(ToString::to_string).collect();
        notes.extend(people.notes().iter().cloned());
        Ok(notes)
    }

    fn write_manifest(&mut self) -> Result<(), Error> {
        let count = || {
            let searcher = self.index.reader()?.searcher();
            let of = |value| {
                let term = Term::from_field_text(fields().doc, value);
                searcher.search(&TermQuery::new(term, IndexRecordOption::Basic), &Count)
            };
            Ok((of(schema::ARTICLE)? as u64, of(schema::STATEMENT)? as u64))
        };
        let (articles, statements) = count()
            .map_err(|e: TantivyError| ErrorKind::Engine(e))
            .at(&self.dir)?;
        self.manifest.schema_version = SCHEMA_VERSION;
        self.manifest
            .extraction
            .clone_from(&self.settings.extraction);
        self.manifest.articles = articles;
        self.manifest.statements = statements;
        renew_files(&self.index, &self.dir, &mut self.manifest)?;
        self.manifest.write(&self.dir)
    }
}

/// Sums the files in use that the manifest does not know yet. Files of the engine never change once written.
fn renew_files(index: &Index, dir: &Path, manifest: &mut Manifest) -> Result<(), Error> {
    let segments = dir.join(SEGMENTS);
    let mut tries = 0;
    'again: loop {
        tries += 1;
        let mut old = manifest.files.clone();
        // The one file that changes under its name.
        old.remove("meta.json");
        let mut files = std::collections::BTreeMap::new();
        let metas = index.load_metas().at(&segments)?;
        let names = files_in_use(index).at(&segments)?;
        for name in names.iter().cloned().chain(["meta.json".to_owned()]) {
            let entry = match old.remove(&name) {
                Some(entry) => entry,
                None => match FileEntry::read(&segments.join(&name)) {
                    Ok(entry) => entry,
                    // Not every segment has every file; and a merge that ended just now takes its sources with it.
                    Err(e) if e.kind() == io::ErrorKind::NotFound => {
                        let changed = files_in_use(index).at(&segments)? != names;
                        if tries < TRIES && changed {
                            continue 'again;
                        }
                        continue;
                    }
                    Err(e) => return Err(Error::new(&segments.join(&name), e)),
                },
            };
            files.insert(name, entry);
        }
        manifest.files = files;
        manifest.generation = metas.opstamp;
        return Ok(());
    }
}

/// Removes the temporary files of killed writers; the engine never does.
fn sweep(segments: &Path) {
    let Ok(entries) = fs::read_dir(segments) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(".tmp") {
            // What cannot be removed does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Reads key and fingerprint of every article from the columns.
fn fingerprints(index: &Index) -> tantivy::Result<HashMap<Halves, Halves>> {
    let f = fields();
    let searcher = index.reader()?.searcher();
    let mut known = HashMap::new();
    for segment in searcher.segment_readers() {
        let columns = segment.fast_fields();
        let column = |field: Field| columns.u64(schema::name(field));
        let (key_high, key_low) = (column(f.key_high)?, column(f.key_low)?);
        let (print_high, print_low) = (column(f.print_high)?, column(f.print_low)?);
        for doc in segment.doc_ids_alive() {
            // Statements have no fingerprint.
            if let (Some(kh), Some(kl), Some(ph), Some(pl)) = (
                key_high.first(doc),
                key_low.first(doc),
                print_high.first(doc),
                print_low.first(doc),
            ) {
                known.insert((kh, kl), (ph, pl));
            }
        }
    }
    Ok(known)
}
