//! Commits: exact checks, everything or nothing.

use std::sync::Arc;

use careline::ErrorKind;
use careline::model::{RawRef, Reply, ReplyState, Timer, TimerPurpose};
use careline::store::{
    Commit, Counter, CounterAsk, Effect, EffectAction, ExportAsk, Key, LeaseAsk, Record, ScanOf, Store, TenantCommit,
    Versioned,
};

use super::StoreFixture;
use super::sample::*;

fn one(part: TenantCommit) -> Commit {
    Commit { deliveries: Vec::new(), tenants: vec![part] }
}

fn put_customer(as_of: u64, read: u64) -> TenantCommit {
    let key = Key::Customer("p1".into());
    TenantCommit {
        tenant: acme(),
        as_of,
        reads: vec![(key.clone(), read)],
        puts: vec![(key, read + 1, Some(Record::Customer(customer("p1", &[])).into()))],
        ..TenantCommit::default()
    }
}

async fn as_of(store: &dyn Store) -> u64 {
    store.load(&acme(), &[]).await.unwrap().as_of
}

pub(super) async fn a_stale_version_is_a_conflict(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let before = as_of(store).await;
    put(store, vec![Record::Customer(customer("p1", &[]))]).await;
    put(store, vec![Record::Customer(customer("p1", &[]))]).await;
    for stale in [0, 1, 3] {
        let error = store.commit(one(put_customer(before, stale))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "read {stale}, stored 2");
    }
    store.commit(one(put_customer(before, 2))).await.unwrap();
    assert_eq!(load(store, Key::Customer("p1".into())).await.version, 3);
}

pub(super) async fn stale_absence_is_a_conflict(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let before = as_of(store).await;
    let replies = [reply("s1", "t1", 0, "")];
    put(store, vec![msg(message("m1", "t1", 0, "")), in_case(case("c1", "p1", "t1"))]).await;
    put_at(store, vec![(Key::Line("t1".into()), line(&replies))]).await;
    put(store, replies.map(said).into()).await;
    deliver(store, vec![delivery("d1", 0, "")]).await;
    let keys = [
        Key::Message("m1".into()),
        Key::Case("c1".into()),
        Key::CaseMessages("c1".into()),
        Key::Delivery("d1".into()),
        Key::Reply("s1".into()),
        Key::Line("t1".into()),
    ];
    for key in keys {
        let reads = vec![(key.clone(), 0)];
        let part = TenantCommit { tenant: acme(), as_of: before, reads, ..TenantCommit::default() };
        let error = store.commit(one(part)).await.expect_err(&format!("{key:?} was absent and is there now"));
        assert_eq!(error.kind(), ErrorKind::Conflict, "{key:?}");
    }
}

pub(super) async fn a_reply_or_line_changed_meanwhile_is_a_conflict(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let mut waits = reply("s1", "t1", 0, "hello");
    let keys = [Key::Reply("s1".into()), Key::Line("t1".into())];
    let both = |reply: &Reply| {
        let records = [said(reply.clone()), line(std::slice::from_ref(reply))];
        keys.clone().into_iter().zip(records).collect::<Vec<_>>()
    };
    put_at(store, both(&waits)).await;
    let before = as_of(store).await;
    waits.state = ReplyState::Sending;
    put_at(store, both(&waits)).await;
    let stored = store.load(&acme(), &keys).await.unwrap().entries;
    waits.state = ReplyState::Withdrawn;
    for (key, record) in both(&waits) {
        let (reads, puts) = (vec![(key.clone(), 1)], vec![(key.clone(), 2, Some(record.into()))]);
        let part = TenantCommit { tenant: acme(), as_of: before, reads, puts, ..TenantCommit::default() };
        assert_eq!(store.commit(one(part)).await.unwrap_err().kind(), ErrorKind::Conflict, "{key:?}");
    }
    assert_eq!(store.load(&acme(), &keys).await.unwrap().entries, stored);
}

pub(super) async fn a_failing_commit_writes_nothing_for_any_tenant(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let before = as_of(store).await;
    put(store, vec![Record::Customer(customer("p1", &[]))]).await;
    let fresh = TenantCommit {
        tenant: "globex".into(),
        as_of: before,
        puts: vec![(Key::Case("c1".into()), 1, Some(in_case(case("c1", "p1", "t1")).into()))],
        steps: vec![step("c1", 0, "customer").into()],
        notes: vec![note("c1", 0, "call back")],
        timers: vec![Timer { id: "z1".into(), due_at: at(0), purpose: TimerPurpose::Sla { case: "c1".into() } }.into()],
        effects: vec![Effect { id: "e1".into(), due_at: at(0), action: EffectAction::Route { team: "care".into() } }],
        counts: vec![Counter { name: "tier.1".into(), bucket: at(0), value: 1 }],
        hints: vec![("email:jo@acme.example".into(), "p1".into())],
        log: vec![entry("p1", "{}")],
        ..TenantCommit::default()
    };
    let deliveries = vec![("globex".into(), delivery("d1", 0, "{}"))];
    let commit = Commit { deliveries, tenants: vec![fresh, put_customer(before, 0)] };
    assert_eq!(store.commit(commit).await.unwrap_err().kind(), ErrorKind::Conflict);
    let globex = "globex".into();
    let everything = ExportAsk { customer: None, raw: true };
    assert_eq!(store.export(&globex, &everything).await.unwrap(), []);
    assert_eq!(store.delivery(&globex, &"d1".into()).await.unwrap(), None);
    assert_eq!(store.due(at(9), 9).await.unwrap(), []);
    assert_eq!(store.counters(&globex, &CounterAsk::default()).await.unwrap(), []);
    let ask = LeaseAsk { tenant: None, kinds: Vec::new(), now: at(9), until: at(10), limit: 9 };
    assert_eq!(store.lease(&ask).await.unwrap(), []);
    assert_eq!(store.verify_log(&globex).await.unwrap(), 0);
    assert_eq!(load(store, Key::Customer("p1".into())).await.version, 1);
}

