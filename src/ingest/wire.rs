//! What news agencies send: NITF, NewsML-G2 and NewsML 1.

use std::ops::ControlFlow;

use serde_json::Value;

use super::draft::{Draft, Output};
use super::written;
use super::xml::{self, Style, Tree};
use crate::text::TextMap;

/// Paragraphs of NITF and of the XHTML inside NewsML.
const BODY: Style = Style {
    blocks: &[
        "p",
        "hl2",
        "h1",
        "h2",
        "h3",
        "h4",
        "li",
        "dt",
        "dd",
        "bq",
        "block",
        "blockquote",
        "tr",
        "div",
        "pre",
    ],
    breaks: &["br"],
    gaps: &["td", "th"],
    leave_out: &[
        "media",
        "body.head",
        "body.end",
        "hedline",
        "byline",
        "dateline",
        "figure",
        "script",
        "style",
        "note",
        "head",
        "abstract",
    ],
    signs: &[],
    only: None,
};

/// A byline without what its people are.
const BYLINE: Style = Style {
    blocks: &[],
    breaks: &[],
    gaps: &[],
    leave_out: &["byttl", "virtloc", "location"],
    signs: &[],
    only: None,
};

/// Reads a file of one or more stories.
pub(super) fn read(out: &mut Output<'_>, bytes: Vec<u8>) -> ControlFlow<()> {
    xml::read(out, bytes, stories)
}

fn stories(out: &mut Output<'_>, tree: &Tree<'_>, root: usize, map: &TextMap) -> ControlFlow<()> {
    let items: Vec<usize> = std::iter::once(root)
        .chain(
            ["newsItem", "NewsItem"]
                .into_iter()
                .flat_map(|name| tree.all(root, name)),
        )
        // Many stories in one file, whatever stands around them.
        .chain(stand_alone(tree, root))
        .filter(|i| matches!(tree.name(*i), "nitf" | "newsItem" | "NewsItem" | "newsitem"))
        .collect();
    let many = items.len() > 1;
    for (number, item) in items.iter().enumerate() {
        let record = many.then_some(number as u64 + 1);
        if !tree.is_closed(*item) {
            let why = tree.cut.as_deref().unwrap_or("it has no end");
            out.skip(record, format!("this story is not whole: {why}"))?;
            continue;
        }
        if let Some(status) = withdrawn(tree, *item) {
            out.note(record, format!("its publisher has marked it as {status}"))?;
            continue;
        }
        let mut draft = match tree.name(*item) {
            "nitf" => nitf(tree, *item),
            _ => item_of_newsml(tree, *item),
        };
        draft.record = record;
        draft.map = map.then(&draft.map);
        out.article(draft)?;
    }
    if items.is_empty() {
        return out.note(None, "holds no stories");
    }
    ControlFlow::Continue(())
}

/// The stories in NITF that are no content of a NewsML item.
fn stand_alone(tree: &Tree<'_>, root: usize) -> Vec<usize> {
    let inside = ["newsItem", "NewsItem"];
    if inside
        .iter()
        .any(|name| tree.name(root) == *name || tree.find(root, name).is_some())
    {
        return Vec::new();
    }
    tree.all(root, "nitf").collect()
}

/// "withheld" of a story that is not, or no longer, for use.
fn withdrawn<'t>(tree: &'t Tree<'_>, item: usize) -> Option<&'t str> {
    let status = tree.find(item, "pubStatus")?;
    let code = tree.attribute(status, "qcode")?;
    let status = code.rsplit(':').next().unwrap_or(code);
    matches!(status, "canceled" | "withheld").then_some(status)
}

/// A date of an attribute such as `20251120T103000Z` or `2025-11-20`.
fn date(text: &str) -> Option<crate::date::PartialDate> {
    let digits = text
        .get(..8)
        .filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
    match digits {
        Some(d) => written::parse(&format!("{}-{}-{}", &d[..4], &d[4..6], &d[6..])),
        None => written::parse(text),
    }
}

fn keep(draft: &mut Draft, name: &str, value: Option<String>) {
    if let Some(value) = value {
        draft.extra.insert(name.to_owned(), Value::String(value));
    }
}

