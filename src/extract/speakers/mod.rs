//! Attributions to statements: who the source is, to whom, through what, when, and with which stance.
//!
//! `trim` sets the tagger's spans right, `source` reads the source as printed, `circumstances` what stands around the cue. Every decision leaves a step of
//! evidence with the name of its rule.

use std::ops::Range;

use crate::article::{
    Article, DateMention, Entity, Evidence, Kind, Said, Speaker, SpeakerType, Stance, Statement,
    Step,
};
use crate::text::Span;

use super::lexicon::{Class, Mark, stance};
use super::people::People;
use super::places::Places;
use super::quotes::Region;
use super::rules;
use super::tagger::Attribution;
use super::token::{TokenKind, Tokens};

mod circumstances;
mod source;
mod trim;

/// All that is known of the article before statements are made.
struct View<'a, 't> {
    article: &'a Article,
    tokens: &'a Tokens<'t>,
    marks: &'a [Mark],
    people: &'a People,
    places: &'a Places,
    /// Mentions of places, by begin: span and index into the places.
    toponyms: Vec<(Span, u32)>,
    dates: &'a [DateMention],
    /// Is the token inside quotation marks, the marks included?
    quoted: Vec<bool>,
}

/// What the layers before found, for [`resolve`].
#[derive(Clone, Copy, Debug)]
pub struct Known<'a, 't> {
    /// The article.
    pub article: &'a Article,
    /// Its tokens.
    pub tokens: &'a Tokens<'t>,
    /// Their marks, see [`super::lexicon::marks`].
    pub marks: &'a [Mark],
    /// Its quotation regions.
    pub quotes: &'a [Region],
    /// Its people and organisations.
    pub people: &'a People,
    /// Its places.
    pub places: &'a Places,
    /// Its expressions of time.
    pub dates: &'a [DateMention],
}

/// Makes statements of attributions, in order of their first span.
#[must_use]
pub fn resolve(known: Known<'_, '_>, mut attributions: Vec<Attribution>) -> Vec<Statement> {
    let view = View::new(known);
    attributions.retain(|a| !a.content.is_empty() || !a.cue.is_empty());
    attributions.sort_by_key(|a| {
        a.content
            .iter()
            .chain(&a.cue)
            .chain(&a.source)
            .map(|r| r.start)
            .min()
    });
    let mut statements: Vec<Statement> = Vec::with_capacity(attributions.len());
    for attribution in attributions {
        let statement = view.statement(attribution, &statements);
        statements.push(statement);
    }
    nest(&mut statements);
    view.first_person_sources(&mut statements);
    statements
}

impl<'a, 't> View<'a, 't> {
    fn new(known: Known<'a, 't>) -> Self {
        let mut toponyms: Vec<(Span, u32)> = Vec::new();
        for (i, place) in known.places.places.iter().enumerate() {
            toponyms.extend(place.mentions.iter().map(|&span| (span, i as u32)));
        }
        toponyms.sort_unstable();
        let mut quoted = vec![false; known.tokens.tokens.len()];
        for region in known.quotes.iter().filter(|r| r.depth == 0) {
            for i in region.with_marks() {
                if let Some(inside) = quoted.get_mut(i as usize) {
                    *inside = true;
                }
            }
        }
        Self {
            article: known.article,
            tokens: known.tokens,
            marks: known.marks,
            people: known.people,
            places: known.places,
            toponyms,
            dates: known.dates,
            quoted,
        }
    }

    fn mark(&self, i: u32) -> Mark {
        self.marks.get(i as usize).copied().unwrap_or_default()
    }

    fn kind(&self, i: u32) -> Option<TokenKind> {
        self.tokens.tokens.get(i as usize).map(|t| t.kind)
    }

    fn is(&self, i: u32, word: &str) -> bool {
        self.tokens.word(i).eq_ignore_ascii_case(word)
    }

    fn is_any(&self, i: u32, words: &[&str]) -> bool {
        words.iter().any(|w| self.is(i, w))
    }

