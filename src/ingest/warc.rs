//! Web archives (WARC): every web page that was answered with success is an article, and so is the text that was made of
//! one (a `conversion`, as in the WET files of Common Crawl).

use std::io::{BufRead, Read};
use std::ops::ControlFlow;

use super::draft::{Draft, Output};
use super::{decode, html, open};

/// Longest line of a header, in bytes.
const MOST_LINE: u64 = 64 << 10;

/// Most lines of a header.
const MOST_HEADERS: usize = 1000;

/// Failures without a record between them after which no more is looked for.
const MOST_FAILURES: usize = 64;

/// Reads a web archive record by record. Where it is damaged, it is read on from the next record that can be found.
pub(super) fn read(out: &mut Output<'_>, reader: &mut dyn BufRead) -> ControlFlow<()> {
    let (mut record, mut pages) = (0, 0);
    let mut lost = false;
    // Why, and in which record, while the next one is looked for.
    let mut damage: Option<(u64, String)> = None;
    let mut failures = 0;
    loop {
        let next = match line(reader) {
            Ok(Some(line)) if !line.starts_with("WARC/") => {
                // Between records stand empty lines; anything else is damage, passed over up to the next record.
                if !line.is_empty() && !lost && damage.is_none() {
                    lost = true;
                    out.skip(Some(record), "is damaged: read on from the next record")?;
                }
                continue;
            }
            Ok(Some(_)) => {
                if let Some((at, why)) = damage.take() {
                    let why = format!(
                        "this record or what follows it is damaged, read on from the next: {why}"
                    );
                    out.skip(Some(at), why)?;
                }
                lost = false;
                record += 1;
                one(out, reader, record)?
            }
            Ok(None) => break,
            Err(why) => Next::Damaged(why),
        };
        match next {
            Next::Page(is_page) => {
                failures = 0;
                pages += u64::from(is_page);
            }
            Next::Damaged(why) => {
                failures += 1;
                damage.get_or_insert((record, why));
                if failures > MOST_FAILURES {
                    break;
                }
            }
        }
    }
    if let Some((at, why)) = damage {
        return out.skip(
            None,
            format!("only what stands before record {at} was taken: {why}"),
        );
    }
    if pages == 0 {
        return out.note(None, "holds no web pages");
    }
    ControlFlow::Continue(())
}

/// What became of a record.
enum Next {
    /// It was read; was it a page?
    Page(bool),
    /// It could not be, for this reason.
    Damaged(String),
}

/// Reads what comes after the first line of a record.
fn one(out: &mut Output<'_>, reader: &mut dyn BufRead, record: u64) -> ControlFlow<(), Next> {
    let header = match Header::read(reader) {
        Ok(header) => header,
        Err(why) => return ControlFlow::Continue(Next::Damaged(why)),
    };
    let length = header
        .get("content-length")
        .and_then(|n| n.parse::<u64>().ok());
    let Some(length) = length else {
        out.skip(Some(record), "this record does not tell its length")?;
        return ControlFlow::Continue(Next::Page(false));
    };
    let wanted = matches!(
        header.get("warc-type"),
        Some("response" | "resource" | "conversion")
    );
    let cap = out.options.max_article_bytes as u64;
    let mut rest = (&mut *reader).take(length);
    let mut bytes = Vec::new();
    let failed = if wanted && length <= cap.saturating_mul(2) {
        rest.read_to_end(&mut bytes).err()
    } else {
        None
    };
    let failed = failed.or_else(|| std::io::copy(&mut rest, &mut std::io::sink()).err());
    if let Some(error) = failed {
        return ControlFlow::Continue(Next::Damaged(open::explain(&error)));
    }
    if wanted && length > cap.saturating_mul(2) {
        out.skip(Some(record), format!("longer than {}", open::size(cap * 2)))?;
        return ControlFlow::Continue(Next::Page(false));
    }
    if wanted && (bytes.len() as u64) < length {
        return ControlFlow::Continue(Next::Damaged("the file ends too early".to_owned()));
    }
    let is_response = header.get("warc-type") == Some("response");
    if header.get("warc-type") == Some("conversion") {
        return converted(out, &header, bytes, record);
    }
    let is_page = wanted && page(out, &header, &bytes, is_response, record)?;
    ControlFlow::Continue(Next::Page(is_page))
}

/// Reads the text that was made of a page.
fn converted(
    out: &mut Output<'_>,
    header: &Header,
    bytes: Vec<u8>,
    record: u64,
) -> ControlFlow<(), Next> {
    let is_text = header
        .get("content-type")
        .is_some_and(|kind| kind.starts_with("text/plain"));
    if !is_text {
        return ControlFlow::Continue(Next::Page(false));
    }
    let mut draft = Draft::of(&bytes);
    draft.record = Some(record);
    draft.url = header.get("warc-target-uri").map(without_brackets);
    match decode::decode(bytes, None) {
        Ok(decoded) => {
            draft.text = decoded.text;
            out.article(draft)?;
        }
        Err(why) => out.skip(Some(record), why)?,
    }
    ControlFlow::Continue(Next::Page(true))
}

