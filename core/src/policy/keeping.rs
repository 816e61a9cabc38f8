//! When messages share a case, and how long what is kept.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duration::{self, DurationText};

/// When messages share a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CaseRules {
    /// How long after its end a new turn in the same thread reopens a case; later it starts a new, linked one.
    #[serde(with = "duration")]
    #[schemars(with = "DurationText")]
    pub reopen_within: Duration,
    /// Whether a turn in another thread on the same network joins the customer's open case.
    pub join_threads: bool,
}

impl Default for CaseRules {
    fn default() -> Self {
        Self { reopen_within: Duration::from_secs(7 * 86_400), join_threads: false }
    }
}

/// How long what is kept; absent: for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Raw deliveries.
    #[serde(with = "duration::option")]
    #[schemars(with = "Option<DurationText>")]
    pub raw: Option<Duration>,
    /// Texts of messages outside open cases.
    #[serde(with = "duration::option")]
    #[schemars(with = "Option<DurationText>")]
    pub messages: Option<Duration>,
    /// Customers without an open case, counted from their last message.
    #[serde(with = "duration::option")]
    #[schemars(with = "Option<DurationText>")]
    pub customers: Option<Duration>,
}
