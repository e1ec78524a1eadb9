//! People and organisations across articles: who is who under which names.
//!
//! The register is a function of the index and of the log of corrections, computed anew at every commit and kept beside
//! the segments as `people.json`; it bears the number of the commit that it belongs to. Killed between the two, the next
//! reader computes it for itself and the next writer writes it. So it depends on no order of articles, and what an
//! article has given goes with it.
//!
//! It holds only whom a name in all its articles does not tell: those with several names or spellings of one, and those
//! who share one. Everybody else is their [key](super::names::key).
//!
//! How it is found: `describe` puts what an article says of its people into a column, `gather` reads the columns into a `corpus`,
//! `kin` says which names may be one person's, `split` tells the bearers of one name apart, `profile` weighs roles,
//! companions, places and time, `cluster` decides, and `amend` applies the corrections.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use tantivy::{Index, Searcher};

use super::error::ErrorKind;
use super::names::{self, Finds};
use super::reader::segments;
use super::storage::write_whole;
use super::tape::Room;
use crate::corrections::Log;

mod amend;
mod cluster;
mod corpus;
mod describe;
mod gather;
mod kin;
mod numbers;
mod profile;
mod role;
mod split;

pub(super) use describe::describe;

/// Name of the register within the index folder.
pub(crate) const FILE: &str = "people.json";
/// Version of the register's format and of the rules that make it.
const VERSION: u32 = 1;

/// The register. [`People::default`] is that of an index in which every name is its own person.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct People {
    people: Vec<Individual>,
    /// Corrected statements, by id.
    statements: BTreeMap<String, Amended>,
    /// Corrections that could not be applied, for people to read.
    notes: Vec<String>,
    #[serde(skip)]
    by_key: HashMap<String, Vec<u32>>,
    /// Those whom none of their spellings finds, by the key of the name shown; made on first use.
    #[serde(skip)]
    by_name: OnceLock<HashMap<String, u32>>,
    /// Everybody, by each word of the keys; made on first use.
    #[serde(skip)]
    by_word: OnceLock<HashMap<String, Vec<u32>>>,
}

/// A person or organisation that one name does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Individual {
    /// The usual name; with role or place in brackets where others have the same. No two are equal.
    pub name: String,
    /// Is it an organisation?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub organisation: bool,
    /// Nobody in particular: the articles of a name that may be any of several people's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undecided: bool,
    /// Spellings as printed, that of most articles first.
    pub spellings: Vec<String>,
    /// The names, and in which articles.
    pub parts: Vec<Part>,
    /// How many articles name them.
    pub articles: u32,
    /// The role that most articles print.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// A place that goes with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Why these are one, and not others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// A name of somebody, and where it means them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// See [`names::key`].
    pub key: String,
    /// In which articles.
    #[serde(default, skip_serializing_if = "Articles::is_all")]
    pub articles: Articles,
}

/// A choice of the articles that have a name, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Articles {
    /// All of them.
    #[default]
    All,
    /// These.
    Only(Vec<String>),
    /// All but these.
    Except(Vec<String>),
}

impl Articles {
    fn is_all(&self) -> bool {
        *self == Self::All
    }

    /// Is this article among them?
    #[must_use]
    pub fn contain(&self, article: &str) -> bool {
        let listed = |list: &[String]| list.binary_search_by(|a| a.as_str().cmp(article)).is_ok();
        match self {
            Self::All => true,
            Self::Only(list) => listed(list),
            Self::Except(list) => !listed(list),
        }
    }
}

/// Why two names are one person's, or one name several people's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// A name.
    pub one: String,
    /// The other.
    pub other: String,
    /// The rule, or the correction.
    pub rule: String,
    /// What they share beside the name, for people to read; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shared: String,
}

/// What corrections make of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amended {
    /// Who really said it; `None` if it is no statement at all.
    pub speaker: Option<String>,
    /// `corrected by …, date: reason`
    pub note: String,
}

/// What stands before the register in the file.
#[derive(Serialize)]
struct Head<'a> {
    version: u32,
    generation: u64,
    log: &'a str,
    blake3: &'a str,
}

