//! Checking a quotation: was it said so, by this person, and where is that printed?
//!
//! The words are compared folded, so that case, accents and punctuation make no difference. A candidate statement is
//! aligned with the pasted words by edit distance over words, with free ends in the statement.

use std::collections::BTreeSet;

use serde::Serialize;
use tantivy::Term;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Query as EngineQuery, TermQuery};
use tantivy::schema::IndexRecordOption;

use super::answer::{ArticleHit, Hit, StatementHit};
use super::highlight::Highlighter;
use super::hits;
use super::query::{Field, Node, Query};
use super::request::{Request, Scope};
use super::searcher::{Error, Searcher};
use crate::article::Kind;
use crate::index::schema::fields;
use crate::index::{self, Analyzer, Word, names, words};

/// Most words of a pasted quotation that are compared.
const MAX_WORDS: usize = 400;
/// Most words of a statement that are compared.
const MAX_STATEMENT: usize = 4_000;
/// Most words that are looked for in a row in articles.
const PHRASE: usize = 32;
/// Statements that are compared.
const CANDIDATES: usize = 40;
/// Statements that are listed.
const LISTED: usize = 10;
/// Least share of words in common for a statement to be an alteration and not another statement.
const LEAST_ALIKE: f32 = 0.6;

/// What became of a quotation. Ordered from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Printed so, whole sentences of it.
    Verbatim,
    /// Printed so, but the sentence goes on, or words were left out between.
    Truncated,
    /// Printed with other words in it.
    Altered,
    /// Printed, as somebody else's words.
    OtherSpeaker,
    /// Only reported in indirect speech.
    OnlyIndirect,
    /// Not printed.
    NotFound,
}

/// As in JSON.
impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Verbatim => "verbatim",
            Self::Truncated => "truncated",
            Self::Altered => "altered",
            Self::OtherSpeaker => "other-speaker",
            Self::OnlyIndirect => "only-indirect",
            Self::NotFound => "not-found",
        })
    }
}

/// The answer to "did they say that?"
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// What holds of the best source.
    pub verdict: Verdict,
    /// Statements that have the words, best first.
    pub sources: Vec<Source>,
    /// Articles that have the words, but not as anybody's statement. Only looked for where there are no sources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<ArticleHit>,
}

/// A statement that has the words.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    /// What holds of this one.
    pub verdict: Verdict,
    /// Share of the words that are the same, 0 to 1.
    pub alike: f32,
    /// From the pasted words to the printed ones.
    pub diff: Vec<Change>,
    /// The statement.
    pub statement: StatementHit,
}

/// A stretch of words that is the same in both, or only in one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// In which.
    pub op: Op,
    /// The words, as pasted or as printed.
    pub text: String,
}

/// In which of two texts a stretch of words stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// In both.
    Same,
    /// Only in what was pasted.
    Pasted,
    /// Only in what was printed.
    Printed,
}

impl Searcher {
    /// Checks a quotation, and if a speaker is given, whether they said it.
    ///
    /// # Errors
    /// As [`Searcher::search`].
    pub fn check(&self, quote: &str, speaker: Option<&str>) -> Result<Checked, Error> {
        let mut pasted = words(Analyzer::Exact, quote);
        pasted.truncate(MAX_WORDS);
        let mut sources = Vec::new();
        let people = self.roster()?.map(|r| r.people());
        for stored in self.candidates(&pasted)? {
            let statement = hits::statement(stored.1, stored.0, &Highlighter::default(), people);
            let forms = self.speaker_forms(&statement)?;
            sources.extend(compare(quote, &pasted, statement, speaker, &forms));
        }
        sources.sort_by(|a, b| {
            a.verdict
                .cmp(&b.verdict)
                .then(b.alike.total_cmp(&a.alike))
                .then_with(|| a.statement.published.cmp(&b.statement.published))
                .then_with(|| a.statement.id.cmp(&b.statement.id))
        });
        sources.truncate(LISTED);
        let verdict = sources.first().map_or(Verdict::NotFound, |s| s.verdict);
        let elsewhere = if sources.is_empty() {
            // A phrase of a few dozen words tells a text from all others.
            let end = pasted
                .get(..PHRASE.min(pasted.len()))
                .and_then(|w| w.last())
                .map_or(0, |w| w.end);
            self.in_articles(quote.get(..end).unwrap_or_default())?
        } else {
            Vec::new()
        };
        Ok(Checked {
            verdict,
            sources,
            elsewhere,
        })
    }

