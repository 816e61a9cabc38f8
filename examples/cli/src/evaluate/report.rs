//! Every figure about some sets.

use std::collections::BTreeMap;

use careline::model::{Assessment, Sentiment};
use careline::triage::language::LANGUAGES;
use serde::Serialize;

use super::goals::{Goal, NEGATIVE, TAKEN_FOR_SPAM, goals};
use super::judging::{Answers, Judges, Said};
use super::metrics::{Reliability, Scores, most_frequent, recall_at_precision, share};
use super::personal_data::{FalseMasks, PersonalData};
use super::rows::{Broken, Row, Set};

/// Sets of whose kind the shipped weights have seen rows: their figures say less than others.
const LEARNT_FROM: [&str; 4] = ["banking77", "crisislex_t26", "ibm_customer_care", "telegram_spam"];
/// Languages of a set that are measured apart: the Hindi there is written in Latin letters.
const APART: [(&str, &str); 1] = [("xlm_t", "hi")];
/// What the mean over languages is of.
pub(super) const MEAN_OF: [&str; 6] = ["ar", "de", "es", "fr", "it", "pt"];
pub(super) const MEAN: &str = "mean of ar de es fr it pt";
/// So many of the answers that a text is negative must be right where the recall is measured.
const PRECISION: f64 = 0.85;

/// All figures; what `--json` prints.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The version of this format.
    pub(crate) v: u32,
    /// The version of careline.
    pub(crate) careline: &'static str,
    /// How many languages careline tells apart.
    pub(crate) languages: usize,
    pub(crate) goals: Vec<Goal>,
    pub(crate) sets: Vec<SetFacts>,
    pub(crate) sentiment: Vec<Labels>,
    pub(crate) negative_recall: Vec<Share>,
    pub(crate) needs_response: Vec<Share>,
    pub(crate) category: Vec<Labels>,
    pub(crate) language: Vec<Labels>,
    pub(crate) undetermined_language: Vec<Share>,
    pub(crate) spam: Vec<Labels>,
    pub(crate) customers: Vec<Share>,
    pub(crate) abuse: Vec<Labels>,
    pub(crate) personal_data: Vec<PersonalData>,
    pub(crate) false_masks: Vec<FalseMasks>,
    pub(crate) calibration: Vec<Calibration>,
}

/// What was read.
#[derive(Debug, Serialize)]
pub(crate) struct SetFacts {
    pub(crate) set: String,
    pub(crate) rows: usize,
    pub(crate) learnt_from: bool,
    pub(crate) broken: Broken,
    pub(crate) unknown_labels: BTreeMap<String, usize>,
}

/// What a figure is of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Of {
    pub(crate) set: String,
    /// Which of the set's rows; absent for all that are labelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) part: Option<String>,
    /// Whether the shipped weights have seen rows of the set.
    pub(crate) learnt_from: bool,
    pub(crate) rows: usize,
}

/// How well labels are hit.
#[derive(Debug, Serialize)]
pub(crate) struct Labels {
    #[serde(flatten)]
    pub(crate) of: Of,
    pub(crate) careline: Scores,
    pub(crate) lists: Scores,
    pub(crate) majority: Scores,
}

/// A share of rows, 0 to 1.
#[derive(Debug, Serialize)]
pub(crate) struct Share {
    #[serde(flatten)]
    pub(crate) of: Of,
    /// What is said of the rows.
    pub(crate) what: &'static str,
    pub(crate) careline: f64,
    pub(crate) lists: f64,
    pub(crate) majority: f64,
}

/// How far the certainty of an answer is to be believed.
#[derive(Debug, Serialize)]
pub(crate) struct Calibration {
    #[serde(flatten)]
    pub(crate) of: Of,
    pub(crate) question: &'static str,
    pub(crate) careline: Reliability,
    pub(crate) lists: Reliability,
}

