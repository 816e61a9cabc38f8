//! The transport itself.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use careline::transport::{ByteStream, Deadline, Transport, Untrusted, WebSocket, redacted};
use careline::{Error, ErrorKind, Result, Retry};
use futures_util::{Stream, StreamExt};
use http::{HeaderValue, Request, Response, header};
use reqwest::redirect;
use url::Url;

use crate::builder::HttpTransportBuilder;
use crate::failure::{Failure, private_address, too_large};
use crate::guard::{ForReqwest, Guard, Refused};
use crate::limits::{Keys, Limits};
use crate::repeat::{backoff, is_repeatable, is_worth_repeating};
use crate::tls;

/// How often an untrusted address may redirect.
const REDIRECTS: usize = 5;

/// Sends requests over the network. Cheap to clone; clones share connections and what was learnt about limits.
///
/// A call for careline's own purposes follows no redirect: a `3xx` is an answer. A request marked
/// [`Untrusted`] follows up to five, and neither it nor any of them reaches a private address.
#[derive(Clone)]
pub struct HttpTransport(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) settings: HttpTransportBuilder,
    pub(crate) guard: Guard,
    pub(crate) limits: Limits,
    clients: OnceLock<Result<Clients, String>>,
}

pub(crate) struct Clients {
    trusted: reqwest::Client,
    untrusted: reqwest::Client,
    pub(crate) tls: Arc<rustls::ClientConfig>,
}

impl HttpTransport {
    /// Sets one up.
    pub fn builder() -> HttpTransportBuilder {
        HttpTransportBuilder::default()
    }

    pub(crate) fn new(settings: HttpTransportBuilder) -> Self {
        let guard = Guard { resolver: settings.resolver.clone(), exempt: settings.exempt.clone().into() };
        Self(Arc::new(Inner { settings, guard, limits: Limits::default(), clients: OnceLock::new() }))
    }
}

impl Default for HttpTransport {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let answer = self.0.exchange(request, Want::Whole).await.map_err(|error| error.during("send"))?;
        let (parts, body) = answer.into_parts();
        match body {
            Body::Whole(body) => Ok(Response::from_parts(parts, body)),
            Body::Open(_) => Err(Error::new(ErrorKind::Unexpected, "the answer was not read").during("send")),
        }
    }

    async fn open(&self, request: Request<Bytes>) -> Result<Response<ByteStream>> {
        let answer = self.0.exchange(request, Want::Open).await.map_err(|error| error.during("open"))?;
        Ok(answer.map(|body| match body {
            Body::Whole(body) => futures_util::stream::once(async { Ok(body) }).boxed(),
            Body::Open(stream) => stream,
        }))
    }

    async fn websocket(&self, request: Request<()>) -> Result<Box<dyn WebSocket>> {
        let uri = request.uri().clone();
        let opened = self.0.websocket(request).await;
        opened.map_err(|error| error.during("websocket").with("url", redacted(&uri)))
    }
}

/// Whether the caller wants the answer as a whole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    Whole,
    Open,
}

enum Body {
    Whole(Bytes),
    Open(ByteStream),
}

impl Inner {
    pub(crate) fn clients(&self) -> Result<&Clients> {
        let built = self.clients.get_or_init(|| Clients::build(&self.settings, &self.guard));
        built.as_ref().map_err(|what| Error::new(ErrorKind::Unexpected, format!("no TLS on this machine: {what}")))
    }

    /// Tries until there is an answer to give, an error that repeating does not mend, or no time left.
    async fn exchange(&self, request: Request<Bytes>, want: Want) -> Result<Response<Body>> {
        let repeatable = is_repeatable(&request);
        let keys = Keys::of(&request);
        let mut attempt = 1;
        loop {
            self.wait_for_limits(&request, keys).await?;
            let again = attempt < self.settings.attempts;
            let pause = match self.attempt(&request, want).await {
                Ok(answer) => {
                    let now = self.settings.clock.now();
                    self.limits.learn(keys, answer.status(), answer.headers(), now);
                    let pause = self.limits.wait(keys, now).unwrap_or_else(|| backoff(attempt));
                    let worth = again && is_worth_repeating(answer.status(), repeatable);
                    if !worth || !self.has_time(&request, pause) {
                        return Ok(answer);
                    }
                    pause
                }
                Err(failure) => {
                    let pause = backoff(attempt);
                    let worth = again && failure.passes() && (failure.unsent || repeatable);
                    if !worth || !self.has_time(&request, pause) {
                        return Err(failure.into_error(request.uri(), repeatable));
                    }
                    pause
                }
            };
            self.settings.clock.sleep(pause).await;
            attempt += 1;
        }
    }

    async fn wait_for_limits(&self, request: &Request<Bytes>, keys: Keys) -> Result<()> {
        let Some(wait) = self.limits.wait(keys, self.settings.clock.now()) else { return Ok(()) };
        if !self.has_time(request, wait) {
            let error = Error::new(ErrorKind::RateLimited, "the network asked for a pause; the request was not sent");
            return Err(error.retry(Retry::After(wait)).with("url", redacted(request.uri())));
        }
        self.settings.clock.sleep(wait).await;
        Ok(())
    }

