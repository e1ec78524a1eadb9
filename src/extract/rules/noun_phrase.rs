//! The source beside a reporting verb: a noun phrase found from its edges, without a parser.

use std::ops::Range;

use crate::extract::lexicon::{Class, Form};
use crate::extract::token::TokenKind;

use super::Scan;

/// Longest source that is believed, in tokens, without an apposition.
const LONGEST: u32 = 14;

/// Longest apposition ("the ministry's chief spokeswoman for European affairs"), in tokens.
const APPOSITION: u32 = 26;

impl Scan<'_, '_> {
    /// The subject that ends before the verb at `verb`, not reaching below `low`: "Ana Ruiz, the mayor, has also |said".
    pub(super) fn subject_before(&self, verb: u32, low: u32) -> Option<Range<u32>> {
        let mut end = verb;
        while end > low
            && self
                .mark(end - 1)
                .any(&[Class::Adverb, Class::Auxiliary, Class::Negation])
        {
            end -= 1;
        }
        // "Ruiz, who has said": the person before the relative pronoun
        if end > low && self.is(end - 1, "who") {
            end -= 1;
            if end > low && self.is(end - 1, ",") {
                end -= 1;
            }
            return self.phrase_before(end, low);
        }
        if end > low && (self.is(end - 1, ",") || self.is(end - 1, ")")) {
            return self.before_apposition(end - 1, low);
        }
        self.phrase_before(end, low)
    }

    /// "NAME, the ROLE,| said": the phrase before the apposition, with the apposition.
    fn before_apposition(&self, close: u32, low: u32) -> Option<Range<u32>> {
        let open = if self.is(close, ")") { "(" } else { "," };
        let floor = low.max(close.saturating_sub(APPOSITION));
        let mut at = close;
        // several appositions in a row: "Ruiz, 34, a teacher from Leeds, said"
        let mut best = None;
        while at > floor {
            at -= 1;
            if !self.outside_quotes(at) || self.kind(at) == Some(TokenKind::Stop) {
                break;
            }
            if self.is(at, open)
                && at + 1 < close
                && let Some(head) = self.phrase_before(at, low)
                && head
                    .clone()
                    .any(|i| self.mark(i).capital || self.mark(i).is(Class::Someone))
            {
                let end = if open == "(" { close + 1 } else { close };
                best = Some(head.start..end);
                let ages = (at + 1..close).len() <= 2;
                if !ages && self.begins_name(head.start) {
                    break;
                }
            }
        }
        best
    }

    fn begins_name(&self, i: u32) -> bool {
        self.name_begins.get(i as usize) == Some(&true)
    }

    /// The plain noun phrase that ends at `end`.
    fn phrase_before(&self, end: u32, low: u32) -> Option<Range<u32>> {
        if end <= low {
            return None;
        }
        let last = self.mark(end - 1);
        if !self.outside_quotes(end - 1) {
            return None;
        }
        if last.is(Class::Pronoun) || self.is(end - 1, "others") {
            return Some(end - 1..end);
        }
        let mut begin = end;
        while begin > low && end - begin < LONGEST {
            let i = begin - 1;
            let mark = self.mark(i);
            if !self.outside_quotes(i) || !(self.is_word(i) || self.joins(i)) {
                break;
            }
            let determined = i > low && self.mark(i - 1).any(&[Class::Article, Class::Possessive]);
            if mark.is(Class::Time) && !determined && !self.is_possessed(i)
                || mark.is(Class::Adverb) && !determined
                || mark.any(&[Class::Auxiliary, Class::Negation]) && !self.is_possessive_mark(i)
            {
                break;
            }
            if mark.is(Class::Clause) && !(self.is(i, "and") && self.joins_names(i, end)) {
                break;
            }
            if mark.is_cue() && self.is_verb(i) && !determined && !self.is_bare_noun(i) {
                break;
            }
            if mark.verbal && !determined && begin != end && !self.goes_before_noun(i) {
                break;
            }
            // a verb that no list knows, before a name: "met |Zelensky"
            if self.begins_name(begin) && !self.goes_before_name(i) {
                break;
            }
            if begin < end
                && self.mark(begin).capital
                && mark.is_plain()
                && !self.is_determined(i, low)
            {
                break;
            }
            begin = i;
        }
        self.trim(begin..end)
    }

