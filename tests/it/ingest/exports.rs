//! What databases, services and old programs hand out: envelopes of JSON, tables with names of their own, many articles
//! in one text.

use std::fs;

use whosaid::article::{Article, Skipped};
use whosaid::ingest::{Field, Options, Source};
use whosaid::text::Span;

use super::read_all;

const FERRY: &str =
    "The night ferry will sail again, said Ilse Example.\\n\\n“It is late,” she said.";

fn read(name: &str, content: impl AsRef<[u8]>) -> (Vec<Article>, Vec<Skipped>) {
    read_with(name, content, &Options::default())
}

fn read_with(
    name: &str,
    content: impl AsRef<[u8]>,
    options: &Options,
) -> (Vec<Article>, Vec<Skipped>) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join(name);
    fs::write(&path, content).expect("files can be written");
    read_all(&Source::named(path), options)
}

/// One article as a line: title, byline, date, outlet and address.
fn line(article: &Article) -> String {
    let date = article.published.map(|p| p.date.to_string());
    [
        article.title.as_deref().unwrap_or("-"),
        &article.byline.join(" + "),
        date.as_deref().unwrap_or("-"),
        article.outlet.as_deref().unwrap_or("-"),
        article.url.as_deref().unwrap_or("-"),
    ]
    .join(" | ")
}

#[track_caller]
fn check(name: &str, content: impl AsRef<[u8]>, expected: &[&str]) -> Vec<Article> {
    let (articles, skipped) = read(name, content);
    assert!(skipped.is_empty(), "{name}: {skipped:?}");
    let lines: Vec<String> = articles.iter().map(line).collect();
    assert_eq!(lines, expected, "{name}");
    articles
}

#[test]
fn envelopes_of_services() {
    let ferry = FERRY;
    let cases: &[(&str, String, &str)] = &[
        (
            "fields within the article",
            format!(
                r#"{{"response":{{"status":"ok","results":[{{"id":"world/ferry","webTitle":"Ferry sails","webUrl":"https://lantern.example/ferry",
                "webPublicationDate":"2024-07-08T09:00:00Z","fields":{{"bodyText":"{ferry}","byline":"Ann Example","publication":"The Lantern"}}}}]}}}}"#
            ),
            "Ferry sails | Ann Example | 2024-07-08 | The Lantern | https://lantern.example/ferry",
        ),
        (
            "objects for words",
            format!(
                r#"{{"response":{{"docs":[{{"lead_paragraph":"{ferry}","web_url":"https://ledger.example/1","headline":{{"main":"Ferry sails","kicker":null}},
                "pub_date":"2024-07-08T09:00:00+0000","byline":{{"original":"By Ann Example and Bo Sample","person":[]}},"source":"The Ledger"}}]}}}}"#
            ),
            "Ferry sails | Ann Example + Bo Sample | 2024-07-08 | The Ledger | https://ledger.example/1",
        ),
        (
            "camel case",
            format!(
                r#"{{"articles":[{{"source":{{"id":null,"name":"The Lantern"}},"author":"Ann Example","title":"Ferry sails","description":"Short.",
                "url":"https://lantern.example/2","publishedAt":"2024-07-08T09:00:00Z","content":"{ferry}"}}]}}"#
            ),
            "Ferry sails | Ann Example | 2024-07-08 | The Lantern | https://lantern.example/2",
        ),
        (
            "rendered",
            format!(
                r#"[{{"id":7,"date":"2024-07-08T09:00:00","link":"https://post.example/3","title":{{"rendered":"Ferry &#8211; sails"}},
                "content":{{"rendered":"<p>{}</p>","protected":false}},"author":3}}]"#,
                ferry.replace("\\n\\n", "</p><p>")
            ),
            "Ferry – sails |  | 2024-07-08 | - | https://post.example/3",
        ),
        (
            "a JSON Feed",
            format!(
                r#"{{"version":"https://jsonfeed.org/version/1.1","title":"The Lantern","description":"News","items":[{{"id":"1","url":"https://lantern.example/4",
                "title":"Ferry sails","content_text":"{ferry}","date_published":"2024-07-08T09:00:00Z","authors":[{{"name":"Ann Example"}}]}}]}}"#
            ),
            "Ferry sails | Ann Example | 2024-07-08 | The Lantern | https://lantern.example/4",
        ),
        (
            "lists of parts with roles",
            format!(
                r#"{{"uri":"urn:northline:2","versionCreated":"2024-07-08T09:00:00Z","headlines":[{{"role":"main","value":"Ferry sails"}}],
                "bodies":[{{"role":"main","value":"{ferry}"}}],"bylines":[{{"value":"Ann Example"}}],"copyrightHolder":"Northline"}}"#
            ),
            "Ferry sails | Ann Example | 2024-07-08 | Northline | -",
        ),
        (
            "what a search engine stores",
            format!(
                r#"{{"took":3,"hits":{{"total":{{"value":1}},"hits":[{{"_id":"a","_source":{{"title":"Ferry sails","text":"{ferry}","date":"2024-07-08",
                "source":"Harbour Post"}}}}]}}}}"#
            ),
            "Ferry sails |  | 2024-07-08 | Harbour Post | -",
        ),
        (
            "what a database exports",
            format!(
                r#"[{{"_id":{{"$oid":"65f0"}},"title":"Ferry sails","text":"{ferry}","date":{{"$date":"2024-07-08T09:00:00Z"}}}}]"#
            ),
            "Ferry sails |  | 2024-07-08 | - | -",
        ),
        (
            "an object of articles by their ids",
            format!(r#"{{"a1":{{"title":"Ferry sails","text":"{ferry}","date":"2024-07-08"}}}}"#),
            "Ferry sails |  | 2024-07-08 | - | -",
        ),
        (
            "an address for a source",
            format!(
                r#"{{"title":"Ferry sails","text":"{ferry}","source":"https://lantern.example/5","sitename":"The Lantern","date":"2024-07-08"}}"#
            ),
            "Ferry sails |  | 2024-07-08 | The Lantern | https://lantern.example/5",
        ),
        (
            "paragraphs as objects",
            format!(
                r#"{{"title":"Ferry sails","body":[{{"type":"image","src":"a.jpg"}},{{"type":"paragraph","text":"{}"}},{{"type":"paragraph","text":"{}"}}]}}"#,
                ferry.split("\\n\\n").next().unwrap_or_default(),
                ferry.split("\\n\\n").nth(1).unwrap_or_default(),
            ),
            "Ferry sails |  | - | - | -",
        ),
    ];
    for (what, json, expected) in cases {
        let articles = check("a.json", json, &[expected]);
        assert_eq!(articles[0].text, FERRY.replace("\\n", "\n"), "{what}");
    }
}

