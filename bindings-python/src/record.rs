//! Records of the model as Python objects: each holds what it was read from and the way to its place in it, so that
//! nothing is copied until somebody looks.

use std::cell::RefCell;
use std::sync::Arc;

use careline::model::Timestamp;
use careline::reflect::{Kind, Mapping, Reflect, Series, Shape, View, Viewed, marked_text};
use careline_connectors::surface;
use chrono::{DateTime, Utc};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString, PyType};
use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::error::{input_invalid, raised};
use crate::span::{Span, plain};

/// What an object and everything in it was read from.
pub(crate) type Root = Arc<dyn Viewed + Send + Sync>;

/// A record of careline's model: immutable, comparable, picklable. Use its subclasses.
#[pyclass(subclass, frozen, module = "careline._careline", name = "Record")]
#[derive(Clone)]
pub(crate) struct Record {
    root: Root,
    /// From the root: a field, then where that holds several, a place, and so on.
    path: Path,
    /// The text that spans mark which stand in nothing that has one.
    text: Option<Arc<str>>,
}

/// Records nest six deep at most; each level takes a field and a place.
#[derive(Clone, Copy, Default)]
struct Path {
    steps: [u32; 14],
    length: usize,
}

impl Path {
    fn then(mut self, step: usize) -> Self {
        debug_assert!(self.length < self.steps.len(), "records nest deeper than a path");
        self.steps[self.length] = u32::try_from(step).unwrap_or(u32::MAX);
        self.length += 1;
        self
    }

    fn steps(&self) -> impl Iterator<Item = usize> {
        self.steps[..self.length].iter().map(|step| *step as usize)
    }
}

thread_local! {
    /// What the next object made on this thread is. Objects of Python's subclasses are made by calling them.
    static NEXT: RefCell<Option<Record>> = const { RefCell::new(None) };
}

/// What stands at the end of a path. Each record on the way is told.
fn follow<'a>(root: &'a dyn Viewed, path: &Path, mut tell: impl FnMut(&'a dyn Reflect)) -> View<'a> {
    let mut view = inside(root.see());
    for step in path.steps() {
        view = inside(match view {
            View::Record(record) => {
                tell(record);
                record.field(step)
            }
            View::List(series) | View::Page(series, _) => series.at(step),
            View::Map(mapping) => mapping.at(step).map_or(View::Absent, |(_, value)| value),
            other => other,
        });
    }
    if let View::Record(record) = view {
        tell(record);
    }
    view
}

/// What stands in an arm of a union.
fn inside(view: View<'_>) -> View<'_> {
    match view {
        View::Variant(_, value) => value.see(),
        other => other,
    }
}

impl Record {
    /// The object for a whole answer.
    pub(crate) fn answer<'py>(py: Python<'py>, root: Root, text: Option<Arc<str>>) -> PyResult<Bound<'py, PyAny>> {
        let whole = Self { root, path: Path::default(), text };
        whole.converted(py, whole.path, whole.root.see())
    }

    /// The record this is.
    fn record(&self) -> PyResult<&dyn Reflect> {
        match follow(&*self.root, &self.path, |_| {}) {
            View::Record(record) => Ok(record),
            _ => Err(PyTypeError::new_err("this is no record")),
        }
    }

    /// The text that spans mark at `path`.
    fn marked(&self, path: &Path) -> Option<&str> {
        let mut holders = Vec::new();
        follow(&*self.root, path, |record| holders.push(record));
        marked_text(&holders).or(self.text.as_deref())
    }

    /// What stands at `path` as a Python value.
    fn converted<'py>(&self, py: Python<'py>, path: Path, view: View<'_>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match view {
            View::Absent => py.None().into_bound(py),
            View::Bool(value) => value.into_pyobject(py)?.to_owned().into_any(),
            View::Int(value) => value.into_pyobject(py)?.into_any(),
            View::Float(value) => value.into_pyobject(py)?.into_any(),
            View::Text(value) => PyString::new(py, value).into_any(),
            View::Time(value) => datetime(py, value)?,
            View::Span(value) => Span::of(value, self.marked(&path)).into_pyobject(py)?.into_any(),
            View::Json(value) => json(py, &value)?,
            View::List(series) => self.list(py, path, series)?.into_any(),
            View::Page(series, after) => (self.list(py, path, series)?, after).into_pyobject(py)?.into_any(),
            View::Map(mapping) => self.map(py, path, mapping)?.into_any(),
            View::Record(record) => self.made(py, path, record)?,
            View::Variant(_, value) => match value.see() {
                View::Record(record) => self.made(py, path, record)?,
                other => self.converted(py, path, other)?,
            },
        })
    }

    fn list<'py>(&self, py: Python<'py>, path: Path, series: &dyn Series) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for place in 0..series.count() {
            list.append(self.converted(py, path.then(place), series.at(place))?)?;
        }
        Ok(list)
    }

    fn map<'py>(&self, py: Python<'py>, path: Path, mapping: &dyn Mapping) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for place in 0..mapping.count() {
            let Some((name, value)) = mapping.at(place) else { break };
            dict.set_item(name, self.converted(py, path.then(place), value)?)?;
        }
        Ok(dict)
    }

    /// An object of the class for `record`, which stands at `path`.
    fn made<'py>(&self, py: Python<'py>, path: Path, record: &dyn Reflect) -> PyResult<Bound<'py, PyAny>> {
        let class = class_of(py, record.shape().name)?;
        NEXT.set(Some(Self { root: self.root.clone(), path, text: self.text.clone() }));
        class.call0()
    }
}

