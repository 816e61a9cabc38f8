//! Findings of many words under a bound: a long text must not make a long assessment.

use crate::model::{Question, Span};

use super::Evidence;

/// So many findings of one question name their place; the rest is one sum per answer.
const MOST: usize = 12;

/// Adds findings about one question, the first ones with their places.
#[derive(Debug)]
pub(super) struct Bounded<'a> {
    evidence: &'a mut Evidence,
    about: Question,
    count: usize,
    rest: Vec<(&'static str, f32)>,
}

impl<'a> Bounded<'a> {
    pub(super) fn new(evidence: &'a mut Evidence, about: Question) -> Self {
        Self { evidence, about, count: 0, rest: Vec::new() }
    }

    pub(super) fn add(&mut self, value: &'static str, weight: f32, rule: &'static str, span: Span) {
        self.count += 1;
        if self.count <= MOST {
            self.evidence.add(self.about.clone(), value, weight, rule, Some(span));
            return;
        }
        match self.rest.iter_mut().find(|(known, _)| *known == value) {
            Some((_, sum)) => *sum += weight,
            None => self.rest.push((value, weight)),
        }
    }

    pub(super) fn finish(self) {
        for (value, weight) in self.rest {
            self.evidence.add(self.about.clone(), value, weight, "text.and_more", None);
        }
    }
}
