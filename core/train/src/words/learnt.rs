//! The model while it is being learnt.
//!
//! Answers of one question share a softmax, yes-or-no questions have a logistic each; a text that says nothing about a
//! question leaves its columns alone. Steps are those of AdaGrad with a soft threshold, which keeps most weights at zero.

use careline::model::Question;
use careline::triage::learning::{COLUMNS, GROUPS, NUMBERS, Shape, doubt, last_resort, share};

use super::lesson::{Lesson, first_columns};
use crate::random::{self, Random};

/// How the steps are taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    /// How often each row is seen.
    pub(super) rounds: usize,
    /// How far a step goes.
    pub(super) rate: f32,
    /// The threshold below which a weight stays zero.
    pub(super) threshold: f32,
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
pub(super) struct Learnt {
    /// A bias for each column.
    pub(super) biases: [f32; COLUMNS],
    /// A row for each number the model is told.
    pub(super) told: [[f32; COLUMNS]; NUMBERS],
    /// A row for each feature.
    pub(super) rows: Vec<[f32; COLUMNS]>,
    squares: Vec<[f32; COLUMNS]>,
    told_squares: [[f32; COLUMNS]; NUMBERS],
    bias_squares: [f32; COLUMNS],
}

impl Learnt {
    /// A model that knows nothing about `features` features.
    pub(super) fn new(features: usize) -> Self {
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
    pub(super) fn scores(&self, features: &[u32], told: &[f32; NUMBERS]) -> [f32; COLUMNS] {
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

    /// Lets a yes hold sooner than where it is as likely as a no: of insults and spam there are more than what is only
    /// taken for granted to be none would have it.
    pub(super) fn ease(&mut self) {
        for ((question, _, answers), first) in GROUPS.iter().zip(first_columns()) {
            let ease = match question {
                Question::Abuse => 1.25,
                Question::Spam => 1.0,
                _ => continue,
            };
            self.biases[first..first + answers.len()].iter_mut().for_each(|bias| *bias += ease);
        }
    }

    /// Learns from `lessons`, in an order that depends on nothing but their number.
    pub(super) fn learn(&mut self, lessons: &[Lesson], steps: Steps) {
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
                slopes[target.first] += target.weight * (random::share(scores[0]) - target.answer as f32);
                continue;
            }
            let top = scores.iter().copied().fold(f32::MIN, f32::max);
            let is_one = |at: usize| target.among & 1 << at != 0;
            let shares: Vec<f32> =
                (0..).zip(scores).map(|(at, score)| if is_one(at) { random::exp(score - top) } else { 0.0 }).collect();
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

/// Another order of so many things each round.
fn order(count: usize, round: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut random = Random::new(round);
    for at in (1..count).rev() {
        order.swap(at, random.below(at + 1));
    }
    order
}
