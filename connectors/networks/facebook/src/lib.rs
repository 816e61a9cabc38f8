//! Facebook Pages and Messenger for careline: webhooks in, Graph reads for what webhooks miss, answers out.
//!
//! [`Webhook`] is the endpoint of one Meta app, for every page that installed it. [`Account`] is one page. [`normalise`]
//! reads a body without its request.
//!
//! # Names
//! - The network is `facebook`; an account's native id is the page's id.
//! - Posts, comments and recommendations live in the scope `facebook`: two of our pages see the same one. Direct messages
//!   live in `messenger:<page>`, a thread there is the customer's PSID.
//! - People who act in public live in `facebook:<page>`, people who write in private in `messenger:<page>`: Facebook gives
//!   a person another id for each, and only a private reply shows that two are one.
//! - The page itself has one profile wherever it speaks, `facebook:<page>` with the page's id, which is
//!   [`AccountInfo::scope`](careline::network::AccountInfo): a message is ours if its author's native id is the page's id.
//!   Page ids are the same all over Facebook, so this also tells another of our pages.
//! - A message's id is the one on the wire. Facebook calls one comment by several: in front of its own number stand the
//!   post's, or at times a photo's, the page's, or page and post. Its root id is always `<post>_<comment>`, so that a
//!   webhook and a listing tell one message; deletions, reactions and the answers under it name it so.
//! - A post's id is `<page>_<post>`, a recommendation's that of its story.
//! - An edit of a post or comment is a revision numbered by the time of its entry in milliseconds, an edit of a message by
//!   `num_edit`. Neither tells when the text was first sent, so `sent_at` is absent there. Graph reads give no revision:
//!   `updated_time` also moves when somebody comments.
//! - A postback without an id of its own gets one from person, time and payload: `postback:<hash>`.
//!
//! # Extensions
//! Messages keep `app_id`, `quick_reply`, `postback`, `referral`, `commands`, `prior_message`, `is_unsupported` and
//! `standby` (another app has the thread: watch, do not answer); posts keep `item` and `published`; comments under
//! advertisements `promotion_status`; recommendations `recommendation_type`.
//!
//! # Sending
//! - A direct message about a comment or post is the private answer to it, which Facebook takes once and within 7 days.
//!   Any other goes to the thread with the person, who is named by their PSID; one about a message there quotes it. The
//!   act's key travels as `metadata` and comes back in the echo.
//! - A comment is public, whoever wrote what it answers. Only comments can be hidden. What the page did not write is
//!   neither edited nor deleted; where an act does not say who wrote it, Facebook is asked before a deletion. Nothing
//!   in Messenger can be liked, edited or deleted.
//! - Posts of the page need the permission `pages_manage_posts` (Meta's guide to posts of pages).
//! - Facebook takes no key with a comment or post, so that lost ones are looked for. Where it does not tell, as with a
//!   lost private answer to a post, `find_sent` is an error.

mod account;
mod bearer;
mod call;
mod config;
mod content;
mod error;
mod feed;
mod graph;
mod messaging;
mod oauth;
mod place;
mod poll;
mod receive;
mod routes;
mod send;
mod signals;
mod wire;
mod withdrawal;

use careline::intake::Parsed;
use careline::model::{NativeAccount, Timestamp};
use careline::network::BodyKind;
use careline::{Error, ErrorKind, Result};

pub use account::Account;
pub use config::{AccountConfig, WebhookConfig};
pub use error::read_error;
pub use oauth::{ConnectedPage, Login, LoginConfig, PAGE_TOKEN_LIFE, TokenFacts, USER_TOKEN_LIFE, token_cause};
pub use receive::Webhook;
pub use signals::Signals;
pub use withdrawal::Withdrawal;

/// Reads a body without its request: no signature is checked. Pure.
///
/// Webhook bodies name their pages themselves; `account` is for those that do not. Graph answers may be lists of posts,
/// comments, messages, conversations or recommendations, single objects, or objects keyed by id; the form of each object
/// decides what it is.
///
/// # Errors
/// `unsupported` for [`BodyKind::Stream`]: Facebook has no streams. What cannot be read is in [`Parsed::rejects`].
pub fn normalise(kind: BodyKind, body: &[u8], account: &NativeAccount, now: Timestamp) -> Result<Parsed> {
    match kind {
        BodyKind::Webhook => Ok(receive::read(body, Some(account), None, now)),
        BodyKind::Rest => Ok(graph::read(body, account, graph::Asked::Anything, now).parsed),
        BodyKind::Stream => Err(Error::new(ErrorKind::Unsupported, "Facebook has no streams").during("normalise")),
    }
}
