//! Statements of one person that may contradict each other: much the same words, but one with a negation, another number,
//! or the opposite word. Nothing here understands a sentence; what it finds is for people to judge.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use serde::Serialize;

use crate::article::Stance;
use crate::index::{Analyzer, each_word};

/// Share of the words, of the shorter statement, that two must have in common.
const ALIKE: f32 = 0.6;
/// Words that say something which both must have in common.
const COMMON: usize = 3;
/// A word in more of the statements than this leads to no pair.
const FREQUENT: usize = 40;

/// In what two statements differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase", tag = "by")]
pub enum Difference {
    /// One denies or says "not".
    Negation,
    /// Numbers.
    Number {
        /// In the first.
        one: String,
        /// In the second.
        other: String,
    },
    /// Words that are each other's opposite.
    Opposite {
        /// In the first.
        one: String,
        /// In the second.
        other: String,
    },
}

impl Difference {
    /// The same with the statements changed about.
    pub(super) fn turned(self) -> Self {
        match self {
            Self::Negation => Self::Negation,
            Self::Number { one, other } => Self::Number {
                one: other,
                other: one,
            },
            Self::Opposite { one, other } => Self::Opposite {
                one: other,
                other: one,
            },
        }
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Negation => f.write_str("only one of them says not"),
            Self::Number { one, other } => write!(f, "{one} / {other}"),
            Self::Opposite { one, other } => write!(f, "{one} / {other}"),
        }
    }
}

/// Two statements, by index, the smaller first, and in what they differ.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pair {
    pub(super) one: usize,
    pub(super) other: usize,
    pub(super) by: Difference,
    /// Share of the words in common.
    pub(super) alike: f32,
}

/// Words that turn a sentence round.
const NEGATIONS: &[&str] = &[
    "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "cannot", "without",
    "dont", "doesnt", "didnt", "wont", "cant", "isnt", "arent", "wasnt", "werent", "havent",
    "hasnt", "hadnt", "wouldnt", "shouldnt", "couldnt", "mustnt",
];

/// Words that say little.
const EMPTY: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do",
    "does", "for", "from", "had", "has", "have", "he", "her", "his", "i", "if", "in", "is", "it",
    "its", "me", "my", "of", "on", "or", "our", "she", "so", "than", "that", "the", "their",
    "them", "there", "they", "this", "to", "was", "we", "were", "what", "when", "which", "who",
    "will", "with", "would", "you", "your", "about", "after", "all", "also", "any", "because",
    "before", "just", "more", "most", "now", "only", "other", "out", "over", "should", "some",
    "such", "then", "these", "those", "up", "very", "us", "one", "into", "how", "may", "must",
    "said",
];

/// Words and their opposites.
const OPPOSITES: &[(&str, &str)] = &[
    ("open", "close"),
    ("opened", "closed"),
    ("opens", "closes"),
    ("opening", "closing"),
    ("rise", "fall"),
    ("rose", "fell"),
    ("risen", "fallen"),
    ("rising", "falling"),
    ("increase", "decrease"),
    ("increased", "decreased"),
    ("raise", "cut"),
    ("raise", "lower"),
    ("support", "oppose"),
    ("supports", "opposes"),
    ("supported", "opposed"),
    ("accept", "reject"),
    ("accepted", "rejected"),
    ("safe", "unsafe"),
    ("safe", "dangerous"),
    ("guilty", "innocent"),
    ("legal", "illegal"),
    ("possible", "impossible"),
    ("win", "lose"),
    ("won", "lost"),
    ("start", "stop"),
    ("begin", "end"),
    ("stay", "leave"),
    ("stay", "resign"),
    ("better", "worse"),
    ("enough", "insufficient"),
    ("agree", "disagree"),
    ("approve", "veto"),
    ("true", "false"),
    ("alive", "dead"),
    ("ready", "unready"),
    ("success", "failure"),
];

/// What a word is to a comparison, if it is not only itself.
enum Class {
    Negation,
    Number,
    Empty,
    /// The bits of the pairs in which it comes first or second.
    Opposite {
        first: u64,
        second: u64,
    },
}

static CLASSES: LazyLock<HashMap<&str, Class>> = LazyLock::new(|| {
    let mut classes = HashMap::new();
    for (n, (one, other)) in OPPOSITES.iter().enumerate() {
        for (word, in_first, in_second) in [(one, 1 << n, 0), (other, 0, 1 << n)] {
            let class = classes.entry(*word).or_insert(Class::Opposite {
                first: 0,
                second: 0,
            });
            if let Class::Opposite { first, second } = class {
                *first |= in_first;
                *second |= in_second;
            }
        }
    }
    classes.extend(EMPTY.iter().map(|word| (*word, Class::Empty)));
    classes.extend(NUMBERS.iter().map(|word| (*word, Class::Number)));
    classes.extend(NEGATIONS.iter().map(|word| (*word, Class::Negation)));
    classes
});

/// A statement's words, sorted by what they tell.
#[derive(Debug, Default)]
struct Facts {
    /// Numbers of the words, in order.
    words: Vec<u32>,
    numbers: BTreeSet<String>,
    negated: bool,
    /// Which pairs of opposites have their first or second word here, a bit each.
    first: u64,
    second: u64,
}

// A bit for each pair.
const _: () = assert!(OPPOSITES.len() <= 64);

