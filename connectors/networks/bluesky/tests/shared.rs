//! Two processes with one account: they share a session by the slot, so that logins stay rare.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use careline::context::Context;
use careline::model::Timestamp;
use careline::network::Network;
use careline::network::token::{Cause, MemoryTokens, TokenSlot};
use careline::{Error, ErrorKind, Retry};
use careline_bluesky::{Account, AccountConfig};
use careline_testkit::{Exchange, ManualClock, ScriptedTransport};
use secrecy::ExposeSecret;

const CREATE: &str = "https://bsky.social/xrpc/com.atproto.server.createSession";
const REFRESH: &str = "https://pds.example/xrpc/com.atproto.server.refreshSession";
const DID: &str = "did:plc:acme";
const HOME: &str = r##""did":"did:plc:acme","handle":"acme.example","didDoc":{"service":[{"id":"#atproto_pds",
    "serviceEndpoint":"https://pds.example"}]}"##;

struct World {
    transport: ScriptedTransport,
    clock: Arc<ManualClock>,
    slot: Arc<MemoryTokens>,
    cx: Context,
}

fn world(exchanges: impl IntoIterator<Item = Exchange>) -> World {
    let transport = ScriptedTransport::new(exchanges);
    let clock = Arc::new(ManualClock::new(Timestamp::parse("2026-05-01T09:00:00Z").unwrap()));
    let slot = Arc::new(MemoryTokens::default());
    let cx = Context::new(Arc::new(transport.clone()), clock.clone()).with_tokens(slot.clone());
    World { transport, clock, slot, cx }
}

/// What one process has.
fn account() -> Account {
    Account::new(AccountConfig::new("@acme.example", "planted-password")).unwrap()
}

fn session(n: u32) -> String {
    format!(r#"{{"accessJwt":"access-{n}","refreshJwt":"refresh-{n}",{HOME}}}"#)
}

fn who(server: &str, n: u32) -> Exchange {
    Exchange::get(&format!("https://{server}/xrpc/com.atproto.server.getSession"))
        .requires_header("authorization", &format!("Bearer access-{n}"))
        .json(format!("{{{HOME}}}"))
}

fn expired(n: u32) -> Exchange {
    who("pds.example", n).json(r#"{"error":"ExpiredToken","message":"Token has expired"}"#).status(400)
}

fn renewal(n: u32) -> Exchange {
    let bearer = format!("Bearer refresh-{n}");
    Exchange::post(REFRESH).requires_header("authorization", &bearer).json(session(n + 1))
}

#[tokio::test]
async fn one_process_logs_in_and_renews_for_all() {
    let world = world([
        Exchange::post(CREATE).json(session(1)),
        who("pds.example", 1),
        // The second process knows neither the account's server nor its DID.
        who("bsky.social", 1),
        who("pds.example", 1),
        expired(1),
        renewal(1),
        who("pds.example", 2),
        who("pds.example", 2),
        // Before its end, without a refusal.
        renewal(2),
        who("pds.example", 3),
        who("pds.example", 3),
    ]);
    let (one, other) = (account(), account());
    for account in [&one, &other, &one, &other] {
        assert_eq!(account.check(&world.cx).await.unwrap().account.native_id, DID);
    }
    world.clock.advance(Duration::from_secs(115 * 60));
    for account in [&other, &one] {
        account.check(&world.cx).await.unwrap();
    }
    world.transport.verify().unwrap();
    let held = world.slot.load().await.unwrap().unwrap().1;
    assert_eq!(held.token.refresh.unwrap().expose_secret(), "refresh-3");
}

#[tokio::test]
async fn a_refused_login_is_not_tried_again_at_once_and_ends_nothing() {
    let refused = || Exchange::post(CREATE).json(r#"{"error":"AuthenticationRequired"}"#).status(401);
    let world = world([refused(), Exchange::post(CREATE).json(session(1)), who("pds.example", 1)]);
    let (one, other) = (account(), account());
    let error: Error = one.check(&world.cx).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(!format!("{error:?}").contains("planted"));
    // The other process does not run into the same at once.
    let error = other.check(&world.cx).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Unavailable && matches!(error.retry_advice(), Retry::After(_)), "{error}");
    let held = world.slot.load().await.unwrap().unwrap().1;
    assert!(held.dead.is_none() && held.failed_at.is_some());
    assert_eq!(Cause::of(&error), None);

    // With another password the account goes on.
    world.clock.advance(Duration::from_secs(600));
    account().check(&world.cx).await.unwrap();
    assert!(world.slot.load().await.unwrap().unwrap().1.failed_at.is_none());
}
