//! Text put together from pieces of its source, with the way back.

use std::ops::Range;

use crate::text::{Span, TextMap};

/// A text under construction. Source positions must not go backwards; a piece that does is taken as made up.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    text: String,
    map: TextMap,
    /// Source offset that follows the last piece.
    reached: u64,
}

impl Pieces {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Adds text that stands in the source, byte for byte, from `at` on.
    pub(super) fn verbatim(&mut self, piece: &str, at: u64) {
        if piece.is_empty() {
            return;
        }
        if at < self.reached {
            return self.made_up(piece);
        }
        self.pass_over(at);
        self.text.push_str(piece);
        self.reached = at + piece.len() as u64;
    }

    /// Adds text that stands for a range of the source.
    pub(super) fn replacing(&mut self, piece: &str, source: Range<u64>) {
        if source.start < self.reached {
            return self.made_up(piece);
        }
        self.pass_over(source.start);
        let begin = self.text.len();
        self.text.push_str(piece);
        self.reached = source.end;
        self.map.push(Span::new(begin, self.text.len()), source);
    }

    /// Adds text that stands for everything since the last piece, up to `end`.
    pub(super) fn replacing_up_to(&mut self, piece: &str, end: u64) {
        if end < self.reached {
            return self.made_up(piece);
        }
        self.replacing(piece, self.reached..end);
    }

    /// The same, where `source` is at hand: if the text stands there as it is, it is verbatim.
    pub(super) fn replacing_up_to_in(&mut self, piece: &str, end: u64, source: &str) {
        let here = source.get(self.reached as usize..(end as usize).max(self.reached as usize));
        if here == Some(piece) {
            return self.verbatim(piece, self.reached);
        }
        self.replacing_up_to(piece, end);
    }

    /// Adds text that no byte of the source stands for.
    pub(super) fn made_up(&mut self, piece: &str) {
        let begin = self.text.len();
        self.text.push_str(piece);
        self.map.push(
            Span::new(begin, self.text.len()),
            self.reached..self.reached,
        );
    }

    /// The text and its map.
    pub(super) fn finish(self) -> (String, TextMap) {
        (self.text, self.map)
    }

    fn pass_over(&mut self, to: u64) {
        if self.text.is_empty() && self.map.is_verbatim() {
            self.map = TextMap::verbatim(to);
        } else if to > self.reached {
            let end = self.text.len();
            self.map.push(Span::new(end, end), self.reached..to);
        }
    }
}
