//! Whose words stand in quotation marks, as far as the words beside them tell: nobody calls himself "he".
//!
//! Names alone are read here, before pronouns are resolved and statements found; what stays open excludes nobody.

use std::ops::Range;

use crate::article::Entity;
use crate::extract::lexicon::Mark;
use crate::extract::quotes::Region;
use crate::extract::token::{TokenKind, Tokens};

use super::Mention;

/// Tokens after a quotation in which its speaker is looked for.
const AFTER: u32 = 14;
/// Tokens of titles and offices before the name in a label.
const LABEL: usize = 8;
/// Tokens between a name and its verb.
const TO_VERB: u32 = 3;

/// Verbs of statements that a colon ends.
const RELEASES: &[&str] = &[
    "delivered",
    "gave",
    "issued",
    "made",
    "released",
    "sent",
    "wrote",
];

/// What "the following" goes before.
const ANNOUNCED: &[&str] = &["comment", "remarks", "statement", "statements"];

/// A stretch of quoted words and the person who speaks them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Voice {
    pub(super) tokens: Range<u32>,
    pub(super) person: u32,
}

/// The quotations whose speaker is named beside them, in order.
pub(super) fn voices(
    tokens: &Tokens<'_>,
    marks: &[Mark],
    quotes: &[Region],
    mentions: &[Mention],
) -> Vec<Voice> {
    let view = View {
        tokens,
        marks,
        mentions,
    };
    let mut voices: Vec<Voice> = Vec::new();
    let mut before: Option<(&Region, Option<u32>)> = None;
    // a label speaks for its own quotation only
    let mut is_labelled = false;
    // “Buck” in a name is no quotation
    let is_nickname = |q: &Region| {
        let next = mentions.partition_point(|m| m.tokens.start < q.open);
        let within = |m: &Mention| q.open < m.tokens.end;
        next.checked_sub(1)
            .and_then(|i| mentions.get(i))
            .is_some_and(within)
    };
    let mut outer = quotes
        .iter()
        .filter(|q| q.depth == 0 && !is_nickname(q))
        .peekable();
    while let Some(region) = outer.next() {
        let until = outer.peek().map_or(u32::MAX, |next| next.open);
        let from = before.map_or(0, |(last, _)| last.close);
        let inherited = before
            .filter(|(last, _)| {
                let same_paragraph = view.paragraph(last.open) == view.paragraph(region.open);
                region.continues || same_paragraph && !is_labelled
            })
            .and_then(|(_, person)| person);
        let person = if region.continues {
            inherited
        } else {
            let label = view.label(region, from);
            is_labelled = label.is_some();
            view.after(region, until)
                .or(label)
                .or_else(|| view.before(region, from))
                .or(inherited)
        };
        if let Some(person) = person {
            voices.push(Voice {
                tokens: region.open..region.close,
                person,
            });
        }
        before = Some((region, person));
    }
    voices.extend((0..tokens.paragraphs.len()).filter_map(|p| view.answer(p)));
    voices.sort_by_key(|v| v.tokens.start);
    voices
}

struct View<'a, 't> {
    tokens: &'a Tokens<'t>,
    marks: &'a [Mark],
    mentions: &'a [Mention],
}

impl View<'_, '_> {
    fn paragraph(&self, i: u32) -> Option<u32> {
        self.tokens.tokens.get(i as usize).map(|t| t.paragraph)
    }

    fn is_cue(&self, i: u32) -> bool {
        self.marks
            .get(i as usize)
            .is_some_and(|m| m.is_cue() && !m.capital)
    }

    /// First token of the sentence of a token.
    fn sentence_start(&self, i: u32) -> Option<u32> {
        let sentence = self.tokens.tokens.get(i as usize)?.sentence;
        self.tokens
            .sentences
            .get(sentence as usize)
            .map(|s| s.start)
    }

    /// People named in the tokens.
    fn people(&self, within: Range<u32>) -> impl Iterator<Item = (&Mention, u32)> {
        let from = self
            .mentions
            .partition_point(|m| m.tokens.start < within.start);
        self.mentions[from..]
            .iter()
            .take_while(move |m| m.tokens.end <= within.end)
            .filter_map(|m| match m.entity {
                Entity::Person(person) => Some((m, person)),
                _ => None,
            })
    }

