//! What the account asks X, and what it makes of the answers, beyond the conformance suite.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use careline::ErrorKind;
use careline::context::Context;
use careline::model::*;
use careline::network::{Network, Page, PollAsk, Recheck, StreamAsk};
use careline_testkit::{Exchange, ManualClock, ScriptedTransport};
use careline_x::{Account, AccountConfig, FieldNames};
use futures_util::StreamExt;

fn config() -> AccountConfig {
    let mut config = AccountConfig::new("111", "acme");
    config.user_token = Some("user-token".into());
    config.app_token = Some("app-token".into());
    config
}

fn context(exchanges: impl IntoIterator<Item = Exchange>) -> Context {
    let now = Timestamp::parse("2026-08-12T19:00:00Z").unwrap();
    Context::new(Arc::new(ScriptedTransport::new(exchanges)), Arc::new(ManualClock::jumping(now)))
}

async fn poll(
    source: &str,
    cursor: Option<&str>,
    exchanges: impl IntoIterator<Item = Exchange>,
) -> careline::Result<Page> {
    let ask = PollAsk::new(source, cursor.map(str::to_owned));
    Account::new(config()).unwrap().poll(&context(exchanges), ask).await
}

fn ids(page: &Page) -> Vec<&str> {
    let id = |event: &'_ Event| matches!(event.body, EventBody::Message(_));
    page.parsed
        .events
        .iter()
        .filter(|event| id(event))
        .map(|event| match &event.body {
            EventBody::Message(message) => message.native_id.as_str(),
            _ => "",
        })
        .collect()
}

