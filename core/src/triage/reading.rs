//! A text made ready for matching: lower case, with links, mentions and addresses blanked, byte for byte as long as the original.

use crate::model::{Content, Entity, EntityKind, Span};

/// What one pass over a text tells. Offsets in `folded` are offsets in the original text.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The text in lower case; links, mentions and mail addresses are spaces.
    pub(crate) folded: String,
    /// Where links stand.
    pub(crate) links: Vec<Span>,
    /// Where mentions stand, `@` included.
    pub(crate) mentions: Vec<Span>,
    /// How many hashtags there are.
    pub(crate) hashtags: usize,
    /// Where the first question mark stands, and how many there are.
    pub(crate) question_marks: Marks,
    /// Where the first exclamation mark stands, and how many there are.
    pub(crate) exclamation_marks: Marks,
    /// How many words of three or more letters are all capitals.
    pub(crate) shouted: usize,
    /// Words between spaces, without blanked ones.
    pub(crate) words: usize,
    /// Letters by script.
    pub(crate) letters: Letters,
}

/// Where a mark stands first, and how often it comes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    pub(crate) first: Option<Span>,
    pub(crate) count: usize,
}

impl Marks {
    fn add(&mut self, at: usize, mark: char) {
        self.first = self.first.or_else(|| Span::new(at, at + mark.len_utf8()));
        self.count += 1;
    }
}

/// Letters by script.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Letters {
    pub(crate) latin: usize,
    pub(crate) other: [usize; SCRIPTS.len()],
}

/// Scripts that name a language, by code point range.
pub(crate) const SCRIPTS: &[(u32, u32, &str)] = &[
    (0x0370, 0x03ff, "el"),
    (0x0400, 0x052f, "ru"),
    (0x0530, 0x058f, "hy"),
    (0x0590, 0x05ff, "he"),
    (0x0600, 0x06ff, "ar"),
    (0x0750, 0x077f, "ar"),
    (0x0900, 0x097f, "hi"),
    (0x0980, 0x09ff, "bn"),
    (0x0a00, 0x0a7f, "pa"),
    (0x0a80, 0x0aff, "gu"),
    (0x0b80, 0x0bff, "ta"),
    (0x0c00, 0x0c7f, "te"),
    (0x0c80, 0x0cff, "kn"),
    (0x0d00, 0x0d7f, "ml"),
    (0x0d80, 0x0dff, "si"),
    (0x0e00, 0x0e7f, "th"),
    (0x0e80, 0x0eff, "lo"),
    (0x1000, 0x109f, "my"),
    (0x10a0, 0x10ff, "ka"),
    (0x1100, 0x11ff, "ko"),
    (0x1200, 0x137f, "am"),
    (0x1780, 0x17ff, "km"),
    (0x3040, 0x30ff, "ja"),
    (0x3400, 0x4dbf, "zh"),
    (0x4e00, 0x9fff, "zh"),
    (0xac00, 0xd7af, "ko"),
    (0xff66, 0xff9f, "ja"),
];

/// The place of a character's script in [`SCRIPTS`], which are in order.
fn script_of(code: u32) -> Option<usize> {
    let script = SCRIPTS.partition_point(|(_, last, _)| *last < code);
    SCRIPTS.get(script).filter(|(first, ..)| *first <= code).map(|_| script)
}

impl Reading {
    /// Reads `content` once.
    pub(crate) fn new(content: &Content) -> Self {
        Self::of(&content.text, &content.entities)
    }

    /// Reads `text`, in which `entities` are marked, once.
    pub(crate) fn of(text: &str, entities: &[Entity]) -> Self {
        let mut reading = Self { folded: String::with_capacity(text.len()), ..Self::default() };
        let mut marked = entities.iter().filter(|entity| {
            matches!(entity.kind, EntityKind::Mention | EntityKind::Link) && !entity.span.of(text).is_empty()
        });
        let mut next_marked = marked.next();
        let mut word = Word::default();
        let mut previous = ' ';
        let mut at = 0;
        while let Some(character) = text[at..].chars().next() {
            while next_marked.is_some_and(|entity| (entity.span.start as usize) < at) {
                next_marked = marked.next();
            }
            let blank = match next_marked.filter(|entity| entity.span.start as usize == at) {
                Some(entity) => Some((entity.kind == EntityKind::Link, entity.span.end as usize)),
                None => blank_at(text, at, character, previous),
            };
            if let Some((link, end)) = blank {
                if let Some(span) = Span::new(at, end) {
                    if link { reading.links.push(span) } else { reading.mentions.push(span) }
                }
                reading.folded.extend(std::iter::repeat_n(' ', end - at));
                reading.finish(&mut word);
                previous = ' ';
                at = end;
                continue;
            }
            // Inside a word nothing but the entity that comes next is looked out for.
            let end = next_marked.map_or(text.len(), |entity| entity.span.start as usize);
            let letters = text.as_bytes()[at..end].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            if letters > 0 {
                reading.take_letters(&text[at..at + letters], &mut word);
                previous = 'a';
                at += letters;
                continue;
            }
            reading.take(at, character, &mut word);
            previous = character;
            at += character.len_utf8();
        }
        reading.finish(&mut word);
        reading
    }

