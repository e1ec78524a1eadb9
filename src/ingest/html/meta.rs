//! What a page says about its article: JSON-LD first, then OpenGraph and other meta tags, then visible elements.

use dom_query::Document;
use serde_json::Value;

use crate::date::PartialDate;
use crate::ingest::draft::Draft;
use crate::ingest::written;

/// Most JSON-LD objects looked at.
const MOST_OBJECTS: usize = 2000;

/// Fills in what the page tells.
pub(super) fn fill(draft: &mut Draft, page: &Document) {
    let objects = json_ld(page);
    let article = objects.iter().find(|o| is_article(o));
    let from_ld = |name: &str| article.and_then(|a| a.get(name));

    draft.title = from_ld("headline")
        .and_then(words)
        .or_else(|| {
            meta(
                page,
                &["og:title", "twitter:title", "parsely-title", "dc.title"],
            )
        })
        .or_else(|| first_text(page, "article h1, main h1, h1[itemprop=headline], h1"))
        .or_else(|| first_text(page, "title"))
        .map(|title| without_site(&title, page));
    draft.published = from_ld("datePublished")
        .and_then(words)
        .and_then(|date| written::parse(&date))
        .or_else(|| meta_date(page))
        .or_else(|| time(page));
    draft.byline = from_ld("author").map(names).unwrap_or_default();
    if draft.byline.is_empty() {
        let author = meta(
            page,
            &[
                "author",
                "article:author",
                "parsely-author",
                "byl",
                "sailthru.author",
                "dc.creator",
            ],
        );
        draft.byline = author
            .filter(|a| !a.contains("://"))
            .map(|a| authors(&a))
            .unwrap_or_default();
    }
    if draft.byline.is_empty() {
        let visible = [
            "[itemprop=author] [itemprop=name]",
            "[itemprop=author]",
            "[rel=author]",
            ".byline",
            ".author",
            ".article-author",
        ];
        draft.byline = visible
            .iter()
            .find_map(|s| first_text(page, s))
            .filter(|a| a.len() <= 120)
            .map(|a| authors(&a))
            .unwrap_or_default();
    }
    draft.byline.retain(|author| is_author(author));
    draft.outlet = from_ld("publisher")
        .and_then(|p| names(p).into_iter().next())
        .or_else(|| meta(page, &["og:site_name", "application-name", "dc.publisher"]));
    draft.section = from_ld("articleSection")
        .and_then(|s| names(s).into_iter().next())
        .or_else(|| meta(page, &["article:section", "parsely-section"]));
    draft.language = from_ld("inLanguage")
        .and_then(words)
        .or_else(|| {
            page.select_single("html")
                .attr("lang")
                .map(|l| l.to_string())
        })
        .filter(|l| !l.trim().is_empty());
    let canonical = page.select_single("link[rel=canonical]").attr("href");
    draft.url = canonical
        .map(|href| href.to_string())
        .filter(|href| href.contains("://"))
        .or_else(|| meta(page, &["og:url"]).filter(|u| u.contains("://")))
        .or_else(|| from_ld("mainEntityOfPage").and_then(address))
        .or_else(|| from_ld("url").and_then(words));
}

/// All objects of the page's JSON-LD, from arrays and `@graph` too.
fn json_ld(page: &Document) -> Vec<Value> {
    let mut todo: Vec<Value> = Vec::new();
    for script in &page.select("script[type='application/ld+json']") {
        let text = script.text();
        let json = text
            .trim()
            .trim_start_matches("<![CDATA[")
            .trim_start_matches("<!--")
            .trim_end_matches(';')
            .trim_end_matches("]]>")
            .trim_end_matches("-->");
        // Line breaks inside strings are forbidden and common.
        let parsed = serde_json::from_str(json)
            .or_else(|_| serde_json::from_str(&json.replace(['\n', '\r', '\t'], " ")));
        todo.extend(parsed.ok());
    }
    todo.reverse();
    let mut found = Vec::new();
    while let Some(value) = todo.pop() {
        match value {
            Value::Array(elements) => todo.extend(elements.into_iter().rev()),
            Value::Object(mut object) => {
                if let Some(graph) = object.remove("@graph") {
                    todo.push(graph);
                }
                found.push(Value::Object(object));
            }
            _ => {}
        }
        if found.len() + todo.len() > MOST_OBJECTS {
            break;
        }
    }
    found
}

fn is_article(object: &Value) -> bool {
    let is = |kind: &str| {
        kind.ends_with("Article")
            || kind.ends_with("Posting") && kind != "JobPosting"
            || kind == "Report"
    };
    match object.get("@type") {
        Some(Value::String(kind)) => is(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).any(is),
        _ => false,
    }
}

