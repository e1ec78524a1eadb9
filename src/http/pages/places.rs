//! `/places`: where things were said, as a map drawn on the server and as a list.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::{Frame, Section, chart, map};
use crate::http::Shared;
use crate::http::fault::Fault;
use crate::http::format;
use crate::http::live::Snapshot;
use crate::http::view::{View, today};
use crate::search::{Facet, FacetRequest, FacetValue, Filter, Request};

/// Places of each level that are listed.
const LISTED: usize = 40;
/// Places that are looked up for the map. Each costs a search of one hit, once for each state of the index.
const MAPPED: usize = 150;

/// A place on the map.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::http) struct Spot {
    /// From continent down, `/` between.
    pub path: String,
    /// Last step of it.
    pub name: String,
    /// Statements that have to do with it.
    pub count: u64,
    /// Latitude and longitude in degrees, north and east positive.
    pub at: (f32, f32),
}

pub(in crate::http) async fn page(State(app): State<Shared>) -> Result<Response, Fault> {
    let (tree, spots) = app
        .ask(|snapshot| {
            let tree = tree(snapshot)?;
            let spots = match snapshot.spots.get() {
                Some(spots) => spots.clone(),
                None => {
                    let spots = spots(snapshot, &tree)?;
                    snapshot.spots.get_or_init(|| spots).clone()
                }
            };
            Ok((tree, spots))
        })
        .await?;
    let content = html! {
        div.wide {
            h1 { "Places" }
            p.quiet { "Where it was said, where it was reported from, and the places it is about." }
            (map::world(&spots))
            @if tree.is_empty() { p { "No statement in this index has a place." } }
            div.columns.places {
                @for continent in &tree {
                    section {
                        h2 { (link(continent)) " " span.quiet { (format::count(continent.count)) } }
                        (list(&continent.children, 0))
                    }
                }
            }
        }
    };
    let frame = Frame {
        title: "Places",
        section: Section::Places,
        view: &View::default(),
        feed: None,
    };
    Ok(frame.around(&app, &content))
}

fn tree(snapshot: &Snapshot) -> Result<Vec<FacetValue>, Fault> {
    let request = Request {
        facets: vec![FacetRequest::new(Facet::Place, LISTED)],
        today: today(),
        ..Request::default()
    };
    let (_, counts) = snapshot.searcher.count_facets(&request)?;
    Ok(counts
        .into_iter()
        .next()
        .map(|c| c.values)
        .unwrap_or_default())
}

/// The address of all statements of a place.
pub(super) fn address(path: &str) -> String {
    View::default()
        .with(|v| v.choose(Facet::Place, path, false))
        .at("/")
}

fn link(place: &FacetValue) -> Markup {
    html! { a href=(address(&place.value)) { (format::one_line(&place.label)) } }
}

fn list(places: &[FacetValue], depth: usize) -> Markup {
    let most = places.iter().map(|v| v.count).max().unwrap_or(0);
    html! {
        @if !places.is_empty() {
            ul.bars {
                @for place in places {
                    li {
                        @if depth == 0 { (chart::entry(&link(place), place.count, most)) }
                        @else { div.entry { (link(place)) span.count { (format::count(place.count)) } } }
                        @if depth < 2 { (list(&place.children, depth + 1)) }
                    }
                }
            }
        }
    }
}

/// Coordinates of the most frequent places. A facet knows none, so each comes from an article that names the place.
fn spots(snapshot: &Snapshot, tree: &[FacetValue]) -> Result<Vec<Spot>, Fault> {
    let mut wanted: Vec<&FacetValue> = Vec::new();
    let mut open: Vec<&FacetValue> = tree.iter().collect();
    while let Some(place) = open.pop() {
        open.extend(&place.children);
        // Continents and countries have no one point worth drawing where something finer is known.
        if place.value.matches('/').count() >= 1 && place.children.is_empty() {
            wanted.push(place);
        }
    }
    wanted.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    let mut known: HashMap<String, (f32, f32)> = HashMap::new();
    let mut spots = Vec::new();
    for place in wanted.into_iter().take(MAPPED) {
        if !known.contains_key(&place.value) {
            learn(snapshot, &place.value, &mut known)?;
        }
        if let Some(at) = known.get(&place.value) {
            spots.push(Spot {
                path: place.value.clone(),
                name: format::one_line(&place.label),
                count: place.count,
                at: *at,
            });
        }
    }
    Ok(spots)
}

/// Reads the coordinates of all places of an article that has this one.
fn learn(
    snapshot: &Snapshot,
    path: &str,
    known: &mut HashMap<String, (f32, f32)>,
) -> Result<(), Fault> {
    let request = Request {
        filters: vec![Filter {
            facet: Facet::Place,
            any: vec![path.to_owned()],
            none: Vec::new(),
        }],
        limit: 1,
        copies: true,
        today: today(),
        ..Request::default()
    };
    let hits = snapshot.searcher.search(&request)?.hits;
    let Some(hit) = hits.first().and_then(|h| h.statement()) else {
        return Ok(());
    };
    let Some(article) = snapshot.searcher.article(&hit.article)? else {
        return Ok(());
    };
    for place in article.places {
        if let (Some(lat), Some(lon)) = (place.place.lat, place.place.lon) {
            known.insert(place.place.path.join("/"), (lat, lon));
        }
    }
    Ok(())
}
