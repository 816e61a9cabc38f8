//! What an account says, how it says it, and what it makes of the answers.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixtures;

use std::sync::Arc;

use careline::context::Context;
use careline::model::Visibility;
use careline::network::{Act, FindSent, Network, Outbound, Person, Receipt, Say, Target};
use careline::{Error, ErrorKind, Retry};
use careline_mastodon::{Account, AccountConfig};
use careline_testkit::{Exchange, Fault, ManualClock, Recorded, ScriptedTransport};
use http::Method;
use serde_json::{Value, json};

use fixtures::*;

const WORDS: &str = "@jo@other.example Sorry! What is the number of your order?";
const SHOWN: &str = "<p><span class=\"h-card\"><a href=\"https://other.example/@jo\" class=\"u-url mention\">@<span>jo</span>\
                     </a></span> Sorry! What is the number of your order?</p>";

fn account() -> Account {
    Account::new(AccountConfig::new("https://inst.example/", "planted-token").account_id("55").handle("@acme")).unwrap()
}

fn scripted(exchanges: impl IntoIterator<Item = Exchange>) -> (ScriptedTransport, Context) {
    let transport = ScriptedTransport::new(exchanges);
    let clock = Arc::new(ManualClock::new(at("2026-05-01T09:00:00Z")));
    (transport.clone(), Context::new(Arc::new(transport), clock))
}

fn jo_wrote() -> Target {
    Target::new("108").by(Person::new("7001").handle("jo@other.example"))
}

fn reply() -> Outbound {
    Outbound::new("act-1", Act::Reply { to: jo_wrote(), say: Say::new(WORDS), visibility: Visibility::Public })
}

fn sent(id: &str, parent: Option<&str>, visibility: &str) -> Value {
    with(
        status(id, SHOWN),
        json!({"account": acme(), "in_reply_to_id": parent, "visibility": visibility, "created_at": "2026-05-01T09:00:00.000Z"}),
    )
}

fn posted() -> Exchange {
    Exchange::post("https://inst.example/api/v1/statuses")
}

async fn send(out: &Outbound, exchange: Exchange) -> (Result<Receipt, Error>, Option<Recorded>) {
    let (script, cx) = scripted([exchange]);
    let receipt = account().send(&cx, out).await;
    (receipt, script.requests().pop())
}

/// Refused before anything is asked.
async fn refused(act: Act) -> Error {
    let (_script, cx) = scripted([]);
    account().send(&cx, &Outbound::new("act-1", act)).await.unwrap_err()
}

fn body(request: Option<Recorded>) -> Value {
    serde_json::from_slice(&request.unwrap().body).unwrap()
}

#[tokio::test]
async fn each_act_is_the_call_of_the_api() {
    let mut say = Say::new(WORDS);
    say.language = Some("en".into());
    let to = Person::new("7001").handle("jo@other.example");
    let published =
        |path: &str| posted().requires_header("idempotency-key", "act-1").json(sent("200", None, path).to_string());
    let acts = [
        (
            Act::Reply { to: jo_wrote(), say: say.clone(), visibility: Visibility::Restricted },
            json!({"status": WORDS, "in_reply_to_id": "108", "visibility": "private", "language": "en"}),
        ),
        (
            Act::DirectMessage { to: to.clone(), say: say.clone(), about: Some(jo_wrote()), tag: None },
            json!({"status": WORDS, "in_reply_to_id": "108", "visibility": "direct", "language": "en"}),
        ),
        (
            Act::DirectMessage { to, say: Say::new(WORDS), about: None, tag: None },
            json!({"status": WORDS, "visibility": "direct"}),
        ),
        (
            Act::Publish { say: Say::new("We know."), visibility: Visibility::Public },
            json!({"status": "We know.", "visibility": "public"}),
        ),
    ];
    for (act, expected) in acts {
        let (receipt, request) = send(&Outbound::new("act-1", act), published("public")).await;
        let receipt = receipt.unwrap();
        assert_eq!((receipt.native_id.as_str(), receipt.at), ("200", Some(at("2026-05-01T09:00:00Z"))));
        assert!(receipt.permalink.is_some());
        assert_eq!(request.as_ref().unwrap().headers["authorization"], "Bearer planted-token");
        assert_eq!(body(request), expected);
    }
    let on = || Target::new("200");
    let edited = Exchange::on(Method::PUT, "https://inst.example/api/v1/statuses/200")
        .json(sent("200", None, "public").to_string());
    let (receipt, request) = send(&Outbound::new("k", Act::Edit { on: on(), say: Say::new("New.") }), edited).await;
    assert_eq!((receipt.unwrap().native_id.as_str(), body(request)), ("200", json!({"status": "New."})));
    for (liked, path) in [(true, "favourite"), (false, "unfavourite")] {
        let call = Exchange::post(&format!("https://inst.example/api/v1/statuses/200/{path}")).json("{}");
        let (receipt, _) = send(&Outbound::new("k", Act::Like { on: on(), liked }), call).await;
        assert_eq!(receipt.unwrap(), Receipt::new("200"));
    }
    for status in [200, 404] {
        let call = Exchange::on(Method::DELETE, "https://inst.example/api/v1/statuses/200").json("{}").status(status);
        let (receipt, _) = send(&Outbound::new("k", Act::Delete { on: on() }), call).await;
        assert_eq!(receipt.unwrap(), Receipt::new("200"), "gone is gone");
    }
}

