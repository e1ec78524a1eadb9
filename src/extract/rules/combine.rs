//! What of the tagger's and the rules' findings becomes a statement.

use std::ops::Range;

use super::{
    ACCORDING, ALONE, CLAUSE, CLAUSE_FIRST, COORDINATED, LETTER, NESTED, NESTED_QUOTATION,
    PARENTHESIS, REFUSAL, RELEASE, SPEAKER_VERB, TRANSCRIPT, VERB_QUOTATION, VERB_SPEAKER,
    first_token, is_verbatim,
};
use crate::extract::lexicon::{Class, Frame, Mark};
use crate::extract::quotes::Region;
use crate::extract::tagger::Attribution;
use crate::extract::token::Tokens;

/// How much less a clause counts that the tagger left alone: 48 instead of 77 in a hundred are right on PolNeAR dev.
const LEFT_BY_TAGGER: f32 = 0.65;

/// Log odds under which a rule's finding is dropped where precision is asked for: a quarter, the least that the tagger
/// keeps.
const LEAST_ODDS: f32 = -1.1;

/// Rules whose findings are kept where the tagger found nothing. On PolNeAR dev each of them raises the F1 of `said` or
/// leaves it (signatures +0.7, quotations +0.2, clauses +0.2 with one point of recall), except [`ALONE`] and [`REFUSAL`]:
/// their annotators count such quotations and refusals otherwise, readers do not.
const BESIDE_TAGGER: &[&str] = &[
    REFUSAL,
    TRANSCRIPT,
    RELEASE,
    LETTER,
    VERB_SPEAKER,
    SPEAKER_VERB,
    VERB_QUOTATION,
    ALONE,
    ACCORDING,
    CLAUSE,
    CLAUSE_FIRST,
    COORDINATED,
    PARENTHESIS,
];

/// The tagger's findings, and those of the rules that it cannot know or has missed. Nothing is said twice: a rule's
/// finding whose content or cue touches one of the tagger's is dropped. A positive `precision` (log odds) asks more of
/// the rules, as of the tagger.
#[must_use]
pub fn combine(
    tokens: &Tokens<'_>,
    marks: &[Mark],
    quotes: &[Region],
    tagged: Vec<Attribution>,
    ruled: Vec<Attribution>,
    precision: f32,
) -> Vec<Attribution> {
    if tagged.is_empty() {
        return ruled;
    }
    let (verbatim, ruled): (Vec<_>, Vec<_>) =
        ruled.into_iter().partition(|a| is_verbatim(a.found_by));
    let mut out = tagged;
    silence_sources(tokens, quotes, &mut out);
    fill_quotations(quotes, &mut out);
    for label in &verbatim {
        out.retain_mut(|a| fits_under(marks, a, label));
    }
    let from_tagger = out.len();
    for rule in ruled {
        if let Some(second) = split_off(&mut out[..from_tagger], &rule) {
            out.push(second);
            continue;
        }
        if [NESTED, NESTED_QUOTATION].contains(&rule.found_by) {
            // the words around it are somebody's statement, which may well share them
            let heard = |a: &Attribution| !share(&a.cue, &rule.cue);
            if out.iter().all(heard) {
                out.push(rule);
            }
            continue;
        }
        complete_quotation(&mut out[..from_tagger], &rule);
        let mut touching = out[..from_tagger].iter_mut().filter(|a| {
            share(&a.content, &rule.content)
                || share(&a.cue, &rule.cue)
                || rule.content.is_empty() && share(&a.content, &rule.cue)
        });
        match touching.next() {
            // the tagger took "declined" for the cue and "to comment" for what was said
            Some(same) if rule.found_by == REFUSAL && tokens_of(&same.content) <= 12 => {
                *same = rule;
            }
            // the tagger took the subject alone: "The pier|, engineers contend, |was never strong"
            Some(same)
                if rule.found_by == PARENTHESIS
                    && share(&same.cue, &rule.cue)
                    && tokens_of(&same.content) < tokens_of(&rule.content) =>
            {
                same.content = rule.content;
            }
            // "…, but |the union| promised": the subject stands beside the verb, not in the clause before
            Some(same) if share(&same.cue, &rule.cue) && is_nearer(&rule, same) => {
                same.source = rule.source;
            }
            None if BESIDE_TAGGER.contains(&rule.found_by) => {
                let clause = [CLAUSE, CLAUSE_FIRST, PARENTHESIS, COORDINATED, ACCORDING]
                    .contains(&rule.found_by);
                let score = rule.score * if clause { LEFT_BY_TAGGER } else { 1.0 };
                let odds = (score / (1.0 - score).max(1e-3)).ln() - precision.max(0.0);
                if precision <= 0.0 || odds >= LEAST_ODDS {
                    out.push(Attribution { score, ..rule });
                }
            }
            _ => {}
        }
    }
    out.extend(verbatim);
    out.sort_by_key(first_token);
    one_subject(&mut out);
    end_before_next(tokens, marks, &mut out);
    join_paragraphs(quotes, &mut out);
    out
}

