//! Statements found by rule: `tests/suite/statements/*.toml`, and what the three suites of people, speakers and
//! statements share.
//!
//! `expect` is every statement as a line `KIND SOURCE | CUE | CONTENT`, the spans of one role joined by ` … `.

use proptest::prelude::{prop_assert, proptest};
use serde::Deserialize;
use whosaid::article::{Article, Place, Statement};
use whosaid::date::PartialDate;
use whosaid::extract::names::{Name, NameKind};
use whosaid::extract::people::{self, People};
use whosaid::extract::places::Places;
use whosaid::extract::{Options, Reader, dates, lexicon, quotes, rules, sentence, speakers};
use whosaid::text::Span;

use crate::suite::cases;

/// What a case gives.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Given {
    pub(crate) text: String,
    published: Option<PartialDate>,
    #[serde(default)]
    byline: Vec<String>,
    #[serde(default)]
    people: Vec<String>,
    #[serde(default)]
    organisations: Vec<String>,
    #[serde(default)]
    places: Vec<String>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(flatten)]
    given: Given,
    expect: Vec<String>,
    #[serde(default)]
    known_failure: bool,
    #[serde(default)]
    note: String,
}

/// What the layers make of a case.
pub(crate) struct Read {
    pub(crate) people: People,
    pub(crate) places: Places,
    pub(crate) statements: Vec<Statement>,
}

/// Every place where the words stand as whole words, longest names first where they overlap.
fn names(given: &Given, tokens: &whosaid::extract::token::Tokens<'_>) -> Vec<Name> {
    let lists = [
        (&given.people, NameKind::Person),
        (&given.organisations, NameKind::Organisation),
        (&given.places, NameKind::Place),
    ];
    let mut all: Vec<(Span, NameKind)> = Vec::new();
    for (list, kind) in lists {
        for name in list {
            all.extend(
                given
                    .text
                    .match_indices(name.as_str())
                    .map(|(at, _)| (Span::new(at, at + name.len()), kind)),
            );
        }
    }
    all.sort_by_key(|(span, _)| (std::cmp::Reverse(span.len()), span.begin));
    let mut taken: Vec<(Span, NameKind)> = Vec::new();
    for (span, kind) in all {
        if !taken.iter().any(|(t, _)| t.overlaps(span)) {
            taken.push((span, kind));
        }
    }
    taken.sort_by_key(|(span, _)| span.begin);
    taken
        .into_iter()
        .map(|(span, kind)| Name {
            tokens: tokens.under(span),
            kind,
        })
        .collect()
}

/// Runs the layers of people, rules and speakers over the names of the case.
pub(crate) fn read(given: &Given) -> Read {
    let article = Article {
        text: given.text.clone(),
        byline: given.byline.clone(),
        ..Article::default()
    };
    let tokens = sentence::split(&given.text);
    let marks = lexicon::marks(&tokens);
    let quotes = quotes::regions(&tokens);
    let names = names(given, &tokens);
    let mut places = Places::default();
    for name in &given.places {
        places.places.push(Place {
            name: name.clone(),
            mentions: given
                .text
                .match_indices(name.as_str())
                .map(|(at, _)| Span::new(at, at + name.len()))
                .collect(),
            ..Place::default()
        });
    }
    let dates = dates::find(&tokens, &article.head, given.published);
    let mut people = people::resolve(&tokens, &marks, &quotes, &names);
    let known = speakers::Known {
        article: &article,
        tokens: &tokens,
        marks: &marks,
        quotes: &quotes,
        people: &people,
        places: &places,
        dates: &dates,
    };
    let found = rules::attributions(&tokens, &marks, &quotes, &names);
    let statements = speakers::resolve(known, found);
    people.note_first_person(&tokens, &marks, &quotes, &statements);
    Read {
        people,
        places,
        statements,
    }
}

/// Runs every case of a suite; fails with all that differ, a known failure that passes among them.
pub(crate) fn check(suite: &str, lines: impl Fn(&Given) -> Vec<String>) {
    let mut wrong = Vec::new();
    for case in cases::<Case>(suite) {
        let found = lines(&case.given);
        if (found == case.expect) == case.known_failure {
            let about = if case.known_failure {
                format!(" passes now, though: {}", case.note)
            } else {
                String::new()
            };
            wrong.push(format!(
                "{}{about}\n  text     {}\n  expected {:#?}\n  found    {found:#?}",
                case.name, case.given.text, case.expect
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The statements of a case with their words, as lines.
fn statements(given: &Given) -> Vec<String> {
    let text = given.text.as_str();
    let join = |spans: &[Span]| {
        let words: Vec<&str> = spans.iter().map(|s| s.of(text)).collect();
        words.join(" … ").replace('\n', " / ")
    };
    read(given)
        .statements
        .iter()
        .map(|s| {
            format!(
                "{} {} | {} | {}",
                s.kind,
                join(&s.source),
                join(&s.cue),
                join(&s.content)
            )
        })
        .collect()
}

#[test]
fn rules_find_what_the_suite_says() {
    check("statements", statements);
}

#[test]
fn words_under_a_label_hold_the_statements_in_them() {
    let text = "Q: Did your board agree?\n\nA: No. One director said, “Nobody films a lift.” I told him that this was the point.\n\n\
        Q: Ana Ruiz said in May that she was sorry. Was she?\n\nA: She was.\n";
    let article = Article {
        text: text.to_owned(),
        byline: vec!["Rin Kawabata".to_owned()],
        ..Article::default()
    };
    let reading = Reader::new(Options::default()).read(&article);
    let show = |spans: &[Span]| {
        spans
            .iter()
            .map(|s| s.of(text))
            .collect::<Vec<_>>()
            .join(" … ")
    };
    let find = |cue: &str, source: &str| {
        let same = |s: &&Statement| show(&s.cue).starts_with(cue) && show(&s.source) == source;
        let found = reading.statements.iter().find(same);
        found.unwrap_or_else(|| panic!("{source} {cue}: {:#?}", reading.statements))
    };
    let answer = find("", "A");
    assert!(show(&answer.content).starts_with("No. One director"));
    let question = find("", "Q");
    assert_eq!(question.speaker.name.as_deref(), Some("Rin Kawabata"));
    let inner = find("told", "I");
    let outer = &reading.statements[inner.within.expect("it is within the answer") as usize];
    assert_eq!(outer, answer);
    assert_ne!(inner.speaker.name.as_deref(), Some("Rin Kawabata"));
    assert_eq!(
        find("said", "Ana Ruiz").speaker.name.as_deref(),
        Some("Ana Ruiz")
    );
}

proptest! {
    /// Whatever the text, reading ends, every span lies on characters of it, and nothing is within itself.
    #[test]
    fn reading_never_fails(text in "[A-Za-z .,:\n“”\"'’—-]{0,200}|( ?(said|Ruiz|he|“|”|according|to|that|declined|comment|Mr\\.|the|mayor|,|\\.|\n|Q:|From|who|—)){0,60}") {
        let article = Article { text: text.clone(), ..Article::default() };
        let reading = Reader::new(Options::default()).read(&article);
        for (i, s) in reading.statements.iter().enumerate() {
            for span in s.content.iter().chain(&s.cue).chain(&s.source) {
                prop_assert!(!span.of(&text).is_empty());
            }
            prop_assert!(s.within != Some(i as u32));
            prop_assert!((0.0..=1.0).contains(&s.confidence));
        }
    }
}
