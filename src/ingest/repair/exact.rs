//! Undoes the damage where every byte is still there.
//!
//! For each table, runs of two to four characters are looked for that turn back into one valid UTF-8 sequence; the table
//! that explains the most wins, and damage done twice is undone in a second round. Clean text has such runs too (French
//! `été…\u{a0}»` is one), so a run has to give a character that news are written with, and short ones have to be
//! impossible as they stand.

use super::Letter;
use super::codecs;

/// Text that was damaged more often than this is left.
const ROUNDS: usize = 3;

/// A run of letters that is one character of UTF-8.
#[derive(Clone, Copy)]
struct Run {
    at: usize,
    len: usize,
    c: char,
}

/// How sure a run is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// By itself.
    Sure,
    /// If there are sure ones.
    WithOthers,
    /// Of a script that is written in runs: if there are many.
    WithMany,
    /// Never.
    No,
}

/// Mends all that can be mended without guessing. Answers whether there was anything. `damaged` says that the text is
/// known to be damaged, from what else stands in it.
pub(super) fn mend(letters: &mut Vec<Letter>, damaged: bool) -> bool {
    let mut mended = false;
    for _ in 0..ROUNDS {
        let mut best: Option<(u32, usize, Vec<Run>)> = None;
        for codec in 0..codecs::COUNT {
            let runs = believable(letters, codec, damaged);
            let score = runs
                .iter()
                .map(|r| if is_telltale(r.c) { 3 } else { 1 })
                .sum();
            if score > best.as_ref().map_or(0, |b| b.0) {
                best = Some((score, codec, runs));
            }
        }
        let Some((_, codec, runs)) = best else { break };
        mended = true;
        apply(letters, &runs, codecs::RULES[codec]);
    }
    mended
}

/// The runs of a table that are to be believed.
fn believable(letters: &[Letter], codec: usize, damaged: bool) -> Vec<Run> {
    let mut runs: Vec<(Run, Trust)> = Vec::new();
    // Letters beyond ASCII that are part of no run: there, the text is as it should be.
    let mut genuine = 0usize;
    let mut at = 0;
    while at < letters.len() {
        match run_at(letters, at, codec) {
            Some(run) => {
                let joined = runs
                    .last()
                    .is_some_and(|(r, t)| r.at + r.len == at && *t != Trust::No);
                let trust = trust(letters, run, codec, joined);
                if trust == Trust::No {
                    genuine += 1;
                }
                runs.push((run, trust));
                at += run.len;
            }
            None => {
                let c = letters[at].c;
                // A lead that lost its tail is no sound letter.
                let sound = c.is_alphabetic() && !matches!(c, 'â' | 'Â' | 'Ã' | 'Ă');
                genuine += usize::from(!c.is_ascii() && sound);
                at += 1;
            }
        }
    }
    let count = |trust| runs.iter().filter(|(_, t)| *t == trust).count();
    let (sure, many) = (count(Trust::Sure), count(Trust::WithMany));
    let take_many = many >= 3 && many >= genuine;
    // Where most letters beyond ASCII are sound, short runs are chance.
    let short_are_chance = (sure + count(Trust::WithOthers) + many) * 4 < genuine;
    runs.retain(|(run, trust)| match trust {
        Trust::Sure => run.len > 2 || !short_are_chance,
        Trust::WithOthers => !short_are_chance && (damaged || sure > 0 || take_many),
        Trust::WithMany => take_many,
        Trust::No => false,
    });
    runs.into_iter().map(|(run, _)| run).collect()
}

