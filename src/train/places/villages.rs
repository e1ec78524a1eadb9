//! What the list of populated places leaves out: places of another list, and villages, hamlets and quarters whose name a post office bears.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

use super::builder::{Builder, Entry};
use super::cities::City;
use super::{Error, Sources, json};
use crate::extract::gazetteer::{Class, fold};

/// What a village is taken to have: two hundred people.
const PROMINENCE: f32 = 2.3;

/// A populated place of the same name and state so near is the same, in degrees of latitude: fifty kilometres.
const SAME_DEGREES: f32 = 0.45;

/// A place is in the county of the nearest populated place, if that is so near: thirty kilometres.
const COUNTY_DEGREES: f32 = 0.27;

/// A place so near to one of more people is taken to be a part of it: ten kilometres.
const PART_DEGREES: f32 = 0.09;

#[derive(Deserialize)]
struct Office {
    latitude: f32,
    longitude: f32,
    city: String,
    state: String,
    country: String,
}

/// Degrees of latitude between two points, on a flat map.
fn apart(a: (f32, f32), b: (f32, f32)) -> f32 {
    let east = (a.1 - b.1) * a.0.to_radians().cos();
    (a.0 - b.0).hypot(east)
}

/// The nearest of `cities`, if it is near enough to lie in the same county.
fn nearest<'c>(cities: &[&'c City], at: (f32, f32)) -> Option<&'c City> {
    cities
        .iter()
        .map(|city| (apart((city.lat, city.lon), at), *city))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(degrees, _)| *degrees < COUNTY_DEGREES)
        .map(|(_, city)| city)
}

#[derive(Deserialize)]
struct Listed {
    geonameid: u32,
    name: String,
    latitude: f32,
    longitude: f32,
    countrycode: String,
    admin1code: String,
    population: u64,
    alternatenames: Vec<String>,
}

/// The places of the second list that `cities` does not have.
pub(super) fn others(sources: &Sources<'_>, cities: &[City]) -> Result<Vec<City>, Error> {
    let listed: BTreeMap<String, Listed> = json("cities500.json", sources.more_cities)?;
    let known: HashSet<u32> = cities.iter().map(|city| city.geonames).collect();
    let mut by_division: HashMap<(&str, &str), Vec<&City>> = HashMap::new();
    for city in cities {
        by_division
            .entry((&city.country, &city.admin1))
            .or_default()
            .push(city);
    }
    let mut others: Vec<City> = Vec::new();
    for place in listed.into_values() {
        if known.contains(&place.geonameid) {
            continue;
        }
        let at = (place.latitude, place.longitude);
        let around = by_division
            .get(&(place.countrycode.as_str(), place.admin1code.as_str()))
            .map_or(&[][..], Vec::as_slice);
        let is_part = around.iter().any(|city| {
            city.population > place.population && apart((city.lat, city.lon), at) < PART_DEGREES
        });
        others.push(City {
            geonames: place.geonameid,
            ascii: place.name.clone(),
            name: place.name,
            alternates: place.alternatenames,
            lat: place.latitude,
            lon: place.longitude,
            class: if is_part { Class::Section } else { Class::City },
            admin2: nearest(around, at).map_or_else(String::new, |city| city.admin2.clone()),
            country: place.countrycode,
            admin1: place.admin1code,
            population: place.population,
        });
    }
    others.sort_by_key(|city| city.geonames);
    Ok(others)
}

/// Adds the post offices of which `cities` has no place.
pub(super) fn add(
    builder: &mut Builder,
    sources: &Sources<'_>,
    cities: &[City],
) -> Result<(), Error> {
    let bad = |reason: String| Error::Input {
        file: "codes.js",
        reason,
    };
    let begin = sources
        .post_offices
        .find('{')
        .ok_or_else(|| bad("no table".to_owned()))?;
    let table = sources.post_offices.get(begin..).unwrap_or_default();
    let offices: BTreeMap<String, Office> = serde_json::Deserializer::from_str(table)
        .into_iter()
        .next()
        .ok_or_else(|| bad("no table".to_owned()))?
        .map_err(|e| bad(e.to_string()))?;
    let mut by_state: HashMap<&str, Vec<&City>> = HashMap::new();
    for city in cities.iter().filter(|city| city.country == "US") {
        by_state.entry(&city.admin1).or_default().push(city);
    }
    // by state and name, in the order of the codes: the first office of a name stands for all
    let mut known: BTreeMap<(String, String), Vec<(f32, f32)>> = BTreeMap::new();
    for city in cities.iter().filter(|city| city.country == "US") {
        for name in [&city.name, &city.ascii] {
            known
                .entry((city.admin1.clone(), fold(name)))
                .or_default()
                .push((city.lat, city.lon));
        }
    }
    for office in offices.into_values() {
        let Some(state) = builder.coded(&format!("US.{}", office.state)) else {
            continue;
        };
        let at = (office.latitude, office.longitude);
        if office.country != "US" || office.latitude == 0.0 {
            continue;
        }
        let same = known
            .entry((office.state.clone(), fold(&office.city)))
            .or_default();
        if same.iter().any(|known| apart(*known, at) < SAME_DEGREES) {
            continue;
        }
        same.push(at);
        let county = by_state
            .get(office.state.as_str())
            .and_then(|cities| nearest(cities, at))
            .and_then(|city| builder.coded(&format!("US.{}.{}", city.admin1, city.admin2)));
        builder.add(Entry {
            name: office.city,
            class: Class::City,
            geonames: 0,
            lat: office.latitude,
            lon: office.longitude,
            prominence: PROMINENCE,
            parent: county.or(Some(state)),
        });
    }
    Ok(())
}
