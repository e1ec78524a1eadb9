//! `whosaid search` and `whosaid facets`: questions to the index.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};
use clap::ValueEnum;

use super::answer::{self, Group};
use super::question::Question;
use super::{DONE, NOTHING, report};
use crate::date::PartialDate;
use crate::search::export;
use crate::search::{Answer, Facet, FacetRequest, Hit, Scope, Searcher, Sort};

/// Find statements (default) or whole articles
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid search ferry                                what anybody said about the ferry
  whosaid search 'lasting peace' -s Brandt            what people of that name said
  whosaid search -s Brandt --since 2025-11 --sort newest
  whosaid search 'speaker:brandt about:rotterdam said:2025 -kind:indirect \"no deal\"~5 sanction*'
  whosaid search port --facet speaker:20 --facet place --facet month -n 0

Words are joined by AND; OR binds tighter than AND; NOT or - excludes; \"…\" is a phrase, \"…\"~5 its words within five, \
peac* a prefix, minster~ a word with a letter wrong. Fields: speaker, about, to, via, role, org, speaks-for, place, \
said, published, kind, stance, cue, outlet, by, lang, type, title.")]
pub(super) struct Args {
    #[command(flatten)]
    question: Question,
    /// Statements or whole articles
    #[arg(long = "in", value_name = "WHAT", default_value_t)]
    scope: Scope,
    /// relevance, newest or oldest
    #[arg(long, value_name = "ORDER", default_value_t)]
    sort: Sort,
    /// How many hits, up to 1000; 0 for the counts alone
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Which page of them, from 1
    #[arg(long, value_name = "N", default_value_t = 1)]
    page: usize,
    /// List copies of a quotation one by one; otherwise exact, shortened and lightly altered copies are one hit
    #[arg(long)]
    copies: bool,
    /// Show word by word in what copies differ
    #[arg(long)]
    diff: bool,
    /// Show the words around each statement
    #[arg(short = 'C', long)]
    context: bool,
    /// Put hits of the same speaker, article or month together
    #[arg(long, value_name = "WHAT", value_enum)]
    group_by: Option<Group>,
    /// Print the number of hits alone
    #[arg(short, long)]
    count: bool,
    /// Show how each field was found
    #[arg(long)]
    explain: bool,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
    /// The same as --format json
    #[arg(long)]
    json: bool,
}

/// Count speakers, places, outlets, months … of what a query finds
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  whosaid facets ferry --facet speaker:50")]
pub(super) struct FacetArgs {
    #[command(flatten)]
    question: Question,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For reading
    #[default]
    Human,
    /// The whole answer as one object
    Json,
    /// One hit a line
    Jsonl,
    /// A table of statements
    Csv,
    /// Statements as block quotations
    Md,
    /// Ids alone, one a line
    Ids,
}

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    let mut request = args.question.request()?;
    request.scope = args.scope;
    request.sort = args.sort;
    request.limit = args.limit;
    request.offset = args.page.saturating_sub(1).saturating_mul(args.limit);
    request.copies = args.copies;
    request.diff = args.diff;
    let searcher = Searcher::open(index)?;
    let mut answer = searcher.search(&request)?;
    if let Some(group) = args.group_by {
        answer::group(&mut answer.hits, group);
    }
    let mut out = anstream::stdout().lock();
    let format = if args.json { Format::Json } else { args.format };
    match format {
        _ if args.count => writeln!(out, "{}", answer.total)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &answer)?;
            writeln!(out)?;
        }
        Format::Jsonl => {
            for hit in &answer.hits {
                serde_json::to_writer(&mut out, hit)?;
                writeln!(out)?;
            }
        }
        Format::Ids => {
            for hit in &answer.hits {
                writeln!(out, "{}", hit.id())?;
            }
        }
        Format::Csv => exported(&mut out, export::Format::Csv, &searcher, &answer)?,
        Format::Md => exported(&mut out, export::Format::Markdown, &searcher, &answer)?,
        Format::Human => {
            let shown = answer::Shown {
                context: args.context,
                explain: args.explain,
                offset: request.offset,
                group: args.group_by,
            };
            answer::human(&mut out, &answer, shown)?;
        }
    }
    finish(&answer)
}

pub(super) fn facets(args: &FacetArgs, index: &Path) -> Result<u8> {
    let mut request = args.question.request()?;
    request.limit = 0;
    if request.facets.is_empty() {
        request.facets = [
            Facet::Speaker,
            Facet::Place,
            Facet::Outlet,
            Facet::Kind,
            Facet::Month,
        ]
        .map(|f| FacetRequest::new(f, 20))
        .into();
    }
    let answer = Searcher::open(index)?.search(&request)?;
    let mut out = anstream::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &answer)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{}", answer::total(&answer))?;
        for counts in &answer.facets {
            answer::facet_table(&mut out, counts)?;
        }
    }
    finish(&answer)
}

fn finish(answer: &Answer) -> Result<u8> {
    if answer.total > 0 {
        return Ok(DONE);
    }
    report::line("nothing found");
    for hint in &answer.hints {
        match &hint.try_query {
            Some(query) => report::hint(&format!(
                "{}: try {query} ({} found)",
                hint.message, hint.total
            )),
            None => report::hint(&hint.message),
        }
    }
    Ok(NOTHING)
}

/// The statements of this page as `whosaid export` writes them.
fn exported(
    out: &mut impl Write,
    format: export::Format,
    searcher: &Searcher,
    answer: &Answer,
) -> Result<()> {
    if answer.scope == Scope::Articles {
        bail!("articles are printed as human, json, jsonl or ids");
    }
    let provenance = export::Provenance {
        query: answer.query.clone(),
        filters: answer.filters.clone(),
        total: answer.total,
        index_generation: searcher.index().manifest().generation,
        day: PartialDate::from(chrono::Local::now().date_naive()),
    };
    let mut exporter = export::Exporter::begin(out, format, provenance)?;
    for hit in answer.hits.iter().filter_map(Hit::statement) {
        exporter.write(hit)?;
    }
    exporter.finish()?;
    Ok(())
}
