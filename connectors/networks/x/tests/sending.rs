//! What an account says, how it says it, and what it makes of the answers.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use careline::context::Context;
use careline::model::{Timestamp, Visibility};
use careline::network::{Act, FindSent, Network, Outbound, Person, Receipt, Say, Target};
use careline::{Error, ErrorKind, Result, Retry};
use careline_testkit::{Exchange, Fault, ManualClock, Recorded, ScriptedTransport};
use careline_x::{Account, AccountConfig};
use http::Method;
use serde_json::{Value, json};

const WORDS: &str = "Sorry! What is the number of your order?";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn account_with(change: impl FnOnce(&mut AccountConfig)) -> Account {
    let mut config = AccountConfig::new("111", "acme");
    config.user_token = Some("planted-token".into());
    change(&mut config);
    Account::new(config).unwrap()
}

/// With Enterprise access, and known to subscribe to a plan: everything is allowed.
async fn account() -> Account {
    let account = account_with(|config| config.unsummoned_replies = true);
    account.check(&scripted([me("Premium")]).1).await.unwrap();
    account
}

fn me(plan: &str) -> Exchange {
    let user = json!({ "id": "111", "username": "acme", "subscription_type": plan });
    Exchange::get("/2/users/me?user.fields=subscription_type").json(json!({ "data": user }).to_string())
}

fn scripted(exchanges: impl IntoIterator<Item = Exchange>) -> (ScriptedTransport, Context) {
    let transport = ScriptedTransport::new(exchanges);
    let clock = Arc::new(ManualClock::new(at("2026-08-12T19:00:00Z")));
    (transport.clone(), Context::new(Arc::new(transport), clock))
}

fn jo_wrote() -> Target {
    Target::new("2090000000000000001").by(Person::new("222").handle("jo")).within("2090000000000000001")
}

fn ours() -> Target {
    Target::new("2090000100000000001").by(Person::new("111").handle("acme")).within("2090000000000000001")
}

fn direct() -> Target {
    Target::new("2090000000000000009").by(Person::new("222")).within("dm:111-222")
}

fn reply() -> Outbound {
    reply_with(WORDS)
}

fn reply_with(text: &str) -> Outbound {
    Outbound::new("act-1", Act::Reply { to: jo_wrote(), say: Say::new(text), visibility: Visibility::Public })
}

fn publish(text: &str) -> Outbound {
    Outbound::new("act-1", Act::Publish { say: Say::new(text), visibility: Visibility::Public })
}

fn direct_message() -> Outbound {
    let (to, about) = (Person::new("222"), Some(jo_wrote()));
    Outbound::new("act-1", Act::DirectMessage { to, say: Say::new(WORDS), about, tag: None })
}

fn like(liked: bool) -> Outbound {
    Outbound::new("act-1", Act::Like { on: jo_wrote(), liked })
}

fn hide(hidden: bool) -> Outbound {
    Outbound::new("act-1", Act::Hide { on: jo_wrote(), hidden })
}

fn edit() -> Outbound {
    Outbound::new("act-1", Act::Edit { on: ours(), say: Say::new("New.") })
}

fn delete() -> Outbound {
    Outbound::new("act-1", Act::Delete { on: ours() })
}

fn posting() -> Exchange {
    Exchange::post("https://api.x.com/2/tweets")
}

fn posted(id: &str) -> Exchange {
    posting().json(json!({ "data": { "id": id, "text": WORDS } }).to_string()).status(201)
}

async fn send(out: &Outbound, exchange: Exchange) -> (Result<Receipt>, Recorded) {
    let (script, cx) = scripted([exchange]);
    let receipt = account().await.send(&cx, out).await;
    (receipt, script.requests().pop().unwrap())
}

async fn refused(out: &Outbound, exchange: Exchange) -> Error {
    send(out, exchange).await.0.unwrap_err()
}

