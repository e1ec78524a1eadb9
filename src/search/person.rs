//! Everything about one person: spellings, roles over time, when, where and to whom they spoke, what they repeat.

use chrono::NaiveDate;
use serde::Serialize;

use super::answer::{FacetCounts, FacetValue, Hit, StatementHit};
use super::contradict::Difference;
use super::query::{Field, Node, Query};
use super::request::{Facet, FacetRequest, Filter, MAX_COPIES, Request, Scope, Sort};
use super::searcher::{Error, Searcher};
use crate::date::PartialDate;
use crate::index::names;
use crate::index::people::Evidence;

/// Values of each facet.
const VALUES: usize = 20;
/// Months that are counted.
const MONTHS: usize = 1000;
/// Other people of the name that are listed.
const NAMESAKES: usize = 10;

/// How much of a person is worked out; a page that is wanted at once asks for less than a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// Latest statements listed.
    pub latest: usize,
    /// Quotations listed that were printed more than once.
    pub repeated: usize,
    /// Copies listed of each of these.
    pub copies: usize,
    /// Statements, the latest, of which each is compared with each other for contradictions.
    pub compared: usize,
}

impl Default for Depth {
    /// All that is of use in a report, without the latest statements.
    fn default() -> Self {
        Self {
            latest: 0,
            repeated: VALUES,
            copies: MAX_COPIES,
            compared: 5_000,
        }
    }
}

/// A person as the index knows them.
#[derive(Clone, Debug, Serialize)]
pub struct PersonView {
    /// The usual spelling.
    pub name: String,
    /// Every spelling with its count, the usual one first.
    pub spellings: Vec<Spelling>,
    /// How many statements they made.
    pub statements: u64,
    /// Roles as printed, by first appearance.
    pub roles: Vec<RoleView>,
    /// Statements a month, earliest first.
    pub months: Vec<FacetValue>,
    /// Counts by place, outlet, organisation, kind, stance, medium and what they speak about.
    pub facets: Vec<FacetCounts>,
    /// What was printed more than once, most often first.
    pub repeated: Vec<StatementHit>,
    /// Statements that may contradict each other, the most alike first. What they mean is for people to judge.
    pub may_contradict: Vec<Contradiction>,
    /// The latest statements.
    pub latest: Vec<StatementHit>,
    /// Who speaks in the same articles, with how many articles.
    pub companions: Vec<FacetValue>,
    /// How many statements, of anybody, are about them.
    pub talked_about: u64,
    /// Why the spellings are one person's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Other people whom the name may mean, with their statements.
    pub namesakes: Vec<Spelling>,
}

/// A spelling of a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spelling {
    /// As printed.
    pub name: String,
    /// How many statements have it.
    pub count: u64,
}

/// Two statements that may contradict each other.
#[derive(Clone, Debug, Serialize)]
pub struct Contradiction {
    /// In what they differ.
    pub by: Difference,
    /// The earlier.
    pub one: Box<StatementHit>,
    /// The later.
    pub other: Box<StatementHit>,
}

/// Somebody whom a name may mean, with what tells them from others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The usual name.
    pub name: String,
    /// How many statements they made.
    pub statements: u64,
    /// Role that is printed most.
    pub role: Option<String>,
    /// Where most of their statements belong.
    pub place: Option<String>,
    /// Who prints them most.
    pub outlet: Option<String>,
    /// Months of the first and the last statement.
    pub between: Option<(String, String)>,
}

/// A role that was printed for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleView {
    /// As printed.
    pub role: String,
    /// First article that has it.
    pub first: Option<PartialDate>,
    /// Last article that has it.
    pub last: Option<PartialDate>,
    /// In how many statements.
    pub count: u64,
}

impl Searcher {
    /// Everybody whom a name may mean: one, where it is somebody's full name or the only one with this surname.
    ///
    /// # Errors
    /// As [`Searcher::search`].
    pub fn whois(&self, name: &str, today: NaiveDate) -> Result<Vec<Candidate>, Error> {
        let people = self.named(name, today)?;
        let key = names::key(name);
        let exact = people.iter().find(|p| names::key(&p.value) == key);
        // By another of their names.
        let called = match self.roster()? {
            Some(roster) => match roster.values(name).as_slice() {
                [only] => roster
                    .individual(only)
                    .and_then(|person| people.iter().find(|p| p.value == person.name)),
                _ => None,
            },
            None => None,
        };
        let is_full = |p: &&FacetValue| names::key(&p.value).contains(' ');
        let one = if key.contains(' ') {
            // Several of the name have something in brackets after it.
            exact
                .filter(|_| !people.iter().any(|p| p.value.ends_with(')')))
                .or(called)
        } else {
            // A lone surname is nobody in particular, unless nobody else has it.
            let mut full = people.iter().filter(is_full);
            match (full.next(), full.next()) {
                (Some(only), None) => Some(only),
                (None, _) => exact,
                _ => None,
            }
        };
        let meant: Vec<&FacetValue> = match one.or(exact.filter(|p| p.value.ends_with(')'))) {
            Some(one) => vec![one],
            None => people.iter().take(NAMESAKES).collect(),
        };
        meant
            .into_iter()
            .map(|person| self.candidate(person, today))
            .collect()
    }

