//! Places that stand inside other names: "Laurel County" in "Laurel County Sheriff's Office".
//!
//! All of them tell where an article plays. A reader takes as *named* only those that the name's owner serves or stands in: the police, courts,
//! schools and councils of a place, not a bank or a newspaper that bears its name.

use std::ops::Range;

use super::lookup::{is_common, is_part, prominence};
use crate::extract::gazetteer::{Candidate, Class, Gazetteer, fold_into};
use crate::extract::names::{Name, NameKind, is_proper};
use crate::extract::token::{TokenKind, Tokens};

/// A place inside a name.
pub(super) struct Nested {
    pub(super) tokens: Range<u32>,
    /// The folded name.
    pub(super) key: String,
    pub(super) candidates: Vec<Candidate>,
    /// What bears the name serves the place or stands in it.
    pub(super) is_served: bool,
    /// What bears the name is a thing that towns have, not countries: a fire department, a school.
    pub(super) is_of_town: bool,
}

/// Words of names of such things.
const OF_TOWN: &[&str] = &[
    "Elementary",
    "Fire",
    "High",
    "Library",
    "Middle",
    "School",
    "Selectmen",
    "Township",
];

/// Words of names of bodies that serve a place or stand in it, in lower case and without possessive.
const SERVES: &[&str] = &[
    "academy",
    "administration",
    "agency",
    "airport",
    "aldermen",
    "alliance",
    "ambulance",
    "archives",
    "arts",
    "assembly",
    "association",
    "attorney",
    "auditor",
    "authority",
    "board",
    "branch",
    "bureau",
    "campus",
    "cathedral",
    "cemetery",
    "census",
    "center",
    "centre",
    "chamber",
    "choir",
    "church",
    "clerk",
    "clinic",
    "club",
    "coalition",
    "college",
    "commission",
    "commissioner",
    "commissioners",
    "community",
    "constabulary",
    "cooperative",
    "cooperatives",
    "coroner",
    "corrections",
    "council",
    "councils",
    "court",
    "courthouse",
    "courts",
    "crimestoppers",
    "department",
    "detention",
    "development",
    "diocese",
    "district",
    "division",
    "education",
    "elections",
    "electors",
    "elementary",
    "emergency",
    "fair",
    "fairgrounds",
    "federation",
    "fire",
    "firefighters",
    "foundation",
    "general",
    "government",
    "governor",
    "guard",
    "health",
    "high",
    "highway",
    "historical",
    "hospital",
    "house",
    "housing",
    "jail",
    "judicial",
    "legion",
    "legislature",
    "library",
    "lottery",
    "lyceum",
    "marina",
    "marshal",
    "mayor",
    "medical",
    "memorial",
    "middle",
    "ministry",
    "mosque",
    "municipal",
    "municipality",
    "museum",
    "museums",
    "office",
    "orchestra",
    "pantry",
    "parish",
    "parks",
    "parliament",
    "patrol",
    "penitentiary",
    "planning",
    "police",
    "prefecture",
    "prison",
    "probate",
    "probation",
    "prosecutor",
    "recreation",
    "regional",
    "registry",
    "rescue",
    "school",
    "schools",
    "selectmen",
    "senate",
    "sheriff",
    "singers",
    "society",
    "stadium",
    "state",
    "symphony",
    "synagogue",
    "taxpayers",
    "theater",
    "theatre",
    "tourism",
    "transit",
    "treasurer",
    "tribunal",
    "turnpike",
    "university",
    "utilities",
    "visitors",
    "voters",
    "water",
    "ymca",
    "zoning",
    "zoo",
];

/// Such words that say so only before "of": "City of Norfolk", but "Manchester City" plays football.
const SERVES_OF: &[&str] = &["borough", "city", "county", "town", "township", "village"];

/// Names of two or more words must be as prominent as a village of five hundred; single ones, at the begin of the name of a body that serves
/// them, as a town of two thousand; single ones elsewhere as a town of five thousand at the begin and of thirty thousand further on. See
/// [`Class::bonus`].
const LEAST_LONG: f32 = 2.2;
const LEAST_SERVED: f32 = 3.3;
const LEAST_AT_BEGIN: f32 = 3.7;
const LEAST_INSIDE: f32 = 4.5;

/// Bytes of the shortest name looked for.
const MIN_BYTES: usize = 4;
/// Longest name looked for, in tokens.
const MAX_TOKENS: u32 = 4;

