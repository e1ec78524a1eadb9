//! Names: `tests/suite/names/*.toml`.
//!
//! A case has a `text` and the names that are `expect`ed in it, in order, as `"PER Ana Ruiz"`, `"ORG …"`, `"LOC …"`.
//! With `only` a case checks no more than what those sentences are about: that these strings are (or, with a leading
//! `!`, are not) found as such; everything else in the text is left open.

use std::sync::Arc;

use proptest::prelude::*;
use serde::Deserialize;
use whosaid::extract::names::Finder;
use whosaid::extract::names::model::NamesModel;
use whosaid::extract::sentence::split;

use crate::suite::cases;

#[derive(Deserialize)]
struct Case {
    name: String,
    text: String,
    expect: Option<Vec<String>>,
    only: Option<Vec<String>>,
    #[serde(default)]
    known_failure: bool,
    #[serde(default)]
    note: String,
}

fn found(finder: &mut Finder, text: &str) -> Vec<String> {
    let tokens = split(text);
    finder
        .find(&tokens)
        .iter()
        .map(|name| {
            let span = tokens.span(name.tokens.clone());
            format!("{} {}", name.kind.code(), span.of(text))
        })
        .collect()
}

#[test]
fn names_are_found_as_the_suite_says() {
    let mut finder = Finder::default();
    let mut wrong = Vec::new();
    let (mut count, mut known) = (0, 0);
    for case in cases::<Case>("names") {
        let names = found(&mut finder, &case.text);
        let whole = case.expect.as_ref().is_none_or(|e| *e == names);
        let parts = case
            .only
            .iter()
            .flatten()
            .all(|e| match e.strip_prefix('!') {
                Some(absent) => !names.iter().any(|n| n == absent),
                None => names.contains(e),
            });
        count += 1;
        known += usize::from(case.known_failure);
        if case.known_failure == (whole && parts) {
            wrong.push(format!("{}: {names:?} {}", case.name, case.note));
        }
    }
    assert!(
        count >= 80 && known * 5 < count,
        "{count} cases, {known} known failures"
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn what_is_remembered_changes_nothing() {
    let texts = [
        "PORT SHUT AFTER STORM IN MOMBASA\nThe port of Mombasa was shut, Amina Otieno said.",
        "Amina Otieno of the Kenya Ports Authority (KPA) spoke in Mombasa.",
    ];
    let model = NamesModel::shipped().unwrap().to_bytes().unwrap();
    let mut kept = Finder::default();
    for text in texts.iter().chain(&texts) {
        let new = NamesModel::read(&model).unwrap();
        let mut fresh = Finder::with_model(Some(Arc::new(new)));
        assert_eq!(found(&mut kept, text), found(&mut fresh, text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn names_are_ordered_and_disjoint_in_any_text(text in "(\\PC|\n|Ana Ruiz|U\\.S\\.|’s|[A-Z]{3,9} ){0,60}") {
        let tokens = split(&text);
        let mut end = 0;
        for name in Finder::default().find(&tokens) {
            prop_assert!(name.tokens.start >= end && name.tokens.start < name.tokens.end);
            end = name.tokens.end;
            prop_assert!(end as usize <= tokens.tokens.len());
        }
    }
}
