//! `whosaid train`: the same data give the same bytes, whoever runs it.

use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use whosaid::cli::{DONE, run};
use whosaid::extract::tagger::StatementModel;

/// Runs the command and gives what it wrote.
fn trained(folder: &Path, name: &str, args: &[&str]) -> Vec<u8> {
    let output = folder.join(name);
    let mut line: Vec<OsString> = vec!["whosaid".into(), "train".into()];
    line.extend(args.iter().map(|a| OsString::from(*a)));
    line.extend(["--output".into(), output.clone().into()]);
    assert_eq!(run(line).unwrap(), DONE);
    fs::read(output).unwrap()
}

/// Articles of one pattern, annotated.
fn annotated() -> String {
    let mut out = String::new();
    for i in 0..30 {
        let name = ["Ruiz", "Okafor", "Holloway", "Tsiklauri"][i % 4];
        let word = ["late", "full", "empty", "new", "closed"][i % 5];
        let (content, source) = (12, 12 + 7 + word.len() + 4);
        let text = format!("A ferry ran. \"It is {word},\" {name} said.");
        let content = (content + 1, content + 1 + 7 + word.len() + 2);
        let source = (source + 1, source + 1 + name.len());
        let cue = (source.1 + 1, source.1 + 5);
        writeln!(
            out,
            "{}",
            serde_json::json!({
                "text": text,
                "statements": [{"content": [content], "source": [source], "cue": [cue]}],
            })
        )
        .unwrap();
    }
    out
}

#[test]
fn statements_are_the_same_bytes_twice() {
    let folder = tempfile::tempdir().unwrap();
    let gold = folder.path().join("gold.jsonl");
    fs::write(&gold, annotated()).unwrap();
    let gold = gold.to_str().unwrap();
    let once = trained(folder.path(), "once", &["statements", gold]);
    let twice = trained(folder.path(), "twice", &["statements", gold]);
    assert_eq!(once, twice);
    StatementModel::from_file(&once).unwrap();
}

#[test]
fn clusters_are_the_same_bytes_twice() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.jsonl");
    fs::write(&text, annotated().repeat(20)).unwrap();
    let text = format!("{}:2", text.display());
    let once = trained(folder.path(), "once", &["clusters", &text]);
    let twice = trained(folder.path(), "twice", &["clusters", &text]);
    assert_eq!(once, twice);
    assert!(!once.is_empty());
}

#[test]
fn given_names_are_those_of_one_sex() {
    let folder = tempfile::tempdir().unwrap();
    let list = |name: &str, lines: &str| {
        let path = folder.path().join(name);
        fs::write(&path, lines).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let male = list("male", "JAMES 3.318 3.318 1\nLESLIE 0.081 50.0 180\n");
    let female = list("female", "MARY 2.629 2.629 1\nLESLIE 0.177 50.0 100\n");
    let made = trained(folder.path(), "list", &["given-names", &male, &female]);
    let made = String::from_utf8(made).unwrap();
    assert!(made.contains("male: james\n") && made.contains("female: mary\n"));
    assert!(!made.contains("leslie"));
}

#[test]
fn what_is_wrong_is_said() {
    let line = ["whosaid", "train", "statements", "no/such", "--output", "x"];
    let error = run(line.map(OsString::from)).unwrap_err();
    assert!(error.to_string().contains("no/such"), "{error}");
}
