//! What a page shows, in order, read without building a tree: for scraps of HTML, for pages that are too deep to parse,
//! and to find where the words of an article stand.

use crate::ingest::pieces::Pieces;
use crate::text::TextMap;

/// Elements whose content is not shown.
const HIDDEN: &[&str] = &[
    "script", "style", "noscript", "template", "head", "svg", "iframe", "object", "select",
    "textarea", "title",
];

/// Elements that stand on lines of their own.
const BLOCK: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "td",
    "th",
    "tr",
    "ul",
];

/// One piece of what is shown: a character, or the end of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// The character; `\n` for the end of a line, `\u{2029}` for the end of a block.
    pub(super) c: char,
    /// Bytes of the page that it stands for.
    pub(super) begin: u32,
    pub(super) end: u32,
}

const BLOCK_END: char = '\u{2029}';

/// What a page shows.
#[derive(Debug, Default)]
pub(super) struct Visible {
    pub(super) shown: Vec<Shown>,
}

impl Visible {
    /// Reads a page or a part of one.
    pub(super) fn of(page: &str) -> Self {
        let mut visible = Self::default();
        let mut at = 0;
        while at < page.len() {
            let rest = &page[at..];
            if rest.starts_with('<')
                && let Some(len) = visible.tag(page, at)
            {
                at += len;
                continue;
            }
            let (c, len) = if rest.starts_with('&') {
                entity(rest)
            } else {
                let c = rest.chars().next().unwrap_or(' ');
                (c, c.len_utf8())
            };
            visible.push(c, at, at + len);
            at += len;
        }
        visible
    }

    fn push(&mut self, c: char, begin: usize, end: usize) {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.shown.push(Shown {
            c,
            begin: clamp(begin),
            end: clamp(end),
        });
    }

    /// Passes a tag, comment or hidden element; answers its length, or `None` if it is none.
    fn tag(&mut self, page: &str, at: usize) -> Option<usize> {
        let rest = &page[at..];
        if rest.starts_with("<!--") {
            return Some(rest.find("-->").map_or(rest.len(), |end| end + 3));
        }
        let second = *rest.as_bytes().get(1)?;
        if !(second.is_ascii_alphabetic() || matches!(second, b'/' | b'!' | b'?')) {
            return None;
        }
        let len = tag_len(rest);
        let closing = second == b'/';
        let name_at = 1 + usize::from(closing);
        let name: String = rest[name_at..]
            .bytes()
            .take_while(u8::is_ascii_alphanumeric)
            .map(|b| char::from(b.to_ascii_lowercase()))
            .collect();
        let name = name.as_str();
        if name == "br" {
            self.push('\n', at, at + len);
        } else if BLOCK.contains(&name) {
            self.push(BLOCK_END, at, at + len);
        }
        if !closing && HIDDEN.contains(&name) && !rest[..len].ends_with("/>") {
            return Some(hidden_len(rest, len, name));
        }
        Some(len)
    }

    /// All of it as text.
    pub(super) fn text(&self) -> (String, TextMap) {
        let mut pieces = Pieces::default();
        let mut gap = "";
        for shown in &self.shown {
            let c = shown.c;
            let wider = match c {
                BLOCK_END => "\n\n",
                '\n' if shown.end - shown.begin > 1 => "\n",
                _ if c.is_whitespace() => " ",
                _ => "",
            };
            if !wider.is_empty() {
                // One that is wider in lines wins.
                if gap.is_empty() || wider.len() > gap.len() || (wider == "\n" && gap == " ") {
                    gap = wider;
                }
                continue;
            }
            if !gap.is_empty() && !pieces.text().is_empty() {
                pieces.replacing_up_to(gap, u64::from(shown.begin));
            }
            gap = "";
            let mut buffer = [0; 4];
            let as_str = c.encode_utf8(&mut buffer);
            if (shown.end - shown.begin) as usize == as_str.len() {
                pieces.verbatim(as_str, u64::from(shown.begin));
            } else {
                pieces.replacing(as_str, u64::from(shown.begin)..u64::from(shown.end));
            }
        }
        pieces.finish()
    }
}

/// Length of the tag that `rest` begins with; `>` inside quoted attributes does not end it.
fn tag_len(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') if rest.as_bytes()[at - 1] == b'=' => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        // A quote that is never closed must not swallow the page.
        if at > 16 << 10 {
            return rest.find('>').map_or(rest.len(), |end| end + 1);
        }
    }
    rest.len()
}

/// Length of an element that is not shown, from its start tag to its end tag.
fn hidden_len(rest: &str, tag: usize, name: &str) -> usize {
    let mut from = tag;
    while let Some(found) = rest[from..].find("</") {
        let at = from + found + 2;
        let here = rest.as_bytes().get(at..at + name.len());
        if here.is_some_and(|h| h.eq_ignore_ascii_case(name.as_bytes())) {
            return at + rest[at..].find('>').map_or(rest.len() - at, |end| end + 1);
        }
        from = at;
    }
    // Not closed: the tag alone.
    tag
}

/// The character of the entity that `rest` begins with, and its length.
fn entity(rest: &str) -> (char, usize) {
    let end = rest.bytes().take(33).position(|b| b == b';');
    if let Some(end) = end {
        let decoded = html_escape::decode_html_entities(&rest[..=end]);
        let mut chars = decoded.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return (c, end + 1);
        }
    }
    ('&', 1)
}

#[cfg(test)]
mod tests {
    use super::Visible;
    use crate::text::Span;

    #[test]
    fn words_lead_back() {
        let page = "<html><head><title>x</title></head><body><h1>Fog &amp; <i>gulls</i></h1>\n<p class=\"a>b\">She said:&nbsp;&ldquo;no&rdquo;\n   twice.<br>Then 3 < 4<script>var x = '<p>';</script><!-- <p> --></p></body>";
        let (text, map) = Visible::of(page).text();
        assert_eq!(text, "Fog & gulls\n\nShe said: “no” twice.\nThen 3 < 4");
        for (word, source) in [
            ("gulls", "gulls"),
            ("“no”", "&ldquo;no&rdquo;"),
            ("twice.", "twice."),
            ("Then", "Then"),
        ] {
            let begin = text.find(word).unwrap();
            let range = map.source(Span::new(begin, begin + word.len()));
            assert_eq!(&page[range.start as usize..range.end as usize], source);
        }
    }

    #[test]
    fn broken_pages_are_read() {
        for page in [
            "<",
            "<p",
            "<p class=\"",
            "&",
            "&#x110000;",
            "<script>",
            "</",
            "<!--",
            "a<b",
            "&#0;x",
        ] {
            let _ = Visible::of(page).text();
        }
        assert_eq!(Visible::of("<script>x").text().0, "x");
    }
}
