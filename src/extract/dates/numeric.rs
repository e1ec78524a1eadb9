//! Expressions that begin with digits: `20 November 2025`, `2025-11-20`, `7/8/07`, `the 1990s`, `Q3 2025`, `2025`.

use crate::extract::token::TokenKind;

use super::grammar::{Found, Grammar, Meaning, Year};
use super::period::Period;
use super::words::{Unit, Word};

/// Bare numbers below are hardly ever years, and above hardly ever any soon.
const YEARS: std::ops::RangeInclusive<i32> = 1500..=2100;

/// The digits of `word`, at most four, with nothing else.
fn digits(word: &str) -> Option<i32> {
    ((1..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit()))
        .then(|| word.parse().ok())
        .flatten()
}

/// A year of two digits: 00–49 are this century's, 50–99 the last one's.
fn century(year: i32) -> i32 {
    if year < 50 { 2000 + year } else { 1900 + year }
}

impl Grammar<'_, '_> {
    /// A year of four digits at `i`.
    pub(super) fn year_number(&self, i: u32) -> Option<i32> {
        let word = self.word(i);
        digits(word)
            .filter(|_| word.len() == 4)
            .filter(|y| YEARS.contains(y))
    }

    /// A year of two digits after an apostrophe at `i`: `’08`.
    pub(super) fn short_year(&self, i: u32) -> Option<i32> {
        let digits_of = self.word(i).strip_prefix(['\'', '’', '‘', 'ʼ'])?;
        digits(digits_of)
            .filter(|_| digits_of.len() == 2)
            .map(century)
    }

    /// A day of a month at `i`: `8`, `08`, `8th`, `eighth`.
    pub(super) fn day_of_month(&self, i: u32) -> Option<u8> {
        let day = match self.kind(i)? {
            TokenKind::Number => {
                let word = self.word(i);
                let bare = ["st", "nd", "rd", "th"]
                    .iter()
                    .find_map(|s| word.strip_suffix(s))
                    .unwrap_or(word);
                u8::try_from(digits(bare).filter(|_| bare.len() <= 2)?).ok()?
            }
            TokenKind::Word => match self.class(i) {
                Word::Ordinal(n) => n,
                _ => return None,
            },
            _ => return None,
        };
        (1..=31).contains(&day).then_some(day)
    }

    /// The rules whose core begins with the number at `i`.
    pub(super) fn number(&self, i: u32) -> Found {
        self.iso(i)
            .or_else(|| self.separated(i))
            .or_else(|| self.day_then_month(i))
            .or_else(|| self.decade(i))
            .or_else(|| self.year(i))
            .or_else(|| {
                let count = digits(self.word(i))?;
                self.distance(i, count)
            })
            .or_else(|| self.numbered_quarter(i))
    }

    /// `2025-11-20`, perhaps with a time.
    fn iso(&self, i: u32) -> Found {
        let year = self.year_number(i)?;
        let dashes = [1, 2, 3, 4].iter().all(|n| self.glued(i + n))
            && self.is_dash(i + 1)
            && self.is_dash(i + 3);
        if !dashes {
            return None;
        }
        let month = digits(self.word(i + 2)).filter(|_| self.word(i + 2).len() == 2)?;
        let last = self.word(i + 4);
        let day = last.get(..2)?;
        let rest = last.get(2..)?;
        if !(rest.is_empty() || rest.starts_with(['T', 't'])) {
            return None;
        }
        let period = Period::ymd(year, month as u32, digits(day)? as u32)?;
        let mut end = i + 5;
        // the zone of a time is cut off at its sign
        if !rest.is_empty() && self.is_dash(end) && self.glued(end) && self.glued(end + 1) {
            end += 2;
        }
        Some((end, Meaning::Fixed(period)))
    }

