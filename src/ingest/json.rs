//! JSON and JSON lines: articles as objects, with the field names that the README lists.
//!
//! Only the members of the outermost object are looked at one by one; each value is cut out of the line as it stands, so
//! that a text that holds no escapes is the file's own bytes and every other leads back to them. Values are never nested
//! on the stack: depth costs nothing.

mod fields;
mod values;

use std::io::BufRead;
use std::ops::ControlFlow;

use serde::de::IgnoredAny;

use super::draft::{Draft, Output};
use super::lines::{Line, Lines};
use super::{Format, decode, open};
use crate::text::TextMap;
use fields::Wanted;
use values::{Value, Values};

/// A file that is one object, with the articles in an array inside, may be this many times as long as one article.
const WRAPPER: usize = 8;

/// JSON or JSON lines, if it is either. `complete` says that `start` is all there is.
pub(super) fn looks_like(start: &[u8], complete: bool) -> Option<Format> {
    let inside = start.get(1..)?.trim_ascii_start();
    match (start.first()?, inside.first()) {
        (b'[', Some(b'{' | b'[')) => return Some(Format::Json),
        (b'[', Some(b']')) if complete && inside.len() < 3 => return Some(Format::Json),
        (b'{', Some(b'"' | b'}')) => {}
        _ => return None,
    }
    let Some(end) = start.iter().position(|&b| b == b'\n') else {
        return Some(Format::Json);
    };
    let (first, rest) = start.split_at(end);
    let more = rest.trim_ascii_start().first() == Some(&b'{');
    let lines = more && serde_json::from_slice::<IgnoredAny>(first).is_ok();
    Some(if lines { Format::Jsonl } else { Format::Json })
}

/// Reads a file of one object a line.
pub(super) fn read_lines(out: &mut Output<'_>, reader: &mut dyn BufRead) -> ControlFlow<()> {
    match utf16(reader) {
        Ok(false) => {}
        Ok(true) => return read(out, reader),
        Err(why) => return out.skip(None, why),
    }
    let mut lines = Lines::new(reader, out.options.max_article_bytes);
    let mut line = Vec::new();
    loop {
        match lines.next(&mut line) {
            Line::Whole => {
                let (skip, record) = match line.strip_prefix(b"\xef\xbb\xbf") {
                    Some(rest) if lines.number == 1 => (3, rest),
                    _ => (0, line.as_slice()),
                };
                // A sequence of JSON texts has a record separator before each.
                let (skip, record) = match record.strip_prefix(b"\x1e") {
                    Some(rest) => (skip + 1, rest),
                    None => (skip, record),
                };
                if !record.trim_ascii().is_empty() {
                    article(out, record, lines.offset + skip, Some(lines.number))?;
                }
            }
            Line::TooLong => {
                let most = open::size(out.options.max_article_bytes as u64);
                out.skip(
                    Some(lines.number),
                    format!("this line is longer than {most}, the most that one article may have"),
                )?;
            }
            Line::Cut(why) => {
                // The line may have been whole but for its end.
                if serde_json::from_slice::<IgnoredAny>(&line).is_ok() {
                    article(out, &line, lines.offset, Some(lines.number))?;
                }
                return out.skip(
                    None,
                    format!("only the lines before {} were taken: {why}", lines.number),
                );
            }
            Line::End => return ControlFlow::Continue(()),
        }
    }
}

/// Reads a file of one object, several, or an array of them.
pub(super) fn read(out: &mut Output<'_>, reader: &mut dyn BufRead) -> ControlFlow<()> {
    match utf16(reader) {
        Ok(false) => values(out, reader, &TextMap::verbatim(0)),
        Ok(true) => {
            let whole = open::read_whole(reader, out.options.max_article_bytes * WRAPPER);
            match whole.and_then(|whole| decode::decode(whole.bytes, None)) {
                Ok(decoded) => values(out, &mut decoded.text.as_bytes(), &decoded.map),
                Err(why) => out.skip(None, why),
            }
        }
        Err(why) => out.skip(None, why),
    }
}

/// Is it UTF-16? Then it cannot be streamed as it is.
fn utf16(reader: &mut dyn BufRead) -> Result<bool, String> {
    let start = reader.fill_buf().map_err(|e| open::explain(&e))?;
    Ok(start.starts_with(&[0xff, 0xfe])
        || start.starts_with(&[0xfe, 0xff])
        || matches!(start, [b'{' | b'[', 0, ..] | [0, b'{' | b'[', ..]))
}

