//! Indirect and mixed statements: a reporting verb, its subject, and the clause it reports; "according to".

use std::ops::Range;

use crate::extract::lexicon::{Class, Form, Frame, stance};
use crate::extract::token::TokenKind;

use super::{ACCORDING, CLAUSE, CLAUSE_FIRST, COORDINATED, OUTSIDE, PARENTHESIS, Scan};

/// Whom somebody tells, in a word.
const OBJECT_PRONOUNS: &[&str] = &["me", "us", "you", "him", "her", "them"];

impl Scan<'_, '_> {
    /// `According to X, …` and `…, according to X`.
    pub(super) fn according(&mut self) {
        for i in 0..self.tokens.tokens.len() as u32 {
            if !self.is(i, "according") || !self.is(i + 1, "to") || !self.outside_quotes(i) {
                continue;
            }
            let sentence = self.sentence(i);
            let words_end = self.words_end(&sentence);
            let Some(source) = self.phrase_after(i + 2, words_end) else {
                continue;
            };
            let source = self.listed(source, words_end);
            let cue = i..i + 2;
            if i == sentence.start {
                // "a report seen by the council": all up to the comma
                let closed =
                    self.is(source.end, ",") || self.kind(source.end) == Some(TokenKind::Dash);
                let comma = (source.end..words_end.min(source.end + 20))
                    .take_while(|&j| self.outside_quotes(j))
                    .find(|&j| self.is(j, ","));
                let end = if closed { None } else { comma };
                let source = source.start..end.unwrap_or(source.end);
                let source = self.with_apposition(source, words_end);
                let mut begin = self.past_participle(source.end, words_end);
                // "—citing people familiar with the matter—": past a parenthesis
                if self.kind(begin) == Some(TokenKind::Dash)
                    && let Some(close) = (begin + 1..words_end)
                        .find(|&j| self.kind(j) == Some(TokenKind::Dash) && !self.joins(j))
                {
                    begin = close;
                }
                begin += u32::from(!self.is_word(begin) && self.outside_quotes(begin));
                let end = self.content_end(begin, &sentence);
                if begin < end {
                    let content = begin..end;
                    self.push(vec![content], Some(cue), Some(source), 0.7, ACCORDING);
                }
            } else {
                let source = self.with_apposition(source, words_end);
                let before = self.clause_start(&sentence)..i - u32::from(self.is(i - 1, ","));
                let mut content = vec![before];
                if self.is(source.end, ",") && source.end + 4 < words_end {
                    content.push(source.end + 1..words_end);
                }
                self.push(content, Some(cue), Some(source), 0.7, ACCORDING);
            }
        }
    }

    /// "a report|, published last month,| each night …": past what is told of the source between commas, which is where
    /// the clause begins; `comma` where nothing is.
    fn past_participle(&self, comma: u32, high: u32) -> u32 {
        let told = self.is_any(comma + 1, &["which", "who", "whose"])
            || (self.tokens.word(comma + 1).ends_with("ed")
                || self.is_any(comma + 1, &["seen", "written", "made", "led"]))
                && (self.mark(comma + 2).any(&[Class::Preposition, Class::Time])
                    || self.is_any(comma + 2, &["by", "in", "on", "at", "last", "earlier"]));
        let close = (comma + 2..high.min(comma + 20))
            .take_while(|&i| self.outside_quotes(i))
            .find(|&i| self.is(i, ","));
        match close {
            Some(close) if told && self.is(comma, ",") => close,
            _ => comma,
        }
    }

    /// "reporting from Axios|, the Financial Times and Reuters|": the rest of a list of sources.
    fn listed(&self, source: Range<u32>, high: u32) -> Range<u32> {
        let mut end = source.end;
        while self.is(end, ",") {
            let Some(next) = self.phrase_after(end + 1, high) else {
                break;
            };
            let and = next.clone().any(|i| self.is(i, "and"));
            if !and && !self.is(next.end, ",") && !self.is(next.end, "and") {
                break;
            }
            if and || self.is(next.end, "and") {
                let last = if and {
                    next.end
                } else {
                    self.phrase_after(next.end + 1, high)
                        .map_or(next.end, |r| r.end)
                };
                let closes = self.is(last, ",") || self.kind(last) == Some(TokenKind::Dash);
                return if closes { source.start..last } else { source };
            }
            end = next.end;
        }
        source
    }

