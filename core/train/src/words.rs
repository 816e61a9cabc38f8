//! Learns the model of words: a linear model of hashed features, one column for each answer.
//!
//! Answers of one question share a softmax, yes-or-no questions have a logistic each; a text that says nothing about a
//! question leaves its columns alone. Steps are those of AdaGrad with a soft threshold, which keeps most weights at zero.

use std::collections::HashMap;

use careline::model::Question;
use careline::triage::learning::{COLUMNS, Example, GROUPS, NUMBERS, Shape, doubt, example, last_resort, share};

use crate::recipe::{GRANTED, granted};
use crate::rows::Row;

/// What a row says about each column: yes, no, or nothing.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// The set it is from.
    pub set: String,
    /// The language.
    pub language: String,
    /// What the model sees.
    pub told: [f32; NUMBERS],
    /// Its features, as places in the table being learnt.
    pub features: Vec<u32>,
    /// How much it counts for each group, and which answer (of a group of one) or yes/no (of each).
    pub targets: Vec<Target>,
}

/// What is known about one group's columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// The first column of the group.
    pub first: usize,
    /// How many columns share a softmax; 1 for a yes-or-no question.
    pub width: usize,
    /// Which of them holds; for a yes-or-no question 0 is no and 1 is yes.
    pub answer: usize,
    /// How much it counts.
    pub weight: f32,
    /// The answers it is told from, one bit for each column of the group: those that its set knows.
    pub among: u32,
}

