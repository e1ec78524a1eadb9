//! Names and pronouns to the people and organisations of one article.
//!
//! Where the words around leave no doubt, they decide what is a name (`claims`). Names are clustered by their words
//! (`cluster`), roles are read beside them (`roles`), and then one pass through the text resolves pronouns and nominals
//! ("the mayor", "the ministry") by salience (`reference`).

use std::ops::Range;

use crate::article::{Entity, Kind, Organisation, Person, Statement};
use crate::text::Span;

use super::lexicon::{Class, Mark};
use super::names::{Name, NameKind};
use super::quotes::Region;
use super::token::Tokens;

mod claims;
mod cluster;
mod organisations;
mod reference;
mod roles;
mod voice;

pub(super) use claims::claim;

/// The people and organisations of an article.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// In order of first mention.
    pub people: Vec<Person>,
    /// In order of first mention.
    pub organisations: Vec<Organisation>,
    /// Every mention of either, in order, disjoint.
    pub mentions: Vec<Mention>,
}

/// Words that stand for a person or an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The words, without title or role.
    pub tokens: Range<u32>,
    /// Whom they stand for; never a place.
    pub entity: Entity,
    /// How.
    pub form: Form,
    /// The role printed beside a person's name here; empty if none is.
    pub role: Range<u32>,
}

/// How a mention refers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By name.
    Name,
    /// he, she
    Pronoun,
    /// "the minister"
    Nominal,
}

impl People {
    /// The mentions that lie wholly inside the tokens, in order.
    pub fn within(&self, tokens: &Range<u32>) -> impl Iterator<Item = &Mention> {
        let from = self
            .mentions
            .partition_point(|m| m.tokens.start < tokens.start);
        let end = tokens.end;
        self.mentions[from..]
            .iter()
            .take_while(move |m| m.tokens.start < end)
            .filter(move |m| m.tokens.end <= end)
    }

    /// The mention that begins at the token.
    #[must_use]
    pub fn mention_at(&self, token: u32) -> Option<&Mention> {
        let at = self.mentions.partition_point(|m| m.tokens.start < token);
        self.mentions.get(at).filter(|m| m.tokens.start == token)
    }

    /// The name of an entity; `None` for a place or an index out of range.
    #[must_use]
    pub fn name(&self, entity: Entity) -> Option<&str> {
        match entity {
            Entity::Person(i) => Some(self.people.get(i as usize)?.name.as_str()),
            Entity::Organisation(i) => Some(self.organisations.get(i as usize)?.name.as_str()),
            Entity::Place(_) => None,
        }
    }

    /// Notes who "I" is: in the quotation marks of a statement, its speaker. Statements come after people, so this is
    /// the last step.
    pub fn note_first_person(
        &mut self,
        tokens: &Tokens<'_>,
        marks: &[Mark],
        quotes: &[Region],
        statements: &[Statement],
    ) {
        for statement in statements.iter().filter(|s| s.kind != Kind::Indirect) {
            let Some(Entity::Person(person)) = statement.speaker.entity else {
                continue;
            };
            let Some(person) = self.people.get_mut(person as usize) else {
                continue;
            };
            for content in statement.content.iter().map(|s| tokens.under(*s)) {
                let spoken = quotes
                    .iter()
                    .filter(|q| q.depth == 0 && q.open < content.end && content.start < q.close);
                for region in spoken {
                    let inside = region.open.max(content.start)..region.close.min(content.end);
                    for i in inside {
                        let first = marks
                            .get(i as usize)
                            .is_some_and(|m| m.is(Class::First) && tokens.word(i) != "US");
                        if first {
                            person.coreferences.push(tokens.span(i..i + 1));
                        }
                    }
                }
            }
        }
        for person in &mut self.people {
            person.coreferences.sort();
            person.coreferences.dedup();
        }
    }
}

/// Clusters the names of people and organisations into entities, finds their roles, and resolves pronouns and nominals.
#[must_use]
pub fn resolve(tokens: &Tokens<'_>, marks: &[Mark], quotes: &[Region], names: &[Name]) -> People {
    let (people, mut mentions) = cluster::people(tokens, marks, names);
    let (organisations, named) = organisations::cluster(tokens, names);
    mentions.extend(named);
    mentions.sort_by_key(|m| m.tokens.start);
    let mut out = People {
        people,
        organisations,
        mentions,
    };
    reference::resolve(tokens, marks, quotes, names, &mut out);
    out
}

/// The spans of the names of one kind, in order.
fn of_kind(names: &[Name], kind: NameKind) -> impl Iterator<Item = Range<u32>> {
    names
        .iter()
        .filter(move |n| n.kind == kind && !n.tokens.is_empty())
        .map(|n| n.tokens.clone())
}

/// The words as printed, white space inside made single spaces.
fn printed(tokens: &Tokens<'_>, range: Range<u32>) -> String {
    flat(tokens.span(range), tokens.text)
}

/// The characters under the span, white space inside made single spaces.
pub(super) fn flat(span: Span, text: &str) -> String {
    let words = span.of(text);
    if words.contains(['\n', '\r', '\t', '\u{a0}']) || words.contains("  ") {
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        words.to_owned()
    }
}