/// The run that begins at a letter.
fn run_at(letters: &[Letter], at: usize, codec: usize) -> Option<Run> {
    let first = letters[at].c;
    if first.is_ascii() {
        return None;
    }
    let second = letters.get(at + 1)?.c;
    if second.is_ascii() {
        return None;
    }
    let mut bytes = [codecs::byte(first, codec)?, 0, 0, 0];
    let len = match bytes[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    for (i, byte) in bytes.iter_mut().enumerate().take(len).skip(1) {
        *byte =
            codecs::byte(letters.get(at + i)?.c, codec).filter(|b| (0x80..=0xbf).contains(b))?;
    }
    let c = str::from_utf8(&bytes[..len]).ok()?.chars().next()?;
    Some(Run { at, len, c })
}

/// Characters that damaged news are full of.
fn is_telltale(c: char) -> bool {
    matches!(
        c,
        '’' | '‘'
            | '“'
            | '”'
            | '—'
            | '–'
            | '…'
            | '•'
            | '™'
            | '€'
            | '£'
            | '°'
            | '½'
            | '·'
            | '\u{a0}'
    ) || "éèáíóúñüöäëïçãâêôšžćčłøåßÉÖÜ".contains(c)
}

fn trust(letters: &[Letter], run: Run, codec: usize, joined: bool) -> Trust {
    match run.c {
        // What was damaged twice is damaged once after the first round: its control characters stay for the second.
        '\u{80}'..='\u{9f}' if joined => Trust::WithOthers,
        '\u{80}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}' => Trust::No,
        '\u{a0}'..='\u{17f}' | 'ș' | 'ț' | 'Ș' | 'Ț' | 'ə' | 'Ə' => {
            short(letters, run, codec, joined)
        }
        // Accents by themselves, which the tables hold.
        'ƒ' | '\u{2c6}'..='\u{2dd}' => Trust::WithOthers,
        '\u{180}'..='\u{36f}' => Trust::No,
        // Greek, Cyrillic, Armenian, Hebrew, Arabic.
        '\u{370}'..='\u{6ff}' => Trust::WithMany,
        '\u{2010}'..='\u{203a}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2044}'
        | '\u{20a0}'..='\u{20bf}'
        | '\u{2100}'..='\u{214f}'
        | '\u{2190}'..='\u{21ff}'
        | '\u{2212}'
        | '\u{2260}'..='\u{2265}'
        | '\u{2500}'..='\u{27bf}'
        | '\u{feff}'
        | '\u{fb00}'..='\u{fb04}'
        | '\u{2060}' => {
            // The raw bytes of all these begin with E2 or EF: unmistakable but for a letter that just happens to stand
            // before two quotation marks.
            let marks = letters[run.at + 1..run.at + run.len]
                .iter()
                .all(|l| is_common_mark(l.c));
            if marks && !matches!(run.c, '\u{2010}'..='\u{203a}') {
                Trust::WithOthers
            } else {
                Trust::Sure
            }
        }
        '\u{1f000}'..='\u{1faff}' => Trust::Sure,
        c if c.is_alphanumeric() => Trust::WithMany,
        _ => Trust::WithMany,
    }
}

/// A run of two: could it stand like this in sound text?
fn short(letters: &[Letter], run: Run, codec: usize, joined: bool) -> Trust {
    let (lead, tail) = (letters[run.at].c, letters[run.at + 1].c);
    let before = run.at.checked_sub(1).map_or(' ', |at| letters[at].c);
    let after = letters.get(run.at + 2).map_or(' ', |l| l.c);
    let tail_is_letter = tail.is_alphabetic() && !matches!(tail, 'ª' | 'º');
    let drawn = matches!(lead, '\u{2500}'..='\u{259f}');
    if codec == codecs::CYRILLIC && is_cyrillic(before) && !joined {
        return Trust::No;
    }
    if drawn {
        // Lines of a table stand among lines of a table.
        let table = |c: char| matches!(c, '\u{2500}'..='\u{259f}');
        return if table(tail) || table(before) && !joined {
            Trust::WithOthers
        } else {
            Trust::Sure
        };
    }
    if tail_is_letter {
        return if lead.is_uppercase() && before.is_lowercase() {
            Trust::Sure
        } else {
            Trust::WithOthers
        };
    }
    if !lead.is_alphabetic() && !before.is_alphabetic() && !joined {
        return Trust::WithOthers;
    }
    if is_common_mark(tail) && !before.is_lowercase() && !after.is_alphabetic() && !joined {
        // "AMANHÃ”", "HYVÄ…"
        return Trust::WithOthers;
    }
    Trust::Sure
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

/// Punctuation that stands behind any word.
fn is_common_mark(c: char) -> bool {
    matches!(
        c,
        '’' | '‘'
            | '‚'
            | '“'
            | '”'
            | '„'
            | '‹'
            | '›'
            | '«'
            | '»'
            | '–'
            | '—'
            | '…'
            | '\u{a0}'
            | '™'
            | '®'
            | '°'
            | '·'
    )
}

/// Puts each run's character in its place.
fn apply(letters: &mut Vec<Letter>, runs: &[Run], rule: &'static str) {
    let mut runs = runs.iter().peekable();
    let mut out = Vec::with_capacity(letters.len());
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        match runs.next_if(|run| run.at == at) {
            Some(run) => {
                out.push(Letter {
                    c: run.c,
                    end: letters[run.at + run.len - 1].end,
                    rule: Some(rule),
                    ..letter
                });
                at += run.len;
            }
            None => {
                out.push(letter);
                at += 1;
            }
        }
    }
    *letters = out;
}
