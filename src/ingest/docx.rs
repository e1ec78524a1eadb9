//! Word documents (DOCX): the paragraphs, and title, author and date from the document's properties.

use std::io::{Read, Seek};
use std::ops::ControlFlow;

use zip::ZipArchive;

use super::draft::{Draft, Output};
use super::written;
use super::xml::{Style, Tree};

/// The member that holds the text.
pub(super) const STORY: &str = "word/document.xml";

const PROPERTIES: &str = "docProps/core.xml";

/// Markup may be this many times as long as the text.
const MARKUP: u64 = 8;

const BODY: Style = Style {
    blocks: &["p", "tr"],
    breaks: &["br", "cr"],
    gaps: &["tab", "tc"],
    leave_out: &["del", "moveFrom", "Fallback", "instrText", "delText"],
    only: Some("t"),
};

/// Reads a document; spans lead into its `word/document.xml`.
pub(super) fn read<R: Read + Seek>(
    out: &mut Output<'_>,
    mut archive: ZipArchive<R>,
) -> ControlFlow<()> {
    let cap = (out.options.max_article_bytes as u64).saturating_mul(MARKUP);
    let document = match part(&mut archive, STORY, cap) {
        Ok(document) => document,
        Err(why) => return out.skip(None, why),
    };
    let tree = Tree::of(&document);
    let mut draft = Draft::of(document.as_bytes());
    let Some(body) = tree.root() else {
        return out.skip(None, "its text is damaged");
    };
    (draft.text, draft.map) = tree.story(body, &BODY);
    if let Ok(properties) = part(&mut archive, PROPERTIES, 1 << 20) {
        draft.hash.update(properties.as_bytes());
        let tree = Tree::of(&properties);
        if let Some(root) = tree.root() {
            draft.title = tree.found(root, "title");
            draft.byline = tree.found(root, "creator").into_iter().collect();
            draft.published = tree.found(root, "created").and_then(|d| written::parse(&d));
            draft.language = tree.found(root, "language");
        }
    }
    out.article(draft)?;
    match &tree.cut {
        Some(why) => out.skip(None, format!("only its beginning was taken: {why}")),
        None => ControlFlow::Continue(()),
    }
}

fn part<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    name: &str,
    cap: u64,
) -> Result<String, String> {
    let member = archive
        .by_name(name)
        .map_err(|e| format!("the document is damaged: {e}"))?;
    let mut bytes = Vec::new();
    member
        .take(cap + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| super::open::explain(&e))?;
    if bytes.len() as u64 > cap {
        return Err("its text is longer than any article".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "its text is not valid UTF-8".to_owned())
}
