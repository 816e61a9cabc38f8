//! Events: everything that happens, on a network, at a desk, or in careline itself.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AgentId, Assessment, Assignment, AutomaticKind, CaseId, CustomerId, HandoffTo, Inbound, IncidentId, MessageId,
    NativeAccount, Profile, RawRange, Reason, ReplyDraft, ReplyId, TeamId, TimerId, Timestamp, open_enum,
};

open_enum! {
    /// The way an event reached us.
    Channel {
        /// The network called us.
        Webhook = "webhook",
        /// We asked.
        Poll = "poll",
        /// It came down a held connection.
        Stream = "stream",
        /// The host program said so.
        Host = "host",
        /// A timer, the router or another part of careline.
        Engine = "engine",
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Event {
    /// Format version of this event; see [`Event::VERSION`].
    pub v: u16,
    /// The brand account it came through; absent for what happens inside careline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<NativeAccount>,
    /// The way it reached us.
    pub channel: Channel,
    /// When it reached us.
    pub received_at: Timestamp,
    /// Its bytes in the raw delivery; absent where it is the whole body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawRange>,
    /// What happened.
    pub body: EventBody,
}

impl Event {
    /// The format version this careline writes. Older ones are read through upcasters, newer ones are an error.
    pub const VERSION: u16 = 1;

    /// Something a connector reports about `account`.
    #[inline]
    pub fn new(account: NativeAccount, channel: Channel, received_at: Timestamp, body: EventBody) -> Self {
        Self { v: Self::VERSION, account: Some(account), channel, received_at, raw: None, body }
    }

    /// Something that happens inside careline or is said by the host.
    pub fn internal(channel: Channel, received_at: Timestamp, body: EventBody) -> Self {
        Self { v: Self::VERSION, account: None, channel, received_at, raw: None, body }
    }

    /// Notes which bytes of the delivery it is.
    #[must_use]
    #[inline]
    pub fn at(mut self, raw: Option<RawRange>) -> Self {
        self.raw = raw;
        self
    }
}

/// What happened. Unknown kinds keep their raw form in the delivery and are visible as `unknown`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub enum EventBody {
    /// A message was written or edited: this is its state after that.
    Message(Box<Inbound>),
    /// A message was taken back.
    Deleted(Deleted),
    /// A message was hidden or shown again.
    Hidden(Hidden),
    /// Somebody reacted to a message.
    Reaction(Reaction),
    /// Messages were delivered to or read by the other side.
    Seen(Seen),
    /// Another app or the network's own inbox took or gave back a private thread.
    Control(Control),
    /// Something was signalled in a private thread that is not a message: a referral, an opt-in.
    Signal(Signal),
    /// A profile changed.
    Profile(Profile),
    /// The network changed what we may do with an account.
    Account(AccountChange),
    /// A kind this careline does not know.
    Unknown(Unknown),
    /// A deadline passed.
    Timer(Timer),
    /// A host's own model or rule answered, failed or was too slow.
    Advice(Advice),
    /// The router, an agent or the host moved a case.
    Case(CaseEvent),
    /// An agent came or went.
    Presence(PresenceEvent),
    /// Customers were merged, or a merge was undone.
    Customer(CustomerEvent),
    /// A reply was submitted, approved, sent, lost.
    Reply(ReplyEvent),
    /// An incident was opened or released.
    Incident(IncidentEvent),
    /// Something was erased.
    Erased(Erased),
    /// Another policy holds from now on.
    Policy(PolicyChange),
}

impl EventBody {
    /// Drops empty ids of people, parents, threads and files: all nobodies would be one. Whether what it is about has an id
    /// itself; without one there is no event.
    #[must_use]
    pub fn keep_named_parts(&mut self) -> bool {
        fn keep<T>(part: &mut Option<T>, id: impl Fn(&T) -> &str) {
            part.take_if(|part| id(part).is_empty());
        }
        fn person(profile: &mut Option<Profile>) {
            keep(profile, |profile| &profile.native_id);
        }
        let own = match self {
            Self::Message(message) => {
                person(&mut message.author);
                person(&mut message.recipient);
                for id in [&mut message.root_id, &mut message.thread, &mut message.echo_of] {
                    keep(id, |id| id);
                }
                keep(&mut message.reply_to, |parent| &parent.native_id);
                if let Some(parent) = &mut message.reply_to {
                    keep(&mut parent.author, |id| id);
                }
                message.content.entities.iter_mut().for_each(|entity| keep(&mut entity.native_id, |id| id));
                message.content.attachments.iter_mut().for_each(|file| keep(&mut file.native_id, |id| id));
                message.native_id.as_str()
            }
            Self::Deleted(deleted) => &deleted.native_id,
            Self::Hidden(hidden) => &hidden.native_id,
            Self::Reaction(reaction) => {
                person(&mut reaction.by);
                &reaction.native_id
            }
            Self::Seen(seen) => {
                seen.native_ids.retain(|id| !id.is_empty());
                &seen.thread
            }
            Self::Control(control) => &control.thread,
            Self::Signal(signal) => {
                person(&mut signal.by);
                &signal.thread
            }
            Self::Profile(profile) => &profile.native_id,
            Self::Account(change) => {
                person(&mut change.person);
                return true;
            }
            _ => return true,
        };
        !own.is_empty()
    }
}

/// A message was taken back, by its author, by us or by the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Deleted {
    /// Id scope of `native_id`.
    #[schemars(with = "String")]
    pub scope: CompactString,
    /// The message.
    #[schemars(with = "String")]
    pub native_id: CompactString,
    /// When, by the network's clock, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// A message was hidden from or shown to the public again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Hidden {
    /// Id scope of `native_id`.
    #[schemars(with = "String")]
    pub scope: CompactString,
    /// The message.
    #[schemars(with = "String")]
    pub native_id: CompactString,
    /// Whether it is hidden now.
    pub hidden: bool,
    /// When, by the network's clock, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// A like, a heart, a boost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Reaction {
    /// Id scope of `native_id`.
    #[schemars(with = "String")]
    pub scope: CompactString,
    /// The message reacted to.
    #[schemars(with = "String")]
    pub native_id: CompactString,
    /// Who reacted, where the network tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Profile>,
    /// What, in the network's word: `like`, `love`, `boost` …
    #[schemars(with = "String")]
    pub reaction: CompactString,
    /// Whether it takes the place of the person's other reactions to the message, as where there can be but one.
    #[serde(default)]
    pub sole: bool,
    /// Whether it was taken back.
    #[serde(default)]
    pub removed: bool,
    /// When, by the network's clock, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// The other side received or read our messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Seen {
    /// Id scope of `thread` and `native_ids`.
    #[schemars(with = "String")]
    pub scope: CompactString,
    /// The thread, by its root's native id.
    #[schemars(with = "String")]
    pub thread: CompactString,
    /// Read, or only delivered.
    pub read: bool,
    /// The messages, where the network names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub native_ids: Vec<CompactString>,
    /// Everything up to this time, where the network tells so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Timestamp>,
}

