//! The vectors that Rust, Python and Node run alike: `core/testkit/vectors/*.json`, each a list of
//! `{name, op, input, expect}` or, for what fails, `{name, op, input, error}` with the error's code.
//!
//! `CARELINE_BLESS=1` writes what comes out as what is expected; read the difference before you commit it.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::fs;
use std::path::PathBuf;

use careline::care::Tenant;
use careline::intake::{Parsed, WebhookRequest};
use careline::model::{Channel, Event, ReplyDraft, Span, Timestamp};
use careline::network::BodyKind;
use careline::policy::{CompiledPolicy, Policy};
use careline::wire::Signing;
use careline::{Error, ErrorKind, Result};
use careline_connectors::surface::{self, WebhookAnswer, of_engine, of_tenant};
use careline_connectors::{HostConfig, PolicySource, Text, Texts, normalise};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    op: String,
    input: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expect: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[tokio::test]
async fn signatures() {
    run("signatures").await;
}

#[tokio::test]
async fn events() {
    run("events").await;
}

#[tokio::test]
async fn texts() {
    run("texts").await;
}

#[tokio::test]
async fn spans() {
    run("spans").await;
}

#[tokio::test]
async fn cases() {
    run("cases").await;
}

#[tokio::test]
async fn policies() {
    run("policies").await;
}

#[tokio::test]
async fn wording() {
    run("wording").await;
}

#[tokio::test]
async fn verdicts() {
    run("verdicts").await;
}

async fn run(file: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../core/testkit/vectors/{file}.json"));
    let mut vectors: Vec<Vector> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let bless = std::env::var_os("CARELINE_BLESS").is_some();
    let mut wrong = Vec::new();
    for vector in &mut vectors {
        let (expect, error) = match perform(&vector.op, &vector.input).await {
            Ok(found) => (Some(found), None),
            Err(error) => (None, Some(error.kind().code().to_owned())),
        };
        if (&expect, &error) != (&vector.expect, &vector.error) {
            wrong.push(format!(
                "{}: got {expect:?} {error:?}, expected {:?} {:?}",
                vector.name, vector.expect, vector.error
            ));
        }
        (vector.expect, vector.error) = (expect, error);
    }
    assert!(!vectors.is_empty());
    if bless {
        fs::write(&path, serde_json::to_string_pretty(&vectors).unwrap() + "\n").unwrap();
    } else {
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
    }
}

async fn perform(op: &str, input: &Value) -> Result<Value> {
    match op {
        "verify" => verify(input),
        "receive" => receive(input).await,
        "normalise" => normalised(input),
        "triage" => triage(input),
        "spans" => spans_of(input),
        "case" => case(input).await,
        "policy" => Ok(mistakes(input)),
        "measure" => measured(input),
        "compose" => Ok(plain(&surface::compose(&input.to_string())?)),
        "verdict" => verdict(input).await,
        other => panic!("no such op: {other}"),
    }
}

/// Whether a request is signed as settings say.
fn verify(input: &Value) -> Result<Value> {
    let signing: Signing = serde_json::from_value(input["signing"].clone())
        .map_err(|_| Error::new(ErrorKind::ConfigInvalid, "wrong settings"))?;
    signing.verify(&request(input), time(&input["now"]))?;
    Ok(Value::Bool(true))
}

/// What a host answers to a request.
async fn receive(input: &Value) -> Result<Value> {
    let engine = host(&input["host"])?;
    let answer = engine.receive(text(&input["endpoint"]), &request(input)).await?;
    Ok(plain(&WebhookAnswer::from(answer)))
}

/// What stands in a raw body.
fn normalised(input: &Value) -> Result<Value> {
    let kind: BodyKind = input["kind"].as_str().unwrap_or("webhook").parse()?;
    let (network, body) = (text(&input["network"]), text(&input["body"]).as_bytes());
    let parsed = normalise(network, kind, body, input["account"].as_str(), time(&input["received_at"]))?;
    Ok(plain(&parsed))
}

/// What a text is.
fn triage(input: &Value) -> Result<Value> {
    let (text, texts) = judge(input)?;
    Ok(plain(&texts.assess(&text)))
}

fn judge(input: &Value) -> Result<(Text, Texts)> {
    let mut texts = match input["policy"].as_str() {
        Some(toml) => Texts::new(PolicySource::from(toml).compile()?),
        None => Texts::without_policy()?,
    };
    let text: Text = serde_json::from_value(input["text"].clone()).unwrap();
    texts.prepare([&text])?;
    Ok((text, texts))
}

/// Where personal data stands in a text, as each language counts, and what stands there.
fn spans_of(input: &Value) -> Result<Value> {
    let (text, texts) = judge(input)?;
    let found = texts.assess(&text).pii.into_iter().map(|pii| {
        let mut found = counted(pii.span, &text.text);
        found["kind"] = json!(pii.kind);
        found
    });
    Ok(found.collect())
}

/// A span as each language counts, and what stands there.
fn counted(span: Span, text: &str) -> Value {
    let length_of = |range: &str| [range.len(), range.chars().count(), range.encode_utf16().count()];
    let (before, marked) = (length_of(&text[..span.start as usize]), span.of(text));
    let of = |unit: usize| [before[unit], before[unit] + length_of(marked)[unit]];
    json!({"bytes": of(0), "code_points": of(1), "utf16": of(2), "marked": marked})
}

