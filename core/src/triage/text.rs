//! careline's own triage of texts.

use crate::error::Result;
use crate::listen;
use crate::model::Question;

use super::lexicon::{LEXICON, in_language};
use super::reading::Reading;
use super::{Evidence, Triage, TriageInput, category, intent, language, pii, sentiment, spam};

/// Reads a text with word lists, forms and checksums. One pass each; cost grows with the length of the text and no faster.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TextTriage;

impl TextTriage {
    /// The triage every tenant has.
    pub fn new() -> Self {
        Self
    }
}

impl Triage for TextTriage {
    fn id(&self) -> &'static str {
        "careline-text/1"
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        let message = input.message;
        let reading = Reading::new(&message.content);
        let hits = LEXICON.scan(&reading.folded);
        let language = language::assess(message.language.as_deref(), &reading, &hits, evidence);
        let primary = language.split('-').next().unwrap_or("und");
        let hits = in_language(hits, primary);
        let words = input.policy.words();
        listen::assess(input, primary, &reading, evidence);
        sentiment::assess(message.rating, &reading, &hits, evidence);
        intent::assess(&reading, &hits, evidence);
        category::assess(&reading.folded, primary, words.categories(), &hits, evidence);
        spam::assess(message, &reading, &hits, evidence);
        for found in pii::find(input.text()) {
            evidence.add(Question::Pii, found.kind.as_str(), 5.0, "text.personal_data", Some(found.span));
        }
        Ok(())
    }
}
