//! What the engine does to what we know, one by one: the content of the log.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::model::{CaseId, ConversationId, MessageId, Step, Timer, TimerId, Timestamp};
use crate::store::{Effect, Key, Record, Written};

/// One change. Replaying the changes of the log in order gives the records again, but for texts, which stand with the
/// messages, and evidence, which stands with the assessments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A record was written.
    Put {
        /// Its new version.
        version: u64,
        /// The record; a message without its content, an assessment without its evidence, a reply without its wording.
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
    /// Who did what, where somebody did something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<Audited>,
    /// What it changed, in order.
    pub changes: Vec<Change>,
}

/// Who did what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audited {
    /// Who: an agent, `host`, `router`, `outbox`, `auto:` and a name.
    pub by: String,
    /// What: `reply.submit`, `case.assign`, `customer.merge`, `erase.customer`, `policy.change` …
    pub act: String,
    /// The id of what it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

impl LogLine {
    /// The format version this careline writes.
    pub const VERSION: u16 = 2;
}

/// The JSON of lines, put together from that of the records in them.
#[derive(Debug)]
pub(super) struct LineWriter {
    /// How every line begins.
    versions: String,
    changes: String,
}

impl LineWriter {
    pub(super) fn new(policy: &str) -> Self {
        #[derive(Serialize)]
        struct Versions<'a> {
            v: u16,
            engine: &'a str,
            policy: &'a str,
            tz: &'a str,
        }
        let versions = Versions {
            v: LogLine::VERSION,
            engine: concat!("careline/", env!("CARGO_PKG_VERSION")),
            policy,
            tz: crate::policy::tz_version(),
        };
        let mut versions = serde_json::to_string(&versions).unwrap_or_default();
        versions.pop();
        Self { versions, changes: String::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// [`Change::Put`].
    pub(super) fn put(&mut self, version: u64, record: &Written) {
        let (kind, json) = (record.value().kind(), record.json());
        self.separate();
        // Writing to a text never fails.
        let _ = write!(self.changes, r#"{{"change":"put","version":{version}"#);
        for part in [r#","record":""#, kind, r#"","value":"#, json, "}"] {
            self.changes.push_str(part);
        }
    }

    /// [`Change::Step`].
    pub(super) fn step(&mut self, step: &Written<Step>) {
        self.separate();
        for part in [r#"{"change":"step","step":"#, step.json(), "}"] {
            self.changes.push_str(part);
        }
    }

    /// [`Change::Armed`].
    pub(super) fn armed(&mut self, timer: &Written<Timer>) {
        self.separate();
        for part in [r#"{"change":"armed","timer":"#, timer.json(), "}"] {
            self.changes.push_str(part);
        }
    }

    /// Any change.
    pub(super) fn change(&mut self, change: &Change) {
        // Writing to memory fails only for maps with keys that are no strings, and changes have none.
        let json = serde_json::to_string(change).unwrap_or_default();
        self.separate();
        self.changes.push_str(&json);
    }

    fn separate(&mut self) {
        if !self.changes.is_empty() {
            self.changes.push(',');
        }
    }

    /// The line about an event of this kind.
    pub(super) fn finish(&mut self, kind: &str, audit: Option<&Audited>) -> String {
        let audit = audit.and_then(|audit| serde_json::to_string(audit).ok());
        let audit = audit.map_or_else(String::new, |audit| format!(r#","audit":{audit}"#));
        let line =
            [&self.versions, r#","event":""#, kind, r#"""#, &audit, r#","changes":["#, &self.changes, "]}"].concat();
        self.changes.clear();
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CaseId, StepKind, TimerPurpose};
    use crate::store::Record;

    #[test]
    fn what_is_put_together_is_what_changes_are_written_as() {
        let at = Timestamp::default();
        let case = CaseId::from("c1");
        let (actor, kind) = ("jo \"the\" agent".to_owned(), StepKind::Opened);
        let step = Step { case: case.clone(), at, kind, actor, message: None, reasons: Vec::new() };
        let timer = Timer { id: TimerId::sla_of(&case), due_at: at, purpose: TimerPurpose::Sla { case: case.clone() } };
        let mut writer = LineWriter::new("abc");
        let record = Record::Cursor("page \u{1}".into());
        writer.put(3, &record.clone().into());
        writer.step(&step.clone().into());
        writer.armed(&timer.clone().into());
        writer.change(&Change::Noted { case: case.clone(), at });
        let audit = Audited { by: "jo".into(), act: "case.note".into(), about: Some("c1".into()) };
        let line = writer.finish("case", Some(&audit));
        let read: LogLine = serde_json::from_str(&line).unwrap();
        let changes = [
            Change::Put { version: 3, record },
            Change::Step { step },
            Change::Armed { timer },
            Change::Noted { case, at },
        ];
        assert_eq!(read.changes, changes);
        assert_eq!(read.audit, Some(audit));
        assert_eq!(serde_json::to_string(&read).unwrap(), line);
        assert!(writer.is_empty());
    }
}
