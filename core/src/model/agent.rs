//! Agents and teams as they are right now. Who they are stands in the policy; this is what changes by the minute.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AgentId, CaseId, Timestamp};

/// An agent at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Presence {
    /// The agent.
    pub agent: AgentId,
    /// Whether they take work.
    pub online: bool,
    /// Until when that holds unless repeated; absent means until changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// When they last came or went.
    pub changed_at: Timestamp,
    /// The cases they hold that use up capacity.
    pub cases: BTreeSet<CaseId>,
}

impl Presence {
    /// Whether the agent takes work at `now`.
    pub fn available_at(&self, now: Timestamp) -> bool {
        self.online && self.until.is_none_or(|until| now < until)
    }
}
