//! Ordered lists, and numbers.

use std::collections::BTreeMap;

use careline::Result;
use careline::model::{CaseId, ReplyState, TenantId, Timestamp};
use careline::store::{
    CaseField, Counter, CounterAsk, OpenFilter, Place, Record, ReplyFilter, Scan, ScanOf, Scanned, query_phrases,
};
use rusqlite::{Row, ToSql};

use crate::db::{Db, column, text};
use crate::error::damaged;
use crate::names::{find, interned, tenant_no};
use crate::place::{ACCOUNT, INCIDENT, PRESENCE, QUARANTINE};
use crate::read::{message_with_content, record, reply};

pub(crate) fn scan(db: &Db<'_>, tenant: &TenantId, scan: &Scan) -> Result<Scanned> {
    let after = Place::after(scan)?.unwrap_or(Place::new(i64::MIN, i64::MIN, ""));
    let Some(tenant) = tenant_no(db, tenant)? else { return Ok(Scanned::default()) };
    let limit = scan.limit.clamp(1, 1 << 20);
    let page = Page { db, tenant, after, rows: limit as i64 + 1 };
    let mut found = page.list(&scan.of)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let after = found.last().filter(|_| more).map(|(place, _)| place.to_cursor());
    Ok(Scanned { records: found.into_iter().map(|(_, record)| record).collect(), after })
}

/// A page to fill: everything after a place.
struct Page<'a, 'c> {
    db: &'a Db<'c>,
    tenant: i64,
    after: Place,
    rows: i64,
}

type Found = Vec<(Place, Record)>;

impl Page<'_, '_> {
    fn list(&self, of: &ScanOf) -> Result<Found> {
        match of {
            ScanOf::OpenCases(filter) => self.open_cases(filter),
            ScanOf::QueuedCases { team } => self.cases(
                "SELECT tier, due, id, v, json FROM cases WHERE queued AND tenant = ?4 AND team = ?5 \
                 AND (tier, due, id) > (?1, ?2, ?3) ORDER BY tier, due, id LIMIT ?6",
                &[&self.tenant, &team.as_str(), &self.rows],
            ),
            ScanOf::Unanswered(filter) => self.unanswered(filter),
            ScanOf::CasesOf { customer } => match find(self.db, self.tenant, customer.as_str())? {
                Some(no) => self.newest_cases(
                    "SELECT opened, id, v, json FROM cases WHERE customer = ?3 AND opened <= ?1 \
                     AND (opened < ?1 OR id > ?2) ORDER BY opened DESC, id LIMIT ?4",
                    no,
                ),
                None => Ok(Vec::new()),
            },
            ScanOf::Cases => self.newest_cases(
                "SELECT opened, id, v, json FROM cases WHERE tenant = ?3 AND opened <= ?1 \
                 AND (opened < ?1 OR id > ?2) ORDER BY opened DESC, id LIMIT ?4",
                self.tenant,
            ),
            ScanOf::Timeline { cases } => self.timeline(cases),
            ScanOf::MessagesOf { conversation } => self.messages_of(conversation.as_str()),
            ScanOf::MessagesBy { customer } => self.messages_by(customer.as_str()),
            ScanOf::CustomerMessages { since } => self.customer_messages(*since),
            ScanOf::Search { query } => self.search(query),
            ScanOf::Customers => self.customers(),
            ScanOf::SharedHints { customer } => self.shared_hints(customer.as_str()),
            ScanOf::Quarantine => self.newest_of_kind(QUARANTINE),
            ScanOf::Roster => self.of_kind(PRESENCE),
            ScanOf::Accounts => self.of_kind(ACCOUNT),
            ScanOf::Incidents => self.newest_of_kind(INCIDENT),
            ScanOf::Replies(filter) => self.replies(filter),
            _ => {
                Err(careline::Error::new(careline::ErrorKind::Unsupported, "this store cannot list that")
                    .during("scan"))
            }
        }
    }

