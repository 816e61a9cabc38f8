//! A draft as a reader sees it: without invisible characters, with plain digits and spaces, and the way back to the bytes
//! of the draft.

use std::borrow::Cow;

use unicode_normalization::char::{compose, is_combining_mark};

use crate::model::Span;

/// A draft as a reader sees it.
#[derive(Debug)]
pub(super) struct Plain<'a> {
    /// The text.
    pub(super) text: Cow<'a, str>,
    /// Of each byte of `text` the bytes of the draft that its character comes from; empty if `text` is the draft.
    places: Vec<(usize, usize)>,
}

impl<'a> Plain<'a> {
    pub(super) fn new(draft: &'a str) -> Self {
        let as_is = |character: char| plain(character) == Some(character) && !is_combining_mark(character);
        if draft.is_ascii() || draft.chars().all(as_is) {
            return Self { text: Cow::Borrowed(draft), places: Vec::new() };
        }
        let mut text = String::with_capacity(draft.len());
        let mut places: Vec<(usize, usize)> = Vec::with_capacity(draft.len());
        for (at, character) in draft.char_indices() {
            let Some(mut shown) = plain(character) else { continue };
            let mut from = at;
            if is_combining_mark(character)
                && let Some((base, whole)) =
                    text.chars().next_back().and_then(|base| Some((base, compose(base, shown)?)))
            {
                text.truncate(text.len() - base.len_utf8());
                from = places[text.len()].0;
                places.truncate(text.len());
                shown = whole;
            }
            text.push(shown);
            places.resize(text.len(), (from, at + character.len_utf8()));
        }
        Self { text: Cow::Owned(text), places }
    }

    /// The bytes of the draft behind the bytes `start` to `end` of `text`, both on character boundaries there.
    pub(super) fn span(&self, start: usize, end: usize) -> Option<Span> {
        match self.places.is_empty() {
            true => Span::new(start, end),
            false => Span::new(self.places.get(start)?.0, self.places.get(end.checked_sub(1)?)?.1),
        }
    }
}

/// The character as it looks; `None` for one that cannot be seen.
fn plain(character: char) -> Option<char> {
    let shifted = |by: u32| char::from_u32(character as u32 - by);
    match character {
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => None,
        '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => None,
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        // Dashes between the digits of a number.
        '\u{2010}'..='\u{2012}' => Some('-'),
        '\u{ff01}'..='\u{ff5e}' => shifted(0xff01 - 0x21),
        '\u{660}'..='\u{669}' => shifted(0x660 - 0x30),
        '\u{6f0}'..='\u{6f9}' => shifted(0x6f0 - 0x30),
        _ => Some(character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(draft: &str, part: &str) -> (String, String) {
        let plain = Plain::new(draft);
        let start = plain.text.find(part).unwrap();
        let span = plain.span(start, start + part.len()).unwrap();
        (plain.text.to_string(), span.of(draft).to_owned())
    }

    #[test]
    fn what_cannot_be_seen_is_left_out_and_found_again() {
        assert_eq!(seen("to jo\u{200b}@acme.example", "jo@"), ("to jo@acme.example".into(), "jo\u{200b}@".into()));
        assert_eq!(seen("nº ４１ 1", "41"), ("nº 41 1".into(), "４１".into()));
        assert_eq!(seen("cafe\u{301} noir", "café"), ("café noir".into(), "cafe\u{301}".into()));
        assert_eq!(seen("plain ß", "ß"), ("plain ß".into(), "ß".into()));
    }

    #[test]
    fn a_plain_draft_is_not_copied() {
        assert!(matches!(Plain::new("Schöne Grüße, zł").text, Cow::Borrowed(_)));
        assert!(matches!(Plain::new("a\u{301}").text, Cow::Owned(_)));
    }
}