#[tokio::test]
async fn each_act_is_the_call_of_the_api() {
    let state =
        |method, path: &str, state: Value| Exchange::on(method, path).json(json!({ "data": state }).to_string());
    let likes = "https://api.x.com/2/users/111/likes";
    let hidden = "https://api.x.com/2/tweets/2090000000000000001/hidden";
    let written = json!({ "dm_conversation_id": "111-222", "dm_event_id": "2090000200000000001" });
    let messages = "https://api.x.com/2/dm_conversations/with/222/messages";
    let (post, put, remove) = (Method::POST, Method::PUT, Method::DELETE);
    let acts = [
        (
            reply(),
            posted("2090000200000000001"),
            json!({ "text": WORDS, "reply": { "in_reply_to_tweet_id": "2090000000000000001" } }),
            "2090000200000000001",
        ),
        (publish("We know."), posted("2090000200000000001"), json!({ "text": "We know." }), "2090000200000000001"),
        (
            edit(),
            posted("2090000200000000001"),
            json!({ "text": "New.", "edit_options": { "previous_post_id": "2090000100000000001" } }),
            "2090000200000000001",
        ),
        (
            direct_message(),
            state(post.clone(), messages, written).status(201),
            json!({ "text": WORDS }),
            "2090000200000000001",
        ),
        (
            like(true),
            state(post, likes, json!({ "liked": true })),
            json!({ "tweet_id": "2090000000000000001" }),
            "2090000000000000001",
        ),
        (
            like(false),
            state(remove.clone(), &format!("{likes}/2090000000000000001"), json!({ "liked": false })),
            Value::Null,
            "2090000000000000001",
        ),
        (
            hide(true),
            state(put.clone(), hidden, json!({ "hidden": true })),
            json!({ "hidden": true }),
            "2090000000000000001",
        ),
        (
            hide(false),
            state(put, hidden, json!({ "hidden": false })),
            json!({ "hidden": false }),
            "2090000000000000001",
        ),
        (
            delete(),
            state(remove, "https://api.x.com/2/tweets/2090000100000000001", json!({ "deleted": true })),
            Value::Null,
            "2090000100000000001",
        ),
    ];
    for (out, exchange, body, id) in acts {
        let verb = out.act.verb();
        let (receipt, request) = send(&out, exchange).await;
        assert_eq!(receipt.unwrap().native_id, id, "{verb}");
        assert_eq!(request.headers["authorization"], "Bearer planted-token");
        assert_eq!(request.uri.query(), None, "{verb}");
        let said = if request.body.is_empty() { Value::Null } else { serde_json::from_slice(&request.body).unwrap() };
        assert_eq!(said, body, "{verb}");
        let kind = request.headers.get("content-type").map(|kind| kind.to_str().unwrap());
        assert_eq!(kind, (!body.is_null()).then_some("application/json"), "{verb}");
    }
}

#[tokio::test]
async fn a_receipt_says_where_and_when() {
    let receipt = send(&reply(), posted("2080765813578191303")).await.0.unwrap();
    assert_eq!(receipt.permalink.as_deref(), Some("https://x.com/i/status/2080765813578191303"));
    assert_eq!(receipt.at, Some(at("2026-07-24T21:23:23.373Z")));
    let written = json!({ "data": { "dm_conversation_id": "111-222", "dm_event_id": "2080765813578191303" } });
    let exchange = Exchange::post("/2/dm_conversations/with/222/messages").json(written.to_string()).status(201);
    let receipt = send(&direct_message(), exchange).await.0.unwrap();
    assert_eq!(receipt.permalink.as_deref(), Some("https://x.com/messages/111-222"));
    assert_eq!(receipt.at, Some(at("2026-07-24T21:23:23.373Z")));
}

#[tokio::test]
async fn a_thread_of_ours_goes_on() {
    let act = Act::Reply { to: ours(), say: Say::new("2/2 and the rest"), visibility: Visibility::Public };
    let (receipt, request) = send(&Outbound::new("act-2", act), posted("2090000200000000002")).await;
    assert_eq!(receipt.unwrap().native_id, "2090000200000000002");
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["reply"]["in_reply_to_tweet_id"], "2090000100000000001");
}

#[tokio::test]
async fn what_is_gone_needs_no_deletion() {
    let call = Exchange::on(Method::DELETE, "/2/tweets/2090000100000000001").json(problem("resource-not-found"));
    assert!(send(&delete(), call.status(404)).await.0.is_ok());
}

