//! What a single line of a head can be.

use crate::date::PartialDate;
use crate::ingest::byline::{PARTICLES, authors, before_place, is_capitalised, is_outlet};
use crate::ingest::written;

/// A date and the bytes of the line that it stands in.
type Dated = (PartialDate, usize, usize);

/// Lines that only say what sort of text follows.
const LABELS: &[&str] = &[
    "for immediate release",
    "press release",
    "news release",
    "media release",
    "embargoed",
    "breaking news",
    "analysis",
    "opinion",
    "comment",
    "exclusive",
    "news",
    "politics",
    "business",
    "sport",
    "world",
    "advertisement",
    "staff writer",
    "staff reporter",
];

/// Words in capitals before a dash that are no place.
const NO_PLACE: &[&str] = &[
    "LIVE",
    "BREAKING",
    "UPDATE",
    "UPDATED",
    "EXCLUSIVE",
    "VIDEO",
    "WATCH",
    "ANALYSIS",
    "OPINION",
    "CORRECTION",
    "NOTE",
    "EDITORIAL",
    "PHOTOS",
    "REVIEW",
    "INTERVIEW",
    "FACTBOX",
    "Q",
    "A",
    "QA",
    "I",
    "OK",
    "PS",
    "NB",
    "FAQ",
];

/// Words that open a byline, each with its space.
const BY: &[&str] = &[
    "by ",
    "written by ",
    "words by ",
    "reporting by ",
    "reported by ",
    "interview by ",
    "updates by ",
    "words: ",
    "text: ",
    "by: ",
    "story by ",
    "text by ",
    "par ",
    "von ",
    "por ",
];

pub(super) fn is_label(line: &str) -> bool {
    if line.len() > 60 {
        return false;
    }
    let plain = line
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    LABELS.contains(&plain.as_str())
}

/// A byline: its authors, where it ends in the line, and a date that stands in the same line.
pub(super) struct Byline {
    pub(super) authors: Vec<String>,
    pub(super) end: usize,
    pub(super) date: Option<Dated>,
}

/// "By Ann Example and Bo Sample, Northline | 3 May 2025".
pub(super) fn byline(line: &str) -> Option<Byline> {
    if line.len() > 200 {
        return None;
    }
    let after = BY.iter().find_map(|by| {
        let start = line.get(..by.len())?;
        start.eq_ignore_ascii_case(by).then(|| &line[by.len()..])
    })?;
    let from = line.len() - after.len();
    let bar = after.find(['|', '·', '•']).unwrap_or(after.len());
    let who = after[..bar].trim_end();
    let authors = authors(who)?;
    let rest = after[bar..].trim_start_matches(['|', '·', '•', ' ']);
    let dated = |part: &str| {
        let begin = part.as_ptr().addr() - line.as_ptr().addr();
        written::prefix(part).map(|(date, len)| (date, begin, begin + len))
    };
    // "By Ann Example, Kisumu, 19 July 2023"
    let date = dated(rest).or_else(|| {
        let commas = who.match_indices(", ").map(|(at, _)| &who[at + 2..]);
        commas.filter_map(dated).next()
    });
    Some(Byline {
        authors,
        end: from + who.len(),
        date,
    })
}

/// "Ann Example", "Ann Example, Northline", "Jamie Sample at Canal Road": a byline without "By". `sure` says that the
/// next line is of the head too.
pub(super) fn bare_byline(line: &str, sure: bool) -> Option<Vec<String>> {
    let words = line.split_whitespace().count();
    if line.len() > 70 || !(2..=8).contains(&words) || !sure {
        return None;
    }
    let name = before_place(line.split(',').next()?.trim());
    let found = authors(line)?;
    (found.iter().any(|a| a == name) || line.contains(" and ")).then_some(found)
}

/// A line that is a date, perhaps with a word before and a time after it.
pub(super) fn date_line(line: &str) -> Option<Dated> {
    if line.len() > 120 {
        return None;
    }
    let mut from = 0;
    loop {
        let rest = &line[from..];
        if let Some((date, len)) = written::prefix(rest) {
            let after = rest[len..].trim_start();
            let ends = after.is_empty()
                || after.starts_with(['.', ',', '|', '·', '•', '-', '–', '—', '(', 'T'])
                || after.starts_with(|c: char| c.is_ascii_digit())
                || after.starts_with("at ");
            // A sentence that happens to begin with a date goes on with a verb.
            let short = after.len() <= 70 && !after.starts_with(", ") || after.len() <= 24;
            return (ends && short).then_some((date, from, from + len));
        }
        let word = rest.find([' ', '\u{a0}']).map(|end| &rest[..end])?;
        let lower = word.trim_end_matches(':').to_lowercase();
        let opens = [
            "published",
            "updated",
            "posted",
            "last",
            "first",
            "on",
            "date",
            "le",
            "el",
            "am",
            "created",
            "modified",
            "publié",
            "veröffentlicht",
        ];
        if !opens.contains(&lower.as_str()) {
            return None;
        }
        from += word.len();
        from += line[from..].len() - line[from..].trim_start().len();
    }
}

