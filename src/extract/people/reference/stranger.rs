//! People without a name, "a judge" or "his late mother": a pronoun that fits them best goes to nobody else.

use crate::extract::lexicon::Class;
use crate::extract::token::TokenKind;

use super::Reader;
use super::grammar::SUBJECT;

impl Reader<'_, '_> {
    /// Notes "a judge", "the president" at `at` when it stands for nobody known.
    pub(super) fn note_stranger(&mut self, at: u32) {
        let head = self.noun_head(at);
        let mark = self.mark(head);
        let person = mark.any(&[Class::Role, Class::Someone])
            && !mark.any(&[Class::People, Class::Organisation]);
        // "As a member of the board, she …"
        let is_predicate = at > 0 && self.tokens.word(at - 1).eq_ignore_ascii_case("as");
        // "Ruiz, a teacher from Kerry, …"
        let is_apposed = || {
            let latest = self.latest.as_ref();
            latest.is_some_and(|(name, _)| name.end + 1 == at && self.tokens.word(name.end) == ",")
        };
        if !person
            || is_predicate
            || is_apposed()
            || self.names_begin(head + 1)
            || self.names_begin(head)
            || self.roles.iter().any(|role| role.contains(&head))
        {
            return;
        }
        self.add_stranger(at, head, (0, 0));
    }

    /// Notes "my daughter", "his late mother", "Quill's wife", "my boss" at its last word.
    pub(super) fn note_relative(&mut self, at: u32) {
        let mark = self.mark(at);
        let Some(mut before) = at.checked_sub(1) else {
            return;
        };
        if before > 0 && self.mark(before).is(Class::Modifier)
            || matches!(
                self.tokens.word(before),
                "late" | "own" | "elder" | "younger"
            )
        {
            before = before.saturating_sub(1);
        }
        let is_mine = self.mark(before).is(Class::Possessive);
        let is_quills = || {
            self.tokens
                .tokens
                .get(before as usize)
                .is_some_and(|t| t.kind == TokenKind::Clitic)
        };
        let person = mark.is(Class::Relative) && (is_mine || is_quills())
            || mark.is(Class::Role) && is_mine && !mark.any(&[Class::People, Class::Organisation]);
        if !person || self.names_begin(at + 1) || self.roles.iter().any(|role| role.contains(&at)) {
            return;
        }
        let is = (
            u16::from(mark.is(Class::Male)),
            u16::from(mark.is(Class::Female)),
        );
        self.add_stranger(before, at, is);
    }

    /// Notes somebody without a name, called from `begin` to `head`, and how often by which pronoun.
    fn add_stranger(&mut self, begin: u32, head: u32, called: (u16, u16)) {
        self.stranger_head = Some(head);
        let is_possessed = self.is_possessed(head);
        let subject = !is_possessed && self.is_subject(begin, head);
        let sentence = self.sentence(begin);
        // another one: whoever it was before
        (self.stranger.he, self.stranger.she) = called;
        // not by name: lighter than a name in the same place
        self.stranger
            .add(sentence, if subject { SUBJECT } else { 0.6 });
        // "sent to the president's desk for his signature"
        let is_alone = || self.salience.iter().all(|s| s.sentence() != sentence);
        if subject || is_possessed && is_alone() {
            self.stranger.last_mention = head;
        }
        self.is_stranger_quoted = self.is_quoted(head);
    }

    /// Do the words from `begin` to `head` open their sentence, or does a verb follow them?
    fn is_subject(&self, begin: u32, head: u32) -> bool {
        let next = self.mark(head + 1);
        begin == 0
            || self.sentence(begin - 1) != self.sentence(begin)
            || next.is(Class::Auxiliary)
            || next.is_cue()
            || self.tokens.word(head + 1).eq_ignore_ascii_case("who")
            // "the minister of the day announced"
            || self.tokens.word(head + 1) == "of"
                && (head + 3..=head + 4).any(|i| self.mark(i).is_cue())
    }

    /// "sent to the president for his signature", "the director himself": somebody without a name right before.
    pub(super) fn is_strangers(&self, at: u32) -> bool {
        let word = self.tokens.word(at);
        let is_reflexive = matches!(word, "himself" | "herself");
        let for_his =
            self.tokens.word(at.saturating_sub(1)) == "for" && self.mark(at).is(Class::Possessive);
        self.stranger_head
            .is_some_and(|head| is_reflexive && head + 1 == at || for_his && head + 2 == at)
    }

    /// Was somebody without a name just now spoken of, and nobody with one since?
    pub(super) fn is_stranger_last(&self, at: u32) -> bool {
        let last = self.stranger.last_mention;
        last > 0
            && self.sentence(at) <= self.sentence(last) + 1
            && self.salience.iter().all(|s| s.last_mention < last)
    }
}
