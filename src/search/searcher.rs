//! The search itself.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query as EngineQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Term};

use super::answer::{ANSWER_VERSION, Answer, FacetCounts, Hit, StatementHit};
use super::collect::{Candidate, Collect, Collected, FilterPlan, Plan};
use super::compile::{Setting, compile};
use super::facets;
use super::highlight::Highlighter;
use super::hits;
use super::query::{Field, Node, Query};
use super::request::{MAX_LIMIT, MAX_OFFSET, Request, Scope, Sort};
use super::roster::Roster;
use crate::index::documents::day_number;
use crate::index::schema::fields;
use crate::index::stored::{StoredArticle, StoredStatement};
use crate::index::{self, ErrorKind, IndexReader};

/// How long one search may take.
const BUDGET: Duration = Duration::from_secs(2);
/// Most copies that a hit lists.
const MAX_COPIES: usize = 100;
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
        let mut page = families(&collected.hits, collapsed);
        while collapsed && page.len() < wanted && (keep as u64) < collected.total {
            keep *= AGAIN;
            collected = self.collect(request, keep, begin)?;
            page = families(&collected.hits, collapsed);
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
            total: collected.total,
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
        Ok((collected.total, self.facets(request, collected)?))
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
        Ok(self.collect(&bare, 0, Instant::now())?.total)
    }

    /// Hands every hit to `each`, in the order of the request, without any limit; stops when `each` says `false`.
    /// Copies are listed singly. Returns how many hits there are.
    ///
    /// # Errors
    /// As [`Searcher::search`], but without a limit on time.
    pub fn each(&self, request: &Request, mut each: impl FnMut(Hit) -> bool) -> Result<u64, Error> {
        let bare = Request {
            facets: Vec::new(),
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

    fn find(&self, id: &str) -> Result<Option<DocAddress>, Error> {
        let query = TermQuery::new(
            Term::from_field_text(fields().id, id),
            IndexRecordOption::Basic,
        );
        let found = self
            .engine
            .search(&query, &tantivy::collector::DocSetCollector)
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
                facets::counts(&self.engine, facet, tallies, &request.filters, roster)
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
                let mut members = if collapsed {
                    self.family(request, candidate)?
                } else {
                    Vec::new()
                };
                if members.len() < 2 {
                    let stored = index::statement(&self.engine, at).map_err(|e| self.at(e))?;
                    return Ok(Hit::Statement(Box::new(hits::statement(
                        stored,
                        score,
                        highlighter,
                        people,
                    ))));
                }
                let first = members.remove(0);
                let mut hit = hits::statement(first, score, highlighter, people);
                hit.copies = members.iter().map(hits::copy).collect();
                Ok(Hit::Statement(Box::new(hit)))
            }
        }
    }

    /// The statements of a family that match the request, earliest first.
    fn family(
        &self,
        request: &Request,
        candidate: Candidate,
    ) -> Result<Vec<StoredStatement>, Error> {
        let f = fields();
        let term = Term::from_field_u64(f.family, candidate.family);
        if self.engine.doc_freq(&term).map_err(|e| self.at(e))? < 2 {
            return Ok(Vec::new());
        }
        let members = TermQuery::new(term, IndexRecordOption::Basic);
        let query = BooleanQuery::new(vec![
            (
                Occur::Must,
                Box::new(ConstScoreQuery::new(Box::new(members), 0.0)) as Box<dyn EngineQuery>,
            ),
            (Occur::Must, compile(&request.query, self.setting(request)?)),
        ]);
        let request = Request {
            facets: Vec::new(),
            sort: Sort::Oldest,
            ..request.clone()
        };
        let roster = self.roster()?.map(Arc::as_ref);
        let filters = request
            .filters
            .iter()
            .map(|filter| facets::plan(filter, &[], roster))
            .collect();
        let collected = self.run(
            &query,
            filters,
            &request,
            MAX_COPIES,
            Instant::now() + BUDGET,
        )?;
        let mut members = Vec::with_capacity(collected.hits.len());
        for member in collected.hits {
            members.push(index::statement(&self.engine, member.at).map_err(|e| self.at(e))?);
        }
        members.sort_by(|a, b| {
            let published = |s: &StoredStatement| {
                s.article
                    .published
                    .and_then(crate::date::PartialDate::first)
            };
            let (a_day, b_day) = (published(a), published(b));
            // Undated ones last.
            (a_day.is_none(), a_day, &a.id).cmp(&(b_day.is_none(), b_day, &b.id))
        });
        Ok(members)
    }
}

/// The best of each family, in order; everything if families are not wanted.
fn families(hits: &[Candidate], collapsed: bool) -> Vec<Candidate> {
    let mut seen = HashSet::new();
    hits.iter()
        .filter(|hit| !collapsed || seen.insert(hit.family))
        .copied()
        .collect()
}
