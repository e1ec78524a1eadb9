//! `whosaid verify-spans`: every offset of the index against the files that it came from.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::report::{self, counted};
use super::show::one_line;
use super::{DONE, FAILED};
use crate::article::Article;
use crate::index::check::slice_spans;
use crate::ingest::{self, Item, Source};
use crate::search::{Hit, Request, Scope, Searcher};

/// Problems that are told one by one.
const LISTED: usize = 100;

/// Read the indexed files again and slice every offset of the index out of them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Run it in the folder in which `whosaid index` was run: paths are kept as they were given.

Exit codes: 0 every offset is right, 2 some are not, or files have changed or are gone."
)]
pub(super) struct Args {
    /// The articles were indexed with --no-repair
    #[arg(long)]
    no_repair: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What came out.
#[derive(Debug, Default, Serialize)]
struct Report {
    /// Files that were read.
    files: u64,
    /// Articles that were found in them as they were indexed.
    articles: u64,
    /// Statements of these.
    statements: u64,
    /// Offsets that were sliced.
    spans: u64,
    /// Articles whose file or record has changed or is gone.
    changed: u64,
    /// Articles from standard input, which cannot be read again.
    unreadable: u64,
    /// What is wrong.
    problems: Vec<String>,
}

impl Report {
    fn problem(&mut self, what: String) {
        if self.problems.len() < LISTED {
            self.problems.push(what);
        }
    }
}

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    let searcher = Searcher::open(index)?;
    let mut report = Report::default();
    // Key by record, by file.
    let mut files: BTreeMap<String, HashMap<Option<u64>, String>> = BTreeMap::new();
    let every_article = Request {
        scope: Scope::Articles,
        ..Request::default()
    };
    searcher.each(&every_article, |hit| {
        if let Hit::Article(article) = hit {
            let records = files.entry(article.origin.path).or_default();
            records.insert(article.origin.record, article.id);
        }
        true
    })?;
    let options = ingest::Options {
        repair: !args.no_repair,
        pdf_reader: super::ingest::pdf_reader(),
        ..ingest::Options::default()
    };
    for (path, mut records) in files {
        if path == "-" {
            report.unreadable += records.len() as u64;
            continue;
        }
        report.files += 1;
        let mut failure = Ok(());
        ingest::read(&Source::named(&path), &options, &mut |item| {
            if let Item::Article(article) = item
                && let Some(key) = records.remove(&article.origin.record)
            {
                failure = compare(&searcher, &key, &article, &mut report);
            }
            if failure.is_err() || records.is_empty() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        failure?;
        for record in records.keys() {
            report.changed += 1;
            let record = record.map(|n| format!(", record {n}")).unwrap_or_default();
            report.problem(format!("{path}{record}: the article is no longer there"));
        }
    }
    let right = report.problems.is_empty();
    let mut out = anstream::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        for problem in &report.problems {
            report::warning(&one_line(problem));
        }
        writeln!(
            out,
            "{}, {}, {}, {} sliced: {}",
            counted(report.files, "file", "files"),
            counted(report.articles, "article", "articles"),
            counted(report.statements, "statement", "statements"),
            counted(report.spans, "span", "spans"),
            if right {
                "every one is right".to_owned()
            } else {
                let have = (
                    "article has changed or is gone",
                    "articles have changed or are gone",
                );
                counted(report.changed, have.0, have.1)
            }
        )?;
        if report.unreadable > 0 {
            writeln!(
                out,
                "{} from standard input not read again",
                counted(report.unreadable, "article", "articles")
            )?;
        }
    }
    Ok(if right { DONE } else { FAILED })
}

/// An article as it is now against its statements in the index.
fn compare(
    searcher: &Searcher,
    key: &str,
    article: &Article,
    report: &mut Report,
) -> Result<(), crate::search::Error> {
    let Some(stored) = searcher.article(key)? else {
        return Ok(());
    };
    if stored.text != article.text {
        report.changed += 1;
        report.problem(format!(
            "{}: the text is not what was indexed; run `whosaid index` again",
            article.origin.path
        ));
        return Ok(());
    }
    report.articles += 1;
    for id in &stored.statements {
        let Some(statement) = searcher.stored_statement(id)? else {
            report.problem(format!("{id}: the statement is missing"));
            continue;
        };
        report.statements += 1;
        let (spans, problems) = slice_spans(&statement, &article.text);
        report.spans += spans;
        for problem in problems {
            report.problem(format!("{id}: {problem}"));
        }
        let extent = [
            &statement.spans.content,
            &statement.spans.cue,
            &statement.spans.source,
        ]
        .into_iter()
        .flatten()
        .copied()
        .reduce(crate::text::Span::cover);
        if let Some(extent) = extent {
            report.spans += 1;
            let source = article.map.source(extent);
            if (source.start, source.end) != statement.source_bytes {
                report.problem(format!(
                    "{id}: it stands at bytes {}..{} of the file, not {}..{}",
                    source.start, source.end, statement.source_bytes.0, statement.source_bytes.1
                ));
            }
        }
    }
    Ok(())
}
