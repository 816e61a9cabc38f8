//! The outbox under faults, slow stores and killed processes: nothing is sent twice, and nothing is lost.
//!
//! `CARELINE_SEED=7 cargo test -p careline --test simulator` replays one run; `make soak` runs many more.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use careline_testkit::simulator::{Figures, Plan, simulate};

/// Runs one after the other; each is about a hundred sends.
fn all_keep_their_promises(seeds: impl IntoIterator<Item = u64>) -> Figures {
    let (begun, mut total) = (Instant::now(), Figures::default());
    for seed in seeds {
        total += simulate(&Plan::of_seed(seed)).unwrap_or_else(|broken| panic!("{broken}"));
    }
    println!("{total}\n{} sends a second", total.sends() / begun.elapsed().as_secs().max(1));
    assert_eq!((total.doubles, total.losses), (0, 0));
    total
}

/// Where the network can be asked, hardly anything is left to people.
fn little_is_left_to_people(total: &Figures) {
    assert!(total.delivered > 0 && total.unknown * 100 < total.sends().max(1000), "{total}");
}

/// The one run that is asked for, if one is.
fn asked_for() -> Option<u64> {
    std::env::var("CARELINE_SEED").ok().map(|seed| seed.parse().unwrap())
}

#[test]
fn fixed_seeds_keep_every_promise() {
    match asked_for() {
        Some(seed) => drop(all_keep_their_promises([seed])),
        None => little_is_left_to_people(&all_keep_their_promises(0..60)),
    }
}

/// Soaking found these, and what they broke was mended.
const BROKE_ONCE: [u64; 5] = [1_000_589, 1_001_514, 1_004_677, 1_006_253, 1_006_422];

#[test]
fn seeds_that_broke_a_promise_once_do_so_no_more() {
    if asked_for().is_none() {
        all_keep_their_promises(BROKE_ONCE);
    }
}

#[test]
fn a_new_seed_keeps_every_promise() {
    if asked_for().is_none() {
        let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        println!("seeds {seed} to {}", seed + 7);
        little_is_left_to_people(&all_keep_their_promises(seed..seed + 8));
    }
}
