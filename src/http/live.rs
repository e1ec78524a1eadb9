//! The index as it is now: one unchanging state at a time, replaced when another process has committed.

use std::path::Path;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use super::cache::Cache;
use super::pages::filters;
use super::pages::places::Spot;
use crate::search::{Error, Searcher};

/// How often the index is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// One state of the index, with what is worked out once for it.
pub(super) struct Snapshot {
    /// The index.
    pub searcher: Searcher,
    /// Places with coordinates, for the map.
    pub spots: OnceLock<Vec<Spot>>,
    /// Answers given from it.
    pub answers: Cache,
}

/// The state in use.
pub(super) struct Live {
    current: RwLock<Arc<Snapshot>>,
}

impl Live {
    /// Opens the index.
    ///
    /// # Errors
    /// As [`Searcher::open`].
    pub(super) fn open(dir: &Path) -> Result<Self, Error> {
        let searcher = Searcher::open(dir)?;
        warm(&searcher);
        let snapshot = Snapshot {
            searcher,
            spots: OnceLock::new(),
            answers: Cache::default(),
        };
        Ok(Self {
            current: RwLock::new(Arc::new(snapshot)),
        })
    }

    /// The state in use. Whoever has it keeps it, whatever is committed meanwhile.
    pub(super) fn current(&self) -> Arc<Snapshot> {
        // The lock is held for the exchange of a pointer only, which cannot panic.
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Moves on to the newest state, if there is a newer one. A damaged or vanished index leaves the old one in use.
    fn renew(&self) {
        let mut searcher = self.current().searcher.clone();
        if matches!(searcher.reload(), Ok(true)) {
            warm(&searcher);
            let next = Arc::new(Snapshot {
                searcher,
                spots: OnceLock::new(),
                answers: Cache::default(),
            });
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        }
    }
}

/// Works out what every first page of a state would have to, so that no reader waits for it.
fn warm(searcher: &Searcher) {
    // Damage shows as soon as somebody asks, and is told to them.
    let _ = searcher.warm(&filters::facets_of_panel());
}

/// Looks for a newer state for ever; to be dropped at the end.
pub(super) async fn watch(app: super::Shared) {
    loop {
        tokio::time::sleep(EVERY).await;
        let app = Arc::clone(&app);
        // A panic in there means one look less.
        let _ = tokio::task::spawn_blocking(move || app.live.renew()).await;
    }
}
