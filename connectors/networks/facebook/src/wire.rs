//! What Facebook writes: webhook items (fact sheets facebook §4, §5 and messenger §2) and Graph objects (facebook §6,
//! messenger §8), borrowed from the body.
//!
//! Ids and numbers come as strings or as numbers, fields of the wrong kind count as absent: only what a message cannot do
//! without is missed, by the code that needs it.

use std::borrow::Cow;
use std::fmt;

use careline::model::Timestamp;
use compact_str::CompactString;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A string or a whole number, as text; anything else and the empty string count as absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scalar<'a>(Option<Cow<'a, str>>);

impl<'a> Scalar<'a> {
    pub(crate) fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        self.0
    }

    pub(crate) fn owned(self) -> Option<String> {
        self.0.map(Cow::into_owned)
    }

    pub(crate) fn compact(&self) -> Option<CompactString> {
        self.get().map(CompactString::new)
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        self.get() == Some(text)
    }
}

/// Any value, of which only strings, whole numbers and booleans are kept.
enum Loose<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    Bool(bool),
    Nothing,
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Loose<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Loose<'de>, E> {
                Ok(Loose::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Loose<'de>, E> {
                Ok(Loose::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Loose<'de>, E> {
                Ok(i64::try_from(number).map_or_else(|_| Loose::Text(Cow::Owned(number.to_string())), Loose::Number))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Loose<'de>, E> {
                Ok(Loose::Number(number))
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<Loose<'de>, E> {
                Ok(Loose::Nothing)
            }
            fn visit_bool<E: Error>(self, flag: bool) -> Result<Loose<'de>, E> {
                Ok(Loose::Bool(flag))
            }
            fn visit_unit<E: Error>(self) -> Result<Loose<'de>, E> {
                Ok(Loose::Nothing)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Loose<'de>, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Loose::Nothing)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Loose<'de>, A::Error> {
                while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Loose::Nothing)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Loose::deserialize(deserializer)? {
            Loose::Text(text) if !text.is_empty() => Some(text),
            Loose::Number(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }))
    }
}

/// A point in time: Unix seconds, Unix milliseconds or ISO 8601 (fact sheet facebook §7); unreadable counts as absent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moment(pub(crate) Option<Timestamp>);

/// Numbers from here on are milliseconds: as seconds they would stand for the year 5138.
const MILLIS_FROM: i64 = 100_000_000_000;

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let of_number = |number: i64| match number {
            MILLIS_FROM.. => Timestamp::from_millis(number),
            _ => Timestamp::from_secs(number),
        };
        Ok(Self(match Loose::deserialize(deserializer)? {
            Loose::Number(number) => of_number(number),
            Loose::Text(text) => text.parse().map_or_else(|_| Timestamp::parse(&text), of_number),
            _ => None,
        }))
    }
}

/// Yes or no, also written as 0 and 1; absent where it is neither.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flag(pub(crate) Option<bool>);

impl Flag {
    pub(crate) fn is_set(self) -> bool {
        self.0 == Some(true)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Loose::deserialize(deserializer)? {
            Loose::Bool(flag) => Some(flag),
            Loose::Number(number) => Some(number != 0),
            Loose::Text(_) | Loose::Nothing => None,
        }))
    }
}

/// A person or a page.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Actor<'a> {
    #[serde(borrow, default)]
    pub(crate) id: Scalar<'a>,
    #[serde(borrow, default)]
    pub(crate) name: Scalar<'a>,
    #[serde(borrow, default)]
    pub(crate) user_ref: Scalar<'a>,
}

/// An item of `changes`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Change<'a> {
    #[serde(borrow, default)]
    pub(crate) field: Scalar<'a>,
    #[serde(borrow, default)]
    pub(crate) value: Option<Box<ChangeValue<'a>>>,
}

/// An item of `changes` of which only the name can be read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ChangeName<'a> {
    #[serde(borrow)]
    pub(crate) field: Scalar<'a>,
}

/// The value of a change in `feed`, `mention` or `ratings`: what nearly every one has, and apart from it what few have.
#[derive(Debug, Default)]
pub(crate) struct ChangeValue<'a> {
    pub(crate) item: Scalar<'a>,
    pub(crate) verb: Scalar<'a>,
    pub(crate) from: Option<Actor<'a>>,
    pub(crate) comment_id: Scalar<'a>,
    pub(crate) post_id: Scalar<'a>,
    pub(crate) parent_id: Scalar<'a>,
    pub(crate) created_time: Moment,
    pub(crate) message: Scalar<'a>,
    pub(crate) post: Option<PostNote<'a>>,
    pub(crate) rare: Option<Box<Rare<'a>>>,
}

