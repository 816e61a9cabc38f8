//! Handoffs: one matter goes from public to private and back, or on to another channel, in one case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ConversationId, ReplyId, Timestamp, open_enum};
use crate::routing::InvitationWay;

open_enum! {
    /// Where a handoff stands.
    HandoffState {
        /// The customer was asked to go on in private.
        Invited = "invited",
        /// The customer is there.
        Arrived = "arrived",
        /// A closing note stands in public.
        Returned = "returned",
        /// It went on elsewhere: by e-mail, telephone, chat.
        Elsewhere = "elsewhere",
        /// The customer did not come in time.
        Expired = "expired",
    }
}

open_enum! {
    /// Where a matter goes on.
    HandoffTo {
        /// In private, on the same network.
        Private = "private",
        /// By e-mail.
        Email = "email",
        /// By telephone.
        Phone = "phone",
        /// In a chat.
        Chat = "chat",
    }
}

/// A matter's way from public to private and back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Handoff {
    /// The public thread it left.
    pub from: ConversationId,
    /// Where it goes on.
    pub to: HandoffTo,
    /// How the customer was asked.
    pub way: InvitationWay,
    /// Where it stands.
    pub state: HandoffState,
    /// Who asked.
    pub by: String,
    /// When.
    pub invited_at: Timestamp,
    /// The reply that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<ReplyId>,
    /// Until when the customer is expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The private thread the customer came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived_in: Option<ConversationId>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived_at: Option<Timestamp>,
    /// The closing note in public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_note: Option<ReplyId>,
    /// When it was submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_at: Option<Timestamp>,
    /// What colleagues need to know: a ticket number, whom to call. Never sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Handoff {
    /// One that leaves `from`, as `by` has it, of which no more is known.
    pub fn new(
        from: ConversationId,
        to: HandoffTo,
        way: InvitationWay,
        state: HandoffState,
        by: impl Into<String>,
        at: Timestamp,
    ) -> Self {
        Self {
            from,
            to,
            way,
            state,
            by: by.into(),
            invited_at: at,
            invitation: None,
            expires_at: None,
            arrived_in: None,
            arrived_at: None,
            return_note: None,
            returned_at: None,
            note: None,
        }
    }
}

open_enum! {
    /// What somebody who works on a case might do next.
    SuggestionKind {
        /// Go on in private.
        MoveToPrivate = "move_to_private",
        /// Close in public what was solved in private.
        ReturnInPublic = "return_in_public",
        /// Ask once more, or in another way: the customer did not come.
        InviteAgain = "invite_again",
    }
}

/// What somebody who works on a case might do next, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Suggestion {
    /// What.
    pub kind: SuggestionKind,
    /// The message to answer.
    pub to: super::MessageId,
    /// What it would be for.
    pub purpose: super::ReplyPurpose,
    /// The policy's text for it in the customer's language; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A link that opens the private thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Why.
    pub reasons: Vec<super::Reason>,
}
