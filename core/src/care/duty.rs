//! What is to be done again and again: deadlines, routing, advice, polling, streaming. Each call does what is due and ends.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use compact_str::CompactString;
use futures_util::StreamExt;
use futures_util::future::{Either, join_all, select};
use serde::{Deserialize, Serialize};

use super::engine::{Engine, Home, Source};
use super::group::{Cursor, Ingested, Tenants};
use super::queue::Walk;
use super::tenant::Tenant;
use crate::advisor::{AdviceAsk, Advisor};
use crate::error::{Error, ErrorKind, Result, Retry};
use crate::model::{AccountId, Advice, Channel, EventBody, Finding, TenantId, Timestamp};
use crate::network::{EventStream, Page, PollAsk, StreamAsk};
use crate::store::{EffectAction, Key, LeaseAsk, Leased, Record, Settle};

/// How long a lease lasts besides the time advisors have: longer than routing takes, short enough that a dead worker
/// holds nothing up.
const LEASE: Duration = Duration::from_secs(60);
/// How long work of a tenant this engine does not know is put off.
const PUT_OFF: Duration = Duration::from_secs(300);
/// How many timers or effects one call takes.
const BATCH: usize = 200;
/// How many pages one poll of one source reads.
const MAX_PAGES: usize = 100;
/// The longest pause between two attempts to hold a stream.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// What a call of [`Engine::tick`] did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Ticked {
    /// Timers that were due.
    pub timers: usize,
    /// Teams whose queues were routed.
    pub routed: usize,
    /// Threads in which the cases of one person were joined.
    pub joined: usize,
    /// Messages that advisors were asked about.
    pub advised: usize,
    /// Parts of replies that networks took.
    pub sent: usize,
    /// When the next timer is due, or what failed is to be tried again; at once if a queue is not looked through yet.
    pub next_due: Option<Timestamp>,
    /// What could not be done. It stays due; everybody else's was done.
    pub failed: Vec<Failed>,
    /// Whether queues are not looked through yet.
    #[serde(skip)]
    unfinished: bool,
    /// When something that no timer tells of is to be tried again.
    #[serde(skip)]
    again_at: Option<Timestamp>,
}

/// Something due that could not be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Failed {
    /// Whose it was.
    pub tenant: TenantId,
    /// Why; `not_found` if work waits for a tenant this engine does not know.
    pub error: Error,
}

impl Ticked {
    pub(super) fn again(&mut self, at: Timestamp) {
        self.again_at = Some(self.again_at.map_or(at, |again_at| again_at.min(at)));
    }

    pub(super) fn fail(&mut self, tenant: &TenantId, error: Error) {
        // Once is enough for a tenant nobody knows.
        let stranger = |failed: &Failed| failed.tenant == *tenant && failed.error.kind() == ErrorKind::NotFound;
        if error.kind() != ErrorKind::NotFound || !self.failed.iter().any(stranger) {
            self.failed.push(Failed { tenant: tenant.clone(), error });
        }
    }

    fn has_failed(&self, tenant: &TenantId) -> bool {
        self.failed.iter().any(|failed| failed.tenant == *tenant)
    }

    /// Counts what was done for a tenant, or notes why it was not; whether it was.
    fn note(&mut self, tenant: &TenantId, result: Result<()>) -> bool {
        let failure = result.map_err(|error| self.fail(tenant, error));
        failure.is_ok()
    }
}

impl Engine {
    /// Does what is due now: joining, timers, routing, advice, sending. A host calls it after intake and again at `next_due`.
    ///
    /// Safe to call from several workers at once: leases and versions keep them apart. What fails for one tenant, or waits
    /// for a tenant this engine does not know, is told in [`Ticked::failed`] and holds up nobody else.
    ///
    /// # Errors
    /// What the store says when it is asked what is due.
    pub async fn tick(&self) -> Result<Ticked> {
        let mut ticked = Ticked::default();
        self.note_policies(&mut ticked).await;
        // Joined cases share their promises and one agent, so they come first.
        self.join_cases(&mut ticked).await?;
        self.fire_timers(&mut ticked).await?;
        self.route_teams(&mut ticked).await?;
        self.ask_advisors(&mut ticked).await?;
        self.send_replies(&mut ticked).await?;
        ticked.next_due = self.next_due(&ticked).await?;
        Ok(ticked)
    }

