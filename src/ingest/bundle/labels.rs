//! The labels of an article's head and tail: `BYLINE: Ann Example`, `HD   Ferry sails`, `Body` on a line of its own.

use std::ops::Range;

use super::{LONGEST, Line};

/// What stands behind a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Title,
    Byline,
    Published,
    Outlet,
    Section,
    Url,
    Language,
    Id,
    /// The text, or the next part of it.
    Text,
    /// Something about the article that comes before its text.
    Head,
    /// Something that comes after it.
    Tail,
}

use Part::{Byline, Head, Id, Language, Outlet, Published, Section, Tail, Text, Title, Url};

/// Labels with a colon, in lower case.
const LABELS: &[(&str, Part)] = &[
    ("title", Title),
    ("headline", Title),
    ("byline", Byline),
    ("author", Byline),
    ("authors", Byline),
    ("author(s)", Byline),
    ("date", Published),
    ("published", Published),
    ("publication date", Published),
    ("date published", Published),
    ("pub date", Published),
    ("source", Outlet),
    ("outlet", Outlet),
    ("newspaper", Outlet),
    ("publication", Outlet),
    ("publication title", Outlet),
    ("publication name", Outlet),
    ("section", Section),
    ("url", Url),
    ("link", Url),
    ("document url", Url),
    ("language", Language),
    ("language of publication", Language),
    ("proquest document id", Id),
    ("accession number", Id),
    ("article id", Id),
    ("full text", Text),
    ("text", Text),
    ("body", Text),
    ("abstract", Head),
    ("dateline", Head),
    ("highlight", Head),
    ("length", Head),
    ("word count", Head),
    ("links", Head),
    ("page", Head),
    ("pages", Head),
    ("publication info", Head),
    ("series", Head),
    ("edition", Head),
    ("acc-no", Tail),
    ("classification", Tail),
    ("company", Tail),
    ("company / organization", Tail),
    ("copyright", Tail),
    ("correction", Tail),
    ("correction-date", Tail),
    ("country of publication", Tail),
    ("credit", Tail),
    ("database", Tail),
    ("distribution", Tail),
    ("document type", Tail),
    ("document-type", Tail),
    ("geographic", Tail),
    ("graphic", Tail),
    ("illustration", Tail),
    ("industry", Tail),
    ("issn", Tail),
    ("journal code", Tail),
    ("last updated", Tail),
    ("load-date", Tail),
    ("location", Tail),
    ("notes", Tail),
    ("organization", Tail),
    ("people", Tail),
    ("person", Tail),
    ("place of publication", Tail),
    ("publication subject", Tail),
    ("publication year", Tail),
    ("publication-type", Tail),
    ("publisher", Tail),
    ("source type", Tail),
    ("state", Tail),
    ("subject", Tail),
    ("ticker", Tail),
    ("type", Tail),
];

/// Labels that stand on a line of their own, without a colon.
const ALONE: &[(&str, Part)] = &[
    ("Body", Text),
    ("Full text", Text),
    ("Full Text", Text),
    ("Classification", Tail),
];

/// Codes of two or three letters before a value, in articles that have a headline under `HD`.
const CODES: &[(&str, Part)] = &[
    ("HD", Title),
    ("BY", Byline),
    ("PD", Published),
    ("SN", Outlet),
    ("SE", Section),
    ("LA", Language),
    ("LP", Text),
    ("TD", Text),
    ("AN", Tail),
    ("ART", Tail),
    ("CLM", Head),
    ("CO", Tail),
    ("CR", Head),
    ("CT", Tail),
    ("CX", Tail),
    ("CY", Head),
    ("DE", Tail),
    ("ED", Head),
    ("ET", Head),
    ("IN", Tail),
    ("IPC", Tail),
    ("IPD", Tail),
    ("NS", Tail),
    ("PG", Head),
    ("PUB", Tail),
    ("RE", Tail),
    ("RF", Tail),
    ("SC", Head),
    ("VOL", Head),
    ("WC", Head),
];

/// A label and what it stands before.
pub(super) struct Label {
    pub(super) part: Part,
    /// Its line, of those of the article.
    pub(super) line: usize,
    /// Where its value begins in that line, in bytes.
    value: usize,
    /// The line after the last of its value.
    end: usize,
}

