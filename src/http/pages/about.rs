//! `/about`: what is in the index, and how far to trust it.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::{Frame, Section, chart, filters};
use crate::http::Shared;
use crate::http::fault::Fault;
use crate::http::format;
use crate::http::live::Snapshot;
use crate::http::view::{View, today};
use crate::index::LastRun;
use crate::search::{Facet, FacetCounts, FacetRequest, MAX_FACET_VALUES, Request, Scope};

/// Steps of confidence that are counted.
const STEPS: [u8; 4] = [90, 75, 50, 0];
/// Skipped files that are listed.
const LISTED: usize = 20;

/// The README, whose table of accuracy is the measured one.
const README: &str = include_str!("../../../README.md");
/// Rows of that table that are shown, and what they are called here.
const ACCURACY: [(&str, &str); 9] = [
    ("statement found", "Statements found"),
    ("statement said", "… with the right source"),
    ("statement strict", "… with every word of both exact"),
    ("speaker named", "Named speakers resolved"),
    ("kind", "Direct, mixed or indirect"),
    ("stance", "Stance"),
    ("said on", "Day on which it was said"),
    ("names all", "Names of people, organisations and places"),
    ("places within 161 km", "Places put within 161 km"),
];

/// Precision, recall and F1 of a row of the README's table, as printed there.
fn measured(row: &str) -> Option<[&'static str; 3]> {
    let cells = README.lines().find_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split('|').map(str::trim);
        (cells.next() == Some(row)).then_some(cells)
    })?;
    let figures: Vec<&str> = cells.take(3).collect();
    figures.try_into().ok()
}

struct Coverage {
    articles: u64,
    statements: u64,
    generation: u64,
    extraction: String,
    schema: u32,
    last: Option<LastRun>,
    of_articles: Vec<FacetCounts>,
    of_statements: Vec<FacetCounts>,
    /// Statements with at least that confidence.
    sure: Vec<(u8, u64)>,
}

pub(in crate::http) async fn page(State(app): State<Shared>) -> Result<Response, Fault> {
    let coverage = app.ask(count).await?;
    let frame = Frame {
        title: "About this index",
        section: Section::About,
        view: &View::default(),
        feed: None,
    };
    Ok(frame.around(&app, &content(&coverage)))
}

fn count(snapshot: &Snapshot) -> Result<Coverage, Fault> {
    let searcher = &snapshot.searcher;
    let request = |scope, facets: &[(Facet, usize)]| Request {
        facets: facets
            .iter()
            .map(|(f, n)| FacetRequest::new(*f, *n))
            .collect(),
        scope,
        today: today(),
        ..Request::default()
    };
    let (_, of_articles) = searcher.count_facets(&request(
        Scope::Articles,
        &[
            (Facet::Month, MAX_FACET_VALUES),
            (Facet::Outlet, 20),
            (Facet::Language, 12),
        ],
    ))?;
    let (_, of_statements) = searcher.count_facets(&request(
        Scope::Statements,
        &[
            (Facet::Kind, 3),
            (Facet::Stance, 7),
            (Facet::SpeakerType, 6),
        ],
    ))?;
    let mut sure = Vec::new();
    for least in STEPS {
        let request = Request {
            min_confidence: f32::from(least) / 100.0,
            ..request(Scope::Statements, &[])
        };
        sure.push((least, searcher.count(&request)?));
    }
    let manifest = searcher.index().manifest();
    Ok(Coverage {
        articles: manifest.articles,
        statements: manifest.statements,
        generation: manifest.generation,
        extraction: manifest.extraction.clone(),
        schema: manifest.schema_version,
        last: LastRun::read(searcher.index().dir()),
        of_articles,
        of_statements,
        sure,
    })
}

