//! The phrases that guards look for, of all languages in one automaton, and where they stand in a draft.

use std::sync::LazyLock;

use daachorse::DoubleArrayAhoCorasick;
use rustc_hash::FxHashMap;

use crate::triage::lexicon::{as_typed, bounds, stands_alone};

const LISTS: [(&str, &str); 8] = [
    ("en", include_str!("words/en.txt")),
    ("es", include_str!("words/es.txt")),
    ("fr", include_str!("words/fr.txt")),
    ("de", include_str!("words/de.txt")),
    ("pt", include_str!("words/pt.txt")),
    ("it", include_str!("words/it.txt")),
    ("nl", include_str!("words/nl.txt")),
    ("pl", include_str!("words/pl.txt")),
];

/// What a phrase does in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Nothing in it means what its parts mean.
    Harmless,
    /// Is polite; what follows is a request.
    Please,
    /// Makes a request of the verb that follows.
    Lead,
    /// Asks for what comes soon after.
    Ask,
    /// Asks for what comes soon after if that is no thing, as in "leave your phone on", or is to be left here.
    Place,
    /// Asks for what comes soon after if that is no thing, and is to be done here and not in an app.
    Enter,
    /// We lack what comes soon after.
    Need,
    /// Asks for what came just before.
    AskAfter,
    /// Asks for what comes at once.
    Which,
    /// Like [`Part::Which`], in a question.
    Question,
    /// Asks for what comes after it if a [`Part::Verb`] follows that.
    Frame,
    /// What the customer is to do, at the end of a sentence that begins with a [`Part::Frame`].
    Verb,
    /// Personal data, whatever stands before it.
    Item,
    /// Personal data if it is the customer's own.
    Medium,
    /// The customer's own.
    Your,
    /// What stands before it is the customer's own: they use it, or can be reached by it.
    Used,
    /// Ours.
    Ours,
    /// What comes after it is no longer what is asked for.
    Turn,
    /// It is not to be done, or is done already.
    Never,
    /// Where nobody else reads it.
    Private,
    /// Where others read it.
    Public,
    /// Where the draft itself stands.
    Here,
    /// Puts the blame on the customer.
    Blame,
    /// Blames if a [`Part::Done`] comes at once.
    Should,
    /// Blames if a [`Part::Done`] ends its clause.
    ShouldFrame,
    /// What should have been done.
    Done,
    /// Defends us.
    Defend,
}

impl Part {
    const NAMES: [(&str, Self); 27] = [
        ("harmless", Self::Harmless),
        ("please", Self::Please),
        ("lead", Self::Lead),
        ("ask", Self::Ask),
        ("place", Self::Place),
        ("enter", Self::Enter),
        ("need", Self::Need),
        ("ask_after", Self::AskAfter),
        ("which", Self::Which),
        ("question", Self::Question),
        ("frame", Self::Frame),
        ("verb", Self::Verb),
        ("item", Self::Item),
        ("medium", Self::Medium),
        ("your", Self::Your),
        ("used", Self::Used),
        ("ours", Self::Ours),
        ("turn", Self::Turn),
        ("never", Self::Never),
        ("private", Self::Private),
        ("public", Self::Public),
        ("here", Self::Here),
        ("blame", Self::Blame),
        ("should", Self::Should),
        ("should_frame", Self::ShouldFrame),
        ("done", Self::Done),
        ("defend", Self::Defend),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, part)| *part)
    }
}

/// A phrase found in a draft.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) part: Part,
    language: u8,
    /// Whether it only counts after what leads to it.
    led: bool,
}

impl Hit {
    pub(super) fn language(&self) -> &'static str {
        LISTS[usize::from(self.language)].0
    }

    pub(super) fn speaks_as(&self, other: &Self) -> bool {
        self.language == other.language
    }
}

/// What a pattern means in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Meaning {
    part: Part,
    language: u8,
    bounded: (bool, bool),
    /// Only where a clause begins, or after what leads to it.
    first: bool,
}

/// All lists, compiled.
pub(super) struct Phrases {
    automaton: DoubleArrayAhoCorasick<u32>,
    meanings: Vec<Vec<Meaning>>,
}

/// The lists, compiled at first use.
pub(super) static PHRASES: LazyLock<Phrases> = LazyLock::new(Phrases::compile);

impl Phrases {
    fn compile() -> Self {
        let mut places = FxHashMap::default();
        let (mut patterns, mut meanings): (Vec<String>, Vec<Vec<Meaning>>) = Default::default();
        for (language, (tag, list)) in (0u8..).zip(LISTS) {
            for (part, written) in entries(list) {
                let (first, written) = written.strip_prefix('^').map_or((false, written), |rest| (true, rest));
                for pattern in as_typed(written.trim_matches('*').replace('_', " "), tag) {
                    let meaning = Meaning { part, language, bounded: bounds(&pattern, written), first };
                    let place = *places.entry(pattern.clone()).or_insert(patterns.len());
                    if place == patterns.len() {
                        patterns.push(pattern);
                        meanings.push(Vec::new());
                    }
                    if !meanings[place].contains(&meaning) {
                        meanings[place].push(meaning);
                    }
                }
            }
        }
        #[expect(clippy::expect_used, reason = "only fails for empty or double patterns, and beyond 2^24 states")]
        let automaton = DoubleArrayAhoCorasick::new(&patterns).expect("the lists fit an automaton");
        Self { automaton, meanings }
    }

