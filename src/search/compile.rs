//! From a query to what the engine runs.
//!
//! A word of the text is looked for in what was said, in the sentence around it, in the speaker's name and role;
//! the headline only ranks. A name is looked for in the name field of the statement's own document, so that a query for
//! a person never meets another's words.

use chrono::NaiveDate;
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, FuzzyTermQuery, Occur,
    PhraseQuery, Query as EngineQuery, RangeQuery, RegexPhraseQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field as EngineField, IndexRecordOption};

use super::query::{Field, Interval, Leaf, Node, Pattern, Query};
use super::request::Scope;
use super::roster::Roster;
use crate::index::documents::{day_number, join_path};
use crate::index::people::Articles;
use crate::index::schema::{ARTICLE, STATEMENT, fields};
use crate::index::{Analyzer, Word, names, words};

/// Most names of the people whom a name may mean that are looked for.
const MAX_SPELLINGS: usize = 200;
/// Most words that a star within a phrase may stand for.
const MAX_EXPANSIONS: u32 = 1 << 14;

/// How much a match in each field counts: what was said most, who said it next, what stands around it least. Set by hand
/// and not fitted: on the golden rankings (`whosaid eval --rankings`) only their order matters.
mod weight {
    pub(super) const CONTENT: f32 = 2.0;
    pub(super) const CONTEXT: f32 = 0.5;
    pub(super) const SPEAKER: f32 = 1.5;
    pub(super) const ROLE: f32 = 0.5;
    pub(super) const TITLE: f32 = 0.5;
    /// In articles the headline is what the body is about.
    pub(super) const HEADLINE: f32 = 2.5;
    pub(super) const BODY: f32 = 1.0;
}

type Boxed = Box<dyn EngineQuery>;

/// What is the same for all parts of a query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    pub(super) scope: Scope,
    pub(super) today: NaiveDate,
    pub(super) min_confidence: f32,
    /// Who is who across articles; `None` if every name is its own person.
    pub(super) roster: Option<&'a Roster>,
}

/// The engine's query for documents of the scope that match.
pub(super) fn compile(query: &Query, setting: Setting<'_>) -> Boxed {
    let f = fields();
    let kind = match setting.scope {
        Scope::Statements => STATEMENT,
        Scope::Articles => ARTICLE,
    };
    let mut clauses = vec![(Occur::Must, silent(term(f.doc, kind)))];
    if let Some(root) = &query.root {
        clauses.push((Occur::Must, node(root, setting)));
        clauses.extend(title_words(query, setting.scope));
    }
    if let Some(rejected) = setting.roster.and_then(Roster::rejected) {
        clauses.push((Occur::MustNot, rejected));
    }
    if setting.min_confidence > 0.0 && setting.scope == Scope::Statements {
        let least = (setting.min_confidence.clamp(0.0, 1.0) * 1000.0).round() as u64;
        let from = Bound::Included(Term::from_field_u64(f.confidence, least));
        clauses.push((
            Occur::Must,
            silent(Box::new(RangeQuery::new(from, Bound::Unbounded))),
        ));
    }
    Box::new(BooleanQuery::new(clauses))
}

/// Headlines do not make a statement match, but lift those that do.
fn title_words(query: &Query, scope: Scope) -> Vec<(Occur, Boxed)> {
    if scope == Scope::Articles {
        return Vec::new();
    }
    query
        .clauses()
        .iter()
        .filter_map(|clause| match clause {
            Node::Leaf(Leaf {
                field: Field::Text,
                pattern: pattern @ Pattern::Word(_),
            }) => {
                let found = either(pattern, fields().title, fields().title_exact, weight::TITLE);
                Some((Occur::Should, found))
            }
            _ => None,
        })
        .collect()
}

fn node(node: &Node, setting: Setting<'_>) -> Boxed {
    match node {
        Node::Leaf(l) => leaf(l, setting),
        Node::Not(_) => all(std::slice::from_ref(node), setting),
        Node::All(nodes) => all(nodes, setting),
        Node::Any(nodes) => union(nodes.iter().map(|n| self::node(n, setting)).collect()),
    }
}

fn all(nodes: &[Node], setting: Setting<'_>) -> Boxed {
    let mut clauses: Vec<(Occur, Boxed)> = nodes
        .iter()
        .map(|part| match part {
            Node::Not(inner) => (Occur::MustNot, node(inner, setting)),
            other => (Occur::Must, node(other, setting)),
        })
        .collect();
    if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        clauses.push((Occur::Must, silent(Box::new(AllQuery))));
    }
    Box::new(BooleanQuery::new(clauses))
}

