//! Word lists of all languages in one automaton: one pass over a text finds every word any rule asks for.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use compact_str::CompactString;
use daachorse::DoubleArrayAhoCorasick;
use rustc_hash::FxHashMap;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::model::Span;

/// The place of the list that holds in every language.
const ANY: u8 = 0;
/// The lists by language.
const LISTS: &[(&str, &str)] = &[
    ("any", include_str!("lexicon/any.txt")),
    ("en", include_str!("lexicon/en.txt")),
    ("de", include_str!("lexicon/de.txt")),
    ("fr", include_str!("lexicon/fr.txt")),
    ("es", include_str!("lexicon/es.txt")),
    ("it", include_str!("lexicon/it.txt")),
    ("pt", include_str!("lexicon/pt.txt")),
    ("nl", include_str!("lexicon/nl.txt")),
    ("pl", include_str!("lexicon/pl.txt")),
    ("sv", include_str!("lexicon/sv.txt")),
    ("da", include_str!("lexicon/da.txt")),
    ("tr", include_str!("lexicon/tr.txt")),
    ("ru", include_str!("lexicon/ru.txt")),
    ("uk", include_str!("lexicon/uk.txt")),
    ("ja", include_str!("lexicon/ja.txt")),
    ("zh", include_str!("lexicon/zh.txt")),
    ("ko", include_str!("lexicon/ko.txt")),
    ("ar", include_str!("lexicon/ar.txt")),
    ("hi", include_str!("lexicon/hi.txt")),
];

/// What a word speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Topic {
    /// A good tone.
    Positive,
    /// A bad tone.
    Negative,
    /// No tone, although a part of it has one: "good morning".
    Toneless,
    /// Turns the tone around.
    Negator,
    /// Makes the tone stronger or weaker, by its weight.
    Degree,
    /// What comes after it counts more.
    Turn,
    /// A question.
    Question,
    /// A request.
    Request,
    /// A complaint.
    Complaint,
    /// Praise or thanks.
    Praise,
    /// Talk.
    Chatter,
    /// The matter is settled.
    Closing,
    /// It cannot wait.
    Urgency,
    /// Many are affected, somebody is in danger, press or lawyers are near.
    Risk,
    /// Spam.
    Spam,
    /// Insults and threats.
    Abuse,
    /// Argument for its own sake.
    Bait,
    /// A subject, by its place in [`Lexicon::categories`].
    Category(u8),
}

/// One meaning of one entry.
#[derive(Clone, Copy, Debug)]
struct Meaning {
    topic: Topic,
    language: u8,
    weight: f32,
}

/// A word as it is written, and which of its edges must be edges of a word.
#[derive(Debug)]
struct Entry {
    bounded: (bool, bool),
    meanings: Vec<Meaning>,
}

/// A word found in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) topic: Topic,
    pub(crate) weight: f32,
    language: u8,
}

impl Hit {
    /// Where it stands.
    pub(crate) fn span(&self) -> Span {
        Span { start: self.start, end: self.end }
    }
}

/// All lists, compiled.
pub(crate) struct Lexicon {
    automaton: DoubleArrayAhoCorasick<u32>,
    /// The entries of each pattern.
    entries: Vec<Vec<Entry>>,
    categories: Vec<CompactString>,
}

/// The built-in lists, compiled at first use.
pub(crate) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::compile(LISTS));

impl Lexicon {
    fn compile(lists: &[(&str, &str)]) -> Self {
        let mut patterns = Vec::new();
        let mut entries: Vec<Vec<Entry>> = Vec::new();
        let mut places = FxHashMap::default();
        let mut categories = Vec::new();
        for (language, (tag, list)) in (0u8..).zip(lists) {
            for (topic, weight, written) in words(list, &mut categories) {
                let meaning = Meaning { topic, language, weight };
                for pattern in spellings(written, tag) {
                    let bounded = bounds(&pattern, written);
                    let place = *places.entry(pattern.clone()).or_insert_with(|| {
                        patterns.push(pattern);
                        entries.push(Vec::new());
                        entries.len() - 1
                    });
                    let known = &mut entry_of(&mut entries[place], bounded).meanings;
                    if !known.iter().any(|old| (old.topic, old.language) == (topic, language)) {
                        known.push(meaning);
                    }
                }
            }
        }
        #[expect(clippy::expect_used, reason = "only fails for empty or double patterns, and beyond 2^24 states")]
        let automaton = DoubleArrayAhoCorasick::new(&patterns).expect("the lists fit an automaton");
        Self { automaton, entries, categories }
    }