open_enum! {
    /// Who may write in a private thread.
    ThreadOwner {
        /// Our app.
        Us = "us",
        /// Another app or the network's own inbox.
        Another = "another",
        /// Nobody at present.
        Idle = "idle",
    }
}

/// The right to write in a private thread moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Control {
    /// Id scope of `thread`.
    #[schemars(with = "String")]
    pub scope: CompactString,
    /// The thread, by its root's native id.
    #[schemars(with = "String")]
    pub thread: CompactString,
    /// Who has it now; absent when it was only asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ThreadOwner>,
    /// The app that has it or asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub app: Option<CompactString>,
    /// When, by the network's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// Something signalled in a private thread that is not a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Signal {
    /// The network's word for it: `referral`, `optin` …; `typing` is over as soon as it is told, and nothing is kept of it.
    #[schemars(with = "String")]
    pub name: CompactString,
    /// Id scope of `thread`.
    #[schemars(with = "String")]
    pub scope: CompactString,
    /// The thread, by its root's native id.
    #[schemars(with = "String")]
    pub thread: CompactString,
    /// Who, where the network tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Profile>,
    /// When, by the network's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What it carries, by the network's own field names.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub extensions: serde_json::Map<String, serde_json::Value>,
}

/// The network changed what we may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct AccountChange {
    /// What: `revoked`, `blocked`, `unblocked`, `warned`, `severed`, `deauthorised`, `erasure_asked` …
    #[schemars(with = "String")]
    pub change: CompactString,
    /// The network's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The person who withdrew what they had allowed, where it was one and the network names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Profile>,
    /// When, by the network's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// A kind this careline does not know; its raw form stands in the delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Unknown {
    /// The network's word for it, as far as one can be found.
    #[schemars(with = "String")]
    pub name: CompactString,
}

