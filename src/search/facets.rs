//! From counts by number to counts with names.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, TantivyError, Term};

use super::answer::{FacetCounts, FacetValue};
use super::canon::Canon;
use super::collect::FilterPlan;
use super::request::{Facet, FacetRequest, Filter, MAX_FACET_VALUES};
use super::roster::Roster;
use super::vocabulary::{Counts, Vocabulary};
use crate::index::people::Individual;
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

    /// Does it hold names as articles give them, of which several may be one?
    pub(super) fn has_names(self) -> bool {
        matches!(self, Self::About | Self::Organisation)
    }
}

/// The filter on whole terms that a filter stands for; `place` is that of its facet, if it is counted.
pub(super) fn plan(filter: &Filter, place: Option<usize>, values: Values<'_>) -> FilterPlan {
    let terms = |chosen: &[String]| {
        let terms = chosen.iter().flat_map(|v| values.terms(filter.facet, v));
        terms.collect()
    };
    FilterPlan {
        field: filter.facet.column(),
        any: terms(&filter.any),
        none: terms(&filter.none),
        facet: place,
    }
}

/// The values of a facet: those of its column, and the people of the roster above them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    /// Who is who, if the facet's values are people.
    pub(super) roster: Option<&'a Roster>,
    /// Which values are one.
    pub(super) canon: Option<&'a Canon>,
}

impl<'a> Values<'a> {
    /// The value of a number, as the column or the roster has it.
    fn value(&self, number: u32) -> Cow<'a, str> {
        match (self.slot(number), self.roster) {
            (Some(slot), Some(roster)) => roster.value(slot).into(),
            _ => self.vocabulary.value(number).into(),
        }
    }

    fn slot(&self, number: u32) -> Option<usize> {
        (number as usize).checked_sub(self.vocabulary.len())
    }

    /// What the column or the roster has for a value of the facet; more than one for a name that several people share, or
    /// that is one of several spellings.
    fn terms(&self, facet: Facet, value: &str) -> Vec<String> {
        match (facet, self.roster, self.canon) {
            (Facet::Speaker, Some(roster), _) => roster.values(value),
            (Facet::Speaker, None, _) => vec![names::key(value)],
            (_, _, Some(canon)) => match self.chosen(facet, value).first() {
                Some(class) => canon
                    .members(*class)
                    .map(|number| self.vocabulary.value(number).to_owned())
                    .collect(),
                None => vec![value.to_owned()],
            },
            _ => vec![value.to_owned()],
        }
    }

    /// The numbers under which a value of the facet is counted.
    fn chosen(&self, facet: Facet, value: &str) -> Vec<u32> {
        let Some(canon) = self.canon else {
            let terms = self.terms(facet, value);
            return terms.iter().filter_map(|term| self.number(term)).collect();
        };
        let person = self.roster.and_then(|roster| {
            let slot = roster.people().number_of(value)?;
            Some(roster.number(slot, self.vocabulary))
        });
        let number = self.vocabulary.number(value).map(|number| canon.of(number));
        person.or(number).into_iter().collect()
    }

    fn number(&self, value: &str) -> Option<u32> {
        self.vocabulary.number(value).or_else(|| {
            let roster = self.roster?;
            Some(roster.number(roster.slot(value)?, self.vocabulary))
        })
    }

    fn person(&self, number: u32) -> Option<&'a Individual> {
        self.roster?.people().all().get(self.slot(number)?)
    }

    /// Leaves of these counts the values that contain what somebody has typed.
    fn retain_containing(&self, facet: Facet, typed: &str, counts: &mut Counts) {
        let (folded, tokens) = (fold(typed), names::tokens(typed).join(" "));
        // Speakers are counted by their keys, which are folded already.
        let keys = match facet {
            Facet::Speaker => self.vocabulary.containing(&tokens),
            _ => Vec::new(),
        };
        counts.retain(|(number, _)| match (self.roster, self.slot(*number)) {
            (Some(roster), Some(slot)) if self.person(*number).is_some() => {
                roster.is_spelled(slot, &tokens)
            }
            (_, None) if facet == Facet::Speaker => keys.binary_search(number).is_ok(),
            _ if facet == Facet::Speaker => self.value(*number).contains(&tokens),
            _ => fold(&self.value(*number)).contains(&folded),
        });
    }
}

