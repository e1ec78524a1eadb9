//! What an article's document says of each person and organisation in it, as one value of a column: key, sort, name,
//! roles, and other names that the article itself gives. The value says nothing of the article, so that all articles
//! which say the same share it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::super::documents::{clean, once};
use super::super::names;
use crate::article::{Article, Organisation, Reading};
use crate::text::Span;

/// Between the parts of a value; [`clean`] leaves no control character in any.
const PART: char = '\u{1f}';
/// Between the members of a part.
const MEMBER: char = '\u{1e}';
/// Most roles and other names of one value.
const MOST: usize = 6;

/// Words between a name and another one of the same person, in lower case, a blank between.
const TOLD: &[&str] = &[
    "née",
    "nee",
    "born",
    "formerly",
    "formerly known as",
    "previously known as",
    "previously",
    "also known as",
    "better known as",
    "known as",
    "known to fans as",
    "now",
    "now known as",
    "who was then",
    "who then went by",
    "who now goes by",
    "who goes by",
    "writing as",
    "aka",
    "a.k.a.",
    "alias",
];
/// What may follow with a family name only.
const BIRTH: &[&str] = &["née", "nee", "born", "formerly", "now"];

/// A value taken apart.
#[derive(Debug)]
pub(super) struct Described<'a> {
    pub(super) key: &'a str,
    pub(super) organisation: bool,
    pub(super) name: &'a str,
    pub(super) roles: Vec<&'a str>,
    /// Keys of other names.
    pub(super) also: Vec<&'a str>,
}

/// The values for an article.
pub(in super::super) fn describe(article: &Article, reading: &Reading) -> Vec<String> {
    let mut all = Vec::with_capacity(reading.people.len() + reading.organisations.len());
    let (told, none) = (told(article, reading), BTreeSet::new());
    for (n, person) in reading.people.iter().enumerate() {
        let printed = person.roles.iter().map(|r| r.of(&article.text));
        let roles = once(printed.chain(person.role.as_deref()).filter_map(clean));
        let also = told.get(&n).unwrap_or(&none);
        all.extend(value(&person.name, 'p', &roles, also));
    }
    for organisation in &reading.organisations {
        let also = other_forms(organisation, &article.text);
        all.extend(value(&organisation.name, 'o', &[], &also));
    }
    once(all)
}

fn value(
    name: &str,
    sort: char,
    roles: &[Cow<'_, str>],
    also: &BTreeSet<String>,
) -> Option<String> {
    let name = clean(name)?;
    let indexed = names::indexed(&name);
    let key = indexed.key.as_str();
    if key.is_empty() {
        return None;
    }
    let mut value = String::with_capacity(key.len() + name.len() + 64);
    value.push_str(key);
    value.extend([PART, sort, PART]);
    value.push_str(&name);
    value.push(PART);
    push_list(&mut value, roles.iter().map(AsRef::as_ref));
    value.push(PART);
    push_list(
        &mut value,
        also.iter().map(String::as_str).filter(|k| *k != key),
    );
    Some(value)
}

fn push_list<'a>(value: &mut String, members: impl Iterator<Item = &'a str>) {
    for (n, member) in members.take(MOST).enumerate() {
        if n > 0 {
            value.push(MEMBER);
        }
        value.push_str(member);
    }
}

/// Takes a value apart.
pub(super) fn parse(value: &str) -> Option<Described<'_>> {
    let mut parts = value.split(PART);
    let (key, sort, name) = (parts.next()?, parts.next()?, parts.next()?);
    let mut members = || {
        parts
            .next()
            .unwrap_or_default()
            .split(MEMBER)
            .filter(|m| !m.is_empty())
            .collect()
    };
    let (roles, also) = (members(), members());
    Some(Described {
        key,
        organisation: sort == "o",
        name,
        roles,
        also,
    })
}

/// The keys of short forms that stand beside the full name: "HA" of "Harbour Authority".
fn other_forms(organisation: &Organisation, text: &str) -> BTreeSet<String> {
    organisation
        .mentions
        .iter()
        .map(|m| m.of(text))
        .filter(|form| is_acronym(form))
        .map(names::key)
        .filter(|k| !k.is_empty())
        .collect()
}

/// Is this all capitals, perhaps with full stops?
pub(super) fn is_acronym(form: &str) -> bool {
    let letters = form.chars().filter(|c| *c != '.').count();
    (2..=8).contains(&letters)
        && form
            .chars()
            .all(|c| c.is_uppercase() || c == '.' || c == '&')
}

/// Other names that the text gives to its people: "Ana Ruiz, née Okafor". By index of the person.
fn told(article: &Article, reading: &Reading) -> BTreeMap<usize, BTreeSet<String>> {
    let text = article.text.as_str();
    let mut mentions: Vec<(Span, usize)> = reading
        .people
        .iter()
        .enumerate()
        .flat_map(|(n, p)| p.mentions.iter().map(move |m| (*m, n)))
        .collect();
    mentions.sort_unstable();
    let mut told: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for pair in mentions.windows(2) {
        let [(one, first), (two, _)] = pair else {
            continue;
        };
        let Some(between) = text.get(one.end as usize..two.begin as usize) else {
            continue;
        };
        // The longest phrase is some twenty letters.
        if between.len() > 40 || !between.contains(char::is_alphabetic) {
            continue;
        }
        let words = between.trim_matches(|c: char| !c.is_alphabetic());
        let Some(phrase) = TOLD.iter().find(|phrase| is_phrase(words, phrase)) else {
            continue;
        };
        if between.contains(['"', '“', '”']) {
            continue;
        }
        let Some(person) = reading.people.get(*first) else {
            continue;
        };
        let printed = two.of(text);
        let key = names::key(printed);
        let key = if key.contains(' ') {
            key
        } else if BIRTH.contains(phrase) {
            // Only the family name: the given names stay.
            let own = names::key(&person.name);
            match own.rsplit_once(' ') {
                Some((given, _)) => format!("{given} {key}"),
                None => continue,
            }
        } else {
            continue;
        };
        told.entry(*first).or_default().insert(key);
    }
    told
}

/// Are these the words of a phrase, in whatever case?
fn is_phrase(words: &str, phrase: &str) -> bool {
    let mut words = words.split_whitespace();
    let mut has = |word: &str| {
        words.next().is_some_and(|printed| {
            let lower = printed.chars().flat_map(char::to_lowercase);
            lower.eq(word.chars())
        })
    };
    phrase.split(' ').all(&mut has) && words.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_all_of_the_words_in_any_case() {
        assert!(is_phrase("Née", "née"));
        assert!(is_phrase("who  was\nThen", "who was then"));
        for words in ["who was", "who was then the", "now", ""] {
            assert!(!is_phrase(words, "who was then"), "{words}");
        }
    }
}
