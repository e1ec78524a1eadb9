//! All integration tests, as one binary.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod build;
mod cmd;
mod dates;
mod eval;
mod index;
mod places;
mod query;
mod search;
mod tidy;
mod token;
mod uses;
