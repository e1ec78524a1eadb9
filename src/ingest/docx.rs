//! Word documents (DOCX) and OpenDocument texts (ODT): the paragraphs and notes; title, author and date from the document's
//! properties where the text itself does not tell them. Properties are what a program filled in: whose machine it was,
//! when the file was made, what the last document was called that began as this one.

use std::io::{Read, Seek};
use std::ops::ControlFlow;

use zip::ZipArchive;

use super::draft::{Draft, Output};
use super::xml::{Style, Tree};
use super::{bundle, written};
use crate::text::Span;

/// The member that holds the text.
pub(super) const STORY: &str = "word/document.xml";

/// The member of an OpenDocument text that holds the text.
pub(super) const OPEN_STORY: &str = "content.xml";

/// Members that hold the notes.
const NOTES: &[&str] = &["word/footnotes.xml", "word/endnotes.xml"];

const PROPERTIES: &str = "docProps/core.xml";

/// Markup may be this many times as long as the text.
const MARKUP: u64 = 8;

const BODY: Style = Style {
    blocks: &["p", "tr"],
    breaks: &["br", "cr"],
    gaps: &["tab", "tc"],
    leave_out: &["del", "moveFrom", "Fallback", "instrText", "delText"],
    signs: &[("noBreakHyphen", "\u{2011}")],
    only: Some("t"),
};

const OPEN_BODY: Style = Style {
    blocks: &["p", "h", "list-item", "table-row"],
    breaks: &["line-break"],
    gaps: &["tab", "s", "table-cell"],
    leave_out: &[
        "tracked-changes",
        "annotation",
        "note-citation",
        "desc",
        "sequence-decls",
    ],
    signs: &[],
    only: None,
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
    for notes in NOTES {
        if let Ok(notes) = part(&mut archive, notes, cap) {
            draft.hash.update(notes.as_bytes());
            let told = notes_of(&Tree::of(&notes));
            // They stand in another member, to which nothing leads back.
            let end = draft.text.len();
            draft.text.push_str(&told);
            let here = document.len() as u64;
            draft.map.push(Span::new(end, draft.text.len()), here..here);
        }
    }
    if let Ok(properties) = part(&mut archive, PROPERTIES, 1 << 20) {
        fill(&mut draft, &properties, "created");
    }
    finish(out, draft, &tree)
}

/// Reads an OpenDocument text; spans lead into its `content.xml`.
pub(super) fn read_open<R: Read + Seek>(
    out: &mut Output<'_>,
    mut archive: ZipArchive<R>,
) -> ControlFlow<()> {
    let cap = (out.options.max_article_bytes as u64).saturating_mul(MARKUP);
    let document = match part(&mut archive, OPEN_STORY, cap) {
        Ok(document) => document,
        Err(why) => return out.skip(None, why),
    };
    let tree = Tree::of(&document);
    let body = tree.root().and_then(|root| tree.find(root, "body"));
    let Some(body) = body else {
        return out.skip(None, "its text is damaged");
    };
    let Some(story) = tree
        .children(body)
        .find(|i| tree.full_name(*i) == "office:text")
    else {
        return out.note(
            None,
            "is a table or slides of an office program, which are not read",
        );
    };
    let mut draft = Draft::of(document.as_bytes());
    (draft.text, draft.map) = tree.story(story, &OPEN_BODY);
    if let Ok(properties) = part(&mut archive, "meta.xml", 1 << 20) {
        fill(&mut draft, &properties, "creation-date");
    }
    finish(out, draft, &tree)
}

/// Title, author, date and language from the properties.
fn fill(draft: &mut Draft, properties: &str, created: &str) {
    draft.hash.update(properties.as_bytes());
    let tree = Tree::of(properties);
    if let Some(root) = tree.root() {
        draft.from_properties = true;
        draft.title = tree.found(root, "title");
        draft.byline = tree.found(root, "creator").into_iter().collect();
        draft.published = tree.found(root, created).and_then(|d| written::parse(&d));
        draft.language = tree.found(root, "language");
    }
}

/// The notes as paragraphs, each with an empty line above it; what only parts them from the text is left out.
fn notes_of(tree: &Tree<'_>) -> String {
    let mut told = String::new();
    let notes = tree
        .root()
        .map(|root| tree.children(root))
        .into_iter()
        .flatten();
    for note in notes.filter(|note| tree.attribute(*note, "type").is_none()) {
        let (text, _) = tree.story(note, &BODY);
        if !text.trim().is_empty() {
            told.push_str("\n\n");
            told.push_str(text.trim());
        }
    }
    told
}

fn finish(out: &mut Output<'_>, draft: Draft, tree: &Tree<'_>) -> ControlFlow<()> {
    // What databases hand out as a document has its articles in it one after the other.
    match bundle::read(out, &draft.text, &draft.map) {
        ControlFlow::Continue(false) => out.article(draft)?,
        ControlFlow::Continue(true) => {}
        ControlFlow::Break(()) => return ControlFlow::Break(()),
    }
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
