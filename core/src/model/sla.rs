//! Service levels: promises about time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Timestamp, open_enum};

open_enum! {
    /// What an SLA clock promises.
    ClockKind {
        /// The first answer to a customer's first turn.
        FirstResponse = "first_response",
        /// The answer to every later turn.
        NextResponse = "next_response",
        /// The end of the case.
        Resolution = "resolution",
    }
}

/// A promise that runs in business time: from the customer's turn to our answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct SlaClock {
    /// What it promises.
    pub kind: ClockKind,
    /// The time promised, in business seconds.
    pub target_secs: u32,
    /// The calendar it runs in, by its name in the policy.
    pub calendar: String,
    /// The turn that started it, by the network's own time.
    pub started_at: Timestamp,
    /// Business seconds used up before the present stretch: what a pause leaves behind.
    #[serde(default)]
    pub used_secs: u32,
    /// When the present stretch began; absent while paused or once stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running_since: Option<Timestamp>,
    /// When the promise is broken if nothing happens; absent while paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// When it was kept or given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Timestamp>,
    /// When it was broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breached_at: Option<Timestamp>,
    /// How many steps of the escalation ladder were taken for it.
    #[serde(default)]
    pub escalation: u8,
}

impl SlaClock {
    /// Whether its time is running: neither paused nor stopped.
    pub fn is_running(&self) -> bool {
        self.running_since.is_some()
    }
}
