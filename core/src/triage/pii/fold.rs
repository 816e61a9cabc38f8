//! Digits of other scripts, wide forms, special spaces and dashes as ASCII, and the way back.

use super::is_hidden;

/// A text with what stands for ASCII in numbers and addresses replaced by it.
#[derive(Debug)]
pub(super) struct Folded {
    pub(super) text: String,
    /// From this byte of `text` on, so many more bytes stand before it in the original.
    shifts: Vec<(usize, usize)>,
}

impl Folded {
    /// `None` if there is nothing to replace.
    pub(super) fn of(original: &str) -> Option<Self> {
        let first = original.char_indices().find(|(_, character)| fold(*character).is_some())?.0;
        let mut folded = Self { text: String::with_capacity(original.len()), shifts: Vec::new() };
        folded.text.push_str(&original[..first]);
        let mut shift = 0;
        for character in original[first..].chars() {
            match fold(character) {
                None => folded.text.push(character),
                Some(written) => {
                    shift += character.len_utf8();
                    folded.text.extend(written);
                    shift -= written.map_or(0, char::len_utf8);
                    folded.shifts.push((folded.text.len(), shift));
                }
            }
        }
        Some(folded)
    }

    /// Where the bytes from `start` to `end` of the folded text stand in `original`.
    pub(super) fn place(&self, original: &str, start: usize, end: usize) -> (usize, usize) {
        let before_last = self.text[..end].char_indices().next_back().map_or(0, |(at, _)| at);
        let last = self.origin(before_last);
        let length = original[last..].chars().next().map_or(1, char::len_utf8);
        (self.origin(start), last + length)
    }

    fn origin(&self, at: usize) -> usize {
        let before = self.shifts.partition_point(|(from, _)| *from <= at);
        at + before.checked_sub(1).map_or(0, |nth| self.shifts[nth].1)
    }
}

/// What a character is replaced by; the inner `None` drops it.
fn fold(character: char) -> Option<Option<char>> {
    if character.is_ascii() {
        return None;
    }
    let digit = |zero: u32| char::from_digit(character as u32 - zero, 10);
    match character {
        '٠'..='٩' => Some(digit(0x660)),
        '۰'..='۹' => Some(digit(0x6f0)),
        '०'..='९' => Some(digit(0x966)),
        '০'..='৯' => Some(digit(0x9e6)),
        '๐'..='๙' => Some(digit(0xe50)),
        // The wide forms of what is visible in ASCII.
        '\u{ff01}'..='\u{ff5e}' => Some(char::from_u32(character as u32 - 0xfee0)),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(Some(' ')),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some(Some('-')),
        _ if is_hidden(character) => Some(None),
        _ => None,
    }
}

/// Whether `bytes` may hold a digit or an `@` that is not ASCII: pairs of bytes in which they end.
pub(super) fn may_hold_foreign(bytes: &[u8]) -> bool {
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    // No early end, so that the compiler can look at many bytes at once.
    pairs.fold(false, |found, (&first, &second)| {
        let within = |low: u8| second.wrapping_sub(low) < 10;
        found
            | ((first == 0xd9) & within(0xa0))
            | ((first == 0xdb) & within(0xb0))
            | ((first == 0xa5) & within(0xa6))
            | ((first == 0xa7) & within(0xa6))
            | ((first == 0xb9) & within(0x90))
            | ((first == 0xbc) & (within(0x90) | (second == 0xa0)))
    })
}
