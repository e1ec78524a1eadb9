//! From columns and tallies to counts with names.

use std::collections::{BTreeMap, HashMap};

use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, TantivyError, Term};

use super::answer::{FacetCounts, FacetValue};
use super::collect::{FilterPlan, Tally};
use super::request::{Facet, FacetRequest, Filter, MAX_FACET_VALUES};
use super::roster::Roster;
use crate::index::schema::{self, fields};
use crate::index::{fold, names};

/// Statements that are looked at for the usual spelling of a name.
const SPELLINGS: usize = 64;
/// Deepest level of the place tree.
const MAX_LEVELS: usize = 6;

impl Facet {
    /// The column that is counted and filtered by.
    pub(super) fn column(self) -> Field {
        let f = fields();
        match self {
            Self::Speaker => f.speaker_key,
            Self::Role => f.role,
            Self::Organisation => f.org,
            Self::SpeakerType => f.speaker_type,
            Self::Place => f.place,
            Self::Outlet => f.outlet,
            Self::Byline => f.byline,
            Self::Kind => f.kind,
            Self::Stance => f.stance,
            Self::Medium => f.medium,
            Self::About => f.about,
            Self::Language => f.language,
            Self::Month => f.month,
            Self::Year => f.year,
        }
    }

    /// What the column or the roster has for a value of this facet; more than one for a name that several people share.
    fn terms(self, value: &str, roster: Option<&Roster>) -> Vec<String> {
        match (self, roster) {
            (Self::Speaker, Some(roster)) => roster.values(value),
            (Self::Speaker, None) => vec![names::key(value)],
            _ => vec![value.to_owned()],
        }
    }
}

/// The filter on whole terms that a filter stands for.
pub(super) fn plan(
    filter: &Filter,
    requests: &[FacetRequest],
    roster: Option<&Roster>,
) -> FilterPlan {
    let terms = |values: &[String]| {
        let terms = values.iter().flat_map(|v| filter.facet.terms(v, roster));
        terms.collect()
    };
    FilterPlan {
        field: filter.facet.column(),
        any: terms(&filter.any),
        none: terms(&filter.none),
        facet: requests.iter().position(|r| r.facet == filter.facet),
    }
}

/// Counts of a value of the column.
type Counts = Vec<(String, u64)>;

/// Names the counts of one facet.
pub(super) fn counts(
    searcher: &Searcher,
    request: &FacetRequest,
    tallies: Vec<Tally>,
    filters: &[Filter],
    roster: Option<&Roster>,
    once: bool,
) -> tantivy::Result<FacetCounts> {
    let facet = request.facet;
    let limit = request.limit.min(MAX_FACET_VALUES);
    let chosen: Vec<&String> = filters
        .iter()
        .filter(|f| f.facet == facet)
        .flat_map(|f| f.any.iter().chain(&f.none))
        .collect();
    let chosen_terms: Vec<Vec<String>> = chosen.iter().map(|v| facet.terms(v, roster)).collect();
    let people = roster.filter(|_| facet == Facet::Speaker);
    let all_named = once
        || people.is_some()
        || request.contains.is_some()
        || matches!(facet, Facet::Place | Facet::Month | Facet::Year);
    let (distinct, mut counts) = if all_named {
        let mut counts = merge(tallies, people, once)?;
        if let Some(contains) = &request.contains {
            retain(&mut counts, facet, contains, people);
        }
        (counts.len() as u64, counts)
    } else {
        let chosen: Vec<&String> = chosen_terms.iter().flatten().collect();
        largest(&tallies, limit, &chosen)?
    };
    // A chosen value stays in the list even when nothing has it.
    for terms in &chosen_terms {
        if let [term, ..] = terms.as_slice()
            && !term.is_empty()
            && !counts.iter().any(|(value, _)| terms.contains(value))
        {
            counts.push((term.clone(), 0));
        }
    }
    let chosen_terms: Vec<String> = chosen_terms.into_iter().flatten().collect();
    let values = if facet == Facet::Place {
        tree(&counts, limit, &chosen_terms)
    } else {
        match facet {
            Facet::Month | Facet::Year => counts.sort_unstable_by(|a, b| b.0.cmp(&a.0)),
            _ => counts.sort_unstable_by(by_count),
        }
        let mut values = Vec::with_capacity(limit.min(counts.len()));
        for (rank, (term, count)) in counts.into_iter().enumerate() {
            let selected = chosen_terms.contains(&term);
            if rank >= limit && !selected {
                continue;
            }
            let value = match facet {
                Facet::Speaker => match roster.and_then(|r| r.individual(&term)) {
                    Some(person) => person.name.clone(),
                    None => spelling(searcher, &term)?.unwrap_or(term),
                },
                _ => term,
            };
            values.push(FacetValue {
                label: value.clone(),
                value,
                count,
                selected,
                children: Vec::new(),
            });
        }
        values
    };
    Ok(FacetCounts {
        facet,
        distinct,
        values,
    })
}

