//! Is a draft the same as, or nearly the same as, what was sent before?
//!
//! Texts are compared as words without case, marks, mentions, links, names, greeting and signature, all numbers alike.
//! Nearly the same is what shares most of its runs of three words. Time grows with the length of the texts, which counts up
//! to a bound.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::plain::Plain;
use crate::triage::reading::Reading;

/// Words beyond these are not compared.
const MOST_WORDS: usize = 1024;

/// What is left of a text to compare it with others: hashes, no words.
///
/// To be made once of what was sent and kept in memory beside it; another version of careline may hash otherwise.
#[derive(Clone, Debug)]
pub struct Fingerprint {
    /// Of the words in order.
    digest: u64,
    /// Of each word in order.
    words: Vec<u64>,
    /// Of each run of three words, in order of the hashes, each once.
    shingles: Vec<u64>,
    word_sketch: Sketch,
    shingle_sketch: Sketch,
}

impl Fingerprint {
    /// Of what was sent; takes time and memory by its length, which counts up to a bound.
    pub fn new(text: &str) -> Self {
        Self::of(&Reading::of(&Plain::new(text).text, &[]).folded)
    }

    /// Of a text of which `folded` is the lower case without mentions and links.
    pub(super) fn of(folded: &str) -> Self {
        let body = without_signature(without_greeting(folded));
        let words = body.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
        Self::of_words(words.take(MOST_WORDS).map(word_hash).collect())
    }

    fn of_words(words: Vec<u64>) -> Self {
        let mut shingles: Vec<u64> = match words.len() {
            0..3 => vec![hash(&words)],
            _ => words.windows(3).map(hash).collect(),
        };
        shingles.sort_unstable();
        shingles.dedup();
        Self {
            digest: hash(&words),
            word_sketch: Sketch::of(&words),
            shingle_sketch: Sketch::of(&shingles),
            words,
            shingles,
        }
    }

    /// The same without these names.
    pub(super) fn without(&self, names: &[u64]) -> Cow<'_, Self> {
        let named = |name: &u64| self.word_sketch.may_hold(*name) && self.words.contains(name);
        if !names.iter().any(named) {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self::of_words(self.words.iter().copied().filter(|word| !names.contains(word)).collect()))
    }

    /// How many words there are.
    pub(super) fn words(&self) -> usize {
        self.words.len()
    }

    /// How much two texts have in common, from 0 to 1.
    pub(super) fn in_common(&self, other: &Self) -> f64 {
        if self.is_same(other) {
            return 1.0;
        }
        let (mut one, mut two, mut both) = (0, 0, 0usize);
        while let (Some(left), Some(right)) = (self.shingles.get(one), other.shingles.get(two)) {
            both += usize::from(left == right);
            one += usize::from(left <= right);
            two += usize::from(right <= left);
        }
        self.share(other, both)
    }

    /// Whether they may have so much in common; quick, and never wrong when it says no.
    pub(super) fn may_have(&self, other: &Self, in_common: f64) -> bool {
        let most = self.shingles.len() - self.shingle_sketch.missing_in(&other.shingle_sketch);
        self.share(other, most) >= in_common || self.is_same(other)
    }

    fn is_same(&self, other: &Self) -> bool {
        self.digest == other.digest && self.words.len() == other.words.len()
    }

    /// How much `both` of all their runs of words are.
    fn share(&self, other: &Self, both: usize) -> f64 {
        // The same words in another order are nearly the same, not the same.
        (both as f64 / (self.shingles.len() + other.shingles.len() - both) as f64).min(0.99)
    }
}

/// A few bits of each of many hashes: what has a bit that is not here is not among them.
#[derive(Clone, Copy, Debug, Default)]
struct Sketch([u64; Self::LANES]);

impl Sketch {
    const LANES: usize = 4;

    fn of(hashes: &[u64]) -> Self {
        let mut sketch = Self::default();
        for hash in hashes {
            let (lane, bit) = Self::place(*hash);
            sketch.0[lane] |= bit;
        }
        sketch
    }

    fn place(hash: u64) -> (usize, u64) {
        ((hash & 3) as usize, 1 << (hash >> 2 & 63))
    }

    fn may_hold(&self, hash: u64) -> bool {
        let (lane, bit) = Self::place(hash);
        self.0[lane] & bit != 0
    }

    /// So many hashes of this one, at least, are not in the other.
    fn missing_in(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).map(|(ours, theirs)| (ours & !theirs).count_ones() as usize).sum()
    }
}

