//! Things to do: effects under lease, and timers.

use careline::Result;
use careline::model::{TenantId, Timer, Timestamp};
use careline::store::{ChainEnd, Effect, LeaseAsk, Leased, Link, LogEntry, Logged, Settle};
use serde::de::DeserializeOwned;

use crate::db::{Db, column, text};
use crate::error::damaged;
use crate::names::tenant_no;
use crate::read::number;
use crate::scan::time;

/// Whether anything can be leased: a look without the writer's lock.
pub(crate) fn anything_due(db: &Db<'_>, now: Timestamp) -> Result<bool> {
    let sql = "SELECT 1 FROM effects WHERE due <= ?1 AND (leased_until IS NULL OR leased_until <= ?1) LIMIT 1";
    Ok(db.one(sql, &[&now.as_millis()], |_| Ok(()))?.is_some())
}

pub(crate) fn lease(db: &Db<'_>, ask: &LeaseAsk) -> Result<Vec<Leased>> {
    let sql = "SELECT t.no, t.id, e.id, e.json FROM effects e JOIN tenants t ON t.no = e.tenant \
               WHERE e.due <= ?1 AND (e.leased_until IS NULL OR e.leased_until <= ?1) AND (?2 IS NULL OR t.id = ?2) \
               AND (?3 = ',' OR instr(?3, ',' || e.kind || ',')) ORDER BY e.due, t.id, e.id LIMIT ?4";
    let kinds = ask.kinds.iter().fold(String::from(","), |all, kind| all + kind + ",");
    let tenant = ask.tenant.as_ref().map(TenantId::as_str);
    let limit = i64::try_from(ask.limit).unwrap_or(i64::MAX);
    let due = db.all(sql, &[&ask.now.as_millis(), &tenant, &kinds, &limit], |row| {
        Ok((column::<i64>(row, 0)?, TenantId::from(text(row, 1)?), parse::<Effect>(text(row, 3)?)?))
    })?;
    let first = db.one("SELECT next_token FROM meta", &[], |row| column::<i64>(row, 0))?.unwrap_or(1);
    let mut leased = Vec::with_capacity(due.len());
    for (token, (tenant_no, tenant, effect)) in (first..).zip(due) {
        let sql = "UPDATE effects SET token = ?3, leased_until = ?4, again = 0 WHERE tenant = ?1 AND id = ?2";
        db.execute(sql, &[&tenant_no, &effect.id.as_str(), &token, &ask.until.as_millis()])?;
        leased.push(Leased { tenant, effect, token: u64::try_from(token).unwrap_or_default() });
    }
    db.execute("UPDATE meta SET next_token = ?1", &[&(first + leased.len() as i64)])?;
    Ok(leased)
}

pub(crate) fn settle(db: &Db<'_>, settle: &Settle) -> Result<()> {
    let Some(tenant) = tenant_no(db, &settle.tenant)? else { return Ok(()) };
    let (id, token) = (settle.id.as_str(), i64::try_from(settle.token).unwrap_or(-1));
    let sql = "SELECT again, json FROM effects WHERE tenant = ?1 AND id = ?2 AND token = ?3";
    let held =
        db.one(sql, &[&tenant, &id, &token], |row| Ok((column::<bool>(row, 0)?, parse::<Effect>(text(row, 1)?)?)))?;
    match (held, settle.again_at) {
        (None, _) => {}
        (Some((false, _)), None) => {
            db.execute("DELETE FROM effects WHERE tenant = ?1 AND id = ?2", &[&tenant, &id])?;
        }
        (Some((put_again, mut effect)), again_at) => {
            effect.due_at = again_at.filter(|_| !put_again).unwrap_or(effect.due_at);
            let json = serde_json::to_string(&effect).map_err(|error| damaged("effect").caused_by(error))?;
            let sql = "UPDATE effects SET token = NULL, leased_until = NULL, again = 0, due = ?3, json = ?4 \
                       WHERE tenant = ?1 AND id = ?2";
            db.execute(sql, &[&tenant, &id, &effect.due_at.as_millis(), &json])?;
        }
    }
    Ok(())
}

pub(crate) fn due(db: &Db<'_>, now: Timestamp, limit: usize) -> Result<Vec<(TenantId, Timer)>> {
    let sql = "SELECT t.id, z.json FROM timers z JOIN tenants t ON t.no = z.tenant WHERE z.due <= ?1 \
               ORDER BY z.due, t.id, z.id LIMIT ?2";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    db.all(sql, &[&now.as_millis(), &limit], |row| Ok((text(row, 0)?.into(), parse(text(row, 1)?)?)))
}

pub(crate) fn next_due(db: &Db<'_>) -> Result<Option<Timestamp>> {
    db.one("SELECT due FROM timers ORDER BY due LIMIT 1", &[], |row| time(row, 0))
}

/// Recomputes the chain of digests over every entry of the log.
pub(crate) fn verify_log(db: &Db<'_>, tenant: &TenantId) -> Result<u64> {
    let Some(tenant) = tenant_no(db, tenant)? else { return Ok(0) };
    let mut end = ChainEnd::default();
    let sql = "SELECT at, customer, case_id, json, salt, digest, chain FROM log WHERE tenant = ?1 ORDER BY no";
    db.each(sql, &[&tenant], |row| {
        let (entry, link) = log_entry(row)?;
        end.verify(entry.as_ref(), &link)
    })?;
    let stored = db.one("SELECT chain, entries FROM tenants WHERE no = ?1", &[&tenant], |row| {
        Ok(ChainEnd { chain: column(row, 0)?, entries: number(row, 1)? })
    })?;
    if stored != Some(end) {
        return Err(damaged("log").during("verify_log").with("entry", end.entries + 1));
    }
    Ok(end.entries)
}

/// Entries of the log after a number, in order.
pub(crate) fn log(db: &Db<'_>, tenant: &TenantId, after: u64, limit: usize) -> Result<Vec<Logged>> {
    let Some(tenant) = tenant_no(db, tenant)? else { return Ok(Vec::new()) };
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let sql = "SELECT at, customer, case_id, json, salt, digest, chain, no FROM log WHERE tenant = ?1 AND no > ?2 \
               ORDER BY no LIMIT ?3";
    db.all(sql, &[&tenant, &after, &limit], |row| {
        let (entry, link) = log_entry(row)?;
        Ok(Logged { number: number(row, 7)?, entry, link })
    })
}

/// An entry without contents was emptied by an erasure.
fn log_entry(row: &rusqlite::Row<'_>) -> Result<(Option<LogEntry>, Link)> {
    let link = Link { salt: column(row, 4)?, digest: column(row, 5)?, chain: column(row, 6)? };
    let entry = match column::<Option<String>>(row, 3)? {
        Some(json) => Some(LogEntry {
            at: time(row, 0)?,
            customer: column::<Option<String>>(row, 1)?.map(Into::into),
            case: column::<Option<String>>(row, 2)?.map(Into::into),
            json,
        }),
        None => None,
    };
    Ok((entry, link))
}

pub(crate) fn parse<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| damaged("JSON").caused_by(error))
}
