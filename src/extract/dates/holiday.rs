//! Days with a name, and when they fall.

use chrono::{Datelike, NaiveDate, Weekday};

use super::grammar::Grammar;
use super::period::add_days;
use super::words::Word;

/// How the day of a holiday is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holiday {
    /// Month and day.
    Fixed(u8, u8),
    /// Month, weekday, and which of them, from 1; 0 is the last.
    Nth(u8, Weekday, u8),
    /// Days from Easter Sunday of the western churches.
    Easter(i8),
    /// The Tuesday after the first Monday of November, in the United States.
    ElectionDay,
}

/// Names of holidays, lower-cased, longest first where one begins another.
const NAMES: &[(&[&str], Holiday)] = &[
    (&["christmas", "eve"], Holiday::Fixed(12, 24)),
    (&["christmas", "day"], Holiday::Fixed(12, 25)),
    (&["christmas"], Holiday::Fixed(12, 25)),
    (&["boxing", "day"], Holiday::Fixed(12, 26)),
    (&["new", "year", "'s", "eve"], Holiday::Fixed(12, 31)),
    (&["new", "year", "'s", "day"], Holiday::Fixed(1, 1)),
    (&["new", "year", "'s"], Holiday::Fixed(1, 1)),
    (&["valentine", "'s", "day"], Holiday::Fixed(2, 14)),
    (&["patrick", "'s", "day"], Holiday::Fixed(3, 17)),
    (&["canada", "day"], Holiday::Fixed(7, 1)),
    (&["bastille", "day"], Holiday::Fixed(7, 14)),
    (&["halloween"], Holiday::Fixed(10, 31)),
    (&["veterans", "day"], Holiday::Fixed(11, 11)),
    (&["juneteenth"], Holiday::Fixed(6, 19)),
    (&["memorial", "day"], Holiday::Nth(5, Weekday::Mon, 0)),
    (&["labor", "day"], Holiday::Nth(9, Weekday::Mon, 1)),
    (&["thanksgiving", "day"], Holiday::Nth(11, Weekday::Thu, 4)),
    (&["thanksgiving"], Holiday::Nth(11, Weekday::Thu, 4)),
    (&["good", "friday"], Holiday::Easter(-2)),
    (&["easter", "sunday"], Holiday::Easter(0)),
    (&["easter", "monday"], Holiday::Easter(1)),
    (&["easter"], Holiday::Easter(0)),
    (&["election", "day"], Holiday::ElectionDay),
];

/// The holiday whose name begins at token `i`, and the token after it.
pub(super) fn named(grammar: &Grammar<'_, '_>, i: u32) -> Option<(u32, Holiday)> {
    let is = |i: u32, word: &str| match word {
        "'s" => grammar.is(i, &["'s", "’s"]),
        _ => grammar.is(i, &[word]),
    };
    NAMES.iter().find_map(|(name, holiday)| {
        let all = (i..).zip(name.iter()).all(|(i, w)| is(i, w));
        let end = i + name.len() as u32;
        // "Easter Island", "Christmas Carol": part of another name
        let goes_on = name.len() == 1
            && grammar.word(end).starts_with(char::is_uppercase)
            && grammar.class(end) == Word::Other;
        (all && !goes_on).then_some((end, *holiday))
    })
}

impl Holiday {
    /// The day it falls on in `year`.
    pub(super) fn in_year(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Fixed(month, day) => NaiveDate::from_ymd_opt(year, month.into(), day.into()),
            Self::Nth(month, weekday, 0) => (4..=5)
                .rev()
                .find_map(|n| NaiveDate::from_weekday_of_month_opt(year, month.into(), weekday, n)),
            Self::Nth(month, weekday, n) => {
                NaiveDate::from_weekday_of_month_opt(year, month.into(), weekday, n)
            }
            Self::Easter(offset) => add_days(easter(year)?, offset.into()),
            Self::ElectionDay => {
                NaiveDate::from_weekday_of_month_opt(year, 11, Weekday::Mon, 1)?.succ_opt()
            }
        }
    }
}

/// Easter Sunday in the Gregorian calendar: the Sunday after the first ecclesiastical full moon from 21 March on,
/// reckoned from the golden number, the century's corrections and the dominical weekday (the "anonymous" algorithm of
/// 1876, in Meeus, *Astronomical Algorithms*, ch. 8).
fn easter(year: i32) -> Option<NaiveDate> {
    if !(1583..=9999).contains(&year) {
        return None;
    }
    let golden = year % 19;
    let (century, in_century) = (year / 100, year % 100);
    let lunar = (century - (century + 8) / 25 + 1) / 3;
    let moon = (19 * golden + century - century / 4 - lunar + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - moon - in_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * weekday) / 451;
    let days = moon + weekday - 7 * late + 22;
    let easter = add_days(NaiveDate::from_ymd_opt(year, 3, 1)?, i64::from(days) - 1)?;
    debug_assert_eq!(easter.weekday(), Weekday::Sun);
    Some(easter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(holiday: Holiday, year: i32) -> String {
        holiday.in_year(year).unwrap().to_string()
    }

    #[test]
    fn easter_as_tabulated() {
        for (year, date) in [
            (1998, "1998-04-12"),
            (2000, "2000-04-23"),
            (2024, "2024-03-31"),
            (2025, "2025-04-20"),
            (2038, "2038-04-25"),
        ] {
            assert_eq!(day(Holiday::Easter(0), year), date);
        }
    }

    #[test]
    fn movable_days() {
        assert_eq!(day(Holiday::Nth(11, Weekday::Thu, 4), 1999), "1999-11-25");
        assert_eq!(day(Holiday::Nth(5, Weekday::Mon, 0), 2025), "2025-05-26");
        assert_eq!(day(Holiday::Nth(9, Weekday::Mon, 1), 2025), "2025-09-01");
        assert_eq!(day(Holiday::ElectionDay, 1998), "1998-11-03");
    }
}
