//! Writes a learnt model as the bytes that careline reads.

use std::collections::HashMap;

use careline::triage::learning::{COLUMNS, Weights};

use super::learnt::Learnt;
use super::lesson::Lesson;

const BUCKET: usize = 4;

/// The hashes of the features that say something, those that say most, and in most texts, first.
pub(super) fn most_telling(learnt: &Learnt, lessons: &[Lesson], numbers: &HashMap<u64, u32>) -> Vec<u64> {
    let mut counts = vec![0u32; numbers.len()];
    lessons.iter().flat_map(|lesson| &lesson.features).for_each(|feature| counts[*feature as usize] += 1);
    let worth = |at: usize| {
        let most = learnt.rows[at].iter().map(|weight| weight.abs()).fold(0.0f32, f32::max);
        most * (counts[at] as f32).sqrt()
    };
    let known = numbers.iter().map(|(hash, number)| (*hash, worth(*number as usize)));
    let mut telling: Vec<(u64, f32)> = known.filter(|(_, worth)| *worth > 0.0).collect();
    telling.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
    telling.into_iter().map(|(hash, _)| hash).collect()
}

/// Which hashes find room in a table of `slots`, first come first served: those that do, and where.
pub(super) fn placed(hashes: &[u64], slots: usize) -> Vec<(u64, usize)> {
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
pub(super) fn written(learnt: &Learnt, places: &[(u64, usize)], slots: usize) -> Vec<u8> {
    let mut scales = [1.0f32; COLUMNS];
    for (column, scale) in scales.iter_mut().enumerate() {
        let most = learnt.rows.iter().map(|row| row[column].abs()).fold(0.0f32, f32::max);
        // What few weights exceed is cut off, so that the many small ones keep their difference.
        *scale = (most / 127.0).max(1e-6);
    }
    let mut bytes = b"clw1".to_vec();
    bytes.extend((slots as u32).to_le_bytes());
    let mut floats = |numbers: &[f32]| numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
    floats(&scales);
    floats(&learnt.biases);
    learnt.told.iter().for_each(|row| floats(row));
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
