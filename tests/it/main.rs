//! All integration tests, as one binary.

mod dates;
mod token;
