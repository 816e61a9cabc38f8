//! The right to be forgotten, the right to one's data, and the bounds of keeping.

use std::collections::{BTreeSet, HashSet};

use careline::Result;
use careline::model::{
    Case, CaseId, CustomerId, DeliveryId, IdentityId, Message, MessageId, Presence, Reply, TenantId, Timer, Timestamp,
};
use careline::store::{
    Belongings, Effect, EraseAsk, ExportAsk, Exported, Key, Library, LogEntry, MessagesOf, Receipt, Record, RetainAsk,
};
use compact_str::CompactString;

use crate::db::{Db, column, text};
use crate::names::{find, tenant_no};
use crate::place::{
    ACCOUNT, ALIAS, AUTOMATIC_SAID, CURSOR, INCIDENT, OPEN_INCIDENTS, PART, PRESENCE, QUARANTINE, REACTION, THREAD,
    numbered,
};
use crate::read::{self, message, record, reply, versioned};
use crate::scan::time;
use crate::work::parse;
use crate::write::Writer;

/// How belongings are looked up in one tenant.
struct Shelf<'a, 'c> {
    db: &'a Db<'c>,
    tenant: i64,
}

impl Library for Shelf<'_, '_> {
    fn record(&mut self, key: &Key) -> Result<Option<Record>> {
        Ok(read::entry(self.db, self.tenant, key)?.record)
    }

    fn messages(&mut self, of: &MessagesOf) -> Result<Vec<Message>> {
        let (id, sql) = match of {
            MessagesOf::Customer(id) => (id.as_str(), "SELECT v, json FROM messages WHERE customer = ?1"),
            MessagesOf::Case(id) => (id.as_str(), "SELECT v, json FROM messages WHERE case_no = ?1"),
            MessagesOf::Conversation(id) => (id.as_str(), "SELECT v, json FROM messages WHERE conversation = ?1"),
        };
        match find(self.db, self.tenant, id)? {
            Some(no) => self.db.all(sql, &[&no], |row| message(row, 0)),
            None => Ok(Vec::new()),
        }
    }

    fn cases(&mut self, customer: &CustomerId) -> Result<Vec<Case>> {
        let Some(no) = find(self.db, self.tenant, customer.as_str())? else { return Ok(Vec::new()) };
        let records =
            self.db.all("SELECT v, json FROM cases WHERE customer = ?1", &[&no], |row| record(row, "case", 0))?;
        Ok(records
            .into_iter()
            .filter_map(|record| match record {
                Record::Case(case) => Some(*case),
                _ => None,
            })
            .collect())
    }

    fn aliases(&mut self, message: &MessageId) -> Result<Vec<(CompactString, CompactString)>> {
        let Some(no) = find(self.db, self.tenant, message.as_str())? else { return Ok(Vec::new()) };
        self.db.all("SELECT id FROM records WHERE of = ?1", &[&no], |row| {
            let (scope, native_id) = text(row, 0)?.split_once(PART).unwrap_or_default();
            Ok((scope.into(), native_id.into()))
        })
    }

    fn replies(&mut self, customers: &BTreeSet<CustomerId>, cases: &BTreeSet<CaseId>) -> Result<Vec<Reply>> {
        let [customers, cases] =
            [self.numbers(customers.iter().map(CustomerId::as_str))?, self.numbers(cases.iter().map(CaseId::as_str))?];
        let sql = "SELECT v, json, wording_v, wording FROM replies \
                   WHERE customer IN (SELECT value FROM json_each(?1)) OR case_no IN (SELECT value FROM json_each(?2))";
        self.db.all(sql, &[&customers, &cases], |row| reply(row, 0))
    }

    fn roster(&mut self) -> Result<Vec<Presence>> {
        let sql = "SELECT v, json FROM records WHERE tenant = ?1 AND kind = ?2";
        let records = self.db.all(sql, &[&self.tenant, &PRESENCE], |row| record(row, PRESENCE, 0))?;
        Ok(records
            .into_iter()
            .filter_map(|record| match record {
                Record::Presence(presence) => Some(presence),
                _ => None,
            })
            .collect())
    }

