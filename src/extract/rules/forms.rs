//! Forms with a reason of their own: refusals to comment, transcripts, press releases.

use std::ops::Range;

use crate::extract::lexicon::{Class, stance};
use crate::extract::token::TokenKind;

use super::{LETTER, REFUSAL, Scan, TRANSCRIPT};

/// Longest label of a transcript ("CHIEF JUSTICE ANA RUIZ:"), in tokens.
const LABEL: u32 = 6;

impl Scan<'_, '_> {
    /// "declined to comment", "did not respond to a request for comment", "could not be reached": a statement without
    /// content, because that somebody was asked and did not answer is news too. "would not say how far it had come" has
    /// what was not told for its content.
    pub(super) fn refusals(&mut self) {
        let mut at = 0;
        let count = self.tokens.tokens.len() as u32;
        while at < count {
            let end = if self.outside_quotes(at) {
                stance::refusal(self.tokens, self.marks, at)
            } else {
                None
            };
            let Some(end) = end else {
                at += 1;
                continue;
            };
            let low = self.sentence(at).start;
            if let Some(source) = self.subject_before(at, low) {
                let content = if stance::withholds(self.tokens, self.marks, end) {
                    vec![end..self.content_end(end, &self.sentence(at))]
                } else {
                    Vec::new()
                };
                self.push(content, Some(at..end), Some(source), 0.85, REFUSAL);
            }
            at = end.max(at + 1);
        }
    }

    /// `Q:`, `A:`, `RUIZ:`, `Ana Ruiz:` at the beginning of paragraphs, at least three in an article, or one question and
    /// its answer: a label and all that follows up to the next label. After the last one the article may go on in its
    /// own words, so the first paragraph that reports what somebody says ends the answer.
    pub(super) fn transcript(&mut self) {
        let labels: Vec<(usize, Range<u32>)> = self
            .tokens
            .paragraphs
            .iter()
            .enumerate()
            .filter_map(|(p, range)| Some((p, self.label(range)?)))
            .collect();
        let question = labels
            .first()
            .is_some_and(|(_, label)| label.len() == 1 && self.is(label.start, "Q"));
        if labels.len() < if question { 2 } else { 3 } {
            return;
        }
        for (n, (paragraph, label)) in labels.iter().enumerate() {
            let next = labels
                .get(n + 1)
                .map_or_else(|| self.last_answer(*paragraph), |(p, _)| *p);
            let content: Vec<Range<u32>> = (*paragraph..next)
                .map(|p| {
                    let range = self.tokens.paragraphs[p].clone();
                    if p == *paragraph {
                        label.end + 1..range.end
                    } else {
                        range
                    }
                })
                .take(8)
                .collect();
            self.push(content, None, Some(label.clone()), 0.8, TRANSCRIPT);
        }
    }

    /// One past the last paragraph of the answer that begins in `paragraph`, where no label follows.
    fn last_answer(&self, paragraph: usize) -> usize {
        let paragraphs = &self.tokens.paragraphs;
        let reports = |range: &Range<u32>| {
            range.clone().any(|i| {
                let refuses = || stance::refusal(self.tokens, self.marks, i).is_some();
                self.outside_quotes(i) && (self.quotes_with(i) || refuses())
            })
        };
        let rest = &paragraphs[paragraph + 1..];
        paragraph + 1 + rest.iter().position(reports).unwrap_or(rest.len())
    }

    /// The label before a colon at the beginning of a paragraph.
    fn label(&self, paragraph: &Range<u32>) -> Option<Range<u32>> {
        let begin = paragraph.start;
        let colon = (begin + 1..paragraph.end.min(begin + LABEL + 1)).find(|&i| self.is(i, ":"))?;
        let words = begin..colon;
        if colon + 1 >= paragraph.end {
            return None;
        }
        let letter =
            words.len() == 1 && (self.tokens.word(begin) == "Q" || self.tokens.word(begin) == "A");
        let upper = words.clone().all(|i| {
            let word = self.tokens.word(i);
            word.len() > 1
                && !word.chars().any(char::is_lowercase)
                && self.kind(i) != Some(TokenKind::Number)
        });
        let person = self.person_at(begin).is_some_and(|n| n.tokens.end == colon);
        let titled = self
            .mark(begin)
            .any(&[Class::Title, Class::RoleTitle, Class::Role])
            && self
                .person_at(begin + 1)
                .is_some_and(|n| n.tokens.end == colon);
        (letter || upper || person || titled).then_some(words)
    }

    /// Press releases with several voices: a paragraph `From Chairwoman Ana Ruiz:`, and what follows up to the next.
    pub(super) fn letters(&mut self) {
        let paragraphs = &self.tokens.paragraphs;
        let heads: Vec<(usize, Range<u32>)> = paragraphs
            .iter()
            .enumerate()
            .filter_map(|(p, range)| {
                if !self.is(range.start, "From") {
                    return None;
                }
                let colon = (range.start + 2..range.end.min(range.start + 16))
                    .find(|&i| self.is(i, ":"))?;
                let source = range.start + 1..colon;
                let name = self.mark(source.start).capital
                    && source.clone().all(|i| !self.is_verb(i))
                    && source.len() >= 2;
                name.then_some((p, source))
            })
            .collect();
        for (n, (p, source)) in heads.iter().enumerate() {
            let own = source.end + 1..self.tokens.paragraphs[*p].end;
            let next = heads
                .get(n + 1)
                .map_or(self.tokens.paragraphs.len(), |(p, _)| *p);
            let mut content = vec![own];
            for range in self.tokens.paragraphs[p + 1..next].iter().take(6) {
                let quoted = !self.outside_quotes(range.start);
                let first = content.iter().all(Range::is_empty);
                if !quoted && !first {
                    break;
                }
                content.push(range.clone());
            }
            let cue = source.start - 1..source.start;
            self.push(content, Some(cue), Some(source.clone()), 0.8, LETTER);
        }
    }
}