    /// `20/11/2025`, `2025/11/20`, `20.11.2025`, `11-20-2025`.
    fn separated(&self, i: u32) -> Found {
        let word = self.word(i);
        let (mut parts, separator, end) =
            if let Some(separator) = ['/', '.'].into_iter().find(|&s| word.contains(s)) {
                let mut parts = word.split(separator);
                let three = [parts.next()?, parts.next()?, parts.next()?];
                if parts.next().is_some() {
                    return None;
                }
                (three, separator, i + 1)
            } else if (1..=4).all(|n| self.glued(i + n))
                && self.is_dash(i + 1)
                && self.is_dash(i + 3)
                && self.word(i + 4).len() == 4
            {
                ([word, self.word(i + 2), self.word(i + 4)], '-', i + 5)
            } else {
                return None;
            };
        if parts[0].len() == 4 {
            parts.reverse();
            let (day, month) = (digits(parts[0])?, digits(parts[1])?);
            let period = Period::ymd(digits(parts[2])?, month as u32, day as u32)?;
            return Some((end, Meaning::Fixed(period)));
        }
        let year = match (parts[2].len(), separator) {
            (4, _) => digits(parts[2]).filter(|y| YEARS.contains(y))?,
            (2, '/') => century(digits(parts[2])?),
            _ => return None,
        };
        let number = |s: &str| digits(s).and_then(|n| u8::try_from(n).ok());
        let (first, second) = (number(parts[0])?, number(parts[1])?);
        let valid = |m: u8, d: u8| Period::ymd(year, m.into(), d.into());
        let meaning = match (valid(first, second), valid(second, first)) {
            (_, Some(period)) if separator == '.' => Meaning::Fixed(period),
            (Some(period), None) | (None, Some(period)) => Meaning::Fixed(period),
            (Some(a), Some(b)) if a == b => Meaning::Fixed(a),
            (Some(_), Some(_)) => Meaning::Numeric {
                first,
                second,
                year,
            },
            (None, None) => return None,
        };
        Some((end, meaning))
    }

    /// `20 November`, `20th of November 2025`, `20–22 November`.
    fn day_then_month(&self, i: u32) -> Found {
        let day = self.day_of_month(i)?;
        let mut at = i + 1;
        let mut last = None;
        if (self.is_dash(at) || self.is(at, &["to", "and"]))
            && let Some(d) = self.day_of_month(at + 1).filter(|&d| d > day)
        {
            last = Some(d);
            at += 2;
        }
        at = self.skip(at, &["of"]);
        at += u32::from(self.is_dash(at) && self.glued(at) && self.glued(at + 1));
        let Word::Month(month) = self.class(at) else {
            return None;
        };
        // "8 May 20" is the 8th before it is the 20th
        let after = at + 1;
        if self.is(i + 1, &["and"]) {
            last = None;
        }
        let (end, year) = self.year_after(after).unwrap_or((after, Year::Open));
        let to = last.map(|d| (month, d));
        Some((
            end,
            Meaning::Day {
                month,
                day,
                to,
                year,
            },
        ))
    }

    /// `1990s`, `the '90s`, `the 90s`.
    fn decade(&self, i: u32) -> Found {
        let word = self.word(i);
        let bare = word.trim_start_matches(['\'', '’', '‘', 'ʼ']);
        let first = bare.strip_suffix('s')?;
        let year = digits(first)?;
        let period = match first.len() {
            4 if year % 100 == 0 && year < 2000 => Period::years(year, 100)?,
            4 if year % 10 == 0 && YEARS.contains(&year) => Period::years(year, 10)?,
            2 if year % 10 == 0 => {
                let led = bare.len() < word.len()
                    || i > 0 && self.is(i - 1, &["the"]) && (20..=90).contains(&year);
                led.then_some(())?;
                Period::years(1900 + year, 10)?
            }
            _ => return None,
        };
        Some((i + 1, Meaning::Fixed(period)))
    }

    /// `2025`, `2024–25`, unless its neighbours say that it counts or costs something.
    fn year(&self, i: u32) -> Found {
        if let Some(year) = self.short_year(i) {
            // "class of ’08", but "the roadster ’08"
            let led = i > 0 && self.is(i - 1, &["of", "in", "since", "from", "until", "to", "and"]);
            return led.then_some((i + 1, Meaning::Fixed(Period::year(year)?)));
        }
        let year = self.year_number(i)?;
        // "the 1988 third quarter"
        if let Some((end, Meaning::Quarter { quarter, .. })) = self.quarter_at(i + 1) {
            return Some((end, Meaning::Fixed(Period::quarter(year, quarter.into())?)));
        }
        let glued_before = self.glued(i) && i > 0;
        if glued_before {
            let before = self.word(i - 1);
            // "555-2010", but "2019–2021"
            if self.is_dash(i - 1)
                && i >= 2
                && self.glued(i - 1)
                && self.kind(i - 2) == Some(TokenKind::Number)
                && self.year_number(i - 2).is_none()
            {
                return None;
            }
            if before.ends_with(['$', '€', '£', '¥', '#', '+', '@', ':', '.', ',', '=', '&']) {
                return None;
            }
        }
        if i > 0
            && self.is(
                i - 1,
                &[
                    "$",
                    "€",
                    "£",
                    "no.",
                    "number",
                    "nearly",
                    "almost",
                    "some",
                    "than",
                    "least",
                    "room",
                    "route",
                    "highway",
                    "flight",
                    "only",
                    "boeing",
                    "airbus",
                    "model",
                    "article",
                    "section",
                    "rule",
                    "page",
                    "channel",
                    "km",
                    "resolution",
                    "over",
                ],
            )
        {
            return None;
        }
        if self.is(
            i + 1,
            &[
                "%", "percent", "per", "million", "billion", "thousand", "hundred",
            ],
        ) {
            return None;
        }
        if self.glued(i + 1)
            && self.kind(i + 1) == Some(TokenKind::Other)
            && !self.is(i + 1, &[",", ";", ")", "]", ":", "/"])
        {
            return None;
        }
        if self.is_counting(i) {
            return None;
        }
        if self.is_dash(i + 1) && self.glued(i + 1) && self.glued(i + 2) {
            let tail = self.word(i + 2);
            if let Some(last) = digits(tail) {
                let last = match tail.len() {
                    4 => return Some((i + 1, Meaning::Fixed(Period::year(year)?))),
                    2 => year / 100 * 100 + last,
                    _ => return None,
                };
                if last > year {
                    return Some((i + 3, Meaning::Fixed(Period::years(year, last - year + 1)?)));
                }
                return None;
            }
            if self.is(
                i + 2,
                &[
                    "year", "foot", "mile", "member", "page", "seat", "meter", "metre", "strong",
                    "acre", "square", "point",
                ],
            ) {
                return None;
            }
        }
        Some((i + 1, Meaning::Fixed(Period::year(year)?)))
    }