/// The first column of each group.
pub fn first_columns() -> Vec<usize> {
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
pub fn targets(row: &Row) -> Vec<Target> {
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

/// How the steps are taken.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    /// How often each row is seen.
    pub rounds: usize,
    /// How far a step goes.
    pub rate: f32,
    /// The threshold below which a weight stays zero.
    pub threshold: f32,
}

/// What the word lists are worth before anything is learnt: number, column, weight.
const PRIOR: [(usize, usize, f32); 18] = [
    (0, 2, 4.0),
    (1, 0, 4.0),
    (2, 3, 4.0),
    (3, 4, 4.0),
    (4, 5, 4.0),
    (5, 7, 4.0),
    (6, 10, 4.0),
    (7, 22, 4.0),
    (9, 28, 4.0),
    (10, 29, 4.0),
    (12, 11, 4.0),
    (13, 12, 4.0),
    (14, 13, 4.0),
    (15, 14, 4.0),
    (16, 15, 4.0),
    (17, 16, 4.0),
    (18, 17, 4.0),
    (19, 20, 4.0),
];

/// A model being learnt.
#[derive(Debug)]
pub struct Learnt {
    /// A bias for each column.
    pub biases: [f32; COLUMNS],
    /// A row for each number the model is told.
    pub told: [[f32; COLUMNS]; NUMBERS],
    /// A row for each feature.
    pub rows: Vec<[f32; COLUMNS]>,
    squares: Vec<[f32; COLUMNS]>,
    told_squares: [[f32; COLUMNS]; NUMBERS],
    bias_squares: [f32; COLUMNS],
}

impl Learnt {
    /// A model that knows nothing about `features` features.
    pub fn new(features: usize) -> Self {
        let mut learnt = Self {
            biases: [0.0; COLUMNS],
            told: [[0.0; COLUMNS]; NUMBERS],
            rows: vec![[0.0; COLUMNS]; features],
            squares: vec![[0.0; COLUMNS]; features],
            told_squares: [[0.0; COLUMNS]; NUMBERS],
            bias_squares: [0.0; COLUMNS],
        };
        for (number, column, weight) in PRIOR {
            learnt.told[number][column] = weight;
            learnt.told_squares[number][column] = 400.0;
        }
        for ((question, shape, answers), first) in GROUPS.iter().zip(first_columns()) {
            for (answer, column) in answers.iter().zip(first..) {
                match shape {
                    Shape::One if *answer == last_resort(question) => learnt.biases[column] = doubt(question),
                    Shape::Each => learnt.biases[column] = -doubt(question),
                    Shape::One => {}
                }
            }
        }
        learnt
    }

    /// The scores of a text.
    pub fn scores(&self, features: &[u32], told: &[f32; NUMBERS]) -> [f32; COLUMNS] {
        let mut sums = [0.0; COLUMNS];
        for feature in features {
            for (sum, weight) in sums.iter_mut().zip(&self.rows[*feature as usize]) {
                *sum += weight;
            }
        }
        let share = share(features.len() as u32);
        let mut scores = self.biases;
        for (score, sum) in scores.iter_mut().zip(sums) {
            *score += sum * share;
        }
        for (number, row) in told.iter().zip(&self.told) {
            for (score, weight) in scores.iter_mut().zip(row) {
                *score += number * weight;
            }
        }
        scores
    }

    /// Learns from `lessons`, in an order that depends on nothing but their number.
    pub fn learn(&mut self, lessons: &[Lesson], steps: Steps) {
        for round in 0..steps.rounds {
            for at in order(lessons.len(), round as u64) {
                self.step(&lessons[at], steps);
            }
        }
    }

    fn step(&mut self, lesson: &Lesson, steps: Steps) {
        let scores = self.scores(&lesson.features, &lesson.told);
        let mut slopes = [0.0f32; COLUMNS];
        for target in &lesson.targets {
            let scores = &scores[target.first..][..target.width];
            if target.width == 1 {
                slopes[target.first] += target.weight * (logistic(scores[0]) - target.answer as f32);
                continue;
            }
            let top = scores.iter().copied().fold(f32::MIN, f32::max);
            let is_one = |at: usize| target.among & 1 << at != 0;
            let shares: Vec<f32> =
                (0..).zip(scores).map(|(at, score)| if is_one(at) { exp(score - top) } else { 0.0 }).collect();
            let total: f32 = shares.iter().sum();
            for (at, share) in shares.iter().enumerate().filter(|(at, _)| is_one(*at)) {
                let wanted = f32::from(at == target.answer);
                slopes[target.first + at] += target.weight * (share / total - wanted);
            }
        }
        let share = share(lesson.features.len() as u32);
        for feature in &lesson.features {
            let at = *feature as usize;
            descend(&mut self.rows[at], &mut self.squares[at], &slopes, share, steps);
        }
        for at in 0..NUMBERS {
            if lesson.told[at] != 0.0 {
                descend(
                    &mut self.told[at],
                    &mut self.told_squares[at],
                    &slopes,
                    lesson.told[at],
                    Steps { threshold: 0.0, ..steps },
                );
            }
        }
        descend(&mut self.biases, &mut self.bias_squares, &slopes, 1.0, Steps { threshold: 0.0, ..steps });
    }
}

fn descend(
    weights: &mut [f32; COLUMNS],
    squares: &mut [f32; COLUMNS],
    slopes: &[f32; COLUMNS],
    input: f32,
    steps: Steps,
) {
    for at in 0..COLUMNS {
        let slope = slopes[at] * input;
        if slope == 0.0 {
            continue;
        }
        squares[at] += slope * slope;
        let rate = steps.rate / (squares[at].sqrt() + 0.1);
        let moved = weights[at] - rate * slope;
        let least = rate * steps.threshold;
        weights[at] = if moved > least {
            moved - least
        } else if moved < -least {
            moved + least
        } else {
            0.0
        };
    }
}

/// A fixed order of so many things, another one each round.
fn order(count: usize, round: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15u64 ^ round.wrapping_mul(0xd1b5_4a32_d192_ed03);
    for at in (1..count).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(at, (state % (at as u64 + 1)) as usize);
    }
    order
}

/// `e` to the power of `x`, the same on every machine: a libm differs in the last bit.
pub fn exp(x: f32) -> f32 {
    libm::expf(x)
}

/// One over one plus `e` to the power of `-x`.
pub fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// The features of `examples` that occur in at least `least` of them, numbered in the order of their hashes.
pub fn numbered(examples: &[Example], least: u32) -> HashMap<u64, u32> {
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

/// The lesson of `row`, read as `example`.
pub fn lesson(row: &Row, example: &Example, numbers: &HashMap<u64, u32>) -> Lesson {
    Lesson {
        set: row.set.clone(),
        language: row.lang.clone().unwrap_or_default(),
        told: example.told,
        features: example.features.iter().filter_map(|hash| numbers.get(hash).copied()).collect(),
        targets: targets(row),
    }
}

/// Reads `row` as the model sees it.
pub fn read(row: &Row) -> Example {
    example(&row.text, row.lang.as_deref().filter(|lang| *lang != "und"))
}

/// Tells answers only from those that the set of their lesson knows, and makes the answers of a set count alike.
pub fn balance(lessons: &mut [Lesson]) {
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
