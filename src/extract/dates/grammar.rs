//! Finds expressions of time among the tokens and says what they mean, before anything is resolved.
//!
//! A word of the table in [`super::words`] that can be the core of an expression picks the rule; the rule looks right
//! for the rest, and [`Grammar::widen`] left for what narrows it ("early", "the end of"). All other tokens cost one
//! look-up.

use crate::extract::token::{TokenKind, Tokens};

use super::holiday::{self, Holiday};
use super::period::Period;
use super::words::{Edge, Season, Turn, Unit, Word, class, is_doubtful_month};

/// An expression of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Match {
    /// First token.
    pub(super) begin: u32,
    /// One past the last token.
    pub(super) end: u32,
    /// What it means.
    pub(super) meaning: Meaning,
    /// The part of it that is meant.
    pub(super) edge: Option<Edge>,
}

/// Which year something falls into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Year {
    /// It is printed.
    Stated(i32),
    /// Years from the anchor's: "of last year".
    Offset(i32),
    /// To be told from tense and nearness.
    Open,
    /// The last, this or next one of its kind.
    Turn(Turn),
}

/// What an expression means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meaning {
    /// Needs no anchor.
    Fixed(Period),
    /// "Nov. 20", "Nov. 20–22"; `to` is month and day, inclusive.
    Day {
        month: u8,
        day: u8,
        to: Option<(u8, u8)>,
        year: Year,
    },
    /// "7/8/07", where either number may be the month.
    Numeric { first: u8, second: u8, year: i32 },
    /// "November"
    Month { month: u8, year: Year },
    /// "Thursday", days from Monday.
    Weekday { day: u8, turn: Option<Turn> },
    /// "the third quarter"
    Quarter { quarter: u8, year: Year },
    /// "the first half"
    Half { half: u8, year: Year },
    /// "last summer"
    Season { season: Season, year: Year },
    /// "Christmas Day"
    Holiday { holiday: Holiday, year: Year },
    /// So many units from the anchor: "yesterday", "last week", "three months ago".
    FromAnchor { unit: Unit, count: i32 },
    /// So many units from the date spoken of: "a year earlier", "the following day". `whole`: at the unit's own
    /// granularity, else as fine as the date spoken of.
    FromMention { unit: Unit, count: i32, whole: bool },
}

/// The rules, over the tokens of one paragraph.
pub(super) struct Grammar<'a, 't> {
    pub(super) tokens: &'a Tokens<'t>,
    /// One past the paragraph's last token.
    pub(super) limit: u32,
}

type Found = Option<(u32, Meaning)>;

impl Grammar<'_, '_> {
    pub(super) fn word(&self, i: u32) -> &str {
        if i < self.limit {
            self.tokens.word(i)
        } else {
            ""
        }
    }

    pub(super) fn class(&self, i: u32) -> Word {
        class(self.word(i))
    }

    pub(super) fn kind(&self, i: u32) -> Option<TokenKind> {
        (i < self.limit)
            .then(|| self.tokens.tokens.get(i as usize))
            .flatten()
            .map(|t| t.kind)
    }

    pub(super) fn is(&self, i: u32, words: &[&str]) -> bool {
        let word = self.word(i);
        words.iter().any(|w| word.eq_ignore_ascii_case(w))
    }

    pub(super) fn is_dash(&self, i: u32) -> bool {
        self.kind(i) == Some(TokenKind::Dash)
    }

    pub(super) fn glued(&self, i: u32) -> bool {
        self.tokens.tokens.get(i as usize).is_some_and(|t| t.glued)
    }

    /// Past `i` if one of `words` stands there, else `i`.
    pub(super) fn skip(&self, i: u32, words: &[&str]) -> u32 {
        i + u32::from(self.is(i, words))
    }

