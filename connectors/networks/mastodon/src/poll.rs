//! Reading what was missed, oldest first, from a cursor that moves only with what was read (fact sheet §7).
//!
//! Sources:
//! - `notifications`: mentions, quotes, edits, favourites, boosts and what the network adds later; follows and the news of
//!   administration are left out. Filtered ones are included: strangers' first messages are among them;
//! - `conversations`: private threads. One that changed is read in full with the calls that follow, so our own answers from
//!   other apps are seen as well;
//! - `home`: posts of the accounts we follow, and our own;
//! - `context:ID`: everything before and after the status `ID`, for a message whose parent is not known.
//!
//! Without a cursor the newest page is read and the cursor set behind it; older history is not.

use bytes::Bytes;
use careline::context::Context;
use careline::intake::Parsed;
use careline::model::{Channel, Deleted, Event, EventBody};
use careline::network::{BodyKind, Page, PollAsk, Recheck};
use careline::transport::{Deadline, Endpoint};
use careline::wire::{Body, Id};
use careline::{Error, ErrorKind, Result};
use http::{HeaderMap, Request, Response, header};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::Url;

use crate::Account;
use crate::error::accept;
use crate::receive::{normalise, read_items};

/// What can be polled; `context` takes a status id after a colon.
pub(crate) const SOURCES: [&str; 4] = ["notifications", "conversations", "home", "context"];

/// Servers may cap a page below what was asked, and none known below this: a shorter page is the last one.
const SMALLEST_CAP: usize = 20;

/// One list of the API.
struct List {
    endpoint: &'static str,
    path: &'static [&'static str],
    /// The longest page it gives.
    most: u32,
    query: &'static [(&'static str, &'static str)],
}

const NOTIFICATIONS: List = List {
    endpoint: "/api/v1/notifications",
    path: &["api", "v1", "notifications"],
    most: 80,
    query: &[
        ("include_filtered", "true"),
        ("exclude_types[]", "follow"),
        ("exclude_types[]", "follow_request"),
        ("exclude_types[]", "admin.sign_up"),
        ("exclude_types[]", "admin.report"),
    ],
};
const CONVERSATIONS: List =
    List { endpoint: "/api/v1/conversations", path: &["api", "v1", "conversations"], most: 40, query: &[] };
const HOME: List =
    List { endpoint: "/api/v1/timelines/home", path: &["api", "v1", "timelines", "home"], most: 40, query: &[] };

/// Where reading goes on. Opaque to everybody else.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cursor {
    /// Everything up to this id was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_id: Option<String>,
    /// Statuses whose contexts are still to be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    walk: Vec<String>,
}

/// What of an item is needed to move the cursor.
#[derive(Deserialize)]
struct Key<'a> {
    #[serde(borrow)]
    id: Option<Id<'a>>,
    #[serde(borrow, default)]
    last_status: Option<LastStatus<'a>>,
}

#[derive(Deserialize)]
struct LastStatus<'a> {
    #[serde(borrow)]
    id: Id<'a>,
    #[serde(borrow, default)]
    in_reply_to_id: Option<Id<'a>>,
}

