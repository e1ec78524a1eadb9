//! `whosaid stats`, `verify` and `formats`: what is in the index, whether it is whole, what can go in.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use indicatif::HumanBytes;

use super::report::{self, counted};
use super::show::{DIM, SPEAKER};
use super::{DONE, FAILED};
use crate::index;
use crate::ingest::Format;
use crate::search::{Facet, FacetRequest, Request, Scope, Searcher};

/// Show what is in the index: articles, statements, years, outlets
#[derive(Debug, clap::Args)]
pub(super) struct StatsArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Check every file of the index and every span in it
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// List the formats that can be indexed
#[derive(Debug, clap::Args)]
pub(super) struct FormatsArgs {}

pub(super) fn stats(args: &StatsArgs, index: &Path) -> Result<u8> {
    let searcher = Searcher::open(index)?;
    let facets = [
        Facet::Year,
        Facet::Outlet,
        Facet::Language,
        Facet::Kind,
        Facet::SpeakerType,
    ];
    let statements = searcher.search(&Request {
        limit: 0,
        copies: true,
        facets: facets.map(|f| FacetRequest::new(f, 20)).into(),
        ..Request::default()
    })?;
    let articles = searcher.search(&Request {
        limit: 0,
        scope: Scope::Articles,
        ..Request::default()
    })?;
    let mut out = anstream::stdout().lock();
    if args.json {
        let stats = serde_json::json!({
            "index": index, "articles": articles.total, "statements": statements.total, "facets": statements.facets,
        });
        serde_json::to_writer_pretty(&mut out, &stats)?;
        writeln!(out)?;
        return Ok(DONE);
    }
    let bytes = index::open_reader(index)?
        .manifest()
        .files
        .values()
        .map(|f| f.size)
        .sum();
    writeln!(
        out,
        "{SPEAKER}{}, {}{SPEAKER:#}  {DIM}{} in {}{DIM:#}",
        counted(articles.total, "article", "articles"),
        counted(statements.total, "statement", "statements"),
        HumanBytes(bytes),
        index.display()
    )?;
    for counts in &statements.facets {
        super::answer::facet_table(&mut out, counts)?;
    }
    Ok(DONE)
}

pub(super) fn verify(args: &VerifyArgs, dir: &Path) -> Result<u8> {
    let found = index::check::check(dir)?;
    let mut out = anstream::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &found)?;
        writeln!(out)?;
    } else {
        for problem in &found.problems {
            report::warning(&format!("{}: {}", problem.at, problem.what));
        }
        writeln!(
            out,
            "{}, {}, {}, {} checked: {}",
            counted(found.files, "file", "files"),
            counted(found.articles, "article", "articles"),
            counted(found.statements, "statement", "statements"),
            counted(found.spans, "span", "spans"),
            if found.is_whole() {
                "the index is whole"
            } else {
                "the index is damaged; `whosaid rebuild` makes it anew from its files"
            }
        )?;
    }
    Ok(if found.is_whole() { DONE } else { FAILED })
}

pub(super) fn formats(_args: &FormatsArgs) -> Result<u8> {
    let mut out = anstream::stdout().lock();
    for format in Format::ALL {
        writeln!(
            out,
            "{SPEAKER}{:<10}{SPEAKER:#} {}  {DIM}{}{DIM:#}",
            format.name(),
            format.description(),
            format.extensions().join(" ")
        )?;
    }
    writeln!(
        out,
        "\nEach of them also packed as .gz or .zst. The format is told from the content first, then from the name."
    )?;
    Ok(DONE)
}
