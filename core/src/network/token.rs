//! Tokens from their grant to their end: where they are kept, who renews them and when, what ended them.
//!
//! A connector asks [`fresh`] for a token that is good now, and [`after_refusal`] for another once the network refused
//! it. Both read the account's [`TokenSlot`] and renew by the network's [`Life`], one worker at a time however many
//! share the slot. A host keeps slots wherever it likes: [`SealKeys`] turns what is [`Held`] into text that is good for
//! one account only. [`grant`] is what connectors build their OAuth flows with.
//!
//! Receiving webhooks needs no token, so a dead one never stops it: only calls that carry a token see its [`Cause`].

pub mod grant;
mod life;
mod renew;
mod seal;
mod stored;

use std::fmt::{self, Debug};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use compact_str::CompactString;
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, ErrorKind, Result};
use crate::model::{Timestamp, open_enum};

pub use life::Life;
pub use renew::{after_refusal, fresh};
pub use seal::{SealKeys, Sealed};

/// What a network gave us to act as an account. `Debug` shows no secret, and nothing writes one unasked.
#[derive(Clone)]
#[non_exhaustive]
pub struct Token {
    /// What calls carry.
    pub access: SecretString,
    /// What buys the next token; a network that rotates gives another one each time.
    pub refresh: Option<SecretString>,
    /// When `access` runs out, as the network told or as it turned out; absent if it does not.
    pub expires_at: Option<Timestamp>,
    /// When we got it, on our clock.
    pub obtained_at: Timestamp,
    /// What it may do, in the network's words; empty where the network does not tell.
    pub scopes: Vec<CompactString>,
    /// On whose behalf it speaks.
    pub kind: TokenKind,
}

open_enum! {
    /// On whose behalf a token speaks.
    TokenKind {
        /// A person or a brand account that authorised an app.
        User = "user",
        /// A page, by a token that came out of a person's.
        Page = "page",
        /// The app itself.
        App = "app",
        /// Somebody who logged in with a password.
        Session = "session",
    }
}

impl Token {
    /// A token that does not run out and has no scopes.
    pub fn new(access: impl Into<SecretString>, kind: TokenKind, obtained_at: Timestamp) -> Self {
        Self { access: access.into(), refresh: None, expires_at: None, obtained_at, scopes: Vec::new(), kind }
    }

    /// The same with a token that buys the next one.
    #[must_use]
    pub fn with_refresh(mut self, refresh: impl Into<SecretString>) -> Self {
        self.refresh = Some(refresh.into());
        self
    }

    /// The same, running out at `expires_at`.
    #[must_use]
    pub fn expiring(mut self, expires_at: Timestamp) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// The same with scopes.
    #[must_use]
    pub fn scoped(mut self, scopes: impl IntoIterator<Item = impl Into<CompactString>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Whether both carry the same secret in calls.
    fn is_same(&self, other: &Self) -> bool {
        self.access.expose_secret() == other.access.expose_secret()
    }
}

impl Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("kind", &self.kind)
            .field("expires_at", &self.expires_at)
            .field("obtained_at", &self.obtained_at)
            .field("scopes", &self.scopes)
            .field("refreshable", &self.refresh.is_some())
            .finish_non_exhaustive()
    }
}

open_enum! {
    /// Why a token is not taken, or not given. Errors carry it in their context as `cause`, see [`Cause::of`].
    Cause {
        /// It ran out, and nothing renews it.
        Expired = "expired",
        /// The person or the network took it back, or removed the app.
        Revoked = "revoked",
        /// It died with a changed password.
        PasswordChanged = "password_changed",
        /// The person must first log in at the network and answer what it asks there.
        LoginNeeded = "login_needed",
        /// It lives, but lacks a permission for this call.
        ScopeMissing = "scope_missing",
        /// The app is disabled, or its own id and secret are not taken.
        AppDisabled = "app_disabled",
        /// What should have bought a token is spent, run out, revoked or never was one.
        InvalidGrant = "invalid_grant",
        /// The person said no.
        AccessDenied = "access_denied",
        /// Nobody ever connected the account.
        NotConnected = "not_connected",
        /// The network does not say why.
        Unknown = "unknown",
    }
}

impl Cause {
    /// The cause that an error carries.
    ///
    /// ```
    /// use careline::network::token::Cause;
    /// use careline::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::Unauthenticated, "connect the page again").with("cause", Cause::Revoked);
    /// assert_eq!(Cause::of(&error), Some(Cause::Revoked));
    /// ```
    pub fn of(error: &Error) -> Option<Self> {
        error.context().find(|(key, _)| *key == "cause").map(|(_, cause)| cause.into())
    }

