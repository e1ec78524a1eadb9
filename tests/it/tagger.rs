//! The statement tagger with the built-in model: suite of cases, and what must hold for any text.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde::Deserialize;
use whosaid::extract::tagger::{Attribution, Tagger};
use whosaid::extract::{Options, quotes, sentence};

#[derive(Deserialize)]
struct Suite {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    text: String,
    expect: Vec<Expected>,
    #[serde(default)]
    known_failure: bool,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Expected {
    content: String,
    cue: String,
    source: String,
}

fn read(text: &str, options: Options) -> Vec<Attribution> {
    let tokens = sentence::split(text);
    let regions = quotes::regions(&tokens);
    Tagger::default().attributions(&tokens, &regions, options)
}

/// Without punctuation at the ends: whether a comma belongs to the content is nobody's concern.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric())
}

fn shown(text: &str) -> Vec<Expected> {
    let tokens = sentence::split(text);
    let words = |ranges: &[std::ops::Range<u32>]| {
        let spans: Vec<&str> = ranges
            .iter()
            .map(|r| trimmed(tokens.span(r.clone()).of(text)))
            .collect();
        spans.join(" | ")
    };
    read(text, Options::default())
        .iter()
        .map(|a| Expected {
            content: words(&a.content),
            cue: words(&a.cue),
            source: words(&a.source),
        })
        .collect()
}

#[test]
fn suite() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/tagger");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let suite: Suite = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for case in suite.case {
            let expect: Vec<Expected> = case
                .expect
                .iter()
                .map(|e| Expected {
                    content: e
                        .content
                        .split(" | ")
                        .map(trimmed)
                        .collect::<Vec<_>>()
                        .join(" | "),
                    cue: e.cue.clone(),
                    source: e.source.clone(),
                })
                .collect();
            let passes = shown(&case.text) == expect;
            assert_eq!(
                passes,
                !case.known_failure,
                "{}: {:?}",
                case.name,
                shown(&case.text)
            );
        }
    }
}

#[test]
fn precision_trades_for_recall() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/courier");
    let mut counts = [0; 3];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        for (count, precision) in counts.iter_mut().zip([-2.0, 0.0, 2.0]) {
            let options = Options {
                precision,
                ..Options::default()
            };
            *count += read(&text, options).len();
        }
    }
    assert!(counts[0] > counts[1] && counts[1] > counts[2], "{counts:?}");
}

/// Pieces that make odd quotations, paragraphs and attributions.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("“".to_owned()),
        Just("”".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("\n".to_owned()),
        Just(" said ".to_owned()),
        Just(" Ruiz ".to_owned()),
        Just(", ".to_owned()),
        Just(". ".to_owned()),
        Just("-".to_owned()),
        Just(" that it was over ".to_owned()),
        "\\PC{0,6}",
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ranges_are_sound_and_repeat(text in text(), fast in any::<bool>()) {
        let options = Options { fast, ..Options::default() };
        let tokens = sentence::split(&text).tokens.len() as u32;
        let all = read(&text, options);
        for a in &all {
            for ranges in [&a.content, &a.cue, &a.source] {
                prop_assert!(ranges.iter().all(|r| r.start < r.end && r.end <= tokens));
                prop_assert!(ranges.windows(2).all(|w| w[0].end <= w[1].start));
            }
            prop_assert!(!a.cue.is_empty());
            prop_assert!((0.0..=1.0).contains(&a.score));
        }
        prop_assert_eq!(all, read(&text, options));
    }
}
