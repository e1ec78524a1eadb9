//! A hit on a page: a quotation set as one, with who, when, where and whence.

use std::borrow::Cow;

use maud::{Markup, html};

use crate::article::{Kind, SpeakerType, Stance};
use crate::http::format;
use crate::http::view::{View, encode};
use crate::search::{ArticleHit, Facet, Hit, Marked, StatementHit};
use crate::text::Span;

/// Copies that a card names; the statement's page has all.
pub(super) const COPIES: usize = 3;
/// Longest quotation on a card, in characters; the statement's page has all of it.
const LONGEST: usize = 700;

/// Any hit.
pub(super) fn hit(hit: &Hit) -> Markup {
    match hit {
        Hit::Statement(hit) => statement(hit),
        Hit::Article(hit) => article(hit),
    }
}

/// Sets straight quotation marks and apostrophes as a printer would. Only for the quotation on its card: everything that
/// shows the article, or is copied from here, has the marks that the article has.
struct Printer {
    /// Whether English marks are right here.
    english: bool,
    before: char,
}

impl Printer {
    fn of(hit: &StatementHit) -> Self {
        Self {
            english: hit.language.as_deref().is_none_or(|l| l == "en"),
            before: ' ',
        }
    }

    /// A text that stays as it is.
    fn plain() -> Self {
        Self {
            english: false,
            before: ' ',
        }
    }

    fn set<'a>(&mut self, piece: &'a str) -> Cow<'a, str> {
        if !self.english || !piece.contains(['"', '\'']) {
            self.before = piece.chars().next_back().unwrap_or(self.before);
            return Cow::Borrowed(piece);
        }
        let mut out = String::with_capacity(piece.len() + 8);
        for c in piece.chars() {
            let opens = self.before.is_whitespace()
                || matches!(self.before, '(' | '[' | '—' | '–' | '“' | '‘' | '/');
            out.push(match (c, opens) {
                ('"', true) => '“',
                ('"', false) => '”',
                ('\'', true) => '‘',
                ('\'', false) => '’',
                _ => c,
            });
            self.before = out.chars().next_back().unwrap_or(c);
        }
        Cow::Owned(out)
    }
}

/// What was said, set as a quotation; its first mark hangs in the margin.
pub(super) fn quotation(hit: &StatementHit, most: usize) -> Markup {
    let hangs = hit.quote.text.starts_with(['"', '“', '\'', '‘', '«', '„']);
    html! { p.hangs[hangs] { (words(&hit.quote, most, Printer::of(hit))) } }
}

/// The words of a text with the query's marked, cut after `most` characters.
pub(super) fn marked(text: &Marked, most: usize) -> Markup {
    words(text, most, Printer::plain())
}

fn words(text: &Marked, most: usize, mut printer: Printer) -> Markup {
    let end = text
        .text
        .char_indices()
        .nth(most)
        .map_or(text.text.len(), |(at, _)| at);
    let mut at = 0;
    let mut parts: Vec<(bool, &str)> = Vec::new();
    for mark in &text.marks {
        let (begin, stop) = (mark.begin as usize, (mark.end as usize).min(end));
        let (Some(before), Some(words)) = (text.text.get(at..begin), text.text.get(begin..stop))
        else {
            continue;
        };
        parts.extend([(false, before), (true, words)]);
        at = stop;
    }
    parts.push((false, text.text.get(at..end).unwrap_or_default()));
    html! {
        @for (is_mark, words) in parts {
            @if is_mark { mark { (printer.set(words)) } } @else { (printer.set(words)) }
        }
        @if end < text.text.len() { "…" }
    }
}

/// The passage with what was said set off, and the query's words marked.
pub(super) fn passage(hit: &StatementHit) -> Markup {
    let text = hit.passage.text.as_str();
    let covers = |spans: &[Span], at: usize| spans.iter().any(|s| s.range().contains(&at));
    let mut edges: Vec<usize> = hit
        .content
        .iter()
        .chain(&hit.passage.marks)
        .flat_map(|s| [s.begin as usize, s.end as usize])
        .chain([0, text.len()])
        .collect();
    edges.sort_unstable();
    edges.dedup();
    html! {
        @for pair in edges.windows(2) {
            @if let [begin, end] = *pair {
                @if let Some(piece) = text.get(begin..end) {
                    @let (said, mark) = (covers(&hit.content, begin), covers(&hit.passage.marks, begin));
                    @match (said, mark) {
                        (true, true) => b.said { mark { (piece) } },
                        (true, false) => b.said { (piece) },
                        (false, true) => mark { (piece) },
                        (false, false) => (piece),
                    }
                }
            }
        }
    }
}

