//! What a host writes in Python and careline calls: advisors and a transport. They are called on the thread that called
//! careline.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use careline::advisor::{AdviceAsk, Advisor};
use careline::context::Context;
use careline::model::Finding;
use careline::reflect::without_words;
use careline::transport::{ByteStream, Deadline, Transport, WebSocket};
use careline::{Error, ErrorKind, Result, Retry};
use careline_http::HttpTransport;
use http::{Request, Response};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use tokio::runtime::{Builder, Runtime};

use crate::error::keep_interrupt;
use crate::fork::outside;
use crate::record::Record;

/// An advisor written in Python: a function of `careline._plugged` around it.
pub(crate) struct PluggedAdvisor {
    id: String,
    advise: Py<PyAny>,
}

impl PluggedAdvisor {
    pub(crate) fn new(id: String, advise: Py<PyAny>) -> Self {
        Self { id, advise }
    }
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

    async fn advise(&self, cx: &Context, ask: &AdviceAsk) -> Result<Vec<Finding>> {
        let findings = called(|py| {
            let (message, assessment) = (Arc::new(ask.message.clone()), Arc::new(ask.assessment.clone()));
            let text = ask.message.text().into();
            let message = Record::answer(py, message, None)?;
            let assessment = Record::answer(py, assessment, Some(text))?;
            let findings = self.advise.bind(py).call1((message, assessment))?;
            Ok(findings.cast::<PyString>()?.to_str()?.to_owned())
        })
        .map_err(|error| went_wrong(ErrorKind::Unexpected, "the advisor raised an exception", &error))?;
        if cx.deadline.is_some_and(|deadline| cx.clock.now() > deadline) {
            return Err(Error::new(ErrorKind::Timeout, "no answer in time"));
        }
        serde_json::from_str(&findings).map_err(|error| {
            Error::new(ErrorKind::InputInvalid, format!("the advisor's findings are none: {}", without_words(&error)))
        })
    }
}

/// Calls the host's own code, which may use careline, take its time, or fork.
fn called<T>(call: impl FnOnce(Python<'_>) -> PyResult<T>) -> PyResult<T> {
    outside(|| Python::attach(call))
}

/// What an exception is called; what it says may be a customer's words.
fn went_wrong(kind: ErrorKind, what: &str, error: &PyErr) -> Error {
    let name = Python::attach(|py| {
        keep_interrupt(py, error);
        error.get_type(py).name().map(|name| name.to_string()).unwrap_or_default()
    });
    Error::new(kind, what).with("exception", name)
}

/// A transport written in Python: a function of `careline._plugged` around it.
pub(crate) struct PluggedTransport {
    send: Py<PyAny>,
}

impl PluggedTransport {
    pub(crate) fn new(send: Py<PyAny>) -> Self {
        Self { send }
    }
}

impl fmt::Debug for PluggedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PluggedTransport")
    }
}

#[async_trait]
impl Transport for PluggedTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let deadline = request.extensions().get::<Deadline>().map(|deadline| deadline.0.to_string());
        let (parts, body) = request.into_parts();
        let headers: Vec<(String, String)> = parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let answer = called(|py| {
            let body = PyBytes::new(py, &body);
            let sent = (parts.method.as_str(), parts.uri.to_string(), headers, body, deadline);
            self.send.bind(py).call1(sent)?.extract::<(u16, Vec<(String, String)>, Vec<u8>)>()
        });
        // Whether it arrived, nobody knows; reading again does no harm.
        let retry = if parts.method.is_safe() { Retry::Transient } else { Retry::Unknown };
        let (status, headers, body) = answer.map_err(|error| {
            went_wrong(ErrorKind::Unavailable, "the transport raised an exception", &error).retry(retry)
        })?;
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(name, value);
        }
        response.body(body.into()).map_err(|error| {
            Error::new(ErrorKind::InputInvalid, "the transport's answer is no HTTP response").caused_by(error)
        })
    }

    async fn open(&self, _: Request<Bytes>) -> Result<Response<ByteStream>> {
        Err(no_streams())
    }

    async fn websocket(&self, _: Request<()>) -> Result<Box<dyn WebSocket>> {
        Err(no_streams())
    }
}

/// careline's own transport, made when it is first needed.
pub(crate) fn lazy_http() -> Arc<dyn Transport> {
    Arc::new(LazyHttp::default())
}

/// The transport and what drives it: a runtime without threads, which the calling thread turns while it waits. Only requests
/// run in it; everything else of a call needs none.
#[derive(Debug, Default)]
struct LazyHttp(OnceLock<(HttpTransport, Runtime)>);

impl LazyHttp {
    fn get(&self) -> Result<&(HttpTransport, Runtime)> {
        if self.0.get().is_none() {
            let runtime = Builder::new_current_thread().enable_all().thread_keep_alive(Duration::ZERO).build();
            let none = |error| Error::new(ErrorKind::Unexpected, "no runtime can be made").caused_by(error);
            // Another thread may have been faster; then this one's is given up.
            drop(self.0.set((HttpTransport::default(), runtime.map_err(none)?)));
        }
        self.0.get().ok_or_else(|| Error::new(ErrorKind::Unexpected, "there is no runtime"))
    }
}

#[async_trait]
impl Transport for LazyHttp {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let (http, runtime) = self.get()?;
        outside(|| runtime.block_on(http.send(request)))
    }

    async fn open(&self, _: Request<Bytes>) -> Result<Response<ByteStream>> {
        Err(no_streams())
    }

    async fn websocket(&self, _: Request<()>) -> Result<Box<dyn WebSocket>> {
        Err(no_streams())
    }
}

fn no_streams() -> Error {
    Error::new(ErrorKind::Unsupported, "no connection is held open in Python: poll the account instead")
}
