//! One pass over the files: what is new or changed goes into the index.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::Args;
use super::tell::{Line, Lines, Summary, Totals};
use crate::article::{Article, Origin, Severity, Skipped, Stamp};
use crate::cli::progress::Progress;
use crate::cli::report;
use crate::extract::Reader;
use crate::index::documents::{self, Documents, story_number, version_key};
use crate::index::{FileRecord, Known, LastRun, Put, Settings, Writer, fold, source_number};
use crate::ingest::{self, Meter, Source};
use crate::memory::Parts;
use crate::pipeline::{self, Begin, Event, Plan};

/// An interrupted run loses what came after the last commit: at most so much work,
const COMMIT_AFTER: Duration = Duration::from_secs(60);
/// unless it was fewer articles than these. A commit costs a few syncs of the disk and a small segment a thread.
const COMMIT_FROM: u64 = 1000;
/// Notes on what of a file was not taken that are remembered. A file with more is read again by every run.
const NOTES: usize = 1000;

const MIB: usize = 1 << 20;

/// The pass, and what it has come to so far.
pub(super) struct Pass<'a> {
    args: &'a Args,
    plan: Plan,
    meter: Meter,
    /// Names all that turns a file into statements.
    reader: String,
    writer: Option<Writer>,
    totals: Totals,
    /// Files that are there, by number.
    seen: HashSet<u64>,
}

/// What is known of a source when its turn comes.
#[derive(Clone)]
struct Mark {
    path: String,
    source: u64,
    /// Of standard input there is none.
    stamp: Option<Stamp>,
    /// The record of a file that is left as it was.
    before: Option<FileRecord>,
    /// Was it told by its hash only? Then the record is worth renewing.
    renew: bool,
}

/// What became of one article.
struct Outcome {
    id: String,
    origin: Origin,
    key: String,
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

/// The source whose events are coming in.
#[derive(Default)]
struct Current {
    articles: u64,
    skipped: Vec<Skipped>,
    /// Upper halves of the keys of its articles, where something may have to be pruned.
    keys: HashSet<u64>,
}

impl<'a> Pass<'a> {
    /// Opens the index for it.
    pub(super) fn open(args: &'a Args, index: &Path) -> Result<Self> {
        let meter = Meter::default();
        let plan = args.input.plan();
        let parts = Parts::of(args.memory as usize * MIB, plan.jobs);
        if parts.jobs < plan.jobs {
            report::hint(&format!(
                "{} MiB of memory are enough for {} of {} threads; --memory gives more",
                args.memory, parts.jobs, plan.jobs
            ));
        }
        let plan = Plan {
            ingest: ingest::Options {
                meter: Some(meter.clone()),
                ..args.input.ingest()
            },
            jobs: parts.jobs,
            memory_bytes: parts.on_its_way,
            ..plan
        };
        let settings = Settings {
            extraction: plan.extract.fingerprint(),
            memory_bytes: parts.segments,
            threads: parts.writers,
            keep_versions: args.keep_versions,
        };
        // A dry run makes no index where there is none.
        let writer = if args.dry_run && !index.join("manifest.json").exists() {
            None
        } else {
            Some(Writer::open(index, &settings).map_err(report::unwritten)?)
        };
        Ok(Self {
            args,
            reader: format!("{} / {}", plan.ingest.fingerprint(), settings.extraction),
            plan,
            meter,
            writer,
            totals: Totals::default(),
            seen: HashSet::new(),
        })
    }

