//! Simulates a million sends, or as many as are asked for: `soak 50000`; `CARELINE_SEED=7 soak` replays one run.
//!
//! Prints the figures every ten seconds and at the end. Fails with the first run that breaks a promise.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use careline_testkit::simulator::{Broken, Figures, Plan, simulate};

fn main() -> ExitCode {
    if let Some(seed) = std::env::var("CARELINE_SEED").ok().and_then(|seed| seed.parse().ok()) {
        return told(simulate(&Plan::of_seed(seed)));
    }
    let sends = std::env::args().nth(1).and_then(|sends| sends.parse().ok()).unwrap_or(1_000_000);
    let (begun, told_at) = (Instant::now(), Mutex::new(Instant::now()));
    let (seed, total) = (AtomicU64::new(1_000_000), Mutex::new(Ok(Figures::default())));
    let one_after_the_other = || {
        while wants_more(&total, sends) {
            let figures = simulate(&Plan::of_seed(seed.fetch_add(1, Ordering::Relaxed)));
            add(&total, figures);
            let mut told_at = told_at.lock().unwrap_or_else(PoisonError::into_inner);
            if told_at.elapsed() > Duration::from_secs(10) {
                *told_at = Instant::now();
                tell(&total, begun);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(one_after_the_other);
        }
    });
    tell(&total, begun);
    told(total.into_inner().unwrap_or_else(PoisonError::into_inner))
}

type Total = Mutex<Result<Figures, Box<Broken>>>;

fn wants_more(total: &Total, sends: u64) -> bool {
    let total = total.lock().unwrap_or_else(PoisonError::into_inner);
    total.as_ref().is_ok_and(|figures| figures.sends() < sends)
}

fn add(total: &Total, figures: Result<Figures, Box<Broken>>) {
    let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
    match (&mut *total, figures) {
        (Ok(sum), Ok(figures)) => *sum += figures,
        (Ok(_), Err(broken)) => *total = Err(broken),
        (Err(_), _) => {}
    }
}

fn tell(total: &Total, begun: Instant) {
    if let Ok(figures) = &*total.lock().unwrap_or_else(PoisonError::into_inner) {
        let seconds = begun.elapsed().as_secs().max(1);
        println!("{figures}\n{} sends a second, {seconds} seconds\n", figures.sends() / seconds);
    }
}

fn told(result: Result<Figures, Box<Broken>>) -> ExitCode {
    match result {
        Ok(figures) => {
            println!("every promise was kept\n{figures}");
            ExitCode::SUCCESS
        }
        Err(broken) => {
            eprintln!("{broken}");
            ExitCode::FAILURE
        }
    }
}
