//! What is it? Findings from rules and signals, and the assessment they add up to.

mod bounded;
mod category;
mod conclude;
mod intent;
pub mod language;
#[cfg(feature = "train")]
pub mod learning;
pub(crate) mod lexicon;
#[cfg_attr(not(feature = "train"), allow(unreachable_pub, reason = "the trainer reads it"))]
mod model;
pub mod pii;
pub(crate) mod reading;
mod sentiment;
mod spam;
mod text;
mod triages;
mod words;

pub use conclude::{Subject, conclude};
pub use text::TextTriage;
pub use triages::{Triages, ask, named};
pub use words::PolicyWords;

use std::fmt::Debug;

use compact_str::CompactString;

use crate::error::Result;
use crate::model::{Account, Finding, Inbound, NetworkName, Question, Span};

/// Adds findings about a message. Deterministic: the same input gives the same findings, on every machine.
///
/// careline's own text triage, each network's signals and a host's own rules implement this one trait.
pub trait Triage: Debug + Send + Sync + 'static {
    /// Name and version, kept with every assessment: `careline-text/1`.
    fn id(&self) -> &str;

    /// Adds what it finds to `evidence`; adding nothing is a good answer.
    ///
    /// # Errors
    /// An error becomes a note in the evidence and does not stop the other triages.
    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()>;
}

/// What a triage looks at.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TriageInput<'a> {
    /// The message.
    pub message: &'a Inbound,
    /// The tenant's brand accounts.
    pub accounts: &'a [Account],
    /// The tenant's policy, ready to use.
    pub policy: &'a crate::policy::CompiledPolicy,
    /// The network; absent where it is not known.
    pub network: Option<&'a NetworkName>,
    /// The brand account it came to, as the policy names it; absent where it is not known.
    pub account: Option<&'a str>,
}

impl<'a> TriageInput<'a> {
    /// Looks at `message` under `policy`.
    pub fn new(message: &'a Inbound, policy: &'a crate::policy::CompiledPolicy) -> Self {
        Self { message, accounts: policy.accounts(), policy, network: None, account: None }
    }

    /// The same, of which it is known where it came from.
    #[must_use]
    pub fn through(self, network: Option<&'a NetworkName>, account: Option<&'a str>) -> Self {
        Self { network, account, ..self }
    }

    /// The text.
    pub fn text(&self) -> &'a str {
        &self.message.content.text
    }
}

/// Collects findings.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    findings: Vec<Finding>,
}

impl Evidence {
    /// With room for what a common text gives.
    fn with_room() -> Self {
        Self { findings: Vec::with_capacity(32) }
    }

    /// Adds that `rule` speaks with `weight` for `value` as the answer to `about`, because of `span`.
    pub fn add(
        &mut self,
        about: Question,
        value: impl Into<CompactString>,
        weight: f32,
        rule: impl Into<CompactString>,
        span: Option<Span>,
    ) {
        self.findings.push(Finding { about, value: value.into(), weight, rule: rule.into(), span });
    }

    /// What was found so far.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Gives the findings up.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

impl Extend<Finding> for Evidence {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        self.findings.extend(findings);
    }
}
