//! Holding a connection: WebSocket, or server-sent events where a server or a way to it knows none (fact sheet §2).
//!
//! A stream has no memory: after every reconnection a poll of `notifications` catches up.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use careline::clock::Clock;
use careline::context::Context;
use careline::model::NativeAccount;
use careline::network::{self, BodyKind, EventStream, Page, StreamAsk, watched};
use careline::transport::{ByteStream, WebSocket};
use careline::{Error, ErrorKind, Result};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use http::StatusCode;
use secrecy::ExposeSecret;

use crate::Account;
use crate::error::failure;
use crate::poll::unfit;
use crate::receive::normalise;
use crate::wire::Frame;

/// What can be streamed: notifications and the home timeline; private messages.
pub(crate) const SOURCES: [&str; 2] = ["user", "direct"];

/// Servers send a comment every 15 seconds.
const SSE_SILENCE: Duration = Duration::from_secs(60);

/// Pings are answered below us, so a quiet account looks like a lost connection: reconnecting now and then is cheap.
const WEBSOCKET_SILENCE: Duration = Duration::from_secs(300);

/// The longest event accepted, in bytes.
const LONGEST_EVENT: usize = 4 * 1024 * 1024;

/// The most of a refusal that is read, in bytes.
const LONGEST_REFUSAL: usize = 64 * 1024;

impl Account {
    pub(crate) async fn hold(&self, cx: &Context, ask: StreamAsk) -> Result<EventStream> {
        if !SOURCES.contains(&ask.source.as_str()) {
            let error = Error::new(ErrorKind::Unsupported, "no such stream; see the capability");
            return Err(error.with("source", ask.source));
        }
        let first = match self.open_websocket(cx, &ask).await {
            Ok(stream) => return Ok(stream),
            Err(error) => error,
        };
        // Also after a refusal: some servers refuse the header on a WebSocket and take it here.
        self.open_events(cx, &ask).await.map_err(|second| match first.kind() {
            ErrorKind::Unauthenticated | ErrorKind::PermissionDenied => first,
            _ => second.with("websocket", first.message()),
        })
    }

    async fn open_websocket(&self, cx: &Context, ask: &StreamAsk) -> Result<EventStream> {
        let mut url = self.streaming(true)?;
        url.query_pairs_mut().append_pair("stream", &ask.source);
        let bearer = self.bearer(cx).await?;
        // The only place where this server takes the token of a stream.
        if self.facts().gotosocial {
            url.query_pairs_mut().append_pair("access_token", bearer.access.expose_secret());
        }
        let request = self.request(&bearer, &url, "*/*")?.body(()).map_err(unfit)?;
        let socket = cx.transport.websocket(request).await?;
        self.watched(cx, Source::Frames(socket), ask.silence.unwrap_or(WEBSOCKET_SILENCE))
    }

    async fn open_events(&self, cx: &Context, ask: &StreamAsk) -> Result<EventStream> {
        let mut url = self.streaming(false)?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(&ask.source);
        }
        let bearer = self.bearer(cx).await?;
        let request = self.request(&bearer, &url, "text/event-stream")?.body(Bytes::new()).map_err(unfit)?;
        let response = cx.transport.open(request).await?;
        let (head, mut body) = response.into_parts();
        if head.status != StatusCode::OK {
            let words = refusal(&mut body).await;
            let error = failure(head.status, &head.headers, &words, bearer.access.expose_secret(), cx.clock.now());
            return Err(self.judged(cx, &bearer, error).await);
        }
        let kind = head.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
            return Err(Error::new(
                ErrorKind::Unavailable,
                "the server answers with something that is no event stream",
            ));
        }
        self.watched(cx, Source::Events(body, Lines::default()), ask.silence.unwrap_or(SSE_SILENCE))
    }

    fn watched(&self, cx: &Context, source: Source, silence: Duration) -> Result<EventStream> {
        let watch = Watch { source, account: self.native()?, clock: cx.clock.clone(), silence };
        Ok(watched(watch))
    }
}

/// A held connection that counts as lost after `silence`.
struct Watch {
    source: Source,
    account: NativeAccount,
    clock: Arc<dyn Clock>,
    silence: Duration,
}

enum Source {
    Frames(Box<dyn WebSocket>),
    Events(ByteStream, Lines),
}

#[async_trait]
impl network::Watch for Watch {
    async fn next(&mut self) -> Result<Page> {
        loop {
            if let Source::Events(_, lines) = &mut self.source
                && let Some(event) = lines.next()
            {
                return self.page(event);
            }
            let bytes = self.heard().await?;
            match &mut self.source {
                Source::Frames(_) if bytes.trim_ascii().is_empty() => {}
                Source::Frames(_) => return self.page(bytes),
                Source::Events(_, lines) => lines.push(&bytes)?,
            }
        }
    }
}