    fn open_cases(&self, filter: &OpenFilter) -> Result<Found> {
        let narrowed = Narrowed::by(filter);
        let sql = format!(
            "SELECT due, tier, id, v, json FROM cases WHERE (due, tier, id) > (?1, ?2, ?3) AND open AND tenant = ?4{} \
             ORDER BY due, tier, id LIMIT ?",
            narrowed.sql
        );
        self.cases(&sql, &narrowed.between(&self.tenant, &self.rows))
    }

    fn unanswered(&self, filter: &OpenFilter) -> Result<Found> {
        let narrowed = Narrowed::by(filter);
        let sql = format!(
            "SELECT awaiting, 0, id, v, json FROM cases WHERE (awaiting, 0, id) > (?1, ?2, ?3) AND tenant = ?4 \
             AND awaiting IS NOT NULL AND awaiting >= ?1{} ORDER BY awaiting, id LIMIT ?",
            narrowed.sql
        );
        self.cases(&sql, &narrowed.between(&self.tenant, &self.rows))
    }

    /// Cases by two numbers and id, which are the first three columns and the first three parameters.
    fn cases(&self, sql: &str, params: &[&dyn ToSql]) -> Result<Found> {
        let mut all: Vec<&dyn ToSql> = vec![&self.after.first, &self.after.second, &self.after.id];
        all.extend(params);
        self.db.all(sql, &all, |row| {
            Ok((Place::new(column(row, 0)?, column(row, 1)?, text(row, 2)?), record(row, "case", 3)?))
        })
    }

    fn newest_cases(&self, sql: &str, of: i64) -> Result<Found> {
        let latest = self.after.first.saturating_neg();
        self.db.all(sql, &[&latest, &self.after.id, &of, &self.rows], |row| {
            Ok((newest(row, 0, 1)?, record(row, "case", 2)?))
        })
    }

    fn timeline(&self, cases: &[CaseId]) -> Result<Found> {
        let numbers = cases.iter().map(|case| find(self.db, self.tenant, case.as_str()));
        let numbers: Vec<_> = numbers.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
        let cases = serde_json::json!(numbers).to_string();
        let sql = "SELECT at, line, note, v, json FROM timeline WHERE case_no IN (SELECT value FROM json_each(?3)) \
                   AND (at, line) > (?1, ?2) ORDER BY at, line LIMIT ?4";
        self.db.all(sql, &[&self.after.first, &self.after.second, &cases, &self.rows], |row| {
            let kind = if column(row, 2)? { "note" } else { "step" };
            Ok((Place::new(column(row, 0)?, column(row, 1)?, ""), record(row, kind, 3)?))
        })
    }

    fn messages_of(&self, conversation: &str) -> Result<Found> {
        let Some(no) = find(self.db, self.tenant, conversation)? else { return Ok(Vec::new()) };
        let sql = "SELECT at, id, v, json, content_v, content FROM messages \
                   WHERE conversation = ?3 AND at >= ?1 AND (at > ?1 OR id > ?2) ORDER BY at, id LIMIT ?4";
        self.db.all(sql, &[&self.after.first, &self.after.id, &no, &self.rows], |row| {
            let place = Place::new(column(row, 0)?, 0, text(row, 1)?);
            Ok((place, Record::Message(Box::new(message_with_content(row, 2)?))))
        })
    }

    fn messages_by(&self, customer: &str) -> Result<Found> {
        let Some(no) = find(self.db, self.tenant, customer)? else { return Ok(Vec::new()) };
        let sql = "SELECT at, id, v, json, content_v, content FROM messages \
                   WHERE customer = ?3 AND at <= ?1 AND (at < ?1 OR id > ?2) ORDER BY at DESC, id LIMIT ?4";
        let latest = self.after.first.saturating_neg();
        self.db.all(sql, &[&latest, &self.after.id, &no, &self.rows], |row| {
            Ok((newest(row, 0, 1)?, Record::Message(Box::new(message_with_content(row, 2)?))))
        })
    }

