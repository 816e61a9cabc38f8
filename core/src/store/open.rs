//! Which of the open cases are listed or counted.

use crate::model::{AgentId, Case, CaseStatus, NetworkName, TeamId, Timestamp};

/// Which of the open cases; what is absent or false narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenFilter {
    /// Only this team's.
    pub team: Option<TeamId>,
    /// Only those this agent holds.
    pub agent: Option<AgentId>,
    /// Only those that began on this network.
    pub network: Option<NetworkName>,
    /// Only those that wait for an agent.
    pub queued: bool,
    /// Only those whose customer waits for us.
    pub awaiting: bool,
    /// Only those due at this instant or later.
    pub due_from: Option<Timestamp>,
    /// Only those due before this instant.
    pub due_before: Option<Timestamp>,
}

impl OpenFilter {
    /// A team's.
    pub fn of_team(team: impl Into<TeamId>) -> Self {
        Self { team: Some(team.into()), ..Self::default() }
    }

    /// Those an agent holds.
    pub fn of_agent(agent: impl Into<AgentId>) -> Self {
        Self { agent: Some(agent.into()), ..Self::default() }
    }

    /// Whether `case` is open and one of them.
    pub fn takes(&self, case: &Case) -> bool {
        let Self { team, agent, network, queued, awaiting, due_from, due_before } = self;
        let holder = case.assignment.as_ref().map(|assignment| &assignment.agent);
        case.is_open()
            && team.as_ref().is_none_or(|team| case.team == *team)
            && agent.as_ref().is_none_or(|agent| holder == Some(agent))
            && network.as_ref().is_none_or(|network| case.network == *network)
            && (!queued || case.status == CaseStatus::Queued)
            && (!awaiting || case.awaiting_since.is_some())
            && due_from.is_none_or(|from| case.due_at.is_some_and(|at| at >= from))
            && due_before.is_none_or(|before| case.due_at.is_some_and(|at| at < before))
    }
}

/// What open cases are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseField {
    /// The team.
    Team,
    /// The agent who holds it; blank where nobody does.
    Agent,
    /// The network it began on.
    Network,
    /// The tier, in digits.
    Tier,
    /// The subject.
    Category,
}

impl CaseField {
    /// What stands there in `case`.
    pub fn of(self, case: &Case) -> String {
        match self {
            Self::Team => case.team.to_string(),
            Self::Agent => case.assignment.as_ref().map(|held| held.agent.to_string()).unwrap_or_default(),
            Self::Network => case.network.to_string(),
            Self::Tier => case.tier.to_string(),
            Self::Category => case.category.to_string(),
        }
    }
}
