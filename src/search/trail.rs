//! What a person has left in the columns of the index: spellings, roles over time, and quotations printed again.
//!
//! Somebody may have said thousands of things. Names, roles, days and families are read from the columns; only what is
//! shown or compared is read whole.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use tantivy::DocAddress;
use tantivy::columnar::{Column, StrColumn};

use super::answer::StatementHit;
use super::contradict;
use super::highlight::Highlighter;
use super::hits;
use super::person::{Contradiction, Depth, RoleView, Spelling};
use super::request::{Request, Sort};
use super::searcher::{Error, Searcher};
use crate::article::Stance;
use crate::date::PartialDate;
use crate::index;
use crate::index::documents::date_of_days;
use crate::index::schema::fields;

/// Pairs of statements that are shown.
const CONTRADICTIONS: usize = 10;
/// Longest time for reading the columns.
const PATIENCE: Duration = Duration::from_secs(60);

/// See the module.
pub(super) struct Trail {
    pub(super) spellings: Vec<Spelling>,
    pub(super) roles: Vec<RoleView>,
    pub(super) repeated: Vec<StatementHit>,
    pub(super) may_contradict: Vec<Contradiction>,
}

/// The columns of a segment.
struct Columns {
    name: Option<StrColumn>,
    role: Option<StrColumn>,
    from: Column<i64>,
    to: Column<i64>,
}

/// What was counted by the ordinals of one segment.
#[derive(Default)]
struct Counted {
    names: BTreeMap<u64, u64>,
    roles: BTreeMap<u64, (u64, Option<PartialDate>, Option<PartialDate>)>,
}

impl Searcher {
    /// Reads the trail of all statements that a request finds.
    pub(super) fn trail(&self, request: &Request, depth: Depth) -> Result<Trail, Error> {
        let oldest = Request {
            sort: Sort::Oldest,
            ..request.bare()
        };
        let deadline = Instant::now() + PATIENCE;
        let statements = self.collect(&oldest, usize::MAX, deadline)?.hits;

        let mut families: HashMap<u64, Vec<DocAddress>> = HashMap::new();
        for hit in &statements {
            let family = self.index().families().of(hit.family);
            families.entry(family).or_default().push(hit.at);
        }
        let (spellings, roles) = self.names(statements.iter().map(|hit| hit.at))?;
        Ok(Trail {
            spellings,
            roles,
            repeated: self.repeated(&families, depth)?,
            may_contradict: self.contradictions(families, depth.compared)?,
        })
    }

    /// The spellings, the usual one first, and the roles, by first appearance.
    fn names(
        &self,
        statements: impl Iterator<Item = DocAddress>,
    ) -> Result<(Vec<Spelling>, Vec<RoleView>), Error> {
        let amended = self.amended()?;
        let mut columns = Vec::new();
        let f = fields();
        for segment in 0..self.engine().segment_readers().len() as u32 {
            let read = Columns {
                name: self.text_column(segment, f.speaker)?,
                role: self.text_column(segment, f.role)?,
                from: self.day_column(segment, f.published_from)?,
                to: self.day_column(segment, f.published_to)?,
            };
            columns.push((read, Counted::default()));
        }
        let mut spellings: BTreeMap<String, u64> = BTreeMap::new();
        for at in statements {
            let Some((columns, counted)) = columns.get_mut(at.segment_ord as usize) else {
                continue;
            };
            if let Some(name) = amended.get(&at) {
                *spellings.entry(name.clone()).or_default() += 1;
                continue;
            }
            let first = |column: &Option<StrColumn>| column.as_ref()?.ords().first(at.doc_id);
            if let Some(name) = first(&columns.name) {
                *counted.names.entry(name).or_default() += 1;
            }
            if let Some(role) = first(&columns.role) {
                let days = (columns.from.first(at.doc_id), columns.to.first(at.doc_id));
                let day = days
                    .0
                    .zip(days.1)
                    .and_then(|(from, to)| date_of_days(from, to));
                let (count, first, last) = counted.roles.entry(role).or_default();
                *count += 1;
                *first = [*first, day].into_iter().flatten().min();
                *last = [*last, day].into_iter().flatten().max();
            }
        }
        let mut roles: BTreeMap<String, RoleView> = BTreeMap::new();
        for (columns, counted) in columns {
            let text = |column: &Option<StrColumn>, ord: u64| -> Result<String, Error> {
                let mut text = String::new();
                if let Some(column) = column {
                    column.ord_to_str(ord, &mut text).map_err(|e| self.at(e))?;
                }
                Ok(text)
            };
            for (ord, count) in counted.names {
                *spellings.entry(text(&columns.name, ord)?).or_default() += count;
            }
            for (ord, (count, first, last)) in counted.roles {
                let role = text(&columns.role, ord)?;
                let view = roles.entry(role).or_insert_with_key(|role| RoleView {
                    role: role.clone(),
                    first,
                    last,
                    count: 0,
                });
                view.count += count;
                view.first = [view.first, first].into_iter().flatten().min();
                view.last = [view.last, last].into_iter().flatten().max();
            }
        }
        let mut spellings: Vec<Spelling> = spellings
            .into_iter()
            .map(|(name, count)| Spelling { name, count })
            .collect();
        spellings.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        let mut roles: Vec<RoleView> = roles.into_values().collect();
        roles.sort_by(|a, b| a.first.cmp(&b.first).then_with(|| a.role.cmp(&b.role)));
        Ok((spellings, roles))
    }

