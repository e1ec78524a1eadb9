//! `whosaid search` and `whosaid facets`: questions to the index, and what the answers look like.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use clap::ValueEnum;

use super::check::diff;
use super::show::{self, DIM, MARK, SPEAKER};
use super::{DONE, NOTHING, report};
use crate::date::PartialDate;
use crate::search::export;
use crate::search::query::{Field, Node, Query};
use crate::search::{
    Answer, ArticleHit, Copy, CopyKind, Counting, Facet, FacetCounts, FacetRequest, FacetValue,
    Hit, Marked, Request, Scope, Searcher, Sort, StatementHit,
};

/// Find statements (default) or whole articles
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid search ferry                                what anybody said about the ferry
  whosaid search 'lasting peace' -s Brandt            what people of that name said
  whosaid search -s Brandt --since 2025-11 --sort newest
  whosaid search 'speaker:brandt about:rotterdam said:2025 -kind:indirect \"no deal\"~5 sanction*'
  whosaid search port --facet speaker:20 --facet place --facet month -n 0

Words are joined by AND; OR binds tighter than AND; NOT or - excludes; \"…\" is a phrase, \"…\"~5 its words within five, \
peac* a prefix, minster~ a word with a letter wrong. Fields: speaker, about, to, via, role, org, speaks-for, place, \
said, published, kind, stance, cue, outlet, by, lang, type, title.")]
pub(super) struct Args {
    #[command(flatten)]
    question: Question,
    /// Statements or whole articles
    #[arg(long = "in", value_name = "WHAT", default_value_t)]
    scope: Scope,
    /// relevance, newest or oldest
    #[arg(long, value_name = "ORDER", default_value_t)]
    sort: Sort,
    /// How many hits, up to 1000; 0 for the counts alone
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Which page of them, from 1
    #[arg(long, value_name = "N", default_value_t = 1)]
    page: usize,
    /// List copies of a quotation one by one; otherwise exact, shortened and lightly altered copies are one hit
    #[arg(long)]
    copies: bool,
    /// Show word by word in what copies differ
    #[arg(long)]
    diff: bool,
    /// Show the words around each statement
    #[arg(short = 'C', long)]
    context: bool,
    /// Print the number of hits alone
    #[arg(short, long)]
    count: bool,
    /// Show how each field was found
    #[arg(long)]
    explain: bool,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
    /// The same as --format json
    #[arg(long)]
    json: bool,
}

/// Count speakers, places, outlets, months … of what a query finds
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  whosaid facets ferry --facet speaker:50")]
pub(super) struct FacetArgs {
    #[command(flatten)]
    question: Question,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What search and facets both take.
#[derive(Debug, clap::Args)]
pub(super) struct Question {
    /// Words, phrases and fields; nothing finds everything
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    /// Said by this person or organisation (repeat: any of them)
    #[arg(short, long, value_name = "NAME", help_heading = "Who")]
    speaker: Vec<String>,
    /// Not said by this person or organisation
    #[arg(long, value_name = "NAME", help_heading = "Who")]
    not_speaker: Vec<String>,
    /// Words of the speaker's role
    #[arg(long, value_name = "WORDS", help_heading = "Who")]
    role: Vec<String>,
    /// Organisation that the speaker is or speaks for
    #[arg(long, value_name = "NAME", help_heading = "Who")]
    org: Vec<String>,
    /// Whom a spokesperson speaks for
    #[arg(long, value_name = "NAME", help_heading = "Who")]
    speaks_for: Vec<String>,
    /// direct, mixed or indirect
    #[arg(long, value_name = "KIND", help_heading = "What")]
    kind: Vec<crate::article::Kind>,
    /// neutral, claims, admits, denies, warns, promises or declines
    #[arg(long, value_name = "STANCE", help_heading = "What")]
    stance: Vec<crate::article::Stance>,
    /// Named in what was said
    #[arg(long, value_name = "NAME", help_heading = "What")]
    about: Vec<String>,
    /// Who was told
    #[arg(long, value_name = "NAME", help_heading = "What")]
    to: Vec<String>,
    /// Through what: X, a statement, an interview
    #[arg(long, value_name = "NAME", help_heading = "What")]
    via: Vec<String>,
    /// On or after (2025, 2025-11, 2025-11-20, yesterday, 7d)
    #[arg(long, value_name = "DATE", help_heading = "When")]
    since: Option<String>,
    /// On or before
    #[arg(long, value_name = "DATE", help_heading = "When")]
    until: Option<String>,
    /// On that day, or in that month or year
    #[arg(long, value_name = "DATE", help_heading = "When", conflicts_with_all = ["since", "until"])]
    on: Option<String>,
    /// Which date is meant
    #[arg(
        long,
        value_name = "WHICH",
        help_heading = "When",
        value_enum,
        default_value_t
    )]
    date: WhichDate,
    /// Said there, reported from there, or talking about it
    #[arg(short, long, value_name = "NAME", help_heading = "Where")]
    place: Vec<String>,
    /// Published by
    #[arg(short, long, value_name = "NAME", help_heading = "Source")]
    outlet: Vec<String>,
    /// Written by
    #[arg(long, value_name = "NAME", help_heading = "Source")]
    by: Vec<String>,
    /// Language code of the article
    #[arg(long, value_name = "CODE", help_heading = "Source")]
    lang: Vec<String>,
    /// What totals and facets count: raw (every statement), distinct (copies of a quotation once) or articles
    #[arg(long, value_name = "WHAT", default_value_t)]
    count_by: Counting,
    /// Least confidence of a statement, 0 to 1
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    min_confidence: f32,
    /// Count this facet, with at most N values: speaker, role, org, type, place, outlet, byline, kind, stance, medium,
    /// about, lang, month, year
    #[arg(long = "facet", value_name = "FACET[:N]", value_parser = facet)]
    facets: Vec<FacetRequest>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum WhichDate {
    /// When it was said; if the text does not tell, when it was published
    #[default]
    Said,
    /// When the article was published
    Published,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For reading
    #[default]
    Human,
    /// The whole answer as one object
    Json,
    /// One hit a line
    Jsonl,
    /// A table of statements
    Csv,
    /// Statements as block quotations
    Md,
    /// Ids alone, one a line
    Ids,
}

