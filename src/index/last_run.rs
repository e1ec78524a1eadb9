//! What became of the last run of `whosaid index`, kept beside the index for those who only read it.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::storage::write_atomically;
use crate::article::Skipped;

/// Name of the file within the index folder.
pub(super) const FILE: &str = "last-run.json";

/// What a run did. Nothing of the index depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// When it ended, as RFC 3339 has it.
    pub finished: String,
    /// Articles read, those that had not changed included.
    pub read: u64,
    /// Files and records that were not taken.
    pub failed: u64,
    /// The first [`LastRun::LISTED`] of them.
    pub skipped: Vec<Skipped>,
}

impl LastRun {
    /// Most skipped files and records that are kept.
    pub const LISTED: usize = 200;

    /// Reads it; `None` if there is none, or none that can be read: it is only for people to see.
    #[must_use]
    pub fn read(dir: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(dir.join(FILE)).ok()?).ok()
    }

    /// Puts it beside the index.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, dir: &Path) -> io::Result<()> {
        let json = serde_json::to_vec_pretty(self).map_err(io::Error::from)?;
        write_atomically(&dir.join(FILE), &json)
    }
}
