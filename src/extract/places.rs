//! Toponyms to places of the gazetteer.

use crate::article::{Article, Place};

use super::names::Name;
use super::token::Tokens;

/// The places of an article.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// One entry a place, with all its mentions, in order of first mention.
    pub places: Vec<Place>,
    /// The place of the dateline: index into `places`.
    pub dateline: Option<u32>,
}

/// Resolves every name of kind place, and the dateline.
#[must_use]
pub fn resolve(_article: &Article, _tokens: &Tokens<'_>, _names: &[Name]) -> Places {
    Places::default()
}
