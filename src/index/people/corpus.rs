//! Everything that the index's columns say about who is named in which article, at hand while people are told apart.
//!
//! What grows with the articles, some thirty bytes for each person of each of them, lies on tapes: in memory as long as
//! it is little, else in temporary files. Names, roles and places are in memory: there are ever fewer new ones. All
//! numbers follow the order of the names and of the articles' keys, never the order in which articles came.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use foldhash::HashMap;

use super::super::tape::Tape;
use super::role::{Fields, Office};

/// One person or organisation of one article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Appearance {
    /// Number of the article.
    pub(super) article: u32,
    persona: u32,
}

/// All appearances of a name, by article.
#[derive(Clone, Debug)]
pub(super) struct Appearances<'a>(Cow<'a, [[u32; 2]]>);

impl Appearances<'_> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, n: usize) -> Option<Appearance> {
        self.0.get(n).copied().map(Appearance::from)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Appearance> {
        self.0.iter().copied().map(Appearance::from)
    }
}

impl From<[u32; 2]> for Appearance {
    fn from([article, persona]: [u32; 2]) -> Self {
        Self { article, persona }
    }
}

/// What several articles may say of somebody in the same words.
#[derive(Debug)]
pub(super) struct Persona {
    pub(super) key: u32,
    pub(super) organisation: bool,
    pub(super) name: u32,
    pub(super) roles: Box<[u32]>,
    pub(super) also: Box<[u32]>,
}

/// A name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a> {
    /// See [`names::key`](crate::index::names::key).
    pub(super) text: &'a str,
    /// How often it is anybody's name in an article.
    pub(super) appearances: usize,
}

/// A role that is printed somewhere.
#[derive(Debug)]
pub(super) struct RoleInfo {
    pub(super) text: String,
    pub(super) words: Vec<u32>,
    pub(super) fields: Fields,
    pub(super) office: Option<Office>,
}

/// A place that is named somewhere.
#[derive(Debug)]
pub(super) struct Place {
    path: Box<str>,
    /// Places above it.
    depth: usize,
}

impl Place {
    /// The place at the end of a path, see [`join_path`](crate::index::documents::join_path).
    pub(super) fn at(path: Box<str>) -> Self {
        Self {
            depth: path.matches('/').count(),
            path,
        }
    }
}

/// What is in memory of every article.
#[derive(Clone, Debug)]
pub(super) struct ArticleInfo {
    /// Of its key.
    pub(super) halves: (u64, u64),
    /// Its part of all personas, later of all entities.
    pub(super) named: Range<u32>,
    /// Its part of all places.
    pub(super) places: Range<u32>,
    /// [`NONE`] if it has none.
    pub(super) outlet: u32,
    /// Day of publication; [`NO_DAY`] if it has none.
    pub(super) day: i32,
}

/// No outlet.
pub(super) const NONE: u32 = u32::MAX;
/// No day.
pub(super) const NO_DAY: i32 = i32::MIN;

/// A part of a tape.
pub(super) fn part<'a>(all: &'a Tape<1>, range: &Range<u32>) -> Cow<'a, [[u32; 1]]> {
    all.get(range.start as usize..range.end as usize)
}

/// What one article has beside a name.
#[derive(Clone, Debug)]
pub(super) struct Scene<'a> {
    entities: Cow<'a, [[u32; 1]]>,
    places: Cow<'a, [[u32; 1]]>,
    pub(super) outlet: Option<u32>,
    /// Day of publication.
    pub(super) day: Option<i32>,
}

