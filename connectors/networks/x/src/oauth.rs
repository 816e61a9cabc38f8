//! OAuth 2.0 with PKCE: how a person lets the app act for an account, and how its token lives (fact sheet §2).

use bytes::Bytes;
use careline::context::Context;
use careline::network::token::grant::{self, Pending};
use careline::network::token::{self, Cause, Life, Token, TokenKind, TokenSlot};
use careline::{Error, ErrorKind, Result};
use http::header::AUTHORIZATION;
use http::{Request, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::config::AccountConfig;

/// A token lives two hours; its refresh token is good once (rotation: widely reported, unconfirmed; fact sheet §2).
pub const TOKEN_LIFE: Life = Life::ROTATING;

/// The app that people authorise.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OAuthConfig {
    /// The app's OAuth 2.0 client id, not its API key.
    pub client_id: String,
    /// Its secret, if it is a confidential client.
    pub client_secret: Option<SecretString>,
    /// Where X sends people back to, exactly as it is registered.
    pub redirect_uri: String,
    /// What the app may do; [`OAuthConfig::SCOPES`] unless said otherwise.
    pub scopes: Vec<String>,
    /// The page where people authorise.
    pub authorize_url: String,
    /// Where the API is; [`AccountConfig::BASE_URL`] unless in tests.
    pub base_url: String,
}

impl OAuthConfig {
    /// What customer care takes. Without `offline.access` there is no refresh token.
    pub const SCOPES: [&'static str; 9] = [
        "tweet.read",
        "users.read",
        "tweet.write",
        "tweet.moderate.write",
        "dm.read",
        "dm.write",
        "like.write",
        "media.write",
        "offline.access",
    ];

    /// A public client at X's own addresses.
    pub fn new(client_id: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: None,
            redirect_uri: redirect_uri.into(),
            scopes: Self::SCOPES.map(Into::into).into(),
            authorize_url: "https://x.com/i/oauth2/authorize".to_owned(),
            base_url: AccountConfig::BASE_URL.to_owned(),
        }
    }
}

/// Connects accounts to one app, and renews their tokens.
#[derive(Clone, Debug)]
pub struct OAuth {
    config: OAuthConfig,
    base: Url,
}

impl OAuth {
    /// The flows of this app. Opens nothing.
    ///
    /// # Errors
    /// `config_invalid` if the address of the API is none.
    pub fn new(config: OAuthConfig) -> Result<Self> {
        let base = Url::parse(&config.base_url).ok().filter(Url::has_host);
        let base = base.ok_or_else(|| Error::new(ErrorKind::ConfigInvalid, "the base address of the X API is none"))?;
        Ok(Self { config, base })
    }

    /// The same app, whose people come back to this address.
    #[must_use]
    pub fn sending_back_to(&self, redirect_uri: &str) -> Self {
        let config = OAuthConfig { redirect_uri: redirect_uri.to_owned(), ..self.config.clone() };
        Self { config, base: self.base.clone() }
    }

    /// The address a person is sent to, and what the host keeps until they come back.
    ///
    /// # Errors
    /// `config_invalid` if the page's address is none.
    pub fn begin(&self) -> Result<(String, Pending)> {
        let pending = Pending::begin(&self.config.redirect_uri, true)?;
        let scope = self.config.scopes.join(" ");
        let parameters = [("client_id", self.config.client_id.as_str()), ("scope", &scope)];
        Ok((pending.url(&self.config.authorize_url, &parameters)?, pending))
    }

    /// The token for the address they came back to. The code in it is good for 30 seconds (fact sheet §2).
    ///
    /// # Errors
    /// As [`Pending::code`] and [`grant::granted`].
    pub async fn finish(&self, cx: &Context, pending: &Pending, callback_url: &str) -> Result<Token> {
        let work = async {
            let code = pending.code(callback_url)?;
            let verifier = pending.verifier.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default();
            let fields = [
                ("grant_type", "authorization_code"),
                ("code", code.expose_secret()),
                ("redirect_uri", &pending.redirect_uri),
                ("code_verifier", verifier),
            ];
            let answer = self.post(cx, "/2/oauth2/token", &fields).await?;
            grant::granted(&answer, TokenKind::User, cx.clock.now())
        };
        work.await.map_err(|error: Error| error.during("finish authorisation"))
    }

