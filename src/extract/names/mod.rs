//! Names of people, organisations and places.
//!
//! A linear-chain CRF over the chunks of an article that hold capitalised words ([`draft`]), with features of words,
//! gazetteers and the article as a whole ([`features`]), and weights made by [`crate::train::names`]. Headlines in
//! capitals are read in the case that the article's own prose gives their words.
//!
//! ```
//! use whosaid::extract::names::{Finder, NameKind};
//! use whosaid::extract::sentence::split;
//!
//! let text = "Adaeze Okafor of the World Fish Bank spoke in Nairobi on Monday.";
//! let tokens = split(text);
//! let names = Finder::default().find(&tokens);
//! let places: Vec<&str> = names
//!     .iter()
//!     .filter(|name| name.kind == NameKind::Place)
//!     .map(|name| tokens.span(name.tokens.clone()).of(text))
//!     .collect();
//! assert_eq!(places, ["Nairobi"]);
//! ```

use std::ops::Range;
use std::sync::Arc;

use super::tagger::crf::{Lattice, Row};
use super::tagger::weights::Sums;
use super::token::Tokens;
use super::word_types::PerType;
use draft::Draft;
use features::{NEWS, Notes, POSITIONS, Scene, of_context, of_occurrences};
use model::NamesModel;
use words::{NONE, Words, flag};

pub mod casing;
pub mod draft;
pub mod features;
pub mod gazetteer;
pub mod model;
pub mod words;

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// A person.
    Person,
    /// An organisation.
    Organisation,
    /// A place.
    Place,
}

impl NameKind {
    /// All kinds, in the order of the model's labels.
    pub const ALL: [Self; 3] = [Self::Person, Self::Organisation, Self::Place];

    /// Its name in the model and in annotations.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Person => "PER",
            Self::Organisation => "ORG",
            Self::Place => "LOC",
        }
    }
}

/// A name as printed, without title or role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Its tokens.
    pub tokens: Range<u32>,
    /// What it names.
    pub kind: NameKind,
}

/// Finds names; holds the buffers.
#[derive(Debug)]
pub struct Finder {
    model: Option<Arc<NamesModel>>,
    words: Words,
    /// Sums of the features of a word at each of [`POSITIONS`].
    sums: PerType<[Sums; POSITIONS.len()]>,
    draft: Draft,
    notes: Notes,
    /// Sums of the features of a word's occurrences in the article at hand.
    occurrences: PerType<Sums>,
    lattice: Lattice,
    hashes: Vec<u64>,
    scores: Vec<Row>,
    edges: Vec<u8>,
    labels: Vec<u8>,
    /// Added to the score of "no name", in log odds.
    outside: f32,
}

impl Default for Finder {
    fn default() -> Self {
        Self::with_model(NamesModel::shipped())
    }
}

impl Finder {
    /// A finder that reads with `model`; without one it finds nothing.
    #[must_use]
    pub fn with_model(model: Option<Arc<NamesModel>>) -> Self {
        Self {
            model,
            words: Words::default(),
            sums: PerType::default(),
            draft: Draft::default(),
            notes: Notes::default(),
            occurrences: PerType::default(),
            lattice: Lattice::default(),
            hashes: Vec::new(),
            scores: Vec::new(),
            edges: Vec::new(),
            labels: Vec::new(),
            outside: 0.0,
        }
    }

    /// Gives the buffers back.
    pub fn let_go(&mut self) {
        *self = Self {
            outside: self.outside,
            ..Self::with_model(self.model.take())
        };
    }

    /// Shifts towards precision (positive) or recall (negative), in log odds.
    pub fn shift(&mut self, precision: f32) {
        self.outside = precision;
    }

    /// The names of an article, in order, disjoint.
    #[must_use]
    pub fn find(&mut self, tokens: &Tokens<'_>) -> Vec<Name> {
        let Some(model) = self.model.clone() else {
            return Vec::new();
        };
        let lexicon = &model.lexicon;
        self.draft.fill(tokens, &mut self.words, lexicon);
        self.notes
            .fill(&self.draft, &self.words, &lexicon.gazetteer);
        self.sums.clear();
        self.occurrences.clear();
        let mut names = Vec::new();
        for chunk in 0..self.draft.chunks.len() {
            let chunk = self.draft.chunks[chunk].clone();
            self.label(chunk.clone(), &model);
            read_labels(&self.labels, chunk.start, &mut names);
        }
        self.settle_articles(&mut names);
        self.split_lists(names)
    }

    /// Nobody is "the Ledger": a word after the article that no noun follows is an organisation rather than a person.
    fn settle_articles(&self, names: &mut [Name]) {
        let word = |i: usize| {
            let number = self.draft.words.get(i);
            number.map_or("", |&n| self.words.text(n))
        };
        for name in names {
            let (begin, end) = (name.tokens.start as usize, name.tokens.end as usize);
            if name.kind == NameKind::Person
                && end - begin == 1
                && begin > 0
                && matches!(word(begin - 1), "the" | "The")
                && AFTER_SUBJECTS.contains(&word(end))
            {
                name.kind = NameKind::Organisation;
            }
        }
    }

