//! Answers that say no, as careline's errors (fact sheet §1, §3, §6). Their words may repeat what was asked, secrets
//! among them, so nothing is kept of an answer but the lexicon's own name of the error.

use std::time::Duration;

use careline::model::Timestamp;
use careline::{Error, ErrorKind, Result, Retry};
use http::{HeaderMap, Response, StatusCode};
use serde::Deserialize;

/// A refusal, with what a session has to know of it.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) cause: Cause,
    pub(crate) error: Error,
}

/// Why, as far as a session goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The token was good and has run out: with status 400, not 401.
    ExpiredToken,
    /// The token was never good, or was taken back.
    InvalidToken,
    /// The account asks for a second factor, which an app password does not.
    AuthFactorTokenRequired,
    /// The service took the account down.
    AccountTakedown,
    /// Anything else.
    Other,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { cause: Cause::Other, error }
    }
}

/// What the API says: `{"error": "Name", "message": "…"}`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    error: String,
    message: String,
}

/// The answer, or the refusal it stands for.
pub(crate) fn accept<B: AsRef<[u8]>>(response: Response<B>, now: Timestamp) -> Result<Response<B>, Refused> {
    if response.status().is_success() {
        return Ok(response);
    }
    Err(refusal(response.status(), response.headers(), response.body().as_ref(), now))
}

