//! Things to do: effects under lease, and timers.

use std::collections::BTreeSet;
use std::sync::Arc;

use careline::model::{TenantId, Timer, TimerPurpose};
use careline::store::{Commit, Effect, EffectAction, LeaseAsk, Leased, Settle, Store, TenantCommit};

use super::StoreFixture;
use super::sample::*;

fn route(id: &str, secs: i64) -> Effect {
    Effect { id: id.into(), due_at: at(secs), action: EffectAction::Route { team: "care".into() } }
}

fn notify(id: &str, secs: i64) -> Effect {
    let action = EffectAction::Notify { case: "c1".into(), who: vec!["ann".into()], about: "breached".into() };
    Effect { id: id.into(), due_at: at(secs), action }
}

fn ask(now: i64, limit: usize) -> LeaseAsk {
    LeaseAsk { tenant: None, kinds: Vec::new(), now: at(now), until: at(now + 30), limit }
}

async fn put_effects(store: &dyn Store, tenant: &str, effects: Vec<Effect>) {
    commit(store, TenantCommit { tenant: tenant.into(), effects, ..TenantCommit::default() }).await;
}

async fn take(store: &dyn Store, now: i64) -> Vec<String> {
    names(&store.lease(&ask(now, 10)).await.unwrap())
}

fn names(leased: &[Leased]) -> Vec<String> {
    leased.iter().map(|leased| leased.effect.id.to_string()).collect()
}

fn end(leased: &Leased, again: Option<i64>) -> Settle {
    Settle { tenant: leased.tenant.clone(), id: leased.effect.id.clone(), token: leased.token, again_at: again.map(at) }
}

pub(super) async fn a_lease_excludes_all_others(fixture: &StoreFixture) {
    let effects = (0..50).map(|number| route(&format!("e{number:02}"), 0)).collect();
    put_effects(&*fixture.store, "acme", effects).await;
    let workers = (0..32).map(|_| {
        let store = Arc::clone(&fixture.store);
        tokio::spawn(async move {
            let mut taken = Vec::new();
            loop {
                let leased = store.lease(&ask(1, 3)).await.unwrap();
                if leased.is_empty() {
                    return taken;
                }
                taken.extend(names(&leased));
            }
        })
    });
    let mut taken = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        taken.extend(worker.await.unwrap());
    }
    assert_eq!(taken.len(), 50, "each effect was given to one worker");
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>().len(), 50, "no effect was given twice");
}

pub(super) async fn leases_are_given_by_due_time_kind_and_tenant(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_effects(store, "acme", vec![route("e3", 5), notify("e1", 5), route("e2", 1), route("e9", 99)]).await;
    put_effects(store, "globex", vec![route("e0", 3)]).await;
    let only = |tenant: Option<&str>, kinds: &[&'static str], limit| LeaseAsk {
        tenant: tenant.map(TenantId::from),
        kinds: kinds.to_vec(),
        ..ask(5, limit)
    };
    assert_eq!(names(&store.lease(&only(None, &["advise"], 9)).await.unwrap()), Vec::<String>::new());
    let leased = store.lease(&only(Some("acme"), &["notify", "advise"], 9)).await.unwrap();
    assert_eq!(names(&leased), ["e1"]);
    assert_eq!((&leased[0].tenant, &leased[0].effect), (&acme(), &notify("e1", 5)));
    assert_eq!(names(&store.lease(&only(None, &[], 2)).await.unwrap()), ["e2", "e0"]);
    assert_eq!(names(&store.lease(&only(Some("globex"), &[], 9)).await.unwrap()), Vec::<String>::new());
    assert_eq!(take(store, 5).await, ["e3"]);
    assert_eq!(take(store, 6).await, Vec::<String>::new(), "what is not due stays");
}

pub(super) async fn a_lease_that_runs_out_returns_the_effect(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_effects(store, "acme", vec![route("e1", 0)]).await;
    let first = store.lease(&ask(0, 1)).await.unwrap();
    assert_eq!(take(store, 29).await, Vec::<String>::new());
    let second = store.lease(&ask(30, 1)).await.unwrap();
    assert_eq!(names(&second), ["e1"]);
    assert!(second[0].token > first[0].token, "a later lease has a higher token");
    store.settle(end(&first[0], None)).await.unwrap();
    store.settle(end(&second[0], Some(31))).await.unwrap();
    assert_eq!(take(store, 31).await, ["e1"], "the one whose lease ran out has no say");
}

