//! Is a draft the same as, or nearly the same as, what was sent before?
//!
//! Texts are compared as words without case, marks, mentions, links, names, greeting and signature, all numbers alike.
//! Nearly the same is what shares most of its runs of three words. Time grows with the length of the texts, which counts up
//! to a bound.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use crate::triage::reading::Reading;

/// Words beyond these are not compared.
const MOST_WORDS: usize = 1024;

/// What is left of a text to compare.
#[derive(Debug)]
pub(super) struct Fingerprint {
    /// Of the words in order.
    digest: u64,
    /// Of each run of three words, in order of the hashes, each once.
    shingles: Vec<u64>,
    /// How many words there are.
    pub(super) words: usize,
}

impl Fingerprint {
    /// Of a text of which `folded` is the lower case without mentions and links; `names` are left out, in lower case.
    pub(super) fn of(folded: &str, names: &[String]) -> Self {
        let body = without_signature(without_greeting(folded));
        let words = body.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
        let told = words.filter(|word| !names.iter().any(|name| name == word)).take(MOST_WORDS);
        let words: Vec<u64> = told.map(word_hash).collect();
        let mut shingles: Vec<u64> = match words.len() {
            0..3 => vec![hash(&words)],
            _ => words.windows(3).map(hash).collect(),
        };
        shingles.sort_unstable();
        shingles.dedup();
        Self { digest: hash(&words), shingles, words: words.len() }
    }

    /// How much two texts have in common, from 0 to 1.
    pub(super) fn in_common(&self, other: &Self) -> f64 {
        if self.digest == other.digest && self.words == other.words {
            return 1.0;
        }
        let (mut one, mut two, mut both) = (0, 0, 0usize);
        while let (Some(left), Some(right)) = (self.shingles.get(one), other.shingles.get(two)) {
            both += usize::from(left == right);
            one += usize::from(left <= right);
            two += usize::from(right <= left);
        }
        // The same words in another order are nearly the same, not the same.
        (both as f64 / (self.shingles.len() + other.shingles.len() - both) as f64).min(0.99)
    }
}

/// The words of names, in lower case.
pub(super) fn names(names: &[&str]) -> Vec<String> {
    let words = names.iter().flat_map(|name| name.split(|character: char| !character.is_alphanumeric()));
    words.filter(|word| word.chars().nth(1).is_some()).map(|word| Reading::of(word, &[]).folded).collect()
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
        let of = |text: &str| Fingerprint::of(&Reading::of(text, &[]).folded, &names);
        of(one).in_common(&of(other))
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
