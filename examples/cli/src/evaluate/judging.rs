//! What careline, and what it is compared with, make of labelled rows.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use careline::model::{Assessment, Inbound, ReplyTarget, Surface, Visibility};
use careline::policy::{CompiledPolicy, Policy, PolicyErrors};
use careline::triage::{Subject, TextTriage, TriageInput, Triages};
use careline_connectors::in_parallel;

use super::rows::Row;

/// The brand of rows that name none.
const NO_BRAND: &str = "Example Brand";
/// The brand's account in each policy.
const ACCOUNT: &str = "brand = { name = 'A' }\naccounts = [{ id = 'x', network = 'x', native_id = '7' }]";

/// A policy for a brand with one account; the empty name is no brand's.
pub(crate) fn policy(brand: &str) -> Result<CompiledPolicy, PolicyErrors> {
    let mut policy = Policy::parse(ACCOUNT, "the policy of a brand")?;
    policy.brand.name = if brand.is_empty() { NO_BRAND } else { brand }.to_owned();
    CompiledPolicy::new(policy)
}

/// The answers to one row.
#[derive(Debug)]
pub(crate) struct Answers {
    /// The whole triage.
    pub(crate) careline: Assessment,
    /// The word lists without the learnt weights.
    pub(crate) lists: Assessment,
}

/// Where a text is said.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Said {
    /// To a brand in public if it is about one, else in private.
    ToABrand,
    /// In public, to nobody.
    ToNobody,
}

/// Asks careline and its word lists.
#[derive(Debug)]
pub(crate) struct Judges {
    careline: Triages,
    lists: Triages,
    threads: usize,
}

impl Judges {
    pub(crate) fn new() -> Self {
        Self {
            careline: Triages::default(),
            lists: Triages::only(vec![Arc::new(TextTriage::lists_only())]),
            threads: available_parallelism().map_or(1, NonZero::get),
        }
    }

    /// The answers to each row, in order.
    pub(crate) fn judge(&self, rows: &[&Row], said: Said) -> Vec<Answers> {
        in_parallel(rows, self.threads, |row| {
            let message = message(row, said);
            let ask = |triages: &Triages| {
                let input = TriageInput::new(&message, &row.policy);
                let mut assessment = triages.assess(&input, &Subject::of_inbound(&message));
                // Nobody reads the reasons of so many.
                assessment.evidence = Vec::new();
                assessment
            };
            Answers { careline: ask(&self.careline), lists: ask(&self.lists) }
        })
    }
}

/// A row as a network would have brought it; what a set says of its language is a label, and kept back.
fn message(row: &Row, said: Said) -> Inbound {
    let (surface, visibility) = match said {
        Said::ToNobody => (Surface::Post, Visibility::Public),
        Said::ToABrand if row.is_about_a_brand => (Surface::Mention, Visibility::Public),
        Said::ToABrand => (Surface::DirectMessage, Visibility::Private),
    };
    let mut message = Inbound::new("x", "1", surface, visibility);
    message.content.text.clone_from(&row.text);
    // Sets do not keep whom a reply answers; what came in within a brand's threads answers the brand.
    if row.gold.direction.as_deref() == Some("in") {
        message.reply_to = Some(ReplyTarget { native_id: "0".into(), author: Some("7".into()) });
    }
    message
}
