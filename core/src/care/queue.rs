//! Who gets what waits: the queue of a team, and the cases of agents who are not at work while a customer waits.

use std::sync::{Mutex, PoisonError};

use super::engine::TenantRules;
use super::group::Tenants;
use super::tenant::Tenant;
use super::work::ROUTER;
use crate::error::Result;
use crate::model::{
    AgentId, Assignment, Case, CaseAction, CaseEvent, CaseStatus, Channel, EventBody, Presence, Reason, TeamId, Timer,
    TimerId, TimerPurpose, Timestamp,
};
use crate::routing::{AssignAsk, Routed};
use crate::store::{Commit, Key, Leased, Record, Scan, ScanOf, TenantCommit};

/// How many cases are looked at before other queues have their turn.
const SHARE: usize = 100;

/// A walk through the queue of a team, from the most pressing case to the last, under the team's lease.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) lease: Leased,
    /// How far it came.
    after: Option<String>,
    /// When something that waits can be given to somebody, as far as is known.
    retry_at: Option<Timestamp>,
}

impl Walk {
    pub(super) fn new(lease: Leased) -> Self {
        Self { lease, after: None, retry_at: None }
    }
}

/// Walks that one call of [`Engine::tick`](super::Engine::tick) leaves to the next. If none follows, the leases run out
/// and the walks begin anew.
#[derive(Debug, Default)]
pub(super) struct Walks(Mutex<Vec<Walk>>);

impl Walks {
    pub(super) fn take(&self) -> Vec<Walk> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn keep(&self, walks: Vec<Walk>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(walks);
    }
}

/// A case that waits for an agent, and who holds it although their hours are over.
struct Waiting {
    /// The case, as if nobody held it.
    case: Case,
    held: Option<Assignment>,
}

/// What one share of a walk rests on.
struct Round<'a> {
    rules: &'a TenantRules,
    team: &'a TeamId,
    now: Timestamp,
    roster: Vec<Presence>,
    retry_at: Option<Timestamp>,
}

impl Tenant {
    /// Gives the next waiting cases of a team to agents, most pressing first. Whether the walk is at its end.
    pub(super) async fn route(&self, team: &TeamId, walk: &mut Walk) -> Result<bool> {
        let Some(rules) = self.inner.rules(&self.id) else { return Ok(true) };
        let (now, roster) = (self.inner.now(), self.roster().await?);
        let mut round = Round { rules, team, now, roster, retry_at: walk.retry_at };
        let mut waiting = match walk.after {
            None => self.kept_by_absent(&mut round).await?,
            Some(_) => Vec::new(),
        };
        let scan = Scan { of: ScanOf::QueuedCases { team: team.clone() }, after: walk.after.take(), limit: SHARE };
        let page = self.store().scan(&self.id, &scan).await?;
        waiting.extend(page.records.into_iter().filter_map(|record| match record {
            Record::Case(case) => Some(Waiting { case: *case, held: None }),
            _ => None,
        }));
        waiting.sort_by(|one, other| pressing(&one.case).cmp(&pressing(&other.case)));
        for waiting in waiting {
            let events = round.give(waiting)?;
            if !events.is_empty() {
                self.happen(Channel::Engine, events).await?;
            }
        }
        walk.retry_at = round.retry_at;
        walk.after = page.after.filter(|_| round.goes_on());
        if walk.after.is_some() {
            return Ok(false);
        }
        let again_at = round.retry_at.into_iter().chain(round.hours_change_at()).filter(|at| *at > now).min();
        if let Some(due_at) = again_at {
            self.look_again(team, due_at).await?;
        }
        Ok(true)
    }

    /// The presence of every agent, by id.
    pub async fn roster(&self) -> Result<Vec<Presence>> {
        let records = self.scan(ScanOf::Roster, usize::MAX).await?;
        Ok(records
            .into_iter()
            .filter_map(|record| match record {
                Record::Presence(presence) => Some(presence),
                _ => None,
            })
            .collect())
    }

    /// Puts back what is held by agents who went while the customer waits; what those hold whose hours are over may go to
    /// somebody else.
    async fn kept_by_absent(&self, round: &mut Round<'_>) -> Result<Vec<Waiting>> {
        let keys: Vec<_> = round.absent().flat_map(|presence| presence.cases.iter().cloned().map(Key::Case)).collect();
        let (mut left, mut kept) = (Vec::new(), Vec::new());
        for keys in keys.chunks(SHARE) {
            for entry in self.store().load(&self.id, keys).await?.entries {
                let Some(Record::Case(case)) = entry.record else { continue };
                let waits = case.team == *round.team && case.awaiting_since.is_some();
                let Some(held) = case.assignment.clone().filter(|_| waits) else { continue };
                if round.has_left(&held) {
                    let reason = Reason::new("routing.release", "its agent is not there while the customer waits");
                    left.push(round.taken_from(&case, &held, None, vec![reason]));
                } else if !held.by_hand && round.is_off_hours(&held.agent) {
                    kept.push(Waiting { case: as_if_released(*case, &held), held: Some(held) });
                }
            }
        }
        if !left.is_empty() {
            self.happen(Channel::Engine, left).await?;
            // They have room again.
            round.roster = self.roster().await?;
        }
        Ok(kept)
    }

