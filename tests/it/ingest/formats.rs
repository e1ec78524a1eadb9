//! Every format: an example of each, packed and nested, and what is made of it.

use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;

use tempfile::TempDir;
use whosaid::article::{Article, Severity, Skipped};
use whosaid::ingest::{Options, Source};
use whosaid::text::Span;
use zip::write::SimpleFileOptions;

use super::{read_all, read_path};

const STORY: &str =
    "The night ferry will sail again, said Ilse Example, the harbour master, on Monday.";

pub(crate) const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Harbour Post</title><language>en-gb</language>
<item><title>Ferry &amp; fog</title><link>https://post.example/ferry</link><guid isPermaLink="false">post-1</guid>
<pubDate>Thu, 20 Nov 2025 10:00:00 GMT</pubDate><dc:creator>Ann Example</dc:creator><category>Harbour</category>
<description>Short.</description>
<content:encoded><![CDATA[<p>“The ferry will sail,” said Ilse Example.</p><p>It was Monday.</p><p>The post <a href="x">Ferry</a> appeared first on <a href="y">Harbour Post</a>.</p>]]></content:encoded></item>
<item><title>Second</title><link>https://post.example/2</link><description>&lt;p&gt;Gulls &amp;amp; fog, said Bo Sample.&lt;/p&gt;</description></item>
</channel></rss>"#;

pub(crate) const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Lantern</title>
<entry><title type="html">Lights &amp;amp; lamps</title><id>urn:x:1</id><link rel="edit" href="https://lantern.example/edit"/>
<link href="https://lantern.example/lights"/><published>2025-11-21T08:00:00Z</published><author><name>Cy Example</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>“Lights out,” said Di Sample.</p><p>Then dark.</p></div></content></entry></feed>"#;

pub(crate) const NITF: &str = r#"<?xml version="1.0"?>
<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">
<nitf><head><title>Slug</title><docdata><doc-id id-string="wire-7"/><date.issue norm="20251118T090000Z"/><date.release norm="20251119T000000Z"/></docdata>
<pubdata name="Northline"/></head><body><body.head><hedline><hl1>Ferry sails again</hl1></hedline><byline>By <person>Ann Example</person></byline>
<dateline><location>BREMEN</location></dateline></body.head><body.content><p>“It sails,” said <person>Ilse Example</person>.</p>
<media><media-caption>A ferry.</media-caption></media><p>The harbour is open.</p></body.content></body></nitf>"#;

pub(crate) const NEWSML: &str = r#"<?xml version="1.0"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<newsItem guid="urn:news:1" version="3" xml:lang="en"><itemMeta><provider literal="Northline"/><versionCreated>2025-11-17T10:00:00Z</versionCreated><pubStatus qcode="stat:usable"/></itemMeta>
<contentMeta><headline>Gulls return</headline><by>By Bo Example</by><language tag="en"/></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body><p>“They are back,” said Di Sample.</p><p>All of them.</p></body></html></inlineXML></contentSet></newsItem>
<newsItem guid="urn:news:2"><itemMeta><pubStatus qcode="stat:canceled"/></itemMeta></newsItem></itemSet></newsMessage>"#;

pub(crate) const MAIL: &str = "From: Ann Example <ann@post.example>\r\nTo: desk@lantern.example\r\nSubject: =?utf-8?q?Ferry_=E2=80=93_fog?=\r\nDate: Thu, 20 Nov 2025 23:30:00 -0800\r\nMessage-ID: <1@post.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe ferry will sail, said Ilse Example.\r\n\r\nIt was Monday.\r\n";

pub(crate) const NEWSLETTER: &str = "From: The Lantern <news@lantern.example>\nSubject: Morning light\nDate: Fri, 21 Nov 2025 06:00:00 +0000\nList-Unsubscribe: <https://lantern.example/u>\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=B\n\n--B\nContent-Type: text/plain\n\nSee it in your browser.\n--B\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<html><body><p>=E2=80=9CLights out,=E2=80=9D said Di Sample.</p><p>Then dark.</p></body></html>\n--B--\n";

pub(crate) fn mbox() -> String {
    format!(
        "From ann Mon Nov 17 10:00:00 2025\n{}\nFrom list Mon Nov 17 11:00:00 2025\n{NEWSLETTER}",
        MAIL.replace("\r\n", "\n")
    )
}

