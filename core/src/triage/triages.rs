//! All triages of a tenant, in order.

use std::collections::BTreeMap;
use std::sync::Arc;

use compact_str::CompactString;

use crate::model::{Assessment, Question};

use super::conclude::{Subject, conclude};
use super::{Evidence, TextTriage, Triage, TriageInput};

/// An ordered list of triages and what they come to together. careline's own text triage is first.
#[derive(Clone, Debug)]
pub struct Triages {
    triages: Vec<Arc<dyn Triage>>,
    models: BTreeMap<CompactString, CompactString>,
}

impl Default for Triages {
    fn default() -> Self {
        Self::only(vec![Arc::new(TextTriage::new())])
    }
}

impl Triages {
    /// Only these, without careline's own.
    pub fn only(triages: Vec<Arc<dyn Triage>>) -> Self {
        let models = triages.iter().map(|triage| named(triage.id())).collect();
        Self { triages, models }
    }

    /// One more, asked after the others.
    #[must_use]
    pub fn with(mut self, triage: Arc<dyn Triage>) -> Self {
        self.models.extend([named(triage.id())]);
        self.triages.push(triage);
        self
    }

    /// Asks every triage about `input` and concludes; `subject` adds what only the engine knows.
    ///
    /// A triage that fails leaves a finding `failed.<its name>`, also what it had found until then, and stops no other.
    pub fn assess(&self, input: &TriageInput<'_>, subject: &Subject<'_>) -> Assessment {
        let mut evidence = Evidence::with_room();
        for triage in &self.triages {
            ask(triage.as_ref(), input, &mut evidence);
        }
        conclude(evidence, subject, input.policy, self.models.clone())
    }

    /// Names and versions of the triages.
    pub fn models(&self) -> &BTreeMap<CompactString, CompactString> {
        &self.models
    }
}

/// Asks one triage; its failure becomes a finding.
pub fn ask(triage: &dyn Triage, input: &TriageInput<'_>, evidence: &mut Evidence) {
    if let Err(error) = triage.assess(input, evidence) {
        let rule = format!("failed.{}", named(triage.id()).0);
        evidence.add(Question::Other("triage".into()), error.kind().code(), 0.0, rule, None);
    }
}

/// `acme-intent/3` as name and version.
pub fn named(id: &str) -> (CompactString, CompactString) {
    let (name, version) = id.rsplit_once('/').unwrap_or((id, ""));
    (name.into(), version.into())
}