    fn told_of(&mut self, people: &BTreeSet<IdentityId>) -> Result<Vec<(Key, Record)>> {
        let named: Vec<_> = people.iter().map(|id| format!("\"{id}\"")).collect();
        let mut told = Vec::new();
        for kind in [REACTION, THREAD, ACCOUNT] {
            let sql = "SELECT id, v, json FROM records WHERE tenant = ?1 AND kind = ?2";
            self.db.each(sql, &[&self.tenant, &kind], |row| {
                let json = text(row, 2)?;
                if named.iter().any(|id| json.contains(id)) {
                    let id = text(row, 0)?;
                    let key = match kind {
                        REACTION => Key::Reaction(id.into()),
                        THREAD => Key::Thread(id.into()),
                        _ => Key::Account(id.into()),
                    };
                    told.push((key, record(row, kind, 1)?));
                }
                Ok(())
            })?;
        }
        Ok(told)
    }
}

impl Shelf<'_, '_> {
    /// The numbers of those ids that have one, as JSON.
    fn numbers<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Result<String> {
        let numbers = ids.map(|id| find(self.db, self.tenant, id)).collect::<Result<Vec<_>>>()?;
        Ok(serde_json::json!(numbers.into_iter().flatten().collect::<Vec<_>>()).to_string())
    }
}

pub(crate) fn erase(mut writer: Writer<'_>, tenant: &TenantId, ask: &EraseAsk) -> Result<Receipt> {
    let Some(tenant) = tenant_no(&writer.db, tenant)? else { return Ok(Receipt::default()) };
    let receipt = writer.erase(tenant, ask)?;
    writer.finish()?;
    Ok(receipt)
}

