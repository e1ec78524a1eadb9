//! Facet counts against brute force: statements thrown by dice, and selections thrown by dice.
//!
//! `cargo test --release --test it selections -- --ignored` makes ten thousand selections.

use std::collections::{BTreeMap, BTreeSet};

use whosaid::article::{
    Article, Kind, Place, Published, PublishedFrom, Reading, Speaker, SpeakerType, Stance,
    Statement,
};
use whosaid::index::{Settings, Writer, documents, names};
use whosaid::search::{Counting, Facet, FacetRequest, FacetValue, Filter, Request, Searcher};
use whosaid::text::Span;

use crate::build::hash;

const WORDS: &[&str] = &["harbour", "ferry", "peace", "budget", "tunnel", "bridge"];
const SPEAKERS: &[&str] = &[
    "Ana Ruiz",
    "Alba Ruiz",
    "Ben Okafor",
    "Oleh Stavnytskyy",
    "Oleh Stavnytsky",
    "Mia Stone",
];
const ROLES: &[&str] = &["mayor", "quay master", "President"];
const ORGANISATIONS: &[&str] = &["Weserline", "Harbour Authority"];
const MEDIA: &[&str] = &["a letter", "X", "a statement"];
const PLACES: &[&str] = &[
    "Europe/Norway/Bergen",
    "Europe/Norway/Oslo",
    "Europe/Ukraine/Kyiv",
    "Africa/Ghana/Tema",
];
const OUTLETS: &[&str] = &["Courier", "Lantern", "The Northline"];
const AUTHORS: &[&str] = &["Jo Bell", "Mia Stone", "Per Aas"];
const LANGUAGES: &[&str] = &["en", "de"];
const DATES: &[&str] = &["2025-11-20", "2025-12", "2025-12-05", "2026"];
/// Long enough to have copies, too short for copies of which nobody is named.
const SAYINGS: &[&str] = &[
    "nobody knows the harbour like gulls do",
    "the budget never quite reaches the quay",
    "peace is left when everybody went home",
];
const FACETS: &[Facet] = &[
    Facet::Speaker,
    Facet::Role,
    Facet::Organisation,
    Facet::SpeakerType,
    Facet::Place,
    Facet::Outlet,
    Facet::Byline,
    Facet::Kind,
    Facet::Stance,
    Facet::Medium,
    Facet::Language,
    Facet::Month,
    Facet::Year,
];

/// A linear congruential generator: the same dice on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }

    /// Two times in three.
    fn some<'a>(&mut self, of: &[&'a str]) -> Option<&'a str> {
        (self.roll(3) > 0).then(|| self.one(of))
    }
}

/// What is known of a statement without asking the index.
struct Truth {
    words: BTreeSet<String>,
    values: BTreeMap<Facet, BTreeSet<String>>,
    article: usize,
    /// Speaker's surname and words; copies have the same.
    quotation: (String, String),
}

