//! The whole path against the naive pipelines that people write instead, on the same bodies.

use std::path::{Path, PathBuf};
use std::process::Command;

use careline::Result;
use careline::intake::WebhookRequest;

use crate::clock::micros_each;
use crate::desk::{Desk, signed};
use crate::path::{files, take_in};

/// How many messages each pipeline takes in.
const OURS: usize = 6_000;

/// One peer's figure beside ours of the same moment.
#[derive(Debug)]
pub struct Peer {
    /// What it is.
    pub name: String,
    /// Microseconds of the peer for a message.
    pub theirs: f64,
    /// Microseconds of ours for a message.
    pub ours: f64,
}

/// Runs the peers that are installed; those that are not are told why.
///
/// # Errors
/// What our own path says.
pub fn measure(mut skipped: impl FnMut(String)) -> Result<Vec<Peer>> {
    let Some(home) = home() else {
        skipped("no peers: set CARELINE_PEERS to a folder with gen.py and the naive pipelines".to_owned());
        return Ok(Vec::new());
    };
    let folder = tempfile::tempdir().map_err(files)?;
    let data = folder.path();
    let generate = Command::new("python3").arg(home.join("gen.py")).arg(data).args([&OURS.to_string(), "42"]).output();
    if let Err(why) = answer(generate) {
        skipped(format!("gen.py: {why}"));
        return Ok(Vec::new());
    }
    let requests = bodies(data)?;
    let tools = PathBuf::from(std::env::var_os("CARELINE_PEER_TOOLS").unwrap_or_else(|| ".cache/peers".into()));
    let tools = std::path::absolute(tools).map_err(files)?;
    let mut python = Command::new(tools.join("venv/bin/python"));
    python.arg(home.join("naive_pipeline.py")).arg(data).args(["300", "3"]);
    let mut node = Command::new("node");
    node.arg(home.join("naive_pipeline.mjs")).arg(data).args(["1500", "3"]);
    node.env("PEER_MODULES", tools.join(""));
    let mut peers = Vec::new();
    for (name, mut command) in [("Python", python), ("Node", node)] {
        let before = ours(data, &requests)?;
        match answer(command.env("CPU", "1").output()) {
            Ok(table) => {
                let ours = f64::midpoint(before, ours(data, &requests)?);
                let rows = table.lines().filter_map(row);
                peers.extend(rows.map(|(row, theirs)| Peer { name: format!("{name}: {row}"), theirs, ours }));
            }
            Err(why) => skipped(format!("{name}: {why}")),
        }
    }
    Ok(peers)
}

/// Where the naive pipelines are.
fn home() -> Option<PathBuf> {
    let home = std::env::var_os("CARELINE_PEERS").map_or_else(|| PathBuf::from("../shared/peers"), PathBuf::from);
    std::path::absolute(home).ok().filter(|home| home.join("gen.py").is_file())
}

fn bodies(data: &Path) -> Result<Vec<WebhookRequest>> {
    let lines = std::fs::read(data.join("x_1.jsonl")).map_err(files)?;
    Ok(lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(|line| signed(line.to_vec())).collect())
}

/// Microseconds a message takes on our whole path, into a fresh file.
fn ours(data: &Path, requests: &[WebhookRequest]) -> Result<f64> {
    let folder = tempfile::tempdir_in(data).map_err(files)?;
    let desk = Desk::open(&folder.path().join("ours.db"))?;
    let mut taken = Ok(());
    let micros = micros_each(requests.len(), || taken = take_in(&desk, requests));
    taken.map(|()| micros)
}

fn answer(output: std::io::Result<std::process::Output>) -> std::result::Result<String, String> {
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let error = String::from_utf8_lossy(&output.stderr);
    Err(error.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it failed").to_owned())
}

/// A row about a whole pipeline: its name and its microseconds for a message.
fn row(line: &str) -> Option<(&str, f64)> {
    let mut cells = line.split('|').map(str::trim).skip(1);
    let name = cells.next().filter(|name| name.contains("pipeline"))?;
    Some((name, cells.nth(1)?.parse().ok()?))
}
