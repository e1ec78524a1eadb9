//! What somebody who has typed a few letters may mean.

use super::answer::FacetValue;
use super::request::{Facet, FacetRequest, Request};
use super::searcher::{Error, Searcher};
use crate::index::fold;

impl Searcher {
    /// The speakers and the places over all statements whose names contain what was typed, at most `limit` of each, the
    /// most frequent first; places of all levels, without those below them.
    ///
    /// # Errors
    /// As [`Searcher::search`].
    pub fn suggest(&self, typed: &str, limit: usize) -> Result<Vec<(Facet, FacetValue)>, Error> {
        let request = Request {
            facets: vec![FacetRequest {
                contains: Some(typed.to_owned()),
                ..FacetRequest::new(Facet::Speaker, limit)
            }],
            ..Request::default()
        };
        let (_, counted) = self.count_facets(&request)?;
        let speakers = counted.into_iter().flat_map(|counts| counts.values);
        let mut suggested: Vec<(Facet, FacetValue)> =
            speakers.map(|value| (Facet::Speaker, value)).collect();

        let wanted = fold(typed);
        let vocabulary = self.vocabulary(Facet::Place)?;
        let folded = self.folded_places(&vocabulary);
        let counts = self.counts_of_everything(Facet::Place)?;
        let mut places: Vec<(u32, u32)> = counts
            .iter()
            .filter(|(number, _)| {
                let name = folded.get(*number as usize);
                name.is_some_and(|name| name.contains(&wanted))
            })
            .map(|(number, count)| (*count, *number))
            .collect();
        places.sort_unstable_by_key(|(count, number)| (std::cmp::Reverse(*count), *number));
        for (count, number) in places.into_iter().take(limit) {
            let value = vocabulary.value(number).to_owned();
            suggested.push((
                Facet::Place,
                FacetValue {
                    label: last_step(&value).to_owned(),
                    value,
                    count: u64::from(count),
                    selected: false,
                    children: Vec::new(),
                },
            ));
        }
        Ok(suggested)
    }
}

/// The place itself, of a path of places.
pub(super) fn last_step(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
