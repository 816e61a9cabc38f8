//! Learns which language a short text is in.

mod fit;
mod own;
mod pieces;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use careline::triage::language::symbols::{Script, Symbols};
use careline::triage::language::weights::{SCRIPTS, Table, languages};
use careline::triage::language::{self, LANGUAGES};

use crate::random::{Random, share};
use crate::rows::{self, Row};

use self::fit::Texts;

/// The sets it learns from.
pub const SETS: &[&str] = &[
    "lingua_langid",
    "xed",
    "atsad_arabic",
    "vader_groundtruth",
    "lexicons",
    "chatterbot",
    "red_romanian",
    "lcc_danish",
    own::SET,
];
/// Our own texts are few; they are drawn so many times as often as others.
const OWN: usize = 3;
/// So many pieces per language are measured.
const PIECES: usize = 200;

/// A text that teaches, or measures, a script that several languages share.
#[derive(Clone, Debug)]
pub struct Sample {
    script: Script,
    /// The column of its language.
    language: usize,
    /// Which twentieth of all texts it belongs to.
    twentieth: u64,
    text: String,
}

impl Sample {
    fn of(row: &Row) -> Option<Self> {
        let name = named(row)?;
        let (script, _) = Symbols::of(&row.text)?;
        let language = languages(script).iter().position(|known| *known == name)?;
        Some(Self { script, language, twentieth: row.share(20), text: row.text.clone() })
    }

    /// A tenth is kept back, see [`Row::is_held_out`]: half of it for the confidence, half to measure.
    fn teaches(&self) -> bool {
        !self.calibrates() && !self.measures()
    }

    fn calibrates(&self) -> bool {
        self.twentieth == 10
    }

    fn measures(&self) -> bool {
        self.twentieth == 0
    }
}

/// The language of a row as we call it.
fn named(row: &Row) -> Option<&str> {
    row.gold.lang.as_deref().or(row.lang.as_deref()).map(|name| if name == "nb" { "no" } else { name })
}

/// The logarithm of how often a language is met in public, roughly: what a text must say more to be taken for it.
fn commonness(language: &str) -> f32 {
    match language {
        "en" => 0.5,
        "es" | "pt" | "fr" | "de" | "it" | "nl" | "tr" | "id" | "ru" | "ar" | "hi" => 0.0,
        "af" | "az" | "be" | "ca" | "et" | "eu" | "is" | "lt" | "lv" | "mk" | "sl" | "sq" => -2.5,
        "gl" => -1.8,
        _ => -1.2,
    }
}

/// The rows of all sets but those `without`.
///
/// # Errors
/// Where a set cannot be read.
pub fn rows(folder: &Path, without: &[String]) -> io::Result<Vec<Row>> {
    let mut all = Vec::new();
    for set in SETS.iter().filter(|set| !without.iter().any(|left_out| left_out == *set)) {
        match *set {
            own::SET => (0..OWN).for_each(|_| all.extend(own::rows())),
            set => all.extend(rows::read(folder, set)?),
        }
    }
    Ok(all)
}

/// The weights, as they stand in the crate.
pub fn learn(rows: &[Row]) -> Vec<u8> {
    let samples: Vec<Sample> = rows.iter().filter_map(Sample::of).collect();
    let tables = std::thread::scope(|scope| {
        let samples = &samples;
        SCRIPTS.map(|script| scope.spawn(move || fit::table(script, samples))).map(|table| table.join())
    });
    tables.into_iter().flat_map(|table| table.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
}

/// What the weights in the crate make of texts they did not learn from, as a table for the model card.
pub fn report(rows: &[Row]) -> String {
    let mut texts: BTreeMap<&str, Vec<Sample>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.share(20) == 0) {
        if let Some(name) = named(row).filter(|name| LANGUAGES.contains(name) || *name == "hi-Latn") {
            // Only the text is looked at.
            let sample = Sample { script: Script::Latin, language: 0, twentieth: 0, text: row.text.clone() };
            texts.entry(name).or_default().push(sample);
        }
    }
    let mut random = Random::new(1);
    let mut taken: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (name, texts) in &texts {
        let texts: Vec<&Sample> = texts.iter().collect();
        for _ in 0..PIECES {
            let found = language::detect(&pieces::piece(&mut random, &texts)).unwrap_or("und");
            *taken.entry((name, found)).or_default() += 1;
        }
    }
    let measured: Vec<&str> = texts.keys().copied().collect();
    table(&measured, &taken) + &calibration(rows)
}

fn table(measured: &[&str], taken: &BTreeMap<(&str, &str), usize>) -> String {
    let of = |name: &str, found: &str| taken.get(&(name, found)).copied().unwrap_or(0) as f64;
    let mut lines = String::from("| language | right | undetermined | F1 | taken for |\n|---|--:|--:|--:|---|\n");
    let (mut right, mut sum) = (0.0, 0.0);
    for name in measured {
        let found: f64 = measured.iter().map(|other| of(other, name)).sum();
        let f1 = 2.0 * of(name, name) / (PIECES as f64 + found);
        right += of(name, name);
        sum += f1;
        let mut others: Vec<_> = taken.iter().filter(|((own, other), _)| own == name && other != name).collect();
        others.retain(|((_, other), _)| *other != "und");
        others.sort_by_key(|(pair, times)| (std::cmp::Reverse(**times), **pair));
        let others: Vec<String> = others.iter().take(3).map(|((_, other), times)| format!("{other} {times}")).collect();
        let share = |times: f64| 100.0 * times / PIECES as f64;
        lines += &format!(
            "| {name} | {:.1} % | {:.1} % | {f1:.3} | {} |\n",
            share(of(name, name)),
            share(of(name, "und")),
            others.join(", ")
        );
    }
    let count = measured.len() as f64;
    lines
        + &format!(
            "\n{} languages, {PIECES} pieces of 20 to 120 characters each: accuracy {:.3}, macro-F1 {:.3}.\n",
            measured.len(),
            right / count / PIECES as f64,
            sum / count
        )
}

/// How far the confidence is off, in ten equal steps, on pieces drawn as often as their language is met.
fn calibration(rows: &[Row]) -> String {
    let samples: Vec<Sample> = rows.iter().filter_map(Sample::of).collect();
    let mut lines = String::new();
    for script in SCRIPTS {
        let texts = Texts::new(script, &samples, Sample::measures);
        let mut random = Random::new(2);
        let mut steps = [(0usize, 0.0, 0usize); 10];
        for _ in 0..5000 {
            let wanted = texts.language(&mut random);
            let Some((_, symbols)) = Symbols::of(&texts.piece(&mut random, wanted)) else { continue };
            let told = Table::built_in(script).tell(&symbols);
            let sure = f64::from(share(told.log_odds));
            let step = &mut steps[((sure * 10.0) as usize).min(9)];
            *step = (step.0 + 1, step.1 + sure, step.2 + usize::from(told.language == languages(script)[wanted]));
        }
        let all: usize = steps.iter().map(|(count, ..)| count).sum();
        let off: f64 = steps.iter().map(|(_, sure, right)| (sure - *right as f64).abs()).sum();
        let right: usize = steps.iter().map(|(.., right)| right).sum();
        let accuracy = right as f64 / all.max(1) as f64;
        let error = off / all.max(1) as f64;
        lines += &format!("{script:?}: accuracy {accuracy:.3} as often as met, calibration error {error:.3}.\n");
    }
    lines
}