fn nitf(tree: &Tree<'_>, item: usize) -> Draft {
    let mut draft = Draft::of(tree.written(item).as_bytes());
    let attribute = |element: &str, name: &str| {
        tree.all(item, element)
            .find_map(|i| tree.attribute(i, name).map(str::to_owned))
    };
    draft.title = tree
        .found(item, "hl1")
        .or_else(|| tree.found(item, "hedline"))
        .or_else(|| tree.found(item, "title"));
    draft.byline = tree
        .all(item, "byline")
        .take(1)
        .flat_map(|byline| {
            let named: Vec<String> = tree.all(byline, "person").map(|i| tree.words(i)).collect();
            if named.is_empty() {
                vec![tree.story(byline, &BYLINE).0]
            } else {
                named
            }
        })
        .filter(|name| !name.is_empty())
        .collect();
    draft.published = attribute("date.issue", "norm")
        .or_else(|| attribute("pubdata", "date.publication"))
        .or_else(|| attribute("story.date", "norm"))
        .and_then(|d| date(&d));
    draft.outlet = tree
        .found(item, "distributor")
        .or_else(|| attribute("pubdata", "name"))
        .or_else(|| attribute("doc.copyright", "holder"));
    draft.section =
        attribute("pubdata", "position.section").or_else(|| attribute("fixture", "fix-id"));
    draft.id = attribute("doc-id", "id-string");
    draft.url = attribute("pubdata", "ex-ref");
    draft.language = tree.attribute(item, "lang").map(str::to_owned);
    keep(&mut draft, "embargo", attribute("date.release", "norm"));
    keep(&mut draft, "version", attribute("du-key", "version"));
    keep(&mut draft, "dateline", tree.found(item, "dateline"));
    let body = tree
        .find(item, "body.content")
        .or_else(|| tree.find(item, "body"))
        .unwrap_or(item);
    let body = full_text(tree, body).unwrap_or(body);
    (draft.text, draft.map) = tree.story(body, &BODY);
    draft
}

/// The block of the whole text, where its first paragraphs stand in a block of their own before it, too.
fn full_text(tree: &Tree<'_>, body: usize) -> Option<usize> {
    let block = |class: &str| {
        tree.all(body, "block")
            .find(|i| tree.attribute(*i, "class") == Some(class))
    };
    let whole = block("full_text")?;
    let lead = block("lead_paragraph")?;
    tree.words(whole)
        .starts_with(&tree.words(lead))
        .then_some(whole)
}

fn item_of_newsml(tree: &Tree<'_>, item: usize) -> Draft {
    let found = |names: &[&str]| names.iter().find_map(|name| tree.found(item, name));
    let inner = tree.find(item, "nitf").map(|i| nitf(tree, i));
    let mut draft = Draft::of(tree.written(item).as_bytes());
    draft.title = found(&["headline", "HeadLine", "title"]);
    draft.byline = found(&["by", "byline", "ByLine", "Byline"])
        .into_iter()
        .collect();
    if draft.byline.is_empty() {
        draft.byline = tree
            .all(item, "creator")
            .filter_map(|i| tree.found(i, "name"))
            .take(1)
            .collect();
    }
    draft.published = found(&[
        "contentCreated",
        "firstCreated",
        "FirstCreated",
        "versionCreated",
    ])
    .and_then(|d| date(&d))
    .or_else(|| tree.attribute(item, "date").and_then(date));
    let named = |element: &str| {
        let i = tree.find(item, element)?;
        tree.found(i, "name")
            .or_else(|| tree.attribute(i, "literal").map(str::to_owned))
            .or_else(|| tree.attribute(i, "FormalName").map(str::to_owned))
    };
    draft.outlet = named("provider")
        .or_else(|| named("Provider").or_else(|| provider(tree, item)))
        .or_else(|| named("copyrightHolder"))
        .or_else(|| {
            let source = |i: &usize| tree.attribute(*i, "element") == Some("dc.source");
            let source = tree.all(item, "dc").find(source)?;
            tree.attribute(source, "value").map(str::to_owned)
        });
    draft.id = tree
        .attribute(item, "guid")
        .map(str::to_owned)
        .or_else(|| found(&["PublicIdentifier", "NewsItemId"]))
        .or_else(|| tree.attribute(item, "itemid").map(str::to_owned));
    draft.url = tree
        .all(item, "link")
        .chain(tree.all(item, "altId"))
        .find_map(|i| tree.attribute(i, "href").map(str::to_owned));
    draft.language = tree
        .find(item, "language")
        .and_then(|i| tree.attribute(i, "tag"))
        .or_else(|| tree.attribute(item, "lang"))
        .map(str::to_owned);
    keep(
        &mut draft,
        "version",
        tree.attribute(item, "version").map(str::to_owned),
    );
    keep(&mut draft, "embargo", found(&["embargoed"]));
    keep(&mut draft, "dateline", found(&["dateline", "DateLine"]));
    let body = ["inlineXML", "inlineData", "DataContent", "text"]
        .iter()
        .find_map(|name| tree.find(item, name));
    if let Some(inner) = inner {
        (draft.text, draft.map) = (inner.text, inner.map);
        draft.title = draft.title.or(inner.title);
        draft.published = draft.published.or(inner.published);
        draft.outlet = draft.outlet.or(inner.outlet);
        if draft.byline.is_empty() {
            draft.byline = inner.byline;
        }
    } else if let Some(body) = body {
        (draft.text, draft.map) = if tree.children(body).next().is_some() {
            tree.story(body, &BODY)
        } else {
            tree.raw(body)
        };
    }
    draft
}

/// NewsML 1 names its provider by a party.
fn provider(tree: &Tree<'_>, item: usize) -> Option<String> {
    let provider = tree.find(item, "Provider")?;
    let party = tree.find(provider, "Party")?;
    tree.attribute(party, "FormalName").map(str::to_owned)
}
