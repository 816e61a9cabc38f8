//! The figures as tables for people.

use super::metrics::Scores;
use super::report::{Labels, Of, Report, Share};

/// A table with what is to be said of it.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) title: &'static str,
    /// What the figures mean, in lines as they stand in a document.
    pub(super) about: &'static str,
    pub(super) heads: &'static [&'static str],
    pub(super) rows: Vec<Vec<String>>,
}

/// All tables that have rows.
pub(super) fn sheets(report: &Report) -> Vec<Sheet> {
    let mut sheets = vec![goals(report), sets(report)];
    sheets.extend(labels("Sentiment", SENTIMENT, "Sentiment by class", &report.sentiment));
    sheets.push(shares("Negative texts", NEGATIVE, &report.negative_recall));
    sheets.push(shares("Needs response", NEEDS_RESPONSE, &report.needs_response));
    sheets.extend(labels("Category", CATEGORY, "Category by class", &report.category));
    sheets.extend(labels("Language", LANGUAGE, "Language by class", &report.language));
    sheets.push(shares("Language left undetermined", UNDETERMINED, &report.undetermined_language));
    sheets.extend(labels("Spam", SPAM, "Spam by class", &report.spam));
    sheets.push(shares("Customers who get no answer", CUSTOMERS, &report.customers));
    sheets.extend(labels("Abuse", ABUSE, "Abuse by class", &report.abuse));
    sheets.extend([personal_data(report), false_masks(report), calibration(report), reliability(report)]);
    sheets.retain(|sheet| !sheet.rows.is_empty());
    sheets
}

const GOALS: &str = "\
Each figure with the least (or, for errors, the most) that it must be and what we reach for. *Lists* is careline
without its learnt weights, *majority* the answer that is always the most frequent label.";
const SETS: &str = "\
*Learnt from*: the shipped weights have seen other rows of the set, and its figures say less than others.";
const SENTIMENT: &str = "\
Macro-F1: the mean of the F1 of the classes, each counting alike. A tone that careline does not hear (*unknown*) counts
as wrong.";
const BY_CLASS: &str = "Of careline.";
const NEGATIVE: &str = "\
The share of the negative rows that are found by `sentiment_score`, the lowest first, as long as 85 % of those found
are negative.";
const NEEDS_RESPONSE: &str = "\
The share of which careline says that they need a response: wanted where rows need one, a false alarm elsewhere.";
const CATEGORY: &str = "The first category of each row that has one. The labels are the sets' own, mapped.";
const LANGUAGE: &str = "\
The sets' own tags are kept from careline, and it leaves links and handles out by itself. The Hindi of xlm_t is written
in Latin letters.";
const UNDETERMINED: &str = "The share of rows whose language careline does not tell (`und`).";
const SPAM: &str = "The F1 that counts is the one of *yes*.";
const CUSTOMERS: &str = "\
The share of messages of people who wrote to a brand that are taken for spam, or for ones whose authors only want to
argue.";
const ABUSE: &str = "Insults and threats.";
const PERSONAL_DATA: &str = "\
The kinds that have a form. Only a span that is the marked one to the letter counts. Nothing of it is learnt, so there
is nothing simpler to compare with.";
const FALSE_MASKS: &str = "\
What is masked in customers' messages where nobody marked anything. Mail addresses and phone numbers of ten or eleven
digits are taken as what they seem to be, everything else as wrong.";
const CALIBRATION: &str = "\
How far an answer's certainty and the share of right answers are apart, in the mean: the expected calibration error
over ten bins of equal width.";
const RELIABILITY: &str = "\
The share of right answers by careline's certainty of them: .5 is the bin from .5 to .6. Bins with less than 20 rows
are left out; `--json` has all, with their rows, and `--plot` draws them.";

fn goals(report: &Report) -> Sheet {
    let rows = report.goals.iter().map(|goal| {
        let sign = if goal.at_most { "≤" } else { "≥" };
        let optional = |figure: Option<f64>| figure.map_or("–".to_owned(), number);
        vec![
            goal.figure.to_owned(),
            name(&goal.of),
            goal.of.rows.to_string(),
            if goal.holds { number(goal.careline) } else { format!("{} !", number(goal.careline)) },
            optional(goal.lists),
            optional(goal.majority),
            format!("{sign} {}", goal.must),
            format!("{sign} {}", goal.reach),
        ]
    });
    Sheet {
        title: "In short",
        about: GOALS,
        heads: &["Figure", "Set", "Rows", "careline", "Lists", "Majority", "Must", "Reach for"],
        rows: rows.collect(),
    }
}

fn sets(report: &Report) -> Sheet {
    let rows = report.sets.iter().map(|set| {
        let unknown: Vec<String> = set.unknown_labels.iter().map(|(label, rows)| format!("{label} ({rows})")).collect();
        vec![
            set.set.clone(),
            set.rows.to_string(),
            set.broken.lines.to_string(),
            unknown.join(", "),
            if set.learnt_from { "learnt from".to_owned() } else { String::new() },
        ]
    });
    Sheet {
        title: "Sets",
        about: SETS,
        heads: &["Set", "Rows", "Broken lines", "Unknown labels (rows)", "Weights"],
        rows: rows.collect(),
    }
}

