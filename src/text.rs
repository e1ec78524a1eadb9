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

    /// The source of nothing at `offset`: an empty range, or the whole edit that `offset` cuts.
    fn between(&self, offset: u32) -> Range<u64> {
        let here = self.locate(offset);
        match offset.checked_sub(1).map(|before| self.locate(before)) {
            Some(before) if before == here => here,
            _ => here.start..here.start,
        }
    }

    /// The map from the text of `next` (whose source is this map's text) straight to this map's source.
    ///
    /// The same as two lookups, one after the other: `a.then(&b).source(s)` is `a.source(b.source(s))`.
    #[must_use]
    pub fn then(&self, next: &TextMap) -> TextMap {
        if self.edits.is_empty() && next.edits.is_empty() {
            return TextMap::verbatim(self.base + next.base);
        }
        let mut out = Joined {
            map: TextMap::verbatim(self.locate(clamp(next.base)).start),
            first: self,
            mine: 0,
        };
        let (mut text, mut middle) = (0, next.base);
        for edit in &next.edits {
            // What stands between the edits of `next` is this map's text unchanged: its own edits come through.
            out.copy(text, middle..edit.source_begin);
            let source = if edit.source_begin < edit.source_end {
                self.source(Span {
                    begin: clamp(edit.source_begin),
                    end: clamp(edit.source_end),
                })
            } else {
                self.between(clamp(edit.source_begin))
            };
            out.map.edits.push(Edit {
                text: edit.text,
                source_begin: source.start,
                source_end: source.end,
            });
            (text, middle) = (edit.text.end, edit.source_end);
        }
        out.copy(text, middle..u64::from(u32::MAX));
        out.map
    }
}

/// A composition under way.
struct Joined<'a> {
    map: TextMap,
    first: &'a TextMap,
    /// Edits of `first` before this one end before the place that was reached.
    mine: usize,
}

impl Joined<'_> {
    /// Takes over `range` of the first map's text, which stands at `text` in the new one.
    fn copy(&mut self, text: u32, range: Range<u64>) {
        if range.start >= range.end {
            return;
        }
        let (from, to) = (clamp(range.start), clamp(range.end));
        let moved = |at: u32| clamp(u64::from(text) + u64::from(at - from));
        while self
            .first
            .edits
            .get(self.mine)
            .is_some_and(|e| e.text.end < from || (e.text.end == from && e.text.begin < from))
        {
            self.mine += 1;
        }
        // A jump of the source that the last edit does not account for becomes an edit of no text.
        let inside = self
            .first
            .edits
            .get(self.mine)
            .is_some_and(|e| e.text.begin <= from);
        if !inside {
            self.jump(text, self.first.locate(from).start);
        }
        for e in self.first.edits[self.mine..]
            .iter()
            .take_while(|e| e.text.begin < to)
        {
            if e.text.end < from {
                continue;
            }
            self.map.edits.push(Edit {
                text: Span {
                    begin: moved(e.text.begin.max(from)),
                    end: moved(e.text.end.min(to).max(from)),
                },
                ..*e
            });
        }
    }

    /// Makes the next verbatim run begin at `source`.
    fn jump(&mut self, text: u32, source: u64) {
        let have = match self.map.edits.last() {
            Some(e) => e.source_end + u64::from(text - e.text.end),
            None => self.map.base + u64::from(text),
        };
        if have != source {
            self.map.edits.push(Edit {
                text: Span {
                    begin: text,
                    end: text,
                },
                source_begin: have.min(source),
                source_end: source,
            });
        }
    }
}

/// Offsets over 4 GiB do not occur in an article; should one come, it sticks at the end.
fn clamp(at: u64) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Span, TextMap};

    /// Builds a map over `source_len` bytes from (gap, removed, inserted) triples; answers the length of its text too.
    fn map(base: u64, edits: &[(u32, u32, u32)]) -> (TextMap, u32) {
        let mut out = TextMap::verbatim(base);
        let (mut text, mut source) = (0, base);
        for &(gap, removed, inserted) in edits {
            text += gap;
            source += u64::from(gap);
            let span = Span::new(text as usize, (text + inserted) as usize);
            out.push(span, source..source + u64::from(removed));
            text += inserted;
            source += u64::from(removed);
        }
        (out, text + 5)
    }

    #[test]
    fn removed_source_leads_past_it() {
        let (m, _) = map(0, &[(2, 3, 0)]);
        assert_eq!(m.source(Span::new(0, 2)), 0..2);
        assert_eq!(m.source(Span::new(1, 3)), 1..6);
        assert_eq!(m.source(Span::new(2, 3)), 5..6);
    }

    proptest! {
        #[test]
        fn then_is_two_lookups(
            bases in (0u64..9, 0u64..9),
            first in prop::collection::vec((0u32..5, 0u32..4, 0u32..4), 0..8),
            second in prop::collection::vec((0u32..5, 0u32..4, 0u32..4), 0..8),
        ) {
            let (a, _) = map(bases.0, &first);
            let (b, len) = map(bases.1, &second);
            let both = a.then(&b);
            for begin in 0..len {
                for end in begin + 1..=len {
                    let span = Span::new(begin as usize, end as usize);
                    // Text out of nothing has no bytes to lead to.
                    let empty = |at: u32| b.source(Span::new(at as usize, at as usize + 1)).is_empty();
                    if empty(begin) || empty(end - 1) {
                        continue;
                    }
                    let middle = b.source(span);
                    let middle = Span::new(middle.start as usize, middle.end as usize);
                    let stepwise = a.source(middle);
                    prop_assert_eq!(both.source(span), stepwise, "{:?}", span);
                }
            }
        }

        #[test]
        fn source_is_monotone(edits in prop::collection::vec((0u32..5, 0u32..4, 0u32..4), 0..8)) {
            let (m, len) = map(0, &edits);
            let mut last = 0..0;
            for at in 0..len {
                let here = m.source(Span::new(at as usize, at as usize + 1));
                prop_assert!(last.start <= here.start && last.end <= here.end);
                last = here;
            }
        }
    }
}