    fn sentence_of(&self, i: u32) -> u32 {
        self.tokens.tokens.get(i as usize).map_or(0, |t| t.sentence)
    }

    fn paragraph_of(&self, i: u32) -> u32 {
        self.tokens
            .tokens
            .get(i as usize)
            .map_or(0, |t| t.paragraph)
    }

    fn sentence(&self, i: u32) -> Range<u32> {
        self.tokens
            .sentences
            .get(self.sentence_of(i) as usize)
            .map_or(i..i, Range::clone)
    }

    /// One attribution as a statement; `earlier` are the statements before it in the text.
    fn statement(&self, mut attribution: Attribution, earlier: &[Statement]) -> Statement {
        let stance = stance::of_cue(self.tokens, self.marks, &attribution.cue);
        if stance == Stance::Declines {
            self.refusal(&mut attribution);
        }
        self.trim_head(&mut attribution);
        self.trim_dateline(&mut attribution);
        let span = |r: &Range<u32>| self.tokens.span(r.clone());
        let mut steps = Vec::with_capacity(6);
        steps.push(Step {
            field: "content",
            rule: attribution.found_by,
            span: attribution.content.first().map(span),
        });
        let anchor = attribution
            .cue
            .first()
            .or(attribution.content.first())
            .map_or(0, |r| r.start);
        let kind = if rules::is_verbatim(attribution.found_by) {
            Kind::Direct
        } else if rules::is_retold(attribution.found_by) {
            Kind::Indirect
        } else {
            self.kind_of(&attribution.content)
        };
        let mut statement = Statement {
            kind,
            content: attribution.content.iter().map(span).collect(),
            cue: attribution.cue.iter().map(span).collect(),
            source: attribution.source.iter().map(span).collect(),
            stance,
            confidence: attribution.score.clamp(0.0, 1.0),
            evidence: Evidence {
                sentence: self.sentences_of(&attribution),
                paragraph: self
                    .tokens
                    .paragraphs
                    .get(self.paragraph_of(anchor) as usize)
                    .map(|r| self.tokens.span(r.clone()))
                    .unwrap_or_default(),
                steps: Vec::new(),
            },
            ..Statement::default()
        };
        self.speaker(&attribution, kind, earlier, &mut statement, &mut steps);
        if stance != Stance::Neutral {
            steps.push(Step {
                field: "stance",
                rule: "lexicon of cues with frames",
                span: attribution.cue.first().map(span),
            });
        }
        let around = self.around(&attribution);
        if let Some(addressee) = self.addressee(&attribution, &around) {
            statement.addressee = Some(self.tokens.span(addressee));
            steps.push(Step {
                field: "addressee",
                rule: "object of the cue",
                span: statement.addressee,
            });
        }
        if let Some(medium) = self.medium(&attribution, &around) {
            statement.medium = Some(self.tokens.span(medium));
            steps.push(Step {
                field: "medium",
                rule: "in, on or by, and what is said in",
                span: statement.medium,
            });
        }
        if let Some((date, rule)) = self.date(&attribution, &around) {
            steps.push(Step {
                field: "said",
                rule,
                span: Some(date.span),
            });
            statement.said = Some(Said {
                span: date.span,
                value: date.value.clone(),
                from: date.from,
                to: date.to,
            });
        } else if let Some(said) = neighbour_date(&statement, earlier, self.article.text.as_str()) {
            steps.push(Step {
                field: "said",
                rule: "same speaker, sentence before",
                span: Some(said.span),
            });
            statement.said = Some(said);
        }
        if let Some((place, span)) = self.place(&attribution, &around) {
            statement.place = Some(place);
            steps.push(Step {
                field: "place",
                rule: "in or at, beside the cue",
                span: Some(span),
            });
        }
        statement.evidence.steps = steps;
        statement
    }

