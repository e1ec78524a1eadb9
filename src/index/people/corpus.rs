//! Everything that the index's columns say about who is named in which article, in memory while people are told apart.
//!
//! Some thirty bytes for each person of each article, for the time of the work. All numbers follow the order of the names
//! and of the articles' keys, never the order in which articles came.

use std::collections::HashMap;
use std::ops::Range;

use tantivy::columnar::StrColumn;
use tantivy::{Searcher, SegmentReader};

use super::super::schema::{self, fields};
use super::describe::{Described, parse};
use super::role::{self, Fields, Office};

/// One person or organisation of one article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Appearance {
    /// Number of the article.
    pub(super) article: u32,
    persona: u32,
}

/// What several articles may say of somebody in the same words.
#[derive(Debug)]
struct Persona {
    key: u32,
    organisation: bool,
    name: u32,
    roles: Box<[u32]>,
    also: Box<[u32]>,
}

/// A name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a> {
    /// See [`names::key`](crate::index::names::key).
    pub(super) text: &'a str,
    /// By article.
    pub(super) appearances: &'a [Appearance],
}

/// A role that is printed somewhere.
#[derive(Debug)]
pub(super) struct RoleInfo {
    pub(super) text: String,
    pub(super) words: Vec<u32>,
    pub(super) fields: Fields,
    pub(super) office: Option<Office>,
}

#[derive(Clone, Debug)]
struct ArticleInfo {
    halves: (u64, u64),
    /// Its part of all personas, later of all entities.
    named: Range<u32>,
    /// Its part of all places.
    places: Range<u32>,
    outlet: Option<u32>,
    day: Option<i32>,
}

fn part<'a, T>(all: &'a [T], range: &Range<u32>) -> &'a [T] {
    all.get(range.start as usize..range.end as usize)
        .unwrap_or_default()
}

/// What one article has beside a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    /// Keys of everybody named.
    pub(super) entities: &'a [u32],
    /// Places and all above them.
    pub(super) places: &'a [u32],
    pub(super) outlet: Option<u32>,
    /// Day of publication.
    pub(super) day: Option<i32>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Corpus {
    /// In order.
    keys: Vec<Box<str>>,
    /// Where the appearances of each key begin, and the end of the last.
    begins: Vec<u32>,
    appearances: Vec<Appearance>,
    personas: Vec<Persona>,
    names: Vec<Box<str>>,
    roles: Vec<RoleInfo>,
    words: Vec<Box<str>>,
    places: Vec<Box<str>>,
    articles: Vec<ArticleInfo>,
    entities: Vec<u32>,
    places_of: Vec<u32>,
}

/// Strings as numbers.
#[derive(Debug, Default)]
struct Interner {
    numbers: HashMap<Box<str>, u32>,
}

impl Interner {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text.into(), number);
        number
    }

    fn into_list(self) -> Vec<Box<str>> {
        let mut list = vec![Box::default(); self.numbers.len()];
        for (text, number) in self.numbers {
            if let Some(slot) = list.get_mut(number as usize) {
                *slot = text;
            }
        }
        list
    }
}

#[derive(Debug, Default)]
struct Building {
    keys: Interner,
    names: Interner,
    roles: Interner,
    places: Interner,
    outlets: Interner,
    personas: Vec<Persona>,
    articles: Vec<ArticleInfo>,
    /// Of all articles, one after the other.
    personas_of: Vec<u32>,
    places_of: Vec<u32>,
}

impl Building {
    fn persona(&mut self, value: &str) -> Option<u32> {
        let Described {
            key,
            organisation,
            name,
            roles,
            also,
        } = parse(value)?;
        let persona = Persona {
            key: self.keys.number(key),
            organisation,
            name: self.names.number(name),
            roles: roles.into_iter().map(|r| self.roles.number(r)).collect(),
            also: also.into_iter().map(|k| self.keys.number(k)).collect(),
        };
        self.personas.push(persona);
        u32::try_from(self.personas.len() - 1).ok()
    }

