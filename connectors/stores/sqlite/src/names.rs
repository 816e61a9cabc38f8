//! Names: the small numbers that ids are interned as.

use careline::Result;
use careline::model::TenantId;
use compact_str::CompactString;
use rustc_hash::FxHashMap;

use crate::db::{Db, column};

/// The part of an id that is interned. Ids that we derived begin with a letter for their kind; what follows is shared by
/// a thread and the message that began it, and by an identity and the customer it began. Each has a table of its own, so
/// they share a number.
pub(crate) fn interned(id: &str) -> &str {
    const DERIVED: usize = 24;
    if id.len() == DERIVED { id.get(1..).unwrap_or(id) } else { id }
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

/// The number of an id, if it has one.
pub(crate) fn find(db: &Db<'_>, tenant: i64, id: &str) -> Result<Option<i64>> {
    let sql = "SELECT no FROM names WHERE tenant = ?1 AND id = ?2";
    db.one(sql, &[&tenant, &interned(id)], |row| column(row, 0))
}

/// The ids used by one transaction, and the numbers for new ones.
pub(crate) struct Names {
    /// Without a number where the id is probably new.
    known: FxHashMap<(i64, CompactString), Option<i64>>,
    pub(crate) next_no: i64,
}

impl Names {
    /// New ids get numbers from `next_no`.
    pub(crate) fn starting_at(next_no: i64) -> Self {
        Self { known: FxHashMap::default(), next_no }
    }

    /// Notes that an id is probably new, so that it need not be looked up first.
    pub(crate) fn expect_new(&mut self, tenant: i64, id: &str) {
        self.known.entry((tenant, interned(id).into())).or_default();
    }

    /// The number of an id; a new one gets the next.
    pub(crate) fn number_of(&mut self, db: &Db<'_>, tenant: i64, id: &str) -> Result<i64> {
        let key = (tenant, CompactString::from(interned(id)));
        let found = match self.known.get(&key) {
            Some(Some(no)) => return Ok(*no),
            Some(None) => None,
            None => find(db, tenant, id)?,
        };
        let no = match found {
            Some(no) => no,
            None => self.intern(db, tenant, id)?,
        };
        self.known.insert(key, Some(no));
        Ok(no)
    }

    fn intern(&mut self, db: &Db<'_>, tenant: i64, id: &str) -> Result<i64> {
        let sql = "INSERT OR IGNORE INTO names (tenant, id, no) VALUES (?1, ?2, ?3)";
        if db.execute(sql, &[&tenant, &interned(id), &self.next_no])? == 1 {
            self.next_no += 1;
            return Ok(self.next_no - 1);
        }
        Ok(find(db, tenant, id)?.unwrap_or_default())
    }
}
