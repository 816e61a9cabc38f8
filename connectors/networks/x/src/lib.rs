//! X (formerly Twitter) for careline.
//!
//! - [`Webhook`] verifies and reads what X posts: Activity API webhooks and the deprecated Account Activity ones.
//! - [`Account`] reads what webhooks miss (mentions, search, conversations, direct messages), holds streams, looks again at
//!   posts for deletions, answers, publishes, writes in private, adds X's signals to triage and tells where an answer
//!   may go.
//! - [`normalise`] reads one raw body of any of these, for tools that hold one.
//!
//! # Reposts and what is shown inside
//! A repost is a message of whoever reposts: id, author, time and text as sent, `retweet_of` in its extensions where X tells
//! what it shows, and X's signals say that it needs no answer. Asked for with default fields it looks like any post, so
//! every way gives the same message. Only the report that a post was reposted, without a post of its own, is a `repost`
//! reaction. A post shown inside another one, as quoted or reposted, is context and no message of its own.
//!
//! Direct messages name their recipient where X does: in groups it does not.
//!
//! ```
//! use careline::network::BodyKind;
//! use careline::model::{EventBody, Timestamp};
//!
//! let body = br#"{"data":{"id":"2080765813578191303","text":"@acme my order is late","author_id":"222"}}"#;
//! let account = careline_x::AccountConfig::new("111", "acme").account();
//! let parsed = careline_x::normalise(BodyKind::Rest, body, &account, Timestamp::default())?;
//! let EventBody::Message(message) = &parsed.events[0].body else { panic!("a post is a message") };
//! assert_eq!(message.content.text, "@acme my order is late");
//! // Without `created_at` the time is the one in the id.
//! assert_eq!(message.sent_at.unwrap().to_string(), "2026-07-24T21:23:23.373Z");
//! # Ok::<(), careline::Error>(())
//! ```

mod account;
mod config;
mod error;
mod message;
mod oauth;
mod poll;
mod receive;
mod routes;
mod send;
mod signals;
mod stream;
mod wire;

pub use account::Account;
pub use config::{AccountConfig, FieldNames, WebhookConfig};
pub use oauth::{OAuth, OAuthConfig, TOKEN_LIFE};
pub use receive::{Webhook, normalise};
pub use signals::Signals;
