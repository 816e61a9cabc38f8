//! Accounts that people connect themselves: sent to their network, brought back, asked who they are, then kept.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::sync::Arc;

use careline::ErrorKind;
use careline::care::{Engine, Tenant, TenantSetup};
use careline::model::Timestamp;
use careline::network::token::TokenKind;
use careline::network::token::grant::Authorisation;
use careline::store::MemoryStore;
use careline_connectors::open_network;
use careline_testkit::{Exchange, ManualClock, ScriptedTransport, acme};
use serde_json::{Value, json};
use url::Url;

const BACK: &str = "https://desk.example/back";
const ABOUT: &str = "https://inst.example/.well-known/oauth-authorization-server";

fn tenant(settings: &Value, exchanges: impl IntoIterator<Item = Exchange>) -> (Tenant, ScriptedTransport) {
    let transport = ScriptedTransport::new(exchanges);
    let network = settings["network"].as_str().unwrap();
    let host = settings["host"].as_str().map(|host| format!(", host = '{host}'")).unwrap_or_default();
    let rules = format!("accounts = [{{id = 'main', network = '{network}', native_id = '111'{host}}}]");
    let setup = TenantSetup::new(acme(&rules)).network("main", open_network(settings).unwrap());
    let clock = ManualClock::jumping(Timestamp::parse("2026-05-01T09:00:00Z").unwrap());
    let engine = Engine::builder(Arc::new(MemoryStore::new()))
        .transport(Arc::new(transport.clone()))
        .clock(Arc::new(clock))
        .tenant("default", setup)
        .build()
        .unwrap();
    (engine.tenant("default").unwrap(), transport)
}

fn x() -> Value {
    json!({"network": "x", "native_id": "111", "handle": "acme", "client_id": "client"})
}

