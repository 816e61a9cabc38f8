//! Answers as the networks count and mark them.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod composing;
mod text_rules;
