//! The source as printed to the speaker: a person or organisation of the article, a role, somebody without a name,
//! several people, a document.

use std::ops::Range;

use crate::article::{Entity, Speaker, SpeakerType, Statement};
use crate::extract::lexicon::Class;
use crate::extract::names;
use crate::extract::people::{Form, Mention, flat};
use crate::extract::token::TokenKind;

use super::{View, bare};

/// Words that make a source anonymous wherever they stand in it.
const HIDDEN: &[&str] = &[
    "anonymity",
    "anonymous",
    "anonymously",
    "unnamed",
    "unidentified",
    "familiar",
    "briefed",
    "undisclosed",
    "knowledge",
];

/// Nouns that are written with a capital when one certain body is meant ("the Committee") and still are no name of it.
const BODIES: &[&str] = &[
    "administration",
    "agency",
    "authority",
    "board",
    "bureau",
    "cabinet",
    "caucus",
    "chamber",
    "city",
    "coalition",
    "commission",
    "committee",
    "company",
    "conference",
    "corps",
    "council",
    "county",
    "court",
    "delegation",
    "department",
    "district",
    "division",
    "foundation",
    "government",
    "group",
    "institute",
    "ministry",
    "office",
    "panel",
    "party",
    "province",
    "secretariat",
    "state",
    "subcommittee",
    "town",
    "union",
    "university",
];

impl View<'_, '_> {
    /// Who the source is, and the rule that told.
    pub(super) fn read_source(
        &self,
        source: &Range<u32>,
        earlier: &[Statement],
    ) -> (Speaker, &'static str) {
        let first = self.mark(source.start);
        if source.len() == 1 && first.any(&[Class::Pronoun, Class::Possessive, Class::First])
            || source.len() == 1 && first.any(&[Class::He, Class::She])
        {
            return self.pronoun(source.start, earlier);
        }
        if source.len() == 1 && matches!(self.tokens.word(source.start), "Q" | "A") {
            return self.letter(source.start);
        }
        if source.len() == 1 && self.is_any(source.start, &["this", "that", "these", "those"]) {
            return (Speaker::default(), "pronoun, not resolved");
        }
        let head = self.head(source);
        let mentions: Vec<&Mention> = self.people.within(source).collect();
        if let Some((speaker, rule)) = self.person(source, &head, &mentions) {
            return (speaker, rule);
        }
        if let Some(found) = self.body(source, &head) {
            return found;
        }
        // the word that the phrase is about: the last of its head
        let last = head.end.saturating_sub(1);
        let noun = self.mark(last);
        let role = || Some(self.words(bare(self.marks, head.clone())));
        let of_kind = |kind| Speaker {
            kind,
            role: role(),
            ..Speaker::default()
        };
        let spokes = head
            .clone()
            .rev()
            .take(2)
            .any(|i| self.mark(i).is(Class::Spokes));
        if spokes && (!self.is_any(last, &["representatives"]) || self.is(head.end, "for")) {
            let mut speaker = of_kind(SpeakerType::Role);
            speaker.on_behalf_of = self.on_behalf(source, &head);
            return (speaker, "a spokesperson without a name");
        }
        let hidden = source.clone().any(|i| self.is_any(i, HIDDEN)) || noun.is(Class::Secret);
        let name = mentions
            .iter()
            .find(|m| m.form == Form::Name && m.tokens.end == head.end)
            .map(|m| m.entity)
            .or_else(|| self.toponym_ending(head.end));
        if let Some(entity) = name {
            return (self.named(entity, None), "the name in the source");
        }
        if noun.is(Class::Document) && !hidden {
            return (of_kind(SpeakerType::Document), "a document");
        }
        let nominal = mentions
            .iter()
            .find(|m| m.form == Form::Nominal && m.tokens.start <= head.start + 1);
        if let Some(mention) = nominal {
            let role = matches!(mention.entity, Entity::Person(_))
                .then(role)
                .flatten();
            return (
                self.named(mention.entity, role),
                "a nominal for somebody named before",
            );
        }
        let counted = head
            .clone()
            .any(|i| self.mark(i).is(Class::Number) || self.kind(i) == Some(TokenKind::Number));
        if noun.is(Class::People) && !noun.is(Class::Someone) {
            let kind = if hidden || counted {
                SpeakerType::Anonymous
            } else {
                SpeakerType::Collective
            };
            let mut speaker = of_kind(kind);
            if hidden {
                speaker.role = Some(self.words(bare(self.marks, self.to_comma(source))));
            }
            return (speaker, "several people");
        }
        if hidden {
            let mut speaker = of_kind(SpeakerType::Anonymous);
            speaker.role = Some(self.words(bare(self.marks, self.to_comma(source))));
            return (speaker, "somebody without a name");
        }
        let indefinite = self.is_any(source.start, &["a", "an", "one", "another"]);
        if noun.is(Class::Someone)
            && (indefinite || !noun.is(Class::Role) || self.is_any(last, &["official", "aide"]))
        {
            return (of_kind(SpeakerType::Anonymous), "somebody without a name");
        }
        if noun.any(&[Class::Role, Class::RoleTitle]) {
            return (of_kind(SpeakerType::Role), "a role without a name");
        }
        if noun.is(Class::Organisation) {
            return (of_kind(SpeakerType::Collective), "a body without a name");
        }
        self.last_resort(source, &head)
    }

