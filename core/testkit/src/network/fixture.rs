//! What a connector tells the suite about itself.

use std::sync::Arc;
use std::time::Duration;

use careline::Result;
use careline::intake::{Intake, Parsed, WebhookReply, WebhookRequest};
use careline::model::Timestamp;
use careline::network::{BodyKind, Network};
use http::HeaderMap;

use crate::{Answer, Exchange};

/// The secret that signs webhook bodies unless a case takes others; must not be shown anywhere.
pub const SECRET: &str = "planted-webhook-secret";

/// When everything reaches us: 2026-08-12T19:00:00.000Z.
pub const NOW: Timestamp = match Timestamp::from_millis(1_786_561_200_000) {
    Some(now) => now,
    None => unreachable!(),
};

/// When message `n` was sent by the network's clock: an hour before [`NOW`] and `n` seconds.
pub fn sent_at(n: u32) -> Timestamp {
    NOW.plus_millis(-3_600_000 + i64::from(n) * 1000)
}

/// A customer's message `n` with a text of its own.
pub fn message(n: u32) -> Item {
    Item::Message { n, text: format!("Message {n}: my parcel is late") }
}

/// Something a network reports. Where `n` stands, the id is [`NetworkFixture::id`] of it and the time [`sent_at`] of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item {
    /// A customer's public message.
    Message {
        /// Which one.
        n: u32,
        /// What it says, as a person typed it: write it as the network would, escaped or as HTML.
        text: String,
    },
    /// A customer's public answer to message `to`.
    Reply {
        /// Which one.
        n: u32,
        /// What it answers.
        to: u32,
    },
    /// A customer's private message.
    Direct {
        /// Which one.
        n: u32,
        /// What it says.
        text: String,
    },
    /// A public message written by the brand account under test.
    Own {
        /// Which one.
        n: u32,
    },
    /// A customer's public message with a mention, a link or a tag, after an emoji and a letter with a combining accent that
    /// NFC joins; offsets counted as the network counts them.
    Rich {
        /// Which one.
        n: u32,
    },
    /// A customer's message with one picture.
    Picture {
        /// Which one.
        n: u32,
    },
    /// Message `of` now says `text`.
    Edit {
        /// Which one.
        of: u32,
        /// What it says now.
        text: String,
    },
    /// Message `of` was taken back by its author.
    Deletion {
        /// Which one.
        of: u32,
    },
    /// An event of a kind the network may invent tomorrow.
    Unknown,
    /// A public message that lacks its id.
    Unreadable,
}

/// Why a network refuses a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Too many calls; the next is welcome after this time, counted from [`NOW`] and told in the network's own headers.
    RateLimited(Duration),
    /// The token was revoked or ran out.
    TokenInvalid,
    /// The token is good and lacks a permission.
    PermissionMissing,
    /// The account or object is not there.
    Absent,
    /// An error with status 200 and nothing else.
    InsideSuccess,
    /// Message 1, and beside it an error about something else, with status 200: answers the first call of the first source.
    Partial,
}

/// A connector as the suite sees it. Bodies are the connector's own, in the wire format of its network.
pub trait NetworkFixture {
    /// The account under test, made with the secrets of [`NetworkFixture::secrets`]. No I/O.
    fn account(&self) -> Arc<dyn Network>;

    /// The secrets [`NetworkFixture::account`] was made with: access tokens and the like, long and unlike anything else.
    fn secrets(&self) -> Vec<&'static str>;

    /// The endpoint that verifies under these secrets, the newest first; `None` if the network has no webhooks.
    fn webhook(&self, secrets: &[&str]) -> Option<Box<dyn Intake>>;

    /// The headers with which the network posts `body`, signed under `secret`; empty if the network has no webhooks.
    fn signed(&self, secret: &str, body: &[u8]) -> HeaderMap;

    /// The one of these headers that carries the signature.
    fn signature_header(&self) -> &'static str;

    /// A question that proves who we are under [`SECRET`], and its answer; `None` if the network asks none.
    fn challenge(&self) -> Option<(WebhookRequest, WebhookReply)>;

    /// Reads a body without its request: the connector's own `normalise`, for the account under test.
    ///
    /// # Errors
    /// As the connector's.
    fn normalise(&self, kind: BodyKind, raw: &[u8], now: Timestamp) -> Result<Parsed>;

    /// The native id of message `n`.
    fn id(&self, n: u32) -> String;

    /// A body with these items for the account under test; `None` if the network sends none such. A network that batches
    /// takes any number of messages; one that does not takes one item.
    fn body(&self, kind: BodyKind, items: &[Item]) -> Option<Vec<u8>>;

    /// Further bodies of the network, as rich and as strange as it sends them: the cases about hostile bodies change them,
    /// too. None by default.
    fn further_bodies(&self) -> Vec<(BodyKind, Vec<u8>)> {
        Vec::new()
    }

    /// What a poll of `source` asks and is answered, from no cursor to the end, when these messages (oldest first) are there
    /// and a page holds `per_page`. Any page may take several calls.
    fn pages(&self, source: &str, messages: &[u32], per_page: usize) -> Vec<Exchange>;

    /// The one call of a poll of `source` that follows `pages` and finds nothing new.
    fn quiet(&self, source: &str) -> Exchange;

    /// What a stream of `source` asks and is answered when these messages come down; the last exchange is the stream.
    fn stream(&self, source: &str, messages: &[u32]) -> Vec<Exchange>;

    /// What a recheck asks and is answered when some of the messages still stand and the others are gone.
    fn recheck(&self, stand: &[u32], gone: &[u32]) -> Vec<Exchange>;

    /// The answer to a read that is refused so; `None` if the network never does.
    fn refusal(&self, refusal: Refusal) -> Option<Answer>;
}
