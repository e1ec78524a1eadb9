//! The gazetteer: place names to places, and places to where they are.
//!
//! One file, built by [`crate::train::places`] and embedded in the program, read in place: opening it checks a header and
//! allocates nothing. Continents, countries, first- and second-level divisions, populated places of 500 people and more, and the
//! regions, waters, mountains, islands and facilities that news names. Sources are credited in NOTICE.
//!
//! ```
//! use whosaid::extract::gazetteer::Gazetteer;
//!
//! let gazetteer = Gazetteer::embedded();
//! let kyiv = gazetteer.named("Kiev").next().unwrap();
//! assert_eq!(gazetteer.path(kyiv.place), ["Europe", "Ukraine", "Kyiv"]);
//! ```

use std::sync::OnceLock;

mod fold;
pub mod format;

pub use fold::{fold, fold_into, is_latin, without_article};
use format::{Header, NO_PARENT, PROMINENCE_STEPS, RECORD_BYTES};

/// Number of a place in the gazetteer. Changes when the gazetteer is rebuilt: never store it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceId(pub u32);

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// What a place is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Class { $($(#[$doc])* $name),+ }

        impl Class {
            /// Every class, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

classes! {
    /// Africa, Asia …
    Continent,
    /// A country or territory with an ISO 3166-1 code.
    Country,
    /// State, province, region: the first level below the country.
    Admin1,
    /// County, district: the second level.
    Admin2,
    /// Capital of a country.
    Capital,
    /// Any other populated place.
    City,
    /// Part of a populated place.
    Section,
    /// "the Balkans", "the Midwest"
    Region,
    /// Ocean, sea, gulf, strait.
    Sea,
    /// River or canal.
    River,
    /// Lake or waterfall.
    Lake,
    /// Mountain or range.
    Mountain,
    /// Desert.
    Desert,
    /// Island or group of islands.
    Island,
    /// Building, airport, park, square.
    Facility,
}

impl Class {
    /// The class with that number in the file.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(number as usize).copied()
    }

    /// A populated place or a part of one.
    #[must_use]
    pub fn is_settlement(self) -> bool {
        matches!(self, Self::Capital | Self::City | Self::Section)
    }

    /// What the class adds to the prominence when a name could mean several places: a bare name is rather the country than the town.
    /// In units of log10 of population; tuned on local news.
    #[must_use]
    pub fn bonus(self) -> f32 {
        match self {
            Self::Continent | Self::Country => 2.8,
            Self::Admin1 => 1.3,
            Self::Region | Self::Sea | Self::Island | Self::River | Self::Mountain => 1.0,
            Self::Capital => 1.6,
            Self::Lake | Self::Desert | Self::Facility => 0.5,
            Self::City => 0.0,
            Self::Admin2 => -0.6,
            Self::Section => -0.5,
        }
    }

    /// Has other places inside, in the hierarchy of the gazetteer.
    #[must_use]
    pub fn is_container(self) -> bool {
        matches!(
            self,
            Self::Continent | Self::Country | Self::Admin1 | Self::Admin2
        )
    }
}

/// A place as the gazetteer has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// English name.
    pub name: &'static str,
    /// What it is.
    pub class: Class,
    /// GeoNames id, where known.
    pub geonames: Option<u32>,
    /// Latitude in degrees, north positive.
    pub lat: f32,
    /// Longitude in degrees, east positive.
    pub lon: f32,
    /// log10 of the population; for what has none a comparable guess at how well known it is.
    pub prominence: f32,
    /// The division, country or continent around it.
    pub parent: Option<PlaceId>,
}

impl Record {
    /// How likely a bare name means this rather than another place of the name: prominence, and what the class adds to it. In units of
    /// log10 of population. A first-level division of few people, a parish of an island, has little of its class's bonus.
    #[must_use]
    pub fn weight(&self) -> f32 {
        weight(self.class, self.prominence)
    }
}

/// See [`Record::weight`].
#[must_use]
pub fn weight(class: Class, prominence: f32) -> f32 {
    let share = match class {
        Class::Admin1 => ((prominence - 4.5) / 1.5).clamp(0.0, 1.0),
        _ => 1.0,
    };
    prominence + class.bonus() * share
}

/// A place that a name may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The place.
    pub place: PlaceId,
    /// The name is not the usual one.
    pub alternate: bool,
    /// The name is an abbreviation ("La.") that is a place name only in company or when written as one.
    pub abbreviation: bool,
}

/// The gazetteer.
#[derive(Debug, Default)]
pub struct Gazetteer {
    header: Header,
    records: &'static [u8],
    strings: &'static str,
    postings: &'static [u8],
    /// `None` only in an empty gazetteer.
    names: Option<fst::Map<&'static [u8]>>,
}

/// A division that has less than twice the people of the city of its name is the city, for a reader.
pub const SAME_PLACE: f32 = 0.3;

/// The file of the gazetteer, as it is in the binary.
pub(super) static FILE: &[u8] = include_bytes!("../model/gazetteer.bin");

