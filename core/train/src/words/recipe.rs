//! Which sets teach what, and how much each counts.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use crate::rows::{self, Row};

/// A set, how much each of its rows counts, and how many rows of one answer are taken at most.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// The set.
    pub set: &'static str,
    /// What a row counts.
    pub weight: f32,
    /// How many rows of one kind it gives at most.
    pub most: usize,
}

/// The sets that teach words.
pub const SETS: &[Share] = &[
    Share { set: "goemotions", weight: 1.0, most: 12_000 },
    Share { set: "vader_groundtruth", weight: 3.0, most: 10_000 },
    Share { set: "xed", weight: 0.3, most: 20_000 },
    Share { set: "wisesight", weight: 0.5, most: 4_000 },
    Share { set: "nsmc", weight: 0.3, most: 3_000 },
    Share { set: "hebrew_sentiment", weight: 0.5, most: 4_000 },
    Share { set: "atsad_arabic", weight: 0.7, most: 5_000 },
    Share { set: "red_romanian", weight: 0.5, most: 3_000 },
    Share { set: "lcc_danish", weight: 0.5, most: 1_000 },
    Share { set: "lexicons", weight: 0.7, most: 40_000 },
    Share { set: "multidogo", weight: 0.3, most: 3_000 },
    Share { set: "bitext", weight: 0.15, most: 2_000 },
    Share { set: "banking77_train", weight: 0.2, most: 3_000 },
    Share { set: "nlupp", weight: 0.7, most: 3_000 },
    Share { set: "clinc150", weight: 0.2, most: 2_000 },
    Share { set: "hwu64", weight: 0.3, most: 2_000 },
    Share { set: "rasa_nlu", weight: 0.3, most: 1_000 },
    Share { set: "chatterbot", weight: 0.3, most: 4_000 },
    Share { set: "ibm_dev", weight: 1.0, most: 1_000 },
    Share { set: "crisislex_dev", weight: 0.7, most: 5_000 },
    Share { set: "davidson", weight: 1.0, most: 9_000 },
    Share { set: "civil_comments_spans", weight: 1.0, most: 6_000 },
    Share { set: "ldnoobw", weight: 0.5, most: 3_000 },
    Share { set: "tgspam_dev", weight: 6.0, most: 1_000 },
];

/// The rows of `shares`, of each set and kind no more than it may give.
///
/// # Errors
/// Where a set cannot be read.
pub(super) fn rows(folder: &Path, shares: &[Share]) -> io::Result<Vec<(f32, Row)>> {
    let mut all = Vec::new();
    for share in shares {
        let mut taken: HashMap<String, usize> = HashMap::new();
        for row in rows::read(folder, share.set)? {
            let gold = &row.gold;
            let kind = format!("{:?}{:?}{:?}{:?}", gold.sentiment, gold.intent, gold.spam, gold.abuse);
            let count = taken.entry(kind).or_insert(0);
            *count += 1;
            if *count <= share.most {
                all.push((share.weight, row));
            }
        }
    }
    Ok(all)
}

/// Sets of whose rows none is spam, and sets of whose rows none insults unless its tone is bad; their rows say so with
/// little weight.
const NO_SPAM: [&str; 11] = [
    "goemotions",
    "vader_groundtruth",
    "multidogo",
    "bitext",
    "banking77_train",
    "nlupp",
    "clinc150",
    "hwu64",
    "ibm_dev",
    "crisislex_dev",
    "davidson",
];
const NO_ABUSE: [&str; 8] = [
    "goemotions",
    "vader_groundtruth",
    "multidogo",
    "bitext",
    "banking77_train",
    "clinc150",
    "ibm_dev",
    "crisislex_dev",
];
/// What is only taken for granted counts so much.
pub(super) const GRANTED: f32 = 0.4;

/// What a row does not say, but may be taken for granted: whether it is spam, and whether it insults.
pub(super) fn granted(row: &Row) -> (Option<bool>, Option<bool>) {
    let is_in = |sets: &[&str]| sets.contains(&row.set.as_str());
    let spam = (row.gold.spam.is_none() && is_in(&NO_SPAM)).then_some(false);
    let bad = row.gold.sentiment.as_deref() == Some("negative");
    let abuse = (row.gold.abuse.is_none() && is_in(&NO_ABUSE) && !bad).then_some(false);
    (spam, abuse)
}

/// What a row of our own counts. Everyday talk, of which they have little, counts more.
pub(super) fn own_weight(row: &Row) -> f32 {
    if row.gold.intent.as_deref() == Some("chatter") { 1.5 } else { 1.0 }
}
