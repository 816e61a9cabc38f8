//! From rows to the bytes of the table.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use careline::triage::learning::{Example, GROUPS};

use crate::words::{Learnt, Lesson, Steps, balance, first_columns, lesson, logistic, numbered, read};
use crate::{own, recipe, rows, table};

/// How the model of words is trained.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Where the weights are written
    #[arg(long)]
    pub to: PathBuf,
    /// How many features the table has room for
    #[arg(long, default_value_t = 32768)]
    pub slots: usize,
    /// How often each row is seen
    #[arg(long, default_value_t = 4)]
    pub rounds: usize,
    /// How far a step goes
    #[arg(long, default_value_t = 0.1)]
    pub rate: f32,
    /// The threshold below which a weight stays zero
    #[arg(long, default_value_t = 0.05)]
    pub threshold: f32,
    /// Sets to leave out
    #[arg(long)]
    pub without: Vec<String>,
    /// Of the chats with spam, keep back the half with this number, 0 or 1, and say how well the other half taught it
    #[arg(long)]
    pub half: Option<u64>,
    /// How many rows of our own in each language
    #[arg(long, default_value_t = 6000)]
    pub own: usize,
    /// How much each of our own rows counts
    #[arg(long, default_value_t = 1.0)]
    pub own_weight: f32,
}

/// Trains, says how well it does on what was kept back, and writes the table.
///
/// # Errors
/// Where a set cannot be read or the table cannot be written.
pub fn train(options: &Options) -> io::Result<()> {
    let Some(folder) = rows::folder() else {
        println!("skipped: no training sets");
        return Ok(());
    };
    let shares: Vec<_> =
        recipe::SETS.iter().copied().filter(|share| !options.without.iter().any(|set| set == share.set)).collect();
    let mut rows = recipe::rows(&folder, &shares)?;
    for language in own::languages()? {
        let count = if language == "en" { 2 * options.own } else { options.own };
        rows.extend(own::rows(&language, count, 1)?.into_iter().map(|row| (own_weight(&row, options), row)));
    }
    println!("{} rows", rows.len());
    let (taught, kept): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, row)| match options.half {
        Some(half) if row.set == "tgspam_dev" => row.share(2) != half,
        None if row.set == "tgspam_dev" => true,
        _ => !row.is_held_out(),
    });
    let examples: Vec<Example> = taught.iter().map(|(_, row)| read(row)).collect();
    let kept_examples: Vec<Example> = kept.iter().map(|(_, row)| read(row)).collect();
    let numbers = numbered(&examples, 3);
    println!("{} features", numbers.len());
    let lessons = |rows: &[(f32, rows::Row)], examples: &[Example], numbers: &HashMap<u64, u32>| -> Vec<Lesson> {
        let mut lessons: Vec<Lesson> = rows
            .iter()
            .zip(examples)
            .map(|((weight, row), example)| {
                let mut lesson = lesson(row, example, numbers);
                lesson.targets.iter_mut().for_each(|target| target.weight *= weight);
                lesson
            })
            .collect();
        balance(&mut lessons);
        lessons
    };
    let steps = Steps { rounds: options.rounds, rate: options.rate, threshold: options.threshold };
    let first = lessons(&taught, &examples, &numbers);
    let mut learnt = Learnt::new(numbers.len());
    learnt.learn(&first, Steps { rounds: 2, ..steps });
    report(&learnt, &lessons(&kept, &kept_examples, &numbers));
    let mut counts = vec![0; numbers.len()];
    first.iter().flat_map(|lesson| &lesson.features).for_each(|at| counts[*at as usize] += 1);
    let mut hashes = vec![0; numbers.len()];
    numbers.iter().for_each(|(hash, at)| hashes[*at as usize] = *hash);
    let telling: Vec<u64> = table::most_telling(&learnt, &counts).into_iter().map(|at| hashes[at]).collect();
    println!("{} telling", telling.len());
    let places = table::placed(&telling, options.slots);
    let numbers: HashMap<u64, u32> = (0u32..).zip(&places).map(|(at, (hash, _))| (*hash, at)).collect();
    let mut learnt = Learnt::new(numbers.len());
    learnt.learn(&lessons(&taught, &examples, &numbers), steps);
    let kept = lessons(&kept, &kept_examples, &numbers);
    report(&learnt, &kept);
    let chats: Vec<Lesson> = kept.into_iter().filter(|lesson| lesson.set == "tgspam_dev").collect();
    for bar in [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5] {
        let [mut hit, mut gold, mut found] = [0.0f32; 3];
        for lesson in &chats {
            let Some(target) = lesson.targets.iter().find(|target| target.first == 29) else { continue };
            let yes = learnt.scores(&lesson.features, &lesson.told)[29] > bar;
            gold += target.answer as f32;
            found += f32::from(yes);
            hit += f32::from(yes && target.answer == 1);
        }
        println!("chats at {bar}: {:.3} of {}", 2.0 * hit / (gold + found).max(1.0), chats.len());
    }
    std::fs::write(&options.to, table::written(&learnt, &places, options.slots))
}

fn report(learnt: &Learnt, kept: &[Lesson]) {
    let firsts = first_columns();
    for ((question, _, answers), first) in GROUPS.iter().zip(firsts) {
        let mut right: HashMap<(&str, usize), [f32; 3]> = HashMap::new();
        for lesson in kept {
            let scores = learnt.scores(&lesson.features, &lesson.told);
            for target in lesson.targets.iter().filter(|t| (first..first + answers.len()).contains(&t.first)) {
                let scores = &scores[target.first..][..target.width];
                let found = match target.width {
                    1 => usize::from(logistic(scores[0]) > 0.5),
                    _ => (0..scores.len()).fold(0, |best, at| if scores[at] > scores[best] { at } else { best }),
                };
                let base = if target.width == 1 { (target.first - first) * 2 } else { 0 };
                right.entry(("all", base + target.answer)).or_default()[0] += 1.0;
                right.entry(("all", base + found)).or_default()[1] += 1.0;
                right.entry(("all", base + target.answer)).or_default()[2] += f32::from(found == target.answer);
            }
        }
        let mut keys: Vec<_> = right.keys().copied().collect();
        keys.sort_unstable();
        print!("{question}:");
        let mut sum = 0.0;
        for key in &keys {
            let [gold, found, hit] = right[key];
            print!(" {} {:.3} ({})", key.1, 2.0 * hit / (gold + found).max(1.0), gold);
            sum += 2.0 * hit / (gold + found).max(1.0);
        }
        println!("  macro {:.3}", sum / keys.len().max(1) as f32);
    }
}

/// Everyday talk, of which our own messages have little, counts more.
fn own_weight(row: &rows::Row, options: &Options) -> f32 {
    options.own_weight * if row.gold.intent.as_deref() == Some("chatter") { 1.5 } else { 1.0 }
}
