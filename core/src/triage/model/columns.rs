//! What the model answers, and what it is told besides the words.

use crate::model::{Finding, Question};
use crate::triage::reading::Reading;

/// How many answers a row of weights has room for.
pub(crate) const WIDTH: usize = 32;

/// Answers of which one holds, or which hold or not each by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One of them.
    One,
    /// Each by itself.
    Each,
}

/// The questions the model answers: how, and with which answers. Their order is that of the columns.
pub const GROUPS: [(Question, Shape, &[&str]); 8] = [
    (Question::Sentiment, Shape::One, &["negative", "neutral", "positive"]),
    (
        Question::Intent,
        Shape::One,
        &["complaint", "question", "request", "problem_report", "praise", "suggestion", "closing", "chatter"],
    ),
    (
        Question::Category,
        Shape::One,
        &["product", "website", "technical", "billing", "delivery", "account", "service", "store", "safety", "other"],
    ),
    (Question::NeedsResponse, Shape::Each, &["yes"]),
    (Question::Urgency, Shape::Each, &["yes"]),
    (Question::Risk, Shape::Each, &["legal", "press", "safety", "churn", "self_harm"]),
    (Question::Abuse, Shape::Each, &["yes"]),
    (Question::Spam, Shape::Each, &["yes"]),
];

/// What the word lists and the form of a text come to, as numbers from 0 to about 2.
pub(crate) const TOLD: usize = 28;

/// What the model is told besides the words.
pub(crate) fn told(reading: &Reading, findings: &[Finding]) -> [f32; TOLD] {
    let mut told = [0.0; TOLD];
    // What a brand's own policy says, or a rating, is not in the words.
    for finding in findings.iter().filter(|finding| finding.rule.starts_with("text.")) {
        if let Some(place) = place(&finding.about, &finding.value) {
            told[place] += finding.weight;
        }
    }
    for sum in &mut told {
        *sum = sum.clamp(0.0, 8.0) / 4.0;
    }
    let counts = [
        reading.question_marks.count,
        reading.exclamation_marks.count,
        reading.shouted,
        reading.links.len(),
        reading.mentions.len(),
        reading.hashtags,
    ];
    for (place, count) in (20..).zip(counts) {
        told[place] = count.min(4) as f32 / 2.0;
    }
    told[26] = reading.words.min(40) as f32 / 20.0;
    told[27] = f32::from(reading.words <= 3);
    told
}

/// How loud an answer must be spoken for to hold: more than the last resort of its question, or more than a no.
pub const fn doubt(question: &Question) -> f32 {
    match question {
        Question::Spam | Question::Abuse | Question::Risk => 2.4,
        Question::Urgency => 2.0,
        Question::Sentiment | Question::Intent => 0.9,
        Question::Category => 0.8,
        _ => 0.0,
    }
}

/// The answer of a question that holds where nothing speaks for another.
pub fn last_resort(question: &Question) -> &'static str {
    match question {
        Question::Sentiment => "neutral",
        Question::Intent => "chatter",
        _ => "other",
    }
}

fn place(about: &Question, value: &str) -> Option<usize> {
    let of = |values: &[&str], first: usize| values.iter().position(|known| *known == value).map(|place| first + place);
    match about {
        Question::Sentiment => of(&["positive", "negative"], 0),
        Question::Intent => of(&["complaint", "question", "request", "praise", "chatter"], 2),
        Question::Urgency => of(&["yes"], 7),
        Question::Risk => of(&["yes"], 8),
        Question::Abuse => of(&["yes"], 9),
        Question::Spam => of(&["yes"], 10),
        Question::NeedsResponse => of(&["no"], 11),
        Question::Category => {
            of(&["product", "website", "technical", "billing", "delivery", "account", "service", "other"], 12)
        }
        _ => None,
    }
}

/// What the word lists say of an answer.
pub(super) fn listed(told: &[f32; TOLD], question: &Question, answer: &str) -> f32 {
    place(question, answer).map_or(0.0, |place| told[place] * 4.0)
}