/// Measures all sets.
pub(crate) fn measure(sets: &[Set]) -> Report {
    let judges = Judges::new();
    let mut report =
        Report { v: 1, careline: env!("CARGO_PKG_VERSION"), languages: LANGUAGES.len(), ..Report::default() };
    for set in sets {
        report.sets.push(SetFacts {
            set: set.name.clone(),
            rows: set.rows.len(),
            learnt_from: is_learnt_from(&set.name),
            broken: set.broken.clone(),
            unknown_labels: set.unknown.clone(),
        });
        JudgedSet::new(set, &judges).add_to(&mut report);
    }
    report.goals = goals(&report);
    report
}

fn is_learnt_from(set: &str) -> bool {
    LEARNT_FROM.contains(&set)
}

/// A row with its answers.
pub(super) type Pair<'a> = (&'a Row, &'a Answers);

struct JudgedSet<'a> {
    set: &'a Set,
    /// The answers to each row.
    answers: Vec<Answers>,
    /// Rows said to nobody, and the answers to them where they stand.
    overheard: (Vec<&'a Row>, Vec<Answers>),
}

impl<'a> JudgedSet<'a> {
    fn new(set: &'a Set, judges: &Judges) -> Self {
        let all: Vec<&Row> = set.rows.iter().collect();
        let overheard: Vec<&Row> = set.rows.iter().filter(|row| row.is_said_to_nobody()).collect();
        let heard = judges.judge(&overheard, Said::ToNobody);
        Self { set, answers: judges.judge(&all, Said::ToABrand), overheard: (overheard, heard) }
    }

    fn add_to(&self, report: &mut Report) {
        self.sentiment(report);
        self.needs_response(report);
        let category = |row: &'a Row| row.category();
        report.category.extend(self.labels(None, category, |answer| answer.category.to_string()));
        self.language(report);
        report.spam.extend(self.labels(None, |row| row.gold.spam.map(yes), |answer| yes(answer.spam).to_owned()));
        report.abuse.extend(self.labels(
            None,
            |row| row.gold.offensive.map(yes),
            |answer| yes(answer.abuse).to_owned(),
        ));
        self.customers(report);
        let of = |rows| self.of(None, rows);
        report.personal_data.extend(PersonalData::of(of, self.pairs()));
        self.calibration(report);
    }

    fn of(&self, part: Option<String>, rows: usize) -> Of {
        Of { set: self.set.name.clone(), part, learnt_from: is_learnt_from(&self.set.name), rows }
    }

