//! Populated places, and the features of the hand-written table that are none.

use std::collections::{BTreeMap, HashMap};

use super::builder::{Builder, Entry, Usage};
use super::{Error, Sources, log10, point, rows, split_names};
use crate::extract::gazetteer::{Class, is_latin};

pub(super) const FEATURES: &str = include_str!("features.tsv");

/// Population from which on a place's alternate names are kept: below, they are mostly transliterations nobody prints, and they would
/// double the file.
pub(super) const ALTERNATES_FROM: u64 = 15_000;

pub(super) struct City {
    pub(super) geonames: u32,
    pub(super) name: String,
    pub(super) ascii: String,
    pub(super) alternates: Vec<String>,
    pub(super) lat: f32,
    pub(super) lon: f32,
    pub(super) class: Class,
    pub(super) country: String,
    pub(super) admin1: String,
    pub(super) admin2: String,
    pub(super) population: u64,
}

pub(super) fn features(builder: &mut Builder) -> Result<(), Error> {
    let continents: HashMap<String, u32> = builder
        .entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.class == Class::Continent)
        .map(|(id, entry)| (entry.name.clone(), id as u32))
        .collect();
    for [class, lat, lon, rank, parent, names] in rows(FEATURES) {
        let bad = |reason: &str| Error::Input {
            file: "features.tsv",
            reason: format!("{names}: {reason}"),
        };
        let class = match class {
            "region" => Class::Region,
            "sea" => Class::Sea,
            "river" => Class::River,
            "lake" => Class::Lake,
            "mountain" => Class::Mountain,
            "desert" => Class::Desert,
            "island" => Class::Island,
            "facility" => Class::Facility,
            _ => return Err(bad("unknown class")),
        };
        let rank: f32 = rank.parse().map_err(|_| bad("unknown rank"))?;
        let parent = match parent {
            "" => None,
            _ => Some(
                continents
                    .get(parent)
                    .copied()
                    .or_else(|| builder.coded(parent))
                    .ok_or_else(|| bad("unknown parent"))?,
            ),
        };
        let (lat, lon) = point("features.tsv", lat, lon)?;
        let mut names = split_names(names);
        let id = builder.add(Entry {
            name: names.next().unwrap_or_default().to_owned(),
            class,
            geonames: 0,
            lat,
            lon,
            // rank 1 is as well known as a city of ten million, rank 4 as one of ten thousand
            prominence: 8.0 - rank,
            parent,
        });
        for name in names {
            builder.name(id, name, Usage::Usual);
        }
    }
    Ok(())
}

/// Every populated place, in the order of their GeoNames ids.
pub(super) fn read(sources: &Sources<'_>) -> Result<Vec<City>, Error> {
    let mut cities: BTreeMap<u32, City> = BTreeMap::new();
    for line in sources.cities.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [
            id,
            name,
            ascii,
            alternates,
            lat,
            lon,
            _,
            feature,
            country,
            _,
            admin1,
            admin2,
            _,
            _,
            population,
            ..,
        ] = columns[..]
        else {
            continue;
        };
        let bad = |what: &str| Error::Input {
            file: "cities500.txt",
            reason: format!("{what} of {name:?}"),
        };
        let id = id.parse().map_err(|_| bad("id"))?;
        let class = match feature {
            "PPLC" => Class::Capital,
            "PPLX" => Class::Section,
            // historical, abandoned, destroyed
            "PPLH" | "PPLCH" | "PPLQ" | "PPLW" => continue,
            _ => Class::City,
        };
        cities.insert(
            id,
            City {
                geonames: id,
                name: name.to_owned(),
                ascii: ascii.to_owned(),
                alternates: alternates.split(',').map(str::to_owned).collect(),
                lat: lat.parse().map_err(|_| bad("latitude"))?,
                lon: lon.parse().map_err(|_| bad("longitude"))?,
                class,
                country: country.to_owned(),
                admin1: admin1.to_owned(),
                admin2: admin2.to_owned(),
                population: population.parse().map_err(|_| bad("population"))?,
            },
        );
    }
    Ok(cities.into_values().collect())
}

pub(super) fn add(builder: &mut Builder, city: &City) {
    let admin1 = format!("{}.{}", city.country, city.admin1);
    let parent = builder
        .coded(&format!("{admin1}.{}", city.admin2))
        .or_else(|| builder.coded(&admin1))
        .or_else(|| builder.coded(&city.country));
    let id = builder.add(Entry {
        name: city.name.clone(),
        class: city.class,
        geonames: city.geonames,
        lat: city.lat,
        lon: city.lon,
        prominence: log10(city.population),
        parent,
    });
    builder.name(id, &city.ascii, Usage::Usual);
    if city.population < ALTERNATES_FROM && city.class != Class::Capital {
        return;
    }
    for alternate in &city.alternates {
        let is_code = alternate.len() <= 4 && alternate.chars().all(|c| c.is_ascii_uppercase());
        if (3..=40).contains(&alternate.len()) && !is_code && is_latin(alternate) {
            builder.name(id, alternate, Usage::Alternate);
        }
    }
}
