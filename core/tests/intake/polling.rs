//! Polling: a cursor that moves only with its page, and what an account tells about its coverage.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use careline::ErrorKind;
use careline::care::{Engine, TenantSetup};
use careline::network::BodyKind;
use careline::store::{Key, Record, Store};
use careline_testkit::fake::{FakeFixture, FakeNetwork, FakeWebhook};
use careline_testkit::network::{Item, NetworkFixture, SECRET, message};
use careline_testkit::{Exchange, ManualClock, ScriptedTransport};

use crate::support::*;

const SOURCE: &str = "messages";

struct World {
    store: Arc<Watched>,
    transport: ScriptedTransport,
    engine: Engine,
    fixture: FakeFixture,
}

impl World {
    fn new(script: impl IntoIterator<Item = Exchange>) -> Self {
        let (store, transport) = (Watched::new(), ScriptedTransport::new(script));
        let fixture = FakeFixture::default();
        let setup = TenantSetup::new(policy_on("fake", &[("acme", "acme-1")])).network("acme", fixture.account());
        let builder = Engine::builder(store.clone()).clock(Arc::new(ManualClock::jumping(NOW)));
        let builder = builder.transport(Arc::new(transport.clone()));
        let builder = builder.endpoint("fake", Arc::new(FakeWebhook::new(&[SECRET]).unwrap()));
        Self { store, transport, engine: builder.tenant("default", setup).build().unwrap(), fixture }
    }

    async fn poll(&self) -> careline::Result<careline::care::Ingested> {
        send(tenant(&self.engine).poll(&"acme".into())).await
    }

    async fn cursor(&self) -> Option<String> {
        let key = Key::Cursor("acme".into(), SOURCE.into());
        match self.store.load(tenant(&self.engine).id(), &[key]).await.unwrap().entries.remove(0).record {
            Some(Record::Cursor(cursor)) => Some(cursor.to_string()),
            _ => None,
        }
    }

    async fn push(&self, items: &[Item]) {
        let body = self.fixture.body(BodyKind::Webhook, items).unwrap();
        let request = careline::intake::WebhookRequest::post(self.fixture.signed(SECRET, &body), body);
        self.engine.receive("fake", &request).await.unwrap();
    }
}

#[tokio::test]
async fn a_cursor_moves_only_with_the_commit_of_its_page() {
    let fixture = FakeFixture::default();
    let world = World::new(fixture.pages(SOURCE, &[1, 2, 3, 4], 2));
    world.store.refuse("Message 4");
    let poisoned = world.poll().await.unwrap();
    assert_eq!((poisoned.added, poisoned.quarantined), (2, 2), "what cannot be written does not hold up the source");
    assert_eq!(world.cursor().await.unwrap(), fixture.id(4));

    let world = World::new(fixture.pages(SOURCE, &[1, 2], 2));
    world.store.down.store(true, Ordering::SeqCst);
    assert_eq!(world.poll().await.unwrap_err().kind(), ErrorKind::StorageFailed);
    assert_eq!(world.cursor().await, None);
    assert_eq!(messages(&tenant(&world.engine)).await.len(), 0);
    world.store.down.store(false, Ordering::SeqCst);
    // The network is asked for the same page again.
    fixture.pages(SOURCE, &[1, 2], 2).into_iter().for_each(|exchange| world.transport.push(exchange));
    assert_eq!(world.poll().await.unwrap().added, 2);
    assert_eq!(world.cursor().await.unwrap(), fixture.id(2));
}

