//! What sequences of letters, and words, say about languages: one table of small numbers per script.
//!
//! A row of a table belongs to a sequence of two to four symbols or to a word, by its hash; a column to a language. The
//! rows of all sequences of a text are added up; a bias per language says how common it is where people talk in public.

use super::symbols::{GAP, Script, Symbols};

/// The scripts that have a table, in the order of the file.
pub const SCRIPTS: [Script; 4] = [Script::Latin, Script::Cyrillic, Script::Arabic, Script::Devanagari];

/// The languages of a script, in the order of its columns. `hi-Latn` is Hindi in Latin letters.
pub const fn languages(script: Script) -> &'static [&'static str] {
    match script {
        Script::Latin => &[
            "af", "az", "ca", "cs", "da", "de", "en", "es", "et", "eu", "fi", "fr", "gl", "hi-Latn", "hr", "hu", "id",
            "is", "it", "lt", "lv", "ms", "nl", "no", "pl", "pt", "ro", "sk", "sl", "sq", "sr", "sv", "sw", "tl", "tr",
            "vi",
        ],
        Script::Cyrillic => &["be", "bg", "kk", "mk", "ru", "sr", "uk"],
        Script::Arabic => &["ar", "fa", "ur"],
        Script::Devanagari => &["hi", "mr"],
    }
}

/// How many columns the table of a script has: its languages, filled up to what a machine adds at once.
pub const fn columns(script: Script) -> usize {
    match script {
        Script::Latin => LATIN,
        _ => OTHER,
    }
}

/// How many rows the table of a script has, as the logarithm to base 2.
pub const fn row_bits(script: Script) -> u32 {
    match script {
        Script::Latin => 14,
        Script::Cyrillic => 12,
        Script::Arabic | Script::Devanagari => 11,
    }
}

const LATIN: usize = 48;
const OTHER: usize = 16;
/// A weight is no further from zero than this, so that sums over a few symbols fit a byte.
pub const MOST: i8 = 7;
/// How many sequences end at one symbol.
pub const FEATURES: usize = 4;
/// So many symbols at once; their sequences, of the greatest weight each, fit a byte.
const FEW: usize = 4;
const _: () = assert!(FEW * FEATURES * MOST as usize <= i8::MAX as usize);
/// After so many symbols it is asked whether the rest is needed.
const STRETCH: usize = 32;
/// With such a lead, in the unit of scores, the rest of a text is not needed.
const CLEAR: f32 = 5.5;

/// Goes over symbols and names the rows of the sequences that end at each.
#[derive(Debug)]
pub struct Walk {
    bits: u32,
    window: u32,
    word: u32,
    /// How many sequences there were.
    pub count: usize,
}

impl Walk {
    /// Before the second symbol, for a table of so many rows (a logarithm).
    pub fn new(bits: u32) -> Self {
        Self { bits, window: u32::from(GAP), word: 0, count: 0 }
    }

    /// The rows of the two, three and four last symbols, and of the word that ends; 0 where none does.
    #[inline(always)]
    pub fn step(&mut self, symbol: u8) -> [usize; FEATURES] {
        self.window = self.window << 8 | u32::from(symbol);
        let ends = symbol == GAP;
        let whole = if ends { self.word ^ self.word >> 15 | 0x8000_0000 } else { 0 };
        self.word = if ends { 0 } else { (self.word ^ u32::from(symbol)).wrapping_mul(0x0100_0193) };
        self.count += FEATURES - 1 + usize::from(ends);
        [self.window & 0xffff, self.window & 0xff_ffff, self.window, whole].map(|key| self.row(key))
    }

    #[inline(always)]
    fn row(&self, key: u32) -> usize {
        (key.wrapping_mul(0x9e37_79b1) >> (32 - self.bits)) as usize
    }
}

/// What a table says about a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    /// The language it is most likely in.
    pub language: &'static str,
    /// How far its score leads.
    pub lead: f32,
    /// The logarithm of the odds that it is in this language.
    pub log_odds: f32,
    /// The places among the symbols of the word that spoke loudest, both ends included.
    pub loudest: (usize, usize),
}

