//! careline's own triage of texts.

use compact_str::CompactString;

use crate::error::Result;
use crate::listen;
use crate::model::{Inbound, Question};

use super::category::OwnCategories;
use super::lexicon::{LEXICON, in_language};
use super::reading::Reading;
use super::{Evidence, Triage, TriageInput, category, intent, language, model, pii, sentiment, spam};

/// Reads a text with word lists, forms and checksums. One pass each; cost grows with the length of the text and no faster.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TextTriage {
    lists_only: bool,
}

impl TextTriage {
    /// The triage every tenant has.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same without the learnt weights of words: what the word lists tell alone, to measure what the weights add.
    /// Language and personal data are found as ever.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use careline::triage::{TextTriage, Triages};
    ///
    /// let triages = Triages::only(vec![Arc::new(TextTriage::lists_only())]);
    /// assert!(triages.models().contains_key("careline-lists"));
    /// ```
    pub fn lists_only() -> Self {
        Self { lists_only: true }
    }
}

impl Triage for TextTriage {
    fn id(&self) -> &'static str {
        if self.lists_only { "careline-lists/1" } else { "careline-text/2" }
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        let message = input.message;
        let reading = Reading::new(&message.content);
        let words = input.policy.words();
        let language = by_lists(message, &reading, words.categories(), evidence);
        listen::assess(input, primary(&language), &reading, evidence);
        if !self.lists_only {
            model::assess(message.rating, &reading, evidence);
        }
        for found in pii::find(input.text()) {
            evidence.add(Question::Pii, found.kind.as_str(), 5.0, "text.personal_data", Some(found.span));
        }
        Ok(())
    }
}

/// Adds what the word lists and the form of a text tell; gives its language.
pub(super) fn by_lists(
    message: &Inbound,
    reading: &Reading,
    own: &OwnCategories,
    evidence: &mut Evidence,
) -> CompactString {
    let language = language::assess(message.language.as_deref(), reading, evidence);
    let primary = primary(&language);
    let hits = in_language(LEXICON.scan(&reading.folded), primary);
    sentiment::assess(message.rating, reading, &hits, evidence);
    intent::assess(reading, &hits, evidence);
    category::assess(&reading.folded, primary, own, &hits, evidence);
    spam::assess(message, reading, &hits, evidence);
    language
}

fn primary(language: &str) -> &str {
    language.split('-').next().unwrap_or("und")
}
