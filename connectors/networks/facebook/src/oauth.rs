//! Facebook login: how a person lets the app act for their pages, and how the tokens live (fact sheet facebook §1).
//!
//! A login gives a person's token, which is at once exchanged for a long-lived one; out of that come the pages' tokens,
//! which calls carry. Facts that are not in the fact sheet follow Meta's guide to building a login flow by hand and are
//! marked.

use std::fmt;

use bytes::Bytes;
use careline::context::Context;
use careline::model::Timestamp;
use careline::network::token::grant::{self, Pending};
use careline::network::token::{self, Cause, Life, Token, TokenKind, TokenSlot};
use careline::wire::{Encoding, sign};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{Request, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::error::read_error;

/// A person's long-lived token is exchanged for a later one while it lives.
pub const USER_TOKEN_LIFE: Life = Life::ExtendInPlace;

/// A page's token has no end of its own and comes out of a person's (fact sheet facebook §1).
pub const PAGE_TOKEN_LIFE: Life = Life::Derived;

/// The most answers that one listing of pages is read from.
const LISTINGS: usize = 50;

/// The app that people let act for their pages.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoginConfig {
    /// The app's id.
    pub app_id: String,
    /// The app's secret.
    pub app_secret: SecretString,
    /// Where Facebook sends people back to.
    pub redirect_uri: String,
    /// What the app may do; [`LoginConfig::PERMISSIONS`] unless said otherwise.
    pub permissions: Vec<String>,
    /// The Graph API version. A version lives about two years.
    pub api_version: String,
    /// Where the Graph API is.
    pub base_url: String,
    /// Where people authorise.
    pub dialog_url: String,
}

impl LoginConfig {
    /// What customer care takes (fact sheet facebook §1).
    pub const PERMISSIONS: [&'static str; 6] = [
        "pages_show_list",
        "pages_manage_metadata",
        "pages_read_engagement",
        "pages_read_user_content",
        "pages_manage_engagement",
        "pages_messaging",
    ];

    /// An app at Meta's own addresses.
    pub fn new(
        app_id: impl Into<String>,
        app_secret: impl Into<SecretString>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        Self {
            app_id: app_id.into(),
            app_secret: app_secret.into(),
            redirect_uri: redirect_uri.into(),
            permissions: Self::PERMISSIONS.map(Into::into).into(),
            api_version: "v25.0".to_owned(),
            base_url: "https://graph.facebook.com".to_owned(),
            dialog_url: "https://www.facebook.com".to_owned(),
        }
    }
}

/// A page that a person has let the app act for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConnectedPage {
    /// The page's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its token.
    pub token: Token,
    /// What the person may do there: `MODERATE`, `MESSAGING` …
    pub tasks: Vec<CompactString>,
}

/// What Facebook says about a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenFacts {
    /// Whether calls may carry it.
    pub is_valid: bool,
    /// The app it is for.
    pub app_id: String,
    /// When it runs out; absent if it does not.
    pub expires_at: Option<Timestamp>,
    /// When the app loses access to data until the person logs in again; absent if it does not.
    pub data_access_ends_at: Option<Timestamp>,
    /// What it may do.
    pub scopes: Vec<CompactString>,
    /// What ended it.
    pub cause: Option<Cause>,
}

