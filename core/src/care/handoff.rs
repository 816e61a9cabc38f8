//! Handoffs: inviting somebody into private, knowing them when they come, closing in public, once.

use super::decide::{Draft, NOTHING, Outcome};
use super::snapshot::Read;
use super::tenant::Tenant;
use crate::error::Result;
use crate::model::{
    Case, CaseId, ConversationId, CustomerId, Handoff, HandoffState, HandoffTo, Message, Origin, Reason, Reply,
    ReplyPurpose, StepKind, SuggestedSurface, Suggestion, SuggestionKind, Timer, TimerId, TimerPurpose, Timestamp,
    Visibility,
};
use crate::routing::{InvitationWay, RouteAsk};
use crate::store::{Key, Record};

/// The policy's texts for what is suggested.
const MOVE_TO_PRIVATE: &str = "move_to_private";
const RETURN_NOTE: &str = "return_note";

impl Draft<'_> {
    /// A reply that asks the customer into private begins a handoff, one that closes in public ends it.
    pub(super) fn follow_handoff(&mut self, reply: &Reply, target: &Message, at: Timestamp) -> Read<()> {
        let Some(mut case) = self.case_of_reply(reply)? else { return Ok(()) };
        let before = case.clone();
        let latest = case.handoffs.last().map(|handoff| &handoff.state);
        let under_way = matches!(latest, Some(HandoffState::Invited | HandoffState::Arrived));
        let goes_private = reply.verb == "direct_message" && target.visibility != Visibility::Private && !under_way;
        match &reply.purpose {
            ReplyPurpose::Invitation => self.invite(&mut case, reply, target, at),
            _ if goes_private => self.invite(&mut case, reply, target, at),
            ReplyPurpose::ReturnNote => {
                if let Some(handoff) = case.handoffs.last_mut() {
                    handoff.state = HandoffState::Returned;
                    handoff.return_note = Some(reply.id.clone());
                    handoff.returned_at = Some(at);
                    self.step(&case.id, at, StepKind::Returned, &*reply.author, Some(&target.id), Vec::new());
                }
            }
            _ => return Ok(()),
        }
        self.put_case(&before, case);
        Ok(())
    }

    fn case_of_reply(&mut self, reply: &Reply) -> Read<Option<Case>> {
        match &reply.case {
            Some(case) => self.overlay.case(case),
            None => Ok(None),
        }
    }

    fn invite(&mut self, case: &mut Case, reply: &Reply, target: &Message, at: Timestamp) {
        let goes_private = reply.verb == "direct_message";
        let expires_at = at.plus(self.rules.policy.policy().handoff.expires_after);
        let way = if goes_private { InvitationWay::PrivateReply } else { InvitationWay::WriteToUs };
        let from = target.conversation.clone();
        let invited = Handoff::new(from, HandoffTo::Private, way, HandoffState::Invited, reply.author.as_str(), at);
        case.handoffs.push(Handoff { invitation: Some(reply.id.clone()), expires_at: Some(expires_at), ..invited });
        let purpose = TimerPurpose::Handoff { case: case.id.clone() };
        self.arm(Timer { id: handoff_timer(&case.id), due_at: expires_at, purpose });
        let expected = Key::Slot(ConversationId::expected_on(&case.network), case.customer.clone());
        self.put(expected, Record::Slot(case.id.clone()));
        self.step(&case.id, at, StepKind::HandedOff, &*reply.author, Some(&target.id), Vec::new());
    }

    /// The case whose customer is expected in private, if this message is what was expected.
    pub(super) fn expected_case(&mut self, message: &Message, customer: &CustomerId) -> Read<Option<Case>> {
        if !self.comes_in_private(message)? {
            return Ok(None);
        }
        let Some(id) = self.overlay.slot(&ConversationId::expected_on(&message.network), customer)? else {
            return Ok(None);
        };
        let case = self.overlay.case(&id)?;
        Ok(case.filter(|case| case.expects_in_private(message.at()).is_some()))
    }

    /// Whether a message is private: by its own word, or because it answers a private one of ours where not everybody reads
    /// it; some servers call what is for one reader what others call for followers.
    fn comes_in_private(&mut self, message: &Message) -> Read<bool> {
        match (&message.visibility, &message.reply_to) {
            (Visibility::Private, _) => Ok(true),
            (Visibility::Restricted, Some(parent)) => {
                let known = self.known_by(&message.scope, &parent.native_id)?.and_then(|(_, parent, _)| parent);
                Ok(known.is_some_and(|parent| {
                    parent.visibility == Visibility::Private && parent.origin != Origin::Customer
                }))
            }
            _ => Ok(false),
        }
    }

    /// The customer came to where they were asked to.
    pub(super) fn arrive(&mut self, case: &mut Case, message: &Message) -> Read<()> {
        let waits = case.expects_in_private(message.at()).is_some() && message.origin == Origin::Customer;
        if !waits || !self.comes_in_private(message)? {
            return Ok(());
        }
        let Some(handoff) = case.handoffs.last_mut() else { return Ok(()) };
        handoff.state = HandoffState::Arrived;
        handoff.arrived_in = Some(message.conversation.clone());
        handoff.arrived_at = Some(message.at());
        self.disarm(handoff_timer(&case.id));
        self.step(&case.id, message.at(), StepKind::Arrived, "customer", Some(&message.id), Vec::new());
        Ok(())
    }

    /// The customer did not come in time.
    pub(super) fn handoff_due(&mut self, timer: &Timer, case: &CaseId, at: Timestamp) -> Read<Outcome> {
        self.disarm(timer.id.clone());
        let Some(mut case) = self.overlay.case(case)? else { return Ok(Outcome::Changed) };
        let before = case.clone();
        let waits = |handoff: &&mut Handoff| handoff.state == HandoffState::Invited && handoff.expires_at <= Some(at);
        let Some(handoff) = case.handoffs.last_mut().filter(waits) else { return Ok(Outcome::Changed) };
        handoff.state = HandoffState::Expired;
        self.step(&case.id, at, StepKind::HandoffExpired, "engine", None, Vec::new());
        self.put_case(&before, case);
        Ok(Outcome::Changed)
    }

    /// An invitation that is not sent invites nobody.
    pub(super) fn uninvite(&mut self, reply: &Reply, at: Timestamp) -> Read<()> {
        let Some(mut case) = self.case_of_reply(reply)? else { return Ok(()) };
        let before = case.clone();
        let asked = |handoff: &&mut Handoff| {
            handoff.invitation.as_ref() == Some(&reply.id) && handoff.state == HandoffState::Invited
        };
        if let Some(handoff) = case.handoffs.last_mut().filter(asked) {
            handoff.state = HandoffState::Expired;
            self.disarm(handoff_timer(&case.id));
            let reason = Reason::new("handoff.not_sent", reply.id.as_str());
            self.step(&case.id, at, StepKind::HandoffExpired, "engine", None, vec![reason]);
        } else if let Some(handoff) =
            case.handoffs.last_mut().filter(|handoff| handoff.return_note.as_ref() == Some(&reply.id))
        {
            (handoff.state, handoff.return_note, handoff.returned_at) = (HandoffState::Arrived, None, None);
        } else {
            return Ok(());
        }
        self.put_case(&before, case);
        Ok(())
    }

    /// It goes on by e-mail, telephone or chat: recorded, for it happens outside of here.
    pub(super) fn hand_off(
        &mut self,
        mut case: Case,
        to: &HandoffTo,
        note: Option<&String>,
        actor: &str,
        at: Timestamp,
    ) -> Read<Outcome> {
        let Some(from) = case.conversations.first().cloned().filter(|_| case.is_open()) else { return NOTHING };
        let before = case.clone();
        let way = InvitationWay::OtherChannel;
        let elsewhere = Handoff::new(from, to.clone(), way, HandoffState::Elsewhere, actor, at);
        case.handoffs.push(Handoff { note: note.cloned(), ..elsewhere });
        self.disarm(handoff_timer(&case.id));
        let reason = Reason::new("handoff.to", to.as_str());
        self.step(&case.id, at, StepKind::HandedOff, actor, None, vec![reason]);
        self.put_case(&before, case);
        Ok(Outcome::Changed)
    }
}

