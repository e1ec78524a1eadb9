//! Toponyms to places of the gazetteer.
//!
//! Every name of a place, and the dateline, is looked up ([`lookup`]); what could be meant is decided for the article as a whole
//! ([`disambiguate`]): how prominent each candidate is, which countries and divisions the article talks about, what is near, and
//! what the text says outright ("Paris, Texas"). A name that nothing of the gazetteer fits stays, unresolved.
//!
//! The recipe follows Leidner, *Toponym Resolution in Text* (2007), one sense a discourse and minimality in space, with votes
//! instead of a search.

use crate::article::{Article, Place};

use super::gazetteer::{Gazetteer, PlaceId};
use super::names::{Name, NameKind};
use super::token::{TokenKind, Tokens};
use crate::text::Span;

mod dateline;
mod disambiguate;
mod lookup;
mod mentions;

use disambiguate::Group;
use mentions::Mention;

/// The places of an article.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// One entry a place, with all its mentions, in order of first mention.
    pub places: Vec<Place>,
    /// The place of the dateline: index into `places`.
    pub dateline: Option<u32>,
}

/// Resolves every name of kind place, and the dateline.
#[must_use]
pub fn resolve(article: &Article, tokens: &Tokens<'_>, names: &[Name]) -> Places {
    let gazetteer = Gazetteer::embedded();
    let dateline = dateline::find(&article.head, tokens, gazetteer);
    let mut mentions = mentions::collect(tokens, names, dateline.as_ref());
    let groups = mentions::group(&mut mentions, tokens, gazetteer);
    let evidence = evidence(article, tokens, names, gazetteer);
    let picks = disambiguate::pick(&groups, &evidence, gazetteer);
    let mut places = assemble(&mentions, &groups, &picks, tokens, gazetteer);
    places.dateline = dateline.and_then(|tokens_of| {
        let span = tokens.span(tokens_of);
        let first = mentions
            .iter()
            .map(|m| tokens.span(m.tokens.clone()))
            .find(|m| m.overlaps(span))?;
        let at = places
            .places
            .iter()
            .position(|place| place.mentions.contains(&first))?;
        u32::try_from(at).ok()
    });
    places
}

/// Places that the text points at without naming them as one: demonyms, names inside those of organisations, the outlet. They vote.
fn evidence(
    article: &Article,
    tokens: &Tokens<'_>,
    names: &[Name],
    gazetteer: &Gazetteer,
) -> Vec<(PlaceId, f32)> {
    let mut votes: Vec<(PlaceId, f32)> = Vec::new();
    let mut vote = |place: PlaceId, weight: f32| match votes.iter_mut().find(|v| v.0 == place) {
        Some(known) => known.1 += weight,
        None => votes.push((place, weight)),
    };
    for (i, token) in tokens.tokens.iter().enumerate() {
        let word = token.span.of(tokens.text);
        if token.kind != TokenKind::Word || !word.starts_with(char::is_uppercase) {
            continue;
        }
        let compass = matches!(
            word,
            "North"
                | "South"
                | "East"
                | "Central"
                | "New"
                | "West"
                | "Sri"
                | "Saudi"
                | "Sierra"
                | "Costa"
                | "Puerto"
                | "Latin"
                | "Middle"
        );
        let compound = compass.then(|| Span {
            begin: token.span.begin,
            end: tokens
                .tokens
                .get(i + 1)
                .map_or(token.span.end, |t| t.span.end),
        });
        let place = compound
            .and_then(|span| gazetteer.demonym(span.of(tokens.text)))
            .or_else(|| gazetteer.demonym(word));
        if let Some(place) = place {
            vote(place, DEMONYM_VOTE);
        }
    }
    let mut folded = String::new();
    for name in names.iter().filter(|n| n.kind == NameKind::Organisation) {
        if let Some(place) = lookup::inside(tokens, name.tokens.clone(), &mut folded, gazetteer) {
            vote(place, ORGANISATION_VOTE);
        }
    }
    if let Some(outlet) = &article.outlet {
        if let Some(place) = lookup::in_text(outlet, gazetteer) {
            vote(place, OUTLET_VOTE);
        }
    }
    votes
}

/// Weights of the evidence, where 1 is a place named once, unambiguously. Tuned on local news.
const DEMONYM_VOTE: f32 = 0.7;
const ORGANISATION_VOTE: f32 = 0.7;
const OUTLET_VOTE: f32 = 2.0;

/// One [`Place`] for everything that was resolved to it, or that is unresolved under the same name.
fn assemble(
    mentions: &[Mention],
    groups: &[Group],
    picks: &[Option<PlaceId>],
    tokens: &Tokens<'_>,
    gazetteer: &Gazetteer,
) -> Places {
    let mut places: Vec<Place> = Vec::new();
    let mut index: Vec<(Result<PlaceId, usize>, usize)> = Vec::new();
    for mention in mentions {
        let span = tokens.span(mention.tokens.clone());
        let pick = picks.get(mention.group).copied().flatten();
        let key = pick.ok_or(mention.group);
        if let Some(&(_, at)) = index.iter().find(|(known, _)| *known == key) {
            if let Some(place) = places.get_mut(at) {
                place.mentions.push(span);
            }
            continue;
        }
        index.push((key, places.len()));
        let record = pick.and_then(|id| Some((id, gazetteer.get(id)?)));
        places.push(match record {
            Some((id, record)) => Place {
                name: record.name.to_owned(),
                path: gazetteer.path(id).into_iter().map(str::to_owned).collect(),
                geonames: record.geonames,
                lat: Some(record.lat),
                lon: Some(record.lon),
                mentions: vec![span],
            },
            None => Place {
                name: groups
                    .get(mention.group)
                    .map_or_else(|| span.of(tokens.text).to_owned(), |g| g.printed.clone()),
                mentions: vec![span],
                ..Place::default()
            },
        });
    }
    Places {
        places,
        dateline: None,
    }
}
