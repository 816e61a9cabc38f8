//! A text as symbols of one byte, which letter sequences are cut from.

use super::super::reading::{Letters, Reading, SCRIPTS};

/// No more symbols are looked at: they tell as much as a whole book.
const ROOM: usize = 384;
/// No more bytes are looked at, whatever they are.
const REACH: usize = 2048;
/// With fewer letters nothing is told.
const LEAST: usize = 3;
/// What parts words.
pub const GAP: u8 = b' ';

/// Scripts that several languages share, each with a model of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Latin.
    Latin,
    /// Cyrillic.
    Cyrillic,
    /// Arabic.
    Arabic,
    /// Devanagari.
    Devanagari,
}

/// The letters of a text, one byte each; single gaps between words and at both ends.
#[derive(Debug)]
pub struct Symbols {
    symbols: [u8; ROOM],
    /// Where in the text each symbol stands.
    places: [u16; ROOM],
    length: usize,
    /// How many letters of another script stand in one word with letters of this one.
    strangers: usize,
}

impl Symbols {
    /// The symbols of `text` in the script that several languages write and most of it is in.
    pub fn of(text: &str) -> Option<(Script, Self)> {
        let reading = Reading::of(text, &[]);
        match written_in(&reading.letters) {
            Some(Written::Shared(script)) => Some((script, Self::read(&reading.folded, script))),
            _ => None,
        }
    }

    /// The symbols of a text in lower case.
    pub(super) fn read(folded: &str, script: Script) -> Self {
        let mut read = Self { symbols: [GAP; ROOM], places: [0; ROOM], length: 1, strangers: 0 };
        // Hashtags name campaigns, often in another language than the sentence around them.
        read.take(folded, script, true);
        if read.length < 8 {
            read.length = 1;
            read.take(folded, script, false);
        }
        read.push(folded.len().min(REACH), GAP);
        read
    }

