//! What SQLite reports, as careline's error.

use careline::{Error, ErrorKind, Retry};
use rusqlite::ErrorCode;

/// SQLite's error as a sentence that says what to do.
pub(crate) fn storage(error: rusqlite::Error) -> Error {
    let (kind, sentence) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            let sentence = "another process holds the database for too long; try again or end that process";
            return Error::new(ErrorKind::StorageFailed, sentence).retry(Retry::Transient).caused_by(error);
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            (ErrorKind::StorageDamaged, "the database file is damaged; put a backup in its place")
        }
        Some(ErrorCode::NotADatabase) => {
            (ErrorKind::StorageDamaged, "the file is not a SQLite database, or its beginning is damaged")
        }
        Some(ErrorCode::ReadOnly) => {
            (ErrorKind::StorageFailed, "the database, or the folder it is in, cannot be written to")
        }
        Some(ErrorCode::CannotOpen) => {
            (ErrorKind::StorageFailed, "the database cannot be opened; its folder must exist and be writable")
        }
        Some(ErrorCode::DiskFull) => (ErrorKind::StorageFailed, "the disk is full; nothing was written"),
        Some(ErrorCode::SystemIoFailure) => (ErrorKind::StorageFailed, "the disk does not read or write the database"),
        _ => (ErrorKind::StorageFailed, "the database refuses a statement"),
    };
    Error::new(kind, sentence).caused_by(error)
}

/// A stored value that is not what was written.
pub(crate) fn damaged(what: &'static str) -> Error {
    Error::new(ErrorKind::StorageDamaged, "a stored value is damaged").with("what", what)
}