/// A deadline kept in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Timer {
    /// Our id.
    pub id: TimerId,
    /// When it is due.
    pub due_at: Timestamp,
    /// What for.
    pub purpose: TimerPurpose,
}

/// What a timer is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "purpose", rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimerPurpose {
    /// The next thing about the promises of a case: a step of the ladder, or a breach.
    Sla {
        /// The case.
        case: CaseId,
    },
    /// An offered case must have been accepted.
    Accept {
        /// The case.
        case: CaseId,
        /// The agent it was offered to.
        agent: AgentId,
    },
    /// The turns of a long case are to be counted again, because some came late or changed.
    Recount {
        /// The case.
        case: CaseId,
    },
    /// A team's queue is to be looked at: somebody's hours begin or end, or somebody's presence runs out.
    Route {
        /// The team.
        team: TeamId,
    },
    /// What waits in a thread's line is to be sent or looked for.
    Send {
        /// The thread.
        line: super::ConversationId,
    },
    /// Something is to be said that nobody writes.
    Automatic {
        /// The case.
        case: CaseId,
        /// What.
        what: AutomaticKind,
    },
    /// A customer must have come to where they were asked to.
    Handoff {
        /// The case.
        case: CaseId,
    },
    /// A reply must have been approved.
    Approve {
        /// The reply.
        reply: ReplyId,
    },
}

/// What a host's own model or rule says about a message, or that it said nothing in time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Advice {
    /// The message it was asked about.
    pub message: MessageId,
    /// The revision it was asked about; advice on an older one is noted and not used.
    pub revision: u64,
    /// The adviser, by its own name and version.
    pub advisor: String,
    /// Its findings, which join the evidence; absent when it failed or was too slow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<super::Finding>>,
    /// Why there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// Somebody moved a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct CaseEvent {
    /// The case.
    pub case: CaseId,
    /// Who did it: an agent, `router`, `host`.
    pub actor: String,
    /// What they did.
    pub action: CaseAction,
}

/// What can be done to a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CaseAction {
    /// Give it to an agent, whoever has it now: the router's offer, a manual assignment or a take-over.
    Assign {
        /// The assignment, with reasons.
        assignment: Assignment,
    },
    /// The agent it was offered to accepts.
    Accept,
    /// Put it back into a team's queue.
    Release {
        /// Another team, or absent for the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<TeamId>,
        /// Why.
        reason: String,
    },
    /// Take it from an agent who is not at work while the customer waits. Nothing happens if the customer waits no longer,
    /// or if the case is in other hands by now.
    HandOver {
        /// Who holds it.
        from: AgentId,
        /// Since when.
        since: Timestamp,
        /// Another team, or absent for the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<TeamId>,
        /// Why.
        reasons: Vec<Reason>,
    },
    /// Write a note for colleagues; it is kept with the timeline and never sent.
    Note {
        /// The note.
        text: String,
    },
    /// End it.
    Close {
        /// How it ended, in the host's words.
        #[schemars(with = "String")]
        outcome: CompactString,
    },
    /// Take it up again.
    Reopen,
    /// End it as a part of another open case of the same person, which gets its messages.
    Join {
        /// The other case.
        into: CaseId,
    },
    /// Note that it goes on elsewhere: by e-mail, telephone, chat.
    HandOff {
        /// Where.
        to: HandoffTo,
        /// What colleagues need to know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Correct what triage concluded; kept as evidence with the agent's name.
    Correct {
        /// The corrected assessment of the lead message.
        assessment: Box<Assessment>,
    },
}

/// An agent came or went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct PresenceEvent {
    /// The agent.
    pub agent: AgentId,
    /// Whether they take work.
    pub online: bool,
    /// Until when that holds unless repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Something about who is who.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CustomerEvent {
    /// Two customers are one person.
    Merge {
        /// The one that stays.
        into: CustomerId,
        /// The one that is merged in.
        from: CustomerId,
        /// Who decided it.
        by: String,
        /// What shows it.
        evidence: Vec<String>,
        /// Their open cases, whose timelines tell of it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cases: Vec<CaseId>,
    },
    /// A merge was wrong: both get back what was theirs.
    Unmerge {
        /// The one that stayed.
        into: CustomerId,
        /// The one that was merged in.
        from: CustomerId,
        /// Who decided it.
        by: String,
        /// Their open cases, whose timelines tell of it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cases: Vec<CaseId>,
    },
    /// The host tells something about a person.
    Facts {
        /// The person.
        customer: CustomerId,
        /// Facts to set; null removes one.
        facts: serde_json::Map<String, serde_json::Value>,
    },
}

