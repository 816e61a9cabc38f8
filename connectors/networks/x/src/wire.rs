//! What X sends, as it stands on the wire: borrowed, lenient, nothing concluded yet.
//!
//! One [`Envelope`] walks every body X sends or answers: Activity API (fact sheet §4), legacy Account Activity (§5), v2 and
//! v1.1 REST answers and stream lines (§6). Renamed fields are read in both spellings. Ids may be strings or numbers,
//! numbers may be strings.

use std::fmt;

use careline::Result;
use careline::wire::{Found, Id, Text, Walk};
use compact_str::CompactString;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use smallvec::SmallVec;

/// The outermost object of any body, walked once: each item is read for itself, so that a bad one leaves the others.
#[derive(Debug, Default)]
pub(crate) struct Envelope<'a> {
    pub data: Option<Data<'a>>,
    pub includes: Includes<'a>,
    pub errors: Option<&'a str>,
    pub meta: bool,
    /// Whether it is a problem (`{"title", "detail", "type", "status"}`) or a legacy failure (`{"error": "Not authorized."}`).
    pub problem: bool,

    pub for_user_id: Option<Id<'a>>,
    pub statuses: Vec<Found<'a, Status<'a>>>,
    pub deleted: Vec<Found<'a, StatusDeleted<'a>>>,
    pub favorites: Vec<Found<'a, Favorite<'a>>>,
    pub follows: Vec<Found<'a, Relation<'a>>>,
    pub blocks: Vec<Found<'a, Relation<'a>>>,
    pub mutes: Vec<Found<'a, Relation<'a>>>,
    pub user_event: Option<Found<'a, Box<UserEvent<'a>>>>,
    pub directs: Vec<Found<'a, Direct<'a>>>,
    pub marks_read: Vec<Found<'a, Direct<'a>>>,
    pub typings: Vec<Found<'a, Direct<'a>>>,
    pub people: People<'a>,

    /// Whether it is a page of v1.1, be it an empty one.
    pub page: bool,
    /// v1.1 single direct message.
    pub event: Option<Found<'a, Box<Direct<'a>>>>,
    /// The body itself is one v1.1 status or user.
    pub is_status: bool,
    /// The first key that says what the body is about.
    pub subject: Option<CompactString>,
}

/// The keys of [`Envelope`] that say nothing about what happened.
const SILENT_KEYS: [&str; 5] = ["for_user_id", "users", "apps", "user_has_blocked", "includes"];

impl<'a> Envelope<'a> {
    /// # Errors
    /// `input_invalid` for JSON that is broken, is no object, or has something else where a list is due.
    pub(crate) fn read(&mut self, walk: &mut Walk<'a>) -> Result<()> {
        walk.members(|key, walk| self.member(key, walk))
    }

    fn member(&mut self, key: &str, walk: &mut Walk<'a>) -> Result<()> {
        if self.subject.is_none() && !SILENT_KEYS.contains(&key) {
            self.subject = Some(key.into());
        }
        if walk.peek() == Some(b'n') {
            return walk.skip().map(drop);
        }
        match key {
            "data" => self.data = Some(Data::read(walk)?),
            "includes" => self.includes = Includes::read(walk)?,
            "errors" => self.errors = Some(walk.skip()?),
            "for_user_id" => self.for_user_id = Some(walk.value()?.value?),
            "tweet_create_events" => list(walk, &mut self.statuses)?,
            "tweet_delete_events" => list(walk, &mut self.deleted)?,
            "favorite_events" => list(walk, &mut self.favorites)?,
            "follow_events" => list(walk, &mut self.follows)?,
            "block_events" => list(walk, &mut self.blocks)?,
            "mute_events" => list(walk, &mut self.mutes)?,
            "user_event" => self.user_event = Some(walk.value()?),
            "direct_message_events" => list(walk, &mut self.directs)?,
            "direct_message_mark_read_events" => list(walk, &mut self.marks_read)?,
            "direct_message_indicate_typing_events" => list(walk, &mut self.typings)?,
            "users" => self.people = walk.value()?.value.unwrap_or_default(),
            "statuses" => {
                self.page = true;
                list(walk, &mut self.statuses)?;
            }
            "events" => {
                self.page = true;
                list(walk, &mut self.directs)?;
            }
            "event" => self.event = Some(walk.value()?),
            key => {
                self.meta |= key == "meta";
                self.problem |= matches!(key, "title" | "error");
                self.is_status |= key == "id_str";
                walk.skip()?;
            }
        }
        Ok(())
    }
}

