//! Reading what was missed, from a cursor that moves only with what was read (fact sheet §2, §3).
//!
//! Sources:
//! - `notifications`: mentions, answers and quotes. The list is newest first; it is read back page by page until it
//!   meets what is known. A post that the service was late to see stands among older ones, so that what is known is a
//!   whole page;
//! - `messages`: the log of direct messages, oldest first. The very first time the latest message of each thread is
//!   read after it;
//! - `thread:URI`: the posts before and after one, for a message whose parent is not known, and for answers so deep
//!   that nobody is notified of them. It is no list with a cursor, so the capability does not name it.

use std::collections::HashSet;

use bytes::Bytes;
use careline::context::Context;
use careline::intake::Parsed;
use careline::model::{Channel, Event, Timestamp};
use careline::network::{BodyKind, Page, PollAsk, Recheck};
use careline::wire::{Body, Text};
use careline::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::account::Account;
use crate::error::nonsense;
use crate::message;
use crate::receive::{List, normalise, read_items};
use crate::session::Call;
use crate::uri::AtUri;

/// The source of posts that speak to us.
pub(crate) const NOTIFICATIONS: &str = "notifications";
/// The source of direct messages.
pub(crate) const MESSAGES: &str = "messages";

/// How many posts one recheck looks at: as many as one call takes.
pub(crate) const RECHECK_MAX: u32 = 25;

/// The longest page of notifications.
const LONGEST_PAGE: u32 = 100;
/// How many pages of history are read at the very first time.
const HISTORY_PAGES: u32 = 10;
/// How many pages are read to meet what is known; it may all have been taken back.
const CATCH_UP_PAGES: u32 = 100;

impl Account {
    pub(crate) async fn read(&self, cx: &Context, ask: PollAsk) -> Result<Page> {
        match ask.source.split_once(':').unwrap_or((&ask.source, "")) {
            (NOTIFICATIONS, "") => self.read_notifications(cx, &ask).await,
            (MESSAGES, "") if self.config.direct_messages => self.read_log(cx, &ask).await,
            ("thread", uri) if AtUri::parse(uri).is_some() => self.read_thread(cx, uri, ask.cursor.clone()).await,
            _ => {
                let error = Error::new(ErrorKind::Unsupported, "no such source; see the capability");
                Err(error.with("source", &ask.source))
            }
        }
    }

    async fn read_notifications(&self, cx: &Context, ask: &PollAsk) -> Result<Page> {
        let cursor: Seen = read_cursor(ask.cursor.as_deref())?;
        let limit = ask.limit.unwrap_or(LONGEST_PAGE).clamp(1, LONGEST_PAGE).to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(["mention", "reply", "quote"].map(|reason| ("reasons", reason)));
        query.extend(cursor.back.as_ref().map(|back| ("cursor", back.page.as_str())));
        let answer =
            self.ask(cx, &Call { nsid: "app.bsky.notification.listNotifications", query, chat: false }).await?;
        let body = Body::read(answer.body());
        let found: Notifications<'_> = body.parse().map_err(nonsense)?;
        let keys: Vec<Key> = found.notifications.iter().map(|item| Key::of(item)).collect();
        let new = cursor.new_among(&keys);
        let items = new.iter().rev().map(|at| found.notifications[*at]);
        let parsed = read_items(&body, List::Posts, items, &self.native()?, cx.clock.now());
        let older =
            found.cursor.filter(|_| !keys.is_empty() && !cursor.meets(&keys)).map(|cursor| cursor.0.into_owned());
        let nothing = new.is_empty();
        if nothing && cursor.back.is_none() && older.is_none() {
            return Ok(Page::new(Parsed::default(), Bytes::new(), ask.cursor.clone(), false));
        }
        let next = cursor.after(&keys, older);
        let more = next.back.is_some();
        let raw = if nothing { Bytes::new() } else { answer.body().clone() };
        Ok(Page::new(parsed, raw, Some(write_cursor(&next)?), more))
    }

