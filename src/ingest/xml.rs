//! XML as a flat list of its elements and texts, in the order of the file, each with the bytes that it stands for.
//!
//! Lenient where files are: what comes before a break is kept. Strict where files are hostile: document types are passed
//! over, so no entity but the five of XML and the characters' own names is ever expanded and nothing outside the file is
//! read; depth and number of elements are capped, and nothing here calls itself.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::draft::Output;
use super::pieces::Pieces;
use super::{decode, html};
use crate::text::TextMap;

/// Deepest element that is read.
const MOST_DEPTH: usize = 200;

/// Most elements and texts of a file.
const MOST_NODES: usize = 2_000_000;

/// Decodes a file of XML and hands its tree on, with the root and the way from the decoded text to the file.
pub(super) fn read(
    out: &mut Output<'_>,
    bytes: Vec<u8>,
    each: impl FnOnce(&mut Output<'_>, &Tree<'_>, usize, &TextMap) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let declared = html::declared_encoding(&bytes);
    let decoded = match decode::decode(bytes, declared.as_deref()) {
        Ok(decoded) => decoded,
        Err(why) => return out.skip(None, why),
    };
    let tree = Tree::of(&decoded.text);
    match tree.root() {
        Some(root) => each(out, &tree, root, &decoded.map),
        None => out.skip(None, "holds no XML"),
    }
}

/// Elements and texts of a file.
pub(super) struct Tree<'a> {
    source: &'a str,
    nodes: Vec<Node<'a>>,
    /// Why the file was not read to its end.
    pub(super) cut: Option<String>,
}

struct Node<'a> {
    content: Content<'a>,
    /// Bytes of the file, of an element with all that it holds.
    source: Range<usize>,
    /// Index one past the last node inside.
    end: usize,
    /// Was its end seen?
    closed: bool,
}

enum Content<'a> {
    Element {
        name: String,
        attributes: Vec<(String, String)>,
    },
    Text(Cow<'a, str>),
}

impl<'a> Tree<'a> {
    /// Reads a file, as far as it can be read.
    pub(super) fn of(source: &'a str) -> Self {
        let mut tree = Self {
            source,
            nodes: Vec::new(),
            cut: None,
        };
        let mut reader = Reader::from_str(source);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let mut open: Vec<usize> = Vec::new();
        loop {
            let before = reader.buffer_position() as usize;
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    tree.cut = Some(format!("the XML is broken at byte {before}: {error}"));
                    break;
                }
            };
            let after = (reader.buffer_position() as usize).min(source.len());
            let range = before.min(after)..after;
            match event {
                Event::Start(start) => {
                    open.push(tree.nodes.len());
                    tree.element(&start, range, false);
                }
                Event::Empty(start) => tree.element(&start, range, true),
                Event::End(end) => {
                    let name = end.name();
                    let name: &str = name.as_ref();
                    if let Some(at) = open.iter().rposition(|i| tree.full_name(*i) == name) {
                        for index in open.drain(at..) {
                            tree.close(index, after, true);
                        }
                    }
                }
                Event::Text(text) => tree.text(text.into_inner(), range),
                Event::CData(text) => {
                    let begin = range.start + "<![CDATA[".len();
                    let text = text.into_inner();
                    let end = begin + text.len();
                    tree.text(text, begin..end);
                }
                Event::GeneralRef(_) => {
                    let written = source.get(range.clone()).unwrap_or_default();
                    let text = html_escape::decode_html_entities(written).into_owned();
                    tree.text(text.into(), range);
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
            if open.len() > MOST_DEPTH {
                tree.cut = Some(format!(
                    "its elements are nested more than {MOST_DEPTH} deep"
                ));
                break;
            }
            if tree.nodes.len() > MOST_NODES {
                tree.cut = Some(format!("it holds more than {MOST_NODES} elements"));
                break;
            }
        }
        if !open.is_empty() && tree.cut.is_none() {
            tree.cut = Some("the XML ends too early".to_owned());
        }
        while let Some(index) = open.pop() {
            tree.close(index, source.len(), false);
        }
        tree
    }

    fn element(&mut self, start: &BytesStart<'_>, source: Range<usize>, closed: bool) {
        let mut attributes = start.html_attributes();
        attributes.with_checks(false);
        let attributes = attributes
            .filter_map(Result::ok)
            .map(|a| {
                let raw: &str = a.value.as_ref();
                let value = html_escape::decode_html_entities(raw).into_owned();
                (a.key.as_ref().to_owned(), value)
            })
            .collect();
        let end = self.nodes.len() + 1;
        self.nodes.push(Node {
            content: Content::Element {
                name: start.name().as_ref().to_owned(),
                attributes,
            },
            source,
            end,
            closed,
        });
    }