fn facet(text: &str) -> Result<FacetRequest, String> {
    let (name, limit) = match text.split_once(':') {
        Some((name, limit)) => (
            name,
            limit
                .parse()
                .map_err(|_| format!("`{limit}` is not a number"))?,
        ),
        None => (text, 10),
    };
    Ok(FacetRequest::new(
        name.parse::<Facet>().map_err(|e| e.to_string())?,
        limit,
    ))
}

impl Question {
    /// Everything that was asked for, as one query; what was not taken as typed goes to standard error.
    pub(super) fn request(&self) -> Result<Request> {
        let typed = self.query.join(" ");
        let parsed = Query::read(&typed)
            .map_err(|e| anyhow!("{e}\n{}", caret(&typed, e.position()..e.position() + 1)))?;
        for warning in &parsed.warnings {
            let meant = warning
                .suggestion
                .as_ref()
                .map(|s| format!("; did you mean {s}?"))
                .unwrap_or_default();
            report::warning(&format!(
                "{}{meant}\n{}",
                warning.message,
                caret(&typed, warning.at.0..warning.at.1)
            ));
        }
        let kinds: Vec<String> = self.kind.iter().map(ToString::to_string).collect();
        let stances: Vec<String> = self.stance.iter().map(ToString::to_string).collect();
        let mut query = parsed.query;
        for (field, values) in [
            (Field::Speaker, &self.speaker),
            (Field::Role, &self.role),
            (Field::Organisation, &self.org),
            (Field::SpeaksFor, &self.speaks_for),
            (Field::Kind, &kinds),
            (Field::Stance, &stances),
            (Field::About, &self.about),
            (Field::To, &self.to),
            (Field::Via, &self.via),
            (Field::Place, &self.place),
            (Field::Outlet, &self.outlet),
            (Field::By, &self.by),
            (Field::Language, &self.lang),
        ] {
            let values = values
                .iter()
                .map(|value| wanted(field, value))
                .collect::<Result<Vec<_>>>()?;
            if let Some(node) = Node::any(values) {
                query = query.and(node);
            }
        }
        for name in &self.not_speaker {
            query = query.and(Node::not(wanted(Field::Speaker, name)?));
        }
        let field = match self.date {
            WhichDate::Said => Field::Said,
            WhichDate::Published => Field::Published,
        };
        let days = match (&self.since, &self.until, &self.on) {
            (None, None, None) => None,
            (_, _, Some(on)) => Some(on.clone()),
            (since, until, None) => Some(format!(
                "{}..{}",
                since.as_deref().unwrap_or_default(),
                until.as_deref().unwrap_or_default()
            )),
        };
        if let Some(days) = days {
            query = query.and(wanted(field, &days)?);
        }
        Ok(Request {
            query,
            facets: self.facets.clone(),
            min_confidence: self.min_confidence,
            counting: self.count_by,
            today: chrono::Local::now().date_naive(),
            ..Request::default()
        })
    }
}

fn wanted(field: Field, value: &str) -> Result<Node> {
    Node::field(field, value).ok_or_else(|| match field {
        Field::Said | Field::Published => {
            anyhow!("`{value}` is no date: expected 2025, 2025-11, 2025-11-20, yesterday or 7d")
        }
        _ => anyhow!("`{value}` holds nothing to look for"),
    })
}

