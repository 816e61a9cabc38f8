//! Cases: the unit of work.

use std::collections::BTreeSet;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AccountId, AgentId, Assignment, CaseId, ConversationId, CustomerId, Handoff, HandoffState, Intent, MessageId,
    NetworkName, Reason, Sentiment, SlaClock, Surface, Survey, TeamId, Timestamp, open_enum,
};

open_enum! {
    /// Where a case stands.
    CaseStatus {
        /// Waits for an agent.
        Queued = "queued",
        /// Offered to an agent who has not accepted yet.
        Offered = "offered",
        /// An agent works on it and it is our turn.
        Open = "open",
        /// We answered; it is the customer's turn.
        Waiting = "waiting",
        /// Done.
        Closed = "closed",
    }
}

/// One customer's matter, from the first turn to the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Case {
    /// Our id.
    pub id: CaseId,
    /// The person.
    pub customer: CustomerId,
    /// The network it began on.
    pub network: NetworkName,
    /// The brand account that answers.
    pub account: AccountId,
    /// The threads it runs in.
    pub conversations: BTreeSet<ConversationId>,
    /// The case before this one between the same people in the same thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<CaseId>,
    /// The case that this one became a part of, because their threads turned out to be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_into: Option<CaseId>,
    /// The cases that became part of this one: what happened to them until then stands in their own timelines.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub joined: BTreeSet<CaseId>,
    /// Counts the cases between the same people in the same thread, from 1.
    pub number: u32,
    /// Where it stands.
    pub status: CaseStatus,
    /// The most pressing tier of its messages; 1 is highest.
    pub tier: u8,
    /// The message that sets tier, intent and category: the earliest of the most pressing.
    pub lead: MessageId,
    /// The time of `lead`, which breaks ties.
    pub lead_at: Timestamp,
    /// The kind of place the lead message stands in.
    pub surface: Surface,
    /// What the customer wants.
    pub intent: Intent,
    /// The subject.
    #[schemars(with = "String")]
    pub category: CompactString,
    /// The tone of the lead message.
    pub sentiment: Sentiment,
    /// The customer's language here.
    #[schemars(with = "String")]
    pub language: CompactString,
    /// The team whose queue it is in.
    pub team: TeamId,
    /// Who holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<Assignment>,
    /// When it was put into its team's queue; absent while somebody holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<Timestamp>,
    /// Agents who let an offer lapse since then: they are asked again only when nobody else can take it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub passed_by: BTreeSet<AgentId>,
    /// Who held it last, for stickiness after a reopening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_agent: Option<AgentId>,
    /// When the first turn that needs a response was sent.
    pub opened_at: Timestamp,
    /// When it was closed; absent while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// How it ended, in the host's words: `resolved`, `no_answer_needed`, `duplicate` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub outcome: Option<CompactString>,
    /// How often it was reopened.
    #[serde(default)]
    pub reopened: u32,
    /// When people ended it, in order: what was asked before wants no answer any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends: Vec<Timestamp>,
    /// How many messages it holds, ours included.
    pub messages: u32,
    /// When its turns are counted again: some came late or changed, and there are too many to do so each time. Until then
    /// what follows from them is told as far as it can be told without the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recount_at: Option<Timestamp>,
    /// The customer's earliest unanswered turn; absent while it is the customer's turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaiting_since: Option<Timestamp>,
    /// The customer's latest turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_customer_at: Option<Timestamp>,
    /// Our latest turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_brand_at: Option<Timestamp>,
    /// When the first answer was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_response_at: Option<Timestamp>,
    /// Its promises; the first response first.
    pub clocks: Vec<SlaClock>,
    /// The earliest deadline of its running clocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// How many steps of the escalation ladder were taken.
    #[serde(default)]
    pub escalation: u8,
    /// How it went from public to private and back, or on to other channels, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handoffs: Vec<Handoff>,
    /// What the customer was asked about satisfaction, and what they answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub surveys: Vec<Survey>,
    /// Why it has this team and these promises.
    pub reasons: Vec<Reason>,
}

impl Case {
    /// Whether there is still something to do or to wait for.
    pub fn is_open(&self) -> bool {
        self.status != CaseStatus::Closed
    }

    /// The handoff whose customer is expected in private at that instant.
    pub fn expects_in_private(&self, at: Timestamp) -> Option<&Handoff> {
        let latest = self.handoffs.last()?;
        let in_time = latest.expires_at.is_none_or(|expires_at| at < expires_at);
        (latest.state == HandoffState::Invited && in_time).then_some(latest)
    }
}

open_enum! {
    /// What happened to a case.
    StepKind {
        /// It was opened.
        Opened = "opened",
        /// The customer wrote.
        CustomerTurn = "customer_turn",
        /// We wrote.
        BrandTurn = "brand_turn",
        /// A message was edited.
        Edited = "edited",
        /// A message was taken back.
        Deleted = "deleted",
        /// A message was hidden or shown again.
        Hidden = "hidden",
        /// Its assessment changed its tier, intent or category.
        Reassessed = "reassessed",
        /// It was put into a team's queue.
        Queued = "queued",
        /// It was offered to an agent.
        Offered = "offered",
        /// The agent accepted it.
        Accepted = "accepted",
        /// It was taken from an agent.
        Released = "released",
        /// An agent was chosen by hand, or took it over.
        Assigned = "assigned",
        /// A promise was broken.
        Breached = "breached",
        /// A step of the escalation ladder was taken.
        Escalated = "escalated",
        /// A colleague wrote a note.
        Noted = "noted",
        /// It was closed.
        Closed = "closed",
        /// It was opened again.
        Reopened = "reopened",
        /// Two cases of one person became one.
        Joined = "joined",
        /// The customer was merged with another one, or a merge was undone.
        CustomerChanged = "customer_changed",
        /// A host's own model or rule had its say.
        Advised = "advised",
        /// The customer was asked to go on in private, or elsewhere.
        HandedOff = "handed_off",
        /// The customer came to where they were asked to.
        Arrived = "arrived",
        /// A closing note in public was submitted.
        Returned = "returned",
        /// The customer did not come in time.
        HandoffExpired = "handoff_expired",
        /// Somebody submitted a reply.
        ReplySubmitted = "reply_submitted",
        /// A reply was stopped: by the verdict, by whoever had to approve it, by the network or by time.
        ReplyStopped = "reply_stopped",
        /// A reply was approved.
        ReplyApproved = "reply_approved",
        /// The network has a reply.
        ReplyDelivered = "reply_delivered",
        /// Nobody can tell whether the network has a reply.
        ReplyUnknown = "reply_unknown",
    }
}

/// One line of a case's timeline. Holds no customer text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Step {
    /// The case.
    pub case: CaseId,
    /// When it happened, by the network's clock where it is a message.
    pub at: Timestamp,
    /// What happened.
    pub kind: StepKind,
    /// Who did it: an agent, `customer`, `engine`, `host`.
    pub actor: String,
    /// The message it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// Why, and what was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}
