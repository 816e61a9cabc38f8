//! Failures X reports, as [`careline::Error`]: in a status with a body, or in a line of a stream (fact sheet §8).

use std::time::Duration;

use careline::model::Timestamp;
use careline::{Error, ErrorKind, Retry};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

/// What X says went wrong, in any of its forms; every field may be missing or of another type.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Problem {
    pub title: Lenient,
    pub detail: Lenient,
    #[serde(rename = "type")]
    pub kind: Lenient,
    pub message: Lenient,
    pub error: Lenient,
    pub code: Lenient,
    pub resource_id: Lenient,
    pub resource_type: Lenient,
    pub value: Lenient,
    pub errors: Vec<Problem>,
}

/// A string or a number as text; anything else is empty.
#[derive(Debug, Default)]
pub(crate) struct Lenient(pub String);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text,
            serde_json::Value::Number(number) => number.to_string(),
            _ => String::new(),
        }))
    }
}

impl Problem {
    /// The last part of the type's address: `resource-not-found`, `usage-capped` …
    pub(crate) fn name(&self) -> &str {
        self.kind.0.rsplit('/').next().unwrap_or_default()
    }

    /// Whether this is a fact about one object of an answer that is otherwise good, not a failure of the call.
    pub(crate) fn is_partial(&self) -> bool {
        !self.resource_id.0.is_empty() || !self.resource_type.0.is_empty()
    }

    /// Whether X refuses words that were said before. There is no type for that, only a sentence or a code of v1.1 (seen
    /// in answers, in no description).
    fn is_duplicate(&self) -> bool {
        self.code.0 == "187" || self.words().contains("duplicate content")
    }

    fn words(&self) -> &str {
        [&self.detail, &self.message, &self.title, &self.error]
            .into_iter()
            .map(|words| words.0.as_str())
            .find(|words| !words.is_empty())
            .unwrap_or_default()
    }
}

/// The failure in an answer with a status of 400 and above. `now` turns the reset of a rate limit into a pause.
pub(crate) fn from_answer(status: StatusCode, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Error {
    let problem = serde_json::from_slice::<Problem>(body).unwrap_or_default();
    let mut error = describe(&problem, Some(status)).with("status", status.as_u16());
    if error.kind() == ErrorKind::RateLimited
        && let Some(pause) = pause(headers, now)
    {
        error = error.retry(Retry::After(pause));
    }
    error
}

/// The failure in a body that came without a status: a line of a stream, a stored answer.
pub(crate) fn from_body(body: &str) -> Error {
    describe(&serde_json::from_str::<Problem>(body).unwrap_or_default(), None)
}

fn describe(problem: &Problem, status: Option<StatusCode>) -> Error {
    let inner = problem.errors.first().unwrap_or(problem);
    let is_duplicate = [problem, inner].into_iter().any(Problem::is_duplicate);
    let kind = is_duplicate
        .then_some(ErrorKind::Conflict)
        .or_else(|| by_name(problem.name()))
        .or_else(|| by_name(inner.name()))
        .or_else(|| by_title(&inner.title.0))
        .or_else(|| by_code(&inner.code.0))
        .or_else(|| status.map(by_status))
        .unwrap_or(ErrorKind::Unavailable);
    let words = [problem.words(), inner.words()].into_iter().find(|words| !words.is_empty());
    let mut error = Error::new(
        kind,
        match words {
            Some(words) => format!("X says: {}", words.chars().take(200).collect::<String>()),
            None => "X refuses without saying why".to_owned(),
        },
    );
    for (key, value) in [("problem", inner.name()), ("code", &inner.code.0)] {
        if !value.is_empty() {
            error = error.with(key, value);
        }
    }
    if is_duplicate {
        // Those words may be there because an attempt of ours came through.
        error = error.with("reason", "duplicate_content").retry(Retry::Unknown);
    }
    error
}

fn by_name(name: &str) -> Option<ErrorKind> {
    Some(match name {
        "usage-capped" => ErrorKind::QuotaExhausted,
        "rate-limit-exceeded" => ErrorKind::RateLimited,
        "invalid-request" | "rule-cap" | "duplicate-rules" => ErrorKind::InputInvalid,
        "client-forbidden" | "not-authorized-for-resource" | "disallowed-resource" => ErrorKind::PermissionDenied,
        "resource-not-found" | "resource-unavailable" => ErrorKind::NotFound,
        "streaming-connection" | "operational-disconnect" => ErrorKind::Unavailable,
        _ => return None,
    })
}

fn by_title(title: &str) -> Option<ErrorKind> {
    matches!(title, "operational-disconnect" | "ConnectionException").then_some(ErrorKind::Unavailable)
}

/// The numeric codes of v1.1.
fn by_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "88" => ErrorKind::RateLimited,
        "32" | "89" | "99" | "135" | "215" => ErrorKind::Unauthenticated,
        "17" | "34" | "50" | "144" => ErrorKind::NotFound,
        "64" | "136" | "326" => ErrorKind::Blocked,
        "87" | "179" | "220" | "261" => ErrorKind::PermissionDenied,
        "130" | "131" => ErrorKind::Unavailable,
        _ => return None,
    })
}

