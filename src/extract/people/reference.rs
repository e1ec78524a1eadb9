//! Pronouns and nominals, resolved by salience in one pass through the text.
//!
//! A mention gives its person a weight that fades by [`FADE`] a sentence; a subject counts [`SUBJECT`], a possessor
//! [`POSSESSOR`]. "he" and "she" go to the heaviest person, gender weighing as evidence, never as a rule. The figures
//! are those of the prototype that reached 92 % on annotated news and biographies (`design/extraction.md`).

use std::ops::Range;

use crate::article::{Entity, Gender};
use crate::extract::lexicon::{Class, Mark, fold};
use crate::extract::names::{Name, NameKind};
use crate::extract::quotes::Region;
use crate::extract::token::{TokenKind, Tokens};

use super::voice::{Voice, voices};
use super::{Form, Mention, People};

/// Weight left of a mention one sentence later.
const FADE: f32 = 0.62;
/// Factors on a mention's weight.
const SUBJECT: f32 = 1.9;
const POSSESSOR: f32 = 0.7;
const CONTACT: f32 = 0.1;
/// Factors on a person's weight for a pronoun that matches, or does not.
const MATCH: f32 = 1.6;
const MISMATCH: f32 = 0.03;
/// A person once called by the other pronoun.
const CALLED_OTHERWISE: f32 = 0.3;
/// Somebody without a name, the subject of this sentence or the last one, with nobody named since.
const JUST_NOW: f32 = 2.0;
/// The same, spoken of within a quotation, for a pronoun outside.
const FROM_QUOTATION: f32 = 0.2;
/// Most that mentions before the last sentence with one can weigh together.
const MOST_BEFORE: f32 = 2.0;
/// Mentions older than this many sentences are forgotten.
const MEMORY: u32 = 8;
/// A nominal of an organisation looks back this many sentences.
const ORGANISATION_MEMORY: u32 = 4;

/// What is known of a person while reading.
#[derive(Clone, Copy, Debug, Default)]
struct Salience {
    /// From the sentences before the last one with a mention, as of that sentence.
    before: f32,
    /// From that sentence: its heaviest mention, so that repeating a name in one sentence gains nothing.
    here: f32,
    sentence: u32,
    last_mention: u32,
    he: u16,
    she: u16,
}

impl Salience {
    fn add(&mut self, sentence: u32, weight: f32) {
        if sentence != self.sentence {
            self.before = self.at(sentence).min(MOST_BEFORE);
            self.here = 0.0;
            self.sentence = sentence;
        }
        self.here = self.here.max(weight);
    }

    /// The weight left in a later sentence.
    fn at(&self, sentence: u32) -> f32 {
        let age = sentence.saturating_sub(self.sentence);
        if age > MEMORY {
            return 0.0;
        }
        (self.before + self.here) * FADE.powi(age as i32)
    }
}

/// Role nouns of the people, to find "the mayor".
struct Offices {
    /// (hash of a word of a role, person)
    words: Vec<(u64, u32)>,
}

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
        stranger: Salience::default(),
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

