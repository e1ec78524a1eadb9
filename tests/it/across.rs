//! People across articles: `tests/suite/people-across/*.toml`, and that neither the order of articles nor what was in the
//! index before changes who is who.
//!
//! A case gives articles with the people and organisations that the layers before would find in each, `NAME [ROLE]`, the
//! other mentions of an organisation after `=`. `expect` is who is named in which articles: `NAME: 1 2 4`, the name that is
//! shown and the numbers of the articles; several names in one article count once. `text` in place of `people` is read
//! as any article is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde::Deserialize;
use whosaid::article::{
    Article, Entity, Organisation, Person, Place, Published, PublishedFrom, Reading, Speaker,
    SpeakerType, Statement,
};
use whosaid::corrections::{self, Change};
use whosaid::extract::{Options, Reader};
use whosaid::index::{Settings, Writer, documents, open_reader};
use whosaid::search::query::Query;
use whosaid::search::{Depth, Facet, FacetRequest, Filter, Request, Searcher};
use whosaid::text::Span;

use crate::build::hash;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Suite {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    article: Vec<Given>,
    expect: Vec<String>,
    #[serde(default)]
    known_failure: bool,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Given {
    people: Vec<String>,
    organisations: Vec<String>,
    places: Vec<String>,
    outlet: Option<String>,
    published: Option<String>,
    text: Option<String>,
}

/// `NAME [ROLE]`
fn named(line: &str) -> (&str, Option<&str>) {
    match line.strip_suffix(']').and_then(|l| l.split_once(" [")) {
        Some((name, role)) => (name, Some(role)),
        None => (line, None),
    }
}

impl Given {
    fn build(&self, n: usize) -> (Article, Reading) {
        let id = format!("article-{n}");
        let published = self.published.as_ref().map(|date| Published {
            date: date.parse().unwrap(),
            from: PublishedFrom::Metadata,
        });
        let mut article = Article {
            key: hash(&id),
            id,
            outlet: self.outlet.clone(),
            published,
            ..Article::default()
        };
        if let Some(text) = &self.text {
            article.text.clone_from(text);
            article.content_hash = hash(text);
            let reading = Reader::new(Options::default()).read(&article);
            return (article, reading);
        }
        let mut reading = Reading::default();
        let mut text = String::new();
        let mut print = |words: &str| {
            let begin = text.len();
            text.push_str(words);
            let span = Span::new(begin, text.len());
            text.push_str(".\n");
            span
        };
        for line in &self.people {
            let (name, role) = named(line);
            // "Ana Ruiz (née Okafor)": printed like that, and two names for the layer before.
            let (own, told) = match name.split_once(" (") {
                Some((own, told)) => (own, Some(told.trim_end_matches(')'))),
                None => (name, None),
            };
            let whole = print(name);
            let roles = role.map(&mut print).into_iter().collect();
            let mention = Span::new(whole.begin as usize, whole.begin as usize + own.len());
            let speaker = Entity::Person(reading.people.len() as u32);
            reading.people.push(Person {
                name: own.to_owned(),
                role: role.map(ToOwned::to_owned),
                roles,
                mentions: vec![mention],
                ..Person::default()
            });
            if let Some(told) = told {
                let other = &told[told.find(char::is_uppercase).unwrap()..];
                let begin = whole.end as usize - 1 - other.len();
                reading.people.push(Person {
                    name: other.to_owned(),
                    mentions: vec![Span::new(begin, begin + other.len())],
                    ..Person::default()
                });
            }
            let said = print(&format!("The words of {own} fill a line of article {n}"));
            reading.statements.push(Statement {
                content: vec![said],
                source: vec![mention],
                speaker: Speaker {
                    kind: SpeakerType::Named,
                    name: Some(own.to_owned()),
                    entity: Some(speaker),
                    role: role.map(ToOwned::to_owned),
                    on_behalf_of: None,
                },
                confidence: 0.9,
                ..Statement::default()
            });
        }
        for line in &self.organisations {
            let mut forms = line.split(" = ");
            let name = forms.next().unwrap();
            let mut mentions = vec![print(name)];
            mentions.extend(forms.map(&mut print));
            let speaker = Entity::Organisation(reading.organisations.len() as u32);
            let said = print(&format!("The words of {name} fill a line of article {n}"));
            reading.statements.push(Statement {
                content: vec![said],
                source: vec![mentions[0]],
                speaker: Speaker {
                    kind: SpeakerType::Named,
                    name: Some(name.to_owned()),
                    entity: Some(speaker),
                    ..Speaker::default()
                },
                confidence: 0.9,
                ..Statement::default()
            });
            reading.organisations.push(Organisation {
                name: name.to_owned(),
                mentions,
                ..Organisation::default()
            });
        }
        for path in &self.places {
            let path: Vec<String> = path.split('/').map(ToOwned::to_owned).collect();
            reading.places.push(Place {
                name: path.last().unwrap().clone(),
                path,
                ..Place::default()
            });
        }
        article.content_hash = hash(&format!("{text}{self:?}"));
        article.text = text;
        (article, reading)
    }
}

fn put(writer: &mut Writer, given: &Given, n: usize) {
    let (article, reading) = given.build(n);
    writer.put(documents::of(&article, &reading)).unwrap();
}

fn make(dir: &Path, articles: &[Given]) {
    let mut writer = Writer::open(dir, &Settings::default()).unwrap();
    for (n, given) in articles.iter().enumerate() {
        put(&mut writer, given, n + 1);
    }
    writer.finish().unwrap();
}

/// Every speaker as the facet has them, with the articles that choosing them shows: `NAME: 1 2`.
fn who(dir: &Path) -> BTreeSet<String> {
    let searcher = Searcher::open(dir).unwrap();
    let request = Request {
        facets: vec![FacetRequest::new(Facet::Speaker, 1000)],
        ..Request::default()
    };
    let (_, counts) = searcher.count_facets(&request).unwrap();
    let mut all = BTreeSet::new();
    for value in &counts[0].values {
        let request = Request {
            filters: vec![Filter {
                facet: Facet::Speaker,
                any: vec![value.value.clone()],
                none: Vec::new(),
            }],
            limit: 1000,
            copies: true,
            ..Request::default()
        };
        let answer = searcher.search(&request).unwrap();
        assert_eq!(answer.total, value.count, "count of {}", value.value);
        let articles: BTreeSet<u32> = answer
            .hits
            .iter()
            .map(|hit| &hit.statement().unwrap().article_id)
            .map(|id| id.trim_start_matches("article-").parse().unwrap())
            .collect();
        let articles: Vec<String> = articles.iter().map(ToString::to_string).collect();
        all.insert(format!("{}: {}", value.value, articles.join(" ")));
    }
    all
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/people-across");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .collect();
    paths.sort();
    paths
        .iter()
        .flat_map(|path| {
            let suite: Suite = toml::from_str(&fs::read_to_string(path).unwrap())
                .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            suite.case
        })
        .collect()
}

#[test]
fn people_across_articles_are_who_the_suite_says() {
    let mut failures = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    for case in &cases {
        assert!(
            case.known_failure == case.note.is_some(),
            "{}: a known failure has a note",
            case.name
        );
        let dir = tempfile::tempdir().unwrap();
        make(&dir.path().join("index"), &case.article);
        let found = who(&dir.path().join("index"));
        let expect: BTreeSet<String> = case.expect.iter().cloned().collect();
        match (found == expect, case.known_failure) {
            (true, true) => failures.push(format!("{}: no longer fails", case.name)),
            (false, false) => failures.push(format!(
                "{}:\n  expected {expect:#?}\n  found {found:#?}",
                case.name
            )),
            _ => {}
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn register(dir: &Path) -> String {
    let reader = open_reader(dir).unwrap();
    serde_json::to_string_pretty(reader.people().unwrap().as_ref()).unwrap()
}

/// All articles of the suite in one index.
fn crowd() -> Vec<Given> {
    let mut all: Vec<Given> = cases().into_iter().flat_map(|c| c.article).collect();
    all.retain(|a| a.text.is_none());
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn the_order_of_articles_decides_nothing(
        order in Just((0..crowd().len()).collect::<Vec<_>>()).prop_shuffle(),
        commits in 1_usize..5,
        gone in 0_usize..20,
    ) {
        let crowd = crowd();
        let straight = tempfile::tempdir().unwrap();
        let mut writer = Writer::open(straight.path(), &Settings::default()).unwrap();
        for (n, given) in crowd.iter().enumerate() {
            if !order.iter().take(gone).any(|g| *g == n) {
                put(&mut writer, given, n);
            }
        }
        writer.finish().unwrap();

        // In another order, in several runs, with articles that change and articles that go.
        let shuffled = tempfile::tempdir().unwrap();
        for chunk in order.chunks(crowd.len().div_ceil(commits)) {
            let mut writer = Writer::open(shuffled.path(), &Settings::default()).unwrap();
            for n in chunk {
                put(&mut writer, &crowd[(n + 1) % crowd.len()], *n);
            }
            writer.commit().unwrap();
            for n in chunk {
                put(&mut writer, &crowd[*n], *n);
            }
            writer.finish().unwrap();
        }
        let mut writer = Writer::open(shuffled.path(), &Settings::default()).unwrap();
        for n in order.iter().take(gone) {
            writer.remove(&hash(&format!("article-{n}"))).unwrap();
        }
        writer.finish().unwrap();
        prop_assert_eq!(register(straight.path()), register(shuffled.path()));
        prop_assert_eq!(who(straight.path()), who(shuffled.path()));
    }
}

fn person(name: &str) -> Given {
    Given {
        people: vec![name.to_owned()],
        outlet: Some("Courier".to_owned()),
        published: Some("2025-11-20".to_owned()),
        ..Given::default()
    }
}

#[test]
fn a_killed_writer_costs_nobody_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let articles = [
        person("Oleksandr Marchuk [mayor of Lviv]"),
        person("Alexander Marchuk [mayor of Lviv]"),
    ];
    make(dir.path(), &articles);
    let before = (register(dir.path()), who(dir.path()));
    for damage in [
        "",
        "{",
        "{\"version\":1,\"generation\":999,\"log\":\"\",\"blake3\":\"\",\"register\":{}}",
    ] {
        fs::write(dir.path().join("people.json"), damage).unwrap();
        assert_eq!(before, (register(dir.path()), who(dir.path())), "{damage}");
    }
    fs::remove_file(dir.path().join("people.json")).unwrap();
    assert_eq!(before, (register(dir.path()), who(dir.path())));
    // The next run writes it again.
    Writer::open(dir.path(), &Settings::default())
        .unwrap()
        .finish()
        .unwrap();
    assert!(dir.path().join("people.json").exists());
    assert_eq!(before, (register(dir.path()), who(dir.path())));
}

fn correct(dir: &Path, change: Change) -> u64 {
    let path = corrections::beside(dir);
    let entry = corrections::append(&path, change, None, Some("desk".to_owned()), None).unwrap();
    let committed = Writer::open(dir, &Settings::default())
        .unwrap()
        .finish()
        .unwrap();
    assert_eq!(committed.notes, Vec::<String>::new());
    entry.id
}

fn set(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|l| (*l).to_owned()).collect()
}

#[test]
fn corrections_of_people_hold_and_can_be_undone() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("index");
    let articles = [
        person("Bayu Santoso"),
        person("Kak Bayu Pratama"),
        person("John Marsh"),
        person("John Marsh"),
        person("J. Okafor [harbour engineer]"),
        person("Joy Okafor [harbour engineer]"),
    ];
    make(&dir, &articles);
    let before = who(&dir);
    assert_eq!(
        before,
        set(&[
            "Bayu Santoso: 1",
            "Kak Bayu Pratama: 2",
            "John Marsh: 3 4",
            "Joy Okafor: 5 6"
        ])
    );
    let names = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let undo = [
        correct(
            &dir,
            Change::Merge {
                names: names(&["Bayu Santoso", "Kak Bayu Pratama"]),
                r#as: None,
            },
        ),
        correct(
            &dir,
            Change::Split {
                name: "John Marsh".to_owned(),
                articles: vec![hash("article-4")],
                r#as: "John Marsh (pilot)".to_owned(),
            },
        ),
        correct(
            &dir,
            Change::Apart {
                names: names(&["J. Okafor", "Joy Okafor"]),
            },
        ),
        correct(
            &dir,
            Change::Rename {
                name: "Joy Okafor".to_owned(),
                r#as: "Joy A. Okafor".to_owned(),
            },
        ),
    ];
    let corrected = set(&[
        "Bayu Santoso: 1 2",
        "John Marsh: 3",
        "John Marsh (pilot): 4",
        "J. Okafor: 5",
        "Joy A. Okafor: 6",
    ]);
    assert_eq!(who(&dir), corrected);
    // Replayed over and over, after a change of the articles and over an index made anew, the same.
    let state = register(&dir);
    make(&dir, &articles);
    assert_eq!(state, register(&dir));
    whosaid::index::erase(&dir).unwrap();
    make(&dir, &articles);
    assert_eq!(state, register(&dir));
    assert_eq!(who(&dir), corrected);
    for entry in undo {
        correct(&dir, Change::Undo { entry });
    }
    assert_eq!(who(&dir), before);
}

#[test]
fn a_corrected_statement_stays_corrected() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("index");
    let articles = [
        person("Ana Ruiz [mayor]"),
        person("Ben Okafor"),
        person("Ines Falk"),
    ];
    make(&dir, &articles);
    let id = |n: usize| format!("{}.1", hash(&format!("article-{n}")));
    let quote = |n: usize, name: &str| format!("The words of {name} fill a line of article {n}");
    let given = correct(
        &dir,
        Change::Attribute {
            statement: id(1),
            quote: quote(1, "Ana Ruiz"),
            to: "Ben Okafor".to_owned(),
        },
    );
    correct(
        &dir,
        Change::Reject {
            statement: id(3),
            quote: quote(3, "Ines Falk"),
        },
    );
    let holds = || {
        assert_eq!(who(&dir), set(&["Ben Okafor: 1 2"]));
        let searcher = Searcher::open(&dir).unwrap();
        let count = |query: &str| {
            searcher
                .count(&Request {
                    query: query.parse::<Query>().unwrap(),
                    ..Request::default()
                })
                .unwrap()
        };
        assert_eq!(count("speaker:Okafor"), 2);
        assert_eq!(count("speaker:Ruiz"), 0);
        assert_eq!(count("speaker:Falk"), 0);
        assert_eq!(count("words"), 2);
        let hit = searcher.statement(&id(1), None).unwrap().unwrap();
        assert_eq!(hit.speaker.name.as_deref(), Some("Ben Okafor"));
        assert_eq!(hit.speaker.role, None);
        assert!(
            hit.evidence
                .iter()
                .any(|s| s.field == "speaker" && s.rule.starts_with("corrected by desk")),
            "{:?}",
            hit.evidence
        );
    };
    holds();
    make(&dir, &articles);
    holds();
    whosaid::index::erase(&dir).unwrap();
    make(&dir, &articles);
    holds();
    // Another statement comes before it when the article is read anew: its number changes, its words do not.
    let mut longer = articles.clone();
    longer[0].people.insert(0, "Ada Voss".to_owned());
    make(&dir, &longer);
    assert_eq!(who(&dir), set(&["Ada Voss: 1", "Ben Okafor: 1 2"]));
    correct(&dir, Change::Undo { entry: given });
    assert_eq!(
        who(&dir),
        set(&["Ada Voss: 1", "Ana Ruiz: 1", "Ben Okafor: 2"])
    );
}

