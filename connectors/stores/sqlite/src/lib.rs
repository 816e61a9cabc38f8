//! The embedded default store for careline: one SQLite file.
//!
//! - Write-ahead log; readers do not wait for the writer. A commit is on the disk when it returns ([`Synchronous::Full`]).
//! - Opening starts no thread. Inside a Tokio runtime the work runs on its blocking threads, elsewhere right where it is
//!   called.
//! - Several processes may use one file; a commit that rests on what another process changed is a `conflict`.
//! - A store may be open while its process forks if [`Store::release`] was called before; what was not released is refused
//!   in the child.
//! - What is erased is overwritten in the file and taken out of the search index at once. Erasures are also noted, by our
//!   own hashed ids, in a journal beside the file (`care.db.erasures`): when an older backup is put in the database's
//!   place, opening it erases again. Keep that journal when you restore.
//! - An erasure reads every raw body and every log entry of its tenant once, because a person may stand in deliveries that
//!   no message points to; meanwhile other writers wait. A raw body that names the person goes as a whole, what others
//!   wrote in it stays as messages.
//!
//! ```no_run
//! # fn main() -> careline::Result<()> {
//! let store = careline_sqlite::SqliteStore::open("care.db")?;
//! # Ok(()) }
//! ```

mod db;
mod error;
mod evidence;
mod forget;
mod journal;
mod names;
mod open;
mod place;
mod process;
mod read;
#[cfg(feature = "bench")]
mod recording;
mod scan;
mod work;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use careline::model::{DeliveryId, TenantId, Timer, Timestamp};
use careline::store::{
    CaseField, Commit, Counter, CounterAsk, Delivery, EraseAsk, ExportAsk, Exported, Key, LeaseAsk, Leased, Loaded,
    Logged, OpenFilter, Receipt, RetainAsk, Scan, Scanned, Settle, Store,
};
use careline::{Error, ErrorKind, Result};
use rusqlite::{Connection, TransactionBehavior};

use crate::db::{Db, column, text};
use crate::error::storage;
use crate::journal::Erasure;
use crate::process::Owned;
use crate::write::Writer;

#[cfg(feature = "bench")]
pub use recording::Statements;

/// When a commit counts as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    /// Once it is on the disk: it survives a power cut.
    #[default]
    Full,
    /// Once the operating system has it: it survives a crash of the process, not always a power cut.
    Normal,
}

/// How a database is opened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SqliteOptions {
    /// How many bytes of pages each connection may keep in memory.
    pub cache_bytes: usize,
    /// When a commit counts as written.
    pub synchronous: Synchronous,
    /// How long to wait for another process that writes.
    pub busy_timeout: Duration,
}

impl Default for SqliteOptions {
    /// 64 MiB of cache, on the disk, 5 seconds.
    fn default() -> Self {
        Self { cache_bytes: 64 << 20, synchronous: Synchronous::Full, busy_timeout: open::BUSY_TIMEOUT }
    }
}

/// A store in one SQLite file. Clones share it.
#[derive(Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

struct Shared {
    /// Absent for a database in memory, where the writer reads, too.
    path: Option<PathBuf>,
    options: SqliteOptions,
    /// Whether nothing at all may be written.
    read_only: bool,
    /// Held by whatever is under way; alone by who closes everything.
    using: RwLock<()>,
    /// Absent until it is needed, once everything was closed.
    writer: Mutex<Option<Owned>>,
    readers: Mutex<Vec<Owned>>,
    #[cfg(feature = "bench")]
    recording: recording::Recording,
}

/// How many idle read connections are kept open.
const IDLE_READERS: usize = 4;

