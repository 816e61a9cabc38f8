//! Group commit: whoever comes first decides for all who wait, commits once, and answers everybody.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use compact_str::CompactString;
use futures_util::future::{Either, select};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex as AsyncMutex, oneshot};

use super::decide::{Arrival, Decision, Outcome, Rules, decide};
use super::engine::TenantRules;
use super::snapshot::Snapshot;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result, Retry};
use crate::model::{AccountId, TenantId};
use crate::store::{Commit, Delivery, Key, Quarantined, Record, Store, TenantCommit, Versioned};

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
    pub(super) fn set_cursor(&mut self, tenant: &TenantId, cursor: Cursor) {
        match self.tenants.iter_mut().find(|part| part.tenant == *tenant) {
            Some(part) => part.cursor = Some(cursor),
            None => {
                self.tenants.push(TenantWork { cursor: Some(cursor), ..TenantWork::of(tenant.clone(), Vec::new()) })
            }
        }
    }

    /// Whether deciding it twice is harmless: its deliveries are stored once.
    fn can_be_repeated(&self) -> bool {
        self.tenants.iter().all(|part| part.delivery.is_some() || part.arrivals.is_empty())
    }

    /// The same with all its events set aside, because of `error`.
    fn set_aside(&self, error: &Error) -> Self {
        let tenants = self.tenants.iter().map(|part| {
            let aside = part.arrivals.iter().filter_map(|arrival| arrival.set_aside(error));
            TenantWork {
                tenant: part.tenant.clone(),
                delivery: part.delivery.clone(),
                arrivals: Vec::new(),
                set_aside: part.set_aside.iter().cloned().chain(aside).collect(),
                cursor: part.cursor.clone(),
            }
        });
        Self { tenants: tenants.collect() }
    }
}

/// What one delivery brings one tenant.
#[derive(Debug)]
pub(super) struct TenantWork {
    pub(super) tenant: TenantId,
    pub(super) delivery: Option<Delivery>,
    pub(super) arrivals: Vec<Arrival>,
    pub(super) set_aside: Vec<Quarantined>,
    pub(super) cursor: Option<Cursor>,
}

/// What became of a delivery's events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
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
#[derive(Default)]
pub(super) struct Writer {
    waiting: Mutex<VecDeque<Pending>>,
    turn: AsyncMutex<()>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What waits holds customers' texts.
        f.debug_struct("Writer").field("waiting", &self.lock().len()).finish_non_exhaustive()
    }
}

impl Writer {
    /// Has `work` decided and committed, together with whatever else waits.
    pub(super) async fn submit(&self, engine: &dyn Tenants, work: Work) -> Result<Ingested> {
        let (done, answer) = oneshot::channel();
        self.lock().push_back(Pending { work, done });
        let (_turn, mut answer) = match select(answer, pin!(self.turn.lock())).await {
            Either::Left((answer, _)) => return told(answer.ok()),
            Either::Right((turn, answer)) => (turn, answer),
        };
        loop {
            match answer.try_recv() {
                Ok(result) => return told(Some(result)),
                Err(oneshot::error::TryRecvError::Closed) => return told(None),
                // In a box, for each caller carries room for it, and one of a thousand writes.
                Err(oneshot::error::TryRecvError::Empty) => Box::pin(self.next_group().write(engine)).await,
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Pending>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_group(&self) -> Group<'_> {
        let mut waiting = self.lock();
        let mut events = 0;
        let full = waiting.iter().position(|pending| {
            events += pending.work.tenants.iter().map(|work| work.arrivals.len()).sum::<usize>().max(1);
            events > MAX_EVENTS
        });
        let end = full.unwrap_or(waiting.len()).max(1).min(waiting.len());
        Group { writer: self, pending: waiting.drain(..end).collect(), committing: AtomicBool::new(false) }
    }
}

fn told(answer: Option<Result<Ingested, Arc<Error>>>) -> Result<Ingested> {
    match answer {
        Some(result) => result.map_err(|error| Error::clone(&error)),
        None => {
            let gave_up = "the caller that was writing for all gave up in the middle; look before trying again";
            Err(Error::new(ErrorKind::Cancelled, gave_up).retry(Retry::Unknown))
        }
    }
}

/// What is being written at present. If the caller that writes gives up, the others' work goes back to the queue.
struct Group<'a> {
    writer: &'a Writer,
    pending: VecDeque<Pending>,
    committing: AtomicBool,
}

impl Group<'_> {
    async fn write(mut self, engine: &dyn Tenants) {
        let works: Vec<_> = self.pending.iter().map(|pending| &pending.work).collect();
        match write_together(engine, &works, &self.committing).await {
            Ok(results) => {
                for (pending, result) in self.pending.drain(..).zip(results) {
                    let _ = pending.done.send(Ok(result));
                }
            }
            Err(error) if may_be_one_of_them(&error) => self.write_alone(engine).await,
            Err(error) => self.refuse(&Arc::new(error)),
        }
    }

