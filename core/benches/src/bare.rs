//! The bare parse: strict, borrowed structs with only the fields a message uses, and nothing made of them.
#![expect(missing_docs, reason = "fields are named as on the wire")]

use std::borrow::Cow;

use careline::wire::Text;
use serde::Deserialize;

/// One post, or with `Vec<Tweet>` a page of them.
#[derive(Debug, Deserialize)]
pub struct X<'a, D> {
    /// What was posted.
    pub data: D,
    /// Who posted.
    #[serde(borrow)]
    pub includes: Includes<'a>,
}

/// A post.
#[derive(Debug, Deserialize)]
pub struct Tweet<'a> {
    pub id: &'a str,
    #[serde(borrow)]
    pub text: Cow<'a, str>,
    pub author_id: &'a str,
    pub created_at: &'a str,
    pub conversation_id: &'a str,
    pub lang: &'a str,
    #[serde(borrow)]
    pub edit_history_tweet_ids: Vec<&'a str>,
    pub possibly_sensitive: bool,
    #[serde(borrow, default)]
    pub entities: Entities<'a>,
    pub in_reply_to_user_id: Option<&'a str>,
    pub in_reply_to_tweet_id: Option<&'a str>,
    #[serde(borrow, default)]
    pub referenced_tweets: Vec<Reference<'a>>,
    #[serde(borrow, default)]
    pub attachments: Option<Attachments<'a>>,
    #[serde(borrow, default)]
    pub note_tweet: Option<Box<Note<'a>>>,
}

/// What hangs on a post, by key.
#[derive(Debug, Deserialize)]
pub struct Attachments<'a> {
    #[serde(borrow, default)]
    pub media_keys: Vec<&'a str>,
}

/// The whole of a long post.
#[derive(Debug, Deserialize)]
pub struct Note<'a> {
    #[serde(borrow)]
    pub text: Cow<'a, str>,
    #[serde(borrow, default)]
    pub entities: Entities<'a>,
}

/// Marked stretches.
#[derive(Debug, Default, Deserialize)]
pub struct Entities<'a> {
    #[serde(borrow, default)]
    pub mentions: Vec<Mention<'a>>,
    #[serde(borrow, default)]
    pub urls: Vec<Link<'a>>,
    #[serde(borrow, default)]
    pub hashtags: Vec<Tag<'a>>,
    #[serde(borrow, default)]
    pub cashtags: Vec<Tag<'a>>,
}

/// Somebody named.
#[derive(Debug, Deserialize)]
pub struct Mention<'a> {
    pub start: u32,
    pub end: u32,
    pub username: &'a str,
    pub id: &'a str,
}

/// A link.
#[derive(Debug, Deserialize)]
pub struct Link<'a> {
    pub start: u32,
    pub end: u32,
    #[serde(borrow)]
    pub url: Cow<'a, str>,
    #[serde(borrow)]
    pub expanded_url: Cow<'a, str>,
}

/// A subject.
#[derive(Debug, Deserialize)]
pub struct Tag<'a> {
    pub start: u32,
    pub end: u32,
    #[serde(borrow)]
    pub tag: Cow<'a, str>,
}

/// What a post answers.
#[derive(Debug, Deserialize)]
pub struct Reference<'a> {
    #[serde(rename = "type")]
    pub kind: &'a str,
    pub id: &'a str,
}

/// What posts refer to.
#[derive(Debug, Deserialize)]
pub struct Includes<'a> {
    #[serde(borrow)]
    pub users: Vec<User<'a>>,
    #[serde(borrow, default)]
    pub tweets: Vec<Referenced<'a>>,
    #[serde(borrow, default)]
    pub media: Vec<Media<'a>>,
}

/// A post that another one answers or shows.
#[derive(Debug, Deserialize)]
pub struct Referenced<'a> {
    pub id: &'a str,
    pub author_id: Option<&'a str>,
}

/// A picture or film.
#[derive(Debug, Deserialize)]
pub struct Media<'a> {
    pub media_key: &'a str,
    #[serde(rename = "type")]
    pub kind: &'a str,
    #[serde(borrow, default)]
    pub url: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub preview_image_url: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub alt_text: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub variants: Vec<Variant<'a>>,
}

/// One encoding of a film.
#[derive(Debug, Deserialize)]
pub struct Variant<'a> {
    pub bit_rate: Option<u64>,
    pub content_type: &'a str,
    #[serde(borrow)]
    pub url: Cow<'a, str>,
}

/// An author.
#[derive(Debug, Deserialize)]
pub struct User<'a> {
    pub id: &'a str,
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    pub username: &'a str,
    #[serde(borrow)]
    pub profile_image_url: Cow<'a, str>,
    pub verified: bool,
    pub public_metrics: UserMetrics,
}

/// How many read them.
#[derive(Debug, Deserialize)]
pub struct UserMetrics {
    pub followers_count: u64,
}

/// What a page gets.
#[derive(Debug, Deserialize)]
pub struct Meta<'a> {
    pub object: &'a str,
    #[serde(borrow)]
    pub entry: Vec<Entry<'a>>,
}

/// What one page gets.
#[derive(Debug, Deserialize)]
pub struct Entry<'a> {
    pub id: &'a str,
    pub time: i64,
    #[serde(borrow)]
    pub changes: Vec<Change<'a>>,
}

/// One change.
#[derive(Debug, Deserialize)]
pub struct Change<'a> {
    pub field: &'a str,
    #[serde(borrow)]
    pub value: Comment<'a>,
}

/// One comment.
#[derive(Debug, Deserialize)]
pub struct Comment<'a> {
    #[serde(borrow)]
    pub from: From<'a>,
    #[serde(borrow)]
    pub message: Cow<'a, str>,
    pub post_id: &'a str,
    pub comment_id: &'a str,
    pub parent_id: &'a str,
    pub created_time: i64,
    pub item: &'a str,
    pub verb: &'a str,
    #[serde(borrow)]
    pub post: Under<'a>,
    #[serde(borrow, default)]
    pub message_tags: Vec<Named<'a>>,
    #[serde(borrow, default)]
    pub photo: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub video: Option<Text<'a>>,
    pub is_hidden: Option<bool>,
}

/// A profile named in a comment.
#[derive(Debug, Deserialize)]
pub struct Named<'a> {
    pub id: &'a str,
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    pub offset: u32,
    pub length: u32,
}

/// Who commented.
#[derive(Debug, Deserialize)]
pub struct From<'a> {
    pub id: &'a str,
    #[serde(borrow)]
    pub name: Cow<'a, str>,
}

/// What was commented on.
#[derive(Debug, Deserialize)]
pub struct Under<'a> {
    pub is_published: bool,
    pub promotion_status: &'a str,
}
