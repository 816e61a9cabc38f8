//! The engine: tenants with their rules, the endpoints and accounts they own, and the one way in.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use compact_str::CompactString;
use rustc_hash::FxHashMap;

use super::decide::{Arrival, Rules};
use super::group::{Ingested, TenantWork, Tenants, Work, Writer};
use super::outbox::Quiet;
use super::queue::Walks;
use super::tenant::Tenant;
use crate::advisor::Advisor;
use crate::clock::{Clock, SystemClock};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::intake::{Intake, Parsed, Received, Reject, WebhookReply, WebhookRequest};
use crate::model::{
    AccountId, Channel, DeliveryId, Event, EventBody, MessageId, NativeAccount, NetworkName, RawRange, TenantId,
    Timestamp,
};
use crate::network::Network;
use crate::network::token::SealKeys;
use crate::policy::CompiledPolicy;
use crate::routing::{Router, SkillRouter};
use crate::store::{Delivery, Quarantined, Store};
use crate::transport::Transport;
use crate::triage::{Triage, Triages};

/// Everything one process needs to care: cheap to clone, safe to share. Starts no thread and opens no socket.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("tenants", &self.inner.tenants.keys().collect::<Vec<_>>())
            .field("endpoints", &self.inner.endpoints.keys().collect::<Vec<_>>())
            .field("writer", &self.inner.writer)
            .finish_non_exhaustive()
    }
}

pub(super) struct Inner {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    transport: Option<Arc<dyn Transport>>,
    token_keys: SealKeys,
    endpoints: BTreeMap<String, Arc<dyn Intake>>,
    tenants: BTreeMap<TenantId, TenantRules>,
    owners: FxHashMap<NativeAccount, (TenantId, AccountId)>,
    writer: Writer,
    walks: Walks,
    quiet: Quiet,
    policies_noted: AtomicBool,
}

/// What one tenant brings: its policy, and what decides in its name.
#[derive(Debug)]
pub struct TenantSetup {
    policy: CompiledPolicy,
    triages: Triages,
    router: Arc<dyn Router>,
    advisors: Vec<Arc<dyn Advisor>>,
    networks: Vec<(AccountId, Arc<dyn Network>)>,
    signals: BTreeMap<NetworkName, Arc<dyn Triage>>,
}

impl TenantSetup {
    /// A tenant under `policy`, with careline's own triage and router.
    pub fn new(policy: CompiledPolicy) -> Self {
        Self {
            policy,
            triages: Triages::default(),
            router: Arc::new(SkillRouter),
            advisors: Vec::new(),
            networks: Vec::new(),
            signals: BTreeMap::new(),
        }
    }

    /// Judges with these triages instead.
    #[must_use]
    pub fn triages(mut self, triages: Triages) -> Self {
        self.triages = triages;
        self
    }

    /// Gives work to agents with this router instead.
    #[must_use]
    pub fn router(mut self, router: Arc<dyn Router>) -> Self {
        self.router = router;
        self
    }

    /// Asks this advisor about each new message of a customer, too.
    #[must_use]
    pub fn advisor(mut self, advisor: Arc<dyn Advisor>) -> Self {
        self.advisors.push(advisor);
        self
    }

    /// Reads and answers through this connection for the policy's account `id`. Its signals join the triage.
    #[must_use]
    pub fn network(mut self, id: impl Into<AccountId>, network: Arc<dyn Network>) -> Self {
        self.signals.entry(network.info().account.network).or_insert_with(|| network.clone());
        self.networks.push((id.into(), network));
        self
    }
}

impl TenantSetup {
    /// The policy.
    pub fn policy(&self) -> &CompiledPolicy {
        &self.policy
    }

    /// Lets a network's own signals join the triage of its messages, for hosts that only receive its webhooks.
    #[must_use]
    pub fn signals(mut self, network: NetworkName, signals: Arc<dyn Triage>) -> Self {
        self.signals.insert(network, signals);
        self
    }
}

