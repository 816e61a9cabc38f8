//! One brand account on X.

use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use careline::context::Context;
use careline::engage::text::TextPolicy;
use careline::model::{NativeAccount, Surface};
use careline::network::{
    AccountInfo, Capability, EventStream, FindSent, Network, Outbound, Page, PollAsk, Receipt, Recheck, StreamAsk,
};
use careline::transport::Deadline;
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use http::{Request, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::config::AccountConfig;
use crate::error;
use crate::message::SCOPE;
use crate::send;

/// One brand account on X: polls, streams, looks again at posts, says something, and knows X's signals and rules.
///
/// Poll sources: `mentions`, `dm_events`, `search` ([`AccountConfig::search_query`]) and, for one thread only,
/// `conversation:` and the id of its root: answers below the first level reach no webhook (fact sheet §4). Stream sources: `search` (the app's filtered stream) and `activity` (its Activity API subscriptions).
///
/// With a user token it answers, publishes, writes direct messages, hides answers under our posts and deletes our own
/// posts; it likes with Enterprise access only, and edits once [`Network::check`] has found that the account subscribes
/// to a plan. An edited post has a new id, which the receipt names.
#[derive(Debug)]
pub struct Account {
    pub(crate) config: AccountConfig,
    base: Url,
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
    /// `config_invalid` if the id is no number or the base address is none.
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
        Ok(Self { config, base, handle, subscribes: AtomicBool::new(false) })
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

    /// A GET of `path` with these parameters.
    pub(crate) fn request(&self, caller: Caller, path: &str, query: &[(&str, &str)]) -> Result<Request<Bytes>> {
        let mut url = self.base.clone();
        url.set_path(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request =
            Request::get(url.as_str()).header(AUTHORIZATION, self.bearer(caller)?).header(ACCEPT, "application/json");
        request
            .body(Bytes::new())
            .map_err(|error| Error::new(ErrorKind::Unexpected, "the request to X is malformed").caused_by(error))
    }

    fn bearer(&self, caller: Caller) -> Result<HeaderValue> {
        let (user, app) = (self.config.user_token.as_ref(), self.config.app_token.as_ref());
        let (token, which) = match caller {
            Caller::App => (app, "an app token"),
            Caller::User => (user, "a user token"),
            Caller::Either => (user.or(app), "a user token or an app token"),
        };
        let token: &SecretString =
            token.ok_or_else(|| Error::new(ErrorKind::ConfigInvalid, format!("this call to X needs {which}")))?;
        let mut value = HeaderValue::try_from(["Bearer ", token.expose_secret()].concat()).map_err(|_| {
            Error::new(ErrorKind::ConfigInvalid, format!("{which} holds characters no header can carry"))
        })?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Sends a request; a status of 400 and above is an error.
    pub(crate) async fn answer(&self, cx: &Context, mut request: Request<Bytes>) -> Result<Response<Bytes>> {
        if let Some(deadline) = cx.deadline {
            request.extensions_mut().insert(Deadline(deadline));
        }
        let answer = cx.transport.send(request).await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(error::from_answer(answer.status(), answer.headers(), answer.body(), cx.clock.now()))
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
        let request = match self.config.user_token {
            Some(_) => self.request(Caller::User, "/2/users/me", &[("user.fields", "subscription_type")])?,
            None => self.request(Caller::App, &format!("/2/users/{}", self.config.native_id), &[])?,
        };
        let answer = self.answer(cx, request).await?;
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
