//! How much may be on its way: a bound on tasks and on bytes, and whose turn it is.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The bound. Tasks enter in order and leave in order.
#[derive(Debug)]
pub(super) struct Flow {
    state: Mutex<State>,
    changed: Condvar,
    most_tasks: usize,
    most_bytes: usize,
}

#[derive(Debug, Default)]
struct State {
    tasks: usize,
    bytes: usize,
    /// The task whose results are consumed now.
    turn: u64,
    closed: bool,
}

impl Flow {
    pub(super) fn new(most_tasks: usize, most_bytes: usize) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            most_tasks,
            most_bytes,
        }
    }

    /// Waits until there is room for a task of so many bytes. One that is larger than the bound goes alone. Says
    /// whether to go on.
    pub(super) fn enter(&self, bytes: usize) -> bool {
        let mut state = self.wait_while(|s| {
            s.tasks > 0
                && (s.tasks >= self.most_tasks || s.bytes.saturating_add(bytes) > self.most_bytes)
        });
        state.tasks += 1;
        state.bytes = state.bytes.saturating_add(bytes);
        !state.closed
    }

    /// Waits for the turn of a task. Says whether to go on.
    pub(super) fn await_turn(&self, turn: u64) -> bool {
        !self.wait_while(|s| s.turn < turn).closed
    }

    /// The task whose turn it is has been consumed; it was let in for so many bytes.
    pub(super) fn next_turn(&self, bytes: usize) {
        let mut state = self.lock();
        state.turn += 1;
        state.tasks -= 1;
        state.bytes = state.bytes.saturating_sub(bytes);
        drop(state);
        self.changed.notify_all();
    }

    /// Lets everybody who waits go, and tells them to stop.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn wait_while(&self, must_wait: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        self.changed
            .wait_while(self.lock(), |s| !s.closed && must_wait(s))
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is numbers that are changed together: it is sound whatever a holder died of.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::Flow;

    #[test]
    fn a_task_larger_than_the_bound_goes_alone() {
        let flow = Flow::new(10, 100);
        assert!(flow.enter(1000));
        let entered = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                assert!(flow.enter(1));
                entered.store(1, Ordering::SeqCst);
            });
            assert_eq!(entered.load(Ordering::SeqCst), 0);
            flow.next_turn(1000);
        });
        assert_eq!(entered.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn closing_lets_everybody_go() {
        let flow = Flow::new(1, 100);
        assert!(flow.enter(1));
        thread::scope(|scope| {
            let full = scope.spawn(|| flow.enter(1));
            let early = scope.spawn(|| flow.await_turn(7));
            flow.close();
            assert!(!full.join().unwrap());
            assert!(!early.join().unwrap());
        });
    }
}
