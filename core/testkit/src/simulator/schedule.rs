//! Time that passes only when nobody has anything to do, and tasks that take turns as the seed says.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use async_trait::async_trait;
use careline::clock::Clock;
use careline::model::Timestamp;
use tokio::sync::Notify;

use crate::random::Random;

/// Tasks of one process: they end together.
pub(super) type Process = u64;

/// The process that is never killed: the world around the engines.
pub(super) const OUTSIDE: Process = 0;

/// More turns than any run needs: one that takes more never comes to rest.
const MOST_TURNS: u64 = 200_000_000;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The clock and the tasks of one run.
pub(super) struct Schedule {
    now: AtomicU64,
    ready: Arc<Mutex<BTreeSet<u64>>>,
    inner: Mutex<Inner>,
    death: Notify,
}

#[derive(Default)]
struct Inner {
    sleepers: BinaryHeap<Reverse<(Timestamp, u64)>>,
    wakers: BTreeMap<u64, Waker>,
    sleeps: u64,
    begun: Vec<(Process, Task)>,
    doomed: BTreeSet<Process>,
    /// Who died since somebody asked, and who ever did.
    dead: Vec<Process>,
    gone: BTreeSet<Process>,
    kills_per_million: u32,
}

impl Schedule {
    /// A schedule that begins at `now`.
    pub(super) fn new(now: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            now: AtomicU64::new(now.as_millis().unsigned_abs()),
            ready: Arc::default(),
            inner: Mutex::default(),
            death: Notify::new(),
        })
    }

    /// Has a task take turns from now on.
    pub(super) fn begin(&self, process: Process, task: impl Future<Output = ()> + Send + 'static) {
        self.lock().begun.push((process, Box::pin(task)));
    }

    /// How many of a million turns of a process are its last.
    pub(super) fn kill_at_random(&self, per_million: u32) {
        self.lock().kills_per_million = per_million;
    }

    /// The next process that died.
    pub(super) async fn died(&self) -> Process {
        loop {
            if let Some(process) = self.lock().dead.pop() {
                return process;
            }
            self.death.notified().await;
        }
    }

    /// Lets all tasks take turns until `root` is done; `None` if nobody can go on before, or it never ends.
    pub(super) fn run<T>(&self, random: &mut Random, root: impl Future<Output = T>) -> Option<T> {
        let mut root = std::pin::pin!(root);
        let mut tasks: BTreeMap<u64, (Process, Task, Waker)> = BTreeMap::new();
        let mut number = ROOT;
        let waker = self.waker(ROOT);
        self.ready().insert(ROOT);
        for _ in 0..MOST_TURNS {
            for (process, task) in self.begun() {
                number += 1;
                tasks.insert(number, (process, task, self.waker(number)));
                self.ready().insert(number);
            }
            self.bury(&mut tasks);
            let Some(turn) = self.whose_turn(random) else {
                if !self.pass_time() {
                    return None;
                }
                continue;
            };
            if turn == ROOT {
                if let Poll::Ready(done) = root.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Some(done);
                }
                continue;
            }
            let Some((process, task, waker)) = tasks.get_mut(&turn) else { continue };
            if *process != OUTSIDE && random.below(1_000_000) < u64::from(self.lock().kills_per_million) {
                self.lock().doomed.insert(*process);
            } else if task.as_mut().poll(&mut Context::from_waker(waker)).is_ready() {
                tasks.remove(&turn);
            }
        }
        None
    }

    /// What began since the last turn; nothing begins in a process that is dead.
    fn begun(&self) -> Vec<(Process, Task)> {
        let mut inner = self.lock();
        let mut begun = std::mem::take(&mut inner.begun);
        begun.retain(|(process, _)| !inner.gone.contains(process));
        begun
    }

    /// Drops all tasks of the processes that are to die.
    fn bury(&self, tasks: &mut BTreeMap<u64, (Process, Task, Waker)>) {
        let doomed = std::mem::take(&mut self.lock().doomed);
        if doomed.is_empty() {
            return;
        }
        tasks.retain(|_, (process, ..)| !doomed.contains(process));
        let mut inner = self.lock();
        inner.gone.extend(&doomed);
        inner.dead.extend(doomed);
        drop(inner);
        self.death.notify_one();
    }

    fn whose_turn(&self, random: &mut Random) -> Option<u64> {
        let mut ready = self.ready();
        let place = random.below(ready.len() as u64) as usize;
        let turn = ready.iter().nth(place).copied()?;
        ready.remove(&turn);
        Some(turn)
    }

    /// Moves on to the next instant at which somebody wakes; whether there is one.
    fn pass_time(&self) -> bool {
        let mut inner = self.lock();
        let Some(Reverse((due, _))) = inner.sleepers.peek().copied() else { return false };
        self.now.fetch_max(due.as_millis().unsigned_abs(), Ordering::Relaxed);
        while let Some(Reverse((at, sleep))) = inner.sleepers.peek().copied()
            && at <= due
        {
            inner.sleepers.pop();
            if let Some(waker) = inner.wakers.remove(&sleep) {
                waker.wake();
            }
        }
        true
    }

    fn waker(&self, task: u64) -> Waker {
        Waker::from(Arc::new(Turn { task, ready: self.ready.clone() }))
    }

    fn ready(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of the task everything ends with.
const ROOT: u64 = 0;

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schedule").field("now", &self.now()).finish_non_exhaustive()
    }
}

#[async_trait]
impl Clock for Schedule {
    fn now(&self) -> Timestamp {
        Timestamp::default().plus(Duration::from_millis(self.now.load(Ordering::Relaxed)))
    }

    async fn sleep(&self, duration: Duration) {
        let sleep = {
            let mut inner = self.lock();
            inner.sleeps += 1;
            inner.sleeps
        };
        Sleep { schedule: self, due: self.now().plus(duration), sleep, asleep: false }.await;
    }
}

/// Waits for an instant; a sleep that is given up leaves nothing behind that wakes anybody.
struct Sleep<'a> {
    schedule: &'a Schedule,
    due: Timestamp,
    sleep: u64,
    asleep: bool,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.schedule.now() >= self.due {
            return Poll::Ready(());
        }
        let mut inner = self.schedule.lock();
        inner.wakers.insert(self.sleep, cx.waker().clone());
        if !self.asleep {
            inner.sleepers.push(Reverse((self.due, self.sleep)));
        }
        drop(inner);
        self.asleep = true;
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.schedule.lock().wakers.remove(&self.sleep);
    }
}

/// Puts a task among those whose turn may be next.
struct Turn {
    task: u64,
    ready: Arc<Mutex<BTreeSet<u64>>>,
}

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).insert(self.task);
    }
}

/// Lets others take a turn.
pub(super) async fn let_others() {
    let mut waited = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
