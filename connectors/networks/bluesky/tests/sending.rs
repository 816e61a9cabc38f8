//! What an account says in public, how it says it, and what it makes of the answers.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixtures;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use careline::context::Context;
use careline::model::{Entity, EntityKind, Span, Visibility};
use careline::network::{Act, FindSent, Network, Outbound, Person, Receipt, Say, Target};
use careline::transport::{ByteStream, NoTransport, Repeatable, Transport, WebSocket};
use careline::{Error, ErrorKind, Retry};
use careline_bluesky::{Account, AccountConfig, Session};
use careline_testkit::{Exchange, Fault, ManualClock, Recorded, ScriptedTransport};
use http::{Request, Response};
use serde_json::{Value, json};

use fixtures::*;

const WORDS: &str = "Sorry! What is the number of your order?";
const NOW: &str = "2026-05-01T09:00:00.000Z";

fn account() -> Account {
    let mut config = AccountConfig::new(ACME, "planted-password");
    let mut session = Session::new(ACME, "access-1", "refresh-1");
    session.pds = Some(PDS.to_owned());
    config.session = Some(session);
    Account::new(config).unwrap()
}

fn scripted(exchanges: impl IntoIterator<Item = Exchange>) -> (ScriptedTransport, Context) {
    let transport = ScriptedTransport::new(exchanges);
    let clock = Arc::new(ManualClock::new(at(NOW)));
    (transport.clone(), Context::new(Arc::new(transport), clock))
}

fn xrpc(nsid: &str) -> String {
    format!("{PDS}/xrpc/{nsid}")
}

fn put() -> Exchange {
    Exchange::post(&xrpc("com.atproto.repo.putRecord")).requires_header("authorization", "Bearer access-1")
}

fn delete() -> Exchange {
    Exchange::post(&xrpc("com.atproto.repo.deleteRecord")).json("{}")
}

fn written(exchange: Exchange) -> Exchange {
    exchange.json(json!({"uri": uri(ACME, "3kwritten"), "cid": "bafyreinew"}).to_string())
}

/// A record of ours is asked for.
fn asked_for(collection: &str) -> Exchange {
    Exchange::get(&xrpc("com.atproto.repo.getRecord")).query("repo", ACME).query("collection", collection)
}

fn ours(value: &Value) -> Exchange {
    asked_for("app.bsky.feed.post")
        .json(json!({"uri": uri(ACME, "3kours"), "cid": "bafyreiours", "value": value}).to_string())
}

