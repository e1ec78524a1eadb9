//! The one writer of an index.

mod commit;
mod load;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use tantivy::directory::error::LockError;
use tantivy::indexer::IndexWriterOptions;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, Term};

use super::documents::{Documents, halves};
use super::error::{At, Error, ErrorKind};
use super::groups;
use super::known::{Entry, FileRecord, Halves, Known, fingerprint, source_number};
use super::manifest::{FileEntry, Manifest};
use super::merging::Bounded;
use super::reader::{self, META, SEGMENTS, open_engine};
use super::schema::{self, fields};
use super::storage::Storage;
use super::stored;
use crate::article::Origin;
use load::{Batch, Load, Loaded};

/// Least memory that the engine takes for a thread, in bytes.
const MEMORY_PER_THREAD: usize = 15_000_000;
/// Threads that join segments: more would join more of them at a time, all in memory.
const MERGE_THREADS: usize = 1;
/// What may wait to be built into a segment, as a part of the memory for building them.
const WAITING: usize = 4;

/// How to write.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Names what extracts the statements (code and models); an article read by anything else counts as changed.
    pub extraction: String,
    /// Memory for all threads together, in bytes; at least 15 MB a thread is used.
    pub memory_bytes: usize,
    /// Threads that build segments, at least one.
    pub threads: usize,
    /// Keep the older versions of an article when a newer one comes? An index that has kept any goes on to.
    pub keep_versions: bool,
}

impl Settings {
    /// The memory that the engine really takes for building segments, in bytes.
    fn memory(&self) -> usize {
        self.memory_bytes
            .max(self.threads.max(1) * MEMORY_PER_THREAD)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            extraction: String::new(),
            memory_bytes: 100_000_000,
            threads: 1,
            keep_versions: false,
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

/// What became of an article that was put into the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// There was none of its key.
    Added,
    /// It took the place of one, or came beside it as another version.
    Updated,
    /// Another file has a version that was published later: that one stays.
    Older,
}

/// The writer. There is one at a time; dropping it without [`Writer::commit`] leaves the index as it was.
pub struct Writer {
    dir: PathBuf,
    index: Index,
    engine: IndexWriter<Loaded>,
    /// Which segments the engine joins.
    joins: Bounded,
    load: Arc<Load>,
    /// What the engine has not been told yet.
    batch: Batch,
    reader: IndexReader,
    settings: Settings,
    manifest: Manifest,
    /// As of the last commit.
    known: Known,
    /// What has been put since then, and removed (`None`).
    recent: HashMap<Halves, Option<Entry>>,
    /// Articles that may be in the index: the upper half of each key. Whoever is not among them need not be
    /// looked for, which would in time touch every page of every list of ids. Made when it is first asked.
    perhaps: Option<HashSet<u64>>,
    /// Versions that were added since then, by story.
    recent_versions: HashMap<u64, u64>,
    pending: Committed,
    changed: bool,
    /// Has anything been changed since the writer was opened?
    touched: bool,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("dir", &self.dir)
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
        if segments.join(META).exists() {
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
        } else {
            let storage = Storage::open(&segments).at(&segments)?;
            let settings = tantivy::IndexSettings {
                // Every core is at work already.
                docstore_compress_dedicated_thread: false,
                ..tantivy::IndexSettings::default()
            };
            Index::create(storage, schema::schema().clone(), settings).at(&segments)?;
        }
        let index = open_engine(&segments, Storage::open)?;
        let written = open_engine(&segments, |path| Ok(Storage::open(path)?.in_passing()))?;
        let threads = settings.threads.max(1);
        let memory = settings.memory();
        let options = IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread(memory / threads)
            .num_merge_threads(MERGE_THREADS)
            .build();
        let engine: IndexWriter<Loaded> = written
            .writer_with_options(options)
            .map_err(|e| match e {
                TantivyError::LockFailure(LockError::LockBusy, _) => ErrorKind::AlreadyRunning,
                TantivyError::LockFailure(LockError::IoError(e), _) => {
                    ErrorKind::Io(io::Error::new(e.kind(), e.to_string()))
                }
                other => ErrorKind::from(other),
            })
            .at(dir)?;
        let joins = Bounded::new(memory);
        engine.set_merge_policy(Box::new(joins.clone()));
        // From here on the lock is ours.
        sweep(&segments);
        Manifest::sweep(dir);
        let reader: IndexReader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .at(&segments)?;
        let known = Known::new(&settings.extraction, reader.searcher());
        let mut writer = Self {
            dir: dir.to_owned(),
            index,
            engine,
            joins,
            load: Load::new(memory / WAITING),
            batch: Batch::default(),
            reader,
            settings: settings.clone(),
            manifest: Manifest::default(),
            known,
            recent: HashMap::default(),
            perhaps: None,
            recent_versions: HashMap::default(),
            pending: Committed::default(),
            changed: false,
            touched: false,
        };
        // Absent, or older than the last commit or merge if the process was killed in between. A merge makes no new
        // generation, but another list of segments.
        let generation = writer.index.load_metas().at(&segments)?.opstamp;
        let metas = FileEntry::read(&segments.join(META)).at(&segments)?;
        match Manifest::read(dir) {
            Ok(manifest)
                if manifest.generation == generation
                    && manifest.files.get(META) == Some(&metas) =>
            {
                writer.manifest = manifest;
            }
            older => {
                // Some of what it says is not in the engine.
                writer.manifest = older.unwrap_or_default();
                writer.write_manifest()?;
            }
        }
        writer.settings.keep_versions |= writer.manifest.keep_versions;
        groups::sweep(dir, writer.manifest.groups.as_ref());
        Ok(writer)
    }

