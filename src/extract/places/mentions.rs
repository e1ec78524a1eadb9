//! The mentions of places in an article, which of them mean the same, and what the text says outright about where they lie.

use std::ops::Range;

use super::disambiguate::Group;
use super::{lookup, missed, nested};
use crate::extract::gazetteer::{Candidate, Class, Gazetteer, fold_into, without_article};
use crate::extract::names::{Name, NameKind};
use crate::extract::token::{TokenKind, Tokens};

/// A name of a place in the text.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    /// Its tokens.
    pub(super) tokens: Range<u32>,
    /// Index of its group, once [`group`] has been called.
    pub(super) group: usize,
    /// It stands inside the name of an organisation, and how.
    pub(super) nested: Option<Inside>,
}

/// How a place stands inside another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// What bears the name serves the place, or stands in it.
    Served,
    /// The name only hints at the place.
    Hint,
}

/// The names of places, the dateline, and what the tagger missed, in order.
pub(super) fn collect(
    tokens: &Tokens<'_>,
    names: &[Name],
    dateline: Option<&Range<u32>>,
    gazetteer: &Gazetteer,
) -> Vec<Mention> {
    let mention = |tokens: Range<u32>| Mention {
        tokens,
        group: 0,
        nested: None,
    };
    let places = names
        .iter()
        .filter(|name| name.kind == NameKind::Place)
        .map(|name| name.tokens.clone());
    let missed = missed::find(tokens, names, gazetteer);
    let mut mentions: Vec<Mention> = Vec::new();
    for range in places.chain(dateline.cloned()).chain(missed) {
        for part in between_commas(range, tokens).flat_map(|part| halves(part, tokens, gazetteer)) {
            let known = |m: &Mention| m.tokens.start < part.end && part.start < m.tokens.end;
            if !mentions.iter().any(known) {
                mentions.push(mention(part));
            }
        }
    }
    mentions.sort_by_key(|m| m.tokens.start);
    mentions
}

/// "NAIROBI, Kenya" is two mentions.
pub(super) fn between_commas<'t>(
    range: Range<u32>,
    tokens: &'t Tokens<'_>,
) -> impl Iterator<Item = Range<u32>> + 't {
    let mut begin = range.start;
    range.clone().filter_map(move |i| {
        let is_comma = tokens.word(i) == ",";
        if !is_comma && i + 1 < range.end {
            return None;
        }
        let part = begin..if is_comma { i } else { i + 1 };
        begin = i + 1;
        (part.start < part.end).then_some(part)
    })
}

/// "Wisconsin-Milwaukee" is two mentions, if only its halves are places.
fn halves(
    range: Range<u32>,
    tokens: &Tokens<'_>,
    gazetteer: &Gazetteer,
) -> impl Iterator<Item = Range<u32>> + use<> {
    let knows = |range: Range<u32>| {
        let mut key = String::new();
        fold_into(tokens.span(range).of(tokens.text), &mut key);
        gazetteer.knows(&key)
    };
    let dash = range.clone().find(|&i| {
        tokens
            .tokens
            .get(i as usize)
            .is_some_and(|t| t.kind == TokenKind::Dash)
    });
    let cut = dash.filter(|&dash| {
        dash > range.start
            && dash + 1 < range.end
            && !knows(range.clone())
            && knows(range.start..dash)
            && knows(dash + 1..range.end)
    });
    let first = range.start..cut.unwrap_or(range.end);
    let second = cut.map(|dash| dash + 1..range.end);
    std::iter::once(first).chain(second)
}

