//! An engine over a SQLite file, and requests to it that are signed as X signs them.

use std::path::Path;
use std::sync::Arc;

use careline::care::{Engine, TenantSetup};
use careline::intake::WebhookRequest;
use careline::model::{NativeAccount, NetworkName, Timestamp};
use careline::policy::{CompiledPolicy, Policy};
use careline::wire::{Encoding, sign};
use careline::{Error, ErrorKind, Result};
use careline_sqlite::{SqliteOptions, SqliteStore};
use careline_testkit::ManualClock;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::{HeaderMap, HeaderValue};

use crate::traffic::{HANDLES, STARTS_AT};

const SECRET: &str = "topsecret";
/// How many deliveries wait to be committed at any time: the engine takes 1,000 of them into one transaction.
const WAITING: usize = 2_000;

/// An engine at work on one file.
#[derive(Debug)]
pub struct Desk {
    /// The engine.
    pub engine: Engine,
    /// Its store.
    pub store: SqliteStore,
    clock: Arc<ManualClock>,
    runtime: tokio::runtime::Runtime,
}

impl Desk {
    /// An engine that keeps everything in the file at `path`.
    ///
    /// # Errors
    /// What the store says.
    pub fn open(path: &Path) -> Result<Self> {
        let store = SqliteStore::open_with(path, SqliteOptions::default())?;
        let policy = Policy::parse(&policy(), "bench.toml")
            .and_then(CompiledPolicy::new)
            .map_err(|mistakes| Error::new(ErrorKind::ConfigInvalid, mistakes.to_string()))?;
        let mut webhook = careline_x::WebhookConfig::new([SECRET]);
        let (id, handle) = HANDLES[0];
        webhook.keyword_account = Some(NativeAccount::new(NetworkName::from("x"), id));
        let signals = careline_x::Account::new(careline_x::AccountConfig::new(id, handle))?;
        let clock = Arc::new(ManualClock::new(after_start(0)));
        let engine = Engine::builder(Arc::new(store.clone()))
            .clock(clock.clone())
            .endpoint("x", Arc::new(careline_x::Webhook::new(webhook)?))
            .tenant("acme", TenantSetup::new(policy).signals(NetworkName::from("x"), Arc::new(signals)))
            .build()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .map_err(|error| Error::new(ErrorKind::Unexpected, "no runtime").caused_by(error))?;
        Ok(Self { engine, store, clock, runtime })
    }

    /// Sets the clock to so many seconds after the first message.
    pub fn set_clock(&self, secs: i64) {
        self.clock.set(after_start(secs));
    }

    /// Receives all requests, `WAITING` at a time, and gives back how many brought something new.
    ///
    /// # Errors
    /// The first error of any.
    pub fn receive(&self, requests: &[WebhookRequest]) -> Result<usize> {
        let answers = stream::iter(requests).map(|request| self.engine.receive("x", request)).buffered(WAITING);
        let added = answers.try_fold(0, async |added, answer| Ok(added + answer.ingested.added));
        self.runtime.block_on(added)
    }
}

fn after_start(secs: i64) -> Timestamp {
    Timestamp::from_secs(STARTS_AT + secs).unwrap_or_default()
}

fn policy() -> String {
    let accounts = HANDLES.map(|(id, handle)| {
        format!("[[accounts]]\nid = \"{handle}\"\nnetwork = \"x\"\nnative_id = \"{id}\"\nhandle = \"@{handle}\"\n")
    });
    format!("[brand]\nname = \"Acme\"\n{}", accounts.concat())
}

/// `body` as X posts it.
pub fn signed(body: Vec<u8>) -> WebhookRequest {
    let mut headers = HeaderMap::new();
    let signature = sign(SECRET.as_bytes(), &body, Encoding::Base64);
    if let Ok(signature) = HeaderValue::from_str(&signature) {
        headers.insert("x-twitter-webhooks-signature", signature);
    }
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    WebhookRequest::post(headers, body)
}
