//! Facebook login and the tokens that come out of it, against recorded answers.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use careline::context::Context;
use careline::model::Timestamp;
use careline::network::token::{Cause, MemoryTokens, Token, TokenKind, TokenSlot, after_refusal};
use careline::wire::{Encoding, sign};
use careline::{Error, ErrorKind};
use careline_facebook::{Login, LoginConfig, PAGE_TOKEN_LIFE, token_cause};
use careline_testkit::{Exchange, ManualClock, ScriptedTransport};
use secrecy::ExposeSecret;

const BACK: &str = "https://desk.example/back";
const DAY: u64 = 24 * 3600;

fn now() -> Timestamp {
    Timestamp::parse("2026-05-01T09:00:00Z").unwrap()
}

fn context(exchanges: impl IntoIterator<Item = Exchange>) -> (Context, ScriptedTransport) {
    let transport = ScriptedTransport::new(exchanges);
    (Context::new(Arc::new(transport.clone()), Arc::new(ManualClock::jumping(now()))), transport)
}

fn login() -> Login {
    Login::new(LoginConfig::new("77", "s3cret", BACK)).unwrap()
}

fn user(access: &str) -> Token {
    Token::new(access, TokenKind::User, now()).expiring(now().plus(Duration::from_secs(60 * DAY)))
}

fn proof(token: &str) -> String {
    sign(b"s3cret", token.as_bytes(), Encoding::Hex).trim_start_matches("sha256=").to_owned()
}

fn listing(token: &str) -> Exchange {
    Exchange::get("https://graph.facebook.com/v25.0/me/accounts?fields=id,name,access_token,tasks")
        .query("appsecret_proof", &proof(token))
        .without_query("access_token")
        .requires_header("authorization", &format!("Bearer {token}"))
}

const ONE_PAGE: &str = r#"{"data":[{"id":"1234","name":"Acme","access_token":"page-1",
    "tasks":["MODERATE","MESSAGING"]}],"paging":{"cursors":{"before":"MA","after":"MB"}}}"#;

#[test]
fn a_person_is_sent_to_the_dialog() {
    let (url, pending) = login().begin().unwrap();
    let expected = format!(
        "https://www.facebook.com/v25.0/dialog/oauth?response_type=code&client_id=77&scope=pages_show_list%2C\
         pages_manage_metadata%2Cpages_read_engagement%2Cpages_read_user_content%2Cpages_manage_engagement%2C\
         pages_messaging&redirect_uri=https%3A%2F%2Fdesk.example%2Fback&state={}",
        pending.state.expose_secret()
    );
    assert_eq!(url, expected);
}

