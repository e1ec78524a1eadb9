//! From what an expression means to a stretch of the calendar.

use chrono::{Datelike, NaiveDate, Weekday};

use crate::date::{Granularity, PartialDate};

use super::grammar::{Match, Meaning, Year};
use super::period::{Period, add_days};
use super::tense::Tense;
use super::words::{Edge, Season, Turn, Unit};

/// What an expression is resolved against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// The date of the article, as far as it is known.
    pub(super) anchor: Option<PartialDate>,
    /// The date last spoken of, near enough to be referred to.
    pub(super) mention: Option<Period>,
    /// Does the sentence look forward or back?
    pub(super) tense: Tense,
}

impl Context {
    /// A day of the anchor, if it is known finely enough to tell which `unit` it lies in.
    fn day(&self, unit: Unit) -> Option<NaiveDate> {
        let anchor = self.anchor?;
        let needs = match unit {
            Unit::Day | Unit::Week | Unit::Weekend => Granularity::Day,
            Unit::Month | Unit::Quarter => Granularity::Month,
            Unit::Year | Unit::Decade | Unit::Century => Granularity::Year,
        };
        (anchor.granularity() >= needs)
            .then(|| anchor.first())
            .flatten()
    }
}

/// The stretch of the calendar that `found` means; `None` where nothing anchors it.
pub(super) fn period(found: &Match, context: &Context) -> Option<Period> {
    match found.meaning {
        Meaning::Fixed(period) => Some(period),
        Meaning::Day {
            month,
            day,
            to,
            year,
        } => {
            let first = month_day(context, month, day, year)?;
            match to {
                None => Period::day(first),
                Some((month, day)) => {
                    let last = NaiveDate::from_ymd_opt(first.year(), month.into(), day.into())?;
                    (first < last && Period::day(last).is_some())
                        .then(|| Period::Range(first.into(), last.into()))
                }
            }
        }
        Meaning::Numeric {
            first,
            second,
            year,
        } => numeric(context, first.into(), second.into(), year),
        Meaning::Month { month, year } => {
            let year = year_of(context, year, Unit::Month, |y| {
                NaiveDate::from_ymd_opt(y, month.into(), 1)
            })?;
            Period::month(year, month.into())
        }
        Meaning::Weekday { day, turn } => Period::day(weekday(context, day, turn)?),
        Meaning::Quarter { quarter, year } => {
            let year = year_of(context, year, Unit::Quarter, |y| {
                NaiveDate::from_ymd_opt(y, u32::from(quarter) * 3 - 2, 1)
            })?;
            Period::quarter(year, quarter.into())
        }
        Meaning::Half { half, year } => {
            let year = year_of(context, year, Unit::Month, |y| {
                NaiveDate::from_ymd_opt(y, if half == 1 { 1 } else { 7 }, 1)
            })?;
            Period::half(year, half.into())
        }
        Meaning::Season { season, year } => {
            let month = match season {
                Season::Spring => 3,
                Season::Summer => 6,
                Season::Autumn => 9,
                Season::Winter => 12,
            };
            let year = year_of(context, year, Unit::Month, |y| {
                NaiveDate::from_ymd_opt(y, month, 1)
            })?;
            Period::season(year, season)
        }
        Meaning::Holiday { holiday, year } => {
            let year = year_of(context, year, Unit::Day, |y| holiday.in_year(y))?;
            Period::day(holiday.in_year(year)?)
        }
        Meaning::FromAnchor { unit, count } => Period::unit(unit, context.day(unit)?, count),
        Meaning::FromMention { unit, count, whole } => from_mention(context, unit, count, whole),
    }
}

/// First and last day of the part of `period` that `edge` means.
pub(super) fn days(
    period: Period,
    edge: Option<Edge>,
    anchor: Option<PartialDate>,
) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let (Some(first), Some(last)) = (period.first(), period.last()) else {
        return (None, None);
    };
    let length = (last - first).num_days() + 1;
    let part = |from: i64, to: i64| {
        // of a day or two there are no thirds
        if length < 7 {
            return (Some(first), Some(last));
        }
        (
            add_days(first, length * from / 3),
            add_days(first, length * to / 3 - 1),
        )
    };
    let anchor = anchor
        .and_then(PartialDate::as_day)
        .filter(|day| (first..=last).contains(day));
    match edge {
        None => (Some(first), Some(last)),
        Some(Edge::Early) => part(0, 1),
        Some(Edge::Mid) => part(1, 2),
        Some(Edge::Late) => part(2, 3),
        Some(Edge::Earlier) => (Some(first), anchor.or(Some(last))),
        Some(Edge::Later) => (anchor.or(Some(first)), Some(last)),
    }
}