    /// The expression whose core begins at token `i`, if there is one. It begins no earlier than `floor`.
    pub(super) fn at(&self, i: u32, floor: u32) -> Option<Match> {
        let found = match self.kind(i)? {
            TokenKind::Number => self.number(i),
            TokenKind::Word => match self.class(i) {
                Word::Other => self.quarter_code(i),
                Word::Month(month) => self.month(i, month, floor),
                Word::Weekday { day, short } => self.weekday(i, day, short),
                Word::Day(count) => Some(self.relative_day(i, count)),
                Word::Count(count) => self
                    .spelled_year(i, count)
                    .or_else(|| self.distance(i, count.into())),
                Word::Ordinal(n) => self.ordinal(i, n),
                Word::Turn(turn) => self.turn(i, turn),
                Word::Unit(unit) => self.lone_unit(i, unit, floor),
                Word::Season(season) => self.season(i, season),
                Word::Fiscal => self.fiscal(i),
                Word::Holiday => self.holiday(i, Year::Open),
                _ => None,
            },
            _ => None,
        };
        let (end, meaning) = found?;
        let (begin, edge) = self.widen(i, floor, meaning);
        Some(Match {
            begin,
            end,
            meaning,
            edge,
        })
    }

    /// Takes in what stands before the core at `core` and belongs to it: "early", "mid-", "the end of", "the", "a".
    fn widen(&self, core: u32, floor: u32, meaning: Meaning) -> (u32, Option<Edge>) {
        let before = |i: u32, n: u32| i.checked_sub(n).filter(|&b| b >= floor);
        let mut begin = core;
        let mut edge = None;
        let takes_article = !matches!(
            meaning,
            Meaning::Day { .. } | Meaning::Weekday { .. } | Meaning::Month { .. }
        );
        let article = |begin: u32| match before(begin, 1) {
            Some(i) if self.is(i, &["the"]) => i,
            _ => begin,
        };
        if let Some(i) = before(begin, 1).filter(|&i| self.is_dash(i) && self.glued(begin)) {
            // mid-November
            if let Some(j) = before(i, 1)
                && let Word::Edge(e @ (Edge::Early | Edge::Mid | Edge::Late)) = self.class(j)
            {
                return (j, Some(e));
            }
            return (begin, None);
        }
        if takes_article {
            begin = article(begin);
        }
        if let Some(i) = before(begin, 1) {
            match self.class(i) {
                Word::Edge(e @ (Edge::Early | Edge::Mid | Edge::Late))
                    if !self.is(i, &["close"]) =>
                {
                    begin = i;
                    edge = Some(e);
                }
                Word::Edge(e @ (Edge::Earlier | Edge::Later)) => {
                    begin = i;
                    edge = Some(e);
                }
                _ if self.is(i, &["of", "in"]) => {
                    if let Some(j) = before(i, 1)
                        && let Word::Edge(e) = self.class(j)
                        && (self.is(i, &["of"])
                            || matches!(e, Edge::Earlier | Edge::Later | Edge::Early | Edge::Late))
                    {
                        begin = article(j);
                        edge = Some(e);
                    }
                }
                _ => {}
            }
        }
        if let Meaning::FromMention { .. } | Meaning::FromAnchor { .. } = meaning
            && let Some(i) = before(begin, 1)
            && self.is(i, &["a", "an", "one"])
        {
            begin = i;
        }
        (begin, edge)
    }

    /// "November 20", "Nov. 20–22, 2025", "November 2025", "November last year", "November".
    fn month(&self, i: u32, month: u8, floor: u32) -> Found {
        // the period of an abbreviation that the tokens have cut off
        let after = i
            + 1
            + u32::from(
                self.word(i).len() <= 4
                    && self.is(i + 1, &["."])
                    && self.glued(i + 1)
                    && self.kind(i + 2) == Some(TokenKind::Number),
            );
        if let Some(day) = self.day_of_month(self.skip(after, &["the"])) {
            let at = self.skip(after, &["the"]) + 1;
            return Some(self.month_day(at, month, day));
        }
        if let Some((end, year)) = self.year_after(after) {
            let meaning = match year {
                Year::Stated(y) => Meaning::Fixed(Period::month(y, month.into())?),
                _ => Meaning::Month { month, year },
            };
            return Some((end, meaning));
        }
        let lone = Some((
            i + 1,
            Meaning::Month {
                month,
                year: Year::Open,
            },
        ));
        if self.glued(i + 1) && self.is_dash(i + 1) && self.kind(i + 2) == Some(TokenKind::Number) {
            return None;
        }
        if self.is_month_in_context(i, floor) {
            lone
        } else {
            None
        }
    }

