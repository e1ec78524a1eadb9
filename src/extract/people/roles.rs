//! Roles as printed beside a name: `TITLE NAME`, `COUNTRY's ROLE NAME`, `NAME, the ROLE,` and `the ROLE, NAME,`.

use std::ops::Range;

use crate::article::Person;
use crate::extract::lexicon::{Class, Mark};
use crate::extract::names::{Name, NameKind};
use crate::extract::token::{TokenKind, Tokens};

use super::{cluster, printed};

/// Longest role, in tokens.
const LONGEST: u32 = 14;

/// The roles on either side of a name; empty where there is none.
pub(super) struct Beside {
    pub(super) before: Range<u32>,
    pub(super) after: Range<u32>,
}

/// Reads the roles beside the name.
pub(super) fn beside(
    tokens: &Tokens<'_>,
    marks: &[Mark],
    names: &[Name],
    name: &Range<u32>,
) -> Beside {
    let sentence = tokens.sentences[tokens.tokens[name.start as usize].sentence as usize].clone();
    let view = View {
        tokens,
        marks,
        names,
        sentence,
    };
    let before = view.before(name.start);
    let before = if before.is_empty() && view.is(name.start.wrapping_sub(1), ",") {
        // "France's foreign minister, Ana Ruiz, said": the name must be the apposition
        let closed = view.is(name.end, ",") || view.ends(name.end);
        let role = view.before(name.start - 1);
        let determined = view.mark(role.start.wrapping_sub(1)).is(Class::Determiner)
            || role
                .clone()
                .any(|i| view.kind(i) == Some(TokenKind::Clitic));
        if closed && determined { role } else { before }
    } else {
        before
    };
    Beside {
        before,
        after: view.after(name.end),
    }
}

/// Best role, affiliation and gender from a role beside the name.
pub(super) fn learn(tokens: &Tokens<'_>, marks: &[Mark], role: &Range<u32>, person: &mut Person) {
    let words = |text: &str| text.split(' ').count();
    let text = printed(tokens, role.clone());
    if person
        .role
        .as_deref()
        .is_none_or(|best| words(best) < words(&text))
    {
        person.role = Some(text);
    }
    for i in role.clone() {
        let mark = marks[i as usize];
        if mark.is(Class::Demonym) && mark.capital && person.affiliation.is_none() {
            person.affiliation = Some(tokens.word(i).to_owned());
        }
        // "the king's envoy" says nothing about the envoy
        let possessor = marks.get(i as usize + 1).is_some()
            && tokens
                .tokens
                .get(i as usize + 1)
                .is_some_and(|t| t.kind == TokenKind::Clitic);
        if person.gender.is_none() && !possessor {
            person.gender = cluster::told_gender(mark);
        }
    }
}

struct View<'a, 't> {
    tokens: &'a Tokens<'t>,
    marks: &'a [Mark],
    names: &'a [Name],
    sentence: Range<u32>,
}

impl View<'_, '_> {
    fn mark(&self, i: u32) -> Mark {
        self.marks.get(i as usize).copied().unwrap_or_default()
    }

    fn kind(&self, i: u32) -> Option<TokenKind> {
        self.tokens.tokens.get(i as usize).map(|t| t.kind)
    }

    fn is(&self, i: u32, word: &str) -> bool {
        self.tokens.word(i) == word
    }

    /// Does the sentence, or a phrase set off by a dash or bracket, end before `i`?
    fn ends(&self, i: u32) -> bool {
        i >= self.sentence.end
            || matches!(self.kind(i), Some(TokenKind::Stop))
            || matches!(self.tokens.word(i), ";" | ":" | ")" | "”" | "\"")
            || self.kind(i) == Some(TokenKind::Dash) && !self.joins(i)
    }

    /// A hyphen inside a word.
    fn joins(&self, i: u32) -> bool {
        self.kind(i) == Some(TokenKind::Dash)
            && self.tokens.tokens[i as usize].glued
            && self
                .tokens
                .tokens
                .get(i as usize + 1)
                .is_some_and(|t| t.glued)
            && self.is(i, "-")
    }

    fn person_begins(&self, i: u32) -> bool {
        self.names
            .binary_search_by_key(&i, |n| n.tokens.start)
            .ok()
            .and_then(|at| self.names.get(at))
            .is_some_and(|n| n.kind == NameKind::Person)
    }

    /// Is the token the last of a person's name?
    fn person_ends(&self, i: u32) -> bool {
        let at = self.names.partition_point(|n| n.tokens.start <= i);
        at.checked_sub(1)
            .and_then(|at| self.names.get(at))
            .is_some_and(|n| n.kind == NameKind::Person && n.tokens.end == i + 1)
    }

    fn is_role(&self, i: u32) -> bool {
        self.mark(i)
            .any(&[Class::Role, Class::RoleTitle, Class::Spokes])
    }

    /// A capitalised word that can belong to an office: no function word, no day.
    fn is_proper(&self, i: u32) -> bool {
        let m = self.mark(i);
        m.capital
            && matches!(self.kind(i), Some(TokenKind::Word))
            && !m.any(&[
                Class::Article,
                Class::Clause,
                Class::Preposition,
                Class::Pronoun,
                Class::Adverb,
                Class::Title,
                Class::Possessive,
                Class::Number,
            ])
            && (!m.is(Class::Time) || m.is(Class::Modifier))
            && !(i == self.sentence.start && m.is_cue())
    }

