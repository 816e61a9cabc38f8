//! Customers: people, and the profiles they are met under.

use std::collections::BTreeSet;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CustomerId, IdentityId, NetworkName, Timestamp};

/// A profile as a network shows it at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Profile {
    /// Within what the native id is unique: a network, host or brand account.
    #[schemars(with = "String")]
    pub scope: CompactString,
    /// The network's id of the profile.
    #[schemars(with = "String")]
    pub native_id: CompactString,
    /// The handle without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub handle: Option<CompactString>,
    /// The name shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub name: Option<CompactString>,
    /// Where a person can look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// How many follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followers: Option<u64>,
    /// Whether the network vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// Whether it says that it is a machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot: Option<bool>,
}

impl Profile {
    /// A profile of which only the id is known.
    pub fn new(scope: impl Into<CompactString>, native_id: impl Into<CompactString>) -> Self {
        Self { scope: scope.into(), native_id: native_id.into(), ..Self::default() }
    }
}

/// A profile as careline keeps it, and the person it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Identity {
    /// Our id.
    pub id: IdentityId,
    /// The network.
    pub network: NetworkName,
    /// The person it was met as; that customer may have been merged into another one.
    pub customer: CustomerId,
    /// What the network showed last.
    pub profile: Profile,
    /// The time of the message `profile` came with: a later one replaces it, an earlier one does not.
    pub profile_at: Timestamp,
    /// The time of the first message from it.
    pub first_seen_at: Timestamp,
}

/// A person who talks to us, with one or more identities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Customer {
    /// Our id.
    pub id: CustomerId,
    /// The profiles known to be this person's.
    pub identities: BTreeSet<IdentityId>,
    /// What the host says about them: value tier, customer number …
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// The customer this one was merged into, which lists its identities. Messages and cases keep this one's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<CustomerId>,
    /// The merges that made this customer, newest last; each can be undone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merges: Vec<Merge>,
}

/// A merge of two customers, with what it takes to undo it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Merge {
    /// The customer that was merged in.
    pub from: CustomerId,
    /// The identities that moved.
    pub identities: BTreeSet<IdentityId>,
    /// When.
    pub at: Timestamp,
    /// Who decided it.
    pub by: String,
    /// Why: what shows that they are one person.
    pub evidence: Vec<String>,
}
