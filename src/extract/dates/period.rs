//! A stretch of the calendar, as fine as a text gives it.

use std::fmt;

use chrono::{Datelike, Days, IsoWeek, NaiveDate, Weekday};

use crate::date::{Granularity, PartialDate};

use super::words::{Season, Unit};

/// A stretch of the calendar. Printed as ISO 8601, quarters as is usual (`2025-Q4`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    /// `2025`, `2025-11`, `2025-11-20`
    Date(PartialDate),
    /// `2025-W47`
    Week { year: i32, week: u32 },
    /// `2025-Q4`
    Quarter { year: i32, quarter: u32 },
    /// `2025-11-20/2025-11-22`, both inclusive; also halves, seasons, weekends and decades.
    Range(PartialDate, PartialDate),
}

impl Period {
    pub(super) fn day(date: NaiveDate) -> Option<Self> {
        PartialDate::day(date.year(), date.month(), date.day()).map(Self::Date)
    }

    pub(super) fn ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        PartialDate::day(year, month, day).map(Self::Date)
    }

    pub(super) fn month(year: i32, month: u32) -> Option<Self> {
        PartialDate::month(year, month).map(Self::Date)
    }

    pub(super) fn year(year: i32) -> Option<Self> {
        PartialDate::year(year).map(Self::Date)
    }

    pub(super) fn week(week: IsoWeek) -> Option<Self> {
        PartialDate::year(week.year())?;
        Some(Self::Week {
            year: week.year(),
            week: week.week(),
        })
    }

    /// Quarter 1 to 4.
    pub(super) fn quarter(year: i32, quarter: u32) -> Option<Self> {
        PartialDate::year(year)?;
        (1..=4)
            .contains(&quarter)
            .then_some(Self::Quarter { year, quarter })
    }

    /// Half 1 or 2.
    pub(super) fn half(year: i32, half: u32) -> Option<Self> {
        let (from, to) = if half == 1 { (1, 6) } else { (7, 12) };
        Some(Self::Range(
            PartialDate::month(year, from)?,
            PartialDate::month(year, to)?,
        ))
    }

    /// The season that begins in `year`.
    pub(super) fn season(year: i32, season: Season) -> Option<Self> {
        let (from, to, to_year) = match season {
            Season::Spring => (3, 5, year),
            Season::Summer => (6, 8, year),
            Season::Autumn => (9, 11, year),
            Season::Winter => (12, 2, year + 1),
        };
        Some(Self::Range(
            PartialDate::month(year, from)?,
            PartialDate::month(to_year, to)?,
        ))
    }

    /// Ten years from a year that ends in 0, a hundred from one that ends in 00.
    pub(super) fn years(first: i32, count: i32) -> Option<Self> {
        Some(Self::Range(
            PartialDate::year(first.max(1))?,
            PartialDate::year(first + count - 1)?,
        ))
    }

    /// The unit that contains `day`, moved by `count` units.
    pub(super) fn unit(unit: Unit, day: NaiveDate, count: i32) -> Option<Self> {
        match unit {
            Unit::Day => Self::day(add_days(day, count.into())?),
            Unit::Week => Self::week(add_days(day, i64::from(count) * 7)?.iso_week()),
            Unit::Weekend => {
                let week = add_days(day, i64::from(count) * 7)?.iso_week();
                let saturday = NaiveDate::from_isoywd_opt(week.year(), week.week(), Weekday::Sat)?;
                let sunday = saturday.succ_opt()?;
                PartialDate::year(saturday.year())?;
                PartialDate::year(sunday.year())?;
                Some(Self::Range(saturday.into(), sunday.into()))
            }
            Unit::Month => {
                let (year, month) = add_months(day.year(), day.month(), count)?;
                Self::month(year, month)
            }
            Unit::Quarter => {
                let quarter = i64::from(day.year()) * 4 + i64::from(day.month0() / 3);
                let quarter = quarter.checked_add(count.into())?;
                Self::quarter(
                    i32::try_from(quarter.div_euclid(4)).ok()?,
                    quarter.rem_euclid(4) as u32 + 1,
                )
            }
            Unit::Year => Self::year(day.year().checked_add(count)?),
            Unit::Decade => Self::years(
                (day.year() / 10)
                    .checked_add(count)?
                    .checked_mul(10)
                    .filter(|&y| y > 0)?,
                10,
            ),
            Unit::Century => Self::years(
                (day.year() / 100)
                    .checked_add(count)?
                    .checked_mul(100)
                    .filter(|&y| y > 0)?,
                100,
            ),
        }
    }

    pub(super) fn first(self) -> Option<NaiveDate> {
        match self {
            Self::Date(date) | Self::Range(date, _) => date.first(),
            Self::Week { year, week } => NaiveDate::from_isoywd_opt(year, week, Weekday::Mon),
            Self::Quarter { year, quarter } => NaiveDate::from_ymd_opt(year, quarter * 3 - 2, 1),
        }
    }

    /// Last day, inclusive.
    pub(super) fn last(self) -> Option<NaiveDate> {
        match self {
            Self::Date(date) | Self::Range(_, date) => date.last(),
            Self::Week { year, week } => NaiveDate::from_isoywd_opt(year, week, Weekday::Sun),
            Self::Quarter { year, quarter } => PartialDate::month(year, quarter * 3)?.last(),
        }
    }

    /// The same stretch, so many years on; 29 February becomes the 28th.
    pub(super) fn shift_years(self, count: i32) -> Option<Self> {
        let move_date = |date: PartialDate| {
            let first = date.first()?;
            let year = first.year().checked_add(count)?;
            match date.granularity() {
                Granularity::Year => PartialDate::year(year),
                Granularity::Month => PartialDate::month(year, first.month()),
                Granularity::Day => PartialDate::day(year, first.month(), first.day())
                    .or_else(|| PartialDate::day(year, first.month(), 28)),
            }
        };
        match self {
            Self::Date(date) => move_date(date).map(Self::Date),
            Self::Range(from, to) => Some(Self::Range(move_date(from)?, move_date(to)?)),
            Self::Week { year, week } => {
                let year = year.checked_add(count)?;
                Self::week(NaiveDate::from_isoywd_opt(year, week.min(52), Weekday::Mon)?.iso_week())
            }
            Self::Quarter { year, quarter } => Self::quarter(year.checked_add(count)?, quarter),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::Week { year, week } => write!(f, "{year:04}-W{week:02}"),
            Self::Quarter { year, quarter } => write!(f, "{year:04}-Q{quarter}"),
            Self::Range(from, to) => write!(f, "{from}/{to}"),
        }
    }
}

/// `date` moved by so many days, if that exists.
pub(super) fn add_days(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    let step = Days::new(days.unsigned_abs());
    if days < 0 {
        date.checked_sub_days(step)
    } else {
        date.checked_add_days(step)
    }
}

/// Year and month, so many months on.
pub(super) fn add_months(year: i32, month: u32, count: i32) -> Option<(i32, u32)> {
    let months = (i64::from(year) * 12 + i64::from(month) - 1).checked_add(count.into())?;
    Some((
        i32::try_from(months.div_euclid(12)).ok()?,
        months.rem_euclid(12) as u32 + 1,
    ))
}