/// All items of the list that stands here.
pub(crate) fn list<'a, T: Deserialize<'a>>(walk: &mut Walk<'a>, into: &mut Vec<Found<'a, T>>) -> Result<()> {
    walk.items(|walk| {
        into.push(walk.value()?);
        Ok(())
    })
}

/// The items that can be read, where a list stands here.
fn readable<'a, T: Deserialize<'a>>(walk: &mut Walk<'a>, into: &mut Vec<T>) -> Result<()> {
    if walk.peek() != Some(b'[') {
        return walk.skip().map(drop);
    }
    walk.items(|walk| {
        into.extend(walk.value()?.value);
        Ok(())
    })
}

/// What stands under `data`: one thing, or a list.
#[derive(Debug)]
pub(crate) enum Data<'a> {
    One(Datum<'a>),
    Many(Vec<Datum<'a>>),
}

impl<'a> Data<'a> {
    fn read(walk: &mut Walk<'a>) -> Result<Self> {
        if walk.peek() != Some(b'[') {
            return Datum::read(walk).map(Self::One);
        }
        let mut many = Vec::new();
        walk.items(|walk| {
            many.push(Datum::read(walk)?);
            Ok(())
        })?;
        Ok(Self::Many(many))
    }
}

/// One thing under `data`.
#[derive(Debug)]
pub(crate) enum Datum<'a> {
    /// Boxed, for items are large and are moved often on their way out of a parser.
    Item(Found<'a, Box<Item<'a>>>),
    Activity(Box<Activity<'a>>),
}

impl<'a> Datum<'a> {
    fn read(walk: &mut Walk<'a>) -> Result<Self> {
        // Only a look ahead, so that activities need not be read twice: what decides is the payload.
        let start = *walk;
        if matches!(walk.first_key(), Some("filter" | "event_uuid" | "event_type" | "tag" | "payload")) {
            if let Some(activity) = Activity::read(walk)? {
                return Ok(Self::Activity(Box::new(activity)));
            }
            *walk = start;
        }
        let found: Found<'a, Box<Item<'a>>> = walk.value()?;
        if matches!(&found.value, Ok(item) if item.payload.is_some()) {
            *walk = start;
            if let Some(activity) = Activity::read(walk)? {
                return Ok(Self::Activity(Box::new(activity)));
            }
        }
        Ok(Self::Item(found))
    }
}

/// One activity of the Activity API (fact sheet §4).
#[derive(Debug)]
pub(crate) struct Activity<'a> {
    /// All of it.
    pub part: &'a str,
    /// `post.create` …
    pub kind: Text<'a>,
    pub filter: Filter<'a>,
    pub payload: Found<'a, Box<Item<'a>>>,
    /// Some deliveries carry them inside `data`.
    pub includes: Option<Includes<'a>>,
}

impl<'a> Activity<'a> {
    /// `None` without a kind or a payload.
    fn read(walk: &mut Walk<'a>) -> Result<Option<Self>> {
        let (mut kind, mut filter, mut payload, mut includes) = (None, Some(Filter::default()), None, None);
        walk.peek();
        let start = *walk;
        walk.members(|key, walk| {
            match key {
                "event_type" => kind = walk.value::<Text<'a>>()?.value.ok(),
                "filter" => filter = walk.value::<Option<Filter<'a>>>()?.value.ok().map(Option::unwrap_or_default),
                "payload" if walk.peek() != Some(b'n') => payload = Some(walk.value()?),
                "includes" => includes = Some(Includes::read(walk)?),
                _ => drop(walk.skip()?),
            }
            Ok(())
        })?;
        let (part, whole) = (walk.since(start), kind.zip(filter).zip(payload));
        Ok(whole.map(|((kind, filter), payload)| Self { part, kind, filter, payload, includes }))
    }
}

