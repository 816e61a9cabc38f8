//! Bounds and habits of the transport.

use std::sync::Arc;
use std::time::Duration;

use careline::clock::{Clock, SystemClock};
use careline::{Error, ErrorKind, Result};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::guard::{Resolver, SystemResolver};
use crate::transport::HttpTransport;

/// Sets up an [`HttpTransport`]; every setting has a default fit for production.
#[derive(Clone, Debug)]
pub struct HttpTransportBuilder {
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) longest_wait: Duration,
    pub(crate) attempts: u32,
    pub(crate) max_body: usize,
    pub(crate) max_media: usize,
    pub(crate) user_agent: String,
    pub(crate) proxy_from_environment: bool,
    pub(crate) exempt: Vec<String>,
    pub(crate) roots: Vec<CertificateDer<'static>>,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Default for HttpTransportBuilder {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            longest_wait: Duration::from_secs(5),
            attempts: 3,
            max_body: 16 * 1024 * 1024,
            max_media: 100 * 1024 * 1024,
            user_agent: concat!("careline/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxy_from_environment: false,
            exempt: Vec::new(),
            roots: Vec::new(),
            resolver: Arc::new(SystemResolver),
            clock: Arc::new(SystemClock),
        }
    }
}

impl HttpTransportBuilder {
    /// How long one attempt may take, body included; for held connections, until the answer begins. Default 30 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long connecting may take. Default 10 s.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The longest pause before a request or between two attempts; where a network asks for more, the call ends with
    /// `rate_limited` and the time to come back. Default 5 s.
    #[must_use]
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// How often a request is tried at most, where repeating is safe. Default 3.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The largest answer in bytes, unpacked; also the largest message of a WebSocket. Default 16 MiB.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// The largest answer in bytes that is opened as a stream from an untrusted address. Default 100 MiB.
    #[must_use]
    pub fn max_media(mut self, bytes: usize) -> Self {
        self.max_media = bytes;
        self
    }

    /// The `user-agent` of requests that carry none.
    #[must_use]
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Uses the proxies that the environment names (`HTTPS_PROXY` …). Off by default. Untrusted addresses are always
    /// fetched directly, for a proxy would resolve their names out of sight, and so are WebSockets.
    #[must_use]
    pub fn proxy_from_environment(mut self) -> Self {
        self.proxy_from_environment = true;
        self
    }

    /// Fetches untrusted addresses of this host even if they are private: a media server in the own network.
    #[must_use]
    pub fn allow_private(mut self, host: impl Into<String>) -> Self {
        self.exempt.push(host.into().to_ascii_lowercase());
        self
    }

    /// Trusts the certificates in this PEM text as roots, beside what the machine trusts: an authority of one's own.
    ///
    /// # Errors
    /// `config_invalid` if there is no certificate in it.
    pub fn trust_root(mut self, pem: &[u8]) -> Result<Self> {
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let found = found.ok().filter(|found| !found.is_empty());
        let unreadable = || Error::new(ErrorKind::ConfigInvalid, "there is no certificate in this PEM text");
        self.roots.extend(found.ok_or_else(unreadable)?);
        Ok(self)
    }

    /// Resolves names by this resolver.
    #[must_use]
    pub fn resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.resolver = resolver;
        self
    }

    /// Tells and waits by this clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The transport.
    pub fn build(self) -> HttpTransport {
        HttpTransport::new(self)
    }
}
