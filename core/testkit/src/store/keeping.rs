//! Handing out what is kept, and keeping it no longer than allowed.

use careline::model::{CaseStatus, Origin, RawRange, RawRef, Reply, ReplyState};
use careline::store::{ExportAsk, Exported, Key, Receipt, Record, RetainAsk, ScanOf, Store};

use super::StoreFixture;
use super::forgetting::put_two_people;
use super::sample::*;

pub(super) async fn an_export_holds_all_of_a_person_and_nobody_else(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_two_people(store).await;
    let ask = ExportAsk { customer: Some("p-jo".into()), raw: true };
    let all = store.export(&acme(), &ask).await.unwrap();
    let json = serde_json::to_string(&all).unwrap();
    let held = [
        "zanzibarquux",
        "jodoe_handle",
        "Jo Doe-Planted",
        "jo.doe@acme.example",
        "9000000000002",
        "9000000000003",
        "noteaboutjo",
        "answertojo",
        "earlierwording",
        "z-jo",
        "saidtojo",
        "z-to-jo",
        "\"submitted\":2",
    ];
    for held in held {
        assert!(json.contains(held), "{held} is missing");
    }
    let foreign = [
        "samswords",
        "i-sam",
        "p-sam",
        "c-sam",
        "noteaboutsam",
        "z-sam",
        "9000000000009",
        "saidtosam",
        "s-sam",
        "z-to-sam",
    ];
    for foreign in foreign {
        assert!(!json.contains(foreign), "{foreign} is somebody else's");
    }
    let without = store.export(&acme(), &ExportAsk { raw: false, ..ask }).await.unwrap();
    assert!(without.iter().all(|item| !matches!(item, Exported::Raw { .. })));
    assert!(without.len() < all.len());
    let nobody = ExportAsk { customer: Some("p9".into()), raw: true };
    assert_eq!(store.export(&acme(), &nobody).await.unwrap(), []);
}

pub(super) async fn an_export_of_everything_holds_everything(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_two_people(store).await;
    put_at(store, vec![(Key::Cursor("acme-x".into(), "mentions".into()), Record::Cursor("since=5".into()))]).await;
    let all = store.export(&acme(), &ExportAsk { customer: None, raw: true }).await.unwrap();
    let count = |wanted: fn(&Exported) -> bool| all.iter().filter(|item| wanted(item)).count();
    assert_eq!(
        count(|item| matches!(item, Exported::Record { record: Record::Message(m), .. } if m.content.is_some())),
        7
    );
    assert_eq!(count(|item| matches!(item, Exported::Record { record: Record::Assessment(_), .. })), 2);
    assert_eq!(count(|item| matches!(item, Exported::Record { record: Record::Case(_), .. })), 2);
    assert_eq!(count(|item| matches!(item, Exported::Record { record: Record::Customer(_), .. })), 3);
    assert_eq!(count(|item| matches!(item, Exported::Record { record: Record::Identity(_), .. })), 3);
    assert_eq!(count(|item| matches!(item, Exported::Record { record: Record::Conversation(_), .. })), 3);
    assert_eq!(count(|item| matches!(item, Exported::Record { record: Record::Slot(_), .. })), 2);
    assert_eq!(count(|item| matches!(item, Exported::Record { record: Record::Alias(_), .. })), 1);
    assert_eq!(count(|item| matches!(item, Exported::Record { record: Record::Quarantined(_), .. })), 2);
    assert_eq!(count(|item| matches!(item, Exported::Record { record: Record::Presence(_), .. })), 1);
    assert_eq!(count(|item| matches!(item, Exported::Record { record: Record::Cursor(_), .. })), 1);
    assert_eq!(count(|item| matches!(item, Exported::Step(_))), 2);
    assert_eq!(count(|item| matches!(item, Exported::Note(_))), 2);
    assert_eq!(count(|item| matches!(item, Exported::Timer(_))), 4);
    assert_eq!(
        count(|item| matches!(item, Exported::Record { record: Record::Reply(r), .. } if r.wording.is_some())),
        6
    );
    assert_eq!(
        count(|item| matches!(item, Exported::Record { record: Record::Reply(r), .. } if r.wording.is_none())),
        1
    );
    assert_eq!(count(|item| matches!(item, Exported::Record { record: Record::Line(_), .. })), 3);
    assert_eq!(count(|item| matches!(item, Exported::Raw { .. })), 5);
}

/// One person with an open case, one whose case is closed, one who only said hello; and an old post of ours.
async fn put_old_and_new(store: &dyn Store) {
    let by = |number: i64, secs: i64| {
        let mut message = message(&format!("m{number}"), &format!("t{number}"), secs, &format!("oldwords {number}"));
        message.customer = Some(format!("p{number}").into());
        message.author = Some(format!("i{number}").into());
        message.case = (number < 3).then(|| format!("c{number}").into());
        message.raw =
            Some(RawRef { delivery: format!("d{number}").into(), range: Some(RawRange { start: 0, end: 1 }) });
        message
    };
    let mut post = message("m4", "t4", 0, "oldwords of ours");
    post.origin = Origin::Brand;
    let mut closed = case("c2", "p2", "t2");
    closed.status = CaseStatus::Closed;
    let mut records = vec![msg(by(1, 10)), msg(by(2, 10)), msg(by(3, 20)), msg(post), in_case(case("c1", "p1", "t1"))];
    records.push(in_case(closed));
    for number in 1..=3 {
        let (person, profile) = (format!("p{number}"), format!("i{number}"));
        records.push(Record::Identity(Box::new(identity(&profile, &person))));
        records.push(Record::Customer(customer(&person, &[&profile])));
        records.push(Record::Conversation(conversation(&format!("t{number}"))));
    }
    deliver(store, (1..=3).map(|number| delivery(&format!("d{number}"), number * 10, "{}")).collect()).await;
    put(store, records).await;
}

