//! What is the tone? Words and signs with a tone, turned by negators, strengthened by degree words and emphasis.

use crate::model::{Question, Rating};

use super::Evidence;
use super::bounded::Bounded;
use super::lexicon::{Hit, Topic};
use super::reading::Reading;

/// A rating that stands no higher between worst (0) and best (1) is a bad one.
pub(super) const BAD: f32 = 0.4;
/// A negator reaches this far, in bytes and in words.
const REACH: usize = 28;
const REACH_WORDS: usize = 3;
/// What a turned word is worth: "not good" is nearly bad, "not bad" is a little good.
const NOT_GOOD: f32 = 0.9;
const NOT_BAD: f32 = 0.4;
/// What comes before and after "but" is worth.
const BEFORE_TURN: f32 = 0.6;
const AFTER_TURN: f32 = 1.3;

/// Adds what speaks for which tone.
pub(super) fn assess(rating: Option<Rating>, reading: &Reading, hits: &[Hit], evidence: &mut Evidence) {
    if let Some(share) = rating.and_then(share) {
        let value = if share >= 0.7 {
            "positive"
        } else if share <= BAD {
            "negative"
        } else {
            "neutral"
        };
        evidence.add(Question::Sentiment, value, 3.0, "message.rating", None);
        if share <= BAD {
            evidence.add(Question::Intent, "complaint", 1.5, "message.rating", None);
        } else if share >= 0.7 {
            evidence.add(Question::Intent, "praise", 1.5, "message.rating", None);
        }
    }
    let emphasis = emphasis(reading);
    let turn = hits.iter().rev().find(|hit| hit.topic == Topic::Turn).map(|hit| hit.start);
    let mut findings = Bounded::new(evidence, Question::Sentiment);
    let (mut negator, mut degree): (Option<u32>, Option<(u32, f32)>) = (None, None);
    for hit in hits {
        let good = match hit.topic {
            Topic::Positive => true,
            Topic::Negative => false,
            Topic::Negator => {
                negator = Some(hit.end);
                continue;
            }
            Topic::Degree => {
                degree = Some((hit.end, hit.weight));
                continue;
            }
            _ => continue,
        };
        let mut weight = hit.weight * emphasis;
        if let Some((_, factor)) = degree.filter(|(end, _)| *end < hit.start && hit.start - end <= 2) {
            weight *= factor;
        }
        weight *= match turn {
            Some(turn) if hit.start < turn => BEFORE_TURN,
            Some(_) => AFTER_TURN,
            None => 1.0,
        };
        let turned = negator.is_some_and(|end| reaches(&reading.folded, end, hit.start));
        let span = hit.span();
        match (good, turned) {
            (true, false) => findings.add("positive", weight, "text.positive_word", span),
            (false, false) => findings.add("negative", weight, "text.negative_word", span),
            (true, true) => findings.add("negative", weight * NOT_GOOD, "text.negated_positive", span),
            (false, true) => findings.add("positive", weight * NOT_BAD, "text.negated_negative", span),
        }
    }
    findings.finish();
}

/// Where the rating stands between worst (0) and best (1).
pub(super) fn share(rating: Rating) -> Option<f32> {
    let share = (rating.value - rating.worst) / (rating.best - rating.worst);
    share.is_finite().then_some(share.clamp(0.0, 1.0))
}

fn emphasis(reading: &Reading) -> f32 {
    let exclaimed = 0.1 * reading.exclamation_marks.count.min(3) as f32;
    let shouted = if reading.shouted > 0 && reading.shouted < reading.words { 0.1 } else { 0.0 };
    1.0 + exclaimed + shouted
}

/// Whether what stands at `start` is in reach of a negator that ended at `end`: few words on, same clause.
fn reaches(folded: &str, end: u32, start: u32) -> bool {
    let (end, start) = (end as usize, start as usize);
    end <= start
        && start - end <= REACH
        && folded[end..start].bytes().all(|byte| !b".,;:!?\"()".contains(&byte))
        && folded[end..start].split_ascii_whitespace().count() <= REACH_WORDS
}
