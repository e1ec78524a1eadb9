//! From a name as printed to the places it may mean, with the words that news puts around names taken off where need be.

use crate::extract::gazetteer::{Candidate, Class, Gazetteer, fold_into};

/// Words that tell a part of a place: taken off, the name of the whole stays.
const PARTS: &[&str] = &[
    "north",
    "south",
    "east",
    "west",
    "northern",
    "southern",
    "eastern",
    "western",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
    "northeastern",
    "northwestern",
    "southeastern",
    "southwestern",
    "central",
    "greater",
    "downtown",
    "inner",
    "outer",
    "upper",
    "lower",
    "metro",
    "metropolitan",
    "suburban",
    "mainland",
    "occupied",
    "rural",
    "mid",
    "old",
    "midtown",
    "uptown",
    "far",
    "extreme",
];

/// Points of the compass, as headlines shorten them.
const POINTS: &[(&str, &str)] = &[("n", "north"), ("s", "south"), ("e", "east"), ("w", "west")];

/// What a word before or after a name says that it is.
#[derive(Clone, Copy)]
enum Wanted {
    Settlement,
    Division,
    Any,
}

const PREFIXES: &[(&str, Wanted)] = &[
    ("city of ", Wanted::Settlement),
    ("town of ", Wanted::Settlement),
    ("village of ", Wanted::Settlement),
    ("township of ", Wanted::Settlement),
    ("borough of ", Wanted::Any),
    ("port of ", Wanted::Settlement),
    ("state of ", Wanted::Division),
    ("province of ", Wanted::Division),
    ("region of ", Wanted::Division),
    ("county of ", Wanted::Division),
    ("district of ", Wanted::Division),
    ("governorate of ", Wanted::Division),
    ("county ", Wanted::Division),
    ("republic of ", Wanted::Any),
    ("kingdom of ", Wanted::Any),
    ("island of ", Wanted::Any),
    ("isle of ", Wanted::Any),
];

const SUFFIXES: &[(&str, Wanted)] = &[
    (" province", Wanted::Division),
    (" provinces", Wanted::Division),
    (" state", Wanted::Division),
    (" region", Wanted::Division),
    (" oblast", Wanted::Division),
    (" governorate", Wanted::Division),
    (" prefecture", Wanted::Division),
    (" territory", Wanted::Division),
    (" republic", Wanted::Division),
    (" department", Wanted::Division),
    (" district", Wanted::Any),
    (" county", Wanted::Division),
    (" counties", Wanted::Division),
    (" city", Wanted::Settlement),
    (" town", Wanted::Settlement),
    (" township", Wanted::Settlement),
    (" twp", Wanted::Settlement),
    (" village", Wanted::Settlement),
    (" borough", Wanted::Settlement),
    (" municipality", Wanted::Any),
    (" metropolitan area", Wanted::Settlement),
    (" metro area", Wanted::Settlement),
    (" area", Wanted::Any),
    (" valley", Wanted::Any),
    (" peninsula", Wanted::Any),
    (" island", Wanted::Any),
    (" islands", Wanted::Any),
    (" international airport", Wanted::Settlement),
    (" airport", Wanted::Settlement),
    (" harbor", Wanted::Settlement),
    (" harbour", Wanted::Settlement),
];

/// What a place is, which alone is no name: "the Port" is the one that the article is about, not Le Port on Réunion.
const KINDS: &[&str] = &[
    "bay", "beach", "bridge", "city", "coast", "county", "district", "harbor", "harbour", "hill",
    "island", "lake", "mountain", "park", "port", "river", "town", "valley", "village",
];

impl Wanted {
    fn fits(self, class: Class) -> bool {
        match self {
            Self::Settlement => class.is_settlement(),
            Self::Division => matches!(class, Class::Admin1 | Class::Admin2 | Class::Region),
            Self::Any => true,
        }
    }
}

/// Is it printed as an abbreviation is: in capitals or with a period?
pub(super) fn as_abbreviation(surface: &str) -> bool {
    surface.contains('.') || !surface.contains(char::is_lowercase)
}

