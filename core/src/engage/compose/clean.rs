//! Takes out what cannot be seen or deceives the eye, and leaves what scripts and emoji need.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory};

use super::{ComposeNote, Notes};
use crate::engage::text::REGIONS_OF_BRITAIN;

/// More combining marks than this on one character are no writing. Hebrew and Tibetan take up to five.
const MARKS_MAX: usize = 6;

/// `text` in NFC with line breaks as `\n`, without what is noted.
pub(super) fn cleaned(text: &str, notes: &mut Notes) -> String {
    let is_plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ' || byte == b'\n';
    if text.bytes().all(is_plain) {
        return text.to_owned();
    }
    let text: String = text.nfc().collect();
    let mut clean = String::with_capacity(text.len());
    let mut at = Reading { text: &text, flag_end: 0, marks: 0 };
    for (start, character) in text.char_indices() {
        match at.verdict(start, character, clean.chars().next_back()) {
            Verdict::Keep => clean.push(character),
            Verdict::Become(other) => clean.push(other),
            Verdict::Skip => {}
            Verdict::Drop(note) => notes.add(note),
        }
    }
    // What was apart may now compose.
    clean.nfc().collect()
}

/// Whether anything in `text` leaves a trace on the screen.
pub(super) fn can_be_seen(text: &str) -> bool {
    use GeneralCategoryGroup::{Mark, Other, Separator};
    let blank = |character: char| matches!(character, '\u{2800}' | '\u{115f}' | '\u{1160}');
    text.chars()
        .any(|character| !matches!(character.general_category_group(), Mark | Other | Separator) && !blank(character))
}

enum Verdict {
    Keep,
    Become(char),
    /// Says nothing that is not said otherwise.
    Skip,
    Drop(ComposeNote),
}

struct Reading<'a> {
    text: &'a str,
    /// Where a flag spelt in tag characters ends.
    flag_end: usize,
    /// How many combining marks came since the last other character.
    marks: usize,
}

impl Reading<'_> {
    fn verdict(&mut self, start: usize, character: char, before: Option<char>) -> Verdict {
        if character.is_ascii_graphic() || character == ' ' {
            self.marks = 0;
            return Verdict::Keep;
        }
        match character {
            '\n' => Verdict::Keep,
            '\t' => Verdict::Become(' '),
            '\r' if self.text[start + 1..].starts_with('\n') => Verdict::Skip,
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Verdict::Become('\n'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' => Verdict::Drop(ComposeNote::Bidi),
            '\u{200e}' | '\u{200f}' | '\u{61c}' if before.is_none_or(|before| !is_direction_mark(before)) => {
                Verdict::Keep
            }
            '\u{200c}' | '\u{200d}' => keep_or_hide(self.joins(start, character, before)),
            '\u{200b}' => keep_or_hide(self.parts_words(start, before)),
            '\u{fe00}'..='\u{fe0f}' => keep_or_hide(before.is_some_and(takes_variation)),
            '\u{180b}'..='\u{180d}' | '\u{180f}' => keep_or_hide(matches!(before, Some('\u{1820}'..='\u{18aa}'))),
            '\u{e0100}'..='\u{e01ef}' => keep_or_hide(before.is_some_and(is_ideograph)),
            '\u{e0000}'..='\u{e007f}' => keep_or_hide(start < self.flag_end),
            _ if is_hidden(character) => Verdict::Drop(ComposeNote::Hidden),
            _ => self.ordinary(start, character, before),
        }
    }

    fn ordinary(&mut self, start: usize, character: char, before: Option<char>) -> Verdict {
        match character.general_category_group() {
            GeneralCategoryGroup::Mark => {
                self.marks += 1;
                let alone = before.is_none_or(|before| matches!(before, ' ' | '\n'));
                if alone || self.marks > MARKS_MAX { Verdict::Drop(ComposeNote::Marks) } else { Verdict::Keep }
            }
            _ if character.is_control() => Verdict::Drop(ComposeNote::Controls),
            _ => {
                self.marks = 0;
                let flag = REGIONS_OF_BRITAIN.iter().find(|flag| self.text[start..].starts_with(**flag));
                self.flag_end = flag.map_or(self.flag_end, |flag| start + flag.len());
                Verdict::Keep
            }
        }
    }

    /// Whether a joiner (ZWJ, ZWNJ) does something here: shapes letters, or makes one emoji of two.
    fn joins(&self, start: usize, joiner: char, before: Option<char>) -> bool {
        let Some(before) = before else { return false };
        let after = self.text[start + joiner.len_utf8()..].chars().next();
        let emoji = joiner == '\u{200d}' && is_emoji(before) && after.is_some_and(is_emoji);
        emoji || is_shaped(before)
    }

    /// Whether a break without width stands between words of a script that has no spaces.
    fn parts_words(&self, start: usize, before: Option<char>) -> bool {
        let after = self.text[start + '\u{200b}'.len_utf8()..].chars().next();
        before.is_some_and(is_without_spaces) && after.is_some_and(is_without_spaces)
    }
}

