//! How long a text is, in the unit of the network that is to carry it.

mod emoji;
mod handle;
mod link;
mod mark;

pub(super) use emoji::REGIONS_OF_BRITAIN;
pub use handle::{is_did, is_handle};
pub use link::is_link;
pub use mark::{Marking, marks, replied_to};

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::model::{Entity, EntityKind, is_composed};

/// How a network counts a text on one of its surfaces, and how much it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct TextPolicy {
    /// What is counted.
    pub unit: TextUnit,
    /// The most a text may hold, in `unit`.
    pub max: u32,
    /// The most it may hold in UTF-8 bytes, where that is bounded as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_max: Option<u32>,
    /// What every link counts, in `unit`, however long it is; absent where links count as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_length: Option<u32>,
    /// Whether `@name@host` counts as `@name` only.
    #[serde(default)]
    pub mention_local: bool,
    /// Whether an emoji of several code points counts as one of the default weight; for `weighted` only.
    #[serde(default)]
    pub emoji_whole: bool,
    /// What the network makes a link, a mention or a tag of.
    pub marking: Marking,
    /// Whether mentions at the beginning are repeated in each part of a thread, because they say who gets it.
    #[serde(default)]
    pub mention_each: bool,
    /// Whether the network shows Markdown as such.
    #[serde(default)]
    pub markdown: bool,
}

/// What a network counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextUnit {
    /// Code points by weight: one for most alphabets, two for the rest (X, twitter-text configuration v3).
    Weighted,
    /// Extended grapheme clusters: what people take for one character.
    Grapheme,
    /// Unicode code points.
    CodePoint,
    /// UTF-16 code units.
    Utf16,
    /// UTF-8 bytes.
    Byte,
}

impl TextUnit {
    /// The name, as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weighted => "weighted",
            Self::Grapheme => "grapheme",
            Self::CodePoint => "code_point",
            Self::Utf16 => "utf16",
            Self::Byte => "byte",
        }
    }

    /// The unit of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Weighted, Self::Grapheme, Self::CodePoint, Self::Utf16, Self::Byte]
            .into_iter()
            .find(|unit| unit.as_str() == name)
    }
}

impl TextPolicy {
    /// At most `max` of `unit`; links, mentions and emoji count as written.
    pub fn new(unit: TextUnit, max: u32, marking: Marking) -> Self {
        Self {
            unit,
            max,
            bytes_max: None,
            link_length: None,
            mention_local: false,
            emoji_whole: false,
            marking,
            mention_each: false,
            markdown: false,
        }
    }

    /// A post on X: 280, links 23, an emoji 2 (twitter-text configuration v3).
    pub fn x_post() -> Self {
        let counted = Self::new(TextUnit::Weighted, 280, Marking::X);
        Self { link_length: Some(23), emoji_whole: true, ..counted }
    }

    /// A post on X by a Premium account: 25,000, counted alike (help.x.com; unconfirmed for the API).
    pub fn x_premium_post() -> Self {
        Self { max: 25_000, ..Self::x_post() }
    }

    /// A direct message on X: 10,000 characters (unconfirmed; taken as code points).
    pub fn x_direct() -> Self {
        Self::new(TextUnit::CodePoint, 10_000, Marking::X)
    }

    /// A comment on Facebook: 8,000 characters (unconfirmed; taken as code points).
    pub fn facebook_comment() -> Self {
        Self::new(TextUnit::CodePoint, 8_000, Marking::Plain)
    }

    /// A post on Facebook: 63,206 characters (unconfirmed; taken as code points).
    pub fn facebook_post() -> Self {
        Self::new(TextUnit::CodePoint, 63_206, Marking::Plain)
    }

    /// A message in Messenger: 2,000 characters (Send API).
    ///
    /// The documentation says UTF-8 and characters; UTF-16 units are never fewer than these, so nothing is refused.
    pub fn messenger() -> Self {
        Self::new(TextUnit::Utf16, 2_000, Marking::Plain)
    }

