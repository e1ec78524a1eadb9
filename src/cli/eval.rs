//! `whosaid eval`: accuracy of extraction against annotated articles, and of search against expected rankings.

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::ingest::Input;
use super::{DONE, PARTLY, report};
use crate::eval::rankings::{self, Rankings};
use crate::eval::{self, Gold, Prediction};
use crate::ingest;
use crate::pipeline::{self, Begin, Event};
use crate::search::query::Query;
use crate::search::{Request, Searcher};

/// Measure accuracy against annotated articles
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid eval corpus/truth/annotations.jsonl
  whosaid eval corpus/truth/annotations.jsonl --misses 20
  whosaid eval corpus/truth/annotations.jsonl --rankings corpus/truth/rankings.toml

An annotated file holds one article a line: id, text, published, and any of statements, names, dates, places, with \
spans in code points. It is read like any other file, and what was found is compared with what is annotated.")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,
    /// Score these lines of `extract --format jsonl` (also of another system) instead of reading the articles
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// Also run these expected rankings against the index
    #[arg(long, value_name = "TOML")]
    rankings: Option<PathBuf>,
    /// List up to N missed and N spurious items of each layer
    #[arg(long, value_name = "N", default_value_t = 0)]
    misses: usize,
    /// Print tables in Markdown
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    let given = args
        .predictions
        .as_ref()
        .map(|path| read(path, Prediction::from_jsonl))
        .transpose()?;
    let mut out = anstream::stdout().lock();
    let mut unread = 0;
    for path in &args.input.paths {
        let gold = read(path, Gold::from_jsonl)?;
        let report = match &given {
            Some(predictions) => eval::score(&gold, predictions, args.misses),
            None => eval::score(&gold, &predict(&args.input, path), args.misses),
        };
        unread += report.unread;
        if args.json {
            serde_json::to_writer_pretty(&mut out, &report)?;
            writeln!(out)?;
        } else if args.markdown {
            writeln!(out, "{}", report.markdown())?;
        } else {
            writeln!(out, "{}\n{report}", path.display())?;
        }
    }
    if let Some(path) = &args.rankings {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let rankings =
            Rankings::from_toml(&text).with_context(|| format!("in {}", path.display()))?;
        let searcher = Searcher::open(index)?;
        let report = rankings.run(|query| search(&searcher, query));
        writeln!(out, "{report}")?;
    }
    if unread > 0 {
        report::warning(&format!(
            "{} not read, or of a repaired text (see --no-repair)",
            report::counted(unread as u64, "annotated article", "annotated articles")
        ));
        return Ok(PARTLY);
    }
    Ok(DONE)
}

fn read<T, E: std::error::Error + Send + Sync + 'static>(
    path: &Path,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T> {
    if path.is_dir() {
        bail!(
            "{} is a folder: name the file in it that has the annotations, one article a line",
            path.display()
        );
    }
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text).with_context(|| format!("in {}", path.display()))
}

/// Reads the annotated articles as `extract` would.
fn predict(input: &Input, path: &Path) -> Vec<Prediction> {
    let plan = input.plan();
    let paths = [path.to_owned()];
    let mut predictions = Vec::new();
    pipeline::run(
        || ingest::walk(&paths, &plan.ingest),
        &plan,
        |_| Begin::Read(()),
        |reader, article, ()| Prediction::new(&article.id, &article.text, &reader.read(&article)),
        |event| {
            match event {
                Event::Done(prediction) => predictions.push(prediction),
                Event::Skipped(what) | Event::Unread(what) => report::skipped(&what),
                Event::End(..) | Event::Left(..) | Event::Tick => {}
            }
            ControlFlow::Continue(())
        },
    );
    predictions
}

fn search(searcher: &Searcher, query: &str) -> Result<Vec<rankings::Hit>> {
    let request = Request {
        query: Query::read(query)?.query,
        today: chrono::Local::now().date_naive(),
        // Every copy is expected by itself.
        copies: true,
        ..Request::default()
    };
    let answer = searcher.search(&request)?;
    Ok(answer
        .hits
        .iter()
        .filter_map(crate::search::Hit::statement)
        .map(|hit| rankings::Hit {
            article: hit.article_id.clone(),
            content: hit.quote.text.clone(),
        })
        .collect())
}
