//! One run over an index: what a request matches is found, counted, and the best of it kept.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use tantivy::Term;
use tantivy::query::{BooleanQuery, Occur, Query as EngineQuery};

use super::{BUDGET, Error, Searcher};
use crate::index::documents::day_number;
use crate::search::collect::{Collect, Collected, Plan};
use crate::search::compile::{compile, one_of};
use crate::search::facets;
use crate::search::request::{Counting, Facet, Filter, Request, Scope};
use crate::search::vocabulary::Tally;

impl Searcher {
    /// Collects what a request asks for. Counts over all statements are remembered: a front page, a list of people and
    /// what is suggested while somebody types all show them.
    pub(super) fn collected(
        &self,
        request: &Request,
        keep: usize,
        begin: Instant,
    ) -> Result<Collected, Error> {
        if !request.filters.is_empty() || !is_plain(request) {
            return self.sideways(request, keep, begin);
        }
        self.everything(&request.facets, request)?;
        let mut collected = match self.state.total.get() {
            Some(total) if keep == 0 => Collected {
                total: *total,
                ..Collected::default()
            },
            _ => self.collect(&request.bare(), keep, begin + BUDGET)?,
        };
        self.state.total.get_or_init(|| collected.total);
        let counts = request.facets.iter().map(|facet| {
            let place = self.state.everything.get(facet.facet as usize);
            place.and_then(OnceLock::get).cloned().unwrap_or_default()
        });
        collected.facets = counts.collect();
        Ok(collected)
    }

    /// Collects what a request with filters or words asks for. The counts of a facet beside its own filter, if that is all
    /// that narrows the request, are those over all statements.
    fn sideways(&self, request: &Request, keep: usize, begin: Instant) -> Result<Collected, Error> {
        let [filter] = request.filters.as_slice() else {
            return self.collect(request, keep, begin + BUDGET);
        };
        let place = request.facets.iter().position(|f| f.facet == filter.facet);
        let Some(place) = place.filter(|_| is_plain(request) && !filter.any.is_empty()) else {
            return self.collect(request, keep, begin + BUDGET);
        };
        let all = self.counts_of_everything(filter.facet)?.to_vec();
        let mut others = request.clone();
        others.facets.retain(|f| f.facet != filter.facet);
        if others.facets.len() + 1 != request.facets.len() {
            // The facet is asked for twice.
            return self.collect(request, keep, begin + BUDGET);
        }
        let mut collected = self.collect(&others, keep, begin + BUDGET)?;
        collected.facets.insert(place, all);
        Ok(collected)
    }

    pub(in crate::search) fn collect(
        &self,
        request: &Request,
        keep: usize,
        deadline: Instant,
    ) -> Result<Collected, Error> {
        let query = compile(&request.query, self.setting(request)?);
        // What fails a filter is of use only for counts of the filter's own facet; without them it need not be looked at.
        let mut clauses = vec![(Occur::Must, query)];
        for filter in &request.filters {
            if !filter.any.is_empty() && request.facets.iter().all(|f| f.facet != filter.facet) {
                clauses.push((Occur::Must, self.narrowing(filter)?));
            }
        }
        self.run(&BooleanQuery::new(clauses), request, keep, deadline)
    }

    /// Finds at least everything that has one of the values that a filter asks for.
    fn narrowing(&self, filter: &Filter) -> Result<Box<dyn EngineQuery>, Error> {
        let (vocabulary, canon) = (self.vocabulary(filter.facet)?, self.canon(filter.facet)?);
        let values = self.values(filter.facet, &vocabulary, canon.as_deref())?;
        let plan = facets::plan(filter, None, values);
        let mut terms = Vec::new();
        for value in &plan.any {
            match values.roster.filter(|_| filter.facet == Facet::Speaker) {
                Some(roster) => terms.extend(roster.terms(value)),
                None => terms.push(Term::from_field_text(plan.field, value)),
            }
        }
        Ok(one_of(terms, 0.0))
    }

    pub(in crate::search) fn run(
        &self,
        query: &dyn EngineQuery,
        request: &Request,
        keep: usize,
        deadline: Instant,
    ) -> Result<Collected, Error> {
        let asked: Vec<Facet> = request.facets.iter().map(|f| f.facet).collect();
        let forward = self.state.forward.get().filter(|forward| {
            let mut asked = asked.iter();
            asked.all(|facet| forward.space().place(*facet).is_some())
        });
        let space = match forward {
            Some(forward) => Arc::clone(forward.space()),
            None => Arc::new(self.space(&asked)?),
        };
        let mut filters = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            let (vocabulary, canon) = (self.vocabulary(filter.facet)?, self.canon(filter.facet)?);
            let values = self.values(filter.facet, &vocabulary, canon.as_deref())?;
            let counted = asked.contains(&filter.facet);
            let place = space.place(filter.facet).filter(|_| counted);
            filters.push(facets::plan(filter, place, values));
        }
        let plan = Arc::new(Plan {
            facets: asked.iter().filter_map(|f| space.place(*f)).collect(),
            forward: forward.cloned(),
            tally: Mutex::new(Tally::new(space.size())),
            space,
            filters,
            keep,
            sort: request.sort,
            scope: request.scope,
            counting: request.counting,
            families: Arc::clone(self.reader.families()),
            groups: Arc::clone(self.reader.groups()),
            today: day_number(request.today),
            deadline,
            roster: self.roster()?.cloned(),
            columns: Arc::clone(&self.state.columns),
            late: AtomicBool::new(false),
        });
        let collected = self
            .engine
            .search(query, &Collect(Arc::clone(&plan)))
            .map_err(|e| self.at(e))?;
        if plan.late.load(Ordering::Relaxed) {
            return Err(Error::TooSlow);
        }
        Ok(collected)
    }
}

/// Do filters alone, if anything, tell the hits from all statements, each of which counts?
fn is_plain(request: &Request) -> bool {
    request.query.root.is_none()
        && request.scope == Scope::Statements
        && request.counting == Counting::Raw
        && request.min_confidence <= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{Article, Reading, Statement};
    use crate::index::{Settings, Writer, documents};
    use crate::text::Span;

    #[test]
    fn a_search_past_its_time_is_given_up() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = Writer::open(dir.path(), &Settings::default()).unwrap();
        let said = Statement {
            content: vec![Span::new(0, 5)],
            ..Statement::default()
        };
        let article = Article {
            text: "words".to_owned(),
            ..Article::default()
        };
        let reading = Reading {
            statements: vec![said; 5000],
            ..Reading::default()
        };
        writer.put(documents::of(&article, &reading)).unwrap();
        writer.finish().unwrap();
        let searcher = Searcher::open(dir.path()).unwrap();
        let request = Request::default();
        let now = Instant::now();
        assert_eq!(
            searcher.collect(&request, 10, now + BUDGET).unwrap().total,
            5000
        );
        let late = searcher.collect(&request, 10, now);
        assert!(matches!(late, Err(Error::TooSlow)), "{late:?}");
    }
}
