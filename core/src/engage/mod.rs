//! Saying something: how an answer is counted, rendered and looked at before it goes out.

pub mod compose;
pub mod guard;
pub mod text;
pub mod verdict;
