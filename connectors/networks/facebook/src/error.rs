//! Answers that are errors (fact sheets facebook §9, §10 and messenger §9).

use std::collections::BTreeMap;
use std::time::Duration;

use careline::{Error, ErrorKind, Retry};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::wire::{Flag, Scalar};

/// What an answer with an error says: which kind, whether and when to try again. Never repeats a token or a person's text.
pub fn read_error(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let answer: Answer<'_> = serde_json::from_slice(body).unwrap_or_default();
    let trace = headers.get("x-fb-trace-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    match answer.error {
        Some(error) => of_code(&error, headers, trace),
        None => traced(of_status(status, headers), trace),
    }
    .with("status", status.as_u16())
}

/// The error inside an answer that is otherwise good.
pub(crate) fn of_item(text: &str) -> Error {
    let error: GraphError<'_> = serde_json::from_str(text).unwrap_or_default();
    of_code(&error, &HeaderMap::new(), None)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer<'a> {
    #[serde(borrow)]
    error: Option<GraphError<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GraphError<'a> {
    #[serde(borrow)]
    code: Scalar<'a>,
    #[serde(borrow)]
    error_subcode: Scalar<'a>,
    is_transient: Flag,
    #[serde(borrow)]
    fbtrace_id: Scalar<'a>,
}

/// How long to leave an account alone that Facebook blocks for what it wrote; Facebook names no time.
const BLOCKED_FOR: Duration = Duration::from_secs(4 * 60 * 60);

/// How long to wait when the limits are used up and no header says how long: they are counted over an hour.
const LIMITED_FOR: Duration = Duration::from_secs(5 * 60);

fn of_code(error: &GraphError<'_>, headers: &HeaderMap, trace: Option<String>) -> Error {
    let number = |text: &Scalar<'_>| text.get().and_then(|text| text.parse::<u32>().ok()).unwrap_or_default();
    let (code, subcode) = (number(&error.code), number(&error.error_subcode));
    let (kind, message) = meaning(code, subcode);
    let mut read = Error::new(kind, message);
    if kind == ErrorKind::RateLimited {
        read = read.retry(Retry::After(wait(headers).unwrap_or(LIMITED_FOR)));
    } else if code == 368 {
        read = read.retry(Retry::After(BLOCKED_FOR));
    } else if matches!(code, 506 | 10_900 | 1_357_046) {
        // Something of ours is there, or may be: look before repeating.
        read = read.retry(Retry::Unknown);
    } else if error.is_transient.is_set() {
        read = read.retry(Retry::Transient);
    } else if kind == ErrorKind::Conflict {
        read = read.retry(Retry::Never);
    }
    read = read.with("code", code);
    if subcode != 0 {
        read = read.with("subcode", subcode);
    }
    traced(read, error.fbtrace_id.get().map(str::to_owned).or(trace))
}

/// What a code means; the more particular subcodes come first.
fn meaning(code: u32, subcode: u32) -> (ErrorKind, &'static str) {
    use ErrorKind::*;
    match (code, subcode) {
        (10, 2_018_278 | 2_018_065) => (WindowClosed, "the messaging window is closed; a person may answer for 7 days"),
        (10, 1_893_063) => (Blocked, "Facebook keeps this page from sending for a while"),
        (10, 2_018_300 | 2_018_034) => (Conflict, "another app has control over this thread"),
        (551, _) | (200, 1_545_041) => (Blocked, "this person cannot be reached"),
        (100, 33) => (NotFound, "the object is gone, or hidden from this app"),
        (100, 2_018_001 | 2_018_218) => (NotFound, "there is no such person for this page"),
        (803 | 1705, _) => (NotFound, "there is no such object"),
        (1 | 2 | 1200, _) => (Unavailable, "Facebook has a passing fault"),
        (4 | 17 | 32 | 341 | 613 | 80_001 | 80_006, _) => (RateLimited, "the call limit is used up"),
        (102 | 190, 458) => (Unauthenticated, "the page removed the app; it must be connected again"),
        (102 | 190, 459 | 464) => (Unauthenticated, "the person behind the token must log in at Facebook first"),
        (102 | 190, 460) => (Unauthenticated, "the token died with a changed password; connect the page again"),
        (102 | 190, 463) => (Unauthenticated, "the token has expired; connect the page again"),
        (102 | 190, _) => (Unauthenticated, "the token is not valid; connect the page again"),
        (3 | 10 | 200..=299, _) => (PermissionDenied, "the app or the token lacks a permission"),
        (368, _) => (Blocked, "Facebook blocks this page from writing for a while"),
        (506, _) => (Conflict, "the same was posted before"),
        // The code is unconfirmed (fact sheet facebook, trap 10).
        (10_900, _) => (Conflict, "one private answer was given to this already"),
        (1_357_046, _) => (Unavailable, "Facebook answered nonsense; what was sent may have arrived"),
        (100, _) => (InputInvalid, "Facebook does not accept a parameter"),
        _ => (Unavailable, "Facebook reports an error this version does not know"),
    }
}

fn of_status(status: StatusCode, headers: &HeaderMap) -> Error {
    match status.as_u16() {
        401 => Error::new(ErrorKind::Unauthenticated, "the token is not valid; connect the page again"),
        403 => Error::new(ErrorKind::PermissionDenied, "the app or the token lacks a permission"),
        404 => Error::new(ErrorKind::NotFound, "there is no such object"),
        429 => Error::new(ErrorKind::RateLimited, "the call limit is used up")
            .retry(Retry::After(wait(headers).unwrap_or(LIMITED_FOR))),
        400..=499 => Error::new(ErrorKind::InputInvalid, "Facebook does not accept the call"),
        _ => Error::new(ErrorKind::Unavailable, "Facebook is down or answers nonsense"),
    }
}

