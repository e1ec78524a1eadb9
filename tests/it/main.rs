//! All integration tests, as one binary.

mod build;
mod dates;
mod index;
mod query;
mod search;
mod token;
