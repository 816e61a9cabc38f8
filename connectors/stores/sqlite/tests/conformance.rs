//! The suite for stores over SQLite.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::sync::Arc;

use careline_sqlite::SqliteStore;
use careline_testkit::store::StoreFixture;

fn on_disk() -> StoreFixture {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("care.db")).unwrap();
    StoreFixture::in_folder(Arc::new(store), folder.path().to_owned(), folder)
}

careline_testkit::store_conformance!(on_disk());

mod in_memory {
    use super::*;

    careline_testkit::store_conformance!(StoreFixture::new(Arc::new(SqliteStore::open_in_memory().unwrap())));
}
