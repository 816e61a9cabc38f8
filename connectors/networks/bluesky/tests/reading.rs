//! What an account asks its service, and what it makes of the answers.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixtures;

use std::sync::Arc;
use std::time::Duration;

use careline::care::{Engine, QueueAsk, Tenant, TenantSetup};
use careline::context::Context;
use careline::model::{AccountId, EventBody, TenantId};
use careline::network::{Network, Page, PollAsk, Recheck, StreamAsk};
use careline::store::MemoryStore;
use careline::{Error, ErrorKind};
use careline_bluesky::{Account, AccountConfig, Session};
use careline_testkit::{Exchange, ManualClock, ScriptedTransport};
use futures_util::StreamExt;
use futures_util::future::join;
use serde_json::{Value, json};

use fixtures::*;

const CREATE: &str = "https://bsky.social/xrpc/com.atproto.server.createSession";
const REFRESH: &str = "https://pds.example/xrpc/com.atproto.server.refreshSession";
const NOTIFICATIONS: &str = "https://pds.example/xrpc/app.bsky.notification.listNotifications";

fn config() -> AccountConfig {
    AccountConfig::new("@acme.example", "planted-password")
}

/// The account with a session from an earlier start.
fn account() -> Account {
    let mut config = config();
    let mut session = Session::new(ACME, "access-1", "refresh-1");
    session.pds = Some(PDS.to_owned());
    config.session = Some(session);
    Account::new(config).unwrap()
}

fn scripted(exchanges: impl IntoIterator<Item = Exchange>) -> (ScriptedTransport, Context, Arc<ManualClock>) {
    let transport = ScriptedTransport::new(exchanges);
    let clock = Arc::new(ManualClock::new(at("2026-05-01T09:10:00Z")));
    (transport.clone(), Context::new(Arc::new(transport), clock.clone()), clock)
}

async fn poll(account: &Account, cx: &Context, source: &str, cursor: Option<String>) -> Result<Page, Error> {
    account.poll(cx, PollAsk::new(source, cursor)).await
}

fn ids(page: &Page) -> Vec<String> {
    let id = |body: &EventBody| match body {
        EventBody::Message(message) => Some(message.native_id.rsplit('/').next().unwrap_or_default().to_owned()),
        _ => None,
    };
    page.parsed.events.iter().filter_map(|event| id(&event.body)).collect()
}

/// A page of mentions with these numbers, each seen that many seconds after nine.
fn page(numbers: &[u32], cursor: Option<&str>) -> String {
    let item = |n: &u32| {
        let seen = format!("2026-05-01T09:{:02}:{:02}.000Z", n / 60, n % 60);
        with(notification("mention", &format!("3k{n}"), record("hm")), json!({"indexedAt": seen}))
    };
    let mut body = json!({"notifications": numbers.iter().map(item).collect::<Vec<_>>()});
    if let Some(cursor) = cursor {
        body["cursor"] = cursor.into();
    }
    body.to_string()
}

fn asked() -> Exchange {
    Exchange::get(NOTIFICATIONS).requires_header("authorization", "Bearer access-1")
}

