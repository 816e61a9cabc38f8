//! What the tests of queries are made of.

pub mod naive;
pub mod told;