#[tokio::test]
async fn what_is_no_post_is_never_taken_for_one() {
    let acts = |on: Target, to: Person| {
        let (say, visibility) = (Say::new(WORDS), Visibility::Public);
        [
            Act::Reply { to: on.clone(), say: say.clone(), visibility },
            Act::Like { on: on.clone(), liked: true },
            Act::Like { on: on.clone(), liked: false },
            Act::Hide { on: on.clone(), hidden: true },
            Act::Edit { on: on.clone(), say: say.clone() },
            Act::Delete { on },
            Act::DirectMessage { to, say, about: None, tag: None },
        ]
    };
    let account = account().await;
    let (_script, cx) = scripted([]);
    for (on, to) in [
        (direct(), "222/messages"),
        (Target::new("1/hidden"), ""),
        (Target::new(""), "acme"),
        (Target::new("9".repeat(20)), "-1"),
    ] {
        for act in acts(on.clone(), Person::new(to)) {
            let verb = act.verb();
            let error = account.send(&cx, &Outbound::new("act-1", act)).await.unwrap_err();
            assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::InputInvalid, Retry::Never), "{verb} {on:?}");
        }
    }
    for visibility in [Visibility::Restricted, Visibility::Private] {
        for act in [
            Act::Reply { to: jo_wrote(), say: Say::new(WORDS), visibility: visibility.clone() },
            Act::Publish { say: Say::new(WORDS), visibility },
        ] {
            let error = account.send(&cx, &Outbound::new("act-1", act)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InputInvalid, "X has no narrower audience");
        }
    }
}

#[tokio::test]
async fn verbs_depend_on_token_access_and_plan() {
    let (_script, cx) = scripted([]);
    let plain = account_with(|_| {});
    assert_eq!(plain.capability().send_verbs, ["reply", "direct_message", "publish", "hide", "delete"]);
    assert!(plain.capability().sends_once_for == 0 && plain.capability().sent_lag > 0);
    for out in [like(true), edit()] {
        assert_eq!(plain.send(&cx, &out).await.unwrap_err().kind(), ErrorKind::Unsupported, "{}", out.act.verb());
    }
    let mute = account_with(|config| (config.user_token, config.app_token) = (None, Some("app-token".into())));
    assert_eq!(mute.capability().send_verbs, [""; 0], "an app cannot write");
    assert_eq!(mute.send(&cx, &reply()).await.unwrap_err().kind(), ErrorKind::Unsupported);
    let ask = FindSent::new(reply(), at("2026-08-12T18:59:00Z"));
    assert_eq!(mute.find_sent(&cx, ask).await.unwrap_err().kind(), ErrorKind::Unsupported);
    for (plan, edits) in [("Premium", true), ("Basic", true), ("None", false), ("", false)] {
        plain.check(&scripted([me(plan)]).1).await.unwrap();
        assert_eq!(plain.capability().send_verbs.contains(&"edit".to_owned()), edits, "{plan}");
    }
    assert!(account().await.capability().send_verbs.contains(&"like".to_owned()));
}

fn problem(name: &str) -> String {
    json!({ "title": "T", "detail": "D", "type": format!("https://api.x.com/2/problems/{name}") }).to_string()
}

