//! Bad input: a clear reason, nothing good lost, no hang.

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use whosaid::ingest::{Found, IGNORE_FILE, Item, Options, Source, read, walk};

use super::{read_all, read_path};

const STORY: &str = "The night ferry will sail again, the harbour master said on Monday.";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn write(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("folders can be made");
    fs::write(&path, content).expect("files can be written");
    path
}

/// Ids of what is found, and paths with reasons of what is not.
fn found(input: &Path) -> (Vec<String>, Vec<String>) {
    let (mut ids, mut skipped) = (Vec::new(), Vec::new());
    for found in walk(&[input.to_owned()], &Options::default()) {
        match found {
            Found::Source(source) => ids.push(source.id),
            Found::Skipped(s) => skipped.push(s.reason),
        }
    }
    (ids, skipped)
}

#[track_caller]
fn refused(path: &Path, because: &str) {
    let (articles, skipped) = read_path(path);
    assert!(articles.is_empty());
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    assert!(skipped[0].reason.contains(because), "{}", skipped[0].reason);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

fn line(id: u32) -> String {
    format!("{{\"id\": \"{id}\", \"text\": \"{STORY}\"}}\n")
}

#[test]
#[cfg(unix)]
fn only_regular_files_are_read() {
    let dir = folder();
    write(&dir, "a.txt", STORY);
    fs::create_dir(dir.path().join("b.json")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(dir.path().join("c.txt"))
        .status();
    let pipes = usize::from(made.is_ok_and(|s| s.success()));
    let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("d.txt")).unwrap();
    let (ids, skipped) = found(dir.path());
    assert_eq!(ids, ["a.txt"]);
    assert_eq!(skipped.len(), 1 + pipes, "{skipped:?}");
    assert!(skipped.iter().any(|s| s.contains("socket")));
    // Put in a file's place after the walk, it does not stop the reading either.
    if pipes == 1 {
        refused(&dir.path().join("c.txt"), "not a regular file");
    }
    refused(Path::new("/dev/zero"), "not a regular file");
    let (_, skipped) = found(Path::new("/dev/zero"));
    assert!(skipped[0].contains("device"));
}

#[test]
#[cfg(unix)]
fn links_do_not_lead_out_or_round() {
    use std::os::unix::fs::symlink;
    let (dir, outside) = (folder(), folder());
    write(&dir, "sub/a.txt", STORY);
    let secret = write(&outside, "secret.txt", STORY);
    symlink(dir.path(), dir.path().join("sub/loop")).unwrap();
    symlink("self", dir.path().join("self")).unwrap();
    symlink(&secret, dir.path().join("out.txt")).unwrap();
    symlink(dir.path().join("sub/a.txt"), dir.path().join("inside.txt")).unwrap();
    let (ids, skipped) = found(dir.path());
    assert_eq!(ids, ["sub/a.txt"]);
    assert_eq!(skipped.len(), 2, "{skipped:?}");
    assert!(skipped.iter().any(|s| s.contains("out of the folder")));
    assert!(skipped.iter().any(|s| s.contains("leads nowhere")));
    // A link that the user names is followed.
    assert_eq!(read_path(&dir.path().join("out.txt")).0.len(), 1);
    let walked = Source {
        named: false,
        ..Source::named(dir.path().join("out.txt"))
    };
    assert!(read_all(&walked, &Options::default()).0.is_empty());
}

#[test]
#[cfg(unix)]
fn unreadable_and_vanished_files_are_reported() {
    use std::os::unix::fs::PermissionsExt;
    let dir = folder();
    let gone = write(&dir, "gone.txt", STORY);
    fs::remove_file(&gone).unwrap();
    refused(&gone, "no such file");
    let closed = write(&dir, "closed.txt", STORY);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&closed).is_err() {
        refused(&closed, "not allowed");
    }
    assert!(found(&dir.path().join("none/*.txt")).1[0].contains("no"));
    assert!(found(&dir.path().join("none")).1[0].contains("no such file"));
}

