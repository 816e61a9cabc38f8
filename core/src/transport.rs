//! The port for sockets: the only way a connector reaches the world.

use std::fmt::Debug;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderName, Request, Response, Uri};

use crate::error::{Error, ErrorKind, Result};
use crate::model::Timestamp;

/// Bytes as they come down a long-lived connection.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// Sends requests. A recorder, a fault injector and a host's own HTTP client implement the same three calls.
///
/// Implementations bound time and size, throttle by the network's own headers, repeat only what is safe to repeat
/// and put no secret into a log or an error. A status of 400 and above is an answer, not an error.
#[async_trait]
pub trait Transport: Debug + Send + Sync + 'static {
    /// One request, one bounded answer.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>>;

    /// One request whose answer goes on: lines, server-sent events, media.
    async fn open(&self, request: Request<Bytes>) -> Result<Response<ByteStream>>;

    /// Opens a WebSocket; `ws` and `wss` addresses only.
    async fn websocket(&self, request: Request<()>) -> Result<Box<dyn WebSocket>>;
}

/// Refuses every call: for hosts that only receive webhooks.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTransport;

#[async_trait]
impl Transport for NoTransport {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>> {
        Err(none())
    }

    async fn open(&self, _: Request<Bytes>) -> Result<Response<ByteStream>> {
        Err(none())
    }

    async fn websocket(&self, _: Request<()>) -> Result<Box<dyn WebSocket>> {
        Err(none())
    }
}

fn none() -> Error {
    Error::new(ErrorKind::ConfigInvalid, "the engine has no transport; give it one to reach networks")
}

/// An open WebSocket. Pings are answered by the implementation.
#[async_trait]
pub trait WebSocket: Debug + Send {
    /// Sends one text frame.
    async fn send_text(&mut self, text: String) -> Result<()>;

    /// The next text or binary frame; `None` once the other side has closed.
    async fn next(&mut self) -> Option<Result<Bytes>>;
}

/// Request extension: a repetition has no further effect, whatever the method says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeatable;

/// Request extension: when the caller stops waiting; no attempt or pause goes beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(pub Timestamp);

/// Request extension: the endpoint's name by which the network counts its limits, such as `/2/users/:id/mentions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint(pub &'static str);

/// Request extension: the address was chosen by somebody else, as a media link in a message is. Private and local
/// addresses are refused, at every redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untrusted;

/// `uri` as it may stand in a log or an error: no user info, and no query value that is or may be a secret.
///
/// ```
/// # use careline::transport::redacted;
/// let uri = "https://graph.example/v24.0/me?fields=id&access_token=EAAB".parse()?;
/// assert_eq!(redacted(&uri), "https://graph.example/v24.0/me?fields=id&access_token=***");
/// # Ok::<(), http::uri::InvalidUri>(())
/// ```
pub fn redacted(uri: &Uri) -> String {
    let mut text = String::new();
    if let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) {
        text = format!("{scheme}://{host}");
        if let Some(port) = uri.port() {
            text += &format!(":{port}");
        }
    }
    text += uri.path();
    for (nth, pair) in uri.query().into_iter().flat_map(|query| query.split('&')).enumerate() {
        text.push(if nth == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((key, value)) if is_secret_name(key) || value.len() > LONGEST_PLAIN => text += &format!("{key}=***"),
            _ => text += pair,
        }
    }
    text
}

/// Whether a header carries a secret and must not be shown.
pub fn is_secret_header(name: &HeaderName) -> bool {
    is_secret_name(name.as_str()) || name == http::header::COOKIE || name == http::header::SET_COOKIE
}

/// Longer query values are hidden whatever they are called: signed addresses carry their signature under many names.
const LONGEST_PLAIN: usize = 64;

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["auth", "token", "secret", "proof", "password", "sig", "key", "code", "credential"]
        .iter()
        .any(|word| name.contains(word))
}
