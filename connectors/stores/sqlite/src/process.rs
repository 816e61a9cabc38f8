//! Which process opened a file. A child inherits its parent's connections, and with them SQLite's table of locks, which is
//! not true for the child: to use one, to close one, or to open another beside it, is to write without a lock.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};

use careline::{Error, ErrorKind, Result};
use rusqlite::{Connection, OpenFlags};

use crate::error::storage;

/// Files that are open: who opened each, and with how many connections.
static OPEN: Mutex<BTreeMap<File, (u32, usize)>> = Mutex::new(BTreeMap::new());

/// Device and inode, by which locks go; paths are only names.
type File = (u64, u64);

/// A connection, and whose it is. What a child inherits is never closed.
pub(crate) struct Owned {
    /// Absent only while it is dropped.
    connection: Option<Connection>,
    owner: u32,
    file: Option<File>,
}

impl Owned {
    /// Opens a file, unless this process inherited a connection to it.
    pub(crate) fn open(path: &Path, flags: OpenFlags) -> Result<Self> {
        if let Some((owner, _)) = identity(path).and_then(|file| open().get(&file).copied()) {
            check(owner)?;
        }
        let connection = Connection::open_with_flags(path, flags).map_err(storage)?;
        let (owner, file) = (process::id(), identity(path));
        if let Some(file) = file {
            open().entry(file).or_insert((owner, 0)).1 += 1;
        }
        Ok(Self { connection: Some(connection), owner, file })
    }

    /// Opens a database in memory.
    pub(crate) fn in_memory() -> Result<Self> {
        let connection = Connection::open_in_memory().map_err(storage)?;
        Ok(Self { connection: Some(connection), owner: process::id(), file: None })
    }

    /// Itself, in the process it belongs to.
    pub(crate) fn checked(&mut self) -> Result<&mut Self> {
        check(self.owner).map(|()| self)
    }
}

impl Deref for Owned {
    type Target = Connection;

    #[expect(clippy::expect_used, reason = "the invariant is stated")]
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("it is taken only when this is dropped")
    }
}

impl DerefMut for Owned {
    #[expect(clippy::expect_used, reason = "the invariant is stated")]
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("it is taken only when this is dropped")
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        let connection = self.connection.take();
        if self.owner != process::id() {
            return mem::forget(connection);
        }
        drop(connection);
        let Some(file) = self.file else { return };
        let mut open = open();
        if let Some((_, count)) = open.get_mut(&file) {
            *count -= 1;
            if *count == 0 {
                open.remove(&file);
            }
        }
    }
}

fn check(owner: u32) -> Result<()> {
    if owner == process::id() {
        return Ok(());
    }
    let message = "this file was open when the process forked; open it after the fork, or release the store before";
    Err(Error::new(ErrorKind::Unsupported, message).with("opened_by", owner))
}

fn open() -> MutexGuard<'static, BTreeMap<File, (u32, usize)>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Which file a path names; `None` if there is none, or where nothing forks.
fn identity(path: &Path) -> Option<File> {
    std::fs::metadata(path).ok().and_then(|file| identity_of(&file))
}

#[cfg(unix)]
fn identity_of(file: &Metadata) -> Option<File> {
    use std::os::unix::fs::MetadataExt as _;
    Some((file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity_of(_: &Metadata) -> Option<File> {
    None
}
