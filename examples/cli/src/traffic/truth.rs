//! What must be there in the end, written down by those who made it up.

use std::collections::BTreeSet;

use careline::model::Timestamp;

use super::people::Pair;
use super::scenes::Line;
use super::words::PrivateFact;
use super::{Delivery, Outcome};

/// The whole truth about a day.
#[derive(Debug)]
pub(crate) struct Truth {
    /// Every message that must be there exactly once.
    pub(crate) messages: Vec<Expected>,
    /// How many bodies were posted again, byte by byte.
    pub(crate) redeliveries: usize,
    /// How often a message came once more in a body of its own: through the other account, or as another kind of event.
    pub(crate) repeats: usize,
    /// How many bodies must be refused.
    pub(crate) refused: usize,
    /// How many items must be set aside, redeliveries not counted.
    pub(crate) quarantined: usize,
    /// People who were met on two networks and said something that shows it.
    pub(crate) pairs: Vec<Pair>,
}

/// One message that must be there exactly once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    /// `x`, `facebook` or `mastodon`.
    pub(crate) network: &'static str,
    /// The native id of its first revision.
    pub(crate) root_id: String,
    /// The native id of its last revision.
    pub(crate) native_id: String,
    /// The native id of its author; absent where the network does not tell.
    pub(crate) author: Option<String>,
    /// When it was sent; absent where the network does not tell.
    pub(crate) sent_at: Option<Timestamp>,
    /// Its last text; absent if it was taken back.
    pub(crate) text: Option<String>,
    /// Whether it is hidden from the public in the end.
    pub(crate) hidden: bool,
    /// What it answers, by the native id of the first revision.
    pub(crate) parent: Option<String>,
    /// The language it is written in; empty where it has none.
    pub(crate) language: &'static str,
    /// What it is.
    pub(crate) expect: Expect,
    /// The subject, in the words of the built-in categories; empty where it has none.
    pub(crate) category: &'static str,
    /// The personal facts in it.
    pub(crate) facts: Option<PrivateFact>,
}

impl Expected {
    /// What `line` says, as `author` sends it now, and nobody changes it.
    pub(super) fn new(network: &'static str, id: &str, author: Option<String>, line: Line, at: Timestamp) -> Self {
        Self {
            network,
            root_id: id.to_owned(),
            native_id: id.to_owned(),
            author,
            sent_at: Some(at),
            text: Some(line.words.text),
            hidden: false,
            parent: None,
            language: line.words.language,
            expect: line.expect,
            category: line.words.category,
            facts: line.facts,
        }
    }
}

/// What a message is and what must become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Expect {
    /// A complaint, question or request: somebody must answer.
    OpensCase,
    /// A further turn of a customer who has been answered or waits.
    Continues,
    /// Kind words.
    Praise,
    /// Talk that wants nothing from us.
    Chatter,
    /// Bait and advertising.
    Spam,
    /// Our own: a post, or an answer that comes back as an echo.
    Ours,
}

impl Truth {
    pub(super) fn new(messages: Vec<Expected>, deliveries: &[Delivery], repeats: usize, pairs: Vec<Pair>) -> Self {
        let quarantined =
            deliveries.iter().filter(|delivery| !delivery.redelivery).map(|delivery| match delivery.outcome {
                Outcome::Quarantined(items) => items as usize,
                _ => 0,
            });
        Self {
            redeliveries: deliveries.iter().filter(|delivery| delivery.redelivery).count(),
            refused: deliveries.iter().filter(|delivery| matches!(delivery.outcome, Outcome::Refused(_))).count(),
            quarantined: quarantined.sum(),
            messages,
            repeats,
            pairs,
        }
    }

    /// How many customers wrote, a person on two networks counted twice.
    pub(crate) fn customers(&self) -> usize {
        let theirs = self.messages.iter().filter(|message| message.expect != Expect::Ours);
        theirs.filter_map(|message| Some((message.network, message.author.as_deref()?))).collect::<BTreeSet<_>>().len()
    }
}