    /// Takes letters of ASCII.
    fn take_letters(&mut self, letters: &str, word: &mut Word) {
        word.open = true;
        word.letters += letters.len();
        word.capitals += letters.bytes().filter(u8::is_ascii_uppercase).count();
        self.letters.latin += letters.len();
        let start = self.folded.len();
        self.folded.push_str(letters);
        self.folded[start..].make_ascii_lowercase();
    }

    /// Takes any other character.
    fn take(&mut self, at: usize, character: char, word: &mut Word) {
        if character.is_ascii() {
            match character {
                '?' => self.question_marks.add(at, character),
                '!' => self.exclamation_marks.add(at, character),
                '#' => self.hashtags += 1,
                _ => {}
            }
            if character.is_ascii_whitespace() {
                self.finish(word);
                self.folded.push(' ');
            } else {
                word.open = true;
                self.folded.push(character.to_ascii_lowercase());
            }
            return;
        }
        match character {
            '？' | '؟' => self.question_marks.add(at, character),
            '！' => self.exclamation_marks.add(at, character),
            _ => {}
        }
        if character.is_whitespace() {
            self.finish(word)
        } else {
            word.open = true
        }
        let lower = same_length_lower(character);
        if character.is_alphabetic() || (0x0900..0x1100).contains(&(character as u32)) {
            self.letters.count(lower);
            word.letters += 1;
            word.capitals += usize::from(character.is_uppercase());
        }
        self.folded.push(lower);
    }

    fn finish(&mut self, word: &mut Word) {
        self.words += usize::from(word.open);
        self.shouted += usize::from(word.letters >= 3 && word.letters == word.capitals);
        *word = Word::default();
    }
}

#[derive(Default)]
struct Word {
    open: bool,
    letters: usize,
    capitals: usize,
}

impl Letters {
    fn count(&mut self, lower: char) {
        match script_of(lower as u32) {
            Some(script) => self.other[script] += 1,
            None => self.latin += 1,
        }
    }

    /// All letters.
    pub(crate) fn total(&self) -> usize {
        self.latin + self.other.iter().sum::<usize>()
    }
}

/// The lower case of `character` if it is as long, else `character`: spans must stay true.
pub(crate) fn same_length_lower(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) if one.len_utf8() == character.len_utf8() => one,
        _ => character,
    }
}

/// No handle or mail domain has more characters; the bound keeps a text of nothing but `@` and dots cheap.
const LONGEST_HANDLE: usize = 255;

/// Whether a link (`true`) or a mention or mail address (`false`) starts at `at`, and where it ends.
fn blank_at(text: &str, at: usize, character: char, previous: char) -> Option<(bool, usize)> {
    let rest = &text[at..];
    match character {
        'h' | 'H' | 'w' | 'W' if !previous.is_alphanumeric() => {
            let link = ["http://", "https://", "www."]
                .iter()
                .any(|start| rest.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)));
            link.then(|| (true, at + until(rest, |c| c.is_whitespace() || matches!(c, '<' | '>' | '"'))))
        }
        '@' => {
            let belongs = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@');
            let name: usize = rest[1..].chars().take(LONGEST_HANDLE).take_while(belongs).map(char::len_utf8).sum();
            let name = rest[1..=name].trim_end_matches(['.', '-', '@']).len();
            (name > 0).then_some((false, at + 1 + name))
        }
        _ => None,
    }
}

fn until(text: &str, stop: impl Fn(char) -> bool) -> usize {
    text.find(stop).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(text: &str) -> Reading {
        Reading::new(&Content { text: text.into(), ..Content::default() })
    }

    #[test]
    fn scripts_are_in_order() {
        assert!(SCRIPTS.is_sorted_by(|before, after| before.1 < after.0));
        assert_eq!(
            ["я", "ん", "한", "→"].map(|text| script_of(text.chars().next().unwrap() as u32).map(|at| SCRIPTS[at].2)),
            [Some("ru"), Some("ja"), Some("ko"), None]
        );
    }

    #[test]
    fn offsets_stay_true_whatever_the_case() {
        for text in
            ["Où EST-IL ? İstanbul ẞ K", "ÄRGER!!! 😡 Schöne Grüße", "ΔΕΝ", "@Acme HELP https://acme.example/A?b=C now"]
        {
            assert_eq!(reading(text).folded.len(), text.len(), "{text}");
        }
        let folded = reading("@Acme HELP https://acme.example/A now").folded;
        assert_eq!(folded.split_whitespace().collect::<Vec<_>>(), ["help", "now"]);
    }

    #[test]
    fn marks_and_shouting_are_counted_outside_links() {
        let reading = reading("WHY does https://acme.example/?q=1 FAIL?! #acme");
        assert_eq!((reading.question_marks.count, reading.exclamation_marks.count), (1, 1));
        assert_eq!((reading.shouted, reading.hashtags, reading.links.len(), reading.words), (2, 1, 1, 4));
    }
}
