//! From clusters to the register: usual names, and what corrections change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tantivy::collector::DocSetCollector;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, Term};

use super::super::analysis::fold;
use super::super::error::ErrorKind;
use super::super::names;
use super::super::reader;
use super::super::schema::fields;
use super::super::stored::StoredStatement;
use super::cluster::{Apart, Cluster, Part as ClusterPart, clusters};
use super::corpus::{Appearance, Corpus};
use super::profile::Profile;
use super::split::whole;
use super::{Amended, Articles, Evidence, Individual, Part, People};
use crate::corrections::{Change, Entry, Log};

/// Longest role that stands in brackets after a name, in bytes.
const LONGEST_MARK: usize = 60;
/// Most pieces of evidence kept of one person.
const MOST_EVIDENCE: usize = 20;

/// A cluster on its way into the register.
#[derive(Clone, Debug, Default)]
struct Draft {
    cluster: Cluster,
    /// Given by a correction.
    fixed: Option<String>,
    /// The usual spelling; `None` until it is looked for, and after a change.
    usual: Option<String>,
    name: String,
    corrections: Vec<Evidence>,
}

/// Makes the register.
pub(super) fn register(
    searcher: impl FnOnce() -> tantivy::Result<Searcher>,
    corpus: &Corpus,
    log: &Log,
) -> Result<People, ErrorKind> {
    let mut notes: Vec<String> = Vec::new();
    let mut apart = Apart::new();
    for entry in log.in_force() {
        if let Change::Apart { names } = &entry.change {
            let keys: Vec<Option<u32>> =
                names.iter().map(|n| corpus.find(&names::key(n))).collect();
            for (n, a) in keys.iter().enumerate() {
                if a.is_none() {
                    notes.push(nobody(entry, &names[n]));
                }
                for b in &keys[n + 1..] {
                    if let (Some(a), Some(b)) = (a, b) {
                        apart.insert((*a.min(b), *a.max(b)));
                    }
                }
            }
        }
    }
    let mut drafts: Vec<Draft> = clusters(corpus, &apart)
        .into_iter()
        .map(|cluster| Draft {
            cluster,
            ..Draft::default()
        })
        .collect();
    name_all(corpus, &mut drafts);
    for entry in log.in_force() {
        if amend(corpus, &mut drafts, entry, &mut notes) {
            name_all(corpus, &mut drafts);
        }
    }
    let statements = statements(searcher, log, &mut notes)?;
    let mut people: Vec<Individual> = drafts
        .into_iter()
        .filter(|d| !d.cluster.parts.is_empty())
        .map(|draft| individual(corpus, draft))
        .collect();
    people.sort_by(|a, b| {
        a.name
            .cmp(&b.name)
            .then_with(|| a.parts[0].key.cmp(&b.parts[0].key))
    });
    exceptions(&mut people);
    Ok(People {
        people,
        statements,
        notes,
        ..People::default()
    })
}

fn nobody(entry: &Entry, name: &str) -> String {
    format!(
        "correction {}: nobody is named `{name}` in the index",
        entry.id
    )
}

/// The appearances of a part.
fn appearances(corpus: &Corpus, part: &ClusterPart) -> Vec<(u32, Appearance)> {
    let all = corpus.appearances(part.key);
    let all = (0_u32..).zip(all.iter());
    all.filter(|(n, _)| {
        part.only
            .as_ref()
            .is_none_or(|only| only.binary_search(n).is_ok())
    })
    .collect()
}

/// The spellings of a cluster with the number of articles that have each, most first.
fn spellings<'a>(corpus: &'a Corpus, cluster: &Cluster) -> Vec<(&'a str, u32)> {
    let parts = cluster.parts.iter();
    let all = parts.flat_map(|part| appearances(corpus, part));
    corpus.spellings(all.map(|(_, at)| at))
}

/// The spelling that most articles have, of those that say the name in full if there are any.
fn usual(corpus: &Corpus, cluster: &Cluster) -> String {
    let list = spellings(corpus, cluster);
    let organisation = is_organisation(corpus, cluster);
    // "ePA" and "#EPA" are slips of the acronym, not what its letters stand for
    let acronym = list.first().map(|(name, _)| *name);
    let acronym = acronym.filter(|name| super::describe::is_acronym(name));
    let acronym = acronym.map(names::key);
    let best = list.iter().find(|(name, _)| {
        if organisation {
            !super::describe::is_acronym(name) && Some(names::key(name)) != acronym
        } else {
            !names::is_abbreviated(name)
        }
    });
    best.or(list.first())
        .map_or_else(String::new, |(name, _)| (*name).to_owned())
}

