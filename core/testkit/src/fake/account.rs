//! The fake's account.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use careline::clock::Clock;
use careline::context::Context;
use careline::intake::Parsed;
use careline::model::{
    Channel, Deleted, Event, EventBody, NativeAccount, Question, Reason, Surface, Timestamp, Visibility,
};
use careline::network::{AccountInfo, BodyKind, Capability, EventStream, Network, Page, PollAsk, Recheck, StreamAsk};
use careline::routing::{ReplyRoute, RouteAsk, Routing};
use careline::transport::ByteStream;
use careline::triage::{Evidence, Triage, TriageInput};
use careline::{Error, ErrorKind, Result, Retry};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use http::{Request, Response};

use super::receive::{normalise, unreadable};
use super::wire::Envelope;
use super::{ACCOUNT, Defect, FAKE};

/// What the account calls its one source of reads.
pub(super) const SOURCE: &str = "messages";
/// What the account calls its one stream.
pub(super) const LINE: &str = "line";
/// The header that tells when the next call is welcome, in seconds since 1970.
pub(super) const RESET: &str = "x-fake-reset";

/// A brand account on the fake network.
pub struct FakeNetwork {
    token: String,
    defect: Option<Defect>,
    recheck_private: bool,
    given: Mutex<HashSet<String>>,
    looks: Mutex<f32>,
}

impl FakeNetwork {
    /// An account that reads with this token.
    pub fn new(token: impl Into<String>) -> Self {
        Self::with_defect(token, None)
    }

    /// The same, doing one thing wrong.
    pub fn with_defect(token: impl Into<String>, defect: Option<Defect>) -> Self {
        let token = token.into();
        Self { token, defect, recheck_private: false, given: Mutex::default(), looks: Mutex::default() }
    }

    /// The same on a network that can be asked about private messages, too.
    pub fn recheck_private(self) -> Self {
        Self { recheck_private: true, ..self }
    }

    fn is(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    fn request(&self, target: &str) -> Result<Request<Bytes>> {
        Request::get(format!("https://fake.example{target}"))
            .header("authorization", format!("Bearer {}", self.token))
            .body(Bytes::new())
            .map_err(|error| Error::new(ErrorKind::InputInvalid, "this cannot be asked for").caused_by(error))
    }

    async fn read(&self, cx: &Context, target: &str) -> Result<Bytes> {
        let answer = cx.transport.send(self.request(target)?).await;
        let answer =
            answer.map_err(|error| if self.is(Defect::LossFinal) { error.retry(Retry::Never) } else { error })?;
        if !answer.status().is_success() {
            return Err(self.refused(&answer.map(drop), cx.clock.now()));
        }
        Ok(answer.into_body())
    }

    fn refused(&self, answer: &Response<()>, now: Timestamp) -> Error {
        let kind = match answer.status().as_u16() {
            _ if self.is(Defect::RefusalsAlike) => ErrorKind::Unavailable,
            429 => ErrorKind::RateLimited,
            401 => ErrorKind::Unauthenticated,
            403 => ErrorKind::PermissionDenied,
            404 => ErrorKind::NotFound,
            500.. if self.is(Defect::TroubleFinal) => ErrorKind::Unexpected,
            500.. => ErrorKind::Unavailable,
            _ => ErrorKind::InputInvalid,
        };
        let error = Error::new(kind, "the fake network refused").with("status", answer.status().as_u16());
        let reset = answer.headers().get(RESET).and_then(|value| value.to_str().ok()?.parse().ok());
        match reset.and_then(Timestamp::from_secs) {
            Some(reset) if !self.is(Defect::LimitWithoutTime) => {
                let wait = u64::try_from(reset.millis_since(now)).unwrap_or_default();
                error.retry(Retry::After(Duration::from_millis(wait)))
            }
            _ => error,
        }
    }

    fn page(&self, raw: Bytes, asked: Option<String>, now: Timestamp) -> Result<Page> {
        let mut parsed = normalise(BodyKind::Rest, &raw, now, self.defect);
        let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(&raw) else {
            if self.is(Defect::CutCountsAsRead) {
                return Ok(Page::new(parsed, raw.clone(), Some("the end".to_owned()), false));
            }
            return Err(Error::new(ErrorKind::Unavailable, "the answer is no JSON"));
        };
        let partial = envelope.items.as_ref().is_some_and(|items| !items.is_empty());
        let counts = !partial || self.is(Defect::PartialAllOrNothing);
        if envelope.error.is_some() && counts && !self.is(Defect::SuccessBlind) {
            return Err(Error::new(ErrorKind::InputInvalid, "the fake network reports an error"));
        }
        if !partial {
            let cursor = asked.filter(|_| !self.is(Defect::QuietForgets));
            return Ok(Page::new(parsed, Bytes::new(), cursor, false));
        }
        let more = envelope.more;
        let last = parsed.events.iter().rev().find_map(|event| match &event.body {
            EventBody::Message(message) => Some(message.native_id.to_string()),
            _ => None,
        });
        if self.is(Defect::PagesOverlap) {
            parsed.events.pop();
        }
        if self.is(Defect::ReadsOnce) {
            let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
            parsed.events.retain(|event| given.insert(format!("{:?}", event.body)));
        }
        Ok(Page::new(parsed, raw, last.or(asked), more))
    }
}

impl fmt::Debug for FakeNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("FakeNetwork");
        if self.is(Defect::TokenShown) {
            shown.field("token", &self.token);
        }
        shown.finish_non_exhaustive()
    }
}

