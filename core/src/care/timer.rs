//! Timers: broken promises, the escalation ladder, offers that lapse; and what advisors say.

use super::case::Cause;
use super::decide::{Arrival, Draft, NOTHING, Outcome};
use super::sla;
use super::snapshot::Read;
use crate::model::{
    Advice, AgentId, Assessment, Case, CaseId, EffectId, Finding, Message, Question, Reason, SlaClock, StepKind, Timer,
    TimerPurpose, Timestamp,
};
use crate::policy::{ASSIGNEE, OWN_TEAM};
use crate::store::{Effect, EffectAction, Key, Record};
use crate::triage::{Evidence, Subject, conclude, named};

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

    /// A host's own model or rule answered, failed, or was too slow.
    pub(super) fn advice(&mut self, arrival: &Arrival, advice: &Advice) -> Read<Outcome> {
        let at = arrival.event.received_at;
        self.overlay
            .want([Some(Key::Message(advice.message.clone())), Some(Key::Assessment(advice.message.clone()))])?;
        let Some(known) = self.overlay.message(&advice.message)? else { return NOTHING };
        let Some(mut assessment) = self.overlay.assessment(&advice.message)? else { return NOTHING };
        let (name, version) = named(&advice.advisor);
        if known.content.is_none() || assessment.models.contains_key(&name) {
            return NOTHING;
        }
        if known.revision != advice.revision {
            return Ok(self.advised(&known, advice, "asked about another revision; not used", at));
        }
        let corrected = assessment.models.contains_key(CORRECTED);
        assessment.models.insert(name.clone(), version);
        let Some(findings) = advice.findings.as_ref().filter(|_| !corrected) else {
            let note = match corrected {
                true => "a person has corrected the assessment; not used".to_owned(),
                false => advice.failure.clone().unwrap_or_else(|| "no answer".to_owned()),
            };
            // Noted as having had its say, so that an answer that comes too late is not used.
            let rule = format!("failed.{name}").into();
            let about = Question::Other("advice".into());
            assessment.evidence.push(Finding { about, value: "none".into(), weight: 0.0, rule, span: None });
            self.advised(&known, advice, &note, at);
            self.about(known.customer.as_ref(), known.case.as_ref());
            self.put(Key::Assessment(known.id.clone()), Record::Assessment(Box::new(assessment)));
            return Ok(Outcome::Changed);
        };
        let joined = self.joined(&known, assessment, findings)?;
        let mut message = known.clone();
        message.gist = Some(joined.gist());
        let note = format!("{} findings", findings.len());
        if message.gist == known.gist {
            self.advised(&known, advice, &note, at);
        } else {
            let reasons = vec![Reason::new(&advice.advisor, note)];
            let cause = Cause { kind: Some(StepKind::Advised), actor: &advice.advisor, at, reasons };
            self.change_in_case(&known, &mut message, cause)?;
            if message.case.is_none() {
                self.join_case((None, None), None, &mut message, at)?;
            }
            self.count_gist(known.gist.as_ref(), message.gist.as_ref(), message.at());
        }
        self.about(message.customer.as_ref(), message.case.as_ref());
        self.put(Key::Assessment(message.id.clone()), Record::Assessment(Box::new(joined)));
        self.put(Key::Message(message.id.clone()), Record::Message(Box::new(message)));
        Ok(Outcome::Changed)
    }

    /// A line in the timeline, where there is a case.
    fn advised(&mut self, message: &Message, advice: &Advice, note: &str, at: Timestamp) -> Outcome {
        let Some(case) = &message.case else { return Outcome::Known };
        let reasons = vec![Reason::new(&advice.advisor, note)];
        self.step(case, at, StepKind::Advised, &advice.advisor, Some(&message.id), reasons);
        Outcome::Changed
    }

    /// What the findings add up to together with those of `assessment`.
    fn joined(&mut self, message: &Message, assessment: Assessment, findings: &[Finding]) -> Read<Assessment> {
        let author = match &message.author {
            Some(author) => self.overlay.identity(author)?,
            None => None,
        };
        let account = self.answering_account(message);
        let subject = Subject {
            account: Some(account.as_str()),
            followers: author.and_then(|author| author.profile.followers),
            ..Subject::of_message(message)
        };
        let mut evidence = Evidence::default();
        evidence.extend(assessment.evidence.into_iter().chain(findings.iter().cloned()));
        Ok(conclude(evidence, &subject, self.rules.policy, assessment.models))
    }
}

/// In an assessment's models: a person has corrected it, and who.
pub(super) const CORRECTED: &str = "host.correct";

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
