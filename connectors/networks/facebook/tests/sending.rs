//! What a page says, how it says it, and what it makes of the answers.
#![allow(clippy::unwrap_used, reason = "a call that is not as told is to fail")]

use std::sync::Arc;
use std::time::Duration;

use careline::context::Context;
use careline::model::{Timestamp, Visibility};
use careline::network::{Act, FindSent, Network, Outbound, Person, Receipt, Say, Target};
use careline::{Error, ErrorKind, Retry};
use careline_facebook::{Account, AccountConfig};
use careline_testkit::{Exchange, Fault, ManualClock, Recorded, ScriptedTransport};
use http::Method;
use serde_json::{Value, json};

const PAGE: &str = "104000000000001";
const PSID: &str = "7000000000000001";
const TOKEN: &str = "planted-page-token";
/// HMAC-SHA256 of the token under `planted-app-secret`, by another program.
const PROOF: &str = "011271f29896b2370f225ce5485f5fd7cbb734272e504c594db9bc55bb6b63af";
const WORDS: &str = "Sorry & thanks! What is the number of your order? 100 %";

fn account() -> Account {
    let mut config = AccountConfig::new(PAGE, TOKEN);
    config.app_secret = Some("planted-app-secret".into());
    Account::new(config).unwrap()
}

fn post_id() -> String {
    format!("{PAGE}_901")
}

/// Jo's comment under a post of the page.
fn comment() -> Target {
    Target::new("901_77").by(Person::new("7059558")).within(post_id())
}

/// A comment of the page.
fn ours() -> Target {
    Target::new("901_80").by(Person::new(PAGE)).within(post_id())
}

/// Jo's post on the page.
fn post() -> Target {
    Target::new(post_id()).by(Person::new("7059558")).within(post_id())
}

/// Jo's message in Messenger.
fn message() -> Target {
    Target::new("m_1").by(Person::new(PSID)).within(PSID)
}

fn say() -> Say {
    Say::new(WORDS)
}

fn reply(to: Target) -> Act {
    Act::Reply { to, say: say(), visibility: Visibility::Public }
}

fn publish() -> Act {
    Act::Publish { say: say(), visibility: Visibility::Public }
}

fn direct(about: Option<Target>, tag: Option<&str>) -> Act {
    Act::DirectMessage { to: Person::new(PSID), say: say(), about, tag: tag.map(Into::into) }
}

fn url(path: &str) -> String {
    format!("https://graph.facebook.com/v25.0/{path}")
}

/// The call of this path, with all that every call carries.
fn on(method: Method, path: &str) -> Exchange {
    Exchange::on(method, &url(path))
        .requires_header("authorization", &format!("Bearer {TOKEN}"))
        .query("appsecret_proof", PROOF)
        .without_query("access_token")
}

fn posted(path: &str) -> Exchange {
    on(Method::POST, path)
}

fn get(path: &str) -> Exchange {
    on(Method::GET, path)
}