pub(crate) fn warc() -> Vec<u8> {
    let page = "<html><head><title>Ferry sails</title></head><body><article><h1>Ferry sails</h1><p>“The ferry will sail,” said Ilse Example, the harbour master, after a long meeting in the old hall.</p><p>It sails at eight in the evening, she said, and it will not wait for anybody at all.</p></article></body></html>";
    let (first, second) = page.split_at(100);
    let chunked = format!(
        "{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len()
    );
    let record = |uri: &str, head: &str, body: &[u8]| {
        let http = [
            format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").as_bytes(),
            body,
        ]
        .concat();
        let mut record = format!("WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {uri}\r\nContent-Type: application/http\r\nContent-Length: {}\r\n\r\n", http.len()).into_bytes();
        record.extend(http);
        record.extend(b"\r\n\r\n");
        record
    };
    [
        b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 4\r\n\r\nx: y\r\n\r\n".to_vec(),
        record(
            "https://post.example/a",
            "Content-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked",
            chunked.as_bytes(),
        ),
        record(
            "https://post.example/b.png",
            "Content-Type: image/png",
            b"\x89PNG",
        ),
        record(
            "https://post.example/c",
            "Content-Type: text/html\r\nContent-Encoding: gzip",
            &gzip(page.as_bytes()),
        ),
    ]
    .concat()
}

pub(crate) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = SimpleFileOptions::default();
        writer.start_file(*name, options).expect("a name that fits");
        writer.write_all(content).expect("memory can be written");
    }
    writer.finish().expect("memory can be written").into_inner()
}

pub(crate) fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, name, *content)
            .expect("memory can be written");
    }
    builder.into_inner().expect("memory can be written")
}

pub(crate) fn docx() -> Vec<u8> {
    let document = r#"<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t xml:space="preserve">“It sails,” said </w:t></w:r><w:r><w:t>Ilse Example.</w:t></w:r></w:p><w:p><w:del><w:r><w:delText>No.</w:delText></w:r></w:del><w:r><w:t>Fog &amp; gulls.</w:t></w:r></w:p></w:body></w:document>"#;
    let core = r#"<cp:coreProperties xmlns:cp="a" xmlns:dc="b" xmlns:dcterms="c"><dc:title>Ferry sails</dc:title><dc:creator>Ann Example</dc:creator><dcterms:created>2025-11-20T10:00:00Z</dcterms:created></cp:coreProperties>"#;
    zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", document.as_bytes()),
        ("docProps/core.xml", core.as_bytes()),
    ])
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

fn read(name: &str, content: impl AsRef<[u8]>) -> (Vec<Article>, Vec<Skipped>) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    read_path(&write(&dir, name, content))
}

fn write(dir: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, content).expect("files can be written");
    path
}

#[track_caller]
fn leads_back(article: &Article, file: &[u8], words: &str) {
    let begin = article.text.find(words).expect("the words are in the text");
    let source = article.map.source(Span::new(begin, begin + words.len()));
    assert_eq!(
        &file[source.start as usize..source.end as usize],
        words.as_bytes()
    );
}

#[test]
fn feeds() {
    let (articles, skipped) = read("a.xml", RSS);
    assert!(skipped.is_empty(), "{skipped:?}");
    assert_eq!(articles.len(), 2);
    let first = &articles[0];
    assert_eq!(
        first.text,
        "“The ferry will sail,” said Ilse Example.\n\nIt was Monday."
    );
    assert_eq!(first.title.as_deref(), Some("Ferry & fog"));
    assert_eq!(first.byline, ["Ann Example"]);
    assert_eq!(first.outlet.as_deref(), Some("Harbour Post"));
    assert_eq!(first.url.as_deref(), Some("https://post.example/ferry"));
    assert_eq!(first.section.as_deref(), Some("Harbour"));
    assert_eq!(
        first.published.map(|p| p.date.to_string()).as_deref(),
        Some("2025-11-20")
    );
    assert_eq!(
        (first.id.as_str(), first.origin.record),
        ("post-1", Some(1))
    );
    leads_back(first, RSS.as_bytes(), "It was Monday.");
    assert_eq!(articles[1].text, "Gulls & fog, said Bo Sample.");
    let (articles, _) = read("a", ATOM);
    assert_eq!(
        articles[0].text,
        "“Lights out,” said Di Sample.\n\nThen dark."
    );
    assert_eq!(articles[0].title.as_deref(), Some("Lights & lamps"));
    assert_eq!(
        articles[0].url.as_deref(),
        Some("https://lantern.example/lights")
    );
    assert_eq!(articles[0].byline, ["Cy Example"]);
    leads_back(&articles[0], ATOM.as_bytes(), "said Di Sample.");
    // A feed that is cut off keeps the entries before.
    let cut = &RSS[..RSS.len() - 60];
    let (articles, skipped) = read("a.rss", cut);
    assert_eq!(articles.len(), 1);
    assert!(skipped.iter().any(|s| s.record == Some(2)), "{skipped:?}");
}