impl Scene<'_> {
    /// Keys of everybody named.
    pub(super) fn entities(&self) -> &[u32] {
        self.entities.as_flattened()
    }

    /// Places and all above them.
    pub(super) fn places(&self) -> &[u32] {
        self.places.as_flattened()
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Corpus {
    /// In order.
    pub(super) keys: Vec<Box<str>>,
    /// Where the appearances of each key begin, and the end of the last.
    pub(super) begins: Vec<u32>,
    /// Of each key, see [`rarity`].
    pub(super) rarities: Vec<f32>,
    /// Article and persona, by key.
    pub(super) appearances: Tape<2>,
    pub(super) personas: Vec<Persona>,
    pub(super) names: Vec<Box<str>>,
    pub(super) roles: Vec<RoleInfo>,
    pub(super) words: Vec<Box<str>>,
    pub(super) places: Vec<Place>,
    /// In the order of their keys.
    pub(super) articles: Vec<ArticleInfo>,
    pub(super) entities: Tape<1>,
    pub(super) places_of: Tape<1>,
}

impl Corpus {
    /// The names, in the order of their keys.
    pub(super) fn keys(&self) -> impl ExactSizeIterator<Item = Key<'_>> {
        (0..self.keys.len()).map(|key| self.key(key as u32))
    }

    pub(super) fn key(&self, key: u32) -> Key<'_> {
        let n = key as usize;
        Key {
            text: &self.keys[n],
            appearances: (self.begins[n + 1] - self.begins[n]) as usize,
        }
    }

    /// Who has a name, by article.
    pub(super) fn appearances(&self, key: u32) -> Appearances<'_> {
        let n = key as usize;
        let range = self.begins[n] as usize..self.begins[n + 1] as usize;
        Appearances(self.appearances.get(range))
    }

    /// Could all of it be read whenever it was asked for?
    pub(super) fn check(&self) -> io::Result<()> {
        self.appearances.check()?;
        self.entities.check()?;
        self.places_of.check()
    }

    /// The number of a key.
    pub(super) fn find(&self, key: &str) -> Option<u32> {
        let at = self.keys.binary_search_by(|k| (**k).cmp(key)).ok()?;
        u32::try_from(at).ok()
    }

    pub(super) fn scene(&self, article: u32) -> Scene<'_> {
        let info = &self.articles[article as usize];
        Scene {
            entities: part(&self.entities, &info.named),
            places: part(&self.places_of, &info.places),
            outlet: (info.outlet != NONE).then_some(info.outlet),
            day: (info.day != NO_DAY).then_some(info.day),
        }
    }

    /// The key of an article, as its documents have it.
    pub(super) fn article_key(&self, article: u32) -> String {
        let (high, low) = self.articles[article as usize].halves;
        format!("{high:016x}{low:016x}")
    }

    /// The number of the article with a key.
    pub(super) fn find_article(&self, key: &str) -> Option<u32> {
        let halves = crate::index::documents::halves(key);
        let at = self
            .articles
            .binary_search_by_key(&halves, |a| a.halves)
            .ok()?;
        u32::try_from(at).ok()
    }

    pub(super) fn roles_of(&self, at: Appearance) -> &[u32] {
        &self.personas[at.persona as usize].roles
    }

    pub(super) fn role(&self, role: u32) -> &RoleInfo {
        &self.roles[role as usize]
    }

    pub(super) fn word(&self, word: u32) -> &str {
        &self.words[word as usize]
    }

    pub(super) fn place(&self, place: u32) -> &str {
        &self.places[place as usize].path
    }

    pub(super) fn is_country(&self, place: u32) -> bool {
        self.places[place as usize].depth == 1
    }

    pub(super) fn is_below_country(&self, place: u32) -> bool {
        self.places[place as usize].depth > 1
    }

    /// The name as the article prints it.
    pub(super) fn name(&self, at: Appearance) -> &str {
        &self.names[self.name_number(at) as usize]
    }

    /// The same as a number: names are alike only if their numbers are.
    fn name_number(&self, at: Appearance) -> u32 {
        self.personas[at.persona as usize].name
    }

    pub(super) fn is_organisation(&self, at: Appearance) -> bool {
        self.personas[at.persona as usize].organisation
    }

    /// Keys of other names that the article itself gives.
    pub(super) fn also(&self, at: Appearance) -> &[u32] {
        &self.personas[at.persona as usize].also
    }

    /// Is the name printed in more than one way?
    pub(super) fn has_spellings(&self, key: u32) -> bool {
        let appearances = self.appearances(key);
        let mut names = appearances.iter().map(|at| self.name_number(at));
        let first = names.next();
        names.any(|name| Some(name) != first)
    }

    /// The spelling that most articles have, the first in the alphabet of several.
    pub(super) fn usual_name(&self, key: u32) -> &str {
        let spellings = self.spellings(self.appearances(key).iter());
        spellings
            .first()
            .map_or(self.key(key).text, |(name, _)| *name)
    }

    /// The spellings of a name in some articles with how many have each: that of most first, of equally many in the order
    /// of the alphabet.
    pub(super) fn spellings(
        &self,
        appearances: impl Iterator<Item = Appearance>,
    ) -> Vec<(&str, u32)> {
        let mut counts: HashMap<u32, u32> = HashMap::default();
        for at in appearances {
            *counts.entry(self.name_number(at)).or_default() += 1;
        }
        let mut list: Vec<(&str, u32)> = counts
            .into_iter()
            .map(|(name, count)| (&*self.names[name as usize], count))
            .collect();
        list.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        list
    }

    /// See [`rarity`].
    pub(super) fn rarity(&self, key: u32) -> f32 {
        self.rarities[key as usize]
    }
}

/// How much it says that two people are named beside somebody of this key: much if few articles name them. All values
/// are sums of powers of two, so that adding them up in another order changes nothing. Of `articles` in all `appearances`
/// have the name.
pub(super) fn rarity(key: &str, appearances: usize, articles: usize) -> f32 {
    // A lone word may be anybody.
    let lone = !key.contains(' ');
    if appearances <= 10.max(articles / 500) {
        if lone { 0.5 } else { 2.0 }
    } else if appearances <= articles / 50 {
        if lone { 0.25 } else { 0.75 }
    } else {
        0.125
    }
}
