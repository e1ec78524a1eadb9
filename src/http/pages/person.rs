//! `/person/{slug}`: one speaker: names and roles, statements over time, places, outlets, and everything said.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};

use super::{Frame, Section, card, chart, filters};
use crate::date::PartialDate;
use crate::http::Shared;
use crate::http::fault::Fault;
use crate::http::format;
use crate::http::view::{View, parameters, today};
use crate::index::names;
use crate::search::{
    Answer, Depth, Facet, FacetCounts, FacetValue, PersonView, Searcher, Sort, Spelling,
};

/// Statements of the timeline's page.
const TIMELINE: usize = 10;
/// Most names, roles and values listed.
const LISTED: usize = 8;
/// Most quotations listed that were printed more than once.
const REPEATED: usize = 3;
/// What is worked out for the page. More statements compared would keep readers waiting.
const DEPTH: Depth = Depth {
    latest: 0,
    repeated: REPEATED,
    copies: card::COPIES,
    compared: 150,
};
/// Facets shown, in this order.
const SHOWN: [Facet; 4] = [Facet::Place, Facet::Outlet, Facet::About, Facet::Stance];

/// What is known of a speaker.
struct Profile {
    person: PersonView,
    timeline: Answer,
}

pub(in crate::http) async fn page(
    State(app): State<Shared>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let page = parameters(query.as_deref().unwrap_or_default())
        .find(|(name, _)| name == "page")
        .and_then(|(_, value)| value.parse().ok())
        .filter(|page| (1..=1_000).contains(page))
        .unwrap_or(1);
    let wanted = slug.clone();
    let profile = app
        .ask(move |snapshot| find(&snapshot.searcher, &wanted, page))
        .await?;
    let view = everything(&profile.person.name);
    let frame = Frame {
        title: &profile.person.name,
        section: Section::People,
        view: &View::default(),
        feed: Some(view.with(|v| v.sort = Sort::Newest).at("/feed.atom")),
    };
    Ok(frame.around(&app, &content(&profile, &view, &slug, page)))
}

/// All statements of a speaker.
fn everything(name: &str) -> View {
    View::default().with(|v| {
        v.choose(Facet::Speaker, name, false);
        v.sort = Sort::Newest;
    })
}

fn find(searcher: &Searcher, slug: &str, page: usize) -> Result<Profile, Fault> {
    let name = slug.replace('-', " ");
    let key = names::key(&name);
    if key.is_empty() || slug.len() > 300 {
        return Err(Fault::NotFound);
    }
    let person = searcher
        .person(&name, today(), DEPTH)?
        .ok_or(Fault::NotFound)?;
    // Any of their names leads here; what is only part of one is no address of theirs.
    let has = |name: &str| names::key(name) == key;
    if !has(&person.name) && !person.spellings.iter().any(|s| has(&s.name)) {
        return Err(Fault::NotFound);
    }
    let mut view = everything(&person.name);
    (view.page, view.limit) = (page, TIMELINE);
    let (mut request, _) = view.request(Vec::new())?;
    request.listed_copies = card::COPIES;
    let timeline = searcher.search(&request)?;
    Ok(Profile { person, timeline })
}

fn content(profile: &Profile, view: &View, slug: &str, page: usize) -> Markup {
    let PersonView {
        name,
        statements,
        months,
        ..
    } = &profile.person;
    let address = |page: usize| format!("/person/{}?page={page}", crate::http::view::encode(slug));
    let full = profile.timeline.hits.len() == TIMELINE && (page * TIMELINE) < *statements as usize;
    html! {
        div.wide.person {
            header {
                h1 { (name) }
                @if let Some(role) = profile.person.roles.iter().max_by_key(|r| (r.last, r.count)) { p.lede { (format::one_line(&role.role)) } }
                p.quiet {
                    (format::counted(*statements, "statement", "statements"))
                    @if profile.person.talked_about > 0 {
                        ", named in " a href=(View::default().with(|v| v.choose(Facet::About, name, false)).at("/")) { (format::count(profile.person.talked_about)) }
                    }
                    (spellings(&profile.person))
                }
                (reasons(&profile.person))
            }
            (chart::over_time(months, view, "/"))
            div.columns {
                (roles(&profile.person))
                @for facet in SHOWN {
                    @for counts in profile.person.facets.iter().filter(|c| c.facet == facet) { (listed(view, counts)) }
                }
                (companions(&profile.person))
            }
            (contradictions(&profile.person))
            @if !profile.person.repeated.is_empty() {
                section aria-labelledby="repeated" {
                    h2 #repeated { "Printed more than once" }
                    ol.hits { @for hit in profile.person.repeated.iter().take(REPEATED) { li { (card::own_statement(hit)) } } }
                }
            }
            section aria-labelledby="timeline" {
                div.summary {
                    h2 #timeline { "Latest statements" }
                    a href=(view.at("/")) { "Search in all " (format::count(*statements)) }
                }
                ol.hits start=((page - 1) * TIMELINE + 1) { @for hit in profile.timeline.hits.iter().filter_map(|h| h.statement()) { li { (card::own_statement(hit)) } } }
                nav.pager aria-label="Pages" {
                    @if page > 1 { a rel="prev" href=(address(page - 1)) { "← Later" } } @else { span {} }
                    @if full { a rel="next" href=(address(page + 1)) { "Earlier →" } }
                }
            }
        }
    }
}

