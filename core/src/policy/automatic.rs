//! What is said without anybody writing it: that we have seen a message, whether all is well, how satisfied somebody is.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duration::{self, DurationText};
use crate::model::Surface;

/// What is said without anybody writing it. Without rules nothing is. Everything passes the verdict as what agents write does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AutomaticRules {
    /// "We have seen it"; the first rule that takes the surface holds.
    pub acknowledgements: Vec<AcknowledgementRule>,
    /// "Is everything all right now?", some time after the end.
    pub follow_up: Option<FollowUpRule>,
    /// "How satisfied are you?", answered by a number from 1 to 5.
    pub csat: Option<SurveyRule>,
    /// "Would you recommend us?", answered by a number from 0 to 10.
    pub nps: Option<SurveyRule>,
}

/// When and how a message is acknowledged. It stops no clock: who is acknowledged still waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgementRule {
    /// Where the message stands; empty: anywhere.
    #[serde(default)]
    pub surfaces: Vec<Surface>,
    /// Names of texts within opening hours; they alternate, so that no two in a row are the same in public. Empty: nothing
    /// is said then.
    #[serde(default)]
    pub open: Vec<String>,
    /// Names of texts outside of them, such as when we are back.
    #[serde(default)]
    pub closed: Vec<String>,
    /// The opening hours; absent: those of the case's team.
    #[serde(default)]
    pub calendar: Option<String>,
    /// A customer gets one in so much time.
    #[serde(default = "day", with = "duration")]
    #[schemars(with = "DurationText")]
    pub once_per: Duration,
}

/// When somebody is asked whether all is well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUpRule {
    /// The name of the text.
    pub text: String,
    /// How long after the end.
    #[serde(with = "duration")]
    #[schemars(with = "DurationText")]
    pub after: Duration,
    /// The outcomes after which it is asked.
    #[serde(default = "resolved")]
    pub outcomes: Vec<String>,
}

/// When somebody is asked to judge us: only in private, only while the network's window is open, and by five gates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurveyRule {
    /// The name of the text.
    pub text: String,
    /// How long after the end.
    #[serde(with = "duration")]
    #[schemars(with = "DurationText")]
    pub after: Duration,
    /// The outcomes after which it is asked.
    #[serde(default = "resolved")]
    pub outcomes: Vec<String>,
    /// Which part of the cases is asked about, from 0 to 1.
    #[serde(default = "all")]
    pub sample: f32,
    /// A customer is asked once in so much time.
    #[serde(default = "quarter", with = "duration")]
    #[schemars(with = "DurationText")]
    pub once_per: Duration,
    /// Nobody is asked who got no answer of so many characters.
    #[serde(default)]
    pub shortest_answer: u32,
    /// The languages in which it is asked, as BCP 47 tags; empty: any.
    #[serde(default)]
    pub languages: Vec<String>,
}

fn day() -> Duration {
    Duration::from_secs(86_400)
}

fn quarter() -> Duration {
    Duration::from_secs(90 * 86_400)
}

fn all() -> f32 {
    1.0
}

fn resolved() -> Vec<String> {
    vec!["resolved".to_owned()]
}
