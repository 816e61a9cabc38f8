//! What the demo tells at its end.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use careline::care::{Coverage, QueueAsk, Tenant};
use careline::clock::{Clock as _, SystemClock};
use careline::store::OpenFilter;
use serde::Serialize;

use super::check::SelfCheck;
use crate::intake::Counts;
use crate::queue::due;
use crate::traffic::Truth;
use crate::traffic::double::Double;
use crate::traffic::drive::Driven;
use crate::{Result, table};

/// How many of the next deadlines are told.
const NEXT: usize = 5;

/// The demo in numbers.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    seed: u64,
    data: PathBuf,
    /// Bodies posted, by the status they were answered with.
    deliveries: BTreeMap<u16, usize>,
    /// Requests and frames the Mastodon double served.
    mastodon_requests: usize,
    messages: usize,
    customers: usize,
    /// People met on two networks, whom an agent recognised.
    customers_merged: usize,
    /// Events that were known already: redeliveries, second subscriptions, echoes.
    duplicates_refused: usize,
    redeliveries_posted: usize,
    repeats_posted: usize,
    quarantined: usize,
    refused: usize,
    cases: usize,
    open: usize,
    by_tier: BTreeMap<String, usize>,
    by_category: BTreeMap<String, usize>,
    by_team: BTreeMap<String, usize>,
    by_status: BTreeMap<String, usize>,
    messages_by_network: BTreeMap<String, i64>,
    messages_by_intent: BTreeMap<String, i64>,
    messages_by_language: BTreeMap<String, i64>,
    coverage: BTreeMap<String, Coverage>,
    due_next: Vec<DueNext>,
    pub(super) self_check: SelfCheck,
}

#[derive(Debug, Serialize)]
struct DueNext {
    case: String,
    tier: u8,
    due_at: careline::model::Timestamp,
    says: String,
}

impl Summary {
    pub(super) async fn gather(
        tenant: &Tenant,
        truth: &Truth,
        driven: &Driven,
        counts: &Counts,
        double: &Double,
        self_check: SelfCheck,
    ) -> Result<Self> {
        const MOST: usize = 100_000;
        let cases = tenant.all_cases(MOST).await?.items;
        let by = |name: &dyn Fn(&careline::model::Case) -> String| {
            cases.iter().fold(BTreeMap::new(), |mut by, case| {
                *by.entry(name(case)).or_default() += 1;
                by
            })
        };
        let now = SystemClock.now();
        let to_come = OpenFilter { due_from: Some(now), ..OpenFilter::default() };
        let due_next = tenant.queue(&QueueAsk::from(to_come).limit(NEXT)).await?;
        Ok(Self {
            deliveries: driven.statuses.clone(),
            mastodon_requests: double.requests(),
            messages: self_check.right + self_check.different,
            customers: truth.customers(),
            duplicates_refused: counts.events.known,
            redeliveries_posted: truth.redeliveries,
            repeats_posted: truth.repeats,
            quarantined: tenant.quarantine(MOST).await?.items.len(),
            refused: counts.refused,
            open: cases.iter().filter(|case| case.is_open()).count(),
            by_tier: by(&|case| case.tier.to_string()),
            by_category: by(&|case| case.category.to_string()),
            by_team: by(&|case| case.team.to_string()),
            by_status: by(&|case| case.status.to_string()),
            cases: cases.len(),
            messages_by_network: totals(tenant, "network.").await?,
            messages_by_intent: totals(tenant, "intent.").await?,
            messages_by_language: totals(tenant, "language.").await?,
            coverage: tenant.coverage().await?,
            due_next: due_next
                .into_iter()
                .map(|item| DueNext {
                    case: item.case.id.to_string(),
                    tier: item.case.tier,
                    due_at: item.case.due_at.unwrap_or_default(),
                    says: item.excerpt,
                })
                .collect(),
            self_check,
            ..Self::default()
        })
    }

