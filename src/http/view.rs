//! The state of a page, as it stands in its address.
//!
//! `?q=ferry&speaker=Ana+Ruiz&-kind=indirect&since=2025-11-01&sort=newest&page=2`: a facet's name chooses a value of it
//! (several: any of them), with a minus it excludes one. Reading is lenient: what makes no sense is left out and said,
//! and it is for the caller to refuse it (the API does) or to go on (pages do).

use std::fmt::Write;

use chrono::NaiveDate;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::date::PartialDate;
use crate::search::query::{Field, Node, Query, QueryError, Warning};
use crate::search::{Facet, FacetRequest, Filter, MAX_LIMIT, MAX_OFFSET, Request, Scope, Sort};

/// Hits of a page of results.
pub(super) const PAGE: usize = 20;
/// Most parameters of an address.
const MAX_PARAMETERS: usize = 256;
/// Longest value of a filter, in characters.
const MAX_VALUE: usize = 512;
/// Values that a facet lists if an API request does not say how many.
const FACET_VALUES: usize = 10;

/// Stays as it is in an address. Everything else, quotes and angle brackets above all, is percent-encoded.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a page shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct View {
    /// The query as typed.
    pub typed: String,
    /// Statements or articles.
    pub scope: Scope,
    /// Order.
    pub sort: Sort,
    /// Page, from 1.
    pub page: usize,
    /// Hits a page.
    pub limit: usize,
    /// Chosen and excluded values, in order of facets, none of them empty.
    pub filters: Vec<Filter>,
    /// First day, month or year of what was said.
    pub since: Option<PartialDate>,
    /// The last.
    pub until: Option<PartialDate>,
    /// List copies singly.
    pub copies: bool,
    /// Least confidence, in percent.
    pub confidence: u8,
    /// Facets asked for through the API.
    pub facets: Vec<FacetRequest>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            typed: String::new(),
            scope: Scope::default(),
            sort: Sort::default(),
            page: 1,
            limit: PAGE,
            filters: Vec::new(),
            since: None,
            until: None,
            copies: false,
            confidence: 0,
            facets: Vec::new(),
        }
    }
}

/// A parameter that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    /// Name of the parameter.
    pub parameter: String,
    /// For people.
    pub message: String,
}

/// Names and values of a query string, decoded; at most [`MAX_PARAMETERS`]. Control characters become blanks. Values are
/// not trimmed.
pub(super) fn parameters(query: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        let text = percent_decode_str(&spaced).decode_utf8_lossy();
        text.chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect::<String>()
    };
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .take(MAX_PARAMETERS)
        .map(move |part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name).trim().to_owned(), decode(value))
        })
}

/// A value for an address.
pub(super) fn encode(value: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(value, PLAIN)
}

impl View {
    /// Reads the query string of an address.
    pub(super) fn read(query: &str) -> (Self, Vec<Complaint>) {
        let mut view = Self::default();
        let mut complaints = Vec::new();
        for (name, value) in parameters(query) {
            let length = value.chars().count();
            let value = value.trim().to_owned();
            // An empty field of a form says nothing; blanks are no date.
            let no_date = length > 0 && matches!(name.as_str(), "since" | "until");
            let set = match &value {
                _ if name != "q" && length > MAX_VALUE => {
                    Err(format!("the value is longer than {MAX_VALUE} characters"))
                }
                v if v.is_empty() && !no_date => continue,
                _ => view.set(&name, value),
            };
            if let Err(message) = set {
                complaints.push(Complaint {
                    parameter: name,
                    message,
                });
            }
        }
        if query
            .split('&')
            .filter(|p| !p.is_empty())
            .nth(MAX_PARAMETERS)
            .is_some()
        {
            complaints.push(Complaint {
                parameter: "…".to_owned(),
                message: format!("there are more than {MAX_PARAMETERS} parameters"),
            });
        }
        view.filters.sort_by_key(|f| f.facet);
        if let (Some(since), Some(until)) = (view.since, view.until)
            && since.first() > until.last()
        {
            (view.since, view.until) = (Some(until), Some(since));
        }
        (view, complaints)
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), String> {
        match name {
            "q" => self.typed = value,
            "in" => self.scope = value.parse().map_err(|e| format!("{e}"))?,
            "sort" => self.sort = value.parse().map_err(|e| format!("{e}"))?,
            "page" => self.page = number(&value, 1, MAX_OFFSET)?,
            "n" => self.limit = number(&value, 1, MAX_LIMIT)?,
            "since" => self.since = Some(value.parse().map_err(|e| format!("{e}"))?),
            "until" => self.until = Some(value.parse().map_err(|e| format!("{e}"))?),
            "copies" => self.copies = number(&value, 0, 1)? == 1,
            "confidence" => self.confidence = number(&value, 0, 100)? as u8,
            "facet" => {
                let (facet, limit) = match value.split_once(':') {
                    Some((facet, limit)) => {
                        (facet, number(limit, 1, crate::search::MAX_FACET_VALUES)?)
                    }
                    None => (value.as_str(), FACET_VALUES),
                };
                let facet: Facet = facet.parse().map_err(|e| format!("{e}"))?;
                if !self.facets.iter().any(|f| f.facet == facet) {
                    self.facets.push(FacetRequest::new(facet, limit));
                }
            }
            _ => {
                let (facet, excluded) = match name.strip_prefix('-') {
                    Some(facet) => (facet, true),
                    None => (name, false),
                };
                let facet: Facet = facet
                    .parse()
                    .map_err(|_| "there is no parameter of this name".to_owned())?;
                self.choose(facet, &value, excluded);
            }
        }
        Ok(())
    }