    /// In the order of the names, which have the only index by id.
    fn customer_messages(&self, since: Option<Timestamp>) -> Result<Found> {
        let sql = "SELECT m.id, m.v, m.json, m.content_v, m.content FROM names n CROSS JOIN messages m ON m.no = n.no \
                   WHERE n.id > ?1 AND n.tenant = ?2 AND m.customer IS NOT NULL AND m.at >= ?3 ORDER BY n.id LIMIT ?4";
        let since = since.map_or(i64::MIN, Timestamp::as_millis);
        self.db.all(sql, &[&interned(&self.after.id), &self.tenant, &since, &self.rows], |row| {
            Ok((Place::new(0, 0, text(row, 0)?), Record::Message(Box::new(message_with_content(row, 1)?))))
        })
    }

    fn search(&self, query: &str) -> Result<Found> {
        let phrases = query_phrases(query);
        if phrases.is_empty() {
            return Ok(Vec::new());
        }
        let quoted = phrases.iter().map(|phrase| {
            let star = if phrase.prefix { " *" } else { "" };
            format!("\"{}\"{star}", phrase.words.join(" "))
        });
        let query = quoted.collect::<Vec<_>>().join(" AND ");
        let sql = "SELECT m.at, m.id, m.v, m.json, m.content_v, m.content FROM texts t JOIN messages m ON m.no = t.rowid \
                   WHERE texts MATCH ?3 AND m.tenant = ?4 AND m.at <= ?1 AND (m.at < ?1 OR m.id > ?2) \
                   ORDER BY m.at DESC, m.id LIMIT ?5";
        let latest = self.after.first.saturating_neg();
        self.db.all(sql, &[&latest, &self.after.id, &query, &self.tenant, &self.rows], |row| {
            Ok((newest(row, 0, 1)?, Record::Message(Box::new(message_with_content(row, 2)?))))
        })
    }

    /// Those who wrote nothing come last.
    fn customers(&self) -> Result<Found> {
        let sql = "SELECT latest, id, v, json FROM (SELECT c.id, c.v, c.json, \
                   coalesce((SELECT max(m.at) FROM messages m WHERE m.customer = c.no), 0) AS latest \
                   FROM customers c WHERE c.tenant = ?3 AND NOT c.merged) \
                   WHERE latest <= ?1 AND (latest < ?1 OR id > ?2) ORDER BY latest DESC, id LIMIT ?4";
        self.newest_named(sql, "customer")
    }

    /// Records of a rare kind, the newest first.
    fn newest_of_kind(&self, kind: &str) -> Result<Found> {
        let sql = "SELECT at, id, v, json FROM records WHERE tenant = ?3 AND kind = ?5 \
                   AND at <= ?1 AND (at < ?1 OR id > ?2) ORDER BY at DESC, id LIMIT ?4";
        let latest = self.after.first.saturating_neg();
        self.db.all(sql, &[&latest, &self.after.id, &self.tenant, &self.rows, &kind], |row| {
            Ok((newest(row, 0, 1)?, record(row, kind, 2)?))
        })
    }

