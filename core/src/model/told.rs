//! How things stand that a network tells of beside messages: told once more, they stand as they did.

use std::collections::BTreeMap;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AccountId, ConversationId, IdentityId, Profile, ThreadOwner, Timestamp};

/// A person's reaction to a message, as it stands after all that was told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct ReactionState {
    /// Who reacted; absent for one of ours and where the network does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<IdentityId>,
    /// What, in the network's word.
    #[schemars(with = "String")]
    pub reaction: CompactString,
    /// Whether it was taken back.
    #[serde(default)]
    pub removed: bool,
    /// Since when it stands so, as far as the network told.
    pub at: Timestamp,
}

/// What a network tells of a private thread beside its messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct ThreadState {
    /// The thread.
    pub conversation: ConversationId,
    /// Everything of ours up to this time was delivered to the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_up_to: Option<Timestamp>,
    /// Everything of ours up to this time was read by the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_up_to: Option<Timestamp>,
    /// Who may write in it; absent until the network tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// Who last asked for the right to write in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// The latest signal of each name; at most [`ThreadState::SIGNALS`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub signals: BTreeMap<String, Signalled>,
}

impl ThreadState {
    /// So many signals of different names a thread keeps; the oldest go first.
    pub const SIGNALS: usize = 16;

    /// A thread of which nothing was told yet.
    pub fn new(conversation: ConversationId) -> Self {
        Self {
            conversation,
            delivered_up_to: None,
            read_up_to: None,
            held: None,
            asked: None,
            signals: BTreeMap::new(),
        }
    }
}

/// Who may write in a private thread.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Held {
    /// Since when.
    pub since: Timestamp,
    /// Who.
    pub owner: ThreadOwner,
    /// The app, where the network names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub app: Option<CompactString>,
}

/// Who asked for the right to write in a private thread.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Asked {
    /// When.
    pub at: Timestamp,
    /// The app, where the network names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub app: Option<CompactString>,
}

/// Something signalled in a private thread that is not a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Signalled {
    /// When.
    pub at: Timestamp,
    /// Who; absent for one of ours and where the network does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<IdentityId>,
    /// What it carries, by the network's own field names.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub extensions: serde_json::Map<String, serde_json::Value>,
}

/// What a network said about a brand account and what we may do with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct AccountState {
    /// The account.
    pub account: AccountId,
    /// What the network said, the latest first; at most [`AccountState::KEPT`].
    pub said: Vec<AccountSaid>,
}

impl AccountState {
    /// So many of the latest changes an account keeps.
    pub const KEPT: usize = 10;
}

/// One thing that a network said about a brand account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct AccountSaid {
    /// When, as far as the network told.
    pub at: Timestamp,
    /// What, in the words of [`AccountChange::change`](super::AccountChange::change).
    #[schemars(with = "String")]
    pub change: CompactString,
    /// The network's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The person whose data must go: who withdrew what they had allowed, or asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<IdentityId>,
    /// That person as the network names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
}

impl AccountSaid {
    /// What is to be done about it.
    pub fn to_do(&self) -> &'static str {
        match &*self.change {
            "revoked" if self.profile.is_none() => {
                "connect the account again or take it out of the policy; what came by way of the permission is due for erasure"
            }
            "revoked" | "deauthorised" | "erasure_asked" => "erase what is kept about the person",
            "blocked" => "nothing can be sent until the network lifts it: see the account's own notices there",
            "unblocked" => "nothing: the account works again",
            "warned" => "read the reason and mend its cause, or appeal to the network",
            "severed" => "look at the account's followers: the server cut them off",
            _ => "see the account's own notices on the network",
        }
    }

    /// What was said, about whom, why, and what is to be done, as one line.
    pub fn in_words(&self) -> String {
        let mut line = self.change.to_string();
        if let Some(profile) = &self.profile {
            line.push_str(&format!(
                " by {} ({})",
                profile.handle.as_ref().unwrap_or(&profile.native_id),
                profile.scope
            ));
        }
        if let Some(reason) = &self.reason {
            line.push_str(&format!(" ({reason})"));
        }
        line + ": " + self.to_do()
    }
}
