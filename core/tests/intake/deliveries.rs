//! Deliveries: refused by their id when they come again, set aside where they cannot be read, answered by what they are.

use std::sync::Arc;

use careline::care::{Engine, TenantSetup, status_of};
use careline::intake::{MAX_BODY, Parsed, WebhookRequest};
use careline::model::*;
use careline::network::BodyKind;
use careline::store::MemoryStore;
use careline::{Error, ErrorKind};
use careline_testkit::ManualClock;
use careline_testkit::fake::{FakeFixture, FakeWebhook};
use careline_testkit::network::{Item, NetworkFixture, SECRET, message};
use http::Method;

use crate::support::*;

#[tokio::test]
async fn the_same_bytes_again_are_refused_without_a_look_at_their_events() {
    let store = Watched::new();
    let engine = single(store.clone());
    let request = body(&[item("a1", "1", "jo"), item("a1", "2", "jo")]);
    assert_eq!(engine.receive("post", &request).await.unwrap().ingested.added, 2);
    let before = all(&tenant(&engine)).await;
    store.reset();
    let again = engine.receive("post", &request).await.unwrap().ingested;
    assert_eq!((again.known, again.added, again.changed), (2, 0, 0));
    assert_eq!((store.count(&store.keys), store.count(&store.commits)), (1, 0), "only the delivery's own key is read");
    assert_eq!(all(&tenant(&engine)).await, before);
}

#[tokio::test]
async fn another_way_to_us_adds_the_account_and_the_channel_only() {
    let engine = engine(Watched::new(), &[("default", &[("acme", "a1"), ("acmehelp", "a2")])]);
    let tenant = tenant(&engine);
    let (first, second) = (item("a1", "1", "jo"), item("a2", "1", "jo"));
    engine.receive("post", &body(std::slice::from_ref(&first))).await.unwrap();
    let case = tenant.all_cases(9).await.unwrap().items.remove(0);
    // A second subscription: the same item in another body. Then a second account. Then by reading.
    for beside in ["b", "c", "d", "e"] {
        let body = body(&[first.clone(), serde_json::json!({ "account": "a1", "odd": beside })]);
        let again = engine.receive("post", &body).await.unwrap();
        assert_eq!((again.ingested.known, again.ingested.quarantined), (1, 1), "whichever body the message names");
    }
    assert_eq!(engine.receive("post", &body(&[second])).await.unwrap().ingested.changed, 1);
    let raw = body(&[first]).body;
    let mut parsed = read(&raw, NOW);
    parsed.events.iter_mut().for_each(|event| event.channel = Channel::Poll);
    assert_eq!(tenant.ingest("acme/comments", Channel::Poll, raw, parsed).await.unwrap().changed, 1);

    let messages = messages(&tenant).await;
    assert_eq!(messages.keys().collect::<Vec<_>>(), ["1"]);
    let only = &messages["1"][0];
    assert_eq!(only.accounts, ["acme".into(), "acmehelp".into()].into());
    let by_account =
        [("acme".into(), [Channel::Webhook, Channel::Poll].into()), ("acmehelp".into(), [Channel::Webhook].into())];
    assert_eq!(only.channels, by_account.into());
    let coverage = tenant.coverage().await.unwrap();
    let of = |account: &str| (coverage[account].pushed, coverage[account].listed, coverage[account].both);
    assert_eq!((of("acme"), of("acmehelp")), ((1, 1, 1), (1, 0, 0)), "each account tells of itself");
    let cases = tenant.all_cases(9).await.unwrap().items;
    assert_eq!((cases.len(), &cases[0].id, cases[0].messages, &cases[0].clocks), (1, &case.id, 1, &case.clocks));
    assert_eq!(tenant.customers(9).await.unwrap().items.len(), 1);
    assert_eq!(tenant.totals("network.").await.unwrap()["network.post"], 1);
}

