//! The features of a text: its words, pairs of words, and four letters at a time, each as a hash with its place.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// What a feature is, so that a word and a piece of a longer one are two.
const WORD: u64 = 0x5851_f42d_4c95_7f2d;
const PAIR: u64 = 0x2545_f491_4f6c_dd1d;
const PIECE: u64 = 0x9e37_79b9_7f4a_7c15;
/// Stands at both ends of a word.
const EDGE: u16 = b' ' as u16;

/// Calls `feature` with the hash and the place of every feature of `folded`, which is in lower case.
///
/// Accents, marks of vowels and letters drawn out ("sooo") make no difference; digits are all one.
pub(crate) fn each(folded: &str, mut feature: impl FnMut(u64, usize, usize)) {
    let mut word = Word::default();
    let mut at = 0;
    let bytes = folded.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii() {
            match byte {
                b'a'..=b'z' => word.letter(u16::from(byte), at, &mut feature),
                b'0'..=b'9' => word.digit(at, &mut feature),
                b'\'' => {}
                b'!' | b'?' | b'%' | b'$' => {
                    word.end(at, &mut feature);
                    word.sign(u16::from(byte), at, at + 1, &mut feature);
                }
                b'.' | b',' | b';' | b':' | b'(' | b')' | b'\n' => {
                    word.end(at, &mut feature);
                    word.before = 0;
                }
                _ => word.end(at, &mut feature),
            }
            at += 1;
            continue;
        }
        let Some(character) = folded[at..].chars().next() else { return };
        let end = at + character.len_utf8();
        match kind(character) {
            Kind::Letter(base) => word.letter(base, at, &mut feature),
            Kind::Ideograph(base) => {
                word.end(at, &mut feature);
                word.ideograph(base, at, end, &mut feature);
            }
            Kind::Sign(base) => {
                word.end(at, &mut feature);
                word.sign(base, at, end, &mut feature);
            }
            Kind::Mark => {}
            Kind::Gap => word.end(at, &mut feature),
        }
        at = end;
    }
    word.end(at, &mut feature);
}

/// The word being read.
#[derive(Default)]
struct Word {
    /// Of the letters so far.
    hash: u64,
    /// Of the word before, in the same clause; 0 if there is none.
    before: u64,
    /// The last four letters.
    last: u64,
    letters: u32,
    start: usize,
    start_before: usize,
    /// The last characters of a script without spaces.
    run: u64,
    run_length: u32,
    run_starts: [usize; 2],
}

impl Word {
    fn letter(&mut self, letter: u16, at: usize, feature: &mut impl FnMut(u64, usize, usize)) {
        if self.letters == 0 {
            self.start = at;
            self.last = u64::from(EDGE);
            self.run_length = 0;
        }
        // "soooo" is "soo".
        if self.letters > 1 && self.last as u32 == u32::from(letter) << 16 | u32::from(letter) {
            return;
        }
        self.letters += 1;
        self.hash = step(self.hash, letter);
        self.last = self.last << 16 | u64::from(letter);
        if self.letters >= 3 {
            feature(mix(self.last ^ PIECE), self.start, at + 1);
        }
    }

    fn digit(&mut self, at: usize, feature: &mut impl FnMut(u64, usize, usize)) {
        if self.letters == 0 || self.last as u16 != u16::from(b'0') {
            self.letter(u16::from(b'0'), at, feature);
        }
    }

    fn sign(&mut self, sign: u16, start: usize, end: usize, feature: &mut impl FnMut(u64, usize, usize)) {
        let hash = step(WORD, sign);
        feature(mix(hash), start, end);
        if self.before != 0 {
            feature(mix(step(self.before, sign) ^ PAIR), self.start_before, end);
        }
    }

    fn ideograph(&mut self, sign: u16, start: usize, end: usize, feature: &mut impl FnMut(u64, usize, usize)) {
        self.run = self.run << 16 | u64::from(sign);
        self.run_length += 1;
        feature(mix(u64::from(sign) ^ WORD), start, end);
        if self.run_length >= 2 {
            feature(mix((self.run & 0xffff_ffff) ^ PAIR), self.run_starts[1], end);
        }
        if self.run_length >= 3 {
            feature(mix((self.run & 0xffff_ffff_ffff) ^ PIECE), self.run_starts[0], end);
        }
        self.run_starts = [self.run_starts[1], start];
    }

