//! Checking quotations, case by case.

use serde::Deserialize;
use whosaid::article::Kind;
use whosaid::search::{Op, Searcher};

use crate::build::{Article1, Said1, index};

fn articles() -> Vec<Article1<'static>> {
    let said = |speaker, kind, content| Said1 {
        speaker,
        kind,
        content,
        ..Said1::default()
    };
    vec![
        Article1 {
            id: "ferry",
            title: "Night ferry will return",
            outlet: "Courier",
            published: "2025-11-20",
            statements: vec![
                said(
                    "Ilse Brandt",
                    Kind::Direct,
                    "The night ferry will run again before Easter. I have promised it, and I keep what I promise. Ask my daughter.",
                ),
                said(
                    "Konrad Brandt",
                    Kind::Direct,
                    "A ferry is a promise you make every forty minutes",
                ),
                said(
                    "Konrad Brandt",
                    Kind::Direct,
                    "If the second vessel is not refitted by March, then we will have a promise and no ferry",
                ),
                said(
                    "",
                    Kind::Direct,
                    "We heard the wall crack before we saw the water come over it",
                ),
            ],
            ..Article1::default()
        },
        Article1 {
            id: "tunnel",
            title: "The tunnel that was always nearly finished",
            outlet: "Dispatch",
            published: "2025-12-01",
            statements: vec![
                said(
                    "Mercy Jelagat",
                    Kind::Indirect,
                    "the tunnel would not be finished before the long rains of next year",
                ),
                said(
                    "Samuel Otieno",
                    Kind::Mixed,
                    "the survey was “a shopping list with a map attached” and should be thrown away",
                ),
                said(
                    "Oleh Stavnytskyy",
                    Kind::Direct,
                    "Lasting peace is not a paper, it’s a habit, and habits are learned by people who are tired of being brave",
                ),
            ],
            ..Article1::default()
        },
    ]
}

#[derive(Deserialize)]
struct Suite {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    quote: String,
    speaker: Option<String>,
    verdict: String,
    /// Speaker of the best source.
    by: Option<String>,
    /// `[-pasted-] {+printed+}` of the best source.
    diff: Option<String>,
}

#[test]
fn verdicts_are_as_the_suite_says() {
    let dir = index(&articles());
    let searcher = Searcher::open(dir.path()).unwrap();
    let text = include_str!("../suite/check/cases.toml");
    let suite: Suite = toml::from_str(text).unwrap();
    let mut failures = Vec::new();
    for case in suite.case {
        let checked = searcher
            .check(&case.quote, case.speaker.as_deref())
            .unwrap();
        let best = checked.sources.first();
        let by = best.and_then(|b| b.statement.speaker.name.clone());
        let parts: Vec<String> = best
            .map(|b| b.diff.as_slice())
            .unwrap_or_default()
            .iter()
            .map(|change| match change.op {
                Op::Same => change.text.clone(),
                Op::Pasted => format!("[-{}-]", change.text),
                Op::Printed => format!("{{+{}+}}", change.text),
            })
            .collect();
        let diff = parts.join(" ");
        let right = checked.verdict.to_string() == case.verdict
            && (case.by.is_none() || case.by == by)
            && case.diff.as_ref().is_none_or(|d| *d == diff);
        if !right {
            failures.push(format!(
                "{}: {} by {by:?}: {diff}",
                case.name, checked.verdict
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
