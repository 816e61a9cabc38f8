//! One error for the whole library: what kind, whether to try again, during which operation, with which facts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

    /// Every kind.
    pub const ALL: [Self; 21] = [
        Self::SignatureInvalid,
        Self::InputInvalid,
        Self::ConfigInvalid,
        Self::TooLarge,
        Self::Unsupported,
        Self::Unauthenticated,
        Self::PermissionDenied,
        Self::NotFound,
        Self::Conflict,
        Self::RateLimited,
        Self::QuotaExhausted,
        Self::WindowClosed,
        Self::Blocked,
        Self::Unavailable,
        Self::Timeout,
        Self::Cancelled,
        Self::AccountUnknown,
        Self::VersionNewer,
        Self::StorageDamaged,
        Self::StorageFailed,
        Self::Unexpected,
    ];

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
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
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    retry: Retry,
    operation: Cow<'static, str>,
    message: String,
    context: Vec<(Cow<'static, str>, String)>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind` with a sentence that says what is wrong and what to do.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            retry: kind.default_retry(),
            operation: Cow::Borrowed(""),
            message: message.into(),
            context: Vec::new(),
            source: None,
        }))
    }

    /// Names the operation that failed; the outermost name wins, other inner ones become context.
    #[must_use]
    pub fn during(mut self, operation: &'static str) -> Self {
        if !self.0.operation.is_empty() && self.0.operation != operation {
            let inner = self.0.operation.to_string();
            self.0.context.push(("within".into(), inner));
        }
        self.0.operation = operation.into();
        self
    }

    /// Adds a fact: which file, field, account, case.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.0.context.push((key.into(), value.to_string()));
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
        self.0.source = Some(Arc::from(source.into()));
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
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// The sentence without operation, kind and context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The facts added on the way.
    pub fn context(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.context.iter().map(|(key, value)| (key.as_ref(), value.as_str()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.operation.is_empty() {
            write!(f, "{}: ", OneLine(&self.0.operation))?;
        }
        write!(f, "{} ({}", OneLine(&self.0.message), self.0.kind)?;
        for (key, value) in &self.0.context {
            write!(f, "; {key}={}", OneLine(value))?;
        }
        f.write_str(")")
    }
}

/// A text on one line, its beginning if it is very long: what a stranger sent must neither begin a line of its own in
/// somebody's log nor fill it.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 1_000;
        for (at, character) in self.0.chars().enumerate() {
            if at == LONGEST {
                return f.write_str("…");
            }
            match character.is_control() {
                true => write!(f, "{}", character.escape_default())?,
                false => fmt::Write::write_char(f, character)?,
            }
        }
        Ok(())
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
            map.serialize_entry("operation", &self.0.operation)?;
        }
        if !self.0.context.is_empty() {
            let context: BTreeMap<_, _> = self.context().collect();
            map.serialize_entry("context", &context)?;
        }
        map.end()
    }
}

/// Reads what [`Serialize`] wrote. The cause is not kept in JSON, and when to try again follows from the kind.
impl<'de> Deserialize<'de> for Error {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Told {
            code: String,
            message: String,
            #[serde(default)]
            operation: String,
            #[serde(default)]
            context: BTreeMap<String, String>,
        }
        let told = Told::deserialize(deserializer)?;
        let mut error = Self::new(ErrorKind::from_code(&told.code).unwrap_or(ErrorKind::Unexpected), told.message);
        error.0.operation = told.operation.into();
        error.0.context = told.context.into_iter().map(|(key, value)| (key.into(), value)).collect();
        Ok(error)
    }
}

/// Alike in everything they say; causes are not compared.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        let said = |error: &Self| {
            let mut context: Vec<_> = error.0.context.clone();
            context.sort();
            (error.0.kind, error.0.operation.clone(), error.0.message.clone(), context)
        };
        said(self) == said(other)
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
        let twice = Error::new(ErrorKind::Timeout, "no answer").during("load").during("load");
        assert_eq!(twice.to_string(), "load: no answer (timeout)");
    }

    #[test]
    fn a_line_is_no_book() {
        let error = Error::new(ErrorKind::NotFound, "no such case").during("case").with("case", "é".repeat(100_000));
        assert!(error.to_string().chars().count() < 2_000 && error.to_string().ends_with("…)"), "{error}");
    }

    #[test]
    fn debug_shows_the_chain_of_causes() {
        let error = Error::new(ErrorKind::StorageFailed, "cannot write").caused_by(std::io::Error::other("disk full"));
        assert_eq!(format!("{error:?}"), "cannot write (storage_failed)\n  caused by: disk full");
    }

    #[test]
    fn json_carries_code_and_context_and_reads_back() {
        let error = Error::new(ErrorKind::InputInvalid, "no id").with("field", "id").during("receive");
        let json = serde_json::to_string(&error).unwrap();
        let expected = r#"{"code":"input_invalid","message":"no id","operation":"receive","context":{"field":"id"}}"#;
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<Error>(&json).unwrap(), error);
        assert_ne!(error.clone().with("more", 1), error);
    }

    #[test]
    fn a_stranger_begins_no_line_of_their_own() {
        let error = Error::new(ErrorKind::NotFound, "no such endpoint").with("endpoint", "x\n2026 ERROR \u{1b}[2J");
        assert_eq!(error.to_string(), r"no such endpoint (not_found; endpoint=x\n2026 ERROR \u{1b}[2J)");
    }

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        for kind in ErrorKind::ALL {
            assert_eq!(ErrorKind::from_code(kind.code()), Some(kind));
        }
    }
}
