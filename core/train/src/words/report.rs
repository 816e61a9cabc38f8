//! How well a model does on rows it did not learn from, as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use careline::triage::learning::GROUPS;

use super::learnt::Learnt;
use super::lesson::{Lesson, first_columns};
use crate::random;

/// Bins of the reliability of what was answered, by how sure it was.
const BINS: usize = 10;

/// Hits, rows that are so, and rows said to be so.
#[derive(Clone, Copy, Default)]
struct Count {
    hit: f32,
    gold: f32,
    found: f32,
}

impl Count {
    fn f1(self) -> f32 {
        2.0 * self.hit / (self.gold + self.found).max(1.0)
    }
}

/// What was answered to one question, on some rows.
#[derive(Default)]
struct Tally {
    answers: BTreeMap<String, Count>,
    rows: f32,
    /// How sure, how often right, and of how many, by bin.
    bins: [(f32, f32, f32); BINS],
}

impl Tally {
    fn macro_f1(&self) -> f32 {
        let known = self.answers.values().filter(|count| count.gold > 0.0);
        known.clone().map(|count| count.f1()).sum::<f32>() / known.count().max(1) as f32
    }

    /// How far, on average, sureness is from how often it was right.
    fn calibration_error(&self) -> f32 {
        self.bins.iter().map(|(sure, right, _)| (sure - right).abs()).sum::<f32>() / self.rows.max(1.0)
    }

    fn add(&mut self, gold: String, found: String, sure: f32) {
        let right = gold == found;
        self.answers.entry(gold.clone()).or_default().gold += 1.0;
        let count = self.answers.entry(found).or_default();
        count.found += 1.0;
        count.hit += f32::from(right);
        self.rows += 1.0;
        let bin = &mut self.bins[((sure * BINS as f32) as usize).min(BINS - 1)];
        *bin = (bin.0 + sure, bin.1 + f32::from(right), bin.2 + 1.0);
    }
}

/// A line for each question and set, our own by language.
pub(super) fn tables(learnt: &Learnt, kept: &[Lesson]) -> String {
    let mut out = String::from(
        "| question | set | rows | macro-F1 | F1 by answer | calibration error |\n|---|---|--:|--:|---|--:|\n",
    );
    for ((question, _, answers), first) in GROUPS.iter().zip(first_columns()) {
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        for lesson in kept {
            let scores = learnt.scores(&lesson.features, &lesson.told);
            for target in lesson.targets.iter().filter(|t| (first..first + answers.len()).contains(&t.first)) {
                let (found, sure) = answered(&scores[target.first..][..target.width]);
                let name = |answer: usize| match target.width {
                    1 if answers.len() == 1 => ["no", "yes"][answer].to_owned(),
                    1 => format!("{} {}", answers[target.first - first], ["no", "yes"][answer]),
                    _ => answers[answer].to_owned(),
                };
                for set in sets(lesson) {
                    tallies.entry(set).or_default().add(name(target.answer), name(found), sure);
                }
            }
        }
        for (set, tally) in &tallies {
            let by: Vec<String> = tally
                .answers
                .iter()
                .filter(|(_, count)| count.gold > 0.0)
                .map(|(answer, count)| format!("{answer} {:.2}", count.f1()))
                .collect();
            let (f1, error) = (tally.macro_f1(), tally.calibration_error());
            let _ = writeln!(out, "| {question} | {set} | {} | {f1:.3} | {} | {error:.3} |", tally.rows, by.join(", "));
        }
    }
    out
}

/// The names under which a lesson is counted.
fn sets(lesson: &Lesson) -> [String; 2] {
    let own = if lesson.set == "own" { format!("own {}", lesson.language) } else { lesson.set.clone() };
    [own, "all".to_owned()]
}

/// The answer, and how sure it is.
fn answered(scores: &[f32]) -> (usize, f32) {
    if let [score] = scores {
        let yes = random::share(*score);
        return if *score > 0.0 { (1, yes) } else { (0, 1.0 - yes) };
    }
    let best = (0..scores.len()).fold(0, |best, at| if scores[at] > scores[best] { at } else { best });
    let total: f32 = scores.iter().map(|score| random::exp(score - scores[best])).sum();
    (best, 1.0 / total)
}

/// The chats of one half, by what the other half taught.
pub(super) fn chats(learnt: &Learnt, kept: &[Lesson], half: u64) -> String {
    let mut tally = Tally::default();
    for lesson in kept {
        let scores = learnt.scores(&lesson.features, &lesson.told);
        let spam = lesson.targets.iter().find(|target| target.width == 1 && target.first + 1 == columns());
        if let Some(target) = spam {
            let (found, sure) = answered(&scores[target.first..=target.first]);
            tally.add(["no", "yes"][target.answer].to_owned(), ["no", "yes"][found].to_owned(), sure);
        }
    }
    let f1 = tally.answers.get("yes").copied().unwrap_or_default().f1();
    format!("\nChats with spam, half {half}, taught by the other half: F1 {f1:.3} of {} rows.\n", tally.rows)
}

/// How many columns there are; spam is the last.
fn columns() -> usize {
    GROUPS.iter().map(|(_, _, answers)| answers.len()).sum()
}
