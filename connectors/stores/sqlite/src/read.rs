//! Records by key.

use std::borrow::Cow;

use careline::Result;
use careline::model::{Content, Message, TenantId};
use careline::store::{Key, Loaded, Record, Versioned};
use compact_str::CompactString;
use rusqlite::Row;
use rustc_hash::FxHashMap;

use crate::db::{Db, column, text};
use crate::error::damaged;
use crate::evidence;
use crate::names::{PART, find, interned, tenant_no};

/// The rare kinds of record, by the names they are stored under.
pub(crate) const ALIAS: &str = "alias";
pub(crate) const PRESENCE: &str = "presence";
pub(crate) const CURSOR: &str = "cursor";
pub(crate) const QUARANTINE: &str = "quarantined";

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

/// A table of records that are keyed by the number of an id.
struct Table {
    kind: &'static str,
    record: &'static str,
    version: &'static str,
}

macro_rules! table {
    ($table:literal, $kind:literal) => {
        Table {
            kind: $kind,
            record: concat!("SELECT version, v, json FROM ", $table, " WHERE no = ?1"),
            version: concat!("SELECT version FROM ", $table, " WHERE no = ?1"),
        }
    };
}

const MESSAGES: Table = Table {
    kind: "message",
    record: "SELECT version, v, json, content_v, content, conversation FROM messages WHERE no = ?1",
    version: "SELECT version FROM messages WHERE no = ?1",
};
const DELIVERIES: Table = Table { kind: "", record: "", version: "SELECT 1 FROM deliveries WHERE no = ?1" };
const ASSESSMENTS: Table = Table {
    kind: "assessment",
    record: "SELECT version, v, json, evidence FROM assessments WHERE no = ?1",
    version: "SELECT version FROM assessments WHERE no = ?1",
};
const CONVERSATIONS: Table = table!("conversations", "conversation");
const IDENTITIES: Table = table!("identities", "identity");
const CUSTOMERS: Table = table!("customers", "customer");
const CASES: Table = table!("cases", "case");

/// Reads records of a tenant, and looks up the number of each id once.
struct Reader<'a> {
    db: &'a Db<'a>,
    tenant: i64,
    numbers: FxHashMap<CompactString, Option<i64>>,
}

