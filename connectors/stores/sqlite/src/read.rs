//! Records by key.

use careline::Result;
use careline::model::{Content, Message, Reply, TenantId};
use careline::store::{Key, Loaded, Record, Versioned};
use compact_str::CompactString;
use rusqlite::Row;
use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;

use crate::db::{Db, column, text};
use crate::error::damaged;
use crate::evidence;
use crate::names::{find, interned, tenant_no};
use crate::place::Place;

pub(crate) fn load(db: &Db<'_>, tenant: &TenantId, keys: &[Key]) -> Result<Loaded> {
    let as_of = commits(db)?;
    let Some(tenant) = tenant_no(db, tenant)? else {
        let absent = || Versioned { version: 0, record: None };
        return Ok(Loaded { as_of, entries: keys.iter().map(|_| absent()).collect() });
    };
    let mut reader = Reader::new(db, tenant);
    Ok(Loaded { as_of, entries: keys.iter().map(|key| reader.entry(key)).collect::<Result<_>>()? })
}

/// How many commits there were, of whatever process.
pub(crate) fn commits(db: &Db<'_>) -> Result<u64> {
    Ok(db.one("SELECT commits FROM meta", &[], |row| number(row, 0))?.unwrap_or_default())
}

/// The record under a key, with content.
pub(crate) fn entry(db: &Db<'_>, tenant: i64, key: &Key) -> Result<Versioned> {
    Reader::new(db, tenant).entry(key)
}

/// The version of the record under a key.
pub(crate) fn version(db: &Db<'_>, tenant: i64, key: &Key) -> Result<u64> {
    Reader::new(db, tenant).version(key)
}

/// Reads records of a tenant, and looks up the number of each id once.
struct Reader<'a, 'c> {
    db: &'a Db<'c>,
    tenant: i64,
    numbers: FxHashMap<CompactString, Option<i64>>,
}

impl<'a, 'c> Reader<'a, 'c> {
    fn new(db: &'a Db<'c>, tenant: i64) -> Self {
        Self { db, tenant, numbers: FxHashMap::default() }
    }

    fn number(&mut self, id: &str) -> Result<Option<i64>> {
        let id = interned(id);
        if let Some(no) = self.numbers.get(id) {
            return Ok(*no);
        }
        let no = find(self.db, self.tenant, id)?;
        self.numbers.insert(id.into(), no);
        Ok(no)
    }

    fn place<'k>(&mut self, key: &'k Key) -> Result<Option<Place<'k>>> {
        Place::of(self.tenant, key, |id| self.number(id))
    }

    fn entry(&mut self, key: &Key) -> Result<Versioned> {
        let (version, record) = match key {
            Key::CaseMessages(_) | Key::Loose(_) => match self.version(key)? {
                0 => (0, None),
                version => (version, Some(Record::Messages(self.messages_under(key)?))),
            },
            Key::Delivery(_) => {
                let version = self.version(key)?;
                (version, (version > 0).then_some(Record::Stored))
            }
            _ => {
                let place = self.place(key)?;
                let read = |place: Place<'_>| place.read(self.db, place.table.record, |row| versioned(row, place.kind));
                let found = place.map(read).transpose()?.flatten();
                found.map_or((0, None), |(version, record)| (version, Some(record)))
            }
        };
        Ok(Versioned { version, record })
    }

    fn version(&mut self, key: &Key) -> Result<u64> {
        let place = self.place(key)?;
        let read = |place: Place<'_>| place.read(self.db, place.table.version, |row| number(row, 0));
        Ok(place.map(read).transpose()?.flatten().unwrap_or_default())
    }

    /// The messages of a case, or our own in a thread that belong to none, without content, in order of time.
    fn messages_under(&mut self, key: &Key) -> Result<Vec<Message>> {
        let (sql, id, most) = match key {
            Key::CaseMessages(id) => {
                ("SELECT v, json FROM messages WHERE case_no = ?1 ORDER BY at, id LIMIT ?2", id.as_str(), -1)
            }
            Key::Loose(id) => (
                "SELECT v, json FROM (SELECT v, json, at, id FROM messages INDEXED BY messages_loose \
                 WHERE conversation = ?1 AND conversation IS NOT NULL AND case_no IS NULL AND customer IS NULL \
                 ORDER BY at DESC, id DESC LIMIT ?2) ORDER BY at, id",
                id.as_str(),
                Key::LOOSE_AT_MOST as i64,
            ),
            _ => return Ok(Vec::new()),
        };
        let Some(no) = self.number(id)? else { return Ok(Vec::new()) };
        self.db.all(sql, &[&no, &most], |row| message(row, 0))
    }
}

/// A record with its version; a message with content, an assessment with evidence, a reply with wording.
pub(crate) fn versioned(row: &Row<'_>, kind: &str) -> Result<(u64, Record)> {
    let record = match kind {
        "message" if column::<Option<i64>>(row, 5)?.is_none() => record(row, "fate", 1)?,
        "message" => Record::Message(Box::new(message_with_content(row, 1)?)),
        "assessment" => match record(row, kind, 1)? {
            Record::Assessment(mut assessment) => {
                assessment.evidence = evidence::read(text(row, 3)?)?;
                Record::Assessment(assessment)
            }
            record => record,
        },
        "reply" => Record::Reply(Box::new(reply(row, 1)?)),
        _ => record(row, kind, 1)?,
    };
    Ok((number(row, 0)?, record))
}

/// A record whose format version and JSON stand in column `at` and the next.
pub(crate) fn record(row: &Row<'_>, kind: &str, at: usize) -> Result<Record> {
    Record::read_json(kind, column(row, at)?, text(row, at + 1)?)
}

/// A message without content.
pub(crate) fn message(row: &Row<'_>, at: usize) -> Result<Message> {
    match record(row, "message", at)? {
        Record::Message(message) => Ok(*message),
        _ => Err(damaged("message")),
    }
}

/// A message, with its content's format version and JSON in the two columns after its own.
pub(crate) fn message_with_content(row: &Row<'_>, at: usize) -> Result<Message> {
    let mut message = message(row, at)?;
    if let Some(version) = column::<Option<u16>>(row, at + 2)? {
        message.content = Some(content(version, text(row, at + 3)?)?);
    }
    Ok(message)
}

/// The content of a message.
pub(crate) fn content(version: u16, json: &str) -> Result<Content> {
    kept_apart("content", version, json)
}

/// A reply, with its wording's format version and JSON in the two columns after its own.
pub(crate) fn reply(row: &Row<'_>, at: usize) -> Result<Reply> {
    let Record::Reply(mut reply) = record(row, "reply", at)? else { return Err(damaged("reply")) };
    if let Some(version) = column::<Option<u16>>(row, at + 2)? {
        reply.wording = Some(kept_apart("wording", version, text(row, at + 3)?)?);
    }
    Ok(*reply)
}

/// What stands in columns of its own beside a record's JSON.
fn kept_apart<T: DeserializeOwned>(what: &'static str, version: u16, json: &str) -> Result<T> {
    if version > Record::VERSION {
        return Err(Record::read_json(what, version, json).err().unwrap_or_else(|| damaged(what)));
    }
    serde_json::from_str(json).map_err(|error| damaged(what).caused_by(error))
}

/// A column that is never negative.
pub(crate) fn number(row: &Row<'_>, index: usize) -> Result<u64> {
    u64::try_from(column::<i64>(row, index)?).map_err(|_| damaged("number"))
}
