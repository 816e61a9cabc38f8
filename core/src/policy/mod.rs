//! The host's rules: one TOML file per tenant, typed, validated, with defaults good enough for `[brand] name = "Acme"`.
//!
//! ```
//! use careline::policy::{CompiledPolicy, Policy};
//! let policy = Policy::parse("[brand]\nname = 'Acme'\nlangauge = 'de'", "acme.toml");
//! assert_eq!(
//!     policy.unwrap_err().to_string(),
//!     "acme.toml:3:1: brand.langauge: there is no key `langauge`; did you mean \"language\"?"
//! );
//! let policy = CompiledPolicy::new(Policy::from_brand("Acme"))?;
//! assert_eq!(policy.teams()[0].rule.id.as_str(), "care");
//! # Ok::<(), careline::policy::PolicyErrors>(())
//! ```

mod automatic;
mod brand;
mod calendar;
mod check;
mod compiled;
mod condition;
mod duration;
mod guarding;
mod keeping;
mod mistake;
mod people;
mod promise;
mod read;
mod replying;
mod subject;
mod terms;
mod texts;

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::TeamId;

pub use automatic::{AcknowledgementRule, AutomaticRules, FollowUpRule, SurveyRule};
pub use brand::{AccountRule, Brand, LONGEST_TERM};
pub use calendar::{ALWAYS, Calendar, CalendarRule, WEEKDAYS, tz_version};
pub use compiled::{Agent, CompiledPolicy, Sla, Team};
pub use condition::{Condition, Facts};
pub use guarding::{GuardRules, Strictness};
pub use keeping::{AdviceRules, CaseRules, Retention};
pub(crate) use mistake::nearest;
pub use mistake::{Mistake, Place, PolicyErrors};
pub use people::{AgentRule, TeamRule};
pub use promise::{ASSIGNEE, EscalationStep, HOST_PREFIX, OWN_TEAM, SlaRule};
pub use replying::{ApprovalRule, HandoffRules, ReplyRules};
pub use subject::{CATEGORIES, CategoryRule, Listening, PriorityRule, QueryRelevance, QueryRule};
pub use terms::Terms;
pub use texts::{Texts, base_language, same_language};

/// The team of a policy that names none.
pub const DEFAULT_TEAM: &str = "care";

/// One tenant's rules, as written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Who we are.
    pub brand: Brand,
    /// Our accounts on the networks.
    #[serde(default)]
    pub accounts: Vec<AccountRule>,
    /// What is about us although nobody addresses us, and what is not although it looks so.
    #[serde(default)]
    pub listening: Listening,
    /// Subjects, besides the built-in ones: `product`, `website`, `technical`, `billing`, `delivery`, `account`,
    /// `service`, `other`.
    #[serde(default)]
    pub categories: Vec<CategoryRule>,
    /// Corrections to the tiers of the assessment; the first rule that fits wins.
    #[serde(default)]
    pub priorities: Vec<PriorityRule>,
    /// Groups of agents with a queue. Without any there is one team, `care`.
    #[serde(default)]
    pub teams: Vec<TeamRule>,
    /// The people who answer. Without any, everybody who comes online is one.
    #[serde(default)]
    pub agents: Vec<AgentRule>,
    /// Business hours. `always` is built in.
    #[serde(default)]
    pub calendars: Vec<CalendarRule>,
    /// Promises about time; the first rule that fits wins.
    #[serde(default)]
    pub sla: Vec<SlaRule>,
    /// What happens as a promise runs out, in order.
    #[serde(default)]
    pub escalation: Vec<EscalationStep>,
    /// When messages share a case.
    #[serde(default)]
    pub cases: CaseRules,
    /// How long what is kept; absent: for ever.
    #[serde(default)]
    pub retention: Retention,
    /// How long a host's own model may take.
    #[serde(default)]
    pub advice: AdviceRules,
    /// What is looked for in an answer before it is sent.
    #[serde(default)]
    pub guards: GuardRules,
    /// How answers are signed and sent.
    #[serde(default)]
    pub replies: ReplyRules,
    /// Which answers somebody must approve before they are sent; the first rule that fits holds. Without any, none.
    #[serde(default)]
    pub approvals: Vec<ApprovalRule>,
    /// When somebody is asked to go on in private, and how long they are expected.
    #[serde(default)]
    pub handoff: HandoffRules,
    /// What is said without anybody writing it.
    #[serde(default)]
    pub automatic: AutomaticRules,
    /// Texts shown to customers, by name; each a table by language: `{ en = "Hello", de = "Hallo" }`. A reader gets
    /// their own language, else the brand's, else English, else any.
    #[serde(default)]
    pub texts: BTreeMap<String, Texts>,
}

impl Policy {
    /// A policy that says nothing but who we are.
    pub fn from_brand(name: impl Into<String>) -> Self {
        let brand = Brand { name: name.into(), language: brand::english() };
        Self { brand, ..Self::default() }
    }

    /// The form of a policy file as JSON Schema, for editors that complete and check while one writes.
    pub fn schema() -> &'static serde_json::Value {
        &read::SCHEMA
    }

    /// Reads a policy from TOML; `file` is the name that mistakes carry.
    ///
    /// # Errors
    /// Every mistake in form and meaning, each with its place.
    pub fn parse(text: &str, file: &str) -> Result<Self, PolicyErrors> {
        read::parse(text, file)
    }

    /// Reads a policy from a TOML file.
    ///
    /// # Errors
    /// As [`Policy::parse`], and if the file cannot be read.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, PolicyErrors> {
        let (path, file) = (path.as_ref(), path.as_ref().display().to_string());
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, &file),
            Err(error) => Err(PolicyErrors::new(vec![Mistake {
                file,
                place: None,
                key: String::new(),
                reason: format!("cannot be read: {error}"),
                nearest: None,
            }])),
        }
    }
}