/// A string, without entities.
fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(s) => s.as_str(),
        Value::Array(a) => return a.first().filter(|v| v.is_string()).and_then(words),
        _ => return None,
    };
    let text = html_escape::decode_html_entities(text.trim()).into_owned();
    (!text.is_empty()).then_some(text)
}

/// The names in a string, an object with a name, or an array of either.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::String(_) => words(value).map(|w| authors(&w)).unwrap_or_default(),
        Value::Array(all) => all
            .iter()
            .take(50)
            .filter_map(|one| match one {
                Value::Object(o) => o.get("name").and_then(words),
                other => words(other).filter(|w| !w.contains("://")),
            })
            .collect(),
        Value::Object(o) => match o.get("name") {
            Some(Value::Array(all)) => all.iter().filter_map(words).collect(),
            Some(name) => words(name).into_iter().collect(),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn address(value: &Value) -> Option<String> {
    match value {
        Value::Object(o) => o.get("@id").and_then(words),
        other => words(other),
    }
}

/// "By Ann Example and Bo Sample" as two names.
fn authors(line: &str) -> Vec<String> {
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = match line.get(..3) {
        Some(by) if by.eq_ignore_ascii_case("by ") => &line[3..],
        _ => line.as_str(),
    };
    line.split([';', '|'])
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(", "))
        .map(|name| name.trim().trim_matches(',').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Not an address, a date or a sentence.
fn is_author(author: &str) -> bool {
    !author.contains("://")
        && author.len() <= 100
        && author.chars().any(char::is_alphabetic)
        && !author.starts_with('@')
        && author.split_whitespace().count() <= 8
        && written::prefix(author).is_none()
}

/// The first meta tag of these names that says something.
fn meta(page: &Document, wanted: &[&str]) -> Option<String> {
    wanted.iter().find_map(|name| {
        ["property", "name", "itemprop"]
            .iter()
            .find_map(|attribute| {
                let all = page.select(&format!("meta[{attribute}=\"{name}\" i]"));
                all.iter().find_map(|tag| {
                    let content = tag.attr("content")?;
                    let content = content.trim();
                    (!content.is_empty())
                        .then(|| html_escape::decode_html_entities(content).into_owned())
                })
            })
    })
}

fn meta_date(page: &Document) -> Option<PartialDate> {
    const DATES: &[&str] = &[
        "article:published_time",
        "og:published_time",
        "og:article:published_time",
        "datePublished",
        "parsely-pub-date",
        "pubdate",
        "publishdate",
        "publish-date",
        "publication_date",
        "sailthru.date",
        "dc.date.issued",
        "dc.date",
        "dcterms.created",
        "date",
        "article.published",
        "published_at",
        "cXenseParse:recs:publishtime",
        "ptime",
        "displaydate",
        "DC.date.issued",
    ];
    DATES
        .iter()
        .find_map(|name| written::parse(&meta(page, &[name])?))
}

/// The first `<time>` that is not of another article.
fn time(page: &Document) -> Option<PartialDate> {
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
    places.iter().find_map(|place| {
        let all = page.select(place);
        all.iter().take(3).find_map(|tag| {
            let stated = tag.attr("datetime").or_else(|| tag.attr("content"));
            stated
                .and_then(|date| written::parse(&date))
                .or_else(|| date_in(&tag.text()))
        })
    })
}

/// The first date that begins at a word of a short text.
fn date_in(text: &str) -> Option<PartialDate> {
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

fn first_text(page: &Document, selector: &str) -> Option<String> {
    let all = page.select(selector);
    all.iter()
        .map(|tag| tag.text().split_whitespace().collect::<Vec<_>>().join(" "))
        .find(|text| !text.is_empty())
}

/// "Fog stops ferries" of "Fog stops ferries | The Lantern", where the page says elsewhere that it is the headline.
fn without_site(title: &str, page: &Document) -> String {
    for separator in [" | ", " - ", " – ", " — ", " :: ", " » "] {
        let Some((before, after)) = title.rsplit_once(separator) else {
            continue;
        };
        let site = meta(page, &["og:site_name"]).unwrap_or_default();
        let heading = first_text(page, "h1").unwrap_or_default();
        if after.eq_ignore_ascii_case(&site)
            || heading.eq_ignore_ascii_case(before.trim())
            || separator == " | "
        {
            return before.trim().to_owned();
        }
    }
    title.trim().to_owned()
}
