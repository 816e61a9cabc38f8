//! Logging in, and staying logged in (fact sheet §1).
//!
//! A session is a pair of tokens: one for calls, which lives two hours, one to renew the pair. A pair is renewed when
//! the service says that the first has run out, by one call at a time; only when that fails does the account log in
//! again, because servers take few logins. After a login that was refused for good, none is tried for a while.
//!
//! Where the context has a slot, the pair is kept there, and all processes share it: one of them at a time renews it or
//! logs in. Else this process keeps it to itself.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use careline::context::Context;
use careline::model::Timestamp;
use careline::network::Outbound;
use careline::network::token::{self, Held, Life, Token, TokenKind, TokenSlot};
use careline::transport::{Deadline, Endpoint, Repeatable};
use careline::wire::Body;
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use futures_util::lock::{Mutex, MutexGuard};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::account::Account;
use crate::error::{Cause, Refused, accept, nonsense, undone};
use crate::uri::is_did;
use crate::wire::{DidDocument, LoggedIn, Whose};

/// After a refused login the next is tried this much later: 144 a day, of the 300 that servers take.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_secs(600);

/// How long the token for calls lives (fact sheet §1). One that runs out before is renewed when it is refused.
const ACCESS_LIFE: Duration = Duration::from_secs(120 * 60);

/// What an account is logged in to. A host that keeps it between starts keeps it as secret as a password.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Session {
    /// The account's DID.
    pub did: String,
    /// Its handle without `@`, where the service told it.
    pub handle: Option<String>,
    /// The token for calls.
    pub access: SecretString,
    /// The token that renews both. A new one takes its place at each renewal.
    pub refresh: SecretString,
    /// The account's own server, where it is known.
    pub pds: Option<String>,
}

impl Session {
    /// The session of `did` with these tokens.
    pub fn new(did: impl Into<String>, access: impl Into<SecretString>, refresh: impl Into<SecretString>) -> Self {
        Self { did: did.into(), handle: None, access: access.into(), refresh: refresh.into(), pds: None }
    }
}

/// The present session, and whoever begins or renews one.
#[derive(Default)]
pub(crate) struct Sessions {
    current: RwLock<Option<Arc<Session>>>,
    /// Held during a login or a renewal, so that there is one at a time; what the last login was refused for.
    flight: Mutex<Option<Shut>>,
}

/// A login that was refused for good.
struct Shut {
    until: Timestamp,
    error: Error,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("current", &self.current()).finish_non_exhaustive()
    }
}

impl Sessions {
    pub(crate) fn new(kept: Option<Session>) -> Self {
        Self { current: RwLock::new(kept.map(Arc::new)), flight: Mutex::default() }
    }

    pub(crate) fn current(&self) -> Option<Arc<Session>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, session: Session) -> Arc<Session> {
        let session = Arc::new(session);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(session.clone());
        session
    }
}

/// One call of the API.
pub(crate) struct Call<'c> {
    pub(crate) nsid: &'static str,
    pub(crate) query: Vec<(&'static str, &'c str)>,
    /// Whether the server hands it on to the service of direct messages.
    pub(crate) chat: bool,
}

/// What a call is to change.
struct Order<'o> {
    out: &'o Outbound,
    body: Bytes,
}

impl Account {
    /// The present session, for a host that keeps it; absent before the first login.
    pub fn session(&self) -> Option<Session> {
        self.sessions.current().map(|session| (*session).clone())
    }

    /// Asks the account's own server; with a token that has run out, again with a new one.
    pub(crate) async fn ask(&self, cx: &Context, call: &Call<'_>) -> Result<Response<Bytes>> {
        let session = self.logged_in(cx).await?;
        self.ask_again(cx, call, None, session).await
    }

    /// Has something done that `out` asks for. With a token that has run out it is asked for again: the server refused
    /// it before it did anything.
    pub(crate) async fn tell(
        &self,
        cx: &Context,
        call: &Call<'_>,
        out: &Outbound,
        body: &serde_json::Value,
    ) -> Result<Response<Bytes>> {
        let session = self.logged_in(cx).await.map_err(undone)?;
        self.ask_again(cx, call, Some(&Order { out, body: body.to_string().into() }), session).await
    }