    async fn fire_timers(&self, ticked: &mut Ticked) -> Result<()> {
        let mut limit = BATCH;
        // Bounded, because a timer that sets itself again at once would otherwise keep us here.
        for _ in 0..64 {
            let due = self.inner().store().due(self.inner().now(), limit).await?;
            let is_all = due.len() < limit;
            let mut by_tenant = BTreeMap::<_, Vec<_>>::new();
            for (tenant, timer) in due.into_iter().filter(|(tenant, _)| !ticked.has_failed(tenant)) {
                by_tenant.entry(tenant).or_default().push(EventBody::Timer(timer));
            }
            if by_tenant.is_empty() {
                if is_all {
                    break;
                }
                // What cannot be fired stays due: look past it.
                limit *= 2;
            }
            for (tenant, timers) in by_tenant {
                let number = timers.len();
                let fired = self.fire(&tenant, timers).await;
                if ticked.note(&tenant, fired) {
                    ticked.timers += number;
                }
            }
        }
        Ok(())
    }

    async fn fire(&self, tenant: &TenantId, timers: Vec<EventBody>) -> Result<()> {
        self.worker_of(tenant)?.happen(Channel::Engine, timers).await.map(drop)
    }

    async fn join_cases(&self, ticked: &mut Ticked) -> Result<()> {
        for lease in self.lease("join", ticked).await? {
            if let EffectAction::Join { conversation } = &lease.effect.action {
                let joined = self.tenant(lease.tenant.clone())?.join_cases(conversation).await;
                if ticked.note(&lease.tenant, joined) {
                    ticked.joined += 1;
                    self.settle(&lease).await?;
                }
            }
        }
        Ok(())
    }

    /// Goes through the queues of teams, share by share in turn, so that a long one holds up no other.
    async fn route_teams(&self, ticked: &mut Ticked) -> Result<()> {
        let mut walks = self.inner().walks().take();
        // Overflow and freed capacity ask for more routing; a few rounds settle it.
        for _ in 0..8 {
            walks.extend(self.lease("route", ticked).await?.into_iter().map(Walk::new));
            if walks.is_empty() {
                break;
            }
            let mut unfinished = Vec::new();
            for mut walk in walks {
                match self.go_on(&mut walk).await {
                    Ok(false) => unfinished.push(walk),
                    Ok(true) => {
                        ticked.routed += 1;
                        self.settle(&walk.lease).await?;
                    }
                    Err(error) => ticked.fail(&walk.lease.tenant, error),
                }
            }
            walks = unfinished;
        }
        ticked.unfinished = !walks.is_empty();
        self.inner().walks().keep(walks);
        Ok(())
    }

    async fn go_on(&self, walk: &mut Walk) -> Result<bool> {
        match walk.lease.effect.action.clone() {
            EffectAction::Route { team } => self.tenant(walk.lease.tenant.clone())?.route(&team, walk).await,
            _ => Ok(true),
        }
    }

    /// All messages of a round at once, so that the slowest advisor holds up a round by one deadline and no more.
    async fn ask_advisors(&self, ticked: &mut Ticked) -> Result<()> {
        let leased = self.lease("advise", ticked).await?;
        let rounds = join_all(leased.iter().map(|lease| self.ask_about(lease))).await;
        for (lease, asked) in leased.iter().zip(rounds) {
            if ticked.note(&lease.tenant, asked) {
                ticked.advised += 1;
                self.settle(lease).await?;
            }
        }
        Ok(())
    }

    async fn ask_about(&self, lease: &Leased) -> Result<()> {
        match &lease.effect.action {
            EffectAction::Advise { message, revision } => {
                self.tenant(lease.tenant.clone())?.advise(message, *revision).await
            }
            _ => Ok(()),
        }
    }

