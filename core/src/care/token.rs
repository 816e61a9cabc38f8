//! Tokens of accounts: kept in the store, sealed, one slot per account that every worker of the tenant shares.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::tenant::Tenant;
use crate::clock::Clock;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result, Retry};
use crate::model::{AccountId, EffectId, TenantId, Timestamp};
use crate::network::token::grant::Authorisation;
use crate::network::token::{Cause, Held, Life, MemoryTokens, SealKeys, Token, TokenKind, TokenSlot};
use crate::store::{Commit, Effect, EffectAction, Key, Record, SealedToken, Store, TenantCommit};

/// How long to wait for people: as replies do that the network refused for the account.
const MENDED_WITHIN: Duration = Duration::from_secs(600);

/// How it stands with the token of an account: numbers to watch, and nothing of the token itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct TokenStanding {
    /// On whose behalf it speaks.
    pub kind: TokenKind,
    /// When it runs out; absent if it does not.
    pub expires_at: Option<Timestamp>,
    /// In how many whole days a person must connect the account again; 0 if the token is dead, absent while it renews
    /// itself or does not run out.
    pub days_left: Option<i64>,
    /// What ended it. Nothing is sent with it any more until the account is connected again.
    pub dead: Option<Cause>,
    /// When a renewal was last tried in vain.
    pub failed_at: Option<Timestamp>,
}

impl Tenant {
    /// Keeps a token that a person has just granted for an account, in place of the one before. The account stays the
    /// same, its history too; replies that waited for a token go out when they are tried next.
    ///
    /// # Errors
    /// `not_found` for an account the policy does not name; what the store says.
    pub async fn connect(&self, account: &AccountId, token: Token) -> Result<()> {
        self.replace_token(account, token).await.map_err(|error| error.during("connect").with("account", account))
    }

    /// Begins to let the app of an account's settings act for it: send the person to its `url`, keep its `pending`, bound to
    /// their browser, and hand that to [`Tenant::finish_authorisation`] when the network sends them back to `redirect_uri`.
    ///
    /// # Errors
    /// `not_found` for an account without a connection; `config_invalid` if its settings name no app; `unsupported` on
    /// networks without OAuth; what the network says.
    pub async fn begin_authorisation(&self, account: &AccountId, redirect_uri: &str) -> Result<Authorisation> {
        let begun = async { self.network(account)?.begin_authorisation(&self.inner.context()?, redirect_uri).await };
        begun.await.map_err(|error: Error| error.during("begin_authorisation").with("account", account))
    }

    /// Connects an account with what a person has just granted; `callback_url` is the whole address they came back to.
    /// That the token belongs to this very account is asked of the network first.
    ///
    /// # Errors
    /// `not_found` for an account without a connection; `input_invalid` if they came back from another flow;
    /// `permission_denied` if they said no; `config_invalid` if they granted another account; what the network says.
    pub async fn finish_authorisation(
        &self,
        account: &AccountId,
        pending: &SecretString,
        callback_url: &str,
    ) -> Result<TokenStanding> {
        let finished = async {
            let (network, cx) = (self.network(account)?, self.inner.context()?);
            let token = network.finish_authorisation(&cx, pending, callback_url).await?;
            network.check(&cx.with_tokens(Arc::new(MemoryTokens::new(token.clone())))).await?;
            self.replace_token(account, token).await?;
            self.token_standing(account).await
        };
        finished.await.map_err(|error: Error| error.during("finish_authorisation").with("account", account))
    }

    /// How it stands with the token that is kept for an account.
    ///
    /// # Errors
    /// `not_found` for an account the policy does not name, or that was never connected; `config_invalid` if the token
    /// was sealed under another key than the engine has.
    pub async fn token_standing(&self, account: &AccountId) -> Result<TokenStanding> {
        let held = self.slot(account)?.load().await?;
        let (_, held) = held.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "no token is kept for this account").with("account", account)
        })?;
        Ok(TokenStanding {
            days_left: held.days_left(life_of(&held.token), self.inner.now()),
            kind: held.token.kind,
            expires_at: held.token.expires_at,
            dead: held.dead,
            failed_at: held.failed_at,
        })
    }

    /// What a connector may use when it acts for an account.
    pub(super) fn context_of(&self, account: &AccountId) -> Result<Context> {
        Ok(self.inner.context()?.with_tokens(Arc::new(self.slot(account)?)))
    }

    /// Whatever is there is not opened: a token whose key is lost is replaced, too.
    async fn replace_token(&self, account: &AccountId, token: Token) -> Result<()> {
        let slot = self.slot(account)?;
        loop {
            let from = slot.read().await?.map(|(version, _)| version);
            match slot.swap(from, Held::new(token.clone())).await {
                Err(error) if error.kind() == ErrorKind::Conflict => {}
                done => return done.map(drop),
            }
        }
    }

    fn slot(&self, account: &AccountId) -> Result<StoredToken> {
        let policy = self.policy().filter(|policy| policy.account(account.as_str()).is_some());
        let policy = policy.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "the policy names no such account").with("account", account)
        })?;
        Ok(StoredToken {
            store: self.inner.shared_store().clone(),
            keys: self.inner.token_keys().clone(),
            clock: self.inner.clock_handle(),
            tenant: self.id.clone(),
            account: account.clone(),
            who: policy.team_of_account(account).iter().map(ToString::to_string).collect(),
        })
    }
}

