//! Many raw bodies or texts in one call, without an engine.

use std::path::PathBuf;
use std::sync::Arc;

use careline::clock::{Clock as _, SystemClock};
use careline::intake::Parsed;
use careline::model::Timestamp;
use careline::network::BodyKind;
use careline::policy::{CompiledPolicy, Policy as Rules};
use careline::{Error, ErrorKind, Result};
use careline_connectors::surface::{self, Judge};
use careline_connectors::{Text, check_network, in_parallel, normalised_lines};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyList, PyString};

use crate::error::{detached, raised};
use crate::record::{Record, module_function};
use crate::span::plain;

/// The names of the networks there are connectors for.
#[pyfunction]
pub(crate) fn networks() -> Vec<&'static str> {
    careline_connectors::networks().collect()
}

/// Reads raw bodies of a network: one `Parsed` for each, in order.
#[pyfunction]
#[pyo3(signature = (network, bodies: "list[bytes]", kind, account, received_at, threads))]
pub(crate) fn normalise<'py>(
    py: Python<'py>,
    network: String,
    bodies: &Bound<'py, PyList>,
    kind: &str,
    account: Option<String>,
    received_at: Option<&str>,
    threads: usize,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let kind = kind.parse::<BodyKind>().map_err(|error| raised(py, &error))?;
    let now = instant(received_at).map_err(|error| raised(py, &error))?;
    let bodies: Vec<PyBackedBytes> = bodies.iter().map(|body| raw(py, &body)).collect::<PyResult<_>>()?;
    let read = detached(py, || {
        check_network(&network)?;
        in_parallel(&bodies, threads, |body| {
            careline_connectors::normalise(&network, kind, body, account.as_deref(), now).map(Arc::new)
        })
        .into_iter()
        .collect::<Result<Vec<Arc<Parsed>>>>()
    })?;
    read.into_iter().map(|parsed| Record::answer(py, parsed, None)).collect()
}

fn instant(text: Option<&str>) -> Result<Timestamp> {
    let Some(text) = text else { return Ok(SystemClock.now()) };
    Timestamp::parse(text).ok_or_else(|| Error::new(ErrorKind::InputInvalid, "this is no time").during("normalise"))
}

/// The bytes of a raw body; what is none is refused with what to do.
fn raw(py: Python<'_>, body: &Bound<'_, PyAny>) -> PyResult<PyBackedBytes> {
    body.extract::<PyBackedBytes>().or_else(|_| {
        let bytes = module_function(py, "careline._json", "raw_body")?.call1((body,))?;
        Ok(bytes.extract::<PyBackedBytes>()?)
    })
}

/// A policy, read and ready.
#[pyclass(frozen, module = "careline._careline", name = "Policy")]
pub(crate) struct Policy {
    version: String,
    judge: Judge,
}

#[pymethods]
impl Policy {
    /// From TOML. `file` is what mistakes call it.
    #[new]
    fn new(py: Python<'_>, text: &str, file: &str) -> PyResult<Self> {
        match Rules::parse(text, file).and_then(CompiledPolicy::new) {
            Ok(policy) => Ok(Self { version: policy.version().to_owned(), judge: Judge::new(policy) }),
            Err(mistakes) => Err(raised(py, &Error::from(mistakes))),
        }
    }

    /// The digest of its rules.
    #[getter]
    fn version(&self) -> &str {
        &self.version
    }
}

/// Judges texts: one `Assessment` for each, in order.
#[pyfunction]
#[pyo3(signature = (texts: "list[object]", policy, threads))]
pub(crate) fn triage<'py>(
    py: Python<'py>,
    texts: &Bound<'py, PyList>,
    policy: Option<&Bound<'py, Policy>>,
    threads: usize,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let rows = texts.iter().map(|text| row(py, &text)).collect::<PyResult<Vec<Text>>>()?;
    let judge = judge(py, policy)?;
    let assessments = detached(py, || judge.assess_all(&rows, threads))?;
    let judged = rows.into_iter().zip(assessments);
    judged.map(|(row, assessment)| Record::answer(py, Arc::new(assessment), Some(row.text.into()))).collect()
}

