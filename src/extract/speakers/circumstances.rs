//! What stands around the cue: to whom, through what, when and where something was said.

use std::ops::Range;

use crate::article::DateMention;
use crate::extract::lexicon::{Class, Frame};
use crate::extract::tagger::Attribution;
use crate::extract::token::TokenKind;
use crate::text::Span;

use super::View;

/// The tokens of the cue's sentence that are neither content nor source.
pub(super) struct Around {
    /// In order; gaps where content and source stand.
    tokens: Vec<u32>,
    /// Position of the cue's first token among them, and one past its last.
    cue: Range<usize>,
}

impl View<'_, '_> {
    /// What surrounds the cue.
    pub(super) fn around(&self, attribution: &Attribution) -> Around {
        let Some(cue) = attribution.cue.first() else {
            return Around {
                tokens: Vec::new(),
                cue: 0..0,
            };
        };
        let mut sentence = self.sentence(cue.start);
        // `“Stop!” he said on Friday.`: the sentence after the quotation is that of the cue
        sentence.end = sentence.end.max(cue.end);
        let taken = |i: u32| {
            attribution.content.iter().any(|r| r.contains(&i))
                || attribution.source.iter().any(|r| r.contains(&i))
        };
        let tokens: Vec<u32> = sentence
            .filter(|&i| !taken(i) && !self.quoted[i as usize])
            .collect();
        let begin = tokens.partition_point(|&i| i < cue.start);
        let end = tokens.partition_point(|&i| i < cue.end);
        Around {
            tokens,
            cue: begin..end,
        }
    }

    /// "told |CBS|", "confirmed to |the BBC|".
    pub(super) fn addressee(
        &self,
        attribution: &Attribution,
        around: &Around,
    ) -> Option<Range<u32>> {
        let verb = around
            .tokens
            .get(around.cue.clone())?
            .iter()
            .copied()
            .rev()
            .find(|&i| self.mark(i).is_cue())?;
        let mark = self.mark(verb);
        let mut begin = verb + 1;
        while self.mark(begin).is(Class::Adverb) {
            begin += 1;
        }
        let to = self.is(begin, "to");
        if to {
            begin += 1;
            // "promised to return" is no addressee
            let noun = self.mark(begin);
            if !(noun.capital
                || noun.any(&[Class::Determiner, Class::People, Class::Pronoun])
                || self.is_object(begin))
            {
                return None;
            }
        } else if !mark.takes(Frame::Object)
            && !self.is_any(verb, &["asked", "ask", "asks", "asking", "urged", "urges"])
        {
            return None;
        }
        let content = attribution
            .content
            .iter()
            .map(|r| r.start)
            .filter(|&s| s >= begin)
            .min()
            .unwrap_or(u32::MAX);
        let sentence = self.sentence(verb);
        let mut end = begin;
        while end < sentence.end && end < content && end - begin < 10 {
            let m = self.mark(end);
            let word = matches!(
                self.kind(end),
                Some(TokenKind::Word | TokenKind::Clitic | TokenKind::Number | TokenKind::Address)
            ) || self.tokens.word(end) == "-"
                || self.tokens.word(end) == "&";
            let preposition = m.is(Class::Preposition)
                && (!self.is_any(end, &["of", "for", "at", "from"])
                    || self.mark(end + 1).is(Class::Time));
            if !word
                || preposition
                || m.is(Class::Time)
                || m.is(Class::Clause) && !self.is(end, "and")
                || m.is(Class::Auxiliary) && self.kind(end) != Some(TokenKind::Clitic)
            {
                break;
            }
            // the content's own subject: "told CBS |he would"
            let opens = m.any(&[Class::Article, Class::Possessive, Class::Pronoun]);
            if end > begin
                && opens
                && !self.mark(end - 1).is(Class::Preposition)
                && !self.is(end - 1, "and")
            {
                break;
            }
            end += 1;
        }
        let first = self.mark(begin);
        let plausible = first.capital
            || first.any(&[
                Class::Determiner,
                Class::People,
                Class::Organisation,
                Class::Pronoun,
                Class::Demonym,
                Class::Modifier,
            ])
            || self.is_object(begin)
            || (begin..end).any(|i| self.mark(i).is(Class::People));
        (end > begin && plausible).then_some(begin..end)
    }