/// Declares an object that is read into a box member by member: large ones are else put together from locals and moved
/// several times. Of a member that comes twice the last one counts.
macro_rules! boxed {
    ($(#[$meta:meta])* $name:ident<$life:lifetime> {
        $($(#[$field_meta:meta])* $field:ident: $type:ty $(= $alias:literal)?,)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(crate) struct $name<$life> {
            $($(#[$field_meta])* pub $field: $type,)+
        }

        impl<'de> Deserialize<'de> for Box<$name<'de>> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                #[serde(field_identifier)]
                #[expect(non_camel_case_types, reason = "named as the members")]
                enum Member {
                    $($(#[serde(alias = $alias)])? $field,)+
                    #[serde(other)]
                    Other,
                }
                struct Members;
                impl<'de> Visitor<'de> for Members {
                    type Value = Box<$name<'de>>;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut read = Self::Value::default();
                        while let Some(member) = map.next_key()? {
                            match member {
                                $(Member::$field => read.$field = map.next_value()?,)+
                                Member::Other => drop(map.next_value::<IgnoredAny>()?),
                            }
                        }
                        Ok(read)
                    }
                }
                deserializer.deserialize_map(Members)
            }
        }
    };
}

boxed! {
    /// Anything X puts under `data` or `payload`: a post, a direct message event, a user, what an activity is about.
    Item<'a> {
        id: Option<Id<'a>>,
        text: Option<Text<'a>>,
        author_id: Option<Id<'a>>,
        created_at: Option<Text<'a>>,
        conversation_id: Option<Id<'a>>,
        in_reply_to_tweet_id: Option<Id<'a>> = "in_reply_to_post_id",
        in_reply_to_user_id: Option<Id<'a>>,
        referenced_tweets: Option<SmallVec<[Reference<'a>; 1]>> = "referenced_posts",
        edit_history_tweet_ids: Option<SmallVec<[Id<'a>; 1]>> = "edit_history_post_ids",
        lang: Option<Text<'a>>,
        entities: Option<Entities<'a>>,
        attachments: Option<Attachments<'a>>,
        note_tweet: Option<Box<Note<'a>>> = "note_post",
        possibly_sensitive: Option<Flag>,

        /// Of a direct message: `MessageCreate` …; of an activity: `post.create` …
        event_type: Option<Text<'a>>,
        sender_id: Option<Id<'a>>,
        dm_conversation_id: Option<Id<'a>>,

        filter: Option<Box<Filter<'a>>>,
        /// Only activities have one.
        payload: Option<IgnoredAny>,
        source: Option<Box<User<'a>>>,
        target: Option<Box<User<'a>>>,
        liked_tweet_id: Option<Id<'a>> = "liked_post_id",
        user_id: Option<Id<'a>>,
        date_time: Option<Text<'a>>,
        /// Only users have one.
        username: Option<IgnoredAny>,
    }
}

/// What an activity was subscribed for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Filter<'a> {
    #[serde(borrow)]
    pub user_id: Option<Id<'a>>,
    #[serde(borrow)]
    pub direction: Option<Text<'a>>,
}

/// `replied_to`, `quoted` or `retweeted`, and which post.
#[derive(Debug, Deserialize)]
pub(crate) struct Reference<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub id: Id<'a>,
}

/// The full text of a long post.
#[derive(Debug, Deserialize)]
pub(crate) struct Note<'a> {
    #[serde(borrow)]
    pub text: Option<Text<'a>>,
    #[serde(borrow)]
    pub entities: Option<Entities<'a>>,
}

/// What hangs on a post, by key into the includes.
#[derive(Debug, Deserialize)]
pub(crate) struct Attachments<'a> {
    #[serde(borrow)]
    pub media_keys: Option<Vec<Text<'a>>>,
}

