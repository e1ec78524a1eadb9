//! `/statement/{id}`: one statement, each of its fields, and how it was found.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};

use super::{Frame, Section, card, check};
use crate::http::Shared;
use crate::http::fault::Fault;
use crate::http::format;
use crate::http::view::{View, encode, parameters};
use crate::search::{Copy, CopyKind, Searcher, StatementHit};

pub(in crate::http) async fn page(
    State(app): State<Shared>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let diff = parameters(query.as_deref().unwrap_or_default())
        .any(|(name, value)| name == "diff" && value == "1");
    let hit = app
        .ask(move |snapshot| find(&snapshot.searcher, &id, diff))
        .await?;
    let title = format!(
        "{}: {}",
        card::speaker_name(&hit),
        format::one_line(&hit.quote.text)
            .chars()
            .take(80)
            .collect::<String>()
    );
    let frame = Frame {
        title: &title,
        section: Section::Other,
        view: &View::default(),
        feed: None,
    };
    Ok(frame.around(&app, &content(&hit, diff)))
}

/// The statement, its copies with it; `diff`: with the words in which they differ.
pub(in crate::http) fn find(
    searcher: &Searcher,
    id: &str,
    diff: bool,
) -> Result<StatementHit, Fault> {
    // An article's key has no dot.
    if !id.contains('.') {
        return Err(Fault::NotFound);
    }
    let mut hit = searcher.statement(id, None)?.ok_or(Fault::NotFound)?;
    searcher.find_copies(&mut hit, diff)?;
    Ok(hit)
}

fn content(hit: &StatementHit, diff: bool) -> Markup {
    let row = |name: &str, value: Markup| html! { div { dt { (name) } dd { (value) } } };
    let text = |value: Option<&str>| {
        value
            .map(format::one_line)
            .filter(|v| !v.is_empty())
            .map(|v| html! { (v) })
    };
    let field = |name: &'static str, value: Option<Markup>| {
        value.map(|value| row(name, value)).unwrap_or_default()
    };
    let place = |p: &crate::index::stored::PlaceRef| {
        if p.path.is_empty() {
            html! { (p.name) }
        } else {
            html! { (p.path.join(" › ")) }
        }
    };
    html! {
        article.statement.narrow {
            h1.away { "Statement by " (card::speaker_name(hit)) }
            @if !hit.quote.text.is_empty() {
                blockquote.large data-kind=(hit.kind) { (card::quotation(hit, usize::MAX)) }
            }
            p.who { (card::who(hit)) }
            p.facts { (card::when_and_where(hit)) (card::whence(hit.title.as_deref(), hit.outlet.as_deref(), hit.url.as_deref(), hit.published)) }
            p.badges { (card::badges(hit)) }
            h2 { "As printed" }
            div.passage lang=[hit.language.as_deref()] { p { (card::passage(hit)) } }
            p { a href=(format::in_context(&hit.article, &hit.id)) { "Open it in the article" } }
            @if !hit.copies.is_empty() {
                (copies(hit, diff))
            }
            h2 { "Fields" }
            dl.fields {
                (row("Wording", html! { (hit.kind) " " span.quiet { (card::kind_in_words(hit.kind)) } }))
                (row("Stance", html! { (hit.stance) }))
                (field("Reporting words", text(Some(&hit.cue))))
                (field("Source, as printed", text(Some(&hit.source))))
                (field("Speaker", text(hit.speaker.name.as_deref())))
                (field("Across articles", text(hit.speaker.person.as_deref())))
                (field("Role", text(hit.speaker.role.as_deref())))
                (field("Speaks for", text(hit.speaker.on_behalf_of.as_deref())))
                (field("Told to", text(hit.addressee.as_deref())))
                (field("Through", text(hit.medium.as_deref())))
                (field("Names in it", text(Some(&hit.about.join(", ")))))
                (field("Said", hit.said.as_ref().map(|s| html! { (format::said(s).unwrap_or_else(|| "not resolved".to_owned())) " " span.quiet { "“" (format::one_line(&s.text)) "”" } })))
                (field("Said in", hit.place.as_ref().map(place)))
                (field("Dateline", hit.dateline.as_ref().map(place)))
                (row("Confidence", html! { (format!("{:.0}%", hit.confidence * 100.0)) }))
                (row("File", html! { code { (hit.origin.path) @if let Some(record) = hit.origin.record { "#" (record) } } " " span.quiet { "bytes " (hit.source_bytes.0) "–" (hit.source_bytes.1) } }))
            }
            @if !hit.evidence.is_empty() {
                h2 { "How it was found" }
                ol.evidence {
                    @for step in &hit.evidence {
                        li {
                            span.field { (step.field) } " " code { (step.rule) }
                            @if let Some(words) = words(hit, step.span) { " " span.quiet { "“" (words) "”" } }
                        }
                    }
                }
            }
            h2 { "To quote it" }
            p.citation { (card::citation(hit)) }
            p.actions {
                button.plain.copy type="button" data-copy=(card::citation(hit)) { "Copy with citation" }
                a href=(format!("/api/v1/statements/{}", encode(&hit.id))) { "As JSON" }
            }
        }
    }
}