#[test]
fn nothing_in_it() {
    let dir = folder();
    refused(&write(&dir, "empty.txt", ""), "is empty");
    refused(&write(&dir, "mark.txt", b"\xef\xbb\xbf"), "has no text");
    refused(&write(&dir, "white.txt", " \n\t \u{a0}\n"), "has no text");
    refused(&write(&dir, "empty.jsonl.gz", gzip(b"")), "is empty");
    refused(&write(&dir, "a.json", "[]"), "no articles");
    refused(&write(&dir, "b.json", "{}"), "has no text");
    refused(
        &write(&dir, "c.html", "<html><script>x</script></html>"),
        "no text",
    );
    refused(&write(&dir, "d.txt", b"MZ\x90\0\x03\0"), "program");
    refused(&write(&dir, "e.txt", b"some\0thing"), "NUL");
}

#[test]
fn one_bad_line_costs_one_line() {
    let dir = folder();
    let lines = [
        line(1),
        "{\"text\": \"cut off\n".to_owned(),
        "\n".to_owned(),
        "{\"text\": 7}\n".to_owned(),
        "[1]\n".to_owned(),
        "{\"id\": \"6\", \"text\": \"a \\ud800 b\", \"text\": \"twice\", \"published\": \"2025-02-30\"}\n".to_owned(),
        line(7).trim_end().to_owned(),
    ];
    let (articles, skipped) = read_path(&write(&dir, "a.jsonl", lines.concat()));
    let ids: Vec<_> = articles.iter().map(|a| a.id.as_str()).collect();
    assert_eq!(ids, ["1", "6", "7"]);
    assert_eq!(articles[1].text, "twice");
    assert_eq!(articles[1].published, None);
    assert_eq!(articles[1].extra["published"], "2025-02-30");
    let numbers: Vec<_> = skipped.iter().map(|s| s.record.unwrap()).collect();
    assert_eq!(numbers, [2, 4, 5]);
}

#[test]
fn text_comes_through_byte_for_byte_and_leads_back() {
    let dir = folder();
    let text =
        "\n\nNAIROBI, Kenya (NL) _\n\n``It was  loud,'' he\tsaid. “No,” she said — naïve.\r\n\n";
    let json = serde_json::json!({ "id": "x", "text": text }).to_string();
    let file = format!("{}{json}\n", line(1));
    let path = write(&dir, "a.jsonl", &file);
    let article = read_path(&path).0.pop().unwrap();
    assert_eq!(article.text, text);
    assert!(article.repairs.is_empty());
    let begin = text.find("“No,”").unwrap();
    let span = whosaid::text::Span::new(begin, begin + "“No,”".len());
    let source = article.map.source(span);
    assert_eq!(&file[source.start as usize..source.end as usize], "“No,”");
    assert_eq!(article.head.dateline.unwrap().of(text), "NAIROBI, Kenya");
}

#[test]
fn huge_lines_are_passed_over() {
    let dir = folder();
    let huge = format!(
        "{}{{\"text\": \"{}\"}}\n{}",
        line(1),
        "x".repeat(3 << 20),
        line(3)
    );
    let options = Options {
        max_article_bytes: 1 << 20,
        ..Options::default()
    };
    for (name, content) in [
        ("a.jsonl", huge.clone().into_bytes()),
        ("a.jsonl.gz", gzip(huge.as_bytes())),
    ] {
        let source = Source::named(write(&dir, name, content));
        let (articles, skipped) = read_all(&source, &options);
        assert_eq!(articles.len(), 2);
        assert_eq!(skipped[0].record, Some(2));
        assert!(skipped[0].reason.contains("longer than 1 MiB"));
    }
    let source = Source::named(write(&dir, "a.txt", "x ".repeat(1 << 20)));
    assert!(
        read_all(&source, &options).1[0]
            .reason
            .contains("longer than 1 MiB")
    );
}

#[test]
fn a_gigabyte_on_one_line_needs_no_gigabyte() {
    let dir = folder();
    let path = dir.path().join("sparse.jsonl");
    let file = fs::File::create(&path).unwrap();
    file.set_len(1 << 30).unwrap();
    let (articles, skipped) = read_path(&path);
    assert!(articles.is_empty());
    assert_eq!(skipped.len(), 1);
}

