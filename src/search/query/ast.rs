//! The tree of a query, and how it is printed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::days::DayRange;
use super::fields::Field;
use super::parse::{self, Parsed, QueryError};
use super::value;

/// A query; the default one matches everything.
///
/// Equal queries print the same, and what is printed reads as the same query. Serialised as that string.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Query {
    /// `None` matches everything.
    pub root: Option<Node>,
}

/// A part of a query. Made by [`Node::all`], [`Node::any`] and [`Node::not`], which keep it in its simplest form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// All must match; at least two, none of them `All`.
    All(Vec<Node>),
    /// One must match; at least two, none of them `Any`.
    Any(Vec<Node>),
    /// Must not match; not a `Not`.
    Not(Box<Node>),
    /// Something to look for.
    Leaf(Leaf),
}

/// Something to look for in a field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Leaf {
    /// Where.
    pub field: Field,
    /// What.
    pub pattern: Pattern,
}

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// A word in any form of it; with a hyphen or the like in it, its parts in a row.
    Word(String),
    /// Words that begin so.
    Prefix(String),
    /// Words that differ by at most so many letters, 1 or 2.
    Fuzzy(String, u8),
    /// Words in a row exactly as printed, with at most so many others between them. `*` stands for one word, `peac*` for
    /// a word that begins so.
    Phrase(String, u32),
    /// Dates.
    Days(DayRange),
}

impl Node {
    /// Matches what all of `nodes` match; `None` if there are none.
    #[must_use]
    pub fn all(nodes: Vec<Node>) -> Option<Node> {
        let mut flat = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node {
                Node::All(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 | 1 => flat.pop(),
            _ => Some(Node::All(flat)),
        }
    }

    /// Matches what one of `nodes` matches; `None` if there are none.
    #[must_use]
    pub fn any(nodes: Vec<Node>) -> Option<Node> {
        let mut flat = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node {
                Node::Any(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 | 1 => flat.pop(),
            _ => Some(Node::Any(flat)),
        }
    }

    /// Matches what `node` does not.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "beside `all` and `any`")]
    pub fn not(node: Node) -> Node {
        match node {
            Node::Not(inner) => *inner,
            other => Node::Not(Box::new(other)),
        }
    }

    /// Looks for a value in a field, the value read as in a query but never as more than one value: a name, a phrase, a
    /// date, a code. `None` if there is nothing to look for in it, or a date field gets no date.
    #[must_use]
    pub fn field(field: Field, value: &str) -> Option<Node> {
        value::value(field, value)
    }
}

impl Query {
    /// Reads what somebody typed.
    ///
    /// # Errors
    /// Only if the text is too long, too deep or has too many parts.
    pub fn read(typed: &str) -> Result<Parsed, QueryError> {
        parse::read(typed)
    }

    /// Does it match everything?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// Matches what both this and `node` match.
    #[must_use]
    pub fn and(self, node: Node) -> Self {
        Self {
            root: Node::all(self.root.into_iter().chain([node]).collect()),
        }
    }

    /// The same query for words just as typed, not for other forms of them.
    #[must_use]
    pub fn exactly(self) -> Self {
        self.words_as(|word| Some(Pattern::Phrase(word.to_owned(), 0)))
    }

    /// The same query also for words with a letter wrong; short words stay as they are.
    #[must_use]
    pub fn nearly(self) -> Self {
        const LEAST_LETTERS: usize = 4;
        self.words_as(|word| {
            let long =
                word.chars().count() >= LEAST_LETTERS && word.chars().all(char::is_alphabetic);
            long.then(|| Pattern::Fuzzy(word.to_owned(), 1))
        })
    }

    /// Replaces what is looked for in texts.
    fn words_as(mut self, make: impl Fn(&str) -> Option<Pattern>) -> Self {
        let mut open: Vec<&mut Node> = self.root.iter_mut().collect();
        while let Some(node) = open.pop() {
            match node {
                Node::All(nodes) | Node::Any(nodes) => open.extend(nodes),
                Node::Not(node) => open.push(node),
                Node::Leaf(Leaf { field, pattern }) => {
                    if let (Field::Text | Field::Title, Pattern::Word(word)) = (*field, &*pattern)
                        && let Some(made) = make(word)
                    {
                        *pattern = made;
                    }
                }
            }
        }
        self
    }

    /// The parts that must all match.
    #[must_use]
    pub fn clauses(&self) -> &[Node] {
        match &self.root {
            None => &[],
            Some(Node::All(nodes)) => nodes,
            Some(node) => std::slice::from_ref(node),
        }
    }
}

impl From<Node> for Query {
    fn from(node: Node) -> Self {
        Self { root: Some(node) }
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(s: &str) -> Result<Self, QueryError> {
        Self::read(s).map(|parsed| parsed.query)
    }
}

impl Serialize for Query {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Query {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = String::deserialize(deserializer)?;
        typed.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            None => Ok(()),
            Some(Node::All(nodes)) => join(f, nodes, " "),
            Some(Node::Any(nodes)) => join(f, nodes, " OR "),
            Some(node) => node.fmt(f),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, nodes: &[Node], between: &str) -> fmt::Result {
    for (n, node) in nodes.iter().enumerate() {
        if n > 0 {
            f.write_str(between)?;
        }
        write!(f, "{node}")?;
    }
    Ok(())
}

/// As part of a query: groups in parentheses.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::All(nodes) => {
                f.write_str("(")?;
                join(f, nodes, " ")?;
                f.write_str(")")
            }
            Node::Any(nodes) => {
                f.write_str("(")?;
                join(f, nodes, " OR ")?;
                f.write_str(")")
            }
            Node::Not(node) => write!(f, "-{node}"),
            Node::Leaf(leaf) => leaf.fmt(f),
        }
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field != Field::Text {
            write!(f, "{}:", self.field.as_str())?;
        }
        match &self.pattern {
            Pattern::Word(word) => f.write_str(word),
            Pattern::Prefix(word) => write!(f, "{word}*"),
            Pattern::Fuzzy(word, distance) => write!(f, "{word}~{distance}"),
            Pattern::Phrase(words, 0) => write!(f, "\"{words}\""),
            Pattern::Phrase(words, slop) => write!(f, "\"{words}\"~{slop}"),
            Pattern::Days(days) => days.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_can_be_meant_exactly_or_nearly() {
        let query: Query = "ferries -port speaker:Brandt \"night boat\" of"
            .parse()
            .unwrap();
        let printed = |query: Query| query.to_string();
        assert_eq!(
            printed(query.clone().exactly()),
            "\"ferries\" -\"port\" speaker:Brandt \"night boat\" \"of\""
        );
        let nearly = query.nearly();
        assert_eq!(
            nearly.to_string(),
            "ferries~1 -port~1 speaker:Brandt \"night boat\" of"
        );
        assert_eq!(nearly.to_string().parse(), Ok(nearly));
    }
}
