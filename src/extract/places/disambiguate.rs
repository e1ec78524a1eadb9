//! Which of its candidates each name means, decided for the article as a whole.
//!
//! A candidate's score is its prior (how prominent the place is) plus what the rest of the article says: how much it speaks of the
//! candidate's division and country, and what it names nearby. The rest is itself uncertain, so three rounds are made, each
//! with the probabilities of the one before.

use crate::extract::gazetteer::{Candidate, Class, Gazetteer, PlaceId};

/// Mentions that mean the same place.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The folded name.
    pub(super) key: String,
    /// The name as first printed.
    pub(super) printed: String,
    /// What it may mean, most prominent first.
    pub(super) candidates: Vec<Candidate>,
    /// The text said what holds it.
    pub(super) bound: bool,
    /// Number of mentions.
    pub(super) count: u32,
}

/// Weights of the score; found by coordinate search on a local-news set, checked on an international one.
const ALTERNATE: f32 = -1.3;
const ABBREVIATION: f32 = -0.5;
const ADMIN1_VOTES: f32 = 2.4;
const COUNTRY_VOTES: f32 = 1.8;
const NEAR: f32 = 2.0;
/// Distance at which a neighbour counts e times less, kilometres.
const NEAR_KM: f32 = 120.0;
const ROUNDS: usize = 3;
/// Score below which a name stays unresolved: a hamlet that nothing else in the article points at.
const LEAST: f32 = 2.5;
/// Prior of a place whose population is not known: that of a village.
const LEAST_PRIOR: f32 = 2.0;
/// Candidates of one name that are weighed.
const MOST_CANDIDATES: usize = 100;

struct Scored {
    place: PlaceId,
    prior: f32,
    score: f32,
    probability: f32,
    lat: f32,
    lon: f32,
    cos_lat: f32,
    /// Indices into the vote tables; `NONE` for what lies in no country or division.
    country: usize,
    admin1: usize,
    is_local: bool,
}

const NONE: usize = usize::MAX;

/// Vote tables keyed by place.
#[derive(Default)]
struct Table {
    keys: Vec<PlaceId>,
    votes: Vec<f32>,
}

impl Table {
    fn index(&mut self, key: Option<PlaceId>) -> usize {
        let Some(key) = key else { return NONE };
        if let Some(at) = self.keys.iter().position(|k| *k == key) {
            return at;
        }
        self.keys.push(key);
        self.votes.push(0.0);
        self.keys.len() - 1
    }

    fn at(&self, index: usize) -> f32 {
        self.votes.get(index).copied().unwrap_or_default()
    }

    fn add(&mut self, index: usize, weight: f32) {
        if let Some(votes) = self.votes.get_mut(index) {
            *votes += weight;
        }
    }
}

/// The place that each group means, if any; `evidence` are places pointed at otherwise, with weights.
pub(super) fn pick(
    groups: &[Group],
    evidence: &[(PlaceId, f32)],
    gazetteer: &Gazetteer,
) -> Vec<Option<PlaceId>> {
    let mut countries = Table::default();
    let mut admin1s = Table::default();
    let mut scored: Vec<Vec<Scored>> = groups
        .iter()
        .map(|group| {
            group
                .candidates
                .iter()
                .take(MOST_CANDIDATES)
                .filter_map(|c| prepare(*c, &mut countries, &mut admin1s, gazetteer))
                .collect()
        })
        .collect();
    let fixed: Vec<(usize, usize, f32)> = evidence
        .iter()
        .map(|&(place, weight)| {
            (
                countries.index(gazetteer.within(place, Class::Country)),
                admin1s.index(gazetteer.within(place, Class::Admin1)),
                weight,
            )
        })
        .collect();
    for candidates in &mut scored {
        normalise(candidates);
    }
    for _ in 0..ROUNDS {
        tally(&mut countries, &mut admin1s, &scored, groups, &fixed);
        let neighbours = neighbours(&scored, groups);
        for (at, candidates) in scored.iter_mut().enumerate() {
            let weight = groups.get(at).map_or(0.0, weight);
            rescore(candidates, at, weight, &countries, &admin1s, &neighbours);
            normalise(candidates);
        }
    }
    scored
        .iter()
        .zip(groups)
        .map(|(candidates, group)| {
            let best = best(candidates)?;
            (best.score >= LEAST || group.bound).then_some(best.place)
        })
        .collect()
}

fn best(candidates: &[Scored]) -> Option<&Scored> {
    candidates
        .iter()
        .reduce(|best, c| if c.score > best.score { c } else { best })
}