#[test]
fn a_broken_line_of_the_log_is_named_and_costs_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("index");
    let articles = [person("Bayu Santoso"), person("Bayu Pratama")];
    fs::create_dir_all(&dir).unwrap();
    let log = corrections::beside(&dir);
    fs::write(
        &log,
        concat!(
            "{\"id\":1,\"action\":\"merge\",\"names\":[\"Bayu Santoso\",\"Bayu Pratama\"]}\n",
            "{\"id\":2,\"action\":\"mer\n",
            "{\"id\":3,\"action\":\"rename\",\"name\":\"Nobody Here\",\"as\":\"X\"}\n"
        ),
    )
    .unwrap();
    let mut writer = Writer::open(&dir, &Settings::default()).unwrap();
    for (n, given) in articles.iter().enumerate() {
        put(&mut writer, given, n + 1);
    }
    let committed = writer.finish().unwrap();
    assert_eq!(committed.faults, 1);
    let [broken, unknown] = committed.notes.as_slice() else {
        panic!("{:?}", committed.notes)
    };
    assert!(
        broken.contains("index.corrections.jsonl:2: EOF"),
        "{broken}"
    );
    assert_eq!(
        unknown,
        "correction 3: nobody is named `Nobody Here` in the index"
    );
    assert_eq!(who(&dir), set(&["Bayu Santoso: 1 2"]));
}

