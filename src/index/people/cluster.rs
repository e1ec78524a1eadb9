//! Which names are one person's or one organisation's.
//!
//! In rounds: every decision of a round rests on what was known at its beginning, so the order of names and articles
//! decides nothing. A name that says less than others ("John Marsh", "J. A. Marsh") joins the only one that it can be
//! short for, or the one that companions, roles and places clearly point to. A lone surname joins nobody.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::corpus::Corpus;
use super::describe::is_acronym;
use super::kin::{Kinship, kinship, siblings, signatures, words};
use super::profile::{DIFFERENT, Profile, affinity, shared};
use super::split::{Bearer, bearers, whole};
use crate::index::hash;

/// Names of one signature that are compared; a larger group is of no use as evidence.
const MOST_ALIKE: usize = 400;
/// Rounds; each joins names to fuller ones.
const ROUNDS: usize = 6;
/// A full name in so many times fewer articles than another is no second meaning of a short one.
const SLIPS: usize = 4;
/// Of several people that a name may be short for, one must fit it so well …
const CLEAR: f32 = 1.9;
/// … and so much better than the next.
const LEAD: f32 = 1.0;

/// Part of a cluster: a name, in all or some of the articles that have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) key: u32,
    /// Indices into the appearances of the key; `None` for all of them.
    pub(super) only: Option<Vec<u32>>,
}

/// A person or organisation.
#[derive(Clone, Debug, Default)]
pub(super) struct Cluster {
    pub(super) parts: Vec<Part>,
    pub(super) profile: Profile,
    /// Appearances that may be any of several bearers' of the name.
    pub(super) undecided: bool,
    pub(super) why: Vec<Why>,
}

/// Why two names are one person's, or one name is several people's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Why {
    pub(super) one: String,
    pub(super) other: String,
    pub(super) rule: &'static str,
    pub(super) shared: String,
}

/// Names that a correction keeps apart, by number; the smaller first.
pub(super) type Apart = BTreeSet<(u32, u32)>;

/// A pair of names that may be one person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    a: u32,
    b: u32,
    tie: Tie,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tie {
    Kin(Kinship),
    /// An article gives both names.
    Told,
    /// An article gives both; the first is the short one.
    ToldShort,
    /// The first is made of the initials of the second.
    Acronym,
    /// "Ltd." is left out.
    Company,
}

impl Tie {
    fn needs(self) -> f32 {
        match self {
            Self::Kin(kin) => kin.needs(),
            Self::Told | Self::ToldShort => DIFFERENT,
            Self::Acronym => CLEAR + 0.5,
            Self::Company => 0.0,
        }
    }

    fn is_shorter(self) -> bool {
        match self {
            Self::Kin(kin) => kin.is_shorter(),
            Self::Told => false,
            Self::ToldShort | Self::Acronym | Self::Company => true,
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Kin(kin) => kin.describe(),
            Self::Told | Self::ToldShort => "an article gives both names",
            Self::Acronym => "initials of the full name",
            Self::Company => "legal form left out",
        }
    }
}

/// Everybody whom one name in all its articles does not tell: those with several names or spellings, and those who share
/// one.
pub(super) fn clusters(corpus: &Corpus, apart: &Apart) -> Vec<Cluster> {
    let pairs = pairs(corpus);
    let paired: BTreeSet<u32> = pairs.iter().flat_map(|p| [p.a, p.b]).collect();
    let mut book = Book {
        corpus,
        apart,
        clusters: Vec::new(),
        into: Vec::new(),
        nodes: BTreeMap::new(),
        placed: BTreeSet::new(),
    };
    let shorts = ambiguous_shorts(&pairs);
    for key in (0_u32..).take(corpus.keys().len()) {
        if let Some(full) = shorts.get(&key) {
            book.enter(key, by_full_name(corpus, key, full));
            continue;
        }
        let appearances = corpus.key(key).appearances;
        if appearances > 1 {
            if let Some(several) = bearers(corpus, key) {
                book.enter(key, several);
            } else if paired.contains(&key) || corpus.has_spellings(key) {
                book.enter(key, vec![whole(corpus, key)]);
            }
        } else if paired.contains(&key) && appearances > 0 {
            book.enter(key, vec![whole(corpus, key)]);
        }
    }
    for _ in 0..ROUNDS {
        if !book.round(&pairs) {
            break;
        }
    }
    book.finish()
}