    /// The statements with most of the words, the rare ones counting most.
    fn candidates(
        &self,
        pasted: &[Word],
    ) -> Result<Vec<(f32, index::stored::StoredStatement)>, Error> {
        let f = fields();
        let distinct: BTreeSet<&str> = pasted.iter().map(|w| w.text.as_str()).collect();
        if distinct.is_empty() {
            return Ok(Vec::new());
        }
        let terms = distinct
            .into_iter()
            .map(|word| {
                let term = Term::from_field_text(f.content_exact, word);
                Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)) as Box<dyn EngineQuery>
            })
            .collect();
        let top = TopDocs::with_limit(CANDIDATES).order_by_score();
        let found = self
            .engine()
            .search(&BooleanQuery::union(terms), &top)
            .map_err(|e| self.at(e))?;
        found
            .into_iter()
            .map(|(score, at)| {
                let stored = index::statement(self.engine(), at).map_err(|e| self.at(e))?;
                Ok((score, stored))
            })
            .collect()
    }

    fn speaker_forms(&self, statement: &StatementHit) -> Result<Vec<String>, Error> {
        Ok(self
            .stored_statement(&statement.id)?
            .map(|stored| stored.speaker.forms)
            .unwrap_or_default())
    }

    fn in_articles(&self, quote: &str) -> Result<Vec<ArticleHit>, Error> {
        let Some(node) = Node::field(Field::Text, quote) else {
            return Ok(Vec::new());
        };
        let request = Request {
            query: Query::from(node),
            scope: Scope::Articles,
            limit: LISTED,
            ..Request::default()
        };
        let answer = self.search(&request)?;
        Ok(answer
            .hits
            .into_iter()
            .filter_map(|hit| match hit {
                Hit::Article(article) => Some(*article),
                Hit::Statement(_) => None,
            })
            .collect())
    }
}

/// What holds of one statement; `None` if it is another statement altogether.
fn compare(
    quote: &str,
    pasted: &[Word],
    statement: StatementHit,
    speaker: Option<&str>,
    forms: &[String],
) -> Option<Source> {
    let printed_text = statement.quote.text.clone();
    let mut printed = words(Analyzer::Exact, &printed_text);
    printed.truncate(MAX_STATEMENT);
    let alignment = align(pasted, &printed);
    let same = alignment
        .iter()
        .filter(|s| matches!(s, Step::Both(..)))
        .count();
    let alike = same as f32 / alignment.len().max(1) as f32;
    // Words left out where the pasted text says so are no alteration.
    let marked = elisions(quote, pasted);
    let unmarked_printed = gaps(&alignment, &marked);
    let pasted_only = alignment.iter().any(|s| matches!(s, Step::Pasted(_)));
    let wording = if !pasted_only && unmarked_printed == 0 {
        if marked.is_empty() && ends_at_sentences(&alignment, &printed, &printed_text) {
            Verdict::Verbatim
        } else {
            Verdict::Truncated
        }
    } else if same as f32 >= LEAST_ALIKE * pasted.len() as f32 && alike >= LEAST_ALIKE {
        Verdict::Altered
    } else {
        return None;
    };
    let by = speaker.is_none_or(|wanted| is_by(wanted, forms));
    let verdict = if !by {
        // Somebody else's similar words prove nothing.
        if wording == Verdict::Altered {
            return None;
        }
        Verdict::OtherSpeaker
    } else if statement.kind == Kind::Indirect {
        Verdict::OnlyIndirect
    } else {
        wording
    };
    Some(Source {
        verdict,
        alike,
        diff: changes(&alignment, pasted, quote, &printed, &printed_text),
        statement,
    })
}

/// Is one of the printed forms a form of the wanted name?
fn is_by(wanted: &str, forms: &[String]) -> bool {
    let wanted = names::alternatives(wanted);
    forms
        .iter()
        .flat_map(|form| names::aliases(form))
        .any(|alias| {
            let tokens: Vec<&str> = alias.split(' ').collect();
            wanted.iter().any(|want| {
                !want.is_empty() && tokens.windows(want.len()).any(|w| w == want.as_slice())
            })
        })
}

/// One step of an alignment, with indices into the word lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Both(usize, usize),
    Pasted(usize),
    Printed(usize),
}

