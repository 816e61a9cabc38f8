//! Where an answer may go. The author of a status decides who reads it, and an answer never has a wider audience.

use careline::model::{Reason, Surface, Visibility};
use careline::routing::{ReplyRoute, RouteAsk, Routing};

impl Routing for crate::Account {
    /// The same audience first, then a private message; there are no windows and no costs.
    ///
    /// A private message is a status of visibility `direct` that names its reader; anybody named in it later sees it, and so
    /// do the administrators of both servers (fact sheet §5).
    fn reply_routes(&self, ask: &RouteAsk<'_>) -> Vec<ReplyRoute> {
        let target = ask.target;
        if target.deleted_at.is_some() {
            let reason = Reason::new("mastodon.deleted", "the message was deleted; write to its author in private");
            let mut private = private();
            private.reasons.push(Reason::new("mastodon.deleted", "without a link to the deleted message"));
            return vec![ReplyRoute::closed(Surface::Comment, target.visibility.clone(), reason), private];
        }
        if target.surface == Surface::DirectMessage || target.visibility == Visibility::Private {
            return vec![private()];
        }
        let mut same = ReplyRoute::open(Surface::Comment, target.visibility.clone());
        if target.visibility != Visibility::Public {
            let note = "the answer is for our own followers, not for the author's; the author is named and sees it";
            same.reasons.push(Reason::new("mastodon.followers_only", note));
        }
        vec![same, private()]
    }
}

fn private() -> ReplyRoute {
    ReplyRoute::open(Surface::DirectMessage, Visibility::Private)
}
