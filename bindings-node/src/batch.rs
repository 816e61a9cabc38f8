//! Many raw bodies or texts in one call, without an engine; each at once or on one of libuv's threads.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use careline::clock::{Clock as _, SystemClock};
use careline::intake::Parsed;
use careline::model::Timestamp;
use careline::network::BodyKind;
use careline::policy::{CompiledPolicy, Policy as Rules};
use careline::reflect::Shape;
use careline::{Error, ErrorKind, Result};
use careline_connectors::surface::{self, Judge};
use careline_connectors::{Text, check_network, in_parallel, normalised_lines};
use napi::Task;
use napi::bindgen_prelude::{AsyncTask, Uint8Array, Uint8ArraySlice};
use napi_derive::napi;

use crate::encode::{Answers, Encoded};
use crate::error::{caught, told};
use crate::host::pairs;

/// The names of the networks there are connectors for.
#[napi]
pub fn networks() -> Vec<&'static str> {
    careline_connectors::networks().collect()
}

/// How bodies are read.
#[napi(object, object_to_js = false)]
pub struct Reading {
    /// The network.
    pub network: String,
    /// `webhook`, `rest` or `stream`.
    pub kind: String,
    /// The native id of the brand account they came through.
    pub account: Option<String>,
    /// When they came, in milliseconds since 1970.
    pub received_at: Option<f64>,
    /// On how many threads.
    pub threads: u32,
}

/// Reads raw bodies at once.
#[napi]
pub fn normalise_sync(bodies: Vec<Uint8ArraySlice<'_>>, reading: Reading) -> napi::Result<Answers> {
    let bodies: Vec<&[u8]> = bodies.iter().map(|body| body.as_ref()).collect();
    Ok(caught(|| read(&bodies, &reading))?.into())
}

/// Reads raw bodies on one of libuv's threads.
#[napi]
pub fn normalise(bodies: Vec<Uint8ArraySlice<'_>>, reading: Reading) -> AsyncTask<Batch> {
    let bodies: Vec<Vec<u8>> = bodies.iter().map(|body| body.to_vec()).collect();
    Batch::task(move || read(&bodies, &reading))
}

fn read<B: AsRef<[u8]> + Sync>(bodies: &[B], reading: &Reading) -> Result<Encoded> {
    check_network(&reading.network)?;
    let kind = reading.kind.parse()?;
    let now = instant(reading.received_at)?;
    let one =
        |body: &[u8]| careline_connectors::normalise(&reading.network, kind, body, reading.account.as_deref(), now);
    // Answers are written as they come, so that no body's is kept while another one is read.
    if reading.threads <= 1 {
        let mut encoded = Encoded::default();
        for body in bodies {
            encoded.add(&one(body.as_ref())?, None);
        }
        return Ok(encoded);
    }
    let parsed = in_parallel(bodies, reading.threads as usize, |body| one(body.as_ref()));
    let mut encoded = Encoded::default();
    for parsed in parsed {
        let parsed: Parsed = parsed?;
        encoded.add(&parsed, None);
    }
    Ok(encoded)
}

/// An instant of JavaScript's; absent, the present one.
fn instant(millis: Option<f64>) -> Result<Timestamp> {
    let Some(millis) = millis else { return Ok(SystemClock.now()) };
    #[expect(clippy::cast_possible_truncation, reason = "what does not fit is none of careline's instants")]
    let time = Timestamp::from_millis(millis as i64);
    time.ok_or_else(|| Error::new(ErrorKind::InputInvalid, "this is no time"))
}

/// A policy, read and ready.
#[napi]
pub struct Policy {
    version: String,
    judge: Judge,
}

#[napi]
impl Policy {
    /// From TOML. `file` is what mistakes call it. What it says wrong carries the list of mistakes.
    #[napi(constructor)]
    pub fn new(text: String, file: String) -> napi::Result<Self> {
        caught(|| {
            let policy = Rules::parse(&text, &file).and_then(CompiledPolicy::new)?;
            Ok(Self { version: policy.version().to_owned(), judge: Judge::new(policy) })
        })
    }

    /// The digest of its rules.
    #[napi(getter)]
    pub fn version(&self) -> String {
        self.version.clone()
    }
}

/// Judges texts at once. Each is JSON: a text, or an object with `text` and what else is known.
#[napi]
pub fn triage_sync(texts: Vec<String>, rows: bool, policy: Option<&Policy>, threads: u32) -> napi::Result<Answers> {
    let judge = judge(policy)?;
    Ok(caught(|| judged(&judge, texts, rows, threads))?.into())
}

/// Judges texts on one of libuv's threads.
#[napi]
pub fn triage(texts: Vec<String>, rows: bool, policy: Option<&Policy>, threads: u32) -> napi::Result<AsyncTask<Batch>> {
    let judge = judge(policy)?;
    Ok(Batch::task(move || judged(&judge, texts, rows, threads)))
}

fn judge(policy: Option<&Policy>) -> napi::Result<Judge> {
    let judge = policy.map_or_else(Judge::without_policy, |policy| Ok(policy.judge.clone()));
    judge.map_err(|error| told(&error))
}

fn judged(judge: &Judge, texts: Vec<String>, rows: bool, threads: u32) -> Result<Encoded> {
    let texts: Vec<Text> = match rows {
        false => texts.into_iter().map(Text::new).collect(),
        true => texts.iter().map(|row| row_of(row)).collect::<Result<_>>()?,
    };
    let mut encoded = Encoded::default();
    for (text, assessment) in texts.iter().zip(judge.assess_all(&texts, threads as usize)?) {
        encoded.add(&assessment, Some(&text.text));
    }
    Ok(encoded)
}