/// Removes what is too old. `note` hears who is erased before that is written.
pub(crate) fn retain(
    mut writer: Writer<'_>,
    tenant: &TenantId,
    ask: &RetainAsk,
    note: impl FnOnce(&Db<'_>, &[EraseAsk]) -> Result<()>,
) -> Result<Receipt> {
    let Some(tenant) = tenant_no(&writer.db, tenant)? else { return Ok(Default::default()) };
    let mut receipt = Receipt::default();
    let mut erased = Vec::new();
    if let Some(before) = ask.customers_before {
        for id in writer.customers_silent_since(tenant, before)? {
            let ask = EraseAsk::Customer(id);
            receipt.absorb(writer.erase(tenant, &ask)?);
            erased.push(ask);
        }
        let sql = "DELETE FROM records WHERE tenant = ?1 AND kind = ?2 AND at < ?3";
        receipt.add("reactions", writer.db.execute(sql, &[&tenant, &REACTION, &before.as_millis()])? as u64);
    }
    if let Some(before) = ask.messages_before {
        writer.empty_messages(tenant, before, &mut receipt)?;
        receipt.add("payloads", writer.empty_replies(tenant, before)?);
    }
    if let Some(before) = ask.raw_before {
        let sql = "UPDATE deliveries SET body = NULL WHERE tenant = ?1 AND received < ?2 AND body IS NOT NULL";
        receipt.add("raw_deliveries", writer.db.execute(sql, &[&tenant, &before.as_millis()])? as u64);
    }
    note(&writer.db, &erased)?;
    writer.finish()?;
    Ok(receipt)
}

impl Writer<'_> {
    fn erase(&mut self, tenant: i64, ask: &EraseAsk) -> Result<Receipt> {
        let belongings = Belongings::collect(&mut Shelf { db: &self.db, tenant }, ask)?;
        let mut receipt = Receipt { customers: belongings.customers.iter().cloned().collect(), ..Receipt::default() };
        if belongings.is_empty() {
            return Ok(receipt);
        }
        self.erase_traces(tenant, &belongings, &mut receipt)?;
        for id in belongings.messages.keys() {
            if let Some(no) = find(&self.db, tenant, id.as_str())? {
                let [payloads, words, raws] = self.forget(no)?;
                receipt.add("payloads", payloads);
                receipt.add("search_entries", words);
                receipt.add("raw_deliveries", raws);
            }
            for (scope, native_id) in (Shelf { db: &self.db, tenant }).aliases(id)? {
                let key = Key::Alias(scope, native_id);
                receipt.count("aliases", self.remove(tenant, &key)?);
            }
        }
        for key in belongings.keys() {
            if !matches!(key, Key::Alias(..)) {
                receipt.count(plural(&key), self.remove(tenant, &key)?);
            }
        }
        for key in belongings.keys() {
            if let Some((.., id)) = numbered(&key) {
                self.remove_name(tenant, id)?;
            }
        }
        for (key, record) in belongings.changed {
            let version = read::version(&self.db, tenant, &key)? + 1;
            self.put(tenant, &key, version, &record.into())?;
        }
        Ok(receipt)
    }

    /// What is not found by key: raw bodies, log entries, timelines, timers, effects, hints.
    fn erase_traces(&mut self, tenant: i64, belongings: &Belongings, receipt: &mut Receipt) -> Result<()> {
        let finder = belongings.finder()?;
        let db = &self.db;
        let mut found = Vec::new();
        db.each("SELECT no, body FROM deliveries WHERE tenant = ?1 AND body IS NOT NULL", &[&tenant], |row| {
            let body = row.get_ref(1).map_err(crate::error::storage)?;
            if body.as_blob().is_ok_and(|body| finder.is_in_body(body)) {
                found.push(column::<i64>(row, 0)?);
            }
            Ok(())
        })?;
        for no in found.drain(..) {
            db.execute("UPDATE deliveries SET body = NULL WHERE no = ?1", &[&no])?;
            receipt.count("raw_deliveries", true);
        }
        let sql = "SELECT no, at, customer, case_id, json FROM log WHERE tenant = ?1 AND json IS NOT NULL";
        db.each(sql, &[&tenant], |row| {
            let entry = LogEntry {
                at: time(row, 1)?,
                customer: column::<Option<String>>(row, 2)?.map(Into::into),
                case: column::<Option<String>>(row, 3)?.map(Into::into),
                json: column(row, 4)?,
            };
            if finder.is_in_entry(&entry) {
                found.push(column(row, 0)?);
            }
            Ok(())
        })?;
        for no in found {
            let sql = "UPDATE log SET customer = NULL, case_id = NULL, json = NULL, salt = NULL WHERE no = ?1";
            db.execute(sql, &[&no])?;
            receipt.count("log_entries", true);
        }
        self.erase_lines(tenant, belongings, receipt)?;
        self.erase_work(tenant, belongings, receipt)?;
        for id in &belongings.touched {
            if let Some(no) = find(&self.db, tenant, id.as_str())? {
                receipt.add("hints", self.remove_hints(no)?);
            }
        }
        self.drop_unreadable(tenant, receipt)
    }

    fn erase_lines(&mut self, tenant: i64, belongings: &Belongings, receipt: &mut Receipt) -> Result<()> {
        for id in &belongings.cases {
            let Some(no) = find(&self.db, tenant, id.as_str())? else { continue };
            for (note, kind) in [(false, "steps"), (true, "notes")] {
                let sql = "DELETE FROM timeline WHERE case_no = ?1 AND note = ?2";
                receipt.add(kind, self.db.execute(sql, &[&no, &note])? as u64);
            }
        }
        let mut gone = HashSet::new();
        for id in belongings.messages.keys() {
            gone.extend(find(&self.db, tenant, id.as_str())?);
        }
        let mut lines = Vec::new();
        self.db.each("SELECT line, message FROM timeline WHERE message IS NOT NULL", &[], |row| {
            if gone.contains(&column::<i64>(row, 1)?) {
                lines.push(column::<i64>(row, 0)?);
            }
            Ok(())
        })?;
        for line in lines {
            self.db.execute("DELETE FROM timeline WHERE line = ?1", &[&line])?;
            receipt.count("steps", true);
        }
        Ok(())
    }

    fn erase_work(&mut self, tenant: i64, belongings: &Belongings, receipt: &mut Receipt) -> Result<()> {
        let timers = self
            .db
            .all("SELECT json FROM timers WHERE tenant = ?1", &[&tenant], |row| parse::<Timer>(text(row, 0)?))?;
        for timer in timers.iter().filter(|timer| belongings.holds_timer(timer)) {
            self.remove_timer(tenant, timer.id.as_str())?;
            receipt.count("timers", true);
        }
        let sql = "SELECT json FROM effects WHERE tenant = ?1";
        let effects = self.db.all(sql, &[&tenant], |row| parse::<Effect>(text(row, 0)?))?;
        for effect in effects.iter().filter(|effect| belongings.holds_effect(&effect.action)) {
            self.db.execute("DELETE FROM effects WHERE tenant = ?1 AND id = ?2", &[&tenant, &effect.id.as_str()])?;
            receipt.count("effects", true);
        }
        Ok(())
    }

    /// Removes what was set aside and can no longer be read because its delivery is gone.
    fn drop_unreadable(&mut self, tenant: i64, receipt: &mut Receipt) -> Result<()> {
        let sql = "SELECT v, json FROM records WHERE tenant = ?1 AND kind = ?2";
        for record in self.db.all(sql, &[&tenant, &QUARANTINE], |row| record(row, QUARANTINE, 0))? {
            let Record::Quarantined(item) = record else { continue };
            let Some(no) = find(&self.db, tenant, item.delivery.as_str())? else { continue };
            let sql = "SELECT 1 FROM deliveries WHERE no = ?1 AND body IS NULL";
            if self.db.one(sql, &[&no], |_| Ok(()))?.is_some() {
                receipt.count("quarantined", self.remove(tenant, &Key::Quarantine(item.id))?);
            }
        }
        Ok(())
    }

    fn customers_silent_since(&self, tenant: i64, before: Timestamp) -> Result<Vec<CustomerId>> {
        let sql = "SELECT c.id FROM customers c WHERE c.tenant = ?1 AND NOT c.merged \
                   AND coalesce((SELECT max(m.at) FROM messages m WHERE m.customer = c.no), 0) < ?2";
        let silent = self.db.all(sql, &[&tenant, &before.as_millis()], |row| Ok(CustomerId::from(text(row, 0)?)))?;
        let mut shelf = Shelf { db: &self.db, tenant };
        let mut gone = Vec::new();
        for id in silent {
            let belongings = Belongings::collect(&mut shelf, &EraseAsk::Customer(id.clone()))?;
            // Somebody merged into them may have written lately.
            let mut is_about = belongings.wrote_since(before);
            for person in &belongings.customers {
                is_about |= shelf.cases(person)?.iter().any(Case::is_open);
            }
            if !is_about {
                gone.push(id);
            }
        }
        Ok(gone)
    }

    fn empty_messages(&mut self, tenant: i64, before: Timestamp, receipt: &mut Receipt) -> Result<()> {
        let sql = "SELECT m.no FROM messages m LEFT JOIN cases c ON c.no = m.case_no \
                   WHERE m.content IS NOT NULL AND m.tenant = ?1 AND m.at < ?2 AND NOT coalesce(c.open, 0)";
        for no in self.db.all(sql, &[&tenant, &before.as_millis()], |row| column::<i64>(row, 0))? {
            let [payloads, words] = self.empty(no)?;
            receipt.add("search_entries", words);
            receipt.add("payloads", payloads);
        }
        Ok(())
    }

    /// Removes the wordings of replies that are done, are older than that, and whose case is not open; tells how many.
    fn empty_replies(&mut self, tenant: i64, before: Timestamp) -> Result<u64> {
        let sql = "UPDATE replies SET wording_v = NULL, wording = NULL WHERE tenant = ?1 AND created < ?2 AND NOT open \
                   AND wording IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.no = case_no AND c.open)";
        Ok(self.db.execute(sql, &[&tenant, &before.as_millis()])? as u64)
    }
}

