//! Expressions that count from another date: "yesterday", "three months ago", "last week", "a year earlier".

use crate::extract::token::TokenKind;

use super::grammar::{Found, Grammar, Meaning, Year};
use super::period::Period;
use super::words::{Edge, Turn, Unit, Word};

impl Grammar<'_, '_> {
    /// Past "morning", "afternoon", "evening" or "night" at `i`, else `i`.
    pub(super) fn part_of_day(&self, i: u32) -> u32 {
        let i = if matches!(
            self.class(i),
            Word::Edge(Edge::Early | Edge::Late | Edge::Mid)
        ) && self.class(i + 1) == Word::PartOfDay
        {
            i + 1
        } else {
            i
        };
        if matches!(self.class(i), Word::PartOfDay | Word::Hour) && !self.is(i, &["eve"]) {
            i + 1
        } else {
            i
        }
    }

    /// "yesterday", "tomorrow night".
    pub(super) fn relative_day(&self, i: u32, count: i8, floor: u32) -> Found {
        // a newspaper or a programme
        if count == 0 && i > floor && self.is_title(i - 1) {
            return None;
        }
        let meaning = Meaning::FromAnchor {
            unit: Unit::Day,
            count: count.into(),
        };
        Some((self.part_of_day(i + 1), meaning))
    }

    /// What follows a number of `count`: "three months ago", "two years later", "a day before yesterday" is not one.
    pub(super) fn distance(&self, i: u32, count: i32) -> Found {
        let at = i + 1 + u32::from(self.is_dash(i + 1));
        let (Word::Unit(unit) | Word::Units(unit)) = self.class(at) else {
            return None;
        };
        self.ago(at + 1, unit, count)
    }

    /// "ago", "earlier", "later", "from now" … at `at`, after `count` units.
    pub(super) fn ago(&self, at: u32, unit: Unit, count: i32) -> Found {
        let at = if self.is(at, &["or"]) && self.is(at + 1, &["so"]) {
            at + 2
        } else {
            at
        };
        let at = at + u32::from(self.is_dash(at));
        let meaning = match self.class(at) {
            Word::Ago => Meaning::FromAnchor {
                unit,
                count: -count,
            },
            Word::Edge(Edge::Earlier) => Meaning::FromMention {
                unit,
                count: -count,
                whole: false,
            },
            Word::Edge(Edge::Later) => Meaning::FromMention {
                unit,
                count,
                whole: false,
            },
            Word::Shift(_) => Meaning::FromAnchor { unit, count },
            _ if self.is(at, &["from"]) && self.is(at + 1, &["now", "today"]) => {
                return Some((at + 2, Meaning::FromAnchor { unit, count }));
            }
            _ => return None,
        };
        Some((at + 1, meaning))
    }

