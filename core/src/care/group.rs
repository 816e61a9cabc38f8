//! Group commit: whoever comes first decides for all who wait, commits once, and answers everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use compact_str::CompactString;
use tokio::sync::{Mutex as AsyncMutex, oneshot};

use super::decide::{Arrival, Decision, Outcome, Rules, decide};
use super::engine::TenantRules;
use super::snapshot::Snapshot;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{AccountId, TenantId};
use crate::store::{Commit, Delivery, Key, Quarantined, Record, Store, TenantCommit};

/// How many events one transaction takes at most.
const MAX_EVENTS: usize = 1000;
/// How often a decision is made again because somebody else wrote first.
const MAX_CONFLICTS: usize = 16;
/// How many rounds of loading a decision takes at most.
pub(super) const MAX_ROUNDS: usize = 4;

/// What one caller brings: for one delivery, the work of each tenant it concerns.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) tenants: Vec<TenantWork>,
}

impl Work {
    /// Moves a cursor with the commit of this work.
    pub(super) fn set_cursor(&mut self, tenant: &TenantId, cursor: (AccountId, CompactString, CompactString)) {
        if let Some(part) = self.tenants.iter_mut().find(|part| part.tenant == *tenant) {
            part.cursor = Some(cursor);
            return;
        }
        self.tenants.push(TenantWork {
            tenant: tenant.clone(),
            delivery: None,
            arrivals: Vec::new(),
            set_aside: Vec::new(),
            cursor: Some(cursor),
        });
    }
}

/// What one delivery brings one tenant.
#[derive(Debug)]
pub(super) struct TenantWork {
    pub(super) tenant: TenantId,
    pub(super) delivery: Option<Delivery>,
    pub(super) arrivals: Vec<Arrival>,
    pub(super) set_aside: Vec<Quarantined>,
    pub(super) cursor: Option<(AccountId, CompactString, CompactString)>,
}

/// What became of a delivery's events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ingested {
    /// Events that brought something new.
    pub added: usize,
    /// Events that changed something known.
    pub changed: usize,
    /// Events that were known already or of no consequence.
    pub known: usize,
    /// Items set aside.
    pub quarantined: usize,
}

impl Ingested {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Added => self.added += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Known => self.known += 1,
        }
    }
}

#[derive(Debug)]
struct Pending {
    work: Work,
    done: oneshot::Sender<Result<Ingested, Arc<Error>>>,
}

/// The one place that writes. Holds no thread: the callers themselves take turns.
#[derive(Debug, Default)]
pub(super) struct Writer {
    waiting: Mutex<Vec<Pending>>,
    turn: AsyncMutex<()>,
}