    /// Cuts places at commas: one annotated set takes "Mombasa, Kenya" for one place, which it is not.
    fn split_lists(&self, names: Vec<Name>) -> Vec<Name> {
        let is_comma = |i: &u32| self.words.text(self.draft.words[*i as usize]) == ",";
        let mut out = Vec::with_capacity(names.len());
        for Name { tokens, kind } in names {
            let mut begin = tokens.start;
            if kind == NameKind::Place {
                for comma in tokens.clone().filter(is_comma) {
                    if comma > begin {
                        let tokens = begin..comma;
                        out.push(Name { tokens, kind });
                    }
                    begin = comma + 1;
                }
            }
            if begin < tokens.end {
                let tokens = begin..tokens.end;
                out.push(Name { tokens, kind });
            }
        }
        out
    }

    /// Labels the tokens of a chunk, into `self.labels`.
    fn label(&mut self, chunk: Range<u32>, model: &NamesModel) {
        let weights = &model.weights;
        let scene = Scene {
            words: &self.words,
            draft: &self.draft,
            notes: &self.notes,
        };
        self.scores.clear();
        for at in chunk.start as usize..chunk.end as usize {
            let mut sums: Sums = [0; 16];
            for (position, &offset) in POSITIONS.iter().enumerate() {
                let number = scene.neighbour(at, offset);
                let all = self.sums.get_or(number, || {
                    let word = self.words.get(number);
                    // the edge is no word that a text has
                    if number == NONE {
                        model.sum(word)
                    } else {
                        model.sums(word)
                    }
                });
                add(&mut sums, &all[position]);
            }
            self.hashes.clear();
            of_context(&scene, at, NEWS, |hash| self.hashes.push(hash));
            weights.add_all(&self.hashes, &mut sums);
            let number = self.draft.words[at];
            if self.words.is(number, flag::CAPITAL) {
                let lowered = self.words.lowered(number);
                let occurrences = self.occurrences.get_or(lowered, || {
                    let mut sums = [0; 16];
                    self.hashes.clear();
                    of_occurrences(&scene, lowered, |hash| self.hashes.push(hash));
                    weights.add_all(&self.hashes, &mut sums);
                    sums
                });
                add(&mut sums, occurrences);
            }
            let mut scores = weights.scores(&sums);
            scores[0] += self.outside;
            self.scores.push(scores);
        }
        self.edges.clear();
        self.edges.resize(chunk.len(), 0);
        self.lattice.viterbi(
            weights.transitions(),
            &self.scores,
            &self.edges,
            &mut self.labels,
        );
    }
}

#[inline(always)]
fn add(sums: &mut Sums, more: &Sums) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = sum.wrapping_add(*more);
    }
}

/// Is the word one that news writes with a capital letter within sentences? Yes of words that were not counted.
#[must_use]
pub fn is_proper(word: &str) -> bool {
    NamesModel::shipped().is_none_or(|model| {
        let casing = model.lexicon.casings.get(words::hash(&words::lower(word)));
        !casing.is_known() || casing.mostly_upper()
    })
}

/// What follows a noun phrase, and no part of one.
const AFTER_SUBJECTS: &[&str] = &[
    ".", ",", ":", ";", "?", "!", "”", "\"", "", "and", "at", "had", "has", "in", "is", "last",
    "on", "reported", "said", "says", "that", "this", "to", "was", "wrote",
];

/// Label of the token at `i` of a name of `length` tokens: 0 is outside, then B, I, E, S for each kind.
#[must_use]
pub fn label_of(kind: NameKind, i: usize, length: usize) -> u8 {
    let position = match (i, length) {
        (_, 1) => 3,
        (0, _) => 0,
        (i, n) if i + 1 == n => 2,
        _ => 1,
    };
    1 + 4 * kind as u8 + position
}

/// The names that labels spell, the first label being that of token `begin`.
fn read_labels(labels: &[u8], begin: u32, names: &mut Vec<Name>) {
    let mut first = begin;
    for (at, &label) in (begin..).zip(labels) {
        if label == 0 {
            continue;
        }
        let position = (label - 1) % 4;
        if matches!(position, 0 | 3) {
            first = at;
        }
        if matches!(position, 2 | 3)
            && let Some(&kind) = NameKind::ALL.get(usize::from(label - 1) / 4)
        {
            names.push(Name {
                tokens: first..at + 1,
                kind,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_back() {
        let mut labels = vec![0];
        labels.extend((0..3).map(|i| label_of(NameKind::Person, i, 3)));
        labels.push(label_of(NameKind::Place, 0, 1));
        let mut names = Vec::new();
        read_labels(&labels, 10, &mut names);
        let person = Name {
            tokens: 11..14,
            kind: NameKind::Person,
        };
        let place = Name {
            tokens: 14..15,
            kind: NameKind::Place,
        };
        assert_eq!(names, [person, place]);
    }
}