/// Who said it, as a page names them when the text does not.
pub(super) fn speaker_name(hit: &StatementHit) -> String {
    match (&hit.speaker.name, hit.source.as_str()) {
        (Some(name), _) => format::one_line(name),
        (None, "") => "Source not named".to_owned(),
        (None, source) => {
            let mut source = format::one_line(source);
            // "a spokesperson for the port" begins a line here.
            if let Some(first) = source.get(..1).filter(|f| f.is_ascii()) {
                let upper = first.to_ascii_uppercase();
                source.replace_range(..1, &upper);
            }
            source
        }
    }
}

/// Name and role, the name leading to the speaker's page.
pub(super) fn who(hit: &StatementHit) -> Markup {
    let name = speaker_name(hit);
    let speaker = &hit.speaker;
    let role = speaker
        .role
        .as_deref()
        .map(format::one_line)
        .filter(|r| !name.to_lowercase().contains(&r.to_lowercase()));
    let behalf = speaker
        .on_behalf_of
        .as_deref()
        .map(format::one_line)
        .filter(|b| {
            let known = format!("{name} {}", role.as_deref().unwrap_or_default());
            !known.contains(b.as_str())
        });
    html! {
        // The page is that of the person across articles, whatever name is printed here.
        @match speaker.person.as_deref().or(speaker.name.as_deref()).and_then(format::person) {
            Some(address) => a.name href=(address) { (name) },
            None => span.name.unnamed { (name) },
        }
        @if let Some(role) = role { span.role { ", " (role) } }
        @if let Some(behalf) = behalf { span.role { ", for " (behalf) } }
    }
}

/// How it was said: the cue, to whom, through what.
fn how(hit: &StatementHit) -> String {
    let mut how = format::one_line(&hit.cue);
    let mut add = |word: &str, what: Option<&str>| {
        if let Some(what) = what.map(format::one_line).filter(|w| !w.is_empty()) {
            how = format!("{how} {word} {what}").trim().to_owned();
        }
    };
    add("to", hit.addressee.as_deref());
    add("via", hit.medium.as_deref());
    how
}

/// When and where it was said.
pub(super) fn when_and_where(hit: &StatementHit) -> Markup {
    let said = hit.said.as_ref().and_then(format::said);
    let words = hit.said.as_ref().map(|s| format::one_line(&s.text));
    let place = hit
        .place
        .as_ref()
        .map(|p| (p, "in"))
        .or(hit.dateline.as_ref().map(|p| (p, "reported from")));
    html! {
        @match (&said, &words) {
            (Some(day), Some(words)) => span title=(format!("the text says “{words}”")) { "said " time datetime=[hit.said.as_ref().and_then(|s| s.value.as_deref())] { (day) } },
            (None, Some(words)) => span { "said “" (words) "”" },
            _ => {}
        }
        @if let Some((place, how)) = place {
            @let address = View::default().with(|v| v.choose(Facet::Place, &place.path.join("/"), false)).at("/");
            span { (how) " " @if place.path.is_empty() { (place.name) } @else { a href=(address) { (place.name) } } }
        }
    }
}

/// Outlet, headline, date of publication.
pub(super) fn whence(
    title: Option<&str>,
    outlet: Option<&str>,
    url: Option<&str>,
    published: Option<crate::date::PartialDate>,
) -> Markup {
    let title = title.map(format::one_line).filter(|t| !t.is_empty());
    html! {
        @if let Some(outlet) = outlet { span.outlet { (format::one_line(outlet)) } }
        @if let Some(date) = published { span { time datetime=(date) { (format::date(date)) } } }
        @match (url.and_then(format::link), title) {
            (Some(url), Some(title)) => cite { a href=(url) rel="noopener noreferrer external" { (title) } },
            (Some(url), None) => span { a href=(url) rel="noopener noreferrer external" { "Article" } },
            (None, Some(title)) => cite { (title) },
            (None, None) => {}
        }
    }
}

/// The statement in one line, to paste into a text.
pub(super) fn citation(hit: &StatementHit) -> String {
    let mut parts = Vec::new();
    parts.extend(hit.outlet.as_deref().map(format::one_line));
    parts.extend(
        hit.title
            .as_deref()
            .map(|t| format!("“{}”", format::one_line(t))),
    );
    parts.extend(hit.published.map(format::date));
    parts.extend(
        hit.url
            .as_deref()
            .and_then(format::link)
            .map(ToOwned::to_owned),
    );
    let words = format::one_line(&hit.quote.text);
    let words = match hit.kind {
        Kind::Direct if !words.starts_with(['“', '"', '«', '‘', '\'']) => format!("“{words}”"),
        _ => words,
    };
    let role = hit
        .speaker
        .role
        .as_deref()
        .map(|r| format!(", {}", format::one_line(r)))
        .unwrap_or_default();
    format!(
        "{words} — {}{role}. {}",
        speaker_name(hit),
        parts.join(", ")
    )
}

