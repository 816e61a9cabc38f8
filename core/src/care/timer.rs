//! Timers: broken promises, the escalation ladder, offers that lapse, advisors that keep silent.

use super::decide::{Arrival, Draft, NOTHING, Outcome};
use super::sla;
use super::snapshot::Read;
use crate::model::{
    Advice, AgentId, Case, CaseId, CaseStatus, ClockKind, EffectId, Reason, SlaClock, StepKind, Timer, TimerPurpose,
    Timestamp,
};
use crate::store::{Effect, EffectAction, Key, Record};
use crate::triage::{Evidence, Subject, conclude, named};

impl Draft<'_> {
    /// A deadline passed.
    pub(super) fn timer(&mut self, arrival: &Arrival, timer: &Timer) -> Read<Outcome> {
        let at = arrival.event.received_at.max(timer.due_at);
        match &timer.purpose {
            TimerPurpose::Sla { case } => self.promise_due(timer, case, at),
            TimerPurpose::Accept { case, agent } => self.offer_lapsed(timer, case, agent, at),
            TimerPurpose::Route { team } => {
                self.disarm(timer.id.clone());
                self.route_team(team.clone(), at);
                Ok(Outcome::Changed)
            }
            TimerPurpose::Advice { message, revision } => {
                let silence = Advice {
                    message: message.clone(),
                    revision: *revision,
                    advisor: "advisor".to_owned(),
                    findings: None,
                    failure: Some("no answer in time".to_owned()),
                };
                let outcome = self.advice(arrival, &silence)?;
                self.disarm(timer.id.clone());
                Ok(outcome)
            }
        }
    }

    fn promise_due(&mut self, timer: &Timer, case: &CaseId, at: Timestamp) -> Read<Outcome> {
        let Some(mut case) = self.overlay.case(case)? else { return NOTHING };
        let before = case.clone();
        for clock in case.clocks.iter_mut().filter(|clock| clock.is_running() && clock.breached_at.is_none()) {
            if let Some(due_at) = clock.due_at.filter(|due_at| *due_at <= at) {
                clock.breached_at = Some(due_at);
                let reason = Reason::new(format!("sla.{}", clock.kind), format!("due {due_at}"));
                self.step(&before.id, due_at, StepKind::Breached, "engine", None, vec![reason]);
                self.count(&["sla.breached.", clock.kind.as_str()], due_at, 1);
            }
        }
        self.climb(&mut case, at)?;
        if case == before && self.next_promise_at(&case) == Some(timer.due_at) {
            return NOTHING;
        }
        self.put_case(&before, case);
        Ok(Outcome::Changed)
    }

    /// Takes the steps of the escalation ladder that are due.
    fn climb(&mut self, case: &mut Case, at: Timestamp) -> Read<()> {
        while let Some((due_at, step)) = self.next_escalation(case).filter(|(due_at, _)| *due_at <= at) {
            let rule = self.rules.policy.ladder()[step].clone();
            case.escalation += 1;
            let about = format!("{:.0} % of the promised time", rule.at * 100.0);
            let mut reasons =
                vec![Reason::new("escalation.told", rule.notify.join(", ")), Reason::new("escalation.at", &about)];
            if let Some(team) = rule.move_to.filter(|team| *team != case.team && case.assignment.is_none()) {
                reasons.push(Reason::new("escalation.moved", team.as_str()));
                case.team = team;
                case.queued_at = Some(at);
                self.want_routing(case, at);
            }
            self.step(&case.id.clone(), due_at, StepKind::Escalated, "engine", None, reasons);
            let id = EffectId::derive(&["notify", case.id.as_str(), &case.opened_at.to_string(), &step.to_string()]);
            let action = EffectAction::Notify { case: case.id.clone(), who: rule.notify, about };
            self.want(Effect { id, due_at: at, action });
        }
        Ok(())
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

    /// The next step of the ladder and when it is due, by the response that is owed.
    fn next_escalation(&self, case: &Case) -> Option<(Timestamp, usize)> {
        let step = usize::from(case.escalation);
        let rule = self.rules.policy.ladder().get(step)?;
        let owed = |clock: &&SlaClock| clock.is_running() && clock.kind != ClockKind::Resolution;
        let clock = case.clocks.iter().find(owed).or_else(|| case.clocks.iter().find(|clock| clock.is_running()))?;
        let calendar = self.rules.policy.calendar(&clock.calendar)?;
        sla::progress_at(clock, calendar, rule.at).map(|due_at| (due_at, step))
    }

    fn offer_lapsed(&mut self, timer: &Timer, case: &CaseId, agent: &AgentId, at: Timestamp) -> Read<Outcome> {
        let Some(case) = self.overlay.case(case)? else { return NOTHING };
        let still_offered = case.status == CaseStatus::Offered
            && case
                .assignment
                .as_ref()
                .is_some_and(|held| held.agent == *agent && held.accept_by == Some(timer.due_at));
        if !still_offered {
            return NOTHING;
        }
        let reason = Reason::new("routing.accept_within", format!("{agent} did not accept in time"));
        self.release(case, None, "engine", vec![reason], at)
    }

    /// A host's own model or rule answered, failed, or was too slow.
    pub(super) fn advice(&mut self, arrival: &Arrival, advice: &Advice) -> Read<Outcome> {
        let at = arrival.event.received_at;
        self.overlay
            .want([Some(Key::Message(advice.message.clone())), Some(Key::Assessment(advice.message.clone()))])?;
        let Some(known) = self.overlay.message(&advice.message)? else { return NOTHING };
        let Some(assessment) = self.overlay.assessment(&advice.message)? else { return NOTHING };
        let waited_for = !assessment.models.contains_key(&named(&advice.advisor).0);
        if known.revision != advice.revision || known.content.is_none() || !waited_for {
            return NOTHING;
        }
        let note = match (&advice.findings, &advice.failure) {
            (Some(findings), _) => format!("{} findings", findings.len()),
            (None, failure) => failure.clone().unwrap_or_else(|| "no answer".to_owned()),
        };
        let reasons = vec![Reason::new(&advice.advisor, note)];
        let Some(findings) = &advice.findings else {
            return Ok(match known.case {
                Some(case) => {
                    self.step(&case, at, StepKind::Advised, &advice.advisor, Some(&known.id), reasons);
                    Outcome::Changed
                }
                None => Outcome::Known,
            });
        };
        let mut evidence = Evidence::default();
        evidence.extend(assessment.evidence.iter().chain(findings).cloned());
        let mut models = assessment.models.clone();
        let (name, version) = named(&advice.advisor);
        models.insert(name, version);
        let joined = conclude(evidence, &Subject::of_message(&known), self.rules.policy, models);
        let mut message = known.clone();
        message.gist = Some(joined.gist());
        if message.gist != known.gist {
            self.change_in_case(&known, &mut message, StepKind::Advised, at)?;
            if message.case.is_none() && message.gist.as_ref().is_some_and(|gist| gist.needs_response) {
                self.join_case(None, None, &mut message)?;
            }
        } else if let Some(case) = &known.case {
            self.step(case, at, StepKind::Advised, &advice.advisor, Some(&known.id), reasons);
        }
        self.about(message.customer.as_ref(), message.case.as_ref());
        self.put(Key::Assessment(message.id.clone()), Record::Assessment(Box::new(joined)));
        self.put(Key::Message(message.id.clone()), Record::Message(Box::new(message)));
        Ok(Outcome::Changed)
    }
}
