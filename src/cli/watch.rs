//! `whosaid watch`: saved searches that tell what is new, by hand or after every `whosaid index`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;

use super::answer::statement;
use super::question::Question;
use super::show::{DIM, SPEAKER, one_line};
use super::{DONE, NOTHING, report};
use crate::date::PartialDate;
use crate::index::write_atomically;
use crate::search::export::{Exporter, Format, Provenance};
use crate::search::watch::{News, NewsFormat, Search, Watch, Watches};
use crate::search::{Searcher, StatementHit};

/// Most entries of a feed; the oldest are left out.
const LONGEST_FEED: usize = 500;

/// Save searches and tell what is new for them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid watch save ferry 'ferry OR harbour' -s Brandt
  whosaid watch save denials --stance denies --format atom --output denials.xml
  whosaid watch run

Every `whosaid index` runs all saved searches at its end. A statement is told once: not again when its article is \
read anew, moved, or copied by another paper.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Save a search; what it finds now counts as told
    Save(Box<SaveArgs>),
    /// List the saved searches
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell what is new since the last time; exit code 1 if nothing is
    Run {
        /// Only these
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Tell it again the next time
        #[arg(long)]
        peek: bool,
    },
    /// Forget saved searches
    Remove {
        /// Their names
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
}

#[derive(Debug, clap::Args)]
struct SaveArgs {
    /// What to call it
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    question: Question,
    /// What to write: text, jsonl or atom
    #[arg(long, value_name = "FORMAT", value_parser = format, default_value = "text")]
    format: NewsFormat,
    /// The file to add it to; standard output otherwise
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Tell what is there already the first time
    #[arg(long)]
    all: bool,
}

fn format(text: &str) -> Result<NewsFormat, String> {
    match text {
        "text" => Ok(NewsFormat::Text),
        "jsonl" => Ok(NewsFormat::Jsonl),
        "atom" => Ok(NewsFormat::Atom),
        _ => Err("it is not one of text, jsonl, atom".to_owned()),
    }
}

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    match &args.command {
        Command::Save(args) => save(args, index),
        Command::List { json } => list(*json, index),
        Command::Run { names, peek } => {
            let watches = Watches::open(index)?;
            if let Some(name) = names.iter().find(|name| !watches.contains(name)) {
                bail!("there is no saved search `{name}`");
            }
            let told = tell(watches, names, *peek, index)?;
            Ok(if told { DONE } else { NOTHING })
        }
        Command::Remove { names } => {
            let mut watches = Watches::open(index)?;
            for name in names {
                if !watches.remove(name)? {
                    bail!("there is no saved search `{name}`");
                }
            }
            Ok(DONE)
        }
    }
}

/// Tells what is new after the index has changed. What goes wrong is said, but does not undo the indexing.
pub(super) fn after_index(index: &Path) {
    let told = Watches::open(index)
        .map_err(Into::into)
        .and_then(|watches| {
            if watches.iter().next().is_none() {
                return Ok(false);
            }
            tell(watches, &[], false, index)
        });
    if let Err(error) = told {
        report::warning(&format!("the saved searches were not run: {error:#}"));
    }
}

fn save(args: &SaveArgs, index: &Path) -> Result<u8> {
    let request = args.question.request()?;
    let output = match &args.output {
        // A later run may start from another folder.
        Some(path) => Some(
            std::path::absolute(path)
                .with_context(|| format!("cannot use the path {}", path.display()))?,
        ),
        None if args.format == NewsFormat::Atom => bail!("a feed needs a file: give --output"),
        None => None,
    };
    let search = Search {
        query: request.query,
        filters: request.filters,
        min_confidence: request.min_confidence,
    };
    let watch = Watch::new(search, args.format, output);
    let searcher = Searcher::open(index)?;
    let mut watches = Watches::open(index)?;
    let there = watches.contains(&args.name);
    if !watches.save(&args.name, watch, &searcher, request.today, args.all)? {
        bail!("a name has 1 to 100 bytes and no control characters");
    }
    let verb = if there { "replaced" } else { "saved" };
    report::line(&format!("{verb} `{}`", one_line(&args.name)));
    Ok(DONE)
}

fn list(json: bool, index: &Path) -> Result<u8> {
    let watches = Watches::open(index)?;
    let mut out = anstream::stdout().lock();
    let mut none = true;
    for (name, watch) in watches.iter() {
        none = false;
        let output = watch.output.as_ref().map(|o| o.display().to_string());
        if json {
            let line = serde_json::json!({
                "name": name, "search": watch.search, "format": watch.format, "output": output,
            });
            writeln!(out, "{line}")?;
            continue;
        }
        let query = one_line(&watch.search.query.to_string());
        write!(out, "{SPEAKER}{}{SPEAKER:#}  {query}", one_line(name))?;
        if let Some(output) = output {
            write!(out, "  {DIM}→ {}{DIM:#}", one_line(&output))?;
        }
        writeln!(out)?;
    }
    Ok(if none { NOTHING } else { DONE })
}