fn leaf(leaf: &Leaf, setting: Setting<'_>) -> Boxed {
    let f = fields();
    let pattern = &leaf.pattern;
    match leaf.field {
        Field::Text => text(pattern, setting.scope),
        Field::Title => either(pattern, f.title, f.title_exact, 1.0),
        Field::Cue => stemmed(pattern, f.cue),
        Field::Role => stemmed(pattern, f.role_text),
        Field::Speaker => {
            let found = name(pattern, f.speaker_text);
            match (setting.roster, name_typed(pattern)) {
                (Some(roster), Some(typed)) => roster.speaker(typed, found),
                _ => found,
            }
        }
        Field::To => name(pattern, f.addressee_text),
        Field::By => name(pattern, f.byline_text),
        Field::Organisation => name(pattern, f.org_text),
        Field::SpeaksFor => name(pattern, f.behalf_text),
        Field::About => {
            let (stem, exact) = match setting.scope {
                Scope::Statements => (f.content, f.content_exact),
                Scope::Articles => (f.title, f.title_exact),
            };
            let mut found = vec![
                name(pattern, f.about_text),
                either(pattern, stem, exact, weight::CONTEXT),
            ];
            if let (Some(roster), Some(typed)) = (setting.roster, name_typed(pattern)) {
                found.extend(spellings(roster, typed, f.about_text));
            }
            union(found)
        }
        Field::Via => plain(pattern, f.medium_text),
        Field::Outlet => plain(pattern, f.outlet_text),
        Field::SaidIn => plain(pattern, f.said_in_text),
        Field::Dateline => plain(pattern, f.dateline_text),
        Field::Place => {
            let typed = typed(pattern);
            let found = plain(pattern, f.place_text);
            if !typed.contains('/') {
                return found;
            }
            let path: Vec<String> = typed.split('/').map(ToOwned::to_owned).collect();
            union(vec![found, silent(term(f.place, &join_path(&path)))])
        }
        Field::Kind => code(pattern, f.kind),
        Field::Stance => code(pattern, f.stance),
        Field::Type => code(pattern, f.speaker_type),
        Field::Language => code(pattern, f.language),
        Field::Id => union(vec![code(pattern, f.id), code(pattern, f.key)]),
        Field::Said => days(pattern, f.said_from, f.said_to, setting.today),
        Field::Published => days(pattern, f.published_from, f.published_to, setting.today),
    }
}

/// The name in a pattern that stands for a whole one.
fn name_typed(pattern: &Pattern) -> Option<&str> {
    match pattern {
        Pattern::Word(text) | Pattern::Phrase(text, _) if !text.contains('*') => Some(text),
        _ => None,
    }
}

/// The other names of everybody whom a name may mean, where they mean them.
fn spellings(roster: &Roster, typed: &str, field: EngineField) -> Vec<Boxed> {
    let (meant, _) = roster.people().typed(typed);
    let parts = meant.iter().flat_map(|person| &person.parts);
    parts
        .take(MAX_SPELLINGS)
        .map(|part| {
            // Name fields leave "Jr." out.
            let tokens = names::tokens(&part.key);
            let named = sequence(field, names::without_titles(&tokens), 0);
            let (occur, articles) = match &part.articles {
                Articles::All => return named,
                Articles::Only(articles) => (Occur::Must, articles),
                Articles::Except(articles) => (Occur::MustNot, articles),
            };
            let terms = articles
                .iter()
                .map(|a| Term::from_field_text(fields().key, a));
            Box::new(BooleanQuery::new(vec![
                (Occur::Must, named),
                (occur, one_of(terms.collect(), 0.0)),
            ]))
        })
        .collect()
}

/// The words of a pattern, whatever its form.
fn typed(pattern: &Pattern) -> &str {
    match pattern {
        Pattern::Word(text)
        | Pattern::Prefix(text)
        | Pattern::Fuzzy(text, _)
        | Pattern::Phrase(text, _) => text,
        Pattern::Days(_) => "",
    }
}

fn text(pattern: &Pattern, scope: Scope) -> Boxed {
    let f = fields();
    let mut found = match scope {
        Scope::Statements => vec![
            either(pattern, f.content, f.content_exact, weight::CONTENT),
            either(pattern, f.context, f.context_exact, weight::CONTEXT),
        ],
        Scope::Articles => vec![
            either(pattern, f.title, f.title_exact, weight::HEADLINE),
            either(pattern, f.body, f.body_exact, weight::BODY),
        ],
    };
    if let Pattern::Word(_) = pattern {
        found.push(boost(plain(pattern, f.speaker_text), weight::SPEAKER));
        found.push(boost(stemmed(pattern, f.role_text), weight::ROLE));
    }
    union(found)
}

