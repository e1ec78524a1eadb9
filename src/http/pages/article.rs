//! `/article/{key}#s12`: the article as it was read, its statements marked, the chosen one in its place.

use std::collections::BTreeMap;
use std::ops::Range;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};

use super::{Frame, Section, card};
use crate::http::Shared;
use crate::http::fault::Fault;
use crate::http::format;
use crate::http::view::{View, encode, parameters};
use crate::index::stored::{StoredArticle, StoredStatement};
use crate::search::Searcher;

/// Longest article that is shown whole, in bytes.
const LONGEST: usize = 600_000;
/// Most statements that are marked and listed.
const MOST: usize = 1_000;

/// An article with its statements.
struct Reading {
    article: StoredArticle,
    statements: Vec<StoredStatement>,
}

pub(in crate::http) async fn page(
    State(app): State<Shared>,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let reading = app
        .ask(move |snapshot| find(&snapshot.searcher, &key))
        .await?;
    let chosen = parameters(query.as_deref().unwrap_or_default())
        .find(|(name, _)| name == "s")
        .map(|(_, value)| value);
    let title = reading
        .article
        .article
        .title
        .as_deref()
        .map_or_else(|| "Article".to_owned(), format::one_line);
    let frame = Frame {
        title: &title,
        section: Section::Other,
        view: &View::default(),
        feed: None,
    };
    Ok(frame.around(&app, &content(&reading, &title, chosen.as_deref())))
}

fn find(searcher: &Searcher, key: &str) -> Result<Reading, Fault> {
    let article = by_key(searcher, key)?;
    let mut statements = Vec::with_capacity(article.statements.len().min(MOST));
    for id in article.statements.iter().take(MOST) {
        statements.extend(searcher.stored_statement(id)?);
    }
    Ok(Reading {
        article,
        statements,
    })
}

/// The article with a key.
pub(in crate::http) fn by_key(searcher: &Searcher, key: &str) -> Result<StoredArticle, Fault> {
    // The dot is of statements' ids, which share their field with keys.
    if key.contains('.') {
        return Err(Fault::NotFound);
    }
    searcher.article(key)?.ok_or(Fault::NotFound)
}

/// Number of a statement in its article, as in its id.
fn number(statement: &StoredStatement) -> &str {
    statement.id.rsplit_once('.').map_or("", |(_, n)| n)
}

fn content(reading: &Reading, title: &str, chosen: Option<&str>) -> Markup {
    let StoredArticle {
        article,
        text,
        repairs,
        ..
    } = &reading.article;
    let statement = chosen.and_then(|n| reading.statements.iter().find(|s| number(s) == n));
    let headline = headline(text, article.title.as_deref());
    let layers = Layers::of(text, &reading.statements, chosen);
    html! {
        div.reader {
            article.paper lang=[article.language.as_deref()] {
                header {
                    @if let Some(outlet) = &article.outlet { p.outlet { (format::one_line(outlet)) } }
                    h1 { @match headline.clone() { Some(range) => (layers.pieces(range)), None => (title) } }
                    p.facts {
                        @if !article.byline.is_empty() { span { "By " (format::one_line(&article.byline.join(", "))) } }
                        @if let Some(date) = article.published { span { time datetime=(date) { (format::date(date)) } } }
                        @if let Some(url) = article.url.as_deref().and_then(format::link) { span { a href=(url) rel="noopener noreferrer external" { "Original" } } }
                        @if *repairs > 0 { span { (format::counted(u64::from(*repairs), "character repaired", "characters repaired")) } }
                    }
                }
                div.text { (layers.body(headline.map_or(0, |range| range.end))) }
            }
            aside.margin aria-label="Statements in this article" {
                @if let Some(statement) = statement { (note(statement)) }
                h2 { (format::counted(reading.statements.len() as u64, "statement", "statements")) }
                ol {
                    @for statement in &reading.statements {
                        @let n = number(statement);
                        li {
                            a href=(format!("/article/{}?s={}#s{}", encode(&article.key), encode(n), encode(n))) aria-current=[(chosen == Some(n)).then_some("true")] {
                                span.name { (name(statement)) } " "
                                span.quiet { (excerpt(statement)) }
                            }
                        }
                    }
                }
                p.quiet { "File " code { (article.origin.path) @if let Some(record) = article.origin.record { "#" (record) } } }
            }
        }
    }
}