#[tokio::test]
async fn a_poll_without_news_is_one_call_and_no_write() {
    let fixture = FakeFixture::default();
    let mut script = fixture.pages(SOURCE, &[1, 2], 2);
    script.extend([fixture.quiet(SOURCE), fixture.quiet(SOURCE)]);
    let world = World::new(script);
    world.poll().await.unwrap();
    let before = all(&tenant(&world.engine)).await;
    for _ in 0..2 {
        world.store.reset();
        let calls = world.transport.requests().len();
        assert_eq!(world.poll().await.unwrap(), Default::default());
        assert_eq!(world.transport.requests().len() - calls, 1);
        assert_eq!(world.store.count(&world.store.commits), 0);
    }
    assert_eq!(world.transport.requests().last().unwrap().query("after"), Some(fixture.id(2)));
    assert_eq!(all(&tenant(&world.engine)).await, before);
}

#[tokio::test]
async fn a_page_with_a_bad_item_goes_on() {
    let fixture = FakeFixture::default();
    let items = [message(1), Item::Unreadable, Item::Unknown, message(2)];
    let page = fixture.body(BodyKind::Rest, &items).unwrap();
    let world = World::new([Exchange::get("/messages").json(page), fixture.quiet(SOURCE)]);
    let told = world.poll().await.unwrap();
    assert_eq!((told.added, told.quarantined), (3, 1), "the unknown kind counts as new");
    assert_eq!(messages(&tenant(&world.engine)).await.len(), 2);
    assert_eq!(tenant(&world.engine).quarantine(9).await.unwrap().items.len(), 2);
    assert_eq!(world.poll().await.unwrap(), Default::default());
}

#[tokio::test]
async fn a_network_that_never_ends_is_left_after_a_bounded_number_of_pages() {
    let fixture = FakeFixture::default();
    let numbers: Vec<_> = (1..=150).collect();
    let script = fixture.pages(SOURCE, &numbers, 1);
    let world = World::new(script);
    assert_eq!(world.poll().await.unwrap().added, 100);
    assert_eq!(world.poll().await.unwrap().added, 50, "the next call goes on");

    // More of the same place is no more.
    let again = Exchange::get("/messages").json(r#"{"items":[{"type":"hologram","id":"1"}],"more":true}"#);
    let world = World::new([again]);
    world.poll().await.unwrap();
    assert_eq!(world.transport.requests().len(), 1);
}

#[tokio::test]
async fn catching_up_after_a_gap_doubles_nothing_and_coverage_tells_both_ways() {
    let fixture = FakeFixture::default();
    let world = World::new(fixture.pages(SOURCE, &[2, 3, 4, 5, 6], 2));
    // 1 to 3 are pushed, then pushes stop; 2 to 6 are listed.
    world.push(&[message(1), message(2)]).await;
    world.push(&[message(3)]).await;
    world.push(&[message(3)]).await;
    let told = world.poll().await.unwrap();
    assert_eq!((told.added, told.changed), (3, 2));
    let found = messages(&tenant(&world.engine)).await;
    assert_eq!((found.len(), found.values().all(|same| same.len() == 1)), (6, true));
    let coverage = tenant(&world.engine).coverage().await.unwrap();
    let acme = &coverage["acme"];
    assert_eq!((acme.pushed, acme.listed, acme.both), (3, 5, 2));
    // The rest is pushed late.
    world.push(&[message(6)]).await;
    let acme = tenant(&world.engine).coverage().await.unwrap().remove("acme").unwrap();
    assert_eq!((acme.pushed, acme.listed, acme.both), (4, 5, 3));
}

#[tokio::test]
async fn a_connection_needs_a_transport_and_an_account_a_connection() {
    let setup = TenantSetup::new(policy_on("fake", &[("acme", "acme-1"), ("other", "o-1")]))
        .network("acme", Arc::new(FakeNetwork::new("token")));
    let engine = Engine::builder(Watched::new()).tenant("default", setup).build().unwrap();
    assert_eq!(tenant(&engine).poll(&"acme".into()).await.unwrap_err().kind(), ErrorKind::ConfigInvalid);
    assert_eq!(tenant(&engine).poll(&"other".into()).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(tenant(&engine).follow(&"nobody".into(), "line").await.unwrap_err().kind(), ErrorKind::NotFound);
}
