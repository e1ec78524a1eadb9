//! What is built on search: checking a quotation, a person, exports.

use whosaid::search::export::{Exporter, Format, Provenance, csv_row};
use whosaid::search::{Depth, Hit, Op, Request, Searcher, Verdict};

use crate::build::{Article1, Said1, index};
use crate::search::corpus;

fn articles() -> Vec<Article1<'static>> {
    let mut articles = corpus();
    articles.push(Article1 {
        id: "long",
        title: "A long speech",
        outlet: "Lantern",
        published: "2025-12-01",
        statements: vec![
            Said1 {
                speaker: "Ben Okafor",
                kind: whosaid::article::Kind::Direct,
                content: "We will build three ferries. They will be quiet, and the old pier will stay open all winter for the anglers. Thank you.",
                ..Said1::default()
            },
            Said1 {
                speaker: "Mia Stone",
                kind: whosaid::article::Kind::Indirect,
                content: "the budget would not be ready before the summer holidays",
                ..Said1::default()
            },
        ],
        ..Article1::default()
    });
    articles
}

#[test]
fn a_quotation_is_checked() {
    let dir = index(&articles());
    let searcher = Searcher::open(dir.path()).unwrap();
    let verdict = |quote: &str, speaker| searcher.check(quote, speaker).unwrap().verdict;
    let whole = "They will be quiet, and the old pier will stay open all winter for the anglers.";
    assert_eq!(verdict(whole, None), Verdict::Verbatim);
    assert_eq!(
        verdict(&format!("“{}”", whole.to_uppercase()), Some("Okafor")),
        Verdict::Verbatim
    );
    assert_eq!(verdict(whole, Some("Mayor Ben Okafor")), Verdict::Verbatim);
    assert_eq!(verdict(whole, Some("Ana Ruiz")), Verdict::OtherSpeaker);
    assert_eq!(
        verdict("the old pier will stay open all winter", None),
        Verdict::Truncated
    );
    assert_eq!(
        verdict(
            "We will build three ferries … the old pier will stay open",
            None
        ),
        Verdict::Truncated
    );
    let changed = "They will be quiet, and the new pier will stay open all winter for the anglers.";
    let checked = searcher.check(changed, Some("okafor")).unwrap();
    assert_eq!(checked.verdict, Verdict::Altered);
    let diff: Vec<_> = checked.sources[0]
        .diff
        .iter()
        .map(|c| (c.op, c.text.as_str()))
        .collect();
    assert!(
        diff.contains(&(Op::Pasted, "new")) && diff.contains(&(Op::Printed, "old")),
        "{diff:?}"
    );
    assert_eq!(
        verdict(
            "The budget would not be ready before the summer holidays",
            None
        ),
        Verdict::OnlyIndirect
    );
    assert_eq!(
        verdict("Nobody expected the lighthouse to move", None),
        Verdict::NotFound
    );
    assert_eq!(verdict("", None), Verdict::NotFound);
    assert_eq!(
        verdict(&"ferries ".repeat(100_000), None),
        Verdict::NotFound
    );
}

#[test]
fn a_person_has_a_page() {
    let dir = index(&articles());
    let searcher = Searcher::open(dir.path()).unwrap();
    let today = "2025-12-03".parse().unwrap();
    let view = searcher
        .person("Stavnytsky", today, Depth::default())
        .unwrap()
        .unwrap();
    assert_eq!(view.statements, 2);
    assert_eq!(view.spellings.len(), 2);
    let roles: Vec<_> = view.roles.iter().map(|r| r.role.as_str()).collect();
    assert_eq!(roles, ["President", "Ukrainian president"]);
    let months: Vec<_> = view
        .months
        .iter()
        .map(|m| (m.value.as_str(), m.count))
        .collect();
    assert_eq!(months, [("2025-11", 1), ("2025-12", 1)]);
    let view = searcher
        .person("ruiz", today, Depth::default())
        .unwrap()
        .unwrap();
    assert_eq!(
        (view.name.as_str(), view.statements, view.repeated.len()),
        ("Ana Ruiz", 2, 1)
    );
    assert_eq!(view.namesakes[0].name, "Alba Ruiz");
    assert!(
        searcher
            .person("Nobody", today, Depth::default())
            .unwrap()
            .is_none()
    );
    assert!(
        searcher
            .person("'!", today, Depth::default())
            .unwrap()
            .is_none()
    );
}

#[test]
fn every_format_holds_every_hit() {
    let dir = index(&articles());
    let searcher = Searcher::open(dir.path()).unwrap();
    let request = Request {
        copies: true,
        ..Request::default()
    };
    for format in Format::ALL {
        let provenance = Provenance {
            query: "harbour OR -port".parse().unwrap(),
            filters: Vec::new(),
            total: 10,
            index_generation: 7,
            day: "2025-12-03".parse().unwrap(),
        };
        let mut out = Vec::new();
        let mut exporter = Exporter::begin(&mut out, *format, provenance).unwrap();
        let total = searcher
            .each(&request, |hit| {
                if let Hit::Statement(statement) = hit {
                    exporter.write(&statement).unwrap();
                }
                true
            })
            .unwrap();
        assert_eq!((total, exporter.finish().unwrap()), (10, 10));
        let text = String::from_utf8(out).unwrap();
        // However a format escapes, the words are there.
        assert!(text.contains("quiet, and the old pier"), "{text}");
        assert!(text.contains("harbour"), "{text}");
        match format {
            Format::Jsonl => assert_eq!(
                text.lines()
                    .filter(|l| serde_json::from_str::<serde_json::Value>(l).is_ok())
                    .count(),
                11
            ),
            Format::CslJson | Format::SchemaOrg => {
                serde_json::from_str::<serde_json::Value>(&text).unwrap();
            }
            Format::Csv => assert_eq!(text.matches("\r\n").count(), 11),
            Format::Ris => assert_eq!(text.matches("ER  - ").count(), 10),
            Format::BibTex => assert_eq!(text.matches("@misc{").count(), 10),
            Format::Markdown => assert_eq!(text.matches("> — ").count(), 10),
            Format::Atom => assert_eq!(text.matches("<entry>").count(), 10),
        }
    }
}

#[test]
fn cells_are_no_formulas() {
    let mut out = Vec::new();
    let cells = [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "\tx",
        "a,b",
        "say \"no\"",
        "two\nlines",
        "plain",
    ];
    csv_row(&mut out, cells.into_iter()).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "\"'=1+1\",\"'+1\",\"'-1\",\"'@x\",\"'\tx\",\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",plain\r\n"
    );
}
