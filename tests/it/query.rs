//! The query language, case by case.

use serde::Deserialize;
use whosaid::search::query::{Query, QueryError};

use crate::suite::cases;

#[derive(Deserialize)]
struct Case {
    name: String,
    /// What is typed, repeated so many times.
    query: String,
    #[serde(default = "one")]
    times: usize,
    /// How it prints once read.
    #[serde(default)]
    reads: Option<String>,
    /// Part of the error.
    #[serde(default)]
    error: Option<String>,
    /// Parts of the warnings, in order.
    #[serde(default)]
    warns: Vec<String>,
}

fn one() -> usize {
    1
}

#[test]
fn reads_as_the_suite_says() {
    let mut failures = Vec::new();
    for case in cases::<Case>("query") {
        let typed = case.query.repeat(case.times);
        let result: Result<_, QueryError> = Query::read(&typed);
        let (reads, error, warns) = match &result {
            Ok(parsed) => (
                Some(parsed.query.to_string()),
                None,
                parsed
                    .warnings
                    .iter()
                    .map(|w| format!("{} {:?}", w.message, w.suggestion))
                    .collect(),
            ),
            Err(e) => (None, Some(e.to_string()), Vec::new()),
        };
        let as_warned = warns.len() == case.warns.len()
            && warns
                .iter()
                .zip(&case.warns)
                .all(|(w, part)| w.contains(part));
        let as_failed = match (&error, &case.error) {
            (None, None) => true,
            (Some(e), Some(part)) => e.contains(part),
            _ => false,
        };
        if reads != case.reads || !as_failed || !as_warned {
            failures.push(format!("{}: {reads:?} {error:?} {warns:?}", case.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
