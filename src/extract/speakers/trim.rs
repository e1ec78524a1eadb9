//! What the tagger took into a span and does not belong there.

use crate::extract::lexicon::{Class, stance};
use crate::extract::tagger::Attribution;
use crate::extract::token::TokenKind;

use super::View;

/// Tokens that a dateline has at most, the dash included: "WASHINGTON, D.C., Nov. 3 (Northline) –".
const DATELINE: u32 = 14;

impl View<'_, '_> {
    /// A refusal to comment has no content: "to comment" is part of the cue. One to say something has that.
    pub(super) fn refusal(&self, attribution: &mut Attribution) {
        let Some(first) = attribution.cue.first().cloned() else {
            return;
        };
        let begin = self
            .sentence(first.start)
            .start
            .max(first.start.saturating_sub(4));
        let words = (begin..first.end).find_map(|i| {
            let end = stance::refusal(self.tokens, self.marks, i)?;
            (end > first.start).then_some(i..end)
        });
        if let Some(words) = words {
            if stance::withholds(self.tokens, self.marks, words.end) {
                attribution.content.retain(|c| c.end > words.end);
                for content in &mut attribution.content {
                    content.start = content.start.max(words.end);
                }
            } else {
                attribution.content.clear();
            }
            attribution.cue = vec![words];
        }
    }

    /// "wrote on |X that …", "confirmed to |the BBC that …": what follows the cue's preposition is no content.
    pub(super) fn trim_head(&self, attribution: &mut Attribution) {
        let Some(cue) = attribution.cue.last().cloned() else {
            return;
        };
        let Some(content) = attribution.content.iter_mut().find(|c| c.start == cue.end) else {
            return;
        };
        let preposition =
            cue.end > cue.start && self.is_any(cue.end - 1, &["on", "to", "in", "with"]);
        let that = (content.start..content.end.min(content.start + 7))
            .take_while(|&i| !self.quoted[i as usize])
            .find(|&i| self.is(i, "that"));
        if let Some(that) = that.filter(|&that| preposition && that > content.start) {
            content.start = that;
        }
    }

    /// "Nairobi, Kenya – Senator Ruiz": who speaks is named after the dateline.
    pub(super) fn trim_dateline(&self, attribution: &mut Attribution) {
        for source in &mut attribution.source {
            if source.start >= source.end || self.sentence(source.start).start != source.start {
                continue;
            }
            let in_front = |&i: &u32| {
                let mark = self.mark(i);
                mark.capital
                    || mark.any(&[Class::Time, Class::Article])
                    || self.is_any(i, &["of", ",", ".", "(", ")", "/"])
                    || self.kind(i) == Some(TokenKind::Number)
            };
            let dash = (source.start..source.end.min(source.start + DATELINE))
                .find(|i| !in_front(i))
                .filter(|&dash| dash > source.start && self.is_dash(dash));
            let placed = self.names_place(source.start) || self.names_place(source.start + 1);
            let Some(dash) = dash.filter(|_| placed) else {
                continue;
            };
            // "Leeds – On Monday, Senator Ruiz"
            let day = |&i: &u32| {
                self.mark(i).is(Class::Time)
                    || self.is_any(i, &["on", ","])
                    || self.kind(i) == Some(TokenKind::Number)
            };
            let who = (dash + 1..source.end).find(|i| !day(i));
            source.start = who.unwrap_or(source.start);
        }
    }

    /// A dash between words, not a hyphen within one: "Leeds - Ruiz", "Leeds—Ruiz", but not "(D-Leeds)".
    fn is_dash(&self, i: u32) -> bool {
        let spaced = || {
            let end = |i: u32| self.tokens.tokens.get(i as usize).map(|t| t.span);
            matches!((end(i), end(i + 1)), (Some(dash), Some(next)) if dash.end < next.begin)
        };
        match self.tokens.word(i) {
            "—" | "–" | "--" | "---" => true,
            "-" => spaced(),
            _ => false,
        }
    }

    /// Does the name of a place begin with the token?
    fn names_place(&self, token: u32) -> bool {
        let begin = self.tokens.tokens.get(token as usize).map(|t| t.span.begin);
        begin.is_some_and(|begin| {
            self.toponyms
                .binary_search_by_key(&begin, |(span, _)| span.begin)
                .is_ok()
        })
    }
}
