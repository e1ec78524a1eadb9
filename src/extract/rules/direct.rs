//! Direct quotations: who stands beside the quotation marks.

use std::ops::Range;

use crate::extract::lexicon::{Class, Form};
use crate::extract::quotes::Region;
use crate::extract::token::TokenKind;

use super::{ALONE, RELEASE, SPEAKER_VERB, Scan, VERB_QUOTATION, VERB_SPEAKER};

/// The last quotation that has found its speaker.
struct Last {
    /// Index into the attributions found.
    found: usize,
    paragraph: u32,
    /// One past its last token, verb and speaker included.
    end: u32,
}

/// A cue and a source beside a quotation.
pub(super) struct Beside {
    pub(super) cue: Range<u32>,
    pub(super) source: Range<u32>,
    found_by: &'static str,
    score: f32,
}

impl Scan<'_, '_> {
    /// Every outermost quotation that is speech, with the speaker beside it, or joined to the quotation before it.
    pub(super) fn direct(&mut self) {
        let mut last: Option<Last> = None;
        let quotes = self.quotes;
        for region in quotes.iter().filter(|r| r.depth == 0) {
            let span = region.with_marks();
            let Some(paragraph) = self
                .tokens
                .tokens
                .get(region.open as usize)
                .map(|t| t.paragraph)
            else {
                continue;
            };
            if region.continues
                && let Some(before) = &mut last
                && before.paragraph + 1 >= paragraph
            {
                self.join(before, &span, paragraph);
                continue;
            }
            if self.any_used(&span) || !self.is_speech(region) {
                continue;
            }
            let beside = self
                .after_quotation(region)
                .or_else(|| self.before_quotation(region));
            if let Some(beside) = beside {
                let end = span.end.max(beside.cue.end).max(beside.source.end);
                // `The plan “will cost jobs,” Ruiz said`: the words before the marks belong to what was said
                let sentence = self.sentence(span.start);
                let fragment = beside.source.start > span.start
                    && sentence.start < span.start
                    && self.is_word(span.start - 1)
                    && !self.any_used(&(sentence.start..span.start))
                    && self.outside_quotes(sentence.start);
                let span = if fragment {
                    self.clause_start(&sentence)..span.end
                } else {
                    span
                };
                let found = self.push(
                    vec![span],
                    Some(beside.cue),
                    Some(beside.source),
                    beside.score,
                    beside.found_by,
                );
                last = Some(Last {
                    found,
                    paragraph,
                    end,
                });
                continue;
            }
            if !self.is_whole_sentence(region) && !self.follows_speaker(region, last.as_ref()) {
                continue;
            }
            match &mut last {
                Some(before) if before.paragraph == paragraph => {
                    self.join(before, &span, paragraph);
                }
                _ if self.words_in(region) >= 5 && self.is_whole_sentence(region) => {
                    let found = self.push(vec![span.clone()], None, None, 0.35, ALONE);
                    last = Some(Last {
                        found,
                        paragraph,
                        end: span.end,
                    });
                }
                _ => {}
            }
        }
    }

    /// Adds a quotation to the attribution of the one before it.
    fn join(&mut self, last: &mut Last, span: &Range<u32>, paragraph: u32) {
        if let Some(found) = self.found.get_mut(last.found) {
            found.content.push(span.clone());
        }
        for i in span.clone() {
            self.used[i as usize] = true;
        }
        last.paragraph = paragraph;
        last.end = span.end;
    }

    fn words_in(&self, region: &Region) -> usize {
        (region.open + 1..region.close)
            .filter(|&i| self.is_word(i))
            .count()
    }

    /// The last token inside the quotation marks, past inner marks: `‘the spirit,’”`.
    fn last_inside(&self, region: &Region) -> u32 {
        let mut last = region.close.saturating_sub(1);
        while last > region.open
            && matches!(
                self.kind(last),
                Some(TokenKind::SingleQuote | TokenKind::CloseQuote)
            )
        {
            last -= 1;
        }
        last
    }

    /// Speech rather than a scare quote or a title: longer than three words, or with the punctuation of a sentence.
    pub(super) fn is_speech(&self, region: &Region) -> bool {
        let last = self.last_inside(region);
        let punctuated = self.kind(last) == Some(TokenKind::Stop)
            || self.is(last, ",")
            || self.is(region.with_marks().end, ",");
        let words = self.words_in(region);
        words > 3 || words > 0 && punctuated
    }

    /// Does the quotation fill its sentences?
    fn is_whole_sentence(&self, region: &Region) -> bool {
        let last = self.last_inside(region);
        let ends = !region.closed || self.kind(last) == Some(TokenKind::Stop);
        self.sentence(region.open).start == region.open && ends
    }

    /// `“A,” said Ruiz, |“B.”|`: nothing but the speaker stands between the two.
    fn follows_speaker(&self, region: &Region, last: Option<&Last>) -> bool {
        last.is_some_and(|last| {
            let between = last.end.min(region.open)..region.open;
            between.len() <= 12
                && between
                    .clone()
                    .all(|i| !self.mark(i).is_cue() || self.mark(i).any(&[Class::Preposition]))
                && self
                    .paragraph(region.open)
                    .contains(&last.end.saturating_sub(1))
                && between.clone().last().is_none_or(|i| {
                    self.is(i, ",")
                        || self.kind(i) == Some(TokenKind::Stop)
                        || self.kind(i) == Some(TokenKind::Dash)
                })
        })
    }

