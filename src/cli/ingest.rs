//! What every command that reads articles asks for.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use crate::date::PartialDate;
use crate::ingest::Field;
use crate::pipeline::Plan;
use crate::search::distance::within;
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
    /// Where nothing else tells the outlet: the name of the folder that the file is in (not of folders that are mere
    /// numbers, such as 2011/05)
    #[arg(long, value_name = "WHERE", value_enum)]
    outlet_from: Option<OutletFrom>,
    /// Which column or member stands for a field, in tables and JSON: title=headline,published=date. Fields: id, title,
    /// text, published, outlet, byline, section, url, language
    #[arg(long, value_name = "FIELD=NAME,…", value_delimiter = ',', value_parser = mapping)]
    map: Vec<(Field, String)>,
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

/// What reads PDF documents: this very program.
pub(super) fn pdf_reader() -> Option<PathBuf> {
    if cfg!(feature = "pdf") {
        std::env::current_exe().ok()
    } else {
        None
    }
}

/// Where else an outlet may stand.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum OutletFrom {
    /// In the path of the file.
    Folder,
}

/// Parses `title=headline`.
fn mapping(written: &str) -> Result<(Field, String), String> {
    let (field, name) = written.split_once('=').ok_or_else(|| {
        format!("`{written}` is no FIELD=NAME: write for example title=headline,published=date")
    })?;
    let (field, name) = (field.trim(), name.trim());
    if name.is_empty() {
        return Err(format!("`{field}=` names no column"));
    }
    let parsed = field.parse::<Field>().map_err(|unknown| {
        // Perhaps written the wrong way round.
        let turned = unknown.known.contains(&name);
        let meant = turned
            .then(|| format!("{name}={field}"))
            .or_else(|| meant(field).map(|near| format!("{near}={name}")));
        let meant = meant.map_or_else(
            || format!("; the fields are {}", unknown.known.join(", ")),
            |meant| format!("; did you mean `{meant}`?"),
        );
        format!("`{field}` is no field of an article{meant}")
    })?;
    Ok((parsed, name.to_owned()))
}

/// The field that was probably meant: by another of its names, or by one that is at most two letters off.
fn meant(typed: &str) -> Option<&'static str> {
    let typed = typed.to_lowercase();
    let names = || {
        Field::ALL
            .iter()
            .flat_map(|f| f.names().iter().map(|n| (*f, *n)))
    };
    let near = |most| {
        names().find(|(_, name)| name.len() > 2 * most && within(&typed, name, most).is_some())
    };
    let (field, _) = near(0).or_else(|| near(1)).or_else(|| near(2))?;
    field.names().first().copied()
}

impl Input {
    pub(super) fn ingest(&self) -> ingest::Options {
        ingest::Options {
            published: self.published,
            outlet: self.outlet.clone(),
            outlet_from_folder: matches!(self.outlet_from, Some(OutletFrom::Folder)),
            repair: !self.no_repair,
            columns: self.map.clone(),
            pdf_reader: pdf_reader(),
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