    fn pairs(&self) -> impl Iterator<Item = Pair<'_>> {
        self.set.rows.iter().zip(&self.answers)
    }

    fn overheard(&self) -> impl Iterator<Item = Pair<'_>> {
        self.overheard.0.iter().copied().zip(&self.overheard.1)
    }

    /// How well a label is hit by an answer, on the rows that have it.
    fn labels(
        &self,
        part: Option<String>,
        gold: impl Fn(&'a Row) -> Option<&'a str>,
        found: impl Fn(&Assessment) -> String,
    ) -> Option<Labels> {
        let labelled: Vec<(&str, &Answers)> =
            self.set.rows.iter().zip(&self.answers).filter_map(|(row, answers)| Some((gold(row)?, answers))).collect();
        let by = |answer: &dyn Fn(&Answers) -> String| {
            let pairs: Vec<(&str, String)> = labelled.iter().map(|(gold, answers)| (*gold, answer(answers))).collect();
            Scores::new(pairs.iter().map(|(gold, found)| (*gold, found.as_str())))
        };
        let majority = most_frequent(labelled.iter().map(|(gold, _)| *gold))?;
        Some(Labels {
            of: self.of(part, labelled.len()),
            careline: by(&|answers| found(&answers.careline))?,
            lists: by(&|answers| found(&answers.lists))?,
            majority: by(&|_| majority.to_owned())?,
        })
    }

    /// The languages of the rows with a tone, if there is more than one.
    fn languages(&self) -> Vec<&'a str> {
        let rows = self.set.rows.iter().filter(|row| row.gold.sentiment.is_some());
        let mut languages: Vec<&str> = rows.filter_map(|row| row.gold.lang.as_deref()).collect();
        languages.sort_unstable();
        languages.dedup();
        if languages.len() > 1 { languages } else { Vec::new() }
    }

    fn sentiment(&self, report: &mut Report) {
        let found = |answer: &Assessment| answer.sentiment.to_string();
        let gold = |row: &'a Row| row.gold.sentiment.as_deref();
        report.sentiment.extend(self.labels(None, gold, found));
        let first = report.sentiment.len();
        for language in self.languages() {
            let gold = |row: &'a Row| gold(row).filter(|_| row.gold.lang.as_deref() == Some(language));
            report.sentiment.extend(self.labels(Some(language.to_owned()), gold, found));
        }
        let mean = mean(&report.sentiment[first..]);
        report.sentiment.extend(mean);
        report.negative_recall.extend(self.negative_recall());
    }

    fn negative_recall(&self) -> Option<Share> {
        let labelled: Vec<(bool, &Answers)> = (self.pairs())
            .filter_map(|(row, answers)| Some((row.gold.sentiment.as_deref()? == "negative", answers)))
            .collect();
        let by = |score: &dyn Fn(&Answers) -> f32| {
            let ranked = labelled.iter().map(|(negative, answers)| (-score(answers), *negative)).collect();
            recall_at_precision(ranked, PRECISION)
        };
        let negative = labelled.iter().filter(|(negative, _)| *negative).count();
        (negative > 0).then(|| Share {
            of: self.of(None, negative),
            what: NEGATIVE,
            careline: by(&|answers| answers.careline.sentiment_score),
            lists: by(&|answers| answers.lists.sentiment_score),
            majority: by(&|_| 0.0),
        })
    }

    fn needs_response(&self, report: &mut Report) {
        let rows = self.known_needs();
        let wanted = rows.iter().filter(|(_, wanted, _)| *wanted).count();
        let always = f64::from(u8::from(2 * wanted > rows.len()));
        for kind in [WANTED, PRAISE, NOT_WANTED, SAID_TO_NOBODY] {
            let of_kind: Vec<&Answers> =
                rows.iter().filter(|(what, ..)| *what == kind).map(|(.., answers)| *answers).collect();
            let yes = |said: &dyn Fn(&Answers) -> bool| of_kind.iter().filter(|answers| said(answers)).count();
            let shares = share(yes(&|a| a.careline.needs_response), of_kind.len())
                .zip(share(yes(&|a| a.lists.needs_response), of_kind.len()));
            report.needs_response.extend(shares.map(|(careline, lists)| Share {
                of: self.of(None, of_kind.len()),
                what: kind,
                careline,
                lists,
                majority: always,
            }));
        }
    }

    /// Rows of which we know whether they need a response: how we know, whether they do, and the answers.
    fn known_needs(&self) -> Vec<(&'static str, bool, &Answers)> {
        let addressed = self.pairs().filter_map(|(row, answers)| match row.gold.needs_response {
            Some(true) => Some((WANTED, true, answers)),
            Some(false) => Some((NOT_WANTED, false, answers)),
            None => row.is_praise().then_some((PRAISE, false, answers)),
        });
        addressed.chain(self.overheard().map(|(_, answers)| (SAID_TO_NOBODY, false, answers))).collect()
    }

    fn language(&self, report: &mut Report) {
        let gold = |row: &'a Row| row.gold.lang.as_deref();
        // A label is a language, whatever the region.
        let found = |answer: &Assessment| answer.language.split('-').next().unwrap_or_default().to_owned();
        report.language.extend(self.labels(None, gold, found));
        for (_, apart) in APART.iter().filter(|(set, _)| *set == self.set.name) {
            let others = |row: &'a Row| gold(row).filter(|language| language != apart);
            report.language.extend(self.labels(Some(format!("without {apart}")), others, found));
        }
        let labelled = || self.pairs().filter(|(row, _)| row.gold.lang.is_some());
        report
            .undetermined_language
            .extend(self.said("left undetermined", labelled, |answer| answer.language == "und"));
    }

    fn customers(&self, report: &mut Report) {
        // Sets that know who needs a response are of people who wrote to a brand.
        if !self.set.rows.iter().any(|row| row.gold.needs_response == Some(true)) {
            return;
        }
        let customers = || self.pairs().filter(|(row, _)| row.is_customers() && row.gold.spam.is_none());
        report.customers.extend(self.said(TAKEN_FOR_SPAM, customers, |answer| answer.spam));
        report.customers.extend(self.said("not to be engaged", customers, |answer| answer.do_not_engage));
        report.false_masks.extend(FalseMasks::of(|rows| self.of(None, rows), customers()));
    }

    /// Of which share of some rows something is said that is hardly ever true.
    fn said<'p, I: Iterator<Item = Pair<'p>>>(
        &'p self,
        what: &'static str,
        rows: impl Fn() -> I,
        said: impl Fn(&Assessment) -> bool,
    ) -> Option<Share> {
        let all = rows().count();
        let careline = share(rows().filter(|(_, answers)| said(&answers.careline)).count(), all)?;
        let lists = share(rows().filter(|(_, answers)| said(&answers.lists)).count(), all)?;
        Some(Share { of: self.of(None, all), what, careline, lists, majority: 0.0 })
    }

    fn calibration(&self, report: &mut Report) {
        let sentiment = |row: &Row, answer: &Assessment| {
            let right = row.gold.sentiment.as_deref()? == answer.sentiment.as_str();
            // Without a tone it can hear it does not answer.
            (answer.sentiment != Sentiment::Unknown).then_some((answer.certainty.sentiment, right))
        };
        let category =
            |row: &Row, answer: &Assessment| Some((answer.certainty.category, row.category()? == answer.category));
        let spam = |row: &Row, answer: &Assessment| Some((answer.certainty.spam, row.gold.spam? == answer.spam));
        report.calibration.extend(self.certainty("sentiment", sentiment));
        report.calibration.extend(self.certainty("category", category));
        report.calibration.extend(self.certainty("spam", spam));
        let needs = self.known_needs();
        let by = |answer: &dyn Fn(&Answers) -> &Assessment| {
            Reliability::new(needs.iter().map(|(_, wanted, answers)| {
                let answer = answer(answers);
                (answer.certainty.needs_response, answer.needs_response == *wanted)
            }))
        };
        let both = by(&|answers| &answers.careline).zip(by(&|answers| &answers.lists));
        report.calibration.extend(both.map(|(careline, lists)| Calibration {
            of: self.of(None, careline.rows),
            question: "needs_response",
            careline,
            lists,
        }));
    }

    fn certainty(
        &self,
        question: &'static str,
        answer: impl Fn(&Row, &Assessment) -> Option<(f32, bool)>,
    ) -> Option<Calibration> {
        let careline = Reliability::new(self.pairs().filter_map(|(row, answers)| answer(row, &answers.careline)))?;
        let lists = Reliability::new(self.pairs().filter_map(|(row, answers)| answer(row, &answers.lists)))?;
        Some(Calibration { of: self.of(None, careline.rows), question, careline, lists })
    }
}

