//! Runs of `whosaid index` one after the other: what is read again, what survives a kill, what is taken out.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use whosaid::index::{Settings, Writer, check, open_reader};

/// A folder of articles and an index beside it.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir(place.news()).unwrap();
        place
    }

    fn news(&self) -> PathBuf {
        self.0.path().join("news")
    }

    fn index(&self) -> PathBuf {
        self.0.path().join("index")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.news().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whosaid"));
        command
            .current_dir(self.0.path())
            .args(["--index", "index", "index", "--fast"])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    /// Exit code and what it said last.
    fn run(&self, args: &[&str]) -> (i32, String) {
        let output = self.command(args).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let last = said.lines().last().unwrap_or_default().to_owned();
        (output.status.code().unwrap(), last)
    }

    /// Articles in the index, which is whole.
    fn articles(&self) -> u64 {
        let report = check::check(&self.index()).unwrap();
        assert!(report.is_whole(), "{:?}", report.problems);
        let reader = open_reader(&self.index()).unwrap();
        assert_eq!(reader.manifest().articles, report.articles);
        report.articles
    }
}

fn record(id: &str, text: &str) -> String {
    let record = serde_json::json!({
        "id": id, "title": format!("Notes {id}"), "date": "2025-03-04", "source": "The Northline", "text": text,
    });
    format!("{record}\n")
}

fn story(n: usize) -> String {
    format!(
        "The harbour of Bergen will open pier {n} on Monday, the mayor said. “We have waited {n} years for this,” \
         Ilse Brandt told reporters. The ferry company declined to comment on the {n} complaints."
    )
}

fn many(count: usize) -> String {
    (0..count)
        .map(|n| record(&format!("r{n}"), &story(n)))
        .collect()
}