#[tokio::test]
async fn an_act_in_doubt_is_told_from_one_that_was_refused() {
    let hiding = || Exchange::on(Method::PUT, "/2/tweets/2090000000000000001/hidden");
    let writing = || Exchange::post("/2/dm_conversations/with/222/messages");
    for fault in [Fault::Timeout, Fault::Reset] {
        assert_eq!(refused(&reply(), posting().fault(fault)).await.retry_advice(), Retry::Unknown);
        assert_eq!(refused(&direct_message(), writing().fault(fault)).await.retry_advice(), Retry::Unknown);
        assert_eq!(refused(&hide(true), hiding().fault(fault)).await.retry_advice(), Retry::Transient);
        let error = refused(&edit(), posting().fault(fault)).await;
        assert_eq!(error.retry_advice(), Retry::Unknown, "an edit makes an id of its own");
    }
    for status in [408, 500, 502, 503, 504] {
        let error = refused(&reply(), posting().json("<html>over capacity").status(status)).await;
        assert_eq!(error.retry_advice(), Retry::Unknown, "{status}");
        let error = refused(&hide(true), hiding().status(status)).await;
        assert_eq!(error.retry_advice(), Retry::Transient, "{status}");
    }
    for answer in ["", "<html>", "{}", r#"{"errors":[{"title":"T"}]}"#, r#"{"data":{"text":"no id"}}"#] {
        let error = refused(&reply(), posting().json(answer).status(201)).await;
        assert_eq!(error.retry_advice(), Retry::Unknown, "it was taken, whatever came back: {answer:?}");
        let error = refused(&hide(true), hiding().json(answer)).await;
        assert_eq!(error.retry_advice(), Retry::Transient, "{answer:?}");
    }
    let unchanged = hiding().json(r#"{"data":{"hidden":false}}"#);
    assert_eq!(refused(&hide(true), unchanged).await.retry_advice(), Retry::Transient);
}

#[tokio::test]
async fn each_refusal_has_its_kind() {
    let forbidden =
        |detail: &str| json!({ "title": "Forbidden", "status": 403, "detail": detail, "type": "about:blank" });
    let not_summoned = "Reply to this conversation is not allowed because you have not been mentioned.";
    let code = |code: u32| json!({ "errors": [{ "code": code, "message": "no" }] }).to_string();
    for (status, body, kind) in [
        (400, problem("invalid-request"), ErrorKind::InputInvalid),
        (401, r#"{"title":"Unauthorized","status":401}"#.to_owned(), ErrorKind::Unauthenticated),
        (402, r#"{"title":"CreditsDepleted"}"#.to_owned(), ErrorKind::QuotaExhausted),
        (403, problem("usage-capped"), ErrorKind::QuotaExhausted),
        (403, forbidden(not_summoned).to_string(), ErrorKind::PermissionDenied),
        (403, problem("client-forbidden"), ErrorKind::PermissionDenied),
        (403, code(136), ErrorKind::Blocked),
        (404, problem("resource-not-found"), ErrorKind::NotFound),
        (429, problem("usage-capped"), ErrorKind::QuotaExhausted),
    ] {
        let error = refused(&reply(), posting().json(body.clone()).status(status)).await;
        assert_eq!((error.kind(), error.retry_advice()), (kind, Retry::Never), "{status} {body}");
        assert_eq!(error.operation(), "send");
        assert!(!format!("{error:?}").contains("planted-token"));
    }
    let limits = [
        (
            vec![("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", "1786561260")],
            Retry::After(Duration::from_secs(60)),
        ),
        (vec![], Retry::Transient),
    ];
    for (headers, advice) in limits {
        let limited = posting().json(problem("rate-limit-exceeded")).status(429);
        let limited = headers.into_iter().fold(limited, |limited, (name, value)| limited.header(name, value));
        let error = refused(&reply(), limited).await;
        assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::RateLimited, advice), "it did nothing yet");
    }
}

#[tokio::test]
async fn words_said_before_may_be_the_lost_ones() {
    let detail = "You are not allowed to create a Tweet with duplicate content.";
    let bodies = [
        json!({ "detail": detail, "type": "about:blank", "title": "Forbidden", "status": 403 }),
        json!({ "errors": [{ "code": 187, "message": "Status is a duplicate." }] }),
    ];
    for body in bodies {
        let error = refused(&reply(), posting().json(body.to_string()).status(403)).await;
        assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::Conflict, Retry::Unknown), "{body}");
        assert!(error.context().any(|fact| fact == ("reason", "duplicate_content")), "{error}");
    }
}

/// As X shows it: whoever is answered stands in front.
fn shown(id: &str, parent: Option<&str>) -> Value {
    let mut post = json!({ "id": id, "text": format!("@jo {WORDS}"), "author_id": "111",
        "created_at": "2026-08-12T19:00:00.000Z", "edit_history_tweet_ids": [id] });
    if let Some(parent) = parent {
        post["referenced_tweets"] = json!([{ "type": "replied_to", "id": parent }]);
    }
    post
}

fn with(mut value: Value, changes: Value) -> Value {
    value.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    value
}

fn page(target: &str, items: &[Value], next: Option<&str>) -> Exchange {
    let mut body = json!({ "meta": { "result_count": items.len() } });
    if !items.is_empty() {
        body["data"] = items.into();
    }
    if let Some(next) = next {
        body["meta"]["next_token"] = next.into();
    }
    Exchange::get(target).requires_header("authorization", "Bearer planted-token").json(body.to_string())
}

fn timeline(posts: &[Value]) -> Exchange {
    page("https://api.x.com/2/users/111/tweets", posts, None)
}

async fn found(out: &Outbound, exchanges: impl IntoIterator<Item = Exchange>) -> Result<Option<String>> {
    let (_script, cx) = scripted(exchanges);
    let ask = FindSent::new(out.clone(), at("2026-08-12T18:59:30.250Z"));
    Ok(account().await.find_sent(&cx, ask).await?.map(|receipt| receipt.native_id.into()))
}

