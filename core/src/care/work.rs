//! Work: what agents, the router and the host do with cases, and who is there to do it.

use super::case::{Cause, settle};
use super::decide::{Arrival, Draft, NOTHING, Outcome};
use super::snapshot::Read;
use super::timer::CORRECTED;
use crate::model::{
    AgentId, Assessment, Assignment, Case, CaseAction, CaseEvent, CaseId, CaseStatus, Customer, CustomerEvent,
    CustomerId, Merge, Presence, PresenceEvent, Reason, StepKind, Timer, TimerId, TimerPurpose, Timestamp,
};
use crate::store::{Key, Note, Record};

/// The actor of what the router does.
pub(super) const ROUTER: &str = "router";

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
                let rule = if actor == ROUTER { "routing.release" } else { "host.release" };
                let reason = Reason::new(rule, reason);
                self.release(case, team.clone(), actor, vec![reason], at)
            }
            CaseAction::HandOver { from, since, team, reasons } => {
                let is_theirs = |held: &Assignment| held.agent == *from && held.at == *since;
                if case.awaiting_since.is_none() || !case.assignment.as_ref().is_some_and(is_theirs) {
                    return NOTHING;
                }
                self.release(case, team.clone(), actor, reasons.clone(), at)
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
            CaseAction::Join { into } => self.join(case, into, actor, at),
            CaseAction::HandOff { to, note } => self.hand_off(case, to, note.as_ref(), actor, at),
            CaseAction::Correct { assessment } => self.correct(case, actor, assessment, at),
        }
    }

    fn assign(&mut self, mut case: Case, actor: &str, assignment: &Assignment, at: Timestamp) -> Read<Outcome> {
        let by_router = actor == ROUTER;
        if !case.is_open() || (by_router && !self.may_be_offered(&case, assignment, at)?) {
            return NOTHING;
        }
        let before = case.clone();
        if let Some(held) = &case.assignment
            && held.agent != assignment.agent
        {
            let agent = held.agent.clone();
            self.unload(&agent, &case, at)?;
        }
        self.load(&assignment.agent, &case)?;
        if let Some(accept_by) = assignment.accept_by {
            let purpose = TimerPurpose::Accept { case: case.id.clone(), agent: assignment.agent.clone() };
            self.arm(Timer { id: accept_timer(&case), due_at: accept_by, purpose });
        } else {
            self.end_offer(&case);
            case.passed_by.clear();
        }
        let kind = if by_router { StepKind::Offered } else { StepKind::Assigned };
        self.step(&case.id, at, kind, actor, None, assignment.reasons.clone());
        case.queued_at = None;
        case.assignment = Some(assignment.clone());
        settle(&mut case);
        self.put_case(&before, case);
        Ok(Outcome::Changed)
    }

    /// Whether what the router saw still holds: the case waits in this queue, and the agent is there and has room.
    fn may_be_offered(&mut self, case: &Case, assignment: &Assignment, at: Timestamp) -> Read<bool> {
        let waits = case.status == CaseStatus::Queued && case.team == assignment.team;
        let presence = self.overlay.presence(&assignment.agent)?;
        let capacity = self.rules.policy.agent(&assignment.agent).map_or(0, |agent| agent.rule.capacity);
        let room =
            presence.is_some_and(|presence| presence.available_at(at) && presence.cases.len() < capacity as usize);
        Ok(waits && room)
    }

    fn accept(&mut self, mut case: Case, actor: &str, at: Timestamp) -> Read<Outcome> {
        let before = case.clone();
        let Some(held) = case.assignment.as_mut().filter(|held| held.agent.as_str() == actor) else { return NOTHING };
        if held.accept_by.take().is_none() {
            return NOTHING;
        }
        held.accepted_at = Some(at);
        case.passed_by.clear();
        self.end_offer(&before);
        settle(&mut case);
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
        self.end_offer(&case);
        if let Some(held) = case.assignment.take() {
            self.unload(&held.agent, &case, at)?;
            if held.accept_by.is_some() {
                case.passed_by.insert(held.agent);
            } else {
                case.last_agent = Some(held.agent);
            }
        }
        if let Some(team) = team {
            self.move_to_team(&mut case, team, at);
        }
        case.queued_at = Some(at);
        settle(&mut case);
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
        case.ends.push(at);
        self.end_case(&mut case, actor, outcome, vec![Reason::new("host.outcome", outcome)], at)?;
        self.put_case(&before, case);
        Ok(Outcome::Changed)
    }

    /// Ends an open case: nobody holds it any more, and no promise runs.
    pub(super) fn end_case(
        &mut self,
        case: &mut Case,
        actor: &str,
        outcome: &str,
        reasons: Vec<Reason>,
        at: Timestamp,
    ) -> Read<()> {
        self.end_offer(case);
        if let Some(held) = case.assignment.take() {
            self.unload(&held.agent, case, at)?;
            case.last_agent = Some(held.agent);
        }
        self.stop_all(case, at);
        case.status = CaseStatus::Closed;
        case.closed_at = Some(at);
        case.queued_at = None;
        case.outcome = Some(outcome.into());
        self.step(&case.id, at, StepKind::Closed, actor, None, reasons);
        self.plan_questions(&case.id.clone(), outcome, at);
        self.count(&["case.closed"], at, 1);
        Ok(())
    }

    /// Takes a case up again by hand: as if it had not been ended, so what the customer asked is owed again.
    fn reopen_by_hand(&mut self, mut case: Case, actor: &str, at: Timestamp) -> Read<Outcome> {
        if case.is_open() || case.joined_into.is_some() {
            return NOTHING;
        }
        let before = case.clone();
        let all = self.overlay.case_messages(&case.id)?;
        case.ends.pop();
        self.requeue(&mut case, at);
        self.replay(&mut case, all.iter().collect());
        // Somebody is to look at it even if the last word was ours.
        case.status = CaseStatus::Queued;
        self.step(&case.id, at, StepKind::Reopened, actor, None, Vec::new());
        self.want_routing(&case, at);
        self.put_case(&before, case);
        Ok(Outcome::Changed)
    }

    fn correct(&mut self, case: Case, actor: &str, corrected: &Assessment, at: Timestamp) -> Read<Outcome> {
        let lead = case.lead.clone();
        self.overlay.want([Some(Key::Message(lead.clone())), Some(Key::Assessment(lead.clone()))])?;
        let Some(known) = self.overlay.message(&lead)? else { return NOTHING };
        let before = self.overlay.assessment(&lead)?;
        let mut assessment = Assessment { message: Some(lead.clone()), revision: known.revision, ..corrected.clone() };
        assessment.models.insert(CORRECTED.into(), actor.into());
        if before.as_ref() == Some(&assessment) {
            return NOTHING;
        }
        let mut message = known.clone();
        message.gist = Some(assessment.gist());
        let note = format!("tier {}, {}, {}", assessment.tier, assessment.intent, assessment.category);
        let reasons = vec![Reason::new(CORRECTED, note)];
        self.change_in_case(&known, &mut message, Cause { kind: Some(StepKind::Reassessed), actor, at, reasons })?;
        self.count_gist(known.gist.as_ref(), message.gist.as_ref(), message.at());
        self.about(message.customer.as_ref(), message.case.as_ref());
        self.put(Key::Assessment(lead.clone()), Record::Assessment(Box::new(assessment)));
        self.put(Key::Message(lead), Record::Message(Box::new(message)));
        Ok(Outcome::Changed)
    }

    pub(super) fn load(&mut self, agent: &AgentId, case: &Case) -> Read<()> {
        let mut presence = self.presence_of(agent)?;
        if presence.cases.insert(case.id.clone()) {
            self.put(Key::Presence(agent.clone()), Record::Presence(presence));
        }
        Ok(())
    }

    pub(super) fn unload(&mut self, agent: &AgentId, case: &Case, at: Timestamp) -> Read<()> {
        let mut presence = self.presence_of(agent)?;
        if presence.cases.remove(&case.id) {
            self.put(Key::Presence(agent.clone()), Record::Presence(presence));
            // Capacity came free: whoever waits in one of the agent's teams may have it.
            self.route_teams_of(agent, at);
        }
        Ok(())
    }

    /// Takes back an offer that was not accepted yet, if there is one.
    pub(super) fn withdraw_offer(&mut self, case: &mut Case, at: Timestamp) -> Read<()> {
        self.end_offer(case);
        if let Some(offer) = case.assignment.take() {
            self.unload(&offer.agent, case, at)?;
            settle(case);
        }
        Ok(())
    }

    /// Takes the deadline of an offer away.
    pub(super) fn end_offer(&mut self, case: &Case) {
        if case.assignment.as_ref().is_some_and(|held| held.accept_by.is_some()) {
            self.disarm(accept_timer(case));
        }
    }

    /// Somebody who never came online has been away since the beginning of time.
    fn presence_of(&mut self, agent: &AgentId) -> Read<Presence> {
        let known = self.overlay.presence(agent)?;
        Ok(known.unwrap_or_else(|| Presence {
            agent: agent.clone(),
            online: false,
            until: None,
            changed_at: Timestamp::default(),
            cases: Default::default(),
        }))
    }

    fn route_teams_of(&mut self, agent: &AgentId, at: Timestamp) {
        let teams = self.rules.policy.teams_of(agent);
        for team in teams {
            self.route_team(team, at);
        }
    }

    /// An agent came or went: the queues of their teams are looked at again, now and when the presence runs out.
    pub(super) fn presence(&mut self, arrival: &Arrival, event: &PresenceEvent) -> Read<Outcome> {
        let at = arrival.event.received_at;
        let mut presence = self.presence_of(&event.agent)?;
        if presence.online == event.online && presence.until == event.until && presence.changed_at <= at {
            return NOTHING;
        }
        let was_there = presence.available_at(at);
        presence.online = event.online;
        presence.until = event.until;
        let is_there = presence.available_at(at);
        if was_there != is_there || presence.changed_at == Timestamp::default() {
            presence.changed_at = at;
        }
        self.put(Key::Presence(event.agent.clone()), Record::Presence(presence));
        for team in self.rules.policy.teams_of(&event.agent) {
            let id = TimerId::derive(&["presence", event.agent.as_str(), team.as_str()]);
            match event.until.filter(|_| is_there) {
                Some(due_at) => {
                    self.arm(Timer { id, due_at, purpose: TimerPurpose::Route { team } });
                }
                None => self.disarm(id),
            }
        }
        if was_there != is_there {
            self.route_teams_of(&event.agent, at);
        }
        Ok(Outcome::Changed)
    }

    /// Something about who is who.
    pub(super) fn customer_event(&mut self, arrival: &Arrival, event: &CustomerEvent) -> Read<Outcome> {
        let at = arrival.event.received_at;
        match event {
            CustomerEvent::Merge { into, from, by, evidence, cases } => {
                let outcome = self.merge(into, from, by, evidence, at)?;
                self.tell_customer_changed(outcome, "host.merge", (into, from), by, cases, at)
            }
            CustomerEvent::Unmerge { into, from, by, cases } => {
                let outcome = self.unmerge(into, from)?;
                self.tell_customer_changed(outcome, "host.unmerge", (into, from), by, cases, at)
            }
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

    /// Two customers are one person. What they wrote and their cases keep their names, so that it can be undone.
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
        let merged = stays.merges.iter().rposition(|merge| merge.from == *from);
        let Some(place) = merged.filter(|_| stays.merged_into.is_none()) else { return NOTHING };
        let identities = stays.merges.remove(place).identities;
        stays.identities.retain(|identity| !identities.contains(identity));
        goes.identities = identities;
        goes.merged_into = None;
        self.about(Some(into), None);
        self.write_customers(stays, goes);
        Ok(Outcome::Changed)
    }

    /// Notes in the timelines of the people's open cases who is who now.
    fn tell_customer_changed(
        &mut self,
        outcome: Outcome,
        rule: &str,
        (into, from): (&CustomerId, &CustomerId),
        by: &str,
        cases: &[CaseId],
        at: Timestamp,
    ) -> Read<Outcome> {
        for id in cases.iter().filter(|_| outcome == Outcome::Changed) {
            if self.overlay.case(id)?.is_some_and(|case| case.is_open()) {
                let reason = Reason::new(rule, format!("{from} and {into}"));
                self.step(id, at, StepKind::CustomerChanged, by, None, vec![reason]);
            }
        }
        Ok(outcome)
    }

    fn write_customers(&mut self, stays: Customer, goes: Customer) {
        self.put(Key::Customer(stays.id.clone()), Record::Customer(stays));
        self.put(Key::Customer(goes.id.clone()), Record::Customer(goes));
    }
}

/// The timer by which an offer must be accepted: one per case, so that a new offer replaces it.
fn accept_timer(case: &Case) -> TimerId {
    TimerId::accept_of(&case.id)
}
