//! Spans, counted as Python counts.

use careline::model;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error::input_invalid;

/// A stretch of a text, in code points as Python's strings count: `text[span.start:span.end]`.
///
/// Where a span was read from JSON without its text, only `start_byte` and `end_byte` are known; `slice` works all the same.
#[pyclass(frozen, eq, hash, module = "careline", name = "Span")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Span {
    bytes: model::Span,
    points: Option<(u32, u32)>,
}

impl Span {
    /// A span of `text`, where that is known.
    pub(crate) fn of(bytes: model::Span, text: Option<&str>) -> Self {
        Self { bytes, points: text.and_then(|text| points(bytes, text)) }
    }
}

/// How many code points stand before the start and before the end; `None` if the span does not fit the text.
fn points(span: model::Span, text: &str) -> Option<(u32, u32)> {
    let (start, end) = (span.start as usize, span.end as usize);
    let before = u32::try_from(text.get(..start)?.chars().count()).ok()?;
    let inside = u32::try_from(text.get(start..end)?.chars().count()).ok()?;
    Some((before, before + inside))
}

#[pymethods]
impl Span {
    #[classattr]
    #[expect(non_upper_case_globals, reason = "Python names it so")]
    const __match_args__: (&'static str, &'static str) = ("start", "end");

    #[new]
    #[pyo3(signature = (start_byte, end_byte, start=None, end=None))]
    fn new(start_byte: u32, end_byte: u32, start: Option<u32>, end: Option<u32>) -> Self {
        Self { bytes: model::Span { start: start_byte, end: end_byte }, points: start.zip(end) }
    }

    /// The first code point.
    #[getter]
    fn start(&self, py: Python<'_>) -> PyResult<u32> {
        self.known(py).map(|(start, _)| start)
    }

    /// One past the last code point.
    #[getter]
    fn end(&self, py: Python<'_>) -> PyResult<u32> {
        self.known(py).map(|(_, end)| end)
    }

    /// The first byte, in UTF-8.
    #[getter]
    fn start_byte(&self) -> u32 {
        self.bytes.start
    }

    /// One past the last byte, in UTF-8.
    #[getter]
    fn end_byte(&self) -> u32 {
        self.bytes.end
    }

    /// The part of `text` that it marks; empty if it does not fit.
    fn slice<'py>(&self, py: Python<'py>, text: &str) -> Bound<'py, PyString> {
        PyString::new(py, self.bytes.of(text))
    }

    fn __repr__(&self) -> String {
        match self.points {
            Some((start, end)) => format!("Span({start}, {end})"),
            None => format!("Span(bytes {}, {})", self.bytes.start, self.bytes.end),
        }
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyAny>, (u32, u32, Option<u32>, Option<u32>)) {
        let (start, end) = self.points.unzip();
        (py.get_type::<Self>().into_any(), (self.bytes.start, self.bytes.end, start, end))
    }
}

impl Span {
    fn known(&self, py: Python<'_>) -> PyResult<(u32, u32)> {
        self.points.ok_or_else(|| {
            let message = "the text this span marks is not known: give `text` to `from_json`, or use `slice(text)`";
            input_invalid(py, "span", message)
        })
    }
}
