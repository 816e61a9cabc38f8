//! OAuth: an app registers itself with each server, then people there let it act for an account (fact sheet §1).

use std::fmt;

use bytes::Bytes;
use careline::context::Context;
use careline::network::token::grant::{self, Pending};
use careline::network::token::{Life, Token, TokenKind};
use careline::{Error, ErrorKind, Result};
use http::header::ACCEPT;
use http::{Request, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

/// A token is good until somebody revokes it (fact sheet §1).
pub const TOKEN_LIFE: Life = Life::Lasting;

/// An app that is to be registered with a server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AppConfig {
    /// The address of the server, such as `https://inst.example`.
    pub base_url: String,
    /// The name people see when they authorise it, and at each post.
    pub name: String,
    /// Its home page, which the name links to.
    pub website: Option<String>,
    /// Where the server sends people back to.
    pub redirect_uri: String,
    /// What it may do; [`AppConfig::SCOPES`] unless said otherwise.
    pub scopes: Vec<String>,
}

impl AppConfig {
    /// What customer care takes: reading, answering, and media (fact sheet §1).
    pub const SCOPES: [&'static str; 6] =
        ["read:accounts", "read:notifications", "read:statuses", "write:statuses", "write:favourites", "write:media"];

    /// An app of this name on this server.
    pub fn new(base_url: impl Into<String>, name: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            name: name.into(),
            website: None,
            redirect_uri: redirect_uri.into(),
            scopes: Self::SCOPES.map(Into::into).into(),
        }
    }
}

/// An app as one server knows it. A host keeps it, as JSON with its secret, and registers once per server.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct App {
    /// The address of the server.
    pub base_url: String,
    /// The app's id there.
    pub client_id: String,
    /// Its secret there.
    #[serde(serialize_with = "grant::exposed")]
    pub client_secret: SecretString,
    /// Where the server sends people back to.
    pub redirect_uri: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Whether the server takes PKCE: Mastodon since 4.3 (fact sheet §1).
    pub pkce: bool,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("base_url", &self.base_url)
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .field("pkce", &self.pkce)
            .finish_non_exhaustive()
    }
}

impl App {
    /// Registers an app with a server, and asks the server whether it takes PKCE.
    ///
    /// # Errors
    /// `config_invalid` if an address is none, `unavailable` if the server answers nonsense, and as
    /// [`grant::accepted`].
    pub async fn register(cx: &Context, config: AppConfig) -> Result<Self> {
        register(cx, config).await.map_err(|error| error.during("register app"))
    }

    /// An app that the server knows by these, after asking the server whether it takes PKCE.
    ///
    /// # Errors
    /// As [`App::register`].
    pub async fn known(
        cx: &Context,
        config: AppConfig,
        client_id: String,
        client_secret: SecretString,
    ) -> Result<Self> {
        let pkce = takes_pkce(cx, &config.base_url).await?;
        let AppConfig { base_url, redirect_uri, scopes, .. } = config;
        Ok(Self { base_url, client_id, client_secret, redirect_uri, scopes, pkce })
    }

    /// The address a person is sent to, and what the host keeps until they come back.
    ///
    /// # Errors
    /// `config_invalid` if the server's address is none.
    pub fn begin(&self) -> Result<(String, Pending)> {
        let pending = Pending::begin(&self.redirect_uri, self.pkce)?;
        let scope = self.scopes.join(" ");
        let parameters = [("client_id", self.client_id.as_str()), ("scope", &scope)];
        let url = pending.url(address(&self.base_url, "/oauth/authorize")?.as_str(), &parameters)?;
        Ok((url, pending))
    }

    /// The token for the address they came back to.
    ///
    /// # Errors
    /// As [`Pending::code`] and [`grant::granted`].
    pub async fn finish(&self, cx: &Context, pending: &Pending, callback_url: &str) -> Result<Token> {
        self.exchange(cx, pending, callback_url).await.map_err(|error| error.during("finish authorisation"))
    }

    async fn exchange(&self, cx: &Context, pending: &Pending, callback_url: &str) -> Result<Token> {
        let code = pending.code(callback_url)?;
        let scope = self.scopes.join(" ");
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("redirect_uri", &pending.redirect_uri),
            ("scope", &scope),
        ];
        fields.extend(pending.verifier.as_ref().map(|verifier| ("code_verifier", verifier.expose_secret())));
        let answer = self.post(cx, "/oauth/token", fields).await?;
        grant::granted(&answer, TokenKind::User, cx.clock.now())
    }

    /// Makes a token worthless.
    ///
    /// # Errors
    /// As [`grant::accepted`].
    pub async fn revoke(&self, cx: &Context, token: &Token) -> Result<()> {
        let answer = self.post(cx, "/oauth/revoke", vec![("token", token.access.expose_secret())]).await?;
        grant::accepted(&answer).map_err(|error| error.during("revoke token"))
    }

    async fn post<'a>(
        &'a self,
        cx: &Context,
        path: &str,
        mut fields: Vec<(&'a str, &'a str)>,
    ) -> Result<Response<Bytes>> {
        fields.extend([("client_id", self.client_id.as_str()), ("client_secret", self.client_secret.expose_secret())]);
        cx.transport.send(grant::form(address(&self.base_url, path)?.as_str(), &fields)?).await
    }
}

async fn register(cx: &Context, config: AppConfig) -> Result<App> {
    #[derive(Deserialize)]
    struct Registered {
        client_id: String,
        client_secret: SecretString,
    }
    let scopes = config.scopes.join(" ");
    let mut fields =
        vec![("client_name", config.name.as_str()), ("redirect_uris", &config.redirect_uri), ("scopes", &scopes)];
    fields.extend(config.website.as_deref().map(|website| ("website", website)));
    let form = grant::form(address(&config.base_url, "/api/v1/apps")?.as_str(), &fields)?;
    let answer = cx.transport.send(form).await?;
    grant::accepted(&answer)?;
    let registered: Registered = serde_json::from_slice(answer.body())
        .map_err(|_| Error::new(ErrorKind::Unavailable, "the server's answer holds no app"))?;
    App::known(cx, config, registered.client_id, registered.client_secret).await
}

/// What the server says about itself (RFC 8414; that servers without PKCE say nothing is unconfirmed). A server that
/// cannot answer now is an error: it may take PKCE.
async fn takes_pkce(cx: &Context, base_url: &str) -> Result<bool> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct About {
        code_challenge_methods_supported: Vec<String>,
    }
    let url = address(base_url, "/.well-known/oauth-authorization-server")?;
    let request = Request::get(url.as_str()).header(ACCEPT, "application/json").body(Bytes::new());
    let request = request.map_err(|error| no_address().caused_by(error))?;
    let answer = cx.transport.send(request).await?;
    if matches!(answer.status().as_u16(), 400..=428 | 430..=499) {
        return Ok(false);
    }
    grant::accepted(&answer)?;
    let about: About = serde_json::from_slice(answer.body()).unwrap_or_default();
    Ok(about.code_challenge_methods_supported.iter().any(|method| method == "S256"))
}

fn address(base_url: &str, path: &str) -> Result<Url> {
    let mut url = Url::parse(base_url).ok().filter(Url::has_host).ok_or_else(no_address)?;
    url.set_path(&[url.path().trim_end_matches('/'), path].concat());
    Ok(url)
}

fn no_address() -> Error {
    Error::new(ErrorKind::ConfigInvalid, "`base_url` is no address of a server")
}
