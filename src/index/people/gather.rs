//! Reads the columns of an index into a [`Corpus`].

use std::ops::Range;

use foldhash::HashMap;
use tantivy::SegmentReader;
use tantivy::columnar::StrColumn;

use super::super::error::ErrorKind;
use super::super::schema::{self, fields};
use super::super::tape::{Room, Sorter, Tape};
use super::corpus::{ArticleInfo, Corpus, NO_DAY, NONE, Persona, Place, RoleInfo, part, rarity};
use super::describe::{Described, parse};
use super::role;

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

#[derive(Debug)]
struct Building {
    room: Room,
    keys: Interner,
    names: Interner,
    roles: Interner,
    places: Interner,
    outlets: Interner,
    personas: Vec<Persona>,
    /// The number of a persona, by a hash of its value: many segments have the same.
    known: HashMap<u128, Option<u32>>,
    articles: Vec<ArticleInfo>,
    /// Of all articles, one after the other.
    personas_of: Tape<1>,
    places_of: Tape<1>,
}

impl Building {
    fn new(room: &Room) -> Self {
        Self {
            room: room.clone(),
            keys: Interner::default(),
            names: Interner::default(),
            roles: Interner::default(),
            places: Interner::default(),
            outlets: Interner::default(),
            personas: Vec::new(),
            known: HashMap::default(),
            articles: Vec::new(),
            personas_of: Tape::new(room),
            places_of: Tape::new(room),
        }
    }

    fn persona(&mut self, value: &str) -> Option<u32> {
        let hash = blake3::hash(value.as_bytes());
        let hash = hash
            .as_bytes()
            .first_chunk()
            .copied()
            .map_or(0, u128::from_le_bytes);
        if let Some(known) = self.known.get(&hash) {
            return *known;
        }
        let new = self.new_persona(value);
        self.known.insert(hash, new);
        new
    }

    fn new_persona(&mut self, value: &str) -> Option<u32> {
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

    fn segment(&mut self, segment: &SegmentReader) -> Result<(), ErrorKind> {
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
            let outlet = values(&outlet_ords, &outlet).first();
            self.articles.push(ArticleInfo {
                halves,
                named: entities.add(values(&entity_ords, &entity), &mut self.personas_of)?,
                places: places.add(values(&place_ords, &place), &mut self.places_of)?,
                outlet: outlet.and_then(|ord| outlets.get(*ord)).unwrap_or(NONE),
                day: day.unwrap_or(NO_DAY),
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

    fn finish(self) -> Result<Corpus, ErrorKind> {
        let Self {
            room,
            keys,
            names,
            roles,
            places,
            mut personas,
            known,
            mut articles,
            personas_of,
            places_of,
            ..
        } = self;
        drop(known);
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
        let mut by_key = Sorter::<3, 2>::new(&room);
        let mut entities = Tape::new(&room);
        let mut named = Vec::new();
        for (article, info) in (0_u32..).zip(&mut articles) {
            named.clear();
            for &[persona] in &*part(&personas_of, &info.named) {
                let key = personas[persona as usize].key;
                named.push([key]);
                by_key.add([key, article, persona])?;
            }
            named.sort_unstable();
            let begin = entities.len();
            entities.extend(named.iter().copied())?;
            info.named = begin as u32..entities.len() as u32;
        }
        personas_of.check()?;
        drop(personas_of);
        // How many each key has, then where they begin.
        let mut begins = vec![0_u32; keys.len() + 1];
        let mut appearances = Tape::new(&room);
        by_key.each(|[key, article, persona]| {
            begins[key as usize + 1] += 1;
            appearances.extend([[article, persona]])
        })?;
        for n in 1..begins.len() {
            begins[n] += begins[n - 1];
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
        let rarities = (keys.iter().zip(begins.windows(2)))
            .map(|(key, ends)| rarity(key, (ends[1] - ends[0]) as usize, articles.len()))
            .collect();
        Ok(Corpus {
            keys,
            begins,
            rarities,
            appearances,
            personas,
            names: names.into_list(),
            roles,
            words: words.into_list(),
            places: places.into_list().into_iter().map(Place::at).collect(),
            articles,
            entities,
            places_of,
        })
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
    fn add(&self, ords: &[u32], all: &mut Tape<1>) -> Result<Range<u32>, ErrorKind> {
        let begin = all.len();
        all.extend(
            ords.iter()
                .filter_map(|ord| self.get(*ord))
                .map(|number| [number]),
        )?;
        Ok(begin as u32..all.len() as u32)
    }
}

/// The part of all values that an article has.
fn values<'a>(all: &'a [u32], range: &Range<u32>) -> &'a [u32] {
    all.get(range.start as usize..range.end as usize)
        .unwrap_or_default()
}

/// Reads the columns of all segments, one after the other.
pub(super) fn gather(
    segments: impl Iterator<Item = tantivy::Result<SegmentReader>>,
    room: &Room,
) -> Result<Corpus, ErrorKind> {
    let mut building = Building::new(room);
    for segment in segments {
        building.segment(&segment?)?;
    }
    building.finish()
}
