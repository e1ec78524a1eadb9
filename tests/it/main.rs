//! All integration tests, as one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod across;
mod any_input;
mod build;
mod check;
mod cmd;
mod config;
mod dates;
mod eval;
mod http;
mod incremental;
mod index;
mod ingest;
mod names;
mod people;
mod places;
mod pronouns;
mod query;
mod readings;
mod search;
mod selections;
mod silence;
mod speakers;
mod statements;
mod suite;
mod tagger;
mod tidy;
mod token;
mod train;
mod uses;
mod watch;
