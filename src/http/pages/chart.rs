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

/// Most bars of months; longer spans are drawn by years, unless nearly all lies within this many months.
const MAX_MONTHS: i32 = 84;
/// Share of the statements, in percent, that may lie outside of the drawn months: a few old or wrong dates must not
/// press everything else into a corner. The table has them.
const STRAY: u64 = 3;
/// Most bars of years; earlier ones are left to the table.
const MAX_YEARS: i32 = 120;
/// Most labels below the bars.
const LABELS: usize = 7;
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
    let (bars, table) = bars(months);
    let stray: u64 =
        table.iter().map(|b| b.count).sum::<u64>() - bars.iter().map(|b| b.count).sum::<u64>();
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
            svg.axis aria-hidden="true" focusable="false" {
                @for (at, label) in labels(&bars) { text x=(format!("{at:.2}%")) y="1em" { (label) } }
            }
            details.data {
                summary {
                    "Figures as a table"
                    span.peak { "highest bar " (format::count(most)) @if stray > 0 { ", " (format::count(stray)) " outside of the chart" } }
                }
                div.scroll tabindex="0" role="region" aria-label="Statements over time, table" {
                    table {
                        thead { tr { th scope="col" { "When" } th scope="col" { "Count" } } }
                        tbody {
                            @for bar in table.iter().rev().filter(|b| b.count > 0) {
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

/// Every month (or year) from the first to the last that is drawn, empty ones too; and everything for the table.
fn bars(months: &[FacetValue]) -> (Vec<Bar>, Vec<Bar>) {
    let mut counts: BTreeMap<i32, u64> = BTreeMap::new();
    for month in months.iter().filter(|m| m.count > 0) {
        let Some(first) = month.value.parse().ok().and_then(PartialDate::first) else {
            continue;
        };
        *counts
            .entry(first.year() * 12 + first.month0() as i32)
            .or_default() += month.count;
    }
    let bar = |month: i32| {
        let when = PartialDate::month(month.div_euclid(12), month.rem_euclid(12) as u32 + 1)?;
        let count = counts.get(&month).copied().unwrap_or(0);
        Some(Bar { when, count })
    };
    if let Some((first, last)) = window(&counts) {
        let drawn = (first..=last).filter_map(bar).collect();
        return (drawn, counts.keys().filter_map(|m| bar(*m)).collect());
    }
    let mut years: BTreeMap<i32, u64> = BTreeMap::new();
    for (month, count) in &counts {
        *years.entry(month.div_euclid(12)).or_default() += count;
    }
    let bar = |year: i32| {
        Some(Bar {
            when: PartialDate::year(year)?,
            count: years.get(&year).copied().unwrap_or(0),
        })
    };
    let last = years.last_key_value().map_or(0, |(year, _)| *year);
    let first = years.first_key_value().map_or(1, |(year, _)| *year);
    let drawn = (first.max(last - MAX_YEARS + 1)..=last).filter_map(bar);
    (
        drawn.collect(),
        years.keys().filter_map(|y| bar(*y)).collect(),
    )
}

/// First and last of the [`MAX_MONTHS`] months that have most; `None` if too much lies outside of them.
fn window(counts: &BTreeMap<i32, u64>) -> Option<(i32, i32)> {
    let total: u64 = counts.values().sum();
    let (first, last, inside) = counts
        .keys()
        .map(|first| {
            let range = counts.range(*first..*first + MAX_MONTHS);
            let last = range
                .clone()
                .next_back()
                .map_or(*first, |(month, _)| *month);
            (*first, last, range.map(|(_, n)| n).sum::<u64>())
        })
        // Of equals the latest.
        .max_by_key(|(first, _, inside)| (*inside, *first))?;
    ((total - inside) * 100 <= total * STRAY).then_some((first, last))
}

/// What stands below the bars: the middle of a bar in percent of the width, and its year or month.
fn labels(bars: &[Bar]) -> Vec<(f64, String)> {
    let at = |n: usize| (n as f64 + 0.5) * 100.0 / bars.len() as f64;
    let first = |bar: &Bar| bar.when.first();
    let yearly = bars.iter().all(|b| b.when.to_string().len() == 4);
    let every = |n: usize| n.div_ceil(LABELS).max(1);
    if !yearly && bars.len() <= 2 * LABELS {
        let step = every(bars.len());
        return bars
            .iter()
            .enumerate()
            .step_by(step)
            .filter_map(|(n, bar)| {
                let day = first(bar)?;
                let form = if n == 0 || (day.month0() as usize) < step {
                    "%b %Y"
                } else {
                    "%b"
                };
                Some((at(n), day.format(form).to_string()))
            })
            .collect();
    }
    let begins: Vec<(usize, i32)> = bars
        .iter()
        .enumerate()
        .filter_map(|(n, bar)| Some((n, first(bar)?)))
        .filter(|(_, day)| day.month0() == 0)
        .map(|(n, day)| (n, day.year()))
        .collect();
    let step = every(begins.len());
    begins
        .into_iter()
        .step_by(step)
        .map(|(n, year)| (at(n), year.to_string()))
        .collect()
}

/// A row of a list: a name, how often, and a bar behind both.
pub(super) fn entry(name: &Markup, count: u64, most: u64) -> Markup {
    html! { div.entry { (share(count, most)) (name) span.count { (format::count(count)) } } }
}

/// A small bar for one value beside the largest.
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
        let (short, _) = bars(&months(&[("2025-02", 3), ("2024-11", 1)]));
        assert_eq!(
            short.iter().map(|b| b.count).collect::<Vec<_>>(),
            [1, 0, 0, 3]
        );
        let (long, table) = bars(&months(&[
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
        assert_eq!(table.len(), 2);
        assert!(bars(&[]).0.is_empty());
        assert!(bars(&months(&[("0001-01", 1), ("9999-12", 1)])).0.len() <= MAX_YEARS as usize);
    }

    #[test]
    fn a_stray_date_is_left_to_the_table() {
        let (drawn, table) = bars(&months(&[("2025-02", 60), ("1999-11", 1), ("2025-04", 40)]));
        assert_eq!(
            drawn.iter().map(|b| b.count).collect::<Vec<_>>(),
            [60, 0, 40]
        );
        assert_eq!(table.len(), 3);
    }

    #[test]
    fn labels_are_few_and_in_order() {
        for (first, last) in [
            ("2025-02", "2025-04"),
            ("2024-11", "2025-11"),
            ("2020-01", "2025-06"),
            ("1960-01", "2025-06"),
        ] {
            let (bars, _) = bars(&months(&[(first, 50), (last, 50)]));
            let labels = labels(&bars);
            assert!((2..=LABELS).contains(&labels.len()), "{first}: {labels:?}");
            assert!(
                labels.windows(2).all(|pair| pair[0].0 < pair[1].0),
                "{labels:?}"
            );
        }
    }
}