    /// Does a bare name of a month mean the month? Words before and after it tell.
    fn is_month_in_context(&self, i: u32, floor: u32) -> bool {
        let word = self.word(i);
        let led = i > floor
            && (self.is(
                i - 1,
                &[
                    "in", "since", "by", "until", "till", "through", "of", "for", "from", "before",
                    "after", "during", "to", "between", "early", "late", "mid", "and", "or",
                    "around", "about", "ending", "ended", "each", "every",
                ],
            ) || self.is_dash(i - 1)
                && i >= floor + 2
                && matches!(self.class(i - 2), Word::Edge(_) | Word::Month(_)));
        let next_is_name = self.kind(i + 1) == Some(TokenKind::Word)
            && self.word(i + 1).starts_with(char::is_uppercase)
            && word.chars().nth(1).is_some_and(char::is_lowercase);
        if word.eq_ignore_ascii_case("may") || word.eq_ignore_ascii_case("march") {
            return led
                && !next_is_name
                && !word.chars().nth(1).is_some_and(char::is_uppercase)
                && (!self.is(i - 1, &["and", "or", "to", "for", "of"]) || self.month_near(i));
        }
        if is_doubtful_month(word) || word.len() <= 4 {
            return led && !next_is_name;
        }
        !next_is_name || led
    }

    /// Is another month named right before "and May", "to March"?
    fn month_near(&self, i: u32) -> bool {
        self.is(i.wrapping_sub(1), &["for", "of"])
            || (2..=4).any(|n| i >= n && matches!(self.class(i - n), Word::Month(_)))
    }

    /// What follows month and day, from `at` on: the end of a range, a year.
    fn month_day(&self, at: u32, month: u8, day: u8) -> (u32, Meaning) {
        let mut end = at;
        let mut to = None;
        if self.is_dash(at) || self.is(at, &["to", "through"]) {
            if let Some(last) = self.day_of_month(at + 1).filter(|&d| d > day)
                && (self.is_dash(at)
                    || self.kind(at + 1) == Some(TokenKind::Number) && !self.counts(at + 2))
            {
                to = Some((month, last));
                end = at + 2;
            } else if let Word::Month(m) = self.class(at + 1)
                && let Some(last) = self.day_of_month(at + 2)
                && self
                    .year_after(at + 3)
                    .is_some_and(|(_, y)| matches!(y, Year::Stated(_)))
            {
                to = Some((m, last));
                end = at + 3;
            }
        }
        let (end, year) = self.year_after(end).unwrap_or((end, Year::Open));
        (
            end,
            Meaning::Day {
                month,
                day,
                to,
                year,
            },
        )
    }

    /// Is token `i` a noun that a number before it would count?
    fn counts(&self, i: u32) -> bool {
        self.kind(i) == Some(TokenKind::Word)
            && self.word(i).starts_with(char::is_lowercase)
            && self.word(i).ends_with('s')
    }

    /// "2025", ", 2025", "of 2025", "last year", "of this year", "'25".
    pub(super) fn year_after(&self, at: u32) -> Option<(u32, Year)> {
        let i = self.skip(at, &[",", "of", "in"]);
        if let Some(year) = self.year_number(i) {
            return Some((i + 1, Year::Stated(year)));
        }
        if i == at
            && self.kind(i) == Some(TokenKind::SingleQuote)
            && self.glued(i + 1)
            && let Some(year) = self.two_digit_year(i + 1)
        {
            return Some((i + 2, Year::Stated(year)));
        }
        if let Some((end, year)) = self.spelled_year_number(i) {
            return Some((end, Year::Stated(year)));
        }
        let j = self.skip(self.skip(at, &["of", "in"]), &["the"]);
        let offset = match self.class(j) {
            Word::Turn(Turn::Last) => -1,
            Word::Turn(Turn::This) => 0,
            Word::Turn(Turn::Next) => 1,
            _ => return None,
        };
        (self.class(j + 1) == Word::Unit(Unit::Year)).then_some((j + 2, Year::Offset(offset)))
    }