    /// "a year ago", "year-earlier", "the day before yesterday", "the year 2000", "year-end".
    pub(super) fn lone_unit(&self, i: u32, unit: Unit, floor: u32) -> Found {
        // "the end of the year", "earlier in the month"
        if matches!(
            unit,
            Unit::Year | Unit::Month | Unit::Week | Unit::Quarter | Unit::Decade | Unit::Century
        ) && i >= floor + 3
            && self.is(i - 1, &["the"])
            && self.is(i - 2, &["of", "in"])
            && matches!(self.class(i - 3), Word::Edge(_))
            && !self.is(i + 1, &["when", "that", "in", "of", "ended", "ending"])
        {
            return Some((i + 1, Meaning::FromAnchor { unit, count: 0 }));
        }
        if unit == Unit::Year
            && self.is_dash(i + 1)
            && self.glued(i + 1)
            && matches!(self.class(i + 2), Word::Ago | Word::Edge(Edge::Earlier))
        {
            // "year-ago net income" compares and dates nothing; "the year-ago quarter" does
            return (self.class(i + 3) == Word::Unit(Unit::Quarter)).then_some((
                i + 4,
                Meaning::FromMention {
                    unit: Unit::Quarter,
                    count: -4,
                    whole: true,
                },
            ));
        }
        if let Some(found) = self.ago(i + 1, unit, 1) {
            let counted = i > floor
                && (matches!(self.word(i - 1), "few" | "of")
                    || matches!(self.class(i - 1), Word::Count(_)));
            return (!counted).then_some(found);
        }
        match unit {
            Unit::Day => {
                let step = if self.is(i + 1, &["before"]) {
                    -1
                } else if self.is(i + 1, &["after"]) {
                    1
                } else {
                    return None;
                };
                if let Word::Day(count) = self.class(i + 2) {
                    return Some((
                        i + 3,
                        Meaning::FromAnchor {
                            unit,
                            count: i32::from(count) + step,
                        },
                    ));
                }
                None
            }
            Unit::Year => {
                if let Some(year) = self.year_number(i + 1) {
                    return Some((i + 2, Meaning::Fixed(Period::year(year)?)));
                }
                if let Some((end, year)) = self.spelled_year_number(i + 1) {
                    return Some((end, Meaning::Fixed(Period::year(year)?)));
                }
                if self.is(i + 1, &["two"]) && self.is(i + 2, &["thousand"]) {
                    return Some((i + 3, Meaning::Fixed(Period::year(2000)?)));
                }
                let end = i + 1 + u32::from(self.is_dash(i + 1));
                let end = self.skip(end, &["'s", "’s"]);
                if self.is(end, &["end"]) && self.glued(i + 1) {
                    return Some((
                        end + 1,
                        Meaning::Day {
                            month: 12,
                            day: 31,
                            to: None,
                            year: Year::Offset(0),
                        },
                    ));
                }
                None
            }
            _ => None,
        }
    }

    /// Do tokens `i` and the next begin with capitals, as the name of a programme does?
    pub(super) fn is_title(&self, i: u32) -> bool {
        let is_capital = |i: u32| {
            let mut letters = self.word(i).chars();
            letters.next().is_some_and(char::is_uppercase)
                && letters.next().is_some_and(char::is_lowercase)
        };
        is_capital(i) && is_capital(i + 1)
    }

    /// Past "last year", "a year ago", "of the previous year" at `i`.
    pub(super) fn a_year_back(&self, i: u32) -> Option<u32> {
        let i = self.skip(self.skip(i, &["of", "in"]), &["the", "a", "one"]);
        match (self.class(i), self.class(i + 1)) {
            (Word::Turn(Turn::Last | Turn::Previous), Word::Unit(Unit::Year))
            | (Word::Unit(Unit::Year), Word::Ago | Word::Edge(Edge::Earlier)) => Some(i + 2),
            _ => None,
        }
    }

