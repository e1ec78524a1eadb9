//! Publication dates as people and machines write them: ISO 8601, RFC 2822, "Friday, August 22, 2025", "8 July 2024".
//!
//! Of a time with a zone the calendar day is taken as it is written there: the publisher's own day. A year is needed; of
//! `03/04/2025` only the year is taken, because nobody can tell which is the month; unless another date of the same column
//! tells it ([`order`]).

use crate::date::PartialDate;

/// The first newspapers are of 1605: an earlier year, 0001 for one, stands for none.
const FIRST_YEAR: u32 = 1605;

/// Months by their first letters, in English and in the languages of the corpora that we know; longest names first where
/// one begins another.
const MONTHS: &[(&str, u32)] = &[
    ("january", 1),
    ("february", 2),
    ("march", 3),
    ("april", 4),
    ("may", 5),
    ("june", 6),
    ("july", 7),
    ("august", 8),
    ("september", 9),
    ("october", 10),
    ("november", 11),
    ("december", 12),
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sept", 9),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
    ("janvier", 1),
    ("février", 2),
    ("mars", 3),
    ("avril", 4),
    ("mai", 5),
    ("juin", 6),
    ("juillet", 7),
    ("août", 8),
    ("septembre", 9),
    ("octobre", 10),
    ("novembre", 11),
    ("décembre", 12),
    ("januar", 1),
    ("jänner", 1),
    ("februar", 2),
    ("märz", 3),
    ("juni", 6),
    ("juli", 7),
    ("oktober", 10),
    ("dezember", 12),
    ("enero", 1),
    ("febrero", 2),
    ("marzo", 3),
    ("abril", 4),
    ("mayo", 5),
    ("junio", 6),
    ("julio", 7),
    ("agosto", 8),
    ("septiembre", 9),
    ("octubre", 10),
    ("noviembre", 11),
    ("diciembre", 12),
    ("gennaio", 1),
    ("febbraio", 2),
    ("aprile", 4),
    ("maggio", 5),
    ("giugno", 6),
    ("luglio", 7),
    ("settembre", 9),
    ("ottobre", 10),
    ("dicembre", 12),
    ("janeiro", 1),
    ("fevereiro", 2),
    ("março", 3),
    ("maio", 5),
    ("junho", 6),
    ("julho", 7),
    ("setembro", 9),
    ("outubro", 10),
    ("novembro", 11),
    ("dezembro", 12),
    ("januari", 1),
    ("februari", 2),
    ("maart", 3),
    ("mei", 5),
    ("augustus", 8),
];

const WEEKDAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
];

/// The date that a field's value begins with; what follows may be a time, a zone, anything.
pub(super) fn parse(value: &str) -> Option<PartialDate> {
    let value = value.trim();
    prefix(value)
        .map(|(date, _)| date)
        .or_else(|| {
            let (year, rest) = year(value)?;
            rest.is_empty().then(|| PartialDate::year(year)).flatten()
        })
        .or_else(|| {
            // Seconds or milliseconds: years as many digits are long are none.
            let counted =
                matches!(value.len(), 10 | 13) && value.bytes().all(|b| b.is_ascii_digit());
            counted.then(|| since_1970(value.parse().ok()?)).flatten()
        })
}

/// The day of so many seconds or milliseconds since 1970.
pub(super) fn since_1970(number: f64) -> Option<PartialDate> {
    let seconds = if number.abs() > 1e11 {
        number / 1000.0
    } else {
        number
    };
    let plausible = seconds.abs() < 2.5e11 && seconds.abs() > 1e6;
    let when = plausible.then(|| chrono::DateTime::from_timestamp(seconds as i64, 0))??;
    Some(when.date_naive().into())
}

/// The date that `text` begins with, at least year and month (or an ambiguous `3/4/2025`), and its length in bytes.
pub(super) fn prefix(text: &str) -> Option<(PartialDate, usize)> {
    iso(text)
        .or_else(|| written(text))
        .or_else(|| slashes(text))
}

/// A number of 1 to `most` digits, and the rest.
fn number(text: &str, most: usize) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > most {
        return None;
    }
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

/// A year of four digits.
fn year(text: &str) -> Option<(i32, &str)> {
    let (year, rest) = number(text, 4)?;
    let is_year = text.len() - rest.len() == 4 && year >= FIRST_YEAR;
    is_year.then_some((year as i32, rest))
}

