//! "he" and "she": the heaviest person, gender weighing as evidence, never as a rule.

use crate::article::Gender;
use crate::extract::lexicon::{Class, Mark};
use crate::extract::token::TokenKind;

use super::super::People;
use super::Reader;

/// Factors on a person's weight for a pronoun that matches, or does not.
const MATCH: f32 = 1.6;
const MISMATCH: f32 = 0.03;
/// A person once called by the other pronoun.
const CALLED_OTHERWISE: f32 = 0.3;
/// Somebody without a name, the subject of this sentence or the last one, with nobody named since.
const JUST_NOW: f32 = 2.0;
/// The same, spoken of within a quotation, for a pronoun outside.
const FROM_QUOTATION: f32 = 0.2;

/// Somebody last spoken of outside of quotations, for a pronoun inside one: speakers go on about whom they named.
const OUTSIDE_QUOTATION: f32 = 0.5;
/// Somebody last spoken of in an earlier paragraph.
const OTHER_PARAGRAPH: f32 = 0.75;
/// What a letter does to its reader.
const REQUESTS: &[&str] = &[
    "asking",
    "begging",
    "calling",
    "demanding",
    "encouraging",
    "imploring",
    "inviting",
    "pressing",
    "requesting",
    "urging",
];
/// What such words are found in.
const LETTERS: &[&str] = &["call", "letter", "letters", "message", "wrote", "writing"];
/// With what a sentence opens that comes to its subject after a comma.
const FRONTED: &[&str] = &[
    "After", "At", "Before", "During", "In", "On", "Through", "With",
];
/// Tokens from a pronoun in such an opening to its comma.
const TO_COMMA: u32 = 16;
/// Tokens from the comma to a name: titles stand between.
const TITLES: u32 = 6;
/// Tokens from "who" to a pronoun in its clause.
const CLAUSE: usize = 14;
/// Tokens from its reader to that word: an office may stand between.
const LETTER: u32 = 14;

impl Reader<'_, '_> {
    /// The person that the pronoun at `at` stands for.
    pub(super) fn pronoun(&mut self, at: u32, mark: Mark, people: &People) -> Option<u32> {
        if self.is_generic(at) {
            return None;
        }
        let he = mark.is(Class::He);
        let sentence = self.sentence(at);
        let paragraph = self.paragraph(at);
        let is_quoted = self.is_quoted(at);
        let speaker = self.speaker(at);
        if let Some(person) = self.bound(at, mark, people)
            && speaker != Some(person)
        {
            return Some(person);
        }
        let mut best: Option<(f32, u32)> = None;
        for (i, s) in self.salience.iter().enumerate() {
            let mut weight = s.at(sentence);
            if weight == 0.0 {
                continue;
            }
            if is_quoted && !s.is_quoted {
                weight *= OUTSIDE_QUOTATION;
            }
            if self.paragraph(s.last_mention) != paragraph {
                weight *= OTHER_PARAGRAPH;
            }
            let gender = people.people[i].gender;
            weight *= match gender {
                Some(g) if (g == Gender::Male) == he => MATCH,
                Some(_) => MISMATCH,
                None if he && s.she > s.he || !he && s.he > s.she => CALLED_OTHERWISE,
                None => 1.0,
            };
            if speaker == Some(i as u32) {
                continue;
            }
            if best.is_none_or(|(w, _)| weight > w) {
                best = Some((weight, i as u32));
            }
        }
        let stranger = self.stranger.at(sentence)
            * match self.stranger.last_mention == 0
                || self.paragraph(self.stranger.last_mention) == paragraph
            {
                true => 1.0,
                false => OTHER_PARAGRAPH,
            }
            * match he {
                true if self.stranger.she > self.stranger.he => CALLED_OTHERWISE,
                false if self.stranger.he > self.stranger.she => CALLED_OTHERWISE,
                _ if self.stranger.he != self.stranger.she => MATCH,
                _ => 1.0,
            }
            * match self.is_stranger_last(at) {
                // “My mother saw it,” she said
                _ if self.is_stranger_quoted && !self.is_quoted(at) => FROM_QUOTATION,
                true => JUST_NOW,
                false => 1.0,
            };
        let best = best.filter(|(w, _)| *w > 0.004 && *w >= stranger);
        if best.is_none() && stranger > 0.0 {
            self.stranger.add(sentence, 1.0);
            self.stranger.last_mention = at;
            self.stranger.he += u16::from(he);
            self.stranger.she += u16::from(!he);
        }
        best.map(|(_, i)| i)
    }

    /// The person whom the words close by bind the pronoun to: "Ruiz and his team", "a letter to Ruiz asking that he
    /// come", "In his ruling, Judge Ruiz …".
    fn bound(&self, at: u32, mark: Mark, people: &People) -> Option<u32> {
        let other = if mark.is(Class::He) {
            Gender::Female
        } else {
            Gender::Male
        };
        self.announced(at, mark)
            .or_else(|| self.adjacent(at, mark))
            .or_else(|| self.relative(at))
            .filter(|&p| people.people[p as usize].gender != Some(other))
    }

