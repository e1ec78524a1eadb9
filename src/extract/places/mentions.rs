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
            if inside.is_of_town {
                prefer(&mut group.candidates, gazetteer, |class| {
                    class != Class::Country
                });
            }
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
    let mut looked: Vec<Looked> = mentions
        .iter()
        .map(|mention| look_up(mention, tokens, gazetteer))
        .collect();
    for at in 0..mentions.len() {
        if looked[at].candidates.is_empty()
            && let Some(known) = named_after(&mentions[at], &looked, tokens)
        {
            looked[at] = known;
        }
    }
    one_sense(mentions, &mut looked, tokens, gazetteer);
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
    if let Some(word) = divisions(mention.tokens.end, tokens) {
        let long = [&key, " ", word].concat();
        candidates.extend(gazetteer.candidates(&long));
        if !candidates.is_empty() {
            key = long;
        }
    }
    if candidates.is_empty() {
        lookup::find(
            &key,
            lookup::as_abbreviation(surface) || in_company,
            gazetteer,
            &mut candidates,
        );
    }
    // "Utah's Zion National Park"
    if candidates.is_empty()
        && let Some(clitic) = clitic(mention.tokens.clone(), tokens)
    {
        let mut owner = String::new();
        let words = tokens.span(mention.tokens.start..clitic);
        fold_into(words.of(tokens.text), &mut owner);
        lookup::find(&owner, false, gazetteer, &mut candidates);
        if !candidates.is_empty() {
            key = owner;
        }
    }
    // a facility that the gazetteer does not have lies where its name says
    if candidates.is_empty()
        && let Some(around) = nested::find(tokens, mention.tokens.clone(), gazetteer)
        && around.is_served
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

/// The first clitic within a name.
fn clitic(name: Range<u32>, tokens: &Tokens<'_>) -> Option<u32> {
    (name.start + 1..name.end).find(|&i| {
        tokens
            .tokens
            .get(i as usize)
            .is_some_and(|t| t.kind == TokenKind::Clitic)
    })
}

/// Words after a name that say of what it is the name: people of a town, who of a country would have its demonym ("a Lebanon woman").
const OF_TOWN: &[&str] = &[
    "boy",
    "couple",
    "elementary",
    "firefighters",
    "girl",
    "homeowner",
    "man",
    "mayor",
    "motorist",
    "resident",
    "residents",
    "selectmen",
    "teen",
    "teenager",
    "woman",
];

/// Does the text say that the name is a town's: "a Lebanon woman", "the mayor of Valparaíso"?
fn is_of_town(name: &Range<u32>, tokens: &Tokens<'_>) -> bool {
    let before = |n: u32| name.start.checked_sub(n).map_or("", |i| tokens.word(i));
    OF_TOWN.binary_search(&tokens.word(name.end)).is_ok()
        || before(1) == "of" && matches!(before(2), "mayor" | "Mayor")
}

/// What one mention is said to be, all of the name are.
fn one_sense(
    mentions: &[Mention],
    looked: &mut [Looked],
    tokens: &Tokens<'_>,
    gazetteer: &Gazetteer,
) {
    for (at, mention) in mentions.iter().enumerate() {
        if !is_of_town(&mention.tokens, tokens) {
            continue;
        }
        let key = looked[at].key.clone();
        for same in looked.iter_mut().filter(|l| l.key == key) {
            prefer(&mut same.candidates, gazetteer, |class| {
                class != Class::Country
            });
        }
    }
}

/// Keeps only candidates of such a class, if there are any.
fn prefer(candidates: &mut Vec<Candidate>, gazetteer: &Gazetteer, is_fit: impl Fn(Class) -> bool) {
    let fits = |c: &Candidate| gazetteer.get(c.place).is_some_and(|r| is_fit(r.class));
    if candidates.iter().any(fits) {
        candidates.retain(fits);
    }
}

/// "county" or "parish" if a list that goes on at `at` ends in "counties" or "parishes".
fn divisions(at: u32, tokens: &Tokens<'_>) -> Option<&'static str> {
    for i in at..at + MOST_DIVISIONS {
        match tokens.word(i) {
            "counties" => return Some("county"),
            "parishes" => return Some("parish"),
            "," | "and" | "or" | "&" => {}
            word if word.starts_with(char::is_uppercase) => {}
            _ => break,
        }
    }
    None
}

/// How far a list of counties is followed, in tokens.
const MOST_DIVISIONS: u32 = 24;

/// A name that the gazetteer does not have, of which a part is named alone elsewhere in the article: "Rodeo Gainesville". It lies there,
/// unless it is a road or a river, which bear the names of what is at their other end.
fn named_after(mention: &Mention, looked: &[Looked], tokens: &Tokens<'_>) -> Option<Looked> {
    const ELSEWHERE: &[&str] = &[
        "Ave",
        "Avenue",
        "Blvd",
        "Boulevard",
        "Creek",
        "Drive",
        "Highway",
        "Hwy",
        "Lake",
        "Lane",
        "Parkway",
        "Pike",
        "Rd",
        "River",
        "Road",
        "Route",
        "St",
        "Street",
        "Trail",
        "Turnpike",
    ];
    let words = mention.tokens.clone();
    if words.clone().any(|i| ELSEWHERE.contains(&tokens.word(i))) {
        return None;
    }
    let mut key = String::new();
    for length in (1..words.len() as u32).rev() {
        for begin in words.start..=words.end - length {
            key.clear();
            fold_into(tokens.span(begin..begin + length).of(tokens.text), &mut key);
            let same = looked
                .iter()
                .find(|l| l.key == key && !l.candidates.is_empty());
            if let Some(same) = same {
                return Some(Looked {
                    key,
                    candidates: same.candidates.clone(),
                    bound: false,
                });
            }
        }
    }
    None
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
