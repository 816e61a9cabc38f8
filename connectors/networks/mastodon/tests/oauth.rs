//! Registering an app and connecting an account, against recorded answers.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use careline::ErrorKind;
use careline::context::Context;
use careline::model::Timestamp;
use careline::network::token::Cause;
use careline::network::token::grant::challenge;
use careline_mastodon::{App, AppConfig};
use careline_testkit::{Exchange, ManualClock, ScriptedTransport};
use secrecy::ExposeSecret;

const BACK: &str = "https://desk.example/back";
const REGISTERED: &str = r#"{"id":"563419","name":"Desk","client_id":"client","client_secret":"s3cret"}"#;
const GRANTED: &str = r#"{"access_token":"access-1","token_type":"Bearer",
    "scope":"read:statuses write:statuses","created_at":1573979017}"#;
const ABOUT: &str = "https://inst.example/.well-known/oauth-authorization-server";

fn context(exchanges: impl IntoIterator<Item = Exchange>) -> (Context, ScriptedTransport) {
    let transport = ScriptedTransport::new(exchanges);
    let clock = ManualClock::jumping(Timestamp::parse("2026-05-01T09:00:00Z").unwrap());
    (Context::new(Arc::new(transport.clone()), Arc::new(clock)), transport)
}

fn config() -> AppConfig {
    let mut config = AppConfig::new("https://inst.example/", "Desk & Co", BACK);
    config.scopes = ["read:statuses", "write:statuses"].map(Into::into).into();
    config.website = Some("https://desk.example".to_owned());
    config
}

async fn app(about: Exchange) -> App {
    let (cx, transport) = context([Exchange::post("https://inst.example/api/v1/apps").json(REGISTERED), about]);
    let app = App::register(&cx, config()).await.unwrap();
    let body = "client_name=Desk+%26+Co&redirect_uris=https%3A%2F%2Fdesk.example%2Fback\
                &scopes=read%3Astatuses+write%3Astatuses&website=https%3A%2F%2Fdesk.example";
    assert_eq!(transport.requests()[0].body, body);
    let kept = serde_json::to_string(&app).unwrap();
    assert!(!format!("{app:?}").contains("s3cret"));
    serde_json::from_str(&kept).unwrap()
}

#[tokio::test]
async fn a_server_with_pkce_gets_a_challenge_and_then_the_verifier() {
    let about = r#"{"issuer":"https://inst.example/","code_challenge_methods_supported":["S256"]}"#;
    let app = app(Exchange::get(ABOUT).json(about)).await;
    let (url, pending) = app.begin().unwrap();
    let (state, verifier) = (pending.state.expose_secret(), pending.verifier.as_ref().unwrap());
    let expected = format!(
        "https://inst.example/oauth/authorize?response_type=code&client_id=client\
         &scope=read%3Astatuses+write%3Astatuses\
         &redirect_uri=https%3A%2F%2Fdesk.example%2Fback&state={state}&code_challenge={}&code_challenge_method=S256",
        challenge(verifier),
    );
    assert_eq!(url, expected);

    let (cx, transport) = context([
        Exchange::post("https://inst.example/oauth/token").json(GRANTED),
        Exchange::post("https://inst.example/oauth/revoke").json("{}"),
    ]);
    let token = app.finish(&cx, &pending, &format!("{BACK}?code=abc&state={state}")).await.unwrap();
    assert_eq!((token.access.expose_secret(), token.expires_at), ("access-1", None));
    assert_eq!(token.scopes, ["read:statuses", "write:statuses"]);
    app.revoke(&cx, &token).await.unwrap();
    let bodies: Vec<_> = transport.requests().into_iter().map(|request| request.body).collect();
    let exchange = format!(
        "grant_type=authorization_code&code=abc&redirect_uri=https%3A%2F%2Fdesk.example%2Fback\
         &scope=read%3Astatuses+write%3Astatuses&code_verifier={}&client_id=client&client_secret=s3cret",
        verifier.expose_secret(),
    );
    assert_eq!(bodies, [exchange.as_str(), "token=access-1&client_id=client&client_secret=s3cret"]);
}

#[tokio::test]
async fn a_server_without_pkce_gets_none() {
    for about in [Exchange::get(ABOUT).status(404), Exchange::get(ABOUT).json(r#"{"issuer":"https://inst.example"}"#)] {
        let app = app(about).await;
        let (url, pending) = app.begin().unwrap();
        assert!(!url.contains("challenge") && pending.verifier.is_none(), "{url}");
        let (cx, transport) = context([Exchange::post("/oauth/token").json(GRANTED)]);
        let back = format!("{BACK}?code=abc&state={}", pending.state.expose_secret());
        app.finish(&cx, &pending, &back).await.unwrap();
        assert!(!String::from_utf8_lossy(&transport.requests()[0].body).contains("verifier"));
    }
}

#[tokio::test]
async fn a_server_that_cannot_answer_now_is_not_taken_for_one_without_pkce() {
    let about = Exchange::get(ABOUT).status(503);
    let (cx, _) = context([Exchange::post("/api/v1/apps").json(REGISTERED), about]);
    assert_eq!(App::register(&cx, config()).await.unwrap_err().kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn refusals_are_typed_and_say_no_secret() {
    let app = app(Exchange::get(ABOUT).status(404)).await;
    let (_, pending) = app.begin().unwrap();
    let back = |query: &str| format!("{BACK}?{query}&state={}", pending.state.expose_secret());
    let (cx, _) = context([]);
    let error = app.finish(&cx, &pending, &back("error=access_denied")).await.unwrap_err();
    assert_eq!((error.kind(), Cause::of(&error)), (ErrorKind::PermissionDenied, Some(Cause::AccessDenied)));

    for (status, body, kind, cause) in [
        (
            400,
            r#"{"error":"invalid_grant","error_description":"abc s3cret"}"#,
            ErrorKind::Unauthenticated,
            Cause::InvalidGrant,
        ),
        (
            401,
            r#"{"error":"invalid_client","error_description":"s3cret"}"#,
            ErrorKind::ConfigInvalid,
            Cause::AppDisabled,
        ),
    ] {
        let (cx, _) = context([Exchange::post("/oauth/token").json(body).status(status)]);
        let error = app.finish(&cx, &pending, &back("code=abc")).await.unwrap_err();
        assert_eq!((error.kind(), Cause::of(&error)), (kind, Some(cause)));
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
}