/// Marked stretches of a text. The names of v1.1 are aliases.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entities<'a> {
    #[serde(borrow, alias = "user_mentions")]
    pub mentions: Option<Vec<Mention<'a>>>,
    #[serde(borrow)]
    pub hashtags: Option<Vec<Tag<'a>>>,
    #[serde(borrow, alias = "symbols")]
    pub cashtags: Option<Vec<Tag<'a>>>,
    #[serde(borrow)]
    pub urls: Option<Vec<Link<'a>>>,
    /// v1.1 only.
    #[serde(borrow)]
    pub media: Option<Vec<Media<'a>>>,
}

/// Somebody named; offsets count code points.
#[derive(Debug, Deserialize)]
pub(crate) struct Mention<'a> {
    pub start: Option<Number>,
    pub end: Option<Number>,
    /// v1.1: start and end.
    pub indices: Option<Vec<Number>>,
    #[serde(borrow, alias = "screen_name")]
    pub username: Option<Text<'a>>,
    #[serde(borrow)]
    pub id: Option<Id<'a>>,
    #[serde(borrow)]
    pub id_str: Option<Id<'a>>,
}

/// A hashtag or cashtag.
#[derive(Debug, Deserialize)]
pub(crate) struct Tag<'a> {
    pub start: Option<Number>,
    pub end: Option<Number>,
    pub indices: Option<Vec<Number>>,
    #[serde(borrow, alias = "text")]
    pub tag: Option<Text<'a>>,
}

/// A web address.
#[derive(Debug, Deserialize)]
pub(crate) struct Link<'a> {
    pub start: Option<Number>,
    pub end: Option<Number>,
    pub indices: Option<Vec<Number>>,
    #[serde(borrow)]
    pub url: Option<Text<'a>>,
    #[serde(borrow)]
    pub expanded_url: Option<Text<'a>>,
}

/// Objects that items refer to. What cannot be read is left out, for it only adds to the items.
#[derive(Debug, Default)]
pub(crate) struct Includes<'a> {
    pub users: Vec<User<'a>>,
    pub posts: Vec<Referenced<'a>>,
    pub media: Vec<Media<'a>>,
}

impl<'a> Includes<'a> {
    fn read(walk: &mut Walk<'a>) -> Result<Self> {
        let mut read = Self::default();
        if walk.peek() != Some(b'{') {
            walk.skip()?;
            return Ok(read);
        }
        walk.members(|key, walk| match key {
            "users" => readable(walk, &mut read.users),
            "tweets" | "posts" => readable(walk, &mut read.posts),
            "media" => readable(walk, &mut read.media),
            _ => walk.skip().map(drop),
        })?;
        Ok(read)
    }
}

/// A post that another one answers or shows.
#[derive(Debug, Deserialize)]
pub(crate) struct Referenced<'a> {
    #[serde(borrow)]
    pub id: Option<Id<'a>>,
    #[serde(borrow)]
    pub author_id: Option<Id<'a>>,
}

/// A user in v2 or v1.1 form, sometimes wrapped as `{"data": {…}}`.
#[derive(Debug, Default)]
pub(crate) struct User<'a> {
    data: Option<Box<User<'a>>>,
    pub id: Option<Id<'a>>,
    pub username: Option<Text<'a>>,
    pub name: Option<Text<'a>>,
    pub avatar: Option<Text<'a>>,
    pub followers: Option<Number>,
    pub verified: Option<Flag>,
    /// Which of the fields above came under the name that counts where two are there.
    exact: Exact,
}

#[derive(Clone, Copy, Debug, Default)]
struct Exact {
    id: bool,
    avatar: bool,
    followers: bool,
}