impl Writer {
    /// Has `work` decided and committed, together with whatever else waits.
    pub(super) async fn submit(&self, rules: &dyn Tenants, work: Work) -> Result<Ingested> {
        let (done, mut answer) = oneshot::channel();
        self.lock().push(Pending { work, done });
        let _turn = self.turn.lock().await;
        loop {
            match answer.try_recv() {
                Ok(result) => return result.map_err(|error| shared(&error)),
                Err(oneshot::error::TryRecvError::Closed) => {
                    return Err(Error::new(
                        ErrorKind::Cancelled,
                        "the caller that was writing for all gave up; send again",
                    )
                    .retry(crate::Retry::Transient));
                }
                Err(oneshot::error::TryRecvError::Empty) => {
                    let group = self.next_group();
                    self.write(rules, group).await;
                }
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Pending>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_group(&self) -> Vec<Pending> {
        let mut waiting = self.lock();
        let mut events = 0;
        let full = waiting.iter().position(|pending| {
            events += pending.work.tenants.iter().map(|work| work.arrivals.len()).sum::<usize>().max(1);
            events > MAX_EVENTS
        });
        let end = full.unwrap_or(waiting.len()).max(1).min(waiting.len());
        waiting.drain(..end).collect()
    }

    async fn write(&self, rules: &dyn Tenants, group: Vec<Pending>) {
        let (works, dones): (Vec<_>, Vec<_>) = group.into_iter().map(|pending| (pending.work, pending.done)).unzip();
        match write_group(rules, &works).await {
            Ok(results) => {
                for (done, result) in dones.into_iter().zip(results) {
                    let _ = done.send(Ok(result));
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for done in dones {
                    let _ = done.send(Err(error.clone()));
                }
            }
        }
    }
}

/// What the writer needs to know of the engine.
pub(super) trait Tenants: Send + Sync {
    fn rules(&self, tenant: &TenantId) -> Option<&TenantRules>;
    fn store(&self) -> &dyn Store;
    fn clock(&self) -> &dyn Clock;
}

async fn write_group(engine: &dyn Tenants, works: &[Work]) -> Result<Vec<Ingested>> {
    for _ in 0..MAX_CONFLICTS {
        let mut results = vec![Ingested::default(); works.len()];
        let mut commit = Commit::default();
        let tenants: BTreeSet<&TenantId> =
            works.iter().flat_map(|work| &work.tenants).map(|work| &work.tenant).collect();
        for tenant in tenants {
            decide_tenant(engine, tenant, works, &mut commit, &mut results).await?;
        }
        if commit.tenants.is_empty() && commit.deliveries.is_empty() {
            return Ok(results);
        }
        match engine.store().commit(commit).await {
            Ok(()) => return Ok(results),
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::new(ErrorKind::Conflict, "others kept writing first; send again"))
}

/// Decides what all works bring one tenant, in their order, on one snapshot.
async fn decide_tenant(
    engine: &dyn Tenants,
    tenant: &TenantId,
    works: &[Work],
    commit: &mut Commit,
    results: &mut [Ingested],
) -> Result<()> {
    let mine = || {
        let numbered = works.iter().enumerate();
        numbered
            .flat_map(|(caller, work)| work.tenants.iter().map(move |work| (caller, work)))
            .filter(|(_, work)| work.tenant == *tenant)
    };
    let keys: Vec<Key> = mine().flat_map(|(_, work)| work.keys()).collect();
    let loaded = engine.store().load(tenant, &keys).await?;
    let mut part = TenantCommit { tenant: tenant.clone(), as_of: loaded.as_of, ..TenantCommit::default() };
    let versions: BTreeMap<&Key, u64> =
        keys.iter().zip(&loaded.entries).map(|(key, entry)| (key, entry.version)).collect();

    // A body that is stored already has been dealt with: not one of its events is looked at again.
    let mut fresh = BTreeSet::new();
    let (mut arrivals, mut callers, mut cursors) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (caller, work) in mine() {
        if let Some((key, cursor)) = work.cursor_record() {
            cursors.insert(key, cursor);
        }
        if let Some(delivery) = &work.delivery {
            let key = Key::Delivery(delivery.id.clone());
            if versions.get(&key).is_some_and(|version| *version > 0) || !fresh.insert(delivery.id.clone()) {
                results[caller].known += work.arrivals.len();
                continue;
            }
            part.reads.push((key, 0));
            commit.deliveries.push((tenant.clone(), delivery.clone()));
        }
        results[caller].quarantined += work.set_aside.len();
        for set_aside in &work.set_aside {
            part.puts.push((Key::Quarantine(set_aside.id.clone()), 1, Some(Record::Quarantined(set_aside.clone()))));
        }
        callers.extend(std::iter::repeat_n(caller, work.arrivals.len()));
        arrivals.extend(&work.arrivals);
    }
    for (key, cursor) in cursors {
        let version = versions.get(&key).copied().unwrap_or_default();
        part.reads.push((key.clone(), version));
        part.puts.push((key, version + 1, Some(Record::Cursor(cursor))));
    }
    if let Some(rules) = engine.rules(tenant)
        && !arrivals.is_empty()
    {
        let (decided, outcomes) = decide_loading(engine, &rules.of(tenant), &arrivals).await?;
        for (caller, outcome) in callers.into_iter().zip(outcomes) {
            results[caller].count(outcome);
        }
        part = joined(part, decided);
    }
    if !part.is_empty() {
        commit.tenants.push(part);
    }
    Ok(())
}

/// Decides, loading what the decision asks for.
async fn decide_loading(
    engine: &dyn Tenants,
    rules: &Rules<'_>,
    arrivals: &[&Arrival],
) -> Result<(TenantCommit, Vec<Outcome>)> {
    let mut snapshot = Snapshot::default();
    let now = engine.clock().now();
    for _ in 0..=MAX_ROUNDS {
        match decide(rules, &snapshot, arrivals, now) {
            Decision::Decided(part, outcomes) => return Ok((part, outcomes)),
            Decision::Need(keys) => {
                let loaded = engine.store().load(rules.tenant, &keys).await?;
                snapshot.absorb(keys, loaded);
            }
        }
    }
    Err(Error::new(ErrorKind::Unexpected, "a decision asked for more than it may; please report this").during("decide"))
}

/// One part out of two that touch different keys. The older instant holds: everything read since is checked.
fn joined(fixed: TenantCommit, mut decided: TenantCommit) -> TenantCommit {
    decided.as_of = decided.as_of.min(fixed.as_of);
    decided.reads.extend(fixed.reads);
    decided.puts.extend(fixed.puts);
    decided
}

impl TenantWork {
    /// What must be known before its events are looked at: whether the body is stored, where the cursor stands.
    fn keys(&self) -> Vec<Key> {
        let delivery = self.delivery.as_ref().map(|delivery| Key::Delivery(delivery.id.clone()));
        delivery.into_iter().chain(self.cursor_record().map(|(key, _)| key)).collect()
    }

    fn cursor_record(&self) -> Option<(Key, CompactString)> {
        let (account, source, cursor) = self.cursor.clone()?;
        Some((Key::Cursor(account, source), cursor))
    }
}

/// The same error for one of several callers.
fn shared(error: &Error) -> Error {
    let context = error.context().map(|(key, value)| (key, value.to_owned())).collect::<Vec<_>>();
    let copy = Error::new(error.kind(), error.message()).retry(error.retry_advice()).during("commit");
    context.into_iter().fold(copy, |copy, (key, value)| copy.with(key, value))
}
