//! Words and phrases looked for in a text.

use std::borrow::Cow;
use std::ops::Range;

use regex::{Regex, RegexBuilder};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use unicode_normalization::UnicodeNormalization;

/// Words and phrases, ready to be looked for: whole words, upper and lower case alike, any white space between words.
///
/// In scripts that write no spaces between words a term is found anywhere.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    words: Vec<String>,
    pattern: Option<Regex>,
}

impl Terms {
    /// Makes these words ready. Empty words are never found.
    ///
    /// # Errors
    /// The words together are too many to look for at once: some hundred thousand.
    pub fn new(words: Vec<String>) -> Result<Self, regex::Error> {
        let alternatives: Vec<String> = words.iter().filter_map(|word| expression(word)).collect();
        let pattern = match alternatives.is_empty() {
            true => None,
            false => Some(RegexBuilder::new(&alternatives.join("|")).case_insensitive(true).build()?),
        };
        Ok(Self { words, pattern })
    }

    /// The words as written.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Where the first of the words stands in `text`, which is NFC as all of the model's texts are.
    pub fn find(&self, text: &str) -> Option<Range<usize>> {
        self.pattern.as_ref()?.find(text).map(|found| found.range())
    }
}

/// One term as a regular expression.
fn expression(word: &str) -> Option<String> {
    let word: String = word.nfc().collect();
    let parts: Vec<String> = word.split_whitespace().map(regex::escape).collect();
    let (first, last) = (word.trim_start().chars().next()?, word.trim_end().chars().next_back()?);
    let edge = |character| if needs_boundary(character) { r"\b" } else { "" };
    Some(format!("{}{}{}", edge(first), parts.join(r"\s+"), edge(last)))
}

/// Whether a word that begins or ends with this character must end there: not so for signs, nor where words touch.
fn needs_boundary(character: char) -> bool {
    let touching = matches!(u32::from(character),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF // Thai, Lao, Burmese, Khmer
        | 0x2E80..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF); // Chinese, Japanese
    (character.is_alphanumeric() || character == '_') && !touching
}

impl PartialEq for Terms {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl Eq for Terms {}

impl Serialize for Terms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.words.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Terms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for Terms {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Terms".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<String>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(words: &[&str], text: &'a str) -> Option<&'a str> {
        let terms = Terms::new(words.iter().map(|word| (*word).to_owned()).collect()).unwrap();
        terms.find(text).map(|range| &text[range])
    }

    #[test]
    fn whole_words_in_any_case_are_found() {
        assert_eq!(found(&["refund"], "I want a REFUND!"), Some("REFUND"));
        assert_eq!(found(&["refund"], "refunds are slow"), None);
        assert_eq!(found(&["größe"], "Falsche GRÖSSE? Falsche GRÖßE!"), Some("GRÖßE"));
        assert_eq!(found(&["money back"], "my money\n back"), Some("money\n back"));
    }

    #[test]
    fn signs_and_scripts_without_spaces_need_no_word_boundary() {
        assert_eq!(found(&["#acmefail"], "so #AcmeFail again"), Some("#AcmeFail"));
        assert_eq!(found(&["c++"], "no c++ here"), Some("c++"));
        assert_eq!(found(&["壊れた"], "昨日壊れたので"), Some("壊れた"));
        assert_eq!(found(&["a.b"], "axb"), None);
    }

    #[test]
    fn nothing_is_found_without_words() {
        assert_eq!(found(&[], "anything"), None);
        assert_eq!(found(&[" "], "any thing"), None);
    }
}
