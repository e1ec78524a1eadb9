//! Expressions of time: `tests/suite/dates/*.toml`.
//!
//! A case has a `text`, perhaps `published`, and `expect`: every expression of the text in order, as
//! `words = value` or, where the days matter, `words = value [first..last]`; the value is `?` if it stays unresolved.

use std::fmt::Write as _;

use proptest::prelude::{any, prop, prop_assert, prop_oneof, proptest};
use proptest::strategy::{Just, Strategy};
use serde::Deserialize;
use whosaid::article::{DateMention, Head};
use whosaid::date::PartialDate;
use whosaid::extract::{dates, sentence};

use crate::suite::cases;

#[derive(Deserialize)]
struct Case {
    name: String,
    published: Option<PartialDate>,
    text: String,
    expect: Vec<String>,
    #[serde(default)]
    known_failure: bool,
    #[serde(default)]
    note: String,
}

fn find(text: &str, published: Option<PartialDate>) -> Vec<DateMention> {
    dates::find(&sentence::split(text), &Head::default(), published)
}

/// The mention as a case writes it, with days if `days`.
fn show(text: &str, date: &DateMention, days: bool) -> String {
    let value = date.value.as_deref().unwrap_or("?");
    let mut out = format!("{} = {value}", date.span.of(text));
    if let (true, Some(from), Some(to)) = (days, date.from, date.to) {
        write!(out, " [{from}..{to}]").expect("a string takes all");
    }
    out
}

#[test]
fn expressions_mean_what_the_suite_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases::<Case>("dates") {
        count += 1;
        let found = find(&case.text, case.published);
        let shown: Vec<String> = found
            .iter()
            .enumerate()
            .map(|(i, d)| {
                let days = case.expect.get(i).is_some_and(|e| e.ends_with(']'));
                show(&case.text, d, days)
            })
            .collect();
        if (shown == case.expect) == case.known_failure {
            let about = if case.known_failure {
                format!(" passes now, though: {}", case.note)
            } else {
                String::new()
            };
            wrong.push(format!(
                "{}{about}\n  text     {}\n  expected {:?}\n  found    {shown:?}",
                case.name, case.text, case.expect
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Words that expressions are made of, and some that break them.
fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        prop::sample::select(vec![
            "Nov.",
            "November",
            "May",
            "may",
            "20",
            "31",
            "29",
            "Feb.",
            "0",
            "1998",
            "2025",
            "9999",
            "0001",
            "99",
            "20th",
            "second",
            "third",
            "quarter",
            "-",
            "–",
            "last",
            "next",
            "this",
            "that",
            "same",
            "previous",
            "following",
            "year",
            "years",
            "week",
            "weeks",
            "day",
            "days",
            "month",
            "decade",
            "century",
            "weekend",
            "ago",
            "earlier",
            "later",
            "before",
            "after",
            "yesterday",
            "tomorrow",
            "Monday",
            "Sun",
            "Sat.",
            "Thursday",
            "morning",
            "night",
            "of",
            "the",
            "in",
            "a",
            "an",
            ",",
            ".",
            "(",
            ")",
            "early",
            "mid",
            "late",
            "end",
            "summer",
            "winter",
            "fiscal",
            "Q3",
            "H1",
            "half",
            "Christmas",
            "Eve",
            "Easter",
            "Election",
            "Day",
            "New",
            "Year",
            "'s",
            "’90s",
            "1990s",
            "7/8/07",
            "2025-11-20",
            "31.12.9999",
            "one",
            "two",
            "twenty",
            "nineteen",
            "ninety",
            "six",
            "from",
            "now",
            "will",
            "said",
            "\n",
            "“",
            "”",
            "é",
            "🙂",
            "each",
        ])
        .prop_map(str::to_owned),
        "[0-9]{1,9}",
        "[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}",
        any::<char>().prop_map(String::from),
    ];
    let gap = prop_oneof![4 => Just(" "), 1 => Just("")];
    prop::collection::vec((word, gap), 0..24).prop_map(|parts| {
        parts
            .into_iter()
            .fold(String::new(), |out, (word, gap)| out + &word + gap)
    })
}

fn published() -> impl Strategy<Value = Option<PartialDate>> {
    prop_oneof![
        Just(None),
        (1..=9999i32).prop_map(PartialDate::year),
        (1..=9999i32, 1..=12u32).prop_map(|(y, m)| PartialDate::month(y, m)),
        (
            prop_oneof![Just(1), Just(9999), 1..=9999i32],
            1..=12u32,
            1..=31u32
        )
            .prop_map(|(y, m, d)| PartialDate::day(y, m, d)),
    ]
}

/// Is it ISO 8601 as [`DateMention::value`] promises?
fn is_iso(value: &str) -> bool {
    let single = |v: &str| {
        v.parse::<PartialDate>().is_ok()
            || v.split_once("-W").is_some_and(|(y, w)| {
                y.len() == 4
                    && w.len() == 2
                    && w.parse::<u32>().is_ok_and(|w| (1..=53).contains(&w))
            })
            || v.split_once("-Q")
                .is_some_and(|(y, q)| y.len() == 4 && matches!(q, "1" | "2" | "3" | "4"))
    };
    match value.split_once('/') {
        Some((from, to)) => {
            from.parse::<PartialDate>().is_ok() && to.parse::<PartialDate>().is_ok()
        }
        None => single(value),
    }
}

proptest! {
    #[test]
    fn whatever_the_text_and_the_year(text in text(), published in published()) {
        let found = find(&text, published);
        let mut last_end = 0;
        for date in &found {
            prop_assert!(!date.span.of(&text).is_empty(), "{:?} off the characters of {text:?}", date.span);
            prop_assert!(date.span.begin >= last_end, "{:?} overlaps in {text:?}", date.span);
            last_end = date.span.end;
            prop_assert!(date.from <= date.to, "{date:?}");
            if let Some(value) = &date.value {
                prop_assert!(is_iso(value), "{value}");
            } else {
                prop_assert!(date.from.is_none() && date.to.is_none());
            }
        }
        // metadata moves values, not expressions
        let bare = find(&text, None);
        prop_assert!(bare.iter().map(|d| d.span).eq(found.iter().map(|d| d.span)));
    }
}
