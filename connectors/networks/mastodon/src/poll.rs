//! Reading what was missed, oldest first, from a cursor that moves only with what was read (fact sheet §7).
//!
//! Sources:
//! - `notifications`: mentions, quotes, edits, favourites, boosts and what the network adds later; follows and the news of
//!   administration are left out. Filtered ones are included: strangers' first messages are among them;
//! - `conversations`: private threads. One that changed is read in full with the calls that follow, so our own answers from
//!   other apps are seen as well;
//! - `home`: posts of the accounts we follow, and our own;
//! - `context:ID`: everything before and after the status `ID`, for a message whose parent is not known. It is no list
//!   with a cursor, so the capability does not name it.
//!
//! Without a cursor the newest page is read first, then older ones, up to a bound; from then on only what is newer.

use bytes::Bytes;
use careline::context::Context;
use careline::intake::Parsed;
use careline::model::{Channel, Deleted, Event, EventBody};
use careline::network::token::{Token, grant};
use careline::network::{BodyKind, Page, PollAsk, Recheck};
use careline::transport::{Deadline, Endpoint};
use careline::wire::{Body, Id};
use careline::{Error, ErrorKind, Result};
use http::{HeaderMap, Request, Response, header};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::Url;

use crate::Account;
use crate::error::accept;
use crate::receive::{normalise, read_items};

/// What can be polled to its end.
pub(crate) const SOURCES: [&str; 3] = ["notifications", "conversations", "home"];

/// How many statuses one recheck looks at: each takes a call.
pub(crate) const RECHECK_MAX: u32 = 10;

/// How many pages of history are read at the very first time.
const HISTORY_PAGES: u32 = 10;

/// Servers may cap a page below what was asked, and none known below this: where no link tells, a shorter page is the last.
pub(crate) const SMALLEST_CAP: usize = 20;

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
    /// Everything up to this id was read, or will be by what follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_id: Option<String>,
    /// History is still to be read below this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    history: Option<History>,
    /// Statuses whose contexts are still to be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    walk: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct History {
    max_id: String,
    pages_left: u32,
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
        // Without it no event could be told; better to say so before asking anything.
        self.native()?;
        if let Some(status) = ask.source.strip_prefix("context:").filter(|status| !status.is_empty()) {
            return self.read_context(cx, status, ask.cursor).await;
        }
        let list = match ask.source.as_str() {
            "notifications" => &NOTIFICATIONS,
            "conversations" => &CONVERSATIONS,
            "home" => &HOME,
            other => {
                let error = Error::new(ErrorKind::Unsupported, "no such source; see the capability");
                return Err(error.with("source", other));
            }
        };
        let mut cursor = Cursor::read(ask.cursor.as_deref())?;
        if cursor.walk.is_empty() {
            return self.read_list(cx, list, cursor, ask).await;
        }
        let status = cursor.walk.remove(0);
        let more = cursor.more();
        match self.read_context(cx, &status, cursor.write()?).await {
            Ok(page) => Ok(Page::new(page.parsed, page.raw, page.cursor, more)),
            // Deleted since it was listed.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Ok(Page::new(Parsed::default(), Bytes::new(), cursor.write()?, more))
            }
            Err(error) => Err(error),
        }
    }

    async fn read_list(&self, cx: &Context, list: &List, cursor: Cursor, ask: PollAsk) -> Result<Page> {
        let limit = ask.limit.unwrap_or(list.most).clamp(1, list.most);
        let mut url = self.url(list.path)?;
        url.query_pairs_mut().append_pair("limit", &limit.to_string()).extend_pairs(list.query);
        match (&cursor.history, &cursor.min_id) {
            (Some(history), _) => drop(url.query_pairs_mut().append_pair("max_id", &history.max_id)),
            (None, Some(min_id)) => drop(url.query_pairs_mut().append_pair("min_id", min_id)),
            (None, None) => {}
        }
        let answer = self.get(cx, &url, list.endpoint).await?;
        let body = Body::read(answer.body());
        let items: Vec<&RawValue> = body.parse().map_err(nonsense)?;
        let keys: Vec<Option<Key<'_>>> = items.iter().map(|item| serde_json::from_str(item.get()).ok()).collect();
        // Newest first, also after `min_id`. A server that ignores `min_id` gives what we know at the end.
        let catching_up = cursor.history.is_none() && cursor.min_id.is_some();
        let known = |key: &Option<Key<'_>>| catching_up && key.as_ref().and_then(Key::id) == cursor.min_id;
        let new = keys.iter().position(known).unwrap_or(items.len());
        if new == 0 {
            let cursor = if catching_up { ask.cursor } else { cursor.without_history().write()? };
            return Ok(Page::new(Parsed::default(), Bytes::new(), cursor, false));
        }
        let parsed = read_items(&body, items[..new].iter().rev().copied(), &self.native()?, cx.clock.now())?;
        let links = Links::of(answer.headers(), self.base());
        let full = links.next.is_some() || (!links.any && new >= SMALLEST_CAP.min(limit as usize));
        let newest = links.newer.or_else(|| keys.iter().flatten().find_map(Key::id));
        let oldest = links.next.or_else(|| keys.iter().rev().flatten().find_map(Key::id));
        let walk = keys[..new].iter().rev().flatten().filter_map(Key::answers_something).collect();
        let next = if catching_up {
            Cursor { min_id: newest.or(cursor.min_id), history: None, walk }
        } else {
            let left = cursor.history.map_or(HISTORY_PAGES, |history| history.pages_left) - 1;
            let history = oldest.filter(|_| full && left > 0).map(|max_id| History { max_id, pages_left: left });
            Cursor { min_id: cursor.min_id.or(newest), history, walk }
        };
        let more = next.more() || (catching_up && full && new == items.len());
        Ok(Page::new(parsed, answer.body().clone(), next.write()?, more))
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

    /// Asks for each status whether it still stands. One that is gone, or that we may no longer see, is deleted for us: what
    /// we keep of it is to be removed.
    pub(crate) async fn look_again(&self, cx: &Context, ask: Recheck) -> Result<Page> {
        if ask.native_ids.len() > RECHECK_MAX as usize {
            let error = Error::new(ErrorKind::TooLarge, "too many statuses for one recheck; see the capability");
            return Err(error.with("statuses", ask.native_ids.len()));
        }
        let account = self.native()?;
        let mut parsed = Parsed::default();
        for id in ask.native_ids {
            let url = self.url(&["api", "v1", "statuses", &id])?;
            match self.get(cx, &url, "/api/v1/statuses/:id").await {
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    let gone = Deleted { scope: self.host().into(), native_id: id, at: None };
                    let body = EventBody::Deleted(gone);
                    parsed.events.push(Event::new(account.clone(), Channel::Poll, cx.clock.now(), body));
                }
                other => drop(other?),
            }
        }
        Ok(Page::new(parsed, Bytes::new(), None, false))
    }

    /// One authorised read.
    pub(crate) async fn get(&self, cx: &Context, url: &Url, endpoint: &'static str) -> Result<Response<Bytes>> {
        let bearer = self.bearer(cx).await?;
        let mut request = self.request(&bearer, url, "application/json")?.body(Bytes::new()).map_err(unfit)?;
        request.extensions_mut().insert(Endpoint(endpoint));
        if let Some(deadline) = cx.deadline {
            request.extensions_mut().insert(Deadline(deadline));
        }
        let answer = cx.transport.send(request).await?;
        match accept(answer, bearer.access.expose_secret(), cx.clock.now()) {
            Err(error) => Err(self.judged(cx, &bearer, error).await),
            taken => taken,
        }
    }

    /// A request for `url` with the token.
    pub(crate) fn request(&self, bearer: &Token, url: &Url, accept: &str) -> Result<http::request::Builder> {
        let bearer = grant::bearer(&bearer.access)?;
        Ok(Request::get(url.as_str()).header(header::AUTHORIZATION, bearer).header(header::ACCEPT, accept))
    }
}

