//! Queries against the bare engine on the same index: top ten with five facets, and the top ten alone.
//!
//! Needs an index: `WHOSAID_BENCH_INDEX=index cargo bench --bench search`. Without the variable it makes one of 20,000
//! statements by dice. Prints median and 99th percentile of each query; the engine's part runs the same clauses over
//! the same fields with its own collectors and terms aggregations.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tantivy::Term;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::{AggContextParams, AggregationCollector, AggregationLimitsGuard};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, Occur, PhraseQuery, Query as EngineQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use whosaid::article::{
    Article, Kind, Published, PublishedFrom, Reading, Speaker, SpeakerType, Statement,
};
use whosaid::index::schema::{STATEMENT, fields, name};
use whosaid::index::{Analyzer, Settings, Writer, documents, open_reader, words};
use whosaid::search::{Facet, FacetRequest, Request, Searcher};
use whosaid::text::Span;

/// Queries: words, and phrases in quotation marks.
const QUERIES: &[&str] = &[
    "bill",
    "president",
    "house vote",
    "\"health care\"",
    "tax cuts",
    "energy oil",
    "\"united states\"",
    "committee",
    "war iraq",
    "money people work",
];
const ROUNDS: usize = 30;

fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let made;
    let dir = match std::env::var_os("WHOSAID_BENCH_INDEX") {
        Some(dir) => PathBuf::from(dir),
        None => {
            made = synthetic(20_000);
            made.path().to_owned()
        }
    };
    run(&dir);
}

fn run(dir: &Path) {
    let opening = Instant::now();
    let searcher = Searcher::open(dir).expect("an index");
    println!("open: {:.1} ms", opening.elapsed().as_secs_f64() * 1e3);
    let manifest = searcher.index().manifest();
    println!(
        "{} articles, {} statements",
        manifest.articles, manifest.statements
    );
    let facets: Vec<FacetRequest> = [
        Facet::Speaker,
        Facet::Outlet,
        Facet::Kind,
        Facet::Month,
        Facet::Place,
    ]
    .into_iter()
    .map(|f| FacetRequest::new(f, 10))
    .collect();
    println!(
        "{:24} {:>8} {:>10} {:>10} {:>10} {:>10} {:>6} {:>10} {:>10}",
        "query",
        "hits",
        "p50 ms",
        "p99 ms",
        "bare p50",
        "bare p99",
        "ratio",
        "folded p50",
        "folded p99"
    );
    for typed in QUERIES {
        let request = Request {
            query: typed.parse().expect("a query"),
            facets: facets.clone(),
            copies: true,
            ..Request::default()
        };
        let mut total = 0;
        let ours = timed(|| total = searcher.search(&request).expect("an answer").total);
        // Copies folded into one hit, as people see them.
        let folded = Request {
            copies: false,
            ..request.clone()
        };
        let folded = timed(|| drop(searcher.search(&folded).expect("an answer")));
        let engine = open_reader(dir).expect("an index").searcher();
        let query = bare(typed);
        let bare = timed(|| {
            let found = engine.search(
                &query,
                &(
                    TopDocs::with_limit(10).order_by_score(),
                    Count,
                    aggregations(),
                ),
            );
            let (top, ..) = found.expect("a result");
            for (_, at) in top {
                let _: tantivy::TantivyDocument = engine.doc(at).expect("a document");
            }
        });
        let ms = |d: Duration| d.as_secs_f64() * 1e3;
        println!(
            "{typed:24} {total:>8} {:>10.2} {:>10.2} {:>10.2} {:>10.2} {:>6.2} {:>10.2} {:>10.2}",
            ms(ours.0),
            ms(ours.1),
            ms(bare.0),
            ms(bare.1),
            ms(ours.0) / ms(bare.0),
            ms(folded.0),
            ms(folded.1)
        );
    }
}

/// Median and 99th percentile.
fn timed(mut f: impl FnMut()) -> (Duration, Duration) {
    f();
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let begin = Instant::now();
            f();
            begin.elapsed()
        })
        .collect();
    times.sort();
    (times[ROUNDS / 2], times[ROUNDS * 99 / 100])
}