fn make(articles: usize, dice: &mut Dice) -> (tempfile::TempDir, Vec<Truth>) {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path(), &Settings::default()).unwrap();
    let mut truths = Vec::new();
    for n in 0..articles {
        let mut text = String::new();
        let mut reading = Reading::default();
        for path in PLACES {
            let path: Vec<String> = path.split('/').map(ToOwned::to_owned).collect();
            reading.places.push(Place {
                name: path.last().unwrap().clone(),
                path,
                ..Place::default()
            });
        }
        reading.dateline = (dice.roll(2) > 0).then(|| dice.roll(PLACES.len()) as u32);
        let outlet = dice.some(OUTLETS);
        let language = dice.some(LANGUAGES);
        let date = dice.some(DATES);
        let authors: BTreeSet<&str> = (0..dice.roll(3)).map(|_| dice.one(AUTHORS)).collect();
        for _ in 0..1 + dice.roll(5) {
            let words = if dice.roll(4) == 0 {
                dice.one(SAYINGS).to_owned()
            } else {
                let words: Vec<&str> = (0..1 + dice.roll(3)).map(|_| dice.one(WORDS)).collect();
                words.join(" ")
            };
            let begin = text.len();
            text.push_str(&words);
            let content = Span::new(begin, text.len());
            text.push_str(" via ");
            let medium = dice.some(MEDIA);
            let medium_begin = text.len();
            text.push_str(medium.unwrap_or_default());
            let medium_span = medium.map(|_| Span::new(medium_begin, text.len()));
            text.push_str("\n\n");
            let speaker = dice.some(SPEAKERS);
            let kind_of_speaker = match speaker {
                Some(_) => SpeakerType::Named,
                None => SpeakerType::ALL[1 + dice.roll(SpeakerType::ALL.len() - 1)],
            };
            let mut statement = Statement {
                kind: Kind::ALL[dice.roll(Kind::ALL.len())],
                stance: Stance::ALL[dice.roll(Stance::ALL.len())],
                content: vec![content],
                speaker: Speaker {
                    kind: kind_of_speaker,
                    name: speaker.map(ToOwned::to_owned),
                    entity: None,
                    role: dice.some(ROLES).map(ToOwned::to_owned),
                    on_behalf_of: dice.some(ORGANISATIONS).map(ToOwned::to_owned),
                },
                medium: medium_span,
                place: (dice.roll(2) > 0).then(|| dice.roll(PLACES.len()) as u32),
                confidence: 0.9,
                ..Statement::default()
            };
            statement.evidence.sentence = content;
            let mut values: BTreeMap<Facet, BTreeSet<String>> =
                FACETS.iter().map(|f| (*f, BTreeSet::new())).collect();
            let mut add = |facet, value: Option<&str>| {
                values
                    .entry(facet)
                    .or_default()
                    .extend(value.map(ToOwned::to_owned));
            };
            let s = &statement.speaker;
            add(Facet::Speaker, speaker.map(names::key).as_deref());
            add(Facet::Role, s.role.as_deref());
            add(Facet::Organisation, s.on_behalf_of.as_deref());
            add(Facet::SpeakerType, Some(s.kind.as_str()));
            add(Facet::Kind, Some(statement.kind.as_str()));
            add(Facet::Stance, Some(statement.stance.as_str()));
            add(Facet::Medium, medium);
            add(Facet::Outlet, outlet);
            add(Facet::Language, language);
            for author in &authors {
                add(Facet::Byline, Some(author));
            }
            add(Facet::Year, date.and_then(|d| d.get(..4)));
            add(Facet::Month, date.and_then(|d| d.get(..7)));
            for place in statement.place.iter().chain(&reading.dateline) {
                let path = PLACES[*place as usize];
                for (at, _) in path.match_indices('/') {
                    add(Facet::Place, Some(&path[..at]));
                }
                add(Facet::Place, Some(path));
            }
            let surname = speaker.and_then(names::surname).unwrap_or_default();
            let few = words.split(' ').count() < 5;
            truths.push(Truth {
                words: words.split(' ').map(ToOwned::to_owned).collect(),
                values,
                article: n,
                quotation: match few {
                    true => (truths.len().to_string(), String::new()),
                    false => (surname, words),
                },
            });
            reading.statements.push(statement);
        }
        let id = n.to_string();
        let article = Article {
            key: hash(&id),
            content_hash: hash(&text),
            id,
            outlet: outlet.map(ToOwned::to_owned),
            byline: authors.into_iter().map(ToOwned::to_owned).collect(),
            language: language.map(ToOwned::to_owned),
            published: date.map(|date| Published {
                date: date.parse().unwrap(),
                from: PublishedFrom::Metadata,
            }),
            text,
            ..Article::default()
        };
        writer.put(documents::of(&article, &reading)).unwrap();
        // Several segments, as a real index has.
        if n == articles / 3 || n == articles / 2 {
            writer.commit().unwrap();
        }
    }
    writer.finish().unwrap();
    (dir, truths)
}

/// A word of the query with its sign.
type Term = (bool, &'static str);

fn matches(truth: &Truth, query: &[Term]) -> bool {
    query
        .iter()
        .all(|(wanted, word)| truth.words.contains(*word) == *wanted)
}

fn passes(truth: &Truth, filter: &Filter) -> bool {
    let values = &truth.values[&filter.facet];
    let has = |value: &String| match filter.facet {
        Facet::Speaker => values.contains(&names::key(value)),
        _ => values.contains(value),
    };
    (filter.any.is_empty() || filter.any.iter().any(has)) && !filter.none.iter().any(has)
}

fn count<'a>(counting: Counting, truths: impl Iterator<Item = &'a Truth>) -> u64 {
    match counting {
        Counting::Raw => truths.count() as u64,
        Counting::Articles => truths.map(|t| t.article).collect::<BTreeSet<_>>().len() as u64,
        Counting::Distinct => truths.map(|t| &t.quotation).collect::<BTreeSet<_>>().len() as u64,
    }
}

