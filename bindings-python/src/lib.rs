//! What stands behind the Python package `careline`: records of the model, raw bodies and texts in batches, and a host's
//! engine. The package itself, in `python/careline`, is what people see.

mod batch;
mod error;
mod fork;
mod host;
mod plugged;
mod record;
mod said;
mod span;

use pyo3::prelude::*;

/// The native part of `careline`. Nothing here is meant to be used by hand.
#[pymodule(gil_used = false)]
mod _careline {
    #[pymodule_export]
    use crate::batch::{
        Policy, compose, measure, native_only, networks, normalise, normalise_lines, panics, policy_check, triage,
        triage_lines, verify_signature,
    };
    #[pymodule_export]
    use crate::fork::{after_fork_in_child, after_fork_in_parent, before_fork};
    #[pymodule_export]
    use crate::host::Host;
    #[pymodule_export]
    use crate::record::Record;
    #[pymodule_export]
    use crate::said::error_line;
    #[pymodule_export]
    use crate::span::Span;

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
