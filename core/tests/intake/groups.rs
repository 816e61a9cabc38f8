//! Group commit: many callers, few commits, nobody harmed by a neighbour.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use careline::care::{Engine, Ingested, TenantSetup};
use careline::store::MemoryStore;
use careline::triage::{Evidence, Triage, TriageInput, Triages};
use careline::{ErrorKind, Result, Retry};
use careline_testkit::ManualClock;

use crate::support::*;

async fn receive(engine: &Engine, id: usize) -> Result<Ingested> {
    let request = body(&[item("a1", &format!("n{id}"), &format!("u{}", id % 7))]);
    send(engine.receive("post", &request)).await.map(|answer| answer.ingested)
}

fn spawn(engine: &Engine, id: usize) -> tokio::task::JoinHandle<Result<Ingested>> {
    let engine = engine.clone();
    tokio::spawn(async move { receive(&engine, id).await })
}

async fn until(mut met: impl FnMut() -> bool) {
    for _ in 0..5_000 {
        if met() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("it never came to that");
}

/// Waits until so many callers wait for their turn.
async fn waiting(engine: &Engine, callers: usize) {
    until(|| format!("{engine:?}").contains(&format!("waiting: {callers},"))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_callers_need_few_commits_and_each_message_is_there_once() {
    let store = Watched::new();
    let engine = single(store.clone());
    store.close_gate();
    let mut callers = vec![spawn(&engine, 0)];
    until(|| store.count(&store.commits) == 1).await;
    callers.extend((1..200).map(|id| spawn(&engine, id)));
    waiting(&engine, 199).await;
    store.open_gate();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap().added, 1);
    }
    assert_eq!(store.count(&store.commits), 2, "one for the first, one for all who waited");
    let messages = messages(&tenant(&engine)).await;
    assert_eq!((messages.len(), messages.values().map(Vec::len).sum::<usize>()), (200, 200));
    assert_eq!(raws(&tenant(&engine)).await.len(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_group_is_bounded() {
    let store = Watched::new();
    let engine = single(store.clone());
    store.close_gate();
    let first = spawn(&engine, 0);
    until(|| store.count(&store.commits) == 1).await;
    let large = |from: usize| {
        let items: Vec<_> = (from..from + 600).map(|id| item("a1", &format!("n{id}"), "u")).collect();
        let engine = engine.clone();
        tokio::spawn(async move { engine.receive("post", &body(&items)).await })
    };
    let (one, two) = (large(1), large(601));
    waiting(&engine, 2).await;
    store.open_gate();
    assert_eq!(first.await.unwrap().unwrap().added, 1);
    for caller in [one, two] {
        assert_eq!(caller.await.unwrap().unwrap().ingested.added, 600);
    }
    assert_eq!(store.count(&store.commits), 3, "twelve hundred events are too many for one transaction");
}

/// The caller that writes for all is dropped in the middle of its commit.
async fn give_up_while_leading(writes_before_gate: bool) {
    let store = Watched::new();
    let engine = single(store.clone());
    store.writes_before_gate.store(writes_before_gate, Ordering::SeqCst);
    assert_eq!(receive(&engine, 900).await.unwrap().added, 1);
    store.close_gate();
    let leader = spawn(&engine, 0);
    until(|| store.count(&store.commits) == 2).await;
    let others: Vec<_> = (1..20).map(|id| spawn(&engine, id)).collect();
    waiting(&engine, 19).await;
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    // The next one leads a group with the others in it, and is dropped, too.
    until(|| store.count(&store.commits) == 3).await;
    others[0].abort();
    until(|| others[0].is_finished()).await;
    store.open_gate();
    for other in others.into_iter().skip(1) {
        let told = tokio::time::timeout(Duration::from_secs(5), other).await.expect("nobody hangs").unwrap();
        let told = told.expect("nobody suffers from the one who gave up");
        assert_eq!(told.added + told.known, 1);
    }
    let messages = messages(&tenant(&engine)).await;
    assert!(messages.values().all(|same| same.len() == 1));
    assert_eq!(messages.len(), 21, "what was begun is done by the next one, too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_caller_that_gives_up_while_it_writes_takes_nobody_along() {
    give_up_while_leading(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_that_happened_unseen_is_not_done_twice() {
    give_up_while_leading(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_verb_whose_commit_may_have_happened_is_not_repeated() {
    let store = Watched::new();
    let engine = single(store.clone());
    receive(&engine, 0).await.unwrap();
    let case = tenant(&engine).all_cases(9).await.unwrap().items.remove(0).id;
    store.writes_before_gate.store(true, Ordering::SeqCst);
    store.close_gate();
    let leader = spawn(&engine, 1);
    until(|| store.count(&store.commits) == 2).await;
    let first = spawn(&engine, 2);
    waiting(&engine, 1).await;
    let (of, id) = (tenant(&engine), case.clone());
    let note = tokio::spawn(async move { of.note(&id, "ann", "call back").await });
    waiting(&engine, 2).await;
    leader.abort();
    until(|| store.count(&store.commits) == 3).await;
    // The one that leads now holds its own delivery and the note.
    first.abort();
    let told = tokio::time::timeout(Duration::from_secs(5), note).await.expect("it does not hang").unwrap();
    let error = told.unwrap_err();
    assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::Cancelled, Retry::Unknown));
    store.open_gate();
    receive(&engine, 3).await.unwrap();
    assert_eq!(tenant(&engine).case(&case).await.unwrap().notes.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_that_fails_acknowledges_nothing() {
    let store = Watched::new();
    let engine = single(store.clone());
    store.close_gate();
    let mut callers = vec![spawn(&engine, 0)];
    until(|| store.count(&store.commits) == 1).await;
    callers.extend((1..50).map(|id| spawn(&engine, id)));
    waiting(&engine, 49).await;
    store.down.store(true, Ordering::SeqCst);
    store.open_gate();
    let first = callers.remove(0).await.unwrap();
    assert_eq!(first.unwrap().added, 1, "this one was past the point of failure");
    for caller in callers {
        let error = caller.await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::StorageFailed, "receive"));
        assert_eq!(careline::care::status_of(&error), 503);
    }
    assert!(store.count(&store.commits) < 6, "a store that is down is not asked fifty times");
    store.down.store(false, Ordering::SeqCst);
    assert_eq!(messages(&tenant(&engine)).await.len(), 1);
    // The network sends again.
    for id in 0..50 {
        let told = receive(&engine, id).await.unwrap();
        assert_eq!((told.added, told.known), if id == 0 { (0, 1) } else { (1, 0) });
    }
    assert_eq!(messages(&tenant(&engine)).await.len(), 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_that_cannot_be_written_does_not_harm_its_neighbours() {
    let store = Watched::new();
    let engine = single(store.clone());
    store.refuse("order n7 is");
    store.close_gate();
    let mut callers = vec![spawn(&engine, 0)];
    until(|| store.count(&store.commits) == 1).await;
    callers.extend((1..20).map(|id| spawn(&engine, id)));
    waiting(&engine, 19).await;
    store.open_gate();
    for (id, caller) in callers.into_iter().enumerate() {
        let told = caller.await.unwrap().unwrap();
        assert_eq!((told.added, told.quarantined), if id == 7 { (0, 1) } else { (1, 0) }, "{id}");
    }
    let tenant = tenant(&engine);
    assert_eq!(messages(&tenant).await.len(), 19);
    let aside = tenant.quarantine(9).await.unwrap().items;
    assert_eq!((aside.len(), aside[0].error["code"].as_str()), (1, Some("unexpected")));
    assert!(raws(&tenant).await.iter().any(|raw| raw.contains("order n7 is")), "its raw form is kept");
    // Once whatever was wrong is mended, it is read after all.
    store.refuse("nothing is wrong");
    let redriven = tenant.redrive(&aside[0].id, |delivery, _| Ok(read(&delivery.body, delivery.received_at))).await;
    assert_eq!(redriven.unwrap().added, 1);
    assert_eq!((messages(&tenant).await.len(), tenant.quarantine(9).await.unwrap().items.len()), (20, 0));
}

/// A host's own triage with a bug in it.
#[derive(Debug)]
struct Buggy;

impl Triage for Buggy {
    fn id(&self) -> &'static str {
        "buggy/1"
    }

    fn assess(&self, input: &TriageInput<'_>, _: &mut Evidence) -> Result<()> {
        assert!(!input.message.content.text.contains("n3 "), "a bug");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_triage_that_panics_sets_its_message_aside() {
    let setup = TenantSetup::new(policy(&[("acme", "a1")])).triages(Triages::default().with(Arc::new(Buggy)));
    let builder = Engine::builder(Arc::new(MemoryStore::new())).clock(Arc::new(ManualClock::new(NOW)));
    let engine = builder.endpoint("post", Arc::new(Postbox)).tenant("default", setup).build().unwrap();
    let callers: Vec<_> = (0..6).map(|id| spawn(&engine, id)).collect();
    let mut aside = BTreeSet::new();
    for (id, caller) in callers.into_iter().enumerate() {
        if caller.await.unwrap().unwrap().quarantined == 1 {
            aside.insert(id);
        }
    }
    assert_eq!(aside, [3].into());
    assert_eq!(messages(&tenant(&engine)).await.len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_engines_on_one_store_converge() {
    let store = Watched::new();
    let engines = [single(store.clone()), single(store.clone())];
    // Both get everything, in another order, in threads that they share.
    let mut callers = Vec::new();
    for id in 0..150usize {
        for (nth, engine) in engines.iter().enumerate() {
            let id = if nth == 0 { id } else { 149 - id };
            let mut item = item("a1", &format!("n{id}"), &format!("u{}", id % 3));
            item["to"] = "root".into();
            let (engine, request) = (engine.clone(), body(&[item]));
            callers.push(tokio::spawn(async move { engine.receive("post", &request).await }));
        }
    }
    let mut added = 0;
    for caller in callers {
        added += caller.await.unwrap().unwrap().ingested.added;
    }
    assert_eq!(added, 150, "each message was new to one of them");
    let tenant = tenant(&engines[0]);
    let messages = messages(&tenant).await;
    assert_eq!((messages.len(), messages.values().all(|same| same.len() == 1)), (150, true));
    assert_eq!(raws(&tenant).await.len(), 150);
    let cases = tenant.all_cases(99).await.unwrap().items;
    assert_eq!(cases.iter().map(|case| case.messages).sum::<u32>(), 150, "{} cases", cases.len());
    assert_eq!(tenant.totals("network.").await.unwrap()["network.post"], 150);
    assert!(tenant.verify_log().await.unwrap() >= 150);
}

#[tokio::test]
async fn a_conflict_is_decided_again() {
    let store = Watched::new();
    let engine = single(store.clone());
    store.fail(&[ErrorKind::Conflict; 5]);
    assert_eq!(receive(&engine, 1).await.unwrap().added, 1);
    assert_eq!(store.count(&store.commits), 6);
    store.fail(&[ErrorKind::Conflict; 500]);
    let error = receive(&engine, 2).await.unwrap_err();
    assert_eq!((error.kind(), careline::care::status_of(&error).as_u16()), (ErrorKind::Conflict, 503));
    store.fail(&[]);
    assert_eq!(receive(&engine, 2).await.unwrap().added, 1);
}