    /// Of several states, a page of each; the page is the first of them all.
    fn replies(&self, filter: &ReplyFilter) -> Result<Found> {
        let case = match &filter.case {
            Some(case) => match find(self.db, self.tenant, case.as_str())? {
                Some(no) => Some(no),
                None => return Ok(Vec::new()),
            },
            None => None,
        };
        let mut states: Vec<_> = filter.states.iter().map(Some).collect();
        states.sort_unstable();
        states.dedup();
        if states.is_empty() {
            states.push(None);
        }
        let mut found = Vec::new();
        for state in states {
            found.extend(self.replies_narrowed(&Narrowed::to_replies(filter, case, state))?);
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(found)
    }

    fn replies_narrowed(&self, narrowed: &Narrowed) -> Result<Found> {
        let latest = self.after.first.saturating_neg();
        let mut all: Vec<&dyn ToSql> = vec![&latest, &self.after.id];
        all.extend(narrowed.between(&self.tenant, &self.rows));
        self.db
            .all(&replies_sql(narrowed), &all, |row| Ok((newest(row, 0, 1)?, Record::Reply(Box::new(reply(row, 2)?)))))
    }

    fn newest_named(&self, sql: &str, kind: &str) -> Result<Found> {
        let latest = self.after.first.saturating_neg();
        self.db.all(sql, &[&latest, &self.after.id, &self.tenant, &self.rows], |row| {
            Ok((newest(row, 0, 1)?, record(row, kind, 2)?))
        })
    }

    fn shared_hints(&self, customer: &str) -> Result<Found> {
        let Some(no) = find(self.db, self.tenant, customer)? else { return Ok(Vec::new()) };
        let sql = "SELECT replace(facts, ' ', ' OR ') FROM hints WHERE customer = ?1";
        let Some(any) = self.db.one(sql, &[&no], |row| column::<String>(row, 0))? else { return Ok(Vec::new()) };
        self.named(
            "SELECT c.id, c.v, c.json FROM facts JOIN customers c ON c.no = facts.rowid WHERE facts MATCH ?5 \
             AND c.tenant = ?1 AND c.id > ?2 AND NOT c.merged AND c.no <> ?3 ORDER BY c.id LIMIT ?4",
            &[&self.tenant, &self.after.id, &no, &self.rows, &any],
            "customer",
        )
    }

    /// All records of a rare kind, by id.
    fn of_kind(&self, kind: &str) -> Result<Found> {
        let sql = "SELECT id, v, json FROM records WHERE tenant = ?1 AND kind = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
        self.named(sql, &[&self.tenant, &kind, &self.after.id, &self.rows], kind)
    }

    /// Records by id, which is the first column.
    fn named(&self, sql: &str, params: &[&dyn ToSql], kind: &str) -> Result<Found> {
        self.db.all(sql, params, |row| Ok((Place::new(0, 0, text(row, 0)?), record(row, kind, 1)?)))
    }
}

fn replies_sql(narrowed: &Narrowed) -> String {
    format!(
        "SELECT created, id, v, json, wording_v, wording FROM replies WHERE created <= ?1 \
         AND (created < ?1 OR id > ?2) AND tenant = ?3{} ORDER BY created DESC, id LIMIT ?",
        narrowed.sql
    )
}

fn newest(row: &Row<'_>, at: usize, id: usize) -> Result<Place> {
    Ok(Place::newest_first(time(row, at)?, text(row, id)?))
}

/// A column with a time.
pub(crate) fn time(row: &Row<'_>, index: usize) -> Result<Timestamp> {
    Timestamp::from_millis(column(row, index)?).ok_or_else(|| damaged("time"))
}

pub(crate) fn count_open(
    db: &Db<'_>,
    tenant: &TenantId,
    filter: &OpenFilter,
    by: CaseField,
) -> Result<BTreeMap<String, u64>> {
    let Some(tenant) = tenant_no(db, tenant)? else { return Ok(BTreeMap::new()) };
    let what = match by {
        CaseField::Team => "team",
        CaseField::Agent => "coalesce(agent, '')",
        CaseField::Network => "coalesce(json_extract(json, '$.network'), '')",
        CaseField::Tier => "CAST(tier AS TEXT)",
        CaseField::Category => "coalesce(json_extract(json, '$.category'), '')",
    };
    let narrowed = Narrowed::by(filter);
    let sql = format!("SELECT {what}, count(*) FROM cases WHERE open AND tenant = ?1{} GROUP BY 1", narrowed.sql);
    let values: Vec<&dyn ToSql> = std::iter::once(&tenant as &dyn ToSql).chain(narrowed.values()).collect();
    let numbers = db.all(&sql, &values, |row| Ok((text(row, 0)?.to_owned(), column::<i64>(row, 1)?.unsigned_abs())))?;
    Ok(numbers.into_iter().collect())
}

/// What a filter asks of rows of `cases` or `replies`: more conditions, whose values are the parameters that follow.
#[derive(Default)]
struct Narrowed {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
}

impl Narrowed {
    fn by(filter: &OpenFilter) -> Self {
        let OpenFilter { team, agent, network, queued, awaiting, due_from, due_before } = filter;
        let mut narrowed = Self::default();
        if let Some(agent) = agent {
            narrowed.and("agent IS NOT NULL AND agent = ?", agent.as_str().to_owned());
        }
        if let Some(team) = team {
            // An agent holds few cases; the plus keeps SQLite from going through all of the team's instead.
            let team_is = if agent.is_some() { "+team = ?" } else { "team = ?" };
            narrowed.and(team_is, team.as_str().to_owned());
        }
        if let Some(network) = network {
            narrowed.and("json_extract(json, '$.network') = ?", network.as_str().to_owned());
        }
        if let Some(from) = due_from {
            narrowed.and("due >= ?", from.as_millis());
        }
        if due_from.is_some() || due_before.is_some() {
            narrowed.and("due < ?", due_before.map_or(Place::NO_DEADLINE, Timestamp::as_millis));
        }
        narrowed.sql.push_str(if *queued { " AND queued" } else { "" });
        narrowed.sql.push_str(if *awaiting { " AND awaiting IS NOT NULL" } else { "" });
        narrowed
    }

