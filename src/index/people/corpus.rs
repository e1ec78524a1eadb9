//! Everything that the index's columns say about who is named in which article, in memory while people are told apart.
//!
//! Some fifty bytes for each person of each article: 40 MB for 100,000 articles, for the time of the work. All numbers
//! follow the order of the names and of the articles' keys, never the order in which articles came.

use std::collections::HashMap;
use std::ops::Range;

use tantivy::columnar::StrColumn;
use tantivy::{Searcher, SegmentReader};

use super::super::schema::{self, fields};
use super::describe::{Described, parse};
use super::role::{self, Fields, Office};

/// One person or organisation of one article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Debug)]
pub(super) struct Key {
    /// See [`names::key`](crate::index::names::key).
    pub(super) text: String,
    /// By article.
    pub(super) appearances: Vec<Appearance>,
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
    personas: Vec<u32>,
    places: Vec<u32>,
    outlet: Option<u32>,
    day: Option<i32>,
    entities: Range<u32>,
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
    keys: Vec<Key>,
    personas: Vec<Persona>,
    names: Vec<String>,
    roles: Vec<RoleInfo>,
    words: Vec<String>,
    places: Vec<String>,
    articles: Vec<ArticleInfo>,
    entities: Vec<u32>,
}

/// Strings as numbers.
#[derive(Debug, Default)]
struct Interner {
    numbers: HashMap<String, u32>,
}

impl Interner {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text.to_owned(), number);
        number
    }

    fn into_list(self) -> Vec<String> {
        let mut list: Vec<(u32, String)> = self
            .numbers
            .into_iter()
            .map(|(text, number)| (number, text))
            .collect();
        list.sort_unstable();
        list.into_iter().map(|(_, text)| text).collect()
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
        let ords = |column: &Option<StrColumn>, doc| -> Vec<u64> {
            column
                .as_ref()
                .map_or_else(Vec::new, |c| c.term_ords(doc).collect())
        };
        let mut read = Vec::new();
        for doc in segment.doc_ids_alive() {
            // Statements have no fingerprint.
            if print.first(doc).is_none() {
                continue;
            }
            let halves = (high.first(doc).unwrap_or(0), low.first(doc).unwrap_or(0));
            let day = day.first(doc).and_then(|d| i32::try_from(d).ok());
            read.push((
                halves,
                day,
                ords(&entity, doc),
                ords(&place, doc),
                ords(&outlet, doc),
            ));
        }
        let entities = self.decode(
            entity.as_ref(),
            read.iter().flat_map(|r| &r.2),
            Building::persona,
        )?;
        let places = self.decode(
            place.as_ref(),
            read.iter().flat_map(|r| &r.3),
            |b, value| Some(b.places.number(value)),
        )?;
        let outlets = self.decode(
            outlet.as_ref(),
            read.iter().flat_map(|r| &r.4),
            |b, value| Some(b.outlets.number(value)),
        )?;
        for (halves, day, entity, place, outlet) in read {
            let all = |ords: &[u64], map: &HashMap<u64, u32>| -> Vec<u32> {
                ords.iter().filter_map(|o| map.get(o).copied()).collect()
            };
            self.articles.push(ArticleInfo {
                halves,
                personas: all(&entity, &entities),
                places: all(&place, &places),
                outlet: all(&outlet, &outlets).first().copied(),
                day,
                entities: 0..0,
            });
        }
        Ok(())
    }

    /// Reads the values with these ordinals, in one pass through the dictionary.
    fn decode<'a>(
        &mut self,
        column: Option<&StrColumn>,
        ords: impl Iterator<Item = &'a u64>,
        mut take: impl FnMut(&mut Self, &str) -> Option<u32>,
    ) -> tantivy::Result<HashMap<u64, u32>> {
        let Some(column) = column else {
            return Ok(HashMap::new());
        };
        let mut ords: Vec<u64> = ords.copied().collect();
        ords.sort_unstable();
        ords.dedup();
        let mut numbers = HashMap::with_capacity(ords.len());
        let mut at = ords.iter();
        column.dictionary().sorted_ords_to_term_cb(&ords, |term| {
            let value = String::from_utf8_lossy(term);
            if let (Some(ord), Some(number)) = (at.next(), take(self, &value)) {
                numbers.insert(*ord, number);
            }
        })?;
        Ok(numbers)
    }

    fn finish(self) -> Corpus {
        let Self {
            keys,
            names,
            roles,
            places,
            mut personas,
            mut articles,
            ..
        } = self;
        articles.sort_unstable_by_key(|a| a.halves);
        // Keys in the order of the alphabet.
        let texts = keys.into_list();
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
        let mut keys: Vec<Key> = order
            .iter()
            .map(|from| Key {
                text: texts[*from as usize].clone(),
                appearances: Vec::new(),
            })
            .collect();
        let mut entities = Vec::new();
        for (article, info) in (0_u32..).zip(&mut articles) {
            let begin = entities.len();
            for &persona in &info.personas {
                let key = personas[persona as usize].key;
                entities.push(key);
                keys[key as usize]
                    .appearances
                    .push(Appearance { article, persona });
            }
            info.personas = Vec::new();
            entities[begin..].sort_unstable();
            info.entities = begin as u32..entities.len() as u32;
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
                    text,
                    words: list.iter().map(|w| words.number(w)).collect(),
                    fields,
                    office,
                }
            })
            .collect();
        Corpus {
            keys,
            personas,
            names: names.into_list(),
            roles,
            words: words.into_list(),
            places: places.into_list(),
            articles,
            entities,
        }
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
    pub(super) fn keys(&self) -> &[Key] {
        &self.keys
    }

    pub(super) fn key(&self, key: u32) -> &Key {
        &self.keys[key as usize]
    }

    /// The number of a key.
    pub(super) fn find(&self, key: &str) -> Option<u32> {
        let at = self
            .keys
            .binary_search_by(|k| k.text.as_str().cmp(key))
            .ok()?;
        u32::try_from(at).ok()
    }

    pub(super) fn scene(&self, article: u32) -> Scene<'_> {
        let info = &self.articles[article as usize];
        Scene {
            entities: &self.entities[info.entities.start as usize..info.entities.end as usize],
            places: &info.places,
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
        for at in &self.key(key).appearances {
            *counts.entry(self.name(at)).or_default() += 1;
        }
        counts
            .into_iter()
            .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)))
            .map_or(self.key(key).text.as_str(), |(name, _)| name)
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
