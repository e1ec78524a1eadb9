//! Toponyms to places of the gazetteer.
//!
//! Every name of a place, and the dateline, is looked up (`lookup`); what could be meant is decided for the article as a whole
//! (`disambiguate`): how prominent each candidate is, which countries and divisions the article talks about, what is near, and
//! what the text says outright ("Paris, Texas"). A name that nothing of the gazetteer fits stays, unresolved.
//!
//! The recipe follows Leidner, *Toponym Resolution in Text* (2007), one sense a discourse and minimality in space, with votes
//! instead of a search.

use crate::article::{Article, Place};

use super::gazetteer::{Gazetteer, PlaceId};
use super::lexicon;
use super::names::Name;
use super::token::{TokenKind, Tokens};
use crate::text::Span;

mod claims;
mod dateline;
mod disambiguate;
mod lookup;
mod mentions;
mod missed;
mod nested;

pub use claims::claim;
use disambiguate::Group;
use mentions::{Inside, Mention};

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
    let mut mentions = mentions::collect(tokens, names, dateline.as_ref(), gazetteer);
    let mut groups = mentions::group(&mut mentions, tokens, gazetteer);
    mentions::add_nested(&mut mentions, &mut groups, tokens, names, gazetteer);
    if let Some(outlet) = &article.outlet {
        mentions::add_outlet(&mut groups, outlet, OUTLET_COUNT, gazetteer);
    }
    let evidence = evidence(tokens, gazetteer);
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

/// Places that the text points at without naming them: demonyms, words of one country's institutions. They vote.
fn evidence(tokens: &Tokens<'_>, gazetteer: &Gazetteer) -> Vec<(PlaceId, f32)> {
    let mut votes: Vec<(PlaceId, f32)> = Vec::new();
    let mut vote = |place: PlaceId, weight: f32| match votes.iter_mut().find(|v| v.0 == place) {
        Some(known) => known.1 += weight,
        None => votes.push((place, weight)),
    };
    let mut local: Vec<&'static str> = Vec::new();
    for (i, token) in tokens.tokens.iter().enumerate() {
        if token.kind == TokenKind::Number {
            local.extend(area_code(tokens.text, token.span));
        }
        if token.kind != TokenKind::Word {
            continue;
        }
        let word = token.span.of(tokens.text);
        if let Some(code) = lexicon::local_words::country(word) {
            local.push(code);
        }
        if !word.starts_with(char::is_uppercase) {
            continue;
        }
        let pair = OPENS_COMPOUND.contains(&word).then(|| Span {
            begin: token.span.begin,
            end: tokens
                .tokens
                .get(i + 1)
                .map_or(token.span.end, |t| t.span.end),
        });
        let place = pair
            .and_then(|span| gazetteer.demonym(span.of(tokens.text)))
            .or_else(|| gazetteer.demonym(word));
        if let Some(place) = place {
            vote(place, DEMONYM_VOTE);
        }
    }
    for code in local {
        if let Some(place) = gazetteer.coded(code) {
            vote(place, LOCAL_WORD_VOTE);
        }
    }
    votes
}

/// The division of the telephone number that begins with `token`: "903-555-0142", "(903) 555-0142".
fn area_code(text: &str, token: Span) -> Option<&'static str> {
    let begin = token.begin as usize;
    let rest = text.as_bytes().get(begin..)?;
    let before = begin.checked_sub(1).and_then(|i| text.as_bytes().get(i));
    if before.is_some_and(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'$')) {
        return None;
    }
    let digits = |from: usize, n: usize| {
        rest.get(from..from + n)
            .is_some_and(|d| d.iter().all(u8::is_ascii_digit))
    };
    let gap = match (rest.get(3)?, rest.get(4)?) {
        (b')', b' ') => 2,
        (b')' | b'-' | b'.', _) => 1,
        _ => return None,
    };
    let is_number = digits(0, 3)
        && digits(3 + gap, 3)
        && matches!(rest.get(6 + gap), Some(b'-' | b'.'))
        && digits(7 + gap, 4);
    let code = text.get(begin..begin + 3).filter(|_| is_number)?;
    lexicon::area_codes::division(code)
}

/// First words of demonyms of two: "South Korean".
const OPENS_COMPOUND: &[&str] = &[
    "Cape",
    "Central",
    "Costa",
    "East",
    "Eastern",
    "Equatorial",
    "Latin",
    "Middle",
    "New",
    "North",
    "Northern",
    "Nova",
    "Papua",
    "Puerto",
    "San",
    "Saudi",
    "Sierra",
    "Solomon",
    "South",
    "Southeast",
    "Southern",
    "Sri",
    "West",
    "Western",
];

/// Weights of the evidence, where 1 is a place named once, unambiguously. Tuned on local news.
const DEMONYM_VOTE: f32 = 0.5;
const LOCAL_WORD_VOTE: f32 = 0.4;
/// The place in the outlet's name counts as if the article named it so often.
const OUTLET_COUNT: u32 = 3;

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
        if mention.nested == Some(Inside::Hint) || mention.nested.is_some() && pick.is_none() {
            continue;
        }
        let key = pick.ok_or(mention.group);
        let at = match index.iter().find(|(known, _)| *known == key) {
            Some(&(_, at)) => at,
            None => {
                index.push((key, places.len()));
                places.push(place(
                    pick,
                    mention,
                    groups,
                    span.of(tokens.text),
                    gazetteer,
                ));
                places.len() - 1
            }
        };
        if let Some(place) = places.get_mut(at) {
            let list = match mention.nested {
                Some(_) => &mut place.nested,
                None => &mut place.mentions,
            };
            list.push(span);
        }
    }
    Places {
        places,
        dateline: None,
    }
}

/// A place without its mentions.
fn place(
    pick: Option<PlaceId>,
    mention: &Mention,
    groups: &[Group],
    printed: &str,
    gazetteer: &Gazetteer,
) -> Place {
    let Some((id, record)) = pick.and_then(|id| Some((id, gazetteer.get(id)?))) else {
        return Place {
            name: groups
                .get(mention.group)
                .map_or(printed, |group| &group.printed)
                .to_owned(),
            ..Place::default()
        };
    };
    Place {
        name: record.name.to_owned(),
        path: gazetteer.path(id).into_iter().map(str::to_owned).collect(),
        geonames: record.geonames,
        lat: Some(record.lat),
        lon: Some(record.lon),
        ..Place::default()
    }
}