fn liked_in(rkey: &str) -> Exchange {
    asked_for("app.bsky.feed.like").query("rkey", rkey).json(r#"{"uri":"at://x","cid":"bafyreilike","value":{}}"#)
}

fn absent(exchange: Exchange) -> Exchange {
    refused(exchange, 400, "RecordNotFound")
}

fn refused(exchange: Exchange, status: u16, error: &str) -> Exchange {
    exchange.json(json!({"error": error, "message": "made up"}).to_string()).status(status)
}

/// The post of Jo, as the service shows it.
fn shown(change: Value) -> Exchange {
    Exchange::get(&xrpc("app.bsky.feed.getPosts"))
        .query("uris", &uri(JO, "3kasked"))
        .json(json!({"posts": [with(post("3kasked", record("hm")), change)]}).to_string())
}

fn gone() -> Exchange {
    shown(json!({})).json(r#"{"posts":[]}"#)
}

fn jo_wrote() -> Target {
    Target::new(uri(JO, "3kasked"))
}

fn reply() -> Outbound {
    Outbound::new("act-1", Act::Reply { to: jo_wrote(), say: Say::new(WORDS), visibility: Visibility::Public })
}

fn publish(say: Say) -> Outbound {
    Outbound::new("act-1", Act::Publish { say, visibility: Visibility::Public })
}

fn like(liked: bool) -> Outbound {
    Outbound::new("act-1", Act::Like { on: jo_wrote(), liked })
}

async fn send(
    out: &Outbound,
    exchanges: impl IntoIterator<Item = Exchange>,
) -> (Result<Receipt, Error>, Vec<Recorded>) {
    let (script, cx) = scripted(exchanges);
    let receipt = account().send(&cx, out).await;
    (receipt, script.requests())
}

async fn find(out: &Outbound, exchanges: impl IntoIterator<Item = Exchange>) -> Result<Option<Receipt>, Error> {
    let (_script, cx) = scripted(exchanges);
    account().find_sent(&cx, FindSent::new(out.clone(), at(NOW))).await
}

fn body(request: &Recorded) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// The key under which these requests wrote.
fn key_in(requests: &[Recorded]) -> String {
    body(requests.last().unwrap())["rkey"].as_str().unwrap().to_owned()
}

fn reference(uri: &str, cid: &str) -> Value {
    json!({"uri": uri, "cid": cid})
}

#[tokio::test]
async fn a_post_and_an_answer_are_records_of_our_repository() {
    let mut say = Say::new(WORDS);
    say.language = Some("en".into());
    let plain = json!({"$type": "app.bsky.feed.post", "text": WORDS, "createdAt": NOW});
    let (receipt, requests) = send(&publish(say), [written(put())]).await;
    let rkey = key_in(&requests);
    let receipt = receipt.unwrap();
    assert_eq!(receipt.native_id, uri(ACME, &rkey));
    let permalink = format!("https://bsky.app/profile/{ACME}/post/{rkey}");
    assert_eq!((receipt.permalink, receipt.at), (Some(permalink), None));
    let told = with(plain.clone(), json!({"langs": ["en"]}));
    let expected = json!({"repo": ACME, "collection": "app.bsky.feed.post", "rkey": rkey, "record": told,
        "swapRecord": null});
    assert_eq!(body(&requests[0]), expected);
    assert_eq!(requests[0].headers["content-type"], "application/json");

    let (asked, first) = (uri(JO, "3kasked"), uri("did:plc:madeupann", "3kfirst"));
    let deep = answer("hm", &first, &first);
    for (parent, root) in [
        (json!({}), reference(&asked, "bafyreimadeup")),
        (json!({ "record": deep }), reference(&first, "bafyreimadeup")),
        // Whoever wrote it wrote no address of a thread.
        (json!({"record": with(record("hm"), json!({"reply": {"root": 7}}))}), reference(&asked, "bafyreimadeup")),
    ] {
        let (receipt, requests) = send(&reply(), [shown(parent), written(put())]).await;
        assert_eq!(receipt.unwrap().native_id, uri(ACME, &rkey), "the key is made from the act's own");
        let replying = json!({"root": root, "parent": reference(&asked, "bafyreimadeup")});
        assert_eq!(body(&requests[1])["record"], with(plain.clone(), json!({ "reply": replying })));
    }
}

#[tokio::test]
async fn our_own_thread_goes_on_at_once() {
    let to = Target::new(uri(ACME, "3kours"));
    let out = Outbound::new("act-2", Act::Reply { to, say: Say::new("(2/2)"), visibility: Visibility::Public });
    let asked = uri(JO, "3kasked");
    let (receipt, requests) = send(&out, [ours(&answer("(1/2)", &asked, &asked)), written(put())]).await;
    receipt.unwrap();
    assert_eq!(
        body(&requests[1])["record"]["reply"],
        json!({"root": reference(&asked, "bafyreimadeup"), "parent": reference(&uri(ACME, "3kours"), "bafyreiours")})
    );
}

fn entity(text: &str, part: &str, kind: EntityKind, value: &str) -> Entity {
    let start = text.find(part).unwrap();
    let span = Span::new(start, start + part.len()).unwrap();
    Entity { span, kind, value: value.to_owned(), native_id: None }
}

#[tokio::test]
async fn entities_are_facets_in_bytes_and_names_that_lead_nowhere_stay_text() {
    let text = "👍 @jo.example, @ann.example and @nobody.example: #help at acme.example/a";
    let of = |part: &str, kind: EntityKind, value: &str| entity(text, part, kind, value);
    let mut known = of("@ann.example", EntityKind::Mention, "ann.example");
    known.native_id = Some("did:plc:madeupann".into());
    let mut say = Say::new(text);
    say.entities = vec![
        of("acme.example/a", EntityKind::Link, "https://acme.example/a"),
        of("#help", EntityKind::Hashtag, "help"),
        of("@jo.example", EntityKind::Mention, "jo.example"),
        of("jo", EntityKind::Link, "https://over.example/the-name"),
        known,
        of("@nobody.example", EntityKind::Mention, "nobody.example"),
        of("at", EntityKind::Mention, "no handle"),
        of("and", EntityKind::Cashtag, "and"),
        Entity { span: Span::new(1, 3).unwrap(), ..of("#help", EntityKind::Hashtag, "cut") },
        Entity { span: Span::new(900, 903).unwrap(), ..of("#help", EntityKind::Hashtag, "beyond") },
    ];
    let resolving = |handle: &str| Exchange::get(&xrpc("com.atproto.identity.resolveHandle")).query("handle", handle);
    let found = || resolving("jo.example").json(json!({"did": JO}).to_string());
    for (status, error) in [(400, "HandleNotFound"), (400, "InvalidRequest")] {
        let nobody = refused(resolving("nobody.example"), status, error);
        let (receipt, requests) = send(&publish(say.clone()), [found(), nobody, written(put())]).await;
        receipt.unwrap();
        let feature = |kind: &str, more: Value| with(json!({"$type": format!("app.bsky.richtext.facet#{kind}")}), more);
        let expected = json!([
            facet(text, "@jo.example", mention(JO)),
            facet(text, "@ann.example", mention("did:plc:madeupann")),
            facet(text, "#help", feature("tag", json!({"tag": "help"}))),
            facet(text, "acme.example/a", feature("link", json!({"uri": "https://acme.example/a"}))),
        ]);
        assert_eq!(expected[0]["index"], json!({"byteStart": 5, "byteEnd": 16}), "a thumb is four bytes");
        assert_eq!(body(&requests[2])["record"]["facets"], expected);
    }
    // Whether somebody has the name is not known while nobody answers.
    let (error, _) = send(&publish(say), [found(), resolving("nobody.example").fault(Fault::Timeout)]).await;
    assert_eq!(error.unwrap_err().retry_advice(), Retry::Transient);
}

#[tokio::test]
async fn a_second_attempt_meets_the_first_ones_record() {
    let swap = || refused(put(), 400, "InvalidSwap");
    let asked = uri(JO, "3kasked");
    let it = answer(WORDS, &asked, &asked);
    let (receipt, requests) = send(&reply(), [shown(json!({})), swap(), ours(&it)]).await;
    let rkey = body(&requests[1])["rkey"].as_str().unwrap().to_owned();
    assert_eq!(receipt.unwrap().native_id, uri(ACME, &rkey));
    assert_eq!(requests[2].query("rkey").unwrap(), rkey);
    let (receipt, _) = send(&publish(Say::new(WORDS)), [swap(), ours(&record(WORDS))]).await;
    assert_eq!(receipt.unwrap().native_id, uri(ACME, &rkey));
    // What stands there is something else: the key was used for another act.
    for other in [record(WORDS), answer("Other words", &asked, &asked), answer(WORDS, &asked, &uri(JO, "3kother"))] {
        let (error, _) = send(&reply(), [shown(json!({})), swap(), ours(&other)]).await;
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::Conflict, Retry::Never), "{other}");
    }
    // The parent went after the first attempt was in time.
    for refused in [gone(), shown(json!({"viewer": {"replyDisabled": true}}))] {
        let (receipt, _) = send(&reply(), [refused, ours(&it)]).await;
        assert_eq!(receipt.unwrap().native_id, uri(ACME, &rkey));
    }
}

