//! A Mastodon server of one day on loopback: REST paging and streaming as the real one does it (fact sheet mastodon,
//! sections 2, 3 and 7), so that the connector really polls and streams.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use careline::model::Timestamp;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::broadcast::{self, Receiver, Sender};
use tokio::task::JoinHandle;

use super::mastodon::{Happening, Schedule, Step};
use super::{MASTODON_ACCOUNT, MASTODON_TOKEN};

/// How many frames a slow reader may be behind; more than a day has.
const BACKLOG: usize = 16_384;
/// How many statuses come while streams are broken.
const GAP: usize = 6;

/// The running server; it stops when dropped.
#[derive(Debug)]
pub(crate) struct Double {
    shared: Arc<Shared>,
    steps: Mutex<std::vec::IntoIter<Step>>,
    host: String,
    /// Whether what only a stream tells waits for one to be read.
    waits: AtomicBool,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    host: String,
    server: Mutex<Server>,
    frames: Sender<Frame>,
    readers: Mutex<Readers>,
    requests: AtomicUsize,
}

/// Who reads the stream `user` since the last break.
#[derive(Debug, Default)]
struct Readers {
    breaks: usize,
    count: usize,
}

/// What the server holds.
#[derive(Debug, Default)]
struct Server {
    statuses: BTreeMap<u64, Value>,
    notifications: BTreeMap<u64, Value>,
    /// Conversations by the id of the other account.
    conversations: BTreeMap<String, Conversation>,
}

#[derive(Debug)]
struct Conversation {
    id: usize,
    last: u64,
}

/// One thing told on streams.
#[derive(Clone, Debug)]
enum Frame {
    Event { stream: &'static str, event: &'static str, payload: String },
    Break,
}

impl Double {
    /// Serves `schedule` on `listener`, of whose address its host must be.
    pub(crate) fn start(listener: TcpListener, schedule: Schedule) -> Self {
        let shared = Arc::new(Shared {
            host: schedule.host.clone(),
            server: Mutex::default(),
            frames: broadcast::channel(BACKLOG).0,
            readers: Mutex::default(),
            requests: AtomicUsize::new(0),
        });
        let router = router(Arc::clone(&shared));
        let task = tokio::spawn(async move {
            // The task ends with the double; a server that cannot accept has nobody to tell.
            let _ = axum::serve(listener, router).await;
        });
        Self {
            shared,
            steps: Mutex::new(schedule.steps.into_iter()),
            host: schedule.host,
            waits: AtomicBool::new(true),
            task,
        }
    }

