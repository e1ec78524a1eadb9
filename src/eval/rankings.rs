//! Whether search answers as people expect: queries with the statements that must be among the first ten answers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many answers are looked at.
pub const DEPTH: usize = 10;

/// A file of expected rankings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rankings {
    /// The queries.
    #[serde(default)]
    pub ranking: Vec<Ranking>,
}

/// A query and what it should find.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// As typed.
    pub query: String,
    /// Why it is there.
    #[serde(default)]
    pub note: String,
    /// Statements that must be among the first ten answers, best first.
    pub expect: Vec<Expected>,
}

/// A statement that should be found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Article id.
    pub article: String,
    /// A run of words inside the statement's content.
    pub says: String,
}

/// One answer of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Article id.
    pub article: String,
    /// The statement's content.
    pub content: String,
}

/// How a query did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// The query.
    pub query: String,
    /// Rank of the first expected answer, from 1; `None` if it is not among the first ten.
    pub first: Option<usize>,
    /// Expected answers among the first ten.
    pub found: usize,
    /// Expected answers.
    pub expected: usize,
    /// Those not found.
    pub missing: Vec<Expected>,
    /// Why the query could not be run.
    pub error: Option<String>,
}

/// How all queries did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RankingReport {
    /// One for each query, in order.
    pub outcomes: Vec<Outcome>,
}

impl Rankings {
    /// Reads the TOML.
    ///
    /// # Errors
    /// If it is not TOML of this form.
    pub fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Runs every query. `search` gives the answers best first; only the first ten are looked at.
    pub fn run<E: fmt::Display>(
        &self,
        mut search: impl FnMut(&str) -> Result<Vec<Hit>, E>,
    ) -> RankingReport {
        let outcomes = self
            .ranking
            .iter()
            .map(|ranking| {
                let (hits, error) = match search(&ranking.query) {
                    Ok(hits) => (hits, None),
                    Err(error) => (Vec::new(), Some(error.to_string())),
                };
                judge(ranking, &hits, error)
            })
            .collect();
        RankingReport { outcomes }
    }
}

fn judge(ranking: &Ranking, hits: &[Hit], error: Option<String>) -> Outcome {
    let hits: Vec<(&str, String)> = hits
        .iter()
        .take(DEPTH)
        .map(|h| (h.article.as_str(), plain(&h.content)))
        .collect();
    let rank = |expected: &Expected| {
        let says = plain(&expected.says);
        hits.iter()
            .position(|(article, content)| *article == expected.article && content.contains(&says))
    };
    let (found, missing): (Vec<_>, Vec<_>) = ranking
        .expect
        .iter()
        .map(|e| (e, rank(e)))
        .partition(|(_, rank)| rank.is_some());
    Outcome {
        query: ranking.query.clone(),
        first: found
            .iter()
            .filter_map(|(_, rank)| *rank)
            .min()
            .map(|r| r + 1),
        found: found.len(),
        expected: ranking.expect.len(),
        missing: missing.into_iter().map(|(e, _)| e.clone()).collect(),
        error,
    }
}

/// White space as single blanks, quotation marks and apostrophes straight: what a person who copies words by hand
/// cannot be asked to keep.
fn plain(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace(['“', '”', '„', '«', '»'], "\"")
        .replace(['‘', '’'], "'")
}

impl RankingReport {
    /// Mean over the queries of 1 / rank of the first expected answer; 0 where there is none in the first ten.
    #[must_use]
    pub fn mean_reciprocal_rank(&self) -> f64 {
        let sum: f64 = self
            .outcomes
            .iter()
            .filter_map(|o| o.first)
            .map(|rank| 1.0 / rank as f64)
            .sum();
        sum / self.outcomes.len().max(1) as f64
    }

    /// Mean over the queries of the share of expected answers that are among the first ten. A query that expects none
    /// counts in full.
    #[must_use]
    pub fn recall(&self) -> f64 {
        let sum: f64 = self
            .outcomes
            .iter()
            .map(|o| match o.expected {
                0 => 1.0,
                n => o.found as f64 / n as f64,
            })
            .sum();
        sum / self.outcomes.len().max(1) as f64
    }
}

impl fmt::Display for RankingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} queries  MRR {:.3}  recall@{DEPTH} {:.3}",
            self.outcomes.len(),
            self.mean_reciprocal_rank(),
            self.recall()
        )?;
        for outcome in &self.outcomes {
            if let Some(error) = &outcome.error {
                writeln!(f, "failed  {} | {error}", outcome.query)?;
                continue;
            }
            for missing in &outcome.missing {
                writeln!(
                    f,
                    "missing  {} | {} | {}",
                    outcome.query, missing.article, missing.says
                )?;
            }
        }
        Ok(())
    }
}
