//! Everything about one person: spellings, roles over time, when, where and to whom they spoke, what they repeat.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::answer::{FacetCounts, FacetValue, Hit, StatementHit};
use super::query::{Field, Node, Query};
use super::request::{Facet, FacetRequest, Filter, Request, Sort};
use super::searcher::{Error, Searcher};
use crate::date::PartialDate;
use crate::index::names;

/// Values of each facet.
const VALUES: usize = 20;
/// Months that are counted.
const MONTHS: usize = 1000;
/// Other people of the name that are listed.
const NAMESAKES: usize = 10;

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
    /// The latest statements.
    pub latest: Vec<StatementHit>,
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
    /// The person that a name means: the one with just this name, else the one with most statements among those who
    /// have it as part of theirs. `None` if nobody has.
    ///
    /// # Errors
    /// As [`Searcher::search`].
    pub fn person(
        &self,
        name: &str,
        today: NaiveDate,
        latest: usize,
    ) -> Result<Option<PersonView>, Error> {
        let Some(node) = Node::field(Field::Speaker, name) else {
            return Ok(None);
        };
        let base = Request {
            query: Query::from(node),
            today,
            copies: true,
            ..Request::default()
        };
        let wanted = Request {
            facets: vec![FacetRequest::new(Facet::Speaker, super::MAX_FACET_VALUES)],
            ..base.clone()
        };
        let (_, mut counted) = self.count_facets(&wanted)?;
        let people = counted.pop().map(|c| c.values).unwrap_or_default();
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
            query: Query::default(),
            filters: vec![Filter {
                facet: Facet::Speaker,
                any: vec![chosen.value.clone()],
                none: Vec::new(),
            }],
            facets: facets
                .iter()
                .map(|f| FacetRequest::new(*f, VALUES))
                .chain([FacetRequest::new(Facet::Month, MONTHS)])
                .collect(),
            limit: latest,
            sort: Sort::Newest,
            ..base
        };
        let answer = self.search(&request)?;
        let mut facets = answer.facets;
        let mut months = facets.pop().map(|c| c.values).unwrap_or_default();
        months.reverse();
        let trail = self.trail(&request)?;
        let statement = |hit: Hit| match hit {
            Hit::Statement(statement) => Some(*statement),
            Hit::Article(_) => None,
        };
        Ok(Some(PersonView {
            name: chosen.value.clone(),
            spellings: trail.spellings,
            statements: answer.total,
            roles: trail.roles,
            months,
            facets,
            repeated: trail.repeated,
            latest: answer.hits.into_iter().filter_map(statement).collect(),
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

    /// What has to be read off every statement.
    fn trail(&self, request: &Request) -> Result<Trail, Error> {
        let mut spellings: BTreeMap<String, u64> = BTreeMap::new();
        let mut roles: BTreeMap<String, RoleView> = BTreeMap::new();
        let mut families: BTreeMap<String, Vec<StatementHit>> = BTreeMap::new();
        let oldest = Request {
            sort: Sort::Oldest,
            ..request.clone()
        };
        self.each(&oldest, |hit| {
            let Hit::Statement(statement) = hit else {
                return true;
            };
            if let Some(name) = &statement.speaker.name {
                *spellings.entry(name.clone()).or_default() += 1;
            }
            if let Some(role) = &statement.speaker.role {
                let day = statement.published;
                let view = roles.entry(role.clone()).or_insert_with(|| RoleView {
                    role: role.clone(),
                    first: day,
                    last: day,
                    count: 0,
                });
                view.count += 1;
                view.first = [view.first, day].into_iter().flatten().min();
                view.last = [view.last, day].into_iter().flatten().max();
            }
            let words = crate::index::fold(&statement.quote.text);
            families.entry(words).or_default().push(*statement);
            true
        })?;
        let mut spellings: Vec<Spelling> = spellings
            .into_iter()
            .map(|(name, count)| Spelling { name, count })
            .collect();
        spellings.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        let mut roles: Vec<RoleView> = roles.into_values().collect();
        roles.sort_by(|a, b| a.first.cmp(&b.first).then_with(|| a.role.cmp(&b.role)));
        let mut repeated: Vec<StatementHit> = families
            .into_iter()
            .filter(|(words, members)| !words.is_empty() && members.len() > 1)
            .filter_map(|(_, members)| {
                let mut members = members.into_iter();
                let mut first = members.next()?;
                first.copies = members.map(|m| m.as_copy()).collect();
                Some(first)
            })
            .collect();
        repeated.sort_by(|a, b| {
            b.copies
                .len()
                .cmp(&a.copies.len())
                .then_with(|| a.id.cmp(&b.id))
        });
        repeated.truncate(VALUES);
        Ok(Trail {
            spellings,
            roles,
            repeated,
        })
    }
}

struct Trail {
    spellings: Vec<Spelling>,
    roles: Vec<RoleView>,
    repeated: Vec<StatementHit>,
}
