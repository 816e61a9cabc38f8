//! A transport that plays a script: which requests are to come, and what each is answered.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use careline::transport::{ByteStream, Transport, WebSocket, is_secret_header, redacted};
use careline::{Error, ErrorKind, Result};
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};

/// Plays [`Exchange`]s in order and records the requests.
///
/// A request that does not fit the script gets an `unexpected` error with what was expected; when the transport is dropped,
/// it panics if that happened or if exchanges are left over. [`ScriptedTransport::verify`] tells the same as a value.
///
/// ```
/// # use careline_testkit::{Exchange, ScriptedTransport};
/// # use careline::transport::Transport;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let transport = ScriptedTransport::new([
///     Exchange::get("/2/users/7/mentions?max_results=100").json(r#"{"meta":{"result_count":0}}"#),
///     Exchange::get("/2/users/7/mentions").status(429).header("x-rate-limit-reset", "1768000000"),
/// ]);
/// let request = || http::Request::get("https://api.example/2/users/7/mentions?max_results=100").body("".into());
/// assert_eq!(transport.send(request()?).await?.status(), 200);
/// assert_eq!(transport.send(request()?).await?.status(), 429);
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ScriptedTransport(Arc<Script>);

struct Script {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    left: VecDeque<Exchange>,
    requests: Vec<Recorded>,
    sent_frames: Vec<String>,
    problems: Vec<String>,
    verified: bool,
}

impl ScriptedTransport {
    /// Plays these exchanges.
    pub fn new(exchanges: impl IntoIterator<Item = Exchange>) -> Self {
        let state = State { left: exchanges.into_iter().collect(), ..State::default() };
        Self(Arc::new(Script { state: Mutex::new(state) }))
    }

    /// Adds an exchange at the end.
    pub fn push(&self, exchange: Exchange) {
        self.0.state().left.push_back(exchange);
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.0.state().requests.clone()
    }

    /// The text frames sent down WebSockets so far.
    pub fn sent_frames(&self) -> Vec<String> {
        self.0.state().sent_frames.clone()
    }

    /// Whether the script was followed to its end so far; what is found is not found again when the transport is dropped.
    ///
    /// # Errors
    /// Every request that did not fit and every exchange that is left over, in words.
    pub fn verify(&self) -> Result<(), String> {
        self.0.state().verify()
    }

    fn take(&self, request: Recorded, websocket: bool) -> Result<Answer> {
        let mut state = self.0.state();
        let nth = state.requests.len() + 1;
        state.verified = false;
        let problem = match state.left.front() {
            None => Some(format!("request {nth} came after the end of the script: {}", request.line())),
            Some(expected) => expected.mismatch(&request, websocket).map(|what| {
                format!("request {nth}: {what}\n  expected {}\n  got      {}", expected.line(), request.line())
            }),
        };
        state.requests.push(request);
        if let Some(problem) = problem {
            state.problems.push(problem.clone());
            return Err(Error::new(ErrorKind::Unexpected, problem).during("scripted transport"));
        }
        Ok(state.left.pop_front().map(|exchange| exchange.answer).unwrap_or_default())
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.state();
        f.debug_struct("ScriptedTransport").field("left", &state.left.len()).field("requests", &state.requests).finish()
    }
}

impl Script {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn verify(&mut self) -> Result<(), String> {
        self.verified = true;
        let mut problems = std::mem::take(&mut self.problems);
        let left: Vec<_> = self.left.iter().map(Exchange::line).collect();
        if !left.is_empty() {
            problems.push(format!("{} exchanges were never asked for: {}", left.len(), left.join(", ")));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let (false, Err(problem)) = (state.verified || std::thread::panicking(), state.verify()) {
            panic!("the script was not followed\n{problem}");
        }
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let answer = self.take(Recorded::of(&request, request.body().clone()), false)?;
        match answer.end {
            End::Complete | End::Silence => {
                let head = answer.head()?;
                let body: Vec<u8> = answer.chunks.concat();
                Ok(head.map(|()| body.into()))
            }
            End::Fault(fault) => Err(fault.error()),
        }
    }

