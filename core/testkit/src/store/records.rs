//! Records by key.

use careline::ErrorKind;
use careline::model::{CaseStatus, Channel, ReplyState, Surface, Visibility};
use careline::store::{Commit, EraseAsk, ExportAsk, Exported, Fate, Key, Record, RetainAsk, TenantCommit, Versioned};

use super::StoreFixture;
use super::sample::*;

pub(super) async fn absence_is_version_0(fixture: &StoreFixture) {
    let keys = one_key_of_each();
    let absent = Versioned { version: 0, record: None };
    // Once with nothing of the tenant known, once with other records there.
    for round in 0..2 {
        let loaded = fixture.store.load(&acme(), &keys).await.unwrap();
        for (key, entry) in keys.iter().zip(&loaded.entries) {
            assert_eq!(*entry, absent, "{key:?} in round {round}");
        }
        put(&*fixture.store, vec![msg(message("m2", "t2", 0, "other"))]).await;
    }
}

/// A record of every kind that can be put.
fn one_of_each() -> Vec<(Key, Record)> {
    let records = [
        msg(message("m1", "t1", 0, "Where is my order? Größe 退款 😀 \u{0} \"quoted\"")),
        Record::Assessment(Box::new(assessment("m1"))),
        Record::Conversation(conversation("t1")),
        Record::Identity(Box::new(identity("i1", "p1"))),
        Record::Customer(customer("p1", &["i1"])),
        in_case(held_by(case("c1", "p1", "t1"), "ann")),
        Record::Presence(presence("ann")),
        Record::Quarantined(quarantined("q1", "d1", 0)),
        Record::Thread(thread("t1", "i1", "promo")),
        Record::Account(account_state("acme-x", "i1")),
        said(reply("s1", "t1", 0, "Größe 退款 😀 \u{0} \"quoted\"")),
    ];
    let mut all: Vec<_> = records.into_iter().map(|record| (key(&record), record)).collect();
    let fate = Fate { deleted_at: Some(at(1)), hidden: Some((true, at(2))) };
    all.push((Key::Message("m2".into()), Record::Fate(fate)));
    all.push((Key::Reaction("r1".into()), Record::Reaction(reaction("i1", 0))));
    all.push((Key::Alias("x".into(), "2".into()), Record::Alias("m1".into())));
    all.push((Key::Slot("t1".into(), "p1".into()), Record::Slot("c1".into())));
    all.push((Key::Cursor("acme-x".into(), "mentions".into()), Record::Cursor("since=5".into())));
    all.push((Key::Line("t1".into()), line(&[reply("s1", "t1", 0, "")])));
    all.push((Key::Token("acme-x".into()), token("sealed1.k.text")));
    all
}

pub(super) async fn every_kind_reads_back_as_it_was_put(fixture: &StoreFixture) {
    let store = &*fixture.store;
    for version in 1..=3 {
        put_at(store, one_of_each()).await;
        let keys: Vec<_> = one_of_each().into_iter().map(|(key, _)| key).collect();
        let loaded = store.load(&acme(), &keys).await.unwrap();
        for ((key, record), entry) in one_of_each().into_iter().zip(loaded.entries) {
            assert_eq!(entry, Versioned { version, record: Some(record) }, "{key:?}");
        }
    }
    deliver(store, vec![delivery("d1", 0, "{}")]).await;
    assert_eq!(load(store, Key::Delivery("d1".into())).await, Versioned { version: 1, record: Some(Record::Stored) });
}

