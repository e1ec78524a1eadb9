//! Markdown, with YAML or TOML front matter.
//!
//! The text is what a reader sees: the words, without markup. A quotation that is set in italics, a name in bold or a
//! link are sentences like any other, and asterisks in the middle of them would part what belongs together; nothing is
//! lost, because the map leads back to the file, markup and all. Paragraphs stay apart by an empty line.

use std::ops::{ControlFlow, Range};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::{Map, Value};

use super::decode;
use super::draft::{Draft, Output};
use super::pieces::Pieces;
use super::written;
use crate::text::TextMap;

/// Longest front matter, in bytes.
const MOST_FRONT: usize = 64 << 10;

/// Deepest nesting of quotes and lists that is given to the parser.
const MOST_NESTED: usize = 200;

/// Does the text begin with front matter?
pub(super) fn has_front_matter(start: &[u8]) -> bool {
    let text = match str::from_utf8(start) {
        Ok(text) => text,
        Err(error) => str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default(),
    };
    front_matter(text).is_some_and(|front| {
        // A rule above a text is no front matter: each line is a key, part of a value, or a comment.
        let first = text[front.inside.clone()]
            .lines()
            .find(|l| !l.trim().is_empty());
        first.is_none_or(|l| l.contains([':', '=']) || l.starts_with('#'))
    })
}

struct FrontMatter {
    inside: Range<usize>,
    /// Where the body begins.
    body: usize,
    toml: bool,
}

fn front_matter(text: &str) -> Option<FrontMatter> {
    let fence = text.get(..3).filter(|f| matches!(*f, "---" | "+++"))?;
    let first = text.find('\n')? + 1;
    if text[3..first].trim() != "" {
        return None;
    }
    let mut at = first;
    for line in text[first..].split_inclusive('\n') {
        if line.trim_end() == fence || (fence == "---" && line.trim_end() == "...") {
            return Some(FrontMatter {
                inside: first..at,
                body: at + line.len(),
                toml: fence == "+++",
            });
        }
        at += line.len();
        if at > MOST_FRONT {
            break;
        }
    }
    None
}

/// Reads a Markdown file.
pub(super) fn read(out: &mut Output<'_>, bytes: Vec<u8>) -> ControlFlow<()> {
    let mut draft = Draft::of(&bytes);
    let decoded = match decode::decode(bytes, None) {
        Ok(decoded) => decoded,
        Err(why) => return out.skip(None, why),
    };
    let mut body = 0;
    if let Some(front) = front_matter(&decoded.text) {
        match fields(&decoded.text[front.inside.clone()], front.toml) {
            Ok(fields) => fill(&mut draft, fields),
            // The article is worth more than its front matter.
            Err(why) => out.note(None, format!("its front matter was left out: {why}"))?,
        }
        body = front.body;
    }
    let (text, map, heading) = plain(&decoded.text[body..]);
    draft.title = draft.title.or(heading);
    draft.map = decoded.map.then(&TextMap::verbatim(body as u64)).then(&map);
    draft.text = text;
    out.article(draft)
}

/// The front matter as JSON.
fn fields(front: &str, toml: bool) -> Result<Map<String, Value>, String> {
    let value = if toml {
        let table: toml::Table = toml::from_str(front).map_err(|e| e.message().to_owned())?;
        Value::Object(
            table
                .into_iter()
                .map(|(name, value)| (name, from_toml(value)))
                .collect(),
        )
    } else {
        let parsed: Value = serde_saphyr::from_str(front).map_err(|e| {
            let says = e.to_string();
            says.lines().next().unwrap_or_default().to_owned()
        })?;
        parsed
    };
    match value {
        Value::Object(fields) => Ok(fields),
        Value::Null => Ok(Map::new()),
        _ => Err("it is no list of fields".to_owned()),
    }
}

fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(s) => Value::String(s),
        toml::Value::Datetime(d) => Value::String(d.to_string()),
        toml::Value::Array(a) => Value::Array(a.into_iter().map(from_toml).collect()),
        toml::Value::Table(t) => {
            Value::Object(t.into_iter().map(|(k, v)| (k, from_toml(v))).collect())
        }
        toml::Value::Integer(i) => i.into(),
        toml::Value::Float(f) => f.into(),
        toml::Value::Boolean(b) => b.into(),
    }
}

