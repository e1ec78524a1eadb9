//! Names of people, organisations and places.

use std::ops::Range;

use super::token::Tokens;

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// A person.
    Person,
    /// An organisation.
    Organisation,
    /// A place.
    Place,
}

/// A name as printed, without title or role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Its tokens.
    pub tokens: Range<u32>,
    /// What it names.
    pub kind: NameKind,
}

/// Finds names; keeps what it learned about word types from article to article (a cache only: it never changes a result).
#[derive(Debug, Default)]
pub struct Finder {}

impl Finder {
    /// The names of an article, in order, disjoint.
    #[must_use]
    pub fn find(&mut self, _tokens: &Tokens<'_>) -> Vec<Name> {
        Vec::new()
    }
}
