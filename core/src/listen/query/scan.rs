//! Cuts a query into its signs, each with its column.

use super::mistake::QueryMistake;
use super::{FARTHEST, Reach};

/// One sign of a query, in which column it begins.
#[derive(Clone, Debug)]
pub(super) struct Sign {
    pub(super) column: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Open,
    Close,
    And,
    Or,
    Not,
    Near(Reach),
    /// A word, or what stands between quotation marks.
    Term(String),
    Field(String, Vec<Value>),
}

/// One alternative of a field.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) column: usize,
    pub(super) text: String,
}

/// The signs of a query and the column behind it.
pub(super) fn scan(text: &str) -> Result<(Vec<Sign>, usize), QueryMistake> {
    let mut scanner = Scanner { rest: text, column: 0 };
    let mut signs = Vec::new();
    while let Some(sign) = scanner.next()? {
        signs.push(sign);
    }
    Ok((signs, scanner.column))
}

struct Scanner<'a> {
    rest: &'a str,
    column: usize,
}

impl<'a> Scanner<'a> {
    fn next(&mut self) -> Result<Option<Sign>, QueryMistake> {
        self.take(char::is_whitespace);
        let column = self.column;
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        let kind = match first {
            '(' | '（' => self.skip(Kind::Open),
            ')' | '）' => self.skip(Kind::Close),
            _ if is_quote(first) => Kind::Term(self.quoted()?),
            _ => self.word()?,
        };
        Ok(Some(Sign { column, kind }))
    }

    /// Takes characters for which `belongs` holds.
    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let length = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.column += taken.chars().count();
        taken
    }

    /// Takes one character.
    fn skip<T>(&mut self, kind: T) -> T {
        let mut characters = self.rest.chars();
        self.column += usize::from(characters.next().is_some());
        self.rest = characters.as_str();
        kind
    }

    fn quoted(&mut self) -> Result<String, QueryMistake> {
        let column = self.column;
        self.skip(());
        let inner = self.take(|c| !is_quote(c));
        if self.rest.is_empty() {
            return Err(QueryMistake::new(column, "the quotation mark is never closed; expected another `\"`"));
        }
        self.skip(());
        Ok(inner.to_owned())
    }

    fn word(&mut self) -> Result<Kind, QueryMistake> {
        let column = self.column;
        let name = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        if name > 0 && self.rest[name..].starts_with([':', '：']) {
            let name = self.take(|c| c.is_ascii_alphabetic()).to_owned();
            self.skip(());
            return Ok(Kind::Field(name, self.values()?));
        }
        operator(column, self.take(ends_no_word))
    }

    /// The alternatives of a field.
    fn values(&mut self) -> Result<Vec<Value>, QueryMistake> {
        let mut values = Vec::new();
        loop {
            let column = self.column;
            let text = match self.rest.chars().next() {
                Some(first) if is_quote(first) => self.quoted()?,
                _ => self.take(|c| ends_no_word(c) && c != '|').to_owned(),
            };
            if text.trim().is_empty() {
                return Err(QueryMistake::new(column, "expected a value here, without a space before it"));
            }
            values.push(Value { column, text });
            if !self.rest.starts_with('|') {
                return Ok(values);
            }
            self.skip(());
        }
    }
}

fn ends_no_word(character: char) -> bool {
    !character.is_whitespace() && !matches!(character, '(' | ')' | '（' | '）') && !is_quote(character)
}

/// Straight quotation marks, and those that writing programs make of them.
fn is_quote(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '„' | '‟' | '＂')
}

/// A word, if it is no operator.
fn operator(column: usize, word: &str) -> Result<Kind, QueryMistake> {
    let refuse = |reason: String| Err(QueryMistake::new(column, reason));
    match word {
        "AND" => return Ok(Kind::And),
        "OR" => return Ok(Kind::Or),
        "NOT" => return Ok(Kind::Not),
        "and" | "or" | "not" | "And" | "Or" | "Not" => {
            let upper = word.to_ascii_uppercase();
            return refuse(format!("write {upper} in capitals, or \"{word}\" in quotation marks to look for the word"));
        }
        "&" | "&&" | "+" => return refuse(format!("`{word}` is no operator; expected AND, or just a space")),
        "|" | "||" => return refuse(format!("`{word}` is no operator between terms; expected OR")),
        "!" | "-" => return refuse(format!("`{word}` is no operator; expected NOT")),
        _ => {}
    }
    let (name, number) = word.split_once('/').unwrap_or((word, ""));
    let ordered = name.eq_ignore_ascii_case("before");
    let operates = ordered || name.eq_ignore_ascii_case("near");
    if operates && (word.contains('/') || matches!(word, "NEAR" | "BEFORE")) {
        let name = name.to_ascii_uppercase();
        return match number.parse() {
            Ok(words @ 1..=FARTHEST) if word.starts_with(&name) => Ok(Kind::Near(Reach { words, ordered })),
            _ => refuse(format!("expected {name}/5: how many words on at most, from 1 to {FARTHEST}")),
        };
    }
    match word.chars().next() {
        Some(sign @ ('-' | '!')) => refuse(format!("`{sign}` says nothing here; expected NOT {}", &word[1..])),
        _ => Ok(Kind::Term(word.to_owned())),
    }
}
