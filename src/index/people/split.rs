//! The bearers of one name: most names have one, some have several.
//!
//! Articles that share a rare companion or a telling role are about one bearer. Two such groups are two people where
//! their roles lie far apart or name one office of two places, and nothing else ties them (see
//! [`affinity`]). What fits none or several of them stays undecided.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;

use super::corpus::{Appearances, Corpus};
use super::profile::{DIFFERENT, Profile, affinity};
use super::role;

/// Groups that are compared with each other; the smallest others stay undecided.
const MOST_GROUPS: usize = 64;
/// A name in more articles than this is taken apart by roles only.
const MANY_ARTICLES: usize = 50;
/// From this affinity on two groups are surely one.
const SURE: f32 = 1.5;
/// From this affinity on a group without contradiction joins the one bearer that it fits best.
const FITS: f32 = 0.5;
/// A companion of this rarity ties articles together.
const TELLING: f32 = 2.0;

/// One bearer of a name.
#[derive(Clone, Debug, Default)]
pub(super) struct Bearer {
    /// Indices into the appearances of the key, ascending.
    pub(super) appearances: Vec<u32>,
    pub(super) profile: Profile,
    /// Appearances that may be any of several bearers'.
    pub(super) undecided: bool,
}

/// The bearers of a name if the articles say that there are several; undecided articles count as one.
pub(super) fn bearers(corpus: &Corpus, key: u32) -> Option<Vec<Bearer>> {
    let appearances = corpus.appearances(key);
    if !may_be_several(corpus, &appearances) {
        return None;
    }
    let mut groups = groups(corpus, key, &appearances);
    // The largest first; of equal ones the one with the first article.
    groups.sort_by(|a, b| {
        b.appearances
            .len()
            .cmp(&a.appearances.len())
            .then_with(|| a.appearances.cmp(&b.appearances))
    });
    let rest = groups.split_off(groups.len().min(MOST_GROUPS));
    let n = groups.len();
    let mut scores = vec![vec![0.0_f32; n]; n];
    let mut different = Vec::new();
    for i in 0..n {
        for j in 0..i {
            let score = affinity(corpus, &groups[i].profile, &groups[j].profile);
            (scores[i][j], scores[j][i]) = (score, score);
            if score <= DIFFERENT {
                different.push((i, j));
            }
        }
    }
    if different.is_empty() {
        return None;
    }
    // Surely one, best first, unless that joined two who are different.
    let mut of: Vec<usize> = (0..n).collect();
    let mut ties: Vec<(usize, usize)> = (0..n)
        .flat_map(|i| (0..i).map(move |j| (i, j)))
        .filter(|(i, j)| scores[*i][*j] >= SURE)
        .collect();
    ties.sort_by(|a, b| scores[b.0][b.1].total_cmp(&scores[a.0][a.1]).then(a.cmp(b)));
    for (i, j) in ties {
        let (one, two) = (of[i], of[j]);
        let clash = different
            .iter()
            .any(|(x, y)| of[*x] == one && of[*y] == two || of[*x] == two && of[*y] == one);
        if one != two && !clash {
            for o in &mut of {
                if *o == two {
                    *o = one;
                }
            }
        }
    }
    let poles: BTreeSet<usize> = different
        .iter()
        .flat_map(|(i, j)| [of[*i], of[*j]])
        .collect();
    let mut out: BTreeMap<usize, Bearer> = BTreeMap::new();
    let mut undecided = Bearer {
        undecided: true,
        ..Bearer::default()
    };
    let mut later = Vec::new();
    for (i, group) in groups.into_iter().enumerate() {
        if poles.contains(&of[i]) {
            out.entry(of[i]).or_default().join(&group);
        } else {
            later.push((i, group));
        }
    }
    let poles: Vec<(usize, Profile)> = out
        .iter()
        .map(|(pole, bearer)| (*pole, bearer.profile.clone()))
        .collect();
    for (_, group) in later {
        let mut fits: Vec<(f32, usize)> = poles
            .iter()
            .map(|(pole, profile)| (affinity(corpus, &group.profile, profile), *pole))
            .collect();
        fits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        match fits.as_slice() {
            [(best, pole), (second, _), ..] if *best >= FITS && best - second >= FITS => {
                out.entry(*pole).or_default().join(&group);
            }
            _ => undecided.join(&group),
        }
    }
    let rest: Vec<u32> = rest.into_iter().flat_map(|g| g.appearances).collect();
    if !rest.is_empty() {
        undecided.join(&Bearer::of(corpus, key, rest));
    }
    let mut bearers: Vec<Bearer> = out.into_values().collect();
    if !undecided.appearances.is_empty() {
        bearers.push(undecided);
    }
    for bearer in &mut bearers {
        bearer.appearances.sort_unstable();
    }
    (bearers.len() > 1).then_some(bearers)
}

