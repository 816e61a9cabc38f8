//! A clock that stands still until a test moves it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use careline::clock::Clock;
use careline::model::Timestamp;
use tokio::sync::watch;

/// A clock under the test's control: [`ManualClock::advance`] moves it, and who sleeps wakes when their time has come.
#[derive(Debug)]
pub struct ManualClock {
    now: watch::Sender<Timestamp>,
    jumps: bool,
    asleep: AtomicUsize,
    slept: Mutex<Vec<Duration>>,
}

impl ManualClock {
    /// A clock that stands at `now` until it is moved.
    pub fn new(now: Timestamp) -> Self {
        Self { now: watch::Sender::new(now), jumps: false, asleep: AtomicUsize::new(0), slept: Mutex::default() }
    }

    /// A clock that moves on by itself whenever somebody sleeps, so that no test waits.
    pub fn jumping(now: Timestamp) -> Self {
        Self { jumps: true, ..Self::new(now) }
    }

    /// Moves the clock on and wakes whoever's time has come.
    pub fn advance(&self, duration: Duration) {
        self.now.send_modify(|now| *now = now.plus(duration));
    }

    /// Sets the clock, also backwards.
    pub fn set(&self, now: Timestamp) {
        self.now.send_replace(now);
    }

    /// How many sleep at present: a test waits for one before it moves the clock.
    pub fn asleep(&self) -> usize {
        self.asleep.load(Ordering::SeqCst)
    }

    /// How long each sleep was asked to be, in order.
    pub fn slept(&self) -> Vec<Duration> {
        self.slept.lock().map(|slept| slept.clone()).unwrap_or_default()
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    async fn sleep(&self, duration: Duration) {
        let due = self.now().plus(duration);
        if let Ok(mut slept) = self.slept.lock() {
            slept.push(duration);
        }
        if self.jumps {
            self.now.send_modify(|now| *now = (*now).max(due));
            return tokio::task::yield_now().await;
        }
        let mut now = self.now.subscribe();
        let _counted = Asleep::count(&self.asleep);
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = now.wait_for(|now| *now >= due).await;
    }
}

/// Counts one sleeper for as long as it lives: a sleep may also end by being dropped.
struct Asleep<'a>(&'a AtomicUsize);

impl<'a> Asleep<'a> {
    fn count(asleep: &'a AtomicUsize) -> Self {
        asleep.fetch_add(1, Ordering::SeqCst);
        Self(asleep)
    }
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn sleepers_wake_when_their_time_has_come() {
        let clock = Arc::new(ManualClock::new(Timestamp::default()));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(5)).await }
        });
        while clock.asleep() == 0 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(4));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        sleeper.await.unwrap();
        assert_eq!((clock.asleep(), clock.slept()), (0, vec![Duration::from_secs(5)]));
    }

    #[tokio::test]
    async fn a_jumping_clock_waits_for_nobody() {
        let clock = ManualClock::jumping(Timestamp::default());
        clock.sleep(Duration::from_secs(3600)).await;
        assert_eq!(clock.now().as_secs(), 3600);
    }
}
