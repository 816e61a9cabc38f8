//! Where an answer may go (fact sheet §3, §4).

use careline::model::{Message, Reason, Surface, Visibility};
use careline::routing::{Invitation, InvitationWay, ReplyRoute, RouteAsk, Routing};
use serde_json::Value;

use crate::message::CLOSED;

impl Routing for crate::Account {
    /// A public answer, unless the author or a block forbids it; a private one in a thread that is there. No windows,
    /// no costs.
    fn reply_routes(&self, ask: &RouteAsk<'_>) -> Vec<ReplyRoute> {
        if is_private(ask.target) {
            return vec![self.within_thread()];
        }
        vec![public(ask.target), first_direct_message()]
    }

    /// They write to us, which they can where the account takes direct messages from all; nobody tells of a link that
    /// opens the thread (fact sheet §3).
    fn invitation(&self, ask: &RouteAsk<'_>) -> Option<Invitation> {
        let can_be_asked = self.config.direct_messages && !is_private(ask.target) && public(ask.target).open;
        can_be_asked.then(|| Invitation::new(InvitationWay::WriteToUs))
    }
}

impl crate::Account {
    fn within_thread(&self) -> ReplyRoute {
        if self.config.direct_messages {
            return ReplyRoute::open(Surface::DirectMessage, Visibility::Private);
        }
        closed_private(
            "bluesky.direct_messages_off",
            "direct messages are turned off for this account; turn them on, or answer in Bluesky's app",
        )
    }
}

fn is_private(target: &Message) -> bool {
    target.surface == Surface::DirectMessage || target.visibility == Visibility::Private
}

fn public(target: &Message) -> ReplyRoute {
    let closed =
        |rule: &str, why: &str| ReplyRoute::closed(Surface::Comment, Visibility::Public, Reason::new(rule, why));
    if target.deleted_at.is_some() {
        return closed(
            "bluesky.deleted",
            "the post was deleted, and nobody would see an answer; write to its author in private",
        );
    }
    let told = target.content.as_ref().and_then(|content| content.extensions.get(CLOSED)).and_then(Value::as_str);
    match told {
        Some("reply_disabled") => closed(
            "bluesky.reply_disabled",
            "its author lets only others answer, so Bluesky would hide ours; write a post of your own, or \
             wait for a direct message",
        ),
        Some(_) => closed("bluesky.blocked", "its author blocks us; other channels remain"),
        None if target.hidden => {
            closed("bluesky.blocked", "a block stands between its author and us; other channels remain")
        }
        None => ReplyRoute::open(Surface::Comment, Visibility::Public),
    }
}

/// Whether somebody takes a direct message from us is theirs to say, and only a call for this one person tells it
/// (`chat.bsky.convo.getConvoAvailability`); most take them from people they follow.
fn first_direct_message() -> ReplyRoute {
    closed_private(
        "bluesky.no_open_thread",
        "Bluesky delivers a direct message only to people who take them from us, and tells of each person only when \
         asked; invite them in public to write one, and answer in that thread",
    )
}

fn closed_private(rule: &str, why: &str) -> ReplyRoute {
    ReplyRoute::closed(Surface::DirectMessage, Visibility::Private, Reason::new(rule, why))
}
