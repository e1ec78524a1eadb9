//! Tables, one article a row: CSV and TSV with a row of column names.
//!
//! Rows are read here rather than with a library because each field has to lead back to its bytes, and because a quotation
//! mark that is never closed must cost one row and not swallow the rest of the file. What is no quotation mark of the
//! table, as in `5'10" tall` or `"he said "no" to it"`, is one of the text.

mod columns;

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::ops::{ControlFlow, Range};

use serde_json::Value;

use super::draft::{Draft, Output};
use super::lines::{Line, Lines};
use super::pieces::Pieces;
use super::written::{self, Order};
use super::{Field, decode, open};
use crate::text::TextMap;
use columns::Columns;

/// Most columns of a table.
const MOST_COLUMNS: usize = 10_000;

/// Most lines that one row may run over.
const MOST_LINES: usize = 5_000;

/// Rows above the column names, at most: a title, when it was exported, by whom.
const MOST_ABOVE: usize = 20;

/// A table in UTF-16, which cannot be streamed, may be this many times as long as one article.
const WRAPPER: usize = 32;

/// Is it a table of articles? It is if its first line names a text and one more column that we know.
pub(super) fn looks_like(start: &[u8], mapped: &[(Field, String)]) -> bool {
    let mut lines = start
        .split(|b| matches!(b, b'\n' | b'\r'))
        .map(str::from_utf8);
    let mut first = lines.next();
    if first.is_some_and(|line| line.is_ok_and(|line| told_separator(line).is_some())) {
        first = lines.find(|line| line.is_ok_and(|line| !line.is_empty()));
    }
    let Some(Ok(line)) = first else {
        return false;
    };
    let names: Vec<&str> = line.trim().split(separator(line)).collect();
    if names.len() < 2 || names.len() > MOST_COLUMNS || line.len() > 4096 {
        return false;
    }
    let known: Vec<Field> = names
        .iter()
        .filter_map(|n| Field::of_name(n, mapped))
        .collect();
    known.len() >= 2 && known.contains(&Field::Text)
}

/// The character that a first line "sep=;" tells, as Excel writes it.
fn told_separator(line: &str) -> Option<char> {
    let line = line
        .trim_start_matches('\u{feff}')
        .trim_matches(['\r', '\n', '"']);
    let mut told = line.strip_prefix("sep=")?.chars();
    told.next().filter(|_| told.next().is_none())
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

/// One line of the file.
struct Part {
    text: Vec<u8>,
    number: u64,
    offset: u64,
}

/// Reads a table.
pub(super) fn read(out: &mut Output<'_>, reader: &mut dyn BufRead) -> ControlFlow<()> {
    let start = match reader.fill_buf() {
        Ok(start) => start,
        Err(error) => return out.skip(None, open::explain(&error)),
    };
    if decode::is_utf16(start) {
        let cap = out.options.max_article_bytes.saturating_mul(WRAPPER);
        let decoded =
            open::read_whole(reader, cap).and_then(|whole| decode::decode(whole.bytes, None));
        return match decoded {
            Ok(decoded) => rows(out, &mut decoded.text.as_bytes(), &decoded.map, None),
            Err(why) => out.skip(None, why),
        };
    }
    let encoding = decode::seems(start);
    let whole = TextMap::verbatim(0);
    if decode::is_old_mac(start) {
        let mut lines = BufReader::new(OldMac(reader));
        return rows(out, &mut lines, &whole, encoding);
    }
    rows(out, reader, &whole, encoding)
}

/// A file of an old Mac with the line ends of today, byte for byte.
struct OldMac<'a>(&'a mut dyn BufRead);

impl Read for OldMac<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        for byte in buffer.iter_mut().take(read).filter(|b| **b == b'\r') {
            *byte = b'\n';
        }
        Ok(read)
    }
}