impl SqliteStore {
    /// Opens or creates the database at `path` and brings it to the present version.
    ///
    /// # Errors
    /// `storage_failed` if it cannot be opened, `storage_damaged` if it is not a whole database of careline,
    /// `version_newer` if a newer careline wrote it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, SqliteOptions::default())
    }

    /// As [`SqliteStore::open`], with options.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_with(path: impl AsRef<Path>, options: SqliteOptions) -> Result<Self> {
        let path = path.as_ref();
        let open = || {
            // Connections that are opened later go to the same file, wherever the present folder is then.
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            let writer = open::writer(&whole, &options)?;
            let store = Self::new(Some(whole), Some(writer), options.clone(), false);
            store.shared.erase_again()?;
            Ok(store)
        };
        open().map_err(|error: Error| error.during("open").with("file", path.display()))
    }

    /// Opens the database at `path` only to read it: whatever is asked of this store, no byte of the database is changed.
    /// What would write is `unsupported`. Others may write meanwhile. SQLite may make or use the files `-wal` and `-shm`
    /// beside it, through which those who use a database know of each other.
    ///
    /// # Errors
    /// As [`SqliteStore::open`]; `not_found` if there is none; `unsupported` for a database of an older version, or a backup
    /// that must forget first what was erased since: opening it once for writing does both.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let open = || {
            if !path.exists() {
                return Err(Error::new(ErrorKind::NotFound, "there is no database"));
            }
            let (whole, options) =
                (std::path::absolute(path).unwrap_or_else(|_| path.to_owned()), SqliteOptions::default());
            let reader = open::first_reader(&whole, &options)?;
            let store = Self::new(Some(whole), None, options, true);
            lock(&store.shared.readers).push(reader);
            if !store.shared.not_erased_yet()?.is_empty() {
                let message =
                    "this database is a backup from before an erasure; open it once for writing, which erases again";
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
            Ok(store)
        };
        open().map_err(|error: Error| error.during("open").with("file", path.display()))
    }

    /// A database in memory, which is gone with the store.
    ///
    /// # Errors
    /// `storage_failed` if there is no memory for it.
    pub fn open_in_memory() -> Result<Self> {
        let options = SqliteOptions::default();
        Ok(Self::new(None, Some(open::in_memory(&options)?), options, false))
    }

    fn new(path: Option<PathBuf>, writer: Option<Owned>, options: SqliteOptions, read_only: bool) -> Self {
        let shared = Shared {
            path,
            options,
            read_only,
            using: RwLock::default(),
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            #[cfg(feature = "bench")]
            recording: recording::Recording::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Starts to record every statement with its values, until [`SqliteStore::recorded_statements`].
    #[cfg(feature = "bench")]
    pub fn record_statements(&self) {
        self.shared.recording.start();
    }

    /// The statements executed since [`SqliteStore::record_statements`], in order, each with its values; transactions'
    /// `BEGIN` and `COMMIT` are not among them.
    #[cfg(feature = "bench")]
    pub fn recorded_statements(&self) -> Statements {
        self.shared.recording.take()
    }

    async fn run<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Shared) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let shared = Arc::clone(&self.shared);
        let done = apart(move || {
            let _using = shared.using.read().unwrap_or_else(PoisonError::into_inner);
            work(&shared)
        });
        done.await.map_err(|error| if error.operation() == operation { error } else { error.during(operation) })
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.shared.path).finish_non_exhaustive()
    }
}

impl Shared {
    /// Reads in one transaction, so everything is as of one instant.
    fn read<T>(&self, work: impl FnOnce(&Db<'_>) -> Result<T>) -> Result<T> {
        let Some(path) = &self.path else { return self.read_on(self.open_in(&mut lock(&self.writer))?, work) };
        let idle = lock(&self.readers).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => open::reader(path, &self.options, self.read_only)?,
        };
        let done = self.read_on(connection.checked()?, work);
        let mut readers = lock(&self.readers);
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        done
    }