    /// The next token; the refresh token of `old` is spent by it. Through [`OAuth::fresh`] one worker at a time does
    /// this.
    ///
    /// # Errors
    /// As [`grant::granted`]; with [`Cause::InvalidGrant`] if X does not take the refresh token.
    pub async fn refresh(&self, cx: &Context, old: &Token) -> Result<Token> {
        let Some(refresh) = &old.refresh else { return Err(Cause::Expired.error().during("refresh token")) };
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose_secret())];
        let answer = self.post(cx, "/2/oauth2/token", &fields).await?;
        let token = match is_about_the_token(&answer) {
            true => Err(Cause::InvalidGrant.error()),
            false => grant::granted(&answer, TokenKind::User, cx.clock.now()),
        };
        token.map_err(|error| error.during("refresh token"))
    }

    /// Makes a token worthless (address and fields as clients in the field use them; unconfirmed in the fact sheet).
    ///
    /// # Errors
    /// As [`grant::accepted`].
    pub async fn revoke(&self, cx: &Context, token: &Token) -> Result<()> {
        let fields = [("token", token.access.expose_secret())];
        let answer = self.post(cx, "/2/oauth2/revoke", &fields).await?;
        grant::accepted(&answer).map_err(|error| error.during("revoke token"))
    }

    /// The account's token in the context's slot, good now.
    ///
    /// # Errors
    /// As [`token::fresh`]; `config_invalid` if the context has no slot.
    pub async fn fresh(&self, cx: &Context) -> Result<Token> {
        token::fresh(slot(cx)?, &*cx.clock, TOKEN_LIFE, async |old| self.refresh(cx, &old).await).await
    }

    /// Another one in place of `refused`, which X answered with 401.
    ///
    /// # Errors
    /// As [`OAuth::fresh`].
    pub async fn after_refusal(&self, cx: &Context, refused: &Token) -> Result<Token> {
        let renew = async |old: Token| self.refresh(cx, &old).await;
        token::after_refusal(slot(cx)?, &*cx.clock, TOKEN_LIFE, refused, Cause::Unknown, renew).await
    }

    /// A confidential client names itself in the header, a public one in the body (fact sheet §2).
    async fn post(&self, cx: &Context, path: &str, fields: &[(&str, &str)]) -> Result<Response<Bytes>> {
        let mut url = self.base.clone();
        url.set_path(path);
        let request: Request<Bytes> = match &self.config.client_secret {
            Some(secret) => {
                let mut request = grant::form(url.as_str(), fields)?;
                request.headers_mut().insert(AUTHORIZATION, grant::basic(&self.config.client_id, secret)?);
                request
            }
            None => grant::form(url.as_str(), &[fields, &[("client_id", &self.config.client_id)]].concat())?,
        };
        cx.transport.send(request).await
    }
}

fn slot(cx: &Context) -> Result<&dyn TokenSlot> {
    cx.tokens.as_deref().ok_or_else(|| Error::new(ErrorKind::ConfigInvalid, "the account has no place for its token"))
}

/// X has no code of its own for a refresh token it does not take: it says `invalid_request`, as for anything malformed,
/// and "Value passed for the token was invalid." (seen in the field, not in the fact sheet).
fn is_about_the_token(answer: &Response<Bytes>) -> bool {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Refused {
        error: String,
        error_description: String,
    }
    let Refused { error, error_description } = serde_json::from_slice(answer.body()).unwrap_or_default();
    answer.status() == 400 && error == "invalid_request" && error_description.contains("the token was invalid")
}