    /// `http://host:port`.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.host)
    }

    /// How many requests were answered so far, streams included.
    pub(crate) fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// How many read the stream `user`.
    pub(crate) fn readers(&self) -> usize {
        held(&self.shared.readers).count
    }

    /// From now on nothing waits for a stream to be read.
    pub(crate) fn do_not_wait(&self) {
        self.waits.store(false, Ordering::Relaxed);
    }

    /// Lets everything happen up to `until`, and says how much that was.
    ///
    /// What only a stream tells waits up to ten seconds for one to be read. After a break some mentions do not wait:
    /// whoever listens must catch up by asking.
    pub(crate) async fn advance(&self, until: Timestamp) -> usize {
        let mut done = 0;
        let mut gap = 0;
        while let Some(step) = self.next_step(until) {
            let missable = gap > 0 && matches!(step.what, Happening::Mention { lasting: true, .. });
            gap = match step.what {
                Happening::Break => GAP,
                _ if missable => gap - 1,
                _ => 0,
            };
            if !missable {
                self.until_read().await;
            }
            self.shared.happen(step);
            done += 1;
        }
        done
    }

    fn next_step(&self, until: Timestamp) -> Option<Step> {
        let mut steps = held(&self.steps);
        if steps.as_slice().first()?.at > until { None } else { steps.next() }
    }

    async fn until_read(&self) {
        for _ in 0..1000 {
            if self.readers() > 0 || !self.waits.load(Ordering::Relaxed) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn happen(&self, step: Step) {
        match step.what {
            Happening::Mention { status, .. } => {
                let told = held(&self.server).mention(&status, step.at);
                self.tell("user", "notification", &told);
                self.tell("user:notification", "notification", &told);
                self.tell_conversation(&status);
            }
            Happening::Own { status } => {
                held(&self.server).keep(&status);
                self.tell("user", "update", &status);
                self.tell_conversation(&status);
            }
            Happening::Edit { id, content } => {
                if let Some(status) = held(&self.server).edit(&id, content, step.at) {
                    self.tell("user", "status.update", &status);
                }
            }
            Happening::Delete { id } => {
                held(&self.server).delete(&id);
                self.send("user", "delete", id);
            }
            Happening::Notice { kind, account } => {
                let told = held(&self.server).notify(kind, &account, None, step.at);
                self.tell("user", "notification", &told);
                self.tell("user:notification", "notification", &told);
            }
            Happening::Break => {
                // Held until the break is told, so that who reads from now on is not broken off.
                let mut readers = held(&self.readers);
                *readers = Readers { breaks: readers.breaks + 1, count: 0 };
                // Nobody listening is no failure: streams may come later.
                let _ = self.frames.send(Frame::Break);
            }
        }
    }

    fn tell_conversation(&self, status: &Value) {
        let told = held(&self.server).converse(status);
        if let Some(conversation) = told {
            self.tell("direct", "conversation", &conversation);
        }
    }

    fn tell(&self, stream: &'static str, event: &'static str, payload: &Value) {
        self.send(stream, event, payload.to_string());
    }

    fn send(&self, stream: &'static str, event: &'static str, payload: String) {
        let _ = self.frames.send(Frame::Event { stream, event, payload });
    }
}

impl Server {
    fn keep(&mut self, status: &Value) {
        self.statuses.insert(number(&status["id"]), status.clone());
    }

    fn mention(&mut self, status: &Value, at: Timestamp) -> Value {
        self.keep(status);
        self.notify("mention", &status["account"], Some(&status["id"]), at)
    }

    fn notify(&mut self, kind: &str, account: &Value, status: Option<&Value>, at: Timestamp) -> Value {
        let id = self.notifications.last_key_value().map_or(881_000, |(last, _)| last + 3);
        let mut notification = json!({
            "id": id.to_string(), "type": kind, "group_key": format!("ungrouped-{id}"), "created_at": at.to_string(),
            "account": account,
        });
        if let Some(status) = status {
            notification["status"] = json!({"id": status});
        }
        self.notifications.insert(id, notification);
        self.shown(id).unwrap_or_default()
    }

    /// A notification with its status as it is now; one whose status is gone is gone itself.
    fn shown(&self, id: u64) -> Option<Value> {
        let mut notification = self.notifications.get(&id)?.clone();
        if notification.get("status").is_some() {
            notification["status"] = self.statuses.get(&number(&notification["status"]["id"]))?.clone();
        }
        Some(notification)
    }

    fn edit(&mut self, id: &str, content: String, at: Timestamp) -> Option<Value> {
        let status = self.statuses.get_mut(&id.parse().ok()?)?;
        status["content"] = json!(content);
        status["edited_at"] = json!(at.to_string());
        Some(status.clone())
    }

    fn delete(&mut self, id: &str) {
        let id = id.parse().unwrap_or_default();
        self.statuses.remove(&id);
    }

    fn converse(&mut self, status: &Value) -> Option<Value> {
        if status["visibility"] != "direct" {
            return None;
        }
        let ours = status["account"]["id"] == MASTODON_ACCOUNT.0;
        let other = if ours { &status["mentions"][0]["id"] } else { &status["account"]["id"] };
        let id = self.conversations.len() + 1;
        let last = number(&status["id"]);
        let other = other.as_str()?.to_owned();
        let conversation = self.conversations.entry(other).or_insert(Conversation { id, last });
        conversation.last = last;
        let (id, last) = (conversation.id, conversation.last);
        Some(self.conversation(id, last))
    }

    fn written_by(&self, author: &str) -> Vec<(u64, Value)> {
        let theirs = self.statuses.iter().filter(|(_, status)| status["account"]["id"] == author);
        theirs.map(|(id, status)| (*id, status.clone())).collect()
    }

    fn conversation(&self, id: usize, last: u64) -> Value {
        let status = self.statuses.get(&last);
        let with = status.map(|status| {
            if status["account"]["id"] == MASTODON_ACCOUNT.0 { &status["mentions"][0] } else { &status["account"] }
        });
        json!({"id": id.to_string(), "unread": true, "accounts": with.into_iter().collect::<Vec<_>>(), "last_status": status})
    }

    /// What a status answers, up to the first, and what answers it.
    fn context(&self, id: u64) -> Option<Value> {
        let parent = |status: &Value| status["in_reply_to_id"].as_str().and_then(|id| id.parse::<u64>().ok());
        let mut ancestors = Vec::new();
        let mut above = parent(self.statuses.get(&id)?);
        while let Some(status) = above.and_then(|id| self.statuses.get(&id)) {
            ancestors.insert(0, status);
            above = parent(status);
        }
        let mut below = vec![id];
        let mut descendants = Vec::new();
        // Ids grow with time, so an answer always comes after what it answers.
        for (id, status) in self.statuses.range(id + 1..) {
            if parent(status).is_some_and(|parent| below.contains(&parent)) {
                below.push(*id);
                descendants.push(status);
            }
        }
        Some(json!({"ancestors": ancestors, "descendants": descendants}))
    }
}

fn number(id: &Value) -> u64 {
    id.as_str().and_then(|id| id.parse().ok()).unwrap_or_default()
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v1/instance", get(instance_v1))
        .route("/api/v2/instance", get(instance_v2))
        .route("/api/v1/accounts/verify_credentials", get(verify_credentials))
        .route("/api/v1/accounts/{id}/statuses", get(account_statuses))
        .route("/api/v1/notifications", get(notifications))
        .route("/api/v1/conversations", get(conversations))
        .route("/api/v1/timelines/home", get(home))
        .route("/api/v1/statuses", get(statuses))
        .route("/api/v1/statuses/{id}", get(status))
        .route("/api/v1/statuses/{id}/context", get(context))
        .route("/api/v1/streaming/health", get(async || "OK"))
        .route("/api/v1/streaming", get(websocket))
        .route("/api/v1/streaming/{*stream}", get(events))
        .fallback(async || failure(StatusCode::NOT_FOUND, "Record not found"))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&shared), gate))
        .with_state(shared)
}

