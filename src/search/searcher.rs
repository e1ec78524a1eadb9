//! The search itself.

mod collecting;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::answer::{ANSWER_VERSION, Answer, FacetCounts, Hit};
use super::canon::Canon;
use super::collect::{Candidate, Collected};
use super::columns::Columns;
use super::compile::Setting;
use super::facets::{self, Spellings, Values};
use super::forward::{FacetPlan, Forward, Space};
use super::highlight::Highlighter;
use super::hits;
use super::query::{Field, Node, Query};
use super::request::{Counting, Facet, FacetRequest, MAX_LIMIT, MAX_OFFSET, Request, Scope};
use super::roster::Roster;
use super::suggest::last_step;
use super::vocabulary::{Counts, Vocabulary};
use crate::index::{self, ErrorKind, IndexReader, fold};

/// How long one search may take.
pub(super) const BUDGET: Duration = Duration::from_secs(2);
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
    state: Arc<State>,
}

const FACETS: usize = Facet::ALL.len();

/// What is worked out once for a state of the index, on first use.
#[derive(Debug, Default)]
struct State {
    roster: OnceLock<Option<Arc<Roster>>>,
    /// By facet.
    vocabularies: [OnceLock<Arc<Vocabulary>>; FACETS],
    /// Which values of a facet are one, by facet.
    canons: [OnceLock<Arc<Canon>>; FACETS],
    /// Counts over all statements, by facet.
    everything: [OnceLock<Counts>; FACETS],
    spellings: Spellings,
    /// How many statements there are.
    total: OnceLock<u64>,
    /// Names of the places, folded, by number.
    places: OnceLock<Vec<Box<str>>>,
    columns: Arc<Columns>,
    /// The forward index, where many searches are expected.
    forward: OnceLock<Arc<Forward>>,
}