fn traced(error: Error, trace: Option<String>) -> Error {
    match trace {
        Some(id) => error.with("fbtrace_id", id),
        None => error,
    }
}

/// How long to wait: what `Retry-After` or the usage headers say. `None` where none says anything.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(secs) = text("retry-after").and_then(|value| value.parse().ok()) {
        return Some(Duration::from_secs(secs));
    }
    let minutes = text("x-business-use-case-usage").and_then(longest_wait);
    minutes.map(|minutes| Duration::from_secs(minutes.saturating_mul(60)))
}

/// The most minutes that any page and kind of call must wait; several stand in one header, numbers also as strings.
fn longest_wait(header: &str) -> Option<u64> {
    let usage: BTreeMap<String, Vec<Usage<'_>>> = serde_json::from_str(header).ok()?;
    let minutes = |usage: &Usage<'_>| usage.estimated_time_to_regain_access.get().and_then(|text| text.parse().ok());
    usage.values().flatten().filter_map(minutes).max().filter(|minutes| *minutes > 0)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Usage<'a> {
    #[serde(borrow)]
    estimated_time_to_regain_access: Scalar<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Error {
        read_error(StatusCode::BAD_REQUEST, &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn every_code_of_the_fact_sheets_has_its_kind() {
        use ErrorKind::*;
        let limited = Retry::After(LIMITED_FOR);
        for (code, subcode, kind, retry) in [
            (1, 0, Unavailable, Retry::Transient),
            (2, 0, Unavailable, Retry::Transient),
            (2, 1_545_133, Unavailable, Retry::Transient),
            (1200, 0, Unavailable, Retry::Transient),
            (3, 0, PermissionDenied, Retry::Never),
            (4, 0, RateLimited, limited),
            (17, 0, RateLimited, limited),
            (32, 0, RateLimited, limited),
            (341, 0, RateLimited, limited),
            (613, 0, RateLimited, limited),
            (80_001, 0, RateLimited, limited),
            (80_006, 0, RateLimited, limited),
            (10, 0, PermissionDenied, Retry::Never),
            (10, 2_018_278, WindowClosed, Retry::Never),
            (10, 2_018_065, WindowClosed, Retry::Never),
            (10, 1_893_063, Blocked, Retry::Never),
            (10, 2_018_300, Conflict, Retry::Never),
            (100, 0, InputInvalid, Retry::Never),
            (100, 33, NotFound, Retry::Never),
            (100, 2_018_001, NotFound, Retry::Never),
            (100, 2_018_218, NotFound, Retry::Never),
            (100, 2_018_109, InputInvalid, Retry::Never),
            (102, 0, Unauthenticated, Retry::Never),
            (190, 0, Unauthenticated, Retry::Never),
            (190, 458, Unauthenticated, Retry::Never),
            (190, 460, Unauthenticated, Retry::Never),
            (190, 463, Unauthenticated, Retry::Never),
            (190, 467, Unauthenticated, Retry::Never),
            (200, 0, PermissionDenied, Retry::Never),
            (200, 1_545_041, Blocked, Retry::Never),
            (230, 0, PermissionDenied, Retry::Never),
            (299, 0, PermissionDenied, Retry::Never),
            (368, 0, Blocked, Retry::After(BLOCKED_FOR)),
            (506, 0, Conflict, Retry::Unknown),
            (10_900, 0, Conflict, Retry::Unknown),
            (551, 1_545_041, Blocked, Retry::Never),
            (803, 0, NotFound, Retry::Never),
            (1705, 0, NotFound, Retry::Never),
            (1_357_046, 0, Unavailable, Retry::Unknown),
            (987_654, 0, Unavailable, Retry::Transient),
        ] {
            let error = read(&format!(r#"{{"error":{{"code":{code},"error_subcode":{subcode}}}}}"#));
            assert_eq!((error.kind(), error.retry_advice()), (kind, retry), "{code}/{subcode}");
        }
    }

    #[test]
    fn passing_faults_are_tried_again_whatever_the_code() {
        let error = read(r#"{"error":{"message":"secret text","code":"100","is_transient":true,"fbtrace_id":"Abc"}}"#);
        assert_eq!(error.retry_advice(), Retry::Transient);
        assert!(error.to_string().contains("fbtrace_id=Abc"));
        assert!(!error.to_string().contains("secret text"));
    }

    #[test]
    fn bodies_without_an_error_speak_by_their_status() {
        for (status, kind) in [
            (401, ErrorKind::Unauthenticated),
            (403, ErrorKind::PermissionDenied),
            (404, ErrorKind::NotFound),
            (429, ErrorKind::RateLimited),
            (400, ErrorKind::InputInvalid),
            (500, ErrorKind::Unavailable),
            (503, ErrorKind::Unavailable),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            for body in ["", "<html>", "[]", r#"{"error":null}"#] {
                assert_eq!(read_error(status, &HeaderMap::new(), body.as_bytes()).kind(), kind, "{status} {body}");
            }
        }
    }

    #[test]
    fn the_longest_wait_in_the_headers_counts() {
        let mut headers = HeaderMap::new();
        let usage = r#"{"1":[{"type":"pages","call_count":95,"estimated_time_to_regain_access":3},
            {"type":"messenger","call_count":"100","estimated_time_to_regain_access":"7"}]}"#;
        headers.insert("x-business-use-case-usage", usage.replace('\n', "").parse().unwrap());
        headers.insert("x-app-usage", r#"{"call_count":28,"total_time":25,"total_cputime":25}"#.parse().unwrap());
        let error = read_error(StatusCode::BAD_REQUEST, &headers, br#"{"error":{"code":80001}}"#);
        assert_eq!(error.retry_advice(), Retry::After(Duration::from_secs(420)));
    }
}