#[tokio::test]
async fn what_nobody_would_see_is_not_written() {
    let nothing = || absent(asked_for("app.bsky.feed.post"));
    let (error, _) = send(&reply(), [gone(), nothing()]).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
    let (error, _) = send(&reply(), [shown(json!({"viewer": {"replyDisabled": true}})), nothing()]).await;
    assert_eq!(
        (error.as_ref().unwrap_err().kind(), error.unwrap_err().retry_advice()),
        (ErrorKind::Blocked, Retry::Never)
    );
    let own = || Target::new(uri(ACME, "3kours"));
    let act = Act::Reply { to: own(), say: Say::new(WORDS), visibility: Visibility::Public };
    let (error, _) = send(&Outbound::new("act-1", act), [nothing(), nothing()]).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);

    let say = || Say::new(WORDS);
    let like_of = |id: &str| Act::Like { on: Target::new(id), liked: true };
    let hide_within = |thread: &str| Act::Hide { on: jo_wrote().within(thread), hidden: true };
    for (act, kind) in [
        (Act::Reply { to: jo_wrote(), say: say(), visibility: Visibility::Private }, ErrorKind::InputInvalid),
        (
            Act::Reply { to: Target::new("3km").within("3kc"), say: say(), visibility: Visibility::Public },
            ErrorKind::InputInvalid,
        ),
        (Act::Publish { say: say(), visibility: Visibility::Restricted }, ErrorKind::InputInvalid),
        (Act::Delete { on: jo_wrote() }, ErrorKind::InputInvalid),
        (like_of("3km"), ErrorKind::InputInvalid),
        (like_of("at://jo.example/app.bsky.feed.post/3k1"), ErrorKind::InputInvalid),
        (like_of(&format!("at://{JO}/app.bsky.feed.repost/3k1")), ErrorKind::InputInvalid),
        (like_of(&format!("at://{JO}/app.bsky.feed.post")), ErrorKind::InputInvalid),
        (Act::Edit { on: own(), say: say() }, ErrorKind::Unsupported),
        (hide_within("3kc"), ErrorKind::InputInvalid),
        (hide_within(&uri(JO, "3kfirst")), ErrorKind::InputInvalid),
        (hide_within(&uri(JO, "3kasked")), ErrorKind::Unsupported),
    ] {
        let (error, _) = send(&Outbound::new("act-1", act.clone()), []).await;
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.retry_advice()), (kind, Retry::Never), "{act:?}");
        assert_eq!(error.operation(), "send");
        assert_eq!(find(&Outbound::new("act-1", act), []).await.unwrap_err().kind(), kind);
    }
}