fn prepare(
    candidate: Candidate,
    countries: &mut Table,
    admin1s: &mut Table,
    gazetteer: &Gazetteer,
) -> Option<Scored> {
    let record = gazetteer.get(candidate.place)?;
    let mut prior = record.weight().max(LEAST_PRIOR);
    if candidate.alternate {
        prior += ALTERNATE;
    }
    if candidate.abbreviation {
        prior += ABBREVIATION;
    }
    let (mut country, mut admin1) = (None, None);
    for (id, record) in gazetteer.ancestors(candidate.place) {
        match record.class {
            Class::Country => country = Some(id),
            Class::Admin1 => admin1 = Some(id),
            _ => {}
        }
    }
    Some(Scored {
        place: candidate.place,
        prior,
        score: prior,
        probability: 0.0,
        lat: record.lat,
        lon: record.lon,
        cos_lat: record.lat.to_radians().cos(),
        country: countries.index(country),
        admin1: admin1s.index(admin1),
        is_local: !matches!(
            record.class,
            Class::Continent | Class::Country | Class::Admin1 | Class::Region | Class::Sea
        ),
    })
}

/// How much a group counts: more mentions more, but not in proportion.
fn weight(group: &Group) -> f32 {
    (if group.bound { 1.5 } else { 1.0 }) * (1.0 + (group.count as f32).ln())
}

/// Scores to probabilities.
fn normalise(candidates: &mut [Scored]) {
    let top = best(candidates).map_or(0.0, |b| b.score);
    let mut sum = 0.0;
    for c in candidates.iter_mut() {
        c.probability = ((c.score - top) * SHARPNESS).exp();
        sum += c.probability;
    }
    for c in candidates.iter_mut() {
        c.probability /= sum;
    }
}

/// How sure a lead in score makes: a lead of 1 is a factor of e to this power.
const SHARPNESS: f32 = 1.2;

fn tally(
    countries: &mut Table,
    admin1s: &mut Table,
    scored: &[Vec<Scored>],
    groups: &[Group],
    fixed: &[(usize, usize, f32)],
) {
    countries.votes.fill(0.0);
    admin1s.votes.fill(0.0);
    for &(country, admin1, weight) in fixed {
        countries.add(country, weight);
        admin1s.add(admin1, weight);
    }
    for (candidates, group) in scored.iter().zip(groups) {
        let weight = weight(group);
        for c in candidates {
            countries.add(c.country, weight * c.probability);
            admin1s.add(c.admin1, weight * c.probability);
        }
    }
}

/// A place that is likely meant somewhere in the article.
struct Neighbour {
    group: usize,
    lat: f32,
    lon: f32,
    weight: f32,
}

fn neighbours(scored: &[Vec<Scored>], groups: &[Group]) -> Vec<Neighbour> {
    scored
        .iter()
        .enumerate()
        .zip(groups)
        .filter_map(|((group, candidates), _)| {
            let best = best(candidates).filter(|b| b.is_local)?;
            Some(Neighbour {
                group,
                lat: best.lat,
                lon: best.lon,
                weight: best.probability,
            })
        })
        .collect()
}

/// Kilometres a degree of latitude.
const KM_PER_DEGREE: f32 = 111.2;

fn rescore(
    candidates: &mut [Scored],
    group: usize,
    weight: f32,
    countries: &Table,
    admin1s: &Table,
    neighbours: &[Neighbour],
) {
    // What the group itself put into the tables must not confirm it.
    let own = |index: fn(&Scored) -> usize, of: usize, all: &[Scored]| -> f32 {
        all.iter()
            .filter(|c| index(c) == of)
            .map(|c| c.probability * weight)
            .sum()
    };
    let votes: Vec<(f32, f32)> = candidates
        .iter()
        .map(|c| {
            (
                admin1s.at(c.admin1) - own(|c| c.admin1, c.admin1, candidates),
                countries.at(c.country) - own(|c| c.country, c.country, candidates),
            )
        })
        .collect();
    for (c, (admin1, country)) in candidates.iter_mut().zip(votes) {
        let near: f32 = if c.is_local {
            neighbours
                .iter()
                .filter(|n| n.group != group)
                .map(|n| n.weight * closeness(c, n))
                .sum()
        } else {
            0.0
        };
        c.score = c.prior
            + ADMIN1_VOTES * admin1.max(0.0).ln_1p()
            + COUNTRY_VOTES * country.max(0.0).ln_1p()
            + NEAR * near.ln_1p();
    }
}

/// 1 at no distance, falling with it; on a flat map, which near the candidate is good enough.
fn closeness(c: &Scored, n: &Neighbour) -> f32 {
    let north = (c.lat - n.lat) * KM_PER_DEGREE;
    let east = (c.lon - n.lon) * KM_PER_DEGREE * c.cos_lat;
    let square = north * north + east * east;
    // e^-5 and less is nothing
    if square > (5.0 * NEAR_KM).powi(2) {
        return 0.0;
    }
    (-square.sqrt() / NEAR_KM).exp()
}
