//! The way to the networks: careline's [`Transport`](careline::transport::Transport) on reqwest and rustls.
//!
//! It bounds time and size, repeats what is safe to repeat, waits where a network's own headers ask for it, and shows no
//! secret in an error or a `Debug`. An address that somebody else chose, marked
//! [`Untrusted`](careline::transport::Untrusted), is fetched only from public addresses, whatever its name resolves to and
//! wherever it redirects.
//!
//! ```
//! use std::time::Duration;
//! use careline_http::HttpTransport;
//!
//! let transport = HttpTransport::builder().timeout(Duration::from_secs(20)).user_agent("acme-care/1.0").build();
//! # let _ = transport;
//! ```
//!
//! Building one opens no socket, reads no file and starts no thread; the first request does.

mod builder;
mod failure;
mod guard;
mod limits;
mod repeat;
mod tls;
mod transport;
mod websocket;

pub use builder::HttpTransportBuilder;
pub use guard::{Resolver, SystemResolver, is_public};
pub use transport::HttpTransport;