/// Reads row after row. `map` leads from the stream to the file.
fn rows(
    out: &mut Output<'_>,
    reader: &mut dyn BufRead,
    map: &TextMap,
    encoding: Option<&str>,
) -> ControlFlow<()> {
    let mut rows = Rows {
        lines: Lines::new(reader, out.options.max_article_bytes),
        waiting: VecDeque::new(),
        cap: out.options.max_article_bytes,
    };
    let mut told = None;
    let mut columns: Option<Columns> = None;
    let mut above: Vec<Vec<String>> = Vec::new();
    let mut dates = Dates::default();
    let end = loop {
        match rows.next() {
            Row::Whole {
                bytes,
                number,
                offset,
            } => {
                if bytes.trim_ascii().is_empty() {
                    continue;
                }
                let decoded = match decode::decode(bytes.clone(), encoding) {
                    Ok(decoded) => decoded,
                    Err(why) => {
                        out.skip(Some(number), why)?;
                        continue;
                    }
                };
                let row = decoded.text.as_str();
                let Some(columns) = &columns else {
                    if above.is_empty() && told.is_none() && told_separator(row).is_some() {
                        told = told_separator(row);
                        continue;
                    }
                    let separator = told.unwrap_or_else(|| separator(row));
                    let names: Vec<String> = fields(row, separator)
                        .iter()
                        .map(|f| f.plain(row))
                        .collect();
                    if names.len() > MOST_COLUMNS {
                        let why = format!(
                            "has {} columns, more than any table of articles",
                            names.len()
                        );
                        return out.skip(None, why);
                    }
                    columns = Columns::of(&names, separator, &out.options.columns);
                    if columns.is_none() {
                        above.push(names);
                        if above.len() > MOST_ABOVE {
                            break None;
                        }
                    }
                    continue;
                };
                let draft = article(columns, &bytes, row, number);
                let map = map.then(&TextMap::verbatim(offset)).then(&decoded.map);
                let (draft, date) = draft;
                let map = map.then(&draft.map);
                dates.take(out, Draft { map, ..draft }, date)?;
            }
            Row::Bad { number, why } => {
                dates.flush(out)?;
                out.skip(Some(number), why)?;
            }
            Row::Cut(why) => break Some(why),
            Row::End => break None,
        }
    };
    dates.flush(out)?;
    match end {
        Some(why) => out.skip(None, format!("only its beginning was taken: {why}")),
        None if columns.is_none() && !above.is_empty() => out.skip(None, columns::missing(&above)),
        None => ControlFlow::Continue(()),
    }
}

/// The dates of a table whose column says only as a whole what 3/4/2025 means: articles wait until a date tells.
#[derive(Default)]
struct Dates {
    order: Option<Order>,
    /// Dates of both orders have come: none of them tells anything.
    mixed: bool,
    waiting: Vec<(Draft, Option<String>)>,
    bytes: usize,
}

impl Dates {
    /// Most articles that wait, and their most bytes.
    const MOST: usize = 2000;
    const MOST_BYTES: usize = 8 << 20;

    fn take(
        &mut self,
        out: &mut Output<'_>,
        draft: Draft,
        date: Option<String>,
    ) -> ControlFlow<()> {
        let told = date.as_deref().and_then(written::order);
        match (told, self.order) {
            (Some(told), Some(before)) => self.mixed |= told != before,
            (Some(_), None) => self.order = told,
            (None, _) => {}
        }
        self.bytes += draft.text.len();
        self.waiting.push((draft, date));
        let is_open = self.waiting.iter().any(|(_, date)| date.is_some());
        let full = self.waiting.len() >= Self::MOST || self.bytes >= Self::MOST_BYTES;
        if self.order.is_some() || !is_open || full {
            return self.flush(out);
        }
        ControlFlow::Continue(())
    }