#[async_trait]
impl Network for FakeNetwork {
    fn info(&self) -> AccountInfo {
        AccountInfo::new(NativeAccount::new(FAKE, ACCOUNT), "fake", "acme")
    }

    fn capability(&self) -> Capability {
        let mut capability = Capability::default();
        capability.poll_sources = vec![SOURCE.to_owned()];
        capability.stream_sources = vec![LINE.to_owned()];
        capability.webhook = true;
        capability.recheck_max = Some(100);
        capability.recheck_private = self.recheck_private;
        capability.edits = !self.is(Defect::EditsUnlisted);
        capability.deletions = true;
        capability.surfaces = vec![Surface::Post, Surface::Comment, Surface::DirectMessage];
        capability
    }

    async fn poll(&self, cx: &Context, ask: PollAsk) -> Result<Page> {
        if ask.source != SOURCE && !self.is(Defect::AnySource) {
            return Err(Error::new(ErrorKind::Unsupported, "there is no such source").during("poll"));
        }
        let target = match &ask.cursor {
            Some(cursor) => format!("/messages?after={cursor}"),
            None => "/messages".to_owned(),
        };
        let raw = self.read(cx, &target).await?;
        self.page(raw, ask.cursor, cx.clock.now()).map_err(|error| error.during("poll"))
    }

    async fn stream(&self, cx: &Context, ask: StreamAsk) -> Result<EventStream> {
        if ask.source != LINE {
            return Err(Error::new(ErrorKind::Unsupported, "there is no such source").during("stream"));
        }
        let answer = cx.transport.open(self.request("/line")?).await?;
        if !answer.status().is_success() {
            return Err(self.refused(&answer.map(drop), cx.clock.now()));
        }
        let lines = Lines {
            body: answer.into_body(),
            buffer: BytesMut::new(),
            clock: cx.clock.clone(),
            silence: ask.silence,
            defect: self.defect,
            ended: false,
        };
        Ok(futures_util::stream::unfold(lines, |mut lines| async { Some((lines.next().await?, lines)) }).boxed())
    }

