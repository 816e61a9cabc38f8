//! The weights, as the trainer writes them: a table from features to one small number for each answer.
//!
//! `magic, slots`, then in little-endian 32-bit floats the scale of each column, its bias, and a row for each number the
//! model is told; then a 16-bit mark for each slot, then the rows. Slots come in buckets of four. A feature belongs to
//! the bucket that the upper half of its hash names, and there to the slot with the mark of its lower bits; 0 is empty.

use super::columns::{TOLD, WIDTH};

pub(super) const MAGIC: &[u8; 4] = b"clw1";
const BUCKET: usize = 4;
const LANES: u64 = 0x0001_0001_0001_0001;
const FLOATS: usize = 2 * WIDTH + TOLD * WIDTH;

/// A table of weights.
#[derive(Debug)]
pub struct Weights<'a> {
    scales: [f32; WIDTH],
    biases: [f32; WIDTH],
    told: Vec<[f32; WIDTH]>,
    buckets: usize,
    marks: &'a [u8],
    rows: &'a [u8],
}

impl<'a> Weights<'a> {
    /// Reads a table; `None` if the bytes are none.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (magic, rest) = bytes.split_at_checked(MAGIC.len())?;
        let (slots, rest) = rest.split_at_checked(4)?;
        let slots = u32::from_le_bytes(slots.try_into().ok()?) as usize;
        let (floats, rest) = rest.split_at_checked(FLOATS * 4)?;
        let (marks, rows) = rest.split_at_checked(slots * 2)?;
        if magic != MAGIC || slots == 0 || !slots.is_multiple_of(BUCKET) || rows.len() != slots * WIDTH {
            return None;
        }
        let mut columns = floats.chunks_exact(4 * WIDTH).map(|row| {
            let mut column = [0.0; WIDTH];
            for (place, number) in column.iter_mut().zip(row.chunks_exact(4)) {
                *place = f32::from_le_bytes([number[0], number[1], number[2], number[3]]);
            }
            column
        });
        Some(Self {
            scales: columns.next()?,
            biases: columns.next()?,
            told: columns.collect(),
            buckets: slots / BUCKET,
            marks,
            rows,
        })
    }

    /// The bucket and the mark of a feature in a table of so many buckets.
    pub fn address(hash: u64, buckets: usize) -> (usize, u16) {
        let bucket = (((hash >> 32) * buckets as u64) >> 32) as usize;
        (bucket, (hash as u16).max(1))
    }

    /// The row of a feature, if it has one.
    pub(super) fn row(&self, hash: u64) -> Option<u32> {
        let (bucket, mark) = Self::address(hash, self.buckets);
        let marks = self.marks.get(bucket * BUCKET * 2..)?.first_chunk().map(|marks| u64::from_le_bytes(*marks))?;
        // Four marks are compared at once: the lane that is the same becomes zero, which the borrow shows.
        let differs = marks ^ (u64::from(mark) * LANES);
        let same = differs.wrapping_sub(LANES) & !differs & LANES << 15;
        (same != 0).then(|| (bucket * BUCKET) as u32 + same.trailing_zeros() / 16)
    }

    pub(super) fn weights(&self, row: u32) -> &[u8; WIDTH] {
        self.rows[row as usize * WIDTH..].first_chunk().unwrap_or(&[0; WIDTH])
    }

    pub(super) fn scale(&self, column: usize) -> f32 {
        self.scales[column]
    }

    /// The score of each answer, before words.
    pub(super) fn start(&self, told: &[f32; TOLD]) -> [f32; WIDTH] {
        let mut scores = self.biases;
        for (number, row) in told.iter().zip(&self.told).filter(|(number, _)| **number != 0.0) {
            for (score, weight) in scores.iter_mut().zip(row) {
                *score += number * weight;
            }
        }
        scores
    }

    /// Adds the words' part, summed over rows, to the scores.
    pub(super) fn finish(&self, scores: &mut [f32; WIDTH], sums: &[i32; WIDTH], share: f32) {
        for ((score, sum), scale) in scores.iter_mut().zip(sums).zip(&self.scales) {
            *score += *sum as f32 * scale * share;
        }
    }
}
