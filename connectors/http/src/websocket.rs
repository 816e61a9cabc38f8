//! WebSockets over the same resolver, guard and TLS.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use careline::transport::{Untrusted, WebSocket};
use careline::{Error, ErrorKind, Result, Retry};
use futures_util::{SinkExt, StreamExt};
use http::{Request, Response, Uri, header};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::limits::Keys;
use crate::transport::Inner;

trait Wire: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Wire for T {}

struct Socket(WebSocketStream<Box<dyn Wire>>);

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Socket")
    }
}

#[async_trait]
impl WebSocket for Socket {
    async fn send_text(&mut self, text: String) -> Result<()> {
        self.0.send(Message::text(text)).await.map_err(|error| lost(error).during("send_text"))
    }

    async fn next(&mut self) -> Option<Result<Bytes>> {
        loop {
            match self.0.next().await? {
                Ok(Message::Text(text)) => return Some(Ok(text.into())),
                Ok(Message::Binary(bytes)) => return Some(Ok(bytes)),
                Ok(Message::Close(_)) => return None,
                // Pings are answered by tungstenite when it next reads.
                Ok(_) => {}
                Err(error) => return Some(Err(lost(error).during("next"))),
            }
        }
    }
}

impl Inner {
    pub(crate) async fn websocket(&self, request: Request<()>) -> Result<Box<dyn WebSocket>> {
        let keys = Keys::of(&request);
        let now = self.settings.clock.now();
        if let Some(wait) = self.limits.wait(keys, now) {
            let error = Error::new(ErrorKind::RateLimited, "the network asked for a pause; no connection was tried");
            return Err(error.retry(Retry::After(wait)));
        }
        let opening = self.open_websocket(request, keys);
        let opened = tokio::time::timeout(self.settings.timeout, opening).await;
        // Opening a connection has no effect of its own.
        opened.map_err(|_| Error::new(ErrorKind::Timeout, "no answer in time").retry(Retry::Transient))?
    }

    async fn open_websocket(&self, request: Request<()>, keys: Keys) -> Result<Box<dyn WebSocket>> {
        let uri = request.uri();
        let secure = match uri.scheme_str() {
            Some("wss") => true,
            Some("ws") => false,
            _ => return Err(Error::new(ErrorKind::InputInvalid, "a WebSocket's address begins with `ws` or `wss`")),
        };
        if request.extensions().get::<Untrusted>().is_some() {
            return Err(Error::new(ErrorKind::Unsupported, "a WebSocket is opened to hosts of our own choice only"));
        }
        let wire = self.connect(uri, secure).await?;
        let mut handshake = uri.clone().into_client_request().map_err(lost)?;
        handshake.headers_mut().extend(request.headers().clone());
        if let (false, Ok(name)) =
            (request.headers().contains_key(header::USER_AGENT), self.settings.user_agent.parse())
        {
            handshake.headers_mut().insert(header::USER_AGENT, name);
        }
        let bound = Some(self.settings.max_body);
        let config = WebSocketConfig::default().max_message_size(bound).max_frame_size(bound);
        match client_async_with_config(handshake, wire, Some(config)).await {
            Ok((stream, _)) => Ok(Box::new(Socket(stream))),
            Err(tungstenite::Error::Http(answer)) => {
                let now = self.settings.clock.now();
                self.limits.learn(keys, answer.status(), answer.headers(), now);
                Err(refused(&answer, self.limits.wait(keys, now)))
            }
            Err(error) => Err(lost(error)),
        }
    }

    async fn connect(&self, uri: &Uri, secure: bool) -> Result<Box<dyn Wire>> {
        let no_host = || Error::new(ErrorKind::InputInvalid, "a WebSocket's address names a host");
        let host = uri.host().ok_or_else(no_host)?.trim_start_matches('[').trim_end_matches(']');
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let cannot = |error: std::io::Error| Error::new(ErrorKind::Unavailable, "cannot connect").caused_by(error);
        let addresses = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.settings.resolver.resolve(host).await.map_err(cannot)?,
        };
        let tcp = first_to_connect(&addresses, port, self.settings.connect_timeout).await.map_err(cannot)?;
        if !secure {
            return Ok(Box::new(tcp));
        }
        let mut tls = (*self.clients()?.tls).clone();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let name = ServerName::try_from(host.to_owned()).map_err(|_| no_host())?;
        Ok(Box::new(TlsConnector::from(Arc::new(tls)).connect(name, tcp).await.map_err(cannot)?))
    }
}

async fn first_to_connect(addresses: &[IpAddr], port: u16, limit: Duration) -> std::io::Result<TcpStream> {
    let mut last = std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match tokio::time::timeout(limit, TcpStream::connect((*address, port))).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = std::io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}

/// The error for a handshake that was answered with a status.
fn refused<T>(answer: &Response<T>, wait: Option<Duration>) -> Error {
    let kind = match answer.status().as_u16() {
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::PermissionDenied,
        404 | 410 => ErrorKind::NotFound,
        429 => ErrorKind::RateLimited,
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::InputInvalid,
    };
    let error = Error::new(kind, "the WebSocket was refused").with("status", answer.status().as_u16());
    match wait {
        Some(wait) => error.retry(Retry::After(wait)),
        None => error,
    }
}

/// The error for a connection that broke; tungstenite's texts hold no address and no header.
fn lost(error: tungstenite::Error) -> Error {
    let kind = match &error {
        tungstenite::Error::Capacity(_) => ErrorKind::TooLarge,
        tungstenite::Error::Url(_) | tungstenite::Error::HttpFormat(_) => ErrorKind::InputInvalid,
        _ => ErrorKind::Unavailable,
    };
    Error::new(kind, "the WebSocket broke").caused_by(error)
}
