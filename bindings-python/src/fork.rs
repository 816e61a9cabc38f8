//! Forks. Before one, calls come to their end and files are closed, so that a child inherits no lock that somebody holds
//! and no connection. Where that takes too long, or a program forks without telling Python, the child is refused later.

use std::cell::RefCell;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use careline::store::Store;
use pollster::block_on;
use pyo3::prelude::*;

/// How long a fork waits for calls that are under way.
const PATIENCE: Duration = Duration::from_secs(10);

static GATE: Mutex<Gate> = Mutex::new(Gate { inside: 0, shut: false, stores: Vec::new() });
/// Told when the last call has left a gate that is shut, and when the gate is opened.
static CHANGED: Condvar = Condvar::new();

/// Every call of careline goes through it.
struct Gate {
    /// How many calls are under way, not counting those that wait for the host's own code or for a network.
    inside: usize,
    /// Nobody else may go in.
    shut: bool,
    stores: Vec<Weak<dyn Store>>,
}

thread_local! {
    /// Held by the thread that forks, from before until after: in the child it would else be held by nobody who is there.
    static HELD: RefCell<Option<MutexGuard<'static, Gate>>> = const { RefCell::new(None) };
}

/// A call under way.
pub(crate) struct Inside;

impl Inside {
    /// Goes in. Waits while the process forks, so only without the interpreter.
    pub(crate) fn enter() -> Self {
        let mut gate = CHANGED.wait_while(lock(), |gate| gate.shut).unwrap_or_else(PoisonError::into_inner);
        gate.inside += 1;
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let mut gate = lock();
        // What a child inherited was not counted there.
        gate.inside = gate.inside.saturating_sub(1);
        if gate.shut {
            CHANGED.notify_all();
        }
    }
}

/// Waits, within a call, for what may take long or may itself fork: the host's own code, a network.
pub(crate) fn outside<T>(wait: impl FnOnce() -> T) -> T {
    struct Back;
    impl Drop for Back {
        fn drop(&mut self) {
            std::mem::forget(Inside::enter());
        }
    }
    drop(Inside);
    let _back = Back;
    wait()
}

/// Has a store closed before each fork.
pub(crate) fn closes(store: &Arc<dyn Store>) {
    let mut gate = lock();
    gate.stores.retain(|store| store.strong_count() > 0);
    gate.stores.push(Arc::downgrade(store));
}

/// Before a fork: waits for calls and closes files; nobody gets in until after it.
#[pyfunction]
pub(crate) fn before_fork(py: Python<'_>) {
    py.detach(|| {
        let mut gate = CHANGED.wait_while(lock(), |gate| gate.shut).unwrap_or_else(PoisonError::into_inner);
        gate.shut = true;
        let limit = Instant::now() + PATIENCE;
        while gate.inside > 0 && Instant::now() < limit {
            let left = limit.saturating_duration_since(Instant::now());
            gate = CHANGED.wait_timeout(gate, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        if gate.inside == 0 {
            // One that cannot be closed is refused in the child.
            gate.stores.iter().filter_map(Weak::upgrade).for_each(|store| drop(block_on(store.release())));
        }
        HELD.set(Some(gate));
    });
}

/// After a fork, in the parent: calls go on.
#[pyfunction]
pub(crate) fn after_fork_in_parent() {
    reopen(|_| {});
}

/// After a fork, in the child: who was inside is not in this process, and what the parent had open is not its own.
#[pyfunction]
pub(crate) fn after_fork_in_child() {
    reopen(|gate| (gate.inside, gate.stores) = (0, Vec::new()));
}

fn reopen(first: impl FnOnce(&mut Gate)) {
    let Some(mut gate) = HELD.take() else { return };
    first(&mut gate);
    gate.shut = false;
    drop(gate);
    CHANGED.notify_all();
}

fn lock() -> MutexGuard<'static, Gate> {
    GATE.lock().unwrap_or_else(PoisonError::into_inner)
}
