//! What Mastodon itself says about a message: findings no reading of the text can give.

use careline::Result;
use careline::model::{Account, Entity, EntityKind, Inbound, Question, Span, Surface};
use careline::triage::{Evidence, Triage, TriageInput};

use crate::html::full_handle;

/// A post that names this many people is addressed to nobody in particular.
const CROWD: usize = 10;

/// Mastodon's signals for a host that only receives an administrator's webhooks: without token or connection. Whose
/// accounts are meant stands in the policy.
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
        "careline-mastodon/1"
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        let message = input.message;
        let ours: Vec<Ours<'_>> = input.accounts.iter().filter_map(|account| Ours::on(account, message)).collect();
        if message.surface == Surface::DirectMessage {
            evidence.add(Question::Relevance, "addressed", 3.0, "mastodon.direct_message", None);
            evidence.add(Question::NeedsResponse, "yes", 1.0, "mastodon.direct_message", None);
        }
        let parent_author = message.reply_to.as_ref().and_then(|parent| parent.author.as_deref());
        if parent_author.is_some_and(|author| ours.iter().any(|us| us.native_id == author)) {
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

/// One of our accounts on the server a message is from.
struct Ours<'a> {
    native_id: &'a str,
    host: &'a str,
    handle: &'a str,
}

impl<'a> Ours<'a> {
    fn on(account: &'a Account, message: &Inbound) -> Option<Self> {
        let (host, native_id) = account.native.native_id.rsplit_once('/')?;
        let here = account.native.network == crate::NETWORK && host == message.scope;
        here.then_some(Self { native_id, host, handle: &account.handle })
    }

    /// Whether a mention means this account: by its id or, where the server tells none, by its handle.
    fn is_named(&self, mention: &Entity) -> bool {
        match &mention.native_id {
            Some(id) => id == self.native_id,
            None => {
                !self.handle.is_empty()
                    && full_handle(&mention.value, self.host).eq_ignore_ascii_case(&full_handle(self.handle, self.host))
            }
        }
    }
}

/// How many are named, and where we are.
fn mentions(message: &Inbound, ours: &[Ours<'_>]) -> (usize, Option<Span>) {
    let mentions = || message.content.entities.iter().filter(|entity| entity.kind == EntityKind::Mention);
    let us = mentions().find(|mention| ours.iter().any(|us| us.is_named(mention)));
    (mentions().count(), us.map(|entity| entity.span))
}