    /// A person who is the head of the source, or its apposition; not one who only owns or is spoken for.
    fn person(
        &self,
        source: &Range<u32>,
        head: &Range<u32>,
        mentions: &[&Mention],
    ) -> Option<(Speaker, &'static str)> {
        let is_person = |m: &Mention| m.form == Form::Name && matches!(m.entity, Entity::Person(_));
        let owned = |m: &Mention| {
            m.tokens.end < source.end && self.kind(m.tokens.end) == Some(TokenKind::Clitic)
        };
        let in_head = mentions.iter().find(|m| {
            // "Secretary of State Ana Ruiz": the role reaches past the head's preposition; "Roads and Bridges chairwoman
            // Ana Ruiz": so does the body that it is a role in
            let titled = m.role.end <= m.tokens.start
                && !m.role.is_empty()
                && (m.role.start <= source.start + 2
                    || (source.start..m.role.start)
                        .all(|i| self.mark(i).capital || self.is_any(i, &["and", "member"])));
            is_person(m)
                && !owned(m)
                && (titled || m.tokens.start < head.end && self.ends_head(m, head))
        });
        let apposed = || {
            mentions.iter().find(|m| {
                let mut before = m.tokens.start;
                while before > head.end && (self.mark(before - 1).is(Class::Title)) {
                    before -= 1;
                }
                // "the bridge keeper, Ana Ruiz,": a description that no list knows, and a name that is all of the apposition
                let described = (self.mark(head.start).is(Class::Determiner)
                    || self.is(head.start, "one"))
                    && !head.clone().any(|i| self.mark(i).is(Class::Organisation))
                    && (m.tokens.end == source.end || self.is(m.tokens.end, ","));
                is_person(m)
                    && !owned(m)
                    && (before > source.start && self.is(before - 1, ","))
                    && (described
                        || head.clone().any(|i| {
                            self.mark(i)
                                .any(&[Class::Role, Class::Spokes, Class::Relative])
                        }))
            })
        };
        let mention = in_head.copied().or_else(|| apposed().copied())?;
        let role = (!mention.role.is_empty()).then(|| self.words(mention.role.clone()));
        let mut speaker = self.named(mention.entity, role);
        speaker.on_behalf_of = self.person_on_behalf(mention);
        Some((speaker, "the name in the source"))
    }

    /// Is the name what the head is about, and not a modifier of what follows ("the Trump campaign")?
    fn ends_head(&self, mention: &Mention, head: &Range<u32>) -> bool {
        let next = mention.tokens.end;
        if next >= head.end {
            return true;
        }
        let mark = self.mark(next);
        !mark.any(&[
            Class::Role,
            Class::Spokes,
            Class::Organisation,
            Class::People,
            Class::Document,
            Class::Someone,
            Class::Modifier,
        ]) || mark.is(Class::Auxiliary)
    }

