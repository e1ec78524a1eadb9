//! How much may be on its way: a bound on tasks and on bytes, and whose turn it is.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The bound. Tasks enter in order and leave in order.
#[derive(Debug)]
pub(super) struct Flow {
    state: Mutex<State>,
    /// There is room for the task that waits to enter.
    room: Condvar,
    /// The turn has come of a task that waits for it.
    turned: Condvar,
    most_tasks: usize,
    most_bytes: usize,
}

#[derive(Debug, Default)]
struct State {
    tasks: usize,
    bytes: usize,
    /// What the task takes that waits to enter.
    entering: Option<usize>,
    /// The task whose results are consumed now.
    turn: u64,
    /// Tasks that wait for their turn.
    awaiting: usize,
    closed: bool,
}

impl Flow {
    pub(super) fn new(most_tasks: usize, most_bytes: usize) -> Self {
        Self {
            state: Mutex::default(),
            room: Condvar::new(),
            turned: Condvar::new(),
            most_tasks,
            most_bytes,
        }
    }

    /// Waits until there is room for a task of so many bytes. One that is larger than the bound goes alone. When the
    /// bound is reached, a quarter of it must get free first: whoever enters is not woken for each task that leaves.
    /// Says whether to go on.
    pub(super) fn enter(&self, bytes: usize) -> bool {
        let mut state = self.lock();
        if !state.has_room(bytes, self.most_tasks, self.most_bytes) {
            state.entering = Some(bytes);
            state = self
                .room
                .wait_while(state, |s| !s.closed && !self.is_eased(s, bytes))
                .unwrap_or_else(PoisonError::into_inner);
            state.entering = None;
        }
        state.tasks += 1;
        state.bytes = state.bytes.saturating_add(bytes);
        !state.closed
    }

    fn is_eased(&self, state: &State, bytes: usize) -> bool {
        let less = |most: usize| most - most / 4;
        state.has_room(bytes, less(self.most_tasks), less(self.most_bytes))
    }

    /// Waits for the turn of a task. Says whether to go on.
    pub(super) fn await_turn(&self, turn: u64) -> bool {
        let mut state = self.lock();
        state.awaiting += 1;
        state = self
            .turned
            .wait_while(state, |s| !s.closed && s.turn < turn)
            .unwrap_or_else(PoisonError::into_inner);
        state.awaiting -= 1;
        !state.closed
    }

    /// The task whose turn it is has been consumed; it was let in for so many bytes.
    pub(super) fn next_turn(&self, bytes: usize) {
        let mut state = self.lock();
        state.turn += 1;
        state.tasks -= 1;
        state.bytes = state.bytes.saturating_sub(bytes);
        let is_eased = state.entering.is_some_and(|b| self.is_eased(&state, b));
        let is_awaited = state.awaiting > 0;
        drop(state);
        if is_eased {
            self.room.notify_all();
        }
        if is_awaited {
            self.turned.notify_all();
        }
    }

    /// Lets everybody who waits go, and tells them to stop.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.room.notify_all();
        self.turned.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is numbers that are changed together: it is sound whatever a holder died of.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_room(&self, bytes: usize, most_tasks: usize, most_bytes: usize) -> bool {
        self.tasks == 0 || self.tasks < most_tasks && self.bytes.saturating_add(bytes) <= most_bytes
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
    fn when_full_a_quarter_must_get_free() {
        let flow = Flow::new(8, 1000);
        (0..8).for_each(|_| assert!(flow.enter(10)));
        for eased in [false, false, false, true] {
            assert_eq!(flow.is_eased(&flow.lock(), 10), eased);
            flow.next_turn(10);
        }
        // Of the bytes too: four tasks are left.
        assert!(flow.is_eased(&flow.lock(), 710));
        assert!(!flow.is_eased(&flow.lock(), 711));
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