#[test]
fn articles_within_lines_do_not_replace_one_another() {
    let line = |n: u32| {
        format!(
            r#"{{"articles":[{{"title":"Ferry {n}","text":"It sails, said Ilse Example."}},{{"title":"Fog {n}","text":"It is late, said Bo Sample."}}]}}"#
        )
    };
    let (articles, skipped) = read("a.jsonl", format!("{}\n{}\n", line(1), line(2)));
    assert!(skipped.is_empty(), "{skipped:?}");
    let mut keys: Vec<&str> = articles.iter().map(|a| a.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 4);
    assert_eq!(articles[3].id, "a.jsonl#2.2");
    assert_eq!(articles[3].origin.record, Some(2));
}

#[test]
fn a_member_further_in_can_be_mapped() {
    let json = r#"{"head": {"line": "Ferry sails"}, "parts": {"main": {"words": "It sails, said Ilse Example."}}}"#;
    let options = Options {
        columns: vec![
            (Field::Text, "parts.main.words".to_owned()),
            (Field::Title, "head.line".to_owned()),
        ],
        ..Options::default()
    };
    let (articles, skipped) = read_with("a.json", json, &options);
    assert!(skipped.is_empty(), "{skipped:?}");
    assert_eq!(articles[0].title.as_deref(), Some("Ferry sails"));
    assert_eq!(articles[0].text, "It sails, said Ilse Example.");
    let begin = articles[0].text.find("Ilse").expect("it is there");
    let source = articles[0].map.source(Span::new(begin, begin + 4));
    assert_eq!(&json[source.start as usize..source.end as usize], "Ilse");
}

