//! What each character is to a search, and what it is folded to: case, width, accents and letters that stand for two.

use std::sync::LazyLock;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use unicode_properties::UnicodeEmoji;

/// What a folded character does to the word it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Class {
    /// Ends a word.
    Break,
    /// Is not there at all.
    Ignored,
    /// Belongs to a word between spaces.
    Letter,
    /// Is a word of its own, in scripts that write no spaces.
    Alone,
    /// Belongs to the character before it.
    Mark,
    /// Is an emoji.
    Emoji,
    /// Is half of a flag.
    Flag,
    /// Joins two emoji to one.
    Joiner,
    /// Is looked up character by character.
    Long,
}

/// Up to two characters that a character is folded to.
#[derive(Clone, Copy, Debug)]
struct Entry {
    parts: [u16; 2],
    classes: [Class; 2],
}

/// Every alphabet, syllabary and mark that is written often; what comes after is folded when it is met.
const TABLE_END: usize = 0x3100;

static TABLE: LazyLock<Vec<Entry>> = LazyLock::new(|| (0..TABLE_END as u32).map(entry).collect());

/// The characters that texts are folded by.
#[derive(Clone, Copy)]
pub(super) struct Characters(&'static [Entry]);

impl Characters {
    pub(super) fn get() -> Self {
        Self(&TABLE)
    }

    /// Gives what `character` is folded to, part by part; a break or an ignored character gives itself.
    #[inline]
    pub(super) fn fold(self, character: char, mut part: impl FnMut(char, Class)) {
        let Some(entry) = self.0.get(character as usize).filter(|entry| entry.classes[0] != Class::Long) else {
            return fold(character, &mut part);
        };
        for (folded, class) in entry.parts.into_iter().zip(entry.classes) {
            if folded != 0 || class == Class::Break {
                part(char::from_u32(folded.into()).unwrap_or(character), class);
            }
        }
    }

    /// What `character` does to a word, by its first part.
    pub(super) fn class(self, character: char) -> Class {
        let mut class = None;
        self.fold(character, |_, part| class = class.or(Some(part)));
        class.unwrap_or(Class::Ignored)
    }
}

fn entry(code: u32) -> Entry {
    let none = Entry { parts: [0; 2], classes: [Class::Break, Class::Ignored] };
    let Some(character) = char::from_u32(code) else { return none };
    let mut entry = Entry { classes: [Class::Ignored; 2], ..none };
    let mut count = 0;
    fold(character, &mut |part, class| {
        if let (Some(place), Ok(part)) = (entry.parts.get_mut(count), u16::try_from(part as u32)) {
            *place = part;
            entry.classes[count] = class;
        } else {
            entry.classes[0] = Class::Long;
        }
        count += 1;
    });
    entry
}

fn fold(character: char, part: &mut impl FnMut(char, Class)) {
    match character {
        '\u{200d}' => part(character, Class::Joiner),
        '\u{1f1e6}'..='\u{1f1ff}' => part(character, Class::Flag),
        '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => part(character, Class::Alone),
        // What spells the flags of England, Scotland and Wales.
        '\u{e0020}'..='\u{e007f}' => part(character, Class::Mark),
        _ if is_ignored(character) => part(character, Class::Ignored),
        _ if character.is_alphanumeric() || is_combining_mark(character) => letter(character, part),
        // Signs of trade and the like stand beside a name without being said.
        _ if character >= '\u{2190}' && character.is_emoji_char() => part(character, Class::Emoji),
        _ => part(character, Class::Break),
    }
}

/// What nobody sees: joiners, marks of direction, selectors of emoji, skin tones.
fn is_ignored(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{1f3fb}'..='\u{1f3ff}')
}

fn letter(character: char, part: &mut impl FnMut(char, Class)) {
    let mut found = false;
    let mut put = |character: char| {
        for folded in plain(character) {
            let class = match folded {
                '\0' => continue,
                _ if is_combining_mark(folded) => Class::Mark,
                _ if is_unspaced(folded) => Class::Alone,
                _ if folded.is_alphanumeric() => Class::Letter,
                _ => continue,
            };
            found = true;
            part(folded, class);
        }
    };
    for lower in character.to_lowercase() {
        // Letters of their own, whatever Unicode takes them apart to.
        if matches!(lower, 'й' | 'ї') {
            put(lower);
            continue;
        }
        decompose_compatible(lower, |piece| {
            if !is_accent(piece) {
                piece.to_lowercase().for_each(&mut put);
            }
        });
    }
    if !found {
        part(character, Class::Ignored);
    }
}

/// Marks that people leave out: accents, vowel points, and the strokes that lengthen Arabic words.
fn is_accent(mark: char) -> bool {
    matches!(mark,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}'
        | '\u{5c4}' | '\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Letters that keyboards without them write otherwise, and forms that differ by keyboard.
fn plain(character: char) -> [char; 2] {
    match character {
        'ß' => ['s', 's'],
        'æ' => ['a', 'e'],
        'œ' => ['o', 'e'],
        'þ' => ['t', 'h'],
        'ø' => ['o', '\0'],
        'ł' => ['l', '\0'],
        'đ' | 'ð' => ['d', '\0'],
        'ħ' => ['h', '\0'],
        'ı' => ['i', '\0'],
        'ς' => ['σ', '\0'],
        'ى' | 'ی' => ['ي', '\0'],
        'ک' => ['ك', '\0'],
        other => [other, '\0'],
    }
}

/// Scripts that write no spaces between words; Korean, too, as particles stick to its words.
pub(crate) fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{fff}'            // Thai, Lao, Tibetan
        | '\u{1000}'..='\u{109f}'        // Burmese
        | '\u{1780}'..='\u{17ff}'        // Khmer
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{312f}' | '\u{31f0}'..='\u{31ff}' // kana, Bopomofo
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
        | '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut folded = String::new();
        for character in text.chars() {
            Characters::get().fold(character, |part, class| match class {
                Class::Break => folded.push(' '),
                Class::Ignored => {}
                _ => folded.push(part),
            });
        }
        folded
    }

    #[test]
    fn case_width_and_accents_are_folded() {
        assert_eq!(folded("Größe ĄĆĘŁ Ｆｕｌｌ İstanbul ılık œuvre"), "grosse acel full istanbul ilik oeuvre");
        assert_eq!(folded("ΠΡΌΣ πρός Ёлка йод"), "προσ προσ елка йод");
        assert_eq!(folded("ｶﾞ"), folded("ガ"));
        assert_eq!(folded("أحمد مُحَمَّد کی"), "احمد محمد كي");
        assert_eq!(folded("z\u{308}\u{30d}a\u{336}lgo"), "zalgo");
        assert_eq!(folded("ac\u{200b}me\u{202e}"), "acme");
    }

    #[test]
    fn the_table_tells_what_folding_tells_and_folding_twice_changes_nothing() {
        for character in ('\0'..=char::MAX).filter(|character| !character.is_ascii()) {
            let mut slow = Vec::new();
            fold(character, &mut |part, class| slow.push((part, class)));
            let mut fast = Vec::new();
            Characters::get().fold(character, |part, class| fast.push((part, class)));
            if slow.first().is_none_or(|(_, class)| matches!(class, Class::Break | Class::Ignored)) {
                assert_eq!(fast.first().map(|part| part.1), slow.first().map(|part| part.1), "{character:?}");
                continue;
            }
            assert_eq!(fast, slow, "{character:?}");
            for (part, class) in slow.into_iter().filter(|(part, _)| !part.is_ascii()) {
                let mut again = Vec::new();
                fold(part, &mut |part, class| again.push((part, class)));
                assert_eq!(again, [(part, class)], "{character:?}");
            }
        }
    }
}
