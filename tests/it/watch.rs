//! Saved searches: what is told, and that nothing is told twice.

use std::path::Path;

use whosaid::article::Kind;
use whosaid::index::{Settings, Writer, documents, erase};
use whosaid::search::watch::{NewsFormat, Search, Watch, Watches};
use whosaid::search::{Hit, Searcher};

use crate::build::{Article1, Said1, hash};

const TODAY: &str = "2025-12-03";

fn article<'a>(id: &'a str, outlet: &'a str, said: &[(&'a str, &'a str)]) -> Article1<'a> {
    Article1 {
        id,
        title: "A headline",
        outlet,
        published: "2025-12-01",
        statements: said
            .iter()
            .map(|(speaker, content)| Said1 {
                speaker,
                content,
                kind: Kind::Direct,
                ..Said1::default()
            })
            .collect(),
        ..Article1::default()
    }
}

fn put(dir: &Path, articles: &[Article1<'_>]) {
    let mut writer = Writer::open(dir, &Settings::default()).unwrap();
    for article in articles {
        let (article, reading) = article.build();
        writer.put(documents::of(&article, &reading)).unwrap();
    }
    writer.finish().unwrap();
}

/// A folder with an index of one article and a search for the harbour; the search.
fn start(tell_all: bool) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    put(
        dir.path(),
        &[article("first", "Courier", &[("Ana Ruiz", LONG)])],
    );
    let searcher = Searcher::open(dir.path()).unwrap();
    let search = Search {
        query: "harbour".parse().unwrap(),
        ..Search::default()
    };
    let watch = Watch::new(search, NewsFormat::Text, None);
    let mut watches = Watches::open(dir.path()).unwrap();
    let saved = watches.save(
        "harbour",
        watch,
        &searcher,
        TODAY.parse().unwrap(),
        tell_all,
    );
    assert!(saved.unwrap());
    dir
}

const LONG: &str = "The harbour will reopen on Monday, and that is a promise to the fishermen";
const OTHER: &str = "Nobody has asked the harbour pilots what they think of the new harbour wall";

/// What is new: speaker and number of copies.
fn told(dir: &Path) -> Vec<(String, usize)> {
    let searcher = Searcher::open(dir).unwrap();
    let mut watches = Watches::open(dir).unwrap();
    let news = watches
        .news(&[], &searcher, TODAY.parse().unwrap())
        .unwrap();
    let mut told = Vec::new();
    for news in &news {
        for hit in &news.hits {
            told.push((hit.speaker.name.clone().unwrap(), hit.copies.len()));
        }
        watches.tell(news).unwrap();
    }
    told
}

#[test]
fn what_is_there_counts_as_told_unless_asked_for() {
    assert_eq!(told(start(false).path()), []);
    let dir = start(true);
    assert_eq!(told(dir.path()), [("Ana Ruiz".to_owned(), 0)]);
    assert_eq!(told(dir.path()), []);
}

#[test]
fn news_are_told_once_and_copies_with_them() {
    let dir = start(false);
    let copies = [
        article("second", "Lantern", &[("Ben Okafor", OTHER)]),
        article("third", "Herald", &[("B. Okafor", OTHER)]),
        article(
            "fourth",
            "Herald",
            &[("Ben Okafor", "Nothing to do with it at all, he said again")],
        ),
    ];
    put(dir.path(), &copies);
    assert_eq!(told(dir.path()).len(), 1);
    assert_eq!(told(dir.path()), []);
    // A third paper prints it later.
    put(
        dir.path(),
        &[article("fifth", "Northline", &[("Ben Okafor", OTHER)])],
    );
    assert_eq!(told(dir.path()), []);
}

#[test]
fn a_rebuild_a_move_and_an_edit_elsewhere_tell_nothing() {
    let dir = start(false);
    erase(dir.path()).unwrap();
    put(
        dir.path(),
        &[article("moved", "Courier", &[("Ana Ruiz", LONG)])],
    );
    assert_eq!(told(dir.path()), []);
    let edited = [("Ana Ruiz", LONG), ("Ben Okafor", OTHER)];
    put(dir.path(), &[article("moved", "Courier", &edited)]);
    assert_eq!(told(dir.path()), [("Ben Okafor".to_owned(), 0)]);
}

#[test]
fn another_reading_of_the_same_sentence_tells_nothing() {
    let dir = start(false);
    let (article, mut reading) = article("first", "Courier", &[("Ana Ruiz", LONG)]).build();
    // The end of the quotation is cut off.
    reading.statements[0].content[0].end -= 20;
    let mut writer = Writer::open(dir.path(), &Settings::default()).unwrap();
    writer.put(documents::of(&article, &reading)).unwrap();
    writer.finish().unwrap();
    assert_eq!(told(dir.path()), []);
}

#[test]
fn few_words_are_another_statement_in_another_article() {
    let dir = start(false);
    let short = |id| article(id, "Lantern", &[("Ben Okafor", "The harbour is shut")]);
    put(dir.path(), &[short("second")]);
    assert_eq!(told(dir.path()).len(), 1);
    put(dir.path(), &[short("third")]);
    assert_eq!(told(dir.path()).len(), 1);
    put(dir.path(), &[short("third")]);
    assert_eq!(told(dir.path()), []);
}

#[test]
fn names_are_checked_and_searches_forgotten() {
    let dir = start(false);
    let searcher = Searcher::open(dir.path()).unwrap();
    let mut watches = Watches::open(dir.path()).unwrap();
    for name in ["", " ", "a\nb", &"x".repeat(101)] {
        let saved = watches.save(
            name,
            Watch::default(),
            &searcher,
            TODAY.parse().unwrap(),
            false,
        );
        assert!(!saved.unwrap(), "{name:?}");
    }
    assert!(watches.remove("harbour").unwrap());
    assert!(!watches.remove("harbour").unwrap());
    assert_eq!(Watches::open(dir.path()).unwrap().iter().count(), 0);
    // Nothing of the index itself is touched.
    let answer = searcher
        .search(&whosaid::search::Request::default())
        .unwrap();
    assert!(matches!(answer.hits.first(), Some(Hit::Statement(s)) if s.article == hash("first")));
}
