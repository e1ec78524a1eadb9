//! Trains the statement tagger from annotated articles.
//!
//! Stage 1 is trained first. Stage 2 reads stage 1's output, so it must be trained on output of the quality that it
//! will meet: the articles are dealt into folds, and each fold is labelled by a stage 1 that has not seen it
//! (jack-knifing). Then stage 1 is trained on all.
//!
//! Gold is JSONL, one article a line: `text`, and `statements` with `source`, `cue` and `content`, each a list of
//! `[begin, end)` in characters of `text`. An article must be annotated whole: what is not marked counts as not said.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use super::crf::{self, Dataset, Progress, Weights};
use crate::extract::clusters::{normalise, word_hash};
use crate::extract::quotes;
use crate::extract::sentence;
use crate::extract::tagger::StatementModel;
use crate::extract::tagger::arguments::frame::{Frame, Shared};
use crate::extract::tagger::arguments::{self, CONTENT2, Cue, features as argument_features};
use crate::extract::tagger::crf::Labels;
use crate::extract::tagger::spans::{self, Labelling, Stage1, WINDOW};
use crate::extract::tagger::view::View;
use crate::extract::tagger::words::{Lexicon, Vocabulary, stem_hash};
use crate::extract::token::TokenKind;
use crate::extract::word_types::Remembered;
use crate::text::Span;

/// Why training cannot begin.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is no annotated article.
    #[error("{path}, line {line}: not an annotated article")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// There is nothing to learn from.
    #[error("no statements in the training data")]
    Empty,
}

/// An annotated article.
#[derive(Clone, Debug, Default)]
pub struct Gold {
    /// Its text.
    pub text: String,
    /// Its statements.
    pub statements: Vec<GoldStatement>,
}

/// An annotated statement; spans in bytes of the text.
#[derive(Clone, Debug, Default)]
pub struct GoldStatement {
    /// The source; may be empty.
    pub source: Vec<Span>,
    /// The cue.
    pub cue: Vec<Span>,
    /// What was said.
    pub content: Vec<Span>,
}

#[derive(Deserialize)]
struct Line {
    text: String,
    #[serde(default)]
    statements: Vec<LineStatement>,
}

#[derive(Deserialize)]
struct LineStatement {
    #[serde(default)]
    source: Vec<(usize, usize)>,
    #[serde(default)]
    cue: Vec<(usize, usize)>,
    #[serde(default)]
    content: Vec<(usize, usize)>,
}

/// Reads a file of annotated articles.
///
/// # Errors
/// [`TrainError::Read`] and [`TrainError::Line`].
pub fn read_gold(path: &Path) -> Result<Vec<Gold>, TrainError> {
    let read = |source| TrainError::Read {
        path: path.to_owned(),
        source,
    };
    let file = BufReader::new(File::open(path).map_err(read)?);
    let mut out = Vec::new();
    for (number, line) in file.lines().enumerate() {
        let line = line.map_err(read)?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&line).map_err(|source| TrainError::Line {
            path: path.to_owned(),
            line: number + 1,
            source,
        })?;
        let mut bytes: Vec<usize> = line.text.char_indices().map(|(b, _)| b).collect();
        bytes.push(line.text.len());
        let at = |c: usize| bytes.get(c).copied().unwrap_or(line.text.len());
        let spans = |list: Vec<(usize, usize)>| {
            list.into_iter()
                .filter(|(b, e)| b < e)
                .map(|(b, e)| Span::new(at(b), at(e)))
                .collect()
        };
        let statements = line
            .statements
            .into_iter()
            .map(|s| GoldStatement {
                source: spans(s.source),
                cue: spans(s.cue),
                content: spans(s.content),
            })
            .collect();
        out.push(Gold {
            statements,
            text: line.text,
        });
    }
    Ok(out)
}

/// How to train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Stage 1.
    pub stage1: crf::Options,
    /// Stage 2.
    pub stage2: crf::Options,
    /// Trainings of each stage in different orders, whose mean is taken. At least one.
    pub rounds: u64,
    /// Parts that the articles are dealt into for stage 2.
    pub folds: usize,
    /// Weights smaller than this are dropped, in stage 1 and stage 2.
    pub prune: [f32; 2],
}

impl Default for Options {
    fn default() -> Self {
        Self {
            stage1: crf::Options {
                epochs: 6,
                eta: 0.02,
                min_count: 2,
                most_features: 380_000,
                refit: 3,
                classes: spans::EDGE_CLASSES,
                seed: 3,
                ..crf::Options::default()
            },
            stage2: crf::Options {
                epochs: 5,
                eta: 0.008,
                min_count: 3,
                most_features: 380_000,
                refit: 2,
                classes: arguments::EDGE_CLASSES,
                ..crf::Options::default()
            },
            rounds: 2,
            folds: 3,
            prune: [0.01, 0.0],
        }
    }
}

