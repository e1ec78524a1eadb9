//! How far the reading is, in bytes of files as they lie on the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts bytes as they come off the disk, to show progress. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Sources that are done with.
    whole: AtomicU64,
    /// The source that is being streamed.
    part: AtomicU64,
}

impl Meter {
    /// Bytes read so far.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.0.whole.load(Ordering::Relaxed) + self.0.part.load(Ordering::Relaxed)
    }

    /// Some bytes of the source that is being streamed.
    pub(super) fn add(&self, bytes: u64) {
        self.0.part.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The source that is being streamed is done with: all of its `bytes` count, also those that nobody cared to read.
    pub fn end_stream(&self, bytes: Option<u64>) {
        let part = self.0.part.swap(0, Ordering::Relaxed);
        self.end_whole(bytes.unwrap_or(part));
    }

    /// A source that was not streamed is done with.
    pub fn end_whole(&self, bytes: u64) {
        self.0.whole.fetch_add(bytes, Ordering::Relaxed);
    }
}
