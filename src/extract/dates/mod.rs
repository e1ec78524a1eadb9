//! Expressions of time, resolved against the date of publication.
//!
//! Three steps: `grammar` finds the expressions and says what they mean; `anchor` chooses the date that "today" is;
//! `resolve` turns each meaning into a stretch of the calendar. An expression that nothing anchors is listed without
//! a value. Durations ("three months"), repetitions ("daily") and vague words ("recently") are no dates.

use crate::article::{DateMention, Head};
use crate::date::PartialDate;

use super::token::Tokens;
use grammar::{Grammar, Match, Meaning};
use period::Period;

mod anchor;
mod grammar;
mod holiday;
mod named;
mod numeric;
mod period;
mod relative;
mod resolve;
mod tense;
mod words;

/// The expressions of time of an article, in order, disjoint. Without an anchor, relative ones stay unresolved.
#[must_use]
pub fn find(tokens: &Tokens<'_>, head: &Head, published: Option<PartialDate>) -> Vec<DateMention> {
    let matches = expressions(tokens);
    let anchor = anchor::choose(tokens, &matches, head, published);
    let mut mention: Option<(u32, Period)> = None;
    matches
        .iter()
        .map(|found| {
            let paragraph = tokens
                .tokens
                .get(found.begin as usize)
                .map_or(0, |t| t.paragraph);
            let context = resolve::Context {
                anchor,
                mention: mention
                    .filter(|(p, _)| paragraph - p <= 1)
                    .map(|(_, period)| period),
                tense: if needs_tense(found.meaning) {
                    tense::of(tokens, found)
                } else {
                    tense::Tense::Unknown
                },
            };
            let period = resolve::period(found, &context);
            if let Some(period) = period {
                mention = Some((paragraph, period));
            }
            let (from, to) = period.map_or((None, None), |p| resolve::days(p, found.edge, anchor));
            DateMention {
                span: tokens.span(found.begin..found.end),
                value: period.map(|p| p.to_string()),
                from,
                to,
            }
        })
        .collect()
}

fn needs_tense(meaning: Meaning) -> bool {
    !matches!(
        meaning,
        Meaning::Fixed(_) | Meaning::FromAnchor { .. } | Meaning::FromMention { .. }
    )
}

/// All expressions, in order, disjoint, none across a paragraph's end.
fn expressions(tokens: &Tokens<'_>) -> Vec<Match> {
    let mut out = Vec::new();
    for paragraph in &tokens.paragraphs {
        let grammar = Grammar {
            tokens,
            limit: paragraph.end,
        };
        let (mut i, mut floor) = (paragraph.start, paragraph.start);
        while i < paragraph.end {
            if let Some(found) = grammar.at(i, floor) {
                out.push(found);
                floor = found.end;
                i = found.end;
            } else {
                i += 1;
            }
        }
    }
    out
}
