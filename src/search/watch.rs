//! Saved searches that tell only what is new.
//!
//! They are kept beside the index, in `watches.json`, which no rebuild removes, with marks of every statement already
//! told. A mark is made of the speaker's surname and of the words, not of the file or the article: an article that is
//! read anew, moved or edited elsewhere tells nothing twice, and neither does a copy of the same quotation in another
//! paper; copies that are new in the same run are listed with it. Statements of few words ("No comment.") are marked
//! with their article, because the same words there are another statement elsewhere.

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
use crate::index::{self, fold, names, write_atomically};

/// Name of the file.
const FILE: &str = "watches.json";
/// Longest name of a saved search, in bytes.
const LONGEST_NAME: usize = 100;

/// Fewest words that are the same statement wherever they stand.
const ENOUGH_WORDS: usize = 8;

/// What is searched for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// The query.
    pub query: Query,
    /// Chosen facet values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Least confidence of a statement, 0 to 1.
    #[serde(default)]
    pub min_confidence: f32,
}

/// What news are written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NewsFormat {
    /// For reading.
    #[default]
    Text,
    /// A hit a line, as in an answer.
    Jsonl,
    /// A feed, the latest first.
    Atom,
}

/// A saved search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// What is searched for.
    #[serde(flatten)]
    pub search: Search,
    /// What its news are written as.
    #[serde(default)]
    pub format: NewsFormat,
    /// The file that they are added to; standard output if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<PathBuf>,
    /// Marks of what was told.
    #[serde(default)]
    told: BTreeSet<u64>,
}

/// What a saved search found that was not told yet.
#[derive(Clone, Debug)]
pub struct News {
    /// Name of the search.
    pub name: String,
    /// The search itself.
    pub watch: Watch,
    /// The statements, latest first; each is the first appearance of its quotation and lists the others.
    pub hits: Vec<StatementHit>,
    marks: BTreeSet<u64>,
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

    /// Is there a search of that name?
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Saves a search under a name, in place of the one of that name. What it finds now counts as told, unless
    /// `tell_all`. Says whether the name is one: not empty, not longer than 100 bytes, without control characters.
    ///
    /// # Errors
    /// If the search fails or the file cannot be written.
    pub fn save(
        &mut self,
        name: &str,
        mut watch: Watch,
        searcher: &Searcher,
        today: NaiveDate,
        tell_all: bool,
    ) -> Result<bool, Error> {
        if name.trim().is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control)
        {
            return Ok(false);
        }
        watch.told.clear();
        if !tell_all {
            watch.told = watch.news(name, searcher, today)?.marks;
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

    /// What is new for the searches of these names, or for all if there are none; searches without news are left out.
    /// It counts as told only after [`Watches::tell`].
    ///
    /// # Errors
    /// If a search fails.
    pub fn news(
        &self,
        names: &[String],
        searcher: &Searcher,
        today: NaiveDate,
    ) -> Result<Vec<News>, Error> {
        let mut all = Vec::new();
        for (name, watch) in &self.by_name {
            if names.is_empty() || names.contains(name) {
                let news = watch.news(name, searcher, today)?;
                if !news.hits.is_empty() {
                    all.push(news);
                }
            }
        }
        Ok(all)
    }

    /// Counts news as told, now that they were delivered.
    ///
    /// # Errors
    /// If the file cannot be written; they will be told again then.
    pub fn tell(&mut self, news: &News) -> Result<(), Error> {
        let Some(watch) = self.by_name.get_mut(&news.name) else {
            return Ok(());
        };
        watch.told.extend(&news.marks);
        self.write()
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
    /// A search of which nothing was told yet.
    #[must_use]
    pub fn new(search: Search, format: NewsFormat, output: Option<PathBuf>) -> Self {
        Self {
            search,
            format,
            output,
            told: BTreeSet::new(),
        }
    }

    fn news(&self, name: &str, searcher: &Searcher, today: NaiveDate) -> Result<News, Error> {
        let request = Request {
            query: self.search.query.clone(),
            filters: self.search.filters.clone(),
            min_confidence: self.search.min_confidence,
            sort: Sort::Oldest,
            today,
            copies: true,
            ..Request::default()
        };
        let mut news = News {
            name: name.to_owned(),
            watch: self.clone(),
            hits: Vec::new(),
            marks: BTreeSet::new(),
        };
        let mut first_of: BTreeMap<u64, usize> = BTreeMap::new();
        searcher.each(&request, |hit| {
            let Hit::Statement(statement) = hit else {
                return true;
            };
            let marks = marks(&statement);
            if marks.iter().any(|mark| self.told.contains(mark)) {
                // Its other mark too: what was told under an older reading stays told under the next.
                news.marks.extend(marks);
                return true;
            }
            news.marks.extend(marks);
            match first_of.get(&marks[0]) {
                Some(&first) => {
                    if let Some(first) = news.hits.get_mut(first) {
                        first.copies.push(statement.as_copy());
                    }
                }
                None => {
                    first_of.insert(marks[0], news.hits.len());
                    news.hits.push(*statement);
                }
            }
            true
        })?;
        news.hits.reverse();
        Ok(news)
    }
}

/// A mark of the words and one of the sentence around them: another reading of the same sentence may cut the words
/// elsewhere.
fn marks(hit: &StatementHit) -> [u64; 2] {
    let speaker = hit.speaker.name.as_deref().and_then(names::surname);
    let speaker = speaker.as_deref().unwrap_or_default();
    let mark = |what: &str, words: &str| {
        let place = if words.split_whitespace().count() < ENOUGH_WORDS {
            hit.article.as_str()
        } else {
            ""
        };
        let whole = format!("{what}\n{speaker}\n{words}\n{place}");
        let hash = blake3::hash(whole.as_bytes());
        hash.as_bytes()
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    };
    let sentence = fold(sentence(hit));
    let words = if hit.quote.text.is_empty() {
        // "She declined to comment": nothing was said.
        &sentence
    } else {
        &fold(&hit.quote.text)
    };
    [mark("words", words), mark("sentence", &sentence)]
}

/// The sentence of a statement, as far as its passage holds it.
fn sentence(hit: &StatementHit) -> &str {
    let passage = hit.passage.text.as_str();
    let (Some(there), Some(here)) = (hit.spans.content.first(), hit.content.first()) else {
        return passage;
    };
    // Where the passage begins in the article.
    let offset = there.begin.saturating_sub(here.begin);
    let begin = hit.spans.sentence.begin.saturating_sub(offset) as usize;
    let end = hit.spans.sentence.end.saturating_sub(offset) as usize;
    passage
        .get(begin..end.min(passage.len()))
        .filter(|s| !s.is_empty())
        .unwrap_or(passage)
}
