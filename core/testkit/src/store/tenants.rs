//! Tenants: nothing of one is visible to another.

use careline::model::{ReplyState, TenantId, Timer, TimerPurpose};
use careline::store::{
    CaseField, Commit, Counter, CounterAsk, Effect, EffectAction, EraseAsk, ExportAsk, Key, LeaseAsk, OpenFilter,
    Receipt, Record, RetainAsk, Scan, ScanOf, Scanned, Settle, TenantCommit,
};

use super::StoreFixture;
use super::sample::*;

pub(super) async fn no_verb_reaches_another_tenant(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let globex = TenantId::from("globex");
    fill(fixture, &acme()).await;
    let before = store.export(&acme(), &ExportAsk { customer: None, raw: true }).await.unwrap();
    // Once with nothing of the other tenant stored, once with something: the paths may differ.
    for round in 0..2 {
        look(fixture, &globex).await;
        meddle(fixture, &globex).await;
        let after = store.export(&acme(), &ExportAsk { customer: None, raw: true }).await.unwrap();
        assert_eq!(after, before, "what another tenant does changes nothing, round {round}");
        // Not handed out, so not among those.
        assert_eq!(load(store, Key::Token("acme-x".into())).await.record, Some(token("sealed1.k.acme")));
        assert_eq!(store.verify_log(&acme()).await.unwrap(), 1);
        assert_eq!(store.counters(&acme(), &CounterAsk::default()).await.unwrap().len(), 1);
        assert!(store.delivery(&acme(), &"d1".into()).await.unwrap().is_some());
        assert_eq!(listed(store, ScanOf::SharedHints { customer: "p1".into() }).await, ["p2"]);
        let other = TenantCommit { tenant: globex.clone(), ..TenantCommit::default() };
        put_with(store, vec![(Key::Cursor("other".into(), "".into()), Record::Cursor("1".into()))], other).await;
    }
    assert_eq!(listed(store, ScanOf::Search { query: "broken".into() }).await, ["m1"]);
    // The same ids of another tenant are other things.
    fill(fixture, &globex).await;
    let erased = store.erase(&globex, &EraseAsk::Customer("p1".into())).await.unwrap();
    assert_eq!(erased.customers, ["p1".into()]);
    let after = store.export(&acme(), &ExportAsk { customer: None, raw: true }).await.unwrap();
    assert_eq!(after, before, "erasing the same ids of another tenant changes nothing");
}

async fn fill(fixture: &StoreFixture, tenant: &TenantId) {
    let mut text = message("m1", "t1", 0, "My router is broken");
    (text.customer, text.author, text.case) = (Some("p1".into()), Some("i1".into()), Some("c1".into()));
    let mut waiting = held_by(case("c1", "p1", "t1"), "ann");
    waiting.awaiting_since = Some(at(0));
    let mut answer = reply("s1", "t1", 0, "Have you restarted it?");
    (answer.customer, answer.case) = (Some("p1".into()), Some("c1".into()));
    let mut done = reply("s2", "t2", 0, "All is well again.");
    done.state = ReplyState::Delivered;
    let in_line = line(std::slice::from_ref(&answer));
    let records = [
        said(answer),
        said(done),
        msg(text),
        Record::Assessment(Box::new(assessment("m1"))),
        Record::Conversation(conversation("t1")),
        Record::Identity(Box::new(identity("i1", "p1"))),
        Record::Customer(customer("p1", &["i1"])),
        Record::Customer(customer("p2", &[])),
        in_case(waiting),
        in_case(case("c2", "p2", "t2")),
        Record::Presence(presence("ann")),
        Record::Quarantined(quarantined("q1", "d1", 0)),
        Record::Thread(thread("t1", "i1", "promo")),
        Record::Account(account_state("acme-x", "i1")),
    ];
    let mut records: Vec<_> = records.into_iter().map(|record| (key(&record), record)).collect();
    records.push((Key::Line("t1".into()), in_line));
    records.push((Key::Slot("t1".into(), "p1".into()), Record::Slot("c1".into())));
    records.push((Key::Reaction("r1".into()), Record::Reaction(reaction("i1", 0))));
    records.push((Key::Alias("x".into(), "2".into()), Record::Alias("m1".into())));
    records.push((Key::Cursor("acme-x".into(), "mentions".into()), Record::Cursor("5".into())));
    records.push((Key::Token("acme-x".into()), token(&format!("sealed1.k.{tenant}"))));
    let part = TenantCommit {
        tenant: tenant.clone(),
        steps: vec![step("c1", 0, "customer").into()],
        notes: vec![note("c1", 0, "call back")],
        timers: vec![Timer { id: "z1".into(), due_at: at(0), purpose: TimerPurpose::Sla { case: "c1".into() } }.into()],
        effects: vec![Effect { id: "e1".into(), due_at: at(0), action: EffectAction::Route { team: "care".into() } }],
        counts: vec![Counter { name: "tier.1".into(), bucket: at(0), value: 1 }],
        hints: ["p1", "p2"].map(|id| ("handle:jo".into(), id.into())).into(),
        log: vec![entry("p1", "{}")],
        ..TenantCommit::default()
    };
    let deliveries = vec![(tenant.clone(), delivery("d1", 0, "{\"text\":\"broken\"}"))];
    fixture.store.commit(Commit { deliveries, tenants: Vec::new() }).await.unwrap();
    put_with(&*fixture.store, records, part).await;
}

