//! Reads of the v2 API: what came since a cursor, and whether posts still stand (fact sheet §6 and §10).

use bytes::Bytes;
use careline::context::Context;
use careline::intake::Parsed;
use careline::model::{Channel, Event, EventBody, Hidden, Timestamp};
use careline::network::{BodyKind, Page, PollAsk, Recheck};
use careline::wire::Id;
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::account::{Account, Caller};
use crate::config::FieldNames;
use crate::error::Problem;
use crate::message::{self, SCOPE};
use crate::receive::normalise;

/// How far back recent search reaches, less a little so that a slow clock on either side does no harm.
const SEARCH_REACH_MS: i64 = (7 * 24 - 1) * 3_600_000;

impl Account {
    /// One page of one source.
    pub(crate) async fn poll_source(&self, cx: &Context, ask: &PollAsk) -> Result<Page> {
        let cursor = Cursor::read(ask.cursor.as_deref())?;
        let limit = ask.limit.unwrap_or(100);
        match ask.source.split_once(':').unwrap_or((&ask.source, "")) {
            ("mentions", "") => {
                let path = format!("/2/users/{}/mentions", self.config.native_id);
                let query = vec![("max_results", limit.clamp(5, 100).to_string())];
                self.posts(cx, ask, cursor, &path, query).await
            }
            ("search", "") => {
                let query = self.config.search_query.clone();
                let query = query.unwrap_or_else(|| format!("@{handle} -from:{handle}", handle = self.handle()));
                self.search(cx, ask, cursor, query, limit).await
            }
            ("conversation", root) if !root.is_empty() && root.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.search(cx, ask, cursor, format!("conversation_id:{root}"), limit).await
            }
            ("dm_events", "") => self.direct_messages(cx, ask, cursor, limit).await,
            _ => Err(Error::new(
                ErrorKind::Unsupported,
                "X is polled for `mentions`, `search`, `dm_events` or `conversation:` and the id of a post",
            )),
        }
    }

    async fn search(&self, cx: &Context, ask: &PollAsk, mut cursor: Cursor, query: String, limit: u32) -> Result<Page> {
        // X refuses a `since_id` it no longer reaches; without it the whole week comes, and what is known adds nothing.
        let reach = cx.clock.now().plus_millis(-SEARCH_REACH_MS);
        let too_old = |since: &CompactString| message::snowflake_time(since).is_none_or(|time| time < reach);
        let restart = cursor.page.is_none() && cursor.since.as_ref().is_some_and(too_old);
        cursor.unreachable = restart;
        let query = vec![("query", query), ("max_results", limit.clamp(10, 100).to_string())];
        self.posts(cx, ask, cursor, "/2/tweets/search/recent", query).await
    }

    /// A page of posts; X itself leaves out what is not newer than the cursor.
    async fn posts(
        &self,
        cx: &Context,
        ask: &PollAsk,
        cursor: Cursor,
        path: &str,
        mut query: Vec<(&str, String)>,
    ) -> Result<Page> {
        query.extend(self.post_fields());
        let (raw, cursor) = self.page(cx, Caller::Either, path, query, cursor).await?;
        let mut parsed = self.read(&raw, cx.clock.now())?;
        let meta = Meta::read(&raw);
        if cursor.page.is_none() && parsed.events.is_empty() && parsed.rejects.is_empty() {
            return Ok(Page::new(Parsed::default(), Bytes::new(), ask.cursor.clone(), false));
        }
        let newest =
            parsed.events.iter().filter_map(message_id).chain(meta.newest_id.as_deref()).max_by_key(|id| rank(id));
        let (cursor, more) = cursor.after(newest, meta.next_token);
        parsed.events.reverse();
        Ok(Page::new(parsed, raw, Some(cursor.text()), more))
    }

    /// A page of direct messages. There is no `since_id` here: the page is read until it meets what is known.
    async fn direct_messages(&self, cx: &Context, ask: &PollAsk, cursor: Cursor, limit: u32) -> Result<Page> {
        let mut query = vec![("max_results", limit.clamp(1, 100).to_string())];
        query.extend(self.direct_fields());
        let (raw, cursor) = self.page(cx, Caller::User, "/2/dm_events", query, cursor).await?;
        let mut parsed = self.read(&raw, cx.clock.now())?;
        let known = |id: &str| cursor.since.as_deref().is_some_and(|since| rank(id) <= rank(since));
        let ids = Ids::read(&raw);
        let reached = ids.iter().any(|id| known(id));
        if !ids.iter().any(|id| !known(id)) && cursor.page.is_none() && (reached || parsed.rejects.is_empty()) {
            return Ok(Page::new(Parsed::default(), Bytes::new(), ask.cursor.clone(), false));
        }
        parsed.events.retain(|event| message_id(event).is_none_or(|id| !known(id)));
        parsed.rejects.retain(|reject| {
            let item = reject.raw.and_then(|range| raw.get(range.start as usize..range.end as usize));
            item.and_then(Ids::of).is_none_or(|id| !known(&id))
        });
        let newest = ids.iter().map(CompactString::as_str).max_by_key(|id| rank(id));
        let next = Meta::read(&raw).next_token.filter(|_| !reached);
        let (cursor, more) = cursor.after(newest, next);
        parsed.events.reverse();
        Ok(Page::new(parsed, raw, Some(cursor.text()), more))
    }

    /// The raw page at `cursor`. A token of a page that X no longer knows begins the window again, with the cursor saying so.
    async fn page(
        &self,
        cx: &Context,
        caller: Caller,
        path: &str,
        query: Vec<(&str, String)>,
        cursor: Cursor,
    ) -> Result<(Bytes, Cursor)> {
        let ask = |cursor: &Cursor| {
            let mut pairs: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let by_id = path != "/2/dm_events" && !cursor.unreachable;
            pairs.extend(cursor.since.as_deref().filter(|_| by_id).map(|since| ("since_id", since)));
            pairs.extend(cursor.page.as_deref().map(|page| ("pagination_token", page)));
            self.request(path, &pairs)
        };
        match self.answer(cx, caller, ask(&cursor)?).await {
            Ok(answer) => Ok((answer.into_body(), cursor)),
            Err(error) if error.kind() == ErrorKind::InputInvalid && cursor.page.is_some() => {
                let restart = Cursor { page: None, ..cursor };
                Ok((self.answer(cx, caller, ask(&restart)?).await?.into_body(), restart))
            }
            Err(error) => Err(error),
        }
    }

    /// What stands in an answer. One that cannot be read at all is an error, so that no cursor moves past it.
    pub(crate) fn read(&self, raw: &[u8], now: Timestamp) -> Result<Parsed> {
        let mut parsed = normalise(BodyKind::Rest, raw, &self.native(), now)?;
        match parsed.rejects.pop() {
            Some(whole) if parsed.events.is_empty() && parsed.rejects.is_empty() && whole.raw.is_none() => {
                Err(Error::new(ErrorKind::Unavailable, "X answers with what cannot be read").caused_by(whole.error))
            }
            last => {
                parsed.rejects.extend(last);
                Ok(parsed)
            }
        }
    }

    /// Looks at up to 100 posts again: those X no longer finds are deleted, those it no longer shows are hidden.
    pub(crate) async fn look_again(&self, cx: &Context, ask: &Recheck) -> Result<Page> {
        if ask.native_ids.is_empty() {
            return Ok(Page::new(Parsed::default(), Bytes::new(), None, false));
        }
        if ask.native_ids.len() > 100 {
            return Err(Error::new(ErrorKind::TooLarge, "X looks up 100 posts at a time"));
        }
        let mut query = vec![("ids", ask.native_ids.join(","))];
        query.extend(self.post_fields());
        let pairs: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let raw = self.answer(cx, Caller::Either, self.request("/2/tweets", &pairs)?).await?.into_body();
        let now = cx.clock.now();
        let mut parsed = self.read(&raw, now)?;
        let problems = Problems::read(&raw);
        parsed.events.extend(problems.iter().filter_map(|problem| self.gone(problem, now)));
        Ok(Page::new(parsed, raw, None, false))
    }

    /// What a partial error says about one post.
    fn gone(&self, problem: &Problem, now: Timestamp) -> Option<Event> {
        let id = [&problem.resource_id.0, &problem.value.0].into_iter().find(|id| !id.is_empty())?;
        let body = match (problem.name(), problem.resource_type.0.as_str()) {
            ("resource-not-found", "tweet" | "post") => message::deleted(&Id(id.as_str().into()), None),
            ("not-authorized-for-resource", "tweet" | "post") => {
                EventBody::Hidden(Hidden { scope: SCOPE, native_id: id.into(), hidden: true, at: None })
            }
            _ => return None,
        };
        Some(Event::new(self.native(), Channel::Poll, now, body))
    }

    /// The parameters that make X tell everything a post needs.
    pub(crate) fn post_fields(&self) -> [(&'static str, String); 4] {
        let (name, fields, expansions) = match self.config.fields {
            FieldNames::Tweet => (
                "tweet.fields",
                "created_at,author_id,conversation_id,in_reply_to_user_id,referenced_tweets,entities,attachments,lang,\
                 edit_history_tweet_ids,note_tweet,possibly_sensitive",
                "author_id,attachments.media_keys,referenced_tweets.id",
            ),
            FieldNames::Post => (
                "post.fields",
                "created_at,conversation_id,entities,attachments,lang,note_post,possibly_sensitive",
                "author_id,in_reply_to_user_id,attachments.media_keys,referenced_posts,edit_history_post_ids",
            ),
        };
        [(name, fields), ("expansions", expansions), ("user.fields", USER_FIELDS), ("media.fields", MEDIA_FIELDS)]
            .map(|(name, value)| (name, value.to_owned()))
    }

    /// The parameters that make X tell everything a direct message needs.
    pub(crate) fn direct_fields(&self) -> [(&'static str, String); 5] {
        let (fields, expansions) = match self.config.fields {
            FieldNames::Tweet => (
                "id,text,event_type,created_at,sender_id,dm_conversation_id,attachments,referenced_tweets,entities",
                "sender_id,attachments.media_keys",
            ),
            FieldNames::Post => (
                "id,text,event_type,created_at,dm_conversation_id,attachments,entities",
                "sender_id,attachments.media_keys,referenced_posts",
            ),
        };
        [
            ("dm_event.fields", fields),
            ("event_types", "MessageCreate"),
            ("expansions", expansions),
            ("user.fields", USER_FIELDS),
            ("media.fields", MEDIA_FIELDS),
        ]
        .map(|(name, value)| (name, value.to_owned()))
    }
}

const USER_FIELDS: &str = "id,name,username,profile_image_url,verified,public_metrics";
const MEDIA_FIELDS: &str = "media_key,type,url,preview_image_url,variants,alt_text";

/// Where a source was read to. As text it is opaque to everybody else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Cursor {
    /// Everything up to this id was read and committed.
    since: Option<CompactString>,
    /// While pages remain: the newest id of the first of them, which becomes `since`.
    newest: Option<CompactString>,
    /// X's token of the next page.
    page: Option<String>,
    /// Whether X would refuse `since`.
    unreachable: bool,
}