    fn is_object(&self, i: u32) -> bool {
        self.is_any(
            i,
            &["me", "him", "her", "us", "them", "reporters", "journalists"],
        )
    }

    /// "in |a statement|", "on |X|", "in |an interview with CBS|", "by |email|".
    pub(super) fn medium(&self, attribution: &Attribution, around: &Around) -> Option<Range<u32>> {
        let source_end = attribution.source.first().map_or(0, |r| r.end);
        let mut best: Option<(u32, Range<u32>)> = None;
        let cue = attribution.cue.first()?.start;
        for &i in &around.tokens {
            let opens = self.is_any(i, &["in", "on", "via", "through", "during", "at", "by", "over"])
                // "issued a statement", "released a statement saying"
                || self.is_any(i, &["issued", "released", "published", "posted"]);
            if !opens {
                continue;
            }
            let Some(noun) = self.medium_noun(i + 1) else {
                continue;
            };
            let mut end = noun + 1;
            if self.is_any(end, &["with", "on", "by", "from"])
                && !self.quoted.get(end as usize).copied().unwrap_or(true)
            {
                let mut tail = end + 1;
                while self.mark(tail).capital && !self.mark(tail).is(Class::Time)
                    || self.mark(tail).any(&[Class::Article, Class::Possessive]) && tail == end + 1
                    || self.mark(tail).is(Class::Organisation) && tail == end + 2
                {
                    tail += 1;
                }
                if tail > end + 1 {
                    end = tail;
                }
            }
            let gap = i.abs_diff(cue);
            let holds = |spans: &[Range<u32>]| spans.iter().any(|s| s.contains(&noun));
            let taken = holds(&attribution.content) || i < source_end && holds(&attribution.source);
            let inner = best.as_ref().is_some_and(|(_, r)| r.contains(&noun));
            if !taken && !inner && best.as_ref().is_none_or(|(g, _)| gap < *g) {
                best = Some((gap, i + 1..end));
            }
        }
        best.map(|(_, range)| range)
    }

    /// The noun of a medium in the phrase that begins at `begin`; at most five words of it before.
    fn medium_noun(&self, begin: u32) -> Option<u32> {
        let sentence = self.sentence(begin);
        let mut at = begin;
        while at < sentence.end && at - begin < 6 {
            let m = self.mark(at);
            if m.is(Class::Platform) && m.capital {
                return Some(if self.mark(at + 1).capital && self.is(at + 1, "Social") {
                    at + 1
                } else {
                    at
                });
            }
            if m.is(Class::Medium) {
                // "news conference", "press release", "phone call", "video message"
                let next = self.mark(at + 1);
                return Some(if next.is(Class::Medium) { at + 1 } else { at });
            }
            let word = matches!(self.kind(at), Some(TokenKind::Word | TokenKind::Clitic))
                || self.tokens.word(at) == "-";
            if !word
                || m.any(&[Class::Preposition, Class::Pronoun])
                || m.is(Class::Clause)
                || m.is(Class::Time) && !self.is(at + 1, "news")
                || m.is(Class::Auxiliary) && self.kind(at) != Some(TokenKind::Clitic)
            {
                return None;
            }
            at += 1;
        }
        None
    }

    /// The expression of time that dates the cue, and the rule.
    pub(super) fn date(
        &self,
        attribution: &Attribution,
        around: &Around,
    ) -> Option<(&DateMention, &'static str)> {
        let cue = attribution.cue.first()?;
        let sentence = self.tokens.span(self.sentence(cue.start));
        let from = self.dates.partition_point(|d| d.span.end <= sentence.begin);
        let mut best: Option<(u32, &DateMention)> = None;
        for date in self.dates[from..]
            .iter()
            .take_while(|d| d.span.begin < sentence.end)
        {
            let words = self.tokens.under(date.span);
            let outside = around.tokens.binary_search(&words.start).is_ok();
            // a content that was cut too early: "said |on Thursday that …"
            let leading = attribution.content.iter().any(|c| {
                c.start >= cue.end
                    && c.start < cue.end + 3
                    && words.start <= c.start + 1
                    && words.start >= c.start
                    && self.is(words.end, "that")
            });
            if !(outside || leading) || self.modifies(&words) {
                continue;
            }
            let gap = if words.start >= cue.end {
                words.start - cue.end
            } else {
                cue.start.saturating_sub(words.end)
            };
            if best.is_none_or(|(g, _)| gap < g) {
                best = Some((gap, date));
            }
        }
        best.map(|(_, date)| (date, "date in the cue's sentence"))
    }

