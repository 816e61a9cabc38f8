//! Every request of an account against X's own API description, which Prism checks on a free port of the loopback.
//! `.ci/servers.sh prism` installs it; the description is looked for in `../shared/specs` or in `CARELINE_SPECS`.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use careline::clock::SystemClock;
use careline::context::Context;
use careline::model::{Timestamp, Visibility};
use careline::network::{Act, FindSent, Network, Outbound, Person, PollAsk, Recheck, Say, Target};
use careline::transport::{ByteStream, Transport, WebSocket};
use careline::{Error, ErrorKind, Result};
use careline_testkit::{Exchange, ScriptedTransport};
use careline_x::{Account, AccountConfig, FieldNames};
use http::{Request, Response};
use serde_json::Value;

/// How long Prism may take to read the description, and to answer.
const PATIENCE: Duration = Duration::from_secs(60);

fn workspace() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."))
}

/// Prism's folder and the description, or a line that says why the test does not run.
fn installed() -> Option<(PathBuf, PathBuf)> {
    let prism = workspace().join(".cache/servers/prism");
    if !prism.join("node").exists() {
        println!("skipped: Prism is not installed; `.ci/servers.sh prism` does it");
        return None;
    }
    let specs = std::env::var_os("CARELINE_SPECS").map_or_else(|| workspace().join("../shared/specs"), PathBuf::from);
    let description = specs.join("x.openapi.json");
    if !description.exists() {
        println!("skipped: X's API description x.openapi.json is not there; CARELINE_SPECS names its folder");
        return None;
    }
    Some((prism, description))
}

