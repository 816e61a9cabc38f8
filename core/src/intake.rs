//! The port for webhooks: one registered app or endpoint, with its secrets and its challenge; many accounts.

use std::fmt::Debug;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{Event, NativeAccount, NetworkName, RawRange, Timestamp};

/// The largest webhook body accepted, in bytes. Meta batches up to 1,000 updates; none of the networks documents a bound.
pub const MAX_BODY: usize = 4 * 1024 * 1024;

/// Receives what a network posts to one endpoint.
pub trait Intake: Debug + Send + Sync + 'static {
    /// The network that posts here.
    fn network(&self) -> NetworkName;

    /// Verifies and parses one request. Pure: no I/O, no clock, no randomness.
    ///
    /// An item that cannot be read becomes a [`Reject`]; the rest of the body goes on. A body that is no JSON is repaired
    /// once ([`crate::wire::Body`]) and, if that does not help, becomes one reject as a whole.
    ///
    /// # Errors
    /// `signature_invalid` if the signature is missing or wrong; `too_large` above [`MAX_BODY`]; `input_invalid` if the
    /// request is none that the network sends: wrong method or content type.
    fn receive(&self, request: &WebhookRequest, now: Timestamp) -> Result<Received>;

    /// A body with nothing but what stands at `range` in `body`, to be read as it was there. A body whose items belong to
    /// several tenants is kept in such pieces. By default the very bytes; networks that put items into envelopes say more.
    fn alone(&self, body: &[u8], range: RawRange) -> Vec<u8> {
        range.slice(body).to_vec()
    }
}

/// One HTTP request as the host's web framework got it, body untouched.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WebhookRequest {
    /// The method.
    pub method: Method,
    /// The query string without `?`; empty if there is none.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The raw body: signatures are over exactly these bytes.
    pub body: Bytes,
}

impl WebhookRequest {
    /// A posted body.
    pub fn post(headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { method: Method::POST, query: String::new(), headers, body: body.into() }
    }

    /// A question such as a challenge.
    pub fn get(query: impl Into<String>) -> Self {
        Self { method: Method::GET, query: query.into(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A request of any method.
    pub fn new(method: Method, query: impl Into<String>, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { method, query: query.into(), headers, body: body.into() }
    }

    /// A header's value, if it is there exactly once and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next()?;
        values.next().is_none().then(|| first.to_str().ok()).flatten()
    }
}

/// What a request turned out to be.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received {
    /// Things that happened, in the order of the body.
    Events(Parsed),
    /// A question that proves who we are; answer it with this.
    Challenge(WebhookReply),
    /// Genuine, and of no interest: a test ping.
    Ignored,
}

/// What was found in one body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Parsed {
    /// What could be read.
    pub events: Vec<Event>,
    /// What could not.
    pub rejects: Vec<Reject>,
    /// Whether the body had to be repaired before it could be read at all.
    pub repaired: bool,
}

/// An item that could not be read. It is quarantined with its raw form and can be redriven.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Reject {
    /// The account it was for, as far as it could be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<NativeAccount>,
    /// Its bytes in the body; absent for the whole body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawRange>,
    /// Why.
    pub error: Error,
}

/// What to answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookReply {
    /// The status.
    pub status: StatusCode,
    /// The content type of `body`.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl WebhookReply {
    /// 200 with a text.
    pub fn text(body: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, content_type: "text/plain; charset=utf-8", body: body.into() }
    }

    /// 200 with JSON.
    pub fn json(body: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, content_type: "application/json", body: body.into() }
    }
}