    /// A post on a Mastodon instance: `max_characters` and `characters_reserved_per_url` of its `/api/v2/instance`.
    ///
    /// Mastodon counts graphemes, a remote mention by its local part (its `StatusLengthValidator`). Mentions say whom a
    /// post notifies and, for a direct one, who can read it, so each part carries them.
    pub fn mastodon(max_characters: u32, characters_reserved_per_url: u32) -> Self {
        let counted = Self::new(TextUnit::Grapheme, max_characters, Marking::Mastodon);
        Self { link_length: Some(characters_reserved_per_url), mention_local: true, mention_each: true, ..counted }
    }

    /// A post on a GoToSocial instance: code points, links and mentions in full (its `processing/status/common.go`).
    pub fn gotosocial(max_characters: u32) -> Self {
        let counted = Self::new(TextUnit::CodePoint, max_characters, Marking::Mastodon);
        Self { mention_each: true, ..counted }
    }

    /// A post on Bluesky: 300 graphemes and 3,000 bytes (lexicon `app.bsky.feed.post`).
    pub fn bluesky_post() -> Self {
        let counted = Self::new(TextUnit::Grapheme, 300, Marking::Bluesky);
        Self { bytes_max: Some(3_000), ..counted }
    }

    /// A direct message on Bluesky: 1,000 graphemes and 10,000 bytes (lexicon `chat.bsky.convo.defs#messageInput`).
    pub fn bluesky_direct() -> Self {
        let counted = Self::new(TextUnit::Grapheme, 1_000, Marking::Bluesky);
        Self { bytes_max: Some(10_000), ..counted }
    }
}

/// How long a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Measured {
    /// Its length in the policy's unit.
    pub length: u32,
    /// Its length in UTF-8 bytes.
    pub bytes: u32,
    /// Whether the network takes it: neither empty nor too long, and without characters it refuses.
    pub fits: bool,
    /// How much of the given text is within the bounds, in UTF-8 bytes; what comes after it is too much.
    pub within: u32,
    /// How many links stand in it.
    pub links: u32,
    /// How many mentions stand in it.
    pub mentions: u32,
}

/// Measures `text` as a network does that counts by `policy`.
///
/// What is measured is its NFC form, in which careline sends it.
pub fn measure(text: &str, policy: &TextPolicy) -> Measured {
    measure_marked(text, policy).0
}

/// The same, with what stands in the text's NFC form.
pub(super) fn measure_marked(text: &str, policy: &TextPolicy) -> (Measured, Vec<Entity>) {
    let composed = if is_composed(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) };
    let marks = marks(&composed, policy.marking);
    let mut tally = Tally { policy, length: 0, within: 0, full: false };
    tally.text(&composed, &marks);
    let refused = policy.marking == Marking::X && composed.contains(REFUSED_BY_X);
    let all_within = tally.within == composed.len() && !composed.is_empty();
    let measured = Measured {
        length: narrow(tally.length / SCALE),
        bytes: narrow(composed.len() as u64),
        fits: all_within && !refused,
        within: narrow(within_given(text, &composed, tally.within) as u64),
        links: count(&marks, &EntityKind::Link),
        mentions: count(&marks, &EntityKind::Mention),
    };
    (measured, marks)
}

/// The characters that make a post invalid on X (twitter-text, `INVALID_CHARACTERS`).
const REFUSED_BY_X: [char; 3] = ['\u{fffe}', '\u{feff}', '\u{ffff}'];

/// One of the unit, in what [`Tally`] counts; the scale of twitter-text.
const SCALE: u64 = 100;

/// Adds up a text piece by piece.
struct Tally<'a> {
    policy: &'a TextPolicy,
    /// The length so far, times [`SCALE`].
    length: u64,
    /// Where the last piece ends that is within the bounds.
    within: usize,
    /// Whether a piece was not.
    full: bool,
}

