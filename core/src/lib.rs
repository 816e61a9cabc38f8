//! careline: social customer care to embed in any CRM or helpdesk.
//!
//! What a customer says on a network goes in as a webhook body, a polled page or a frame of a stream. Out comes a case
//! that says what it is, how urgent, who handles it, until when, and why. Everything is stored before the network is
//! answered, and every message is kept exactly once.
//!
//! This crate is the core: it opens no socket, starts no thread and knows no database. Networks, the SQLite store and the
//! HTTP transport are crates of their own, which implement the traits below. The guide, with examples, is in `docs/guide`
//! of the repository.
//!
//! # Map
//!
//! What a host calls:
//! - [`care`]: the [`Engine`](care::Engine) and its [`Tenant`](care::Tenant)s: receive, tick, poll, assign, views;
//! - [`engage`]: saying something, and what is looked at before;
//! - [`policy`]: the rules of one brand, as a TOML file;
//! - [`model`]: the plain data that everything is made of;
//! - [`Error`]: the one error.
//!
//! What connectors, stores and hosts implement, one trait each:
//! - [`intake`]: webhooks; [`network`]: an account on a network; [`transport`]: the way to it;
//! - [`triage`]: what a message is; [`advisor`]: the same by a host's own model, with a deadline;
//! - [`routing`]: who takes a case, and where an answer may go;
//! - [`store`]: where everything is kept; [`clock`]: what time it is.
//!
//! What connectors are built with: [`context`], what one call may use, and [`wire`], reading bodies and signatures.
//!
//! ```
//! use std::sync::Arc;
//! use careline::care::{Engine, TenantSetup};
//! use careline::policy::{CompiledPolicy, Policy};
//! use careline::store::MemoryStore;
//!
//! let policy = CompiledPolicy::new(Policy::from_brand("Acme"))?;
//! let engine =
//!     Engine::builder(Arc::new(MemoryStore::new())).tenant("default", TenantSetup::new(policy)).build()?;
//! assert_eq!(engine.tenant("default")?.id().as_str(), "default");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// The derive macro of `reflect` names this crate as others do.
#[cfg(feature = "reflect")]
extern crate self as careline;

pub mod advisor;
pub mod care;
pub mod clock;
pub mod context;
pub mod engage;
mod error;
pub mod intake;
pub mod listen;
pub mod model;
pub mod network;
pub mod policy;
#[cfg(feature = "reflect")]
pub mod reflect;
pub mod routing;
pub mod store;
pub mod transport;
pub mod triage;
pub mod wire;

pub use error::{Error, ErrorKind, Result, Retry};
