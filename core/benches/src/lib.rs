//! What careline costs, as ratios: both sides of each are measured in one run, in CPU time, in turns.
//!
//! `cargo run --release -p careline-benches` prints them all; `docs/benchmarks.md` says what they mean.

pub mod bare;
pub mod clock;
pub mod desk;
pub mod growth;
pub mod normalise;
pub mod path;
pub mod peers;
pub mod queries;
pub mod replay;
pub mod traffic;
pub mod verdict;
mod words;
