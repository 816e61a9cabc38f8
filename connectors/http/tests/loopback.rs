//! The transport against a server on loopback that is slow, huge, rude or redirecting.

#![allow(clippy::unwrap_used, clippy::result_large_err, reason = "a test fails by panicking")]

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use careline::clock::Clock;
use careline::model::Timestamp;
use careline::transport::{Deadline, Repeatable, Transport, Untrusted};
use careline::{ErrorKind, Retry};
use careline_http::{HttpTransport, HttpTransportBuilder, Resolver};
use careline_testkit::ManualClock;
use futures_util::{SinkExt, StreamExt};
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with one request.
enum Step {
    Say(String),
    Wait(u64),
    /// Closes without a goodbye.
    Reset,
    Hang,
}

use Step::{Hang, Reset, Say, Wait};

struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers the nth request (counted from 0, by its head) with these steps; each connection serves one request.
    async fn start(answer: impl Fn(usize, &str) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, answer.clone(), seen.clone()));
            }
        });
        Self { port, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

async fn serve(mut stream: TcpStream, answer: Arc<impl Fn(usize, &str) -> Vec<Step>>, seen: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(length) => head.extend_from_slice(&chunk[..length]),
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let steps = {
        let mut seen = seen.lock().unwrap();
        seen.push(head.clone());
        answer(seen.len() - 1, &head)
    };
    for step in steps {
        match step {
            Say(text) if stream.write_all(text.as_bytes()).await.is_err() => return,
            Say(_) => {}
            Wait(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
            Reset => {
                // Unread input and no lingering make the kernel send RST.
                let _ = stream.set_zero_linger();
                return;
            }
            Hang => std::future::pending().await,
        }
    }
    let _ = stream.shutdown().await;
}

fn ok(body: &str) -> Vec<Step> {
    vec![Say(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()))]
}

fn status(status: u16, headers: &str) -> Vec<Step> {
    vec![Say(format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n{headers}\r\n"))]
}

fn transport() -> HttpTransportBuilder {
    HttpTransport::builder().timeout(Duration::from_secs(5))
}

fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

fn post(url: &str) -> Request<Bytes> {
    Request::post(url).body(Bytes::from("{}")).unwrap()
}

#[tokio::test]
async fn what_is_sent_arrives_and_what_is_answered_comes_back() {
    let server = Server::start(|_, _| ok("hello")).await;
    let request = Request::post(server.url("/a?b=c")).header("x-mark", "7").body(Bytes::from("{}")).unwrap();
    let answer = transport().build().send(request).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.body()[..]), (200, &b"hello"[..]));
    let head = server.requests.lock().unwrap()[0].to_lowercase();
    assert!(head.starts_with("post /a?b=c ") && head.contains("x-mark: 7") && head.contains("careline/"), "{head}");
}

#[tokio::test]
async fn statuses_are_answers_and_redirects_are_not_followed() {
    for (code, headers) in [(404, ""), (400, ""), (302, "location: /elsewhere\r\n")] {
        let server = Server::start(move |_, _| status(code, headers)).await;
        let answer = transport().build().send(get(&server.url("/"))).await.unwrap();
        assert_eq!((answer.status().as_u16(), server.count()), (code, 1));
    }
}

#[tokio::test]
async fn slow_answers_end_in_time() {
    let server = Server::start(|_, head| match head.contains("/body") {
        true => vec![Say("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe".to_owned()), Hang],
        false => vec![Hang],
    })
    .await;
    let transport = HttpTransport::builder().timeout(Duration::from_millis(200)).attempts(1).build();
    for (path, method, retry) in
        [("/head", "GET", Retry::Transient), ("/body", "GET", Retry::Transient), ("/head", "POST", Retry::Unknown)]
    {
        let begun = Instant::now();
        let request = Request::builder().method(method).uri(server.url(path)).body(Bytes::new()).unwrap();
        let error = transport.send(request).await.unwrap_err();
        assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::Timeout, retry), "{method} {path}");
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
}

#[tokio::test]
async fn huge_answers_are_refused_whether_they_say_so_or_not() {
    let server = Server::start(|_, head| match head {
        head if head.contains("/honest") => {
            vec![Say("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n".to_owned()), Hang]
        }
        head if head.contains("/chunked") => {
            let chunk = format!("3e8\r\n{}\r\n", "x".repeat(1000));
            vec![Say(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}", chunk.repeat(20))), Hang]
        }
        _ => vec![Say(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(20_000)))],
    })
    .await;
    let transport = transport().max_body(10_000).build();
    for path in ["/honest", "/chunked", "/until-close"] {
        let error = transport.send(get(&server.url(path))).await.unwrap_err();
        assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::TooLarge, Retry::Never), "{path}");
    }
    assert_eq!(server.count(), 3, "nothing too large is asked for twice");
}

