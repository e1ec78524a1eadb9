//! Files read in passing: what joins segments reads each of theirs once from front to back, and need not hold it.
//!
//! A mapped file counts as the process's memory until the system takes it back. Joins of large segments would count
//! with all that they read; read in windows they count with what they are reading.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tantivy::Directory;
use tantivy::HasLen;
use tantivy::directory::error::OpenReadError;
use tantivy::directory::{FileHandle, MmapDirectory, OwnedBytes};

/// Bytes that are read ahead where few are asked for: what follows is usually asked for next.
const WINDOW: usize = 64 * 1024;
/// Whatever is asked for at once and has so many bytes is mapped while it is in use.
const MAPPED_FROM: usize = 256 * 1024;

/// A file that is opened whenever something is read of it.
#[derive(Debug)]
pub(super) struct Passing {
    mapped: MmapDirectory,
    folder: PathBuf,
    name: PathBuf,
    len: usize,
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    begin: usize,
    bytes: Vec<u8>,
}

impl Window {
    /// A copy: a join opens every column of every segment, and each would keep a whole window alive.
    fn copy(&self, range: &Range<usize>) -> Option<OwnedBytes> {
        let begin = range.start.checked_sub(self.begin)?;
        let end = range.end.checked_sub(self.begin)?;
        Some(OwnedBytes::new(self.bytes.get(begin..end)?.to_vec()))
    }
}

impl Passing {
    /// A file of a folder.
    pub(super) fn open(
        mapped: &MmapDirectory,
        folder: &Path,
        name: &Path,
    ) -> Result<Self, OpenReadError> {
        // It says what is wrong with a file that cannot be opened.
        let len = mapped.get_file_handle(name)?.len();
        Ok(Self {
            mapped: mapped.clone(),
            folder: folder.to_owned(),
            name: name.to_owned(),
            len,
            window: Mutex::default(),
        })
    }

    fn read(&self, range: Range<usize>) -> io::Result<Vec<u8>> {
        let mut file = File::open(self.folder.join(&self.name))?;
        file.seek(SeekFrom::Start(range.start as u64))?;
        let mut bytes = vec![0; range.len()];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl HasLen for Passing {
    fn len(&self) -> usize {
        self.len
    }
}

impl FileHandle for Passing {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.start > range.end || range.end > self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if range.len() >= MAPPED_FROM {
            let file = self.mapped.get_file_handle(&self.name);
            return file.map_err(io::Error::other)?.read_bytes(range);
        }
        if range.len() >= WINDOW {
            return Ok(OwnedBytes::new(self.read(range)?));
        }
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = window.copy(&range) {
            return Ok(bytes);
        }
        let begin = range.start;
        let bytes = self.read(begin..(begin + WINDOW).min(self.len))?;
        *window = Window { begin, bytes };
        window
            .copy(&range)
            .ok_or(io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_range_is_what_the_file_has(
            len in 0_usize..2 * MAPPED_FROM,
            ranges in prop::collection::vec(
                (0_usize..2 * MAPPED_FROM, prop_oneof![0..2 * WINDOW, 0..2 * MAPPED_FROM]),
                1..20,
            ),
        ) {
            let dir = tempfile::tempdir().unwrap();
            let bytes: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
            std::fs::write(dir.path().join("file"), &bytes).unwrap();
            let mapped = MmapDirectory::open(dir.path()).unwrap();
            let file = Passing::open(&mapped, dir.path(), Path::new("file")).unwrap();
            prop_assert_eq!(file.len(), len);
            for (begin, long) in ranges {
                let read = file.read_bytes(begin..begin + long);
                match bytes.get(begin..begin + long) {
                    Some(there) => prop_assert!(read.unwrap().as_slice() == there),
                    None => prop_assert!(read.is_err()),
                }
            }
        }
    }
}
