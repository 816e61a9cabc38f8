//! Reads and checks grammars.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::labels::{CATEGORIES, INTENTS, Labels, RISKS, SENTIMENTS, URGENCIES};
use super::phrase::{Phrase, is_in_name};

/// The industries that lists and statements may name.
pub const INDUSTRIES: [&str; 22] = [
    "airline",
    "rail",
    "hotel",
    "parcel",
    "retail",
    "fashion",
    "grocery",
    "food",
    "telecom",
    "energy",
    "bank",
    "insurance",
    "software",
    "gaming",
    "streaming",
    "electronics",
    "car",
    "health",
    "travel",
    "public",
    "education",
    "events",
];

/// The list that the generator fills itself.
pub(super) const BRAND: &str = "brand";

/// The statements and lists of one language, checked: whatever is drawn from them can be said.
#[derive(Debug)]
pub struct Grammar {
    pub(super) blocks: Vec<Block>,
    lists: BTreeMap<String, List>,
}

/// Statements with the same labels.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) labels: Labels,
    /// How often it is drawn, relative to others.
    pub(super) weight: f64,
    pub(super) statements: Vec<Statement>,
    industries: Vec<&'static str>,
    line: usize,
}

/// One thing to say.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) line: usize,
    pub(super) phrase: Phrase,
    /// Where it can be said: the industries that have all of its lists.
    pub(super) industries: Vec<&'static str>,
}

/// A list: its entries for all industries (the empty name), and for those with entries of their own.
#[derive(Debug)]
struct List {
    line: usize,
    entries: BTreeMap<&'static str, Vec<Phrase>>,
}

/// What is wrong with a grammar, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GrammarError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl fmt::Display for GrammarError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}, line {}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for GrammarError {}

/// A line and what is wrong there.
type Wrong = (usize, String);

impl Grammar {
    /// Reads a grammar; `file` is its name in errors.
    ///
    /// # Errors
    /// The first mistake, with its line: an unknown list, label or industry, an empty or unused list, a list that needs
    /// itself, a parenthesis that is not closed …
    pub fn read(file: &str, text: &str) -> Result<Self, GrammarError> {
        Self::parse(text).map_err(|(line, what)| GrammarError { file: file.to_owned(), line, what })
    }

