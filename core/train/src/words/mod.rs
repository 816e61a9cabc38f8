//! Learns the model of words: which answers the words of a text speak for, beyond what the word lists know.
//!
//! First every feature that occurs in three texts or more is learnt about; then those that told most are learnt anew,
//! alone, and written.

mod learnt;
mod lesson;
mod recipe;
mod report;
mod table;

use std::collections::HashMap;
use std::io;
use std::path::Path;

use careline::triage::learning::{Example, example};

use self::learnt::{Learnt, Steps};
use self::lesson::{Lesson, balance, numbered, targets};
pub use self::recipe::SETS;
use crate::own;
use crate::rows::Row;

/// How many features the table has room for: with more it is no longer small, with fewer it forgets rare words.
const SLOTS: usize = 40_960;
/// How many rows of our own there are of each language; twice as many of English.
const OWN: usize = 8_000;
/// The seed of our own rows.
const SEED: u64 = 1;
/// A feature of fewer texts says more about them than about others.
const LEAST: u32 = 3;
const STEPS: Steps = Steps { rounds: 4, rate: 0.1, threshold: 0.05 };
/// The set of chats with spam, too small to keep a tenth back of: it is measured by halves.
const CHATS: &str = "tgspam_dev";

/// What is learnt from, and how much each row counts.
///
/// # Errors
/// Where a set cannot be read, or a grammar is broken.
pub fn rows(folder: &Path, without: &[String]) -> io::Result<Vec<(f32, Row)>> {
    let shares: Vec<_> = SETS.iter().copied().filter(|share| !without.iter().any(|set| set == share.set)).collect();
    let mut rows = recipe::rows(folder, &shares)?;
    if !without.iter().any(|set| set == "own") {
        for language in own::languages()? {
            let count = if language == "en" { 2 * OWN } else { OWN };
            rows.extend(own::rows(&language, count, SEED)?.into_iter().map(|row| (recipe::own_weight(&row), row)));
        }
    }
    Ok(rows)
}

/// The bytes of the table that `rows` teach.
pub fn learn(rows: &[(f32, Row)]) -> Vec<u8> {
    let taught: Vec<_> = rows.iter().filter(|(_, row)| row.set == CHATS || !row.is_held_out()).collect();
    let taught = Taught::from(&taught);
    table::written(&taught.learnt, &taught.places, SLOTS)
}

/// How well what `rows` teach does on the rows that were kept back, as Markdown: a table for each question; the chats
/// with spam by halves, each measured with what the other half taught.
pub fn report(rows: &[(f32, Row)]) -> String {
    let (kept, taught): (Vec<_>, Vec<_>) = rows.iter().partition(|(_, row)| row.set != CHATS && row.is_held_out());
    let whole = Taught::from(&taught);
    let mut report = report::tables(&whole.learnt, &whole.lessons(&kept));
    for half in 0..2 {
        let is_kept = |row: &Row| row.set == CHATS && row.share(2) == half;
        let (kept, taught): (Vec<_>, Vec<_>) =
            rows.iter().filter(|(_, row)| row.set == CHATS || !row.is_held_out()).partition(|(_, row)| is_kept(row));
        let other = Taught::from(&taught);
        report += &report::chats(&other.learnt, &other.lessons(&kept), half);
    }
    report
}

/// A model and the features it knows, each with its hash and its slot.
struct Taught {
    learnt: Learnt,
    places: Vec<(u64, usize)>,
}

impl Taught {
    fn from(rows: &[&(f32, Row)]) -> Self {
        let examples: Vec<Example> = rows.iter().map(|(_, row)| read(row)).collect();
        let numbers = numbered(&examples, LEAST);
        let first = lessons(rows, &examples, &numbers);
        let mut learnt = Learnt::new(numbers.len());
        learnt.learn(&first, Steps { rounds: 2, ..STEPS });
        let places = table::placed(&table::most_telling(&learnt, &first, &numbers), SLOTS);
        let numbers = numbers_of(&places);
        let mut learnt = Learnt::new(numbers.len());
        learnt.learn(&lessons(rows, &examples, &numbers), STEPS);
        learnt.ease();
        Self { learnt, places }
    }

    fn lessons(&self, rows: &[&(f32, Row)]) -> Vec<Lesson> {
        let examples: Vec<Example> = rows.iter().map(|(_, row)| read(row)).collect();
        lessons(rows, &examples, &numbers_of(&self.places))
    }
}

fn numbers_of(places: &[(u64, usize)]) -> HashMap<u64, u32> {
    (0u32..).zip(places).map(|(number, (hash, _))| (*hash, number)).collect()
}

/// Reads `row` as the model sees it.
fn read(row: &Row) -> Example {
    example(&row.text, row.lang.as_deref().filter(|lang| *lang != "und"))
}

fn lessons(rows: &[&(f32, Row)], examples: &[Example], numbers: &HashMap<u64, u32>) -> Vec<Lesson> {
    let lesson = |((weight, row), example): (&(f32, Row), &Example)| {
        let mut targets = targets(row);
        targets.iter_mut().for_each(|target| target.weight *= weight);
        Lesson {
            set: row.set.clone(),
            language: row.lang.clone().unwrap_or_default(),
            told: example.told,
            features: example.features.iter().filter_map(|hash| numbers.get(hash).copied()).collect(),
            targets,
        }
    };
    let mut lessons: Vec<Lesson> = rows.iter().copied().zip(examples).map(lesson).collect();
    balance(&mut lessons);
    lessons
}