/// Names the counts of one facet.
pub(super) fn counts(
    searcher: &Searcher,
    spellings: &Spellings,
    request: &FacetRequest,
    mut counts: Counts,
    filters: &[Filter],
    values: Values<'_>,
) -> tantivy::Result<FacetCounts> {
    let facet = request.facet;
    let limit = request.limit.min(MAX_FACET_VALUES);
    if let Some(contains) = &request.contains {
        values.retain_containing(facet, contains, &mut counts);
    }
    let distinct = counts.len() as u64;
    let has = |counts: &Counts, number: u32| -> Option<(u32, u32)> {
        let at = counts.binary_search_by_key(&number, |(number, _)| *number);
        counts.get(at.ok()?).copied()
    };
    // A chosen value stays in the list even when nothing has it.
    let mut chosen: Vec<u32> = Vec::new();
    let mut absent: Vec<&str> = Vec::new();
    for filter in filters.iter().filter(|f| f.facet == facet) {
        for value in filter.any.iter().chain(&filter.none) {
            let numbers = values.chosen(facet, value);
            if !numbers.iter().any(|n| has(&counts, *n).is_some()) && !value.is_empty() {
                absent.push(value);
            }
            chosen.extend(numbers);
        }
    }
    if facet == Facet::Place {
        let mut paths: Vec<(&str, u64)> = counts
            .iter()
            .map(|(number, count)| (values.vocabulary.value(*number), u64::from(*count)))
            .collect();
        paths.extend(absent.iter().map(|path| (*path, 0)));
        let chosen: Vec<&str> = chosen
            .iter()
            .map(|number| values.vocabulary.value(*number))
            .chain(absent)
            .collect();
        return Ok(FacetCounts {
            facet,
            distinct,
            values: tree(&paths, limit, &chosen),
        });
    }
    let by_time = matches!(facet, Facet::Month | Facet::Year);
    let kept: Counts = chosen.iter().filter_map(|n| has(&counts, *n)).collect();
    // Numbers follow the alphabet.
    if by_time {
        counts.reverse();
    } else if counts.len() > limit {
        counts.select_nth_unstable_by_key(limit, |(number, count)| (Reverse(*count), *number));
    }
    counts.truncate(limit);
    for value in kept {
        if !counts.contains(&value) {
            counts.push(value);
        }
    }
    if by_time {
        counts.sort_unstable_by_key(|(number, _)| Reverse(*number));
    } else {
        counts.sort_unstable_by_key(|(number, count)| (Reverse(*count), *number));
    }
    let mut listed = Vec::with_capacity(counts.len() + absent.len());
    for (number, count) in counts {
        let term = values.value(number);
        let selected = chosen.contains(&number);
        let value = match (facet, values.person(number)) {
            (_, Some(person)) => person.name.clone(),
            (Facet::Speaker, None) => spellings
                .of(searcher, &term)?
                .unwrap_or_else(|| term.into_owned()),
            _ => term.into_owned(),
        };
        listed.push((value, count, selected));
    }
    listed.extend(absent.into_iter().map(|value| (value.to_owned(), 0, true)));
    if by_time {
        listed.sort_by(|a, b| b.0.cmp(&a.0));
    }
    let values = listed
        .into_iter()
        .map(|(value, count, selected)| FacetValue {
            label: value.clone(),
            value,
            count: u64::from(count),
            selected,
            children: Vec::new(),
        });
    Ok(FacetCounts {
        facet,
        distinct,
        values: values.collect(),
    })
}

/// The usual spellings of speakers, by key, once they were asked for: each takes a look at many statements.
#[derive(Debug, Default)]
pub(super) struct Spellings(Mutex<HashMap<String, Option<String>>>);

impl Spellings {
    fn of(&self, searcher: &Searcher, key: &str) -> tantivy::Result<Option<String>> {
        let known = |kept: &Mutex<HashMap<String, Option<String>>>| {
            let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get(key).cloned()
        };
        if let Some(name) = known(&self.0) {
            return Ok(name);
        }
        let name = spelling(searcher, key)?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(key.to_owned(), name.clone());
        Ok(name)
    }
}

/// The most usual spelling of the speakers with this key.
fn spelling(searcher: &Searcher, key: &str) -> tantivy::Result<Option<String>> {
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
fn tree(counts: &[(&str, u64)], limit: usize, chosen: &[&str]) -> Vec<FacetValue> {
    let mut below: Below<'_> = HashMap::new();
    for (path, count) in counts {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        below.entry(parent).or_default().push((path, *count));
    }
    branch("", &below, limit, chosen, MAX_LEVELS)
}

fn branch(
    parent: &str,
    below: &Below<'_>,
    limit: usize,
    chosen: &[&str],
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
        let selected = chosen.contains(&path);
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
