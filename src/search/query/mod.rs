//! The query language: one type, read from what a person types and printed back.
//!
//! ```
//! use whosaid::search::query::Query;
//! let parsed = Query::read("speaker:ruiz “no deal”~5 harbour OR port -kind:indirect").unwrap();
//! assert_eq!(parsed.query.to_string(), "speaker:ruiz \"no deal\"~5 (harbour OR port) -kind:indirect");
//! ```
//!
//! Reading is lenient: what makes no sense is taken as words or left out, with a [`Warning`] that says where. Only what
//! is too large is refused, before it is looked at more closely. Printing what was read and reading that again gives
//! the same query.

mod ast;
mod days;
mod fields;
mod parse;
mod value;

pub use ast::{Leaf, Node, Pattern, Query};
pub use days::{DayExpr, DayRange, Interval};
pub use fields::Field;
pub use parse::{MAX_BYTES, MAX_CLAUSES, MAX_DEPTH, Parsed, QueryError, Warning};
