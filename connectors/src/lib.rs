//! Every connector behind one feature each, opened from a URI.

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
