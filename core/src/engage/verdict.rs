//! The verdict: whether a draft may be sent, where it would go and how it would stand there; or why not, and what can be
//! done instead.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::compose::ComposeNote;
use super::guard::{Instead, Objection, Weight};
use crate::model::{Approval, Content, Reason, Surface, Timestamp, Visibility};
use crate::routing::Invitation;

/// What is to be known about a draft before it is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
#[non_exhaustive]
pub struct Verdict {
    /// Whether it may be sent.
    pub allowed: bool,
    /// What would be done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`.
    #[schemars(with = "String")]
    pub verb: CompactString,
    /// Where it would go; absent if nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// What the network would get, part by part; empty for an act without words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Content>,
    /// How long the parts are together, in `unit`.
    pub length: u32,
    /// The most that one part may hold, in `unit`; 0 where that is not known.
    pub length_max: u32,
    /// What is counted: `weighted`, `grapheme`, `code_point`, `utf16`, `byte`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// What was changed in the words so that the network takes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<ComposeNote>,
    /// What the guards have against it; spans are of the draft's text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objections: Vec<Objection>,
    /// Why it may not be sent, and what else is worth knowing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What can be done instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<Instead>,
    /// Other places that are open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open_routes: Vec<Route>,
    /// Who would have to approve it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// How the customer can be asked in public to go on in private.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
    /// Whether an open incident alone keeps it from being sent: submitted, it is held until that is released.
    #[serde(default)]
    pub held: bool,
}

/// A place an answer would go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Route {
    /// The verb that goes there.
    #[schemars(with = "String")]
    pub verb: CompactString,
    /// The kind of place.
    pub surface: Surface,
    /// Who could read it.
    pub visibility: Visibility,
    /// Until when it is open; absent if it does not close.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Timestamp>,
    /// What sending all parts costs in US dollars, where the network takes money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f32>,
    /// The permission of the network that it rests on, where that must be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub tag: Option<CompactString>,
    /// Whether the network takes one message there and no second one.
    #[serde(default)]
    pub single: bool,
}

impl Verdict {
    /// Denies it, and says what can be done instead.
    pub(crate) fn deny(&mut self, reason: Reason, instead: Option<Instead>) {
        self.allowed = false;
        self.reasons.push(reason);
        self.suggest(instead);
    }

    pub(crate) fn suggest(&mut self, instead: impl IntoIterator<Item = Instead>) {
        for step in instead {
            if step != Instead::Nothing && !self.instead.contains(&step) {
                self.instead.push(step);
            }
        }
    }

    /// Takes what the guards say: what blocks, and what warns and was not set aside, denies.
    pub(crate) fn object(&mut self, objections: Vec<Objection>, despite: &[String]) {
        for objection in objections {
            let set_aside =
                objection.weight == Weight::Warn && despite.iter().any(|name| name == objection.guard.as_str());
            if !set_aside {
                self.allowed = false;
                self.reasons.extend(objection.reasons.iter().cloned());
                self.suggest([objection.instead]);
                if objection.weight == Weight::Warn {
                    self.suggest([Instead::SetAside]);
                }
            }
            self.objections.push(objection);
        }
    }
}