    /// The role that ends where the name begins.
    fn before(&self, name: u32) -> Range<u32> {
        let floor = self.sentence.start.max(name.saturating_sub(LONGEST));
        let mut end = name;
        while end > floor && self.mark(end - 1).is(Class::Title) {
            end -= 1;
        }
        let mut begin = end;
        let mut at = end;
        let mut has_role = false;
        while at > floor {
            at -= 1;
            let mark = self.mark(at);
            if self.is_role(at) {
                has_role = true;
                begin = at;
            } else if self.person_ends(at) && !self.kind_is_clitic(at + 1) {
                // another person: "Ruiz and Mayor Okafor"
                break;
            } else if mark.any(&[Class::Modifier, Class::Demonym, Class::Formal])
                && !mark.is(Class::Article)
            {
                if has_role {
                    begin = at;
                }
            } else if self.joins(at) || self.is(at, "&") {
                // inside a word
            } else if self.kind_is_clitic(at) {
                if !has_role || !self.tokens.word(at).ends_with('s') {
                    break;
                }
                // the possessor: a name, or "the company"
                let mut owner = at;
                while owner > floor && self.is_proper(owner - 1) {
                    owner -= 1;
                }
                if owner == at {
                    // "the company's chief executive": as printed, without the article
                    while owner > floor
                        && at - owner < 4
                        && !self.mark(owner - 1).is(Class::Determiner)
                    {
                        owner -= 1;
                    }
                    if owner > floor && self.mark(owner - 1).is(Class::Determiner) {
                        begin = owner;
                    }
                } else {
                    begin = owner;
                    at = owner;
                    continue;
                }
                break;
            } else if self.is_proper(at) {
                if has_role {
                    begin = at;
                }
            } else if ["of", "for", "to", "and", "at", "the"]
                .iter()
                .any(|w| self.is(at, w))
            {
                // "Secretary of State", "Sergeant Major of the Army", "envoy to Ukraine", "chairman and chief executive"
                let inner = at - u32::from(self.is(at, "the") && at > floor);
                let joined = inner > floor
                    && ["of", "for", "to", "and", "at"]
                        .iter()
                        .any(|w| self.is(inner, w))
                    && self.is_role(inner - 1)
                    && inner + 1 < end;
                if !joined {
                    break;
                }
                at = inner;
            } else if has_role
                && self.kind(at) == Some(TokenKind::Word)
                && mark.is_plain()
                && !self.mark(begin).capital
                && self.is_determined(at, floor)
            {
                begin = at;
            } else {
                break;
            }
        }
        if !has_role {
            return end..end;
        }
        while begin < end && self.mark(begin).any(&[Class::Determiner]) && !self.is_role(begin) {
            begin += 1;
        }
        begin..end
    }

    fn kind_is_clitic(&self, i: u32) -> bool {
        self.kind(i) == Some(TokenKind::Clitic)
    }

    /// "the company's longtime marketing director": a determiner or possessor close before a plain word.
    fn is_determined(&self, i: u32, floor: u32) -> bool {
        (floor.max(i.saturating_sub(3))..i)
            .rev()
            .take_while(|&j| {
                let m = self.mark(j);
                !m.any(&[Class::Preposition, Class::Clause, Class::Auxiliary]) && !m.is_cue()
                    || m.is(Class::Determiner)
            })
            .any(|j| self.mark(j).is(Class::Determiner) || self.kind_is_clitic(j))
    }

    /// The apposition after the name, if it is a role: `, the mayor of Leeds,`.
    fn after(&self, name_end: u32) -> Range<u32> {
        let none = name_end..name_end;
        if !self.is(name_end, ",") {
            return none;
        }
        let mut begin = name_end + 1;
        if self.kind(begin) == Some(TokenKind::Number) && self.is(begin + 1, ",") {
            begin += 2;
        }
        while self.mark(begin).any(&[Class::Article, Class::Possessive]) {
            begin += 1;
        }
        // the head: a role noun with nothing but words of its noun phrase before it
        let head = (begin..self.sentence.end.min(begin + 8))
            .find(|&i| self.is_role(i) || !self.goes_before_head(i));
        let Some(mut head) = head.filter(|&i| self.is_role(i)) else {
            return none;
        };
        while self.is_role(head + 1) {
            head += 1;
        }
        // "…, Mayor Ana Ruiz": the role of the next person in a list
        if self.person_begins(head + 1) || self.mark(head).is(Class::RoleTitle) {
            return none;
        }
        let mut end = head + 1;
        while end < self.sentence.end && end - begin < LONGEST + 6 {
            let mark = self.mark(end);
            if self.is(end, ",") || self.ends(end) || self.is(end, "(") {
                break;
            }
            let clause = mark.is(Class::Clause) && !self.is(end, "and");
            if clause || mark.is(Class::Auxiliary) && !self.kind_is_clitic(end) || mark.verbal {
                break;
            }
            if mark.is_cue() && !mark.any(&[Class::Document, Class::Role]) {
                break;
            }
            end += 1;
        }
        let closes = self.is(end, ",")
            || self.is(end, "(")
            || self.ends(end)
            || self.mark(end).any(&[Class::Clause, Class::Auxiliary])
            || self.mark(end).is_cue()
            || self.mark(end).verbal;
        if closes { begin..end } else { none }
    }

    /// Can the word stand between the article and the role noun of an apposition?
    fn goes_before_head(&self, i: u32) -> bool {
        let m = self.mark(i);
        let word = matches!(
            self.kind(i),
            Some(TokenKind::Word | TokenKind::Clitic | TokenKind::Number)
        ) || self.joins(i);
        word && !m.any(&[
            Class::Preposition,
            Class::Clause,
            Class::Pronoun,
            Class::Auxiliary,
        ]) && (!m.is_cue() || m.capital)
            || self.kind_is_clitic(i) && self.tokens.word(i).ends_with('s')
    }
}
