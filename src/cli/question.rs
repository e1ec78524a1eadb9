//! What `search`, `facets` and `export` are asked, as one query.

use anyhow::{Result, anyhow};
use clap::ValueEnum;

use super::report;
use crate::search::query::{Field, Node, Query};
use crate::search::{Counting, Facet, FacetRequest, Request};

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
    /// Reporting word: said, warned, promised …
    #[arg(long, value_name = "WORD", help_heading = "What")]
    cue: Vec<String>,
    /// The words of the query just as typed, not in other forms
    #[arg(long, help_heading = "What", conflicts_with = "fuzzy")]
    exact: bool,
    /// The words of the query also with a letter wrong
    #[arg(long, help_heading = "What")]
    fuzzy: bool,
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
    /// What totals and facets count: raw (every statement), distinct (copies of a quotation once) or articles (near-copies once)
    #[arg(long, value_name = "WHAT", default_value_t)]
    count_by: Counting,
    /// Least confidence of a statement, 0 to 1
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    min_confidence: f32,
    /// Count this facet, with at most N values: speaker, role, org, type, place, outlet, byline, kind, stance, medium,
    /// about, lang, month, year
    #[arg(long = "facet", value_name = "FACET[:N]", value_parser = facet)]
    pub(super) facets: Vec<FacetRequest>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum WhichDate {
    /// When it was said; if the text does not tell, when it was published
    #[default]
    Said,
    /// When the article was published
    Published,
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
        let mut query = match (self.exact, self.fuzzy) {
            (true, _) => parsed.query.exactly(),
            (_, true) => parsed.query.nearly(),
            _ => parsed.query,
        };
        for (field, values) in [
            (Field::Speaker, &self.speaker),
            (Field::Role, &self.role),
            (Field::Organisation, &self.org),
            (Field::SpeaksFor, &self.speaks_for),
            (Field::Kind, &kinds),
            (Field::Stance, &stances),
            (Field::Cue, &self.cue),
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