/// Gives everybody a name that nobody else has.
fn name_all(corpus: &Corpus, drafts: &mut [Draft]) {
    for draft in drafts.iter_mut() {
        if draft.usual.is_none() {
            draft.usual = Some(usual(corpus, &draft.cluster));
        }
        draft.name = draft
            .fixed
            .clone()
            .or_else(|| draft.usual.clone())
            .unwrap_or_default();
    }
    let mut same: HashMap<String, Vec<usize>> = HashMap::new();
    for (n, draft) in drafts.iter().enumerate() {
        same.entry(names::key(&draft.name)).or_default().push(n);
    }
    let mut groups: Vec<Vec<usize>> = same.into_values().filter(|g| g.len() > 1).collect();
    groups.sort();
    for group in groups {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for n in group {
            let draft = &drafts[n];
            if draft.fixed.is_some() || draft.cluster.undecided {
                continue;
            }
            let profile = &draft.cluster.profile;
            let year = profile.days().map(|(first, _)| year(first).to_string());
            let role = profile
                .role(corpus)
                .filter(|r| r.len() <= LONGEST_MARK)
                .map(|r| {
                    // A role that holds the name's bracket would read badly.
                    r.replace(['(', ')'], "")
                });
            let place = profile.place(corpus).map(ToOwned::to_owned);
            let both = match (&role, &place) {
                (Some(role), Some(place)) => Some(format!("{role}, {place}")),
                _ => None,
            };
            let numbers = (2..).map(|n: u32| n.to_string());
            let mark = [role, both, place, year]
                .into_iter()
                .flatten()
                .chain(numbers)
                .find(|mark| taken.insert(names::key(mark)));
            if let Some(mark) = mark {
                drafts[n].name = format!("{} ({mark})", drafts[n].name);
            }
        }
    }
}

/// Year of a day since 1970-01-01.
fn year(day: i32) -> i32 {
    use chrono::Datelike;
    chrono::NaiveDate::from_num_days_from_ce_opt(day + 719_163).map_or(1970, |d| d.year())
}

fn is_organisation(corpus: &Corpus, cluster: &Cluster) -> bool {
    let (mut organisations, mut all) = (0, 0);
    for part in &cluster.parts {
        for (_, at) in appearances(corpus, part) {
            all += 1;
            organisations += usize::from(corpus.is_organisation(at));
        }
    }
    organisations * 2 > all
}

/// Drafts that a name means: the one that is called so, else all that have it. A name that is its own person so far
/// gets a draft.
fn meant(corpus: &Corpus, drafts: &mut Vec<Draft>, name: &str) -> Vec<usize> {
    let key = names::key(name);
    let called = drafts
        .iter()
        .position(|d| names::key(&d.name) == key && !d.cluster.parts.is_empty());
    if let Some(n) = called.filter(|n| !drafts[*n].cluster.undecided) {
        return vec![n];
    }
    let Some(number) = corpus.find(&key) else {
        return Vec::new();
    };
    let having: Vec<usize> = (0..drafts.len())
        .filter(|n| drafts[*n].cluster.parts.iter().any(|p| p.key == number))
        .collect();
    if !having.is_empty() {
        return having;
    }
    if corpus.key(number).appearances == 0 {
        return Vec::new();
    }
    drafts.push(Draft {
        cluster: Cluster {
            parts: vec![ClusterPart {
                key: number,
                only: None,
            }],
            profile: whole(corpus, number).profile,
            ..Cluster::default()
        },
        name: corpus.usual_name(number).to_owned(),
        ..Draft::default()
    });
    vec![drafts.len() - 1]
}

