//! What is looked for in an answer before it is sent, and how much it weighs.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::duration::{self, DurationText};
use crate::model::PiiKind;

/// What a guard's objection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strictness {
    /// The answer is not sent.
    Block,
    /// Whoever writes it is told, and may send it all the same.
    Warn,
    /// Nothing is looked for.
    Off,
}

impl Strictness {
    /// Every value, in order.
    pub const KNOWN: [&str; 3] = ["block", "warn", "off"];
}

impl JsonSchema for Strictness {
    fn schema_name() -> Cow<'static, str> {
        "Strictness".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Self::KNOWN, "examples": ["warn"] })
    }
}

/// What is looked for in an answer before it is sent.
///
/// Each guard is `block` (the answer is not sent), `warn` (whoever writes it is told) or `off`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GuardRules {
    /// Personal data in an answer that others can read.
    pub pii_in_public: Strictness,
    /// Asking for personal data where others can read the answer.
    pub asks_for_pii_in_public: Strictness,
    /// The same or nearly the same text as sent before in this conversation, under this post or to these people.
    pub repeated: Strictness,
    /// Blaming, defending ourselves, shouting.
    pub tone: Strictness,
    /// More than one comment should hold, or can.
    pub too_long_for_comment: Strictness,
    /// Answering somebody marked as not to be engaged with.
    pub do_not_engage: Strictness,
    /// Answering one by one while an open incident holds such answers.
    pub incident_hold: Strictness,
    /// The conversation has moved since whoever answers read it.
    pub conversation_moved: Strictness,
    /// The same submission once more.
    pub duplicate_submit: Strictness,
    /// The personal data that must not be published: `card`, `iban`, `phone`, `email`, `national_id`, `ip_address`. All
    /// but the last unless this says otherwise, since answers to technical questions are full of those.
    #[schemars(with = "Vec<String>")]
    pub pii: Vec<PiiKind>,
    /// The brand's own published e-mail addresses, telephone numbers and IBANs, and domains whose e-mail addresses are
    /// all its own: `care@acme.example`, `+49 30 1234567`, `acme.example`. They may be written anywhere.
    pub own_addresses: Vec<String>,
    /// The forms of our order numbers, which then count as personal data: `#` stands for a digit, everything else for
    /// itself, upper or lower case: `AC-######`.
    pub order_numbers: Vec<String>,
    /// From how much in common two texts are nearly the same: 1 is the same words in the same order, 0 nothing.
    pub repeated_from: f64,
    /// How long a text counts as sent before.
    #[serde(with = "duration")]
    #[schemars(with = "DurationText")]
    pub repeated_within: Duration,
    /// Texts of fewer words may be repeated.
    pub repeated_words: u32,
    /// From which part of its words in capitals on an answer shouts: 0.5 is every other word.
    pub capitals: f64,
    /// From how many exclamation marks in a row on an answer shouts.
    pub exclamation_marks: u32,
    /// The most characters a public answer should have, whatever the network takes.
    pub comment_length: u32,
}

impl Default for GuardRules {
    fn default() -> Self {
        Self {
            pii_in_public: Strictness::Block,
            asks_for_pii_in_public: Strictness::Block,
            repeated: Strictness::Warn,
            tone: Strictness::Warn,
            too_long_for_comment: Strictness::Warn,
            do_not_engage: Strictness::Block,
            incident_hold: Strictness::Block,
            conversation_moved: Strictness::Block,
            duplicate_submit: Strictness::Block,
            pii: vec![PiiKind::Card, PiiKind::Iban, PiiKind::Phone, PiiKind::Email, PiiKind::NationalId],
            own_addresses: Vec::new(),
            order_numbers: Vec::new(),
            repeated_from: 0.6,
            repeated_within: Duration::from_secs(7 * 86_400),
            repeated_words: 5,
            capitals: 0.5,
            exclamation_marks: 3,
            comment_length: 1000,
        }
    }
}
