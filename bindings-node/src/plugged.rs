//! What a host writes in JavaScript and careline calls: advisors, a transport, and the waiting that needs an event loop.
//!
//! Whoever drives a [`Job`](crate::job::Job) makes these calls: they are put down here and taken along by JavaScript, and
//! their answers come back the same way. So careline needs no thread and no event loop of its own.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use careline::advisor::{AdviceAsk, Advisor};
use careline::clock::{Clock, SystemClock};
use careline::context::Context;
use careline::model::{Finding, Timestamp};
use careline::reflect::without_words;
use careline::transport::{ByteStream, Deadline, Transport, WebSocket};
use careline::{Error, ErrorKind, Result, Retry};
use futures_channel::oneshot;
use http::{Request, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::encode::Encoded;

/// A call that JavaScript is to make.
#[derive(Debug)]
pub struct Call {
    pub(crate) id: u32,
    /// `send`, `advise` or `sleep`.
    pub(crate) kind: &'static str,
    pub(crate) json: Value,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) records: Option<Encoded>,
}

/// What came of a call: JSON and, of a request, a body; or the name of what was thrown.
pub(crate) type Returned = std::result::Result<(String, Vec<u8>), String>;

/// The calls of one job.
#[derive(Debug, Default)]
pub(crate) struct Calls(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    last: u32,
    /// Not yet taken along.
    new: Vec<Call>,
    answers: HashMap<u32, oneshot::Sender<Returned>>,
}

thread_local! {
    /// The calls of the job that is being driven on this thread.
    static CURRENT: RefCell<Option<Arc<Calls>>> = const { RefCell::new(None) };
}

impl Calls {
    /// Lets `work` put its calls down here.
    pub(crate) fn during<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> T {
        let outer = CURRENT.replace(Some(self.clone()));
        let done = work();
        CURRENT.set(outer);
        done
    }

    /// The calls put down since they were last taken along.
    pub(crate) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.lock().new)
    }

    /// Whether JavaScript owes an answer.
    pub(crate) fn are_open(&self) -> bool {
        self.lock().answers.values().any(|answer| !answer.is_canceled())
    }

    /// Hands an answer to whoever waits for it.
    pub(crate) fn answer(&self, id: u32, returned: Returned) {
        if let Some(answer) = self.lock().answers.remove(&id) {
            // Whoever gave up waiting has no use for it.
            drop(answer.send(returned));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts a call down and waits for its answer.
async fn call(kind: &'static str, json: Value, body: Option<Vec<u8>>, records: Option<Encoded>) -> Result<Returned> {
    let calls = CURRENT.with_borrow(Clone::clone);
    let calls = calls.ok_or_else(|| Error::new(ErrorKind::Unexpected, "nobody is there to call JavaScript"))?;
    let (answer, answered) = oneshot::channel();
    {
        let mut waiting = calls.lock();
        waiting.last += 1;
        let id = waiting.last;
        waiting.new.push(Call { id, kind, json, body, records });
        waiting.answers.insert(id, answer);
    }
    answered.await.map_err(|_| Error::new(ErrorKind::Cancelled, "the call was given up"))
}

/// The machine's clock; waiting is JavaScript's.
#[derive(Debug)]
pub(crate) struct PluggedClock;

#[async_trait]
impl Clock for PluggedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    async fn sleep(&self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        drop(call("sleep", json!({"ms": millis.min(i32::MAX as u64)}), None, None).await);
    }
}

/// An advisor written in JavaScript.
pub(crate) struct PluggedAdvisor {
    pub(crate) id: String,
}

impl fmt::Debug for PluggedAdvisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PluggedAdvisor").field(&self.id).finish()
    }
}

#[async_trait]
impl Advisor for PluggedAdvisor {
    fn id(&self) -> &str {
        &self.id
    }

    async fn advise(&self, _: &Context, ask: &AdviceAsk) -> Result<Vec<Finding>> {
        let mut records = Encoded::one(&ask.message, None);
        records.add(&ask.assessment, Some(ask.message.text()));
        let returned = call("advise", json!({"id": self.id}), None, Some(records)).await?;
        let (findings, _) = returned.map_err(|name| threw(ErrorKind::Unexpected, "the advisor threw", &name))?;
        serde_json::from_str(&findings).map_err(|error| {
            Error::new(ErrorKind::InputInvalid, format!("the advisor's findings are none: {}", without_words(&error)))
        })
    }
}

/// What was thrown by its name; what it says may be a customer's words.
fn threw(kind: ErrorKind, what: &str, name: &str) -> Error {
    Error::new(kind, what).with("error", name.chars().take(80).collect::<String>())
}

/// A transport written in JavaScript: the host's `fetch` unless it gave another one.
#[derive(Debug)]
pub(crate) struct PluggedTransport;

#[derive(Deserialize)]
struct Head {
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
}

#[async_trait]
impl Transport for PluggedTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let deadline = request.extensions().get::<Deadline>().map(|deadline| deadline.0.as_millis());
        let (parts, body) = request.into_parts();
        let headers: Vec<_> = parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let json = json!({
            "method": parts.method.as_str(), "url": parts.uri.to_string(), "headers": headers, "deadline": deadline,
        });
        let returned = call("send", json, Some(body.to_vec()), None).await?;
        // Whether it arrived, nobody knows; reading again does no harm.
        let retry = if parts.method.is_safe() { Retry::Transient } else { Retry::Unknown };
        let (head, body) =
            returned.map_err(|name| threw(ErrorKind::Unavailable, "the transport threw", &name).retry(retry))?;
        let wrong = || Error::new(ErrorKind::InputInvalid, "the transport's answer is no HTTP response");
        let head: Head = serde_json::from_str(&head).map_err(|_| wrong())?;
        let mut response = Response::builder().status(head.status);
        for (name, value) in head.headers {
            response = response.header(name, value);
        }
        response.body(body.into()).map_err(|error| wrong().caused_by(error))
    }

    async fn open(&self, _: Request<Bytes>) -> Result<Response<ByteStream>> {
        Err(Error::new(ErrorKind::Unsupported, "a transport of JavaScript's holds no connections open"))
    }

    async fn websocket(&self, _: Request<()>) -> Result<Box<dyn WebSocket>> {
        Err(Error::new(ErrorKind::Unsupported, "a transport of JavaScript's holds no connections open"))
    }
}
