//! One error for the whole library: what kind, whether to try again, during which operation, with which facts.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// The result of every fallible call in careline.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as a closed set of stable codes that a caller can branch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A request carries no signature, a wrong one, or one made with another secret.
    SignatureInvalid,
    /// A body, an argument or a stored value does not have the expected form.
    InputInvalid,
    /// A policy or a connector's configuration is wrong; the message names the key.
    ConfigInvalid,
    /// A body or a value exceeds a stated bound.
    TooLarge,
    /// The connector or store cannot do this; see its capability.
    Unsupported,
    /// The network or desk does not accept our token (any more).
    Unauthenticated,
    /// The token is good but lacks a permission.
    PermissionDenied,
    /// No such tenant, case, customer, message or remote object.
    NotFound,
    /// Somebody else changed what was read; read again and decide again.
    Conflict,
    /// The remote side asks us to wait.
    RateLimited,
    /// The remote side refuses because a paid quota or spending limit is used up.
    QuotaExhausted,
    /// The network's reply window is closed.
    WindowClosed,
    /// The person or the network blocked us.
    Blocked,
    /// The remote side is down or answers nonsense.
    Unavailable,
    /// No answer in time; what happened remotely is unknown.
    Timeout,
    /// The caller gave up.
    Cancelled,
    /// An event names an account that no tenant owns.
    AccountUnknown,
    /// Stored bytes were written by a newer careline.
    VersionNewer,
    /// Stored bytes are damaged.
    StorageDamaged,
    /// Reading or writing local storage failed.
    StorageFailed,
    /// A bug in careline or in a plugged-in part.
    Unexpected,
}

impl ErrorKind {
    /// The stable snake_case code of this kind.
    pub fn code(self) -> &'static str {
        match self {
            Self::SignatureInvalid => "signature_invalid",
            Self::InputInvalid => "input_invalid",
            Self::ConfigInvalid => "config_invalid",
            Self::TooLarge => "too_large",
            Self::Unsupported => "unsupported",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission_denied",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::QuotaExhausted => "quota_exhausted",
            Self::WindowClosed => "window_closed",
            Self::Blocked => "blocked",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
            Self::AccountUnknown => "account_unknown",
            Self::VersionNewer => "version_newer",
            Self::StorageDamaged => "storage_damaged",
            Self::StorageFailed => "storage_failed",
            Self::Unexpected => "unexpected",
        }
    }

    /// Whether a call that failed so may be repeated when nothing else is known.
    fn default_retry(self) -> Retry {
        match self {
            Self::RateLimited | Self::Unavailable | Self::Conflict => Retry::Transient,
            Self::Timeout => Retry::Unknown,
            _ => Retry::Never,
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Whether and when to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The same call fails again; something must change first.
    Never,
    /// Try again once this time has passed.
    After(Duration),
    /// Try again with a growing pause.
    Transient,
    /// The effect may have happened; look before trying again.
    Unknown,
}

/// What went wrong, in one boxed value.
///
/// `Display` is one line for people; `Debug` adds the source. Neither ever holds a secret: put none into it.
///
/// ```
/// use careline::{Error, ErrorKind};
/// let error = Error::new(ErrorKind::InputInvalid, "`id` is missing").during("receive").with("network", "x");
/// assert_eq!(error.to_string(), "receive: `id` is missing (input_invalid; network=x)");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    retry: Retry,
    operation: &'static str,
    message: String,
    context: Vec<(&'static str, String)>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind` with a sentence that says what is wrong and what to do.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            retry: kind.default_retry(),
            operation: "",
            message: message.into(),
            context: Vec::new(),
            source: None,
        }))
    }

    /// Names the operation that failed; the outermost name wins, inner ones become context.
    #[must_use]
    pub fn during(mut self, operation: &'static str) -> Self {
        if !self.0.operation.is_empty() {
            let inner = self.0.operation.to_owned();
            self.0.context.push(("within", inner));
        }
        self.0.operation = operation;
        self
    }

    /// Adds a fact: which file, field, account, case.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.0.context.push((key, value.to_string()));
        self
    }

    /// Sets when to try again, where the kind's own answer does not fit.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }

    /// Keeps the error that caused this one.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether and when to try again.
    pub fn retry_advice(&self) -> Retry {
        self.0.retry
    }

    /// The operation that failed; empty when nobody named it.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The sentence without operation, kind and context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The facts added on the way.
    pub fn context(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.context.iter().map(|(key, value)| (*key, value.as_str()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.operation.is_empty() {
            write!(f, "{}: ", self.0.operation)?;
        }
        write!(f, "{} ({}", self.0.message, self.0.kind)?;
        for (key, value) in &self.0.context {
            write!(f, "; {key}={value}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut source = self.source();
        while let Some(error) = source {
            write!(f, "\n  caused by: {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// As JSON an error is `{"code", "message", "operation"?, "context"?}`.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", self.0.kind.code())?;
        map.serialize_entry("message", &self.0.message)?;
        if !self.0.operation.is_empty() {
            map.serialize_entry("operation", self.0.operation)?;
        }
        if !self.0.context.is_empty() {
            let context: std::collections::BTreeMap<_, _> =
                self.0.context.iter().map(|(key, value)| (*key, value.as_str())).collect();
            map.serialize_entry("context", &context)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outer_operation_keeps_the_inner_one_as_context() {
        let error = Error::new(ErrorKind::Timeout, "no answer").during("load").during("decide");
        assert_eq!(error.to_string(), "decide: no answer (timeout; within=load)");
        assert_eq!(error.retry_advice(), Retry::Unknown);
    }

    #[test]
    fn debug_shows_the_chain_of_causes() {
        let error = Error::new(ErrorKind::StorageFailed, "cannot write").caused_by(std::io::Error::other("disk full"));
        assert_eq!(format!("{error:?}"), "cannot write (storage_failed)\n  caused by: disk full");
    }

    #[test]
    fn json_carries_code_and_context() {
        let error = Error::new(ErrorKind::InputInvalid, "no id").with("field", "id");
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(json, r#"{"code":"input_invalid","message":"no id","context":{"field":"id"}}"#);
    }
}
