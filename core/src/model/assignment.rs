//! Who handles a case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AgentId, TeamId, Timestamp};

/// Why something was decided: a rule and what it saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Reason {
    /// The rule or model, `<room>.<name>`, e.g. `routing.sticky` or `sla.tier_1`.
    pub rule: String,
    /// What it saw, as a short phrase without customer text.
    pub note: String,
}

impl Reason {
    /// A reason by `rule` with what it saw.
    pub fn new(rule: impl Into<String>, note: impl Into<String>) -> Self {
        Self { rule: rule.into(), note: note.into() }
    }
}

/// A case in the hands of one agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Assignment {
    /// The agent.
    pub agent: AgentId,
    /// The team whose queue it came from.
    pub team: TeamId,
    /// When it was offered or taken.
    pub at: Timestamp,
    /// By when it must be accepted, or it goes back to the queue; absent once accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept_by: Option<Timestamp>,
    /// When the agent accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
    /// Whether a person gave or took it: it is not handed over when the agent's hours end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// Why this agent.
    pub reasons: Vec<Reason>,
}