fn flat(values: &[FacetValue]) -> Vec<&FacetValue> {
    values
        .iter()
        .flat_map(|v| std::iter::once(v).chain(flat(&v.children)))
        .collect()
}

/// Makes so many selections; the counts that were compared, and those that were wrong.
fn selections(many: usize) -> (usize, Vec<String>) {
    let mut dice = Dice(7);
    let (dir, truths) = make(400, &mut dice);
    let searcher = Searcher::open(dir.path()).unwrap();
    let known: BTreeMap<Facet, Vec<String>> = FACETS
        .iter()
        .map(|facet| {
            let values: BTreeSet<String> = truths
                .iter()
                .flat_map(|t| t.values[facet].clone())
                .collect();
            (*facet, values.into_iter().collect())
        })
        .collect();
    let mut compared = 0;
    let mut wrong = Vec::new();
    for _ in 0..many {
        let query: Vec<Term> = (0..dice.roll(3))
            .map(|_| (dice.roll(4) > 0, WORDS[dice.roll(WORDS.len())]))
            .collect();
        let typed: Vec<String> = query
            .iter()
            .map(|(wanted, word)| format!("{}{word}", if *wanted { "" } else { "-" }))
            .collect();
        let mut filters: Vec<Filter> = Vec::new();
        for facet in FACETS {
            if dice.roll(4) > 0 {
                continue;
            }
            let mut pick = |most: usize| -> Vec<String> {
                (0..dice.roll(most + 1))
                    .map(|_| known[facet][dice.roll(known[facet].len())].clone())
                    .collect()
            };
            filters.push(Filter {
                facet: *facet,
                any: pick(2),
                none: pick(1),
            });
        }
        let counting = Counting::ALL[dice.roll(3)];
        let request = Request {
            query: typed.join(" ").parse().unwrap(),
            filters: filters.clone(),
            facets: FACETS.iter().map(|f| FacetRequest::new(*f, 1000)).collect(),
            counting,
            copies: true,
            ..Request::default()
        };
        let (total, counts) = searcher.count_facets(&request).unwrap();
        let found = truths
            .iter()
            .filter(|t| matches(t, &query) && filters.iter().all(|f| passes(t, f)));
        compared += 1;
        if total != count(counting, found) {
            wrong.push(format!("{request:?}: total {total}"));
        }
        for counts in counts {
            let facet = counts.facet;
            // Everything that only the facet's own filter keeps out is counted as well, where that filter asks for
            // values; what it excludes stays out of the hits but in the counts.
            let near: Vec<&Truth> = truths
                .iter()
                .filter(|t| {
                    matches(t, &query) && filters.iter().all(|f| f.facet == facet || passes(t, f))
                })
                .collect();
            let mut expected: BTreeMap<String, Vec<&Truth>> = BTreeMap::new();
            for truth in near {
                for value in &truth.values[&facet] {
                    expected.entry(value.clone()).or_default().push(truth);
                }
            }
            let shown: BTreeMap<String, u64> = flat(&counts.values)
                .into_iter()
                .map(|v| {
                    let value = match facet {
                        Facet::Speaker => names::key(&v.value),
                        _ => v.value.clone(),
                    };
                    (value, v.count)
                })
                .filter(|(_, count)| *count > 0)
                .collect();
            let expected: BTreeMap<String, u64> = expected
                .into_iter()
                .map(|(value, of)| (value, count(counting, of.into_iter())))
                .collect();
            compared += expected.len().max(shown.len());
            if shown != expected {
                wrong.push(format!(
                    "{facet} {filters:?} {typed:?} {counting}: {shown:?}, not {expected:?}"
                ));
            }
        }
    }
    (compared, wrong)
}

#[test]
fn counts_are_what_brute_force_counts() {
    let (compared, wrong) = selections(150);
    assert!(compared > 1000, "{compared}");
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong[..wrong.len().min(3)].join("\n")
    );
}

#[test]
#[ignore = "minutes; for releases"]
fn ten_thousand_selections() {
    let (compared, wrong) = selections(10_000);
    println!("{compared} counts compared, {} wrong", wrong.len());
    assert!(
        wrong.is_empty(),
        "{}",
        wrong[..wrong.len().min(3)].join("\n")
    );
}
