//! The demo's agents: they come and go with their hours, accept what they are offered, and close what they answered.

use std::collections::{BTreeMap, BTreeSet};

use careline::care::{QueueAsk, Tenant};
use careline::model::{AgentId, Case, CaseStatus, Timestamp};
use careline::store::{ExportAsk, Exported, Record};

use crate::Result;
use crate::traffic::Pair;

/// An answered case is closed when its customer keeps silent for so long.
const SILENCE_MILLIS: i64 = 3 * 3_600_000;
/// How long an agent works on a case before it is settled outside the network, by telephone say.
const CARE_MILLIS: i64 = 20 * 60_000;

/// Merges the customers whom an agent recognises: they gave the same address on two networks.
pub(super) async fn recognise(tenant: &Tenant, pairs: &[Pair]) -> Result<usize> {
    let mut customers = BTreeMap::new();
    for item in tenant.export(&ExportAsk::default()).await? {
        if let Exported::Record { record: Record::Identity(identity), .. } = item {
            let name = (identity.network.to_string(), identity.profile.native_id.to_string());
            customers.insert(name, identity.customer.clone());
        }
    }
    let find = |(network, native_id): &(&str, String)| customers.get(&((*network).to_owned(), native_id.clone()));
    let mut merged = 0;
    for pair in pairs {
        let (Some(one), Some(other)) = (find(&pair.one), find(&pair.other)) else { continue };
        let evidence = vec![
            format!("gave the same e-mail address in private on {} and {}", pair.one.0, pair.other.0),
            "asked about the same order".to_owned(),
        ];
        if one != other {
            tenant.merge_customers(one, other, "demo-agent", evidence).await?;
            merged += 1;
        }
    }
    Ok(merged)
}

/// Who is at work.
#[derive(Default)]
pub(super) struct Shift {
    here: BTreeSet<AgentId>,
}

impl Shift {
    /// Agents whose hours begin come, those whose hours end go.
    pub(super) async fn change(&mut self, tenant: &Tenant, now: Timestamp) -> Result<()> {
        let agents = tenant.policy().map(|policy| policy.agents()).unwrap_or_default();
        for agent in agents {
            let id = &agent.rule.id;
            let works = agent.calendar.open_at(now);
            if works != self.here.contains(id) {
                tenant.set_presence(id, works, None).await?;
                if works {
                    self.here.insert(id.clone())
                } else {
                    self.here.remove(id)
                };
            }
        }
        Ok(())
    }

    /// Everybody at work accepts what is offered and closes what went quiet after an answer.
    pub(super) async fn work(&self, tenant: &Tenant, now: Timestamp) -> Result<()> {
        for agent in &self.here {
            for item in tenant.queue(&QueueAsk::of_agent(agent.clone())).await?.items {
                let case = item.case;
                if case.status == CaseStatus::Offered {
                    tenant.accept(&case.id, agent).await?;
                } else if let Some(outcome) = outcome(&case, now) {
                    tenant.close(&case.id, agent.as_str(), outcome).await?;
                }
            }
        }
        Ok(())
    }
}

/// How a case ends at `now`, if it does. Every third stays open, so that the inbox page has something to show.
fn outcome(case: &Case, now: Timestamp) -> Option<&'static str> {
    let silent = case.latest_brand_at.is_some_and(|at| now.millis_since(at) > SILENCE_MILLIS);
    let cared_for = case.assignment.as_ref().is_some_and(|held| now.millis_since(held.at) > CARE_MILLIS);
    match case.status {
        CaseStatus::Waiting if silent => Some("resolved"),
        CaseStatus::Open if cared_for && !case.id.as_str().bytes().last().unwrap_or_default().is_multiple_of(3) => {
            Some("settled_by_telephone")
        }
        _ => None,
    }
}