/// The query with a line of carets under the bytes `at`.
fn caret(typed: &str, at: std::ops::Range<usize>) -> String {
    const AROUND: usize = 60;
    let begin = typed.floor_char_boundary(at.start.min(typed.len()));
    let end = typed.ceil_char_boundary(at.end.clamp(begin, typed.len()));
    let from = typed.floor_char_boundary(begin.saturating_sub(AROUND));
    let to = typed.ceil_char_boundary((end + AROUND).min(typed.len()));
    let shown = |s: &str| {
        s.chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect::<String>()
    };
    let width = |s: &str| textwrap::core::display_width(&shown(s));
    format!(
        "  {}\n  {}{}",
        shown(&typed[from..to]),
        " ".repeat(width(&typed[from..begin])),
        "^".repeat(width(&typed[begin..end]).clamp(1, 2 * AROUND))
    )
}

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    let mut request = args.question.request()?;
    request.scope = args.scope;
    request.sort = args.sort;
    request.limit = args.limit;
    request.offset = args.page.saturating_sub(1).saturating_mul(args.limit);
    request.copies = args.copies;
    request.diff = args.diff;
    let searcher = Searcher::open(index)?;
    let answer = searcher.search(&request)?;
    let mut out = anstream::stdout().lock();
    let format = if args.json { Format::Json } else { args.format };
    match format {
        _ if args.count => writeln!(out, "{}", answer.total)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &answer)?;
            writeln!(out)?;
        }
        Format::Jsonl => {
            for hit in &answer.hits {
                serde_json::to_writer(&mut out, hit)?;
                writeln!(out)?;
            }
        }
        Format::Ids => {
            for hit in &answer.hits {
                writeln!(out, "{}", hit.id())?;
            }
        }
        Format::Csv => exported(&mut out, export::Format::Csv, &searcher, &answer)?,
        Format::Md => exported(&mut out, export::Format::Markdown, &searcher, &answer)?,
        Format::Human => human(&mut out, &answer, args, request.offset)?,
    }
    finish(&answer)
}

pub(super) fn facets(args: &FacetArgs, index: &Path) -> Result<u8> {
    let mut request = args.question.request()?;
    request.limit = 0;
    if request.facets.is_empty() {
        request.facets = [
            Facet::Speaker,
            Facet::Place,
            Facet::Outlet,
            Facet::Kind,
            Facet::Month,
        ]
        .map(|f| FacetRequest::new(f, 20))
        .into();
    }
    let answer = Searcher::open(index)?.search(&request)?;
    let mut out = anstream::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &answer)?;
        writeln!(out)?;
    } else {
        let what = match answer.counting {
            Counting::Raw => "statements",
            Counting::Distinct => "different statements",
            Counting::Articles => "articles",
        };
        writeln!(out, "{} {what}", indicatif::HumanCount(answer.total))?;
        for counts in &answer.facets {
            facet_table(&mut out, counts)?;
        }
    }
    finish(&answer)
}

fn finish(answer: &Answer) -> Result<u8> {
    if answer.total > 0 {
        return Ok(DONE);
    }
    report::line("nothing found");
    for hint in &answer.hints {
        match &hint.try_query {
            Some(query) => report::hint(&format!(
                "{}: try {query} ({} found)",
                hint.message, hint.total
            )),
            None => report::hint(&hint.message),
        }
    }
    Ok(NOTHING)
}

/// The statements of this page as `whosaid export` writes them.
fn exported(
    out: &mut impl Write,
    format: export::Format,
    searcher: &Searcher,
    answer: &Answer,
) -> Result<()> {
    if answer.scope == Scope::Articles {
        bail!("articles are printed as human, json, jsonl or ids");
    }
    let provenance = export::Provenance {
        query: answer.query.clone(),
        filters: answer.filters.clone(),
        total: answer.total,
        index_generation: searcher.index().manifest().generation,
        day: PartialDate::from(chrono::Local::now().date_naive()),
    };
    let mut exporter = export::Exporter::begin(out, format, provenance)?;
    for hit in answer.hits.iter().filter_map(Hit::statement) {
        exporter.write(hit)?;
    }
    exporter.finish()?;
    Ok(())
}

fn human(out: &mut impl Write, answer: &Answer, args: &Args, offset: usize) -> Result<()> {
    for hit in &answer.hits {
        match hit {
            Hit::Statement(hit) => statement(out, hit, args.context, args.explain)?,
            Hit::Article(hit) => article(out, hit)?,
        }
    }
    for counts in &answer.facets {
        facet_table(out, counts)?;
    }
    if answer.total > 0 {
        let what = match (answer.scope, answer.counting) {
            (_, Counting::Articles) | (Scope::Articles, _) => "articles",
            (Scope::Statements, Counting::Raw) => "statements",
            (Scope::Statements, Counting::Distinct) => "different statements",
        };
        let shown = match answer.hits.len() {
            0 => String::new(),
            n => format!(", {} to {} shown", offset + 1, offset + n),
        };
        writeln!(
            out,
            "{DIM}{} {what}{shown}, {:.0} ms{DIM:#}",
            indicatif::HumanCount(answer.total),
            answer.took_ms
        )?;
    }
    Ok(())
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
    origin.push(format!("{} statements", hit.statements));
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