    /// "Ruiz and his team", "a letter to Ruiz asking that he come"
    fn adjacent(&self, at: u32, mark: Mark) -> Option<u32> {
        let (tokens, person) = self.latest.as_ref()?;
        if self.sentence(tokens.start) != self.sentence(at) {
            return None;
        }
        let before = at.checked_sub(1)?;
        let joined =
            mark.is(Class::Possessive) && tokens.end == before && self.tokens.word(before) == "and";
        let verb = if matches!(self.tokens.word(before), "that" | "for" | "on" | "upon") {
            before.checked_sub(1)?
        } else {
            before
        };
        let asks = REQUESTS.contains(&self.tokens.word(verb))
            // "wrote to Quill and asked him"
            || verb == before
                && verb == tokens.end + 1
                && self.tokens.word(tokens.end) == "and"
                && matches!(self.tokens.word(verb), "asked" | "urged");
        // "Quill wrote to Ruiz, asking him", not "Ruiz spoke for an hour, asking his hearers …"
        let asked = asks
            && tokens.end <= verb
            && verb - tokens.end < LETTER
            && (self.follows_letter(tokens.start) || self.names_other(*person, at));
        (joined || asked).then_some(*person)
    }

    /// "Ruiz, who was fined for his part": in the clause that says who somebody is.
    fn relative(&self, at: u32) -> Option<u32> {
        let (tokens, person) = self.latest.as_ref()?;
        // "Quill, who worked under her" is about two people
        if !["he", "his", "she"].contains(&self.tokens.word(at)) {
            return None;
        }
        let who = tokens.end + u32::from(self.tokens.word(tokens.end) == ",");
        let in_clause = self.tokens.word(who) == "who"
            && (who..at).len() <= CLAUSE
            && self.sentence(who) == self.sentence(at)
            && (who + 1..at).all(|i| self.tokens.word(i) != "," && self.tokens.word(i) != "that");
        in_clause.then_some(*person)
    }

    /// Has the sentence spoken of a letter before the token?
    fn follows_letter(&self, at: u32) -> bool {
        let sentence = self.sentence(at);
        (0..at)
            .rev()
            .take_while(|&i| self.sentence(i) == sentence)
            .any(|i| LETTERS.contains(&self.tokens.word(i)))
    }

    /// Has the sentence of the token named anybody else before?
    fn names_other(&self, person: u32, at: u32) -> bool {
        (0..)
            .zip(&self.salience)
            .any(|(i, s)| i != person && s.here > 0.0 && s.sentence() == self.sentence(at))
    }

    /// "In his ruling, Judge Ruiz …": the subject that the sentence comes to.
    fn announced(&self, at: u32, mark: Mark) -> Option<u32> {
        let preposition = at.checked_sub(1)?;
        if !mark.is(Class::Possessive)
            || !FRONTED.contains(&self.tokens.word(preposition))
            || preposition > 0
                && self.sentence(preposition - 1) == self.sentence(at)
                && !self.is_opening_mark(preposition - 1)
        {
            return None;
        }
        let sentence = self.sentence(at);
        let comma = (at..at + TO_COMMA)
            .take_while(|&i| self.sentence(i) == sentence)
            .find(|&i| self.tokens.word(i) == ",")?;
        let next = self.named.partition_point(|(t, _)| t.start <= comma);
        let (subject, person) = self.named.get(next)?;
        let is_subject = subject.start - comma < TITLES
            && self.sentence(subject.start) == sentence
            && (comma + 1..subject.start).all(|i| {
                self.mark(i).any(&[
                    Class::Title,
                    Class::Article,
                    Class::Role,
                    Class::Modifier,
                    Class::Demonym,
                ])
            });
        is_subject.then_some(*person)
    }

    fn is_opening_mark(&self, i: u32) -> bool {
        self.tokens
            .tokens
            .get(i as usize)
            .is_some_and(|t| matches!(t.kind, TokenKind::OpenQuote | TokenKind::PlainQuote))
    }

    /// Who speaks at the token, in quotation marks that are in no others.
    fn speaker(&self, at: u32) -> Option<u32> {
        let next = self.voices.partition_point(|v| v.tokens.start <= at);
        let voice = self.voices.get(next.checked_sub(1)?)?;
        let is_nested = || self.nested.iter().any(|q| q.contains(&at));
        (voice.tokens.contains(&at) && !is_nested()).then_some(voice.person)
    }

    /// "he or she", "his or her", "he/she": nobody.
    fn is_generic(&self, at: u32) -> bool {
        // "[t]he"
        if at > 0 && self.tokens.word(at - 1) == "]" {
            return true;
        }
        let either = |i: u32| {
            ["or", "/", "and"]
                .iter()
                .any(|w| self.tokens.word(i).eq_ignore_ascii_case(w))
        };
        let pronoun = |i: u32| self.mark(i).any(&[Class::He, Class::She]);
        either(at + 1) && pronoun(at + 2) || at >= 2 && either(at - 1) && pronoun(at - 2)
    }
}
