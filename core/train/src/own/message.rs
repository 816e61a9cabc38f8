//! Draws what a message says, before noise.

use rand::seq::IndexedRandom as _;
use rand::{Rng, RngExt as _};

use super::brand::Brand;
use super::grammar::{BRAND, Block, Grammar, Statement};
use super::labels::Labels;
use super::phrase::{Phrase, Piece};

/// How often the groups of blocks are drawn, so that rare labels are seen often enough to be learnt.
const SHARES: [(&str, f64); 11] = [
    ("spam", 10.0),
    ("abuse", 6.0),
    ("risk", 11.0),
    ("complaint", 22.0),
    ("problem_report", 12.0),
    ("question", 14.0),
    ("request", 10.0),
    ("praise", 17.0),
    ("suggestion", 6.0),
    ("closing", 8.0),
    ("chatter", 26.0),
];

/// The pairs that people put into one message: spam or what the first wants, the group of the second, and the chance
/// that the first is followed by the second.
const PAIRS: [(&str, &str, f64); 16] = [
    ("spam", "spam", 0.25),
    // As long as complaints are, or length would tell them apart.
    ("chatter", "chatter", 0.35),
    ("closing", "closing", 0.12),
    ("complaint", "complaint", 0.22),
    ("complaint", "question", 0.14),
    ("complaint", "request", 0.10),
    ("complaint", "suggestion", 0.02),
    ("problem_report", "question", 0.14),
    ("problem_report", "request", 0.12),
    ("problem_report", "complaint", 0.06),
    ("request", "question", 0.06),
    ("praise", "praise", 0.20),
    ("praise", "closing", 0.06),
    ("praise", "problem_report", 0.05),
    ("praise", "question", 0.05),
    ("praise", "suggestion", 0.05),
];

/// What somebody says, without noise.
pub(super) struct Message {
    pub(super) text: String,
    pub(super) labels: Labels,
    pub(super) industry: &'static str,
    pub(super) brand: Brand,
    /// The lines of the grammar that were said.
    pub(super) lines: Vec<usize>,
}

