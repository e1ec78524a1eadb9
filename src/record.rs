//! The extract record: what `whosaid extract --format jsonl` prints, one object an article.
//!
//! The shape is a contract (`whosaid.extract/1`): fields may be added, never changed or removed. All spans are
//! `[begin, end)` in UTF-8 bytes of the record's own `text`.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::Serialize;

use crate::article::{
    Article, Entity, Head, Kind, Origin, Place, Reading, Repair, SpeakerType, Stance, Step,
};
use crate::text::Span;

/// Name and version of the contract.
pub const SCHEMA: &str = "whosaid.extract/1";

/// One article with everything that was found in it. Borrows; made to be serialised.
#[derive(Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields are those of the article and the reading, documented there"
)]
pub struct Record<'a> {
    pub schema: &'static str,
    pub id: &'a str,
    pub path: &'a str,
    pub origin: &'a Origin,
    pub title: Option<&'a str>,
    pub byline: &'a [String],
    pub outlet: Option<&'a str>,
    pub url: Option<&'a str>,
    pub published: Option<String>,
    pub language: Option<&'a str>,
    pub text: &'a str,
    pub head: &'a Head,
    pub repairs: &'a [Repair],
    pub people: Vec<PersonRecord<'a>>,
    pub organisations: Vec<OrganisationRecord<'a>>,
    pub places: Vec<PlaceRecord<'a>>,
    pub dateline: Option<String>,
    pub dates: Vec<DateRecord<'a>>,
    pub statements: Vec<StatementRecord<'a>>,
}

/// See [`crate::article::Person`].
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "as in crate::article::Person")]
pub struct PersonRecord<'a> {
    pub id: String,
    pub name: &'a str,
    pub role: Option<&'a str>,
    pub roles: &'a [Span],
    pub affiliation: Option<&'a str>,
    pub mentions: &'a [Span],
    pub coreferences: &'a [Span],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ambiguous_with: Vec<String>,
}

/// See [`crate::article::Organisation`].
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "as in crate::article::Organisation")]
pub struct OrganisationRecord<'a> {
    pub id: String,
    pub name: &'a str,
    pub mentions: &'a [Span],
    pub coreferences: &'a [Span],
}

/// See [`crate::article::Place`].
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "as in crate::article::Place")]
pub struct PlaceRecord<'a> {
    pub id: String,
    pub name: &'a str,
    pub path: &'a [String],
    pub geonames: Option<u32>,
    pub lat: Option<f32>,
    pub lon: Option<f32>,
    /// Names as printed, those inside the names of bodies that serve the place among them.
    pub mentions: Cow<'a, [Span]>,
    /// Those of `mentions` that stand inside the name of something else.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub nested: &'a [Span],
}

/// See [`crate::article::DateMention`].
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "as in crate::article::DateMention")]
pub struct DateRecord<'a> {
    pub span: Span,
    pub value: Option<&'a str>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// See [`crate::article::Statement`].
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "as in crate::article::Statement")]
pub struct StatementRecord<'a> {
    pub id: String,
    pub kind: Kind,
    pub content: &'a [Span],
    pub cue: &'a [Span],
    pub source: &'a [Span],
    pub speaker: SpeakerRecord<'a>,
    pub addressee: Option<&'a str>,
    pub medium: Option<&'a str>,
    pub stance: Stance,
    pub said: Option<SaidRecord<'a>>,
    pub place: Option<String>,
    pub within: Option<String>,
    pub confidence: f64,
    pub sentence: Span,
    pub evidence: Vec<StepRecord>,
}

/// See [`crate::article::Speaker`].
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "as in crate::article::Speaker")]
pub struct SpeakerRecord<'a> {
    #[serde(rename = "type")]
    pub kind: SpeakerType,
    pub name: Option<&'a str>,
    pub entity: Option<String>,
    pub role: Option<&'a str>,
    pub on_behalf_of: Option<&'a str>,
}