fn plural(key: &Key) -> &'static str {
    match key {
        Key::Message(_) => "messages",
        Key::Assessment(_) => "assessments",
        Key::Conversation(_) => "conversations",
        Key::Identity(_) => "identities",
        Key::Customer(_) => "customers",
        Key::Case(_) => "cases",
        Key::Slot(..) => "slots",
        Key::Reaction(_) => "reactions",
        Key::Thread(_) => "threads",
        Key::Reply(_) => "replies",
        Key::Line(_) => "lines",
        _ => "records",
    }
}

pub(crate) fn export(db: &Db<'_>, tenant: &TenantId, ask: &ExportAsk) -> Result<Vec<Exported>> {
    let Some(tenant) = tenant_no(db, tenant)? else { return Ok(Vec::new()) };
    match &ask.customer {
        Some(customer) => export_person(db, tenant, customer, ask.raw),
        None => export_all(db, tenant, ask.raw),
    }
}

fn export_person(db: &Db<'_>, tenant: i64, customer: &CustomerId, raw: bool) -> Result<Vec<Exported>> {
    let belongings = Belongings::collect(&mut Shelf { db, tenant }, &EraseAsk::Customer(customer.clone()))?;
    let mut all = Vec::new();
    for key in belongings.keys() {
        let entry = read::entry(db, tenant, &key)?;
        all.extend(entry.record.map(|record| Exported::Record { version: entry.version, record }));
    }
    for (key, record) in &belongings.parts {
        let version = read::version(db, tenant, key)?;
        all.push(Exported::Record { version, record: record.clone() });
    }
    for id in &belongings.cases {
        if let Some(no) = find(db, tenant, id.as_str())? {
            let sql = "SELECT note, v, json FROM timeline WHERE case_no = ?1 ORDER BY line";
            all.extend(db.all(sql, &[&no], exported_line)?);
        }
    }
    let timers =
        db.all("SELECT json FROM timers WHERE tenant = ?1", &[&tenant], |row| parse::<Timer>(text(row, 0)?))?;
    all.extend(timers.into_iter().filter(|timer| belongings.holds_timer(timer)).map(Exported::Timer));
    if raw {
        export_raws(db, tenant, &belongings, &mut all)?;
    }
    Ok(all)
}