impl Tally<'_> {
    /// Adds `text`, whose marks are `marks`.
    fn text(&mut self, text: &str, marks: &[Entity]) {
        let mut at = 0;
        for mark in marks {
            let (start, end) = (mark.span.start as usize, mark.span.end as usize);
            if let Some(link_length) = self.policy.link_length.filter(|_| mark.kind == EntityKind::Link) {
                self.stretch(&text[at..start], at);
                self.piece(end, u64::from(link_length) * SCALE);
                at = end;
            } else if let Some(host) = self.uncounted_host(text, mark) {
                self.stretch(&text[at..host], at);
                self.piece(end, 0);
                at = end;
            }
        }
        self.stretch(&text[at..], at);
    }

    /// Where in a mention the part begins that does not count.
    fn uncounted_host(&self, text: &str, mark: &Entity) -> Option<usize> {
        let counts = !self.policy.mention_local || mark.kind != EntityKind::Mention;
        let local = mark.span.of(text).rfind('@').filter(|at| *at > 0 && !counts)?;
        Some(mark.span.start as usize + local)
    }

    /// Adds text without anything special in it, which begins at byte `at`.
    fn stretch(&mut self, text: &str, at: usize) {
        match self.policy.unit {
            TextUnit::Weighted if self.policy.emoji_whole => self.clusters(text, at, weight_of_cluster),
            TextUnit::Weighted => self.characters(text, at, weight),
            TextUnit::Grapheme => self.clusters(text, at, |_| SCALE),
            TextUnit::CodePoint => self.characters(text, at, |_| SCALE),
            TextUnit::Utf16 => self.characters(text, at, |character| SCALE * character.len_utf16() as u64),
            TextUnit::Byte => self.characters(text, at, |character| SCALE * character.len_utf8() as u64),
        }
    }

    fn characters(&mut self, text: &str, at: usize, weight: impl Fn(char) -> u64) {
        for (start, character) in text.char_indices() {
            if self.policy.marking == Marking::X && REFUSED_BY_X.contains(&character) {
                self.full = true;
            }
            self.piece(at + start + character.len_utf8(), weight(character));
        }
    }

    fn clusters(&mut self, text: &str, at: usize, weight: impl Fn(&str) -> u64) {
        // Without `\r` every ASCII character is a cluster of its own.
        if text.is_ascii() && !text.contains('\r') {
            return self.characters(text, at, |_| SCALE);
        }
        for (start, cluster) in text.grapheme_indices(true) {
            if self.policy.marking == Marking::X && cluster.contains(REFUSED_BY_X) {
                self.full = true;
            }
            self.piece(at + start + cluster.len(), weight(cluster));
        }
    }

    /// Adds a piece that ends at byte `end`.
    fn piece(&mut self, end: usize, weight: u64) {
        self.length += weight;
        let too_long = self.length > u64::from(self.policy.max) * SCALE;
        let too_large = self.policy.bytes_max.is_some_and(|max| end > max as usize);
        self.full |= too_long || too_large;
        if !self.full {
            self.within = end;
        }
    }
}

/// What a cluster weighs on X, where an emoji weighs the default however many code points it takes.
fn weight_of_cluster(cluster: &str) -> u64 {
    let mut characters = cluster.chars();
    match (characters.next(), characters.next()) {
        (Some(alone), None) => weight(alone),
        _ if emoji::is_sequence(cluster) => WEIGHT_OF_MOST,
        _ => cluster.chars().map(weight).sum(),
    }
}

const WEIGHT_OF_MOST: u64 = 200;

/// What a code point weighs on X: `ranges` and `defaultWeight` of twitter-text configuration v3.
fn weight(character: char) -> u64 {
    match u32::from(character) {
        0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247 => 100,
        _ => WEIGHT_OF_MOST,
    }
}

/// The byte of `given` up to which it makes the first `within` bytes of `composed`.
fn within_given(given: &str, composed: &str, within: usize) -> usize {
    if within == composed.len() {
        return given.len();
    }
    if given == composed {
        return within;
    }
    let mut made = 0;
    let too_much = given.grapheme_indices(true).find(|(_, cluster)| {
        made += cluster.nfc().map(char::len_utf8).sum::<usize>();
        made > within
    });
    too_much.map_or(given.len(), |(start, _)| start)
}

fn count(marks: &[Entity], kind: &EntityKind) -> u32 {
    narrow(marks.iter().filter(|mark| mark.kind == *kind).count() as u64)
}

fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(text: &str, policy: &TextPolicy) -> u32 {
        measure(text, policy).length
    }

    #[test]
    fn one_text_has_as_many_lengths_as_there_are_units() {
        let text = "né 👩‍👩‍👧 ไทย";
        let by = |unit| length(text, &TextPolicy::new(unit, 100, Marking::Plain));
        assert_eq!(by(TextUnit::Grapheme), 8);
        assert_eq!(by(TextUnit::CodePoint), 12);
        assert_eq!(by(TextUnit::Utf16), 15);
        assert_eq!(by(TextUnit::Byte), 32);
        assert_eq!(by(TextUnit::Weighted), 3 + 8 + 1 + 3);
        assert_eq!(length(text, &TextPolicy::x_post()), 3 + 2 + 1 + 3);
    }

    #[test]
    fn a_link_counts_as_the_network_says() {
        let text = "see https://example.com/a/very/long/path?with=a&query=string and b.org";
        let measured = measure(text, &TextPolicy::x_post());
        assert_eq!((measured.length, measured.links), (4 + 23 + 5 + 23, 2));
        assert_eq!(length(text, &TextPolicy::mastodon(500, 23)), 4 + 23 + 10);
        assert_eq!(length(text, &TextPolicy::gotosocial(500)), 70);
        assert_eq!(length(text, &TextPolicy::bluesky_post()), 70);
    }

    #[test]
    fn a_remote_mention_counts_by_its_local_part_on_mastodon_only() {
        let text = "@jo@long.host.example hello @al";
        let measured = measure(text, &TextPolicy::mastodon(500, 23));
        assert_eq!((measured.length, measured.mentions), (13, 2));
        assert_eq!(length(text, &TextPolicy::gotosocial(500)), 31);
    }

    #[test]
    fn bluesky_bounds_bytes_as_well() {
        let family = "👨‍👩‍👧‍👦".repeat(121);
        let measured = measure(&family, &TextPolicy::bluesky_post());
        assert_eq!((measured.length, measured.bytes, measured.fits), (121, 3025, false));
        assert_eq!(measured.within, 3000);
        assert!(measure(&family, &TextPolicy::bluesky_direct()).fits);
    }

    #[test]
    fn what_is_within_ends_in_the_text_as_it_was_given() {
        let measured = measure("e\u{301}e\u{301}e\u{301}", &TextPolicy::new(TextUnit::CodePoint, 2, Marking::Plain));
        assert_eq!((measured.length, measured.bytes, measured.within, measured.fits), (3, 6, 6, false));
    }

    #[test]
    fn nothing_fits_nowhere() {
        assert!(!measure("", &TextPolicy::messenger()).fits);
        assert!(!measure("a\u{feff}", &TextPolicy::x_post()).fits);
    }

    #[test]
    fn a_sequence_that_is_no_emoji_counts_by_its_parts_on_x() {
        assert_eq!(length("🐱\u{200d}🚀", &TextPolicy::x_post()), 5);
        assert_eq!(length("🇩🇪", &TextPolicy::x_post()), 2);
        assert_eq!(length("🇩🇩", &TextPolicy::x_post()), 4);
    }

    #[test]
    fn a_policy_reads_back_as_it_was_written() {
        for policy in [TextPolicy::x_post(), TextPolicy::mastodon(500, 23), TextPolicy::bluesky_post()] {
            let json = serde_json::to_string(&policy).unwrap();
            assert_eq!(serde_json::from_str::<TextPolicy>(&json).unwrap(), policy, "{json}");
        }
        let short = r#"{"unit":"utf16","max":10,"marking":"plain"}"#;
        let policy = TextPolicy::new(TextUnit::Utf16, 10, Marking::Plain);
        assert_eq!(serde_json::from_str::<TextPolicy>(short).unwrap(), policy);
    }

    #[test]
    fn every_unit_is_known_by_the_name_it_is_written_with() {
        for unit in [TextUnit::Weighted, TextUnit::Grapheme, TextUnit::CodePoint, TextUnit::Utf16, TextUnit::Byte] {
            assert_eq!(TextUnit::from_name(unit.as_str()), Some(unit));
            assert_eq!(serde_json::to_value(unit).unwrap(), unit.as_str());
        }
        assert_eq!(TextUnit::from_name("words"), None);
    }
}