/// Ids of the articles that a query finds statements in.
fn found(dir: &Path, query: &str) -> Vec<String> {
    let searcher = Searcher::open(dir).unwrap();
    let answer = searcher
        .search(&Request {
            query: query.parse::<Query>().unwrap(),
            limit: 100,
            copies: true,
            ..Request::default()
        })
        .unwrap();
    let ids: BTreeMap<String, ()> = answer
        .hits
        .iter()
        .map(|h| {
            (
                h.statement().unwrap().article_id.replace("article-", ""),
                (),
            )
        })
        .collect();
    ids.into_keys().collect()
}

#[test]
fn a_name_finds_all_its_spellings_and_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let harbour = |name: &str| Given {
        places: vec!["Europe/Norway/Bergen".to_owned()],
        ..person(name)
    };
    make(
        dir.path(),
        &[
            harbour("Oleksandr Marchuk [mayor of Bergen]"),
            harbour("Alexander Marchuk [mayor of Bergen]"),
            harbour("A. Ruiz [harbour engineer]"),
            harbour("Alberto Ruiz [harbour engineer]"),
            person("Ana Ruiz"),
            harbour("John Marsh [goalkeeper]"),
            person("John Marsh [mayor of Leeds]"),
        ],
    );
    for (query, articles) in [
        ("speaker:\"Oleksandr Marchuk\"", "1 2"),
        ("speaker:\"Alexander Marchuk\"", "1 2"),
        ("speaker:Marchuk", "1 2"),
        ("speaker:\"Ana Ruiz\"", "5"),
        ("speaker:\"Alberto Ruiz\"", "3 4"),
        ("speaker:\"A. Ruiz\"", "3 4 5"),
        ("speaker:Ruiz", "3 4 5"),
        ("speaker:\"John Marsh\"", "6 7"),
        ("speaker:\"John Marsh (goalkeeper)\"", "6"),
        ("speaker:\"John Marsh (mayor of Leeds)\"", "7"),
    ] {
        assert_eq!(found(dir.path(), query).join(" "), articles, "{query}");
    }
    let searcher = Searcher::open(dir.path()).unwrap();
    let today = "2025-12-01".parse().unwrap();
    let names = |name: &str| -> Vec<String> {
        let people = searcher.whois(name, today).unwrap();
        people.into_iter().map(|c| c.name).collect()
    };
    assert_eq!(names("Alexander Marchuk"), names("Marchuk"));
    assert_eq!(names("Marchuk").len(), 1);
    assert_eq!(
        names("John Marsh"),
        ["John Marsh (goalkeeper)", "John Marsh (mayor of Leeds)"]
    );
    assert_eq!(
        names("John Marsh (goalkeeper)"),
        ["John Marsh (goalkeeper)"]
    );
    assert_eq!(names("Ruiz").len(), 2);
    assert_eq!(names("Nobody"), Vec::<String>::new());
    let view = searcher
        .person("John Marsh (goalkeeper)", today, Depth::default())
        .unwrap()
        .unwrap();
    assert_eq!(
        (view.name.as_str(), view.statements),
        ("John Marsh (goalkeeper)", 1)
    );
}
