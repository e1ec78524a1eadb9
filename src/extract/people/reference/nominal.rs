//! "the mayor" and "the ministry": the person of that role, the organisation of that kind.

use std::ops::Range;

use crate::article::Entity;
use crate::extract::lexicon::{Class, fold};
use crate::extract::token::Tokens;

use super::super::People;
use super::Reader;

/// A nominal of an organisation looks back this many sentences.
const ORGANISATION_MEMORY: u32 = 4;

/// Role nouns of the people, to find "the mayor".
pub(super) struct Offices {
    /// (hash of a word of a role, person)
    words: Vec<(u64, u32)>,
}

impl Offices {
    pub(super) fn of(tokens: &Tokens<'_>, people: &People) -> Self {
        let mut words = Vec::new();
        for (i, person) in people.people.iter().enumerate() {
            for role in &person.roles {
                for t in tokens.under(*role) {
                    words.push((fold(tokens.word(t)), i as u32));
                }
            }
            if let Some(affiliation) = &person.affiliation {
                words.push((fold(affiliation), i as u32));
            }
        }
        words.sort_unstable();
        words.dedup();
        Self { words }
    }

    fn has(&self, word: &str, person: u32) -> bool {
        self.words.binary_search(&(fold(word), person)).is_ok()
    }

    /// The people with the word in a role.
    fn holders(&self, word: &str) -> impl Iterator<Item = u32> {
        let hash = fold(word);
        let from = self.words.partition_point(|w| w.0 < hash);
        self.words[from..]
            .iter()
            .take_while(move |w| w.0 == hash)
            .map(|w| w.1)
    }
}

impl Reader<'_, '_> {
    /// The head of the noun phrase that the article at `at` opens: the last of its nouns.
    pub(super) fn noun_head(&self, at: u32) -> u32 {
        let mut head = at + 1;
        for _ in 0..4 {
            let m = self.mark(head);
            let next = self.mark(head + 1);
            let modifier = m.any(&[
                Class::Modifier,
                Class::Demonym,
                Class::Formal,
                Class::Role,
                Class::Organisation,
            ]);
            let more = next.any(&[
                Class::Role,
                Class::Organisation,
                Class::Modifier,
                Class::Spokes,
            ]) && !next.is(Class::Auxiliary);
            if !modifier || !more {
                break;
            }
            head += 1;
        }
        head
    }

    /// The person or organisation that "the …" at `at` stands for, with the words of the nominal.
    pub(super) fn nominal(
        &self,
        at: u32,
        people: &People,
        offices: &Offices,
    ) -> Option<(Range<u32>, Entity)> {
        let head = self.noun_head(at);
        let mark = self.mark(head);
        if self.names_begin(head) || self.names_begin(head + 1) && !self.is_possessed(head) {
            return None;
        }
        let range = at..head + 1;
        // "the president of France", "the company that": another one, as like as not
        let specified = ["of", "for", "that", "who", "which", "in"]
            .iter()
            .any(|w| self.tokens.word(head + 1).eq_ignore_ascii_case(w))
            // "thanked the governor for her work"
            && !(self.tokens.word(head + 1) == "for"
                && self.mark(head + 2).is(Class::Possessive));
        if mark.any(&[Class::Role, Class::Spokes]) && !mark.is(Class::People) {
            if specified {
                return None;
            }
            let holder = offices
                .holders(self.tokens.word(head))
                .filter(|&p| {
                    (at + 1..head).all(|i| offices.has(self.tokens.word(i), p))
                        && self.salience[p as usize].here > 0.0
                })
                .max_by_key(|&p| self.salience[p as usize].last_mention)?;
            return Some((range, Entity::Person(holder)));
        }
        if mark.is(Class::Organisation) && !specified && head == at + 1 {
            let organisation = self.organisation(head, people)?;
            return Some((range, Entity::Organisation(organisation)));
        }
        None
    }

    /// The latest organisation that the noun at `head` can stand for.
    fn organisation(&self, head: u32, people: &People) -> Option<u32> {
        let noun = self.tokens.word(head);
        let sentence = self.sentence(head);
        let says = |name: &str, word: &str| {
            name.split(|c: char| !c.is_alphanumeric())
                .any(|w| w.eq_ignore_ascii_case(word))
        };
        let recent = self
            .organisations
            .iter()
            .enumerate()
            .filter_map(|(i, last)| Some((i, (*last)?)));
        // one that has the noun in its name; its last mention may be far back
        if let Some((i, _)) = recent
            .clone()
            .filter(|(i, _)| says(&people.organisations[*i].name, noun))
            .max_by_key(|(_, last)| *last)
        {
            return Some(i as u32);
        }
        // "the company", "the firm", "the group": the latest, if it is no ministry or court
        if !COMPANY_LIKE.iter().any(|w| w.eq_ignore_ascii_case(noun)) {
            return None;
        }
        recent
            .filter(|(_, last)| sentence - self.sentence(*last) <= ORGANISATION_MEMORY)
            .filter(|(i, _)| {
                !OFFICES
                    .iter()
                    .any(|office| says(&people.organisations[*i].name, office))
            })
            .max_by_key(|(_, last)| *last)
            .map(|(i, _)| i as u32)
    }
}

/// Nominals that fit any firm or group.
const COMPANY_LIKE: &[&str] = &[
    "company",
    "firm",
    "group",
    "organisation",
    "organization",
    "agency",
    "carrier",
    "airline",
    "retailer",
    "manufacturer",
    "operator",
    "utility",
    "charity",
    "newspaper",
    "broadcaster",
];

/// Words in names of bodies that are no company.
const OFFICES: &[&str] = &[
    "ministry",
    "court",
    "parliament",
    "senate",
    "congress",
    "council",
    "army",
    "police",
    "government",
    "department",
    "house",
    "commission",
    "union",
    "nations",
    "committee",
];
