//! What answers look like in a terminal.

use std::collections::HashMap;
use std::io::Write;

use anyhow::Result;
use clap::ValueEnum;

use super::check::diff;
use super::report::{self, counted};
use super::show::{self, DIM, MARK, SPEAKER};
use crate::search::{
    Answer, ArticleHit, Copy, CopyKind, Counting, FacetCounts, FacetValue, Hit, Marked, Scope,
    StatementHit,
};

/// What of an answer is shown.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shown {
    /// The words around each statement.
    pub(super) context: bool,
    /// How each field was found.
    pub(super) explain: bool,
    /// How many hits come before the first.
    pub(super) offset: usize,
    /// What hits that stand together have in common.
    pub(super) group: Option<Group>,
}

/// What hits can be put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Group {
    /// Who said it
    Speaker,
    /// The article that it stands in
    Article,
    /// When it was said, else published
    Month,
}

impl Group {
    /// What a hit has in common with its group, for people.
    fn of(self, hit: &Hit) -> String {
        let month = |value: &str| value.get(..7).map(ToOwned::to_owned);
        let found = match (self, hit) {
            (Self::Speaker, Hit::Statement(hit)) => hit
                .speaker
                .person
                .clone()
                .or_else(|| hit.speaker.name.clone()),
            (Self::Speaker, Hit::Article(hit)) => Some(hit.byline.join(", ")),
            (Self::Article, Hit::Statement(hit)) => hit.title.clone(),
            (Self::Article, Hit::Article(hit)) => hit.title.as_ref().map(|t| t.text.clone()),
            (Self::Month, Hit::Statement(hit)) => {
                let said = hit.said.as_ref().and_then(|s| month(s.value.as_deref()?));
                said.or_else(|| month(&hit.published?.to_string()))
            }
            (Self::Month, Hit::Article(hit)) => hit.published.and_then(|d| month(&d.to_string())),
        };
        found.filter(|name| !name.is_empty()).unwrap_or_else(|| {
            match self {
                Self::Speaker => "Source not named",
                Self::Article => "Untitled",
                Self::Month => "No month",
            }
            .to_owned()
        })
    }
}

/// Puts hits of one group together, in the order of the first of each.
pub(super) fn group(hits: &mut [Hit], group: Group) {
    let mut first: HashMap<String, usize> = HashMap::new();
    for hit in hits.iter() {
        let next = first.len();
        first.entry(group.of(hit)).or_insert(next);
    }
    hits.sort_by_key(|hit| first.get(&group.of(hit)).copied());
}

/// Hits, facets, and how many there are.
pub(super) fn human(out: &mut impl Write, answer: &Answer, shown: Shown) -> Result<()> {
    let mut last = None;
    for hit in &answer.hits {
        let group = shown.group.map(|group| group.of(hit));
        if let Some(group) = group.filter(|g| last.as_ref() != Some(g)) {
            writeln!(out, "{DIM}──{DIM:#} {}\n", show::one_line(&group))?;
            last = Some(group);
        }
        match hit {
            Hit::Statement(hit) => statement(out, hit, shown.context, shown.explain)?,
            Hit::Article(hit) => article(out, hit)?,
        }
    }
    for counts in &answer.facets {
        facet_table(out, counts)?;
    }
    if answer.total > 0 {
        let range = match answer.hits.len() {
            0 => String::new(),
            n => format!(", {} to {} shown", shown.offset + 1, shown.offset + n),
        };
        let (total, took) = (total(answer), answer.took_ms);
        writeln!(out, "{DIM}{total}{range}, {took:.0} ms{DIM:#}")?;
    }
    Ok(())
}

/// How many there are, of what was counted.
pub(super) fn total(answer: &Answer) -> String {
    let (one, many) = match (answer.scope, answer.counting) {
        (Scope::Statements, Counting::Raw) => ("statement", "statements"),
        (Scope::Statements, Counting::Distinct) => ("different statement", "different statements"),
        (Scope::Articles, Counting::Raw) => ("article", "articles"),
        (Scope::Articles, Counting::Distinct) | (_, Counting::Articles) => {
            ("different article", "different articles")
        }
    };
    counted(answer.total, one, many)
}