/// The table of one script.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    script: Script,
    head: &'a [u8],
    rows: &'a [u8],
}

/// What comes before the rows: a bias per column, the unit of weights, and slope and start of the logarithm of the odds.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// The bias of each column.
    pub biases: Vec<f32>,
    /// What a weight of one is worth.
    pub unit: f32,
    /// How much the logarithm of the odds grows with the lead.
    pub slope: f32,
    /// The logarithm of the odds without a lead.
    pub start: f32,
}

impl Head {
    /// As it stands in the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = self.biases.iter().chain([&self.unit, &self.slope, &self.start]);
        numbers.flat_map(|number| number.to_le_bytes()).collect()
    }
}

/// The weights in the crate.
static BUILT_IN: &[u8] = include_bytes!("weights.bin");
const _: () = assert!(BUILT_IN.len() == size(), "weights.bin is of another build");

/// How many bytes all tables have.
const fn size() -> usize {
    let mut bytes = 0;
    let mut at = 0;
    while at < SCRIPTS.len() {
        bytes += size_of(SCRIPTS[at]);
        at += 1;
    }
    bytes
}

const fn head_of(script: Script) -> usize {
    (columns(script) + 3) * 4
}

const fn size_of(script: Script) -> usize {
    head_of(script) + (columns(script) << row_bits(script))
}

impl Table<'static> {
    /// The table in the crate.
    pub fn built_in(script: Script) -> Self {
        let before = SCRIPTS.iter().take_while(|earlier| **earlier != script).map(|earlier| size_of(*earlier)).sum();
        Self::of(script, &BUILT_IN[before..before + size_of(script)])
    }
}

impl<'a> Table<'a> {
    /// The table of `script` in `bytes`; `None` if they are not as many as it has.
    pub fn new(script: Script, bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() == size_of(script)).then(|| Self::of(script, bytes))
    }

    fn of(script: Script, bytes: &'a [u8]) -> Self {
        let (head, rows) = bytes.split_at(head_of(script));
        Self { script, head, rows }
    }

    /// What it says about a text in its script.
    pub fn tell(&self, symbols: &Symbols) -> Told {
        match self.script {
            Script::Latin => self.tell_in::<LATIN>(symbols.as_bytes()),
            _ => self.tell_in::<OTHER>(symbols.as_bytes()),
        }
    }

    fn tell_in<const N: usize>(&self, symbols: &[u8]) -> Told {
        let rows: &[[u8; N]] = self.rows.as_chunks().0;
        let biases: [f32; N] = std::array::from_fn(|column| self.number(column));
        let mut walk = Walk::new(row_bits(self.script));
        let mut sums = [0i16; N];
        let mut scores = biases;
        let mut seen = 1;
        for stretch in symbols[1..].chunks(STRETCH) {
            add_up(rows, stretch, &mut walk, &mut sums);
            seen += stretch.len();
            let scale = self.number(N) / (walk.count as f32).sqrt();
            scores = std::array::from_fn(|column| f32::from(sums[column]) * scale + biases[column]);
            let top = scores.iter().copied().fold(f32::MIN, f32::max);
            if scores.iter().filter(|score| **score > top - CLEAR).count() == 1 {
                break;
            }
        }
        let (first, second) = two_best(&scores);
        let lead = scores[first] - scores[second];
        Told {
            language: languages(self.script)[first],
            lead,
            log_odds: lead * self.number(N + 1) + self.number(N + 2),
            loudest: loudest(rows, &symbols[..seen], Walk::new(row_bits(self.script)), first, second),
        }
    }

    /// A number of the head.
    fn number(&self, at: usize) -> f32 {
        self.head.as_chunks().0.get(at).map_or(0.0, |bytes| f32::from_le_bytes(*bytes))
    }
}