#[tokio::test]
async fn what_would_reach_nobody_is_refused_before_it_is_sent() {
    let jo = Person::new("7001").handle("jo@other.example");
    let texts = ["Sorry!", "@jo Sorry!", "@jo@else.example Sorry!", "me@jo@other.example", "@joe@other.example Sorry!"];
    for text in texts {
        let error = refused(Act::DirectMessage { to: jo.clone(), say: Say::new(text), about: None, tag: None }).await;
        assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::InputInvalid, Retry::Never), "{text}");
        assert!(error.to_string().contains("@jo@other.example"), "{error}");
        let reply = Act::Reply { to: jo_wrote(), say: Say::new(text), visibility: Visibility::Public };
        assert_eq!(refused(reply).await.kind(), ErrorKind::InputInvalid, "{text}");
    }
    for text in
        ["Sorry, @jo@other.example!", "(@jo@other.example): sorry", "@jo@other.example, sorry", "@jo@other.example."]
    {
        let act = Act::DirectMessage { to: jo.clone(), say: Say::new(text), about: None, tag: None };
        let (receipt, _) = send(&Outbound::new("k", act), posted().json(sent("200", None, "direct").to_string())).await;
        assert!(receipt.is_ok(), "{text}: {receipt:?}");
    }
    let nameless = Act::DirectMessage { to: Person::new("7001"), say: Say::new(WORDS), about: None, tag: None };
    assert!(refused(nameless).await.to_string().contains("handle"));
    assert_eq!(refused(Act::Hide { on: jo_wrote(), hidden: true }).await.kind(), ErrorKind::Unsupported);
    let other = Act::Publish { say: Say::new("a"), visibility: "made-up".into() };
    assert_eq!(refused(other).await.kind(), ErrorKind::InputInvalid);
}

#[tokio::test]
async fn our_own_thread_goes_on_without_naming_us() {
    let ours = Target::new("200").by(Person::new("55").handle("acme"));
    let act = Act::Reply { to: ours, say: Say::new("(2/2) and the rest"), visibility: Visibility::Public };
    let (receipt, _) =
        send(&Outbound::new("k", act), posted().json(sent("201", Some("200"), "public").to_string())).await;
    assert_eq!(receipt.unwrap().native_id, "201");
}