#[tokio::test]
async fn a_like_stands_once_wherever_it_was_given() {
    let (receipt, requests) = send(&like(true), [shown(json!({})), written(put())]).await;
    assert_eq!(receipt.unwrap(), Receipt::new(uri(JO, "3kasked")));
    let rkey = key_in(&requests);
    let subject = reference(&uri(JO, "3kasked"), "bafyreimadeup");
    let record = json!({"$type": "app.bsky.feed.like", "subject": subject, "createdAt": NOW});
    let expected =
        json!({"repo": ACME, "collection": "app.bsky.feed.like", "rkey": rkey, "record": record, "swapRecord": null});
    assert_eq!(body(&requests[1]), expected);
    let (again, _) = send(&like(true), [shown(json!({})), refused(put(), 400, "InvalidSwap")]).await;
    assert!(again.is_ok());
    assert_eq!(send(&like(true), [gone()]).await.0.unwrap_err().kind(), ErrorKind::NotFound);

    let by = |rkey: &str| json!({"viewer": {"like": format!("at://{ACME}/app.bsky.feed.like/{rkey}")}});
    let (in_app, _) = send(&like(true), [shown(by("3kapp")), liked_in("3kapp")]).await;
    assert!(in_app.is_ok());
    // The service still shows what was taken back since.
    let stale = absent(liked_in("3kapp"));
    assert!(send(&like(true), [shown(by("3kapp")), stale, written(put())]).await.0.is_ok());

    let (receipt, requests) = send(&like(false), [shown(by("3kapp")), delete(), delete()]).await;
    assert_eq!(receipt.unwrap(), Receipt::new(uri(JO, "3kasked")));
    let erased = |rkey: &str| json!({"repo": ACME, "collection": "app.bsky.feed.like", "rkey": rkey});
    assert_eq!([body(&requests[1]), body(&requests[2])], [erased(&rkey), erased("3kapp")]);
    for seen in [shown(by(&rkey)), shown(json!({})), gone()] {
        assert!(send(&like(false), [seen, delete()]).await.0.is_ok());
    }

    let stands = |exchange: Exchange, yes: bool| if yes { exchange } else { absent(exchange) };
    for (liked, ours, app, expected) in [
        (true, true, false, true),
        (true, false, true, true),
        (true, false, false, false),
        (false, false, false, true),
        (false, true, false, false),
        (false, false, true, false),
    ] {
        let exchanges = [shown(by("3kapp")), stands(liked_in(&rkey), ours), stands(liked_in("3kapp"), app)];
        assert_eq!(find(&like(liked), exchanges).await.unwrap().is_some(), expected, "{liked} {ours} {app}");
    }
}