    /// "the company boss |Ruiz": a determiner close before a plain word.
    fn is_determined(&self, i: u32, low: u32) -> bool {
        (low.max(i.saturating_sub(3))..i)
            .any(|j| self.mark(j).is(Class::Determiner) || self.kind(j) == Some(TokenKind::Clitic))
    }

    /// Drops what cannot begin a source: conjunctions, adverbs, and a leading "in Kyiv".
    fn trim(&self, mut phrase: Range<u32>) -> Option<Range<u32>> {
        loop {
            let first = self.mark(phrase.start);
            if phrase.is_empty() {
                return None;
            }
            let leading = first.any(&[Class::Adverb, Class::Auxiliary, Class::Negation])
                || first.is(Class::Clause)
                || self.joins(phrase.start)
                || self.kind(phrase.start) == Some(TokenKind::Clitic);
            if leading && !first.is(Class::Determiner) {
                phrase.start += 1;
            } else if first.is(Class::Preposition) {
                // past the preposition's own phrase; only a name shows where that ends
                let next = (phrase.start + 2..phrase.end).find(|&i| self.begins_name(i));
                phrase.start = next?;
            } else {
                break;
            }
        }
        let plausible = phrase.clone().any(|i| {
            let m = self.mark(i);
            m.capital
                || m.any(&[
                    Class::Role,
                    Class::Someone,
                    Class::People,
                    Class::Document,
                    Class::Organisation,
                    Class::Pronoun,
                    Class::Determiner,
                    Class::Relative,
                ])
        });
        plausible.then_some(phrase)
    }

    /// `'s` of a possessor, not "is".
    fn is_possessive_mark(&self, i: u32) -> bool {
        self.kind(i) == Some(TokenKind::Clitic) && self.tokens.word(i).ends_with(['s', 'S'])
    }

    /// "last year's report": a word of time with 's.
    fn is_possessed(&self, i: u32) -> bool {
        self.is_possessive_mark(i + 1)
    }

    /// "Ruiz and Okafor said", "the mayor and the governor said".
    fn joins_names(&self, i: u32, end: u32) -> bool {
        let starts = |j: u32| {
            let m = self.mark(j);
            m.capital
                || m.any(&[
                    Class::Determiner,
                    Class::People,
                    Class::Someone,
                    Class::Modifier,
                ])
        };
        i > 0 && starts(i + 1) && end > i + 1 && self.is_word(i - 1) && !self.is_verb(i - 1)
    }

    /// A verb's form that is a noun by its place: "reports |suggest".
    fn is_bare_noun(&self, i: u32) -> bool {
        let m = self.mark(i);
        m.has_form(Form::Third) && m.any(&[Class::Document, Class::People])
            || m.has_form(Form::Base) && m.any(&[Class::Document, Class::Organisation])
    }

    /// "a masked man", "unconfirmed reports": a participle before a noun.
    fn goes_before_noun(&self, i: u32) -> bool {
        let next = self.mark(i + 1);
        next.any(&[
            Class::Someone,
            Class::People,
            Class::Document,
            Class::Role,
            Class::Organisation,
            Class::Modifier,
            Class::Demonym,
        ]) && !next.any(&[Class::Determiner, Class::Pronoun])
    }

    /// Words that stand before a name inside one noun phrase.
    fn goes_before_name(&self, i: u32) -> bool {
        let m = self.mark(i);
        m.capital
            || self.joins(i)
            || self.kind(i) != Some(TokenKind::Word)
            || m.any(&[
                Class::Role,
                Class::Title,
                Class::RoleTitle,
                Class::Modifier,
                Class::Spokes,
                Class::Someone,
                Class::Organisation,
                Class::Relative,
                Class::Demonym,
                Class::Determiner,
                Class::Attached,
                Class::Clause,
            ])
    }