/// Prism; it stops when the test ends, however it ends.
struct Prism {
    process: Child,
    port: u16,
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Prism {
    fn start(place: &Path, description: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(place.join("node"))
            .arg(place.join("node_modules/@stoplight/prism-cli/dist/index.js"))
            .args(["mock", "--errors", "-h", "127.0.0.1", "-p", &port.to_string()])
            .arg(description)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let prism = Self { process, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < PATIENCE, "Prism does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        prism
    }
}

/// Sends plain HTTP/1.0 to Prism and keeps what it says against requests. What it makes up as answers does not count.
#[derive(Debug)]
struct Checked {
    port: u16,
    seen: Mutex<Vec<String>>,
    wrong: Mutex<Vec<String>>,
}

impl Checked {
    fn call(&self, request: &Request<Bytes>) -> std::io::Result<Response<Bytes>> {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let line = format!("{} {target}", request.method());
        write!(socket, "{line} HTTP/1.0\r\nhost: 127.0.0.1\r\ncontent-length: {}\r\n", request.body().len())?;
        for (name, value) in request.headers() {
            write!(socket, "{name}: {}\r\n", value.to_str().unwrap())?;
        }
        socket.write_all(b"\r\n")?;
        socket.write_all(request.body())?;
        let mut answer = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") && answer.read_line(&mut head)? > 0 {}
        let mut body = Vec::new();
        answer.read_to_end(&mut body)?;
        let status: u16 = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        self.note(&line, status, &head);
        Ok(Response::builder().status(status).body(body.into()).unwrap())
    }

    fn note(&self, line: &str, status: u16, head: &str) {
        let violations = head.lines().find_map(|line| line.strip_prefix("sl-violations: ")).unwrap_or("[]");
        let violations: Vec<Value> = serde_json::from_str(violations).unwrap();
        let ours = violations.iter().filter(|violation| violation["location"][0] == "request");
        let mut wrong: Vec<_> = ours.map(|violation| format!("{line}: {violation}")).collect();
        // No such path, no such method, no such token.
        if matches!(status, 401 | 404 | 405) {
            wrong.push(format!("{line}: {status}"));
        }
        self.seen.lock().unwrap().push(line.to_owned());
        self.wrong.lock().unwrap().extend(wrong);
    }
}

#[async_trait]
impl Transport for Checked {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        self.call(&request).map_err(|error| Error::new(ErrorKind::Unavailable, "no answer").caused_by(error))
    }

    async fn open(&self, _: Request<Bytes>) -> Result<Response<ByteStream>> {
        Err(Error::new(ErrorKind::Unsupported, "not here"))
    }

    async fn websocket(&self, _: Request<()>) -> Result<Box<dyn WebSocket>> {
        Err(Error::new(ErrorKind::Unsupported, "not here"))
    }
}

fn acts() -> Vec<Act> {
    let (on, say, visibility) = (|| Target::new("2090000000000000001"), || Say::new("Sorry!"), Visibility::Public);
    vec![
        Act::Reply { to: on(), say: say(), visibility: visibility.clone() },
        Act::DirectMessage { to: Person::new("222"), say: say(), about: Some(on()), tag: None },
        Act::Publish { say: say(), visibility },
        Act::Like { on: on(), liked: true },
        Act::Like { on: on(), liked: false },
        Act::Hide { on: on(), hidden: true },
        Act::Hide { on: on(), hidden: false },
        Act::Edit { on: on(), say: say() },
        Act::Delete { on: on() },
    ]
}

#[tokio::test]
async fn requests_are_what_the_api_description_allows() {
    let Some((place, description)) = installed() else { return };
    let prism = Prism::start(&place, &description);
    let checked = Arc::new(Checked { port: prism.port, seen: Mutex::default(), wrong: Mutex::default() });
    let cx = Context::new(checked.clone(), Arc::new(SystemClock));
    let mut config = AccountConfig::new("111", "acme");
    config.base_url = format!("http://127.0.0.1:{}", prism.port);
    (config.user_token, config.unsummoned_replies) = (Some("made-up".into()), true);
    config.fields = FieldNames::Post;
    let account = Account::new(config).unwrap();
    // Prism makes up a user who is not us, and with that nobody who may edit.
    let me = r#"{"data":{"id":"111","username":"acme","subscription_type":"Premium"}}"#;
    let script = ScriptedTransport::new([Exchange::get("/2/users/me").json(me)]);
    account.check(&Context::new(Arc::new(script), Arc::new(SystemClock))).await.unwrap();
    let _ = account.check(&cx).await;
    for act in acts() {
        let out = Outbound::new("act-1", act);
        let _ = account.send(&cx, &out).await;
        let _ = account.find_sent(&cx, FindSent::new(out, Timestamp::parse("2026-08-12T19:00:00.250Z").unwrap())).await;
    }
    for source in ["mentions", "search", "dm_events", "conversation:2090000000000000001"] {
        let _ = account.poll(&cx, PollAsk::new(source, None)).await;
    }
    let _ = account.recheck(&cx, Recheck::new(vec!["2090000000000000001".into()])).await;
    assert_eq!(*checked.wrong.lock().unwrap(), [""; 0]);
    for asked in [
        "GET /2/users/me",
        "DELETE /2/tweets/",
        "PUT /2/tweets/",
        "POST /2/users/111/likes",
        "DELETE /2/users/111/likes/",
        "POST /2/dm_conversations/with/222/messages",
        "GET /2/users/111/tweets?",
        "GET /2/users/111/liked_tweets?",
        "GET /2/dm_conversations/with/222/dm_events?",
        "GET /2/tweets?ids=",
        "GET /2/dm_events?",
        "GET /2/tweets/search/recent?",
    ] {
        assert!(checked.seen.lock().unwrap().iter().any(|line| line.starts_with(asked)), "{asked} was not asked");
    }
    let posts = checked.seen.lock().unwrap().iter().filter(|line| *line == "POST /2/tweets").count();
    assert_eq!(posts, 3, "an answer, a post, an edit");
    let wrong =
        Request::post("/2/tweets").header("authorization", "Bearer a").header("content-type", "application/json");
    checked.call(&wrong.body(r#"{"text":"a","reply":{"in_reply_to":"1"}}"#.into()).unwrap()).unwrap();
    assert!(!checked.wrong.lock().unwrap().is_empty(), "Prism checks what is asked");
}