/// The year of an old e-mail's date, "8 Jul 97 09:00": two digits, and a time after them.
fn short_year(text: &str) -> Option<(i32, &str)> {
    let (year, rest) = number(text, 2)?;
    let (hour, minute) = rest.strip_prefix(' ')?.split_once(':')?;
    let is_time =
        number(hour, 2).is_some_and(|(_, rest)| rest.is_empty()) && number(minute, 2).is_some();
    let century = if year < 50 { 2000 } else { 1900 };
    is_time.then_some((century + year as i32, rest))
}

/// `2025-11-20`, `2025-11`, `2025/11/20`, `20251120`, each with or without a time.
fn iso(text: &str) -> Option<(PartialDate, usize)> {
    let taken = |rest: &str| text.len() - rest.len();
    if let Some((all, rest)) = number(text, 8)
        && taken(rest) == 8
    {
        let (year, _) = year(&text[..4])?;
        let date = PartialDate::day(year, all / 100 % 100, all % 100)?;
        return Some((date, 8));
    }
    let (year, rest) = year(text)?;
    let (separator, rest) = (rest.chars().next()?, rest.get(1..)?);
    if !matches!(separator, '-' | '/' | '.') {
        return None;
    }
    let (month, rest) = number(rest, 2)?;
    let day = rest
        .strip_prefix(separator)
        .and_then(|rest| number(rest, 2));
    match day {
        Some((day, rest)) => Some((PartialDate::day(year, month, day)?, taken(rest))),
        None if separator == '-'
            && rest
                .chars()
                .next()
                .is_none_or(|c| !c.is_alphanumeric() && c != '-') =>
        {
            Some((PartialDate::month(year, month)?, taken(rest)))
        }
        None => None,
    }
}

/// Which comes first in a date such as 3/4/2025.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// 3 April.
    DayFirst,
    /// March 4.
    MonthFirst,
}

/// What a date gives away of how its neighbours are written: 25/12/2024 has the day first.
pub(super) fn order(value: &str) -> Option<Order> {
    let (first, second, ..) =
        slashed(value.trim()).filter(|(.., separator, _, _)| *separator == '/')?;
    match (first, second) {
        (13..=31, 1..=12) => Some(Order::DayFirst),
        (1..=12, 13..=31) => Some(Order::MonthFirst),
        _ => None,
    }
}

/// The day of a date such as 3/4/2025, if it is one that nobody can read alone.
pub(super) fn ordered(value: &str, order: Order) -> Option<PartialDate> {
    let (first, second, _, year, _) = slashed(value.trim())?;
    let (day, month) = match order {
        Order::DayFirst => (first, second),
        Order::MonthFirst => (second, first),
    };
    PartialDate::day(year, month, day)
}

/// The parts of `20/11/2025`: two numbers, what parts them, the year, and the rest.
fn slashed(text: &str) -> Option<(u32, u32, char, i32, &str)> {
    let (first, rest) = number(text, 2)?;
    let separator = rest
        .chars()
        .next()
        .filter(|c| matches!(c, '/' | '.' | '-'))?;
    let (second, rest) = number(&rest[1..], 2)?;
    let (year, rest) = year(rest.strip_prefix(separator)?)?;
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some((first, second, separator, year, rest))
}

/// `20/11/2025`, `11/20/2025`, `20.11.2025`.
fn slashes(text: &str) -> Option<(PartialDate, usize)> {
    let (first, second, separator, year, rest) = slashed(text)?;
    let date = match (separator, first, second) {
        // With points or hyphens the day comes first everywhere.
        ('.' | '-', day, month) => PartialDate::day(year, month, day)?,
        (_, day @ 13..=31, month) => PartialDate::day(year, month, day)?,
        (_, month, day @ 13..=31) => PartialDate::day(year, month, day)?,
        (_, same, other) if same == other => PartialDate::day(year, same, other)?,
        (_, 1..=12, 1..=12) => PartialDate::year(year)?,
        _ => return None,
    };
    Some((date, text.len() - rest.len()))
}

/// A word: letters, with the point of an abbreviation; and the rest.
fn word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (
        word,
        if word.is_empty() {
            rest
        } else {
            rest.strip_prefix('.').unwrap_or(rest)
        },
    )
}

fn gap(text: &str) -> &str {
    text.trim_start_matches([' ', ',', '\u{a0}', '-'])
}

