//! Clients that begin a request and do not go on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code: a panic is how a test fails")]

mod server;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use http::{HeaderMap, Method};
use server::{Server, ask, client};

/// More than the program gives a request's head.
const LIMIT: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn half_a_head_is_given_up_while_others_are_served() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("policy.toml"), "brand.name = 'Acme'\n").unwrap();
    let server = Server::start(dir.path(), &[]);
    let address = server.base.strip_prefix("http://").unwrap().to_owned();
    let mut slow: Vec<_> = (0..20).map(|_| TcpStream::connect(&address).unwrap()).collect();
    for stream in &mut slow {
        stream.write_all(b"POST /webhooks/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le").unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
    }
    let url = format!("{}/healthz", server.base);
    let status = ask(&*client(), Method::GET, &url, &HeaderMap::new(), bytes::Bytes::new()).await;
    assert_eq!(status, Some(200), "others are served meanwhile");
    let begun = Instant::now();
    tokio::task::spawn_blocking(move || {
        for stream in &mut slow {
            let mut rest = Vec::new();
            let ended = stream.read_to_end(&mut rest);
            assert!(ended.is_ok() || ended.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset));
        }
    })
    .await
    .unwrap();
    println!("20 half heads were given up within {} s", begun.elapsed().as_secs());
    assert!(begun.elapsed() < LIMIT);
}
