//! A store that is watched and can be made to fail, an endpoint for several accounts, and short ways to look.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use careline::care::{Engine, Tenant, TenantSetup};
use careline::intake::{Intake, Parsed, Received, Reject, WebhookRequest};
use careline::model::*;
use careline::policy::{CompiledPolicy, Policy};
use careline::store::*;
use careline::wire::Body;
use careline::{Error, ErrorKind, Result};
use careline_testkit::ManualClock;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::Semaphore;

/// When everything happens: 2026-09-21T18:13:20Z.
pub const NOW: Timestamp = match Timestamp::from_millis(1_790_000_000_000) {
    Some(now) => now,
    None => panic!(),
};

/// Another store, watched.
#[derive(Debug)]
pub struct Watched {
    inner: Arc<dyn Store>,
    pub commits: AtomicUsize,
    pub loads: AtomicUsize,
    pub keys: AtomicUsize,
    pub loaded_messages: AtomicUsize,
    /// How many commits are to fail, and how.
    failures: Mutex<Vec<ErrorKind>>,
    /// Whether every commit fails.
    pub down: AtomicBool,
    /// A delivery with these bytes in it cannot be committed.
    poison: Mutex<Option<&'static str>>,
    /// Commits wait here if closed off.
    gate: Semaphore,
    gated: AtomicBool,
    /// Whether what waits at the gate is written before it waits.
    pub writes_before_gate: AtomicBool,
}

impl Watched {
    pub fn new() -> Arc<Self> {
        Self::over(Arc::new(MemoryStore::new()))
    }

    pub fn over(inner: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            commits: AtomicUsize::new(0),
            loads: AtomicUsize::new(0),
            keys: AtomicUsize::new(0),
            loaded_messages: AtomicUsize::new(0),
            failures: Mutex::default(),
            down: AtomicBool::new(false),
            poison: Mutex::default(),
            gate: Semaphore::new(0),
            gated: AtomicBool::new(false),
            writes_before_gate: AtomicBool::new(false),
        })
    }

    /// The next commits fail so, the last one first.
    pub fn fail(&self, kinds: &[ErrorKind]) {
        *self.failures.lock().unwrap() = kinds.to_vec();
    }

    pub fn refuse(&self, words: &'static str) {
        *self.poison.lock().unwrap() = Some(words);
    }

    /// Commits wait from now on.
    pub fn close_gate(&self) {
        self.gated.store(true, Ordering::SeqCst);
    }

    pub fn open_gate(&self) {
        self.gated.store(false, Ordering::SeqCst);
        self.gate.add_permits(1_000);
    }

    pub fn count(&self, what: &AtomicUsize) -> usize {
        what.load(Ordering::SeqCst)
    }

    pub fn reset(&self) {
        for counter in [&self.commits, &self.loads, &self.keys, &self.loaded_messages] {
            counter.store(0, Ordering::SeqCst);
        }
    }
}

