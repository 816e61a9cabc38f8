//! An account that people connected: its token goes before the configured one, and is dead once the server refuses it.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use careline::ErrorKind;
use careline::context::Context;
use careline::model::Timestamp;
use careline::network::token::{Cause, MemoryTokens, Token, TokenKind, TokenSlot, keep};
use careline::network::{Act, Network, Outbound, PollAsk, Target};
use careline_mastodon::{Account, AccountConfig};
use careline_testkit::{Exchange, ManualClock, ScriptedTransport};

fn now() -> Timestamp {
    Timestamp::parse("2026-05-01T09:00:00Z").unwrap()
}

fn context(exchanges: impl IntoIterator<Item = Exchange>) -> (Context, ScriptedTransport, Arc<MemoryTokens>) {
    let (transport, slot) = (ScriptedTransport::new(exchanges), Arc::new(MemoryTokens::default()));
    let cx = Context::new(Arc::new(transport.clone()), Arc::new(ManualClock::jumping(now()))).with_tokens(slot.clone());
    (cx, transport, slot)
}

fn like(token: &str) -> Exchange {
    Exchange::post("https://inst.example/api/v1/statuses/5/favourite")
        .requires_header("authorization", &format!("Bearer {token}"))
        .json(r#"{"id":"5"}"#)
}

fn whoami() -> Exchange {
    Exchange::get("https://inst.example/api/v1/accounts/verify_credentials")
        .requires_header("authorization", "Bearer planted-access")
}

fn liked() -> Outbound {
    Outbound::new("k1", Act::Like { on: Target::new("5"), liked: true })
}

#[tokio::test]
async fn the_token_of_the_slot_goes_before_the_configured_one() {
    let revoked = r#"{"error":"The access token was revoked (planted-access)"}"#;
    let (cx, transport, slot) = context([
        like("configured"),
        like("planted-access"),
        Exchange::get("https://inst.example/api/v1/notifications")
            .requires_header("authorization", "Bearer planted-access")
            .json(revoked)
            .status(401),
        whoami().json(r#"{"id":"1"}"#),
        Exchange::get("https://inst.example/api/v1/notifications").json(revoked).status(401),
        whoami().json(revoked).status(401),
        like("again"),
    ]);
    let account = Account::new(AccountConfig::new("https://inst.example", "configured").account_id("1")).unwrap();
    account.send(&cx, &liked()).await.unwrap();
    keep(&*slot, Token::new("planted-access", TokenKind::User, now())).await.unwrap();
    account.send(&cx, &liked()).await.unwrap();

    let source = account.capability().poll_sources.remove(0);
    let refused = account.poll(&cx, PollAsk::new(source.clone(), None)).await.unwrap_err();
    assert_eq!((refused.kind(), Cause::of(&refused)), (ErrorKind::Unauthenticated, None), "once is no proof");
    assert_eq!(slot.load().await.unwrap().unwrap().1.dead, None);
    for _ in 0..2 {
        let error = account.poll(&cx, PollAsk::new(source.clone(), None)).await.unwrap_err();
        assert_eq!((error.kind(), Cause::of(&error)), (ErrorKind::Unauthenticated, Some(Cause::Unknown)), "{error}");
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
    }
    let error = account.send(&cx, &liked()).await.unwrap_err();
    assert_eq!(Cause::of(&error), Some(Cause::Unknown), "nothing is asked with a dead token");
    assert_eq!(slot.load().await.unwrap().unwrap().1.dead, Some(Cause::Unknown));

    keep(&*slot, Token::new("again", TokenKind::User, now())).await.unwrap();
    account.send(&cx, &liked()).await.unwrap();
    transport.verify().unwrap();
}

#[tokio::test]
async fn without_any_token_nothing_is_asked() {
    let (cx, _, _) = context([]);
    let account = Account::new(AccountConfig::connected("https://inst.example").account_id("1")).unwrap();
    let error = account.send(&cx, &liked()).await.unwrap_err();
    assert_eq!(Cause::of(&error), Some(Cause::NotConnected));
}
