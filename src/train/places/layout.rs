//! The gazetteer's file out of all places and names.

use std::collections::{BTreeMap, HashMap};

use super::Error;
use super::builder::{Builder, Usage};
use crate::extract::gazetteer::format::{self, MAX_U24, NO_PARENT, PROMINENCE_STEPS, Parts, Raw};
use crate::extract::gazetteer::{Candidate, PlaceId, weight};

/// Lays the records out and makes the map of names.
pub(super) fn finish(builder: &Builder) -> Result<Vec<u8>, Error> {
    let mut strings = String::new();
    let mut offsets: HashMap<&str, u32> = HashMap::new();
    let mut records = Vec::new();
    for entry in &builder.entries {
        if entry.geonames > MAX_U24 {
            return Err(Error::TooLarge("GeoNames id"));
        }
        let name = *offsets.entry(&entry.name).or_insert_with(|| {
            let at = strings.len() as u32;
            strings.push_str(&entry.name);
            at
        });
        let raw = Raw {
            geonames: entry.geonames,
            lat: entry.lat,
            lon: entry.lon,
            parent: entry.parent.map_or(Ok(NO_PARENT), |parent| {
                u16::try_from(parent).map_err(|_| Error::TooLarge("containers"))
            })?,
            class: entry.class as u8,
            prominence: (entry.prominence * PROMINENCE_STEPS).round() as u8,
            name,
            name_len: u8::try_from(entry.name.len()).map_err(|_| Error::TooLarge("name"))?,
        };
        raw.write(&mut records);
    }
    if strings.len() > MAX_U24 as usize {
        return Err(Error::TooLarge("names"));
    }
    let mut postings = Vec::new();
    let mut map = fst::MapBuilder::memory();
    // Codes come first: `=` sorts before letters, but after digits, so both lists are merged by sorting.
    let mut values: BTreeMap<String, u64> = BTreeMap::new();
    for (code, &id) in &builder.codes {
        let alone = format::posting(Candidate {
            place: PlaceId(id),
            alternate: false,
            abbreviation: false,
        });
        values.insert(format!("={code}"), format::value(&[alone], &mut postings));
    }
    for (name, places) in &builder.names {
        let places = builder.meant(places);
        let mut list: Vec<(f32, Candidate)> = places
            .iter()
            .filter_map(|(&id, &usage)| {
                let entry = builder.entries.get(id as usize)?;
                let candidate = Candidate {
                    place: PlaceId(id),
                    alternate: usage == Usage::Alternate,
                    abbreviation: usage == Usage::Abbreviation,
                };
                let penalty = if usage == Usage::Usual { 0.0 } else { 0.8 };
                Some((weight(entry.class, entry.prominence) - penalty, candidate))
            })
            .collect();
        list.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.place.cmp(&y.place)));
        let list: Vec<u32> = list.iter().map(|(_, c)| format::posting(*c)).collect();
        values.insert(name.clone(), format::value(&list, &mut postings));
    }
    for (name, value) in values {
        map.insert(name, value)?;
    }
    let names = map.into_inner()?;
    Ok(format::join(&Parts {
        records: &records,
        strings: strings.as_bytes(),
        postings: &postings,
        names: &names,
    }))
}