#[tokio::test]
async fn packed_answers_are_bounded_by_their_unpacked_size() {
    // 100,000 zero bytes, packed by gzip into 132.
    let packed = PACKED_ZEROS;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", packed.len());
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(packed).await.unwrap();
        }
    });
    let error = transport().max_body(50_000).build().send(get(&url)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    let whole = transport().max_body(200_000).build().send(get(&url)).await.unwrap();
    assert_eq!(whole.body().len(), 100_000);
}

#[tokio::test]
async fn lost_connections_are_tried_again_where_that_is_safe() {
    let server = Server::start(|nth, _| if nth == 0 { vec![Reset] } else { ok("late") }).await;
    let answer = transport().build().send(get(&server.url("/"))).await.unwrap();
    assert_eq!((&answer.body()[..], server.count()), (&b"late"[..], 2));

    let server = Server::start(|_, _| vec![Reset]).await;
    let error = transport().build().send(post(&server.url("/"))).await.unwrap_err();
    assert_eq!((error.retry_advice(), server.count()), (Retry::Unknown, 1), "a lost post is not repeated");

    let mut request = post(&server.url("/"));
    request.extensions_mut().insert(Repeatable);
    let error = transport().build().send(request).await.unwrap_err();
    assert_eq!((error.retry_advice(), server.count()), (Retry::Transient, 4), "one marked safe is, three times");
}

#[tokio::test]
async fn cut_answers_are_tried_again() {
    let cut = || vec![Say("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"data\":".to_owned()), Wait(20)];
    let server = Server::start(move |nth, _| if nth == 0 { cut() } else { ok("whole") }).await;
    assert_eq!(transport().build().send(get(&server.url("/"))).await.unwrap().body(), "whole");
    let server = Server::start(move |_, _| cut()).await;
    let error = transport().build().send(get(&server.url("/"))).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::Unavailable, 3));
}

#[tokio::test]
async fn nobody_listening_is_unavailable_and_worth_another_try_even_for_a_post() {
    // Held, so that no other test listens there, but nobody listens.
    let held = tokio::net::TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = held.local_addr().unwrap().port();
    let error = transport().build().send(post(&format!("http://127.0.0.1:{port}/"))).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::Unavailable, Retry::Transient));
}

#[tokio::test]
async fn short_pauses_are_kept_and_long_ones_are_told() {
    let now = Timestamp::parse("2026-08-12T19:00:00Z").unwrap();
    let clock = Arc::new(ManualClock::jumping(now));
    let server = Server::start(|nth, _| if nth == 0 { status(429, "retry-after: 3\r\n") } else { ok("in") }).await;
    let transport_ = transport().clock(clock.clone()).build();
    assert_eq!(transport_.send(post(&server.url("/"))).await.unwrap().body(), "in");
    assert_eq!(clock.slept()[0], Duration::from_secs(3));

    let server = Server::start(|_, _| status(429, "x-rate-limit-reset: 1786561800\r\n")).await;
    let transport = transport().clock(Arc::new(ManualClock::jumping(now))).build();
    assert_eq!(transport.send(get(&server.url("/2/users/7/mentions"))).await.unwrap().status(), 429);
    let error = transport.send(get(&server.url("/2/users/7/mentions"))).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::RateLimited, Retry::After(Duration::from_secs(600))));
    assert_eq!(server.count(), 1, "the second call was not even sent");
    transport.send(get(&server.url("/2/tweets"))).await.unwrap();
    assert_eq!(server.count(), 2, "another endpoint is open");
}

#[tokio::test]
async fn an_allowance_that_is_used_up_is_waited_for_before_it_is_refused() {
    let now = Timestamp::parse("2026-08-12T19:00:00Z").unwrap();
    let clock = Arc::new(ManualClock::jumping(now));
    let server = Server::start(|_, _| {
        status(200, "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 2026-08-12T19:00:04.000Z\r\n")
    })
    .await;
    let transport = transport().clock(clock.clone()).build();
    for _ in 0..2 {
        transport.send(get(&server.url("/api/v1/notifications"))).await.unwrap();
    }
    assert_eq!(clock.slept(), [Duration::from_secs(4)]);
}

