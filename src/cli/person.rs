//! `whosaid person`: one person's spellings, roles over time, months, places, and latest statements.

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use super::answer::{facet_table, statement};
use super::report::{self, counted};
use super::show::{self, DIM, SPEAKER};
use super::{DONE, FAILED, NOTHING};
use crate::search::{Candidate, Depth, Facet, FacetCounts, PersonView, Searcher, StatementHit};

/// Show one person: other spellings, roles over time, statements a month, places, latest statements
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid person Brandt
  whosaid person 'John Marsh (pilot)' --json

A name that several people have, or a surname of several, prints who they are; the exit code is then 2.")]
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
    let searcher = Searcher::open(index)?;
    let meant = searcher.whois(&name, today)?;
    let mut out = anstream::stdout().lock();
    let one = match meant.as_slice() {
        [] => {
            if searcher.is_named(&name)? {
                report::line(&format!(
                    "{name} is named in this index, but says nothing in it"
                ));
                report::hint(&format!("whosaid search 'about:\"{name}\"'"));
            } else {
                report::line(&format!("nobody of the name {name} is in this index"));
            }
            return Ok(NOTHING);
        }
        [one] => one,
        several => {
            if args.json {
                let answer = serde_json::json!({"ambiguous": true, "candidates": several});
                serde_json::to_writer_pretty(&mut out, &answer)?;
                writeln!(out)?;
            } else {
                candidates(&mut out, &name, several)?;
            }
            return Ok(FAILED);
        }
    };
    let depth = Depth {
        latest: args.limit,
        ..Depth::default()
    };
    let Some(person) = searcher.person(&one.name, today, depth)? else {
        return Ok(NOTHING);
    };
    if args.json {
        serde_json::to_writer_pretty(&mut out, &person)?;
        writeln!(out)?;
        return Ok(DONE);
    }
    show_person(&mut out, &person)?;
    Ok(DONE)
}

/// Who a name may mean, a line each, with what tells them apart.
fn candidates(out: &mut impl Write, name: &str, several: &[Candidate]) -> Result<()> {
    writeln!(
        out,
        "{} may be one of {}:\n",
        show::one_line(name),
        several.len()
    )?;
    let widest = several
        .iter()
        .map(|c| c.name.chars().count())
        .max()
        .unwrap_or(0);
    for candidate in several {
        let mut facts = vec![counted(candidate.statements, "statement", "statements")];
        // What stands in brackets need not be said again.
        let said = |what: &str| candidate.name.contains(what);
        facts.extend(candidate.role.iter().filter(|r| !said(r)).cloned());
        facts.extend(candidate.place.iter().filter(|p| !said(p)).cloned());
        facts.extend(candidate.outlet.iter().map(|o| format!("in {o}")));
        if let Some((first, last)) = &candidate.between {
            facts.push(if first == last {
                first.clone()
            } else {
                format!("{first} to {last}")
            });
        }
        let pad = " ".repeat(widest - candidate.name.chars().count());
        writeln!(
            out,
            "  {SPEAKER}{}{SPEAKER:#}{pad}  {DIM}{}{DIM:#}",
            show::one_line(&candidate.name),
            show::one_line(&facts.join(", "))
        )?;
    }
    report::hint("\nname one of them in full: whosaid person 'NAME'");
    Ok(())
}

fn show_person(out: &mut impl Write, person: &PersonView) -> Result<()> {
    let mut counts = counted(person.statements, "statement", "statements");
    if person.talked_about > 0 {
        counts += &format!(
            ", named in {}",
            counted(person.talked_about, "statement", "statements")
        );
    }
    writeln!(
        out,
        "{SPEAKER}{}{SPEAKER:#}  {counts}",
        show::one_line(&person.name)
    )?;
    let others: Vec<String> = person
        .spellings
        .iter()
        .filter(|s| s.name != person.name)
        .map(|s| format!("{} ({})", show::one_line(&s.name), s.count))
        .collect();
    if !others.is_empty() {
        writeln!(out, "also printed as {}", others.join(", "))?;
    }
    for why in &person.evidence {
        let shared = if why.shared.is_empty() {
            String::new()
        } else {
            format!("; {}", why.shared)
        };
        let names = if why.one == why.other {
            why.one.clone()
        } else {
            format!("{} = {}", why.one, why.other)
        };
        let line = format!("{names}: {}{shared}", why.rule);
        writeln!(out, "  {DIM}{}{DIM:#}", show::one_line(&line))?;
    }
    roles(out, person)?;
    months(out, person)?;
    for facet in SHOWN {
        let counts = person.facets.iter().find(|c| c.facet == facet);
        if let Some(counts) = counts.filter(|c| !c.values.is_empty()) {
            let most = FacetCounts {
                facet,
                distinct: counts.distinct,
                values: counts.values.iter().take(LISTED).cloned().collect(),
            };
            facet_table(out, &most)?;
        }
    }
    if !person.companions.is_empty() {
        let names: Vec<String> = person
            .companions
            .iter()
            .take(LISTED)
            .map(|c| format!("{} ({})", show::one_line(&c.label), c.count))
            .collect();
        writeln!(out, "\n{SPEAKER}Quoted in the same articles{SPEAKER:#}\n")?;
        writeln!(out, "{}", show::wrapped(&names.join(", "), 2))?;
    }
    if !person.repeated.is_empty() {
        writeln!(out, "\n{SPEAKER}Printed more than once{SPEAKER:#}\n")?;
        for hit in person.repeated.iter().take(REPEATED) {
            let times = format!("{}×", hit.copy_count + 1);
            writeln!(
                out,
                "{}",
                show::wrapped(&format!("{times} {}", quote(hit)), 2)
            )?;
        }
    }
    if !person.may_contradict.is_empty() {
        writeln!(
            out,
            "\n{SPEAKER}May contradict{SPEAKER:#}  {DIM}much the same words; read them before you judge{DIM:#}\n"
        )?;
        for pair in person.may_contradict.iter().take(REPEATED) {
            writeln!(
                out,
                "  {DIM}{}{DIM:#}",
                show::one_line(&pair.by.to_string())
            )?;
            for hit in [&pair.one, &pair.other] {
                writeln!(out, "{}", show::wrapped(&quote(hit), 4))?;
            }
        }
    }
    if !person.latest.is_empty() {
        writeln!(out, "\n{SPEAKER}Latest{SPEAKER:#}\n")?;
    }
    for hit in &person.latest {
        statement(out, hit, false, false)?;
    }
    if !person.namesakes.is_empty() {
        let names: Vec<String> = person
            .namesakes
            .iter()
            .map(|n| format!("{} ({})", show::one_line(&n.name), n.count))
            .collect();
        writeln!(out, "{DIM}others of the name: {}{DIM:#}", names.join(", "))?;
    }
    Ok(())
}

