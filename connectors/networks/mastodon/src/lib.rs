//! Mastodon, and servers that speak its API (GoToSocial, Pleroma, Akkoma, snac …), for careline.
//!
//! - [`Account`] is one brand account on one server: it polls, streams, judges, routes and sends;
//! - [`Webhook`] receives what the administration of a server posts;
//! - [`normalise`] turns one raw body into events.
//!
//! Every id is local to its server, so the id scope is the server's host, and an account's native id is `host/id`. The
//! network names no root of a thread; the engine follows the parents.
//!
//! ```
//! use careline::model::{NativeAccount, Timestamp};
//! use careline::network::BodyKind;
//! let account = NativeAccount::new(careline_mastodon::NETWORK, "inst.example/55");
//! let body = br#"[{"id":"1","content":"<p>Where is my <em>parcel</em>?</p>","visibility":"public","account":{"id":"7"}}]"#;
//! let parsed = careline_mastodon::normalise(BodyKind::Rest, body, &account, Timestamp::default())?;
//! assert_eq!(parsed.events.len(), 1);
//! # Ok::<(), careline::Error>(())
//! ```

mod config;
mod error;
mod html;
mod oauth;
mod poll;
mod receive;
mod routes;
mod send;
mod signals;
mod stream;
mod wire;

use std::sync::{PoisonError, RwLock};

use async_trait::async_trait;
use bytes::Bytes;
use careline::context::Context;
use careline::engage::text::TextPolicy;
use careline::model::{NativeAccount, NetworkName, Surface};
use careline::network::token::grant::{self, Authorisation, Pending};
use careline::network::token::{self, Cause, Token, TokenKind};
use careline::network::{
    AccountInfo, Capability, EventStream, FindSent, Network, Outbound, Page, PollAsk, Receipt, Recheck, StreamAsk,
};
use careline::wire::Body;
use careline::{Error, ErrorKind, Result};
use compact_str::{CompactString, format_compact};
use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

pub use config::{AccountConfig, OwnApp, WebhookConfig};
pub use oauth::{App, AppConfig, TOKEN_LIFE};
pub use receive::{Webhook, normalise};
pub use signals::Signals;

/// The name of this network.
pub const NETWORK: NetworkName = NetworkName::new("mastodon");

/// The limit of a Mastodon server that does not tell another (fact sheet §6).
const DEFAULT_TEXT_MAX: u32 = 500;
/// What a link counts where the server does not tell (fact sheet §7).
const DEFAULT_LINK_LENGTH: u32 = 23;

/// So long a server keeps an `Idempotency-Key` (fact sheet §5).
const KEY_KEPT_SECS: u32 = 3600;

/// One brand account on one server.
#[derive(Debug)]
pub struct Account {
    base: Url,
    host: CompactString,
    token: SecretString,
    app: OwnApp,
    facts: RwLock<Facts>,
}

/// What the server told about itself and us.
#[derive(Clone, Debug)]
struct Facts {
    account_id: Option<CompactString>,
    handle: Option<CompactString>,
    streaming: Option<Url>,
    text_max: u32,
    link_length: u32,
    /// GoToSocial counts otherwise, and takes the token of a stream elsewhere (fact sheet §6, §9).
    gotosocial: bool,
    /// The original keeps an `Idempotency-Key` for an hour; of others nobody promises it (fact sheet §5, §9).
    sends_once: bool,
}

impl Account {
    /// An account; opens no connection.
    ///
    /// # Errors
    /// `config_invalid` if the address is none of a server, or the token cannot stand in a header.
    pub fn new(config: AccountConfig) -> Result<Self> {
        let base = Url::parse(&config.base_url)
            .map_err(|error| Error::new(ErrorKind::ConfigInvalid, "`base_url` is no address").caused_by(error))?;
        let host = base.host_str().filter(|_| matches!(base.scheme(), "http" | "https"));
        let host =
            host.ok_or_else(|| Error::new(ErrorKind::ConfigInvalid, "`base_url` begins with http:// or https://"))?;
        let host = match base.port() {
            Some(port) => format_compact!("{host}:{port}"),
            None => host.into(),
        };
        grant::bearer(&config.token)?;
        let facts = Facts {
            account_id: config.account_id.map(Into::into),
            handle: config.handle.map(|handle| html::full_handle(handle.trim_start_matches('@'), &host)),
            streaming: None,
            text_max: DEFAULT_TEXT_MAX,
            link_length: DEFAULT_LINK_LENGTH,
            gotosocial: false,
            sends_once: false,
        };
        Ok(Self { base, host, token: config.token, app: config.app, facts: RwLock::new(facts) })
    }

