//! What errors made in Python say: the same line as the core's own.

use std::collections::BTreeMap;

use careline::Error;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::json;

use crate::span::plain;

/// The line of an error.
#[pyfunction]
#[pyo3(signature = (code, message, operation, context: "dict[str, str]"))]
pub(crate) fn error_line(
    code: &str,
    message: &Bound<'_, PyAny>,
    operation: &Bound<'_, PyAny>,
    context: &Bound<'_, PyDict>,
) -> PyResult<String> {
    let said = |value: &Bound<'_, PyAny>| Ok::<_, PyErr>(plain(&value.str()?)?.into_owned());
    let facts = context.iter().map(|(fact, value)| Ok((said(&fact)?, said(&value)?)));
    let facts = facts.collect::<PyResult<BTreeMap<_, _>>>()?;
    let told = json!({"code": code, "message": said(message)?, "operation": said(operation)?, "context": facts});
    Ok(serde_json::from_value::<Error>(told).map_or_else(|error| error.to_string(), |error| error.to_string()))
}
