//! `whosaid export`: everything that a query finds, in the formats that others read.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::question::Question;
use super::{DONE, NOTHING, report};
use crate::date::PartialDate;
use crate::search::export::{Exporter, Format, Provenance};
use crate::search::{Counting, Hit, Searcher};

/// Write all matches as JSONL, CSV, Markdown, BibTeX, RIS, CSL-JSON, schema.org or Atom; never capped
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid export -s Brandt --since 2025 -f csv --output brandt.csv
  whosaid export ferry -f bib > ferry.bib")]
pub(super) struct Args {
    #[command(flatten)]
    question: Question,
    /// jsonl, csv, md, bib, ris, csl.json, jsonld or atom
    #[arg(short, long, value_name = "FORMAT", default_value = "jsonl")]
    format: Format,
    /// Where to; standard output otherwise
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    let mut request = args.question.request()?;
    request.copies = true;
    // Every statement is written.
    request.counting = Counting::Raw;
    let searcher = Searcher::open(index)?;
    let provenance = Provenance {
        query: request.query.clone(),
        filters: request.filters.clone(),
        total: searcher.count(&request)?,
        index_generation: searcher.index().manifest().generation,
        day: PartialDate::from(request.today),
    };
    let out: Box<dyn Write> = match &args.output {
        Some(path) => Box::new(
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?,
        ),
        None => Box::new(io::stdout().lock()),
    };
    let mut exporter = Exporter::begin(BufWriter::new(out), args.format, provenance)?;
    let mut written = Ok(());
    searcher.each(&request, |hit| {
        if let Hit::Statement(hit) = hit {
            written = exporter.write(&hit);
        }
        written.is_ok()
    })?;
    written?;
    let total = exporter.finish()?;
    if total == 0 {
        report::line("nothing found");
    }
    Ok(if total > 0 { DONE } else { NOTHING })
}
