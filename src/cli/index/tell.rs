//! What a run says: a line of JSON for each article and file where it was asked for, and the closing line.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::HumanCount;
use serde::Serialize;

use crate::article::{Severity, Skipped};
use crate::cli::report::counted;
use crate::index::{Committed, FileRecord};

/// The file of `--report`, if there is one.
pub(super) struct Lines(Option<BufWriter<File>>);

/// A line of it.
#[derive(Default, Serialize)]
pub(super) struct Line<'a> {
    pub(super) path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a str>,
    /// `taken`, `unchanged`, `older` or `skipped`.
    pub(super) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) severity: Option<Severity>,
    /// Articles of a file that was not read again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) articles: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) statements: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repairs: Option<usize>,
}

impl Lines {
    pub(super) fn create(path: Option<&Path>) -> Result<Self> {
        let open = |path: &Path| {
            File::create(path).with_context(|| format!("cannot write {}", path.display()))
        };
        Ok(Self(path.map(open).transpose()?.map(BufWriter::new)))
    }

    pub(super) fn add(&mut self, line: &Line<'_>) -> Result<()> {
        let Some(out) = &mut self.0 else {
            return Ok(());
        };
        serde_json::to_writer(&mut *out, line).context("cannot write the report")?;
        out.write_all(b"\n").context("cannot write the report")
    }

    pub(super) fn skipped(&mut self, what: &Skipped) -> Result<()> {
        self.add(&Line {
            path: &what.path,
            record: what.record,
            outcome: "skipped",
            reason: Some(&what.reason),
            severity: Some(what.severity),
            ..Line::default()
        })
    }

    pub(super) fn unchanged(&mut self, file: &FileRecord) -> Result<()> {
        self.add(&Line {
            path: &file.path,
            outcome: "unchanged",
            articles: Some(file.articles),
            ..Line::default()
        })
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        match &mut self.0 {
            Some(out) => out.flush().context("cannot write the report"),
            None => Ok(()),
        }
    }
}

/// Counts of a run.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) read: u64,
    pub(super) unchanged: u64,
    pub(super) older: u64,
    pub(super) failed: u64,
    /// The first of these, see [`LastRun::LISTED`](crate::index::LastRun::LISTED).
    pub(super) failures: Vec<Skipped>,
    /// Files and records that held no article to lose.
    pub(super) passed_over: u64,
    pub(super) statements: u64,
    pub(super) repairs: u64,
    /// Hashes of names: as many names would be a burden.
    speakers: HashSet<u64>,
}

impl Totals {
    pub(super) fn speakers(&mut self, folded: &[String]) {
        self.speakers.extend(folded.iter().map(|name| {
            let mut hasher = DefaultHasher::new();
            name.hash(&mut hasher);
            hasher.finish()
        }));
    }
}

/// What a run came to.
#[derive(Default)]
pub(super) struct Summary {
    pub(super) totals: Totals,
    pub(super) committed: Committed,
    pub(super) took: Duration,
}

impl Summary {
    pub(super) fn is_empty(&self) -> bool {
        self.totals.read == 0 && self.totals.failed == 0 && self.committed.removed == 0
    }

    /// What was lost, and lines of the log of corrections that are none.
    pub(super) fn failed(&self) -> u64 {
        self.totals.failed + self.committed.faults
    }

    /// `1,204 articles (37 updated, 1 failed) → 3,411 statements by 812 speakers in 4.2 s`
    pub(super) fn line(&self, dry_run: bool) -> String {
        let t = &self.totals;
        let taken = t.read - t.unchanged - t.older;
        let mut notes = Vec::new();
        for (count, what) in [
            (self.committed.updated, "updated"),
            (t.unchanged, "unchanged"),
            (t.older, "older than what is there"),
            (self.committed.removed, "removed"),
            (t.failed, "failed"),
            (t.passed_over, "passed over"),
            (t.repairs, "characters repaired"),
        ] {
            if count > 0 {
                notes.push(format!("{} {what}", HumanCount(count)));
            }
        }
        let took = format!("in {:.1} s", self.took.as_secs_f64());
        if taken == 0 && self.committed.removed == 0 && t.failed == 0 {
            return format!(
                "nothing to do: {}, none changed, {took}",
                counted(t.read, "article", "articles")
            );
        }
        let notes = if notes.is_empty() {
            String::new()
        } else {
            format!(" ({})", notes.join(", "))
        };
        let would = if dry_run { "would index " } else { "" };
        format!(
            "{would}{}{notes} → {} by {} {took}",
            counted(taken, "article", "articles"),
            counted(t.statements, "statement", "statements"),
            counted(t.speakers.len() as u64, "speaker", "speakers"),
        )
    }
}