    fn segment(&mut self, segment: &SegmentReader) -> tantivy::Result<()> {
        let f = fields();
        let columns = segment.fast_fields();
        let number = |field| columns.u64(schema::name(field));
        let (high, low, print) = (
            number(f.key_high)?,
            number(f.key_low)?,
            number(f.print_high)?,
        );
        let day = columns.i64(schema::name(f.published_from))?;
        let entity = columns.str(schema::name(f.entity))?;
        let place = columns.str(schema::name(f.place))?;
        let outlet = columns.str(schema::name(f.outlet))?;
        let ords = |column: &Option<StrColumn>, doc, all: &mut Vec<u32>| {
            let begin = all.len();
            if let Some(column) = column {
                all.extend(column.term_ords(doc).filter_map(|o| u32::try_from(o).ok()));
            }
            begin as u32..all.len() as u32
        };
        let (mut entity_ords, mut place_ords, mut outlet_ords) = Default::default();
        let mut read = Vec::new();
        for doc in segment.doc_ids_alive() {
            // Statements have no fingerprint.
            if print.first(doc).is_none() {
                continue;
            }
            read.push((
                (high.first(doc).unwrap_or(0), low.first(doc).unwrap_or(0)),
                day.first(doc).and_then(|d| i32::try_from(d).ok()),
                ords(&entity, doc, &mut entity_ords),
                ords(&place, doc, &mut place_ords),
                ords(&outlet, doc, &mut outlet_ords),
            ));
        }
        let entities = self.decode(entity.as_ref(), &entity_ords, Building::persona)?;
        let places = self.decode(place.as_ref(), &place_ords, |b, value| {
            Some(b.places.number(value))
        })?;
        let outlets = self.decode(outlet.as_ref(), &outlet_ords, |b, value| {
            Some(b.outlets.number(value))
        })?;
        for (halves, day, entity, place, outlet) in read {
            self.articles.push(ArticleInfo {
                halves,
                named: entities.add(part(&entity_ords, &entity), &mut self.personas_of),
                places: places.add(part(&place_ords, &place), &mut self.places_of),
                outlet: part(&outlet_ords, &outlet)
                    .first()
                    .and_then(|ord| outlets.get(*ord)),
                day,
            });
        }
        Ok(())
    }

    /// Reads the values with these ordinals, in one pass through the dictionary.
    fn decode(
        &mut self,
        column: Option<&StrColumn>,
        ords: &[u32],
        mut take: impl FnMut(&mut Self, &str) -> Option<u32>,
    ) -> tantivy::Result<Decoded> {
        let mut decoded = Decoded::default();
        let Some(column) = column else {
            return Ok(decoded);
        };
        decoded.ords = ords.to_vec();
        decoded.ords.sort_unstable();
        decoded.ords.dedup();
        let wanted: Vec<u64> = decoded.ords.iter().map(|ord| u64::from(*ord)).collect();
        column
            .dictionary()
            .sorted_ords_to_term_cb(&wanted, |term| {
                let value = String::from_utf8_lossy(term);
                decoded.numbers.push(take(self, &value));
            })?;
        Ok(decoded)
    }

    fn finish(self) -> Corpus {
        let Self {
            keys,
            names,
            roles,
            places,
            mut personas,
            mut articles,
            personas_of,
            places_of,
            ..
        } = self;
        articles.sort_unstable_by_key(|a| a.halves);
        // Keys in the order of the alphabet.
        let mut texts = keys.into_list();
        let mut order: Vec<u32> = (0..).take(texts.len()).collect();
        order.sort_unstable_by(|a, b| texts[*a as usize].cmp(&texts[*b as usize]));
        let mut place_of = vec![0_u32; texts.len()];
        for (to, from) in (0_u32..).zip(&order) {
            place_of[*from as usize] = to;
        }
        for persona in &mut personas {
            persona.key = place_of[persona.key as usize];
            for key in &mut persona.also {
                *key = place_of[*key as usize];
            }
        }
        drop(place_of);
        let keys: Vec<Box<str>> = order
            .iter()
            .map(|from| std::mem::take(&mut texts[*from as usize]))
            .collect();
        let key_of = |persona: u32| personas[persona as usize].key;
        // How many each key has, where they begin, and then where the next one goes.
        let mut begins = vec![0_u32; keys.len() + 1];
        for persona in &personas_of {
            begins[key_of(*persona) as usize + 1] += 1;
        }
        for n in 1..begins.len() {
            begins[n] += begins[n - 1];
        }
        let mut next = begins.clone();
        let mut appearances = vec![Appearance::default(); personas_of.len()];
        let mut entities = Vec::with_capacity(personas_of.len());
        for (article, info) in (0_u32..).zip(&mut articles) {
            let begin = entities.len();
            for &persona in part(&personas_of, &info.named) {
                let key = key_of(persona);
                entities.push(key);
                let at = &mut next[key as usize];
                appearances[*at as usize] = Appearance { article, persona };
                *at += 1;
            }
            entities[begin..].sort_unstable();
            info.named = begin as u32..entities.len() as u32;
        }
        let mut words = Interner::default();
        let roles = roles
            .into_list()
            .into_iter()
            .map(|text| {
                let role::Role {
                    words: list,
                    fields,
                    office,
                } = role::read(&text);
                RoleInfo {
                    text: text.into(),
                    words: list.iter().map(|w| words.number(w)).collect(),
                    fields,
                    office,
                }
            })
            .collect();
        Corpus {
            keys,
            begins,
            appearances,
            personas,
            names: names.into_list(),
            roles,
            words: words.into_list(),
            places: places.into_list(),
            articles,
            entities,
            places_of,
        }
    }
}