    /// "Thursday", "Thursday, Nov. 20", "Thursday (Nov. 20", "Thursday night".
    fn weekday(&self, i: u32, day: u8, short: bool) -> Found {
        let mut next = i + 1;
        if short && self.is(next, &["."]) && self.glued(next) {
            next += 1;
        }
        // "Wednesday's" stays "Wednesday"
        let part = self.part_of_day(next);
        let mut date = self.skip(part, &[",", "(", "the"]);
        date = self.skip(date, &["the"]);
        match (self.class(date), self.kind(date)) {
            (Word::Month(month), _) => {
                if let Some((end, meaning @ (Meaning::Day { .. } | Meaning::Fixed(_)))) =
                    self.month(date, month, i)
                    && (matches!(meaning, Meaning::Day { .. }))
                {
                    return Some((end, meaning));
                }
            }
            (_, Some(TokenKind::Number)) if date - part <= 1 => {
                if let Some((end, meaning @ Meaning::Day { .. })) = self.number(date) {
                    return Some((end, meaning));
                }
            }
            _ => {}
        }
        if short && next == i + 1 {
            return None;
        }
        Some((part, Meaning::Weekday { day, turn: None }))
    }

    /// Past "morning", "afternoon", "evening" or "night" at `i`, else `i`.
    fn part_of_day(&self, i: u32) -> u32 {
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
    fn relative_day(&self, i: u32, count: i8) -> (u32, Meaning) {
        let meaning = Meaning::FromAnchor {
            unit: Unit::Day,
            count: count.into(),
        };
        (self.part_of_day(i + 1), meaning)
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
    fn ago(&self, at: u32, unit: Unit, count: i32) -> Found {
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
    fn lone_unit(&self, i: u32, unit: Unit, floor: u32) -> Found {
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

    /// "first quarter", "third-quarter of 2025", "second half of last year".
    fn ordinal(&self, i: u32, n: u8) -> Found {
        let at = i + 1 + u32::from(self.is_dash(i + 1));
        let at = at + u32::from(self.class(at) == Word::Fiscal);
        match self.class(at) {
            Word::Unit(Unit::Quarter) | Word::Units(Unit::Quarter) if n <= 4 => {
                let (end, year) = self.year_after(at + 1).unwrap_or((at + 1, Year::Open));
                Some((end, Meaning::Quarter { quarter: n, year }))
            }
            Word::Half if n <= 2 => {
                let (end, year) = self.year_after(at + 1)?;
                Some((end, Meaning::Half { half: n, year }))
            }
            Word::Month(month) if n <= 31 && self.kind(at) == Some(TokenKind::Word) => {
                Some(self.month_day(at + 1, month, n))
            }
            _ if n <= 31 && self.is(at, &["of"]) => match self.class(at + 1) {
                Word::Month(month) => Some(self.month_day(at + 2, month, n)),
                _ => None,
            },
            _ => None,
        }
    }

    /// What follows "last", "this", "next" …
    fn turn(&self, i: u32, turn: Turn) -> Found {
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

    /// "summer 2025", "the summer of 2025", "summer of last year".
    fn season(&self, i: u32, season: Season) -> Found {
        let (end, year) = self.year_after(i + 1)?;
        Some((end, Meaning::Season { season, year }))
    }

    /// "fiscal 2025", "fiscal year 2025", "fiscal first quarter".
    fn fiscal(&self, i: u32) -> Found {
        let at = i + 1 + u32::from(self.class(i + 1) == Word::Unit(Unit::Year));
        if let Some(year) = self.year_number(at) {
            return Some((at + 1, Meaning::Fixed(Period::year(year)?)));
        }
        match self.class(at) {
            Word::Ordinal(n) => self.ordinal(at, n),
            _ => None,
        }
    }

    fn holiday(&self, i: u32, year: Year) -> Found {
        let (end, holiday) = holiday::named(self, i)?;
        let (end, year) = match self.year_after(end) {
            Some((end, stated)) if year == Year::Open => (end, stated),
            _ => (end, year),
        };
        Some((end, Meaning::Holiday { holiday, year }))
    }
}
