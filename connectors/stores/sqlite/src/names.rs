//! Names: how keys are stored, and the small numbers they are interned as.

use std::borrow::Cow;
use std::collections::HashMap;

use careline::Result;
use careline::model::TenantId;
use careline::store::Key;
use compact_str::CompactString;

use crate::db::{Db, column};

/// Separates the parts of a name that has several.
pub(crate) const PART: char = '\u{1f}';

pub(crate) const MESSAGE: u8 = 1;
pub(crate) const CONVERSATION: u8 = 2;
pub(crate) const IDENTITY: u8 = 3;
pub(crate) const CUSTOMER: u8 = 4;
pub(crate) const CASE: u8 = 5;
pub(crate) const PRESENCE: u8 = 6;
pub(crate) const CURSOR: u8 = 7;
pub(crate) const QUARANTINE: u8 = 8;
pub(crate) const ALIAS: u8 = 9;
pub(crate) const SLOT: u8 = 10;
pub(crate) const DELIVERY: u8 = 11;
/// Message, scope and native id: finds the aliases of a message.
pub(crate) const ALIAS_OF: u8 = 12;

/// The kind and name under which a key is interned.
pub(crate) fn name(key: &Key) -> (u8, Cow<'_, str>) {
    match key {
        Key::Message(id) | Key::Assessment(id) => (MESSAGE, id.as_str().into()),
        Key::Alias(scope, native_id) => (ALIAS, format!("{scope}{PART}{native_id}").into()),
        Key::Conversation(id) | Key::Loose(id) => (CONVERSATION, id.as_str().into()),
        Key::Identity(id) => (IDENTITY, id.as_str().into()),
        Key::Customer(id) => (CUSTOMER, id.as_str().into()),
        Key::Case(id) | Key::CaseMessages(id) => (CASE, id.as_str().into()),
        Key::Slot(thread, customer) => (SLOT, format!("{thread}{PART}{customer}").into()),
        Key::Presence(id) => (PRESENCE, id.as_str().into()),
        Key::Cursor(account, source) => (CURSOR, format!("{account}{PART}{source}").into()),
        Key::Delivery(id) => (DELIVERY, id.as_str().into()),
        Key::Quarantine(id) => (QUARANTINE, id.as_str().into()),
    }
}

/// The kind of record that `records` holds for a kind of name.
pub(crate) fn record_kind(kind: u8) -> &'static str {
    match kind {
        CONVERSATION => "conversation",
        IDENTITY => "identity",
        CUSTOMER => "customer",
        PRESENCE => "presence",
        CURSOR => "cursor",
        QUARANTINE => "quarantined",
        ALIAS => "alias",
        SLOT => "slot",
        _ => "",
    }
}

/// The number of a tenant, if anything is stored for it.
pub(crate) fn tenant_no(db: &Db<'_>, tenant: &TenantId) -> Result<Option<i64>> {
    db.one("SELECT no FROM tenants WHERE id = ?1", &[&tenant.as_str()], |row| column(row, 0))
}

/// The number of a tenant, which becomes known with this.
pub(crate) fn make_tenant(db: &Db<'_>, tenant: &TenantId) -> Result<i64> {
    if let Some(no) = tenant_no(db, tenant)? {
        return Ok(no);
    }
    db.execute("INSERT INTO tenants (id, chain, entries) VALUES (?1, zeroblob(32), 0)", &[&tenant.as_str()])?;
    Ok(tenant_no(db, tenant)?.unwrap_or_default())
}

/// The number of a name, if it has one.
pub(crate) fn find(db: &Db<'_>, tenant: i64, kind: u8, id: &str) -> Result<Option<i64>> {
    let sql = "SELECT no FROM names WHERE tenant = ?1 AND kind = ?2 AND id = ?3";
    db.one(sql, &[&tenant, &kind, &id], |row| column(row, 0))
}

/// The names used by one transaction, and the numbers for new ones.
pub(crate) struct Names {
    known: HashMap<(i64, u8, CompactString), i64>,
    pub(crate) next_no: i64,
}

impl Names {
    /// New names get numbers from `next_no`.
    pub(crate) fn starting_at(next_no: i64) -> Self {
        Self { known: HashMap::default(), next_no }
    }

    /// The number of a name that is probably interned already.
    pub(crate) fn number_of(&mut self, db: &Db<'_>, tenant: i64, kind: u8, id: &str) -> Result<i64> {
        let key = (tenant, kind, CompactString::from(id));
        if let Some(no) = self.known.get(&key) {
            return Ok(*no);
        }
        let no = match find(db, tenant, kind, id)? {
            Some(no) => no,
            None => self.intern(db, tenant, kind, id)?.1,
        };
        self.known.insert(key, no);
        Ok(no)
    }

    /// The number of a name that is probably new, and whether it is.
    pub(crate) fn number_of_new(&mut self, db: &Db<'_>, tenant: i64, kind: u8, id: &str) -> Result<(bool, i64)> {
        let key = (tenant, kind, CompactString::from(id));
        if let Some(no) = self.known.get(&key) {
            return Ok((false, *no));
        }
        let (new, no) = self.intern(db, tenant, kind, id)?;
        self.known.insert(key, no);
        Ok((new, no))
    }

    fn intern(&mut self, db: &Db<'_>, tenant: i64, kind: u8, id: &str) -> Result<(bool, i64)> {
        let sql = "INSERT OR IGNORE INTO names (tenant, kind, id, no) VALUES (?1, ?2, ?3, ?4)";
        if db.execute(sql, &[&tenant, &kind, &id, &self.next_no])? == 1 {
            self.next_no += 1;
            return Ok((true, self.next_no - 1));
        }
        Ok((false, find(db, tenant, kind, id)?.unwrap_or_default()))
    }
}