fn logged_in(access: &str, refresh: &str) -> String {
    json!({"accessJwt": access, "refreshJwt": refresh, "handle": "acme.example", "did": ACME, "active": true,
        "didDoc": {
        "id": ACME, "service": [{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": PDS}]}})
    .to_string()
}

fn refused(exchange: Exchange, status: u16, error: &str) -> Exchange {
    exchange.json(json!({"error": error, "message": "made up"}).to_string()).status(status)
}

#[tokio::test]
async fn an_account_logs_in_once_and_asks_its_own_server_from_then_on() {
    let (transport, cx, _) = scripted([
        Exchange::post(CREATE).json(logged_in("access-1", "refresh-1")),
        asked().json(page(&[1], None)),
        asked().json(page(&[1], None)),
    ]);
    let account = Account::new(config()).unwrap();
    assert_eq!((account.info().account.native_id.as_str(), account.info().handle.as_str()), ("", "acme.example"));
    let first = poll(&account, &cx, "notifications", None).await.unwrap();
    assert_eq!(ids(&first), ["3k1"]);
    assert_eq!(first.parsed.events[0].account, Some(brand()));
    poll(&account, &cx, "notifications", first.cursor).await.unwrap();
    let asked: Value = serde_json::from_slice(&transport.requests()[0].body).unwrap();
    assert_eq!(asked, json!({"identifier": "acme.example", "password": "planted-password"}));
    assert_eq!(
        (account.info().account, account.session().unwrap().pds.as_deref()),
        (brand(), Some("https://pds.example"))
    );
    assert!(!format!("{account:?}").contains("planted") && !format!("{account:?}").contains("access-1"));
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_once_for_all_who_wait() {
    let renewed =
        || Exchange::get(NOTIFICATIONS).requires_header("authorization", "Bearer access-2").json(page(&[1], None));
    let (transport, cx, _) = scripted([
        refused(asked(), 400, "ExpiredToken"),
        refused(asked(), 400, "ExpiredToken"),
        Exchange::post(REFRESH)
            .requires_header("authorization", "Bearer refresh-1")
            .json(logged_in("access-2", "refresh-2")),
        renewed(),
        renewed(),
    ]);
    let account = account();
    let slow = SlowTransport(Arc::new(transport.clone()));
    let cx = Context::new(Arc::new(slow), cx.clock.clone());
    let (one, other) =
        join(poll(&account, &cx, "notifications", None), poll(&account, &cx, "notifications", None)).await;
    assert_eq!((ids(&one.unwrap()), ids(&other.unwrap())), (vec!["3k1".to_owned()], vec!["3k1".to_owned()]));
    assert!(transport.requests()[2].body.is_empty(), "the token that renews stands in the header alone");
    transport.verify().unwrap();
}

/// Lets others go on before each answer, as a network does.
#[derive(Debug)]
struct SlowTransport(Arc<dyn careline::transport::Transport>);

#[async_trait::async_trait]
impl careline::transport::Transport for SlowTransport {
    async fn send(&self, request: http::Request<bytes::Bytes>) -> careline::Result<http::Response<bytes::Bytes>> {
        tokio::task::yield_now().await;
        self.0.send(request).await
    }

    async fn open(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> careline::Result<http::Response<careline::transport::ByteStream>> {
        self.0.open(request).await
    }

    async fn websocket(&self, request: http::Request<()>) -> careline::Result<Box<dyn careline::transport::WebSocket>> {
        self.0.websocket(request).await
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_renewed_is_begun_anew_and_a_refused_login_is_not_repeated_at_once() {
    let dead = || [refused(asked(), 400, "ExpiredToken"), refused(Exchange::post(REFRESH), 400, "ExpiredToken")];
    let (transport, cx, _) = scripted(dead().into_iter().chain([
        Exchange::post(CREATE).json(logged_in("access-2", "refresh-2")),
        Exchange::get(NOTIFICATIONS).requires_header("authorization", "Bearer access-2").json(page(&[1], None)),
    ]));
    assert_eq!(ids(&poll(&account(), &cx, "notifications", None).await.unwrap()), ["3k1"]);
    transport.verify().unwrap();
    for (status, error, kind) in [
        (401, "AuthenticationRequired", ErrorKind::Unauthenticated),
        (401, "AuthFactorTokenRequired", ErrorKind::Unauthenticated),
        (401, "AccountTakedown", ErrorKind::Blocked),
    ] {
        let (transport, cx, clock) = scripted([
            refused(Exchange::post(CREATE), status, error),
            Exchange::post(CREATE).json(logged_in("access-1", "refresh-1")),
            asked().json(page(&[1], None)),
        ]);
        let account = Account::new(config()).unwrap();
        for _ in 0..3 {
            let refused = poll(&account, &cx, "notifications", None).await.unwrap_err();
            assert_eq!(refused.kind(), kind, "{error}");
            assert!(refused.context().any(|(key, value)| key == "error" && value == error), "{refused}");
        }
        assert_eq!(transport.requests().len(), 1, "{error}");
        clock.advance(Duration::from_secs(600));
        assert_eq!(ids(&poll(&account, &cx, "notifications", None).await.unwrap()), ["3k1"]);
    }
    // A renewal that is refused because the account is gone is no reason to log in.
    let (_transport, cx, _) =
        scripted([refused(asked(), 400, "ExpiredToken"), refused(Exchange::post(REFRESH), 401, "AccountTakedown")]);
    assert_eq!(poll(&account(), &cx, "notifications", None).await.unwrap_err().kind(), ErrorKind::Blocked);
}

#[tokio::test]
async fn a_login_to_another_account_or_to_a_place_less_safe_is_refused() {
    let (_transport, cx, _) =
        scripted([Exchange::post(CREATE).json(logged_in("access-1", "refresh-1").replace(ACME, JO))]);
    let config = AccountConfig::new(ACME, "planted-password");
    let error = poll(&Account::new(config).unwrap(), &cx, "notifications", None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
    let downgraded = logged_in("access-1", "refresh-1").replace("https://pds.example", "http://pds.example");
    let (_transport, cx, _) = scripted([
        Exchange::post(CREATE).json(downgraded),
        Exchange::get("https://bsky.social/xrpc/app.bsky.notification.listNotifications").json(page(&[1], None)),
    ]);
    poll(&Account::new(self::config()).unwrap(), &cx, "notifications", None).await.unwrap();
}

#[tokio::test]
async fn notifications_are_read_back_to_what_is_known_with_one_page_of_overlap() {
    let (_transport, cx, _) = scripted([
        asked().without_query("cursor").json(page(&[3, 2, 1], Some("to 1"))),
        asked().query("cursor", "to 1").json(page(&[], None)),
        asked().without_query("cursor").json(page(&[7, 6, 5], Some("to 5"))),
        asked().query("cursor", "to 5").json(page(&[4, 3, 2], Some("to 2"))),
        // 6 was taken back, and the service was late to see 55.
        with_late(asked().without_query("cursor")),
        asked().without_query("cursor").json(page(&[7, 5], Some("to 4"))),
    ]);
    let account = account();
    let mut found = Vec::new();
    let mut cursor = None;
    for _ in 0..4 {
        let page = poll(&account, &cx, "notifications", cursor).await.unwrap();
        found.push((ids(&page), page.more));
        cursor = page.cursor;
    }
    let named = |ids: &[u32]| ids.iter().map(|n| format!("3k{n}")).collect::<Vec<_>>();
    assert_eq!(
        found,
        [(named(&[1, 2, 3]), true), (named(&[]), false), (named(&[5, 6, 7]), true), (named(&[4]), false)]
    );
    let late = poll(&account, &cx, "notifications", cursor).await.unwrap();
    assert_eq!((ids(&late), late.more), (named(&[55]), false));
    let quiet = poll(&account, &cx, "notifications", late.cursor.clone()).await.unwrap();
    assert!(quiet.parsed.events.is_empty() && quiet.raw.is_empty() && !quiet.more);
    assert_eq!(quiet.cursor, late.cursor);
}

/// A page in which a late post stands between known ones.
fn with_late(exchange: Exchange) -> Exchange {
    let late = with(notification("mention", "3k55", record("hm")), json!({"indexedAt": "2026-05-01T09:00:06.500Z"}));
    let mut body: Value = serde_json::from_str(&page(&[7, 5], Some("to 5"))).unwrap();
    body["notifications"].as_array_mut().unwrap().insert(1, late);
    exchange.json(body.to_string())
}

#[tokio::test]
async fn history_is_not_read_without_end() {
    let exchanges = (0..10u32).map(|n| asked().json(page(&[100 - n], Some(&format!("page {n}")))));
    let (_transport, cx, _) =
        scripted(exchanges.chain([asked().without_query("cursor").json(page(&[100], Some("page 0")))]));
    let account = account();
    let (mut cursor, mut pages) = (None, 0);
    loop {
        let page = poll(&account, &cx, "notifications", cursor).await.unwrap();
        (cursor, pages) = (page.cursor, pages + 1);
        if !page.more {
            break;
        }
    }
    assert_eq!(pages, 10);
    assert!(poll(&account, &cx, "notifications", cursor).await.unwrap().raw.is_empty());
}

#[tokio::test]
async fn the_log_goes_on_where_it_ended_and_begins_with_the_latest_of_each_thread() {
    let asked = || {
        Exchange::get("https://pds.example/xrpc/chat.bsky.convo.getLog")
            .requires_header("atproto-proxy", "did:web:api.bsky.chat#bsky_chat")
    };
    let logged = |rev: &str, id: &str| log("logCreateMessage", rev, direct(id, "hi"));
    let convos = json!({"convos": [
        {"id": "3kconvo", "rev": "3k1", "members": [jo(), acme()], "lastMessage": direct("3klast", "hello?"),
            "status": "request"},
        {"id": "3kempty", "rev": "3k1", "members": [jo(), acme()]}]});
    let (_transport, cx, _) = scripted([
        asked().without_query("cursor").json(json!({"logs": [], "cursor": "3k5"}).to_string()),
        Exchange::get("https://pds.example/xrpc/chat.bsky.convo.listConvos").json(convos.to_string()),
        asked()
            .query("cursor", "3k5")
            .json(json!({"logs": [logged("3k5", "3kold"), logged("3k6", "3knew")], "cursor": "3k6"}).to_string()),
        asked().query("cursor", "3k6").json(r#"{"logs":[]}"#),
    ]);
    let account = account();
    let mut found = Vec::new();
    let mut cursor = None;
    for _ in 0..4 {
        let page = poll(&account, &cx, "messages", cursor).await.unwrap();
        found.push((ids(&page).concat(), page.raw.is_empty(), page.more));
        cursor = page.cursor;
    }
    let expected = [("", true, true), ("3klast", false, true), ("3knew", false, true), ("", true, false)];
    assert_eq!(found, expected.map(|(ids, raw, more)| (ids.to_owned(), raw, more)));
}

#[tokio::test]
async fn direct_messages_can_be_turned_off_and_a_password_without_them_is_told() {
    let mut without = config();
    without.direct_messages = false;
    let without = Account::new(without).unwrap();
    assert_eq!(without.capability().poll_sources, ["notifications"]);
    let (_transport, cx, _) = scripted([]);
    assert_eq!(poll(&without, &cx, "messages", None).await.unwrap_err().kind(), ErrorKind::Unsupported);
    let answer = r#"{"error":"InvalidToken","message":"Bad token scope"}"#;
    let (_transport, cx, _) = scripted([Exchange::any().json(answer).status(400)]);
    assert_eq!(poll(&account(), &cx, "messages", None).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
}

#[tokio::test]
async fn one_thread_can_be_asked_for() {
    let thread = json!({"thread": {"post": post("3k2", record("hm")), "parent": {"post": post("3k1", record("hm"))},
        "replies": []}});
    let (_transport, cx, _) = scripted([
        Exchange::get("https://pds.example/xrpc/app.bsky.feed.getPostThread")
            .query("uri", &uri(JO, "3k2"))
            .json(thread.to_string()),
        refused(Exchange::any(), 400, "NotFound"),
    ]);
    let account = account();
    let source = format!("thread:{}", uri(JO, "3k2"));
    assert_eq!(ids(&poll(&account, &cx, &source, None).await.unwrap()), ["3k1", "3k2"]);
    assert_eq!(poll(&account, &cx, &source, None).await.unwrap_err().kind(), ErrorKind::NotFound);
    for source in ["thread:", "thread:7", "nonsense"] {
        assert_eq!(poll(&account, &cx, source, None).await.unwrap_err().kind(), ErrorKind::Unsupported, "{source}");
    }
}

#[tokio::test]
async fn nonsense_moves_no_cursor_and_deletes_nothing() {
    for body in ["<html>down for maintenance</html>", "{}", r#"{"notifications":[{"uri"#] {
        let (_transport, cx, _) = scripted([asked().json(body)]);
        assert_eq!(
            poll(&account(), &cx, "notifications", None).await.unwrap_err().kind(),
            ErrorKind::Unavailable,
            "{body}"
        );
    }
    let ask = |ids: &[String]| Recheck::new(ids.iter().map(|id| id.as_str().into()).collect());
    for body in ["{}", r#"{"posts":null}"#, r#"{"posts":[{"cid":"bafyreimadeup"}]}"#] {
        let (_transport, cx, _) = scripted([Exchange::any().json(body)]);
        let error = account().recheck(&cx, ask(&[uri(JO, "3k1")])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{body}");
    }
    let (_transport, cx, _) = scripted([]);
    assert_eq!(
        poll(&account(), &cx, "notifications", Some("17".to_owned())).await.unwrap_err().kind(),
        ErrorKind::InputInvalid
    );
    assert_eq!(account().recheck(&cx, ask(&vec![uri(JO, "3k1"); 26])).await.unwrap_err().kind(), ErrorKind::TooLarge);
    // The id of a direct message is no address, and one such would spoil the whole question.
    assert!(account().recheck(&cx, ask(&["3km".to_owned()])).await.unwrap().parsed.events.is_empty());
}

#[tokio::test]
async fn check_tells_who_we_are() {
    let who = || Exchange::get("https://pds.example/xrpc/com.atproto.server.getSession");
    let (_transport, cx, _) = scripted([
        Exchange::post(CREATE).json(logged_in("access-1", "refresh-1")),
        who().json(json!({"did": ACME}).to_string()),
    ]);
    let info = Account::new(config()).unwrap().check(&cx).await.unwrap();
    assert_eq!((info.account, info.scope.as_str(), info.handle.as_str()), (brand(), "bluesky", "acme.example"));
}

#[test]
fn what_cannot_be_an_account_is_refused() {
    let change: [fn(&mut AccountConfig); 6] = [
        |config| config.identifier = "acme".to_owned(),
        |config| config.service = "bsky.social".to_owned(),
        |config| config.pds = Some("ftp://pds.example".to_owned()),
        |config| config.jetstream = "https://jetstream.example".to_owned(),
        |config| {
            config.identifier = JO.to_owned();
            config.session = Some(Session::new(ACME, "a", "b"));
        },
        |config| config.session = Some(Session::new("acme", "a", "b")),
    ];
    for change in change {
        let mut config = config();
        change(&mut config);
        assert_eq!(Account::new(config).unwrap_err().kind(), ErrorKind::ConfigInvalid);
    }
    let mut quiet = config();
    quiet.jetstream = String::new();
    assert!(Account::new(quiet).unwrap().capability().stream_sources.is_empty());
}

#[tokio::test]
async fn the_stream_lets_through_what_concerns_us() {
    let text = "hi @acme.example";
    let naming = with(record(text), json!({"facets": [facet(text, "@acme.example", mention(ACME))]}));
    let frames = [
        commit("create", "3knobody", record("something else")),
        commit("create", "3knames", naming),
        commit("create", "3kanswers", answer("hm", &uri(JO, "3kr"), &uri(ACME, "3kp"))),
        commit("create", "3kwords", record("My ACME Kettle leaks")),
        with(commit("create", "3kours", record("We are on it")), json!({"did": ACME})),
        commit("delete", "3knobody", Value::Null),
        json!({"$type": "error", "error": "ConsumerTooSlow"}),
    ];
    let frames = frames.map(|frame| frame.to_string());
    let mut config = config();
    config.session = Some(Session::new(ACME, "a", "b"));
    config.keywords = vec!["acme kettle".to_owned()];
    let (_transport, cx, _) = scripted([Exchange::websocket("/subscribe").chunks(frames)]);
    let mut stream = Account::new(config).unwrap().stream(&cx, StreamAsk::new("posts")).await.unwrap();
    let mut found = Vec::new();
    let end = loop {
        match stream.next().await.unwrap() {
            Ok(page) => found.extend(ids(&page)),
            Err(error) => break error,
        }
    };
    assert_eq!(found, ["3knames", "3kanswers", "3kwords", "3kours"]);
    assert_eq!(end.kind(), ErrorKind::Unavailable);
}

/// An engine that reads the account as `acme`.
fn tenant(transport: &ScriptedTransport, clock: Arc<ManualClock>, store: Arc<MemoryStore>) -> Tenant {
    let policy =
        careline_testkit::acme(&format!("[[accounts]]\nid = 'acme'\nnetwork = 'bluesky'\nnative_id = '{ACME}'"));
    let setup = TenantSetup::new(policy).network("acme", Arc::new(account()));
    let builder = Engine::builder(store).transport(Arc::new(transport.clone())).clock(clock);
    builder.tenant(TenantId::single(), setup).build().unwrap().tenant(TenantId::single()).unwrap()
}

#[tokio::test]
async fn each_notification_becomes_one_case_once() {
    let complaint = |did: &str, rkey: &str| {
        let text = "@acme.example my kettle is broken, what can I do?";
        let record = with(record(text), json!({"facets": [facet(text, "@acme.example", mention(ACME))]}));
        with(
            notification("mention", rkey, record),
            json!({"uri": uri(did, rkey), "author": person(did, "someone.example")}),
        )
    };
    let three = ["did:plc:madeupann", "did:plc:madeupbob", "did:plc:madeupcy"];
    let page = |range: std::ops::Range<usize>| {
        let items: Vec<_> = range.rev().map(|n| complaint(three[n], "3k1")).collect();
        json!({ "notifications": items }).to_string()
    };
    let empty_log =
        || Exchange::get("https://pds.example/xrpc/chat.bsky.convo.getLog").json(r#"{"logs":[],"cursor":"3k1"}"#);
    let no_threads = Exchange::get("https://pds.example/xrpc/chat.bsky.convo.listConvos").json(r#"{"convos":[]}"#);
    let answered = with(
        notification(
            "reply",
            "3kanswer",
            answer("Have you tried another socket?", &uri(three[0], "3k1"), &uri(three[0], "3k1")),
        ),
        json!({"uri": uri(ACME, "3kanswer"), "author": acme()}),
    );
    let with_answer = {
        let mut body: Value = serde_json::from_str(&page(0..3)).unwrap();
        body["notifications"].as_array_mut().unwrap().insert(0, answered);
        body.to_string()
    };
    let (transport, _, clock) = scripted([
        asked().json(page(0..2)),
        empty_log(),
        no_threads,
        empty_log(),
        asked().json(page(0..3)),
        empty_log(),
        asked().json(page(0..3)),
        empty_log(),
        asked().json(with_answer),
        empty_log(),
    ]);
    let (store, acme) = (Arc::new(MemoryStore::default()), AccountId::from("acme"));
    let open = async |tenant: &Tenant| tenant.queue(&QueueAsk::default()).await.unwrap().items.len();
    let tenant = tenant(&transport, clock, store);
    assert_eq!(tenant.poll(&acme).await.unwrap().added, 2);
    assert_eq!(open(&tenant).await, 2);
    assert_eq!(tenant.poll(&acme).await.unwrap().added, 1, "what was read is not read again");
    assert_eq!(open(&tenant).await, 3);
    assert_eq!(tenant.poll(&acme).await.unwrap().added, 0);
    assert_eq!((open(&tenant).await, tenant.quarantine(9).await.unwrap().items.len()), (3, 0));
    // Our own answer, written in Bluesky's app, is ours and no customer's.
    assert_eq!(tenant.poll(&acme).await.unwrap().added, 1);
    let cases = tenant.all_cases(9).await.unwrap().items;
    assert_eq!((cases.len(), cases.iter().filter(|case| case.first_response_at.is_some()).count()), (3, 1));
}