/// One statement; `context`: with the words around it, `explain`: with how its fields were found.
pub(super) fn statement(
    out: &mut impl Write,
    hit: &StatementHit,
    context: bool,
    explain: bool,
) -> Result<()> {
    let speaker = &hit.speaker;
    let name = speaker
        .name
        .clone()
        .unwrap_or_else(|| match hit.source.as_str() {
            "" => "(source not named)".to_owned(),
            source => show::one_line(source),
        });
    write!(out, "{SPEAKER}{}{SPEAKER:#}", show::one_line(&name))?;
    if let Some(role) = speaker.role.as_deref().filter(|r| !name.contains(*r)) {
        write!(out, ", {}", show::one_line(role))?;
    }
    if let Some(whom) = speaker
        .on_behalf_of
        .as_deref()
        .filter(|w| !name.contains(*w))
    {
        write!(out, ", for {}", show::one_line(whom))?;
    }
    if let Some(person) = &speaker.person {
        write!(out, "  {DIM}= {}{DIM:#}", show::one_line(person))?;
    }
    writeln!(out)?;
    let words = if context || hit.quote.text.is_empty() {
        &hit.passage
    } else {
        &hit.quote
    };
    writeln!(out, "{}", marked(words, 4))?;
    let mut facts = vec![hit.kind.to_string()];
    if hit.stance != crate::article::Stance::Neutral {
        facts.push(hit.stance.to_string());
    }
    facts.extend(
        hit.addressee
            .as_deref()
            .map(|to| format!("to {}", show::one_line(to))),
    );
    facts.extend(
        hit.medium
            .as_deref()
            .map(|via| format!("via {}", show::one_line(via))),
    );
    facts.extend(hit.said.as_ref().map(|s| {
        let words = show::one_line(&s.text);
        s.value.as_ref().filter(|v| **v != words).map_or_else(
            || format!("said {words}"),
            |v| format!("said {words} ({v})"),
        )
    }));
    let place = hit.place.as_ref().or(hit.dateline.as_ref());
    facts.extend(place.map(|p| show::one_line(&p.name)));
    facts.push(format!("{:.0} %", hit.confidence * 100.0));
    writeln!(out, "    {DIM}{}{DIM:#}", facts.join(" · "))?;
    let mut origin = Vec::new();
    origin.extend(hit.outlet.as_deref().map(show::one_line));
    origin.extend(hit.published.map(|d| d.to_string()));
    origin.extend(hit.title.as_deref().map(show::one_line));
    origin.push(match hit.origin.record {
        Some(n) => format!("{}:{n}", show::one_line(&hit.origin.path)),
        None => show::one_line(&hit.origin.path),
    });
    writeln!(out, "    {DIM}{}{DIM:#}", origin.join(" · "))?;
    if !hit.copies.is_empty() {
        writeln!(out, "    {DIM}also in {}{DIM:#}", also_in(&hit.copies))?;
    }
    for copy in &hit.copies {
        if !copy.diff.is_empty() {
            writeln!(out, "    {DIM}{}{DIM:#}", outlet(copy))?;
            writeln!(out, "{}", show::wrapped(&diff(&copy.diff), 6))?;
        }
    }
    if explain {
        writeln!(out, "    {DIM}{}{DIM:#}", hit.id)?;
        for step in &hit.evidence {
            writeln!(out, "    {DIM}{}: {}{DIM:#}", step.field, step.rule)?;
        }
    }
    writeln!(out)?;
    Ok(())
}

/// The outlets that printed a quotation too, each once for each way of doing so.
fn also_in(copies: &[Copy]) -> String {
    let mut outlets: Vec<String> = Vec::new();
    for copy in copies {
        let how = match copy.how {
            CopyKind::Same => "",
            CopyKind::Shortened => " (shortened)",
            CopyKind::Longer => " (longer)",
            CopyKind::Altered => " (altered)",
        };
        let outlet = outlet(copy) + how;
        if !outlets.contains(&outlet) {
            outlets.push(outlet);
        }
    }
    outlets.join(", ")
}

