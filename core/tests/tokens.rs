//! Tokens: renewed once however many want it, kept for one account only, and dead for a reason that is told.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use careline::clock::Clock;
use careline::model::{AccountId, TenantId, Timestamp};
use careline::network::token::grant::{self, Pending};
use careline::network::token::{
    Cause, Held, Life, MemoryTokens, SealKeys, Sealed, Token, TokenKind, TokenSlot, after_refusal, fresh, keep,
};
use careline::{Error, ErrorKind, Result, Retry};
use careline_testkit::ManualClock;
use secrecy::{ExposeSecret, SecretString};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: i64 = 24 * 3600 * 1000;

fn start() -> Timestamp {
    Timestamp::parse("2026-05-01T09:00:00Z").unwrap()
}

/// A token of two hours that has `left` milliseconds to live.
fn token(access: &str, left: i64) -> Token {
    let token = Token::new(access, TokenKind::User, start().plus_millis(left - 7_200_000));
    token.with_refresh("refresh-0").expiring(start().plus_millis(left))
}

fn secret(token: &Token) -> &str {
    token.access.expose_secret()
}

/// A server whose refresh tokens are good once: who presents a used one ends the whole family, as RFC 9700 advises.
#[derive(Debug, Default)]
struct Server {
    grants: Mutex<usize>,
    calls: AtomicUsize,
    revocations: AtomicUsize,
}

impl Server {
    fn refresh(&self, token: &Token, now: Timestamp) -> Result<Token> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let mut grants = self.grants.lock().unwrap();
        let revoked = self.revocations.load(Ordering::SeqCst) > 0;
        if revoked || token.refresh.as_ref().unwrap().expose_secret() != format!("refresh-{grants}") {
            self.revocations.fetch_add(1, Ordering::SeqCst);
            return Err(invalid_grant());
        }
        *grants += 1;
        let new = Token::new(format!("access-{grants}"), TokenKind::User, now).expiring(now.plus(2 * HOUR));
        Ok(new.with_refresh(format!("refresh-{grants}")))
    }
}

fn invalid_grant() -> Error {
    Error::new(ErrorKind::Unauthenticated, "spent").with("cause", Cause::InvalidGrant)
}

fn down() -> Error {
    Error::new(ErrorKind::Unavailable, "down")
}

/// A clock that is wrong by so many milliseconds.
#[derive(Clone, Debug)]
struct Skewed(Arc<ManualClock>, i64);

#[async_trait]
impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        self.0.now().plus_millis(self.1)
    }
    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}

/// A slot that answers late, so that calls of several workers mix.
#[derive(Debug)]
struct Slow(MemoryTokens, Mutex<Random>);

impl Slow {
    async fn dawdle(&self) {
        let turns = self.1.lock().unwrap().below(4);
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }
}

#[async_trait]
impl TokenSlot for Slow {
    async fn load(&self) -> Result<Option<(u64, Held)>> {
        self.dawdle().await;
        let loaded = self.0.load().await;
        self.dawdle().await;
        loaded
    }
    async fn swap(&self, from: Option<u64>, to: Held) -> Result<u64> {
        self.dawdle().await;
        let swapped = self.0.swap(from, to).await;
        self.dawdle().await;
        swapped
    }
}

/// An xorshift generator.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

/// Runs `work` while the clock goes on by itself.
fn run<T>(clock: &Arc<ManualClock>, work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let clock = clock.clone();
        let passing = tokio::spawn(async move {
            loop {
                for _ in 0..12 {
                    tokio::task::yield_now().await;
                }
                clock.advance(Duration::from_millis(250));
            }
        });
        let done = work.await;
        passing.abort();
        done
    })
}