/// A table of the sums, and one of the classes.
fn labels(title: &'static str, about: &'static str, by_class: &'static str, all: &[Labels]) -> [Sheet; 2] {
    let sums = all.iter().map(|labels| {
        let figures = [
            labels.careline.macro_f1,
            labels.lists.macro_f1,
            labels.majority.macro_f1,
            labels.careline.accuracy,
            labels.lists.accuracy,
            labels.majority.accuracy,
        ];
        [name(&labels.of), labels.of.rows.to_string()].into_iter().chain(figures.map(number)).collect()
    });
    let heads: &[&str] = &[
        "Set",
        "Rows",
        "Macro-F1",
        "Macro-F1, lists",
        "Macro-F1, majority",
        "Accuracy",
        "Accuracy, lists",
        "Accuracy, majority",
    ];
    let classes = all.iter().flat_map(|labels| classes(&labels.of, &labels.careline));
    [
        Sheet { title, about, heads, rows: sums.collect() },
        Sheet {
            title: by_class,
            about: BY_CLASS,
            heads: &["Set", "Class", "Rows", "Precision", "Recall", "F1"],
            rows: classes.collect(),
        },
    ]
}

fn classes<'a>(of: &'a Of, scores: &'a Scores) -> impl Iterator<Item = Vec<String>> + 'a {
    scores.classes.iter().map(|(label, class)| {
        vec![
            name(of),
            label.clone(),
            class.rows.to_string(),
            class.precision.map_or("–".to_owned(), number),
            number(class.recall),
            number(class.f1),
        ]
    })
}

fn shares(title: &'static str, about: &'static str, all: &[Share]) -> Sheet {
    let rows = all.iter().map(|share| {
        let figures = [share.careline, share.lists, share.majority].map(number);
        [name(&share.of), share.what.to_owned(), share.of.rows.to_string()].into_iter().chain(figures).collect()
    });
    Sheet { title, about, heads: &["Set", "What", "Rows", "careline", "Lists", "Majority"], rows: rows.collect() }
}

fn personal_data(report: &Report) -> Sheet {
    let rows = report.personal_data.iter().flat_map(|data| {
        data.kinds.iter().chain([&data.total]).map(|kind| {
            let optional = |figure: Option<f64>| figure.map_or("–".to_owned(), number);
            let counts = [kind.gold, kind.found, kind.exact].map(|count| count.to_string());
            let shares = [optional(kind.recall), optional(kind.precision)];
            [name(&data.of), kind.kind.to_owned()].into_iter().chain(counts).chain(shares).collect()
        })
    });
    Sheet {
        title: "Personal data",
        about: PERSONAL_DATA,
        heads: &["Set", "Kind", "Marked", "Found", "Exact", "Recall", "Precision"],
        rows: rows.collect(),
    }
}

fn false_masks(report: &Report) -> Sheet {
    let rows = report.false_masks.iter().map(|masks| {
        let counts = [masks.of.rows, masks.plausible, masks.wrong].map(|count| count.to_string());
        [name(&masks.of)].into_iter().chain(counts).chain([format!("{:.2}", masks.wrong_per_1000)]).collect()
    });
    Sheet {
        title: "False masks",
        about: FALSE_MASKS,
        heads: &["Set", "Rows", "Plausible", "Wrong", "Wrong per 1,000 rows"],
        rows: rows.collect(),
    }
}

fn calibration(report: &Report) -> Sheet {
    let rows = report.calibration.iter().map(|calibration| {
        let question = calibration.question.replace('_', " ");
        let errors = [calibration.careline.ece, calibration.lists.ece].map(number);
        [name(&calibration.of), question, calibration.of.rows.to_string()].into_iter().chain(errors).collect()
    });
    Sheet {
        title: "Calibration",
        about: CALIBRATION,
        heads: &["Set", "Question", "Rows", "Error, careline", "Error, lists"],
        rows: rows.collect(),
    }
}

/// Bins with fewer rows say nothing.
const FEWEST: usize = 20;

fn reliability(report: &Report) -> Sheet {
    let rows = report.calibration.iter().map(|calibration| {
        let mut cells = vec![name(&calibration.of), calibration.question.replace('_', " ")];
        cells.extend((0..10).map(|place| {
            let from = f64::from(place) / 10.0;
            let bin = calibration.careline.bins.iter().find(|bin| bin.from == from && bin.rows >= FEWEST);
            bin.map_or(String::new(), |bin| format!("{:.2}", bin.right))
        }));
        cells
    });
    Sheet {
        title: "Reliability",
        about: RELIABILITY,
        heads: &["Set", "Question", ".0", ".1", ".2", ".3", ".4", ".5", ".6", ".7", ".8", ".9"],
        rows: rows.collect(),
    }
}

/// A set as people read it, with what they must know of it.
fn name(of: &Of) -> String {
    let part = of.part.as_deref().map_or(String::new(), |part| format!(", {part}"));
    let learnt_from = if of.learnt_from { " (learnt from)" } else { "" };
    format!("{}{part}{learnt_from}", of.set)
}

fn number(number: f64) -> String {
    format!("{number:.3}")
}

/// The whole page as Markdown.
pub(super) fn page(report: &Report) -> String {
    let mut page = include_str!("page.txt")
        .replace("{version}", report.careline)
        .replace("{languages}", &report.languages.to_string());
    for sheet in sheets(report) {
        page.push_str(&format!("\n## {}\n\n{}\n\n", sheet.title, sheet.about));
        page.push_str(&line(sheet.heads.iter().copied()));
        page.push_str(&line(
            sheet.heads.iter().enumerate().map(|(at, _)| if is_text(&sheet, at) { "---" } else { "--:" }),
        ));
        for row in &sheet.rows {
            page.push_str(&line(row.iter().map(String::as_str)));
        }
    }
    page
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Whether a column holds words; numbers stand at the right.
pub(super) fn is_text(sheet: &Sheet, column: usize) -> bool {
    sheet.rows.iter().any(|row| row[column].chars().any(char::is_alphabetic))
}
