//! Finds expressions of time among the tokens and says what they mean, before anything is resolved.
//!
//! A word of the table in [`super::words`] that can be the core of an expression picks the rule; the rule looks right
//! for the rest, and [`Grammar::widen`] left for what narrows it ("early", "the end of"). All other tokens cost one
//! look-up.

use crate::extract::token::{TokenKind, Tokens};

use super::holiday::Holiday;
use super::period::Period;
use super::words::{Edge, Season, Turn, Unit, Word, class};

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

/// The token after an expression, and what it means.
pub(super) type Found = Option<(u32, Meaning)>;

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
                Word::Day(count) => self.relative_day(i, count, floor),
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
        if i > floor && self.is(i - 1, &["each", "every"]) {
            return None;
        }
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
        let takes_article = match meaning {
            Meaning::Day { .. } | Meaning::Month { .. } => false,
            Meaning::Weekday { turn, .. } => turn.is_some(),
            // "the 1990s", but "the 2024 election"
            Meaning::Fixed(Period::Date(_)) => self.class(core) == Word::Unit(Unit::Year),
            Meaning::Fixed(_) => !self.is_dash(core + 1),
            _ => true,
        };
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
                    begin = if takes_article { article(i) } else { i };
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
}
