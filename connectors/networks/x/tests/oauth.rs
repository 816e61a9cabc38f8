//! Connecting an account and keeping its token, against recorded answers.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use careline::context::Context;
use careline::intake::{Intake, Received, WebhookRequest};
use careline::model::Timestamp;
use careline::network::token::grant::{Pending, challenge};
use careline::network::token::{Cause, Held, MemoryTokens, Token, TokenKind, TokenSlot};
use careline::wire::{Encoding, sign};
use careline::{Error, ErrorKind};
use careline_testkit::{Exchange, ManualClock, ScriptedTransport};
use careline_x::{OAuth, OAuthConfig, Webhook, WebhookConfig};
use secrecy::ExposeSecret;

const BACK: &str = "https://desk.example/back";
const GRANTED: &str = r#"{"token_type":"bearer","expires_in":7200,"access_token":"access-1",
    "scope":"tweet.read offline.access","refresh_token":"refresh-1"}"#;
const SPENT: &str = r#"{"error":"invalid_request","error_description":"Value passed for the token was invalid."}"#;

fn now() -> Timestamp {
    Timestamp::parse("2026-05-01T09:00:00Z").unwrap()
}

fn context(exchanges: impl IntoIterator<Item = Exchange>) -> (Context, ScriptedTransport) {
    let transport = ScriptedTransport::new(exchanges);
    (Context::new(Arc::new(transport.clone()), Arc::new(ManualClock::jumping(now()))), transport)
}

fn oauth(secret: Option<&str>) -> OAuth {
    let mut config = OAuthConfig::new("client", BACK);
    config.client_secret = secret.map(Into::into);
    OAuth::new(config).unwrap()
}

fn granted() -> Exchange {
    Exchange::post("https://api.x.com/2/oauth2/token")
        .requires_header("content-type", "application/x-www-form-urlencoded")
        .json(GRANTED)
}

fn old() -> Token {
    Token::new("access-0", TokenKind::User, now()).with_refresh("refresh-0").expiring(now())
}

fn callback(pending: &Pending) -> String {
    format!("{BACK}?state={}&code=the%2Bcode", pending.state.expose_secret())
}

/// Compiles only for what a connector's calls may wait for.
fn on_any_thread<F: Future + Send>(work: F) -> F {
    work
}

