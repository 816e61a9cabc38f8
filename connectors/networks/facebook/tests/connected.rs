//! A page that a person connected: its token comes out of theirs, and is made again when Facebook refuses it.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use careline::ErrorKind;
use careline::context::Context;
use careline::model::Timestamp;
use careline::network::token::{Cause, MemoryTokens, Token, TokenKind, TokenSlot, keep};
use careline::network::{Act, Network, Outbound, Target};
use careline::wire::{Encoding, sign};
use careline_facebook::{Account, AccountConfig};
use careline_testkit::{Exchange, ManualClock, ScriptedTransport};

const REVOKED: &str = r#"{"error":{"message":"planted","type":"OAuthException","code":190,"error_subcode":458}}"#;

fn now() -> Timestamp {
    Timestamp::parse("2026-05-01T09:00:00Z").unwrap()
}

fn context(exchanges: impl IntoIterator<Item = Exchange>) -> (Context, ScriptedTransport, Arc<MemoryTokens>) {
    let (transport, slot) = (ScriptedTransport::new(exchanges), Arc::new(MemoryTokens::default()));
    let cx = Context::new(Arc::new(transport.clone()), Arc::new(ManualClock::jumping(now()))).with_tokens(slot.clone());
    (cx, transport, slot)
}

fn page() -> Account {
    Account::new(AccountConfig::connected("1234", "77", "s3cret")).unwrap()
}

/// A call that carries this token and its proof.
fn with(token: &str, exchange: Exchange) -> Exchange {
    let proof = sign(b"s3cret", token.as_bytes(), Encoding::Hex);
    exchange
        .requires_header("authorization", &format!("Bearer {token}"))
        .query("appsecret_proof", proof.trim_start_matches("sha256="))
        .without_query("access_token")
}

fn like(token: &str) -> Exchange {
    with(token, Exchange::post("https://graph.facebook.com/v25.0/1234_5/likes")).json(r#"{"success":true}"#)
}

fn listing(user: &str, page: &str) -> Exchange {
    let body = format!(r#"{{"data":[{{"id":"1234","name":"Acme","access_token":"{page}"}}]}}"#);
    with(user, Exchange::get("https://graph.facebook.com/v25.0/me/accounts")).json(body)
}

fn liked() -> Outbound {
    Outbound::new("k1", Act::Like { on: Target::new("1234_5"), liked: true })
}

fn user() -> Token {
    Token::new("user-1", TokenKind::User, now()).expiring(now().plus(Duration::from_secs(60 * 86_400)))
}

#[tokio::test]
async fn a_pages_token_comes_out_of_a_persons_once() {
    let (cx, transport, slot) = context([
        listing("user-1", "page-1"),
        like("page-1"),
        like("page-1"),
        like("page-1").json(REVOKED).status(400),
        listing("user-1", "page-2"),
        like("page-2"),
    ]);
    keep(&*slot, user()).await.unwrap();
    let account = page();
    for _ in 0..3 {
        account.send(&cx, &liked()).await.unwrap();
    }
    transport.verify().unwrap();
    assert_eq!(slot.load().await.unwrap().unwrap().1.dead, None);
}

#[tokio::test]
async fn a_person_who_took_it_back_ends_it_and_comes_back() {
    let exchange = || Exchange::post("https://graph.facebook.com/v25.0/oauth/access_token");
    let (cx, transport, slot) = context([
        listing("user-1", "page-1").json(REVOKED).status(400),
        exchange().json(REVOKED).status(400),
        listing("user-2", "page-2"),
        like("page-2"),
    ]);
    keep(&*slot, user()).await.unwrap();
    let account = page();
    for _ in 0..2 {
        let error = account.send(&cx, &liked()).await.unwrap_err();
        assert_eq!((error.kind(), Cause::of(&error)), (ErrorKind::Unauthenticated, Some(Cause::Revoked)), "{error}");
        assert!(!format!("{error:?}").contains("planted"));
    }
    assert_eq!(slot.load().await.unwrap().unwrap().1.dead, Some(Cause::Revoked));
    keep(&*slot, Token::new("user-2", TokenKind::User, now())).await.unwrap();
    account.send(&cx, &liked()).await.unwrap();
    transport.verify().unwrap();
}

#[tokio::test]
async fn a_pages_own_token_is_carried_as_it_is() {
    let (cx, transport, slot) = context([like("page-9"), like("page-9").json(REVOKED).status(400)]);
    let account = page();
    let error = account.send(&cx, &liked()).await.unwrap_err();
    assert_eq!(Cause::of(&error), Some(Cause::NotConnected));
    keep(&*slot, Token::new("page-9", TokenKind::Page, now())).await.unwrap();
    account.send(&cx, &liked()).await.unwrap();
    for _ in 0..2 {
        let error = account.send(&cx, &liked()).await.unwrap_err();
        assert_eq!(Cause::of(&error), Some(Cause::Revoked));
    }
    transport.verify().unwrap();
}

#[test]
fn a_page_without_a_token_needs_an_app() {
    let error = Account::new(AccountConfig::new("1234", "")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
}