    /// What was in the index at the last commit, for other threads to ask while this writer goes on.
    #[must_use]
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// Does the index keep the older versions of an article?
    #[must_use]
    pub fn keeps_versions(&self) -> bool {
        self.settings.keep_versions
    }

    /// Is this very article in the index, from the same file and read by the same extraction?
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn is_current(&self, key: &str, content_hash: &str, source: u64) -> Result<bool, Error> {
        let print = fingerprint(&self.settings.extraction, content_hash, source);
        Ok(self.entry(key)?.is_some_and(|e| e.print == print))
    }

    fn entry(&self, key: &str) -> Result<Option<Entry>, Error> {
        match self.recent.get(&halves(key)) {
            Some(recent) => Ok(*recent),
            None => self.known.entry(key).at(&self.dir),
        }
    }

    /// May an article be in the index? From now on it may.
    fn may_have(&mut self, key: &str) -> Result<bool, Error> {
        let perhaps = match &mut self.perhaps {
            Some(perhaps) => perhaps,
            none => none.insert(self.known.keys().at(&self.dir)?),
        };
        Ok(!perhaps.insert(halves(key).0))
    }

    /// Adds an article, or replaces the version of it that is there.
    ///
    /// # Errors
    /// If the engine's threads have failed (a full disk); nothing of what waits is in the index then.
    pub fn put(&mut self, documents: Documents) -> Result<Put, Error> {
        let f = fields();
        let Documents {
            key,
            content_hash,
            source,
            story,
            published,
            mut documents,
            ..
        } = documents;
        let print = fingerprint(&self.settings.extraction, &content_hash, source);
        let before = if self.may_have(&key)? {
            self.entry(&key)?
        } else {
            None
        };
        if let Some(before) = before
            && before.source != source
            && before.published > published
        {
            return Ok(Put::Older);
        }
        let mut put = Put::Added;
        if before.is_some() {
            put = Put::Updated;
            self.batch.delete(Term::from_field_text(f.key, &key));
        }
        let version = match before {
            Some(before) => before.version,
            None if self.settings.keep_versions => {
                let recent = self.recent_versions.entry(story).or_default();
                let there = self.known.versions(story).at(&self.dir)? + *recent;
                *recent += 1;
                if there > 0 {
                    put = Put::Updated;
                }
                Some(there + 1)
            }
            None => None,
        };
        for (n, (document, _)) in documents.iter_mut().enumerate() {
            if n == 0 {
                document.add_u64(f.print_high, print.0);
                document.add_u64(f.print_low, print.1);
                document.add_u64(f.source, source);
                document.add_u64(f.story, story);
            }
            if let Some(version) = version {
                document.add_u64(f.version, version);
            }
        }
        self.batch.add(documents);
        if self.batch.is_full() {
            self.hand_over()?;
        }
        let entry = Entry {
            print,
            source,
            published,
            version,
        };
        self.recent.insert(halves(&key), Some(entry));
        match put {
            Put::Added => self.pending.added += 1,
            Put::Updated | Put::Older => self.pending.updated += 1,
        }
        self.changed = true;
        Ok(put)
    }