/// "|Ruiz| said it was late, but |the union| promised …": of a source in two parts the first is the subject of the cue
/// that stands between them.
fn one_subject(found: &mut [Attribution]) {
    let mut cues: Vec<u32> = found.iter().flat_map(|a| &a.cue).map(|c| c.start).collect();
    cues.sort_unstable();
    for a in found {
        let (Some(own), Some(last)) = (a.cue.first(), a.source.last().cloned()) else {
            continue;
        };
        if last.end == own.start {
            a.source.retain(|part| {
                let next = cues.partition_point(|&c| c < part.end);
                part.start >= last.start || cues.get(next).is_none_or(|&c| c >= last.start)
            });
        }
    }
}

/// "Ruiz said the ferry was late, but |the union| denied it": the subject of the next cue is no part of what the first
/// one said, nor is the conjunction before it.
fn end_before_next(tokens: &Tokens<'_>, marks: &[Mark], found: &mut [Attribution]) {
    let mut subjects: Vec<Range<u32>> = found
        .iter()
        .filter_map(|a| {
            let source = a.source.first()?;
            let cue = a.cue.first()?;
            (source.end <= cue.start).then(|| source.clone())
        })
        .collect();
    subjects.sort_by_key(|s| s.end);
    let joins = |i: u32| {
        let mark = marks.get(i as usize).copied().unwrap_or_default();
        mark.is(Class::Clause) || tokens.word(i) == ","
    };
    for content in found.iter_mut().filter_map(|a| a.content.last_mut()) {
        let at = subjects.partition_point(|s| s.end < content.end);
        let Some(subject) = subjects.get(at).filter(|s| s.end == content.end) else {
            continue;
        };
        if subject.start > content.start + 1 {
            content.end = subject.start;
            while content.len() > 1 && joins(content.end - 1) {
                content.end -= 1;
            }
        }
    }
}

/// `said |Brandt, “and we shall sail.”|`: a source ends before the quotation that follows it. A nickname in quotation
/// marks may stand in a source: it is short and ends in no stop.
fn silence_sources(tokens: &Tokens<'_>, quotes: &[Region], found: &mut [Attribution]) {
    let speech: Vec<&Region> = quotes
        .iter()
        .filter(|r| {
            let last = r.close.saturating_sub(1).max(r.open);
            r.depth == 0
                && (r.close - r.open > 5 || matches!(tokens.word(last), "," | "." | "?" | "!"))
        })
        .collect();
    for source in found.iter_mut().filter_map(|a| a.source.last_mut()) {
        let at = speech.partition_point(|r| r.open <= source.start);
        if let Some(region) = speech.get(at).filter(|r| r.open < source.end) {
            source.end = region.open;
            while source.len() > 1 && tokens.word(source.end - 1) == "," {
                source.end -= 1;
            }
        }
    }
}

/// What stands between one pair of marks has one speaker: a content that has the end of a quotation, with the cue outside
/// of the marks, has all of it.
fn fill_quotations(quotes: &[Region], found: &mut [Attribution]) {
    let outermost: Vec<&Region> = quotes.iter().filter(|r| r.depth == 0).collect();
    for a in found {
        for content in &mut a.content {
            let at = outermost.partition_point(|r| r.close + 1 < content.end);
            let Some(region) = outermost.get(at).filter(|r| r.closed) else {
                continue;
            };
            let marks = region.with_marks();
            let ends = content.end <= marks.end && content.end + 2 >= marks.end;
            let speaks_outside = a
                .cue
                .iter()
                .all(|c| !share(std::slice::from_ref(c), std::slice::from_ref(&marks)));
            if ends && speaks_outside && content.start > marks.start {
                content.start = marks.start;
            }
        }
        // two parts of one quotation are one now
        a.content.dedup_by(|next, before| {
            let same = next.start < before.end;
            if same {
                before.start = before.start.min(next.start);
                before.end = before.end.max(next.end);
            }
            same
        });
    }
}

/// `“It floats,” Ruiz said, “and it is new.”`: the halves of an interrupted quotation have one speaker. Where the tagger
/// took one of them, the rule that saw who stands between them gives it the other, unless somebody else says that.
fn complete_quotation(found: &mut [Attribution], rule: &Attribution) {
    if ![VERB_SPEAKER, SPEAKER_VERB].contains(&rule.found_by) {
        return;
    }
    let Some(same) = found
        .iter()
        .position(|a| share(&a.cue, &rule.cue) && share(&a.content, &rule.content))
    else {
        return;
    };
    for half in &rule.content {
        let half = std::slice::from_ref(half);
        let free = found
            .iter()
            .all(|a| !share(&a.content, half) && !share(&a.cue, half) && !share(&a.source, half));
        if free {
            found[same].content.extend_from_slice(half);
        }
    }
    found[same].content.sort_by_key(|c| c.start);
}

