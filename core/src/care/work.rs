//! Work: what agents, the router and the host do with cases, and who is there to do it.

use super::decide::{Arrival, Draft, NOTHING, Outcome};
use super::snapshot::Read;
use crate::model::{
    AgentId, Assignment, Case, CaseAction, CaseEvent, CaseStatus, Customer, CustomerEvent, CustomerId, IdentityId,
    Merge, Presence, PresenceEvent, Reason, StepKind, Timer, TimerId, TimerPurpose, Timestamp,
};
use crate::store::{Key, Note, Record};

impl Draft<'_> {
    /// Somebody moved a case.
    pub(super) fn case_event(&mut self, arrival: &Arrival, event: &CaseEvent) -> Read<Outcome> {
        let at = arrival.event.received_at;
        let Some(case) = self.overlay.case(&event.case)? else { return NOTHING };
        let actor = event.actor.as_str();
        match &event.action {
            CaseAction::Assign { assignment } => self.assign(case, actor, assignment, at),
            CaseAction::Accept => self.accept(case, actor, at),
            CaseAction::Release { team, reason } => {
                let reason = Reason::new("host.release", reason);
                self.release(case, team.clone(), actor, vec![reason], at)
            }
            CaseAction::Note { text } => {
                let note = Note { case: case.id.clone(), at, by: actor.to_owned(), text: text.clone() };
                self.about(Some(&case.customer), Some(&case.id));
                self.written_note(note);
                self.step(&case.id, at, StepKind::Noted, actor, None, Vec::new());
                Ok(Outcome::Changed)
            }
            CaseAction::Close { outcome } => self.close(case, actor, outcome, at),
            CaseAction::Reopen => self.reopen_by_hand(case, actor, at),
            CaseAction::Correct { assessment } => self.correct(case, actor, assessment, at),
        }
    }

    fn assign(&mut self, mut case: Case, actor: &str, assignment: &Assignment, at: Timestamp) -> Read<Outcome> {
        let by_router = actor == "router";
        // The router offers what waits; only people take a case out of somebody's hands.
        if !case.is_open() || (by_router && case.assignment.is_some()) {
            return NOTHING;
        }
        let before = case.clone();
        if let Some(held) = &case.assignment
            && held.agent != assignment.agent
        {
            let agent = held.agent.clone();
            self.unload(&agent, &case, at)?;
        }
        self.load(&assignment.agent, &case, at)?;
        if let Some(accept_by) = assignment.accept_by {
            let purpose = TimerPurpose::Accept { case: case.id.clone(), agent: assignment.agent.clone() };
            self.arm(Timer { id: accept_timer(&case), due_at: accept_by, purpose });
        } else if case.assignment.as_ref().is_some_and(|held| held.accept_by.is_some()) {
            self.disarm(accept_timer(&case));
        }
        let kind = if by_router { StepKind::Offered } else { StepKind::Assigned };
        self.step(&case.id, at, kind, actor, None, assignment.reasons.clone());
        case.status = match (assignment.accept_by, case.awaiting_since) {
            (Some(_), _) => CaseStatus::Offered,
            (None, Some(_)) => CaseStatus::Open,
            (None, None) => CaseStatus::Waiting,
        };
        case.queued_at = None;
        case.passed_by.clear();
        case.assignment = Some(assignment.clone());
        self.put_case(&before, case);
        Ok(Outcome::Changed)
    }

    fn accept(&mut self, mut case: Case, actor: &str, at: Timestamp) -> Read<Outcome> {
        let offered_to_them = case.assignment.as_ref().is_some_and(|held| held.agent.as_str() == actor);
        if case.status != CaseStatus::Offered || !offered_to_them {
            return NOTHING;
        }
        let before = case.clone();
        self.disarm(accept_timer(&case));
        if let Some(held) = &mut case.assignment {
            held.accept_by = None;
            held.accepted_at = Some(at);
        }
        case.status = if case.awaiting_since.is_some() { CaseStatus::Open } else { CaseStatus::Waiting };
        self.step(&case.id, at, StepKind::Accepted, actor, None, Vec::new());
        self.put_case(&before, case);
        Ok(Outcome::Changed)
    }

    /// Takes a case from its agent, back to the queue of its team or of another one.
    pub(super) fn release(
        &mut self,
        mut case: Case,
        team: Option<crate::model::TeamId>,
        actor: &str,
        reasons: Vec<Reason>,
        at: Timestamp,
    ) -> Read<Outcome> {
        let moves = team.as_ref().is_some_and(|team| *team != case.team);
        if !case.is_open() || (case.assignment.is_none() && !moves) {
            return NOTHING;
        }
        let before = case.clone();
        if let Some(held) = case.assignment.take() {
            self.unload(&held.agent, &case, at)?;
            if held.accept_by.is_some() {
                self.disarm(accept_timer(&case));
                case.passed_by.insert(held.agent.clone());
            }
            case.last_agent = Some(held.agent);
        }
        if let Some(team) = team {
            case.team = team;
            self.retarget(&mut case);
        }
        case.status = if case.awaiting_since.is_some() { CaseStatus::Queued } else { CaseStatus::Waiting };
        case.queued_at = Some(at);
        let kind = if moves { StepKind::Queued } else { StepKind::Released };
        self.step(&case.id, at, kind, actor, None, reasons);
        self.want_routing(&case, at);
        self.put_case(&before, case);
        Ok(Outcome::Changed)
    }

    fn close(&mut self, mut case: Case, actor: &str, outcome: &str, at: Timestamp) -> Read<Outcome> {
        if !case.is_open() {
            return NOTHING;
        }
        let before = case.clone();
        if let Some(held) = case.assignment.take() {
            self.unload(&held.agent, &case, at)?;
            if held.accept_by.is_some() {
                self.disarm(accept_timer(&case));
            }
            case.last_agent = Some(held.agent);
        }
        self.stop_all(&mut case, at);
        case.status = CaseStatus::Closed;
        case.closed_at = Some(at);
        case.queued_at = None;
        case.outcome = Some(outcome.into());
        self.step(&case.id, at, StepKind::Closed, actor, None, vec![Reason::new("host.outcome", outcome)]);
        self.count(&["case.closed"], at, 1);
        self.put_case(&before, case);
        Ok(Outcome::Changed)
    }

    fn reopen_by_hand(&mut self, mut case: Case, actor: &str, at: Timestamp) -> Read<Outcome> {
        if case.is_open() {
            return NOTHING;
        }
        let before = case.clone();
        self.reopen(&mut case, at);
        self.step(&case.id, at, StepKind::Reopened, actor, None, Vec::new());
        self.want_routing(&case, at);
        self.put_case(&before, case);
        Ok(Outcome::Changed)
    }

    fn correct(
        &mut self,
        mut case: Case,
        actor: &str,
        corrected: &crate::model::Assessment,
        at: Timestamp,
    ) -> Read<Outcome> {
        let lead = case.lead.clone();
        self.overlay.want([Some(Key::Message(lead.clone())), Some(Key::Assessment(lead.clone()))])?;
        let Some(known) = self.overlay.message(&lead)? else { return NOTHING };
        let _ = self.overlay.assessment(&lead)?;
        let mut message = known.clone();
        message.gist = Some(corrected.gist());
        if message.gist == known.gist {
            return NOTHING;
        }
        let assessment =
            crate::model::Assessment { message: Some(lead.clone()), revision: known.revision, ..corrected.clone() };
        self.change_in_case(&known, &mut message, StepKind::Reassessed, at)?;
        self.put(Key::Assessment(lead.clone()), Record::Assessment(Box::new(assessment)));
        self.put(Key::Message(lead.clone()), Record::Message(Box::new(message)));
        case = self.overlay.case(&case.id)?.unwrap_or(case);
        let note = format!("tier {}, {}, {}", case.tier, case.intent, case.category);
        self.step(&case.id, at, StepKind::Reassessed, actor, Some(&lead), vec![Reason::new("host.correct", note)]);
        Ok(Outcome::Changed)
    }

    fn load(&mut self, agent: &AgentId, case: &Case, at: Timestamp) -> Read<()> {
        let mut presence = self.presence_of(agent, at)?;
        if presence.cases.insert(case.id.clone()) {
            self.put(Key::Presence(agent.clone()), Record::Presence(presence));
        }
        Ok(())
    }

    fn unload(&mut self, agent: &AgentId, case: &Case, at: Timestamp) -> Read<()> {
        let mut presence = self.presence_of(agent, at)?;
        if presence.cases.remove(&case.id) {
            self.put(Key::Presence(agent.clone()), Record::Presence(presence));
            // Capacity came free: whoever waits in one of the agent's teams may have it.
            self.route_teams_of(agent, at);
        }
        Ok(())
    }

    fn presence_of(&mut self, agent: &AgentId, at: Timestamp) -> Read<Presence> {
        let known = self.overlay.presence(agent)?;
        Ok(known.unwrap_or_else(|| Presence {
            agent: agent.clone(),
            online: false,
            until: None,
            changed_at: at,
            cases: Default::default(),
        }))
    }

    fn route_teams_of(&mut self, agent: &AgentId, at: Timestamp) {
        let teams = self.rules.policy.teams_of(agent);
        for team in teams {
            self.route_team(team, at);
        }
    }

    /// An agent came or went: the queues of their teams are looked at again.
    pub(super) fn presence(&mut self, arrival: &Arrival, event: &PresenceEvent) -> Read<Outcome> {
        let at = arrival.event.received_at;
        let mut presence = self.presence_of(&event.agent, at)?;
        if presence.online == event.online && presence.until == event.until && presence.changed_at <= at {
            return NOTHING;
        }
        presence.online = event.online;
        presence.until = event.until;
        presence.changed_at = at;
        self.put(Key::Presence(event.agent.clone()), Record::Presence(presence));
        self.route_teams_of(&event.agent, at);
        Ok(Outcome::Changed)
    }

    /// Something about who is who.
    pub(super) fn customer_event(&mut self, arrival: &Arrival, event: &CustomerEvent) -> Read<Outcome> {
        let at = arrival.event.received_at;
        match event {
            CustomerEvent::Merge { into, from, by, evidence } => self.merge(into, from, by, evidence, at),
            CustomerEvent::Unmerge { into, from, .. } => self.unmerge(into, from),
            CustomerEvent::Facts { customer, facts } => {
                let Some(mut known) = self.overlay.customer(customer)? else { return NOTHING };
                let before = known.facts.clone();
                for (name, value) in facts {
                    match value {
                        serde_json::Value::Null => known.facts.remove(name),
                        value => known.facts.insert(name.clone(), value.clone()),
                    };
                }
                if known.facts == before {
                    return NOTHING;
                }
                self.about(Some(customer), None);
                self.put(Key::Customer(customer.clone()), Record::Customer(known));
                Ok(Outcome::Changed)
            }
        }
    }

    fn merge(
        &mut self,
        into: &CustomerId,
        from: &CustomerId,
        by: &str,
        evidence: &[String],
        at: Timestamp,
    ) -> Read<Outcome> {
        self.overlay.want([Some(Key::Customer(into.clone())), Some(Key::Customer(from.clone()))])?;
        let (Some(mut stays), Some(mut goes)) = (self.overlay.customer(into)?, self.overlay.customer(from)?) else {
            return NOTHING;
        };
        if into == from || stays.merged_into.is_some() || goes.merged_into.is_some() {
            return NOTHING;
        }
        let identities = std::mem::take(&mut goes.identities);
        self.want_identities(identities.iter())?;
        for identity in &identities {
            self.give_identity(identity, into)?;
        }
        stays.identities.extend(identities.iter().cloned());
        stays.merges.push(Merge { from: from.clone(), identities, at, by: by.to_owned(), evidence: evidence.to_vec() });
        goes.merged_into = Some(into.clone());
        self.about(Some(into), None);
        self.write_customers(stays, goes);
        Ok(Outcome::Changed)
    }

    fn unmerge(&mut self, into: &CustomerId, from: &CustomerId) -> Read<Outcome> {
        self.overlay.want([Some(Key::Customer(into.clone())), Some(Key::Customer(from.clone()))])?;
        let (Some(mut stays), Some(mut goes)) = (self.overlay.customer(into)?, self.overlay.customer(from)?) else {
            return NOTHING;
        };
        let Some(place) = stays.merges.iter().rposition(|merge| merge.from == *from) else { return NOTHING };
        let identities = stays.merges[place].identities.clone();
        self.want_identities(identities.iter())?;
        stays.merges.remove(place);
        for identity in &identities {
            self.give_identity(identity, from)?;
            stays.identities.remove(identity);
        }
        goes.identities = identities;
        goes.merged_into = None;
        self.about(Some(into), None);
        self.write_customers(stays, goes);
        Ok(Outcome::Changed)
    }

    fn want_identities<'i>(&mut self, identities: impl Iterator<Item = &'i IdentityId>) -> Read<()> {
        let mut complete = Ok(());
        for identity in identities {
            if let Err(missing) = self.overlay.want([Some(Key::Identity(identity.clone()))]) {
                complete = Err(missing);
            }
        }
        complete
    }

    fn give_identity(&mut self, identity: &IdentityId, customer: &CustomerId) -> Read<()> {
        if let Some(mut identity) = self.overlay.identity(identity)? {
            identity.customer = customer.clone();
            self.put(Key::Identity(identity.id.clone()), Record::Identity(Box::new(identity)));
        }
        Ok(())
    }

    fn write_customers(&mut self, stays: Customer, goes: Customer) {
        self.put(Key::Customer(stays.id.clone()), Record::Customer(stays));
        self.put(Key::Customer(goes.id.clone()), Record::Customer(goes));
    }
}

/// The timer by which an offer must be accepted: one per case, so that a new offer replaces it.
fn accept_timer(case: &Case) -> TimerId {
    TimerId::derive(&["accept", case.id.as_str()])
}