/// The cheapest way from the pasted words to a run of the printed ones. A replaced word is one left out and one put in.
fn align(pasted: &[Word], printed: &[Word]) -> Vec<Step> {
    let (rows, columns) = (pasted.len(), printed.len());
    let width = columns + 1;
    let mut cost = vec![0_u32; (rows + 1) * width];
    let at = |row: usize, column: usize| row * width + column;
    for row in 1..=rows {
        cost[at(row, 0)] = row as u32;
        for column in 1..=columns {
            let same = pasted[row - 1].text == printed[column - 1].text;
            let step = (cost[at(row - 1, column)] + 1).min(cost[at(row, column - 1)] + 1);
            cost[at(row, column)] = if same {
                step.min(cost[at(row - 1, column - 1)])
            } else {
                step
            };
        }
    }
    // The earliest of the best ends.
    let mut column = (0..=columns)
        .min_by_key(|c| cost[at(rows, *c)])
        .unwrap_or(0);
    let mut row = rows;
    let mut steps = Vec::with_capacity(rows + 8);
    while row > 0 {
        let here = cost[at(row, column)];
        if column > 0
            && pasted[row - 1].text == printed[column - 1].text
            && here == cost[at(row - 1, column - 1)]
        {
            steps.push(Step::Both(row - 1, column - 1));
            row -= 1;
            column -= 1;
        } else if column > 0 && here == cost[at(row, column - 1)] + 1 {
            steps.push(Step::Printed(column - 1));
            column -= 1;
        } else {
            steps.push(Step::Pasted(row - 1));
            row -= 1;
        }
    }
    steps.reverse();
    steps
}

/// The pasted words before which the pasted text says that something is left out.
fn elisions(quote: &str, pasted: &[Word]) -> Vec<usize> {
    let mut last = 0;
    let mut marked = Vec::new();
    for (n, word) in pasted.iter().enumerate() {
        let between = quote.get(last..word.begin).unwrap_or_default();
        if n > 0 && (between.contains('…') || between.contains("...") || between.contains(". . ."))
        {
            marked.push(n);
        }
        last = word.end;
    }
    marked
}

/// How many printed words are missing from the pasted ones where no mark says so.
fn gaps(alignment: &[Step], marked: &[usize]) -> usize {
    let mut unmarked = 0;
    let mut run = 0;
    for step in alignment {
        match step {
            Step::Printed(_) => run += 1,
            Step::Both(pasted, _) | Step::Pasted(pasted) => {
                if !marked.contains(pasted) {
                    unmarked += run;
                }
                run = 0;
            }
        }
    }
    unmarked + run
}

/// Does the printed run begin and end where a sentence or the statement does?
fn ends_at_sentences(alignment: &[Step], printed: &[Word], text: &str) -> bool {
    let mut run = alignment.iter().filter_map(|step| match step {
        Step::Both(_, printed) => Some(*printed),
        _ => None,
    });
    let Some(first) = run.next() else {
        return false;
    };
    let last = run.next_back().unwrap_or(first);
    let ends = |between: &str| between.contains(['.', '!', '?', '…', '\n']);
    let between = |left: usize| {
        let (Some(a), Some(b)) = (printed.get(left), printed.get(left + 1)) else {
            return true;
        };
        ends(text.get(a.end..b.begin).unwrap_or_default())
    };
    (first == 0 || between(first - 1)) && between(last)
}

/// The alignment as stretches of text.
fn changes(
    alignment: &[Step],
    pasted: &[Word],
    quote: &str,
    printed: &[Word],
    text: &str,
) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut add = |op: Op, word: &str| match changes.last_mut() {
        Some(last) if last.op == op => {
            last.text.push(' ');
            last.text.push_str(word);
        }
        _ => changes.push(Change {
            op,
            text: word.to_owned(),
        }),
    };
    let slice = |words: &[Word], n: usize, text: &str| -> String {
        words
            .get(n)
            .and_then(|w| text.get(w.begin..w.end))
            .unwrap_or_default()
            .to_owned()
    };
    for step in alignment {
        match *step {
            Step::Both(_, n) => add(Op::Same, &slice(printed, n, text)),
            Step::Pasted(n) => add(Op::Pasted, &slice(pasted, n, quote)),
            Step::Printed(n) => add(Op::Printed, &slice(printed, n, text)),
        }
    }
    changes
}
