//! Renewing a token once, however many workers want it.
//!
//! Who wants to renew puts a claim into the slot first; the slot's compare-and-swap lets one through. The others go on
//! with the old token while it is good, and wait for the new one when it is not. A claim whose holder died is taken
//! over after a minute in which nothing moved, measured by whoever waits: clocks that differ by less than five minutes
//! take no claim from a living holder.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use secrecy::ExposeSecret;

use super::life::{Due, PAUSE};
use super::{Cause, Claim, Held, Life, Token, TokenSlot, random_text, within};
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result, Retry};
use crate::model::Timestamp;

/// How long a claim is respected.
const CLAIM: Duration = Duration::from_secs(60);
/// How long a renewal may take: well within its claim, so that the answer is kept before another worker tries.
const CALL: Duration = Duration::from_secs(40);
/// By how much the clocks of two workers may differ.
const SKEW: Duration = Duration::from_secs(5 * 60);
/// How often a worker that waits looks.
const LOOK: Duration = Duration::from_millis(500);
/// How many times it looks: for three minutes, in which a dead holder has been replaced.
const LOOKS: u32 = 360;
/// How many times a new token is offered to a slot that fails: a lost one cannot be had again.
const SAVES: u32 = 10;

/// A token that is good now. `renew` makes the next one out of the present one, and is called if it is this worker's
/// turn; it may be stopped after 40 seconds. Let the future run to its end: a token that was given but not kept is
/// lost.
///
/// # Errors
/// With a [`Cause`]: `unauthenticated` if only a person can help, at once and without a call. Without one: what `renew`
/// gave, `unavailable` while a failed renewal is not tried again or nobody brings one to an end, what the slot gives.
/// As long as the present token is good, a renewal that fails is no error.
///
/// ```
/// # use careline::clock::SystemClock;
/// # use careline::model::Timestamp;
/// use careline::network::token::{Life, MemoryTokens, Token, TokenKind, fresh};
/// # run(async {
/// let slot = MemoryTokens::new(Token::new("old", TokenKind::User, Timestamp::default()));
/// let token = fresh(&slot, &SystemClock, Life::Lasting, async |_| unreachable!("it does not run out")).await?;
/// assert_eq!(token.kind, TokenKind::User);
/// # Ok::<(), careline::Error>(()) });
/// # fn run(work: impl Future<Output = careline::Result<()>>) {
/// #     tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work).unwrap();
/// # }
/// ```
pub async fn fresh<F>(slot: &dyn TokenSlot, clock: &dyn Clock, life: Life, renew: F) -> Result<Token>
where
    F: AsyncFnOnce(Token) -> Result<Token>,
{
    Worker { slot, clock, life, refused: None }.token(renew).await.map_err(|error| error.during("renew token"))
}

/// Another token in place of `refused`, which the network did not take for `cause` although it looked good. If somebody
/// has replaced it meanwhile, that one.
///
/// # Errors
/// As [`fresh`]; `unauthenticated` with `cause` where such tokens cannot be renewed. A final cause is kept in the slot.
pub async fn after_refusal<F>(
    slot: &dyn TokenSlot,
    clock: &dyn Clock,
    life: Life,
    refused: &Token,
    cause: Cause,
    renew: F,
) -> Result<Token>
where
    F: AsyncFnOnce(Token) -> Result<Token>,
{
    let worker = Worker { slot, clock, life, refused: Some((refused, cause)) };
    worker.token(renew).await.map_err(|error| error.during("renew token"))
}

/// One that wants a token.
struct Worker<'a> {
    slot: &'a dyn TokenSlot,
    clock: &'a dyn Clock,
    life: Life,
    refused: Option<(&'a Token, Cause)>,
}

/// What one look at the slot leads to.
enum Step {
    Use,
    Wait,
    Claim,
    /// Nothing but a person can help.
    End(Cause),
    /// Somebody tried a moment ago; time until the next may.
    Pause(Duration),
}

/// What a worker found.
enum Turn {
    Good(Token),
    /// It is this worker's turn: the version with its claim, and what was there before.
    Ours(u64, Held),
}

