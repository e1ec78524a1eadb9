//! The scorer against figures reckoned by another implementation, in Python: `tests/suite/eval/`.

use std::fs;
use std::path::{Path, PathBuf};

use whosaid::eval::rankings::{Hit, Rankings};
use whosaid::eval::{Gold, Prediction, Report, score};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/suite/eval")
        .join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(file(name)).expect("the suite is part of the repository")
}

fn report(misses: usize) -> Report {
    let gold = Gold::from_jsonl(&read("gold.jsonl")).expect("well-formed gold");
    let predicted =
        Prediction::from_jsonl(&read("predicted.jsonl")).expect("well-formed predictions");
    score(&gold, &predicted, misses)
}

/// White space as single blanks.
fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn agrees_with_the_other_implementation() {
    let printed = report(0).to_string();
    let lines: Vec<String> = printed.lines().map(words).collect();
    for expected in read("expected.txt").lines().map(words) {
        assert!(
            lines.iter().any(|line| line.starts_with(&expected)),
            "`{expected}` is not in\n{printed}"
        );
    }
}

#[test]
fn compares_the_fields_of_statements_found() {
    let report = report(0);
    let statements = report.statements.expect("gold has statements");
    assert_eq!((statements.speaker.hits, statements.speaker.of), (3, 5));
    assert_eq!(
        (statements.speaker_named.hits, statements.speaker_named.of),
        (2, 2)
    );
    assert_eq!((statements.stance.hits, statements.stance.of), (4, 5));
    assert_eq!(statements.said_on.hits, 1);
    assert_eq!(statements.refusals.gold, 1);
    assert_eq!(statements.speakers.counts["role"]["named"], 1);
    assert_eq!(statements.speakers.counts["named"]["missed"], 2);
}

#[test]
fn keeps_so_many_misses_a_layer() {
    assert!(report(0).misses.is_empty());
    let count = |limit: usize, layer: &str, spurious: bool| {
        report(limit)
            .misses
            .iter()
            .filter(|m| m.layer == layer && m.spurious == spurious)
            .count()
    };
    assert_eq!(count(1, "statement", false), 1);
    assert_eq!(count(9, "statement", false), 3);
    assert_eq!(count(9, "statement", true), 2);
    assert_eq!(count(9, "place", false), 1);
}

#[test]
fn a_table_has_a_row_for_every_figure() {
    let table = report(0).markdown();
    assert!(table.starts_with("| | precision | recall | F1 | gold |\n|---|"));
    assert!(table.contains("\n| statement said | 71.4 | 62.5 | 66.7 | 8 |\n"));
    assert!(table.contains("\n| kind recall mixed | | 100.0 | | 2 |\n"));
    assert!(table.contains("\n| role | 1 | 0 |"));
}

#[test]
fn a_span_inside_a_character_is_refused_with_its_line() {
    let bad =
        "\n{\"id\": \"a\", \"text\": \"é\", \"dates\": [{\"span\": [0, 1], \"value\": null}]}";
    let error = Prediction::from_jsonl(bad).expect_err("byte 1 is inside é");
    assert!(
        error.to_string().starts_with("line 2: a: span [0, 1]"),
        "{error}"
    );
}

#[test]
fn rankings_are_judged_by_article_and_words() {
    let rankings = Rankings::from_toml(
        r#"
        [[ranking]]
        query = "ferry"
        expect = [{ article = "b", says = "never again" }, { article = "c", says = "gone" }]
        [[ranking]]
        query = "bad"
        expect = [{ article = "b", says = "x" }]
        "#,
    )
    .expect("well-formed rankings");
    let hit = |article: &str, content: &str| Hit {
        article: article.to_owned(),
        content: content.to_owned(),
    };
    let report = rankings.run(|query| match query {
        "ferry" => Ok(vec![
            hit("a", "never again"),
            hit("b", "“Never,\nnever  again”"),
        ]),
        _ => Err("no such field"),
    });
    assert!((report.mean_reciprocal_rank() - 0.25).abs() < 1e-9);
    assert!((report.recall() - 0.25).abs() < 1e-9);
    let printed = report.to_string();
    assert!(printed.contains("missing  ferry | c | gone"));
    assert!(printed.contains("failed  bad | no such field"));
}