#[async_trait]
impl Store for Watched {
    async fn load(&self, tenant: &TenantId, keys: &[Key]) -> Result<Loaded> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        self.keys.fetch_add(keys.len(), Ordering::SeqCst);
        let loaded = self.inner.load(tenant, keys).await?;
        for entry in &loaded.entries {
            let messages = match &entry.record {
                Some(Record::Message(_)) => 1,
                Some(Record::Messages(messages)) => messages.len(),
                _ => 0,
            };
            self.loaded_messages.fetch_add(messages, Ordering::SeqCst);
        }
        Ok(loaded)
    }

    async fn commit(&self, commit: Commit) -> Result<()> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        let failure = self.failures.lock().unwrap().pop();
        if let Some(kind) = failure {
            return Err(Error::new(kind, "made to fail"));
        }
        if self.down.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::StorageFailed, "the disk is gone"));
        }
        let poison = *self.poison.lock().unwrap();
        if let Some(words) = poison {
            let has = |record: &Option<Written>| match record.as_ref().map(Written::value) {
                Some(Record::Message(message)) => message.text().contains(words),
                _ => false,
            };
            if commit.tenants.iter().flat_map(|part| &part.puts).any(|(_, _, record)| has(record)) {
                return Err(Error::new(ErrorKind::Unexpected, "this cannot be written"));
            }
        }
        if self.gated.load(Ordering::SeqCst) {
            if self.writes_before_gate.load(Ordering::SeqCst) {
                self.inner.commit(commit).await?;
                self.gate.acquire().await.unwrap().forget();
                return Ok(());
            }
            self.gate.acquire().await.unwrap().forget();
        }
        self.inner.commit(commit).await
    }

    async fn scan(&self, tenant: &TenantId, scan: &Scan) -> Result<Scanned> {
        self.inner.scan(tenant, scan).await
    }

    async fn count_open(&self, tenant: &TenantId, filter: &OpenFilter, by: CaseField) -> Result<BTreeMap<String, u64>> {
        self.inner.count_open(tenant, filter, by).await
    }

    async fn counters(&self, tenant: &TenantId, ask: &CounterAsk) -> Result<Vec<Counter>> {
        self.inner.counters(tenant, ask).await
    }

    async fn lease(&self, ask: &LeaseAsk) -> Result<Vec<Leased>> {
        self.inner.lease(ask).await
    }

    async fn settle(&self, settle: Settle) -> Result<()> {
        self.inner.settle(settle).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<(TenantId, Timer)>> {
        self.inner.due(now, limit).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>> {
        self.inner.next_due().await
    }

    async fn delivery(&self, tenant: &TenantId, id: &DeliveryId) -> Result<Option<Delivery>> {
        self.inner.delivery(tenant, id).await
    }

    async fn erase(&self, tenant: &TenantId, ask: &EraseAsk) -> Result<Receipt> {
        self.inner.erase(tenant, ask).await
    }

    async fn export(&self, tenant: &TenantId, ask: &ExportAsk) -> Result<Vec<Exported>> {
        self.inner.export(tenant, ask).await
    }

    async fn retain(&self, tenant: &TenantId, ask: &RetainAsk) -> Result<Receipt> {
        self.inner.retain(tenant, ask).await
    }

    async fn log(&self, tenant: &TenantId, after: u64, limit: usize) -> Result<Vec<Logged>> {
        self.inner.log(tenant, after, limit).await
    }

    async fn verify_log(&self, tenant: &TenantId) -> Result<u64> {
        self.inner.verify_log(tenant).await
    }
}

pub const POST: NetworkName = NetworkName::new("post");

/// An endpoint whose bodies hold items of several accounts: `{"items":[{"account","id","user","text","at","kind","to"}]}`.
#[derive(Debug)]
pub struct Postbox;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Item {
    account: String,
    id: Option<String>,
    #[serde(default)]
    user: String,
    #[serde(default)]
    text: String,
    at: Option<Timestamp>,
    #[serde(default)]
    kind: String,
    to: Option<String>,
    thread: Option<String>,
}

impl Intake for Postbox {
    fn network(&self) -> NetworkName {
        POST
    }

    fn receive(&self, request: &WebhookRequest, now: Timestamp) -> Result<Received> {
        Ok(Received::Events(read(&request.body, now)))
    }
}

/// What stands in a body of the [`Postbox`].
pub fn read(raw: &[u8], now: Timestamp) -> Parsed {
    let mut parsed = Parsed::default();
    let body = Body::read(raw);
    let items = match body.parse::<Envelope<'_>>() {
        Ok(envelope) => envelope.items,
        Err(error) => {
            parsed.rejects.push(Reject { account: None, raw: None, error });
            return parsed;
        }
    };
    for item in items {
        let raw = body.range_of(item.get());
        match read_item(item.get(), now) {
            Ok(event) => parsed.events.push(event.at(raw)),
            Err((account, error)) => parsed.rejects.push(Reject { account, raw, error }),
        }
    }
    parsed
}

