//! What Mastodon itself says about a message: findings no reading of the text can give.

use careline::Result;
use careline::model::{Account, EntityKind, Inbound, Question, Span, Surface};
use careline::triage::{Evidence, Triage, TriageInput};

/// A post that names this many people is addressed to nobody in particular.
const CROWD: usize = 10;

impl Triage for crate::Account {
    fn id(&self) -> &'static str {
        "mastodon/1"
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        let message = input.message;
        let ours: Vec<&str> = input.accounts.iter().filter_map(|account| native_id(account, message)).collect();
        if message.surface == Surface::DirectMessage {
            evidence.add(Question::Relevance, "addressed", 3.0, "mastodon.direct_message", None);
            evidence.add(Question::NeedsResponse, "yes", 1.0, "mastodon.direct_message", None);
        }
        let parent_author = message.reply_to.as_ref().and_then(|parent| parent.author.as_deref());
        if parent_author.is_some_and(|author| ours.contains(&author)) {
            evidence.add(Question::Relevance, "addressed", 2.0, "mastodon.reply_to_us", None);
        }
        let (named, span) = mentions(message, &ours);
        if span.is_some() {
            let crowd = named >= CROWD;
            evidence.add(
                Question::Relevance,
                if crowd { "about" } else { "addressed" },
                2.0,
                "mastodon.mention_of_us",
                span,
            );
            if crowd {
                evidence.add(Question::Spam, "yes", 1.0, "mastodon.crowd_of_mentions", span);
            }
        }
        if message.author.as_ref().and_then(|author| author.bot) == Some(true) {
            evidence.add(Question::NeedsResponse, "yes", -1.0, "mastodon.automated_author", None);
        }
        Ok(())
    }
}

/// The id of one of our accounts, if it lives on the server the message is from.
fn native_id<'a>(account: &'a Account, message: &Inbound) -> Option<&'a str> {
    let (host, id) = account.native.native_id.rsplit_once('/')?;
    (account.native.network == crate::NETWORK && host == message.scope).then_some(id)
}

/// How many are named, and where we are.
fn mentions(message: &Inbound, ours: &[&str]) -> (usize, Option<Span>) {
    let mentions = || message.content.entities.iter().filter(|entity| entity.kind == EntityKind::Mention);
    let us = mentions().find(|entity| entity.native_id.as_deref().is_some_and(|id| ours.contains(&id)));
    (mentions().count(), us.map(|entity| entity.span))
}