    async fn open(&self, request: Request<Bytes>) -> Result<Response<ByteStream>> {
        let answer = self.take(Recorded::of(&request, request.body().clone()), false)?;
        if let (End::Fault(fault), true) = (answer.end, answer.chunks.is_empty()) {
            return Err(fault.error());
        }
        let head = answer.head()?;
        let chunks = stream::iter(answer.chunks.into_iter().map(Ok));
        let body: ByteStream = match answer.end {
            End::Complete => Box::pin(chunks),
            End::Silence => Box::pin(chunks.chain(stream::pending())),
            End::Fault(fault) => Box::pin(chunks.chain(stream::once(async move { Err(fault.error()) }))),
        };
        Ok(head.map(|()| body))
    }

    async fn websocket(&self, request: Request<()>) -> Result<Box<dyn WebSocket>> {
        let answer = self.take(Recorded::of(&request, Bytes::new()), true)?;
        match answer.end {
            End::Fault(fault) if answer.chunks.is_empty() => Err(fault.error()),
            end => Ok(Box::new(ScriptedSocket { frames: answer.chunks.into(), end, script: self.clone() })),
        }
    }
}

#[derive(Debug)]
struct ScriptedSocket {
    frames: VecDeque<Bytes>,
    end: End,
    script: ScriptedTransport,
}

#[async_trait]
impl WebSocket for ScriptedSocket {
    async fn send_text(&mut self, text: String) -> Result<()> {
        self.script.0.state().sent_frames.push(text);
        Ok(())
    }

    async fn next(&mut self) -> Option<Result<Bytes>> {
        if let Some(frame) = self.frames.pop_front() {
            return Some(Ok(frame));
        }
        match std::mem::replace(&mut self.end, End::Complete) {
            End::Complete => None,
            End::Silence => std::future::pending().await,
            End::Fault(fault) => Some(Err(fault.error())),
        }
    }
}

/// A request that came, with its secrets hidden in `Debug`.
#[derive(Clone)]
#[non_exhaustive]
pub struct Recorded {
    /// The method.
    pub method: Method,
    /// The whole address, secrets included: for assertions, not for printing.
    pub uri: Uri,
    /// The headers, secrets included.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Recorded {
    fn of<T>(request: &Request<T>, body: Bytes) -> Self {
        let headers = request.headers().clone();
        Self { method: request.method().clone(), uri: request.uri().clone(), headers, body }
    }

    /// The value of a query parameter, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        pairs(self.uri.query().unwrap_or_default()).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    fn line(&self) -> String {
        format!("{} {}", self.method, redacted(&self.uri))
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.line())?;
        for (name, value) in &self.headers {
            let shown = if is_secret_header(name) { "***" } else { value.to_str().unwrap_or("(no text)") };
            write!(f, " {name}: {shown};")?;
        }
        write!(f, " {} bytes", self.body.len())
    }
}

/// One request that is to come and its answer.
#[derive(Clone)]
pub struct Exchange {
    method: Option<Method>,
    host: Option<String>,
    path: Option<String>,
    query: Vec<(String, Option<String>)>,
    headers: Vec<(HeaderName, HeaderValue)>,
    websocket: bool,
    answer: Answer,
}

impl Exchange {
    /// Any request at all.
    pub fn any() -> Self {
        Self {
            method: None,
            host: None,
            path: None,
            query: Vec::new(),
            headers: Vec::new(),
            websocket: false,
            answer: Answer::default(),
        }
    }

    /// A `GET` of a path or a whole address. Query pairs given here must be there; others may be there too.
    pub fn get(target: &str) -> Self {
        Self::on(Method::GET, target)
    }

    /// A `POST` to a path or a whole address.
    pub fn post(target: &str) -> Self {
        Self::on(Method::POST, target)
    }

    /// A WebSocket opened at a path or a whole address.
    pub fn websocket(target: &str) -> Self {
        Self { method: None, websocket: true, ..Self::on(Method::GET, target) }
    }

    /// A request of any method.
    pub fn on(method: Method, target: &str) -> Self {
        let (place, query) = target.split_once('?').unwrap_or((target, ""));
        let (host, path) = match place.split_once("://") {
            Some((_, rest)) => match rest.find('/') {
                Some(slash) => (Some(rest[..slash].to_owned()), rest[slash..].to_owned()),
                None => (Some(rest.to_owned()), "/".to_owned()),
            },
            None => (None, place.to_owned()),
        };
        let query = pairs(query).into_iter().map(|(key, value)| (key, Some(value))).collect();
        Self { method: Some(method), host, path: Some(path), query, ..Self::any() }
    }