type Here = State<Arc<Shared>>;

/// Counts, asks for the token where one is due, and tells the limits.
async fn gate(State(shared): Here, request: Request, next: Next) -> Response {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    let open = request.uri().path().ends_with("/instance") || request.uri().path().ends_with("/health");
    if !open && !authorised(request.headers(), request.uri().query()) {
        return failure(StatusCode::UNAUTHORIZED, "The access token is invalid");
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert("x-ratelimit-limit", header::HeaderValue::from_static("300"));
    headers.insert("x-ratelimit-remaining", header::HeaderValue::from_static("299"));
    headers.insert("x-ratelimit-reset", header::HeaderValue::from_static("2099-01-01T00:00:00.000000Z"));
    response
}

fn authorised(headers: &HeaderMap, query: Option<&str>) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    header("authorization").and_then(|value| value.strip_prefix("Bearer ")) == Some(MASTODON_TOKEN)
        || header("sec-websocket-protocol") == Some(MASTODON_TOKEN)
        || first(&parameters(query), "access_token") == Some(MASTODON_TOKEN)
}

fn failure(status: StatusCode, text: &str) -> Response {
    answer(status, &json!({"error": text}))
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

fn parameters(query: Option<&str>) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

fn first<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

async fn instance_v1(State(shared): Here) -> Response {
    let urls = json!({"streaming_api": format!("ws://{}", shared.host)});
    answer(
        StatusCode::OK,
        &json!({"uri": shared.host, "title": "Double", "version": "4.6.0", "urls": urls,
        "configuration": {"statuses": {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23}}}),
    )
}

async fn instance_v2(State(shared): Here) -> Response {
    answer(
        StatusCode::OK,
        &json!({
            "domain": shared.host, "title": "Double", "version": "4.6.0", "api_versions": {"mastodon": 10},
            "configuration": {
                "urls": {"streaming": format!("ws://{}", shared.host)},
                "statuses": {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23},
                "media_attachments": {"description_limit": 1500, "image_size_limit": 16_777_216, "video_size_limit": 103_809_024,
                                      "supported_mime_types": ["image/jpeg", "image/png"]},
            },
        }),
    )
}

async fn verify_credentials(State(shared): Here) -> Response {
    let (id, handle) = MASTODON_ACCOUNT;
    let home = &shared.host;
    answer(
        StatusCode::OK,
        &json!({"id": id, "username": handle, "acct": handle, "display_name": "Acme", "bot": false,
        "url": format!("https://{home}/@{handle}"), "uri": format!("https://{home}/users/{handle}"), "locked": false,
        "created_at": "2023-04-05T00:00:00.000Z", "followers_count": 4, "source": {"privacy": "public"}, "fields": []}),
    )
}

async fn notifications(State(shared): Here, RawQuery(query): RawQuery) -> Response {
    let parameters = parameters(query.as_deref());
    let named = |name: &str, kind: &str| parameters.iter().any(|(key, value)| key == name && value == kind);
    let all = !parameters.iter().any(|(key, _)| key == "types[]");
    let server = held(&shared.server);
    let wanted = server.notifications.iter().filter(|(_, notification)| {
        let kind = notification["type"].as_str().unwrap_or_default();
        (all || named("types[]", kind)) && !named("exclude_types[]", kind)
    });
    let shown = wanted.filter_map(|(id, _)| Some((*id, server.shown(*id)?))).collect();
    page(&shared.host, "/api/v1/notifications", &parameters, shown, 40, 80)
}

async fn conversations(State(shared): Here, RawQuery(query): RawQuery) -> Response {
    let server = held(&shared.server);
    // The cursors are ids of last statuses, which nobody is told: only the Link header has them.
    let all = server.conversations.values().map(|one| (one.last, server.conversation(one.id, one.last))).collect();
    page(&shared.host, "/api/v1/conversations", &parameters(query.as_deref()), all, 20, 40)
}

/// We follow nobody: what we wrote ourselves.
async fn home(State(shared): Here, RawQuery(query): RawQuery) -> Response {
    let all = held(&shared.server).written_by(MASTODON_ACCOUNT.0);
    page(&shared.host, "/api/v1/timelines/home", &parameters(query.as_deref()), all, 20, 40)
}

async fn account_statuses(State(shared): Here, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let all = held(&shared.server).written_by(&id);
    page(&shared.host, &format!("/api/v1/accounts/{id}/statuses"), &parameters(query.as_deref()), all, 20, 40)
}

/// One page, newest first: `min_id` begins right after it, `since_id` and `max_id` end at the newest.
fn page(
    host: &str,
    path: &str,
    parameters: &[(String, String)],
    mut all: Vec<(u64, Value)>,
    usual: usize,
    most: usize,
) -> Response {
    let bound = |name| first(parameters, name).and_then(|id| id.parse::<u64>().ok());
    let limit = first(parameters, "limit").and_then(|limit| limit.parse().ok()).unwrap_or(usual).clamp(1, most);
    all.sort_by_key(|(id, _)| *id);
    let above = bound("min_id").max(bound("since_id")).unwrap_or(0);
    let below = bound("max_id").unwrap_or(u64::MAX);
    all.retain(|(id, _)| (above + 1..below).contains(id));
    if bound("min_id").is_some() {
        all.truncate(limit);
    } else {
        all.drain(..all.len().saturating_sub(limit));
    }
    let (Some((oldest, _)), Some((newest, _))) = (all.first(), all.last()) else {
        return answer(StatusCode::OK, &json!([]));
    };
    let link = |bound: &str, id: &u64| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters.iter().filter(|(key, _)| !key.ends_with("_id") && key != "access_token"));
        query.append_pair(bound, &id.to_string());
        format!("<http://{host}{path}?{}>", query.finish())
    };
    let links = format!("{}; rel=\"next\", {}; rel=\"prev\"", link("max_id", oldest), link("min_id", newest));
    let body = Value::Array(all.into_iter().rev().map(|(_, value)| value).collect());
    let mut response = answer(StatusCode::OK, &body);
    if let Ok(links) = links.parse() {
        response.headers_mut().insert(header::LINK, links);
    }
    response
}

