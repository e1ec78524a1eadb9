//! Search on hand-made articles.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde::Deserialize;
use whosaid::article::{Kind, Stance};
use whosaid::search::{
    Answer, Facet, FacetRequest, FacetValue, Filter, Hit, Request, Scope, Searcher, Sort,
};

use crate::build::{Article1, Said1, index};
use crate::suite::cases;

/// The little corpus that the cases of `tests/suite/search` are about.
pub(crate) fn corpus() -> Vec<Article1<'static>> {
    let said = |speaker, role, content| Said1 {
        speaker,
        role: Some(role),
        content,
        kind: Kind::Direct,
        ..Said1::default()
    };
    vec![
        Article1 {
            id: "harbour",
            title: "Harbour of Bergen reopens after storm",
            outlet: "The Northline",
            byline: "Jo Bell",
            published: "2025-11-20",
            places: vec!["Europe/Norway/Bergen"],
            statements: vec![
                said(
                    "Ana Ruiz",
                    "harbour master",
                    "The harbour will reopen on Monday, and that is a promise to the fishermen",
                ),
                said(
                    "Oleh Stavnytskyy",
                    "President",
                    "Lasting peace is what Ukraine’s people want",
                ),
                Said1 {
                    stance: Stance::Denies,
                    said: Some(("2025-10-01", "2025-10-31")),
                    ..said(
                        "Séan O’Dwyer",
                        "ferry captain",
                        "It’s not the ferries’ fault that Noël ran late in the U.S. port",
                    )
                },
            ],
        },
        Article1 {
            id: "peace",
            title: "Peace talks in Kyiv",
            outlet: "Courier",
            byline: "Mia Stone",
            published: "2025-12-02",
            places: vec!["Europe/Ukraine/Kyiv", "Europe/Norway/Bergen"],
            statements: vec![
                said(
                    "Oleh Stavnytsky",
                    "Ukrainian president",
                    "A peaceful spirit is worth more than a truce",
                ),
                Said1 {
                    place: Some(1),
                    ..said(
                        "Alba Ruiz",
                        "negotiator",
                        "We spoke in the spirit of Stavnytskyy, but there was no final deal",
                    )
                },
                Said1 {
                    kind: Kind::Indirect,
                    confidence: 0.4,
                    ..said(
                        "",
                        "people familiar with the talks",
                        "the talks were close to collapse",
                    )
                },
            ],
        },
        Article1 {
            id: "copy",
            title: "Port opens again",
            outlet: "Lantern",
            published: "2025-11-21",
            statements: vec![
                said(
                    "Ana Ruiz",
                    "harbour master",
                    "The harbour will reopen on Monday, and that is a promise to the fishermen",
                ),
                said(
                    "Ben Okafor",
                    "mayor",
                    "The harbour will reopen on Monday, and that is a promise to the fishermen",
                ),
            ],
            ..Article1::default()
        },
    ]
}

fn request(query: &str) -> Request {
    Request {
        query: query.parse().unwrap(),
        today: "2025-12-03".parse().unwrap(),
        copies: true,
        ..Request::default()
    }
}

/// Speakers of the hits, or their roles.
fn speakers(answer: &Answer) -> Vec<String> {
    answer
        .hits
        .iter()
        .filter_map(Hit::statement)
        .map(|s| {
            s.speaker
                .name
                .clone()
                .or(s.speaker.role.clone())
                .unwrap_or_default()
        })
        .collect()
}

#[derive(Deserialize)]
struct Case {
    name: String,
    query: String,
    /// Speakers of all hits, in any order.
    finds: Vec<String>,
    /// What is marked in the quotes.
    #[serde(default)]
    marks: Option<Vec<String>>,
}