/// What few changes have.
#[derive(Debug, Default)]
pub(crate) struct Rare<'a> {
    pub(crate) sender_id: Scalar<'a>,
    pub(crate) sender_name: Scalar<'a>,
    pub(crate) user_id: Scalar<'a>,
    pub(crate) message_tags: Option<&'a RawValue>,
    pub(crate) photo: Scalar<'a>,
    pub(crate) video: Scalar<'a>,
    pub(crate) link: Scalar<'a>,
    pub(crate) photo_id: Scalar<'a>,
    pub(crate) video_id: Scalar<'a>,
    pub(crate) photos: Option<Vec<Scalar<'a>>>,
    pub(crate) published: Flag,
    pub(crate) is_hidden: Flag,
    pub(crate) reaction_type: Scalar<'a>,
    pub(crate) open_graph_story_id: Scalar<'a>,
    pub(crate) reviewer_id: Scalar<'a>,
    pub(crate) reviewer_name: Scalar<'a>,
    pub(crate) recommendation_type: Scalar<'a>,
    pub(crate) review_text: Scalar<'a>,
    pub(crate) rating: Scalar<'a>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum ChangeKey {
    Item,
    Verb,
    From,
    CommentId,
    PostId,
    ParentId,
    CreatedTime,
    Message,
    Post,
    SenderId,
    SenderName,
    UserId,
    MessageTags,
    Photo,
    Video,
    Link,
    PhotoId,
    VideoId,
    Photos,
    Published,
    IsHidden,
    ReactionType,
    OpenGraphStoryId,
    ReviewerId,
    ReviewerName,
    RecommendationType,
    ReviewText,
    Rating,
    #[serde(other)]
    Other,
}

/// By hand: what is rare takes no room, and is not moved around, where it is absent.
impl<'de: 'a, 'a> Deserialize<'de> for ChangeValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = ChangeValue<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ChangeValue<'de>, A::Error> {
                let mut value = ChangeValue::default();
                while let Some(key) = map.next_key()? {
                    macro_rules! set_rare {
                        ($field:ident) => {
                            value.rare.get_or_insert_default().$field = map.next_value()?
                        };
                    }
                    match key {
                        ChangeKey::Item => value.item = map.next_value()?,
                        ChangeKey::Verb => value.verb = map.next_value()?,
                        ChangeKey::From => value.from = map.next_value()?,
                        ChangeKey::CommentId => value.comment_id = map.next_value()?,
                        ChangeKey::PostId => value.post_id = map.next_value()?,
                        ChangeKey::ParentId => value.parent_id = map.next_value()?,
                        ChangeKey::CreatedTime => value.created_time = map.next_value()?,
                        ChangeKey::Message => value.message = map.next_value()?,
                        ChangeKey::Post => value.post = map.next_value()?,
                        ChangeKey::SenderId => set_rare!(sender_id),
                        ChangeKey::SenderName => set_rare!(sender_name),
                        ChangeKey::UserId => set_rare!(user_id),
                        ChangeKey::MessageTags => set_rare!(message_tags),
                        ChangeKey::Photo => set_rare!(photo),
                        ChangeKey::Video => set_rare!(video),
                        ChangeKey::Link => set_rare!(link),
                        ChangeKey::PhotoId => set_rare!(photo_id),
                        ChangeKey::VideoId => set_rare!(video_id),
                        ChangeKey::Photos => set_rare!(photos),
                        ChangeKey::Published => set_rare!(published),
                        ChangeKey::IsHidden => set_rare!(is_hidden),
                        ChangeKey::ReactionType => set_rare!(reaction_type),
                        ChangeKey::OpenGraphStoryId => set_rare!(open_graph_story_id),
                        ChangeKey::ReviewerId => set_rare!(reviewer_id),
                        ChangeKey::ReviewerName => set_rare!(reviewer_name),
                        ChangeKey::RecommendationType => set_rare!(recommendation_type),
                        ChangeKey::ReviewText => set_rare!(review_text),
                        ChangeKey::Rating => set_rare!(rating),
                        ChangeKey::Other => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(value)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// What a change tells about the post it stands under.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PostNote<'a> {
    /// As it stands in the body: only posts need it.
    #[serde(borrow, default)]
    pub(crate) permalink_url: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) promotion_status: Scalar<'a>,
    #[serde(default)]
    pub(crate) is_published: Flag,
}