    /// Goes over everything below `paths`.
    pub(super) fn over(
        &mut self,
        paths: &[PathBuf],
        stop: &AtomicBool,
        lines: &mut Lines,
    ) -> Result<()> {
        let Self {
            args,
            plan,
            meter,
            reader: reader_name,
            writer,
            totals,
            seen,
        } = self;
        let args = *args;
        let known = writer.as_ref().filter(|_| !args.full).map(Writer::known);
        let known: Option<Known> = known.cloned();
        let keep_versions = writer.as_ref().is_some_and(Writer::keeps_versions);
        let mut writer = writer.as_mut().filter(|_| !args.dry_run);
        let mut progress = Progress::start(paths, &plan.ingest, meter.clone());
        let mut current = Current::default();
        let mut commits = Commits::new(args.commit_every);
        let mut failure: Result<()> = Ok(());

        let begin = |source: &Source| begin(source, known.as_ref(), reader_name);
        let work = |reader: &mut Reader, article: Box<Article>, mark: &Mark| {
            read(reader, article, mark, known.as_ref(), keep_versions)
        };
        pipeline::run(
            || ingest::walk(paths, &plan.ingest),
            plan,
            begin,
            work,
            |event| {
                let writer = writer.as_deref_mut();
                failure = match event {
                    Event::Done(outcome) => {
                        if args.prune {
                            current.keys.insert(story_number(&outcome.key));
                        }
                        current.articles += 1;
                        put(outcome, writer, totals, lines)
                            .and_then(|writer| commits.consider(writer))
                    }
                    Event::Skipped(what) => {
                        let told = tell(&what, totals, &progress, lines);
                        current.skipped.push(what);
                        told
                    }
                    Event::Unread(what) => {
                        // It is there, although it cannot be read: not to be pruned.
                        seen.insert(source_number(&what.path));
                        tell(&what, totals, &progress, lines)
                    }
                    Event::End(source, mark) => {
                        seen.insert(mark.source);
                        let done = std::mem::take(&mut current);
                        end(&source, mark, done, writer, args.prune, reader_name)
                    }
                    Event::Left(_, mark) => {
                        seen.insert(mark.source);
                        left(mark, writer, totals, &progress, lines)
                    }
                    Event::Tick => Ok(()),
                };
                progress.at(totals.read);
                let stopped = stop.load(Ordering::Relaxed) || args.fail_fast && totals.failed > 0;
                if failure.is_err() || stopped {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        progress.end();
        failure
    }

    /// Takes out the articles of files that are gone from the given folders. Returns files that are still there and
    /// may have had some of these articles too: they have to be read again.
    pub(super) fn prune(&mut self) -> Result<Vec<PathBuf>> {
        let Some(writer) = self.writer.as_mut().filter(|_| !self.args.dry_run) else {
            return Ok(Vec::new());
        };
        writer.commit_quietly()?;
        let folders: Vec<&PathBuf> = self
            .args
            .input
            .paths
            .iter()
            .filter(|p| p.is_dir())
            .collect();
        let (mut gone, mut kept) = (Vec::new(), Vec::new());
        writer.files(|file| {
            let path = Path::new(&file.path);
            if self.seen.contains(&source_number(&file.path)) {
                kept.push((file.path, file.articles));
            } else if folders.iter().any(|f| path.starts_with(f)) && !path.exists() {
                gone.push(file.path);
            }
        })?;
        let mut removed = 0;
        for path in gone {
            removed += writer.remove_of_file(&path, |_| false)?;
            writer.forget(source_number(&path));
        }
        if removed == 0 {
            return Ok(Vec::new());
        }
        writer.commit_quietly()?;
        let mut again = Vec::new();
        for (path, articles) in kept {
            if writer.count_of_file(&path)? < articles {
                writer.forget(source_number(&path));
                again.push(PathBuf::from(path));
            }
        }
        if !again.is_empty() {
            writer.commit_quietly()?;
        }
        Ok(again)
    }

    /// Makes everything durable.
    pub(super) fn finish(self) -> Result<Summary> {
        let committed = match self.writer.filter(|_| !self.args.dry_run) {
            Some(writer) => writer.finish().map_err(report::unwritten)?,
            None => crate::index::Committed::default(),
        };
        Ok(Summary {
            totals: self.totals,
            committed,
            took: Duration::ZERO,
        })
    }
}

/// Has the source changed since it was read? Its length and times are a hint, its hash the truth.
fn begin(source: &Source, known: Option<&Known>, reader: &str) -> Begin<Mark> {
    let path = source.shown();
    let mut mark = Mark {
        source: source_number(&path),
        stamp: ingest::stat(source),
        path,
        before: None,
        renew: false,
    };
    let Some(stamp) = &mut mark.stamp else {
        return Begin::Read(mark);
    };
    let before = known
        .and_then(|known| known.file(&mark.path))
        .filter(|before| before.reader == reader);
    if let Some(before) = &before
        && stamp.is_surely(&before.stamp)
    {
        mark.before = Some(before.clone());
        return Begin::Leave(mark);
    }
    match ingest::digest(source) {
        Ok(hash) => stamp.hash = hash,
        Err(_) => {
            // Reading it will say why not.
            mark.stamp = None;
            return Begin::Read(mark);
        }
    }
    match before {
        Some(before) if before.stamp.hash == stamp.hash => {
            mark.renew = true;
            mark.before = Some(before);
            Begin::Leave(mark)
        }
        _ => Begin::Read(mark),
    }
}

/// The work on one article, on any thread.
fn read(
    reader: &mut Reader,
    mut article: Box<Article>,
    mark: &Mark,
    known: Option<&Known>,
    keep_versions: bool,
) -> Outcome {
    let story = story_number(&article.key);
    let is_current =
        |key: &str| known.is_some_and(|k| k.is_current(key, &article.content_hash, mark.source));
    let mut unchanged = is_current(&article.key);
    if keep_versions && !unchanged {
        let key = version_key(&article.key, &article.content_hash);
        unchanged = is_current(&key);
        article.key = key;
    }
    let new = (!unchanged).then(|| {
        let reading = reader.read(&article);
        let mut documents = documents::of(&article, &reading);
        documents.source = mark.source;
        documents.story = story;
        New {
            documents,
            statements: reading.statements.len(),
            speakers: reading
                .statements
                .iter()
                .filter_map(|s| s.speaker.name.as_deref())
                .map(fold)
                .collect(),
        }
    });
    Outcome {
        id: article.id,
        origin: article.origin,
        key: article.key,
        repairs: article.repairs.len(),
        new,
    }
}

/// Counts an article, reports it, and puts it into the index if it is new; gives the writer back if it was.
fn put<'w>(
    outcome: Outcome,
    writer: Option<&'w mut Writer>,
    totals: &mut Totals,
    lines: &mut Lines,
) -> Result<Option<&'w mut Writer>> {
    totals.read += 1;
    let mut line = Line {
        path: &outcome.origin.path,
        record: outcome.origin.record,
        id: Some(&outcome.id),
        outcome: "unchanged",
        repairs: Some(outcome.repairs),
        ..Line::default()
    };
    let Some(new) = outcome.new else {
        totals.unchanged += 1;
        lines.add(&line)?;
        return Ok(None);
    };
    let mut written = None;
    let mut became = Put::Added;
    if let Some(writer) = writer {
        became = writer.put(new.documents)?;
        written = Some(writer);
    }
    if became == Put::Older {
        totals.older += 1;
        line.outcome = "older";
    } else {
        totals.statements += new.statements as u64;
        totals.repairs += outcome.repairs as u64;
        totals.speakers(&new.speakers);
        line.outcome = "taken";
        line.statements = Some(new.statements);
    }
    lines.add(&line)?;
    Ok(written)
}

/// Reports what was not taken.
fn tell(what: &Skipped, totals: &mut Totals, progress: &Progress, lines: &mut Lines) -> Result<()> {
    match what.severity {
        Severity::Failure => {
            totals.failed += 1;
            if totals.failures.len() < LastRun::LISTED {
                totals.failures.push(what.clone());
            }
        }
        Severity::Note => totals.passed_over += 1,
    }
    progress.aside(|| report::skipped(what));
    lines.skipped(what)
}

/// A source has been read to its end: it is remembered, and what it no longer has may be taken out.
fn end(
    source: &Source,
    mark: Mark,
    done: Current,
    writer: Option<&mut Writer>,
    prune: bool,
    reader: &str,
) -> Result<()> {
    let (Some(writer), Some(stamp)) = (writer, mark.stamp) else {
        return Ok(());
    };
    // Changed while it was read: what was hashed is not what was read, or not all of it.
    let now = ingest::stat(source);
    let is_same = now.is_some_and(|n| (n.size, n.modified) == (stamp.size, stamp.modified));
    if !is_same {
        return Ok(());
    }
    let whole = done.skipped.iter().all(|s| s.record.is_some());
    if prune && whole && !writer.keeps_versions() {
        writer.remove_of_file(&mark.path, |(key, _)| done.keys.contains(&key))?;
    }
    if done.skipped.len() <= NOTES {
        writer.remember(&FileRecord {
            path: mark.path,
            stamp,
            reader: reader.to_owned(),
            articles: done.articles,
            skipped: done.skipped,
        })?;
    }
    Ok(())
}

/// A source is as it was: so is what was said of it.
fn left(
    mark: Mark,
    writer: Option<&mut Writer>,
    totals: &mut Totals,
    progress: &Progress,
    lines: &mut Lines,
) -> Result<()> {
    let Some(mut before) = mark.before else {
        return Ok(());
    };
    totals.read += before.articles;
    totals.unchanged += before.articles;
    lines.unchanged(&before)?;
    for what in &before.skipped {
        tell(what, totals, progress, lines)?;
    }
    if let (true, Some(writer), Some(stamp)) = (mark.renew, writer, mark.stamp) {
        before.stamp = stamp;
        writer.remember(&before)?;
    }
    Ok(())
}

/// When to commit.
struct Commits {
    every: Option<u64>,
    last: Instant,
    articles: u64,
}

impl Commits {
    fn new(every: Option<u64>) -> Self {
        Self {
            every,
            last: Instant::now(),
            articles: 0,
        }
    }

    /// An article may have been written.
    fn consider(&mut self, written: Option<&mut Writer>) -> Result<()> {
        let Some(writer) = written else {
            return Ok(());
        };
        self.articles += 1;
        let due = match self.every {
            Some(every) => self.articles >= every,
            None => self.articles >= COMMIT_FROM && self.last.elapsed() >= COMMIT_AFTER,
        };
        if due {
            writer.commit_quietly()?;
            self.articles = 0;
            self.last = Instant::now();
        }
        Ok(())
    }
}