    /// Chooses (or excludes) a value; it is no longer the other.
    pub(super) fn choose(&mut self, facet: Facet, value: &str, excluded: bool) {
        self.forget(facet, value);
        let at = match self.filters.iter().position(|f| f.facet == facet) {
            Some(at) => at,
            None => {
                self.filters.push(Filter {
                    facet,
                    any: Vec::new(),
                    none: Vec::new(),
                });
                self.filters.len() - 1
            }
        };
        if let Some(filter) = self.filters.get_mut(at) {
            let list = if excluded {
                &mut filter.none
            } else {
                &mut filter.any
            };
            list.push(value.to_owned());
        }
    }

    /// Neither chooses nor excludes a value.
    pub(super) fn forget(&mut self, facet: Facet, value: &str) {
        for filter in self.filters.iter_mut().filter(|f| f.facet == facet) {
            filter.any.retain(|v| v != value);
            filter.none.retain(|v| v != value);
        }
        self.filters
            .retain(|f| !f.any.is_empty() || !f.none.is_empty());
    }

    /// Is a value excluded?
    pub(super) fn excludes(&self, facet: Facet, value: &str) -> bool {
        self.filters
            .iter()
            .any(|f| f.facet == facet && f.none.iter().any(|v| v == value))
    }

    /// The same view after a change, on its first page.
    pub(super) fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut view = self.clone();
        view.page = 1;
        change(&mut view);
        view
    }

    /// Does it narrow anything down?
    pub(super) fn is_narrowed(&self) -> bool {
        !self.typed.is_empty()
            || !self.filters.is_empty()
            || self.since.is_some()
            || self.until.is_some()
            || self.confidence > 0
    }

    /// What to ask the index, and what of the query was not taken as typed.
    ///
    /// # Errors
    /// If the query is too large.
    pub(super) fn request(
        &self,
        facets: Vec<FacetRequest>,
    ) -> Result<(Request, Vec<Warning>), QueryError> {
        let parsed = Query::read(&self.typed)?;
        let mut query = parsed.query;
        if let Some(range) = self.days() {
            query = match Node::field(Field::Said, &range) {
                Some(node) => query.and(node),
                None => query,
            };
        }
        let request = Request {
            query,
            filters: self.filters.clone(),
            limit: self.limit,
            offset: (self.page - 1).saturating_mul(self.limit),
            sort: self.sort,
            facets,
            scope: self.scope,
            min_confidence: f32::from(self.confidence) / 100.0,
            copies: self.copies,
            today: today(),
            ..Request::default()
        };
        Ok((request, parsed.warnings))
    }

    /// The chosen days as the query language writes them.
    fn days(&self) -> Option<String> {
        if self.since.is_none() && self.until.is_none() {
            return None;
        }
        let end = |date: Option<PartialDate>| date.map(|d| d.to_string()).unwrap_or_default();
        Some(format!("{}..{}", end(self.since), end(self.until)))
    }

    /// Names and values of everything that is not as usual.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let usual = Self::default();
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut push = |name: &str, value: String| pairs.push((name.to_owned(), value));
        if !self.typed.is_empty() {
            push("q", self.typed.clone());
        }
        if self.scope != usual.scope {
            push("in", self.scope.to_string());
        }
        for filter in &self.filters {
            for value in &filter.any {
                push(filter.facet.as_str(), value.clone());
            }
            for value in &filter.none {
                push(&format!("-{}", filter.facet), value.clone());
            }
        }
        if let Some(since) = self.since {
            push("since", since.to_string());
        }
        if let Some(until) = self.until {
            push("until", until.to_string());
        }
        if self.confidence > 0 {
            push("confidence", self.confidence.to_string());
        }
        if self.copies {
            push("copies", "1".to_owned());
        }
        if self.sort != usual.sort {
            push("sort", self.sort.to_string());
        }
        if self.limit != usual.limit {
            push("n", self.limit.to_string());
        }
        if self.page != usual.page {
            push("page", self.page.to_string());
        }
        pairs
    }

    /// The address of this view at `path`.
    pub(super) fn at(&self, path: &str) -> String {
        let mut address = path.to_owned();
        for (n, (name, value)) in self.pairs().iter().enumerate() {
            address.push(if n == 0 { '?' } else { '&' });
            // Writing to a string cannot fail.
            let _ = write!(address, "{}={}", encode(name), encode(value));
        }
        address
    }
}

