//! The picture in ARCHITECTURE.md stays true: which part of the library may use which.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each top-level module of the library may name of the others. A module that is not here may use nothing.
const MAY_USE: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("date", &[]),
    ("article", &["text", "date"]),
    ("record", &["text", "date", "article"]),
    ("corrections", &[]),
    ("ingest", &["text", "date", "article"]),
    ("extract", &["text", "date", "article"]),
    ("eval", &["text", "date", "article"]),
    ("train", &["text", "date", "article", "extract"]),
    ("index", &["text", "date", "article", "corrections"]),
    ("search", &["text", "date", "article", "index"]),
    (
        "pipeline",
        &["text", "date", "article", "ingest", "extract", "index"],
    ),
    (
        "http",
        &["text", "date", "article", "record", "search", "index"],
    ),
    (
        "cli",
        &[
            "text",
            "date",
            "article",
            "record",
            "ingest",
            "extract",
            "eval",
            "train",
            "index",
            "search",
            "pipeline",
            "http",
            "corrections",
        ],
    ),
];

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(&root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The code before the tests, without comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    text[..end]
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(n, line)| (n + 1, line))
}

#[test]
fn modules_use_only_what_they_may() {
    let known: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    let mut broken = Vec::new();
    for (file, text) in all_sources() {
        if matches!(file.as_str(), "lib.rs" | "main.rs") {
            continue;
        }
        let module = file.split(['/', '.']).next().unwrap();
        let may = MAY_USE
            .iter()
            .find(|(name, _)| *name == module)
            .map_or(&[][..], |(_, may)| may);
        for (line, code) in code(&text) {
            for (at, _) in code.match_indices("crate::") {
                let rest = &code[at + "crate::".len()..];
                let names: Vec<&str> = match rest.strip_prefix('{') {
                    // use crate::{extract, ingest};
                    Some(list) => list
                        .split(['}', ';'])
                        .next()
                        .unwrap()
                        .split(',')
                        .map(|n| n.trim().split("::").next().unwrap())
                        .collect(),
                    None => vec![
                        rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                            .next()
                            .unwrap(),
                    ],
                };
                for name in names {
                    if known.contains(name) && name != module && !may.contains(&name) {
                        broken.push(format!("src/{file}:{line}: {module} must not use {name}"));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn clap_and_anyhow_live_in_the_command_line() {
    for (file, text) in all_sources() {
        if file.starts_with("cli/") || file == "main.rs" {
            continue;
        }
        for (line, code) in code(&text) {
            assert!(
                !code.contains("anyhow::") && !code.contains("clap::"),
                "src/{file}:{line}: {code}"
            );
        }
    }
}

#[test]
fn only_the_schema_names_index_fields() {
    let all = all_sources();
    let Some((_, schema)) = all.iter().find(|(file, _)| file == "index/schema.rs") else {
        panic!("no index/schema.rs")
    };
    // `name: kind;` in the list of fields.
    let fields: Vec<&str> = code(schema)
        .filter_map(|(_, line)| line.trim().strip_suffix(';')?.split_once(": "))
        .map(|(name, _)| name)
        .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect();
    assert!(
        fields.len() > 30,
        "the schema's fields were not found: {fields:?}"
    );
    for (file, text) in &all {
        if file == "index/schema.rs" || !(file.starts_with("index/") || file.starts_with("search/"))
        {
            continue;
        }
        for (line, code) in code(text) {
            for call in [
                "get_field(",
                "add_text_field(",
                "add_u64_field(",
                "TermsAggregation { field: ",
            ] {
                for field in &fields {
                    assert!(
                        !code.contains(&format!("{call}\"{field}\"")),
                        "src/{file}:{line}: {code}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for (file, text) in all_sources() {
        assert!(
            text.starts_with("//!"),
            "src/{file} begins without a //! line"
        );
    }
}
