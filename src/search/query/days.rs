//! Dates in a query: days, months, years, ranges of them, and days counted back from today.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, Months, NaiveDate};

use crate::date::PartialDate;

/// Furthest that a relative date reaches back, in its unit.
const MAX_BACK: u16 = 9999;

/// One end of a range, or a date by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DayExpr {
    /// `2025`, `2025-11`, `2025-11-20`
    Date(PartialDate),
    /// `today`
    Today,
    /// `yesterday`
    Yesterday,
    /// `7d`, `2w`, `3m`, `1y`: that long before today.
    Back(u16, Unit),
}

/// Unit of [`DayExpr::Back`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// `d`
    Day,
    /// `w`
    Week,
    /// `m`
    Month,
    /// `y`
    Year,
}

/// The value of a date field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DayRange {
    /// Within this day, month or year; `7d` is all days since then.
    On(DayExpr),
    /// From the first day of one to the last day of the other; open where `None`, but not on both sides.
    Between(Option<DayExpr>, Option<DayExpr>),
}

/// Days from one to another, both included; open where `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

impl DayExpr {
    fn days(self, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let day = match self {
            Self::Date(date) => return (date.first(), date.last()),
            Self::Today => Some(today),
            Self::Yesterday => today.pred_opt(),
            Self::Back(n, unit) => {
                let n = u32::from(n);
                match unit {
                    Unit::Day => today.checked_sub_days(Days::new(n.into())),
                    Unit::Week => today.checked_sub_days(Days::new(u64::from(n) * 7)),
                    Unit::Month => today.checked_sub_months(Months::new(n)),
                    Unit::Year => today.checked_sub_months(Months::new(n * 12)),
                }
            }
        };
        (day, day)
    }
}

impl DayRange {
    /// The days that are meant, counted from `today` where they are relative.
    #[must_use]
    pub fn resolve(self, today: NaiveDate) -> Interval {
        match self {
            Self::On(back @ DayExpr::Back(..)) => Interval {
                from: back.days(today).0,
                to: Some(today),
            },
            Self::On(day) => {
                let (from, to) = day.days(today);
                Interval { from, to }
            }
            Self::Between(from, to) => Interval {
                from: from.and_then(|d| d.days(today).0),
                to: to.and_then(|d| d.days(today).1),
            },
        }
    }

    /// The same with its ends exchanged, if they are dates in the wrong order.
    pub(super) fn in_order(self) -> Self {
        match self {
            Self::Between(Some(DayExpr::Date(a)), Some(DayExpr::Date(b)))
                if a.first() > b.last() =>
            {
                Self::Between(Some(DayExpr::Date(b)), Some(DayExpr::Date(a)))
            }
            other => other,
        }
    }
}

impl FromStr for DayExpr {
    type Err = ();

    fn from_str(s: &str) -> Result<Self, ()> {
        match s.to_ascii_lowercase().as_str() {
            "today" => return Ok(Self::Today),
            "yesterday" => return Ok(Self::Yesterday),
            _ => {}
        }
        if let Ok(date) = s.parse() {
            return Ok(Self::Date(date));
        }
        let unit = match s.chars().last() {
            Some('d' | 'D') => Unit::Day,
            Some('w' | 'W') => Unit::Week,
            Some('m' | 'M') => Unit::Month,
            Some('y' | 'Y') => Unit::Year,
            _ => return Err(()),
        };
        let digits = s.get(..s.len() - 1).unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(());
        }
        match digits.parse() {
            Ok(n) if n <= MAX_BACK => Ok(Self::Back(n, unit)),
            _ => Err(()),
        }
    }
}

impl FromStr for DayRange {
    type Err = ();

    fn from_str(s: &str) -> Result<Self, ()> {
        let Some((from, to)) = s.split_once("..") else {
            return Ok(Self::On(s.parse()?));
        };
        let end = |s: &str| match s {
            "" => Ok(None),
            _ => s.parse().map(Some),
        };
        match (end(from)?, end(to)?) {
            (None, None) => Err(()),
            (from, to) => Ok(Self::Between(from, to)),
        }
    }
}

impl fmt::Display for DayExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::Today => f.write_str("today"),
            Self::Yesterday => f.write_str("yesterday"),
            Self::Back(n, unit) => {
                let unit = match unit {
                    Unit::Day => 'd',
                    Unit::Week => 'w',
                    Unit::Month => 'm',
                    Unit::Year => 'y',
                };
                write!(f, "{n}{unit}")
            }
        }
    }
}

impl fmt::Display for DayRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(day) => day.fmt(f),
            Self::Between(from, to) => {
                if let Some(from) = from {
                    from.fmt(f)?;
                }
                f.write_str("..")?;
                to.map_or(Ok(()), |to| to.fmt(f))
            }
        }
    }
}