/// See [`crate::article::Said`].
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "as in crate::article::Said")]
pub struct SaidRecord<'a> {
    pub text: &'a str,
    pub span: Span,
    pub value: Option<&'a str>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// See [`crate::article::Step`].
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "as in crate::article::Step")]
pub struct StepRecord {
    pub field: &'static str,
    pub rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

/// The mentions of a place with those inside other names, in order.
fn mentions_of(place: &Place) -> Cow<'_, [Span]> {
    if place.nested.is_empty() {
        return Cow::Borrowed(&place.mentions);
    }
    let mut all = [place.mentions.as_slice(), &place.nested].concat();
    all.sort_unstable();
    Cow::Owned(all)
}

impl<'a> Record<'a> {
    /// The record of an article and its reading.
    #[must_use]
    pub fn new(article: &'a Article, reading: &'a Reading) -> Self {
        let text = article.text.as_str();
        let person = |i: u32| Entity::Person(i).to_string();
        let place = |i: u32| Entity::Place(i).to_string();
        Self {
            schema: SCHEMA,
            id: &article.id,
            path: &article.origin.path,
            origin: &article.origin,
            title: article.title.as_deref(),
            byline: &article.byline,
            outlet: article.outlet.as_deref(),
            url: article.url.as_deref(),
            published: article.published.map(|p| p.date.to_string()),
            language: article.language.as_deref(),
            text,
            head: &article.head,
            repairs: &article.repairs,
            people: (0..)
                .zip(&reading.people)
                .map(|(i, p)| PersonRecord {
                    id: person(i),
                    name: &p.name,
                    role: p.role.as_deref(),
                    roles: &p.roles,
                    affiliation: p.affiliation.as_deref(),
                    mentions: &p.mentions,
                    coreferences: &p.coreferences,
                    ambiguous_with: p.ambiguous_with.iter().copied().map(person).collect(),
                })
                .collect(),
            organisations: (0..)
                .zip(&reading.organisations)
                .map(|(i, o)| OrganisationRecord {
                    id: Entity::Organisation(i).to_string(),
                    name: &o.name,
                    mentions: &o.mentions,
                    coreferences: &o.coreferences,
                })
                .collect(),
            places: (0..)
                .zip(&reading.places)
                .map(|(i, p)| PlaceRecord {
                    id: place(i),
                    name: &p.name,
                    path: &p.path,
                    geonames: p.geonames,
                    lat: p.lat,
                    lon: p.lon,
                    mentions: mentions_of(p),
                    nested: &p.nested,
                })
                .collect(),
            dateline: reading.dateline.map(place),
            dates: reading
                .dates
                .iter()
                .map(|d| DateRecord {
                    span: d.span,
                    value: d.value.as_deref(),
                    from: d.from,
                    to: d.to,
                })
                .collect(),
            statements: (1..)
                .zip(&reading.statements)
                .map(|(n, s)| StatementRecord {
                    id: format!("s{n}"),
                    kind: s.kind,
                    content: &s.content,
                    cue: &s.cue,
                    source: &s.source,
                    speaker: SpeakerRecord {
                        kind: s.speaker.kind,
                        name: s.speaker.name.as_deref(),
                        entity: s.speaker.entity.map(|e| e.to_string()),
                        role: s.speaker.role.as_deref(),
                        on_behalf_of: s.speaker.on_behalf_of.as_deref(),
                    },
                    addressee: s.addressee.map(|a| a.of(text)),
                    medium: s.medium.map(|m| m.of(text)),
                    stance: s.stance,
                    said: s.said.as_ref().map(|d| SaidRecord {
                        text: d.span.of(text),
                        span: d.span,
                        value: d.value.as_deref(),
                        from: d.from,
                        to: d.to,
                    }),
                    place: s.place.map(place),
                    within: s.within.map(|w| format!("s{}", w + 1)),
                    confidence: (f64::from(s.confidence) * 1000.0).round() / 1000.0,
                    sentence: s.evidence.sentence,
                    evidence: s
                        .evidence
                        .steps
                        .iter()
                        .map(|step: &Step| StepRecord {
                            field: step.field,
                            rule: step.rule,
                            span: step.span,
                        })
                        .collect(),
                })
                .collect(),
        }
    }
}
