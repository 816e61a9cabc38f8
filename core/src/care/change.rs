//! What the engine does to what we know, one by one: the content of the log.

use serde::{Deserialize, Serialize};

use crate::model::{CaseId, ConversationId, MessageId, Step, Timer, TimerId, Timestamp};
use crate::store::{Effect, Key, Record};

/// One change. Replaying the changes of the log in order gives the records again, but for texts, which stand with the
/// messages, and evidence, which stands with the assessments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A record was written.
    Put {
        /// Its new version.
        version: u64,
        /// The record; a message without its content, an assessment without its evidence.
        #[serde(flatten)]
        record: Record,
    },
    /// A record was removed.
    Removed {
        /// Its key.
        key: Key,
    },
    /// A thread turned out to be part of another one.
    Moved {
        /// The thread that ends.
        from: ConversationId,
        /// The thread that goes on.
        to: ConversationId,
    },
    /// Something happened to a case.
    Step {
        /// The line of the timeline.
        step: Step,
    },
    /// A colleague wrote a note; the words stand elsewhere.
    Noted {
        /// The case.
        case: CaseId,
        /// When.
        at: Timestamp,
    },
    /// A deadline was set.
    Armed {
        /// The timer.
        timer: Timer,
    },
    /// A deadline was cancelled or has passed.
    Disarmed {
        /// The timer.
        id: TimerId,
    },
    /// Something is to be done.
    Wanted {
        /// The effect.
        effect: Effect,
    },
    /// The content and raw form of a message were forgotten.
    Forgot {
        /// The message.
        message: MessageId,
    },
}

/// One event's line in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// Format version; see [`LogLine::VERSION`].
    pub v: u16,
    /// The engine that decided.
    pub engine: String,
    /// The policy it decided under, as a short hash.
    pub policy: String,
    /// The edition of the time zone rules.
    pub tz: String,
    /// The kind of event.
    pub event: String,
    /// What it changed, in order.
    pub changes: Vec<Change>,
}

impl LogLine {
    /// The format version this careline writes.
    pub const VERSION: u16 = 2;
}