/// The day that relative dates count from.
pub(super) fn today() -> NaiveDate {
    chrono::Local::now().date_naive()
}

fn number(text: &str, least: usize, most: usize) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (least..=most).contains(&n) => Ok(n),
        _ => Err(format!(
            "`{}` is not a number from {least} to {most}",
            text.chars().take(20).collect::<String>()
        )),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_an_address() {
        let (view, complaints) = View::read(
            "q=no+deal&speaker=Ana+Ruiz&speaker=Ivo%20Brandt&-kind=indirect&since=2025-11&page=2&sort=newest",
        );
        assert_eq!(complaints, []);
        assert_eq!(
            (view.typed.as_str(), view.page, view.sort),
            ("no deal", 2, Sort::Newest)
        );
        assert_eq!(view.filters[0].any, ["Ana Ruiz", "Ivo Brandt"]);
        assert!(view.excludes(Facet::Kind, "indirect"));
        assert_eq!(View::read(view.at("/").split_once('?').unwrap().1).0, view);
        let (request, _) = view.request(Vec::new()).unwrap();
        assert_eq!(request.query.to_string(), "no deal said:2025-11..");
        assert_eq!(request.offset, PAGE);
    }

    #[test]
    fn leaves_out_what_makes_no_sense() {
        for bad in [
            "page=0",
            "page=-1",
            "n=1000000000",
            "in=everything",
            "since=2025-02-30",
            "nonsense=1",
            "--kind=x",
            "facet=x",
        ] {
            let (view, complaints) = View::read(bad);
            assert_eq!(complaints.len(), 1, "{bad}");
            assert_eq!(view, View::default(), "{bad}");
        }
    }

    #[test]
    fn dates_in_the_wrong_order_are_exchanged() {
        let (view, _) = View::read("since=2025-12&until=2025-11-03");
        assert_eq!(
            (
                view.since.unwrap().to_string(),
                view.until.unwrap().to_string()
            ),
            ("2025-11-03".into(), "2025-12".into())
        );
    }

    proptest! {
        #[test]
        fn never_fails_and_comes_back(query in ".{0,200}") {
            let (view, _) = View::read(&query);
            let address = view.at("/");
            prop_assert!(address.is_ascii() && !address.contains(['"', '<', '>', '\'']));
            let (again, complaints) = View::read(address.split_once('?').map_or("", |(_, q)| q));
            prop_assert!(complaints.is_empty());
            prop_assert_eq!(View { facets: Vec::new(), ..view }, again);
        }

        #[test]
        fn choosing_and_forgetting_leaves_nothing(values in proptest::collection::vec("[a-z ]{1,5}", 0..5)) {
            let mut view = View::default();
            for value in &values {
                view.choose(Facet::Speaker, value, value.len() % 2 == 0);
            }
            for value in &values {
                view.forget(Facet::Speaker, value);
            }
            prop_assert_eq!(view, View::default());
        }
    }
}
