//! Teams and agents.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duration::{self, DurationText};
use super::{Condition, same_language};
use crate::model::{AgentId, TeamId};

/// A group of agents with a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamRule {
    /// Its id.
    pub id: TeamId,
    /// Which cases it takes; the first team that fits wins. An empty condition takes what no other team and no
    /// account's own team takes.
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
    #[schemars(with = "Option<DurationText>")]
    pub accept_within: Option<Duration>,
    /// The team that takes over cases that wait too long, or while this one is closed.
    #[serde(default)]
    pub overflow_to: Option<TeamId>,
    /// How long a case waits before it overflows; absent: it overflows only while this team is closed.
    #[serde(default, with = "duration::option")]
    #[schemars(with = "Option<DurationText>")]
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
    /// The initials that stand for them at the end of an answer; empty: none.
    #[serde(default)]
    pub initials: String,
    /// The teams whose cases they take, most important first; empty: all.
    #[serde(default)]
    pub teams: Vec<TeamId>,
    /// What they can do, and how well, 1 to 10. A skill named like a category counts for cases of that category.
    #[serde(default)]
    pub skills: BTreeMap<String, u8>,
    /// The languages they write, as BCP 47 tags; empty: any.
    #[serde(default)]
    pub languages: Vec<String>,
    /// How many cases they hold at once; with 0 they get only what is given to them by hand.
    #[serde(default = "capacity")]
    pub capacity: u32,
    /// Their hours; absent: whenever they are online. As they end, what they did not answer may go to a colleague.
    #[serde(default)]
    pub calendar: Option<String>,
}

impl AgentRule {
    /// An agent of every team, in any language, with the usual capacity.
    pub fn new(id: impl Into<AgentId>) -> Self {
        Self {
            id: id.into(),
            name: String::new(),
            initials: String::new(),
            teams: Vec::new(),
            skills: BTreeMap::new(),
            languages: Vec::new(),
            capacity: capacity(),
            calendar: None,
        }
    }

    /// Whether they take cases of `team`.
    pub fn is_in(&self, team: &TeamId) -> bool {
        self.teams.is_empty() || self.teams.contains(team)
    }

    /// Whether they write `language`; a language nobody could tell is written by all.
    pub fn writes(&self, language: &str) -> bool {
        matches!(language, "" | "und")
            || self.languages.is_empty()
            || self.languages.iter().any(|tag| same_language(tag, language))
    }
}

fn capacity() -> u32 {
    5
}