fn quiet(error: &Error) {
    let shown = format!("{error:?}");
    for secret in ["access-", "refresh-0", "refresh-1", "the+code", "s3cret", "the token was invalid"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_person_is_sent_to_x_with_a_challenge() {
    let (url, pending) = oauth(None).begin().unwrap();
    let verifier = pending.verifier.as_ref().unwrap();
    let expected = format!(
        "https://x.com/i/oauth2/authorize?response_type=code&client_id=client&scope=tweet.read+users.read+tweet.write\
         +tweet.moderate.write+dm.read+dm.write+like.write+media.write+offline.access\
         &redirect_uri=https%3A%2F%2Fdesk.example%2Fback&state={}&code_challenge={}&code_challenge_method=S256",
        pending.state.expose_secret(),
        challenge(verifier),
    );
    assert_eq!(url, expected);
    assert!(!url.contains(verifier.expose_secret()));
}

#[tokio::test]
async fn a_code_becomes_a_token() {
    for (secret, header, tail) in
        [(None, None, "&client_id=client"), (Some("s3cret"), Some("Basic Y2xpZW50OnMzY3JldA=="), "")]
    {
        let (cx, transport) = context([granted()]);
        let (_, pending) = oauth(secret).begin().unwrap();
        let token = oauth(secret).finish(&cx, &pending, &callback(&pending)).await.unwrap();
        assert_eq!((token.access.expose_secret(), token.refresh.unwrap().expose_secret()), ("access-1", "refresh-1"));
        assert_eq!(token.expires_at, Some(now().plus_millis(7_200_000)));
        assert_eq!(token.scopes, ["tweet.read", "offline.access"]);
        let request = &transport.requests()[0];
        assert_eq!(request.headers.get("authorization").map(|value| value.to_str().unwrap()), header);
        let body = format!(
            "grant_type=authorization_code&code=the%2Bcode&redirect_uri=https%3A%2F%2Fdesk.example%2Fback\
             &code_verifier={}{tail}",
            pending.verifier.unwrap().expose_secret(),
        );
        assert_eq!(request.body, body);
    }
}

#[tokio::test]
async fn a_callback_that_says_no_or_is_not_ours_asks_nothing_of_x() {
    let (cx, _) = context([]);
    let (_, pending) = oauth(None).begin().unwrap();
    let refused = format!("{BACK}?error=access_denied&state={}", pending.state.expose_secret());
    let error = oauth(None).finish(&cx, &pending, &refused).await.unwrap_err();
    assert_eq!((error.kind(), Cause::of(&error)), (ErrorKind::PermissionDenied, Some(Cause::AccessDenied)));
    let error = oauth(None).finish(&cx, &pending, &format!("{BACK}?code=a&state=b")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InputInvalid);
}

#[tokio::test]
async fn a_token_is_refreshed_and_revoked() {
    let (cx, transport) =
        context([granted(), Exchange::post("https://api.x.com/2/oauth2/revoke").json(r#"{"revoked":true}"#)]);
    let token = oauth(None).refresh(&cx, &old()).await.unwrap();
    oauth(None).revoke(&cx, &token).await.unwrap();
    let bodies: Vec<_> = transport.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(
        bodies,
        ["grant_type=refresh_token&refresh_token=refresh-0&client_id=client", "token=access-1&client_id=client"]
    );
}

#[tokio::test]
async fn a_refusal_is_told_apart_from_an_outage_and_from_a_mistake_of_ours() {
    for (status, body, kind, cause) in [
        (400, SPENT, ErrorKind::Unauthenticated, Some(Cause::InvalidGrant)),
        (400, r#"{"error":"invalid_grant"}"#, ErrorKind::Unauthenticated, Some(Cause::InvalidGrant)),
        (
            400,
            r#"{"error":"invalid_request","error_description":"Missing required parameter [access-9]."}"#,
            ErrorKind::InputInvalid,
            None,
        ),
        (401, r#"{"error":"unauthorized_client"}"#, ErrorKind::ConfigInvalid, Some(Cause::AppDisabled)),
        (503, SPENT, ErrorKind::Unavailable, None),
    ] {
        let (cx, _) = context([Exchange::post("/2/oauth2/token").json(body).status(status)]);
        let error = oauth(Some("s3cret")).refresh(&cx, &old()).await.unwrap_err();
        assert_eq!((error.kind(), Cause::of(&error)), (kind, cause), "{error}");
        quiet(&error);
    }
}

#[tokio::test]
async fn the_slot_gives_a_good_token_and_remembers_a_dead_one() {
    let (cx, _) = context([granted(), Exchange::post("/2/oauth2/token").json(SPENT).status(400)]);
    assert_eq!(oauth(None).fresh(&cx).await.unwrap_err().kind(), ErrorKind::ConfigInvalid);
    let slot = Arc::new(MemoryTokens::new(old()));
    let cx = cx.with_tokens(slot.clone());
    let flows = oauth(None);
    let token = on_any_thread(flows.fresh(&cx)).await.unwrap();
    assert_eq!(token.access.expose_secret(), "access-1");
    assert_eq!(oauth(None).fresh(&cx).await.unwrap().access.expose_secret(), "access-1");

    for _ in 0..2 {
        let error = on_any_thread(flows.after_refusal(&cx, &token)).await.unwrap_err();
        assert_eq!(Cause::of(&error), Some(Cause::InvalidGrant));
        quiet(&error);
    }
    let held: Held = slot.load().await.unwrap().unwrap().1;
    assert_eq!(held.dead, Some(Cause::InvalidGrant));

    // What comes in needs no token.
    let webhook = Webhook::new(WebhookConfig::new(["consumer-secret"])).unwrap();
    let body = br#"{"for_user_id":"111","tweet_create_events":[]}"#;
    let signature = sign(b"consumer-secret", body, Encoding::Base64);
    let headers = [("x-twitter-webhooks-signature".parse().unwrap(), signature.parse().unwrap())];
    let request = WebhookRequest::post(headers.into_iter().collect(), body.to_vec());
    assert!(!matches!(webhook.receive(&request, now()).unwrap(), Received::Challenge { .. }));
}
