//! Finds the spans of statements: cue, source and content.

pub mod crf;
pub mod weights;

use std::ops::Range;

use super::Options;
use super::quotes::Region;
use super::token::Tokens;

/// Cue, source and content that belong together, as token ranges in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attribution {
    /// What was said. Empty for a refusal to comment.
    pub content: Vec<Range<u32>>,
    /// The reporting words.
    pub cue: Vec<Range<u32>>,
    /// The source as printed; empty if the text names none.
    pub source: Vec<Range<u32>>,
    /// Probability that content and source are both right.
    pub score: f32,
    /// The rule or model that found it.
    pub found_by: &'static str,
}

/// The statement tagger with its buffers.
#[derive(Debug, Default)]
pub struct Tagger {}

impl Tagger {
    /// The attributions of an article, by first token.
    #[must_use]
    pub fn attributions(
        &mut self,
        _tokens: &Tokens<'_>,
        _quotes: &[Region],
        _options: Options,
    ) -> Vec<Attribution> {
        Vec::new()
    }
}