    /// The entries of a list in an industry.
    pub(super) fn entries(&self, name: &str, industry: &str) -> &[Phrase] {
        let entries = self.lists.get(name).map(|list| &list.entries);
        entries.and_then(|entries| entries.get(industry).or_else(|| entries.get(""))).map_or(&[], Vec::as_slice)
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        let mut grammar = Self { blocks: Vec::new(), lists: BTreeMap::new() };
        let mut open = Open::Nothing;
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let (at, line) = (at + 1, line.trim());
            if line.is_empty() || line == "#" || line.starts_with("# ") {
                continue;
            }
            if let Some(header) = line.strip_prefix('[') {
                grammar.check_closed(&open)?;
                open = grammar.open(at, header).map_err(|what| (at, what))?;
            } else {
                grammar.add(at, line, &open).map_err(|what| (at, what))?;
            }
        }
        grammar.check_closed(&open)?;
        grammar.check_lists()?;
        grammar.place()?;
        Ok(grammar)
    }

    fn open(&mut self, at: usize, header: &str) -> Result<Open, String> {
        let header =
            header.strip_suffix(']').ok_or("`[` opens a header, which ends with `]`; write `\\[` to say it")?;
        let mut words = header.split_whitespace();
        let name = words.next().ok_or("a header without a name")?;
        if name == "say" {
            self.blocks.push(Block::parse(at, words)?);
            return Ok(Open::Say);
        }
        if !name.chars().all(is_in_name) {
            return Err(format!("`{name}` is no name of a list: letters, digits, `_` and `-`"));
        }
        let industries = words.next().map_or(Ok(vec![""]), |named| values("industry", named, &INDUSTRIES))?;
        if let Some(more) = words.next() {
            return Err(format!("`{more}` is too much: a header is `[name]` or `[name industry]`"));
        }
        let list = self.lists.entry(name.to_owned()).or_insert_with(|| List { line: at, entries: BTreeMap::new() });
        for industry in &industries {
            list.entries.entry(industry).or_default();
        }
        Ok(Open::List { line: at, name: name.to_owned(), industries })
    }

    fn add(&mut self, at: usize, line: &str, open: &Open) -> Result<(), String> {
        let phrase = Phrase::parse(line)?;
        match open {
            Open::Nothing => return Err("this line stands before any `[list]` or `[say …]`".to_owned()),
            Open::Say => {
                let statement = Statement { line: at, phrase, industries: Vec::new() };
                if let Some(block) = self.blocks.last_mut() {
                    block.statements.push(statement);
                }
            }
            Open::List { name, industries, .. } => {
                let list = self.lists.get_mut(name).into_iter();
                for (_, entries) in list.flat_map(|list| &mut list.entries).filter(|(of, _)| industries.contains(of)) {
                    entries.push(phrase.clone());
                }
            }
        }
        Ok(())
    }

    /// Whether what is open has got something in it.
    fn check_closed(&self, open: &Open) -> Result<(), Wrong> {
        match (open, self.blocks.last()) {
            (Open::Say, Some(block)) if block.statements.is_empty() => {
                Err((block.line, "this `[say …]` has no statements".to_owned()))
            }
            (Open::List { line, name, industries }, _)
                if industries.iter().any(|&industry| self.lists[name].entries[industry].is_empty()) =>
            {
                Err((*line, format!("the list `{name}` is empty")))
            }
            _ => Ok(()),
        }
    }

    /// Every list that is named is there, none needs itself, and each is used.
    fn check_lists(&self) -> Result<(), Wrong> {
        if self.blocks.is_empty() {
            return Err((1, "nothing to say: there is no `[say …]`".to_owned()));
        }
        let mut done = BTreeSet::new();
        for statement in self.blocks.iter().flat_map(|block| &block.statements) {
            self.follow(statement.line, &statement.phrase, &mut Vec::new(), &mut done)?;
        }
        match self.lists.iter().find(|(name, _)| !done.contains(name.as_str())) {
            Some((name, list)) => Err((list.line, format!("the list `{name}` is not used: nothing said names it"))),
            None => Ok(()),
        }
    }

    fn follow<'a>(
        &'a self,
        line: usize,
        phrase: &'a Phrase,
        path: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) -> Result<(), Wrong> {
        for name in phrase.lists() {
            if path.contains(&name) {
                return Err((line, format!("endless: the list `{name}` needs itself ({} → {name})", path.join(" → "))));
            }
            let Some(list) = self.lists.get(name) else {
                if name == BRAND {
                    continue;
                }
                let known = self.lists.keys().map(String::as_str).chain([BRAND]);
                return Err((line, format!("unknown list `{{{name}}}`{}", meant(name, known))));
            };
            if !done.contains(name) {
                path.push(name);
                for phrase in list.entries.values().flatten() {
                    self.follow(list.line, phrase, path, done)?;
                }
                path.pop();
                done.insert(name);
            }
        }
        Ok(())
    }

    /// Finds out where each statement can be said.
    fn place(&mut self) -> Result<(), Wrong> {
        let named: BTreeSet<&str> = self.lists.values().flat_map(|list| list.entries.keys().copied()).collect();
        let listed: Vec<&str> = INDUSTRIES.into_iter().filter(|industry| named.contains(industry)).collect();
        let all = if listed.is_empty() { INDUSTRIES.to_vec() } else { listed };
        let mut blocks = std::mem::take(&mut self.blocks);
        for block in &mut blocks {
            let asked = if block.industries.is_empty() { &all } else { &block.industries };
            for statement in &mut block.statements {
                statement.industries = asked
                    .iter()
                    .copied()
                    .filter(|industry| self.missing(&statement.phrase, industry).is_none())
                    .collect();
                if statement.industries.is_empty() {
                    let missing = asked.first().and_then(|industry| self.missing(&statement.phrase, industry));
                    let missing = missing.unwrap_or_default();
                    let asked = asked.join(", ");
                    return Err((statement.line, format!("cannot be said: `{missing}` has no entries for {asked}")));
                }
            }
        }
        self.blocks = blocks;
        Ok(())
    }

    /// A list that a phrase needs, here or further on, and that has no entries for the industry.
    fn missing<'a>(&'a self, phrase: &'a Phrase, industry: &str) -> Option<&'a str> {
        phrase.lists().into_iter().filter(|&name| name != BRAND || self.lists.contains_key(BRAND)).find_map(|name| {
            let entries = self.entries(name, industry);
            if entries.is_empty() {
                return Some(name);
            }
            entries.iter().find_map(|entry| self.missing(entry, industry))
        })
    }
}