fn refusal(status: StatusCode, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Refused {
    let said = serde_json::from_slice::<Said>(body).unwrap_or_default();
    let (kind, what) = by_words(&said).or_else(|| by_name(&said.error)).unwrap_or_else(|| by_status(status));
    let mut error = named(Error::new(kind, what).with("status", status.as_u16()), &said.error);
    if let (ErrorKind::RateLimited | ErrorKind::Unavailable, Some(pause)) = (kind, pause(status, headers, now)) {
        error = error.retry(Retry::After(pause));
    }
    Refused { cause: cause(&said.error), error }
}

/// The error that the service told by name alone: in a line of the stream, or in a stored answer.
pub(crate) fn named_by(name: &str) -> Error {
    let (kind, what) =
        by_name(name).unwrap_or((ErrorKind::Unavailable, "the service sent an error in place of an item"));
    named(Error::new(kind, what), name)
}

/// Adds the lexicon's name of an error: letters only, as no secret is written.
fn named(error: Error, name: &str) -> Error {
    let is_name = (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_name { error.with("error", name) } else { error }
}

fn cause(name: &str) -> Cause {
    match name {
        "ExpiredToken" => Cause::ExpiredToken,
        "InvalidToken" => Cause::InvalidToken,
        "AuthFactorTokenRequired" => Cause::AuthFactorTokenRequired,
        "AccountTakedown" => Cause::AccountTakedown,
        _ => Cause::Other,
    }
}

/// An app password without access to direct messages is told in words only (fact sheet §3).
fn by_words(said: &Said) -> Option<(ErrorKind, &'static str)> {
    let about_scope = ["Bad token scope", "Bad token method"].iter().any(|words| said.message.contains(words));
    about_scope.then_some((
        ErrorKind::PermissionDenied,
        "the app password has no access to direct messages; make one that has, or turn them off",
    ))
}

fn by_name(name: &str) -> Option<(ErrorKind, &'static str)> {
    Some(match name {
        "ExpiredToken" | "InvalidToken" | "AuthMissing" => {
            (ErrorKind::Unauthenticated, "the service does not accept the session; log in again")
        }
        "AuthenticationRequired" => {
            (ErrorKind::Unauthenticated, "the service does not accept the password; make a new app password")
        }
        "AuthFactorTokenRequired" => {
            (ErrorKind::Unauthenticated, "the account asks for a second factor; use an app password")
        }
        "AccountTakedown" | "AccountSuspended" | "AccountDeactivated" => {
            (ErrorKind::Blocked, "the service took the account down, or its owner switched it off")
        }
        "BlockedActor" | "BlockedByActor" | "BlockedSubject" | "MessagesDisabled" | "NotFollowedBySender" => {
            (ErrorKind::Blocked, "the person does not take this from us")
        }
        "RateLimitExceeded" => (ErrorKind::RateLimited, "too many requests"),
        "ConvoLocked" => (ErrorKind::Blocked, "the conversation takes no more messages"),
        "InvalidSwap" => (ErrorKind::Conflict, "another record stands there by now"),
        "NotFound"
        | "HandleNotFound"
        | "RecordNotFound"
        | "RepoNotFound"
        | "RecipientNotFound"
        | "InvalidConvo"
        | "ReplyTargetNotFound" => (ErrorKind::NotFound, "no such thing, or we may not see it"),
        "InternalServerError" | "UpstreamFailure" | "NotEnoughResources" | "UpstreamTimeout" | "ConsumerTooSlow" => {
            (ErrorKind::Unavailable, "the service is down or overloaded")
        }
        "XRPCNotSupported" | "MethodNotImplemented" => {
            (ErrorKind::Unsupported, "the server does not know this call; look at `pds` and `chat_proxy`")
        }
        _ => return None,
    })
}

fn by_status(status: StatusCode) -> (ErrorKind, &'static str) {
    match status.as_u16() {
        401 => (ErrorKind::Unauthenticated, "the service does not accept the session; log in again"),
        403 => (ErrorKind::PermissionDenied, "the password lacks a permission"),
        404 => (ErrorKind::NotFound, "no such thing, or we may not see it"),
        413 => (ErrorKind::TooLarge, "the service finds the request too large"),
        429 => (ErrorKind::RateLimited, "too many requests"),
        400..500 => (ErrorKind::InputInvalid, "the service refuses the request"),
        500.. => (ErrorKind::Unavailable, "the service is down or overloaded"),
        _ => (ErrorKind::Unavailable, "the service answers what the API does not know"),
    }
}

/// How long to wait: `Retry-After` in seconds, or until `RateLimit-Reset` in seconds since 1970.
fn pause(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    if let Some(seconds) = number("retry-after").and_then(|seconds| u64::try_from(seconds).ok()) {
        return Some(Duration::from_secs(seconds));
    }
    // Every answer carries the reset; only a refusal for the limit has to wait for it.
    let reset = number("ratelimit-reset").filter(|_| status == StatusCode::TOO_MANY_REQUESTS)?;
    let reset = Timestamp::from_secs(reset)?;
    Some(Duration::from_millis(u64::try_from(reset.millis_since(now)).unwrap_or_default()))
}

/// A good status with a body that is none of the API's: a page of a proxy, a cut answer. Nothing was read, so nothing
/// is lost.
pub(crate) fn nonsense(error: Error) -> Error {
    Error::new(ErrorKind::Unavailable, "the service answers with something that is no whole answer").caused_by(error)
}

/// An error of what comes before an act: nothing was done yet, so the whole may be tried again.
pub(crate) fn undone(error: Error) -> Error {
    match error.retry_advice() {
        Retry::Unknown => error.retry(Retry::Transient),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Refused {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let now = Timestamp::parse("2026-05-01T09:00:00Z").unwrap();
        accept(response.body(body.as_bytes().to_vec()).unwrap(), now).unwrap_err()
    }

    #[test]
    fn the_name_of_an_error_goes_before_its_status() {
        for (status, name, kind, cause) in [
            (400, "ExpiredToken", ErrorKind::Unauthenticated, Cause::ExpiredToken),
            (400, "InvalidToken", ErrorKind::Unauthenticated, Cause::InvalidToken),
            (401, "AuthFactorTokenRequired", ErrorKind::Unauthenticated, Cause::AuthFactorTokenRequired),
            (401, "AccountTakedown", ErrorKind::Blocked, Cause::AccountTakedown),
            (401, "AuthenticationRequired", ErrorKind::Unauthenticated, Cause::Other),
            (400, "NotFound", ErrorKind::NotFound, Cause::Other),
            (400, "InvalidRequest", ErrorKind::InputInvalid, Cause::Other),
            (400, "BlockedActor", ErrorKind::Blocked, Cause::Other),
            (400, "ConvoLocked", ErrorKind::Blocked, Cause::Other),
            (400, "InvalidSwap", ErrorKind::Conflict, Cause::Other),
            (400, "HandleNotFound", ErrorKind::NotFound, Cause::Other),
            (404, "XRPCNotSupported", ErrorKind::Unsupported, Cause::Other),
            (502, "UpstreamFailure", ErrorKind::Unavailable, Cause::Other),
            (403, "", ErrorKind::PermissionDenied, Cause::Other),
            (413, "", ErrorKind::TooLarge, Cause::Other),
            (302, "", ErrorKind::Unavailable, Cause::Other),
        ] {
            let refused = refused(status, &[], &format!(r#"{{"error":"{name}","message":"words"}}"#));
            assert_eq!((refused.error.kind(), refused.cause), (kind, cause), "{status} {name}");
        }
        assert_eq!(refused(503, &[], "<html>").error.retry_advice(), Retry::Transient);
    }

    #[test]
    fn a_password_without_direct_messages_is_told_in_words() {
        let error = refused(400, &[], r#"{"error":"InvalidToken","message":"Bad token scope"}"#).error;
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
        assert!(error.message().contains("direct messages"), "{error}");
    }

    #[test]
    fn the_pause_comes_from_either_header() {
        let after = |headers: &[_]| refused(429, headers, r#"{"error":"RateLimitExceeded"}"#).error.retry_advice();
        let minute = Retry::After(Duration::from_secs(60));
        assert_eq!(after(&[("ratelimit-reset", "1777626060")]), minute);
        assert_eq!(after(&[("retry-after", "60"), ("ratelimit-reset", "1777629600")]), minute);
        assert_eq!(after(&[("ratelimit-reset", "1777622400")]), Retry::After(Duration::ZERO));
        assert_eq!(after(&[("ratelimit-reset", "soon")]), Retry::Transient);
        assert_eq!(refused(503, &[("ratelimit-reset", "1777626060")], "").error.retry_advice(), Retry::Transient);
        assert_eq!(
            refused(503, &[("retry-after", "30")], "").error.retry_advice(),
            Retry::After(Duration::from_secs(30))
        );
    }

    #[test]
    fn the_words_of_the_service_are_not_repeated() {
        let error = refused(400, &[], r#"{"error":"planted-token","message":"no planted-token"}"#).error;
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
        let long = "A".repeat(900);
        assert!(!named_by(&long).to_string().contains(&long));
    }
}
