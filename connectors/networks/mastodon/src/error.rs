//! Answers that say no, as careline's errors (fact sheet §7).

use std::time::Duration;

use careline::model::Timestamp;
use careline::{Error, ErrorKind, Result, Retry};
use http::{HeaderMap, Response, StatusCode};
use serde::Deserialize;

use crate::receive::clip;

/// The answer, or the error it stands for. A server may repeat what it was asked, so `token` is hidden in its words.
pub(crate) fn accept<B: AsRef<[u8]>>(response: Response<B>, token: &str, now: Timestamp) -> Result<Response<B>> {
    if response.status().is_success() {
        return Ok(response);
    }
    Err(failure(response.status(), response.headers(), response.body().as_ref(), token, now))
}

/// What a status with these headers and this body means.
pub(crate) fn failure(status: StatusCode, headers: &HeaderMap, body: &[u8], token: &str, now: Timestamp) -> Error {
    let (kind, what) = match status.as_u16() {
        401 => (ErrorKind::Unauthenticated, "the server does not accept the token; authorise the account again"),
        403 => (ErrorKind::PermissionDenied, "the token lacks a scope, or the account is blocked or limited"),
        404 | 410 => (ErrorKind::NotFound, "no such thing, or we may not see it"),
        429 => (ErrorKind::RateLimited, "too many requests"),
        400..500 => (ErrorKind::InputInvalid, "the server refuses the request"),
        500.. => (ErrorKind::Unavailable, "the server is down or overloaded"),
        _ => (ErrorKind::Unavailable, "the server answers what the API does not know"),
    };
    let mut error = Error::new(kind, what).with("status", status.as_u16());
    if let Some(words) = words(body, token) {
        error = error.with("error", words);
    }
    match pause(headers, now) {
        Some(pause) if matches!(kind, ErrorKind::RateLimited | ErrorKind::Unavailable) => {
            error.retry(Retry::After(pause))
        }
        _ => error,
    }
}

/// How long to wait: `Retry-After` in seconds (GoToSocial), or until `X-RateLimit-Reset`, which is an ISO 8601 time.
fn pause(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    if let Some(seconds) = header("retry-after").and_then(|text| text.trim().parse().ok()) {
        return Some(Duration::from_secs(seconds));
    }
    let reset = Timestamp::parse(header("x-ratelimit-reset")?.trim())?;
    Some(Duration::from_millis(u64::try_from(reset.millis_since(now)).unwrap_or_default()))
}

fn words(body: &[u8], token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    serde_json::from_slice::<Refusal>(body)
        .ok()
        .map(|refusal| clip(&if token.is_empty() { refusal.error } else { refusal.error.replace(token, "***") }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Error {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let now = Timestamp::parse("2026-05-01T09:00:00Z").unwrap();
        accept(response.body(body.as_bytes().to_vec()).unwrap(), "planted-token", now).unwrap_err()
    }

    #[test]
    fn each_status_has_its_kind() {
        for (status, kind) in [
            (401, ErrorKind::Unauthenticated),
            (403, ErrorKind::PermissionDenied),
            (404, ErrorKind::NotFound),
            (410, ErrorKind::NotFound),
            (422, ErrorKind::InputInvalid),
            (429, ErrorKind::RateLimited),
            (503, ErrorKind::Unavailable),
        ] {
            assert_eq!(fails(status, &[], r#"{"error":"x"}"#).kind(), kind);
        }
        assert_eq!(fails(503, &[], "<html>").retry_advice(), Retry::Transient);
        assert_eq!(fails(422, &[("retry-after", "9")], "").retry_advice(), Retry::Never);
    }

    #[test]
    fn the_pause_comes_from_either_header() {
        let after = |headers: &[_]| fails(429, headers, r#"{"error":"Too many requests"}"#).retry_advice();
        let minute = Retry::After(Duration::from_secs(60));
        assert_eq!(after(&[("x-ratelimit-reset", "2026-05-01T09:01:00.000000Z")]), minute);
        assert_eq!(after(&[("retry-after", "60"), ("x-ratelimit-reset", "2026-05-01T10:00:00Z")]), minute);
        assert_eq!(after(&[("x-ratelimit-reset", "2026-05-01T08:00:00Z")]), Retry::After(Duration::ZERO));
        assert_eq!(after(&[("x-ratelimit-reset", "1768000000")]), Retry::Transient);
        assert_eq!(fails(503, &[("retry-after", "30")], "").retry_advice(), Retry::After(Duration::from_secs(30)));
    }

    #[test]
    fn the_words_of_the_server_are_kept_short() {
        let error = fails(422, &[], &format!(r#"{{"error":"{}\n"}}"#, "x".repeat(5000)));
        assert!(error.to_string().len() < 400 && !error.to_string().contains('\n'), "{error}");
        assert!(!fails(401, &[], r#"{"error":"no planted-token"}"#).to_string().contains("planted"));
    }
}
