//! What answers are worth, as numbers.

use std::collections::BTreeMap;

use serde::Serialize;

/// How well answers hit labels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Scores {
    /// The share of right answers.
    pub(crate) accuracy: f64,
    /// The mean of the F1 of all labels that occur.
    pub(crate) macro_f1: f64,
    /// Each label that occurs.
    pub(crate) classes: BTreeMap<String, Class>,
}

/// How well answers hit one label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Class {
    /// How many rows have the label.
    pub(crate) rows: usize,
    /// How many answers name it.
    pub(crate) found: usize,
    /// The share of those answers that are right; absent where none names it.
    pub(crate) precision: Option<f64>,
    /// The share of its rows that are found.
    pub(crate) recall: f64,
    /// The harmonic mean of both.
    pub(crate) f1: f64,
}

impl Scores {
    /// Of pairs of a label and an answer; absent where there is no pair. Answers that are no label only count as wrong.
    pub(crate) fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let (mut gold, mut found, mut hits) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut rows = 0;
        for (label, answer) in pairs {
            rows += 1;
            *gold.entry(label).or_insert(0usize) += 1;
            *found.entry(answer).or_insert(0usize) += 1;
            *hits.entry(label).or_insert(0usize) += usize::from(label == answer);
        }
        let class = |(label, rows): (&&str, &usize)| {
            let (hits, found) = (hits[*label], found.get(*label).copied().unwrap_or(0));
            let class = Class {
                rows: *rows,
                found,
                precision: share(hits, found),
                recall: hits as f64 / *rows as f64,
                f1: 2.0 * hits as f64 / (rows + found) as f64,
            };
            ((*label).to_owned(), class)
        };
        let classes: BTreeMap<String, Class> = gold.iter().map(class).collect();
        let accuracy = share(hits.values().sum(), rows)?;
        Some(Self {
            accuracy,
            macro_f1: classes.values().map(|class| class.f1).sum::<f64>() / classes.len() as f64,
            classes,
        })
    }

    /// The F1 of one label; 0 where it does not occur.
    pub(crate) fn f1(&self, label: &str) -> f64 {
        self.classes.get(label).map_or(0.0, |class| class.f1)
    }
}

/// `part` of `whole`; absent where there is nothing.
pub(crate) fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The label of most rows; the smaller name where two are equal.
pub(crate) fn most_frequent<'a>(labels: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for label in labels {
        *counts.entry(label).or_default() += 1;
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(label, _)| label)
}

/// The largest share of the wanted rows that a threshold on the score finds while so large a share of what it finds is
/// wanted; 0 where no threshold does. Rows of equal score are found together.
pub(crate) fn recall_at_precision(mut ranked: Vec<(f32, bool)>, precision: f64) -> f64 {
    ranked.sort_by(|left, right| right.0.total_cmp(&left.0));
    let wanted = ranked.iter().filter(|(_, wanted)| *wanted).count();
    let (mut found, mut hits, mut best) = (0, 0, 0);
    for equal in ranked.chunk_by(|left, right| left.0 == right.0) {
        found += equal.len();
        hits += equal.iter().filter(|(_, wanted)| *wanted).count();
        if hits as f64 >= precision * found as f64 {
            best = hits;
        }
    }
    share(best, wanted).unwrap_or(0.0)
}

/// How often answers are right, by how sure they are said to be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Reliability {
    /// How many answers.
    pub(crate) rows: usize,
    /// The expected calibration error: how far certainty and being right are apart, in the mean over all answers.
    pub(crate) ece: f64,
    /// Ten bins of certainty, the lowest first, without empty ones.
    pub(crate) bins: Vec<Bin>,
}

/// The answers whose certainty is at least `from` and less than `from` + 0.1; 1 is in the last bin.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Bin {
    /// Where it begins.
    pub(crate) from: f64,
    /// How many answers.
    pub(crate) rows: usize,
    /// Their mean certainty.
    pub(crate) certainty: f64,
    /// The share of right ones.
    pub(crate) right: f64,
}

/// So many bins of equal width.
const BINS: usize = 10;

