//! A store whose answers take their time, sometimes very long, and which fails now and then, before or after it wrote.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use careline::clock::Clock;
use careline::model::{DeliveryId, TenantId, Timer, Timestamp};
use careline::store::{
    CaseField, Commit, Counter, CounterAsk, Delivery, EraseAsk, ExportAsk, Exported, Key, LeaseAsk, Leased, Loaded,
    Logged, OpenFilter, Receipt, RetainAsk, Scan, Scanned, Settle, Store,
};
use careline::{Error, ErrorKind, Result};

use super::schedule::{Schedule, let_others};
use crate::random::Random;

/// How often the store is slow, and how often it fails, of a hundred thousand calls.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shakes {
    pub(super) stalls: u32,
    pub(super) failures: u32,
}

/// Passes everything on to another store, with pauses in which others take turns or the process is killed.
#[derive(Debug)]
pub(super) struct ShakyStore {
    inner: Arc<dyn Store>,
    schedule: Arc<Schedule>,
    shakes: Shakes,
    random: Mutex<Random>,
}

impl ShakyStore {
    pub(super) fn new(inner: Arc<dyn Store>, schedule: Arc<Schedule>, shakes: Shakes, seed: u64) -> Self {
        Self { inner, schedule, shakes, random: Mutex::new(Random::new(seed)) }
    }

    async fn shaken<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.pause().await?;
        let answer = call.await?;
        self.pause().await?;
        Ok(answer)
    }

    async fn pause(&self) -> Result<()> {
        let (waits, stall, fails) = {
            let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
            let rare = random.below(100_000) as u32;
            let stall = (rare < self.shakes.stalls).then(|| random.millis(1_000, 200_000));
            let fails = (self.shakes.stalls..self.shakes.stalls + self.shakes.failures).contains(&rare);
            (random.strikes(150), stall, fails)
        };
        if waits {
            let_others().await;
        }
        if let Some(stall) = stall {
            self.schedule.sleep(stall).await;
        }
        match fails {
            true => Err(Error::new(ErrorKind::StorageFailed, "the store failed, as it sometimes does")),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Store for ShakyStore {
    async fn load(&self, tenant: &TenantId, keys: &[Key]) -> Result<Loaded> {
        self.shaken(self.inner.load(tenant, keys)).await
    }

    async fn commit(&self, commit: Commit) -> Result<()> {
        self.shaken(self.inner.commit(commit)).await
    }

    async fn scan(&self, tenant: &TenantId, scan: &Scan) -> Result<Scanned> {
        self.shaken(self.inner.scan(tenant, scan)).await
    }

    async fn count_open(&self, tenant: &TenantId, filter: &OpenFilter, by: CaseField) -> Result<BTreeMap<String, u64>> {
        self.shaken(self.inner.count_open(tenant, filter, by)).await
    }

    async fn counters(&self, tenant: &TenantId, ask: &CounterAsk) -> Result<Vec<Counter>> {
        self.shaken(self.inner.counters(tenant, ask)).await
    }

    async fn lease(&self, ask: &LeaseAsk) -> Result<Vec<Leased>> {
        self.shaken(self.inner.lease(ask)).await
    }

    async fn settle(&self, settle: Settle) -> Result<()> {
        self.shaken(self.inner.settle(settle)).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<(TenantId, Timer)>> {
        self.shaken(self.inner.due(now, limit)).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>> {
        self.shaken(self.inner.next_due()).await
    }

    async fn delivery(&self, tenant: &TenantId, id: &DeliveryId) -> Result<Option<Delivery>> {
        self.shaken(self.inner.delivery(tenant, id)).await
    }

    async fn erase(&self, tenant: &TenantId, ask: &EraseAsk) -> Result<Receipt> {
        self.shaken(self.inner.erase(tenant, ask)).await
    }

    async fn export(&self, tenant: &TenantId, ask: &ExportAsk) -> Result<Vec<Exported>> {
        self.shaken(self.inner.export(tenant, ask)).await
    }

    async fn retain(&self, tenant: &TenantId, ask: &RetainAsk) -> Result<Receipt> {
        self.shaken(self.inner.retain(tenant, ask)).await
    }

    async fn log(&self, tenant: &TenantId, after: u64, limit: usize) -> Result<Vec<Logged>> {
        self.shaken(self.inner.log(tenant, after, limit)).await
    }

    async fn verify_log(&self, tenant: &TenantId) -> Result<u64> {
        self.shaken(self.inner.verify_log(tenant)).await
    }
}
