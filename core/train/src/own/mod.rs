//! Messages of customers that we write ourselves, from a grammar for each language in `core/train/grammar`.
//!
//! A grammar holds statements with their labels and lists that the statements draw from. A row is one statement or two
//! that go together, said in one industry, with the noise of social networks over it.

mod brand;
mod grammar;
mod labels;
mod message;
mod noise;
mod phrase;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;
use serde_json::json;

pub use self::grammar::{Grammar, GrammarError, INDUSTRIES};
pub use self::labels::{CATEGORIES, INTENTS, RISKS, SENTIMENTS, URGENCIES};
use self::message::Writer;
use crate::rows::Row;

/// How many drafts in a row may repeat what was already written before a grammar counts as exhausted.
const REPEATS: usize = 2000;

/// The languages there are grammars for, sorted.
///
/// # Errors
/// Where the folder of grammars cannot be read.
pub fn languages() -> io::Result<Vec<String>> {
    let mut languages = Vec::new();
    for entry in fs::read_dir(folder())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            languages.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    languages.sort();
    Ok(languages)
}

/// `count` rows in a language, all different; fewer where its grammar has no more to say. The same seed gives the same
/// rows, and a larger count only adds to them. `raw` names the industry and the grammar's lines that were said.
///
/// # Errors
/// Where the language has no grammar that can be read, or a broken one.
pub fn rows(lang: &str, count: usize, seed: u64) -> io::Result<Vec<Row>> {
    let file = folder().join(format!("{lang}.txt"));
    let text = fs::read_to_string(&file)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    let grammar = Grammar::read(&format!("{lang}.txt"), &text).map_err(io::Error::other)?;
    Ok(grammar.rows(lang, count, seed))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar")
}

impl Grammar {
    /// Rows as of [`rows`], from a grammar at hand.
    pub fn rows(&self, lang: &str, count: usize, seed: u64) -> Vec<Row> {
        let mut words = ChaCha8Rng::seed_from_u64(seed);
        // Noise has chance of its own, so that what is said does not depend on how it is disturbed.
        let mut disturbance = ChaCha8Rng::seed_from_u64(!seed);
        let writer = Writer::new(self, lang);
        let (mut rows, mut said, mut repeats) = (Vec::new(), BTreeSet::new(), 0);
        while rows.len() < count && repeats < REPEATS {
            let message = writer.write(&mut words);
            if message.text.is_empty() || !said.insert(message.text.to_lowercase()) {
                repeats += 1;
                continue;
            }
            repeats = 0;
            rows.push(Row {
                set: "own".to_owned(),
                id: format!("{lang}-{}", rows.len()),
                text: noise::disturb(&message, lang, &mut disturbance),
                lang: Some(lang.to_owned()),
                gold: message.labels.gold(lang),
                raw: json!({ "industry": message.industry, "lines": message.lines }),
            });
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_changes_texts_and_no_labels() {
        let text = fs::read_to_string(folder().join("en.txt")).unwrap();
        let grammar = Grammar::read("en.txt", &text).unwrap();
        let rows = grammar.rows("en", 300, 3);
        let (mut words, writer) = (ChaCha8Rng::seed_from_u64(3), Writer::new(&grammar, "en"));
        let mut plain = (0..).map(|_| writer.write(&mut words));
        for row in &rows {
            let lines = |message: &message::Message| row.raw["lines"] == json!(message.lines);
            let message = plain.by_ref().take(REPEATS).find(lines).expect("the same statements without noise");
            assert_eq!(row.gold, message.labels.gold("en"), "{}", row.text);
        }
        assert!(rows.iter().filter(|row| row.text.starts_with('@')).count() > 60, "too few with a handle in front");
    }
}
