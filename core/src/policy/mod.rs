//! The host's rules: one TOML file per tenant, typed, validated, with defaults good enough for `[brand] name = "Acme"`.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Account, AccountId, AgentId, TeamId};

/// A text shown to a customer, by language. [`Texts::in_language`] falls back to `en`, then to any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Texts(pub BTreeMap<String, String>);

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
    /// Subjects, besides the built-in ones.
    #[serde(default)]
    pub categories: Vec<CategoryRule>,
    /// Corrections to the tiers of the assessment; the first rule that fits wins.
    #[serde(default)]
    pub priorities: Vec<PriorityRule>,
    /// Groups of agents with a queue. Without any there is one team, `care`.
    #[serde(default)]
    pub teams: Vec<TeamRule>,
    /// The people who answer.
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
    /// How long what is kept.
    #[serde(default)]
    pub retention: Retention,
    /// How long a host's own model may take.
    #[serde(default)]
    pub advice: AdviceRules,
    /// Texts shown to customers, by name.
    #[serde(default)]
    pub texts: BTreeMap<String, Texts>,
}

/// Who we are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The brand's name; also the first listening term.
    pub name: String,
    /// The language assumed where none can be told, as a BCP 47 tag.
    #[serde(default = "english")]
    pub language: String,
}

fn english() -> String {
    "en".to_owned()
}

/// One of our accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountRule {
    /// The name everything else uses for it.
    pub id: AccountId,
    /// The network: `x`, `facebook`, `mastodon` …
    pub network: String,
    /// The account's id on the network, where it is known beforehand; webhooks name accounts by it.
    #[serde(default)]
    pub native_id: Option<String>,
    /// The server, for networks that have many: `social.example`.
    #[serde(default)]
    pub host: Option<String>,
    /// The handle, with or without `@`.
    #[serde(default)]
    pub handle: Option<String>,
    /// The team that answers for it unless a team's own rules say more.
    #[serde(default)]
    pub team: Option<TeamId>,
}

/// What is about us although nobody addresses us.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listening {
    /// Words and phrases that are about us, besides the brand's name.
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
    pub tier: u8,
}

/// Facts that must all hold; each list means any of these, an absent one means anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Categories.
    #[serde(default)]
    pub category: Vec<String>,
    /// Intents: `complaint`, `question`, `request`, `praise`, `chatter`.
    #[serde(default)]
    pub intent: Vec<String>,
    /// Sentiments: `negative`, `neutral`, `positive`.
    #[serde(default)]
    pub sentiment: Vec<String>,
    /// Languages as BCP 47 tags.
    #[serde(default)]
    pub language: Vec<String>,
    /// Networks.
    #[serde(default)]
    pub network: Vec<String>,
    /// Our accounts.
    #[serde(default)]
    pub account: Vec<AccountId>,
    /// Surfaces: `post`, `comment`, `mention`, `direct_message`, `review` …
    #[serde(default)]
    pub surface: Vec<String>,
    /// Tiers before this rule.
    #[serde(default)]
    pub tier: Vec<u8>,
    /// Teams; only where a team is known (SLA).
    #[serde(default)]
    pub team: Vec<TeamId>,
    /// Words or phrases in the text.
    #[serde(default)]
    pub terms: Vec<String>,
}

/// A group of agents with a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamRule {
    /// Its id.
    pub id: TeamId,
    /// Which cases it takes; the first team that fits wins, an empty condition takes what is left.
    #[serde(default)]
    pub takes: Condition,
    /// Skills an agent needs for its cases.
    #[serde(default)]
    pub skills: Vec<String>,
    /// The hours it works; absent: always.
    #[serde(default)]
    pub calendar: Option<String>,
    /// How long an agent may take to accept an offer; absent: offers count as accepted at once.
    #[serde(default, with = "duration::option")]
    #[schemars(with = "Option<String>")]
    pub accept_within: Option<Duration>,
    /// The team that takes over cases that wait too long, or while this one is closed.
    #[serde(default)]
    pub overflow_to: Option<TeamId>,
    /// How long a case waits before it overflows.
    #[serde(default, with = "duration::option")]
    #[schemars(with = "Option<String>")]
    pub overflow_after: Option<Duration>,
}

/// A person who answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentRule {
    /// Their id.
    pub id: AgentId,
    /// Their name for people.
    #[serde(default)]
    pub name: String,
    /// The teams whose cases they take, most important first.
    #[serde(default)]
    pub teams: Vec<TeamId>,
    /// What they can do, and how well, 1 to 10.
    #[serde(default)]
    pub skills: BTreeMap<String, u8>,
    /// The languages they write, as BCP 47 tags; empty: any.
    #[serde(default)]
    pub languages: Vec<String>,
    /// How many cases they hold at once.
    #[serde(default = "capacity")]
    pub capacity: u32,
    /// Their hours; absent: whenever they are online.
    #[serde(default)]
    pub calendar: Option<String>,
}

