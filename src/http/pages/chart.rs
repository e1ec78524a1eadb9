//! Statements over time, drawn on the server as SVG.
//!
//! Bars are links that narrow the page down to their month (or year, over long spans); the same figures are in a table,
//! which is what assistive technology and the keyboard get. Script adds a brush.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use maud::{Markup, PreEscaped, html};

use crate::date::PartialDate;
use crate::http::format;
use crate::http::view::View;
use crate::search::FacetValue;

/// Most bars of months; longer spans are drawn by years.
const MAX_MONTHS: i32 = 84;
/// Most bars of years; earlier ones are left to the table.
const MAX_YEARS: i32 = 120;
/// Width of a bar with its gap, and height of the drawing, in SVG units.
const STEP: u32 = 10;
const HEIGHT: u32 = 72;

/// One bar.
struct Bar {
    /// `2025-11` or `2025`.
    when: PartialDate,
    count: u64,
}

/// The chart of what `months` counts, with links to what `address` makes of a narrowed view. Nothing for fewer than two
/// months.
pub(super) fn over_time(months: &[FacetValue], view: &View, path: &str) -> Markup {
    let bars = bars(months);
    let most = bars.iter().map(|b| b.count).max().unwrap_or(0);
    if bars.len() < 2 || most == 0 {
        return html! {};
    }
    let width = bars.len() as u32 * STEP;
    let narrowed = |bar: &Bar| {
        view.with(|v| (v.since, v.until) = (Some(bar.when), Some(bar.when)))
            .at(path)
    };
    let inside = |bar: &Bar| {
        (view.since.is_some() || view.until.is_some())
            && view.since.is_none_or(|s| bar.when.last() >= s.first())
            && view.until.is_none_or(|u| bar.when.first() <= u.last())
    };
    let any_inside = bars.iter().any(inside);
    html! {
        figure.chart {
            svg.histogram viewBox=(format!("0 0 {width} {HEIGHT}")) preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                @for (n, bar) in bars.iter().enumerate() {
                    // A month with one statement must still be seen.
                    @let height = if bar.count == 0 { 0 } else { ((bar.count * u64::from(HEIGHT - 4)).div_ceil(most) as u32).max(2) };
                    @let x = n as u32 * STEP;
                    a href=(narrowed(bar)) tabindex="-1" data-from=[bar.when.first()] data-to=[bar.when.last()] {
                        title { (format::date(bar.when)) ": " (format::count(bar.count)) }
                        rect.hit x=(x) y="0" width=(STEP) height=(HEIGHT) {}
                        rect class=(if any_inside && !inside(bar) { "bar out" } else { "bar" })
                            x=(x + 1) y=(HEIGHT - height) width=(STEP - 2) height=(height) {}
                    }
                }
            }
            div.axis aria-hidden="true" {
                @if let (Some(first), Some(last)) = (bars.first(), bars.last()) {
                    span { (format::date(first.when)) }
                    span.peak { "most: " (format::count(most)) }
                    span { (format::date(last.when)) }
                }
            }
            details.data {
                summary { "Figures as a table" }
                div.scroll tabindex="0" role="region" aria-label="Statements over time, table" {
                    table {
                        thead { tr { th scope="col" { "When" } th scope="col" { "Count" } } }
                        tbody {
                            @for bar in bars.iter().rev().filter(|b| b.count > 0) {
                                tr {
                                    th scope="row" { a href=(narrowed(bar)) { (format::date(bar.when)) } }
                                    td { (format::count(bar.count)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Every month (or year) from the first to the last that has any, empty ones too.
fn bars(months: &[FacetValue]) -> Vec<Bar> {
    let mut counts: BTreeMap<i32, u64> = BTreeMap::new();
    for month in months.iter().filter(|m| m.count > 0) {
        let Some(first) = month.value.parse().ok().and_then(PartialDate::first) else {
            continue;
        };
        *counts
            .entry(first.year() * 12 + first.month0() as i32)
            .or_default() += month.count;
    }
    let (Some((&first, _)), Some((&last, _))) = (counts.first_key_value(), counts.last_key_value())
    else {
        return Vec::new();
    };
    if last - first < MAX_MONTHS {
        let bar = |month: i32| {
            let when = PartialDate::month(month.div_euclid(12), month.rem_euclid(12) as u32 + 1)?;
            Some(Bar {
                when,
                count: counts.get(&month).copied().unwrap_or(0),
            })
        };
        return (first..=last).filter_map(bar).collect();
    }
    let (first, last) = (first.div_euclid(12), last.div_euclid(12));
    let bar = |year: i32| {
        let count = counts
            .range(year * 12..(year + 1) * 12)
            .map(|(_, n)| n)
            .sum();
        Some(Bar {
            when: PartialDate::year(year)?,
            count,
        })
    };
    (first.max(last - MAX_YEARS + 1)..=last)
        .filter_map(bar)
        .collect()
}

/// A row of small bars for one value beside the largest.
pub(super) fn share(count: u64, most: u64) -> Markup {
    let width = (count * 100).div_ceil(most.max(1)).clamp(1, 100);
    PreEscaped(format!(
        "<svg class=\"share\" viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">\
         <rect width=\"{width}\" height=\"4\"/></svg>"
    ))
}

/// First and last day of a bar for the date inputs.
pub(super) fn day(
    date: Option<PartialDate>,
    end: fn(PartialDate) -> Option<NaiveDate>,
) -> Option<String> {
    date.and_then(end).map(|d| d.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(list: &[(&str, u64)]) -> Vec<FacetValue> {
        list.iter()
            .map(|(value, count)| FacetValue {
                value: (*value).to_owned(),
                label: (*value).to_owned(),
                count: *count,
                selected: false,
                children: Vec::new(),
            })
            .collect()
    }

    #[test]
    fn fills_gaps_and_falls_back_to_years() {
        let short = bars(&months(&[("2025-02", 3), ("2024-11", 1)]));
        assert_eq!(
            short.iter().map(|b| b.count).collect::<Vec<_>>(),
            [1, 0, 0, 3]
        );
        let long = bars(&months(&[
            ("2025-02", 3),
            ("1999-11", 1),
            ("2025-01", 1),
            ("nonsense", 9),
        ]));
        assert_eq!(long.len(), 27);
        assert_eq!(
            long.last().map(|b| (b.when.to_string(), b.count)),
            Some(("2025".to_owned(), 4))
        );
        assert!(bars(&[]).is_empty());
        assert!(bars(&months(&[("0001-01", 1), ("9999-12", 1)])).len() <= MAX_YEARS as usize);
    }
}