const TABLE: &str = "Headline;Full Text;Pub. Date;Author(s);Publication;Link\r\n\
    Ferry sails;\"“It sails,” said Ilse Example.\r\n\r\nIt cost £4.2m.\";08/07/2024;Ann Example;The Lantern;https://lantern.example/1\r\n\
    Fog;\"He said \"\"no\"\", said Bo Sample.\";26/06/2024;Bo Sample;The Lantern;https://lantern.example/2\r\n";

const ROWS: &[&str] = &[
    "Ferry sails | Ann Example | 2024-07-08 | The Lantern | https://lantern.example/1",
    "Fog | Bo Sample | 2024-06-26 | The Lantern | https://lantern.example/2",
];

#[test]
fn tables_of_many_programs() {
    let tabs = TABLE.replace(';', "\t");
    let utf16: Vec<u8> = format!("\u{feff}{tabs}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let (western, ..) = encoding_rs::WINDOWS_1252.encode(TABLE);
    let (mac, ..) = encoding_rs::MACINTOSH.encode(TABLE);
    let mac: Vec<u8> = mac.iter().copied().filter(|b| *b != b'\n').collect();
    let cases: &[(&str, Vec<u8>)] = &[
        ("a.csv", TABLE.into()),
        ("a.csv", [b"\xef\xbb\xbf", TABLE.as_bytes()].concat()),
        ("a.csv", western.into_owned()),
        ("a.csv", mac),
        ("a.csv", utf16.clone()),
        ("a.txt", utf16),
        ("a.csv", format!("sep=;\r\n{TABLE}").into()),
        ("a.txt", format!("sep=;\r\n{TABLE}").into()),
        (
            "a.csv",
            format!("Exported by the archive\r\n2024-08-01\r\n\r\n{TABLE}").into(),
        ),
    ];
    for (name, file) in cases {
        let articles = check(name, file, ROWS);
        assert_eq!(
            articles[0].text.replace('\r', "").replace("\n\n", "|"),
            "“It sails,” said Ilse Example.|It cost £4.2m."
        );
        assert_eq!(articles[1].text, "He said \"no\", said Bo Sample.");
    }
}

#[test]
fn which_number_is_the_month_is_told_by_the_column() {
    let dates = |rows: &[&str]| {
        let mut table = "title,text,date\n".to_owned();
        for row in rows {
            table.push_str(&format!("Ferry,\"It sails, said Ilse Example.\",{row}\n"));
        }
        let (articles, _) = read("a.csv", table);
        let date = |a: &Article| a.published.map(|p| p.date.to_string()).unwrap_or_default();
        articles.iter().map(date).collect::<Vec<_>>()
    };
    assert_eq!(
        dates(&["7/8/2024", "6/26/2024"]),
        ["2024-07-08", "2024-06-26"]
    );
    assert_eq!(
        dates(&["7/8/2024", "26/6/2024"]),
        ["2024-08-07", "2024-06-26"]
    );
    assert_eq!(dates(&["7/8/2024", "2024-06-26"]), ["2024", "2024-06-26"]);
    assert_eq!(dates(&["1720429200"]), ["2024-07-08"]);
}

#[test]
fn a_quotation_mark_within_a_text_costs_nothing() {
    let table = "title\ttext\tdate\nFerry\t5\"10 it is, said Ilse Example.\t2024-07-08\nFog\tIt is late,\\nsaid Bo Sample.\t2024-07-09\n";
    let articles = check(
        "a.tsv",
        table,
        &[
            "Ferry |  | 2024-07-08 | - | -",
            "Fog |  | 2024-07-09 | - | -",
        ],
    );
    assert_eq!(articles[1].text, "It is late,\nsaid Bo Sample.");
    let table = "title,text,date\nFerry,\"He said \"no\" to it, said Ilse Example.\",2024-07-08\nFog,\"<p>It is late.</p><p>So it is.</p>\",2024-07-09\n";
    let articles = check(
        "a.csv",
        table,
        &[
            "Ferry |  | 2024-07-08 | - | -",
            "Fog |  | 2024-07-09 | - | -",
        ],
    );
    assert_eq!(articles[0].text, "He said \"no\" to it, said Ilse Example.");
    assert_eq!(articles[1].text, "It is late.\n\nSo it is.");
}

#[test]
fn what_is_no_table_of_articles_says_which_columns_it_has() {
    let (articles, skipped) = read("a.csv", "media;n\nThe Lantern;7\n");
    assert!(articles.is_empty());
    assert!(skipped[0].reason.contains("media, n"), "{skipped:?}");
    // Only what tells the story in brief: better than nothing.
    let table =
        "title,url,description\nFerry,https://lantern.example/1,\"It sails, said Ilse Example.\"\n";
    check(
        "a.csv",
        table,
        &["Ferry |  | - | - | https://lantern.example/1"],
    );
}

const NEXIS: &str = "\n\n               1 of 2 DOCUMENTS\n\n           The Skarvik Gazette\n\n         July 8, 2024 Monday\n             Final Edition\n\nFerry sails\n\nBYLINE: ANN EXAMPLE\n\nSECTION: NEWS; Pg. 12\n\nLENGTH: 214 words\n\n\n  The ferry sails, said\nIlse Example.\n\n  Subject: nobody, she said.\n\nLOAD-DATE: July 9, 2024\n\nLANGUAGE: ENGLISH\n\n      Copyright 2024 The Skarvik Gazette\n        All Rights Reserved\n\n\n               2 of 2 DOCUMENTS\n\n           The Courier\n\n         June 6, 2024 Thursday\n\nFog\n\nBYLINE: Bo Sample\n\nLENGTH: 9 words\n\nIt is late, said Bo.\n\nLOAD-DATE: July 9, 2024\n";

const UNI: &str = "Ferry sails\n\nThe Skarvik Gazette\n\nJuly 8, 2024 Monday\n\nCopyright 2024 The Skarvik Gazette All Rights Reserved\n\nSection: NEWS; Pg. 12\n\nByline: Ann Example\n\nBody\n\nThe ferry sails, said Ilse Example.\n\nSubject: nobody.\n\nIt is late.\n\nClassification\n\nLanguage: ENGLISH\n\nLoad-Date: July 9, 2024\n\nEnd of Document\n\nFog\n\nThe Courier\n\nJune 6, 2024 Thursday\n\nCopyright 2024 The Courier\n\nByline: Bo Sample\n\nBody\n\nIt is late, said Bo.\n\nClassification\n\nEnd of Document\n";

const PLACES: &str = "Ferry sails\n\nBy Ann Example\n214 words\n8 July 2024\n09:00\nThe Skarvik Gazette\nSKVGAZ\n12\nEnglish\n(c) 2024 The Skarvik Gazette. All rights reserved.\n\nThe ferry sails, said Ilse Example.\n\nIt is late.\n\nThe Skarvik Gazette Ltd.\n\nDocument SKVGAZ0020240708ek780001x\n\n\nFog\n\nBy Bo Sample\n9 words\n6 June 2024\nThe Courier\nARDC\nEnglish\n(c) 2024 The Courier.\n\nIt is late, said Bo.\n\nDocument ARDC000020240606ek6600002\n";

const CODES: &str = "SE   News\nHD   Ferry sails\nBY   By Ann Example\nWC   214 words\nPD   8 July 2024\nSN   The Skarvik Gazette\nLA   English\nCY   (c) 2024 The Skarvik Gazette\n\nLP   \nThe ferry sails, said Ilse Example.\n\nTD   \nIt is late.\n\nNS   c13 : Rules\nAN   Document SKVGAZ0020240708ek780001x\n\nHD   Fog\nBY   Bo Sample\nPD   6 June 2024\nSN   The Courier\n\nLP   It is late, said Bo.\n\nAN   Document ARDC000020240606ek6600002\n";

const LIBRARY: &str = "____________________________________________________________\n\nDocument 1 of 2\n\nFerry sails\n\nAuthor: Example, Ann\n\nPublication info: The Skarvik Gazette ; Skarvik. Jul 8, 2024: A.3.\n\nAbstract: The ferry.\n\nFull text: The ferry sails, said Ilse Example.\n\nIt is late.\n\nSubject: Ferries\n\nTitle: Ferry sails\n\nPublication title: The Skarvik Gazette\n\nPublication date: Jul 8, 2024\n\nPublisher: Gazette Co.\n\nProQuest document ID: 101\n\n____________________________________________________________\n\nDocument 2 of 2\n\nFog\n\nAuthor: Sample, Bo\n\nFull text: It is late, said Bo.\n\nTitle: Fog\n\nPublication title: The Courier\n\nPublication date: Jun 6, 2024\n\n____________________________________________________________\n\nContact us at: nowhere\n";

/// A cover is left out; half an article, of a file that was cut, and one that has lost its number are not.
#[test]
fn what_stands_above_the_first_number() {
    let fog = "Fog | Bo Sample | 2024-06-06 | The Courier | -";
    let (_, second) = NEXIS.split_once("2 of 2 DOCUMENTS").unwrap();
    let terms = "ferry OR boat OR ".repeat(40);
    let cover =
        format!("Time of Request: July 9, 2024\n\nTerms: {terms}\n\n1 of 1 DOCUMENTS\n{second}");
    check("a.txt", &cover, &[fog]);
    let cut = format!("The ferry sails, said Ilse Example.\n\n2 of 2 DOCUMENTS\n{second}");
    let half = "- |  | - | - | -";
    let articles = check("a.txt", &cut, &[half, fog]);
    assert_eq!(articles[0].text, "The ferry sails, said Ilse Example.");
    let story = "The ferry sails, said Ilse Example. ".repeat(12);
    let unnumbered = format!("Ferry sails\n\n{story}\n\n{story}\n\n1 of 1 DOCUMENTS\n{second}");
    check("a.txt", &unnumbered, &["Ferry sails |  | - | - | -", fog]);
}

#[test]
fn many_articles_in_one_text() {
    let expected = [
        "Ferry sails | Ann Example | 2024-07-08 | The Skarvik Gazette | -",
        "Fog | Bo Sample | 2024-06-06 | The Courier | -",
    ];
    for (what, text, story) in [
        (
            "counted",
            NEXIS,
            "The ferry sails, said\nIlse Example.\n\n  Subject: nobody, she said.",
        ),
        (
            "ended",
            UNI,
            "The ferry sails, said Ilse Example.\n\nSubject: nobody.\n\nIt is late.",
        ),
        (
            "by place",
            PLACES,
            "The ferry sails, said Ilse Example.\n\nIt is late.",
        ),
        (
            "by code",
            CODES,
            "The ferry sails, said Ilse Example.\n\nIt is late.",
        ),
        (
            "by label",
            LIBRARY,
            "The ferry sails, said Ilse Example.\n\nIt is late.",
        ),
    ] {
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let articles = check("a.txt", &text, &expected);
            assert_eq!(articles[0].text.replace("\r\n", "\n"), story, "{what}");
            assert_eq!(articles[1].text, "It is late, said Bo.", "{what}");
            assert_eq!(articles[1].origin.record, Some(2), "{what}");
            let begin = articles[1].text.find("said Bo").expect("it is there");
            let source = articles[1].map.source(Span::new(begin, begin + 7));
            let source = &text[source.start as usize..source.end as usize];
            assert_eq!(source, "said Bo", "{what}");
        }
    }
}

