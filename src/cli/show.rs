//! How statements and articles look on a terminal.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use anyhow::Result;

use super::report::printable;
use crate::article::{Article, Person, Place, Reading, Speaker, SpeakerType, Statement};
use crate::text::Span;

pub(super) const SPEAKER: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const MARK: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const PERSON: Style = AnsiColor::Green.on_default().bold();
pub(super) const ORGANISATION: Style = AnsiColor::Magenta.on_default().bold();
pub(super) const PLACE: Style = AnsiColor::Cyan.on_default().bold();

/// Columns to fill: the terminal's, at most 100, and 80 where there is none.
pub(super) fn width() -> usize {
    terminal_size::terminal_size().map_or(80, |(w, _)| usize::from(w.0).clamp(40, 100))
}

/// Wraps `text` under `indent` spaces.
pub(super) fn wrapped(text: &str, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let options = textwrap::Options::new(width())
        .initial_indent(&pad)
        .subsequent_indent(&pad)
        .break_words(false);
    textwrap::fill(text, options)
}

/// White space of a passage made single spaces, control characters shown as such.
pub(super) fn one_line(text: &str) -> String {
    printable(text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The statements of an article, one a paragraph, then its people, places and dates.
pub(super) fn article(out: &mut Vec<u8>, article: &Article, reading: &Reading) -> Result<()> {
    let text = article.text.as_str();
    writeln!(
        out,
        "{SPEAKER}{}{SPEAKER:#}",
        printable(article.title.as_deref().unwrap_or(&article.id))
    )?;
    let mut facts = Vec::new();
    if !article.byline.is_empty() {
        facts.push(format!("by {}", article.byline.join(", ")));
    }
    facts.extend(article.outlet.clone());
    facts.extend(article.published.map(|p| p.date.to_string()));
    facts.push(article.origin.path.clone());
    if !article.repairs.is_empty() {
        facts.push(format!("{} characters repaired", article.repairs.len()));
    }
    writeln!(out, "{DIM}{}{DIM:#}\n", printable(&facts.join(" · ")))?;
    for statement in &reading.statements {
        self::statement(out, text, statement, reading)?;
    }
    listing(out, "People", reading.people.iter().map(person))?;
    listing(
        out,
        "Organisations",
        reading.organisations.iter().map(|o| o.name.clone()),
    )?;
    listing(out, "Places", reading.places.iter().map(place))?;
    let dates = reading.dates.iter().map(|d| match &d.value {
        Some(value) => format!("{} ({value})", one_line(d.span.of(text))),
        None => one_line(d.span.of(text)),
    });
    listing(out, "Dates", dates)?;
    writeln!(out)?;
    Ok(())
}

fn statement(
    out: &mut Vec<u8>,
    text: &str,
    statement: &Statement,
    reading: &Reading,
) -> Result<()> {
    let Speaker {
        kind,
        role,
        on_behalf_of,
        ..
    } = &statement.speaker;
    let source = statement
        .source
        .iter()
        .map(|s| one_line(s.of(text)))
        .collect::<Vec<_>>()
        .join(" … ");
    let name = match &statement.speaker.name {
        Some(name) => printable(name).into_owned(),
        None if source.is_empty() => "(source not named)".to_owned(),
        None => source,
    };
    write!(out, "{SPEAKER}{name}{SPEAKER:#}")?;
    if let Some(role) = role.as_deref().filter(|role| !name.contains(*role)) {
        write!(out, ", {}", one_line(role))?;
    }
    if let Some(whom) = on_behalf_of {
        write!(out, ", for {}", one_line(whom))?;
    }
    let kind_of_speaker = if *kind == SpeakerType::Named {
        String::new()
    } else {
        format!("{kind} · ")
    };
    writeln!(
        out,
        "  {DIM}{kind_of_speaker}{} · {} · {:.2}{DIM:#}",
        statement.kind, statement.stance, statement.confidence
    )?;
    if !statement.content.is_empty() {
        let words = statement
            .content
            .iter()
            .map(|s| one_line(s.of(text)))
            .collect::<Vec<_>>()
            .join(" … ");
        writeln!(out, "{}", wrapped(&words, 4))?;
    }
    let mut facts: Vec<String> = Vec::new();
    facts.extend(spans(text, &statement.cue));
    facts.extend(
        statement
            .addressee
            .map(|s| format!("to {}", one_line(s.of(text)))),
    );
    facts.extend(
        statement
            .medium
            .map(|s| format!("via {}", one_line(s.of(text)))),
    );
    if let Some(said) = &statement.said {
        let words = one_line(said.span.of(text));
        facts.push(
            said.value
                .as_ref()
                .map_or_else(|| words.clone(), |value| format!("{words} ({value})")),
        );
    }
    facts.extend(
        statement
            .place
            .and_then(|p| reading.places.get(p as usize))
            .map(|p| format!("in {}", p.name)),
    );
    writeln!(out, "    {DIM}{}{DIM:#}\n", facts.join(" · "))?;
    Ok(())
}

fn spans(text: &str, spans: &[Span]) -> Option<String> {
    (!spans.is_empty()).then(|| {
        spans
            .iter()
            .map(|s| one_line(s.of(text)))
            .collect::<Vec<_>>()
            .join(" … ")
    })
}

fn person(person: &Person) -> String {
    match &person.role {
        Some(role) => format!("{} ({})", person.name, one_line(role)),
        None => person.name.clone(),
    }
}

fn place(place: &Place) -> String {
    match place.path.as_slice() {
        [] => format!("{} (not in the gazetteer)", place.name),
        [.., country, _] if place.path.len() > 2 => format!("{} ({country})", place.name),
        _ => place.name.clone(),
    }
}

fn listing(out: &mut Vec<u8>, label: &str, items: impl Iterator<Item = String>) -> Result<()> {
    let items: Vec<String> = items.collect();
    if !items.is_empty() {
        let line = format!("{label}: {}", printable(&items.join("; ")));
        writeln!(
            out,
            "{}",
            textwrap::fill(
                &line,
                textwrap::Options::new(width()).subsequent_indent("  ")
            )
        )?;
    }
    Ok(())
}

/// What is left of `outer` when the spans of `inner` are cut out, which are in order.
fn around(outer: Span, inner: &[Span]) -> Vec<Span> {
    let mut pieces = Vec::new();
    let mut begin = outer.begin;
    for cut in inner
        .iter()
        .filter(|s| outer.begin <= s.begin && s.end <= outer.end && s.begin < s.end)
    {
        if begin < cut.begin {
            pieces.push(Span {
                begin,
                end: cut.begin,
            });
        }
        begin = begin.max(cut.end);
    }
    if begin < outer.end {
        pieces.push(Span {
            begin,
            end: outer.end,
        });
    }
    pieces
}

/// The article's text with its entities coloured: people green, organisations magenta, places cyan, those inside of names of organisations
/// as well.
pub(super) fn entities(out: &mut Vec<u8>, article: &Article, reading: &Reading) -> Result<()> {
    let mut marks: Vec<(Span, Style)> = Vec::new();
    let mut nested: Vec<Span> = reading
        .places
        .iter()
        .flat_map(|p| p.nested.iter().copied())
        .collect();
    nested.sort_by_key(|span| span.begin);
    marks.extend(
        reading
            .people
            .iter()
            .flat_map(|p| p.mentions.iter().map(|&m| (m, PERSON))),
    );
    marks.extend(reading.people.iter().flat_map(|p| {
        p.coreferences
            .iter()
            .map(|&m| (m, AnsiColor::Green.on_default()))
    }));
    marks.extend(
        reading
            .organisations
            .iter()
            .flat_map(|o| &o.mentions)
            .flat_map(|&m| around(m, &nested))
            .map(|piece| (piece, ORGANISATION)),
    );
    marks.extend(nested.iter().map(|&span| (span, PLACE)));
    marks.extend(
        reading
            .places
            .iter()
            .flat_map(|p| p.mentions.iter().map(|&m| (m, PLACE))),
    );
    marks.sort_by_key(|(span, _)| (span.begin, std::cmp::Reverse(span.end)));
    let mut at = 0;
    for (span, style) in marks {
        // A mention inside another keeps the outer one's colour.
        let (Some(before), Some(words)) = (
            article.text.get(at..span.begin as usize),
            article.text.get(span.range()),
        ) else {
            continue;
        };
        write!(
            out,
            "{}{style}{}{style:#}",
            printable(before),
            printable(words)
        )?;
        at = span.end as usize;
    }
    writeln!(
        out,
        "{}",
        printable(article.text.get(at..).unwrap_or_default())
    )?;
    Ok(())
}
