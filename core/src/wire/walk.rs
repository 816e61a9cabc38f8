//! Walking a JSON text value by value, each with its place.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::body::unreadable;
use crate::error::{Error, ErrorKind, Result};

/// A place in a JSON text, from which values are read one by one.
///
/// Envelopes are walked, items are read with serde: so each item is parsed once, its bytes are known, and one that does not
/// have the expected form does not spoil its neighbours. A copy remembers a place to come back to.
///
/// ```
/// # use careline::wire::Walk;
/// let mut sum = 0;
/// Walk::new(r#"{"next": null, "data": [1, "two", 3]}"#).members(|key, walk| match key {
///     "data" => walk.items(|walk| {
///         let item = walk.value::<u32>()?;
///         sum += item.value.unwrap_or(0);
///         Ok(())
///     }),
///     _ => walk.skip().map(drop),
/// })?;
/// assert_eq!(sum, 4);
/// # Ok::<(), careline::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    text: &'a str,
    at: usize,
    failed: bool,
}

/// A value and the piece of text it was read from.
#[derive(Debug)]
pub struct Found<'a, T> {
    /// The text of the value, without space around it.
    pub part: &'a str,
    /// The value, or why it does not have the expected form.
    pub value: Result<T>,
}

impl<'a> Walk<'a> {
    /// Begins at the start of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, failed: false }
    }

    /// The first byte of the next value: `{`, `[`, `"` … `None` at the end.
    pub fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let space = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r')).count();
        self.at += space;
        rest.get(space).copied()
    }

    /// The first key of the object that stands here; `None` if there is none or it is written with escapes.
    pub fn first_key(mut self) -> Option<&'a str> {
        self.peek();
        self.expect(b'{').ok()?;
        self.peek();
        match self.key().ok()? {
            Cow::Borrowed(key) => Some(key),
            Cow::Owned(_) => None,
        }
    }

    /// The text from `start`, an earlier place in the same text, to here.
    pub fn since(self, start: Self) -> &'a str {
        self.text.get(start.at..self.at).unwrap_or_default()
    }

    /// Whether any value so far did not have the expected form.
    pub fn has_failed(self) -> bool {
        self.failed
    }

    /// Calls `each` with every key of the object that stands here; `each` reads exactly one value.
    ///
    /// # Errors
    /// `input_invalid` if no object stands here or the JSON is broken; what `each` returns.
    pub fn members(&mut self, mut each: impl FnMut(&str, &mut Self) -> Result<()>) -> Result<()> {
        self.list(b'{', b'}', |walk| {
            let key = walk.key()?;
            walk.expect(b':')?;
            each(&key, walk)
        })
    }

    /// Calls `each` before every item of the array that stands here; `each` reads exactly one value.
    ///
    /// # Errors
    /// `input_invalid` if no array stands here or the JSON is broken; what `each` returns.
    pub fn items(&mut self, each: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.list(b'[', b']', each)
    }

    /// Reads the value that stands here.
    ///
    /// # Errors
    /// `input_invalid` if the JSON is broken, so that nothing can be said about what follows. A value of another form is no
    /// error here but in [`Found::value`].
    pub fn value<T: Deserialize<'a>>(&mut self) -> Result<Found<'a, T>> {
        self.peek();
        let rest = &self.text[self.at..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        match values.next() {
            Some(Ok(value)) => {
                let part = &rest[..values.byte_offset()];
                self.at += part.len();
                Ok(Found { part, value: Ok(value) })
            }
            Some(Err(error)) => {
                self.failed = true;
                Ok(Found { part: self.skip()?, value: Err(unreadable(&error)) })
            }
            None => Err(broken()),
        }
    }

    /// Steps over the value that stands here and returns its text.
    ///
    /// # Errors
    /// `input_invalid` if the JSON is broken.
    pub fn skip(&mut self) -> Result<&'a str> {
        self.peek();
        let rest = &self.text[self.at..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => {
                let part = &rest[..values.byte_offset()];
                self.at += part.len();
                Ok(part)
            }
            Some(Err(error)) => Err(unreadable(&error)),
            None => Err(broken()),
        }
    }

    /// Makes sure that nothing but space follows.
    ///
    /// # Errors
    /// `input_invalid` if something does.
    pub fn end(&mut self) -> Result<()> {
        if self.peek().is_none() { Ok(()) } else { Err(broken()) }
    }

    fn list(&mut self, open: u8, close: u8, mut each: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.expect(open)?;
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(());
        }
        loop {
            each(self)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(broken()),
            }
        }
    }

    fn key(&mut self) -> Result<Cow<'a, str>> {
        self.expect(b'"')?;
        let rest = &self.text[self.at..];
        // Keys are too short for a search in strides.
        let end = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\')).ok_or_else(broken)?;
        if rest.as_bytes()[end] == b'\\' {
            self.at -= 1;
            return self.value::<String>()?.value.map(Cow::Owned);
        }
        self.at += end + 1;
        Ok(Cow::Borrowed(&rest[..end]))
    }

    fn expect(&mut self, byte: u8) -> Result<()> {
        if self.peek() != Some(byte) {
            return Err(broken());
        }
        self.at += 1;
        Ok(())
    }
}