    /// "his Wednesday discussions", "the 2015 report", "since Monday", "until March": no date of speaking.
    fn modifies(&self, words: &Range<u32>) -> bool {
        let Some(before) = words.start.checked_sub(1) else {
            return false;
        };
        if self.is_any(
            before,
            &[
                "since", "until", "till", "by", "before", "after", "from", "for", "of", "between",
            ],
        ) || self.is_any(
            words.start,
            &[
                "since", "until", "till", "by", "before", "after", "from", "for", "of", "between",
            ],
        ) {
            return true;
        }
        let next = self.mark(words.end);
        let noun = self.kind(words.end) == Some(TokenKind::Word)
            && !next.any(&[
                Class::Preposition,
                Class::Clause,
                Class::Auxiliary,
                Class::Time,
                Class::Daytime,
                Class::Adverb,
                Class::Pronoun,
                Class::Article,
            ])
            && !next.is_cue();
        let owned = self.mark(before).any(&[Class::Article, Class::Possessive])
            || self.kind(before) == Some(TokenKind::Clitic);
        noun && owned || self.kind(words.end) == Some(TokenKind::Clitic)
    }

    /// The place where it was said, with the words: "said in |Kyiv|", "told reporters in |Geneva|".
    pub(super) fn place(&self, attribution: &Attribution, around: &Around) -> Option<(u32, Span)> {
        let cue = attribution.cue.first()?;
        let sentence = self.tokens.span(self.sentence(cue.start));
        let from = self
            .toponyms
            .partition_point(|(s, _)| s.begin < sentence.begin);
        for &(span, place) in self.toponyms[from..]
            .iter()
            .take_while(|(s, _)| s.begin < sentence.end)
        {
            let words = self.tokens.under(span);
            if around.tokens.binary_search(&words.start).is_err() {
                continue;
            }
            let preposition = words.start.saturating_sub(1);
            if !self.is_any(preposition, &["in", "at", "from", "outside"]) {
                continue;
            }
            // "during a visit to", "the flood in Leeds": only phrases of the verb itself
            let between = if words.start >= cue.end {
                cue.end..preposition
            } else {
                words.end..cue.start
            };
            let fronted = words.end <= cue.start
                && preposition == self.sentence(cue.start).start
                && self.is(words.end, ",");
            let after = words.start >= cue.end
                && between.len() <= 8
                && between
                    .clone()
                    .all(|i| self.goes_beside_cue(i, attribution));
            let speaking = (self
                .sentence(cue.start)
                .start
                .max(words.start.saturating_sub(6))..preposition)
                .any(|i| self.is_any(i, &["speaking", "talking"]));
            if fronted || after || speaking {
                return Some((place, span));
            }
        }
        None
    }

    /// Words that stand between a cue and a phrase of place that belongs to it.
    fn goes_beside_cue(&self, i: u32, attribution: &Attribution) -> bool {
        let m = self.mark(i);
        attribution.source.iter().any(|s| s.contains(&i))
            || m.capital
            || m.any(&[
                Class::Time,
                Class::Daytime,
                Class::People,
                Class::Medium,
                Class::Adverb,
                Class::Determiner,
            ])
            || self.is_any(
                i,
                &[
                    "on",
                    "at",
                    "in",
                    "to",
                    "with",
                    "news",
                    "press",
                    "parliament",
                    "reporters",
                    "journalists",
                ],
            )
            || self.kind(i) == Some(TokenKind::Number)
    }
}
