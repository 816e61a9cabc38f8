//! Errors on their way to `CarelineError`: JavaScript gets them as JSON in a reason and makes the class of it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use careline::care::status_of;
use careline::policy::PolicyErrors;
use careline::{Error, ErrorKind, Result, Retry};
use serde_json::json;

/// An error as `index.js` reads it.
pub(crate) fn told(error: &Error) -> napi::Error {
    let (retry, after) = match error.retry_advice() {
        Retry::Never => ("never", None),
        Retry::After(wait) => ("after", u64::try_from(wait.as_millis()).ok()),
        Retry::Transient => ("transient", None),
        Retry::Unknown => ("unknown", None),
    };
    let mut envelope = serde_json::to_value(error).unwrap_or_default();
    envelope["line"] = json!(error.to_string());
    envelope["retry"] = json!(retry);
    envelope["retryAfterMs"] = json!(after);
    envelope["status"] = json!(status_of(error).as_u16());
    if let Some(mistakes) = mistakes(error) {
        envelope["mistakes"] = mistakes;
    }
    napi::Error::from_reason(envelope.to_string())
}

/// The mistakes in a policy, if that is what is wrong.
fn mistakes(error: &Error) -> Option<serde_json::Value> {
    let cause = std::error::Error::source(error)?.downcast_ref::<PolicyErrors>()?;
    serde_json::to_value(cause).ok()
}

/// Does `work`; a panic in it becomes an error. Its words stay out of that: they may be a customer's.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T>) -> napi::Result<T> {
    let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let message = "careline panicked; please report this with what standard error says";
        Err(Error::new(ErrorKind::Unexpected, message))
    });
    done.map_err(|error| told(&error))
}