impl Offices {
    fn of(tokens: &Tokens<'_>, people: &People) -> Self {
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
    /// Somebody whom the text calls by a role only ("a judge", "the president"): a pronoun that fits them best stays
    /// open rather than go to somebody else.
    stranger: Salience,
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

    /// Adds the mention's weight to its entity.
    fn note(&mut self, mention: &Mention) {
        let at = mention.tokens.start;
        let sentence = self.sentence(at);
        match mention.entity {
            Entity::Person(i) => {
                let factor = self.grammar(mention);
                let pronoun = self.mark(at);
                if let Some(s) = self.salience.get_mut(i as usize) {
                    s.add(sentence, factor);
                    s.last_mention = at;
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

    /// Weight of a mention by what it seems to be in its sentence.
    fn grammar(&self, mention: &Mention) -> f32 {
        let (begin, end) = (mention.tokens.start, mention.tokens.end);
        let word = self.mark(begin);
        let possessive = word.is(Class::Possessive) && mention.form == Form::Pronoun
            || self.tokens.tokens.get(end as usize).is_some_and(|t| {
                t.kind == TokenKind::Clitic && t.span.of(self.tokens.text).ends_with('s')
            }) && !self.mark(end + 1).verbal;
        if possessive {
            return POSSESSOR;
        }
        // "Dara Quill (202) 555-0142": whom to call
        if self.tokens.word(end) == "("
            && self
                .tokens
                .tokens
                .get(end as usize + 1)
                .is_some_and(|t| t.kind == TokenKind::Number && t.span.len() == 3)
        {
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
                    && verb.takes(crate::extract::lexicon::Frame::Quote)
                    && before > 1
                    && !self
                        .mark(before - 2)
                        .any(&[Class::Pronoun, Class::Auxiliary])
                    && !self.mark(before - 2).capital
            }
        };
        let first = self.begins_sentence(mention);
        // "On Friday, Ruiz, a lawyer, …": after a comma, with an apposition
        let apposed = self.tokens.word(end) == "," && {
            let mut before = begin;
            while before > 0 && self.mark(before - 1).is(Class::Title) {
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

    /// The person that the pronoun at `at` stands for.
    fn pronoun(&mut self, at: u32, mark: Mark, people: &People) -> Option<u32> {
        if self.is_generic(at) {
            return None;
        }
        let he = mark.is(Class::He);
        let sentence = self.sentence(at);
        let speaker = self.speaker(at);
        let mut best: Option<(f32, u32)> = None;
        for (i, s) in self.salience.iter().enumerate() {
            let mut weight = s.at(sentence);
            if weight == 0.0 {
                continue;
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
            self.stranger.he += u16::from(he);
            self.stranger.she += u16::from(!he);
        }
        best.map(|(_, i)| i)
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
        let either = |i: u32| {
            ["or", "/", "and"]
                .iter()
                .any(|w| self.tokens.word(i).eq_ignore_ascii_case(w))
        };
        let pronoun = |i: u32| self.mark(i).any(&[Class::He, Class::She]);
        either(at + 1) && pronoun(at + 2) || at >= 2 && either(at - 1) && pronoun(at - 2)
    }

    /// Notes "a judge", "the president" at `at` when it stands for nobody known.
    fn note_stranger(&mut self, at: u32) {
        let head = self.noun_head(at);
        let mark = self.mark(head);
        let person = mark.any(&[Class::Role, Class::Someone])
            && !mark.any(&[Class::People, Class::Organisation]);
        if !person
            || self.names_begin(head + 1)
            || self.names_begin(head)
            || self.is_possessed(head)
            || self.roles.iter().any(|role| role.contains(&head))
        {
            return;
        }
        self.add_stranger(at, head, (0, 0));
    }

    /// Notes "my daughter", "his late mother", "Quill's wife", "my boss" at its last word.
    fn note_relative(&mut self, at: u32) {
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
        let next = self.mark(head + 1);
        let subject = begin == 0
            || self.sentence(begin - 1) != self.sentence(begin)
            || next.is(Class::Auxiliary)
            || next.is_cue()
            || self.tokens.word(head + 1).eq_ignore_ascii_case("who")
            // "the minister of the day announced"
            || self.tokens.word(head + 1) == "of"
                && (head + 3..=head + 4).any(|i| self.mark(i).is_cue());
        let sentence = self.sentence(begin);
        // another one: whoever it was before
        (self.stranger.he, self.stranger.she) = called;
        // not by name: lighter than a name in the same place
        self.stranger
            .add(sentence, if subject { SUBJECT } else { 0.6 });
        if subject {
            self.stranger.last_mention = head;
        }
        self.is_stranger_quoted = self.is_quoted(head);
    }

    fn is_quoted(&self, at: u32) -> bool {
        self.quotes.iter().any(|q| q.open < at && at < q.close)
    }

    /// Was somebody without a name just now spoken of, and nobody with one since?
    fn is_stranger_last(&self, at: u32) -> bool {
        let last = self.stranger.last_mention;
        last > 0
            && self.sentence(at) <= self.sentence(last) + 1
            && self.salience.iter().all(|s| s.last_mention < last)
    }

    /// The head of the noun phrase that the article at `at` opens: the last of its nouns.
    fn noun_head(&self, at: u32) -> u32 {
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
    fn nominal(&self, at: u32, people: &People, offices: &Offices) -> Option<(Range<u32>, Entity)> {
        let head = self.noun_head(at);
        let mark = self.mark(head);
        if self.names_begin(head) || self.names_begin(head + 1) && !self.is_possessed(head) {
            return None;
        }
        let range = at..head + 1;
        // "the president of France", "the company that": another one, as like as not
        let specified = ["of", "for", "that", "who", "which", "in"]
            .iter()
            .any(|w| self.tokens.word(head + 1).eq_ignore_ascii_case(w));
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
