//! Bluesky, and other services that speak its lexicons over the AT Protocol, for careline.
//!
//! - [`Account`] is one brand account: it logs in, polls notifications and direct messages, streams, judges,
//!   routes, and answers;
//! - [`Session`] is what it logged in to, for a host that keeps it between starts;
//! - [`normalise`] turns one raw body into events.
//!
//! Bluesky posts no webhooks. Accounts and people are named by their DID, for handles change; posts by their AT-URI,
//! direct messages by the id their service gives them. All of these mean the same everywhere, so the id scope is the
//! network.
//!
//! What an account says in public it says once: see [`Capability::sends_once_for`]. A record under a key that is made from
//! the act's own is not written a second time. Direct messages know no such key, so that with them the account has to
//! look before it repeats anything.
//!
//! Answers in threads that the account began can be hidden and shown again: the thread's gate lists them, and what
//! others wrote into it stays.
//!
//! People can begin a direct message to the account only while its own setting
//! (`allowIncoming` of `chat.bsky.actor.declaration`) lets them: set it to `all` (fact sheet §3).
//!
//! [`Capability::sends_once_for`]: careline::network::Capability::sends_once_for
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
mod send;
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