/// Connects pages to one app, and renews their tokens.
#[derive(Clone)]
pub struct Login {
    config: LoginConfig,
    base: Url,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Login {
    /// The flows of this app. Opens nothing.
    ///
    /// # Errors
    /// `config_invalid` if the address of the Graph API is none.
    pub fn new(config: LoginConfig) -> Result<Self> {
        let base = Url::parse(&config.base_url).ok().filter(Url::has_host);
        let base = base.ok_or_else(|| Error::new(ErrorKind::ConfigInvalid, "`base_url` is no address of a server"))?;
        Ok(Self { config, base })
    }

    /// The same app, whose people come back to this address.
    #[must_use]
    pub fn sending_back_to(&self, redirect_uri: &str) -> Self {
        let config = LoginConfig { redirect_uri: redirect_uri.to_owned(), ..self.config.clone() };
        Self { config, base: self.base.clone() }
    }

    /// The address a person is sent to, and what the host keeps until they come back (dialog: Meta's guide).
    ///
    /// # Errors
    /// `config_invalid` if the dialog's address is none.
    pub fn begin(&self) -> Result<(String, Pending)> {
        let pending = Pending::begin(&self.config.redirect_uri, false)?;
        let page =
            [self.config.dialog_url.trim_end_matches('/'), "/", &self.config.api_version, "/dialog/oauth"].concat();
        let scope = self.config.permissions.join(",");
        let parameters = [("client_id", self.config.app_id.as_str()), ("scope", &scope)];
        Ok((pending.url(&page, &parameters)?, pending))
    }

    /// The person's long-lived token for the address they came back to.
    ///
    /// # Errors
    /// As [`Pending::code`] and [`read_error`].
    pub async fn finish(&self, cx: &Context, pending: &Pending, callback_url: &str) -> Result<Token> {
        let work = async {
            let code = pending.code(callback_url)?;
            let fields = [("redirect_uri", pending.redirect_uri.as_str()), ("code", code.expose_secret())];
            let short = self.buy(cx, &fields).await?;
            self.exchange(cx, &short).await
        };
        work.await.map_err(|error: Error| error.during("finish authorisation"))
    }

    /// A token of the same person that ends later; `old` must still be alive.
    ///
    /// # Errors
    /// As [`read_error`], with a [`Cause`] where Facebook tells one.
    pub async fn extend(&self, cx: &Context, old: &Token) -> Result<Token> {
        self.exchange(cx, old).await.map_err(|error| error.during("extend token"))
    }

    /// Every page the person has let the app act for.
    ///
    /// # Errors
    /// As [`Login::extend`]; `too_large` if the list has no end.
    pub async fn pages(&self, cx: &Context, user: &Token) -> Result<Vec<ConnectedPage>> {
        self.list(cx, user).await.map_err(|error| error.during("list pages"))
    }

    /// Another token of a page, out of the token of the person who connected it, which is extended first if it is time.
    /// For [`token::fresh`] and [`token::after_refusal`] with [`PAGE_TOKEN_LIFE`].
    ///
    /// # Errors
    /// As [`Login::pages`]; with [`Cause::Revoked`] if the person does not let the app act for the page any more.
    pub async fn page_token(&self, cx: &Context, user: &dyn TokenSlot, page_id: &str) -> Result<Token> {
        let user = token::fresh(user, &*cx.clock, USER_TOKEN_LIFE, async |old| self.extend(cx, &old).await).await?;
        let page = self.pages(cx, &user).await?.into_iter().find(|page| page.id == page_id);
        page.map(|page| page.token).ok_or_else(|| Cause::Revoked.error().with("page_id", page_id))
    }

    /// What Facebook says about a token (fields: Meta's reference of `debug_token`, not in the fact sheet).
    ///
    /// # Errors
    /// As [`read_error`].
    pub async fn debug_token(&self, cx: &Context, token: &Token) -> Result<TokenFacts> {
        let app = [self.config.app_id.as_str(), "|", self.config.app_secret.expose_secret()].concat().into();
        let query = [("input_token", token.access.expose_secret())];
        let found: Result<wire::Debugged> = self.get(cx, "debug_token", &query, &app).await;
        found.map(|found| found.data.facts()).map_err(|error| error.during("debug token"))
    }

    async fn exchange(&self, cx: &Context, old: &Token) -> Result<Token> {
        let fields = [("grant_type", "fb_exchange_token"), ("fb_exchange_token", old.access.expose_secret())];
        self.buy(cx, &fields).await
    }

    /// Posted as a form, which Graph takes like a query, so that no secret stands in an address.
    async fn buy(&self, cx: &Context, fields: &[(&str, &str)]) -> Result<Token> {
        let app =
            [("client_id", self.config.app_id.as_str()), ("client_secret", self.config.app_secret.expose_secret())];
        let url = self.address(&["oauth", "access_token"])?;
        let answer = cx.transport.send(grant::form(url.as_str(), &[fields, &app].concat())?).await?;
        grant::granted(&accept(answer)?, TokenKind::User, cx.clock.now())
    }

    async fn list(&self, cx: &Context, user: &Token) -> Result<Vec<ConnectedPage>> {
        let mut pages = Vec::new();
        let mut after = String::new();
        for _ in 0..LISTINGS {
            let mut query = vec![("fields", "id,name,access_token,tasks"), ("limit", "100")];
            if !after.is_empty() {
                query.push(("after", &after));
            }
            let found: wire::Pages = self.get(cx, "me/accounts", &query, &user.access).await?;
            pages.extend(found.data.into_iter().map(|page| page.connected(cx.clock.now())));
            match found.paging.filter(|paging| paging.next.is_some()) {
                Some(paging) => after = paging.cursors.after,
                None => return Ok(pages),
            }
        }
        Err(Error::new(ErrorKind::TooLarge, "Facebook lists pages without an end"))
    }

    async fn get<T: DeserializeOwned>(
        &self,
        cx: &Context,
        path: &str,
        query: &[(&str, &str)],
        token: &SecretString,
    ) -> Result<T> {
        let mut url = self.address(&path.split('/').collect::<Vec<_>>())?;
        let proof =
            sign(self.config.app_secret.expose_secret().as_bytes(), token.expose_secret().as_bytes(), Encoding::Hex);
        url.query_pairs_mut().extend_pairs(query).append_pair("appsecret_proof", proof.trim_start_matches("sha256="));
        let request = Request::get(url.as_str())
            .header(AUTHORIZATION, grant::bearer(token)?)
            .header(ACCEPT, "application/json")
            .body(Bytes::new())
            .map_err(|error| Error::new(ErrorKind::Unexpected, "the request is malformed").caused_by(error))?;
        let answer = accept(cx.transport.send(request).await?)?;
        serde_json::from_slice(answer.body())
            .map_err(|_| Error::new(ErrorKind::Unavailable, "Facebook answered nonsense"))
    }

    fn address(&self, path: &[&str]) -> Result<Url> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| Error::new(ErrorKind::ConfigInvalid, "`base_url` is no address of a server"))?
            .pop_if_empty()
            .push(&self.config.api_version)
            .extend(path);
        Ok(url)
    }
}