    /// Takes effects of the tenants this engine knows. Those of others are put off, and told of.
    async fn lease(&self, kind: &'static str, ticked: &mut Ticked) -> Result<Vec<Leased>> {
        self.lease_until(kind, ticked).await.map(|(leased, _)| leased)
    }

    /// The same, with the instant at which the leases run out.
    pub(super) async fn lease_until(
        &self,
        kind: &'static str,
        ticked: &mut Ticked,
    ) -> Result<(Vec<Leased>, Timestamp)> {
        let now = self.inner().now();
        let within = self.tenants().filter_map(|tenant| Some(tenant.policy()?.policy().advice.within)).max();
        let until = now.plus(LEASE + within.unwrap_or_default());
        loop {
            let ask = LeaseAsk { tenant: None, kinds: vec![kind], now, until, limit: BATCH };
            let leased = self.inner().store().lease(&ask).await?;
            let is_all = leased.len() < BATCH;
            let mut ours = Vec::new();
            for lease in leased {
                match self.worker_of(&lease.tenant) {
                    Ok(_) => ours.push(lease),
                    Err(error) => {
                        ticked.fail(&lease.tenant, error);
                        self.end_lease(&lease, Some(now.plus(PUT_OFF))).await?;
                    }
                }
            }
            if is_all || !ours.is_empty() {
                return Ok((ours, until));
            }
        }
    }

    /// The tenant that something due belongs to.
    fn worker_of(&self, tenant: &TenantId) -> Result<Tenant> {
        self.tenant(tenant.clone()).map_err(|_| {
            let message = "work waits for a tenant this engine does not know; configure it, or erase what it has";
            Error::new(ErrorKind::NotFound, message).during("tick").with("tenant", tenant)
        })
    }

    async fn settle(&self, lease: &Leased) -> Result<()> {
        self.end_lease(lease, None).await
    }

    pub(super) async fn end_lease(&self, lease: &Leased, again_at: Option<Timestamp>) -> Result<()> {
        let Leased { tenant, effect, token } = lease;
        let settle = Settle { tenant: tenant.clone(), id: effect.id.clone(), token: *token, again_at };
        self.inner().store().settle(settle).await
    }

    /// When there is something to do again. What failed just now does not make a host spin.
    async fn next_due(&self, ticked: &Ticked) -> Result<Option<Timestamp>> {
        let now = self.inner().now();
        if ticked.unfinished {
            return Ok(Some(now));
        }
        let next = self.inner().store().next_due().await?;
        let next = [next, ticked.again_at].into_iter().flatten().min();
        if ticked.failed.is_empty() || next.is_none_or(|next| next > now) {
            return Ok(next);
        }
        let again = now.plus(PUT_OFF);
        let due = self.inner().store().due(again, BATCH).await?;
        let others = due.iter().filter(|(tenant, _)| !ticked.has_failed(tenant)).map(|(_, timer)| timer.due_at);
        Ok(Some(others.min().unwrap_or(again)))
    }

    /// Takes notices that are due: who is to be told about which case. Settle each with [`Engine::told`] once it is done;
    /// one that is not comes again after a minute. Those of tenants this engine does not know wait until it does.
    pub async fn notices(&self) -> Result<Vec<Leased>> {
        self.lease("notify", &mut Ticked::default()).await
    }

    /// A notice was passed on.
    pub async fn told(&self, notice: &Leased) -> Result<()> {
        self.settle(notice).await
    }
}