const GATES: &str = "app.bsky.feed.threadgate";

/// Hides what Jo wrote in our thread, or shows it again.
fn hide(hidden: bool) -> Outbound {
    Outbound::new("act-1", Act::Hide { on: jo_wrote().within(uri(ACME, "3kours")), hidden })
}

fn gate_asked_for() -> Exchange {
    asked_for(GATES).query("rkey", "3kours")
}

/// The gate of our thread stands with this value.
fn gate(cid: &str, value: &Value) -> Exchange {
    let gate = format!("at://{ACME}/{GATES}/3kours");
    gate_asked_for().json(json!({"uri": gate, "cid": cid, "value": value}).to_string())
}

fn gate_with(hidden: &[&str]) -> Value {
    json!({"$type": GATES, "post": uri(ACME, "3kours"), "createdAt": NOW, "hiddenReplies": hidden})
}

fn gate_written(record: &Value, over: Option<&str>) -> Value {
    json!({"repo": ACME, "collection": GATES, "rkey": "3kours", "record": record, "swapRecord": over})
}

fn swapped() -> Exchange {
    refused(put(), 400, "InvalidSwap")
}

#[tokio::test]
async fn an_answer_in_our_thread_is_hidden_by_its_gate_and_shown_again() {
    let (asked, other) = (uri(JO, "3kasked"), uri(JO, "3kother"));
    let (receipt, requests) = send(&hide(true), [absent(gate_asked_for()), written(put())]).await;
    assert_eq!(receipt.unwrap(), Receipt::new(asked.as_str()));
    assert_eq!(body(&requests[1]), gate_written(&gate_with(&[&asked]), None));
    // Whoever does not know the thread looks at the answer first.
    let unknown = Outbound::new("act-1", Act::Hide { on: jo_wrote(), hidden: true });
    let told = shown(json!({ "record": answer("hm", &uri(ACME, "3kours"), &other) }));
    let (receipt, requests) = send(&unknown, [told, absent(gate_asked_for()), written(put())]).await;
    assert_eq!(receipt.unwrap(), Receipt::new(asked.as_str()));
    assert_eq!(body(&requests[2]), gate_written(&gate_with(&[&asked]), None));

    let more = json!({"createdAt": "2026-04-01T09:00:00.000Z", "allow": [{"$type": format!("{GATES}#mentionRule")}],
        "madeUp": {"new": [7]}});
    let full = |hidden: &[&str]| with(gate_with(hidden), more.clone());
    let mut bare = full(&[]);
    bare.as_object_mut().unwrap().remove("hiddenReplies");
    for (hidden, before, after) in [
        (true, bare, full(&[&asked])),
        (true, full(&[]), full(&[&asked])),
        (true, full(&[&other]), full(&[&other, &asked])),
        (false, full(&[&asked, &other, &asked]), full(&[&other])),
        (false, full(&[&asked]), full(&[])),
    ] {
        let (receipt, requests) = send(&hide(hidden), [gate("bafyreione", &before), written(put())]).await;
        assert_eq!(receipt.unwrap(), Receipt::new(asked.as_str()));
        assert_eq!(body(&requests[1]), gate_written(&after, Some("bafyreione")), "{before}");
        let (again, requests) = send(&hide(hidden), [gate("bafyreitwo", &after)]).await;
        assert_eq!((again.unwrap(), requests.len()), (Receipt::new(asked.as_str()), 1), "nothing is left to write");
        for (ask, expected) in [(hidden, true), (!hidden, false)] {
            assert_eq!(find(&hide(ask), [gate("bafyreitwo", &after)]).await.unwrap().is_some(), expected, "{after}");
        }
    }
    let (receipt, requests) = send(&hide(false), [absent(gate_asked_for())]).await;
    assert!(receipt.is_ok() && requests.len() == 1, "no gate hides nothing");
    assert!(find(&hide(false), [absent(gate_asked_for())]).await.unwrap().is_some());
    assert!(find(&hide(true), [absent(gate_asked_for())]).await.unwrap().is_none());
}

