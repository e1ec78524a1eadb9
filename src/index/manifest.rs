//! What should be in the index folder: format, files with sizes and checksums, counts.
//!
//! The engine checks no checksum on opening, keeps none for `meta.json`, and maps files into memory: a file cut short
//! would end the process with a bus error. So sizes are compared on opening, checksums by [`check`](super::check).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::{At, Error, ErrorKind};
use super::storage::write_atomically;

/// Version of the index format: of the schema, the analysis, the keys of articles and what is stored.
pub const SCHEMA_VERSION: u32 = 9;

/// Name of the manifest within the index folder.
pub(crate) const FILE: &str = "manifest.json";
/// Name under which it is written before it is renamed.
const TEMPORARY: &str = ".manifest.json.tmp";

/// The manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format of the index; see [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Names what extracted the statements (code and models), of the last run.
    pub extraction: String,
    /// Number of the commit that the counts and files belong to; grows with every change.
    pub generation: u64,
    /// Articles in the index.
    pub articles: u64,
    /// Statements in the index.
    pub statements: u64,
    /// Does the index keep older versions of an article?
    #[serde(default)]
    pub keep_versions: bool,
    /// The file of [`Groups`](super::Groups), once there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<FileEntry>,
    /// The file of [`families`](super::families), as of the last run that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub families: Option<FileEntry>,
    /// Files of the engine, by name.
    pub files: BTreeMap<String, FileEntry>,
}

/// A file of the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Size in bytes.
    pub size: u64,
    /// BLAKE3 hash in hexadecimal digits.
    pub blake3: String,
}

impl FileEntry {
    /// Sums what is in memory.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self {
            size: bytes.len() as u64,
            blake3: blake3::hash(bytes).to_hex().to_string(),
        }
    }

    /// Reads a file and sums it.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        let mut file = File::open(path)?;
        let size = io::copy(&mut file, &mut hasher)?;
        Ok(Self {
            size,
            blake3: hasher.finalize().to_hex().to_string(),
        })
    }
}

/// Only the version, which has to be readable whatever else changes.
#[derive(Deserialize)]
struct Version {
    schema_version: u32,
}

impl Manifest {
    /// Reads the manifest of an index.
    pub(crate) fn read(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let json = match fs::read(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Err(Error::new(dir, ErrorKind::Missing));
            }
            other => other.at(&path)?,
        };
        let damaged = |e: serde_json::Error| ErrorKind::Damaged(format!("manifest.json: {e}"));
        let version: Version = serde_json::from_slice(&json).map_err(damaged).at(dir)?;
        if version.schema_version != SCHEMA_VERSION {
            return Err(Error::new(
                dir,
                ErrorKind::Version {
                    found: version.schema_version,
                    known: SCHEMA_VERSION,
                },
            ));
        }
        serde_json::from_slice(&json).map_err(damaged).at(dir)
    }

    /// Replaces the manifest of an index; once this returns, it survives a power cut.
    pub(crate) fn write(&self, dir: &Path) -> Result<(), Error> {
        let path = dir.join(FILE);
        let mut json = serde_json::to_vec_pretty(self)
            .map_err(io::Error::from)
            .at(&path)?;
        json.push(b'\n');
        write_atomically(&path, &json).at(&path)
    }

    /// Removes what a killed writer may have left half written.
    pub(crate) fn sweep(dir: &Path) {
        // Nothing there is the usual case.
        let _ = fs::remove_file(dir.join(TEMPORARY));
        let _ = fs::remove_file(dir.join(".people.json.tmp"));
    }
}
