//! Where an answer may go on X, by its rules of 2026 (fact sheet §1 and §6).

use careline::model::{Content, Message, Origin, Reason, Surface, Visibility};
use careline::routing::{Invitation, InvitationWay, ReplyRoute, RouteAsk, Routing};

use crate::account::Account;
use crate::signals::Us;

/// US dollars for an answer to somebody who summoned us; one with a link costs 0.20.
const SUMMONED_REPLY: f64 = 0.010;
/// US dollars for any other post.
const POST: f64 = 0.015;
/// US dollars for a direct message.
const DIRECT_MESSAGE: f64 = 0.015;

impl Routing for Account {
    fn reply_routes(&self, ask: &RouteAsk<'_>) -> Vec<ReplyRoute> {
        if ask.target.visibility == Visibility::Private {
            // X knows no window: a thread stays open until one side blocks the other.
            let mut route = ReplyRoute::open(Surface::DirectMessage, Visibility::Private);
            route.cost_usd = Some(DIRECT_MESSAGE);
            return vec![route];
        }
        vec![self.public_reply(ask.target), first_direct_message()]
    }

    /// A link that opens a direct message to us. X documents it for its message button, under its former host
    /// `twitter.com`; that it opens under `x.com` as well is unconfirmed.
    fn invitation(&self, ask: &RouteAsk<'_>) -> Option<Invitation> {
        let is_ours = matches!(ask.target.origin, Origin::Brand | Origin::Careline);
        if is_ours || ask.target.visibility == Visibility::Private {
            return None;
        }
        let link = format!("https://x.com/messages/compose?recipient_id={}", self.config.native_id);
        Some(Invitation::new(InvitationWay::Link).link(link))
    }
}

impl Account {
    fn public_reply(&self, target: &Message) -> ReplyRoute {
        let handle = self.handle();
        let us = Us::new(&self.config.native_id, &handle);
        if matches!(target.origin, Origin::Brand | Origin::Careline) || self.config.unsummoned_replies {
            return reply(POST);
        }
        if target.content.as_ref().is_some_and(|content| summons(content, &us)) {
            return reply(SUMMONED_REPLY);
        }
        ReplyRoute::closed(
            Surface::Comment,
            Visibility::Public,
            Reason::new(
                "x.not_summoned",
                "X refuses an answer to a post that neither mentions this account nor quotes it; answer in the X app, or once \
                 they mention the account",
            ),
        )
    }
}

fn reply(cost_usd: f64) -> ReplyRoute {
    let mut route = ReplyRoute::open(Surface::Comment, Visibility::Public);
    route.cost_usd = Some(cost_usd);
    route.reasons = vec![Reason::new("x.link_costs", "an answer with a link costs 0.20 US dollars")];
    route
}

/// Whether the author called this very account, so that X lets it answer.
fn summons(content: &Content, us: &Us<'_>) -> bool {
    content.entities.iter().any(|entity| us.is_mentioned(entity)) || us.is_quoted_in(content)
}

/// A first direct message reaches only those who take them from us, and X does not tell who does.
fn first_direct_message() -> ReplyRoute {
    ReplyRoute::closed(
        Surface::DirectMessage,
        Visibility::Private,
        Reason::new(
            "x.no_open_thread",
            "X delivers a direct message only to people who accept them or have written one; invite them in public to write \
             one, and answer in that thread",
        ),
    )
}