/// An incident was opened or released.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct IncidentEvent {
    /// The incident.
    pub incident: IncidentId,
    /// Who did it.
    pub actor: String,
    /// What it is to be; absent where it is released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<super::IncidentDraft>,
}

/// Something was erased. Names nobody: who is forgotten is not named for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Erased {
    /// What was asked for: `customer`, `identity`, `message`.
    pub what: String,
    /// How many of each kind were removed.
    pub removed: std::collections::BTreeMap<String, u64>,
}

/// Another policy holds from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct PolicyChange {
    /// Its version, see [`CompiledPolicy::version`](crate::policy::CompiledPolicy::version).
    pub version: String,
}

/// Something happened to a reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct ReplyEvent {
    /// The reply.
    pub reply: ReplyId,
    /// Who did it: an agent, `engine`, `auto:` and a name.
    pub actor: String,
    /// What they did.
    pub action: ReplyAction,
}

/// What can happen to a reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReplyAction {
    /// Somebody wants it sent.
    Submit {
        /// What is to be said or done.
        draft: Box<ReplyDraft>,
        /// What the account said before, which it is compared with; the latest first.
        earlier: Vec<SaidBefore>,
    },
    /// Whoever was asked for approval says yes.
    Approve {
        /// Other words in place of the author's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// As for [`ReplyAction::Submit`].
        earlier: Vec<SaidBefore>,
    },
    /// Whoever was asked for approval says no.
    Reject {
        /// Why.
        reason: String,
    },
    /// It is taken back before it was sent.
    Withdraw,
    /// What an incident held back, or what failed, is to be sent after all. Of what nobody knows whether it was sent, a person
    /// says that it was not.
    Send,
    /// An attempt to send a part begins; nothing happens if another attempt began meanwhile.
    Begin {
        /// The part.
        part: u32,
        /// Which attempt, counted from 1.
        attempt: u32,
    },
    /// The network has a part.
    Sent {
        /// The part.
        part: u32,
        /// The network's id of it.
        #[schemars(with = "String")]
        native_id: CompactString,
        /// Where a browser finds it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        permalink: Option<String>,
        /// When the network took it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// An attempt failed.
    Failed {
        /// The part.
        part: u32,
        /// Which attempt.
        attempt: u32,
        /// With what.
        #[schemars(with = "serde_json::Value")]
        error: Box<crate::Error>,
    },
    /// A part was looked for on the network and not found.
    Looked {
        /// The part.
        part: u32,
        /// The attempt it was looked for after.
        attempt: u32,
        /// Why that says nothing; absent where it is certain that the network does not have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<serde_json::Value>")]
        error: Option<Box<crate::Error>>,
    },
}

/// Something that an account said before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct SaidBefore {
    /// The thread.
    pub conversation: super::ConversationId,
    /// When.
    pub at: Timestamp,
    /// Whether others could read it.
    pub public: bool,
    /// The words.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::super::{Attachment, AttachmentKind, Inbound, ReplyTarget, Surface, Visibility};
    use super::*;

    #[test]
    fn nobody_and_nothing_has_an_empty_id() {
        let mut message = Inbound::new("x", "1", Surface::Post, Visibility::Public);
        message.author = Some(Profile::new("x", ""));
        message.thread = Some("".into());
        message.reply_to = Some(ReplyTarget { native_id: "2".into(), author: Some("".into()) });
        let mut file = Attachment::new(AttachmentKind::Image);
        file.native_id = Some("".into());
        message.content.attachments.push(file);
        let mut body = EventBody::Message(Box::new(message.clone()));
        assert!(body.keep_named_parts(), "the message itself has an id");
        let EventBody::Message(kept) = &body else { panic!("it is a message") };
        assert_eq!((kept.author.as_ref(), kept.thread.as_ref()), (None, None));
        assert_eq!(
            kept.reply_to.as_ref().map(|parent| (&*parent.native_id, parent.author.as_ref())),
            Some(("2", None))
        );
        assert_eq!(kept.content.attachments[0].native_id, None);
        let named = body.clone();
        assert!(body.keep_named_parts());
        assert_eq!(body, named, "what is named stays as it is");

        message.native_id = "".into();
        assert!(!EventBody::Message(Box::new(message)).keep_named_parts());
        let deleted = Deleted { scope: "x".into(), native_id: "".into(), at: None };
        assert!(!EventBody::Deleted(deleted).keep_named_parts());
    }
}