    async fn read_log(&self, cx: &Context, ask: &PollAsk) -> Result<Page> {
        let cursor: Log = read_cursor(ask.cursor.as_deref())?;
        if cursor.threads {
            return self.read_convos(cx, cursor).await;
        }
        let query = cursor.rev.as_deref().map(|rev| ("cursor", rev)).into_iter().collect();
        let answer = self.ask(cx, &Call { nsid: "chat.bsky.convo.getLog", query, chat: true }).await?;
        let body = Body::read(answer.body());
        let found: Logs<'_> = body.parse().map_err(nonsense)?;
        let revs: Vec<Option<String>> = found.logs.iter().map(|item| rev_of(item)).collect();
        // Revisions are texts that sort by time. What has none cannot be known.
        let is_new = |rev: &Option<String>| rev.is_none() || cursor.rev.is_none() || *rev > cursor.rev;
        let items = found.logs.iter().zip(&revs).filter(|(_, rev)| is_new(rev)).map(|(item, _)| *item);
        let parsed = read_items(&body, List::Logs, items, &self.native()?, cx.clock.now());
        let told = found.cursor.map(|cursor| cursor.0.into_owned());
        let rev = revs.into_iter().flatten().chain(told).chain(cursor.rev.clone()).max();
        let moved = rev != cursor.rev;
        let first = ask.cursor.is_none();
        let nothing = parsed.events.is_empty() && parsed.rejects.is_empty();
        let raw = if nothing { Bytes::new() } else { answer.body().clone() };
        if !moved && !first {
            return Ok(Page::new(parsed, raw, ask.cursor.clone(), false));
        }
        // Without a mark to go on from, the beginning is tried again.
        let more = first || !found.logs.is_empty();
        Ok(Page::new(parsed, raw, Some(write_cursor(&Log { rev, threads: first })?), more))
    }

    /// What people last wrote before anybody read the log.
    async fn read_convos(&self, cx: &Context, cursor: Log) -> Result<Page> {
        let query = vec![("limit", "100")];
        let answer = self.ask(cx, &Call { nsid: "chat.bsky.convo.listConvos", query, chat: true }).await?;
        let body = Body::read(answer.body());
        let found: Convos<'_> = body.parse().map_err(nonsense)?;
        let items = found.convos.iter().rev().copied();
        let parsed = read_items(&body, List::Convos, items, &self.native()?, cx.clock.now());
        let nothing = parsed.events.is_empty() && parsed.rejects.is_empty();
        let raw = if nothing { Bytes::new() } else { answer.body().clone() };
        Ok(Page::new(parsed, raw, Some(write_cursor(&Log { threads: false, ..cursor })?), true))
    }

    async fn read_thread(&self, cx: &Context, uri: &str, cursor: Option<String>) -> Result<Page> {
        let query = vec![("uri", uri), ("depth", "10"), ("parentHeight", "80")];
        let answer = self.ask(cx, &Call { nsid: "app.bsky.feed.getPostThread", query, chat: false }).await?;
        Body::read(answer.body()).parse::<Thread<'_>>().map_err(nonsense)?;
        let parsed = normalise(BodyKind::Rest, answer.body(), &self.native()?, cx.clock.now())?;
        let nothing = parsed.events.is_empty() && parsed.rejects.is_empty();
        let raw = if nothing { Bytes::new() } else { answer.into_body() };
        Ok(Page::new(parsed, raw, cursor, false))
    }

    /// Asks for posts again. One that is not among the answer is gone, or we may no longer see it: what we keep of it
    /// is to be removed.
    pub(crate) async fn look_again(&self, cx: &Context, ask: Recheck) -> Result<Page> {
        if ask.native_ids.len() > RECHECK_MAX as usize {
            let error = Error::new(ErrorKind::TooLarge, "too many posts for one recheck; see the capability");
            return Err(error.with("posts", ask.native_ids.len()));
        }
        // What is no address of a post would make the service refuse them all.
        let is_post = |uri: &str| AtUri::parse(uri).is_some_and(|address| address.rkey.is_some());
        let uris: Vec<_> = ask.native_ids.iter().filter(|uri| is_post(uri)).collect();
        if uris.is_empty() {
            return Ok(Page::new(Parsed::default(), Bytes::new(), None, false));
        }
        let query = uris.iter().map(|uri| ("uris", uri.as_str())).collect();
        let answer = self.ask(cx, &Call { nsid: "app.bsky.feed.getPosts", query, chat: false }).await?;
        let body = Body::read(answer.body());
        let found: Posts<'_> = body.parse().map_err(nonsense)?;
        let stand: HashSet<&str> = found.posts.iter().map(|post| post.uri.as_str()).collect();
        let gone = uris.into_iter().filter(|uri| !stand.contains(uri.as_str()));
        let account = self.native()?;
        let events = gone
            .map(|uri| Event::new(account.clone(), Channel::Poll, cx.clock.now(), message::deleted(uri.clone(), None)));
        let parsed = Parsed { events: events.collect(), ..Parsed::default() };
        Ok(Page::new(parsed, Bytes::new(), None, false))
    }
}