    /// The summary of this run.
    pub(super) fn of(self, seed: u64, data: &Path, merged: usize) -> Self {
        Self { seed, data: data.to_owned(), customers_merged: merged, ..self }
    }
}

async fn totals(tenant: &Tenant, prefix: &str) -> Result<BTreeMap<String, i64>> {
    let totals = tenant.totals(prefix).await?;
    Ok(totals.into_iter().map(|(name, total)| (name.trim_start_matches(prefix).to_owned(), total)).collect())
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |by: &mut dyn Iterator<Item = (String, String)>| {
            by.map(|(name, number)| format!("{name} {number}")).collect::<Vec<_>>().join(" · ")
        };
        let sizes =
            |by: &BTreeMap<String, usize>| listed(&mut by.iter().map(|(name, n)| (name.clone(), n.to_string())));
        let sums = |by: &BTreeMap<String, i64>| listed(&mut by.iter().map(|(name, n)| (name.clone(), n.to_string())));
        let mut rows = table::with_heads(&["", "a made-up day at Acme"]);
        rows.add_row([
            "deliveries".to_owned(),
            format!(
                "{} posted ({}), {} requests to the Mastodon double",
                self.deliveries.values().sum::<usize>(),
                listed(&mut self.deliveries.iter().map(|(status, n)| (format!("status {status}:"), n.to_string()))),
                self.mastodon_requests
            ),
        ]);
        rows.add_row(["messages".to_owned(), format!("{} ({})", self.messages, sums(&self.messages_by_network))]);
        let customers =
            format!("{}, of whom {} were recognised on two networks", self.customers, self.customers_merged);
        rows.add_row(["customers".to_owned(), customers]);
        rows.add_row(["languages".to_owned(), sums(&self.messages_by_language)]);
        rows.add_row(["intents".to_owned(), sums(&self.messages_by_intent)]);
        rows.add_row([
            "duplicates refused".to_owned(),
            format!(
                "{} events ({} bodies were posted again, {} messages came in a second body)",
                self.duplicates_refused, self.redeliveries_posted, self.repeats_posted
            ),
        ]);
        rows.add_row([
            "quarantined, refused".to_owned(),
            format!("{} items, {} bodies", self.quarantined, self.refused),
        ]);
        rows.add_row(["cases".to_owned(), format!("{}, of which open {}", self.cases, self.open)]);
        rows.add_row(["  by tier".to_owned(), sizes(&self.by_tier)]);
        rows.add_row(["  by category".to_owned(), sizes(&self.by_category)]);
        rows.add_row(["  by team".to_owned(), sizes(&self.by_team)]);
        rows.add_row(["  by status".to_owned(), sizes(&self.by_status)]);
        for (account, seen) in &self.coverage {
            let Coverage { pushed, listed, both, .. } = seen;
            rows.add_row([format!("coverage {account}"), format!("pushed {pushed}, listed {listed}, both {both}")]);
        }
        for next in &self.due_next {
            let due = due(next.due_at, SystemClock.now());
            rows.add_row([
                "due next".to_owned(),
                format!("in {due}: tier {}, {} “{}”", next.tier, next.case, next.says),
            ]);
        }
        let check = &self.self_check;
        rows.add_row([
            if check.passed() { "self-check passed" } else { "SELF-CHECK FAILED" }.to_owned(),
            format!(
                "{} of {} messages there exactly once and right; missing {}, doubled {}, invented {}, different {}; {} \
                 unexpected answers; log of {} entries verified",
                check.right,
                check.expected,
                check.missing,
                check.doubled,
                check.invented,
                check.different,
                check.surprises,
                check.log_entries
            ),
        ]);
        for (place, step) in check.story.steps.iter().enumerate() {
            rows.add_row([if place == 0 { "one matter" } else { "" }, step]);
        }
        for fault in check.faults.iter().chain(&check.story.faults) {
            rows.add_row(["fault", fault]);
        }
        rows.add_row(["database".to_owned(), crate::host::database(&self.data).display().to_string()]);
        rows.fmt(f)
    }
}
