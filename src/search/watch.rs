//! Saved searches that tell only what is new.
//!
//! They are kept beside the index, in `watches.json`, with a mark of every statement already told. A mark is made of the
//! article, the speaker and the words, so that reading an article anew tells nothing twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::answer::{Hit, StatementHit};
use super::query::Query;
use super::request::{Filter, Request, Sort};
use super::searcher::{Error, Searcher};
use crate::index::{self, fold, write_atomically};

/// Name of the file.
const FILE: &str = "watches.json";
/// Longest name of a saved search, in bytes.
const LONGEST_NAME: usize = 100;

/// A saved search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// What is searched for.
    pub query: Query,
    /// Chosen facet values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Marks of what was told.
    #[serde(default)]
    told: BTreeSet<u64>,
}

/// The saved searches of an index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watches {
    path: PathBuf,
    by_name: BTreeMap<String, Watch>,
}

impl Watches {
    /// Reads the saved searches beside an index; none if there is no file.
    ///
    /// # Errors
    /// If the file is there but cannot be read.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let by_name = match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json).map_err(|e| failed(&path, e.into()))?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(e) => return Err(failed(&path, e)),
        };
        Ok(Self { path, by_name })
    }

    /// The names with their searches, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Watch)> {
        self.by_name
            .iter()
            .map(|(name, watch)| (name.as_str(), watch))
    }

    /// Saves a search under a name, in place of the one of that name. What it finds now counts as told, unless
    /// `tell_all`. Says whether the name is one: not empty, not longer than 100 bytes, without control characters.
    ///
    /// # Errors
    /// If the search fails or the file cannot be written.
    pub fn save(
        &mut self,
        name: &str,
        query: Query,
        filters: Vec<Filter>,
        searcher: &Searcher,
        today: NaiveDate,
        tell_all: bool,
    ) -> Result<bool, Error> {
        if name.trim().is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control)
        {
            return Ok(false);
        }
        let mut watch = Watch {
            query,
            filters,
            told: BTreeSet::new(),
        };
        if !tell_all {
            watch.news(searcher, today)?;
        }
        self.by_name.insert(name.to_owned(), watch);
        self.write()?;
        Ok(true)
    }

    /// Forgets a search; says whether it was there.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn remove(&mut self, name: &str) -> Result<bool, Error> {
        let there = self.by_name.remove(name).is_some();
        if there {
            self.write()?;
        }
        Ok(there)
    }

    /// What is new for every search since it was last asked, latest first. Counts as told once this returns.
    ///
    /// # Errors
    /// If a search fails or the file cannot be written; nothing counts as told then.
    pub fn news(
        &mut self,
        searcher: &Searcher,
        today: NaiveDate,
    ) -> Result<Vec<(String, Vec<StatementHit>)>, Error> {
        let mut changed = self.clone();
        let mut all = Vec::new();
        for (name, watch) in &mut changed.by_name {
            let news = watch.news(searcher, today)?;
            if !news.is_empty() {
                all.push((name.clone(), news));
            }
        }
        if !all.is_empty() {
            changed.write()?;
            *self = changed;
        }
        Ok(all)
    }

    fn write(&self) -> Result<(), Error> {
        let json =
            serde_json::to_vec_pretty(&self.by_name).map_err(|e| failed(&self.path, e.into()))?;
        write_atomically(&self.path, &json).map_err(|e| failed(&self.path, e))
    }
}

fn failed(path: &Path, error: io::Error) -> Error {
    Error::Index(index::Error {
        path: path.to_owned(),
        kind: error.into(),
    })
}

impl Watch {
    fn news(&mut self, searcher: &Searcher, today: NaiveDate) -> Result<Vec<StatementHit>, Error> {
        let request = Request {
            query: self.query.clone(),
            filters: self.filters.clone(),
            sort: Sort::Newest,
            today,
            copies: true,
            ..Request::default()
        };
        let mut news = Vec::new();
        searcher.each(&request, |hit| {
            if let Hit::Statement(statement) = hit
                && self.told.insert(mark(&statement))
            {
                news.push(*statement);
            }
            true
        })?;
        Ok(news)
    }
}

/// The same for the same words by the same speaker in the same article.
fn mark(hit: &StatementHit) -> u64 {
    let speaker = hit.speaker.name.as_deref().unwrap_or_default();
    let whole = format!(
        "{}\n{speaker}\n{}\n{}",
        hit.article,
        fold(&hit.quote.text),
        fold(&hit.cue)
    );
    let hash = blake3::hash(whole.as_bytes());
    hash.as_bytes()
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}
