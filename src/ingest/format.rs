//! The formats, and how one is told from the other: by content first, by name second.

use std::ops::ControlFlow;

use crate::article::Severity;

use super::draft::Output;
use super::{Field, Source, csv, html, json, markdown, open, plain, walk};

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
        }
    }

    /// What it is and what is read of it, in one line.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Text => {
                "plain text: title, byline, date and dateline are read from its first lines"
            }
            Self::Markdown => "Markdown, with YAML (---) or TOML (+++) front matter",
            Self::Html => "web page: the article's own text, with JSON-LD, OpenGraph and meta data",
            Self::Json => "JSON: one article, an array of articles, or an object that holds one",
            Self::Jsonl => "one JSON article a line",
            Self::Csv => {
                "table with a row of column names, one article a row; parted by comma, tab, ; or |"
            }
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
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"{\\rtf", "a Rich Text document"),
];

/// Why a file is not read.
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    reason: String,
    severity: Severity,
}

/// Opens the source, tells its format, and reads it.
pub(super) fn read(out: &mut Output<'_>) -> ControlFlow<()> {
    let opened = match open::open(out.source, out.options) {
        Ok(opened) => opened,
        Err(why) => return out.skip(None, why),
    };
    if opened.start.is_empty() {
        return match opened.failed {
            Some(why) => out.skip(None, why),
            None => out.note(None, "is empty"),
        };
    }
    let format = match out.source.format {
        Some(format) => format,
        None => match detect(&opened.start, out.source, &out.options.columns) {
            Ok(format) => format,
            Err(refusal) => return out.report(None, refusal.reason, refusal.severity),
        },
    };
    let mut reader = opened.reader;
    match format {
        Format::Jsonl => json::read_lines(out, &mut *reader),
        Format::Json => json::read(out, &mut *reader),
        Format::Csv => csv::read(out, &mut *reader),
        Format::Text | Format::Markdown | Format::Html => {
            let whole = match open::read_whole(&mut *reader, out.options.max_article_bytes) {
                Ok(whole) => whole,
                Err(why) => return out.skip(None, why),
            };
            match format {
                Format::Markdown => markdown::read(out, whole.bytes)?,
                Format::Html => html::read(out, whole.bytes)?,
                _ => plain::read(out, whole.bytes)?,
            }
            match whole.cut {
                Some(why) => out.skip(None, format!("only its beginning was taken: {why}")),
                None => ControlFlow::Continue(()),
            }
        }
    }
}

/// Tells the format from the first bytes and the name.
fn detect(start: &[u8], source: &Source, mapped: &[(Field, String)]) -> Result<Format, Refusal> {
    for (foreign, severity) in [(NO_TEXT, Severity::Note), (NOT_READ, Severity::Failure)] {
        if let Some((_, what)) = foreign.iter().find(|(magic, _)| start.starts_with(magic)) {
            let reason = format!("is {what}, which is not read");
            return Err(Refusal { reason, severity });
        }
    }
    let extension = walk::extension(&source.path);
    let by_name = extension.as_deref().and_then(Format::of_extension);
    let shown = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
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
        assert!(told("a.txt", "%PDF-1.4").is_err());
    }
}