/// The place of one account's token in the store.
struct StoredToken {
    store: Arc<dyn Store>,
    keys: SealKeys,
    clock: Arc<dyn Clock>,
    tenant: TenantId,
    account: AccountId,
    /// Who is told when the token dies.
    who: Vec<String>,
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken")
            .field("tenant", &self.tenant)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenSlot for StoredToken {
    async fn load(&self) -> Result<Option<(u64, Held)>> {
        let Some((version, SealedToken(sealed))) = self.read().await.map_err(mendable)? else { return Ok(None) };
        Ok(Some((version, self.keys.open(&self.tenant, &self.account, &sealed).map_err(mendable)?)))
    }

    async fn swap(&self, from: Option<u64>, to: Held) -> Result<u64> {
        let version = from.unwrap_or_default() + 1;
        let sealed = self.keys.seal(&self.tenant, &self.account, &to)?;
        let part = TenantCommit {
            tenant: self.tenant.clone(),
            // No load that this rests on is at hand: the version is checked always.
            as_of: u64::MAX,
            reads: vec![(self.key(), from.unwrap_or_default())],
            puts: vec![(self.key(), version, Some(Record::Token(SealedToken(sealed)).into()))],
            effects: to.dead.map(|cause| self.notice(version, &cause)).into_iter().collect(),
            ..TenantCommit::default()
        };
        let commit = Commit { deliveries: Vec::new(), tenants: vec![part] };
        self.store.commit(commit).await.map(|()| version).map_err(mendable)
    }
}

impl StoredToken {
    fn key(&self) -> Key {
        Key::Token(self.account.clone())
    }

    async fn read(&self) -> Result<Option<(u64, SealedToken)>> {
        let loaded = self.store.load(&self.tenant, &[self.key()]).await?;
        Ok(loaded.entries.into_iter().next().and_then(|entry| match entry.record {
            Some(Record::Token(sealed)) => Some((entry.version, sealed)),
            _ => None,
        }))
    }

    /// Committed with the death itself, so that it is told of once.
    fn notice(&self, version: u64, cause: &Cause) -> Effect {
        let action = EffectAction::NotifyAccount {
            account: self.account.clone(),
            who: self.who.clone(),
            about: format!("token_dead ({cause}): {}", to_do(cause)),
            person: None,
        };
        let id = EffectId::derive(&["token", self.account.as_str(), &version.to_string()]);
        Effect { id, due_at: self.clock.now(), action }
    }
}

/// What is wrong with the place of a token is mended without a reply being written again: it waits.
fn mendable(error: Error) -> Error {
    match error.retry_advice() {
        Retry::Never => error.retry(Retry::After(MENDED_WITHIN)),
        _ => error,
    }
}

/// The same for what is wrong with a token: until somebody mends it, it says nothing about what was to be sent.
pub(super) fn waiting(error: Error) -> Error {
    match Cause::of(&error) {
        Some(_) => mendable(error),
        None => error,
    }
}

fn to_do(cause: &Cause) -> &'static str {
    match cause {
        Cause::LoginNeeded => {
            "log in at the network and answer what it asks, then connect the account again; replies wait until then"
        }
        _ => "connect the account again; replies wait until then",
    }
}

/// How a token lives, as far as it tells itself: for [`Held::days_left`], which only asks whether it renews itself.
fn life_of(token: &Token) -> Life {
    match token.kind {
        TokenKind::Page => Life::Derived,
        TokenKind::Session => Life::SESSION,
        _ if token.refresh.is_some() => Life::ROTATING,
        _ => Life::ExtendInPlace,
    }
}