#[tokio::test]
async fn a_window_is_read_to_its_end_before_the_cursor_moves_past_it() {
    let first = Exchange::get("/2/users/111/mentions").query("since_id", "100").without_query("pagination_token");
    let first = first.json(
        r#"{"data":[{"id":"105","text":"e"},{"id":"104","text":"d"}],"meta":{"newest_id":"105","next_token":"t/1"}}"#,
    );
    let page = poll("mentions", Some("since=100"), [first]).await.unwrap();
    assert_eq!((ids(&page), page.more), (vec!["104", "105"], true));
    let second = Exchange::get("/2/users/111/mentions").query("since_id", "100").query("pagination_token", "t/1");
    let second = second.json(r#"{"data":[{"id":"103","text":"c"}],"meta":{"newest_id":"103"}}"#);
    let page = poll("mentions", page.cursor.as_deref(), [second]).await.unwrap();
    assert_eq!((ids(&page), page.more, page.cursor.as_deref()), (vec!["103"], false, Some("since=105")));
}

#[tokio::test]
async fn a_page_token_that_ran_out_begins_the_window_again() {
    let refused = Exchange::get("/2/users/111/mentions").query("pagination_token", "gone");
    let refused = refused
        .json(r#"{"title":"Invalid Request","type":"https://api.x.com/2/problems/invalid-request"}"#)
        .status(400);
    let again = Exchange::get("/2/users/111/mentions").query("since_id", "100").without_query("pagination_token");
    let again = again.json(r#"{"data":[{"id":"104","text":"d"}],"meta":{"newest_id":"104"}}"#);
    let page = poll("mentions", Some("since=100&newest=105&page=gone"), [refused, again]).await.unwrap();
    assert_eq!((ids(&page), page.cursor.as_deref()), (vec!["104"], Some("since=105")));
}

#[tokio::test]
async fn search_asks_for_others_who_name_the_handle_and_forgets_what_x_no_longer_reaches() {
    let known = "2087000000000000000";
    let fresh = Exchange::get("/2/tweets/search/recent").query("query", "@acme -from:acme").query("since_id", known);
    assert!(
        poll("search", Some(&format!("since={known}")), [fresh.json(r#"{"meta":{}}"#)]).await.unwrap().raw.is_empty()
    );
    let old = Exchange::get("/2/tweets/search/recent").without_query("since_id");
    let old = old.json(format!(r#"{{"data":[{{"id":"{known}","text":"hi"}}],"meta":{{"newest_id":"{known}"}}}}"#));
    let page = poll("search", Some("since=1924468000000000001"), [old]).await.unwrap();
    assert_eq!(page.cursor, Some(format!("since={known}")));
    let thread = Exchange::get("/2/tweets/search/recent").query("query", "conversation_id:77").json(r#"{"meta":{}}"#);
    assert!(!poll("conversation:77", None, [thread]).await.unwrap().more);
    assert_eq!(poll("conversation:77 OR x", None, []).await.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn direct_messages_are_read_back_to_the_last_known_one() {
    let page = |ids: &[u32], next: &str| {
        let items: Vec<_> = ids
            .iter()
            .map(|id| {
                format!(r#"{{"id":"{id}","event_type":"MessageCreate","text":"t","dm_conversation_id":"111-222"}}"#)
            })
            .collect();
        format!(r#"{{"data":[{}],"meta":{{"next_token":"{next}"}}}}"#, items.join(","))
    };
    let get = || {
        Exchange::get("/2/dm_events").without_query("since_id").requires_header("authorization", "Bearer user-token")
    };
    let first = poll("dm_events", Some("since=97"), [get().json(page(&[101, 100], "t1"))]).await.unwrap();
    assert_eq!((ids(&first), first.more), (vec!["100", "101"], true));
    let last = get().query("pagination_token", "t1").json(page(&[99, 98, 97, 96], "t2"));
    let last = poll("dm_events", first.cursor.as_deref(), [last]).await.unwrap();
    assert_eq!((ids(&last), last.more, last.cursor.as_deref()), (vec!["98", "99"], false, Some("since=101")));
}

#[tokio::test]
async fn a_new_direct_message_that_cannot_be_read_is_set_aside_once() {
    let body = r#"{"data":[{"id":"102","event_type":"MessageCreate","text":{}},{"id":"101","event_type":"MessageCreate","text":"t"}]}"#;
    let page = poll("dm_events", Some("since=101"), [Exchange::get("/2/dm_events").json(body)]).await.unwrap();
    assert_eq!(
        (page.parsed.events.len(), page.parsed.rejects.len(), page.cursor.as_deref()),
        (0, 1, Some("since=102"))
    );
    let page = poll("dm_events", Some("since=102"), [Exchange::get("/2/dm_events").json(body)]).await.unwrap();
    assert!(page.parsed.rejects.is_empty() && page.raw.is_empty());
}

#[tokio::test]
async fn a_cursor_of_somebody_else_is_refused() {
    assert_eq!(poll("mentions", Some("{\"at\":1}"), []).await.unwrap_err().kind(), ErrorKind::InputInvalid);
}

#[tokio::test]
async fn a_recheck_tells_deleted_from_protected_and_ignores_the_rest() {
    let problem = |kind: &str, of: &str, id: &str| {
        format!(r#"{{"resource_type":"{of}","resource_id":"{id}","type":"https://api.x.com/2/problems/{kind}"}}"#)
    };
    let errors = [
        problem("resource-not-found", "tweet", "2"),
        problem("not-authorized-for-resource", "post", "3"),
        problem("resource-not-found", "user", "9"),
    ];
    let body = format!(r#"{{"data":[{{"id":"1","text":"still here"}}],"errors":[{}]}}"#, errors.join(","));
    let exchange = Exchange::get("/2/tweets").query("ids", "1,2,3").json(body);
    let account = Account::new(config()).unwrap();
    let page =
        account.recheck(&context([exchange]), Recheck::new(["1", "2", "3"].map(Into::into).into())).await.unwrap();
    assert_eq!(page.parsed.events.len(), 3);
    assert!(matches!(&page.parsed.events[1].body, EventBody::Deleted(gone) if gone.native_id == "2"));
    assert!(
        matches!(&page.parsed.events[2].body, EventBody::Hidden(hidden) if hidden.native_id == "3" && hidden.hidden)
    );
    let many = Recheck::new((0..101).map(|n| n.to_string().into()).collect());
    assert_eq!(account.recheck(&context([]), many).await.unwrap_err().kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn requests_speak_the_configured_spelling() {
    let mut config = config();
    config.fields = FieldNames::Post;
    config.base_url = "https://api.acme.example".to_owned();
    let transport =
        ScriptedTransport::new([Exchange::get("https://api.acme.example/2/users/111/mentions").json(r#"{"meta":{}}"#)]);
    let cx = Context::new(Arc::new(transport.clone()), Arc::new(ManualClock::jumping(Timestamp::default())));
    Account::new(config).unwrap().poll(&cx, PollAsk::new("mentions", None)).await.unwrap();
    let request = &transport.requests()[0];
    let asked = [request.query("post.fields").unwrap(), request.query("expansions").unwrap()].join(",");
    assert!(asked.contains("referenced_posts") && asked.contains("note_post") && !asked.contains("tweet"), "{asked}");
    assert_eq!(request.query("tweet.fields"), None);
}

#[tokio::test]
async fn a_missing_token_is_named_before_any_call() {
    let account = Account::new(AccountConfig::new("111", "acme")).unwrap();
    let error = account.poll(&context([]), PollAsk::new("dm_events", None)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
    assert!(error.to_string().contains("user token"), "{error}");
    assert!(Account::new(AccountConfig::new("acme", "acme")).is_err());
    let mut config = config();
    config.base_url = "nowhere".to_owned();
    assert!(Account::new(config).is_err());
}

#[tokio::test]
async fn a_check_learns_the_handle_and_refuses_a_token_of_somebody_else() {
    let account = Account::new(config()).unwrap();
    let me =
        |id: &str| Exchange::get("/2/users/me").json(format!(r#"{{"data":{{"id":"{id}","username":"acmehelp"}}}}"#));
    assert_eq!(account.check(&context([me("111")])).await.unwrap().handle, "acmehelp");
    assert_eq!(account.info().handle, "acmehelp");
    assert_eq!(account.check(&context([me("112")])).await.unwrap_err().kind(), ErrorKind::ConfigInvalid);
}

#[tokio::test]
async fn a_stream_ends_with_the_disconnect_x_announces() {
    let lines = "\r\n{\"data\":{\"id\":\"1\",\"text\":\"hi\"},\"matching_rules\":[]}\r\n{\"errors\":[{\"title\":\"operational-disconnect\"}]}\r\n";
    let exchange = Exchange::get("/2/tweets/search/stream").chunks([lines]);
    let account = Account::new(config()).unwrap();
    let items: Vec<_> = account.stream(&context([exchange]), StreamAsk::new("search")).await.unwrap().collect().await;
    let [Ok(page), Err(error)] = &items[..] else { panic!("{items:?}") };
    assert_eq!((ids(page), error.kind()), (vec!["1"], ErrorKind::Unavailable));
    let refused = Exchange::get("/2/tweets/search/stream").status(429);
    let error = account.stream(&context([refused]), StreamAsk::new("search")).await.err().unwrap();
    assert_eq!(error.retry_advice(), careline::Retry::After(std::time::Duration::from_secs(60)));
}
