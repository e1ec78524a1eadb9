//! The panel beside the results: facets with counts, dates, confidence.
//!
//! Every facet is a fieldset of checkboxes of the one search form, so that several values can be chosen without script;
//! with script each change is sent at once. Counts are what choosing the value alone would show. On a phone the panel is
//! a popover.

use maud::{Markup, html};

use super::chart;
use crate::date::PartialDate;
use crate::http::format;
use crate::http::view::View;
use crate::search::{Answer, Facet, FacetCounts, FacetRequest, FacetValue, Sort};

/// Facets of the panel with how many values they list; the first few are open.
const FACETS: &[(Facet, usize)] = &[
    (Facet::Speaker, 8),
    (Facet::Place, 5),
    (Facet::Outlet, 8),
    (Facet::Kind, 3),
    (Facet::Stance, 7),
    (Facet::Organisation, 8),
    (Facet::Role, 8),
    (Facet::About, 8),
    (Facet::Byline, 8),
    (Facet::SpeakerType, 6),
    (Facet::Medium, 6),
    (Facet::Language, 6),
];

/// Facets that are open from the start.
const OPEN: usize = 5;

/// Values of a facet that lists more of them.
const MORE: usize = 200;

/// The facets that a page of results counts.
pub(in crate::http) fn facets_of_panel() -> Vec<Facet> {
    let panel = FACETS.iter().map(|(facet, _)| *facet);
    panel.chain([Facet::Month]).collect()
}

/// What to count for the panel.
pub(super) fn facets(view: &View) -> Vec<FacetRequest> {
    let asked = |facet| view.facets.iter().find(|f| f.facet == facet);
    FACETS
        .iter()
        .map(|(facet, limit)| {
            let limit = asked(*facet).map_or(*limit, |f| f.limit.clamp(*limit, MORE));
            FacetRequest::new(*facet, limit)
        })
        .collect()
}

/// What a facet is called.
pub(super) fn title(facet: Facet) -> &'static str {
    match facet {
        Facet::Speaker => "Speaker",
        Facet::Role => "Role",
        Facet::Organisation => "Organisation",
        Facet::SpeakerType => "Kind of source",
        Facet::Place => "Place",
        Facet::Outlet => "Outlet",
        Facet::Byline => "Byline",
        Facet::Kind => "Wording",
        Facet::Stance => "Stance",
        Facet::Medium => "Medium",
        Facet::About => "About",
        Facet::Language => "Language",
        Facet::Month => "Month",
        Facet::Year => "Year",
    }
}

/// How a value is shown.
pub(super) fn shown(facet: Facet, value: &str) -> String {
    match facet {
        Facet::Place => value.rsplit('/').next().unwrap_or(value).to_owned(),
        Facet::Month => format::month(value),
        Facet::Language => language(value).to_owned(),
        _ => format::one_line(value),
    }
}

/// What a language is called; its code if it is a rare one.
fn language(code: &str) -> &str {
    match code {
        "ar" => "Arabic",
        "de" => "German",
        "en" => "English",
        "es" => "Spanish",
        "fr" => "French",
        "it" => "Italian",
        "ja" => "Japanese",
        "nl" => "Dutch",
        "pl" => "Polish",
        "pt" => "Portuguese",
        "ru" => "Russian",
        "tr" => "Turkish",
        "uk" => "Ukrainian",
        "zh" => "Chinese",
        other => other,
    }
}

/// The panel.
pub(super) fn panel(view: &View, answer: &Answer) -> Markup {
    let chosen = view
        .filters
        .iter()
        .map(|f| f.any.len() + f.none.len())
        .sum::<usize>();
    html! {
        div.phone {
            button.open type="button" popovertarget="filters" {
                "Filters" @if chosen > 0 { " (" (chosen) ")" }
            }
        }
        aside.filters #filters popover aria-label="Filters" {
            div.head {
                h2 { "Narrow down" }
                button.plain.close type="button" popovertarget="filters" popovertargetaction="hide" { "Close" }
            }
            div.panel {
            (dates(view))
            @for (n, counts) in answer.facets.iter().enumerate() {
                @if !counts.values.is_empty() { (facet(view, counts, n < OPEN)) }
            }
            (confidence(view))
            (hidden(view))
            }
            p.apply { button type="submit" form="search" { "Apply" } }
        }
    }
}

fn dates(view: &View) -> Markup {
    let input = |name: &str, label: &str, value: Option<String>| {
        html! {
            label { span { (label) } input type="date" name=(name) form="search" min="0001-01-01" max="9999-12-31" value=[value]; }
        }
    };
    html! {
        fieldset.facet.dates {
            legend { "Said" }
            (input("since", "from", chart::day(view.since, PartialDate::first)))
            (input("until", "to", chart::day(view.until, PartialDate::last)))
        }
    }
}