const JO: Option<&str> = Some("2090000000000000001");

#[tokio::test]
async fn a_lost_reply_is_found_among_our_posts() {
    let it = shown("200", JO);
    let asked = || timeline(std::slice::from_ref(&it)).query("start_time", "2026-08-12T18:54:30.000Z");
    let asked = asked().query("max_results", "100").without_query("exclude").without_query("pagination_token");
    assert_eq!(found(&reply(), [asked]).await.unwrap().as_deref(), Some("200"));
    let others = [
        shown("199", Some("2090000000000000002")),
        shown("199", None),
        with(it.clone(), json!({ "text": "@jo Something else" })),
        with(it.clone(), json!({ "created_at": "2026-08-12T18:00:00.000Z" })),
        with(it.clone(), json!({ "author_id": "222" })),
    ];
    for other in &others {
        assert_eq!(found(&reply(), [timeline(std::slice::from_ref(other))]).await.unwrap(), None, "{other}");
    }
    assert_eq!(found(&reply(), [timeline(&[])]).await.unwrap(), None);
    let first = page("/2/users/111/tweets", &others, Some("t/2"));
    let second = timeline(&[it]).query("pagination_token", "t/2").query("start_time", "2026-08-12T18:54:30.000Z");
    assert_eq!(found(&reply(), [first, second]).await.unwrap().as_deref(), Some("200"));
}

#[tokio::test]
async fn a_lost_post_is_known_again_in_the_form_x_gives_it() {
    let long = "x".repeat(400);
    let note = json!({ "text": "xxx…", "note_tweet": { "text": long } });
    for (said, changes) in [
        ("Hello", json!({ "text": "Hello" })),
        ("Fish & chips <3", json!({ "text": "Fish &amp; chips &lt;3" })),
        ("Cafe\u{301}", json!({ "text": "Café" })),
        ("See https://acme.com/a.", json!({ "text": "See https://t.co/abc." })),
        ("See (acme.com/help) now", json!({ "text": "See (https://t.co/abc) now" })),
        (&long, note),
    ] {
        let it = with(shown("200", None), changes);
        assert_eq!(found(&publish(said), [timeline(&[it])]).await.unwrap().as_deref(), Some("200"), "{said}");
    }
    for (said, text) in [("See acme.com", "See"), ("See", "See https://t.co/abc"), ("a &amp; b", "a &amp; b")] {
        let other = with(shown("199", None), json!({ "text": text }));
        assert_eq!(found(&publish(said), [timeline(&[other])]).await.unwrap(), None, "{said}");
    }
    let reply = shown("199", JO);
    assert_eq!(found(&publish(WORDS), [timeline(&[reply])]).await.unwrap(), None, "an answer is no post of its own");
}

fn written(id: &str) -> Value {
    json!({ "id": id, "event_type": "MessageCreate", "text": WORDS, "sender_id": "111",
        "dm_conversation_id": "111-222", "created_at": "2026-08-12T19:00:00.000Z" })
}

fn thread(items: &[Value], next: Option<&str>) -> Exchange {
    page("https://api.x.com/2/dm_conversations/with/222/dm_events", items, next).query("event_types", "MessageCreate")
}

#[tokio::test]
async fn a_lost_direct_message_is_found_in_the_thread() {
    let it = written("200");
    assert_eq!(
        found(&direct_message(), [thread(std::slice::from_ref(&it), None)]).await.unwrap().as_deref(),
        Some("200")
    );
    let others = [
        with(it.clone(), json!({ "sender_id": "222" })),
        with(it.clone(), json!({ "text": "Something else" })),
        with(it.clone(), json!({ "dm_conversation_id": "111-333" })),
    ];
    for other in &others {
        assert_eq!(
            found(&direct_message(), [thread(std::slice::from_ref(other), None)]).await.unwrap(),
            None,
            "{other}"
        );
    }
    let later = thread(std::slice::from_ref(&it), None).query("pagination_token", "the-next-page-of-it");
    let pages = [thread(&others, Some("the-next-page-of-it")), later];
    assert_eq!(found(&direct_message(), pages).await.unwrap().as_deref(), Some("200"));
    // What is older was not sent by this act, and neither was what follows it.
    let older = with(it, json!({ "created_at": "2026-08-12T18:00:00.000Z" }));
    assert_eq!(found(&direct_message(), [thread(&[older], Some("the-next-page-of-it"))]).await.unwrap(), None);
}

