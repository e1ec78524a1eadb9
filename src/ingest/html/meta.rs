//! What a page says about its article: JSON-LD first, then OpenGraph and other meta tags, then visible elements.

use dom_query::Document;
use serde_json::Value;

use crate::date::PartialDate;
use crate::ingest::draft::Draft;
use crate::ingest::written;

use super::seen;

/// Agencies whose articles other outlets have.
const AGENCIES: &[&str] = &[
    "associated press",
    "the associated press",
    "ap",
    "reuters",
    "afp",
    "agence france-presse",
    "bloomberg",
    "dpa",
    "upi",
    "the canadian press",
    "pa media",
    "press association",
    "the conversation",
];

/// Most JSON-LD objects looked at.
const MOST_OBJECTS: usize = 2000;

/// Fills in what the page tells.
pub(super) fn fill(draft: &mut Draft, page: &Document) {
    let objects = json_ld(page);
    let tags = Tags::of(page);
    // A page may be about its article without saying what it is.
    let article = objects
        .iter()
        .find(|o| is_article(o))
        .or_else(|| objects.iter().find(|o| is_dated_page(o)));
    let from_ld = |name: &str| article.and_then(|a| a.get(name));

    let canonical = page.select_single("link[rel=canonical]").attr("href");
    draft.url = canonical
        .map(|href| href.to_string())
        .filter(|href| href.contains("://"))
        .or_else(|| tags.say(&["og:url"]).filter(|u| u.contains("://")))
        .or_else(|| from_ld("mainEntityOfPage").and_then(address))
        .or_else(|| from_ld("url").and_then(words));

    draft.title = from_ld("headline")
        .and_then(words)
        .or_else(|| tags.say(&["og:title", "twitter:title", "parsely-title", "dc.title"]))
        .or_else(|| seen::first_text(page, "article h1, main h1, h1[itemprop=headline], h1"))
        .or_else(|| seen::first_text(page, "title"))
        .map(|title| without_site(&title, page, &tags));
    draft.published = from_ld("datePublished")
        .and_then(words)
        .and_then(|date| written::parse(&date).or_else(|| seen::date_in(&date)))
        .or_else(|| meta_date(page, &tags))
        .or_else(|| draft.url.as_deref().and_then(date_in_address))
        .or_else(|| seen::date(page));
    draft.byline = from_ld("author")
        .map(|author| names(author, &objects))
        .unwrap_or_default();
    if draft.byline.is_empty() {
        let author = tags.say(&[
            "author",
            "article:author",
            "parsely-author",
            "byl",
            "sailthru.author",
            "dc.creator",
        ]);
        draft.byline = author.filter(|a| !a.contains("://")).into_iter().collect();
    }
    seen::add_authors(&mut draft.byline, page);
    draft.byline.retain(|author| is_author(author));
    let publisher = from_ld("publisher").and_then(|p| names(p, &objects).into_iter().next());
    let site = tags.say(&["og:site_name", "application-name", "dc.publisher"]);
    // An agency is the publisher of what it sells; the page is of the outlet that bought it.
    draft.outlet = match publisher {
        Some(publisher) if is_agency(&publisher) => site.or(Some(publisher)),
        Some(publisher) => Some(publisher),
        None => site.or_else(|| site_of_title(page, &tags)),
    }
    .map(|outlet| outlet.trim_start_matches('@').to_owned());
    draft.section = from_ld("articleSection")
        .and_then(|s| names(s, &objects).into_iter().next())
        .or_else(|| tags.say(&["article:section", "parsely-section"]));
    draft.language = from_ld("inLanguage")
        .and_then(words)
        .or_else(|| {
            page.select_single("html")
                .attr("lang")
                .map(|l| l.to_string())
        })
        .filter(|l| !l.trim().is_empty());
}

/// All objects of the page's JSON-LD, from arrays and `@graph` too.
pub(super) fn json_ld(page: &Document) -> Vec<Value> {
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
        todo.extend(self::json(json));
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

/// JSON as pages have it: line breaks inside strings are forbidden and common.
pub(super) fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&text.replace(['\n', '\r', '\t'], " ")))
        .ok()
}

pub(super) fn is_article(object: &Value) -> bool {
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

/// A page of no known kind (`MedicalWebPage`, `WebPage`) that says when it was published.
fn is_dated_page(object: &Value) -> bool {
    let kind = object.get("@type").and_then(Value::as_str);
    kind.is_some_and(|kind| kind.ends_with("WebPage")) && object.get("datePublished").is_some()
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

/// The names in a string, in an object with a name or in one that stands elsewhere on the page under its `@id`, or in an
/// array of these.
fn names(value: &Value, objects: &[Value]) -> Vec<String> {
    let elsewhere = |id: &Value| {
        let mut named = objects.iter().filter(|o| o.get("@id") == Some(id));
        named.find_map(|o| o.get("name"))
    };
    each(value)
        .iter()
        .filter_map(|one| match one {
            Value::Object(o) => o.get("name").or_else(|| elsewhere(o.get("@id")?)),
            other => Some(other),
        })
        .flat_map(each)
        .filter_map(words)
        .collect()
}

/// The elements of an array, some dozens of them, or the one value that is none.
fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(all) => &all[..all.len().min(50)],
        one => std::slice::from_ref(one),
    }
}

