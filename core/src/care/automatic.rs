//! What is said without anybody writing it: acknowledgements, follow-ups, questions about satisfaction, and their answers.
//!
//! A timer says when; the verdict says whether. What does not pass a gate is not said, and the timeline tells why.

use sha2::{Digest, Sha256};

use super::decide::{Draft, Outcome};
use super::snapshot::Read;
use crate::model::{
    AutomaticKind, AutomaticSaid, Case, CaseId, CustomerId, Message, Origin, Reason, ReplyDraft, ReplyId, ReplyPurpose,
    StepKind, Survey, Timer, TimerId, TimerPurpose, Timestamp, Visibility,
};
use crate::policy::{AcknowledgementRule, SurveyRule, same_language};
use crate::store::{Key, Record};

/// So many of our latest answers are looked at for one that is long enough.
const LATEST_ANSWERS: usize = 5;

impl Draft<'_> {
    /// A case was opened: whether that is acknowledged is looked at once this is committed.
    pub(super) fn plan_acknowledgement(&mut self, case: &Case, at: Timestamp) {
        if !self.rules.policy.policy().automatic.acknowledgements.is_empty() {
            self.plan(&case.id, AutomaticKind::Acknowledgement, at);
        }
    }

    /// A case was ended: what is asked afterwards is planned.
    pub(super) fn plan_questions(&mut self, case: &CaseId, outcome: &str, at: Timestamp) {
        let rules = &self.rules.policy.policy().automatic;
        let follow_up = rules.follow_up.as_ref().map(|rule| (AutomaticKind::FollowUp, rule.after, &rule.outcomes));
        let surveys = [(AutomaticKind::Csat, &rules.csat), (AutomaticKind::Nps, &rules.nps)];
        let surveys =
            surveys.into_iter().filter_map(|(kind, rule)| rule.as_ref().map(|rule| (kind, rule.after, &rule.outcomes)));
        let asked = follow_up.into_iter().chain(surveys).filter(|(.., outcomes)| outcomes.iter().any(|o| o == outcome));
        for (kind, after, _) in asked.collect::<Vec<_>>() {
            self.plan(case, kind, at.plus(after));
        }
    }

    fn plan(&mut self, case: &CaseId, what: AutomaticKind, due_at: Timestamp) {
        let id = TimerId::derive(&["automatic", what.as_str(), case.as_str()]);
        self.arm(Timer { id, due_at, purpose: TimerPurpose::Automatic { case: case.clone(), what } });
    }

    /// It is time to say something that nobody writes.
    pub(super) fn automatic_due(
        &mut self,
        timer: &Timer,
        case: &CaseId,
        what: &AutomaticKind,
        at: Timestamp,
    ) -> Read<Outcome> {
        self.disarm(timer.id.clone());
        let Some(case) = self.overlay.case(case)? else { return Ok(Outcome::Changed) };
        let messages = self.overlay.case_messages(&case.id)?;
        self.overlay.want_all(&needs(&case, &messages));
        match self.automatic_draft(&case, &messages, what, at)? {
            Ok(draft) => self.say_automatically(&case, what, draft, at)?,
            // What was never to be said needs no line.
            Err(None) => {}
            Err(Some(reason)) => {
                self.about(Some(&case.customer), Some(&case.id));
                self.step(&case.id, at, StepKind::ReplyStopped, format!("auto:{what}"), None, vec![reason]);
            }
        }
        Ok(Outcome::Changed)
    }

    /// What is to be said, or which gate stops it.
    fn automatic_draft(
        &mut self,
        case: &Case,
        messages: &[Message],
        what: &AutomaticKind,
        at: Timestamp,
    ) -> Read<Result<ReplyDraft, Option<Reason>>> {
        match what {
            AutomaticKind::Acknowledgement => self.acknowledgement(case, messages, at),
            AutomaticKind::FollowUp => self.follow_up(case, messages),
            AutomaticKind::Csat | AutomaticKind::Nps => self.survey(case, messages, what, at),
            AutomaticKind::Other(_) => Ok(Err(None)),
        }
    }

    fn acknowledgement(
        &mut self,
        case: &Case,
        messages: &[Message],
        at: Timestamp,
    ) -> Read<Result<ReplyDraft, Option<Reason>>> {
        let policy = self.rules.policy;
        let Some(lead) = messages.iter().find(|message| message.id == case.lead) else { return Ok(Err(None)) };
        let takes = |rule: &&AcknowledgementRule| rule.surfaces.is_empty() || rule.surfaces.contains(&lead.surface);
        let rule = policy.policy().automatic.acknowledgements.iter().find(takes);
        let Some(rule) = rule.filter(|_| case.is_open() && case.awaiting_since.is_some()) else { return Ok(Err(None)) };
        let hours = match &rule.calendar {
            Some(name) => policy.calendar(name),
            None => policy.team(&case.team).map(|team| &*team.calendar),
        };
        let open = hours.is_none_or(|hours| hours.open_at(at));
        let names = if open { &rule.open } else { &rule.closed };
        if names.is_empty() {
            return Ok(Err(None));
        }
        let kind = AutomaticKind::Acknowledgement;
        if self.was_said(&case.customer, &kind, at.minus(rule.once_per))? {
            return Ok(Err(Some(Reason::new("automatic.once_per", "the customer was told so lately"))));
        }
        let private = lead.visibility == Visibility::Private;
        let last = if private { None } else { self.known_said(case.account.as_str())?.text };
        let fresh = names.iter().find(|name| Some(*name) != last.as_ref());
        let Some(name) = fresh.or(names.first().filter(|_| private)) else {
            return Ok(Err(Some(Reason::new(
                "automatic.same_text",
                "it would be the same public text twice in a row",
            ))));
        };
        let verb = if private { "direct_message" } else { "reply" };
        Ok(self.automatic_reply(case, lead, &kind, name, verb))
    }

    fn follow_up(&mut self, case: &Case, messages: &[Message]) -> Read<Result<ReplyDraft, Option<Reason>>> {
        let Some(rule) = &self.rules.policy.policy().automatic.follow_up else { return Ok(Err(None)) };
        let Some(latest) = latest_of_customer(messages, |_| true).filter(|_| !case.is_open()) else {
            return Ok(Err(None));
        };
        let verb = if latest.visibility == Visibility::Private { "direct_message" } else { "reply" };
        Ok(self.automatic_reply(case, latest, &AutomaticKind::FollowUp, &rule.text, verb))
    }

    /// Asks only in private, and past five gates: the sample, the pause between questions, the length of our answer, the
    /// language, and the network's window, which the verdict knows.
    fn survey(
        &mut self,
        case: &Case,
        messages: &[Message],
        what: &AutomaticKind,
        at: Timestamp,
    ) -> Read<Result<ReplyDraft, Option<Reason>>> {
        let rules = &self.rules.policy.policy().automatic;
        let rule = if *what == AutomaticKind::Csat { &rules.csat } else { &rules.nps };
        let Some(rule) = rule.as_ref().filter(|_| !case.is_open()) else { return Ok(Err(None)) };
        let gate = |rule: &str, note: &str| Ok(Err(Some(Reason::new(format!("survey.{rule}"), note))));
        let in_private = latest_of_customer(messages, |message| message.visibility == Visibility::Private);
        let Some(latest) = in_private else { return gate("private_only", "the customer never wrote in private") };
        if !is_sampled(case, what, rule.sample) {
            return Ok(Err(None));
        }
        if self.was_said(&case.customer, what, at.minus(rule.once_per))? {
            return gate("once_per", "the customer was asked lately");
        }
        if !self.was_answered_at_length(messages, rule)? {
            return gate("shortest_answer", "no answer of ours was long enough");
        }
        if !rule.languages.is_empty() && !rule.languages.iter().any(|tag| same_language(tag, &case.language)) {
            return gate("languages", "not asked in the customer's language");
        }
        Ok(self.automatic_reply(case, latest, what, &rule.text, "direct_message"))
    }

    fn was_answered_at_length(&mut self, messages: &[Message], rule: &SurveyRule) -> Read<bool> {
        let ours = messages.iter().filter(|message| message.origin != Origin::Customer && !message.automatic);
        let latest: Vec<_> = ours.rev().take(LATEST_ANSWERS).map(|message| message.id.clone()).collect();
        let mut long_enough = rule.shortest_answer == 0;
        for id in latest {
            let answer = self.overlay.message(&id)?;
            long_enough |= answer.is_some_and(|answer| answer.text().chars().count() >= rule.shortest_answer as usize);
        }
        Ok(long_enough)
    }

    fn automatic_reply(
        &self,
        case: &Case,
        to: &Message,
        what: &AutomaticKind,
        text: &str,
        verb: &str,
    ) -> Result<ReplyDraft, Option<Reason>> {
        let Some(words) = self.rules.policy.text(text, &case.language) else {
            return Err(Some(Reason::new("automatic.text", format!("the policy has no text `{text}`"))));
        };
        let author = format!("{}{what}", ReplyDraft::AUTOMATIC);
        // Each time a case is taken up again and ended, it may be asked about again.
        let key = format!("{author}:{}:{}", case.id, case.reopened);
        Ok(ReplyDraft {
            verb: Some(verb.into()),
            purpose: Some(purpose_of(what)),
            language: Some(case.language.clone()),
            ..ReplyDraft::answer(key, author, to.id.clone(), words)
        })
    }

    fn say_automatically(&mut self, case: &Case, what: &AutomaticKind, draft: ReplyDraft, at: Timestamp) -> Read<()> {
        let id = ReplyId::derive(&[self.rules.tenant.as_str(), &draft.key]);
        if self.reply(&id)?.is_some() {
            return Ok(());
        }
        self.submitted(&id, &draft, &[], at)?;
        let Some(reply) = self.reply(&id)? else { return Ok(()) };
        let mut to_customer = self.known_said(case.customer.as_str())?;
        to_customer.at.insert(what.as_str().to_owned(), at);
        self.put_said(case.customer.as_str(), to_customer);
        if reply.visibility != Visibility::Private {
            let mut by_account = self.known_said(case.account.as_str())?;
            by_account.at.insert(what.as_str().to_owned(), at);
            by_account.text = self.name_of(&draft.text, &case.language);
            self.put_said(case.account.as_str(), by_account);
        }
        if matches!(what, AutomaticKind::Csat | AutomaticKind::Nps) {
            self.note_survey(&case.id, what, id, at)?;
        }
        self.count(&["automatic.", what.as_str()], at, 1);
        Ok(())
    }

    fn note_survey(&mut self, case: &CaseId, kind: &AutomaticKind, reply: ReplyId, at: Timestamp) -> Read<()> {
        let Some(mut case) = self.overlay.case(case)? else { return Ok(()) };
        let before = case.clone();
        let kind = kind.clone();
        case.surveys.push(Survey { kind, reply, asked_at: at, score: None, answer: None, answered_at: None });
        self.put_case(&before, case);
        Ok(())
    }

    /// The name of the policy's text with these words.
    fn name_of(&self, words: &str, language: &str) -> Option<String> {
        let policy = self.rules.policy;
        policy.policy().texts.keys().find(|name| policy.text(name, language) == Some(words)).cloned()
    }

    /// A customer's turn that answers a question about satisfaction: the score is noted, and nothing is asked of us.
    pub(super) fn answer_survey(&mut self, case: &mut Case, message: &Message) {
        let is_theirs = message.origin == Origin::Customer && message.visibility == Visibility::Private;
        let waits = |survey: &&mut Survey| survey.score.is_none() && survey.asked_at <= message.at();
        let Some(survey) = case.surveys.iter_mut().rev().find(waits).filter(|_| is_theirs) else { return };
        let Some(score) = survey.kind.score(message.text()) else { return };
        survey.score = Some(score);
        survey.answer = Some(message.id.clone());
        survey.answered_at = Some(message.at());
        let name = survey.kind.as_str().to_owned();
        self.count(&[&name, ".", &score.to_string()], message.at(), 1);
    }

    fn was_said(&mut self, customer: &CustomerId, what: &AutomaticKind, since: Timestamp) -> Read<bool> {
        Ok(self.known_said(customer.as_str())?.at.get(what.as_str()).is_some_and(|said| *said > since))
    }

    fn known_said(&mut self, to: &str) -> Read<AutomaticSaid> {
        match self.overlay.record(&Key::AutomaticSaid(to.into()))? {
            Some(Record::AutomaticSaid(said)) => Ok(said.clone()),
            _ => Ok(AutomaticSaid::default()),
        }
    }

    fn put_said(&mut self, to: &str, said: AutomaticSaid) {
        self.put(Key::AutomaticSaid(to.into()), Record::AutomaticSaid(said));
    }
}