fn capacity() -> u32 {
    5
}

/// Business hours in one zone, or in several after each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarRule {
    /// Its id.
    pub id: String,
    /// The IANA zone its hours are in: `Europe/Berlin`.
    #[serde(default)]
    pub zone: Option<String>,
    /// Intervals by weekday (`mon` … `sun`), each `HH:MM-HH:MM`; `24:00` is the end of the day.
    #[serde(default)]
    pub hours: BTreeMap<String, Vec<String>>,
    /// Days without hours, `YYYY-MM-DD` in the zone.
    #[serde(default)]
    pub holidays: Vec<String>,
    /// Follow-the-sun: open whenever one of these is. Then `zone`, `hours` and `holidays` stay empty.
    #[serde(default)]
    pub follow: Vec<String>,
}

/// Promises for cases that fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlaRule {
    /// What fits; an empty condition fits everything.
    #[serde(default)]
    pub when: Condition,
    /// The hours it runs in; absent: the team's calendar, else always.
    #[serde(default)]
    pub calendar: Option<String>,
    /// Time to the first answer.
    #[serde(default, with = "duration::option")]
    #[schemars(with = "Option<String>")]
    pub first_response: Option<Duration>,
    /// Time to each later answer.
    #[serde(default, with = "duration::option")]
    #[schemars(with = "Option<String>")]
    pub next_response: Option<Duration>,
    /// Time to the end of the case.
    #[serde(default, with = "duration::option")]
    #[schemars(with = "Option<String>")]
    pub resolution: Option<Duration>,
    /// Statuses in which the resolution clock stands still; default `waiting`.
    #[serde(default = "pause_in")]
    pub pause_in: Vec<String>,
}

fn pause_in() -> Vec<String> {
    vec!["waiting".to_owned()]
}

/// What happens as a promise runs out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationStep {
    /// When, as a part of the promised business time: 0.5 is halfway, 1 is the breach, 1.5 is half the time after it.
    pub at: f64,
    /// Who is told: agents, teams, or names the host knows.
    pub notify: Vec<String>,
    /// The team the case moves to; absent: it stays.
    #[serde(default)]
    pub move_to: Option<TeamId>,
}

/// When messages share a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CaseRules {
    /// How long after its end a new turn in the same thread reopens a case; later it starts a new, linked one.
    #[serde(with = "duration")]
    #[schemars(with = "String")]
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
    #[schemars(with = "Option<String>")]
    pub raw: Option<Duration>,
    /// Texts of messages outside open cases.
    #[serde(with = "duration::option")]
    #[schemars(with = "Option<String>")]
    pub messages: Option<Duration>,
    /// Customers without an open case, counted from their last message.
    #[serde(with = "duration::option")]
    #[schemars(with = "Option<String>")]
    pub customers: Option<Duration>,
}

/// How long a host's own model may take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdviceRules {
    /// After this its silence counts as its answer.
    #[serde(with = "duration")]
    #[schemars(with = "String")]
    pub within: Duration,
}

impl Default for AdviceRules {
    fn default() -> Self {
        Self { within: Duration::from_secs(10) }
    }
}

/// Durations as people write them: `90s`, `15m`, `8h`, `7d`, and sums of these.
mod duration {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

    pub(super) fn read(text: &str) -> Option<Duration> {
        let mut secs = 0u64;
        let mut number = None::<u64>;
        for character in text.chars() {
            if let Some(digit) = character.to_digit(10) {
                number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(u64::from(digit))?);
            } else {
                let (_, unit) = UNITS.iter().find(|(letter, _)| *letter == character)?;
                secs = secs.checked_add(number.take()?.checked_mul(*unit)?)?;
            }
        }
        (number.is_none() && !text.is_empty()).then(|| Duration::from_secs(secs))
    }

    pub(super) fn write(duration: Duration) -> String {
        let mut secs = duration.as_secs();
        let mut text = String::new();
        for (letter, unit) in UNITS {
            if secs >= unit {
                text.push_str(&format!("{}{letter}", secs / unit));
                secs %= unit;
            }
        }
        if text.is_empty() { "0s".to_owned() } else { text }
    }

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&write(*duration))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is no duration; write `90s`, `15m`, `8h` or `7d`")))
    }

    pub(super) mod option {
        use super::*;

        pub(in super::super) fn serialize<S: Serializer>(
            duration: &Option<Duration>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match duration {
                Some(duration) => super::serialize(duration, serializer),
                None => serializer.serialize_none(),
            }
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Duration>, D::Error> {
            super::deserialize(deserializer).map(Some)
        }
    }
}

/// A policy made ready for use: names resolved, terms compiled, calendars parsed. Cheap to share, never changes.
#[derive(Debug)]
pub struct CompiledPolicy {
    policy: Policy,
    accounts: Vec<Account>,
}

impl CompiledPolicy {
    /// The policy as written.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The tenant's brand accounts.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }
}
