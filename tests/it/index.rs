//! The index on disk: updates, re-runs, damage.

use std::fs;
use std::path::{Path, PathBuf};

use whosaid::index::{ErrorKind, Settings, Writer, check, documents, open_reader, source_number};

use crate::build::{Article1, Said1, hash, index};

fn articles() -> Vec<Article1<'static>> {
    vec![
        Article1 {
            id: "harbour",
            title: "Harbour reopens",
            outlet: "The Northline",
            published: "2025-11-20",
            places: vec!["Europe/Norway/Bergen"],
            statements: vec![Said1 {
                speaker: "Ana Ruiz",
                content: "The harbour will open on Monday",
                ..Said1::default()
            }],
            ..Article1::default()
        },
        Article1 {
            id: "ferry",
            title: "Ferry talks",
            outlet: "Courier",
            published: "2025-12",
            statements: vec![
                Said1 {
                    speaker: "Ben Okafor",
                    content: "There is no deal",
                    ..Said1::default()
                },
                Said1 {
                    speaker: "Ana Ruiz",
                    content: "We want a deal",
                    ..Said1::default()
                },
            ],
            ..Article1::default()
        },
    ]
}

fn put(writer: &mut Writer, article: &Article1<'_>) {
    let (article, reading) = article.build();
    writer.put(documents::of(&article, &reading)).unwrap();
}

#[test]
fn an_article_is_replaced_as_a_whole() {
    let dir = index(&articles());
    assert_eq!(open_reader(dir.path()).unwrap().manifest().statements, 3);
    let mut writer = Writer::open(dir.path(), &Settings::default()).unwrap();
    let mut changed = articles().remove(1);
    changed.statements.truncate(1);
    put(&mut writer, &changed);
    let committed = writer.commit().unwrap();
    assert_eq!(
        (
            committed.added,
            committed.updated,
            committed.articles,
            committed.statements
        ),
        (0, 1, 2, 2)
    );
    assert!(writer.remove(&hash("harbour")).unwrap());
    assert!(!writer.remove(&hash("harbour")).unwrap());
    let committed = writer.finish().unwrap();
    assert_eq!(
        (committed.removed, committed.articles, committed.statements),
        (1, 1, 1)
    );
    assert!(check::check(dir.path()).unwrap().is_whole());
}

#[test]
fn what_is_current_is_known_across_runs() {
    let dir = index(&articles());
    let (article, _) = articles()[0].build();
    let writer = Writer::open(dir.path(), &Settings::default()).unwrap();
    let source = source_number(&article.origin.path);
    let is_current = |key: &str, hash: &str| writer.is_current(key, hash, source).unwrap();
    assert!(is_current(&article.key, &article.content_hash));
    assert!(!is_current(&article.key, &hash("else")));
    assert!(!is_current(&hash("else"), &article.content_hash));
    // Moved to another file it has to be written anew, if only for its path.
    assert!(
        !writer
            .is_current(&article.key, &article.content_hash, source + 1)
            .unwrap()
    );
    let mut listed: Vec<_> = writer
        .articles()
        .unwrap()
        .into_iter()
        .map(|a| a.id)
        .collect();
    listed.sort();
    assert_eq!(listed, ["ferry", "harbour"]);
    drop(writer);
    let other = Settings {
        extraction: "newer".to_owned(),
        ..Settings::default()
    };
    let writer = Writer::open(dir.path(), &other).unwrap();
    assert!(
        !writer
            .is_current(&article.key, &article.content_hash, source)
            .unwrap()
    );
}

#[test]
fn a_run_without_changes_writes_nothing() {
    let dir = index(&articles());
    let state = || -> Vec<(PathBuf, Vec<u8>)> {
        let mut files: Vec<_> = files(dir.path())
            .into_iter()
            .map(|f| (f.clone(), fs::read(f).unwrap()))
            .collect();
        files.sort();
        files
    };
    let before = state();
    let committed = Writer::open(dir.path(), &Settings::default())
        .unwrap()
        .finish()
        .unwrap();
    assert_eq!((committed.added, committed.articles), (0, 2));
    assert_eq!(before, state());
}

#[test]
fn the_same_article_twice_is_there_once() {
    let dir = index(&[articles().remove(0), articles().remove(0)]);
    assert_eq!(open_reader(dir.path()).unwrap().manifest().articles, 1);
    assert!(check::check(dir.path()).unwrap().is_whole());
}

#[test]
fn one_writer_at_a_time() {
    let dir = index(&articles());
    let writer = Writer::open(dir.path(), &Settings::default()).unwrap();
    let second = Writer::open(dir.path(), &Settings::default()).unwrap_err();
    assert!(matches!(second.kind, ErrorKind::AlreadyRunning), "{second}");
    open_reader(dir.path()).unwrap();
    drop(writer);
    Writer::open(dir.path(), &Settings::default()).unwrap();
}

#[test]
fn what_is_not_committed_is_not_there() {
    let dir = index(&articles());
    let mut writer = Writer::open(dir.path(), &Settings::default()).unwrap();
    writer.remove(&hash("ferry")).unwrap();
    drop(writer);
    assert_eq!(open_reader(dir.path()).unwrap().manifest().articles, 2);
    assert!(check::check(dir.path()).unwrap().is_whole());
}

