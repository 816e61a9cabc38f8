//! What stands in the way when `careline serve` starts, and what does not.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod server;

use std::fs;
use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use http::{HeaderMap, Method};
use server::{Server, ask, client};

/// Nobody listens on port 1.
const POLICY: &str = r#"
[brand]
name = "Acme"

[[accounts]]
id = "acme-mastodon"
network = "mastodon"
host = "127.0.0.1:1"
native_id = "55"
"#;

#[tokio::test]
async fn a_network_that_is_down_keeps_the_intake_open() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("policy.toml"), POLICY).unwrap();
    let secrets = [("CARELINE_TOKEN_ACME_MASTODON", "made-up"), ("CARELINE_X_CONSUMER_SECRET", "made-up")];
    let server = Server::start(dir.path(), &secrets);
    let health = format!("{}/healthz", server.base);
    assert_eq!(ask(&*client(), Method::GET, &health, &HeaderMap::new(), Bytes::new()).await, Some(200));
    let crc = format!("{}/webhooks/x?crc_token=7", server.base);
    assert_eq!(ask(&*client(), Method::GET, &crc, &HeaderMap::new(), Bytes::new()).await, Some(200));
}

#[test]
fn what_stands_in_the_way_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let policy = dir.path().join("policy.toml");
    fs::write(&policy, POLICY).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = |data: &Path| {
        let program = env!("CARGO_BIN_EXE_careline");
        let ended = Command::new(program)
            .args(["serve", "--port", &port, "--policy"])
            .arg(&policy)
            .arg("--data")
            .arg(data)
            .output();
        String::from_utf8(ended.unwrap().stderr).unwrap()
    };
    let busy = said(dir.path());
    assert!(busy.contains(&port) && busy.contains("--port"), "{busy}");
    let no_directory = said(&policy);
    assert!(no_directory.contains("policy.toml") && no_directory.contains("data directory"), "{no_directory}");
}