#[pymethods]
impl Record {
    #[new]
    #[classmethod]
    #[pyo3(signature = (**fields: "object"))]
    fn new(class: &Bound<'_, PyType>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        if let Some(next) = NEXT.take() {
            return Ok(next);
        }
        let py = class.py();
        let fields = named(class, fields.map_or_else(|| PyDict::new(py), Clone::clone))?;
        let json = module_function(py, "careline._json", "dumps")?.call1((fields,))?;
        read(class, json.cast::<PyString>()?.to_str()?, None)
    }

    /// The field at a place in its class's order.
    fn _get<'py>(&self, py: Python<'py>, place: u32) -> PyResult<Bound<'py, PyAny>> {
        let path = self.path.then(place as usize);
        self.converted(py, path, follow(&*self.root, &path, |_| {}))
    }

    /// Its JSON: names as in Rust, times as RFC 3339, spans in UTF-8 bytes.
    fn to_json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let json = self.record()?.to_json();
        Ok(PyString::new(py, &String::from_utf8_lossy(&json)))
    }

    /// What stands behind `from_json`.
    #[classmethod]
    #[pyo3(signature = (json, text))]
    fn _read<'py>(
        class: &Bound<'py, PyType>,
        json: &Bound<'py, PyAny>,
        text: Option<&Bound<'py, PyString>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = class.py();
        let text = text.map(plain).transpose()?;
        let text = text.as_deref();
        let record = match json.cast::<PyString>() {
            Ok(json) => read(class, &plain(json)?, text)?,
            Err(_) => match json.extract::<std::borrow::Cow<'_, [u8]>>() {
                Ok(bytes) => read(class, &String::from_utf8_lossy(&bytes), text)?,
                Err(_) => return Err(input_invalid(py, "from_json", "JSON is expected as str or bytes")),
            },
        };
        NEXT.set(Some(record));
        class.call0()
    }

    fn __eq__<'py>(&self, py: Python<'py>, other: &Bound<'py, PyAny>) -> PyResult<Py<PyAny>> {
        let Ok(other) = other.cast::<Self>() else { return Ok(py.NotImplemented()) };
        let same = self.record()?.is_same(other.get().record()?);
        Ok(same.into_pyobject(py)?.to_owned().into_any().unbind())
    }

    /// The class's name and what tells records apart; no words of a customer.
    fn __repr__(&self) -> PyResult<String> {
        let record = self.record()?;
        let fields = record.shape().fields.iter().enumerate().filter_map(|(at, field)| {
            let shown = match (record.field(at), (field.kind)()) {
                (View::Absent, _) => return None,
                (View::Text(text), Kind::Id | Kind::Enum(_) | Kind::Option(_)) if is_plain(&(field.kind)()) => {
                    format!("{text:?}")
                }
                (View::Bool(value), _) => (if value { "True" } else { "False" }).to_owned(),
                (View::Int(value), _) => value.to_string(),
                (View::Time(value), _) => value.to_string(),
                _ => return None,
            };
            Some(format!("{}={shown}", field.name))
        });
        Ok(format!("{}({})", record.shape().name, fields.collect::<Vec<_>>().join(", ")))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        let json = this.record()?.to_json();
        let arguments = (PyString::new(py, &String::from_utf8_lossy(&json)), this.marked(&this.path));
        Ok((slf.get_type().getattr("from_json")?, arguments).into_pyobject(py)?.into_any())
    }
}

