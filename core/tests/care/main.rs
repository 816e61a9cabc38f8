//! What the engine does with customers' turns, as a host sees it: scenarios over a store in memory and a clock that
//! stands still until a test moves it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod advice;
mod automatic;
mod cases;
mod forgetting;
mod joining;
mod promises;
mod replies;
mod shadow;
mod shifts;
mod sink;
mod told;
mod views;
mod work;
mod world;
