//! An article as the tagger sees it: units, quotation state, and sums that features are made of.
//!
//! A unit is a token, or a hyphenated compound or amount (`full-scale`, `$5`, `40%`), which the tagger reads as one
//! word. All positions here count units unless said otherwise.

use std::ops::Range;

use super::words::{AFTER, BEFORE, Lexicon, Vocabulary, Word, class};
use crate::extract::quotes::Region;
use crate::extract::token::{TokenKind, Tokens};

/// No position.
pub const NONE: u32 = u32::MAX;

/// Quotation state of a unit.
pub mod quote {
    /// Outside.
    pub const OUT: u8 = 0;
    /// The opening mark.
    pub const OPEN: u8 = 1;
    /// Inside.
    pub const IN: u8 = 2;
    /// The closing mark.
    pub const CLOSE: u8 = 3;
}

/// A quotation region in units.
#[derive(Clone, Copy, Debug)]
pub struct Quoted {
    /// The opening mark.
    pub open: u32,
    /// The closing mark; the end of the paragraph where it is missing.
    pub close: u32,
    /// Begins the paragraph.
    pub leads: bool,
    /// What stands before the closing mark: 0 a word, else a code of the mark.
    pub ending: u8,
    /// Hashes of the two words before and the two after.
    pub around: [u64; 4],
    /// Is there a cue word outside quotations in the same sentence before, after?
    pub cues: [bool; 2],
}

/// A stretch between commas, dashes and quotation marks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Segment {
    /// Length in units.
    pub length: u32,
    /// Holds a cue word.
    pub cue: bool,
    /// Holds quoted words.
    pub quoted: bool,
}

/// The view; reuse it from article to article.
#[derive(Debug, Default)]
pub struct View {
    /// Word type of each unit.
    pub types: Vec<u32>,
    /// The word types themselves, side by side.
    pub words: Vec<Word>,
    /// Token range of each unit.
    pub tokens: Vec<(u32, u32)>,
    /// Sentence of each unit.
    pub sentence: Vec<(u32, u32)>,
    /// Paragraph of each unit.
    pub paragraph: Vec<(u32, u32)>,
    /// Paragraphs in order.
    pub paragraphs: Vec<(u32, u32)>,
    /// See [`quote`].
    pub state: Vec<u8>,
    /// Index into `regions` or [`NONE`].
    pub region: Vec<u32>,
    /// Quotation regions, outermost only.
    pub regions: Vec<Quoted>,
    /// Did the paragraph before end inside a quotation?
    pub carried: Vec<bool>,
    /// Number of breaks (see [`class::BREAK`]) before each unit; one more entry than units, like the next three.
    pub breaks: Vec<u32>,
    /// Number of quotation marks.
    pub marks: Vec<u32>,
    /// Number of sentence beginnings.
    pub starts: Vec<u32>,
    /// Number of cue words outside quotations.
    pub cues: Vec<u32>,
    /// Number of commas.
    pub commas: Vec<u32>,
    /// Number of quoted units.
    pub inside: Vec<u32>,
    /// Nearest cue word before each unit, in its sentence or not.
    pub cue_before: Vec<u32>,
    /// Nearest cue word after each unit.
    pub cue_after: Vec<u32>,
    /// Next opening mark at or after each unit in its sentence.
    pub next_open: Vec<u32>,
    /// Last closing mark before each unit in its sentence.
    pub last_close: Vec<u32>,
    /// The word "according" in the unit's sentence.
    pub according: Vec<u32>,
    /// Segment of each unit.
    pub segment: Vec<u32>,
    /// Segments in order.
    pub segments: Vec<Segment>,
    /// Unit of each token.
    unit_of: Vec<u32>,
}

impl View {
    /// Number of units.
    #[must_use]
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Is there no unit?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// Has unit `i` the property?
    #[inline(always)]
    #[must_use]
    pub fn is(&self, i: u32, class: u16) -> bool {
        self.words[i as usize].class & class != 0
    }