/// Puts an [`Engine`] together.
#[derive(Debug)]
pub struct EngineBuilder {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    transport: Option<Arc<dyn Transport>>,
    token_keys: SealKeys,
    endpoints: BTreeMap<String, Arc<dyn Intake>>,
    tenants: Vec<(TenantId, TenantSetup)>,
}

impl EngineBuilder {
    /// Tells the time with `clock` instead of the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Reaches networks through `transport`; needed for polling and streaming only.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Seals the tokens of accounts under these keys. Without, they are kept as they are: for stores that are encrypted
    /// as a whole.
    #[must_use]
    pub fn token_keys(mut self, keys: SealKeys) -> Self {
        self.token_keys = keys;
        self
    }

    /// Receives webhooks for `name` with `intake`.
    #[must_use]
    pub fn endpoint(mut self, name: impl Into<String>, intake: Arc<dyn Intake>) -> Self {
        self.endpoints.insert(name.into(), intake);
        self
    }

    /// Adds a tenant.
    #[must_use]
    pub fn tenant(mut self, id: impl Into<TenantId>, setup: TenantSetup) -> Self {
        self.tenants.push((id.into(), setup));
        self
    }

    /// Puts the engine together.
    ///
    /// # Errors
    /// `config_invalid` if there is no tenant, one is named twice, an account belongs to two, or a connection speaks for
    /// an account the policy does not name.
    pub fn build(self) -> Result<Engine> {
        let mut owners = FxHashMap::default();
        let mut tenants = BTreeMap::new();
        if self.tenants.is_empty() {
            return Err(invalid("an engine needs at least one tenant"));
        }
        for (id, setup) in self.tenants {
            if id.as_str().is_empty() || id == operator() {
                return Err(invalid("a tenant's name must not be empty or `_`").with("tenant", &id));
            }
            own_accounts(&id, &setup, &mut owners)?;
            let advised = !setup.advisors.is_empty();
            let rules = TenantRules {
                policy: setup.policy,
                with_signals: setup
                    .signals
                    .into_iter()
                    .map(|(network, signals)| (network, setup.triages.clone().with(signals)))
                    .collect(),
                triages: setup.triages,
                router: setup.router,
                advisors: setup.advisors,
                networks: setup.networks.into_iter().collect(),
                advised,
            };
            if tenants.insert(id.clone(), rules).is_some() {
                return Err(invalid("two tenants have the same name").with("tenant", id));
            }
        }
        Ok(Engine {
            inner: Arc::new(Inner {
                store: self.store,
                clock: self.clock,
                transport: self.transport,
                token_keys: self.token_keys,
                endpoints: self.endpoints,
                tenants,
                owners,
                writer: Writer::default(),
                walks: Walks::default(),
                quiet: Quiet::default(),
                policies_noted: AtomicBool::new(false),
            }),
        })
    }
}

fn own_accounts(
    tenant: &TenantId,
    setup: &TenantSetup,
    owners: &mut FxHashMap<NativeAccount, (TenantId, AccountId)>,
) -> Result<()> {
    let named = setup.policy.accounts().iter().map(|account| (account.native.clone(), account.id.clone()));
    let connected = setup.networks.iter().map(|(id, network)| (network.info().account, id.clone()));
    for (native, id) in named.chain(connected) {
        if setup.policy.account(id.as_str()).is_none() {
            return Err(invalid("a connection speaks for an account the policy does not name").with("account", id));
        }
        if !is_told(&native) {
            continue;
        }
        let owner = (tenant.clone(), id);
        if owners.insert(native.clone(), owner.clone()).is_some_and(|other| other != owner) {
            return Err(invalid("an account belongs to two owners").with("account", &native.native_id));
        }
    }
    Ok(())
}

/// Whether an account's native id is known already; where ids are local to a server, the server alone is not enough.
fn is_told(native: &NativeAccount) -> bool {
    !native.native_id.is_empty() && !native.native_id.ends_with('/')
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::ConfigInvalid, message).during("build")
}

