//! `/`: one box, the answer, and everything to narrow it down by.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};

use super::{Frame, Section, card, chart, filters};
use crate::http::Shared;
use crate::http::fault::Fault;
use crate::http::format;
use crate::http::live::Snapshot;
use crate::http::view::{Complaint, View};
use crate::search::query::Warning;
use crate::search::{
    Answer, Facet, FacetCounts, FacetRequest, Hint, MAX_FACET_VALUES, MAX_OFFSET, Scope, Sort,
};

/// Answer to a view, and the months regardless of the chosen days.
struct Found {
    answer: Answer,
    months: Vec<FacetCounts>,
    warnings: Vec<Warning>,
}

pub(in crate::http) async fn page(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let (view, complaints) = View::read(query.as_deref().unwrap_or_default());
    let asked = view.clone();
    let found = app.ask(move |snapshot| find(snapshot, &asked)).await?;
    let title = match view.typed.as_str() {
        "" => "Who said what",
        typed => typed,
    };
    let frame = Frame {
        title,
        section: Section::Search,
        view: &view,
        feed: Some(view.with(|_| {}).at("/feed.atom")),
    };
    Ok(frame.around(&app, &content(&view, &complaints, &found)))
}

fn find(snapshot: &Snapshot, view: &View) -> Result<Found, Fault> {
    let mut facets = filters::facets(view);
    facets.push(FacetRequest::new(Facet::Month, MAX_FACET_VALUES));
    let (mut request, warnings) = view.request(facets)?;
    request.sort = order_of(view);
    request.listed_copies = card::COPIES;
    let mut answer = snapshot.searcher.search(&request)?;
    // The chart also shows what lies outside the chosen days, so that one can move on from there.
    let months = if view.since.is_some() || view.until.is_some() {
        let whole = view.with(|v| (v.since, v.until) = (None, None));
        let (request, _) =
            whole.request(vec![FacetRequest::new(Facet::Month, MAX_FACET_VALUES)])?;
        snapshot.searcher.count_facets(&request)?.1
    } else {
        answer.facets.pop().into_iter().collect()
    };
    answer.facets.retain(|f| {
        f.facet != Facet::Month || view.filters.iter().any(|f| f.facet == Facet::Month)
    });
    Ok(Found {
        answer,
        months,
        warnings,
    })
}

/// Without words there is nothing to be relevant to: the latest come first.
fn order_of(view: &View) -> Sort {
    match view.sort {
        Sort::Relevance if view.typed.is_empty() => Sort::Newest,
        chosen => chosen,
    }
}

fn content(view: &View, complaints: &[Complaint], found: &Found) -> Markup {
    let answer = &found.answer;
    html! {
        form.search #search action="/" method="get" role="search" {
            (search_box(view, view.typed.is_empty() && !view.is_narrowed()))
            fieldset.scope {
                legend.away { "Search in" }
                @for scope in Scope::ALL {
                    label { input type="radio" name="in" value=(scope) checked[view.scope == *scope]; span { (name_of(*scope)) } }
                }
            }
            @if !view.is_narrowed() { (examples(answer)) }
        }
        div.layout {
            (filters::panel(view, answer))
            section.results #results aria-labelledby="found" {
                @for complaint in complaints {
                    p.notice { strong { (complaint.parameter) } " was left out of the search: " (complaint.message) "." }
                }
                @for warning in &found.warnings { (warned(view, warning)) }
                div.summary {
                    h1 { span #found role="status" { (total(view, answer)) } }
                    @if !answer.hits.is_empty() { (order(view)) }
                }
                (chips(view))
                @for months in &found.months { (chart::over_time(&months.values, view, "/")) }
                @if answer.hits.is_empty() {
                    (nothing(view, answer))
                } @else {
                    ol.hits start=((view.page - 1) * view.limit + 1) {
                        @for hit in &answer.hits { li { (card::hit(hit)) } }
                    }
                    (pager(view, answer))
                }
                (take_away(view, answer))
            }
        }
    }
}

