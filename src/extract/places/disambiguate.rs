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

/// Weights of the score; found by coordinate search on half of a local-news set, checked on the other half and an international one.
const ALTERNATE: f32 = -1.3;
const ABBREVIATION: f32 = -0.5;
const ADMIN2_VOTES: f32 = 2.0;
const ADMIN1_VOTES: f32 = 2.7;
const COUNTRY_VOTES: f32 = 1.8;
/// More of the country's votes for its capital, which lies in a division of its own that nothing else speaks for.
const CAPITAL_VOTES: f32 = 0.5;
const NEAR: f32 = 2.0;
/// Distance at which a neighbour counts e times less, kilometres.
const NEAR_KM: f32 = 120.0;
/// A place that is smaller than another of its name by more than this loses so many times the rest.
const HUMBLE_FROM: f32 = 4.0;
const HUMBLE_VILLAGE_FROM: f32 = 2.0;
const HUMBLE: f32 = 1.5;
/// Prior of the greatest place that is a village.
const VILLAGE: f32 = 2.5;
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
    /// Indices into the vote tables: country, first- and second-level division; `NONE` for what lies in none.
    containers: Containers,
    is_local: bool,
    is_capital: bool,
}

const NONE: usize = usize::MAX;

/// One for each level of containers that votes are counted for.
type Containers = [usize; LEVELS.len()];
type Tables = [Table; LEVELS.len()];

