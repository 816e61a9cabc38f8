//! Replies: submitted, approved, held, sent part by part, lost and found again. Every step is decided in one transaction
//! with what it wants done.

use std::time::Duration;

use super::decide::{Arrival, Draft, NOTHING, Outcome};
use super::outbox::{OUTBOX, SEND_WITHIN};
use super::snapshot::Read;
use super::verdict::{Judged, purpose_of};
use crate::error::{Error, ErrorKind, Retry};
use crate::model::{
    AgentId, Approval, ConversationId, EffectId, PartState, Reason, Reply, ReplyAction, ReplyDraft, ReplyEvent,
    ReplyId, ReplyLine, ReplyPart, ReplyState, SaidBefore, StepKind, Timer, TimerId, TimerPurpose, Timestamp, Wording,
};
use crate::network::Act;
use crate::store::{Effect, EffectAction, Key, Record};

/// Looking for a lost part without an answer is given up after so many times; then a person must look.
const MOST_LOOKS: u32 = 8;
/// The first pause before something is tried again, and the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

impl Draft<'_> {
    /// Something happened to a reply.
    pub(super) fn reply_event(&mut self, arrival: &Arrival, event: &ReplyEvent) -> Read<Outcome> {
        let at = arrival.event.received_at;
        let known = self.reply(&event.reply)?;
        if let ReplyAction::Submit { draft, earlier } = &event.action {
            // The same key again is the same reply.
            return if known.is_some() { NOTHING } else { self.submitted(&event.reply, draft, earlier, at) };
        }
        let Some(reply) = known else { return NOTHING };
        let actor = event.actor.as_str();
        match &event.action {
            ReplyAction::Submit { .. } => NOTHING,
            ReplyAction::Approve { text, earlier } => self.approved(reply, actor, text.as_deref(), earlier, at),
            ReplyAction::Reject { reason } => self.rejected(reply, actor, reason, at),
            ReplyAction::Withdraw => self.withdrawn(reply, actor, at),
            ReplyAction::Send => self.sent_after_all(reply, actor, at),
            ReplyAction::Begin { part, attempt } => self.begun(reply, *part as usize, *attempt, at),
            ReplyAction::Sent { .. } => self.part_sent(reply, event, arrival),
            ReplyAction::Failed { part, attempt, error } => {
                self.part_failed(reply, *part as usize, *attempt, error, at)
            }
            ReplyAction::Looked { part, attempt, error } => {
                self.part_looked_for(reply, *part as usize, *attempt, error.as_deref(), at)
            }
        }
    }

    pub(super) fn reply(&mut self, id: &ReplyId) -> Read<Option<Reply>> {
        match self.overlay.record(&Key::Reply(id.clone()))? {
            Some(Record::Reply(reply)) => Ok(Some((**reply).clone())),
            _ => Ok(None),
        }
    }

    pub(super) fn submitted(
        &mut self,
        id: &ReplyId,
        draft: &ReplyDraft,
        earlier: &[SaidBefore],
        at: Timestamp,
    ) -> Read<Outcome> {
        let Judged { verdict, around, held_by } = self.judge(draft, earlier, None, at)?;
        let Some(around) = around else { return NOTHING };
        let case = around.case.as_ref().map(|case| case.id.clone());
        self.about(around.customer.as_ref().map(|customer| &customer.id), case.as_ref());
        if !verdict.allowed && held_by.is_none() {
            let Some(case) = case else { return NOTHING };
            let message = around.target.as_ref().map(|target| target.id.clone());
            self.step(&case, at, StepKind::ReplyStopped, draft.author.as_str(), message.as_ref(), verdict.reasons);
            return Ok(Outcome::Changed);
        }
        let (Some(route), parts) = (verdict.route, verdict.parts.len().max(1)) else { return NOTHING };
        let wording = Act::says(&verdict.verb).then(|| Wording {
            text: draft.text.clone(),
            language: draft.language.clone().or_else(|| around.case.as_ref().map(|case| case.language.clone())),
            signature: draft.signature.clone(),
            markdown: draft.markdown,
            parts: verdict.parts,
        });
        let mut reply = Reply {
            id: id.clone(),
            key: draft.key.clone(),
            purpose: purpose_of(draft, &verdict.verb),
            verb: verdict.verb,
            case,
            customer: around.customer.as_ref().map(|customer| customer.id.clone()),
            account: around.account.clone(),
            network: around.network.info().account.network,
            line: around.line.clone(),
            to: draft.to.clone(),
            surface: route.surface,
            visibility: route.visibility,
            tag: route.tag,
            author: draft.author.clone(),
            by_human: draft.by_human(),
            ground: draft.ground.clone(),
            undo: draft.undo,
            incident: held_by.clone().or_else(|| draft.incident.clone()),
            state: if held_by.is_some() { ReplyState::Held } else { ReplyState::Queued },
            created_at: at,
            changed_at: at,
            not_before: draft.not_before,
            closes_at: route.closes_at,
            parts: vec![ReplyPart::waiting(); parts],
            approval: verdict.approval,
            despite: draft.despite.clone(),
            reasons: verdict.reasons,
            wording,
        };
        // An author's draft that nobody approved yet gives way to their new one.
        let own = |other: &Reply| other.author == reply.author && other.verb == reply.verb;
        self.supersede(&reply, &around.lined, &reply.author, at, own)?;
        if let Some(approval) = &reply.approval {
            reply.state = ReplyState::AwaitingApproval;
            self.ask_approval(&reply, approval, at);
        }
        if let Some(target) = &around.target {
            self.follow_handoff(&reply, target, at)?;
        }
        self.state(&reply)?;
        let author = reply.author.clone();
        self.tell(&reply, StepKind::ReplySubmitted, &author, at);
        self.count(&["reply.submitted"], at, 1);
        self.put_reply(reply, at)?;
        Ok(Outcome::Added)
    }

    /// What waits for approval about the same message, as far as `gives_way` says so, gives way to `reply`.
    fn supersede(
        &mut self,
        reply: &Reply,
        lined: &ReplyLine,
        actor: &str,
        at: Timestamp,
        gives_way: impl Fn(&Reply) -> bool,
    ) -> Read<()> {
        let waiting = lined.replies.iter().filter(|lined| {
            lined.state == ReplyState::AwaitingApproval && lined.to == reply.to && lined.reply != reply.id
        });
        for lined in waiting {
            if let Some(other) = self.reply(&lined.reply)?.filter(&gives_way) {
                let reason = Reason::new("reply.superseded", reply.id.as_str());
                self.stop(other, ReplyState::Superseded, actor, reason, at)?;
            }
        }
        Ok(())
    }

    /// Tells whoever may approve it, and sets the time by which somebody must.
    fn ask_approval(&mut self, reply: &Reply, approval: &Approval, at: Timestamp) {
        let purpose = TimerPurpose::Approve { reply: reply.id.clone() };
        self.arm(Timer { id: approval_timer(&reply.id), due_at: approval.expires_at, purpose });
        let Some(case) = reply.case.clone().filter(|_| !approval.by.is_empty()) else { return };
        let id = EffectId::derive(&["approve", reply.id.as_str()]);
        let about = format!("reply {} waits for approval", reply.id);
        self.want(Effect { id, due_at: at, action: EffectAction::Notify { case, who: approval.by.clone(), about } });
    }

    fn approved(
        &mut self,
        mut reply: Reply,
        actor: &str,
        text: Option<&str>,
        earlier: &[SaidBefore],
        at: Timestamp,
    ) -> Read<Outcome> {
        let Some(mut approval) = reply.approval.clone().filter(|_| reply.state == ReplyState::AwaitingApproval) else {
            return NOTHING;
        };
        if !may_approve(self.rules.policy, &reply, &approval, actor) || at >= approval.expires_at {
            return NOTHING;
        }
        let draft = again(&reply, text);
        let Judged { verdict, around, .. } = self.judge(&draft, earlier, Some(&reply.id), at)?;
        if !verdict.allowed {
            let reason = verdict.reasons.into_iter().last().unwrap_or_else(|| Reason::new("reply.denied", ""));
            return self.stop(reply, ReplyState::Refused, actor, reason, at);
        }
        approval.decided_by = Some(actor.to_owned());
        approval.decided_at = Some(at);
        approval.edited = text.is_some_and(|text| text != reply.text());
        reply.approval = Some(approval);
        reply.state = ReplyState::Queued;
        reply.closes_at = verdict.route.and_then(|route| route.closes_at);
        reply.parts = vec![ReplyPart::waiting(); verdict.parts.len().max(1)];
        if let Some(wording) = &mut reply.wording {
            wording.text = draft.text;
            wording.parts = verdict.parts;
        }
        self.disarm(approval_timer(&reply.id));
        // Of several drafts about one message, the one that is approved goes out.
        if let Some(around) = around {
            self.supersede(&reply, &around.lined, actor, at, |_| true)?;
        }
        self.tell(&reply, StepKind::ReplyApproved, actor, at);
        self.put_reply(reply, at)?;
        Ok(Outcome::Changed)
    }

    fn rejected(&mut self, reply: Reply, actor: &str, reason: &str, at: Timestamp) -> Read<Outcome> {
        let Some(approval) = reply.approval.clone().filter(|_| reply.state == ReplyState::AwaitingApproval) else {
            return NOTHING;
        };
        if !may_approve(self.rules.policy, &reply, &approval, actor) {
            return NOTHING;
        }
        self.stop(reply, ReplyState::Rejected, actor, Reason::new("reply.rejected", reason), at)
    }

    fn withdrawn(&mut self, reply: Reply, actor: &str, at: Timestamp) -> Read<Outcome> {
        let untouched = reply.parts.iter().all(|part| part.state == PartState::Waiting);
        let waits = matches!(reply.state, ReplyState::AwaitingApproval | ReplyState::Held | ReplyState::Queued);
        if !waits || !untouched {
            return NOTHING;
        }
        self.stop(reply, ReplyState::Withdrawn, actor, Reason::new("reply.withdrawn", format!("by {actor}")), at)
    }

    /// A person decides that what was held, refused or lost is sent (once more).
    fn sent_after_all(&mut self, mut reply: Reply, actor: &str, at: Timestamp) -> Read<Outcome> {
        if !matches!(reply.state, ReplyState::Held | ReplyState::Refused | ReplyState::Unknown) {
            return NOTHING;
        }
        let draft = again(&reply, None);
        let verdict = self.judge(&draft, &[], Some(&reply.id), at)?.verdict;
        if !verdict.allowed {
            return NOTHING;
        }
        for part in reply.parts.iter_mut().filter(|part| part.state != PartState::Sent) {
            *part = ReplyPart { attempts: part.attempts, ..ReplyPart::waiting() };
        }
        reply.state = ReplyState::Queued;
        reply.closes_at = verdict.route.and_then(|route| route.closes_at);
        reply.reasons = vec![Reason::new("reply.sent_after_all", format!("by {actor}"))];
        self.tell(&reply, StepKind::ReplySubmitted, actor, at);
        self.put_reply(reply, at)?;
        Ok(Outcome::Changed)
    }

    /// Nobody approved it in time.
    pub(super) fn approval_due(&mut self, timer: &Timer, reply: &ReplyId, at: Timestamp) -> Read<Outcome> {
        let waits = |reply: &Reply| reply.state == ReplyState::AwaitingApproval;
        match self.reply(reply)?.filter(waits) {
            Some(reply) => {
                let reason = Reason::new("reply.expired", "nobody approved it in time");
                self.stop(reply, ReplyState::Expired, "engine", reason, at)
            }
            None => {
                self.disarm(timer.id.clone());
                NOTHING
            }
        }
    }

    /// An attempt to send a part begins, if it may still be sent.
    fn begun(&mut self, mut reply: Reply, part: usize, attempt: u32, at: Timestamp) -> Read<Outcome> {
        let is_due = matches!(reply.state, ReplyState::Queued | ReplyState::Sending) && reply.next_part() == Some(part);
        let Some(known) = reply.parts.get(part).filter(|known| is_due && known.attempts + 1 == attempt) else {
            return NOTHING;
        };
        // What is lost and can be repeated without harm has been allowed already.
        if known.state == PartState::Waiting {
            let give_up_after = self.rules.policy.policy().replies.give_up_after;
            let since = known.first_begun_at.unwrap_or(at);
            if at > since.plus(give_up_after) {
                let note = format!("tried {} times", known.attempts);
                return self.stop(reply, ReplyState::Refused, OUTBOX, Reason::new("send.gave_up", note), at);
            }
            let verdict = self.judge(&again(&reply, None), &[], Some(&reply.id), at)?.verdict;
            if !verdict.allowed && part == 0 {
                reply.reasons = verdict.reasons;
                let reason = reply.reasons.pop().unwrap_or_else(|| Reason::new("send.denied", ""));
                return self.stop(reply, ReplyState::Refused, OUTBOX, reason, at);
            }
            reply.tag = verdict.route.and_then(|route| route.tag);
        }
        let lag = self.lag_of(&reply);
        let part = &mut reply.parts[part];
        // To repeat what is lost asks the network about it, too; until it answers, the part stays in doubt.
        part.looks += u32::from(part.state == PartState::Begun);
        part.state = PartState::Begun;
        part.attempts = attempt;
        part.first_begun_at.get_or_insert(at);
        part.begun_at = Some(at);
        // Should nobody tell how it ended: looked for once it has ended for certain.
        part.again_at = Some(at.plus(2 * SEND_WITHIN + lag));
        reply.state = ReplyState::Sending;
        self.put_reply(reply, at)?;
        Ok(Outcome::Changed)
    }

    fn part_failed(
        &mut self,
        mut reply: Reply,
        part: usize,
        attempt: u32,
        error: &Error,
        at: Timestamp,
    ) -> Read<Outcome> {
        let is_this = |part: &&mut ReplyPart| part.state == PartState::Begun && part.attempts == attempt;
        let (lag, repeatable) = (self.lag_of(&reply), Act::repeats(&reply.verb));
        let Some(known) = reply.parts.get_mut(part).filter(is_this) else { return NOTHING };
        known.failure = Some(error.to_string());
        let pause = match error.retry_advice() {
            // It may be there, and is looked for once the network shows what it has.
            Retry::Unknown => {
                known.again_at = Some(at.plus(lag));
                self.put_reply(reply, at)?;
                return Ok(Outcome::Changed);
            }
            Retry::Never if waits_for_people(error) => Some(LONGEST_PAUSE),
            Retry::Never => None,
            Retry::After(pause) => Some(pause),
            Retry::Transient => Some(pause_after(attempt)),
        };
        // What can be repeated may have been done though it is to be tried again; so may an attempt before this one.
        let in_doubt = known.looks > 0 || repeatable && pause.is_some();
        if !in_doubt {
            known.state = PartState::Waiting;
        }
        let Some(pause) = pause else {
            let reason = Reason::new(format!("send.{}", error.kind()), error.to_string());
            return self.stop(reply, ReplyState::Refused, OUTBOX, reason, at);
        };
        known.again_at = Some(at.plus(pause));
        if part == 0 && !in_doubt {
            reply.state = ReplyState::Queued;
        }
        self.put_reply(reply, at)?;
        Ok(Outcome::Changed)
    }

    /// How long the network may take to show what was sent.
    fn lag_of(&self, reply: &Reply) -> Duration {
        let network = self.rules.networks.and_then(|networks| networks.get(&reply.account));
        Duration::from_secs(network.map_or(0, |network| network.capability().sent_lag).into())
    }

    /// A part was looked for: certainly not there, so it is sent again; or nobody can tell, so it is looked for again, until
    /// a person must.
    fn part_looked_for(
        &mut self,
        mut reply: Reply,
        part: usize,
        attempt: u32,
        error: Option<&Error>,
        at: Timestamp,
    ) -> Read<Outcome> {
        let is_this = |part: &&mut ReplyPart| part.state == PartState::Begun && part.attempts == attempt;
        let Some(known) = reply.parts.get_mut(part).filter(is_this) else { return NOTHING };
        match error {
            None => {
                known.state = PartState::Waiting;
                known.looks = 0;
                known.again_at = None;
            }
            Some(error) => {
                known.looks += 1;
                known.failure = Some(error.to_string());
                let pause = match error.retry_advice() {
                    Retry::After(pause) => pause,
                    _ => pause_after(known.looks + 2),
                };
                known.again_at = Some(at.plus(pause));
                // Looking again does not help where it cannot be looked for, or not be told from another.
                let hopeless = matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Conflict);
                if known.looks >= MOST_LOOKS || hopeless {
                    let reason = Reason::new("send.unknown", error.to_string());
                    return self.stop(reply, ReplyState::Unknown, OUTBOX, reason, at);
                }
            }
        }
        self.put_reply(reply, at)?;
        Ok(Outcome::Changed)
    }

    /// Ends it, or leaves it to a person, with the reason.
    pub(super) fn stop(
        &mut self,
        mut reply: Reply,
        state: ReplyState,
        actor: &str,
        reason: Reason,
        at: Timestamp,
    ) -> Read<Outcome> {
        if reply.state == ReplyState::AwaitingApproval {
            self.disarm(approval_timer(&reply.id));
            if let Some(approval) = reply.approval.as_mut().filter(|_| state == ReplyState::Rejected) {
                approval.decided_by = Some(actor.to_owned());
                approval.decided_at = Some(at);
            }
        }
        if state != ReplyState::Unknown {
            self.uninvite(&reply, at)?;
        }
        let kind = if state == ReplyState::Unknown { StepKind::ReplyUnknown } else { StepKind::ReplyStopped };
        reply.reasons.push(reason);
        reply.state = state;
        self.count(&["reply.", reply.state.as_str()], at, 1);
        self.tell(&reply, kind, actor, at);
        self.put_reply(reply, at)?;
        Ok(Outcome::Changed)
    }

    /// A line of the timeline about a reply.
    pub(super) fn tell(&mut self, reply: &Reply, kind: StepKind, actor: &str, at: Timestamp) {
        self.about(reply.customer.as_ref(), reply.case.as_ref());
        let Some(case) = &reply.case else { return };
        let mut reasons = vec![Reason::new("reply", format!("{}: {}", reply.id, reply.verb))];
        reasons.extend(reply.reasons.last().cloned().filter(|_| kind != StepKind::ReplySubmitted));
        self.step(case, at, kind, actor, reply.to.as_ref(), reasons);
    }

    /// Writes a reply and its place in its line. Where the line's next part is due later, a timer tells of it; where it
    /// is due now, the outbox is told, even by itself: it may have lost its lease to somebody who found nothing due.
    pub(super) fn put_reply(&mut self, mut reply: Reply, at: Timestamp) -> Read<()> {
        let mut line = self.line(&reply.line)?;
        let before = line.replies.iter().find(|lined| lined.reply == reply.id).map(|lined| lined.state.clone());
        if before.as_ref() != Some(&reply.state) {
            reply.changed_at = at;
        }
        line.note(&reply);
        let head = match line.head(at).map(|head| head.reply.clone()) {
            Some(head) if head == reply.id => Some(reply.clone()),
            Some(head) => self.reply(&head)?,
            None => None,
        };
        let due_at = head.map(|head| head.due_at().unwrap_or(at));
        let timer = line_timer(&reply.line);
        match due_at {
            Some(due_at) if due_at > at => {
                self.arm(Timer { id: timer, due_at, purpose: TimerPurpose::Send { line: reply.line.clone() } });
            }
            due_at => {
                self.disarm(timer);
                if due_at.is_some() {
                    self.want_sending(&reply.line, at);
                }
            }
        }
        self.about(reply.customer.as_ref(), reply.case.as_ref());
        self.put(Key::Line(reply.line.clone()), Record::Line(line));
        self.put(Key::Reply(reply.id.clone()), Record::Reply(Box::new(reply)));
        Ok(())
    }

    pub(super) fn want_sending(&mut self, line: &ConversationId, at: Timestamp) {
        let id = EffectId::derive(&["send", line.as_str()]);
        self.want(Effect { id, due_at: at, action: EffectAction::Send { line: line.clone() } });
    }
}

