//! What stands behind the Node package `careline`: answers written for JavaScript to read, raw bodies and texts in batches,
//! and a host's engine. `index.js` is what people see.

mod batch;
mod encode;
mod error;
mod host;
mod job;
mod plugged;