    /// Every reporting verb outside quotation marks that has not been used, with its subject and clause.
    pub(super) fn indirect(&mut self) {
        for s in 0..self.tokens.sentences.len() {
            let sentence = self.tokens.sentences[s].clone();
            // the source that "and added", "adding that" go on with
            let mut subject: Option<Range<u32>> = None;
            for i in sentence.clone() {
                if !self.outside_quotes(i) || !self.is_verb(i) {
                    continue;
                }
                if self.used[i as usize] {
                    subject = self
                        .found
                        .iter()
                        .rev()
                        .find(|a| a.cue.iter().any(|c| c.contains(&i)))
                        .and_then(|a| a.source.first().cloned())
                        .or(subject);
                    continue;
                }
                subject = self.reported(i, &sentence, subject.clone()).or(subject);
            }
        }
    }

    /// Takes in what the verb at `i` reports; its source if there is one.
    fn reported(
        &mut self,
        i: u32,
        sentence: &Range<u32>,
        earlier: Option<Range<u32>>,
    ) -> Option<Range<u32>> {
        let mark = self.mark(i);
        let ing = mark.has_form(Form::Ing);
        let infinitive = i > sentence.start && self.is(i - 1, "to");
        if infinitive || stance::is_passive(self.marks, sentence.start, i) {
            return None;
        }
        let negated = stance::is_negated(self.marks, sentence.start, i);
        if negated && mark.stance != crate::article::Stance::Denies {
            return None;
        }
        // low: a subject does not reach into what another verb has claimed
        let mut low = i;
        while low > sentence.start && !self.used[low as usize - 1] {
            low -= 1;
        }
        let conjoined = i > sentence.start
            && (self.is(i - 1, "and")
                || self.mark(i - 1).is(Class::Adverb) && i > 1 && self.is(i - 2, "and"));
        let own = if ing || conjoined {
            None
        } else {
            self.subject_before(i, low)
        };
        let source = own
            .clone()
            .or(if ing || conjoined { earlier } else { None });
        // "…, said Ruiz": inverted, after a comma
        if source.is_none() && !ing {
            return self.inverted(i, sentence);
        }
        let source = source?;
        if !self.agrees(&source, i) {
            return None;
        }
        let cue_begin = if own.is_some() { source.end } else { i };
        let cue = self.cue(i, cue_begin.min(i));
        if let Some(content) = self.clause_after(i, sentence) {
            let rule = if conjoined && self.is(i + 1, "that") {
                COORDINATED
            } else {
                CLAUSE
            };
            self.push(vec![content], Some(cue), Some(source.clone()), 0.55, rule);
            return Some(source);
        }
        let subject = own.clone();
        own.and_then(|source| self.clause_before(i, &cue, source, sentence))
            .or(subject)
    }

    /// "analysts say" but not "Russian |state media|": a verb without ending wants a subject in the plural.
    pub(super) fn agrees(&self, source: &Range<u32>, verb: u32) -> bool {
        let mark = self.mark(verb);
        let only_base = mark.has_form(Form::Base) && !mark.has_form(Form::Past);
        if !only_base || verb > source.end {
            return true;
        }
        let last = source.end - 1;
        self.mark(last)
            .any(&[Class::People, Class::Pronoun, Class::First])
            || self.tokens.word(last).ends_with('s')
            || source.clone().any(|i| self.is(i, "and"))
            || source.clone().any(|i| self.mark(i).any(&[Class::People]))
    }

    /// `X is closed, said Ruiz.`
    fn inverted(&mut self, i: u32, sentence: &Range<u32>) -> Option<Range<u32>> {
        if !self.mark(i).takes(Frame::Quote) || i <= sentence.start + 2 || !self.is(i - 1, ",") {
            return None;
        }
        let words_end = self.words_end(sentence);
        let source = self.phrase_after(i + 1, words_end)?;
        let source = self.with_apposition(source, words_end);
        let content = self.clause_start(sentence)..i - 1;
        if self.any_used(&content) {
            return None;
        }
        self.push(
            vec![content],
            Some(i..i + 1),
            Some(source.clone()),
            0.6,
            CLAUSE_FIRST,
        );
        Some(source)
    }

