//! `whosaid batch`: many quotations checked at once, one row of output each.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde::Serialize;

use super::check::diff;
use super::{DONE, NOTHING, report};
use crate::search::export::csv_row;
use crate::search::{Checked, Searcher, Verdict};

/// Longest list, in bytes.
const LONGEST_LIST: u64 = 64 << 20;

/// Check a list of quotations: a line each, or a table with the columns quote and speaker
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid batch quotes.txt
  whosaid batch claims.csv --format csv > checked.csv
  cut -f2 notes.tsv | whosaid batch - -s Brandt

A table has a first line of column names; quote, quotation, text or statement names the words, speaker, who or name the \
speaker. Exit codes: 0 all are verbatim or truncated, 1 some are not.")]
pub(super) struct Args {
    /// The list; - for standard input
    #[arg(value_name = "FILE")]
    list: PathBuf,
    /// Who is supposed to have said them, where the table does not tell
    #[arg(short, long, value_name = "NAME")]
    speaker: Option<String>,
    /// What the list is; otherwise told from its name
    #[arg(long, value_enum)]
    input: Option<Input>,
    /// What to print
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Input {
    /// A quotation a line
    Lines,
    /// A table with commas
    Csv,
    /// A table with tabs
    Tsv,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// An object a line, with all sources
    #[default]
    Jsonl,
    /// A table with the best source
    Csv,
}

/// A quotation to check.
#[derive(Debug, PartialEq, Eq)]
struct Claim {
    /// Line of the list, from 1.
    line: usize,
    quote: String,
    speaker: Option<String>,
}

/// A line of output.
#[derive(Serialize)]
struct Row<'a> {
    line: usize,
    quote: &'a str,
    speaker: Option<&'a str>,
    #[serde(flatten)]
    checked: &'a Checked,
}

const COLUMNS: [&str; 13] = [
    "line",
    "quote",
    "speaker",
    "verdict",
    "alike",
    "printed",
    "diff",
    "said_by",
    "outlet",
    "published",
    "url",
    "path",
    "id",
];

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    let text = read(&args.list)?;
    let input = args.input.unwrap_or_else(|| {
        let extension = args.list.extension().and_then(|e| e.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Input::Csv,
            Some("tsv" | "tab") => Input::Tsv,
            _ => Input::Lines,
        }
    });
    let claims = match input {
        Input::Lines => lines(&text),
        Input::Csv => table(&text, ',')?,
        Input::Tsv => table(&text, '\t')?,
    };
    if claims.is_empty() {
        bail!("there is no quotation in {}", args.list.display());
    }
    let searcher = Searcher::open(index)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.format == Format::Csv {
        csv_row(&mut out, COLUMNS.into_iter())?;
    }
    let mut confirmed = 0;
    for claim in &claims {
        let speaker = claim.speaker.as_deref().or(args.speaker.as_deref());
        let checked = searcher.check(&claim.quote, speaker)?;
        if matches!(checked.verdict, Verdict::Verbatim | Verdict::Truncated) {
            confirmed += 1;
        }
        match args.format {
            Format::Jsonl => {
                let row = Row {
                    line: claim.line,
                    quote: &claim.quote,
                    speaker,
                    checked: &checked,
                };
                serde_json::to_writer(&mut out, &row)?;
                writeln!(out)?;
            }
            Format::Csv => csv(&mut out, claim, speaker, &checked)?,
        }
    }
    out.flush()?;
    report::line(&format!(
        "{confirmed} of {} are printed so",
        indicatif::HumanCount(claims.len() as u64)
    ));
    Ok(if confirmed == claims.len() {
        DONE
    } else {
        NOTHING
    })
}

