//! RSS (0.9 to 2.0) and Atom: every entry an article.

use std::ops::ControlFlow;

use super::draft::{Draft, Output};
use super::xml::{self, Style, Tree};
use super::{html, written};
use crate::text::TextMap;

/// Paragraphs of XHTML inside an entry.
const XHTML: Style = Style {
    blocks: &[
        "p",
        "div",
        "li",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "pre",
    ],
    breaks: &["br"],
    gaps: &["td"],
    leave_out: &["script", "style", "figcaption"],
    signs: &[],
    only: None,
};

/// Reads a feed.
pub(super) fn read(out: &mut Output<'_>, bytes: Vec<u8>) -> ControlFlow<()> {
    xml::read(out, bytes, entries)
}

fn entries(out: &mut Output<'_>, tree: &Tree<'_>, root: usize, map: &TextMap) -> ControlFlow<()> {
    let channel = tree
        .children(root)
        .find(|i| tree.name(*i) == "channel")
        .unwrap_or(root);
    let outlet = plain(tree, channel, &["title", "atom:title"]);
    let language = plain(tree, channel, &["language", "dc:language"])
        .or_else(|| tree.attribute(root, "lang").map(str::to_owned));
    let base = tree
        .attribute(root, "base")
        .or_else(|| tree.attribute(channel, "base"));
    let mut record = 0;
    for holder in [channel, root] {
        for entry in tree.children(holder) {
            if !matches!(tree.name(entry), "item" | "entry") {
                continue;
            }
            record += 1;
            if !tree.is_closed(entry) {
                let why = tree.cut.as_deref().unwrap_or("it has no end");
                out.skip(Some(record), format!("this entry is not whole: {why}"))?;
                continue;
            }
            let mut draft = article(tree, entry);
            draft.record = Some(record);
            draft.outlet = draft.outlet.or_else(|| outlet.clone());
            draft.language = draft.language.or_else(|| language.clone());
            draft.url = draft.url.map(|url| absolute(url, base));
            draft.map = map.then(&draft.map);
            out.article(draft)?;
        }
        if channel == root {
            break;
        }
    }
    match &tree.cut {
        Some(why) => out.skip(
            None,
            format!("only the first {record} entries were seen: {why}"),
        ),
        None if record == 0 => out.note(None, "this feed has no entries"),
        None => ControlFlow::Continue(()),
    }
}

fn article(tree: &Tree<'_>, entry: usize) -> Draft {
    let mut draft = Draft::of(tree.written(entry).as_bytes());
    draft.title = plain(tree, entry, &["title", "atom:title"]);
    let bodies = [
        "content:encoded",
        "content",
        "atom:content",
        "description",
        "summary",
        "atom:summary",
    ];
    for name in bodies {
        let Some(body) = child(tree, entry, name) else {
            continue;
        };
        (draft.text, draft.map) = text(tree, body);
        if !draft.text.trim().is_empty() {
            break;
        }
    }
    let id = plain(tree, entry, &["guid", "id", "atom:id"]);
    let permanent = child(tree, entry, "guid")
        .is_some_and(|guid| tree.attribute(guid, "isPermaLink") != Some("false"));
    draft.url = plain(tree, entry, &["feedburner:origLink"])
        .or_else(|| link(tree, entry))
        .or_else(|| id.clone().filter(|id| permanent && id.starts_with("http")));
    draft.id = id;
    draft.published = [
        "pubDate",
        "published",
        "dc:date",
        "issued",
        "date",
        "updated",
    ]
    .iter()
    .find_map(|name| written::parse(&plain(tree, entry, &[name])?));
    draft.byline = tree
        .children(entry)
        .filter(|i| matches!(tree.full_name(*i), "dc:creator" | "author" | "atom:author"))
        .filter_map(|i| author(&tree.found(i, "name").unwrap_or_else(|| tree.words(i))))
        .collect();
    draft.outlet = child(tree, entry, "source")
        .map(|i| tree.found(i, "title").unwrap_or_else(|| tree.words(i)))
        .filter(|name| !name.is_empty());
    draft.section = child(tree, entry, "category").and_then(|i| {
        let term = tree
            .attribute(i, "label")
            .or_else(|| tree.attribute(i, "term"));
        term.map(str::to_owned)
            .or_else(|| Some(tree.words(i)).filter(|w| !w.is_empty()))
    });
    draft.language = tree.attribute(entry, "lang").map(str::to_owned);
    draft
}

fn child(tree: &Tree<'_>, of: usize, full_name: &str) -> Option<usize> {
    tree.children(of).find(|i| tree.full_name(*i) == full_name)
}

/// The words of the first of these children that has any, without markup.
fn plain(tree: &Tree<'_>, of: usize, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let words = tree.words(child(tree, of, name)?);
        let words = if words.contains(['<', '&']) {
            html::scrap(&words).0
        } else {
            words
        };
        (!words.is_empty()).then_some(words)
    })
}

/// The address of the entry: the text of its link, or the one that is marked as the page itself.
fn link(tree: &Tree<'_>, entry: usize) -> Option<String> {
    tree.children(entry)
        .filter(|i| matches!(tree.full_name(*i), "link" | "atom:link"))
        .find_map(|i| match tree.attribute(i, "href") {
            Some(href) => {
                let page = matches!(tree.attribute(i, "rel"), None | Some("alternate"));
                page.then(|| href.to_owned())
            }
            None => Some(tree.words(i)).filter(|w| !w.is_empty()),
        })
}

/// The whole address of one that is told from where the feed says it is.
fn absolute(url: String, base: Option<&str>) -> String {
    let joined = base.and_then(|base| {
        let (scheme, rest) = base.split_once("://").filter(|_| !url.contains("://"))?;
        let host = rest.split('/').next()?;
        Some(match url.strip_prefix('/') {
            Some(path) => format!("{scheme}://{host}/{path}"),
            None => {
                let folder = rest.rfind('/').map_or(rest, |at| &rest[..at]);
                format!("{scheme}://{folder}/{url}")
            }
        })
    });
    joined.unwrap_or(url)
}

/// "Ann Example" of "ann@lantern.example (Ann Example)"; nothing of a bare address.
fn author(field: &str) -> Option<String> {
    let name = match field.split_once('(') {
        Some((mail, name)) if mail.contains('@') => name.trim_end_matches(')'),
        _ => field,
    };
    let name = name.trim();
    (!name.is_empty() && !name.contains('@')).then(|| name.to_owned())
}

/// The text of an entry's body: XHTML as it is nested, HTML that is quoted, or plain.
fn text(tree: &Tree<'_>, body: usize) -> (String, TextMap) {
    if tree.children(body).next().is_some() {
        return tree.story(body, &XHTML);
    }
    let (raw, map) = tree.raw(body);
    if !raw.contains(['<', '&']) {
        return (raw, map);
    }
    let (mut text, inner) = html::scrap(&raw);
    // What blogs put below every entry.
    let last = text.trim_end().rfind("\n\n").map_or(0, |at| at + 2);
    let tail = text.get(last..).unwrap_or_default();
    if last > 0 && tail.starts_with("The post ") && tail.contains("appeared first on") {
        text.truncate(last - 2);
    }
    (text, map.then(&inner))
}
