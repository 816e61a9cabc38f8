//! Writes a learnt model as the bytes that careline reads.

use careline::model::Question;
use careline::triage::learning::{COLUMNS, GROUPS, NUMBERS, Weights};

use crate::words::{Learnt, first_columns};

const BUCKET: usize = 4;

/// The features worth keeping, most telling first: their places in `learnt`.
pub fn most_telling(learnt: &Learnt, counts: &[u32]) -> Vec<usize> {
    let worth = |at: usize| {
        let most = learnt.rows[at].iter().map(|weight| weight.abs()).fold(0.0f32, f32::max);
        most * (counts[at] as f32).sqrt()
    };
    let mut places: Vec<(usize, f32)> =
        (0..learnt.rows.len()).map(|at| (at, worth(at))).filter(|(_, worth)| *worth > 0.0).collect();
    places.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
    places.into_iter().map(|(at, _)| at).collect()
}

/// Which hashes find room in a table of `slots`, first come first served: those that do, and where.
pub fn placed(hashes: &[u64], slots: usize) -> Vec<(u64, usize)> {
    let mut marks = vec![0u16; slots];
    let mut places = Vec::new();
    for hash in hashes {
        let (bucket, mark) = Weights::address(*hash, slots / BUCKET);
        let bucket = bucket * BUCKET..bucket * BUCKET + BUCKET;
        if marks[bucket.clone()].contains(&mark) {
            continue;
        }
        if let Some(slot) = bucket.into_iter().find(|slot| marks[*slot] == 0) {
            marks[slot] = mark;
            places.push((*hash, slot));
        }
    }
    places
}

/// The bytes of a model whose feature `n` is `places[n]`.
pub fn written(learnt: &Learnt, places: &[(u64, usize)], slots: usize) -> Vec<u8> {
    let mut scales = [1.0f32; COLUMNS];
    for (column, scale) in scales.iter_mut().enumerate() {
        let most = learnt.rows.iter().map(|row| row[column].abs()).fold(0.0f32, f32::max);
        // What few weights exceed is cut off, so that the many small ones keep their difference.
        *scale = (most / 127.0).max(1e-6);
    }
    let mut bytes = b"clw1".to_vec();
    bytes.extend((slots as u32).to_le_bytes());
    let mut floats = |numbers: &[f32]| numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
    let mut biases = learnt.biases;
    for ((question, _, answers), first) in GROUPS.iter().zip(first_columns()) {
        (first..first + answers.len()).for_each(|column| biases[column] += ease(question));
    }
    floats(&scales);
    floats(&biases);
    learnt.told.iter().for_each(|row| floats(row));
    debug_assert_eq!(learnt.told.len(), NUMBERS);
    let mut marks = vec![0u16; slots];
    let mut rows = vec![0u8; slots * COLUMNS];
    for ((hash, slot), row) in places.iter().zip(&learnt.rows) {
        marks[*slot] = Weights::address(*hash, slots / BUCKET).1;
        for (column, weight) in row.iter().enumerate() {
            let steps = (weight / scales[column]).round();
            // One step is noise, and zeros make the file small.
            let steps = if steps.abs() < 2.0 { 0.0 } else { steps };
            rows[slot * COLUMNS + column] = steps as i8 as u8;
        }
    }
    marks.iter().for_each(|mark| bytes.extend(mark.to_le_bytes()));
    bytes.extend(rows);
    bytes
}

/// How much sooner a yes holds than where it is as likely as a no: in what teaches them insults and spam are rarer than
/// their rows' labels say, since much is only taken for granted to be none.
fn ease(question: &Question) -> f32 {
    if matches!(question, Question::Abuse | Question::Spam) { 1.0 } else { 0.0 }
}
