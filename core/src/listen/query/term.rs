//! Words and phrases.

use compact_str::CompactString;

use crate::listen::fold::{Folded, is_unspaced};
use crate::policy::LONGEST_TERM;

/// Before a `*` stand at least so many letters.
pub(super) const SHORTEST_BEGINNING: usize = 2;

/// Words in a row; one word is the common case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) words: Vec<Word>,
}

/// A word, folded; a tag or handle with its sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: CompactString,
    /// Whether any word will do that begins so.
    pub(crate) open: bool,
}

impl Word {
    /// Whether it is a character of a script without spaces, which touches what stands beside it.
    pub(crate) fn touches(&self) -> bool {
        self.text.chars().next().is_some_and(is_unspaced)
    }

    /// Whether it may be met as a whole that is made of several words.
    pub(crate) fn is_whole(&self) -> bool {
        self.text.starts_with('#') || self.text.strip_prefix('@').is_some_and(|handle| handle.contains('@'))
    }
}

impl Term {
    /// Reads what stands between spaces or quotation marks.
    pub(super) fn read(written: &str) -> Result<Self, String> {
        let length = written.chars().count();
        if length > LONGEST_TERM {
            return Err(format!("a term of {length} characters; at most {LONGEST_TERM} can be looked for"));
        }
        let mut words = Vec::new();
        for piece in written.split_whitespace() {
            read_piece(piece, &mut words)?;
        }
        match words.is_empty() {
            true => Err(nothing(written)),
            false => Ok(Self { words }),
        }
    }
}

fn read_piece(piece: &str, words: &mut Vec<Word>) -> Result<(), String> {
    let plain = piece.trim_end_matches('*');
    if plain.contains('*') {
        return Err(format!("`{piece}`: a `*` stands at the end of a word only, as in `deliver*`"));
    }
    let found = words.len();
    read_words(plain, words);
    if plain.len() == piece.len() {
        return Ok(());
    }
    let Some(last) = words[found..].last_mut() else { return Err(too_open(piece)) };
    let letters = last.text.trim_start_matches(['#', '@']).chars().count();
    last.open = !last.touches();
    match last.open && letters < SHORTEST_BEGINNING {
        true => Err(too_open(piece)),
        false => Ok(()),
    }
}

fn too_open(piece: &str) -> String {
    format!("`{piece}` would find nearly everything; expected at least {SHORTEST_BEGINNING} letters before `*`")
}

/// Adds the words of `text` as they are met in messages: a tag as a whole, anything else word by word.
fn read_words(text: &str, words: &mut Vec<Word>) {
    let folded = Folded::of(text);
    let mut at = 0;
    while let Some(word) = folded.words().get(at) {
        let starts = |whole: &&crate::listen::fold::Whole| {
            whole.first as usize == at && folded.folded(whole.word).starts_with(['#', '@'])
        };
        let (text, next) = match folded.wholes().iter().find(starts) {
            Some(whole) => (folded.folded(whole.word), whole.last as usize + 1),
            None => (folded.folded(*word), at + 1),
        };
        words.push(Word { text: text.into(), open: false });
        at = next;
    }
}

fn nothing(written: &str) -> String {
    let link = Folded::of(written).has_link();
    match link {
        true => format!("`{written}` is a link, and links are not looked into; try `has:link`"),
        false => format!("`{written}` has no letter, digit or emoji that could be looked for"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(written: &str) -> Vec<String> {
        let star = |word: Word| format!("{}{}", word.text, if word.open { "*" } else { "" });
        Term::read(written).unwrap().words.into_iter().map(star).collect()
    }

    #[test]
    fn terms_are_cut_as_texts_are() {
        assert_eq!(words("Don't"), ["don", "t"]);
        assert_eq!(words("#AcmeFail"), ["#acmefail"]);
        assert_eq!(words("#acme*"), ["#acme*"]);
        assert_eq!(words("@Acme@Social.example"), ["@acme@social.example"]);
        assert_eq!(words("壊れた"), ["壊", "れ", "た"]);
        assert_eq!(words("壊*"), ["壊"]);
        assert_eq!(words("late deliver* #AcmeFail"), ["late", "deliver*", "#acmefail"]);
        assert_eq!(words("👍🏽"), ["👍"]);
    }

    #[test]
    fn what_would_find_everything_is_refused() {
        for written in ["*", "a*", "#a*", "**", "late *", "de*ver"] {
            assert!(Term::read(written).is_err(), "{written}");
        }
        assert!(Term::read("...").unwrap_err().contains("no letter"));
        assert!(Term::read("https://acme.example").unwrap_err().contains("is a link"));
    }
}