/// Applies a correction of people; says whether it changed anything.
fn amend(corpus: &Corpus, drafts: &mut Vec<Draft>, entry: &Entry, notes: &mut Vec<String>) -> bool {
    match &entry.change {
        Change::Merge { names, r#as } => {
            let mut all = BTreeSet::new();
            for name in names {
                let found = meant(corpus, drafts, name);
                if found.is_empty() {
                    notes.push(nobody(entry, name));
                }
                all.extend(found);
            }
            let mut all = all.into_iter();
            let Some(into) = all.next() else { return false };
            for from in all {
                let gone = std::mem::take(&mut drafts[from]);
                let stays = &mut drafts[into];
                stays.cluster.parts.extend(gone.cluster.parts);
                stays.cluster.profile.join(&gone.cluster.profile);
                stays.cluster.why.extend(gone.cluster.why);
                stays.corrections.extend(gone.corrections);
                stays.fixed = stays.fixed.take().or(gone.fixed);
                // Joined by hand, they are somebody.
                stays.cluster.undecided = false;
            }
            let draft = &mut drafts[into];
            draft.usual = None;
            draft.cluster.parts = joined(std::mem::take(&mut draft.cluster.parts));
            draft.fixed = r#as.clone().or_else(|| names.first().cloned());
            for pair in names.windows(2) {
                draft.corrections.push(evidence(entry, &pair[0], &pair[1]));
            }
            true
        }
        Change::Split {
            name,
            articles,
            r#as,
        } => {
            let wanted: BTreeSet<u32> = articles
                .iter()
                .filter_map(|key| {
                    let found = corpus.find_article(key);
                    if found.is_none() {
                        notes.push(format!(
                            "correction {}: the article {key} is not in the index",
                            entry.id
                        ));
                    }
                    found
                })
                .collect();
            let from = meant(corpus, drafts, name);
            if from.is_empty() {
                notes.push(nobody(entry, name));
                return false;
            }
            let mut new = Draft {
                fixed: Some(r#as.clone()),
                corrections: vec![evidence(entry, name, r#as)],
                ..Draft::default()
            };
            for n in from {
                take_out(corpus, &mut drafts[n], &wanted, &mut new);
            }
            let found = !new.cluster.parts.is_empty();
            if found {
                new.cluster.parts = joined(std::mem::take(&mut new.cluster.parts));
                drafts.push(new);
            } else if !wanted.is_empty() {
                notes.push(format!(
                    "correction {}: `{name}` is in none of the articles that it names",
                    entry.id
                ));
            }
            found
        }
        Change::Rename { name, r#as } => {
            let found = meant(corpus, drafts, name);
            let [one] = found.as_slice() else {
                notes.push(match found.as_slice() {
                    [] => nobody(entry, name),
                    _ => format!("correction {}: `{name}` may be several people", entry.id),
                });
                return false;
            };
            drafts[*one].fixed = Some(r#as.clone());
            drafts[*one].corrections.push(evidence(entry, name, r#as));
            true
        }
        Change::Apart { .. }
        | Change::Attribute { .. }
        | Change::Reject { .. }
        | Change::Undo { .. } => false,
    }
}

fn evidence(entry: &Entry, one: &str, other: &str) -> Evidence {
    Evidence {
        one: one.to_owned(),
        other: other.to_owned(),
        rule: entry.note(),
        shared: String::new(),
    }
}

/// Moves what a draft has in some articles to another one.
fn take_out(corpus: &Corpus, from: &mut Draft, wanted: &BTreeSet<u32>, to: &mut Draft) {
    let mut stay = Vec::new();
    let mut profile = Profile::default();
    for part in std::mem::take(&mut from.cluster.parts) {
        let (go, rest): (Vec<_>, Vec<_>) = appearances(corpus, &part)
            .into_iter()
            .partition(|(_, at)| wanted.contains(&at.article));
        let of = |list: &[(u32, Appearance)]| {
            Profile::of(corpus, part.key, list.iter().map(|(_, at)| *at))
        };
        let some = |list: Vec<(u32, Appearance)>| ClusterPart {
            key: part.key,
            only: Some(list.into_iter().map(|(n, _)| n).collect()),
        };
        profile.join(&of(&rest));
        if go.is_empty() {
            stay.push(part);
            continue;
        }
        to.cluster.profile.join(&of(&go));
        if !rest.is_empty() {
            stay.push(some(rest));
        }
        to.cluster.parts.push(some(go));
    }
    from.usual = None;
    from.cluster.parts = stay;
    from.cluster.profile = profile;
}

/// Parts of one key as one.
fn joined(parts: Vec<ClusterPart>) -> Vec<ClusterPart> {
    let mut by_key: BTreeMap<u32, Option<BTreeSet<u32>>> = BTreeMap::new();
    for part in parts {
        let only = part.only.map(BTreeSet::from_iter);
        by_key
            .entry(part.key)
            .and_modify(|have| {
                *have = match (have.take(), &only) {
                    (Some(mut have), Some(more)) => {
                        have.extend(more);
                        Some(have)
                    }
                    _ => None,
                };
            })
            .or_insert(only);
    }
    by_key
        .into_iter()
        .map(|(key, only)| ClusterPart {
            key,
            only: only.map(|o| o.into_iter().collect()),
        })
        .collect()
}

fn individual(corpus: &Corpus, draft: Draft) -> Individual {
    let Draft {
        mut cluster,
        name,
        corrections,
        ..
    } = draft;
    let spellings = spellings(corpus, &cluster);
    let articles = spellings.iter().map(|(_, n)| n).sum();
    let organisation = is_organisation(corpus, &cluster);
    cluster.why.sort();
    let found = cluster.why.into_iter().map(|why| Evidence {
        one: why.one,
        other: why.other,
        rule: why.rule.to_owned(),
        shared: why.shared,
    });
    Individual {
        name,
        organisation,
        undecided: cluster.undecided,
        spellings: spellings.into_iter().map(|(s, _)| s.to_owned()).collect(),
        articles,
        role: cluster.profile.role(corpus).map(ToOwned::to_owned),
        place: cluster.profile.place(corpus).map(ToOwned::to_owned),
        evidence: corrections
            .into_iter()
            .chain(found)
            .take(MOST_EVIDENCE)
            .collect(),
        parts: cluster
            .parts
            .iter()
            .map(|part| {
                let all = corpus.key(part.key).appearances;
                let articles = match &part.only {
                    Some(only) if only.len() < all => {
                        let mut keys: Vec<String> = appearances(corpus, part)
                            .into_iter()
                            .map(|(_, at)| corpus.article_key(at.article))
                            .collect();
                        keys.sort_unstable();
                        keys.dedup();
                        Articles::Only(keys)
                    }
                    _ => Articles::All,
                };
                Part {
                    key: corpus.key(part.key).text.to_owned(),
                    articles,
                }
            })
            .collect(),
    }
}

/// The longest list of articles of a name is written as what it leaves out.
fn exceptions(people: &mut [Individual]) {
    struct Listed<'a> {
        person: usize,
        part: usize,
        articles: &'a [String],
    }
    let mut by_name: BTreeMap<&str, Vec<Listed<'_>>> = BTreeMap::new();
    for (n, person) in people.iter().enumerate() {
        for (m, part) in person.parts.iter().enumerate() {
            if let Articles::Only(list) = &part.articles {
                by_name.entry(&part.key).or_default().push(Listed {
                    person: n,
                    part: m,
                    articles: list,
                });
            }
        }
    }
    let mut turned = Vec::new();
    for mut lists in by_name.into_values() {
        // Of equally long ones the first.
        let Some((longest, _)) =
            (lists.iter().enumerate().rev()).max_by_key(|(_, list)| list.articles.len())
        else {
            continue;
        };
        let longest = lists.remove(longest);
        let others = lists.iter().flat_map(|list| list.articles);
        let mut others: Vec<String> = others.cloned().collect();
        others.sort_unstable();
        others.dedup();
        turned.push((longest.person, longest.part, others));
    }
    for (person, part, others) in turned {
        people[person].parts[part].articles = Articles::Except(others);
    }
}

/// Finds the statements that corrections are about.
fn statements(
    searcher: impl FnOnce() -> tantivy::Result<Searcher>,
    log: &Log,
    notes: &mut Vec<String>,
) -> Result<BTreeMap<String, Amended>, ErrorKind> {
    let mut amended = BTreeMap::new();
    let is_of_statement =
        |e: &Entry| matches!(e.change, Change::Attribute { .. } | Change::Reject { .. });
    if !log.in_force().any(is_of_statement) {
        return Ok(amended);
    }
    let searcher = &searcher()?;
    for entry in log.in_force() {
        let (id, quote, speaker) = match &entry.change {
            Change::Attribute {
                statement,
                quote,
                to,
            } => (statement, quote, Some(to.clone())),
            Change::Reject { statement, quote } => (statement, quote, None),
            _ => continue,
        };
        match find(searcher, id, quote)? {
            Some(id) => {
                let note = entry.note();
                amended.insert(id, Amended { speaker, note });
            }
            None => notes.push(format!(
                "correction {}: the statement {id} is not in the index (any more)",
                entry.id
            )),
        }
    }
    Ok(amended)
}

/// The id of the statement with this id and these words, or of the one of the same article with the words: numbers
/// change when an article is read anew.
fn find(searcher: &Searcher, id: &str, quote: &str) -> Result<Option<String>, ErrorKind> {
    let f = fields();
    let wanted = fold(quote);
    let having = |field, value: &str| -> Result<Vec<StoredStatement>, ErrorKind> {
        let term = Term::from_field_text(field, value);
        let found = searcher.search(
            &TermQuery::new(term, IndexRecordOption::Basic),
            &DocSetCollector,
        )?;
        let mut list = Vec::new();
        for at in found {
            let doc = searcher.segment_reader(at.segment_ord);
            let print = doc
                .fast_fields()
                .u64(super::super::schema::name(f.print_high))?;
            // The article itself has a fingerprint.
            if print.first(at.doc_id).is_none() {
                list.push(reader::statement(searcher, at)?);
            }
        }
        list.sort_by(|a: &StoredStatement, b| a.id.cmp(&b.id));
        Ok(list)
    };
    let says = |s: &StoredStatement| wanted.is_empty() || fold(&s.words()) == wanted;
    if let Some(found) = having(f.id, id)?.into_iter().find(says) {
        return Ok(Some(found.id));
    }
    let Some((article, _)) = id.rsplit_once('.').filter(|_| !wanted.is_empty()) else {
        return Ok(None);
    };
    Ok(having(f.key, article)?.into_iter().find(says).map(|s| s.id))
}
