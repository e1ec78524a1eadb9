//! What a file is, without reading articles in it: to know an unchanged one again.

use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Source, open};
use crate::article::Stamp;

/// What the file system says of a source, its hash left out; `None` for what is no regular file.
#[must_use]
pub fn stat(source: &Source) -> Option<Stamp> {
    if source.path == Path::new("-") {
        return None;
    }
    let meta = std::fs::metadata(&source.path).ok()?;
    let (changed, inode) = unix(&meta);
    meta.is_file().then(|| Stamp {
        size: meta.len(),
        modified: meta.modified().ok().and_then(nanoseconds),
        changed,
        inode,
        asked: nanoseconds(SystemTime::now()),
        hash: String::new(),
    })
}

/// BLAKE3 hash of a file's bytes as they lie on the disk, in hexadecimal digits.
///
/// # Errors
/// If the file cannot be read, or is no regular file.
pub fn digest(source: &Source) -> io::Result<String> {
    let mut file = open::open_regular(&source.path, source.named)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&mut file)?;
    Ok(hasher.finalize().to_hex().to_string())
}

fn nanoseconds(time: SystemTime) -> Option<i64> {
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok()
}

#[cfg(unix)]
fn unix(meta: &Metadata) -> (Option<i64>, Option<u64>) {
    use std::os::unix::fs::MetadataExt;
    let changed = meta
        .ctime()
        .checked_mul(1_000_000_000)
        .and_then(|s| s.checked_add(meta.ctime_nsec()));
    (changed, Some(meta.ino()))
}

#[cfg(not(unix))]
fn unix(_: &Metadata) -> (Option<i64>, Option<u64>) {
    (None, None)
}