    /// The noun phrase that begins at `begin`: "said |a spokeswoman for the ministry on Friday". Below `high`.
    pub(super) fn phrase_after(&self, begin: u32, high: u32) -> Option<Range<u32>> {
        let first = self.mark(begin);
        if begin >= high || !self.is_word(begin) || !self.outside_quotes(begin) {
            return None;
        }
        if first.is(Class::Pronoun) {
            return Some(begin..begin + 1);
        }
        let starts = first.capital
            || self.kind(begin) == Some(TokenKind::Number)
            || first.any(&[
                Class::Determiner,
                Class::Role,
                Class::Title,
                Class::RoleTitle,
                Class::Spokes,
                Class::Someone,
                Class::People,
                Class::Document,
                Class::Organisation,
                Class::Modifier,
                Class::Demonym,
            ]);
        if !starts || first.is(Class::Time) || first.is(Class::Preposition) {
            return None;
        }
        let mut end = begin + 1;
        while end < high && end - begin < LONGEST {
            let mark = self.mark(end);
            let before = self.mark(end - 1);
            if !self.outside_quotes(end) || !(self.is_word(end) || self.joins(end)) {
                break;
            }
            if mark.is(Class::Time) && !self.is_possessed(end)
                || mark.is(Class::Adverb)
                || mark.any(&[Class::Auxiliary, Class::Negation]) && !self.is_possessive_mark(end)
            {
                break;
            }
            if mark.is(Class::Clause) && !(self.is(end, "and") && self.joins_names(end, high)) {
                break;
            }
            if mark.is(Class::Preposition) {
                let goes_on = mark.is(Class::Attached) && !self.mark(end + 1).is(Class::Time);
                if !goes_on || self.kind(end + 1) == Some(TokenKind::Number) {
                    break;
                }
            }
            // a new noun phrase begins: "told |CBS |the meetings"
            let opens = mark.any(&[Class::Article, Class::Possessive, Class::Pronoun]);
            if opens && !before.is(Class::Preposition) && !self.is(end - 1, "and") && end > begin {
                break;
            }
            let verb = mark.is_cue()
                && self.is_verb(end)
                && !mark.any(&[Class::Document])
                && (mark.has_form(Form::Past) || mark.has_form(Form::Third));
            if (mark.verbal || verb) && !before.is(Class::Determiner) {
                break;
            }
            end += 1;
        }
        while end > begin + 1
            && (self.mark(end - 1).any(&[Class::Preposition, Class::Clause]) || self.joins(end - 1))
        {
            end -= 1;
        }
        Some(begin..end)
    }

    /// The phrase that opens the sentence, as the subject of ", saying" and the like.
    pub(super) fn sentence_subject(&self, verb: u32, sentence: &Range<u32>) -> Option<Range<u32>> {
        if verb == sentence.start || !self.is(verb - 1, ",") {
            return None;
        }
        self.phrase_after(sentence.start, verb - 1)
            .map(|r| {
                // "Ruiz |left the room"
                let verb = (r.start + 1..r.end)
                    .find(|&i| self.mark(i).is_plain() && self.mark(i - 1).capital);
                r.start..verb.unwrap_or(r.end)
            })
            .filter(|r| {
                r.clone()
                    .any(|i| self.mark(i).capital || self.mark(i).is(Class::Pronoun))
            })
    }

    /// The phrase with an apposition after it: "said Ana Ruiz|, the mayor of Leeds|."
    pub(super) fn with_apposition(&self, phrase: Range<u32>, high: u32) -> Range<u32> {
        if !self.is(phrase.end, ",") {
            return phrase;
        }
        let begin = phrase.end + 1;
        let mut end = begin;
        while end < high && end - begin < APPOSITION && self.outside_quotes(end) {
            if self.is(end, ",") || self.kind(end) == Some(TokenKind::Stop) {
                break;
            }
            end += 1;
        }
        let opens = self.mark(begin).any(&[
            Class::Article,
            Class::Role,
            Class::Spokes,
            Class::Modifier,
            Class::Possessive,
        ]) || self.is(begin, "who")
            || self.mark(begin).capital;
        let role = (begin..end.min(begin + 10)).any(|i| {
            self.mark(i)
                .any(&[Class::Role, Class::Spokes, Class::Someone])
        }) || self.is(begin, "who");
        let closed =
            end >= high || self.is(end, ",") || self.kind(end).is_none_or(|k| k == TokenKind::Stop);
        if opens && role && closed && end > begin {
            phrase.start..end
        } else {
            phrase
        }
    }
}