/// What texts are judged with.
fn judge(py: Python<'_>, policy: Option<&Bound<'_, Policy>>) -> PyResult<Judge> {
    let judge = policy.map_or_else(Judge::without_policy, |policy| Ok(policy.get().judge.clone()));
    judge.map_err(|error| raised(py, &error))
}

/// A text, or a mapping with `text` and what else is known of it.
fn row(py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Text> {
    if let Ok(text) = text.cast::<PyString>() {
        return Ok(Text::new(plain(text)?));
    }
    let dumped = module_function(py, "careline._json", "row")?.call1((text,))?;
    let wrong = "a text is a str or a mapping with `text`, other fields as texts";
    let row = surface::read(dumped.cast::<PyString>()?.to_str()?, ErrorKind::InputInvalid, wrong);
    row.map_err(|error: Error| raised(py, &error.during("triage")))
}

/// How long a text is where it is to stand; `place` is JSON.
#[pyfunction]
pub(crate) fn measure<'py>(py: Python<'py>, text: &str, place: &str) -> PyResult<Bound<'py, PyAny>> {
    let measured = detached(py, || surface::measure(text, place))?;
    Record::answer(py, Arc::new(measured), Some(text.into()))
}

/// A text in the parts in which a network takes it; `asked` is JSON.
#[pyfunction]
pub(crate) fn compose<'py>(py: Python<'py>, asked: &str) -> PyResult<Bound<'py, PyAny>> {
    let composed = detached(py, || surface::compose(asked))?;
    Record::answer(py, Arc::new(composed), None)
}

/// Judges rows, one in each line: what `python -m careline triage` prints.
#[pyfunction]
pub(crate) fn triage_lines(py: Python<'_>, raw: PyBackedBytes, policy: Option<&Bound<'_, Policy>>) -> PyResult<String> {
    let judge = judge(py, policy)?;
    detached(py, || Ok(judge.lines(&raw)))
}

/// Reads bodies, one or one in each line: what `python -m careline normalise` prints.
#[pyfunction]
pub(crate) fn normalise_lines(
    py: Python<'_>,
    network: &str,
    kind: &str,
    account: Option<&str>,
    raw: PyBackedBytes,
    file: &str,
) -> PyResult<String> {
    detached(py, || {
        let lines = normalised_lines(network, kind.parse()?, account, &raw, file, SystemClock.now());
        Ok(lines.into_iter().map(|line| line + "\n").collect())
    })
}

/// Whether a policy's file has no mistake, and what `python -m careline policy check` prints of it.
#[pyfunction]
pub(crate) fn policy_check(py: Python<'_>, file: PathBuf, as_json: bool) -> PyResult<(bool, String)> {
    detached(py, || {
        let checked = careline_connectors::check_policy(&file, as_json);
        Ok((checked.is_sound, checked.text))
    })
}

/// Checks the signature of a request; `settings` is the JSON of a `Signing`.
#[pyfunction]
pub(crate) fn verify_signature(
    py: Python<'_>,
    settings: &str,
    headers: Vec<(String, String)>,
    body: PyBackedBytes,
    now: Option<&str>,
) -> PyResult<()> {
    detached(py, || {
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = surface::request(headers, body.to_vec(), "POST", "")?;
        surface::verify(settings, &request, instant(now)?).map_err(|error| error.during("verify_signature"))
    })
}

/// Reads bodies and judges texts and makes no objects of it, for benches: what the native calls cost by themselves.
#[pyfunction]
pub(crate) fn native_only(
    py: Python<'_>,
    network: &str,
    bodies: Vec<PyBackedBytes>,
    texts: Vec<String>,
) -> PyResult<usize> {
    let judge = judge(py, None)?;
    detached(py, || {
        let read = bodies
            .iter()
            .map(|body| careline_connectors::normalise(network, BodyKind::Webhook, body, None, SystemClock.now()));
        let events = read.collect::<Result<Vec<_>>>()?.iter().map(|parsed| parsed.events.len()).sum::<usize>();
        let judged = judge.assess_all(&texts.into_iter().map(Text::new).collect::<Vec<_>>(), 1)?;
        Ok(events + judged.len())
    })
}

/// Panics, for tests of what becomes of panics.
#[pyfunction]
pub(crate) fn panics(py: Python<'_>) -> PyResult<()> {
    detached(py, || -> Result<()> { panic!("asked for") })
}