fn facet(view: &View, counts: &FacetCounts, open: bool) -> Markup {
    let facet = counts.facet;
    let asked = view.facets.iter().any(|f| f.facet == facet);
    let used = asked || view.filters.iter().any(|f| f.facet == facet);
    let listed = counts.values.len() as u64;
    let more = counts.distinct.saturating_sub(listed);
    html! {
        details.facet open[open || used] {
            summary { (title(facet)) }
            fieldset {
                legend.away { (title(facet)) }
                (values(view, facet, &counts.values))
                @if more > 0 && !asked {
                    p.more {
                        a href=(longer(view, facet)) {
                            // Places are listed by level: how many are left out says little.
                            @if facet == Facet::Place { "More places" } @else { (format::count(more)) " more" span.away { " in " (title(facet)) } }
                        }
                    }
                } @else if more > 0 {
                    p.more.quiet { "and " (format::count(more)) " more" }
                }
            }
        }
    }
}

/// The address of the same view with more values of a facet.
fn longer(view: &View, facet: Facet) -> String {
    let address = view.with(|_| {}).at("/");
    let joined = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joined}facet={facet}:{MORE}")
}

fn values(view: &View, facet: Facet, list: &[FacetValue]) -> Markup {
    let most = list.iter().map(|v| v.count).max().unwrap_or(0);
    html! {
        ul {
            @for value in list {
                @let excluded = view.excludes(facet, &value.value);
                @let label = shown(facet, &value.label);
                li class=[excluded.then_some("excluded")] {
                    div.row {
                        label {
                            input type="checkbox" form="search" name=(facet) value=(value.value) checked[value.selected && !excluded];
                            span.label title=(label) { (label) }
                            span.count { (format::count(value.count)) }
                        }
                        @if excluded {
                            a.not href=(view.with(|v| v.forget(facet, &value.value)).at("/")) title="Excluded: allow again" {
                                "+" span.away { " allow " (label) " again" }
                            }
                        } @else {
                            a.not href=(view.with(|v| v.choose(facet, &value.value, true)).at("/")) title="Exclude" {
                                "−" span.away { " exclude " (label) }
                            }
                        }
                        (chart::share(value.count, most))
                    }
                    @if !value.children.is_empty() && (value.selected || leads(view, facet, value)) {
                        (values(view, facet, &value.children))
                    }
                }
            }
        }
    }
}

/// Is a value above a chosen one, or the only way down?
fn leads(view: &View, facet: Facet, value: &FacetValue) -> bool {
    let below = format!("{}/", value.value);
    let chosen = |v: &String| v.starts_with(&below);
    // Continents say little: their countries are shown at once.
    !value.value.contains('/')
        || view
            .filters
            .iter()
            .filter(|f| f.facet == facet)
            .any(|f| f.any.iter().any(chosen) || f.none.iter().any(chosen))
}

fn confidence(view: &View) -> Markup {
    html! {
        fieldset.facet.sure {
            legend { "Confidence" }
            label {
                span.away { "At least" }
                select name="confidence" form="search" {
                    @for (least, name) in [(0, "any"), (50, "50% or more"), (75, "75% or more"), (90, "90% or more")] {
                        option value=(if least == 0 { String::new() } else { least.to_string() }) selected[view.confidence == least] { (name) }
                    }
                    @if ![0, 50, 75, 90].contains(&view.confidence) {
                        option value=(view.confidence) selected { (view.confidence) "% or more" }
                    }
                }
            }
            label.tick {
                input type="checkbox" name="copies" value="1" form="search" checked[view.copies];
                span { "List copies one by one" }
            }
        }
    }
}

/// What the form must carry along because no visible control stands for it.
fn hidden(view: &View) -> Markup {
    html! {
        @for facet in &view.facets { input type="hidden" name="facet" value=(format!("{}:{}", facet.facet, facet.limit)) form="search"; }
        @if view.sort != Sort::default() { input type="hidden" name="sort" value=(view.sort) form="search"; }
        @for filter in &view.filters {
            @for value in &filter.none {
                input type="hidden" name=(format!("-{}", filter.facet)) value=(value) form="search";
            }
            @if FACETS.iter().all(|(facet, _)| *facet != filter.facet) && filter.facet != Facet::Month {
                @for value in &filter.any { input type="hidden" name=(filter.facet) value=(value) form="search"; }
            }
        }
    }
}
