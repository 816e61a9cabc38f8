//! A double of the service of direct messages, `chat.bsky.convo.*`, which is not to be had to run: it follows the fact
//! sheet (§3) and refuses whatever stands nowhere in it. It shows that we ask as the fact sheet says, not that the real
//! service answers so.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use bytes::Bytes;
use careline::model::Timestamp;
use careline::transport::{ByteStream, Repeatable, Transport, WebSocket};
use careline::{Error, ErrorKind, Result};
use http::{Method, Request, Response};
use serde_json::{Map, Value, json};

/// Where the account is at home; it hands on what carries the header.
const PDS: &str = "pds.example";
const PROXY: &str = "did:web:api.bsky.chat#bsky_chat";
/// How many messages a page holds at most, whatever is asked for.
const PAGE: usize = 100;

/// The direct messages of one account.
#[derive(Debug)]
pub(crate) struct ConvoDouble {
    us: String,
    token: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    convos: BTreeMap<String, Convo>,
    log: Vec<Value>,
    /// People who take nothing from us, with the error that says why.
    closed: BTreeMap<String, &'static str>,
    /// Whether the next message that is sent is kept, and its answer lost.
    lose_answer: bool,
    calls: Vec<String>,
    clock: i64,
}

#[derive(Debug)]
struct Convo {
    with: String,
    messages: Vec<Value>,
    locked: bool,
}

/// The name of an error, as the body tells it.
type Refusal = &'static str;

impl ConvoDouble {
    /// The direct messages of `us`, who comes with this token; what is written first is sent at `since`.
    pub(crate) fn new(us: &str, token: &str, since: Timestamp) -> Self {
        let state = State { clock: since.as_millis(), ..State::default() };
        Self { us: us.to_owned(), token: format!("Bearer {token}"), state: Mutex::new(state) }
    }

    /// Somebody writes to us; the ids of thread and message.
    pub(crate) fn receives(&self, from: &str, text: &str) -> (String, String) {
        let mut state = self.state();
        let convo = state.begun_with(from);
        let message = state.keep(&convo, from, json!({"text": text}));
        (convo, message["id"].as_str().unwrap().to_owned())
    }

    /// Somebody takes nothing from us from now on.
    pub(crate) fn close(&self, person: &str, error: &'static str) {
        self.state().closed.insert(person.to_owned(), error);
    }

    /// A thread takes no more messages.
    pub(crate) fn lock(&self, convo: &str) {
        self.state().convos.get_mut(convo).unwrap().locked = true;
    }

    /// The next message is kept, and nobody is told.
    pub(crate) fn lose_the_next_answer(&self) {
        self.state().lose_answer = true;
    }

    /// The messages of the thread with somebody, as they stand.
    pub(crate) fn messages_with(&self, person: &str) -> Vec<Value> {
        let state = self.state();
        let convo = state.convos.values().find(|convo| convo.with == person);
        convo.map(|convo| convo.messages.clone()).unwrap_or_default()
    }

    /// What was called since the last time, by name.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.state().calls)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn answer(&self, request: &Request<Bytes>) -> Result<Result<Value, Refusal>> {
        let nsid = request.uri().path().strip_prefix("/xrpc/").unwrap_or_default().to_owned();
        let mut state = self.state();
        state.calls.push(nsid.rsplit('.').next().unwrap_or_default().to_owned());
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        if request.uri().host() != Some(PDS) || header("atproto-proxy") != Some(PROXY) {
            return Ok(Err("XRPCNotSupported"));
        }
        if header("authorization") != Some(&self.token) {
            return Ok(Err("InvalidToken"));
        }
        let is_order = nsid == "chat.bsky.convo.sendMessage";
        let as_told = match is_order {
            true => request.method() == Method::POST && header("content-type") == Some("application/json"),
            false => request.method() == Method::GET && request.body().is_empty(),
        };
        // Nothing keeps the service from taking a message twice.
        if !as_told || (is_order && request.extensions().get::<Repeatable>().is_some()) {
            return Ok(Err("InvalidRequest"));
        }
        let query = query(request.uri().query().unwrap_or_default());
        let answered = match nsid.as_str() {
            "chat.bsky.convo.getConvoForMembers" => state.for_member(&query, &self.us),
            "chat.bsky.convo.getConvoAvailability" => state.availability(&query, &self.us),
            "chat.bsky.convo.getMessages" => state.page(&query),
            "chat.bsky.convo.getLog" => state.logged(&query),
            "chat.bsky.convo.listConvos" => allowed(&query, &["limit", "cursor"]).map(|()| state.listed(&self.us)),
            "chat.bsky.convo.sendMessage" => state.send(&self.us, request.body()),
            _ => Err("MethodNotImplemented"),
        };
        if is_order && answered.is_ok() && std::mem::take(&mut state.lose_answer) {
            return Err(Error::new(ErrorKind::Timeout, "no answer in time"));
        }
        Ok(answered)
    }
}