#[derive(Debug, Deserialize)]
struct UserMetrics {
    followers_count: Option<Number>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum UserMember {
    Data,
    Id,
    IdStr,
    #[serde(alias = "screen_name")]
    Username,
    Name,
    ProfileImageUrl,
    ProfileImageUrlHttps,
    PublicMetrics,
    FollowersCount,
    Verified,
    #[serde(other)]
    Other,
}

impl<'de: 'a, 'a> Deserialize<'de> for User<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = User<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a user")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<User<'de>, A::Error> {
                let mut user = User::default();
                let exact = &mut user.exact;
                while let Some(member) = map.next_key()? {
                    match member {
                        UserMember::Data => user.data = map.next_value()?,
                        UserMember::Id => choose(&mut user.id, &mut exact.id, false, map.next_value()?),
                        UserMember::IdStr => choose(&mut user.id, &mut exact.id, true, map.next_value()?),
                        UserMember::Username => user.username = map.next_value()?,
                        UserMember::Name => user.name = map.next_value()?,
                        UserMember::ProfileImageUrl => {
                            choose(&mut user.avatar, &mut exact.avatar, false, map.next_value()?);
                        }
                        UserMember::ProfileImageUrlHttps => {
                            choose(&mut user.avatar, &mut exact.avatar, true, map.next_value()?);
                        }
                        UserMember::PublicMetrics => {
                            let metrics: Option<UserMetrics> = map.next_value()?;
                            let count = metrics.and_then(|metrics| metrics.followers_count);
                            choose(&mut user.followers, &mut exact.followers, true, count);
                        }
                        UserMember::FollowersCount => {
                            choose(&mut user.followers, &mut exact.followers, false, map.next_value()?);
                        }
                        UserMember::Verified => user.verified = map.next_value()?,
                        UserMember::Other => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(user)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// Takes what came under one of two names: what came under the one that counts stays.
fn choose<T>(field: &mut Option<T>, exact: &mut bool, counts: bool, came: Option<T>) {
    if came.is_some() && (counts || !*exact) {
        (*field, *exact) = (came, counts);
    }
}

impl User<'_> {
    /// The user itself, out of its wrapping.
    pub(crate) fn inner(&self) -> &Self {
        self.data.as_deref().unwrap_or(self)
    }
}

/// A picture or film, in v2 or v1.1 form.
#[derive(Debug, Deserialize)]
pub(crate) struct Media<'a> {
    #[serde(borrow)]
    pub media_key: Option<Text<'a>>,
    #[serde(borrow)]
    pub id_str: Option<Id<'a>>,
    #[serde(borrow, rename = "type")]
    pub kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub url: Option<Text<'a>>,
    #[serde(borrow)]
    pub media_url_https: Option<Text<'a>>,
    #[serde(borrow)]
    pub expanded_url: Option<Text<'a>>,
    pub indices: Option<Vec<Number>>,
    #[serde(borrow)]
    pub preview_image_url: Option<Text<'a>>,
    #[serde(borrow, alias = "ext_alt_text")]
    pub alt_text: Option<Text<'a>>,
    #[serde(borrow)]
    pub variants: Option<Vec<Variant<'a>>>,
    #[serde(borrow)]
    pub video_info: Option<VideoInfo<'a>>,
}

/// v1.1 keeps the variants of a film here.
#[derive(Debug, Deserialize)]
pub(crate) struct VideoInfo<'a> {
    #[serde(borrow)]
    pub variants: Option<Vec<Variant<'a>>>,
}

/// One encoding of a film.
#[derive(Debug, Deserialize)]
pub(crate) struct Variant<'a> {
    #[serde(alias = "bitrate")]
    pub bit_rate: Option<Number>,
    #[serde(borrow)]
    pub content_type: Option<Text<'a>>,
    #[serde(borrow)]
    pub url: Option<Text<'a>>,
}

