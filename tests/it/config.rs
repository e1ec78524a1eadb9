//! Options that do not stand on the command line.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const ARTICLE: &str = "Ferry to return\n\nBy Ann Example\n\nHALIFAX — \"The ferry sails again,\" said Mayor Ilse Brandt.\n";

/// Runs whosaid in `folder`, with the user's own configuration in `folder/home`.
fn whosaid(folder: &Path, home: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_whosaid"))
        .args(args)
        .current_dir(folder)
        .env_remove("WHOSAID_INDEX")
        .env("XDG_CONFIG_HOME", home)
        .output()
        .expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn the_index_is_found_from_a_folder_below() {
    let root = tempfile::tempdir().expect("a folder");
    let (root, below) = (root.path(), root.path().join("a").join("b"));
    fs::create_dir_all(&below).expect("folders");
    fs::write(root.join("ferry.txt"), ARTICLE).expect("an article");
    assert_eq!(whosaid(root, root, &["index", "ferry.txt"]).0, Some(0));
    let (code, found, _) = whosaid(&below, root, &["search", "ferry"]);
    assert_eq!(code, Some(0));
    assert!(found.contains("Ilse Brandt"), "{found}");
    // An index that is named is not looked for.
    let (code, _, error) = whosaid(&below, root, &["search", "ferry", "--index", "index"]);
    assert_eq!(code, Some(2), "{error}");
}

#[test]
fn the_nearest_configuration_wins_and_the_command_line_over_it() {
    let root = tempfile::tempdir().expect("a folder");
    let (root, below, home) = (
        root.path(),
        root.path().join("below"),
        root.path().join("whosaid"),
    );
    fs::create_dir_all(&below).expect("a folder");
    fs::create_dir_all(&home).expect("a folder");
    fs::write(root.join("ferry.txt"), ARTICLE).expect("an article");
    fs::write(home.join("config.toml"), "[search]\nformat = \"json\"\n").expect("a file");
    assert_eq!(whosaid(root, root, &["index", "ferry.txt"]).0, Some(0));
    let (_, found, _) = whosaid(&below, root, &["search", "ferry"]);
    assert!(found.starts_with("{\n"), "{found}");
    fs::write(
        root.join("whosaid.toml"),
        "index = \"store\"\n[search]\nformat = \"ids\"\n",
    )
    .expect("a file");
    assert_eq!(whosaid(root, root, &["index", "ferry.txt"]).0, Some(0));
    assert!(root.join("store").join("manifest.json").is_file());
    let (_, found, _) = whosaid(&below, root, &["search", "ferry"]);
    assert!(!found.contains('{'), "{found}");
    let (_, found, _) = whosaid(&below, root, &["search", "ferry", "-f", "jsonl"]);
    assert!(found.starts_with("{\""), "{found}");
}

#[test]
fn a_wrong_configuration_is_named() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    for (text, complaint) in [
        (
            "[serach]\nlimit = 3\n",
            "no command `serach`; did you mean `search`?",
        ),
        (
            "[search]\nlimti = 3\n",
            "no option `limti`; did you mean `limit`?",
        ),
        (
            "[search]\nlimit = { a = 1 }\n",
            "`limit` cannot be { a = 1 }",
        ),
        (
            "[search]\nlimit = \"many\"\n",
            "invalid value 'many' for '--limit <N>'",
        ),
        ("[search\n", "whosaid.toml"),
    ] {
        fs::write(root.join("whosaid.toml"), text).expect("a file");
        let (code, _, error) = whosaid(root, root, &["search", "ferry"]);
        assert_eq!(code, Some(2), "{text}");
        assert!(error.contains(complaint), "{text}{error}");
    }
}
