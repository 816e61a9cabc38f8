//! One brand account on X.

use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use careline::context::Context;
use careline::engage::text::TextPolicy;
use careline::model::{NativeAccount, Surface};
use careline::network::token::grant::{self, Authorisation};
use careline::network::token::{Cause, Token};
use careline::network::{
    AccountInfo, Capability, EventStream, FindSent, Network, Outbound, Page, PollAsk, Receipt, Recheck, StreamAsk,
};
use careline::transport::Deadline;
use careline::{Error, ErrorKind, Result, Retry};
use compact_str::CompactString;
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use http::{Request, Response};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::config::AccountConfig;
use crate::error;
use crate::message::SCOPE;
use crate::oauth::OAuth;
use crate::send;

/// One brand account on X: polls, streams, looks again at posts, says something, and knows X's signals and rules.
///
/// Poll sources: `mentions`, `dm_events`, `search` ([`AccountConfig::search_query`]) and, for one thread only,
/// `conversation:` and the id of its root: answers below the first level reach no webhook (fact sheet §4). Stream sources: `search` (the app's filtered stream) and `activity` (its Activity API subscriptions).
///
/// With a user token, or an app that people connect the account to, it answers, publishes, writes direct messages, hides answers under our posts and deletes our own
/// posts; it likes with Enterprise access only, and edits once [`Network::check`] has found that the account subscribes
/// to a plan. An edited post has a new id, which the receipt names.
#[derive(Debug)]
pub struct Account {
    pub(crate) config: AccountConfig,
    base: Url,
    oauth: Option<OAuth>,
    /// The handle as configured, or as X last told it.
    handle: RwLock<CompactString>,
    /// Whether X last told that the account subscribes to one of its plans.
    subscribes: AtomicBool,
}

/// On whose behalf a request goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The app, for streams.
    App,
    /// The account, for direct messages.
    User,
    /// The account, or the app if there is no token of the account.
    Either,
}

