//! The formats, and how one is told from the other: by content first, by name second.

use std::ops::ControlFlow;

use crate::article::Severity;

use super::draft::Output;
use super::{
    Field, Source, archive, csv, decode, feed, html, json, mail, markdown, open, pdf, plain, walk,
    warc, wire, xml,
};

/// A format that articles come in. Each may be packed with gzip or zstd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Plain text, one article a file.
    Text,
    /// Markdown, with or without front matter.
    Markdown,
    /// A web page.
    Html,
    /// JSON: one article, an array of them, or an object with such an array.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// A table, one article a row.
    Csv,
    /// RSS or Atom, one article an entry.
    Feed,
    /// A story as agencies send it, in NITF or NewsML.
    Wire,
    /// An e-mail message.
    Mail,
    /// Many e-mail messages.
    Mbox,
    /// A web archive.
    Warc,
    /// A Word document.
    Docx,
    /// Files of these formats, packed together.
    Zip,
    /// The same, not compressed by itself.
    Tar,
    /// A PDF document; read with the feature `pdf` only.
    Pdf,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Text,
        Self::Markdown,
        Self::Html,
        Self::Json,
        Self::Jsonl,
        Self::Csv,
        Self::Feed,
        Self::Wire,
        Self::Mail,
        Self::Mbox,
        Self::Warc,
        Self::Docx,
        Self::Zip,
        Self::Tar,
        Self::Pdf,
    ];

    /// Short name, as in `--format`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Feed => "feed",
            Self::Wire => "wire",
            Self::Mail => "mail",
            Self::Mbox => "mbox",
            Self::Warc => "warc",
            Self::Docx => "docx",
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::Pdf => "pdf",
        }
    }

    /// What it is and what is read of it, in one line.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Text => {
                "plain text: title, byline, date and dateline are read from its first lines; many articles as databases export them"
            }
            Self::Markdown => "Markdown, with YAML (---) or TOML (+++) front matter",
            Self::Html => "web page: the article's own text, with JSON-LD, OpenGraph and meta data",
            Self::Json => "JSON: one article, an array of articles, or an object that holds one",
            Self::Jsonl => "one JSON article a line",
            Self::Csv => {
                "table with a row of column names, one article a row; parted by comma, tab, ; or |"
            }
            Self::Feed => "RSS or Atom: every entry an article, with the channel as its outlet",
            Self::Wire => "NITF, NewsML-G2 and NewsML 1, as news agencies send it",
            Self::Mail => {
                "e-mail message: subject, sender and date; its text, else its web page; what is attached; saved pages (MHTML)"
            }
            Self::Mbox => "many e-mail messages in one file",
            Self::Warc => {
                "web archive: every web page in it, or the text made of it (WET), under its address"
            }
            Self::Docx => {
                "Word or OpenDocument text; title, author and date of its properties where it has none itself"
            }
            Self::Zip => "archive: every file in it that is of one of these formats",
            Self::Tar => "the same; .tgz and .tar.zst too",
            Self::Pdf => pdf::DESCRIPTION,
        }
    }

    /// Usual endings of file names, without the dot.
    #[must_use]
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["txt", "text", "asc"],
            Self::Markdown => &["md", "markdown", "mdown", "mkd"],
            Self::Html => &["html", "htm", "xhtml", "shtml"],
            Self::Json => &["json"],
            Self::Jsonl => &["jsonl", "ndjson"],
            Self::Csv => &["csv", "tsv", "tab"],
            Self::Feed => &["rss", "atom", "rdf"],
            Self::Wire => &["nitf", "newsml"],
            Self::Mail => &["eml", "mht", "mhtml"],
            Self::Mbox => &["mbox", "mbx"],
            Self::Warc => &["warc"],
            Self::Docx => &["docx", "odt"],
            Self::Zip => &["zip"],
            Self::Tar => &["tar", "tgz"],
            Self::Pdf => &["pdf"],
        }
    }

    /// The format of a name's ending.
    fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.extensions().contains(&extension))
    }
}

/// Endings of files that are text but no articles; skipped in a folder, read when named.
const NOT_NEWS: &[&str] = &[
    "bat", "bib", "c", "cfg", "conf", "cpp", "css", "go", "h", "ini", "java", "js", "lock", "log",
    "map", "mjs", "php", "pl", "ps1", "py", "r", "rb", "rs", "rst", "sh", "sql", "svg", "tex",
    "toml", "ts", "tsx", "yaml", "yml",
];

