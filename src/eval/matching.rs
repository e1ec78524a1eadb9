//! The scorer's own tokens, and spans trimmed to them, so that white space and punctuation at the ends do not count.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::Span;

/// Words with inner periods and apostrophes, or single marks. Letters, numbers and the underscore make words, as in
/// Python's `\w`, which knows no combining marks; the four control characters are blanks to Python.
static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?P<word>[\p{L}\p{N}_]+(?:[.'’][\p{L}\p{N}_]+)*)|[^\p{L}\p{N}_\s\x1c-\x1f]").ok()
});

/// First and last token of a trimmed span.
pub(super) type Edges = (usize, usize);

/// The tokens of an article.
pub(super) struct Tokens {
    spans: Vec<Span>,
    is_word: Vec<bool>,
    /// For each token: does it stand inside double quotation marks?
    pub(super) quoted: Vec<bool>,
}

impl Tokens {
    pub(super) fn new(text: &str) -> Self {
        let mut out = Self {
            spans: Vec::new(),
            is_word: Vec::new(),
            quoted: Vec::new(),
        };
        let mut inside = false;
        for found in TOKEN.iter().flat_map(|token| token.captures_iter(text)) {
            let Some(all) = found.get(0) else { continue };
            inside = match all.as_str() {
                "“" | "«" | "„" => true,
                "”" | "»" => false,
                "\"" => !inside,
                _ => inside,
            };
            out.spans.push(Span::new(all.start(), all.end()));
            out.is_word.push(found.name("word").is_some());
            out.quoted.push(inside);
        }
        out
    }

    /// Tokens under a span, punctuation dropped from both ends.
    fn under(&self, span: Span) -> Range<usize> {
        let mut begin = self.spans.partition_point(|t| t.end <= span.begin);
        let mut end = self.spans.partition_point(|t| t.begin < span.end);
        while begin < end && !self.is_word[begin] {
            begin += 1;
        }
        while begin < end && !self.is_word[end - 1] {
            end -= 1;
        }
        begin..end.max(begin)
    }

    /// The words under all spans.
    pub(super) fn words(&self, spans: &[Span]) -> BTreeSet<usize> {
        spans
            .iter()
            .flat_map(|&span| self.under(span))
            .filter(|&i| self.is_word[i])
            .collect()
    }

    /// First and last token of each span; spans without a word are left out.
    pub(super) fn edges(&self, spans: &[Span]) -> BTreeSet<Edges> {
        spans
            .iter()
            .map(|&span| self.under(span))
            .filter(|tokens| !tokens.is_empty())
            .map(|tokens| (tokens.start, tokens.end - 1))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_as_the_reference_does() {
        let text = "O'Brien’s U.S. dog_1, naïve “e.g.” क्षि 3.5% \u{1c}½";
        let tokens = Tokens::new(text);
        let words: Vec<&str> = tokens.spans.iter().map(|s| s.of(text)).collect();
        assert_eq!(
            words,
            [
                "O'Brien’s",
                "U.S",
                ".",
                "dog_1",
                ",",
                "naïve",
                "“",
                "e.g",
                ".",
                "”",
                "क",
                "्",
                "ष",
                "ि",
                "3.5",
                "%",
                "½"
            ]
        );
        assert_eq!(tokens.edges(&[Span::new(0, text.len())]).len(), 1);
    }
}