/// The same clauses for the bare engine: statement, and each word or phrase in content or context.
fn bare(typed: &str) -> BooleanQuery {
    let f = fields();
    let term = |field, text: &str| {
        Box::new(TermQuery::new(
            Term::from_field_text(field, text),
            IndexRecordOption::WithFreqs,
        )) as Box<dyn EngineQuery>
    };
    let mut clauses = vec![(Occur::Must, term(f.doc, STATEMENT))];
    if let Some(phrase) = typed.strip_prefix('"') {
        let tokens = words(Analyzer::Exact, phrase);
        let phrase = |field| {
            let terms = tokens
                .iter()
                .map(|w| Term::from_field_text(field, &w.text))
                .collect();
            Box::new(PhraseQuery::new(terms)) as Box<dyn EngineQuery>
        };
        clauses.push((
            Occur::Must,
            Box::new(BooleanQuery::union(vec![
                phrase(f.content_exact),
                phrase(f.context_exact),
            ])),
        ));
    } else {
        for word in words(Analyzer::Stem, typed) {
            let either = BooleanQuery::union(vec![
                term(f.content, &word.text),
                term(f.context, &word.text),
            ]);
            clauses.push((Occur::Must, Box::new(either)));
        }
    }
    BooleanQuery::new(clauses)
}

fn aggregations() -> AggregationCollector {
    let f = fields();
    let of = |field| serde_json::json!({"terms": {"field": name(field), "size": 10}});
    let request: Aggregations = serde_json::from_value(serde_json::json!({
        "speaker": of(f.speaker_key), "outlet": of(f.outlet), "kind": of(f.kind), "month": of(f.month), "place": of(f.place),
    }))
    .expect("aggregations");
    AggregationCollector::from_aggs(
        request,
        AggContextParams::new(
            AggregationLimitsGuard::default(),
            tantivy::tokenizer::TokenizerManager::default(),
        ),
    )
}

/// An index of so many statements of words thrown by dice, a few of them common.
fn synthetic(statements: usize) -> tempfile::TempDir {
    const WORDS: &[&str] = &[
        "bill",
        "president",
        "house",
        "vote",
        "health",
        "care",
        "tax",
        "cuts",
        "energy",
        "oil",
        "united",
        "states",
        "committee",
        "war",
        "iraq",
        "money",
        "people",
        "work",
    ];
    let dir = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(dir.path(), &Settings::default()).expect("a writer");
    let mut state = 1_u64;
    let mut dice = |sides: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % sides
    };
    for n in 0..statements / 5 {
        let mut text = String::new();
        let mut reading = Reading::default();
        for _ in 0..5 {
            let begin = text.len();
            for _ in 0..20 {
                if dice(6) == 0 {
                    text.push_str(WORDS[dice(WORDS.len())]);
                } else {
                    text.push_str(&format!("word{}", dice(30_000)));
                }
                text.push(' ');
            }
            let mut statement = Statement {
                kind: Kind::ALL[dice(3)],
                content: vec![Span::new(begin, text.len())],
                speaker: Speaker {
                    kind: SpeakerType::Named,
                    name: Some(format!("Name{} Surname{}", dice(50), dice(400))),
                    ..Speaker::default()
                },
                confidence: 0.9,
                ..Statement::default()
            };
            statement.evidence.sentence = Span::new(begin, text.len());
            reading.sentences.push(statement.evidence.sentence);
            reading.statements.push(statement);
        }
        let id = n.to_string();
        let article = Article {
            key: blake3::hash(id.as_bytes()).to_hex()[..32].to_owned(),
            id,
            outlet: Some(format!("Outlet {}", dice(40))),
            published: Some(Published {
                date: format!(
                    "20{:02}-{:02}-{:02}",
                    10 + dice(15),
                    1 + dice(12),
                    1 + dice(28)
                )
                .parse()
                .expect("a date"),
                from: PublishedFrom::Metadata,
            }),
            text,
            ..Article::default()
        };
        writer.put(documents::of(&article, &reading)).expect("room");
    }
    writer.finish().expect("room");
    dir
}
