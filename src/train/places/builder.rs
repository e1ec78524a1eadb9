//! Places and names on their way into the gazetteer's file.

use std::collections::{BTreeMap, HashMap};

use super::cities::City;
use crate::extract::gazetteer::{Class, SAME_PLACE, fold};

/// A place on its way into the file.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) class: Class,
    pub(super) geonames: u32,
    pub(super) lat: f32,
    pub(super) lon: f32,
    /// log10 of the population, or a guess.
    pub(super) prominence: f32,
    pub(super) parent: Option<u32>,
}

/// How a name was given: the usual one, another, an abbreviation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Usage {
    Usual,
    Alternate,
    Abbreviation,
}

#[derive(Default)]
pub(super) struct Builder {
    pub(super) entries: Vec<Entry>,
    /// Folded name → place and best usage.
    pub(super) names: BTreeMap<String, BTreeMap<u32, Usage>>,
    /// ISO and GeoNames codes.
    pub(super) codes: HashMap<String, u32>,
}

impl Builder {
    pub(super) fn add(&mut self, entry: Entry) -> u32 {
        let id = self.entries.len() as u32;
        let name = entry.name.clone();
        self.entries.push(entry);
        self.name(id, &name, Usage::Usual);
        id
    }

    pub(super) fn name(&mut self, id: u32, name: &str, usage: Usage) {
        let folded = fold(name);
        if folded.len() < 2 {
            return;
        }
        self.names
            .entry(folded)
            .or_default()
            .entry(id)
            .and_modify(|known| *known = usage.min(*known))
            .or_insert(usage);
    }

    /// Makes a name of the place an alternate one.
    pub(super) fn demote(&mut self, id: u32, name: &str) {
        let places = self.names.entry(fold(name)).or_default();
        places.insert(id, Usage::Alternate);
    }

    /// The places of a name without those that it never means: a container's name is no other name of a place inside ("Mexico" for Mexico
    /// City), nor a seat's name one of its division ("Madrid" for the Community of Madrid), unless the division has the name too and is
    /// much larger than the seat (the state of New York).
    pub(super) fn meant(&self, places: &BTreeMap<u32, Usage>) -> BTreeMap<u32, Usage> {
        let mut meant = places.clone();
        for (&inner, &usage) in places {
            for outer in self.around(inner) {
                let Some(&outer_usage) = places.get(&outer) else {
                    continue;
                };
                let (Some(inside), Some(around)) = (
                    self.entries.get(inner as usize),
                    self.entries.get(outer as usize),
                ) else {
                    continue;
                };
                let is_division = matches!(around.class, Class::Admin1 | Class::Admin2);
                let is_seat = inside.class.is_settlement()
                    && usage == Usage::Usual
                    && is_division
                    && (outer_usage != Usage::Usual
                        || inside.class == Class::Capital
                        || around.prominence - inside.prominence < SAME_PLACE);
                if is_seat {
                    meant.remove(&outer);
                } else if outer_usage == Usage::Usual
                    && (usage != Usage::Usual || inside.class == Class::Admin1)
                {
                    meant.remove(&inner);
                }
            }
        }
        meant
    }

    /// The containers of a place, innermost first.
    pub(super) fn around(&self, place: u32) -> impl Iterator<Item = u32> {
        let parent = |id: u32| self.entries.get(id as usize)?.parent;
        std::iter::successors(parent(place), move |&id| parent(id))
    }

    pub(super) fn coded(&self, code: &str) -> Option<u32> {
        self.codes.get(code).copied()
    }
}

/// Sums over the populated places of a division, for its population and its middle.
#[derive(Default, Clone, Copy)]
pub(super) struct Extent {
    pub(super) population: u64,
    pub(super) places: u32,
    pub(super) lat: f64,
    pub(super) lon: f64,
    pub(super) south: f32,
    pub(super) north: f32,
    pub(super) west: f32,
    pub(super) east: f32,
}

impl Extent {
    pub(super) fn add(&mut self, city: &City) {
        if self.places == 0 {
            (self.south, self.north) = (city.lat, city.lat);
            (self.west, self.east) = (city.lon, city.lon);
        }
        self.population += city.population;
        self.places += 1;
        self.lat += f64::from(city.lat);
        self.lon += f64::from(city.lon);
        self.south = self.south.min(city.lat);
        self.north = self.north.max(city.lat);
        self.west = self.west.min(city.lon);
        self.east = self.east.max(city.lon);
    }

    /// Half way between the mean of the places, which leans to where people live, and the middle of their box, which leans to the
    /// far corners.
    pub(super) fn middle(&self) -> (f32, f32) {
        let n = f64::from(self.places.max(1));
        (
            ((self.lat / n) as f32 + (self.south + self.north) / 2.0) / 2.0,
            ((self.lon / n) as f32 + (self.west + self.east) / 2.0) / 2.0,
        )
    }
}