/// Twelve workers with clocks of their own want a token three times each; some die while they hold the claim, and at
/// times the server is down.
async fn crowd(seed: u64, clock: Arc<ManualClock>, server: Arc<Server>) -> Vec<Result<Token>> {
    let mut random = Random::new(seed);
    let left = i64::try_from(random.below(400_000)).unwrap() - 100_000;
    let slot = Arc::new(Slow(MemoryTokens::new(token("access-0", left)), Mutex::new(Random::new(seed + 1))));
    let deaths = Arc::new(AtomicUsize::new(usize::try_from(random.below(3)).unwrap()));
    let outages = Arc::new(AtomicUsize::new(usize::try_from(random.below(2)).unwrap()));
    let workers: Vec<_> = (0..12)
        .map(|_| {
            let skew = i64::try_from(random.below(240_000)).unwrap() - 120_000;
            let pauses: Vec<_> = (0..3).map(|_| Duration::from_millis(random.below(4_000))).collect();
            let (there, back) = (random.below(15_000), random.below(15_000));
            let worker = Skewed(clock.clone(), skew);
            let (slot, server, deaths, outages) = (slot.clone(), server.clone(), deaths.clone(), outages.clone());
            tokio::spawn(async move {
                let mut found = Vec::new();
                for pause in pauses {
                    worker.sleep(pause).await;
                    let died = AtomicUsize::new(0);
                    let one = fresh(&*slot, &worker, Life::ROTATING, async |old| {
                        if taken(&deaths) {
                            died.store(1, Ordering::SeqCst);
                            std::future::pending::<()>().await;
                        }
                        worker.sleep(Duration::from_millis(there)).await;
                        if taken(&outages) {
                            return Err(down());
                        }
                        let new = server.refresh(&old, worker.now());
                        worker.sleep(Duration::from_millis(back)).await;
                        new
                    });
                    let death = async {
                        while died.load(Ordering::SeqCst) == 0 {
                            tokio::task::yield_now().await;
                        }
                    };
                    tokio::select! {
                        token = one => found.push(token),
                        () = death => return found,
                    }
                }
                found
            })
        })
        .collect();
    let mut found = Vec::new();
    for worker in workers {
        found.extend(worker.await.unwrap());
    }
    found
}

fn taken(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

#[test]
fn no_schedule_of_many_workers_ends_the_family() {
    let mut renewed = 0;
    for seed in 0..150 {
        let (clock, server) = (Arc::new(ManualClock::new(start())), Arc::new(Server::default()));
        let found = run(&clock, crowd(seed, clock.clone(), server.clone()));
        let calls = server.calls.load(Ordering::SeqCst);
        assert_eq!(server.revocations.load(Ordering::SeqCst), 0, "seed {seed}");
        assert!(calls <= 1, "seed {seed}: renewed {calls} times");
        renewed += calls;
        for token in &found {
            match token {
                Ok(token) => assert!(["access-0", "access-1"].contains(&secret(token)), "seed {seed}"),
                Err(error) => assert_eq!(error.kind(), ErrorKind::Unavailable, "seed {seed}: {error}"),
            }
        }
    }
    assert!(renewed > 75, "only {renewed} of the seeds renewed anything");
}

#[test]
fn losers_use_the_old_token_while_it_is_good_and_wait_when_it_is_not() {
    for (left, expected) in [(300_000, "access-0"), (0, "access-1")] {
        let clock = Arc::new(ManualClock::new(start()));
        let (slot, server) = (MemoryTokens::new(token("access-0", left)), Server::default());
        let (winner, loser) = run(&clock, async {
            let winner = fresh(&slot, &*clock, Life::ROTATING, async |old| {
                clock.sleep(Duration::from_secs(5)).await;
                server.refresh(&old, clock.now())
            });
            let loser = async {
                clock.sleep(Duration::from_secs(1)).await;
                fresh(&slot, &*clock, Life::ROTATING, async |_| unreachable!("the winner renews")).await
            };
            tokio::join!(winner, loser)
        });
        assert_eq!((secret(&winner.unwrap()), secret(&loser.unwrap())), ("access-1", expected));
    }
}

#[test]
fn a_claim_is_taken_over_when_its_holder_died_and_waiting_has_an_end() {
    let clock = Arc::new(ManualClock::new(start()));
    let (slot, server) = (MemoryTokens::new(token("access-0", 0)), Server::default());
    run(&clock, async {
        let dies = fresh(&slot, &*clock, Life::ROTATING, async |_| std::future::pending().await);
        tokio::select! {
            biased;
            _ = dies => unreachable!("it never ends"),
            () = clock.sleep(Duration::from_secs(1)) => {}
        }
        let before = clock.now();
        let renew = async |old: Token| server.refresh(&old, clock.now());
        assert_eq!(secret(&fresh(&slot, &*clock, Life::ROTATING, renew).await.unwrap()), "access-1");
        let waited = clock.now().millis_since(before);
        assert!((59_000..62_000).contains(&waited), "waited {waited} ms");
    });

    // Workers that claim one after the other and never get anywhere do not hold up another for ever.
    let slot = Arc::new(MemoryTokens::new(token("access-0", 0)));
    run(&clock, async {
        let restless = tokio::spawn({
            let (slot, clock) = (slot.clone(), clock.clone());
            async move {
                loop {
                    let held = fresh(&*slot, &*clock, Life::ROTATING, async |_| std::future::pending().await);
                    tokio::select! { _ = held => {}, () = clock.sleep(Duration::from_secs(45)) => {} }
                    if let Ok(Some((version, held))) = slot.load().await {
                        let _ = slot.swap(Some(version), held).await;
                    }
                }
            }
        });
        clock.sleep(Duration::from_secs(1)).await;
        let error = fresh(&*slot, &*clock, Life::ROTATING, async |_| unreachable!()).await.unwrap_err();
        restless.abort();
        assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::Unavailable, Retry::Transient), "{error}");
    });
}