fn content(coverage: &Coverage) -> Markup {
    let articles = View::default().with(|v| v.scope = Scope::Articles);
    let of = |list: &[FacetCounts], facet: Facet| list.iter().find(|c| c.facet == facet).cloned();
    let dated = of(&coverage.of_articles, Facet::Month)
        .map_or(0, |m| m.values.iter().map(|v| v.count).sum::<u64>());
    html! {
        div.wide.about {
            h1 { "About this index" }
            p.lede {
                (format::counted(coverage.articles, "article", "articles")) ", "
                (format::counted(coverage.statements, "statement", "statements")) "."
            }
            section aria-labelledby="coverage" {
                h2 #coverage { "Coverage" }
                p.quiet { "Articles by month of publication. A gap here is a gap in what was given to the index, not in the news." }
                @if let Some(months) = of(&coverage.of_articles, Facet::Month) { (chart::over_time(&months.values, &articles, "/")) }
                @if dated < coverage.articles { p.quiet { (format::counted(coverage.articles - dated, "article has", "articles have")) " no date." } }
                div.columns {
                    @for facet in [Facet::Outlet, Facet::Language] {
                        @if let Some(counts) = of(&coverage.of_articles, facet) { (table(&articles, &counts)) }
                    }
                }
            }
            section aria-labelledby="made" {
                h2 #made { "What the statements are" }
                div.columns {
                    @for counts in &coverage.of_statements { (table(&View::default(), counts)) }
                    section {
                        h3 { "Confidence" }
                        ul.bars {
                            @for (least, count) in &coverage.sure {
                                li {
                                    @let name = html! {
                                        a href=(View::default().with(|v| v.confidence = *least).at("/")) {
                                            @if *least == 0 { "all" } @else { (least) "% or more" }
                                        }
                                    };
                                    (chart::entry(&name, *count, coverage.statements))
                                }
                            }
                        }
                    }
                }
            }
            section.prose aria-labelledby="trust" {
                h2 #trust { "How far to trust it" }
                p {
                    "A program found these statements: it looked for reporting words and quotation marks, decided whose words they are, "
                    "and resolved names, places and dates from the article alone. It makes mistakes, most of them where a pronoun stands "
                    "for the speaker, where a quotation runs over several paragraphs, and where no words of attribution are near."
                }
                p {
                    "The percentage on a statement is the program's own estimate that both the words and their source are right. "
                    "Each statement leads to the passage that it was taken from; that passage is what to quote, not the card."
                }
            }
            section aria-labelledby="accuracy" { (accuracy()) }
            @if let Some(last) = &coverage.last { section aria-labelledby="failures" { (failures(last)) } }
            section.prose aria-labelledby="machines" {
                h2 #machines { "For programs" }
                p { "Everything here is also JSON: see " a href="/openapi.json" { "the description of the API" } ". Any search can be followed as a feed. Counters for monitoring are at " a href="/metrics" { "/metrics" } "." }
                p.quiet {
                    "whosaid " (env!("CARGO_PKG_VERSION")) "; index format " (coverage.schema) ", state " (coverage.generation)
                    @if !coverage.extraction.is_empty() { ", read by " code { (coverage.extraction) } } "."
                }
            }
        }
    }
}

fn accuracy() -> Markup {
    let rows: Vec<(&str, [&str; 3])> = ACCURACY
        .iter()
        .filter_map(|(row, name)| Some((*name, measured(row)?)))
        .collect();
    html! {
        h2 #accuracy { "Accuracy, as measured" }
        p.quiet { "In percent, on the annotated articles that come with whosaid. Articles of another kind may be read better or worse: measure on your own with " code { "whosaid eval" } "." }
        table.figures {
            thead { tr { td {} th scope="col" { "Precision" } th scope="col" { "Recall" } th scope="col" { "F1" } } }
            tbody {
                @for (name, figures) in rows {
                    tr { th scope="row" { (name) } @for figure in figures { td { (figure) } } }
                }
            }
        }
    }
}

fn failures(last: &LastRun) -> Markup {
    let day = last.finished.get(..10).and_then(|d| d.parse().ok());
    html! {
        h2 #failures { "What could not be read" }
        p {
            "The last run" @if let Some(day) = day { ", on " (format::day(day)) "," } " read " (format::counted(last.read, "article", "articles"))
            @if last.failed == 0 { " and left nothing out." } @else {
                " and left out " (format::counted(last.failed, "file or record", "files or records")) ":"
            }
        }
        ul.plainlist {
            @for skipped in last.skipped.iter().take(LISTED) {
                li { code { (skipped.path) @if let Some(record) = skipped.record { "#" (record) } } ": " (skipped.reason) }
            }
        }
        @if last.failed > LISTED as u64 { p.quiet { "All of them: " code { "whosaid index --report FILE" } "." } }
    }
}

fn table(view: &View, counts: &FacetCounts) -> Markup {
    let most = counts.values.iter().map(|v| v.count).max().unwrap_or(0);
    html! {
        @if !counts.values.is_empty() {
            section {
                h3 { (filters::title(counts.facet)) }
                ul.bars {
                    @for value in &counts.values {
                        li {
                            @let name = html! {
                                a href=(view.with(|v| v.choose(counts.facet, &value.value, false)).at("/")) { (filters::shown(counts.facet, &value.label)) }
                            };
                            (chart::entry(&name, value.count, most))
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_figures() {
        for (row, _) in ACCURACY {
            let figures = measured(row).unwrap_or_else(|| panic!("no row {row:?}"));
            assert!(
                figures.iter().any(|f| f.parse::<f32>().is_ok()),
                "{row}: {figures:?}"
            );
        }
    }
}
