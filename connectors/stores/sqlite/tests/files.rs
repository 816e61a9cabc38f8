//! Files: what survives, what is refused, and how it is said.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::future::Future as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use careline::ErrorKind;
use careline::model::{Customer, TenantId, Timestamp};
use careline::store::{
    Commit, EraseAsk, ExportAsk, Key, LogEntry, Record, ReplyFilter, RetainAsk, Scan, ScanOf, Store, TenantCommit,
    Versioned,
};
use careline_sqlite::{SqliteOptions, SqliteStore, Synchronous};

fn acme() -> TenantId {
    "acme".into()
}

fn customer(id: &str, email: &str) -> Record {
    let json = format!(
        r#"{{"id":"{id}","identities":[],"first_seen_at":"2026-09-21T00:00:00.000Z","facts":{{"email":"{email}"}}}}"#
    );
    Record::Customer(serde_json::from_str::<Customer>(&json).unwrap())
}

fn put(id: &str, as_of: u64, read: u64) -> Commit {
    let key = Key::Customer(id.into());
    let log = LogEntry { at: Timestamp::default(), customer: Some(id.into()), case: None, json: "{}".into() };
    let part = TenantCommit {
        tenant: acme(),
        as_of,
        reads: vec![(key.clone(), read)],
        puts: vec![(key, read + 1, Some(customer(id, "jo.doe@acme.example").into()))],
        log: vec![log],
        ..TenantCommit::default()
    };
    Commit { deliveries: Vec::new(), tenants: vec![part] }
}

async fn load(store: &SqliteStore, id: &str) -> (u64, Versioned) {
    let mut loaded = store.load(&acme(), &[Key::Customer(id.into())]).await.unwrap();
    (loaded.as_of, loaded.entries.remove(0))
}

fn new_file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("care.db");
    (folder, path)
}

#[tokio::test]
async fn everything_survives_reopening_with_any_options() {
    let (_folder, path) = new_file();
    SqliteStore::open(&path).unwrap().commit(put("p1", 0, 0)).await.unwrap();
    let mut options = SqliteOptions::default();
    (options.synchronous, options.cache_bytes) = (Synchronous::Normal, 1 << 20);
    let store = SqliteStore::open_with(&path, options).unwrap();
    let (_, entry) = load(&store, "p1").await;
    assert_eq!(entry, Versioned { version: 1, record: Some(customer("p1", "jo.doe@acme.example")) });
    store.commit(put("p1", 0, 1)).await.unwrap();
    assert_eq!(store.verify_log(&acme()).await.unwrap(), 2, "the chain goes on where it ended");
}

#[test]
fn works_without_a_runtime_too() {
    let store = SqliteStore::open_in_memory().unwrap();
    let mut commit = std::pin::pin!(store.commit(put("p1", 0, 0)));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(matches!(commit.as_mut().poll(&mut context), std::task::Poll::Ready(Ok(()))));
}

