//! Statements in the formats that others read: JSONL, CSV, Markdown, BibTeX, RIS, CSL-JSON, schema.org, Atom.
//!
//! What was asked, how much there was and of which state of the index travels with every export that has a place for it.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{ANSWER_VERSION, StatementHit};
use super::query::Query;
use super::request::Filter;
use crate::date::{Granularity, PartialDate};

/// An export format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A hit a line, as in an answer.
    Jsonl,
    /// Fixed columns, for spreadsheets.
    Csv,
    /// For people.
    Markdown,
    /// For LaTeX.
    BibTex,
    /// For reference managers.
    Ris,
    /// For citation processors.
    CslJson,
    /// `Quotation`s as JSON-LD.
    SchemaOrg,
    /// A feed.
    Atom,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Jsonl,
        Self::Csv,
        Self::Markdown,
        Self::BibTex,
        Self::Ris,
        Self::CslJson,
        Self::SchemaOrg,
        Self::Atom,
    ];

    /// The name on the command line and in addresses; the usual ending of a file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Markdown => "md",
            Self::BibTex => "bib",
            Self::Ris => "ris",
            Self::CslJson => "csl.json",
            Self::SchemaOrg => "jsonld",
            Self::Atom => "atom",
        }
    }

    /// Media type, for HTTP.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jsonl => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::BibTex => "application/x-bibtex; charset=utf-8",
            Self::Ris => "application/x-research-info-systems; charset=utf-8",
            Self::CslJson => "application/vnd.citationstyles.csl+json",
            Self::SchemaOrg => "application/ld+json",
            Self::Atom => "application/atom+xml",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = crate::article::UnknownName;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|f| f.as_str() == s)
            .ok_or_else(|| crate::article::UnknownName {
                given: s.to_owned(),
                known: Self::ALL.iter().map(|f| f.as_str()).collect(),
            })
    }
}

/// What was asked of which index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The query.
    pub query: Query,
    /// The chosen facet values.
    pub filters: Vec<Filter>,
    /// How many statements there are; all of them follow.
    pub total: u64,
    /// Commit of the index.
    pub index_generation: u64,
    /// Day of the export.
    pub day: PartialDate,
}

impl Provenance {
    fn sentence(&self) -> String {
        let mut text = format!(
            "whosaid: {} statements for the query “{}”",
            self.total, self.query
        );
        if !self.filters.is_empty() {
            let _ = write!(text, "; {}", self.chosen());
        }
        let _ = write!(text, "; index {}, {}", self.index_generation, self.day);
        text
    }

    /// The chosen facet values in words.
    fn chosen(&self) -> String {
        let filters = self.filters.iter().map(|filter| {
            let mut text = filter.facet.to_string();
            if !filter.any.is_empty() {
                let _ = write!(text, " {}", filter.any.join(" or "));
            }
            if !filter.none.is_empty() {
                let _ = write!(text, " not {}", filter.none.join(" nor "));
            }
            text
        });
        filters.collect::<Vec<_>>().join("; ")
    }
}

const COLUMNS: &[&str] = &[
    "id",
    "quote",
    "speaker",
    "role",
    "speaker_type",
    "on_behalf_of",
    "kind",
    "stance",
    "cue",
    "addressee",
    "medium",
    "said_from",
    "said_to",
    "published",
    "place",
    "outlet",
    "byline",
    "title",
    "url",
    "path",
    "confidence",
    "query",
    "filters",
    "total",
    "index",
];

/// Writes statements one by one.
#[derive(Debug)]
pub struct Exporter<W: Write> {
    out: W,
    format: Format,
    provenance: Provenance,
    written: u64,
}

