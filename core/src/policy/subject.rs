//! What is about us, and what it is about.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, Texts};

/// The categories every policy has; [`CategoryRule`] adds to them.
pub const CATEGORIES: [&str; 8] =
    ["product", "website", "technical", "billing", "delivery", "account", "service", "other"];

/// What is about us although nobody addresses us.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listening {
    /// Words and phrases that are about us, besides the brand's name; each of at most 200 characters.
    #[serde(default)]
    pub terms: Vec<String>,
    /// Words and phrases that show that a message is not about us although a term is in it.
    #[serde(default)]
    pub noise: Vec<String>,
}

/// A subject, besides or instead of a built-in one of the same id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryRule {
    /// Its id: `billing`, `delivery`, `roaming` …
    pub id: String,
    /// Words and phrases that speak for it, by language; `any` holds in every language.
    #[serde(default)]
    pub terms: BTreeMap<String, Vec<String>>,
    /// Its name for people.
    #[serde(default)]
    pub name: Texts,
}

/// Sets the tier of messages that fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriorityRule {
    /// What fits; an empty condition fits everything.
    #[serde(default)]
    pub when: Condition,
    /// The tier, 1 (most pressing) to 4 (spam, bait, abuse).
    #[schemars(range(min = 1, max = 4))]
    pub tier: u8,
}