    async fn ask_again(
        &self,
        cx: &Context,
        call: &Call<'_>,
        order: Option<&Order<'_>>,
        session: Arc<Session>,
    ) -> Result<Response<Bytes>> {
        let refused = match self.ask_with(cx, call, order, &session).await {
            Ok(answer) => return Ok(answer),
            Err(refused) => refused,
        };
        if !matches!(refused.cause, Cause::ExpiredToken | Cause::InvalidToken) || is_about_scope(&refused.error) {
            return Err(refused.error);
        }
        let renewed = self.renewed(cx, &session).await;
        let session = renewed.map_err(|error| if order.is_some() { undone(error) } else { error })?;
        self.ask_with(cx, call, order, &session).await.map_err(|refused| refused.error)
    }

    async fn ask_with(
        &self,
        cx: &Context,
        call: &Call<'_>,
        order: Option<&Order<'_>>,
        session: &Session,
    ) -> Result<Response<Bytes>, Refused> {
        let mut url = self.address(&self.home(session)?, call.nsid)?;
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let request = match order {
            None => Request::get(url.as_str()),
            Some(_) => Request::post(url.as_str()).header(CONTENT_TYPE, "application/json"),
        };
        // Records are written under keys of ours, a direct message is not.
        let request = if call.chat { request } else { request.extension(Repeatable) };
        let mut request = request.header(AUTHORIZATION, bearer(&session.access)?);
        if call.chat {
            request = request.header("atproto-proxy", &self.config.chat_proxy);
        }
        let body = order.map(|order| order.body.clone()).unwrap_or_default();
        let answer = send(cx, call.nsid, request, body).await.map_err(Refused::from);
        answer.and_then(|answer| accept(answer, cx.clock.now())).map_err(|refused| match order {
            Some(order) => Refused { error: order.out.in_doubt(refused.error), ..refused },
            None => refused,
        })
    }

    /// The present session, or a new one.
    pub(crate) async fn logged_in(&self, cx: &Context) -> Result<Arc<Session>> {
        if let Some(slot) = &cx.tokens {
            return self.shared(cx, &**slot, None).await;
        }
        if let Some(session) = self.sessions.current() {
            return Ok(session);
        }
        let flight = self.sessions.flight.lock().await;
        match self.sessions.current() {
            Some(session) => Ok(session),
            None => self.log_in(cx, flight).await,
        }
    }

    /// A session in place of `stale`: the one somebody else has renewed meanwhile, a renewed one, or a new one.
    async fn renewed(&self, cx: &Context, stale: &Session) -> Result<Arc<Session>> {
        if let Some(slot) = &cx.tokens {
            return self.shared(cx, &**slot, Some(stale)).await;
        }
        let flight = self.sessions.flight.lock().await;
        if let Some(current) = self.sessions.current()
            && current.access.expose_secret() != stale.access.expose_secret()
        {
            return Ok(current);
        }
        match self.refresh(cx, stale).await {
            Ok(session) => Ok(self.sessions.keep(session)),
            Err(Refused { cause: Cause::ExpiredToken | Cause::InvalidToken, .. }) => self.log_in(cx, flight).await,
            Err(refused) => Err(refused.error),
        }
    }

    /// The session that all processes share, or another in place of the `stale` one.
    async fn shared(&self, cx: &Context, slot: &dyn TokenSlot, stale: Option<&Session>) -> Result<Arc<Session>> {
        self.claimable(cx, slot).await?;
        let renew = async |old: Token| self.next(cx, &old).await;
        let token = match stale {
            None => token::fresh(slot, &*cx.clock, Life::SESSION, renew).await?,
            Some(stale) => {
                let stale = pair(stale, cx.clock.now());
                token::after_refusal(slot, &*cx.clock, Life::SESSION, &stale, token::Cause::Unknown, renew).await?
            }
        };
        self.session_of(cx, token).await
    }

    /// Puts into an empty slot what is to be renewed at once, so that one process alone logs in.
    async fn claimable(&self, cx: &Context, slot: &dyn TokenSlot) -> Result<()> {
        if slot.load().await?.is_some() {
            return Ok(());
        }
        let now = cx.clock.now();
        let first = match self.sessions.current() {
            // From an earlier start: good until it is refused.
            Some(kept) => {
                let mut kept = pair(&kept, now);
                kept.expires_at = None;
                kept
            }
            None => Token::new(String::new(), TokenKind::Session, now).expiring(now),
        };
        match slot.swap(None, Held::new(first)).await {
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
            put => put.map(drop),
        }
    }

