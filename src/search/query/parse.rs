//! Reading a query: lenient, with positions, and with caps that are checked before anything else.

use std::ops::Range;

use serde::Serialize;

use super::ast::{Node, Query};
use super::fields::{Field, Values};
use super::value::{leaf, phrase, value};

/// Longest query, in bytes.
pub const MAX_BYTES: usize = 4096;
/// Deepest nesting of parentheses.
pub const MAX_DEPTH: usize = 32;
/// Most things to look for.
pub const MAX_CLAUSES: usize = 256;
/// Widest gap of a phrase, in words.
const MAX_SLOP: u32 = 100;
/// A query that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The query.
    pub query: Query,
    /// What was not taken as it was typed, in order.
    pub warnings: Vec<Warning>,
}

/// Something that was not taken as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Bytes of the typed text, begin and end.
    pub at: (usize, usize),
    /// For people.
    pub message: String,
    /// What was perhaps meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// Why a query was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Over [`MAX_BYTES`].
    #[error("the query has {bytes} bytes, at most {MAX_BYTES} are read")]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// Over [`MAX_DEPTH`].
    #[error("the parentheses are nested deeper than {MAX_DEPTH}")]
    TooDeep {
        /// Byte offset of the parenthesis that is one too many.
        at: usize,
    },
    /// Over [`MAX_CLAUSES`].
    #[error("the query has more than {MAX_CLAUSES} words")]
    TooMany {
        /// Byte offset of the word that is one too many.
        at: usize,
    },
}

impl QueryError {
    /// Byte offset into the query where it went wrong, for a caret.
    #[must_use]
    pub fn position(&self) -> usize {
        match self {
            Self::TooLong { .. } => MAX_BYTES,
            Self::TooDeep { at } | Self::TooMany { at } => *at,
        }
    }
}

/// Reads a query.
pub(super) fn read(typed: &str) -> Result<Parsed, QueryError> {
    if typed.len() > MAX_BYTES {
        return Err(QueryError::TooLong { bytes: typed.len() });
    }
    let mut parser = Parser {
        text: typed,
        at: 0,
        clauses: 0,
        depth: 0,
        warnings: Vec::new(),
    };
    let mut nodes = Vec::new();
    loop {
        nodes.extend(parser.group(Field::Text)?);
        if parser.at >= typed.len() {
            break;
        }
        // A parenthesis that closes nothing ends the group; go on behind it.
        parser.warn(parser.at..parser.at + 1, "this parenthesis closes nothing");
        parser.at += 1;
    }
    parser.warnings.sort_by_key(|w| w.at);
    Ok(Parsed {
        query: Query {
            root: Node::all(nodes),
        },
        warnings: parser.warnings,
    })
}

/// Double quotation marks of any script; the typed one is no different from the printed ones.
pub(super) fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂' | '〝' | '〞'
    )
}

pub(super) struct Parser<'a> {
    text: &'a str,
    at: usize,
    clauses: usize,
    depth: usize,
    warnings: Vec<Warning>,
}

