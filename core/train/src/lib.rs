//! Learns the weights that careline's triage ships.
//!
//! The sets it learns from are no part of the repository: `CARELINE_TRAINING` names their folder, else `../shared/training`
//! beside the checkout. What we wrote ourselves is here. The same sets give the same weights, bit for bit.

pub mod language;
pub mod own;
pub mod random;
pub mod rows;
pub mod words;