impl Account {
    pub(crate) async fn read(&self, cx: &Context, ask: PollAsk) -> Result<Page> {
        if let Some(status) = ask.source.strip_prefix("context:").filter(|status| !status.is_empty()) {
            return self.read_context(cx, status, ask.cursor).await;
        }
        let list = match ask.source.as_str() {
            "notifications" => &NOTIFICATIONS,
            "conversations" => &CONVERSATIONS,
            "home" => &HOME,
            other => {
                let error = Error::new(ErrorKind::InputInvalid, "no such source; see the capability");
                return Err(error.with("source", other));
            }
        };
        let mut cursor = Cursor::read(ask.cursor.as_deref())?;
        if cursor.walk.is_empty() {
            return self.read_list(cx, list, cursor, ask).await;
        }
        let status = cursor.walk.remove(0);
        let more = !cursor.walk.is_empty();
        match self.read_context(cx, &status, Some(cursor.write()?)).await {
            Ok(page) => Ok(Page::new(page.parsed, page.raw, page.cursor, more)),
            // Deleted since it was listed.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Ok(Page::new(Parsed::default(), Bytes::new(), Some(cursor.write()?), more))
            }
            Err(error) => Err(error),
        }
    }

    async fn read_list(&self, cx: &Context, list: &List, cursor: Cursor, ask: PollAsk) -> Result<Page> {
        let limit = ask.limit.unwrap_or(list.most).clamp(1, list.most);
        let mut url = self.url(list.path)?;
        url.query_pairs_mut().append_pair("limit", &limit.to_string()).extend_pairs(list.query);
        if let Some(min_id) = &cursor.min_id {
            url.query_pairs_mut().append_pair("min_id", min_id);
        }
        let answer = self.get(cx, &url, list.endpoint).await?;
        let body = Body::read(answer.body());
        let items: Vec<&RawValue> = body.parse().map_err(nonsense)?;
        let keys: Vec<Option<Key<'_>>> = items.iter().map(|item| serde_json::from_str(item.get()).ok()).collect();
        // Newest first, also after `min_id`. A server that ignores `min_id` gives what we know at the end.
        let known = |key: &Option<Key<'_>>| cursor.min_id.is_some() && key.as_ref().and_then(Key::id) == cursor.min_id;
        let new = keys.iter().position(known).unwrap_or(items.len());
        if new == 0 {
            return Ok(Page::new(Parsed::default(), Bytes::new(), ask.cursor, false));
        }
        let parsed = read_items(&body, items[..new].iter().rev().copied(), &self.native()?, cx.clock.now())?;
        let more = cursor.min_id.is_some() && new == items.len() && new >= SMALLEST_CAP.min(limit as usize);
        let newest = self.newer_than(answer.headers()).or_else(|| keys.iter().flatten().find_map(Key::id));
        let walk: Vec<_> = keys[..new].iter().rev().flatten().filter_map(Key::unread_before).collect();
        let more = more || !walk.is_empty();
        let cursor = Cursor { min_id: newest.or(cursor.min_id), walk };
        Ok(Page::new(parsed, answer.body().clone(), Some(cursor.write()?), more))
    }

    /// The thread around a status: what stands before it, what stands after it, not itself.
    async fn read_context(&self, cx: &Context, status: &str, cursor: Option<String>) -> Result<Page> {
        let url = self.url(&["api", "v1", "statuses", status, "context"])?;
        let answer = self.get(cx, &url, "/api/v1/statuses/:id/context").await?;
        Body::read(answer.body()).parse::<&RawValue>().map_err(nonsense)?;
        let parsed = normalise(BodyKind::Rest, answer.body(), &self.native()?, cx.clock.now())?;
        let raw = if parsed.events.is_empty() && parsed.rejects.is_empty() { Bytes::new() } else { answer.into_body() };
        Ok(Page::new(parsed, raw, cursor, false))
    }

    /// Asks for one status. One that is gone, or that we may no longer see, is deleted for us: what we keep of it is removed.
    pub(crate) async fn look_again(&self, cx: &Context, ask: Recheck) -> Result<Page> {
        let [id] = ask.native_ids.as_slice() else {
            let error = Error::new(ErrorKind::InputInvalid, "one status is looked at per call; see the capability");
            return Err(error.with("statuses", ask.native_ids.len()));
        };
        let url = self.url(&["api", "v1", "statuses", id])?;
        let account = self.native()?;
        match self.get(cx, &url, "/api/v1/statuses/:id").await {
            Ok(answer) => {
                Body::read(answer.body()).parse::<&RawValue>().map_err(nonsense)?;
                let parsed = normalise(BodyKind::Rest, answer.body(), &account, cx.clock.now())?;
                Ok(Page::new(parsed, answer.into_body(), None, false))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let gone = Deleted { scope: self.host().into(), native_id: id.clone(), at: None };
                let event = Event::new(account, Channel::Poll, cx.clock.now(), EventBody::Deleted(gone));
                let parsed = Parsed { events: vec![event], ..Parsed::default() };
                Ok(Page::new(parsed, Bytes::new(), None, false))
            }
            Err(error) => Err(error),
        }
    }

    /// One authorised read.
    pub(crate) async fn get(&self, cx: &Context, url: &Url, endpoint: &'static str) -> Result<Response<Bytes>> {
        let mut request = self.request(url, "application/json").body(Bytes::new()).map_err(unfit)?;
        request.extensions_mut().insert(Endpoint(endpoint));
        if let Some(deadline) = cx.deadline {
            request.extensions_mut().insert(Deadline(deadline));
        }
        accept(cx.transport.send(request).await?, cx.clock.now())
    }

    /// A request for `url` with the token.
    pub(crate) fn request(&self, url: &Url, accept: &str) -> http::request::Builder {
        Request::get(url.as_str()).header(header::AUTHORIZATION, self.bearer()).header(header::ACCEPT, accept)
    }

    /// The id after which the next page begins, by the `Link` header: its `rel="prev"` is the newer side.
    fn newer_than(&self, headers: &HeaderMap) -> Option<String> {
        let links = headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok());
        let prev = links.flat_map(|links| links.split(',')).find_map(|link| {
            let (address, relation) = link.trim().strip_prefix('<')?.split_once('>')?;
            (relation.contains("rel=\"prev\"") || relation.contains("rel=prev")).then_some(address)
        })?;
        let url = self.base().join(prev).ok()?;
        url.query_pairs().find(|(name, _)| name == "min_id" || name == "since_id").map(|(_, id)| id.into_owned())
    }
}

impl Cursor {
    fn read(text: Option<&str>) -> Result<Self> {
        let Some(text) = text else { return Ok(Self::default()) };
        serde_json::from_str(text)
            .map_err(|_| Error::new(ErrorKind::InputInvalid, "the cursor is none that this connector made"))
    }

    fn write(&self) -> Result<String> {
        serde_json::to_string(self)
            .map_err(|error| Error::new(ErrorKind::Unexpected, "the cursor cannot be written").caused_by(error))
    }
}

impl Key<'_> {
    /// What the list is ordered by: conversations by their last status.
    fn id(&self) -> Option<String> {
        let id = self.last_status.as_ref().map(|status| &status.id).or(self.id.as_ref())?;
        Some(id.to_string())
    }

    /// The last status of a conversation, if something stands before it.
    fn unread_before(&self) -> Option<String> {
        let last = self.last_status.as_ref()?;
        last.in_reply_to_id.as_ref().map(|_| last.id.to_string())
    }
}

/// A good status with a body that is none of the API's: a page of a proxy, a cut answer. Nothing was read, so nothing is lost.
fn nonsense(error: Error) -> Error {
    Error::new(ErrorKind::Unavailable, "the server answers with something that is no whole JSON").caused_by(error)
}

pub(crate) fn unfit(error: http::Error) -> Error {
    Error::new(ErrorKind::ConfigInvalid, "the server's address or the token cannot stand in a request").caused_by(error)
}
