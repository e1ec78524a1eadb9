//! Dates that admit what they do not know: a year, a month or a day, and the days they span.
//!
//! ```
//! use whosaid::date::PartialDate;
//! let november: PartialDate = "2025-11".parse().unwrap();
//! assert_eq!(november.first().unwrap().to_string(), "2025-11-01");
//! assert_eq!(november.last().unwrap().to_string(), "2025-11-30");
//! ```

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A calendar date of which the day, or the month and the day, may be unknown. Years 1 to 9999.
///
/// Ordered by first day, coarser before finer. Printed and parsed as ISO 8601: `2025`, `2025-11`, `2025-11-20`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartialDate {
    year: u16,
    /// 1 to 12, or 0 for unknown.
    month: u8,
    /// 1 to 31, or 0 for unknown.
    day: u8,
}

/// Why a text is not a date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date: expected YYYY, YYYY-MM or YYYY-MM-DD, and a day that exists")]
pub struct NotADate(pub String);

impl PartialDate {
    /// A whole year, if within 1..=9999.
    #[must_use]
    pub fn year(year: i32) -> Option<Self> {
        let year = u16::try_from(year)
            .ok()
            .filter(|y| (1..=9999).contains(y))?;
        Some(Self {
            year,
            month: 0,
            day: 0,
        })
    }

    /// A month of a year.
    #[must_use]
    pub fn month(year: i32, month: u32) -> Option<Self> {
        let month = u8::try_from(month).ok().filter(|m| (1..=12).contains(m))?;
        Some(Self {
            month,
            ..Self::year(year)?
        })
    }

    /// A day that exists in the calendar.
    #[must_use]
    pub fn day(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day)?;
        Some(Self {
            day: u8::try_from(day).ok()?,
            ..Self::month(year, month)?
        })
    }

    /// How much is known.
    #[must_use]
    pub fn granularity(self) -> Granularity {
        match (self.month, self.day) {
            (0, _) => Granularity::Year,
            (_, 0) => Granularity::Month,
            _ => Granularity::Day,
        }
    }

    /// The day itself, where it is known.
    #[must_use]
    pub fn as_day(self) -> Option<NaiveDate> {
        (self.granularity() == Granularity::Day)
            .then(|| self.first())
            .flatten()
    }

    /// First day that it may be. Never `None` for a value built through this module's functions.
    #[must_use]
    pub fn first(self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(
            self.year.into(),
            self.month.max(1).into(),
            self.day.max(1).into(),
        )
    }

    /// Last day that it may be, inclusive.
    #[must_use]
    pub fn last(self) -> Option<NaiveDate> {
        let (year, month) = (i32::from(self.year), u32::from(self.month));
        match self.granularity() {
            Granularity::Year => NaiveDate::from_ymd_opt(year, 12, 31),
            Granularity::Month if month == 12 => NaiveDate::from_ymd_opt(year, 12, 31),
            Granularity::Month => NaiveDate::from_ymd_opt(year, month + 1, 1)?.pred_opt(),
            Granularity::Day => self.first(),
        }
    }
}

/// How fine a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// Only the year is known.
    Year,
    /// Year and month.
    Month,
    /// A day.
    Day,
}

impl From<NaiveDate> for PartialDate {
    /// Years outside 1..=9999 are clamped.
    fn from(date: NaiveDate) -> Self {
        let year = date.year().clamp(1, 9999) as u16;
        Self {
            year,
            month: date.month() as u8,
            day: date.day() as u8,
        }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.granularity() {
            Granularity::Year => write!(f, "{:04}", self.year),
            Granularity::Month => write!(f, "{:04}-{:02}", self.year, self.month),
            Granularity::Day => write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day),
        }
    }
}

impl FromStr for PartialDate {
    type Err = NotADate;

    fn from_str(s: &str) -> Result<Self, NotADate> {
        let parse = || {
            let mut parts = s.split('-');
            let number = |part: &str, digits: usize| {
                (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))
                    .then(|| part.parse::<u32>().ok())
                    .flatten()
            };
            let year = i32::try_from(number(parts.next()?, 4)?).ok()?;
            match (parts.next(), parts.next(), parts.next()) {
                (None, ..) => Self::year(year),
                (Some(m), None, _) => Self::month(year, number(m, 2)?),
                (Some(m), Some(d), None) => Self::day(year, number(m, 2)?, number(d, 2)?),
                _ => None,
            }
        };
        parse().ok_or_else(|| NotADate(s.to_owned()))
    }
}

impl TryFrom<String> for PartialDate {
    type Error = NotADate;

    fn try_from(s: String) -> Result<Self, NotADate> {
        s.parse()
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.to_string()
    }
}