    fn candidate(&self, person: &FacetValue, today: NaiveDate) -> Result<Candidate, Error> {
        let request = Request {
            filters: vec![of(&person.value)],
            facets: [Facet::Role, Facet::Place, Facet::Outlet]
                .map(|f| FacetRequest::new(f, 1))
                .into_iter()
                .chain([FacetRequest::new(Facet::Month, MONTHS)])
                .collect(),
            today,
            ..Request::default()
        };
        let (statements, mut counts) = self.count_facets(&request)?;
        let months = counts.pop().map(|c| c.values).unwrap_or_default();
        let mut most = counts.into_iter().map(|c| {
            let mut value = c.values.into_iter().next()?;
            // The finest place that most have.
            while let Some(child) = value.children.first().cloned() {
                value = child;
            }
            Some(value.label)
        });
        let mut next = || most.next().flatten();
        let (role, place, outlet) = (next(), next(), next());
        Ok(Candidate {
            name: person.value.clone(),
            statements,
            role,
            place,
            outlet,
            between: match (months.last(), months.first()) {
                (Some(first), Some(last)) => Some((first.value.clone(), last.value.clone())),
                _ => None,
            },
        })
    }

    /// Everybody who has a name as theirs or as part of theirs, with their statements.
    fn named(&self, name: &str, today: NaiveDate) -> Result<Vec<FacetValue>, Error> {
        let Some(node) = Node::field(Field::Speaker, name) else {
            return Ok(Vec::new());
        };
        let request = Request {
            query: Query::from(node),
            facets: vec![FacetRequest::new(Facet::Speaker, super::MAX_FACET_VALUES)],
            today,
            ..Request::default()
        };
        let (_, mut counted) = self.count_facets(&request)?;
        Ok(counted.pop().map(|c| c.values).unwrap_or_default())
    }

    /// The person that a name means: the one with just this name, else the one with most statements among those who
    /// have it as part of theirs. `None` if nobody has. See [`Searcher::whois`] for names of several.
    ///
    /// # Errors
    /// As [`Searcher::search`].
    pub fn person(
        &self,
        name: &str,
        today: NaiveDate,
        depth: Depth,
    ) -> Result<Option<PersonView>, Error> {
        let people = self.named(name, today)?;
        let key = names::key(name);
        let Some(chosen) = people
            .iter()
            .find(|p| names::key(&p.value) == key)
            .or_else(|| people.first())
        else {
            return Ok(None);
        };
        let facets = [
            Facet::Place,
            Facet::Outlet,
            Facet::Organisation,
            Facet::Kind,
            Facet::Stance,
            Facet::Medium,
            Facet::About,
        ];
        let request = Request {
            filters: vec![of(&chosen.value)],
            facets: facets
                .iter()
                .map(|f| FacetRequest::new(*f, VALUES))
                .chain([FacetRequest::new(Facet::Month, MONTHS)])
                .collect(),
            limit: depth.latest,
            sort: Sort::Newest,
            copies: true,
            today,
            ..Request::default()
        };
        let answer = self.search(&request)?;
        let mut facets = answer.facets;
        let mut months = facets.pop().map(|c| c.values).unwrap_or_default();
        months.reverse();
        let trail = self.trail(&request, depth)?;
        // That people are named in their own statements says nothing.
        let own: Vec<String> = trail
            .spellings
            .iter()
            .map(|s| names::key(&s.name))
            .collect();
        for counts in facets.iter_mut().filter(|c| c.facet == Facet::About) {
            counts
                .values
                .retain(|v| !own.contains(&names::key(&v.value)));
        }
        let statement = |hit: Hit| match hit {
            Hit::Statement(statement) => Some(*statement),
            Hit::Article(_) => None,
        };
        let evidence = match self.roster()? {
            Some(roster) => roster
                .people()
                .named(&chosen.value)
                .map(|person| person.evidence.clone())
                .unwrap_or_default(),
            None => Vec::new(),
        };
        Ok(Some(PersonView {
            name: chosen.value.clone(),
            spellings: trail.spellings,
            statements: answer.total,
            roles: trail.roles,
            months,
            facets,
            repeated: trail.repeated,
            may_contradict: trail.may_contradict,
            latest: answer
                .hits
                .into_iter()
                .take(depth.latest)
                .filter_map(statement)
                .collect(),
            companions: self.companions(&chosen.value, today)?,
            talked_about: self.talked_about(&chosen.value, today)?,
            evidence,
            namesakes: people
                .iter()
                .filter(|p| p.value != chosen.value)
                .take(NAMESAKES)
                .map(|p| Spelling {
                    name: p.value.clone(),
                    count: p.count,
                })
                .collect(),
        }))
    }

    /// Who speaks in the same articles, most often first.
    fn companions(&self, name: &str, today: NaiveDate) -> Result<Vec<FacetValue>, Error> {
        let Some(node) = Node::field(Field::Speaker, name) else {
            return Ok(Vec::new());
        };
        let request = Request {
            query: Query::from(node),
            facets: vec![FacetRequest::new(Facet::Speaker, VALUES)],
            scope: Scope::Articles,
            today,
            ..Request::default()
        };
        let (_, mut counts) = self.count_facets(&request)?;
        let mut values = counts.pop().map(|c| c.values).unwrap_or_default();
        let key = names::key(name);
        values.retain(|v| v.value != name && names::key(&v.value) != key);
        Ok(values)
    }

    fn talked_about(&self, name: &str, today: NaiveDate) -> Result<u64, Error> {
        // What stands in brackets after a name that several people share is in no text.
        let bare = name.split(" (").next().unwrap_or(name);
        match Node::field(Field::About, bare) {
            Some(node) => self.count(&Request {
                query: Query::from(node),
                today,
                ..Request::default()
            }),
            None => Ok(0),
        }
    }
}

/// The statements of one speaker.
fn of(name: &str) -> Filter {
    Filter {
        facet: Facet::Speaker,
        any: vec![name.to_owned()],
        none: Vec::new(),
    }
}