#[tokio::test]
async fn whoever_writes_the_gate_at_the_same_time_loses_nothing() {
    let (asked, other) = (uri(JO, "3kasked"), uri(JO, "3kother"));
    let theirs = || gate("bafyreitheirs", &gate_with(&[&other]));
    for first in [absent(gate_asked_for()), gate("bafyreiours", &gate_with(&[]))] {
        let (receipt, requests) = send(&hide(true), [first, swapped(), theirs(), written(put())]).await;
        assert!(receipt.is_ok(), "{receipt:?}");
        assert_eq!(body(&requests[3]), gate_written(&gate_with(&[&other, &asked]), Some("bafyreitheirs")));
    }
    let same = gate("bafyreitheirs", &gate_with(&[&asked]));
    let (receipt, requests) = send(&hide(true), [absent(gate_asked_for()), swapped(), same]).await;
    assert!(receipt.is_ok() && requests.len() == 3, "they hid it, too");
    let (error, _) = send(&hide(true), (0..5).flat_map(|_| [theirs(), swapped()])).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::Conflict, Retry::Transient));
}

#[tokio::test]
async fn what_cannot_be_hidden_is_refused_before_anything_is_written() {
    let unknown = Outbound::new("act-1", Act::Hide { on: jo_wrote(), hidden: true });
    let elsewhere = || shown(json!({ "record": answer("hm", &uri(JO, "3kfirst"), &uri(ACME, "3kours")) }));
    for (exchange, kind) in [
        (elsewhere as fn() -> Exchange, ErrorKind::InputInvalid),
        (|| shown(json!({})), ErrorKind::Unsupported),
        (gone, ErrorKind::NotFound),
    ] {
        let error = send(&unknown, [exchange()]).await.0.unwrap_err();
        assert_eq!((error.kind(), error.retry_advice()), (kind, Retry::Never), "{error}");
        assert_eq!(find(&unknown, [exchange()]).await.unwrap_err().kind(), kind);
    }

    let many = |count: usize| (0..count).map(|n| uri(JO, &format!("3k{n}"))).collect::<Vec<_>>();
    let listing =
        |many: &[String]| gate("bafyreione", &gate_with(&many.iter().map(String::as_str).collect::<Vec<_>>()));
    let error = send(&hide(true), [listing(&many(300))]).await.0.unwrap_err();
    assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::TooLarge, Retry::Never));
    assert!(send(&hide(true), [listing(&many(299)), written(put())]).await.0.is_ok());

    for unread in [
        gate_asked_for().json("<html>"),
        gate_asked_for().json(r#"{"uri":"at://x","value":{}}"#),
        gate_asked_for().json(r#"{"uri":"at://x","cid":"bafyreione","value":7}"#),
        gate_asked_for().fault(Fault::Timeout),
    ] {
        let error = send(&hide(true), [unread]).await.0.unwrap_err();
        assert_eq!(error.retry_advice(), Retry::Transient, "{error}");
    }
    for lost in [put().fault(Fault::Timeout), put().json("<html>"), refused(put(), 500, "InternalServerError")] {
        let error = send(&hide(true), [absent(gate_asked_for()), lost]).await.0.unwrap_err();
        assert_eq!(error.retry_advice(), Retry::Transient, "doing it twice does no harm: {error}");
    }
}

#[tokio::test]
async fn our_own_post_is_deleted_and_gone_is_gone() {
    let out = Outbound::new("act-1", Act::Delete { on: Target::new(uri(ACME, "3kours")) });
    let (receipt, requests) = send(&out, [delete()]).await;
    assert_eq!(receipt.unwrap(), Receipt::new(uri(ACME, "3kours")));
    assert_eq!(body(&requests[0]), json!({"repo": ACME, "collection": "app.bsky.feed.post", "rkey": "3kours"}));
    assert!(find(&out, [ours(&record("hm"))]).await.unwrap().is_none());
    assert!(find(&out, [absent(asked_for("app.bsky.feed.post"))]).await.unwrap().is_some());
}

#[tokio::test]
async fn a_lost_post_is_found_by_its_key_or_is_not_there() {
    let asked = uri(JO, "3kasked");
    let it = answer(WORDS, &asked, &asked);
    let (sent, _) = send(&reply(), [shown(json!({})), written(put())]).await;
    assert_eq!(find(&reply(), [ours(&it)]).await.unwrap(), Some(sent.unwrap()));
    assert_eq!(find(&reply(), [absent(asked_for("app.bsky.feed.post"))]).await.unwrap(), None);
    assert_eq!(find(&reply(), [ours(&record(WORDS))]).await.unwrap_err().kind(), ErrorKind::Conflict);
    for exchange in
        [refused(ours(&it), 500, "InternalServerError"), ours(&it).json("<html>"), ours(&it).fault(Fault::Reset)]
    {
        let error = find(&reply(), [exchange]).await.unwrap_err();
        assert_eq!(error.operation(), "find_sent");
    }
}

#[tokio::test]
async fn an_act_in_doubt_is_told_from_one_that_was_refused_or_never_begun() {
    for fault in [Fault::Timeout, Fault::Reset] {
        let advice =
            async |out: &Outbound, exchanges: Vec<Exchange>| send(out, exchanges).await.0.unwrap_err().retry_advice();
        assert_eq!(advice(&reply(), vec![shown(json!({})), put().fault(fault)]).await, Retry::Unknown);
        assert_eq!(advice(&like(true), vec![shown(json!({})), put().fault(fault)]).await, Retry::Transient);
        assert_eq!(
            advice(&reply(), vec![shown(json!({})).fault(fault)]).await,
            Retry::Transient,
            "nothing was written"
        );
    }
    for answered in
        [put().json("<html>"), put().json("{}"), refused(put(), 500, "InternalServerError"), put().status(502)]
    {
        let error = send(&reply(), [shown(json!({})), answered]).await.0.unwrap_err();
        assert_eq!(error.retry_advice(), Retry::Unknown, "{error}");
    }
    for (status, name, kind) in [
        (400, "InvalidRequest", ErrorKind::InputInvalid),
        (401, "AuthMissing", ErrorKind::Unauthenticated),
        (413, "PayloadTooLarge", ErrorKind::TooLarge),
    ] {
        let error = send(&reply(), [shown(json!({})), refused(put(), status, name)]).await.0.unwrap_err();
        assert_eq!((error.kind(), error.retry_advice()), (kind, Retry::Never), "{name}");
    }
    let limited = refused(put(), 429, "RateLimitExceeded").header("retry-after", "30");
    let error = send(&reply(), [shown(json!({})), limited]).await.0.unwrap_err();
    assert!(matches!(error.retry_advice(), Retry::After(_)), "{error:?}");
    for nonsense in [shown(json!({})).json("<html>"), shown(json!({ "cid": 7 }))] {
        let error = send(&reply(), [nonsense]).await.0.unwrap_err();
        assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::Unavailable, Retry::Transient));
    }
}

