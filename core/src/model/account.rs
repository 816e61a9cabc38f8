//! Brand accounts and the networks they are on.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::AccountId;

/// The short name of a network: `x`, `facebook`, `mastodon` …
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct NetworkName(#[schemars(with = "String")] CompactString);

impl NetworkName {
    /// The name of a built-in network, at no cost.
    pub const fn new(name: &'static str) -> Self {
        Self(CompactString::const_new(name))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for NetworkName {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

#[cfg(feature = "reflect")]
impl crate::reflect::Reflected for NetworkName {
    fn kind() -> crate::reflect::Kind {
        crate::reflect::Kind::Id
    }
    fn view(&self) -> crate::reflect::View<'_> {
        crate::reflect::View::Text(&self.0)
    }
}

impl std::fmt::Display for NetworkName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// A brand account as its network names it. The engine maps it to a tenant and an [`AccountId`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct NativeAccount {
    /// The network.
    pub network: NetworkName,
    /// The account's id there; where ids are local to a server, `host/id`.
    #[schemars(with = "String")]
    pub native_id: CompactString,
}

impl NativeAccount {
    /// The account `native_id` on `network`.
    pub fn new(network: NetworkName, native_id: impl Into<CompactString>) -> Self {
        Self { network, native_id: native_id.into() }
    }
}

/// One brand presence on one network: @acme and @acmehelp are two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Account {
    /// The name the policy gives it.
    pub id: AccountId,
    /// How the network names it.
    pub native: NativeAccount,
    /// The handle without `@`; empty where the network has none.
    pub handle: String,
    /// The id scope of the profile that speaks for this account, as its own messages carry it.
    #[schemars(with = "String")]
    pub scope: CompactString,
}
