//! What the OAuth flows of connectors share: PKCE, the state a browser carries, callbacks, and what token endpoints
//! answer (RFC 6749, RFC 7636).

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Request, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::{Url, form_urlencoded};

use super::{Cause, Token, TokenKind, base64url, random_text};
use crate::error::{Error, ErrorKind, Result, Retry};
use crate::model::Timestamp;

/// The challenge of a PKCE verifier by the method `S256`: base64url of its SHA-256 (RFC 7636 §4.2).
pub fn challenge(verifier: &SecretString) -> String {
    base64url(&Sha256::digest(verifier.expose_secret()))
}

/// A flow that waits for its callback: kept by the host, bound to the browser that began it, used once.
///
/// As JSON it holds the verifier, so it is kept where the browser cannot read it. `Debug` shows no secret.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pending {
    /// What the callback must bring back.
    #[serde(serialize_with = "exposed")]
    pub state: SecretString,
    /// The PKCE verifier, where the server takes one.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "exposed_if_any")]
    pub verifier: Option<SecretString>,
    /// Where the network sends the person back to; the exchange of the code repeats it.
    pub redirect_uri: String,
}

impl Pending {
    /// A flow with a random state and, if asked for, a random verifier.
    ///
    /// # Errors
    /// `unexpected` if the system gives no random numbers.
    pub fn begin(redirect_uri: impl Into<String>, with_pkce: bool) -> Result<Self> {
        let verifier = with_pkce.then(random_text).transpose()?;
        Ok(Self { state: random_text()?, verifier, redirect_uri: redirect_uri.into() })
    }

    /// The address a person is sent to: `page` with these parameters, the state, where to come back and the challenge.
    ///
    /// # Errors
    /// `config_invalid` if `page` is no address.
    pub fn url(&self, page: &str, parameters: &[(&str, &str)]) -> Result<String> {
        let mut url = Url::parse(page).map_err(|error| {
            Error::new(ErrorKind::ConfigInvalid, "the page where people authorise is no address").caused_by(error)
        })?;
        let mut query = url.query_pairs_mut();
        query.append_pair("response_type", "code").extend_pairs(parameters);
        query.append_pair("redirect_uri", &self.redirect_uri).append_pair("state", self.state.expose_secret());
        if let Some(verifier) = &self.verifier {
            query.append_pair("code_challenge", &challenge(verifier)).append_pair("code_challenge_method", "S256");
        }
        drop(query);
        Ok(url.into())
    }

    /// The code in a callback: the whole address the browser came back to. The state is looked at first, in constant
    /// time.
    ///
    /// # Errors
    /// `input_invalid` if it is not the callback of this flow or brings no code; with [`Cause::AccessDenied`]
    /// `permission_denied` if the person said no; `unavailable` if the network asks to try later; `config_invalid` if
    /// it does not take what the app asked for.
    pub fn code(&self, callback_url: &str) -> Result<SecretString> {
        let url = Url::parse(callback_url).map_err(|_| input("the callback is no address"))?;
        let first = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value);
        let state = first("state").unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(self.state.expose_secret().as_bytes())) {
            return Err(input("the callback belongs to another flow, or was forged"));
        }
        if let Some(error) = first("error") {
            return Err(refusal(&error));
        }
        let code = first("code").filter(|code| !code.is_empty());
        code.map(|code| code.into_owned().into()).ok_or_else(|| input("the callback brings no code"))
    }
}

/// Where a person is sent to, and what the host keeps until they come back.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Authorisation {
    /// The address the person's browser is sent to.
    pub url: String,
    /// The flow that waits for their return: as [`Pending`], kept where the browser cannot read it, used once.
    pub pending: SecretString,
}

impl Authorisation {
    /// A flow that waits; `flow` is what [`waiting`] gives back.
    ///
    /// # Errors
    /// `unexpected` if it makes no JSON.
    pub fn new(url: String, flow: &impl Serialize) -> Result<Self> {
        let kept = serde_json::to_string(flow)
            .map_err(|error| Error::new(ErrorKind::Unexpected, "the flow cannot be written").caused_by(error))?;
        Ok(Self { url, pending: kept.into() })
    }
}

/// The flow in [`Authorisation::pending`].
///
/// # Errors
/// `input_invalid` if it is none; with no word of what it is.
pub fn waiting<T: serde::de::DeserializeOwned>(pending: &SecretString) -> Result<T> {
    serde_json::from_str(pending.expose_secret())
        .map_err(|_| input("`pending` is not what began an authorisation here"))
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("redirect_uri", &self.redirect_uri).finish_non_exhaustive()
    }
}

/// Writes a secret into JSON: for `serialize_with` on what a host keeps itself.
///
/// # Errors
/// What the serializer gives.
pub fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

fn exposed_if_any<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ExposeSecret::expose_secret).serialize(serializer)
}

/// A form posted to `url`.
///
/// # Errors
/// `config_invalid` if `url` is no address.
pub fn form(url: &str, fields: &[(&str, &str)]) -> Result<Request<Bytes>> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request::post(url)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json")
        .body(body.into())
        .map_err(|error| Error::new(ErrorKind::ConfigInvalid, "the address of the server is none").caused_by(error))
}

