//! Work that may wait for JavaScript, driven step by step on libuv's threads.
//!
//! A step goes on until the work is done or needs an answer of JavaScript's. Then it gives its thread back, so that no
//! number of waiting jobs holds up those threads, which `fetch` itself needs.

use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Poll, Wake, Waker};

use careline::{Error, ErrorKind, Result};
use napi::Task;
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi_derive::napi;

use crate::encode::{Answers, Encoded};
use crate::error::caught;
use crate::plugged::{Call, Calls};

/// What a job comes to.
pub(crate) type Work = Pin<Box<dyn Future<Output = Result<Encoded>> + Send>>;

/// Work that is under way.
#[napi]
pub struct Job {
    work: Arc<Mutex<Option<Work>>>,
    calls: Arc<Calls>,
}

/// What a step came to.
#[napi(object, object_from_js = false)]
pub struct Step {
    /// The answer; absent while there is none.
    pub answers: Option<Answers>,
    /// Calls to make. Take the next step once one of those under way is answered.
    pub calls: Vec<JsCall>,
}

/// A call to make.
#[napi(object, object_from_js = false)]
pub struct JsCall {
    /// To be given back with the answer.
    pub id: u32,
    /// `send`, `advise` or `sleep`.
    pub kind: String,
    /// What it is about.
    pub json: String,
    /// The body of a request.
    pub body: Option<Uint8Array>,
    /// The message and the assessment that an advisor is asked about.
    pub records: Option<Answers>,
}

impl Job {
    pub(crate) fn new(work: impl Future<Output = Result<Encoded>> + Send + 'static) -> Self {
        Self { work: Arc::new(Mutex::new(Some(Box::pin(work)))), calls: Arc::default() }
    }
}

#[napi]
impl Job {
    /// Goes on until the work is done or needs an answer.
    #[napi]
    pub fn step(&self) -> AsyncTask<Stepping> {
        AsyncTask::new(Stepping { work: self.work.clone(), calls: self.calls.clone() })
    }

    /// Answers a call.
    #[napi]
    pub fn answer(&self, id: u32, json: String, body: Option<Uint8Array>) {
        self.calls.answer(id, Ok((json, body.map(|body| body.to_vec()).unwrap_or_default())));
    }

    /// Tells that a call threw something of this name.
    #[napi]
    pub fn threw(&self, id: u32, name: String) {
        self.calls.answer(id, Err(name));
    }
}

/// One step on one of libuv's threads.
pub struct Stepping {
    work: Arc<Mutex<Option<Work>>>,
    calls: Arc<Calls>,
}

impl Task for Stepping {
    type Output = (Option<Encoded>, Vec<Call>);
    type JsValue = Step;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        caught(|| self.calls.during(|| self.go()))
    }

    fn resolve(&mut self, _: napi::Env, (answers, calls): Self::Output) -> napi::Result<Step> {
        let calls = calls.into_iter().map(|call| JsCall {
            id: call.id,
            kind: call.kind.to_owned(),
            json: call.json.to_string(),
            body: call.body.map(Uint8Array::new),
            records: call.records.map(Into::into),
        });
        Ok(Step { answers: answers.map(Into::into), calls: calls.collect() })
    }
}

impl Stepping {
    fn go(&self) -> Result<(Option<Encoded>, Vec<Call>)> {
        let mut place = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(work) = place.as_mut() else {
            return Err(Error::new(ErrorKind::Unexpected, "this job has come to its end"));
        };
        let bell = Arc::new(Bell::default());
        let waker = Waker::from(bell.clone());
        loop {
            match work.as_mut().poll(&mut std::task::Context::from_waker(&waker)) {
                Poll::Ready(done) => {
                    *place = None;
                    return Ok((Some(done?), Vec::new()));
                }
                Poll::Pending if self.calls.are_open() => return Ok((None, self.calls.take())),
                // It waits for another job, which is under way on another thread.
                Poll::Pending => bell.wait(),
            }
        }
    }
}

/// Rings when work can go on.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    changed: Condvar,
}

impl Bell {
    fn wait(&self) {
        let mut rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        while !*rung {
            rung = self.changed.wait(rung).unwrap_or_else(PoisonError::into_inner);
        }
        *rung = false;
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_one();
    }
}