/// What can be typed, shown with what this very index has.
fn examples(answer: &Answer) -> Markup {
    let top = |facet: Facet| {
        let counts = answer.facets.iter().find(|c| c.facet == facet)?;
        let mut value = counts.values.first()?;
        // The finest place of the largest branch.
        while let Some(child) = value.children.first() {
            value = child;
        }
        Some(value)
    };
    let quoted = |name: &str| {
        if name.contains(char::is_whitespace) {
            format!("\"{name}\"")
        } else {
            name.to_owned()
        }
    };
    let mut typed: Vec<String> = Vec::new();
    typed.extend(top(Facet::Speaker).map(|v| format!("speaker:{}", quoted(&v.label))));
    typed.extend(top(Facet::Place).map(|v| format!("place:{}", quoted(&v.label))));
    typed.extend(top(Facet::About).map(|v| format!("about:{}", quoted(&v.label))));
    html! {
        @if !typed.is_empty() {
            p.examples {
                "For example "
                @for (n, typed) in typed.iter().enumerate() {
                    @if n > 0 { ", " }
                    a href=(View::default().with(|v| typed.clone_into(&mut v.typed)).at("/")) { (typed) }
                }
            }
        }
    }
}

/// The box of the other pages: a form of its own, which starts a new search.
pub(super) fn bare_box(view: &View) -> Markup {
    html! {
        form.search.small action="/" method="get" role="search" { (search_box(view, false)) }
    }
}

fn search_box(view: &View, focus: bool) -> Markup {
    html! {
        div.box {
            label.away for="q" { "Words, names, speaker:name, place:name, said:2025-11 …" }
            input #q type="search" name="q" value=(view.typed) placeholder="Who said what?" autocomplete="off"
                autocapitalize="off" spellcheck="false" enterkeyhint="search" maxlength="4096" autofocus[focus];
            button type="submit" { "Search" }
        }
    }
}

fn name_of(scope: Scope) -> &'static str {
    match scope {
        Scope::Statements => "Statements",
        Scope::Articles => "Articles",
    }
}

fn total(view: &View, answer: &Answer) -> Markup {
    let (one, many) = match answer.scope {
        Scope::Statements => ("statement", "statements"),
        Scope::Articles => ("article", "articles"),
    };
    html! {
        @if answer.total == 0 { "Nothing found" } @else {
            (format::counted(answer.total, one, many))
            @if view.page > 1 { span.quiet { " · page " (format::count(view.page as u64)) } }
        }
    }
}

fn order(view: &View) -> Markup {
    html! {
        nav.order aria-label="Order of results" {
            @for sort in Sort::ALL.iter().filter(|s| **s != Sort::Relevance || !view.typed.is_empty()) {
                @let here = (order_of(view) == *sort).then_some("true");
                a href=(view.with(|v| v.sort = *sort).at("/")) aria-current=[here] { (sort) }
            }
        }
    }
}

/// What narrows the answer down, each with a link that takes it away.
fn chips(view: &View) -> Markup {
    let mut chips: Vec<(String, String, String)> = Vec::new();
    for filter in &view.filters {
        let name = filters::title(filter.facet);
        for (value, word) in filter
            .any
            .iter()
            .map(|v| (v, ""))
            .chain(filter.none.iter().map(|v| (v, "not ")))
        {
            let shown = format!("{word}{}", filters::shown(filter.facet, value));
            chips.push((
                name.to_owned(),
                shown,
                view.with(|v| v.forget(filter.facet, value)).at("/"),
            ));
        }
    }
    if let Some(since) = view.since {
        chips.push((
            "Said since".to_owned(),
            format::date(since),
            view.with(|v| v.since = None).at("/"),
        ));
    }
    if let Some(until) = view.until {
        chips.push((
            "Said until".to_owned(),
            format::date(until),
            view.with(|v| v.until = None).at("/"),
        ));
    }
    if view.confidence > 0 {
        chips.push((
            "Confidence".to_owned(),
            format!("{}% or more", view.confidence),
            view.with(|v| v.confidence = 0).at("/"),
        ));
    }
    let clear = view
        .with(|v| {
            *v = View {
                typed: v.typed.clone(),
                scope: v.scope,
                ..View::default()
            }
        })
        .at("/");
    html! {
        @if !chips.is_empty() {
            ul.chips aria-label="Filters in use" {
                @for (name, value, without) in &chips {
                    li { a href=(without) { span.quiet { (name) " " } (value) span.cross aria-hidden="true" { "×" } span.away { " – remove" } } }
                }
                @if chips.len() > 1 { li { a.clear href=(clear) { "Clear all" } } }
            }
        }
    }
}

