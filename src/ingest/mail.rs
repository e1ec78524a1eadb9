//! E-mail, one message a file or many in an mbox: newsletters and forwarded stories.

use std::io::{BufRead, Read};
use std::ops::ControlFlow;

use mail_parser::{
    Encoding, HeaderName, Message, MessageParser, MessagePart, MimeHeaders, PartType,
};

use super::draft::{Draft, Output};
use super::pieces::Pieces;
use super::{archive, html, open, written};
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

/// Is it the line that parts two messages, "From ann@post.example Mon Nov 17 10:00:00 2025"? Some programs leave no empty line
/// above it, and some do not mark a line of the text that begins with the same word.
fn parts_messages(line: &[u8], after_empty: bool, next: &[u8]) -> bool {
    if !line.starts_with(b"From ") {
        return false;
    }
    let line = String::from_utf8_lossy(line);
    let is_time = |word: &str| {
        word.split_once(':').is_some_and(|(hour, rest)| {
            matches!(hour.len(), 1 | 2)
                && hour.bytes().all(|b| b.is_ascii_digit())
                && rest.starts_with(|c: char| c.is_ascii_digit())
        })
    };
    let is_year = |word: &str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
    let dated = line.split_whitespace().any(is_time) && line.split_whitespace().any(is_year);
    let name = next.iter().position(|b| *b == b':').map(|end| &next[..end]);
    let headed = name.is_some_and(|n| {
        !n.is_empty() && n.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    });
    dated && (after_empty || headed) || after_empty && headed
}