/// The hashes of the words of names.
pub(super) fn names(names: &[&str]) -> Vec<u64> {
    let words = names.iter().flat_map(|name| name.split(|character: char| !character.is_alphanumeric()));
    // Numbers are all alike, also where they are names.
    let words = words.filter(|word| word.chars().nth(1).is_some() && !word.chars().any(char::is_numeric));
    words.map(|word| word_hash(&Reading::of(word, &[]).folded)).collect()
}

fn word_hash(word: &str) -> u64 {
    let number = word.chars().any(char::is_numeric);
    hash(if number { "0" } else { word })
}

fn hash<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Words that open a letter, in the languages of the guards.
#[rustfmt::skip]
const GREETINGS: [&str; 36] = [
    "hi", "hey", "hello", "dear", "good morning", "good afternoon", "good evening", "hallo", "hej", "guten tag",
    "guten morgen", "guten abend", "liebe", "lieber", "sehr geehrte", "sehr geehrter", "bonjour", "bonsoir", "salut",
    "cher", "chère", "hola", "buenos días", "buenas tardes", "estimado", "estimada", "ciao", "buongiorno", "salve",
    "gentile", "olá", "oi", "bom dia", "boa tarde", "beste", "cześć",
];
/// So many words may a greeting with its name have after the word that greets.
const GREETED: usize = 4;
/// So many words may a signature have.
const SIGNED: usize = 4;

/// What comes after "Hi Anna," at the start.
fn without_greeting(folded: &str) -> &str {
    let text = folded.trim_start();
    let greets = |greeting: &&&str| {
        text.strip_prefix(**greeting).is_some_and(|rest| !rest.chars().next().is_some_and(char::is_alphanumeric))
    };
    let Some(greeting) = GREETINGS.iter().filter(greets).max_by_key(|greeting| greeting.len()) else { return text };
    let rest = &text[greeting.len()..];
    match rest.find([',', '!', '.', ':', '\n', '–', '—']) {
        Some(end) if rest[..end].split_whitespace().take(GREETED + 1).count() <= GREETED => &rest[end..],
        _ => rest,
    }
}

/// What comes before "^AB", "/Anna" or "– Anna, Acme" at the end.
fn without_signature(folded: &str) -> &str {
    let text = folded.trim_end();
    let Some(at) = text.rfind(['^', '~', '/', '-', '–', '—', '|']) else { return text };
    let opens = text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
    let short = text[at..].split_whitespace().take(SIGNED + 1).count() <= SIGNED;
    let ends = !text[at..].contains(['.', '?', '!']);
    if opens && short && ends { text[..at].trim_end_matches(['-', '–', '—', ' ']) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_common(one: &str, other: &str) -> f64 {
        let names = names(&["Anna Kowalska", "Ben"]);
        let of = |text: &str| Fingerprint::new(text).without(&names).into_owned();
        let (one, other) = (of(one), of(other));
        let in_common = one.in_common(&other);
        assert!(one.may_have(&other, in_common), "the quick look must not say no to {in_common}");
        in_common
    }

    const ANSWER: &str = "We are sorry for the delay. Your parcel leaves our house tomorrow morning.";

    #[test]
    fn case_space_mentions_names_signature_and_numbers_make_no_difference() {
        for other in [
            "we are sorry for the DELAY!   Your parcel leaves our house tomorrow morning",
            "@anna We are sorry for the delay. Your parcel leaves our house tomorrow morning.",
            "Hi Zoe, we are sorry for the delay. Your parcel leaves our house tomorrow morning. ^BK",
            "Anna, we are sorry for the delay. Your parcel leaves our house tomorrow morning. – Zoe, Acme",
            "Hallo Zoe! We are sorry for the delay.\nYour parcel leaves our house tomorrow morning.\n/Ben",
        ] {
            assert_eq!(in_common(ANSWER, other), 1.0, "{other}");
        }
        assert_eq!(in_common("Ticket 17 is open for you now.", "Ticket 4711 is open for you now."), 1.0);
    }

    #[test]
    fn a_changed_word_is_nearly_the_same_and_another_answer_is_not() {
        let near = in_common(ANSWER, "We are sorry for the delay. Your parcel leaves our store tomorrow morning.");
        assert!((0.5..0.99).contains(&near), "{near}");
        let far = in_common(ANSWER, "We are sorry for the trouble. Have you tried to reset the kettle?");
        assert!(far < 0.3, "{far}");
        assert_eq!(in_common("one two three four five six", "six five four three two one"), 0.0);
        assert!(in_common("a a a a a", "a a a a a a") < 1.0);
    }

    #[test]
    fn what_is_left_of_nothing_is_the_same_nothing() {
        assert_eq!(in_common("", "  @acme ^ab"), 1.0);
        assert_eq!(in_common("", "now"), 0.0);
    }
}
