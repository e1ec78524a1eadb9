//! Attributions to statements: who the source is, to whom, through what, when, and with which stance.

use crate::article::{Article, DateMention, Statement};

use super::people::People;
use super::places::Places;
use super::quotes::Region;
use super::tagger::Attribution;
use super::token::Tokens;

/// Makes statements of attributions.
#[must_use]
pub fn resolve(
    _article: &Article,
    _tokens: &Tokens<'_>,
    _quotes: &[Region],
    _people: &People,
    _places: &Places,
    _dates: &[DateMention],
    _attributions: Vec<Attribution>,
) -> Vec<Statement> {
    Vec::new()
}
