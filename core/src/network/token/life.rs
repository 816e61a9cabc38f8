//! When a token is renewed: each network's way as data.

use std::time::Duration;

use super::{Held, Token, within};
use crate::model::Timestamp;

/// How the tokens of a network live. Too late a renewal loses them, and too early a one loses some kinds, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Life {
    /// Every renewal gives another refresh token and kills the old one: renewed this long before the end, never more
    /// often than that (X).
    Rotating {
        /// How long before its end a token is renewed; at most half of its life.
        lead: Duration,
    },
    /// The token itself buys one with a later end, while it lives: renewed from half of its life on, at most once a day
    /// (long-lived tokens of people on Facebook).
    ExtendInPlace,
    /// Made of another token, which lives a life of its own: made again when the network refuses it (Facebook pages).
    Derived,
    /// A pair of tokens from a login, renewed this long before the end (Bluesky). Where the pair is refused, the
    /// renewal may log in again.
    Session {
        /// How long before its end a pair is renewed; at most half of its life.
        lead: Duration,
    },
    /// Good until somebody revokes it (Mastodon).
    Lasting,
}

/// What is to be done about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing.
    Not,
    /// It is good, and its end is near enough.
    Soon,
    /// It is not good any more.
    Now,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A token with less than this left may run out on its way to the network.
const ON_ITS_WAY: Duration = Duration::from_secs(15);

/// After a renewal that failed none is tried for this long.
pub(super) const PAUSE: Duration = Duration::from_secs(30);

impl Life {
    /// Ten minutes before the end: time for a worker that died to be replaced before the old token ends.
    pub const ROTATING: Self = Self::Rotating { lead: Duration::from_secs(600) };

    /// The same for a session.
    pub const SESSION: Self = Self::Session { lead: Duration::from_secs(600) };

    pub(super) fn due(self, held: &Held, now: Timestamp) -> Due {
        let token = &held.token;
        let Some(ends) = token.expires_at else { return Due::Not };
        if now.plus(ON_ITS_WAY) >= ends {
            return Due::Now;
        }
        let soon = match self {
            Self::Rotating { lead } | Self::Session { lead } => now.plus(lead.min(life_of(token) / 2)) >= ends,
            Self::ExtendInPlace => {
                let fresh = [Some(token.obtained_at), held.failed_at];
                now.plus(life_of(token) / 2) >= ends && !fresh.iter().flatten().any(|at| within(DAY, *at, now))
            }
            Self::Derived | Self::Lasting => false,
        };
        match soon {
            true => Due::Soon,
            false => Due::Not,
        }
    }

    /// Whether anything but a person can replace this token at this time.
    pub(super) fn can_renew(self, token: &Token, now: Timestamp) -> bool {
        match self {
            Self::Rotating { .. } => token.refresh.is_some(),
            Self::ExtendInPlace => token.expires_at.is_none_or(|ends| now < ends),
            Self::Derived | Self::Session { .. } => true,
            Self::Lasting => false,
        }
    }

    /// Whether its tokens go on without a person.
    pub(super) fn renews_itself(self, token: &Token) -> bool {
        match self {
            Self::Rotating { .. } => token.refresh.is_some(),
            Self::Derived | Self::Session { .. } => true,
            // A person's token must be extended in time, and may not be: its days are worth watching.
            Self::ExtendInPlace | Self::Lasting => false,
        }
    }
}

fn life_of(token: &Token) -> Duration {
    let millis = token.expires_at.map_or(0, |ends| ends.millis_since(token.obtained_at));
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}