/// Trains both stages. `progress` is called with what is being trained, after each pass.
///
/// The same articles, options and word clusters give the same model, to the byte of its file.
///
/// # Errors
/// [`TrainError::Empty`] if there is no statement.
pub fn train(
    gold: &[Gold],
    options: &Options,
    progress: &mut dyn FnMut(&str, Option<Progress>),
) -> Result<StatementModel, TrainError> {
    if gold.iter().all(|g| g.statements.is_empty()) {
        return Err(TrainError::Empty);
    }
    let lexicon = lexicon(gold);
    let labellings = jackknife(gold, &lexicon, options, progress);
    let all: Vec<&Gold> = gold.iter().collect();
    let stage1 = stage1_weights(&all, &lexicon, options, &mut |p| {
        progress("stage 1", Some(p));
    });
    let data = stage2_data(gold, &labellings, &lexicon);
    let weights = crf::train_mean(&data, &options.stage2, options.rounds, &mut |_, p| {
        progress("stage 2", Some(p));
    });
    Ok(StatementModel::new(
        stage1.quantise(options.prune[0]),
        weights.quantise(options.prune[1]),
        lexicon,
    ))
}

/// An article cut up, with its gold in units.
struct Prepared {
    view: View,
    statements: Vec<Units>,
}

/// A gold statement in units of the view.
struct Units {
    source: Vec<Range<u32>>,
    cue: Vec<Range<u32>>,
    content: Vec<Range<u32>>,
}

fn prepare(gold: &Gold, vocabulary: &mut Vocabulary, lexicon: &Lexicon) -> Prepared {
    let tokens = sentence::split(&gold.text);
    let regions = quotes::regions(&tokens);
    let mut view = View::default();
    view.build(&tokens, &regions, vocabulary, lexicon);
    let units = |spans: &[Span]| -> Vec<Range<u32>> {
        let mut out: Vec<Range<u32>> = spans
            .iter()
            .map(|&s| view.units(&tokens.under(s)))
            .filter(|u| !u.is_empty())
            .collect();
        out.sort_by_key(|u| u.start);
        out
    };
    let statements = gold
        .statements
        .iter()
        .map(|s| Units {
            source: units(&s.source),
            cue: units(&s.cue),
            content: units(&s.content),
        })
        .collect();
    Prepared { view, statements }
}

/// Counts how often stems and forms are cues.
#[must_use]
pub fn lexicon(gold: &[Gold]) -> Lexicon {
    // occurrences in all, and in cues
    let mut stems: HashMap<u64, (u32, u32)> = HashMap::new();
    let mut forms: HashMap<u64, (u32, u32)> = HashMap::new();
    let mut lower = String::new();
    let mut normal = String::new();
    for article in gold {
        let tokens = sentence::split(&article.text);
        let mut in_cue = vec![false; tokens.tokens.len()];
        for span in article.statements.iter().flat_map(|s| &s.cue) {
            let range = tokens.under(*span);
            in_cue[range.start as usize..range.end as usize].fill(true);
        }
        for (i, token) in tokens.tokens.iter().enumerate() {
            if token.kind != TokenKind::Word {
                continue;
            }
            normal.clear();
            normalise(tokens.word(i as u32), &mut normal);
            lower.clear();
            lower.extend(normal.chars().flat_map(char::to_lowercase));
            for count in [
                stems.entry(stem_hash(&lower)).or_default(),
                forms.entry(word_hash(&lower)).or_default(),
            ] {
                count.0 += 1;
                count.1 += u32::from(in_cue[i]);
            }
        }
    }
    let share = |&(all, cue): &(u32, u32)| f64::from(cue) / f64::from(all);
    let tiers = stems
        .iter()
        .filter(|(_, c)| c.0 >= 3)
        .map(|(&hash, count)| {
            let tier = match share(count) {
                s if s >= 0.5 => 5,
                s if s >= 0.25 => 4,
                s if s >= 0.1 => 3,
                s if s >= 0.02 => 2,
                _ => 1,
            };
            (hash, tier)
        })
        .collect();
    let cues = forms
        .iter()
        .filter(|(_, count)| count.1 >= 3 && share(count) >= 0.25)
        .map(|(&hash, _)| hash)
        .collect();
    Lexicon::new(tiers, cues)
}

