//! Records as they are stored: JSON beside a format version, and the way from older versions to this one.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Record, SealedToken};
use crate::error::{Error, ErrorKind, Result};
use crate::network::token::Sealed;

/// Turns a record of one kind from one version into the next one.
type Upcaster = fn(&mut Value);

/// What changed between versions: `(from, kind, how)`. A change of a stored type that old JSON does not fit adds a line
/// here, raises [`Record::VERSION`] and keeps a fixture of the old version in `core/tests/fixtures`.
const UPCASTERS: &[(u16, &str, Upcaster)] = &[(1, "message", channels_by_account)];

/// Version 1 kept the ways a message reached us for all accounts together.
fn channels_by_account(message: &mut Value) {
    let channels = message["channels"].take();
    let accounts = message["accounts"].as_array().into_iter().flatten();
    let by_account = accounts.filter_map(Value::as_str).map(|account| (account.to_owned(), channels.clone()));
    message["channels"] = Value::Object(by_account.collect());
}

impl Record {
    /// The kind's stable name, as stored and handed out: `message`, `case` …
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Fate(_) => "fate",
            Self::Alias(_) => "alias",
            Self::Assessment(_) => "assessment",
            Self::Conversation(_) => "conversation",
            Self::Identity(_) => "identity",
            Self::Customer(_) => "customer",
            Self::Case(_) => "case",
            Self::Slot(_) => "slot",
            Self::Messages(_) => "messages",
            Self::Presence(_) => "presence",
            Self::Cursor(_) => "cursor",
            Self::Stored => "stored",
            Self::Quarantined(_) => "quarantined",
            Self::Step(_) => "step",
            Self::Note(_) => "note",
            Self::Reaction(_) => "reaction",
            Self::Thread(_) => "thread",
            Self::Account(_) => "account",
            Self::Reply(_) => "reply",
            Self::Line(_) => "line",
            Self::Incident(_) => "incident",
            Self::OpenIncidents(_) => "open_incidents",
            Self::AutomaticSaid(_) => "automatic_said",
            Self::Token(_) => "token",
        }
    }

    /// The record's value as JSON, in the format of [`Record::VERSION`].
    ///
    /// # Errors
    /// `unexpected` if it has no JSON form.
    pub fn to_json(&self) -> Result<String> {
        let none = || Error::new(ErrorKind::Unexpected, "a record has no JSON form");
        let mut json = Vec::new();
        self.write_whole(&mut json).map_err(|error| none().caused_by(error))?;
        String::from_utf8(json).map_err(|error| none().caused_by(error))
    }

    /// All of it, what is kept apart with it.
    pub(super) fn write_whole(&self, json: impl std::io::Write) -> serde_json::Result<()> {
        use serde_json::to_writer;
        match self {
            Self::Message(value) => to_writer(json, value),
            Self::Fate(value) => to_writer(json, value),
            Self::Alias(value) => to_writer(json, value),
            Self::Assessment(value) => to_writer(json, value),
            Self::Conversation(value) => to_writer(json, value),
            Self::Identity(value) => to_writer(json, value),
            Self::Customer(value) => to_writer(json, value),
            Self::Case(value) => to_writer(json, value),
            Self::Slot(value) => to_writer(json, value),
            Self::Messages(value) => to_writer(json, value),
            Self::Presence(value) => to_writer(json, value),
            Self::Cursor(value) => to_writer(json, value),
            Self::Stored => to_writer(json, &()),
            Self::Quarantined(value) => to_writer(json, value),
            Self::Step(value) => to_writer(json, value),
            Self::Note(value) => to_writer(json, value),
            Self::Reaction(value) => to_writer(json, value),
            Self::Thread(value) => to_writer(json, value),
            Self::Account(value) => to_writer(json, value),
            Self::Reply(value) => to_writer(json, value),
            Self::Line(value) => to_writer(json, value),
            Self::Incident(value) => to_writer(json, value),
            Self::OpenIncidents(value) => to_writer(json, value),
            Self::AutomaticSaid(value) => to_writer(json, value),
            Self::Token(SealedToken(sealed)) => to_writer(json, sealed.expose_text()),
        }
    }

    /// Reads a value that [`Record::to_json`] of this or an older careline wrote.
    ///
    /// # Errors
    /// `version_newer` if a newer careline wrote it, `storage_damaged` if it does not fit its version.
    pub fn read_json(kind: &str, version: u16, json: &str) -> Result<Self> {
        if version > Self::VERSION {
            return Err(Error::new(
                ErrorKind::VersionNewer,
                "a newer careline wrote this record; update careline to read it",
            )
            .with("kind", kind)
            .with("version", version)
            .with("known", Self::VERSION));
        }
        if version == Self::VERSION {
            return parse(kind, &mut serde_json::Deserializer::from_str(json));
        }
        let mut value: Value = serde_json::from_str(json).map_err(|error| damaged(kind, error))?;
        for (from, of, upcast) in UPCASTERS {
            if *from >= version && *of == kind {
                upcast(&mut value);
            }
        }
        parse(kind, value)
    }
}

fn parse<'de, D: serde::Deserializer<'de, Error = serde_json::Error>>(kind: &str, json: D) -> Result<Record> {
    fn read<'de, T: DeserializeOwned, D: serde::Deserializer<'de, Error = serde_json::Error>>(
        kind: &str,
        json: D,
    ) -> Result<T> {
        T::deserialize(json).map_err(|error| damaged(kind, error))
    }
    Ok(match kind {
        "message" => Record::Message(read(kind, json)?),
        "fate" => Record::Fate(read(kind, json)?),
        "alias" => Record::Alias(read(kind, json)?),
        "assessment" => Record::Assessment(read(kind, json)?),
        "conversation" => Record::Conversation(read(kind, json)?),
        "identity" => Record::Identity(read(kind, json)?),
        "customer" => Record::Customer(read(kind, json)?),
        "case" => Record::Case(read(kind, json)?),
        "slot" => Record::Slot(read(kind, json)?),
        "presence" => Record::Presence(read(kind, json)?),
        "cursor" => Record::Cursor(read(kind, json)?),
        "quarantined" => Record::Quarantined(read(kind, json)?),
        "step" => Record::Step(read(kind, json)?),
        "note" => Record::Note(read(kind, json)?),
        "reaction" => Record::Reaction(read(kind, json)?),
        "thread" => Record::Thread(read(kind, json)?),
        "account" => Record::Account(read(kind, json)?),
        "reply" => Record::Reply(read(kind, json)?),
        "line" => Record::Line(read(kind, json)?),
        "incident" => Record::Incident(read(kind, json)?),
        "open_incidents" => Record::OpenIncidents(read(kind, json)?),
        "automatic_said" => Record::AutomaticSaid(read(kind, json)?),
        // The parser's own words would repeat what stands there.
        "token" => match read::<String, _>(kind, json) {
            Ok(text) => Record::Token(SealedToken(Sealed::from_text(text))),
            Err(_) => return Err(Error::new(ErrorKind::StorageDamaged, "a stored token is damaged")),
        },
        _ => {
            return Err(
                Error::new(ErrorKind::StorageDamaged, "a stored record is of a kind nobody knows").with("kind", kind)
            );
        }
    })
}

fn damaged(kind: &str, error: serde_json::Error) -> Error {
    Error::new(ErrorKind::StorageDamaged, "a stored record is damaged").with("kind", kind).caused_by(error)
}
