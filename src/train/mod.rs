//! Makes the models that extraction reads: deterministic, from annotated text, on one core.
//!
//! Training is not needed to use whosaid; it is here so that every weight in `extract/model` can be made again, and so
//! that people with annotations of their own can make their own.

pub mod clusters;
pub mod coastline;
pub mod crf;
pub mod gazetteer;
pub mod given_names;
pub mod names;
pub mod places;
pub mod statements;
pub mod vectors;
