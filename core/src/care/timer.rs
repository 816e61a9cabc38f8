//! Timers: broken promises, the escalation ladder, offers that lapse.

use super::decide::{Arrival, Draft, NOTHING, Outcome};
use super::sla;
use super::snapshot::Read;
use crate::model::{AgentId, Case, CaseId, EffectId, Reason, SlaClock, StepKind, Timer, TimerPurpose, Timestamp};
use crate::policy::{ASSIGNEE, OWN_TEAM};
use crate::store::{Effect, EffectAction};

impl Draft<'_> {
    /// A deadline passed.
    pub(super) fn timer(&mut self, arrival: &Arrival, timer: &Timer) -> Read<Outcome> {
        let at = arrival.event.received_at.max(timer.due_at);
        match &timer.purpose {
            TimerPurpose::Sla { case } => self.promise_due(timer, case, at),
            TimerPurpose::Recount { case } => self.recount_due(timer, case, at),
            TimerPurpose::Accept { case, agent } => self.offer_lapsed(timer, case, agent, at),
            TimerPurpose::Automatic { case, what } => self.automatic_due(timer, case, what, at),
            TimerPurpose::Handoff { case } => self.handoff_due(timer, case, at),
            TimerPurpose::Send { line } => {
                self.disarm(timer.id.clone());
                self.want_sending(line, at);
                Ok(Outcome::Changed)
            }
            TimerPurpose::Approve { reply } => self.approval_due(timer, reply, at),
            TimerPurpose::Route { team } => {
                self.disarm(timer.id.clone());
                self.route_team(team.clone(), at);
                Ok(Outcome::Changed)
            }
        }
    }

    fn promise_due(&mut self, timer: &Timer, case: &CaseId, at: Timestamp) -> Read<Outcome> {
        let Some(mut case) = self.overlay.case(case)? else {
            self.disarm(timer.id.clone());
            return NOTHING;
        };
        let before = case.clone();
        for clock in &mut case.clocks {
            sla::breach(clock, at);
        }
        self.climb(&mut case, at);
        // This timer is spent, so the next one is set even if it is due when this one was.
        self.arm_sla(&case);
        if case != before {
            self.put_case(&before, case);
        }
        Ok(Outcome::Changed)
    }

    /// Takes the steps of the escalation ladder that are due.
    fn climb(&mut self, case: &mut Case, at: Timestamp) {
        while let Some((due_at, place)) = self.next_escalation(case).filter(|(due_at, _)| *due_at <= at) {
            let clock = &mut case.clocks[place];
            let step = usize::from(clock.escalation);
            clock.escalation += 1;
            let (kind, started_at) = (clock.kind.clone(), clock.started_at);
            case.escalation = case.escalation.saturating_add(1);
            let rule = self.rules.policy.ladder()[step].clone();
            let about = format!("{:.0} % of the time promised for {kind}", rule.at * 100.0);
            let who = told(&rule.notify, case);
            let names = if who.is_empty() { "nobody".to_owned() } else { who.join(", ") };
            let mut reasons = vec![Reason::new("escalation.told", names), Reason::new("escalation.at", &about)];
            if !who.is_empty() {
                let (started_at, step) = (started_at.to_string(), step.to_string());
                let id = EffectId::derive(&["notify", case.id.as_str(), kind.as_str(), &started_at, &step]);
                let action = EffectAction::Notify { case: case.id.clone(), who, about };
                self.want(Effect { id, due_at: at, action });
            }
            if let Some(team) = rule.move_to.filter(|team| *team != case.team && case.assignment.is_none()) {
                reasons.push(Reason::new("escalation.moved", team.as_str()));
                // The promises stay what they were: being late earns nobody more time.
                case.team = team;
                case.queued_at = Some(at);
                self.want_routing(case, at);
            }
            self.step(&case.id.clone(), due_at, StepKind::Escalated, "engine", None, reasons);
        }
    }

    /// When something about a case's promises happens next: a step of the ladder, or a breach.
    pub(super) fn next_promise_at(&self, case: &Case) -> Option<Timestamp> {
        let breach = case
            .clocks
            .iter()
            .filter(|clock| clock.is_running() && clock.breached_at.is_none())
            .filter_map(|clock| clock.due_at)
            .min();
        let step = self.next_escalation(case).map(|(due_at, _)| due_at);
        [breach, step].into_iter().flatten().min()
    }

    /// When the next step of the ladder is due, and the place of the clock it is about: each promise climbs its own.
    fn next_escalation(&self, case: &Case) -> Option<(Timestamp, usize)> {
        let of_clock = |clock: &SlaClock| {
            let rule = self.rules.policy.ladder().get(usize::from(clock.escalation))?;
            sla::progress_at(clock, self.rules.policy.calendar(&clock.calendar)?, rule.at)
        };
        let steps = case.clocks.iter().enumerate().filter_map(|(place, clock)| Some((of_clock(clock)?, place)));
        steps.min()
    }

    fn offer_lapsed(&mut self, timer: &Timer, case: &CaseId, agent: &AgentId, at: Timestamp) -> Read<Outcome> {
        let case = self.overlay.case(case)?;
        let offer = case.as_ref().and_then(|case| case.assignment.as_ref()).filter(|held| held.accept_by.is_some());
        match (&case, offer) {
            (Some(case), Some(held)) if held.agent == *agent && held.accept_by == Some(timer.due_at) => {
                let reason = Reason::new("routing.accept_within", format!("{agent} did not accept in time"));
                self.release(case.clone(), None, "engine", vec![reason], at)
            }
            // A newer offer has taken the timer over.
            (_, Some(_)) => NOTHING,
            _ => {
                self.disarm(timer.id.clone());
                NOTHING
            }
        }
    }
}

/// Whom a step of the ladder names, as agents, teams and names of the host's own.
fn told(notify: &[String], case: &Case) -> Vec<String> {
    let mut who: Vec<String> = Vec::new();
    for name in notify {
        let name = match name.as_str() {
            ASSIGNEE => case.assignment.as_ref().map(|held| held.agent.to_string()),
            OWN_TEAM => Some(case.team.to_string()),
            name => Some(name.to_owned()),
        };
        who.extend(name.filter(|name| !who.contains(name)));
    }
    who
}
