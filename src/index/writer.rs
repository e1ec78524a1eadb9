//! The one writer of an index.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tantivy::collector::Count;
use tantivy::directory::error::LockError;
use tantivy::indexer::{IndexWriterOptions, UserOperation};
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, Term};

use super::analysis;
use super::documents::{Documents, halves};
use super::error::{At, Error, ErrorKind};
use super::families;
use super::groups::{self, Groups};
use super::known::{Entry, FileRecord, Halves, Known, fingerprint, source_number};
use super::manifest::{FileEntry, Manifest, SCHEMA_VERSION};
use super::merging::Bounded;
use super::people::People;
use super::reader::{self, SEGMENTS, files_in_use, open_engine};
use super::schema::{self, fields};
use super::storage::{Storage, sync_folder};
use crate::article::Origin;
use crate::corrections::{self, Log};

/// Least memory that the engine takes for a thread, in bytes.
const MEMORY_PER_THREAD: usize = 15_000_000;
/// Threads that join segments: more would join more of them at a time, all in memory.
const MERGE_THREADS: usize = 1;
/// What a join of segments may map, as a multiple of the memory for building them.
const JOINED: usize = 2;
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
    /// Keep the older versions of an article when a newer one comes? An index that has kept any goes on to.
    pub keep_versions: bool,
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
    engine: IndexWriter,
    reader: IndexReader,
    settings: Settings,
    manifest: Manifest,
    /// As of the last commit.
    known: Known,
    /// What has been put since then, and removed (`None`).
    recent: HashMap<Halves, Option<Entry>>,
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
        let options = IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread(memory / threads)
            .num_merge_threads(MERGE_THREADS)
            .build();
        let engine: IndexWriter = index
            .writer_with_options(options)
            .map_err(|e| match e {
                TantivyError::LockFailure(LockError::LockBusy, _) => ErrorKind::AlreadyRunning,
                TantivyError::LockFailure(LockError::IoError(e), _) => {
                    ErrorKind::Io(io::Error::new(e.kind(), e.to_string()))
                }
                other => ErrorKind::from(other),
            })
            .at(dir)?;
        engine.set_merge_policy(Box::new(Bounded::new(memory.saturating_mul(JOINED))));
        // From here on the lock is ours.
        sweep(&segments);
        Manifest::sweep(dir);
        let reader: IndexReader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .at(&segments)?;
        let known = Known::new(&settings.extraction, reader.searcher()).at(&segments)?;
        let mut writer = Self {
            dir: dir.to_owned(),
            index,
            engine,
            reader,
            settings: settings.clone(),
            manifest: Manifest::default(),
            known,
            recent: HashMap::new(),
            recent_versions: HashMap::new(),
            pending: Committed::default(),
            changed: false,
            touched: false,
        };
        // Absent, or older than the last commit if the process was killed in between.
        let generation = writer.index.load_metas().at(&segments)?.opstamp;
        match Manifest::read(dir) {
            Ok(manifest) if manifest.generation == generation => writer.manifest = manifest,
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
            documents,
            ..
        } = documents;
        let print = fingerprint(&self.settings.extraction, &content_hash, source);
        let before = self.entry(&key)?;
        if let Some(before) = before
            && before.source != source
            && before.published > published
        {
            return Ok(Put::Older);
        }
        let mut operations = Vec::with_capacity(documents.len() + 1);
        let mut put = Put::Added;
        if before.is_some() {
            put = Put::Updated;
            operations.push(UserOperation::Delete(Term::from_field_text(f.key, &key)));
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
        for (n, mut document) in documents.into_iter().enumerate() {
            if n == 0 {
                document.add_u64(f.print_high, print.0);
                document.add_u64(f.print_low, print.1);
                document.add_u64(f.source, source);
                document.add_u64(f.story, story);
            }
            if let Some(version) = version {
                document.add_u64(f.version, version);
            }
            operations.push(UserOperation::Add(document));
        }
        // At one go: all of an article comes into one segment.
        self.engine.run(operations).at(&self.dir)?;
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
        self.engine
            .delete_term(Term::from_field_text(fields().key, key));
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
        let json = serde_json::to_vec(record)
            .map_err(io::Error::from)
            .at(&self.dir)?;
        document.add_bytes(f.stored, &json);
        let operations = [
            UserOperation::Delete(Term::from_field_text(f.key, &key)),
            UserOperation::Add(document),
        ];
        self.engine.run(operations).at(&self.dir)?;
        self.changed = true;
        Ok(())
    }

    /// Forgets a file, by its [`source_number`]: the next run will read it as if it were new.
    pub fn forget(&mut self, source: u64) {
        let key = FileRecord::key(source);
        self.engine
            .delete_term(Term::from_field_text(fields().key, &key));
        self.changed = true;
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

    /// Makes everything since the last commit durable and visible, at once or not at all. What it changed is counted
    /// with the next [`Writer::commit`].
    ///
    /// # Errors
    /// If a file cannot be written; the index then is as it was after the last commit.
    pub fn commit_quietly(&mut self) -> Result<(), Error> {
        if self.commit_engine()? {
            self.write_manifest()?;
        }
        Ok(())
    }

    /// The same, and works out anew who is who. Without new articles only corrections that are new since then are
    /// applied.
    ///
    /// # Errors
    /// If a file cannot be written; the index then is as it was after the last commit.
    pub fn commit(&mut self) -> Result<Committed, Error> {
        let log = Log::read(&corrections::beside(&self.dir))
            .map_err(|e| ErrorKind::Corrections(e.to_string()))
            .at(&self.dir)?;
        let changed = self.commit_engine()?;
        let notes = self.write_people(&log)?;
        if changed || self.manifest.extraction != self.settings.extraction {
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

    /// Commits what waits; says whether there was anything.
    fn commit_engine(&mut self) -> Result<bool, Error> {
        if !self.changed {
            return Ok(false);
        }
        self.engine.commit().at(&self.dir)?;
        sync_folder(&self.dir.join(SEGMENTS)).at(&self.dir)?;
        sync_folder(&self.dir).at(&self.dir)?;
        self.changed = false;
        self.touched = true;
        self.reader.reload().at(&self.dir)?;
        self.known = Known::new(&self.settings.extraction, self.reader.searcher()).at(&self.dir)?;
        self.recent.clear();
        self.recent_versions.clear();
        Ok(true)
    }

    /// Commits, waits for the engine to join small segments, and closes the index.
    ///
    /// # Errors
    /// As [`Writer::commit`].
    pub fn finish(mut self) -> Result<Committed, Error> {
        let committed = self.commit()?;
        if !self.touched {
            return Ok(committed);
        }
        let Self {
            dir,
            index,
            engine,
            reader,
            known,
            mut manifest,
            ..
        } = self;
        // What is joined meanwhile is not needed any more.
        let groups = Groups::find(known.searcher()).at(&dir)?;
        drop(known);
        drop(reader);
        engine.wait_merging_threads().at(&dir)?;
        manifest.groups = Some(groups.write(&dir)?);
        renew_files(&index, &dir, &mut manifest)?;
        manifest.families = Some(families::renew(&index, &dir)?);
        manifest.write(&dir)?;
        groups::sweep(&dir, manifest.groups.as_ref());
        Ok(committed)
    }

    /// Who is who, if it is not written yet for this state of index and log. Returns what to tell the user.
    fn write_people(&self, log: &Log) -> Result<Vec<String>, Error> {
        let generation = self.index.load_metas().at(&self.dir)?.opstamp;
        let people = match People::read(&self.dir, generation, Some(log.hash())) {
            Some(people) => people,
            None => {
                let searcher = self.index.reader().at(&self.dir)?.searcher();
                let people = People::work_out(&searcher, log).at(&self.dir)?;
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
            let searcher = self.known.searcher();
            let of = |value| {
                let term = Term::from_field_text(fields().doc, value);
                searcher.search(&TermQuery::new(term, IndexRecordOption::Basic), &Count)
            };
            Ok((of(schema::ARTICLE)? as u64, of(schema::STATEMENT)? as u64))
        };
        let (articles, statements) = count()
            .map_err(|e: TantivyError| ErrorKind::from(e))
            .at(&self.dir)?;
        self.manifest.schema_version = SCHEMA_VERSION;
        self.manifest
            .extraction
            .clone_from(&self.settings.extraction);
        self.manifest.keep_versions = self.settings.keep_versions;
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
