//! What one more event costs, counted in loads, keys and allocations: it must not depend on what there is already.

use std::sync::Arc;
use std::time::Duration;

use allocation_counter::AllocationInfo;
use careline::care::{Arrival, Decision, Engine, Rules, Snapshot, TenantSetup, decide};
use careline::model::*;
use careline::store::{Commit, MemoryStore, Store};
use careline::triage::Triages;
use careline_testkit::ManualClock;

use crate::support::*;

/// One comment in the thread `root`.
fn comment(id: usize, user: &str) -> serde_json::Value {
    let mut comment = item("a1", &format!("n{id}"), user);
    comment["thread"] = "root".into();
    comment["to"] = "root".into();
    comment["at"] = serde_json::to_value(NOW.plus_millis(-10_000_000 + id as i64 * 1000)).unwrap();
    comment
}

#[tokio::test]
async fn one_more_comment_costs_the_same_in_a_long_thread() {
    let store = Watched::new();
    let engine = single(store.clone());
    let mut costs = Vec::new();
    for round in 0..6 {
        let items: Vec<_> = (0..400).map(|id| comment(round * 1000 + id, &format!("u{round}-{id}"))).collect();
        assert_eq!(engine.receive("post", &body(&items)).await.unwrap().ingested.added, 400);
        store.reset();
        engine.receive("post", &body(&[comment(round * 1000 + 999, &format!("new{round}"))])).await.unwrap();
        costs.push([&store.loads, &store.keys, &store.loaded_messages].map(|count| store.count(count)));
    }
    assert!(costs.windows(2).all(|pair| pair[0] == pair[1]), "{costs:?}");
    let [loads, keys, loaded] = costs[5];
    assert!(loads <= 5 && keys <= 16 && loaded == 0, "{costs:?}");
}

/// The engine's only case without what depends on when things came.
async fn only_case(engine: &Engine) -> Case {
    let mut case = tenant(engine).all_cases(2).await.unwrap().items.remove(0);
    (case.queued_at, case.reasons) = (None, Vec::new());
    case
}

#[tokio::test]
async fn a_turn_costs_the_same_in_a_long_case_whose_turns_come_newest_first() {
    const TURNS: usize = 2000;
    let (store, clock) = (Watched::new(), Arc::new(ManualClock::new(NOW)));
    let setup = || TenantSetup::new(policy(&[("acme", "a1")]));
    let builder = Engine::builder(store.clone()).clock(clock.clone()).endpoint("post", Arc::new(Postbox));
    let engine = builder.tenant("default", setup()).build().unwrap();
    let mut costs = Vec::new();
    for id in (0..TURNS).rev() {
        store.reset();
        engine.receive("post", &body(&[comment(id, "ann")])).await.unwrap();
        costs.push([&store.loads, &store.keys, &store.loaded_messages].map(|count| store.count(count)));
        if id % 400 == 0 {
            clock.advance(Duration::from_secs(61));
            store.reset();
            engine.tick().await.unwrap();
            assert!(store.count(&store.loaded_messages) <= 2 * TURNS, "once a minute all turns are counted again");
        }
    }
    let most = |costs: &[[usize; 3]]| std::array::from_fn::<_, 3, _>(|at| costs.iter().map(|cost| cost[at]).max());
    let (early, late) = (most(&costs[..200]), most(&costs[TURNS - 200..]));
    assert!((0..3).all(|at| late[at] <= early[at]), "a late turn loads {early:?} at first and {late:?} in the end");

    // The same case as if they had come in order.
    let straight = single(Watched::new());
    straight.receive("post", &body(&(0..TURNS).map(|id| comment(id, "ann")).collect::<Vec<_>>())).await.unwrap();
    assert_eq!(only_case(&engine).await, only_case(&straight).await);
}

#[tokio::test]
async fn a_change_costs_the_same_in_a_long_case() {
    let (store, clock) = (Watched::new(), Arc::new(ManualClock::new(NOW)));
    let setup = TenantSetup::new(policy(&[("acme", "a1"), ("help", "a2")]));
    let builder = Engine::builder(store.clone()).clock(clock.clone()).endpoint("post", Arc::new(Postbox));
    let engine = builder.tenant("default", setup).build().unwrap();
    let turns = 500;
    engine.receive("post", &body(&(0..turns).map(|id| comment(id, "ann")).collect::<Vec<_>>())).await.unwrap();
    for id in 0..turns {
        // Seen by another account, too.
        let mut seen = comment(id, "ann");
        seen["account"] = "a2".into();
        store.reset();
        engine.receive("post", &body(&[seen])).await.unwrap();
        assert!(store.count(&store.loaded_messages) <= 4, "{} loaded", store.count(&store.loaded_messages));
    }
    // All of them are taken back: once that is counted, nothing is owed.
    for message in messages(&tenant(&engine)).await.into_values().flatten() {
        let deleted = Deleted { scope: message.scope, native_id: message.native_id, at: None };
        let event = Event::new(NativeAccount::new(POST, "a1"), Channel::Webhook, NOW, EventBody::Deleted(deleted));
        let raw = serde_json::to_vec(&event).unwrap();
        let parsed = careline::intake::Parsed { events: vec![event], ..Default::default() };
        tenant(&engine).ingest("post", Channel::Webhook, raw, parsed).await.unwrap();
    }
    clock.advance(Duration::from_secs(61));
    engine.tick().await.unwrap();
    let case = only_case(&engine).await;
    assert_eq!((case.status, case.outcome.as_deref(), case.recount_at), (CaseStatus::Closed, Some("withdrawn"), None));
}

