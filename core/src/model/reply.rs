//! Replies: what we want to say or do on a network, from the draft to the receipt.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AccountId, CaseId, Content, ConversationId, CustomerId, IncidentId, MessageId, NetworkName, Reason, ReplyId,
    Surface, Timestamp, Visibility, open_enum,
};

open_enum! {
    /// Where a reply stands.
    ReplyState {
        /// Waits for somebody's approval.
        AwaitingApproval = "awaiting_approval",
        /// Held back while an incident is open; once that is released, somebody decides.
        Held = "held",
        /// Waits for its turn on the way to the network.
        Queued = "queued",
        /// Some of it is with the network, or may be.
        Sending = "sending",
        /// The network has all of it.
        Delivered = "delivered",
        /// It is not sent: the verdict, the network or the time forbade it. What a part says was sent, was.
        Refused = "refused",
        /// Nobody can tell whether the network has it; a person must look.
        Unknown = "unknown",
        /// Whoever was asked for approval said no.
        Rejected = "rejected",
        /// Nobody approved it in time.
        Expired = "expired",
        /// Another one took its place.
        Superseded = "superseded",
        /// Taken back before it was sent.
        Withdrawn = "withdrawn",
    }
}

impl ReplyState {
    /// Whether something is still to happen to it by itself or by a person.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::AwaitingApproval | Self::Held | Self::Queued | Self::Sending | Self::Unknown)
    }
}

open_enum! {
    /// What a reply is for.
    ReplyPurpose {
        /// It answers.
        Answer = "answer",
        /// It asks the customer, in public, to go on in private.
        Invitation = "invitation",
        /// It closes in public what was solved in private.
        ReturnNote = "return_note",
        /// It says that we have seen the message.
        Acknowledgement = "acknowledgement",
        /// It asks, after the end, whether all is well.
        FollowUp = "follow_up",
        /// It asks how satisfied the customer is.
        Csat = "csat",
        /// It asks how likely the customer is to recommend us.
        Nps = "nps",
        /// It is the one statement about an incident.
        Statement = "statement",
        /// It is no text but an act: a like, a hidden comment, a deletion.
        Act = "act",
    }
}

/// Something we want to say or do on a network, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Reply {
    /// Our id.
    pub id: ReplyId,
    /// The key it was submitted under: the same key again is the same reply.
    pub key: String,
    /// What is done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`.
    #[schemars(with = "String")]
    pub verb: CompactString,
    /// What for.
    pub purpose: ReplyPurpose,
    /// The case it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The person it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// The brand account that says it.
    pub account: AccountId,
    /// The network.
    pub network: NetworkName,
    /// Where it waits its turn: the thread, or the account's own line for posts.
    pub line: ConversationId,
    /// The message it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<MessageId>,
    /// The kind of place it goes to.
    pub surface: Surface,
    /// Who can read it there.
    pub visibility: Visibility,
    /// The permission of the network it rests on, where that must be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub tag: Option<CompactString>,
    /// Who wrote it: an agent, or `auto:` and a name for what nobody writes.
    pub author: String,
    /// Whether a person wrote it.
    pub by_human: bool,
    /// The ground on which a customer's comment is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub ground: Option<CompactString>,
    /// Whether what is done is undone: a like taken back, a comment shown again.
    #[serde(default)]
    pub undo: bool,
    /// The incident it is the statement of, or that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// Where it stands.
    pub state: ReplyState,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// Since when it stands there.
    pub changed_at: Timestamp,
    /// Not sent before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// When its route closes; absent if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Timestamp>,
    /// The pieces in which it is sent, in order; one for an act without words.
    pub parts: Vec<ReplyPart>,
    /// Who must approve it, and who did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// The objections its author has seen and set aside, by guard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub despite: Vec<String>,
    /// Why it stands where it does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What it says; kept apart, so it can be erased alone. Absent once erased, and for an act without words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<Wording>,
}