pub(super) async fn the_instant_of_a_load_hides_no_conflict(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let key = [Key::Customer("p1".into())];
    let first = store.load(&acme(), &key).await.unwrap();
    let second = store.load(&acme(), &key).await.unwrap();
    store.commit(one(put_customer(first.as_of, 0))).await.unwrap();
    let error = store.commit(one(put_customer(second.as_of, 0))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let third = store.load(&acme(), &key).await.unwrap();
    store.commit(one(TenantCommit { tenant: "globex".into(), ..TenantCommit::default() })).await.unwrap();
    store.commit(one(put_customer(third.as_of, 1))).await.expect("another tenant's commit conflicts with nothing");
}

pub(super) async fn only_one_of_many_writers_wins(fixture: &StoreFixture) {
    let before = as_of(&*fixture.store).await;
    let writers = (0..16).map(|_| {
        let store = Arc::clone(&fixture.store);
        tokio::spawn(async move { store.commit(one(put_customer(before, 0))).await })
    });
    let mut won = 0;
    for writer in writers.collect::<Vec<_>>() {
        match writer.await.unwrap() {
            Ok(()) => won += 1,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error}"),
        }
    }
    assert_eq!(won, 1);
}

pub(super) async fn deliveries_are_stored_once(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let first = delivery("d1", 0, "\u{feff}{\"a\":1}\r\n");
    let again = delivery("d1", 99, "other");
    deliver(store, vec![first.clone(), again.clone()]).await;
    deliver(store, vec![again]).await;
    assert_eq!(store.delivery(&acme(), &"d1".into()).await.unwrap(), Some(first));
    assert_eq!(store.delivery(&acme(), &"d2".into()).await.unwrap(), None);
}

