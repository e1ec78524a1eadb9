//! `whosaid index`: adds or updates articles.

mod pass;
mod tell;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::ingest::Input;
use super::{DONE, INTERRUPTED, PARTLY, keep_pages_small, report};
use crate::index::{ErrorKind, LastRun, Settings, Writer};
use pass::Pass;
use tell::Lines;

/// Add or update articles
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid index corpus/
  whosaid index --outlet 'The Courier' old-disk/courier/ 'archive/*.jsonl.zst'
  whosaid index --watch --prune inbox/
  zcat dump.jsonl.gz | whosaid index -
  whosaid index --map title=headline,published=day export.csv

Files that have not changed since the last run are not read again, articles that have not changed are not extracted \
again; a run that was interrupted goes on where it was. Other programs go first where there are not processors enough \
for all. A file that cannot be read is reported and the others are \
indexed; the exit code is then 3. Blank files, pictures and programs are named but are no failure.")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,
    /// Read every file and extract from every article again, also unchanged ones
    #[arg(long)]
    full: bool,
    /// Take out of the index what is gone: articles of files that no longer exist in the given folders, and articles
    /// that a changed file no longer has
    #[arg(long)]
    prune: bool,
    /// Keep the older versions when an article is updated; an index that keeps versions goes on to
    #[arg(long)]
    keep_versions: bool,
    /// Go on: whenever a file is added or changed, index it, until Ctrl-C
    #[arg(long, conflicts_with_all = ["dry_run", "full"])]
    watch: bool,
    /// Read everything, write nothing, and say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Stop at the first file or record that cannot be taken
    #[arg(long)]
    fail_fast: bool,
    /// Memory for all of the run, in MiB, at least 256; fewer threads run if it is not enough for all
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u32).range(256..=1_048_576))]
    memory: u32,
    /// One line of JSON for every file or record: taken, unchanged, or skipped and why
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Commit after so many articles, however little time it took: for tests
    #[arg(long, value_name = "N", hide = true)]
    commit_every: Option<u64>,
}

/// `whosaid rebuild`: the same, into an empty index.
pub(super) fn rebuild(args: &Args, index: &Path) -> Result<u8> {
    match Writer::open(index, &Settings::default()) {
        Err(error) if matches!(error.kind, ErrorKind::AlreadyRunning) => return Err(error.into()),
        // Damaged, or of another format: that is what this command is for.
        _ => {}
    }
    crate::index::erase(index)
        .with_context(|| format!("cannot empty the index {}", index.display()))?;
    run(args, index)
}

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    step_back();
    keep_pages_small();
    let stop = on_interrupt();
    let mut lines = Lines::create(args.report.as_deref())?;
    if !args.watch {
        return once(args, index, &stop, &mut lines);
    }
    // From before the first run on: what changes during a run is a change too.
    let mut folders = watch::Watch::new(args.input.paths.clone(), args.input.ingest());
    once(args, index, &stop, &mut lines)?;
    report::hint("watching; Ctrl-C ends it");
    while folders.changed(&stop) {
        once(args, index, &stop, &mut lines)?;
    }
    Ok(DONE)
}

/// Leaves the processors to whoever else wants them: people read the page while articles are indexed. Alone on a machine
/// a run is as fast as ever.
fn step_back() {
    #[cfg(unix)]
    {
        /// On a scale from -20, the first to be served, to 19.
        const NICE: i32 = 10;
        // Where it is not allowed it only would have been kinder.
        let _ = rustix::process::nice(NICE);
    }
}

/// Set by Ctrl-C; the second one ends the program at once, as one without this would.
fn on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // Without the handler Ctrl-C still ends the program, only less gently.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED.into());
        }
    });
    stop
}

/// Goes over everything once.
fn once(args: &Args, index: &Path, stop: &AtomicBool, lines: &mut Lines) -> Result<u8> {
    let started = Instant::now();
    let mut pass = Pass::open(args, index)?;
    let done = pass.over(&args.input.paths, stop, lines);
    let interrupted = stop.load(Ordering::Relaxed);
    if done.is_ok() && args.prune && !interrupted && !args.fail_fast {
        // What was printed in two files of which one is gone is still in the other.
        let again = pass.prune()?;
        if !again.is_empty() {
            pass.over(&again, stop, lines)?;
        }
    }
    done?;
    lines.flush()?;
    let mut summary = pass.finish()?;
    summary.took = started.elapsed();
    for note in &summary.committed.notes {
        report::warning(note);
    }
    if !args.dry_run {
        let run = LastRun {
            finished: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            read: summary.totals.read,
            failed: summary.totals.failed,
            skipped: std::mem::take(&mut summary.totals.failures),
        };
        // For people who look at the index; the index itself is whole without it.
        if let Err(error) = run.write(index) {
            report::hint(&format!(
                "the outcome of this run could not be kept: {error}"
            ));
        }
    }
    if summary.is_empty() && !interrupted && !args.watch {
        bail!(
            "no articles in {}",
            args.input
                .paths
                .iter()
                .map(|p| p.display().to_string())
                .collect::<Vec<_>>()
                .join(", ")
        );
    }
    report::line(&summary.line(args.dry_run));
    if !args.dry_run && !interrupted {
        crate::cli::watch::after_index(index);
    }
    Ok(match (interrupted, summary.failed()) {
        (true, _) => INTERRUPTED,
        (_, 1..) => PARTLY,
        _ => DONE,
    })
}