pub(super) const WANTED: &str = "that need a response";
pub(super) const PRAISE: &str = "that praise the brand";
pub(super) const NOT_WANTED: &str = "that need none";
pub(super) const SAID_TO_NOBODY: &str = "said to nobody";

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// The mean over [`MEAN_OF`], where all of them are there.
fn mean(languages: &[Labels]) -> Option<Labels> {
    let named = |labels: &&Labels| labels.of.part.as_deref().is_some_and(|part| MEAN_OF.contains(&part));
    let of: Vec<&Labels> = languages.iter().filter(named).collect();
    let mean = |scores: &dyn Fn(&Labels) -> &Scores| {
        let mean = |figure: &dyn Fn(&Scores) -> f64| {
            of.iter().map(|labels| figure(scores(labels))).sum::<f64>() / of.len() as f64
        };
        Scores {
            accuracy: mean(&|scores| scores.accuracy),
            macro_f1: mean(&|scores| scores.macro_f1),
            classes: BTreeMap::new(),
        }
    };
    (of.len() == MEAN_OF.len()).then(|| Labels {
        of: Of { part: Some(MEAN.to_owned()), rows: of.iter().map(|labels| labels.of.rows).sum(), ..of[0].of.clone() },
        careline: mean(&|labels| &labels.careline),
        lists: mean(&|labels| &labels.lists),
        majority: mean(&|labels| &labels.majority),
    })
}