    /// The pair after `old`: renewed, or of a new login.
    async fn next(&self, cx: &Context, old: &Token) -> Result<Token> {
        if let Some(refresh) = &old.refresh {
            let known = self.sessions.current();
            let mut stale = Session::new(String::new(), old.access.clone(), refresh.clone());
            stale.pds = known.and_then(|known| known.pds.clone());
            match self.refresh(cx, &stale).await {
                Ok(session) => return Ok(pair(&self.sessions.keep(session), cx.clock.now())),
                Err(Refused { cause: Cause::ExpiredToken | Cause::InvalidToken, .. }) => {}
                Err(refused) => return Err(mendable(refused.error)),
            }
        }
        let flight = self.sessions.flight.lock().await;
        let session = self.log_in(cx, flight).await.map_err(mendable)?;
        Ok(pair(&session, cx.clock.now()))
    }

    /// The session of a token, which another process may have got: then the service tells whose it is.
    async fn session_of(&self, cx: &Context, token: Token) -> Result<Arc<Session>> {
        let refresh = token.refresh.unwrap_or_default();
        match self.sessions.current() {
            Some(known) if known.access.expose_secret() == token.access.expose_secret() => Ok(known),
            Some(known) => Ok(self.sessions.keep(Session { access: token.access, refresh, ..(*known).clone() })),
            None => {
                let call = Call { nsid: "com.atproto.server.getSession", query: Vec::new(), chat: false };
                let unknown = Session::new(String::new(), token.access, refresh);
                let answer = self.ask_with(cx, &call, None, &unknown).await.map_err(|refused| refused.error)?;
                let found: Whose = Body::read(answer.body()).parse().map_err(nonsense)?;
                let (did, handle, pds) = self.told(found)?;
                Ok(self.sessions.keep(Session { did, handle, pds, ..unknown }))
            }
        }
    }

    /// The token that renews goes into the header, and nothing into the body (fact sheet, traps).
    async fn refresh(&self, cx: &Context, stale: &Session) -> Result<Session, Refused> {
        const NSID: &str = "com.atproto.server.refreshSession";
        let url = self.address(&self.home(stale)?, NSID)?;
        let request = Request::post(url.as_str()).header(AUTHORIZATION, bearer(&stale.refresh)?);
        let answer = accept(send(cx, NSID, request, Bytes::new()).await?, cx.clock.now())?;
        let renewed = self.session_in(&answer)?;
        Ok(Session { pds: renewed.pds.or_else(|| stale.pds.clone()), ..renewed })
    }

    async fn log_in(&self, cx: &Context, mut flight: MutexGuard<'_, Option<Shut>>) -> Result<Arc<Session>> {
        if let Some(shut) = flight.as_ref().filter(|shut| cx.clock.now() < shut.until) {
            return Err(shut.error.clone().with("next_login_at", shut.until));
        }
        let refused = match self.create(cx).await {
            Ok(session) => {
                *flight = None;
                return Ok(self.sessions.keep(session));
            }
            Err(refused) => refused,
        };
        let for_good = refused.cause != Cause::Other
            || matches!(
                refused.error.kind(),
                ErrorKind::Unauthenticated | ErrorKind::Blocked | ErrorKind::ConfigInvalid
            );
        if for_good {
            *flight = Some(Shut { until: cx.clock.now().plus(PAUSE_AFTER_REFUSAL), error: refused.error.clone() });
        }
        Err(refused.error)
    }

    async fn create(&self, cx: &Context) -> Result<Session, Refused> {
        const NSID: &str = "com.atproto.server.createSession";
        let request =
            Request::post(self.address(&self.service, NSID)?.as_str()).header(CONTENT_TYPE, "application/json");
        let body = serde_json::json!({
            "identifier": self.config.identifier, "password": self.config.password.expose_secret(),
        });
        let answer = send(cx, NSID, request, body.to_string().into()).await?;
        Ok(self.session_in(&accept(answer, cx.clock.now())?)?)
    }

    /// What a login answered, for the account that is configured.
    fn session_in(&self, answer: &Response<Bytes>) -> Result<Session> {
        let found: LoggedIn = Body::read(answer.body()).parse().map_err(nonsense)?;
        let (did, handle, pds) = self.told(found.whose)?;
        Ok(Session { did, handle, access: found.access_jwt.into(), refresh: found.refresh_jwt.into(), pds })
    }

