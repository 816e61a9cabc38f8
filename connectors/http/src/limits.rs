//! How long to wait before the next call, by what the networks' own headers said at the last ones.

use std::hash::{Hash, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use careline::model::Timestamp;
use careline::transport::Endpoint;
use http::{HeaderMap, Request, StatusCode, Uri, header};
use rustc_hash::{FxHashMap, FxHasher};
use serde_json::Value;

/// Usage in per cent from which on Meta's limits are approached slowly (fact sheet facebook §6).
const USAGE_BEGIN: f64 = 75.0;
/// The pause between calls when usage has all but reached its limit.
const USAGE_PAUSE: Duration = Duration::from_secs(30);
/// The pause once usage is at its limit and the network does not say until when.
const USAGE_FULL: Duration = Duration::from_secs(300);
/// Blocks are looked through for those that have passed once there are this many.
const MANY: usize = 1024;

/// Until when which endpoint may not be called, by host, endpoint and credential.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    until: Mutex<FxHashMap<Key, Timestamp>>,
}

/// What a network counts by: a hash, so that no credential is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key(u64);

/// The two keys of a request: its endpoint's, and the one of all calls with its credential.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    endpoint: Key,
    credential: Key,
}

impl Keys {
    pub(crate) fn of<T>(request: &Request<T>) -> Self {
        let mut all = FxHasher::default();
        request.uri().host().hash(&mut all);
        request.headers().get(header::AUTHORIZATION).map(|value| value.as_bytes()).hash(&mut all);
        access_token(request.uri()).hash(&mut all);
        let mut one = all.clone();
        request.method().hash(&mut one);
        match request.extensions().get::<Endpoint>() {
            Some(endpoint) => endpoint.hash(&mut one),
            None => template(request.uri().path()).for_each(|segment| segment.hash(&mut one)),
        }
        Self { endpoint: Key(one.finish()), credential: Key(all.finish()) }
    }
}

fn access_token(uri: &Uri) -> Option<&str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("access_token="))
}

/// A path without its ids: segments that hold a digit name a thing, except for the version in front.
fn template(path: &str) -> impl Iterator<Item = &str> {
    let segments = path.trim_start_matches('/').split('/').enumerate();
    segments.map(|(nth, segment)| {
        let names_a_thing =
            nth > 0 && segment != "v1" && segment != "v2" && segment.bytes().any(|b| b.is_ascii_digit());
        if names_a_thing { ":id" } else { segment }
    })
}

impl Limits {
    /// How long to wait before this call; `None` if it may go.
    pub(crate) fn wait(&self, keys: Keys, now: Timestamp) -> Option<Duration> {
        let until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = [keys.endpoint, keys.credential].iter().filter_map(|key| until.get(key)).max()?;
        u64::try_from(latest.millis_since(now)).ok().filter(|millis| *millis > 0).map(Duration::from_millis)
    }

    /// Notes what an answer says about the next call.
    pub(crate) fn learn(&self, keys: Keys, status: StatusCode, headers: &HeaderMap, now: Timestamp) {
        let endpoint = endpoint_block(status, headers, now);
        let credential = credential_block(headers, now);
        if endpoint.is_none() && credential.is_none() {
            return;
        }
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.len() >= MANY {
            until.retain(|_, until| *until > now);
        }
        for (key, block) in [(keys.endpoint, endpoint), (keys.credential, credential)] {
            if let Some(block) = block {
                until.insert(key, block);
            }
        }
    }
}

/// Until when this endpoint is closed: after 429 or 503, and as soon as nothing remains of an allowance.
fn endpoint_block(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let refused = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let asked = refused.then(|| retry_after(headers, now)).flatten();
    let allowances = [
        ("x-rate-limit-remaining", "x-rate-limit-reset"),
        ("x-ratelimit-remaining", "x-ratelimit-reset"),
        ("x-app-limit-24hour-remaining", "x-app-limit-24hour-reset"),
        ("x-user-limit-24hour-remaining", "x-user-limit-24hour-reset"),
    ];
    let spent = allowances.into_iter().filter_map(|(remaining, reset)| {
        let reset = text(headers, reset).and_then(instant)?;
        let left = text(headers, remaining).and_then(|left| left.trim().parse::<u64>().ok());
        (left == Some(0) || (left.is_none() && refused)).then_some(reset)
    });
    asked.into_iter().chain(spent).max()
}

/// Until when no call with this credential is wise: Meta tells how much of the allowance is used up.
fn credential_block(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let mut used = 0.0f64;
    let mut regain = 0.0f64;
    for name in ["x-app-usage", "x-page-usage", "x-business-use-case-usage"] {
        let usage = text(headers, name).and_then(|text| serde_json::from_str(text).ok());
        usage.iter().for_each(|usage| add_usage(usage, &mut used, &mut regain));
    }
    if used >= 100.0 || regain > 0.0 {
        let told = Duration::try_from_secs_f64(regain * 60.0).unwrap_or_default();
        return Some(now.plus(if told.is_zero() { USAGE_FULL } else { told }));
    }
    let beyond = (used - USAGE_BEGIN) / (100.0 - USAGE_BEGIN);
    (beyond > 0.0).then(|| now.plus(USAGE_PAUSE.mul_f64(beyond * beyond)))
}

