//! The erasures' journal: a file beside the database, so that an older backup put in the database's place forgets again.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use careline::model::TenantId;
use careline::store::EraseAsk;
use careline::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// One erasure, by our own hashed ids.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Erasure {
    /// Tells erasures apart.
    pub(crate) id: String,
    pub(crate) tenant: TenantId,
    pub(crate) ask: EraseAsk,
}

/// Where the journal of a database is.
pub(crate) fn path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".erasures");
    name.into()
}

/// Adds erasures, and returns once they are on the disk.
pub(crate) fn append(path: &Path, erasures: &[Erasure]) -> Result<()> {
    if erasures.is_empty() {
        return Ok(());
    }
    let mut lines = Vec::new();
    for erasure in erasures {
        serde_json::to_writer(&mut lines, erasure).map_err(|error| failed(path, error))?;
        lines.push(b'\n');
    }
    let write = || {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        file.write_all(&lines)?;
        file.sync_all()
    };
    write().map_err(|error: std::io::Error| failed(path, error))
}

/// All erasures ever asked for. A last line that was cut off by a crash was never acknowledged and is left out.
pub(crate) fn read(path: &Path) -> Result<Vec<Erasure>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        file => file.map_err(|error| failed(path, error))?,
    };
    let mut erasures = Vec::new();
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|error| failed(path, error))?;
        erasures.extend(serde_json::from_str(&line).ok());
    }
    Ok(erasures)
}

fn failed(path: &Path, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::StorageFailed, "the journal of erasures cannot be read or written")
        .with("file", path.display())
        .caused_by(error)
}