#[tokio::test]
async fn a_session_that_runs_out_in_the_middle_is_renewed_and_the_same_is_asked_again() {
    let refresh = || {
        Exchange::post(&xrpc("com.atproto.server.refreshSession")).requires_header("authorization", "Bearer refresh-1")
    };
    let renewed = || {
        let body = json!({"accessJwt": "access-2", "refreshJwt": "refresh-2", "handle": "acme.example", "did": ACME});
        refresh().json(body.to_string())
    };
    let expired = || refused(put(), 400, "ExpiredToken");
    let again =
        || Exchange::post(&xrpc("com.atproto.repo.putRecord")).requires_header("authorization", "Bearer access-2");
    let (receipt, requests) = send(&reply(), [shown(json!({})), expired(), renewed(), written(again())]).await;
    assert!(receipt.is_ok(), "{receipt:?}");
    assert_eq!(requests[1].body, requests[3].body);
    // The first time it was refused before anything was done; the second time nobody knows.
    let lost = [shown(json!({})), expired(), renewed(), again().fault(Fault::Timeout)];
    assert_eq!(send(&reply(), lost).await.0.unwrap_err().retry_advice(), Retry::Unknown);
    let unrenewed = [shown(json!({})), expired(), refresh().fault(Fault::Timeout)];
    assert_eq!(send(&reply(), unrenewed).await.0.unwrap_err().retry_advice(), Retry::Transient);
}

