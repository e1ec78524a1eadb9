//! Places: `tests/suite/places/*.toml`.
//!
//! A case has a `text`, perhaps an `outlet`, and `expect`: lines of `name -> path`, each standing for the next occurrence of the name
//! after the one before; `?` is a name that stays unresolved. The names of `expect` are what the tagger is taken to have found, unless
//! `names` lists them; `organisations` lists names of that kind. `dateline` is the path of the dateline's place, none by default;
//! `dateline_span` the words that ingest marked as one. `places` is the number of distinct places. `nested` is like `expect`, for places
//! inside the names of organisations. With `claimed`, a case is about the names that the words around make places: all names of places after
//! that, in order; `people` are names that the tagger took for people.

use serde::Deserialize;
use whosaid::article::{Article, Head};
use whosaid::extract::names::{Name, NameKind};
use whosaid::extract::places::{Places, claim, resolve};
use whosaid::extract::sentence::split;
use whosaid::extract::token::Tokens;
use whosaid::text::Span;

use crate::suite::cases;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    text: String,
    outlet: Option<String>,
    #[serde(default)]
    expect: Vec<String>,
    names: Option<Vec<String>>,
    #[serde(default)]
    organisations: Vec<String>,
    #[serde(default)]
    people: Vec<String>,
    nested: Option<Vec<String>>,
    claimed: Option<Vec<String>>,
    dateline: Option<String>,
    dateline_span: Option<String>,
    places: Option<usize>,
    #[serde(default)]
    known_failure: bool,
    #[serde(default)]
    note: String,
}

/// Spans of the next occurrence of each word after the one before.
fn occurrences<'c>(text: &str, words: impl Iterator<Item = &'c str>) -> Vec<Span> {
    let mut from = 0;
    words
        .map(|word| {
            let begin = text[from..]
                .find(word)
                .unwrap_or_else(|| panic!("{word:?} is not in {:?}", &text[from..]))
                + from;
            from = begin + word.len();
            Span::new(begin, from)
        })
        .collect()
}

fn names_of<'c>(
    tokens: &Tokens<'_>,
    words: impl Iterator<Item = &'c str>,
    kind: NameKind,
) -> Vec<Name> {
    occurrences(tokens.text, words)
        .into_iter()
        .map(|span| Name {
            tokens: tokens.under(span),
            kind,
        })
        .collect()
}

fn path_at(places: &Places, span: Span) -> String {
    let found = places
        .places
        .iter()
        .find(|place| place.mentions.iter().any(|m| m.overlaps(span)));
    match found {
        None => "no place".to_owned(),
        Some(place) if place.path.is_empty() => "?".to_owned(),
        Some(place) => place.path.join("/"),
    }
}

/// What is wrong with a case's result; empty if nothing.
fn failures(case: &Case) -> String {
    let tokens = split(&case.text);
    let expected: Vec<(&str, &str)> = case
        .expect
        .iter()
        .map(|line| line.split_once(" -> ").expect("name -> path"))
        .collect();
    let mut names = match &case.names {
        Some(names) => names_of(&tokens, names.iter().map(String::as_str), NameKind::Place),
        None => names_of(&tokens, expected.iter().map(|e| e.0), NameKind::Place),
    };
    let organisations = case.organisations.iter().map(String::as_str);
    names.extend(names_of(&tokens, organisations, NameKind::Organisation));
    let people = case.people.iter().map(String::as_str);
    names.extend(names_of(&tokens, people, NameKind::Person));
    names.sort_by_key(|name| name.tokens.start);
    if let Some(claimed) = &case.claimed {
        claim(&tokens, &mut names);
        let places: Vec<&str> = names
            .iter()
            .filter(|name| name.kind == NameKind::Place)
            .map(|name| tokens.span(name.tokens.clone()).of(&case.text))
            .collect();
        return match places == *claimed {
            true => String::new(),
            false => format!(" {places:?}"),
        };
    }
    let dateline = case.dateline_span.as_deref();
    let article = Article {
        text: case.text.clone(),
        outlet: case.outlet.clone(),
        head: Head {
            dateline: dateline.map(|words| occurrences(&case.text, [words].into_iter())[0]),
            ..Head::default()
        },
        ..Article::default()
    };
    let places = resolve(&article, &tokens, &names);
    let mut wrong = String::new();
    let spans = occurrences(&case.text, expected.iter().map(|e| e.0));
    for ((word, path), span) in expected.iter().zip(spans) {
        let found = path_at(&places, span);
        if found != *path {
            wrong += &format!(" {word}: {found};");
        }
    }
    let inside: Vec<String> = places
        .places
        .iter()
        .flat_map(|place| place.nested.iter().map(move |span| (span, place)))
        .map(|(span, place)| format!("{} -> {}", span.of(&case.text), place.path.join("/")))
        .collect();
    if case.nested.as_ref().is_some_and(|nested| *nested != inside) {
        wrong += &format!(" inside: {inside:?};");
    }
    let dateline = places
        .dateline
        .map(|at| places.places[at as usize].path.join("/"));
    if dateline != case.dateline {
        wrong += &format!(" dateline: {dateline:?};");
    }
    if case.places.is_some_and(|n| n != places.places.len()) {
        wrong += &format!(" {} places", places.places.len());
    }
    wrong
}

#[test]
fn names_mean_the_places_that_the_suite_says() {
    let mut wrong = Vec::new();
    for case in cases::<Case>("places") {
        let failure = failures(&case);
        if case.known_failure == failure.is_empty() {
            wrong.push(format!("{}:{failure} {}", case.name, case.note));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