    fn close(&mut self, index: usize, source_end: usize, closed: bool) {
        let end = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(index) {
            (node.end, node.closed) = (end, closed);
            node.source.end = source_end.max(node.source.start);
        }
    }

    fn text(&mut self, text: Cow<'a, str>, source: Range<usize>) {
        let end = self.nodes.len() + 1;
        self.nodes.push(Node {
            content: Content::Text(text),
            source,
            end,
            closed: true,
        });
    }

    /// The outermost element.
    pub(super) fn root(&self) -> Option<usize> {
        (0..self.nodes.len()).find(|i| !self.full_name(*i).is_empty())
    }

    /// Name of an element with its prefix; empty for a text.
    pub(super) fn full_name(&self, index: usize) -> &str {
        match self.nodes.get(index).map(|n| &n.content) {
            Some(Content::Element { name, .. }) => name,
            _ => "",
        }
    }

    /// Name of an element without its prefix; empty for a text.
    pub(super) fn name(&self, index: usize) -> &str {
        let full = self.full_name(index);
        full.rsplit_once(':').map_or(full, |(_, local)| local)
    }

    /// Was the end of the element seen?
    pub(super) fn is_closed(&self, index: usize) -> bool {
        self.nodes.get(index).is_some_and(|n| n.closed)
    }

    /// The element as it stands in the file.
    pub(super) fn written(&self, index: usize) -> &'a str {
        let range = self.nodes.get(index).map_or(0..0, |n| n.source.clone());
        self.source.get(range).unwrap_or_default()
    }

    /// An attribute, by its name with or without prefix.
    pub(super) fn attribute(&self, index: usize, wanted: &str) -> Option<&str> {
        let Some(Content::Element { attributes, .. }) = self.nodes.get(index).map(|n| &n.content)
        else {
            return None;
        };
        let named = attributes.iter().find(|(name, _)| {
            name == wanted || name.rsplit_once(':').is_some_and(|(_, n)| n == wanted)
        });
        named
            .map(|(_, value)| value.trim())
            .filter(|v| !v.is_empty())
    }

    fn end(&self, index: usize) -> usize {
        self.nodes.get(index).map_or(index, |n| n.end)
    }

    /// The elements directly inside.
    pub(super) fn children(&self, index: usize) -> impl Iterator<Item = usize> {
        let end = self.end(index);
        let mut at = index + 1;
        std::iter::from_fn(move || {
            while at < end {
                let here = at;
                at = self.end(here).max(here + 1);
                if !self.full_name(here).is_empty() {
                    return Some(here);
                }
            }
            None
        })
    }

    /// The elements inside, at any depth, of this name without prefix, in order.
    pub(super) fn all(&self, index: usize, wanted: &str) -> impl Iterator<Item = usize> {
        (index + 1..self.end(index)).filter(move |i| self.name(*i) == wanted)
    }

    /// The first of them.
    pub(super) fn find(&self, index: usize, wanted: &str) -> Option<usize> {
        self.all(index, wanted).next()
    }

    /// The words of the first element of this name inside, on one line.
    pub(super) fn found(&self, index: usize, wanted: &str) -> Option<String> {
        self.all(index, wanted)
            .map(|i| self.words(i))
            .find(|w| !w.is_empty())
    }

    /// All text inside, as it is, and where it stands.
    pub(super) fn raw(&self, index: usize) -> (String, TextMap) {
        let mut pieces = Pieces::default();
        for node in self.nodes.get(index..self.end(index)).unwrap_or_default() {
            if let Content::Text(text) = &node.content {
                put(&mut pieces, text, &node.source);
            }
        }
        pieces.finish()
    }

    /// All text inside, on one line.
    pub(super) fn words(&self, index: usize) -> String {
        let (text, _) = self.raw(index);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The text inside as paragraphs: those of `style` apart by an empty line, white space as single spaces.
    pub(super) fn story(&self, index: usize, style: &Style) -> (String, TextMap) {
        let mut pieces = Pieces::default();
        let mut gap = "";
        let mut open: Vec<(usize, bool, usize)> = Vec::new();
        let end = self.end(index);
        let mut at = index;
        while at < end {
            while open.last().is_some_and(|(until, ..)| *until <= at) {
                if let Some((_, true, _)) = open.pop() {
                    gap = "\n\n";
                }
            }
            let name = self.name(at);
            let Some(node) = self.nodes.get(at) else {
                break;
            };
            if let Content::Text(text) = &node.content {
                let parent = open.last().map_or("", |(.., parent)| self.name(*parent));
                let inside = style.only.is_none_or(|only| only == parent);
                if inside {
                    words(&mut pieces, &mut gap, text, &node.source);
                }
                at += 1;
                continue;
            }
            if at != index && style.leave_out.contains(&name) {
                at = node.end.max(at + 1);
                continue;
            }
            if let Some((_, sign)) = style.signs.iter().find(|(element, _)| *element == name) {
                words(&mut pieces, &mut gap, sign, &node.source);
            }
            let block = style.blocks.contains(&name);
            if block {
                gap = "\n\n";
            } else if style.breaks.contains(&name) && gap != "\n\n" {
                gap = "\n";
            } else if style.gaps.contains(&name) && gap.is_empty() {
                gap = " ";
            }
            open.push((node.end, block, at));
            at += 1;
        }
        pieces.finish()
    }
}