/// The `Authorization` by which an app names itself: HTTP Basic, its parts form-encoded first (RFC 6749 §2.3.1).
///
/// # Errors
/// As [`bearer`].
pub fn basic(client_id: &str, client_secret: &SecretString) -> Result<HeaderValue> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = [encoded(client_id), encoded(client_secret.expose_secret())].join(":");
    sensitive(["Basic ", &BASE64_STANDARD.encode(pair)].concat())
}

/// The `Authorization` of a call that carries `token`.
///
/// # Errors
/// `config_invalid` if the token holds characters that no header can carry.
pub fn bearer(token: &SecretString) -> Result<HeaderValue> {
    sensitive(["Bearer ", token.expose_secret()].concat())
}

fn sensitive(text: String) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| Error::new(ErrorKind::ConfigInvalid, "the token holds characters that no header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The token that a token endpoint gave (RFC 6749 §5.1).
///
/// # Errors
/// Of a refusal: `unauthenticated` with [`Cause::InvalidGrant`], `config_invalid`, `rate_limited`, `unavailable` …
/// (§5.2); `unavailable` if the answer makes no sense. Never with a word of the answer but the error's code.
pub fn granted(answer: &Response<Bytes>, kind: TokenKind, now: Timestamp) -> Result<Token> {
    accepted(answer)?;
    let granted: Granted<'_> = serde_json::from_slice(answer.body())
        .map_err(|_| Error::new(ErrorKind::Unavailable, "the server's answer holds no token"))?;
    let mut token = Token::new(granted.access_token, kind, now);
    token.refresh = granted.refresh_token;
    // Some servers say 0 for a token that does not run out.
    let expires_in = granted.expires_in.map(|Seconds(secs)| secs).filter(|secs| *secs > 0);
    token.expires_at = expires_in.map(|secs| now.plus(Duration::from_secs(secs)));
    Ok(token.scoped(granted.scope.unwrap_or_default().split_whitespace()))
}

/// Whether an OAuth endpoint did what it was asked.
///
/// # Errors
/// As [`granted`].
pub fn accepted(answer: &Response<Bytes>) -> Result<()> {
    if answer.status().is_success() {
        return Ok(());
    }
    let Refused { error } = serde_json::from_slice(answer.body()).unwrap_or_default();
    let error = match answer.status() {
        status @ (StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT) => by_status(status),
        status if status.is_server_error() => by_status(status),
        status if error.is_empty() => by_status(status),
        _ => refusal(&error),
    };
    let error = error.with("status", answer.status().as_u16());
    let pause = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Err(match pause {
        Some(secs) if error.retry_advice() == Retry::Transient => error.retry(Retry::After(Duration::from_secs(secs))),
        _ => error,
    })
}

#[derive(Deserialize)]
struct Granted<'a> {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
    expires_in: Option<Seconds>,
    #[serde(borrow)]
    scope: Option<Cow<'a, str>>,
}

/// A number of seconds, which some servers write as a string.
struct Seconds(u64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let seconds = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        seconds.map(Self).ok_or_else(|| serde::de::Error::custom("a number of seconds"))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused<'a> {
    #[serde(borrow)]
    error: Cow<'a, str>,
}

/// The codes of RFC 6749 §4.1.2.1 and §5.2.
fn refusal(code: &str) -> Error {
    use ErrorKind::*;
    let (kind, message, cause) = match code {
        "access_denied" => (PermissionDenied, "the person did not let the app in", Some(Cause::AccessDenied)),
        "invalid_grant" => {
            (Unauthenticated, "what should buy a token is spent or not valid; connect again", Some(Cause::InvalidGrant))
        }
        "invalid_client" | "unauthorized_client" => {
            (ConfigInvalid, "the network does not take the app's id and secret", Some(Cause::AppDisabled))
        }
        "invalid_scope" => (ConfigInvalid, "the network does not know a scope, or does not give it to the app", None),
        "server_error" | "temporarily_unavailable" => (Unavailable, "the network asks to try later", None),
        _ => (InputInvalid, "the network does not take the request for a token", None),
    };
    let mut error = Error::new(kind, message);
    // Only what looks like a code: anything else may be a secret come back.
    if code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        error = error.with("error", code);
    }
    match cause {
        Some(cause) => error.with("cause", cause),
        None => error,
    }
}

fn by_status(status: StatusCode) -> Error {
    let (kind, message) = match status.as_u16() {
        // At a token endpoint it is the app that is not let in (RFC 6749 §5.2): no token dies of that.
        401 => return refusal("invalid_client"),
        403 => (ErrorKind::PermissionDenied, "the network does not let the app do this"),
        404 => (ErrorKind::NotFound, "the server has no such endpoint"),
        429 => (ErrorKind::RateLimited, "the network asks to wait"),
        400..=407 | 409..=499 => (ErrorKind::InputInvalid, "the network does not take the request for a token"),
        _ => (ErrorKind::Unavailable, "the network is down or answers nonsense"),
    };
    Error::new(kind, message)
}

fn input(message: &str) -> Error {
    Error::new(ErrorKind::InputInvalid, message).during("finish authorisation")
}