    fn take(&mut self, folded: &str, script: Script, without_tags: bool) {
        let bytes = &folded.as_bytes()[..folded.len().min(REACH)];
        let mut at = 0;
        // The room that the gap at the end needs is left.
        while at < bytes.len() && self.length + 1 < ROOM {
            let byte = bytes[at];
            if byte < 0x80 {
                let symbol = if script == Script::Latin { ASCII[usize::from(byte)] } else { GAP };
                if byte == b'#' && without_tags {
                    at += bytes[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
                    self.push(at, GAP);
                    continue;
                }
                self.push(at, symbol);
                at += 1;
                continue;
            }
            let Some(character) = folded[at..].chars().next() else { return };
            match letter(character, script) {
                Letter::Mark => {}
                Letter::Symbol(symbol) => self.push(at, symbol),
                Letter::Other => {
                    self.strangers += usize::from(self.symbols[self.length - 1] != GAP && imitates(character));
                    self.push(at, GAP);
                }
            }
            at += character.len_utf8();
        }
    }

    /// Adds a symbol, unless it is one gap too many or the third of its kind in a row: "sooooo" is "soo".
    fn push(&mut self, at: usize, symbol: u8) {
        let (last, before) = (self.symbols[self.length - 1], self.symbols[self.length.saturating_sub(2)]);
        if symbol == last && (symbol == GAP || symbol == before) || self.length == ROOM {
            return;
        }
        self.symbols[self.length] = symbol;
        self.places[self.length] = at as u16;
        self.length += 1;
    }

    /// The symbols, a gap at both ends.
    pub fn as_bytes(&self) -> &[u8] {
        &self.symbols[..self.length]
    }

    /// Where in the text the symbol at `index` stands, in bytes.
    pub(super) fn place(&self, index: usize) -> usize {
        usize::from(self.places[index.min(self.length - 1)])
    }

    /// Whether there are too few letters to tell anything.
    pub(super) fn is_too_short(&self) -> bool {
        self.as_bytes().iter().filter(|symbol| **symbol != GAP).count() < LEAST
    }

    /// Whether letters that only look like those of the script stand among them.
    pub(super) fn is_disguised(&self) -> bool {
        let words = self.as_bytes().iter().filter(|symbol| **symbol == GAP).count();
        self.strangers >= 2 && self.strangers * 4 >= words
    }
}

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Written {
    /// In a script of several languages.
    Shared(Script),
    /// In a script that tells the language.
    Telling(&'static str),
}

/// What most of a text is written in. Names in Latin letters stand in texts of every script, so those count less.
pub(super) fn written_in(letters: &Letters) -> Option<Written> {
    let other: usize = letters.other.iter().sum();
    if other < 2 || other * 5 < letters.total() * 2 {
        return (letters.latin > 0).then_some(Written::Shared(Script::Latin));
    }
    let of = |language: &str| -> usize {
        SCRIPTS.iter().zip(letters.other).filter(|((_, _, name), _)| *name == language).map(|(_, count)| count).sum()
    };
    let (_, most) = SCRIPTS.iter().map(|(_, _, name)| (of(name), *name)).max()?;
    Some(match most {
        // Japanese is written with Han characters too; kana are only Japanese.
        "zh" if of("ja") > 0 => Written::Telling("ja"),
        "ru" => Written::Shared(Script::Cyrillic),
        "ar" => Written::Shared(Script::Arabic),
        "hi" => Written::Shared(Script::Devanagari),
        language => Written::Telling(language),
    })
}

enum Letter {
    Symbol(u8),
    /// A mark on the letter before.
    Mark,
    Other,
}

/// The symbol of a character beyond ASCII.
fn letter(character: char, script: Script) -> Letter {
    let code = character as u32;
    let symbol = match (script, code) {
        (_, 0x0300..=0x036f | 0x064b..=0x065f | 0x0640 | 0x200b..=0x200f | 0xfe00..=0xfe0f) => return Letter::Mark,
        (Script::Latin, _) => return latin(code),
        (Script::Cyrillic, 0x0430..=0x045f) => 0x80 + (code - 0x0430),
        (Script::Cyrillic, 0x0460..=0x04ff) => 0xb0 + (code - 0x0460) / 2,
        (Script::Arabic, 0x0621..=0x06df) => 0x40 + (code - 0x0620),
        (Script::Devanagari, 0x0900..=0x097f) => 0x80 + (code - 0x0900),
        _ => return Letter::Other,
    };
    Letter::Symbol(symbol as u8)
}

fn latin(code: u32) -> Letter {
    Letter::Symbol(match code {
        0x00df..=0x00ff if code != 0x00f7 => code as u8,
        0x0130 => b'i',
        // The comma and the cedilla below s and t are written for one another.
        0x0219 => 0x80 + 0x2f,
        0x021b => 0x80 + 0x31,
        // Lower case letters stand two apart, or one after the next in other lines.
        0x0100..=0x017f => 0x80 + ((code - 0x0100) / 2) as u8,
        0x0259 => 0xc0,
        0x01a1 => 0xc1,
        0x01b0 => 0xc2,
        // The many vowels of Vietnamese share a few symbols.
        0x1e00..=0x1eff => 0xc3 + (code / 2 % 24) as u8,
        0x2019 | 0x02bc => b'\'',
        _ => return Letter::Other,
    })
}

/// Whether a letter looks like one of another script.
fn imitates(character: char) -> bool {
    matches!(character as u32, 0x0370..=0x052f | 0x0530..=0x058f | 0x1d400..=0x1d7ff | 0xff21..=0xff5a)
}

/// The symbols of ASCII.
static ASCII: [u8; 128] = {
    let mut symbols = [GAP; 128];
    let mut code = b'a';
    while code <= b'z' {
        symbols[code as usize] = code;
        symbols[(code - 32) as usize] = code;
        code += 1;
    }
    symbols[b'\'' as usize] = b'\'';
    symbols
};

#[cfg(test)]
mod tests {
    use super::*;

    fn latin(folded: &str) -> Vec<u8> {
        Symbols::read(folded, Script::Latin).as_bytes().to_vec()
    }

    #[test]
    fn words_are_parted_by_one_gap() {
        assert_eq!(latin("it's 3 a.m.,  sooooo late"), b" it's a m soo late ");
        assert_eq!(latin("é"), [GAP, 0xe9, GAP]);
        assert_eq!(latin(""), b"  "[..1]);
    }

    #[test]
    fn hashtags_count_only_where_there_is_nothing_else() {
        assert_eq!(latin("why is this #paketfrust so late"), b" why is this so late ");
        assert_eq!(latin("#paketfrust"), b" paketfrust ");
    }

    #[test]
    fn room_is_bounded() {
        assert_eq!(latin(&"ab ".repeat(100_000)).len(), ROOM);
        assert!(latin(&"ă".repeat(100_000)).len() < ROOM);
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "ça, où est-il";
        let symbols = Symbols::read(text, Script::Latin);
        let start = symbols.as_bytes().iter().position(|symbol| *symbol == b'e').unwrap();
        assert_eq!(&text[symbols.place(start)..symbols.place(start + 3)], "est");
    }

    #[test]
    fn borrowed_letters_are_noticed() {
        assert!(Symbols::read("сlаim уоur frее рrizе", Script::Latin).is_disguised());
        assert!(!Symbols::read("the word мир is russian", Script::Latin).is_disguised());
    }
}