fn scripted(exchanges: impl IntoIterator<Item = Exchange>) -> (ScriptedTransport, Context) {
    let transport = ScriptedTransport::new(exchanges);
    let clock = Arc::new(ManualClock::new(at("2026-01-09T23:10:00Z")));
    (transport.clone(), Context::new(Arc::new(transport), clock))
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

async fn send(act: Act, exchanges: impl IntoIterator<Item = Exchange>) -> (Result<Receipt, Error>, Vec<Recorded>) {
    let (script, cx) = scripted(exchanges);
    let receipt = account().send(&cx, &Outbound::new("act-1", act)).await;
    (receipt, script.requests())
}

/// The error of an act that meets this answer.
async fn fails(act: Act, exchange: Exchange) -> Error {
    send(act, [exchange]).await.0.unwrap_err()
}

/// Refused before anything is asked.
async fn refused(act: Act) -> (ErrorKind, Retry) {
    let error = send(act, []).await.0.unwrap_err();
    assert_eq!(error.operation(), "send");
    (error.kind(), error.retry_advice())
}

async fn found(act: Act, exchanges: impl IntoIterator<Item = Exchange>) -> Result<Option<String>, Error> {
    let (_script, cx) = scripted(exchanges);
    let ask = FindSent::new(Outbound::new("act-1", act), at("2026-01-09T23:06:30Z"));
    Ok(account().find_sent(&cx, ask).await?.map(|receipt| receipt.native_id.into()))
}

fn error(status: u16, code: u32, subcode: u32) -> (u16, String) {
    let error = json!({"message": format!("no {TOKEN}"), "type": "OAuthException", "code": code,
        "error_subcode": subcode, "error_user_msg": format!("no {TOKEN} {PROOF}"), "fbtrace_id": "AbCdEf"});
    (status, json!({"error": error}).to_string())
}

fn answering(exchange: Exchange, (status, body): (u16, String)) -> Exchange {
    exchange.json(body).status(status)
}

#[tokio::test]
async fn what_is_said_in_public_is_a_form() {
    let form = format!("message={}", "Sorry+%26+thanks%21+What+is+the+number+of+your+order%3F+100+%25");
    let done = json!({"success": true}).to_string();
    let added = |id: &str| json!({"id": id}).to_string();
    let story = Target::new("904801129604590").within("904801129604590");
    for (act, call, answer, sent, receipt) in [
        (reply(comment()), posted("901_77/comments"), added("901_78"), form.as_str(), "901_78"),
        (reply(post()), posted(&format!("{PAGE}_901/comments")), added("901_79"), &form, "901_79"),
        (reply(story), posted("904801129604590/comments"), added("904_1"), &form, "904_1"),
        (publish(), posted(&format!("{PAGE}/feed")), added(&format!("{PAGE}_902")), &form, &format!("{PAGE}_902")),
        (publish(), posted(&format!("{PAGE}/feed")), added("902"), &form, &format!("{PAGE}_902")),
        (Act::Like { on: comment(), liked: true }, posted("901_77/likes"), done.clone(), "", "901_77"),
        (Act::Like { on: post(), liked: true }, posted(&format!("{PAGE}_901/likes")), done.clone(), "", &post_id()),
        (Act::Like { on: comment(), liked: false }, on(Method::DELETE, "901_77/likes"), done.clone(), "", "901_77"),
        (Act::Hide { on: comment(), hidden: true }, posted("901_77"), done.clone(), "is_hidden=true", "901_77"),
        (Act::Hide { on: comment(), hidden: false }, posted("901_77"), done.clone(), "is_hidden=false", "901_77"),
        (Act::Edit { on: ours(), say: say() }, posted("901_80"), done.clone(), &form, "901_80"),
        (Act::Delete { on: ours() }, on(Method::DELETE, "901_80"), done.clone(), "", "901_80"),
    ] {
        let (taken, requests) = send(act, [call.json(answer)]).await;
        assert_eq!(taken.unwrap(), Receipt::new(receipt));
        assert_eq!(requests[0].body, sent);
        assert_eq!(requests[0].query("appsecret_proof").unwrap(), PROOF);
        let kind = requests[0].headers.get("content-type").map(|kind| kind.to_str().unwrap());
        assert_eq!(kind, (!sent.is_empty()).then_some("application/x-www-form-urlencoded"));
    }
}

#[tokio::test]
async fn what_is_said_in_private_is_json_with_its_permission_and_the_key() {
    let words = json!({"text": WORDS, "metadata": "act-1"});
    let jo = json!({"id": PSID});
    let synthetic = Target::new("postback:5c").within(PSID);
    for (act, expected) in [
        (direct(None, None), json!({"recipient": jo, "messaging_type": "RESPONSE", "message": words})),
        (
            direct(None, Some("human_agent")),
            json!({"recipient": jo, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT", "message": words}),
        ),
        (
            direct(Some(message()), None),
            json!({"recipient": jo, "messaging_type": "RESPONSE", "message": words, "reply_to": {"mid": "m_1"}}),
        ),
        (direct(Some(synthetic), None), json!({"recipient": jo, "messaging_type": "RESPONSE", "message": words})),
        (direct(Some(comment()), None), json!({"recipient": {"comment_id": "901_77"}, "message": words})),
        (direct(Some(Target::new("901_77")), None), json!({"recipient": {"comment_id": "901_77"}, "message": words})),
        (direct(Some(post()), None), json!({"recipient": {"post_id": post_id()}, "message": words})),
        (direct(Some(Target::new(post_id())), None), json!({"recipient": {"post_id": post_id()}, "message": words})),
    ] {
        let answer = json!({"recipient_id": PSID, "message_id": "m_9"}).to_string();
        let (taken, requests) = send(act, [posted(&format!("{PAGE}/messages")).json(answer)]).await;
        assert_eq!(taken.unwrap(), Receipt::new("m_9"));
        assert_eq!(serde_json::from_slice::<Value>(&requests[0].body).unwrap(), expected);
        assert_eq!(requests[0].headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn the_version_and_the_proof_are_those_of_the_account() {
    let mut config = AccountConfig::new(PAGE, TOKEN);
    config.api_version = "v26.0".into();
    let call = Exchange::post(&format!("https://graph.facebook.com/v26.0/{PAGE}/feed"))
        .without_query("appsecret_proof")
        .json(r#"{"id":"1_2"}"#);
    let (_script, cx) = scripted([call]);
    Account::new(config).unwrap().send(&cx, &Outbound::new("k", publish())).await.unwrap();
}

#[tokio::test]
async fn what_a_page_cannot_or_must_not_do_is_refused_before_anything_is_sent() {
    let never = |kind| (kind, Retry::Never);
    let other = Target::new("mid.1457764197618:41d102a3e1ae206a38").within(PSID);
    for act in [
        reply(message()),
        reply(other),
        Act::Like { on: message(), liked: true },
        Act::Hide { on: message(), hidden: true },
        Act::Hide { on: post(), hidden: true },
        Act::Edit { on: message(), say: say() },
        Act::Delete { on: message() },
        Act::Delete { on: Target::new("AbCd-1").by(Person::new(PAGE)).within(PSID) },
    ] {
        assert_eq!(refused(act.clone()).await, never(ErrorKind::Unsupported), "{act:?}");
    }
    let narrow = |visibility: Visibility| Act::Reply { to: comment(), say: say(), visibility };
    for act in [
        Act::Delete { on: comment() },
        Act::Delete { on: post() },
        Act::Edit { on: comment(), say: say() },
        narrow(Visibility::Private),
        narrow(Visibility::Restricted),
        Act::Publish { say: say(), visibility: Visibility::Restricted },
        direct(None, Some("account_update")),
        direct(Some(comment()), Some("human_agent")),
        direct(Some(ours()), None),
        Act::DirectMessage { to: Person::new(PAGE), say: say(), about: None, tag: None },
    ] {
        assert_eq!(refused(act.clone()).await, never(ErrorKind::InputInvalid), "{act:?}");
    }
}

#[tokio::test]
async fn nothing_is_deleted_before_it_is_known_to_be_ours() {
    let delete = || Act::Delete { on: Target::new("901_80").within(post_id()) };
    let author = |from: Value| get("901_80?fields=from").json(json!({"id": "901_80", "from": from}).to_string());
    let deleted = || on(Method::DELETE, "901_80").json(r#"{"success":true}"#);
    send(delete(), [author(json!({"id": PAGE})), deleted()]).await.0.unwrap();
    for from in [json!({"id": "7059558", "name": "Jo Doe"}), json!(null)] {
        assert_eq!(fails(delete(), author(from)).await.kind(), ErrorKind::InputInvalid);
    }
    let slow = fails(delete(), get("901_80").fault(Fault::Timeout)).await;
    assert_eq!(slow.retry_advice(), Retry::Transient);
    let gone = |call: Exchange| answering(call, error(400, 100, 33));
    assert_eq!(send(delete(), [gone(get("901_80"))]).await.0.unwrap(), Receipt::new("901_80"));
    let known = send(Act::Delete { on: ours() }, [gone(on(Method::DELETE, "901_80"))]).await.0;
    assert_eq!(known.unwrap(), Receipt::new("901_80"), "gone is gone");
}

#[tokio::test]
async fn an_act_in_doubt_is_told_from_one_that_was_refused() {
    let said = || posted("901_77/comments");
    let written = || posted(&format!("{PAGE}/messages"));
    let liked = || posted("901_77/likes");
    let like = || Act::Like { on: comment(), liked: true };
    for fault in [Fault::Timeout, Fault::Reset] {
        assert_eq!(fails(reply(comment()), said().fault(fault)).await.retry_advice(), Retry::Unknown);
        assert_eq!(fails(direct(None, None), written().fault(fault)).await.retry_advice(), Retry::Unknown);
        assert_eq!(fails(like(), liked().fault(fault)).await.retry_advice(), Retry::Transient);
    }
    for (status, body) in [(200, ""), (200, "<html>"), (200, "{}"), (200, "[]"), (500, "<html>"), (502, ""), (302, "")]
    {
        let answer = || (status, body.to_owned());
        assert_eq!(fails(reply(comment()), answering(said(), answer())).await.retry_advice(), Retry::Unknown, "{body}");
        let error = fails(direct(None, None), answering(written(), answer())).await;
        assert_eq!(error.retry_advice(), Retry::Unknown, "{status} {body}");
    }
    for body in ["", "<html>", r#"{"success":false}"#] {
        assert_eq!(fails(like(), liked().json(body)).await.retry_advice(), Retry::Transient, "{body}");
    }
    assert_eq!(fails(like(), liked().fault(Fault::Truncated)).await.retry_advice(), Retry::Transient);
}

#[tokio::test]
async fn each_error_says_what_may_follow() {
    use ErrorKind::*;
    let limited = Retry::After(Duration::from_secs(5 * 60));
    let blocked = Retry::After(Duration::from_secs(4 * 60 * 60));
    for (status, code, subcode, kind, retry) in [
        (400, 10, 2_018_278, WindowClosed, Retry::Never),
        (400, 10, 2_018_065, WindowClosed, Retry::Never),
        (400, 10, 2_018_300, Conflict, Retry::Never),
        (400, 10, 1_893_063, Blocked, Retry::Never),
        (403, 10, 0, PermissionDenied, Retry::Never),
        (403, 200, 0, PermissionDenied, Retry::Never),
        (403, 200, 2_018_028, PermissionDenied, Retry::Never),
        (403, 200, 1_545_041, Blocked, Retry::Never),
        (400, 551, 1_545_041, Blocked, Retry::Never),
        (401, 190, 460, Unauthenticated, Retry::Never),
        (401, 190, 463, Unauthenticated, Retry::Never),
        (400, 100, 33, NotFound, Retry::Never),
        (400, 100, 2_018_001, NotFound, Retry::Never),
        (400, 100, 0, InputInvalid, Retry::Never),
        (400, 4, 0, RateLimited, limited),
        (400, 17, 0, RateLimited, limited),
        (400, 32, 0, RateLimited, limited),
        (400, 613, 0, RateLimited, limited),
        (400, 80_006, 0, RateLimited, limited),
        (403, 368, 0, Blocked, blocked),
        (400, 506, 0, Conflict, Retry::Unknown),
        (400, 10_900, 0, Conflict, Retry::Unknown),
        (500, 1, 0, Unavailable, Retry::Unknown),
        (500, 2, 1_545_133, Unavailable, Retry::Unknown),
        (500, 1_357_046, 0, Unavailable, Retry::Unknown),
        (400, 987_654, 0, Unavailable, Retry::Unknown),
        (200, 2, 0, Unavailable, Retry::Unknown),
    ] {
        for (act, path) in [(direct(None, None), format!("{PAGE}/messages")), (publish(), format!("{PAGE}/feed"))] {
            let told = fails(act, answering(posted(&path), error(status, code, subcode))).await;
            assert_eq!((told.kind(), told.retry_advice()), (kind, retry), "{code}/{subcode}");
            let shown = format!("{told:?} {}", serde_json::to_string(&told).unwrap());
            assert!(!shown.contains("planted") && !shown.contains(PROOF), "{shown}");
        }
    }
    let like = Act::Like { on: comment(), liked: true };
    let error = fails(like, answering(posted("901_77/likes"), error(500, 2, 0))).await;
    assert_eq!(error.retry_advice(), Retry::Transient, "a like may simply be given again");
}

#[tokio::test]
async fn the_wait_that_the_headers_name_is_kept() {
    let usage = json!({PAGE: [{"type": "messenger", "call_count": 100, "estimated_time_to_regain_access": 7}]});
    let call = answering(posted(&format!("{PAGE}/messages")), error(400, 80_006, 0))
        .header("x-business-use-case-usage", &usage.to_string());
    let told = fails(direct(None, None), call).await;
    assert_eq!(told.retry_advice(), Retry::After(Duration::from_secs(420)));
}

/// A comment of the page as it is listed.
fn listed(id: &str, parent: Option<&str>) -> Value {
    let mut comment = json!({"id": id, "message": WORDS, "created_time": "2026-01-09T23:06:40+0000", "comment_count": 0,
        "from": {"id": PAGE, "name": "Acme"}});
    if let Some(parent) = parent {
        comment["parent"] = json!({"id": parent});
    }
    comment
}

fn with(mut value: Value, changes: Value) -> Value {
    value.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    value
}

fn list(items: &[Value]) -> String {
    json!({"data": items}).to_string()
}

/// The same list with more behind it.
fn list_with_more(items: &[Value], after: &str) -> String {
    let next = format!("https://graph.facebook.com/v25.0/x?access_token={TOKEN}&limit=100&after={after}");
    json!({"data": items, "paging": {"cursors": {"after": after}, "next": next}}).to_string()
}

fn comments_of(id: &str) -> Exchange {
    get(&format!("{id}/comments?filter=stream&order=reverse_chronological&limit=100"))
}

/// What a comment stands under.
fn parent_of(id: &str, parent: Option<&str>) -> Exchange {
    let mut answer = json!({"id": id});
    if let Some(parent) = parent {
        answer["parent"] = json!({"id": parent});
    }
    get(&format!("{id}?fields=parent{{id}}")).json(answer.to_string())
}

#[tokio::test]
async fn a_lost_comment_is_found_where_it_stands() {
    let under_comment = |items: &[Value]| [parent_of("901_77", None), comments_of("901_77").json(list(items))];
    let it = listed("901_78", Some("901_77"));
    let one = |item: &Value| under_comment(std::slice::from_ref(item));
    assert_eq!(found(reply(comment()), one(&it)).await.unwrap().as_deref(), Some("901_78"));
    // Whatever Facebook writes in front of the number of the comment that was answered.
    let renamed = listed("555_78", Some(&format!("{PAGE}_77")));
    assert_eq!(found(reply(comment()), one(&renamed)).await.unwrap().as_deref(), Some("555_78"));
    for other in [
        with(it.clone(), json!({"message": "Something else"})),
        with(it.clone(), json!({"created_time": "2026-01-09T22:00:00+0000"})),
        with(it.clone(), json!({"from": {"id": "7059558"}})),
        with(it.clone(), json!({"parent": {"id": "901_60"}})),
    ] {
        assert_eq!(found(reply(comment()), one(&other)).await.unwrap(), None, "{other}");
    }
    assert_eq!(found(reply(comment()), under_comment(&[])).await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_to_a_reply_stands_beside_it() {
    let calls = |item: Value| [parent_of("901_77", Some("901_60")), comments_of("901_60").json(list(&[item]))];
    let it = listed("901_78", Some("901_60"));
    assert_eq!(found(reply(comment()), calls(it)).await.unwrap().as_deref(), Some("901_78"));
}

#[tokio::test]
async fn a_comment_right_under_a_post_is_told_from_answers_to_others() {
    let calls = |item: Value| [comments_of(&post_id()).json(list(&[item]))];
    assert_eq!(found(reply(post()), calls(listed("901_78", None))).await.unwrap().as_deref(), Some("901_78"));
    assert_eq!(found(reply(post()), calls(listed("901_78", Some("901_77")))).await.unwrap(), None);
}

#[tokio::test]
async fn a_lost_post_is_found_in_the_feed() {
    let feed = |items: &[Value]| [get(&format!("{PAGE}/feed?limit=100")).json(list(items))];
    let it = json!({"id": format!("{PAGE}_902"), "message": WORDS, "created_time": "2026-01-09T23:06:40+0000",
        "from": {"id": PAGE}, "permalink_url": "https://www.facebook.com/acme/posts/902"});
    let (_script, cx) = scripted(feed(std::slice::from_ref(&it)));
    let ask = FindSent::new(Outbound::new("act-1", publish()), at("2026-01-09T23:06:30Z"));
    let receipt = account().find_sent(&cx, ask).await.unwrap().unwrap();
    assert_eq!((receipt.native_id, receipt.at), (format!("{PAGE}_902").into(), Some(at("2026-01-09T23:06:40Z"))));
    assert_eq!(receipt.permalink.as_deref(), Some("https://www.facebook.com/acme/posts/902"));
    let visitor = with(it, json!({"from": {"id": "7059558"}}));
    assert_eq!(found(publish(), feed(&[visitor])).await.unwrap(), None);
    assert_eq!(found(publish(), feed(&[])).await.unwrap(), None);
}

#[tokio::test]
async fn a_long_list_is_looked_through_as_far_as_it_may_hold_what_is_lost() {
    let other = |time: &str| with(listed("901_70", None), json!({"message": "x", "created_time": time}));
    let recent = || other("2026-01-09T23:08:00+0000");
    let page = |after: Option<&str>, body: String| {
        let call = comments_of(&post_id()).json(body);
        match after {
            Some(after) => call.query("after", after),
            None => call.without_query("after"),
        }
    };
    let behind = [page(None, list_with_more(&[recent()], "A")), page(Some("A"), list(&[listed("901_78", None)]))];
    assert_eq!(found(reply(post()), behind).await.unwrap().as_deref(), Some("901_78"));
    let empty = [page(None, list_with_more(&[], "A")), page(Some("A"), list(&[listed("901_78", None)]))];
    assert_eq!(found(reply(post()), empty).await.unwrap().as_deref(), Some("901_78"), "an empty page is no end");
    let old = page(None, list_with_more(&[recent(), other("2026-01-09T23:00:00+0000")], "A"));
    assert_eq!(found(reply(post()), [old]).await.unwrap(), None);
    let names = ["A", "B", "C", "D", "E"];
    let pages = (0..5).map(|nth: usize| {
        page(nth.checked_sub(1).map(|before| names[before]), list_with_more(&[recent()], names[nth]))
    });
    let error = found(reply(post()), pages).await.unwrap_err();
    assert!(error.message().contains("too much"), "{error}");
    let naming = Act::Reply { to: post(), say: Say::new("@[7059558] Sorry!"), visibility: Visibility::Public };
    let shown = with(listed("901_78", None), json!({"message": "Jo Doe Sorry!"}));
    assert!(found(naming, [page(None, list(&[shown]))]).await.is_err(), "how Facebook shows it is not known");
    let nowhere = json!({"data": [recent()], "paging": {"next": "https://graph.facebook.com/v25.0/x"}}).to_string();
    assert!(found(reply(post()), [page(None, nowhere)]).await.is_err());
}

/// A message of the page as a conversation gives it.
fn written(id: &str, text: &str) -> Value {
    json!({"id": id, "message": text, "created_time": "2026-01-09T23:06:40+0000", "from": {"id": PAGE, "name": "Acme"},
        "to": {"data": [{"id": PSID, "name": "Jo Doe"}]}})
}

fn thread(messages: &[Value]) -> Value {
    json!({"id": "t_1", "updated_time": "2026-01-09T23:06:40+0000", "messages": {"data": messages}})
}

#[tokio::test]
async fn a_lost_message_is_found_in_the_conversation() {
    let conversation =
        |body: String| [get(&format!("{PAGE}/conversations?platform=messenger&user_id={PSID}")).json(body)];
    let in_thread = |messages: &[Value]| conversation(list(&[thread(messages)]));
    let it = written("m_9", WORDS);
    for act in [direct(None, None), direct(None, Some("human_agent")), direct(Some(message()), None)] {
        let found = found(act, in_thread(std::slice::from_ref(&it))).await.unwrap();
        assert_eq!(found.as_deref(), Some("m_9"));
    }
    for other in [
        written("m_9", "Something else"),
        with(it.clone(), json!({"created_time": "2026-01-09T22:00:00+0000"})),
        with(it.clone(), json!({"from": {"id": PSID}, "to": {"data": [{"id": PAGE}]}})),
        with(it.clone(), json!({"to": {"data": [{"id": "7000000000000002"}]}})),
    ] {
        assert_eq!(found(direct(None, None), in_thread(&[other])).await.unwrap(), None);
    }
    assert_eq!(found(direct(None, None), conversation(list(&[]))).await.unwrap(), None);
    let many: Vec<_> = (0..20).map(|nth| written(&format!("m_{nth}"), "x")).collect();
    let error = found(direct(None, None), in_thread(&many)).await.unwrap_err();
    assert!(error.message().contains("too much"), "{error}");
    let mut reaching_back = many;
    reaching_back[19]["created_time"] = json!("2026-01-09T22:00:00+0000");
    assert_eq!(found(direct(None, None), in_thread(&reaching_back)).await.unwrap(), None);
    let closed = json!({"id": "t_1", "updated_time": "2026-01-09T23:06:40+0000"});
    assert!(found(direct(None, None), conversation(list(&[closed]))).await.is_err(), "its messages are not told");
}

#[tokio::test]
async fn a_lost_private_answer_is_found_in_the_conversation_it_began() {
    let about_comment = || direct(Some(comment()), None);
    let fields = "can_reply_privately,private_reply_conversation{id,updated_time,messages.limit(20){\
                  id,created_time,from,to,message,attachments,sticker,reply_to}}";
    let asked =
        |answer: Value| [get("901_77").query("fields", fields).json(with(json!({"id": "901_77"}), answer).to_string())];
    let begun = |text: &str| {
        let thread = thread(&[written("m_9", text)]);
        json!({"can_reply_privately": false, "private_reply_conversation": thread})
    };
    assert_eq!(found(about_comment(), asked(begun(WORDS))).await.unwrap().as_deref(), Some("m_9"));
    assert_eq!(found(about_comment(), asked(begun("An agent's"))).await.unwrap(), None);
    assert_eq!(found(about_comment(), asked(json!({"can_reply_privately": true}))).await.unwrap(), None);
    for untold in [json!({"can_reply_privately": false}), json!({})] {
        assert!(found(about_comment(), asked(untold)).await.is_err());
    }
    let of_post = |may: bool| {
        [get(&format!("{PAGE}_901?fields=can_reply_privately"))
            .json(json!({"id": post_id(), "can_reply_privately": may}).to_string())]
    };
    assert_eq!(found(direct(Some(post()), None), of_post(true)).await.unwrap(), None);
    assert!(found(direct(Some(post()), None), of_post(false)).await.is_err());
    // In public Jo has another id than in private.
    let to_public = Act::DirectMessage { to: Person::new("7059558"), say: say(), about: Some(comment()), tag: None };
    assert_eq!(found(to_public, asked(begun(WORDS))).await.unwrap().as_deref(), Some("m_9"));
}

#[tokio::test]
async fn other_acts_are_looked_for_by_what_they_change() {
    let look = |id: &str, field: &str, value: Value| {
        let answer = if value.is_null() { json!({"id": id}) } else { json!({"id": id, field: value}) };
        get(&format!("{id}?fields={field}")).json(answer.to_string())
    };
    for wanted in [true, false] {
        for is in [true, false] {
            let like = Act::Like { on: comment(), liked: wanted };
            assert_eq!(found(like, [look("901_77", "user_likes", json!(is))]).await.unwrap().is_some(), wanted == is);
            let hide = Act::Hide { on: comment(), hidden: wanted };
            assert_eq!(found(hide, [look("901_77", "is_hidden", json!(is))]).await.unwrap().is_some(), wanted == is);
        }
        let like = Act::Like { on: comment(), liked: wanted };
        assert!(found(like, [look("901_77", "user_likes", Value::Null)]).await.is_err(), "it does not tell");
        let hide = Act::Hide { on: comment(), hidden: wanted };
        assert!(found(hide, [look("901_77", "is_hidden", Value::Null)]).await.is_err(), "it does not tell");
        assert!(found(Act::Like { on: post(), liked: wanted }, []).await.is_err(), "of posts only numbers are told");
    }
    let edit = || Act::Edit { on: ours(), say: say() };
    assert_eq!(found(edit(), [look("901_80", "message", json!(WORDS))]).await.unwrap().as_deref(), Some("901_80"));
    assert_eq!(found(edit(), [look("901_80", "message", json!("Old."))]).await.unwrap(), None);
    let delete = || Act::Delete { on: ours() };
    let stands = get("901_80?fields=id").json(r#"{"id":"901_80"}"#);
    assert_eq!(found(delete(), [stands]).await.unwrap(), None);
    let gone = answering(get("901_80?fields=id"), error(400, 100, 33));
    assert_eq!(found(delete(), [gone]).await.unwrap().as_deref(), Some("901_80"));
}

#[tokio::test]
async fn who_cannot_look_says_so() {
    let first = || get("901_77");
    for (status, code, subcode) in [(401, 190, 0), (400, 4, 0), (500, 2, 0), (400, 100, 33)] {
        let refused = || error(status, code, subcode);
        let told = found(reply(comment()), [answering(first(), refused())]).await.unwrap_err();
        assert_eq!(told.operation(), "find_sent");
        assert!(!format!("{told:?}").contains("planted"), "{told:?}");
        let listing = [parent_of("901_77", None), answering(comments_of("901_77"), refused())];
        assert!(found(reply(comment()), listing).await.is_err());
        assert!(found(publish(), [answering(get(&format!("{PAGE}/feed")), refused())]).await.is_err());
        let threads = answering(get(&format!("{PAGE}/conversations")), refused());
        assert!(found(direct(None, None), [threads]).await.is_err());
    }
    for body in ["", "<html>", r#"{"data":[{"message":"no id","created_time":"2026-01-09T23:06:40+0000"}]}"#] {
        assert!(found(publish(), [get(&format!("{PAGE}/feed")).json(body)]).await.is_err(), "{body}");
    }
    assert!(found(publish(), [get(&format!("{PAGE}/feed")).fault(Fault::Timeout)]).await.is_err());
}

#[test]
fn the_capability_says_what_can_be_sent() {
    let capability = account().capability();
    assert_eq!(capability.send_verbs, Act::VERBS);
    assert!(capability.sends_once_for == 0 && capability.sent_lag > 0);
}
