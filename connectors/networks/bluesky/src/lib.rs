//! Bluesky, and other services that speak its lexicons over the AT Protocol, for careline.
//!
//! - [`Account`] is one brand account: it logs in, polls notifications and direct messages, streams, judges and routes;
//! - [`Session`] is what it logged in to, for a host that keeps it between starts;
//! - [`normalise`] turns one raw body into events.
//!
//! Bluesky posts no webhooks. Accounts and people are named by their DID, for handles change; posts by their AT-URI,
//! direct messages by the id their service gives them. All of these mean the same everywhere, so the id scope is the
//! network.
//!
//! ```
//! use careline::model::{NativeAccount, Timestamp};
//! use careline::network::BodyKind;
//! let account = NativeAccount::new(careline_bluesky::NETWORK, "did:plc:madeupacme");
//! let body = br#"{"posts":[{
//!     "uri":"at://did:plc:madeupjo/app.bsky.feed.post/3kmadeup","author":{"did":"did:plc:madeupjo"},
//!     "record":{"$type":"app.bsky.feed.post","text":"Where is my parcel?"}}]}"#;
//! let parsed = careline_bluesky::normalise(BodyKind::Rest, body, &account, Timestamp::default())?;
//! assert_eq!(parsed.events.len(), 1);
//! # Ok::<(), careline::Error>(())
//! ```

mod account;
mod config;
mod error;
mod message;
mod poll;
mod receive;
mod routes;
mod session;
mod signals;
mod stream;
mod text;
mod uri;
mod wire;

pub use account::Account;
pub use config::AccountConfig;
pub use message::NETWORK;
pub use receive::normalise;
pub use session::Session;
pub use signals::Signals;