#[tokio::test]
async fn trouble_is_tried_again_for_reads_only() {
    let server = Server::start(|nth, _| if nth < 2 { status(503, "") } else { ok("up") }).await;
    assert_eq!(transport().build().send(get(&server.url("/"))).await.unwrap().body(), "up");
    let server = Server::start(|_, _| status(502, "")).await;
    assert_eq!(transport().build().send(post(&server.url("/"))).await.unwrap().status(), 502);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn no_attempt_goes_beyond_the_deadline() {
    let server = Server::start(|_, _| status(503, "retry-after: 4\r\n")).await;
    let now = Timestamp::parse("2026-08-12T19:00:00Z").unwrap();
    let clock = Arc::new(ManualClock::jumping(now));
    let transport = transport().clock(clock.clone()).build();
    let mut request = get(&server.url("/"));
    request.extensions_mut().insert(Deadline(now.plus_millis(3000)));
    assert_eq!(transport.send(request.clone()).await.unwrap().status(), 503);
    assert_eq!((server.count(), clock.now()), (1, now));
    request.extensions_mut().insert(Deadline(now));
    assert_eq!(transport.send(request).await.unwrap_err().kind(), ErrorKind::RateLimited);
    let mut late = get(&server.url("/elsewhere"));
    late.extensions_mut().insert(Deadline(now));
    assert_eq!(transport.send(late).await.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn streams_are_passed_on_as_they_come_and_outlive_the_time_out() {
    let server = Server::start(|_, _| {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n";
        vec![Say(head.to_owned()), Wait(400), Say("3\r\ntwo\r\n".to_owned()), Wait(20), Reset]
    })
    .await;
    let transport = HttpTransport::builder().timeout(Duration::from_millis(200)).build();
    let mut body = transport.open(get(&server.url("/"))).await.unwrap().into_body();
    assert_eq!(body.next().await.unwrap().unwrap(), "one");
    assert_eq!(body.next().await.unwrap().unwrap(), "two");
    let error = body.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::Unavailable, Retry::Transient));
}

/// Gives a name one address after the other, as an attacker's name server would.
#[derive(Debug)]
struct Rebinding {
    answers: Vec<&'static str>,
    asked: AtomicUsize,
}

#[async_trait]
impl Resolver for Rebinding {
    async fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        let nth = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        Ok(self.answers[nth].split(',').map(|address| address.parse().unwrap()).collect())
    }
}

fn untrusted(url: &str) -> Request<Bytes> {
    let mut request = get(url);
    request.extensions_mut().insert(Untrusted);
    request
}

#[tokio::test]
async fn untrusted_addresses_never_reach_the_own_network() {
    let server = Server::start(|_, _| ok("secret")).await;
    let port = server.port;
    for answers in ["127.0.0.1", "::1", "169.254.169.254,10.0.0.1"] {
        let resolver = Arc::new(Rebinding { answers: vec![answers], asked: AtomicUsize::new(0) });
        let transport = transport().resolver(resolver).build();
        let error = transport.send(untrusted(&format!("http://media.example:{port}/"))).await.unwrap_err();
        assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::PermissionDenied, Retry::Never), "{answers}");
    }
    let transport = transport().build();
    for host in ["127.0.0.1", "localhost", "[::1]", "2130706433", "0.0.0.0"] {
        let url = format!("http://{host}:{port}/");
        for error in [transport.send(untrusted(&url)).await.err(), transport.open(untrusted(&url)).await.err()] {
            assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::PermissionDenied), "{host}");
        }
    }
    assert_eq!(server.count(), 0);
    assert_eq!(transport.send(get(&server.url("/"))).await.unwrap().body(), "secret", "our own calls may");
}

#[tokio::test]
async fn a_name_bound_anew_is_judged_at_every_connection() {
    let server = Server::start(|_, _| ok("secret")).await;
    // Public at first: that connection is tried and fails, for nothing there answers; then private.
    let resolver = Arc::new(Rebinding { answers: vec!["192.0.1.1", "127.0.0.1"], asked: AtomicUsize::new(0) });
    let transport = HttpTransport::builder().timeout(Duration::from_millis(300)).resolver(resolver.clone()).build();
    let url = format!("http://media.example:{}/", server.port);
    let error = transport.send(untrusted(&url)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error:?}");
    assert_eq!((resolver.asked.load(Ordering::SeqCst), server.count()), (2, 0));
}

#[tokio::test]
async fn redirects_of_untrusted_addresses_are_judged_too() {
    let inside = Server::start(|_, _| ok("secret")).await;
    let port = inside.port;
    let targets = [
        (format!("http://127.0.0.1:{port}/"), false),
        (format!("http://localhost:{port}/"), false),
        ("file:///etc/passwd".to_owned(), false),
        (format!("http://allowed.example:{port}/"), true),
    ];
    for (target, allowed) in targets {
        let location = format!("location: {target}\r\n");
        let outside = Server::start(move |_, _| status(302, &location)).await;
        let resolver = Arc::new(Rebinding { answers: vec!["127.0.0.1"], asked: AtomicUsize::new(0) });
        let transport =
            transport().resolver(resolver).allow_private("outside.example").allow_private("allowed.example").build();
        let url = format!("http://outside.example:{}/", outside.port);
        let got = transport.send(untrusted(&url)).await;
        assert_eq!(got.is_ok_and(|answer| answer.body() == "secret"), allowed, "{target}");
        assert_eq!(outside.count(), 1);
    }
    assert_eq!(inside.count(), 1);
}

