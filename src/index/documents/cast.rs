//! Who and what an article names, prepared once: an article of a thousand statements asks a thousand times.

use std::collections::BTreeSet;

use super::values::once;
use super::written;
use crate::article::{Article, Entity, Reading, Speaker, SpeakerType, Statement};
use crate::text::Span;

/// Everybody and everything named in an article.
pub(super) struct Cast<'a> {
    reading: &'a Reading,
    /// People, then organisations, then places, as the reading lists them.
    all: Vec<Named<'a>>,
    /// Where any of them is meant, by where it begins, with the number in `all`.
    mentions: Vec<(Span, u32)>,
}

/// Somebody or something named.
pub(super) struct Named<'a> {
    /// Canonical name.
    pub(super) name: &'a str,
    /// Every printed form of the name, each once.
    pub(super) forms: Vec<&'a str>,
    /// Every printed role of a person, each once.
    roles: Vec<&'a str>,
    /// Number of a place among the places of the reading.
    pub(super) place: Option<usize>,
}

impl<'a> Cast<'a> {
    pub(super) fn of(article: &'a Article, reading: &'a Reading) -> Self {
        let text = article.text.as_str();
        let of = |mentions: &'a [Span]| once(mentions.iter().map(|m| m.of(text)));
        let mut all = Vec::new();
        let mut mentions = Vec::new();
        let mut note = |n: usize, spans: &[Span]| {
            mentions.extend(
                spans
                    .iter()
                    .map(|s| (*s, u32::try_from(n).unwrap_or(u32::MAX))),
            );
        };
        for person in &reading.people {
            note(all.len(), &person.mentions);
            note(all.len(), &person.coreferences);
            all.push(Named {
                name: &person.name,
                forms: of(&person.mentions),
                roles: once(
                    person
                        .roles
                        .iter()
                        .map(|r| r.of(text))
                        .chain(person.role.as_deref())
                        .filter(|r| !r.is_empty()),
                ),
                place: None,
            });
        }
        for organisation in &reading.organisations {
            note(all.len(), &organisation.mentions);
            note(all.len(), &organisation.coreferences);
            all.push(Named {
                name: &organisation.name,
                forms: of(&organisation.mentions),
                roles: Vec::new(),
                place: None,
            });
        }
        for (n, place) in reading.places.iter().enumerate() {
            note(all.len(), &place.mentions);
            note(all.len(), &place.nested);
            all.push(Named {
                name: &place.name,
                forms: of(&place.mentions),
                roles: Vec::new(),
                place: Some(n),
            });
        }
        mentions.sort_unstable_by_key(|(span, n)| (span.begin, *n));
        Self {
            reading,
            all,
            mentions,
        }
    }

    /// Who and what is meant by a name or a pronoun wholly inside one of the spans, in the order of the reading.
    pub(super) fn named_in(&self, spans: &[Span]) -> impl Iterator<Item = &Named<'a>> {
        let mut numbers = Vec::new();
        for span in spans {
            let first = self.mentions.partition_point(|(m, _)| m.begin < span.begin);
            let inside = self.mentions[first..]
                .iter()
                .take_while(|(m, _)| m.begin <= span.end);
            numbers.extend(inside.filter(|(m, _)| span.contains(*m)).map(|(_, n)| *n));
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().filter_map(|n| self.all.get(n as usize))
    }

    /// Every printed form of a place, by its number among the places of the reading.
    pub(super) fn place_forms(&self, n: usize) -> &[&'a str] {
        self.named(Entity::Place(u32::try_from(n).unwrap_or(u32::MAX)))
            .map_or(&[], |named| &named.forms)
    }

    fn named(&self, entity: Entity) -> Option<&Named<'a>> {
        let (people, organisations) = (self.reading.people.len(), self.reading.organisations.len());
        let (list, i) = match entity {
            Entity::Person(i) => (0..people, i),
            Entity::Organisation(i) => (people..people + organisations, i),
            Entity::Place(i) => (people + organisations..self.all.len(), i),
        };
        self.all.get(list)?.get(i as usize)
    }

    /// The speaker with every form of the name that the article has for them.
    pub(super) fn speaker(&self, statement: &'a Statement) -> written::Speaker<'a> {
        let Speaker {
            kind,
            name,
            entity,
            role,
            on_behalf_of,
        } = &statement.speaker;
        let named = entity.and_then(|entity| self.named(entity));
        let mut forms: Vec<&str> = name.iter().map(String::as_str).collect();
        let mut roles: Vec<&str> = Vec::new();
        let mut organisations: Vec<&str> = Vec::new();
        if let Some(named) = named {
            forms.push(named.name);
            // A place that speaks has no other names.
            if named.place.is_none() {
                forms.extend(&named.forms);
            }
            roles.extend(&named.roles);
            if let Some(Entity::Organisation(_)) = entity {
                organisations.push(named.name);
            }
        }
        organisations.extend(on_behalf_of.as_deref());
        // "spokesperson for the Harbour Authority" ties a person to the organisation named in it.
        if let Some(role) = role {
            for organisation in &self.reading.organisations {
                if organisation.name.len() > 2 && role.contains(organisation.name.as_str()) {
                    organisations.push(&organisation.name);
                }
            }
        }
        let mut seen = BTreeSet::new();
        organisations.retain(|o| seen.insert(*o));
        let forms = once(forms.into_iter().filter(|f| !f.is_empty()));
        roles.retain(|r| Some(*r) != role.as_deref());
        written::Speaker {
            kind: *kind,
            name: name.as_deref().filter(|_| *kind == SpeakerType::Named),
            role: role.as_deref(),
            on_behalf_of: on_behalf_of.as_deref(),
            organisations,
            forms,
            roles,
        }
    }
}