impl Reply {
    /// The place of the first part that the network does not have for certain.
    pub fn next_part(&self) -> Option<usize> {
        self.parts.iter().position(|part| part.state != PartState::Sent)
    }

    /// Before when nothing is to be done about its next part; absent if it may be done at once.
    pub fn due_at(&self) -> Option<Timestamp> {
        let part = self.next_part().and_then(|part| self.parts[part].again_at);
        part.max(self.not_before)
    }

    /// What its author wrote; empty once erased, and for an act without words.
    pub fn text(&self) -> &str {
        self.wording.as_ref().map_or("", |wording| &wording.text)
    }

    /// The key under which a part is sent, for ever the same.
    pub fn part_key(&self, part: usize) -> String {
        format!("{}-{part}", self.id)
    }

    /// The reply and the part that a key of [`Reply::part_key`] names.
    pub fn of_part_key(key: &str) -> Option<(ReplyId, usize)> {
        let (id, part) = key.rsplit_once('-')?;
        Some((ReplyId::from(id), part.parse().ok()?))
    }
}

/// What a reply says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Wording {
    /// What its author wrote.
    pub text: String,
    /// Its language as a BCP 47 tag, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub language: Option<CompactString>,
    /// What stands at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Whether its author wrote Markdown.
    #[serde(default)]
    pub markdown: bool,
    /// What the network gets, part by part.
    pub parts: Vec<Content>,
}

open_enum! {
    /// Where a part of a reply stands.
    PartState {
        /// Not sent.
        Waiting = "waiting",
        /// An attempt has begun and its end is not known here.
        Begun = "begun",
        /// The network has it.
        Sent = "sent",
    }
}

/// One piece of a reply on its way to the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct ReplyPart {
    /// Where it stands.
    pub state: PartState,
    /// How often sending it was begun.
    #[serde(default)]
    pub attempts: u32,
    /// How often it was looked for on the network without an answer.
    #[serde(default)]
    pub looks: u32,
    /// When the first attempt began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_begun_at: Option<Timestamp>,
    /// When the latest attempt began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_at: Option<Timestamp>,
    /// Not tried or looked for again before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_at: Option<Timestamp>,
    /// The network's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub native_id: Option<CompactString>,
    /// Where a browser finds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permalink: Option<String>,
    /// When the network took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// What the latest attempt or look failed with, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl ReplyPart {
    /// A part that is not sent yet.
    pub fn waiting() -> Self {
        Self {
            state: PartState::Waiting,
            attempts: 0,
            looks: 0,
            first_begun_at: None,
            begun_at: None,
            again_at: None,
            native_id: None,
            permalink: None,
            sent_at: None,
            failure: None,
        }
    }
}

/// Who must approve a reply, and who did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Approval {
    /// The rule of the policy that asks for it.
    pub rule: String,
    /// The agents and teams of whom one must; empty: anybody but the author.
    pub by: Vec<String>,
    /// By when.
    pub expires_at: Timestamp,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// Whether they changed the words first.
    #[serde(default)]
    pub edited: bool,
}

/// The replies of a thread, in the order in which they go out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct ReplyLine {
    /// How many were ever submitted.
    pub submitted: u64,
    /// Those to which something is still to happen, and the latest [`ReplyLine::KEPT`] of the others, in order of submission.
    pub replies: Vec<LinedReply>,
}

/// A reply in its line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct LinedReply {
    /// The reply.
    pub reply: ReplyId,
    /// What it does.
    #[schemars(with = "String")]
    pub verb: CompactString,
    /// What for.
    pub purpose: ReplyPurpose,
    /// The message it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<MessageId>,
    /// Where it stands.
    pub state: ReplyState,
    /// Since when.
    pub at: Timestamp,
    /// Before when it is not to be sent: until then it holds up nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
}

impl ReplyLine {
    /// So many replies that are done stay in a line.
    pub const KEPT: usize = 50;

