//! Which language is a text in? Its script, where only one language is written in it, else a model of letter sequences and
//! words. The network's own tag is evidence like the others.

pub mod symbols;
pub mod weights;

use compact_str::CompactString;

use crate::model::{Question, Span};

use self::symbols::{Symbols, Written, written_in};
use self::weights::Table;
use super::Evidence;
use super::conclude::leading;
use super::reading::Reading;

/// The languages that are told apart, as ISO 639-1 codes in order. Hindi in Latin letters is told as `hi-Latn`.
pub const LANGUAGES: &[&str] = &[
    "af", "am", "ar", "az", "be", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr",
    "gl", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "km", "kn", "ko", "lo", "lt", "lv",
    "mk", "ml", "mr", "ms", "my", "nl", "no", "pa", "pl", "pt", "ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw",
    "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh",
];

/// What the network's tag is worth: a clear text overrules it.
const TAG: f32 = 4.0;
/// What a script of one language is worth.
const SCRIPT: f32 = 5.0;
/// The most that the model is worth.
const MODEL: f32 = 6.0;
/// What saying nothing is worth: with less the language stays `und`.
const NOTHING: f32 = 0.9;
/// The logarithm of the odds of two in five. With less a language is a guess among dozens.
const GUESS: f32 = -0.405;

/// The language `text` is in, as a BCP 47 tag; `None` where naming one would be a guess: two in five would be right.
///
/// ```
/// use careline::triage::language;
///
/// assert_eq!(language::detect("Mein Paket ist immer noch nicht angekommen"), Some("de"));
/// assert_eq!(language::detect("👍 123"), None);
/// ```
pub fn detect(text: &str) -> Option<&'static str> {
    let found = find(&Reading::of(text, &[]))?;
    (found.weight > NOTHING).then_some(found.language)
}

/// Adds what speaks for which language; gives the one it comes to, or `und`.
pub(super) fn assess(tag: Option<&str>, reading: &Reading, evidence: &mut Evidence) -> CompactString {
    let tag = tag.and_then(known_tag);
    if let Some(found) = find(reading) {
        // A tag that says more than the language, as `pt-BR` does, is not contradicted by the language.
        let same = tag.as_ref().filter(|tag| tag.split('-').next() == Some(found.language));
        let language = same.cloned().unwrap_or_else(|| found.language.into());
        evidence.add(Question::Language, language, found.weight, found.rule, found.span);
    }
    if let Some(tag) = tag {
        evidence.add(Question::Language, tag, TAG, "message.language", None);
    }
    leading(evidence.findings(), &Question::Language).unwrap_or_else(|| CompactString::const_new("und"))
}

/// A network's tag as BCP 47; `None` for the codes that mean "no language" (X: `und`, `qme`, `zxx` …).
fn known_tag(tag: &str) -> Option<CompactString> {
    let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    match primary.as_str() {
        "" | "und" | "zxx" | "mul" | "mis" => None,
        "in" => Some("id".into()),
        "iw" => Some("he".into()),
        "nb" | "nn" => Some("no".into()),
        "fil" => Some("tl".into()),
        private if private.len() == 3 && private.starts_with('q') => None,
        _ => Some(tag.replace('_', "-").into()),
    }
}

struct Found {
    language: &'static str,
    weight: f32,
    rule: &'static str,
    span: Option<Span>,
}

fn find(reading: &Reading) -> Option<Found> {
    let script = match written_in(&reading.letters)? {
        Written::Telling(language) => {
            return Some(Found { language, weight: SCRIPT, rule: "text.script", span: None });
        }
        Written::Shared(script) => script,
    };
    let symbols = Symbols::read(&reading.folded, script);
    if symbols.is_too_short() || symbols.is_disguised() {
        return None;
    }
    let told = Table::built_in(script).tell(&symbols);
    let weight = (told.log_odds - GUESS + NOTHING).min(MODEL);
    let (start, end) = told.loudest;
    let span = Span::new(symbols.place(start), symbols.place(end));
    (weight > 0.0).then_some(Found { language: told.language, weight, rule: "text.language_model", span })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assessed(tag: Option<&str>, text: &str) -> (CompactString, Evidence) {
        let mut evidence = Evidence::default();
        let language = assess(tag, &Reading::of(text, &[]), &mut evidence);
        (language, evidence)
    }

    #[test]
    fn a_clear_text_overrules_the_tag_and_a_short_one_does_not() {
        let german = "Mein Paket ist immer noch nicht angekommen und niemand antwortet mir";
        assert_eq!(assessed(Some("en"), german).0, "de");
        assert_eq!(assessed(Some("en"), "super").0, "en");
        assert_eq!(assessed(Some("en"), "Где моя посылка? Её всё нет").0, "ru");
    }

    #[test]
    fn tags_are_read_as_networks_write_them() {
        for (tag, language) in [("iw", "he"), ("in", "id"), ("nb", "no"), ("fil", "tl"), ("pt_BR", "pt-BR")] {
            assert_eq!(assessed(Some(tag), "123").0, language);
        }
        for tag in ["und", "qme", "zxx", ""] {
            assert_eq!(assessed(Some(tag), "123").0, "und", "{tag}");
        }
        let portuguese = "Meu pacote ainda não chegou, onde ele está?";
        assert_eq!(assessed(Some("pt-BR"), portuguese).0, "pt-BR", "the text does not contradict the country");
    }

    #[test]
    fn the_word_that_spoke_loudest_is_shown() {
        let text = "@acme 😡 Warum antwortet ihr nicht?";
        let (_, evidence) = assessed(None, text);
        let [finding] = evidence.findings() else { panic!("{evidence:?}") };
        let word = &text[finding.span.unwrap().start as usize..finding.span.unwrap().end as usize];
        assert!(["Warum", "antwortet", "ihr", "nicht"].contains(&word), "{word:?}");
        assert_eq!((finding.rule.as_str(), finding.value.as_str()), ("text.language_model", "de"));
    }

    #[test]
    fn every_language_of_a_script_or_a_table_is_listed() {
        let shared = weights::SCRIPTS.into_iter().flat_map(weights::languages).copied();
        let telling = super::super::reading::SCRIPTS.iter().map(|(_, _, language)| *language);
        let mut known: Vec<&str> = shared.chain(telling).filter(|language| *language != "hi-Latn").collect();
        known.sort_unstable();
        known.dedup();
        assert_eq!(known, LANGUAGES);
    }
}
