//! `whosaid extract`: what would be indexed from a file. Needs no index.

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;

use anyhow::{Context, Result};
use clap::ValueEnum;

use super::ingest::Input;
use super::{DONE, NOTHING, PARTLY, keep_pages_small, report};
use crate::article::{Article, Reading, Severity};
use crate::ingest;
use crate::pipeline::{self, Begin, Event};
use crate::record::Record;

/// Show what would be indexed from files; needs no index
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For reading
    #[default]
    Human,
    /// One object an article, one article a line (whosaid.extract/1)
    Jsonl,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    keep_pages_small();
    let plan = args.input.plan();
    let mut out = BufWriter::new(anstream::stdout());
    let (mut articles, mut skipped) = (0usize, 0usize);
    let mut failure: Result<()> = Ok(());
    let print = |reader: &mut crate::extract::Reader, article: Box<Article>, _: &()| {
        let reading = reader.read(&article);
        let mut line = Vec::new();
        let written = match args.format {
            Format::Jsonl => jsonl(&mut line, &article, &reading),
            Format::Human => human(&mut line, &article, &reading),
        };
        written.map(|()| line)
    };
    pipeline::run(
        || ingest::walk(&args.input.paths, &plan.ingest),
        &plan,
        |_| Begin::Read(()),
        print,
        |event| {
            match event {
                Event::Done(line) => {
                    articles += 1;
                    failure = line.and_then(|line| {
                        out.write_all(&line)
                            .context("cannot write to standard output")
                    });
                }
                Event::Skipped(what) | Event::Unread(what) => {
                    skipped += usize::from(what.severity == Severity::Failure);
                    report::skipped(&what);
                }
                Event::End(..) | Event::Left(..) | Event::Tick => {}
            }
            if failure.is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        },
    );
    failure?;
    out.flush().context("cannot write to standard output")?;
    Ok(match (articles, skipped) {
        (_, 1..) => PARTLY,
        (0, _) => NOTHING,
        _ => DONE,
    })
}

fn jsonl(out: &mut Vec<u8>, article: &Article, reading: &Reading) -> Result<()> {
    serde_json::to_writer(&mut *out, &Record::new(article, reading))?;
    out.push(b'\n');
    Ok(())
}

/// The statements of the article, one a paragraph, then its people, places and dates.
fn human(out: &mut Vec<u8>, article: &Article, reading: &Reading) -> Result<()> {
    super::show::article(out, article, reading)
}
