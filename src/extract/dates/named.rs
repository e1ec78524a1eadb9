//! Expressions whose core is a name of the calendar: months, weekdays, quarters, seasons, holidays.

use crate::extract::token::TokenKind;

use super::grammar::{Found, Grammar, Meaning, Year};
use super::holiday;
use super::period::Period;
use super::words::{Season, Turn, Unit, Word, is_doubtful_month};

impl Grammar<'_, '_> {
    /// "November 20", "Nov. 20–22, 2025", "November 2025", "November last year", "November".
    pub(super) fn month(&self, i: u32, month: u8, floor: u32) -> Found {
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
    pub(super) fn is_month_in_context(&self, i: u32, floor: u32) -> bool {
        let word = self.word(i);
        let led = i > floor
            && (self.is(
                i - 1,
                &[
                    "in", "since", "by", "until", "till", "through", "of", "for", "from", "before",
                    "after", "during", "to", "between", "early", "late", "mid", "and", "or",
                    "around", "about", "ending", "ended",
                ],
            ) || self.is_dash(i - 1)
                && i >= floor + 2
                && matches!(self.class(i - 2), Word::Edge(_) | Word::Month(_)));
        let modifies = i > floor
            && self.is(i - 1, &["the", "a", "his", "her", "its", "their"])
            && self.kind(i + 1) == Some(TokenKind::Word)
            && self.word(i + 1).starts_with(char::is_lowercase);
        let led = led || modifies;
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
    pub(super) fn month_near(&self, i: u32) -> bool {
        self.is(i.wrapping_sub(1), &["for", "of"])
            || (2..=4).any(|n| i >= n && matches!(self.class(i - n), Word::Month(_)))
    }

    /// What follows month and day, from `at` on: the end of a range, a year.
    pub(super) fn month_day(&self, at: u32, month: u8, day: u8) -> (u32, Meaning) {
        let mut end = at;
        let mut to = None;
        if self.is(at, &["and", "or"])
            && self.day_of_month(at + 1) == Some(day + 1)
            && self.kind(at + 1) == Some(TokenKind::Number)
            && !self.counts(at + 2)
        {
            to = Some((month, day + 1));
            end = at + 2;
        } else if self.is_dash(at) || self.is(at, &["to", "through"]) {
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
    pub(super) fn counts(&self, i: u32) -> bool {
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
        if let Some(year) = self.short_year(i) {
            return Some((i + 1, Year::Stated(year)));
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
    pub(super) fn weekday(&self, i: u32, day: u8, short: bool) -> Found {
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

    /// "first quarter", "third-quarter of 2025", "second half of last year".
    pub(super) fn ordinal(&self, i: u32, n: u8) -> Found {
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

    /// "third quarter" at `i`.
    pub(super) fn quarter_at(&self, i: u32) -> Found {
        match self.class(i) {
            Word::Ordinal(n) => self.ordinal(i, n),
            _ => None,
        }
    }

    /// "summer 2025", "the summer of 2025", "summer of last year".
    pub(super) fn season(&self, i: u32, season: Season) -> Found {
        let (end, year) = self.year_after(i + 1)?;
        Some((end, Meaning::Season { season, year }))
    }

    /// "fiscal 2025", "fiscal year 2025", "fiscal first quarter".
    pub(super) fn fiscal(&self, i: u32) -> Found {
        let at = i + 1 + u32::from(self.class(i + 1) == Word::Unit(Unit::Year));
        if let Some(year) = self.year_number(at) {
            return Some((at + 1, Meaning::Fixed(Period::year(year)?)));
        }
        match self.class(at) {
            Word::Ordinal(n) => self.ordinal(at, n),
            _ => None,
        }
    }

    pub(super) fn holiday(&self, i: u32, year: Year) -> Found {
        let (end, holiday) = holiday::named(self, i)?;
        let (end, year) = match self.year_after(end) {
            Some((end, stated)) if year == Year::Open => (end, stated),
            _ => (end, year),
        };
        Some((end, Meaning::Holiday { holiday, year }))
    }
}