async fn statuses(State(shared): Here, RawQuery(query): RawQuery) -> Response {
    let server = held(&shared.server);
    let parameters = parameters(query.as_deref());
    let wanted = parameters.iter().filter(|(key, _)| key == "id[]").filter_map(|(_, id)| id.parse::<u64>().ok());
    answer(StatusCode::OK, &Value::Array(wanted.filter_map(|id| server.statuses.get(&id).cloned()).collect()))
}

async fn status(State(shared): Here, Path(id): Path<String>) -> Response {
    found(held(&shared.server).statuses.get(&id.parse().unwrap_or_default()).cloned())
}

async fn context(State(shared): Here, Path(id): Path<String>) -> Response {
    found(held(&shared.server).context(id.parse().unwrap_or_default()))
}

fn found(value: Option<Value>) -> Response {
    value.map_or_else(|| failure(StatusCode::NOT_FOUND, "Record not found"), |value| answer(StatusCode::OK, &value))
}

/// What one reader listens to.
struct Listener {
    shared: Arc<Shared>,
    frames: Receiver<Frame>,
    streams: Vec<String>,
    /// After how many breaks it began.
    breaks: usize,
}

impl Listener {
    fn new(shared: Arc<Shared>) -> Self {
        let readers = held(&shared.readers);
        let (frames, breaks) = (shared.frames.subscribe(), readers.breaks);
        drop(readers);
        Self { shared, frames, streams: Vec::new(), breaks }
    }

