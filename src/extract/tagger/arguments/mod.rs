//! Stage 2: features that label, for one cue at a time, the units of its source and content.
//!
//! As in semantic role labelling, every candidate cue gets a sequence of its own: its paragraph, clipped to
//! [`REACH`] units on either side. A candidate that is no cue has no source and no content.
//!
//! [`frame`] knows where a unit lies as seen from a cue, [`features`] lists the features, in groups by what they depend
//! on, and [`score`] adds up their weights, a group only where what it depends on has changed.

pub mod features;
pub mod frame;
pub mod score;

use super::spans::{CONTENT, CUE, Labelling, SOURCE, kind_of};
use super::view::View;

/// Kinds of span, in the order of the labels.
pub const KINDS: [&str; 2] = ["SOURCE", "CONTENT"];
/// First label of content; of source it is 1.
pub const CONTENT2: u8 = 5;
/// Number of edge classes.
pub const EDGE_CLASSES: usize = 9;
/// Units on either side of the cue that may be source or content.
pub const REACH: u32 = 110;
/// Most units in a sequence.
pub const LONGEST: u32 = 256;
/// Least probability of beginning a cue that makes a unit a candidate, in training.
pub const CANDIDATE: f32 = 0.08;

/// A candidate cue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cue {
    /// First unit.
    pub begin: u32,
    /// One past the last unit.
    pub end: u32,
    /// Highest probability of being in a cue among its units.
    pub probability: f32,
    /// Is it in stage 1's best labelling?
    pub best: bool,
}

/// The candidate cues of an article: those of the best labelling, and units that may begin one, with what goes on from
/// there. `least` is the probability of beginning a cue that makes a unit a candidate.
pub fn candidates(view: &View, labelling: &Labelling, least: f32, out: &mut Vec<Cue>) {
    out.clear();
    let n = view.len() as u32;
    let inside = |i: u32| labelling.marginals[i as usize].inside[1];
    let begins = |i: u32| labelling.marginals[i as usize].begins[1];
    let is_cue = |i: u32| kind_of(labelling.labels[i as usize]).is_some_and(|k| k.0 == 1);
    let top = |a: u32, b: u32| (a..b).map(inside).fold(0.0, f32::max);
    let mut i = 0;
    while i < n {
        let mut j = i + 1;
        if is_cue(i) {
            while j < n && kind_of(labelling.labels[j as usize]).is_some_and(|k| k.0 == 1 && !k.1) {
                j += 1;
            }
            let probability = top(i, j);
            out.push(Cue {
                begin: i,
                end: j,
                probability,
                best: true,
            });
        } else if begins(i) >= least {
            while j < n
                && !is_cue(j)
                && view.paragraph[j as usize] == view.paragraph[i as usize]
                && inside(j) - begins(j) > 0.5 * inside(j - 1)
            {
                j += 1;
            }
            let probability = top(i, j);
            out.push(Cue {
                begin: i,
                end: j,
                probability,
                best: false,
            });
        }
        i = j;
    }
}

/// Labels of stage 1 that the features of stage 2 are about: checked here because both count on it.
const _: () = assert!(SOURCE == 1 && CUE == 5 && CONTENT == 9);
