//! Strings from JSON, borrowed where the network wrote them without escapes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::model::Span;

/// A JSON string, borrowed from the body unless it holds escapes. Works inside `Option`, unlike `Cow`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<'a>(pub Cow<'a, str>);

impl Text<'_> {
    /// The string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E: Error>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }
        deserializer.deserialize_str(Any)
    }
}

/// `text` with `&amp; &lt; &gt; &quot; &#39;` decoded once. A text without `&` is not copied.
///
/// X escapes exactly these in the `text` of a post (fact sheet x, trap 5); where spans have to move along, see [`super::Plain`].
pub fn decode_entities(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('&') {
        return text;
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, character) = entity_at(rest).map_or((1, '&'), |(entity, character)| (entity.len(), character));
        decoded.push(character);
        rest = &rest[length..];
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// The entity that `text` begins with, and what it stands for.
pub(super) fn entity_at(text: &str) -> Option<(&'static str, char)> {
    if !text.starts_with('&') {
        return None;
    }
    ENTITIES.into_iter().find(|(entity, _)| text.starts_with(entity))
}

const ENTITIES: [(&str, char); 5] = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&#39;", '\'')];

/// Turns offsets in code points into byte offsets of one text, walking it once for rising offsets.
#[derive(Debug)]
pub struct CodePoints<'a> {
    text: &'a str,
    ascii: bool,
    code_point: usize,
    byte: usize,
}

impl<'a> CodePoints<'a> {
    /// For `text`.
    pub fn new(text: &'a str) -> Self {
        Self { text, ascii: text.is_ascii(), code_point: 0, byte: 0 }
    }

    /// The byte offset of the code point at `offset`; `None` beyond the end.
    pub fn byte(&mut self, offset: usize) -> Option<usize> {
        if self.ascii {
            return (offset <= self.text.len()).then_some(offset);
        }
        if offset < self.code_point {
            (self.code_point, self.byte) = (0, 0);
        }
        for character in self.text[self.byte..].chars().take(offset - self.code_point) {
            self.byte += character.len_utf8();
            self.code_point += 1;
        }
        (self.code_point == offset).then_some(self.byte)
    }

    /// The span of the code points from `start` to `end`.
    pub fn span(&mut self, start: usize, end: usize) -> Option<Span> {
        let start = self.byte(start)?;
        Span::new(start, self.byte(end)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_borrowed_unless_escaped() {
        let plain: Option<Text> = serde_json::from_str(r#""plain""#).unwrap();
        assert!(matches!(plain, Some(Text(Cow::Borrowed("plain")))));
        let escaped: Text = serde_json::from_str(r#""a\nb""#).unwrap();
        assert_eq!(escaped.as_str(), "a\nb");
    }

    #[test]
    fn entities_are_decoded_once() {
        assert_eq!(decode_entities("a &amp;lt; b &gt; c & d &nbsp;".into()), "a &lt; b > c & d &nbsp;");
        assert!(matches!(decode_entities("plain".into()), Cow::Borrowed(_)));
    }

    #[test]
    fn code_points_become_bytes_after_emoji_and_backwards() {
        let text = "é👍 @acme";
        let mut points = CodePoints::new(text);
        assert_eq!(points.span(3, 8).unwrap().of(text), "@acme");
        assert_eq!(points.span(0, 1).unwrap().of(text), "é");
        assert_eq!(points.byte(9), None);
    }
}