impl<W: Write> Exporter<W> {
    /// Writes what comes before the first statement.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn begin(mut out: W, format: Format, provenance: Provenance) -> io::Result<Self> {
        let about = provenance.sentence();
        match format {
            Format::Jsonl => {
                let line = json!({"export": &provenance, "schema_version": ANSWER_VERSION});
                writeln!(out, "{line}")?;
            }
            Format::Csv => csv_row(&mut out, COLUMNS.iter().copied())?,
            Format::Markdown => writeln!(out, "{}\n", markdown(&about))?,
            Format::BibTex => writeln!(out, "@comment{{{}}}\n", bib(&about))?,
            Format::Ris => {}
            Format::CslJson => out.write_all(b"[")?,
            Format::SchemaOrg => {
                let (name, total) = (Value::from(about), provenance.total);
                write!(
                    out,
                    "{{\"@context\":\"https://schema.org\",\"@type\":\"ItemList\",\"description\":{name},\"numberOfItems\":{total},\"itemListElement\":["
                )?;
            }
            Format::Atom => {
                let title = xml(&provenance.query.to_string());
                write!(
                    out,
                    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>{title}</title>\n<subtitle>{}</subtitle>\n<id>urn:whosaid:{}</id>\n<updated>{}</updated>\n",
                    xml(&about),
                    hash(&title),
                    atom_time(Some(provenance.day)),
                )?;
            }
        }
        Ok(Self {
            out,
            format,
            provenance,
            written: 0,
        })
    }

    /// Writes a statement.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn write(&mut self, hit: &StatementHit) -> io::Result<()> {
        let separator = if self.written > 0 { ",\n" } else { "\n" };
        self.written += 1;
        let about = self.provenance.sentence();
        let out = &mut self.out;
        match self.format {
            Format::Jsonl => {
                serde_json::to_writer(&mut *out, hit)?;
                out.write_all(b"\n")
            }
            Format::Csv => {
                let day = |day: Option<String>| day.unwrap_or_default();
                let optional = |text: &Option<String>| text.clone().unwrap_or_default();
                let said = hit.said.as_ref();
                let cells = [
                    hit.id.clone(),
                    hit.quote.text.clone(),
                    optional(&hit.speaker.name),
                    optional(&hit.speaker.role),
                    hit.speaker.kind.to_string(),
                    optional(&hit.speaker.on_behalf_of),
                    hit.kind.to_string(),
                    hit.stance.to_string(),
                    hit.cue.clone(),
                    optional(&hit.addressee),
                    optional(&hit.medium),
                    day(said.and_then(|s| s.from).map(|d| d.to_string())),
                    day(said.and_then(|s| s.to).map(|d| d.to_string())),
                    day(hit.published.map(|d| d.to_string())),
                    hit.place
                        .as_ref()
                        .map(|p| p.path.join("/"))
                        .unwrap_or_default(),
                    optional(&hit.outlet),
                    hit.byline.join("; "),
                    optional(&hit.title),
                    optional(&hit.url),
                    hit.origin.path.clone(),
                    format!("{:.3}", hit.confidence),
                    self.provenance.query.to_string(),
                    self.provenance.chosen(),
                    self.provenance.total.to_string(),
                    self.provenance.index_generation.to_string(),
                ];
                csv_row(out, cells.iter().map(String::as_str))
            }
            Format::Markdown => {
                writeln!(out, "> {}\n>", markdown(&hit.quote.text))?;
                writeln!(out, "> — {}\n", markdown(&reference(hit)))
            }
            Format::BibTex => bibtex(out, hit),
            Format::Ris => ris(out, hit, &about),
            Format::CslJson => write!(out, "{separator}{}", csl(hit, &about)),
            Format::SchemaOrg => write!(out, "{separator}{}", schema_org(hit)),
            Format::Atom => atom(out, hit),
        }
    }

    /// Writes what comes after the last statement; returns how many there were.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn finish(self) -> io::Result<u64> {
        self.finish_into().map(|(_, written)| written)
    }

    /// The same, and hands the output back.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn finish_into(mut self) -> io::Result<(W, u64)> {
        match self.format {
            Format::CslJson => self.out.write_all(b"\n]\n")?,
            Format::SchemaOrg => self.out.write_all(b"\n]}\n")?,
            Format::Atom => self.out.write_all(b"</feed>\n")?,
            Format::Jsonl | Format::Csv | Format::Markdown | Format::BibTex | Format::Ris => {}
        }
        self.out.flush()?;
        Ok((self.out, self.written))
    }
}

