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
use crate::search::{Facet, FacetCounts, FacetRequest, MAX_FACET_VALUES, Request, Scope};

/// Steps of confidence that are counted.
const STEPS: [u8; 4] = [90, 75, 50, 0];

struct Coverage {
    articles: u64,
    statements: u64,
    generation: u64,
    extraction: String,
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
                p { "Measure it on articles of your own with " code { "whosaid eval" } ", and list what could not be read with " code { "whosaid index --report FILE" } "." }
                p.quiet { "State " (coverage.generation) " of the index" @if !coverage.extraction.is_empty() { ", read by " code { (coverage.extraction) } } "." }
            }
            section.prose aria-labelledby="machines" {
                h2 #machines { "For programs" }
                p { "Everything here is also JSON: see " a href="/openapi.json" { "the description of the API" } ". Any search can be followed as a feed. Counters for monitoring are at " a href="/metrics" { "/metrics" } "." }
            }
        }
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