/// Words in the stemmed field, everything else in the exact one.
fn either(pattern: &Pattern, stem: EngineField, exact: EngineField, by: f32) -> Boxed {
    let found = match pattern {
        Pattern::Word(word) => {
            let parts = words(Analyzer::Exact, word);
            if parts.len() == 1 {
                let stems = words(Analyzer::Stem, word);
                sequence(stem, &texts(stems), 0)
            } else {
                sequence(exact, &texts(parts), 0)
            }
        }
        Pattern::Phrase(phrase, slop) => phrase_of(exact, Analyzer::Exact, phrase, *slop),
        other => expanded(exact, Analyzer::Exact, other),
    };
    boost(found, by)
}

/// A field that has only a stemmed form.
fn stemmed(pattern: &Pattern, field: EngineField) -> Boxed {
    match pattern {
        Pattern::Word(text) => phrase_of(field, Analyzer::Stem, text, 0),
        Pattern::Phrase(text, slop) => phrase_of(field, Analyzer::Stem, text, *slop),
        other => expanded(field, Analyzer::Stem, other),
    }
}

/// Words in a row in a name field.
fn plain(pattern: &Pattern, field: EngineField) -> Boxed {
    match pattern {
        Pattern::Word(text) => phrase_of(field, Analyzer::Name, text, 0),
        Pattern::Phrase(text, slop) => phrase_of(field, Analyzer::Name, text, *slop),
        other => expanded(field, Analyzer::Name, other),
    }
}

/// A name in a field that holds names under all their aliases.
fn name(pattern: &Pattern, field: EngineField) -> Boxed {
    match pattern {
        Pattern::Phrase(text, _) if text.contains('*') => plain(pattern, field),
        Pattern::Word(text) | Pattern::Phrase(text, _) => union(
            names::alternatives(text)
                .into_iter()
                .map(|tokens| sequence(field, &tokens, 0))
                .collect(),
        ),
        other => expanded(field, Analyzer::Name, other),
    }
}

/// Prefixes and fuzzy words.
fn expanded(field: EngineField, analyzer: Analyzer, pattern: &Pattern) -> Boxed {
    let folded = |word: &str| {
        let mut parts = words(analyzer, word);
        parts.pop().map(|w| Term::from_field_text(field, &w.text))
    };
    match pattern {
        Pattern::Prefix(word) => {
            // A stem may be shorter than what was typed; the exact form never is.
            let analyzer = if analyzer == Analyzer::Stem {
                Analyzer::Exact
            } else {
                analyzer
            };
            let term = words(analyzer, word)
                .pop()
                .map(|w| Term::from_field_text(field, &w.text));
            term.map_or_else(none, |term| {
                Box::new(FuzzyTermQuery::new_prefix(term, 0, false))
            })
        }
        Pattern::Fuzzy(word, distance) => folded(word).map_or_else(none, |term| {
            Box::new(FuzzyTermQuery::new(term, (*distance).min(2), true))
        }),
        Pattern::Word(_) | Pattern::Phrase(..) | Pattern::Days(_) => none(),
    }
}

/// Part of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// This word.
    Word(String),
    /// A word that begins so.
    Prefix(String),
    /// Any word.
    Gap,
}

/// The parts of a phrase as typed: words, `peac*`, and `*` for any word; gaps at the ends are left out.
pub(super) fn parts(analyzer: Analyzer, phrase: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for chunk in phrase.split_whitespace() {
        let mut found = words(analyzer, chunk);
        if found.is_empty() {
            if chunk.chars().all(|c| c == '*') && !parts.is_empty() {
                parts.push(Part::Gap);
            }
            continue;
        }
        let last = found.pop().filter(|_| chunk.ends_with('*'));
        match last {
            Some(last) if last.text.chars().count() >= 2 => {
                parts.extend(found.into_iter().map(|w| Part::Word(w.text)));
                parts.push(Part::Prefix(last.text));
            }
            _ => parts.extend(
                words(analyzer, chunk)
                    .into_iter()
                    .map(|w| Part::Word(w.text)),
            ),
        }
    }
    while parts.last() == Some(&Part::Gap) {
        parts.pop();
    }
    parts
}

