//! Where an answer may go (fact sheets facebook §6 and messenger §4, §6).

use std::time::Duration;

use careline::model::{Reason, Surface, Timestamp, Visibility};
use careline::routing::{Invitation, InvitationWay, ReplyRoute, RouteAsk, Routing};

use crate::account::Account;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a person may answer in Messenger, and how long a comment may be answered in private.
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Routing for Account {
    fn reply_routes(&self, ask: &RouteAsk<'_>) -> Vec<ReplyRoute> {
        match ask.target.surface {
            // Mentions in stories, answers to stories, postbacks and what an advertisement begins are messages, too.
            Surface::DirectMessage => vec![messenger(ask)],
            // Under something that is gone nothing can be said.
            _ if ask.target.deleted_at.is_some() => Vec::new(),
            Surface::Comment | Surface::Post => vec![in_public(), private_reply(ask)],
            Surface::Mention | Surface::Review => vec![in_public()],
            _ => Vec::new(),
        }
    }

    /// The private answer where it may be given, else a link into Messenger: following it opens the window, or shows a
    /// new customer the button that does (Meta's page on `m.me` links).
    fn invitation(&self, ask: &RouteAsk<'_>) -> Option<Invitation> {
        if ask.target.deleted_at.is_some() {
            return None;
        }
        match ask.target.surface {
            Surface::Comment | Surface::Post if private_reply(ask).open => {
                Some(Invitation::new(InvitationWay::PrivateReply))
            }
            Surface::Comment | Surface::Post | Surface::Mention | Surface::Review => Some(self.link_to_messenger()),
            _ => None,
        }
    }
}

impl Account {
    /// By the page's username; that its id does as well is unconfirmed, so there is no link before the name is known.
    fn link_to_messenger(&self) -> Invitation {
        let handle = self.handle();
        if handle.is_empty() || !handle.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.') {
            return Invitation::new(InvitationWay::WriteToUs);
        }
        Invitation::new(InvitationWay::Link).link(format!("https://m.me/{handle}"))
    }
}

fn in_public() -> ReplyRoute {
    ReplyRoute::open(Surface::Comment, Visibility::Public)
}

/// One message ever for a comment or post, within a week.
fn private_reply(ask: &RouteAsk<'_>) -> ReplyRoute {
    let closed = |note: &str| {
        let reason = Reason::new("facebook.private_reply", note);
        ReplyRoute::closed(Surface::DirectMessage, Visibility::Private, reason)
    };
    if ask.private_reply_sent {
        return closed("one private answer was given; more is possible in Messenger once the customer writes there");
    }
    let closes_at = ask.target.at().plus(WEEK);
    if ask.now >= closes_at {
        return closed("older than 7 days; ask in public for a message");
    }
    let reason = Reason::new("facebook.private_reply", "one private answer within 7 days");
    let mut route = open_until(closes_at, reason);
    route.single = true;
    route
}

/// Anything for a day after the customer's last turn, a person's answer for a week.
fn messenger(ask: &RouteAsk<'_>) -> ReplyRoute {
    let closed = |rule: &str, note: &str| {
        ReplyRoute::closed(Surface::DirectMessage, Visibility::Private, Reason::new(rule, note))
    };
    let content = ask.target.content.as_ref();
    if content.is_some_and(|content| content.extensions.contains_key("standby")) {
        return closed("facebook.standby", "another app has control over this thread; take or request control first");
    }
    let Some(latest) = ask.latest_customer_at else {
        return closed("facebook.window", "the customer has not written yet");
    };
    let (day, week) = (latest.plus(DAY), latest.plus(WEEK));
    if ask.now < day {
        return open_until(day, Reason::new("facebook.window", "within 24 hours of the customer's last message"));
    }
    if ask.now >= week {
        return closed("facebook.window", "7 days have passed; the customer must write first");
    }
    if !ask.by_human {
        return closed("facebook.window", "24 hours have passed; only a person may answer, until 7 days have passed");
    }
    let reason = Reason::new("facebook.human_agent", "within 7 days a person may answer, with the tag HUMAN_AGENT");
    let mut route = open_until(week, reason);
    route.tag = Some("human_agent".into());
    route
}

fn open_until(closes_at: Timestamp, reason: Reason) -> ReplyRoute {
    let mut route = ReplyRoute::open(Surface::DirectMessage, Visibility::Private);
    route.closes_at = Some(closes_at);
    route.reasons.push(reason);
    route
}