/// Trains stage 1.
#[must_use]
pub fn stage1_weights(
    gold: &[&Gold],
    lexicon: &Lexicon,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Weights {
    let mut data = Dataset::new(Labels::bioes(&spans::KINDS));
    let mut vocabulary = Vocabulary::default();
    let mut features = Vec::new();
    for article in gold {
        let article = prepare(article, &mut vocabulary, lexicon);
        let view = &article.view;
        let labels = flat_labels(&article);
        for &(begin, end) in &view.paragraphs {
            for i in begin..end {
                features.clear();
                let mut emit = |h| features.push(h);
                for place in 0..WINDOW {
                    let at = i64::from(i) + place as i64 - 3;
                    let word = view.word_or_edge(&vocabulary, at, (begin, end));
                    spans::of_word(word, place, &mut emit);
                }
                spans::in_context(view, &vocabulary, i, &mut emit);
                data.token(&features, labels[i as usize], spans::edge(view, i));
            }
            data.end_sequence(1.0);
        }
    }
    crf::train_mean(&data, &options.stage1, options.rounds, &mut |_, p| {
        progress(p);
    })
}

/// All statements of an article on one level; where they overlap, the first one annotated wins.
fn flat_labels(article: &Prepared) -> Vec<u8> {
    let n = article.view.len();
    // kind and statement of each unit: a span goes on only within its own
    let mut owner: Vec<Option<(usize, u32)>> = vec![None; n];
    let mut number = 0;
    for statement in &article.statements {
        let kinds = [&statement.source, &statement.cue, &statement.content];
        for (kind, spans) in kinds.into_iter().enumerate() {
            for span in spans {
                number += 1;
                for unit in &mut owner[span.start as usize..span.end as usize] {
                    unit.get_or_insert((kind, number));
                }
            }
        }
    }
    let mut out = vec![0; n];
    for &(begin, end) in &article.view.paragraphs {
        let mut i = begin as usize;
        while i < end as usize {
            let mut j = i + 1;
            if let Some((kind, _)) = owner[i] {
                while j < end as usize && owner[j] == owner[i] {
                    j += 1;
                }
                write_span(&mut out[i..j], 1 + 4 * kind as u8);
            }
            i = j;
        }
    }
    out
}

/// Writes the labels of one span whose kind begins at label `first`.
fn write_span(labels: &mut [u8], first: u8) {
    let last = labels.len().saturating_sub(1);
    for (k, label) in labels.iter_mut().enumerate() {
        *label = first
            + match k {
                0 if last == 0 => 3,
                0 => 0,
                k if k == last => 2,
                _ => 1,
            };
    }
}

/// Stage 1's output on every article by a model that was trained without it.
#[must_use]
pub fn jackknife(
    gold: &[Gold],
    lexicon: &Lexicon,
    options: &Options,
    progress: &mut dyn FnMut(&str, Option<Progress>),
) -> Vec<Labelling> {
    let folds = options.folds.max(2);
    // the models of the folds are thrown away: they need not be small
    let options = Options {
        rounds: 1,
        stage1: crf::Options {
            most_features: 0,
            ..options.stage1
        },
        prune: [0.0; 2],
        ..*options
    };
    let mut out: Vec<Labelling> = gold.iter().map(|_| Labelling::default()).collect();
    for fold in 0..folds {
        let rest = |i: usize| i % folds != fold;
        let others: Vec<&Gold> = gold
            .iter()
            .enumerate()
            .filter(|(i, _)| rest(*i))
            .map(|(_, g)| g)
            .collect();
        let name = format!("stage 1 without fold {}", fold + 1);
        let weights = stage1_weights(&others, lexicon, &options, &mut |p| {
            progress(&name, Some(p));
        });
        let model = weights.quantise(options.prune[0]);
        let mut vocabulary = Vocabulary::default();
        let (mut runner, sums) = (Stage1::default(), Remembered::most(spans::REMEMBERED));
        for (i, article) in gold.iter().enumerate() {
            if rest(i) {
                continue;
            }
            let article = prepare(article, &mut vocabulary, lexicon);
            runner.run(&model, &sums, &article.view, &vocabulary, 0.0, &mut out[i]);
        }
    }
    out
}

/// The sequences of stage 2: one a candidate cue, and one a gold cue that is no candidate.
#[must_use]
pub fn stage2_data(gold: &[Gold], labellings: &[Labelling], lexicon: &Lexicon) -> Dataset {
    let mut data = Dataset::new(Labels::bioes(&arguments::KINDS));
    let mut vocabulary = Vocabulary::default();
    let mut features = Vec::new();
    let (mut frame, mut shared) = (Frame::default(), Shared::default());
    let mut cues = Vec::new();
    for (article, labelling) in gold.iter().zip(labellings) {
        let article = prepare(article, &mut vocabulary, lexicon);
        let view = &article.view;
        shared.build(view, labelling);
        arguments::candidates(view, labelling, arguments::CANDIDATE, &mut cues);
        for statement in &article.statements {
            let known = cues.iter().any(|c| under(c, statement) > 0);
            if let Some(first) = statement.cue.first().filter(|_| !known) {
                let inside = |i: u32| labelling.marginals[i as usize].inside[1];
                cues.push(Cue {
                    begin: first.start,
                    end: first.end,
                    probability: first.clone().map(inside).fold(0.0, f32::max),
                    best: false,
                });
            }
        }
        cues.sort_by_key(|c| (c.begin, c.end));
        for cue in &cues {
            frame.build(view, &vocabulary, labelling, cue, &cues);
            let statement = article
                .statements
                .iter()
                .rev()
                .max_by_key(|s| under(cue, s))
                .filter(|s| under(cue, s) > 0);
            let labels = target(statement, cue, &frame);
            for (i, label) in (frame.low..frame.high).zip(labels) {
                features.clear();
                let edge =
                    argument_features::all(view, &vocabulary, &shared, &frame, i, &mut features);
                data.token(&features, label, edge);
            }
            data.end_sequence(1.0);
        }
    }
    data
}

/// Units that a candidate shares with the cue of a statement.
fn under(cue: &Cue, statement: &Units) -> u32 {
    let shared = |r: &Range<u32>| r.end.min(cue.end).saturating_sub(r.start.max(cue.begin));
    statement.cue.iter().map(shared).max().unwrap_or(0)
}

/// Labels of a candidate's sequence; content that the cue interrupts is two spans.
fn target(statement: Option<&Units>, cue: &Cue, frame: &Frame) -> Vec<u8> {
    let mut out = vec![0; (frame.high - frame.low) as usize];
    let Some(statement) = statement else {
        return out;
    };
    for (spans, first) in [(&statement.source, 1), (&statement.content, CONTENT2)] {
        for span in spans {
            let (begin, end) = (span.start.max(frame.low), span.end.min(frame.high));
            let mut i = begin;
            while i < end {
                let free = |k: u32, out: &[u8]| {
                    !(cue.begin <= k && k < cue.end) && out[(k - frame.low) as usize] == 0
                };
                let mut j = i;
                while j < end && free(j, &out) {
                    j += 1;
                }
                if j > i {
                    write_span(
                        &mut out[(i - frame.low) as usize..(j - frame.low) as usize],
                        first,
                    );
                }
                i = j.max(i + 1);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small articles of one pattern.
    fn articles() -> Vec<Gold> {
        let names = ["Ruiz", "Okafor", "Holloway", "Tsiklauri"];
        let words = ["late", "full", "empty", "new", "closed", "lost"];
        let mut out = Vec::new();
        for i in 0..36 {
            let (name, word) = (names[i % 4], words[i % 6]);
            let text = format!("The ferry was {word}. “It is {word},” {name} said.\n");
            let at = |s: &str, from: usize| {
                let begin = from + text[from..].find(s).unwrap();
                Span::new(begin, begin + s.len())
            };
            let quoted = text.find('“').unwrap();
            let content = Span::new(quoted, text.find('”').unwrap() + '”'.len_utf8());
            out.push(Gold {
                statements: vec![GoldStatement {
                    source: vec![at(name, quoted)],
                    cue: vec![at("said", quoted)],
                    content: vec![content],
                }],
                text,
            });
        }
        out
    }

    #[test]
    fn learns_and_repeats() {
        let gold = articles();
        let train = || train(&gold, &Options::default(), &mut |_, _| {}).unwrap();
        let model = train();
        assert_eq!(
            model.to_file().unwrap(),
            train().to_file().unwrap(),
            "the same data must give the same bytes"
        );
        let text = "It rained. “It is gone,” Moreno said.\n";
        let tokens = sentence::split(text);
        let regions = quotes::regions(&tokens);
        let file = model.to_file().unwrap();
        let model = StatementModel::from_file(&file).unwrap();
        let mut tagger = crate::extract::tagger::Tagger::with_model(model.into());
        let found = tagger.attributions(&tokens, &regions, crate::extract::Options::default());
        assert_eq!(found.len(), 1);
        assert_eq!(
            tokens.span(found[0].content[0].clone()).of(text),
            "“It is gone,”"
        );
        assert_eq!(tokens.span(found[0].source[0].clone()).of(text), "Moreno");
    }

    #[test]
    fn refuses_what_teaches_nothing() {
        let gold = vec![Gold::default()];
        let result = train(&gold, &Options::default(), &mut |_, _| {});
        assert!(matches!(result, Err(TrainError::Empty)));
        assert!(matches!(
            read_gold(Path::new("no/such/file")),
            Err(TrainError::Read { .. })
        ));
    }
}
