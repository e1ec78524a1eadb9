//! Copies of one quotation as one hit: which hits are one, which of them stands first, and where else it was printed.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use tantivy::collector::DocSetCollector;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query as EngineQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Term};

use super::answer::{Copy, StatementHit};
use super::collect::Candidate;
use super::compile::compile;
use super::highlight::Highlighter;
use super::hits;
use super::request::{Counting, Request, Sort};
use super::searcher::{BUDGET, Error, Searcher};
use crate::index::schema::fields;

/// Most copies that a hit lists.
const MAX_COPIES: usize = 100;
/// Most statements of the families of a page among which the first ones are looked for.
const MAX_FAMILY: usize = 10_000;

/// A quotation that was printed more than once.
#[derive(Debug, Default)]
pub(super) struct Family {
    /// Its first appearance among those that match.
    pub(super) first: Option<DocAddress>,
    /// All of its statements, earliest first, whether they match or not: a shortened copy is a copy even if it lacks
    /// the words that were looked for.
    pub(super) members: Vec<DocAddress>,
}

impl Searcher {
    /// The best of each family, in order, under the number of the family that stands for it; everything if families are
    /// not wanted.
    pub(super) fn families(&self, hits: &[Candidate], collapsed: bool) -> Vec<Candidate> {
        let families = self.index().families();
        let mut seen = HashSet::new();
        let mut best = Vec::with_capacity(hits.len());
        for hit in hits {
            let family = families.of(hit.family);
            if !collapsed || seen.insert(family) {
                best.push(Candidate { family, ..*hit });
            }
        }
        best
    }

    /// The families on a page that have more than one statement, by number.
    pub(super) fn families_of(
        &self,
        request: &Request,
        page: &[Candidate],
    ) -> Result<HashMap<u64, Family>, Error> {
        let mut terms = Vec::new();
        for hit in page {
            terms.extend(self.family_terms(hit.family)?);
        }
        let mut families: HashMap<u64, Family> = HashMap::new();
        if terms.is_empty() {
            return Ok(families);
        }
        for (family, at) in self.members(&terms)? {
            families.entry(family).or_default().members.push(at);
        }
        let query = BooleanQuery::new(vec![
            (
                Occur::Must,
                Box::new(one_of(&terms)) as Box<dyn EngineQuery>,
            ),
            (Occur::Must, compile(&request.query, self.setting(request)?)),
        ]);
        let matching = Request {
            facets: Vec::new(),
            sort: Sort::Oldest,
            counting: Counting::Raw,
            ..request.clone()
        };
        let matching = self.run(&query, &matching, MAX_FAMILY, Instant::now() + BUDGET)?;
        let matching: HashSet<DocAddress> = matching.hits.iter().map(|hit| hit.at).collect();
        for family in families.values_mut() {
            let mut members = family.members.iter();
            family.first = members.find(|at| matching.contains(at)).copied();
        }
        Ok(families)
    }

    /// The other appearances of the quotation in the statement with an id, earliest first; `diff`: with the words in which
    /// they differ.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn copies(&self, id: &str, diff: bool) -> Result<Vec<Copy>, Error> {
        let Some(at) = self.find(id)? else {
            return Ok(Vec::new());
        };
        let stored = self.statement_at(at)?;
        let family = self.index().families().of(stored.family);
        let people = self.roster()?.map(|r| r.people());
        let hit = hits::statement(stored, 0.0, &Highlighter::default(), people);
        let members = self.members(&self.family_terms(family)?)?;
        let members: Vec<DocAddress> = members.into_iter().map(|(_, at)| at).collect();
        self.copies_of(&hit, &members, at, diff)
    }

    /// What a hit says of the statements of its family but the one at `shown`.
    pub(super) fn copies_of(
        &self,
        hit: &StatementHit,
        members: &[DocAddress],
        shown: DocAddress,
        diff: bool,
    ) -> Result<Vec<Copy>, Error> {
        let members = members.iter().filter(|at| **at != shown).take(MAX_COPIES);
        members
            .map(|at| {
                let stored = self.statement_at(*at)?;
                Ok(hits::copy(hit, &stored, diff))
            })
            .collect()
    }

    /// The statements that have one of these terms, but rejected ones, each with the number of its family; earliest
    /// published first, undated ones last.
    fn members(&self, terms: &[Term]) -> Result<Vec<(u64, DocAddress)>, Error> {
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let members = Box::new(one_of(terms)) as Box<dyn EngineQuery>;
        let mut clauses = vec![(Occur::Must, members)];
        let rejected = self.roster()?.and_then(|roster| roster.rejected());
        clauses.extend(rejected.map(|rejected| (Occur::MustNot, rejected)));
        let found = self
            .engine()
            .search(&BooleanQuery::new(clauses), &DocSetCollector)
            .map_err(|e| self.at(e))?;
        let f = fields();
        let families = self.index().families();
        let mut dated = Vec::with_capacity(found.len());
        for at in found {
            let number = |field| -> Result<Option<u64>, Error> {
                let column = self.number_column(at.segment_ord, field)?;
                Ok(column.first(at.doc_id))
            };
            let day = self.day_column(at.segment_ord, f.published_from)?;
            let day = day.first(at.doc_id);
            let family = families.of(number(f.family)?.unwrap_or_default());
            dated.push((day.is_none(), day, number(f.order)?, at, family));
        }
        dated.sort_unstable();
        let members = dated.into_iter().map(|(.., at, family)| (family, at));
        Ok(members.collect())
    }

    /// Terms of which each statement of a family has one; none where there is but one statement.
    fn family_terms(&self, family: u64) -> Result<Vec<Term>, Error> {
        let mut terms = Vec::new();
        let mut statements = 0;
        for member in self.index().families().members(family) {
            let term = Term::from_field_u64(fields().family, member);
            statements += self.engine().doc_freq(&term).map_err(|e| self.at(e))?;
            terms.push(term);
        }
        if statements < 2 {
            terms.clear();
        }
        Ok(terms)
    }
}

/// Finds what has one of the terms.
fn one_of(terms: &[Term]) -> BooleanQuery {
    let queries = terms.iter().map(|term| {
        let having = TermQuery::new(term.clone(), IndexRecordOption::Basic);
        Box::new(ConstScoreQuery::new(Box::new(having), 0.0)) as Box<dyn EngineQuery>
    });
    BooleanQuery::union(queries.collect())
}