/// The levels, with the weight of their votes.
const LEVELS: [(Class, f32); 3] = [
    (Class::Country, COUNTRY_VOTES),
    (Class::Admin1, ADMIN1_VOTES),
    (Class::Admin2, ADMIN2_VOTES),
];

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
    let mut tables = Tables::default();
    let mut scored: Vec<Vec<Scored>> = groups
        .iter()
        .map(|group| {
            group
                .candidates
                .iter()
                .take(MOST_CANDIDATES)
                .filter_map(|c| prepare(*c, &mut tables, gazetteer))
                .collect()
        })
        .collect();
    let fixed: Vec<(Containers, f32)> = evidence
        .iter()
        .map(|&(place, weight)| (containers(place, &mut tables, gazetteer), weight))
        .collect();
    for (candidates, group) in scored.iter_mut().zip(groups) {
        if !group.bound {
            make_humble(candidates);
        }
        normalise(candidates);
    }
    let mut neighbours = Vec::new();
    for _ in 0..ROUNDS {
        tally(&mut tables, &scored, groups, &fixed);
        likely(&scored, &mut neighbours);
        for (at, candidates) in scored.iter_mut().enumerate() {
            let weight = groups.get(at).map_or(0.0, weight);
            rescore(candidates, at, weight, &tables, &neighbours);
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

/// Takes from what is so much smaller than the greatest of its name that the text would say which it means: "Boston" alone is not the hamlet
/// that the article's other towns lie around.
fn make_humble(candidates: &mut [Scored]) {
    let top = candidates.iter().map(|c| c.prior).fold(0.0, f32::max);
    for c in candidates {
        let from = if c.prior < VILLAGE {
            HUMBLE_VILLAGE_FROM
        } else {
            HUMBLE_FROM
        };
        c.prior -= HUMBLE * (top - c.prior - from).max(0.0);
        c.score = c.prior;
    }
}

fn best(candidates: &[Scored]) -> Option<&Scored> {
    candidates
        .iter()
        .reduce(|best, c| if c.score > best.score { c } else { best })
}

/// What is around a place, as indices into the tables.
fn containers(place: PlaceId, tables: &mut Tables, gazetteer: &Gazetteer) -> Containers {
    let mut found = [None; LEVELS.len()];
    for (id, record) in gazetteer.ancestors(place) {
        if let Some(level) = LEVELS.iter().position(|(class, _)| *class == record.class) {
            found[level] = Some(id);
        }
    }
    std::array::from_fn(|level| tables[level].index(found[level]))
}

fn prepare(candidate: Candidate, tables: &mut Tables, gazetteer: &Gazetteer) -> Option<Scored> {
    let record = gazetteer.get(candidate.place)?;
    let mut prior = record.weight().max(LEAST_PRIOR);
    if candidate.alternate {
        prior += ALTERNATE;
    }
    if candidate.abbreviation {
        prior += ABBREVIATION;
    }
    Some(Scored {
        place: candidate.place,
        prior,
        score: prior,
        probability: 0.0,
        lat: record.lat,
        lon: record.lon,
        cos_lat: record.lat.to_radians().cos(),
        containers: containers(candidate.place, tables, gazetteer),
        is_capital: record.class == Class::Capital,
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
const SHARPNESS: f32 = 1.4;

fn tally(
    tables: &mut Tables,
    scored: &[Vec<Scored>],
    groups: &[Group],
    fixed: &[(Containers, f32)],
) {
    for (level, table) in tables.iter_mut().enumerate() {
        table.votes.fill(0.0);
        for (containers, weight) in fixed {
            table.add(containers[level], *weight);
        }
        for (candidates, group) in scored.iter().zip(groups) {
            let weight = weight(group);
            for c in candidates {
                table.add(c.containers[level], weight * c.probability);
            }
        }
    }
}

/// A place that may be meant somewhere in the article.
struct Neighbour {
    group: usize,
    lat: f32,
    lon: f32,
    probability: f32,
}

/// The likelier places of every group.
fn likely(scored: &[Vec<Scored>], neighbours: &mut Vec<Neighbour>) {
    neighbours.clear();
    for (group, candidates) in scored.iter().enumerate() {
        let likely = candidates
            .iter()
            .filter(|c| c.is_local && c.probability > LEAST_PROBABILITY);
        neighbours.extend(likely.map(|c| Neighbour {
            group,
            lat: c.lat,
            lon: c.lon,
            probability: c.probability,
        }));
    }
}

/// What is less likely is nobody's neighbour.
const LEAST_PROBABILITY: f32 = 0.05;

/// Farther away nothing counts: e^-5 and less.
const FAR_KM: f32 = 5.0 * NEAR_KM;

/// Kilometres a degree of latitude.
const KM_PER_DEGREE: f32 = 111.2;

fn rescore(
    candidates: &mut [Scored],
    group: usize,
    weight: f32,
    tables: &Tables,
    neighbours: &[Neighbour],
) {
    for c in candidates.iter_mut() {
        let near: f32 = if c.is_local {
            neighbours
                .iter()
                .filter(|n| n.group != group)
                .map(|n| n.probability * closeness(c, n))
                .sum()
        } else {
            0.0
        };
        c.score = c.prior + NEAR * near.ln_1p();
    }
    for (level, (table, (class, strength))) in tables.iter().zip(LEVELS).enumerate() {
        for at in 0..candidates.len() {
            let container = candidates[at].containers[level];
            if container == NONE {
                continue;
            }
            // What the group itself put into the tables must not confirm it.
            let own: f32 = candidates
                .iter()
                .filter(|c| c.containers[level] == container)
                .map(|c| c.probability)
                .sum();
            let votes = table.at(container) - own * weight;
            let bonus = if class == Class::Country && candidates[at].is_capital {
                CAPITAL_VOTES
            } else {
                0.0
            };
            candidates[at].score += (strength + bonus) * votes.max(0.0).ln_1p();
        }
    }
}

/// 1 at no distance, falling with it; on a flat map, which near the candidate is good enough.
fn closeness(c: &Scored, n: &Neighbour) -> f32 {
    let north = (c.lat - n.lat) * KM_PER_DEGREE;
    if north.abs() > FAR_KM {
        return 0.0;
    }
    let east = (c.lon - n.lon) * KM_PER_DEGREE * c.cos_lat;
    let square = north * north + east * east;
    if square > FAR_KM * FAR_KM {
        return 0.0;
    }
    (-square.sqrt() / NEAR_KM).exp()
}
