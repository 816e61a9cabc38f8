//! What networks last said about the tenant's accounts.

use serde::{Deserialize, Serialize};

use super::tenant::Tenant;
use crate::error::Result;
use crate::model::{AccountId, AccountSaid, IdentityId, Profile, Timestamp};
use crate::store::{Record, ScanOf};

/// What the network last said about an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct AccountStanding {
    /// The account.
    pub account: AccountId,
    /// What: `revoked`, `blocked`, `unblocked`, `warned` … as in
    /// [`AccountChange::change`](crate::model::AccountChange::change).
    pub change: String,
    /// Since when it says so, without anything else in between.
    pub since: Timestamp,
    /// The network's reason.
    pub reason: Option<String>,
    /// The person whose data must go: what [`EraseAsk::Identity`](crate::store::EraseAsk::Identity) takes.
    pub person: Option<IdentityId>,
    /// That person as the network names them.
    pub profile: Option<Profile>,
    /// What is to be done about it.
    pub to_do: String,
    /// What it said before that, the latest first.
    pub earlier: Vec<AccountSaid>,
}

impl Tenant {
    /// What networks last said about accounts and what we may do with them, by account; those of which nothing was said
    /// are not listed.
    pub async fn account_states(&self) -> Result<Vec<AccountStanding>> {
        let records = self.scan(ScanOf::Accounts, usize::MAX).await?;
        let standings = records.into_iter().filter_map(|record| match record {
            Record::Account(state) => standing(state.account, state.said),
            _ => None,
        });
        Ok(standings.collect())
    }
}

fn standing(account: AccountId, mut said: Vec<AccountSaid>) -> Option<AccountStanding> {
    let since = said.iter().take_while(|earlier| earlier.change == said[0].change).last()?.at;
    let last = said.remove(0);
    Some(AccountStanding {
        account,
        change: last.change.to_string(),
        since,
        to_do: last.to_do().to_owned(),
        reason: last.reason,
        person: last.person,
        profile: last.profile,
        earlier: said,
    })
}