#[derive(Deserialize)]
struct Notifications<'a> {
    #[serde(borrow)]
    notifications: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    cursor: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Logs<'a> {
    #[serde(borrow)]
    logs: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    cursor: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Convos<'a> {
    #[serde(borrow)]
    convos: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Thread<'a> {
    #[serde(borrow, rename = "thread")]
    _thread: &'a RawValue,
}

#[derive(Deserialize)]
struct Posts<'a> {
    #[serde(borrow)]
    posts: Vec<Standing<'a>>,
}

#[derive(Deserialize)]
struct Standing<'a> {
    #[serde(borrow)]
    uri: Text<'a>,
}

fn rev_of(item: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Revised {
        rev: String,
    }
    serde_json::from_str::<Revised>(item.get()).ok().map(|item| item.rev)
}

/// How far the log was read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Log {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rev: Option<String>,
    /// Whether the latest messages of the threads are still to be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    threads: bool,
}

/// What a notification is known by, and when the service saw it.
struct Key {
    name: String,
    seen_at: Option<Timestamp>,
}

impl Key {
    /// Address and reason, hashed to be short in the cursor; of what has neither, all that is written.
    fn of(item: &RawValue) -> Self {
        #[derive(Deserialize)]
        struct Named<'a> {
            #[serde(borrow)]
            uri: Text<'a>,
            #[serde(borrow)]
            reason: Text<'a>,
            #[serde(borrow, default, rename = "indexedAt")]
            indexed_at: Option<Text<'a>>,
        }
        match serde_json::from_str::<Named<'_>>(item.get()) {
            Ok(named) => Self {
                name: hashed(&[&named.uri, " ", &named.reason].concat()),
                seen_at: named.indexed_at.as_ref().and_then(message::time),
            },
            Err(_) => Self { name: hashed(item.get()), seen_at: None },
        }
    }
}

/// FNV-1a: the same in every build and process, which a cursor must be.
fn hashed(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

/// How far the notifications were read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Seen {
    /// The newest page that was read, newest first.
    #[serde(default)]
    known: Vec<String>,
    /// When the service saw the oldest of them: what is older was read before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// The way back, while it is not at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    back: Option<Back>,
}

/// Pages older than the newest one are still to be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Back {
    /// The newest page, which is known once the way back is at its end.
    newest: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// The service's own mark of the next page.
    page: String,
    pages_left: u32,
}

impl Seen {
    /// The places of what is not known. What stands behind the last that is known, or is older, was read before.
    fn new_among(&self, keys: &[Key]) -> Vec<usize> {
        let is_known = |key: &Key| self.known.contains(&key.name);
        let end = keys.iter().rposition(is_known).unwrap_or(keys.len());
        let end = keys[..end].iter().position(|key| self.is_old(key)).unwrap_or(end);
        (0..end).filter(|at| !is_known(&keys[*at])).collect()
    }

    /// Whether the page reaches what is known.
    fn meets(&self, keys: &[Key]) -> bool {
        keys.iter().any(|key| self.known.contains(&key.name) || self.is_old(key))
    }

    fn is_old(&self, key: &Key) -> bool {
        key.seen_at.zip(self.since).is_some_and(|(seen_at, since)| seen_at < since)
    }

    /// Where to go on after a page with these keys, behind which `older` begins.
    fn after(self, keys: &[Key], older: Option<String>) -> Self {
        let (newest, since, left) = match self.back {
            Some(back) => (back.newest, back.since, back.pages_left),
            None => {
                let pages = if self.known.is_empty() { HISTORY_PAGES } else { CATCH_UP_PAGES };
                let names = keys.iter().map(|key| key.name.clone()).collect();
                (names, keys.iter().filter_map(|key| key.seen_at).min(), pages)
            }
        };
        match older.filter(|_| left > 1) {
            Some(page) => {
                let back = Some(Back { newest, since, page, pages_left: left - 1 });
                Self { known: self.known, since: self.since, back }
            }
            None => Self { known: newest, since, back: None },
        }
    }
}

fn read_cursor<T: Default + for<'de> Deserialize<'de>>(text: Option<&str>) -> Result<T> {
    let Some(text) = text else { return Ok(T::default()) };
    serde_json::from_str(text)
        .map_err(|_| Error::new(ErrorKind::InputInvalid, "the cursor is none that this connector made"))
}

fn write_cursor(cursor: &impl Serialize) -> Result<String> {
    serde_json::to_string(cursor)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "the cursor cannot be written").caused_by(error))
}