impl Account {
    /// The account of `config`. Opens nothing.
    ///
    /// # Errors
    /// `config_invalid` if the id is no number or a base address is none.
    pub fn new(config: AccountConfig) -> Result<Self> {
        let wrong = |message: &str| Err(Error::new(ErrorKind::ConfigInvalid, message).during("open x account"));
        if config.native_id.is_empty() || !config.native_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return wrong("the id of an X account is a number");
        }
        let Ok(base) = Url::parse(&config.base_url) else { return wrong("the base address of the X API is none") };
        if base.cannot_be_a_base() || !base.has_host() {
            return wrong("the base address of the X API has no host");
        }
        let handle = RwLock::new(config.handle.trim_start_matches('@').into());
        let oauth = config.oauth.clone().map(OAuth::new).transpose()?;
        Ok(Self { config, base, oauth, handle, subscribes: AtomicBool::new(false) })
    }

    /// The account as its events name it.
    pub fn native(&self) -> NativeAccount {
        self.config.account()
    }

    /// The handle without `@`.
    pub fn handle(&self) -> CompactString {
        self.handle.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Whether posts of ours may be edited: within the hour, by subscribers (fact sheet §6; by those of every plan:
    /// unconfirmed).
    pub(crate) fn may_edit(&self) -> bool {
        self.subscribes.load(Ordering::Relaxed)
    }

    /// Whether it may speak: told from the configuration, whether somebody has connected the account or not.
    pub(crate) fn speaks(&self) -> bool {
        self.config.user_token.is_some() || self.oauth.is_some()
    }

    fn app(&self) -> Result<&OAuth> {
        self.oauth.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::ConfigInvalid,
                "the account's settings name no app that people authorise: `client_id`",
            )
        })
    }

    /// A GET of `path` with these parameters, as yet without a token.
    pub(crate) fn request(&self, path: &str, query: &[(&str, &str)]) -> Result<Request<Bytes>> {
        let mut url = self.base.clone();
        url.set_path(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Request::get(url.as_str())
            .header(ACCEPT, "application/json")
            .body(Bytes::new())
            .map_err(|error| Error::new(ErrorKind::Unexpected, "the request to X is malformed").caused_by(error))
    }

    /// Sends a request with the caller's token; a status of 400 and above is an error.
    pub(crate) async fn answer(
        &self,
        cx: &Context,
        caller: Caller,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>> {
        self.answer_or(cx, caller, request, |error| error).await
    }

    /// The same, with what an error of the request itself means: one about the token comes before anything was asked.
    pub(crate) async fn answer_or(
        &self,
        cx: &Context,
        caller: Caller,
        request: Request<Bytes>,
        meant: impl Fn(Error) -> Error + Send + Sync,
    ) -> Result<Response<Bytes>> {
        let bearer = self.bearer(cx, caller, None).await.map_err(undone)?;
        let answer = self.ask(cx, request.clone(), &bearer).await;
        match (answer, &bearer) {
            (Err(error), Bearer::Connected(refused)) if error.kind() == ErrorKind::Unauthenticated => {
                let renewed = self.bearer(cx, caller, Some(refused)).await.map_err(undone)?;
                self.ask(cx, request, &renewed).await.map_err(meant)
            }
            (answer, _) => answer.map_err(meant),
        }
    }

    async fn ask(&self, cx: &Context, mut request: Request<Bytes>, bearer: &Bearer<'_>) -> Result<Response<Bytes>> {
        request.headers_mut().insert(AUTHORIZATION, bearer.header()?);
        if let Some(deadline) = cx.deadline {
            request.extensions_mut().insert(Deadline(deadline));
        }
        let answer = cx.transport.send(request).await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(error::from_answer(answer.status(), answer.headers(), answer.body(), cx.clock.now()))
    }

    /// The token of a call: the one the account was connected with, or another in place of the `refused` one; else the
    /// configured one.
    pub(crate) async fn bearer(&self, cx: &Context, caller: Caller, refused: Option<&Token>) -> Result<Bearer<'_>> {
        let Some(oauth) = self.oauth.as_ref().filter(|_| caller != Caller::App && cx.tokens.is_some()) else {
            return self.configured(caller);
        };
        let connected = match refused {
            None => oauth.fresh(cx).await,
            Some(refused) => oauth.after_refusal(cx, refused).await,
        };
        let error = match connected {
            Ok(token) => return Ok(Bearer::Connected(token)),
            Err(error) => error,
        };
        // What is public the app may read, too, whatever became of the account's own token.
        let instead = match (Cause::of(&error), caller) {
            (Some(Cause::NotConnected), _) => self.configured(caller).ok(),
            (Some(_), Caller::Either) => self.configured(Caller::App).ok(),
            _ => None,
        };
        instead.ok_or(error)
    }

    fn configured(&self, caller: Caller) -> Result<Bearer<'_>> {
        let (user, app) = (self.config.user_token.as_ref(), self.config.app_token.as_ref());
        let (token, which) = match caller {
            Caller::App => (app, "an app token"),
            Caller::User => (user, "a user token"),
            Caller::Either => (user.or(app), "a user token or an app token"),
        };
        let token = token.ok_or_else(|| Error::new(ErrorKind::ConfigInvalid, format!("this call to X needs {which}")));
        token.map(Bearer::Configured)
    }

    async fn ask_who(&self, cx: &Context) -> Result<AccountInfo> {
        #[derive(Deserialize)]
        struct Me {
            data: User,
        }
        #[derive(Deserialize)]
        struct User {
            id: CompactString,
            username: CompactString,
            /// The name of a plan or `None` (API description).
            subscription_type: Option<CompactString>,
        }
        // Only a user token can ask who it belongs to; the app asks about the id it was told.
        let (caller, request) = match self.speaks() {
            true => (Caller::User, self.request("/2/users/me", &[("user.fields", "subscription_type")])?),
            false => (Caller::App, self.request(&format!("/2/users/{}", self.config.native_id), &[])?),
        };
        let answer = self.answer(cx, caller, request).await?;
        let me: Me = serde_json::from_slice(answer.body())
            .map_err(|_| Error::new(ErrorKind::Unavailable, "X does not tell who this account is"))?;
        if me.data.id != self.config.native_id {
            let error = Error::new(ErrorKind::ConfigInvalid, "the token belongs to another account");
            return Err(error.with("expected", &self.config.native_id).with("found", &me.data.id));
        }
        let subscribes = me.data.subscription_type.is_some_and(|plan| !plan.is_empty() && plan != "None");
        self.subscribes.store(subscribes, Ordering::Relaxed);
        *self.handle.write().unwrap_or_else(std::sync::PoisonError::into_inner) = me.data.username;
        Ok(self.info())
    }
}