    /// The query must hold this pair.
    #[must_use]
    pub fn query(mut self, key: &str, value: &str) -> Self {
        self.query.push((key.to_owned(), Some(value.to_owned())));
        self
    }

    /// The query must not hold this key.
    #[must_use]
    pub fn without_query(mut self, key: &str) -> Self {
        self.query.push((key.to_owned(), None));
        self
    }

    /// The request must carry this header.
    ///
    /// # Panics
    /// If name or value cannot stand in a header.
    #[must_use]
    pub fn requires_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(header(name, value));
        self
    }

    /// Answers with this answer.
    #[must_use]
    pub fn answer(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }

    /// Answers with 200 and JSON.
    #[must_use]
    pub fn json(self, body: impl Into<Bytes>) -> Self {
        self.answer(Answer::json(body))
    }

    /// Answers with this status and no body; a status set after [`Exchange::json`] keeps the body.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.answer = self.answer.status(status);
        self
    }

    /// Adds a header to the answer.
    ///
    /// # Panics
    /// If name or value cannot stand in a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.answer = self.answer.header(name, value);
        self
    }

    /// Answers with these chunks, or frames of a WebSocket.
    #[must_use]
    pub fn chunks<T: Into<Bytes>>(mut self, chunks: impl IntoIterator<Item = T>) -> Self {
        self.answer.chunks = chunks.into_iter().map(Into::into).collect();
        self
    }

    /// Cuts the answer's bytes into chunks of at most `size`; frames of a WebSocket stay as they are.
    #[must_use]
    pub fn rechunked(mut self, size: usize) -> Self {
        if !self.websocket {
            let whole = self.answer.chunks.concat();
            self.answer.chunks = whole.chunks(size.max(1)).map(Bytes::copy_from_slice).collect();
        }
        self
    }

    /// After the chunks nothing comes, and the connection stays open.
    #[must_use]
    pub fn then_silence(mut self) -> Self {
        self.answer.end = End::Silence;
        self
    }

    /// Fails so, after the chunks where there are any.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.answer.end = End::Fault(fault);
        self
    }

    /// The whole body of the answer.
    pub fn body(&self) -> Bytes {
        self.answer.chunks.concat().into()
    }

    fn mismatch(&self, request: &Recorded, websocket: bool) -> Option<String> {
        if self.websocket != websocket {
            let expected = if self.websocket { "a WebSocket" } else { "a plain request" };
            return Some(format!("{expected} was expected"));
        }
        if self.method.as_ref().is_some_and(|method| *method != request.method) {
            return Some("the method differs".to_owned());
        }
        if self.host.as_deref().is_some_and(|host| Some(host) != request.uri.authority().map(|host| host.as_str())) {
            return Some("the host differs".to_owned());
        }
        if self.path.as_deref().is_some_and(|path| path != request.uri.path()) {
            return Some("the path differs".to_owned());
        }
        let query = pairs(request.uri.query().unwrap_or_default());
        for (key, value) in &self.query {
            match value {
                None if query.iter().any(|(name, _)| name == key) => return Some(format!("`{key}` must not be asked")),
                Some(value) if !query.iter().any(|(name, got)| name == key && got == value) => {
                    return Some(format!("`{key}={value}` is not asked"));
                }
                _ => {}
            }
        }
        let missing = self.headers.iter().find(|(name, value)| request.headers.get(name) != Some(value));
        missing.map(|(name, _)| format!("the header `{name}` is missing or differs"))
    }

    fn line(&self) -> String {
        let method = if self.websocket { "WEBSOCKET" } else { self.method.as_ref().map_or("ANY", Method::as_str) };
        let mut line =
            format!("{method} {}{}", self.host.as_deref().unwrap_or(""), self.path.as_deref().unwrap_or("*"));
        for (nth, (key, value)) in self.query.iter().enumerate() {
            line.push(if nth == 0 { '?' } else { '&' });
            line += &value.as_ref().map_or(format!("(no {key})"), |value| format!("{key}={value}"));
        }
        line
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.line(), self.answer.status)
    }
}

/// What a request is answered: 200 and nothing unless said otherwise.
#[derive(Clone, Debug)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    chunks: Vec<Bytes>,
    end: End,
}

impl Default for Answer {
    fn default() -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), chunks: Vec::new(), end: End::Complete }
    }
}

