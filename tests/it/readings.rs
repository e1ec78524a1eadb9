//! Whole readings with the built-in models: `tests/suite/readings/*.toml`.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use whosaid::article::{Article, Published, PublishedFrom, Reading, Statement};
use whosaid::date::PartialDate;
use whosaid::extract::{Options, Reader};
use whosaid::text::Span;

#[derive(Deserialize)]
struct Suite {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    text: String,
    published: Option<PartialDate>,
    expect: Vec<String>,
    #[serde(default)]
    known_failure: bool,
    #[serde(default)]
    note: String,
}

/// A statement as a line of the suite.
fn line(text: &str, s: &Statement) -> String {
    let words = |spans: &[Span]| {
        let parts: Vec<&str> = spans
            .iter()
            .map(|s| s.of(text).trim_matches(|c: char| !c.is_alphanumeric()))
            .collect();
        parts.join(" … ")
    };
    let content = words(&s.content);
    let printed = words(&s.source);
    let name = s.speaker.name.as_deref().unwrap_or(&printed);
    let mut out = format!("{} {} {} {name}", s.kind, s.stance, s.speaker.kind);
    if let Some(whom) = &s.speaker.on_behalf_of {
        let _ = write!(out, " for {whom}");
    }
    for (before, span) in [("to", s.addressee), ("via", s.medium)] {
        if let Some(span) = span {
            let _ = write!(out, " {before} {}", span.of(text));
        }
    }
    if let Some(day) = s.said.as_ref().and_then(|said| said.value.as_deref()) {
        let _ = write!(out, " said {day}");
    }
    if let Some(within) = s.within {
        let _ = write!(out, " within {}", within + 1);
    }
    let _ = write!(out, ": {content}");
    out
}

fn lines(case: &Case) -> Vec<String> {
    let article = Article {
        text: case.text.clone(),
        published: case.published.map(|date| Published {
            date,
            from: PublishedFrom::Metadata,
        }),
        ..Article::default()
    };
    let Reading { statements, .. } = Reader::new(Options::default()).read(&article);
    statements.iter().map(|s| line(&case.text, s)).collect()
}

#[test]
fn what_was_read_before_changes_nothing() {
    let short = "“The ferry is late,” Amina Otieno said on Monday. Ruiz denied it.\n";
    let texts = [short.to_owned(), short.repeat(400), short.to_owned()];
    let mut kept = Reader::new(Options::default());
    for text in texts {
        let article = Article {
            text,
            ..Article::default()
        };
        let (kept, fresh) = (
            kept.read(&article),
            Reader::new(Options::default()).read(&article),
        );
        assert!(!fresh.statements.is_empty());
        assert!(format!("{kept:?}") == format!("{fresh:?}"));
    }
}

#[test]
fn readings_are_what_the_suite_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/readings");
    let mut wrong = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let suite: Suite =
            toml::from_str(&fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
        for case in suite.case {
            let found = lines(&case);
            if (found == case.expect) == case.known_failure {
                let _ = writeln!(
                    wrong,
                    "{} {}\n  expected {:#?}\n  found    {found:#?}",
                    case.name,
                    if case.known_failure { "passes now" } else { "" },
                    case.expect
                );
            }
            assert_eq!(case.known_failure, !case.note.is_empty(), "{}", case.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