impl Bearer {
    /// The bearer of a name in the articles with these indices.
    pub(super) fn of(corpus: &Corpus, key: u32, appearances: Vec<u32>) -> Self {
        let all = corpus.appearances(key);
        let mine = appearances.iter().filter_map(|n| all.get(*n as usize));
        Self {
            profile: Profile::of(corpus, key, mine),
            appearances,
            undecided: false,
        }
    }

    fn join(&mut self, other: &Self) {
        self.appearances.extend(&other.appearances);
        self.profile.join(&other.profile);
    }
}

/// All appearances as one.
pub(super) fn whole(corpus: &Corpus, key: u32) -> Bearer {
    let appearances = corpus.appearances(key);
    Bearer {
        appearances: (0..).take(appearances.len()).collect(),
        profile: Profile::of(corpus, key, appearances.iter()),
        undecided: false,
    }
}

/// A quick look: is there anything that may set two bearers apart?
fn may_be_several(corpus: &Corpus, appearances: &Appearances<'_>) -> bool {
    if appearances.len() < 2 || appearances.iter().any(|at| corpus.is_organisation(at)) {
        return false;
    }
    let roles: BTreeSet<u32> = appearances
        .iter()
        .flat_map(|at| corpus.roles_of(at))
        .copied()
        .collect();
    let mut fields = BTreeSet::new();
    let mut offices = Vec::new();
    for role in roles {
        let info = corpus.role(role);
        fields.insert(info.fields);
        offices.extend(&info.office);
    }
    let far = fields
        .iter()
        .any(|a| fields.iter().any(|b| role::far(*a, *b)));
    if far
        || offices
            .iter()
            .take(200)
            .any(|a| offices.iter().take(200).any(|b| role::apart(a, b)))
    {
        return true;
    }
    if appearances.len() > MANY_ARTICLES {
        return false;
    }
    let countries: Vec<Vec<u32>> = appearances
        .iter()
        .map(|at| {
            let scene = corpus.scene(at.article);
            let places = scene.places().iter().copied();
            places.filter(|p| corpus.is_country(*p)).collect()
        })
        .filter(|c: &Vec<u32>| !c.is_empty())
        .collect();
    countries
        .iter()
        .any(|a| countries.iter().any(|b| !a.iter().any(|c| b.contains(c))))
}

/// Appearances that surely are one bearer's.
fn groups(corpus: &Corpus, key: u32, appearances: &Appearances<'_>) -> Vec<Bearer> {
    let mut of: Vec<usize> = (0..appearances.len()).collect();
    fn find(of: &mut [usize], mut n: usize) -> usize {
        while of[n] != n {
            of[n] = of[of[n]];
            n = of[n];
        }
        n
    }
    let mut first: HashMap<(u32, u32), usize> = HashMap::default();
    for (n, at) in appearances.iter().enumerate() {
        let scene = corpus.scene(at.article);
        let mut features: Vec<(u32, u32)> = scene
            .entities()
            .iter()
            .filter(|k| **k != key && corpus.rarity(**k) >= TELLING)
            .map(|k| (u32::MAX, *k))
            .collect();
        for &role in corpus.roles_of(at) {
            if corpus.role(role).words.len() < 2 {
                continue;
            }
            let countries = scene.places().iter().filter(|p| corpus.is_country(**p));
            features.extend(countries.map(|c| (role, *c)));
        }
        for feature in features {
            let other = *first.entry(feature).or_insert(n);
            let (a, b) = (find(&mut of, n), find(&mut of, other));
            of[a.max(b)] = a.min(b);
        }
    }
    let mut groups: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for n in 0..appearances.len() {
        groups.entry(find(&mut of, n)).or_default().push(n as u32);
    }
    groups
        .into_values()
        .map(|list| Bearer::of(corpus, key, list))
        .collect()
}