    /// Each by itself, so that one that cannot be written does not take its neighbours along. Two failures in a row
    /// are the store's.
    async fn write_alone(&mut self, engine: &dyn Tenants) {
        let mut failed_before = false;
        while let Some(first) = self.pending.front() {
            let result = write_or_set_aside(engine, &first.work, &self.committing).await.map_err(Arc::new);
            if let (Err(error), true) = (&result, failed_before) {
                return self.refuse(error);
            }
            failed_before = result.is_err();
            if let Some(first) = self.pending.pop_front() {
                let _ = first.done.send(result);
            }
        }
    }

    fn refuse(&mut self, error: &Arc<Error>) {
        for pending in self.pending.drain(..) {
            let _ = pending.done.send(Err(error.clone()));
        }
    }
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        // Whatever panics would do so again for the next caller.
        if std::thread::panicking() {
            return;
        }
        let may_be_written = self.committing.load(Ordering::Relaxed);
        let mut waiting = self.writer.lock();
        for pending in self.pending.drain(..).rev() {
            if pending.work.can_be_repeated() || !may_be_written {
                waiting.push_front(pending);
            }
        }
    }
}

/// Whether a failed commit may be the fault of what was to be written, and not of the store.
fn may_be_one_of_them(error: &Error) -> bool {
    error.kind() == ErrorKind::Conflict || error.retry_advice() == Retry::Never
}

/// What the writer needs to know of the engine.
pub(super) trait Tenants: Send + Sync {
    fn rules(&self, tenant: &TenantId) -> Option<&TenantRules>;
    fn store(&self) -> &dyn Store;
    fn clock(&self) -> &dyn Clock;
}

/// One delivery by itself. If nothing can be made of its events, they are set aside, and the delivery is stored.
async fn write_or_set_aside(engine: &dyn Tenants, work: &Work, committing: &AtomicBool) -> Result<Ingested> {
    let one = |results: Vec<Ingested>| results.into_iter().next().unwrap_or_default();
    match write_together(engine, &[work], committing).await {
        Err(error) if is_about_content(&error) && work.can_be_repeated() => {
            let aside = work.set_aside(&error);
            write_together(engine, &[&aside], committing).await.map(one)
        }
        result => result.map(one),
    }
}

fn is_about_content(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unexpected | ErrorKind::InputInvalid | ErrorKind::TooLarge)
}

