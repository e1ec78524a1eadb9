//! The search itself.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tantivy::collector::DocSetCollector;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query as EngineQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Term};

use super::answer::{ANSWER_VERSION, Answer, Copy, FacetCounts, Hit, StatementHit};
use super::collect::{Candidate, Collect, Collected, FilterPlan, Plan};
use super::compile::{Setting, compile};
use super::facets;
use super::highlight::Highlighter;
use super::hits;
use super::query::{Field, Node, Query};
use super::request::{Counting, MAX_LIMIT, MAX_OFFSET, Request, Scope, Sort};
use super::roster::Roster;
use crate::index::documents::day_number;
use crate::index::schema::{self, fields};
use crate::index::stored::{StoredArticle, StoredStatement};
use crate::index::{self, ErrorKind, IndexReader};

/// How long one search may take.
const BUDGET: Duration = Duration::from_secs(2);
/// Most copies that a hit lists.
const MAX_COPIES: usize = 100;
/// Most statements of a family of which the first is looked for.
const MAX_FAMILY: usize = 10_000;
/// Hits that are collected for a page of families, for each that is shown, and how much more a second try takes.
const PER_FAMILY: usize = 3;
const AGAIN: usize = 8;

/// Why a search failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The index cannot be read.
    #[error(transparent)]
    Index(#[from] index::Error),
    /// It took longer than the budget.
    #[error("the search took longer than {} s and was given up; ask for something narrower", BUDGET.as_secs())]
    TooSlow,
}

/// An index, opened for questions. Cheap to clone; one for all threads.
#[derive(Clone, Debug)]
pub struct Searcher {
    reader: IndexReader,
    engine: tantivy::Searcher,
    /// Of this state of the index; made on first use.
    roster: Arc<OnceLock<Option<Arc<Roster>>>>,
}

