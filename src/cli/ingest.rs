//! What every command that reads articles asks for.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use crate::date::PartialDate;
use crate::pipeline::Plan;
use crate::{extract, ingest};

/// Bytes of articles and results that may be on their way where the user does not say.
const IN_FLIGHT: usize = 64 << 20;

/// Articles to read, and how.
#[derive(Debug, Args)]
pub(super) struct Input {
    /// Files, folders, patterns; - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Date of publication of articles that do not tell it (2025, 2025-11, 2025-11-20)
    #[arg(long, value_name = "DATE")]
    published: Option<PartialDate>,
    /// Outlet of articles that do not tell it
    #[arg(long, value_name = "NAME")]
    outlet: Option<String>,
    /// Leave damaged text as it is
    #[arg(long)]
    no_repair: bool,
    /// Read with the first stage of the tagger only: faster, less accurate
    #[arg(long)]
    fast: bool,
    /// Prefer precision (positive) or recall (negative), in log odds
    #[arg(
        long,
        value_name = "ODDS",
        default_value_t = 0.0,
        allow_negative_numbers = true
    )]
    precision: f32,
    /// Threads [default: all cores]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

impl Input {
    pub(super) fn ingest(&self) -> ingest::Options {
        ingest::Options {
            published: self.published,
            outlet: self.outlet.clone(),
            repair: !self.no_repair,
            ..ingest::Options::default()
        }
    }

    /// How to run over the articles, with the usual memory.
    pub(super) fn plan(&self) -> Plan {
        Plan {
            ingest: self.ingest(),
            extract: self.extract(),
            jobs: self.jobs(),
            memory_bytes: IN_FLIGHT,
        }
    }

    pub(super) fn extract(&self) -> extract::Options {
        extract::Options {
            fast: self.fast,
            precision: self.precision,
        }
    }

    pub(super) fn jobs(&self) -> usize {
        self.jobs
            .or_else(|| std::thread::available_parallelism().ok())
            .map_or(1, NonZeroUsize::get)
    }
}