/// Short names of organisations with more than one full name.
fn ambiguous_shorts(pairs: &[Pair]) -> BTreeMap<u32, Vec<u32>> {
    let mut full: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for pair in pairs.iter().filter(|p| p.tie == Tie::ToldShort) {
        full.entry(pair.a).or_default().push(pair.b);
    }
    full.retain(|_, names| names.len() > 1);
    full
}

/// The bearers of a short name: its articles by the full name that fits each.
fn by_full_name(corpus: &Corpus, key: u32, full: &[u32]) -> Vec<Bearer> {
    let profiles: Vec<Profile> = full.iter().map(|f| whole(corpus, *f).profile).collect();
    let mut found: BTreeMap<Option<usize>, Vec<u32>> = BTreeMap::new();
    for (n, at) in (0_u32..).zip(corpus.appearances(key).iter()) {
        let own = Profile::of(corpus, key, [at]);
        let mut fits: Vec<(f32, usize)> = profiles
            .iter()
            .enumerate()
            .map(|(which, profile)| (affinity(corpus, &own, profile), which))
            .collect();
        fits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let which = match fits.as_slice() {
            [(best, which), (second, _), ..] if *best > 0.0 && best - second >= LEAD => {
                Some(*which)
            }
            _ => None,
        };
        found.entry(which).or_default().push(n);
    }
    // A name that mostly fits none of its full ones, such as that of a house of parliament, is a name of its own.
    let undecided = found.get(&None).map_or(0, Vec::len);
    if undecided * 2 > corpus.key(key).appearances {
        return vec![whole(corpus, key)];
    }
    found
        .into_iter()
        .map(|(which, appearances)| Bearer {
            undecided: which.is_none(),
            ..Bearer::of(corpus, key, appearances)
        })
        .collect()
}

/// All bearers of all names, and the clusters that they are in.
struct Book<'a> {
    corpus: &'a Corpus,
    apart: &'a Apart,
    clusters: Vec<Option<Cluster>>,
    /// For each cluster the one that it went into, itself if into none. A node is a bearer of a name, and at first a
    /// cluster of its own under the same number.
    into: Vec<usize>,
    /// Nodes of each key.
    nodes: BTreeMap<u32, Vec<usize>>,
    /// Nodes that have joined a fuller name: they are short for no other.
    placed: BTreeSet<usize>,
}

/// Somebody whom a node may be.
#[derive(Clone, Copy, Debug)]
struct Chance {
    score: f32,
    with: usize,
    pair: Pair,
}

/// The best chance of a node.
#[derive(Clone, Copy, Debug)]
struct Verdict {
    chance: Chance,
    clear: bool,
    /// Another one is nearly as good.
    contested: bool,
}

