//! The real program in a process of its own, and what its database holds.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use bytes::Bytes;
use careline::transport::Transport;
use careline::wire::{Encoding, sign};
use careline_http::HttpTransport;
use http::{HeaderMap, Method, Request};

/// `careline serve` over a directory with a `policy.toml`.
pub struct Server {
    child: Child,
    pub base: String,
}

impl Server {
    /// Starts it with these secrets in its environment.
    pub fn start(dir: &Path, secrets: &[(&str, &str)]) -> Self {
        Self::start_complaining(dir, secrets, Stdio::inherit())
    }

    /// Starts it with its standard error there. Its standard output is read up to the first line, then closed.
    pub fn start_complaining(dir: &Path, secrets: &[(&str, &str)], stderr: Stdio) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_careline"))
            .args(["serve", "--port", "0", "--policy"])
            .arg(dir.join("policy.toml"))
            .arg("--data")
            .arg(dir)
            .envs(secrets.iter().copied())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("listening on ").expect("the program says where it listens").to_owned();
        Self { child, base }
    }
}

impl Drop for Server {
    /// SIGKILL: no handler runs, nothing is flushed.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client that tries once.
pub fn client() -> Arc<dyn Transport> {
    Arc::new(HttpTransport::builder().attempts(1).build())
}

/// The status of the answer to one request; `None` if there was none.
pub async fn ask(client: &dyn Transport, method: Method, url: &str, headers: &HeaderMap, body: Bytes) -> Option<u16> {
    let mut request = Request::builder().method(method).uri(url).body(body).unwrap();
    request.headers_mut().extend(headers.clone());
    client.send(request).await.ok().map(|answer| answer.status().as_u16())
}

/// Posts a body to the endpoint of X, signed with this secret; the status of the answer.
pub async fn post_x(client: &dyn Transport, base: &str, secret: &str, body: Bytes) -> Option<u16> {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/json".parse().unwrap());
    let signature = sign(secret.as_bytes(), &body, Encoding::Base64);
    headers.insert("x-twitter-webhooks-signature", signature.parse().unwrap());
    ask(client, Method::POST, &format!("{base}/webhooks/x"), &headers, body).await
}