/// The highest percentage and the longest wait anywhere in a usage header; numbers may be written as strings.
fn add_usage(usage: &Value, used: &mut f64, regain: &mut f64) {
    match usage {
        Value::Array(items) => items.iter().for_each(|item| add_usage(item, used, regain)),
        Value::Object(map) => {
            for (key, value) in map {
                let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).unwrap_or(0.0);
                match key.as_str() {
                    "call_count" | "total_time" | "total_cputime" => *used = used.max(number),
                    "estimated_time_to_regain_access" => *regain = regain.max(number),
                    _ => add_usage(value, used, regain),
                }
            }
        }
        _ => {}
    }
}

/// What `Retry-After` asks for: seconds or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let text = text(headers, header::RETRY_AFTER.as_str())?.trim();
    if let Ok(secs) = text.parse() {
        return Some(now.plus(Duration::from_secs(secs)));
    }
    let since = httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::default().plus(since))
}

/// An instant as seconds since 1970 (X, GoToSocial) or as RFC 3339 (Mastodon).
fn instant(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok().and_then(Timestamp::from_secs).or_else(|| Timestamp::parse(text.trim()))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::parse("2026-08-12T19:00:00Z").unwrap()
    }

    fn request(uri: &str, token: &str) -> Request<()> {
        Request::get(uri).header("authorization", format!("Bearer {token}")).body(()).unwrap()
    }

    fn wait(status: u16, headers: &[(&'static str, &str)]) -> Option<u64> {
        let limits = Limits::default();
        let keys = Keys::of(&request("https://h.example/2/users/7/mentions", "t"));
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        limits.learn(keys, StatusCode::from_u16(status).unwrap(), &headers, now());
        limits.wait(keys, now()).map(|wait| wait.as_secs())
    }

    #[test]
    fn each_network_says_it_in_its_own_way() {
        let reset = (now().as_secs() + 90).to_string();
        assert_eq!(wait(200, &[("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", &reset)]), Some(90));
        assert_eq!(wait(200, &[("x-rate-limit-remaining", "3"), ("x-rate-limit-reset", &reset)]), None);
        assert_eq!(wait(429, &[("x-rate-limit-reset", &reset)]), Some(90));
        let mastodon = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "2026-08-12T19:05:00.123Z")];
        assert_eq!(wait(200, &mastodon), Some(300));
        assert_eq!(wait(429, &[("retry-after", "7")]), Some(7));
        assert_eq!(wait(503, &[("retry-after", "Wed, 12 Aug 2026 19:00:30 GMT")]), Some(30));
        assert_eq!(wait(200, &[("retry-after", "7")]), None);
        assert_eq!(wait(200, &[("x-app-usage", r#"{"call_count":28,"total_time":25,"total_cputime":25}"#)]), None);
        assert_eq!(wait(200, &[("x-app-usage", r#"{"call_count":28,"total_time":"95"}"#)]), Some(19));
        assert_eq!(wait(200, &[("x-app-usage", r#"{"call_count":100}"#)]), Some(300));
        let case = r#"{"1":[{"type":"pages","call_count":5,"estimated_time_to_regain_access":0}],
            "2":[{"type":"messenger","call_count":"101","estimated_time_to_regain_access":"12"}]}"#
            .replace('\n', "");
        assert_eq!(wait(400, &[("x-business-use-case-usage", &case)]), Some(720));
    }

    #[test]
    fn nonsense_blocks_nothing() {
        for headers in [
            [("retry-after", "soon"), ("x-rate-limit-reset", "-")],
            [("retry-after", "-1"), ("x-app-usage", "{")],
            [("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", "99999999999999999999")],
        ] {
            assert_eq!(wait(429, &headers), None, "{headers:?}");
        }
    }

    #[test]
    fn limits_are_counted_by_endpoint_and_credential() {
        let limits = Limits::default();
        let of = |uri: &str, token: &str| Keys::of(&request(uri, token));
        let blocked = of("https://h.example/2/users/7/mentions?since_id=1", "t");
        let headers = [(header::RETRY_AFTER, "9".parse().unwrap())].into_iter().collect();
        limits.learn(blocked, StatusCode::TOO_MANY_REQUESTS, &headers, now());
        let waits = |uri: &str, token: &str| limits.wait(of(uri, token), now()).is_some();
        assert!(waits("https://h.example/2/users/8/mentions", "t"));
        assert!(!waits("https://h.example/2/users/7/mentions", "another"));
        assert!(!waits("https://h.example/2/users/7/tweets", "t"));
        assert!(!waits("https://i.example/2/users/7/mentions", "t"));
        assert_eq!(limits.wait(blocked, now().plus_millis(9000)), None);
    }
}