#[tokio::test]
async fn an_act_in_doubt_is_told_from_one_that_was_refused() {
    let like = Outbound::new("k", Act::Like { on: jo_wrote(), liked: true });
    let liked = || Exchange::post("https://inst.example/api/v1/statuses/108/favourite");
    for fault in [Fault::Timeout, Fault::Reset] {
        assert_eq!(send(&reply(), posted().fault(fault)).await.0.unwrap_err().retry_advice(), Retry::Unknown);
        assert_eq!(send(&like, liked().fault(fault)).await.0.unwrap_err().retry_advice(), Retry::Transient);
    }
    for status in [500, 502, 504] {
        let error = send(&reply(), posted().json("<html>").status(status)).await.0.unwrap_err();
        assert_eq!(error.retry_advice(), Retry::Unknown, "{status}");
    }
    for answer in ["", "<html>", "{}", "[]"] {
        let error = send(&reply(), posted().json(answer)).await.0.unwrap_err();
        assert_eq!(error.retry_advice(), Retry::Unknown, "it was taken, whatever came back: {answer:?}");
    }
    for (status, kind) in [
        (401, ErrorKind::Unauthenticated),
        (403, ErrorKind::PermissionDenied),
        (404, ErrorKind::NotFound),
        (422, ErrorKind::InputInvalid),
    ] {
        let error = send(&reply(), posted().json(r#"{"error":"no"}"#).status(status)).await.0.unwrap_err();
        assert_eq!((error.kind(), error.retry_advice()), (kind, Retry::Never));
        assert_eq!(error.operation(), "send");
    }
    for status in [429, 503] {
        let error = send(&reply(), posted().json("{}").status(status).header("retry-after", "30")).await.0.unwrap_err();
        assert!(matches!(error.retry_advice(), Retry::After(_)), "it did nothing yet: {error:?}");
    }
}

fn context(descendants: &[Value]) -> Exchange {
    Exchange::get("https://inst.example/api/v1/statuses/108/context")
        .json(json!({"ancestors": [], "descendants": descendants}).to_string())
}

fn ours(statuses: &[Value]) -> Exchange {
    Exchange::get("https://inst.example/api/v1/accounts/55/statuses?limit=40").json(Value::from(statuses).to_string())
}

async fn found(out: &Outbound, exchanges: impl IntoIterator<Item = Exchange>) -> Result<Option<String>, Error> {
    let (_script, cx) = scripted(exchanges);
    let ask = FindSent::new(out.clone(), at("2026-05-01T09:00:30Z"));
    Ok(account().find_sent(&cx, ask).await?.map(|receipt| receipt.native_id.into()))
}

#[tokio::test]
async fn a_lost_reply_is_found_where_it_stands_or_among_ours() {
    let it = sent("200", Some("108"), "public");
    let others = [
        sent("199", Some("107"), "public"),
        sent("199", None, "public"),
        sent("199", Some("108"), "direct"),
        with(it.clone(), json!({"id": "199", "content": "<p>@jo Something else</p>"})),
        with(it.clone(), json!({"id": "199", "created_at": "2026-05-01T08:00:00.000Z"})),
        with(it.clone(), json!({"id": "199", "account": jo()})),
    ];
    let both = |some: &[Value]| [context(some), ours(some)];
    assert_eq!(found(&reply(), [context(std::slice::from_ref(&it))]).await.unwrap().as_deref(), Some("200"));
    assert_eq!(found(&reply(), [context(&[]), ours(std::slice::from_ref(&it))]).await.unwrap().as_deref(), Some("200"));
    for other in others {
        assert_eq!(found(&reply(), both(std::slice::from_ref(&other))).await.unwrap(), None, "{other}");
    }
    let gone = Exchange::get("https://inst.example/api/v1/statuses/108/context").json("{}").status(404);
    assert_eq!(found(&reply(), [gone, ours(&[it])]).await.unwrap().as_deref(), Some("200"));
}

#[tokio::test]
async fn a_lost_private_message_is_found_wherever_servers_list_it() {
    let jo = Person::new("7001").handle("jo@other.example");
    let out = Outbound::new("act-1", Act::DirectMessage { to: jo, say: Say::new(WORDS), about: None, tag: None });
    let it = sent("200", None, "direct");
    let home = |some: &[Value]| {
        Exchange::get("https://inst.example/api/v1/timelines/home?limit=40").json(Value::from(some).to_string())
    };
    let threads = |some: Value| {
        Exchange::get("https://inst.example/api/v1/conversations")
            .json(json!([{"id": "1", "last_status": some}]).to_string())
    };
    assert_eq!(found(&out, [ours(std::slice::from_ref(&it))]).await.unwrap().as_deref(), Some("200"));
    assert_eq!(found(&out, [ours(&[]), home(std::slice::from_ref(&it))]).await.unwrap().as_deref(), Some("200"));
    let last = [ours(&[]), home(&[]), threads(it)];
    assert_eq!(found(&out, last).await.unwrap().as_deref(), Some("200"));
    let public = sent("200", None, "public");
    assert_eq!(found(&out, [ours(&[public]), home(&[]), threads(json!(null))]).await.unwrap(), None);
}

#[tokio::test]
async fn who_cannot_look_says_so() {
    for status in [401, 429, 500] {
        let refused = Exchange::get("https://inst.example/api/v1/statuses/108/context").json("{}").status(status);
        assert!(found(&reply(), [refused]).await.is_err());
        let refused = ours(&[]).status(status);
        assert!(found(&reply(), [context(&[]), refused]).await.is_err());
    }
    assert!(found(&reply(), [context(&[]), ours(&[]).json("<html>")]).await.is_err());
    // More was written since than is looked through.
    let page = |first: usize| {
        let written =
            (first..first + 20).map(|id| with(sent(&id.to_string(), None, "public"), json!({"content": "<p>x</p>"})));
        ours(&written.collect::<Vec<_>>())
    };
    let pages = (0..5).map(|number| page(300 + 20 * number));
    assert!(found(&reply(), std::iter::once(context(&[])).chain(pages)).await.is_err());
}

#[tokio::test]
async fn other_acts_are_looked_for_by_what_they_change() {
    let on = || Target::new("200");
    let look = |status: Value| Exchange::get("https://inst.example/api/v1/statuses/200").json(status.to_string());
    let gone = || look(json!({})).status(404);
    let like = |liked| Outbound::new("k", Act::Like { on: on(), liked });
    let stands = |favourited: bool| look(with(sent("200", None, "public"), json!({"favourited": favourited})));
    for (liked, is, expected) in [(true, true, true), (true, false, false), (false, false, true), (false, true, false)]
    {
        assert_eq!(found(&like(liked), [stands(is)]).await.unwrap().is_some(), expected);
    }
    let delete = Outbound::new("k", Act::Delete { on: on() });
    assert_eq!(found(&delete, [stands(false)]).await.unwrap(), None);
    assert_eq!(found(&delete, [gone()]).await.unwrap().as_deref(), Some("200"));
    let edit = Outbound::new("k", Act::Edit { on: on(), say: Say::new("New.") });
    let source = |text: &str| {
        Exchange::get("https://inst.example/api/v1/statuses/200/source")
            .json(json!({"id": "200", "text": text}).to_string())
    };
    assert_eq!(found(&edit, [source("New.")]).await.unwrap().as_deref(), Some("200"));
    assert_eq!(found(&edit, [source("Old.")]).await.unwrap(), None);
}

#[tokio::test]
async fn only_the_original_is_known_to_take_a_key_once() {
    let instance = |source: &str| json!({"version": "4.5.0", "source_url": source}).to_string();
    for (source, once) in [
        ("https://github.com/mastodon/mastodon", true),
        ("https://github.com/glitch-soc/mastodon", false),
        ("https://codeberg.org/superseriousbusiness/gotosocial", false),
    ] {
        let (_script, cx) = scripted([
            Exchange::get("https://inst.example/api/v1/accounts/verify_credentials").json(acme().to_string()),
            Exchange::get("https://inst.example/api/v2/instance").json(instance(source)),
        ]);
        let account = account();
        assert_eq!(account.capability().sends_once_for, 0, "not before it is known");
        account.check(&cx).await.unwrap();
        assert_eq!(account.capability().sends_once_for, if once { 3600 } else { 0 }, "{source}");
    }
}

#[tokio::test]
async fn a_key_that_cannot_stand_in_a_header_is_refused() {
    let (_script, cx) = scripted([]);
    let out = Outbound::new("a\nb", reply().act);
    assert_eq!(account().send(&cx, &out).await.unwrap_err().retry_advice(), Retry::Never);
}
