//! `/people`: everybody who is quoted, most often first.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::html;

use super::{Frame, Section, chart};
use crate::http::Shared;
use crate::http::fault::Fault;
use crate::http::format;
use crate::http::view::{View, parameters, today};
use crate::search::{Facet, FacetCounts, FacetRequest, Request, Searcher};

/// Most people that the page lists; a filter finds the others.
const LISTED: usize = 200;

pub(in crate::http) async fn page(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let name = parameters(query.as_deref().unwrap_or_default())
        .find(|(name, _)| name == "name")
        .map(|(_, v)| v)
        .unwrap_or_default();
    let wanted = name.clone();
    let counts = app
        .ask(move |snapshot| count(&snapshot.searcher, Facet::Speaker, &wanted, LISTED))
        .await?;
    let most = counts.values.iter().map(|v| v.count).max().unwrap_or(0);
    let content = html! {
        div.wide {
            h1 { "People" }
            form.inline action="/people" method="get" {
                label for="name" { "Name contains" }
                input #name type="search" name="name" value=(name) maxlength="200" autocomplete="off";
                button type="submit" { "Show" }
            }
            p.quiet role="status" {
                (format::counted(counts.distinct, "speaker", "speakers")) ", people and organisations"
                @if counts.distinct > counts.values.len() as u64 { ", the " (counts.values.len()) " most quoted shown" }
            }
            @if counts.values.is_empty() { p { "Nobody of that name is quoted. " a href="/people" { "Show everybody" } } }
            ol.people {
                @for value in &counts.values {
                    li {
                        @let name = html! {
                            @match format::person(&value.value) {
                                Some(address) => a href=(address) { (format::one_line(&value.label)) },
                                None => span { (format::one_line(&value.label)) },
                            }
                        };
                        (chart::entry(&name, value.count, most))
                    }
                }
            }
        }
    };
    let frame = Frame {
        title: "People",
        section: Section::People,
        view: &View::default(),
        feed: None,
    };
    Ok(frame.around(&app, &content))
}

/// The most frequent values of a facet over all statements, of those that contain `contains`.
pub(in crate::http) fn count(
    searcher: &Searcher,
    facet: Facet,
    contains: &str,
    limit: usize,
) -> Result<FacetCounts, Fault> {
    let contains = Some(contains.trim().to_owned()).filter(|c| !c.is_empty());
    let request = Request {
        facets: vec![FacetRequest {
            facet,
            limit,
            contains,
        }],
        today: today(),
        ..Request::default()
    };
    let (_, mut counts) = searcher.count_facets(&request)?;
    counts.pop().ok_or(Fault::NotFound)
}
