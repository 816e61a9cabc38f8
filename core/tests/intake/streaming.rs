//! Streams: what comes down is taken in, what comes twice or is garbage harms nothing, and what is lost is made up for.

use std::sync::Arc;
use std::time::Duration;

use careline::care::{Engine, Tenant, TenantSetup};
use careline::clock::Clock;
use careline::network::BodyKind;
use careline::{ErrorKind, Result};
use careline_testkit::fake::FakeFixture;
use careline_testkit::network::{NetworkFixture, message};
use careline_testkit::{Answer, Exchange, Fault, FaultPlan, FaultTransport, ManualClock, ScriptedTransport};

use crate::support::*;

const LINE: &str = "line";

fn engine_over(transport: Arc<dyn careline::transport::Transport>, clock: Arc<ManualClock>) -> (Engine, Tenant) {
    let fixture = FakeFixture::default();
    let setup = TenantSetup::new(policy_on("fake", &[("acme", "acme-1")])).network("acme", fixture.account());
    let builder = Engine::builder(Watched::new()).clock(clock).transport(transport);
    let engine = builder.tenant("default", setup).build().unwrap();
    let tenant = tenant(&engine);
    (engine, tenant)
}

fn line(n: u32) -> String {
    String::from_utf8(FakeFixture::default().body(BodyKind::Stream, &[message(n)]).unwrap()).unwrap()
}

async fn numbers(tenant: &Tenant) -> usize {
    let messages = messages(tenant).await;
    assert!(messages.values().all(|same| same.len() == 1));
    messages.len()
}

#[tokio::test]
async fn what_comes_twice_or_is_garbage_harms_nothing() {
    let chunks = [
        line(1),
        line(1),
        "no json at all\n".into(),
        "\u{0}\u{1}\n".into(),
        line(2),
        "{\"type\":\"hologram\",\"id\":\"1\"}\n".into(),
        line(3),
    ];
    let script = ScriptedTransport::new([Exchange::get("/line").chunks(chunks)]);
    let (_engine, tenant) = engine_over(Arc::new(script), Arc::new(ManualClock::jumping(NOW)));
    let end = send(tenant.follow(&"acme".into(), LINE)).await.unwrap_err();
    assert_eq!(end.kind(), ErrorKind::Unavailable, "the loss of a connection is told");
    assert_eq!(numbers(&tenant).await, 3);
    assert_eq!(tenant.quarantine(9).await.unwrap().items.len(), 3);
}

#[tokio::test]
async fn a_lost_stream_stands_again_and_what_was_missed_is_polled() {
    let fixture = FakeFixture::default();
    let quiet = || fixture.quiet("messages");
    let mut script = vec![
        // It stands before the poll, so nothing falls between them.
        Exchange::get("/line").chunks([line(1)]).fault(Fault::Reset),
        quiet(),
        Exchange::get("/line").answer(Answer::default().status(503)),
        Exchange::get("/line").answer(Answer::default().status(503)),
        Exchange::get("/line").chunks([line(1), line(4)]),
    ];
    script.extend(fixture.pages("messages", &[1, 2, 3], 5));
    script.push(Exchange::get("/line").chunks([line(5)]).then_silence());
    script.push(quiet());
    let (script, clock) = (ScriptedTransport::new(script), Arc::new(ManualClock::jumping(NOW)));
    let (_engine, tenant) = engine_over(Arc::new(script.clone()), clock.clone());
    let watched = tenant.clone();
    let until = async move {
        while messages(&watched).await.len() < 5 {
            tokio::task::yield_now().await;
        }
    };
    let ended: Result<()> =
        tokio::time::timeout(Duration::from_secs(20), send(tenant.keep_following(&"acme".into(), LINE, until)))
            .await
            .expect("it ends when it is told to");
    ended.unwrap();
    assert_eq!(numbers(&tenant).await, 5);
    let seconds: Vec<_> = clock.slept().iter().map(Duration::as_secs).collect();
    assert_eq!(seconds, [1, 2, 4, 1], "the pause grows, and begins anew once something came");
    script.verify().unwrap();
}