#[test]
fn bombs_are_stopped() {
    let dir = folder();
    let zeros = vec![b' '; 8 << 20];
    let options = Options {
        max_decoded_bytes: 1 << 20,
        ..Options::default()
    };
    for content in [
        gzip(&zeros),
        gzip(&gzip(&zeros)),
        zstd::encode_all(&zeros[..], 3).unwrap(),
    ] {
        let source = Source::named(write(&dir, "a.jsonl", content));
        let (articles, skipped) = read_all(&source, &options);
        assert!(articles.is_empty());
        assert!(
            skipped
                .last()
                .unwrap()
                .reason
                .contains("decompression bomb"),
            "{skipped:?}"
        );
    }
    let mut nested = gzip(STORY.as_bytes());
    for _ in 0..3 {
        nested = gzip(&nested);
    }
    assert_eq!(read_path(&write(&dir, "four.txt.gz", &nested)).0.len(), 1);
    refused(
        &write(&dir, "five.txt.gz", gzip(&nested)),
        "packed more than",
    );
}

#[test]
fn what_is_left_of_packed_files_is_taken() {
    let dir = folder();
    let many: String = (0..4000).map(line).collect();
    let mut members = gzip(many.as_bytes());
    members.extend(gzip(line(4000).as_bytes()));
    let (articles, skipped) = read_path(&write(&dir, "two.jsonl.gz", &members));
    assert_eq!((articles.len(), skipped.len()), (4001, 0));
    let cut = &members[..members.len() * 3 / 4];
    let (articles, skipped) = read_path(&write(&dir, "cut.jsonl.gz", cut));
    assert!(
        articles.len() > 1000 && articles.len() < 4001,
        "{}",
        articles.len()
    );
    assert_eq!(skipped.len(), 1);
    assert!(
        skipped[0].reason.contains("end too early"),
        "{}",
        skipped[0].reason
    );
    let mut garbage = gzip(line(1).as_bytes());
    garbage.extend(b"no gzip");
    let (articles, skipped) = read_path(&write(&dir, "garbage.jsonl.gz", garbage));
    assert_eq!((articles.len(), skipped.len()), (1, 1));
    let packed = zstd::encode_all(many.as_bytes(), 3).unwrap();
    assert_eq!(
        read_path(&write(&dir, "a.jsonl.zst", &packed)).0.len(),
        4000
    );
    let (articles, skipped) = read_path(&write(&dir, "b.jsonl.zst", &packed[..packed.len() - 5]));
    assert_eq!(skipped.len(), 1, "{} {skipped:?}", articles.len());
    let text = gzip(format!("{STORY}\n").repeat(2000).as_bytes());
    let (articles, skipped) = read_path(&write(&dir, "a.txt.gz", &text[..text.len() - 12]));
    assert_eq!(articles.len(), 1);
    assert!(skipped[0].reason.contains("only its beginning"));
}

#[test]
fn depth_costs_nothing() {
    let dir = folder();
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let json = format!("{{\"text\": \"{STORY}\", \"x\": {}}}", deep("[", "]"));
    let (articles, _) = read_path(&write(&dir, "a.json", json));
    assert_eq!(articles.len(), 1);
    assert!(!articles[0].extra.contains_key("x"));
    for bad in [
        deep("[", "]"),
        deep("[", ""),
        deep("{\"a\":", ""),
        deep("[{\"text\":", ""),
    ] {
        assert!(read_path(&write(&dir, "b.json", &bad)).0.is_empty());
        assert!(read_path(&write(&dir, "b.jsonl", &bad)).0.is_empty());
    }
    let paragraph = format!("<p>{STORY}</p>");
    for page in [
        format!("<html>{}{paragraph}", "<div>".repeat(100_000)),
        format!("<html>{}{paragraph}", "<ul><li>".repeat(64 << 10)),
        format!("<html>{}{paragraph}", "<b><i>".repeat(50_000)),
        format!("<html>{}{paragraph}", "<table><tr><td>".repeat(30_000)),
        format!("<html>{}{paragraph}", "<svg>".repeat(100_000)),
    ] {
        let (articles, skipped) = read_path(&write(&dir, "a.html", page));
        assert!(skipped.is_empty(), "{skipped:?}");
        assert!(articles[0].text.contains("night ferry"));
    }
    let md = format!(
        "{} {STORY}\n\n{}x",
        ">".repeat(100_000),
        "[".repeat(100_000)
    );
    assert_eq!(read_path(&write(&dir, "a.md", md)).0.len(), 1);
    let bomb = "---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f]\nh: [*g,*g,*g,*g,*g,*g,*g,*g]\n---\n";
    let (articles, _) = read_path(&write(&dir, "b.md", format!("{bomb}{STORY}\n")));
    assert_eq!(articles.len(), 1);
}