/// Takes the known fields; the rest is kept as it is.
fn fill(draft: &mut Draft, mut fields: Map<String, Value>) {
    let mut one = |names: &[&str]| {
        names.iter().find_map(|name| {
            let words = match fields.get(*name)? {
                Value::String(s) => s.clone(),
                Value::Number(n) => n.to_string(),
                _ => return None,
            };
            fields.remove(*name);
            Some(words)
        })
    };
    draft.id = one(&["id"]);
    draft.title = one(&["title", "headline"]);
    draft.outlet = one(&["outlet", "source", "publisher", "publication"]);
    draft.section = one(&["section", "category"]);
    draft.url = one(&["url", "canonical", "canonical_url", "permalink"]);
    draft.language = one(&["language", "lang"]);
    for name in ["published", "date", "published_at"] {
        let date = match fields.get(name) {
            Some(Value::String(s)) => written::parse(s),
            Some(Value::Number(n)) => written::parse(&n.to_string()),
            _ => None,
        };
        if date.is_some() && draft.published.is_none() {
            draft.published = date;
            fields.remove(name);
        }
    }
    for name in ["byline", "author", "authors"] {
        // "[[Ann Example]]" is how some programs write a link to a note.
        let plain = |name: &str| name.trim().trim_matches(['[', ']']).to_owned();
        let authors: Vec<String> = match fields.get(name) {
            Some(Value::String(s)) => vec![plain(s)],
            Some(Value::Array(a)) => a.iter().filter_map(Value::as_str).map(plain).collect(),
            _ => continue,
        };
        if draft.byline.is_empty() && !authors.is_empty() {
            draft.byline = authors;
            fields.remove(name);
        }
    }
    draft.extra = fields;
}

/// The words of a Markdown text, the way back, and its first heading of the first level.
fn plain(markdown: &str) -> (String, TextMap, Option<String>) {
    let mut pieces = Pieces::default();
    if nested_too_deep(markdown) {
        pieces.verbatim(markdown, 0);
        let (text, map) = pieces.finish();
        return (text, map, None);
    }
    let mut writer = Writer {
        source: markdown,
        pieces,
        gap: "",
        hidden: 0,
        heading: None,
    };
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        writer.event(event, range);
    }
    let heading = match writer.heading {
        Some(Heading::Done(range)) => Some(writer.pieces.text()[range].trim().to_owned()),
        _ => None,
    };
    let (text, map) = writer.pieces.finish();
    (text, map, heading)
}

/// The parser's time grows with the square of the nesting, which no article needs.
fn nested_too_deep(markdown: &str) -> bool {
    markdown.lines().any(|line| {
        line.chars()
            .take_while(|c| " \t>-+*".contains(*c))
            .filter(|c| ">-+*".contains(*c))
            .count()
            > MOST_NESTED
            || line.bytes().filter(|b| *b == b'[').count() > 10 * MOST_NESTED
    })
}

enum Heading {
    /// Its text begins here.
    Open(usize),
    Done(Range<usize>),
}