fn phrase_of(field: EngineField, analyzer: Analyzer, phrase: &str, slop: u32) -> Boxed {
    if !phrase.contains('*') {
        let tokens = texts(words(analyzer, phrase));
        return sequence(field, &tokens, slop);
    }
    let parts = parts(analyzer, phrase);
    let mut terms = Vec::with_capacity(parts.len());
    let mut has_prefix = false;
    for (offset, part) in parts.iter().enumerate() {
        match part {
            Part::Gap => {}
            Part::Word(word) => terms.push((offset, word.as_str(), false)),
            Part::Prefix(word) => {
                has_prefix = true;
                terms.push((offset, word.as_str(), true));
            }
        }
    }
    match terms.as_slice() {
        [] => none(),
        [(_, word, false)] => term(field, word),
        [(_, word, true)] => {
            let term = Term::from_field_text(field, word);
            Box::new(FuzzyTermQuery::new_prefix(term, 0, false))
        }
        _ if has_prefix => {
            let patterns = terms
                .iter()
                .map(|(offset, word, prefix)| {
                    let mut pattern = escape(word);
                    if *prefix {
                        pattern.push_str(".*");
                    }
                    (*offset, pattern)
                })
                .collect();
            let mut query = RegexPhraseQuery::new_with_offset_and_slop(field, patterns, slop);
            query.set_max_expansions(MAX_EXPANSIONS);
            Box::new(query)
        }
        _ => {
            let terms = terms
                .iter()
                .map(|(offset, word, _)| (*offset, Term::from_field_text(field, word)))
                .collect();
            Box::new(PhraseQuery::new_with_offset_and_slop(terms, slop))
        }
    }
}

/// A regular expression for the word itself. Folded words hold letters, digits and the decimal point only.
fn escape(word: &str) -> String {
    word.replace('.', "\\.")
}

fn texts(words: Vec<Word>) -> Vec<String> {
    words.into_iter().map(|w| w.text).collect()
}

/// Tokens in a row.
fn sequence(field: EngineField, tokens: &[String], slop: u32) -> Boxed {
    match tokens {
        [] => none(),
        [only] => term(field, only),
        _ => {
            let terms = tokens
                .iter()
                .enumerate()
                .map(|(n, token)| (n, Term::from_field_text(field, token)))
                .collect();
            Box::new(PhraseQuery::new_with_offset_and_slop(terms, slop))
        }
    }
}

fn code(pattern: &Pattern, field: EngineField) -> Boxed {
    silent(term(field, typed(pattern)))
}

/// Documents whose interval of days shares a day with the one asked for.
fn days(pattern: &Pattern, from: EngineField, to: EngineField, today: NaiveDate) -> Boxed {
    let Pattern::Days(range) = pattern else {
        return none();
    };
    let Interval {
        from: first,
        to: last,
    } = range.resolve(today);
    let at = |field, day| Bound::Included(Term::from_field_i64(field, day_number(day)));
    let mut clauses: Vec<(Occur, Boxed)> = Vec::new();
    if let Some(first) = first {
        let range = RangeQuery::new(at(to, first), Bound::Unbounded);
        clauses.push((Occur::Must, Box::new(range)));
    }
    if let Some(last) = last {
        let range = RangeQuery::new(Bound::Unbounded, at(from, last));
        clauses.push((Occur::Must, Box::new(range)));
    }
    if clauses.is_empty() {
        return none();
    }
    silent(Box::new(BooleanQuery::new(clauses)))
}

fn term(field: EngineField, text: &str) -> Boxed {
    Box::new(TermQuery::new(
        Term::from_field_text(field, text),
        IndexRecordOption::WithFreqs,
    ))
}

fn none() -> Boxed {
    Box::new(EmptyQuery)
}

/// Finds what has one of the terms; each hit scores the same.
pub(super) fn one_of(terms: Vec<Term>, score: f32) -> Boxed {
    /// For more terms, to look at all of them at once takes less than to build a set to look for takes.
    const FEW: usize = 32;
    let having: Boxed = if terms.len() <= FEW {
        let each = terms.into_iter().map(|term| {
            let having = TermQuery::new(term, IndexRecordOption::Basic);
            Box::new(having) as Boxed
        });
        union(each.collect())
    } else {
        Box::new(TermSetQuery::new(terms))
    };
    Box::new(ConstScoreQuery::new(having, score))
}

/// Matches without adding to the score.
fn silent(query: Boxed) -> Boxed {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn boost(query: Boxed, by: f32) -> Boxed {
    Box::new(BoostQuery::new(query, by))
}

fn union(mut queries: Vec<Boxed>) -> Boxed {
    if queries.len() == 1
        && let Some(only) = queries.pop()
    {
        return only;
    }
    if queries.is_empty() {
        return none();
    }
    Box::new(BooleanQuery::union(queries))
}
