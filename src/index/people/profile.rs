//! What is known of one bearer of a name, and how much of it two of them share.

use std::collections::BTreeSet;

use super::corpus::{Appearance, Corpus};
use super::numbers::Numbers;
use super::role::{self, Fields};

/// Below this two bearers of a name are two people.
pub(super) const DIFFERENT: f32 = -2.0;

/// What points away from each other counts so much.
const FAR_FIELDS: f32 = -4.5;
const OTHER_OFFICE: f32 = -2.0;
const AT_ONE_TIME: f32 = -1.5;
const NO_COUNTRY: f32 = -1.0;
const NO_COMPANION: f32 = -0.5;
const LONG_AGO: f32 = -1.0;
/// What points to each other counts so much, and several of a sort at most so much.
const SAME_FIELD: f32 = 0.5;
const SAME_PLACE: f32 = 1.0;
const SAME_COUNTRY: f32 = 0.5;
const SAME_OUTLET: f32 = 0.3;
const SAME_WEEKS: f32 = 0.3;
const MOST_OF_ROLES: f32 = 3.0;
const MOST_OF_COMPANIONS: f32 = 4.0;

/// Days between two mentions that belong to one story, as a rule; a year; half a working life.
const WEEKS: i32 = 60;
const YEAR: i32 = 365;
const LONG: i32 = 365 * 20;
/// Companions from which on it says something that two people share none.
const MANY: usize = 3;

/// Everything that articles tell of one bearer of a name. Sets are ordered, so that sums come out the same whatever the
/// order of the articles.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    /// How many articles.
    articles: usize,
    /// Words of roles.
    words: Numbers,
    /// Roles, with how many articles print each; by role.
    roles: Vec<(u32, u32)>,
    fields: Fields,
    /// Keys named in the same articles.
    companions: Numbers,
    places: Numbers,
    countries: Numbers,
    outlets: Numbers,
    days: Option<(i32, i32)>,
}

impl Profile {
    /// What some articles that have a name tell of its bearer.
    pub(super) fn of(
        corpus: &Corpus,
        key: u32,
        appearances: impl IntoIterator<Item = Appearance>,
    ) -> Self {
        let mut profile = Self::default();
        let mut roles = Vec::new();
        for at in appearances {
            profile.articles += 1;
            for &role in corpus.roles_of(at) {
                roles.push((role, 1));
                let info = corpus.role(role);
                profile.fields |= info.fields;
                profile.words.extend(info.words.iter().copied());
            }
            let scene = corpus.scene(at.article);
            let others = scene.entities().iter().copied().filter(|k| *k != key);
            profile.companions.extend(others);
            for &place in scene.places() {
                if corpus.is_country(place) {
                    profile.countries.extend([place]);
                } else if corpus.is_below_country(place) {
                    profile.places.extend([place]);
                }
            }
            profile.outlets.extend(scene.outlet);
            if let Some(day) = scene.day {
                profile.days = Some(match profile.days {
                    Some((first, last)) => (first.min(day), last.max(day)),
                    None => (day, day),
                });
            }
        }
        profile.roles = summed(roles);
        profile.sets().into_iter().for_each(Numbers::settle);
        profile
    }

    fn sets(&mut self) -> [&mut Numbers; 5] {
        [
            &mut self.words,
            &mut self.companions,
            &mut self.places,
            &mut self.countries,
            &mut self.outlets,
        ]
    }

    /// Both as one.
    pub(super) fn join(&mut self, other: &Self) {
        self.articles += other.articles;
        self.words.join(&other.words);
        let mut roles = std::mem::take(&mut self.roles);
        roles.extend(&other.roles);
        self.roles = summed(roles);
        self.fields |= other.fields;
        self.companions.join(&other.companions);
        self.places.join(&other.places);
        self.countries.join(&other.countries);
        self.outlets.join(&other.outlets);
        self.days = match (self.days, other.days) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, two) => one.or(two),
        };
    }

    /// The role that most articles print, the first in the alphabet of several.
    pub(super) fn role<'a>(&self, corpus: &'a Corpus) -> Option<&'a str> {
        self.roles
            .iter()
            .map(|(role, count)| (*count, corpus.role(*role).text.as_str()))
            .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(a.1)))
            .map(|(_, text)| text)
    }

    /// The finest place, the first in the alphabet of several.
    pub(super) fn place<'a>(&self, corpus: &'a Corpus) -> Option<&'a str> {
        let last = |set: &Numbers| {
            set.iter()
                .map(|p| corpus.place(p))
                .filter_map(|path| path.rsplit('/').next())
                .min()
        };
        last(&self.places).or_else(|| last(&self.countries))
    }

    /// First and last day, in days since 1970-01-01.
    pub(super) fn days(&self) -> Option<(i32, i32)> {
        self.days
    }
}

