//! A text cut into words that are folded for matching, each with its place in the original.
//!
//! Words stand one after another in one buffer. Of a hashtag every part is a word; the tag as a whole is kept beside
//! them. In scripts without spaces every character is a word. Nothing in a link is one.

mod character;

use crate::model::{Entity, EntityKind};

pub(crate) use character::is_unspaced;
use character::{Characters, Class};

/// Of a longer text the beginning is looked at.
const LONGEST_TEXT: usize = 16 << 20;
/// No handle has more characters.
const LONGEST_HANDLE: usize = 255;
const JOINER: char = '\u{200d}';

/// One word: where it stands among the folded words, and where in the text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Word {
    from: u32,
    to: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A tag or handle as a whole, and the words it is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole {
    pub(crate) word: Word,
    pub(crate) first: u32,
    pub(crate) last: u32,
}

/// What the last word can still take up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Touching {
    /// Nothing.
    #[default]
    No,
    /// Letters: it is not ended.
    Word,
    /// Marks: it is a character of a script without spaces.
    Alone,
    /// What belongs to an emoji.
    Emoji,
    /// The other half of a flag.
    Flag,
    /// Another emoji, behind a joiner.
    Joined,
}

/// A folded text. Made once and read into again and again.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    text: String,
    words: Vec<Word>,
    wholes: Vec<Whole>,
    touching: Touching,
    has_link: bool,
    has_question: bool,
}

