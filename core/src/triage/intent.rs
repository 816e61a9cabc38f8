//! What does the author want, how urgent is it, and is it settled?

use crate::model::Question;

use super::Evidence;
use super::bounded::Bounded;
use super::lexicon::{Hit, Topic};
use super::reading::Reading;

/// Adds what speaks for which intent, for urgency, for a risk, and against a response to what is settled.
pub(super) fn assess(reading: &Reading, hits: &[Hit], evidence: &mut Evidence) {
    intents(reading, hits, evidence);
    yes_or_no(hits, Topic::Urgency, Question::Urgency, "text.urgent_word", evidence);
    yes_or_no(hits, Topic::Risk, Question::Risk, "text.risk_word", evidence);
    let closing = hits.iter().find(|hit| hit.topic == Topic::Closing);
    if let (Some(hit), 0) = (closing, reading.question_marks.count) {
        evidence.add(Question::NeedsResponse, "no", hit.weight, "text.settled", Some(hit.span()));
    }
}

fn intents(reading: &Reading, hits: &[Hit], evidence: &mut Evidence) {
    if let Some(span) = reading.question_marks.first {
        evidence.add(Question::Intent, "question", 1.5, "text.question_mark", Some(span));
    }
    if reading.folded.starts_with("rt ") {
        evidence.add(Question::Intent, "chatter", 2.0, "text.repost", None);
    }
    if reading.words == 0 {
        evidence.add(Question::Intent, "chatter", 1.5, "text.no_words", None);
    }
    let mut findings = Bounded::new(evidence, Question::Intent);
    let mut seen = [0u8; 5];
    for hit in hits {
        let (value, rule, place) = match hit.topic {
            Topic::Complaint => ("complaint", "text.complaint_word", 0),
            Topic::Question => ("question", "text.question_word", 1),
            Topic::Request => ("request", "text.request_word", 2),
            Topic::Praise => ("praise", "text.praise_word", 3),
            Topic::Chatter => ("chatter", "text.chatter_word", 4),
            _ => continue,
        };
        // The second word for the same intent says less than the first.
        let weight = hit.weight / f32::from(seen[place] + 1);
        seen[place] = seen[place].saturating_add(1).min(7);
        findings.add(value, weight, rule, hit.span());
    }
    findings.finish();
}

/// Adds each word on `topic` as a yes to `about`.
pub(super) fn yes_or_no(hits: &[Hit], topic: Topic, about: Question, rule: &'static str, evidence: &mut Evidence) {
    let mut findings = Bounded::new(evidence, about);
    for hit in hits.iter().filter(|hit| hit.topic == topic) {
        findings.add("yes", hit.weight, rule, hit.span());
    }
    findings.finish();
}