fn add_up<const N: usize>(rows: &[[u8; N]], symbols: &[u8], walk: &mut Walk, sums: &mut [i16; N]) {
    for few in symbols.chunks(FEW) {
        let mut bytes = [0u8; N];
        for symbol in few {
            for row in walk.step(*symbol) {
                for (byte, weight) in bytes.iter_mut().zip(&rows[row]) {
                    *byte = byte.wrapping_add(*weight);
                }
            }
        }
        for (sum, byte) in sums.iter_mut().zip(bytes) {
            *sum += i16::from(byte as i8);
        }
    }
}

fn two_best(scores: &[f32]) -> (usize, usize) {
    let mut best = (0, 1);
    if scores[1] > scores[0] {
        best = (1, 0);
    }
    for column in 2..scores.len() {
        if scores[column] > scores[best.0] {
            best = (column, best.0);
        } else if scores[column] > scores[best.1] {
            best.1 = column;
        }
    }
    best
}

/// Where the word stands that speaks most for the first language against the second.
fn loudest<const N: usize>(
    rows: &[[u8; N]],
    symbols: &[u8],
    mut walk: Walk,
    first: usize,
    second: usize,
) -> (usize, usize) {
    let mut loudest = (0, 0);
    let mut most = i32::MIN;
    let (mut start, mut voice) = (1, 0);
    for (at, symbol) in symbols.iter().enumerate().skip(1) {
        // The longest sequences say enough about where it was said.
        let [_, _, four, whole] = walk.step(*symbol);
        for row in [four, whole] {
            voice += i32::from(rows[row][first] as i8) - i32::from(rows[row][second] as i8);
        }
        if *symbol == GAP || at + 1 == symbols.len() {
            if voice > most {
                (loudest, most) = ((start, at), voice);
            }
            (start, voice) = (at + 1, 0);
        }
    }
    loudest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table that says nothing, but for one row per given sequence.
    fn table(script: Script, rows: &[(usize, usize, i8)]) -> Vec<u8> {
        let head = Head { biases: vec![0.0; columns(script)], unit: 1.0, slope: 2.0, start: -1.0 };
        let mut bytes = head.to_bytes();
        let start = bytes.len();
        bytes.resize(size_of(script), 0);
        for (row, column, weight) in rows {
            bytes[start + row * columns(script) + column] = weight.to_le_bytes()[0];
        }
        bytes
    }

    #[test]
    fn rows_are_added_up() {
        let (_, symbols) = Symbols::of("слово где слово").unwrap();
        let mut walk = Walk::new(row_bits(Script::Cyrillic));
        let steps: Vec<_> = symbols.as_bytes()[1..].iter().map(|symbol| walk.step(*symbol)).collect();
        // The word in the middle ends at the tenth symbol.
        let whole = steps[9][3];
        assert_ne!(whole, 0);
        let bytes = table(Script::Cyrillic, &[(whole, 4, 7), (whole, 1, -7)]);
        let told = Table::new(Script::Cyrillic, &bytes).unwrap().tell(&symbols);
        assert_eq!((told.language, told.loudest), ("ru", (7, 10)));
        let lead = 7.0 / (walk.count as f32).sqrt();
        assert!((told.lead - lead).abs() < 1e-5, "{told:?}");
        assert!((told.log_odds - (2.0 * lead - 1.0)).abs() < 1e-5, "{told:?}");
    }

    #[test]
    fn the_greatest_weights_do_not_overflow() {
        let rows: Vec<_> = (0..1 << row_bits(Script::Latin)).map(|row| (row, 6, MOST)).collect();
        let bytes = table(Script::Latin, &rows);
        let long = "abcdefghijklmnop ".repeat(100);
        let (_, symbols) = Symbols::of(&long).unwrap();
        let told = Table::new(Script::Latin, &bytes).unwrap().tell(&symbols);
        assert_eq!(told.language, "en");
        assert!(told.lead > CLEAR);
    }

    #[test]
    fn a_table_of_another_size_is_none() {
        assert!(Table::new(Script::Arabic, &[0; 7]).is_none());
        assert!(SCRIPTS.into_iter().all(|script| languages(script).len() <= columns(script)));
    }
}