/// An item of `messaging` or `standby`: one of the keys after `timestamp` tells what it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Messaging<'a> {
    #[serde(borrow)]
    pub(crate) sender: Option<Actor<'a>>,
    #[serde(borrow)]
    pub(crate) recipient: Option<Actor<'a>>,
    pub(crate) timestamp: Moment,
    #[serde(borrow)]
    pub(crate) message: Option<DirectMessage<'a>>,
    #[serde(borrow)]
    pub(crate) message_edit: Option<MessageEdit<'a>>,
    #[serde(borrow)]
    pub(crate) reaction: Option<MessageReaction<'a>>,
    #[serde(borrow)]
    pub(crate) read: Option<Watermark<'a>>,
    #[serde(borrow)]
    pub(crate) delivery: Option<Watermark<'a>>,
    #[serde(borrow)]
    pub(crate) postback: Option<Postback<'a>>,
    #[serde(borrow)]
    pub(crate) referral: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) optin: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) pass_thread_control: Option<ThreadControl<'a>>,
    #[serde(borrow)]
    pub(crate) take_thread_control: Option<ThreadControl<'a>>,
    #[serde(borrow)]
    pub(crate) request_thread_control: Option<ThreadControl<'a>>,
    #[serde(borrow, alias = "policy-enforcement")]
    pub(crate) policy_enforcement: Option<PolicyEnforcement<'a>>,
    #[serde(borrow)]
    pub(crate) prior_message: Option<&'a RawValue>,
}

/// `message`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DirectMessage<'a> {
    #[serde(borrow)]
    pub(crate) mid: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) text: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) quick_reply: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) attachments: Option<Vec<MessageAttachment<'a>>>,
    #[serde(borrow)]
    pub(crate) reply_to: Option<MessageRef<'a>>,
    pub(crate) is_echo: Flag,
    #[serde(borrow)]
    pub(crate) app_id: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) metadata: Scalar<'a>,
    pub(crate) is_deleted: Flag,
    pub(crate) is_unsupported: Flag,
    #[serde(borrow)]
    pub(crate) referral: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) commands: Option<&'a RawValue>,
}

/// A message named by its id.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MessageRef<'a> {
    #[serde(borrow, alias = "id")]
    pub(crate) mid: Scalar<'a>,
}

/// An attachment in a webhook; `payload` is an object, a string or null.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MessageAttachment<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) title: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) url: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) payload: Option<&'a RawValue>,
}

/// The payload of an attachment.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AttachmentPayload<'a> {
    #[serde(borrow)]
    pub(crate) url: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) title: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) sticker_id: Scalar<'a>,
    pub(crate) coordinates: Option<Coordinates>,
}

/// A point on the map, in degrees.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Coordinates {
    pub(crate) lat: f64,
    pub(crate) long: f64,
}

/// `message_edit`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MessageEdit<'a> {
    #[serde(borrow)]
    pub(crate) mid: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) text: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) num_edit: Scalar<'a>,
}

/// `reaction`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MessageReaction<'a> {
    #[serde(borrow)]
    pub(crate) mid: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) action: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) reaction: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) emoji: Scalar<'a>,
}

/// `read` and `delivery`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Watermark<'a> {
    pub(crate) watermark: Moment,
    #[serde(borrow)]
    pub(crate) mid: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) mids: Option<Vec<Scalar<'a>>>,
}

/// `postback`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Postback<'a> {
    #[serde(borrow)]
    pub(crate) mid: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) title: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) payload: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) referral: Option<&'a RawValue>,
}

/// `pass_thread_control` and its relatives.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ThreadControl<'a> {
    #[serde(borrow)]
    pub(crate) new_owner_app_id: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) requested_owner_app_id: Scalar<'a>,
}

/// `policy_enforcement`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PolicyEnforcement<'a> {
    #[serde(borrow)]
    pub(crate) action: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) reason: Scalar<'a>,
}