impl Book<'_> {
    fn enter(&mut self, key: u32, found: Vec<Bearer>) {
        let several = found.len() > 1;
        let name = self.corpus.usual_name(key).to_owned();
        for bearer in found {
            let why = several.then(|| Why {
                one: name.clone(),
                other: name.clone(),
                rule: if bearer.undecided {
                    "nothing tells which of the people of this name"
                } else {
                    "roles and companions set people of this name apart"
                },
                shared: String::new(),
            });
            self.nodes.entry(key).or_default().push(self.into.len());
            self.into.push(self.into.len());
            self.clusters.push(Some(Cluster {
                parts: vec![Part {
                    key,
                    only: several.then_some(bearer.appearances),
                }],
                profile: bearer.profile,
                undecided: bearer.undecided,
                why: why.into_iter().collect(),
            }));
        }
    }

    /// The number of the cluster that a node is in.
    fn of(&self, node: usize) -> usize {
        let mut at = node;
        while self.into[at] != at {
            at = self.into[at];
        }
        at
    }

    fn cluster(&self, node: usize) -> Option<&Cluster> {
        self.clusters.get(self.of(node))?.as_ref()
    }

    /// One round; says whether anything was joined.
    fn round(&mut self, pairs: &[Pair]) -> bool {
        let mut verdicts = BTreeMap::new();
        let mut joins = Vec::new();
        for (node, mut list) in self.chances(pairs) {
            // What an article says in so many words needs no more than that nothing speaks against it.
            list.retain(|chance| {
                let told = chance.pair.tie == Tie::Told;
                if told && chance.score > DIFFERENT {
                    joins.push((node, *chance));
                }
                !told
            });
            if let Some(verdict) = self.verdict(list) {
                verdicts.insert(node, verdict);
            }
        }
        for (node, verdict) in &verdicts {
            let Verdict { chance, clear, .. } = verdict;
            // Between names that say equally much, both sides have a say.
            let back = verdicts
                .get(&chance.with)
                .filter(|_| !chance.pair.tie.is_shorter());
            let contested =
                back.is_some_and(|b| b.contested && self.of(b.chance.with) != self.of(*node));
            if *clear && !contested {
                joins.push((*node, *chance));
            }
        }
        let mut changed = false;
        for (node, chance) in joins {
            changed |= self.join(node, chance);
        }
        changed
    }

    /// By node, everybody else whom it may be.
    fn chances(&self, pairs: &[Pair]) -> BTreeMap<usize, Vec<Chance>> {
        let mut chances: BTreeMap<usize, Vec<Chance>> = BTreeMap::new();
        for pair in pairs {
            let (Some(a), Some(b)) = (self.nodes.get(&pair.a), self.nodes.get(&pair.b)) else {
                continue;
            };
            for &node in a {
                for &with in b {
                    let placed = pair.tie.is_shorter() && self.placed.contains(&node);
                    if placed || self.of(node) == self.of(with) {
                        continue;
                    }
                    let (Some(x), Some(y)) = (self.cluster(node), self.cluster(with)) else {
                        continue;
                    };
                    if x.undecided || y.undecided {
                        continue;
                    }
                    let score = affinity(self.corpus, &x.profile, &y.profile);
                    let chance = |with| Chance {
                        score,
                        with,
                        pair: *pair,
                    };
                    chances.entry(node).or_default().push(chance(with));
                    if !pair.tie.is_shorter() {
                        chances.entry(with).or_default().push(chance(node));
                    }
                }
            }
        }
        chances
    }

    /// The best of several chances, and whether it is good enough.
    fn verdict(&self, mut list: Vec<Chance>) -> Option<Verdict> {
        list.sort_by(|a, b| {
            b.score
                .total_cmp(&a.score)
                .then_with(|| a.pair.tie.needs().total_cmp(&b.pair.tie.needs()))
                .then(a.with.cmp(&b.with))
        });
        let best = *list.first()?;
        let rival = list
            .iter()
            .find(|c| self.of(c.with) != self.of(best.with) && c.score > DIFFERENT);
        let needs = best.pair.tie.needs();
        let (clear, contested) = match rival {
            None => (best.score >= needs, false),
            Some(rival) => {
                let leads = best.score - rival.score >= LEAD;
                let floor = match best.pair.tie {
                    Tie::ToldShort => 0.0,
                    _ => CLEAR,
                };
                (best.score >= needs.max(floor) && leads, !leads)
            }
        };
        Some(Verdict {
            chance: best,
            clear,
            contested,
        })
    }

    fn join(&mut self, node: usize, Chance { with, pair, .. }: Chance) -> bool {
        let (one, two) = (self.of(node), self.of(with));
        if one == two || self.forbids(one, two, pair.tie == Tie::Told) {
            return false;
        }
        let (one, two) = (one.min(two), one.max(two));
        let Some(gone) = self.clusters[two].take() else {
            return false;
        };
        let Some(stays) = self.clusters[one].as_mut() else {
            self.clusters[two] = Some(gone);
            return false;
        };
        stays.why.push(Why {
            one: self.corpus.usual_name(pair.a).to_owned(),
            other: self.corpus.usual_name(pair.b).to_owned(),
            rule: pair.tie.describe(),
            shared: shared(self.corpus, &stays.profile, &gone.profile),
        });
        stays.why.extend(gone.why);
        stays.parts.extend(gone.parts);
        stays.profile.join(&gone.profile);
        self.into[two] = one;
        if pair.tie.is_shorter() {
            self.placed.insert(node);
        }
        true
    }

    /// Does a correction, or one name of each, keep two clusters apart?
    fn forbids(&self, one: usize, two: usize, told: bool) -> bool {
        let keys = |c: usize| {
            self.clusters[c]
                .iter()
                .flat_map(|c| c.parts.iter().map(|p| p.key))
        };
        keys(one).any(|a| {
            keys(two).any(|b| {
                self.apart.contains(&(a.min(b), a.max(b)))
                    || !told && contradicts(self.corpus.key(a).text, self.corpus.key(b).text)
                    // Bearers of one name who were set apart.
                    || a == b
            })
        })
    }

    fn finish(self) -> Vec<Cluster> {
        let corpus = self.corpus;
        let mut out: Vec<Cluster> = self
            .clusters
            .into_iter()
            .flatten()
            .filter(|c| {
                let tells = |p: &Part| p.only.is_some() || corpus.has_spellings(p.key);
                c.parts.len() > 1 || c.parts.iter().any(tells)
            })
            .collect();
        for cluster in &mut out {
            cluster.parts.sort();
            cluster.why.sort();
            cluster.why.dedup();
        }
        out.sort_by(|a, b| a.parts.cmp(&b.parts));
        out
    }
}

