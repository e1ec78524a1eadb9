//! `whosaid person`: one person's spellings, roles over time, months, places, and latest statements.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use indicatif::HumanCount;

use super::search::{facet_table, statement};
use super::show::{self, DIM, SPEAKER};
use super::{DONE, NOTHING, report};
use crate::search::Searcher;

/// Show one person: other spellings, roles over time, statements a month, places, latest statements
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Full name or surname
    #[arg(required = true, value_name = "NAME")]
    name: Vec<String>,
    /// How many of the latest statements
    #[arg(short = 'n', long, value_name = "N", default_value_t = 5)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    let name = args.name.join(" ");
    let today = chrono::Local::now().date_naive();
    let Some(person) = Searcher::open(index)?.person(&name, today, args.limit)? else {
        report::line(&format!(
            "nobody of the name {name} has said anything in this index"
        ));
        return Ok(NOTHING);
    };
    let mut out = anstream::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &person)?;
        writeln!(out)?;
        return Ok(DONE);
    }
    writeln!(
        out,
        "{SPEAKER}{}{SPEAKER:#}  {} statements",
        show::one_line(&person.name),
        HumanCount(person.statements)
    )?;
    let others: Vec<String> = person
        .spellings
        .iter()
        .skip(1)
        .map(|s| format!("{} ({})", show::one_line(&s.name), s.count))
        .collect();
    if !others.is_empty() {
        writeln!(out, "also printed as {}", others.join(", "))?;
    }
    for role in &person.roles {
        let when = match (role.first, role.last) {
            (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
            (Some(day), _) | (None, Some(day)) => day.to_string(),
            (None, None) => String::new(),
        };
        writeln!(out, "  {}  {DIM}{when}{DIM:#}", show::one_line(&role.role))?;
    }
    if person.months.len() > 1 {
        let most = person
            .months
            .iter()
            .map(|m| m.count)
            .max()
            .unwrap_or(1)
            .max(1);
        let bars: String = person
            .months
            .iter()
            .map(|m| BARS[((m.count * 7).div_ceil(most) as usize).min(7)])
            .collect();
        let (first, last) = (
            &person.months[0].value,
            &person.months[person.months.len() - 1].value,
        );
        writeln!(out, "\n{first} {bars} {last}")?;
    }
    for counts in person.facets.iter().filter(|c| !c.values.is_empty()) {
        facet_table(&mut out, counts)?;
    }
    if !person.latest.is_empty() {
        writeln!(out, "\n{SPEAKER}Latest{SPEAKER:#}\n")?;
    }
    for hit in &person.latest {
        statement(&mut out, hit, false, false)?;
    }
    if !person.namesakes.is_empty() {
        let names: Vec<String> = person
            .namesakes
            .iter()
            .map(|n| format!("{} ({})", show::one_line(&n.name), n.count))
            .collect();
        writeln!(out, "{DIM}others of the name: {}{DIM:#}", names.join(", "))?;
    }
    Ok(DONE)
}

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