/// Writes the news of every search to where it wants them, and notes them as told. Says whether there were any.
fn tell(mut watches: Watches, names: &[String], peek: bool, index: &Path) -> Result<bool> {
    let searcher = Searcher::open(index)?;
    let today = chrono::Local::now().date_naive();
    let news = watches.news(names, &searcher, today)?;
    for news in &news {
        match (&news.watch.output, news.watch.format) {
            (None, NewsFormat::Text) => text(&mut anstream::stdout().lock(), news)?,
            (None, NewsFormat::Jsonl) => jsonl(&mut io::stdout().lock(), &news.hits)?,
            (None, NewsFormat::Atom) => bail!("a feed needs a file"),
            (Some(path), format) => deliver(path, format, news, &searcher, today)
                .with_context(|| format!("cannot write {}", path.display()))?,
        }
        if !peek {
            watches.tell(news)?;
        }
    }
    Ok(!news.is_empty())
}

fn deliver(
    path: &Path,
    format: NewsFormat,
    news: &News,
    searcher: &Searcher,
    today: chrono::NaiveDate,
) -> Result<()> {
    if format == NewsFormat::Atom {
        let old = match fs::read_to_string(path) {
            Ok(old) => old,
            Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(e.into()),
        };
        let provenance = Provenance {
            query: news.watch.search.query.clone(),
            filters: news.watch.search.filters.clone(),
            total: news.hits.len() as u64,
            index_generation: searcher.index().manifest().generation,
            day: PartialDate::from(today),
        };
        let mut exporter = Exporter::begin(Vec::new(), Format::Atom, provenance)?;
        for hit in &news.hits {
            exporter.write(hit)?;
        }
        let (new, _) = exporter.finish_into()?;
        let feed = joined(&String::from_utf8(new)?, &old)?;
        return Ok(write_atomically(path, feed.as_bytes())?);
    }
    let mut plain = Vec::new();
    match format {
        NewsFormat::Jsonl => jsonl(&mut plain, &news.hits)?,
        NewsFormat::Text | NewsFormat::Atom => {
            text(&mut anstream::StripStream::new(&mut plain), news)?;
        }
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(&plain)?;
    Ok(file.sync_all()?)
}

fn text(out: &mut impl Write, news: &News) -> Result<()> {
    let n = news.hits.len();
    writeln!(
        out,
        "{SPEAKER}{}{SPEAKER:#}: {n} new {}\n",
        one_line(&news.name),
        if n == 1 { "statement" } else { "statements" }
    )?;
    for hit in &news.hits {
        statement(out, hit, false, false)?;
    }
    Ok(())
}

fn jsonl(out: &mut impl Write, hits: &[StatementHit]) -> Result<()> {
    for hit in hits {
        serde_json::to_writer(&mut *out, hit)?;
        writeln!(out)?;
    }
    Ok(())
}

/// The new feed with the entries of the old one behind its own.
fn joined(new: &str, old: &str) -> Result<String> {
    const BEGIN: &str = "<entry>";
    const END: &str = "</feed>";
    let Some(before_end) = new.rfind(END) else {
        bail!("the feed has no end");
    };
    let old_entries = match (old.trim().is_empty(), old.find(BEGIN), old.rfind(END)) {
        (true, ..) => "",
        (false, Some(begin), Some(end)) if begin < end && old.contains("<id>urn:whosaid:") => {
            old.get(begin..end).unwrap_or_default()
        }
        _ => bail!("the file is there, and it is no feed that whosaid wrote"),
    };
    let (new, end) = new.split_at(before_end);
    let room = LONGEST_FEED.saturating_sub(new.matches(BEGIN).count());
    let kept: String = old_entries
        .split_inclusive("</entry>\n")
        .take(room)
        .collect();
    Ok(format!("{new}{kept}{end}"))
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn a_feed_keeps_its_old_entries() {
        let feed = |entries: &[&str]| {
            let entries: String = entries
                .iter()
                .map(|e| format!("<entry>\n<id>urn:whosaid:{e}</id>\n</entry>\n"))
                .collect();
            format!("<feed>\n{entries}</feed>\n")
        };
        let two = joined(&feed(&["b"]), &feed(&["a"])).unwrap();
        assert_eq!(two, feed(&["b", "a"]));
        assert_eq!(joined(&feed(&["b"]), "").unwrap(), feed(&["b"]));
        assert!(joined(&feed(&["b"]), "my notes").is_err());
        let many: Vec<String> = (0..600).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let kept = joined(&feed(&["new"]), &feed(&many)).unwrap();
        assert_eq!(kept.matches("<entry>").count(), 500);
    }
}