/// A dateline at the beginning of a line.
pub(super) struct Dateline {
    /// Begin and end of the place's words.
    pub(super) place: (usize, usize),
    /// Where the story goes on.
    pub(super) end: usize,
    pub(super) date: Option<Dated>,
}

/// `NAIROBI, Kenya (Northline) —`, `LONDON, March 3 –`, `Valparaíso, Chile – October 21, 2025 –`, `BREMEN 1996-08-30`.
pub(super) fn dateline(line: &str) -> Option<Dateline> {
    let start: usize = line
        .char_indices()
        .nth(120)
        .map_or(line.len(), |(at, _)| at);
    let start = &line[..start];
    // "LEEDS, 28 December 2025: The"
    if let Some(found) = place_and_date(start)
        && let Some(place) = found.place
        && let Some(story) = start[found.date.2..].strip_prefix(": ")
    {
        return Some(Dateline {
            place: (0, place),
            end: start.len() - story.trim_start().len(),
            date: Some(found.date),
        });
    }
    let (dash, dash_len) = separator(start)?;
    let before = start[..dash].trim_end();
    let (mut place, mut agency) = (before, false);
    if let Some(open) = before.rfind('(')
        && before.ends_with(')')
    {
        place = before[..open].trim_end();
        agency = true;
    }
    let mut date = None;
    let mut dated = false;
    let mut end = dash + dash_len;
    // "…, March 3" or "… 1996-08-30" inside; "– October 21, 2025 –" after.
    if let Some((at, found)) = date_inside(place) {
        dated = true;
        if let Some((value, len)) = found {
            date = Some((value, at, at + len));
        }
        place = place[..at].trim_end_matches([' ', ',']);
    } else if let Some((value, len)) = written::prefix(start[end..].trim_start()) {
        let begin = start.len() - start[end..].trim_start().len();
        let (next, next_len) = separator(&start[begin + len..]).filter(|(at, _)| *at <= 1)?;
        dated = true;
        date = Some((value, begin, begin + len));
        end = begin + len + next + next_len;
    }
    let first = place.split(',').next()?.trim();
    let letters: Vec<char> = first.chars().filter(|c| c.is_alphabetic()).collect();
    let capitals = letters.len() >= 2 && letters.iter().all(|c| !c.is_lowercase());
    let words = place.split_whitespace().count();
    let sound = first.len() <= 40
        && words <= 8
        && !place.is_empty()
        && place
            .chars()
            .all(|c| c.is_alphabetic() || " ,.-'’/".contains(c))
        && place
            .split([' ', ','])
            .filter(|w| !w.is_empty())
            .all(|w| is_capitalised(w) || PARTICLES.contains(&w))
        && !NO_PLACE.contains(&first);
    let whole_line = end >= line.len();
    // A headline in capitals goes on in capitals.
    let mut follows = line[end..]
        .chars()
        .filter(|c| c.is_alphabetic())
        .take(30)
        .peekable();
    if follows.peek().is_some() && !follows.any(char::is_lowercase) {
        return None;
    }
    let place_alone = capitals && (dash_len > 0 || dated);
    if !sound || !(place_alone || ((agency || dated) && !whole_line)) {
        return None;
    }
    Some(Dateline {
        place: (0, place.len()),
        end: end + (line[end..].len() - line[end..].trim_start().len()),
        date,
    })
}

/// A place or paper and a date: "Bremerhaven, 28 March 2025", "HALIFAX — June 17, 2025".
pub(super) struct PlaceAndDate {
    /// Where the place's words end; `None` if it is a paper.
    pub(super) place: Option<usize>,
    pub(super) date: Dated,
}

