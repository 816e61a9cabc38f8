//! Every connector behind one feature each, opened from a URI.

mod stores;

pub use stores::open_store;