/// A v1.1 post. Its numeric ids are ignored where the string form is there: they are rounded in places (§7).
#[derive(Debug, Deserialize)]
pub(crate) struct Status<'a> {
    #[serde(borrow)]
    pub id: Option<Id<'a>>,
    #[serde(borrow)]
    pub id_str: Option<Id<'a>>,
    #[serde(borrow)]
    pub text: Option<Text<'a>>,
    #[serde(borrow)]
    pub full_text: Option<Text<'a>>,
    #[serde(borrow)]
    pub extended_tweet: Option<Box<ExtendedTweet<'a>>>,
    #[serde(borrow)]
    pub created_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub user: Option<Box<User<'a>>>,
    #[serde(borrow)]
    pub in_reply_to_status_id_str: Option<Id<'a>>,
    #[serde(borrow)]
    pub in_reply_to_user_id_str: Option<Id<'a>>,
    #[serde(borrow)]
    pub lang: Option<Text<'a>>,
    #[serde(borrow)]
    pub entities: Option<Entities<'a>>,
    #[serde(borrow)]
    pub extended_entities: Option<Entities<'a>>,
    #[serde(borrow)]
    pub retweeted_status: Option<Box<StatusRef<'a>>>,
    #[serde(borrow)]
    pub quoted_status: Option<Box<StatusRef<'a>>>,
    #[serde(borrow)]
    pub quoted_status_id_str: Option<Id<'a>>,
    pub possibly_sensitive: Option<Flag>,
    /// Only users have one.
    pub screen_name: Option<IgnoredAny>,
}

/// The long form of a truncated v1.1 post.
#[derive(Debug, Deserialize)]
pub(crate) struct ExtendedTweet<'a> {
    #[serde(borrow)]
    pub full_text: Option<Text<'a>>,
    #[serde(borrow)]
    pub entities: Option<Entities<'a>>,
    #[serde(borrow)]
    pub extended_entities: Option<Entities<'a>>,
}

/// As much of a v1.1 post inside another one as is needed to name it.
#[derive(Debug, Deserialize)]
pub(crate) struct StatusRef<'a> {
    #[serde(borrow)]
    pub id: Option<Id<'a>>,
    #[serde(borrow)]
    pub id_str: Option<Id<'a>>,
    #[serde(borrow)]
    pub user: Option<Box<User<'a>>>,
}

/// `{"status": {"id", "user_id"}, "timestamp_ms": "…"}`.
#[derive(Debug, Deserialize)]
pub(crate) struct StatusDeleted<'a> {
    #[serde(borrow)]
    pub status: Option<StatusRef<'a>>,
    #[serde(borrow)]
    pub timestamp_ms: Option<Id<'a>>,
}

/// A like.
#[derive(Debug, Deserialize)]
pub(crate) struct Favorite<'a> {
    #[serde(borrow)]
    pub favorited_status: Option<StatusRef<'a>>,
    #[serde(borrow)]
    pub user: Option<User<'a>>,
    #[serde(borrow)]
    pub created_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub timestamp_ms: Option<Id<'a>>,
}

/// Somebody follows, blocks or mutes somebody, or no longer does.
#[derive(Debug, Deserialize)]
pub(crate) struct Relation<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub created_timestamp: Option<Id<'a>>,
    #[serde(borrow)]
    pub source: Option<User<'a>>,
    #[serde(borrow)]
    pub target: Option<User<'a>>,
}

/// `{"revoke": {"date_time", "source": {"user_id"}, …}}`.
#[derive(Debug, Deserialize)]
pub(crate) struct UserEvent<'a> {
    #[serde(borrow)]
    pub revoke: Option<Revoke<'a>>,
}

/// A person took back what they had allowed our app.
#[derive(Debug, Deserialize)]
pub(crate) struct Revoke<'a> {
    #[serde(borrow)]
    pub date_time: Option<Text<'a>>,
    #[serde(borrow)]
    pub source: Option<Revoker<'a>>,
}

/// Who took it back.
#[derive(Debug, Deserialize)]
pub(crate) struct Revoker<'a> {
    #[serde(borrow)]
    pub user_id: Option<Id<'a>>,
}