    /// Direct, mixed or indirect, by the share of the words that stand in quotation marks.
    fn kind_of(&self, content: &[Range<u32>]) -> Kind {
        let (mut words, mut inside) = (0_u32, 0_u32);
        for i in content.iter().cloned().flatten() {
            if matches!(
                self.kind(i),
                Some(TokenKind::Word | TokenKind::Number | TokenKind::Clitic)
            ) {
                words += 1;
                inside += u32::from(self.quoted[i as usize]);
            }
        }
        match inside as f32 / words.max(1) as f32 {
            share if share > 0.95 => Kind::Direct,
            share if share > 0.05 => Kind::Mixed,
            _ => Kind::Indirect,
        }
    }

    /// The sentences that hold cue and content, those between included.
    fn sentences_of(&self, attribution: &Attribution) -> Span {
        let touched = attribution.content.iter().chain(&attribution.cue);
        let (first, last) =
            touched
                .filter(|r| !r.is_empty())
                .fold((u32::MAX, 0), |(first, last), r| {
                    (
                        first.min(self.sentence_of(r.start)),
                        last.max(self.sentence_of(r.end - 1)),
                    )
                });
        match (
            self.tokens.sentences.get(first as usize),
            self.tokens.sentences.get(last as usize),
        ) {
            (Some(a), Some(b)) => self.tokens.span(a.start..b.end),
            _ => Span::default(),
        }
    }

    /// Fills in the speaker from the source, or from the statement before where there is none.
    fn speaker(
        &self,
        attribution: &Attribution,
        kind: Kind,
        earlier: &[Statement],
        statement: &mut Statement,
        steps: &mut Vec<Step>,
    ) {
        if let Some(source) = attribution.source.iter().find(|r| !r.is_empty()) {
            let (speaker, rule) = self.read_source(source, earlier);
            statement.speaker = speaker;
            steps.push(Step {
                field: "speaker",
                rule,
                span: Some(self.tokens.span(source.clone())),
            });
            return;
        }
        if kind == Kind::Indirect {
            return;
        }
        // a quotation that goes on: the speaker of the one before, at most a paragraph up
        let Some(begin) = attribution.content.first().map(|r| r.start) else {
            return;
        };
        let here = self.paragraph_of(begin);
        let before = earlier
            .iter()
            .rev()
            .find(|s| s.kind != Kind::Indirect && s.speaker.kind != SpeakerType::Unknown);
        if let Some(before) = before {
            let end = before.extent().map_or(0, |e| e.end);
            let at = self
                .tokens
                .under(Span {
                    begin: end.saturating_sub(1),
                    end,
                })
                .start;
            if here.saturating_sub(self.paragraph_of(at)) <= 1 {
                statement.speaker = before.speaker.clone();
                steps.push(Step {
                    field: "speaker",
                    rule: "goes on from the quotation before",
                    span: before.source.first().copied(),
                });
                return;
            }
        }
        // a sentence before it that leads in: its subject
        let sentence = self.sentence(begin);
        let from = self
            .tokens
            .paragraphs
            .get(here.saturating_sub(1) as usize)
            .map_or(0, |r| r.start);
        let lead = self
            .people
            .within(&(from..sentence.start))
            .filter(|m| matches!(m.entity, Entity::Person(_)))
            .filter(|m| !self.quoted[m.tokens.start as usize])
            .last();
        if let Some(lead) = lead {
            statement.speaker = self.named(lead.entity, None);
            statement.confidence *= 0.8;
            steps.push(Step {
                field: "speaker",
                rule: "the person named last before the quotation",
                span: Some(self.tokens.span(lead.tokens.clone())),
            });
        }
    }

