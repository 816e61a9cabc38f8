//! Values on their way into a store, beside their JSON.

use std::fmt;

use super::Record;
use crate::model::{Step, Timer};

/// A value to be stored, beside its JSON: written once, for its table and for the log.
///
/// A message's content, an assessment's evidence and a reply's wording are kept apart, so they stand in the value and not in its JSON.
#[derive(Clone, PartialEq)]
pub struct Written<T = Record>(Box<Inner<T>>);

/// In a box of its own, for it is passed on and put in order before it is stored.
#[derive(Clone, PartialEq)]
struct Inner<T> {
    value: T,
    json: String,
}

impl<T> Written<T> {
    /// The value.
    pub fn value(&self) -> &T {
        &self.0.value
    }

    /// Its JSON, in the format of [`Record::VERSION`]; empty if it has none, and then it cannot be stored.
    pub fn json(&self) -> &str {
        &self.0.json
    }

    /// Gives the value up.
    pub fn into_value(self) -> T {
        self.0.value
    }

    fn new(value: T, json: String) -> Self {
        Self(Box::new(Inner { value, json }))
    }

    /// A value that will not be stored after all.
    pub(crate) fn without_json(value: T) -> Self {
        Self::new(value, String::new())
    }
}

/// The value alone: the JSON of a token shows what its value hides.
impl<T: fmt::Debug> fmt::Debug for Written<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Written").field(self.value()).finish()
    }
}

impl<T: Json> Written<T> {
    /// `value` with its JSON, put together in `room`: the text takes no more than it needs, and does not grow to it.
    pub(crate) fn in_room(mut value: T, room: &mut Vec<u8>) -> Self {
        let json = json_of(&mut value, room);
        Self::new(value, json)
    }
}

fn json_of(value: &mut impl Json, room: &mut Vec<u8>) -> String {
    room.clear();
    let written = value.write_json(room).ok();
    written.and_then(|()| simdutf8::basic::from_utf8(room).ok()).unwrap_or_default().to_owned()
}

/// What has a JSON form of its own in a store.
pub trait Json {
    /// Writes it, without what is kept apart.
    fn write_json(&mut self, json: &mut Vec<u8>) -> serde_json::Result<()>;
}

impl Written {
    /// Lets `change` change the record; whether it says that it did.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Record) -> bool) -> bool {
        let Inner { value, json } = &mut *self.0;
        let changed = change(value);
        if changed && !json.is_empty() {
            *json = json_of(value, &mut Vec::new());
        }
        changed
    }
}

impl From<Record> for Written {
    fn from(record: Record) -> Self {
        Self::in_room(record, &mut Vec::new())
    }
}

impl From<Step> for Written<Step> {
    fn from(step: Step) -> Self {
        Self::in_room(step, &mut Vec::new())
    }
}

impl From<Timer> for Written<Timer> {
    fn from(timer: Timer) -> Self {
        Self::in_room(timer, &mut Vec::new())
    }
}

impl Json for Step {
    fn write_json(&mut self, json: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(json, self)
    }
}

impl Json for Timer {
    fn write_json(&mut self, json: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(json, self)
    }
}

impl Json for Record {
    fn write_json(&mut self, json: &mut Vec<u8>) -> serde_json::Result<()> {
        match self {
            Self::Message(message) => {
                let content = message.content.take();
                let written = serde_json::to_writer(json, message);
                message.content = content;
                written
            }
            Self::Assessment(assessment) => {
                let evidence = std::mem::take(&mut assessment.evidence);
                let written = serde_json::to_writer(json, assessment);
                assessment.evidence = evidence;
                written
            }
            Self::Reply(reply) => {
                let wording = reply.wording.take();
                let written = serde_json::to_writer(json, reply);
                reply.wording = wording;
                written
            }
            record => record.write_whole(json),
        }
    }
}
