//! What advisors say: why they are asked, what their answer, failure or silence comes to.

use super::case::Cause;
use super::decide::{Arrival, Draft, NOTHING, Outcome};
use super::snapshot::Read;
use crate::model::{Advice, Assessment, Finding, Message, Question, Reason, StepKind, Timestamp};
use crate::policy::Doubt;
use crate::store::{Key, Record};
use crate::triage::{Evidence, Subject, conclude, named};

/// In an assessment's models: a person has corrected it, and who.
pub(super) const CORRECTED: &str = "host.correct";

/// What a finding that only tells about advice is about.
const ABOUT: &str = "advice";
/// Begins the rule of a finding that tells why advisors are asked; the figure of the policy follows.
const BELOW: &str = "advice.below_";
/// Begins the rule of a finding after which those of an advisor stand; its name follows.
const ANSWERED: &str = "advice.answered_";

/// The finding that tells of a doubt: about which answer, and how sure it is.
pub(super) fn unsure(doubt: &Doubt) -> Finding {
    note(doubt.question, doubt.certainty, format!("{BELOW}{}", doubt.below))
}

/// A finding about advice, which decides nothing.
fn note(value: &str, weight: f32, rule: String) -> Finding {
    Finding { about: Question::Other(ABOUT.into()), value: value.into(), weight, rule: rule.into(), span: None }
}

impl Draft<'_> {
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
            let reason = Reason::new(&advice.advisor, "asked about another revision; not used");
            return Ok(self.advised(&known, advice, vec![reason], at));
        }
        let mut reasons: Vec<_> = why_asked(&assessment).into_iter().collect();
        let corrected = assessment.models.contains_key(CORRECTED);
        assessment.models.insert(name.clone(), version);
        let Some(findings) = advice.findings.as_ref().filter(|_| !corrected) else {
            reasons.extend(why_not_used(advice, &assessment, corrected));
            // Noted as having had its say, so that an answer that comes too late is not used.
            assessment.evidence.push(note("none", 0.0, format!("failed.{name}")));
            self.advised(&known, advice, reasons, at);
            self.about(known.customer.as_ref(), known.case.as_ref());
            self.put(Key::Assessment(known.id.clone()), Record::Assessment(Box::new(assessment)));
            return Ok(Outcome::Changed);
        };
        assessment.evidence.push(note("answered", 0.0, format!("{ANSWERED}{name}")));
        let joined = self.joined(&known, assessment, findings)?;
        let mut message = known.clone();
        message.gist = Some(joined.gist());
        reasons.push(Reason::new(&advice.advisor, format!("{} findings", findings.len())));
        if message.gist == known.gist {
            self.advised(&known, advice, reasons, at);
        } else {
            let was_in_case = known.case.is_some();
            let cause = Cause { kind: Some(StepKind::Advised), actor: &advice.advisor, at, reasons: reasons.clone() };
            self.change_in_case(&known, &mut message, cause)?;
            if !was_in_case {
                self.join_case((None, None), None, &mut message, at)?;
                self.advised(&message, advice, reasons, at);
            }
            self.count_gist(known.gist.as_ref(), message.gist.as_ref(), message.at());
        }
        self.about(message.customer.as_ref(), message.case.as_ref());
        self.put(Key::Assessment(message.id.clone()), Record::Assessment(Box::new(joined)));
        self.put(Key::Message(message.id.clone()), Record::Message(Box::new(message)));
        Ok(Outcome::Changed)
    }

    /// A line in the timeline, where there is a case.
    fn advised(&mut self, message: &Message, advice: &Advice, reasons: Vec<Reason>, at: Timestamp) -> Outcome {
        let Some(case) = &message.case else { return Outcome::Known };
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

/// Why advisors were asked, where the policy has them asked only about what we are unsure of.
fn why_asked(assessment: &Assessment) -> Option<Reason> {
    let doubt = |finding: &Finding| {
        let below = finding.rule.strip_prefix(BELOW)?;
        Some(format!("{} {:.2} < {below}", finding.value, finding.weight))
    };
    let doubts: Vec<_> = assessment.evidence.iter().filter_map(doubt).collect();
    (!doubts.is_empty()).then(|| Reason::new("advice.unsure", format!("asked: {}", doubts.join(", "))))
}

/// Why an advisor has no say, and what holds instead.
fn why_not_used(advice: &Advice, assessment: &Assessment, corrected: bool) -> Vec<Reason> {
    if corrected {
        return vec![Reason::new(&advice.advisor, "a person has corrected the assessment; not used")];
    }
    let Assessment { tier, intent, category, .. } = assessment;
    let failure = advice.failure.as_deref().unwrap_or("no answer");
    let stands = format!("our own assessment stands: tier {tier}, {intent}, {category}");
    vec![Reason::new(&advice.advisor, failure), Reason::new("advice.ours_stands", stands)]
}

/// What advisors found, with the notes behind which it stands; what was concluded after it, conclusions make anew.
pub(super) fn advisors_said(evidence: &[Finding]) -> Vec<Finding> {
    let mut by_advisor = false;
    let mut said = evidence.to_vec();
    said.retain(|finding| {
        if finding.about.as_str() == ABOUT {
            by_advisor = finding.rule.starts_with(ANSWERED);
        }
        by_advisor
    });
    said
}
