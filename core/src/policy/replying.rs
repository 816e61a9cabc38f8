//! How answers are signed, who must approve which, and when we stop trying.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Condition;
use super::duration::{self, DurationText};

/// How answers are signed and sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReplyRules {
    /// What stands at the end of an answer that a person writes; `{initials}` becomes the agent's initials, and an agent
    /// without initials signs nothing: `^{initials}`. Absent: nothing.
    pub signature: Option<String>,
    /// How long sending is tried where the network is down or asks to wait; then the reply is refused.
    #[serde(with = "duration")]
    #[schemars(with = "DurationText")]
    pub give_up_after: Duration,
    /// The grounds on which a customer's comment may be hidden.
    pub hide_grounds: Vec<String>,
}

impl Default for ReplyRules {
    fn default() -> Self {
        Self {
            signature: None,
            give_up_after: Duration::from_secs(24 * 3600),
            hide_grounds: vec!["spam".to_owned(), "guideline".to_owned()],
        }
    }
}

/// When somebody is asked to go on in private, and how long they are expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HandoffRules {
    /// How long a customer who was asked into private is expected; who comes later begins a new case.
    #[serde(with = "duration")]
    #[schemars(with = "DurationText")]
    pub expires_after: Duration,
    /// After so many times to and fro in public, going on in private is suggested.
    pub turns: u32,
}

impl Default for HandoffRules {
    fn default() -> Self {
        Self { expires_after: Duration::from_secs(7 * 86_400), turns: 3 }
    }
}

/// Which answers somebody must approve before they are sent; the first rule that fits holds. Nobody approves their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRule {
    /// What fits: facts of the case, and `terms` in the words of the answer; an empty condition fits everything.
    #[serde(default)]
    pub when: Condition,
    /// Agents and teams whose answers it is about; `automatic` for those that nobody writes. Empty: everybody's.
    #[serde(default)]
    pub authors: Vec<String>,
    /// Whether only the first answer to a customer while an incident is open needs it.
    #[serde(default)]
    pub first_in_incident: bool,
    /// The agents and teams of whom one must approve; empty: anybody but the author.
    #[serde(default)]
    pub by: Vec<String>,
    /// How long the answer waits for it; then it has expired.
    #[serde(default = "four_hours", with = "duration")]
    #[schemars(with = "DurationText")]
    pub within: Duration,
}

impl ApprovalRule {
    /// How a rule names the answers that nobody writes.
    pub const AUTOMATIC: &str = "automatic";
}

fn four_hours() -> Duration {
    Duration::from_secs(4 * 3600)
}
