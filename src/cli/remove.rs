//! `whosaid remove`: takes articles out of the index.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use indicatif::HumanCount;

use super::report::{self, counted};
use super::{DONE, NOTHING};
use crate::index::{IndexedArticle, Settings, Writer};

/// Take articles out of the index; their files stay
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid remove corpus/courier/ferry.txt
  whosaid remove --dry-run corpus/courier/
  whosaid search withdrawn --in articles --format ids | xargs whosaid remove

Run `whosaid index` on their files again, and they are back.")]
pub(super) struct Args {
    /// Ids of articles, or files or folders that they came from
    #[arg(required = true, value_name = "ID|PATH")]
    articles: Vec<String>,
    /// Say what would be taken out, and leave it in
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    // Opening for writing would make an index where there is none.
    crate::index::open_reader(index)?;
    let mut writer = Writer::open(index, &Settings::default()).map_err(report::unwritten)?;
    let all = writer.articles()?;
    let mut removed = 0;
    let mut out = anstream::stdout().lock();
    for wanted in &args.articles {
        let mut found = all.iter().filter(|article| is(article, wanted)).peekable();
        if found.peek().is_none() {
            report::warning(&format!(
                "no article of the index is, or came from, {wanted}"
            ));
        }
        for article in found {
            // One that two arguments name is there only once.
            if args.dry_run || writer.remove(&article.key)? {
                removed += 1;
                writeln!(out, "{}", report::printable(&article.id))?;
            }
        }
    }
    let would = if args.dry_run { "would remove " } else { "" };
    if !args.dry_run {
        writer.finish().map_err(report::unwritten)?;
    }
    report::line(&format!(
        "{would}{} of {}{}",
        HumanCount(removed),
        counted(all.len() as u64, "article", "articles"),
        if args.dry_run { "" } else { " removed" }
    ));
    Ok(if removed > 0 { DONE } else { NOTHING })
}

fn is(article: &IndexedArticle, wanted: &str) -> bool {
    article.id == wanted
        || article.key == wanted
        || Path::new(&article.origin.path).starts_with(wanted)
}