    /// The built-in subjects, in the order of their first word.
    pub(crate) fn category(&self, place: u8) -> &CompactString {
        &self.categories[usize::from(place)]
    }

    /// Every entry that stands in `folded`, in order of its start, longer ones first.
    pub(crate) fn scan(&self, folded: &str) -> Vec<Hit> {
        let mut hits = Vec::with_capacity(32);
        for found in self.automaton.find_overlapping_iter(folded) {
            for entry in &self.entries[found.value() as usize] {
                if !stands_alone(folded, found.start(), found.end(), entry.bounded) {
                    continue;
                }
                let Some(span) = Span::new(found.start(), found.end()) else { continue };
                hits.extend(entry.meanings.iter().map(|meaning| Hit {
                    start: span.start,
                    end: span.end,
                    topic: meaning.topic,
                    weight: meaning.weight,
                    language: meaning.language,
                }));
            }
        }
        hits.sort_unstable_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end), hit.topic, hit.language));
        hits
    }
}

/// The entry with these edges.
fn entry_of(entries: &mut Vec<Entry>, bounded: (bool, bool)) -> &mut Entry {
    let place = entries.iter().position(|entry| entry.bounded == bounded).unwrap_or_else(|| {
        entries.push(Entry { bounded, meanings: Vec::new() });
        entries.len() - 1
    });
    &mut entries[place]
}

/// Keeps the hits that hold in `language` (all if it is `und`) and are not part of a longer one on the same topic.
pub(crate) fn in_language(mut hits: Vec<Hit>, language: &str) -> Vec<Hit> {
    let mut covered: Vec<(u8, u32)> = Vec::with_capacity(16);
    let any = language == "und";
    let spoken = LISTS.iter().position(|(tag, _)| *tag == language);
    hits.retain(|hit| {
        if !(any || hit.language == ANY || Some(usize::from(hit.language)) == spoken) {
            return false;
        }
        let group = group(hit.topic);
        match covered.iter_mut().find(|(known, _)| *known == group) {
            Some((_, end)) if hit.start < *end => false,
            Some((_, end)) => {
                *end = hit.end;
                true
            }
            None => {
                covered.push((group, hit.end));
                true
            }
        }
    });
    hits
}

/// Topics of one group hide each other: in "thank you for nothing" there are no thanks.
fn group(topic: Topic) -> u8 {
    match topic {
        Topic::Positive | Topic::Negative | Topic::Toneless => 0,
        Topic::Negator => 1,
        Topic::Degree => 2,
        Topic::Turn => 3,
        Topic::Question => 4,
        Topic::Request => 5,
        Topic::Complaint => 6,
        Topic::Praise => 7,
        Topic::Chatter => 8,
        Topic::Closing => 9,
        Topic::Urgency => 10,
        Topic::Risk => 11,
        Topic::Spam => 12,
        Topic::Abuse => 13,
        Topic::Bait => 14,
        Topic::Category(place) => 15 + place,
    }
}

/// An automaton over `patterns`. Lists too large for it are a defect of ours that a test would show.
pub(crate) fn automaton<P: AsRef<[u8]>>(patterns: &[P]) -> AhoCorasick {
    #[expect(clippy::expect_used, reason = "only fails beyond 2^31 patterns or states")]
    AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).expect("the lists fit an automaton")
}

/// Whether the edges that must be edges of a word are.
pub(crate) fn stands_alone(text: &str, start: usize, end: usize, bounded: (bool, bool)) -> bool {
    let bytes = text.as_bytes();
    let before = bounded.0 && runs_on(bytes[..start].last(), || text[..start].chars().next_back());
    let after = bounded.1 && runs_on(bytes.get(end), || text[end..].chars().next());
    !before && !after
}