/// Every appearance of the quotation, the first one first.
fn copies(hit: &StatementHit, diff: bool) -> Markup {
    let page = format!("/statement/{}", encode(&hit.id));
    // Undated ones come last.
    let before = |copy: &Copy| match (copy.published, hit.published) {
        (Some(copy), Some(own)) => copy < own,
        (copy, None) => copy.is_some(),
        (None, Some(_)) => false,
    };
    let place = hit.copies.iter().take_while(|copy| before(copy)).count();
    let differ = hit.copies.iter().any(|copy| copy.how != CopyKind::Same);
    html! {
        section aria-labelledby="copies" {
            div.summary {
                h2 #copies { "Printed " (format::count(hit.copy_count as u64 + 1)) " times" }
                @if differ && diff { a href=(page) { "Without the differences" } }
                @else if differ { a href=(format!("{page}?diff=1#copies")) { "Show the differences word by word" } }
            }
            ol.copies {
                @for (n, copy) in hit.copies.iter().enumerate() {
                    @if n == place { (this(hit)) }
                    li {
                        a href=(format!("/statement/{}", encode(&copy.id))) { (copy.outlet.as_deref().map_or_else(|| "Another article".to_owned(), format::one_line)) }
                        " " span.quiet { (card::whence(copy.title.as_deref(), None, copy.url.as_deref(), copy.published)) }
                        @match copy.how {
                            CopyKind::Same => {},
                            CopyKind::Shortened => { " " span.badge { "shortened" } },
                            CopyKind::Longer => { " " span.badge { "longer" } },
                            CopyKind::Altered => { " " span.badge { "altered" } },
                        }
                        @if !copy.diff.is_empty() { p.compared { (check::compared(&copy.diff)) } }
                    }
                }
                @if place == hit.copies.len() { (this(hit)) }
                @let more = hit.copy_count.saturating_sub(hit.copies.len());
                @if more > 0 { li.quiet { "and " (format::counted(more as u64, "more", "more")) } }
            }
            @if diff { p.key { del { "as printed here" } " " ins { "as printed there" } } }
        }
    }
}

/// The statement itself among its copies.
fn this(hit: &StatementHit) -> Markup {
    html! {
        li aria-current="true" {
            strong { (hit.outlet.as_deref().map_or_else(|| "This article".to_owned(), format::one_line)) }
            " " span.quiet { (card::whence(hit.title.as_deref(), None, None, hit.published)) " · this one" }
        }
    }
}

/// The words of the article that a step rests on, if the passage holds them.
fn words(hit: &StatementHit, span: Option<crate::text::Span>) -> Option<String> {
    let span = span?;
    // Content tells where the passage begins in the article.
    let (printed, shown) = (hit.spans.content.first()?, hit.content.first()?);
    let begin = printed.begin.checked_sub(shown.begin)?;
    let range = span.begin.checked_sub(begin)? as usize..span.end.checked_sub(begin)? as usize;
    hit.passage
        .text
        .get(range)
        .map(format::one_line)
        .filter(|w| !w.is_empty())
}
