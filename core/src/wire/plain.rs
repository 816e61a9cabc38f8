//! Texts as the model keeps them, and how places in the raw text move along.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, char::canonical_combining_class, is_nfc_quick};

use super::text::entity_at;
use crate::model::{Span, is_composed, never_changes};

/// A text in NFC, without HTML entities where the network writes them, that knows where each place of the raw text went.
///
/// ```
/// # use careline::{model::Span, wire::Plain};
/// let raw = "fish &amp; cafe\u{301} @acme";
/// let plain = Plain::decoded(raw.into());
/// assert_eq!(plain.text(), "fish & café @acme");
/// let handle = raw.find('@').and_then(|at| Span::new(at, at + 5)).unwrap();
/// assert_eq!(plain.span(handle).of(plain.text()), "@acme");
/// ```
#[derive(Debug)]
pub struct Plain {
    text: String,
    /// The stretches that changed, in order; between them everything only shifts.
    changes: Vec<Change>,
}

#[derive(Debug)]
struct Change {
    raw: Span,
    plain: Span,
}

impl Plain {
    /// `raw` composed to NFC.
    pub fn new(raw: Cow<'_, str>) -> Self {
        if is_composed(&raw) {
            return Self { text: raw.into_owned(), changes: Vec::new() };
        }
        Self::rewritten(&raw, false)
    }

    /// `raw` with `&amp; &lt; &gt; &quot; &#39;` decoded once, then composed to NFC.
    pub fn decoded(raw: Cow<'_, str>) -> Self {
        if !raw.contains('&') && is_composed(&raw) {
            return Self { text: raw.into_owned(), changes: Vec::new() };
        }
        Self::rewritten(&raw, true)
    }

    fn rewritten(raw: &str, decode: bool) -> Self {
        let mut plain = Self { text: String::with_capacity(raw.len()), changes: Vec::new() };
        let mut cluster = String::new();
        let mut start = 0;
        let mut at = 0;
        while let Some(first) = raw[at..].chars().next() {
            let (length, character) = match entity_at(&raw[at..]) {
                Some((entity, character)) if decode => (entity.len(), character),
                _ => (first.len_utf8(), first),
            };
            if stands_alone(character) {
                plain.push(&cluster, start, at);
                cluster.clear();
                start = at;
            }
            cluster.push(character);
            at += length;
        }
        plain.push(&cluster, start, at);
        plain
    }

    /// Adds what came out of `raw[start..end]` and cannot combine with anything around it.
    fn push(&mut self, cluster: &str, start: usize, end: usize) {
        let from = self.text.len();
        self.text.extend(cluster.nfc());
        let to = self.text.len();
        // The length alone does not tell: `k` and an acute are three bytes, and so is what they compose to.
        if (end - start != to - from || self.text[from..] != *cluster)
            && let (Some(raw), Some(plain)) = (Span::new(start, end), Span::new(from, to))
        {
            self.changes.push(Change { raw, plain });
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Gives the text up.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Where `raw`, a span of the raw text, is now. What was cut in the middle by composition is taken whole.
    pub fn span(&self, raw: Span) -> Span {
        Span {
            start: self.place(raw.start, |change| change.plain.start),
            end: self.place(raw.end, |change| change.plain.end),
        }
    }

    fn place(&self, at: u32, inside: impl Fn(&Change) -> u32) -> u32 {
        let before = self.changes.partition_point(|change| change.raw.start < at);
        match before.checked_sub(1).map(|last| &self.changes[last]) {
            None => at,
            Some(change) if at < change.raw.end => inside(change),
            Some(change) => change.plain.end + (at - change.raw.end),
        }
    }
}

/// Whether composition can never join `character` with what stands before it.
fn stands_alone(character: char) -> bool {
    never_changes(character)
        || canonical_combining_class(character) == 0 && is_nfc_quick(std::iter::once(character)) == IsNormalized::Yes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans_move_along_and_never_cut_a_character() {
        let raw = "&lt;a&gt; e\u{301}x o\u{302}";
        let plain = Plain::decoded(raw.into());
        assert_eq!(plain.text(), "<a> éx ô");
        let moved = |part: &str| {
            let at = raw.find(part).unwrap();
            plain.span(Span::new(at, at + part.len()).unwrap()).of(plain.text()).to_owned()
        };
        assert_eq!(moved("a"), "a");
        assert_eq!(moved("&gt;"), ">");
        assert_eq!(moved("x"), "x");
        assert_eq!(moved("e"), "é");
        assert_eq!(moved("\u{302}"), "ô");
        let same_length = Plain::new("lik\u{301}".into());
        assert_eq!(same_length.span(Span { start: 0, end: 3 }).of(same_length.text()), "liḱ");
        assert_eq!(moved(raw), plain.text());
    }

    #[test]
    fn entities_are_left_alone_where_the_network_writes_none() {
        assert_eq!(Plain::new("a &amp; b".into()).text(), "a &amp; b");
    }

    proptest! {
        #[test]
        fn agrees_with_normalising_the_whole(raw in r"(&amp;|&lt;|[aek\u{301}\u{302}\u{327}각ᄀ\u{1161}\u{11a8}👍 x&]){0,30}") {
            let plain = Plain::decoded(raw.as_str().into());
            let whole: String = super::super::decode_entities(raw.as_str().into()).nfc().collect();
            prop_assert_eq!(plain.text(), whole);
            for (at, character) in raw.char_indices() {
                let span = plain.span(Span::new(at, at + character.len_utf8()).unwrap());
                prop_assert!(plain.text().get(span.start as usize..span.end as usize).is_some());
            }
            let all = Span::new(0, raw.len()).unwrap();
            prop_assert_eq!(plain.span(all).of(plain.text()), plain.text());
        }
    }
}
