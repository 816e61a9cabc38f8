//! What the API sends, as it stands on the wire (fact sheet §3). Everything may be absent: servers differ.

use careline::wire::{Id, Text};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Any object of the API: no field names its type, so the fields that are there tell what it is.
///
/// One type for all, because reading a body once is what makes reading fast: statuses, notifications, conversations,
/// contexts and grouped notifications share no field with two meanings.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Object<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Id<'a>>,
    #[serde(borrow)]
    pub(crate) created_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) account: Option<Account<'a>>,

    // A status.
    #[serde(borrow)]
    pub(crate) content: Option<Text<'a>>,
    /// The source, in the answer to a deletion only, in place of `content`.
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) visibility: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) edited_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) in_reply_to_id: Option<Id<'a>>,
    #[serde(borrow)]
    pub(crate) in_reply_to_account_id: Option<Id<'a>>,
    #[serde(borrow)]
    pub(crate) uri: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) spoiler_text: Option<Text<'a>>,
    pub(crate) sensitive: Option<bool>,
    #[serde(borrow)]
    pub(crate) language: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub(crate) mentions: Vec<Mention<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub(crate) emojis: Vec<Emoji<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub(crate) media_attachments: Vec<Media<'a>>,
    #[serde(borrow)]
    pub(crate) reblog: Option<Box<Object<'a>>>,
    #[serde(borrow)]
    pub(crate) quote: Option<Box<Quote<'a>>>,
    #[serde(borrow)]
    pub(crate) poll: Option<Box<Poll<'a>>>,
    #[serde(borrow)]
    pub(crate) card: Option<Box<Card<'a>>>,
    #[serde(borrow)]
    pub(crate) pleroma: Option<&'a RawValue>,

    // A notification.
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) status: Option<Box<Object<'a>>>,
    /// The reaction of a `pleroma:emoji_reaction`.
    #[serde(borrow)]
    pub(crate) emoji: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) moderation_warning: Option<Box<Warning<'a>>>,
    /// Of `severed_relationships`: what cut our follows off.
    #[serde(borrow)]
    pub(crate) event: Option<&'a RawValue>,

    // A conversation or a notification request.
    #[serde(borrow)]
    pub(crate) last_status: Option<Box<Object<'a>>>,
    pub(crate) unread: Option<bool>,

    // A context.
    #[serde(borrow)]
    pub(crate) ancestors: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) descendants: Option<&'a RawValue>,

    // Grouped notifications and search results.
    #[serde(borrow)]
    pub(crate) accounts: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) statuses: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) notification_groups: Option<&'a RawValue>,

    // An error.
    #[serde(borrow)]
    pub(crate) error: Option<Text<'a>>,
}

/// An account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Account<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Id<'a>>,
    /// `user` on this server, `user@host` elsewhere.
    #[serde(borrow)]
    pub(crate) acct: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) display_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) avatar: Option<Text<'a>>,
    pub(crate) followers_count: Option<i64>,
    pub(crate) bot: Option<bool>,
}

/// Somebody named in a status.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Mention<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Id<'a>>,
    #[serde(borrow)]
    pub(crate) username: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) acct: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) url: Option<Text<'a>>,
}

/// A custom emoji.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Emoji<'a> {
    #[serde(borrow)]
    pub(crate) shortcode: Option<Text<'a>>,
}

/// A picture, video or sound. `url` is null while the server prepares it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Media<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Id<'a>>,
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) remote_url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) description: Option<Text<'a>>,
}

/// A quote, in full or, when quotes nest, with the id only.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Quote<'a> {
    #[serde(borrow)]
    pub(crate) state: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) quoted_status: Option<Box<Object<'a>>>,
    #[serde(borrow)]
    pub(crate) quoted_status_id: Option<Id<'a>>,
}

/// A poll; counts and our own vote change without an edit and are left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Poll<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Id<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub(crate) options: Vec<PollOption<'a>>,
}

/// One answer of a poll.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PollOption<'a> {
    #[serde(borrow)]
    pub(crate) title: Option<Text<'a>>,
}

/// The preview of a link.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Card<'a> {
    #[serde(borrow)]
    pub(crate) url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) title: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) description: Option<Text<'a>>,
}

/// What the server's moderators did to our account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Warning<'a> {
    #[serde(borrow)]
    pub(crate) action: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
}

/// What cut follows of our account off: a block of a whole server, or the end of an account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Severance<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) target_name: Option<Text<'a>>,
    pub(crate) followers_count: Option<u64>,
}

/// Several notifications about one status in one (fact sheet §2.1).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Group<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) status_id: Option<Id<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub(crate) sample_account_ids: Vec<Id<'a>>,
}

/// A frame of a WebSocket. `payload` is JSON inside a string, or a bare id.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Frame<'a> {
    #[serde(borrow)]
    pub(crate) event: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) payload: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) error: Option<Text<'a>>,
    pub(crate) status: Option<u16>,
}

/// A webhook of the server's administration.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Hook<'a> {
    #[serde(borrow)]
    pub(crate) event: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) object: Option<&'a RawValue>,
}

/// The part of Pleroma's own additions that helps threading.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Pleroma<'a> {
    #[serde(borrow)]
    pub(crate) conversation_id: Option<Id<'a>>,
}

/// Which fields an object has that could not be read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Shape {
    pub(crate) account: Option<serde::de::IgnoredAny>,
    pub(crate) content: Option<serde::de::IgnoredAny>,
    pub(crate) status: Option<serde::de::IgnoredAny>,
    pub(crate) last_status: Option<serde::de::IgnoredAny>,
    pub(crate) ancestors: Option<serde::de::IgnoredAny>,
    pub(crate) notification_groups: Option<serde::de::IgnoredAny>,
}

/// `GET /api/v1/accounts/verify_credentials`.
#[derive(Debug, Deserialize)]
pub(crate) struct Credentials<'a> {
    #[serde(borrow)]
    pub(crate) id: Id<'a>,
    #[serde(borrow)]
    pub(crate) acct: Text<'a>,
}

/// `GET /api/v2/instance`, and what of `/api/v1/instance` older servers have instead.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Instance<'a> {
    #[serde(borrow)]
    pub(crate) version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) source_url: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub(crate) configuration: Configuration<'a>,
    /// v1 only.
    #[serde(borrow, deserialize_with = "or_default")]
    pub(crate) urls: Urls<'a>,
    /// v1 of servers that let texts be longer before Mastodon told the limit.
    pub(crate) max_toot_chars: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Configuration<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    pub(crate) urls: Urls<'a>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) statuses: StatusLimits,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Urls<'a> {
    #[serde(borrow)]
    pub(crate) streaming: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) streaming_api: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StatusLimits {
    pub(crate) max_characters: Option<u32>,
    pub(crate) characters_reserved_per_url: Option<u32>,
}

/// Null where a list or object is due is an empty one.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
