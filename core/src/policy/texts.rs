//! Texts shown to customers, by language.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A text shown to a customer, by language as a BCP 47 tag: `{ en = "Hello", de = "Hallo" }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Texts(pub BTreeMap<String, String>);

impl Texts {
    /// The text for a reader of `tag`: in that very language, in a variant of it, in English, or in any that is there.
    pub fn in_language(&self, tag: &str) -> Option<&str> {
        self.in_first_of(&[tag, "en"])
    }

    /// The text in the first of these languages that is there, or else in any.
    pub fn in_first_of(&self, tags: &[&str]) -> Option<&str> {
        tags.iter().find_map(|tag| self.in_one(tag)).or_else(|| self.0.values().next().map(String::as_str))
    }

    fn in_one(&self, tag: &str) -> Option<&str> {
        let by = |fits: &dyn Fn(&str) -> bool| self.0.iter().find(|(key, _)| fits(key)).map(|(_, text)| text.as_str());
        by(&|key| key.eq_ignore_ascii_case(tag))
            .or_else(|| by(&|key| key.eq_ignore_ascii_case(base_language(tag))))
            .or_else(|| by(&|key| same_language(key, tag)))
    }
}

/// The language of a tag without script and region: `pt` of `pt-BR`.
pub fn base_language(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

/// Whether two tags name the same language, whatever script and region they name.
pub fn same_language(one: &str, other: &str) -> bool {
    base_language(one).eq_ignore_ascii_case(base_language(other))
}

/// Whether a text has the form of a BCP 47 tag: `de`, `pt-BR`, `zh-Hant-TW`.
pub(super) fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let base = parts.next().unwrap_or_default();
    (2..=3).contains(&base.len())
        && base.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pairs: &[(&str, &str)]) -> Texts {
        Texts(pairs.iter().map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn the_nearest_language_wins() {
        let texts = texts(&[("de", "Hallo"), ("en", "Hello"), ("pt-BR", "Oi")]);
        for (tag, text) in
            [("de", "Hallo"), ("de-AT", "Hallo"), ("DE", "Hallo"), ("pt", "Oi"), ("pt-PT", "Oi"), ("fi", "Hello")]
        {
            assert_eq!(texts.in_language(tag), Some(text), "{tag}");
        }
        assert_eq!(texts.in_first_of(&["fi", "de", "en"]), Some("Hallo"));
    }

    #[test]
    fn any_language_is_better_than_none() {
        assert_eq!(texts(&[("fr", "Bonjour")]).in_language("fi"), Some("Bonjour"));
        assert_eq!(texts(&[]).in_language("fi"), None);
    }

    #[test]
    fn language_tags_are_told_from_other_words() {
        for tag in ["de", "pt-BR", "zh-Hant-TW", "und"] {
            assert!(is_language_tag(tag), "{tag}");
        }
        for word in ["", "german", "d", "de_AT", "de-", "12"] {
            assert!(!is_language_tag(word), "{word}");
        }
    }
}
