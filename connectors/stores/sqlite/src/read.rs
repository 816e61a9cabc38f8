//! Records by key.

use std::borrow::Cow;

use careline::Result;
use careline::model::{Content, Message};
use careline::store::{Key, Loaded, Record, Versioned};
use rusqlite::{Row, ToSql};

use crate::db::{Db, column, text};
use crate::error::damaged;
use crate::names::{PART, find, interned, tenant_no};

/// The rare kinds of record, by the names they are stored under.
pub(crate) const ALIAS: &str = "alias";
pub(crate) const PRESENCE: &str = "presence";
pub(crate) const CURSOR: &str = "cursor";
pub(crate) const QUARANTINE: &str = "quarantined";

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

/// Reads columns of a table by the interned id of its rows.
macro_rules! by_id {
    ($columns:literal, $table:literal) => {
        concat!("SELECT ", $columns, " FROM names n JOIN ", $table, " t ON t.no = n.no WHERE n.tenant = ?1 AND n.id = ?2")
    };
}

/// Reads columns of a table's row under the key that `params` tell.
macro_rules! slot {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM names c JOIN names p ON p.tenant = c.tenant AND p.id = ?3 \
             JOIN slots t ON t.conversation = c.no AND t.customer = p.no WHERE c.tenant = ?1 AND c.id = ?2"
        )
    };
}

macro_rules! rare {
    ($columns:literal) => {
        concat!("SELECT ", $columns, " FROM records t WHERE t.tenant = ?1 AND t.kind = ?2 AND t.id = ?3")
    };
}

/// The record under a key, with content.
pub(crate) fn entry(db: &Db<'_>, tenant: i64, key: &Key) -> Result<Versioned> {
    let numbered = |sql, id: &str, kind| db.one(sql, &[&tenant, &interned(id)], |row| versioned(row, kind));
    let found = match key {
        Key::Message(id) => db.one(
            by_id!("t.version, t.v, t.json, t.content_v, t.content, t.conversation", "messages"),
            &[&tenant, &interned(id.as_str())],
            |row| {
                let record = match column::<Option<i64>>(row, 5)? {
                    Some(_) => Record::Message(Box::new(message_with_content(row, 1)?)),
                    None => record(row, "fate", 1)?,
                };
                Ok(Versioned { version: number(row, 0)?, record: Some(record) })
            },
        )?,
        Key::Assessment(id) => numbered(by_id!("t.version, t.v, t.json", "assessments"), id.as_str(), "assessment")?,
        Key::Conversation(id) => {
            numbered(by_id!("t.version, t.v, t.json", "conversations"), id.as_str(), "conversation")?
        }
        Key::Identity(id) => numbered(by_id!("t.version, t.v, t.json", "identities"), id.as_str(), "identity")?,
        Key::Customer(id) => numbered(by_id!("t.version, t.v, t.json", "customers"), id.as_str(), "customer")?,
        Key::Case(id) => numbered(by_id!("t.version, t.v, t.json", "cases"), id.as_str(), "case")?,
        Key::CaseMessages(_) | Key::Loose(_) => {
            let version = version(db, tenant, key)?;
            let messages = if version > 0 { Some(Record::Messages(messages_under(db, tenant, key)?)) } else { None };
            Some(Versioned { version, record: messages })
        }
        Key::Delivery(_) => {
            let version = version(db, tenant, key)?;
            Some(Versioned { version, record: (version > 0).then_some(Record::Stored) })
        }
        Key::Slot(thread, customer) => {
            let params: [&dyn ToSql; 3] = [&tenant, &interned(thread.as_str()), &interned(customer.as_str())];
            db.one(slot!("t.version, t.v, t.json"), &params, |row| versioned(row, "slot"))?
        }
        Key::Alias(..) | Key::Presence(_) | Key::Cursor(..) | Key::Quarantine(_) => {
            let (kind, id) = rare(key);
            db.one(rare!("t.version, t.v, t.json"), &[&tenant, &kind, &id], |row| versioned(row, kind))?
        }
    };
    Ok(found.unwrap_or(Versioned { version: 0, record: None }))
}

/// The version of the record under a key.
pub(crate) fn version(db: &Db<'_>, tenant: i64, key: &Key) -> Result<u64> {
    let read = |row: &Row<'_>| number(row, 0);
    let numbered = |sql, id: &str| db.one(sql, &[&tenant, &interned(id)], read);
    let version = match key {
        Key::Message(id) => numbered(by_id!("t.version", "messages"), id.as_str()),
        Key::Assessment(id) => numbered(by_id!("t.version", "assessments"), id.as_str()),
        Key::Conversation(id) | Key::Loose(id) => numbered(by_id!("t.version", "conversations"), id.as_str()),
        Key::Identity(id) => numbered(by_id!("t.version", "identities"), id.as_str()),
        Key::Customer(id) => numbered(by_id!("t.version", "customers"), id.as_str()),
        Key::Case(id) | Key::CaseMessages(id) => numbered(by_id!("t.version", "cases"), id.as_str()),
        Key::Delivery(id) => numbered(by_id!("1", "deliveries"), id.as_str()),
        Key::Slot(thread, customer) => {
            let params: [&dyn ToSql; 3] = [&tenant, &interned(thread.as_str()), &interned(customer.as_str())];
            db.one(slot!("t.version"), &params, read)
        }
        Key::Alias(..) | Key::Presence(_) | Key::Cursor(..) | Key::Quarantine(_) => {
            let (kind, id) = rare(key);
            db.one(rare!("t.version"), &[&tenant, &kind, &id], read)
        }
    };
    Ok(version?.unwrap_or_default())
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

/// The messages of a case, or our own in a thread that belong to none, without content, in order of time.
fn messages_under(db: &Db<'_>, tenant: i64, key: &Key) -> Result<Vec<Message>> {
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
    let Some(no) = find(db, tenant, id)? else { return Ok(Vec::new()) };
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
