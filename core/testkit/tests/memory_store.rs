//! The suite for stores over the store in memory.

use std::sync::Arc;

use careline::store::MemoryStore;
use careline_testkit::store::StoreFixture;

careline_testkit::store_conformance!(StoreFixture::new(Arc::new(MemoryStore::new())));
