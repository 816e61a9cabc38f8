//! The figures that careline holds itself to on the sets it knows.

use serde::Serialize;

use super::metrics::Scores;
use super::report::{Calibration, Labels, MEAN, Of, PRAISE, Report, SAID_TO_NOBODY, Share, WANTED};

/// A figure, and what it should be.
#[derive(Debug, Serialize)]
pub(crate) struct Goal {
    pub(crate) figure: &'static str,
    #[serde(flatten)]
    pub(crate) of: Of,
    pub(crate) careline: f64,
    /// Of the word lists without the learnt weights; absent where they play no part.
    pub(crate) lists: Option<f64>,
    /// Of always the most frequent label.
    pub(crate) majority: Option<f64>,
    /// Whether less is better.
    pub(crate) at_most: bool,
    /// What it must be.
    pub(crate) must: f64,
    /// What it could be.
    pub(crate) reach: f64,
    /// Whether it is what it must be.
    pub(crate) holds: bool,
}

/// A goal that more is better for.
struct AtLeast(&'static str, f64, f64);
/// A goal that less is better for.
struct AtMost(&'static str, f64, f64);

/// Those that `report` has the sets for.
pub(super) fn goals(report: &Report) -> Vec<Goal> {
    let macro_f1 = |scores: &Scores| scores.macro_f1;
    let spam_f1 = |scores: &Scores| scores.f1("yes");
    let (tone, need) = (&report.sentiment, &report.needs_response);
    let all = [
        labels(tone, "airline", None, AtLeast("sentiment, macro-F1", 0.56, 0.65), macro_f1),
        labels(tone, "tweeteval_sentiment", None, AtLeast("sentiment, macro-F1", 0.56, 0.61), macro_f1),
        labels(tone, "xlm_t", Some(MEAN), AtLeast("sentiment, macro-F1", 0.47, 0.55), macro_f1),
        shares(&report.negative_recall, "airline", NEGATIVE, AtLeast("negative recall at precision .85", 0.55, 0.75)),
        shares(need, "airline", WANTED, AtLeast("needs response: recall", 0.82, 0.92)),
        false_alarms(need, "airline", PRAISE, "needs response: false alarms on praise"),
        false_alarms(need, "xlm_t", SAID_TO_NOBODY, "needs response: false alarms on what is said to nobody"),
        labels(&report.category, "airline", None, AtLeast("category, macro-F1", 0.56, 0.65), macro_f1),
        labels(&report.language, "twitter_lid", None, AtLeast("language, macro-F1", 0.92, 0.96), macro_f1),
        labels(&report.language, "xlm_t", Some("without hi"), AtLeast("language, macro-F1", 0.96, 0.98), macro_f1),
        labels(&report.spam, "telegram_spam", None, AtLeast("spam, F1", 0.80, 0.92), spam_f1),
        customers(report, AtMost("customers taken for spam", 0.005, 0.001)),
        labels(&report.abuse, "tweeteval_offensive", None, AtLeast("abuse, macro-F1", 0.68, 0.74), macro_f1),
    ];
    let mut goals: Vec<Goal> = all.into_iter().flatten().collect();
    for data in &report.personal_data {
        goals.extend(exact(&data.of, data.total.recall, AtLeast("personal data: recall", 0.97, 0.99)));
        goals.extend(exact(&data.of, data.total.precision, AtLeast("personal data: precision", 0.97, 0.99)));
    }
    for masks in report.false_masks.iter().filter(|masks| masks.of.set == "airline") {
        let goal = AtMost("personal data: false masks per 1,000", 2.0, 0.5);
        goals.push(goal.of(masks.of.clone(), masks.wrong_per_1000, None, None));
    }
    goals.extend(report.calibration.iter().filter(|calibration| calibration.of.rows >= ENOUGH).map(calibrated));
    goals
}

pub(super) const NEGATIVE: &str = "found at a precision of .85";
/// Calibration is a matter of many rows.
const ENOUGH: usize = 500;

impl AtLeast {
    fn of(self, of: Of, careline: f64, lists: Option<f64>, majority: Option<f64>) -> Goal {
        let Self(figure, must, reach) = self;
        Goal { figure, of, careline, lists, majority, at_most: false, must, reach, holds: careline >= must }
    }
}

impl AtMost {
    fn of(self, of: Of, careline: f64, lists: Option<f64>, majority: Option<f64>) -> Goal {
        let Self(figure, must, reach) = self;
        Goal { figure, of, careline, lists, majority, at_most: true, must, reach, holds: careline <= must }
    }
}

fn labels(
    all: &[Labels],
    set: &str,
    part: Option<&str>,
    goal: AtLeast,
    figure: impl Fn(&Scores) -> f64,
) -> Option<Goal> {
    let labels = all.iter().find(|labels| labels.of.set == set && labels.of.part.as_deref() == part)?;
    let (lists, majority) = (figure(&labels.lists), figure(&labels.majority));
    Some(goal.of(labels.of.clone(), figure(&labels.careline), Some(lists), Some(majority)))
}

fn share<'a>(all: &'a [Share], set: &str, what: &str) -> Option<&'a Share> {
    all.iter().find(|share| share.of.set == set && share.what == what)
}

fn shares(all: &[Share], set: &str, what: &str, goal: AtLeast) -> Option<Goal> {
    let share = share(all, set, what)?;
    Some(goal.of(share.of.clone(), share.careline, Some(share.lists), Some(share.majority)))
}

fn false_alarms(all: &[Share], set: &str, what: &str, figure: &'static str) -> Option<Goal> {
    let share = share(all, set, what)?;
    let goal = AtMost(figure, 0.20, 0.08);
    Some(goal.of(share.of.clone(), share.careline, Some(share.lists), Some(share.majority)))
}

/// Real customers of two sets together.
fn customers(report: &Report, goal: AtMost) -> Option<Goal> {
    let of = |set| share(&report.customers, set, TAKEN_FOR_SPAM);
    let (one, other) = (of("airline")?, of("twcs_sample")?);
    let rows = one.of.rows + other.of.rows;
    let mean = |figure: fn(&Share) -> f64| {
        (figure(one) * one.of.rows as f64 + figure(other) * other.of.rows as f64) / rows as f64
    };
    let of = Of { set: format!("{} + {}", one.of.set, other.of.set), rows, ..one.of.clone() };
    Some(goal.of(of, mean(|share| share.careline), Some(mean(|share| share.lists)), Some(0.0)))
}

pub(super) const TAKEN_FOR_SPAM: &str = "taken for spam";

fn exact(of: &Of, share: Option<f64>, goal: AtLeast) -> Option<Goal> {
    Some(goal.of(of.clone(), share?, None, None))
}

fn calibrated(calibration: &Calibration) -> Goal {
    let figure = match calibration.question {
        "sentiment" => "calibration error, sentiment",
        "category" => "calibration error, category",
        "spam" => "calibration error, spam",
        _ => "calibration error, needs response",
    };
    let goal = AtMost(figure, 0.15, 0.05);
    goal.of(calibration.of.clone(), calibration.careline.ece, Some(calibration.lists.ece), None)
}