    /// Every phrase in `folded` by its start, longer ones first, without those inside longer ones of their part or inside
    /// harmless ones.
    pub(super) fn scan(&self, folded: &str) -> Vec<Hit> {
        let mut hits = Vec::with_capacity(32);
        for found in self.automaton.find_overlapping_iter(folded) {
            let (start, end) = (found.start(), found.end());
            for meaning in &self.meanings[found.value() as usize] {
                if stands_alone(folded, start, end, meaning.bounded) {
                    let first = meaning.first && !begins_clause(folded, start);
                    hits.push(Hit { start, end, part: meaning.part, language: meaning.language, led: first });
                }
            }
        }
        hits.sort_unstable_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end), hit.part, hit.language));
        without_unled(folded, &mut hits);
        without_inner(&mut hits);
        hits
    }
}

/// The entries of a list with their parts: `[part]` opens a section, commas part entries, `#` starts a comment line.
fn entries(list: &str) -> Vec<(Part, &str)> {
    let mut entries = Vec::new();
    let mut section = None;
    for line in list.lines().map(str::trim).filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = Part::named(name);
            debug_assert!(section.is_some(), "no such section: {name}");
        } else if let Some(part) = section {
            entries.extend(line.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(|entry| (part, entry)));
        }
    }
    entries
}

/// Drops what only counts where a clause begins or after what leads to it, and stands elsewhere.
fn without_unled(folded: &str, hits: &mut Vec<Hit>) {
    // Of each language where the last words end that lead to what follows.
    let mut leads = [0; LISTS.len()];
    hits.retain(|hit| {
        let lead = &mut leads[usize::from(hit.language)];
        let led = || *lead > 0 && folded.get(*lead..hit.start).is_some_and(|gap| gap.bytes().all(|byte| byte == b' '));
        if hit.led && !led() {
            return false;
        }
        if matches!(hit.part, Part::Lead | Part::Please) {
            *lead = hit.end.max(*lead);
        }
        true
    });
}

/// Drops what stands inside something longer of its part and language, or inside something harmless in its language.
fn without_inner(hits: &mut Vec<Hit>) {
    // Of each part and language how far the last kept hit reaches.
    let mut reached = [[0usize; LISTS.len()]; Part::NAMES.len()];
    hits.retain(|hit| {
        let language = usize::from(hit.language);
        if hit.end <= reached[hit.part as usize][language] || hit.end <= reached[Part::Harmless as usize][language] {
            return false;
        }
        reached[hit.part as usize][language] = hit.end;
        true
    });
}

/// Marks that part the clauses of a sentence.
fn parts_clauses(character: char) -> bool {
    matches!(character, ',' | ';' | ':' | '(' | ')' | '–' | '—' | '\n' | '¿' | '¡' | '.' | '!' | '?')
}

fn begins_clause(folded: &str, at: usize) -> bool {
    folded[..at].chars().next_back().is_none_or(|before| {
        let mark = if before == ' ' { folded[..at].trim_end_matches(' ').chars().next_back() } else { Some(before) };
        mark.is_none_or(parts_clauses)
    })
}

/// What stands between two hits.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    pub(super) words: usize,
    parted: bool,
}

impl Gap {
    pub(super) fn within(self, most: usize) -> bool {
        self.words <= most && !self.parted
    }
}

pub(super) fn between(folded: &str, from: usize, to: usize) -> Gap {
    let gap = folded.get(from..to).unwrap_or_default();
    let words = gap.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
    Gap { words, parted: gap.chars().any(parts_clauses) || gap.contains(" - ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_part_it_needs() {
        for (language, list) in LISTS {
            let entries = entries(list);
            for (name, part) in Part::NAMES {
                // Which of them a language has depends on where its verbs stand, and on how it tells what should have been.
                let rare = matches!(
                    part,
                    Part::Question | Part::Frame | Part::Verb | Part::Should | Part::ShouldFrame | Part::Done
                );
                assert!(rare || entries.iter().any(|(known, _)| *known == part), "{language} has no {name}");
            }
            for (_, entry) in entries {
                assert!(!entry.contains(' ') && entry.to_lowercase() == entry, "{language}: {entry}");
            }
        }
    }

    #[test]
    fn longer_phrases_hide_shorter_ones_and_harmless_ones_hide_all() {
        let parts = |text: &str| {
            PHRASES.scan(text).iter().filter(|hit| hit.language() == "en").map(|hit| hit.part).collect::<Vec<_>>()
        };
        assert_eq!(parts("e-mail address"), [Part::Item, Part::Medium, Part::Medium]);
        assert_eq!(parts("don't hesitate"), [Part::Harmless]);
        assert_eq!(parts("send your"), [Part::Ask, Part::Your]);
    }

    #[test]
    fn a_verb_asks_where_a_clause_begins_or_after_what_leads_to_it() {
        let asks = |text: &str| PHRASES.scan(text).iter().any(|hit| hit.part == Part::Ask);
        for text in ["send it", "ok, send it", "please send it", "could you  please send it", "so please send it"] {
            assert!(asks(text), "{text}");
        }
        for text in
            ["we send it", "we just send it", "please wait, we send it", "please to send it", "they please. we send it"]
        {
            assert!(!asks(text), "{text}");
        }
    }
}
