//! What an account asks its server, and what it makes of the answers.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixtures;

use std::sync::Arc;
use std::time::Duration;

use careline::context::Context;
use careline::engage::text::TextPolicy;
use careline::model::{EventBody, NativeAccount};
use careline::network::{Network, Page, PollAsk, StreamAsk};
use careline::{Error, ErrorKind};
use careline_mastodon::{Account, AccountConfig, NETWORK};
use careline_testkit::{Exchange, Fault, ManualClock, ScriptedTransport};
use futures_util::StreamExt;
use serde_json::{Value, json};

use fixtures::*;

const TOKEN: &str = "planted-token";

fn account() -> Account {
    Account::new(AccountConfig::new("https://inst.example/", TOKEN).account_id("55").handle("@acme")).unwrap()
}

fn scripted(exchanges: impl IntoIterator<Item = Exchange>) -> (ScriptedTransport, Context) {
    let transport = ScriptedTransport::new(exchanges);
    let clock = Arc::new(ManualClock::new(at("2026-05-01T09:00:00Z")));
    (transport.clone(), Context::new(Arc::new(transport), clock))
}

async fn poll(cx: &Context, source: &str, cursor: Option<String>) -> Result<Page, Error> {
    account().poll(cx, PollAsk::new(source, cursor)).await
}

fn ids(page: &Page) -> Vec<String> {
    let id = |body: &EventBody| match body {
        EventBody::Message(message) => Some(message.native_id.to_string()),
        _ => None,
    };
    page.parsed.events.iter().filter_map(|event| id(&event.body)).collect()
}

fn list(items: &[Value]) -> String {
    Value::from(items).to_string()
}

fn mention(id: &str, status_id: &str) -> Value {
    notification(id, "mention", &status(status_id, "<p>x</p>"))
}

#[tokio::test]
async fn notifications_are_caught_up_oldest_first() {
    let (_script, cx) = scripted([
        Exchange::get("https://inst.example/api/v1/notifications?limit=80&include_filtered=true")
            .query("exclude_types[]", "follow")
            .without_query("min_id")
            .requires_header("authorization", "Bearer planted-token")
            .json(list(&[mention("9", "109"), mention("8", "108")]))
            .header("link", "<https://inst.example/api/v1/notifications?min_id=9>; rel=\"prev\""),
        Exchange::get("/api/v1/notifications?min_id=9")
            .json(list(&[mention("11", "111"), mention("10", "110")]))
            .header(
                "link",
                "<https://inst.example/api/v1/notifications?max_id=10>; rel=\"next\", \
                <https://inst.example/api/v1/notifications?min_id=11>; rel=\"prev\"",
            ),
        Exchange::get("/api/v1/notifications?min_id=11").json("[]"),
    ]);
    let first = poll(&cx, "notifications", None).await.unwrap();
    assert_eq!((ids(&first), first.more), (vec!["108".to_owned(), "109".to_owned()], false));
    let second = poll(&cx, "notifications", first.cursor).await.unwrap();
    assert_eq!((ids(&second), second.more), (vec!["110".to_owned(), "111".to_owned()], true));
    let third = poll(&cx, "notifications", second.cursor.clone()).await.unwrap();
    assert!(third.parsed.events.is_empty() && third.raw.is_empty() && !third.more);
    assert_eq!(third.cursor, second.cursor);
}

#[tokio::test]
async fn a_server_without_links_that_ignores_the_cursor_gives_nothing_twice() {
    let page = |ids: &[&str]| list(&ids.iter().map(|id| mention(id, id)).collect::<Vec<_>>());
    let (_script, cx) = scripted([
        Exchange::get("/api/v1/notifications").json(page(&["2", "1"])),
        Exchange::get("/api/v1/notifications?min_id=2").json(page(&["3", "2", "1"])),
        Exchange::get("/api/v1/notifications?min_id=3").json(page(&["3", "2", "1"])),
    ]);
    let first = poll(&cx, "notifications", None).await.unwrap();
    let second = poll(&cx, "notifications", first.cursor).await.unwrap();
    assert_eq!((ids(&second), second.more), (vec!["3".to_owned()], false));
    let third = poll(&cx, "notifications", second.cursor.clone()).await.unwrap();
    assert!(third.raw.is_empty() && third.parsed.events.is_empty());
    assert_eq!(third.cursor, second.cursor);
}