fn me(id: &str) -> Exchange {
    Exchange::get("https://api.x.com/2/users/me")
        .requires_header("authorization", "Bearer access-1")
        .json(format!(r#"{{"data":{{"id":"{id}","username":"acme"}}}}"#))
}

fn bought() -> Exchange {
    Exchange::post("https://api.x.com/2/oauth2/token")
        .json(r#"{"access_token":"access-1","refresh_token":"refresh-1","expires_in":7200}"#)
}

/// The address the person comes back to when they said yes.
fn came_back(begun: &Authorisation) -> String {
    let url = Url::parse(&begun.url).unwrap();
    let parameter = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!(parameter("redirect_uri"), BACK);
    format!("{BACK}?code=abc&state={}", parameter("state"))
}

#[tokio::test]
async fn a_person_on_x_connects_the_account_and_no_other() {
    let (tenant, transport) = tenant(&x(), [bought(), me("222"), bought(), me("111")]);
    let main = "main".into();
    assert_eq!(tenant.token_standing(&main).await.unwrap_err().kind(), ErrorKind::NotFound);
    for expected in [Err(ErrorKind::ConfigInvalid), Ok(TokenKind::User)] {
        let begun = tenant.begin_authorisation(&main, BACK).await.unwrap();
        assert!(
            begun.url.starts_with("https://x.com/i/oauth2/authorize?") && !format!("{begun:?}").contains("verifier")
        );
        let connected = tenant.finish_authorisation(&main, &begun.pending, &came_back(&begun)).await;
        assert_eq!(connected.map(|standing| standing.kind).map_err(|error| error.kind()), expected);
    }
    transport.verify().unwrap();
    let standing = tenant.token_standing(&main).await.unwrap();
    assert_eq!((standing.dead, standing.days_left), (None, None), "it renews itself");
}

#[tokio::test]
async fn what_comes_back_from_elsewhere_is_refused_before_anything_is_asked() {
    let (tenant, transport) = tenant(&x(), []);
    let main = "main".into();
    let begun = tenant.begin_authorisation(&main, BACK).await.unwrap();
    let denied = came_back(&begun).replace("code=abc", "error=access_denied");
    for (pending, callback, expected) in [
        (begun.pending.clone(), format!("{BACK}?code=abc&state=forged"), ErrorKind::InputInvalid),
        ("planted".into(), came_back(&begun), ErrorKind::InputInvalid),
        (begun.pending.clone(), denied, ErrorKind::PermissionDenied),
    ] {
        let error = tenant.finish_authorisation(&main, &pending, &callback).await.unwrap_err();
        assert_eq!(error.kind(), expected, "{error}");
        assert!(!format!("{error:?}").contains("planted") && error.operation() == "finish_authorisation", "{error:?}");
    }
    assert_eq!(tenant.begin_authorisation(&"other".into(), BACK).await.unwrap_err().kind(), ErrorKind::NotFound);
    transport.verify().unwrap();
}

#[tokio::test]
async fn a_person_on_facebook_connects_their_page() {
    let settings = json!({"network": "facebook", "page_id": "111", "app_id": "7", "app_secret": "s3cret"});
    let token = "https://graph.facebook.com/v25.0/oauth/access_token";
    let listing = |page: &str| {
        Exchange::get("https://graph.facebook.com/v25.0/me/accounts")
            .json(format!(r#"{{"data":[{{"id":"{page}","name":"Acme","access_token":"page-1"}}]}}"#))
    };
    let bought = || {
        [
            Exchange::post(token).json(r#"{"access_token":"short","expires_in":3600}"#),
            Exchange::post(token).json(r#"{"access_token":"long","expires_in":5184000}"#),
        ]
    };
    let (tenant, transport) = tenant(&settings, bought());
    let main = "main".into();
    transport.push(listing("999"));
    let begun = tenant.begin_authorisation(&main, BACK).await.unwrap();
    let error = tenant.finish_authorisation(&main, &begun.pending, &came_back(&begun)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConfigInvalid, "not among the pages they let the app act for: {error}");

    bought().into_iter().for_each(|exchange| transport.push(exchange));
    [listing("111"), listing("111")].into_iter().for_each(|exchange| transport.push(exchange));
    transport.push(Exchange::get("https://graph.facebook.com/v25.0/me").json(r#"{"id":"111","username":"acme"}"#));
    let begun = tenant.begin_authorisation(&main, BACK).await.unwrap();
    let standing = tenant.finish_authorisation(&main, &begun.pending, &came_back(&begun)).await.unwrap();
    assert_eq!((standing.kind, standing.days_left), (TokenKind::User, Some(60)));
    transport.verify().unwrap();
}

#[tokio::test]
async fn a_person_on_mastodon_authorises_an_app_that_was_registered_before_or_is_now() {
    let about = || Exchange::get(ABOUT).json(r#"{"code_challenge_methods_supported":["S256"]}"#);
    let connected = || {
        [
            Exchange::post("https://inst.example/oauth/token").json(r#"{"access_token":"access-1"}"#),
            Exchange::get("https://inst.example/api/v1/accounts/verify_credentials")
                .requires_header("authorization", "Bearer access-1")
                .json(r#"{"id":"111","username":"acme","acct":"acme","url":"https://inst.example/@acme"}"#),
            Exchange::get("https://inst.example/api/v2/instance").json(r#"{"version":"4.5.0"}"#),
        ]
    };
    let known = json!({"network": "mastodon", "host": "inst.example", "account_id": "111", "client_id": "client",
        "client_secret": "s3cret"});
    let unknown = json!({"network": "mastodon", "host": "inst.example", "account_id": "111", "app_name": "Acme care"});
    let registered =
        Exchange::post("https://inst.example/api/v1/apps").json(r#"{"client_id":"client","client_secret":"s3cret"}"#);
    for (settings, first) in [(known, vec![about()]), (unknown, vec![registered, about()])] {
        let (tenant, transport) = tenant(&settings, first.into_iter().chain(connected()));
        let main = "main".into();
        let begun = tenant.begin_authorisation(&main, BACK).await.unwrap();
        let standing = tenant.finish_authorisation(&main, &begun.pending, &came_back(&begun)).await.unwrap();
        assert_eq!((standing.kind, standing.expires_at, standing.days_left), (TokenKind::User, None, None));
        transport.verify().unwrap();
        let registers = transport.requests()[0].body.starts_with(b"client_name=Acme+care");
        assert_eq!(registers, settings.get("client_id").is_none());
    }
}

#[tokio::test]
async fn an_account_without_an_app_says_so() {
    for (settings, expected) in [
        (json!({"network": "x", "native_id": "111", "user_token": "t"}), ErrorKind::ConfigInvalid),
        (json!({"network": "facebook", "page_id": "111", "page_token": "t"}), ErrorKind::ConfigInvalid),
        (json!({"network": "bluesky", "identifier": "acme.example", "password": "p"}), ErrorKind::Unsupported),
    ] {
        let (tenant, _) = tenant(&settings, []);
        let error = tenant.begin_authorisation(&"main".into(), BACK).await.unwrap_err();
        assert_eq!(error.kind(), expected, "{error}");
        let error = tenant.finish_authorisation(&"main".into(), &"{}".into(), BACK).await.unwrap_err();
        assert_eq!(error.kind(), expected, "{error}");
    }
}