/// A v1.1 direct message, or the sign that one was read or is being typed.
#[derive(Debug, Deserialize)]
pub(crate) struct Direct<'a> {
    #[serde(borrow)]
    pub id: Option<Id<'a>>,
    #[serde(borrow, rename = "type")]
    pub kind: Option<Text<'a>>,
    /// Milliseconds in a string.
    #[serde(borrow)]
    pub created_timestamp: Option<Id<'a>>,
    #[serde(borrow)]
    pub message_create: Option<MessageCreate<'a>>,
    #[serde(borrow)]
    pub initiated_via: Option<&'a RawValue>,
    #[serde(borrow)]
    pub sender_id: Option<Id<'a>>,
    #[serde(borrow)]
    pub target: Option<Recipient<'a>>,
    #[serde(borrow)]
    pub last_read_event_id: Option<Id<'a>>,
}

/// The body of a v1.1 direct message.
#[derive(Debug, Deserialize)]
pub(crate) struct MessageCreate<'a> {
    #[serde(borrow)]
    pub sender_id: Option<Id<'a>>,
    #[serde(borrow)]
    pub target: Option<Recipient<'a>>,
    #[serde(borrow)]
    pub message_data: Option<MessageData<'a>>,
}

/// To whom.
#[derive(Debug, Deserialize)]
pub(crate) struct Recipient<'a> {
    #[serde(borrow)]
    pub recipient_id: Option<Id<'a>>,
}

/// What a v1.1 direct message says.
#[derive(Debug, Deserialize)]
pub(crate) struct MessageData<'a> {
    #[serde(borrow)]
    pub text: Option<Text<'a>>,
    #[serde(borrow)]
    pub entities: Option<Entities<'a>>,
    #[serde(borrow)]
    pub attachment: Option<DirectAttachment<'a>>,
    #[serde(borrow)]
    pub quick_reply_response: Option<&'a RawValue>,
}

/// The one thing that can hang on a direct message.
#[derive(Debug, Deserialize)]
pub(crate) struct DirectAttachment<'a> {
    #[serde(borrow)]
    pub media: Option<Media<'a>>,
}

/// A whole number, bare or in a string.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number(pub u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(number))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                text.parse().map(Number).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// A truth value, bare or in a string: `user_has_blocked` is `"false"` (§5).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false")
            }
            fn visit_bool<E: Error>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Flag, E> {
                text.parse().map(Flag).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// The people of a delivery, by id. A v1.1 list of users under the same key is passed over.
#[derive(Debug, Default)]
pub(crate) struct People<'a>(pub Vec<User<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for People<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MapOrList;
        impl<'de> Visitor<'de> for MapOrList {
            type Value = People<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of users")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<People<'de>, A::Error> {
                let mut people = Vec::new();
                while let Some((key, user)) = map.next_entry::<Id<'de>, User<'de>>()? {
                    let named = user.inner().id.is_some();
                    people.push(if named { user } else { User { id: Some(key), ..user } });
                }
                Ok(People(people))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<People<'de>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(People::default())
            }
        }
        deserializer.deserialize_any(MapOrList)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_names_the_one_that_counts_wins_in_either_order() {
        for user in [
            r#"{"id": 1, "id_str": "2", "profile_image_url": "http://a", "profile_image_url_https": "https://b",
                "followers_count": 3, "public_metrics": {"followers_count": 4}}"#,
            r#"{"public_metrics": {"followers_count": 4}, "followers_count": 3, "id_str": "2", "id": 1,
                "profile_image_url_https": "https://b", "profile_image_url": "http://a"}"#,
            r#"{"id_str": "2", "profile_image_url": "https://b", "profile_image_url_https": null, "followers_count": 4,
                "public_metrics": {}, "id": null}"#,
        ] {
            let user: User<'_> = serde_json::from_str(user).unwrap();
            assert_eq!(user.id.as_deref(), Some("2"));
            assert_eq!(user.avatar.as_deref(), Some("https://b"));
            assert_eq!(user.followers.map(|count| count.0), Some(4));
        }
    }
}
