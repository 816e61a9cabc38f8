//! The careline program.

fn main() {}
