//! Every connector behind one feature each, opened from a URI or from settings: stores, networks and their endpoints, and
//! whole hosts. A host, a binding or a tool that uses this knows no connector by name.
//!
//! - [`open_store`], [`open_endpoint`], [`open_network`]: one connector each;
//! - [`HostConfig`]: an engine with all of them;
//! - [`normalise`] and [`Texts`]: raw bodies and texts without an engine.

mod given;
mod host;
mod lines;
mod networks;
mod stores;
#[cfg(feature = "reflect")]
pub mod surface;
mod texts;

pub use host::{HostConfig, PolicySource, with_signals};
pub use lines::{Checked, Judged, check_policy, judge_row, normalised_lines, refusal};
pub use networks::{check_network, networks, normalise, open_endpoint, open_network, signals};
pub use stores::open_store;
pub use texts::{Text, Texts, in_parallel};

/// The examples that need more than the core: compiled and run as tests of this crate.
#[cfg(doctest)]
mod examples {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../docs/guide/embedding.md")]
    struct Embedding;
    #[doc = include_str!("../../docs/guide/operations.md")]
    struct Operations;
    #[doc = include_str!("../../docs/guide/languages.md")]
    struct Languages;
}
