//! What the columns of a table stand for.

use crate::ingest::Field;
use crate::ingest::field::{BRIEF, squeezed};

/// Names told in a reason, and the longest of them in characters.
const MOST_TOLD: usize = 12;
const LONGEST_TOLD: usize = 30;

/// The columns of a table of articles.
pub(super) struct Columns {
    pub(super) separator: char,
    names: Vec<String>,
    /// For each field the columns that may stand for it, the best first.
    fields: Vec<(Field, usize)>,
}

impl Columns {
    /// The columns of these names, if it is a table of articles: one with a text, or with what tells the story in brief
    /// beside a headline and a date or an address.
    pub(super) fn of(
        names: &[String],
        separator: char,
        mapped: &[(Field, String)],
    ) -> Option<Self> {
        let mut ranked: Vec<(usize, Field, usize)> = Vec::new();
        for (at, name) in names.iter().enumerate() {
            for (field, rank) in Field::ranked(name, mapped) {
                ranked.push((rank, field, at));
            }
        }
        let has = |field: Field| ranked.iter().any(|(_, known, _)| *known == field);
        if has(Field::Title) && (has(Field::Published) || has(Field::Url)) {
            for (at, name) in names.iter().enumerate() {
                let name = squeezed(name);
                if let Some(rank) = BRIEF.iter().position(|brief| squeezed(brief) == name)
                    && !ranked.iter().any(|(.., known)| *known == at)
                {
                    ranked.push((Field::Text.names().len() + 1 + rank, Field::Text, at));
                }
            }
        }
        ranked.sort_by_key(|(rank, ..)| *rank);
        let fields: Vec<(Field, usize)> = ranked
            .into_iter()
            .map(|(_, field, at)| (field, at))
            .collect();
        let is_one = fields.iter().any(|(field, _)| *field == Field::Text);
        is_one.then(|| Self {
            separator,
            names: names.to_vec(),
            fields,
        })
    }

    /// The columns that may stand for a field, the best first.
    pub(super) fn of_field(&self, wanted: Field) -> impl Iterator<Item = usize> {
        self.fields
            .iter()
            .filter(move |(field, _)| *field == wanted)
            .map(|(_, at)| *at)
    }

    /// The name of a column; those beyond the names have a number.
    pub(super) fn name(&self, at: usize) -> String {
        let name = self.names.get(at).filter(|name| !name.is_empty());
        name.cloned()
            .unwrap_or_else(|| format!("column {}", at + 1))
    }
}

/// Why a table without a text is not taken; `rows` are its first ones.
pub(super) fn missing(rows: &[Vec<String>]) -> String {
    // The row with most cells is most likely the one with the names.
    let names = rows.iter().rev().max_by_key(|row| row.len());
    let mut told: Vec<String> = names
        .into_iter()
        .flatten()
        .filter(|name| !name.is_empty())
        .take(MOST_TOLD + 1)
        .map(|name| {
            let mut short: String = name.chars().take(LONGEST_TOLD).collect();
            if short.len() < name.len() {
                short.push('…');
            }
            short
        })
        .collect();
    if told.len() > MOST_TOLD {
        told.truncate(MOST_TOLD);
        told.push("…".to_owned());
    }
    format!(
        "has no column named text, body or content: say which one it is with --map text=COLUMN; its columns are {}",
        told.join(", ")
    )
}
