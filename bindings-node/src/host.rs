//! A host's engine: opened from settings, used through verbs.

use std::sync::{Arc, PoisonError, RwLock};

use careline::care::Engine;
use careline::{Error, ErrorKind, Retry};
use careline_connectors::surface::{self, WebhookAnswer};
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use crate::encode::Encoded;
use crate::error::{caught, told};
use crate::job::Job;
use crate::plugged::{PluggedAdvisor, PluggedClock, PluggedTransport};

/// An engine with everything it was opened with.
#[napi]
pub struct Host {
    engine: RwLock<Option<Engine>>,
}

#[napi]
impl Host {
    /// Opens what `settings`, JSON of a `HostConfig`, says; `advisors` are their names.
    #[napi(constructor)]
    pub fn new(settings: String, advisors: Vec<String>) -> napi::Result<Self> {
        caught(|| {
            let advisors: Vec<_> = advisors.into_iter().map(|id| Arc::new(PluggedAdvisor { id })).collect();
            let engine = surface::host_config(&settings)?.engine(
                |builder| builder.transport(Arc::new(PluggedTransport)).clock(Arc::new(PluggedClock)),
                |_, setup| advisors.iter().fold(setup, |setup, advisor| setup.advisor(advisor.clone())),
            )?;
            Ok(Self { engine: RwLock::new(Some(engine)) })
        })
    }

    /// The names of the tenants.
    #[napi]
    pub fn tenants(&self) -> napi::Result<Vec<String>> {
        Ok(self.open()?.tenants().map(|tenant| tenant.id().to_string()).collect())
    }

    /// Receives one webhook request; `headers` are names and values by turns.
    #[napi]
    pub fn receive(
        &self,
        endpoint: String,
        headers: Vec<String>,
        body: Uint8Array,
        method: String,
        query: String,
    ) -> napi::Result<Job> {
        let engine = self.open()?;
        let body = body.to_vec();
        Ok(Job::new(async move {
            let request = surface::request(pairs(&headers), body, &method, &query)?;
            let answer: Arc<WebhookAnswer> = Arc::new(engine.receive(&endpoint, &request).await?.into());
            Ok(Encoded::one(&*answer, None))
        }))
    }

    /// Takes in what the host got in its own way: `events` is a JSON list of events.
    #[napi]
    pub fn ingest(&self, tenant: String, source: String, body: Uint8Array, events: String) -> napi::Result<Job> {
        let engine = self.open()?;
        let body = body.to_vec();
        Ok(Job::new(async move {
            let ingested = surface::ingest(&engine, &tenant, &source, body, &events).await?;
            Ok(Encoded::one(&ingested, None))
        }))
    }

    /// Does a verb: a tenant's, or without one the engine's.
    #[napi]
    pub fn perform(&self, tenant: Option<String>, verb: String, arguments: String) -> napi::Result<Job> {
        let engine = self.open()?;
        Ok(Job::new(async move {
            let answer = surface::perform(&engine, tenant.as_deref(), &verb, &arguments).await?;
            Ok(Encoded::one(&*answer.value, answer.text.as_deref()))
        }))
    }

    /// Closes everything. What is under way comes to its end.
    #[napi]
    pub fn close(&self) {
        drop(self.engine.write().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Host {
    fn open(&self) -> napi::Result<Engine> {
        self.engine.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(|| {
            // Whoever posted to it must post again: 503.
            let error = Error::new(ErrorKind::Unavailable, "this handle is closed; open another one");
            told(&error.during("use").retry(Retry::Never))
        })
    }
}

/// Names and values by turns, as pairs.
pub(crate) fn pairs(headers: &[String]) -> impl Iterator<Item = (&str, &str)> {
    headers.chunks_exact(2).map(|pair| (pair[0].as_str(), pair[1].as_str()))
}
