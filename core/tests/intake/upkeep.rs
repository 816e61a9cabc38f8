//! Upkeep: what is old goes for every tenant and for what is nobody's, and what was deleted unnoticed is noticed.

use std::sync::Arc;
use std::time::Duration;

use careline::care::{Engine, TenantSetup};
use careline::model::*;
use careline::network::{BodyKind, Network};
use careline::policy::{CompiledPolicy, Policy};
use careline::store::MemoryStore;
use careline_testkit::fake::{FakeFixture, FakeNetwork, FakeWebhook};
use careline_testkit::network::{Item, NetworkFixture, SECRET};
use careline_testkit::{Exchange, ManualClock, ScriptedTransport};

use crate::support::*;

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn retention_reaches_every_tenant_and_what_belongs_to_none() {
    let clock = Arc::new(ManualClock::new(NOW));
    let mut builder = Engine::builder(Arc::new(MemoryStore::new())).clock(clock.clone());
    for (tenant, native, days) in [("acme", "a1", 2), ("globex", "g1", 30)] {
        let text = format!(
            "[brand]\nname = 'Acme'\n[[accounts]]\nid = 'shop'\nnetwork = 'post'\nnative_id = '{native}'\n\
             [retention]\nraw = '{days}d'"
        );
        let policy = CompiledPolicy::new(Policy::parse(&text, "").unwrap()).unwrap();
        builder = builder.tenant(tenant, TenantSetup::new(policy));
    }
    let engine = builder.endpoint("post", Arc::new(Postbox)).build().unwrap();
    engine.receive("post", &body(&["a1", "g1", "x9"].map(|native| item(native, native, "ann")))).await.unwrap();
    let kept = async || {
        let mut kept = Vec::new();
        for tenant in [engine.tenant("acme").unwrap(), engine.tenant("globex").unwrap(), engine.operator()] {
            kept.push(raws(&tenant).await.len());
        }
        kept
    };
    clock.advance(DAY);
    assert!(engine.upkeep().await.failed.is_empty());
    assert_eq!(kept().await, [1, 1, 1]);
    clock.advance(2 * DAY);
    let upkept = engine.upkeep().await;
    assert_eq!(upkept.removed[&TenantId::from("acme")].removed["raw_deliveries"], 1);
    assert_eq!(kept().await, [0, 1, 0], "what may be anybody's goes with the strictest");
    clock.advance(30 * DAY);
    engine.upkeep().await;
    assert_eq!(kept().await, [0, 0, 0]);
}

/// A customer's message that opens a case.
fn message(n: u32) -> Item {
    Item::Message { n, text: format!("Acme, my order {n} is broken, please help me!") }
}

struct World {
    engine: Engine,
    transport: ScriptedTransport,
    fixture: FakeFixture,
}

impl World {
    fn new() -> Self {
        Self::on(FakeFixture::default().account())
    }

    fn on(network: Arc<dyn Network>) -> Self {
        let (transport, fixture) = (ScriptedTransport::new([]), FakeFixture::default());
        let setup = TenantSetup::new(policy_on("fake", &[("acme", "acme-1")])).network("acme", network);
        let builder = Engine::builder(Arc::new(MemoryStore::new())).clock(Arc::new(ManualClock::new(NOW)));
        let builder = builder.transport(Arc::new(transport.clone()));
        let builder = builder.endpoint("fake", Arc::new(FakeWebhook::new(&[SECRET]).unwrap()));
        Self { engine: builder.tenant("default", setup).build().unwrap(), transport, fixture }
    }

    async fn push(&self, items: &[Item]) {
        let body = self.fixture.body(BodyKind::Webhook, items).unwrap();
        let request = careline::intake::WebhookRequest::post(self.fixture.signed(SECRET, &body), body);
        self.engine.receive("fake", &request).await.unwrap();
    }

    fn script(&self, exchanges: Vec<Exchange>) {
        exchanges.into_iter().for_each(|exchange| self.transport.push(exchange));
    }
}

#[tokio::test]
async fn deletions_nobody_pushes_are_found() {
    let world = World::new();
    world.push(&[message(1), message(2), Item::Direct { n: 3, text: "my parcel is late".into() }]).await;
    // The open cases first, then all of them: what is gone, and what is private, is not asked about.
    world.script(world.fixture.recheck(&[2], &[1]));
    world.script(world.fixture.recheck(&[2], &[]));
    let upkept = world.engine.upkeep().await;
    assert!(upkept.failed.is_empty(), "{:?}", upkept.failed);
    let found = &upkept.rechecked[&"default".into()][&"acme".into()];
    assert_eq!((found.changed, found.added, found.quarantined), (1, 0, 0));
    let tenant = tenant(&world.engine);
    let messages = messages(&tenant).await;
    let gone = &messages[&world.fixture.id(1)][0];
    assert!(gone.deleted_at.is_some() && gone.content.is_none());
    assert!(messages[&world.fixture.id(2)][0].deleted_at.is_none());
    assert!(raws(&tenant).await.iter().all(|raw| !raw.contains("Message 2")), "what stands is not kept once more");
    // Next time there is nothing new, and nothing is written for it.
    world.script(world.fixture.recheck(&[2], &[]));
    world.script(world.fixture.recheck(&[2], &[]));
    let before = all(&tenant).await;
    assert!(world.engine.upkeep().await.failed.is_empty());
    assert_eq!(all(&tenant).await, before);
    world.transport.verify().unwrap();
}

#[tokio::test]
async fn private_messages_are_asked_about_where_the_network_finds_them() {
    let world = World::on(Arc::new(FakeNetwork::new("token").recheck_private()));
    world.push(&[Item::Direct { n: 3, text: "my parcel is late".into() }]).await;
    world.script(world.fixture.recheck(&[], &[3]));
    world.engine.upkeep().await;
    assert!(messages(&tenant(&world.engine)).await[&world.fixture.id(3)][0].deleted_at.is_some());
    world.transport.verify().unwrap();
}

#[tokio::test]
async fn a_network_that_fails_is_told_with_its_account() {
    let world = World::new();
    world.push(&[message(1)]).await;
    world.script(vec![Exchange::get("/messages").status(503)]);
    let upkept = world.engine.upkeep().await;
    assert_eq!((upkept.failed.len(), upkept.removed.len()), (1, 2), "retention went on: {upkept:?}");
    assert!(upkept.failed[0].error.context().any(|(name, value)| (name, value) == ("account", "acme")));
}

#[tokio::test]
async fn a_long_history_is_gone_through_round_by_round() {
    let world = World::new();
    world.push(&(1..=1200).map(message).collect::<Vec<_>>()).await;
    // Whatever is asked for stands.
    let all = world.fixture.recheck(&(1..=1200).collect::<Vec<_>>(), &[]).remove(0).body();
    let mut asked = std::collections::BTreeSet::new();
    for calls in [10, 10, 4] {
        world.script((0..calls).map(|_| Exchange::get("/messages").json(all.clone())).collect());
        let upkept = world.engine.upkeep().await;
        assert!(upkept.failed.is_empty(), "{:?}", upkept.failed);
    }
    for request in world.transport.requests() {
        asked.extend(request.query("ids").unwrap().split(',').map(str::to_owned));
    }
    assert_eq!(asked.len(), 1200, "everything had its turn");
}