fn warned(view: &View, warning: &Warning) -> Markup {
    let (begin, end) = warning.at;
    let before = view.typed.get(..begin).unwrap_or(&view.typed);
    let at = view.typed.get(begin..end).unwrap_or_default();
    let after = view.typed.get(end..).unwrap_or_default();
    html! {
        p.notice {
            @if !at.is_empty() { code { (before) mark { (at) } (after) } " – " }
            (warning.message)
            @if let Some(meant) = &warning.suggestion {
                @let better = view.with(|v| v.typed = format!("{before}{meant}{after}"));
                ". Did you mean " a href=(better.at("/")) { (meant) } "?"
            }
        }
    }
}

fn nothing(view: &View, answer: &Answer) -> Markup {
    let attempt = |hint: &Hint| {
        let query = hint.try_query.as_ref()?;
        // The chosen days have become part of the query.
        Some(
            view.with(|v| (v.typed, v.since, v.until) = (query.to_string(), None, None))
                .at("/"),
        )
    };
    html! {
        div.nothing {
            @if answer.hints.is_empty() {
                p { "Nothing in this index matches all of that." }
                p { a href="/" { "Start a new search" } " or look through the " a href="/people" { "people" } " and " a href="/places" { "places" } "." }
            } @else {
                p { "Nothing in this index matches all of that. A wider search does:" }
                ul {
                    @for hint in &answer.hints {
                        li {
                            @match attempt(hint) {
                                Some(address) => a href=(address) { (with_code(&hint.message)) },
                                None => (with_code(&hint.message)),
                            }
                            ": " span.quiet { (format::counted(hint.total, "match", "matches")) }
                        }
                    }
                }
            }
        }
    }
}

/// A message with what stands between backticks set as code.
fn with_code(message: &str) -> Markup {
    html! {
        @for (n, part) in message.split('`').enumerate() {
            @if n % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn pager(view: &View, answer: &Answer) -> Markup {
    let shown = view.page * view.limit;
    // Copies are folded, so the last page comes earlier than the total says; a page that is not full is the last.
    let more = (shown as u64) < answer.total && answer.hits.len() == view.limit;
    let reachable = shown <= MAX_OFFSET;
    let turn = |page: usize| {
        let mut view = view.clone();
        view.page = page;
        view.at("/")
    };
    html! {
        nav.pager aria-label="Pages" {
            @if view.page > 1 { a rel="prev" href=(turn(view.page - 1)) { "← Previous" } } @else { span {} }
            @if more && reachable { a rel="next" href=(turn(view.page + 1)) { "Next →" } }
        }
        @if more && !reachable {
            p.notice { "Pages end here. Narrow the search down, or take all of it as a file." }
        }
    }
}

fn take_away(view: &View, answer: &Answer) -> Markup {
    if answer.hits.is_empty() {
        return html! { p.take { "To hear when something does, follow this search as a " a href=(view.with(|_| {}).at("/feed.atom")) { "feed" } "." } };
    }
    let view = view.with(|v| v.limit = View::default().limit);
    let formats: &[(&str, &str)] = match view.scope {
        Scope::Articles => &[("csv", "CSV"), ("jsonl", "JSON lines")],
        Scope::Statements => &[
            ("csv", "CSV"),
            ("jsonl", "JSON lines"),
            ("md", "Markdown"),
            ("bib", "BibTeX"),
            ("ris", "RIS"),
            ("csl.json", "CSL"),
            ("jsonld", "schema.org"),
        ],
    };
    html! {
        p.take {
            "All of it as "
            @for (n, (format, name)) in formats.iter().enumerate() {
                @if n > 0 { ", " }
                a href=(view.at(&format!("/export.{format}"))) { (name) }
            }
            "; or follow it as a " a href=(view.at("/feed.atom")) { "feed" } "."
        }
    }
}