impl<'a> Reader<'a> {
    fn new(db: &'a Db<'a>, tenant: i64) -> Self {
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

    fn entry(&mut self, key: &Key) -> Result<Versioned> {
        let found = match key {
            Key::CaseMessages(_) | Key::Loose(_) => {
                let version = self.version(key)?;
                let messages = if version > 0 { Some(Record::Messages(self.messages_under(key)?)) } else { None };
                Some(Versioned { version, record: messages })
            }
            Key::Delivery(_) => {
                let version = self.version(key)?;
                Some(Versioned { version, record: (version > 0).then_some(Record::Stored) })
            }
            Key::Slot(thread, customer) => match (self.number(thread.as_str())?, self.number(customer.as_str())?) {
                (Some(thread), Some(customer)) => {
                    let sql = "SELECT version, v, json FROM slots WHERE conversation = ?1 AND customer = ?2";
                    self.db.one(sql, &[&thread, &customer], |row| versioned(row, "slot"))?
                }
                _ => None,
            },
            _ => match table_of(key) {
                Some((table, id)) => match self.number(id)? {
                    Some(no) => self.db.one(table.record, &[&no], |row| versioned(row, table.kind))?,
                    None => None,
                },
                None => {
                    let (kind, id) = rare(key);
                    let sql = "SELECT version, v, json FROM records WHERE tenant = ?1 AND kind = ?2 AND id = ?3";
                    self.db.one(sql, &[&self.tenant, &kind, &id], |row| versioned(row, kind))?
                }
            },
        };
        Ok(found.unwrap_or(Versioned { version: 0, record: None }))
    }

    fn version(&mut self, key: &Key) -> Result<u64> {
        let read = |row: &Row<'_>| number(row, 0);
        let version = match (key, table_of(key)) {
            (Key::Slot(thread, customer), _) => {
                match (self.number(thread.as_str())?, self.number(customer.as_str())?) {
                    (Some(thread), Some(customer)) => {
                        let sql = "SELECT version FROM slots WHERE conversation = ?1 AND customer = ?2";
                        self.db.one(sql, &[&thread, &customer], read)?
                    }
                    _ => None,
                }
            }
            (_, Some((table, id))) => match self.number(id)? {
                Some(no) => self.db.one(table.version, &[&no], read)?,
                None => None,
            },
            (_, None) => {
                let (kind, id) = rare(key);
                let sql = "SELECT version FROM records WHERE tenant = ?1 AND kind = ?2 AND id = ?3";
                self.db.one(sql, &[&self.tenant, &kind, &id], read)?
            }
        };
        Ok(version.unwrap_or_default())
    }

    /// The messages of a case, or our own in a thread that belong to none, without content, in order of time.
    fn messages_under(&mut self, key: &Key) -> Result<Vec<Message>> {
        let (sql, id) = match key {
            Key::CaseMessages(id) => ("SELECT v, json FROM messages WHERE case_no = ?1 ORDER BY at, id", id.as_str()),
            Key::Loose(id) => (
                "SELECT v, json FROM messages INDEXED BY messages_loose \
                 WHERE conversation = ?1 AND conversation IS NOT NULL AND case_no IS NULL AND customer IS NULL \
                 ORDER BY at, id",
                id.as_str(),
            ),
            _ => return Ok(Vec::new()),
        };
        let Some(no) = self.number(id)? else { return Ok(Vec::new()) };
        self.db.all(sql, &[&no], |row| message(row, 0))
    }
}

/// The table whose version a key has, and the id whose number it has there.
fn table_of(key: &Key) -> Option<(&'static Table, &str)> {
    Some(match key {
        Key::Message(id) => (&MESSAGES, id.as_str()),
        Key::Assessment(id) => (&ASSESSMENTS, id.as_str()),
        Key::Conversation(id) | Key::Loose(id) => (&CONVERSATIONS, id.as_str()),
        Key::Identity(id) => (&IDENTITIES, id.as_str()),
        Key::Customer(id) => (&CUSTOMERS, id.as_str()),
        Key::Case(id) | Key::CaseMessages(id) => (&CASES, id.as_str()),
        Key::Delivery(id) => (&DELIVERIES, id.as_str()),
        _ => return None,
    })
}

/// The kind and id under which `records` holds a record of a rare kind.
pub(crate) fn rare(key: &Key) -> (&'static str, Cow<'_, str>) {
    match key {
        Key::Alias(scope, native_id) => (ALIAS, format!("{scope}{PART}{native_id}").into()),
        Key::Presence(id) => (PRESENCE, id.as_str().into()),
        Key::Cursor(account, source) => (CURSOR, format!("{account}{PART}{source}").into()),
        Key::Quarantine(id) => (QUARANTINE, id.as_str().into()),
        _ => ("", "".into()),
    }
}

/// A record with its version; a message with content, an assessment with evidence.
pub(crate) fn versioned(row: &Row<'_>, kind: &str) -> Result<Versioned> {
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
        _ => record(row, kind, 1)?,
    };
    Ok(Versioned { version: number(row, 0)?, record: Some(record) })
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
    if version > Record::VERSION {
        return Err(Record::read_json("content", version, json).err().unwrap_or_else(|| damaged("content")));
    }
    serde_json::from_str(json).map_err(|error| damaged("content").caused_by(error))
}

/// A column that is never negative.
pub(crate) fn number(row: &Row<'_>, index: usize) -> Result<u64> {
    u64::try_from(column::<i64>(row, index)?).map_err(|_| damaged("number"))
}