    fn facts(&self) -> Facts {
        self.facts.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn learn(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut self.facts.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn base(&self) -> &Url {
        &self.base
    }

    fn host(&self) -> &str {
        &self.host
    }

    /// The token of a call: the one the account was connected with, else the configured one.
    async fn bearer(&self, cx: &Context) -> Result<Token> {
        let configured = || Token::new(self.token.clone(), TokenKind::User, cx.clock.now());
        let has_own = !self.token.expose_secret().is_empty();
        match &cx.tokens {
            Some(slot) => match token::fresh(&**slot, &*cx.clock, TOKEN_LIFE, lasts).await {
                Err(error) if has_own && Cause::of(&error) == Some(Cause::NotConnected) => Ok(configured()),
                found => found,
            },
            None if has_own => Ok(configured()),
            None => Err(Cause::NotConnected.error()),
        }
    }

    /// What an error of a call comes to: a token the account was connected with, and that the server refuses, is dead.
    async fn judged(&self, cx: &Context, bearer: &Token, error: Error) -> Error {
        let Some(slot) = cx.tokens.as_deref().filter(|_| error.kind() == ErrorKind::Unauthenticated) else {
            return error;
        };
        let is_configured = bearer.access.expose_secret() == self.token.expose_secret();
        // Nothing brings a dead token back, so one answer alone does not end it.
        if is_configured || !self.is_refused(cx, bearer).await {
            return error;
        }
        let ended = async { token::after_refusal(slot, &*cx.clock, TOKEN_LIFE, bearer, Cause::Unknown, lasts).await };
        ended.await.err().filter(|ended| Cause::of(ended).is_some()).unwrap_or(error)
    }

    /// Whether the server, asked who we are, does not take the token either.
    async fn is_refused(&self, cx: &Context, bearer: &Token) -> bool {
        let asked = async {
            let url = self.url(&["api", "v1", "accounts", "verify_credentials"])?;
            let request = self.request(bearer, &url, "application/json")?.body(Bytes::new()).map_err(poll::unfit)?;
            cx.transport.send(request).await
        };
        asked.await.is_ok_and(|answer| answer.status() == StatusCode::UNAUTHORIZED)
    }

    /// The app that people authorise: the host's own on this server, else one that is registered now.
    async fn app_for(&self, cx: &Context, redirect_uri: &str) -> Result<App> {
        let config = AppConfig::new(self.base.as_str(), &self.app.name, redirect_uri);
        match self.app.keys.clone() {
            Some((client_id, client_secret)) => App::known(cx, config, client_id, client_secret).await,
            None => App::register(cx, config).await,
        }
    }

    fn native(&self) -> Result<NativeAccount> {
        let id = self.facts().account_id.ok_or_else(|| {
            Error::new(ErrorKind::ConfigInvalid, "the account's id is not known: configure it, or call check first")
        })?;
        Ok(NativeAccount::new(NETWORK, format_compact!("{}/{id}", self.host)))
    }

    /// An address of the API; the segments are escaped.
    fn url(&self, path: &[&str]) -> Result<Url> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| Error::new(ErrorKind::ConfigInvalid, "`base_url` has no place for a path"))?
            .pop_if_empty()
            .extend(path);
        Ok(url)
    }

    /// Where streams are: often another host (fact sheet, traps). As safe as the API's own address, never less.
    fn streaming(&self, websocket: bool) -> Result<Url> {
        let mut url = self.facts().streaming.unwrap_or_else(|| self.base.clone());
        let scheme = match (websocket, self.base.scheme() == "https") {
            (true, true) => "wss",
            (true, false) => "ws",
            (false, true) => "https",
            (false, false) => "http",
        };
        let text = format!("{scheme}{}", &url[url::Position::AfterScheme..]);
        url = Url::parse(&text).map_err(|error| {
            Error::new(ErrorKind::Unavailable, "the server names no usable address").caused_by(error)
        })?;
        url.path_segments_mut()
            .map_err(|()| Error::new(ErrorKind::Unavailable, "the server's address of streams takes no path"))?
            .pop_if_empty()
            .extend(["api", "v1", "streaming"]);
        Ok(url)
    }

    /// Asks who we are.
    async fn ask_account(&self, cx: &Context) -> Result<()> {
        let url = self.url(&["api", "v1", "accounts", "verify_credentials"])?;
        let answer = self.get(cx, &url, "/api/v1/accounts/verify_credentials").await?;
        let body = Body::read(answer.body());
        let found: wire::Credentials<'_> = body.parse()?;
        if let Some(id) = self.facts().account_id.filter(|id| *id != found.id.as_str()) {
            let error = Error::new(ErrorKind::ConfigInvalid, "the token is another account's");
            return Err(error.with("configured", id).with("found", found.id.as_str()));
        }
        self.learn(|facts| {
            facts.account_id = Some(found.id.compact());
            facts.handle = Some(html::full_handle(&found.acct, &self.host));
        });
        Ok(())
    }

