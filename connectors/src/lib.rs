//! Opens connectors from a URI: today [`open_store`], with one feature for each store that is not in the core.
//!
//! Connectors to networks are crates of their own and are built from their typed configurations.

mod stores;

pub use stores::open_store;

/// The examples that need more than the core: compiled and run as tests of this crate.
#[cfg(doctest)]
mod examples {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../docs/guide/embedding.md")]
    struct Embedding;
    #[doc = include_str!("../../docs/guide/operations.md")]
    struct Operations;
}