/// Other spellings, and others of that name.
fn spellings(person: &PersonView) -> Markup {
    let others: Vec<&Spelling> = person
        .spellings
        .iter()
        .filter(|s| s.name != person.name)
        .take(LISTED)
        .collect();
    html! {
        @if !others.is_empty() {
            ", also spelled "
            @for (n, spelling) in others.iter().enumerate() { @if n > 0 { ", " } (format::one_line(&spelling.name)) }
        }
        @if !person.namesakes.is_empty() {
            ". Others of that name: "
            @for (n, other) in person.namesakes.iter().take(LISTED).enumerate() {
                @if n > 0 { ", " }
                @match format::person(&other.name) {
                    Some(address) => a href=(address) { (format::one_line(&other.name)) },
                    None => (format::one_line(&other.name)),
                }
            }
        }
    }
}

/// Why several names are one person's.
fn reasons(person: &PersonView) -> Markup {
    html! {
        @if !person.evidence.is_empty() {
            details.data {
                summary { "Why these names are one person’s" }
                ul.plainlist {
                    @for why in person.evidence.iter().take(LISTED) {
                        li {
                            (format::one_line(&why.one)) " – " (format::one_line(&why.other)) ": " (why.rule)
                            @if !why.shared.is_empty() { span.quiet { " (" (format::one_line(&why.shared)) ")" } }
                        }
                    }
                }
            }
        }
    }
}

/// Who speaks in the same articles.
fn companions(person: &PersonView) -> Markup {
    let most = person.companions.iter().map(|v| v.count).max().unwrap_or(0);
    html! {
        @if !person.companions.is_empty() {
            section {
                h2 { "In the same articles" }
                ul.bars {
                    @for value in person.companions.iter().take(LISTED) {
                        @let name = html! {
                            @match format::person(&value.value) {
                                Some(address) => a href=(address) { (format::one_line(&value.label)) },
                                None => span { (format::one_line(&value.label)) },
                            }
                        };
                        li { (chart::entry(&name, value.count, most)) }
                    }
                }
            }
        }
    }
}

/// Pairs of statements in much the same words that differ in what matters.
fn contradictions(person: &PersonView) -> Markup {
    html! {
        @if !person.may_contradict.is_empty() {
            section aria-labelledby="contradictions" {
                h2 #contradictions { "May contradict each other" }
                p.quiet { "Much the same words, but not the same thing said. Read both in context before you judge." }
                @for pair in person.may_contradict.iter().take(REPEATED) {
                    ol.hits.pair { @for hit in [&pair.one, &pair.other] { li { (card::own_statement(hit)) } } }
                }
            }
        }
    }
}

/// Roles as printed, latest first, each with the months between which it was.
fn roles(person: &PersonView) -> Markup {
    let mut roles: Vec<_> = person.roles.iter().collect();
    roles.sort_by(|a, b| {
        b.last
            .cmp(&a.last)
            .then_with(|| b.count.cmp(&a.count))
            .then_with(|| a.role.cmp(&b.role))
    });
    html! {
        @if !roles.is_empty() {
            section aria-labelledby="roles" {
                h2 #roles { "Roles, as printed" }
                ul.plainlist {
                    @for role in roles.into_iter().take(LISTED) { li { (format::one_line(&role.role)) " " span.quiet { (between(role.first, role.last)) } } }
                }
            }
        }
    }
}

fn between(first: Option<PartialDate>, last: Option<PartialDate>) -> String {
    let month = |d: PartialDate| d.to_string().chars().take(7).collect::<String>();
    match (first, last) {
        (Some(first), Some(last)) if month(first) == month(last) => format::month(&month(first)),
        (Some(first), Some(last)) => format!(
            "{} – {}",
            format::month(&month(first)),
            format::month(&month(last))
        ),
        _ => String::new(),
    }
}

fn listed(view: &View, counts: &FacetCounts) -> Markup {
    let flat = leaves(&counts.values, view);
    let most = flat.iter().map(|v| v.count).max().unwrap_or(0);
    html! {
        @if !flat.is_empty() {
            section {
                h2 { (filters::title(counts.facet)) }
                ul.bars {
                    @for value in flat {
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

/// The finest values of a tree, most frequent first; of a list all.
fn leaves<'a>(values: &'a [FacetValue], view: &View) -> Vec<&'a FacetValue> {
    // That people are named in their own statements says nothing.
    let own = |value: &str| {
        view.filters
            .iter()
            .any(|f| f.facet == Facet::Speaker && f.any.iter().any(|name| name == value))
    };
    let mut list = Vec::new();
    let mut open: Vec<&FacetValue> = values.iter().collect();
    while let Some(value) = open.pop() {
        if value.children.is_empty() {
            list.push(value);
        } else {
            open.extend(&value.children);
        }
    }
    list.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    list.retain(|value| !own(&value.value));
    list.truncate(LISTED);
    list
}
