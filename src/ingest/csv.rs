//! Tables, one article a row: CSV and TSV with a row of column names.
//!
//! Rows are read here rather than with a library because each field has to lead back to its bytes, and because a quotation
//! mark that is never closed must cost one row and not swallow the rest of the file.

use std::collections::VecDeque;
use std::io::BufRead;
use std::ops::{ControlFlow, Range};

use serde_json::Value;

use super::draft::{Draft, Output};
use super::lines::{Line, Lines};
use super::pieces::Pieces;
use super::{Field, decode, open, written};
use crate::text::TextMap;

/// Most columns of a table.
const MOST_COLUMNS: usize = 10_000;

/// Most lines that one row may run over.
const MOST_LINES: usize = 5_000;

/// Is it a table of articles? It is if its first line names a text and one more column that we know.
pub(super) fn looks_like(start: &[u8], mapped: &[(Field, String)]) -> bool {
    let line = start.split(|b| *b == b'\n').next().unwrap_or_default();
    let Ok(line) = str::from_utf8(line) else {
        return false;
    };
    let names: Vec<&str> = line.trim().split(separator(line)).collect();
    if names.len() < 2 || names.len() > MOST_COLUMNS || line.len() > 4096 {
        return false;
    }
    let known: Vec<Field> = names
        .iter()
        .filter_map(|n| Field::of_name(&plain(n), mapped))
        .collect();
    known.len() >= 2 && known.contains(&Field::Text)
}

/// The character that parts the columns of the first line.
fn separator(line: &str) -> char {
    let count = |c: char| line.matches(c).count();
    ['\t', ',', ';', '|']
        .into_iter()
        .rev()
        .max_by_key(|c| count(*c))
        .unwrap_or(',')
}

/// A column's name without quotes and case.
fn plain(name: &str) -> String {
    name.trim()
        .trim_matches('"')
        .trim()
        .to_lowercase()
        .replace([' ', '-'], "_")
}

/// One line of the file.
struct Part {
    text: Vec<u8>,
    number: u64,
    offset: u64,
}

/// Reads a table.
pub(super) fn read(out: &mut Output<'_>, reader: &mut dyn BufRead) -> ControlFlow<()> {
    let mut rows = Rows {
        lines: Lines::new(reader, out.options.max_article_bytes),
        waiting: VecDeque::new(),
        cap: out.options.max_article_bytes,
    };
    let mut columns: Option<(Vec<String>, char)> = None;
    loop {
        match rows.next() {
            Row::Whole {
                bytes,
                number,
                offset,
            } => {
                if bytes.trim_ascii().is_empty() {
                    continue;
                }
                let decoded = match decode::decode(bytes.clone(), None) {
                    Ok(decoded) => decoded,
                    Err(why) => {
                        out.skip(Some(number), why)?;
                        continue;
                    }
                };
                let Some((names, separator)) = &columns else {
                    let separator = separator(&decoded.text);
                    let names: Vec<String> = fields(&decoded.text, separator)
                        .iter()
                        .map(|f| f.plain(&decoded.text))
                        .collect();
                    if names.len() > MOST_COLUMNS {
                        return out.skip(
                            None,
                            format!(
                                "has {} columns, more than any table of articles",
                                names.len()
                            ),
                        );
                    }
                    let is_text = |n: &String| {
                        Field::of_name(&plain(n), &out.options.columns) == Some(Field::Text)
                    };
                    if !names.iter().any(is_text) {
                        return out.skip(None, "has no column named text, body or content: say which one it is with --map text=COLUMN");
                    }
                    columns = Some((names, separator));
                    continue;
                };
                let map = TextMap::verbatim(offset).then(&decoded.map);
                let draft = row(out, &bytes, &decoded.text, names, *separator, number);
                out.article(Draft {
                    map: map.then(&draft.map),
                    ..draft
                })?;
            }
            Row::Bad { number, why } => out.skip(Some(number), why)?,
            Row::Cut(why) => return out.skip(None, format!("only its beginning was taken: {why}")),
            Row::End => return ControlFlow::Continue(()),
        }
    }
}

/// What came of the next row.
enum Row {
    Whole {
        bytes: Vec<u8>,
        number: u64,
        offset: u64,
    },
    Bad {
        number: u64,
        why: String,
    },
    Cut(String),
    End,
}

struct Rows<'a> {
    lines: Lines<'a>,
    /// Lines read ahead for a row that turned out to be none.
    waiting: VecDeque<Part>,
    cap: usize,
}