/// Holds what belongs to no tenant: deliveries for accounts nobody owns.
pub(super) fn operator() -> TenantId {
    TenantId::from("_")
}

/// One tenant's rules, ready to decide with.
#[derive(Debug)]
pub(super) struct TenantRules {
    pub(super) policy: CompiledPolicy,
    pub(super) triages: Triages,
    with_signals: BTreeMap<NetworkName, Triages>,
    pub(super) router: Arc<dyn Router>,
    pub(super) advisors: Vec<Arc<dyn Advisor>>,
    pub(super) networks: BTreeMap<AccountId, Arc<dyn Network>>,
    advised: bool,
}

impl TenantRules {
    pub(super) fn of<'a>(&'a self, tenant: &'a TenantId, connected: &'a [NativeAccount]) -> Rules<'a> {
        Rules {
            tenant,
            policy: &self.policy,
            triages: &self.triages,
            with_signals: Some(&self.with_signals),
            advised: self.advised,
            networks: Some(&self.networks),
            connected,
        }
    }

    /// The accounts that connections speak for, as far as they know by now.
    pub(super) fn connected(&self) -> Vec<NativeAccount> {
        self.networks.values().map(|network| network.info().account).filter(is_told).collect()
    }

    fn account_of(&self, native: &NativeAccount) -> Option<&AccountId> {
        self.networks.iter().find(|(_, network)| network.info().account == *native).map(|(id, _)| id)
    }
}

impl Tenants for Inner {
    fn rules(&self, tenant: &TenantId) -> Option<&TenantRules> {
        self.tenants.get(tenant)
    }

    fn store(&self) -> &dyn Store {
        &*self.store
    }

    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}

impl Inner {
    pub(super) fn shared_store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Walks through queues that are not at their end.
    pub(super) fn walks(&self) -> &Walks {
        &self.walks
    }

    /// Whether the log knows under which policies this engine decides; it is told once.
    pub(super) fn notes_policies(&self) -> bool {
        !self.policies_noted.swap(true, Ordering::Relaxed)
    }

