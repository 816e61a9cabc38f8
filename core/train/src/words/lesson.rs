//! What one row teaches.

use std::collections::HashMap;

use careline::model::Question;
use careline::triage::learning::{Example, GROUPS, NUMBERS, Shape};

use super::recipe::{GRANTED, granted};
use crate::rows::Row;

/// What a row says about each column: yes, no, or nothing.
#[derive(Debug)]
pub(super) struct Lesson {
    /// The set it is from.
    pub(super) set: String,
    /// The language.
    pub(super) language: String,
    /// What the model sees.
    pub(super) told: [f32; NUMBERS],
    /// Its features, as places in the table being learnt.
    pub(super) features: Vec<u32>,
    /// How much it counts for each group, and which answer (of a group of one) or yes/no (of each).
    pub(super) targets: Vec<Target>,
}

/// What is known about one group's columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Target {
    /// The first column of the group.
    pub(super) first: usize,
    /// How many columns share a softmax; 1 for a yes-or-no question.
    pub(super) width: usize,
    /// Which of them holds; for a yes-or-no question 0 is no and 1 is yes.
    pub(super) answer: usize,
    /// How much it counts.
    pub(super) weight: f32,
    /// The answers it is told from, one bit for each column of the group: those that its set knows.
    pub(super) among: u32,
}

/// The first column of each group.
pub(super) fn first_columns() -> Vec<usize> {
    GROUPS
        .iter()
        .scan(0, |next, (_, _, answers)| {
            let first = *next;
            *next += answers.len();
            Some(first)
        })
        .collect()
}

/// What `row` teaches.
pub(super) fn targets(row: &Row) -> Vec<Target> {
    let mut targets = Vec::new();
    for ((question, shape, answers), first) in GROUPS.iter().zip(first_columns()) {
        match shape {
            Shape::One => {
                let known: Vec<&str> = match question {
                    Question::Sentiment => row.gold.sentiment.iter().map(String::as_str).collect(),
                    Question::Intent => row.gold.intent.iter().map(String::as_str).collect(),
                    _ => row.gold.category.iter().map(String::as_str).collect(),
                };
                let places: Vec<usize> =
                    known.iter().filter_map(|value| answers.iter().position(|answer| answer == value)).collect();
                let weight = 1.0 / places.len().max(1) as f32;
                targets.extend(places.into_iter().map(|answer| Target {
                    first,
                    width: answers.len(),
                    answer,
                    weight,
                    among: u32::MAX,
                }));
            }
            Shape::Each => {
                let (no_spam, no_abuse) = granted(row);
                for (at, answer) in answers.iter().enumerate() {
                    let known = match question {
                        Question::NeedsResponse => row.gold.needs_response,
                        Question::Urgency => row.gold.urgency.as_deref().map(|how| matches!(how, "high" | "urgent")),
                        Question::Risk => row.gold.risk.as_deref().map(|risk| risk == *answer),
                        Question::Abuse => row.gold.abuse.or(no_abuse),
                        _ => row.gold.spam.or(no_spam),
                    };
                    let is_granted = match question {
                        Question::Abuse => no_abuse.is_some(),
                        Question::Spam => no_spam.is_some(),
                        _ => false,
                    };
                    if let Some(yes) = known {
                        targets.push(Target {
                            first: first + at,
                            width: 1,
                            answer: usize::from(yes),
                            weight: if is_granted { GRANTED } else { 1.0 },
                            among: u32::MAX,
                        });
                    }
                }
            }
        }
    }
    targets
}

/// The features of `examples` that occur in at least `least` of them, numbered in the order of their hashes.
pub(super) fn numbered(examples: &[Example], least: u32) -> HashMap<u64, u32> {
    let mut counts: HashMap<u64, (u32, usize)> = HashMap::new();
    for (at, example) in examples.iter().enumerate() {
        for feature in &example.features {
            let (count, last) = counts.entry(*feature).or_insert((0, usize::MAX));
            if *last != at {
                (*count, *last) = (*count + 1, at);
            }
        }
    }
    let mut kept: Vec<u64> = counts.iter().filter(|(_, (count, _))| *count >= least).map(|(hash, _)| *hash).collect();
    kept.sort_unstable();
    (0u32..).zip(kept).map(|(number, hash)| (hash, number)).collect()
}

/// Tells answers only from those that the set of their lesson knows, and makes the answers of a set count alike.
pub(super) fn balance(lessons: &mut [Lesson]) {
    let mut counts: HashMap<(String, usize), Vec<f32>> = HashMap::new();
    let key = |lesson: &Lesson, target: &Target| (format!("{} {}", lesson.set, lesson.language), target.first);
    for lesson in lessons.iter() {
        for target in &lesson.targets {
            let count = counts.entry(key(lesson, target)).or_insert_with(|| vec![0.0; target.width.max(2)]);
            count[target.answer] += 1.0;
        }
    }
    for lesson in lessons {
        for at in 0..lesson.targets.len() {
            let key = key(lesson, &lesson.targets[at]);
            let target = &mut lesson.targets[at];
            let counts = &counts[&key];
            let total: f32 = counts.iter().sum();
            let known = counts.iter().filter(|count| **count > 0.0).count() as f32;
            if target.width > 1 {
                target.among = (0..).zip(counts).filter(|(_, count)| **count > 0.0).map(|(at, _)| 1 << at).sum();
            }
            // Half way to equal counts: rare answers are not all their rows' worth of the common ones.
            target.weight *= (total / known / counts[target.answer]).sqrt().min(3.0);
        }
    }
}
