//! What is said to everybody and waits for no answer: job ads, promotions, news, machines, what others said already.
//!
//! The queries stand in `broadcast.txt`, by kind and language, in careline's own query language.

use std::sync::LazyLock;

use super::{Query, QueryMatch, QuerySet};
use crate::model::{Inbound, Question, Span, Visibility};
use crate::triage::Evidence;
use crate::triage::reading::Reading;

/// Outweighs whatever else is in the text.
pub(super) const CERTAIN: f32 = 20.0;
/// Outweighs a question to nobody, but not the complaint of somebody who speaks to us.
const LIKELY: f32 = 2.8;

static QUERIES: LazyLock<QuerySet> = LazyLock::new(|| {
    let mut set = QuerySet::new();
    for (id, query) in lines() {
        #[expect(clippy::expect_used, reason = "a test reads every line")]
        set.insert(id, &Query::parse(query).expect("the list holds queries"));
    }
    set
});

/// `kind.language: query`, one a line; `#` begins a comment.
fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("broadcast.txt").lines().filter(|line| !line.starts_with("# "));
    lines.filter_map(|line| line.split_once(": "))
}

/// What is looked for in every text.
pub(super) fn queries() -> &'static QuerySet {
    &QUERIES
}

/// Adds each kind once. Who answers somebody, or writes in private, does not speak to everybody.
pub(super) fn assess(matches: &[QueryMatch], message: &Inbound, evidence: &mut Evidence) {
    if message.reply_to.is_some() || message.visibility == Visibility::Private {
        return;
    }
    let mut added = Vec::new();
    for found in matches {
        let kind = found.query.split('.').next().unwrap_or_default();
        if !added.contains(&kind) {
            added.push(kind);
            let rule = format!("listen.{kind}");
            evidence.add(Question::NeedsResponse, "no", LIKELY, rule, found.spans.first().copied());
        }
    }
}

/// Adds that a text begins with another's words, as X of old wrote it: `RT @somebody: …`.
pub(super) fn assess_repost(text: &str, reading: &Reading, evidence: &mut Evidence) {
    let Some(mention) = reading.mentions.first() else { return };
    let before = text.get(..mention.start as usize).map(str::trim);
    if before.is_some_and(|before| before.eq_ignore_ascii_case("rt")) {
        evidence.add(Question::NeedsResponse, "no", LIKELY, "listen.repost", Span::new(0, mention.end as usize));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_is_known_in_seven_languages() {
        let mut known = BTreeSet::new();
        for (id, query) in lines() {
            assert!(Query::parse(query).is_ok(), "{id}: {}", Query::parse(query).unwrap_err());
            assert!(known.insert(id), "{id} stands twice");
        }
        for kind in ["job_ad", "promotion", "news", "bot"] {
            for language in ["en", "de", "fr", "es", "pt", "it", "nl"] {
                assert!(known.contains(format!("{kind}.{language}").as_str()), "{kind}.{language}");
            }
        }
    }
}