    /// Whether a pause is neither longer than set nor goes beyond the caller's deadline.
    fn has_time(&self, request: &Request<Bytes>, pause: Duration) -> bool {
        pause <= self.settings.longest_wait && self.left(request).is_none_or(|left| pause < left)
    }

    /// The time until the caller's deadline.
    fn left(&self, request: &Request<Bytes>) -> Option<Duration> {
        let Deadline(deadline) = *request.extensions().get::<Deadline>()?;
        let millis = deadline.millis_since(self.settings.clock.now());
        Some(Duration::from_millis(u64::try_from(millis).unwrap_or_default()))
    }

    async fn attempt(&self, request: &Request<Bytes>, want: Want) -> Result<Response<Body>, Failure> {
        let limit = self.left(request).map_or(self.settings.timeout, |left| left.min(self.settings.timeout));
        if limit.is_zero() {
            return Err(Failure::new(ErrorKind::Timeout, "the deadline has passed; the request was not sent", true));
        }
        let once = tokio::time::timeout(limit, self.once(request, want)).await;
        once.unwrap_or_else(|_| Err(Failure::new(ErrorKind::Timeout, "no answer in time", false)))
    }

    async fn once(&self, request: &Request<Bytes>, want: Want) -> Result<Response<Body>, Failure> {
        let clients = self.clients().map_err(|error| Failure { error, unsent: true })?;
        let untrusted = request.extensions().get::<Untrusted>().is_some();
        let url = Url::parse(&request.uri().to_string());
        let url = url.map_err(|_| Failure::new(ErrorKind::InputInvalid, "this is no whole address", true))?;
        if untrusted && !self.guard.allows(&url) {
            return Err(Failure { error: private_address(), unsent: true });
        }
        let client = if untrusted { &clients.untrusted } else { &clients.trusted };
        let mut outgoing = client.request(request.method().clone(), url).headers(request.headers().clone());
        // Packed lines would be held back until there are enough of them.
        if want == Want::Open && !request.headers().contains_key(header::ACCEPT_ENCODING) {
            outgoing = outgoing.header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        let answer = outgoing.body(request.body().clone()).send().await.map_err(Failure::of)?;
        let mut head = Response::new(());
        *head.status_mut() = answer.status();
        *head.headers_mut() = answer.headers().clone();
        let body = match want {
            Want::Whole => Body::Whole(whole(answer, self.settings.max_body).await?),
            Want::Open => {
                let bound = untrusted.then_some(self.settings.max_media);
                Body::Open(Bounded { chunks: answer.bytes_stream().boxed(), left: bound, bound }.boxed())
            }
        };
        Ok(head.map(|()| body))
    }
}

/// The whole body of an answer, as long as it keeps within `bound`.
async fn whole(mut answer: reqwest::Response, bound: usize) -> Result<Bytes, Failure> {
    let too_large = || Failure { error: too_large(bound), unsent: false };
    if answer.content_length().is_some_and(|length| length > bound as u64) {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(Failure::of)? {
        if body.len() + chunk.len() > bound {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// A body that is passed on as it comes, and cut where it outgrows its bound.
struct Bounded {
    chunks: futures_util::stream::BoxStream<'static, reqwest::Result<Bytes>>,
    left: Option<usize>,
    bound: Option<usize>,
}

impl Stream for Bounded {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let Some(next) = std::task::ready!(self.chunks.poll_next_unpin(cx)) else { return Poll::Ready(None) };
        let chunk = next.map_err(|error| Failure::of(error).error.retry(Retry::Transient).during("open"));
        Poll::Ready(Some(chunk.and_then(|chunk| match self.left {
            Some(left) if chunk.len() > left => {
                self.chunks = futures_util::stream::empty().boxed();
                Err(too_large(self.bound.unwrap_or_default()).during("open"))
            }
            left => {
                self.left = left.map(|left| left - chunk.len());
                Ok(chunk)
            }
        })))
    }
}

impl Clients {
    fn build(settings: &HttpTransportBuilder, guard: &Guard) -> Result<Self, String> {
        let tls = tls::config(&settings.roots).map_err(|error| error.to_string())?;
        let client = |guarded: bool| {
            let mut client = reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .connect_timeout(settings.connect_timeout)
                .user_agent(&settings.user_agent)
                .dns_resolver(Arc::new(ForReqwest { guard: guard.clone(), guarded }))
                .retry(reqwest::retry::never())
                .redirect(if guarded { guarded_redirects(guard.clone()) } else { redirect::Policy::none() });
            if guarded || !settings.proxy_from_environment {
                client = client.no_proxy();
            }
            client.build().map_err(|error| error.to_string())
        };
        Ok(Self { trusted: client(false)?, untrusted: client(true)?, tls: Arc::new(tls) })
    }
}

/// Redirects of an untrusted address: few, never from `https` to `http`, never to a private address.
fn guarded_redirects(guard: Guard) -> redirect::Policy {
    redirect::Policy::custom(move |attempt| {
        let downgrade =
            attempt.url().scheme() == "http" && attempt.previous().last().is_some_and(|from| from.scheme() == "https");
        if attempt.previous().len() > REDIRECTS {
            attempt.error("too many redirects")
        } else if downgrade {
            attempt.error("a redirect from https to http")
        } else if !guard.allows(attempt.url()) {
            attempt.error(Refused)
        } else {
            attempt.follow()
        }
    })
}
