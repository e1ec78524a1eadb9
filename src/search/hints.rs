//! Of an empty answer: which part of the question emptied it, and what is near.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};
use tantivy::schema::Field as EngineField;
use tantivy::{Searcher as Engine, Term};
use tantivy_fst::Automaton;

use super::answer::Hint;
use super::query::{Field, Leaf, Node, Pattern, Query};
use super::request::Request;
use super::searcher::{Error, Searcher};
use crate::index::schema::fields;
use crate::index::{Analyzer, words};

/// Most parts of a question that are tried without.
const MAX_TRIES: usize = 16;
/// Most hints.
const MAX_HINTS: usize = 5;

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
        hints.sort_by_key(|hint| Reverse(hint.total));
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
/// Slips in the first letter are rare: a term with the same one goes before.
fn nearest_term(
    engine: &Engine,
    field: EngineField,
    word: &str,
) -> tantivy::Result<Option<String>> {
    let near = match word.chars().count() {
        0..=3 => return Ok(None),
        4..=7 => Near(ONE_OFF.build_dfa(word)),
        _ => Near(TWO_OFF.build_dfa(word)),
    };
    if engine.doc_freq(&Term::from_field_text(field, word))? > 0 {
        return Ok(Some(word.to_owned()));
    }
    let mut found: HashMap<String, u64> = HashMap::new();
    for segment in engine.segment_readers() {
        let inverted = segment.inverted_index(field)?;
        let mut terms = inverted.terms().search(&near).into_stream()?;
        while terms.advance() {
            if let Ok(term) = std::str::from_utf8(terms.key()) {
                *found.entry(term.to_owned()).or_default() += u64::from(terms.value().doc_freq);
            }
        }
    }
    let first = word.chars().next();
    let nearest = found.into_iter().min_by_key(|(term, documents)| {
        let other_first = term.chars().next() != first;
        let distance = near.0.eval(term).to_u8();
        (other_first, distance, Reverse(*documents), term.clone())
    });
    Ok(nearest.map(|(term, _)| term))
}

static ONE_OFF: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO_OFF: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

/// Walks the dictionary where it goes on like the word, so that no other term is looked at.
struct Near(DFA);

impl Automaton for Near {
    type State = u32;

    fn start(&self) -> u32 {
        self.0.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        matches!(self.0.distance(*state), Distance::Exact(_))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        self.0.transition(*state, byte)
    }
}