    /// Accounts that are to be left alone for a while.
    pub(super) fn quiet(&self) -> &Quiet {
        &self.quiet
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn token_keys(&self) -> &SealKeys {
        &self.token_keys
    }

    /// What a connector may use; an error without a transport.
    pub(super) fn context(&self) -> Result<Context> {
        let transport = self.transport.clone().ok_or_else(|| {
            Error::new(ErrorKind::ConfigInvalid, "the engine has no transport; give it one to poll and stream")
        })?;
        Ok(Context::new(transport, self.clock.clone()))
    }

    /// What an advisor may use: without a transport of the engine's, one that refuses.
    pub(super) fn advice_context(&self, deadline: Timestamp) -> Context {
        let transport = self.transport.clone().unwrap_or_else(|| Arc::new(crate::transport::NoTransport));
        Context::new(transport, self.clock.clone()).with_deadline(deadline)
    }

    pub(super) fn clock_handle(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    pub(super) async fn submit(&self, work: Work) -> Result<Ingested> {
        self.writer.submit(self, work).await
    }

    pub(super) fn tenant_ids(&self) -> impl Iterator<Item = &TenantId> {
        self.tenants.keys()
    }

    /// The shortest time for which a policy allows to keep raw deliveries.
    pub(super) fn strictest_raw(&self) -> Option<std::time::Duration> {
        self.tenants.values().filter_map(|rules| rules.policy.policy().retention.raw).min()
    }

    /// Sorts what was found in one body to the tenants it concerns; with a `home`, all of it stays there.
    pub(super) fn sorted(&self, home: Option<Home<'_>>, source: &Source<'_>, parsed: Parsed) -> Work {
        let mut parts: BTreeMap<TenantId, Part> = BTreeMap::new();
        let nobody = || home.map_or_else(|| self.anybody(), |home| home.tenant.clone());
        // Whoever owns what is in it: a body keeps its name when a policy changes.
        let told = parsed.events.iter().find_map(|event| match &event.body {
            EventBody::Message(inbound) => Some((inbound.scope.clone(), inbound.root_id().to_owned())),
            _ => None,
        });
        for event in parsed.events {
            match self.place(home, event.account.as_ref()) {
                Ok((tenant, account)) => parts.entry(tenant).or_default().events.push((event, account)),
                Err(error) => {
                    let reject = Reject { account: event.account, raw: event.raw, error };
                    parts.entry(nobody()).or_default().rejects.push(reject);
                }
            }
        }
        for reject in parsed.rejects {
            let owner = self.place(home, reject.account.as_ref()).map_or_else(|_| nobody(), |(tenant, _)| tenant);
            parts.entry(owner).or_default().rejects.push(reject);
        }
        if parts.is_empty() && !source.body.is_empty() {
            // Genuine but empty: kept as raw, so that nothing acknowledged is lost.
            parts.insert(nobody(), Part::default());
        }
        if parts.len() > 1 {
            // A body for several tenants is cut, so that none holds what is another's. What has no place in it cannot be
            // cut out: what the others leave of the body stays with the operator.
            let lost: Vec<_> = parts.values_mut().flat_map(Part::without_place).collect();
            let rest = (!lost.is_empty()).then(|| without(source.body, parts.values().flat_map(Part::places)));
            parts.retain(|_, part| part.cut(|range| self.alone(source.endpoint, source.body, range)));
            if let Some(rest) = rest {
                parts.entry(operator()).or_default().add(lost, &rest);
            }
        }
        Work {
            tenants: parts.into_iter().map(|(tenant, part)| part.into_work(tenant, source, told.as_ref())).collect(),
        }
    }

    /// One item of a body, to be read without the others.
    pub(super) fn alone(&self, endpoint: &str, body: &[u8], range: RawRange) -> Vec<u8> {
        match self.endpoints.get(endpoint) {
            Some(intake) => intake.alone(body, range),
            None => range.slice(body).to_vec(),
        }
    }

    /// Whose it is when nobody can tell: the only tenant's, else the operator's.
    fn anybody(&self) -> TenantId {
        match self.tenants.len() {
            1 => self.tenants.keys().next().cloned().unwrap_or_else(operator),
            _ => operator(),
        }
    }

    fn place(&self, home: Option<Home<'_>>, native: Option<&NativeAccount>) -> Result<(TenantId, AccountId)> {
        let owner = native.and_then(|native| self.owner(native));
        match (home, owner) {
            (Some(home), Some((tenant, account))) if tenant == *home.tenant => Ok((tenant, account)),
            (Some(_), Some(_)) => {
                Err(Error::new(ErrorKind::PermissionDenied, "this event names an account of another tenant"))
            }
            (Some(Home { tenant, account: Some(account) }), None) => Ok((tenant.clone(), account.clone())),
            (None, Some(owner)) => Ok(owner),
            (_, None) => {
                Err(Error::new(ErrorKind::AccountUnknown, "no tenant's policy names this account; add it and redrive"))
            }
        }
        .map_err(|error| error.with("account", native.map_or("", |native| &native.native_id)))
    }

    fn owner(&self, native: &NativeAccount) -> Option<(TenantId, AccountId)> {
        // Connections may have learnt their accounts' ids since the engine was built.
        let learnt = || {
            let mut tenants = self.tenants.iter();
            tenants.find_map(|(tenant, rules)| Some((tenant.clone(), rules.account_of(native)?.clone())))
        };
        self.owners.get(native).cloned().or_else(learnt)
    }
}

/// The tenant a handle speaks for, and the account it reads, if it reads one.
#[derive(Clone, Copy)]
pub(super) struct Home<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) account: Option<&'a AccountId>,
}

/// A raw body and the way it came.
pub(super) struct Source<'a> {
    pub(super) endpoint: &'a str,
    pub(super) channel: &'a Channel,
    pub(super) body: &'a Bytes,
    pub(super) received_at: Timestamp,
}

