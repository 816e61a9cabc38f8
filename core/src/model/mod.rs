//! Plain data with a stable JSON form: what was said, by whom, where, and what care made of it.
//!
//! Rules that hold for every type here:
//! - ids are strings; times are RFC 3339 UTC with three decimals; spans are UTF-8 byte offsets;
//! - what a network did not tell is absent, never invented;
//! - open enums keep values they do not know, so nothing is lost in a round trip;
//! - fields may be added, so every record and event carries a format version where it is stored.

mod account;
mod agent;
mod assessment;
mod assignment;
mod automatic;
mod case;
mod conversation;
mod customer;
mod event;
mod handoff;
mod id;
mod incident;
mod message;
mod open;
mod reply;
mod sla;
mod text;
mod time;
mod told;

pub use account::*;
pub use agent::*;
pub use assessment::*;
pub use assignment::*;
pub use automatic::*;
pub use case::*;
pub use conversation::*;
pub use customer::*;
pub use event::*;
pub use handoff::*;
pub use id::*;
pub use incident::*;
pub use message::*;
pub(crate) use open::open_enum;
pub use reply::*;
pub use sla::*;
pub use text::*;
pub(crate) use text::{is_composed, never_changes};
pub use time::*;
pub use told::*;
