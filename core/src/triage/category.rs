//! Which subject is it? Words of the built-in subjects and of the policy's own.

use compact_str::CompactString;

use crate::model::{Question, Span};
use crate::policy::CategoryRule;

use super::Evidence;
use super::lexicon::{Hit, LEXICON, Topic, automaton, bounds, same_length_folded, stands_alone};
use aho_corasick::AhoCorasick;

/// So many findings per text name their place.
const MOST: usize = 12;

/// The policy's own subjects, compiled.
#[derive(Debug)]
pub(crate) struct OwnCategories {
    automaton: AhoCorasick,
    terms: Vec<Term>,
    /// Built-in subjects that the policy describes anew.
    replaced: Vec<CompactString>,
}

#[derive(Debug)]
struct Term {
    category: CompactString,
    language: CompactString,
    bounded: (bool, bool),
}

impl OwnCategories {
    /// Compiles the terms of `rules`.
    pub(crate) fn new(rules: &[CategoryRule]) -> Self {
        let mut patterns = Vec::new();
        let mut terms = Vec::new();
        for rule in rules {
            for (language, words) in &rule.terms {
                for word in words.iter().map(|word| same_length_folded(word)).filter(|word| !word.is_empty()) {
                    terms.push(Term {
                        category: rule.id.as_str().into(),
                        language: language.as_str().into(),
                        bounded: bounds(&word, &word),
                    });
                    patterns.push(word);
                }
            }
        }
        let replaced = rules.iter().filter(|rule| !rule.terms.is_empty()).map(|rule| rule.id.as_str().into()).collect();
        Self { automaton: automaton(&patterns), terms, replaced }
    }

    fn find(&self, folded: &str, language: &str, mut found: impl FnMut(&CompactString, Span)) {
        if self.terms.is_empty() {
            return;
        }
        for hit in self.automaton.find_overlapping_iter(folded) {
            let term = &self.terms[hit.pattern().as_usize()];
            let spoken = term.language == "any" || language == "und" || same_primary(&term.language, language);
            let stands = spoken && stands_alone(folded, hit.start(), hit.end(), term.bounded);
            if let Some(span) = Span::new(hit.start(), hit.end()).filter(|_| stands) {
                found(&term.category, span);
            }
        }
    }
}

fn same_primary(left: &str, right: &str) -> bool {
    left.split('-').next() == right.split('-').next()
}

/// Adds what speaks for which subject.
pub(super) fn assess(folded: &str, language: &str, own: &OwnCategories, hits: &[Hit], evidence: &mut Evidence) {
    let mut tally: Vec<(CompactString, u16)> = Vec::new();
    let mut add = |category: &CompactString, weight: f32, rule: &'static str, span: Span| {
        let place = tally.iter().position(|(known, _)| known == category).unwrap_or_else(|| {
            tally.push((category.clone(), 0));
            tally.len() - 1
        });
        tally[place].1 += 1;
        // The same subject again says less each time, and no more at all after a while.
        if usize::from(tally[place].1) <= MOST / 2 {
            let weight = weight / f32::from(tally[place].1).sqrt();
            evidence.add(Question::Category, category.clone(), weight, rule, Some(span));
        }
        tally[place].1 = tally[place].1.min(MOST as u16);
    };
    own.find(folded, language, |category, span| add(category, 3.0, "policy.category", span));
    for hit in hits {
        if let Topic::Category(place) = hit.topic {
            let category = LEXICON.category(place);
            if !own.replaced.contains(category) {
                add(category, hit.weight, "text.category_word", hit.span());
            }
        }
    }
}
