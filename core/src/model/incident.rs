//! Incidents: many people, one problem. While one is open, answers one by one are held, and one statement is published.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AccountId, Case, IncidentId, ReplyId, Timestamp};
use crate::policy::Condition;

/// Many people, one problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Incident {
    /// Our id.
    pub id: IncidentId,
    /// The key it was opened under: the same key again is the same incident.
    pub key: String,
    /// What it is called among colleagues.
    pub name: String,
    /// Whose messages are about it: facts of the case, and `terms` in the words of the message.
    pub when: Condition,
    /// Cases opened since then are looked at.
    pub since: Timestamp,
    /// Whether answers one by one are held while it is open.
    pub hold: bool,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: Timestamp,
    /// Who released what it held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_by: Option<String>,
    /// When; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Timestamp>,
    /// The statements that were submitted about it, one per account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<Statement>,
}

impl Incident {
    /// Whether answers are held.
    pub fn is_open(&self) -> bool {
        self.released_at.is_none()
    }
}

/// A statement about an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Statement {
    /// The account that says it.
    pub account: AccountId,
    /// The post.
    pub reply: ReplyId,
}

/// What it takes to open an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct IncidentDraft {
    /// Names this incident for ever: the same key again changes nothing. At most 200 characters.
    pub key: String,
    /// What it is called among colleagues.
    pub name: String,
    /// Whose messages are about it; must ask for something.
    pub when: Condition,
    /// Cases opened since then are looked at; absent: since a day before it is opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Whether answers one by one go on all the same.
    pub without_hold: bool,
}

/// Somebody who is owed an answer once an incident is released.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Owed {
    /// The case.
    pub case: Case,
    /// The reply that was held back, if one was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<ReplyId>,
}