/// How much speaks for two bearers of a name (or of names that may be one) being one person; negative where it speaks
/// against it.
pub(super) fn affinity(corpus: &Corpus, a: &Profile, b: &Profile) -> f32 {
    let mut score = 0.0;
    let offices = |p: &Profile| -> Vec<u32> {
        let mut list: Vec<u32> = p.roles.iter().map(|(role, _)| *role).collect();
        list.retain(|r| corpus.role(*r).office.is_some());
        list
    };
    let countries = shares(&a.countries, &b.countries);
    let mut heads: BTreeSet<&str> = BTreeSet::new();
    let (a_offices, b_offices) = (offices(a), offices(b));
    let one_place = a_offices.iter().any(|x| {
        b_offices.iter().any(
            |y| match (&corpus.role(*x).office, &corpus.role(*y).office) {
                (Some(x), Some(y)) => x.head == y.head && !role::apart(x, y),
                _ => false,
            },
        )
    });
    if !one_place {
        for x in &a_offices {
            for y in &b_offices {
                if let (Some(x), Some(y)) = (&corpus.role(*x).office, &corpus.role(*y).office)
                    && role::apart(x, y)
                    && (!x.national || countries == Some(false))
                {
                    heads.insert(&x.head);
                }
            }
        }
    }
    let near = match (a.days, b.days) {
        (Some((a_first, a_last)), Some((b_first, b_last))) => {
            Some((a_first - b_last).max(b_first - a_last).max(0))
        }
        _ => None,
    };
    if !heads.is_empty() {
        score += OTHER_OFFICE;
        if near.is_some_and(|gap| gap <= YEAR) {
            score += AT_ONE_TIME;
        }
    }
    let words: f32 = a
        .words
        .shared_with(&b.words)
        .map(|w| corpus.word(w))
        .filter(|w| !heads.contains(w))
        .map(role::weight)
        .sum();
    score += words.min(MOST_OF_ROLES);
    if role::far(a.fields, b.fields) {
        score += FAR_FIELDS;
    } else if a.fields & b.fields != 0 {
        score += SAME_FIELD;
    }
    let mut shared = 0.0;
    for key in a.companions.shared_with(&b.companions) {
        shared += corpus.rarity(key);
        if shared >= MOST_OF_COMPANIONS {
            shared = MOST_OF_COMPANIONS;
            break;
        }
    }
    score += shared;
    if shared == 0.0 && a.companions.len().min(b.companions.len()) >= MANY {
        score += NO_COMPANION;
    }
    if shares(&a.places, &b.places) == Some(true) {
        score += SAME_PLACE;
    }
    score += match countries {
        Some(true) => SAME_COUNTRY,
        Some(false) => NO_COUNTRY,
        None => 0.0,
    };
    if shares(&a.outlets, &b.outlets) == Some(true) {
        score += SAME_OUTLET;
    }
    score += match near {
        Some(gap) if gap <= WEEKS => SAME_WEEKS,
        Some(gap) if gap > LONG => LONG_AGO,
        _ => 0.0,
    };
    score
}

/// Do two sets share something? `None` where one is empty.
fn shares(a: &Numbers, b: &Numbers) -> Option<bool> {
    (a.len() > 0 && b.len() > 0).then(|| a.shared_with(b).next().is_some())
}

/// Roles with their counts, each once.
fn summed(mut roles: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    roles.sort_unstable();
    roles.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    roles.shrink_to_fit();
    roles
}

/// What two profiles share, for people to read.
pub(super) fn shared(corpus: &Corpus, a: &Profile, b: &Profile) -> String {
    let mut parts = Vec::new();
    let mut words: Vec<&str> = a
        .words
        .shared_with(&b.words)
        .map(|w| corpus.word(w))
        .collect();
    words.sort_unstable();
    if !words.is_empty() {
        words.truncate(4);
        parts.push(format!("both {}", words.join(" ")));
    }
    let mut companions: Vec<u32> = a.companions.shared_with(&b.companions).collect();
    companions.sort_by(|x, y| {
        corpus
            .rarity(*y)
            .total_cmp(&corpus.rarity(*x))
            .then(x.cmp(y))
    });
    if !companions.is_empty() {
        let names: Vec<&str> = companions
            .iter()
            .take(2)
            .map(|k| corpus.usual_name(*k))
            .collect();
        parts.push(format!("both with {}", names.join(" and ")));
    }
    for (one, two) in [(&a.places, &b.places), (&a.countries, &b.countries)] {
        let place = one
            .shared_with(two)
            .map(|p| corpus.place(p))
            .max_by(|x, y| {
                x.matches('/')
                    .count()
                    .cmp(&y.matches('/').count())
                    .then(y.cmp(x))
            });
        if let Some(last) = place.and_then(|p| p.rsplit('/').next()) {
            parts.push(format!("both in {last}"));
            break;
        }
    }
    parts.join("; ")
}
