//! Mends text that was decoded with the wrong table, and nothing else.
//!
//! Most damaged news is UTF-8 that some program read as an eight-bit encoding (“Franceâ€™s”). Where all bytes are still
//! there the damage is undone exactly. Where the control characters 0x80 to 0x9F were dropped afterwards, each
//! of “ ” ‘ ’ – — is a bare `â`, and which one it was is worked out from what stands around it.
//!
//! Nothing is silent: every repair is listed with what stood there and the rule that mended it, and a [`TextMap`] leads
//! back. Clean text of any language comes through byte for byte, and is not even copied.

use crate::article::Repair;
use crate::text::{Span, TextMap};

mod codecs;
mod exact;
mod gate;
mod lossy;

/// Texts are mended in parts of about this many bytes, cut at a line's end, so that memory stays bounded.
const PART: usize = 1 << 20;

/// A text is gone over until nothing more is mended, at most this often.
const PASSES: usize = 16;

/// What [`repair`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The text as it should be.
    pub text: String,
    /// From there to the text as it was; `None` if nothing was mended.
    pub map: Option<TextMap>,
    /// Each repair, in order.
    pub repairs: Vec<Repair>,
}

/// A character with its past.
#[derive(Clone, Copy, Debug)]
struct Letter {
    c: char,
    /// Bytes of the damaged text that it stands for.
    begin: u32,
    end: u32,
    /// The rule that made it in this pass; `None` if it is as it was.
    rule: Option<&'static str>,
    /// The rule that made it in a pass before this one.
    past: Option<&'static str>,
    /// It goes; what follows stays.
    gone: bool,
}

/// Mends a text if it is provably damaged.
///
/// ```
/// use whosaid::ingest::repair::repair;
/// let mended = repair("The mayorâ€™s office said â€œnoâ€\u{9d}.".to_owned());
/// assert_eq!(mended.text, "The mayor’s office said “no”.");
/// assert_eq!(repair("Le café d’à côté".to_owned()).map, None);
/// ```
#[must_use]
pub fn repair(text: String) -> Repaired {
    let clean = |text| Repaired {
        text,
        map: None,
        repairs: Vec::new(),
    };
    if text.is_ascii() || !looks_damaged(&text) {
        return clean(text);
    }
    let mut out = Repaired {
        text: String::with_capacity(text.len()),
        map: Some(TextMap::verbatim(0)),
        repairs: Vec::new(),
    };
    let mut begin = 0;
    while begin < text.len() {
        let end = part_end(&text, begin);
        let letters = mend(&text[begin..end], begin);
        write(&letters, &text, &mut out);
        begin = end;
    }
    if out.repairs.is_empty() {
        return clean(text);
    }
    out
}

/// Where the part that starts at `begin` ends: after a line's end if there is one.
fn part_end(text: &str, begin: usize) -> usize {
    if text.len() - begin <= PART {
        return text.len();
    }
    let mut end = begin + PART;
    while !text.is_char_boundary(end) {
        end += 1;
    }
    match text[begin..end].rfind('\n') {
        Some(at) if at > 0 => begin + at + 1,
        _ => end,
    }
}

/// One pass over the characters: is there anything that [`mend`] could act upon?
fn looks_damaged(text: &str) -> bool {
    let mut before = ' ';
    for c in text.chars() {
        if !before.is_ascii() && codecs::could_be_run(before, c) {
            return true;
        }
        if before == 'â' && gate::could_be_orphan(c) || c == 'â' && gate::impossible_before(before)
        {
            return true;
        }
        before = c;
    }
    before == 'â'
}

fn mend(part: &str, offset: usize) -> Vec<Letter> {
    let mut letters: Vec<Letter> = part
        .char_indices()
        .map(|(at, c)| {
            let span = Span::new(offset + at, offset + at + c.len_utf8());
            Letter {
                c,
                begin: span.begin,
                end: span.end,
                rule: None,
                past: None,
                gone: false,
            }
        })
        .collect();
    let mut removed = Vec::new();
    for _ in 0..PASSES {
        let damaged = gate::fires(gate::census(&letters));
        let exact = exact::mend(&mut letters, damaged);
        lossy::mend(&mut letters, exact);
        if letters.iter().all(|l| l.rule.is_none()) {
            break;
        }
        // What one pass made may show what the next can mend, and is to it as if it had always stood there.
        for letter in &mut letters {
            letter.past = letter.rule.take().or(letter.past);
        }
        removed.extend(letters.extract_if(.., |l| l.gone));
    }
    letters.extend(removed);
    letters.sort_by_key(|l| l.begin);
    // What went and is covered by a letter that was made of it is no repair of its own.
    let mut covered = 0;
    letters.retain(|letter| {
        let alone = letter.begin >= covered;
        covered = covered.max(letter.end);
        alone
    });
    letters
}

/// Appends the letters to the mended text.
fn write(letters: &[Letter], damaged: &str, out: &mut Repaired) {
    for letter in letters {
        let begin = out.text.len();
        if !letter.gone {
            out.text.push(letter.c);
        }
        let Some(rule) = letter.past else { continue };
        let span = Span::new(begin, out.text.len());
        let from = letter.begin as usize..letter.end as usize;
        if let Some(map) = &mut out.map {
            map.push(span, u64::from(letter.begin)..u64::from(letter.end));
        }
        out.repairs.push(Repair {
            span,
            from: damaged[from].to_owned(),
            rule,
        });
    }
}

#[cfg(test)]
mod tests;