#[test]
fn an_unchanged_file_is_left_and_a_changed_one_is_read() {
    let place = Place::new();
    place.write("a.jsonl", &many(20));
    place.write("b.txt", &story(1));
    let (code, said) = place.run(&["news"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(place.articles(), 21);
    let (code, said) = place.run(&["--report", "report.jsonl", "news"]);
    assert_eq!(code, 0);
    assert!(
        said.starts_with("nothing to do: 21 articles, none changed"),
        "{said}"
    );
    // A line a file, not an article: nothing was parsed.
    let report = fs::read_to_string(place.0.path().join("report.jsonl")).unwrap();
    assert_eq!(report.lines().count(), 2, "{report}");

    // The same length and the same time: only the hash can tell.
    let path = place.file("b.txt");
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, story(1).replace("Bergen", "Tromso")).unwrap();
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(time)
        .unwrap();
    let (_, said) = place.run(&["news"]);
    assert!(
        said.starts_with("1 article (1 updated, 20 unchanged)"),
        "{said}"
    );

    // One record more: the others are not extracted again.
    place.write("a.jsonl", &(many(20) + &record("new", &story(77))));
    let (_, said) = place.run(&["news"]);
    assert!(said.starts_with("1 article (21 unchanged)"), "{said}");
    assert_eq!(place.articles(), 22);
    let (_, said) = place.run(&["--full", "news"]);
    assert!(said.starts_with("22 articles (22 updated)"), "{said}");
}

#[test]
fn what_was_not_taken_is_told_again_without_reading() {
    let place = Place::new();
    place.write(
        "a.jsonl",
        &(many(3) + "{\"text\": \n" + &record("z", &story(9))),
    );
    let (code, first) = place.run(&["news"]);
    assert_eq!(code, 3, "{first}");
    let (code, second) = place.run(&["news"]);
    assert_eq!(code, 3, "{second}");
    assert!(second.contains("4 unchanged, 1 failed"), "{second}");
}

#[test]
fn other_options_read_again() {
    let place = Place::new();
    place.write("a.txt", &story(3));
    place.run(&["news"]);
    let (_, said) = place.run(&["--outlet", "Courier", "news"]);
    assert!(said.starts_with("1 article (1 updated)"), "{said}");
}

#[test]
fn pruning_takes_out_what_is_gone_and_nothing_else() {
    let place = Place::new();
    place.write("a.jsonl", &many(5));
    // The last record of `a` is in `b` too; of two articles with one key the later one wins.
    place.write(
        "b.jsonl",
        &(record("r4", &story(4)) + &record("b1", &story(50))),
    );
    place.write("c.txt", &story(60));
    place.run(&["news"]);
    assert_eq!(place.articles(), 7);

    fs::remove_file(place.file("c.txt")).unwrap();
    let (_, said) = place.run(&["news"]);
    assert!(said.starts_with("nothing to do"), "{said}");
    let (_, said) = place.run(&["--prune", "news"]);
    assert!(said.contains("1 removed"), "{said}");
    assert_eq!(place.articles(), 6);

    // A record that a file no longer has.
    place.write(
        "a.jsonl",
        &many(5)
            .lines()
            .skip(1)
            .map(|l| format!("{l}\n"))
            .collect::<String>(),
    );
    let (_, said) = place.run(&["--prune", "news"]);
    assert!(said.contains("1 removed"), "{said}");
    assert_eq!(place.articles(), 5);

    // What `b` had and `a` still has stays.
    fs::remove_file(place.file("b.jsonl")).unwrap();
    place.run(&["--prune", "news"]);
    assert_eq!(place.articles(), 4);
    let (_, said) = place.run(&["--prune", "news"]);
    assert!(said.starts_with("nothing to do: 4 articles"), "{said}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let place = Place::new();
    place.write("a.jsonl", &many(4));
    let (code, said) = place.run(&["--dry-run", "news"]);
    assert_eq!(code, 0);
    assert!(said.starts_with("would index 4 articles"), "{said}");
    assert!(!place.index().exists());
    place.run(&["news"]);
    place.write("a.jsonl", &many(6));
    let before = open_reader(&place.index()).unwrap().manifest().clone();
    let (_, said) = place.run(&["--dry-run", "--prune", "news"]);
    assert!(
        said.starts_with("would index 2 articles (4 unchanged)"),
        "{said}"
    );
    assert_eq!(*open_reader(&place.index()).unwrap().manifest(), before);
}

#[test]
fn a_killed_run_loses_nothing_and_doubles_nothing() {
    const ARTICLES: usize = 120;
    let place = Place::new();
    place.write("a.jsonl", &many(ARTICLES));
    place.write("b.txt", &story(500));
    let mut kills = 0;
    let mut counts = vec![0];
    // Later and later in the run, whatever the machine's speed: each time after so many commits more.
    for commits in 1..=6 {
        let mut child = place
            .command(&["--commit-every", "7", "--jobs", "1", "news"])
            .spawn()
            .unwrap();
        if wait_for_commits(&mut child, &place.index(), commits) {
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
        if place.index().join("manifest.json").exists() {
            // Heals what a kill between commit and manifest leaves.
            drop(Writer::open(&place.index(), &Settings::default()).unwrap());
            let articles = place.articles();
            assert!(articles >= *counts.last().unwrap(), "{counts:?} {articles}");
            counts.push(articles);
        }
    }
    assert!(kills > 0);
    let (code, said) = place.run(&["news"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(place.articles(), ARTICLES as u64 + 1);
    assert!(
        said.contains("unchanged") || said.starts_with("nothing"),
        "went on: {said}"
    );
    let (_, said) = place.run(&["news"]);
    assert!(said.starts_with("nothing to do"), "{said}");
}

/// Waits until the index has been committed so many times more; `false` if the run ended before.
fn wait_for_commits(child: &mut Child, index: &Path, commits: u64) -> bool {
    let generation = || {
        let manifest = fs::read_to_string(index.join("manifest.json")).ok()?;
        let manifest: serde_json::Value = serde_json::from_str(&manifest).ok()?;
        manifest["generation"].as_u64()
    };
    let (mut last, mut seen) = (generation(), 0);
    let deadline = Instant::now() + Duration::from_secs(120);
    while Instant::now() < deadline {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        let now = generation();
        if now != last {
            last = now;
            seen += 1;
            if seen > commits {
                return true;
            }
        }
        std::thread::yield_now();
    }
    panic!("no commit in two minutes");
}

#[test]
fn versions_are_kept_when_asked_for() {
    let place = Place::new();
    let other = story(1).replace("pier 1", "a new pier");
    place.write("a.jsonl", &record("r1", &story(1)));
    place.run(&["--keep-versions", "news"]);
    place.write("a.jsonl", &record("r1", &other));
    // An index that keeps versions goes on to.
    let (_, said) = place.run(&["news"]);
    assert!(said.starts_with("1 article (1 updated)"), "{said}");
    assert_eq!(place.articles(), 2);
    let (_, said) = place.run(&["news"]);
    assert!(said.starts_with("nothing to do"), "{said}");
    // The first version again is no third one.
    place.write("a.jsonl", &record("r1", &story(1)));
    let (_, said) = place.run(&["news"]);
    assert!(said.starts_with("nothing to do"), "{said}");
    assert_eq!(open_reader(&place.index()).unwrap().groups().len(), 2);

    let plain = Place::new();
    plain.write("a.jsonl", &record("r1", &story(1)));
    plain.run(&["news"]);
    plain.write("a.jsonl", &record("r1", &other));
    plain.run(&["news"]);
    assert_eq!(plain.articles(), 1);
}

#[test]
fn an_older_version_in_another_file_does_not_replace_a_newer_one() {
    let place = Place::new();
    let dated = |date: &str, text: &str| record("r1", text).replace("2025-03-04", date);
    place.write("a.jsonl", &dated("2025-03-09", &story(1)));
    place.write("b.jsonl", &dated("2025-03-05", &story(2)));
    let (_, said) = place.run(&["news"]);
    assert!(said.contains("1 older than what is there"), "{said}");
    place.write("c.jsonl", &dated("2025-03-10", &story(3)));
    let (_, said) = place.run(&["news"]);
    assert!(said.starts_with("1 article (1 updated"), "{said}");
    assert_eq!(place.articles(), 1);
}

#[test]
fn near_copies_are_one_group_in_whatever_order_they_come() {
    let text = |changed: usize| -> String {
        (0..40)
            .map(|n| {
                let n = if n < changed { n + 1000 } else { n };
                format!("Pier {n} of the harbour will open in week {n}, said mayor number {n}. ")
            })
            .collect()
    };
    let alike = [text(0), text(1), text(2)];
    let other = text(40);
    let group = |names: [&str; 4]| {
        let place = Place::new();
        for (name, body) in names.into_iter().zip(alike.iter().chain([&other])) {
            place.write(&format!("{name}.jsonl"), &record(name, body));
        }
        // One run for some, another for the rest.
        place.run(&[&format!("news/{}.jsonl", names[0])]);
        place.run(&["news"]);
        assert_eq!(place.articles(), 4);
        let reader = open_reader(&place.index()).unwrap();
        let groups = reader.groups();
        let key = |name: &str| {
            whosaid::index::documents::story_number(&crate::build::hash(&format!(
                "The Northline\n{name}"
            )))
        };
        let of: Vec<u64> = names.iter().map(|n| groups.of(key(n))).collect();
        assert_eq!((of[0], of[0]), (of[1], of[2]), "{of:?}");
        assert_ne!(of[0], of[3]);
        assert_eq!(of[3], key(names[3]));
        assert_eq!(groups.members(of[0]).count(), 3);
        of[0]
    };
    assert_eq!(group(["a", "b", "c", "d"]), group(["c", "a", "b", "d"]));
}

#[test]
fn a_small_file_may_hold_very_many_articles() {
    let place = Place::new();
    let mut packed =
        zstd::Encoder::new(fs::File::create(place.file("a.jsonl.zst")).unwrap(), 19).unwrap();
    let filler = "Nothing more was known of it in the evening. ".repeat(450);
    for n in 0..16 {
        let text = format!("{}\n\n{filler}", story(n));
        packed
            .write_all(record(&format!("r{n}"), &text).as_bytes())
            .unwrap();
    }
    packed.finish().unwrap();
    assert!(fs::metadata(place.file("a.jsonl.zst")).unwrap().len() < 1 << 20);
    let (code, said) = place.run(&["--memory", "256", "news"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(place.articles(), 16);
}

#[test]
fn fewer_threads_run_where_the_memory_is_not_enough_for_all() {
    let place = Place::new();
    place.write("a.txt", &story(1));
    let output = place
        .command(&["--memory", "256", "--jobs", "64", "news"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let hint = "256 MiB of memory are enough for 1 of 64 threads; --memory gives more";
    assert!(said.contains(hint), "{said}");
    assert_eq!(place.articles(), 1);
}

#[cfg(unix)]
#[test]
fn a_watched_folder_is_followed_until_interrupted() {
    let place = Place::new();
    place.write("a.txt", &story(1));
    let mut child = place
        .command(&["--watch", "--prune", "news"])
        .spawn()
        .unwrap();
    let until = |articles: u64| {
        let deadline = Instant::now() + Duration::from_secs(120);
        while Instant::now() < deadline {
            if open_reader(&place.index()).is_ok_and(|r| r.manifest().articles == articles) {
                return;
            }
            std::thread::yield_now();
        }
        panic!("the index never had {articles} articles");
    };
    until(1);
    place.write("b.txt", &story(2));
    until(2);
    fs::remove_file(place.file("a.txt")).unwrap();
    until(1);
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(place.articles(), 1);
}