/// The year that something that begins on `begins(year)` falls into.
fn year_of(
    context: &Context,
    year: Year,
    unit: Unit,
    begins: impl Fn(i32) -> Option<NaiveDate>,
) -> Option<i32> {
    if let Year::Stated(year) = year {
        return Some(year);
    }
    let anchor = context.anchor?;
    let this = anchor.first()?.year();
    if let Year::Offset(offset) = year {
        return this.checked_add(offset);
    }
    // where only the year is known, it is that year
    let Some(day) = context.day(unit) else {
        return match year {
            Year::Turn(Turn::Last) => this.checked_sub(1),
            Year::Turn(Turn::Next) => this.checked_add(1),
            _ => Some(this),
        };
    };
    // compare stretches, not days: "in November" in November is this one
    let now = Period::unit(unit, day, 0)?.first()?;
    let mut candidates = (this.saturating_sub(1)..=this.saturating_add(1))
        .filter_map(|y| Some((y, (begins(y)? - now).num_days())));
    match year {
        Year::Turn(Turn::Last) => candidates.rfind(|(_, days)| *days < 0),
        Year::Turn(Turn::Next) => candidates.find(|(_, days)| *days > 0),
        Year::Turn(_) => return Some(this),
        _ => candidates.min_by_key(|(_, days)| distance(*days, context.tense)),
    }
    .map(|(y, _)| y)
}

/// How far off a date is that lies so many days ahead (negative: back), with a weight against the direction that the
/// tense excludes.
fn distance(days: i64, tense: Tense) -> i64 {
    // tuned on TimeBank: writers who look back name the year of what is far ahead, and a verb in the past is a surer
    // sign than one in the future
    let against = match tense {
        Tense::Past if days > 0 => 250,
        Tense::Future if days < 0 => 130,
        Tense::Due if days < 0 => 250,
        // news looks back, unless the date is near
        Tense::Unknown if days > 45 => 130,
        _ => 0,
    };
    days.abs() + against
}

/// The day "Nov. 20". Of several years the nearest, with a weight against the direction that the tense excludes.
fn month_day(context: &Context, month: u8, day: u8, year: Year) -> Option<NaiveDate> {
    let on = |y: i32| NaiveDate::from_ymd_opt(y, month.into(), day.into());
    match year {
        Year::Stated(year) => return on(year),
        Year::Offset(offset) => return on(context.anchor?.first()?.year().checked_add(offset)?),
        Year::Open | Year::Turn(_) => {}
    }
    let anchor = context.anchor?;
    let now = anchor.first()?;
    if anchor.granularity() == Granularity::Year {
        return on(now.year());
    }
    (now.year().saturating_sub(4)..=now.year().saturating_add(4))
        .filter_map(on)
        .min_by_key(|date| distance((*date - now).num_days(), context.tense))
}

/// Month first or day first? Whichever is nearer to the anchor; without one, month first.
fn numeric(context: &Context, first: u32, second: u32, year: i32) -> Option<Period> {
    let month_first = NaiveDate::from_ymd_opt(year, first, second)?;
    let day_first = NaiveDate::from_ymd_opt(year, second, first)?;
    let Some(anchor) = context.anchor.and_then(PartialDate::as_day) else {
        return Period::day(month_first);
    };
    let gap = |date: NaiveDate| (date - anchor).num_days().abs();
    Period::day(if gap(day_first) < gap(month_first) {
        day_first
    } else {
        month_first
    })
}

fn weekday(context: &Context, day: u8, turn: Option<Turn>) -> Option<NaiveDate> {
    let anchor = match turn {
        Some(Turn::Previous | Turn::Following | Turn::Same) => context
            .mention
            .and_then(Period::first)
            .or_else(|| context.day(Unit::Day))?,
        _ => context.day(Unit::Day)?,
    };
    let weekday = Weekday::try_from(day).ok()?;
    let back = i64::from(anchor.weekday().days_since(weekday));
    let ahead = i64::from(weekday.days_since(anchor.weekday()));
    let or_week = |days: i64| if days == 0 { 7 } else { days };
    let days = match (turn, context.tense) {
        (Some(Turn::Last | Turn::Previous), _) => -or_week(back),
        (Some(Turn::Next | Turn::Following), _) => or_week(ahead),
        (Some(Turn::Same), _) | (None, Tense::Past | Tense::Unknown) => -back,
        (Some(Turn::This), Tense::Past) => -back,
        (Some(Turn::This), _) | (None, Tense::Future | Tense::Due) => ahead,
    };
    add_days(anchor, days)
}

fn from_mention(context: &Context, unit: Unit, count: i32, whole: bool) -> Option<Period> {
    let Some(mention) = context.mention else {
        // "a year earlier" with nothing to be earlier than: than now
        return match count {
            ..=-1 => Period::unit(unit, context.day(unit)?, count),
            _ => None,
        };
    };
    let Period::Date(date) = mention else {
        let same = matches!(
            (unit, mention),
            (Unit::Week, Period::Week { .. }) | (Unit::Quarter, Period::Quarter { .. })
        );
        return match unit {
            Unit::Year if !whole => mention.shift_years(count),
            Unit::Year => Period::unit(unit, mention.first()?, count),
            _ if same => Period::unit(unit, mention.first()?, count),
            _ => None,
        };
    };
    let known = match unit {
        Unit::Day | Unit::Week | Unit::Weekend => date.granularity() == Granularity::Day,
        Unit::Month | Unit::Quarter => date.granularity() >= Granularity::Month,
        _ => true,
    };
    if !known {
        return None;
    }
    if !whole && unit == Unit::Year && date.granularity() == Granularity::Month {
        return mention.shift_years(count);
    }
    Period::unit(unit, date.first()?, count)
}