/// What a call carries.
#[derive(Debug)]
pub(crate) enum Bearer<'a> {
    /// The token the account was connected with, which can be renewed.
    Connected(Token),
    /// One from the configuration.
    Configured(&'a SecretString),
}

impl Bearer<'_> {
    pub(crate) fn header(&self) -> Result<HeaderValue> {
        let token = match self {
            Self::Connected(token) => &token.access,
            Self::Configured(token) => *token,
        };
        grant::bearer(token)
    }
}

/// An error of what comes before an act: nothing was done yet, so the whole may be tried again.
fn undone(error: Error) -> Error {
    match error.retry_advice() {
        Retry::Unknown => error.retry(Retry::Transient),
        _ => error,
    }
}

#[async_trait]
impl Network for Account {
    fn info(&self) -> AccountInfo {
        AccountInfo::new(self.native(), SCOPE, self.handle())
    }

    fn capability(&self) -> Capability {
        let mut capability = Capability::default();
        capability.poll_sources = ["mentions", "dm_events", "search"].map(Into::into).into();
        if self.config.app_token.is_some() {
            capability.stream_sources = ["search", "activity"].map(Into::into).into();
        }
        capability.webhook = true;
        // Posts only: a lookup of posts finds no direct messages.
        capability.recheck_max = Some(100);
        capability.edits = true;
        // Only our own; customers' deletions take a recheck (fact sheet §10).
        capability.deletions = false;
        capability.surfaces =
            vec![Surface::Post, Surface::Comment, Surface::Mention, Surface::Quote, Surface::DirectMessage];
        capability.send_verbs = self.verbs().into_iter().map(str::to_owned).collect();
        capability.sent_lag = send::LAG;
        capability.reply_text = Some(TextPolicy::x_post());
        capability.private_text = Some(TextPolicy::x_direct());
        capability.post_text = Some(TextPolicy::x_post());
        capability
    }

    async fn begin_authorisation(&self, _: &Context, redirect_uri: &str) -> Result<Authorisation> {
        let (url, pending) = self.app()?.sending_back_to(redirect_uri).begin()?;
        Authorisation::new(url, &pending)
    }

    async fn finish_authorisation(&self, cx: &Context, pending: &SecretString, callback_url: &str) -> Result<Token> {
        self.app()?.finish(cx, &grant::waiting(pending)?, callback_url).await
    }

    async fn check(&self, cx: &Context) -> Result<AccountInfo> {
        self.ask_who(cx).await.map_err(|error| error.during("check"))
    }

    async fn poll(&self, cx: &Context, ask: PollAsk) -> Result<Page> {
        self.poll_source(cx, &ask).await.map_err(|error| error.during("poll").with("source", &ask.source))
    }

    async fn stream(&self, cx: &Context, ask: StreamAsk) -> Result<EventStream> {
        self.stream_source(cx, &ask).await.map_err(|error| error.during("stream").with("source", &ask.source))
    }

    async fn send(&self, cx: &Context, out: &Outbound) -> Result<Receipt> {
        self.act(cx, out).await.map_err(|error| error.during("send"))
    }

    async fn find_sent(&self, cx: &Context, ask: FindSent) -> Result<Option<Receipt>> {
        self.find(cx, &ask).await.map_err(|error| error.during("find_sent"))
    }

    async fn recheck(&self, cx: &Context, ask: Recheck) -> Result<Page> {
        self.look_again(cx, &ask).await.map_err(|error| error.during("recheck"))
    }
}
