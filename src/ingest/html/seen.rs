//! What a page shows about its article: a date by the headline, a byline.

use dom_query::{Document, NodeId, NodeRef};

use crate::date::PartialDate;
use crate::ingest::{byline, written};

/// Most elements near a headline that are looked at.
const MOST_NEAR: usize = 100;

/// Where pages have their bylines, surest first.
const AUTHORS: &[&str] = &[
    "[itemprop=author] [itemprop=name]",
    "[itemprop=author]",
    "[rel=author]",
    ".byline",
    ".author",
    ".article-author",
];

/// The same by parts of names, where what is found must be people.
const LIKELY_AUTHORS: &[&str] = &[
    "[class*=byline]",
    "[class*=author-name]",
    "[class*=authorName]",
    "a[class*=author]",
    "a[href*='/author/']",
];

/// Adds the authors that the page shows, where its data names none or only the first of them.
pub(super) fn add_authors(byline: &mut Vec<String>, page: &Document) {
    if byline.is_empty() {
        let sure = AUTHORS.iter().find_map(|place| first_text(page, place));
        byline.extend(sure.filter(|a| a.len() <= 120));
    }
    let shown = || {
        let sure = AUTHORS[3..]
            .iter()
            .filter_map(|place| first_text(page, place));
        sure.into_iter()
            .find_map(|text| people(&text))
            .or_else(|| likely(page))
    };
    match &byline[..] {
        [] => byline.extend(shown().unwrap_or_default()),
        [one] => {
            let named = byline::people(std::slice::from_ref(one), None);
            if let ([first], Some(shown)) = (&named[..], shown())
                && shown.len() > 1
                && shown.contains(first)
            {
                *byline = shown;
            }
        }
        _ => {}
    }
}

/// People by a likely name, where it stands with the headline and not in a column or a comment.
fn likely(page: &Document) -> Option<Vec<String>> {
    let headline = page.select("h1").nodes().first().copied();
    let around: Vec<NodeId> = headline.map_or_else(Vec::new, |headline| {
        let ancestors = headline.ancestors(Some(4));
        ancestors.iter().map(|node| node.id).collect()
    });
    let is_of_article = |node: &NodeRef| {
        let mut within = false;
        for ancestor in node.ancestors(None) {
            let named = |names: &[&str]| names.iter().any(|name| ancestor.has_name(name));
            if named(&["nav", "aside", "footer", "li"])
                || ancestor.attr_or("class", "").contains("comment")
            {
                return false;
            }
            within |= named(&["article", "main"]) || around.contains(&ancestor.id);
        }
        within
    };
    LIKELY_AUTHORS.iter().find_map(|place| {
        let all = page.select(place);
        let mut nodes = all.nodes().iter().take(MOST_NEAR);
        nodes.find_map(|node| people(&line(&node.text())).filter(|_| is_of_article(node)))
    })
}

/// The people of a byline as it is shown, if it names some.
fn people(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let who = ["By ", "BY ", "by "]
        .iter()
        .find_map(|by| text.strip_prefix(by))
        .unwrap_or(text);
    if who.len() > 120 {
        return None;
    }
    let people = byline::authors(who.trim())?;
    // "Science staff" names nobody.
    let named = people
        .iter()
        .all(|name| name.contains(' ') && !byline::is_staff(name));
    named.then_some(people)
}

/// The first `<time>` that is not of another article.
pub(super) fn date(page: &Document) -> Option<PartialDate> {
    let places = [
        "[itemprop=datePublished]",
        "time[pubdate]",
        "article header time",
        "article time",
        "header time",
        "main time",
        "time[datetime]",
        ".published",
        ".date",
        ".dateline",
        ".timestamp",
        ".byline time",
        ".meta",
        ".post-meta",
        ".article-meta",
        ".entry-meta",
        ".byline",
    ];
    places
        .iter()
        .find_map(|place| {
            let all = page.select(place);
            all.iter().take(3).find_map(|tag| {
                let stated = tag.attr("datetime").or_else(|| tag.attr("content"));
                stated
                    .and_then(|date| written::parse(&date))
                    .or_else(|| date_in(&tag.text()))
            })
        })
        .or_else(|| near_headline(page))
}

/// The first day that stands by itself near the headline.
fn near_headline(page: &Document) -> Option<PartialDate> {
    // A page may have its headline twice, first in a bar that stays.
    let all = page.select("h1");
    let headlines = all.nodes().iter().take(2);
    let around = headlines.flat_map(|headline| headline.ancestors(Some(3)));
    around.into_iter().find_map(|around| {
        let parts = around.descendants_it().filter(NodeRef::is_element);
        parts.take(MOST_NEAR).find_map(|part| {
            let text = part.text();
            let is_line = (6..=100).contains(&text.trim().len()) && !part.has_name("h1");
            let date = is_line.then(|| date_in(&text)).flatten()?;
            date.as_day().map(|_| date)
        })
    })
}

/// The first date that begins at a word of a short text.
pub(super) fn date_in(text: &str) -> Option<PartialDate> {
    let text = text.trim();
    if text.len() > 200 {
        return None;
    }
    let starts = text
        .char_indices()
        .filter(|(at, c)| c.is_alphanumeric() && !text[..*at].ends_with(char::is_alphanumeric));
    starts
        .filter_map(|(at, _)| written::prefix(&text[at..]))
        .map(|(date, _)| date)
        .next()
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn first_text(page: &Document, selector: &str) -> Option<String> {
    let all = page.select(selector);
    all.iter()
        .map(|tag| line(&tag.text()))
        .find(|text| !text.is_empty())
}