/// The neighbours of a page by its `Link` header: `prev` is the newer side, `next` the older one, there if there is more.
#[derive(Default)]
struct Links {
    any: bool,
    newer: Option<String>,
    next: Option<String>,
}

impl Links {
    fn of(headers: &HeaderMap, base: &Url) -> Self {
        let mut links = Self::default();
        let header = headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok());
        for link in header.flat_map(|header| header.split(',')) {
            let Some((address, relation)) = link.trim().strip_prefix('<').and_then(|link| link.split_once('>')) else {
                continue;
            };
            let Ok(url) = base.join(address) else { continue };
            let id = |names: &[&str]| {
                let found = url.query_pairs().find(|(name, _)| names.contains(&&**name));
                found.map(|(_, id)| id.into_owned())
            };
            links.any = true;
            match relation.trim_start_matches([';', ' ']).trim_start_matches("rel=").trim_matches('"') {
                "prev" => links.newer = id(&["min_id", "since_id"]),
                "next" => links.next = id(&["max_id"]),
                _ => {}
            }
        }
        links
    }
}

impl Cursor {
    fn read(text: Option<&str>) -> Result<Self> {
        let Some(text) = text else { return Ok(Self::default()) };
        serde_json::from_str(text)
            .map_err(|_| Error::new(ErrorKind::InputInvalid, "the cursor is none that this connector made"))
    }

    /// As it is kept; `None` at the very beginning.
    fn write(&self) -> Result<Option<String>> {
        if *self == Self::default() {
            return Ok(None);
        }
        serde_json::to_string(self)
            .map(Some)
            .map_err(|error| Error::new(ErrorKind::Unexpected, "the cursor cannot be written").caused_by(error))
    }

    /// Whether it says itself that there is more to read.
    fn more(&self) -> bool {
        self.history.is_some() || !self.walk.is_empty()
    }

    fn without_history(self) -> Self {
        Self { history: None, ..self }
    }
}

impl Key<'_> {
    /// What the list is ordered by: conversations by their last status.
    fn id(&self) -> Option<String> {
        let id = self.last_status.as_ref().map(|status| &status.id).or(self.id.as_ref())?;
        Some(id.to_string())
    }

    /// The last status of a conversation, if it answers something that may not have been read.
    fn answers_something(&self) -> Option<String> {
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
