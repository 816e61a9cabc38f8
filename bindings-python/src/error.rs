//! Errors, as the exceptions that `careline.errors` defines.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use careline::care::status_of;
use careline::policy::PolicyErrors;
use careline::{Error, ErrorKind, Retry};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::fork::Inside;
use crate::record::json;

/// The exception for an error.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    static BUILD: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let built = BUILD.import(py, "careline.errors", "from_native").and_then(|build| {
        let context = PyDict::new(py);
        for (key, value) in error.context() {
            context.set_item(key, value)?;
        }
        let (retry, after) = match error.retry_advice() {
            Retry::Never => ("never", None),
            Retry::After(wait) => ("after", Some(wait.as_secs_f64())),
            Retry::Transient => ("transient", None),
            Retry::Unknown => ("unknown", None),
        };
        let (operation, status) = (error.operation(), status_of(error).as_u16());
        build.call1((error.kind().code(), error.message(), operation, context, retry, after, status, error.to_string()))
    });
    built.and_then(|raised| with_mistakes(raised, error)).map_or_else(|failed| failed, PyErr::from_value)
}

/// The mistakes in a policy, if that is what is wrong, beside the error.
fn with_mistakes<'py>(raised: Bound<'py, PyAny>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<PolicyErrors>());
    if let Some(mistakes) = cause.and_then(|mistakes| serde_json::to_value(mistakes).ok()) {
        raised.setattr("mistakes", json(raised.py(), &mistakes)?)?;
    }
    Ok(raised)
}

thread_local! {
    /// What told the process to end while something plugged in was called: no failure of that, and not to be swallowed.
    static INTERRUPT: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Keeps an exception that is no `Exception`, such as Ctrl-C, for whoever called careline.
pub(crate) fn keep_interrupt(py: Python<'_>, error: &PyErr) {
    if !error.is_instance_of::<PyException>(py) {
        INTERRUPT.set(Some(error.clone_ref(py)));
    }
}

/// Does `work` without the interpreter. What it says wrong, and a panic in it, is raised.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> careline::Result<T> + Send) -> PyResult<T> {
    let done = py.detach(|| {
        let _inside = Inside::enter();
        catch_unwind(AssertUnwindSafe(work))
    });
    if let Some(interrupt) = INTERRUPT.take() {
        return Err(interrupt);
    }
    done.unwrap_or_else(|panic| Err(panicked(&*panic))).map_err(|error| raised(py, &error))
}

/// A panic as an error. Its words stay out of it: they may be a customer's.
fn panicked(_: &(dyn std::any::Any + Send)) -> Error {
    Error::new(ErrorKind::Unexpected, "careline panicked; please report this with what standard error says")
}

/// `input_invalid`, with what is wrong.
pub(crate) fn input_invalid(py: Python<'_>, operation: &'static str, message: impl Into<String>) -> PyErr {
    raised(py, &Error::new(ErrorKind::InputInvalid, message).during(operation))
}