impl Searcher {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// As [`index::open_reader`].
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let reader = index::open_reader(dir)?;
        let engine = reader.searcher();
        Ok(Self {
            reader,
            engine,
            roster: Arc::default(),
        })
    }

    /// The index.
    #[must_use]
    pub fn index(&self) -> &IndexReader {
        &self.reader
    }

    /// Moves on to the newest state of the index; says whether there was a newer one.
    ///
    /// # Errors
    /// As [`index::open_reader`]; the old state stays in use.
    pub fn reload(&mut self) -> Result<bool, Error> {
        let newer = self.reader.reload()?;
        if newer {
            self.engine = self.reader.searcher();
            self.roster = Arc::default();
        }
        Ok(newer)
    }

    /// Who is who across articles; `None` if every name is its own person.
    pub(super) fn roster(&self) -> Result<Option<&Arc<Roster>>, Error> {
        if self.roster.get().is_none() {
            let people = self.reader.people()?;
            let roster = Roster::new(people, self.engine.segment_readers().len()).map(Arc::new);
            self.roster.get_or_init(|| roster);
        }
        Ok(self.roster.get().and_then(Option::as_ref))
    }

    /// Answers a request.
    ///
    /// # Errors
    /// If the index is damaged, or the search takes longer than two seconds.
    pub fn search(&self, request: &Request) -> Result<Answer, Error> {
        let begin = Instant::now();
        let limit = request.limit.clamp(1, MAX_LIMIT);
        let offset = request.offset.min(MAX_OFFSET);
        let collapsed = !request.copies && request.scope == Scope::Statements;
        let wanted = offset + limit;
        let mut keep = if collapsed {
            wanted * PER_FAMILY + 50
        } else {
            wanted
        };
        let mut collected = self.collect(request, keep, begin)?;
        let mut page = self.families(&collected.hits, collapsed);
        while collapsed && page.len() < wanted && (keep as u64) < collected.total {
            keep *= AGAIN;
            collected = self.collect(request, keep, begin)?;
            page = self.families(&collected.hits, collapsed);
        }

        let highlighter = Highlighter::new(&request.query);
        let mut hits = Vec::with_capacity(limit.min(page.len()));
        for candidate in page.into_iter().skip(offset).take(limit) {
            hits.push(self.hit(request, candidate, collapsed, &highlighter)?);
        }
        let hints = if collected.total == 0 {
            self.hints(request)?
        } else {
            Vec::new()
        };
        Ok(Answer {
            schema_version: ANSWER_VERSION,
            query: request.query.clone(),
            filters: request.filters.clone(),
            scope: request.scope,
            total: counted(request, &collected),
            counting: request.counting,
            collapsed,
            facets: self.facets(request, collected)?,
            hits,
            warnings: Vec::new(),
            hints,
            took_ms: begin.elapsed().as_secs_f64() * 1000.0,
        })
    }

    /// Counts facets only.
    ///
    /// # Errors
    /// As [`Searcher::search`].
    pub fn count_facets(&self, request: &Request) -> Result<(u64, Vec<FacetCounts>), Error> {
        let collected = self.collect(request, 0, Instant::now())?;
        let total = counted(request, &collected);
        Ok((total, self.facets(request, collected)?))
    }

    /// How many hits a request has.
    ///
    /// # Errors
    /// As [`Searcher::search`].
    pub fn count(&self, request: &Request) -> Result<u64, Error> {
        let bare = Request {
            facets: Vec::new(),
            ..request.clone()
        };
        let collected = self.collect(&bare, 0, Instant::now())?;
        Ok(counted(request, &collected))
    }

    /// Hands every hit to `each`, in the order of the request, without any limit; stops when `each` says `false`.
    /// Copies are listed singly. Returns how many hits there are.
    ///
    /// # Errors
    /// As [`Searcher::search`], but without a limit on time.
    pub fn each(&self, request: &Request, mut each: impl FnMut(Hit) -> bool) -> Result<u64, Error> {
        let bare = Request {
            facets: Vec::new(),
            counting: Counting::Raw,
            ..request.clone()
        };
        let total = self.count(&bare)?;
        let keep = usize::try_from(total).unwrap_or(usize::MAX);
        let deadline = Instant::now() + Duration::from_secs(3600);
        let collected = self.collect_until(&bare, keep, deadline)?;
        let highlighter = Highlighter::new(&request.query);
        for candidate in collected.hits {
            if !each(self.hit(request, candidate, false, &highlighter)?) {
                break;
            }
        }
        Ok(total)
    }

    /// The statement with an id, with the words of a query marked in it if one is given.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn statement(
        &self,
        id: &str,
        query: Option<&Query>,
    ) -> Result<Option<StatementHit>, Error> {
        let highlighter = query.map(Highlighter::new).unwrap_or_default();
        let people = self.roster()?.map(|r| r.people());
        Ok(self
            .stored_statement(id)?
            .map(|stored| hits::statement(stored, 0.0, &highlighter, people)))
    }

    /// The statement with an id, as the index keeps it.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn stored_statement(&self, id: &str) -> Result<Option<StoredStatement>, Error> {
        self.find(id)?
            .map(|at| index::statement(&self.engine, at))
            .transpose()
            .map_err(|kind| self.at(kind))
    }

    /// The article with a key, text and all.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn article(&self, key: &str) -> Result<Option<StoredArticle>, Error> {
        self.find(key)?
            .map(|at| index::article(&self.engine, at))
            .transpose()
            .map_err(|kind| self.at(kind))
    }

    /// Does any article name somebody so, speaking or not?
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn is_named(&self, name: &str) -> Result<bool, Error> {
        let Some(about) = Node::field(Field::About, name) else {
            return Ok(false);
        };
        let request = Request {
            query: Query::from(about),
            scope: Scope::Articles,
            ..Request::default()
        };
        Ok(self.count(&request)? > 0)
    }

    /// The key of the article with a key or an address, an id where it has no address, or the id of a statement in it.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn article_key(&self, id: &str) -> Result<Option<String>, Error> {
        let hash = blake3::hash(id.as_bytes()).to_hex();
        let article = id.rsplit_once('.').map(|(article, _)| article);
        let keys = [Some(id), article, hash.get(..32)];
        for key in keys.into_iter().flatten() {
            if key.len() == 32 && self.find(key)?.is_some() {
                return Ok(Some(key.to_owned()));
            }
        }
        Ok(None)
    }

    /// The other appearances of the quotation in the statement with an id, earliest first; `diff`: with the words in which
    /// they differ.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn copies(&self, id: &str, diff: bool) -> Result<Vec<Copy>, Error> {
        let Some(stored) = self.stored_statement(id)? else {
            return Ok(Vec::new());
        };
        let family = self.reader.families().of(stored.family);
        let people = self.roster()?.map(|r| r.people());
        let hit = hits::statement(stored, 0.0, &Highlighter::default(), people);
        let members = self.family(&self.family_terms(family)?)?.into_iter();
        Ok(members
            .filter(|(_, member)| member.id != id)
            .map(|(_, member)| hits::copy(&hit, &member, diff))
            .collect())
    }

    fn find(&self, id: &str) -> Result<Option<DocAddress>, Error> {
        let query = TermQuery::new(
            Term::from_field_text(fields().id, id),
            IndexRecordOption::Basic,
        );
        let found = self
            .engine
            .search(&query, &DocSetCollector)
            .map_err(|e| self.at(e))?;
        Ok(found.into_iter().min())
    }

    pub(super) fn at(&self, kind: impl Into<ErrorKind>) -> Error {
        Error::Index(index::Error {
            path: self.reader.dir().to_owned(),
            kind: kind.into(),
        })
    }

    pub(super) fn engine(&self) -> &tantivy::Searcher {
        &self.engine
    }

    fn setting(&self, request: &Request) -> Result<Setting<'_>, Error> {
        Ok(Setting {
            scope: request.scope,
            today: request.today,
            min_confidence: request.min_confidence,
            roster: self.roster()?.map(Arc::as_ref),
        })
    }

    fn collect(&self, request: &Request, keep: usize, begin: Instant) -> Result<Collected, Error> {
        self.collect_until(request, keep, begin + BUDGET)
    }

    fn collect_until(
        &self,
        request: &Request,
        keep: usize,
        deadline: Instant,
    ) -> Result<Collected, Error> {
        let query = compile(&request.query, self.setting(request)?);
        let roster = self.roster()?.map(Arc::as_ref);
        let filters = request
            .filters
            .iter()
            .map(|filter| facets::plan(filter, &request.facets, roster))
            .collect();
        self.run(query.as_ref(), filters, request, keep, deadline)
    }

    fn run(
        &self,
        query: &dyn EngineQuery,
        filters: Vec<FilterPlan>,
        request: &Request,
        keep: usize,
        deadline: Instant,
    ) -> Result<Collected, Error> {
        let plan = Arc::new(Plan {
            facets: request.facets.iter().map(|r| r.facet.column()).collect(),
            filters,
            keep,
            sort: request.sort,
            counting: request.counting,
            families: Arc::clone(self.reader.families()),
            today: day_number(request.today),
            deadline,
            roster: self.roster()?.cloned(),
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

    fn facets(&self, request: &Request, collected: Collected) -> Result<Vec<FacetCounts>, Error> {
        let roster = self.roster()?.map(Arc::as_ref);
        request
            .facets
            .iter()
            .zip(collected.facets)
            .map(|(facet, tallies)| {
                let once = request.counting != Counting::Raw;
                facets::counts(&self.engine, facet, tallies, &request.filters, roster, once)
                    .map_err(|e| self.at(e))
            })
            .collect()
    }

    fn hit(
        &self,
        request: &Request,
        candidate: Candidate,
        collapsed: bool,
        highlighter: &Highlighter,
    ) -> Result<Hit, Error> {
        let (at, score) = (candidate.at, candidate.key);
        let people = self.roster()?.map(|r| r.people());
        match request.scope {
            Scope::Articles => {
                let stored = index::article(&self.engine, at).map_err(|e| self.at(e))?;
                Ok(Hit::Article(Box::new(hits::article(
                    stored,
                    score,
                    highlighter,
                ))))
            }
            Scope::Statements => {
                let family = if collapsed {
                    self.family_terms(candidate.family)?
                } else {
                    Vec::new()
                };
                let at = if family.is_empty() {
                    at
                } else {
                    self.first_of_family(request, candidate, &family)?
                };
                let stored = index::statement(&self.engine, at).map_err(|e| self.at(e))?;
                let mut hit = hits::statement(stored, score, highlighter, people);
                for (member, copy) in self.family(&family)? {
                    if member != at {
                        let copy = hits::copy(&hit, &copy, request.diff);
                        hit.copies.push(copy);
                    }
                }
                Ok(Hit::Statement(Box::new(hit)))
            }
        }
    }

    /// All statements of a family, earliest first, whether they match or not: a shortened copy is a copy even if it
    /// lacks the words that were looked for. Empty where there is but one.
    fn family(&self, terms: &[Term]) -> Result<Vec<(DocAddress, StoredStatement)>, Error> {
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let members = Box::new(one_of(terms)) as Box<dyn EngineQuery>;
        let mut clauses = vec![(Occur::Must, members)];
        let rejected = self.roster()?.and_then(|roster| roster.rejected());
        clauses.extend(rejected.map(|rejected| (Occur::MustNot, rejected)));
        let found = self
            .engine
            .search(&BooleanQuery::new(clauses), &DocSetCollector)
            .map_err(|e| self.at(e))?;
        let mut found = self.by_appearance(found.into_iter().collect())?;
        found.truncate(MAX_COPIES);
        found
            .into_iter()
            .map(|at| {
                let stored = index::statement(&self.engine, at).map_err(|e| self.at(e))?;
                Ok((at, stored))
            })
            .collect()
    }

    /// Earliest published first, undated ones last.
    fn by_appearance(&self, found: Vec<DocAddress>) -> Result<Vec<DocAddress>, Error> {
        let f = fields();
        let mut dated = Vec::with_capacity(found.len());
        for at in found {
            let columns = self.engine.segment_reader(at.segment_ord).fast_fields();
            let day = columns.i64(schema::name(f.published_from));
            let day = day.map_err(|e| self.at(e))?.first(at.doc_id);
            let order = columns.u64(schema::name(f.order));
            let order = order.map_err(|e| self.at(e))?.first(at.doc_id);
            dated.push((day.is_none(), day, order, at));
        }
        dated.sort_unstable();
        Ok(dated.into_iter().map(|(.., at)| at).collect())
    }

    /// Terms of which each statement of a family has one; none where there is but one statement.
    fn family_terms(&self, family: u64) -> Result<Vec<Term>, Error> {
        let mut terms = Vec::new();
        let mut statements = 0;
        for member in self.reader.families().members(family) {
            let term = Term::from_field_u64(fields().family, member);
            statements += self.engine.doc_freq(&term).map_err(|e| self.at(e))?;
            terms.push(term);
        }
        if statements < 2 {
            terms.clear();
        }
        Ok(terms)
    }

    /// The first appearance of a quotation among those that match the request.
    fn first_of_family(
        &self,
        request: &Request,
        candidate: Candidate,
        terms: &[Term],
    ) -> Result<DocAddress, Error> {
        let query = BooleanQuery::new(vec![
            (Occur::Must, Box::new(one_of(terms)) as Box<dyn EngineQuery>),
            (Occur::Must, compile(&request.query, self.setting(request)?)),
        ]);
        let request = Request {
            facets: Vec::new(),
            sort: Sort::Oldest,
            counting: Counting::Raw,
            ..request.clone()
        };
        let roster = self.roster()?.map(Arc::as_ref);
        let filters = request
            .filters
            .iter()
            .map(|filter| facets::plan(filter, &[], roster))
            .collect();
        let deadline = Instant::now() + BUDGET;
        let collected = self.run(&query, filters, &request, MAX_FAMILY, deadline)?;
        let found = collected.hits.into_iter().map(|hit| hit.at).collect();
        let first = self.by_appearance(found)?.into_iter().next();
        Ok(first.unwrap_or(candidate.at))
    }

    /// The best of each family, in order, under the number of the family that stands for it; everything if families are
    /// not wanted.
    fn families(&self, hits: &[Candidate], collapsed: bool) -> Vec<Candidate> {
        let families = self.reader.families();
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
}

/// Finds what has one of the terms.
fn one_of(terms: &[Term]) -> BooleanQuery {
    let queries = terms.iter().map(|term| {
        let having = TermQuery::new(term.clone(), IndexRecordOption::Basic);
        Box::new(ConstScoreQuery::new(Box::new(having), 0.0)) as Box<dyn EngineQuery>
    });
    BooleanQuery::union(queries.collect())
}

/// How many hits there are, as the request counts them.
fn counted(request: &Request, collected: &Collected) -> u64 {
    match request.counting {
        Counting::Raw => collected.total,
        Counting::Distinct | Counting::Articles => collected.counted.len() as u64,
    }
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
            searcher
                .collect_until(&request, 10, now + BUDGET)
                .unwrap()
                .total,
            5000
        );
        let late = searcher.collect_until(&request, 10, now);
        assert!(matches!(late, Err(Error::TooSlow)), "{late:?}");
    }
}
