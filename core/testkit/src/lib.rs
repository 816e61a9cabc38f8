//! Conformance suites, fakes and fault injection for careline's ports.
//!
//! A connector runs [`network_conformance!`](crate::network_conformance) over a descriptor of itself; each case shows as
//! a test of its own. A store runs [`store_conformance!`](crate::store_conformance) over itself. Panicking is how test
//! code reports, so unlike the rest of careline this crate may panic.

mod clock;
pub mod engine;
pub mod fake;
mod fault;
pub mod network;
mod policy;
mod random;
pub mod simulator;
pub mod store;
mod transport;

pub use clock::ManualClock;
pub use fault::{FaultPlan, FaultTransport};
pub use policy::acme;
pub use transport::{Answer, Exchange, Fault, Recorded, ScriptedTransport};
