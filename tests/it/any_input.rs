//! The entry points of `fuzz/` with what proptest thinks of: whatever comes in, nothing panics and nothing is lost unsaid.

use std::ops::ControlFlow;

use proptest::prelude::*;
use whosaid::corrections::Log;
use whosaid::ingest::{self, Format, Item, Options, Source};
use whosaid::text::Span;

/// Bytes that look like something: random ones, and pieces of what formats are made of.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "{\"text\": \"",
        "\"}",
        "\n",
        "\r\n\r\n",
        "<item>",
        "</item>",
        "<p>",
        "<![CDATA[",
        "]]>",
        "&#x1F600;",
        "From a\n",
        "Subject: =?utf-8?q?x?=\n",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
        "WARC/1.0\r\n",
        "Content-Length: 9\r\n",
        "title,text\n",
        "\"",
        "---\n",
        "PK\u{3}\u{4}",
        "é",
        "“No,” she said.",
        "\u{feff}",
        "\0",
        "<nitf><body>",
        "<newsItem>",
        "<rss><channel>",
        "[",
        "]",
        "{",
        "}",
        ",",
        "20 November 2025",
        "© 2025 The ",
    ]);
    let part = prop_oneof![
        4 => pieces.prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn as_any_format(bytes in bytes(), which in 0..=Format::ALL.len()) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("input");
        std::fs::write(&path, &bytes).unwrap();
        let mut source = Source::named(path);
        source.bytes = Some(bytes.len() as u64);
        source.format = Format::ALL.get(which).copied();
        let mut heard = 0;
        ingest::read(&source, &Options::default(), &mut |item| {
            heard += 1;
            if let Item::Article(article) = item {
                let whole = article.map.source(Span::new(0, article.text.len()));
                assert!(whole.start <= whole.end && whole.end <= bytes.len() as u64);
                assert!(article.text.is_char_boundary(article.head.body as usize));
            }
            ControlFlow::Continue(())
        });
        prop_assert!(heard > 0);
    }

    #[test]
    fn as_a_log_of_corrections(lines in prop::collection::vec(prop_oneof![
        "\\{\"id\":[0-9]{1,2},\"action\":\"(undo|merge|apart)\",\"(entry|names)\":(3|\\[\"a\",\"b\"\\])\\}",
        "[ -~é]{0,40}",
    ], 0..20)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        std::fs::write(&path, lines.join("\n")).unwrap();
        let log = Log::read(&path).unwrap();
        let spoken = lines.iter().filter(|l| !l.trim().is_empty()).count();
        prop_assert_eq!(log.entries().len() + log.faults().len(), spoken);
        prop_assert!(log.in_force().count() <= log.entries().len());
    }
}