/// The words, the day and the outlet, in one line.
fn quote(hit: &StatementHit) -> String {
    let mut line = format!(
        "“{}”",
        show::one_line(&hit.quote.text).trim_matches(['“', '”', '"'])
    );
    let day = hit.published.map(|d| d.to_string());
    let from: Vec<String> = day.into_iter().chain(hit.outlet.clone()).collect();
    if !from.is_empty() {
        line += &format!(" ({})", show::one_line(&from.join(", ")));
    }
    line
}

/// Roles as printed, those of the latest articles first.
fn roles(out: &mut impl Write, person: &PersonView) -> Result<()> {
    let mut roles: Vec<_> = person.roles.iter().collect();
    roles.sort_by(|a, b| {
        (b.last, b.count)
            .cmp(&(a.last, a.count))
            .then_with(|| a.role.cmp(&b.role))
    });
    for role in roles.iter().take(LISTED) {
        let when = match (role.first, role.last) {
            (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
            (Some(day), _) | (None, Some(day)) => day.to_string(),
            (None, None) => String::new(),
        };
        writeln!(out, "  {}  {DIM}{when}{DIM:#}", show::one_line(&role.role))?;
    }
    if roles.len() > LISTED {
        let more = counted((roles.len() - LISTED) as u64, "other role", "other roles");
        writeln!(out, "  {DIM}and {more} (--json has them){DIM:#}")?;
    }
    Ok(())
}

/// Statements a month as a row of bars; months without any have none.
fn months(out: &mut impl Write, person: &PersonView) -> Result<()> {
    let [first, .., last] = person.months.as_slice() else {
        return Ok(());
    };
    let number = |month: &str| -> Option<i32> {
        let (year, month) = month.split_once('-')?;
        Some(year.parse::<i32>().ok()? * 12 + month.parse::<i32>().ok()? - 1)
    };
    let (Some(begin), Some(end)) = (number(&first.value), number(&last.value)) else {
        return Ok(());
    };
    // As many months a bar as the line has room for.
    let room = show::width().saturating_sub(20).max(10) as i32;
    let each = (end - begin + room) / room;
    let mut sums = vec![0_u64; ((end - begin) / each + 1).max(1) as usize];
    for month in &person.months {
        if let Some(at) = number(&month.value)
            && let Some(sum) = sums.get_mut(((at - begin) / each) as usize)
        {
            *sum += month.count;
        }
    }
    let most = sums.iter().copied().max().unwrap_or(1).max(1);
    let bars: String = sums
        .iter()
        .map(|sum| match sum {
            0 => ' ',
            n => BARS[((n * 8).div_ceil(most) as usize).clamp(1, 8) - 1],
        })
        .collect();
    let unit = match each {
        1 => "a month".to_owned(),
        n => format!("in {n} months"),
    };
    writeln!(
        out,
        "\n{} {bars} {}  {DIM}at most {most} {unit}{DIM:#}",
        first.value, last.value
    )?;
    Ok(())
}

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Facets that are printed; `--json` has all.
const SHOWN: [Facet; 5] = [
    Facet::Place,
    Facet::Outlet,
    Facet::Organisation,
    Facet::Stance,
    Facet::About,
];
/// Most roles, values and names listed.
const LISTED: usize = 8;
/// Most quotations printed of a sort.
const REPEATED: usize = 4;
