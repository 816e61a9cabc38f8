//! Requests and WebSockets over TLS: only to whom the machine or the host trusts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use bytes::Bytes;
use careline::transport::Transport;
use careline::{ErrorKind, Retry};
use careline_http::HttpTransport;
use futures_util::{SinkExt, StreamExt};
use http::Request;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A certificate for `localhost` that signs itself, and a server that shows it.
struct Server {
    pem: String,
    acceptor: TlsAcceptor,
    listener: TcpListener,
}

impl Server {
    async fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::from_pem_slice(made.signing_key.serialize_pem().as_bytes()).unwrap();
        let certificate = CertificateDer::from_pem_slice(made.cert.pem().as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { pem: made.cert.pem(), acceptor: TlsAcceptor::from(Arc::new(config)), listener }
    }

    fn url(&self, scheme: &str) -> String {
        format!("{scheme}://localhost:{}/", self.listener.local_addr().unwrap().port())
    }
}

fn trusting(pem: &str) -> HttpTransport {
    HttpTransport::builder().attempts(1).trust_root(pem.as_bytes()).unwrap().build()
}

#[tokio::test]
async fn a_root_of_the_hosts_own_is_trusted_and_nobody_else() {
    let server = Server::start().await;
    let (pem, url) = (server.pem.clone(), server.url("https"));
    tokio::spawn(async move {
        loop {
            let (stream, _) = server.listener.accept().await.unwrap();
            let Ok(mut stream) = server.acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nsafe").await;
            let _ = stream.shutdown().await;
        }
    });
    let request = || Request::get(&url).body(Bytes::new()).unwrap();
    assert_eq!(trusting(&pem).send(request()).await.unwrap().body(), "safe");
    let stranger = HttpTransport::builder().attempts(1).build().send(request()).await.unwrap_err();
    assert_eq!((stranger.kind(), stranger.retry_advice()), (ErrorKind::Unavailable, Retry::Transient));
    assert!(format!("{stranger:?}").to_lowercase().contains("certificate"), "{stranger:?}");
}

#[tokio::test]
async fn websockets_are_as_safe_as_requests() {
    let server = Server::start().await;
    let (pem, url) = (server.pem.clone(), server.url("wss"));
    tokio::spawn(async move {
        loop {
            let (stream, _) = server.listener.accept().await.unwrap();
            let Ok(stream) = server.acceptor.accept(stream).await else { continue };
            let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
            let asked = socket.next().await.unwrap().unwrap();
            socket.send(asked).await.unwrap();
        }
    });
    let request = || Request::get(&url).body(()).unwrap();
    let mut socket = trusting(&pem).websocket(request()).await.unwrap();
    socket.send_text("hello".to_owned()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), "hello");
    let stranger = HttpTransport::default().websocket(request()).await.unwrap_err();
    assert_eq!(stranger.kind(), ErrorKind::Unavailable);
}

#[test]
fn what_is_no_certificate_is_told() {
    for text in ["", "nonsense", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"] {
        let error = HttpTransport::builder().trust_root(text.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConfigInvalid, "{text}");
    }
}