    /// What follows "last", "this", "next" …
    pub(super) fn turn(&self, i: u32, turn: Turn) -> Found {
        // "this past week", "this coming Friday", "the past fiscal year", "the same period last year" is two
        let mut at = i + 1;
        let mut turn = turn;
        if turn == Turn::This
            && let Word::Turn(second @ (Turn::Last | Turn::Next)) = self.class(at)
        {
            turn = second;
            at += 1;
        }
        if self.class(at) == Word::Fiscal || self.is(at, &["calendar", "full", "financial"]) {
            at += 1;
        }
        let count = match turn {
            Turn::Last | Turn::Previous => -1,
            Turn::This | Turn::Same => 0,
            Turn::Next | Turn::Following => 1,
        };
        // "the same month last year", "the same period a year earlier"
        if turn == Turn::Same
            && let Some(end) = self.a_year_back(at + 1)
        {
            let (unit, count) = match self.class(at) {
                Word::Unit(Unit::Month) => (Unit::Month, -12),
                Word::Unit(Unit::Quarter) => (Unit::Quarter, -4),
                Word::Unit(Unit::Week) => (Unit::Week, -52),
                _ if self.is(at, &["period", "time", "date"]) => (Unit::Year, -1),
                _ => return None,
            };
            return Some((
                end,
                Meaning::FromMention {
                    unit,
                    count,
                    whole: unit != Unit::Year,
                },
            ));
        }
        let of_mention = matches!(turn, Turn::Previous | Turn::Following | Turn::Same);
        let that = self.is(i, &["that"]);
        let end = at + 1;
        let year = Year::Turn(turn);
        match self.class(at) {
            Word::Unit(unit) => {
                if matches!(self.class(end), Word::Ago)
                    || self.is_dash(end)
                        && self.glued(end)
                        && !of_mention
                        && unit != Unit::Year
                        && self.glued(end + 1)
                        && self.is(end + 1, &["old", "long"])
                {
                    return None;
                }
                if unit == Unit::Year
                    && !of_mention
                    && matches!(self.kind(end), Some(TokenKind::Clitic))
                    && let Some((end, Meaning::Quarter { quarter, .. })) = self.quarter_at(end + 1)
                {
                    return Some((
                        end,
                        Meaning::Quarter {
                            quarter,
                            year: Year::Offset(count),
                        },
                    ));
                }
                // "the last quarter of 2023"
                if unit == Unit::Quarter
                    && turn == Turn::Last
                    && let Some((end, year)) = self.year_after(end)
                {
                    return Some((end, Meaning::Quarter { quarter: 4, year }));
                }
                // a programme; "the last week of March"
                if unit == Unit::Week && self.is_title(i)
                    || self.is(end, &["of"]) && unit != Unit::Year
                {
                    return None;
                }
                if unit == Unit::Day || unit == Unit::Weekend && of_mention || that {
                    // "this day" and "the last day" say nothing; "the next day" follows the date spoken of
                    if matches!(turn, Turn::Last | Turn::This) {
                        return None;
                    }
                    return Some((
                        self.part_of_day(end),
                        Meaning::FromMention {
                            unit,
                            count,
                            whole: true,
                        },
                    ));
                }
                Some((
                    end,
                    if of_mention {
                        Meaning::FromMention {
                            unit,
                            count,
                            whole: true,
                        }
                    } else {
                        Meaning::FromAnchor { unit, count }
                    },
                ))
            }
            _ if that => None,
            Word::Month(month) if !of_mention => {
                // "this May 8": the rule of the month takes it
                if let Some((end, meaning @ Meaning::Day { .. })) = self.month(at, month, at) {
                    return Some((end, meaning));
                }
                Some((end, Meaning::Month { month, year }))
            }
            Word::Weekday { day, short: false } => {
                if let Some((end, meaning @ Meaning::Day { .. })) = self.weekday(at, day, false) {
                    return Some((end, meaning));
                }
                Some((
                    self.part_of_day(end),
                    Meaning::Weekday {
                        day,
                        turn: Some(turn),
                    },
                ))
            }
            Word::Season(season) if !of_mention => Some((end, Meaning::Season { season, year })),
            Word::PartOfDay
                if turn == Turn::This
                    || turn == Turn::Last && self.is(at, &["night", "evening"]) =>
            {
                Some((
                    end,
                    Meaning::FromAnchor {
                        unit: Unit::Day,
                        count,
                    },
                ))
            }
            Word::Edge(_) if turn == Turn::This && self.class(end) == Word::PartOfDay => Some((
                end + 1,
                Meaning::FromAnchor {
                    unit: Unit::Day,
                    count: 0,
                },
            )),
            Word::PartOfDay if matches!(turn, Turn::Next | Turn::Following | Turn::Same) => Some((
                end,
                Meaning::FromMention {
                    unit: Unit::Day,
                    count,
                    whole: true,
                },
            )),
            Word::Holiday if !of_mention => self.holiday(at, year),
            _ => None,
        }
    }
}
