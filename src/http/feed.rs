//! `/feed.atom?…`: any search as an Atom feed (RFC 4287): an alert without an account.

use std::fmt::Write;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::api::strict;
use super::fault::Fault;
use super::format;
use super::view::{View, encode};
use crate::date::PartialDate;
use crate::search::{Answer, Hit, Sort};

/// Entries of a feed.
const ENTRIES: usize = 50;
/// Date of what has none: readers need one, and it must not look new.
const UNDATED: &str = "1970-01-01T00:00:00Z";

/// The feed of a search, latest first.
pub(super) async fn atom(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let mut view = strict(query.as_deref())?;
    (view.sort, view.page, view.limit) = (Sort::Newest, 1, ENTRIES);
    let asked = view.clone();
    let answer = app
        .ask(move |snapshot| {
            let (request, _) = asked.request(Vec::new())?;
            Ok(snapshot.searcher.search(&request)?)
        })
        .await?;
    // The guard has checked it.
    let host = headers
        .get(header::HOST)
        .and_then(|h| h.to_str().ok())
        .unwrap_or("localhost");
    let body = feed(&answer, &view, &format!("http://{host}"));
    Ok((
        [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")],
        body,
    )
        .into_response())
}

fn feed(answer: &Answer, view: &View, root: &str) -> String {
    let mut shown = view.with(|v| v.limit = View::default().limit);
    shown.sort = Sort::Newest;
    let title = match answer.query.to_string() {
        query if query.is_empty() => "whosaid".to_owned(),
        query => format!("whosaid: {query}"),
    };
    let stamp = |date: Option<PartialDate>| {
        date.and_then(PartialDate::first).map_or_else(
            || UNDATED.to_owned(),
            |d| format!("{}T00:00:00Z", d.format("%Y-%m-%d")),
        )
    };
    let published = |hit: &Hit| match hit {
        Hit::Statement(s) => s.published,
        Hit::Article(a) => a.published,
    };
    let updated = stamp(answer.hits.iter().filter_map(published).max());
    let mut out = String::with_capacity(1024 + answer.hits.len() * 1024);
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>{}</title>\n\
         <id>{root}{}</id>\n<updated>{updated}</updated>\n<link rel=\"self\" href=\"{root}{}\"/>\n<link rel=\"alternate\" href=\"{root}{}\"/>\n\
         <author><name>whosaid</name></author>\n",
        escape(&title),
        escape(&shown.at("/")),
        escape(&shown.at("/feed.atom")),
        escape(&shown.at("/")),
    );
    for hit in &answer.hits {
        let stamp = stamp(published(hit));
        let (address, title, words) = match hit {
            Hit::Statement(s) => {
                let name = s.speaker.name.as_deref().unwrap_or(&s.source);
                let words = if s.quote.text.is_empty() {
                    &s.passage.text
                } else {
                    &s.quote.text
                };
                let title = format!(
                    "{}: {}",
                    format::one_line(name),
                    format::one_line(words)
                        .chars()
                        .take(100)
                        .collect::<String>()
                );
                (format!("/statement/{}", encode(&s.id)), title, words)
            }
            Hit::Article(a) => {
                let title = a.title.as_ref().map_or("Article", |t| t.text.as_str());
                (
                    format!("/article/{}", encode(&a.id)),
                    format::one_line(title),
                    &a.passage.text,
                )
            }
        };
        let _ = write!(
            out,
            "<entry>\n<title>{}</title>\n<id>{root}{address}</id>\n<updated>{stamp}</updated>\n<link href=\"{root}{address}\"/>\n\
             <content type=\"text\">{}</content>\n</entry>\n",
            escape(&title),
            escape(&format::one_line(words)),
        );
    }
    out.push_str("</feed>\n");
    out
}

/// Escapes for XML text and attributes; characters that XML 1.0 does not know become U+FFFD.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn escapes_what_xml_forbids() {
        assert_eq!(
            escape("<a b=\"c\">&\u{0}\u{8}é"),
            "&lt;a b=&quot;c&quot;&gt;&amp;\u{fffd}\u{fffd}é"
        );
    }
}