    fn add(&mut self, stream: &str) {
        self.remove(stream);
        self.streams.push(stream.to_owned());
        self.count(stream, |count| count + 1);
    }

    fn remove(&mut self, stream: &str) {
        if self.streams.iter().any(|one| one == stream) {
            self.streams.retain(|one| one != stream);
            self.count(stream, |count| count - 1);
        }
    }

    /// Only the stream `user` is counted: it alone tells of edits and deletions.
    fn count(&self, stream: &str, change: fn(usize) -> usize) {
        let mut readers = held(&self.shared.readers);
        if stream == "user" && readers.breaks == self.breaks {
            readers.count = change(readers.count);
        }
    }

    /// The next frame for this reader; `None` when the stream breaks.
    async fn next(&mut self) -> Option<(&'static str, &'static str, String)> {
        loop {
            match self.frames.recv().await {
                Ok(Frame::Event { stream, event, payload }) if self.streams.iter().any(|one| one == stream) => {
                    return Some((stream, event, payload));
                }
                Ok(Frame::Event { .. }) => {}
                Ok(Frame::Break) | Err(_) => return None,
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.remove("user");
    }
}

/// One socket for any number of streams.
async fn websocket(State(shared): Here, RawQuery(query): RawQuery, upgrade: WebSocketUpgrade) -> Response {
    let mut listener = Listener::new(shared);
    if let Some(stream) = first(&parameters(query.as_deref()), "stream") {
        listener.add(stream);
    }
    upgrade.protocols([MASTODON_TOKEN]).on_upgrade(move |socket| converse(socket, listener))
}

async fn converse(mut socket: WebSocket, mut listener: Listener) {
    loop {
        let sent = tokio::select! {
            frame = listener.next() => {
                let Some((stream, event, payload)) = frame else { break };
                let names: Vec<&str> = stream.split(':').collect();
                socket.send(Message::text(json!({"stream": names, "event": event, "payload": payload}).to_string())).await
            }
            asked = socket.recv() => match asked {
                Some(Ok(Message::Text(text))) => {
                    match subscribe(&mut listener, &text) {
                        Ok(()) => Ok(()),
                        Err(answer) => socket.send(Message::text(answer.to_string())).await,
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => Ok(()),
            },
        };
        if sent.is_err() {
            return;
        }
    }
    // What was queued has been sent; the other side learns of the break by the close frame.
    let _ = socket.send(Message::Close(None)).await;
}

fn subscribe(listener: &mut Listener, text: &str) -> Result<(), Value> {
    let asked: Value = serde_json::from_str(text).unwrap_or_default();
    let stream = asked["stream"].as_str().unwrap_or_default();
    if !["user", "user:notification", "direct"].contains(&stream) {
        return Err(json!({"error": "Unknown stream type", "status": 400}));
    }
    if asked["type"] == "subscribe" {
        listener.add(stream)
    } else {
        listener.remove(stream)
    }
    Ok(())
}

async fn events(State(shared): Here, Path(stream): Path<String>) -> Response {
    let stream = stream.replace('/', ":");
    if !["user", "user:notification", "direct"].contains(&stream.as_str()) {
        return failure(StatusCode::NOT_FOUND, "Not found");
    }
    let mut listener = Listener::new(shared);
    listener.add(&stream);
    let events = stream::unfold(listener, async |mut listener| {
        let (_, event, payload) = listener.next().await?;
        Some((Ok::<_, Infallible>(Event::default().event(event).data(payload)), listener))
    });
    Sse::new(events).keep_alive(KeepAlive::new().text("thump")).into_response()
}
