//! Finds where the words of an article stand in its page.

use super::visible::Visible;
use crate::ingest::pieces::Pieces;
use crate::text::TextMap;

/// How far ahead a paragraph is looked for, in bytes of what the page shows.
const AHEAD: usize = 256 << 10;

/// How often the whole page is looked through for one that is not ahead.
const FULL_SEARCHES: usize = 32;

/// What the page shows, without white space.
struct Squeezed {
    text: String,
    /// For each byte of `text` the index of its character in what is shown.
    at: Vec<u32>,
}

/// The text, with white space as it should be, and its map into the page. Words that are not found there lead to the
/// place where the words before them stand.
pub(super) fn locate(text: &str, visible: &Visible, page: &str) -> (String, TextMap) {
    let squeezed = squeeze(visible);
    let mut pieces = Pieces::default();
    let (mut cursor, mut searches) = (0, 0);
    let paragraphs = text.split("\n\n").map(str::trim).filter(|p| !p.is_empty());
    for paragraph in paragraphs {
        let mut gap = if pieces.text().is_empty() { "" } else { "\n\n" };
        // The whole paragraph at once, or else word by word.
        let plain: String = paragraph.chars().filter(|c| !c.is_whitespace()).collect();
        let found = find(&squeezed.text, &plain, cursor, AHEAD).or_else(|| {
            searches += 1;
            let again = searches <= FULL_SEARCHES;
            again
                .then(|| find(&squeezed.text, &plain, 0, usize::MAX))
                .flatten()
        });
        cursor = found.unwrap_or(cursor);
        for line in paragraph
            .split('\n')
            .map(str::trim)
            .filter(|l| !l.is_empty())
        {
            for word in line.split_whitespace() {
                let near = if found.is_some() { word.len() } else { 600 };
                let at = find(&squeezed.text, word, cursor, near);
                write(&mut pieces, gap, word, at, &squeezed, visible, page);
                if let Some(at) = at {
                    cursor = at + word.len();
                }
                gap = " ";
            }
            gap = "\n";
        }
    }
    pieces.finish()
}

/// Where `needle` begins in `hay`, at `from` or up to `ahead` bytes later.
fn find(hay: &str, needle: &str, from: usize, ahead: usize) -> Option<usize> {
    if needle.is_empty() {
        return None;
    }
    let mut end = from
        .saturating_add(ahead)
        .saturating_add(needle.len())
        .min(hay.len());
    while !hay.is_char_boundary(end) {
        end += 1;
    }
    hay.get(from..end)?.find(needle).map(|at| from + at)
}

fn squeeze(visible: &Visible) -> Squeezed {
    let mut squeezed = Squeezed {
        text: String::new(),
        at: Vec::new(),
    };
    for (index, shown) in visible.shown.iter().enumerate() {
        if !shown.c.is_whitespace() {
            squeezed.text.push(shown.c);
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            squeezed
                .at
                .extend(std::iter::repeat_n(index, shown.c.len_utf8()));
        }
    }
    squeezed
}

/// Adds a gap and a word, which stands at `at` of the squeezed text if it was found.
fn write(
    pieces: &mut Pieces,
    gap: &str,
    word: &str,
    at: Option<usize>,
    squeezed: &Squeezed,
    visible: &Visible,
    page: &str,
) {
    let shown = |byte: usize| {
        let index = *squeezed.at.get(at? + byte)?;
        visible.shown.get(index as usize).copied()
    };
    if !gap.is_empty() {
        match shown(0) {
            Some(first) => pieces.replacing_up_to_in(gap, u64::from(first.begin), page),
            None => pieces.made_up(gap),
        }
    }
    let mut run: Option<(usize, usize, u32, u32)> = None;
    let flush = |pieces: &mut Pieces, run: Option<(usize, usize, u32, u32)>| {
        if let Some((from, to, begin, _)) = run {
            pieces.verbatim(&word[from..to], u64::from(begin));
        }
    };
    for (byte, c) in word.char_indices() {
        let end = byte + c.len_utf8();
        match shown(byte) {
            Some(s) if (s.end - s.begin) as usize == c.len_utf8() => match &mut run {
                Some(open) if open.3 == s.begin => (open.1, open.3) = (end, s.end),
                _ => {
                    flush(pieces, run.replace((byte, end, s.begin, s.end)));
                }
            },
            Some(s) => {
                flush(pieces, run.take());
                pieces.replacing(&word[byte..end], u64::from(s.begin)..u64::from(s.end));
            }
            None => {
                flush(pieces, run.take());
                pieces.made_up(&word[byte..end]);
            }
        }
    }
    flush(pieces, run);
}
