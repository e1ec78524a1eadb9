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
) -> tantivy::Result<FacetCounts> {
    let facet = request.facet;
    let limit = request.limit.min(MAX_FACET_VALUES);
    let chosen: Vec<&String> = filters
        .iter()
        .filter(|f| f.facet == facet)
        .flat_map(|f| f.any.iter().chain(&f.none))
        .collect();
    let chosen_terms: Vec<Vec<String>> = chosen.iter().map(|v| facet.terms(v, roster)).collect();
    let mut counts = merge(tallies, roster)?;
    if let Some(contains) = &request.contains {
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
    let distinct = counts.len() as u64;
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
        tree(counts, limit, &chosen_terms)
    } else {
        match facet {
            Facet::Month | Facet::Year => counts.sort_unstable_by(|a, b| b.0.cmp(&a.0)),
            _ => counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0))),
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

/// Adds up the tallies of all segments by value.
fn merge(tallies: Vec<Tally>, roster: Option<&Roster>) -> tantivy::Result<Counts> {
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

/// Paths as a tree, the largest first at each level.
fn tree(counts: Counts, limit: usize, chosen: &[String]) -> Vec<FacetValue> {
    let mut below: BTreeMap<String, Counts> = BTreeMap::new();
    for (path, count) in counts {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        below
            .entry(parent.to_owned())
            .or_default()
            .push((path, count));
    }
    for list in below.values_mut() {
        list.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    }
    branch("", &below, limit, chosen, MAX_LEVELS)
}

fn branch(
    parent: &str,
    below: &BTreeMap<String, Counts>,
    limit: usize,
    chosen: &[String],
    levels: usize,
) -> Vec<FacetValue> {
    let Some(list) = below.get(parent).filter(|_| levels > 0) else {
        return Vec::new();
    };
    let mut values = Vec::new();
    for (rank, (path, count)) in list.iter().enumerate() {
        // A chosen place is shown with all that leads to it.
        let selected = chosen.contains(path);
        let leads = chosen.iter().any(|c| {
            c.strip_prefix(path.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        });
        if rank >= limit && !selected && !leads {
            continue;
        }
        values.push(FacetValue {
            value: path.clone(),
            label: path.rsplit('/').next().unwrap_or(path).to_owned(),
            count: *count,
            selected,
            children: branch(path, below, limit, chosen, levels - 1),
        });
    }
    values
}
