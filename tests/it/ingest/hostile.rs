//! Damaged files by the hundred, made from one good example of each format: no panic, no hang, and good neighbours kept.

use std::fs;
use std::time::{Duration, Instant};

use super::formats::{ATOM, MAIL, NEWSML, NITF, RSS, docx, gzip, mbox, tarred, warc, zipped};
use super::read_path;

const STORY: &str = "The night ferry will sail again, said Ilse Example on Monday.";

/// Numbers that are the same on every machine (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most.max(1) as u64) as usize
    }
}

fn examples() -> Vec<(&'static str, Vec<u8>)> {
    let json = format!("{{\"id\": \"1\", \"title\": \"Fog\", \"text\": \"{STORY}\"}}\n");
    vec![
        (
            "a.txt",
            format!("Fog\nBy Ann Example\n8 July 2024\n\n{STORY}").into_bytes(),
        ),
        (
            "a.md",
            format!("---\ntitle: Fog\n---\n# Fog\n\n{STORY}").into_bytes(),
        ),
        (
            "a.html",
            format!("<html><body><article><p>{STORY}</p></article></body></html>").into_bytes(),
        ),
        ("a.json", format!("[{json},{json}]").into_bytes()),
        ("a.jsonl", json.repeat(3).into_bytes()),
        (
            "a.csv",
            format!("id,title,text\n1,Fog,\"{STORY}\"\n").into_bytes(),
        ),
        ("a.rss", RSS.into()),
        ("a.atom", ATOM.into()),
        ("a.nitf", NITF.into()),
        ("a.newsml", NEWSML.into()),
        ("a.eml", MAIL.into()),
        ("a.mbox", mbox().into_bytes()),
        ("a.warc", warc()),
        ("a.docx", docx()),
        (
            "a.zip",
            zipped(&[("x.txt", STORY.as_bytes()), ("y.rss", RSS.as_bytes())]),
        ),
        (
            "a.tar",
            tarred(&[("x.txt", STORY.as_bytes()), ("y.rss", RSS.as_bytes())]),
        ),
        ("a.jsonl.gz", gzip(json.repeat(50).as_bytes())),
    ]
}

/// What is done to a good file.
fn damaged(good: &[u8], kind: usize, numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = good.to_vec();
    match kind {
        0 => bytes.truncate(numbers.below(good.len())),
        1 => {
            for _ in 0..8 {
                let at = numbers.below(bytes.len());
                bytes[at] ^= 1 << numbers.below(8);
            }
        }
        2 => {
            let at = numbers.below(bytes.len());
            bytes.splice(at..at, [0; 7]);
        }
        3 => {
            let at = numbers.below(bytes.len());
            bytes.splice(at..at, b"\xff\xfe\x80\xe2\x80".repeat(20));
        }
        4 => {
            let at = numbers.below(bytes.len());
            bytes.splice(at..at, b"<a>[{(\"".repeat(2000));
        }
        5 => {
            let (from, to) = (numbers.below(bytes.len()), numbers.below(bytes.len()));
            bytes.drain(from.min(to)..from.max(to));
        }
        _ => {
            let at = numbers.below(bytes.len());
            bytes.rotate_left(at);
        }
    }
    bytes
}

#[test]
fn damaged_files_are_borne() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let examples = examples();
    let mut files = 0;
    for (name, good) in &examples {
        for kind in 0..7 {
            for _ in 0..2 {
                let bytes = damaged(good, kind, &mut numbers);
                // Every third under the name of another format.
                let name = if files % 3 == 0 {
                    examples[numbers.below(examples.len())].0
                } else {
                    name
                };
                let path = dir.path().join(format!("{files}-{name}"));
                fs::write(&path, &bytes).expect("files can be written");
                let started = Instant::now();
                let (articles, skipped) = read_path(&path);
                assert!(
                    started.elapsed() < Duration::from_secs(20),
                    "{name} {kind} takes too long"
                );
                assert!(
                    !articles.is_empty() || !skipped.is_empty(),
                    "{name} {kind}: nothing is said of it"
                );
                assert!(skipped.iter().all(|s| s.reason.len() > 5), "{skipped:?}");
                files += 1;
            }
        }
    }
    assert!(files >= 100);
}

#[test]
fn a_damaged_member_does_not_cost_its_neighbours() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut numbers = Numbers(7);
    let bad: Vec<(String, Vec<u8>)> = examples()
        .into_iter()
        .map(|(name, good)| (name.to_owned(), damaged(&good, 1, &mut numbers)))
        .collect();
    let mut files: Vec<(&str, &[u8])> = vec![("first.txt", STORY.as_bytes())];
    files.extend(
        bad.iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice())),
    );
    files.push(("last.txt", STORY.as_bytes()));
    for (name, bytes) in [("a.zip", zipped(&files)), ("a.tar", tarred(&files))] {
        let path = dir.path().join(name);
        fs::write(&path, bytes).expect("files can be written");
        let (articles, _) = read_path(&path);
        for good in ["!first.txt", "!last.txt"] {
            assert!(
                articles
                    .iter()
                    .any(|a| a.origin.path.ends_with(good) && a.text == STORY),
                "{name} {good}"
            );
        }
    }
}

#[test]
fn deep_and_long_files_end() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let laughs = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a \"{}\">]><rss><channel><item><title>x</title><description>&a;&a; said Ilse Example</description></item></channel></rss>",
        "ha".repeat(1000)
    );
    for (name, bytes) in [
        ("deep.rss", format!("<rss>{}", "<channel>".repeat(100_000))),
        (
            "wide.rss",
            format!("<rss><channel>{}", "<item/>".repeat(50_000)),
        ),
        ("laughs.rss", laughs),
        (
            "deep.json",
            format!("{}1{}", "[{\"a\":".repeat(100_000), "}]".repeat(100_000)),
        ),
        ("deep.html", "<div>".repeat(100_000)),
        ("long.txt", "x".repeat(3 << 20)),
        (
            "parts.eml",
            format!(
                "From: a\nSubject: b\nDate: c\nTo: d\nContent-Type: multipart/mixed; boundary=B\n\n{}",
                "--B\nContent-Type: multipart/mixed; boundary=B\n\n".repeat(5_000)
            ),
        ),
    ] {
        let path = dir.path().join(name);
        fs::write(&path, &bytes).expect("files can be written");
        let started = Instant::now();
        let (articles, skipped) = read_path(&path);
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{name} takes too long"
        );
        assert!(!articles.is_empty() || !skipped.is_empty(), "{name}");
        assert!(articles.iter().all(|a| !a.text.contains("haha")), "{name}");
    }
}