    async fn recheck(&self, cx: &Context, ask: Recheck) -> Result<Page> {
        let raw = self.read(cx, &format!("/messages?ids={}", ask.native_ids.join(","))).await?;
        let now = cx.clock.now();
        let standing = normalise(BodyKind::Rest, &raw, now, None);
        if unreadable(&standing) {
            return Err(Error::new(ErrorKind::Unavailable, "the answer is no JSON").during("recheck"));
        }
        let stands = |id: &str| {
            let by_id = |event: &Event| matches!(&event.body, EventBody::Message(message) if message.native_id == id);
            standing.events.iter().any(by_id)
        };
        let gone = ask.native_ids.iter().filter(|id| !stands(id) && !self.is(Defect::RecheckBlind));
        let events = gone.map(|id| {
            let deleted = Deleted { scope: "fake".into(), native_id: id.clone(), at: None };
            Event::new(self.info().account, Channel::Poll, now, EventBody::Deleted(deleted))
        });
        let parsed = Parsed { events: events.collect(), ..Parsed::default() };
        Ok(Page::new(parsed, raw, None, false))
    }
}

impl Triage for FakeNetwork {
    fn id(&self) -> &'static str {
        "fake/1"
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        if input.message.surface == Surface::DirectMessage {
            let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
            *looks += if self.is(Defect::SignalsGrow) { 1.0 } else { 0.0 };
            evidence.add(Question::Relevance, "addressed", 2.0 + *looks, "fake.direct_message", None);
        }
        Ok(())
    }
}

/// How long after a customer's private message an answer may be given.
const WINDOW: Duration = Duration::from_secs(24 * 3600);

impl Routing for FakeNetwork {
    fn reply_routes(&self, ask: &RouteAsk<'_>) -> Vec<ReplyRoute> {
        let public = ReplyRoute::open(Surface::Comment, Visibility::Public);
        if ask.target.visibility != Visibility::Private || self.is(Defect::PrivateAnsweredInPublic) {
            return vec![public];
        }
        let closes_at = ask.latest_customer_at.unwrap_or(ask.target.received_at).plus(WINDOW);
        let mut private = ReplyRoute::open(Surface::DirectMessage, Visibility::Private);
        private.closes_at = Some(closes_at);
        if ask.now >= closes_at {
            let reason = Reason::new("fake.window", "private answers are possible for a day; wait for another message");
            private = ReplyRoute::closed(Surface::DirectMessage, Visibility::Private, reason);
        }
        if self.is(Defect::ClosedSilently) {
            private.reasons.clear();
        }
        vec![private]
    }
}

/// Cuts a body into lines; an empty line only shows that the connection lives.
struct Lines {
    body: ByteStream,
    buffer: BytesMut,
    clock: Arc<dyn Clock>,
    silence: Option<Duration>,
    defect: Option<Defect>,
    ended: bool,
}

impl Lines {
    async fn next(&mut self) -> Option<Result<Page>> {
        while !self.ended {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(end + 1).freeze();
                if !line.trim_ascii().is_empty() {
                    let parsed = normalise(BodyKind::Stream, &line, self.clock.now(), self.defect);
                    return Some(Ok(Page::new(parsed, line, None, false)));
                }
                continue;
            }
            match self.chunk().await {
                Ok(chunk) => {
                    self.buffer.extend_from_slice(&chunk);
                    if self.defect == Some(Defect::ChunksAreLines) {
                        self.buffer.extend_from_slice(b"\n");
                    }
                }
                Err(error) => {
                    self.ended = true;
                    return (self.defect != Some(Defect::LossSilent)).then_some(Err(error.during("stream")));
                }
            }
        }
        None
    }

    async fn chunk(&mut self) -> Result<Bytes> {
        let closed = || Error::new(ErrorKind::Unavailable, "the network closed the stream");
        let next = self.body.next();
        let Some(silence) = self.silence.filter(|_| self.defect != Some(Defect::SilenceEndless)) else {
            return next.await.unwrap_or_else(|| Err(closed()));
        };
        match select(next, self.clock.sleep(silence)).await {
            Either::Left((chunk, _)) => chunk.unwrap_or_else(|| Err(closed())),
            Either::Right(_) => Err(Error::new(ErrorKind::Timeout, "nothing came down the stream for too long")),
        }
    }
}
