//! Logistic regression over the rows of a table, one step per piece of text, then whole numbers.

use careline::triage::language::symbols::{Script, Symbols};
use careline::triage::language::weights::{Head, MOST, Table, Walk, columns, languages, row_bits};

use crate::random::{Random, exp, share};

use super::pieces::{careless, piece};
use super::{Sample, commonness};

/// How many columns the widest table has.
const COLUMNS: usize = 48;
type Row = [f32; COLUMNS];

const SEED: u64 = 20_261_128;
const RATE: f32 = 2.0;
/// This share of the sequences of a piece is left out at each step, so that none is relied on alone.
const LEFT_OUT: f32 = 0.4;
/// Of ten thousand weights, so many are beyond the largest whole number and are cut.
const CUT: usize = 20;
/// How many pieces the confidence is fitted on.
const PIECES: usize = 20_000;

const fn steps(script: Script) -> usize {
    match script {
        Script::Latin => 2_000_000,
        Script::Cyrillic => 400_000,
        Script::Arabic | Script::Devanagari => 200_000,
    }
}

/// The table of `script`, as it stands in the file.
pub(super) fn table(script: Script, samples: &[Sample]) -> Vec<u8> {
    let learnt = Learnt::new(script, samples);
    let (unit, rows) = learnt.whole_numbers();
    let mut head = Head { biases: learnt.biases, unit, slope: 1.0, start: 0.0 };
    let bytes = [head.to_bytes(), rows.clone()].concat();
    (head.slope, head.start) = confidence(script, &bytes, samples);
    [head.to_bytes(), rows].concat()
}

struct Learnt {
    script: Script,
    biases: Vec<f32>,
    weights: Vec<Row>,
}

impl Learnt {
    fn new(script: Script, samples: &[Sample]) -> Self {
        let names = languages(script);
        let mut biases = vec![-30.0; columns(script)];
        for (bias, name) in biases.iter_mut().zip(names) {
            *bias = commonness(name);
        }
        let mut learnt = Self { script, biases, weights: vec![[0.0; COLUMNS]; 1 << row_bits(script)] };
        let mut slowness = vec![1e-3; 1 << row_bits(script)];
        let texts = Texts::new(script, samples, |sample| sample.teaches());
        let mut random = Random::new(SEED);
        for step in 0..steps(script) {
            let language = texts.language(&mut random);
            let text = texts.careless_piece(&mut random, language);
            let Some((written, symbols)) = Symbols::of(&text) else { continue };
            if written == script {
                let rate = RATE * (1.0 - step as f32 / steps(script) as f32);
                learnt.step(&symbols, language, rate, &mut random, &mut slowness);
            }
        }
        learnt
    }

    fn step(&mut self, symbols: &Symbols, language: usize, rate: f32, random: &mut Random, slowness: &mut [f32]) {
        let mut walk = Walk::new(row_bits(self.script));
        let mut rows: Vec<usize> = symbols.as_bytes()[1..].iter().flat_map(|symbol| walk.step(*symbol)).collect();
        rows.retain(|row| *row != 0 && random.unit() >= LEFT_OUT);
        if rows.is_empty() {
            return;
        }
        let scale = 1.0 / (rows.len() as f32).sqrt();
        let mut wrong = self.shares(&rows, scale);
        wrong[language] -= 1.0;
        let size: f32 = wrong.iter().map(|share| share * share).sum();
        if size < 1e-5 {
            return;
        }
        for row in rows {
            slowness[row] += size * scale * scale;
            let pace = rate * scale / slowness[row].sqrt();
            for (weight, share) in self.weights[row].iter_mut().zip(&wrong) {
                *weight -= pace * share;
            }
        }
    }

    /// What share of belief each language gets.
    fn shares(&self, rows: &[usize], scale: f32) -> Row {
        let mut scores = [0.0; COLUMNS];
        for row in rows {
            for (score, weight) in scores.iter_mut().zip(&self.weights[*row]) {
                *score += weight;
            }
        }
        for (column, score) in scores.iter_mut().enumerate() {
            *score = *score * scale + self.biases.get(column).copied().unwrap_or(-30.0);
        }
        let top = scores.iter().copied().fold(f32::MIN, f32::max);
        let powers = scores.map(|score| exp(score - top));
        let sum: f32 = powers.iter().sum();
        powers.map(|power| power / sum)
    }

