//! `whosaid show` and `explain`: a statement or an article with its words in place, and how each field was found.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use anstyle::Style;
use anyhow::{Result, bail};

use super::DONE;
use super::report::printable;
use super::show::{DIM, MARK, PERSON, SPEAKER, one_line, wrapped};
use crate::index::stored::StoredArticle;
use crate::search::{Explanation, Searcher};
use crate::text::Span;

const CUE: Style = Style::new().underline();

/// Show a statement in place, or a whole article with its statements marked
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  whosaid show $(whosaid search ferry -s Brandt -n 1 -f ids)")]
pub(super) struct ShowArgs {
    /// Ids of statements (KEY.N) or keys of articles, as `search -f ids` prints them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Print JSON: a statement as `search` prints it, an article with its text and spans
    #[arg(long)]
    json: bool,
}

/// Show how each field of a statement was found, and the chain from “He” to the person
#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// Ids of statements, as `search -f ids` prints them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn show(args: &ShowArgs, index: &Path) -> Result<u8> {
    let searcher = Searcher::open(index)?;
    let mut out = anstream::stdout().lock();
    for id in &args.ids {
        if let Some(explanation) = searcher.explain(id)? {
            if args.json {
                writeln!(out, "{}", serde_json::to_string(&explanation.statement)?)?;
                continue;
            }
            super::answer::statement(&mut out, &explanation.statement, false, false)?;
            place(&mut out, &explanation)?;
        } else if let Some(article) = searcher.article(id)? {
            if args.json {
                writeln!(out, "{}", serde_json::to_string(&article)?)?;
                continue;
            }
            whole(&mut out, &searcher, &article)?;
        } else {
            bail!("there is no statement and no article `{}`", one_line(id));
        }
    }
    Ok(DONE)
}

pub(super) fn explain(args: &ExplainArgs, index: &Path) -> Result<u8> {
    let searcher = Searcher::open(index)?;
    let mut out = anstream::stdout().lock();
    for id in &args.ids {
        let Some(explanation) = searcher.explain(id)? else {
            bail!("there is no statement `{}`", one_line(id));
        };
        if args.json {
            writeln!(out, "{}", serde_json::to_string(&explanation)?)?;
            continue;
        }
        place(&mut out, &explanation)?;
        for found in &explanation.fields {
            write!(out, "{SPEAKER}{:<11}{SPEAKER:#} ", found.field)?;
            write!(out, "{}", one_line(&found.value))?;
            let mut notes: Vec<String> = found
                .spans
                .iter()
                .map(|span| format!("{}..{}", span.begin, span.end))
                .collect();
            notes.extend(found.rule.as_deref().map(one_line));
            if !notes.is_empty() {
                write!(out, "  {DIM}{}{DIM:#}", notes.join(", "))?;
            }
            writeln!(out)?;
        }
        if !explanation.chain.is_empty() {
            writeln!(out, "\n{SPEAKER}Who that is{SPEAKER:#}")?;
        }
        for (n, link) in explanation.chain.iter().enumerate() {
            let arrow = if n == 0 { "  " } else { "→ " };
            write!(out, "  {arrow}“{}”", one_line(&link.text))?;
            if let Some(span) = link.span {
                write!(out, " {DIM}{}..{}{DIM:#}", span.begin, span.end)?;
            }
            if !link.why.is_empty() {
                write!(out, "  {DIM}{}{DIM:#}", one_line(&link.why))?;
            }
            writeln!(out)?;
        }
        let origin = &explanation.statement.origin;
        let (begin, end) = explanation.statement.source_bytes;
        let record = origin.record.map(|n| format!(", record {n}"));
        writeln!(
            out,
            "\n{DIM}{}{}, bytes {begin} to {end}{DIM:#}\n",
            one_line(&origin.path),
            record.unwrap_or_default()
        )?;
    }
    Ok(DONE)
}

/// The paragraphs around a statement: what was said, its source and its cue marked.
fn place(out: &mut impl Write, explanation: &Explanation) -> Result<()> {
    let spans = &explanation.statement.spans;
    let mut marks: Vec<(Span, Style)> = Vec::new();
    for (list, style) in [
        (&spans.content, MARK),
        (&spans.source, PERSON),
        (&spans.cue, CUE),
    ] {
        marks.extend(list.iter().map(|span| (*span, style)));
    }
    let around = &explanation.around;
    let text = painted(&around.text, around.begin, &mut marks);
    for paragraph in text.split("\n\n") {
        writeln!(out, "{}\n", wrapped(&paragraph.replace('\n', " "), 2))?;
    }
    Ok(())
}

/// An article with what was said marked, and the ids of its statements behind it.
fn whole(out: &mut impl Write, searcher: &Searcher, article: &StoredArticle) -> Result<()> {
    let reference = &article.article;
    let title = reference.title.as_ref().unwrap_or(&reference.id);
    writeln!(out, "{SPEAKER}{}{SPEAKER:#}", one_line(title))?;
    let mut facts: Vec<String> = Vec::new();
    facts.extend(reference.outlet.as_deref().map(one_line));
    facts.extend(reference.published.map(|d| d.to_string()));
    if !reference.byline.is_empty() {
        facts.push(format!("by {}", one_line(&reference.byline.join(", "))));
    }
    facts.push(one_line(&reference.origin.path));
    writeln!(out, "{DIM}{}{DIM:#}\n", facts.join(" · "))?;
    let mut marks = Vec::new();
    let mut list = String::new();
    for id in &article.statements {
        let Some(statement) = searcher.stored_statement(id)? else {
            continue;
        };
        marks.extend(statement.spans.content.iter().map(|span| (*span, MARK)));
        let speaker = &statement.speaker;
        let source: Vec<&str> = statement
            .spans
            .source
            .iter()
            .map(|s| s.of(&article.text))
            .collect();
        let name = speaker.name.clone().unwrap_or_else(|| source.join(" "));
        let words = statement.spans.content.first();
        let words: String = words
            .map_or("", |span| span.of(&article.text))
            .chars()
            .take(50)
            .collect();
        writeln!(
            list,
            "{DIM}{id}{DIM:#}  {}: {}",
            one_line(&name),
            one_line(&words)
        )?;
    }
    let text = painted(&article.text, 0, &mut marks);
    writeln!(out, "{}\n\n{list}", text.trim_end())?;
    Ok(())
}

/// The text with its marks in colour, of overlapping ones the first; offsets count from `begin`.
fn painted(text: &str, begin: u32, marks: &mut [(Span, Style)]) -> String {
    marks.sort_by_key(|(span, _)| (span.begin, std::cmp::Reverse(span.end)));
    let mut painted = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (span, style) in marks {
        let (Some(first), Some(last)) =
            (span.begin.checked_sub(begin), span.end.checked_sub(begin))
        else {
            continue;
        };
        let (first, last) = (first as usize, last as usize);
        if let (Some(before), Some(words)) = (text.get(at..first), text.get(first..last)) {
            painted += &printable(before);
            // Colour ends at a line's end, so that wrapping does not carry it into the margin.
            let _ = write!(painted, "{style}{}{style:#}", printable(words));
            at = last;
        }
    }
    painted += &printable(text.get(at..).unwrap_or_default());
    painted
}