impl Cursor {
    fn read(text: Option<&str>) -> Result<Self> {
        let mut cursor = Self::default();
        for (name, value) in url::form_urlencoded::parse(text.unwrap_or_default().as_bytes()) {
            match &*name {
                "since" => cursor.since = Some((&*value).into()),
                "newest" => cursor.newest = Some((&*value).into()),
                "page" => cursor.page = Some(value.into_owned()),
                "whole" => cursor.unreachable = true,
                _ => return Err(Error::new(ErrorKind::InputInvalid, "this cursor was not made by careline for X")),
            }
        }
        Ok(cursor)
    }

    fn text(&self) -> String {
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(self.since.as_ref().map(|id| ("since", id)));
        text.extend_pairs(self.newest.as_ref().map(|id| ("newest", id)));
        text.extend_pairs(self.page.as_ref().map(|page| ("page", page)));
        text.extend_pairs(self.unreachable.then_some(("whole", "1")));
        text.finish()
    }

    /// The cursor behind a page whose newest item is `newest`, and whether more pages follow.
    ///
    /// The first poll reads as far back as X does: 800 mentions, a week of search, a month of direct messages.
    fn after(self, newest: Option<&str>, next: Option<String>) -> (Self, bool) {
        let newest =
            [self.newest.as_deref(), newest, self.since.as_deref()].into_iter().flatten().max_by_key(|id| rank(id));
        let newest = newest.map(CompactString::from);
        match next {
            Some(page) => (Self { newest, page: Some(page), ..self }, true),
            None => (Self { since: newest, ..Self::default() }, false),
        }
    }
}