    /// `X is closed, Ruiz said on Friday.` and `X, Ruiz says, is closed.`
    fn clause_before(
        &mut self,
        i: u32,
        cue: &Range<u32>,
        source: Range<u32>,
        sentence: &Range<u32>,
    ) -> Option<Range<u32>> {
        let comma = source.start.checked_sub(1)?;
        if !self.mark(i).takes(Frame::That)
            || comma <= sentence.start
            || !(self.is(comma, ",") || self.kind(comma) == Some(TokenKind::Dash))
        {
            return None;
        }
        let words_end = self.words_end(sentence);
        let rest = self.past_adjuncts(i + 1, words_end);
        let before = self.clause_start(sentence)..comma;
        let mut content = vec![before];
        if self.is(rest, ",") && rest + 1 < words_end {
            content.push(rest + 1..words_end);
        } else if rest < words_end && words_end - rest > 6 {
            return None;
        }
        if content.iter().any(|r| self.any_used(r)) {
            return None;
        }
        let subject = &content[0];
        let rule = if content.len() == 2
            && subject.len() <= 6
            && !self.has_verb(subject.start, subject.end)
        {
            PARENTHESIS
        } else {
            CLAUSE_FIRST
        };
        self.push(content, Some(cue.clone()), Some(source.clone()), 0.6, rule);
        Some(source)
    }

    /// What follows the verb, if it is a clause (or the noun phrase or infinitive) that the verb can report.
    pub(super) fn clause_after(&self, i: u32, sentence: &Range<u32>) -> Option<Range<u32>> {
        let mark = self.mark(i);
        let words_end = self.words_end(sentence);
        let mut at = i + 1;
        if at >= words_end || self.is(at, "so") {
            return None;
        }
        let content = |begin: u32| {
            let end = self.content_end(begin, sentence);
            (begin < end).then_some(begin..end)
        };
        let whether = |at: u32| {
            ["that", "whether", "how", "why", "if", "what"]
                .iter()
                .any(|w| self.is(at, w))
        };
        if mark.takes(Frame::Infinitive) {
            let to = self.is(at, "to").then_some(at).or_else(|| {
                let object = self.object_after(at, words_end)?;
                self.is(object, "to").then_some(at)
            });
            if let Some(to) = to {
                return content(to);
            }
        }
        if mark.takes(Frame::Accused) {
            let of = (at..words_end.min(at + 8)).find(|&j| self.is(j, "of"));
            return of.and_then(|_| content(at));
        }
        if whether(at) && mark.takes(Frame::That) {
            return content(at);
        }
        let object = mark.takes(Frame::Object);
        if object {
            at = self.object_after(at, words_end)?;
            // "told the BBC and Reuters", "told CNN's Ana Ruiz"
        }
        at = self.past_adjuncts(at, words_end);
        // "told CBS—a partner of ours—that": past what is set off by dashes
        if self.kind(at) == Some(TokenKind::Dash)
            && let Some(close) = (at + 1..words_end.min(at + 16))
                .find(|&j| self.kind(j) == Some(TokenKind::Dash) && !self.joins(j))
        {
            at = close + 1;
        }
        if self.is(at, ",") && whether(at + 1) {
            at += 1;
        }
        if at >= words_end {
            return None;
        }
        if whether(at) && mark.takes(Frame::That) {
            return content(at);
        }
        if self.is(at, ":") && mark.takes(Frame::Quote) {
            return content(at + 1);
        }
        if mark.takes(Frame::Noun) {
            let next = self.mark(at);
            let noun = next.any(&[Class::Determiner, Class::Possessive])
                || next.capital
                || self.tokens.word(at).ends_with("ing")
                || self.mark(at + 1).any(&[Class::Document]);
            return if noun && at == i + 1 {
                content(at)
            } else {
                None
            };
        }
        let clause = self.begins_clause(at, words_end);
        let bare = mark.takes(Frame::Bare) || object;
        (clause && (bare || mark.takes(Frame::That) && self.has_verb(at, words_end)))
            .then(|| content(at))
            .flatten()
    }

    /// One past the object that begins at `at`: whom somebody tells or asks.
    fn object_after(&self, at: u32, high: u32) -> Option<u32> {
        if self.is_object_pronoun(at) {
            return Some(at + 1);
        }
        self.phrase_after(at, high).map(|r| r.end)
    }

    pub(super) fn is_object_pronoun(&self, at: u32) -> bool {
        OBJECT_PRONOUNS.iter().any(|w| self.is(at, w))
    }

