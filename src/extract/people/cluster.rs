//! Which names of people name the same person.
//!
//! Full names first. Two of them are one person if the words of the shorter are among those of the longer, the family
//! name is the same, and nothing speaks against it: another given name, another initial, "Jr." against "Sr.", "Mr."
//! against "Mrs.". Then single names, each to the latest full name that it can be short for; if two can be meant and
//! no title decides, the ambiguity is kept.

use std::ops::Range;

use crate::article::{Entity, Gender, Person};
use crate::extract::lexicon::{Class, Mark, given_names};
use crate::extract::names::{Name, NameKind};
use crate::extract::token::{TokenKind, Tokens};

use super::{Form, Mention, of_kind, printed, roles};

/// A word of a name, compared without case and diacritics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    hash: u64,
    first: char,
    /// "J." or "J"
    initial: bool,
}

/// A name taken apart.
#[derive(Clone, Debug)]
struct Parsed {
    tokens: Range<u32>,
    parts: Vec<Part>,
    /// Hash of "Jr.", "III" …; 0 for none.
    suffix: u64,
    /// Told by a title or role beside the name.
    gender: Option<Gender>,
}

/// One person in the making.
#[derive(Debug)]
struct Cluster {
    /// The fullest name.
    full: Parsed,
    gender: Option<Gender>,
    /// Indices into the parsed names.
    members: Vec<usize>,
    ambiguous_with: Vec<usize>,
}

const SUFFIXES: &[&str] = &["jr", "sr", "ii", "iii", "iv"];

/// The people, in order of first mention, and their mentions by name, in order.
pub(super) fn people(
    tokens: &Tokens<'_>,
    marks: &[Mark],
    names: &[Name],
) -> (Vec<Person>, Vec<Mention>) {
    let parsed: Vec<Parsed> = of_kind(names, NameKind::Person)
        .map(|range| parse(tokens, marks, range))
        .filter(|p| !p.parts.is_empty())
        .collect();
    let mut clusters: Vec<Cluster> = Vec::new();
    for (i, name) in parsed.iter().enumerate().filter(|(_, n)| is_full(n)) {
        match clusters.iter_mut().find(|c| is_same(c, name)) {
            Some(cluster) => {
                cluster.members.push(i);
                cluster.gender = cluster.gender.or(name.gender);
                if name.parts.len() > cluster.full.parts.len() {
                    cluster.full = name.clone();
                }
            }
            None => clusters.push(new_cluster(tokens, i, name)),
        }
    }
    drop_compounds(tokens, &parsed, &mut clusters);
    for (i, name) in parsed.iter().enumerate().filter(|(_, n)| !is_full(n)) {
        if is_family(tokens, marks, name, &clusters) {
            continue;
        }
        assign_single(tokens, &parsed, i, &mut clusters);
    }
    finish(tokens, marks, names, &parsed, clusters)
}

/// Reads the words of a name and what its title tells.
fn parse(tokens: &Tokens<'_>, marks: &[Mark], range: Range<u32>) -> Parsed {
    let mut parts = Vec::with_capacity(range.len());
    let mut suffix = 0;
    let mut gender = None;
    for i in range.clone() {
        let token = tokens.tokens[i as usize];
        if !matches!(token.kind, TokenKind::Word | TokenKind::Number) {
            continue;
        }
        let word = token.span.of(tokens.text);
        let bare = word.trim_end_matches('.');
        if marks[i as usize].is(Class::Title) && parts.is_empty() && range.len() > 1 {
            gender = gender.or(told_gender(marks[i as usize]));
            continue;
        }
        let (hash, first) = fold_part(bare);
        if !parts.is_empty() && SUFFIXES.iter().any(|s| s.eq_ignore_ascii_case(bare)) {
            suffix = hash;
            continue;
        }
        let initial = bare.chars().count() == 1 || bare.contains('.') && word.len() <= 5;
        parts.push(Part {
            hash,
            first,
            initial,
        });
    }
    if let Some(title) = range.start.checked_sub(1) {
        gender = gender.or(marks.get(title as usize).copied().and_then(told_gender));
    }
    Parsed {
        tokens: range,
        parts,
        suffix,
        gender,
    }
}