    /// As [`Shared::read`], but on the connection that writes where nobody uses it: its cache holds what was just written, and
    /// it will write next where it reads now. Only for what is short.
    fn read_hot<T>(&self, work: impl FnOnce(&Db<'_>) -> Result<T>) -> Result<T> {
        match self.writer.try_lock() {
            Ok(mut writer) if !self.read_only => self.read_on(self.open_in(&mut writer)?, work),
            _ => self.read(work),
        }
    }

    fn read_on<T>(&self, connection: &mut Connection, work: impl FnOnce(&Db<'_>) -> Result<T>) -> Result<T> {
        let transaction = connection.transaction().map_err(storage)?;
        work(&self.db(&transaction))
    }

    /// Writes in one transaction, all or nothing.
    fn write<T>(&self, work: impl FnOnce(Db<'_>) -> Result<T>) -> Result<T> {
        let mut writer = lock(&self.writer);
        let connection = self.open_in(&mut writer)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(storage)?;
        let done = work(self.db(&transaction))?;
        transaction.commit().map_err(storage)?;
        Ok(done)
    }

    /// The connection that writes, opened again if it was closed.
    fn open_in<'a>(&self, writer: &'a mut Option<Owned>) -> Result<&'a mut Owned> {
        self.check_writable()?;
        if let (None, Some(path)) = (&writer, &self.path) {
            *writer = Some(open::writer(path, &self.options)?);
        }
        let none = || Error::new(ErrorKind::Unexpected, "this database in memory has no connection");
        writer.as_mut().ok_or_else(none)?.checked()
    }

    fn check_writable(&self) -> Result<()> {
        match self.read_only {
            true => Err(Error::new(ErrorKind::Unsupported, "this database was opened only to be read")),
            false => Ok(()),
        }
    }

    /// Closes every connection, once nobody uses one.
    fn close(&self) {
        let _alone = self.using.write().unwrap_or_else(PoisonError::into_inner);
        if self.path.is_some() {
            lock(&self.readers).clear();
            *lock(&self.writer) = None;
        }
    }

    #[cfg(feature = "bench")]
    fn db<'a>(&'a self, connection: &'a Connection) -> Db<'a> {
        Db::new(connection).recorded(Some(&self.recording))
    }

    #[cfg(not(feature = "bench"))]
    #[expect(clippy::unused_self, reason = "only benches need the store")]
    fn db<'a>(&self, connection: &'a Connection) -> Db<'a> {
        Db::new(connection)
    }

    /// Notes erasures in the journal, before they are carried out: what was once asked for is not undone by a crash.
    fn note(&self, tenant: &TenantId, asks: &[EraseAsk]) -> Result<Vec<String>> {
        self.check_writable()?;
        let Some(path) = &self.path else { return Ok(Vec::new()) };
        let sql = "SELECT hex(randomblob(16))";
        let erasure = |ask: &EraseAsk| {
            let id = self.read(|db| db.one(sql, &[], |row| column(row, 0)))?.unwrap_or_default();
            Ok(Erasure { id, tenant: tenant.clone(), ask: ask.clone() })
        };
        let erasures = asks.iter().map(erasure).collect::<Result<Vec<_>>>()?;
        journal::append(&journal::path(path), &erasures)?;
        Ok(erasures.into_iter().map(|erasure| erasure.id).collect())
    }

    fn erase(&self, tenant: &TenantId, ask: &EraseAsk, id: Option<&str>) -> Result<Receipt> {
        let receipt = self.write(|db| {
            if let Some(id) = id {
                db.execute("INSERT OR IGNORE INTO erasures (id) VALUES (?1)", &[&id])?;
            }
            forget::erase(Writer::new(db)?, tenant, ask)
        })?;
        self.scrub()?;
        Ok(receipt)
    }

    /// Carries out the journal's erasures that this database does not know: it is an older backup.
    fn erase_again(&self) -> Result<()> {
        for Erasure { id, tenant, ask } in self.not_erased_yet()? {
            self.erase(&tenant, &ask, Some(&id))?;
        }
        Ok(())
    }

    /// The journal's erasures that this database does not know.
    fn not_erased_yet(&self) -> Result<Vec<Erasure>> {
        let Some(path) = &self.path else { return Ok(Vec::new()) };
        let mut unknown = journal::read(&journal::path(path))?;
        let sql = "SELECT id FROM erasures";
        let known: BTreeSet<String> = self.read(|db| db.all(sql, &[], |row| column(row, 0)))?.into_iter().collect();
        unknown.retain(|erasure| !known.contains(&erasure.id));
        Ok(unknown)
    }

    /// Empties the write-ahead log, which holds pages from before an erasure. A reader at work may keep it for a while; it
    /// is emptied at the latest when the last connection is closed.
    fn scrub(&self) -> Result<()> {
        let mut writer = lock(&self.writer);
        self.open_in(&mut writer)?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(storage)
    }
}

