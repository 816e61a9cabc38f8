//! The engine: a pure decision in the middle, and intake, assignment, timers and views around it.

pub mod sla;
