//! Promises about time, and what happens as they run out.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Condition;
use super::duration::{self, DurationText};
use crate::model::{CaseStatus, TeamId};

/// Promises for cases that fit.
///
/// They run in business time. A rule without promises makes none for what fits. Without any rule tier 1 is promised a
/// first answer in 1 hour, each later one in 2 and an end in 24; tier 2 in 4, 8 and 72 hours; tiers 3 and 4 nothing.
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
    #[schemars(with = "Option<DurationText>")]
    pub first_response: Option<Duration>,
    /// Time to each later answer.
    #[serde(default, with = "duration::option")]
    #[schemars(with = "Option<DurationText>")]
    pub next_response: Option<Duration>,
    /// Time to the end of the case.
    #[serde(default, with = "duration::option")]
    #[schemars(with = "Option<DurationText>")]
    pub resolution: Option<Duration>,
    /// Statuses in which the resolution clock stands still; default `waiting`.
    #[serde(default = "waiting")]
    pub pause_in: Vec<CaseStatus>,
}

fn waiting() -> Vec<CaseStatus> {
    vec![CaseStatus::Waiting]
}

/// The promises of a policy that makes none of its own.
pub(super) fn usual_promises() -> Vec<SlaRule> {
    let hours = |hours: u64| Some(Duration::from_secs(hours * 3600));
    let rule = |tier, first, next, resolution| SlaRule {
        when: Condition { tier: vec![tier], ..Condition::default() },
        calendar: None,
        first_response: hours(first),
        next_response: hours(next),
        resolution: hours(resolution),
        pause_in: waiting(),
    };
    vec![rule(1, 1, 2, 24), rule(2, 4, 8, 72)]
}

/// A step of the escalation ladder.
///
/// Without any step whoever holds the case is told at 0.75 of the time, and the team at the breach.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationStep {
    /// When, as a part of the promised business time: 0.5 is halfway, 1 is the breach, 1.5 is half the time after it.
    pub at: f64,
    /// Who is told: `assignee` (who holds the case), `team` (the case's own), an agent, a team, or `host:NAME` for
    /// somebody only the host knows.
    #[serde(default)]
    pub notify: Vec<String>,
    /// The team the case moves to; absent: it stays.
    #[serde(default)]
    pub move_to: Option<TeamId>,
}

/// In `notify`: whoever holds the case.
pub const ASSIGNEE: &str = "assignee";
/// In `notify`: the case's own team.
pub const OWN_TEAM: &str = "team";
/// In `notify`: begins a name that only the host knows.
pub const HOST_PREFIX: &str = "host:";

/// The ladder of a policy without one of its own.
pub(super) fn usual_ladder() -> Vec<EscalationStep> {
    let step = |at, notify: &[&str]| EscalationStep {
        at,
        notify: notify.iter().map(|name| (*name).to_owned()).collect(),
        move_to: None,
    };
    vec![step(0.75, &[ASSIGNEE]), step(1.0, &[ASSIGNEE, OWN_TEAM])]
}
