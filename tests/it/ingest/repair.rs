//! Cases of repair as data, and properties.

use proptest::prelude::*;
use serde::Deserialize;
use whosaid::ingest::repair::repair;

#[derive(Deserialize)]
struct Suite {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    text: String,
    /// What it must become; nothing: it must stay as it is.
    expect: Option<String>,
    #[serde(default)]
    known_failure: bool,
}

fn run(suite: &str) {
    let suite: Suite = toml::from_str(suite).expect("the suite is TOML");
    for case in suite.case {
        let expect = case.expect.as_ref().unwrap_or(&case.text);
        let mended = repair(case.text.clone());
        let right = mended.text == *expect;
        assert!(
            right != case.known_failure,
            "{}: known_failure = {}\n got {}\nwant {expect}",
            case.name,
            case.known_failure,
            mended.text
        );
        let again = repair(mended.text.clone());
        assert_eq!(again.text, mended.text, "{}: again", case.name);
        if case.expect.is_none() && !case.known_failure {
            assert!(
                mended.map.is_none() && mended.repairs.is_empty(),
                "{}",
                case.name
            );
        }
    }
}

#[test]
fn in_the_wild() {
    run(include_str!("../../suite/repair/in-the-wild.toml"));
}

#[test]
fn clean_text_is_left_alone() {
    run(include_str!("../../suite/repair/negative.toml"));
}

#[test]
fn known_failures_fail() {
    run(include_str!("../../suite/repair/known-failures.toml"));
}

/// Sentences of the clean suite, to be cut and joined at will.
fn clean_sentences() -> Vec<String> {
    let suite: Suite = toml::from_str(include_str!("../../suite/repair/negative.toml"))
        .expect("the suite is TOML");
    suite.case.into_iter().map(|c| c.text).collect()
}

proptest! {
    #[test]
    fn clean_text_of_any_language_is_unchanged(picks in prop::collection::vec(any::<prop::sample::Index>(), 1..6)) {
        let sentences = clean_sentences();
        let text = picks.iter().map(|i| i.get(&sentences).as_str()).collect::<Vec<_>>().join("\n");
        let mended = repair(text.clone());
        prop_assert_eq!(mended.text, text);
        prop_assert!(mended.map.is_none());
    }

    #[test]
    fn anything_is_survived_and_leads_back(text in "[aâÂÃĂ€™œ\u{80}\u{99}\u{9d}é «».,s\n]{0,40}") {
        let mended = repair(text.clone());
        prop_assert_eq!(&repair(mended.text.clone()).text, &mended.text);
        let Some(map) = mended.map else {
            prop_assert_eq!(mended.text, text);
            return Ok(());
        };
        let mut last = 0;
        for (at, c) in mended.text.char_indices() {
            let source = map.source(whosaid::text::Span::new(at, at + c.len_utf8()));
            prop_assert!(last <= source.start && source.start < source.end);
            prop_assert!(text.get(source.start as usize..source.end as usize).is_some());
            last = source.start;
        }
        for fix in &mended.repairs {
            let source = map.source(fix.span);
            if !fix.span.is_empty() {
                prop_assert_eq!(&text[source.start as usize..source.end as usize], fix.from.as_str());
            }
        }
    }
}
