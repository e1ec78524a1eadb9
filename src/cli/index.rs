//! `whosaid index`: adds or updates articles.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use indicatif::HumanCount;
use serde::Serialize;

use super::ingest::Input;
use super::progress::Progress;
use super::{DONE, INTERRUPTED, PARTLY, report};
use crate::article::{Article, Origin, Severity, Skipped};
use crate::extract::Reader;
use crate::index::documents::{self, Documents};
use crate::index::{ErrorKind, LastRun, Settings, Writer, fold};
use crate::ingest::{self, Meter};
use crate::pipeline::{self, Begin, Event, Plan};

/// A commit costs a few syncs of the disk; an interrupted run loses at most this many articles.
const COMMIT_EVERY: u64 = 20_000;

const MIB: usize = 1 << 20;

/// Add or update articles
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid index corpus/
  whosaid index --outlet 'The Courier' old-disk/courier/ 'archive/*.jsonl.zst'
  zcat dump.jsonl.gz | whosaid index -
  whosaid index --map title=headline,published=day export.csv

Articles that have not changed since the last run are not read again. A file that cannot be read is reported and the \
others are indexed; the exit code is then 3. Blank files, pictures and programs are named but are no failure.")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,
    /// Extract again from every article, also unchanged ones
    #[arg(long)]
    full: bool,
    /// Take articles of the index out whose file is gone from the given folders
    #[arg(long)]
    prune: bool,
    /// Read everything, write nothing, and say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Stop at the first file or record that cannot be taken
    #[arg(long)]
    fail_fast: bool,
    /// Most memory to take, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u32).range(128..=1_048_576))]
    memory: u32,
    /// One line of JSON for every file or record: taken, unchanged, or skipped and why
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What became of one article.
struct Outcome {
    id: String,
    origin: Origin,
    repairs: usize,
    /// `None`: unchanged.
    new: Option<New>,
}

struct New {
    documents: Documents,
    statements: usize,
    /// Folded names, to count distinct speakers over the run.
    speakers: Vec<String>,
}

/// A line of `--report`.
#[derive(Serialize)]
struct ReportLine<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statements: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repairs: Option<usize>,
}

#[derive(Default)]
struct Totals {
    read: u64,
    unchanged: u64,
    failed: u64,
    /// Files and records that held no article to lose.
    passed_over: u64,
    statements: u64,
    repairs: u64,
    speakers: HashSet<String>,
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
    let started = Instant::now();
    let meter = Meter::default();
    let plan = Plan {
        ingest: ingest::Options {
            meter: Some(meter.clone()),
            ..args.input.ingest()
        },
        memory_bytes: args.memory as usize * MIB / 8,
        ..args.input.plan()
    };
    let settings = Settings {
        extraction: plan.extract.fingerprint(),
        memory_bytes: args.memory as usize * MIB / 4,
        threads: plan.jobs,
    };
    let mut writer = if args.dry_run && !index.join("manifest.json").exists() {
        None
    } else {
        Some(
            Writer::open(index, &settings)
                .with_context(|| format!("cannot write to the index {}", index.display()))?,
        )
    };
    let known = writer.as_ref().filter(|_| !args.full).map(Writer::known);
    let mut lines = match &args.report {
        Some(path) => {
            Some(BufWriter::new(File::create(path).with_context(|| {
                format!("cannot write {}", path.display())
            })?))
        }
        None => None,
    };
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // Without the handler Ctrl-C still ends the program, only less gently.
    let _ = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
    let mut progress = Progress::start(&args.input.paths, &plan.ingest, meter);
    let mut totals = Totals::default();
    let mut failure: Result<()> = Ok(());
    let mut seen = HashSet::new();
    let mut skipped = Vec::new();