    async fn look_again(&self, team: &TeamId, due_at: Timestamp) -> Result<()> {
        let timer = Timer {
            id: TimerId::derive(&["route", team.as_str()]),
            due_at,
            purpose: TimerPurpose::Route { team: team.clone() },
        };
        let part = TenantCommit { tenant: self.id.clone(), as_of: 0, timers: vec![timer.into()], ..Default::default() };
        self.store().commit(Commit { deliveries: Vec::new(), tenants: vec![part] }).await
    }
}

impl Round<'_> {
    /// What happens to a waiting case now: nothing, if nobody can take it.
    fn give(&mut self, waiting: Waiting) -> Result<Vec<EventBody>> {
        let Waiting { case, held } = waiting;
        let ask = AssignAsk::new(&case, self.team, &self.roster, &self.rules.policy, self.now);
        let (team, assignment, reasons) = match self.rules.router.route(&ask)? {
            Routed::To(assignment) if held.as_ref().is_some_and(|held| held.agent == assignment.agent) => {
                return Ok(Vec::new());
            }
            Routed::To(assignment) => (None, Some(assignment), Vec::new()),
            Routed::Overflow { team, reasons } => (Some(team), None, reasons),
            Routed::Waits { retry_at, .. } => {
                self.retry_at = self.retry_at.into_iter().chain(retry_at).min();
                return Ok(Vec::new());
            }
        };
        let mut events = Vec::new();
        if let Some(held) = &held {
            let note = format!("the hours of {} are over", held.agent);
            let why = [Reason::new("routing.handed_over", note)].into_iter().chain(reasons).collect();
            events.push(self.taken_from(&case, held, team, why));
        } else if let Some(team) = team {
            let reason = reasons.iter().map(|reason| reason.note.as_str()).collect::<Vec<_>>().join("; ");
            events.push(by_router(&case, CaseAction::Release { team: Some(team), reason }));
        }
        for presence in &mut self.roster {
            if held.as_ref().is_some_and(|held| held.agent == presence.agent) {
                presence.cases.remove(&case.id);
            }
            if assignment.as_ref().is_some_and(|to| to.agent == presence.agent) {
                presence.cases.insert(case.id.clone());
            }
        }
        events.extend(assignment.map(|assignment| by_router(&case, CaseAction::Assign { assignment })));
        Ok(events)
    }

    fn taken_from(&self, case: &Case, held: &Assignment, team: Option<TeamId>, reasons: Vec<Reason>) -> EventBody {
        by_router(case, CaseAction::HandOver { from: held.agent.clone(), since: held.at, team, reasons })
    }

    /// Whether anything further down the queue can move: somebody in the team has room, or its cases overflow.
    fn goes_on(&self) -> bool {
        let overflows = self.rules.policy.team(self.team).is_none_or(|team| team.rule.overflow_to.is_some());
        let has_room = |presence: &Presence| {
            let agent = self.rules.policy.agent(&presence.agent).filter(|agent| agent.rule.is_in(self.team));
            agent.is_some_and(|agent| presence.cases.len() < agent.rule.capacity as usize)
                && presence.available_at(self.now)
        };
        overflows || self.roster.iter().any(has_room)
    }

    /// When the hours next begin of an agent who is there, or end of one who holds cases.
    fn hours_change_at(&self) -> Option<Timestamp> {
        let changes = self.roster.iter().filter_map(|presence| {
            let agent = self.rules.policy.agent(&presence.agent).filter(|agent| agent.rule.is_in(self.team))?;
            let begins = || agent.calendar.next_open(self.now).filter(|_| presence.available_at(self.now));
            let ends = || agent.calendar.next_close(self.now).filter(|_| !presence.cases.is_empty());
            let begins = (!agent.calendar.open_at(self.now)).then(begins).flatten();
            begins.into_iter().chain(ends()).min()
        });
        changes.min()
    }

    /// The agents who are not there, or whose hours are over.
    fn absent(&self) -> impl Iterator<Item = &Presence> {
        let is_absent = |presence: &Presence| !presence.available_at(self.now) || self.is_off_hours(&presence.agent);
        self.roster.iter().filter(move |presence| is_absent(presence))
    }

    fn is_off_hours(&self, agent: &AgentId) -> bool {
        self.rules.policy.agent(agent).is_some_and(|agent| !agent.calendar.open_at(self.now))
    }

    /// Whether the agent of a case went away after it was given to them. Who gives a case to somebody absent means it.
    fn has_left(&self, held: &Assignment) -> bool {
        let Some(presence) = self.roster.iter().find(|presence| presence.agent == held.agent) else { return false };
        let left_at = if presence.online { presence.until.unwrap_or(presence.changed_at) } else { presence.changed_at };
        !presence.available_at(self.now) && left_at >= held.at
    }
}

/// What a router is asked about a case that somebody holds: it has waited since the customer or its agent had it last.
fn as_if_released(mut case: Case, held: &Assignment) -> Case {
    case.status = CaseStatus::Queued;
    case.queued_at = case.awaiting_since.max(Some(held.at));
    case.last_agent = Some(held.agent.clone());
    case.assignment = None;
    case
}

/// The order of a queue.
fn pressing(case: &Case) -> (u8, bool, Option<Timestamp>, &str) {
    (case.tier, case.due_at.is_none(), case.due_at, case.id.as_str())
}

fn by_router(case: &Case, action: CaseAction) -> EventBody {
    EventBody::Case(CaseEvent { case: case.id.clone(), actor: ROUTER.to_owned(), action })
}