/// Orders ids by number: they have no leading zeros.
fn rank(id: &str) -> (usize, &str) {
    (id.len(), id)
}

fn message_id(event: &Event) -> Option<&str> {
    match &event.body {
        EventBody::Message(message) => Some(&message.native_id),
        _ => None,
    }
}

/// The part of an answer that tells how to go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Meta {
    /// Absent where the answer is no page.
    pub(crate) result_count: Option<IgnoredAny>,
    newest_id: Option<String>,
    pub(crate) next_token: Option<String>,
}

impl Meta {
    pub(crate) fn read(raw: &[u8]) -> Self {
        #[derive(Default, Deserialize)]
        struct Answer {
            #[serde(default)]
            meta: Meta,
        }
        serde_json::from_slice::<Answer>(raw).unwrap_or_default().meta
    }
}

/// The ids of a page's items, also of those that cannot be read otherwise.
pub(crate) struct Ids;

impl Ids {
    pub(crate) fn read(raw: &[u8]) -> Vec<CompactString> {
        #[derive(Default, Deserialize)]
        struct Answer<'a> {
            #[serde(borrow, default)]
            data: Vec<&'a serde_json::value::RawValue>,
        }
        let answer = serde_json::from_slice::<Answer<'_>>(raw).unwrap_or_default();
        answer.data.iter().filter_map(|item| Self::of(item.get().as_bytes())).collect()
    }

    fn of(item: &[u8]) -> Option<CompactString> {
        #[derive(Deserialize)]
        struct Item<'a> {
            #[serde(borrow)]
            id: Id<'a>,
        }
        serde_json::from_slice::<Item<'_>>(item).ok().map(|item| item.id.compact())
    }
}

/// The partial errors of an answer.
struct Problems;

impl Problems {
    fn read(raw: &[u8]) -> Vec<Problem> {
        serde_json::from_slice::<Problem>(raw).unwrap_or_default().errors
    }
}