#[test]
fn wires() {
    let (articles, skipped) = read("a.xml", NITF);
    assert!(skipped.is_empty(), "{skipped:?}");
    let story = &articles[0];
    assert_eq!(
        story.text,
        "“It sails,” said Ilse Example.\n\nThe harbour is open."
    );
    assert_eq!(story.title.as_deref(), Some("Ferry sails again"));
    assert_eq!(story.byline, ["Ann Example"]);
    assert_eq!(story.outlet.as_deref(), Some("Northline"));
    assert_eq!(story.id, "wire-7");
    assert_eq!(story.extra["dateline"], "BREMEN");
    leads_back(story, NITF.as_bytes(), "The harbour is open.");
    let (articles, skipped) = read("a.xml", NEWSML);
    assert_eq!(articles.len(), 1);
    assert_eq!(
        articles[0].text,
        "“They are back,” said Di Sample.\n\nAll of them."
    );
    assert_eq!(articles[0].title.as_deref(), Some("Gulls return"));
    assert_eq!(articles[0].byline, ["Bo Example"]);
    assert_eq!(articles[0].outlet.as_deref(), Some("Northline"));
    assert_eq!(articles[0].extra["version"], "3");
    assert_eq!(skipped[0].severity, Severity::Note);
    assert!(skipped[0].reason.contains("canceled"));
    let (_, skipped) = read("a.xml", "<?xml version='1.0'?><invoice><p>x</p></invoice>");
    assert!(skipped[0].reason.contains("<invoice>"));
}

#[test]
fn letters() {
    let (articles, skipped) = read("a.eml", MAIL);
    assert!(skipped.is_empty(), "{skipped:?}");
    let letter = &articles[0];
    assert_eq!(letter.title.as_deref(), Some("Ferry – fog"));
    assert_eq!(letter.byline, ["Ann Example"]);
    assert_eq!(
        letter.published.map(|p| p.date.to_string()).as_deref(),
        Some("2025-11-20")
    );
    assert!(
        letter
            .text
            .starts_with("The ferry will sail, said Ilse Example.")
    );
    leads_back(letter, MAIL.as_bytes(), "It was Monday.");
    let file = mbox();
    let (articles, skipped) = read("a", &file);
    assert!(skipped.is_empty(), "{skipped:?}");
    assert_eq!(articles.len(), 2);
    leads_back(&articles[0], file.as_bytes(), "It was Monday.");
    assert_eq!(
        articles[1].text.trim(),
        "“Lights out,” said Di Sample.\n\nThen dark."
    );
    assert_eq!(articles[1].outlet.as_deref(), Some("The Lantern"));
    assert_eq!(articles[1].origin.record, Some(2));
}

#[test]
fn web_archives() {
    let whole = warc();
    for (name, file) in [("a.warc", whole.clone()), ("a.warc.gz", gzip(&whole))] {
        let (articles, skipped) = read(name, file);
        assert!(skipped.is_empty(), "{skipped:?}");
        assert_eq!(articles.len(), 2);
        for (article, url) in articles
            .iter()
            .zip(["https://post.example/a", "https://post.example/c"])
        {
            assert_eq!(article.url.as_deref(), Some(url));
            assert_eq!(article.title.as_deref(), Some("Ferry sails"));
            assert!(
                article
                    .text
                    .contains("“The ferry will sail,” said Ilse Example")
            );
        }
    }
    let (articles, skipped) = read("a.warc", &whole[..whole.len() - 40]);
    assert_eq!((articles.len(), skipped.len()), (1, 1), "{skipped:?}");
}