/// Reads value after value. `map` leads from the stream to the file.
fn values(out: &mut Output<'_>, reader: &mut dyn BufRead, map: &TextMap) -> ControlFlow<()> {
    let cap = out.options.max_article_bytes;
    let mut values = Values::new(reader, cap, cap.saturating_mul(WRAPPER));
    let mut chunk = Vec::new();
    // Whether the first object is the only one shows when the next is asked for.
    let mut first: Option<(Vec<u8>, u64)> = None;
    let mut record = 0;
    loop {
        let value = values.next(&mut chunk);
        if let Some((held, offset)) = first.take() {
            let number = (!matches!(value, Value::End)).then_some(1);
            mapped(out, &held, offset, number, map)?;
        }
        match value {
            Value::Whole { offset } => {
                record += 1;
                if record == 1 && !values.in_array {
                    first = Some((std::mem::take(&mut chunk), offset));
                } else {
                    mapped(out, &chunk, offset, Some(record), map)?;
                }
            }
            Value::Bad(why) => {
                record += 1;
                out.skip(Some(record), why)?;
            }
            Value::Cut(why) => {
                let why = if record == 0 {
                    why
                } else {
                    format!("only the first {record} records were taken: {why}")
                };
                return out.skip(None, why);
            }
            Value::End if record == 0 => return out.note(None, "holds no articles"),
            Value::End => return ControlFlow::Continue(()),
        }
    }
}

fn mapped(
    out: &mut Output<'_>,
    chunk: &[u8],
    offset: u64,
    record: Option<u64>,
    map: &TextMap,
) -> ControlFlow<()> {
    if map.is_verbatim() {
        return article(out, chunk, offset, record);
    }
    match str::from_utf8(chunk) {
        Ok(json) => object(out, json, record, &map.then(&TextMap::verbatim(offset))),
        Err(_) => out.skip(record, "is not valid UTF-8"),
    }
}

/// Reads one record, which begins at `offset` of the file.
fn article(
    out: &mut Output<'_>,
    chunk: &[u8],
    offset: u64,
    record: Option<u64>,
) -> ControlFlow<()> {
    match str::from_utf8(chunk) {
        Ok(json) => object(out, json, record, &TextMap::verbatim(offset)),
        Err(_) => match decode::decode(chunk.to_vec(), None) {
            Ok(decoded) => {
                let map = TextMap::verbatim(offset).then(&decoded.map);
                object(out, &decoded.text, record, &map)
            }
            Err(why) => out.skip(record, why),
        },
    }
}

/// Reads one record; `map` leads from its text to the file.
fn object(out: &mut Output<'_>, json: &str, record: Option<u64>, map: &TextMap) -> ControlFlow<()> {
    let members = match fields::members(json) {
        Ok(members) => members,
        Err(why) => return out.skip(record, why),
    };
    if let Ok(draft) = fields::draft(&members, json, &out.options.columns, Wanted::Text) {
        return finished(out, draft, record, None, map);
    }
    let inner = fields::wrapped(&members, &out.options.columns);
    if inner.is_empty() {
        return match fields::draft(&members, json, &out.options.columns, Wanted::Brief) {
            Ok(draft) => finished(out, draft, record, None, map),
            Err(why) => out.skip(record, why),
        };
    }
    let outlet = fields::feed_title(&members);
    for (number, element) in inner.into_iter().enumerate() {
        // Of several such objects in a file each counts its own articles.
        let number = number as u64 + 1;
        let (record, part) = match record {
            Some(record) => (Some(record), Some(number)),
            None => (Some(number), None),
        };
        let begin = fields::offset_in(json, element);
        let drafted = fields::members(element)
            .and_then(|m| fields::draft(&m, element, &out.options.columns, Wanted::Brief));
        match drafted {
            Ok(mut draft) => {
                draft.outlet = draft.outlet.or_else(|| outlet.clone());
                let map = map.then(&TextMap::verbatim(begin));
                finished(out, draft, record, part, &map)?;
            }
            Err(why) => out.skip(record, why)?,
        }
    }
    ControlFlow::Continue(())
}

fn finished(
    out: &mut Output<'_>,
    mut draft: Draft,
    record: Option<u64>,
    part: Option<u64>,
    map: &TextMap,
) -> ControlFlow<()> {
    (draft.record, draft.part) = (record, part);
    draft.map = map.then(&draft.map);
    out.article(draft)
}
