//! Where records stand: the table of each kind, and the row of each key.

use std::borrow::Cow;

use careline::Result;
use careline::store::Key;
use rusqlite::{Row, ToSql};

use crate::db::Db;

/// The rare kinds of record, by the names they are stored under.
pub(crate) const ALIAS: &str = "alias";
pub(crate) const PRESENCE: &str = "presence";
pub(crate) const CURSOR: &str = "cursor";
pub(crate) const QUARANTINE: &str = "quarantined";
pub(crate) const REACTION: &str = "reaction";
pub(crate) const THREAD: &str = "thread";
pub(crate) const ACCOUNT: &str = "account";
pub(crate) const INCIDENT: &str = "incident";
pub(crate) const OPEN_INCIDENTS: &str = "open_incidents";
pub(crate) const AUTOMATIC_SAID: &str = "automatic_said";
pub(crate) const TOKEN: &str = "token";

/// Separates the parts of an id that has several.
pub(crate) const PART: char = '\u{1f}';

/// What is executed for one row of a table.
pub(crate) struct Table {
    pub(crate) record: &'static str,
    pub(crate) version: &'static str,
    pub(crate) delete: &'static str,
}

macro_rules! table {
    ($table:literal, $version:literal, $record:literal, $row:literal) => {
        Table {
            record: concat!("SELECT ", $version, ", ", $record, " FROM ", $table, " WHERE ", $row),
            version: concat!("SELECT ", $version, " FROM ", $table, " WHERE ", $row),
            delete: concat!("DELETE FROM ", $table, " WHERE ", $row),
        }
    };
}

const MESSAGES: Table = table!("messages", "version", "v, json, content_v, content, conversation", "no = ?1");
const ASSESSMENTS: Table = table!("assessments", "version", "v, json, evidence", "no = ?1");
const CONVERSATIONS: Table = table!("conversations", "version", "v, json", "no = ?1");
const IDENTITIES: Table = table!("identities", "version", "v, json", "no = ?1");
const CUSTOMERS: Table = table!("customers", "version", "v, json", "no = ?1");
const CASES: Table = table!("cases", "version", "v, json", "no = ?1");
const REPLIES: Table = table!("replies", "version", "v, json, wording_v, wording", "no = ?1");
const LINES: Table = table!("lines", "version", "v, json", "no = ?1");
const DELIVERIES: Table = table!("deliveries", "1", "id", "no = ?1");
const SLOTS: Table = table!("slots", "version", "v, json", "conversation = ?1 AND customer = ?2");
const RECORDS: Table = table!("records", "version", "v, json", "tenant = ?1 AND kind = ?2 AND id = ?3");

/// The row that tells the version of a key.
pub(crate) struct Place<'k> {
    pub(crate) table: &'static Table,
    pub(crate) kind: &'static str,
    of: Of<'k>,
}

/// What a row is found by.
enum Of<'k> {
    Number(i64),
    Two(i64, i64),
    Name(i64, Cow<'k, str>),
}

impl<'k> Place<'k> {
    /// Where `key` stands, if its ids have numbers.
    pub(crate) fn of(
        tenant: i64,
        key: &'k Key,
        mut number: impl FnMut(&str) -> Result<Option<i64>>,
    ) -> Result<Option<Self>> {
        if let Key::Slot(thread, customer) = key {
            let of = number(thread.as_str())?.zip(number(customer.as_str())?);
            return Ok(of.map(|(thread, customer)| Self {
                table: &SLOTS,
                kind: "slot",
                of: Of::Two(thread, customer),
            }));
        }
        if let Some((table, kind, id)) = numbered(key) {
            return Ok(number(id)?.map(|no| Self { table, kind, of: Of::Number(no) }));
        }
        let (kind, id) = rare(key);
        Ok(Some(Self { table: &RECORDS, kind, of: Of::Name(tenant, id) }))
    }

    /// Reads the row with one of its table's statements.
    pub(crate) fn read<T>(
        &self,
        db: &Db<'_>,
        sql: &'static str,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.with_params(|params| db.one(sql, params, read))
    }

    /// Deletes the row; whether there was one.
    pub(crate) fn delete(&self, db: &Db<'_>) -> Result<bool> {
        Ok(self.with_params(|params| db.execute(self.table.delete, params))? > 0)
    }

    fn with_params<T>(&self, run: impl FnOnce(&[&dyn ToSql]) -> T) -> T {
        match &self.of {
            Of::Number(no) => run(&[no]),
            Of::Two(one, other) => run(&[one, other]),
            Of::Name(tenant, id) => run(&[tenant, &self.kind, id]),
        }
    }
}

/// The table whose version a key has, the kind of record in it, and the id whose number it has there.
pub(crate) fn numbered(key: &Key) -> Option<(&'static Table, &'static str, &str)> {
    Some(match key {
        Key::Message(id) => (&MESSAGES, "message", id.as_str()),
        Key::Assessment(id) => (&ASSESSMENTS, "assessment", id.as_str()),
        Key::Conversation(id) | Key::Loose(id) => (&CONVERSATIONS, "conversation", id.as_str()),
        Key::Identity(id) => (&IDENTITIES, "identity", id.as_str()),
        Key::Customer(id) => (&CUSTOMERS, "customer", id.as_str()),
        Key::Case(id) | Key::CaseMessages(id) => (&CASES, "case", id.as_str()),
        Key::Reply(id) => (&REPLIES, "reply", id.as_str()),
        Key::Line(id) => (&LINES, "line", id.as_str()),
        Key::Delivery(id) => (&DELIVERIES, "delivery", id.as_str()),
        Key::Slot(..) | Key::Alias(..) | Key::Presence(_) | Key::Cursor(..) | Key::Quarantine(_) => return None,
        Key::Reaction(_)
        | Key::Thread(_)
        | Key::Account(_)
        | Key::Incident(_)
        | Key::OpenIncidents
        | Key::AutomaticSaid(_)
        | Key::Token(_) => return None,
    })
}

/// The kind and id under which `records` holds a record of a rare kind.
pub(crate) fn rare(key: &Key) -> (&'static str, Cow<'_, str>) {
    match key {
        Key::Alias(scope, native_id) => (ALIAS, format!("{scope}{PART}{native_id}").into()),
        Key::Presence(id) => (PRESENCE, id.as_str().into()),
        Key::Cursor(account, source) => (CURSOR, format!("{account}{PART}{source}").into()),
        Key::Quarantine(id) => (QUARANTINE, id.as_str().into()),
        Key::Reaction(id) => (REACTION, id.as_str().into()),
        Key::Thread(id) => (THREAD, id.as_str().into()),
        Key::Account(id) => (ACCOUNT, id.as_str().into()),
        Key::Incident(id) => (INCIDENT, id.as_str().into()),
        Key::AutomaticSaid(id) => (AUTOMATIC_SAID, id.as_str().into()),
        Key::Token(id) => (TOKEN, id.as_str().into()),
        Key::OpenIncidents => (OPEN_INCIDENTS, "".into()),
        _ => ("", "".into()),
    }
}