#[tokio::test]
async fn our_own_message_comes_back_and_is_no_customers() {
    let engine = engine(Watched::new(), &[("default", &[("acme", "a1"), ("acmehelp", "a2")])]);
    let tenant = tenant(&engine);
    engine.receive("post", &body(&[item("a1", "1", "jo")])).await.unwrap();
    // Written by the one account, seen by the other.
    let mut echo = item("a1", "2", "a2");
    echo["to"] = "1".into();
    engine.receive("post", &body(&[echo])).await.unwrap();
    let echo = messages(&tenant).await.remove("2").unwrap().remove(0);
    assert_eq!((echo.origin, echo.author, echo.customer), (Origin::Brand, None, None));
    let cases = tenant.all_cases(9).await.unwrap().items;
    assert_eq!((cases.len(), cases[0].awaiting_since), (1, None), "it answers the customer");
    assert_eq!(tenant.customers(9).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_bad_item_among_a_hundred_leaves_the_others() {
    let engine = single(Watched::new());
    let mut items: Vec<_> = (0..100).map(|id| item("a1", &format!("n{id}"), &format!("u{id}"))).collect();
    items[41].as_object_mut().unwrap().remove("id");
    let told = engine.receive("post", &body(&items)).await.unwrap();
    assert_eq!((told.ingested.added, told.ingested.quarantined, told.reply.status.as_u16()), (99, 1, 200));
    let aside = tenant(&engine).quarantine(9).await.unwrap().items;
    assert_eq!(
        (aside.len(), aside[0].endpoint.as_str(), aside[0].error["code"].as_str()),
        (1, "a1", Some("input_invalid"))
    );
    assert!(aside[0].range.is_some());
}

#[tokio::test]
async fn an_unknown_kind_is_visible_and_read_once_it_is_known() {
    let engine = single(Watched::new());
    let tenant = tenant(&engine);
    let mut odd = item("a1", "1", "jo");
    odd["kind"] = "hologram".into();
    engine.receive("post", &body(&[odd, item("a1", "2", "jo")])).await.unwrap();
    let aside = tenant.quarantine(9).await.unwrap().items;
    assert_eq!((aside.len(), aside[0].error["context"]["kind"].as_str()), (1, Some("hologram")));
    let id = aside[0].id.clone();

    // Tried too early, it stays.
    let envelope = |raw: &[u8]| [&b"{\"items\":["[..], raw, b"]}"].concat();
    let early = tenant.redrive(&id, |_, raw| Ok(read(&envelope(raw), NOW))).await.unwrap_err();
    assert_eq!((early.kind(), early.operation()), (ErrorKind::Unsupported, "redrive"));
    let broken = |_: &careline::store::Delivery, _: &[u8]| Err(Error::new(ErrorKind::InputInvalid, "no"));
    assert_eq!(tenant.redrive(&id, broken).await.unwrap_err().kind(), ErrorKind::InputInvalid);
    assert_eq!(tenant.quarantine(9).await.unwrap().items.len(), 1);

    let learnt = |delivery: &careline::store::Delivery, raw: &[u8]| {
        let known = String::from_utf8(envelope(raw)).unwrap().replace("hologram", "");
        Ok(read(known.as_bytes(), delivery.received_at))
    };
    assert_eq!(tenant.redrive(&id, learnt).await.unwrap().added, 1);
    assert_eq!(tenant.quarantine(9).await.unwrap().items, []);
    let found = messages(&tenant).await.remove("1").unwrap().remove(0);
    // Its raw form is the item in the very delivery it came in.
    let raw = found.raw.unwrap();
    let delivery = engine.store().delivery(tenant.id(), &raw.delivery).await.unwrap().unwrap();
    let range = raw.range.unwrap();
    assert!(delivery.body[range.start as usize..range.end as usize].starts_with(b"{\"account\":\"a1\""));
    let before = all(&tenant).await;
    assert_eq!(tenant.redrive(&id, learnt).await.unwrap(), Default::default(), "twice adds nothing");
    assert_eq!(all(&tenant).await, before);
    assert_eq!(tenant.redrive(&"q0".into(), learnt).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_account_nobody_owns_is_set_aside_until_a_policy_names_it() {
    let store = Watched::new();
    let engine = single(store.clone());
    let told = engine.receive("post", &body(&[item("a1", "1", "jo"), item("a9", "2", "jo")])).await.unwrap();
    assert_eq!((told.ingested.added, told.ingested.quarantined), (1, 1));
    let aside = tenant(&engine).quarantine(9).await.unwrap().items.remove(0);
    assert_eq!((aside.error["code"].as_str(), aside.endpoint.as_str()), (Some("account_unknown"), "a9"));
    let whole = |delivery: &careline::store::Delivery, raw: &[u8]| {
        let envelope = [&b"{\"items\":["[..], raw, b"]}"].concat();
        Ok(read(&envelope, delivery.received_at))
    };
    let early = tenant(&engine).redrive(&aside.id, whole).await.unwrap_err();
    assert_eq!(early.kind(), ErrorKind::AccountUnknown);
    // The policy names it now.
    let mended = crate::support::engine(store, &[("default", &[("acme", "a1"), ("shop", "a9")])]);
    assert_eq!(tenant(&mended).redrive(&aside.id, whole).await.unwrap().added, 1);
    let found = messages(&tenant(&mended)).await;
    assert_eq!(found["2"][0].accounts, ["shop".into()].into());
    assert_eq!(tenant(&mended).quarantine(9).await.unwrap().items, []);
}

fn fake() -> (Engine, FakeFixture) {
    let fixture = FakeFixture::default();
    let engine = Engine::builder(Arc::new(MemoryStore::new()))
        .clock(Arc::new(ManualClock::new(NOW)))
        .endpoint("fake", Arc::new(FakeWebhook::new(&[SECRET]).unwrap()))
        .tenant("default", TenantSetup::new(policy_on("fake", &[("acme", "acme-1")])));
    (engine.build().unwrap(), fixture)
}

fn signed(fixture: FakeFixture, body: &[u8]) -> WebhookRequest {
    WebhookRequest::post(fixture.signed(SECRET, body), body.to_vec())
}

#[tokio::test]
async fn each_bad_request_gets_its_status_and_leaves_no_trace() {
    let (engine, fixture) = fake();
    let good = fixture.body(BodyKind::Webhook, &[message(1)]).unwrap();
    let mut requests = Vec::new();
    requests.push((401, WebhookRequest::post(fixture.signed("another secret", &good), good.clone())));
    let mut unsigned = fixture.signed(SECRET, &good);
    unsigned.remove(fixture.signature_header());
    requests.push((401, WebhookRequest::post(unsigned, good.clone())));
    let mut tampered = good.clone();
    tampered.push(b' ');
    requests.push((401, WebhookRequest::post(fixture.signed(SECRET, &good), tampered)));
    let large = vec![b' '; MAX_BODY + 1];
    requests.push((413, signed(fixture, &large)));
    requests.push((400, WebhookRequest::new(Method::PUT, "", fixture.signed(SECRET, &good), good.clone())));
    requests.push((400, WebhookRequest::get("")));
    let mut form = fixture.signed(SECRET, &good);
    form.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    requests.push((400, WebhookRequest::post(form, good.clone())));
    for (status, request) in &requests {
        let error = engine.receive("fake", request).await.unwrap_err();
        assert_eq!(status_of(&error).as_u16(), *status, "{error}");
        assert!(!format!("{error:?}").contains(SECRET) && !format!("{error:?}").contains("parcel"), "{error:?}");
    }
    assert_eq!(status_of(&engine.receive("nowhere", &requests[0].1).await.unwrap_err()).as_u16(), 404);
    assert_eq!(all(&tenant(&engine)).await, Vec::<String>::new());
    // The very same body, well signed, is taken in.
    assert_eq!(engine.receive("fake", &signed(fixture, &good)).await.unwrap().ingested.added, 1);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_kept_whole_and_answered() {
    let (engine, fixture) = fake();
    let tenant = tenant(&engine);
    let deep = "[".repeat(100_000);
    let bodies: [&[u8]; 6] =
        [b"{\"items\":[{\"type\":\"message\",\"id\":\"1\"", deep.as_bytes(), b"\xff\xfe\x00", b"", b"null", b"42"];
    for (nth, body) in bodies.iter().enumerate() {
        let told = engine.receive("fake", &signed(fixture, body)).await.unwrap();
        assert_eq!((told.reply.status.as_u16(), told.ingested.quarantined), (200, 1), "body {nth}");
        let again = engine.receive("fake", &signed(fixture, body)).await.unwrap();
        assert_eq!(again.ingested.quarantined, 0, "body {nth} again");
    }
    let aside = tenant.quarantine(99).await.unwrap().items;
    assert_eq!(aside.len(), bodies.len());
    assert!(aside.iter().all(|item| item.range.is_none() && item.redriven_at.is_none()));
    for item in &aside {
        let kept = engine.store().delivery(tenant.id(), &item.delivery).await.unwrap().unwrap();
        assert!(bodies.contains(&&kept.body[..]), "the raw bytes, untouched");
    }
    // Broken text is repaired and noted, and the raw form stays what it was.
    let broken =
        br#"{"account":"acme-1","items":[{"type":"message","id":"7","user":{"id":"70"},"text":"help \ud83d!"}]}"#;
    assert_eq!(engine.receive("fake", &signed(fixture, broken)).await.unwrap().ingested.added, 1);
    assert_eq!(messages(&tenant).await["7"][0].text(), "help \u{fffd}!");
    assert!(raws(&tenant).await.iter().any(|raw| raw.as_bytes() == broken));
}

#[tokio::test]
async fn ids_may_be_numbers_and_a_genuine_body_without_items_is_kept() {
    let (engine, fixture) = fake();
    let numbers =
        br#"{"account":"acme-1","items":[{"type":"message","id":9007199254740993,"user":{"id":70},"text":"help"}]}"#;
    let text = br#"{"account":"acme-1","items":[{"type":"message","id":"9007199254740993","user":{"id":"70"},"text":"help"}]}"#;
    assert_eq!(engine.receive("fake", &signed(fixture, numbers)).await.unwrap().ingested.added, 1);
    assert_eq!(engine.receive("fake", &signed(fixture, text)).await.unwrap().ingested.known, 1);
    let empty = br#"{"account":"acme-1","items":[]}"#;
    let absent = br#"{"account":"acme-1"}"#;
    for body in [&empty[..], absent] {
        assert_eq!(engine.receive("fake", &signed(fixture, body)).await.unwrap().ingested, Default::default());
    }
    let raws = raws(&tenant(&engine)).await;
    assert_eq!(raws.len(), 4, "{raws:?}");
}

#[tokio::test]
async fn an_edit_and_a_deletion_come_in_any_order_with_the_message() {
    let (engine, fixture) = fake();
    let items = [
        Item::Deletion { of: 2 },
        Item::Edit { of: 1, text: "Acme, my parcel is late and broken".to_owned() },
        message(1),
        message(2),
    ];
    for item in items {
        let body = fixture.body(BodyKind::Webhook, &[item]).unwrap();
        engine.receive("fake", &signed(fixture, &body)).await.unwrap();
    }
    let messages = messages(&tenant(&engine)).await;
    assert_eq!(messages.len(), 2);
    let edited = &messages[&fixture.id(1)][0];
    assert_eq!((edited.text(), edited.revision, edited.revisions.len()), ("Acme, my parcel is late and broken", 1, 2));
    let deleted = &messages[&fixture.id(2)][0];
    assert_eq!((deleted.deleted_at.is_some(), deleted.text()), (true, ""));
    let raws = raws(&tenant(&engine)).await.concat();
    assert!(!raws.contains("Message 2:"), "what was taken back is gone from the raw form, too");
}

#[tokio::test]
async fn two_items_without_a_place_of_their_own_share_the_bodys() {
    let engine = single(Watched::new());
    let reject =
        |what| careline::intake::Reject { account: None, raw: None, error: Error::new(ErrorKind::InputInvalid, what) };
    let unknown = Event::new(
        NativeAccount::new(POST, "a1"),
        Channel::Stream,
        NOW,
        EventBody::Unknown(Unknown { name: "odd".into() }),
    );
    let parsed = Parsed { events: vec![unknown], rejects: vec![reject("one"), reject("two")], repaired: true };
    let told = tenant(&engine).ingest("line", Channel::Stream, "raw", parsed).await.unwrap();
    assert_eq!((told.quarantined, told.added), (1, 1));
    assert_eq!(tenant(&engine).quarantine(9).await.unwrap().items.len(), 1);
}
