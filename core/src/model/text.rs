//! What was said: plain text, the marks in it, and what hangs on it.

use std::borrow::Cow;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::{Timestamp, open_enum};

/// A stretch of a text in UTF-8 bytes, `start` included, `end` not; always on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of these byte offsets; `None` if they do not fit 32 bits or run backwards.
    pub fn new(start: usize, end: usize) -> Option<Self> {
        Some(Self { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok().filter(|_| start <= end)? })
    }

    /// The part of `text` this span marks; empty if it does not fit.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// The words of a message and what belongs to them. Kept apart from the message's facts so that it can be erased alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
#[cfg_attr(feature = "reflect", reflect(text_with = Content::marked))]
pub struct Content {
    /// Plain text in Unicode NFC; never HTML.
    pub text: String,
    /// Mentions, links, tags … as spans of `text`, in order of their start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// Pictures, videos, files …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What only this network has, by the network's own field names; values are JSON.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub extensions: serde_json::Map<String, serde_json::Value>,
}

#[cfg(feature = "reflect")]
impl Content {
    fn marked(&self, _: Option<&super::MessageId>) -> Option<&str> {
        Some(&self.text)
    }
}

/// A marked stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Entity {
    /// Where it stands in the text.
    pub span: Span,
    /// What it is.
    pub kind: EntityKind,
    /// What it stands for: the full address of a link, the handle of a mention without `@`, the tag without `#`.
    pub value: String,
    /// For a mention, the native id of the profile, where the network tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub native_id: Option<CompactString>,
}

open_enum! {
    /// What an entity is.
    EntityKind {
        /// `@somebody`.
        Mention = "mention",
        /// A web address.
        Link = "link",
        /// `#topic`.
        Hashtag = "hashtag",
        /// `$TICKER`.
        Cashtag = "cashtag",
        /// A custom emoji, `:name:`.
        Emoji = "emoji",
    }
}

/// Something that hangs on a message.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Attachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// The network's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub native_id: Option<CompactString>,
    /// Where its bytes are; absent while the network still prepares it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When `url` stops working, where known. Many networks sign their addresses for hours only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_expires_at: Option<Timestamp>,
    /// Media type such as `image/png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// Size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// What the author says it shows, or its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Attachment {
    /// An attachment of which only the kind is known.
    pub fn new(kind: AttachmentKind) -> Self {
        Self { kind, native_id: None, url: None, url_expires_at: None, mime: None, size: None, description: None }
    }
}

open_enum! {
    /// What an attachment is.
    AttachmentKind {
        /// A still picture.
        Image = "image",
        /// A moving picture, with or without sound.
        Video = "video",
        /// Sound.
        Audio = "audio",
        /// Any other file.
        File = "file",
        /// A point on the map.
        Location = "location",
        /// A sticker.
        Sticker = "sticker",
        /// A post, story or page that is shared.
        Share = "share",
    }
}

/// `text` in Unicode NFC, without a copy if it already is.
pub fn nfc(text: Cow<'_, str>) -> String {
    if is_composed(&text) {
        return text.into_owned();
    }
    text.nfc().collect()
}

/// Whether `text` is surely in NFC; a quick no may be wrong.
pub(crate) fn is_composed(text: &str) -> bool {
    is_latin(text) || never_changes_whole(text) || is_nfc_quick(text.chars()) == IsNormalized::Yes
}

/// Whether all characters are ones that never change; those below U+0300 are passed over byte by byte.
fn never_changes_whole(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte >= FROM_COMBINING) {
        let mut characters = rest[at..].chars();
        if !characters.next().is_none_or(never_changes) {
            return false;
        }
        rest = characters.as_str();
    }
    true
}

/// The first byte of U+0300 and of whatever comes after it is not below this one.
const FROM_COMBINING: u8 = 0xcc;

/// Whether all characters are below U+0300, where combining begins: in UTF-8 no byte reaches that character's first one.
///
/// Looks at every byte, so that the processor can look at many at once.
fn is_latin(text: &str) -> bool {
    text.bytes().fold(0, u8::max) < FROM_COMBINING
}

/// Common characters that composition neither changes nor reorders among themselves: saves two table look-ups each.
pub(crate) fn never_changes(character: char) -> bool {
    matches!(character,
        '\0'..='\u{2ff}'             // Latin
        | '\u{400}'..='\u{482}'      // Cyrillic
        | '\u{5d0}'..='\u{5ea}'      // Hebrew
        | '\u{61b}'..='\u{64a}'      // Arabic
        | '\u{200d}'..='\u{2027}'    // joiners, dashes, quotation marks
        | '\u{3001}'..='\u{3029}'    // ideographic punctuation
        | '\u{3041}'..='\u{3096}'    // Hiragana
        | '\u{30a1}'..='\u{30ff}'    // Katakana
        | '\u{4e00}'..='\u{9fff}'    // Chinese
        | '\u{ac00}'..='\u{d7a3}'    // Hangul syllables
        | '\u{fe0f}'                 // emoji presentation
        | '\u{1f300}'..='\u{1faff}') // emoji
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_composed_only_when_needed() {
        assert_eq!(nfc("cafe\u{301}".into()), "café");
        assert_eq!(nfc("Zoë 👩‍🚀".into()), "Zoë 👩‍🚀");
    }

    #[test]
    fn latin_ends_where_combining_begins() {
        let mut utf8 = [0; 4];
        for character in '\0'..=char::MAX {
            assert_eq!(is_latin(character.encode_utf8(&mut utf8)), character < '\u{300}', "{character:?}");
        }
    }

    #[test]
    fn what_never_changes_is_known_to_unicode_as_such() {
        for character in ('\0'..=char::MAX).filter(|character| never_changes(*character)) {
            assert_eq!(unicode_normalization::char::canonical_combining_class(character), 0, "{character:?}");
            assert_eq!(is_nfc_quick(std::iter::once(character)), IsNormalized::Yes, "{character:?}");
        }
    }

    #[test]
    fn a_span_that_does_not_fit_marks_nothing() {
        assert_eq!(Span { start: 1, end: 2 }.of("é"), "");
        assert_eq!(Span { start: 0, end: 9 }.of("short"), "");
        assert_eq!(Span { start: 0, end: 2 }.of("é!"), "é");
        assert_eq!(Span::new(3, 2), None);
    }
}
