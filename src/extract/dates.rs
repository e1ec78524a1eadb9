//! Expressions of time, resolved against the date of publication.

use crate::article::{DateMention, Head};
use crate::date::PartialDate;

use super::token::Tokens;

/// The expressions of time of an article, in order, disjoint. Without an anchor, relative ones stay unresolved.
#[must_use]
pub fn find(
    _tokens: &Tokens<'_>,
    _head: &Head,
    _published: Option<PartialDate>,
) -> Vec<DateMention> {
    Vec::new()
}
