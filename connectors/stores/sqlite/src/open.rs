//! Opening a database: is it ours, is it whole, is it of our version?

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use careline::{Error, ErrorKind, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::storage;
use crate::process::Owned;
use crate::{SqliteOptions, Synchronous};

/// "care" in ASCII; tells our files from other SQLite databases.
const APPLICATION_ID: i32 = 0x6361_7265;

/// The schema's versions, oldest first; each one turns its predecessor into itself.
const MIGRATIONS: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// A connection that may write, to a database that is brought to the present version.
pub(crate) fn writer(path: &Path, options: &SqliteOptions) -> Result<Owned> {
    check_length(path)?;
    let mut connection = Owned::open(path, OpenFlags::default())?;
    configure(&connection, options)?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// A database that lives as long as its only connection.
pub(crate) fn in_memory(options: &SqliteOptions) -> Result<Owned> {
    let mut connection = Owned::in_memory()?;
    configure(&connection, options)?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// A further connection, for reading. Where nothing at all may be written, the file is opened so.
pub(crate) fn reader(path: &Path, options: &SqliteOptions, read_only: bool) -> Result<Owned> {
    let mode = if read_only { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
    let connection = Owned::open(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    configure(&connection, options)?;
    connection.pragma_update(None, "query_only", true).map_err(storage)?;
    Ok(connection)
}

/// The first connection to a database to which nothing is written: it must be of the present version already.
pub(crate) fn first_reader(path: &Path, options: &SqliteOptions) -> Result<Owned> {
    check_length(path)?;
    let connection = reader(path, options, true)?;
    let stored = version(&connection)?;
    if stored == MIGRATIONS.len() {
        return Ok(connection);
    }
    let message = "an older careline wrote this database; open it once for writing, which brings it to this version";
    Err(Error::new(ErrorKind::Unsupported, message).with("version", stored).with("known", MIGRATIONS.len()))
}

fn configure(connection: &Connection, options: &SqliteOptions) -> Result<()> {
    connection.busy_timeout(options.busy_timeout).map_err(storage)?;
    connection.set_prepared_statement_cache_capacity(128);
    // Else a statement is compiled anew whenever a value changes that might, for once, ask for another plan.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(storage)?;
    let cache_kib = i64::try_from(options.cache_bytes / 1024).unwrap_or(i64::MAX);
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    let pragma = |name, value: &dyn rusqlite::ToSql| connection.pragma_update(None, name, value).map_err(storage);
    pragma("secure_delete", &true)?;
    pragma("synchronous", &synchronous)?;
    pragma("cache_size", &-cache_kib)?;
    // Rows of many commits share pages; the longer the log, the fewer times each page is written to its place.
    pragma("wal_autocheckpoint", &CHECKPOINT_PAGES)?;
    pragma("temp_store", &"MEMORY")
}

/// The schema's version in a database of ours; 0 in an empty one.
fn version(connection: &Connection) -> Result<usize> {
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(storage)?;
    if tables > 0 && number(connection, "application_id")? != APPLICATION_ID {
        return Err(Error::new(
            ErrorKind::StorageDamaged,
            "this SQLite database belongs to another program; choose another file",
        ));
    }
    let stored = usize::try_from(number(connection, "user_version")?).unwrap_or_default();
    if stored > MIGRATIONS.len() {
        return Err(Error::new(
            ErrorKind::VersionNewer,
            "a newer careline wrote this database; update careline, or put a backup from before in its place",
        )
        .with("version", stored)
        .with("known", MIGRATIONS.len()));
    }
    Ok(stored)
}

fn number(connection: &Connection, pragma: &str) -> Result<i32> {
    connection.pragma_query_value(None, pragma, |row| row.get(0)).map_err(storage)
}

fn migrate(connection: &mut Connection) -> Result<()> {
    let present = MIGRATIONS.len();
    let stored = version(connection)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES).map_err(storage)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(storage)?;
    if stored == present {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(storage)?;
    // Another process may have been faster.
    let stored = usize::try_from(number(&transaction, "user_version")?).unwrap_or_default();
    for sql in MIGRATIONS.iter().skip(stored) {
        transaction.execute_batch(sql).map_err(storage)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(storage)?;
    transaction.pragma_update(None, "user_version", i32::try_from(present).unwrap_or(i32::MAX)).map_err(storage)?;
    transaction.commit().map_err(storage)
}

/// Finds a file that was cut off, which SQLite itself would notice only when it reads a missing page.
fn check_length(path: &Path) -> Result<()> {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    let waiting = std::fs::metadata(wal).map_or(0, |wal| wal.len());
    let Ok(mut file) = File::open(path) else { return Ok(()) };
    let length = file.metadata().map_or(0, |file| if file.is_file() { file.len() } else { 0 });
    let mut header = [0; 32];
    if waiting > 0 || length == 0 {
        return Ok(());
    }
    let there = header.len().min(usize::try_from(length).unwrap_or(usize::MAX));
    let whole = file.read_exact(&mut header[..there]).is_ok() && there == header.len();
    let number =
        |at: usize| u64::from(u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]));
    let page = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65_536,
        size => size,
    };
    if !header.starts_with(&MAGIC[..MAGIC.len().min(there)]) {
        return Err(Error::new(ErrorKind::StorageDamaged, "this file is not a SQLite database; choose another file"));
    }
    if !whole || (header.starts_with(MAGIC) && length < number(28) * page) {
        return Err(Error::new(ErrorKind::StorageDamaged, "the database file was cut off; put a backup in its place")
            .with("bytes", length));
    }
    Ok(())
}

/// How every SQLite database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The size of a page in a new file. A log entry or a raw body fills more than half a page of SQLite's usual 4 KiB, which
/// wastes the rest; still larger pages cost more where ids are written, at random places.
const PAGE_BYTES: i64 = 8_192;

/// After how many pages (64 MiB) the write-ahead log is carried over into the database.
const CHECKPOINT_PAGES: i64 = 8_192;

/// How long to wait for another process by default.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