/// The register as it stands in the file.
#[derive(Deserialize)]
struct Stored<'a> {
    version: u32,
    /// Commit that it belongs to.
    generation: u64,
    /// Hash of the log of corrections.
    log: String,
    /// BLAKE3 of the JSON of `register`.
    blake3: String,
    #[serde(borrow)]
    register: &'a serde_json::value::RawValue,
}

impl Stored<'_> {
    /// Is the register what was written?
    fn is_sound(&self) -> bool {
        let sum = blake3::hash(self.register.get().as_bytes());
        sum.to_hex().as_str() == self.blake3
    }
}

/// Is the register of an index what was written, of whichever commit? So it is where there is none.
///
/// # Errors
/// If the file is there and cannot be read.
pub(super) fn is_sound(dir: &Path) -> io::Result<bool> {
    match fs::read(dir.join(FILE)) {
        Ok(bytes) => {
            let stored: Result<Stored<'_>, _> = serde_json::from_slice(&bytes);
            Ok(stored.is_ok_and(|stored| stored.is_sound()))
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(e),
    }
}

/// When the register of an index was written, and its size in bytes.
pub(super) fn stamp(dir: &Path) -> Option<(SystemTime, u64)> {
    let meta = fs::metadata(dir.join(FILE)).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

impl People {
    /// Works the register out from the columns of an index and the log of corrections.
    ///
    /// # Errors
    /// If the index is damaged.
    pub(super) fn make(searcher: &Searcher, log: &Log) -> Result<Self, ErrorKind> {
        let segments = searcher.segment_readers().iter().cloned().map(Ok);
        let corpus = gather::gather(segments, &Room::boundless())?;
        let mut people = amend::register(|| Ok(searcher.clone()), &corpus, log)?;
        people.link();
        Ok(people)
    }

    /// The same in bounded memory, to be written only: nobody can be looked up in it.
    pub(super) fn work_out(index: &Index, log: &Log, room: &Room) -> Result<Self, ErrorKind> {
        let corpus = gather::gather(segments(index)?, room)?;
        let people = amend::register(|| Ok(index.reader()?.searcher()), &corpus, log)?;
        corpus.check()?;
        Ok(people)
    }

    /// Reads the register of an index; `None` if there is none of this commit and log, or it is damaged.
    pub(super) fn read(dir: &Path, generation: u64, log: Option<&str>) -> Option<Self> {
        let bytes = fs::read(dir.join(FILE)).ok()?;
        let stored: Stored<'_> = serde_json::from_slice(&bytes).ok()?;
        let current = stored.version == VERSION
            && stored.generation == generation
            && log.is_none_or(|log| log == stored.log)
            && stored.is_sound();
        let mut people: Self =
            current.then(|| serde_json::from_str(stored.register.get()).ok())??;
        people.link();
        Some(people)
    }

    /// Writes the register; once this returns, it survives a power cut. It is large: it never lies in memory as a whole.
    pub(super) fn write(&self, dir: &Path, generation: u64, log: &str) -> io::Result<()> {
        let mut hasher = blake3::Hasher::new();
        serde_json::to_writer(io::BufWriter::new(&mut hasher), self)?;
        let head = serde_json::to_string(&Head {
            version: VERSION,
            generation,
            log,
            blake3: hasher.finalize().to_hex().as_str(),
        })?;
        write_whole(&dir.join(FILE), |file| {
            file.write_all(head.strip_suffix('}').unwrap_or(&head).as_bytes())?;
            file.write_all(b",\"register\":")?;
            serde_json::to_writer(&mut *file, self)?;
            file.write_all(b"}")
        })
    }

    fn link(&mut self) {
        self.by_key.clear();
        self.by_name = OnceLock::new();
        self.by_word = OnceLock::new();
        for (n, person) in (0_u32..).zip(&self.people) {
            for part in &person.parts {
                self.by_key.entry(part.key.clone()).or_default().push(n);
            }
        }
    }

    /// Everybody in the register, by name.
    #[must_use]
    pub fn all(&self) -> &[Individual] {
        &self.people
    }

    /// Has nobody two names, shares nobody one, and was nothing corrected?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.statements.is_empty()
    }

    /// Corrected statements, by id.
    #[must_use]
    pub fn amended(&self) -> &BTreeMap<String, Amended> {
        &self.statements
    }

    /// What corrections make of a statement.
    #[must_use]
    pub fn amendment(&self, statement: &str) -> Option<&Amended> {
        self.statements.get(statement)
    }

    /// Corrections that could not be applied, for people to read.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Whoever is in the register under a key.
    pub fn of_key(&self, key: &str) -> impl Iterator<Item = &Individual> {
        self.by_key
            .get(key)
            .into_iter()
            .flatten()
            .filter_map(|n| self.people.get(*n as usize))
    }

    /// The numbers in [`People::all`] of everybody under a key.
    pub fn numbers_of_key(&self, key: &str) -> &[u32] {
        self.by_key.get(key).map_or(&[], Vec::as_slice)
    }

    /// The number in [`People::all`] of the one with just this name.
    #[must_use]
    pub fn number_of(&self, name: &str) -> Option<u32> {
        let key = names::key(name);
        let is_named = |n: &&u32| {
            let person = self.people.get(**n as usize);
            person.is_some_and(|p| p.name == name || names::key(&p.name) == key)
        };
        if let Some(number) = self.numbers_of_key(&key).iter().find(is_named) {
            return Some(*number);
        }
        let by_name = self.by_name.get_or_init(|| {
            // Whoever is shown under one of their spellings is found by its key.
            let people = (0_u32..).zip(&self.people);
            let others = people.filter(|(_, person)| !person.spellings.contains(&person.name));
            others
                .map(|(n, person)| (names::key(&person.name), n))
                .collect()
        });
        by_name.get(&key).copied()
    }

    /// Who a name means in an article; `None` if the register has nothing to say of it.
    #[must_use]
    pub fn of(&self, name: &str, article: &str) -> Option<&Individual> {
        let key = names::key(name);
        self.of_key(&key).find(|person| {
            person
                .parts
                .iter()
                .any(|p| p.key == key && p.articles.contain(article))
        })
    }

    /// The one with just this [name](Individual::name), however it is spelled.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Individual> {
        self.people.get(self.number_of(name)? as usize)
    }

    /// Everybody whom a name as typed may mean, and everybody whom it does not although one of their names looks so:
    /// "Ana Ruiz" is not the A. Ruiz of whom the register knows that he is Alberto.
    #[must_use]
    pub fn typed(&self, typed: &str) -> (Vec<&Individual>, Vec<&Individual>) {
        if let Some(person) = self.named(typed)
            && names::tokens(&person.name) == names::tokens(typed)
            && person.name.contains('(')
        {
            return (vec![person], Vec::new());
        }
        let wanted = names::Typed::new(typed);
        let (mut meant, mut not) = (Vec::new(), Vec::new());
        let by_word = self.by_word.get_or_init(|| {
            let mut by_word: HashMap<String, Vec<u32>> = HashMap::new();
            for (n, person) in (0_u32..).zip(&self.people) {
                for word in person.parts.iter().flat_map(|p| p.key.split(' ')) {
                    let list = by_word.entry(word.to_owned()).or_default();
                    if list.last() != Some(&n) {
                        list.push(n);
                    }
                }
            }
            by_word
        });
        // Whatever is typed of a name, its last word is one of the name's.
        let having = wanted.last_word().and_then(|word| by_word.get(word));
        let having = having.into_iter().flatten();
        for person in having.filter_map(|n| self.people.get(*n as usize)) {
            let mut best = Finds::Nothing;
            let mut has_full = false;
            for spelling in &person.spellings {
                best = best.max(wanted.finds(spelling));
                has_full |= !names::is_abbreviated(spelling);
            }
            match best {
                Finds::Name => meant.push(person),
                // Only "A. Ruiz" is ever printed.
                Finds::Initial if !has_full => meant.push(person),
                Finds::Initial => not.push(person),
                Finds::Nothing => {}
            }
        }
        (meant, not)
    }
}
