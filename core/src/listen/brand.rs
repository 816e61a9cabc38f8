//! The brand's name, listening terms, noise and context.

use aho_corasick::AhoCorasick;

use crate::model::Span;
use crate::policy::Listening;
use crate::triage::lexicon::{automaton, bounds, same_length_folded, stands_alone};

/// The words of a policy that tell whether a text is about the brand, compiled.
#[derive(Debug)]
pub(crate) struct BrandTerms {
    automaton: AhoCorasick,
    /// What each pattern is, and which of its edges must be edges of a word.
    kinds: Vec<(Kind, (bool, bool))>,
    name: String,
    needs_context: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Term,
    Noise,
    Context,
}

/// The first term, noise and context in a text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    pub(crate) term: Option<Span>,
    pub(crate) noise: Option<Span>,
    pub(crate) context: Option<Span>,
}

impl BrandTerms {
    /// Compiles the brand's name, the terms, the noise and the context. Terms of several words are found written together too, as tags are.
    pub(crate) fn new<'a>(name: &'a str, listening: &'a Listening) -> Self {
        let mut patterns = Vec::new();
        let mut kinds = Vec::new();
        let of = |kind, words: &'a [String]| words.iter().map(move |word| (word.as_str(), kind));
        let terms = std::iter::once((name, Kind::Term)).chain(of(Kind::Term, &listening.terms));
        for (term, kind) in terms.chain(of(Kind::Noise, &listening.noise)).chain(of(Kind::Context, &listening.context))
        {
            let folded = same_length_folded(term);
            let together: String = folded.split_whitespace().collect();
            let spellings =
                if together == folded || kind != Kind::Term { vec![folded] } else { vec![folded, together] };
            for spelling in spellings.into_iter().filter(|spelling| !spelling.is_empty()) {
                kinds.push((kind, bounds(&spelling, &spelling)));
                patterns.push(spelling);
            }
        }
        let needs_context = !listening.context.is_empty();
        Self { automaton: automaton(&patterns), kinds, name: letters(name).collect(), needs_context }
    }

    /// Whether the name alone says too little.
    pub(crate) fn needs_context(&self) -> bool {
        self.needs_context
    }

    /// The first term, noise and context in `folded`.
    pub(crate) fn find(&self, folded: &str) -> Found {
        let mut found = Found::default();
        for hit in self.automaton.find_overlapping_iter(folded) {
            let (kind, bounded) = self.kinds[hit.pattern().as_usize()];
            let place = match kind {
                Kind::Term => &mut found.term,
                Kind::Noise => &mut found.noise,
                Kind::Context => &mut found.context,
            };
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