    /// `“…,” said X`, `“…,” X, the ROLE, said`, `“…” — X`.
    pub(super) fn after_quotation(&self, region: &Region) -> Option<Beside> {
        if !region.closed {
            return None;
        }
        let paragraph = self.paragraph(region.open);
        let mut at = region.with_marks().end;
        let fragment =
            region.open > self.sentence(region.open).start && self.is_word(region.open - 1);
        if !fragment
            && self.kind(at) == Some(TokenKind::Dash)
            && let Some(source) = self.signature(at + 1, paragraph.end)
        {
            return Some(Beside {
                cue: at..at,
                source,
                found_by: RELEASE,
                score: 0.8,
            });
        }
        let last = self.last_inside(region);
        let comma = self.is(at, ",");
        let punctuated = comma
            || self.is(last, ",")
            || matches!(self.kind(last), Some(TokenKind::Stop | TokenKind::Dash));
        if !punctuated || at >= paragraph.end {
            return None;
        }
        // `a “gift.” She said it was late`: a full stop ends what came before, and the next verb has its own clause
        let stopped = !comma && self.tokens.word(last).starts_with('.');
        let fragment =
            region.open > self.sentence(region.open).start && self.is_word(region.open - 1);
        if stopped && fragment {
            return None;
        }
        if comma || self.kind(at) == Some(TokenKind::Dash) {
            at += 1;
        }
        let high = (at..paragraph.end.min(at + 40))
            .find(|&i| self.kind(i) == Some(TokenKind::Stop) || !self.outside_quotes(i))
            .unwrap_or(paragraph.end.min(at + 40));
        let mut verb = at;
        while verb < high && self.mark(verb).is(Class::Adverb) {
            verb += 1;
        }
        if verb < high
            && self.quotes_with(verb)
            && !self.mark(verb).has_form(Form::Ing)
            && let Some(source) = self.phrase_after(verb + 1, high)
        {
            return Some(Beside {
                cue: self.cue(verb, at),
                source: self.with_apposition(source, high),
                found_by: VERB_SPEAKER,
                score: 0.9,
            });
        }
        for verb in at + 1..high.min(at + 30) {
            if !self.quotes_with(verb) || self.mark(verb).has_form(Form::Ing) {
                continue;
            }
            let source = self.subject_before(verb, at)?;
            if !self.agrees(&source, verb) {
                return None;
            }
            // nothing but "but", "then" between the quotation and its speaker
            let leads = (at..source.start).all(|i| {
                self.mark(i).any(&[Class::Adverb, Class::Clause]) || self.mark(i).is(Class::Time)
            });
            if !leads {
                return None;
            }
            if stopped && self.past_adjuncts(verb + 1, high) < high {
                return None;
            }
            return Some(Beside {
                cue: self.cue(verb, source.end),
                source,
                found_by: SPEAKER_VERB,
                score: 0.88,
            });
        }
        None
    }

    /// The name and office that sign a quotation, to the end of the paragraph: `– Commissioner Ana Ruiz`.
    fn signature(&self, begin: u32, end: u32) -> Option<Range<u32>> {
        let words = begin..end;
        let fits = (1..=16).contains(&words.len())
            && self.mark(begin).capital
            && words
                .clone()
                .all(|i| !self.is_verb(i) && self.outside_quotes(i));
        fits.then_some(words)
    }

    /// `X said: “…”`, `X told reporters in Kyiv, “…”`.
    pub(super) fn before_quotation(&self, region: &Region) -> Option<Beside> {
        let open = region.open;
        let sentence = self.sentence(open);
        let paragraph = self.paragraph(open);
        let mark_before = open.checked_sub(1)?;
        if mark_before < paragraph.start {
            // a verb and a colon that end the paragraph before: "Ruiz said:¶ “…”"
            return self.colon_paragraph(mark_before);
        }
        let low = if sentence.start == open {
            self.sentence(mark_before).start
        } else {
            sentence.start
        };
        let punctuated = self.is(mark_before, ",") || self.is(mark_before, ":");
        if sentence.start == open && !self.is(mark_before, ":") {
            return None;
        }
        let from = if punctuated { mark_before } else { open };
        let floor = if punctuated {
            low.max(from.saturating_sub(22))
        } else {
            from - 1
        };
        let verb = (floor..from)
            .rev()
            .take_while(|&i| self.outside_quotes(i) && self.kind(i) != Some(TokenKind::Stop))
            .find(|&i| self.quotes_with(i) && !self.used[i as usize])?;
        self.subject_of(verb, low)
    }

    /// The subject of a verb that introduces a quotation.
    fn subject_of(&self, verb: u32, low: u32) -> Option<Beside> {
        let source = self.subject_before(verb, low).or_else(|| {
            // "…, adding: “…”": the subject of the sentence's first verb
            let first = self.sentence(verb).start;
            (first..verb)
                .find(|&i| self.is_verb(i))
                .and_then(|v| self.subject_before(v, first))
                .or_else(|| self.sentence_subject(verb, &self.sentence(verb)))
        })?;
        Some(Beside {
            cue: self.cue(verb, source.end.min(verb)),
            source,
            found_by: VERB_QUOTATION,
            score: 0.75,
        })
    }

    fn colon_paragraph(&self, colon: u32) -> Option<Beside> {
        if !self.is(colon, ":") {
            return None;
        }
        let sentence = self.sentence(colon);
        let verb = (sentence.start..colon)
            .rev()
            .take(22)
            .find(|&i| self.quotes_with(i) && !self.used[i as usize])?;
        self.subject_of(verb, sentence.start)
    }
}
