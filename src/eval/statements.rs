//! Statements: one-to-one pairs of gold and predicted ones, and what the pairs agree on.

use std::collections::{BTreeMap, BTreeSet};

use crate::article::{Kind, SpeakerType};
use crate::text::Span;

use super::gold::{GoldStatement, PredictedStatement};
use super::matching::Tokens;
use super::report::{Keeper, Statements};

/// A gold statement and a predicted one whose contents overlap.
struct Pair {
    gold: usize,
    predicted: usize,
    /// Intersection over union of the words of the contents.
    overlap: f64,
    /// The sources overlap, or both are absent.
    same_source: bool,
}

/// The share of content words that two statements must have in common to be the same one.
const FOUND: f64 = 0.5;

/// The share for `strict`.
const STRICT: f64 = 0.9;

/// Adds one article.
pub(super) fn add(
    report: &mut Statements,
    text: &str,
    gold: &[GoldStatement],
    predicted: &[PredictedStatement],
    keep: &mut Keeper<'_>,
) {
    let tokens = Tokens::new(text);
    type Role<T> = fn(&T) -> &[Span];
    let roles: [(Role<GoldStatement>, Role<PredictedStatement>); 3] = [
        (|s| &s.source, |s| &s.source),
        (|s| &s.cue, |s| &s.cue),
        (|s| &s.content, |s| &s.content),
    ];
    let scores = [&mut report.source, &mut report.cue, &mut report.content];
    for (score, (of_gold, of_predicted)) in scores.into_iter().zip(roles) {
        let in_gold: BTreeSet<_> = gold.iter().flat_map(|s| tokens.edges(of_gold(s))).collect();
        let in_predicted: BTreeSet<_> = predicted
            .iter()
            .flat_map(|s| tokens.edges(of_predicted(s)))
            .collect();
        score.hits += in_gold.intersection(&in_predicted).count();
        score.gold += in_gold.len();
        score.predicted += in_predicted.len();
    }

    let gold_words: Vec<_> = gold.iter().map(|s| tokens.words(&s.content)).collect();
    let pairs = pair(&tokens, gold, &gold_words, predicted);
    for (i, statement) in gold.iter().enumerate() {
        let kind = kind_of(&tokens, &gold_words[i]);
        let share = report.kinds.entry(kind).or_default();
        share.of += 1;
        let gold_type = statement.speaker.as_ref().map(|s| s.kind);
        let Some(pair) = pairs.get(&i) else {
            if let Some(kind) = gold_type {
                report.speakers.add(kind, None);
            }
            keep.missed("statement", &statement.content, &statement.cue, String::new);
            continue;
        };
        let found = &predicted[pair.predicted];
        report.found.hits += 1;
        report.said.hits += usize::from(pair.same_source);
        share.hits += usize::from(pair.same_source);
        let strict = pair.overlap >= STRICT
            && tokens.edges(&statement.source) == tokens.edges(&found.source)
            && tokens.edges(&statement.cue) == tokens.edges(&found.cue);
        report.strict.hits += usize::from(strict);
        compare_fields(report, statement, found);
    }
    let paired: BTreeSet<usize> = pairs.values().map(|p| p.predicted).collect();
    for (j, statement) in predicted.iter().enumerate() {
        if !paired.contains(&j) {
            keep.spurious("statement", &statement.content, &statement.cue, String::new);
        }
    }
    count_refusals(&tokens, report, gold, predicted);
    for score in [&mut report.found, &mut report.said, &mut report.strict] {
        score.gold += gold.len();
        score.predicted += predicted.len();
    }
}

/// Statements without content, "declined to comment", which no overlap of contents can find: a predicted one is right
/// if its cue shares a word with a gold one's.
fn count_refusals(
    tokens: &Tokens,
    report: &mut Statements,
    gold: &[GoldStatement],
    predicted: &[PredictedStatement],
) {
    let mut cues: Vec<_> = predicted
        .iter()
        .filter(|s| tokens.words(&s.content).is_empty())
        .map(|s| tokens.words(&s.cue))
        .collect();
    report.refusals.predicted += cues.len();
    for statement in gold {
        if !tokens.words(&statement.content).is_empty() {
            continue;
        }
        report.refusals.gold += 1;
        let words = tokens.words(&statement.cue);
        if let Some(at) = cues.iter().position(|cue| !cue.is_disjoint(&words)) {
            cues.remove(at);
            report.refusals.hits += 1;
        }
    }
}