fn name(statement: &StoredStatement) -> String {
    let printed = || {
        statement
            .spans
            .source
            .iter()
            .filter_map(|s| statement.passage.slice(*s))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let name = statement
        .speaker
        .name
        .as_deref()
        .map_or_else(|| format::one_line(&printed()), format::one_line);
    if name.is_empty() {
        "Source not named".to_owned()
    } else {
        name
    }
}

fn excerpt(statement: &StoredStatement) -> String {
    let words: Vec<&str> = statement
        .spans
        .content
        .iter()
        .filter_map(|s| statement.passage.slice(*s))
        .flat_map(str::split_whitespace)
        .take(13)
        .collect();
    match words.get(..12) {
        Some(first) if words.len() > 12 => format!("{} …", first.join(" ")),
        _ => words.join(" "),
    }
}

/// The chosen statement in the margin.
fn note(statement: &StoredStatement) -> Markup {
    let speaker = &statement.speaker;
    html! {
        div.note {
            p.who {
                @let name = name(statement);
                @match speaker.name.as_deref().and_then(format::person) {
                    Some(address) => a.name href=(address) { (name) },
                    None => span.name { (name) },
                }
                @if let Some(role) = speaker.role.as_deref().map(format::one_line).filter(|r| !name.to_lowercase().contains(&r.to_lowercase())) { span.role { ", " (role) } }
            }
            p.quiet {
                (card::kind_in_words(statement.kind)) "; stance: " (statement.stance) "; " (format!("{:.0}%", statement.confidence * 100.0)) " sure."
                @if let Some(said) = &statement.said { " Said " (format::said(said).unwrap_or_else(|| format::one_line(&said.text))) "." }
                @if let Some(place) = &statement.place { " In " (place.name) "." }
            }
            p { a href=(format!("/statement/{}", encode(&statement.id))) { "All fields and how they were found" } }
        }
    }
}

/// Where the headline stands at the beginning of the text, if it does: it is set above and not repeated.
fn headline(text: &str, title: Option<&str>) -> Option<Range<usize>> {
    let begin = text.len() - text.trim_start().len();
    let rest = text.get(begin..)?.strip_prefix(title?)?;
    rest.starts_with(['\n', '\r'])
        .then(|| begin..text.len() - rest.len())
}

/// What a piece of the text belongs to.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Layer {
    said: bool,
    chosen: bool,
    cue: bool,
    source: bool,
}

/// The text with its statements. They may lie within one another and run over paragraphs, so they are not elements of
/// their own: the text is cut wherever one begins or ends, and each piece says what it belongs to.
struct Layers<'a> {
    text: &'a str,
    /// Where to cut, and the numbers of the statements that begin there.
    edges: BTreeMap<usize, Vec<&'a str>>,
    statements: &'a [StoredStatement],
    chosen: Option<&'a str>,
    whole: bool,
}

impl<'a> Layers<'a> {
    fn of(text: &'a str, statements: &'a [StoredStatement], chosen: Option<&'a str>) -> Self {
        let shown = text
            .get(..text.floor_char_boundary(LONGEST))
            .unwrap_or_default();
        let mut edges: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        let mut cut = |at: u32| {
            let at = at as usize;
            if shown.is_char_boundary(at) {
                edges.entry(at).or_default();
            }
        };
        for statement in statements {
            for span in &statement.spans.content {
                cut(span.begin);
                cut(span.end);
            }
            if chosen == Some(number(statement)) {
                for span in statement.spans.cue.iter().chain(&statement.spans.source) {
                    cut(span.begin);
                    cut(span.end);
                }
            }
        }
        for statement in statements {
            let spans = &statement.spans;
            let first = spans
                .content
                .iter()
                .chain(&spans.cue)
                .map(|s| s.begin as usize)
                .min();
            if let Some(at) = first.filter(|at| shown.is_char_boundary(*at)) {
                edges.entry(at).or_default().push(number(statement));
            }
        }
        Self {
            text: shown,
            edges,
            statements,
            chosen,
            whole: shown.len() == text.len(),
        }
    }