/// What one body holds for one tenant.
#[derive(Default)]
struct Part {
    events: Vec<(Event, AccountId)>,
    rejects: Vec<Reject>,
    /// The tenant's own piece of the body, if the body had to be cut.
    body: Option<Bytes>,
}

impl Part {
    fn into_work(self, tenant: TenantId, source: &Source<'_>, told: Option<&(CompactString, String)>) -> TenantWork {
        let Source { endpoint, channel, received_at, .. } = *source;
        let body = self.body.unwrap_or_else(|| source.body.clone());
        let told = told.map(|(scope, root)| MessageId::of(&tenant, scope, root));
        let id = DeliveryId::of(&tenant, endpoint, &body, told.as_ref());
        let set_aside: Vec<_> = self
            .rejects
            .into_iter()
            .map(|reject| {
                let endpoint = reject.account.map_or(endpoint.to_owned(), |account| account.native_id.to_string());
                Quarantined::new(id.clone(), reject.raw, endpoint, received_at, &reject.error)
            })
            .collect();
        let delivery = (!body.is_empty() || !set_aside.is_empty()).then(|| Delivery {
            id: id.clone(),
            endpoint: endpoint.to_owned(),
            channel: channel.clone(),
            received_at,
            body,
        });
        let stored = delivery.as_ref().map(|_| id);
        let arrivals =
            self.events.into_iter().map(|(event, account)| Arrival::new(event, Some(account), stored.clone()));
        TenantWork { delivery, set_aside, ..TenantWork::of(tenant, arrivals.collect()) }
    }

    fn without_place(&mut self) -> Vec<Reject> {
        self.rejects.extract_if(.., |reject| reject.raw.is_none()).collect()
    }

    /// Where its items stand in the body; `None` for what was read in it somewhere.
    fn places(&self) -> impl Iterator<Item = Option<RawRange>> {
        let events = self.events.iter().map(|(event, _)| event.raw);
        events.chain(self.rejects.iter().map(|reject| reject.raw))
    }

    /// Adds items that share one raw form.
    fn add(&mut self, rejects: Vec<Reject>, raw: &[u8]) {
        let mut lines = self.body.take().map(Vec::from).unwrap_or_default();
        let place = add_line(&mut lines, raw);
        self.rejects.extend(rejects.into_iter().map(|reject| Reject { raw: place, ..reject }));
        self.body = Some(lines.into());
    }

    /// Keeps the raw forms of this part's items only, one per line, and moves their places along; whether any are left.
    fn cut(&mut self, alone: impl Fn(RawRange) -> Vec<u8>) -> bool {
        let mut lines = Vec::new();
        for (event, _) in &mut self.events {
            // Where the raw form cannot be told from that of others, what was read in it stands in its place.
            let line = match event.raw {
                Some(range) => alone(range),
                None => serde_json::to_vec(event).unwrap_or_default(),
            };
            event.raw = add_line(&mut lines, &line);
        }
        for reject in &mut self.rejects {
            reject.raw = reject.raw.and_then(|range| add_line(&mut lines, &alone(range)));
        }
        self.body = Some(lines.into());
        !self.events.is_empty() || !self.rejects.is_empty()
    }
}

/// A body with `null` where these items stood: whoever they belong to must be able to forget them. If one of them may stand
/// anywhere, nothing can be kept.
fn without(body: &[u8], places: impl Iterator<Item = Option<RawRange>>) -> Vec<u8> {
    let mut rest = body.to_vec();
    for place in places {
        let Some(place) = place else { return Vec::new() };
        if let Some(item) = rest.get_mut(place.start as usize..place.end as usize) {
            item.fill(b' ');
            // Nothing that is worth a place is shorter than `null`, except a number.
            let blank: &[u8] = if item.len() < BLANK.len() { b"0" } else { BLANK };
            item.iter_mut().zip(blank).for_each(|(byte, blank)| *byte = *blank);
        }
    }
    rest
}