/// A row of CSV (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe before it.
///
/// # Errors
/// If `out` cannot be written.
pub fn csv_row<'a>(out: &mut impl Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    for (n, cell) in cells.enumerate() {
        if n > 0 {
            out.write_all(b",")?;
        }
        let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            "'"
        } else {
            ""
        };
        if cell.contains([',', '"', '\n', '\r']) || !guard.is_empty() {
            write!(out, "\"{guard}{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

/// Speaker, role, and where it is printed.
fn reference(hit: &StatementHit) -> String {
    let speaker = hit.speaker.name.as_ref().or(hit.speaker.role.as_ref());
    let mut text = speaker.cloned().unwrap_or_else(|| hit.source.clone());
    if let (Some(_), Some(role)) = (&hit.speaker.name, &hit.speaker.role) {
        let _ = write!(text, ", {role}");
    }
    let published = hit.published.map(|d| d.to_string());
    for part in [
        hit.outlet.as_ref(),
        hit.title.as_ref(),
        published.as_ref(),
        hit.url.as_ref(),
    ]
    .into_iter()
    .flatten()
    {
        let _ = write!(text, "; {part}");
    }
    text
}

/// Without what Markdown would take for markup or HTML, on one line.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn bib(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' | '}' | '%' | '&' | '$' | '#' | '_' => {
                out.push('\\');
                out.push(c);
            }
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn bibtex(out: &mut impl Write, hit: &StatementHit) -> io::Result<()> {
    writeln!(out, "@misc{{whosaid:{},", hit.id)?;
    let year = hit
        .published
        .map(|d| d.to_string().chars().take(4).collect::<String>());
    let byline = (!hit.byline.is_empty()).then(|| hit.byline.join(" and "));
    let date = hit.published.map(|d| d.to_string());
    let note = format!("{}: {}", reference(hit), hit.quote.text);
    let rows = [
        ("author", byline.as_deref()),
        ("title", hit.title.as_deref()),
        ("howpublished", hit.outlet.as_deref()),
        ("year", year.as_deref()),
        ("date", date.as_deref()),
        ("url", hit.url.as_deref()),
        ("note", Some(note.as_str())),
    ];
    for (name, value) in rows {
        if let Some(value) = value {
            writeln!(out, "  {name} = {{{}}},", bib(value))?;
        }
    }
    writeln!(out, "}}\n")
}

fn ris(out: &mut impl Write, hit: &StatementHit, about: &str) -> io::Result<()> {
    let mut row = |tag: &str, value: &str| {
        let line: String = value
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        write!(out, "{tag}  - {line}\r\n")
    };
    row("TY", "NEWS")?;
    row("ID", &hit.id)?;
    for author in &hit.byline {
        row("AU", author)?;
    }
    for (tag, value) in [("TI", &hit.title), ("T2", &hit.outlet), ("UR", &hit.url)] {
        if let Some(value) = value {
            row(tag, value)?;
        }
    }
    if let Some(day) = hit.published {
        let slashes = day.to_string().replace('-', "/");
        row("PY", slashes.get(..4).unwrap_or_default())?;
        row("DA", &slashes)?;
    }
    row("AB", &hit.quote.text)?;
    row("N1", &reference(hit))?;
    row("N1", about)?;
    row("ER", "")
}

fn date_parts(day: PartialDate) -> Value {
    let parts: Vec<u32> = day
        .to_string()
        .split('-')
        .filter_map(|p| p.parse().ok())
        .collect();
    json!({"date-parts": [parts]})
}

fn csl(hit: &StatementHit, about: &str) -> Value {
    let authors: Vec<Value> = hit.byline.iter().map(|a| json!({"literal": a})).collect();
    let mut item = json!({
        "id": hit.id,
        "type": "article-newspaper",
        "abstract": hit.quote.text,
        "note": format!("{}. {about}", reference(hit)),
    });
    if let Some(map) = item.as_object_mut() {
        if !authors.is_empty() {
            map.insert("author".to_owned(), authors.into());
        }
        for (key, value) in [
            ("title", &hit.title),
            ("container-title", &hit.outlet),
            ("URL", &hit.url),
        ] {
            if let Some(value) = value {
                map.insert(key.to_owned(), value.as_str().into());
            }
        }
        if let Some(day) = hit.published {
            map.insert("issued".to_owned(), date_parts(day));
        }
    }
    item
}

fn schema_org(hit: &StatementHit) -> Value {
    let mut speaker = json!({"@type": "Person"});
    if let (Some(map), Some(name)) = (speaker.as_object_mut(), &hit.speaker.name) {
        map.insert("name".to_owned(), name.as_str().into());
    }
    if let (Some(map), Some(role)) = (speaker.as_object_mut(), &hit.speaker.role) {
        map.insert("jobTitle".to_owned(), role.as_str().into());
    }
    json!({
        "@type": "Quotation",
        "identifier": hit.id,
        "text": hit.quote.text,
        "spokenByCharacter": speaker,
        "dateCreated": hit.said.as_ref().and_then(|s| s.value.clone()),
        "about": hit.about,
        "isPartOf": {
            "@type": "NewsArticle",
            "headline": hit.title,
            "url": hit.url,
            "datePublished": hit.published.map(|d| d.to_string()),
            "author": hit.byline,
            "publisher": hit.outlet.as_ref().map(|o| json!({"@type": "Organization", "name": o})),
        },
    })
}

/// Text for XML: markup escaped, characters that XML forbids left out.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// The first moment of a date; Atom has no partial ones.
fn atom_time(day: Option<PartialDate>) -> String {
    let day = day.map_or_else(
        || "1970-01-01".to_owned(),
        |d| match d.granularity() {
            Granularity::Year => format!("{d}-01-01"),
            Granularity::Month => format!("{d}-01"),
            Granularity::Day => d.to_string(),
        },
    );
    format!("{day}T00:00:00Z")
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes())
        .to_hex()
        .chars()
        .take(32)
        .collect()
}

fn atom(out: &mut impl Write, hit: &StatementHit) -> io::Result<()> {
    let speaker = hit
        .speaker
        .name
        .as_ref()
        .or(hit.speaker.role.as_ref())
        .unwrap_or(&hit.source);
    writeln!(out, "<entry>\n<id>urn:whosaid:{}</id>", xml(&hit.id))?;
    writeln!(
        out,
        "<title>{}: {}</title>",
        xml(speaker),
        xml(&hit.quote.text)
    )?;
    writeln!(out, "<updated>{}</updated>", atom_time(hit.published))?;
    writeln!(out, "<author><name>{}</name></author>", xml(speaker))?;
    if let Some(url) = hit
        .url
        .as_deref()
        .filter(|u| u.starts_with("http://") || u.starts_with("https://"))
    {
        writeln!(out, "<link href=\"{}\"/>", xml(url))?;
    }
    writeln!(
        out,
        "<content type=\"text\">{} ({})</content>\n</entry>",
        xml(&hit.passage.text),
        xml(&reference(hit))
    )
}