#[test]
fn a_labelled_head() {
    let text = "Title: Ferry sails\nAuthor: Ann Example\nDate: 8 July 2024\nSource: The Lantern\nURL: https://lantern.example/1\n\nThe ferry sails, said Ilse Example.\n\nSource: the harbour authority.\n";
    let articles = check(
        "a.txt",
        text,
        &["Ferry sails | Ann Example | 2024-07-08 | The Lantern | https://lantern.example/1"],
    );
    assert_eq!(
        articles[0].text,
        "The ferry sails, said Ilse Example.\n\nSource: the harbour authority."
    );
    assert_eq!(articles[0].id, "a.txt");
}

#[test]
fn messages_with_something_attached() {
    let story = "The ferry sails, said Ilse Example.";
    let inner = format!(
        "From: Ann Example <ann@post.example>\nTo: desk@lantern.example\nSubject: Ferry sails\nDate: Mon, 08 Jul 2024 10:00:00 +0000\nMessage-ID: <1@post.example>\n\n{story}\n"
    );
    let mail = format!(
        "From: Desk <desk@lantern.example>\nTo: all@lantern.example\nSubject: Two stories\nDate: Tue, 09 Jul 2024 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/plain\n\nSee below.\n--B\nContent-Type: message/rfc822\n\n{inner}\n--B\nContent-Type: text/plain; name=fog.txt\nContent-Disposition: attachment; filename=fog.txt\n\nFog over Skarvik\n\nIt is late, said Bo Sample, and then there was nothing more to say.\n--B\nContent-Type: image/png\nContent-Disposition: attachment; filename=a.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--B--\n"
    );
    let articles = check(
        "a.eml",
        &mail,
        &[
            "Two stories | Desk | 2024-07-09 | - | -",
            "Ferry sails | Ann Example | 2024-07-08 | - | -",
            "Fog over Skarvik |  | - | - | -",
        ],
    );
    assert_eq!(articles[1].text.trim(), story);
    let begin = articles[1].text.find("Ilse").expect("it is there");
    let source = articles[1].map.source(Span::new(begin, begin + 4));
    assert_eq!(&mail[source.start as usize..source.end as usize], "Ilse");
    assert!(articles[2].origin.path.ends_with("a.eml!fog.txt"));
    // Twice the same in one file: neither takes the other's place.
    let date = "Mon Jul  8 10:00:00 2024";
    let (articles, _) = read(
        "a.mbox",
        format!("From a {date}\n{mail}\nFrom b {date}\n{mail}"),
    );
    let mut keys: Vec<&str> = articles.iter().map(|a| a.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    // The forwarded message is one and the same, by its id.
    assert_eq!((articles.len(), keys.len()), (6, 5));
}

#[test]
fn what_parts_messages_and_what_does_not() {
    let mail = |name: &str, text: &str| {
        format!(
            "From: {name} Example <x@post.example>\nTo: y@post.example\nSubject: Ferry\nDate: Mon, 08 Jul 2024 10:00:00 +0000\n\n{text}\n"
        )
    };
    let line = "From x@post.example Mon Jul  8 10:00:00 2024\n";
    let first = mail(
        "Ann",
        "It sails.\n\nFrom the harbour comes fog, said Ilse.\n\n>From here none does.",
    );
    // Without an empty line before the second message.
    let file = format!("{line}{first}{line}{}", mail("Bo", "It is late."));
    let (articles, skipped) = read("a.mbox", file);
    assert!(skipped.is_empty(), "{skipped:?}");
    let texts: Vec<&str> = articles.iter().map(|a| a.text.trim()).collect();
    assert_eq!(
        texts,
        [
            "It sails.\n\nFrom the harbour comes fog, said Ilse.\n\nFrom here none does.",
            "It is late."
        ]
    );
    assert_eq!(articles[1].byline, ["Bo Example"]);
}

#[test]
fn a_saved_page_is_a_page() {
    let page = "<html><head><title>Ferry sails</title><meta name=3D\"author\" content=3D\"Ann Example\"></head><body><nav><a href=3D\"/\">Home</a> <a href=3D\"/s\">Sport</a></nav><article><h1>Ferry sails</h1><p>=E2=80=9CThe ferry will sail,=E2=80=9D said Ilse Example, the harbour master, after a long meeting.</p><p>It sails at eight in the evening, she said, and it will not wait for anybody at all.</p></article></body></html>";
    let file = format!(
        "From: <Saved by a browser>\r\nSubject: Ferry sails\r\nDate: Mon, 8 Jul 2024 10:00:00 -0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/html\"; boundary=\"B\"\r\n\r\n--B\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: https://lantern.example/ferry\r\n\r\n{page}\r\n--B--\r\n"
    );
    let articles = check(
        "a.mht",
        file,
        &["Ferry sails | Ann Example | - | - | https://lantern.example/ferry"],
    );
    assert!(articles[0].text.starts_with("“The ferry will sail,”"));
    assert!(!articles[0].text.contains("Sport"));
}

#[test]
fn stories_of_agencies_in_other_wrappers() {
    let nitf = |id: &str, body: &str| {
        format!(
            "<nitf><head><docdata><doc-id id-string=\"{id}\"/><date.issue norm=\"20240708\"/></docdata><pubdata name=\"The Ledger\"/></head><body><body.head><hedline><hl1>Ferry {id}</hl1></hedline><byline>By ANN EXAMPLE<byttl>Northline Writer</byttl></byline></body.head><body.content>{body}</body.content></body></nitf>"
        )
    };
    let lead = "<p>The ferry sails, said Ilse Example.</p>";
    let blocks = format!(
        "<block class=\"lead_paragraph\">{lead}</block><block class=\"full_text\">{lead}<p>It is late.</p></block>"
    );
    let file = format!(
        "<?xml version=\"1.0\"?><stories>{}{}</stories>",
        nitf("1", &blocks),
        nitf("2", lead)
    );
    let articles = check(
        "a.xml",
        file,
        &[
            "Ferry 1 | Ann Example | 2024-07-08 | The Ledger | -",
            "Ferry 2 | Ann Example | 2024-07-08 | The Ledger | -",
        ],
    );
    assert_eq!(
        articles[0].text,
        "The ferry sails, said Ilse Example.\n\nIt is late."
    );
}

#[test]
fn texts_made_of_web_pages() {
    let text = "Ferry sails\n\nThe ferry sails, said Ilse Example.";
    let file = format!(
        "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://post.example/a\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}\r\n\r\n",
        text.len()
    );
    check(
        "a.warc.wet",
        file,
        &["Ferry sails |  | - | - | https://post.example/a"],
    );
}

#[test]
fn a_document_tells_more_than_its_properties() {
    let paragraph = |words: &str| format!("<w:p><w:r><w:t>{words}</w:t></w:r></w:p>");
    let body = [
        paragraph("Ferry sails"),
        paragraph("By Ann Example, 8 July 2024"),
        "<w:p><w:r><w:t>The well</w:t></w:r><w:r><w:noBreakHyphen/></w:r><w:r><w:t>known ferry sails, said Ilse Example.</w:t></w:r></w:p>".to_owned(),
    ]
    .concat();
    let document = format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>");
    let notes = format!(
        "<w:footnotes xmlns:w=\"w\"><w:footnote w:type=\"separator\" w:id=\"-1\"/><w:footnote w:id=\"2\">{}</w:footnote></w:footnotes>",
        paragraph("So the harbour master said.")
    );
    let core = "<c xmlns:dc=\"b\" xmlns:dcterms=\"c\"><dc:title>Template</dc:title><dc:creator>user7</dc:creator><dcterms:created>2019-01-01T10:00:00Z</dcterms:created></c>";
    let file = super::formats::zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", document.as_bytes()),
        ("word/footnotes.xml", notes.as_bytes()),
        ("docProps/core.xml", core.as_bytes()),
    ]);
    let articles = check(
        "a.docx",
        file,
        &["Ferry sails | Ann Example | 2024-07-08 | - | -"],
    );
    assert!(
        articles[0].text.ends_with(
            "The well\u{2011}known ferry sails, said Ilse Example.\n\nSo the harbour master said."
        ),
        "{}",
        articles[0].text
    );
    let open = "<office:document-content xmlns:office=\"o\" xmlns:text=\"t\"><office:body><office:text><text:h>Ferry sails</text:h><text:p>The ferry<text:s/>sails, said Ilse Example.</text:p></office:text></office:body></office:document-content>";
    let file = super::formats::zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", open.as_bytes()),
        ("META-INF/manifest.xml", b"<manifest/>"),
    ]);
    let articles = check("a.odt", file, &["Ferry sails |  | - | - | -"]);
    assert_eq!(
        articles[0].text,
        "Ferry sails\n\nThe ferry sails, said Ilse Example."
    );
}

#[test]
fn an_address_told_from_the_base_of_a_feed() {
    let feed = "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"https://lantern.example/news/\"><title>The Lantern</title><entry><title>Ferry sails</title><link href=\"ferry\"/><updated>2024-07-08T00:00:00Z</updated><summary>It sails, said Ilse.</summary></entry><entry><title>Fog</title><link href=\"/fog\"/><updated>2024-07-08T00:00:00Z</updated><summary>It is late.</summary></entry></feed>";
    let expected = [
        "Ferry sails |  | 2024-07-08 | The Lantern | https://lantern.example/news/ferry",
        "Fog |  | 2024-07-08 | The Lantern | https://lantern.example/fog",
    ];
    check("a.xml", feed, &expected);
    let utf16: Vec<u8> = format!("\u{feff}{feed}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    check("a.xml", utf16, &expected);
}