/// The place and date that a line begins with.
fn place_and_date(line: &str) -> Option<PlaceAndDate> {
    let cut = line
        .find([',', '—', '–', '(', '·', '|'])
        .filter(|at| *at <= 60)?;
    let place = line[..cut].trim_end();
    let after = line[cut..].trim_start_matches([',', '—', '–', '(', '·', '|', ' ']);
    let begin = line.len() - after.len();
    let (date, len) = written::prefix(after)?;
    let named = !place.is_empty()
        && place.split_whitespace().count() <= 5
        && place
            .chars()
            .all(|c| c.is_alphabetic() || " .-'’".contains(c))
        && place
            .split_whitespace()
            .all(|w| is_capitalised(w) || PARTICLES.contains(&w) || w == "of");
    let is_place = !is_outlet(place) && place.split_whitespace().count() <= 3;
    named.then_some(PlaceAndDate {
        place: is_place.then_some(place.len()),
        date: (date, begin, begin + len),
    })
}

/// A line that is nothing but a place or paper and a date.
pub(super) fn place_and_date_line(line: &str) -> Option<PlaceAndDate> {
    let found = place_and_date(line).filter(|_| line.len() <= 100)?;
    let rest = line[found.date.2..].trim_matches([')', '.', ' ']);
    (rest.is_empty() || rest.len() <= 12 && rest.contains(':')).then_some(found)
}

/// Where the dash after a dateline stands, and its length; a whole line "BREMEN 1996-08-30" needs none.
fn separator(start: &str) -> Option<(usize, usize)> {
    for dash in ["—", "–", "--", " - ", " _", ") -", ")-"] {
        if let Some(at) = start.find(dash) {
            let skip = usize::from(dash.starts_with(')'));
            let found = (at + skip, dash.len() - skip);
            // The first of them counts.
            let first = ["—", "–", "--"].iter().filter_map(|d| start.find(d)).min();
            return Some(first.filter(|f| *f < found.0).map_or(found, |f| {
                let len = if start[f..].starts_with("--") { 2 } else { 3 };
                (f, len)
            }));
        }
    }
    if let Some(open) = start.find("): ") {
        return Some((open + 1, 1));
    }
    let digits = start.find(|c: char| c.is_ascii_digit())?;
    let (_, len) = written::prefix(&start[digits..])?;
    (start[digits + len..].is_empty()).then_some((start.len(), 0))
}

/// A date in the words before the dash, with or without a year: where it begins, and what it is.
fn date_inside(place: &str) -> Option<(usize, Option<(PartialDate, usize)>)> {
    let starts = place.char_indices().filter(|(at, c)| {
        (c.is_alphanumeric()) && (*at == 0 || place[..*at].ends_with([' ', ',']))
    });
    for (at, _) in starts {
        if at == 0 {
            continue;
        }
        if let Some(found) = written::prefix(&place[at..]) {
            return Some((at, Some(found)));
        }
        // Without a year: "March 3", "3 March".
        let rest = &place[at..];
        let mut words = rest.split_whitespace();
        let (Some(a), Some(b), None) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let is_day = |w: &str| {
            w.trim_end_matches(['.', ','])
                .parse::<u32>()
                .is_ok_and(|d| (1..=31).contains(&d))
        };
        let is_month = |w: &str| written::prefix(&format!("{w} 2000")).is_some();
        if is_month(a) && is_day(b) || is_day(a) && is_month(b) {
            return Some((at, None));
        }
    }
    None
}

/// A headline: short, no sentence, and followed by something longer.
pub(super) fn is_title(line: &str, next: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    if line.len() > 200 || words.len() < 2 || words.len() > 30 {
        return false;
    }
    let long: Vec<&&str> = words
        .iter()
        .filter(|w| w.chars().filter(|c| c.is_alphabetic()).count() > 3)
        .collect();
    let capitals = long.iter().filter(|w| is_capitalised(w)).count();
    let like_a_title = !long.is_empty() && capitals * 10 >= long.len() * 7 && words.len() >= 4;
    let bare = line.trim_end_matches(['"', '”', '’', '\'', ')', ']']);
    let ends_as_sentence = bare.ends_with(['.', ';', ':', ',', '…']) && !bare.ends_with("...");
    let speaks = [",” ", ",\" ", "” said", "\" said", " said: "]
        .iter()
        .any(|s| line.contains(s));
    let listed = line.starts_with(['-', '*', '•', '–']);
    if speaks || listed || (ends_as_sentence && !like_a_title) {
        return false;
    }
    // Verse and lists go on in the same way.
    next.len() >= 40
        || next.len() > line.len()
        || byline(next).is_some()
        || date_line(next).is_some()
        || { next.len() <= 120 && is_standfirst(next) }
}

/// A line between headline and byline: short, and it does not quote.
pub(super) fn is_standfirst(line: &str) -> bool {
    line.len() <= 240
        && !["said", "says", "told"]
            .iter()
            .any(|w| line.split_whitespace().any(|x| x == *w))
}