/// How the text of an element is put together; names without prefix.
pub(super) struct Style {
    /// Elements that are paragraphs.
    pub(super) blocks: &'static [&'static str],
    /// Elements that end a line.
    pub(super) breaks: &'static [&'static str],
    /// Elements that stand for a space.
    pub(super) gaps: &'static [&'static str],
    /// Elements that are left out with all that they hold.
    pub(super) leave_out: &'static [&'static str],
    /// Elements that stand for a character.
    pub(super) signs: &'static [(&'static str, &'static str)],
    /// The only element whose text counts.
    pub(super) only: Option<&'static str>,
}

fn put(pieces: &mut Pieces, text: &str, source: &Range<usize>) {
    if text.len() == source.len() {
        pieces.verbatim(text, source.start as u64);
    } else {
        pieces.replacing(text, source.start as u64..source.end as u64);
    }
}

/// Adds the words of a text, with single spaces between them.
fn words(pieces: &mut Pieces, gap: &mut &'static str, text: &str, source: &Range<usize>) {
    let verbatim = text.len() == source.len();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        if trimmed.len() < rest.len() && gap.is_empty() {
            *gap = " ";
        }
        if trimmed.is_empty() {
            return;
        }
        let at = source.start + (text.len() - trimmed.len());
        let len = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
        let (word, after) = trimmed.split_at(len);
        if !gap.is_empty() && !pieces.text().is_empty() {
            let to = if verbatim { at } else { source.start };
            pieces.replacing_up_to(gap, to as u64);
        }
        *gap = "";
        if verbatim {
            pieces.verbatim(word, at as u64);
        } else {
            pieces.replacing(word, source.start as u64..source.end as u64);
        }
        rest = after;
    }
}

/// Name without prefix of the outermost element of what begins like this, if it is XML.
pub(super) fn root_name(start: &str) -> Option<&str> {
    let mut rest = start;
    loop {
        rest = rest.trim_start();
        let inside = rest.strip_prefix('<')?;
        let end = if inside.starts_with("!--") {
            rest.find("-->")? + 3
        } else if inside.starts_with("!DOCTYPE") {
            let close = rest.find('>')?;
            match rest.find('[') {
                Some(subset) if subset < close => rest.find("]>").map(|at| at + 2)?,
                _ => close + 1,
            }
        } else if inside.starts_with('?') {
            rest.find("?>")? + 2
        } else {
            let len = inside
                .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
                .unwrap_or(inside.len());
            let name = &inside[..len];
            return Some(name.rsplit_once(':').map_or(name, |(_, local)| local));
        };
        rest = &rest[end..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    #[test]
    fn texts_lead_back_and_nothing_is_expanded() {
        let xml = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"bomb\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>\n<x:a k='1 &amp; 2'><p>One &amp; <b>two</b>&b;&c;</p><![CDATA[<i>]]></x:a>";
        let tree = Tree::of(xml);
        let root = tree.root().unwrap();
        assert_eq!(tree.name(root), "a");
        assert_eq!(tree.attribute(root, "k"), Some("1 & 2"));
        let (text, map) = tree.raw(root);
        assert_eq!(text, "One & two&b;&c;<i>");
        let begin = text.find("two").unwrap();
        let source = map.source(Span::new(begin, begin + 3));
        assert_eq!(&xml[source.start as usize..source.end as usize], "two");
        assert_eq!(tree.cut, None);
        assert_eq!(root_name(xml), Some("a"));
    }

    #[test]
    fn broken_and_deep_files_end() {
        for xml in [
            "",
            "<",
            "<a",
            "<a><b>",
            "</a>",
            "<a>&",
            "<a b=>",
            "<!DOCTYPE",
            "<a></b></a>",
        ] {
            let tree = Tree::of(xml);
            if let Some(root) = tree.root() {
                let _ = tree.words(root);
            }
        }
        assert!(Tree::of(&"<a>".repeat(100_000)).cut.is_some());
        let cut = Tree::of("<r><i>one</i><i>tw");
        let root = cut.root().unwrap();
        let closed: Vec<bool> = cut.children(root).map(|i| cut.is_closed(i)).collect();
        assert_eq!(closed, [true, false]);
    }
}