    let work = |reader: &mut Reader, article: Box<Article>, _: &()| {
        let unchanged = known
            .as_ref()
            .is_some_and(|k| k.is_current(&article.key, &article.content_hash));
        let new = (!unchanged).then(|| {
            let reading = reader.read(&article);
            New {
                documents: documents::of(&article, &reading),
                statements: reading.statements.len(),
                speakers: reading
                    .statements
                    .iter()
                    .filter_map(|s| s.speaker.name.as_deref())
                    .map(fold)
                    .collect(),
            }
        });
        let Article {
            id,
            key,
            origin,
            repairs,
            ..
        } = *article;
        (
            key,
            Outcome {
                id,
                origin,
                repairs: repairs.len(),
                new,
            },
        )
    };
    pipeline::run(
        || ingest::walk(&args.input.paths, &plan.ingest),
        &plan,
        |_| Begin::Read(()),
        work,
        |event| {
            let step = match event {
                Event::Done((key, outcome)) => {
                    if args.prune {
                        seen.insert(key);
                    }
                    totals.take(&outcome);
                    progress.at(totals.read);
                    let logged = log(lines.as_mut(), &outcome);
                    logged.and_then(|()| {
                        let (Some(new), Some(writer)) =
                            (outcome.new, writer.as_mut().filter(|_| !args.dry_run))
                        else {
                            return Ok(());
                        };
                        writer.put(new.documents)?;
                        if totals.read.is_multiple_of(COMMIT_EVERY) {
                            writer.commit()?;
                        }
                        Ok(())
                    })
                }
                Event::Skipped(what) => {
                    match what.severity {
                        Severity::Failure => {
                            totals.failed += 1;
                            if skipped.len() < LastRun::LISTED {
                                skipped.push(what.clone());
                            }
                        }
                        Severity::Note => totals.passed_over += 1,
                    }
                    progress.aside(|| report::skipped(&what));
                    log_skipped(lines.as_mut(), &what)
                }
                Event::End(..) | Event::Left(..) => Ok(()),
                Event::Tick => {
                    progress.at(totals.read);
                    Ok(())
                }
            };
            failure = step;
            let stopped = stop.load(Ordering::Relaxed) || args.fail_fast && totals.failed > 0;
            if failure.is_err() || stopped {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    );
    progress.end();
    failure?;
    if let Some(mut lines) = lines {
        lines.flush().context("cannot write the report")?;
    }
    let interrupted = stop.load(Ordering::Relaxed);
    // Lines of the log of corrections that are none.
    let mut faults = 0;
    let mut summary = Summary {
        totals,
        took: started.elapsed(),
        ..Summary::default()
    };
    if let Some(mut writer) = writer.filter(|_| !args.dry_run) {
        if args.prune && !interrupted && !args.fail_fast {
            prune(&mut writer, &args.input.paths, &seen)?;
        }
        let committed = writer
            .finish()
            .with_context(|| format!("cannot write to the index {}", index.display()))?;
        for note in &committed.notes {
            report::warning(note);
        }
        faults = committed.faults;
        summary.updated = committed.updated;
        summary.removed = committed.removed;
        summary.took = started.elapsed();
        let run = LastRun {
            finished: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            read: summary.totals.read,
            failed: summary.totals.failed,
            skipped,
        };
        // For people who look at the index; the index itself is whole without it.
        if let Err(error) = run.write(index) {
            report::hint(&format!(
                "the outcome of this run could not be kept: {error}"
            ));
        }
    }
    if summary.totals.read == 0 && summary.totals.failed == 0 && !interrupted {
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
        super::watch::after_index(index);
    }
    Ok(match (interrupted, summary.totals.failed + faults) {
        (true, _) => INTERRUPTED,
        (_, 1..) => PARTLY,
        _ => DONE,
    })
}

/// Takes out what the index has below the given folders and this run has not seen.
fn prune(writer: &mut Writer, paths: &[PathBuf], seen: &HashSet<String>) -> Result<()> {
    let folders: Vec<&PathBuf> = paths.iter().filter(|p| p.is_dir()).collect();
    for article in writer.articles()? {
        let path = Path::new(&article.origin.path);
        if !seen.contains(&article.key) && folders.iter().any(|f| path.starts_with(f)) {
            writer.remove(&article.key);
        }
    }
    Ok(())
}

fn log(lines: Option<&mut BufWriter<File>>, outcome: &Outcome) -> Result<()> {
    write_line(
        lines,
        &ReportLine {
            path: &outcome.origin.path,
            record: outcome.origin.record,
            id: Some(&outcome.id),
            outcome: if outcome.new.is_some() {
                "taken"
            } else {
                "unchanged"
            },
            reason: None,
            severity: None,
            statements: outcome.new.as_ref().map(|n| n.statements),
            repairs: Some(outcome.repairs),
        },
    )
}

fn log_skipped(lines: Option<&mut BufWriter<File>>, what: &Skipped) -> Result<()> {
    write_line(
        lines,
        &ReportLine {
            path: &what.path,
            record: what.record,
            id: None,
            outcome: "skipped",
            reason: Some(&what.reason),
            severity: Some(what.severity),
            statements: None,
            repairs: None,
        },
    )
}

fn write_line(lines: Option<&mut BufWriter<File>>, line: &ReportLine<'_>) -> Result<()> {
    let Some(out) = lines else { return Ok(()) };
    serde_json::to_writer(&mut *out, line).context("cannot write the report")?;
    out.write_all(b"\n").context("cannot write the report")
}

impl Totals {
    fn take(&mut self, outcome: &Outcome) {
        self.read += 1;
        match &outcome.new {
            None => self.unchanged += 1,
            Some(new) => {
                self.statements += new.statements as u64;
                self.repairs += outcome.repairs as u64;
                self.speakers.extend(new.speakers.iter().cloned());
            }
        }
    }
}

#[derive(Default)]
struct Summary {
    totals: Totals,
    updated: u64,
    removed: u64,
    took: Duration,
}

impl Summary {
    /// `1,204 articles (37 updated, 1 failed) → 3,411 statements by 812 speakers in 4.2 s`
    fn line(&self, dry_run: bool) -> String {
        let t = &self.totals;
        let taken = t.read - t.unchanged;
        let mut notes = Vec::new();
        for (count, what) in [
            (self.updated, "updated"),
            (t.unchanged, "unchanged"),
            (self.removed, "removed"),
            (t.failed, "failed"),
            (t.passed_over, "passed over"),
            (t.repairs, "characters repaired"),
        ] {
            if count > 0 {
                notes.push(format!("{} {what}", HumanCount(count)));
            }
        }
        let took = format!("in {:.1} s", self.took.as_secs_f64());
        if taken == 0 && self.removed == 0 && t.failed == 0 {
            return format!(
                "nothing to do: {} articles, none changed, {took}",
                HumanCount(t.read)
            );
        }
        let notes = if notes.is_empty() {
            String::new()
        } else {
            format!(" ({})", notes.join(", "))
        };
        let would = if dry_run { "would index " } else { "" };
        format!(
            "{would}{} articles{notes} → {} statements by {} speakers {took}",
            HumanCount(taken),
            HumanCount(t.statements),
            HumanCount(t.speakers.len() as u64),
        )
    }
}