#[test]
fn a_renewal_without_an_end_is_stopped_and_its_claim_stays() {
    let clock = Arc::new(ManualClock::new(start()));
    let slot = MemoryTokens::new(token("access-0", 0));
    run(&clock, async {
        let error = fresh(&slot, &*clock, Life::ROTATING, async |_| std::future::pending().await).await.unwrap_err();
        assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::Timeout, Retry::Unknown));
        assert!(slot.load().await.unwrap().unwrap().1.claim.is_some());
    });
}

#[tokio::test]
async fn whoever_finds_the_grant_spent_uses_what_somebody_else_got() {
    let clock = ManualClock::jumping(start());
    let slot = MemoryTokens::new(token("access-0", 0));
    let found = fresh(&slot, &clock, Life::ROTATING, async |_| {
        // A worker that knows no claims has just renewed.
        keep(&slot, token("theirs", 7_000_000)).await?;
        Err(invalid_grant())
    });
    assert_eq!(secret(&found.await.unwrap()), "theirs");
    assert_eq!(slot.load().await.unwrap().unwrap().1.dead, None);
}

#[tokio::test]
async fn a_person_who_connects_again_wins_over_a_renewal_under_way() {
    let clock = ManualClock::jumping(start());
    let (slot, server) = (MemoryTokens::new(token("access-0", 0)), Server::default());
    let found = fresh(&slot, &clock, Life::ROTATING, async |old| {
        keep(&slot, token("connected again", 7_000_000)).await?;
        server.refresh(&old, start())
    });
    assert_eq!(secret(&found.await.unwrap()), "connected again");
    assert_eq!(secret(&slot.load().await.unwrap().unwrap().1.token), "connected again");
}

