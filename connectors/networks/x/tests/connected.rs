//! An account that people connected, in engines that share a store: its token is renewed once, dies once, and comes back.
#![allow(clippy::unwrap_used)]

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use careline::care::{Engine, Tenant, TenantSetup};
use careline::clock::Clock;
use careline::intake::WebhookRequest;
use careline::model::{ReplyDraft, ReplyState, TenantId, Timestamp};
use careline::network::token::{Cause, Token, TokenKind};
use careline::store::{EffectAction, MemoryStore};
use careline::transport::{ByteStream, Transport, WebSocket};
use careline::wire::{Encoding, sign};
use careline::{Error, ErrorKind, Result};
use careline_testkit::{ManualClock, acme};
use careline_x::{Account, AccountConfig, OAuthConfig, Webhook, WebhookConfig};
use futures_util::future::{Either, join_all, select};
use http::{Request, Response};

const SPENT: &str = r#"{"error":"invalid_request","error_description":"Value passed for the token was invalid."}"#;

/// X: a refresh token is good once, and one that is used again takes its whole family along.
#[derive(Debug, Default)]
struct X(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// How often the token was renewed: it is `access-N` now, and renewed with `refresh-N`.
    renewals: u32,
    revoked: bool,
    asked_to_renew: u32,
    sent: u32,
}

