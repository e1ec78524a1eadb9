//! Denials and silence, from the words of an article to the hit.

use serde::Deserialize;
use whosaid::article::Article;
use whosaid::extract::{Options, Reader};
use whosaid::index::{Settings, Writer, documents};
use whosaid::search::{Hit, Request, Searcher};

use crate::build::hash;

#[derive(Deserialize)]
struct Suite {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    text: String,
    query: String,
    finds: Vec<String>,
    /// Asserted to fail.
    #[serde(default)]
    known_failure: bool,
    #[serde(default)]
    #[expect(dead_code, reason = "for readers of the suite")]
    note: String,
}

#[test]
fn silence_is_found() {
    let text = include_str!("../suite/silence/cases.toml");
    let suite: Suite = toml::from_str(text).unwrap();
    let mut reader = Reader::new(Options::default());
    let mut failures = Vec::new();
    for case in suite.case {
        let article = Article {
            id: case.name.clone(),
            key: hash(&case.name),
            content_hash: hash(&case.text),
            text: case.text,
            ..Article::default()
        };
        let reading = reader.read(&article);
        let dir = tempfile::tempdir().unwrap();
        let mut writer = Writer::open(dir.path(), &Settings::default()).unwrap();
        writer.put(documents::of(&article, &reading)).unwrap();
        writer.finish().unwrap();
        let request = Request {
            query: case.query.parse().unwrap(),
            ..Request::default()
        };
        let answer = Searcher::open(dir.path())
            .unwrap()
            .search(&request)
            .unwrap();
        let found: Vec<String> = answer
            .hits
            .iter()
            .filter_map(Hit::statement)
            .map(|s| s.speaker.name.clone().unwrap_or_else(|| s.source.clone()))
            .collect();
        if (found == case.finds) == case.known_failure {
            let known = if case.known_failure { " as known" } else { "" };
            failures.push(format!("{}: does not fail{known}: {found:?}", case.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