/// Fields by their own names: those that are Python's words end with `_` there. A name nobody knows is a slip of the pen.
fn named<'py>(class: &Bound<'py, PyType>, given: Bound<'py, PyDict>) -> PyResult<Bound<'py, PyDict>> {
    let (py, shape) = (class.py(), shape_of(class)?);
    let fields = PyDict::new(py);
    for (name, value) in given {
        let name = name.cast_into::<PyString>()?;
        let name = name.to_str()?;
        let known = shape.fields.iter().find(|field| field.name == name || name.strip_suffix('_') == Some(field.name));
        let Some(known) = known else {
            let known = shape.fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
            let message = format!("{} has no field `{name}`; it has {known}", shape.name);
            return Err(input_invalid(py, "record", message));
        };
        fields.set_item(known.name, value)?;
    }
    Ok(fields)
}

fn shape_of(class: &Bound<'_, PyType>) -> PyResult<&'static Shape> {
    let name = class.name()?;
    let shape = surface::shape(name.to_str()?);
    shape.ok_or_else(|| PyTypeError::new_err("this class is no record of careline's"))
}

/// Whether a text of this kind is no words of anybody's.
fn is_plain(kind: &Kind) -> bool {
    match kind {
        Kind::Id | Kind::Enum(_) => true,
        Kind::Option(inner) => is_plain(inner),
        _ => false,
    }
}

fn read(class: &Bound<'_, PyType>, json: &str, text: Option<&str>) -> PyResult<Record> {
    let (py, shape) = (class.py(), shape_of(class)?);
    let record = (shape.read)(json).map_err(|error| raised(py, &error.with("record", shape.name)))?;
    Ok(Record { root: Arc::new(record), path: Path::default(), text: text.map(Into::into) })
}

/// The Python class of a record type.
fn class_of<'py>(py: Python<'py>, name: &'static str) -> PyResult<Bound<'py, PyType>> {
    static CLASSES: PyOnceLock<FxHashMap<&'static str, Py<PyType>>> = PyOnceLock::new();
    let classes = CLASSES.get_or_try_init(py, || {
        let model = py.import("careline._model")?;
        surface::shapes()
            .keys()
            .map(|name| Ok((*name, model.getattr(*name)?.cast_into::<PyType>()?.unbind())))
            .collect::<PyResult<_>>()
    })?;
    let class = classes.get(name).ok_or_else(|| PyTypeError::new_err(format!("`{name}` has no class")))?;
    Ok(class.bind(py).clone())
}

/// A function of one of the package's own modules.
pub(crate) fn module_function<'py>(py: Python<'py>, module: &str, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import(module)?.getattr(name)
}

/// A `datetime` in UTC. The year 0, which RFC 3339 can write and Python cannot, becomes the first instant Python has.
fn datetime<'py>(py: Python<'py>, time: Timestamp) -> PyResult<Bound<'py, PyAny>> {
    const FIRST: Option<Timestamp> = Timestamp::from_millis(-62_135_596_800_000);
    let time = FIRST.map_or(time, |first| time.max(first));
    Ok(DateTime::<Utc>::from(time).into_pyobject(py)?.into_any())
}

/// JSON as Python's own values.
pub(crate) fn json<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(value) => value.into_pyobject(py)?.to_owned().into_any(),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => whole.into_pyobject(py)?.into_any(),
            (None, Some(whole)) => whole.into_pyobject(py)?.into_any(),
            _ => number.as_f64().into_pyobject(py)?.into_any(),
        },
        Value::String(text) => PyString::new(py, text).into_any(),
        Value::Array(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(json(py, item)?)?;
            }
            list.into_any()
        }
        Value::Object(fields) => {
            let dict = PyDict::new(py);
            for (name, value) in fields {
                dict.set_item(name, json(py, value)?)?;
            }
            dict.into_any()
        }
    })
}
