//! Messages: what a network describes ([`Inbound`]) and what careline keeps ([`Message`]).

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AccountId, CaseId, Channel, Content, ConversationId, CustomerId, DeliveryId, Gist, IdentityId, MessageId,
    NetworkName, Profile, Timestamp, open_enum,
};

open_enum! {
    /// The kind of place a message stands in.
    Surface {
        /// A post of its own that names nobody.
        Post = "post",
        /// An answer under a post or under another comment.
        Comment = "comment",
        /// A post of its own that names somebody.
        Mention = "mention",
        /// A post that shows another one with words of its own.
        Quote = "quote",
        /// A message only sender and receiver see.
        DirectMessage = "direct_message",
        /// A review or recommendation.
        Review = "review",
        /// A private answer to a story.
        StoryReply = "story_reply",
        /// A story that names us.
        StoryMention = "story_mention",
    }
}

open_enum! {
    /// Who can read a message.
    Visibility {
        /// Anybody.
        Public = "public",
        /// A limited audience: followers, members, logged-in people.
        Restricted = "restricted",
        /// Only the people addressed.
        Private = "private",
    }
}

open_enum! {
    /// On whose behalf a message was written; computed by the engine, never claimed by a connector.
    Origin {
        /// Somebody who is not us.
        Customer = "customer",
        /// One of our accounts, through careline.
        Careline = "careline",
        /// One of our accounts, through the network's own app or another tool.
        Brand = "brand",
        /// The network does not tell who wrote it.
        Unknown = "unknown",
    }
}

/// The message that a message answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct ReplyTarget {
    /// Its native id, in the same scope.
    #[schemars(with = "String")]
    pub native_id: CompactString,
    /// The native id of the profile that wrote it, where the network tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub author: Option<CompactString>,
}

/// Stars, thumbs or recommendations.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Rating {
    /// What was given.
    pub value: f32,
    /// The best possible value; the worst is `worst`.
    pub best: f32,
    /// The worst possible value.
    pub worst: f32,
}

/// One revision of one message as one network describes it: what every connector produces.
///
/// It names things by native ids and says nothing about whose customer this is; the engine adds that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Inbound {
    /// Within what the native ids below are unique: a network, host, account or chat.
    #[schemars(with = "String")]
    pub scope: CompactString,
    /// The network's id of this revision.
    #[schemars(with = "String")]
    pub native_id: CompactString,
    /// The id of the first revision, where an edit comes under a new id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub root_id: Option<CompactString>,
    /// The kind of place.
    pub surface: Surface,
    /// Who can read it.
    pub visibility: Visibility,
    /// Who wrote it; absent where the network does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Profile>,
    /// Whom a private message is to, where the network tells: the person, in our own messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Profile>,
    /// When it was sent, by the network's own clock; absent where the network does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// Which revision this is: 0 is the original, a higher number is a later one. Numbers may have gaps.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub revision: u64,
    /// The native id of the thread's root, where the network tells; else the engine follows `reply_to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub thread: Option<CompactString>,
    /// What it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<ReplyTarget>,
    /// Where a person can look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permalink: Option<String>,
    /// The stars it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// Whether the network shows it to nobody but its author; absent where the network does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<bool>,
    /// The language the network or the author names, as a BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub language: Option<CompactString>,
    /// The key we sent along with our own message, given back in its echo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub echo_of: Option<CompactString>,
    /// What it says.
    pub content: Content,
}

impl Inbound {
    /// A message of which only scope, id, place and audience are known.
    pub fn new(
        scope: impl Into<CompactString>,
        native_id: impl Into<CompactString>,
        surface: Surface,
        visibility: Visibility,
    ) -> Self {
        Self {
            scope: scope.into(),
            native_id: native_id.into(),
            root_id: None,
            surface,
            visibility,
            author: None,
            recipient: None,
            sent_at: None,
            revision: 0,
            thread: None,
            reply_to: None,
            permalink: None,
            rating: None,
            hidden: None,
            language: None,
            echo_of: None,
            content: Content::default(),
        }
    }

    /// The id under which all revisions are one message.
    pub fn root_id(&self) -> &str {
        self.root_id.as_deref().unwrap_or(&self.native_id)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A message as careline keeps it: the newest revision, who it is from, where it belongs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Message {
    /// Our id: the same for every revision, delivery and account.
    pub id: MessageId,
    /// The network it came through.
    pub network: NetworkName,
    /// Within what the native ids are unique.
    #[schemars(with = "String")]
    pub scope: CompactString,
    /// The network's id of the newest revision.
    #[schemars(with = "String")]
    pub native_id: CompactString,
    /// The thread it stands in.
    pub conversation: ConversationId,
    /// The brand accounts through which we saw it.
    pub accounts: BTreeSet<AccountId>,
    /// The ways it reached us through each account: pushed, listed, or both. Coverage is counted from these.
    pub channels: BTreeMap<AccountId, BTreeSet<Channel>>,
    /// The case it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The kind of place.
    pub surface: Surface,
    /// Who can read it.
    pub visibility: Visibility,
    /// On whose behalf it was written.
    pub origin: Origin,
    /// Whether nobody wrote it: an acknowledgement, a question about satisfaction. It stops no clock.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub automatic: bool,
    /// The profile that wrote it; absent where the network does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<IdentityId>,
    /// The person behind the profile; absent for our own messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// When it was sent, by the network's own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// When the delivery that first brought it reached us.
    pub received_at: Timestamp,
    /// When the engine first decided about it.
    pub processed_at: Timestamp,
    /// Which revision this is; 0 is the original.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub revision: u64,
    /// The revisions seen so far, this one included, in order.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub revisions: BTreeSet<u64>,
    /// What it answers, by native id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<ReplyTarget>,
    /// Where a person can look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permalink: Option<String>,
    /// The stars it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// The language the network or the author names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub language: Option<CompactString>,
    /// Hidden on the network.
    #[serde(default)]
    pub hidden: bool,
    /// Since when `hidden` holds as far as we were told, by the network's clock where it tells; absent if nobody told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_at: Option<Timestamp>,
    /// Taken back by its author or the network: what remains is a tombstone without content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// The delivery that brought this revision, with its raw form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawRef>,
    /// What its assessment concluded, in short; absent for our own messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gist: Option<Gist>,
    /// What it says; absent once deleted or erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
}

impl Message {
    /// The time that orders a thread and starts promises: the network's where it can be, else ours. See
    /// [`Timestamp::believed`].
    pub fn at(&self) -> Timestamp {
        Timestamp::believed(self.sent_at, self.received_at)
    }

    /// The plain text; empty once deleted or erased.
    pub fn text(&self) -> &str {
        self.content.as_ref().map_or("", |content| &content.text)
    }
}

/// Where the raw form of something is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct RawRef {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The bytes of its body that are this item; absent where it is the whole body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<RawRange>,
}

/// A stretch of a raw body, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct RawRange {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl RawRange {
    /// Where `part`, a slice of `body`, stands in it; `None` if it does not.
    pub fn of(part: &[u8], body: &[u8]) -> Option<Self> {
        let start = (part.as_ptr() as usize).checked_sub(body.as_ptr() as usize)?;
        let end = start.checked_add(part.len())?;
        (end <= body.len()).then_some(())?;
        Some(Self { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })
    }

    /// The part of `body` that stands here; empty if this lies outside of it.
    pub fn slice(self, body: &[u8]) -> &[u8] {
        body.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}