#[test]
fn odd_dates_and_names() {
    let dir = folder();
    for (given, taken) in [
        ("0000-01-01", None),
        ("9999-12-31", Some("9999-12-31")),
        ("2025-02-30", None),
        ("2025-11", Some("2025-11")),
        ("2025", Some("2025")),
        ("Thu, 20 Nov 2025 08:15:00 +0000", Some("2025-11-20")),
    ] {
        let json = serde_json::json!({"text": STORY, "published": given}).to_string();
        let article = read_path(&write(&dir, "a.json", json)).0.pop().unwrap();
        assert_eq!(
            article.published.map(|p| p.date.to_string()).as_deref(),
            taken,
            "{given}"
        );
    }
    let json = serde_json::json!({
        "text": format!("\u{202e}{STORY}\u{200b}"), "title": "A\u{1b}[31m\nB\u{0}", "url": "javascript:alert(1)", "outlet": " ",
    });
    let article = read_path(&write(&dir, "b.json", json.to_string()))
        .0
        .pop()
        .unwrap();
    assert!(article.text.starts_with('\u{202e}'));
    assert_eq!(article.title.as_deref(), Some("A [31m B"));
    assert_eq!((article.url, article.outlet), (None, None));
}

#[test]
#[cfg(unix)]
fn file_names_cannot_write_on_the_terminal() {
    use std::os::unix::ffi::OsStrExt;
    let dir = folder();
    for name in [&b"new\nline.txt"[..], b"esc\x1b[31m.txt", b"latin\xe9.txt"] {
        fs::write(dir.path().join(std::ffi::OsStr::from_bytes(name)), STORY).unwrap();
    }
    let (ids, skipped) = found(dir.path());
    assert!(skipped.is_empty());
    assert_eq!(
        ids,
        ["esc\\u{1b}[31m.txt", "latin\u{fffd}.txt", "new\\nline.txt"]
    );
    for source in walk(&[dir.path().to_owned()], &Options::default()) {
        let Found::Source(source) = source else {
            panic!("all are files")
        };
        let (articles, _) = read_all(&source, &Options::default());
        assert!(!articles[0].origin.path.contains(['\n', '\u{1b}']));
    }
}

#[test]
fn ignored_hidden_and_index_folders_are_left_out() {
    let dir = folder();
    for name in [
        "b.txt",
        "a/c.txt",
        "a/drop.txt",
        "truth/x.txt",
        ".git/y.txt",
        "index/meta.json",
        "index/.managed.json",
        "index/z.txt",
    ] {
        write(&dir, name, STORY);
    }
    write(&dir, IGNORE_FILE, "# not articles\ntruth/\n");
    write(&dir, &format!("a/{IGNORE_FILE}"), "drop.*\n[bad\n");
    let (ids, skipped) = found(dir.path());
    assert_eq!(ids, ["a/c.txt", "b.txt"]);
    assert!(skipped.is_empty(), "{skipped:?}");
    let (ids, _) = found(&dir.path().join("*.txt"));
    assert_eq!(ids, ["b.txt"]);
    let (ids, _) = found(&dir.path().join("**/c.*"));
    assert_eq!(ids, ["a/c.txt"]);
}

