//! E-mail, one message a file or many in an mbox: newsletters and forwarded stories.

use std::io::{BufRead, Read};
use std::ops::ControlFlow;

use mail_parser::{HeaderName, Message, MessageParser, PartType};

use super::draft::{Draft, Output};
use super::{html, open, written};
use crate::text::{Span, TextMap};

/// A message with its attachments may be this many times as long as one article.
const ATTACHMENTS: usize = 8;

/// A text part shorter than this, in bytes, beside a web page only says where the page is.
const STUB: usize = 300;

/// Headers of which a message has several.
const HEADERS: &[&str] = &[
    "from",
    "date",
    "subject",
    "message-id",
    "mime-version",
    "received",
    "return-path",
    "to",
    "delivered-to",
    "reply-to",
    "content-type",
    "list-id",
];

/// Does it begin like a message?
pub(super) fn looks_like(start: &[u8]) -> bool {
    let mut known: Vec<&str> = Vec::new();
    for line in start.split(|b| *b == b'\n').take(200) {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            break;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        let Some(colon) = line.iter().position(|b| *b == b':') else {
            return false;
        };
        let name = line[..colon].to_ascii_lowercase();
        if !name.iter().all(u8::is_ascii_graphic) {
            return false;
        }
        known.extend(HEADERS.iter().copied().filter(|h| h.as_bytes() == name));
    }
    let has = |name: &str| known.contains(&name);
    known.len() >= 3 && has("from") && (has("subject") || has("date"))
}

/// Does it begin like a file of messages?
pub(super) fn looks_like_mbox(start: &[u8]) -> bool {
    let Some(end) = start.iter().position(|b| *b == b'\n') else {
        return false;
    };
    start.starts_with(b"From ") && looks_like(&start[end + 1..])
}

/// Reads one message.
pub(super) fn read(out: &mut Output<'_>, reader: &mut dyn BufRead) -> ControlFlow<()> {
    let cap = out.options.max_article_bytes.saturating_mul(ATTACHMENTS);
    match open::read_whole(reader, cap) {
        Ok(whole) => {
            message(out, &whole.bytes, 0, None)?;
            match whole.cut {
                Some(why) => out.skip(None, format!("only its beginning was taken: {why}")),
                None => ControlFlow::Continue(()),
            }
        }
        Err(why) => out.skip(None, why),
    }
}

/// Reads messages one after another; each begins with a line "From …" after an empty one.
pub(super) fn read_mbox(out: &mut Output<'_>, reader: &mut dyn BufRead) -> ControlFlow<()> {
    let cap = out.options.max_article_bytes.saturating_mul(ATTACHMENTS);
    let (mut bytes, mut line): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let (mut record, mut at, mut begin) = (0, 0, 0);
    let (mut too_long, mut after_empty) = (false, true);
    loop {
        line.clear();
        let read = (&mut *reader).take(cap as u64).read_until(b'\n', &mut line);
        let failed = read.err().map(|e| open::explain(&e));
        let end = line.is_empty() || failed.is_some();
        if end || (after_empty && line.starts_with(b"From ")) {
            if too_long {
                let most = open::size(cap as u64);
                out.skip(Some(record), format!("this message is longer than {most}"))?;
            } else if !bytes.trim_ascii().is_empty() {
                message(out, &bytes, begin, Some(record))?;
            }
            if let Some(why) = failed {
                return out.skip(
                    None,
                    format!("only the first {record} messages were taken: {why}"),
                );
            }
            if end {
                return ControlFlow::Continue(());
            }
            bytes.clear();
            record += 1;
            at += line.len() as u64;
            (begin, too_long, after_empty) = (at, false, false);
            continue;
        }
        after_empty = line.trim_ascii().is_empty();
        at += line.len() as u64;
        if bytes.len() + line.len() > cap {
            too_long = true;
            bytes.clear();
        }
        if !too_long {
            bytes.extend_from_slice(&line);
        }
    }
}

/// Reads a message that begins at `offset` of the file.
fn message(
    out: &mut Output<'_>,
    bytes: &[u8],
    offset: u64,
    record: Option<u64>,
) -> ControlFlow<()> {
    let Some(message) = MessageParser::default().parse(bytes) else {
        return out.skip(record, "is no message that can be read");
    };
    let mut draft = Draft::of(bytes);
    draft.record = record;
    draft.id = message.message_id().map(str::to_owned);
    draft.title = message.subject().map(str::to_owned);
    draft.published = message
        .date()
        .and_then(|d| written::parse(&format!("{:04}-{:02}-{:02}", d.year, d.month, d.day)));
    let sender = message
        .from()
        .and_then(|from| from.first())
        .and_then(|from| from.name())
        .map(str::to_owned);
    // Who writes to a list is the paper; who writes to a person is the writer.
    let newsletter = message.header(HeaderName::ListUnsubscribe).is_some()
        || message.header(HeaderName::ListId).is_some();
    if newsletter {
        draft.outlet = sender;
    } else {
        draft.byline = sender.into_iter().collect();
    }
    let Some((text, map)) = body(&message, bytes) else {
        return out.note(record, "this message has no text");
    };
    draft.text = text;
    draft.map = TextMap::verbatim(offset).then(&map);
    out.article(draft)
}

/// The text of a message: its text part, or what its web page shows.
fn body(message: &Message<'_>, bytes: &[u8]) -> Option<(String, TextMap)> {
    let (mut text, mut page) = (None, None);
    for part in &message.parts {
        let source = u64::from(part.offset_body)..u64::from(part.offset_end);
        match &part.body {
            PartType::Text(words) if text.is_none() => text = Some((words, source)),
            PartType::Html(words) if page.is_none() => page = Some((words, source)),
            _ => {}
        }
    }
    let stub = text
        .as_ref()
        .is_none_or(|(t, _)| t.trim().len() < STUB && page.is_some());
    if let (Some((page, source)), true) = (&page, stub) {
        let (shown, inner) = html::scrap(page);
        if !shown.trim().is_empty() {
            return Some((shown, to_source(page, source, bytes).then(&inner)));
        }
    }
    text.map(|(text, source)| (text.to_string(), to_source(text, &source, bytes)))
}

/// From the decoded part to the bytes of the message: its very bytes, or the part as a whole.
fn to_source(part: &str, source: &std::ops::Range<u64>, bytes: &[u8]) -> TextMap {
    let stands = bytes.get(source.start as usize..source.start as usize + part.len());
    if stands == Some(part.as_bytes()) {
        return TextMap::verbatim(source.start);
    }
    let mut map = TextMap::default();
    map.push(Span::new(0, part.len()), source.clone());
    map
}

#[cfg(test)]
mod tests {
    use super::{looks_like, looks_like_mbox};

    #[test]
    fn messages_are_told_from_prose() {
        assert!(looks_like(
            b"From: a@b.example\nTo: c@d.example\nSubject: Fog\n\nText"
        ));
        assert!(looks_like_mbox(
            b"From a@b Mon Nov 17 10:00:00 2025\nFrom: a\nSubject: b\nDate: c\n\nx"
        ));
        assert!(!looks_like(b"From: our reporter\n\nFog"));
        assert!(!looks_like(
            b"Fog stops ferries: nobody sails\nDate: today\n"
        ));
        assert!(!looks_like_mbox(b"From the harbour\nwe hear nothing\n"));
    }
}