    /// Statements that corrections give to somebody else, with whom: their columns still have the old name.
    fn amended(&self) -> Result<HashMap<DocAddress, String>, Error> {
        let mut amended = HashMap::new();
        if let Some(roster) = self.roster()? {
            for (id, to) in roster.people().amended() {
                if let (Some(speaker), Some(at)) = (&to.speaker, self.find(id)?) {
                    amended.insert(at, speaker.clone());
                }
            }
        }
        Ok(amended)
    }

    /// The quotations that were printed most often, at least twice, each as its first appearance with the others.
    fn repeated(
        &self,
        families: &HashMap<u64, Vec<DocAddress>>,
        depth: Depth,
    ) -> Result<Vec<StatementHit>, Error> {
        let mut several: Vec<(u64, &Vec<DocAddress>)> = families
            .iter()
            .filter(|(_, members)| members.len() > 1)
            .map(|(family, members)| (*family, members))
            .collect();
        several
            .sort_unstable_by_key(|(family, members)| (std::cmp::Reverse(members.len()), *family));
        let request = Request {
            listed_copies: depth.copies,
            ..Request::default()
        };
        several
            .into_iter()
            .take(depth.repeated)
            .filter_map(|(_, members)| {
                let first = *members.first()?;
                Some(self.printed(first).and_then(|mut hit| {
                    self.list_copies(&mut hit, members, first, &request)?;
                    Ok(hit)
                }))
            })
            .collect()
    }

    /// Pairs of the latest statements that may contradict each other; each family stands for its first appearance.
    fn contradictions(
        &self,
        families: HashMap<u64, Vec<DocAddress>>,
        compared: usize,
    ) -> Result<Vec<Contradiction>, Error> {
        let days = |at: &DocAddress| -> Result<Option<i64>, Error> {
            let column = self.day_column(at.segment_ord, fields().said_to)?;
            Ok(column.first(at.doc_id))
        };
        let mut first = Vec::with_capacity(families.len());
        for (family, members) in families {
            if let Some(at) = members.first() {
                first.push((days(at)?, family, *at));
            }
        }
        first.sort_unstable_by(|a, b| b.cmp(a));
        first.truncate(compared);
        // Neighbours in the store are read together; which comes first decides between equals.
        first.sort_unstable_by_key(|(.., at)| *at);
        let mut texts: Vec<(String, Stance, DocAddress, u64)> = Vec::with_capacity(first.len());
        for (_, family, at) in first {
            let stored = index::quotation(self.engine(), at).map_err(|e| self.at(e))?;
            let text = hits::quote(&stored.spans.content, &stored.passage);
            if !text.is_empty() {
                texts.push((text, stored.stance, at, family));
            }
        }
        texts.sort_unstable_by(|a, b| (&a.0, a.3).cmp(&(&b.0, b.3)));
        let pairs: Vec<(&str, Stance)> = texts.iter().map(|t| (t.0.as_str(), t.1)).collect();
        let mut found = Vec::new();
        for pair in contradict::pairs(&pairs, CONTRADICTIONS) {
            let (Some(one), Some(other)) = (texts.get(pair.one), texts.get(pair.other)) else {
                continue;
            };
            let (mut one, mut other) = (self.printed(one.2)?, self.printed(other.2)?);
            let mut by = pair.by;
            if (other.published, &other.id) < (one.published, &one.id) {
                std::mem::swap(&mut one, &mut other);
                by = by.turned();
            }
            let (one, other) = (Box::new(one), Box::new(other));
            found.push(Contradiction { by, one, other });
        }
        Ok(found)
    }

    /// The statement at an address, nothing marked in it.
    fn printed(&self, at: DocAddress) -> Result<StatementHit, Error> {
        let people = self.roster()?.map(|r| r.people());
        let stored = self.statement_at(at)?;
        Ok(hits::statement(
            stored,
            0.0,
            &Highlighter::default(),
            people,
        ))
    }
}