fn outlet(copy: &Copy) -> String {
    let title = || copy.title.as_deref().map(|title| format!("“{title}”"));
    let outlet = copy.outlet.clone().or_else(title);
    show::one_line(&outlet.unwrap_or_else(|| "another article".to_owned()))
}

fn article(out: &mut impl Write, hit: &ArticleHit) -> Result<()> {
    let title = hit.title.as_ref().map_or_else(
        || show::one_line(&hit.origin.path),
        |t| show::one_line(&t.text),
    );
    writeln!(out, "{SPEAKER}{title}{SPEAKER:#}")?;
    writeln!(out, "{}", marked(&hit.passage, 4))?;
    let mut origin = Vec::new();
    origin.extend(hit.outlet.as_deref().map(show::one_line));
    origin.extend(hit.published.map(|d| d.to_string()));
    if !hit.byline.is_empty() {
        origin.push(show::one_line(&format!("by {}", hit.byline.join(", "))));
    }
    origin.push(counted(hit.statements as u64, "statement", "statements"));
    origin.push(show::one_line(&hit.origin.path));
    writeln!(out, "    {DIM}{}{DIM:#}\n", origin.join(" · "))?;
    Ok(())
}

/// The text wrapped under `indent` spaces, its marks in colour.
fn marked(text: &Marked, indent: usize) -> String {
    // Wrapped first, coloured after: the marks are carried through by two characters that no printable text holds.
    const BEGIN: char = '\u{1}';
    const END: char = '\u{2}';
    let mut with = String::with_capacity(text.text.len() + 16);
    let mut at = 0;
    for mark in &text.marks {
        let (Some(before), Some(words)) = (
            text.text.get(at..mark.begin as usize),
            text.text.get(mark.range()),
        ) else {
            continue;
        };
        with += &report::printable(before);
        with.push(BEGIN);
        with += &report::printable(words);
        with.push(END);
        at = mark.end as usize;
    }
    with += &report::printable(text.text.get(at..).unwrap_or_default());
    let one_line = with.split_whitespace().collect::<Vec<_>>().join(" ");
    let pad = " ".repeat(indent);
    let options = textwrap::Options::new(show::width())
        .initial_indent(&pad)
        .subsequent_indent(&pad)
        .break_words(false);
    textwrap::fill(&one_line, options)
        .replace(BEGIN, &MARK.to_string())
        .replace(END, &format!("{MARK:#}"))
}

pub(super) fn facet_table(out: &mut impl Write, counts: &FacetCounts) -> Result<()> {
    let name = counts.facet.to_string();
    let title = name[..1].to_uppercase() + &name[1..];
    writeln!(
        out,
        "\n{SPEAKER}{title}{SPEAKER:#}{DIM}{}{DIM:#}",
        match counts.distinct as usize > counts.values.len() {
            true => format!(
                "  {} of {}",
                counts.values.len(),
                indicatif::HumanCount(counts.distinct)
            ),
            false => String::new(),
        }
    )?;
    let most = counts.values.iter().map(|v| v.count).max().unwrap_or(0);
    facet_rows(out, &counts.values, most, 0)
}

fn facet_rows(out: &mut impl Write, values: &[FacetValue], most: u64, depth: usize) -> Result<()> {
    for value in values {
        let label = format!("{}{}", "  ".repeat(depth), show::one_line(&value.label));
        let bar = "▪".repeat(((value.count * 24).div_ceil(most.max(1))) as usize);
        let tick = if value.selected { "✓ " } else { "  " };
        let pad = 34usize.saturating_sub(textwrap::core::display_width(&label));
        writeln!(
            out,
            "{tick}{label}{} {:>7}  {DIM}{bar}{DIM:#}",
            " ".repeat(pad),
            indicatif::HumanCount(value.count).to_string()
        )?;
        facet_rows(out, &value.children, most, depth + 1)?;
    }
    Ok(())
}
