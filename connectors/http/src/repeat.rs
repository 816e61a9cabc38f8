//! When a request is tried again, and after what pause.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use careline::transport::Repeatable;
use http::{Method, Request, StatusCode};

/// Whether repeating this request has no further effect: by its method (RFC 9110 section 9.2.2) or by the caller's word.
pub(crate) fn is_repeatable<T>(request: &Request<T>) -> bool {
    let idempotent =
        matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE);
    idempotent || request.extensions().get::<Repeatable>().is_some()
}

/// Whether an answer with this status is worth another attempt. 429 was refused before anything happened; the others may
/// come after the effect.
pub(crate) fn is_worth_repeating(status: StatusCode, repeatable: bool) -> bool {
    match status.as_u16() {
        429 => true,
        500 | 502 | 503 | 504 => repeatable,
        _ => false,
    }
}

/// The pause before attempt `nth`, counted from 1 for the first repetition: 200 ms doubled each time, of which the second
/// half is left to chance so that many clients do not come back at once.
pub(crate) fn backoff(nth: u32) -> Duration {
    let whole = Duration::from_millis(200) * 2u32.saturating_pow(nth.saturating_sub(1).min(10));
    whole.mul_f64(0.5 + chance() / 2.0)
}

/// A number from 0 to 1; every `RandomState` is keyed anew.
#[expect(clippy::cast_precision_loss, reason = "53 bits are plenty")]
fn chance() -> f64 {
    (RandomState::new().hash_one(0u8) >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_differ() {
        let first: Vec<_> = (0..20).map(|_| backoff(1)).collect();
        assert!(first.iter().all(|pause| (100..=200).contains(&pause.as_millis())), "{first:?}");
        assert!(first.iter().any(|pause| *pause != first[0]));
        assert!(backoff(4) >= Duration::from_millis(800));
    }

    #[test]
    fn what_may_have_happened_is_not_repeated() {
        let post = Request::post("/").body(()).unwrap();
        assert!(!is_repeatable(&post));
        let safe = Request::post("/").extension(Repeatable).body(()).unwrap();
        assert!(is_repeatable(&safe));
        assert!(is_worth_repeating(StatusCode::TOO_MANY_REQUESTS, false));
        assert!(!is_worth_repeating(StatusCode::SERVICE_UNAVAILABLE, false));
    }
}