/// Answers every call alike and keeps which of them are safe to repeat.
#[derive(Debug, Default)]
struct Repeating(Mutex<Vec<bool>>);

#[async_trait]
impl Transport for Repeating {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        self.0.lock().unwrap().push(request.extensions().get::<Repeatable>().is_some());
        let answer = json!({"uri": uri(ACME, "3kwritten"), "convo": {"id": "3kconvo"}, "id": "3km"});
        Ok(Response::new(answer.to_string().into()))
    }

    async fn open(&self, request: Request<Bytes>) -> Result<Response<ByteStream>, Error> {
        NoTransport.open(request).await
    }

    async fn websocket(&self, request: Request<()>) -> Result<Box<dyn WebSocket>, Error> {
        NoTransport.websocket(request).await
    }
}

#[tokio::test]
async fn a_record_may_be_written_again_by_the_transport_and_a_direct_message_may_not() {
    let direct = Act::DirectMessage { to: Person::new(JO), say: Say::new(WORDS), about: None, tag: None };
    for (out, safe) in [(publish(Say::new(WORDS)), true), (Outbound::new("act-1", direct), false)] {
        let transport = Arc::new(Repeating::default());
        let cx = Context::new(transport.clone(), Arc::new(ManualClock::new(at(NOW))));
        account().send(&cx, &out).await.unwrap();
        assert_eq!(transport.0.lock().unwrap().last(), Some(&safe));
    }
}

#[test]
fn only_without_direct_messages_is_everything_sent_once() {
    let mut config = AccountConfig::new(ACME, "planted-password");
    let with = Account::new(config.clone()).unwrap().capability();
    assert_eq!(with.send_verbs, ["reply", "direct_message", "publish", "like", "hide", "delete"]);
    assert_eq!(with.sends_once_for, 0);
    config.direct_messages = false;
    let without = Account::new(config).unwrap().capability();
    assert_eq!(without.send_verbs, ["reply", "publish", "like", "hide", "delete"]);
    assert_eq!(without.sends_once_for, u32::MAX);
}