    /// Takes an article and its statements out; says whether it was there. Its file is forgotten: a run over it brings
    /// the article back.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn remove(&mut self, key: &str) -> Result<bool, Error> {
        let Some(entry) = self.entry(key)? else {
            return Ok(false);
        };
        self.batch.delete(Term::from_field_text(fields().key, key));
        self.forget(entry.source);
        self.recent.insert(halves(key), None);
        self.pending.removed += 1;
        self.changed = true;
        Ok(true)
    }

    /// Takes out those articles of a file that `keep` does not want; how many these were.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn remove_of_file(
        &mut self,
        path: &str,
        keep: impl Fn((u64, u64)) -> bool,
    ) -> Result<u64, Error> {
        let source = source_number(path);
        let mut removed = 0;
        for (high, low) in self.known.articles_of(source).at(&self.dir)? {
            let key = format!("{high:016x}{low:016x}");
            // Since the last commit it may have come from another file.
            let mine = self.entry(&key)?.is_some_and(|e| e.source == source);
            if mine && !keep((high, low)) && self.remove(&key)? {
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// How many articles the last commit has of a file.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn count_of_file(&self, path: &str) -> Result<u64, Error> {
        let keys = self.known.articles_of(source_number(path)).at(&self.dir)?;
        Ok(keys.len() as u64)
    }

    /// Remembers a file that was read to its end, with all that has been put of it.
    ///
    /// # Errors
    /// As [`Writer::put`].
    pub fn remember(&mut self, record: &FileRecord) -> Result<(), Error> {
        let f = fields();
        let key = FileRecord::key(source_number(&record.path));
        let mut document = TantivyDocument::new();
        document.add_text(f.doc, schema::FILE);
        document.add_text(f.id, &key);
        document.add_text(f.key, &key);
        let stored = stored::encode(record, 0)
            .map_err(io::Error::other)
            .at(&self.dir)?;
        document.add_bytes(f.stored, &stored);
        self.batch.delete(Term::from_field_text(f.key, &key));
        self.batch.add([(document, stored.len())]);
        self.changed = true;
        if self.batch.is_full() {
            self.hand_over()?;
        }
        Ok(())
    }

    /// Forgets a file, by its [`source_number`]: the next run will read it as if it were new.
    pub fn forget(&mut self, source: u64) {
        let key = FileRecord::key(source);
        self.batch.delete(Term::from_field_text(fields().key, &key));
        self.changed = true;
    }

    /// Tells the engine what it has not been told, at one go: all of an article comes into one segment.
    fn hand_over(&mut self) -> Result<(), Error> {
        let operations = self.load.take(&mut self.batch);
        self.engine.run(operations).at(&self.dir)?;
        Ok(())
    }

    /// The articles of the last commit, for finding those whose file is gone.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn articles(&self) -> Result<Vec<IndexedArticle>, Error> {
        let searcher = self.known.searcher();
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
                let stored = reader::article(searcher, at).at(&self.dir)?.article;
                Ok(IndexedArticle {
                    key: stored.key,
                    id: stored.id,
                    origin: stored.origin,
                })
            })
            .collect()
    }

    /// Every file that is remembered as of the last commit.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn files(&self, each: impl FnMut(FileRecord)) -> Result<(), Error> {
        self.known.files(each).at(&self.dir)
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