/// An address, as some programs write it: `<https://post.example/>`.
fn without_brackets(address: &str) -> String {
    address.trim_matches(['<', '>']).to_owned()
}

/// Reads a record if it is a web page; answers whether it was one.
fn page(
    out: &mut Output<'_>,
    header: &Header,
    bytes: &[u8],
    is_response: bool,
    record: u64,
) -> ControlFlow<(), bool> {
    let mut body = bytes;
    let answer = if is_response {
        let Ok(Some(status)) = line(&mut body) else {
            return ControlFlow::Continue(false);
        };
        if status.split(' ').nth(1) != Some("200") {
            return ControlFlow::Continue(false);
        }
        match Header::read(&mut body) {
            Ok(answer) => answer,
            Err(_) => return ControlFlow::Continue(false),
        }
    } else {
        Header(vec![(
            "content-type".to_owned(),
            header.get("content-type").unwrap_or_default().to_owned(),
        )])
    };
    let kind = answer
        .get("content-type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    if !kind.starts_with("text/html") && !kind.starts_with("application/xhtml") {
        return ControlFlow::Continue(false);
    }
    let chunked = answer
        .get("transfer-encoding")
        .is_some_and(|t| t.to_ascii_lowercase().contains("chunked"));
    let joined = if chunked { unchunk(body) } else { None };
    let body = joined.as_deref().unwrap_or(body);
    let cap = out.options.max_article_bytes as u64;
    let packing = answer.get("content-encoding").map(str::to_ascii_lowercase);
    let unpacked = match packing.as_deref() {
        Some("gzip" | "x-gzip") if body.starts_with(&[0x1f, 0x8b]) => {
            whole(flate2::bufread::MultiGzDecoder::new(body), cap)
        }
        // Some servers leave out the frame that it should have.
        Some("deflate") => whole(flate2::bufread::ZlibDecoder::new(body), cap)
            .or_else(|_| whole(flate2::bufread::DeflateDecoder::new(body), cap)),
        None | Some("" | "identity" | "none" | "utf-8" | "gzip" | "x-gzip") => Ok(body.to_vec()),
        Some(other) => Err(format!("is packed as {other}, which is not read")),
    };
    let page = match unpacked {
        Ok(page) if page.len() as u64 <= cap => page,
        Ok(_) => {
            out.skip(Some(record), format!("longer than {}", open::size(cap)))?;
            return ControlFlow::Continue(true);
        }
        Err(why) => {
            out.skip(Some(record), why)?;
            return ControlFlow::Continue(true);
        }
    };
    let charset = kind
        .split_once("charset=")
        .map(|(_, name)| name.trim_matches(['"', '\'', ' ', ';']).to_owned());
    match html::draft(page, charset) {
        Ok(mut draft) => {
            draft.record = Some(record);
            let address = header.get("warc-target-uri");
            draft.url = draft.url.or_else(|| address.map(without_brackets));
            out.article(draft)?;
        }
        Err(why) => out.note(Some(record), why)?,
    }
    ControlFlow::Continue(true)
}

/// Reads a packed body, up to one byte over the cap.
fn whole(packed: impl Read, cap: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = packed.take(cap + 1).read_to_end(&mut bytes);
    match read {
        Err(error) if bytes.is_empty() => Err(open::explain(&error)),
        _ => Ok(bytes),
    }
}

/// Joins the chunks of a body; `None` if it is not in chunks after all.
fn unchunk(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::with_capacity(body.len());
    loop {
        let end = body.iter().position(|b| *b == b'\n')?;
        let size = str::from_utf8(&body[..end]).ok()?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        body = &body[end + 1..];
        if size == 0 {
            return Some(joined);
        }
        let chunk = &body[..size.min(body.len())];
        joined.extend_from_slice(chunk);
        body = &body[chunk.len()..];
        body = body
            .strip_prefix(b"\r\n")
            .or(body.strip_prefix(b"\n"))
            .unwrap_or(body);
        if body.is_empty() {
            return Some(joined);
        }
    }
}

/// Names in lower case, and values.
struct Header(Vec<(String, String)>);

impl Header {
    /// Reads up to the empty line.
    fn read(reader: &mut dyn BufRead) -> Result<Self, String> {
        let mut all: Vec<(String, String)> = Vec::new();
        while let Some(line) = line(reader)? {
            if line.is_empty() {
                break;
            }
            if all.len() >= MOST_HEADERS {
                return Err("a header without end".to_owned());
            }
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = all.last_mut() {
                    value.push_str(line.trim_end());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                all.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Ok(Self(all))
    }

    fn get(&self, wanted: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.as_str())
    }
}

/// The next line without its end; `None` at the end of the file.
fn line(reader: &mut dyn BufRead) -> Result<Option<String>, String> {
    let mut bytes = Vec::new();
    (&mut *reader)
        .take(MOST_LINE)
        .read_until(b'\n', &mut bytes)
        .map_err(|e| open::explain(&e))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}