/// Every verb that reads.
async fn look(fixture: &StoreFixture, tenant: &TenantId) {
    let store = &*fixture.store;
    let keys = one_key_of_each();
    for (key, entry) in keys.iter().zip(store.load(tenant, &keys).await.unwrap().entries) {
        assert_eq!((entry.version, &entry.record), (0, &None), "{key:?}");
    }
    for of in one_list_of_each() {
        assert!(!list(store, of.clone()).await.is_empty(), "{of:?} shows something to its own tenant");
        assert_eq!(store.scan(tenant, &Scan::first(of.clone(), 9)).await.unwrap(), Scanned::default(), "{of:?}");
    }
    let counted = store.count_open(tenant, &OpenFilter::default(), CaseField::Team).await.unwrap();
    assert!(counted.is_empty(), "{counted:?}");
    assert_eq!(store.counters(tenant, &CounterAsk::default()).await.unwrap(), []);
    assert_eq!(store.delivery(tenant, &"d1".into()).await.unwrap(), None);
    assert_eq!(store.verify_log(tenant).await.unwrap(), 0);
    let ask = LeaseAsk { tenant: Some(tenant.clone()), kinds: Vec::new(), now: at(9), until: at(10), limit: 9 };
    assert_eq!(store.lease(&ask).await.unwrap(), []);
    let person = ExportAsk { customer: Some("p1".into()), raw: true };
    assert_eq!(store.export(tenant, &person).await.unwrap(), []);
}

/// Every verb that removes, and a commit that names the other tenant's ids.
async fn meddle(fixture: &StoreFixture, tenant: &TenantId) {
    let store = &*fixture.store;
    let asks = [EraseAsk::Customer("p1".into()), EraseAsk::Identity("i1".into()), EraseAsk::Message("m1".into())];
    for ask in asks {
        assert_eq!(store.erase(tenant, &ask).await.unwrap(), Receipt::default(), "{ask:?}");
    }
    let late = Some(at(1_000_000));
    let everything = RetainAsk { raw_before: late, messages_before: late, customers_before: late };
    assert_eq!(store.retain(tenant, &everything).await.unwrap(), Receipt::default());
    for token in 0..9 {
        let settle = Settle { tenant: tenant.clone(), id: "e1".into(), token, again_at: None };
        store.settle(settle).await.unwrap();
    }
    let part = TenantCommit {
        tenant: tenant.clone(),
        moves: vec![("t1".into(), "t2".into())],
        puts: vec![
            (Key::Message("m1".into()), 2, None),
            (Key::Case("c1".into()), 2, None),
            (Key::Reply("s1".into()), 2, None),
            (Key::Line("t1".into()), 2, None),
            (Key::Token("acme-x".into()), 2, None),
        ],
        forget: vec!["m1".into()],
        cancel: vec!["z1".into()],
        ..TenantCommit::default()
    };
    store.commit(Commit { deliveries: Vec::new(), tenants: vec![part] }).await.unwrap();
}