/// FNV-1a over the letters without diacritics and case, and the first of them.
fn fold_part(word: &str) -> (u64, char) {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut first = '\0';
    for c in word.chars() {
        let c = given_names::plain_letter(c);
        let c = c.to_lowercase().next().unwrap_or(c);
        if first == '\0' {
            first = c;
        }
        hash = (hash ^ u64::from(c as u32)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash, first)
}

/// What a title or role tells about he or she.
pub(super) fn told_gender(mark: Mark) -> Option<Gender> {
    if mark.any(&[Class::He, Class::She]) {
        None
    } else if mark.is(Class::Male) {
        Some(Gender::Male)
    } else if mark.is(Class::Female) {
        Some(Gender::Female)
    } else {
        None
    }
}

/// Two words, or an initial and a word.
fn is_full(name: &Parsed) -> bool {
    name.parts.len() >= 2
}

fn new_cluster(tokens: &Tokens<'_>, i: usize, name: &Parsed) -> Cluster {
    let given = (is_full(name))
        .then(|| {
            name.tokens
                .clone()
                .map(|t| tokens.word(t))
                .find_map(|w| (w.chars().count() > 2).then(|| given_names::gender(w)))
                .flatten()
        })
        .flatten();
    Cluster {
        full: name.clone(),
        gender: name.gender.or(given),
        members: vec![i],
        ambiguous_with: Vec::new(),
    }
}

/// Can the full name be that of the cluster?
fn is_same(cluster: &Cluster, name: &Parsed) -> bool {
    let (a, b) = if cluster.full.parts.len() >= name.parts.len() {
        (&cluster.full, name)
    } else {
        (name, &cluster.full)
    };
    let (Some(a_last), Some(b_last)) = (a.parts.last(), b.parts.last()) else {
        return false;
    };
    let (a_first, b_first) = (a.parts[0], b.parts[0]);
    let suffixes = a.suffix == 0 || b.suffix == 0 || a.suffix == b.suffix;
    let genders = match (cluster.gender, name.gender) {
        (Some(x), Some(y)) => x == y,
        _ => true,
    };
    if !suffixes || !genders || !fits(a_first, b_first) {
        return false;
    }
    // every word of the shorter name, in order, among those of the longer
    let mut rest = a.parts.iter();
    let subset = b.parts.iter().all(|p| rest.any(|q| fits(*p, *q)));
    // "Pedro Sanchez" of "Pedro Sanchez Castejon": the second family name is left out
    let family = a_last.hash == b_last.hash || a_first.hash == b_first.hash && b.parts.len() >= 2;
    // initials must agree where both have them: "John A. Smith" is not "John B. Smith"
    let middles =
        a.parts.len() != b.parts.len() || a.parts.iter().zip(&b.parts).all(|(p, q)| fits(*p, *q));
    subset && family && middles
}

/// The same word, or one is the initial of the other.
fn fits(a: Part, b: Part) -> bool {
    a.hash == b.hash || (a.initial || b.initial) && a.first == b.first
}

/// "the Ruiz-Okafor plan" names nobody where Ruiz and Okafor are two people of the article.
fn drop_compounds(tokens: &Tokens<'_>, parsed: &[Parsed], clusters: &mut Vec<Cluster>) {
    let is_compound = |name: &Parsed| {
        name.tokens.len() == 3
            && name.parts.len() == 2
            && tokens.tokens[name.tokens.start as usize + 1].kind == TokenKind::Dash
    };
    let family = |part: Part| {
        parsed.iter().any(|n| {
            is_full(n) && !is_compound(n) && n.parts.last().is_some_and(|p| p.hash == part.hash)
        })
    };
    clusters.retain(|c| !is_compound(&c.full) || !c.full.parts.iter().all(|&p| family(p)));
}

/// "the Clintons": no person, where there is a Clinton.
fn is_family(tokens: &Tokens<'_>, marks: &[Mark], name: &Parsed, clusters: &[Cluster]) -> bool {
    let after_article = name
        .tokens
        .start
        .checked_sub(1)
        .is_some_and(|i| marks[i as usize].any(&[Class::Article, Class::Number]));
    let word = tokens.word(name.tokens.end - 1);
    let stems = [word.strip_suffix('s'), word.strip_suffix("es")];
    after_article
        && stems.into_iter().flatten().any(|stem| {
            let (hash, _) = fold_part(stem);
            clusters
                .iter()
                .any(|c| c.full.parts.last().is_some_and(|p| p.hash == hash))
        })
}

/// Gives a single name to the cluster that it is short for, or to a new one.
fn assign_single(tokens: &Tokens<'_>, parsed: &[Parsed], i: usize, clusters: &mut Vec<Cluster>) {
    let name = &parsed[i];
    let part = name.parts[0];
    let agrees = |c: &Cluster| match (name.gender, c.gender) {
        (Some(x), Some(y)) => x == y,
        _ => true,
    };
    let matching = |which: &dyn Fn(&[Part]) -> bool| -> Vec<usize> {
        clusters
            .iter()
            .enumerate()
            .filter(|(_, c)| which(&c.full.parts) && agrees(c))
            .map(|(k, _)| k)
            .collect()
    };
    // the family name; else a given name, or a family name that stands first or in the middle
    let mut candidates = matching(&|parts| parts.last().is_some_and(|p| p.hash == part.hash));
    if candidates.is_empty() {
        candidates = matching(&|parts| parts.iter().any(|p| p.hash == part.hash));
    }
    // the latest before this mention; if none is, the first after it
    let latest = |k: usize| {
        clusters[k]
            .members
            .iter()
            .map(|&m| parsed[m].tokens.start)
            .filter(|&t| t < name.tokens.start)
            .max()
    };
    let chosen = candidates
        .iter()
        .copied()
        .max_by_key(|&k| (latest(k), std::cmp::Reverse(k)));
    let Some(chosen) = chosen else {
        clusters.push(new_cluster(tokens, i, name));
        return;
    };
    // two that can be meant, neither clearly the one talked about: said so
    if name.gender.is_none() {
        let sentence = |t: u32| tokens.tokens[t as usize].sentence;
        let here = sentence(name.tokens.start);
        let near = |k: usize| latest(k).is_some_and(|t| here - sentence(t) <= NEAR);
        let rivals: Vec<usize> = candidates
            .iter()
            .copied()
            .filter(|&k| k != chosen && is_full(&clusters[k].full) && near(k))
            .collect();
        clusters[chosen].ambiguous_with = rivals;
    }
    let cluster = &mut clusters[chosen];
    cluster.members.push(i);
    cluster.gender = cluster.gender.or(name.gender);
}

/// The fullest name; a headline's capitals only if it is printed no other way.
fn best_printed(tokens: &Tokens<'_>, parsed: &[Parsed], cluster: &Cluster) -> Range<u32> {
    let shouts = |range: &Range<u32>| {
        !tokens
            .span(range.clone())
            .of(tokens.text)
            .contains(char::is_lowercase)
    };
    let full = &cluster.full;
    if !shouts(&full.tokens) {
        return full.tokens.clone();
    }
    cluster
        .members
        .iter()
        .map(|&m| &parsed[m])
        .find(|n| n.parts.len() == full.parts.len() && !shouts(&n.tokens))
        .map_or(full.tokens.clone(), |n| n.tokens.clone())
}

/// How many sentences back a namesake can still be meant.
const NEAR: u32 = 12;

/// Persons and mentions of the clusters, in order of first mention.
fn finish(
    tokens: &Tokens<'_>,
    marks: &[Mark],
    names: &[Name],
    parsed: &[Parsed],
    mut clusters: Vec<Cluster>,
) -> (Vec<Person>, Vec<Mention>) {
    for cluster in &mut clusters {
        cluster.members.sort_unstable();
    }
    let mut order: Vec<usize> = (0..clusters.len()).collect();
    order.sort_by_key(|&k| clusters[k].members.first().copied());
    let mut place = vec![0_u32; clusters.len()];
    for (at, &k) in order.iter().enumerate() {
        place[k] = at as u32;
    }
    let mut people = Vec::with_capacity(order.len());
    let mut mentions = Vec::with_capacity(parsed.len());
    for &k in &order {
        let cluster = &clusters[k];
        let mut person = Person {
            name: printed(tokens, best_printed(tokens, parsed, cluster)),
            gender: cluster.gender,
            ambiguous_with: cluster.ambiguous_with.iter().map(|&r| place[r]).collect(),
            ..Person::default()
        };
        for &m in &cluster.members {
            let range = parsed[m].tokens.clone();
            person.mentions.push(tokens.span(range.clone()));
            let role = roles::beside(tokens, marks, names, &range);
            for role in [&role.before, &role.after] {
                if !role.is_empty() {
                    person.roles.push(tokens.span(role.clone()));
                    roles::learn(tokens, marks, role, &mut person);
                }
            }
            mentions.push(Mention {
                tokens: range,
                entity: Entity::Person(place[k]),
                form: Form::Name,
                role: if role.before.is_empty() {
                    role.after
                } else {
                    role.before
                },
            });
        }
        people.push(person);
    }
    mentions.sort_by_key(|m| m.tokens.start);
    (people, mentions)
}