/// The longest place inside of every organisation's name.
pub(super) fn in_organisations(
    tokens: &Tokens<'_>,
    names: &[Name],
    gazetteer: &Gazetteer,
) -> Vec<Nested> {
    names
        .iter()
        .filter(|name| name.kind == NameKind::Organisation)
        .filter_map(|name| find(tokens, name.tokens.clone(), gazetteer))
        .collect()
}

/// The longest place inside of a name, other than the whole of it.
pub(super) fn find(tokens: &Tokens<'_>, name: Range<u32>, gazetteer: &Gazetteer) -> Option<Nested> {
    let mut key = String::new();
    fold_into(tokens.span(name.clone()).of(tokens.text), &mut key);
    if gazetteer.knows(&key) {
        return None;
    }
    for length in (1..=MAX_TOKENS).rev() {
        for begin in name.clone() {
            let end = begin + length;
            if end > name.end || (begin == name.start && end == name.end) {
                continue;
            }
            let surface = tokens.span(begin..end).of(tokens.text);
            if !surface.starts_with(char::is_uppercase) || surface.len() < MIN_BYTES {
                continue;
            }
            key.clear();
            fold_into(surface, &mut key);
            let written_short = surface.contains('.');
            let candidates: Vec<Candidate> = gazetteer
                .candidates(&key)
                .filter(|c| !c.alternate && (!c.abbreviation || written_short))
                .collect();
            let Some(&first) = candidates.first() else {
                continue;
            };
            // "Bush Administration" is named for who leads it.
            let leads = length == 1 && begin == name.start && end + 1 == name.end;
            if leads
                && tokens.word(end).eq_ignore_ascii_case("administration")
                && gazetteer
                    .get(first.place)
                    .is_some_and(|r| r.class.is_settlement())
            {
                continue;
            }
            let is_served = is_served(tokens, begin..end, name.clone());
            let least = if length > 1 {
                LEAST_LONG
            } else if is_served && begin == name.start {
                LEAST_SERVED
            } else if begin == name.start {
                LEAST_AT_BEGIN
            } else {
                LEAST_INSIDE
            };
            let is_name = length > 1 || !is_common(&key) && !is_part(&key) && is_proper(surface);
            if is_name && prominence(first, gazetteer) >= least {
                return Some(Nested {
                    tokens: begin..end,
                    candidates,
                    key,
                    is_served: is_served && is_area(first, gazetteer),
                    is_of_town: (end..name.end).any(|i| OF_TOWN.contains(&tokens.word(i))),
                });
            }
        }
    }
    None
}

/// Something that can have a police or a school.
fn is_area(candidate: Candidate, gazetteer: &Gazetteer) -> bool {
    gazetteer.get(candidate.place).is_some_and(|r| {
        !matches!(
            r.class,
            Class::Continent | Class::Sea | Class::Mountain | Class::Desert
        )
    })
}

/// Is `place` what the owner of `name` serves: "Ohio Highway Patrol", "University of Ohio"? After the place, or before it and "of" or "in",
/// one of the name's words says so.
fn is_served(tokens: &Tokens<'_>, place: Range<u32>, name: Range<u32>) -> bool {
    let is_one_of = |i: u32, list: &[&str]| {
        let word = tokens.word(i);
        let mut lower = [0; 16];
        let Some(lower) = lower.get_mut(..word.len()) else {
            return false;
        };
        lower.copy_from_slice(word.as_bytes());
        lower.make_ascii_lowercase();
        std::str::from_utf8(lower).is_ok_and(|word| list.binary_search(&word).is_ok())
    };
    let serves = |i| is_one_of(i, SERVES);
    let is_word = |i: &u32| {
        tokens
            .tokens
            .get(*i as usize)
            .is_some_and(|t| t.kind == TokenKind::Word)
    };
    if (place.end..name.end).filter(is_word).any(serves) {
        return true;
    }
    let before = |n: u32| place.start.checked_sub(n).filter(|i| *i >= name.start);
    before(1).is_some_and(|i| matches!(tokens.word(i), "of" | "in" | "at" | "de"))
        && (name.start..place.start)
            .filter(is_word)
            .any(|i| serves(i) || is_one_of(i, SERVES_OF))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        assert!(SERVES.is_sorted() && SERVES_OF.is_sorted());
    }
}
