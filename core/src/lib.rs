//! careline: social customer care to embed in any CRM or helpdesk.

pub mod advisor;
pub mod care;
pub mod clock;
pub mod context;
mod error;
pub mod intake;
mod listen;
pub mod model;
pub mod network;
pub mod policy;
pub mod routing;
pub mod store;
pub mod transport;
pub mod triage;
pub mod wire;

pub use error::{Error, ErrorKind, Result, Retry};