/// Can the names with these keys never be one person's, whatever lies between them?
fn contradicts(a_key: &str, b_key: &str) -> bool {
    let ((a, a_generation), (b, b_generation)) = (words(a_key), words(b_key));
    if matches!((a_generation, b_generation), (Some(x), Some(y)) if x != y) {
        return true;
    }
    if siblings(a_key, b_key) {
        return true;
    }
    if a.len() < 3 || a.len() != b.len() || a[0] != b[0] || a.last() != b.last() {
        return false;
    }
    // "John A. Marsh", "John B. Marsh"
    a.iter()
        .zip(&b)
        .any(|(x, y)| x.chars().next() != y.chars().next())
}

/// Pairs of names that may be one person's or one organisation's, each once.
fn pairs(corpus: &Corpus) -> Vec<Pair> {
    let mut pairs = BTreeSet::new();
    kin(corpus, &mut pairs);
    organisations(corpus, &mut pairs);
    // How many articles give a short name to each full one.
    let mut shorts: BTreeMap<u32, BTreeMap<u32, usize>> = BTreeMap::new();
    for a in (0_u32..).take(corpus.keys().len()) {
        for at in corpus.appearances(a).iter() {
            for &b in corpus.also(at) {
                if a == b || corpus.key(b).appearances == 0 {
                    continue;
                }
                if corpus.is_organisation(at) {
                    *shorts.entry(b).or_default().entry(a).or_default() += 1;
                } else {
                    pairs.insert(Pair {
                        a: a.min(b),
                        b: a.max(b),
                        tie: Tie::Told,
                    });
                }
            }
        }
    }
    for (a, full) in shorts {
        let most = full.values().copied().max().unwrap_or(0);
        for (b, count) in full {
            // One slip of one article among many that agree makes no second meaning.
            if count * SLIPS >= most {
                pairs.insert(Pair {
                    a,
                    b,
                    tie: Tie::ToldShort,
                });
            }
        }
    }
    pairs.into_iter().collect()
}