#[async_trait]
impl Transport for ConvoDouble {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let (status, body) = match self.answer(&request)? {
            Ok(body) => (200, body),
            Err(name) => {
                (if name == "XRPCNotSupported" { 404 } else { 400 }, json!({"error": name, "message": "made up"}))
            }
        };
        Ok(Response::builder().status(status).body(body.to_string().into()).unwrap())
    }

    async fn open(&self, _: Request<Bytes>) -> Result<Response<ByteStream>> {
        Err(Error::new(ErrorKind::Unsupported, "there are no streams here"))
    }

    async fn websocket(&self, _: Request<()>) -> Result<Box<dyn WebSocket>> {
        Err(Error::new(ErrorKind::Unsupported, "there are no streams here"))
    }
}

impl State {
    /// Finds the thread with somebody, or begins it.
    fn for_member(&mut self, query: &[(String, String)], us: &str) -> Result<Value, Refusal> {
        let person = member(query, us)?;
        match self.closed.get(&person) {
            Some(error) => Err(error),
            None => {
                let id = self.begun_with(&person);
                Ok(json!({"convo": self.shown(&id, us)}))
            }
        }
    }

    /// The same without beginning one.
    fn availability(&self, query: &[(String, String)], us: &str) -> Result<Value, Refusal> {
        let person = member(query, us)?;
        let mut answer = json!({"canChat": !self.closed.contains_key(&person)});
        if let Some((id, _)) = self.convos.iter().find(|(_, convo)| convo.with == person) {
            answer["convo"] = self.shown(id, us);
        }
        Ok(answer)
    }

    /// A page of a thread, newest first.
    fn page(&self, query: &[(String, String)]) -> Result<Value, Refusal> {
        allowed(query, &["convoId", "limit", "cursor"])?;
        let messages = &self.convos.get(one(query, "convoId").unwrap_or_default()).ok_or("InvalidConvo")?.messages;
        let limit = one(query, "limit").map_or(Ok(50), str::parse).map_err(|_| "InvalidRequest")?;
        let end = one(query, "cursor").map_or(Ok(messages.len()), str::parse).map_err(|_| "InvalidRequest")?;
        if !(1..=PAGE).contains(&limit) || end > messages.len() {
            return Err("InvalidRequest");
        }
        let start = end.saturating_sub(limit);
        let mut page = json!({"messages": messages[start..end].iter().rev().collect::<Vec<_>>()});
        if start > 0 {
            page["cursor"] = start.to_string().into();
        }
        Ok(page)
    }

    fn logged(&self, query: &[(String, String)]) -> Result<Value, Refusal> {
        allowed(query, &["cursor"])?;
        let since = one(query, "cursor").unwrap_or_default();
        let logs: Vec<_> = self.log.iter().filter(|entry| entry["rev"].as_str() > Some(since)).collect();
        let cursor = logs.last().map_or(since, |entry| entry["rev"].as_str().unwrap());
        Ok(json!({"logs": logs, "cursor": cursor}))
    }

    fn listed(&self, us: &str) -> Value {
        json!({"convos": self.convos.keys().map(|id| self.shown(id, us)).collect::<Vec<_>>()})
    }

    fn send(&mut self, us: &str, body: &[u8]) -> Result<Value, Refusal> {
        let body: Value = serde_json::from_slice(body).map_err(|_| "InvalidRequest")?;
        let fields = object(&body, &["convoId", "message"])?;
        let convo = fields.get("convoId").and_then(Value::as_str).ok_or("InvalidRequest")?;
        let message = fields.get("message").ok_or("InvalidRequest")?;
        let input = object(message, &["text", "facets", "embed", "replyTo"])?;
        let text = input.get("text").and_then(Value::as_str).ok_or("InvalidRequest")?;
        if text.is_empty() || text.len() > 10_000 {
            return Err("InvalidRequest");
        }
        input.get("facets").map_or(Ok(()), |facets| sound(facets, text))?;
        let stands = self.convos.get(convo).ok_or("InvalidConvo")?;
        if stands.locked {
            return Err("ConvoLocked");
        }
        let mut more = Map::from_iter(input.clone());
        if let Some(parent) = more.remove("replyTo") {
            let id = object(&parent, &["messageId"])?.get("messageId").ok_or("InvalidRequest")?;
            let parent = stands.messages.iter().find(|message| message["id"] == *id).ok_or("ReplyTargetNotFound")?;
            more.insert("replyTo".to_owned(), parent.clone());
        }
        let convo = convo.to_owned();
        Ok(self.keep(&convo, us, more.into()))
    }