#[tokio::test]
async fn history_is_read_once_and_not_without_end() {
    let page = |n: u32| {
        Exchange::get("/api/v1/timelines/home?limit=40")
            .json(list(&[status(&format!("{}", 900 - n), "<p>x</p>")]))
            .header(
                "link",
                &format!(
                    "</api/v1/timelines/home?max_id={}>; rel=\"next\", \
                </api/v1/timelines/home?min_id={}>; rel=\"prev\"",
                    900 - n,
                    900 - n
                ),
            )
    };
    let exchanges = (0..10).map(page).chain([Exchange::get("/api/v1/timelines/home?min_id=900").json("[]")]);
    let (_script, cx) = scripted(exchanges);
    let (mut cursor, mut pages) = (None, 0);
    loop {
        let page = poll(&cx, "home", cursor).await.unwrap();
        (cursor, pages) = (page.cursor, pages + 1);
        if !page.more {
            break;
        }
    }
    assert_eq!(pages, 10);
    assert!(!poll(&cx, "home", cursor).await.unwrap().more);
}

#[tokio::test]
async fn a_changed_private_thread_is_read_in_full() {
    let last = with(direct("103", "third"), json!({"in_reply_to_id": "102", "in_reply_to_account_id": "55"}));
    let gone = with(direct("203", "gone"), json!({"in_reply_to_id": "202"}));
    let ours = with(direct("102", "second"), json!({"account": acme(), "in_reply_to_id": "101"}));
    let alone = direct("301", "alone");
    let (_script, cx) = scripted([
        Exchange::get("/api/v1/conversations")
            .json(list(&[conversation("1", &last), conversation("2", &gone), conversation("3", &alone)]))
            .header("link", "<https://inst.example/api/v1/conversations?min_id=103>; rel=\"prev\""),
        Exchange::get("/api/v1/statuses/203/context").json(r#"{"error":"Record not found"}"#).status(404),
        Exchange::get("/api/v1/statuses/103/context")
            .json(json!({"ancestors": [direct("101", "first"), ours], "descendants": []}).to_string()),
        Exchange::get("/api/v1/conversations?min_id=103").json("[]"),
    ]);
    let listed = poll(&cx, "conversations", None).await.unwrap();
    assert_eq!((ids(&listed), listed.more), (vec!["301".to_owned(), "203".into(), "103".into()], true));
    let absent = poll(&cx, "conversations", listed.cursor).await.unwrap();
    assert!(absent.parsed.events.is_empty() && absent.more);
    let context = poll(&cx, "conversations", absent.cursor).await.unwrap();
    assert_eq!((ids(&context), context.more), (vec!["101".to_owned(), "102".into()], false));
    let quiet = poll(&cx, "conversations", context.cursor.clone()).await.unwrap();
    assert_eq!((quiet.cursor, quiet.raw.len()), (context.cursor, 0));
}

#[tokio::test]
async fn the_context_of_one_status_can_be_asked_for() {
    let (_script, cx) = scripted([Exchange::get("/api/v1/statuses/a%2Fb%3F/context").json(
        json!({"ancestors": [status("1", "<p>root</p>")], "descendants": [status("3", "<p>leaf</p>")]}).to_string(),
    )]);
    assert_eq!(ids(&poll(&cx, "context:a/b?", None).await.unwrap()), ["1", "3"]);
    for source in ["context:", "context", "nonsense"] {
        assert_eq!(poll(&cx, source, None).await.unwrap_err().kind(), ErrorKind::Unsupported, "{source}");
    }
}

#[tokio::test]
async fn nonsense_moves_no_cursor() {
    for (body, cursor) in [("<html>down for maintenance</html>", None), ("{}", None), ("[", Some(r#"{"min_id":"1"}"#))]
    {
        let (_script, cx) = scripted([Exchange::get("/api/v1/notifications").json(body)]);
        let error = poll(&cx, "notifications", cursor.map(str::to_owned)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{body}");
    }
    let (_script, cx) = scripted([]);
    let error = poll(&cx, "notifications", Some("17".to_owned())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InputInvalid);
}

fn credentials() -> Exchange {
    Exchange::get("/api/v1/accounts/verify_credentials").json(acme().to_string())
}

#[tokio::test]
async fn check_learns_who_we_are_and_the_limits() {
    let instance = json!({"domain": "inst.example", "version": "4.5.0", "configuration": {
        "urls": {"streaming": "ws://stream.inst.example"}, "statuses": {"max_characters": 5000}}});
    let (_script, cx) = scripted([
        credentials(),
        Exchange::get("/api/v2/instance").json(instance.to_string()),
        Exchange::websocket("wss://stream.inst.example/api/v1/streaming?stream=user").then_silence(),
    ]);
    let account = Account::new(AccountConfig::new("https://inst.example", TOKEN)).unwrap();
    assert_eq!(account.poll(&cx, PollAsk::new("home", None)).await.unwrap_err().kind(), ErrorKind::ConfigInvalid);
    let info = account.check(&cx).await.unwrap();
    assert_eq!(info.account, NativeAccount::new(NETWORK, "inst.example/55"));
    assert_eq!((info.scope.as_str(), info.handle.as_str()), ("inst.example", "acme@inst.example"));
    let capability = account.capability();
    assert_eq!(capability.reply_text, Some(TextPolicy::mastodon(5000, 23)));
    // Never less safe than the API itself.
    drop(account.stream(&cx, StreamAsk::new("user")).await.unwrap());
}

#[tokio::test]
async fn older_and_other_servers_are_asked_otherwise() {
    let old = json!({"version": "0.19.2+gotosocial", "max_toot_chars": 5000, "urls": {"streaming_api": "wss://inst.example"}});
    let (_script, cx) = scripted([
        credentials(),
        Exchange::get("/api/v2/instance").json(r#"{"error":"Not found"}"#).status(404),
        Exchange::get("/api/v1/instance").json(old.to_string()),
        Exchange::websocket("wss://inst.example/api/v1/streaming?stream=direct&access_token=planted-token")
            .then_silence(),
    ]);
    let account = account();
    account.check(&cx).await.unwrap();
    let capability = account.capability();
    assert_eq!(capability.reply_text, Some(TextPolicy::gotosocial(5000)));
    drop(account.stream(&cx, StreamAsk::new("direct")).await.unwrap());
}

#[tokio::test]
async fn a_token_of_another_account_is_refused() {
    let other = Exchange::get("/api/v1/accounts/verify_credentials").json(jo().to_string());
    let (_script, cx) = scripted([other]);
    let error = account().check(&cx).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
    let (_script, cx) = scripted([Exchange::any().json(r#"{"error":"The access token is invalid"}"#).status(401)]);
    assert_eq!(account().check(&cx).await.unwrap_err().kind(), ErrorKind::Unauthenticated);
}

#[test]
fn what_cannot_be_an_account_is_refused() {
    for (base, token) in [("inst.example", "t"), ("ftp://inst.example", "t"), ("https://inst.example", "a\nb")] {
        assert_eq!(Account::new(AccountConfig::new(base, token)).unwrap_err().kind(), ErrorKind::ConfigInvalid);
    }
    let local = Account::new(AccountConfig::new("http://LOCALHOST:18001", "t").account_id("1")).unwrap();
    assert_eq!(local.info().account.native_id, "localhost:18001/1");
    assert!(!format!("{:?}", account()).contains("planted"));
}

#[tokio::test]
async fn a_stream_that_neither_way_opens_says_why() {
    let (_script, cx) = scripted([
        Exchange::websocket("/api/v1/streaming").fault(Fault::Reset),
        Exchange::get("/api/v1/streaming/user").json(r#"{"error":"Missing access token"}"#).status(401),
    ]);
    let error = account().stream(&cx, StreamAsk::new("user")).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    let (_script, cx) = scripted([
        Exchange::websocket("/api/v1/streaming").fault(Fault::Reset),
        Exchange::get("/api/v1/streaming/user").json("{}"),
    ]);
    let error = account().stream(&cx, StreamAsk::new("user")).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn an_error_inside_the_stream_ends_it() {
    let frames = [
        frame("update", &status("1", "<p>x</p>")).to_string(),
        String::new(),
        json!({"error": "Access token is revoked", "status": 401}).to_string(),
    ];
    let (_script, cx) = scripted([Exchange::websocket("/api/v1/streaming").chunks(frames)]);
    let mut stream = account().stream(&cx, StreamAsk::new("user")).await.unwrap();
    assert_eq!(ids(&stream.next().await.unwrap().unwrap()), ["1"]);
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), ErrorKind::Unauthenticated);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn heartbeats_keep_a_stream_of_events_alive() {
    let transport = Arc::new(ScriptedTransport::new([
        Exchange::websocket("/api/v1/streaming").fault(Fault::Reset),
        Exchange::get("/api/v1/streaming/user")
            .header("content-type", "text/event-stream; charset=utf-8")
            .chunks([":)\n", ":thump\n", ":thump\n"])
            .then_silence(),
    ]));
    let clock = Arc::new(ManualClock::new(at("2026-05-01T09:00:00Z")));
    let cx = Context::new(transport, clock.clone());
    let mut stream = account().stream(&cx, StreamAsk::new("user")).await.unwrap();
    let ending = tokio::spawn(async move { stream.next().await.unwrap().unwrap_err() });
    while clock.asleep() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_secs(59));
    tokio::task::yield_now().await;
    assert!(!ending.is_finished());
    clock.advance(Duration::from_secs(1));
    assert_eq!(ending.await.unwrap().kind(), ErrorKind::Unavailable);
}