/// What stands in the place of an item that was cut out.
pub(super) const BLANK: &[u8] = b"null";

fn add_line(lines: &mut Vec<u8>, line: &[u8]) -> Option<RawRange> {
    let start = u32::try_from(lines.len()).ok()?;
    lines.extend_from_slice(line);
    let end = u32::try_from(lines.len()).ok()?;
    lines.push(b'\n');
    Some(RawRange { start, end })
}

/// What to answer to a webhook, and what became of what it brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The answer for the network.
    pub reply: WebhookReply,
    /// What became of the events.
    pub ingested: Ingested,
}

impl Engine {
    /// An engine that keeps everything in `store`.
    pub fn builder(store: Arc<dyn Store>) -> EngineBuilder {
        EngineBuilder {
            store,
            clock: Arc::new(SystemClock),
            transport: None,
            token_keys: SealKeys::none(),
            endpoints: BTreeMap::new(),
            tenants: Vec::new(),
        }
    }

    /// Receives one webhook request for the endpoint `endpoint`. When this returns, everything in it is stored.
    ///
    /// # Errors
    /// `not_found` for an endpoint nobody registered, what [`Intake::receive`] says, and what the store says. Nothing is
    /// acknowledged then; [`status_of`] gives the status to answer with.
    pub async fn receive(&self, endpoint: &str, request: &WebhookRequest) -> Result<Answer> {
        let intake = self.inner.endpoints.get(endpoint).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "no such endpoint").during("receive").with("endpoint", endpoint)
        })?;
        let now = self.inner.now();
        let reply = WebhookReply::text("ok");
        match intake.receive(request, now).map_err(|error| error.during("receive"))? {
            Received::Challenge(reply) => Ok(Answer { reply, ingested: Ingested::default() }),
            Received::Ignored => Ok(Answer { reply, ingested: Ingested::default() }),
            Received::Events(parsed) => {
                let body = &request.body;
                let source = Source { endpoint, channel: &Channel::Webhook, body, received_at: now };
                let work = self.inner.sorted(None, &source, parsed);
                let ingested = self.inner.submit(work).await.map_err(|error| error.during("receive"))?;
                Ok(Answer { reply, ingested })
            }
        }
    }

    /// The handle with all verbs and views for one tenant.
    ///
    /// # Errors
    /// `not_found`, with the tenants there are.
    pub fn tenant(&self, id: impl Into<TenantId>) -> Result<Tenant> {
        let id = id.into();
        if self.inner.rules(&id).is_none() {
            let known = self.inner.tenant_ids().map(TenantId::as_str).collect::<Vec<_>>().join(", ");
            return Err(Error::new(ErrorKind::NotFound, "no such tenant").with("tenant", id).with("tenants", known));
        }
        Ok(Tenant::new(self.inner.clone(), id))
    }

    /// Every tenant's handle.
    pub fn tenants(&self) -> impl Iterator<Item = Tenant> {
        self.inner.tenant_ids().map(|id| Tenant::new(self.inner.clone(), id.clone()))
    }

    /// What belongs to no tenant: items for accounts nobody owns, and bodies nobody could read.
    pub fn operator(&self) -> Tenant {
        Tenant::new(self.inner.clone(), operator())
    }

    /// The present instant by the engine's clock: what deadlines are to be compared with.
    pub fn now(&self) -> Timestamp {
        self.inner.now()
    }

    /// The store.
    pub fn store(&self) -> Arc<dyn Store> {
        self.inner.shared_store().clone()
    }

    pub(super) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }
}

/// The HTTP status that tells a network what to do about an error: 4xx do not send this again, 503 do.
pub fn status_of(error: &Error) -> http::StatusCode {
    use http::StatusCode;
    match error.kind() {
        ErrorKind::SignatureInvalid | ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::PermissionDenied => StatusCode::FORBIDDEN,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::InputInvalid => StatusCode::BAD_REQUEST,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}
