//! Bodies: checked once, repaired at most once.

use std::borrow::Cow;

use serde::Deserialize;

use crate::error::{Error, ErrorKind, Result};
use crate::model::RawRange;

/// A body as text, fit for a JSON parser.
///
/// ```
/// # use careline::wire::Body;
/// let body = Body::read(br#"{"text":"\ud83d alone"}"#);
/// let repaired;
/// let text: std::collections::BTreeMap<String, String> = match body.parse() {
///     Ok(text) => text,
///     Err(error) => {
///         repaired = body.repair().ok_or(error)?;
///         repaired.parse()?
///     }
/// };
/// assert_eq!(text["text"], "\u{fffd} alone");
/// # Ok::<(), careline::Error>(())
/// ```
#[derive(Debug)]
pub struct Body<'a> {
    text: Cow<'a, str>,
    repaired: bool,
}

impl<'a> Body<'a> {
    /// Reads `raw` as UTF-8; what is not becomes U+FFFD, and that is noted.
    pub fn read(raw: &'a [u8]) -> Self {
        match simdutf8::basic::from_utf8(raw) {
            Ok(text) => Self { text: Cow::Borrowed(text), repaired: false },
            Err(_) => Self { text: Cow::Owned(String::from_utf8_lossy(raw).into_owned()), repaired: true },
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it differs from the raw bytes.
    pub fn repaired(&self) -> bool {
        self.repaired
    }

    /// Where `part`, a piece of this text, stands in the raw body; `None` if the text was repaired, for offsets then differ.
    pub fn range_of(&self, part: &str) -> Option<RawRange> {
        if self.repaired { None } else { RawRange::of(part.as_bytes(), self.text.as_bytes()) }
    }

    /// Reads the text as JSON. Nesting is bounded by serde_json at 128 levels.
    ///
    /// # Errors
    /// `input_invalid` with line and column, never with the text around them.
    pub fn parse<'b, T: Deserialize<'b>>(&'b self) -> Result<T> {
        serde_json::from_str(&self.text).map_err(|error| unreadable(&error))
    }

    /// The one repair for a text that does not parse: escapes of lone surrogates become `\ufffd`.
    ///
    /// `None` if there is nothing to repair.
    pub fn repair(&self) -> Option<Self> {
        without_lone_surrogates(&self.text).map(|text| Body { text: Cow::Owned(text), repaired: true })
    }
}

/// What serde_json says without any of the input: it may be a customer's.
pub(crate) fn unreadable(error: &serde_json::Error) -> Error {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the JSON ends too early",
        serde_json::error::Category::Data => "the JSON does not have the expected form",
        _ => "this is no JSON",
    };
    Error::new(ErrorKind::InputInvalid, what).with("line", error.line()).with("column", error.column())
}

fn without_lone_surrogates(text: &str) -> Option<String> {
    let mut fixed = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        at += found;
        let length = match surrogate(text, at) {
            Some(Surrogate::High) if matches!(surrogate(text, at + 6), Some(Surrogate::Low)) => 12,
            Some(_) => {
                fixed.push_str(&text[kept..at]);
                fixed.push_str("\\ufffd");
                kept = at + 6;
                6
            }
            // An escape of any other kind: step over it, so that `\\ud800` stays a backslash and letters.
            None => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
        at += length;
    }
    if kept == 0 {
        return None;
    }
    fixed.push_str(&text[kept..]);
    Some(fixed)
}

enum Surrogate {
    High,
    Low,
}

/// The surrogate escaped at `at`, if `\uD800` to `\uDFFF` stands there.
fn surrogate(text: &str, at: usize) -> Option<Surrogate> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    match u32::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Surrogate::High),
        0xdc00..=0xdfff => Some(Surrogate::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_lone_surrogates_are_repaired() {
        let repaired = |text: &str| Body::read(text.as_bytes()).repair().map(|body| body.as_str().to_owned());
        assert_eq!(repaired(r#""\ud83d\ude00 \\ud83d \u00e9""#), None);
        assert_eq!(repaired(r#""\ud83d""#).unwrap(), r#""\ufffd""#);
        assert_eq!(repaired(r#""\ude00\ud83d\ud83d\ude00""#).unwrap(), r#""\ufffd\ufffd\ud83d\ude00""#);
    }

    #[test]
    fn bytes_that_are_no_utf8_are_replaced_and_noted() {
        let body = Body::read(b"\"a\xffb\"");
        assert!(body.repaired());
        assert_eq!(body.parse::<String>().unwrap(), "a\u{fffd}b");
        assert_eq!(body.range_of(body.as_str()), None);
    }

    #[test]
    fn errors_do_not_repeat_the_input() {
        let error = Body::read(br#"{"secret": tru}"#).parse::<serde_json::Value>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InputInvalid);
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    proptest! {
        #[test]
        fn any_text_can_be_looked_at_for_repair(text in r#"(\\|u|d83d|de00|é|"|[a-f0-9]){0,40}"#) {
            if let Some(fixed) = Body::read(text.as_bytes()).repair() {
                prop_assert!(fixed.repair().is_none(), "one repair is enough");
            }
        }
    }
}