fn keep_or_hide(keep: bool) -> Verdict {
    if keep { Verdict::Keep } else { Verdict::Drop(ComposeNote::Hidden) }
}

fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{61c}')
}

fn is_emoji(character: char) -> bool {
    !character.is_ascii() && (character.is_emoji_char() || character == '\u{fe0f}')
}

/// Letters and marks of scripts whose letters join: Arabic and its neighbours, Indic, Burmese, Khmer, Mongolian.
fn is_shaped(character: char) -> bool {
    let joining = matches!(character, '\u{600}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}'
        | '\u{a840}'..='\u{abff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10a00}'..='\u{11fff}'
        | '\u{1e900}'..='\u{1e95f}');
    let group = character.general_category_group();
    joining && matches!(group, GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark)
}

/// Thai, Lao, Tibetan, Burmese, Khmer.
fn is_without_spaces(character: char) -> bool {
    matches!(character, '\u{e00}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Whether a variation selector may stand after this: a symbol, a digit of a key, an ideograph; not another selector.
fn takes_variation(before: char) -> bool {
    let symbol = !before.is_alphanumeric() && !before.is_whitespace() && !matches!(before, '\u{fe00}'..='\u{fe0f}');
    let mark = before.general_category_group() == GeneralCategoryGroup::Mark;
    (symbol && !mark) || before.is_emoji_char() || is_ideograph(before) || is_shaped(before)
}

fn is_hidden(character: char) -> bool {
    let noncharacter = u32::from(character) & 0xfffe == 0xfffe || matches!(character, '\u{fdd0}'..='\u{fdef}');
    let filler =
        matches!(character, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}');
    noncharacter || filler || character.general_category() == GeneralCategory::Format && !is_written_format(character)
}

/// Format characters that are seen: signs over and around Arabic, Syriac and Indic numbers.
fn is_written_format(character: char) -> bool {
    matches!(
        character,
        '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{110bd}' | '\u{110cd}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: &str) -> (String, Vec<ComposeNote>) {
        let mut notes = Notes::default();
        let clean = cleaned(text, &mut notes);
        (clean, notes.0)
    }

    #[test]
    fn what_scripts_and_emoji_need_stays() {
        for text in [
            "می‌خواهم",
            "ශ්‍රීලංකා",
            "क्‍ष",
            "👩🏽‍🚀 👨‍👩‍👧‍👦 🏳️‍🌈 1️⃣ ☺️",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "שלום\u{200f}!",
            "ภาษา\u{200b}ไทย",
            "ที่นี่ก็ได้",
            "葛\u{e0100}城",
            "עַל־יְדֵי",
            "ཧཱུྃ",
            "❤\u{fe0e}",
            "١٢٣ ۝",
        ] {
            assert_eq!(clean(text), (text.to_owned(), Vec::new()), "{text:?}");
        }
    }

    #[test]
    fn what_deceives_is_taken_out_with_a_note() {
        for (text, expected, note) in [
            ("a\0b\u{1b}[31m", "ab[31m", ComposeNote::Controls),
            ("abc\u{202e}fdp.exe\u{202c}", "abcfdp.exe", ComposeNote::Bidi),
            ("\u{2066}a\u{2069}", "a", ComposeNote::Bidi),
            ("pass\u{200b}word\u{feff}", "password", ComposeNote::Hidden),
            ("a\u{200d}b\u{2060}c\u{ad}d", "abcd", ComposeNote::Hidden),
            ("hi\u{e0068}\u{e0069}", "hi", ComposeNote::Hidden),
            ("x\u{e0101}\u{e0102}", "x", ComposeNote::Hidden),
            ("\u{200f}\u{200f}\u{200f}a", "\u{200f}a", ComposeNote::Hidden),
            (" \u{301}a", " a", ComposeNote::Marks),
        ] {
            assert_eq!(clean(text), (expected.to_owned(), vec![note]), "{text:?}");
        }
    }

    #[test]
    fn heaps_of_marks_are_cut_down() {
        let (text, notes) = clean(&format!("q{}u", "\u{335}".repeat(500)));
        assert_eq!((text.chars().count(), notes), (8, vec![ComposeNote::Marks]));
    }

    #[test]
    fn breaks_of_lines_become_one_kind_without_a_note() {
        assert_eq!(clean("a\r\nb\rc\u{2028}d\te"), ("a\nb\nc\nd e".to_owned(), Vec::new()));
    }

    #[test]
    fn blanks_cannot_be_seen() {
        for text in ["", " \n", "\u{200f}", "\u{a0}\u{3000}", "\u{2800}", "\u{301}"] {
            assert!(!can_be_seen(text), "{text:?}");
        }
        assert!(can_be_seen(".") && can_be_seen("👍") && can_be_seen("ก"));
    }
}