/// Reads messages one after another; each begins with a line "From …".
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
        let next = if line.starts_with(b"From ") {
            reader.fill_buf().unwrap_or_default()
        } else {
            &[]
        };
        if end || parts_messages(&line, after_empty, next) {
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

/// Reads a message that begins at `offset` of the file, and what is attached to it.
fn message(
    out: &mut Output<'_>,
    bytes: &[u8],
    offset: u64,
    record: Option<u64>,
) -> ControlFlow<()> {
    let Some(message) = MessageParser::default().parse(bytes) else {
        return out.skip(record, "is no message that can be read");
    };
    if let Some(page) = saved_page(&message, bytes) {
        return match page {
            Ok(mut draft) => {
                draft.record = record;
                draft.title = draft.title.or_else(|| message.subject().map(str::to_owned));
                draft.map = TextMap::verbatim(offset).then(&draft.map);
                out.article(draft)
            }
            Err(why) => out.skip(record, why),
        };
    }
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
    match body(&message, bytes) {
        Some((text, map)) => {
            (draft.text, draft.map) = (text, map);
            if record.is_some() {
                unquote(&mut draft);
            }
            draft.map = TextMap::verbatim(offset).then(&draft.map);
            out.article(draft)?;
        }
        None if message.attachments.is_empty() => {
            return out.note(record, "this message has no text");
        }
        None => {}
    }
    for (number, part) in message.attachments().enumerate() {
        attached(out, part, bytes, offset, record, number + 1)?;
    }
    ControlFlow::Continue(())
}

/// Reads what is attached to a message as if it lay in an archive: a forwarded message, a document.
fn attached(
    out: &mut Output<'_>,
    part: &MessagePart<'_>,
    bytes: &[u8],
    offset: u64,
    record: Option<u64>,
    number: usize,
) -> ControlFlow<()> {
    let kind = part.content_type();
    let is_no_text = kind.is_some_and(|kind| {
        let below = kind.subtype().unwrap_or_default();
        matches!(kind.ctype(), "image" | "audio" | "video" | "font")
            || [
                "pgp-signature",
                "pkcs7-signature",
                "calendar",
                "x-vcard",
                "vcard",
                "css",
            ]
            .contains(&below)
    });
    if is_no_text {
        return ControlFlow::Continue(());
    }
    let name = match part.attachment_name() {
        Some(name) => name.to_owned(),
        None => format!("part {number}"),
    };
    // Two messages of a file may each have a `story.txt`.
    let name = record.map_or(name.clone(), |record| format!("{record}/{name}"));
    let mut inner = out.inside(&name);
    if inner.depth > archive::MOST_NESTED {
        return archive::too_deep(&mut inner);
    }
    if let PartType::Message(forwarded) = &part.body {
        if part.encoding != Encoding::None {
            return message(&mut inner, forwarded.raw_message.as_ref(), offset, None);
        }
        let (begin, end) = (part.offset_body as usize, part.offset_end as usize);
        let raw = bytes.get(begin..end).unwrap_or_default();
        return message(&mut inner, raw, offset + begin as u64, None);
    }
    match open::unpack(Box::new(part.contents()), inner.options) {
        Ok(opened) => super::format::read_opened(&mut inner, opened),
        Err(why) => inner.skip(None, why),
    }
}

/// The page of a message that is none, but a web page that a browser saved with all that belongs to it (MHTML).
fn saved_page(message: &Message<'_>, bytes: &[u8]) -> Option<Result<Draft, String>> {
    if message.to().is_some() || message.message_id().is_some() {
        return None;
    }
    let is_address = |place: &&str| place.starts_with("http");
    let part = message.parts.iter().find(|part| {
        matches!(part.body, PartType::Html(_))
            && part.content_location().is_some_and(|p| is_address(&p))
    })?;
    let PartType::Html(page) = &part.body else {
        return None;
    };
    let source = u64::from(part.offset_body)..u64::from(part.offset_end);
    let draft = html::draft(page.as_bytes().to_vec(), Some("utf-8".to_owned()));
    Some(draft.map(|mut draft| {
        let place = part.content_location().map(str::to_owned);
        draft.url = draft.url.or(place);
        draft.map = to_source(page, &source, bytes).then(&draft.map);
        draft
    }))
}

/// The text of a message: its text parts, or what its web page shows.
fn body(message: &Message<'_>, bytes: &[u8]) -> Option<(String, TextMap)> {
    let parts = |ids: &[u32]| -> Vec<&MessagePart<'_>> {
        ids.iter()
            .filter_map(|id| message.parts.get(*id as usize))
            .collect()
    };
    let source = |part: &MessagePart<'_>| u64::from(part.offset_body)..u64::from(part.offset_end);
    let mut pieces = Pieces::default();
    for part in parts(&message.text_body) {
        let PartType::Text(words) = &part.body else {
            continue;
        };
        // A picture between two parts ends a paragraph.
        if !pieces.text().is_empty() {
            pieces.made_up("\n\n");
        }
        let source = source(part);
        if stands_at(words, &source, bytes) {
            pieces.verbatim(words, source.start);
        } else {
            pieces.replacing(words, source);
        }
    }
    let page = parts(&message.html_body)
        .into_iter()
        .find_map(|part| match &part.body {
            PartType::Html(page) => Some((page, source(part))),
            _ => None,
        });
    let (text, map) = pieces.finish();
    let stub = text.trim().len() < STUB && page.is_some();
    if let (Some((page, source)), true) = (&page, stub) {
        let (shown, inner) = html::scrap(page);
        if !shown.trim().is_empty() {
            return Some((shown, to_source(page, source, bytes).then(&inner)));
        }
    }
    (!text.trim().is_empty()).then_some((text, map))
}

/// Takes away the `>` that a file of messages has before a line that would look like the next message.
fn unquote(draft: &mut Draft) {
    if !draft.text.contains(">From ") {
        return;
    }
    let mut pieces = Pieces::default();
    let mut at = 0;
    for line in draft.text.split_inclusive('\n') {
        let quoted = line.starts_with('>') && line.trim_start_matches('>').starts_with("From ");
        let from = usize::from(quoted);
        pieces.verbatim(&line[from..], (at + from) as u64);
        at += line.len();
    }
    let (text, map) = pieces.finish();
    (draft.text, draft.map) = (text, draft.map.then(&map));
}

/// From the decoded part to the bytes of the message: its very bytes, or the part as a whole.
fn to_source(part: &str, source: &std::ops::Range<u64>, bytes: &[u8]) -> TextMap {
    if stands_at(part, source, bytes) {
        return TextMap::verbatim(source.start);
    }
    let mut map = TextMap::default();
    map.push(Span::new(0, part.len()), source.clone());
    map
}

/// Is the part as it stands in the message?
fn stands_at(part: &str, source: &std::ops::Range<u64>, bytes: &[u8]) -> bool {
    let begin = source.start as usize;
    bytes.get(begin..begin + part.len()) == Some(part.as_bytes())
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
