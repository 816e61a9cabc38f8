//! What Facebook itself tells about a message: where it stands, whom it names, stars, who has the thread.

use careline::Result;
use careline::model::{AttachmentKind, EntityKind, Inbound, Question, Surface};
use careline::triage::{Evidence, Triage, TriageInput};

use crate::account::Account;
use crate::place::{NETWORK, owner};

/// Speaks for what the network itself says; the text can hardly outweigh it.
const SURE: f32 = 4.0;
/// Speaks for what usually follows from the place.
const LIKELY: f32 = 2.0;

/// Facebook's signals for a host that only receives webhooks: without token or connection. Whose pages are meant stands
/// in the policy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signals;

impl Triage for Account {
    fn id(&self) -> &str {
        Signals.id()
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        Signals.assess(input, evidence)
    }
}

impl Triage for Signals {
    fn id(&self) -> &str {
        "careline-facebook/1"
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        let message = input.message;
        place(message, input, evidence);
        named(message, input, evidence);
        stars(message, evidence);
        if message.content.extensions.contains_key("standby") {
            evidence.add(Question::NeedsResponse, "no", LIKELY, "facebook.standby", None);
        }
        let only_sticker = message.content.text.is_empty()
            && !message.content.attachments.is_empty()
            && message.content.attachments.iter().all(|attachment| attachment.kind == AttachmentKind::Sticker);
        if only_sticker {
            evidence.add(Question::Intent, "chatter", LIKELY, "facebook.sticker", None);
            evidence.add(Question::NeedsResponse, "no", LIKELY, "facebook.sticker", None);
        }
        Ok(())
    }
}

/// Is one of our pages called `id`?
fn ours(input: &TriageInput<'_>, id: &str) -> bool {
    input.accounts.iter().any(|account| account.native.network.as_str() == NETWORK && account.native.native_id == id)
}

fn place(message: &Inbound, input: &TriageInput<'_>, evidence: &mut Evidence) {
    let rule = match message.surface {
        Surface::DirectMessage => "facebook.direct_message",
        Surface::Review => "facebook.review",
        Surface::Mention => "facebook.mention",
        Surface::Post | Surface::Comment => {
            if message.thread.as_deref().and_then(owner).is_some_and(|page| ours(input, page)) {
                evidence.add(Question::Relevance, "addressed", LIKELY, "facebook.on_our_page", None);
            }
            return;
        }
        _ => return,
    };
    evidence.add(Question::Relevance, "addressed", SURE, rule, None);
    if message.surface == Surface::DirectMessage {
        evidence.add(Question::Surface, "stay", SURE, rule, None);
    }
}

fn named(message: &Inbound, input: &TriageInput<'_>, evidence: &mut Evidence) {
    let mentions = message.content.entities.iter().filter(|entity| entity.kind == EntityKind::Mention);
    for mention in mentions {
        if mention.native_id.as_deref().is_some_and(|id| ours(input, id)) {
            evidence.add(Question::Relevance, "addressed", SURE, "facebook.named", Some(mention.span));
        }
    }
}

/// The text triage counts the rating itself; that a bad one is seen by everybody who looks for the page is ours to say.
fn stars(message: &Inbound, evidence: &mut Evidence) {
    let Some(rating) = message.rating else { return };
    if (rating.value - rating.worst) / (rating.best - rating.worst) <= 0.34 {
        evidence.add(Question::NeedsResponse, "yes", LIKELY, "facebook.stars", None);
    }
}
