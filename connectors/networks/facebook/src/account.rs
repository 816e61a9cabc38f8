//! One page as a [`Network`].

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use careline::context::Context;
use careline::engage::text::TextPolicy;
use careline::model::{NativeAccount, NetworkName, Surface};
use careline::network::token::Token;
use careline::network::token::grant::{self, Authorisation};
use careline::network::{
    AccountInfo, Capability, FindSent, Network, Outbound, Page as Found, PollAsk, Receipt, Recheck,
};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::bearer::Derived;
use crate::config::AccountConfig;
use crate::oauth::{Login, LoginConfig};
use crate::place::{NETWORK, Page};
use crate::{poll, send};

/// A Facebook page with its Messenger inbox.
#[derive(Debug)]
pub struct Account {
    pub(crate) page: Page,
    /// The configured token; may be empty.
    pub(crate) token: SecretString,
    /// With it every call carries `appsecret_proof`.
    pub(crate) app_secret: Option<SecretString>,
    /// Makes tokens of the page out of a person's.
    pub(crate) login: Option<Login>,
    /// The page's token that came out of a person's.
    pub(crate) derived: RwLock<Option<Derived>>,
    /// The Graph API with its version, without a path.
    pub(crate) base: Url,
    pub(crate) first_read: Duration,
    handle: RwLock<CompactString>,
}

impl Account {
    /// A page with these settings. Opens no connection.
    ///
    /// # Errors
    /// `config_invalid` if the page's id is no number, the token is empty, or the address or version makes no URL.
    pub fn new(config: AccountConfig) -> Result<Self> {
        let wrong = |what: &str| Error::new(ErrorKind::ConfigInvalid, what).with("page_id", &config.page_id);
        if config.page_id.is_empty() || !config.page_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong("the page's id is not made of digits"));
        }
        let login = login(&config)?;
        let token = config.page_token.expose_secret();
        if (token.is_empty() && login.is_none()) || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("the page token is empty or holds characters that no token has"));
        }
        let mut base = Url::parse(&config.base_url).map_err(|error| wrong("`base_url` is no URL").caused_by(error))?;
        base.path_segments_mut()
            .map_err(|()| wrong("`base_url` is no address of a server"))?
            .pop_if_empty()
            .push(&config.api_version);
        Ok(Self {
            page: Page::new(&config.page_id),
            token: config.page_token,
            app_secret: config.app_secret,
            login,
            derived: RwLock::default(),
            base,
            first_read: config.first_read,
            handle: RwLock::default(),
        })
    }
}

fn login(config: &AccountConfig) -> Result<Option<Login>> {
    let (Some(id), Some(secret)) = (&config.app_id, &config.app_secret) else { return Ok(None) };
    // Whoever sends people to Facebook says where they come back to.
    let mut app = LoginConfig::new(id, secret.clone(), "");
    app.api_version.clone_from(&config.api_version);
    app.base_url.clone_from(&config.base_url);
    Login::new(app).map(Some)
}

#[async_trait]
impl Network for Account {
    fn info(&self) -> AccountInfo {
        AccountInfo::new(
            NativeAccount::new(NetworkName::new(NETWORK), self.page.id()),
            self.page.people.clone(),
            self.handle(),
        )
    }

    fn capability(&self) -> Capability {
        let mut capability = Capability::default();
        capability.poll_sources = poll::SOURCES.iter().map(ToString::to_string).collect();
        capability.webhook = true;
        capability.recheck_max = Some(poll::RECHECK_MAX);
        capability.edits = true;
        capability.deletions = true;
        capability.surfaces =
            vec![Surface::Post, Surface::Comment, Surface::Mention, Surface::DirectMessage, Surface::Review];
        capability.send_verbs = send::VERBS.iter().map(ToString::to_string).collect();
        capability.sent_lag = send::LAG;
        // Fact sheets facebook §11 and messenger §7.
        capability.reply_text = Some(TextPolicy::facebook_comment());
        capability.private_text = Some(TextPolicy::messenger());
        capability.post_text = Some(TextPolicy::facebook_post());
        capability
    }

    async fn begin_authorisation(&self, _: &Context, redirect_uri: &str) -> Result<Authorisation> {
        let (url, pending) = self.app()?.sending_back_to(redirect_uri).begin()?;
        Authorisation::new(url, &pending)
    }

    async fn finish_authorisation(&self, cx: &Context, pending: &SecretString, callback_url: &str) -> Result<Token> {
        let app = self.app()?;
        let user = app.finish(cx, &grant::waiting(pending)?, callback_url).await?;
        let has_page = app.pages(cx, &user).await?.iter().any(|page| page.id == self.page.id());
        has_page.then_some(user).ok_or_else(|| {
            let message = "the person has not let the app act for this page; it is chosen in Facebook's dialogue";
            Error::new(ErrorKind::ConfigInvalid, message).with("page_id", self.page.id())
        })
    }

    async fn check(&self, cx: &Context) -> Result<AccountInfo> {
        let handle = poll::handle(self, cx).await.map_err(|error| self.named(error, "check"))?;
        *self.handle.write().unwrap_or_else(PoisonError::into_inner) = handle;
        Ok(self.info())
    }

    async fn poll(&self, cx: &Context, ask: PollAsk) -> Result<Found> {
        poll::poll(self, cx, ask).await.map_err(|error| self.named(error, "poll"))
    }

    async fn send(&self, cx: &Context, out: &Outbound) -> Result<Receipt> {
        send::act(self, cx, out).await.map_err(|error| self.named(error, "send"))
    }

    async fn find_sent(&self, cx: &Context, ask: FindSent) -> Result<Option<Receipt>> {
        send::find(self, cx, &ask).await.map_err(|error| self.named(error, "find_sent"))
    }

    async fn recheck(&self, cx: &Context, ask: Recheck) -> Result<Found> {
        poll::recheck(self, cx, ask).await.map_err(|error| self.named(error, "recheck"))
    }
}

impl Account {
    fn app(&self) -> Result<&Login> {
        self.login.as_ref().ok_or_else(|| {
            let message = "the page's settings name no app that people authorise: `app_id` and `app_secret`";
            Error::new(ErrorKind::ConfigInvalid, message)
        })
    }

    /// The page's username; empty while unknown.
    pub(crate) fn handle(&self) -> CompactString {
        self.handle.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn named(&self, error: Error, operation: &'static str) -> Error {
        error.during(operation).with("network", NETWORK).with("account", self.page.id())
    }
}