impl Tenant {
    /// Asks every advisor about a message, each within the policy's time; what they say comes back as events.
    async fn advise(&self, message: &crate::model::MessageId, revision: u64) -> Result<()> {
        let Some(rules) = self.inner.rules(&self.id) else { return Ok(()) };
        let message_record = self.record(Key::Message(message.clone())).await?;
        let assessment = self.record(Key::Assessment(message.clone())).await?;
        let (Some(Record::Message(known)), Some(Record::Assessment(assessment))) = (message_record, assessment) else {
            return Ok(());
        };
        if known.revision != revision || known.content.is_none() {
            return Ok(());
        }
        let ask = AdviceAsk::new(*known, *assessment);
        let within = rules.policy.policy().advice.within;
        let answers = rules.advisors.iter().map(|advisor| self.ask_advisor(&**advisor, &ask, within));
        for (advisor, answer) in rules.advisors.iter().zip(join_all(answers).await) {
            let (findings, failure) = match answer {
                Ok(findings) => (Some(findings), None),
                Err(error) => (None, Some(error.to_string())),
            };
            let (message, advisor) = (message.clone(), advisor.id().to_owned());
            let advice = Advice { message, revision, advisor, findings, failure };
            self.happen(Channel::Engine, vec![EventBody::Advice(advice)]).await?;
        }
        Ok(())
    }

    /// What an account can do: which sources can be polled and streamed.
    ///
    /// # Errors
    /// `not_found` for an account without a connection.
    pub fn capability(&self, account: &AccountId) -> Result<crate::network::Capability> {
        Ok(self.network(account)?.capability())
    }

    /// Asks the network who an account is, and whether it takes our token.
    ///
    /// # Errors
    /// `not_found` for an account without a connection, and what the network says.
    pub async fn check(&self, account: &AccountId) -> Result<crate::network::AccountInfo> {
        self.network(account)?.check(&self.context_of(account)?).await
    }

    async fn ask_advisor(&self, advisor: &dyn Advisor, ask: &AdviceAsk, within: Duration) -> Result<Vec<Finding>> {
        let cx = self.inner.advice_context(self.inner.now().plus(within));
        let clock = self.inner.clock_handle();
        match select(advisor.advise(&cx, ask), clock.sleep(within)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(Error::new(ErrorKind::Timeout, "no answer in time")),
        }
    }

    /// Reads what is new on an account, every source, page by page. A cursor moves only with the commit of its page.
    ///
    /// # Errors
    /// `not_found` for an account without a connection, and what the network says; pages read before stay.
    pub async fn poll(&self, account: &AccountId) -> Result<Ingested> {
        let network = self.network(account)?;
        let mut total = Ingested::default();
        for source in network.capability().poll_sources {
            total += self.poll_source(account, &source).await?;
        }
        Ok(total)
    }

    /// Reads what is new in one source of an account.
    ///
    /// # Errors
    /// As [`Tenant::poll`].
    pub async fn poll_source(&self, account: &AccountId, source: &str) -> Result<Ingested> {
        let network = self.network(account)?;
        let cx = self.context_of(account)?;
        let mut cursor = match self.record(Key::Cursor(account.clone(), source.into())).await? {
            Some(Record::Cursor(cursor)) => Some(cursor),
            _ => None,
        };
        let mut total = Ingested::default();
        for _ in 0..MAX_PAGES {
            let page = network.poll(&cx, PollAsk::new(source, cursor.as_ref().map(ToString::to_string))).await?;
            let (more, next) = (page.more, page.cursor.as_deref().map(CompactString::from));
            let moves = next.is_some() && next != cursor;
            let step = next.filter(|_| moves).map(|to| Cursor {
                account: account.clone(),
                source: source.into(),
                from: cursor.clone(),
                to,
            });
            cursor = step.as_ref().map(|step| step.to.clone()).or(cursor);
            total += self.take_page(account, source, Channel::Poll, page, step).await?;
            // A network that says there is more at the same place would keep us here.
            if !(more && moves) {
                break;
            }
        }
        Ok(total)
    }

    /// Holds a stream of an account and takes in what comes, until the connection is lost.
    ///
    /// A stream has no memory: what was said before it stood must be polled. [`Tenant::keep_following`] does both.
    ///
    /// # Errors
    /// `not_found` for an account without a connection, and what ended the stream.
    pub async fn follow(&self, account: &AccountId, source: &str) -> Result<()> {
        let network = self.network(account)?;
        let cx = self.context_of(account)?;
        let stream = network.stream(&cx, StreamAsk::new(source)).await?;
        self.drain(account, source, stream, &mut 0).await
    }