    /// Ends the word, if there is one.
    fn end(&mut self, at: usize, feature: &mut impl FnMut(u64, usize, usize)) {
        self.run_length = 0;
        if self.letters == 0 {
            return;
        }
        if self.letters >= 3 {
            feature(mix((self.last << 16 | u64::from(EDGE)) ^ PIECE), self.start, at);
        }
        feature(mix(self.hash ^ WORD), self.start, at);
        if self.before != 0 {
            feature(mix(self.before.rotate_left(23).wrapping_add(self.hash) ^ PAIR), self.start_before, at);
        }
        (self.before, self.start_before) = (self.hash, self.start);
        (self.hash, self.letters) = (0, 0);
    }
}

fn step(hash: u64, letter: u16) -> u64 {
    (hash.rotate_left(5) ^ u64::from(letter)).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// Spreads what differs in a few bits over all of them.
fn mix(hash: u64) -> u64 {
    let hash = (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ hash >> 29
}

#[derive(Clone, Copy)]
enum Kind {
    /// A letter of a script with spaces, without its accent.
    Letter(u16),
    /// A character of a script without spaces.
    Ideograph(u16),
    /// An emoji or another sign that says something.
    Sign(u16),
    /// Belongs to the letter before and makes no difference.
    Mark,
    /// Parts words.
    Gap,
}

/// The kinds of the characters below; the rest is told by its block.
static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| ('\0'..='\u{2fff}').map(kind_by_rule).collect());

fn kind(character: char) -> Kind {
    KINDS.get(character as usize).copied().unwrap_or_else(|| kind_by_rule(character))
}

fn kind_by_rule(character: char) -> Kind {
    let code = character as u32;
    match code {
        // Vowel marks, the stretching of Arabic, joiners and variation selectors.
        0x0300..=0x036f | 0x0591..=0x05c7 | 0x0610..=0x061a | 0x0640 | 0x064b..=0x065f | 0x0670 => Kind::Mark,
        0x200c..=0x200f | 0x202a..=0x202e | 0x2060..=0x2069 | 0xfe00..=0xfe0f | 0x1f3fb..=0x1f3ff => Kind::Mark,
        // Alef with and without its signs; its broken form; teh marbuta.
        0x0622 | 0x0623 | 0x0625 | 0x0671 => Kind::Letter(0x0627),
        0x0649 => Kind::Letter(0x064a),
        0x0629 => Kind::Letter(0x0647),
        0x2019 | 0x02bc => Kind::Mark,
        0x0660..=0x0669 | 0x06f0..=0x06f9 | 0x0966..=0x096f => Kind::Letter(u16::from(b'0')),
        0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3005..=0x3007 | 0x3041..=0x30ff | 0x3400..=0x9fff => {
            Kind::Ideograph(code as u16)
        }
        0xff10..=0xff19 => Kind::Letter(u16::from(b'0')),
        0xff41..=0xff5a => Kind::Letter((code - 0xff41 + 0x61) as u16),
        0xff01 => Kind::Sign(u16::from(b'!')),
        0xff1f | 0x061f => Kind::Sign(u16::from(b'?')),
        0x2600..=0x27bf | 0x2b50 | 0x1f000..=0x1faff => Kind::Sign(code as u16),
        0x0900..=0x0dff => Kind::Letter(code as u16),
        _ if character.is_alphanumeric() => Kind::Letter(base(character)),
        _ => Kind::Gap,
    }
}

/// The letter without accents, its lower 16 bits; what lies beyond is too rare to be told apart.
fn base(character: char) -> u16 {
    let bare = match character {
        'ß' => 's',
        'ł' => 'l',
        'ı' => 'i',
        'ø' => 'o',
        'đ' => 'd',
        // A syllable of Korean is one.
        '\u{ac00}'..='\u{d7a3}' => character,
        _ => [character].into_iter().nfd().next().unwrap_or(character),
    };
    bare.to_lowercase().next().unwrap_or(bare) as u32 as u16
}
