//! CPU time, and the middle of several measurements.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The CPU time this process has used, on all its threads.
pub fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// The CPU time that `work` takes, in microseconds for each of `count`.
pub fn micros_each<T>(count: usize, work: impl FnOnce() -> T) -> f64 {
    let before = cpu();
    std::hint::black_box(work());
    let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    (cpu() - before).as_secs_f64() * 1e6 / f64::from(count)
}

/// The middle of several values.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Two sides measured in turns: the median of each, and the median of the ratios within a turn.
#[derive(Clone, Copy, Debug)]
pub struct Compared {
    /// Microseconds of what is judged.
    pub ours: f64,
    /// Microseconds of what it is judged by.
    pub theirs: f64,
    /// Ours by theirs.
    pub ratio: f64,
}

/// Measures two sides `rounds` times in turns.
pub fn compare(rounds: usize, mut ours: impl FnMut() -> f64, mut theirs: impl FnMut() -> f64) -> Compared {
    let turns: Vec<(f64, f64)> = (0..rounds).map(|_| (ours(), theirs())).collect();
    Compared {
        ours: median(turns.iter().map(|turn| turn.0)),
        theirs: median(turns.iter().map(|turn| turn.1)),
        ratio: median(turns.iter().map(|turn| turn.0 / turn.1)),
    }
}