/// The stretches of raw bodies that brought the messages; a whole body only if nobody else's messages came with it.
fn export_raws(db: &Db<'_>, tenant: i64, belongings: &Belongings, all: &mut Vec<Exported>) -> Result<()> {
    let mut messages = HashSet::new();
    let mut raws = BTreeSet::new();
    for id in belongings.messages.keys() {
        let Some(no) = find(db, tenant, id.as_str())? else { continue };
        messages.insert(no);
        let sql = "SELECT raw, raw_start, raw_end FROM messages WHERE no = ?1 AND raw IS NOT NULL \
                   UNION SELECT raw, raw_start, raw_end FROM earlier_raws WHERE message = ?1";
        db.each(sql, &[&no], |row| {
            raws.insert((column::<i64>(row, 0)?, column::<Option<i64>>(row, 1)?, column::<Option<i64>>(row, 2)?));
            Ok(())
        })?;
    }
    let whole: HashSet<_> = raws.iter().filter(|(_, start, _)| start.is_none()).map(|(raw, ..)| *raw).collect();
    let mut shared = HashSet::new();
    let sql = "SELECT no, raw FROM messages WHERE tenant = ?1 AND raw IS NOT NULL \
               UNION ALL SELECT e.message, e.raw FROM earlier_raws e JOIN messages m ON m.no = e.message WHERE m.tenant = ?1";
    if !whole.is_empty() {
        db.each(sql, &[&tenant], |row| {
            let (message, raw) = (column::<i64>(row, 0)?, column::<i64>(row, 1)?);
            if whole.contains(&raw) && !messages.contains(&message) {
                shared.insert(raw);
            }
            Ok(())
        })?;
    }
    for (raw, start, end) in raws {
        if start.is_none() && shared.contains(&raw) {
            continue;
        }
        let sql = "SELECT id, CASE WHEN ?2 IS NULL THEN body ELSE substr(body, ?2 + 1, ?3 - ?2) END \
                   FROM deliveries WHERE no = ?1 AND body IS NOT NULL";
        all.extend(db.one(sql, &[&raw, &start, &end], exported_raw)?);
    }
    Ok(())
}