fn month(text: &str) -> Option<(u32, &str)> {
    let (name, rest) = word(text);
    // Not a word that merely is long: the longest month has 10 letters.
    if name.len() < 3 || name.len() > 12 {
        return None;
    }
    let name = name.to_lowercase();
    let month = MONTHS.iter().find(|(known, _)| *known == name)?.1;
    Some((month, rest))
}

/// `[Friday,] [the] 22[nd] [of] August[,] 2025`, `[Friday,] August 22[,] 2025`, `August 2025`.
fn written(text: &str) -> Option<(PartialDate, usize)> {
    let taken = |rest: &str| text.len() - rest.len();
    let mut from = text;
    let (first, rest) = word(from);
    if !first.is_empty() && WEEKDAYS.contains(&first.to_lowercase().as_str()) {
        from = gap(rest);
    }
    if let Some((day, rest)) = number(from, 2) {
        let rest = ["st", "nd", "rd", "th", "er", "º", "."]
            .iter()
            .find_map(|ordinal| rest.strip_prefix(ordinal))
            .unwrap_or(rest);
        let mut rest = gap(rest);
        for of in ["of ", "de ", "di "] {
            rest = rest.strip_prefix(of).unwrap_or(rest);
        }
        let (month, rest) = month(rest)?;
        let mut rest = gap(rest);
        for of in ["de ", "del ", "of "] {
            rest = rest.strip_prefix(of).unwrap_or(rest);
        }
        let (year, rest) = year(rest).or_else(|| short_year(rest))?;
        return Some((PartialDate::day(year, month, day)?, taken(rest)));
    }
    let (month, rest) = month(from)?;
    let rest = gap(rest);
    if let Some((year, rest)) = year(rest) {
        return Some((PartialDate::month(year, month)?, taken(rest)));
    }
    let (day, rest) = number(rest, 2)?;
    let rest = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ordinal| rest.strip_prefix(ordinal))
        .unwrap_or(rest);
    let (year, rest) = year(gap(rest))?;
    Some((PartialDate::day(year, month, day)?, taken(rest)))
}

#[cfg(test)]
mod tests {
    use super::{parse, prefix};

    #[test]
    fn many_ways_to_write_a_day() {
        for (written, date) in [
            ("2025-11-20", "2025-11-20"),
            ("2025-11-20T23:30:00-05:00", "2025-11-20"),
            ("2025-11-20 08:15:00", "2025-11-20"),
            ("20251120", "2025-11-20"),
            ("2025/11/20", "2025-11-20"),
            ("Thu, 20 Nov 2025 08:15:00 +0000", "2025-11-20"),
            ("Friday, August 22, 2025. All times local", "2025-08-22"),
            ("March 01, 2008", "2008-03-01"),
            ("Sunday 9 November 2025", "2025-11-09"),
            ("8 July 2024", "2024-07-08"),
            ("3rd of May, 2024", "2024-05-03"),
            ("Nov. 3, 2025", "2025-11-03"),
            ("6 mars 2026", "2026-03-06"),
            ("4 de julio de 2025", "2025-07-04"),
            ("22. August 2025", "2025-08-22"),
            ("25/12/2024", "2024-12-25"),
            ("12/25/2024", "2024-12-25"),
            ("03/04/2025", "2025"),
            ("20.11.2025", "2025-11-20"),
            ("2025-11", "2025-11"),
            ("November 2025", "2025-11"),
            ("2025", "2025"),
            ("Mon, 8 Jul 97 09:00 EST", "1997-07-08"),
            ("8 Jul 24 09:00:30", "2024-07-08"),
            ("1720429200", "2024-07-08"),
            ("1720429200000", "2024-07-08"),
        ] {
            assert_eq!(
                parse(written).map(|d| d.to_string()).as_deref(),
                Some(date),
                "{written}"
            );
        }
    }

    #[test]
    fn no_dates() {
        for written in [
            "",
            "yesterday",
            "20 November",
            "May 5",
            "2025-02-30",
            "0000-01-01",
            "0001-01-01T00:00:00Z",
            "00010101",
            "0001",
            "2025-13-01",
            "12345678901",
            "30 February 2025",
            "Monday",
            "99/99/2025",
            "é20",
            "10.5 million",
            "1",
            "20-30-2025",
        ] {
            assert_eq!(parse(written), None, "{written}");
        }
        assert_eq!(prefix("2025"), None);
        assert_eq!(
            prefix("9999-12-31").map(|(d, n)| (d.to_string(), n)),
            Some(("9999-12-31".into(), 10))
        );
    }
}
