//! Making durable what a writer was given: the engine's commit, who is who, groups and families, and the manifest that
//! vouches for all of it.

use std::io;
use std::path::Path;

use tantivy::collector::Count;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{Index, TantivyError, Term};

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
const TAPES: usize = 4;

impl Writer {
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
            settings,
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
        // Nothing else is at work any more.
        let room = Room::beside(&dir, settings.memory_bytes);
        manifest.families = Some(families::renew(&index, &dir, &room)?);
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
                let room = Room::beside(&self.dir, self.settings.memory_bytes / TAPES);
                let people = People::work_out(&searcher, log, &room).at(&self.dir)?;
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