    /// `“…,” said Ruiz` and `“…,” Ruiz, the mayor, said`
    fn after(&self, region: &Region, until: u32) -> Option<u32> {
        let begin = region.with_marks().end;
        let mut end = begin;
        while end < until
            && end - begin < AFTER
            && self.paragraph(end) == self.paragraph(region.open)
        {
            if self.tokens.word(end) == "." {
                break;
            }
            end += 1;
        }
        let cue = (begin..end).find(|&i| self.is_cue(i))?;
        let (mention, person) = self.people(begin..end).next()?;
        // "he told Ruiz" is not by Ruiz
        let is_subject =
            mention.tokens.start > cue && (begin..mention.tokens.start).len() <= 6 && cue == begin
                || mention.tokens.end <= cue;
        is_subject.then_some(person)
    }

    /// `RUIZ: We sail.`, a paragraph of an interview without quotation marks.
    fn answer(&self, paragraph: usize) -> Option<Voice> {
        let range = self.tokens.paragraphs.get(paragraph)?;
        let (mention, person) = self
            .people(range.start..range.end.min(range.start + LABEL as u32))
            .next()?;
        let colon = mention.tokens.end;
        let is_label = mention.tokens.start == range.start && self.tokens.word(colon) == ":";
        let is_quotation = self.tokens.tokens.get(colon as usize + 1).is_some_and(|t| {
            matches!(
                t.kind,
                TokenKind::OpenQuote | TokenKind::PlainQuote | TokenKind::SingleQuote
            )
        });
        let tokens = colon..range.end;
        (is_label && !is_quotation).then_some(Voice { tokens, person })
    }

    /// `Mayor Ruiz: “…”`, the form of transcripts.
    fn label(&self, region: &Region, from: u32) -> Option<u32> {
        let colon = region.open.checked_sub(1)?;
        if self.tokens.word(colon) != ":" {
            return None;
        }
        let begin = self.sentence_start(colon)?.max(from);
        let (mention, person) = self.people(begin..colon).last()?;
        let titles = begin..mention.tokens.start;
        let is_label = mention.tokens.end == colon
            && titles.len() <= LABEL
            && titles.into_iter().all(|i| {
                let capital = self.marks.get(i as usize).is_some_and(|m| m.capital);
                capital || matches!(self.tokens.word(i), "of" | "for" | "and" | "the")
            });
        is_label.then_some(person)
    }

    /// `Ruiz said: “…”`, `Ruiz released the following statement on the vote: “…”`
    fn before(&self, region: &Region, from: u32) -> Option<u32> {
        let last = region.open.checked_sub(1)?;
        let mark = self.tokens.word(last);
        let announced = |begin: u32| {
            (begin..last).any(|i| {
                self.tokens.word(i) == "following" && ANNOUNCED.contains(&self.tokens.word(i + 1))
            })
        };
        let begin = self.sentence_start(last)?.max(from);
        // "Ruiz released the following statement on the vote. “…”": a full stop for a colon
        let announces = mark == ":" || mark == "." && announced(begin);
        if !announces && mark != "," && !self.is_cue(last) {
            return None;
        }
        // "Ruiz's remarks" are somebody's who speaks of them
        let is_owner = |m: &Mention| {
            self.tokens
                .tokens
                .get(m.tokens.end as usize)
                .is_some_and(|t| t.kind == TokenKind::Clitic)
        };
        let says = |m: &Mention| {
            !is_owner(m)
                && (m.tokens.end..(m.tokens.end + TO_VERB).min(region.open)).any(|i| self.is_cue(i))
        };
        let by_saying = || self.people(begin..region.open).find(|(m, _)| says(m));
        let by_release = || {
            let verb = (begin..region.open).rfind(|&i| RELEASES.contains(&self.tokens.word(i)))?;
            self.people(begin..verb).last().filter(|_| announces)
        };
        // "Ruiz issued the following statement after Quill said …: “…”"
        let found = if announced(begin) {
            by_release().or_else(by_saying)
        } else {
            by_saying().or_else(by_release)
        };
        found.map(|(_, person)| person)
    }
}