fn row_of(json: &str) -> Result<Text> {
    let wrong = "a text is a string or an object with `text`, other fields as strings";
    surface::read(json, ErrorKind::InputInvalid, wrong).map_err(|error| error.during("triage"))
}

/// How long a text is where it is to stand; `place` is JSON.
#[napi]
pub fn measure(text: String, place: String) -> napi::Result<Answers> {
    caught(|| Ok(Encoded::one(&surface::measure(&text, &place)?, Some(&text)))).map(Into::into)
}

/// A text in the parts in which a network takes it; `asked` is JSON.
#[napi]
pub fn compose(asked: String) -> napi::Result<Answers> {
    caught(|| Ok(Encoded::one(&surface::compose(&asked)?, None))).map(Into::into)
}

/// Judges rows, one in each line: what `npx careline triage` prints.
#[napi]
pub fn triage_lines(raw: Uint8Array, policy: Option<&Policy>) -> napi::Result<String> {
    let judge = judge(policy)?;
    caught(|| Ok(judge.lines(&raw)))
}

/// Reads bodies, one or one in each line: what `npx careline normalise` prints.
#[napi]
pub fn normalise_lines(
    network: String,
    kind: String,
    account: Option<String>,
    raw: Uint8Array,
    file: String,
) -> napi::Result<String> {
    caught(|| {
        let lines = normalised_lines(&network, kind.parse()?, account.as_deref(), &raw, &file, SystemClock.now());
        Ok(lines.into_iter().map(|line| line + "\n").collect())
    })
}

/// What `npx careline policy check` says of a policy's file.
#[napi(object, object_from_js = false)]
pub struct Checked {
    /// Whether there is no mistake.
    pub is_sound: bool,
    /// What is printed.
    pub text: String,
}

/// Checks a policy's file.
#[napi]
pub fn policy_check(file: String, as_json: bool) -> napi::Result<Checked> {
    caught(|| {
        let checked = careline_connectors::check_policy(Path::new(&file), as_json);
        Ok(Checked { is_sound: checked.is_sound, text: checked.text })
    })
}

/// Checks the signature of a request; `settings` is the JSON of a `Signing`, `headers` are names and values by turns.
#[napi]
pub fn verify_signature(
    settings: String,
    headers: Vec<String>,
    body: Uint8Array,
    now: Option<f64>,
) -> napi::Result<()> {
    caught(|| {
        let request = surface::request(pairs(&headers), body.to_vec(), "POST", "")?;
        surface::verify(&settings, &request, instant(now)?).map_err(|error| error.during("verifySignature"))
    })
}

/// Work for one of libuv's threads.
pub struct Batch(Mutex<Option<BatchWork>>);

type BatchWork = Box<dyn FnOnce() -> Result<Encoded> + Send>;

impl Batch {
    fn task(work: impl FnOnce() -> Result<Encoded> + Send + 'static) -> AsyncTask<Self> {
        AsyncTask::new(Self(Mutex::new(Some(Box::new(work)))))
    }
}

impl Task for Batch {
    type Output = Encoded;
    type JsValue = Answers;

    fn compute(&mut self) -> napi::Result<Encoded> {
        let work = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        caught(|| work.map_or_else(|| Ok(Encoded::default()), |work| work()))
    }

    fn resolve(&mut self, _: napi::Env, encoded: Encoded) -> napi::Result<Answers> {
        Ok(encoded.into())
    }
}

/// Reads a record from its JSON; `text` is what its spans mark, where that is not part of it.
#[napi]
pub fn record(name: String, json: String, text: Option<String>) -> napi::Result<Answers> {
    caught(|| {
        let record = (shape(&name)?.read)(&json).map_err(|error| error.with("record", &name))?;
        Ok(Encoded::one(&record, text.as_deref()))
    })
    .map(Into::into)
}

fn shape(name: &str) -> Result<&'static Shape> {
    surface::shape(name)
        .ok_or_else(|| Error::new(ErrorKind::InputInvalid, "there is no such record").with("record", name))
}

/// A record's JSON as Rust writes it: what says nothing left out.
#[napi]
pub fn canonical(name: String, json: String) -> napi::Result<String> {
    caught(|| {
        let record = (shape(&name)?.read)(&json).map_err(|error| error.with("record", &name))?;
        Ok(String::from_utf8_lossy(&record.to_json()).into_owned())
    })
}

/// Reads bodies and judges texts and writes nothing down, for benches: what the native calls cost by themselves.
#[napi]
pub fn native_only(network: String, bodies: Vec<Uint8ArraySlice<'_>>, texts: Vec<String>) -> napi::Result<u32> {
    let judge = judge(None)?;
    caught(|| {
        let read = bodies
            .iter()
            .map(|body| careline_connectors::normalise(&network, BodyKind::Webhook, body, None, SystemClock.now()));
        let events = read.collect::<Result<Vec<_>>>()?.iter().map(|parsed| parsed.events.len()).sum::<usize>();
        let judged = judge.assess_all(&texts.into_iter().map(Text::new).collect::<Vec<_>>(), 1)?;
        Ok(u32::try_from(events + judged.len()).unwrap_or(u32::MAX))
    })
}

/// Nothing, on one of libuv's threads, for benches.
#[napi]
pub fn nothing() -> AsyncTask<Batch> {
    Batch::task(|| Ok(Encoded::default()))
}

/// Panics, for tests of what becomes of panics.
#[napi]
pub fn panics() -> napi::Result<()> {
    caught(|| -> Result<()> { panic!("asked for") })
}