fn export_all(db: &Db<'_>, tenant: i64, raw: bool) -> Result<Vec<Exported>> {
    let mut all = Vec::new();
    // Tables without a tenant of their own have the numbers that its names tell.
    let lists = [
        (
            "SELECT version, v, json, content_v, content, conversation FROM messages WHERE tenant = ?1 ORDER BY no",
            "message",
        ),
        (
            "SELECT t.version, t.v, t.json, t.evidence FROM names n JOIN assessments t ON t.no = n.no WHERE n.tenant = ?1",
            "assessment",
        ),
        ("SELECT version, v, json FROM cases WHERE tenant = ?1 ORDER BY no", "case"),
        (
            "SELECT t.version, t.v, t.json FROM names n JOIN conversations t ON t.no = n.no WHERE n.tenant = ?1",
            "conversation",
        ),
        ("SELECT t.version, t.v, t.json FROM names n JOIN identities t ON t.no = n.no WHERE n.tenant = ?1", "identity"),
        ("SELECT version, v, json FROM customers WHERE tenant = ?1 ORDER BY no", "customer"),
        (
            "SELECT t.version, t.v, t.json FROM names n JOIN slots t ON t.conversation = n.no WHERE n.tenant = ?1",
            "slot",
        ),
        ("SELECT version, v, json, wording_v, wording FROM replies WHERE tenant = ?1 ORDER BY no", "reply"),
        ("SELECT t.version, t.v, t.json FROM names n JOIN lines t ON t.no = n.no WHERE n.tenant = ?1", "line"),
    ];
    for (sql, kind) in lists {
        all.extend(db.all(sql, &[&tenant], |row| exported_record(row, kind))?);
    }
    // Tokens are not handed out.
    for kind in
        [PRESENCE, CURSOR, QUARANTINE, ALIAS, REACTION, THREAD, ACCOUNT, INCIDENT, OPEN_INCIDENTS, AUTOMATIC_SAID]
    {
        let sql = "SELECT version, v, json FROM records WHERE tenant = ?1 AND kind = ?2";
        all.extend(db.all(sql, &[&tenant, &kind], |row| exported_record(row, kind))?);
    }
    let sql =
        "SELECT t.note, t.v, t.json FROM timeline t JOIN cases c ON c.no = t.case_no AND c.tenant = ?1 ORDER BY t.line";
    all.extend(db.all(sql, &[&tenant], exported_line)?);
    let sql = "SELECT json FROM timers WHERE tenant = ?1";
    all.extend(db.all(sql, &[&tenant], |row| Ok(Exported::Timer(parse(text(row, 0)?)?)))?);
    if raw {
        let sql = "SELECT id, body FROM deliveries WHERE tenant = ?1 AND body IS NOT NULL";
        all.extend(db.all(sql, &[&tenant], exported_raw)?);
    }
    Ok(all)
}

fn exported_record(row: &rusqlite::Row<'_>, kind: &str) -> Result<Exported> {
    versioned(row, kind).map(|(version, record)| Exported::Record { version, record })
}

fn exported_line(row: &rusqlite::Row<'_>) -> Result<Exported> {
    let note: bool = column(row, 0)?;
    Ok(match record(row, if note { "note" } else { "step" }, 1)? {
        Record::Note(note) => Exported::Note(note),
        Record::Step(step) => Exported::Step(step),
        record => Exported::Record { version: 1, record },
    })
}

fn exported_raw(row: &rusqlite::Row<'_>) -> Result<Exported> {
    let body = row.get_ref(1).map_err(crate::error::storage)?;
    let body = body.as_bytes().map_err(|_| crate::error::damaged("raw delivery"))?;
    Ok(Exported::Raw { id: DeliveryId::from(text(row, 0)?), body: String::from_utf8_lossy(body).into_owned() })
}