    /// Asks for the server's limits, at the newer or the older address.
    async fn ask_instance(&self, cx: &Context) -> Result<()> {
        let url = self.url(&["api", "v2", "instance"])?;
        let answer = match self.get(cx, &url, "/api/v2/instance").await {
            Ok(answer) => answer,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InputInvalid) => {
                self.get(cx, &self.url(&["api", "v1", "instance"])?, "/api/v1/instance").await?
            }
            Err(error) => return Err(error),
        };
        let body = Body::read(answer.body());
        let found: wire::Instance<'_> = body.parse()?;
        let streaming = [&found.configuration.urls.streaming, &found.urls.streaming_api].into_iter().flatten();
        let streaming = streaming.flat_map(|url| Url::parse(url)).find(Url::has_host);
        let about = [&found.version, &found.source_url].into_iter().flatten();
        let gotosocial = about.into_iter().any(|text| text.to_ascii_lowercase().contains("gotosocial"));
        let sends_once = found.source_url.as_deref().is_some_and(|url| url.ends_with("github.com/mastodon/mastodon"));
        let link_length = found.configuration.statuses.characters_reserved_per_url;
        let text_max = found.configuration.statuses.max_characters.or(found.max_toot_chars);
        self.learn(|facts| {
            facts.streaming = streaming;
            facts.gotosocial = gotosocial;
            facts.sends_once = sends_once;
            facts.text_max = text_max.filter(|max| *max > 0).unwrap_or(DEFAULT_TEXT_MAX);
            facts.link_length = link_length.unwrap_or(DEFAULT_LINK_LENGTH);
        });
        Ok(())
    }
}

#[async_trait]
impl Network for Account {
    fn info(&self) -> AccountInfo {
        let facts = self.facts();
        let id = facts.account_id.unwrap_or_default();
        let account = NativeAccount::new(NETWORK, format_compact!("{}/{id}", self.host));
        AccountInfo::new(account, self.host.clone(), facts.handle.unwrap_or_default())
    }

    fn capability(&self) -> Capability {
        let facts = self.facts();
        let mut capability = Capability::default();
        capability.poll_sources = poll::SOURCES.map(str::to_owned).into();
        capability.stream_sources = stream::SOURCES.map(str::to_owned).into();
        capability.webhook = true;
        capability.recheck_max = Some(poll::RECHECK_MAX);
        // A private message is a status like any other.
        capability.recheck_private = true;
        capability.edits = true;
        // By the stream, for statuses in our own timelines; `recheck` finds the others.
        capability.deletions = true;
        capability.surfaces =
            vec![Surface::Post, Surface::Comment, Surface::Mention, Surface::Quote, Surface::DirectMessage];
        capability.send_verbs = send::VERBS.map(str::to_owned).into();
        capability.sends_once_for = if facts.sends_once { KEY_KEPT_SECS } else { 0 };
        let text = match facts.gotosocial {
            true => TextPolicy::gotosocial(facts.text_max),
            false => TextPolicy::mastodon(facts.text_max, facts.link_length),
        };
        capability.reply_text = Some(text.clone());
        capability.private_text = Some(text.clone());
        capability.post_text = Some(text);
        capability
    }

    async fn begin_authorisation(&self, cx: &Context, redirect_uri: &str) -> Result<Authorisation> {
        let app = self.app_for(cx, redirect_uri).await?;
        let (url, pending) = app.begin()?;
        Authorisation::new(url, &(app, pending))
    }

    async fn finish_authorisation(&self, cx: &Context, pending: &SecretString, callback_url: &str) -> Result<Token> {
        let (app, pending): (App, Pending) = grant::waiting(pending)?;
        app.finish(cx, &pending, callback_url).await
    }

    async fn check(&self, cx: &Context) -> Result<AccountInfo> {
        self.ask_account(cx).await.map_err(|error| error.during("check"))?;
        self.ask_instance(cx).await.map_err(|error| error.during("check"))?;
        Ok(self.info())
    }

    async fn poll(&self, cx: &Context, ask: PollAsk) -> Result<Page> {
        self.read(cx, ask).await.map_err(|error| error.during("poll"))
    }

    async fn stream(&self, cx: &Context, ask: StreamAsk) -> Result<EventStream> {
        self.hold(cx, ask).await.map_err(|error| error.during("stream"))
    }

    async fn send(&self, cx: &Context, out: &Outbound) -> Result<Receipt> {
        self.act(cx, out).await.map_err(|error| error.during("send"))
    }

    async fn find_sent(&self, cx: &Context, ask: FindSent) -> Result<Option<Receipt>> {
        self.find(cx, ask).await.map_err(|error| error.during("find_sent"))
    }

    async fn recheck(&self, cx: &Context, ask: Recheck) -> Result<Page> {
        self.look_again(cx, ask).await.map_err(|error| error.during("recheck"))
    }
}

/// Nothing renews a token that lasts.
async fn lasts(_: Token) -> Result<Token> {
    Err(Cause::Unknown.error())
}

/// The host of a native account id `host/id`.
fn host_of(account: &NativeAccount) -> Result<&str> {
    let host = account.native_id.rsplit_once('/').map(|(host, _)| host).filter(|host| !host.is_empty());
    host.ok_or_else(|| {
        Error::new(ErrorKind::ConfigInvalid, "a Mastodon account is named `host/id`")
            .with("account", &account.native_id)
    })
}
