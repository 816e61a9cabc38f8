//! Many raw bodies or texts in one call, without an engine.

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use careline::clock::{Clock as _, SystemClock};
use careline::intake::Parsed;
use careline::model::{Assessment, Timestamp};
use careline::network::BodyKind;
use careline::policy::{CompiledPolicy, Policy as Rules};
use careline::reflect::{Reflected as _, View, Viewed};
use careline::wire::Signing;
use careline::{Error, ErrorKind, Result};
use careline_connectors::{Text, Texts, in_parallel, judge_row, normalised_lines};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyString;

use crate::error::{detached, input_invalid, raised};
use crate::host::request;
use crate::record::{Record, json, module_function};
use crate::span::plain;

/// The names of the networks there are connectors for.
#[pyfunction]
pub(crate) fn networks() -> Vec<&'static str> {
    careline_connectors::networks().collect()
}

/// Reads raw bodies of a network: one `Parsed` for each, in order.
#[pyfunction]
#[pyo3(signature = (network, bodies, kind, account, received_at, threads))]
pub(crate) fn normalise<'py>(
    py: Python<'py>,
    network: String,
    bodies: Vec<Bound<'py, PyAny>>,
    kind: &str,
    account: Option<String>,
    received_at: Option<&str>,
    threads: usize,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let kind = kind.parse::<BodyKind>().map_err(|error| raised(py, &error))?;
    let now = instant(received_at).map_err(|error| raised(py, &error))?;
    let bodies: Vec<PyBackedBytes> = bodies.iter().map(|body| raw(py, body)).collect::<PyResult<_>>()?;
    let read = detached(py, || {
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
    texts: Arc<RwLock<Texts>>,
}

#[pymethods]
impl Policy {
    /// From TOML. `file` is what mistakes call it.
    #[new]
    fn new(py: Python<'_>, text: &str, file: &str) -> PyResult<Self> {
        match Rules::parse(text, file).and_then(CompiledPolicy::new) {
            Ok(policy) => {
                Ok(Self { version: policy.version().to_owned(), texts: Arc::new(RwLock::new(Texts::new(policy))) })
            }
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
#[pyo3(signature = (texts, policy, threads))]
pub(crate) fn triage<'py>(
    py: Python<'py>,
    texts: Vec<Bound<'py, PyAny>>,
    policy: Option<&Bound<'py, Policy>>,
    threads: usize,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let rows = texts.iter().map(|text| row(py, text)).collect::<PyResult<Vec<Text>>>()?;
    let judge = judge(py, policy)?;
    let assessments = detached(py, || {
        if rows.iter().any(|row| row.brand.is_some()) {
            judge.write().unwrap_or_else(PoisonError::into_inner).prepare(&rows)?;
        }
        let judge = judge.read().unwrap_or_else(PoisonError::into_inner);
        Ok(judge.assess_all(&rows, threads))
    })?;
    let judged = rows.into_iter().zip(assessments);
    judged.map(|(row, assessment)| Record::answer(py, Arc::new(Judged(assessment)), Some(row.text.into()))).collect()
}

/// What texts are judged with.
fn judge(py: Python<'_>, policy: Option<&Bound<'_, Policy>>) -> PyResult<Arc<RwLock<Texts>>> {
    static WITHOUT_POLICY: LazyLock<Option<Arc<RwLock<Texts>>>> =
        LazyLock::new(|| Texts::without_policy().ok().map(|texts| Arc::new(RwLock::new(texts))));
    let judge = policy.map(|policy| policy.get().texts.clone()).or_else(|| WITHOUT_POLICY.clone());
    judge.ok_or_else(|| input_invalid(py, "triage", "a policy is needed"))
}

#[derive(Debug)]
struct Judged(Assessment);

impl Viewed for Judged {
    fn see(&self) -> View<'_> {
        self.0.view()
    }
}

/// A text, or a mapping with `text` and what else is known of it.
fn row(py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Text> {
    if let Ok(text) = text.cast::<PyString>() {
        return Ok(Text::new(plain(text)?));
    }
    let dumped = module_function(py, "careline._json", "row")?.call1((text,))?;
    serde_json::from_str(dumped.cast::<PyString>()?.to_str()?).map_err(|error| {
        let why = careline::reflect::without_words(&error);
        input_invalid(py, "triage", format!("a text is a str or a mapping with `text`, other fields as texts: {why}"))
    })
}

/// Judges rows, one in each line: what `python -m careline triage` prints.
#[pyfunction]
pub(crate) fn triage_lines(py: Python<'_>, raw: PyBackedBytes, policy: Option<&Bound<'_, Policy>>) -> PyResult<String> {
    let judge = judge(py, policy)?;
    detached(py, || {
        let mut texts = judge.write().unwrap_or_else(PoisonError::into_inner);
        let rows = (1..).zip(raw.split(|byte| *byte == b'\n')).filter(|(_, row)| !row.trim_ascii().is_empty());
        Ok(rows.map(|(number, row)| judge_row(&mut texts, row.trim_ascii(), number).to_line() + "\n").collect())
    })
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
        let signing: Signing = serde_json::from_str(settings).map_err(|error| {
            let why = careline::reflect::without_words(&error);
            Error::new(ErrorKind::ConfigInvalid, format!("wrong settings: {why}")).during("verify_signature")
        })?;
        let request = request(headers, &body, "POST", "")?;
        signing.verify(&request, instant(now)?).map_err(|error| error.during("verify_signature"))
    })
}

/// The JSON Schema of policies.
#[pyfunction]
pub(crate) fn schema(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    json(py, Rules::schema())
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
        let judge = judge.read().unwrap_or_else(PoisonError::into_inner);
        let judged = judge.assess_all(&texts.into_iter().map(Text::new).collect::<Vec<_>>(), 1);
        Ok(events + judged.len())
    })
}

/// Panics, for tests of what becomes of panics.
#[pyfunction]
pub(crate) fn panics(py: Python<'_>) -> PyResult<()> {
    detached(py, || -> Result<()> { panic!("asked for") })
}