fn by_status(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        401 => ErrorKind::Unauthenticated,
        402 => ErrorKind::QuotaExhausted,
        403 => ErrorKind::PermissionDenied,
        404 | 410 => ErrorKind::NotFound,
        408 => ErrorKind::Timeout,
        409 => ErrorKind::Conflict,
        413 => ErrorKind::TooLarge,
        420 | 429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::InputInvalid,
        _ => ErrorKind::Unavailable,
    }
}

/// How long to wait: `retry-after` in seconds, else the reset of a limit that is used up, in epoch seconds.
fn pause(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    if let Some(secs) = number("retry-after") {
        return Some(Duration::from_secs(secs.max(0).cast_unsigned()));
    }
    let used_up =
        |limit: &str| (number(&format!("{limit}-remaining"))? == 0).then(|| number(&format!("{limit}-reset")))?;
    let reset = ["x-app-limit-24hour", "x-user-limit-24hour", "x-rate-limit"].into_iter().find_map(used_up);
    let reset = Timestamp::from_secs(reset.or_else(|| number("x-rate-limit-reset"))?)?;
    Some(Duration::from_millis(reset.millis_since(now).max(0).cast_unsigned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, body: &str) -> (ErrorKind, Retry) {
        let error = from_answer(
            StatusCode::from_u16(status).unwrap(),
            &HeaderMap::new(),
            body.as_bytes(),
            Timestamp::default(),
        );
        (error.kind(), error.retry_advice())
    }

    #[test]
    fn each_form_of_failure_gets_its_kind() {
        let problem =
            |name: &str| format!(r#"{{"title":"T","detail":"D","type":"https://api.x.com/2/problems/{name}"}}"#);
        assert_eq!(kind(403, &problem("usage-capped")), (ErrorKind::QuotaExhausted, Retry::Never));
        assert_eq!(kind(429, &problem("usage-capped")), (ErrorKind::QuotaExhausted, Retry::Never));
        assert_eq!(kind(403, &problem("client-forbidden")), (ErrorKind::PermissionDenied, Retry::Never));
        assert_eq!(kind(404, &problem("resource-not-found")), (ErrorKind::NotFound, Retry::Never));
        assert_eq!(
            kind(400, r#"{"errors":[{"parameters":{},"message":"bad"}],"title":"Invalid Request","detail":"no","type":"x/invalid-request"}"#).0,
            ErrorKind::InputInvalid
        );
        assert_eq!(kind(429, r#"{"errors":[{"code":88,"message":"Rate limit exceeded"}]}"#).0, ErrorKind::RateLimited);
        assert_eq!(kind(401, r#"{"title":"Unauthorized","status":401}"#).0, ErrorKind::Unauthenticated);
        assert_eq!(kind(503, "<html>over capacity</html>"), (ErrorKind::Unavailable, Retry::Transient));
        assert_eq!(kind(503, ""), (ErrorKind::Unavailable, Retry::Transient));
        assert_eq!(from_body(r#"{"errors":[{"title":"operational-disconnect"}]}"#).kind(), ErrorKind::Unavailable);
    }

    #[test]
    fn a_rate_limit_says_how_long_to_wait() {
        let pause_of = |pairs: &[(&'static str, &str)]| {
            let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            let now = Timestamp::from_secs(1_000).unwrap();
            from_answer(StatusCode::TOO_MANY_REQUESTS, &headers, b"", now).retry_advice()
        };
        let secs = |secs| Retry::After(Duration::from_secs(secs));
        assert_eq!(pause_of(&[("x-rate-limit-reset", "1060"), ("x-rate-limit-remaining", "0")]), secs(60));
        assert_eq!(pause_of(&[("x-rate-limit-reset", "900")]), secs(0));
        assert_eq!(pause_of(&[("retry-after", "7"), ("x-rate-limit-reset", "1060")]), secs(7));
        let day = [
            ("x-app-limit-24hour-remaining", "0"),
            ("x-app-limit-24hour-reset", "5000"),
            ("x-rate-limit-reset", "1060"),
        ];
        assert_eq!(pause_of(&day), secs(4000));
        assert_eq!(pause_of(&[]), Retry::Transient);
    }
}
