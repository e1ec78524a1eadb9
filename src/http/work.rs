//! A bounded queue in front of the threads that search.
//!
//! A search occupies a processor for milliseconds to seconds. More of them at once than there are processors only make
//! all of them late, so the rest wait their turn; when too many wait, a new one is told to come back later. Whoever hangs
//! up while waiting leaves the queue.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::fault::Fault;

/// Requests that may wait for each one that runs.
const WAITING_PER_THREAD: usize = 64;
/// Longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// The queue.
pub(super) struct Work {
    running: Arc<Semaphore>,
    places: Semaphore,
    size: usize,
}

impl Work {
    /// A queue for `threads` jobs at once.
    pub(super) fn new(threads: usize) -> Self {
        let threads = threads.max(1);
        let size = threads * (WAITING_PER_THREAD + 1);
        Self {
            running: Arc::new(Semaphore::new(threads)),
            places: Semaphore::new(size),
            size,
        }
    }

    /// Runs a job when it is its turn. Dropping the future before that cancels the job.
    ///
    /// # Errors
    /// [`Fault::Busy`] if the queue is full or does not move; [`Fault::Internal`] if the job panics.
    pub(super) async fn run<T, J>(&self, job: J) -> Result<T, Fault>
    where
        T: Send + 'static,
        J: FnOnce() -> T + Send + 'static,
    {
        let _place = self.places.try_acquire().map_err(|_| Fault::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned();
        let turn = tokio::time::timeout(PATIENCE, turn)
            .await
            .map_err(|_| Fault::Busy)?
            .map_err(|_| Fault::Busy)?;
        let job = tokio::task::spawn_blocking(move || {
            let done = job();
            // Kept by the job, not by the waiter: a client that hangs up must not free a processor that still works.
            drop(turn);
            done
        });
        job.await.map_err(|e| Fault::Internal(e.to_string()))
    }

    /// How many jobs are running or waiting.
    pub(super) fn load(&self) -> usize {
        self.size.saturating_sub(self.places.available_permits())
    }
}