/// Why a token is not taken, by the code and subcode that [`read_error`] read (fact sheet facebook §10): for
/// [`token::after_refusal`], which is to be asked only about errors that have one.
pub fn token_cause(error: &Error) -> Option<Cause> {
    let number = |name: &str| error.context().find(|(key, _)| *key == name).and_then(|(_, value)| value.parse().ok());
    cause(number("code")?, number("subcode").unwrap_or_default())
}

fn cause(code: u32, subcode: u32) -> Option<Cause> {
    Some(match (code, subcode) {
        (102 | 190, 458) => Cause::Revoked,
        (102 | 190, 459 | 464) => Cause::LoginNeeded,
        (102 | 190, 460) => Cause::PasswordChanged,
        (102 | 190, 463) => Cause::Expired,
        (102 | 190, _) => Cause::Unknown,
        // With a subcode these are about windows, threads and persons (fact sheet messenger §9).
        (3 | 10 | 200..=299, 0) => Cause::ScopeMissing,
        // The app's id is not taken (seen in the field, not in the fact sheet).
        (101, _) => Cause::AppDisabled,
        _ => return None,
    })
}

fn accept(answer: Response<Bytes>) -> Result<Response<Bytes>> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let error = read_error(answer.status(), answer.headers(), answer.body());
    Err(match token_cause(&error) {
        Some(cause) => error.with("cause", cause),
        None => error,
    })
}

/// What Facebook answers.
mod wire {
    use super::*;

    #[derive(Deserialize)]
    pub(super) struct Pages {
        pub data: Vec<Page>,
        pub paging: Option<Paging>,
    }

    #[derive(Deserialize)]
    pub(super) struct Paging {
        #[serde(default)]
        pub cursors: Cursors,
        pub next: Option<serde::de::IgnoredAny>,
    }

    #[derive(Default, Deserialize)]
    pub(super) struct Cursors {
        #[serde(default)]
        pub after: String,
    }

    #[derive(Deserialize)]
    pub(super) struct Page {
        id: String,
        #[serde(default)]
        name: String,
        access_token: SecretString,
        #[serde(default)]
        tasks: Vec<CompactString>,
    }

    impl Page {
        pub(super) fn connected(self, now: Timestamp) -> ConnectedPage {
            let token = Token::new(self.access_token, TokenKind::Page, now);
            ConnectedPage { id: self.id, name: self.name, token, tasks: self.tasks }
        }
    }

    #[derive(Deserialize)]
    pub(super) struct Debugged {
        pub data: Facts,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub(super) struct Facts {
        is_valid: bool,
        app_id: String,
        expires_at: i64,
        data_access_expires_at: i64,
        scopes: Vec<CompactString>,
        error: Option<Dead>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Dead {
        code: u32,
        subcode: u32,
    }

    impl Facts {
        pub(super) fn facts(self) -> TokenFacts {
            // 0 stands for no end.
            let time = |secs: i64| (secs > 0).then(|| Timestamp::from_secs(secs)).flatten();
            let told = self.error.and_then(|error| cause(error.code, error.subcode));
            TokenFacts {
                is_valid: self.is_valid,
                app_id: self.app_id,
                expires_at: time(self.expires_at),
                data_access_ends_at: time(self.data_access_expires_at),
                scopes: self.scopes,
                cause: (!self.is_valid).then(|| told.unwrap_or(Cause::Unknown)),
            }
        }
    }
}