/// Largest count first, then by name.
fn by_count(a: &(String, u64), b: &(String, u64)) -> std::cmp::Ordering {
    b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0))
}

/// How many values there are, and the `limit` largest with their names, and those chosen. Names are read for these only:
/// most hits have thousands of values, and a list shows ten.
fn largest(tallies: &[Tally], limit: usize, chosen: &[&String]) -> tantivy::Result<(u64, Counts)> {
    // A value by its first segment and its ordinal there.
    let mut totals: Vec<(u64, usize, u64)> = Vec::new();
    if let [Tally { counts, .. }] = tallies {
        totals.extend(
            (0_u64..)
                .zip(counts)
                .filter(|(_, count)| **count > 0)
                .map(|(ord, count)| (u64::from(*count), 0, ord)),
        );
    } else {
        let mut by_hash: HashMap<u64, usize> = HashMap::new();
        for (segment, Tally { column, counts, .. }) in tallies.iter().enumerate() {
            let present: Vec<u64> = (0_u64..)
                .zip(counts)
                .filter(|(_, count)| **count > 0)
                .map(|(ord, _)| ord)
                .collect();
            let mut ords = present.iter();
            column
                .dictionary()
                .sorted_ords_to_term_cb(&present, |term| {
                    let Some(&ord) = ords.next() else { return };
                    let count = u64::from(counts.get(ord as usize).copied().unwrap_or(0));
                    let place = *by_hash.entry(hash(term)).or_insert(totals.len());
                    match totals.get_mut(place) {
                        Some(total) => total.0 += count,
                        None => totals.push((count, segment, ord)),
                    }
                })?;
        }
    }
    let distinct = totals.len() as u64;
    if limit == 0 {
        totals.clear();
    } else if totals.len() > limit {
        let (_, least, _) = totals.select_nth_unstable_by(limit - 1, |a, b| b.0.cmp(&a.0));
        let least = least.0;
        // Those that are as large as the last one go by name.
        totals.retain(|(count, ..)| *count >= least);
    }
    let mut counts: Counts = Vec::with_capacity(totals.len());
    totals.sort_unstable_by_key(|(_, segment, ord)| (*segment, *ord));
    for (segment, Tally { column, .. }) in tallies.iter().enumerate() {
        let here: Vec<(u64, u64)> = totals
            .iter()
            .filter(|(_, of, _)| *of == segment)
            .map(|(count, _, ord)| (*count, *ord))
            .collect();
        let ords: Vec<u64> = here.iter().map(|(_, ord)| *ord).collect();
        let mut totals = here.iter();
        column.dictionary().sorted_ords_to_term_cb(&ords, |term| {
            if let Some((count, _)) = totals.next() {
                counts.push((String::from_utf8_lossy(term).into_owned(), *count));
            }
        })?;
    }
    counts.sort_unstable_by(by_count);
    counts.truncate(limit);
    for term in chosen {
        if term.is_empty() || counts.iter().any(|(value, _)| value == *term) {
            continue;
        }
        let mut total = 0;
        for Tally { column, counts, .. } in tallies {
            let ord = column.dictionary().term_ord(term.as_bytes())?;
            let count = ord.and_then(|ord| counts.get(ord as usize).copied());
            total += u64::from(count.unwrap_or(0));
        }
        counts.push(((*term).clone(), total));
    }
    Ok((distinct, counts))
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Keeps the values that contain this, folded; people by any of their spellings.
fn retain(counts: &mut Counts, facet: Facet, contains: &str, roster: Option<&Roster>) {
    let wanted = match facet {
        Facet::Speaker => names::tokens(contains).join(" "),
        _ => fold(contains),
    };
    counts.retain(|(value, _)| match facet {
        Facet::Speaker => match roster.and_then(|r| r.individual(value)) {
            Some(person) => person
                .spellings
                .iter()
                .chain([&person.name])
                .any(|s| names::tokens(s).join(" ").contains(&wanted)),
            None => value.contains(&wanted),
        },
        _ => fold(value).contains(&wanted),
    });
}

/// Adds up the tallies of all segments by value; `once`: what counts once is counted once over all segments.
fn merge(tallies: Vec<Tally>, roster: Option<&Roster>, once: bool) -> tantivy::Result<Counts> {
    if once {
        return merge_once(tallies, roster);
    }
    let mut lists: Vec<Counts> = Vec::with_capacity(tallies.len());
    let mut by_slot: Vec<u64> = Vec::new();
    for Tally {
        column,
        counts,
        slots,
        ..
    } in tallies
    {
        by_slot.resize(slots.len().max(by_slot.len()), 0);
        for (sum, count) in by_slot.iter_mut().zip(&slots) {
            *sum += u64::from(*count);
        }
        let present: Vec<u64> = (0_u64..)
            .zip(&counts)
            .filter(|(_, count)| **count > 0)
            .map(|(ord, _)| ord)
            .collect();
        let mut list = Vec::with_capacity(present.len());
        let mut ords = present.iter();
        column
            .dictionary()
            .sorted_ords_to_term_cb(&present, |term| {
                let count = ords.next().and_then(|ord| counts.get(*ord as usize));
                let value = String::from_utf8_lossy(term).into_owned();
                list.push((value, u64::from(count.copied().unwrap_or(0))));
            })?;
        lists.push(list);
    }
    let mut people: Counts = Vec::new();
    for (slot, count) in by_slot.into_iter().enumerate().filter(|(_, c)| *c > 0) {
        let Some(roster) = roster else { break };
        let value = roster.value(slot);
        if roster.individual(&value).is_some() {
            people.push((value, count));
        } else {
            // A name that others have, too.
            lists.push(vec![(value, count)]);
        }
    }
    let mut merged = if lists.len() == 1 {
        lists.pop().unwrap_or_default()
    } else {
        let mut merged: HashMap<String, u64> = HashMap::new();
        for (value, count) in lists.into_iter().flatten() {
            *merged.entry(value).or_default() += count;
        }
        merged.into_iter().collect()
    };
    merged.extend(people);
    Ok(merged)
}

fn merge_once(tallies: Vec<Tally>, roster: Option<&Roster>) -> tantivy::Result<Counts> {
    let mut merged: HashMap<String, Vec<u64>> = HashMap::new();
    for Tally {
        column,
        mut pairs,
        mut slot_pairs,
        ..
    } in tallies
    {
        pairs.sort_unstable();
        pairs.dedup();
        let groups: Vec<&[(u64, u64)]> = pairs.chunk_by(|a, b| a.0 == b.0).collect();
        let present: Vec<u64> = groups
            .iter()
            .filter_map(|g| g.first())
            .map(|g| g.0)
            .collect();
        let mut groups = groups.into_iter();
        column
            .dictionary()
            .sorted_ords_to_term_cb(&present, |term| {
                let value = String::from_utf8_lossy(term).into_owned();
                let counted = groups.next().unwrap_or_default().iter().map(|(_, c)| *c);
                merged.entry(value).or_default().extend(counted);
            })?;
        slot_pairs.sort_unstable();
        for group in slot_pairs.chunk_by(|a, b| a.0 == b.0) {
            if let (Some(roster), Some((slot, _))) = (roster, group.first()) {
                let value = roster.value(*slot as usize);
                let counted = group.iter().map(|(_, c)| *c);
                merged.entry(value).or_default().extend(counted);
            }
        }
    }
    Ok(merged
        .into_iter()
        .map(|(value, mut counted)| {
            counted.sort_unstable();
            counted.dedup();
            (value, counted.len() as u64)
        })
        .collect())
}

/// The most usual spelling of the speakers with this key.
pub(super) fn spelling(searcher: &Searcher, key: &str) -> tantivy::Result<Option<String>> {
    let f = fields();
    let term = Term::from_field_text(f.speaker_key, key);
    let mut spellings: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen = 0;
    for segment in searcher.segment_readers() {
        let postings = segment
            .inverted_index(f.speaker_key)?
            .read_postings(&term, IndexRecordOption::Basic)
            .map_err(TantivyError::from)?;
        let Some(mut postings) = postings else {
            continue;
        };
        let Some(column) = segment.fast_fields().str(schema::name(f.speaker))? else {
            continue;
        };
        let mut by_ord: BTreeMap<u64, usize> = BTreeMap::new();
        let mut doc = postings.doc();
        while doc != TERMINATED && seen < SPELLINGS {
            // An article lists all its speakers; only where there is one do name and key belong together.
            let alive = segment.alive_bitset().is_none_or(|a| a.is_alive(doc));
            let mut ords = column.term_ords(doc).take(if alive { 2 } else { 0 });
            if let (Some(ord), None) = (ords.next(), ords.next()) {
                *by_ord.entry(ord).or_default() += 1;
                seen += 1;
            }
            doc = postings.advance();
        }
        let mut name = String::new();
        for (ord, count) in by_ord {
            if column.ord_to_str(ord, &mut name)? && names::key(&name) == key {
                *spellings.entry(name.clone()).or_default() += count;
            }
        }
    }
    // Of equally usual ones the first in the alphabet: `max_by_key` takes the last.
    Ok(spellings
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map(|(name, _)| name))
}

/// The values below each path.
type Below<'a> = HashMap<&'a str, Vec<(&'a str, u64)>>;

/// Paths as a tree, the largest first at each level.
fn tree(counts: &[(String, u64)], limit: usize, chosen: &[String]) -> Vec<FacetValue> {
    let mut below: Below<'_> = HashMap::new();
    for (path, count) in counts {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        below
            .entry(parent)
            .or_default()
            .push((path.as_str(), *count));
    }
    branch("", &below, limit, chosen, MAX_LEVELS)
}

fn branch(
    parent: &str,
    below: &Below<'_>,
    limit: usize,
    chosen: &[String],
    levels: usize,
) -> Vec<FacetValue> {
    let Some(list) = below.get(parent).filter(|_| levels > 0) else {
        return Vec::new();
    };
    let mut list = list.clone();
    list.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let mut values = Vec::new();
    for (rank, (path, count)) in list.into_iter().enumerate() {
        // A chosen place is shown with all that leads to it.
        let selected = chosen.iter().any(|c| c == path);
        let leads = chosen.iter().any(|c| {
            c.strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('/'))
        });
        if rank >= limit && !selected && !leads {
            continue;
        }
        values.push(FacetValue {
            value: path.to_owned(),
            label: path.rsplit('/').next().unwrap_or(path).to_owned(),
            count,
            selected,
            children: branch(path, below, limit, chosen, levels - 1),
        });
    }
    values
}