/// Adds what names of organisations tell: "Laurel County Sheriff's Office".
pub(super) fn add_nested(
    mentions: &mut Vec<Mention>,
    groups: &mut Vec<Group>,
    tokens: &Tokens<'_>,
    names: &[Name],
    gazetteer: &Gazetteer,
) {
    for inside in nested::in_organisations(tokens, names, gazetteer) {
        let group = match groups.iter().position(|g| g.key == inside.key) {
            Some(at) => at,
            None => {
                groups.push(Group {
                    key: inside.key,
                    printed: String::new(),
                    candidates: inside.candidates,
                    bound: false,
                    count: 0,
                });
                groups.len() - 1
            }
        };
        if let Some(group) = groups.get_mut(group) {
            group.count += 1;
        }
        mentions.push(Mention {
            tokens: inside.tokens,
            group,
            nested: Some(match inside.is_served {
                true => Inside::Served,
                false => Inside::Hint,
            }),
        });
    }
    mentions.sort_by_key(|m| m.tokens.start);
}

/// Adds the place in the outlet's name, which has a say as if it had been named `count` times.
pub(super) fn add_outlet(groups: &mut Vec<Group>, outlet: &str, count: u32, gazetteer: &Gazetteer) {
    let Some((key, candidates)) = lookup::in_text(outlet, gazetteer) else {
        return;
    };
    match groups.iter_mut().find(|g| g.key == key) {
        Some(group) => group.count += count,
        None => groups.push(Group {
            key,
            printed: String::new(),
            candidates,
            bound: false,
            count,
        }),
    }
}

/// A mention, looked up.
struct Looked {
    key: String,
    candidates: Vec<Candidate>,
    /// Decided by a container beside it: "Paris, Texas".
    bound: bool,
}

/// Puts mentions that must mean the same into one group: the same name, unless the text says that two places of the name are meant.
pub(super) fn group(
    mentions: &mut [Mention],
    tokens: &Tokens<'_>,
    gazetteer: &Gazetteer,
) -> Vec<Group> {
    let mut looked: Vec<Looked> = Vec::with_capacity(mentions.len());
    for mention in mentions.iter() {
        looked.push(look_up(mention, tokens, gazetteer));
    }
    bind(mentions, &mut looked, tokens, gazetteer);
    let mut groups: Vec<Group> = Vec::new();
    // Bound mentions first: an unbound one of the same name joins them.
    for want_bound in [true, false] {
        for (mention, looked) in mentions.iter_mut().zip(&mut looked) {
            if looked.bound != want_bound {
                continue;
            }
            let same = |g: &Group| {
                g.key == looked.key && (!looked.bound || g.candidates == looked.candidates)
            };
            if let Some(at) = groups.iter().position(same) {
                mention.group = at;
                groups[at].count += 1;
                continue;
            }
            mention.group = groups.len();
            groups.push(Group {
                key: std::mem::take(&mut looked.key),
                printed: tokens
                    .span(mention.tokens.clone())
                    .of(tokens.text)
                    .to_owned(),
                candidates: std::mem::take(&mut looked.candidates),
                bound: looked.bound,
                count: 1,
            });
        }
    }
    groups
}

fn look_up(mention: &Mention, tokens: &Tokens<'_>, gazetteer: &Gazetteer) -> Looked {
    let surface = tokens.span(mention.tokens.clone()).of(tokens.text);
    let mut key = String::new();
    fold_into(surface, &mut key);
    if without_article(&key).len() < key.len() {
        key = without_article(&key).to_owned();
    }
    let mut candidates = Vec::new();
    let in_company = follows_comma(mention.tokens.start, tokens);
    lookup::find(
        &key,
        lookup::as_abbreviation(surface) || in_company,
        gazetteer,
        &mut candidates,
    );
    // a facility that the gazetteer does not have lies where its name says
    if candidates.is_empty()
        && let Some(around) = nested::find(tokens, mention.tokens.clone(), gazetteer)
        && (around.is_served || is_possessor(&around.tokens, tokens))
    {
        (key, candidates) = (around.key, around.candidates);
    }
    // "La" alone is no state; "L.A." is rather the city
    if !in_company && key.len() <= 2 {
        let full = |c: &Candidate| !c.abbreviation;
        if candidates.iter().any(full) {
            candidates.retain(full);
        }
    }
    Looked {
        key,
        candidates,
        bound: false,
    }
}