    /// "The Committee": the body of that kind that the article names by its full name; "the City of Leeds": all of it.
    fn body(&self, source: &Range<u32>, head: &Range<u32>) -> Option<(Speaker, &'static str)> {
        let words = bare(self.marks, head.clone());
        let noun = words.start;
        if words.len() != 1 || !self.mark(noun).capital || !self.is_any(noun, BODIES) {
            return None;
        }
        let rest = head.end..source.end;
        if self.is_any(rest.start, &["of", "on", "for"]) && self.mark(rest.start + 1).capital {
            let goes_on = |&i: &u32| {
                self.mark(i).capital || self.is_any(i, &["of", "on", "for", "and", "the"])
            };
            let mut end = rest
                .clone()
                .take_while(goes_on)
                .last()
                .map_or(rest.start, |i| i + 1);
            while end > rest.start && !self.mark(end - 1).capital {
                end -= 1;
            }
            let speaker = Speaker {
                kind: SpeakerType::Named,
                name: Some(self.words(noun..end)),
                ..Speaker::default()
            };
            return Some((speaker, "the name in the source"));
        }
        let word = self.tokens.word(noun);
        let fuller = self.people.organisations.iter().position(|o| {
            let mut words = o.name.split_whitespace();
            words.clone().count() > 1 && words.any(|w| w.eq_ignore_ascii_case(word))
        });
        Some(match fuller {
            Some(organisation) => (
                self.named(Entity::Organisation(organisation as u32), None),
                "a nominal for somebody named before",
            ),
            None => (
                Speaker {
                    kind: SpeakerType::Collective,
                    role: Some(self.words(words)),
                    ..Speaker::default()
                },
                "a body without a name",
            ),
        })
    }

    /// The labels of an interview: `Q` is the author, `A` the first other person that the article names before.
    fn letter(&self, at: u32) -> (Speaker, &'static str) {
        if self.tokens.word(at) == "Q" {
            return (self.author().unwrap_or_default(), "the one who asks");
        }
        let before = 0..at;
        let speaker = self
            .people
            .within(&before)
            .filter(|m| m.form == Form::Name && matches!(m.entity, Entity::Person(_)))
            .map(|m| self.named(m.entity, None))
            .find(|s| {
                s.name
                    .as_ref()
                    .is_none_or(|name| !self.article.byline.contains(name))
            });
        (
            speaker.unwrap_or_default(),
            "the person that the interview is with",
        )
    }

    /// A pronoun as the source.
    fn pronoun(&self, at: u32, earlier: &[Statement]) -> (Speaker, &'static str) {
        let range = at..at + 1;
        if let Some(mention) = self.people.within(&range).next() {
            let mut speaker = self.named(mention.entity, None);
            if let Entity::Person(_) = mention.entity {
                speaker.on_behalf_of = self.person_on_behalf(mention);
            }
            return (speaker, "pronoun, by salience and gender");
        }
        if self.is_any(at, &["who", "which", "that"]) {
            return self.antecedent(at);
        }
        if self.is_any(at, &["it", "they", "its", "their"]) {
            let near = earlier.iter().rev().take(2).find(|s| {
                !matches!(s.speaker.entity, Some(Entity::Person(_)))
                    && s.speaker.kind != SpeakerType::Unknown
            });
            let near = near.filter(|s| {
                let end = s.extent().map_or(0, |e| e.end);
                let begin = self
                    .tokens
                    .tokens
                    .get(at as usize)
                    .map_or(0, |t| t.span.begin);
                let between = crate::text::Span {
                    begin: end.min(begin),
                    end: begin,
                };
                between.of(self.tokens.text).matches('\n').count() <= 2
            });
            if let Some(before) = near {
                return (before.speaker.clone(), "pronoun, for the source before");
            }
            let sentence = self.sentence_of(at);
            let from = self
                .tokens
                .sentences
                .get(sentence.saturating_sub(1) as usize)
                .map_or(at, |r| r.start);
            let organisation = self
                .people
                .within(&(from..at))
                .filter(|m| matches!(m.entity, Entity::Organisation(_)))
                .last();
            if let Some(mention) = organisation
                && self.is(at, "it")
            {
                return (
                    self.named(mention.entity, None),
                    "pronoun, for the organisation named before",
                );
            }
        }
        let kind = if self.is_any(at, &["they", "we", "everyone", "everybody", "their", "our"]) {
            SpeakerType::Collective
        } else {
            SpeakerType::Unknown
        };
        (
            Speaker {
                kind,
                ..Speaker::default()
            },
            "pronoun, not resolved",
        )
    }

