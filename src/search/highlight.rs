//! Marking the words that a query asked for, by our own analysis: a phrase is one mark, prefixes and fuzzy words mark
//! what they found.

use super::answer::Marked;
use super::compile::{Part, parts};
use super::distance;
use super::query::{Field, Leaf, Node, Pattern, Query};
use crate::index::{Analyzer, Word, words, words_of_stems};
use crate::text::Span;

/// What to mark. Made once an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Highlighter {
    wanted: Vec<Wanted>,
}

#[derive(Clone, Debug)]
enum Wanted {
    Stem(String),
    Prefix(String),
    Fuzzy(String, usize),
    Phrase(Vec<Part>, usize),
}

impl Wanted {
    fn stem(&self) -> Option<&str> {
        match self {
            Self::Stem(stem) => Some(stem),
            _ => None,
        }
    }
}

impl Highlighter {
    /// For everything that the query looks for in texts, left out what it excludes.
    pub(super) fn new(query: &Query) -> Self {
        let mut highlighter = Self::default();
        if let Some(root) = &query.root {
            highlighter.add(root);
        }
        highlighter
    }

    fn add(&mut self, node: &Node) {
        match node {
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|n| self.add(n)),
            Node::Not(_) => {}
            Node::Leaf(Leaf { field, pattern }) => {
                if matches!(field, Field::Text | Field::Title | Field::About) {
                    self.add_pattern(pattern);
                }
            }
        }
    }

    fn add_pattern(&mut self, pattern: &Pattern) {
        let single = |word: &str| words(Analyzer::Exact, word).pop().map(|w| w.text);
        match pattern {
            Pattern::Word(word) => {
                let mut stems = words(Analyzer::Stem, word);
                if stems.len() == 1 {
                    self.wanted
                        .extend(stems.pop().map(|w| Wanted::Stem(w.text)));
                } else {
                    self.wanted
                        .push(Wanted::Phrase(parts(Analyzer::Exact, word), 0));
                }
            }
            Pattern::Prefix(word) => self.wanted.extend(single(word).map(Wanted::Prefix)),
            Pattern::Fuzzy(word, distance) => self
                .wanted
                .extend(single(word).map(|w| Wanted::Fuzzy(w, usize::from(*distance)))),
            Pattern::Phrase(phrase, slop) => {
                let parts = parts(Analyzer::Exact, phrase);
                self.wanted.push(Wanted::Phrase(parts, *slop as usize));
            }
            Pattern::Days(_) => {}
        }
    }

    /// The text with its marks.
    pub(super) fn mark(&self, text: String) -> Marked {
        let marks = self.marks(&text);
        Marked { text, marks }
    }

    /// Byte ranges of what was asked for, in order, disjoint.
    pub(super) fn marks(&self, text: &str) -> Vec<Span> {
        if self.wanted.is_empty() {
            return Vec::new();
        }
        let mut marks: Vec<Span> = Vec::new();
        let span = |word: &Word| Span::new(word.begin, word.end);
        let stems: Vec<&str> = self.wanted.iter().filter_map(Wanted::stem).collect();
        if !stems.is_empty() {
            let found = words_of_stems(&stems, text);
            marks.extend(found.iter().map(span));
        }
        // Cut the text only if needed.
        let exact = match stems.len() < self.wanted.len() {
            true => words(Analyzer::Exact, text),
            false => Vec::new(),
        };
        for wanted in &self.wanted {
            match wanted {
                Wanted::Stem(_) => {}
                Wanted::Prefix(prefix) => marks.extend(
                    exact
                        .iter()
                        .filter(|w| w.text.starts_with(prefix.as_str()))
                        .map(span),
                ),
                Wanted::Fuzzy(word, most) => marks.extend(
                    exact
                        .iter()
                        .filter(|w| distance::within(&w.text, word, *most).is_some())
                        .map(span),
                ),
                Wanted::Phrase(parts, 0) => {
                    if parts.is_empty() {
                        continue;
                    }
                    for window in exact.windows(parts.len()) {
                        if let (Some(first), Some(last)) = (window.first(), window.last())
                            && window
                                .iter()
                                .zip(parts)
                                .all(|(word, part)| fits(word, part))
                        {
                            marks.push(span(first).cover(span(last)));
                        }
                    }
                }
                Wanted::Phrase(parts, slop) => near(&exact, parts, *slop, &mut marks),
            }
        }
        marks.sort_unstable();
        let mut merged: Vec<Span> = Vec::with_capacity(marks.len());
        for mark in marks {
            match merged.last_mut() {
                Some(last) if mark.begin < last.end => *last = last.cover(mark),
                _ => merged.push(mark),
            }
        }
        merged
    }
}

fn fits(word: &Word, part: &Part) -> bool {
    match part {
        Part::Word(wanted) => word.text == *wanted,
        Part::Prefix(prefix) => word.text.starts_with(prefix.as_str()),
        Part::Gap => true,
    }
}

/// Marks the words of a loose phrase one by one, wherever all of them stand within `slop` words more than they are.
fn near(words: &[Word], parts: &[Part], slop: usize, marks: &mut Vec<Span>) {
    let wanted: Vec<&Part> = parts.iter().filter(|p| **p != Part::Gap).collect();
    if wanted.is_empty() {
        return;
    }
    let width = parts.len() + slop;
    for begin in 0..words.len() {
        let window = &words[begin..words.len().min(begin + width)];
        if !window
            .first()
            .is_some_and(|first| wanted.iter().any(|p| fits(first, p)))
        {
            continue;
        }
        let found: Vec<Option<&Word>> = wanted
            .iter()
            .map(|part| window.iter().find(|word| fits(word, part)))
            .collect();
        if found.iter().all(Option::is_some) {
            marks.extend(
                found
                    .into_iter()
                    .flatten()
                    .map(|w| Span::new(w.begin, w.end)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(query: &str, text: &str) -> Vec<String> {
        let query: Query = query.parse().unwrap();
        Highlighter::new(&query)
            .marks(text)
            .iter()
            .map(|m| m.of(text).to_owned())
            .collect()
    }

    #[test]
    fn marks_what_was_found() {
        let text = "“We want lasting peace,” she said; peaceful ports, Noël’s ports and a lasting just peace.";
        assert_eq!(marked("“lasting peace”", text), ["lasting peace"]);
        assert_eq!(marked("peac*", text), ["peace", "peaceful", "peace"]);
        assert_eq!(marked("port noel", text), ["ports", "Noël", "ports"]);
        assert_eq!(
            marked("\"lasting peace\"~2", text),
            ["lasting", "peace", "lasting", "peace"]
        );
        assert_eq!(marked("\"lasting * peace\"", text), ["lasting just peace"]);
        assert_eq!(marked("lastnig~1 -peace", text), ["lasting", "lasting"]);
        assert_eq!(marked("speaker:peace", text), Vec::<String>::new());
    }
}
