//! Continents, countries and their first- and second-level divisions.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::builder::{Builder, Entry, Extent, Usage};
use super::{Error, Sources, json, log10, point, rows, split_names};
use crate::extract::gazetteer::Class;

pub(super) const COUNTRIES: &str = include_str!("countries.tsv");

pub(super) const ADMIN1: &str = include_str!("admin1.tsv");

#[derive(Deserialize)]
pub(super) struct Country {
    pub(super) geonameid: u32,
    pub(super) name: String,
    pub(super) iso: String,
    pub(super) continentcode: String,
    pub(super) population: u64,
}

#[derive(Deserialize)]
pub(super) struct Continent {
    pub(super) lat: String,
    pub(super) lng: String,
    #[serde(rename = "geonameId")]
    pub(super) geonames: u32,
    #[serde(rename = "toponymName")]
    pub(super) name: String,
    pub(super) population: u64,
}

#[derive(Deserialize)]
pub(super) struct State {
    pub(super) code: String,
    pub(super) geonameid: u32,
}

#[derive(Deserialize)]
pub(super) struct Division {
    pub(super) code: String,
    pub(super) name: String,
}

pub(super) fn continents(builder: &mut Builder, sources: &Sources<'_>) -> Result<(), Error> {
    let file = "continents.json";
    let continents: BTreeMap<String, Continent> = json(file, sources.continents)?;
    for (code, continent) in continents {
        let degrees = |text: &str| {
            text.parse().map_err(|_| Error::Input {
                file,
                reason: format!("{text:?} is no number of degrees"),
            })
        };
        let id = builder.add(Entry {
            name: continent.name,
            class: Class::Continent,
            geonames: continent.geonames,
            lat: degrees(&continent.lat)?,
            lon: degrees(&continent.lng)?,
            prominence: log10(continent.population),
            parent: None,
        });
        builder.codes.insert(format!("continent {code}"), id);
    }
    Ok(())
}

pub(super) fn countries(builder: &mut Builder, sources: &Sources<'_>) -> Result<(), Error> {
    let countries: BTreeMap<String, Country> = json("countries.json", sources.countries)?;
    for [code, lat, lon, shown, others] in rows(COUNTRIES) {
        let country = countries.get(code).ok_or_else(|| Error::Input {
            file: "countries.json",
            reason: format!("no country {code}"),
        })?;
        let (lat, lon) = point("countries.tsv", lat, lon)?;
        let name = if shown.is_empty() {
            country.name.trim()
        } else {
            shown
        };
        let id = builder.add(Entry {
            name: name.to_owned(),
            class: Class::Country,
            geonames: country.geonameid,
            lat,
            lon,
            prominence: log10(country.population),
            parent: builder.coded(&format!("continent {}", country.continentcode)),
        });
        builder.codes.insert(country.iso.clone(), id);
        builder.name(id, &country.name, Usage::Usual);
        for other in split_names(others) {
            builder.name(id, other, Usage::Usual);
        }
    }
    Ok(())
}

/// Words for "division" around a division's own name, which news leaves out or puts in as it likes.
pub(super) const DIVISION_WORDS: &[&str] = &[
    "Province",
    "Region",
    "Oblast",
    "oblast",
    "Republic",
    "Krai",
    "Kray",
    "Governorate",
    "District",
    "Department",
    "Prefecture",
    "County",
    "Parish",
    "Borough",
    "State",
    "Division",
    "Municipality",
    "Voivodeship",
    "Raion",
    "Regency",
    "Census Area",
    "Territory",
    "Kreis",
];

pub(super) const DIVISION_PREFIXES: &[&str] = &[
    "Province of ",
    "Republic of ",
    "State of ",
    "County of ",
    "Provincia di ",
    "Provincia de ",
    "Département de ",
    "Muhafazat ",
    "Kabupaten ",
    "Landkreis ",
    "Region of ",
    "District of ",
    "Powiat ",
    "Municipio de ",
    "Arrondissement de ",
    "Arrondissement of ",
    "Politischer Bezirk ",
    "Partido de ",
    "Departamento de ",
    "City and Borough of ",
    "City of ",
    "Royal Borough of ",
    "London Borough of ",
    "Borough of ",
    "Metropolitan City of ",
];

/// A division's name without "Province", "County of" and the like, if it has any.
pub(super) fn bare(name: &str) -> Option<&str> {
    DIVISION_WORDS
        .iter()
        .find_map(|word| name.strip_suffix(word)?.strip_suffix(' '))
        .or_else(|| {
            DIVISION_PREFIXES
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix))
        })
}

pub(super) fn admin1(
    builder: &mut Builder,
    sources: &Sources<'_>,
    extents: &HashMap<String, Extent>,
) -> Result<(), Error> {
    let divisions: Vec<Division> = json("admin1.json", sources.admin1)?;
    let states: BTreeMap<String, State> = json("us_states.json", sources.us_states)?;
    let states: HashMap<String, u32> = states
        .into_values()
        .map(|state| (format!("US.{}", state.code), state.geonameid))
        .collect();
    let own: HashMap<&str, [&str; 6]> = rows::<6>(ADMIN1).map(|row| (row[0], row)).collect();
    for division in divisions {
        let [_, lat, lon, shown, others, abbreviations] =
            own.get(division.code.as_str()).copied().unwrap_or_default();
        let extent = extents.get(&division.code).copied().unwrap_or_default();
        if extent.places == 0 && lat.is_empty() {
            continue;
        }
        let (lat, lon) = if lat.is_empty() {
            extent.middle()
        } else {
            point("admin1.tsv", lat, lon)?
        };
        let country = division.code.split('.').next().unwrap_or_default();
        let id = builder.add(Entry {
            name: if shown.is_empty() {
                division.name.clone()
            } else {
                shown.to_owned()
            },
            class: Class::Admin1,
            geonames: states.get(&division.code).copied().unwrap_or_default(),
            lat,
            lon,
            prominence: log10(extent.population),
            parent: builder.coded(country),
        });
        builder.name(id, &division.name, Usage::Usual);
        for name in [&division.name, shown] {
            // the District of Columbia is never called Columbia
            if let Some(bare) = bare(name).filter(|_| division.code != "US.DC") {
                builder.name(id, bare, Usage::Alternate);
            }
        }
        for other in split_names(others) {
            match other.strip_prefix('~') {
                Some(rarer) => builder.demote(id, rarer),
                None => builder.name(id, other, Usage::Usual),
            }
        }
        for abbreviation in split_names(abbreviations) {
            builder.name(id, abbreviation, Usage::Abbreviation);
        }
        builder.codes.insert(division.code, id);
    }
    Ok(())
}

pub(super) fn admin2(
    builder: &mut Builder,
    sources: &Sources<'_>,
    extents: &HashMap<String, Extent>,
) -> Result<(), Error> {
    let divisions: Vec<Division> = json("admin2.json", sources.admin2)?;
    for division in divisions {
        let Some(extent) = extents.get(&division.code) else {
            continue;
        };
        let Some((around, _)) = division.code.rsplit_once('.') else {
            continue;
        };
        let country = division.code.split('.').next().unwrap_or_default();
        let (lat, lon) = extent.middle();
        let bare = bare(&division.name).map(str::to_owned);
        let id = builder.add(Entry {
            name: division.name,
            class: Class::Admin2,
            geonames: 0,
            lat,
            lon,
            prominence: log10(extent.population),
            parent: builder.coded(around).or_else(|| builder.coded(country)),
        });
        if let Some(bare) = bare {
            builder.name(id, &bare, Usage::Alternate);
        }
        builder.codes.insert(division.code, id);
    }
    Ok(())
}