/// What is read of a case before something is said in it, so that it is loaded in one round.
fn needs(case: &Case, messages: &[Message]) -> Vec<Key> {
    let id_of = |id: &str| Key::AutomaticSaid(id.into());
    let mut needs = vec![id_of(case.customer.as_str()), id_of(case.account.as_str())];
    needs.push(Key::Customer(case.customer.clone()));
    for thread in &case.conversations {
        let thread = || thread.clone();
        needs.extend([Key::Conversation(thread()), Key::Thread(thread()), Key::Line(thread())]);
    }
    let ours = messages.iter().rev().filter(|message| message.origin != Origin::Customer).take(LATEST_ANSWERS);
    needs.extend(ours.map(|message| Key::Message(message.id.clone())));
    let theirs = messages.iter().rev().filter(|message| message.origin == Origin::Customer);
    let lead = messages.iter().find(|message| message.id == case.lead);
    let private = theirs.clone().find(|message| message.visibility == Visibility::Private);
    for target in [lead, theirs.clone().next(), private].into_iter().flatten() {
        needs.extend([Key::Message(target.id.clone()), Key::Assessment(target.id.clone())]);
        needs.extend(target.author.clone().map(Key::Identity));
    }
    needs
}

fn latest_of_customer(messages: &[Message], fits: impl Fn(&Message) -> bool) -> Option<&Message> {
    messages.iter().rfind(|message| message.origin == Origin::Customer && message.deleted_at.is_none() && fits(message))
}

/// Whether a case is in the part that is asked about: the same answer whenever it is looked at.
fn is_sampled(case: &Case, what: &AutomaticKind, part: f32) -> bool {
    let hash = Sha256::new().chain_update(what.as_str()).chain_update(case.id.as_str()).finalize();
    let place = f32::from(u16::from_be_bytes([hash[0], hash[1]])) / f32::from(u16::MAX);
    part > 0.0 && place <= part
}

fn purpose_of(what: &AutomaticKind) -> ReplyPurpose {
    match what {
        AutomaticKind::FollowUp => ReplyPurpose::FollowUp,
        AutomaticKind::Csat => ReplyPurpose::Csat,
        AutomaticKind::Nps => ReplyPurpose::Nps,
        _ => ReplyPurpose::Acknowledgement,
    }
}
