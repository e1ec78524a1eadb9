//! Web pages: the article's own text, without navigation and advertisement, and what the page says about it.
//!
//! The text is the story as it would be read aloud: paragraphs apart by an empty line, no markup. Where each word stands
//! in the file is found afterwards, by looking for the words in what the page shows.

mod body;
mod guard;
mod links;
mod locate;
mod meta;
mod parts;
mod prose;
mod seen;
mod told;
mod visible;

use std::ops::ControlFlow;

use dom_query::Document;

use super::decode;
use super::draft::{Draft, Output};

/// Does it begin like a web page?
pub(super) fn looks_like(start: &[u8]) -> bool {
    if start.first() != Some(&b'<') {
        return false;
    }
    let start: Vec<u8> = start
        .iter()
        .take(4096)
        .map(u8::to_ascii_lowercase)
        .collect();
    let has = |tag: &str| start.windows(tag.len()).any(|w| w == tag.as_bytes());
    start.starts_with(b"<!doctype html")
        || [
            "<html", "<head", "<body", "<article", "<meta ", "<title", "<p>", "<div",
        ]
        .iter()
        .any(|t| has(t))
            && !start.starts_with(b"<?xml")
        || start.starts_with(b"<?xml") && has("<html")
}

/// Reads a web page.
pub(super) fn read(out: &mut Output<'_>, bytes: Vec<u8>) -> ControlFlow<()> {
    match draft(bytes, None) {
        Ok(draft) if draft.text.trim().is_empty() => out.note(None, "this page shows no text"),
        Ok(draft) => out.article(draft),
        Err(why) => out.skip(None, why),
    }
}

/// What a web page holds. `declared` is the encoding that came with it, which stands above what the page says itself.
///
/// # Errors
///
/// A sentence, if the bytes are no text.
pub(super) fn draft(bytes: Vec<u8>, declared: Option<String>) -> Result<Draft, String> {
    let mut draft = Draft::of(&bytes);
    let declared = declared.or_else(|| declared_encoding(&bytes));
    let decoded = decode::decode(bytes, declared.as_deref())?;
    let page = decoded.text;
    let text = if guard::is_bearable(&page) {
        let document = Document::from(page.as_str());
        meta::fill(&mut draft, &document);
        body::text(document, &mut draft)
    } else {
        String::new()
    };
    let visible = visible::Visible::of(&page);
    let (text, map) = if text.trim().is_empty() {
        visible.text()
    } else {
        locate::locate(&text, &visible, &page)
    };
    draft.text = text;
    draft.map = decoded.map.then(&map);
    Ok(draft)
}

/// The words of a scrap of HTML, as feeds and JSON have them, and where they stand in it.
pub(super) fn scrap(html: &str) -> (String, crate::text::TextMap) {
    visible::Visible::of(html).text()
}

/// Is it text with tags in it?
pub(super) fn is_scrap(text: &str) -> bool {
    let lower = |tag: &str| text.contains(tag) || text.contains(&tag.to_ascii_uppercase());
    text.trim_start().starts_with('<') && lower("</")
        || lower("</p>")
        || lower("<br>")
        || lower("<br/>")
        || lower("<br />")
}

/// The encoding that the page's first bytes declare.
pub(super) fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
    let at = start
        .find("charset=")
        .map(|at| at + 8)
        .or_else(|| start.find("encoding=").map(|at| at + 9))?;
    let rest = start[at..].trim_start_matches(['"', '\'', ' ']);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:".contains(c))?;
    (end > 0).then(|| rest[..end].to_owned())
}