fn is_organisation(corpus: &Corpus, key: u32) -> bool {
    let appearances = corpus.appearances(key);
    let organisations = appearances
        .iter()
        .filter(|at| corpus.is_organisation(*at))
        .count();
    organisations * 2 > appearances.len()
}

/// Is a name two full names in a row, between which the text had no more than a line break? It would tie together whom it
/// is made of.
fn is_glued(corpus: &Corpus, key: &str) -> bool {
    let known = |name: &str| {
        name.contains(' ')
            && corpus
                .find(name)
                .is_some_and(|key| corpus.key(key).appearances > 1)
    };
    key.match_indices(' ')
        .any(|(at, _)| known(&key[..at]) && known(&key[at + 1..]))
}

fn kin(corpus: &Corpus, pairs: &mut BTreeSet<Pair>) {
    let mut alike: Vec<(u64, u32)> = Vec::new();
    for (n, key) in (0_u32..).zip(corpus.keys()) {
        if key.appearances == 0
            || !key.text.contains(' ')
            || is_organisation(corpus, n)
            || is_glued(corpus, key.text)
        {
            continue;
        }
        for signature in signatures(key.text) {
            // That two signatures share a number costs a comparison.
            alike.push((hash::of(&signature), n));
        }
    }
    alike.sort_unstable();
    alike.dedup();
    for group in alike.chunk_by(|a, b| a.0 == b.0) {
        if group.len() > MOST_ALIKE {
            continue;
        }
        for (n, (_, a)) in group.iter().enumerate() {
            for (_, b) in &group[n + 1..] {
                let (x, y) = (corpus.key(*a).text, corpus.key(*b).text);
                if let Some(kin) = kinship(x, y) {
                    pairs.insert(Pair {
                        a: *a,
                        b: *b,
                        tie: Tie::Kin(kin),
                    });
                } else if let Some(kin) = kinship(y, x) {
                    pairs.insert(Pair {
                        a: *b,
                        b: *a,
                        tie: Tie::Kin(kin),
                    });
                }
            }
        }
    }
}

const LEGAL_FORMS: &[&str] = &[
    "ltd",
    "inc",
    "plc",
    "corp",
    "co",
    "llc",
    "gmbh",
    "ag",
    "sa",
    "limited",
    "incorporated",
    "corporation",
    "company",
    "nv",
    "bv",
    "ab",
    "as",
    "asa",
    "oi",
];
const NO_INITIAL: &[&str] = &[
    "of", "the", "for", "and", "in", "on", "to", "de", "la", "du", "des",
];

fn organisations(corpus: &Corpus, pairs: &mut BTreeSet<Pair>) {
    let mut acronyms: HashMap<String, u32> = HashMap::new();
    let mut full: Vec<u32> = Vec::new();
    for (n, key) in (0_u32..).zip(corpus.keys()) {
        let Some(first) = corpus.appearances(n).get(0) else {
            continue;
        };
        if key.text.contains(' ') {
            if is_organisation(corpus, n) {
                full.push(n);
            }
        } else if is_acronym(corpus.name(first)) {
            let letters = corpus.name(first).chars().filter(|c| c.is_alphabetic());
            acronyms.insert(letters.flat_map(char::to_lowercase).collect(), n);
        }
    }
    for b in full {
        let text = corpus.key(b).text;
        let initials: String = text
            .split(' ')
            .filter(|w| !NO_INITIAL.contains(w))
            .filter_map(|w| w.chars().next())
            .collect();
        if let Some(&a) = acronyms.get(&initials).filter(|_| initials.len() > 1) {
            pairs.insert(Pair {
                a,
                b,
                tie: Tie::Acronym,
            });
        }
        if let Some((short, last)) = text.rsplit_once(' ')
            && LEGAL_FORMS.contains(&last)
            && let Some(a) = corpus.find(short)
            && corpus.key(a).appearances > 0
        {
            pairs.insert(Pair {
                a,
                b,
                tie: Tie::Company,
            });
        }
    }
}