    fn begun_with(&mut self, person: &str) -> String {
        if let Some((id, _)) = self.convos.iter().find(|(_, convo)| convo.with == person) {
            return id.clone();
        }
        let id = format!("3kconvo{}", self.convos.len());
        self.convos.insert(id.clone(), Convo { with: person.to_owned(), messages: Vec::new(), locked: false });
        id
    }

    /// Keeps a message, a second after the one before.
    fn keep(&mut self, convo: &str, sender: &str, mut message: Value) -> Value {
        self.clock += 1000;
        let rev = format!("3krev{:08}", self.log.len() + 1);
        let sent_at = Timestamp::from_millis(self.clock).unwrap().to_string();
        let facts = json!({"$type": "chat.bsky.convo.defs#messageView", "id": format!("3km{:08}", self.log.len()),
            "rev": rev, "sender": {"did": sender}, "sentAt": sent_at});
        message.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
        self.convos.get_mut(convo).unwrap().messages.push(message.clone());
        self.log.push(json!({"$type": "chat.bsky.convo.defs#logCreateMessage", "rev": rev, "convoId": convo,
            "message": message}));
        message
    }

    fn shown(&self, id: &str, us: &str) -> Value {
        let convo = &self.convos[id];
        let mut shown =
            json!({"id": id, "rev": "3krev00000000", "muted": false, "status": "accepted", "unreadCount": 0});
        shown["members"] = json!([{"did": convo.with, "handle": "they.example"}, {"did": us}]);
        if let Some(last) = convo.messages.last() {
            shown["lastMessage"] = last.clone();
        }
        shown
    }
}

/// The one person whom a call names besides us.
fn member(query: &[(String, String)], us: &str) -> Result<String, Refusal> {
    allowed(query, &["members"])?;
    match query {
        [(_, did)] if did.starts_with("did:") && did != us => Ok(did.clone()),
        _ => Err("InvalidRequest"),
    }
}

/// Whether facets mark whole characters, in order and apart, each with one feature that has what it needs (§4).
fn sound(facets: &Value, text: &str) -> Result<(), Refusal> {
    let mut end = 0;
    for facet in facets.as_array().filter(|facets| !facets.is_empty()).ok_or("InvalidRequest")? {
        let fields = object(facet, &["index", "features"])?;
        let index = object(&fields["index"], &["byteStart", "byteEnd"])?;
        let at = |key: &str| index.get(key).and_then(Value::as_u64).map(|at| at as usize).ok_or("InvalidRequest");
        let (start, stop) = (at("byteStart")?, at("byteEnd")?);
        if start < end || start >= stop || text.get(start..stop).is_none() {
            return Err("InvalidRequest");
        }
        end = stop;
        let Some([feature]) = fields["features"].as_array().map(Vec::as_slice) else { return Err("InvalidRequest") };
        let needed = match feature["$type"].as_str() {
            Some("app.bsky.richtext.facet#mention") => "did",
            Some("app.bsky.richtext.facet#link") => "uri",
            Some("app.bsky.richtext.facet#tag") => "tag",
            _ => return Err("InvalidRequest"),
        };
        object(feature, &["$type", needed])?.get(needed).and_then(Value::as_str).ok_or("InvalidRequest")?;
    }
    Ok(())
}

fn object<'v>(value: &'v Value, known: &[&str]) -> Result<&'v Map<String, Value>, Refusal> {
    let fields = value.as_object().ok_or("InvalidRequest")?;
    if fields.keys().all(|key| known.contains(&key.as_str())) { Ok(fields) } else { Err("InvalidRequest") }
}

fn allowed(query: &[(String, String)], known: &[&str]) -> Result<(), Refusal> {
    if query.iter().all(|(key, _)| known.contains(&key.as_str())) { Ok(()) } else { Err("InvalidRequest") }
}

fn one<'q>(query: &'q [(String, String)], name: &str) -> Option<&'q str> {
    query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn query(text: &str) -> Vec<(String, String)> {
    let url = url::Url::parse(&format!("http://none/?{text}")).unwrap();
    url.query_pairs().into_owned().collect()
}
