//! What every connector needs to read the wire: lenient ids and texts without copies, bodies repaired once, times,
//! signatures over raw bytes, envelopes walked item by item.

mod alone;
mod body;
mod id;
mod plain;
mod signature;
mod text;
mod walk;

pub use alone::alone;
pub use body::Body;
pub use id::Id;
pub use plain::Plain;
pub use signature::{Encoding, Hmac256, SignedTime, Signing, TimeUnit, sign};
pub use text::{CodePoints, Text, decode_entities};
pub use walk::{Found, Walk};
