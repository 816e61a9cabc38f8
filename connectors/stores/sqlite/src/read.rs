//! Records by key.

use careline::Result;
use careline::model::{Content, Message};
use careline::store::{Key, Loaded, Record, Versioned};
use rusqlite::Row;

use crate::db::{Db, column, text};
use crate::error::damaged;
use crate::names::{MESSAGE, find, name, record_kind, tenant_no};

pub(crate) fn load(db: &Db<'_>, tenant: &careline::model::TenantId, keys: &[Key]) -> Result<Loaded> {
    let as_of = commits(db)?;
    let tenant = tenant_no(db, tenant)?;
    let entry = |key| match tenant {
        Some(tenant) => entry(db, tenant, key),
        None => Ok(Versioned { version: 0, record: None }),
    };
    Ok(Loaded { as_of, entries: keys.iter().map(entry).collect::<Result<_>>()? })
}

/// How many commits there were, of whatever process.
pub(crate) fn commits(db: &Db<'_>) -> Result<u64> {
    Ok(db.one("SELECT commits FROM meta", &[], |row| number(row, 0))?.unwrap_or_default())
}

/// The record under a key, with content.
pub(crate) fn entry(db: &Db<'_>, tenant: i64, key: &Key) -> Result<Versioned> {
    let (kind, id) = name(key);
    let found = match key {
        Key::Message(_) => db.one(
            "SELECT m.version, m.v, m.json, p.v, p.json, m.conversation FROM names n JOIN messages m ON m.no = n.no \
             LEFT JOIN payloads p ON p.no = n.no WHERE n.tenant = ?1 AND n.kind = ?2 AND n.id = ?3",
            &[&tenant, &kind, &id],
            |row| {
                let record = match column::<Option<i64>>(row, 5)? {
                    Some(_) => Record::Message(Box::new(message_with_content(row, 1)?)),
                    None => record(row, "fate", 1)?,
                };
                Ok(Versioned { version: number(row, 0)?, record: Some(record) })
            },
        )?,
        Key::Assessment(_) => db.one(
            "SELECT a.version, a.v, a.json FROM names n JOIN assessments a ON a.no = n.no \
             WHERE n.tenant = ?1 AND n.kind = ?2 AND n.id = ?3",
            &[&tenant, &kind, &id],
            |row| versioned(row, "assessment"),
        )?,
        Key::Case(_) => db.one(
            "SELECT c.version, c.v, c.json FROM names n JOIN cases c ON c.no = n.no \
             WHERE n.tenant = ?1 AND n.kind = ?2 AND n.id = ?3",
            &[&tenant, &kind, &id],
            |row| versioned(row, "case"),
        )?,
        Key::CaseMessages(_) | Key::Loose(_) => {
            let version = version(db, tenant, key)?;
            let messages = if version > 0 { Some(Record::Messages(messages_under(db, tenant, key)?)) } else { None };
            Some(Versioned { version, record: messages })
        }
        Key::Delivery(_) => {
            let version = version(db, tenant, key)?;
            Some(Versioned { version, record: (version > 0).then_some(Record::Stored) })
        }
        _ => db.one(
            "SELECT r.version, r.v, r.json FROM names n JOIN records r ON r.no = n.no \
             WHERE n.tenant = ?1 AND n.kind = ?2 AND n.id = ?3",
            &[&tenant, &kind, &id],
            |row| versioned(row, record_kind(kind)),
        )?,
    };
    Ok(found.unwrap_or(Versioned { version: 0, record: None }))
}

/// The version of the record under a key.
pub(crate) fn version(db: &Db<'_>, tenant: i64, key: &Key) -> Result<u64> {
    let (kind, id) = name(key);
    let sql = match key {
        Key::Message(_) => {
            "SELECT t.version FROM names n JOIN messages t ON t.no = n.no WHERE n.tenant = ?1 AND n.kind = ?2 AND n.id = ?3"
        }
        Key::Assessment(_) => {
            "SELECT t.version FROM names n JOIN assessments t ON t.no = n.no \
             WHERE n.tenant = ?1 AND n.kind = ?2 AND n.id = ?3"
        }
        Key::Case(_) | Key::CaseMessages(_) => {
            "SELECT t.version FROM names n JOIN cases t ON t.no = n.no WHERE n.tenant = ?1 AND n.kind = ?2 AND n.id = ?3"
        }
        Key::Delivery(_) => {
            "SELECT 1 FROM names n JOIN deliveries t ON t.no = n.no WHERE n.tenant = ?1 AND n.kind = ?2 AND n.id = ?3"
        }
        _ => {
            "SELECT t.version FROM names n JOIN records t ON t.no = n.no WHERE n.tenant = ?1 AND n.kind = ?2 AND n.id = ?3"
        }
    };
    Ok(db.one(sql, &[&tenant, &kind, &id], |row| number(row, 0))?.unwrap_or_default())
}

/// The messages of a case, or our own in a thread that belong to none, without content, in order of time.
fn messages_under(db: &Db<'_>, tenant: i64, key: &Key) -> Result<Vec<Message>> {
    let (kind, id) = name(key);
    let Some(no) = find(db, tenant, kind, &id)? else { return Ok(Vec::new()) };
    let sql = match key {
        Key::CaseMessages(_) => "SELECT v, json FROM messages WHERE case_no = ?1 ORDER BY at, id",
        _ => {
            "SELECT v, json FROM messages INDEXED BY messages_loose \
             WHERE conversation = ?1 AND conversation IS NOT NULL AND case_no IS NULL AND customer IS NULL \
             ORDER BY at, id"
        }
    };
    db.all(sql, &[&no], |row| message(row, 0))
}

fn versioned(row: &Row<'_>, kind: &str) -> Result<Versioned> {
    Ok(Versioned { version: number(row, 0)?, record: Some(record(row, kind, 1)?) })
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

/// A message, with the payload's format version and JSON in the two columns after its own.
pub(crate) fn message_with_content(row: &Row<'_>, at: usize) -> Result<Message> {
    let mut message = message(row, at)?;
    if let Some(version) = column::<Option<u16>>(row, at + 2)? {
        message.content = Some(content(version, text(row, at + 3)?)?);
    }
    Ok(message)
}

/// A payload.
pub(crate) fn content(version: u16, json: &str) -> Result<Content> {
    if version > Record::VERSION {
        return Err(Record::read_json("content", version, json).err().unwrap_or_else(|| damaged("content")));
    }
    serde_json::from_str(json).map_err(|error| damaged("content").caused_by(error))
}

/// The number of a message, whether or not it arrived.
pub(crate) fn message_no(db: &Db<'_>, tenant: i64, id: &str) -> Result<Option<i64>> {
    find(db, tenant, MESSAGE, id)
}

/// A column that is never negative.
pub(crate) fn number(row: &Row<'_>, index: usize) -> Result<u64> {
    u64::try_from(column::<i64>(row, index)?).map_err(|_| damaged("number"))
}