/// A Graph object: a post, a comment, a message, a conversation or a recommendation.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct GraphObject<'a> {
    #[serde(borrow)]
    pub(crate) id: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) message: Scalar<'a>,
    pub(crate) created_time: Moment,
    #[serde(borrow)]
    pub(crate) from: Option<Actor<'a>>,
    #[serde(borrow)]
    pub(crate) to: Option<Edge<Actor<'a>>>,
    #[serde(borrow)]
    pub(crate) permalink_url: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) message_tags: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) attachments: Option<Edge<GraphAttachment<'a>>>,
    // Comments.
    #[serde(borrow)]
    pub(crate) parent: Option<Parent<'a>>,
    #[serde(borrow)]
    pub(crate) attachment: Option<GraphAttachment<'a>>,
    pub(crate) is_hidden: Flag,
    pub(crate) is_private: Flag,
    pub(crate) comment_count: Option<IgnoredAny>,
    pub(crate) can_comment: Option<IgnoredAny>,
    pub(crate) can_hide: Option<IgnoredAny>,
    pub(crate) can_reply_privately: Option<IgnoredAny>,
    // Posts.
    #[serde(borrow)]
    pub(crate) comments: Option<&'a RawValue>,
    // Messages.
    #[serde(borrow)]
    pub(crate) sticker: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) reply_to: Option<MessageRef<'a>>,
    // Conversations.
    #[serde(borrow)]
    pub(crate) messages: Option<&'a RawValue>,
    pub(crate) participants: Option<IgnoredAny>,
    pub(crate) message_count: Option<IgnoredAny>,
    // Recommendations.
    #[serde(borrow)]
    pub(crate) reviewer: Option<Actor<'a>>,
    #[serde(borrow)]
    pub(crate) open_graph_story: Option<Actor<'a>>,
    #[serde(borrow)]
    pub(crate) recommendation_type: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) review_text: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) rating: Scalar<'a>,
    pub(crate) has_review: Option<IgnoredAny>,
    pub(crate) has_rating: Option<IgnoredAny>,
}

/// The comment that a comment answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Parent<'a> {
    #[serde(borrow)]
    pub(crate) id: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) from: Option<Actor<'a>>,
}

/// A list inside an object.
#[derive(Debug, Deserialize)]
pub(crate) struct Edge<T> {
    #[serde(default = "Vec::new")]
    pub(crate) data: Vec<T>,
}

/// An attachment of a Graph object: of a post or comment (`type`, `url`, `media`), or of a message (`mime_type`, `*_data`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct GraphAttachment<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) url: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) unshimmed_url: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) title: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) media: Option<Media<'a>>,
    #[serde(borrow)]
    pub(crate) target: Option<Actor<'a>>,
    #[serde(borrow)]
    pub(crate) subattachments: Option<Edge<GraphAttachment<'a>>>,
    #[serde(borrow)]
    pub(crate) id: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) mime_type: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) name: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) size: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) file_url: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) image_data: Option<Located<'a>>,
    #[serde(borrow)]
    pub(crate) video_data: Option<Located<'a>>,
}

/// The picture or film of an attachment.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Media<'a> {
    #[serde(borrow)]
    pub(crate) image: Option<Located<'a>>,
    #[serde(borrow)]
    pub(crate) source: Scalar<'a>,
}

/// Something with an address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Located<'a> {
    #[serde(borrow, alias = "src")]
    pub(crate) url: Scalar<'a>,
    pub(crate) render_as_sticker: Flag,
}

/// A stretch of a text that names a profile.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Tag<'a> {
    #[serde(borrow)]
    pub(crate) id: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) name: Scalar<'a>,
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Scalar<'a>,
    pub(crate) offset: usize,
    pub(crate) length: usize,
}

/// Where the next page is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Paging<'a> {
    #[serde(borrow)]
    pub(crate) next: Scalar<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_take_what_comes() {
        let all: Vec<Scalar> =
            serde_json::from_str(r#"["a\u00e4",9007199254740993,1.5,true,null,"",[1],{"a":{}}]"#).unwrap();
        let texts: Vec<_> = all.iter().map(Scalar::get).collect();
        assert_eq!(texts, [Some("aä"), Some("9007199254740993"), None, None, None, None, None, None]);
    }

    #[test]
    fn moments_come_in_seconds_milliseconds_and_iso() {
        let all: Vec<Moment> = serde_json::from_str(
            r#"[1768000000,1768000000246,"1768000000","2026-01-09T23:06:40+0000","soon",99999999999999999,null]"#,
        )
        .unwrap();
        let millis: Vec<_> = all.iter().map(|moment| moment.0.map(Timestamp::as_millis)).collect();
        let whole = Some(1_768_000_000_000);
        assert_eq!(millis, [whole, Some(1_768_000_000_246), whole, whole, None, None, None]);
    }

    #[test]
    fn flags_are_booleans_or_digits() {
        let all: Vec<Flag> = serde_json::from_str(r#"[true,0,1,"yes",null]"#).unwrap();
        assert_eq!(
            all.iter().map(|flag| flag.0).collect::<Vec<_>>(),
            [Some(true), Some(false), Some(true), None, None]
        );
    }
}
