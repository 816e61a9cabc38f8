//! What a message costs when much is stored ÷ when little is stored.

use std::path::Path;

use careline::Result;

use crate::clock::{Compared, median, micros_each};
use crate::desk::Desk;
use crate::path::{files, requests, take_in};
use crate::traffic::Traffic;

/// How many messages are received between two looks at the clock.
const STEP: usize = 2_000;
/// How many steps are measured at once: long enough that both sides carry their log over into the file some times.
const STEPS: usize = 4;
/// How many are stored where little is stored, in the middle of what is measured.
const LITTLE: usize = 10_000;

/// One engine with its own traffic.
struct Growing {
    desk: Desk,
    traffic: Traffic,
    stored: usize,
}

impl Growing {
    fn new(path: &Path) -> Result<Self> {
        Ok(Self { desk: Desk::open(path)?, traffic: Traffic::new(13), stored: 0 })
    }

    /// Receives the next messages; microseconds for each.
    fn step(&mut self) -> Result<f64> {
        let requests = requests(&mut self.traffic, STEP);
        self.stored += STEP;
        self.desk.set_clock(i64::try_from(self.stored).unwrap_or_default());
        let mut taken = Ok(());
        let micros = micros_each(STEP, || taken = take_in(&self.desk, &requests));
        taken.map(|()| micros)
    }

    /// Some steps; microseconds for each message.
    fn steps(&mut self) -> Result<f64> {
        let micros = (0..STEPS).map(|_| self.step()).sum::<Result<f64>>()?;
        Ok(micros / STEPS as f64)
    }
}

/// Fills one file with `much` messages and another with `LITTLE`, then measures both in turns.
///
/// # Errors
/// What the store says.
pub fn measure(much: usize, rounds: usize, mut told: impl FnMut(usize, f64)) -> Result<Compared> {
    let folder = tempfile::tempdir().map_err(files)?;
    let mut large = Growing::new(&folder.path().join("large.db"))?;
    let mut steps = Vec::new();
    while large.stored < much {
        steps.push(large.step()?);
        if large.stored.is_multiple_of(much / 10) {
            told(large.stored, median(steps.drain(..)));
        }
    }
    let mut turns = Vec::new();
    for _ in 0..rounds {
        let mut small = Growing::new(&folder.path().join("small.db"))?;
        while small.stored < LITTLE - STEPS * STEP / 2 {
            small.step()?;
        }
        turns.push((large.steps()?, small.steps()?));
        drop(small);
        for end in ["small.db", "small.db-wal", "small.db-shm", "small.db.erasures"] {
            let _ = std::fs::remove_file(folder.path().join(end));
        }
    }
    Ok(Compared {
        ours: median(turns.iter().map(|turn| turn.0)),
        theirs: median(turns.iter().map(|turn| turn.1)),
        ratio: median(turns.iter().map(|turn| turn.0 / turn.1)),
    })
}
