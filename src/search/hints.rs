//! Of an empty answer: which part of the question emptied it, and what is near.

use tantivy::schema::Field as EngineField;
use tantivy::{Searcher as Engine, Term};

use super::answer::Hint;
use super::distance;
use super::query::{Field, Leaf, Node, Pattern, Query};
use super::request::Request;
use super::searcher::{Error, Searcher};
use crate::index::schema::fields;
use crate::index::{Analyzer, words};

/// Most parts of a question that are tried without.
const MAX_TRIES: usize = 16;
/// Most hints.
const MAX_HINTS: usize = 5;
/// Most terms of the dictionary that are compared with a word that was not found.
const MAX_TERMS: usize = 400_000;

impl Searcher {
    /// Looks for parts without which there would be hits, then for words like those typed.
    pub(super) fn hints(&self, request: &Request) -> Result<Vec<Hint>, Error> {
        let mut hints = Vec::new();
        let clauses = request.query.clauses();
        if clauses.len() + request.filters.len() > 1 || request.min_confidence > 0.0 {
            for (n, clause) in clauses.iter().enumerate().take(MAX_TRIES) {
                let mut rest = clauses.to_vec();
                rest.remove(n);
                let query = Query {
                    root: Node::all(rest),
                };
                let total = self.count(&Request {
                    query: query.clone(),
                    ..request.clone()
                })?;
                if total > 0 {
                    hints.push(Hint {
                        message: format!("without `{clause}`"),
                        try_query: Some(query),
                        total,
                    });
                }
            }
            for (n, filter) in request.filters.iter().enumerate().take(MAX_TRIES) {
                let mut filters = request.filters.clone();
                filters.remove(n);
                let total = self.count(&Request {
                    filters,
                    ..request.clone()
                })?;
                if total > 0 {
                    hints.push(Hint {
                        message: format!("without the filter on {}", filter.facet),
                        try_query: None,
                        total,
                    });
                }
            }
            if request.min_confidence > 0.0 {
                let total = self.count(&Request {
                    min_confidence: 0.0,
                    ..request.clone()
                })?;
                if total > 0 {
                    hints.push(Hint {
                        message: "with statements of less confidence".to_owned(),
                        try_query: None,
                        total,
                    });
                }
            }
        }
        for (n, clause) in clauses.iter().enumerate().take(MAX_TRIES) {
            let Node::Leaf(leaf) = clause else { continue };
            let Some(near) = self.near(leaf)? else {
                continue;
            };
            let mut nearer = clauses.to_vec();
            if let Some(slot) = nearer.get_mut(n) {
                *slot = near.clone();
            }
            let query = Query {
                root: Node::all(nearer),
            };
            let total = self.count(&Request {
                query: query.clone(),
                ..request.clone()
            })?;
            if total > 0 {
                hints.push(Hint {
                    message: format!("did you mean `{near}`?"),
                    try_query: Some(query),
                    total,
                });
            }
        }
        hints.sort_by_key(|hint| std::cmp::Reverse(hint.total));
        hints.truncate(MAX_HINTS);
        Ok(hints)
    }

    /// The same with its one word replaced by the nearest that is in the index, if the word itself is not.
    fn near(&self, leaf: &Leaf) -> Result<Option<Node>, Error> {
        let f = fields();
        let (Pattern::Word(typed) | Pattern::Phrase(typed, _)) = &leaf.pattern else {
            return Ok(None);
        };
        let (field, analyzer) = match leaf.field {
            Field::Text => (f.content_exact, Analyzer::Exact),
            Field::Title => (f.title_exact, Analyzer::Exact),
            Field::Speaker => (f.speaker_text, Analyzer::Name),
            Field::About => (f.about_text, Analyzer::Name),
            Field::Place => (f.place_text, Analyzer::Name),
            Field::Outlet => (f.outlet_text, Analyzer::Name),
            Field::By => (f.byline_text, Analyzer::Name),
            Field::Organisation => (f.org_text, Analyzer::Name),
            _ => return Ok(None),
        };
        let tokens = words(analyzer, typed);
        let mut changed = false;
        let mut nearest = Vec::with_capacity(tokens.len());
        for token in tokens {
            let near = nearest_term(self.engine(), field, &token.text).map_err(|e| self.at(e))?;
            changed |= near.as_ref().is_some_and(|near| *near != token.text);
            nearest.push(near.unwrap_or(token.text));
        }
        if !changed {
            return Ok(None);
        }
        let value = nearest.join(" ");
        Ok(match leaf.pattern {
            Pattern::Word(_) if nearest.len() == 1 => Some(Node::Leaf(Leaf {
                field: leaf.field,
                pattern: Pattern::Word(value),
            })),
            _ => Node::field(leaf.field, &value),
        })
    }
}

/// The term of a field nearest to a word, the more frequent of equally near ones; the word itself if the field has it.
/// Slips in the first letter are rare, and looking for them takes the whole dictionary: they are looked for last.
fn nearest_term(
    engine: &Engine,
    field: EngineField,
    word: &str,
) -> tantivy::Result<Option<String>> {
    let most = match word.chars().count() {
        0..=3 => return Ok(None),
        4..=7 => 1,
        _ => 2,
    };
    if engine.doc_freq(&Term::from_field_text(field, word))? > 0 {
        return Ok(Some(word.to_owned()));
    }
    let first = word.chars().next().map(String::from).unwrap_or_default();
    match nearest_of(engine, field, word, most, &first)? {
        Some(near) => Ok(Some(near)),
        None => nearest_of(engine, field, word, most, ""),
    }
}

/// The same among the terms that begin with `begin`.
fn nearest_of(
    engine: &Engine,
    field: EngineField,
    word: &str,
    most: usize,
    begin: &str,
) -> tantivy::Result<Option<String>> {
    let mut best: Option<(usize, std::cmp::Reverse<u32>, String)> = None;
    let mut seen = 0;
    for segment in engine.segment_readers() {
        let inverted = segment.inverted_index(field)?;
        let mut terms = inverted.terms().range().ge(begin).into_stream()?;
        while terms.advance() && seen < MAX_TERMS && terms.key().starts_with(begin.as_bytes()) {
            seen += 1;
            let Ok(term) = std::str::from_utf8(terms.key()) else {
                continue;
            };
            if let Some(distance) = distance::within(term, word, most) {
                let rank = (
                    distance,
                    std::cmp::Reverse(terms.value().doc_freq),
                    term.to_owned(),
                );
                if best.as_ref().is_none_or(|best| rank < *best) {
                    best = Some(rank);
                }
            }
        }
    }
    Ok(best.map(|(_, _, term)| term))
}