    /// The paragraphs from `begin` on.
    fn body(&self, begin: usize) -> Markup {
        html! {
            @for range in paragraphs(self.text, begin) { p { (self.pieces(range)) } }
            @if !self.whole { p.notice { "The article is longer than what a page shows; the rest is in the file." } }
        }
    }

    fn pieces(&self, range: Range<usize>) -> Markup {
        let mut cuts = vec![range.start];
        cuts.extend(
            self.edges
                .range(range.start..range.end)
                .map(|(at, _)| *at)
                .filter(|at| *at > range.start),
        );
        cuts.push(range.end);
        html! {
            @for pair in cuts.windows(2) {
                @if let [begin, end] = *pair {
                    @for n in self.edges.get(&begin).into_iter().flatten() { span.anchor id=(format!("s{n}")) {} }
                    @let layer = layer(begin, self.statements, self.chosen);
                    @let piece = self.text.get(begin..end).unwrap_or_default();
                    @if layer == Layer::default() { (piece) } @else if layer.chosen {
                        mark.chosen { (piece) }
                    } @else {
                        span class=(class(layer)) { (piece) }
                    }
                }
            }
        }
    }
}

/// Ranges of the paragraphs from `begin` on: runs of lines between empty ones.
fn paragraphs(text: &str, begin: usize) -> Vec<Range<usize>> {
    let mut list: Vec<Range<usize>> = Vec::new();
    let mut open: Option<Range<usize>> = None;
    let mut at = begin;
    for line in text.get(begin..).unwrap_or_default().split_inclusive('\n') {
        let stop = at + line.trim_end().len();
        if line.trim().is_empty() {
            list.extend(open.take());
        } else {
            open = Some(open.map_or(at, |r| r.start)..stop);
        }
        at += line.len();
    }
    list.extend(open);
    list
}

fn class(layer: Layer) -> &'static str {
    match layer {
        Layer { cue: true, .. } => "cue",
        Layer { source: true, .. } => "source",
        _ => "said",
    }
}

fn layer(at: usize, statements: &[StoredStatement], chosen: Option<&str>) -> Layer {
    let mut layer = Layer::default();
    let within = |spans: &[crate::text::Span]| spans.iter().any(|s| s.range().contains(&at));
    for statement in statements {
        let is_chosen = chosen == Some(number(statement));
        if within(&statement.spans.content) {
            layer.said = true;
            layer.chosen |= is_chosen;
        }
        if is_chosen {
            layer.cue |= within(&statement.spans.cue);
            layer.source |= within(&statement.spans.source);
        }
    }
    layer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::stored::Spans;
    use crate::text::Span;

    fn statement(n: usize, content: &[(usize, usize)]) -> StoredStatement {
        let spans = Spans {
            content: content.iter().map(|(b, e)| Span::new(*b, *e)).collect(),
            ..Spans::default()
        };
        StoredStatement {
            id: format!("k.{n}"),
            spans,
            ..StoredStatement::default()
        }
    }

    #[test]
    fn pieces_are_the_text() {
        let text = "One two.\nthree\n\n<b> four & five\n\n\nsix é seven";
        let statements = [
            statement(1, &[(4, 20)]),
            statement(2, &[(10, 27)]),
            statement(3, &[(16, 19), (40, 41), (900, 901)]),
        ];
        let html = Layers::of(text, &statements, Some("2"))
            .body(0)
            .into_string();
        for n in 1..=3 {
            assert_eq!(html.matches(&format!("id=\"s{n}\"")).count(), 1, "{html}");
        }
        assert!(
            html.contains("<mark class=\"chosen\">") && !html.contains("<b>"),
            "{html}"
        );
        let plain: String = html
            .split('<')
            .map(|p| p.split_once('>').map_or(p, |(_, t)| t))
            .collect();
        assert_eq!(
            plain
                .replace("&lt;", "<")
                .replace("&amp;", "&")
                .replace("&gt;", ">")
                .replace(' ', ""),
            "Onetwo.\nthree<b>four&fivesixéseven"
        );
    }
}