#[tokio::test]
async fn who_cannot_look_says_so() {
    for status in [401, 403, 404, 429, 500] {
        assert!(found(&reply(), [timeline(&[]).status(status)]).await.is_err(), "{status}");
        assert!(found(&direct_message(), [thread(&[], None).status(status)]).await.is_err(), "{status}");
    }
    assert!(found(&reply(), [timeline(&[]).fault(Fault::Timeout)]).await.is_err());
    let partial = json!({ "errors": [{ "resource_type": "user", "resource_id": "111", "title": "Forbidden",
        "type": "https://api.x.com/2/problems/not-authorized-for-resource" }] });
    let unreadable = json!({ "data": [{ "id": "200", "text": {} }], "meta": { "result_count": 1 } });
    let nobodys = json!({ "data": [{ "id": "200", "text": "a" }], "meta": { "result_count": 1 } });
    for body in [json!({}), partial, unreadable, nobodys, json!("<html>")] {
        assert!(found(&reply(), [timeline(&[]).json(body.to_string())]).await.is_err(), "{body}");
    }
    let nobodys = with(written("200"), json!({ "sender_id": null }));
    assert!(found(&direct_message(), [thread(&[nobodys], None)]).await.is_err());
    // More was written since than is looked through.
    let other = shown("199", None);
    let pages = (0..5).map(|_| page("/2/users/111/tweets", std::slice::from_ref(&other), Some("more")));
    assert!(found(&reply(), pages).await.is_err());
    let other = with(written("199"), json!({ "text": "Something else" }));
    let pages = (0..5).map(|_| thread(std::slice::from_ref(&other), Some("the-next-page-of-it")));
    assert!(found(&direct_message(), pages).await.is_err());
}

#[tokio::test]
async fn other_acts_are_looked_for_by_what_they_change() {
    let liked = |ids: &[&str]| {
        let posts: Vec<_> = ids.iter().map(|id| json!({ "id": id, "text": "a" })).collect();
        page("/2/users/111/liked_tweets", &posts, None)
    };
    let (id, other) = ("2090000000000000001", "2090000000000000002");
    for (wanted, ids, expected) in
        [(true, vec![other, id], true), (true, vec![other], false), (false, vec![], true), (false, vec![id], false)]
    {
        assert_eq!(found(&like(wanted), [liked(&ids)]).await.unwrap().is_some(), expected, "{wanted} {ids:?}");
    }
    let look = |body: Value| Exchange::get("/2/tweets?ids=2090000100000000001").json(body.to_string());
    let told = |name: &str| {
        json!({ "errors": [{ "resource_type": "tweet", "resource_id": "2090000100000000001",
            "type": format!("https://api.x.com/2/problems/{name}") }] })
    };
    let stands = json!({ "data": [shown("2090000100000000001", JO)] });
    assert_eq!(found(&delete(), [look(stands)]).await.unwrap(), None);
    let gone = found(&delete(), [look(told("resource-not-found"))]).await.unwrap();
    assert_eq!(gone.as_deref(), Some("2090000100000000001"));
    assert!(found(&delete(), [look(told("not-authorized-for-resource"))]).await.is_err());
    assert!(found(&delete(), [look(json!({}))]).await.is_err());
    let error = found(&hide(true), []).await.unwrap_err();
    assert_eq!(error.retry_advice(), Retry::Never, "X shows nobody what is hidden: {error}");
}

#[tokio::test]
async fn an_edit_is_found_under_its_new_id() {
    let history = ["2090000090000000001", "2090000100000000001", "200"];
    let it = with(shown("200", JO), json!({ "text": "@jo New.", "edit_history_tweet_ids": history }));
    assert_eq!(found(&edit(), [timeline(std::slice::from_ref(&it))]).await.unwrap().as_deref(), Some("200"));
    for changes in [
        json!({ "text": "@jo Newer." }),
        json!({ "edit_history_tweet_ids": ["200"] }),
        json!({ "id": "2090000100000000001" }),
    ] {
        let other = with(it.clone(), changes);
        assert_eq!(found(&edit(), [timeline(std::slice::from_ref(&other))]).await.unwrap(), None, "{other}");
    }
}
