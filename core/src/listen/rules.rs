//! The policy's own queries, and what their matches say about a message.

use super::set::find_in_each;
use super::{ABOUT, Query, QueryInput, QueryMatch, QuerySet, broadcast};
use crate::model::{Inbound, Question};
use crate::policy::{Listening, QueryRelevance};
use crate::triage::Evidence;

/// So many matches of one message become findings.
const MOST: usize = 12;
/// What says that a message is not about us although it looks so. It weighs more than a name and any number of queries.
const NONE: f32 = 4.0;
/// What one match more says.
const MORE: f32 = 0.05;

/// A policy's queries, by what their matches say.
#[derive(Debug, Default)]
pub(crate) struct ListeningQueries {
    about: QuerySet,
    none: QuerySet,
}

impl ListeningQueries {
    pub(crate) fn new(listening: &Listening) -> Self {
        let mut queries = Self::default();
        for rule in &listening.queries {
            let set = match rule.relevance {
                QueryRelevance::About => &mut queries.about,
                QueryRelevance::None => &mut queries.none,
            };
            if let Ok(query) = Query::parse(&rule.query) {
                set.insert(rule.id.as_str(), &query);
            }
        }
        queries
    }
}

/// Adds what the policy's queries say, and what is said to everybody. A name that was found counts as one match.
pub(super) fn assess(
    queries: &ListeningQueries,
    input: &QueryInput<'_>,
    named: bool,
    message: &Inbound,
    evidence: &mut Evidence,
) {
    let [about, none, broadcasts] = find_in_each([&queries.about, &queries.none, broadcast::queries()], input);
    add(&about, "about", if named { MORE } else { ABOUT }, evidence);
    add(&none, "none", NONE, evidence);
    broadcast::assess(&broadcasts, message, evidence);
}

fn add(matches: &[QueryMatch], value: &'static str, first: f32, evidence: &mut Evidence) {
    for (number, found) in matches.iter().take(MOST).enumerate() {
        let weight = if number == 0 { first } else { MORE };
        let rule = format!("listen.query.{}", found.query);
        evidence.add(Question::Relevance, value, weight, rule, found.spans.first().copied());
    }
}