impl Gazetteer {
    /// The gazetteer of this program; opened at the first call, shared by all. A damaged file, which a test guards against, gives an
    /// empty one.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static GAZETTEER: OnceLock<Gazetteer> = OnceLock::new();
        GAZETTEER.get_or_init(|| Self::open(FILE).unwrap_or_default())
    }

    /// Opens the bytes that [`crate::train::places::build`] made; `None` if they are none or damaged at the head.
    #[must_use]
    pub fn open(bytes: &'static [u8]) -> Option<Self> {
        let (header, parts) = format::split(bytes)?;
        Some(Self {
            header,
            records: parts.records,
            strings: std::str::from_utf8(parts.strings).ok()?,
            postings: parts.postings,
            names: Some(fst::Map::new(parts.names).ok()?),
        })
    }

    /// How many places there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.header.records as usize
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The places that a folded name (see [`fold`]) may mean, the most prominent first. Costs well under a microsecond.
    pub fn candidates(&self, folded: &str) -> impl Iterator<Item = Candidate> + use<> {
        let value = self
            .names
            .as_ref()
            .and_then(|names| names.get(without_article(folded)));
        let (one, many) = value.map_or((None, [].as_slice()), |value| {
            format::candidates(value, self.postings)
        });
        one.into_iter()
            .chain(many.as_chunks().0.iter().map(|b| u32::from_le_bytes(*b)))
            .map(format::candidate)
    }

    /// The places that a name as printed may mean, the most prominent first.
    pub fn named(&self, name: &str) -> impl Iterator<Item = Candidate> + use<> {
        self.candidates(&fold(name))
    }

    /// Does anything bear that folded name?
    #[must_use]
    pub fn knows(&self, folded: &str) -> bool {
        self.names
            .as_ref()
            .is_some_and(|names| names.contains_key(without_article(folded)))
    }

    /// All about a place; `None` for a number that is none of this gazetteer's.
    #[must_use]
    pub fn get(&self, place: PlaceId) -> Option<Record> {
        let at = place.0 as usize * RECORD_BYTES;
        let raw = format::Raw::read(self.records.get(at..at + RECORD_BYTES)?)?;
        let begin = raw.name as usize;
        Some(Record {
            name: self.strings.get(begin..begin + raw.name_len as usize)?,
            class: Class::from_number(raw.class)?,
            geonames: (raw.geonames != 0).then_some(raw.geonames),
            lat: raw.lat,
            lon: raw.lon,
            prominence: f32::from(raw.prominence) / PROMINENCE_STEPS,
            parent: (raw.parent != NO_PARENT).then(|| PlaceId(u32::from(raw.parent))),
        })
    }

    /// The place and what is around it, innermost first.
    pub fn ancestors(&self, place: PlaceId) -> impl Iterator<Item = (PlaceId, Record)> {
        let start = self.get(place).map(|record| (place, record));
        // A parent is always a smaller number than its child (the builder sees to it), so this ends.
        std::iter::successors(start, |(id, record)| {
            let parent = record.parent.filter(|parent| parent < id)?;
            Some((parent, self.get(parent)?))
        })
    }

    /// The nearest container of that class, the place itself included.
    #[must_use]
    pub fn within(&self, place: PlaceId, class: Class) -> Option<PlaceId> {
        self.ancestors(place)
            .find(|(_, record)| record.class == class)
            .map(|(id, _)| id)
    }

    /// Does `container` hold `place`, or is it the same?
    #[must_use]
    pub fn holds(&self, container: PlaceId, place: PlaceId) -> bool {
        self.ancestors(place).any(|(id, _)| id == container)
    }

    /// Names from the continent down to the place: the path of a place tree. Second-level divisions are left out of the paths of
    /// what lies in them, and so is a division that is hardly more than the city it is named after ("Kyiv City", "Nairobi County").
    #[must_use]
    pub fn path(&self, place: PlaceId) -> Vec<&'static str> {
        let Some(own) = self.get(place) else {
            return Vec::new();
        };
        let is_shown = |id: PlaceId, record: &Record| {
            let is_the_city = own.class.is_settlement()
                && record.class == Class::Admin1
                && record.name.starts_with(own.name)
                && record.prominence - own.prominence < SAME_PLACE;
            id == place || !(record.class == Class::Admin2 || is_the_city)
        };
        let mut path: Vec<&'static str> = self
            .ancestors(place)
            .filter(|(id, record)| is_shown(*id, record))
            .map(|(_, record)| record.name)
            .collect();
        path.reverse();
        path
    }

    /// The country with that ISO 3166-1 code ("KE"), or the division with that GeoNames code ("US.TX"). Upper case.
    #[must_use]
    pub fn coded(&self, code: &str) -> Option<PlaceId> {
        let value = self.names.as_ref()?.get([b"=", code.as_bytes()].concat())?;
        format::candidates(value, self.postings)
            .0
            .map(|posting| format::candidate(posting).place)
    }

    /// The country, division or region that a demonym ("Kenyan", "Texans", "Catalan") points at: evidence of where a story plays,
    /// never itself a place.
    #[must_use]
    pub fn demonym(&self, word: &str) -> Option<PlaceId> {
        let place = super::lexicon::demonyms::place(word)?;
        self.coded(place)
            .or_else(|| self.named(place).next().map(|c| c.place))
    }
}
