//! Copies of one quotation as one hit: which hits are one, which of them stands first, and where else it was printed.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use tantivy::collector::DocSetCollector;
use tantivy::query::{BooleanQuery, Occur};
use tantivy::{DocAddress, Term};

use super::answer::StatementHit;
use super::collect::Candidate;
use super::compile::{compile, one_of};
use super::hits;
use super::request::{Counting, MAX_COPIES, Request, Sort};
use super::searcher::{BUDGET, Error, Searcher};
use crate::index::schema::fields;

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
            (Occur::Must, one_of(terms, 0.0)),
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

    /// Lists the other appearances of a statement's quotation, at most [`MAX_COPIES`] of them; `diff`: with the words in
    /// which they differ.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn find_copies(&self, hit: &mut StatementHit, diff: bool) -> Result<(), Error> {
        let Some(at) = self.find(&hit.id)? else {
            return Ok(());
        };
        let family = self.number_column(at.segment_ord, fields().family)?;
        let family = family.first(at.doc_id).unwrap_or_default();
        let family = self.index().families().of(family);
        let members = self.members(&self.family_terms(family)?)?;
        let members: Vec<DocAddress> = members.into_iter().map(|(_, at)| at).collect();
        let request = Request {
            diff,
            ..Request::default()
        };
        self.list_copies(hit, &members, at, &request)
    }

    /// Lists for a hit the statements of its family but the one at `shown`, as a request wants them.
    pub(super) fn list_copies(
        &self,
        hit: &mut StatementHit,
        members: &[DocAddress],
        shown: DocAddress,
        request: &Request,
    ) -> Result<(), Error> {
        let others = members.iter().filter(|at| **at != shown);
        hit.copy_count = others.clone().count();
        let listed = others.take(request.listed_copies.min(MAX_COPIES));
        hit.copies = listed
            .map(|at| {
                let stored = self.statement_at(*at)?;
                Ok(hits::copy(hit, &stored, request.diff))
            })
            .collect::<Result<_, Error>>()?;
        Ok(())
    }

    /// The statements that have one of these terms, but rejected ones, each with the number of its family; earliest
    /// published first, undated ones last.
    fn members(&self, terms: &[Term]) -> Result<Vec<(u64, DocAddress)>, Error> {
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let mut clauses = vec![(Occur::Must, one_of(terms.to_vec(), 0.0))];
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