/// Whether a word runs on through the character with this byte, which is looked at where it has more than that byte.
fn runs_on(byte: Option<&u8>, character: impl Fn() -> Option<char>) -> bool {
    match byte {
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric(),
        Some(_) => character().is_some_and(joins),
        None => false,
    }
}

/// A term in lower case as texts are folded, with single spaces between words.
pub(crate) fn same_length_folded(term: &str) -> String {
    let words: Vec<&str> = term.split_whitespace().collect();
    words.join(" ").nfc().map(super::reading::same_length_lower).collect()
}

/// Which edges of `pattern` must be edges of a word: those where letters would run on, unless a `*` stands there.
pub(crate) fn bounds(pattern: &str, written: &str) -> (bool, bool) {
    (
        !written.starts_with('*') && pattern.chars().next().is_some_and(joins),
        !written.ends_with('*') && pattern.chars().next_back().is_some_and(joins),
    )
}

/// Whether words run on through this character. Scripts without spaces have no such edges.
fn joins(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    let code = character as u32;
    let unspaced =
        (0x0e00..0x0f00).contains(&code) || (0x3000..0xa000).contains(&code) || (0xac00..0xd7b0).contains(&code);
    !unspaced && character.is_alphanumeric()
}

/// The words of a list: `[topic weight]` opens a section, commas part entries, `#` starts a comment line.
fn words<'a>(list: &'a str, categories: &mut Vec<CompactString>) -> Vec<(Topic, f32, &'a str)> {
    let mut words = Vec::new();
    let mut section = None;
    for line in list.lines().map(str::trim).filter(|line| !line.starts_with("# ") && !line.is_empty()) {
        if let Some(head) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let (name, weight) = head.split_once(' ').unwrap_or((head, "1"));
            section = topic(name, categories).zip(weight.parse().ok());
            debug_assert!(section.is_some(), "no such section: {head}");
        } else if let Some((topic, weight)) = section {
            words.extend(line.split(',').map(str::trim).filter(|w| !w.is_empty()).map(|w| (topic, weight, w)));
        }
    }
    words
}

fn topic(name: &str, categories: &mut Vec<CompactString>) -> Option<Topic> {
    if let Some(category) = name.strip_prefix("category.") {
        let place = categories.iter().position(|known| known == category).unwrap_or_else(|| {
            categories.push(category.into());
            categories.len() - 1
        });
        return u8::try_from(place).ok().map(Topic::Category);
    }
    Some(match name {
        "positive" => Topic::Positive,
        "negative" => Topic::Negative,
        "toneless" => Topic::Toneless,
        "negator" => Topic::Negator,
        "degree" => Topic::Degree,
        "turn" => Topic::Turn,
        "question" => Topic::Question,
        "request" => Topic::Request,
        "complaint" => Topic::Complaint,
        "praise" => Topic::Praise,
        "chatter" => Topic::Chatter,
        "closing" => Topic::Closing,
        "urgency" => Topic::Urgency,
        "risk" => Topic::Risk,
        "spam" => Topic::Spam,
        "abuse" => Topic::Abuse,
        "bait" => Topic::Bait,
        _ => return None,
    })
}

/// How people write an entry: as listed, with a curly apostrophe, and as keyboards without accents force them to.
fn spellings(written: &str, language: &str) -> Vec<String> {
    as_typed(written.trim_matches('*').replace('_', " "), language)
}

/// A word as listed, with a curly apostrophe, and as keyboards without accents force it to.
pub(crate) fn as_typed(word: String, language: &str) -> Vec<String> {
    let mut spellings = vec![word.clone()];
    let plain = match language {
        "de" => word.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss"),
        "es" | "pt" | "it" | "fr" | "pl" | "tr" => {
            word.replace('ł', "l").replace('ı', "i").nfd().filter(|c| !is_combining_mark(*c)).collect()
        }
        _ => word.clone(),
    };
    spellings.push(plain);
    if language == "tr" && word.starts_with('i') {
        spellings.push(word.replacen('i', "İ", 1));
    }
    spellings.extend(
        spellings.iter().filter(|word| word.contains('\'')).map(|word| word.replace('\'', "’")).collect::<Vec<_>>(),
    );
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}
