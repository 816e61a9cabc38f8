//! A small linear model: what the words of a text speak for, beyond what the word lists know.
//!
//! One pass over the features of a text adds up a row of weights for each that the table knows. The lists' own sums are
//! inputs too, so the model knows what they are worth.

use std::sync::LazyLock;

use crate::model::{Question, Rating, Span};

use super::reading::Reading;
use super::{Evidence, sentiment};

mod columns;
mod features;
mod weights;

use columns::listed;
pub use columns::{GROUPS, Shape};
pub(crate) use columns::{TOLD, WIDTH, told};
pub use columns::{doubt, last_resort};
pub(crate) use features::each;
pub use weights::Weights;

/// So many features of a text can be named as reasons; the ones after them count, too.
const NAMED: usize = 192;
/// Beyond so many known features each counts less: a long text is not surer than a short one.
const LONG: f32 = 40.0;

/// Less than this moves nothing.
const LITTLE: f32 = 0.4;
/// A yes that far from holding is not worth a word.
const FAR: f32 = 1.0;
/// So much words say at most on whether somebody should answer: less than it takes where nobody speaks to us.
const WORDS_ALONE: f32 = 2.0;
/// How far words are trusted with subjects: what teaches them is mostly of a few trades.
const SUBJECTS: f32 = 0.6;
/// An answer so far behind the first is out of the question.
const BEHIND: f32 = 2.5;
/// So many features of the first answer are named.
const SINGLE: usize = 2;

static WORDS: LazyLock<Weights<'static>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a test reads it")]
    Weights::read(include_bytes!("words.bin")).expect("the weights are a table")
});

/// Adds what the words speak for, beyond what `evidence` holds of the word lists.
///
/// Where the author has given a bad `rating`, that is what they want to say, however friendly the words.
pub(super) fn assess(rating: Option<Rating>, reading: &Reading, evidence: &mut Evidence) {
    let is_bad = rating.and_then(sentiment::share).is_some_and(|share| share <= sentiment::BAD);
    let told = told(reading, evidence.findings());
    let scores = Scores::new(&WORDS, &reading.folded, &told);
    if scores.named.is_empty() {
        return;
    }
    let mut first = 0;
    for (question, shape, answers) in &GROUPS {
        match shape {
            _ if is_bad && matches!(question, Question::Intent | Question::NeedsResponse) => {}
            Shape::One => scores.one(question, answers, first, &told, evidence),
            Shape::Each => scores.each(question, answers, first, &told, evidence),
        }
        first += answers.len();
    }
}

/// What the model makes of one text.
struct Scores<'a> {
    weights: &'a Weights<'a>,
    /// The score of each answer.
    scores: [f32; WIDTH],
    share: f32,
    named: Vec<(u32, u32, u32)>,
}

impl<'a> Scores<'a> {
    /// Reads `folded`, a text in lower case.
    fn new(weights: &'a Weights<'a>, folded: &str, told: &[f32; TOLD]) -> Self {
        let mut named = Vec::with_capacity(64);
        let mut sums = [0i32; WIDTH];
        let mut known = 0u32;
        each(folded, |hash, start, end| {
            let Some(row) = weights.row(hash) else { return };
            known += 1;
            for (sum, weight) in sums.iter_mut().zip(weights.weights(row)) {
                *sum += i32::from(*weight as i8);
            }
            if named.len() < NAMED {
                named.push((row, start as u32, end as u32));
            }
        });
        let share = share(known);
        let mut scores = weights.start(told);
        weights.finish(&mut scores, &sums, share);
        Self { weights, scores, share, named }
    }

    /// Answers of which one holds: what moves those that are in play, measured against the last resort.
    fn one(
        &self,
        question: &Question,
        answers: &[&'static str],
        first: usize,
        told: &[f32; TOLD],
        evidence: &mut Evidence,
    ) {
        let last = last_resort(question);
        let last_resort = first + answers.iter().position(|answer| *answer == last).unwrap_or_default();
        let score = |column: usize| self.scores[column] - self.scores[last_resort] + doubt(question);
        let best = (first..first + answers.len()).map(score).fold(f32::MIN, f32::max);
        for (answer, column) in answers.iter().zip(first..) {
            let listed = listed(told, question, answer);
            let trust = if *question == Question::Category { SUBJECTS } else { 1.0 };
            let moved = (score(column) - listed) * trust;
            let in_play = listed > 0.0 || score(column) > best - BEHIND;
            if column != last_resort && in_play && moved.abs() >= LITTLE {
                self.add(question, answer, column, moved, score(column) == best, evidence);
            }
        }
    }

    /// Answers that each hold or not.
    fn each(
        &self,
        question: &Question,
        answers: &[&'static str],
        first: usize,
        told: &[f32; TOLD],
        evidence: &mut Evidence,
    ) {
        for (answer, column) in answers.iter().zip(first..) {
            let listed = listed(told, question, answer);
            let mut moved = self.scores[column] + doubt(question) - listed;
            if *question == Question::NeedsResponse {
                // Words alone do not make a message one to us.
                moved = moved.clamp(-WORDS_ALONE, WORDS_ALONE);
            }
            if moved >= LITTLE && self.scores[column] > -FAR {
                self.add(question, answer, column, moved, true, evidence);
            } else if moved <= -LITTLE && (listed > 0.0 || *question == Question::NeedsResponse) {
                self.add(question, "no", column, -moved, false, evidence);
            }
        }
    }

    /// Adds that the words moved the score of `answer` by `moved`; the strongest by name where it is the `first`.
    fn add(
        &self,
        question: &Question,
        answer: &'static str,
        column: usize,
        moved: f32,
        first: bool,
        evidence: &mut Evidence,
    ) {
        let [strongest, second] = self.strongest(column, moved);
        let named = if first { second } else { None };
        if let Some((weight, span)) = named {
            evidence.add(question.clone(), answer, weight, "model.words", Some(span));
        }
        let rest = moved - named.map_or(0.0, |(weight, _)| weight);
        evidence.add(question.clone(), answer, rest, "model.words", strongest.map(|(_, span)| span));
    }

    /// The features that moved a column most, in the direction of `moved`, with their places.
    fn strongest(&self, column: usize, moved: f32) -> [Option<(f32, Span)>; SINGLE] {
        let mut strongest = [None; SINGLE];
        let factor = self.weights.scale(column) * self.share;
        for (row, start, end) in &self.named {
            let weight = f32::from(self.weights.weights(*row)[column] as i8) * factor;
            let span = Span { start: *start, end: *end };
            let stronger = |known: &Option<(f32, Span)>| known.is_none_or(|(least, _)| weight.abs() > least.abs());
            if weight * moved <= 0.0
                || weight.abs() < LITTLE
                || strongest.iter().flatten().any(|(_, known): &(f32, Span)| *known == span)
            {
                continue;
            }
            if let Some(place) = strongest.iter().position(stronger) {
                strongest[place..].rotate_right(1);
                strongest[place] = Some((weight, span));
            }
        }
        strongest
    }
}

/// What a feature counts in a text of so many.
pub fn share(known: u32) -> f32 {
    if known as f32 > LONG { (LONG / known as f32).sqrt() } else { 1.0 }
}
