//! Labelled texts to learn from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// One labelled text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The set it comes from.
    pub set: String,
    /// Its id in the set.
    pub id: String,
    /// What was said.
    pub text: String,
    /// The language, as an ISO 639-1 code; `und` or absent where the set does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// What is known about it; absent labels are not known, which is not the same as "no".
    pub gold: Gold,
    /// What the set itself said.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub raw: serde_json::Value,
}

/// What is known about a text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gold {
    /// `positive`, `neutral` or `negative`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<String>,
    /// What the author wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// The subjects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<String>,
    /// Whether somebody should answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs_response: Option<bool>,
    /// `low`, `normal`, `high` or `urgent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<String>,
    /// `legal`, `press`, `safety`, `churn`, `self_harm`, or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<String>,
    /// Whether it insults or threatens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abuse: Option<bool>,
    /// Whether it is spam or bait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spam: Option<bool>,
    /// The language, in sets that teach languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

impl Row {
    /// Whether the row is kept back to measure with: one in ten, by a hash of set and id, so that it stays what it is. Of
    /// what we wrote ourselves all rows that say one line of the grammar are kept back together, or none.
    pub fn is_held_out(&self) -> bool {
        match self.raw["lines"].as_array() {
            Some(lines) => lines
                .iter()
                .any(|line| share(&[&self.set, self.lang.as_deref().unwrap_or(""), &line.to_string()], 10) == 0),
            None => self.share(10) == 0,
        }
    }

    /// Which of `shares` equal shares the row falls in.
    pub fn share(&self, shares: u64) -> u64 {
        share(&[&self.set, &self.id], shares)
    }
}

/// Which of `shares` equal shares a name falls in.
fn share(name: &[&str], shares: u64) -> u64 {
    let digest = Sha256::digest(name.join("\0"));
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_le_bytes(first) % shares
}

/// The folder with the sets, if there is one.
pub fn folder() -> Option<PathBuf> {
    let beside = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/training")).to_path_buf();
    let folder = std::env::var_os("CARELINE_TRAINING").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// The rows of one set, in the order of its file.
///
/// # Errors
/// Where the file cannot be read, or one of its lines is no row: with set and line.
pub fn read(folder: &Path, set: &str) -> io::Result<Vec<Row>> {
    let body = fs::read_to_string(folder.join(set).join("data.jsonl"))?;
    let wrong = |line: usize, error| io::Error::other(format!("{set}, line {}: {error}", line + 1));
    body.lines().enumerate().map(|(at, line)| serde_json::from_str(line).map_err(|error| wrong(at, error))).collect()
}