    /// The word at place `at` of a paragraph, or the boundary that stands there.
    #[inline(always)]
    #[must_use]
    pub fn word_or_edge<'v>(
        &'v self,
        vocabulary: &'v Vocabulary,
        at: i64,
        (begin, end): (u32, u32),
    ) -> &'v Word {
        if at < i64::from(begin) {
            &vocabulary.words()[BEFORE as usize]
        } else if at >= i64::from(end) {
            &vocabulary.words()[AFTER as usize]
        } else {
            &self.words[at as usize]
        }
    }

    /// The units under a token range.
    #[must_use]
    pub fn units(&self, tokens: &Range<u32>) -> Range<u32> {
        let unit = |t: u32| self.unit_of.get(t as usize).copied();
        match (unit(tokens.start), tokens.end.checked_sub(1).and_then(unit)) {
            (Some(a), Some(b)) if tokens.start < tokens.end => a..b + 1,
            _ => 0..0,
        }
    }

    /// The tokens of a unit range.
    #[must_use]
    pub fn token_range(&self, units: &Range<u32>) -> Range<u32> {
        if units.is_empty() {
            return 0..0;
        }
        self.tokens[units.start as usize].0..self.tokens[units.end as usize - 1].1
    }

    /// Makes the view of an article; `vocabulary` becomes that of the article.
    pub fn build(
        &mut self,
        tokens: &Tokens<'_>,
        quotes: &[Region],
        vocabulary: &mut Vocabulary,
        lexicon: &Lexicon,
    ) {
        vocabulary.clear();
        self.cut(tokens);
        self.quote(tokens, quotes);
        self.types.clear();
        self.words.clear();
        for (i, &(begin, end)) in self.tokens.iter().enumerate() {
            // marks are read by their part, not by their make
            let printed = match self.state[i] {
                quote::OPEN => "“",
                quote::CLOSE => "”",
                _ => tokens.span(begin..end).of(tokens.text),
            };
            let id = vocabulary.id(printed, lexicon);
            self.types.push(id);
            self.words.push(vocabulary.words()[id as usize]);
        }
        self.count();
        self.look_around();
        self.describe_regions(vocabulary);
    }

    /// Units with their sentences and paragraphs.
    fn cut(&mut self, tokens: &Tokens<'_>) {
        self.tokens.clear();
        self.unit_of.clear();
        self.sentence.clear();
        self.paragraph.clear();
        self.paragraphs.clear();
        let mut sentence_begin = 0;
        let mut paragraph_begin = 0;
        let all = &tokens.tokens;
        let mut t = 0;
        while t < all.len() {
            let end = compound_end(tokens, t);
            let unit = self.tokens.len() as u32;
            self.tokens.push((t as u32, end as u32));
            self.unit_of.resize(end, unit);
            let ends = |by: fn(&crate::extract::token::Token) -> u32| {
                all.get(end).is_none_or(|next| by(next) != by(&all[t]))
            };
            if ends(|t| t.sentence) {
                let range = (sentence_begin, unit + 1);
                self.sentence.resize(unit as usize + 1, range);
                sentence_begin = unit + 1;
            }
            if ends(|t| t.paragraph) {
                let range = (paragraph_begin, unit + 1);
                self.paragraph.resize(unit as usize + 1, range);
                self.paragraphs.push(range);
                paragraph_begin = unit + 1;
            }
            t = end;
        }
    }

    /// Quotation state, from the outermost regions.
    fn quote(&mut self, tokens: &Tokens<'_>, quotes: &[Region]) {
        let n = self.tokens.len();
        self.state.clear();
        self.state.resize(n, quote::OUT);
        self.region.clear();
        self.region.resize(n, NONE);
        self.carried.clear();
        self.carried.resize(n, false);
        self.regions.clear();
        for region in quotes.iter().filter(|r| r.depth == 0) {
            let Some(&open) = self.unit_of.get(region.open as usize) else {
                continue;
            };
            let (_, paragraph_end) = self.paragraph[open as usize];
            let close = if region.closed {
                self.unit_of
                    .get(region.close as usize)
                    .map_or(paragraph_end, |&c| c)
            } else {
                paragraph_end
            };
            let index = self.regions.len() as u32;
            self.regions.push(Quoted {
                open,
                close,
                leads: open == self.paragraph[open as usize].0,
                ending: 0,
                around: [0; 4],
                cues: [false; 2],
            });
            let last = if region.closed { close + 1 } else { close };
            for unit in open..last {
                self.state[unit as usize] = quote::IN;
                self.region[unit as usize] = index;
            }
            let is_mark = matches!(
                tokens.tokens[region.open as usize].kind,
                TokenKind::OpenQuote
                    | TokenKind::CloseQuote
                    | TokenKind::PlainQuote
                    | TokenKind::SingleQuote
            );
            if is_mark {
                self.state[open as usize] = quote::OPEN;
            }
            if region.closed {
                self.state[close as usize] = quote::CLOSE;
            } else if let Some(next) = self.paragraph.get(close as usize).copied() {
                self.carried[next.0 as usize..next.1 as usize].fill(true);
            }
        }
    }

    /// Running counts and segments.
    fn count(&mut self) {
        let n = self.types.len();
        for list in [
            &mut self.breaks,
            &mut self.marks,
            &mut self.starts,
            &mut self.cues,
            &mut self.commas,
            &mut self.inside,
        ] {
            list.clear();
            list.push(0);
        }
        self.segment.clear();
        self.segments.clear();
        let push = |list: &mut Vec<u32>, yes: bool| {
            let last = list.last().map_or(0, |&x| x);
            list.push(last + u32::from(yes));
        };
        for i in 0..n {
            let class = self.words[i].class;
            let state = self.state[i];
            let mark = matches!(state, quote::OPEN | quote::CLOSE);
            push(&mut self.breaks, class & class::BREAK != 0);
            push(&mut self.marks, mark);
            push(&mut self.starts, self.sentence[i].0 as usize == i);
            let cue = class & class::CUE != 0;
            push(&mut self.cues, cue && state != quote::IN);
            push(&mut self.commas, class & class::COMMA != 0);
            push(&mut self.inside, state == quote::IN);
            let new = i == 0
                || self.sentence[i] != self.sentence[i - 1]
                || self.words[i - 1].class & class::BREAK != 0
                || matches!(self.state[i - 1], quote::OPEN | quote::CLOSE);
            if new {
                self.segments.push(Segment::default());
            }
            self.segment.push(self.segments.len() as u32 - 1);
            if let Some(segment) = self.segments.last_mut() {
                segment.length += 1;
                segment.cue |= cue;
                segment.quoted |= state == quote::IN;
            }
        }
    }

    /// Nearest cues, marks and "according".
    fn look_around(&mut self) {
        let n = self.types.len();
        for list in [
            &mut self.cue_before,
            &mut self.cue_after,
            &mut self.next_open,
            &mut self.last_close,
            &mut self.according,
        ] {
            list.clear();
            list.resize(n, NONE);
        }
        let (mut cue, mut close, mut according) = (NONE, NONE, NONE);
        for i in 0..n {
            if self.sentence[i].0 as usize == i {
                close = NONE;
                according = NONE;
                let (begin, end) = self.sentence[i];
                for k in (begin..end).rev() {
                    if self.is(k, class::ACCORDING) {
                        according = k;
                    }
                }
            }
            self.according[i] = according;
            self.cue_before[i] = cue;
            self.last_close[i] = close;
            if self.words[i].class & class::CUE != 0 {
                cue = i as u32;
            }
            if self.state[i] == quote::CLOSE {
                close = i as u32;
            }
        }
        let (mut cue, mut open) = (NONE, NONE);
        for i in (0..n).rev() {
            if self.sentence[i].1 as usize == i + 1 {
                open = NONE;
            }
            if self.state[i] == quote::OPEN {
                open = i as u32;
            }
            self.next_open[i] = open;
            self.cue_after[i] = cue;
            if self.words[i].class & class::CUE != 0 {
                cue = i as u32;
            }
        }
    }

    fn describe_regions(&mut self, vocabulary: &Vocabulary) {
        for k in 0..self.regions.len() {
            let Quoted { open, close, .. } = self.regions[k];
            let (begin, end) = self.paragraph[open as usize];
            let low = |i: Option<u32>| match i {
                Some(i) if i < begin => vocabulary.words()[BEFORE as usize].low,
                Some(i) if i < end => self.words[i as usize].low,
                None => vocabulary.words()[BEFORE as usize].low,
                Some(_) => vocabulary.words()[AFTER as usize].low,
            };
            let ending = if close >= end {
                5
            } else {
                match close.checked_sub(1).map(|i| &self.words[i as usize]) {
                    Some(w) if w.class & class::COMMA != 0 => 1,
                    Some(w) if w.class & class::PERIOD != 0 => 2,
                    Some(w) if w.class & class::STOP != 0 => 3,
                    _ => 0,
                }
            };
            let outside =
                |from: u32, to: u32| from < to && self.cues[to as usize] > self.cues[from as usize];
            let sentence_begin = self.sentence[open as usize].0;
            let sentence_end = self
                .sentence
                .get(close as usize)
                .map_or(close, |s| s.1.max(close));
            let around = [
                low(open.checked_sub(2)),
                low(open.checked_sub(1)),
                low(Some(close + 1)),
                low(Some(close + 2)),
            ];
            let cues = [
                outside(sentence_begin, open),
                outside((close + 1).min(end), sentence_end.min(end)),
            ];
            self.regions[k] = Quoted {
                ending,
                around,
                cues,
                ..self.regions[k]
            };
        }
    }
}

