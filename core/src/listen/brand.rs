//! The brand's name, listening terms and noise.

use aho_corasick::AhoCorasick;

use crate::model::Span;
use crate::policy::Listening;
use crate::triage::lexicon::{automaton, bounds, same_length_folded, stands_alone};

/// The words of a policy that tell whether a text is about the brand, compiled.
#[derive(Debug)]
pub(crate) struct BrandTerms {
    automaton: AhoCorasick,
    /// Whether each pattern is noise, and which of its edges must be edges of a word.
    kinds: Vec<(bool, (bool, bool))>,
    name: String,
}

/// The first term and the first noise in a text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    pub(crate) term: Option<Span>,
    pub(crate) noise: Option<Span>,
}

impl BrandTerms {
    /// Compiles the brand's name, the terms and the noise. Terms of several words are found written together too, as tags are.
    pub(crate) fn new(name: &str, listening: &Listening) -> Self {
        let mut patterns = Vec::new();
        let mut kinds = Vec::new();
        let terms = std::iter::once(name).chain(listening.terms.iter().map(String::as_str)).map(|term| (term, false));
        for (term, noise) in terms.chain(listening.noise.iter().map(|noise| (noise.as_str(), true))) {
            let folded = same_length_folded(term);
            let together: String = folded.split_whitespace().collect();
            let spellings = if together == folded || noise { vec![folded] } else { vec![folded, together] };
            for spelling in spellings.into_iter().filter(|spelling| !spelling.is_empty()) {
                kinds.push((noise, bounds(&spelling, &spelling)));
                patterns.push(spelling);
            }
        }
        Self { automaton: automaton(&patterns), kinds, name: letters(name).collect() }
    }

    /// The first term and the first noise in `folded`.
    pub(crate) fn find(&self, folded: &str) -> Found {
        let mut found = Found::default();
        for hit in self.automaton.find_overlapping_iter(folded) {
            let (noise, bounded) = self.kinds[hit.pattern().as_usize()];
            let place = if noise { &mut found.noise } else { &mut found.term };
            if place.is_none() && stands_alone(folded, hit.start(), hit.end(), bounded) {
                *place = Span::new(hit.start(), hit.end());
            }
        }
        found
    }

    /// Whether a handle is the brand's name but for spaces and signs.
    pub(crate) fn is_name(&self, handle: &str) -> bool {
        !self.name.is_empty() && letters(handle).eq(self.name.chars())
    }

    /// Whether a handle begins or ends with the brand's name: @acmehelp, @theacme. Short names say too little.
    pub(crate) fn is_like_name(&self, handle: &str) -> bool {
        let handle: String = letters(handle).collect();
        self.name.chars().count() >= 4
            && handle != self.name
            && (handle.starts_with(&self.name) || handle.ends_with(&self.name))
    }
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase)
}