    /// "Ruiz, who said": the name or noun before the relative pronoun.
    fn antecedent(&self, at: u32) -> (Speaker, &'static str) {
        let mut end = at;
        if end > 0 && self.is(end - 1, ",") {
            end -= 1;
        }
        let sentence = self.sentence(at);
        let before = self
            .people
            .within(&(sentence.start..end))
            .filter(|m| m.form == Form::Name)
            .last()
            .filter(|m| m.tokens.end == end);
        if let Some(mention) = before {
            return (
                self.named(mention.entity, None),
                "the name before the relative pronoun",
            );
        }
        let mark = self.mark(end.saturating_sub(1));
        let kind = if mark.is(Class::People) {
            SpeakerType::Collective
        } else if mark.is(Class::Document) {
            SpeakerType::Document
        } else if mark.is(Class::Someone) {
            SpeakerType::Anonymous
        } else if mark.is(Class::Role) {
            SpeakerType::Role
        } else {
            SpeakerType::Unknown
        };
        let role = (kind != SpeakerType::Unknown && end > 0).then(|| self.words(end - 1..end));
        (
            Speaker {
                kind,
                role,
                ..Speaker::default()
            },
            "the noun before the relative pronoun",
        )
    }

    /// The part of the source before its first preposition, comma or clause: "a spokesman |for the ministry".
    fn head(&self, source: &Range<u32>) -> Range<u32> {
        let mut at = source.start;
        while at < source.end {
            if let Some(mention) = self.people.mention_at(at) {
                at = mention.tokens.end.min(source.end).max(at + 1);
                continue;
            }
            let mark = self.mark(at);
            let mark_ends = matches!(self.tokens.word(at), "," | "(" | "—" | "–" | ";" | ":");
            let preposition = mark.is(Class::Preposition) && at > source.start;
            // "European and Ukrainian officials": an "and" between adjectives
            let joined = at > source.start
                && self.is(at, "and")
                && self.mark(at - 1).any(&[Class::Demonym, Class::Modifier]);
            let clause = mark.any(&[Class::Clause, Class::Auxiliary])
                && !joined
                && !mark.is(Class::Determiner)
                && !self.is_possessive(at);
            let participle = mark.verbal
                && at > source.start
                && !self.mark(at - 1).any(&[Class::Determiner])
                && self
                    .mark(at - 1)
                    .any(&[Class::Someone, Class::People, Class::Document]);
            let seen = mark.is_plain()
                && at > source.start
                && self
                    .mark(at - 1)
                    .any(&[Class::Someone, Class::People, Class::Document]);
            if at > source.start && (mark_ends || preposition || clause || participle || seen) {
                break;
            }
            at += 1;
        }
        source.start..at
    }

    /// The source up to its first comma.
    fn to_comma(&self, source: &Range<u32>) -> Range<u32> {
        let end = source
            .clone()
            .find(|&i| self.is(i, ","))
            .unwrap_or(source.end);
        source.start..end
    }

    fn is_possessive(&self, i: u32) -> bool {
        self.kind(i) == Some(TokenKind::Clitic) && self.tokens.word(i).ends_with('s')
    }

    /// The words as printed.
    pub(super) fn words(&self, range: Range<u32>) -> String {
        flat(self.tokens.span(range), self.tokens.text)
    }

    /// The place whose name ends where token `end` begins.
    fn toponym_ending(&self, end: u32) -> Option<Entity> {
        let last = self.tokens.tokens.get(end.checked_sub(1)? as usize)?.span;
        let at = self
            .toponyms
            .partition_point(|(s, _)| s.begin <= last.begin);
        let (span, place) = self.toponyms.get(at.checked_sub(1)?)?;
        (span.end == last.end).then_some(Entity::Place(*place))
    }

    /// The canonical name of what the words name, else the words without article.
    fn whom(&self, words: Range<u32>) -> Option<String> {
        let words = bare(self.marks, words);
        if words.is_empty() {
            return None;
        }
        let whole = self
            .people
            .within(&words)
            .find(|m| m.tokens == words || m.tokens.end == words.end && m.form == Form::Name);
        if let Some(mention) = whole {
            return self.people.name(mention.entity).map(str::to_owned);
        }
        // "the ministry", with its article
        let nominal = words.start.saturating_sub(1)..words.end;
        if let Some(mention) = self.people.within(&nominal).find(|m| m.tokens == nominal) {
            return self.people.name(mention.entity).map(str::to_owned);
        }
        Some(self.words(words))
    }