impl Watch {
    /// What comes next, if it comes in time.
    async fn heard(&mut self) -> Result<Bytes> {
        let next = match &mut self.source {
            Source::Frames(socket) => socket.next(),
            Source::Events(body, _) => Box::pin(body.next()),
        };
        match select(next, self.clock.sleep(self.silence)).await {
            Either::Left((Some(bytes), _)) => bytes,
            Either::Left((None, _)) => Err(Error::new(ErrorKind::Unavailable, "the server closed the stream")),
            Either::Right(_) => Err(Error::new(ErrorKind::Unavailable, "the stream fell silent; connect again")
                .with("seconds", self.silence.as_secs())),
        }
    }

    fn page(&self, bytes: Bytes) -> Result<Page> {
        let parsed = normalise(BodyKind::Stream, &bytes, &self.account, self.clock.now())?;
        if !parsed.rejects.is_empty()
            && let Ok(Frame { error: Some(words), status, .. }) = serde_json::from_slice(&bytes)
        {
            return Err(self.ended(&words, status));
        }
        Ok(Page::new(parsed, bytes, None, false))
    }

    /// An error inside the stream: no more will come of what was asked for.
    fn ended(&self, words: &str, status: Option<u16>) -> Error {
        let status = status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::BAD_GATEWAY);
        let body = serde_json::json!({ "error": words }).to_string();
        failure(status, &http::HeaderMap::new(), body.as_bytes(), "", self.clock.now())
    }
}

/// Cuts a byte stream into server-sent events; chunks may end anywhere, inside a character too.
#[derive(Default)]
struct Lines {
    line: Vec<u8>,
    event: Vec<u8>,
    ready: VecDeque<Bytes>,
}

impl Lines {
    fn push(&mut self, mut bytes: &[u8]) -> Result<()> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.line.extend_from_slice(&bytes[..end]);
            self.end_line();
            bytes = &bytes[end + 1..];
        }
        self.line.extend_from_slice(bytes);
        if self.line.len() + self.event.len() > LONGEST_EVENT {
            return Err(Error::new(ErrorKind::TooLarge, "an event of the stream does not end"));
        }
        Ok(())
    }

    fn end_line(&mut self) {
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        match self.line.first() {
            Some(b':') => {}
            Some(_) => {
                self.event.append(&mut self.line);
                self.event.push(b'\n');
            }
            None if self.event.is_empty() => {}
            None => self.ready.push_back(std::mem::take(&mut self.event).into()),
        }
        self.line.clear();
    }

    fn next(&mut self) -> Option<Bytes> {
        self.ready.pop_front()
    }
}

/// The server-sent events of a text, each without the empty line that ends it.
pub(crate) fn blocks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut end = 0;
        for line in rest.split_inclusive('\n') {
            if line.trim_end_matches(['\r', '\n']).is_empty() && end > 0 {
                break;
            }
            end += line.len();
        }
        let block;
        (block, rest) = rest.split_at(end);
        (!block.is_empty()).then(|| block.trim())
    })
}

/// Whether an event says nothing: comments that keep the connection alive, a position, a pause.
pub(crate) fn is_idle(block: &str) -> bool {
    block.lines().all(|line| [":", "id:", "retry:"].iter().any(|field| line.starts_with(field)))
}

/// The name and the data of one server-sent event; `None` if it has neither.
pub(crate) fn fields(block: &str) -> Option<(&str, Cow<'_, str>)> {
    let mut event = None;
    let mut data: Option<Cow<'_, str>> = None;
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => event = Some(value),
            "data" => {
                data = Some(match data {
                    None => Cow::Borrowed(value),
                    Some(before) => Cow::Owned(format!("{before}\n{value}")),
                });
            }
            _ => {}
        }
    }
    (event.is_some() || data.is_some()).then(|| (event.unwrap_or_default(), data.unwrap_or_default()))
}

async fn refusal(body: &mut ByteStream) -> Vec<u8> {
    let mut words = Vec::new();
    while let Some(Ok(bytes)) = body.next().await {
        words.extend_from_slice(&bytes);
        if words.len() > LONGEST_REFUSAL {
            break;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn events_are_found_between_empty_lines_and_comments() {
        let text = ":)\n\nevent: update\ndata: {\"a\":\ndata: 1}\n\n:thump\r\nevent: delete\r\ndata: 7\r\n\r\n";
        let found: Vec<_> = blocks(text).filter_map(fields).collect();
        assert_eq!(found, [("update", "{\"a\":\n1}".into()), ("delete", "7".into())]);
    }

    proptest! {
        #[test]
        fn chunks_may_end_anywhere(cuts in proptest::collection::vec(1usize..9, 1..40)) {
            let text = ":)\nevent: update\ndata: {\"é👍\":1}\n\n:thump\nevent: delete\r\ndata: 7\r\n\r\n\n\ndata: x\n\n";
            let mut lines = Lines::default();
            let mut rest = text.as_bytes();
            for cut in cuts.iter().cycle() {
                let (chunk, after) = rest.split_at((*cut).min(rest.len()));
                lines.push(chunk).unwrap();
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            let events: Vec<_> = std::iter::from_fn(|| lines.next()).collect();
            prop_assert_eq!(events, ["event: update\ndata: {\"é👍\":1}\n", "event: delete\ndata: 7\n", "data: x\n"]);
        }
    }
}