pub(super) async fn put_again_during_a_lease_stays_due(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_effects(store, "acme", vec![route("e1", 0)]).await;
    let first = store.lease(&ask(0, 1)).await.unwrap();
    put_effects(store, "acme", vec![route("e1", 1)]).await;
    assert_eq!(take(store, 2).await, Vec::<String>::new(), "the lease holds");
    store.settle(end(&first[0], None)).await.unwrap();
    let second = store.lease(&ask(2, 1)).await.unwrap();
    assert_eq!(names(&second), ["e1"]);
    assert_eq!(second[0].effect, route("e1", 1), "the newer one is given");
    store.settle(end(&second[0], None)).await.unwrap();
    assert_eq!(take(store, 99).await, Vec::<String>::new());
    put_effects(store, "acme", vec![route("e1", 3)]).await;
    put_effects(store, "acme", vec![route("e1", 3)]).await;
    let third = store.lease(&ask(3, 1)).await.unwrap();
    store.settle(end(&third[0], None)).await.unwrap();
    assert_eq!(take(store, 99).await, Vec::<String>::new(), "put twice before the lease is done once");
}

pub(super) async fn settling_twice_or_late_does_nothing(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_effects(store, "acme", vec![route("e1", 0)]).await;
    let first = store.lease(&ask(0, 1)).await.unwrap();
    store.settle(end(&first[0], None)).await.unwrap();
    store.settle(end(&first[0], Some(0))).await.unwrap();
    assert_eq!(take(store, 99).await, Vec::<String>::new());
    put_effects(store, "acme", vec![route("e1", 0)]).await;
    let second = store.lease(&ask(0, 1)).await.unwrap();
    store.settle(end(&first[0], None)).await.unwrap();
    assert!(second[0].token > first[0].token, "also where the effect was gone between");
    assert_eq!(take(store, 30).await, ["e1"], "an old token ends no new lease");
    let nobody = Settle { tenant: "nobody".into(), id: "e1".into(), token: 1, again_at: None };
    store.settle(nobody).await.unwrap();
}

pub(super) async fn a_failed_effect_comes_back_when_asked(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_effects(store, "acme", vec![route("e1", 0)]).await;
    let leased = store.lease(&ask(0, 1)).await.unwrap();
    store.settle(end(&leased[0], Some(10))).await.unwrap();
    assert_eq!(take(store, 9).await, Vec::<String>::new());
    assert_eq!(take(store, 10).await, ["e1"]);
}

pub(super) async fn timers_replace_cancel_and_come_in_order(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let timer =
        |id: &str, secs| Timer { id: id.into(), due_at: at(secs), purpose: TimerPurpose::Sla { case: "c1".into() } };
    assert_eq!(store.next_due().await.unwrap(), None);
    let set = |tenant: &str, timers: Vec<Timer>, cancel: &[&str]| TenantCommit {
        tenant: tenant.into(),
        timers: timers.into_iter().map(Into::into).collect(),
        cancel: cancel.iter().map(|id| (*id).into()).collect(),
        ..TenantCommit::default()
    };
    let tenants = vec![
        set("acme", vec![timer("z2", 5), timer("z1", 5), timer("z3", 1), timer("z4", 2)], &[]),
        set("globex", vec![timer("z1", 3)], &[]),
    ];
    store.commit(Commit { deliveries: Vec::new(), tenants }).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(1)));
    commit(store, set("acme", vec![timer("z3", 50)], &["z4", "z9"])).await;
    assert_eq!(store.next_due().await.unwrap(), Some(at(3)));
    let globex = || TenantId::from("globex");
    let expected = [(globex(), timer("z1", 3)), (acme(), timer("z1", 5)), (acme(), timer("z2", 5))];
    assert_eq!(store.due(at(5), 9).await.unwrap(), expected);
    assert_eq!(store.due(at(5), 2).await.unwrap(), expected[..2]);
    assert_eq!(store.due(at(2), 9).await.unwrap(), []);
    commit(store, set("acme", Vec::new(), &["z1", "z2", "z3"])).await;
    commit(store, set("globex", Vec::new(), &["z1"])).await;
    assert_eq!(store.next_due().await.unwrap(), None);
}