#[tokio::test]
async fn a_network_that_asks_to_wait_is_waited_for_and_a_refusal_is_final() {
    let wait = Exchange::get("/line")
        .answer(Answer::default().status(429).header("x-fake-reset", &(NOW.as_secs() + 900).to_string()));
    let refused = Exchange::get("/line").answer(Answer::default().status(401));
    let (script, clock) = (ScriptedTransport::new([wait, refused]), Arc::new(ManualClock::jumping(NOW)));
    let (_engine, tenant) = engine_over(Arc::new(script), clock.clone());
    let end = tenant.keep_following(&"acme".into(), LINE, std::future::pending()).await.unwrap_err();
    assert_eq!((end.kind(), end.operation()), (ErrorKind::Unauthenticated, "keep_following"));
    assert_eq!(clock.slept(), [Duration::from_secs(900)]);
}

#[tokio::test]
async fn it_waits_no_longer_than_five_minutes_and_stops_at_once() {
    let down = Exchange::get("/line").answer(Answer::default().status(503));
    let (script, clock) = (ScriptedTransport::new(vec![down; 14]), Arc::new(ManualClock::jumping(NOW)));
    let (_engine, tenant) = engine_over(Arc::new(script.clone()), clock.clone());
    let until = async {
        while clock.slept().len() < 13 {
            tokio::task::yield_now().await;
        }
    };
    tenant.keep_following(&"acme".into(), LINE, until).await.unwrap();
    let slept = clock.slept();
    assert_eq!(slept.iter().max(), Some(&Duration::from_secs(300)));
    assert!(clock.now().millis_since(NOW) > 300_000);
    let _ = script.verify();
}

#[tokio::test]
async fn an_unreliable_network_costs_time_and_no_message() {
    let fixture = FakeFixture::default();
    for seed in 0..5 {
        // A network that answers whatever is asked: every stream tells two messages, every poll lists all.
        let network = Arc::new(Everything { fixture });
        let clock = Arc::new(ManualClock::jumping(NOW));
        let plan = FaultPlan {
            dropped: 200,
            answer_lost: 200,
            duplicated: 100,
            truncated: 200,
            storms: 50,
            storm_length: 2,
            ..FaultPlan::default()
        };
        let transport = Arc::new(FaultTransport::new(network, clock.clone(), plan, seed));
        let (_engine, tenant) = engine_over(transport.clone(), clock.clone());
        let watched = tenant.clone();
        let until = async {
            while clock.slept().len() < 30 || messages(&watched).await.len() < 8 {
                tokio::task::yield_now().await;
            }
        };
        let account = "acme".into();
        let run = tenant.keep_following(&account, LINE, until);
        tokio::time::timeout(Duration::from_secs(30), run).await.expect("it comes to an end").unwrap();
        assert_eq!(numbers(&tenant).await, 8, "seed {seed}");
        assert!(transport.struck() > 5, "seed {seed}");
    }
}

/// Lists messages 1 to 6 and streams 5 to 8.
#[derive(Debug)]
struct Everything {
    fixture: FakeFixture,
}

#[async_trait::async_trait]
impl careline::transport::Transport for Everything {
    async fn send(&self, request: http::Request<bytes::Bytes>) -> Result<http::Response<bytes::Bytes>> {
        let after = request.uri().query().and_then(|query| query.strip_prefix("after=")).unwrap_or_default().to_owned();
        let listed: Vec<_> = (1..7).filter(|n| self.fixture.id(*n) > after).map(message).collect();
        Ok(http::Response::new(self.fixture.body(BodyKind::Rest, &listed).unwrap().into()))
    }

    async fn open(&self, _: http::Request<bytes::Bytes>) -> Result<http::Response<careline::transport::ByteStream>> {
        let lines = (5..9).map(|n| Ok(bytes::Bytes::from(line(n))));
        Ok(http::Response::new(Box::pin(futures_util::stream::iter(lines.collect::<Vec<_>>()))))
    }

    async fn websocket(&self, _: http::Request<()>) -> Result<Box<dyn careline::transport::WebSocket>> {
        Err(careline::Error::new(ErrorKind::Unsupported, "no such thing"))
    }
}