pub(super) async fn counters_add_up_under_many_writers(fixture: &StoreFixture) {
    let writers = (0..20).map(|number| {
        let store = Arc::clone(&fixture.store);
        tokio::spawn(async move {
            let count = |name: &str, secs, value| Counter { name: name.into(), bucket: at(secs), value };
            let counts = vec![count("tier.1", 0, 2), count("tier.1", 300, number), count("tier%", 0, -1)];
            // Counters are never checked, so an old instant does no harm.
            store.commit(one(TenantCommit { tenant: acme(), counts, ..TenantCommit::default() })).await.unwrap();
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let ask = |prefix: &str, from: Option<i64>, to: Option<i64>| CounterAsk {
        prefix: prefix.into(),
        from: from.map(at),
        to: to.map(at),
    };
    let cases = [
        (ask("", None, None), vec![("tier%", 0, -20), ("tier.1", 0, 40), ("tier.1", 300, 190)]),
        (ask("tier.", None, None), vec![("tier.1", 0, 40), ("tier.1", 300, 190)]),
        (ask("tier%", None, None), vec![("tier%", 0, -20)]),
        (ask("tier.", Some(1), None), vec![("tier.1", 300, 190)]),
        (ask("tier.", Some(0), Some(300)), vec![("tier.1", 0, 40)]),
        (ask("tier.2", None, None), vec![]),
    ];
    for (ask, expected) in cases {
        let found = fixture.store.counters(&acme(), &ask).await.unwrap();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(name, secs, value)| Counter { name: name.into(), bucket: at(secs), value })
            .collect();
        assert_eq!(found, expected, "{ask:?}");
    }
}

pub(super) async fn moves_come_before_puts(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put(store, vec![msg(message("m1", "t1", 0, "a")), msg(message("m2", "t1", 1, "b"))]).await;
    let part = TenantCommit { moves: vec![("t1".into(), "t2".into())], ..TenantCommit::default() };
    let stays = msg(message("m1", "t1", 0, "a"));
    put_with(store, vec![(key(&stays), stays)], part).await;
    assert_eq!(listed(store, ScanOf::MessagesOf { conversation: "t1".into() }).await, ["m1"]);
    assert_eq!(listed(store, ScanOf::MessagesOf { conversation: "t2".into() }).await, ["m2"]);
}

pub(super) async fn a_move_takes_messages_slots_and_cases_along(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put(store, vec![msg(message("m1", "t1", 0, "hello")), in_case(case("c1", "p1", "t1"))]).await;
    put_at(store, vec![(Key::Slot("t1".into(), "p1".into()), Record::Slot("c1".into()))]).await;
    let part = TenantCommit {
        moves: vec![("t1".into(), "t2".into()), ("t2".into(), "t3".into()), ("t9".into(), "t3".into())],
        ..TenantCommit::default()
    };
    commit(store, part).await;
    let Versioned { version, record: Some(Record::Message(moved)) } = load(store, Key::Message("m1".into())).await
    else {
        panic!("the message is gone");
    };
    assert_eq!((moved.conversation.as_str(), moved.text()), ("t3", "hello"));
    assert!(version > 1, "what moved has another version");
    let Versioned { version, record: Some(Record::Case(moved)) } = load(store, Key::Case("c1".into())).await else {
        panic!("the case is gone");
    };
    assert_eq!(moved.conversations.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["t3"]);
    assert!(version > 1, "what moved has another version");
    assert_eq!(load(store, Key::Slot("t1".into(), "p1".into())).await.record, None);
    assert_eq!(load(store, Key::Slot("t3".into(), "p1".into())).await.record, Some(Record::Slot("c1".into())));
    assert_eq!(listed(store, ScanOf::MessagesOf { conversation: "t1".into() }).await, Vec::<String>::new());
}

pub(super) async fn a_slot_of_the_other_thread_stays(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let slot = |thread: &str, case: &str| (Key::Slot(thread.into(), "p1".into()), Record::Slot(case.into()));
    put_at(store, vec![slot("t1", "c1"), slot("t2", "c2")]).await;
    commit(store, TenantCommit { moves: vec![("t1".into(), "t2".into())], ..TenantCommit::default() }).await;
    let (key, record) = slot("t2", "c2");
    assert_eq!(load(store, key).await, Versioned { version: 1, record: Some(record) });
    assert_eq!(load(store, Key::Slot("t1".into(), "p1".into())).await.record, None);
}

pub(super) async fn forgetting_drops_content_words_and_raw(fixture: &StoreFixture) {
    let store = &*fixture.store;
    deliver(store, vec![delivery("d1", 0, "first"), delivery("d2", 1, "second"), delivery("d3", 2, "other")]).await;
    let with_raw = |id: &str, delivery: &str| {
        let mut message = message(id, "t1", 0, "secret word");
        message.raw = Some(RawRef { delivery: delivery.into(), range: None });
        message
    };
    put(store, vec![msg(with_raw("m1", "d1")), msg(with_raw("m2", "d3"))]).await;
    put(store, vec![msg(with_raw("m1", "d2"))]).await;
    // The same message in a body of another shape, noted twice.
    deliver(store, vec![delivery("d4", 3, "again"), delivery("d5", 4, "with it")]).await;
    let also = |id: &str| vec![("m1".into(), RawRef { delivery: id.into(), range: None })];
    for _ in 0..2 {
        commit(store, TenantCommit { raws: also("d4"), ..TenantCommit::default() }).await;
    }
    let mut tombstone = with_raw("m1", "d2");
    (tombstone.content, tombstone.deleted_at) = (None, Some(at(9)));
    let record = msg(tombstone);
    let part = TenantCommit { forget: vec!["m1".into()], raws: also("d5"), ..TenantCommit::default() };
    put_with(store, vec![(key(&record), record.clone())], part).await;
    assert_eq!(load(store, Key::Message("m1".into())).await, Versioned { version: 3, record: Some(record) });
    assert_eq!(listed(store, ScanOf::Search { query: "secret".into() }).await, ["m2"]);
    for (id, there) in [("d1", false), ("d2", false), ("d3", true), ("d4", false), ("d5", false)] {
        assert_eq!(store.delivery(&acme(), &id.into()).await.unwrap().is_some(), there, "{id}");
    }
    assert_eq!(load(store, Key::Delivery("d1".into())).await.version, 1, "it stays known, so nobody takes it in again");
    deliver(store, vec![delivery("d1", 0, "first")]).await;
    assert_eq!(store.delivery(&acme(), &"d1".into()).await.unwrap(), None);
}

pub(super) async fn the_log_verifies_and_counts(fixture: &StoreFixture) {
    let store = &*fixture.store;
    assert_eq!(store.verify_log(&acme()).await.unwrap(), 0);
    for round in 0..3 {
        let log = vec![entry("p1", &format!("{{\"round\":{round}}}")), entry("p2", "{}")];
        commit(store, TenantCommit { log, ..TenantCommit::default() }).await;
    }
    let parts = ["acme", "globex", "acme"].map(|tenant| TenantCommit {
        tenant: tenant.into(),
        log: vec![entry("p1", "{}")],
        ..TenantCommit::default()
    });
    store.commit(Commit { deliveries: Vec::new(), tenants: parts.into() }).await.unwrap();
    assert_eq!(store.verify_log(&acme()).await.unwrap(), 8);
    assert_eq!(store.verify_log(&"globex".into()).await.unwrap(), 1);
}