impl Worker<'_> {
    async fn token(&self, renew: impl AsyncFnOnce(Token) -> Result<Token>) -> Result<Token> {
        match self.turn().await? {
            Turn::Good(token) => Ok(token),
            Turn::Ours(version, held) => match self.bounded(renew(held.token.clone())).await {
                Ok(new) => self.save(version, &held.token, new).await,
                Err(error) => self.failed(version, held, error).await,
            },
        }
    }

    /// Looks until the token is good or ours to renew.
    async fn turn(&self) -> Result<Turn> {
        let mut seen = None;
        let mut unmoved = Duration::ZERO;
        let mut looks = 0;
        loop {
            let (version, held) = self.slot.load().await?.ok_or_else(|| Cause::NotConnected.error())?;
            if seen.replace(version) != Some(version) {
                unmoved = Duration::ZERO;
            }
            match self.step(&held, unmoved) {
                Step::Use => return Ok(Turn::Good(held.token)),
                Step::End(cause) => return Err(self.end(version, held, cause).await),
                Step::Pause(rest) => return Err(paused(rest)),
                Step::Claim => {
                    if let Some(claimed) = self.claim(version, &held).await? {
                        return Ok(Turn::Ours(claimed, held));
                    }
                }
                Step::Wait if looks == LOOKS => return Err(waited()),
                Step::Wait => {
                    self.clock.sleep(LOOK).await;
                    looks += 1;
                    unmoved += LOOK;
                }
            }
        }
    }

    fn step(&self, held: &Held, unmoved: Duration) -> Step {
        let now = self.clock.now();
        let due = self.due(held, now);
        if due == Due::Not {
            return Step::Use;
        }
        let otherwise = |step| if due == Due::Soon { Step::Use } else { step };
        if let Some(cause) = &held.dead {
            return otherwise(Step::End(cause.clone()));
        }
        if !self.life.can_renew(&held.token, now) {
            let cause = self.refused.as_ref().map_or(Cause::Expired, |(_, cause)| cause.clone());
            return otherwise(Step::End(cause));
        }
        if held.claim.as_ref().is_some_and(|claim| unmoved < CLAIM && within(CLAIM + SKEW, claim.since, now)) {
            return otherwise(Step::Wait);
        }
        if let Some(failed) = held.failed_at.filter(|failed| within(PAUSE, *failed, now)) {
            let gone = Duration::from_millis(now.millis_since(failed).unsigned_abs());
            return otherwise(Step::Pause(PAUSE.saturating_sub(gone)));
        }
        Step::Claim
    }

    fn due(&self, held: &Held, now: Timestamp) -> Due {
        match &self.refused {
            Some((refused, _)) if refused.is_same(&held.token) => Due::Now,
            _ => self.life.due(held, now),
        }
    }

    async fn claim(&self, version: u64, held: &Held) -> Result<Option<u64>> {
        let holder = random_text()?.expose_secret().into();
        let claim = Some(Claim { holder, since: self.clock.now() });
        unless_conflict(self.slot.swap(Some(version), Held { claim, ..held.clone() }).await)
    }

    /// Past the bound the outcome is unknown, so the claim stays for as long as it is respected.
    async fn bounded(&self, renewal: impl Future<Output = Result<Token>>) -> Result<Token> {
        match select(pin!(renewal), self.clock.sleep(CALL)).await {
            Either::Left((done, _)) => done,
            Either::Right(_) => Err(Error::new(ErrorKind::Timeout, "renewing the token took too long")),
        }
    }

    async fn save(&self, version: u64, old: &Token, mut new: Token) -> Result<Token> {
        // A server that gives no other refresh token means the old one to stay (RFC 6749 §6); the same for scopes.
        new.refresh = new.refresh.or_else(|| old.refresh.clone());
        if new.scopes.is_empty() {
            new.scopes.clone_from(&old.scopes);
        }
        let mut from = version;
        let mut saves = 1;
        loop {
            match self.slot.swap(Some(from), Held::new(new.clone())).await {
                Ok(_) => return Ok(new),
                Err(error) if error.kind() == ErrorKind::Conflict => match self.slot.load().await? {
                    // A claim on the token that is gone now: ours came after it.
                    Some((version, held)) if held.token.is_same(old) => from = version,
                    Some((_, held)) => return Ok(held.token),
                    None => return Err(Cause::NotConnected.error()),
                },
                Err(error) if saves == SAVES => return Err(error),
                Err(_) => {
                    saves += 1;
                    self.clock.sleep(LOOK).await;
                }
            }
        }
    }

    async fn failed(&self, version: u64, held: Held, error: Error) -> Result<Token> {
        let now = self.clock.now();
        let still_good = self.due(&held, now) == Due::Soon;
        let old = held.token.clone();
        let cause = ending(&error);
        if cause.is_some() || error.retry_advice() != Retry::Unknown {
            let after = match &cause {
                Some(cause) => self.dead(held, cause.clone()),
                None => Held { claim: None, failed_at: Some(now), ..held },
            };
            let kept = unless_conflict(self.slot.swap(Some(version), after).await)?;
            if kept.is_none()
                && let Some(theirs) = self.theirs(&old).await?
            {
                return Ok(theirs);
            }
        }
        match (still_good, cause) {
            (true, _) => Ok(old),
            (false, Some(cause)) if Cause::of(&error).is_none() => Err(error.with("cause", cause)),
            (false, _) => Err(error),
        }
    }

    /// The token that somebody else has put in place of `old`, or is about to.
    async fn theirs(&self, old: &Token) -> Result<Option<Token>> {
        for _ in 0..LOOKS {
            match self.slot.load().await? {
                Some((_, held)) if !held.token.is_same(old) => return Ok(Some(held.token)),
                Some((_, Held { claim: Some(_), dead: None, .. })) => self.clock.sleep(LOOK).await,
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Keeps a final cause, so that the next worker need not find it again.
    async fn end(&self, version: u64, held: Held, cause: Cause) -> Error {
        if cause.is_final() && held.dead.is_none() {
            // Whoever comes next finds the same if this cannot be kept.
            let _ = self.slot.swap(Some(version), self.dead(held, cause.clone())).await;
        }
        cause.error()
    }

    fn dead(&self, mut held: Held, cause: Cause) -> Held {
        if self.refused.as_ref().is_some_and(|(refused, _)| refused.is_same(&held.token)) {
            held.token.expires_at = Some(self.clock.now());
        }
        Held { claim: None, dead: Some(cause), ..held }
    }
}

/// What ended the token, if `error` says so.
fn ending(error: &Error) -> Option<Cause> {
    let unsaid = (error.kind() == ErrorKind::Unauthenticated).then_some(Cause::Unknown);
    Cause::of(error).or(unsaid).filter(Cause::is_final)
}

fn unless_conflict(swapped: Result<u64>) -> Result<Option<u64>> {
    match swapped {
        Err(error) if error.kind() == ErrorKind::Conflict => Ok(None),
        done => done.map(Some),
    }
}

fn paused(rest: Duration) -> Error {
    Error::new(ErrorKind::Unavailable, "renewing the token failed a moment ago").retry(Retry::After(rest))
}

fn waited() -> Error {
    Error::new(ErrorKind::Unavailable, "other workers do not bring the renewal of the token to an end")
}
