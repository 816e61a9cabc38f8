//! The whole path ÷ its own statements executed alone.

use std::path::PathBuf;

use careline::intake::WebhookRequest;
use careline::{Error, ErrorKind, Result};
use careline_sqlite::SqliteOptions;
use tempfile::TempDir;

use crate::clock::{Compared, compare, micros_each};
use crate::desk::{Desk, signed};
use crate::replay::{self, Replay};
use crate::traffic::{Kind, Traffic};

/// How many messages are stored before anything is measured.
const STORED: usize = 10_000;
/// How many are measured.
pub const MEASURED: usize = 5_000;

/// A file with messages in it, and requests with further ones.
#[derive(Debug)]
pub struct Bench {
    folder: TempDir,
    requests: Vec<WebhookRequest>,
    copies: std::cell::Cell<usize>,
}

impl Bench {
    /// Stores the first messages.
    ///
    /// # Errors
    /// What the store says; `unexpected` if a message is not taken in.
    pub fn new() -> Result<Self> {
        let folder = tempfile::tempdir().map_err(files)?;
        let mut requests = requests(&mut Traffic::new(11), STORED + MEASURED);
        let measured = requests.split_off(STORED);
        let desk = Desk::open(&folder.path().join("base.db"))?;
        take_in(&desk, &requests)?;
        Ok(Self { folder, requests: measured, copies: std::cell::Cell::default() })
    }

    /// The requests that are measured.
    pub fn requests(&self) -> &[WebhookRequest] {
        &self.requests
    }

    /// A copy of the file.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub fn copy(&self) -> Result<PathBuf> {
        self.copies.set(self.copies.get() + 1);
        let path = self.folder.path().join(format!("{}.db", self.copies.get()));
        std::fs::copy(self.folder.path().join("base.db"), &path).map_err(files)?;
        Ok(path)
    }

    /// The statements that the measured requests lead to.
    ///
    /// # Errors
    /// As [`Bench::new`].
    pub fn record(&self) -> Result<Replay> {
        let desk = Desk::open(&self.copy()?)?;
        desk.store.record_statements();
        take_in(&desk, &self.requests)?;
        Ok(Replay::new(desk.store.recorded_statements()))
    }

    /// Microseconds a message takes on the whole path.
    ///
    /// # Errors
    /// As [`Bench::new`].
    pub fn whole(&self) -> Result<f64> {
        let desk = Desk::open(&self.copy()?)?;
        let mut taken = Ok(());
        let micros = micros_each(MEASURED, || taken = take_in(&desk, &self.requests));
        taken.map(|()| micros)
    }

    /// Microseconds a message's statements take alone.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn alone(&self, replay: &Replay) -> Result<f64> {
        let connection = replay::connection(&self.copy()?, &SqliteOptions::default()).map_err(sqlite)?;
        let mut done = Ok(());
        let micros = micros_each(MEASURED, || done = replay.run(&connection));
        done.map(|()| micros).map_err(sqlite)
    }
}

/// What the comparison came to.
#[derive(Debug)]
pub struct Measured {
    /// Whole path and statements alone.
    pub compared: Compared,
    /// What was executed.
    pub replay: Replay,
}

/// Measures in turns.
///
/// # Errors
/// As [`Bench::new`].
pub fn measure(rounds: usize) -> Result<Measured> {
    let bench = Bench::new()?;
    let replay = bench.record()?;
    bench.whole()?;
    bench.alone(&replay)?;
    let mut failed = Ok(());
    let mut keep = |micros: Result<f64>| {
        micros.unwrap_or_else(|error| {
            failed = Err(error);
            f64::NAN
        })
    };
    let turns: Vec<_> = (0..rounds).map(|_| (keep(bench.whole()), keep(bench.alone(&replay)))).collect();
    failed?;
    let (mut ours, mut theirs) = (turns.iter().map(|turn| turn.0), turns.iter().map(|turn| turn.1));
    let compared = compare(rounds, || ours.next().unwrap_or(f64::NAN), || theirs.next().unwrap_or(f64::NAN));
    Ok(Measured { compared, replay })
}

/// The next `count` posts as X posts them.
pub fn requests(traffic: &mut Traffic, count: usize) -> Vec<WebhookRequest> {
    traffic.bodies(Kind::X, count).into_iter().map(signed).collect()
}

/// Receives all requests, each of which brings a new message.
///
/// # Errors
/// What the store says; `unexpected` if a message is not taken in.
pub fn take_in(desk: &Desk, requests: &[WebhookRequest]) -> Result<()> {
    let added = desk.receive(requests)?;
    if added == requests.len() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Unexpected, "not every message was taken in")
        .with("requests", requests.len())
        .with("added", added))
}

pub(crate) fn files(error: std::io::Error) -> Error {
    Error::new(ErrorKind::StorageFailed, "a file cannot be used").caused_by(error)
}

fn sqlite(error: rusqlite::Error) -> Error {
    Error::new(ErrorKind::StorageFailed, "a statement failed").caused_by(error)
}
