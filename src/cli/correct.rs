//! `whosaid correct`: what people have found wrong: who is who, who said it, and what is no statement.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::show::{self, DIM, SPEAKER};
use super::{DONE, NOTHING, report};
use crate::corrections::{self, Change, Entry, Log};
use crate::index::people::People;
use crate::index::{Settings, Writer, names};
use crate::search::Searcher;

/// Correct who is who and who said what; undo it again
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid correct merge 'Jo Baker' 'Joanna Baker' --as 'Joanna Baker'
  whosaid correct split 'John Marsh' --article courier/ferry.txt --as 'John Marsh (pilot)'
  whosaid correct attribute 1f0c…a9.3 --to 'Ana Ruiz' --reason 'it was her deputy'
  whosaid correct undo 4

Corrections are kept in a log beside the index (index.corrections.jsonl), one JSON object a line. They hold at once, and \
again at every `whosaid index` and `whosaid rebuild`. Nothing in the log is ever changed; `undo` adds a line.")]
pub(super) struct Args {
    /// Who corrects
    #[arg(long, global = true, value_name = "NAME", env = "USER")]
    by: Option<String>,
    /// Why
    #[arg(long, global = true, value_name = "TEXT")]
    reason: Option<String>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// These names are one person's
    Merge {
        /// The names
        #[arg(required = true, num_args = 2.., value_name = "NAME")]
        names: Vec<String>,
        /// The name to show; without it the first
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
    /// These names are different people's, although they were taken for one
    Apart {
        /// The names
        #[arg(required = true, num_args = 2.., value_name = "NAME")]
        names: Vec<String>,
    },
    /// In some articles a name is another person's
    Split {
        /// The name
        name: String,
        /// Id or key of an article with the other person; may be repeated
        #[arg(long = "article", required = true, value_name = "ID")]
        articles: Vec<String>,
        /// What to call the other person
        #[arg(long = "as", value_name = "NAME")]
        other: String,
    },
    /// Show another name for a person
    Rename {
        /// The name shown now
        name: String,
        /// The name to show
        #[arg(long = "as", value_name = "NAME")]
        other: String,
    },
    /// Somebody else said it
    Attribute {
        /// Id of the statement, as `search --format ids` prints it
        statement: String,
        /// Who said it
        #[arg(long, value_name = "NAME")]
        to: String,
    },
    /// It is no statement, or not one that should be found
    Reject {
        /// Id of the statement
        statement: String,
    },
    /// Undo a correction
    Undo {
        /// Its number, as `list` prints it
        number: u64,
    },
    /// Print the corrections and their numbers
    List {
        /// Print JSON, an object a line
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    let path = corrections::beside(index);
    if let What::List { json } = args.what {
        return list(&Log::read(&path)?, json);
    }
    let searcher = Searcher::open(index)?;
    let change = change(&args.what, &searcher)?;
    let today = chrono::Local::now().date_naive();
    let text = |text: &Option<String>| text.clone().filter(|t| !t.trim().is_empty());
    let settings = Settings {
        extraction: searcher.index().manifest().extraction.clone(),
        ..Settings::default()
    };
    // Before the log grows: while another process writes, this one could not apply it.
    let mut writer = Writer::open(index, &settings)
        .with_context(|| format!("cannot write to the index {}", index.display()))?;
    let entry = corrections::append(
        &path,
        change,
        Some(today),
        text(&args.by),
        text(&args.reason),
    )?;
    let committed = writer.commit()?;
    let own = format!("correction {}:", entry.id);
    let mut applied = true;
    for note in &committed.notes {
        applied &= !note.starts_with(&own);
        report::warning(note);
    }
    drop(writer);
    report::line(&format!(
        "correction {} is in {}{}",
        entry.id,
        path.display(),
        if applied { "" } else { ", but changes nothing" }
    ));
    if applied {
        after(&entry.change, index)?;
    }
    Ok(if applied { DONE } else { NOTHING })
}

/// The change that was asked for, names and ids checked against the index.
fn change(what: &What, searcher: &Searcher) -> Result<Change> {
    let today = chrono::Local::now().date_naive();
    let somebody = |name: &String| -> Result<()> {
        let known = searcher.index().people()?;
        if known.named(name).is_some() || known.of_key(&names::key(name)).next().is_some() {
            return Ok(());
        }
        // Who speaks is known by the speakers' names; who is only talked about, to the register alone.
        let near = searcher.whois(name, today)?;
        if near.is_empty() && !searcher.is_named(name)? {
            bail!("nobody is named `{name}` in the index");
        }
        if !near.is_empty() && !near.iter().any(|c| names::key(&c.name) == names::key(name)) {
            let names: Vec<&str> = near.iter().map(|c| c.name.as_str()).collect();
            bail!(
                "nobody is named just `{name}` in the index; there is {}",
                names.join(", ")
            );
        }
        Ok(())
    };
    let quote = |id: &str| -> Result<String> {
        match searcher.stored_statement(id)? {
            Some(stored) => Ok(stored.words()),
            None => bail!("there is no statement {id} in the index"),
        }
    };
    Ok(match what {
        What::Merge { names, name } => {
            names.iter().try_for_each(somebody)?;
            Change::Merge {
                names: names.clone(),
                r#as: name.clone(),
            }
        }
        What::Apart { names } => {
            names.iter().try_for_each(somebody)?;
            Change::Apart {
                names: names.clone(),
            }
        }
        What::Split {
            name,
            articles,
            other,
        } => {
            somebody(name)?;
            let mut keys = Vec::new();
            for article in articles {
                match searcher.article_key(article)? {
                    Some(key) => keys.push(key),
                    None => bail!("there is no article {article} in the index"),
                }
            }
            Change::Split {
                name: name.clone(),
                articles: keys,
                r#as: other.clone(),
            }
        }
        What::Rename { name, other } => {
            somebody(name)?;
            Change::Rename {
                name: name.clone(),
                r#as: other.clone(),
            }
        }
        What::Attribute { statement, to } => Change::Attribute {
            statement: statement.clone(),
            quote: quote(statement)?,
            to: to.clone(),
        },
        What::Reject { statement } => Change::Reject {
            statement: statement.clone(),
            quote: quote(statement)?,
        },
        What::Undo { number } => Change::Undo { entry: *number },
        What::List { .. } => bail!("nothing to correct"),
    })
}

/// What the names of a correction stand for now.
fn after(change: &Change, index: &Path) -> Result<()> {
    let names: Vec<&String> = match change {
        Change::Merge { names, r#as } => r#as.iter().chain(names).collect(),
        Change::Apart { names } => names.iter().collect(),
        Change::Split { name, r#as, .. } | Change::Rename { name, r#as } => vec![name, r#as],
        Change::Attribute { .. } | Change::Reject { .. } | Change::Undo { .. } => return Ok(()),
    };
    let searcher = Searcher::open(index)?;
    let people: std::sync::Arc<People> = searcher.index().people()?;
    let mut shown: Vec<&str> = Vec::new();
    for name in names {
        let key = names::key(name);
        let found = people.named(name).into_iter().chain(people.of_key(&key));
        for person in found {
            if !shown.contains(&person.name.as_str()) {
                shown.push(&person.name);
                let also: Vec<&str> = person
                    .spellings
                    .iter()
                    .map(String::as_str)
                    .filter(|s| *s != person.name)
                    .collect();
                report::line(&format!(
                    "  {}{}",
                    report::printable(&person.name),
                    if also.is_empty() {
                        String::new()
                    } else {
                        format!(", printed as {}", report::printable(&also.join(", ")))
                    }
                ));
            }
        }
    }
    Ok(())
}

fn list(log: &Log, json: bool) -> Result<u8> {
    let mut out = anstream::stdout().lock();
    for fault in log.faults() {
        report::warning(&fault.to_string());
    }
    for entry in log.entries() {
        if json {
            serde_json::to_writer(&mut out, entry)?;
            writeln!(out)?;
            continue;
        }
        let holds = matches!(entry.change, Change::Undo { .. }) || log.holds(entry.id);
        writeln!(
            out,
            "{SPEAKER}{:>3}{SPEAKER:#}  {}{}",
            entry.id,
            show::one_line(&describe(entry)),
            if holds { "" } else { "  (undone)" }
        )?;
        writeln!(out, "     {DIM}{}{DIM:#}", show::one_line(&entry.note()))?;
    }
    Ok(if log.entries().is_empty() {
        NOTHING
    } else {
        DONE
    })
}

fn describe(entry: &Entry) -> String {
    let short = |quote: &str| {
        let words: Vec<&str> = quote.split_whitespace().take(8).collect();
        match words.is_empty() {
            true => String::new(),
            false => format!(" “{} …”", words.join(" ")),
        }
    };
    match &entry.change {
        Change::Merge { names, r#as } => match r#as {
            Some(name) => format!("{} are one: {name}", names.join(" and ")),
            None => format!("{} are one", names.join(" and ")),
        },
        Change::Apart { names } => format!("{} are not one", names.join(" and ")),
        Change::Split {
            name,
            articles,
            r#as,
        } => format!("{name} is {} in {}", r#as, articles.join(", ")),
        Change::Rename { name, r#as } => format!("{name} is shown as {as}"),
        Change::Attribute {
            statement,
            quote,
            to,
        } => format!("{to} said {statement}{}", short(quote)),
        Change::Reject { statement, quote } => {
            format!("{statement} is no statement{}", short(quote))
        }
        Change::Undo { entry } => format!("{entry} does not hold"),
    }
}