impl Label {
    /// The value on one line.
    pub(super) fn value(&self, lines: &[Line<'_>]) -> String {
        let mut value = String::new();
        for (at, line) in lines.iter().enumerate().take(self.end).skip(self.line) {
            let from = if at == self.line { self.value } else { 0 };
            value.push_str(line.text.get(from..).unwrap_or_default());
            value.push(' ');
        }
        value
    }
}

/// The label that a line begins with, and where the value begins.
fn label(line: &str, coded: bool) -> Option<(Part, usize)> {
    if let Some((_, part)) = ALONE.iter().find(|(name, _)| *name == line) {
        return Some((*part, line.len()));
    }
    if coded {
        let end = line.find(' ').unwrap_or(line.len());
        let apart = line.len() == end || line[end..].starts_with("  ");
        let code = apart.then(|| CODES.iter().find(|(code, _)| *code == &line[..end]));
        // "PUB  The Skarvik Gazette Ltd."
        if let Some((_, part)) = code.flatten() {
            return Some((*part, line.len() - line[end..].trim_start().len()));
        }
        return None;
    }
    let colon = line.get(..line.len().min(40)).unwrap_or(line).find(':')?;
    let name = line[..colon].trim_end().to_lowercase();
    let (_, part) = LABELS.iter().find(|(label, _)| *label == name)?;
    Some((*part, line.len() - line[colon + 1..].trim_start().len()))
}

/// The labels of an article. Once its text has begun, a label needs an empty line above it.
pub(super) fn find(lines: &[Line<'_>]) -> Vec<Label> {
    let coded = lines
        .iter()
        .any(|line| line.text.starts_with("HD  ") || line.text == "HD");
    let first = lines
        .iter()
        .find_map(|line| line.text.get(..label(line.text, coded)?.1));
    let shouted = first.is_some_and(|name| !name.contains(char::is_lowercase));
    let mut labels: Vec<Label> = Vec::new();
    let mut in_text = false;
    for (at, line) in lines.iter().enumerate() {
        if line.text.len() > LONGEST && in_text {
            continue;
        }
        let found = label(line.text, coded).filter(|(_, value)| {
            // Where the first one is in capitals, all are.
            let name = line.text.get(..*value).unwrap_or_default();
            !shouted || !name.contains(char::is_lowercase)
        });
        let Some((part, value)) = found else {
            // What follows a head of labels and an empty line is the text.
            in_text |= line.after_blank && labels.last().is_some_and(|last| last.part != Text);
            continue;
        };
        // A second headline or byline is in the text, as in "Source: the harbour authority".
        let repeated = matches!(part, Head | Tail | Text) || {
            let before = labels.iter().any(|label| label.part == part);
            !before
        };
        if in_text && !coded && (!line.after_blank || !repeated) {
            continue;
        }
        if let Some(before) = labels.last_mut() {
            before.end = before.end.min(at);
        }
        in_text = part == Text;
        let more = lines.iter().skip(at + 1);
        let more = more.take_while(|line| !line.after_blank).count();
        let end = if part == Text {
            lines.len()
        } else {
            at + 1 + more
        };
        labels.push(Label {
            part,
            line: at,
            value,
            end,
        });
    }
    if !coded {
        without_those_in_text(&mut labels, lines);
    }
    labels
}

/// Takes away what looks like a label and is a paragraph of the text: labels stand one after the other, above the text and
/// below it.
fn without_those_in_text(labels: &mut Vec<Label>, lines: &[Line<'_>]) {
    let follows = |one: &Label, next: &Label| next.line <= one.end;
    let text = labels.iter().position(|label| label.part == Text);
    let head = text.unwrap_or_else(|| {
        let mut pairs = labels.iter().zip(labels.iter().skip(1));
        pairs
            .position(|(one, next)| !follows(one, next))
            .unwrap_or(labels.len().saturating_sub(1))
    });
    let is_rest =
        |line: &Line<'_>| super::is_copyright(line.text) || super::mark(line.text).is_some();
    let last = lines.iter().rposition(|line| !is_rest(line));
    let mut tail = labels.len();
    let mut reached = last.map_or(0, |last| last + 1);
    for (at, label) in labels.iter().enumerate().skip(head + 1).rev() {
        // The last value may have more than one paragraph.
        if label.end < reached && at + 1 < labels.len() {
            break;
        }
        (tail, reached) = (at, label.line);
    }
    let end = labels.get(tail).map_or(lines.len(), |label| label.line);
    let mut at = 0;
    labels.retain(|_| {
        at += 1;
        at <= head + 1 || at > tail
    });
    if let Some(label) = text.and_then(|text| labels.get_mut(text)) {
        label.end = end;
    }
}

/// Is the first paragraph one of labels only, with a headline among them?
pub(super) fn heads(lines: &[Line<'_>]) -> bool {
    let paragraph = || {
        let rest = lines.iter().skip(1).take_while(|line| !line.after_blank);
        lines.iter().take(1).chain(rest)
    };
    let labels: Vec<Part> = paragraph()
        .filter_map(|line| Some(label(line.text, false)?.0))
        .collect();
    labels.len() == paragraph().count()
        && labels.len() >= 2
        && labels.contains(&Title)
        && lines.len() > labels.len()
}

/// Where the text stands: behind its own labels, or else between the head's and the tail's.
pub(super) fn body(lines: &[Line<'_>], labels: &[Label]) -> Vec<Range<usize>> {
    let texts: Vec<Range<usize>> = labels
        .iter()
        .filter(|label| label.part == Text)
        .filter_map(|label| {
            let first = lines.get(label.line)?;
            let own = first.begin + label.value;
            let rest = between(lines, label.line + 1, label.end);
            match (label.value < first.text.len(), rest) {
                (true, Some(rest)) => Some(own..rest.end),
                (true, None) => Some(own..first.end()),
                (false, rest) => rest,
            }
        })
        .collect();
    if !texts.is_empty() {
        return texts;
    }
    let mut begin = 0;
    for label in labels {
        if label.line > begin && begin > 0 {
            break;
        }
        begin = label.end;
    }
    let end = labels
        .iter()
        .map(|label| label.line)
        .find(|line| *line >= begin)
        .unwrap_or(lines.len());
    between(lines, begin, end).into_iter().collect()
}

/// The bytes from the first of these lines to the last, copyright lines and rules at the end left out.
pub(super) fn between(lines: &[Line<'_>], begin: usize, end: usize) -> Option<Range<usize>> {
    let part = lines.get(begin..end.max(begin))?;
    let is_text =
        |line: &Line<'_>| !super::is_copyright(line.text) && super::mark(line.text).is_none();
    let last = part.iter().rposition(is_text)?;
    Some(part.first()?.begin..part.get(last)?.end())
}
