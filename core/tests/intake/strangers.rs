//! Work of tenants that an engine does not know, or that fails: told, and nobody else's matter.

use std::sync::Arc;
use std::time::Duration;

use careline::ErrorKind;
use careline::care::{Engine, TenantSetup};
use careline::clock::Clock;
use careline::model::*;
use careline::policy::{CompiledPolicy, Policy};
use careline::routing::{AssignAsk, Routed, Router};
use careline::store::{MemoryStore, Store};
use careline_testkit::ManualClock;

use crate::support::*;

/// A policy with an account, an agent and a step of the ladder.
fn staffed(native: &str) -> CompiledPolicy {
    let text = format!(
        "[brand]\nname = 'Acme'\n[[accounts]]\nid = 'shop'\nnetwork = 'post'\nnative_id = '{native}'\n\
         [[agents]]\nid = 'jo'\n[[escalation]]\nat = 0.5\nnotify = ['team']"
    );
    CompiledPolicy::new(Policy::parse(&text, "").unwrap()).unwrap()
}

fn builder(store: &Arc<dyn Store>, clock: &Arc<ManualClock>) -> careline::care::EngineBuilder {
    Engine::builder(store.clone()).clock(clock.clone()).endpoint("post", Arc::new(Postbox))
}

#[tokio::test]
async fn work_of_a_tenant_that_is_gone_holds_up_nobody() {
    let (store, clock): (Arc<dyn Store>, _) = (Arc::new(MemoryStore::new()), Arc::new(ManualClock::new(NOW)));
    let acme = || TenantSetup::new(staffed("a1"));
    let both = builder(&store, &clock).tenant("acme", acme()).tenant("gone", TenantSetup::new(staffed("g1")));
    let both = both.build().unwrap();
    // More than one call takes, all due before anything of the other's.
    let items: Vec<_> = (0..450).map(|id| item("g1", &format!("g{id}"), &format!("u{id}"))).collect();
    both.receive("post", &body(&items)).await.unwrap();
    clock.advance(Duration::from_secs(60));
    let case = {
        both.receive("post", &body(&[item("a1", "1", "ann")])).await.unwrap();
        both.tenant("acme").unwrap().all_cases(1).await.unwrap().items.remove(0).id
    };
    both.tenant("acme").unwrap().set_presence(&"jo".into(), true, None).await.unwrap();

    let engine = builder(&store, &clock).tenant("acme", acme()).build().unwrap();
    let ticked = engine.tick().await.unwrap();
    let told: Vec<_> = ticked.failed.iter().map(|failed| (failed.tenant.as_str(), failed.error.kind())).collect();
    assert_eq!(told, [("gone", ErrorKind::NotFound)]);
    assert!(ticked.failed[0].error.to_string().contains("gone"), "{}", ticked.failed[0].error);
    let held = |case: Case| case.assignment.map(|held| held.agent.to_string());
    let acme = engine.tenant("acme").unwrap();
    assert_eq!(held(acme.case(&case).await.unwrap().case).as_deref(), Some("jo"), "routed all the same");

    clock.advance(Duration::from_secs(5 * 3600));
    let ticked = engine.tick().await.unwrap();
    assert!(ticked.timers > 0 && ticked.failed.len() == 1, "{ticked:?}");
    let late = acme.case(&case).await.unwrap().case;
    assert!(late.clocks[0].breached_at.is_some(), "{:?}", late.clocks);
    assert!(ticked.next_due.unwrap() > clock.now(), "what cannot be done does not make a host spin: {ticked:?}");
    let notices = engine.notices().await.unwrap();
    assert!(!notices.is_empty() && notices.iter().all(|notice| notice.tenant.as_str() == "acme"), "{notices:?}");

    // Once it is known again, nothing of it is lost.
    clock.advance(Duration::from_secs(600));
    let ticked = both.tick().await.unwrap();
    assert!(ticked.failed.is_empty() && ticked.timers >= 450, "{ticked:?}");
    let gone = both.tenant("gone").unwrap();
    assert!(gone.all_cases(500).await.unwrap().items.iter().all(|case| case.clocks[0].breached_at.is_some()));
}

#[derive(Debug)]
struct Broken;

impl Router for Broken {
    fn id(&self) -> &str {
        "broken/1"
    }

    fn route(&self, _ask: &AssignAsk<'_>) -> careline::Result<Routed> {
        Err(careline::Error::new(ErrorKind::Unavailable, "the roster service is down"))
    }
}

#[tokio::test]
async fn a_router_that_fails_is_told_and_tried_again() {
    let (store, clock): (Arc<dyn Store>, _) = (Arc::new(MemoryStore::new()), Arc::new(ManualClock::new(NOW)));
    let broken = TenantSetup::new(staffed("g1")).router(Arc::new(Broken));
    let engine = builder(&store, &clock).tenant("acme", TenantSetup::new(staffed("a1"))).tenant("broken", broken);
    let engine = engine.build().unwrap();
    engine.receive("post", &body(&[item("g1", "1", "ann"), item("a1", "2", "ann")])).await.unwrap();
    engine.tenant("acme").unwrap().set_presence(&"jo".into(), true, None).await.unwrap();
    let ticked = engine.tick().await.unwrap();
    assert_eq!((ticked.routed, ticked.failed.len()), (1, 1));
    assert_eq!(ticked.failed[0].error.kind(), ErrorKind::Unavailable);
    clock.advance(Duration::from_secs(120));
    assert_eq!(engine.tick().await.unwrap().failed.len(), 1, "the effect was not settled");
}