fn read_item(json: &str, now: Timestamp) -> Result<Event, (Option<NativeAccount>, Error)> {
    let unlike = |_| (None, Error::new(ErrorKind::InputInvalid, "the item does not have the expected form"));
    let item: Item = serde_json::from_str(json).map_err(unlike)?;
    let account = NativeAccount::new(POST, item.account.as_str());
    let Some(id) = item.id else {
        return Err((Some(account), Error::new(ErrorKind::InputInvalid, "`id` is missing")));
    };
    let body = match item.kind.as_str() {
        "" => {
            let mut message = Inbound::new("post", id, Surface::Comment, Visibility::Public);
            message.author = Some(Profile::new("post", item.user));
            message.content.text = item.text;
            message.sent_at = item.at;
            message.thread = item.thread.map(Into::into);
            message.reply_to = item.to.map(|to| ReplyTarget { native_id: to.into(), author: None });
            EventBody::Message(Box::new(message))
        }
        kind => EventBody::Unknown(Unknown { name: kind.into() }),
    };
    Ok(Event::new(account, Channel::Webhook, now, body))
}

/// One item of a customer that asks for an answer.
pub fn item(account: &str, id: &str, user: &str) -> serde_json::Value {
    serde_json::json!({ "account": account, "id": id, "user": user, "text": format!("Acme, my order {id} is broken, please help me!"), "at": NOW.plus_millis(-60_000) })
}

pub fn body(items: &[serde_json::Value]) -> WebhookRequest {
    WebhookRequest::post(http::HeaderMap::new(), serde_json::json!({ "items": items }).to_string())
}

/// A policy with accounts `(id, native id)`.
pub fn policy(accounts: &[(&str, &str)]) -> CompiledPolicy {
    policy_on("post", accounts)
}

pub fn policy_on(network: &str, accounts: &[(&str, &str)]) -> CompiledPolicy {
    let mut text = "[brand]\nname = \"Acme\"\n".to_owned();
    for (id, native) in accounts {
        text += &format!("[[accounts]]\nid = \"{id}\"\nnetwork = \"{network}\"\nnative_id = \"{native}\"\n");
    }
    CompiledPolicy::new(Policy::parse(&text, "policy.toml").unwrap()).unwrap()
}

/// An engine over `store` with one tenant per entry, each with its accounts.
pub fn engine(store: Arc<dyn Store>, tenants: &[(&str, &[(&str, &str)])]) -> Engine {
    let mut builder = Engine::builder(store).clock(Arc::new(ManualClock::new(NOW))).endpoint("post", Arc::new(Postbox));
    for (tenant, accounts) in tenants {
        builder = builder.tenant(*tenant, TenantSetup::new(policy(accounts)));
    }
    builder.build().unwrap()
}

/// One tenant with one account `acme`, natively `a1`.
pub fn single(store: Arc<dyn Store>) -> Engine {
    engine(store, &[("default", &[("acme", "a1")])])
}

pub fn tenant(engine: &Engine) -> Tenant {
    engine.tenant("default").unwrap()
}

/// All messages of a tenant by native id, with how often they are there.
pub async fn messages(tenant: &Tenant) -> BTreeMap<String, Vec<Message>> {
    let mut messages = BTreeMap::<_, Vec<_>>::new();
    for item in tenant.export(&ExportAsk::default()).await.unwrap() {
        if let Exported::Record { record: Record::Message(message), .. } = item {
            messages.entry(message.native_id.to_string()).or_default().push(*message);
        }
    }
    messages
}

/// The raw deliveries of a tenant.
pub async fn raws(tenant: &Tenant) -> Vec<String> {
    let exported = tenant.export(&ExportAsk { customer: None, raw: true }).await.unwrap();
    exported
        .into_iter()
        .filter_map(|item| match item {
            Exported::Raw { body, .. } => Some(body),
            _ => None,
        })
        .collect()
}

/// Everything of a tenant as text: for "nothing changed".
pub async fn all(tenant: &Tenant) -> Vec<String> {
    let exported = tenant.export(&ExportAsk { customer: None, raw: true }).await.unwrap();
    exported.iter().map(|item| serde_json::to_string(item).unwrap()).collect()
}

/// A future that must be possible on any executor.
pub fn send<T>(future: impl Future<Output = T> + Send) -> impl Future<Output = T> + Send {
    future
}
