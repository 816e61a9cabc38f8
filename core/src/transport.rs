//! The port for sockets: the only way a connector reaches the world.

use std::fmt::Debug;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http::{Request, Response};

use crate::error::Result;

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

/// An open WebSocket. Pings are answered by the implementation.
#[async_trait]
pub trait WebSocket: Debug + Send {
    /// Sends one text frame.
    async fn send_text(&mut self, text: String) -> Result<()>;

    /// The next text or binary frame; `None` once the other side has closed.
    async fn next(&mut self) -> Option<Result<Bytes>>;
}
