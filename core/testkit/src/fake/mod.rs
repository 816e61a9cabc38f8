//! A network that does not exist, in a simple wire format: holds to every case, unless told to do one thing wrong.
//!
//! A webhook posts `{"account", "items"}`, signed in `x-fake-signature` as `sha256=` and HMAC-SHA256 in hexadecimal; a read
//! answers `{"items", "more"}`; a stream sends one item a line.

mod account;
mod defect;
mod fixture;
mod receive;
mod webhook;
mod wire;

pub use account::FakeNetwork;
pub use defect::Defect;
pub use fixture::FakeFixture;
pub use webhook::FakeWebhook;

/// The fake's name as a network.
pub const FAKE: careline::model::NetworkName = careline::model::NetworkName::new("fake");
/// The id of the brand account the fake speaks for.
const ACCOUNT: &str = "acme-1";
