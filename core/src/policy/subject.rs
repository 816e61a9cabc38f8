//! What is about us, and what it is about.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
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
    /// For a name that is a common word, too: words and phrases one of which must be in the message as well, else the
    /// name and the terms alone do not make it one about us.
    #[serde(default)]
    pub context: Vec<String>,
    /// Questions asked about every message, in the language of `docs/queries.md`.
    #[serde(default)]
    pub queries: Vec<QueryRule>,
}

/// A query, and what it means that a message matches it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryRule {
    /// Its id: evidence names it as `listen.query.<id>`.
    pub id: String,
    /// The query: `acme (late OR delay*) NOT cartoon`.
    pub query: String,
    /// Whether messages that match are `about` us or `none` of our business.
    #[serde(default)]
    pub relevance: QueryRelevance,
}

/// What it means that a message matches a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryRelevance {
    /// It is about us.
    #[default]
    About,
    /// It is not about us, whatever else is in it.
    None,
}

impl QueryRelevance {
    /// Every value, in order.
    pub const KNOWN: [&str; 2] = ["about", "none"];
}

impl JsonSchema for QueryRelevance {
    fn schema_name() -> Cow<'static, str> {
        "QueryRelevance".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Self::KNOWN, "examples": ["about"] })
    }
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