fn csv(
    out: &mut impl Write,
    claim: &Claim,
    speaker: Option<&str>,
    checked: &Checked,
) -> Result<()> {
    let best = checked.sources.first();
    let hit = best.map(|b| &b.statement);
    let optional = |text: Option<&String>| text.cloned().unwrap_or_default();
    let cells = [
        claim.line.to_string(),
        claim.quote.clone(),
        speaker.unwrap_or_default().to_owned(),
        checked.verdict.to_string(),
        best.map(|b| format!("{:.2}", b.alike)).unwrap_or_default(),
        hit.map(|h| h.quote.text.clone()).unwrap_or_default(),
        best.map(|b| diff(&b.diff)).unwrap_or_default(),
        hit.map(|h| h.speaker.name.clone().unwrap_or_else(|| h.source.clone()))
            .unwrap_or_default(),
        optional(hit.and_then(|h| h.outlet.as_ref())),
        hit.and_then(|h| h.published)
            .map(|d| d.to_string())
            .unwrap_or_default(),
        optional(hit.and_then(|h| h.url.as_ref())),
        optional(hit.map(|h| &h.origin.path)),
        optional(hit.map(|h| &h.id)),
    ];
    Ok(csv_row(out, cells.iter().map(String::as_str))?)
}

fn read(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    let context = || format!("cannot read {}", path.display());
    if path == Path::new("-") {
        let stdin = io::stdin().lock();
        stdin.take(LONGEST_LIST + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(LONGEST_LIST + 1).read_to_end(&mut bytes))
    }
    .with_context(context)?;
    if bytes.len() as u64 > LONGEST_LIST {
        bail!("{} is longer than 64 MiB", path.display());
    }
    let text = String::from_utf8(bytes).with_context(context)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

fn lines(text: &str) -> Vec<Claim> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(n, line)| Claim {
            line: n + 1,
            quote: line.trim().to_owned(),
            speaker: None,
        })
        .collect()
}

fn table(text: &str, separator: char) -> Result<Vec<Claim>> {
    let mut rows = rows(text, separator).into_iter();
    let names = rows.next().map(|(_, cells)| cells).unwrap_or_default();
    let column = |wanted: &[&str]| {
        names
            .iter()
            .position(|name| wanted.contains(&name.trim().to_ascii_lowercase().as_str()))
    };
    let Some(quote) = column(&["quote", "quotation", "text", "statement"]) else {
        bail!("the first line names no column quote, quotation, text or statement");
    };
    let speaker = column(&["speaker", "who", "name"]);
    Ok(rows
        .filter_map(|(line, cells)| {
            let cell = |n: usize| cells.get(n).map(|c| c.trim()).filter(|c| !c.is_empty());
            Some(Claim {
                line,
                quote: cell(quote)?.to_owned(),
                speaker: speaker.and_then(cell).map(ToOwned::to_owned),
            })
        })
        .collect())
}

/// The rows of a table (RFC 4180) with the line that each begins on; cells in quotation marks may hold line breaks.
fn rows(text: &str, separator: char) -> Vec<(usize, Vec<String>)> {
    let mut rows = Vec::new();
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let (mut line, mut begin) = (1, 1);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\n' {
            line += 1;
        }
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            c if quoted => cell.push(c),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                cells.push(std::mem::take(&mut cell));
                rows.push((begin, std::mem::take(&mut cells)));
                begin = line;
            }
            c if c == separator => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(cell);
        rows.push((begin, cells));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_quotes_and_speakers() {
        let text = "id,Speaker,Quote\r\n1,Brandt,\"No, \"\"never\"\"\"\r\n2,,\"two\nlines\"\n3,Ruiz,\n4,Ruiz,last";
        let claims = table(text, ',').unwrap();
        let shown: Vec<_> = claims
            .iter()
            .map(|c| (c.line, c.quote.as_str(), c.speaker.as_deref()))
            .collect();
        assert_eq!(
            shown,
            [
                (2, "No, \"never\"", Some("Brandt")),
                (3, "two\nlines", None),
                (6, "last", Some("Ruiz"))
            ]
        );
        assert!(table("a,b\n1,2", ',').is_err());
        assert!(table("", ',').is_err());
    }

    #[test]
    fn blank_lines_are_no_quotations() {
        let lines = lines("one\n\n  \ntwo\n");
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1].line, 4);
    }
}