/// What the values of a segment became.
#[derive(Debug, Default)]
struct Decoded {
    ords: Vec<u32>,
    /// Of each of them.
    numbers: Vec<Option<u32>>,
}

impl Decoded {
    fn get(&self, ord: u32) -> Option<u32> {
        let at = self.ords.binary_search(&ord).ok()?;
        self.numbers.get(at).copied().flatten()
    }

    /// Adds the numbers of some values to all; where they are now.
    fn add(&self, ords: &[u32], all: &mut Vec<u32>) -> Range<u32> {
        let begin = all.len();
        all.extend(ords.iter().filter_map(|ord| self.get(*ord)));
        begin as u32..all.len() as u32
    }
}

/// Reads the columns of all segments.
pub(super) fn gather(searcher: &Searcher) -> tantivy::Result<Corpus> {
    let mut building = Building::default();
    for segment in searcher.segment_readers() {
        building.segment(segment)?;
    }
    Ok(building.finish())
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
            appearances: part(&self.appearances, &(self.begins[n]..self.begins[n + 1])),
        }
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
            outlet: info.outlet,
            day: info.day,
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

    pub(super) fn roles_of(&self, at: &Appearance) -> &[u32] {
        &self.personas[at.persona as usize].roles
    }

    pub(super) fn role(&self, role: u32) -> &RoleInfo {
        &self.roles[role as usize]
    }

    pub(super) fn word(&self, word: u32) -> &str {
        &self.words[word as usize]
    }

    pub(super) fn place(&self, place: u32) -> &str {
        &self.places[place as usize]
    }

    pub(super) fn is_country(&self, place: u32) -> bool {
        self.place(place).matches('/').count() == 1
    }

    pub(super) fn is_below_country(&self, place: u32) -> bool {
        self.place(place).matches('/').count() > 1
    }

    /// The name as the article prints it.
    pub(super) fn name(&self, at: &Appearance) -> &str {
        &self.names[self.personas[at.persona as usize].name as usize]
    }

    pub(super) fn is_organisation(&self, at: &Appearance) -> bool {
        self.personas[at.persona as usize].organisation
    }

    /// Keys of other names that the article itself gives.
    pub(super) fn also(&self, at: &Appearance) -> &[u32] {
        &self.personas[at.persona as usize].also
    }

    /// Is the name printed in more than one way?
    pub(super) fn has_spellings(&self, key: u32) -> bool {
        let mut names = self.key(key).appearances.iter().map(|at| self.name(at));
        let first = names.next();
        names.any(|name| Some(name) != first)
    }

    /// The spelling that most articles have, the first in the alphabet of several.
    pub(super) fn usual_name(&self, key: u32) -> &str {
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for at in self.key(key).appearances {
            *counts.entry(self.name(at)).or_default() += 1;
        }
        counts
            .into_iter()
            .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)))
            .map_or(self.key(key).text, |(name, _)| name)
    }

    /// How much it says that two people are named beside this one: much if few articles name it. All values are sums of
    /// powers of two, so that adding them up in another order changes nothing.
    pub(super) fn rarity(&self, key: u32) -> f32 {
        let key = self.key(key);
        // A lone word may be anybody.
        let lone = !key.text.contains(' ');
        let (there, all) = (key.appearances.len(), self.articles.len());
        if there <= 10.max(all / 500) {
            if lone { 0.5 } else { 2.0 }
        } else if there <= all / 50 {
            if lone { 0.25 } else { 0.75 }
        } else {
            0.125
        }
    }
}