impl Reliability {
    /// Of answers, each with how sure it is and whether it is right; absent where there is none.
    pub(crate) fn new(answers: impl IntoIterator<Item = (f32, bool)>) -> Option<Self> {
        let mut bins = [(0usize, 0.0f64, 0usize); BINS];
        for (certainty, right) in answers {
            let place = ((certainty * BINS as f32) as usize).min(BINS - 1);
            bins[place].0 += 1;
            bins[place].1 += f64::from(certainty);
            bins[place].2 += usize::from(right);
        }
        let rows: usize = bins.iter().map(|(rows, ..)| rows).sum();
        let apart: f64 = bins.iter().map(|(_, certainty, right)| (certainty - *right as f64).abs()).sum();
        let bins = bins.into_iter().enumerate().filter(|(_, (rows, ..))| *rows > 0);
        let bins = bins.map(|(place, (rows, certainty, right))| Bin {
            from: place as f64 / BINS as f64,
            rows,
            certainty: certainty / rows as f64,
            right: right as f64 / rows as f64,
        });
        (rows > 0).then(|| Self { rows, ece: apart / rows as f64, bins: bins.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64) -> bool {
        (left - right).abs() < 1e-6
    }

    #[test]
    fn f1_as_by_hand() {
        // bad: 2 of 3 found, 2 of 3 right. good: 1 of 2 found, 1 of 1 right. "unknown" is no label.
        let pairs = [("bad", "bad"), ("bad", "bad"), ("bad", "unknown"), ("good", "good"), ("good", "bad")];
        let scores = Scores::new(pairs).unwrap();
        assert!(near(scores.accuracy, 0.6));
        let bad = &scores.classes["bad"];
        assert_eq!((bad.rows, bad.found), (3, 3));
        assert!(near(bad.recall, 2.0 / 3.0) && near(bad.precision.unwrap(), 2.0 / 3.0) && near(bad.f1, 2.0 / 3.0));
        let good = &scores.classes["good"];
        assert!(near(good.recall, 0.5) && near(good.precision.unwrap(), 1.0) && near(good.f1, 2.0 / 3.0));
        assert!(near(scores.macro_f1, 2.0 / 3.0));
        assert_eq!(scores.classes.len(), 2);
        assert_eq!(Scores::new([]), None);
    }

    #[test]
    fn a_label_nobody_answers_has_no_precision() {
        let scores = Scores::new([("a", "b"), ("b", "b")]).unwrap();
        assert_eq!(scores.classes["a"].precision, None);
        assert!(near(scores.macro_f1, (0.0 + 2.0 / 3.0) / 2.0));
    }

    #[test]
    fn the_most_frequent_label() {
        assert_eq!(most_frequent(["b", "a", "b"]), Some("b"));
        assert_eq!(most_frequent(["b", "a"]), Some("a"));
        assert_eq!(most_frequent([]), None);
    }

    #[test]
    fn recall_at_a_precision_as_by_hand() {
        // Best first: hit, hit, miss, hit, miss. Precision 1, 1, .67, .75, .6.
        let ranked = vec![(0.9, true), (0.1, false), (0.8, true), (0.7, false), (0.6, true)];
        assert!(near(recall_at_precision(ranked.clone(), 0.75), 1.0));
        assert!(near(recall_at_precision(ranked.clone(), 0.8), 2.0 / 3.0));
        assert!(near(recall_at_precision(vec![(0.5, true), (0.5, false)], 0.8), 0.0), "equal scores stay together");
        assert!(near(recall_at_precision(Vec::new(), 0.8), 0.0));
    }

    #[test]
    fn calibration_error_as_by_hand() {
        // In .9–1: three answers at 1.0, .95, .9 (mean .95), two right. In .5–.6: one at .5, wrong.
        let reliability = Reliability::new([(1.0, true), (0.95, true), (0.9, false), (0.5, false)]).unwrap();
        assert_eq!(reliability.bins.iter().map(|bin| bin.rows).collect::<Vec<_>>(), [1, 3]);
        assert!(near(reliability.bins[1].certainty, 0.95) && near(reliability.bins[1].right, 2.0 / 3.0));
        // (3 × |.95 − .667| + 1 × |.5 − 0|) ÷ 4
        assert!(near(reliability.ece, (0.85 + 0.5) / 4.0), "{}", reliability.ece);
        assert_eq!(Reliability::new([]), None);
    }
}