fn address(value: &Value) -> Option<String> {
    match value {
        Value::Object(o) => o.get("@id").and_then(words),
        other => words(other),
    }
}

/// Not an address, a date or a sentence.
fn is_author(author: &str) -> bool {
    let mut people = author
        .split([',', ';', '|'])
        .flat_map(|part| part.split(" and "));
    !author.contains("://")
        && author.len() <= 300
        && author.chars().any(char::is_alphabetic)
        && !author.starts_with('@')
        && people.all(|name| name.len() <= 100 && name.split_whitespace().count() <= 8)
        && written::prefix(author).is_none()
}

/// The meta tags of a page that say something, each with its names in lower case: property, name, itemprop.
pub(super) struct Tags(Vec<([Option<String>; 3], String)>);

impl Tags {
    pub(super) fn of(page: &Document) -> Self {
        let all = page.select("meta[content]");
        let said = all.iter().filter_map(|tag| {
            let content = tag.attr("content")?;
            let content = content.trim();
            let names = ["property", "name", "itemprop"]
                .map(|attribute| Some(tag.attr(attribute)?.to_ascii_lowercase()));
            (!content.is_empty()).then(|| {
                let content = html_escape::decode_html_entities(content).into_owned();
                (names, content)
            })
        });
        Self(said.collect())
    }

    /// What the first tag of these names says, in the order in which they are wanted.
    pub(super) fn say(&self, wanted: &[&str]) -> Option<String> {
        wanted.iter().find_map(|name| {
            (0..3).find_map(|attribute| {
                let mut tags = self.0.iter();
                let tag = tags.find(|(names, _)| {
                    names[attribute]
                        .as_deref()
                        .is_some_and(|own| own.eq_ignore_ascii_case(name))
                });
                tag.map(|(_, content)| content.clone())
            })
        })
    }
}

fn meta_date(page: &Document, tags: &Tags) -> Option<PartialDate> {
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
        .find_map(|name| written::parse(&tags.say(&[name])?))
        .or_else(|| own_meta_date(page))
}

/// What an outlet calls `our-post-date` or the like.
fn own_meta_date(page: &Document) -> Option<PartialDate> {
    page.select("meta[content]").iter().find_map(|tag| {
        let name = tag.attr("name").or_else(|| tag.attr("property"))?;
        let name = name.to_ascii_lowercase();
        let is_date = [
            "publish",
            "pubdate",
            "pub-date",
            "pub_date",
            "post-date",
            "post_date",
        ];
        let is_other = ["publisher", "modified", "update", "expir"];
        let is_asked = is_date.iter().any(|word| name.contains(word))
            && !is_other.iter().any(|word| name.contains(word));
        is_asked
            .then(|| written::parse(&tag.attr("content")?))
            .flatten()
    })
}

/// The day in an address like `https://courier.example/2025/11/20/fog`, or with `nov` for the month.
fn date_in_address(url: &str) -> Option<PartialDate> {
    let steps: Vec<&str> = url.split('/').skip(3).collect();
    steps.windows(3).find_map(|steps| {
        let [year, month, day] = steps else {
            return None;
        };
        if year.len() != 4 {
            return None;
        }
        let by_number = written::parse(&format!("{year}-{month}-{day}"));
        by_number.or_else(|| written::parse(&format!("{day} {month} {year}")))
    })
}

/// "Fog stops ferries" of "Fog stops ferries | The Lantern", where the page says elsewhere that it is the headline.
fn without_site(title: &str, page: &Document, tags: &Tags) -> String {
    for separator in [" | ", " - ", " – ", " — ", " :: ", " » "] {
        let Some((before, after)) = title.rsplit_once(separator) else {
            continue;
        };
        let site = tags.say(&["og:site_name"]).unwrap_or_default();
        let heading = seen::first_text(page, "h1").unwrap_or_default();
        if after.eq_ignore_ascii_case(&site)
            || heading.eq_ignore_ascii_case(before.trim())
            || separator == " | "
        {
            return before.trim().to_owned();
        }
    }
    title.trim().to_owned()
}

/// "The Lantern" of the title "Fog stops ferries - The Lantern", where the page says elsewhere that the rest is the headline.
fn site_of_title(page: &Document, tags: &Tags) -> Option<String> {
    let title = seen::first_text(page, "title")?;
    let headline = tags
        .say(&["og:title"])
        .or_else(|| seen::first_text(page, "h1"))?;
    let rest = title.strip_prefix(headline.trim())?;
    let site = rest.trim_start();
    let site = site.strip_prefix(['|', '-', '–', '—', '»', '·'])?.trim();
    let words = site.split_whitespace().count();
    ((1..=5).contains(&words) && site.len() <= 40).then(|| site.to_owned())
}

fn is_agency(name: &str) -> bool {
    AGENCIES.contains(&name.trim().to_lowercase().as_str())
}