/// What stands between two operands.
enum Operator {
    Or,
    None,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, unwanted: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(unwanted).len();
    }

    pub(super) fn warn(&mut self, at: Range<usize>, message: impl Into<String>) {
        self.suggest(at, message, None);
    }

    pub(super) fn suggest(
        &mut self,
        at: Range<usize>,
        message: impl Into<String>,
        suggestion: Option<String>,
    ) {
        self.warnings.push(Warning {
            at: (at.start, at.end),
            message: message.into(),
            suggestion,
        });
    }

    fn count(&mut self) -> Result<(), QueryError> {
        self.clauses += 1;
        if self.clauses > MAX_CLAUSES {
            return Err(QueryError::TooMany { at: self.at });
        }
        Ok(())
    }

    /// Operands up to a closing parenthesis, which stays, or the end. Recursion is bounded by [`MAX_DEPTH`].
    fn group(&mut self, field: Field) -> Result<Option<Node>, QueryError> {
        let mut all = Vec::new();
        let mut any: Vec<Node> = Vec::new();
        let mut joined = false;
        loop {
            let operator = self.operators();
            if matches!(operator, Operator::Or) {
                joined = true;
            }
            if self.peek().is_none_or(|c| c == ')') {
                break;
            }
            let Some(node) = self.operand(field)? else {
                continue;
            };
            if !joined {
                all.extend(Node::any(std::mem::take(&mut any)));
            }
            any.push(node);
            joined = false;
        }
        all.extend(Node::any(any));
        Ok(Node::all(all))
    }

    /// Skips blanks, `AND` and `OR`; says whether there was an `OR`.
    fn operators(&mut self) -> Operator {
        let mut found = Operator::None;
        loop {
            self.skip(char::is_whitespace);
            if self.keyword("OR") {
                found = Operator::Or;
            } else if !self.keyword("AND") {
                return found;
            }
        }
    }

    /// Takes a keyword that stands as a word by itself.
    fn keyword(&mut self, keyword: &str) -> bool {
        let Some(after) = self.rest().strip_prefix(keyword) else {
            return false;
        };
        let ends = after
            .chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || c == '(' || c == ')' || is_quote(c));
        if ends {
            self.at += keyword.len();
        }
        ends
    }

    /// One operand with the negations before it; `None` if what stands there is no word.
    fn operand(&mut self, field: Field) -> Result<Option<Node>, QueryError> {
        let mut negated = false;
        loop {
            self.skip(char::is_whitespace);
            if self.keyword("NOT") {
                negated = !negated;
                continue;
            }
            match self.peek() {
                Some('-' | '−' | '!') => negated = !negated,
                Some('+') => {}
                _ => break,
            }
            self.at += self.peek().map_or(0, char::len_utf8);
            if self.peek().is_none_or(char::is_whitespace) {
                // A dash between blanks is punctuation.
                return Ok(None);
            }
        }
        let node = self.primary(field)?;
        Ok(node.map(|node| if negated { Node::not(node) } else { node }))
    }

    fn primary(&mut self, field: Field) -> Result<Option<Node>, QueryError> {
        match self.peek() {
            None | Some(')') => Ok(None),
            Some('(') => {
                let open = self.at;
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(QueryError::TooDeep { at: open });
                }
                self.at += 1;
                let node = self.group(field)?;
                self.depth -= 1;
                if self.peek() == Some(')') {
                    self.at += 1;
                } else {
                    self.warn(open..open + 1, "this parenthesis is not closed");
                }
                Ok(node)
            }
            Some(c) if is_quote(c) => self.quoted(field),
            Some(_) => self.chunk(field),
        }
    }

    /// A quoted phrase with its `~N`.
    fn quoted(&mut self, field: Field) -> Result<Option<Node>, QueryError> {
        let open = self.at;
        self.at += self.peek().map_or(0, char::len_utf8);
        let rest = self.rest();
        let inside = rest.split(is_quote).next().unwrap_or_default();
        self.at += inside.len();
        match self.peek() {
            Some(quote) => self.at += quote.len_utf8(),
            None => self.warn(open..self.text.len(), "this quotation mark is not closed"),
        }
        let mut slop = 0;
        if let Some(after) = self.rest().strip_prefix('~') {
            let digits: &str = after
                .split(|c: char| !c.is_ascii_digit())
                .next()
                .unwrap_or_default();
            let begin = self.at;
            self.at += 1 + digits.len();
            slop = digits
                .parse()
                .unwrap_or(if digits.is_empty() { 1 } else { u32::MAX });
            if slop > MAX_SLOP {
                slop = MAX_SLOP;
                self.warn(
                    begin..self.at,
                    format!("a phrase may have {MAX_SLOP} words between its own at most"),
                );
            }
        }
        if field.values() == Values::Days {
            if let Some(node) = value(field, inside) {
                self.count()?;
                return Ok(Some(node));
            }
            self.warn(open..self.at, "this is not a date");
        }
        let field = if field.values() == Values::Days {
            Field::Text
        } else {
            field
        };
        let Some(pattern) = phrase(field, inside, slop) else {
            return Ok(None);
        };
        self.count()?;
        Ok(Some(leaf(field, pattern)))
    }

    /// A run without blanks, parentheses and quotation marks: `word`, `word*`, `word~1`, `field:word`, `field:`.
    fn chunk(&mut self, field: Field) -> Result<Option<Node>, QueryError> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| c.is_whitespace() || c == '(' || c == ')' || is_quote(c))
            .unwrap_or(rest.len());
        let whole = &rest[..end];
        // Punctuation before the word; what is all punctuation is no word.
        let Some(lead) = whole.find(char::is_alphanumeric) else {
            // `..2025` of a date field in a group.
            self.at += end;
            if field.values() == Values::Days && !whole.is_empty() {
                self.warn(self.at - end..self.at, "this is not a date");
            }
            return Ok(None);
        };
        let dates = field.values() == Values::Days && whole.starts_with("..");
        let begin = self.at + if dates { 0 } else { lead };
        let chunk = if dates { whole } else { &whole[lead..] };
        self.at += end;
        if let Some((name, value)) = chunk.split_once(':') {
            if let Some(named) = Field::named(name) {
                return self.field_value(named, begin, name, value);
            }
            let is_name =
                name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
            let starts_value = value
                .chars()
                .next()
                .map_or(self.rest().starts_with(is_quote), char::is_alphanumeric);
            if is_name && starts_value {
                let like = Field::like(name);
                self.suggest(
                    begin..begin + name.len(),
                    format!("there is no field `{name}`; taken as words"),
                    like.map(|like| format!("{like}:{value}")),
                );
            }
        }
        self.count()?;
        Ok(self.word(field, chunk, begin))
    }

    /// What follows `name:`.
    fn field_value(
        &mut self,
        field: Field,
        begin: usize,
        name: &str,
        value: &str,
    ) -> Result<Option<Node>, QueryError> {
        if !value.is_empty() {
            self.count()?;
            let at = begin + name.len() + 1;
            return Ok(match self.word(field, value, at) {
                Some(node) => Some(node),
                None => self.word(Field::Text, name, begin),
            });
        }
        match self.peek() {
            Some(c) if c == '(' || is_quote(c) => self.primary(field),
            _ => {
                self.warn(
                    begin..self.at,
                    format!("nothing stands after `{name}:`; taken as a word"),
                );
                self.count()?;
                Ok(self.word(Field::Text, name, begin))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn printed(typed: &str) -> String {
        read(typed).map(|p| p.query.to_string()).unwrap_or_default()
    }

    #[test]
    fn caps_come_before_everything() {
        assert!(matches!(
            read(&"(".repeat(2000)),
            Err(QueryError::TooDeep { at: 32 })
        ));
        assert!(matches!(
            read(&"(\")\" ".repeat(100)),
            Err(QueryError::TooDeep { .. })
        ));
        assert!(matches!(
            read(&"(".repeat(50_000)),
            Err(QueryError::TooLong { bytes: 50_000 })
        ));
        assert!(matches!(
            read(&"a ".repeat(300)),
            Err(QueryError::TooMany { .. })
        ));
        assert_eq!(printed(&format!("{}a", "NOT ".repeat(1001))), "-a");
        assert_eq!(printed(&format!("{}a", "-".repeat(1000))), "a");
    }

    proptest! {
        #[test]
        fn printing_then_reading_is_the_identity(typed in "([a-e\"“”():*~ .-]|AND|OR|NOT| |speaker:|said:|kind:|X:|2025|\\.\\.|7d|~2|’|U\\.S\\.|é){0,30}") {
            if let Ok(parsed) = read(&typed) {
                let printed = parsed.query.to_string();
                let again = read(&printed).map(|p| p.query);
                prop_assert_eq!(again.as_ref(), Ok(&parsed.query), "{}", printed);
            }
        }

        #[test]
        fn anything_can_be_typed(typed in any::<String>()) {
            if let Ok(parsed) = read(&typed) {
                let printed = parsed.query.to_string();
                if printed.len() <= MAX_BYTES {
                    prop_assert_eq!(read(&printed).map(|p| p.query), Ok(parsed.query), "{}", printed);
                }
                for warning in parsed.warnings {
                    prop_assert!(typed.get(warning.at.0..warning.at.1).is_some());
                }
            }
        }

        #[test]
        fn a_value_given_apart_reads_back(value_text in any::<String>()) {
            for field in [Field::Speaker, Field::Text, Field::Kind, Field::Said] {
                if let Some(node) = value(field, &value_text) {
                    let query = Query::from(node);
                    let printed = query.to_string();
                    if printed.len() <= MAX_BYTES {
                        prop_assert_eq!(read(&printed).map(|p| p.query), Ok(query), "{}", printed);
                    }
                }
            }
        }
    }
}