/// Works where it may block.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await.unwrap_or_else(|error| {
            Err(Error::new(ErrorKind::Unexpected, "the store's work was ended").caused_by(error))
        }),
        Err(_) => work(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic inside a transaction rolls it back, so the connection is sound.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Store for SqliteStore {
    async fn load(&self, tenant: &TenantId, keys: &[Key]) -> Result<Loaded> {
        let (tenant, keys) = (tenant.clone(), keys.to_vec());
        self.run("load", move |store| store.read_hot(|db| read::load(db, &tenant, &keys))).await
    }

    async fn commit(&self, commit: Commit) -> Result<()> {
        self.run("commit", move |store| store.write(|db| Writer::new(db)?.commit(commit))).await
    }

    async fn scan(&self, tenant: &TenantId, scan: &Scan) -> Result<Scanned> {
        let (tenant, scan) = (tenant.clone(), scan.clone());
        self.run("scan", move |store| store.read(|db| scan::scan(db, &tenant, &scan))).await
    }

    async fn count_open(&self, tenant: &TenantId, filter: &OpenFilter, by: CaseField) -> Result<BTreeMap<String, u64>> {
        let (tenant, filter) = (tenant.clone(), filter.clone());
        self.run("count_open", move |store| store.read(|db| scan::count_open(db, &tenant, &filter, by))).await
    }

    async fn counters(&self, tenant: &TenantId, ask: &CounterAsk) -> Result<Vec<Counter>> {
        let (tenant, ask) = (tenant.clone(), ask.clone());
        self.run("counters", move |store| store.read(|db| scan::counters(db, &tenant, &ask))).await
    }

    async fn lease(&self, ask: &LeaseAsk) -> Result<Vec<Leased>> {
        let ask = ask.clone();
        self.run("lease", move |store| {
            if !store.read(|db| work::anything_due(db, ask.now))? {
                return Ok(Vec::new());
            }
            store.write(|db| work::lease(&db, &ask))
        })
        .await
    }

    async fn settle(&self, settle: Settle) -> Result<()> {
        self.run("settle", move |store| store.write(|db| work::settle(&db, &settle))).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<(TenantId, Timer)>> {
        self.run("due", move |store| store.read(|db| work::due(db, now, limit))).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>> {
        self.run("next_due", |store| store.read(work::next_due)).await
    }

    async fn delivery(&self, tenant: &TenantId, id: &DeliveryId) -> Result<Option<Delivery>> {
        let (tenant, id) = (tenant.clone(), id.clone());
        self.run("delivery", move |store| store.read(|db| delivery(db, &tenant, &id))).await
    }

    async fn erase(&self, tenant: &TenantId, ask: &EraseAsk) -> Result<Receipt> {
        let (tenant, ask) = (tenant.clone(), ask.clone());
        self.run("erase", move |store| {
            let ids = store.note(&tenant, std::slice::from_ref(&ask))?;
            store.erase(&tenant, &ask, ids.first().map(String::as_str))
        })
        .await
    }

    async fn export(&self, tenant: &TenantId, ask: &ExportAsk) -> Result<Vec<Exported>> {
        let (tenant, ask) = (tenant.clone(), ask.clone());
        self.run("export", move |store| store.read(|db| forget::export(db, &tenant, &ask))).await
    }

    async fn retain(&self, tenant: &TenantId, ask: &RetainAsk) -> Result<Receipt> {
        let (tenant, ask) = (tenant.clone(), ask.clone());
        self.run("retain", move |store| {
            let mut noted = Vec::new();
            let known = |db: &Db<'_>, ids: &[String]| {
                let sql = "INSERT OR IGNORE INTO erasures (id) VALUES (?1)";
                ids.iter().try_for_each(|id| db.execute(sql, &[id]).map(drop))
            };
            let retained = store.write(|db| {
                forget::retain(Writer::new(db)?, &tenant, &ask, |db, erased| {
                    noted = store.note(&tenant, erased)?;
                    known(db, &noted)
                })
            });
            if retained.is_err() {
                // Nobody asked for these by name, so what is not done now is not done later, when they may have come back.
                store.write(|db| known(&db, &noted)).ok();
            }
            let receipt = retained?;
            store.scrub()?;
            Ok(receipt)
        })
        .await
    }

    async fn verify_log(&self, tenant: &TenantId) -> Result<u64> {
        let tenant = tenant.clone();
        self.run("verify_log", move |store| store.read(|db| work::verify_log(db, &tenant))).await
    }

    async fn log(&self, tenant: &TenantId, after: u64, limit: usize) -> Result<Vec<Logged>> {
        let tenant = tenant.clone();
        self.run("log", move |store| store.read(|db| work::log(db, &tenant, after, limit))).await
    }

    async fn backup(&self, path: &Path) -> Result<()> {
        let path = path.to_owned();
        self.run("backup", move |store| store.backup(&path)).await
    }

    async fn release(&self) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        apart(move || {
            shared.close();
            Ok(())
        })
        .await
    }
}

impl Shared {
    fn backup(&self, path: &Path) -> Result<()> {
        let mut target = Connection::open(path).map_err(storage)?;
        let copy = |source: &Connection, target: &mut Connection| {
            let backup = rusqlite::backup::Backup::new(source, target).map_err(storage)?;
            backup.run_to_completion(1024, Duration::ZERO, None).map_err(storage)
        };
        match &self.path {
            Some(own) => copy(&*open::reader(own, &self.options, self.read_only)?, &mut target),
            None => copy(self.open_in(&mut lock(&self.writer))?, &mut target),
        }
        .map_err(|error| error.with("file", path.display()))
    }
}

fn delivery(db: &Db<'_>, tenant: &TenantId, id: &DeliveryId) -> Result<Option<Delivery>> {
    let Some(tenant) = names::tenant_no(db, tenant)? else { return Ok(None) };
    let sql = "SELECT d.endpoint, d.channel, d.received, d.body FROM names n JOIN deliveries d ON d.no = n.no \
               WHERE n.tenant = ?1 AND n.id = ?2 AND d.body IS NOT NULL";
    db.one(sql, &[&tenant, &names::interned(id.as_str())], |row| {
        Ok(Delivery {
            id: id.clone(),
            endpoint: column(row, 0)?,
            channel: text(row, 1)?.into(),
            received_at: scan::time(row, 2)?,
            body: column::<Vec<u8>>(row, 3)?.into(),
        })
    })
}
