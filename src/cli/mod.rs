//! The command line: one small file a command. clap and anyhow live only here and in `main`.
//!
//! Data goes to standard output; progress, warnings and hints go to standard error. Exit codes: [`DONE`], [`NOTHING`],
//! [`FAILED`], [`PARTLY`], [`INTERRUPTED`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

mod answer;
mod batch;
mod check;
mod config;
mod correct;
mod entities;
mod eval;
mod evidence;
mod export;
mod extract;
mod index;
mod ingest;
mod person;
mod progress;
mod question;
mod remove;
mod report;
mod search;
mod serve;
mod show;
mod train;
mod upkeep;
mod verify_spans;
mod watch;

/// Something was found, or the work is done.
pub const DONE: u8 = 0;
/// Nothing was found.
pub const NOTHING: u8 = 1;
/// Usage, query or input/output error.
pub const FAILED: u8 = 2;
/// Indexed, but some files or records were not taken.
pub const PARTLY: u8 = 3;
/// Ended by Ctrl-C; what was indexed before is kept.
pub const INTERRUPTED: u8 = 130;

/// Find who said what, when and where, in a pile of news
#[derive(Debug, Parser)]
#[command(
    name = "whosaid",
    version,
    max_term_width = 100,
    propagate_version = true,
    arg_required_else_help = true
)]
#[command(after_help = "Examples:
  whosaid index corpus/
  whosaid search 'lasting peace' --speaker Brandt --place Rotterdam --since 2025-11
  whosaid extract article.txt

Defaults of options can stand in a file whosaid.toml, in this folder or one above it: long names of options, those of \
one command below its name in brackets.

Exit codes: 0 found or done, 1 nothing found, 2 usage, query or I/O error, 3 indexed but some files failed.")]
struct Args {
    /// Folder of the index; without it the nearest `index` of this folder and those above it
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "WHOSAID_INDEX",
        default_value = config::INDEX
    )]
    index: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Index(Box<index::Args>),
    /// Make the index anew from files: after damage, or for another format
    Rebuild(Box<index::Args>),
    Search(Box<search::Args>),
    Facets(Box<search::FacetArgs>),
    Person(person::Args),
    Correct(correct::Args),
    Check(check::Args),
    Batch(batch::Args),
    Show(evidence::ShowArgs),
    Explain(evidence::ExplainArgs),
    Export(Box<export::Args>),
    Watch(watch::Args),
    Extract(extract::Args),
    People(entities::PeopleArgs),
    Places(entities::PlacesArgs),
    Eval(eval::Args),
    Serve(serve::Args),
    Remove(remove::Args),
    Stats(upkeep::StatsArgs),
    Verify(upkeep::VerifyArgs),
    VerifySpans(verify_spans::Args),
    Formats(upkeep::FormatsArgs),
    Train(train::Args),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Reads a PDF document from standard input: for `index`, which has it done by a process of its own
    #[cfg(feature = "pdf")]
    #[command(hide = true)]
    PdfText,
}

/// Runs the command line `args`, program name first; the exit code.
///
/// # Errors
///
/// What a user can do something about: a bad query, a missing index, a full disk. Bad articles are not errors.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Result<u8> {
    let mut command = Args::command();
    for config in config::Config::load()? {
        command = config.apply(command)?;
    }
    let parsed = command
        .try_get_matches_from(args)
        .and_then(|matches| Ok((Args::from_arg_matches(&matches)?, matches)));
    let (mut args, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are answers, not errors; that nobody reads them is not ours to report.
            let _ = error.print();
            return Ok(if error.use_stderr() { FAILED } else { DONE });
        }
    };
    if matches.value_source("index") == Some(ValueSource::DefaultValue)
        && args.index == Path::new(config::INDEX)
    {
        args.index = config::index();
    }
    let index = args.index.as_path();
    match &args.command {
        Command::Index(args) => index::run(args, index),
        Command::Rebuild(args) => index::rebuild(args, index),
        Command::Search(args) => search::run(args, index),
        Command::Facets(args) => search::facets(args, index),
        Command::Person(args) => person::run(args, index),
        Command::Correct(args) => correct::run(args, index),
        Command::Check(args) => check::run(args, index),
        Command::Batch(args) => batch::run(args, index),
        Command::Show(args) => evidence::show(args, index),
        Command::Explain(args) => evidence::explain(args, index),
        Command::Export(args) => export::run(args, index),
        Command::Watch(args) => watch::run(args, index),
        Command::Extract(args) => extract::run(args),
        Command::People(args) => entities::people(args),
        Command::Places(args) => entities::places(args),
        Command::Eval(args) => eval::run(args, index),
        Command::Serve(args) => serve::run(args, index),
        Command::Remove(args) => remove::run(args, index),
        Command::Stats(args) => upkeep::stats(args, index),
        Command::Verify(args) => upkeep::verify(args, index),
        Command::VerifySpans(args) => verify_spans::run(args, index),
        Command::Formats(args) => upkeep::formats(args),
        Command::Train(args) => train::run(args),
        Command::Completions { shell } => {
            clap_complete::generate(
                *shell,
                &mut Args::command(),
                "whosaid",
                &mut std::io::stdout(),
            );
            Ok(DONE)
        }
        Command::Man => {
            clap_mangen::Man::new(Args::command()).render(&mut std::io::stdout())?;
            Ok(DONE)
        }
        #[cfg(feature = "pdf")]
        Command::PdfText => {
            crate::ingest::answer_pdf()?;
            Ok(DONE)
        }
    }
}

/// Does without huge pages, which the allocator asks for and the system fills whole: they took fifty megabytes more. An
/// `index` run took as long without them, extraction alone some 5 % longer.
fn keep_pages_small() {
    #[cfg(target_os = "linux")]
    {
        // A system that does not know them has none.
        let _ = rustix::thread::disable_transparent_huge_pages(true);
    }
}