impl Answer {
    /// 200 with JSON.
    pub fn json(body: impl Into<Bytes>) -> Self {
        Self { chunks: vec![body.into()], ..Self::default() }.header("content-type", "application/json")
    }

    /// The same with another status.
    ///
    /// # Panics
    /// If `status` is no status.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that names no status is to fail")]
    pub fn status(mut self, status: u16) -> Self {
        self.status = StatusCode::from_u16(status).expect("a status between 100 and 999");
        self
    }

    /// The same with one more header.
    ///
    /// # Panics
    /// If name or value cannot stand in a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let (name, value) = header(name, value);
        self.headers.append(name, value);
        self
    }

    /// The same with another body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.chunks = vec![body.into()];
        self
    }

    fn head(&self) -> Result<Response<()>> {
        let mut response = Response::new(());
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        Ok(response)
    }
}

#[derive(Clone, Copy, Debug)]
enum End {
    Complete,
    Silence,
    Fault(Fault),
}

/// A way in which a connection fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// No answer in time.
    Timeout,
    /// The other side closed the connection without an answer.
    Reset,
    /// The answer ended before its end.
    Truncated,
}

impl Fault {
    /// The error a transport gives for it.
    pub fn error(self) -> Error {
        match self {
            Self::Timeout => Error::new(ErrorKind::Timeout, "no answer in time"),
            Self::Reset => Error::new(ErrorKind::Unavailable, "the connection was reset"),
            Self::Truncated => Error::new(ErrorKind::Unavailable, "the answer ended too early"),
        }
        .during("send")
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

#[expect(clippy::expect_used, reason = "a test that names no header is to fail")]
fn header(name: &str, value: &str) -> (HeaderName, HeaderValue) {
    let name = name.parse().expect("a header name");
    (name, value.parse().expect("a header value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str) -> Request<Bytes> {
        Request::get(uri).header("authorization", "Bearer planted").body(Bytes::new()).unwrap()
    }

    #[tokio::test]
    async fn a_request_off_the_script_is_told_with_what_was_expected() {
        let transport = ScriptedTransport::new([Exchange::get("/a?since=5").without_query("max")]);
        for uri in ["https://h.example/b?since=5", "https://h.example/a?since=6", "https://h.example/a?since=5&max=1"] {
            let error = transport.send(request(uri)).await.unwrap_err();
            assert!(error.message().contains("expected GET /a?since=5"), "{error}");
        }
        let problem = transport.verify().unwrap_err();
        assert!(problem.contains("request 3: `max` must not be asked"), "{problem}");
        assert!(problem.contains("1 exchanges were never asked for"), "{problem}");
    }

    #[test]
    #[should_panic(expected = "never asked for: POST /left")]
    fn a_script_that_is_left_over_fails_the_test() {
        drop(ScriptedTransport::new([Exchange::post("/left")]));
    }

    #[tokio::test]
    async fn nothing_secret_is_shown() {
        let transport = ScriptedTransport::new([Exchange::any()]);
        transport.send(request("https://h.example/a?access_token=planted")).await.unwrap();
        assert!(!format!("{transport:?}").contains("planted"), "{transport:?}");
        assert_eq!(transport.requests()[0].query("access_token").unwrap(), "planted");
    }

    #[tokio::test]
    async fn streams_come_in_chunks_and_break_where_told() {
        let exchange = Exchange::get("/s").chunks(["ab", "cd"]).rechunked(3).fault(Fault::Reset);
        let transport = ScriptedTransport::new([exchange]);
        let parts: Vec<_> = transport.open(request("https://h.example/s")).await.unwrap().into_body().collect().await;
        assert_eq!((parts[0].as_ref().unwrap(), parts[1].as_ref().unwrap()), (&Bytes::from("abc"), &Bytes::from("d")));
        assert_eq!(parts[2].as_ref().unwrap_err().kind(), ErrorKind::Unavailable);
    }

    #[tokio::test]
    async fn websockets_play_frames_and_keep_what_was_sent() {
        let transport = ScriptedTransport::new([Exchange::websocket("wss://h.example/ws").chunks(["one"])]);
        let request = Request::get("wss://h.example/ws").body(()).unwrap();
        let mut socket = transport.websocket(request).await.unwrap();
        socket.send_text("hello".to_owned()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), "one");
        assert!(socket.next().await.is_none());
        assert_eq!(transport.sent_frames(), ["hello"]);
    }
}