pub(super) async fn a_token_is_nowhere_but_in_its_place(fixture: &StoreFixture) {
    const PLANTED: &str = "planted-token-of-acme";
    let store = &*fixture.store;
    super::forgetting::put_two_people(store).await;
    let put = (Key::Token("acme-x".into()), 1, Some(Record::into(token(PLANTED))));
    let part = TenantCommit { tenant: acme(), puts: vec![put], ..TenantCommit::default() };
    assert!(!format!("{part:?}").contains(PLANTED), "{part:?}");
    let before = store.verify_log(&acme()).await.unwrap();
    store.commit(Commit { deliveries: Vec::new(), tenants: vec![part] }).await.unwrap();
    assert_eq!(store.verify_log(&acme()).await.unwrap(), before, "a token has no place in the log");
    for customer in [None, Some("p-jo".into())] {
        let exported = store.export(&acme(), &ExportAsk { customer, raw: true }).await.unwrap();
        assert!(!exported.is_empty());
        let kept = |item: &Exported| matches!(item, Exported::Record { record: Record::Token(_), .. });
        assert!(!exported.iter().any(kept), "a token is not handed out");
        assert!(!serde_json::to_string(&exported).unwrap().contains(PLANTED));
    }
    assert!(serde_json::to_string(&token(PLANTED)).is_err(), "no serializer takes it");
    // It belongs to the account, not to a person, and no bound of retention is about it.
    store.erase(&acme(), &EraseAsk::Customer("p-jo".into())).await.unwrap();
    let late = Some(at(1_000_000));
    let ask = RetainAsk { raw_before: late, messages_before: late, customers_before: late };
    store.retain(&acme(), &ask).await.unwrap();
    let loaded = load(store, Key::Token("acme-x".into())).await;
    assert!(!format!("{loaded:?}").contains(PLANTED), "{loaded:?}");
    assert_eq!(loaded, Versioned { version: 1, record: Some(token(PLANTED)) });
}

pub(super) async fn unknown_enum_values_survive(fixture: &StoreFixture) {
    let mut odd = message("m1", "t1", 0, "hi");
    odd.surface = Surface::Other("hologram".into());
    odd.visibility = Visibility::Other("whispered".into());
    odd.channels.entry("acme".into()).or_default().insert(Channel::Other("pigeon".into()));
    let mut odd_case = case("c1", "p1", "t1");
    odd_case.status = CaseStatus::Other("frozen".into());
    let mut odd_reply = reply("s1", "t1", 0, "hi");
    odd_reply.state = ReplyState::Other("frozen".into());
    let records = vec![msg(odd), in_case(odd_case), said(odd_reply)];
    put(&*fixture.store, records.clone()).await;
    for record in records {
        assert_eq!(load(&*fixture.store, key(&record)).await.record, Some(record));
    }
}

pub(super) async fn content_is_kept_apart(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let first = message("m1", "t1", 0, "first");
    put(store, vec![msg(first.clone())]).await;
    let mut without = first.clone();
    (without.content, without.hidden) = (None, true);
    put(store, vec![msg(without.clone())]).await;
    without.content = first.content;
    assert_eq!(
        load(store, Key::Message("m1".into())).await,
        Versioned { version: 2, record: Some(msg(without)) },
        "put without content, a message keeps the content that is stored"
    );
}

pub(super) async fn wording_is_kept_apart(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let key = Key::Reply("s1".into());
    let first = reply("s1", "t1", 0, "first");
    put(store, vec![said(first.clone())]).await;
    let mut sent = first.clone();
    (sent.wording, sent.state, sent.changed_at) = (None, ReplyState::Delivered, at(5));
    put(store, vec![said(sent.clone())]).await;
    let mut expected = sent.clone();
    expected.wording = first.wording;
    assert_eq!(
        load(store, key.clone()).await,
        Versioned { version: 2, record: Some(said(expected)) },
        "put without wording, a reply keeps the wording that is stored"
    );
    let edited = reply("s1", "t1", 0, "second");
    put(store, vec![said(edited.clone())]).await;
    assert_eq!(load(store, key.clone()).await, Versioned { version: 3, record: Some(said(edited)) });
    let puts = vec![(key.clone(), 4, None)];
    commit(store, TenantCommit { puts, ..TenantCommit::default() }).await;
    put(store, vec![said(sent.clone())]).await;
    let expected = Versioned { version: 1, record: Some(said(sent)) };
    assert_eq!(load(store, key).await, expected, "the wording goes with its reply");
}

pub(super) async fn a_fate_waits_where_the_message_will_stand(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let key = Key::Message("m1".into());
    let fate = Record::Fate(Fate { deleted_at: Some(at(5)), hidden: None });
    put_at(store, vec![(key.clone(), fate.clone())]).await;
    assert_eq!(load(store, key.clone()).await, Versioned { version: 1, record: Some(fate) });
    let arrived = msg(message("m1", "t1", 0, "here"));
    put(store, vec![arrived.clone()]).await;
    assert_eq!(load(store, key).await, Versioned { version: 2, record: Some(arrived) });
}

