//! `/check`: was it said so? A pasted quotation beside what was printed, word by word.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};

use super::{Frame, Section, card};
use crate::http::Shared;
use crate::http::fault::Fault;
use crate::http::format;
use crate::http::view::{View, encode, parameters};
use crate::search::{Change, Checked, Op, Source, Verdict};

/// Longest quotation, in characters.
const LONGEST: usize = 2_000;
/// Longest name of a speaker, in characters.
const LONGEST_NAME: usize = 200;

/// What is asked: the words, and who is supposed to have said them.
#[derive(Default)]
pub(in crate::http) struct Question {
    pub words: Option<String>,
    pub speaker: Option<String>,
}

impl Question {
    /// Reads `text` and `speaker` of an address.
    ///
    /// # Errors
    /// [`Fault::Bad`] for other parameters and for values that are too long.
    pub(in crate::http) fn read(query: &str) -> Result<Self, Fault> {
        let mut question = Self::default();
        for (name, value) in parameters(query) {
            let (slot, longest) = match name.as_str() {
                "text" => (question.words.get_or_insert_default(), LONGEST),
                "speaker" => (question.speaker.get_or_insert_default(), LONGEST_NAME),
                _ => {
                    return Err(Fault::Bad(format!(
                        "Parameter `{name}`: there is no parameter of this name."
                    )));
                }
            };
            if value.chars().count() > longest {
                return Err(Fault::Bad(format!(
                    "Parameter `{name}`: longer than {longest} characters."
                )));
            }
            value.trim().clone_into(slot);
        }
        question.speaker = question.speaker.filter(|s| !s.is_empty());
        Ok(question)
    }

    /// Asks the index.
    ///
    /// # Errors
    /// As a search.
    pub(in crate::http) async fn answer(self, app: &Shared) -> Result<Checked, Fault> {
        app.ask(move |snapshot| {
            Ok(snapshot
                .searcher
                .check(&self.words.unwrap_or_default(), self.speaker.as_deref())?)
        })
        .await
    }
}

pub(in crate::http) async fn page(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let question = Question::read(query.as_deref().unwrap_or_default())?;
    let form = form(&question);
    let checked = match question.words.as_deref() {
        None | Some("") => None,
        Some(_) => Some(question.answer(&app).await?),
    };
    let content = html! {
        div.narrow.check {
            h1 { "Check a quotation" }
            (form)
            @if let Some(checked) = &checked { (answer(checked)) }
        }
    };
    let frame = Frame {
        title: "Check a quotation",
        section: Section::Check,
        view: &View::default(),
        feed: None,
    };
    Ok(frame.around(&app, &content))
}

fn form(question: &Question) -> Markup {
    html! {
        form.paste action="/check" method="get" {
            label for="text" { "The words, as you have them" }
            textarea #text name="text" rows="4" maxlength=(LONGEST) required autocapitalize="off" { (question.words.as_deref().unwrap_or_default()) }
            label for="speaker" { "Said by " span.quiet { "(if you want that checked too)" } }
            div.line {
                input #speaker name="speaker" maxlength=(LONGEST_NAME) autocomplete="off" value=(question.speaker.as_deref().unwrap_or_default());
                button type="submit" { "Check" }
            }
        }
    }
}

/// What a verdict means.
fn sentence(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Verbatim => ("Verbatim", "Printed in these words."),
        Verdict::Truncated => ("Cut", "Printed in these words, but there is more of it."),
        Verdict::Altered => ("Altered", "Printed, with other words in it."),
        Verdict::OtherSpeaker => ("Somebody else’s", "Printed as another person’s words."),
        Verdict::OnlyIndirect => (
            "Only reported",
            "Printed in the writer’s words, not as a quotation.",
        ),
        Verdict::NotFound => ("Not found", "No statement in this index has these words."),
    }
}

fn answer(checked: &Checked) -> Markup {
    let (title, meaning) = sentence(checked.verdict);
    html! {
        section aria-labelledby="verdict" {
            h2.verdict { span #verdict role="status" { (title) } }
            p.lede { (meaning) }
            ol.hits { @for source in &checked.sources { li { (found(source)) } } }
            @if !checked.elsewhere.is_empty() {
                p { "The words stand in an article, as nobody’s statement:" }
                ul.plainlist {
                    @for article in &checked.elsewhere {
                        li {
                            a href=(format!("/article/{}", encode(&article.id))) {
                                @match &article.title { Some(title) => (format::one_line(&title.text)), None => (article.origin.path) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn found(source: &Source) -> Markup {
    html! {
        @if source.diff.iter().any(|change| change.op != Op::Same) {
            p.compared { (compared(&source.diff)) }
            p.key { del { "as pasted" } " " ins { "as printed" } }
        }
        (card::statement(&source.statement))
    }
}

/// The words of one text and those of another in one.
pub(super) fn compared(diff: &[Change]) -> Markup {
    html! {
        @for (n, change) in diff.iter().enumerate() {
            @if n > 0 { " " }
            @let words = format::one_line(&change.text);
            @match change.op {
                Op::Same => (words),
                Op::Pasted => del { (words) },
                Op::Printed => ins { (words) },
            }
        }
    }
}