    /// What a weight of one is worth, and the weights as multiples of it.
    fn whole_numbers(&self) -> (f32, Vec<u8>) {
        let used = languages(self.script).len();
        let mut sizes: Vec<f32> = self.weights.iter().flat_map(|row| row[..used].iter().map(|w| w.abs())).collect();
        sizes.sort_unstable_by(|left, right| right.total_cmp(left));
        let unit = sizes[sizes.len() * CUT / 10_000].max(1e-6) / f32::from(MOST);
        // The row of "no word ends here" says nothing.
        let rows = self.weights.iter().enumerate().flat_map(|(at, row)| {
            row[..columns(self.script)].iter().map(move |weight| if at == 0 { 0.0 } else { *weight / unit })
        });
        let most = f32::from(MOST);
        (unit, rows.map(|weight| weight.round().clamp(-most, most) as i8 as u8).collect())
    }
}

/// The texts by language, drawn as often as the language is met.
pub(super) struct Texts<'a> {
    by_language: Vec<Vec<&'a Sample>>,
    shares: Vec<f32>,
    english: Option<usize>,
}

impl<'a> Texts<'a> {
    /// Those of `samples` in `script` that are `wanted`.
    pub(super) fn new(script: Script, samples: &'a [Sample], wanted: impl Fn(&Sample) -> bool) -> Self {
        let names = languages(script);
        let mut by_language = vec![Vec::new(); names.len()];
        for sample in samples.iter().filter(|sample| sample.script == script && wanted(sample)) {
            by_language[sample.language].push(sample);
        }
        let none = |at: usize| by_language[at].is_empty();
        let shares = names.iter().enumerate().map(|(at, name)| if none(at) { 0.0 } else { exp(commonness(name)) });
        let shares = shares.collect();
        Self { by_language, shares, english: names.iter().position(|name| *name == "en") }
    }

    /// One of the languages there are texts of.
    pub(super) fn language(&self, random: &mut Random) -> usize {
        let mut point = random.unit() * self.shares.iter().sum::<f32>();
        for (language, share) in self.shares.iter().enumerate() {
            if *share > 0.0 && point < *share {
                return language;
            }
            point -= share;
        }
        // Rounding may leave a little; the last one takes it.
        self.shares.iter().rposition(|share| *share > 0.0).unwrap_or(0)
    }

    /// A piece of a language's texts; empty where there are none.
    pub(super) fn piece(&self, random: &mut Random, language: usize) -> String {
        let texts = &self.by_language[language];
        if texts.is_empty() { String::new() } else { piece(random, texts) }
    }

    /// A piece with slips, in which a few English words may stand.
    fn careless_piece(&self, random: &mut Random, language: usize) -> String {
        let text = self.piece(random, language);
        let others = self.english.filter(|english| *english != language).map(|english| &self.by_language[english]);
        careless(random, text, others.map_or(&[], Vec::as_slice))
    }
}

/// Slope and start of the logarithm of the odds over the lead, by Newton's method, on texts that did not teach.
fn confidence(script: Script, bytes: &[u8], samples: &[Sample]) -> (f32, f32) {
    let Some(table) = Table::new(script, bytes) else { return (1.0, 0.0) };
    let texts = Texts::new(script, samples, |sample| sample.calibrates());
    let mut random = Random::new(SEED);
    let mut seen = Vec::new();
    for _ in 0..PIECES {
        let language = texts.language(&mut random);
        let Some((_, symbols)) = Symbols::of(&texts.piece(&mut random, language)) else { continue };
        let told = table.tell(&symbols);
        seen.push((f64::from(told.lead), told.language == languages(script)[language]));
    }
    let (mut slope, mut start) = (1.0, 0.0);
    for _ in 0..20 {
        // A little is held against a slope far from 1: where hardly anything is wrong it would grow without end.
        let (mut by_slope, mut by_start) = ((1.0 - slope) * 5.0, -start * 5.0);
        let (mut slope_slope, mut slope_start, mut start_start) = (5.0, 0.0, 5.0);
        for (lead, right) in &seen {
            let share = f64::from(share((slope * lead + start) as f32));
            let miss = f64::from(u8::from(*right)) - share;
            let weight = share * (1.0 - share);
            by_slope += miss * lead;
            by_start += miss;
            slope_slope += weight * lead * lead;
            slope_start += weight * lead;
            start_start += weight;
        }
        let determinant = slope_slope * start_start - slope_start * slope_start;
        slope += (by_slope * start_start - by_start * slope_start) / determinant;
        start += (by_start * slope_slope - by_slope * slope_start) / determinant;
    }
    (slope as f32, start as f32)
}