/// Files that file managers leave in folders.
const LEFT_BEHIND: &[&str] = &["Thumbs.db", "ehthumbs.db", "desktop.ini", "Icon\r"];

/// First bytes of what is no text, and what it is.
const NO_TEXT: &[(&[u8], &str)] = &[
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"RIFF", "a picture, sound or film"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a database"),
    (b"ID3", "sound"),
    (b"OggS", "sound"),
    (b"fLaC", "sound"),
];

/// First bytes of formats that may hold articles and are not read, and what they are.
const NOT_READ: &[(&[u8], &str)] = &[
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"{\\rtf", "a Rich Text document"),
    (b"\x1f\x9d", "packed with compress"),
    (b"filedesc://", "a web archive of the old kind (ARC)"),
];

/// Why a file is not read.
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    reason: String,
    severity: Severity,
}

/// A file of many entries, or with much markup, may be this many times as long as one article.
const WRAPPER: usize = 8;

/// Opens the source, tells its format, and reads it.
pub(super) fn read(out: &mut Output<'_>) -> ControlFlow<()> {
    match open::open(&out.source, out.options) {
        Ok(opened) => read_opened(out, opened),
        Err(why) => out.skip(None, why),
    }
}

/// Reads a file that is in memory as a whole.
type Read = fn(&mut Output<'_>, Vec<u8>) -> ControlFlow<()>;

/// Tells the format of what was opened, and reads it.
pub(super) fn read_opened(out: &mut Output<'_>, opened: open::Opened<'_>) -> ControlFlow<()> {
    if opened.start.is_empty() {
        return match opened.failed {
            Some(why) => out.skip(None, why),
            None => out.note(None, "is empty"),
        };
    }
    let told = match out.source.format {
        Some(format) => Ok(format),
        None => detect(&opened.start, &out.source, &out.options.columns),
    };
    let format = match told {
        Ok(format) => format,
        Err(refusal) => return out.report(None, refusal.reason, refusal.severity),
    };
    let mut reader = opened.reader;
    let cap = out.options.max_article_bytes;
    let (read, cap): (Read, usize) = match format {
        Format::Jsonl => return json::read_lines(out, &mut *reader),
        Format::Json => return json::read(out, &mut *reader),
        Format::Csv => return csv::read(out, &mut *reader),
        Format::Mail => return mail::read(out, &mut *reader),
        Format::Mbox => return mail::read_mbox(out, &mut *reader),
        Format::Warc => return warc::read(out, &mut *reader),
        Format::Docx | Format::Zip => return archive::read_zip(out, &mut *reader),
        Format::Tar => return archive::read_tar(out, &mut *reader),
        Format::Text => (plain::read, cap.saturating_mul(WRAPPER)),
        Format::Markdown => (markdown::read, cap),
        Format::Html => (html::read, cap),
        Format::Feed => (feed::read, cap.saturating_mul(WRAPPER)),
        Format::Wire => (wire::read, cap.saturating_mul(WRAPPER)),
        Format::Pdf => (pdf::read, cap.saturating_mul(pdf::WRAPPER)),
    };
    let whole = match open::read_whole(&mut *reader, cap) {
        Ok(whole) => whole,
        Err(why) => return out.skip(None, why),
    };
    read(out, whole.bytes)?;
    match whole.cut {
        Some(why) => out.skip(None, format!("only its beginning was taken: {why}")),
        None => ControlFlow::Continue(()),
    }
}

/// Tells the format from the first bytes and the name.
fn detect(start: &[u8], source: &Source, mapped: &[(Field, String)]) -> Result<Format, Refusal> {
    let name = source
        .id
        .rsplit(['/', '\\', '!'])
        .next()
        .unwrap_or_default();
    if LEFT_BEHIND
        .iter()
        .any(|left| name.eq_ignore_ascii_case(left))
        && !source.named
    {
        return Err(Refusal {
            reason: "is what a file manager left behind, no article".to_owned(),
            severity: Severity::Note,
        });
    }
    for (foreign, severity) in [(NO_TEXT, Severity::Note), (NOT_READ, Severity::Failure)] {
        if let Some((_, what)) = foreign.iter().find(|(magic, _)| start.starts_with(magic)) {
            let reason = format!("is {what}, which is not read");
            return Err(Refusal { reason, severity });
        }
    }
    let extension = walk::extension(&source.path);
    let by_name = extension.as_deref().and_then(Format::of_extension);
    // What begins with which letters shows in any encoding but UTF-16.
    let decoded = decode::is_utf16(start)
        .then(|| decode::decode(start.to_vec(), None).ok())
        .flatten();
    let start = decoded.as_ref().map_or(start, |d| d.text.as_bytes());
    let shown = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        return Ok(match by_name {
            Some(Format::Docx) => Format::Docx,
            _ => Format::Zip,
        });
    }
    if archive::looks_like_tar(start) {
        return Ok(Format::Tar);
    }
    if start.starts_with(b"%PDF") {
        return Ok(Format::Pdf);
    }
    if let Some(format) = by_xml(shown) {
        return format;
    }
    if let Some(format) = by_content(shown, start.len() < open::SNIFF, by_name, mapped) {
        return Ok(format);
    }
    if let Some(format) = by_name {
        return Ok(format);
    }
    let not_news = extension.as_deref().filter(|e| NOT_NEWS.contains(e));
    match not_news {
        Some(extension) if !source.named => Err(Refusal {
            reason: format!("a .{extension} file is no article"),
            severity: Severity::Note,
        }),
        _ => Ok(Format::Text),
    }
}