#[test]
fn a_damaged_member_of_a_web_archive_costs_that_page_only() {
    let whole = warc();
    let members: Vec<Vec<u8>> = whole
        .split_inclusive(|b| *b == b'\n')
        .fold(Vec::<Vec<u8>>::new(), |mut records, line| {
            if line.starts_with(b"WARC/") {
                records.push(Vec::new());
            }
            if let Some(record) = records.last_mut() {
                record.extend(line);
            }
            records
        })
        .iter()
        .map(|record| gzip(record))
        .collect();
    assert_eq!(members.len(), 4);
    for at in [20, 150, members[1].len() - 6] {
        let mut damaged = members.clone();
        for byte in &mut damaged[1][at..at + 3] {
            *byte ^= 0x2a;
        }
        let (articles, skipped) = read("a.warc.gz", damaged.concat());
        let urls: Vec<_> = articles.iter().filter_map(|a| a.url.as_deref()).collect();
        assert!(urls.contains(&"https://post.example/c"), "{at}: {urls:?}");
        assert_eq!(skipped.len(), 1, "{at}: {skipped:?}");
        assert!(
            matches!(skipped[0].record, Some(1 | 2)),
            "{at}: {skipped:?}"
        );
    }
}

#[test]
fn an_archive_that_was_cut_off_gives_its_first_members() {
    let packed = zipped(&[
        ("a.txt", STORY.as_bytes()),
        ("b/c.txt", STORY.as_bytes()),
        ("d.txt", STORY.as_bytes()),
    ]);
    let third = packed.windows(5).rposition(|w| w == b"d.txt").unwrap();
    let list = packed.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    assert!(third > list);
    for (end, expected) in [(list, 3), (list - 10, 2)] {
        let cut = &packed[..end];
        for (name, file) in [("a.zip", cut.to_vec()), ("a.zip.gz", gzip(cut))] {
            let (articles, skipped) = read(name, file);
            assert!(articles.len() >= expected, "{name}: {skipped:?}");
            assert!(articles.iter().all(|a| STORY.starts_with(a.text.trim())));
            let all = skipped.iter().find(|s| !s.path.contains('!')).unwrap();
            assert!(
                all.reason.starts_with("only its first 3 members"),
                "{all:?}"
            );
        }
    }
    let (articles, skipped) = read("a.docx", &docx()[..300]);
    assert_eq!((articles.len(), skipped.len()), (0, 1), "{skipped:?}");
}

#[test]
fn an_id_is_one_of_its_outlet_or_file() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let key = |name: &str, json: &str| {
        let (articles, skipped) = read_path(&write(&dir, name, json));
        assert!(skipped.is_empty(), "{skipped:?}");
        articles[0].key.clone()
    };
    let bare = r#"{"id": 1, "text": "Ilse Example said so on Monday."}"#;
    let post = r#"{"id": 1, "source": "The Post", "text": "Ilse Example said so on Monday."}"#;
    let news = r#"{"id": 1, "source": "The News", "text": "Ilse Example said so on Monday."}"#;
    let known = r#"{"id": 1, "url": "https://post.example/1", "text": "Ilse Example said so."}"#;
    assert_ne!(key("a.json", bare), key("b.json", bare));
    assert_eq!(key("a.json", bare), key("a.json", bare));
    assert_eq!(key("c.json", post), key("d.json", post));
    assert_ne!(key("c.json", post), key("d.json", news));
    assert_eq!(key("e.json", known), key("f.json", known));
}

#[test]
fn documents() {
    let (articles, skipped) = read("a.docx", docx());
    assert!(skipped.is_empty(), "{skipped:?}");
    assert_eq!(
        articles[0].text,
        "“It sails,” said Ilse Example.\n\nFog & gulls."
    );
    assert_eq!(articles[0].title.as_deref(), Some("Ferry sails"));
    assert_eq!(articles[0].byline, ["Ann Example"]);
    assert_eq!(
        articles[0].published.map(|p| p.date.to_string()).as_deref(),
        Some("2025-11-20")
    );
}