    /// "I" as the source: inside another statement its speaker, outside of all quotation marks the author.
    fn first_person_sources(&self, statements: &mut [Statement]) {
        for i in 0..statements.len() {
            let Some(source) = statements[i].source.first().copied() else {
                continue;
            };
            let word = source.of(self.tokens.text);
            let singular = matches!(word, "I" | "me" | "my" | "My");
            if !singular && !matches!(word, "we" | "We") || statements[i].speaker.entity.is_some() {
                continue;
            }
            let at = self.tokens.under(source).start as usize;
            let quoted = self.quoted.get(at).copied().unwrap_or_default();
            let (speaker, rule) = match statements[i].within {
                Some(outer) => (
                    statements[outer as usize].speaker.clone(),
                    "I, in the words of the outer statement",
                ),
                None if singular && !quoted => match self.author() {
                    Some(author) => (author, "I, in the words of the author"),
                    None => continue,
                },
                None => continue,
            };
            statements[i].evidence.steps.push(Step {
                field: "speaker",
                rule,
                span: Some(source),
            });
            statements[i].speaker = speaker;
        }
    }

    /// The one person whose byline the article has.
    fn author(&self) -> Option<Speaker> {
        let [name] = self.article.byline.as_slice() else {
            return None;
        };
        let mut people = self.people.people.iter();
        Some(match people.position(|p| p.name == *name) {
            Some(i) => self.named(Entity::Person(i as u32), None),
            None => Speaker {
                kind: SpeakerType::Named,
                name: Some(name.clone()),
                ..Speaker::default()
            },
        })
    }

    /// A speaker who is a person or organisation of the article.
    fn named(&self, entity: Entity, role: Option<String>) -> Speaker {
        let name = match entity {
            Entity::Place(i) => self.places.places.get(i as usize).map(|p| p.name.clone()),
            _ => self.people.name(entity).map(str::to_owned),
        };
        let best = match entity {
            Entity::Person(i) => self
                .people
                .people
                .get(i as usize)
                .and_then(|p| p.role.clone()),
            _ => None,
        };
        Speaker {
            kind: SpeakerType::Named,
            name,
            entity: Some(entity),
            role: role.or(best),
            on_behalf_of: None,
        }
    }
}

/// The date of the statement before, if that is by the same speaker and in the sentence before or the same.
fn neighbour_date(statement: &Statement, earlier: &[Statement], text: &str) -> Option<Said> {
    let before = earlier.last()?;
    let same = before.speaker.entity.is_some() && before.speaker.entity == statement.speaker.entity;
    let gap = statement
        .evidence
        .sentence
        .begin
        .checked_sub(before.evidence.sentence.end)
        .map(|_| Span {
            begin: before.evidence.sentence.end,
            end: statement.evidence.sentence.begin,
        });
    let adjacent = gap.is_none_or(|g| g.of(text).trim().is_empty());
    let same_paragraph = before.evidence.paragraph == statement.evidence.paragraph;
    (same && adjacent && same_paragraph)
        .then(|| before.said.clone())
        .flatten()
}

/// Fills in `within`: the smallest other statement whose content holds all of this one.
fn nest(statements: &mut [Statement]) {
    let extents: Vec<Option<Span>> = statements.iter().map(Statement::extent).collect();
    for i in 0..statements.len() {
        let Some(inner) = extents[i] else { continue };
        let mut best: Option<(usize, u32)> = None;
        // statements are in order of their first span: only those before, or at the same begin, can hold this one
        let last = (i + 1..statements.len())
            .take_while(|&j| extents[j].is_some_and(|e| e.begin <= inner.begin))
            .last()
            .unwrap_or(i);
        for j in (0..=last).rev().take(12).filter(|&j| j != i) {
            let holds = statements[j]
                .content
                .iter()
                .find(|c| c.contains(inner) && c.len() > inner.len());
            if let Some(content) = holds
                && best.is_none_or(|(len, _)| content.len() < len)
            {
                best = Some((content.len(), j as u32));
            }
        }
        statements[i].within = best.map(|(_, j)| j);
    }
}

/// Words of a role or phrase without article or possessive in front.
fn bare(marks: &[Mark], mut range: Range<u32>) -> Range<u32> {
    while !range.is_empty()
        && marks
            .get(range.start as usize)
            .is_some_and(|m| m.any(&[Class::Article, Class::Possessive]))
    {
        range.start += 1;
    }
    range
}