/// Writes messages from a grammar.
pub(super) struct Writer<'a> {
    grammar: &'a Grammar,
    lang: &'a str,
    groups: Vec<(Vec<&'a Block>, f64)>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(grammar: &'a Grammar, lang: &'a str) -> Self {
        let blocks = |group| grammar.blocks.iter().filter(move |block| self::group(&block.labels) == group).collect();
        let groups = SHARES
            .iter()
            .map(|&(group, share)| (blocks(group), share))
            .filter(|(blocks, _): &(Vec<_>, _)| !blocks.is_empty());
        Self { grammar, lang, groups: groups.collect() }
    }

    pub(super) fn write(&self, chance: &mut impl Rng) -> Message {
        let brand = Brand::draw(chance);
        let block = self.block(chance);
        let statement = &block.statements[chance.random_range(0..block.statements.len())];
        let industry = statement.industries[chance.random_range(0..statement.industries.len())];
        let mut text = self.say(statement, industry, &brand, chance);
        let (mut labels, mut lines) = (block.labels.clone(), vec![statement.line]);
        if let Some((more, statement)) = self.more(block, statement.line, industry, chance) {
            let more_text = self.say(statement, industry, &brand, chance);
            // A question is asked first, now and then.
            let swap = more.labels.intent == "question" && chance.random_bool(0.3);
            text = if swap { self.join(&more_text, &text, chance) } else { self.join(&text, &more_text, chance) };
            labels = labels.with(&more.labels);
            lines.push(statement.line);
        }
        Message { text, labels, industry, brand, lines }
    }

    fn block(&self, chance: &mut impl Rng) -> &'a Block {
        let (blocks, _) = &self.groups[weighted(self.groups.iter().map(|(_, share)| *share), chance)];
        blocks[weighted(blocks.iter().map(|block| frequency(block)), chance)]
    }

    /// A second statement that goes with a block, now and then.
    fn more(
        &self,
        first: &Block,
        said: usize,
        industry: &str,
        chance: &mut impl Rng,
    ) -> Option<(&'a Block, &'a Statement)> {
        let with = partner(&first.labels, chance)?;
        let fits = |statement: &&Statement| statement.line != said && statement.industries.contains(&industry);
        let blocks = self.grammar.blocks.iter();
        let blocks = blocks.filter(|block| group(&block.labels) == with && first.labels.goes_with(&block.labels));
        let fitting = blocks.map(|block| (block, block.statements.iter().filter(fits).collect::<Vec<_>>()));
        let fitting: Vec<_> = fitting.filter(|(_, statements)| !statements.is_empty()).collect();
        if fitting.is_empty() {
            return None;
        }
        let (block, statements) = &fitting[weighted(fitting.iter().map(|(block, _)| frequency(block)), chance)];
        statements.choose(chance).map(|&statement| (*block, statement))
    }

    fn say(&self, statement: &Statement, industry: &str, brand: &Brand, chance: &mut impl Rng) -> String {
        let mut text = String::new();
        self.put(&statement.phrase, industry, brand, chance, &mut text);
        self.tidy(&text)
    }

    fn put(&self, phrase: &Phrase, industry: &str, brand: &Brand, chance: &mut impl Rng, text: &mut String) {
        for piece in &phrase.0 {
            let among = match piece {
                Piece::Words(words) => {
                    text.push_str(words);
                    continue;
                }
                Piece::List(name) => self.grammar.entries(name, industry),
                Piece::Choice(choices) => choices,
            };
            match among.choose(chance) {
                Some(phrase) => self.put(phrase, industry, brand, chance, text),
                None if *piece == Piece::List(BRAND.to_owned()) => text.push_str(&brand.mention(chance)),
                None => {}
            }
        }
    }

    /// Takes the gaps out that empty choices leave.
    fn tidy(&self, text: &str) -> String {
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        let text =
            text.trim_start_matches([',', ' ']).trim_end_matches([',', ' ']).replace(" ,", ",").replace(",,", ",");
        if self.lang == "fr" { text } else { text.replace(" ?", "?").replace(" !", "!") }
    }

    fn join(&self, one: &str, other: &str, chance: &mut impl Rng) -> String {
        let is_closed = one.ends_with(|last: char| !last.is_alphanumeric());
        let between = match self.lang {
            "ja" | "zh" => ["。", "、", "。", "…", "\n"],
            "th" => [" ", " ", "... ", "\n", " "],
            _ => [". ", ". ", " - ", "... ", "\n"],
        };
        let between = between.choose(chance).copied().filter(|_| !is_closed).unwrap_or(" ");
        format!("{one}{between}{other}")
    }
}

/// The group of what is said behind it, if anything is.
fn partner(first: &Labels, chance: &mut impl Rng) -> Option<&'static str> {
    let mut left: f64 = chance.random();
    let one = if first.spam { "spam" } else { first.intent };
    let pair = PAIRS.iter().filter(|(of, ..)| *of == one && first.risk != "self_harm").find(|(.., share)| {
        left -= share;
        left < 0.0
    });
    pair.map(|(_, with, _)| *with)
}

/// The group of a block, by what is rarest about it.
fn group(labels: &Labels) -> &'static str {
    match labels {
        Labels { spam: true, .. } => "spam",
        Labels { abuse: true, .. } => "abuse",
        Labels { risk, .. } if *risk != "none" => "risk",
        Labels { intent, .. } => intent,
    }
}

/// Blocks count by their weight, and the long ones somewhat more than the short ones: they have more to say.
fn frequency(block: &Block) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a block has few statements")]
    let statements = block.statements.len() as f64;
    block.weight * statements.sqrt()
}

/// A place, drawn by the weights of all.
fn weighted(weights: impl Iterator<Item = f64> + Clone, chance: &mut impl Rng) -> usize {
    let mut left = chance.random_range(0.0..1.0) * weights.clone().sum::<f64>();
    let drawn = weights.clone().position(|weight| {
        left -= weight;
        left < 0.0
    });
    drawn.unwrap_or_else(|| weights.count() - 1)
}