impl Folded {
    /// `text`, folded, for a term.
    pub(crate) fn of(text: &str) -> Self {
        let mut folded = Self::default();
        folded.read(text, &[]);
        folded
    }

    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }

    pub(crate) fn wholes(&self) -> &[Whole] {
        &self.wholes
    }

    /// A word, folded.
    pub(crate) fn folded(&self, word: Word) -> &str {
        self.text.get(word.from as usize..word.to as usize).unwrap_or_default()
    }

    pub(crate) fn has_link(&self) -> bool {
        self.has_link
    }

    pub(crate) fn has_question(&self) -> bool {
        self.has_question
    }

    /// Reads `text`, in which `entities` are marked, in one pass.
    pub(crate) fn read(&mut self, text: &str, entities: &[Entity]) {
        self.clear();
        let text = beginning(text);
        let mut marked = entities.iter().filter(|entity| {
            matches!(entity.kind, EntityKind::Mention | EntityKind::Link) && !entity.span.of(text).is_empty()
        });
        let mut next = marked.next();
        let characters = Characters::get();
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if let Some(entity) = next.filter(|entity| entity.span.start as usize <= at) {
                next = marked.next();
                if entity.span.start as usize == at {
                    at = self.entity(entity, at);
                }
                continue;
            }
            let byte = bytes[at];
            if byte.is_ascii_alphanumeric() {
                at = match byte {
                    b'h' | b'H' | b'w' | b'W' if self.touching != Touching::Word => self.link(text, at),
                    _ => self.ascii(text, at),
                };
            } else if byte.is_ascii() {
                at = self.sign(text, at, characters);
            } else {
                at = self.character(text, at, characters);
            }
        }
    }

    fn clear(&mut self) {
        // A very long text must not hold its memory for ever.
        if self.text.capacity() > 1 << 20 {
            *self = Self::default();
        }
        self.text.clear();
        self.words.clear();
        self.wholes.clear();
        (self.touching, self.has_link, self.has_question) = (Touching::No, false, false);
    }

    /// Takes what a network marked; where to go on.
    fn entity(&mut self, entity: &Entity, at: usize) -> usize {
        self.touching = Touching::No;
        if entity.kind == EntityKind::Link {
            self.has_link = true;
            return entity.span.end as usize;
        }
        let from = self.text.len();
        let handle = entity.value.trim_start_matches('@');
        self.text.push('@');
        push_folded(&mut self.text, handle);
        let place = self.words.len();
        self.whole(from, self.text.len(), (at, entity.span.end as usize), (place, place));
        at
    }

    /// Takes letters and digits of ASCII.
    fn ascii(&mut self, text: &str, at: usize) -> usize {
        let length = text.as_bytes()[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let from = self.text.len();
        self.text.push_str(&text[at..at + length]);
        self.text[from..].make_ascii_lowercase();
        self.grow(from, at, at + length);
        at + length
    }

    /// Takes a link if one begins here, else letters.
    fn link(&mut self, text: &str, at: usize) -> usize {
        let rest = &text[at..];
        let begins = |start: &&str| rest.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
        if !["http://", "https://", "www."].iter().any(begins) {
            return self.ascii(text, at);
        }
        self.has_link = true;
        self.touching = Touching::No;
        let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"') || is_unspaced(c);
        at + rest.find(ends).unwrap_or(rest.len())
    }

    /// Takes a sign of ASCII.
    fn sign(&mut self, text: &str, at: usize, characters: Characters) -> usize {
        match text.as_bytes()[at] {
            b'#' if self.touching != Touching::Word => return self.tag(text, at, 1, characters),
            b'@' => return self.handle(text, at, 1, characters),
            b'?' => self.has_question = true,
            _ => {}
        }
        self.touching = Touching::No;
        at + 1
    }

    /// Takes any other character.
    fn character(&mut self, text: &str, at: usize, characters: Characters) -> usize {
        let Some(character) = text[at..].chars().next() else { return text.len() };
        let length = character.len_utf8();
        match character {
            '＃' if self.touching != Touching::Word => return self.tag(text, at, length, characters),
            '＠' => return self.handle(text, at, length, characters),
            '？' | '؟' => self.has_question = true,
            _ => {}
        }
        characters.fold(character, |part, class| self.take(part, class, at, at + length));
        at + length
    }

    fn take(&mut self, part: char, class: Class, start: usize, end: usize) {
        let from = self.text.len();
        match class {
            Class::Letter => {
                self.text.push(part);
                self.grow(from, start, end);
            }
            Class::Alone => {
                self.text.push(part);
                self.add(from, start, end, Touching::Alone);
            }
            Class::Mark => {
                if self.touching != Touching::No {
                    self.text.push(part);
                    self.stretch(end);
                }
            }
            Class::Emoji => match (self.touching, part) {
                // Men and women are alike.
                (Touching::Joined, '♀' | '♂') => {
                    self.stretch(end);
                    self.touching = Touching::Emoji;
                }
                (Touching::Joined, _) => {
                    self.text.extend([JOINER, part]);
                    self.stretch(end);
                    self.touching = Touching::Emoji;
                }
                _ => {
                    self.text.push(part);
                    self.add(from, start, end, Touching::Emoji);
                }
            },
            Class::Flag => {
                self.text.push(part);
                if self.touching == Touching::Flag {
                    self.stretch(end);
                    self.touching = Touching::Emoji;
                } else {
                    self.add(from, start, end, Touching::Flag);
                }
            }
            Class::Joiner => {
                if self.touching == Touching::Emoji {
                    self.touching = Touching::Joined;
                }
            }
            Class::Ignored => {
                if self.touching != Touching::No {
                    self.lengthen(end);
                }
            }
            Class::Break | Class::Long => self.touching = Touching::No,
        }
    }

    /// The open word grows by what was folded since `from`; without one a word begins.
    fn grow(&mut self, from: usize, start: usize, end: usize) {
        if self.touching == Touching::Word {
            self.stretch(end);
        } else {
            self.add(from, start, end, Touching::Word);
        }
    }

    fn add(&mut self, from: usize, start: usize, end: usize, touching: Touching) {
        self.words.push(word(from, self.text.len(), start, end));
        self.touching = touching;
    }

    /// The last word takes up all that was folded, and reaches to `end`.
    fn stretch(&mut self, end: usize) {
        let to = self.text.len() as u32;
        if let Some(last) = self.words.last_mut() {
            last.to = to;
        }
        self.lengthen(end);
    }

    fn lengthen(&mut self, end: usize) {
        if let Some(last) = self.words.last_mut() {
            last.end = end as u32;
        }
    }

    /// Takes a hashtag: its words, and itself as a whole.
    fn tag(&mut self, text: &str, at: usize, sign: usize, characters: Characters) -> usize {
        self.touching = Touching::No;
        let begin = at + sign;
        let belongs = |c: char| {
            c == '_'
                || c.is_ascii_alphanumeric()
                || !c.is_ascii() && !matches!(characters.class(c), Class::Break | Class::Emoji | Class::Flag)
        };
        let end = begin + text[begin..].find(|c| !belongs(c)).unwrap_or(text.len() - begin);
        let (tag, first) = (&text[begin..end], self.words.len());
        self.words_of_tag(tag, begin, characters);
        self.touching = Touching::No;
        if self.words.len() == first {
            return end.max(begin);
        }
        let last = self.words.len() - 1;
        let from = self.text.len();
        self.text.push('#');
        for character in tag.chars() {
            match character {
                '_' => self.text.push('_'),
                _ => characters.fold(character, |part, class| {
                    if matches!(class, Class::Letter | Class::Alone | Class::Mark) {
                        self.text.push(part);
                    }
                }),
            }
        }
        self.whole(from, self.text.len(), (at, end), (first, last));
        if last > first && !tag.contains('_') {
            self.whole(from + 1, self.text.len(), (begin, end), (first, last));
        }
        end
    }

    /// Cuts a tag where its writing changes: #AcmeFail, #ACMEfail2024, #acme_fail.
    fn words_of_tag(&mut self, tag: &str, begin: usize, characters: Characters) {
        let mut before = Writing::Other;
        let mut piece = 0;
        let mut rest = tag.char_indices().peekable();
        let first = self.words.len();
        while let Some((at, character)) = rest.next() {
            let now = Writing::of(character);
            let next = rest.peek().map_or(Writing::Other, |(_, next)| Writing::of(*next));
            let cut = match (before, now) {
                // iPhone, eBay.
                (Writing::Lower, Writing::Upper) => piece > 1 || self.words.len() > first + 1,
                (Writing::Upper, Writing::Upper) => next == Writing::Lower,
                (Writing::Digit, other) | (other, Writing::Digit) => other != Writing::Digit && other != Writing::Other,
                _ => false,
            };
            if character == '_' || cut {
                self.touching = Touching::No;
                piece = 0;
            }
            let end = begin + at + character.len_utf8();
            if character != '_' {
                characters.fold(character, |part, class| self.take(part, class, begin + at, end));
            }
            piece += 1;
            before = now;
        }
    }

    /// Takes a handle, or passes over the rest of a mail address.
    fn handle(&mut self, text: &str, at: usize, sign: usize, characters: Characters) -> usize {
        let mail = self.touching == Touching::Word;
        self.touching = Touching::No;
        let begin = at + sign;
        let first = text[begin..].chars().next().filter(|first| first.is_alphanumeric() || *first == '_');
        let Some(alone) = first.map(is_unspaced) else { return begin };
        let belongs =
            |c: &char| (c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@')) && (alone || !is_unspaced(*c));
        let length: usize = text[begin..].chars().take(LONGEST_HANDLE).take_while(belongs).map(char::len_utf8).sum();
        let handle = text[begin..begin + length].trim_end_matches(['.', '-', '@']);
        let end = begin + handle.len();
        if mail || handle.is_empty() {
            return end;
        }
        let name = handle.split('@').next().unwrap_or_default();
        let from = self.text.len();
        self.text.push('@');
        fold_handle(&mut self.text, name, characters);
        self.add(from, at, begin + name.len(), Touching::No);
        if let Some(host) = handle.get(name.len()..).filter(|host| !host.is_empty()) {
            let from = self.text.len();
            self.text.push('@');
            fold_handle(&mut self.text, name, characters);
            fold_handle(&mut self.text, host, characters);
            let place = self.words.len() - 1;
            self.whole(from, self.text.len(), (at, end), (place, place));
        }
        end
    }

    fn whole(&mut self, from: usize, to: usize, (start, end): (usize, usize), (first, last): (usize, usize)) {
        self.wholes.push(Whole { word: word(from, to, start, end), first: first as u32, last: last as u32 });
    }
}

/// As much of a text as is looked at.
fn beginning(text: &str) -> &str {
    let end = (0..=text.len().min(LONGEST_TEXT)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

/// Lengths fit: a text has at most [`LONGEST_TEXT`] bytes, and folding makes none eleven times as long.
fn word(from: usize, to: usize, start: usize, end: usize) -> Word {
    Word { from: from as u32, to: to as u32, start: start as u32, end: end as u32 }
}

/// How a character of a tag is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    Lower,
    Upper,
    Digit,
    Other,
}

impl Writing {
    fn of(character: char) -> Self {
        match character {
            c if c.is_lowercase() => Self::Lower,
            c if c.is_uppercase() => Self::Upper,
            c if c.is_numeric() => Self::Digit,
            _ => Self::Other,
        }
    }
}

fn fold_handle(folded: &mut String, handle: &str, characters: Characters) {
    for character in handle.chars() {
        match character.is_ascii() {
            true => folded.push(character.to_ascii_lowercase()),
            false => characters.fold(character, |part, class| {
                if matches!(class, Class::Letter | Class::Alone | Class::Mark) {
                    folded.push(part);
                }
            }),
        }
    }
}

/// Adds `value` in lower case and without accents, its signs kept and each stretch of white space one space.
pub(crate) fn push_folded(folded: &mut String, value: &str) {
    for (number, piece) in value.split_whitespace().enumerate() {
        if number > 0 {
            folded.push(' ');
        }
        fold_handle(folded, piece, Characters::get());
    }
}