    /// To the replies of one state, or of any.
    fn to_replies(filter: &ReplyFilter, case: Option<i64>, state: Option<&ReplyState>) -> Self {
        let mut narrowed = Self::default();
        if let Some(no) = case {
            narrowed.and("case_no = ?", no);
        }
        // A case has few replies; the plus keeps SQLite from going through all of an account's or a state's instead.
        let (account_is, state_is) =
            if case.is_some() { ("+account = ?", "+state = ?") } else { ("account = ?", "state = ?") };
        if let Some(account) = &filter.account {
            narrowed.and(account_is, account.as_str().to_owned());
        }
        if let Some(state) = state {
            narrowed.and(state_is, state.as_str().to_owned());
        }
        narrowed
    }

    fn and(&mut self, condition: &str, value: impl ToSql + 'static) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.push(Box::new(value));
    }

    fn values(&self) -> impl Iterator<Item = &dyn ToSql> {
        self.values.iter().map(|value| &**value)
    }

    /// Its values, with those that stand before and after them in the statement.
    fn between<'a>(&'a self, before: &'a dyn ToSql, after: &'a dyn ToSql) -> Vec<&'a dyn ToSql> {
        std::iter::once(before).chain(self.values()).chain([after]).collect()
    }
}

pub(crate) fn counters(db: &Db<'_>, tenant: &TenantId, ask: &CounterAsk) -> Result<Vec<Counter>> {
    let Some(tenant) = tenant_no(db, tenant)? else { return Ok(Vec::new()) };
    let from = ask.from.map_or(i64::MIN, Timestamp::as_millis);
    let to = ask.to.map_or(i64::MAX, Timestamp::as_millis);
    let sql = "SELECT name, bucket, value FROM counters WHERE tenant = ?1 AND name >= ?2 \
               AND substr(name, 1, length(?2)) = ?2 AND bucket >= ?3 AND bucket < ?4 ORDER BY name, bucket";
    db.all(sql, &[&tenant, &ask.prefix, &from, &to], |row| {
        Ok(Counter { name: text(row, 0)?.into(), bucket: time(row, 1)?, value: column(row, 2)? })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_of_replies_comes_from_an_index_in_its_order() {
        let options = crate::SqliteOptions::default();
        let mut connection = crate::open::in_memory(&options).unwrap();
        let connection = connection.checked().unwrap();
        let (any, of_account) = (ReplyFilter::default(), ReplyFilter::of_account("acme-x"));
        let queued = Some(&ReplyState::Queued);
        for (filter, case, state, index) in [
            (&any, None, None, "replies_created"),
            (&any, None, queued, "replies_in_state"),
            (&of_account, None, None, "replies_of_account"),
            (&of_account, None, queued, "replies_of_account_in_state"),
            (&any, Some(1), None, "replies_of_case"),
            (&of_account, Some(1), queued, "replies_of_case"),
        ] {
            let sql = replies_sql(&Narrowed::to_replies(filter, case, state));
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let plan: Vec<String> = statement.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().unwrap();
            let [step] = &*plan else { panic!("{sql} takes more than one step: {plan:?}") };
            assert!(step.contains(&format!("USING INDEX {index} (")), "{sql}: {step}");
        }
    }
}