#[tokio::test]
async fn two_connections_see_each_other_and_conflict() {
    let (_folder, path) = new_file();
    let (one, two) = (SqliteStore::open(&path).unwrap(), SqliteStore::open(&path).unwrap());
    let (as_of_one, _) = load(&one, "p1").await;
    let (as_of_two, _) = load(&two, "p1").await;
    one.commit(put("p1", as_of_one, 0)).await.unwrap();
    let error = two.commit(put("p1", as_of_two, 0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let (as_of_two, entry) = load(&two, "p1").await;
    assert_eq!(entry.version, 1);
    two.commit(put("p1", as_of_two, 1)).await.unwrap();
    assert_eq!(load(&one, "p1").await.1.version, 2);
    assert_eq!(one.verify_log(&acme()).await.unwrap(), 2);
}

#[tokio::test]
async fn a_lock_held_too_long_is_said_clearly() {
    let (_folder, path) = new_file();
    let mut options = SqliteOptions::default();
    options.busy_timeout = Duration::from_millis(20);
    let store = SqliteStore::open_with(&path, options).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.commit(put("p1", 0, 0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFailed);
    assert!(error.message().contains("another process holds the database"), "{error}");
    assert_eq!(load(&store, "p1").await.1.version, 0, "reading goes on");
    other.execute_batch("ROLLBACK").unwrap();
    store.commit(put("p1", 0, 0)).await.unwrap();
}

#[tokio::test]
async fn a_statement_that_fails_late_undoes_the_whole_commit() {
    let (_folder, path) = new_file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(put("p1", 0, 0)).await.unwrap();
    // The log is written last.
    let sql = "CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'full'); END";
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let error = store.commit(put("p2", 0, 0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFailed, "{error}");
    assert_eq!(load(&store, "p2").await.1.version, 0);
    assert_eq!(store.verify_log(&acme()).await.unwrap(), 1);
}

#[tokio::test]
async fn an_older_backup_forgets_again() {
    let (folder, path) = new_file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(put("p1", 0, 0)).await.unwrap();
    store.commit(put("p2", 0, 0)).await.unwrap();
    let backup = folder.path().join("backup.db");
    store.backup(&backup).await.unwrap();
    store.erase(&acme(), &EraseAsk::Customer("p1".into())).await.unwrap();
    drop(store);
    for name in ["care.db-wal", "care.db-shm"] {
        std::fs::remove_file(folder.path().join(name)).ok();
    }
    std::fs::copy(&backup, &path).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(load(&store, "p1").await.1.record, None, "the erasure was applied again");
    assert!(load(&store, "p2").await.1.record.is_some());
    assert_eq!(store.verify_log(&acme()).await.unwrap(), 2);
    // Who comes back after the erasure is not erased once more.
    store.commit(put("p1", 0, 0)).await.unwrap();
    drop(store);
    let store = SqliteStore::open(&path).unwrap();
    assert!(load(&store, "p1").await.1.record.is_some());
    let journal = std::fs::read_to_string(folder.path().join("care.db.erasures")).unwrap();
    assert_eq!(journal.lines().count(), 1);
    assert!(!journal.contains("acme.example"), "the journal holds ids only");
}

#[tokio::test]
async fn whom_retention_erases_is_noted_before_they_are_gone() {
    let (folder, path) = new_file();
    let journal = folder.path().join("care.db.erasures");
    let store = SqliteStore::open(&path).unwrap();
    store.commit(put("p1", 0, 0)).await.unwrap();
    let ask = RetainAsk { customers_before: Timestamp::parse("2100-01-01T00:00:00Z"), ..RetainAsk::default() };
    // Where it cannot be noted, nobody is erased: else an older backup would bring them back for good.
    std::fs::create_dir(&journal).unwrap();
    assert_eq!(store.retain(&acme(), &ask).await.unwrap_err().kind(), ErrorKind::StorageFailed);
    assert!(load(&store, "p1").await.1.record.is_some());
    std::fs::remove_dir(&journal).unwrap();

    // What fails after it was noted is not done at the next opening either.
    let connection = rusqlite::Connection::open(&path).unwrap();
    let sql = "CREATE TRIGGER stuck BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'stuck'); END";
    connection.execute_batch(sql).unwrap();
    store.retain(&acme(), &ask).await.unwrap_err();
    connection.execute_batch("DROP TRIGGER stuck").unwrap();
    drop(store);
    let store = SqliteStore::open(&path).unwrap();
    assert!(load(&store, "p1").await.1.record.is_some());

    let backup = folder.path().join("backup.db");
    store.backup(&backup).await.unwrap();
    assert_eq!(store.retain(&acme(), &ask).await.unwrap().removed["customers"], 1);
    drop(store);
    for name in ["care.db-wal", "care.db-shm"] {
        std::fs::remove_file(folder.path().join(name)).ok();
    }
    std::fs::copy(&backup, &path).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(load(&store, "p1").await.1.record, None, "the erasure was applied again");
}

#[tokio::test]
async fn a_backup_is_a_whole_database() {
    let (folder, path) = new_file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(put("p1", 0, 0)).await.unwrap();
    let copy = folder.path().join("copy.db");
    store.backup(&copy).await.unwrap();
    store.commit(put("p2", 0, 0)).await.unwrap();
    let copy = SqliteStore::open(&copy).unwrap();
    assert_eq!(load(&copy, "p1").await.1.version, 1);
    assert_eq!(load(&copy, "p2").await.1.version, 0);
    let memory = SqliteStore::open_in_memory().unwrap();
    memory.commit(put("p1", 0, 0)).await.unwrap();
    memory.backup(&folder.path().join("memory.db")).await.unwrap();
    let copy = SqliteStore::open(folder.path().join("memory.db")).unwrap();
    assert_eq!(load(&copy, "p1").await.1.version, 1);
}

fn refused(path: &Path) -> careline::Error {
    let error = SqliteStore::open(path).unwrap_err();
    assert!(error.to_string().contains(&path.display().to_string()), "the file is named: {error}");
    error
}

#[test]
fn a_newer_database_is_refused_untouched() {
    let (_folder, path) = new_file();
    SqliteStore::open(&path).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    for newer in [3, 99] {
        connection.pragma_update(None, "user_version", newer).unwrap();
        let error = refused(&path);
        assert_eq!(error.kind(), ErrorKind::VersionNewer, "{newer}");
        assert!(error.message().contains("update careline"), "it says what to do: {error}");
        assert_eq!(user_version(&connection), newer);
    }
}

fn user_version(connection: &rusqlite::Connection) -> i32 {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_newer_record_is_refused() {
    let (_folder, path) = new_file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(put("p1", 0, 0)).await.unwrap();
    rusqlite::Connection::open(&path).unwrap().execute("UPDATE customers SET v = 99", []).unwrap();
    let error = store.load(&acme(), &[Key::Customer("p1".into())]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VersionNewer);
}

#[tokio::test]
async fn a_short_foreign_file_is_called_one() {
    let (_folder, path) = new_file();
    std::fs::write(&path, "Hello\n").unwrap();
    let error = SqliteStore::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageDamaged);
    assert!(error.message().contains("not a SQLite database"), "{error}");
    std::fs::write(&path, "SQLite").unwrap();
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(error.message().contains("cut off"), "{error}");
}

#[tokio::test]
async fn damaged_files_are_told_from_others() {
    let (folder, path) = new_file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(put("p1", 0, 0)).await.unwrap();
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    let cases: [(&str, Vec<u8>); 5] = [
        ("cut off", whole[..whole.len() - 4096].to_vec()),
        ("cut in half", whole[..whole.len() / 2].to_vec()),
        ("only a header", whole[..50].to_vec()),
        ("a text", b"Dear diary, this is no database at all, it only looks long enough to be one.".repeat(99)),
        ("overwritten", {
            let mut bytes = whole.clone();
            bytes[100..4096].fill(0x55);
            bytes
        }),
    ];
    for (name, bytes) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(refused(&path).kind(), ErrorKind::StorageDamaged, "{name}");
    }
    let foreign = folder.path().join("foreign.db");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE songs (title TEXT)").unwrap();
    let error = refused(&foreign);
    assert_eq!(error.kind(), ErrorKind::StorageDamaged);
    assert!(error.message().contains("another program"), "{error}");
    let tables: i64 = rusqlite::Connection::open(&foreign)
        .unwrap()
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 1, "nothing was written into it");
    std::fs::write(folder.path().join("empty.db"), b"").unwrap();
    SqliteStore::open(folder.path().join("empty.db")).unwrap();
}

#[test]
fn places_that_cannot_be_written_to_are_said() {
    let (folder, _) = new_file();
    let error = refused(&folder.path().join("no such folder/care.db"));
    assert_eq!(error.kind(), ErrorKind::StorageFailed);
    assert!(error.message().contains("folder"), "{error}");
    assert_eq!(refused(folder.path()).kind(), ErrorKind::StorageFailed);
}

#[tokio::test]
async fn a_changed_log_entry_is_found() {
    let (_folder, path) = new_file();
    let store = SqliteStore::open(&path).unwrap();
    for id in ["p1", "p2", "p3"] {
        store.commit(put(id, 0, 0)).await.unwrap();
    }
    let other = rusqlite::Connection::open(&path).unwrap();
    for sql in ["UPDATE log SET json = '{\"a\":1}' WHERE no = 2", "DELETE FROM log WHERE no = 3"] {
        other.execute_batch(&format!("BEGIN; {sql}")).unwrap();
        other.execute_batch("COMMIT").unwrap();
        let error = store.verify_log(&acme()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageDamaged, "{sql}");
        other.execute_batch("UPDATE log SET json = '{}' WHERE no = 2").unwrap();
    }
}

#[tokio::test]
async fn a_database_of_version_1_opens() {
    let (_folder, path) = new_file();
    rusqlite::Connection::open(&path).unwrap().execute_batch(include_str!("fixtures/v1.sql")).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    let all = store.export(&acme(), &ExportAsk { customer: None, raw: true }).await.unwrap();
    println!("{} things read from the fixture of version 1", all.len());
    assert_eq!(all.len(), 9);
    let search = Scan::first(ScanOf::Search { query: "Größe".into() }, 9);
    assert_eq!(store.scan(&acme(), &search).await.unwrap().records.len(), 1);
    assert_eq!(store.verify_log(&acme()).await.unwrap(), 1);
    assert_eq!(user_version(&rusqlite::Connection::open(&path).unwrap()), 2);
    let (reply, line) = (Key::Reply("s1".into()), Key::Line("t1".into()));
    let records = store_of_version_2().1.load(&acme(), &[reply.clone(), line.clone()]).await.unwrap().entries;
    let puts = [reply, line].into_iter().zip(records).map(|(key, entry)| (key, 1, entry.record.map(Into::into)));
    let part = TenantCommit { tenant: acme(), puts: puts.collect(), ..TenantCommit::default() };
    store.commit(Commit { deliveries: Vec::new(), tenants: vec![part] }).await.unwrap();
    drop(store);
    let store = SqliteStore::open(&path).unwrap();
    let replies = Scan::first(ScanOf::Replies(ReplyFilter::of_case("c1")), 9);
    assert_eq!(store.scan(&acme(), &replies).await.unwrap().records.len(), 1, "it takes what version 2 knows");
    let erased = store.erase(&acme(), &EraseAsk::Customer("p1".into())).await.unwrap();
    assert_eq!(erased.removed["messages"], 1, "the fixture's index still fits its texts");
    assert_eq!((erased.removed["replies"], erased.removed["lines"]), (1, 1));
    assert_eq!(store.scan(&acme(), &search).await.unwrap().records, []);
}

fn store_of_version_2() -> (tempfile::TempDir, SqliteStore) {
    let (folder, path) = new_file();
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(include_str!("fixtures/v1.sql")).unwrap();
    connection.execute_batch(include_str!("fixtures/v2.sql")).unwrap();
    (folder, SqliteStore::open(&path).unwrap())
}

#[tokio::test]
async fn a_database_of_version_2_opens() {
    let (_folder, store) = store_of_version_2();
    assert_eq!(store.export(&acme(), &ExportAsk { customer: None, raw: true }).await.unwrap().len(), 11);
    let found = store.scan(&acme(), &Scan::first(ScanOf::Replies(ReplyFilter::default()), 9)).await.unwrap();
    let [Record::Reply(reply)] = &*found.records else { panic!("{found:?}") };
    assert_eq!((reply.text(), reply.next_part()), ("Die Größe stimmt wieder.", Some(1)));
    let line = store.load(&acme(), &[Key::Line("t1".into())]).await.unwrap().entries.remove(0);
    let Some(Record::Line(line)) = line.record else { panic!("the line is gone") };
    assert_eq!(line.head(Timestamp::default()).map(|head| head.reply.as_str()), Some("s1"));
}

#[tokio::test]
async fn names_of_erased_replies_and_lines_are_gone() {
    let (folder, store) = store_of_version_2();
    store.erase(&acme(), &EraseAsk::Customer("p1".into())).await.unwrap();
    let connection = rusqlite::Connection::open(folder.path().join("care.db")).unwrap();
    let names = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(names("SELECT count(*) FROM names WHERE id IN ('s1', 't1', 'm1', 'p1', 'c1', 'i1')"), 0);
}

/// How often this process has the database, its log or its index open.
#[cfg(target_os = "linux")]
fn opened(path: &Path) -> usize {
    let files =
        std::fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    files.filter(|file| file.to_string_lossy().starts_with(&*path.to_string_lossy())).count()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_released_is_closed_and_opened_again_by_the_next_use() {
    let (_folder, path) = new_file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(put("p1", 0, 0)).await.unwrap();
    let search = Scan::first(ScanOf::Search { query: "jo".into() }, 9);
    let scanned = store.scan(&acme(), &search).await.unwrap();
    assert!(opened(&path) >= 2, "a connection that writes and one that reads");
    store.release().await.unwrap();
    assert_eq!(opened(&path), 0);
    store.release().await.unwrap();

    assert_eq!(store.scan(&acme(), &search).await.unwrap().records, scanned.records);
    store.release().await.unwrap();
    store.commit(put("p2", 1, 0)).await.unwrap();
    assert!(load(&store, "p2").await.1.record.is_some());

    // In the midst of work: nothing is refused, nothing is lost.
    let busy = tokio::spawn({
        let store = store.clone();
        async move {
            for number in 2..40 {
                store.commit(put(&format!("p{}", number + 1), number, 0)).await.unwrap();
            }
        }
    });
    for _ in 0..20 {
        store.release().await.unwrap();
        tokio::task::yield_now().await;
    }
    busy.await.unwrap();
    assert_eq!(store.verify_log(&acme()).await.unwrap(), 40);
    let memory = SqliteStore::open_in_memory().unwrap();
    memory.commit(put("p1", 0, 0)).await.unwrap();
    memory.release().await.unwrap();
    assert!(load(&memory, "p1").await.1.record.is_some(), "a database in memory is its connection");
}

#[tokio::test]
async fn what_is_opened_to_be_read_is_not_changed_by_a_byte() {
    let (_folder, path) = new_file();
    SqliteStore::open(&path).unwrap().commit(put("p1", 0, 0)).await.unwrap();
    let before = std::fs::read(&path).unwrap();
    let (tenant, ask) = (acme(), EraseAsk::Customer("p1".into()));
    {
        let store = SqliteStore::open_read_only(&path).unwrap();
        assert_eq!(load(&store, "p1").await.1.version, 1);
        assert_eq!(store.verify_log(&tenant).await.unwrap(), 1);
        let retain = RetainAsk { customers_before: Timestamp::from_millis(1 << 42), ..RetainAsk::default() };
        for refused in [
            store.commit(put("p1", 0, 1)).await.unwrap_err(),
            store.erase(&tenant, &ask).await.unwrap_err(),
            store.retain(&tenant, &retain).await.unwrap_err(),
        ] {
            assert_eq!(refused.kind(), ErrorKind::Unsupported, "{refused}");
        }
        assert_eq!(load(&store, "p1").await.1.version, 1);
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert!(!path.with_extension("db.erasures").exists(), "what is refused is not noted");

    // Beside somebody who writes, it sees what they wrote.
    let (writer, reader) = (SqliteStore::open(&path).unwrap(), SqliteStore::open_read_only(&path).unwrap());
    writer.commit(put("p1", 0, 1)).await.unwrap();
    assert_eq!(load(&reader, "p1").await.1.version, 2);
}

#[tokio::test]
async fn what_must_be_brought_up_to_date_first_is_not_opened_to_be_read() {
    let (folder, path) = new_file();
    assert_eq!(SqliteStore::open_read_only(&path).unwrap_err().kind(), ErrorKind::NotFound);
    rusqlite::Connection::open(&path).unwrap().execute_batch(include_str!("fixtures/v1.sql")).unwrap();
    let error = SqliteStore::open_read_only(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("older careline"), "{error}");

    let (path, backup) = (folder.path().join("new.db"), folder.path().join("old.db"));
    let store = SqliteStore::open(&path).unwrap();
    store.commit(put("p1", 0, 0)).await.unwrap();
    store.backup(&backup).await.unwrap();
    store.erase(&acme(), &EraseAsk::Customer("p1".into())).await.unwrap();
    drop(store);
    std::fs::rename(&backup, &path).unwrap();
    let error = SqliteStore::open_read_only(&path).unwrap_err();
    assert!(error.message().contains("before an erasure"), "{error}");
    drop(SqliteStore::open(&path).unwrap());
    let store = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(load(&store, "p1").await.1.record, None);
}