#[test]
fn missing_and_foreign_indexes_are_named() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(
        open_reader(dir.path()).unwrap_err().kind,
        ErrorKind::Missing
    ));
    let dir = index(&articles());
    let path = dir.path().join("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    let ours = whosaid::index::SCHEMA_VERSION;
    // An older one too: its articles may have other keys, and a run over it would have them twice.
    for version in [99, ours - 1] {
        let written = |version| format!("\"schema_version\": {version}");
        let text = text.replace(&written(ours), &written(version));
        fs::write(&path, text).unwrap();
        let error = open_reader(dir.path()).unwrap_err();
        assert!(
            matches!(error.kind, ErrorKind::Version { found, .. } if found == version),
            "{error}"
        );
        assert!(error.to_string().contains("rebuild"), "{error}");
        let error = Writer::open(dir.path(), &Settings::default()).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Version { .. }), "{error}");
    }
    fs::write(&path, "{").unwrap();
    assert!(matches!(
        open_reader(dir.path()).unwrap_err().kind,
        ErrorKind::Damaged(_)
    ));
}

#[test]
fn a_file_cut_short_is_an_error_and_no_crash() {
    let dir = index(&articles());
    for file in segment_files(dir.path()) {
        let bytes = fs::read(&file).unwrap();
        for keep in [0, bytes.len() / 2, bytes.len() - 1] {
            fs::write(&file, &bytes[..keep]).unwrap();
            let error = open_reader(dir.path()).unwrap_err();
            assert!(matches!(error.kind, ErrorKind::Damaged(_)), "{error}");
        }
        fs::remove_file(&file).unwrap();
        assert!(open_reader(dir.path()).is_err());
        fs::write(&file, bytes).unwrap();
    }
    assert!(check::check(dir.path()).unwrap().is_whole());
}

#[test]
fn a_damaged_register_of_people_is_found_and_harms_nobody() {
    let dir = index(&articles());
    let file = dir.path().join("people.json");
    let bytes = fs::read(&file).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() - 2] ^= 0x10;
    for damaged in [&bytes[..bytes.len() / 2], &flipped] {
        fs::write(&file, damaged).unwrap();
        let report = check::check(dir.path()).unwrap();
        assert_eq!(report.problems.len(), 1);
        assert_eq!(report.problems[0].at, "people.json");
        assert!(open_reader(dir.path()).unwrap().people().is_ok());
    }
    fs::write(&file, bytes).unwrap();
    assert!(check::check(dir.path()).unwrap().is_whole());
}

#[test]
fn a_flipped_bit_is_found() {
    let dir = index(&articles());
    for file in segment_files(dir.path()) {
        let bytes = fs::read(&file).unwrap();
        for at in (0..bytes.len()).step_by(bytes.len() / 7 + 1) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            fs::write(&file, &flipped).unwrap();
            // Some flips are found on opening already.
            if let Ok(report) = check::check(dir.path()) {
                assert!(!report.is_whole(), "{} at {at}", file.display());
            }
        }
        fs::write(&file, bytes).unwrap();
    }
}

#[test]
fn leavings_of_a_killed_writer_are_swept() {
    let dir = index(&articles());
    let left = [
        dir.path().join("segments/.tmpAbCdEf"),
        dir.path().join(".manifest.json.tmp"),
    ];
    for file in &left {
        fs::write(file, "half").unwrap();
    }
    Writer::open(dir.path(), &Settings::default()).unwrap();
    assert!(left.iter().all(|file| !file.exists()));
}

#[test]
fn a_manifest_older_than_the_commit_is_renewed() {
    let dir = index(&articles());
    let path = dir.path().join("manifest.json");
    let old = fs::read(&path).unwrap();
    let mut writer = Writer::open(dir.path(), &Settings::default()).unwrap();
    writer.remove(&hash("ferry")).unwrap();
    writer.finish().unwrap();
    // As if the process had been killed between the commit and the manifest.
    fs::write(&path, old).unwrap();
    open_reader(dir.path()).unwrap();
    let writer = Writer::open(dir.path(), &Settings::default()).unwrap();
    drop(writer);
    assert_eq!(open_reader(dir.path()).unwrap().manifest().articles, 1);
    assert!(check::check(dir.path()).unwrap().is_whole());
}

#[test]
fn a_manifest_older_than_a_merge_is_renewed() {
    let dir = index(&articles());
    // As if the process had been killed when the engine had joined segments since: other files, same generation.
    let path = dir.path().join("manifest.json");
    let mut old: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let files = old["files"].as_object_mut().unwrap();
    let before = files["meta.json"].clone();
    files["meta.json"]["blake3"] = "0".repeat(64).into();
    files.insert(format!("{}.idx", "0".repeat(32)), before);
    fs::write(&path, old.to_string()).unwrap();
    assert!(!check::check(dir.path()).unwrap().is_whole());
    drop(Writer::open(dir.path(), &Settings::default()).unwrap());
    let report = check::check(dir.path()).unwrap();
    assert!(report.is_whole(), "{:?}", report.problems);
}

#[cfg(unix)]
#[test]
fn an_index_without_write_access_opens() {
    use std::os::unix::fs::PermissionsExt;
    let dir = index(&articles());
    let set = |mode_dir, mode_file| {
        for file in files(dir.path()) {
            fs::set_permissions(file, fs::Permissions::from_mode(mode_file)).unwrap();
        }
        for folder in [dir.path().join("segments"), dir.path().to_owned()] {
            fs::set_permissions(folder, fs::Permissions::from_mode(mode_dir)).unwrap();
        }
    };
    let lock = dir.path().join("segments/.tantivy-meta.lock");
    let _ = fs::remove_file(lock);
    set(0o555, 0o444);
    let opened = open_reader(dir.path());
    set(0o755, 0o644);
    opened.unwrap();
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}

fn segment_files(dir: &Path) -> Vec<PathBuf> {
    let known = ["idx", "pos", "term", "store", "fast", "fieldnorm", "del"];
    files(dir)
        .into_iter()
        .filter(|f| {
            f.extension()
                .is_some_and(|e| known.contains(&e.to_str().unwrap()))
        })
        .collect()
}
