//! Held connections: the filtered stream and the activity stream, one JSON object a line (fact sheet §6).

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use careline::clock::Clock;
use careline::context::Context;
use careline::intake::MAX_BODY;
use careline::model::NativeAccount;
use careline::network::{BodyKind, EventStream, Page, StreamAsk};
use careline::transport::ByteStream;
use careline::{Error, ErrorKind, Result, Retry};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use http::header::AUTHORIZATION;

use crate::account::{Account, Caller};
use crate::error;
use crate::receive::normalise;

/// X sends a heartbeat every 20 seconds; two may be late.
const SILENCE: Duration = Duration::from_secs(45);
/// X asks for these pauses before another attempt: after a lost connection, a failure of its own, too many attempts.
const AFTER_LOSS: Duration = Duration::from_millis(250);
const AFTER_FAILURE: Duration = Duration::from_secs(5);
const AFTER_TOO_MANY: Duration = Duration::from_secs(60);
/// As much of a refusal as is read.
const REFUSAL: usize = 64 * 1024;

impl Account {
    /// Opens a stream. It ends with an error that says when to try again.
    pub(crate) async fn stream_source(&self, cx: &Context, ask: &StreamAsk) -> Result<EventStream> {
        let fields = self.post_fields();
        let (path, query): (_, Vec<_>) = match ask.source.as_str() {
            "search" => {
                ("/2/tweets/search/stream", fields.iter().map(|(name, value)| (*name, value.as_str())).collect())
            }
            "activity" => ("/2/activity/stream", Vec::new()),
            _ => return Err(Error::new(ErrorKind::Unsupported, "X streams `search` or `activity`")),
        };
        let mut request = self.request(path, &query)?;
        request.headers_mut().insert(AUTHORIZATION, self.bearer(cx, Caller::App, None).await?.header()?);
        let answer = cx.transport.open(request).await?;
        let (head, bytes) = answer.into_parts();
        if !head.status.is_success() {
            let body = beginning(bytes).await;
            let error = error::from_answer(head.status, &head.headers, &body, cx.clock.now());
            return Err(match (error.kind(), error.retry_advice()) {
                (ErrorKind::RateLimited, Retry::Transient) => error.retry(Retry::After(AFTER_TOO_MANY)),
                (_, Retry::Transient) => error.retry(Retry::After(AFTER_FAILURE)),
                _ => error,
            });
        }
        let lines = Lines {
            bytes: Some(bytes),
            waiting: BytesMut::new(),
            searched: 0,
            account: self.native(),
            clock: Arc::clone(&cx.clock),
            silence: ask.silence.unwrap_or(SILENCE),
        };
        Ok(Box::pin(futures_util::stream::unfold(lines, |mut lines| async {
            lines.next().await.map(|page| (page, lines))
        })))
    }
}

async fn beginning(mut bytes: ByteStream) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < REFUSAL
        && let Some(Ok(more)) = bytes.next().await
    {
        body.extend_from_slice(&more);
    }
    body
}

/// A connection cut into lines.
struct Lines {
    /// `None` once it is lost.
    bytes: Option<ByteStream>,
    waiting: BytesMut,
    /// How much of `waiting` is known to hold no end of a line.
    searched: usize,
    account: NativeAccount,
    clock: Arc<dyn Clock>,
    silence: Duration,
}

impl Lines {
    /// The next line that says something; heartbeats only keep the connection.
    async fn next(&mut self) -> Option<Result<Page>> {
        loop {
            while let Some(line) = self.line() {
                match normalise(BodyKind::Stream, &line, &self.account, self.clock.now()) {
                    Ok(parsed) if parsed.events.is_empty() && parsed.rejects.is_empty() => {}
                    Ok(parsed) => return Some(Ok(Page::new(parsed, line, None, false))),
                    Err(error) => {
                        self.bytes = None;
                        self.waiting.clear();
                        return Some(Err(error.during("stream")));
                    }
                }
            }
            let bytes = self.bytes.as_mut()?;
            let received = match select(bytes.next(), self.clock.sleep(self.silence)).await {
                Either::Left((Some(Ok(more)), _)) if self.waiting.len() + more.len() <= MAX_BODY => {
                    self.waiting.extend_from_slice(&more);
                    continue;
                }
                Either::Left((Some(Ok(_)), _)) => Error::new(ErrorKind::TooLarge, "a line of the stream does not end")
                    .with("limit", MAX_BODY)
                    .retry(Retry::After(AFTER_LOSS)),
                Either::Left((Some(Err(error)), _)) => error,
                Either::Left((None, _)) => lost("X closed the stream"),
                Either::Right(_) => lost("nothing came down the stream, not even a heartbeat"),
            };
            self.bytes = None;
            self.waiting.clear();
            return Some(Err(received.during("stream")));
        }
    }

    fn line(&mut self) -> Option<Bytes> {
        let Some(end) = self.waiting[self.searched..].iter().position(|byte| *byte == b'\n') else {
            self.searched = self.waiting.len();
            return None;
        };
        let line = self.waiting.split_to(self.searched + end + 1);
        self.searched = 0;
        Some(line.freeze())
    }
}

fn lost(message: &str) -> Error {
    Error::new(ErrorKind::Unavailable, message).retry(Retry::After(AFTER_LOSS))
}