/// "Augusta" in "Augusta's Highland Avenue"
fn is_possessor(place: &Range<u32>, tokens: &Tokens<'_>) -> bool {
    tokens
        .tokens
        .get(place.end as usize)
        .is_some_and(|t| t.kind == TokenKind::Clitic)
}

fn follows_comma(token: u32, tokens: &Tokens<'_>) -> bool {
    token
        .checked_sub(1)
        .is_some_and(|before| matches!(tokens.word(before), "," | "("))
}

/// Binds "X, Y" and "X (Y)": where a reading of Y holds a reading of X, only such readings of both are kept.
fn bind(mentions: &[Mention], looked: &mut [Looked], tokens: &Tokens<'_>, gazetteer: &Gazetteer) {
    for i in 0..mentions.len() {
        let end = mentions[i].tokens.end;
        if !matches!(tokens.word(end), "," | "(") {
            continue;
        }
        let next = mentions.get(i + 1).filter(|m| m.tokens.start == end + 1);
        let containers = match next {
            Some(_) => looked[i + 1].candidates.clone(),
            None => untagged(end + 1, tokens, gazetteer),
        };
        let is_list = next.is_some_and(|next| is_list(i, next, mentions, tokens));
        let inner: Vec<Candidate> = looked[i]
            .candidates
            .iter()
            .copied()
            .filter(|x| containers.iter().any(|y| contains(*y, *x, gazetteer)))
            .collect();
        if inner.is_empty() || is_list && !plausible(&looked[i].candidates, &inner, gazetteer) {
            continue;
        }
        if next.is_some() {
            looked[i + 1]
                .candidates
                .retain(|y| inner.iter().any(|x| contains(*y, *x, gazetteer)));
            looked[i + 1].bound |= looked[i + 1].candidates.len() == 1;
        }
        looked[i].candidates = inner;
        looked[i].bound = true;
    }
}

fn contains(outer: Candidate, inner: Candidate, gazetteer: &Gazetteer) -> bool {
    let is_container = || {
        gazetteer
            .get(outer.place)
            .is_some_and(|record| record.class.is_container())
    };
    outer.place != inner.place && is_container() && gazetteer.holds(outer.place, inner.place)
}

/// Is "X, Y" at mention `i` part of "X, Y, Z" or "X, Y and Z"?
fn is_list(i: usize, next: &Mention, mentions: &[Mention], tokens: &Tokens<'_>) -> bool {
    let joined = |word: &str| matches!(word, "," | "and" | "or" | "&");
    let before = i
        .checked_sub(1)
        .and_then(|b| mentions.get(b))
        .is_some_and(|b| {
            b.tokens.end + 1 == mentions[i].tokens.start && tokens.word(b.tokens.end) == ","
        });
    let mut after = next.tokens.end;
    while joined(tokens.word(after)) {
        after += 1;
    }
    let goes_on =
        after > next.tokens.end && mentions.get(i + 2).is_some_and(|m| m.tokens.start == after);
    before || goes_on
}

/// In a list a country or state is not read as a hamlet of the next one.
fn plausible(all: &[Candidate], inner: &[Candidate], gazetteer: &Gazetteer) -> bool {
    let best = |list: &[Candidate]| list.first().and_then(|c| gazetteer.get(c.place));
    match (best(all), best(inner)) {
        (Some(free), Some(held)) => {
            free.weight() - held.weight() < 3.0
                || !matches!(free.class, Class::Country | Class::Admin1)
        }
        _ => false,
    }
}

/// Readings of a container that the tagger left out: the longest of up to three words from `begin` on that begins upper case.
fn untagged(begin: u32, tokens: &Tokens<'_>, gazetteer: &Gazetteer) -> Vec<Candidate> {
    let mut found = Vec::new();
    if !tokens.word(begin).starts_with(char::is_uppercase) {
        return found;
    }
    let mut key = String::new();
    for length in (1..=3).rev() {
        let surface = tokens.span(begin..begin + length).of(tokens.text);
        key.clear();
        fold_into(surface, &mut key);
        lookup::find(&key, true, gazetteer, &mut found);
        if !found.is_empty() {
            break;
        }
    }
    found
}
