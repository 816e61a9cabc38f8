//! What bindings do beside verbs, and would each write alike: requests and JSON of a host's, and texts judged on any thread.

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use bytes::Bytes;
use careline::care::{Engine, Ingested};
use careline::intake::{Parsed, WebhookRequest};
use careline::model::{Assessment, Channel, Event, Timestamp};
use careline::policy::CompiledPolicy;
use careline::reflect::without_words;
use careline::wire::Signing;
use careline::{Error, ErrorKind, Result};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::de::DeserializeOwned;

use super::{Answer, of_engine, of_tenant};
use crate::{HostConfig, Text, Texts, judge_row};

/// Reads what a host gave as JSON; `wrong` says what it is not, and the words that stand there are not repeated.
///
/// # Errors
/// `kind`, with the place of what does not fit.
pub fn read<T: DeserializeOwned>(json: &str, kind: ErrorKind, wrong: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::new(kind, format!("{wrong}: {}", without_words(&error))))
}

/// Reads the settings of a host.
///
/// # Errors
/// `config_invalid`, with what is wrong.
pub fn host_config(json: &str) -> Result<HostConfig> {
    read(json, ErrorKind::ConfigInvalid, "wrong settings").map_err(|error| error.during("open"))
}

/// Settings of a host as JSON, with their secrets.
///
/// # Errors
/// `unexpected` for a policy's file whose name is no text.
pub fn written(settings: &HostConfig) -> Result<String> {
    let wrong = |error| Error::new(ErrorKind::Unexpected, "settings cannot be written").caused_by(error);
    serde_json::to_string(settings).map_err(wrong)
}

/// A request as a host's web framework got it.
///
/// # Errors
/// `input_invalid` for a header or method that no client could have sent.
pub fn request<'a>(
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    body: impl Into<Bytes>,
    method: &str,
    query: &str,
) -> Result<WebhookRequest> {
    let wrong =
        |what: &str| Error::new(ErrorKind::InputInvalid, format!("{what} cannot stand in a request")).during("receive");
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("a header's name"))?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| wrong("a header's value"))?;
        map.try_append(name, value).map_err(|_| wrong("so many headers"))?;
    }
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| wrong("the method"))?;
    Ok(WebhookRequest::new(method, query, map, body))
}

/// Checks the signature of a request; `settings` is the JSON of a [`Signing`].
///
/// # Errors
/// `config_invalid` for wrong settings; what [`Signing::verify`] says.
pub fn verify(settings: &str, request: &WebhookRequest, now: Timestamp) -> Result<()> {
    read::<Signing>(settings, ErrorKind::ConfigInvalid, "wrong settings")?.verify(request, now)
}

/// Takes in what a host got in its own way: `events` is a JSON list of [`Event`]s.
///
/// # Errors
/// `input_invalid` if they are none; what [`Tenant::ingest`](careline::care::Tenant::ingest) says.
pub async fn ingest(
    engine: &Engine,
    tenant: &str,
    source: &str,
    body: impl Into<Bytes>,
    events: &str,
) -> Result<Ingested> {
    let events: Vec<Event> =
        read(events, ErrorKind::InputInvalid, "these are no events").map_err(|error: Error| error.during("ingest"))?;
    let parsed = Parsed { events, ..Parsed::default() };
    engine.tenant(tenant)?.ingest(source, Channel::Host, body, parsed).await
}

/// Does a verb: a tenant's, or without one the engine's.
///
/// # Errors
/// As [`of_tenant`] and [`of_engine`]; `not_found` for a tenant there is not.
pub async fn perform(engine: &Engine, tenant: Option<&str>, verb: &str, arguments: &str) -> Result<Answer> {
    match tenant {
        Some(tenant) => of_tenant(&engine.tenant(tenant)?, verb, arguments).await,
        None => of_engine(engine, verb, arguments).await,
    }
}

/// [`Texts`] for any number of threads at once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Judge(Arc<RwLock<Arc<Texts>>>);

impl Judge {
    /// Judges under `policy`.
    pub fn new(policy: CompiledPolicy) -> Self {
        Self::of(Texts::new(policy))
    }

    /// Judges without a policy: one for the whole process.
    ///
    /// # Errors
    /// As [`Texts::without_policy`].
    pub fn without_policy() -> Result<Self> {
        static SHARED: LazyLock<Result<Judge>> = LazyLock::new(|| Ok(Judge::of(Texts::without_policy()?)));
        SHARED.clone()
    }

    fn of(texts: Texts) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(texts))))
    }

    /// What each text is, in order, on so many threads; see [`Texts::assess_all`].
    ///
    /// # Errors
    /// As [`Texts::prepare`].
    pub fn assess_all(&self, texts: &[Text], threads: usize) -> Result<Vec<Assessment>> {
        Ok(self.ready_for(texts)?.assess_all(texts, threads))
    }

    /// What is ready for these texts: whatever another thread prepares meanwhile, their brands stay in it.
    fn ready_for(&self, texts: &[Text]) -> Result<Arc<Texts>> {
        if texts.iter().all(|text| text.brand.is_none()) {
            return Ok(self.ready());
        }
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut kept).prepare(texts)?;
        Ok(kept.clone())
    }

    fn ready(&self) -> Arc<Texts> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A line for each row of a file: what `careline triage` prints.
    pub fn lines(&self, raw: &[u8]) -> String {
        let mut texts = Texts::clone(&self.ready());
        let rows = (1..).zip(raw.split(|byte| *byte == b'\n')).filter(|(_, row)| !row.trim_ascii().is_empty());
        rows.map(|(number, row)| judge_row(&mut texts, row.trim_ascii(), number).to_line() + "\n").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ready_stays_so_whatever_others_ask() {
        let about = |brand: &str| {
            let json = format!(r#"{{"text":"Acme is here","brand":"{brand}"}}"#);
            serde_json::from_str::<Text>(&json).unwrap()
        };
        let judge = Judge::without_policy().unwrap();
        let ready = judge.ready_for(&[about("Acme")]).unwrap();
        let others: Vec<_> = (0..1_001).map(|number| about(&format!("Other {number}"))).collect();
        let relevances: Vec<_> = judge.assess_all(&others, 2).unwrap().into_iter().map(|it| it.relevance).collect();
        assert!(relevances.iter().all(|relevance| relevance.as_str() == "none"));
        assert_eq!(judge.ready().assess(&about("Acme")).relevance.as_str(), "none", "it is forgotten");
        assert_eq!(ready.assess(&about("Acme")).relevance.as_str(), "about");
    }

    #[test]
    fn no_number_of_headers_panics() {
        let many = || (0..40_000).map(|number| format!("x-{number}")).collect::<Vec<_>>();
        let names = many();
        let error = request(names.iter().map(|name| (name.as_str(), "1")), "", "POST", "").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InputInvalid);
        let request = request([("X-A", "1"), ("x-a", "2")], "body", "GET", "a=b").unwrap();
        assert_eq!((request.headers.get_all("x-a").iter().count(), request.query.as_str()), (2, "a=b"));
    }

    #[test]
    fn what_is_wrong_is_told_without_the_words_that_stand_there() {
        let error = host_config(r#"{"store": "memory:", "tenants": "hush"}"#).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::ConfigInvalid, "open"));
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}