    /// Whether only a person can help, by connecting the account again.
    pub fn is_final(&self) -> bool {
        match self {
            Self::ScopeMissing | Self::AppDisabled | Self::Other(_) => false,
            Self::Expired | Self::Revoked | Self::PasswordChanged | Self::LoginNeeded => true,
            Self::InvalidGrant | Self::AccessDenied | Self::NotConnected | Self::Unknown => true,
        }
    }

    /// The error of a call that cannot be made for this cause.
    pub fn error(&self) -> Error {
        let message = match self {
            Self::NotConnected => "the account is not connected yet",
            _ => "the account's token is dead; connect the account again",
        };
        Error::new(ErrorKind::Unauthenticated, message).with("cause", self)
    }
}

/// Everything a slot keeps about the token of one account.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Held {
    /// The token.
    pub token: Token,
    /// Who is renewing it.
    pub claim: Option<Claim>,
    /// What ended it: it is not renewed any more.
    pub dead: Option<Cause>,
    /// When a renewal was last tried in vain.
    pub failed_at: Option<Timestamp>,
}

/// A worker's right to renew a token alone, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The worker, by a random name.
    pub holder: CompactString,
    /// When the right began, on the worker's clock.
    pub since: Timestamp,
}

impl Held {
    /// A token as it was just granted.
    pub fn new(token: Token) -> Self {
        Self { token, claim: None, dead: None, failed_at: None }
    }

    /// In how many whole days a person must connect the account again; 0 if the token is dead, absent while it renews
    /// itself or does not run out. A number to watch.
    pub fn days_left(&self, life: Life, now: Timestamp) -> Option<i64> {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        if self.dead.is_some() {
            return Some(0);
        }
        let ends = self.token.expires_at.filter(|_| !life.renews_itself(&self.token))?;
        Some((ends.millis_since(now) / DAY).max(0))
    }
}

/// Where the token of one account is kept, shared by every worker that acts for it.
///
/// The one thing asked of it is that [`swap`](Self::swap) is atomic: of two that saw the same version, one wins.
#[async_trait]
pub trait TokenSlot: Debug + Send + Sync + 'static {
    /// What is kept, with its version; `None` before the account is connected.
    ///
    /// # Errors
    /// `storage_failed` or `storage_damaged`, and what opening a [`Sealed`] text gives.
    async fn load(&self) -> Result<Option<(u64, Held)>>;

    /// Puts `to` in place of what has version `from`; `None` is the version of nothing. Gives the new version, which
    /// the slot has never had.
    ///
    /// # Errors
    /// `conflict` if the slot has another version by now; else as [`load`](Self::load).
    async fn swap(&self, from: Option<u64>, to: Held) -> Result<u64>;
}

/// Keeps a token that a person has just granted, whatever is there: the account stays the same, its history too.
///
/// # Errors
/// What the slot gives, except `conflict`.
pub async fn keep(slot: &dyn TokenSlot, token: Token) -> Result<()> {
    loop {
        let from = slot.load().await?.map(|(version, _)| version);
        match slot.swap(from, Held::new(token.clone())).await {
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            done => return done.map(drop),
        }
    }
}

/// A slot in memory, for tests and for hosts that ask people again after a start.
#[derive(Debug, Default)]
pub struct MemoryTokens(Mutex<Option<(u64, Held)>>);

impl MemoryTokens {
    /// A slot with a token.
    pub fn new(token: Token) -> Self {
        Self(Mutex::new(Some((1, Held::new(token)))))
    }

    fn kept(&self) -> MutexGuard<'_, Option<(u64, Held)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenSlot for MemoryTokens {
    async fn load(&self) -> Result<Option<(u64, Held)>> {
        Ok(self.kept().clone())
    }

    async fn swap(&self, from: Option<u64>, to: Held) -> Result<u64> {
        let mut kept = self.kept();
        let version = kept.as_ref().map(|(version, _)| *version);
        if version != from {
            return Err(Error::new(ErrorKind::Conflict, "somebody else changed the token").during("swap token"));
        }
        let next = version.unwrap_or_default() + 1;
        *kept = Some((next, to));
        Ok(next)
    }
}

/// Text that nobody guesses: 256 bits as 43 characters of base64url.
fn random_text() -> Result<SecretString> {
    let mut bytes = [0; 32];
    fill(&mut bytes)?;
    Ok(base64url(&bytes).into())
}

fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "the system gives no random numbers").caused_by(error))
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether less than `pause` lies between two times, whichever is the later: clocks differ.
fn within(pause: Duration, one: Timestamp, other: Timestamp) -> bool {
    u128::from(one.millis_since(other).unsigned_abs()) < pause.as_millis()
}
