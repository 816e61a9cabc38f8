//! The token of a call: the page's own, out of a person's, or configured (fact sheet facebook §1).

use std::sync::PoisonError;

use careline::context::Context;
use careline::network::token::{self, Cause, Life, Token, TokenKind, TokenSlot};
use careline::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret, SecretString};

use crate::account::Account;
use crate::oauth::{Login, USER_TOKEN_LIFE, token_cause};

/// What a call carries.
#[derive(Clone, Debug)]
pub(crate) enum Bearer {
    /// From the configuration.
    Configured(SecretString),
    /// The page's token, as the page was connected with it.
    Page(Token),
    /// The page's token, out of that of the person who connected it.
    Derived(Token),
}

/// A page's token with the person's that it came out of.
#[derive(Clone, Debug)]
pub(crate) struct Derived {
    user: Token,
    page: Token,
}

impl Bearer {
    pub(crate) fn access(&self) -> &SecretString {
        match self {
            Self::Configured(access) => access,
            Self::Page(token) | Self::Derived(token) => &token.access,
        }
    }
}

impl Account {
    /// The token of a call: what the page was connected with, else the configured one.
    pub(crate) async fn bearer(&self, cx: &Context) -> Result<Bearer> {
        let held = match &cx.tokens {
            Some(slot) => slot.load().await?.map(|(_, held)| (slot, held)),
            None => None,
        };
        match held {
            Some((slot, held)) if held.token.kind == TokenKind::User => {
                self.derive(cx, &**slot, None).await.map(Bearer::Derived)
            }
            Some((slot, _)) => token::fresh(&**slot, &*cx.clock, Life::Lasting, lasts).await.map(Bearer::Page),
            None if self.token.expose_secret().is_empty() => Err(Cause::NotConnected.error()),
            None => Ok(Bearer::Configured(self.token.clone())),
        }
    }

    /// Another token in place of one that Facebook refused with `error`; `None` if the error is about something else, or
    /// nothing else is there.
    pub(crate) async fn instead(&self, cx: &Context, refused: &Bearer, error: &Error) -> Result<Option<Bearer>> {
        let cause = token_cause(error).filter(Cause::is_final);
        let (Some(cause), Some(slot)) = (cause, &cx.tokens) else { return Ok(None) };
        match refused {
            Bearer::Configured(_) => Ok(None),
            Bearer::Page(page) => {
                let other = token::after_refusal(&**slot, &*cx.clock, Life::Lasting, page, cause, lasts).await?;
                Ok(Some(Bearer::Page(other)))
            }
            Bearer::Derived(page) => Ok(Some(Bearer::Derived(self.derive(cx, &**slot, Some(page)).await?))),
        }
    }

    /// The page's token out of the person's in the slot, and not the `refused` one.
    async fn derive(&self, cx: &Context, slot: &dyn TokenSlot, refused: Option<&Token>) -> Result<Token> {
        let login = self.login.as_ref().ok_or_else(|| {
            let message = "the page is connected with a person's token: `app_id` and `app_secret` are needed";
            Error::new(ErrorKind::ConfigInvalid, message)
        })?;
        let extend = async |old: Token| login.extend(cx, &old).await;
        let user = token::fresh(slot, &*cx.clock, USER_TOKEN_LIFE, extend).await?;
        let known = self.derived.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(Derived { page, .. }) = known.filter(|known| is_same(&known.user, &user))
            && !refused.is_some_and(|refused| is_same(refused, &page))
        {
            return Ok(page);
        }
        let page = self.page_token(cx, slot, login, &user).await?;
        let derived = Derived { user, page: page.clone() };
        *self.derived.write().unwrap_or_else(PoisonError::into_inner) = Some(derived);
        Ok(page)
    }

    /// A person's token that is refused, too, is extended once more, or is dead.
    async fn page_token(&self, cx: &Context, slot: &dyn TokenSlot, login: &Login, user: &Token) -> Result<Token> {
        let page = login.page_token(cx, slot, self.page.id()).await;
        let cause = page.as_ref().err().and_then(token_cause).filter(Cause::is_final);
        let Some(cause) = cause else { return page };
        let extend = async |old: Token| login.extend(cx, &old).await;
        token::after_refusal(slot, &*cx.clock, USER_TOKEN_LIFE, user, cause, extend).await?;
        login.page_token(cx, slot, self.page.id()).await
    }
}

fn is_same(one: &Token, other: &Token) -> bool {
    one.access.expose_secret() == other.access.expose_secret()
}

/// Nothing renews a page's token that came alone.
async fn lasts(_: Token) -> Result<Token> {
    Err(Cause::Unknown.error())
}