    /// Notes where a reply stands; a new one goes to the end.
    pub fn note(&mut self, reply: &Reply) {
        let lined = LinedReply {
            reply: reply.id.clone(),
            verb: reply.verb.clone(),
            purpose: reply.purpose.clone(),
            to: reply.to.clone(),
            state: reply.state.clone(),
            at: reply.changed_at,
            not_before: reply.not_before,
        };
        match self.replies.iter_mut().find(|known| known.reply == reply.id) {
            Some(known) => *known = lined,
            None => {
                self.submitted += 1;
                self.replies.push(lined);
            }
        }
        let done = self.replies.iter().filter(|lined| !lined.state.is_open()).count();
        let mut surplus = done.saturating_sub(Self::KEPT);
        self.replies.retain(|lined| {
            let goes = surplus > 0 && !lined.state.is_open();
            surplus -= usize::from(goes);
            !goes
        });
    }

    /// The reply whose turn it is at an instant: the one that is being sent, else the first that may be sent by then, else
    /// the one that may be sent next.
    pub fn head(&self, at: Timestamp) -> Option<&LinedReply> {
        let waits = |lined: &&LinedReply| matches!(lined.state, ReplyState::Queued | ReplyState::Sending);
        let not_before = |lined: &&LinedReply| match lined.state {
            ReplyState::Sending => None,
            _ => Some(lined.not_before.unwrap_or_default().max(at)),
        };
        // Of several that may be sent at the same time, the first.
        self.replies.iter().filter(waits).min_by_key(not_before)
    }
}

/// What somebody wants said or done: what [`Tenant::can_send`] judges and [`Tenant::reply`] submits.
///
/// [`Tenant::can_send`]: crate::care::Tenant::can_send
/// [`Tenant::reply`]: crate::care::Tenant::reply
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct ReplyDraft {
    /// Names this submission for ever: the same key again changes nothing and gives the same reply. At most 200 characters.
    pub key: String,
    /// Who writes it: an agent of the policy, or `auto:` and a name for what no person writes.
    pub author: String,
    /// What is to be done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`; absent: the first open
    /// way to answer `to`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub verb: Option<CompactString>,
    /// What for; absent: an answer, or an act where there are no words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<ReplyPurpose>,
    /// The message it is about. Absent for a post of our own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<MessageId>,
    /// The account that says it; absent: the one that answers in the message's case. A post of our own names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The words; empty for a like, a hidden comment, a deletion.
    pub text: String,
    /// Whether `text` is Markdown.
    pub markdown: bool,
    /// The language of the words as a BCP 47 tag; absent: the case's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub language: Option<CompactString>,
    /// What stands at the end, such as the agent's initials `^MK`; absent: what the policy says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Whether a long text may become a numbered thread.
    pub thread: bool,
    /// Whether it may be read by more people than the message it answers.
    pub wider: bool,
    /// The version of the conversation that the author has read, see [`Tenant::reading`](crate::care::Tenant::reading).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<u64>,
    /// The guards whose warnings the author has seen and sets aside.
    pub despite: Vec<String>,
    /// Not to be sent before this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// The ground on which a customer's comment is hidden: one of the policy's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub ground: Option<CompactString>,
    /// Whether what is done is undone: a like taken back, a comment shown again.
    pub undo: bool,
    /// The incident whose one statement it is; for a post of our own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
}

impl ReplyDraft {
    /// An answer by `author` to `to`, wherever it may best go.
    pub fn answer(key: impl Into<String>, author: impl Into<String>, to: MessageId, text: impl Into<String>) -> Self {
        Self { key: key.into(), author: author.into(), to: Some(to), text: text.into(), ..Self::default() }
    }

    /// How what no person writes names its author.
    pub const AUTOMATIC: &str = "auto:";

    /// Whether a person writes it.
    pub fn by_human(&self) -> bool {
        !self.author.starts_with(Self::AUTOMATIC)
    }
}
