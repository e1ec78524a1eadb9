//! Regions between quotation marks.

use super::token::Tokens;

/// A stretch of text inside quotation marks, within one paragraph. Token indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The opening mark.
    pub open: u32,
    /// One past the last token inside: the closing mark, or the end of the paragraph where it is missing.
    pub close: u32,
    /// Is there a closing mark?
    pub closed: bool,
    /// Goes on from an unclosed region of the paragraph before: same speaker.
    pub continues: bool,
    /// Inside another region, counted in steps.
    pub depth: u8,
}

/// The quotation regions of an article by opening mark; an inner region follows the one that holds it.
#[must_use]
pub fn regions(_tokens: &Tokens<'_>) -> Vec<Region> {
    Vec::new()
}
