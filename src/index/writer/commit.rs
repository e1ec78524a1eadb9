//! Making durable what a writer was given: the engine's commit, who is who, groups and families, and the manifest that
//! vouches for all of it.

use std::io;
use std::path::Path;
use std::thread;

use tantivy::collector::Count;
use tantivy::directory::{INDEX_WRITER_LOCK, Lock};
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{Directory, Index, TantivyError, Term};

use super::{Committed, Writer};
use crate::corrections::{self, Log};
use crate::index::error::{At, Error, ErrorKind};
use crate::index::families;
use crate::index::groups::{self, Groups};
use crate::index::known::Known;
use crate::index::manifest::{FileEntry, Manifest, SCHEMA_VERSION};
use crate::index::people::People;
use crate::index::reader::{META, SEGMENTS, files_in_use};
use crate::index::schema::{self, fields};
use crate::index::storage::sync_folder;
use crate::index::tape::Room;

/// Files that may vanish while they are summed: a merge may end meanwhile.
const TRIES: usize = 8;
/// Lists that may be in memory at a time while people are told apart, each of this part of the memory for segments.
const TAPES: usize = 9;
/// What the words of all statements may take while families are joined, as a part of the memory for segments.
const WORDS: usize = 3;

impl Writer {
    /// Makes everything since the last commit durable and visible, at once or not at all. What it changed is counted
    /// with the next [`Writer::commit`].
    ///
    /// # Errors
    /// If a file cannot be written; the index then is as it was after the last commit.
    pub fn commit_quietly(&mut self) -> Result<(), Error> {
        if self.commit_engine(false)? {
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
        let log = self.log()?;
        let changed = self.commit_engine(false)?;
        let notes = write_people(&self.index, &self.dir, &log, &self.room(TAPES))?;
        if changed || self.manifest.extraction != self.settings.extraction {
            self.write_manifest()?;
        }
        Ok(self.committed(&log, notes))
    }

    fn log(&self) -> Result<Log, Error> {
        Log::read(&corrections::beside(&self.dir))
            .map_err(|e| ErrorKind::Corrections(e.to_string()))
            .at(&self.dir)
    }

    /// A part of the memory, for what is worked out over the whole index.
    fn room(&self, part: usize) -> Room {
        Room::beside(&self.dir, self.settings.memory_bytes / part)
    }

    fn committed(&mut self, log: &Log, notes: Vec<String>) -> Committed {
        Committed {
            articles: self.manifest.articles,
            statements: self.manifest.statements,
            faults: log.faults().len() as u64,
            notes,
            ..std::mem::take(&mut self.pending)
        }
    }

    /// Commits what waits; says whether there was anything. After the last time segments are joined for good.
    fn commit_engine(&mut self, is_last: bool) -> Result<bool, Error> {
        if !self.changed {
            return Ok(false);
        }
        self.hand_over()?;
        // What is still in memory becomes segments.
        let prepared = self.engine.prepare_commit().at(&self.dir)?;
        if is_last {
            // Only now that all of them are there. The engine looks for what to join whenever a segment is added, and
            // would join what is not committed by itself, to join it with the rest after the commit.
            self.joins.end();
        }
        prepared.commit().at(&self.dir)?;
        sync_folder(&self.dir.join(SEGMENTS)).at(&self.dir)?;
        sync_folder(&self.dir).at(&self.dir)?;
        self.changed = false;
        self.touched = true;
        self.reader.reload().at(&self.dir)?;
        self.known = Known::new(&self.settings.extraction, self.reader.searcher());
        self.recent.clear();
        self.recent_versions.clear();
        Ok(true)
    }

    /// Commits, waits for the engine to join small segments, and closes the index.
    ///
    /// # Errors
    /// As [`Writer::commit`].
    pub fn finish(mut self) -> Result<Committed, Error> {
        if !self.touched && !self.changed {
            return self.commit();
        }
        let log = self.log()?;
        // Even if nothing waits: what is there is joined.
        self.changed = true;
        self.commit_engine(true)?;
        self.write_manifest()?;
        let committed = self.committed(&log, Vec::new());
        let (room, words) = (self.room(TAPES), self.room(WORDS));
        let Self {
            dir,
            index,
            engine,
            reader,
            known,
            ..
        } = self;
        // What is looked through from here on is mapped a segment at a time, unless somebody holds all of them.
        drop(known);
        drop(reader);
        engine.wait_merging_threads().at(&dir)?;
        // The engine has given up the lock. Should another writer have taken it, what it has left is worked over.
        let lock = Lock {
            filepath: INDEX_WRITER_LOCK.filepath.clone(),
            is_blocking: true,
        };
        let lock = index.directory().acquire_lock(&lock);
        let (people, groups, families) = thread::scope(|scope| {
            let families = scope.spawn(|| families::renew(&index, &dir, &words));
            let groups = Groups::find(&index, &room).at(&dir);
            let groups = groups.and_then(|groups| groups.write(&dir));
            let people = write_people(&index, &dir, &log, &room);
            // A panic is one of ours: let it go on.
            let families = families
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (people, groups, families)
        });
        let notes = people?;
        let mut manifest = Manifest::read(&dir)?;
        manifest.groups = Some(groups?);
        manifest.families = Some(families?);
        renew_files(&index, &dir, &mut manifest)?;
        manifest.write(&dir)?;
        groups::sweep(&dir, manifest.groups.as_ref());
        drop(lock);
        Ok(Committed { notes, ..committed })
    }

    pub(super) fn write_manifest(&mut self) -> Result<(), Error> {
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

/// Who is who, if it is not written yet for this state of index and log. Returns what to tell the user.
fn write_people(index: &Index, dir: &Path, log: &Log, room: &Room) -> Result<Vec<String>, Error> {
    let generation = index.load_metas().at(dir)?.opstamp;
    let people = match People::read(dir, generation, Some(log.hash())) {
        Some(people) => people,
        None => {
            let people = People::work_out(index, log, room).at(dir)?;
            people.write(dir, generation, log.hash()).at(dir)?;
            people
        }
    };
    let mut notes: Vec<String> = log.faults().iter().map(ToString::to_string).collect();
    notes.extend(people.notes().iter().cloned());
    Ok(notes)
}

/// Sums the files in use that the manifest does not know yet. Files of the engine never change once written.
fn renew_files(index: &Index, dir: &Path, manifest: &mut Manifest) -> Result<(), Error> {
    let segments = dir.join(SEGMENTS);
    let mut tries = 0;
    'again: loop {
        tries += 1;
        let list = FileEntry::read(&segments.join(META)).at(&segments)?;
        let mut old = manifest.files.clone();
        let mut files = std::collections::BTreeMap::new();
        let metas = index.load_metas().at(&segments)?;
        let names = files_in_use(index).at(&segments)?;
        for name in names.iter().filter(|name| *name != META).cloned() {
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
        // A merge may have ended between the list and the names.
        if tries < TRIES && FileEntry::read(&segments.join(META)).at(&segments)? != list {
            continue;
        }
        files.insert(META.to_owned(), list);
        manifest.files = files;
        manifest.generation = metas.opstamp;
        return Ok(());
    }
}
