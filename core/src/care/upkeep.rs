//! What is to be done now and then: forgetting what is old, and looking whether what we keep still stands.

use std::collections::BTreeMap;

use bytes::Bytes;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::duty::Failed;
use super::engine::Engine;
use super::group::{Cursor, Ingested, Tenants};
use super::tenant::Tenant;
use crate::error::Result;
use crate::model::{AccountId, Channel, Message, TenantId, Visibility};
use crate::network::{Network, Page, Recheck};
use crate::store::{Key, OpenFilter, Receipt, Record, Scan, ScanOf};

/// How many calls of a network one recheck of an account makes at most for each of its two rounds.
const MAX_CALLS: usize = 5;
/// How many of a case's latest messages are looked at again.
const MAX_OF_CASE: usize = 50;
/// How many cases are looked through at a time.
const CASES: usize = 10;

/// What a call of [`Engine::upkeep`] did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Upkept {
    /// What retention removed, by tenant; the operator's raw deliveries too.
    pub removed: BTreeMap<TenantId, Receipt>,
    /// What came of looking whether messages still stand, by tenant and account; a deletion counts as `changed`.
    pub rechecked: BTreeMap<TenantId, BTreeMap<AccountId, Ingested>>,
    /// What could not be done; everybody else's was.
    pub failed: Vec<Failed>,
}

impl Engine {
    /// Removes what the policies no longer allow to keep, and asks networks whether messages still stand that nobody would
    /// tell us were deleted. A host calls it once an hour or so, beside [`Engine::tick`].
    pub async fn upkeep(&self) -> Upkept {
        let mut upkept = Upkept::default();
        for tenant in self.tenants().chain([self.operator()]) {
            match tenant.retain().await {
                Ok(receipt) => drop(upkept.removed.insert(tenant.id().clone(), receipt)),
                Err(error) => upkept.failed.push(Failed { tenant: tenant.id().clone(), error }),
            }
            for account in tenant.connected_accounts() {
                match tenant.recheck(&account).await {
                    Ok(ingested) => {
                        upkept.rechecked.entry(tenant.id().clone()).or_default().insert(account, ingested);
                    }
                    Err(error) => {
                        let error = error.with("account", account);
                        upkept.failed.push(Failed { tenant: tenant.id().clone(), error });
                    }
                }
            }
        }
        upkept
    }
}

impl Tenant {
    /// Asks an account's network whether customers' messages still stand, for deletions that nobody pushes: some of the
    /// open cases and some of all cases, the next ones at each call, round and round. Private messages only where
    /// [`recheck_private`](crate::network::Capability::recheck_private) says so. Does nothing where the network cannot tell.
    ///
    /// # Errors
    /// `not_found` for an account without a connection, and what the network says; what was found before stays.
    pub async fn recheck(&self, account: &AccountId) -> Result<Ingested> {
        let network = self.network(account)?;
        let Some(max) = network.capability().recheck_max.filter(|max| *max > 0) else { return Ok(Ingested::default()) };
        let mut total = Ingested::default();
        let open = ScanOf::OpenCases(OpenFilter::default());
        for (source, of) in [("recheck.open", open), ("recheck.all", ScanOf::Cases)] {
            total += self.recheck_round(account, &*network, max as usize, source, of).await?;
        }
        Ok(total)
    }

    async fn recheck_round(
        &self,
        account: &AccountId,
        network: &dyn Network,
        max: usize,
        source: &'static str,
        of: ScanOf,
    ) -> Result<Ingested> {
        let from = match self.record(Key::Cursor(account.clone(), source.into())).await? {
            Some(Record::Cursor(cursor)) => Some(cursor),
            _ => None,
        };
        let after = from.as_deref().filter(|cursor| !cursor.is_empty()).map(str::to_owned);
        let mut scan = Scan { of, after, limit: CASES };
        let mut native_ids = Vec::new();
        while native_ids.len() < max * MAX_CALLS {
            let page = self.store().scan(self.id(), &scan).await?;
            native_ids.extend(self.standing_in(account, network, page.records).await?);
            scan.after = page.after;
            if scan.after.is_none() {
                break;
            }
        }
        let cx = self.context_of(account)?;
        let mut total = Ingested::default();
        for chunk in native_ids.chunks(max) {
            let page = network.recheck(&cx, Recheck::new(chunk.to_vec())).await?;
            total += self.take_page(account, source, Channel::Poll, without_what_stands(page), None).await?;
        }
        let to = CompactString::from(scan.after.unwrap_or_default());
        if from.as_ref().is_none_or(|from| *from != to) {
            let step = Cursor { account: account.clone(), source: source.into(), from, to };
            let nothing = Page::new(Default::default(), Bytes::new(), None, false);
            self.take_page(account, source, Channel::Poll, nothing, Some(step)).await?;
        }
        Ok(total)
    }

    /// The native ids of customers' messages in these cases that the network can be asked about.
    async fn standing_in(
        &self,
        account: &AccountId,
        network: &dyn Network,
        cases: Vec<Record>,
    ) -> Result<Vec<CompactString>> {
        let (scope, private_too) = (network.info().scope, network.capability().recheck_private);
        let can_be_asked = |message: &Message| {
            message.accounts.contains(account)
                && message.scope == scope
                && message.customer.is_some()
                && message.deleted_at.is_none()
                && (private_too || message.visibility != Visibility::Private)
        };
        let mut native_ids = Vec::new();
        for record in cases {
            let Record::Case(case) = record else { continue };
            if let Some(Record::Messages(messages)) = self.record(Key::CaseMessages(case.id.clone())).await? {
                let asked = messages.into_iter().rev().filter(|message| can_be_asked(message)).take(MAX_OF_CASE);
                native_ids.extend(asked.map(|message| message.native_id));
            }
        }
        Ok(native_ids)
    }

    /// The accounts whose networks can be reached.
    fn connected_accounts(&self) -> Vec<AccountId> {
        self.inner.rules(&self.id).map(|rules| rules.networks.keys().cloned().collect()).unwrap_or_default()
    }
}

/// What was found, with itself as its raw form: the answer holds the texts of all that still stands, which we have, and
/// which would have to be found there when they are to be forgotten.
fn without_what_stands(mut page: Page) -> Page {
    if !page.parsed.rejects.is_empty() {
        return page;
    }
    for event in &mut page.parsed.events {
        event.raw = None;
    }
    page.raw = serde_json::to_vec(&page.parsed.events).unwrap_or_default().into();
    page
}
