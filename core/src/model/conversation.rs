//! Conversations: one thread in one place.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ConversationId, NetworkName, Timestamp, Visibility};

/// One thread in one place: a public comment thread, a private thread, a review with its answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Conversation {
    /// Our id.
    pub id: ConversationId,
    /// The network.
    pub network: NetworkName,
    /// Within what the root's id is unique.
    #[schemars(with = "String")]
    pub scope: CompactString,
    /// The native id of the root: the first post, or the thread's own id.
    #[schemars(with = "String")]
    pub root: CompactString,
    /// Whether the root is certain, or only the oldest ancestor that we know of.
    pub rooted: bool,
    /// The widest audience of its messages.
    pub visibility: Visibility,
    /// The time of its first message.
    pub started_at: Timestamp,
    /// The time of its latest message.
    pub latest_at: Timestamp,
    /// How many messages it holds.
    pub messages: u64,
    /// The conversation its messages moved to when its true root became known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<ConversationId>,
}

impl ConversationId {
    /// Stands for wherever a person is expected in private on a network.
    pub fn expected_on(network: &NetworkName) -> Self {
        Self::derive(&["expected", network.as_str()])
    }

    /// Stands for all threads of a network, for the latest case of a person there.
    pub fn anywhere_on(network: &NetworkName) -> Self {
        Self::derive(&["network", network.as_str()])
    }
}