/// Labels of a statement: kind, stance, sort of source, confidence, repairs.
pub(super) fn badges(hit: &StatementHit) -> Markup {
    let percent = (hit.confidence * 100.0).round().clamp(0.0, 100.0) as u8;
    let sure = match percent {
        85.. => "high",
        60.. => "fair",
        _ => "low",
    };
    html! {
        span.badge title=(kind_in_words(hit.kind)) { (hit.kind) }
        @if hit.stance != Stance::Neutral { span.badge.stance data-stance=(hit.stance) { (hit.stance) } }
        @if !matches!(hit.speaker.kind, SpeakerType::Named) { span.badge { (source_in_words(hit.speaker.kind)) } }
        span.badge.sure data-sure=(sure) title="Probability that words and source are right" { (percent) "%" span.quiet { " sure" } }
        @if hit.repaired { span.badge title="The text of the file was damaged here and has been repaired" { "repaired" } }
    }
}

pub(super) fn kind_in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Direct => "All of it stands in quotation marks",
        Kind::Mixed => "Part of it stands in quotation marks",
        Kind::Indirect => "Reported in the writer's words",
    }
}

fn source_in_words(kind: SpeakerType) -> &'static str {
    match kind {
        SpeakerType::Named => "named",
        SpeakerType::Role => "by role only",
        SpeakerType::Anonymous => "anonymous",
        SpeakerType::Collective => "a group",
        SpeakerType::Document => "a document",
        SpeakerType::Unknown => "source unclear",
    }
}

/// A statement.
pub(super) fn statement(hit: &StatementHit) -> Markup {
    card(hit, &html! { (who(hit)) })
}

/// A statement on its speaker's own page, which does not repeat the name.
pub(super) fn own_statement(hit: &StatementHit) -> Markup {
    let role = hit.speaker.role.as_deref().map(format::one_line);
    card(
        hit,
        &html! { @if let Some(role) = role { span.role { "as " (role) } } },
    )
}

fn card(hit: &StatementHit, who: &Markup) -> Markup {
    let context = format::in_context(&hit.article, &hit.id);
    let page = format!("/statement/{}", encode(&hit.id));
    let how = how(hit);
    html! {
        article.card data-kind=(hit.kind) {
            @if hit.quote.text.is_empty() {
                // A refusal to comment has no words of its own: the sentence says it all.
                blockquote.silent { p { (passage(hit)) } }
            } @else {
                blockquote { (quotation(hit, LONGEST)) }
            }
            p.who { (who) @if !how.is_empty() { span.cue { (how) } } }
            p.facts { (when_and_where(hit)) (whence(hit.title.as_deref(), hit.outlet.as_deref(), hit.url.as_deref(), hit.published)) }
            @if hit.copy_count > 0 {
                p.copies {
                    a.badge href=(page) { "+" (format::counted(hit.copy_count as u64, "copy", "copies")) }
                    " "
                    @for (n, copy) in hit.copies.iter().take(COPIES).enumerate() {
                        @if n > 0 { ", " }
                        a href=(format!("/statement/{}", encode(&copy.id))) { (copy.outlet.as_deref().map_or_else(|| "another article".to_owned(), format::one_line)) }
                    }
                    @if hit.copy_count > COPIES { " …" }
                }
            }
            div.tail {
                p.badges { (badges(hit)) }
                p.actions {
                    a.context href=(context) { "In context" }
                    a href=(page) { "Permalink" }
                    button.plain.copy type="button" data-copy=(citation(hit)) { "Copy" span.quiet { " with citation" } }
                }
            }
        }
    }
}

fn article(hit: &ArticleHit) -> Markup {
    let address = format!("/article/{}", encode(&hit.id));
    html! {
        article.card.story {
            h2 {
                a.context href=(address) {
                    @match &hit.title {
                        Some(title) => (marked(title, LONGEST)),
                        None => (hit.origin.path),
                    }
                }
            }
            p.excerpt { (marked(&hit.passage, LONGEST)) }
            p.facts {
                (whence(None, hit.outlet.as_deref(), hit.url.as_deref(), hit.published))
                @if !hit.byline.is_empty() { span { "by " (format::one_line(&hit.byline.join(", "))) } }
                span { (format::counted(hit.statements as u64, "statement", "statements")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_marks_as_a_printer_would() {
        let mut printer = Printer {
            english: true,
            before: ' ',
        };
        assert_eq!(
            printer.set("\"It's the 'late' boat,\" … \"that's all ('so')\""),
            "“It’s the ‘late’ boat,” … “that’s all (‘so’)”"
        );
        // A piece goes on where the last one ended.
        assert_eq!(printer.set("\""), "”");
        assert_eq!(Printer::plain().set("\"so\""), "\"so\"");
    }
}