    /// Whom the spokesperson of the source speaks for: "for X", "X's", or the words before the noun.
    fn on_behalf(&self, source: &Range<u32>, head: &Range<u32>) -> Option<String> {
        if self.is_any(head.end, &["for", "of", "from", "at"]) && head.end + 1 < source.end {
            let mut end = head.end + 1;
            while end < source.end
                && !matches!(self.tokens.word(end), "," | "(" | "—" | "–")
                && !self.is(end, "who")
            {
                end += 1;
            }
            return self.whom(head.end + 1..end);
        }
        self.spoken_for(head)
    }

    /// "Kremlin |spokesman", "the ministry's |spokeswoman", "Army |spokesperson".
    fn spoken_for(&self, role: &Range<u32>) -> Option<String> {
        let noun = role.clone().find(|&i| self.mark(i).is(Class::Spokes))?;
        let mut words = bare(self.marks, role.start..noun);
        // "chief", "senior", "former": not whom they speak for
        while words.end > words.start && {
            let last = self.mark(words.end - 1);
            self.is_possessive(words.end - 1)
                || last.is(Class::Modifier) && !last.is(Class::Organisation) && !last.capital
        } {
            words.end -= 1;
        }
        while words.start < words.end && {
            let first = self.mark(words.start);
            first.is(Class::Modifier) && !first.capital && !first.is(Class::Organisation)
                || self.is_any(words.start, &["a", "an", "the", "another", "one"])
        } {
            words.start += 1;
        }
        self.whom(words)
    }

    /// Whom a named person speaks for, by the role printed here or anywhere in the article.
    fn person_on_behalf(&self, mention: &Mention) -> Option<String> {
        let from_role = |role: Range<u32>| {
            let noun = role.clone().find(|&i| self.mark(i).is(Class::Spokes))?;
            // a member of the House is a representative too
            if self.is_any(noun, &["representative", "representatives"])
                && !self.is(noun + 1, "for")
            {
                return None;
            }
            if self.is_any(noun + 1, &["for", "of"]) && noun + 2 < role.end {
                return self.whom(noun + 2..role.end);
            }
            self.spoken_for(&(role.start..noun + 1))
        };
        if !mention.role.is_empty()
            && let Some(whom) = from_role(mention.role.clone())
        {
            return Some(whom);
        }
        let Entity::Person(person) = mention.entity else {
            return None;
        };
        let person = self.people.people.get(person as usize)?;
        person
            .roles
            .iter()
            .find_map(|role| from_role(self.tokens.under(*role)))
    }

    /// No list knows the source: a capitalised word is a name that was missed, anything else is told from its form.
    fn last_resort(&self, source: &Range<u32>, head: &Range<u32>) -> (Speaker, &'static str) {
        let last = head.end.saturating_sub(1);
        // every sentence begins with a capital; a label in capitals ("HOST:") names all the same
        let word = self.tokens.word(last);
        let label = self.is(last + 1, ":") && !word.contains(char::is_lowercase);
        let capital = self.mark(last).capital
            && (last > self.sentence(last).start || label || names::is_proper(word));
        if capital || self.kind(last) == Some(TokenKind::Address) {
            // "RUIZ:" of a transcript, "Ruiz" that the name tagger has missed here
            let known = self.people.people.iter().position(|p| {
                p.name
                    .rsplit(' ')
                    .next()
                    .is_some_and(|family| family.to_lowercase() == word.to_lowercase())
            });
            if let Some(person) = known {
                return (
                    self.named(Entity::Person(person as u32), None),
                    "the family name in the source",
                );
            }
            return (
                Speaker {
                    kind: SpeakerType::Named,
                    name: Some(self.words(bare(self.marks, head.clone()))),
                    ..Speaker::default()
                },
                "a capitalised source",
            );
        }
        let kind =
            if self.tokens.word(last).ends_with('s') && !self.tokens.word(last).ends_with("ss") {
                SpeakerType::Collective
            } else if self
                .mark(source.start)
                .any(&[Class::Determiner, Class::Possessive])
            {
                SpeakerType::Role
            } else {
                SpeakerType::Unknown
            };
        (
            Speaker {
                kind,
                role: Some(self.words(bare(self.marks, head.clone()))),
                ..Speaker::default()
            },
            "the form of the source",
        )
    }
}