fn broken() -> Error {
    Error::new(ErrorKind::InputInvalid, "the JSON is broken or does not have the expected form")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn items_come_with_their_bytes_and_bad_ones_alone() {
        let text = r#" [ {"a":1} , {"a":"x"},3 , {"a":2}] "#;
        let mut found = Vec::new();
        let mut walk = Walk::new(text);
        walk.items(|walk| {
            let item = walk.value::<std::collections::BTreeMap<String, u8>>()?;
            found.push((item.part, item.value.ok().map(|map| map["a"])));
            Ok(())
        })
        .unwrap();
        walk.end().unwrap();
        assert_eq!(found, [(r#"{"a":1}"#, Some(1)), (r#"{"a":"x"}"#, None), ("3", None), (r#"{"a":2}"#, Some(2))]);
    }

    #[test]
    fn a_look_ahead_leaves_the_place_and_a_failure_is_remembered() {
        let mut walk = Walk::new(r#" { "a\u0062": 1, "c": 2}"#);
        assert_eq!(walk.first_key(), None, "escaped");
        assert_eq!(Walk::new(r#" { "c": 2}"#).first_key(), Some("c"));
        assert_eq!(Walk::new("{}").first_key().or(Walk::new("[1]").first_key()), None);
        walk.peek();
        let start = walk;
        walk.members(|_, walk| walk.value::<u8>().map(drop)).unwrap();
        assert_eq!(walk.since(start), r#"{ "a\u0062": 1, "c": 2}"#);
        assert!(!walk.has_failed());
        let mut walk = Walk::new(r#"["x", 1]"#);
        walk.items(|walk| walk.value::<u8>().map(drop)).unwrap();
        assert!(walk.has_failed());
    }

    #[test]
    fn keys_may_be_escaped() {
        let mut keys = Vec::new();
        Walk::new(r#"{"a\"b":1,"c":[]}"#)
            .members(|key, walk| {
                keys.push(key.to_owned());
                walk.skip().map(drop)
            })
            .unwrap();
        assert_eq!(keys, ["a\"b", "c"]);
    }

    #[test]
    fn broken_json_is_an_error_wherever_it_breaks() {
        for text in ["", "[", "[1", "[1,", "[1,]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{a:1}", "[]x", "tru"]
        {
            let mut walk = Walk::new(text);
            let walked = match walk.peek() {
                Some(b'{') => walk.members(|_, walk| walk.skip().map(drop)),
                _ => walk.items(|walk| walk.skip().map(drop)),
            };
            assert!(walked.and_then(|()| walk.end()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_walked_as_serde_reads_it(text in r#"[\[\]{}",: 1a\\]{0,24}"#) {
            let mut walk = Walk::new(&text);
            let walked = match walk.peek() {
                Some(b'{') => walk.members(|_, walk| walk.skip().map(drop)),
                Some(b'[') => walk.items(|walk| walk.skip().map(drop)),
                _ => walk.skip().map(drop),
            };
            let reads = serde_json::from_str::<IgnoredAny>(&text).is_ok();
            prop_assert_eq!(walked.and_then(|()| walk.end()).is_ok(), reads);
        }
    }
}