#[tokio::test]
async fn a_code_becomes_a_long_lived_token_and_no_secret_stands_in_an_address() {
    let token = "https://graph.facebook.com/v25.0/oauth/access_token";
    let (cx, transport) = context([
        Exchange::post(token).json(r#"{"access_token":"short","token_type":"bearer","expires_in":3600}"#),
        Exchange::post(token).json(r#"{"access_token":"long","token_type":"bearer","expires_in":5184000}"#),
    ]);
    let (_, pending) = login().begin().unwrap();
    let back = format!("{BACK}?code=abc&state={}#_=_", pending.state.expose_secret());
    let found = login().finish(&cx, &pending, &back).await.unwrap();
    assert_eq!(found.access.expose_secret(), "long");
    assert_eq!(found.expires_at, Some(now().plus(Duration::from_secs(60 * DAY))));
    let requests = transport.requests();
    assert!(requests.iter().all(|request| request.uri.query().is_none()));
    let bodies: Vec<_> = requests.into_iter().map(|request| request.body).collect();
    assert_eq!(
        bodies,
        [
            "redirect_uri=https%3A%2F%2Fdesk.example%2Fback&code=abc&client_id=77&client_secret=s3cret",
            "grant_type=fb_exchange_token&fb_exchange_token=short&client_id=77&client_secret=s3cret",
        ]
    );
}

#[tokio::test]
async fn pages_are_listed_to_the_end() {
    let first = r#"{"data":[{"id":"1","name":"One","access_token":"page-0"}],
        "paging":{"cursors":{"after":"QVFI"},
        "next":"https://graph.facebook.com/v25.0/77/accounts?access_token=long"}}"#;
    let (cx, _) = context([
        listing("long").without_query("after").json(first),
        listing("long").query("after", "QVFI").json(ONE_PAGE),
    ]);
    let pages = login().pages(&cx, &user("long")).await.unwrap();
    let found: Vec<_> = pages.iter().map(|page| (page.id.as_str(), page.token.access.expose_secret())).collect();
    assert_eq!(found, [("1", "page-0"), ("1234", "page-1")]);
    assert_eq!((pages[1].name.as_str(), pages[1].tasks.len()), ("Acme", 2));
    assert_eq!((&pages[1].token.kind, pages[1].token.expires_at), (&TokenKind::Page, None));
    assert!(!format!("{pages:?}").contains("page-1"));
}

#[tokio::test]
async fn a_page_token_that_is_refused_is_made_again_out_of_the_persons() {
    let (cx, _) = context([listing("long").json(ONE_PAGE)]);
    let person = MemoryTokens::new(user("long"));
    let page = MemoryTokens::new(Token::new("page-0", TokenKind::Page, now()));
    let refused = page.load().await.unwrap().unwrap().1.token;
    let renew = async |_| login().page_token(&cx, &person, "1234").await;
    let found = after_refusal(&page, &*cx.clock, PAGE_TOKEN_LIFE, &refused, Cause::Unknown, renew).await.unwrap();
    assert_eq!(found.access.expose_secret(), "page-1");

    let (cx, _) = context([listing("long").json(ONE_PAGE)]);
    let error = login().page_token(&cx, &person, "999").await.unwrap_err();
    assert_eq!(Cause::of(&error), Some(Cause::Revoked));
}

#[tokio::test]
async fn a_persons_token_is_extended_on_the_way_if_it_is_time() {
    let mut aged = user("aged");
    aged.obtained_at = now().plus_millis(-31 * 24 * 3_600_000);
    aged.expires_at = Some(now().plus(Duration::from_secs(29 * DAY)));
    let person = MemoryTokens::new(aged);
    let extended = r#"{"access_token":"long","token_type":"bearer","expires_in":5184000}"#;
    let (cx, transport) =
        context([Exchange::post("/v25.0/oauth/access_token").json(extended), listing("long").json(ONE_PAGE)]);
    login().page_token(&cx, &person, "1234").await.unwrap();
    let body = "grant_type=fb_exchange_token&fb_exchange_token=aged&client_id=77&client_secret=s3cret";
    assert_eq!(transport.requests()[0].body, body);
    assert_eq!(person.load().await.unwrap().unwrap().1.token.access.expose_secret(), "long");
}

#[tokio::test]
async fn facebook_tells_what_it_knows_about_a_token() {
    let ask = |body: &'static str| {
        let ask = Exchange::get("https://graph.facebook.com/v25.0/debug_token?input_token=page-1");
        ask.requires_header("authorization", "Bearer 77|s3cret").json(body)
    };
    let (cx, _) = context([
        ask(
            r#"{"data":{"app_id":"77","type":"PAGE","is_valid":true,"expires_at":0,"data_access_expires_at":1785000000,
            "scopes":["pages_messaging"],"profile_id":"1234","user_id":"5"}}"#,
        ),
        ask(r#"{"data":{"app_id":"77","is_valid":false,"scopes":[],
            "error":{"code":190,"subcode":460,"message":"planted"}}}"#),
    ]);
    let token = Token::new("page-1", TokenKind::Page, now());
    let facts = login().debug_token(&cx, &token).await.unwrap();
    assert!(facts.is_valid && facts.expires_at.is_none() && facts.cause.is_none());
    assert_eq!(facts.data_access_ends_at, Timestamp::from_secs(1_785_000_000));
    assert_eq!((facts.app_id.as_str(), facts.scopes), ("77", vec!["pages_messaging".into()]));
    let facts = login().debug_token(&cx, &token).await.unwrap();
    assert_eq!((facts.is_valid, facts.cause), (false, Some(Cause::PasswordChanged)));
}

#[tokio::test]
async fn what_ended_a_token_is_typed() {
    for (code, subcode, cause) in [
        (190, 458, Some(Cause::Revoked)),
        (190, 459, Some(Cause::LoginNeeded)),
        (190, 460, Some(Cause::PasswordChanged)),
        (102, 463, Some(Cause::Expired)),
        (190, 464, Some(Cause::LoginNeeded)),
        (190, 467, Some(Cause::Unknown)),
        (190, 0, Some(Cause::Unknown)),
        (10, 0, Some(Cause::ScopeMissing)),
        (200, 0, Some(Cause::ScopeMissing)),
        (10, 2_018_278, None),
        (2, 0, None),
        (4, 0, None),
    ] {
        let body = format!(r#"{{"error":{{"message":"long s3cret","code":{code},"error_subcode":{subcode}}}}}"#);
        let (cx, _) = context([Exchange::post("/v25.0/oauth/access_token").json(body).status(400)]);
        let error: Error = login().extend(&cx, &user("long")).await.unwrap_err();
        assert_eq!((Cause::of(&error), token_cause(&error)), (cause.clone(), cause), "{code}/{subcode}");
        let shown = format!("{error:?}{:?}", login());
        assert!(!shown.contains("long") && !shown.contains("s3cret"), "{shown}");
    }
}

#[tokio::test]
async fn a_person_who_says_no_is_told_apart() {
    let (cx, _) = context([]);
    let (_, pending) = login().begin().unwrap();
    // As Meta's guide shows it.
    let back = format!(
        "{BACK}?error_reason=user_denied&error=access_denied&error_description=Permissions+error&state={}",
        pending.state.expose_secret()
    );
    let error = login().finish(&cx, &pending, &back).await.unwrap_err();
    assert_eq!((error.kind(), Cause::of(&error)), (ErrorKind::PermissionDenied, Some(Cause::AccessDenied)));
}