    /// Does the number at `i` count what follows: "2000 people"?
    fn is_counting(&self, i: u32) -> bool {
        if matches!(self.class(i + 1), Word::Units(_))
            || self.is(
                i + 1,
                &[
                    "people", "men", "women", "feet", "gmt", "utc", "est", "hours",
                ],
            )
        {
            return true;
        }
        // "1990 kilograms", but "in 1990 prices rose" and "1990 was"
        let led = i > 0
            && self.is(
                i - 1,
                &[
                    "in", "since", "by", "of", "from", "until", "till", "before", "after",
                    "during", "for", "to", "through", "the", "early", "late", "mid", "between",
                    "around", "about", "fiscal", "-", "–",
                ],
            );
        !led && self.counts(i + 1)
            && !self.is(
                i + 1,
                &["was", "is", "has", "as", "does", "this", "its", "his"],
            )
    }

    /// `Q3`, `Q3 2025`, `H1 2025`.
    pub(super) fn quarter_code(&self, i: u32) -> Found {
        let [letter, digit @ b'1'..=b'4'] = *self.word(i).as_bytes() else {
            return None;
        };
        let n = digit - b'0';
        let stated = self.year_after(i + 1);
        match letter {
            b'Q' => {
                let (end, year) = stated.unwrap_or((i + 1, Year::Open));
                Some((end, Meaning::Quarter { quarter: n, year }))
            }
            b'H' if n <= 2 => {
                let (end, year) = stated?;
                Some((end, Meaning::Half { half: n, year }))
            }
            _ => None,
        }
    }

    /// `1st quarter of 2025`, `3Q`.
    fn numbered_quarter(&self, i: u32) -> Found {
        let (quarter, at) = match *self.word(i).as_bytes() {
            [d @ b'1'..=b'4', b'Q'] => (d - b'0', i + 1),
            [d @ b'1'..=b'4', _, _]
                if self.day_of_month(i).is_some()
                    && matches!(
                        self.class(i + 1 + u32::from(self.is_dash(i + 1))),
                        Word::Unit(Unit::Quarter)
                    ) =>
            {
                (d - b'0', i + 2 + u32::from(self.is_dash(i + 1)))
            }
            _ => return None,
        };
        let (end, year) = self.year_after(at).unwrap_or((at, Year::Open));
        Some((end, Meaning::Quarter { quarter, year }))
    }

    /// "nineteen ninety-six" as a year, as broadcasters' transcripts spell it.
    pub(super) fn spelled_year(&self, i: u32, count: u16) -> Found {
        if !matches!(count, 18..=20) {
            return None;
        }
        let (end, year) = self.spelled_year_number(i)?;
        Some((end, Meaning::Fixed(Period::year(year)?)))
    }

    pub(super) fn spelled_year_number(&self, i: u32) -> Option<(u32, i32)> {
        let Word::Count(century @ 18..=20) = self.class(i) else {
            return None;
        };
        let Word::Count(tens @ 10..=99) = self.class(i + 1) else {
            return None;
        };
        let year = i32::from(century) * 100 + i32::from(tens);
        let at = i + 2 + u32::from(self.is_dash(i + 2));
        match self.class(at) {
            Word::Count(ones @ 1..=9) if tens >= 20 => Some((at + 1, year + i32::from(ones))),
            _ => Some((i + 2, year)),
        }
    }
}
