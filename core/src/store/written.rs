//! Values on their way into a store, beside their JSON.

use std::fmt;

use serde::Serialize;

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

impl<T: Serialize> Written<T> {
    fn plain(value: T) -> Self {
        let json = serde_json::to_string(&value).unwrap_or_default();
        Self::new(value, json)
    }
}

impl Written {
    /// Lets `change` change the record; whether it says that it did.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Record) -> bool) -> bool {
        let Inner { value, json } = &mut *self.0;
        let changed = change(value);
        if changed && !json.is_empty() {
            *json = json_of(value);
        }
        changed
    }
}

impl From<Record> for Written {
    fn from(mut record: Record) -> Self {
        let json = json_of(&mut record);
        Self::new(record, json)
    }
}

impl From<Step> for Written<Step> {
    fn from(step: Step) -> Self {
        Self::plain(step)
    }
}

impl From<Timer> for Written<Timer> {
    fn from(timer: Timer) -> Self {
        Self::plain(timer)
    }
}

/// The record's JSON without what is kept apart.
fn json_of(record: &mut Record) -> String {
    let json = match record {
        Record::Message(message) => {
            let content = message.content.take();
            let json = serde_json::to_string(message);
            message.content = content;
            json.ok()
        }
        Record::Assessment(assessment) => {
            let evidence = std::mem::take(&mut assessment.evidence);
            let json = serde_json::to_string(assessment);
            assessment.evidence = evidence;
            json.ok()
        }
        Record::Reply(reply) => {
            let wording = reply.wording.take();
            let json = serde_json::to_string(reply);
            reply.wording = wording;
            json.ok()
        }
        record => record.to_json().ok(),
    };
    json.unwrap_or_default()
}