impl State {
    fn new(engine: &tantivy::Searcher) -> Arc<Self> {
        Arc::new(Self {
            columns: Arc::new(Columns::new(engine)),
            ..Self::default()
        })
    }
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
            state: State::new(&engine),
            reader,
            engine,
        })
    }

    /// Its columns.
    pub(super) fn columns(&self) -> &Columns {
        &self.state.columns
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
            self.state = State::new(&self.engine);
        }
        Ok(newer)
    }

    /// Works out now what searches with these facets would work out on first use.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn warm(&self, facets: &[Facet]) -> Result<(), Error> {
        let request = Request {
            facets: facets.iter().map(|f| FacetRequest::new(*f, 0)).collect(),
            ..Request::default()
        };
        let space = Arc::new(self.space(facets)?);
        let forward = Forward::read(&self.engine, space, &self.state.columns);
        if let Some(forward) = forward.map_err(|e| self.at(e))? {
            self.state.forward.get_or_init(|| Arc::new(forward));
        }
        self.everything(&request.facets, &request)?;
        self.folded_places(&*self.vocabulary(Facet::Place)?);
        Ok(())
    }

    /// Who is who across articles; `None` if every name is its own person.
    pub(super) fn roster(&self) -> Result<Option<&Arc<Roster>>, Error> {
        let place = &self.state.roster;
        if place.get().is_none() {
            let people = self.reader.people()?;
            let roster = Roster::new(people, self.engine.segment_readers().len()).map(Arc::new);
            place.get_or_init(|| roster);
        }
        Ok(place.get().and_then(Option::as_ref))
    }

    pub(super) fn vocabulary(&self, facet: Facet) -> Result<Arc<Vocabulary>, Error> {
        let Some(place) = self.state.vocabularies.get(facet as usize) else {
            return Ok(Arc::default());
        };
        if let Some(vocabulary) = place.get() {
            return Ok(Arc::clone(vocabulary));
        }
        let vocabulary = Vocabulary::read(&self.engine, facet.column());
        let vocabulary = Arc::new(vocabulary.map_err(|e| self.at(e))?);
        Ok(Arc::clone(place.get_or_init(|| vocabulary)))
    }

    /// Which values of a facet are one; `None` if each is its own.
    fn canon(&self, facet: Facet) -> Result<Option<Arc<Canon>>, Error> {
        let Some(place) = self.state.canons.get(facet as usize) else {
            return Ok(None);
        };
        if !facet.has_names() {
            return Ok(None);
        }
        if let Some(canon) = place.get() {
            return Ok(Some(Arc::clone(canon)));
        }
        let roster = self.roster()?.map(Arc::as_ref);
        let canon = Arc::new(Canon::new(&*self.vocabulary(facet)?, roster));
        Ok(Some(Arc::clone(place.get_or_init(|| canon))))
    }

    /// These facets, to be counted.
    fn space(&self, facets: &[Facet]) -> Result<Space, Error> {
        let mut plans = Vec::with_capacity(facets.len());
        for facet in facets {
            plans.push(FacetPlan {
                facet: *facet,
                vocabulary: self.vocabulary(*facet)?,
                canon: self.canon(*facet)?,
            });
        }
        Ok(Space::new(plans, self.roster()?.cloned()))
    }

    /// Counts these facets over all statements, if that has not been done yet.
    fn everything(&self, facets: &[FacetRequest], request: &Request) -> Result<(), Error> {
        let place = |facet: Facet| self.state.everything.get(facet as usize);
        let missing: Vec<FacetRequest> = facets
            .iter()
            .filter(|f| place(f.facet).is_some_and(|place| place.get().is_none()))
            .cloned()
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let request = Request {
            facets: missing,
            ..request.clone()
        };
        let collected = self.collect(&request, 0, Instant::now() + BUDGET)?;
        for (facet, counts) in request.facets.iter().zip(collected.facets) {
            if let Some(place) = place(facet.facet) {
                place.get_or_init(|| counts);
            }
        }
        Ok(())
    }

    /// Counts a facet over all statements.
    pub(super) fn counts_of_everything(&self, facet: Facet) -> Result<&[(u32, u32)], Error> {
        self.everything(&[FacetRequest::new(facet, 0)], &Request::default())?;
        let place = self.state.everything.get(facet as usize);
        Ok(place.and_then(OnceLock::get).map_or(&[], Vec::as_slice))
    }

    /// Names of the places, folded, by number.
    pub(super) fn folded_places(&self, vocabulary: &Vocabulary) -> &[Box<str>] {
        self.state.places.get_or_init(|| {
            (0..vocabulary.len() as u32)
                .map(|n| fold(last_step(vocabulary.value(n))).into_boxed_str())
                .collect()
        })
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
        let mut collected = self.collected(request, keep, begin)?;
        let mut page = self.families(&collected.hits, collapsed);
        while collapsed && page.len() < wanted && (keep as u64) < collected.total {
            keep *= AGAIN;
            let more = self.collect(&request.bare(), keep, begin + BUDGET)?;
            page = self.families(&more.hits, collapsed);
        }
        collected.hits = page.into_iter().skip(offset).take(limit).collect();
        let hits = self.hits(request, &collected.hits, collapsed)?;
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
        let collected = self.collected(request, 0, Instant::now())?;
        let total = counted(request, &collected);
        Ok((total, self.facets(request, collected)?))
    }

    /// How many hits a request has.
    ///
    /// # Errors
    /// As [`Searcher::search`].
    pub fn count(&self, request: &Request) -> Result<u64, Error> {
        let request = Request {
            facets: Vec::new(),
            ..request.clone()
        };
        let collected = self.collect(&request, 0, Instant::now() + BUDGET)?;
        Ok(counted(&request, &collected))
    }

    /// Hands every hit to `each`, in the order of the request, without any limit; stops when `each` says `false`.
    /// Copies are listed singly. Returns how many hits there are.
    ///
    /// # Errors
    /// As [`Searcher::search`], but without a limit on time.
    pub fn each(&self, request: &Request, mut each: impl FnMut(Hit) -> bool) -> Result<u64, Error> {
        let bare = request.bare();
        let total = self.count(&bare)?;
        let keep = usize::try_from(total).unwrap_or(usize::MAX);
        let deadline = Instant::now() + Duration::from_secs(3600);
        let collected = self.collect(&bare, keep, deadline)?;
        let highlighter = Highlighter::new(&request.query);
        for candidate in collected.hits {
            if !each(self.hit(request, candidate, &highlighter)?) {
                break;
            }
        }
        Ok(total)
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

    pub(super) fn at(&self, kind: impl Into<ErrorKind>) -> Error {
        Error::Index(index::Error {
            path: self.reader.dir().to_owned(),
            kind: kind.into(),
        })
    }

    pub(super) fn engine(&self) -> &tantivy::Searcher {
        &self.engine
    }

    pub(super) fn setting(&self, request: &Request) -> Result<Setting<'_>, Error> {
        Ok(Setting {
            scope: request.scope,
            today: request.today,
            min_confidence: request.min_confidence,
            roster: self.roster()?.map(Arc::as_ref),
        })
    }

    fn facets(&self, request: &Request, collected: Collected) -> Result<Vec<FacetCounts>, Error> {
        let mut counted = Vec::with_capacity(request.facets.len());
        for (facet, counts) in request.facets.iter().zip(collected.facets) {
            let (vocabulary, canon) = (self.vocabulary(facet.facet)?, self.canon(facet.facet)?);
            let values = self.values(facet.facet, &vocabulary, canon.as_deref())?;
            let counts = facets::counts(
                &self.engine,
                &self.state.spellings,
                facet,
                counts,
                &request.filters,
                values,
            );
            counted.push(counts.map_err(|e| self.at(e))?);
        }
        Ok(counted)
    }

    fn values<'a>(
        &'a self,
        facet: Facet,
        vocabulary: &'a Vocabulary,
        canon: Option<&'a Canon>,
    ) -> Result<Values<'a>, Error> {
        let roster = self.roster()?.map(Arc::as_ref);
        Ok(Values {
            vocabulary,
            roster: roster.filter(|_| facet == Facet::Speaker || facet.has_names()),
            canon,
        })
    }

    /// The hits of a page, in order; `collapsed`: each with the copies of its quotation.
    fn hits(
        &self,
        request: &Request,
        page: &[Candidate],
        collapsed: bool,
    ) -> Result<Vec<Hit>, Error> {
        let highlighter = Highlighter::new(&request.query);
        let families = if collapsed {
            self.families_of(request, page)?
        } else {
            HashMap::new()
        };
        let mut hits = Vec::with_capacity(page.len());
        for candidate in page {
            let Some(family) = families.get(&candidate.family) else {
                hits.push(self.hit(request, *candidate, &highlighter)?);
                continue;
            };
            let first = family.first.unwrap_or(candidate.at);
            let candidate = Candidate {
                at: first,
                ..*candidate
            };
            let mut hit = self.hit(request, candidate, &highlighter)?;
            if let Hit::Statement(hit) = &mut hit {
                self.list_copies(hit, &family.members, first, request)?;
            }
            hits.push(hit);
        }
        Ok(hits)
    }

    fn hit(
        &self,
        request: &Request,
        candidate: Candidate,
        highlighter: &Highlighter,
    ) -> Result<Hit, Error> {
        let (at, score) = (candidate.at, candidate.key);
        match request.scope {
            Scope::Articles => {
                let hit = hits::article(self.article_at(at)?, score, highlighter);
                Ok(Hit::Article(Box::new(hit)))
            }
            Scope::Statements => {
                let people = self.roster()?.map(|r| r.people());
                let stored = self.statement_at(at)?;
                let hit = hits::statement(stored, score, highlighter, people);
                Ok(Hit::Statement(Box::new(hit)))
            }
        }
    }
}

/// How many hits there are, as the request counts them.
fn counted(request: &Request, collected: &Collected) -> u64 {
    match request.counting {
        Counting::Raw => collected.total,
        Counting::Distinct | Counting::Articles => collected.counted.len() as u64,
    }
}