/// Puts into `found`, which is empty, what the folded name may mean; the most prominent first.
pub(super) fn find(
    folded: &str,
    abbreviations: bool,
    gazetteer: &Gazetteer,
    found: &mut Vec<Candidate>,
) {
    if KINDS.contains(&folded) {
        return;
    }
    let short = folded.len() <= 2;
    found.extend(
        gazetteer
            .candidates(folded)
            .filter(|c| abbreviations || !(c.abbreviation || short)),
    );
    if !found.is_empty() {
        return;
    }
    if let Some(rest) = folded.strip_suffix(" co") {
        let county = [rest, " county"].concat();
        found.extend(gazetteer.candidates(&county));
        if !found.is_empty() {
            return;
        }
    }
    let prefixes = PREFIXES
        .iter()
        .filter_map(|(word, wanted)| Some((folded.strip_prefix(word)?, *wanted)));
    let suffixes = SUFFIXES
        .iter()
        .filter_map(|(word, wanted)| Some((folded.strip_suffix(word)?, *wanted)));
    for (rest, wanted) in prefixes.chain(suffixes) {
        let fits = |c: &Candidate| {
            gazetteer
                .get(c.place)
                .is_some_and(|record| wanted.fits(record.class))
        };
        found.extend(gazetteer.candidates(rest).filter(fits));
        if !found.is_empty() {
            return;
        }
    }
    let Some((first, rest)) = folded.split_once(' ') else {
        return;
    };
    // "S. Jersey"
    if let Some((_, word)) = POINTS.iter().find(|(short, _)| *short == first) {
        find(&[word, " ", rest].concat(), abbreviations, gazetteer, found);
    } else if PARTS.contains(&first) {
        find(rest, abbreviations, gazetteer, found);
    }
}

/// Does the folded word tell a part of a place: "northeast"?
pub(super) fn is_part(folded: &str) -> bool {
    PARTS.contains(&folded)
}

/// How prominent the place is, its class counted.
pub(super) fn prominence(candidate: Candidate, gazetteer: &Gazetteer) -> f32 {
    gazetteer
        .get(candidate.place)
        .map_or(0.0, |record| record.weight())
}

/// Words that make up names of organisations and are towns somewhere as well.
pub(super) fn is_common(folded: &str) -> bool {
    const COMMON: &[&str] = &[
        "academy",
        "bank",
        "beacon",
        "best",
        "center",
        "central",
        "centre",
        "channel",
        "college",
        "commerce",
        "community",
        "county",
        "defence",
        "defense",
        "delta",
        "district",
        "eagle",
        "economy",
        "enterprise",
        "federal",
        "general",
        "golden",
        "grand",
        "gulf",
        "high",
        "home",
        "imperial",
        "independence",
        "international",
        "justice",
        "liberty",
        "media",
        "metro",
        "mobile",
        "national",
        "northern",
        "orange",
        "police",
        "progress",
        "reading",
        "republic",
        "royal",
        "sandy",
        "southern",
        "summit",
        "sun",
        "superior",
        "transport",
        "un",
        "union",
        "university",
        "vice",
        "western",
        "young",
    ];
    COMMON.binary_search(&folded).is_ok()
}

/// Names of months, days and feasts that are towns somewhere as well.
pub(super) fn is_calendar(folded: &str) -> bool {
    const CALENDAR: &[&str] = &[
        "april",
        "august",
        "christmas",
        "easter",
        "friday",
        "january",
        "july",
        "june",
        "march",
        "may",
        "monday",
        "october",
        "spring",
        "summer",
        "sunday",
        "winter",
    ];
    CALENDAR.binary_search(&folded).is_ok()
}

/// Bytes of the shortest name looked for in free text, and how prominent it must be (see [`Class::bonus`]): five thousand people.
const MIN_IN_TEXT: usize = 4;
const LEAST_IN_TEXT: f32 = 3.7;

/// The longest place name in free text, such as an outlet's name: its folded name and its readings.
pub(super) fn in_text(text: &str, gazetteer: &Gazetteer) -> Option<(String, Vec<Candidate>)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut folded = String::new();
    for length in (1..=words.len().min(4)).rev() {
        for window in words.windows(length) {
            folded.clear();
            for word in window {
                fold_into(word, &mut folded);
            }
            if folded.len() < MIN_IN_TEXT || is_common(&folded) {
                continue;
            }
            let found: Vec<Candidate> = gazetteer
                .candidates(&folded)
                .filter(|c| !c.abbreviation && !c.alternate)
                .collect();
            if found
                .first()
                .is_some_and(|c| prominence(*c, gazetteer) >= LEAST_IN_TEXT)
            {
                return Some((folded, found));
            }
        }
    }
    None
}
