//! What Bluesky itself says about a message: findings no reading of the text can give.

use careline::Result;
use careline::model::{Account, EntityKind, Inbound, Question, Span, Surface};
use careline::triage::{Evidence, Triage, TriageInput};
use serde_json::Value;

use crate::message::{LABELS, NETWORK, QUOTE};

/// A post that names this many people is addressed to nobody in particular.
const CROWD: usize = 10;

/// The labels by which moderation services say that nobody need answer, with their weight: those of the protocol
/// itself, and those of Bluesky's own service.
const UNWANTED: [(&str, f32); 7] = [
    ("!hide", 2.0),
    ("!takedown", 2.0),
    ("spam", 2.0),
    ("scam", 2.0),
    ("impersonation", 1.0),
    ("misleading", 1.0),
    ("inauthentic", 1.0),
];

/// Bluesky's signals without password or connection. Whose accounts are meant stands in the policy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signals;

impl Triage for crate::Account {
    fn id(&self) -> &str {
        Signals.id()
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        Signals.assess(input, evidence)
    }
}

impl Triage for Signals {
    fn id(&self) -> &str {
        "careline-bluesky/1"
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        let message = input.message;
        let ours = Ours(input.accounts);
        if message.surface == Surface::DirectMessage {
            evidence.add(Question::Relevance, "addressed", 3.0, "bluesky.direct_message", None);
            evidence.add(Question::NeedsResponse, "yes", 1.0, "bluesky.direct_message", None);
        }
        if message.reply_to.as_ref().and_then(|parent| parent.author.as_deref()).is_some_and(|author| ours.has(author))
        {
            evidence.add(Question::Relevance, "addressed", 2.0, "bluesky.reply_to_us", None);
        }
        if quoted(message).is_some_and(|author| ours.has(author)) {
            evidence.add(Question::Relevance, "addressed", 1.5, "bluesky.quote_of_us", None);
        }
        mentioned(message, &ours, evidence);
        labelled(message, evidence);
        Ok(())
    }
}

/// The tenant's accounts.
struct Ours<'a>(&'a [Account]);

impl Ours<'_> {
    fn has(&self, did: &str) -> bool {
        self.0.iter().any(|account| account.native.network == NETWORK && account.native.native_id == did)
    }
}

/// Who wrote the post that this one shows.
fn quoted(message: &Inbound) -> Option<&str> {
    message.content.extensions.get(QUOTE)?.get("did")?.as_str()
}

/// Whether we are named, by DID: a name without one is only text.
fn mentioned(message: &Inbound, ours: &Ours<'_>, evidence: &mut Evidence) {
    let mentions = || message.content.entities.iter().filter(|entity| entity.kind == EntityKind::Mention);
    let us = mentions().find(|mention| mention.native_id.as_deref().is_some_and(|did| ours.has(did)));
    let Some(span) = us.map(|mention| mention.span) else { return };
    if mentions().count() < CROWD {
        evidence.add(Question::Relevance, "addressed", 2.0, "bluesky.mention_of_us", Some(span));
        return;
    }
    let crowd: Option<Span> = Some(span);
    evidence.add(Question::Relevance, "about", 2.0, "bluesky.mention_of_us", crowd);
    evidence.add(Question::Spam, "yes", 1.0, "bluesky.crowd_of_mentions", crowd);
}

/// What moderation services say about the post or its author.
fn labelled(message: &Inbound, evidence: &mut Evidence) {
    let labels = message.content.extensions.get(LABELS).and_then(Value::as_array);
    for label in labels.into_iter().flatten().filter_map(Value::as_str) {
        if let Some((_, weight)) = UNWANTED.iter().find(|(unwanted, _)| *unwanted == label) {
            evidence.add(Question::Spam, "yes", *weight, "bluesky.label", None);
        }
    }
}
