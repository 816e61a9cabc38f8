//! What can go wrong on the way, as careline's error; never with a secret.

use std::error::Error as StdError;

use careline::transport::redacted;
use careline::{Error, ErrorKind, Retry};
use http::Uri;

use crate::guard::Refused;

/// An attempt that brought no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// Whether the request surely never reached the other side.
    pub(crate) unsent: bool,
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind, message: &str, unsent: bool) -> Self {
        Self { error: Error::new(kind, message), unsent }
    }

    pub(crate) fn of(error: reqwest::Error) -> Self {
        if caused_by_guard(&error) {
            return Self { error: private_address(), unsent: true };
        }
        let (kind, message) = match &error {
            error if error.is_timeout() => (ErrorKind::Timeout, "no answer in time"),
            error if error.is_connect() => (ErrorKind::Unavailable, "cannot connect"),
            error if error.is_redirect() => (ErrorKind::InputInvalid, "the address redirects too often or to nowhere"),
            error if error.is_builder() => (ErrorKind::InputInvalid, "this is no request that can be sent"),
            _ => (ErrorKind::Unavailable, "the connection was lost"),
        };
        let unsent = error.is_connect() || error.is_builder();
        Self { error: Error::new(kind, message).caused_by(error.without_url()), unsent }
    }

    /// The error for the caller, with where it was going and whether to try again.
    pub(crate) fn into_error(self, uri: &Uri, repeatable: bool) -> Error {
        let retry = match self.error.kind() {
            ErrorKind::Timeout | ErrorKind::Unavailable if self.unsent || repeatable => Retry::Transient,
            ErrorKind::Timeout | ErrorKind::Unavailable => Retry::Unknown,
            _ => self.error.retry_advice(),
        };
        self.error.retry(retry).with("url", redacted(uri))
    }

    /// Whether another attempt may help at all.
    pub(crate) fn passes(&self) -> bool {
        matches!(self.error.kind(), ErrorKind::Timeout | ErrorKind::Unavailable)
    }
}

/// The refusal of an address that is not public.
pub(crate) fn private_address() -> Error {
    Error::new(ErrorKind::PermissionDenied, "the address is private or local and is not fetched for somebody else")
}

pub(crate) fn too_large(bound: usize) -> Error {
    Error::new(ErrorKind::TooLarge, "the answer is larger than this transport accepts").with("bound", bound)
}

/// Whether the guard's refusal is among the causes; `io::Error` keeps what it wraps out of `source`.
fn caused_by_guard(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if error.is::<Refused>() || wrapped.is_some_and(|inner| inner.is::<Refused>()) {
            return true;
        }
        cause = error.source();
    }
    false
}