/// Whether `actor` may approve: somebody the rule names, and not the author.
pub(super) fn may_approve(
    policy: &crate::policy::CompiledPolicy,
    reply: &Reply,
    approval: &Approval,
    actor: &str,
) -> bool {
    let agent = AgentId::from(actor);
    let named = |name: &String| name == actor || policy.teams_of(&agent).iter().any(|team| team.as_str() == name);
    let is_agent = !actor.trim().is_empty() && policy.agent(&agent).is_some();
    // A policy that names no agents cannot tell who is in a team.
    let is_named = approval.by.is_empty() || policy.agents().is_empty() || approval.by.iter().any(named);
    is_agent && is_named && reply.author != actor
}

/// The draft that a reply was, perhaps with other words: what is judged when it is looked at again.
pub(super) fn again(reply: &Reply, text: Option<&str>) -> ReplyDraft {
    let wording = reply.wording.clone().unwrap_or_default();
    ReplyDraft {
        key: reply.key.clone(),
        author: reply.author.clone(),
        verb: Some(reply.verb.clone()),
        purpose: Some(reply.purpose.clone()),
        to: reply.to.clone(),
        account: Some(reply.account.clone()),
        text: text.map_or(wording.text, str::to_owned),
        markdown: wording.markdown,
        language: wording.language,
        signature: wording.signature,
        thread: wording.parts.len() > 1 || text.is_some(),
        wider: true,
        read: None,
        despite: reply.despite.clone(),
        not_before: reply.not_before,
        ground: reply.ground.clone(),
        undo: reply.undo,
        // A held answer is no statement.
        incident: reply.incident.clone().filter(|_| reply.verb == "publish"),
    }
}

/// Whether it fails until somebody mends the account, and then need not be written again.
pub(super) fn waits_for_people(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unauthenticated | ErrorKind::QuotaExhausted)
}

/// How long to wait after so many attempts.
fn pause_after(attempts: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << attempts.saturating_sub(1).min(20)).min(LONGEST_PAUSE)
}

fn line_timer(line: &ConversationId) -> TimerId {
    TimerId::derive(&["send", line.as_str()])
}

fn approval_timer(reply: &ReplyId) -> TimerId {
    TimerId::derive(&["approve", reply.as_str()])
}