impl Tenant {
    /// What somebody who works on a case might do next: go on in private because personal data is needed or it goes to and
    /// fro in public; close in public, once, what was solved in private; ask again who did not come.
    ///
    /// # Errors
    /// `not_found` for a case that does not exist.
    pub async fn suggestions(&self, case: &CaseId) -> Result<Vec<Suggestion>> {
        let view = self.case(case).await?;
        let Some(policy) = self.policy() else { return Ok(Vec::new()) };
        let case = &view.case;
        let messages = view.threads.iter().flat_map(|thread| &thread.messages);
        let theirs = messages.filter(|message| message.case.as_ref() == Some(&case.id) && message.deleted_at.is_none());
        let mut in_public: Vec<&Message> = theirs.filter(|message| message.visibility != Visibility::Private).collect();
        in_public.sort_by_key(|message| message.at());
        let theirs = |message: &&&Message| message.origin == Origin::Customer;
        let everybodys = |message: &&&Message| theirs(message) && message.visibility == Visibility::Public;
        let asked = in_public.iter().rfind(everybodys).or_else(|| in_public.iter().rfind(theirs));
        let Some(to) = asked.map(|message| message.id.clone()) else { return Ok(Vec::new()) };
        let latest = case.handoffs.last().map(|handoff| &handoff.state);
        let text = |name: &str| policy.text(name, &case.language).map(str::to_owned);
        let mut suggestions = Vec::new();
        match latest {
            Some(HandoffState::Invited) => {}
            Some(HandoffState::Arrived | HandoffState::Elsewhere) => {
                if !case.is_open() {
                    suggestions.push(Suggestion {
                        kind: SuggestionKind::ReturnInPublic,
                        to,
                        purpose: ReplyPurpose::ReturnNote,
                        text: text(RETURN_NOTE),
                        link: None,
                        reasons: vec![Reason::new("handoff.solved", "solved where others cannot see it")],
                    });
                }
            }
            latest => {
                let mut reasons = Vec::new();
                let needed =
                    view.assessments.get(&case.lead).is_some_and(|lead| lead.surface == SuggestedSurface::Private);
                if needed {
                    reasons.push(Reason::new("handoff.pii", "it takes personal data to answer"));
                }
                let turns = in_public.windows(2).filter(|pair| is_ours(pair[0]) && !is_ours(pair[1])).count();
                if turns >= policy.policy().handoff.turns as usize {
                    reasons.push(Reason::new("handoff.turns", format!("{turns} times to and fro in public")));
                }
                let expired = latest == Some(&HandoffState::Expired) && case.awaiting_since.is_some();
                if expired {
                    reasons.push(Reason::new("handoff.expired", "the customer did not come"));
                }
                if case.is_open() && !reasons.is_empty() {
                    let kind = if expired { SuggestionKind::InviteAgain } else { SuggestionKind::MoveToPrivate };
                    let link = self.invitation_link(case, &to).await?;
                    let (purpose, text) = (ReplyPurpose::Invitation, text(MOVE_TO_PRIVATE));
                    suggestions.push(Suggestion { kind, to, purpose, text, link, reasons });
                }
            }
        }
        Ok(suggestions)
    }

    async fn invitation_link(&self, case: &Case, to: &crate::model::MessageId) -> Result<Option<String>> {
        let Ok(network) = self.network(&case.account) else { return Ok(None) };
        let (Some(Record::Message(target)), now) = (self.record(Key::Message(to.clone())).await?, self.inner.now())
        else {
            return Ok(None);
        };
        let Some(Record::Conversation(thread)) = self.record(Key::Conversation(target.conversation.clone())).await?
        else {
            return Ok(None);
        };
        Ok(network.invitation(&RouteAsk::new(&thread, &target, now)).and_then(|invitation| invitation.link))
    }
}

fn is_ours(message: &Message) -> bool {
    message.origin != Origin::Customer
}

fn handoff_timer(case: &CaseId) -> TimerId {
    TimerId::derive(&["handoff", case.as_str()])
}
