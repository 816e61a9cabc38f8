//! Every term that any query of a set asks for, once, and where those of a text stand.
//!
//! Whole words are found by one look into a dictionary; what begins a longer term is followed from there word by word,
//! and beginnings (`deliver*`) letter by letter. No term begins inside a word, so nothing has to be tried anew there.

use compact_str::CompactString;
use rustc_hash::FxHashMap;

use super::trie::{ROOT, Trie};
use crate::listen::QueryInput;
use crate::listen::fold::{Folded, Whole, Word, push_folded};
use crate::listen::query::{self, FieldName, NumberName};

/// A word that no query knows.
const UNKNOWN: u32 = u32::MAX;
/// So many places where terms stand are kept of one text.
const MOST_HITS: usize = 1_000_000;
/// The place of what is no word.
const NOWHERE: u32 = u32::MAX;
/// The sign before the name of a number that is there; no text holds it, nor those of the other fields below it.
const NUMBER: char = '\u{1f}';

/// A place where a term stands, by words and by bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub(super) term: u32,
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    /// A tag or handle as a whole, which is no word among words.
    pub(super) whole: bool,
}

/// The index.
#[derive(Debug, Default)]
pub(super) struct Terms {
    words: FxHashMap<CompactString, u32>,
    /// The words by number, and how many terms they stand in.
    spelt: Vec<(CompactString, u32)>,
    free_words: Vec<u32>,
    /// Words in a row.
    rows: Trie<u32>,
    /// Beginnings, by letters; the first two are one symbol.
    beginnings: Trie<u64>,
    known: Vec<Known>,
    free: Vec<u32>,
    /// How many terms are about each field.
    fields: [u32; FieldName::COUNT + 1],
}

/// A term.
#[derive(Debug)]
struct Known {
    kind: Kind,
    uses: u32,
    /// How seldom it is, as a guess: the smaller the better.
    commonness: u32,
    /// The queries that are looked at when it is met.
    guards: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Where it ends among the rows.
    Row(u32),
    /// Where it ends among the beginnings.
    Beginning(u32),
}

