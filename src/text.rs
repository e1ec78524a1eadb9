//! Byte ranges into an article's text, and the way back to the bytes of its file.
//!
//! All offsets in whosaid are UTF-8 byte offsets into [`Article::text`](crate::article::Article::text), half open:
//! `begin` is the first byte, `end` is one past the last. [`TextMap`] leads from there to the source.

use std::ops::Range;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A half-open byte range `[begin, end)` into an article's text. Serialised as `[begin, end]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub begin: u32,
    /// Offset one past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `begin` up to, not including, `end`. Offsets over 4 GiB are clamped; ingest caps articles far below.
    #[must_use]
    pub fn new(begin: usize, end: usize) -> Self {
        debug_assert!(begin <= end, "span ends before it begins: {begin}..{end}");
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            begin: clamp(begin),
            end: clamp(end),
        }
    }

    /// As a range of `usize`, to slice with.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.begin as usize..self.end as usize
    }

    /// The text under the span; empty if the span does not lie on character boundaries of `text`.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.begin) as usize
    }

    /// Is there nothing under it?
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.begin == self.end
    }

    /// Do the two share a byte?
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.begin < other.end && other.begin < self.end
    }

    /// Does `other` lie wholly inside?
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.begin <= other.begin && other.end <= self.end
    }

    /// The smallest span over both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self {
            begin: self.begin.min(other.begin),
            end: self.end.max(other.end),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.begin, self.end).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (begin, end) = <(u32, u32)>::deserialize(deserializer)?;
        if begin > end {
            return Err(serde::de::Error::custom(format!(
                "span ends before it begins: [{begin}, {end}]"
            )));
        }
        Ok(Self { begin, end })
    }
}

/// Where each byte of an article's text came from.
///
/// The text is cut into runs. In a *verbatim* run text and source are the same bytes, so offsets differ by a constant;
/// any other run was replaced as a whole (a decoded character, a repair), and every offset in it leads to the whole
/// source range. Between ingest steps maps are composed with [`TextMap::then`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextMap {
    /// Runs that were replaced, in order, disjoint; everything between them is verbatim.
    edits: Vec<Edit>,
    /// Source offset of text offset 0 (a record inside a larger file).
    base: u64,
}

/// One replaced run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Edit {
    text: Span,
    source_begin: u64,
    source_end: u64,
}

impl TextMap {
    /// The map of text that stands in its source byte for byte from `base` on.
    #[must_use]
    pub fn verbatim(base: u64) -> Self {
        Self {
            edits: Vec::new(),
            base,
        }
    }

    /// Notes that `text` (in the new text) replaced the source range. Must be called in text order.
    pub fn push(&mut self, text: Span, source: Range<u64>) {
        debug_assert!(
            self.edits
                .last()
                .is_none_or(|e| e.text.end <= text.begin && e.source_end <= source.start)
        );
        self.edits.push(Edit {
            text,
            source_begin: source.start,
            source_end: source.end,
        });
    }

    /// Is the text the source, byte for byte?
    #[must_use]
    pub fn is_verbatim(&self) -> bool {
        self.edits.is_empty()
    }

    /// The source bytes that the span came from: the smallest range of the source that covers it.
    #[must_use]
    pub fn source(&self, span: Span) -> Range<u64> {
        let begin = self.locate(span.begin).start;
        if span.is_empty() {
            return begin..begin;
        }
        begin..self.locate(span.end - 1).end
    }

    /// The source bytes of the text byte at `offset`.
    fn locate(&self, offset: u32) -> Range<u64> {
        let after = self.edits.partition_point(|e| e.text.begin <= offset);
        let Some(edit) = after.checked_sub(1).map(|i| &self.edits[i]) else {
            let at = self.base + u64::from(offset);
            return at..at + 1;
        };
        if offset < edit.text.end {
            return edit.source_begin..edit.source_end;
        }
        let at = edit.source_end + u64::from(offset - edit.text.end);
        at..at + 1
    }

    /// The map from the text of `next` (whose source is this map's text) straight to this map's source.
    #[must_use]
    pub fn then(&self, next: &TextMap) -> TextMap {
        // Both lists are sorted; an edit of `self` that `next` leaves alone moves with the text, one that an edit of
        // `next` touches melts into it.
        let mut out = TextMap::verbatim(self.base);
        let mut mine = self.edits.iter().peekable();
        let mut shift = -(next.base as i64);
        let moved = |at: u32, shift: i64| u32::try_from(i64::from(at) + shift).unwrap_or(0);
        for edit in &next.edits {
            let (from, to) = (edit.source_begin, edit.source_end);
            while let Some(e) = mine.peek().filter(|e| u64::from(e.text.end) <= from) {
                if u64::from(e.text.begin) >= next.base {
                    let text = Span {
                        begin: moved(e.text.begin, shift),
                        end: moved(e.text.end, shift),
                    };
                    out.edits.push(Edit { text, ..**e });
                }
                mine.next();
            }
            let covered = Span::new(from as usize, to as usize);
            let source = self.source(covered);
            while mine.peek().is_some_and(|e| u64::from(e.text.begin) < to) {
                mine.next();
            }
            out.edits.push(Edit {
                text: edit.text,
                source_begin: source.start,
                source_end: source.end,
            });
            shift = i64::from(edit.text.end) - to as i64;
        }
        for e in mine {
            if u64::from(e.text.begin) >= next.base {
                let text = Span {
                    begin: moved(e.text.begin, shift),
                    end: moved(e.text.end, shift),
                };
                out.edits.push(Edit { text, ..*e });
            }
        }
        if next.base > 0 {
            out.base = self
                .locate(u32::try_from(next.base).unwrap_or(u32::MAX))
                .start;
        }
        out
    }
}