async fn write_together(engine: &dyn Tenants, works: &[&Work], committing: &AtomicBool) -> Result<Vec<Ingested>> {
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
        committing.store(true, Ordering::Relaxed);
        let committed = engine.store().commit(commit).await;
        committing.store(false, Ordering::Relaxed);
        match committed {
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
    works: &[&Work],
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
    let known: FxHashMap<&Key, &Versioned> = keys.iter().zip(&loaded.entries).collect();

    // A body that is stored already has been dealt with: not one of its events is looked at again.
    let mut fresh = FxHashSet::default();
    let mut set_aside = FxHashMap::default();
    let (mut arrivals, mut callers, mut cursors) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (caller, work) in mine() {
        if let Some(cursor) = &work.cursor {
            let stored = cursors.get(&cursor.key()).cloned().or_else(|| cursor.stored(&known));
            // Somebody else read on from there: what they noted stays.
            if stored == cursor.from {
                cursors.insert(cursor.key(), cursor.to.clone());
            }
        }
        if let Some(delivery) = &work.delivery {
            let key = Key::Delivery(delivery.id.clone());
            if known.get(&key).is_some_and(|entry| entry.version > 0) || !fresh.insert(delivery.id.clone()) {
                results[caller].known += work.arrivals.len();
                continue;
            }
            part.reads.push((key, 0));
            commit.deliveries.push((tenant.clone(), delivery.clone()));
        }
        // What has no place of its own in the body shares the body's.
        for item in &work.set_aside {
            let is_new = set_aside.insert(Key::Quarantine(item.id.clone()), item).is_none();
            results[caller].quarantined += usize::from(is_new);
        }
        callers.extend(std::iter::repeat_n(caller, work.arrivals.len()));
        arrivals.extend(&work.arrivals);
    }
    for (key, cursor) in cursors {
        let version = known.get(&key).map_or(0, |entry| entry.version);
        part.reads.push((key.clone(), version));
        part.puts.push((key, version + 1, Some(Record::Cursor(cursor).into())));
    }
    if let Some(rules) = engine.rules(tenant)
        && !arrivals.is_empty()
    {
        let connected = rules.connected();
        let (decided, outcomes) = decide_loading(engine, &rules.of(tenant, &connected), &arrivals).await?;
        for (caller, outcome) in callers.into_iter().zip(outcomes) {
            results[caller].count(outcome);
        }
        // An event of an unknown kind may have been set aside under the same name.
        for (key, ..) in &decided.puts {
            set_aside.remove(key);
        }
        part = joined(part, decided);
    }
    let mut aside: Vec<_> = set_aside.into_iter().collect();
    aside.sort_by(|a, b| a.0.cmp(&b.0));
    part.puts.extend(aside.into_iter().map(|(key, item)| (key, 1, Some(Record::Quarantined(item.clone()).into()))));
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
        // A host's own triage may panic; that must stay its own delivery's trouble.
        let decision = catch_unwind(AssertUnwindSafe(|| decide(rules, &snapshot, arrivals, now)));
        let panicked = |_| Error::new(ErrorKind::Unexpected, "a triage or the engine panicked").during("decide");
        match decision.map_err(panicked)? {
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
    /// Things that happen to one tenant outside any delivery.
    pub(super) fn of(tenant: TenantId, arrivals: Vec<Arrival>) -> Self {
        Self { tenant, delivery: None, arrivals, set_aside: Vec::new(), cursor: None }
    }

    /// What must be known before its events are looked at: whether the body is stored, where the cursor stands.
    fn keys(&self) -> Vec<Key> {
        let delivery = self.delivery.as_ref().map(|delivery| Key::Delivery(delivery.id.clone()));
        delivery.into_iter().chain(self.cursor.as_ref().map(Cursor::key)).collect()
    }
}

/// Where a source was read from, and where it goes on.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    pub(super) account: AccountId,
    pub(super) source: CompactString,
    pub(super) from: Option<CompactString>,
    pub(super) to: CompactString,
}

impl Cursor {
    fn key(&self) -> Key {
        Key::Cursor(self.account.clone(), self.source.clone())
    }

    fn stored(&self, known: &FxHashMap<&Key, &Versioned>) -> Option<CompactString> {
        match known.get(&self.key())?.record.as_ref()? {
            Record::Cursor(cursor) => Some(cursor.clone()),
            _ => None,
        }
    }
}