impl X {
    fn state<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    fn renew(&self, form: &str) -> (u16, String) {
        self.state(|x| {
            x.asked_to_renew += 1;
            x.revoked |= !form.contains(&format!("refresh_token=refresh-{}&", x.renewals));
            if x.revoked {
                return (400, SPENT.to_owned());
            }
            x.renewals += 1;
            let n = x.renewals;
            let body = format!(r#"{{"access_token":"access-{n}","refresh_token":"refresh-{n}","expires_in":7200}}"#);
            (200, body)
        })
    }

    fn answer(&self, request: &Request<Bytes>) -> (u16, String) {
        self.state(|x| {
            if x.revoked || request.headers()["authorization"] != format!("Bearer access-{}", x.renewals) {
                return (401, r#"{"title":"Unauthorized","status":401}"#.to_owned());
            }
            match request.method().as_str() {
                "POST" => {
                    x.sent += 1;
                    (201, r#"{"data":{"dm_event_id":"2090000100000000001","dm_conversation_id":"111-222"}}"#.to_owned())
                }
                _ => (200, r#"{"meta":{"result_count":0}}"#.to_owned()),
            }
        })
    }
}

#[async_trait]
impl Transport for X {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let (status, body) = match request.uri().path() {
            "/2/oauth2/token" => {
                // Long enough for everybody else to come along.
                for _ in 0..5 {
                    tokio::task::yield_now().await;
                }
                self.renew(std::str::from_utf8(request.body()).unwrap())
            }
            _ => self.answer(&request),
        };
        Ok(Response::builder().status(status).body(body.into()).unwrap())
    }

    async fn open(&self, _: Request<Bytes>) -> Result<Response<ByteStream>> {
        Err(Error::new(ErrorKind::Unsupported, "no streams here"))
    }

    async fn websocket(&self, _: Request<()>) -> Result<Box<dyn WebSocket>> {
        Err(Error::new(ErrorKind::Unsupported, "no sockets here"))
    }
}

struct World {
    x: Arc<X>,
    clock: Arc<ManualClock>,
    engines: [Engine; 2],
}

impl World {
    fn new() -> Self {
        let (x, store) = (Arc::new(X::default()), Arc::new(MemoryStore::new()));
        let clock = Arc::new(ManualClock::new(Timestamp::parse("2026-07-24T22:00:00Z").unwrap()));
        let engine = || {
            let mut config = AccountConfig::new("111", "acme");
            config.oauth = Some(OAuthConfig::new("client", ""));
            let rules = "accounts = [{id = 'main', network = 'x', native_id = '111'}]\n\
                         teams = [{id = 'front'}]\nagents = [{id = 'ann', teams = ['front']}]";
            let setup = TenantSetup::new(acme(rules)).network("main", Arc::new(Account::new(config).unwrap()));
            Engine::builder(store.clone())
                .clock(clock.clone())
                .transport(x.clone())
                .endpoint("hook", Arc::new(Webhook::new(WebhookConfig::new(["secret"])).unwrap()))
                .tenant(TenantId::single(), setup)
                .build()
                .unwrap()
        };
        Self { engines: [engine(), engine()], x, clock }
    }

    fn tenant(&self, engine: usize) -> Tenant {
        self.engines[engine].tenant(TenantId::single()).unwrap()
    }

    /// The token that X holds good, running out after `left`.
    fn token(&self, left: Duration) -> Token {
        let n = self.x.state(|x| x.renewals);
        Token::new(format!("access-{n}"), TokenKind::User, self.clock.now())
            .with_refresh(format!("refresh-{n}"))
            .expiring(self.clock.now().plus(left))
    }

    async fn connect(&self, left: Duration) {
        self.tenant(0).connect(&"main".into(), self.token(left)).await.unwrap();
    }

    /// Lets time go by while work is under way.
    async fn meanwhile<T>(&self, work: impl Future<Output = T>) -> T {
        let ticking = async {
            loop {
                tokio::task::yield_now().await;
                self.clock.advance(Duration::from_millis(100));
            }
        };
        match select(pin!(work), pin!(ticking)).await {
            Either::Left((done, _)) => done,
            Either::Right((never, _)) => never,
        }
    }

    /// Many calls at once, from both engines.
    async fn poll_all(&self) -> Vec<Result<careline::care::Ingested>> {
        let tenants = [self.tenant(0), self.tenant(1)];
        let account = "main".into();
        let polls = (0..40).map(|nth| tenants[nth % 2].poll_source(&account, "mentions"));
        self.meanwhile(join_all(polls)).await
    }

    async fn receive(&self, body: &str) -> usize {
        let signature = sign(b"secret", body.as_bytes(), Encoding::Base64);
        let headers = [("x-twitter-webhooks-signature".parse().unwrap(), signature.parse().unwrap())];
        let request = WebhookRequest::post(headers.into_iter().collect(), body.to_owned());
        self.engines[0].receive("hook", &request).await.unwrap().ingested.added
    }

    async fn tick(&self) {
        let ticked = self.meanwhile(self.engines[1].tick()).await.unwrap();
        assert!(ticked.failed.is_empty(), "{:?}", ticked.failed);
    }

    /// What people are told about the account.
    async fn notices(&self) -> Vec<(Vec<String>, String)> {
        let mut told = Vec::new();
        for notice in self.engines[0].notices().await.unwrap() {
            if let EffectAction::NotifyAccount { account, who, about, .. } = &notice.effect.action {
                assert_eq!(account.as_str(), "main");
                told.push((who.clone(), about.clone()));
            }
            self.engines[0].told(&notice).await.unwrap();
        }
        told
    }
}

const DIRECT: &str = include_str!("fixtures/activity_dm.json");

#[tokio::test]
async fn many_calls_of_two_engines_renew_a_token_once() {
    let world = World::new();
    world.connect(Duration::ZERO).await;
    for round in 1..=3 {
        for polled in world.poll_all().await {
            polled.unwrap();
        }
        assert_eq!(world.x.state(|x| (x.asked_to_renew, x.revoked)), (round, false));
        world.clock.advance(Duration::from_secs(2 * 3600));
    }
    // The same for a token that X does not take although its time has not come.
    let renewing = world.token(Duration::from_secs(3600));
    let refused = Token::new("access-of-yesterday", renewing.kind, renewing.obtained_at)
        .with_refresh(renewing.refresh.unwrap())
        .expiring(renewing.expires_at.unwrap());
    world.tenant(0).connect(&"main".into(), refused).await.unwrap();
    for polled in world.poll_all().await {
        polled.unwrap();
    }
    assert_eq!(world.x.state(|x| (x.asked_to_renew, x.revoked)), (4, false));
}

#[tokio::test]
async fn a_dead_token_stops_what_we_say_and_not_what_we_hear_until_somebody_connects() {
    let world = World::new();
    let tenant = world.tenant(0);
    world.connect(Duration::from_secs(7200)).await;
    assert_eq!(world.receive(DIRECT).await, 1);
    let case = tenant.all_cases(9).await.unwrap().items.remove(0);
    world.x.state(|x| x.revoked = true);
    let draft = ReplyDraft::answer("k1", "ann", case.lead.clone(), "We are on it.");
    let submitted = tenant.reply(draft).await.unwrap();
    let reply = submitted.reply.unwrap_or_else(|| panic!("{:?}", submitted.verdict)).id;
    world.notices().await;

    world.tick().await;
    let waiting = tenant.reply_record(&reply).await.unwrap();
    assert_eq!(waiting.state, ReplyState::Queued);
    let why = waiting.parts[0].failure.clone().unwrap();
    assert!(why.contains("unauthenticated") || why.contains("token"), "{why}");
    assert!(!why.contains("access-") && !why.contains("refresh-"), "{why}");
    let standing = tenant.token_standing(&"main".into()).await.unwrap();
    assert_eq!((standing.dead, standing.days_left), (Some(Cause::InvalidGrant), Some(0)));
    let told = world.notices().await;
    let [(who, about)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(who, &["front"]);
    assert_eq!(about, "token_dead (invalid_grant): connect the account again; replies wait until then");

    // Nobody asks X again, nobody is told again, and what comes in goes on.
    let asked = world.x.state(|x| x.asked_to_renew);
    for _ in 0..6 {
        world.clock.advance(Duration::from_secs(660));
        world.tick().await;
    }
    assert_eq!((world.x.state(|x| (x.asked_to_renew, x.sent)), world.notices().await), ((asked, 0), vec![]));
    let waiting = tenant.reply_record(&reply).await.unwrap();
    assert_eq!(waiting.state, ReplyState::Queued);
    assert!(waiting.parts[0].failure.as_ref().unwrap().contains("connect the account again"), "{waiting:?}");
    assert_eq!(world.receive(&DIRECT.replace("2080765901528535096", "2080765901528535097")).await, 1);

    world.x.state(|x| x.revoked = false);
    world.connect(Duration::from_secs(7200)).await;
    let standing = tenant.token_standing(&"main".into()).await.unwrap();
    assert_eq!((standing.dead, standing.days_left), (None, None));
    world.clock.advance(Duration::from_secs(660));
    world.tick().await;
    assert_eq!(world.x.state(|x| x.sent), 1);
    assert_eq!(tenant.reply_record(&reply).await.unwrap().state, ReplyState::Delivered);
    let cases = tenant.all_cases(9).await.unwrap().items;
    assert!(cases.len() == 1 && cases[0].id == case.id, "the account has its history");
}

#[tokio::test]
async fn what_nobody_connected_says_so_and_days_are_counted() {
    let world = World::new();
    let (tenant, main) = (world.tenant(0), "main".into());
    assert_eq!(tenant.token_standing(&main).await.unwrap_err().kind(), ErrorKind::NotFound);
    let error = tenant.poll_source(&main, "mentions").await.unwrap_err();
    assert_eq!(Cause::of(&error), Some(Cause::NotConnected), "{error}");

    let ends = world.clock.now().plus(Duration::from_secs(10 * 86_400 + 5));
    let lasting = Token::new("access-0", TokenKind::User, world.clock.now()).expiring(ends);
    tenant.connect(&main, lasting.clone()).await.unwrap();
    let standing = tenant.token_standing(&main).await.unwrap();
    assert_eq!((standing.kind, standing.expires_at, standing.days_left), (TokenKind::User, Some(ends), Some(10)));
    tenant.connect(&main, lasting.with_refresh("refresh-0")).await.unwrap();
    assert_eq!(tenant.token_standing(&main).await.unwrap().days_left, None);
}
