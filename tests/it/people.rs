//! People and organisations: `tests/suite/people/*.toml`.
//!
//! A case gives the names that the layer before would find, so that it tests this layer alone. `expect` is every
//! person and organisation as a line: `NAME [ROLE]: mentions | pronouns and nominals`, `?` and the other's name where
//! the last mention is ambiguous.

use crate::statements::{Given, check, read};

#[test]
fn names_and_pronouns_are_clustered_as_the_suite_says() {
    check("people", people);
}

/// The people and organisations of a case, as lines.
pub(crate) fn people(given: &Given) -> Vec<String> {
    let read = read(given);
    let text = given.text.as_str();
    let words = |spans: &[whosaid::text::Span]| {
        let words: Vec<&str> = spans.iter().map(|s| s.of(text)).collect();
        words.join(", ")
    };
    let mut lines = Vec::new();
    for person in &read.people.people {
        let mut line = person.name.clone();
        if let Some(role) = &person.role {
            line += &format!(" [{role}]");
        }
        line += &format!(": {}", words(&person.mentions));
        if !person.coreferences.is_empty() {
            line += &format!(" | {}", words(&person.coreferences));
        }
        for &other in &person.ambiguous_with {
            line += &format!(" ? {}", read.people.people[other as usize].name);
        }
        lines.push(line);
    }
    for organisation in &read.people.organisations {
        let mut line = format!("{}: {}", organisation.name, words(&organisation.mentions));
        if !organisation.coreferences.is_empty() {
            line += &format!(" | {}", words(&organisation.coreferences));
        }
        lines.push(line);
    }
    lines
}