/// What lines are added to.
enum Open {
    Nothing,
    Say,
    List { line: usize, name: String, industries: Vec<&'static str> },
}

impl Block {
    fn parse<'a>(line: usize, settings: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        const KEYS: [&str; 10] =
            ["intent", "category", "sentiment", "respond", "urgency", "risk", "abuse", "spam", "industry", "weight"];
        let mut given = BTreeMap::new();
        for setting in settings {
            let (key, value) = setting.split_once('=').ok_or_else(|| format!("`{setting}` is not `key=value`"))?;
            if !KEYS.contains(&key) {
                return Err(format!("unknown key `{key}`{}", meant(key, KEYS.into_iter())));
            }
            if given.insert(key, value).is_some() {
                return Err(format!("`{key}` is given twice"));
            }
        }
        let need = |key: &str| given.get(key).copied().ok_or_else(|| format!("`{key}=` is missing"));
        let or = |key: &str, default: &'static str| given.get(key).copied().unwrap_or(default);
        let several = |key, known| given.get(key).map_or(Ok(Vec::new()), |named| values(key, named, known));
        Ok(Self {
            labels: Labels {
                intent: value("intent", need("intent")?, &INTENTS)?,
                category: several("category", &CATEGORIES)?,
                sentiment: value("sentiment", need("sentiment")?, &SENTIMENTS)?,
                respond: yes("respond", need("respond")?)?,
                urgency: value("urgency", or("urgency", "normal"), &URGENCIES)?,
                risk: value("risk", or("risk", "none"), &RISKS)?,
                abuse: yes("abuse", or("abuse", "no"))?,
                spam: yes("spam", or("spam", "no"))?,
            },
            weight: weight(or("weight", "1"))?,
            statements: Vec::new(),
            industries: several("industry", &INDUSTRIES)?,
            line,
        })
    }
}

fn yes(key: &str, given: &str) -> Result<bool, String> {
    value(key, given, &["yes", "no"]).map(|value| value == "yes")
}

fn weight(given: &str) -> Result<f64, String> {
    let weight = given.parse().ok().filter(|weight: &f64| weight.is_finite() && *weight > 0.0);
    weight.ok_or_else(|| format!("`weight={given}`: a weight is a number above zero"))
}

fn values(key: &str, given: &str, known: &[&'static str]) -> Result<Vec<&'static str>, String> {
    given.split(',').map(|given| value(key, given, known)).collect()
}

fn value(key: &str, given: &str, known: &[&'static str]) -> Result<&'static str, String> {
    let found = known.iter().find(|&&known| known == given).copied();
    found.ok_or_else(|| format!("unknown {key} `{given}`{}", meant(given, known.iter().copied())))
}

/// The known name that is most like what was given, as a question; all of them where none is like it.
fn meant<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let closest = known
        .iter()
        .max_by(|one, other| strsim::jaro_winkler(given, one).total_cmp(&strsim::jaro_winkler(given, other)));
    match closest {
        Some(closest) if strsim::jaro_winkler(given, closest) > 0.75 => format!("; did you mean `{closest}`?"),
        _ if known.len() <= 22 => format!("; known are {}", known.join(", ")),
        _ => String::new(),
    }
}
