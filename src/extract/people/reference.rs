//! Pronouns and nominals, resolved by salience in one pass through the text.
//!
//! A mention gives its person a weight that fades from sentence to sentence ([`salience`]) and depends on what it is in
//! its sentence ([`grammar`]). "he" and "she" go to the heaviest person ([`pronoun`]), "the mayor" to the latest of that
//! role ([`nominal`]); whom the text never names is kept in mind too ([`stranger`]).

use std::ops::Range;

use crate::article::Entity;
use crate::extract::lexicon::{Class, Mark};
use crate::extract::names::{Name, NameKind};
use crate::extract::quotes::Region;
use crate::extract::token::{TokenKind, Tokens};

use super::voice::{Voice, voices};
use super::{Form, Mention, People};
use nominal::Offices;
use salience::Salience;

mod grammar;
mod nominal;
mod pronoun;
mod salience;
mod stranger;

/// Adds pronouns and nominals to the mentions and to the coreferences of their entities.
pub(super) fn resolve(
    tokens: &Tokens<'_>,
    marks: &[Mark],
    quotes: &[Region],
    names: &[Name],
    people: &mut People,
) {
    let offices = Offices::of(tokens, people);
    let mut reader = Reader {
        tokens,
        marks,
        names,
        voices: voices(tokens, marks, quotes, &people.mentions),
        quotes,
        nested: quotes
            .iter()
            .filter(|q| q.depth > 0 && is_other_mark(q, tokens, quotes))
            .map(|q| q.open..q.close)
            .collect(),
        roles: people
            .people
            .iter()
            .flat_map(|p| p.roles.iter().map(|role| tokens.under(*role)))
            .collect(),
        salience: vec![Salience::default(); people.people.len()],
        named: people
            .mentions
            .iter()
            .filter_map(|m| match m.entity {
                Entity::Person(i) => Some((m.tokens.clone(), i)),
                _ => None,
            })
            .collect(),
        latest: None,
        stranger: Salience::default(),
        stranger_head: None,
        is_stranger_quoted: false,
        organisations: vec![None; people.organisations.len()],
    };
    let by_name = std::mem::take(&mut people.mentions);
    let mut found: Vec<Mention> = Vec::with_capacity(by_name.len() * 2);
    let mut named = by_name.into_iter().peekable();
    let mut at = 0;
    let count = tokens.tokens.len() as u32;
    while at < count {
        if let Some(mention) = named.next_if(|m| m.tokens.start <= at) {
            reader.note(&mention);
            at = mention.tokens.end.max(at + 1);
            found.push(mention);
            continue;
        }
        let mark = marks[at as usize];
        let resolved = if mark.any(&[Class::He, Class::She]) && !mark.is(Class::Title) {
            reader
                .pronoun(at, mark, people)
                .map(|person| (at..at + 1, Entity::Person(person), Form::Pronoun))
        } else if mark.is(Class::Article) && tokens.word(at).eq_ignore_ascii_case("the") {
            reader
                .nominal(at, people, &offices)
                .map(|(range, entity)| (range, entity, Form::Nominal))
        } else {
            None
        };
        if let Some((range, entity, form)) = resolved {
            let span = tokens.span(range.clone());
            match entity {
                Entity::Person(i) => people.people[i as usize].coreferences.push(span),
                Entity::Organisation(i) => people.organisations[i as usize].coreferences.push(span),
                Entity::Place(_) => {}
            }
            let mention = Mention {
                role: range.end..range.end,
                tokens: range,
                entity,
                form,
            };
            reader.note(&mention);
            at = mention.tokens.end;
            found.push(mention);
        } else {
            if mark.is(Class::Article) || tokens.word(at).eq_ignore_ascii_case("one") {
                reader.note_stranger(at);
            } else {
                reader.note_relative(at);
            }
            at += 1;
        }
    }
    people.mentions = found;
}

/// Is the quotation set in other marks than the one around it? In the same marks it is rather the next paragraph of that one, in a text
/// that lost its paragraphs.
fn is_other_mark(inner: &Region, tokens: &Tokens<'_>, quotes: &[Region]) -> bool {
    quotes
        .iter()
        .find(|q| q.depth == 0 && q.open < inner.open && inner.open < q.close)
        .is_none_or(|outer| tokens.word(outer.open) != tokens.word(inner.open))
}

struct Reader<'a, 't> {
    tokens: &'a Tokens<'t>,
    marks: &'a [Mark],
    names: &'a [Name],
    /// Quotations by people named beside them, in order.
    voices: Vec<Voice>,
    /// All quotations.
    quotes: &'a [Region],
    /// Quotations inside quotations.
    nested: Vec<Range<u32>>,
    /// Roles printed beside names.
    roles: Vec<Range<u32>>,
    salience: Vec<Salience>,
    /// All names of people, in order.
    named: Vec<(Range<u32>, u32)>,
    /// The last mention of a person: its tokens and whom it means.
    latest: Option<(Range<u32>, u32)>,
    /// Somebody whom the text calls by a role only ("a judge", "the president"): a pronoun that fits them best stays
    /// open rather than go to somebody else.
    stranger: Salience,
    /// The last word of the stranger's role.
    stranger_head: Option<u32>,
    /// The stranger was spoken of within a quotation.
    is_stranger_quoted: bool,
    /// Last mention of each organisation, as a token.
    organisations: Vec<Option<u32>>,
}

impl Reader<'_, '_> {
    fn mark(&self, i: u32) -> Mark {
        self.marks.get(i as usize).copied().unwrap_or_default()
    }

    fn sentence(&self, i: u32) -> u32 {
        self.tokens.tokens.get(i as usize).map_or(0, |t| t.sentence)
    }

    fn paragraph(&self, i: u32) -> u32 {
        self.tokens
            .tokens
            .get(i as usize)
            .map_or(0, |t| t.paragraph)
    }

    /// Adds the mention's weight to its entity.
    fn note(&mut self, mention: &Mention) {
        let at = mention.tokens.start;
        let sentence = self.sentence(at);
        match mention.entity {
            Entity::Person(i) => {
                let factor = self.grammar(mention);
                let is_quoted = self.is_quoted(at);
                let pronoun = self.mark(at);
                self.latest = Some((mention.tokens.clone(), i));
                if let Some(s) = self.salience.get_mut(i as usize) {
                    s.add(sentence, factor);
                    s.last_mention = at;
                    s.is_quoted = is_quoted;
                    if mention.form == Form::Pronoun {
                        s.he = s.he.saturating_add(u16::from(pronoun.is(Class::He)));
                        s.she = s.she.saturating_add(u16::from(pronoun.is(Class::She)));
                    }
                }
            }
            Entity::Organisation(i) => {
                if let Some(last) = self.organisations.get_mut(i as usize) {
                    *last = Some(at);
                }
            }
            Entity::Place(_) => {}
        }
    }

    fn is_quoted(&self, at: u32) -> bool {
        self.quotes.iter().any(|q| q.open < at && at < q.close)
    }

    fn names_begin(&self, i: u32) -> bool {
        self.names
            .binary_search_by_key(&i, |n| n.tokens.start)
            .ok()
            .and_then(|at| self.names.get(at))
            .is_some_and(|n| n.kind != NameKind::Place)
    }

    fn is_possessed(&self, i: u32) -> bool {
        self.tokens
            .tokens
            .get(i as usize + 1)
            .is_some_and(|t| t.kind == TokenKind::Clitic)
    }
}