struct Writer<'a> {
    source: &'a str,
    pieces: Pieces,
    /// What parts the next words from those before.
    gap: &'static str,
    /// Depth of elements that are not shown.
    hidden: u32,
    heading: Option<Heading>,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::Image { .. } | Tag::HtmlBlock | Tag::MetadataBlock(_)) => {
                self.hidden += 1;
            }
            Event::End(TagEnd::Image | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_)) => {
                self.hidden = self.hidden.saturating_sub(1);
                self.part("\n\n");
            }
            Event::Start(Tag::Heading { level, .. }) => {
                self.part("\n\n");
                if level == pulldown_cmark::HeadingLevel::H1 && self.heading.is_none() {
                    self.heading = Some(Heading::Open(self.pieces.text().len()));
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some(Heading::Open(begin)) = self.heading {
                    self.heading = Some(Heading::Done(begin..self.pieces.text().len()));
                }
                self.part("\n\n");
            }
            Event::Start(
                Tag::Paragraph
                | Tag::BlockQuote(_)
                | Tag::CodeBlock(_)
                | Tag::Table(_)
                | Tag::List(_)
                | Tag::FootnoteDefinition(_),
            )
            | Event::End(
                TagEnd::Paragraph
                | TagEnd::BlockQuote(_)
                | TagEnd::CodeBlock
                | TagEnd::Table
                | TagEnd::List(_),
            )
            | Event::Rule => self.part("\n\n"),
            Event::Start(Tag::Item)
            | Event::End(TagEnd::Item | TagEnd::TableRow | TagEnd::TableHead) => self.part("\n"),
            Event::End(TagEnd::TableCell) => self.part("\t"),
            Event::Text(text) => self.words(&text, range),
            Event::Code(text) => {
                // The range has the backticks in it.
                let inside = self.source[range.clone()]
                    .find(&*text)
                    .map_or(range.clone(), |at| {
                        range.start + at..range.start + at + text.len()
                    });
                self.words(&text, inside);
            }
            Event::SoftBreak => self.part("\n"),
            Event::HardBreak => self.part("\n"),
            _ => {}
        }
    }

    /// Remembers a gap, if it is the widest since the last words.
    fn part(&mut self, gap: &'static str) {
        if gap.len() > self.gap.len() {
            self.gap = gap;
        }
    }

    fn words(&mut self, words: &str, range: Range<usize>) {
        if self.hidden > 0 || words.is_empty() {
            return;
        }
        let gap = std::mem::take(&mut self.gap);
        if !self.pieces.text().is_empty() && !gap.is_empty() {
            self.pieces.made_up(gap);
        } else if let Some(Heading::Open(begin)) = &mut self.heading {
            *begin = (*begin).min(self.pieces.text().len());
        }
        let (begin, end) = (range.start as u64, range.end as u64);
        if self.source.get(range) == Some(words) {
            self.pieces.verbatim(words, begin);
        } else {
            self.pieces.replacing(words, begin..end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    #[test]
    fn markup_goes_and_words_stay() {
        let source = "# Fog *stops* ferries\n\n**BREMEN** — Fog said \\*no\\*, “[*never*](http://x.example) again” &amp; more\nnext line.\n\n> Quoted.\n\n- one\n- two\n\n![alt](a.png)\n\n<div>html</div>\n\nEnd.\n";
        let (text, map, heading) = plain(source);
        assert_eq!(
            text,
            "Fog stops ferries\n\nBREMEN — Fog said *no*, “never again” & more\nnext line.\n\nQuoted.\n\none\ntwo\n\nEnd."
        );
        assert_eq!(heading.as_deref(), Some("Fog stops ferries"));
        for word in ["stops", "never", "more", "Quoted", "two", "End"] {
            let begin = text.find(word).unwrap();
            let range = map.source(Span::new(begin, begin + word.len()));
            assert_eq!(&source[range.start as usize..range.end as usize], word);
        }
    }

    #[test]
    fn front_matter_of_both_kinds() {
        assert!(has_front_matter(b"---\ntitle: x\n---\n"));
        assert!(has_front_matter(b"+++\r\ntitle = \"x\"\r\n+++\r\n"));
        assert!(!has_front_matter(b"---\nThe mayor\n"));
        assert!(!has_front_matter(b"---\nThe mayor\n---\n"));
        assert!(!has_front_matter(b"--- title: x"));
        let yaml = fields(
            "title: \"“No,” she said\"\ndate: 2025-03-13\nauthor: [Ann, Bo]\n",
            false,
        )
        .unwrap();
        let mut draft = Draft::default();
        fill(&mut draft, yaml);
        assert_eq!(draft.title.as_deref(), Some("“No,” she said"));
        assert_eq!(draft.published.unwrap().to_string(), "2025-03-13");
        assert_eq!(draft.byline, ["Ann", "Bo"]);
        let toml = fields("title = \"x\"\ndate = 2026-05-30\n", true).unwrap();
        assert_eq!(toml["date"], "2026-05-30");
    }
}