/// Does the rule's source stand right before its cue, and all of the tagger's before that?
fn is_nearer(rule: &Attribution, tagged: &Attribution) -> bool {
    let (Some(source), Some(cue), Some(far)) =
        (rule.source.last(), rule.cue.first(), tagged.source.last())
    else {
        return false;
    };
    source.end == cue.start && far.end <= source.start
}

/// "said the ferry was safe and added that it was new": the tagger reads one clause, and the second verb with "that" has
/// the same subject as the first and a clause of its own. `None` if the tagger did not take it into the first clause.
fn split_off(found: &mut [Attribution], second: &Attribution) -> Option<Attribution> {
    let cue = second.cue.first()?.clone();
    if second.found_by != COORDINATED || found.iter().any(|a| share(&a.cue, &second.cue)) {
        return None;
    }
    let first = found.iter_mut().find(|a| {
        a.content
            .iter()
            .any(|c| c.start < cue.start && cue.end < c.end)
            && a.cue.iter().all(|c| c.end <= cue.start)
            && share(&a.source, &second.source)
    })?;
    let and = cue.start - 1;
    first.content.retain_mut(|c| {
        c.end = c.end.min(and);
        c.start < c.end
    });
    Some(Attribution {
        source: first.source.clone(),
        score: first.score,
        ..second.clone()
    })
}

/// A quotation without closing mark goes on in the next paragraph, by the convention that opens each paragraph of a long
/// quotation with a mark and closes the last one: its words belong to the same statement, unless somebody is named as
/// the speaker of those.
fn join_paragraphs(quotes: &[Region], found: &mut Vec<Attribution>) {
    let mut before: Option<&Region> = None;
    for region in quotes.iter().filter(|r| r.depth == 0) {
        let previous = before.replace(region).filter(|_| region.continues);
        let Some(first) = previous.and_then(|p| most_of(found, &p.with_marks())) else {
            continue;
        };
        let words = region.with_marks();
        match most_of(found, &words) {
            Some(same) if same == first => {}
            Some(second)
                if !found[second].cue.is_empty() || is_verbatim(found[second].found_by) => {}
            Some(second) => {
                let content = found.remove(second).content;
                let first = first - usize::from(second < first);
                found[first].content.extend(content);
                found[first].content.sort_by_key(|c| c.start);
            }
            None => {
                found[first].content.push(words);
                found[first].content.sort_by_key(|c| c.start);
            }
        }
    }
}

/// The finding whose content has most of the tokens, and at least half of them; of two, the longer one.
fn most_of(found: &[Attribution], words: &Range<u32>) -> Option<usize> {
    let held = |a: &Attribution| {
        let parts = a.content.iter();
        parts
            .map(|c| {
                c.end
                    .min(words.end)
                    .saturating_sub(c.start.max(words.start))
            })
            .sum::<u32>()
    };
    let near = found.partition_point(|a| first_token(a) < words.start.saturating_sub(400));
    let candidates = found.iter().enumerate().skip(near);
    candidates
        .take_while(|(_, a)| first_token(a) < words.end)
        .map(|(i, a)| (held(a), tokens_of(&a.content), i))
        .filter(|&(held, _, _)| held * 2 >= words.len() as u32)
        .max()
        .map(|(_, _, i)| i)
}

/// May the tagger's finding stand beside the words under a label? One within those words may, and is cut to them if it
/// took the label in; one that is the label with its words is the same finding again, and so is what "I" wanted or knew:
/// that is told by the answer itself.
fn fits_under(marks: &[Mark], found: &mut Attribution, label: &Attribution) -> bool {
    let Some(words) = label
        .content
        .iter()
        .find(|c| share(&found.cue, std::slice::from_ref(c)))
    else {
        return !share(&found.cue, &label.source) && !share(&found.content, &label.content);
    };
    let mark = |i: u32| marks.get(i as usize).copied().unwrap_or_default();
    let mut source = found.source.iter().cloned().flatten();
    if source.any(|i| mark(i).is(Class::First))
        && !found
            .cue
            .iter()
            .cloned()
            .flatten()
            .any(|i| mark(i).takes(Frame::Quote))
    {
        return false;
    }
    for range in found.source.iter_mut().chain(&mut found.content) {
        *range = range.start.max(words.start)..range.end.max(words.start);
    }
    found.source.retain(|r| !r.is_empty());
    found.content.retain(|r| !r.is_empty());
    true
}

fn share(x: &[Range<u32>], y: &[Range<u32>]) -> bool {
    x.iter()
        .any(|x| y.iter().any(|y| x.start < y.end && y.start < x.end))
}

fn tokens_of(ranges: &[Range<u32>]) -> usize {
    ranges.iter().map(ExactSizeIterator::len).sum()
}