#[test]
fn the_same_article_keeps_its_key() {
    let dir = folder();
    let with_url = |text: &str| {
        serde_json::json!({"text": text, "url": "https://lantern.example/a#top"}).to_string()
    };
    let one = read_path(&write(&dir, "a.json", with_url(STORY)))
        .0
        .pop()
        .unwrap();
    let two = read_path(&write(&dir, "b.json", with_url("It sails no more.")))
        .0
        .pop()
        .unwrap();
    assert_eq!(one.key, two.key);
    assert_ne!(one.content_hash, two.content_hash);
    assert_eq!(one.key.len(), 32);
    let again = read_path(&dir.path().join("a.json")).0.pop().unwrap();
    assert_eq!(one.content_hash, again.content_hash);
    let options = Options {
        outlet: Some("Lantern".into()),
        ..Options::default()
    };
    let other = read_all(&Source::named(dir.path().join("a.json")), &options)
        .0
        .pop()
        .unwrap();
    assert_ne!(one.content_hash, other.content_hash);
    // Two folders with a file of the same name, in one run.
    let (a, b) = (folder(), folder());
    write(&a, "x.txt", STORY);
    write(&b, "x.txt", STORY);
    let ids: Vec<_> = walk(
        &[
            a.path().to_owned(),
            b.path().to_owned(),
            a.path().to_owned(),
        ],
        &Options::default(),
    )
    .map(|f| match f {
        Found::Source(s) => s.id,
        Found::Skipped(s) => panic!("{s:?}"),
    })
    .collect();
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn reading_stops_when_asked() {
    let dir = folder();
    let many: String = (0..100).map(line).collect();
    let source = Source::named(write(&dir, "a.jsonl", many));
    let mut seen = 0;
    read(&source, &Options::default(), &mut |item| {
        assert!(matches!(item, Item::Article(_)));
        seen += 1;
        if seen == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!(seen, 3);
}

#[test]
fn arrays_and_wrappers_of_articles() {
    let dir = folder();
    let array = format!(
        "[{},\n {{\"text\": 5}}, {}]",
        line(1).trim(),
        line(2).trim()
    );
    let (articles, skipped) = read_path(&write(&dir, "a.json", &array));
    assert_eq!(articles.len(), 2);
    assert_eq!(skipped[0].record, Some(2));
    let (articles, skipped) = read_path(&write(&dir, "cut.json", &array[..array.len() - 20]));
    assert_eq!(articles.len(), 1);
    assert!(skipped.last().unwrap().reason.contains("ends too early"));
    let wrapper = format!("{{\"status\": \"ok\", \"articles\": {array}}}");
    let path = write(&dir, "b.json", &wrapper);
    let (articles, skipped) = read_path(&path);
    assert_eq!((articles.len(), skipped.len()), (2, 1));
    let span = whosaid::text::Span::new(4, 9);
    let source = articles[1].map.source(span);
    assert_eq!(
        &wrapper[source.start as usize..source.end as usize],
        "night"
    );
    let utf16: Vec<u8> = format!("\u{feff}{array}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(read_path(&write(&dir, "c.json", utf16)).0.len(), 2);
}

#[test]
fn tables_with_faults() {
    let dir = folder();
    let table = format!(
        "\u{feff}ID,Headline,Body,Date,Mood\r\n1,Fog,\"{STORY}\n“No,” \"\"she\"\" said.\",2025-11-20,grey\r\n2,short row,\"{STORY}\"\r\n3,\"never closed,{STORY}\r\n4,long row,\"{STORY}\",20 Nov 2025,x,y,z\r\n\r\n5,,,,\r\n"
    );
    let path = write(&dir, "a.csv", &table);
    let (articles, skipped) = read_path(&path);
    let ids: Vec<_> = articles.iter().map(|a| a.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "4"], "{skipped:?}");
    assert_eq!(
        skipped.iter().map(|s| s.record).collect::<Vec<_>>(),
        [Some(5), Some(8)]
    );
    assert_eq!(articles[0].text, format!("{STORY}\n“No,” \"she\" said."));
    assert_eq!(articles[0].title.as_deref(), Some("Fog"));
    assert_eq!(articles[0].extra["Mood"], "grey");
    assert_eq!(
        articles[2].published.unwrap().date.to_string(),
        "2025-11-20"
    );
    let begin = articles[0].text.find("she").unwrap();
    let source = articles[0]
        .map
        .source(whosaid::text::Span::new(begin, begin + 3));
    assert_eq!(&table[source.start as usize..source.end as usize], "she");
    refused(&write(&dir, "b.csv", "a,b\n1,2\n"), "--map text=COLUMN");
    let options = Options {
        columns: vec![("text".parse().unwrap(), "B".into())],
        ..Options::default()
    };
    let (articles, _) = read_all(&Source::named(dir.path().join("b.csv")), &options);
    assert_eq!(articles[0].text, "2");
    refused(&write(&dir, "c.csv", "x,".repeat(20_000)), "columns");
    let tsv = format!("text\tdate\n{STORY}\t2025\n");
    assert_eq!(
        read_path(&write(&dir, "d.txt", tsv)).0[0]
            .published
            .unwrap()
            .date
            .to_string(),
        "2025"
    );
    let options = Options {
        columns: vec![("title".parse().unwrap(), "kicker".into())],
        ..Options::default()
    };
    let source = Source::named(write(
        &dir,
        "e.json",
        format!("{{\"kicker\": \"K\", \"title\": \"T\", \"text\": \"{STORY}\"}}"),
    ));
    let article = read_all(&source, &options).0.pop().unwrap();
    assert_eq!(article.title.as_deref(), Some("K"));
}