#[tokio::test]
async fn a_batch_costs_rounds_not_events() {
    for size in [1usize, 10, 1000] {
        let store = Watched::new();
        let engine = single(store.clone());
        let items: Vec<_> = (0..size).map(|id| comment(id, &format!("u{id}"))).collect();
        engine.receive("post", &body(&items)).await.unwrap();
        let (loads, keys) = (store.count(&store.loads), store.count(&store.keys));
        assert!(loads <= 5, "{loads} loads for {size}");
        assert!(keys <= 9 * size + 5, "{keys} keys for {size}");
        assert_eq!(store.count(&store.commits), 1);
    }
}

/// What is allocated to decide about a batch and to commit that, and how many rounds of loading it takes.
fn decide_all(arrivals: &[Arrival]) -> (AllocationInfo, usize) {
    let (tenant, policy, triages) = (TenantId::single(), policy(&[("acme", "a1")]), Triages::default());
    let rules = Rules::new(&tenant, &policy, &triages);
    let store = MemoryStore::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let arrivals: Vec<_> = arrivals.iter().collect();
    // Once beforehand: triage is remembered with the arrival, so that what is counted is the deciding alone.
    let _ = decide(&rules, &Snapshot::default(), &arrivals, NOW);
    let mut rounds = 0;
    let allocated = allocation_counter::measure(|| {
        let mut snapshot = Snapshot::default();
        let part = loop {
            match decide(&rules, &snapshot, &arrivals, NOW) {
                Decision::Need(keys) => {
                    let loaded = runtime.block_on(store.load(&tenant, &keys)).unwrap();
                    snapshot.absorb(keys, loaded);
                }
                Decision::Decided(part, _) => break part,
            }
            rounds += 1;
            assert!(rounds <= 4, "at most four rounds of loading");
        };
        runtime.block_on(store.commit(Commit { deliveries: Vec::new(), tenants: vec![part] })).unwrap();
    });
    (allocated, rounds)
}

fn arrivals(items: &[serde_json::Value]) -> Vec<Arrival> {
    let parsed = read(&body(items).body, NOW);
    assert!(parsed.rejects.is_empty());
    parsed.events.into_iter().map(|event| Arrival::new(event, Some("acme".into()), None)).collect()
}

#[test]
fn the_work_grows_with_the_batch_and_no_faster() {
    let many_people = |size: usize| (0..size).map(|id| comment(id, &format!("u{id}"))).collect::<Vec<_>>();
    let one_person = |size: usize| (0..size).map(|id| comment(id, "jo")).collect::<Vec<_>>();
    let separate =
        |size: usize| (0..size).map(|id| item("a1", &format!("n{id}"), &format!("u{id}"))).collect::<Vec<_>>();
    type Shape<'a> = &'a dyn Fn(usize) -> Vec<serde_json::Value>;
    let shapes: [(&str, Shape<'_>); 3] = [
        ("many people in one thread", &many_people),
        ("one person in one thread", &one_person),
        ("separate", &separate),
    ];
    // What is made once and kept is nobody's cost.
    decide_all(&arrivals(&separate(1)));
    for (name, shape) in shapes {
        let (few, many) = (decide_all(&arrivals(&shape(75))).0, decide_all(&arrivals(&shape(1200))).0);
        let of_16 = |many: u64, few: u64| many as f64 / few as f64 / 16.0;
        let (blocks, bytes) = (of_16(many.count_total, few.count_total), of_16(many.bytes_total, few.bytes_total));
        println!(
            "{name}: an event of 1,200 allocates {blocks:.3} times the blocks and {bytes:.3} times the bytes of 75"
        );
        // Linear is 1; quadratic is 16.
        assert!(blocks < 1.1 && bytes < 1.1, "{name}: {blocks:.3} {bytes:.3}");
    }
}

/// So many answers to each other, the last one first: each begins a thread that becomes part of the next.
fn chain(length: usize) -> Vec<serde_json::Value> {
    let answer = |id: usize| {
        let mut answer = item("a1", &format!("n{id}"), &format!("u{}", id % 5));
        if id > 0 {
            answer["to"] = format!("n{}", id - 1).into();
        }
        answer
    };
    (0..length).rev().map(answer).collect()
}

#[test]
fn four_rounds_are_enough_for_what_hangs_together() {
    let (_, rounds) = decide_all(&arrivals(&chain(400)));
    println!("a chain of 400 from its end: {rounds} rounds");
}

#[tokio::test]
async fn a_chain_from_its_end_becomes_one_thread_in_one_batch_or_many() {
    let chain = chain(60);
    let mut outcomes = Vec::new();
    for batch in [1, 7, 60] {
        let store: Arc<dyn Store> = Watched::new();
        let engine = single(store);
        for items in chain.chunks(batch) {
            engine.receive("post", &body(items)).await.unwrap();
        }
        let messages = messages(&tenant(&engine)).await;
        let threads: std::collections::BTreeSet<_> =
            messages.values().map(|same| same[0].conversation.clone()).collect();
        assert_eq!((messages.len(), threads.len()), (60, 1), "batches of {batch}");
        outcomes.push(threads);
    }
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]));
}
