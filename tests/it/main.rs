//! All integration tests, as one binary.

mod build;
mod cmd;
mod dates;
mod index;
mod query;
mod search;
mod tidy;
mod token;
