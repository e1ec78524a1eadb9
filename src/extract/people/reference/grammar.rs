//! What a mention weighs by what it seems to be in its sentence: subject, possessor, object.

use crate::extract::lexicon::{Class, Frame};
use crate::extract::token::TokenKind;

use super::super::{Form, Mention};
use super::Reader;

/// Factors on a mention's weight.
pub(super) const SUBJECT: f32 = 1.9;
const POSSESSOR: f32 = 0.7;
const CONTACT: f32 = 0.1;

/// Somebody whom the sentence presents at its end: "The winner was Ana Ruiz, a lawyer."
const PRESENTED: f32 = 2.4;

impl Reader<'_, '_> {
    /// Weight of a mention by what it seems to be in its sentence.
    pub(super) fn grammar(&self, mention: &Mention) -> f32 {
        let (begin, end) = (mention.tokens.start, mention.tokens.end);
        let word = self.mark(begin);
        let possessive = word.is(Class::Possessive) && mention.form == Form::Pronoun
            || self.tokens.tokens.get(end as usize).is_some_and(|t| {
                t.kind == TokenKind::Clitic && t.span.of(self.tokens.text).ends_with('s')
            }) && !self.mark(end + 1).verbal;
        if possessive {
            return POSSESSOR;
        }
        if self.is_contact(begin, end) {
            return CONTACT;
        }
        if mention.form == Form::Pronoun {
            let object = ["him", "her", "himself", "herself"]
                .iter()
                .any(|w| self.tokens.word(begin).eq_ignore_ascii_case(w));
            return if object { 1.0 } else { SUBJECT };
        }
        let next = self.mark(end);
        let verb = next.any(&[Class::Auxiliary])
            || next.is_cue()
            || next.verbal && self.tokens.word(end).ends_with("ed");
        let adverb_verb = next.is(Class::Adverb)
            && (self.mark(end + 1).is_cue()
                || self.mark(end + 1).any(&[Class::Auxiliary])
                || self.mark(end + 1).verbal);
        let inverted = begin > 0 && {
            // "said Ruiz", "said Mayor Ruiz"
            let mut before = if mention.role.end == begin {
                mention.role.start
            } else {
                begin
            };
            while before > 0 && self.mark(before - 1).any(&[Class::Article, Class::Title]) {
                before -= 1;
            }
            before > 0 && {
                let verb = self.mark(before - 1);
                verb.is_cue()
                    && verb.takes(Frame::Quote)
                    && before > 1
                    && !self
                        .mark(before - 2)
                        .any(&[Class::Pronoun, Class::Auxiliary])
                    && !self.mark(before - 2).capital
            }
        };
        if mention.form == Form::Name && self.tokens.word(end) == "," && self.is_presented(mention)
        {
            return PRESENTED;
        }
        let first = self.begins_sentence(mention);
        // "On Friday, Ruiz, a lawyer, …": after a comma, with an apposition
        let apposed = self.tokens.word(end) == "," && {
            let mut before = begin;
            while before > 0
                && (self.mark(before - 1).any(&[Class::Title, Class::Article])
                    // "Her coach, Brother Ruiz, …"
                    || self.mark(before - 1).capital)
            {
                before -= 1;
            }
            before > 0 && self.tokens.word(before - 1) == ","
        };
        if verb || adverb_verb || inverted || apposed || first {
            SUBJECT
        } else {
            1.0
        }
    }

    /// "Contact: Dara Quill", "Dara Quill (202) 555-0142": whom to call.
    fn is_contact(&self, begin: u32, end: u32) -> bool {
        let area_code = |i: u32| {
            self.tokens.word(i) == "("
                && self
                    .tokens
                    .tokens
                    .get(i as usize + 1)
                    .is_some_and(|t| t.kind == TokenKind::Number && t.span.len() == 3)
        };
        let after = end + u32::from(self.tokens.word(end) == ",");
        area_code(after)
            || begin > 1
                && self.tokens.word(begin - 1) == ":"
                && self.tokens.word(begin - 2).eq_ignore_ascii_case("contact")
    }

    /// Does "is" or "was" stand before the mention with its title?
    fn is_presented(&self, mention: &Mention) -> bool {
        let mut before = mention.tokens.start;
        while before > 0 && self.mark(before - 1).is(Class::Title) {
            before -= 1;
        }
        before > 0 && matches!(self.tokens.word(before - 1), "is" | "was")
    }

    /// Does the mention, with its role and title, open its sentence?
    fn begins_sentence(&self, mention: &Mention) -> bool {
        let mut begin = mention.tokens.start;
        if mention.role.end <= begin && !mention.role.is_empty() {
            begin = mention.role.start;
        }
        while begin > 0
            && self.mark(begin - 1).any(&[
                Class::Title,
                Class::Article,
                Class::Role,
                Class::Modifier,
                Class::Demonym,
            ])
            && self.sentence(begin - 1) == self.sentence(mention.tokens.start)
        {
            begin -= 1;
        }
        begin == 0 || self.sentence(begin - 1) != self.sentence(begin)
    }
}
