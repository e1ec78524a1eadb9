//! whosaid: who said what, about what, where and when, in a pile of news.

pub mod article;
pub mod cli;
pub mod corrections;
pub mod date;
pub mod eval;
pub mod extract;
pub mod http;
pub mod index;
pub mod ingest;
pub mod memory;
pub mod pipeline;
pub mod record;
pub mod search;
pub mod text;
pub mod train;