impl Rows<'_> {
    fn next(&mut self) -> Row {
        let mut parts: Vec<Part> = Vec::new();
        let (mut length, mut quotes) = (0, 0);
        loop {
            let part = match self.waiting.pop_front() {
                Some(part) => part,
                None => {
                    let mut text = Vec::new();
                    match self.lines.next(&mut text) {
                        Line::Whole => Part {
                            text,
                            number: self.lines.number,
                            offset: self.lines.offset,
                        },
                        Line::TooLong => {
                            let why = format!(
                                "this line is longer than {}, the most that one article may have",
                                open::size(self.cap as u64)
                            );
                            return Row::Bad {
                                number: self.lines.number,
                                why,
                            };
                        }
                        Line::Cut(why) => return Row::Cut(why),
                        Line::End if parts.is_empty() => return Row::End,
                        Line::End => return self.never_closed(parts),
                    }
                }
            };
            length += part.text.len() + 1;
            quotes += part.text.iter().filter(|b| **b == b'"').count();
            parts.push(part);
            if quotes % 2 == 0 {
                break;
            }
            if length > self.cap || parts.len() >= MOST_LINES {
                return self.never_closed(parts);
            }
        }
        let (number, offset) = parts.first().map_or((0, 0), |p| (p.number, p.offset));
        let mut bytes = Vec::with_capacity(length);
        for part in &parts {
            // The lines stand in the file with what ended them: their offsets say how much that was.
            let gap = (part.offset - offset) as usize;
            if gap > bytes.len() {
                let end: &[u8] = if gap - bytes.len() == 2 {
                    b"\r\n"
                } else {
                    b"\n"
                };
                bytes.extend_from_slice(end);
            }
            bytes.extend_from_slice(&part.text);
        }
        if number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
            return Row::Whole {
                bytes,
                number,
                offset: offset + 3,
            };
        }
        Row::Whole {
            bytes,
            number,
            offset,
        }
    }

    /// Gives up the first line and reads the others again.
    fn never_closed(&mut self, mut parts: Vec<Part>) -> Row {
        let rest = parts.split_off(1);
        for part in rest.into_iter().rev() {
            self.waiting.push_front(part);
        }
        let number = parts.first().map_or(0, |p| p.number);
        Row::Bad {
            number,
            why: "a quotation mark in this row is never closed".to_owned(),
        }
    }
}

/// A field of a row: its bytes, without the quotation marks around it.
struct Cell {
    range: Range<usize>,
    quoted: bool,
}

impl Cell {
    fn plain(&self, row: &str) -> String {
        let text = row.get(self.range.clone()).unwrap_or_default();
        if self.quoted {
            text.replace("\"\"", "\"")
        } else {
            text.trim().to_owned()
        }
    }
}

/// The fields of a row.
fn fields(row: &str, separator: char) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let rest = &row[at..];
        let (range, quoted, next) = if rest.starts_with('"') {
            let mut end = at + 1;
            loop {
                match row[end..].find('"') {
                    None => {
                        end = row.len();
                        break;
                    }
                    Some(found) if row[end + found + 1..].starts_with('"') => end += found + 2,
                    Some(found) => {
                        end += found;
                        break;
                    }
                }
            }
            let next = row
                .get(end + 1..)
                .and_then(|r| r.find(separator))
                .map(|f| end + 1 + f);
            (at + 1..end, true, next)
        } else {
            let next = rest.find(separator).map(|f| at + f);
            (at..next.unwrap_or(row.len()), false, next)
        };
        cells.push(Cell { range, quoted });
        match next {
            Some(next) if cells.len() <= MOST_COLUMNS => at = next + separator.len_utf8(),
            _ => return cells,
        }
    }
}

/// The article of a row; its map leads into the row.
fn row(
    out: &Output<'_>,
    bytes: &[u8],
    row: &str,
    names: &[String],
    separator: char,
    number: u64,
) -> Draft {
    let mut draft = Draft::of(bytes);
    draft.record = Some(number);
    for (index, cell) in fields(row, separator).iter().enumerate() {
        let name = names
            .get(index)
            .cloned()
            .unwrap_or_else(|| format!("column {}", index + 1));
        let value = cell.plain(row);
        let field = Field::of_name(&plain(&name), &out.options.columns);
        if value.trim().is_empty() {
            continue;
        }
        match field {
            Some(Field::Text) if draft.text.is_empty() => {
                (draft.text, draft.map) = cell_text(cell, row);
            }
            Some(Field::Published) => match written::parse(&value) {
                Some(date) => draft.published = draft.published.or(Some(date)),
                None => drop(draft.extra.insert(name, Value::String(value))),
            },
            Some(Field::Byline) => draft.byline = vec![value],
            Some(Field::Id) => draft.id = Some(value),
            Some(Field::Title) => draft.title = Some(value),
            Some(Field::Outlet) => draft.outlet = Some(value),
            Some(Field::Section) => draft.section = Some(value),
            Some(Field::Url) => draft.url = Some(value),
            Some(Field::Language) => draft.language = Some(value),
            Some(Field::Text) | None => drop(draft.extra.insert(name, Value::String(value))),
        }
    }
    draft
}

/// The text of a field, byte for byte but for doubled quotation marks.
fn cell_text(cell: &Cell, row: &str) -> (String, TextMap) {
    let mut pieces = Pieces::default();
    let text = row.get(cell.range.clone()).unwrap_or_default();
    let mut at = cell.range.start;
    for (index, part) in text.split("\"\"").enumerate() {
        if index > 0 && cell.quoted {
            pieces.replacing("\"", at as u64 - 2..at as u64);
        } else if index > 0 {
            pieces.verbatim("\"\"", at as u64 - 2);
        }
        pieces.verbatim(part, at as u64);
        at += part.len() + 2;
    }
    pieces.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(row: &str) -> Vec<String> {
        fields(row, ',').iter().map(|c| c.plain(row)).collect()
    }

    #[test]
    fn quotes_and_ragged_rows() {
        assert_eq!(
            cells("a,\"b, \"\"c\"\"\nd\",,e"),
            ["a", "b, \"c\"\nd", "", "e"]
        );
        assert_eq!(cells(""), [""]);
        assert_eq!(cells("\"open"), ["open"]);
        assert_eq!(cells("a\"b,c"), ["a\"b", "c"]);
        assert_eq!(cells("\"a\"junk,b"), ["a", "b"]);
    }

    #[test]
    fn tables_are_told_from_prose() {
        assert!(looks_like(b"id,title,text\n1,a,b", &[]));
        assert!(looks_like(b"Body\tDate\n", &[]));
        assert!(!looks_like(b"Text, he said, is cheap\n", &[]));
        assert!(!looks_like(b"text\n", &[]));
    }
}
