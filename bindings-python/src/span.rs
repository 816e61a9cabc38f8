//! Spans, counted as Python counts.

use std::borrow::Cow;

use careline::model;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString};

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

/// The bytes from one code point to before another one; `None` if they do not stand in this order in the text.
fn bytes(start: u32, end: u32, text: &str) -> Option<model::Span> {
    let mut places = text.char_indices().map(|(place, _)| place).chain([text.len()]);
    let first = places.nth(start as usize)?;
    let inside = end.checked_sub(start)? as usize;
    model::Span::new(first, if inside == 0 { first } else { places.nth(inside - 1)? })
}

/// A text as Rust has it. Half of a surrogate pair becomes one sign for what cannot be read, so that spans count alike.
pub(crate) fn plain<'a>(text: &'a Bound<'_, PyString>) -> PyResult<Cow<'a, str>> {
    if let Ok(text) = text.to_str() {
        return Ok(Cow::Borrowed(text));
    }
    let points = text.call_method1("encode", ("utf-32-le", "surrogatepass"))?.extract::<Vec<u8>>()?;
    let points = points.chunks_exact(4).map(|point| u32::from_le_bytes([point[0], point[1], point[2], point[3]]));
    Ok(points.map(|point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into())
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

    /// The span from one code point of `text` to before another one: `Span.within(text, start, end).slice(text)` is
    /// `text[start:end]`. Advisors mark with it what they found.
    #[staticmethod]
    #[pyo3(signature = (text: "str", start: "int", end: "int"))]
    fn within(
        py: Python<'_>,
        text: &Bound<'_, PyString>,
        start: &Bound<'_, PyInt>,
        end: &Bound<'_, PyInt>,
    ) -> PyResult<Self> {
        let text = plain(text)?;
        let points = start.extract::<u32>().ok().zip(end.extract::<u32>().ok());
        let bytes = points.and_then(|(start, end)| bytes(start, end, &text));
        let Some(bytes) = bytes else {
            let message = format!("a span goes from `start` to `end` within the {} code points", text.chars().count());
            return Err(input_invalid(py, "span", message));
        };
        Ok(Self { bytes, points })
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
    #[pyo3(signature = (text: "str"))]
    fn slice<'py>(&self, py: Python<'py>, text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyString>> {
        Ok(PyString::new(py, self.bytes.of(&plain(text)?)))
    }

    fn __repr__(&self) -> String {
        match self.points {
            Some((start, end)) => format!("Span({start}, {end})"),
            None => format!("Span(bytes {}, {})", self.bytes.start, self.bytes.end),
        }
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (start, end) = self.points.unzip();
        let arguments = (self.bytes.start, self.bytes.end, start, end);
        Ok((py.get_type::<Self>(), arguments).into_pyobject(py)?.into_any())
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