#[tokio::test]
async fn a_dead_token_is_told_with_its_cause_and_without_another_call() {
    let clock = ManualClock::jumping(start());
    let slot = MemoryTokens::new(token("access-0", 0));
    let calls = AtomicUsize::new(0);
    for _ in 0..2 {
        let error = fresh(&slot, &clock, Life::ROTATING, async |_| {
            calls.fetch_add(1, Ordering::SeqCst);
            Err(invalid_grant())
        });
        let error = error.await.unwrap_err();
        assert_eq!((error.kind(), Cause::of(&error)), (ErrorKind::Unauthenticated, Some(Cause::InvalidGrant)));
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(slot.load().await.unwrap().unwrap().1.days_left(Life::ROTATING, start()), Some(0));

    keep(&slot, token("connected again", 7_000_000)).await.unwrap();
    let found = fresh(&slot, &clock, Life::ROTATING, async |_| unreachable!()).await.unwrap();
    assert_eq!(secret(&found), "connected again");
}

#[tokio::test]
async fn a_renewal_that_fails_is_no_error_while_the_token_is_good_and_not_tried_at_once_again() {
    let clock = ManualClock::new(start());
    let slot = MemoryTokens::new(token("access-0", 300_000));
    let calls = AtomicUsize::new(0);
    let fails = async |_| {
        calls.fetch_add(1, Ordering::SeqCst);
        Err(down())
    };
    for _ in 0..3 {
        assert_eq!(secret(&fresh(&slot, &clock, Life::ROTATING, fails).await.unwrap()), "access-0");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    clock.advance(Duration::from_secs(31));
    fresh(&slot, &clock, Life::ROTATING, fails).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 2);

    clock.advance(Duration::from_secs(300));
    assert_eq!(fresh(&slot, &clock, Life::ROTATING, fails).await.unwrap_err().kind(), ErrorKind::Unavailable);
    clock.advance(Duration::from_secs(10));
    let error = fresh(&slot, &clock, Life::ROTATING, fails).await.unwrap_err();
    assert_eq!(error.retry_advice(), Retry::After(Duration::from_secs(20)), "{error}");
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_token_the_network_refuses_is_renewed_though_our_clock_calls_it_good() {
    let clock = ManualClock::jumping(start());
    let (slot, server) = (MemoryTokens::new(token("access-0", 3_600_000)), Server::default());
    let old = slot.load().await.unwrap().unwrap().1.token;
    let ask = || {
        after_refusal(&slot, &clock, Life::ROTATING, &old, Cause::Unknown, async |old| server.refresh(&old, start()))
    };
    assert_eq!(secret(&ask().await.unwrap()), "access-1");
    // The next one that was refused with the old token gets the new one.
    assert_eq!(secret(&ask().await.unwrap()), "access-1");
    assert_eq!(server.calls.load(Ordering::SeqCst), 1);

    let lasting = MemoryTokens::new(Token::new("lasting", TokenKind::User, start()));
    let old = lasting.load().await.unwrap().unwrap().1.token;
    let gone = after_refusal(&lasting, &clock, Life::Lasting, &old, Cause::Revoked, async |_| unreachable!());
    assert_eq!(Cause::of(&gone.await.unwrap_err()), Some(Cause::Revoked));
    let next = fresh(&lasting, &clock, Life::Lasting, async |_| unreachable!()).await;
    assert_eq!(Cause::of(&next.unwrap_err()), Some(Cause::Revoked));
}

#[tokio::test]
async fn a_token_that_lacks_a_permission_does_not_die_of_it() {
    let clock = ManualClock::jumping(start());
    let slot = MemoryTokens::new(Token::new("lasting", TokenKind::User, start()));
    let old = slot.load().await.unwrap().unwrap().1.token;
    let gone = after_refusal(&slot, &clock, Life::Lasting, &old, Cause::ScopeMissing, async |_| unreachable!());
    assert_eq!(Cause::of(&gone.await.unwrap_err()), Some(Cause::ScopeMissing));
    assert_eq!(slot.load().await.unwrap().unwrap().1.dead, None);
}

#[tokio::test]
async fn each_network_renews_at_its_own_time() {
    let sixty_days = |age: i64| {
        Token::new("old", TokenKind::User, start().plus_millis(-age)).expiring(start().plus_millis(60 * DAY - age))
    };
    for (life, token, renews) in [
        (Life::ROTATING, token("old", 601_000), false),
        (Life::ROTATING, token("old", 599_000), true),
        // A token of five minutes is not renewed all the time.
        (
            Life::ROTATING,
            Token::new("old", TokenKind::User, start()).with_refresh("r").expiring(start().plus_millis(300_000)),
            false,
        ),
        (Life::SESSION, token("old", 599_000), true),
        (Life::ExtendInPlace, sixty_days(29 * DAY), false),
        (Life::ExtendInPlace, sixty_days(31 * DAY), true),
        (
            Life::ExtendInPlace,
            Token::new("old", TokenKind::User, start()).expiring(start().plus_millis(3_600_000)),
            false,
        ),
        (Life::Derived, Token::new("old", TokenKind::Page, start()), false),
        (Life::Lasting, Token::new("old", TokenKind::User, start()), false),
    ] {
        let slot = MemoryTokens::new(token.clone());
        let clock = ManualClock::jumping(start());
        let found = fresh(&slot, &clock, life, async |_| {
            Ok(Token::new("new", TokenKind::User, start()).expiring(start().plus_millis(61 * DAY)))
        });
        assert_eq!(secret(&found.await.unwrap()) == "new", renews, "{life:?} {token:?}");
    }
}

#[tokio::test]
async fn a_token_extended_in_place_is_tried_once_a_day_and_not_after_its_end() {
    let clock = ManualClock::new(start());
    let ends = start().plus_millis(10 * DAY);
    let slot = MemoryTokens::new(Token::new("old", TokenKind::User, start().plus_millis(-50 * DAY)).expiring(ends));
    let calls = AtomicUsize::new(0);
    for _ in 0..100 {
        let fails = async |_| {
            calls.fetch_add(1, Ordering::SeqCst);
            Err(down())
        };
        fresh(&slot, &clock, Life::ExtendInPlace, fails).await.unwrap();
        clock.advance(HOUR);
    }
    assert_eq!(calls.load(Ordering::SeqCst), 5);
    let left = |now| slot.load().then_days(now);
    assert_eq!((left(start()).await, left(ends).await), (Some(10), Some(0)));
    clock.set(ends);
    let error = fresh(&slot, &clock, Life::ExtendInPlace, async |_| unreachable!()).await.unwrap_err();
    assert_eq!(Cause::of(&error), Some(Cause::Expired));
}

/// The days that are left of what a slot gives.
trait ThenDays {
    fn then_days(self, now: Timestamp) -> impl Future<Output = Option<i64>>;
}

impl<F: Future<Output = Result<Option<(u64, Held)>>>> ThenDays for F {
    async fn then_days(self, now: Timestamp) -> Option<i64> {
        self.await.unwrap().unwrap().1.days_left(Life::ExtendInPlace, now)
    }
}

#[tokio::test]
async fn a_new_token_is_offered_again_to_a_slot_that_fails() {
    #[derive(Debug)]
    struct Failing(MemoryTokens, AtomicUsize);
    #[async_trait]
    impl TokenSlot for Failing {
        async fn load(&self) -> Result<Option<(u64, Held)>> {
            self.0.load().await
        }
        async fn swap(&self, from: Option<u64>, to: Held) -> Result<u64> {
            if to.claim.is_none() && taken(&self.1) {
                return Err(Error::new(ErrorKind::StorageFailed, "disk full"));
            }
            self.0.swap(from, to).await
        }
    }
    let server = Server::default();
    let slot = Failing(MemoryTokens::new(token("access-0", 0)), AtomicUsize::new(3));
    let clock = ManualClock::jumping(start());
    let found = fresh(&slot, &clock, Life::ROTATING, async |old| server.refresh(&old, start())).await.unwrap();
    assert_eq!((secret(&found), server.calls.load(Ordering::SeqCst)), ("access-1", 1));
    assert_eq!(secret(&slot.load().await.unwrap().unwrap().1.token), "access-1");
}

#[tokio::test]
async fn a_server_that_keeps_the_refresh_token_keeps_it() {
    let slot = MemoryTokens::new(token("old", 0).scoped(["tweet.read"]));
    let renew = async |_| Ok(Token::new("new", TokenKind::User, start()).expiring(start().plus(HOUR)));
    let found = fresh(&slot, &ManualClock::jumping(start()), Life::ROTATING, renew).await.unwrap();
    assert_eq!(found.refresh.unwrap().expose_secret(), "refresh-0");
    assert_eq!(found.scopes, ["tweet.read"]);
}

#[tokio::test]
async fn what_was_never_connected_says_so() {
    let slot = MemoryTokens::default();
    let found = fresh(&slot, &ManualClock::jumping(start()), Life::Lasting, async |_| unreachable!()).await;
    assert_eq!(Cause::of(&found.unwrap_err()), Some(Cause::NotConnected));
    keep(&slot, token("first", 7_000_000)).await.unwrap();
    assert_eq!(slot.swap(None, Held::new(token("second", 0))).await.unwrap_err().kind(), ErrorKind::Conflict);
}

mod sealing {
    use super::*;

    const KEYS: [&str; 2] =
        ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA="];

    fn keys(which: &[usize]) -> SealKeys {
        let keys: Vec<_> = which.iter().map(|nth| SecretString::from(KEYS[*nth])).collect();
        SealKeys::new(&keys).unwrap()
    }

    fn place(tenant: &str, account: &str) -> (TenantId, AccountId) {
        (tenant.into(), account.into())
    }

    fn held() -> Held {
        let mut held = Held::new(token("planted-access", 5_000).with_refresh("planted-refresh").scoped(["dm.read"]));
        held.dead = Some(Cause::Revoked);
        held.failed_at = Some(start());
        held
    }

    #[test]
    fn what_is_sealed_opens_as_it_was_and_shows_nothing() {
        let (tenant, account) = place("acme", "main");
        for keys in [keys(&[0]), SealKeys::none()] {
            let sealed = keys.seal(&tenant, &account, &held()).unwrap();
            let text = Sealed::from_text(sealed.expose_text());
            let opened = keys.open(&tenant, &account, &text).unwrap();
            assert_eq!(format!("{opened:?}"), format!("{:?}", held()));
            assert_eq!(secret(&opened.token), "planted-access");
            assert_eq!(opened.token.refresh.as_ref().unwrap().expose_secret(), "planted-refresh");
            for shown in [format!("{opened:?}"), format!("{sealed:?}"), format!("{keys:?}")] {
                assert!(!shown.contains("planted") && !shown.contains("AAEC"), "{shown}");
            }
        }
        let sealed = keys(&[0]).seal(&tenant, &account, &held()).unwrap();
        assert!(sealed.is_encrypted() && !sealed.expose_text().contains("planted"));
        let again = keys(&[0]).seal(&tenant, &account, &held()).unwrap();
        assert_ne!(sealed.expose_text(), again.expose_text(), "a nonce came twice");
    }

    #[test]
    fn a_sealed_token_opens_under_its_own_account_only() {
        let (tenant, account) = place("acme", "main");
        let sealed = keys(&[0]).seal(&tenant, &account, &held()).unwrap();
        for (tenant, account) in [place("acme", "help"), place("other", "main"), place("acm", "emain")] {
            let error = keys(&[0]).open(&tenant, &account, &sealed).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::StorageDamaged, "{error}");
        }
        let mut text = sealed.expose_text().to_owned();
        let last = if text.pop() == Some('A') { 'B' } else { 'A' };
        text.push(last);
        assert!(keys(&[0]).open(&tenant, &account, &Sealed::from_text(text)).is_err());
        for text in ["", "sealed1.", "sealed1.0.", "sealed2.x.y", "plain1.{}"] {
            assert!(keys(&[0]).opening_plain().open(&tenant, &account, &Sealed::from_text(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn keys_are_rotated_and_a_missing_one_is_told() {
        let (tenant, account) = place("acme", "main");
        let sealed = keys(&[0]).seal(&tenant, &account, &held()).unwrap();
        keys(&[1, 0]).open(&tenant, &account, &sealed).unwrap();
        let error = keys(&[1]).open(&tenant, &account, &sealed).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
        assert!(error.message().contains("not among the host's keys"), "{error}");

        let resealed = keys(&[1, 0]).seal(&tenant, &account, &held()).unwrap();
        keys(&[1]).open(&tenant, &account, &resealed).unwrap();
        assert_eq!(SealKeys::none().open(&tenant, &account, &sealed).unwrap_err().kind(), ErrorKind::ConfigInvalid);
    }

    #[test]
    fn plain_text_opens_under_keys_only_where_the_host_says_so() {
        let (tenant, account) = place("acme", "main");
        let plain = SealKeys::none().seal(&tenant, &account, &held()).unwrap();
        assert!(!plain.is_encrypted());
        assert_eq!(keys(&[0]).open(&tenant, &account, &plain).unwrap_err().kind(), ErrorKind::ConfigInvalid);
        keys(&[0]).opening_plain().open(&tenant, &account, &plain).unwrap();
    }

    #[test]
    fn what_cannot_be_read_is_told_without_its_words() {
        let (tenant, account) = place("acme", "main");
        for (text, kind) in [
            (r#"plain1.{"v":2,"access":"planted"}"#, ErrorKind::VersionNewer),
            (r#"plain1.{"v":1,"access":7,"kind":"planted"}"#, ErrorKind::StorageDamaged),
            (r#"plain1.{"v":1,"access":"a","obtained_at":"planted"}"#, ErrorKind::StorageDamaged),
        ] {
            let error = SealKeys::none().open(&tenant, &account, &Sealed::from_text(text)).unwrap_err();
            assert_eq!(error.kind(), kind);
            assert!(!format!("{error:?}").contains("planted"), "{error:?}");
        }
        for key in ["", "short", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "planted!"] {
            let error = SealKeys::new(&[key.into()]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
            assert!(!format!("{error:?}").contains("planted"));
        }
        assert!(SealKeys::new(&[]).is_err());
    }
}

mod granting {
    use super::*;
    use http::Response;

    #[test]
    fn a_challenge_is_that_of_the_rfc() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into();
        assert_eq!(grant::challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn every_flow_has_a_state_and_a_verifier_of_its_own_and_survives_storage() {
        let one = Pending::begin("https://desk.example/back", true).unwrap();
        let other = Pending::begin("https://desk.example/back", true).unwrap();
        let of = |pending: &Pending| (pending.state.expose_secret().to_owned(), pending.verifier.clone().unwrap());
        assert_ne!(of(&one).0, of(&other).0);
        assert_ne!(of(&one).1.expose_secret(), of(&other).1.expose_secret());
        // RFC 7636 §4.1 asks for 43 to 128 characters.
        assert_eq!((of(&one).0.len(), of(&one).1.expose_secret().len()), (43, 43));
        let kept: Pending = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
        assert_eq!((of(&kept).0, kept.redirect_uri), (of(&one).0, one.redirect_uri.clone()));
        let shown = format!("{one:?}");
        assert!(!shown.contains(&of(&one).0) && !shown.contains(of(&one).1.expose_secret()), "{shown}");
    }

    #[test]
    fn a_callback_is_taken_by_its_own_flow_only() {
        let pending = Pending::begin("https://desk.example/back", true).unwrap();
        let state = pending.state.expose_secret().to_owned();
        let back = |query: &str| pending.code(&format!("https://desk.example/back?{query}"));
        // Facebook adds a fragment.
        assert_eq!(back(&format!("code=a%2Fb+c&state={state}#_=_")).unwrap().expose_secret(), "a/b c");
        for query in [
            "code=a",
            "code=a&state=",
            &format!("code=a&state={state}x"),
            &format!("state={state}"),
            "error=access_denied",
        ] {
            assert_eq!(back(query).unwrap_err().kind(), ErrorKind::InputInvalid, "{query}");
        }
        for (error, kind, cause) in [
            ("access_denied", ErrorKind::PermissionDenied, Some(Cause::AccessDenied)),
            ("unauthorized_client", ErrorKind::ConfigInvalid, Some(Cause::AppDisabled)),
            ("invalid_scope", ErrorKind::ConfigInvalid, None),
            ("temporarily_unavailable", ErrorKind::Unavailable, None),
            ("Planted%20words", ErrorKind::InputInvalid, None),
        ] {
            let error = back(&format!("error={error}&error_description=planted&state={state}")).unwrap_err();
            assert_eq!((error.kind(), Cause::of(&error)), (kind, cause), "{error}");
            assert!(!format!("{error:?}").to_lowercase().contains("planted"), "{error:?}");
        }
        assert!(pending.code("no address").is_err());
    }

    fn answer(status: u16, body: &'static str) -> Response<bytes::Bytes> {
        Response::builder().status(status).header("retry-after", "7").body(body.into()).unwrap()
    }

    #[test]
    fn what_a_token_endpoint_answers_becomes_a_token_or_a_typed_error() {
        let body =
            r#"{"access_token":"a","token_type":"bearer","expires_in":"7200","refresh_token":"r","scope":"one two"}"#;
        let token = grant::granted(&answer(200, body), TokenKind::User, start()).unwrap();
        assert_eq!((secret(&token), token.refresh.as_ref().unwrap().expose_secret()), ("a", "r"));
        assert_eq!((token.expires_at, token.scopes), (Some(start().plus(2 * HOUR)), vec!["one".into(), "two".into()]));
        let lasting = grant::granted(&answer(200, r#"{"access_token":"a","expires_in":0}"#), TokenKind::User, start());
        assert_eq!(lasting.unwrap().expires_at, None);

        let after = Retry::After(Duration::from_secs(7));
        for (status, body, kind, cause, retry) in [
            (400, r#"{"error":"invalid_grant"}"#, ErrorKind::Unauthenticated, Some(Cause::InvalidGrant), Retry::Never),
            (401, r#"{"error":"invalid_client"}"#, ErrorKind::ConfigInvalid, Some(Cause::AppDisabled), Retry::Never),
            (401, "<html>", ErrorKind::ConfigInvalid, Some(Cause::AppDisabled), Retry::Never),
            (400, r#"{"error":"invalid_request"}"#, ErrorKind::InputInvalid, None, Retry::Never),
            (429, r#"{"error":"slow"}"#, ErrorKind::RateLimited, None, after),
            (503, r#"{"error":"invalid_grant"}"#, ErrorKind::Unavailable, None, after),
            (200, r#"{"planted":1}"#, ErrorKind::Unavailable, None, Retry::Transient),
        ] {
            let error = grant::granted(&answer(status, body), TokenKind::User, start()).unwrap_err();
            assert_eq!((error.kind(), Cause::of(&error), error.retry_advice()), (kind, cause, retry), "{error}");
            assert!(!format!("{error:?}").contains("planted"));
        }
    }
}
