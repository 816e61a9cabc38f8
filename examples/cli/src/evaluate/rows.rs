//! Labelled rows of a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use careline::policy::{CompiledPolicy, LONGEST_TERM};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::judging;
use crate::{Failure, Result};

/// The rows of one file.
#[derive(Debug)]
pub(crate) struct Set {
    /// The file's name without its ending.
    pub(crate) name: String,
    /// The rows that could be read.
    pub(crate) rows: Vec<Row>,
    /// Lines that could not.
    pub(crate) broken: Broken,
    /// Labels that nothing here measures, with the number of rows that have them.
    pub(crate) unknown: BTreeMap<String, usize>,
}

/// A text, what people say it is, and what it is judged under.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) text: String,
    /// Whether it is about a brand.
    pub(crate) is_about_a_brand: bool,
    pub(crate) gold: Gold,
    pub(crate) policy: Arc<CompiledPolicy>,
}

/// A line of a file.
#[derive(Deserialize)]
struct Line {
    text: String,
    #[serde(default)]
    brand: Option<String>,
    #[serde(default)]
    gold: Gold,
}

/// Labels; any may be missing.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Gold {
    pub(crate) sentiment: Option<String>,
    pub(crate) needs_response: Option<bool>,
    #[serde(default)]
    pub(crate) category: Vec<String>,
    pub(crate) spam: Option<bool>,
    pub(crate) lang: Option<String>,
    pub(crate) pii: Option<Vec<GoldPii>>,
    pub(crate) direction: Option<String>,
    pub(crate) offensive: Option<bool>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// Personal data that people marked.
#[derive(Debug, Deserialize)]
pub(crate) struct GoldPii {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// In characters.
    start: usize,
    end: usize,
}

/// Lines that could not be read.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Broken {
    /// How many.
    pub(crate) lines: usize,
    /// The first of them: where, and why.
    pub(crate) first: Vec<String>,
}

/// So many broken lines are named.
const NAMED: usize = 5;
/// Labels that sets have and careline gives no answer to.
const NOT_MEASURED: [&str; 4] = ["complaint", "tier_hint", "related", "informative"];

/// Reads every `<set>.jsonl` in `folder`, by name.
pub(crate) fn read(folder: &Path) -> Result<Vec<Set>> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(named)? {
        let path = entry.map_err(named)?.path();
        if path.extension().is_some_and(|ending| ending == "jsonl") && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        let what = format!("{} has no sets: files named <set>.jsonl with a labelled text a line", folder.display());
        return Err(Failure::Io(io::Error::new(io::ErrorKind::NotFound, what)));
    }
    files.iter().map(|file| Set::read(file).map_err(Failure::Io)).collect()
}

impl Set {
    fn read(file: &Path) -> io::Result<Self> {
        let body = fs::read(file)
            .map_err(|error| io::Error::new(error.kind(), format!("cannot read {}: {error}", file.display())))?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self::of(name, &body))
    }

    fn of(name: String, body: &[u8]) -> Self {
        let mut set = Self { name, rows: Vec::new(), broken: Broken::default(), unknown: BTreeMap::new() };
        let mut policies = Policies::default();
        for (line, number) in
            body.split(|byte| *byte == b'\n').zip(1..).filter(|(line, _)| !line.trim_ascii().is_empty())
        {
            match policies.row(line) {
                Ok(row) => set.add(row),
                Err(why) => set.broken.add(number, &why),
            }
        }
        set
    }

    fn add(&mut self, row: Row) {
        for label in row.gold.others.keys().filter(|label| !NOT_MEASURED.contains(&label.as_str())) {
            *self.unknown.entry(label.clone()).or_default() += 1;
        }
        self.rows.push(row);
    }
}

/// The policies of the brands of one set, by name.
#[derive(Default)]
struct Policies(BTreeMap<String, Arc<CompiledPolicy>>);

impl Policies {
    fn row(&mut self, line: &[u8]) -> Result<Row, String> {
        // Each line is read for itself, so where it stands in the file is not what the reader says.
        let line: Line = serde_json::from_slice(line)
            .map_err(|error| error.to_string().split(" at line ").next().unwrap_or_default().to_owned())?;
        let brand = line.brand.as_deref().map(str::trim).unwrap_or_default();
        let policy = self.of(brand)?;
        Ok(Row { is_about_a_brand: !brand.is_empty(), text: line.text, gold: line.gold, policy })
    }

    fn of(&mut self, brand: &str) -> Result<Arc<CompiledPolicy>, String> {
        if let Some(known) = self.0.get(brand) {
            return Ok(Arc::clone(known));
        }
        if brand.chars().count() > LONGEST_TERM {
            return Err(format!("`brand` has more than {LONGEST_TERM} characters"));
        }
        let policy = Arc::new(judging::policy(brand).map_err(|mistakes| mistakes.to_string())?);
        self.0.insert(brand.to_owned(), Arc::clone(&policy));
        Ok(policy)
    }
}

impl Broken {
    fn add(&mut self, line: usize, why: &str) {
        self.lines += 1;
        if self.first.len() < NAMED {
            self.first.push(format!("line {line}: {why}"));
        }
    }
}

impl Row {
    /// Whether a customer wrote it and not the brand.
    pub(crate) fn is_customers(&self) -> bool {
        self.gold.direction.as_deref() != Some("out")
    }

    /// Whether it praises the brand and is not known to need a response.
    pub(crate) fn is_praise(&self) -> bool {
        self.is_about_a_brand
            && self.gold.sentiment.as_deref() == Some("positive")
            && self.gold.needs_response != Some(true)
    }

    /// Whether it tells no brand anything: a text about none, without a tone, of which nobody said it needs a response.
    pub(crate) fn is_said_to_nobody(&self) -> bool {
        !self.is_about_a_brand
            && self.gold.sentiment.as_deref() == Some("neutral")
            && self.gold.needs_response.is_none()
            && self.gold.direction.is_none()
    }

    /// Its first category.
    pub(crate) fn category(&self) -> Option<&str> {
        self.gold.category.first().map(String::as_str)
    }
}

impl GoldPii {
    /// Where it stands in `text`, in bytes.
    pub(crate) fn bytes(&self, text: &str) -> (usize, usize) {
        let byte = |at| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
        (byte(self.start), byte(self.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_goes_on() {
        let body = "{\"text\":\"a\",\"gold\":{\"spam\":true,\"mood\":1,\"tier_hint\":\"low\"}}\n\nno row\n{\"text\":\"b\",\"gold\":{\"spam\":\"yes\"}}\n{\"gold\":{}}\n{\"text\":\"c\"}";
        let set = Set::of("made_up".into(), body.as_bytes());
        assert_eq!(set.rows.len(), 2);
        assert_eq!(set.unknown, BTreeMap::from([("mood".to_owned(), 1)]));
        assert_eq!(set.broken.lines, 3);
        assert!(set.broken.first[0].starts_with("line 3: expected"), "{:?}", set.broken);
        assert!(set.broken.first[1].starts_with("line 4: invalid type"), "{:?}", set.broken);
        assert!(set.broken.first[2].starts_with("line 5: missing field `text`"), "{:?}", set.broken);
    }

    #[test]
    fn offsets_in_characters_become_offsets_in_bytes() {
        let pii = GoldPii { kind: "EMAIL_ADDRESS".into(), start: 3, end: 9 };
        assert_eq!(pii.bytes("für a@b.de"), (4, 10));
        assert_eq!(pii.bytes("für"), (4, 4));
    }
}