    /// Where the words of a sentence begin: past a dateline, `LEEDS, England (Northline) —`.
    pub(super) fn clause_start(&self, sentence: &Range<u32>) -> u32 {
        let dash = (sentence.start..sentence.end.min(sentence.start + 10))
            .find(|&i| self.kind(i) == Some(TokenKind::Dash) && !self.joins(i));
        match dash {
            Some(dash)
                if dash > sentence.start
                    && (sentence.start..dash).all(|i| self.mark(i).capital || !self.is_word(i)) =>
            {
                dash + 1
            }
            _ => sentence.start,
        }
    }

    /// Can a clause without "that" begin here?
    fn begins_clause(&self, at: u32, end: u32) -> bool {
        if self.is(at, ",") || self.kind(at) == Some(TokenKind::Stop) || end <= at + 2 {
            return false;
        }
        let mark = self.mark(at);
        !mark.any(&[Class::Preposition, Class::Auxiliary])
            || mark.any(&[Class::Pronoun, Class::Determiner])
            || mark.capital
    }

    /// Is there a finite verb soon, as far as the lists tell?
    fn has_verb(&self, at: u32, end: u32) -> bool {
        (at + 1..end.min(at + 14))
            .take_while(|&i| !self.is(i, ","))
            .any(|i| {
                let m = self.mark(i);
                m.is(Class::Auxiliary) && !(self.tokens.word(i).ends_with('s') && self.is_clitic(i))
                    || m.is_cue() && self.is_verb(i)
                    || m.verbal && self.tokens.word(i).ends_with("ed")
            })
    }

    fn is_clitic(&self, i: u32) -> bool {
        self.kind(i) == Some(TokenKind::Clitic)
    }

    /// Past "on Friday", "in a statement", "in Kyiv", "yesterday": what may stand between the verb and its clause.
    pub(super) fn past_adjuncts(&self, from: u32, end: u32) -> u32 {
        let mut at = from;
        while at < end && at < from + 24 {
            let mark = self.mark(at);
            let time = mark.is(Class::Time)
                || self.kind(at) == Some(TokenKind::Number) && self.mark(at - 1).is(Class::Time);
            if time || mark.any(&[Class::Adverb, Class::Daytime]) && !mark.is(Class::Clause) {
                at += 1;
                continue;
            }
            let preposition = mark.is(Class::Preposition)
                && !mark.is(Class::Auxiliary)
                && (!mark.is(Class::Clause) || self.mark(at + 1).is(Class::Article));
            if !preposition {
                break;
            }
            // the preposition's phrase: words of time, or a noun phrase
            let mut inner = at + 1;
            while inner < end
                && (self.mark(inner).any(&[Class::Time, Class::Daytime])
                    || self.kind(inner) == Some(TokenKind::Number)
                    || self.mark(inner).is(Class::Article)
                        && self.mark(inner + 1).any(&[Class::Time, Class::Daytime]))
            {
                inner += 1;
            }
            if inner == at + 1 {
                let Some(phrase) = self.phrase_after(inner, end) else {
                    break;
                };
                inner = phrase.end;
            }
            at = inner;
        }
        at
    }

    /// Where a clause that begins at `begin` ends: at the sentence's end, or before ", adding" and ", according to".
    pub(super) fn content_end(&self, begin: u32, sentence: &Range<u32>) -> u32 {
        let words_end = self.words_end(sentence);
        (begin..words_end)
            .find(|&i| {
                // "said it was open |and added that it was safe"
                let next = self.mark(i + 1);
                let second = self.is(i, "and")
                    && self.outside_quotes(i)
                    && next.takes(Frame::That)
                    && (next.has_form(Form::Past) || next.has_form(Form::Third))
                    && self.is(i + 2, "that");
                second
                    || self.is(i, ",")
                        && self.outside_quotes(i)
                        && (self.mark(i + 1).has_form(Form::Ing) && self.mark(i + 1).is_cue()
                            || self.is(i + 1, "according") && self.is(i + 2, "to"))
            })
            .unwrap_or_else(|| self.past_quotation(words_end))
    }

    /// A clause that ends inside quotation marks goes on to their end: `said “peace is near. It will come.”`
    fn past_quotation(&self, end: u32) -> u32 {
        let inside = |i: u32| {
            self.region
                .get(i as usize)
                .copied()
                .filter(|&r| r != OUTSIDE)
        };
        match (end.checked_sub(1).and_then(inside), inside(end)) {
            (Some(a), Some(b)) if a == b => self.quotes[a as usize].with_marks().end,
            _ => end,
        }
    }
}