/// Pairs gold with predicted statements, most overlap first; the key is the index into `gold`.
fn pair(
    tokens: &Tokens,
    gold: &[GoldStatement],
    gold_words: &[BTreeSet<usize>],
    predicted: &[PredictedStatement],
) -> BTreeMap<usize, Pair> {
    let predicted_words: Vec<_> = predicted.iter().map(|s| tokens.words(&s.content)).collect();
    let mut pairs = Vec::new();
    for (i, words) in gold_words.iter().enumerate() {
        for (j, others) in predicted_words.iter().enumerate() {
            let common = words.intersection(others).count();
            if common == 0 {
                continue;
            }
            let all = words.len() + others.len() - common;
            let of_gold = tokens.words(&gold[i].source);
            let of_predicted = tokens.words(&predicted[j].source);
            pairs.push(Pair {
                gold: i,
                predicted: j,
                overlap: common as f64 / all as f64,
                same_source: !of_gold.is_disjoint(&of_predicted)
                    || of_gold.is_empty() && of_predicted.is_empty(),
            });
        }
    }
    pairs.sort_by(|a, b| {
        b.overlap
            .total_cmp(&a.overlap)
            .then(b.same_source.cmp(&a.same_source))
    });
    let mut taken = BTreeSet::new();
    let mut out = BTreeMap::new();
    for pair in pairs {
        if pair.overlap >= FOUND && !out.contains_key(&pair.gold) && taken.insert(pair.predicted) {
            out.insert(pair.gold, pair);
        }
    }
    out
}

/// Direct above 95 % of words in quotation marks, mixed above 5 %.
fn kind_of(tokens: &Tokens, words: &BTreeSet<usize>) -> Kind {
    if words.is_empty() {
        return Kind::Indirect;
    }
    let quoted = words.iter().filter(|&&i| tokens.quoted[i]).count();
    match quoted as f64 / words.len() as f64 {
        share if share > 0.95 => Kind::Direct,
        share if share > 0.05 => Kind::Mixed,
        _ => Kind::Indirect,
    }
}

/// Speaker, kind, stance and day of a pair, where gold tells.
fn compare_fields(report: &mut Statements, gold: &GoldStatement, found: &PredictedStatement) {
    if let Some(speaker) = &gold.speaker {
        let (kind, name) = found
            .speaker
            .as_ref()
            .map_or((SpeakerType::Unknown, None), |s| {
                (s.kind, s.name.as_deref())
            });
        report.speakers.add(speaker.kind, Some(kind));
        let same_name = match (&speaker.name, name) {
            (Some(a), Some(b)) => fold(a) == fold(b),
            (None, None) => true,
            _ => false,
        };
        if speaker.kind == SpeakerType::Named {
            report.speaker_named.add(same_name);
        }
        // of a source without a name the sort is all there is to know
        let right = kind == speaker.kind && (same_name || speaker.kind != SpeakerType::Named);
        report.speaker.add(right);
    }
    if let Some(kind) = gold.kind {
        report.kind.add(found.kind == Some(kind));
    }
    if let Some(stance) = gold.stance {
        report.stance.add(found.stance == Some(stance));
    }
    let said = found.said.as_ref().and_then(|s| s.value.as_deref());
    if gold.said.is_some() || said.is_some() {
        report.said_on.gold += usize::from(gold.said.is_some());
        report.said_on.predicted += usize::from(said.is_some());
        report.said_on.hits += usize::from(gold.said.is_some() && gold.said.as_deref() == said);
    }
}

/// Lower-cased words of a name, without marks.
fn fold(name: &str) -> String {
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect::<Vec<_>>()
        .join(" ")
}