#[test]
fn finds_what_the_suite_says() {
    let dir = index(&corpus());
    let searcher = Searcher::open(dir.path()).unwrap();
    let mut failures = Vec::new();
    for case in cases::<Case>("search") {
        let answer = searcher.search(&request(&case.query)).unwrap();
        let mut found = speakers(&answer);
        let mut wanted = case.finds.clone();
        found.sort();
        wanted.sort();
        let marks: BTreeSet<String> = answer
            .hits
            .iter()
            .filter_map(Hit::statement)
            .flat_map(|s| s.quote.marks.iter().map(|m| m.of(&s.quote.text).to_owned()))
            .collect();
        let as_marked = case
            .marks
            .as_ref()
            .is_none_or(|m| m.iter().cloned().collect::<BTreeSet<_>>() == marks);
        if found != wanted || answer.total != wanted.len() as u64 || !as_marked {
            failures.push(format!(
                "{}: {} found {found:?}, marked {marks:?}",
                case.name, case.query
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_hit_says_who_what_when_and_where() {
    let dir = index(&corpus());
    let answer = Searcher::open(dir.path())
        .unwrap()
        .search(&request("\"no final deal\""))
        .unwrap();
    let Some(Hit::Statement(hit)) = answer.hits.first() else {
        panic!("no hit")
    };
    assert_eq!(
        hit.quote.text,
        "“We spoke in the spirit of Stavnytskyy, but there was no final deal”"
    );
    assert_eq!(hit.quote.marks.len(), 1);
    assert_eq!(hit.speaker.name.as_deref(), Some("Alba Ruiz"));
    assert_eq!(hit.speaker.role.as_deref(), Some("negotiator"));
    assert_eq!(hit.cue, "said");
    assert_eq!(hit.place.as_ref().map(|p| p.name.as_str()), Some("Bergen"));
    assert_eq!(
        hit.published.map(|p| p.to_string()).as_deref(),
        Some("2025-12-02")
    );
    assert_eq!(hit.origin.path, "peace.txt");
    assert_eq!(hit.content[0].of(&hit.passage.text), hit.quote.text);
    let json = serde_json::to_value(&answer).unwrap();
    for key in [
        "schema_version",
        "query",
        "filters",
        "total",
        "took_ms",
        "facets",
        "hits",
    ] {
        assert!(json.get(key).is_some(), "{key}");
    }
    let again = Searcher::open(dir.path()).unwrap();
    let same = again.statement(&hit.id, None).unwrap().unwrap();
    assert_eq!(same.quote.text, hit.quote.text);
    assert!(
        again
            .article(&hit.article)
            .unwrap()
            .unwrap()
            .text
            .contains("no final deal")
    );
}

#[test]
fn copies_are_one_hit_by_the_first_who_printed_them() {
    let dir = index(&corpus());
    let searcher = Searcher::open(dir.path()).unwrap();
    let folded = Request {
        copies: false,
        ..request("\"harbour will reopen\"")
    };
    let answer = searcher.search(&folded).unwrap();
    // Three statements, two families: the same words by another speaker are no copy.
    assert_eq!((answer.total, answer.hits.len()), (3, 2));
    let first = answer
        .hits
        .iter()
        .filter_map(Hit::statement)
        .find(|s| s.speaker.name.as_deref() == Some("Ana Ruiz"))
        .unwrap();
    assert_eq!(first.outlet.as_deref(), Some("The Northline"));
    let copies: Vec<_> = first
        .copies
        .iter()
        .filter_map(|c| c.outlet.as_deref())
        .collect();
    assert_eq!(copies, ["Lantern"]);
}

#[test]
fn an_empty_answer_says_why() {
    let dir = index(&corpus());
    let searcher = Searcher::open(dir.path()).unwrap();
    let answer = searcher.search(&request("speaker:okafor peace")).unwrap();
    let tries: Vec<_> = answer
        .hints
        .iter()
        .filter_map(|h| h.try_query.as_ref())
        .map(ToString::to_string)
        .collect();
    assert!(
        tries.contains(&"peace".to_owned()) && tries.contains(&"speaker:okafor".to_owned()),
        "{tries:?}"
    );
    let answer = searcher.search(&request("speaker:okafr")).unwrap();
    assert_eq!(
        answer
            .hints
            .first()
            .and_then(|h| h.try_query.as_ref())
            .map(ToString::to_string)
            .as_deref(),
        Some("speaker:okafor")
    );
}

#[derive(Deserialize)]
struct Hints {
    case: Vec<HintCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HintCase {
    name: String,
    query: String,
    offers: Vec<String>,
}

#[test]
fn an_empty_answer_offers_what_the_suite_says() {
    let dir = index(&corpus());
    let searcher = Searcher::open(dir.path()).unwrap();
    let suite: Hints = toml::from_str(include_str!("../suite/hints/cases.toml")).unwrap();
    let mut failures = Vec::new();
    for case in suite.case {
        let answer = searcher.search(&request(&case.query)).unwrap();
        let offers: Vec<String> = answer
            .hints
            .iter()
            .filter_map(|h| h.try_query.as_ref())
            .map(ToString::to_string)
            .collect();
        let all = case.offers.iter().all(|o| offers.contains(o));
        if answer.total != 0 || !all || case.offers.is_empty() != offers.is_empty() {
            failures.push(format!("{}: {} hits, {offers:?}", case.name, answer.total));
        }
        // What is offered finds as much as it says.
        for hint in &answer.hints {
            if let Some(query) = &hint.try_query {
                let again = searcher
                    .count(&Request {
                        query: query.clone(),
                        ..request("")
                    })
                    .unwrap();
                assert_eq!(again, hint.total, "{query}");
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn limits_are_kept() {
    let dir = index(&corpus());
    let searcher = Searcher::open(dir.path()).unwrap();
    for (limit, offset) in [
        (0, 0),
        (1_000_000_000, 0),
        (10, 1_000_000_000),
        (usize::MAX, usize::MAX),
    ] {
        let answer = searcher
            .search(&Request {
                limit,
                offset,
                ..request("harbour")
            })
            .unwrap();
        assert!(answer.hits.len() <= 1000);
        assert_eq!(answer.total, 3);
    }
}

#[test]
fn sorts_by_date() {
    let dir = index(&corpus());
    let searcher = Searcher::open(dir.path()).unwrap();
    let dates = |sort| -> Vec<String> {
        let answer = searcher
            .search(&Request {
                sort,
                ..request("")
            })
            .unwrap();
        answer
            .hits
            .iter()
            .filter_map(Hit::statement)
            .map(|s| s.published.unwrap().to_string())
            .collect()
    };
    let oldest = dates(Sort::Oldest);
    // Said in October, printed in November.
    assert_eq!(oldest[0], "2025-11-20");
    assert_eq!(oldest[7], "2025-12-02");
    let newest = dates(Sort::Newest);
    assert_eq!(newest[0], "2025-12-02");
    assert_eq!(newest[7], "2025-11-20");
}

#[test]
fn articles_can_be_searched_whole() {
    let dir = index(&corpus());
    let searcher = Searcher::open(dir.path()).unwrap();
    let answer = searcher
        .search(&Request {
            scope: Scope::Articles,
            ..request("harbour speaker:ruiz")
        })
        .unwrap();
    let titles: Vec<_> = answer
        .hits
        .iter()
        .filter_map(|h| match h {
            Hit::Article(a) => a.title.as_ref().map(|t| t.text.clone()),
            Hit::Statement(_) => None,
        })
        .collect();
    assert_eq!(
        titles,
        ["Harbour of Bergen reopens after storm", "Port opens again"]
    );
}

#[test]
fn spellings_of_a_name_are_one_facet_value() {
    let dir = index(&corpus());
    let searcher = Searcher::open(dir.path()).unwrap();
    let facets = vec![
        FacetRequest::new(Facet::Speaker, 10),
        FacetRequest::new(Facet::Place, 10),
    ];
    let answer = searcher
        .search(&Request {
            facets,
            ..request("")
        })
        .unwrap();
    let counts: BTreeMap<_, _> = answer.facets[0]
        .values
        .iter()
        .map(|v| (v.value.as_str(), v.count))
        .collect();
    assert_eq!(counts.get("Oleh Stavnytsky"), Some(&2), "{counts:?}");
    assert_eq!(counts.get("Ana Ruiz"), Some(&2));
    // Europe rolls up; each statement counts once however many places it has.
    let europe = &answer.facets[1].values[0];
    assert_eq!((europe.value.as_str(), europe.count), ("Europe", 6));
    let below: BTreeMap<_, _> = europe
        .children
        .iter()
        .map(|v| (v.label.as_str(), v.count))
        .collect();
    assert_eq!(below, BTreeMap::from([("Norway", 4), ("Ukraine", 3)]));
}

/// Every value of a list of counts, with those below it.
fn flat(values: &[FacetValue]) -> Vec<&FacetValue> {
    values
        .iter()
        .flat_map(|v| std::iter::once(v).chain(flat(&v.children)))
        .collect()
}

const SPEAKERS: &[&str] = &[
    "Ana Ruiz",
    "Ben Okafor",
    "Mia Stone",
    "Oleh Stavnytskyy",
    "Oleh Stavnytsky",
    "",
];
const PLACES: &[&str] = &[
    "Europe/Norway/Bergen",
    "Europe/Norway/Oslo",
    "Europe/Ukraine",
    "Africa/Ghana/Tema",
];
const OUTLETS: &[&str] = &["Courier", "Lantern", "The Northline", ""];
const WORDS: &[&str] = &["harbour", "peace", "deal", "ferry"];
const DATES: &[&str] = &["2025-11-20", "2025-12", "2026", ""];

type Seed = (usize, usize, usize, usize, Vec<(usize, usize, usize)>);

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let said = (0..SPEAKERS.len(), 0..WORDS.len(), 0..3_usize);
    let article = (
        0..PLACES.len(),
        0..PLACES.len(),
        0..OUTLETS.len(),
        0..DATES.len(),
        prop::collection::vec(said, 0..5),
    );
    prop::collection::vec(article, 1..12)
}

fn chosen() -> impl Strategy<Value = Vec<Filter>> {
    let pick = |facet, values: &'static [&'static str]| {
        let some = || prop::collection::vec(prop::sample::select(values.to_vec()), 0..2);
        (some(), some()).prop_map(move |(any, none)| Filter {
            facet,
            any: any.into_iter().map(ToOwned::to_owned).collect(),
            none: none.into_iter().map(ToOwned::to_owned).collect(),
        })
    };
    (
        pick(Facet::Speaker, &["Ana Ruiz", "Oleh Stavnytsky"]),
        pick(
            Facet::Place,
            &["Europe", "Europe/Norway", "Africa/Ghana/Tema"],
        ),
        pick(Facet::Kind, &["direct", "mixed", "indirect"]),
        pick(Facet::Month, &["2025-11", "2025-12"]),
    )
        .prop_map(|(a, b, c, d)| vec![a, b, c, d])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What a facet counts is what choosing the value shows, whatever else is chosen.
    #[test]
    fn counts_equal_what_choosing_them_shows(seeds in seeds(), filters in chosen(), word in 0..WORDS.len() + 1) {
        let ids: Vec<String> = (0..seeds.len()).map(|n| format!("article {n}")).collect();
        let articles: Vec<Article1<'_>> = seeds
            .iter()
            .zip(&ids)
            .map(|((first, second, outlet, date, said), id)| Article1 {
                id,
                title: "A title",
                outlet: OUTLETS[*outlet],
                published: DATES[*date],
                places: vec![PLACES[*first], PLACES[*second]],
                statements: said
                    .iter()
                    .map(|(speaker, word, kind)| Said1 {
                        speaker: SPEAKERS[*speaker],
                        content: WORDS[*word],
                        kind: Kind::ALL[*kind],
                        place: Some(1),
                        ..Said1::default()
                    })
                    .collect(),
                ..Article1::default()
            })
            .collect();
        let dir = index(&articles);
        let searcher = Searcher::open(dir.path()).unwrap();
        let facets = [Facet::Speaker, Facet::Place, Facet::Outlet, Facet::Kind, Facet::Month, Facet::Year];
        let request = Request {
            facets: facets.iter().map(|f| FacetRequest::new(*f, 100)).collect(),
            filters: filters.clone(),
            ..request(WORDS.get(word).copied().unwrap_or(""))
        };
        let answer = searcher.search(&request).unwrap();
        for counts in &answer.facets {
            for value in flat(&counts.values) {
                let mut other: Vec<Filter> = filters.iter().filter(|f| f.facet != counts.facet).cloned().collect();
                other.push(Filter { facet: counts.facet, any: vec![value.value.clone()], none: Vec::new() });
                let shown = searcher.search(&Request { filters: other, ..request.clone() }).unwrap();
                // With a value of the same facet excluded the count leaves it out as well.
                prop_assert_eq!(value.count, shown.total, "{} {}", counts.facet, value.value);
            }
        }
    }

    /// No query breaks the search.
    #[test]
    fn any_query_is_answered(typed in "([a-e\"“():*~ .-]|AND|OR|NOT| |speaker:|said:|kind:|place:|harb|ruiz|20|\\.\\.|7d|~2|’|é){0,24}") {
        thread_local! {
            static INDEX: tempfile::TempDir = index(&corpus());
        }
        INDEX.with(|dir| {
            let searcher = Searcher::open(dir.path()).unwrap();
            for scope in [Scope::Statements, Scope::Articles] {
                let Ok(query) = typed.parse() else { continue };
                searcher.search(&Request { query, scope, ..Request::default() }).unwrap();
            }
        });
    }
}