/// How long a text is on a network, and how much of it is within the bounds as each language counts.
fn measured(input: &Value) -> Result<Value> {
    let mut place = input.clone();
    let text = place.as_object_mut().and_then(|place| place.remove("text")).unwrap();
    let measured = surface::measure(self::text(&text), &place.to_string())?;
    let mut found = plain(&measured);
    found["within"] = counted(measured.within, self::text(&text));
    Ok(found)
}

/// Whether an answer to what came in may be sent: how it would stand there, and what stands against it.
async fn verdict(input: &Value) -> Result<Value> {
    let tenant = host(&input["host"])?.tenant("default")?;
    take_in(&tenant, input).await?;
    let mut draft: ReplyDraft = serde_json::from_value(input["draft"].clone()).unwrap();
    draft.to = tenant.all_cases(1).await?.items.pop().map(|case| case.lead);
    let verdict = tenant.can_send(&draft).await?;
    let objections = verdict.objections.iter().map(|objection| {
        let spans = objection.spans.iter().map(|span| counted(*span, &draft.text));
        json!({"guard": objection.guard, "weight": objection.weight, "spans": spans.collect::<Value>()})
    });
    Ok(json!({
        "allowed": verdict.allowed,
        "verb": verdict.verb,
        "length": verdict.length,
        "length_max": verdict.length_max,
        "unit": verdict.unit,
        "parts": plain(&verdict.parts),
        "objections": objections.collect::<Value>(),
        "rules": verdict.reasons.iter().map(|reason| plain(&reason.rule)).collect::<Value>(),
        "instead": plain(&verdict.instead),
        "approval": verdict.approval.map(|approval| approval.rule),
    }))
}

/// Takes in the events of a vector.
async fn take_in(tenant: &Tenant, input: &Value) -> Result<()> {
    let events: Vec<Event> = serde_json::from_value(input["events"].clone())
        .map_err(|_| Error::new(ErrorKind::InputInvalid, "these are no events"))?;
    let body = serde_json::to_vec(&input["events"]).unwrap();
    tenant.ingest("vectors", Channel::Host, body, Parsed { events, ..Parsed::default() }).await.map(drop)
}

/// What becomes of a case: messages come in, agents go online, the engine does what is due. `show` names what is compared.
async fn case(input: &Value) -> Result<Value> {
    let engine = host(&input["host"])?;
    let tenant = engine.tenant("default")?;
    take_in(&tenant, input).await?;
    for agent in input["online"].as_array().into_iter().flatten() {
        of_tenant(&tenant, "set_presence", &json!({"agent": agent, "online": true}).to_string()).await?;
    }
    // Clocks are compared as they were started, so time goes on only where somebody is to be given work.
    if input["online"].as_array().is_some_and(|online| !online.is_empty()) {
        of_engine(&engine, "tick", "{}").await?;
    }
    let cases = tenant.all_cases(10).await?.items;
    let shown = cases.iter().map(|case| {
        let case = plain(case);
        let paths = input["show"].as_array().unwrap().iter().map(text);
        Value::Object(paths.map(|path| (path.to_owned(), at(&case, path))).collect::<Map<_, _>>())
    });
    Ok(shown.collect())
}

/// What stands at `assignment.agent` or, in each of a list, at `clocks.due_at`.
fn at(value: &Value, path: &str) -> Value {
    let Some((first, rest)) = path.split_once('.') else { return value.get(path).cloned().unwrap_or_default() };
    match value.get(first) {
        Some(Value::Array(items)) => items.iter().map(|item| at(item, rest)).collect(),
        Some(inner) => at(inner, rest),
        None => Value::Null,
    }
}

/// Every mistake in a policy.
fn mistakes(input: &Value) -> Value {
    match Policy::parse(text(&input["policy"]), "policy.toml").and_then(CompiledPolicy::new) {
        Ok(_) => json!([]),
        Err(mistakes) => plain(&mistakes),
    }
}

fn host(settings: &Value) -> Result<careline::care::Engine> {
    let config: HostConfig =
        serde_json::from_value(settings.clone()).map_err(|_| Error::new(ErrorKind::ConfigInvalid, "wrong settings"))?;
    config.engine(|builder| builder, |_, setup| setup)
}

fn request(input: &Value) -> WebhookRequest {
    let mut headers = HeaderMap::new();
    for pair in input["headers"].as_array().into_iter().flatten() {
        let name = HeaderName::from_bytes(text(&pair[0]).as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(text(&pair[1])).unwrap());
    }
    let method = input["method"].as_str().unwrap_or("POST").parse::<Method>().unwrap();
    let query = input["query"].as_str().unwrap_or_default();
    WebhookRequest::new(method, query, headers, input["body"].as_str().unwrap_or_default().to_owned())
}

/// As it is written: a number of single width is not widened.
fn plain(value: &impl Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn time(value: &Value) -> Timestamp {
    Timestamp::parse(text(value)).unwrap_or_default()
}