impl Terms {
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        let no_uses = self.known.iter().all(|known| known.uses == 0 && known.guards.is_empty());
        let no_fields = self.fields.iter().all(|uses| *uses == 0);
        self.words.is_empty() && self.rows.is_empty() && self.beginnings.is_empty() && no_uses && no_fields
    }

    /// The term of these words in a row.
    pub(super) fn row(&mut self, words: &[query::Word]) -> u32 {
        let commonness = words.iter().map(|word| commonness(&word.text)).min().unwrap_or_default();
        self.row_of(words.iter().map(|word| word.text.as_str()), commonness)
    }

    /// The term of all words that begin so.
    pub(super) fn beginning(&mut self, text: &str) -> u32 {
        if let Some(term) = self.beginnings.find(symbols(text)) {
            return self.used(term);
        }
        let term = self.term(commonness(text) * 2);
        let end = self.beginnings.insert(symbols(text), term);
        self.know(term, Kind::Beginning(end))
    }

    /// The term of a fact.
    pub(super) fn fact(&mut self, field: FieldName, value: &str) -> u32 {
        self.fields[field as usize] += 1;
        let open = value.strip_suffix('*').filter(|_| matches!(field, FieldName::Author));
        let text = format!("{}{}", sign(field), open.unwrap_or(value));
        let commonness = if matches!(field, FieldName::Author) { 8 } else { 512 };
        match open {
            Some(_) => self.beginning(&text),
            None => self.row_of(std::iter::once(text.as_str()), commonness),
        }
    }

    /// The term of a number that is there.
    pub(super) fn number(&mut self, name: NumberName) -> u32 {
        self.fields[FieldName::COUNT] += 1;
        self.row_of(std::iter::once(format!("{NUMBER}{}", name.as_str()).as_str()), 512)
    }

    fn row_of<'a>(&mut self, words: impl Iterator<Item = &'a str>, commonness: u32) -> u32 {
        let words: Vec<u32> = words.map(|word| self.word(word)).collect();
        if let Some(term) = self.rows.find(words.iter().copied()) {
            words.into_iter().for_each(|word| self.forget_word(word));
            return self.used(term);
        }
        let term = self.term(commonness);
        let end = self.rows.insert(words, term);
        self.know(term, Kind::Row(end))
    }

    fn used(&mut self, term: u32) -> u32 {
        self.known[term as usize].uses += 1;
        term
    }

    fn know(&mut self, term: u32, kind: Kind) -> u32 {
        self.known[term as usize].kind = kind;
        term
    }

    /// A new term, whose kind is not known yet.
    fn term(&mut self, commonness: u32) -> u32 {
        let known = Known { kind: Kind::Row(ROOT), uses: 1, commonness, guards: Vec::new() };
        match self.free.pop() {
            Some(term) => {
                self.known[term as usize] = known;
                term
            }
            None => {
                self.known.push(known);
                self.known.len() as u32 - 1
            }
        }
    }

    fn word(&mut self, text: &str) -> u32 {
        if let Some(word) = self.words.get(text) {
            self.spelt[*word as usize].1 += 1;
            return *word;
        }
        let word = match self.free_words.pop() {
            Some(word) => {
                self.spelt[word as usize] = (text.into(), 1);
                word
            }
            None => {
                self.spelt.push((text.into(), 1));
                self.spelt.len() as u32 - 1
            }
        };
        self.words.insert(text.into(), word);
        word
    }

    fn forget_word(&mut self, word: u32) {
        let (text, uses) = &mut self.spelt[word as usize];
        *uses -= 1;
        if *uses == 0 {
            self.words.remove(text);
            self.free_words.push(word);
        }
    }

    /// One use of a term less.
    pub(super) fn release(&mut self, term: u32) {
        let known = &mut self.known[term as usize];
        known.uses -= 1;
        if known.uses > 0 {
            return;
        }
        known.guards = Vec::new();
        match known.kind {
            Kind::Row(end) => {
                let words = self.rows.remove(end);
                words.into_iter().for_each(|word| self.forget_word(word));
            }
            Kind::Beginning(end) => drop(self.beginnings.remove(end)),
        }
        self.free.push(term);
    }

    /// One use of a term about `field` less.
    pub(super) fn release_fact(&mut self, field: usize, term: u32) {
        self.fields[field] -= 1;
        self.release(term);
    }

    /// What it costs to look at queries when this term is met: how often that is, and how many look already.
    pub(super) fn cost(&self, term: u32) -> u64 {
        let known = &self.known[term as usize];
        u64::from(known.commonness) * (known.guards.len() as u64 + 1)
    }

    pub(super) fn guard(&mut self, terms: &[u32], query: u32) {
        for term in terms {
            self.known[*term as usize].guards.push(query);
        }
    }

    pub(super) fn unguard(&mut self, terms: &[u32], query: u32) {
        for term in terms {
            self.known[*term as usize].guards.retain(|guarded| *guarded != query);
        }
    }

    pub(super) fn guarded_by(&self, term: u32) -> &[u32] {
        &self.known[term as usize].guards
    }

    /// Adds every place where a term stands in `folded`; `words` is room for the words' numbers.
    pub(super) fn look_up(&self, folded: &Folded, words: &mut Vec<u32>, hits: &mut Vec<Hit>) {
        words.clear();
        words.extend(folded.words().iter().map(|word| self.number_of(folded.folded(*word))));
        for (place, word) in folded.words().iter().enumerate() {
            if hits.len() > MOST_HITS {
                return;
            }
            if words[place] != UNKNOWN {
                self.follow(place, words, folded.words(), hits);
            }
            let at = Whole { word: *word, first: place as u32, last: place as u32 };
            self.begin(folded.folded(*word), at, false, hits);
        }
        for whole in folded.wholes().iter().take(MOST_HITS.saturating_sub(hits.len())) {
            let text = folded.folded(whole.word);
            let row = self.rows.step(ROOT, self.number_of(text)).and_then(|node| self.rows.term(node));
            hits.extend(row.map(|term| hit(term, *whole, true)));
            self.begin(text, *whole, true, hits);
        }
    }

    fn number_of(&self, word: &str) -> u32 {
        self.words.get(word).copied().unwrap_or(UNKNOWN)
    }

    /// Adds the rows that begin with the word at `place`.
    fn follow(&self, place: usize, numbers: &[u32], words: &[Word], hits: &mut Vec<Hit>) {
        let mut node = ROOT;
        for (at, number) in numbers.iter().enumerate().skip(place) {
            match self.rows.step(node, *number).filter(|_| *number != UNKNOWN) {
                Some(next) => node = next,
                None => return,
            }
            if let Some(term) = self.rows.term(node) {
                let (start, end) = (words[place].start, words[at].end);
                hits.push(Hit { term, first: place as u32, last: at as u32, start, end, whole: false });
            }
        }
    }

    /// Adds the beginnings of a word.
    fn begin(&self, text: &str, at: Whole, whole: bool, hits: &mut Vec<Hit>) {
        if self.beginnings.is_empty() {
            return;
        }
        let mut node = ROOT;
        for symbol in symbols(text) {
            match self.beginnings.step(node, symbol) {
                Some(next) => node = next,
                None => return,
            }
            hits.extend(self.beginnings.term(node).map(|term| hit(term, at, whole)));
        }
    }

    /// Adds the facts that queries ask for.
    pub(super) fn look_up_facts(
        &self,
        input: &QueryInput<'_>,
        folded: &Folded,
        room: &mut String,
        hits: &mut Vec<Hit>,
    ) {
        let asked = |field: FieldName| self.fields[field as usize] > 0;
        let mut fact = |sign: char, value: &str| self.add_fact(sign, value, room, hits);
        if let Some(author) = input.author.filter(|_| asked(FieldName::Author)) {
            let names = [author.handle.as_deref(), author.name.as_deref(), Some(author.native_id.as_str())];
            names.into_iter().flatten().for_each(|name| fact(sign(FieldName::Author), name.trim_start_matches('@')));
        }
        if let Some(tag) = input.language.filter(|_| asked(FieldName::Lang)) {
            let ends = tag.match_indices(['-', '_']).map(|(at, _)| at).chain([tag.len()]);
            ends.for_each(|end| fact(sign(FieldName::Lang), &tag[..end]));
        }
        let others = [
            (FieldName::Network, input.network),
            (FieldName::Account, input.account),
            (FieldName::Surface, input.surface.map(|surface| surface.as_str())),
            (FieldName::Has, folded.has_link().then_some("link")),
            (FieldName::Has, input.has_media.then_some("media")),
            (FieldName::Has, folded.has_question().then_some("question")),
        ];
        for (field, value) in others {
            if let Some(value) = value.filter(|_| asked(field)) {
                fact(sign(field), value);
            }
        }
        if self.fields[FieldName::COUNT] > 0 {
            let numbers =
                [(NumberName::Rating, input.rating.is_some()), (NumberName::Followers, input.followers.is_some())];
            numbers.iter().filter(|number| number.1).for_each(|number| fact(NUMBER, number.0.as_str()));
        }
    }

    fn add_fact(&self, sign: char, value: &str, room: &mut String, hits: &mut Vec<Hit>) {
        room.clear();
        room.push(sign);
        push_folded(room, value);
        let at = Whole { word: Word::default(), first: NOWHERE, last: NOWHERE };
        let row = self.rows.step(ROOT, self.number_of(room)).and_then(|node| self.rows.term(node));
        hits.extend(row.map(|term| hit(term, at, true)));
        self.begin(room, at, true, hits);
    }
}

fn hit(term: u32, at: Whole, whole: bool) -> Hit {
    Hit { term, first: at.first, last: at.last, start: at.word.start, end: at.word.end, whole }
}

/// The sign before a fact; no text holds it.
fn sign(field: FieldName) -> char {
    char::from(field as u8 + 1)
}

/// The letters of a beginning, the first two as one: most words are done with after one look.
fn symbols(text: &str) -> impl Iterator<Item = u64> {
    let mut letters = text.chars().map(|letter| u64::from(u32::from(letter)));
    let first = letters.next().zip(letters.next()).map(|(first, second)| (first << 32) | second | (1 << 63));
    first.into_iter().chain(letters)
}

/// How often a word may be met: short words are common.
fn commonness(text: &str) -> u32 {
    match text.chars().count() {
        0..=2 => 32,
        3 => 16,
        4 => 8,
        5..=6 => 4,
        7..=9 => 2,
        _ => 1,
    }
}