#[test]
fn archives() {
    let inner = zipped(&[("deep/c.txt", STORY.as_bytes())]);
    let files: Vec<(&str, &[u8])> = vec![
        ("inner/a.txt", STORY.as_bytes()),
        ("feed.rss", RSS.as_bytes()),
        ("more.zip", &inner),
        ("__MACOSX/a.txt", b"x"),
        ("picture.png", b"\x89PNG\r\n\x1a\n"),
    ];
    let tar = tarred(&files);
    for (name, file) in [
        ("a.zip", zipped(&files)),
        ("a.zip.gz", gzip(&zipped(&files))),
        ("a.tar", tar.clone()),
        ("a.tgz", gzip(&tar)),
    ] {
        let (articles, skipped) = read(name, file);
        let paths: Vec<&str> = articles
            .iter()
            .map(|a| {
                a.origin
                    .path
                    .rsplit_once(&format!("{name}!"))
                    .expect("a member")
                    .1
            })
            .collect();
        assert_eq!(
            paths,
            ["inner/a.txt", "feed.rss", "feed.rss", "more.zip!deep/c.txt"]
        );
        assert_eq!(articles[0].id, format!("{name}!inner/a.txt"));
        assert_eq!(skipped.len(), 1, "{skipped:?}");
        assert_eq!(skipped[0].severity, Severity::Note);
    }
}

#[test]
fn hostile_archives() {
    let good: (&str, &[u8]) = ("good.txt", STORY.as_bytes());
    let mut nested = zipped(&[good]);
    for _ in 0..4 {
        nested = zipped(&[("again.zip", &nested)]);
    }
    let (articles, skipped) = read("a.zip", zipped(&[good, ("n.zip", &nested)]));
    assert_eq!(articles.len(), 1);
    assert!(
        skipped[0].reason.contains("nested more than"),
        "{skipped:?}"
    );
    let (articles, skipped) = read("a.zip", zipped(&[("../../etc/passwd", b"root"), good]));
    assert_eq!(articles.len(), 1);
    assert!(skipped[0].reason.contains("leads out"), "{skipped:?}");
    // The bit that says encrypted, in the local header and in the list.
    let mut locked = zipped(&[("locked.txt", STORY.as_bytes()), good]);
    locked[6] |= 1;
    let list = locked
        .windows(4)
        .position(|w| w == b"PK\x01\x02")
        .expect("a list");
    locked[list + 8] |= 1;
    let (articles, skipped) = read("a.zip", locked);
    assert_eq!(articles.len(), 1);
    assert!(skipped[0].reason.contains("encrypted"), "{skipped:?}");
    assert!(skipped[0].path.ends_with("a.zip!locked.txt"));
    let zeros = vec![b' '; 40 << 20];
    let (articles, skipped) = read("a.zip", zipped(&[("zeros.txt", &zeros), good]));
    assert_eq!(articles.len(), 1);
    assert!(skipped[0].reason.contains("longer than"), "{skipped:?}");
    let bomb: Vec<(String, &[u8])> = (0..10)
        .map(|i| (format!("{i}.jsonl"), zeros.as_slice()))
        .collect();
    let bomb: Vec<(&str, &[u8])> = bomb.iter().map(|(n, b)| (n.as_str(), *b)).collect();
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut source = Source::named(write(&dir, "bomb.zip", zipped(&bomb)));
    source.bytes = Some(fs::metadata(&source.path).expect("it is there").len());
    let (_, skipped) = read_all(&source, &Options::default());
    assert!(
        skipped.iter().any(|s| s.reason.contains("bomb")),
        "{skipped:?}"
    );
    let (_, skipped) = read("a.zip", &zipped(&[good])[..50]);
    assert!(articles_lost(&skipped), "{skipped:?}");
}

fn articles_lost(skipped: &[Skipped]) -> bool {
    !skipped.is_empty() && skipped.iter().all(|s| s.severity == Severity::Failure)
}

#[test]
fn the_same_name_in_two_folders() {
    let (one, two) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let first = read_path(&write(&one, "a.txt", STORY)).0.remove(0);
    let second = read_path(&write(&two, "a.txt", STORY)).0.remove(0);
    assert_eq!(first.id, second.id);
    assert_ne!(first.key, second.key);
    let again = read_path(&write(&one, "a.txt", "Changed, said Ilse Example."))
        .0
        .remove(0);
    assert_eq!(again.key, first.key);
}
