//! A host's engine: opened from settings, used through verbs.

use std::sync::{Arc, PoisonError, RwLock};

use careline::care::Engine;
use careline_connectors::surface::{self, WebhookAnswer};
use pollster::block_on;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::error::detached;
use crate::fork::{self, Inside};
use crate::plugged::{PluggedAdvisor, PluggedTransport, lazy_http};
use crate::record::{Record, module_function};

/// An engine with everything it was opened with. Belongs to the process that opened it.
#[pyclass(frozen, module = "careline._careline", name = "Host")]
pub(crate) struct Host {
    pid: u32,
    settings: String,
    engine: RwLock<Option<Engine>>,
}

impl Drop for Host {
    fn drop(&mut self) {
        if self.pid != std::process::id() {
            // After a fork this is a copy of the parent's: to close its files here would be to close the parent's.
            std::mem::forget(self.engine.get_mut().map(Option::take));
        }
    }
}

#[pymethods]
impl Host {
    /// Opens what `settings`, JSON of a `HostConfig`, says.
    #[new]
    fn new(
        py: Python<'_>,
        settings: &str,
        advisors: Vec<(String, Py<PyAny>)>,
        transport: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let (engine, settings) = detached(py, || {
            let config = surface::host_config(settings)?.settled();
            let advisors: Vec<_> =
                advisors.into_iter().map(|(id, advisor)| Arc::new(PluggedAdvisor::new(id, advisor))).collect();
            let engine = config.engine(
                |builder| match transport {
                    Some(transport) => builder.transport(Arc::new(PluggedTransport::new(transport))),
                    None => builder.transport(lazy_http()),
                },
                |_, setup| advisors.iter().fold(setup, |setup, advisor| setup.advisor(advisor.clone())),
            )?;
            let settings = surface::written(&config)?;
            // Still inside, and without the interpreter: a fork that has shut the gate waits for it.
            fork::closes(&engine.store());
            Ok((engine, settings))
        })?;
        Ok(Self { pid: std::process::id(), settings, engine: RwLock::new(Some(engine)) })
    }

    /// What the same is opened from again, wherever the present folder is then and whatever became of the policies' files.
    #[getter]
    fn settings(&self) -> &str {
        &self.settings
    }

    /// The names of the tenants.
    fn tenants(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.open(py)?.tenants().map(|tenant| tenant.id().to_string()).collect())
    }

    /// Receives one webhook request.
    fn receive<'py>(
        &self,
        py: Python<'py>,
        endpoint: &str,
        headers: Vec<(String, String)>,
        body: PyBackedBytes,
        method: &str,
        query: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let engine = self.open(py)?;
        let answer = detached(py, || {
            let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let request = surface::request(headers, body.to_vec(), method, query)?;
            let answer = block_on(engine.receive(endpoint, &request))?;
            Ok(WebhookAnswer::from(answer))
        })?;
        Record::answer(py, Arc::new(answer), None)
    }

    /// Takes in what the host got in its own way: `events` is a JSON list of events.
    fn ingest<'py>(
        &self,
        py: Python<'py>,
        tenant: &str,
        source: &str,
        body: PyBackedBytes,
        events: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let engine = self.open(py)?;
        let ingested = detached(py, || block_on(surface::ingest(&engine, tenant, source, body.to_vec(), events)))?;
        Record::answer(py, Arc::new(ingested), None)
    }

    /// Does a verb: a tenant's, or without one the engine's.
    fn perform<'py>(
        &self,
        py: Python<'py>,
        tenant: Option<&str>,
        verb: &str,
        arguments: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let engine = self.open(py)?;
        let answer = detached(py, || block_on(surface::perform(&engine, tenant, verb, arguments)))?;
        Record::answer(py, answer.value, answer.text)
    }

    /// Closes everything. What is under way comes to its end.
    fn close(&self, py: Python<'_>) {
        if self.pid == std::process::id() {
            let engine = self.engine.write().unwrap_or_else(PoisonError::into_inner).take();
            py.detach(|| {
                let _inside = Inside::enter();
                drop(engine);
            });
        }
    }
}

impl Host {
    /// What is open. In a child of the process that opened it, and once it is closed, there is nothing.
    fn open(&self, py: Python<'_>) -> PyResult<Engine> {
        let refused = |why| Err(PyErr::from_value(module_function(py, "careline.errors", why)?.call0()?));
        // Before any lock: another thread of the parent may have held it at the fork.
        if self.pid != std::process::id() {
            return refused("forked");
        }
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner).clone();
        engine.map_or_else(|| refused("closed"), Ok)
    }
}