#[tokio::test]
async fn endless_redirects_and_endless_media_end() {
    let server = Server::start(|_, head| match head.contains("/media") {
        true => vec![Say(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(50_000)))],
        false => status(302, "location: /again\r\n"),
    })
    .await;
    let transport = transport().allow_private("127.0.0.1").max_media(10_000).build();
    assert!(transport.send(untrusted(&server.url("/"))).await.is_err());
    assert!(server.count() <= 7, "{} redirects were followed", server.count());
    let body = transport.open(untrusted(&server.url("/media"))).await.unwrap().into_body();
    let last = body.collect::<Vec<_>>().await.pop().unwrap();
    assert_eq!(last.unwrap_err().kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn no_error_and_no_debug_shows_a_secret() {
    let server = Server::start(|_, head| if head.contains("/cut") { vec![Reset] } else { vec![Hang] }).await;
    let transport = HttpTransport::builder().timeout(Duration::from_millis(100)).attempts(1).build();
    let mut shown = format!("{transport:?}");
    for url in [server.url("/cut"), server.url("/hang"), "http://127.0.0.1:1".to_owned(), "http://[bad".to_owned()] {
        let url = format!("{url}?access_token=planted1&appsecret_proof=planted2&fields=id");
        let Ok(request) = Request::get(url).header("authorization", "Bearer planted3").body(Bytes::new()) else {
            continue;
        };
        let error = transport.send(request.clone()).await.unwrap_err();
        shown += &format!("{error} {error:?} {}", serde_json::to_string(&error).unwrap());
        let socket = request.map(drop);
        shown += &format!("{:?}", transport.websocket(socket).await.unwrap_err());
    }
    assert!(shown.contains("fields=id") && !shown.contains("planted"), "{shown}");
}

#[tokio::test]
async fn websockets_carry_headers_and_frames() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/api/v1/streaming?stream=user", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut token = None;
        let look = |request: &http::Request<()>, answer| {
            token = request.headers().get("authorization").cloned();
            Ok(answer)
        };
        let mut socket = tokio_tungstenite::accept_hdr_async(stream, look).await.unwrap();
        let asked = socket.next().await.unwrap().unwrap();
        socket.send(asked).await.unwrap();
        socket.send(tokio_tungstenite::tungstenite::Message::binary(vec![1, 2])).await.unwrap();
        socket.close(None).await.unwrap();
        token
    });
    let request = Request::get(url).header("authorization", "Bearer t").body(()).unwrap();
    let mut socket = transport().build().websocket(request).await.unwrap();
    socket.send_text("hello".to_owned()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), "hello");
    assert_eq!(socket.next().await.unwrap().unwrap(), &[1u8, 2][..]);
    assert!(socket.next().await.is_none());
    assert_eq!(server.await.unwrap().unwrap(), "Bearer t");
}

#[tokio::test]
async fn refused_websockets_say_why() {
    for (code, kind) in
        [(401, ErrorKind::Unauthenticated), (403, ErrorKind::PermissionDenied), (503, ErrorKind::Unavailable)]
    {
        let server = Server::start(move |_, _| status(code, "")).await;
        let request = Request::get(server.url("/").replace("http", "ws")).body(()).unwrap();
        assert_eq!(transport().build().websocket(request).await.unwrap_err().kind(), kind);
    }
    let server = Server::start(|_, _| status(429, "retry-after: 60\r\n")).await;
    let request = Request::get(server.url("/").replace("http", "ws")).body(()).unwrap();
    let error = transport().build().websocket(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(matches!(error.retry_advice(), Retry::After(wait) if wait > Duration::from_secs(50)), "{error:?}");
}

#[test]
fn building_opens_nothing_and_starts_nothing() {
    let count = |what: &str| std::fs::read_dir(format!("/proc/self/{what}")).map(Iterator::count).unwrap_or_default();
    let sockets = || {
        let entries = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
        entries
            .filter(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to.to_string_lossy().contains("socket")))
            .count()
    };
    // Other tests of this process come and go, so the quiet is looked for, not counted once.
    let quiet = (0..50).any(|_| {
        let before = (count("task"), sockets());
        let transports: Vec<_> = (0..50).map(|_| HttpTransport::default()).collect();
        (count("task"), sockets()) == before && transports.len() == 50
    });
    assert!(quiet);
}

const PACKED_ZEROS: &[u8] = b"\
    \x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xf5\x4f\x6d\x0d\x0f\xa0\
    \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\
    \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\
    \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\
    \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x57\x03\x7d\
    \x95\x11\xd4\xa0\x86\x01\x00";