/// One past the last token of the unit that begins at token `t`.
fn compound_end(tokens: &Tokens<'_>, t: usize) -> usize {
    let all = &tokens.tokens;
    let is_word = |i: usize| {
        all.get(i)
            .is_some_and(|x| matches!(x.kind, TokenKind::Word | TokenKind::Number))
    };
    let glued = |i: usize| all.get(i).is_some_and(|x| x.glued);
    let mut end = t + 1;
    if matches!(tokens.word(t as u32), "$" | "£" | "€")
        && glued(end)
        && all[end].kind == TokenKind::Number
    {
        end += 1;
    }
    if !is_word(end - 1) {
        return end;
    }
    while glued(end)
        && all[end].kind == TokenKind::Dash
        && matches!(tokens.word(end as u32), "-" | "‐" | "‑")
        && glued(end + 1)
        && is_word(end + 1)
    {
        end += 2;
    }
    if glued(end) && all[end - 1].kind == TokenKind::Number && tokens.word(end as u32) == "%" {
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{quotes, sentence};

    fn view(text: &str) -> (View, Vec<String>) {
        let tokens = sentence::split(text);
        let regions = quotes::regions(&tokens);
        let mut vocabulary = Vocabulary::default();
        let mut view = View::default();
        view.build(&tokens, &regions, &mut vocabulary, &Lexicon::default());
        let units = view
            .tokens
            .iter()
            .map(|&(a, b)| tokens.span(a..b).of(text).to_owned())
            .collect();
        (view, units)
    }

    #[test]
    fn compounds_are_one_unit() {
        let (view, units) = view("A full-scale, $3-million plan--40% off--won. She left.");
        assert_eq!(
            units.join("|"),
            "A|full-scale|,|$3-million|plan|--|40%|off|--|won|.|She|left|."
        );
        assert_eq!(view.sentence[0], (0, 11));
        assert_eq!(view.paragraphs, [(0, 14)]);
        assert_eq!(view.token_range(&(1..2)), 1..4);
        assert_eq!(view.units(&(1..4)), 1..2);
    }

    #[test]
    fn states_follow_the_regions() {
        let (view, _) = view("He said, \"Go now.\" We went.\nWhat?");
        let states: String = view.state.iter().map(|s| char::from(b'0' + s)).collect();
        assert_eq!(states, "0001222300000");
        assert_eq!(view.regions.len(), 1);
        assert_eq!(view.regions[0].ending, 2);
    }

    #[test]
    fn nothing_breaks_on_odd_text() {
        for text in ["", "“", "\n\n", "- - -", "$", "5-", "\"a\n\"b\nc\""] {
            let (view, units) = view(text);
            assert_eq!(view.len(), units.len());
            assert_eq!(view.paragraph.len(), units.len());
        }
    }
}
