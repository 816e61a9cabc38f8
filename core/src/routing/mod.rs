//! Who, and where? [`Router`] gives work to teams and agents; [`Routing`] finds the places an answer may go.

mod skills;

use std::fmt::Debug;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::{
    Assignment, Case, Conversation, Identity, Message, Presence, Reason, Surface, TeamId, Timestamp, Visibility,
    open_enum,
};
use crate::policy::CompiledPolicy;

pub use skills::SkillRouter;

/// Gives a waiting case to an agent. Deterministic, with reasons: the same ask gives the same answer.
pub trait Router: Debug + Send + Sync + 'static {
    /// Name and version, kept with every assignment.
    fn id(&self) -> &str;

    /// Chooses an agent, or says why the case waits.
    ///
    /// Asked from the most pressing case down, while somebody in the team has room or the team overflows; and about a case
    /// whose agent's hours are over, as if nobody held it.
    fn route(&self, ask: &AssignAsk<'_>) -> Result<Routed>;
}

/// What a router looks at.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AssignAsk<'a> {
    /// The case.
    pub case: &'a Case,
    /// The team whose queue it waits in.
    pub team: &'a TeamId,
    /// The agents that ever came online, in order of id; who they are stands in the policy.
    pub roster: &'a [Presence],
    /// The tenant's policy.
    pub policy: &'a CompiledPolicy,
    /// The present instant.
    pub now: Timestamp,
}

impl<'a> AssignAsk<'a> {
    /// Asks who of `roster` takes `case` from the queue of `team`.
    pub fn new(
        case: &'a Case,
        team: &'a TeamId,
        roster: &'a [Presence],
        policy: &'a CompiledPolicy,
        now: Timestamp,
    ) -> Self {
        Self { case, team, roster, policy, now }
    }
}

/// What a router answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Routed {
    /// This agent.
    To(Assignment),
    /// Another team's queue, because this one cannot take it.
    Overflow {
        /// The team.
        team: TeamId,
        /// Why.
        reasons: Vec<Reason>,
    },
    /// Nobody now.
    Waits {
        /// Why.
        reasons: Vec<Reason>,
        /// When it is worth asking again without anybody coming online: somebody's hours begin.
        retry_at: Option<Timestamp>,
    },
}

/// Finds the places where an answer may go on one network.
pub trait Routing: Debug + Send + Sync + 'static {
    /// The open places, best first; empty where nothing can be said.
    fn reply_routes(&self, ask: &RouteAsk<'_>) -> Vec<ReplyRoute>;

    /// How to ask the author in public to go on in private; absent where there is no way but the network's own app.
    fn invitation(&self, _ask: &RouteAsk<'_>) -> Option<Invitation> {
        None
    }
}

/// How a person is asked in public to go on in private.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
#[non_exhaustive]
pub struct Invitation {
    /// What they do then.
    pub way: InvitationWay,
    /// A link that opens the private thread, to stand in the public answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl Invitation {
    /// An invitation without a link.
    pub fn new(way: InvitationWay) -> Self {
        Self { way, link: None }
    }

    /// With a link that opens the private thread.
    #[must_use]
    pub fn link(mut self, link: impl Into<String>) -> Self {
        self.link = Some(link.into());
        self
    }
}

open_enum! {
    /// What a person who is invited to go on in private does.
    InvitationWay {
        /// Reads what we write them in private at once.
        PrivateReply = "private_reply",
        /// Follows a link, and writes there.
        Link = "link",
        /// Writes to us in private.
        WriteToUs = "write_to_us",
        /// Follows us first, so that we may write to each other.
        FollowFirst = "follow_first",
        /// Comes to another channel: e-mail, telephone, chat.
        OtherChannel = "other_channel",
    }
}

/// What an answer would answer.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RouteAsk<'a> {
    /// The thread.
    pub conversation: &'a Conversation,
    /// The message to answer.
    pub target: &'a Message,
    /// Who wrote it, where known.
    pub author: Option<&'a Identity>,
    /// The author's latest message in this thread: windows count from it.
    pub latest_customer_at: Option<Timestamp>,
    /// Whether a person or a machine writes the answer.
    pub by_human: bool,
    /// Whether we answered this very message in private before.
    pub private_reply_sent: bool,
    /// The present instant.
    pub now: Timestamp,
}

impl<'a> RouteAsk<'a> {
    /// Asks where a person may answer `target`.
    pub fn new(conversation: &'a Conversation, target: &'a Message, now: Timestamp) -> Self {
        Self {
            conversation,
            target,
            author: None,
            latest_customer_at: target.sent_at,
            by_human: true,
            private_reply_sent: false,
            now,
        }
    }
}

/// A place an answer may go.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReplyRoute {
    /// The kind of place.
    pub surface: Surface,
    /// Who could read the answer.
    pub visibility: Visibility,
    /// Whether it is open now.
    pub open: bool,
    /// Until when it is open; absent if it does not close.
    pub closes_at: Option<Timestamp>,
    /// What one answer costs, in US dollars, where the network takes money.
    pub cost_usd: Option<f64>,
    /// The network's permission that an answer here rests on, where it must be named with it: `human_agent`.
    pub tag: Option<CompactString>,
    /// Whether the network takes one message here and no second one.
    pub single: bool,
    /// Why, and what is possible instead where it is closed.
    pub reasons: Vec<Reason>,
}

impl ReplyRoute {
    /// An open place.
    pub fn open(surface: Surface, visibility: Visibility) -> Self {
        Self {
            surface,
            visibility,
            open: true,
            closes_at: None,
            cost_usd: None,
            tag: None,
            single: false,
            reasons: Vec::new(),
        }
    }

    /// A closed place, with the reason and what is possible instead.
    pub fn closed(surface: Surface, visibility: Visibility, reason: Reason) -> Self {
        Self {
            surface,
            visibility,
            open: false,
            closes_at: None,
            cost_usd: None,
            tag: None,
            single: false,
            reasons: vec![reason],
        }
    }
}
