//! All spellings of a person or an organisation as one value of a facet.
//!
//! The columns of what statements are about and of organisations hold names as each article gives them. Whoever the
//! register knows under several of them is one value; names with one [key](crate::index::names::key) are one, too.

use std::collections::HashMap;

use tantivy::SegmentOrdinal;

use super::roster::Roster;
use super::vocabulary::Vocabulary;
use crate::index::names;

/// For each value of a column the number under which it is counted: that of one of its spellings, or, above the numbers
/// of the vocabulary, that of somebody in the register.
#[derive(Debug)]
pub(super) struct Canon {
    of: Vec<u32>,
    /// The same by segment and ordinal.
    of_ordinals: Vec<Vec<u32>>,
}

impl Canon {
    /// Works it out for all values.
    pub(super) fn new(vocabulary: &Vocabulary, roster: Option<&Roster>) -> Self {
        let mut first: HashMap<String, u32> = HashMap::new();
        let values = 0..u32::try_from(vocabulary.len()).unwrap_or(u32::MAX);
        let mut of: Vec<u32> = Vec::with_capacity(vocabulary.len());
        // Classes that got a better spelling.
        let mut better: HashMap<u32, u32> = HashMap::new();
        for number in values {
            let value = vocabulary.value(number);
            let key = names::key(value);
            if key.is_empty() {
                of.push(number);
                continue;
            }
            if let Some(roster) = roster
                && let Some(slot) = roster.slot_of_key(&key)
            {
                of.push(roster.number(slot, vocabulary));
                continue;
            }
            let class = first.entry(key).or_insert(number);
            // Capitals come first in the alphabet, but are not how a name is written.
            if is_shouted(vocabulary.value(*class)) && !is_shouted(value) {
                better.insert(*class, number);
                *class = number;
            }
            of.push(*class);
        }
        for class in &mut of {
            if let Some(number) = better.get(class) {
                *class = *number;
            }
        }
        let of_segment = |numbers: &Vec<u32>| {
            let classes = numbers.iter().map(|number| of.get(*number as usize));
            classes
                .map(|class| class.copied().unwrap_or(u32::MAX))
                .collect()
        };
        let of_ordinals = vocabulary.numbers().iter().map(of_segment).collect();
        Self { of, of_ordinals }
    }

    /// The number under which a value is counted.
    pub(super) fn of(&self, number: u32) -> u32 {
        self.of.get(number as usize).copied().unwrap_or(number)
    }

    /// The number under which what has an ordinal in a segment is counted.
    pub(super) fn of_ordinal(&self, segment: SegmentOrdinal, ordinal: u64) -> u32 {
        let of = self.of_ordinals.get(segment as usize);
        let of = of.and_then(|of| of.get(ordinal as usize));
        of.copied().unwrap_or(u32::MAX)
    }

    /// The values that are counted under a number.
    pub(super) fn members(&self, class: u32) -> impl Iterator<Item = u32> {
        (0_u32..)
            .zip(&self.of)
            .filter(move |(_, of)| **of == class)
            .map(|(number, _)| number)
    }
}

fn is_shouted(name: &str) -> bool {
    !name.contains(char::is_lowercase)
}
