//! `--watch`: waits until something below the given paths is other than it was, and has come to rest.
//!
//! It looks every now and then rather than be told: that works on every file system, network folders among them, and
//! needs no limit of watched folders to be raised. The look costs a walk without opening a file; the larger the folders,
//! the rarer it is.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::ingest::{self, Found};

/// Least time between two looks.
const PAUSE: Duration = Duration::from_millis(1500);
/// A look may take one part in so many of the time.
const SHARE: u32 = 20;
/// How often the wish to stop is looked for.
const STEP: Duration = Duration::from_millis(100);

/// Paths that are watched.
pub(super) struct Watch {
    paths: Vec<PathBuf>,
    options: ingest::Options,
    seen: u64,
}

impl Watch {
    /// Watches from now on.
    pub(super) fn new(paths: Vec<PathBuf>, options: ingest::Options) -> Self {
        let mut watch = Self {
            paths,
            options,
            seen: 0,
        };
        watch.seen = watch.look();
        watch
    }

    /// Waits for a change that has come to rest: two looks one after the other saw the same. `false` to stop.
    pub(super) fn changed(&mut self, stop: &AtomicBool) -> bool {
        let mut last = self.seen;
        let mut pause = PAUSE;
        loop {
            let until = Instant::now() + pause;
            while Instant::now() < until {
                if stop.load(Ordering::Relaxed) {
                    return false;
                }
                thread::sleep(STEP);
            }
            let began = Instant::now();
            let now = self.look();
            pause = PAUSE.max(began.elapsed() * SHARE);
            if now == last && now != self.seen {
                self.seen = now;
                return true;
            }
            last = now;
        }
    }

    /// Names, lengths and times of all files, as a number.
    fn look(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for found in ingest::walk(&self.paths, &self.options) {
            match found {
                Found::Source(source) => {
                    (source.path, source.bytes, source.modified).hash(&mut hasher);
                }
                Found::Skipped(skipped) => skipped.path.hash(&mut hasher),
            }
        }
        hasher.finish()
    }
}