fn facts(text: &str, stance: Stance, vocabulary: &mut HashMap<String, u32>) -> Facts {
    let mut facts = Facts {
        negated: stance == Stance::Denies,
        ..Facts::default()
    };
    each_word(Analyzer::Exact, text, |word, _, _| {
        match CLASSES.get(word) {
            Some(Class::Negation) => {
                facts.negated = !facts.negated;
                return;
            }
            Some(Class::Empty) => return,
            Some(Class::Number) => {
                facts.numbers.insert(word.to_owned());
                return;
            }
            Some(Class::Opposite { first, second }) => {
                facts.first |= first;
                facts.second |= second;
            }
            None if word.starts_with(|c: char| c.is_ascii_digit()) => {
                facts.numbers.insert(word.to_owned());
                return;
            }
            None => {}
        }
        let number = vocabulary.get(word).copied().unwrap_or_else(|| {
            let next = vocabulary.len() as u32;
            vocabulary.insert(word.to_owned(), next);
            next
        });
        facts.words.push(number);
    });
    facts.words.sort_unstable();
    facts.words.dedup();
    facts
}

/// How many words two statements share.
fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        count += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    count
}

/// Numbers in words that are not also pronouns.
const NUMBERS: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "fifteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    "hundred", "thousand", "million", "billion",
];

/// Pairs among the statements of one person that may contradict each other, the most alike first.
pub(super) fn pairs(statements: &[(&str, Stance)], most: usize) -> Vec<Pair> {
    let mut vocabulary = HashMap::new();
    let facts: Vec<Facts> = statements
        .iter()
        .map(|(text, stance)| facts(text, *stance, &mut vocabulary))
        .collect();
    let mut having: Vec<Vec<usize>> = vec![Vec::new(); vocabulary.len()];
    for (n, fact) in facts.iter().enumerate() {
        for word in &fact.words {
            having[*word as usize].push(n);
        }
    }
    let mut common: Vec<(usize, usize)> = Vec::new();
    for list in having.iter().filter(|l| l.len() <= FREQUENT) {
        for (i, one) in list.iter().enumerate() {
            common.extend(list[i + 1..].iter().map(|other| (*one, *other)));
        }
    }
    common.sort_unstable();
    common.dedup();
    let mut pairs: Vec<Pair> = common
        .into_iter()
        .filter_map(|(one, other)| {
            let (a, b) = (&facts[one], &facts[other]);
            let shared = shared(&a.words, &b.words);
            let shorter = a.words.len().min(b.words.len());
            // Opposites do not count against it.
            let opposite = opposite(a, b);
            let alike = shared as f32 / (shorter - usize::from(opposite.is_some())).max(1) as f32;
            if shared + usize::from(opposite.is_some()) < COMMON || alike < ALIKE {
                return None;
            }
            let by = match opposite {
                // "We will not close it", "It stays open": two turns make none.
                Some((x, y)) if a.negated == b.negated => Difference::Opposite { one: x, other: y },
                None if a.negated != b.negated => Difference::Negation,
                _ => {
                    let only =
                        |x: &Facts, y: &Facts| x.numbers.difference(&y.numbers).next().cloned();
                    Difference::Number {
                        one: only(a, b)?,
                        other: only(b, a)?,
                    }
                }
            };
            Some(Pair {
                one,
                other,
                by,
                alike,
            })
        })
        .collect();
    pairs.sort_by(|a, b| {
        b.alike
            .total_cmp(&a.alike)
            .then((a.one, a.other).cmp(&(b.one, b.other)))
    });
    pairs.truncate(most);
    pairs
}

/// The first pair of opposites of which each statement has only its own.
fn opposite(a: &Facts, b: &Facts) -> Option<(String, String)> {
    let parted = a.first & b.second & !a.second & !b.first;
    let turned = a.second & b.first & !a.first & !b.second;
    let n = (parted | turned).trailing_zeros() as usize;
    let (x, y) = OPPOSITES.get(n)?;
    Some(if parted >> n & 1 == 1 {
        ((*x).to_owned(), (*y).to_owned())
    } else {
        ((*y).to_owned(), (*x).to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(one: &str, other: &str) -> Option<Difference> {
        let statements = [(one, Stance::Neutral), (other, Stance::Neutral)];
        pairs(&statements, 5).pop().map(|p| p.by)
    }

    #[test]
    fn what_may_contradict() {
        assert_eq!(
            found(
                "The harbour will be closed in winter",
                "the harbour will not be closed this winter"
            ),
            Some(Difference::Negation)
        );
        assert_eq!(
            found(
                "We will raise the ferry fares in spring",
                "We won’t raise ferry fares in spring"
            ),
            Some(Difference::Negation)
        );
        assert_eq!(
            found(
                "The tunnel will cost 40 million euros to build",
                "to build the tunnel will cost 55 million euros"
            ),
            Some(Difference::Number {
                one: "40".to_owned(),
                other: "55".to_owned()
            })
        );
        assert_eq!(
            found(
                "I support the new ferry contract",
                "I oppose the new ferry contract"
            ),
            Some(Difference::Opposite {
                one: "support".to_owned(),
                other: "oppose".to_owned()
            })
        );
    }

    #[test]
    fn what_does_not() {
        for (one, other) in [
            (
                "The harbour will be closed in winter",
                "The harbour will be closed in winter",
            ),
            (
                "The harbour will be closed in winter",
                "My brother never eats fish",
            ),
            ("We have no comment on that", "We have a comment on that"),
            (
                "The tunnel will cost 40 million euros",
                "The tunnel will cost 40 million euros, 55 at most in all",
            ),
        ] {
            assert_eq!(found(one, other), None, "{one} / {other}");
        }
    }

    #[test]
    fn a_denial_turns_it_round() {
        let statements = [
            ("the council paid the builder twice", Stance::Denies),
            ("the council paid the builder twice", Stance::Neutral),
        ];
        assert_eq!(pairs(&statements, 5)[0].by, Difference::Negation);
    }
}