    fn flush(&mut self, out: &mut Output<'_>) -> ControlFlow<()> {
        self.bytes = 0;
        let order = self.order.filter(|_| !self.mixed);
        for (mut draft, date) in std::mem::take(&mut self.waiting) {
            if let (Some(order), Some(date)) = (order, date) {
                draft.published = written::ordered(&date, order).or(draft.published);
            }
            out.article(draft)?;
        }
        ControlFlow::Continue(())
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
        let mut quoted = false;
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
            quoted |= opens_quote(&part.text);
            parts.push(part);
            if quotes % 2 == 0 || !quoted {
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

/// Does a field of this line begin with a quotation mark? Elsewhere it belongs to the text.
fn opens_quote(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    line.first() == Some(&b'"')
        || line
            .windows(2)
            .any(|w| w[1] == b'"' && matches!(w[0], b'\t' | b',' | b';' | b'|'))
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
        let (range, quoted, next) = if let Some(inside) = rest.strip_prefix('"') {
            let end = at + 1 + closing(inside, separator);
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

/// Where a quoted field ends: at the first quotation mark behind which nothing but the next field comes, or at the first
/// one at all if there is none before the next quoted field.
fn closing(field: &str, separator: char) -> usize {
    let mut first = None;
    let mut from = 0;
    while let Some(found) = field[from..].find('"') {
        let at = from + found;
        let rest = &field[at + 1..];
        let opens_next = first.is_some() && field[..at].ends_with(separator);
        if rest.starts_with('"') && !opens_next {
            from = at + 2;
            continue;
        }
        let rest = rest.trim_start_matches([' ', '\r', '\n']);
        if rest.is_empty() || rest.starts_with(separator) {
            return at;
        }
        if opens_next {
            break;
        }
        first = first.or(Some(at));
        from = at + 1;
    }
    first.unwrap_or(field.len())
}

/// The article of a row, its map leads into the row; and its date, as it is written, if it is a day that depends on
/// others.
fn article(columns: &Columns, bytes: &[u8], row: &str, number: u64) -> (Draft, Option<String>) {
    let mut draft = Draft::of(bytes);
    draft.record = Some(number);
    let cells = fields(row, columns.separator);
    let said: Vec<String> = cells.iter().map(|cell| cell.plain(row)).collect();
    let is_said = |at: usize| said.get(at).is_some_and(|value| !is_nothing(value));
    let mut used = Vec::new();
    let mut one = |field: Field| {
        let mut those = columns.of_field(field).filter(|at| is_said(*at));
        let first = those.next()?;
        // A name before an address, where a name is wanted.
        let named = |at: &usize| !said[*at].contains("://");
        let at = if field == Field::Outlet && !named(&first) {
            those.find(named).unwrap_or(first)
        } else {
            first
        };
        used.push(at);
        Some(at)
    };
    if let Some(at) = one(Field::Text) {
        (draft.text, draft.map) = cell_text(&cells[at], row, columns.separator);
        draft.unwrap_html();
    }
    let mut word = |field: Field| one(field).and_then(|at| said.get(at).cloned());
    draft.fill(&mut word);
    draft.byline = word(Field::Byline).into_iter().collect();
    if draft.url.is_none() {
        let mut said_outlets = columns
            .of_field(Field::Outlet)
            .filter_map(|at| said.get(at));
        draft.url = said_outlets.find(|value| value.contains("://")).cloned();
    }
    let mut open_date = None;
    for at in columns.of_field(Field::Published).filter(|at| is_said(*at)) {
        if let Some(date) = written::parse(&said[at]) {
            draft.published = Some(date);
            open_date = written::ordered(&said[at], Order::DayFirst)
                .or_else(|| written::ordered(&said[at], Order::MonthFirst))
                .map(|_| said[at].clone());
            used.push(at);
            break;
        }
    }
    for (at, value) in said.into_iter().enumerate() {
        if !used.contains(&at) && !is_nothing(&value) {
            draft.extra.insert(columns.name(at), Value::String(value));
        }
    }
    (draft, open_date)
}

/// Is it a cell without a value, as programs write it?
fn is_nothing(value: &str) -> bool {
    matches!(
        value.trim(),
        "" | "\\N" | "NULL" | "null" | "NaN" | "nan" | "None"
    )
}

/// The text of a field, byte for byte but for doubled quotation marks and what databases write for the end of a line.
fn cell_text(cell: &Cell, row: &str, separator: char) -> (String, TextMap) {
    let mut pieces = Pieces::default();
    let text = row.get(cell.range.clone()).unwrap_or_default();
    // In a table without quotation marks a line end has to be written in some other way.
    let escaped = separator == '\t' && !cell.quoted;
    let mut at = 0;
    while let Some(found) = text[at..].find(['"', '\\']) {
        let here = at + found;
        let begin = cell.range.start + here;
        let rest = &text[here..];
        pieces.verbatim(&text[at..here], (cell.range.start + at) as u64);
        let two = begin as u64..begin as u64 + 2;
        let len = match rest.get(..2) {
            Some("\"\"") if cell.quoted => {
                pieces.replacing("\"", two);
                2
            }
            Some("\\n") if escaped => {
                pieces.replacing("\n", two);
                2
            }
            Some("\\r") if escaped => 2,
            Some("\\t") if escaped => {
                pieces.replacing("\t", two);
                2
            }
            Some("\\\\") if escaped => {
                pieces.replacing("\\", two);
                2
            }
            _ => {
                pieces.verbatim(&rest[..1], begin as u64);
                1
            }
        };
        at = here + len;
    }
    pieces.verbatim(&text[at..], (cell.range.start + at) as u64);
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
        assert_eq!(cells("\"a\"junk,\"b\""), ["a", "b"]);
        assert_eq!(cells("\"said \"no\" to it\",b"), ["said \"no\" to it", "b"]);
        assert_eq!(
            cells("\"\"\"No,\"\" she said\",\"\",c"),
            ["\"No,\" she said", "", "c"]
        );
        assert_eq!(cells("\"\",\"b\""), ["", "b"]);
    }

    #[test]
    fn tables_are_told_from_prose() {
        assert!(looks_like(b"id,title,text\n1,a,b", &[]));
        assert!(looks_like(b"Body\tDate\n", &[]));
        assert!(!looks_like(b"Text, he said, is cheap\n", &[]));
        assert!(!looks_like(b"text\n", &[]));
    }
}