pub(super) async fn a_removed_record_is_absent(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_at(store, one_of_each()).await;
    let keys: Vec<_> = one_of_each().into_iter().map(|(key, _)| key).collect();
    let puts = keys.iter().map(|key| (key.clone(), 2, None)).collect();
    commit(store, TenantCommit { puts, ..TenantCommit::default() }).await;
    for key in keys {
        assert_eq!(load(store, key.clone()).await, Versioned { version: 0, record: None }, "{key:?}");
    }
    put_at(store, one_of_each()).await;
    assert_eq!(load(store, Key::Case("c1".into())).await.version, 1, "it can be put again");
}

pub(super) async fn lists_of_messages_are_in_order_and_without_content(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let of = |id: &str, secs, case: Option<&str>, customer: Option<&str>| {
        let mut message = message(id, "t1", secs, "text");
        message.case = case.map(Into::into);
        message.customer = customer.map(Into::into);
        message
    };
    let messages = [
        of("m3", 1, Some("c1"), Some("p1")),
        of("m1", 2, Some("c1"), None),
        of("m2", 1, Some("c1"), Some("p1")),
        of("m5", 3, None, None),
        of("m4", 3, None, None),
        of("m6", 3, None, Some("p1")),
        of("m7", 0, Some("c2"), None),
    ];
    let mut records: Vec<_> = messages.into_iter().map(msg).collect();
    records.push(in_case(case("c1", "p1", "t1")));
    records.push(Record::Conversation(conversation("t1")));
    put(store, records).await;
    put(store, vec![in_case(case("c1", "p1", "t1"))]).await;
    for (key, version, expected) in
        [(Key::CaseMessages("c1".into()), 2, vec!["m2", "m3", "m1"]), (Key::Loose("t1".into()), 1, vec!["m4", "m5"])]
    {
        let entry = load(store, key.clone()).await;
        assert_eq!(entry.version, version, "{key:?} has the version of what it hangs on");
        let Some(Record::Messages(messages)) = entry.record else { panic!("{key:?}: {entry:?}") };
        assert_eq!(messages.iter().map(|message| message.id.as_str()).collect::<Vec<_>>(), expected, "{key:?}");
        assert!(messages.iter().all(|message| message.content.is_none()), "{key:?} comes without content");
    }

    let many = 1..=Key::LOOSE_AT_MOST + 2;
    put(store, many.map(|number| msg(of(&format!("n{number:03}"), number as i64, None, None))).collect()).await;
    let Some(Record::Messages(newest)) = load(store, Key::Loose("t1".into())).await.record else { panic!("a list") };
    let ends = (newest.len(), newest.first().map(|one| one.id.as_str()), newest.last().map(|one| one.id.as_str()));
    let last = format!("n{}", Key::LOOSE_AT_MOST + 2);
    assert_eq!(ends, (Key::LOOSE_AT_MOST, Some("n003"), Some(&*last)), "the newest are listed");
}

pub(super) async fn a_record_under_a_wrong_key_is_refused(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let wrong = [
        (Key::Message("m2".into()), 1, Some(msg(message("m1", "t1", 0, "")))),
        (Key::Case("c1".into()), 1, Some(Record::Customer(customer("p1", &[])))),
        (Key::CaseMessages("c1".into()), 1, Some(Record::Messages(Vec::new()))),
        (Key::Delivery("d1".into()), 1, Some(Record::Stored)),
        (Key::Reply("s2".into()), 1, Some(said(reply("s1", "t1", 0, "")))),
        (Key::Reply("s1".into()), 1, Some(line(&[]))),
        (Key::Line("t1".into()), 1, Some(said(reply("s1", "t1", 0, "")))),
        (Key::Customer("p1".into()), 0, Some(Record::Customer(customer("p1", &[])))),
    ];
    for (key, version, record) in wrong {
        let put = (key, version, record.map(Into::into));
        let name = format!("{put:?}");
        let part = TenantCommit { tenant: acme(), puts: vec![put], ..TenantCommit::default() };
        let error = store.commit(Commit { deliveries: Vec::new(), tenants: vec![part] }).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected, "{name}");
    }
}