    /// DID, handle and server of a session, if it is that of the account that is configured.
    fn told(&self, found: Whose) -> Result<(String, Option<String>, Option<String>)> {
        if let Some(expected) = self.did().filter(|did| *did != found.did) {
            let error = Error::new(ErrorKind::ConfigInvalid, "the password is another account's");
            return Err(error.with("configured", expected).with("found", found.did));
        }
        if !is_did(&found.did) {
            return Err(nonsense(Error::new(ErrorKind::InputInvalid, "the login names no account")));
        }
        if found.active == Some(false) {
            let error = Error::new(ErrorKind::Blocked, "the account is not active");
            let status = found.status.filter(|status| status.bytes().all(|byte| byte.is_ascii_alphabetic()));
            return Err(error.with("status", status.unwrap_or_default()));
        }
        let pds = found.did_doc.as_ref().and_then(home_in).filter(|pds| self.is_safe(pds));
        Ok((found.did, found.handle, pds.map(Into::into)))
    }

    /// The server that is asked for everything but a login.
    fn home(&self, session: &Session) -> Result<Url> {
        let told = session.pds.as_deref().filter(|pds| self.is_safe(pds)).and_then(|pds| Url::parse(pds).ok());
        Ok(self.pds.clone().or(told).unwrap_or_else(|| self.service.clone()))
    }

    /// Whether an address is as safe as the one we log in at.
    fn is_safe(&self, address: &str) -> bool {
        Url::parse(address).is_ok_and(|url| {
            url.has_host() && (url.scheme() == "https" || (url.scheme() == "http" && self.service.scheme() == "http"))
        })
    }

    fn address(&self, base: &Url, nsid: &str) -> Result<Url> {
        let mut url = base.clone();
        url.path_segments_mut()
            .map_err(|()| Error::new(ErrorKind::ConfigInvalid, "the server's address has no place for a path"))?
            .pop_if_empty()
            .extend(["xrpc", nsid]);
        Ok(url)
    }

    /// The account's DID, as far as it is known.
    pub(crate) fn did(&self) -> Option<CompactString> {
        let configured = Some(self.config.identifier.as_str()).filter(|identifier| is_did(identifier));
        configured.map(Into::into).or_else(|| self.sessions.current().map(|session| session.did.as_str().into()))
    }
}

/// A session as a slot keeps it.
fn pair(session: &Session, now: Timestamp) -> Token {
    let token = Token::new(session.access.clone(), TokenKind::Session, now).expiring(now.plus(ACCESS_LIFE));
    match session.refresh.expose_secret() {
        "" => token,
        _ => token.with_refresh(session.refresh.clone()),
    }
}

/// A login that was refused does not end the account's token: another password mends it, without a person's grant.
fn mendable(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Unauthenticated => error.with("cause", "login_refused"),
        _ => error,
    }
}

/// A new session does not mend what the password may not do.
fn is_about_scope(error: &Error) -> bool {
    error.kind() == ErrorKind::PermissionDenied
}

/// The server that a DID document names for an account's repository.
fn home_in(document: &DidDocument) -> Option<&str> {
    let server = document.service.iter().find(|service| service.id.ends_with("#atproto_pds"))?;
    server.service_endpoint.as_deref()
}

async fn send(
    cx: &Context,
    nsid: &'static str,
    request: http::request::Builder,
    body: Bytes,
) -> Result<Response<Bytes>> {
    let mut request = request.header(ACCEPT, "application/json").body(body).map_err(|error| {
        let what = "the server's address or the header `atproto-proxy` cannot stand in a request";
        Error::new(ErrorKind::ConfigInvalid, what).caused_by(error)
    })?;
    request.extensions_mut().insert(Endpoint(nsid));
    if let Some(deadline) = cx.deadline {
        request.extensions_mut().insert(Deadline(deadline));
    }
    cx.transport.send(request).await
}

fn bearer(token: &SecretString) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(["Bearer ", token.expose_secret()].concat()).map_err(|_| {
        Error::new(ErrorKind::ConfigInvalid, "a token of the session holds characters that no token has")
    })?;
    value.set_sensitive(true);
    Ok(value)
}
