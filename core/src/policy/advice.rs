//! When a host's own model is asked, and how long it may take.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duration::{self, DurationText};
use crate::model::Certainty;

/// When a host's own model is asked, and how long it may take.
///
/// Without `below` and `below_for` it is asked about each new message of a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdviceRules {
    /// After this its silence counts as its answer.
    #[serde(with = "duration")]
    #[schemars(with = "DurationText")]
    pub within: Duration,
    /// Ask only where we are unsure ourselves: where of `needs_response`, `intent`, `category` and `sentiment` one is less
    /// certain than this, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// The same for single ones of these four, instead of `below`: `{ intent = 0.8, sentiment = 0 }`. Those that neither
    /// names count as sure.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub below_for: BTreeMap<String, f64>,
}

impl Default for AdviceRules {
    fn default() -> Self {
        Self { within: Duration::from_secs(10), below: None, below_for: BTreeMap::new() }
    }
}

/// An answer of ours that the policy calls too unsure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Doubt {
    /// Which: `needs_response`, `intent`, `category` or `sentiment`.
    pub question: &'static str,
    /// How sure we are.
    pub certainty: f32,
    /// How sure the policy wants us to be.
    pub below: f64,
}

impl AdviceRules {
    /// What a figure can be given for.
    pub const QUESTIONS: [&'static str; 4] = ["needs_response", "intent", "category", "sentiment"];

    /// Whether advisors are asked about every message, however sure we are.
    pub fn asks_always(&self) -> bool {
        self.below.is_none() && self.below_for.is_empty()
    }

    /// Where we are less sure than the policy wants us to be.
    pub fn doubts(&self, certainty: &Certainty) -> impl Iterator<Item = Doubt> {
        let Certainty { needs_response, intent, category, sentiment, .. } = *certainty;
        let sure = [needs_response, intent, category, sentiment];
        Self::QUESTIONS.into_iter().zip(sure).filter_map(|(question, certainty)| {
            let below = self.below_for.get(question).copied().or(self.below)?;
            // In the certainty's own precision, in which 0.7 is not below 0.7.
            (certainty < below as f32).then_some(Doubt { question, certainty, below })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubts(rules: &AdviceRules) -> Vec<(&'static str, f64)> {
        let certainty =
            Certainty { needs_response: 0.9, intent: 0.43, category: 0.6, sentiment: 0.7, ..Certainty::default() };
        rules.doubts(&certainty).map(|doubt| (doubt.question, doubt.below)).collect()
    }

    #[test]
    fn a_question_s_own_figure_counts_before_that_of_all() {
        let mut rules = AdviceRules::default();
        assert!(rules.asks_always() && doubts(&rules).is_empty());
        rules.below_for = [("needs_response".to_owned(), 0.95)].into();
        assert_eq!(doubts(&rules), [("needs_response", 0.95)], "the others count as sure");
        rules.below = Some(0.7);
        rules.below_for.insert("category".to_owned(), 0.0);
        assert!(!rules.asks_always());
        assert_eq!(doubts(&rules), [("needs_response", 0.95), ("intent", 0.7)], "0.7 in 32 bits is not below 0.7");
    }
}
