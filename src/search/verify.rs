//! Checking a quotation: was it said so, by this person, and where is that printed?
//!
//! The words are compared folded, so that case, accents and punctuation make no difference. A candidate statement is
//! aligned with the pasted words by edit distance over words, with free ends in the statement.

use std::collections::BTreeSet;

use serde::Serialize;
use tantivy::Term;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, PhraseQuery, Query as EngineQuery, TermQuery};
use tantivy::schema::IndexRecordOption;

use super::align::{Against, Change, Step, align, changes, same};
use super::answer::{ArticleHit, Hit, StatementHit};
use super::highlight::Highlighter;
use super::hits;
use super::query::{Field, Node, Query};
use super::request::{Request, Scope};
use super::searcher::{Error, Searcher};
use crate::article::{Kind, SpeakerType};
use crate::index::schema::fields;
use crate::index::stored::StoredStatement;
use crate::index::{Analyzer, Word, names, words};

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
const LEAST_ALIKE: f32 = 0.7;
/// The same for words of somebody else than the one who is asked about.
const LEAST_ALIKE_BY_OTHERS: f32 = 0.8;
/// Distinct words of a quotation that are looked for.
const RAREST: usize = 24;
/// How much more all words in a row count.
const ROW: f32 = 4.0;

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

impl Searcher {
    /// Checks a quotation, and if a speaker is given, whether they said it.
    ///
    /// # Errors
    /// As [`Searcher::search`].
    pub fn check(&self, quote: &str, speaker: Option<&str>) -> Result<Checked, Error> {
        let pasted = Pasted::new(quote);
        let mut sources = Vec::new();
        let people = self.roster()?.map(|r| r.people());
        let mut candidates = Vec::new();
        for (score, stored) in self.candidates(&pasted)? {
            let mut forms = stored.speaker.forms.clone();
            let statement = hits::statement(stored, score, &Highlighter::default(), people);
            // A correction may name another; who is who across articles adds a name.
            let speaker = &statement.speaker;
            if speaker.name.as_ref().is_some_and(|n| !forms.contains(n)) {
                forms = speaker.name.iter().cloned().collect();
            }
            forms.extend(speaker.person.clone());
            candidates.push((statement, forms));
        }
        for (statement, forms) in &candidates {
            sources.extend(compare(&pasted, statement.clone(), speaker, forms));
        }
        if sources
            .iter()
            .all(|s: &Source| s.verdict > Verdict::Truncated)
        {
            for (statement, forms) in in_a_row(&candidates) {
                let joined = compare(&pasted, statement, speaker, &forms);
                sources.extend(joined.filter(|s| s.verdict <= Verdict::Truncated));
            }
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
            let end = pasted.words.get(..PHRASE.min(pasted.words.len()));
            let end = end.and_then(|w| w.last()).map_or(0, |w| w.end);
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

    /// The statements with most of the words, the rare ones counting most, and those with all of them in a row.
    fn candidates(&self, pasted: &Pasted<'_>) -> Result<Vec<(f32, StoredStatement)>, Error> {
        let f = fields();
        let term = |word: &str| Term::from_field_text(f.content_exact, word);
        let distinct: BTreeSet<&str> = pasted.words.iter().map(|w| w.text.as_str()).collect();
        let mut terms = Vec::with_capacity(distinct.len());
        for word in distinct {
            let frequency = self.engine().doc_freq(&term(word));
            terms.push((frequency.map_err(|e| self.at(e))?, word));
        }
        terms.retain(|(frequency, _)| *frequency > 0);
        terms.sort_unstable();
        // The rarest tell the statement; the others cost most and tell least.
        terms.truncate(RAREST);
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let mut wanted: Vec<Box<dyn EngineQuery>> = Vec::new();
        for (_, word) in terms {
            wanted.push(Box::new(TermQuery::new(
                term(word),
                IndexRecordOption::WithFreqs,
            )));
        }
        let row: Vec<Term> = pasted.words.iter().map(|w| term(&w.text)).collect();
        if (2..=PHRASE).contains(&row.len()) && pasted.elided.is_empty() {
            let phrase = Box::new(PhraseQuery::new(row));
            wanted.push(Box::new(BoostQuery::new(phrase, ROW)));
        }
        let top = TopDocs::with_limit(CANDIDATES).order_by_score();
        let found = self
            .engine()
            .search(&BooleanQuery::union(wanted), &top)
            .map_err(|e| self.at(e))?;
        found
            .into_iter()
            .map(|(score, at)| {
                let stored = self.statement_at(at)?;
                Ok((score, stored))
            })
            .collect()
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

/// A pasted quotation.
struct Pasted<'a> {
    text: &'a str,
    /// Its words, without those in square brackets: they are the writer's.
    words: Vec<Word>,
    /// The words before which it says that something is left out.
    elided: Vec<usize>,
}

impl<'a> Pasted<'a> {
    fn new(text: &'a str) -> Self {
        let mut pasted = Self {
            text,
            words: Vec::new(),
            elided: Vec::new(),
        };
        let mut last = 0;
        let mut bracketed = false;
        for word in words(Analyzer::Exact, text) {
            let between = text.get(last..word.begin).unwrap_or_default();
            last = word.end;
            if between.contains(['[', '…']) || between.contains("...") || between.contains(". . .")
            {
                pasted.elided.push(pasted.words.len());
            }
            bracketed = match (between.rfind('['), between.rfind(']')) {
                (Some(open), close) => close.is_none_or(|close| close < open),
                (None, Some(_)) => false,
                (None, None) => bracketed,
            };
            if !bracketed {
                pasted.words.push(word);
            }
            if pasted.words.len() == MAX_WORDS {
                break;
            }
        }
        // What is left out at the ends is no gap.
        pasted.elided.retain(|n| *n > 0 && *n < pasted.words.len());
        pasted.elided.dedup();
        pasted
    }
}

/// Statements that stand one after another in an article and are by one speaker, as one: what an article prints in two
/// breaths is often quoted in one.
fn in_a_row(candidates: &[(StatementHit, Vec<String>)]) -> Vec<(StatementHit, Vec<String>)> {
    let ordinal = |id: &str| id.rsplit_once('.').and_then(|(_, n)| n.parse::<u32>().ok());
    let mut joined = Vec::new();
    for (first, forms) in candidates {
        for (second, _) in candidates {
            let next = ordinal(&first.id).map(|n| n + 1) == ordinal(&second.id);
            if next
                && first.article == second.article
                && first.speaker.name.is_some()
                && first.speaker.name == second.speaker.name
                && first.kind != Kind::Indirect
                && second.kind != Kind::Indirect
            {
                let mut both = first.clone();
                both.quote.text = format!("{} {}", first.quote.text, second.quote.text);
                both.quote.marks.clear();
                joined.push((both, forms.clone()));
            }
        }
    }
    joined
}

/// What holds of one statement; `None` if it is another statement altogether.
fn compare(
    pasted: &Pasted<'_>,
    statement: StatementHit,
    speaker: Option<&str>,
    forms: &[String],
) -> Option<Source> {
    if pasted.words.is_empty() {
        return None;
    }
    let text = statement.quote.text.clone();
    let mut printed = words(Analyzer::Exact, &text);
    printed.truncate(MAX_STATEMENT);
    let alignment = align(&pasted.words, &printed, Against::Run, &pasted.elided);
    let same = same(&alignment);
    let unmarked = gaps(&alignment, &pasted.elided);
    let pasted_only = pasted.words.len() - same;
    // A replaced word counts once; words left out where the pasted text says so are no alteration.
    let others = pasted_only.max(unmarked);
    let alike = same as f32 / (same + others).max(1) as f32;
    let wording = if others == 0 {
        if pasted.elided.is_empty() && ends_at_sentences(&alignment, &printed, &text) {
            Verdict::Verbatim
        } else {
            Verdict::Truncated
        }
    } else if same as f32 >= LEAST_ALIKE * pasted.words.len() as f32 && alike >= LEAST_ALIKE {
        Verdict::Altered
    } else {
        return None;
    };
    let verdict = if !is_by(speaker, &statement, forms) {
        // Somebody else's remotely similar words prove nothing.
        if alike < LEAST_ALIKE_BY_OTHERS {
            return None;
        }
        Verdict::OtherSpeaker
    } else if statement.kind == Kind::Indirect
        || statement.kind == Kind::Mixed && !within_marks(&alignment, &printed, &text)
    {
        Verdict::OnlyIndirect
    } else {
        wording
    };
    Some(Source {
        verdict,
        alike,
        diff: changes(&alignment, (&pasted.words, pasted.text), (&printed, &text)),
        statement,
    })
}

/// May the statement be by the one who is wanted? One of the names printed for the speaker, or, where none is, the role,
/// must be a form of the wanted name. Where nobody is named at all, nothing speaks against it.
fn is_by(wanted: Option<&str>, statement: &StatementHit, forms: &[String]) -> bool {
    let Some(wanted) = wanted else { return true };
    if statement.speaker.name.is_some() {
        return is_form(wanted, forms);
    }
    match statement.speaker.kind {
        SpeakerType::Unknown => true,
        _ => {
            let wanted = words(Analyzer::Stem, wanted);
            let role = statement.speaker.role.as_deref();
            let role = words(Analyzer::Stem, role.unwrap_or(&statement.source));
            !wanted.is_empty() && wanted.iter().all(|w| role.iter().any(|r| r.text == w.text))
        }
    }
}

/// Do the words that both have stand between quotation marks in the printed text?
fn within_marks(alignment: &[Step], printed: &[Word], text: &str) -> bool {
    let mut inside = false;
    let mut last = 0;
    let quoted: Vec<bool> = printed
        .iter()
        .map(|word| {
            for c in text.get(last..word.begin).unwrap_or_default().chars() {
                inside = match c {
                    '“' | '„' | '«' | '‘' => true,
                    '”' | '»' => false,
                    '"' => !inside,
                    _ => inside,
                };
            }
            last = word.end;
            inside
        })
        .collect();
    alignment.iter().all(|step| match step {
        Step::Both(_, n) => quoted.get(*n).copied().unwrap_or(false),
        _ => true,
    })
}

/// Is one of the printed forms a form of the wanted name?
fn is_form(wanted: &str, forms: &[String]) -> bool {
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

/// How many printed words are missing from the pasted ones where no mark says so.
fn gaps(alignment: &[Step], elided: &[usize]) -> usize {
    let mut unmarked = 0;
    let mut run = 0;
    for step in alignment {
        match step {
            Step::Printed(_) => run += 1,
            Step::Both(pasted, _) | Step::Pasted(pasted) => {
                if !elided.contains(pasted) {
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
