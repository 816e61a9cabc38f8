//! How exactly personal data is found.

use careline::model::Pii;
use serde::Serialize;

use super::metrics::share;
use super::report::{Of, Pair};

/// Names of kinds in labelled sets, and ours.
const KINDS: [(&str, &str); 6] = [
    ("CREDIT_CARD", "card"),
    ("IBAN_CODE", "iban"),
    ("PHONE_NUMBER", "phone"),
    ("EMAIL_ADDRESS", "email"),
    ("US_SSN", "national_id"),
    ("IP_ADDRESS", "ip_address"),
];

/// Spans of the kinds that have a form.
#[derive(Debug, Serialize)]
pub(crate) struct PersonalData {
    #[serde(flatten)]
    pub(crate) of: Of,
    pub(crate) kinds: Vec<Exact>,
    pub(crate) total: Exact,
}

/// How many spans are exactly those that people marked.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Exact {
    pub(crate) kind: &'static str,
    /// Marked by people.
    pub(crate) gold: usize,
    pub(crate) found: usize,
    pub(crate) exact: usize,
    /// Absent where nothing is marked.
    pub(crate) recall: Option<f64>,
    /// Absent where nothing is found.
    pub(crate) precision: Option<f64>,
}

impl PersonalData {
    /// On the rows where people looked for it; absent where they looked nowhere.
    pub(super) fn of<'a>(of: impl Fn(usize) -> Of, pairs: impl Iterator<Item = Pair<'a>>) -> Option<Self> {
        let pairs: Vec<Pair<'a>> = pairs.filter(|(row, _)| row.gold.pii.is_some()).collect();
        if pairs.is_empty() {
            return None;
        }
        let kinds: Vec<Exact> = KINDS.iter().map(|(theirs, ours)| Exact::new(theirs, ours, &pairs)).collect();
        let total = kinds.iter().fold(Exact { kind: "total", ..Exact::default() }, |total, kind| Exact {
            gold: total.gold + kind.gold,
            found: total.found + kind.found,
            exact: total.exact + kind.exact,
            ..total
        });
        Some(Self { of: of(pairs.len()), kinds, total: total.with_shares() })
    }
}

impl Exact {
    fn new(theirs: &str, ours: &'static str, pairs: &[Pair<'_>]) -> Self {
        let mut counts = Self { kind: ours, ..Self::default() };
        for (row, answers) in pairs {
            let marked = row.gold.pii.iter().flatten().filter(|pii| pii.kind == theirs);
            let marked: Vec<(usize, usize)> = marked.map(|pii| pii.bytes(&row.text)).collect();
            let found = answers.careline.pii.iter().filter(|pii| pii.kind.as_str() == ours);
            let found: Vec<(usize, usize)> =
                found.map(|pii| (pii.span.start as usize, pii.span.end as usize)).collect();
            counts.gold += marked.len();
            counts.found += found.len();
            counts.exact += marked.iter().filter(|span| found.contains(span)).count();
        }
        counts.with_shares()
    }

    fn with_shares(self) -> Self {
        Self { recall: share(self.exact, self.gold), precision: share(self.exact, self.found), ..self }
    }
}

/// What is masked in customers' messages where nobody marked anything.
#[derive(Debug, Serialize)]
pub(crate) struct FalseMasks {
    #[serde(flatten)]
    pub(crate) of: Of,
    /// Mail addresses, and numbers of ten or eleven digits as North America writes them: they are what they seem to be.
    pub(crate) plausible: usize,
    /// All others, taken as wrong.
    pub(crate) wrong: usize,
    pub(crate) wrong_per_1000: f64,
}

impl FalseMasks {
    pub(super) fn of<'a>(of: impl Fn(usize) -> Of, pairs: impl Iterator<Item = Pair<'a>>) -> Option<Self> {
        let pairs: Vec<Pair<'a>> = pairs.filter(|(row, _)| row.gold.pii.is_none()).collect();
        let masks =
            pairs.iter().flat_map(|(row, answers)| answers.careline.pii.iter().map(|pii| (row.text.as_str(), pii)));
        let (plausible, wrong): (Vec<_>, Vec<_>) = masks.partition(|(text, pii)| is_plausible(text, pii));
        let wrong_per_1000 = share(wrong.len() * 1000, pairs.len())?;
        Some(Self { of: of(pairs.len()), plausible: plausible.len(), wrong: wrong.len(), wrong_per_1000 })
    }
}

fn is_plausible(text: &str, pii: &Pii) -> bool {
    let digits = pii.span.of(text).bytes().filter(u8::is_ascii_digit).count();
    match pii.kind.as_str() {
        "email" => true,
        "phone" => matches!(digits, 10 | 11),
        _ => false,
    }
}
