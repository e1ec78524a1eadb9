//! Tokens and sentences: `tests/suite/token/*.toml`.
//!
//! A case has a `text` and either `tokens` (the words, separated by blanks; `¦` for a token that holds a blank never
//! happens, so blanks are safe) or `sentences`.

use serde::Deserialize;
use whosaid::extract::sentence::split;

use crate::suite::cases;

#[derive(Deserialize)]
struct Case {
    name: String,
    text: String,
    tokens: Option<String>,
    sentences: Option<Vec<String>>,
    #[serde(default)]
    known_failure: bool,
    #[serde(default)]
    note: String,
}

#[test]
fn texts_are_cut_as_the_suite_says() {
    let mut wrong = Vec::new();
    for case in cases::<Case>("token") {
        let tokens = split(&case.text);
        let words: Vec<&str> = (0..tokens.tokens.len() as u32)
            .map(|i| tokens.word(i))
            .collect();
        let sentences: Vec<&str> = tokens
            .sentences
            .iter()
            .map(|r| tokens.span(r.clone()).of(&case.text))
            .collect();
        let mut failure = String::new();
        if let Some(expected) = &case.tokens
            && words.join(" ") != *expected
        {
            failure = format!("tokens {}", words.join(" "));
        }
        if let Some(expected) = &case.sentences
            && sentences != *expected
        {
            failure = format!("sentences {sentences:?}");
        }
        if case.known_failure == failure.is_empty() {
            wrong.push(format!("{}: {failure} {}", case.name, case.note));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
