//! Phrases with lists and choices in them: `my {thing} (has not|hasn't) arrived`.

use std::iter::Peekable;
use std::str::Chars;

/// A sequence of words, lists and choices.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Phrase(pub(super) Vec<Piece>);

/// A part of a phrase.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Piece {
    /// Said as it is.
    Words(String),
    /// An entry of the list with this name.
    List(String),
    /// One of these.
    Choice(Vec<Phrase>),
}

impl Phrase {
    /// Reads a phrase; the error says what is wrong and what to do.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.chars().peekable();
        let phrase = Self::sequence(&mut rest)?;
        match rest.next() {
            None => Ok(phrase),
            Some(found) => Err(format!("`{found}` stands outside of a choice; write `\\{found}` to say it")),
        }
    }

    /// The lists it names, those in its choices too.
    pub(super) fn lists(&self) -> Vec<&str> {
        self.0.iter().flat_map(Piece::lists).collect()
    }

    /// Up to the end, or to a bar or parenthesis that closes nothing in here.
    fn sequence(rest: &mut Peekable<Chars<'_>>) -> Result<Self, String> {
        let (mut pieces, mut words) = (Vec::new(), String::new());
        while let Some(next) = rest.next_if(|&next| next != '|' && next != ')') {
            let piece = match next {
                '\\' => {
                    words.push(rest.next().ok_or("a backslash ends the line; it keeps the character that follows")?);
                    continue;
                }
                '{' => Piece::List(list(rest)?),
                '(' => Piece::Choice(choice(rest)?),
                '}' => return Err("`}` without `{`; write `\\}` to say it".to_owned()),
                plain => {
                    words.push(plain);
                    continue;
                }
            };
            if !words.is_empty() {
                pieces.push(Piece::Words(std::mem::take(&mut words)));
            }
            pieces.push(piece);
        }
        if !words.is_empty() {
            pieces.push(Piece::Words(words));
        }
        Ok(Self(pieces))
    }
}

impl Piece {
    fn lists(&self) -> Vec<&str> {
        match self {
            Self::Words(_) => Vec::new(),
            Self::List(name) => vec![name],
            Self::Choice(choices) => choices.iter().flat_map(Phrase::lists).collect(),
        }
    }
}

fn list(rest: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let mut name = String::new();
    loop {
        match rest.next() {
            Some('}') if name.is_empty() => return Err("`{}` names no list".to_owned()),
            Some('}') => return Ok(name),
            Some(next) if is_in_name(next) => name.push(next),
            _ => return Err(format!("`{{{name}` is not closed; a list stands as `{{name}}`")),
        }
    }
}

fn choice(rest: &mut Peekable<Chars<'_>>) -> Result<Vec<Phrase>, String> {
    let mut choices = vec![Phrase::sequence(rest)?];
    loop {
        match rest.next() {
            Some('|') => choices.push(Phrase::sequence(rest)?),
            Some(_) if choices.len() == 1 => return Err("a choice of one; write `\\(` to say a parenthesis".to_owned()),
            Some(_) => return Ok(choices),
            None => return Err("`(` is not closed; write `\\(` to say it".to_owned()),
        }
    }
}

/// Whether a character may stand in the name of a list.
pub(super) fn is_in_name(next: char) -> bool {
    next.is_alphanumeric() || next == '_' || next == '-'
}
