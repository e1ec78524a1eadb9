//! The JSON API: `/api/v1/…`, described in `/openapi.json` (OpenAPI 3.1).
//!
//! Strict where pages are lenient: a parameter that makes no sense is an error, so that a program never takes the answer
//! to another question for its own.

use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use super::Shared;
use super::fault::Fault;
use super::format;
use super::pages::check::Question;
use super::pages::{article, people, statement};
use super::view::{View, parameters};
use crate::index::stored::StoredArticle;
use crate::search::{ANSWER_VERSION, Answer, Facet, FacetCounts, MAX_FACET_VALUES};

/// Suggestions of each kind.
const SUGGESTED: usize = 6;
/// Shortest text that something is suggested for, in characters.
const SHORTEST: usize = 2;

fn json(value: &impl Serialize) -> Result<Response, Fault> {
    let body = serde_json::to_vec(value).map_err(|e| Fault::Internal(e.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// An error as RFC 9457 has it.
pub(super) fn problem(status: StatusCode, detail: &str) -> Response {
    let body = json!({
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": detail,
    });
    (
        status,
        [(header::CONTENT_TYPE, "application/problem+json")],
        body.to_string(),
    )
        .into_response()
}

/// The view of an address that has nothing wrong with it.
///
/// # Errors
/// [`Fault::Bad`] that names the first parameter that makes no sense.
pub(super) fn strict(query: Option<&str>) -> Result<View, Fault> {
    let (view, complaints) = View::read(query.unwrap_or_default());
    match complaints.first() {
        None => Ok(view),
        Some(complaint) => Err(Fault::Bad(format!(
            "Parameter `{}`: {}.",
            complaint.parameter, complaint.message
        ))),
    }
}

/// `/api/v1/search`
pub(super) async fn search(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let view = strict(query.as_deref())?;
    let answer: Answer = app
        .ask(move |snapshot| {
            let (request, warnings) = view.request(view.facets.clone())?;
            let mut answer = snapshot.searcher.search(&request)?;
            answer.warnings = warnings;
            Ok(answer)
        })
        .await?;
    json(&answer)
}

/// The answer of `/api/v1/facets`.
#[derive(Serialize)]
struct Facets {
    schema_version: u32,
    total: u64,
    facets: Vec<FacetCounts>,
}

/// `/api/v1/facets`
pub(super) async fn facets(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let mut view = strict(query.as_deref())?;
    if view.facets.is_empty() {
        for facet in [
            Facet::Speaker,
            Facet::Place,
            Facet::Outlet,
            Facet::Kind,
            Facet::Month,
        ] {
            view.facets
                .push(crate::search::FacetRequest::new(facet, 20));
        }
    }
    let (total, facets) = app
        .ask(move |snapshot| {
            let (request, _) = view.request(view.facets.clone())?;
            Ok(snapshot.searcher.count_facets(&request)?)
        })
        .await?;
    json(&Facets {
        schema_version: ANSWER_VERSION,
        total,
        facets,
    })
}

/// Something to choose while typing.
#[derive(Serialize)]
struct Suggestion {
    /// `speaker` or `place`.
    facet: Facet,
    /// What a filter takes.
    value: String,
    /// What to show.
    label: String,
    /// What stands above a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<String>,
    /// Statements.
    count: u64,
}

/// `/api/v1/suggest?q=…`
pub(super) async fn suggest(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let typed = one(query.as_deref(), "q")?.unwrap_or_default();
    if typed.chars().count() < SHORTEST || typed.len() > 200 {
        return json(&Vec::<Suggestion>::new());
    }
    let list = app
        .ask(move |snapshot| Ok(snapshot.searcher.suggest(&typed, SUGGESTED)?))
        .await?;
    let list: Vec<Suggestion> = list
        .into_iter()
        .map(|(facet, value)| Suggestion {
            facet,
            label: format::one_line(&value.label),
            within: match facet {
                Facet::Place => value.value.rsplit('/').nth(1).map(ToOwned::to_owned),
                _ => None,
            },
            value: value.value,
            count: value.count,
        })
        .collect();
    json(&list)
}

/// The only parameter of an address that takes just one.
fn one(query: Option<&str>, name: &str) -> Result<Option<String>, Fault> {
    let mut found = None;
    for (given, value) in parameters(query.unwrap_or_default()) {
        if given != name {
            return Err(Fault::Bad(format!(
                "Parameter `{given}`: there is no parameter of this name."
            )));
        }
        found = Some(value.trim().to_owned());
    }
    Ok(found)
}

/// `/api/v1/statements/{id}`
pub(super) async fn statement(
    State(app): State<Shared>,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    json(
        &app.ask(move |snapshot| statement::find(&snapshot.searcher, &id, false))
            .await?,
    )
}

/// `/api/v1/articles/{key}`
pub(super) async fn article(
    State(app): State<Shared>,
    Path(key): Path<String>,
) -> Result<Response, Fault> {
    let article: StoredArticle = app
        .ask(move |snapshot| article::by_key(&snapshot.searcher, &key))
        .await?;
    json(&article)
}

/// A speaker in `/api/v1/people`.
#[derive(Serialize)]
struct Person {
    name: String,
    /// Last step of the address of the speaker's page.
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<String>,
    statements: u64,
}

/// The answer of `/api/v1/people`.
#[derive(Serialize)]
struct People {
    schema_version: u32,
    total: u64,
    people: Vec<Person>,
}

/// `/api/v1/people?name=…&n=…`
pub(super) async fn people(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let (mut name, mut limit) = (String::new(), 100);
    for (given, value) in parameters(query.as_deref().unwrap_or_default()) {
        match given.as_str() {
            "name" => name = value,
            "n" => match value.parse() {
                Ok(n) if (1..=MAX_FACET_VALUES).contains(&n) => limit = n,
                _ => {
                    return Err(Fault::Bad(format!(
                        "Parameter `n`: not a number from 1 to {MAX_FACET_VALUES}."
                    )));
                }
            },
            _ => {
                return Err(Fault::Bad(format!(
                    "Parameter `{given}`: there is no parameter of this name."
                )));
            }
        }
    }
    let counts = app
        .ask(move |snapshot| people::count(&snapshot.searcher, Facet::Speaker, &name, limit))
        .await?;
    let people = counts
        .values
        .into_iter()
        .map(|value| Person {
            slug: format::slug(&value.value),
            name: value.label,
            statements: value.count,
        })
        .collect();
    json(&People {
        schema_version: ANSWER_VERSION,
        total: counts.distinct,
        people,
    })
}

/// `/api/v1/check?text=…&speaker=…`
pub(super) async fn check(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let question = Question::read(query.as_deref().unwrap_or_default())?;
    if question.words.is_none() {
        return Err(Fault::Bad("Parameter `text`: there is none.".to_owned()));
    }
    json(&question.answer(&app).await?)
}

/// `/openapi.json`
pub(super) async fn openapi() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        include_str!("assets/openapi.json"),
    )
}