    /// Holds a stream until `until` is done: connects again whenever it is lost, with a growing pause, and polls once it
    /// stands again, so that nothing is missed between.
    ///
    /// # Errors
    /// What trying again does not mend: a token or permission that is refused, a source or connection there is none of.
    pub async fn keep_following(
        &self,
        account: &AccountId,
        source: &str,
        until: impl Future<Output = ()> + Send,
    ) -> Result<()> {
        match select(pin!(self.follow_for_ever(account, source)), pin!(until)).await {
            Either::Left((error, _)) => Err(error),
            Either::Right(_) => Ok(()),
        }
    }

    /// Ends only with what trying again does not mend.
    async fn follow_for_ever(&self, account: &AccountId, source: &str) -> Error {
        let mut failures = 0;
        loop {
            let mut pages = 0;
            let error = match self.follow_once(account, source, &mut pages).await {
                Ok(()) => Error::new(ErrorKind::Unavailable, "the stream ended"),
                Err(error) => error,
            };
            failures = if pages > 0 { 1 } else { failures + 1 };
            match pause_after(&error, failures) {
                Some(pause) => self.inner.clock().sleep(pause).await,
                None => return error.during("keep_following"),
            }
        }
    }

    async fn follow_once(&self, account: &AccountId, source: &str, pages: &mut usize) -> Result<()> {
        let network = self.network(account)?;
        let cx = self.context_of(account)?;
        // The stream stands before we poll: what is said meanwhile waits in it.
        let stream = network.stream(&cx, StreamAsk::new(source)).await?;
        self.poll(account).await?;
        self.drain(account, source, stream, pages).await
    }

    async fn drain(&self, account: &AccountId, source: &str, mut stream: EventStream, pages: &mut usize) -> Result<()> {
        while let Some(page) = stream.next().await {
            self.take_page(account, source, Channel::Stream, page?, None).await?;
            *pages += 1;
        }
        Ok(())
    }

    pub(super) async fn take_page(
        &self,
        account: &AccountId,
        source: &str,
        channel: Channel,
        page: Page,
        step: Option<Cursor>,
    ) -> Result<Ingested> {
        let nothing_new = page.parsed.events.is_empty() && page.parsed.rejects.is_empty();
        if nothing_new && step.is_none() {
            return Ok(Ingested::default());
        }
        let body = if nothing_new { Bytes::new() } else { page.raw };
        let endpoint = format!("{account}/{source}");
        let source = Source { endpoint: &endpoint, channel: &channel, body: &body, received_at: self.inner.now() };
        let home = Home { tenant: &self.id, account: Some(account) };
        let mut work = self.inner.sorted(Some(home), &source, page.parsed);
        if let Some(step) = step {
            work.set_cursor(&self.id, step);
        }
        self.inner.submit(work).await
    }

    pub(super) fn network(&self, account: &AccountId) -> Result<std::sync::Arc<dyn crate::network::Network>> {
        let network = self.inner.rules(&self.id).and_then(|rules| rules.networks.get(account));
        network.cloned().ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "this account has no connection to its network").with("account", account)
        })
    }
}

/// How long to wait after so many failures in a row; `None` if waiting does not help.
fn pause_after(error: &Error, failures: u32) -> Option<Duration> {
    let growing = LONGEST_PAUSE.min(Duration::from_secs(1 << failures.saturating_sub(1).min(16)));
    match error.retry_advice() {
        Retry::After(pause) => Some(pause.max(growing)),
        Retry::Transient | Retry::Unknown => Some(growing),
        // Somebody may mend the store, and networks answer nonsense while they restart.
        Retry::Never => match error.kind() {
            ErrorKind::StorageFailed | ErrorKind::Unexpected | ErrorKind::TooLarge => Some(growing),
            _ => None,
        },
    }
}

impl std::ops::AddAssign for Ingested {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.changed += other.changed;
        self.known += other.known;
        self.quarantined += other.quarantined;
    }
}