/// The format of XML that begins like this; `None` for what is none, or is a web page.
fn by_xml(start: &[u8]) -> Option<Result<Format, Refusal>> {
    let declared = start.starts_with(b"<?xml");
    if !start.starts_with(b"<") {
        return None;
    }
    let start = String::from_utf8_lossy(start);
    match xml::root_name(&start) {
        Some("rss" | "RDF" | "feed") => Some(Ok(Format::Feed)),
        Some("nitf" | "newsItem" | "newsMessage" | "NewsML" | "newsitem" | "packageItem") => {
            Some(Ok(Format::Wire))
        }
        Some(root) if root.eq_ignore_ascii_case("html") => Some(Ok(Format::Html)),
        // A wrapper of somebody's own around what agencies send.
        Some(_)
            if ["<nitf>", "<nitf ", "<newsItem ", "<NewsItem "]
                .iter()
                .any(|n| start.contains(n)) =>
        {
            Some(Ok(Format::Wire))
        }
        Some(root) if declared && !root.is_empty() => Some(Err(Refusal {
            reason: format!("is XML of a kind that is not read: its root is <{root}>"),
            severity: Severity::Failure,
        })),
        _ => None,
    }
}

/// The format that the first bytes give away, if they do.
fn by_content(
    start: &[u8],
    complete: bool,
    by_name: Option<Format>,
    mapped: &[(Field, String)],
) -> Option<Format> {
    if let Some(json) = json::looks_like(start, complete) {
        return Some(match by_name {
            // One record cannot tell the two apart.
            Some(Format::Jsonl) if start.starts_with(b"{") => Format::Jsonl,
            _ => json,
        });
    }
    if start.starts_with(b"WARC/") {
        return Some(Format::Warc);
    }
    if mail::looks_like_mbox(start) {
        return Some(Format::Mbox);
    }
    if mail::looks_like(start) {
        return Some(Format::Mail);
    }
    if by_name != Some(Format::Html) && markdown::has_front_matter(start) {
        return Some(Format::Markdown);
    }
    if csv::looks_like(start, mapped) {
        return Some(Format::Csv);
    }
    html::looks_like(start).then_some(Format::Html)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, content: &str) -> Result<Format, Refusal> {
        detect(
            content.as_bytes(),
            &Source {
                named: false,
                ..Source::named(name)
            },
            &[],
        )
    }

    #[test]
    fn content_comes_before_name() {
        assert_eq!(told("a.txt", "<!DOCTYPE html><html>"), Ok(Format::Html));
        assert_eq!(
            told("a.txt", "{\"text\": \"x\"}\n{\"text\": \"y\"}\n"),
            Ok(Format::Jsonl)
        );
        assert_eq!(told("a.html", "{\"text\": \"x\"}"), Ok(Format::Json));
        assert_eq!(told("a", "---\ntitle: x\n---\ny"), Ok(Format::Markdown));
        assert_eq!(told("a.txt", "{sic} was all he wrote"), Ok(Format::Text));
        assert_eq!(
            told("a.txt", "[Update] The mayor has gone"),
            Ok(Format::Text)
        );
        assert_eq!(told("a.md", "# Fog"), Ok(Format::Markdown));
        assert_eq!(told("a.jsonl.gz", "{\"text\": \"x\"}"), Ok(Format::Jsonl));
        assert!(told("a.toml", "a = 1").is_err());
        assert_eq!(told("a.txt", "%PDF-1.4"), Ok(Format::Pdf));
    }
}
