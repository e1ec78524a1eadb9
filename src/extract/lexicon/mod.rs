//! Word lists of extraction: reporting verbs and their stances, roles and titles, pronouns, nominals, given names.
//!
//! The lists are text files beside this module, made to be read and corrected by editors. They are compiled into one
//! hash table a process; [`marks`] looks up every token of an article once, and the layers read the marks.

pub mod area_codes;
pub mod demonyms;
pub mod given_names;
pub mod local_words;
pub mod stance;
mod verbs;
mod words;

pub use words::{Class, Form, Frame, Mark, fold, mark, marks};