async fn retain(store: &dyn Store, ask: RetainAsk) -> Receipt {
    store.retain(&acme(), &ask).await.unwrap()
}

async fn found(store: &dyn Store) -> Vec<String> {
    listed(store, ScanOf::Search { query: "oldwords".into() }).await
}

pub(super) async fn each_bound_of_retention_removes_its_own(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_old_and_new(store).await;
    assert_eq!(retain(store, RetainAsk::default()).await, Receipt::default());
    let receipt = retain(store, RetainAsk { raw_before: Some(at(20)), ..RetainAsk::default() }).await;
    assert_eq!(receipt.removed, [("raw_deliveries".to_owned(), 1)].into());
    assert_eq!(store.delivery(&acme(), &"d1".into()).await.unwrap(), None);
    assert!(store.delivery(&acme(), &"d2".into()).await.unwrap().is_some());
    assert_eq!(found(store).await, ["m3", "m1", "m2", "m4"]);
    let receipt = retain(store, RetainAsk { messages_before: Some(at(20)), ..RetainAsk::default() }).await;
    assert_eq!(receipt.removed, [("payloads".to_owned(), 2), ("search_entries".to_owned(), 2)].into());
    assert_eq!(found(store).await, ["m3", "m1"], "the content of an open case stays");
    let Some(Record::Message(emptied)) = load(store, Key::Message("m2".into())).await.record else {
        panic!("m2 is gone")
    };
    assert_eq!(emptied.content, None);
    let reactions = [("r-old", 10), ("r-new", 500)];
    let reactions = reactions.map(|(id, secs)| (Key::Reaction(id.into()), Record::Reaction(reaction("i9", secs))));
    put_at(store, reactions.into()).await;
    let receipt = retain(store, RetainAsk { customers_before: Some(at(20)), ..RetainAsk::default() }).await;
    assert_eq!(receipt.removed["reactions"], 1, "whoever gave it");
    assert_eq!(load(store, Key::Reaction("r-old".into())).await.record, None);
    assert!(load(store, Key::Reaction("r-new".into())).await.record.is_some());
    assert_eq!(receipt.customers, ["p2".into()], "who has an open case stays");
    assert_eq!(load(store, Key::Message("m2".into())).await.record, None);
    assert_eq!(load(store, Key::Identity("i2".into())).await.record, None);
    assert!(load(store, Key::Customer("p1".into())).await.record.is_some());
    assert!(load(store, Key::Customer("p3".into())).await.record.is_some());
    let receipt = retain(store, RetainAsk { customers_before: Some(at(99)), ..RetainAsk::default() }).await;
    assert_eq!(receipt.customers, ["p3".into()]);
}

pub(super) async fn wordings_go_once_their_reply_is_done(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let of = |id: &str, secs, state, case: Option<&str>| {
        let mut reply = reply(id, "t1", secs, "oldwords");
        (reply.state, reply.case) = (state, case.map(Into::into));
        reply
    };
    let mut like = of("s9", 0, ReplyState::Delivered, None);
    like.wording = None;
    let kept = [
        of("s1", 0, ReplyState::Delivered, Some("c1")),
        of("s2", 0, ReplyState::Queued, Some("c2")),
        of("s3", 0, ReplyState::Unknown, None),
        of("s4", 20, ReplyState::Delivered, None),
        like,
    ];
    let emptied = [
        of("s5", 19, ReplyState::Delivered, None),
        of("s6", 0, ReplyState::Refused, Some("c2")),
        of("s7", 0, ReplyState::Expired, Some("c9")),
    ];
    let mut closed = case("c2", "p2", "t2");
    closed.status = CaseStatus::Closed;
    put(store, vec![in_case(case("c1", "p1", "t1")), in_case(closed)]).await;
    put(store, kept.iter().chain(&emptied).cloned().map(said).collect()).await;
    let ask = RetainAsk { messages_before: Some(at(20)), ..RetainAsk::default() };
    assert_eq!(retain(store, ask.clone()).await.removed, [("payloads".to_owned(), 3)].into());
    let emptied = emptied.map(|reply| Reply { wording: None, ..reply });
    for reply in kept.into_iter().chain(emptied) {
        let stored = load(store, Key::Reply(reply.id.clone())).await;
        assert_eq!((stored.version, stored.record), (1, Some(said(reply))));
    }
    assert_eq!(retain(store, ask).await, Receipt::default(), "twice removes nothing");
}
