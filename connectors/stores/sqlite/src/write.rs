//! Commits: everything or nothing, in one transaction.

use std::collections::HashMap;

use careline::model::{Case, ConversationId, Message, Step, TenantId};
use careline::store::{
    ChainEnd, Commit, Counter, Delivery, Effect, Key, LogEntry, Note, Record, TenantCommit, check_put, index_words,
};
use careline::{Error, ErrorKind, Result};
use rusqlite::ToSql;

use crate::db::{Db, column, text};
use crate::error::damaged;
use crate::names::{
    ALIAS, ALIAS_OF, CASE, CONVERSATION, CUSTOMER, DELIVERY, MESSAGE, Names, PART, SLOT, find, make_tenant, name,
    tenant_no,
};
use crate::read::{self, message, record};

/// What one transaction writes.
pub(crate) struct Writer<'a> {
    pub(crate) db: Db<'a>,
    pub(crate) names: Names,
    commits: u64,
    next_line: i64,
    json: Vec<u8>,
}

/// A tenant during a commit.
struct Tenant {
    no: i64,
    chain: ChainEnd,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(db: Db<'a>) -> Result<Self> {
        let read = |row: &rusqlite::Row<'_>| Ok((read::number(row, 0)?, column(row, 1)?, column(row, 2)?));
        let meta = db.one("SELECT commits, next_no, next_line FROM meta", &[], read)?;
        let (commits, next_no, next_line) = meta.ok_or_else(|| damaged("meta"))?;
        let names = Names::starting_at(next_no);
        Ok(Self { db, names, commits, next_line, json: Vec::with_capacity(4096) })
    }

    /// Notes that something was written; the last thing to do in a transaction.
    pub(crate) fn finish(self) -> Result<()> {
        let sql = "UPDATE meta SET commits = commits + 1, next_no = ?1, next_line = ?2";
        self.db.execute(sql, &[&self.names.next_no, &self.next_line])?;
        Ok(())
    }

    pub(crate) fn commit(mut self, commit: Commit) -> Result<()> {
        for part in &commit.tenants {
            self.check(part)?;
        }
        let mut tenants = HashMap::new();
        for (tenant, delivery) in &commit.deliveries {
            let tenant = self.tenant_no(&mut tenants, tenant)?;
            self.put_delivery(tenant, delivery)?;
        }
        for part in commit.tenants {
            let mut tenant = self.tenant(&mut tenants, &part.tenant)?;
            self.apply(&mut tenant, part)?;
        }
        self.finish()
    }

    fn check(&self, part: &TenantCommit) -> Result<()> {
        for (key, version, record) in &part.puts {
            check_put(key, *version, record.as_ref())?;
        }
        if part.as_of == self.commits {
            return Ok(());
        }
        let tenant = tenant_no(&self.db, &part.tenant)?;
        for (key, expected) in &part.reads {
            let stored = tenant.map_or(Ok(0), |tenant| read::version(&self.db, tenant, key))?;
            if stored != *expected {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    "somebody else changed what was read; read and decide again",
                )
                .during("commit")
                .with("read", expected)
                .with("stored", stored));
            }
        }
        Ok(())
    }

    fn tenant_no(&self, tenants: &mut HashMap<TenantId, i64>, id: &TenantId) -> Result<i64> {
        Ok(match tenants.get(id) {
            Some(no) => *no,
            None => *tenants.entry(id.clone()).or_insert(make_tenant(&self.db, id)?),
        })
    }

    fn tenant(&self, tenants: &mut HashMap<TenantId, i64>, id: &TenantId) -> Result<Tenant> {
        let no = self.tenant_no(tenants, id)?;
        let read = |row: &rusqlite::Row<'_>| Ok(ChainEnd { chain: column(row, 0)?, entries: read::number(row, 1)? });
        let chain = self.db.one("SELECT chain, entries FROM tenants WHERE no = ?1", &[&no], read)?;
        Ok(Tenant { no, chain: chain.unwrap_or_default() })
    }

    fn apply(&mut self, tenant: &mut Tenant, part: TenantCommit) -> Result<()> {
        let no = tenant.no;
        for (from, to) in &part.moves {
            self.move_thread(no, from, to)?;
        }
        for (key, version, record) in part.puts {
            match record {
                Some(record) => self.put(no, &key, version, record)?,
                None => {
                    self.remove(no, &key)?;
                }
            }
        }
        for id in &part.forget {
            if let Some(message) = read::message_no(&self.db, no, id.as_str())? {
                self.forget(message)?;
            }
        }
        for step in part.steps {
            self.put_step(no, step)?;
        }
        for note in part.notes {
            self.put_note(no, note)?;
        }
        for id in &part.cancel {
            self.db.execute("DELETE FROM timers WHERE tenant = ?1 AND id = ?2", &[&no, &id.as_str()])?;
        }
        for timer in &part.timers {
            self.write_value(timer)?;
            let json = self.json()?;
            let sql = "INSERT INTO timers (tenant, id, due, json) VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT (tenant, id) DO UPDATE SET due = excluded.due, json = excluded.json";
            self.db.execute(sql, &[&no, &timer.id.as_str(), &timer.due_at.as_millis(), &json])?;
        }
        for effect in &part.effects {
            self.put_effect(no, effect)?;
        }
        for Counter { name, bucket, value } in &part.counts {
            let sql = "INSERT INTO counters (tenant, name, bucket, value) VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT (tenant, name, bucket) DO UPDATE SET value = value + excluded.value";
            self.db.execute(sql, &[&no, &name.as_str(), &bucket.as_millis(), value])?;
        }
        for (fact, customer) in &part.hints {
            let customer = self.names.number_of(&self.db, no, CUSTOMER, customer.as_str())?;
            let sql = "INSERT OR IGNORE INTO hints (tenant, fact, customer) VALUES (?1, ?2, ?3)";
            self.db.execute(sql, &[&no, &fact.as_str(), &customer])?;
        }
        self.append_log(tenant, &part.log)
    }

    fn put_delivery(&mut self, tenant: i64, delivery: &Delivery) -> Result<()> {
        let (_, no) = self.names.number_of_new(&self.db, tenant, DELIVERY, delivery.id.as_str())?;
        let sql = "INSERT OR IGNORE INTO deliveries (no, tenant, id, endpoint, channel, received, body) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Delivery { id, endpoint, channel, received_at, body } = delivery;
        let params: [&dyn ToSql; 7] =
            [&no, &tenant, &id.as_str(), endpoint, &channel.as_str(), &received_at.as_millis(), &&body[..]];
        self.db.execute(sql, &params)?;
        Ok(())
    }

    pub(crate) fn put(&mut self, tenant: i64, key: &Key, version: u64, record: Record) -> Result<()> {
        let version = i64::try_from(version).unwrap_or(i64::MAX);
        match record {
            Record::Message(message) => self.put_message(tenant, version, message),
            Record::Fate(_) => self.put_fate(tenant, key, version, &record),
            Record::Assessment(_) => self.put_assessment(tenant, key, version, &record),
            Record::Case(_) => self.put_case(tenant, version, &record),
            _ => self.put_record(tenant, key, version, &record),
        }
    }

    fn put_message(&mut self, tenant: i64, version: i64, mut message: Box<Message>) -> Result<()> {
        let (new, no) = self.no_of(tenant, MESSAGE, message.id.as_str(), version)?;
        let content = message.content.take();
        let conversation = self.names.number_of(&self.db, tenant, CONVERSATION, message.conversation.as_str())?;
        let customer = match &message.customer {
            Some(id) => Some(self.names.number_of(&self.db, tenant, CUSTOMER, id.as_str())?),
            None => None,
        };
        let case = match &message.case {
            Some(id) => Some(self.names.number_of(&self.db, tenant, CASE, id.as_str())?),
            None => None,
        };
        let (raw, range) = match &message.raw {
            Some(raw) => (Some(self.names.number_of(&self.db, tenant, DELIVERY, raw.delivery.as_str())?), raw.range),
            None => (None, None),
        };
        let (start, end) = (range.map(|range| range.start), range.map(|range| range.end));
        if !new {
            let sql = "INSERT INTO earlier_raws (message, raw, raw_start, raw_end) \
                       SELECT no, raw, raw_start, raw_end FROM messages WHERE no = ?1 AND raw IS NOT NULL \
                       AND NOT (raw IS ?2 AND raw_start IS ?3 AND raw_end IS ?4)";
            self.db.execute(sql, &[&no, &raw, &start, &end])?;
        }
        let at = message.at().as_millis();
        let id = message.id.clone();
        let record = Record::Message(message);
        self.write_record(&record)?;
        let json = self.json()?;
        let sql = "INSERT INTO messages (no, tenant, id, version, v, at, conversation, customer, case_no, raw, raw_start, \
                   raw_end, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
                   ON CONFLICT (no) DO UPDATE SET version = excluded.version, v = excluded.v, at = excluded.at, \
                   conversation = excluded.conversation, customer = excluded.customer, case_no = excluded.case_no, \
                   raw = excluded.raw, raw_start = excluded.raw_start, raw_end = excluded.raw_end, json = excluded.json";
        let params: [&dyn ToSql; 13] = [
            &no,
            &tenant,
            &id.as_str(),
            &version,
            &Record::VERSION,
            &at,
            &conversation,
            &customer,
            &case,
            &raw,
            &start,
            &end,
            &json,
        ];
        self.db.execute(sql, &params)?;
        let Some(content) = content else { return Ok(()) };
        if !new {
            self.remove_words(no)?;
        }
        self.write_value(&content)?;
        let json = self.json()?;
        let sql = "INSERT INTO payloads (no, v, json) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (no) DO UPDATE SET v = excluded.v, json = excluded.json";
        self.db.execute(sql, &[&no, &Record::VERSION, &json])?;
        let words = index_words(&content.text);
        if !words.is_empty() {
            self.db.execute("INSERT INTO texts (rowid, words) VALUES (?1, ?2)", &[&no, &words])?;
        }
        Ok(())
    }

    fn put_fate(&mut self, tenant: i64, key: &Key, version: i64, fate: &Record) -> Result<()> {
        let (_, id) = name(key);
        let (_, no) = self.no_of(tenant, MESSAGE, &id, version)?;
        self.write_record(fate)?;
        let json = self.json()?;
        let sql = "INSERT INTO messages (no, tenant, id, version, v, at, json) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6) \
                   ON CONFLICT (no) DO UPDATE SET version = excluded.version, v = excluded.v, at = 0, conversation = NULL, \
                   customer = NULL, case_no = NULL, json = excluded.json";
        self.db.execute(sql, &[&no, &tenant, &id, &version, &Record::VERSION, &json])?;
        Ok(())
    }

    fn put_assessment(&mut self, tenant: i64, key: &Key, version: i64, assessment: &Record) -> Result<()> {
        let (kind, id) = name(key);
        let no = self.names.number_of(&self.db, tenant, kind, &id)?;
        self.write_record(assessment)?;
        let json = self.json()?;
        let sql = "INSERT INTO assessments (no, version, v, json) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (no) DO UPDATE SET version = excluded.version, v = excluded.v, json = excluded.json";
        self.db.execute(sql, &[&no, &version, &Record::VERSION, &json])?;
        Ok(())
    }

    fn put_case(&mut self, tenant: i64, version: i64, record: &Record) -> Result<()> {
        let Record::Case(case) = record else { return Ok(()) };
        let (new, no) = self.no_of(tenant, CASE, case.id.as_str(), version)?;
        let customer = self.names.number_of(&self.db, tenant, CUSTOMER, case.customer.as_str())?;
        self.write_record(record)?;
        let json = self.json()?;
        let columns = CaseColumns::of(case);
        let sql = "INSERT INTO cases (no, tenant, id, version, v, customer, team, agent, open, queued, tier, due, opened, \
                   awaiting, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) \
                   ON CONFLICT (no) DO UPDATE SET version = excluded.version, v = excluded.v, \
                   customer = excluded.customer, team = excluded.team, agent = excluded.agent, open = excluded.open, \
                   queued = excluded.queued, tier = excluded.tier, due = excluded.due, opened = excluded.opened, \
                   awaiting = excluded.awaiting, json = excluded.json";
        let params: [&dyn ToSql; 15] = [
            &no,
            &tenant,
            &case.id.as_str(),
            &version,
            &Record::VERSION,
            &customer,
            &case.team.as_str(),
            &columns.agent,
            &columns.open,
            &columns.queued,
            &case.tier,
            &columns.due,
            &columns.opened,
            &columns.awaiting,
            &json,
        ];
        self.db.execute(sql, &params)?;
        if !new {
            self.db.execute("DELETE FROM threads_of_cases WHERE case_no = ?1", &[&no])?;
        }
        for thread in &case.conversations {
            let thread = self.names.number_of(&self.db, tenant, CONVERSATION, thread.as_str())?;
            let sql = "INSERT OR IGNORE INTO threads_of_cases (conversation, case_no) VALUES (?1, ?2)";
            self.db.execute(sql, &[&thread, &no])?;
        }
        Ok(())
    }

    fn put_record(&mut self, tenant: i64, key: &Key, version: i64, record: &Record) -> Result<()> {
        let (kind, id) = name(key);
        let (_, no) = self.no_of(tenant, kind, &id, version)?;
        if let (Key::Alias(scope, native_id), Record::Alias(message)) = (key, record) {
            self.names.number_of(&self.db, tenant, ALIAS_OF, &format!("{message}{PART}{scope}{PART}{native_id}"))?;
        }
        self.write_record(record)?;
        let json = self.json()?;
        let sql = "INSERT INTO records (no, version, v, at, json) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (no) DO UPDATE SET version = excluded.version, v = excluded.v, at = excluded.at, \
                   json = excluded.json";
        self.db.execute(sql, &[&no, &version, &Record::VERSION, &listed_at(record), &json])?;
        Ok(())
    }

    /// The number of a record's name, and whether it is new; a first version is probably new.
    fn no_of(&mut self, tenant: i64, kind: u8, id: &str, version: i64) -> Result<(bool, i64)> {
        if version == 1 {
            return self.names.number_of_new(&self.db, tenant, kind, id);
        }
        Ok((false, self.names.number_of(&self.db, tenant, kind, id)?))
    }

    /// Removes a record; its name stays.
    pub(crate) fn remove(&mut self, tenant: i64, key: &Key) -> Result<bool> {
        let (kind, id) = name(key);
        let Some(no) = find(&self.db, tenant, kind, &id)? else { return Ok(false) };
        let sql = match key {
            Key::Message(_) => {
                self.remove_words(no)?;
                self.db.execute("DELETE FROM payloads WHERE no = ?1", &[&no])?;
                self.db.execute("DELETE FROM earlier_raws WHERE message = ?1", &[&no])?;
                "DELETE FROM messages WHERE no = ?1"
            }
            Key::Assessment(_) => "DELETE FROM assessments WHERE no = ?1",
            Key::Case(_) => {
                self.db.execute("DELETE FROM threads_of_cases WHERE case_no = ?1", &[&no])?;
                "DELETE FROM cases WHERE no = ?1"
            }
            _ => "DELETE FROM records WHERE no = ?1",
        };
        Ok(self.db.execute(sql, &[&no])? > 0)
    }

    /// Removes a message's content, search entry and raw forms; tells how many of each.
    pub(crate) fn forget(&mut self, no: i64) -> Result<[u64; 3]> {
        let words = self.remove_words(no)?;
        let payloads = self.db.execute("DELETE FROM payloads WHERE no = ?1", &[&no])?;
        let sql = "UPDATE deliveries SET body = NULL WHERE body IS NOT NULL AND no IN \
                   (SELECT raw FROM messages WHERE no = ?1 UNION SELECT raw FROM earlier_raws WHERE message = ?1)";
        let raws = self.db.execute(sql, &[&no])?;
        self.db.execute("DELETE FROM earlier_raws WHERE message = ?1", &[&no])?;
        Ok([payloads as u64, words.into(), raws as u64])
    }

    /// Takes the words of a message's content out of the search index; whether there was a content to search.
    pub(crate) fn remove_words(&mut self, no: i64) -> Result<bool> {
        let read = |row: &rusqlite::Row<'_>| read::content(column(row, 0)?, text(row, 1)?);
        let Some(content) = self.db.one("SELECT v, json FROM payloads WHERE no = ?1", &[&no], read)? else {
            return Ok(false);
        };
        let words = index_words(&content.text);
        if !words.is_empty() {
            self.db.execute("INSERT INTO texts (texts, rowid, words) VALUES ('delete', ?1, ?2)", &[&no, &words])?;
        }
        Ok(true)
    }

    fn move_thread(&mut self, tenant: i64, from: &ConversationId, to: &ConversationId) -> Result<()> {
        if from == to {
            return Ok(());
        }
        let from_no = self.names.number_of(&self.db, tenant, CONVERSATION, from.as_str())?;
        let to_no = self.names.number_of(&self.db, tenant, CONVERSATION, to.as_str())?;
        let sql = "SELECT no, v, json FROM messages WHERE conversation = ?1";
        for (no, mut message) in self.db.all(sql, &[&from_no], |row| Ok((column::<i64>(row, 0)?, message(row, 1)?)))? {
            message.conversation = to.clone();
            self.write_record(&Record::Message(Box::new(message)))?;
            let json = self.json()?;
            let sql = "UPDATE messages SET conversation = ?2, version = version + 1, v = ?3, json = ?4 WHERE no = ?1";
            self.db.execute(sql, &[&no, &to_no, &Record::VERSION, &json])?;
        }
        self.move_cases(tenant, from_no, from, to)?;
        self.move_slots(tenant, from, to)
    }

    fn move_cases(&mut self, tenant: i64, from_no: i64, from: &ConversationId, to: &ConversationId) -> Result<()> {
        let sql = "SELECT c.version, c.v, c.json FROM threads_of_cases t JOIN cases c ON c.no = t.case_no \
                   WHERE t.conversation = ?1";
        let cases = self.db.all(sql, &[&from_no], |row| Ok((column::<i64>(row, 0)?, record(row, "case", 1)?)))?;
        for (version, record) in cases {
            let Record::Case(mut case) = record else { continue };
            case.conversations.remove(from);
            case.conversations.insert(to.clone());
            self.put_case(tenant, version + 1, &Record::Case(case))?;
        }
        Ok(())
    }

    fn move_slots(&mut self, tenant: i64, from: &ConversationId, to: &ConversationId) -> Result<()> {
        let sql = "SELECT n.id, r.no, r.version, r.v, r.json FROM names n JOIN records r ON r.no = n.no \
                   WHERE n.tenant = ?1 AND n.kind = ?2 AND n.id > ?3 AND n.id < ?4";
        let (first, last) = prefix_range(from.as_str());
        let slots = self.db.all(sql, &[&tenant, &SLOT, &first, &last], |row| {
            let customer = text(row, 0)?.rsplit(PART).next().unwrap_or_default().to_owned();
            Ok((customer, column::<i64>(row, 1)?, column::<i64>(row, 2)?, record(row, "slot", 3)?))
        })?;
        for (customer, no, version, slot) in slots {
            self.db.execute("DELETE FROM records WHERE no = ?1", &[&no])?;
            let key = Key::Slot(to.clone(), customer.into());
            if read::version(&self.db, tenant, &key)? == 0 {
                self.put_record(tenant, &key, version + 1, &slot)?;
            }
        }
        Ok(())
    }

    fn put_step(&mut self, tenant: i64, step: Step) -> Result<()> {
        let message = match &step.message {
            Some(id) => Some(self.names.number_of(&self.db, tenant, MESSAGE, id.as_str())?),
            None => None,
        };
        let (case, at) = (step.case.clone(), step.at.as_millis());
        self.put_line(tenant, case.as_str(), at, false, message, &Record::Step(step))
    }

    fn put_note(&mut self, tenant: i64, note: Note) -> Result<()> {
        let (case, at) = (note.case.clone(), note.at.as_millis());
        self.put_line(tenant, case.as_str(), at, true, None, &Record::Note(note))
    }

    fn put_line(
        &mut self,
        tenant: i64,
        case: &str,
        at: i64,
        note: bool,
        message: Option<i64>,
        record: &Record,
    ) -> Result<()> {
        let case = self.names.number_of(&self.db, tenant, CASE, case)?;
        self.write_record(record)?;
        let json = self.json()?;
        let sql =
            "INSERT INTO timeline (line, case_no, at, note, message, v, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.db.execute(sql, &[&self.next_line, &case, &at, &note, &message, &Record::VERSION, &json])?;
        self.next_line += 1;
        Ok(())
    }

    fn put_effect(&mut self, tenant: i64, effect: &Effect) -> Result<()> {
        self.write_value(effect)?;
        let json = self.json()?;
        let sql = "INSERT INTO effects (tenant, id, due, kind, json) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (tenant, id) DO UPDATE SET due = excluded.due, kind = excluded.kind, json = excluded.json, \
                   again = (token IS NOT NULL)";
        let due = effect.due_at.as_millis();
        self.db.execute(sql, &[&tenant, &effect.id.as_str(), &due, &effect.action.kind(), &json])?;
        Ok(())
    }

    fn append_log(&mut self, tenant: &mut Tenant, log: &[LogEntry]) -> Result<()> {
        let sql = "INSERT INTO log (tenant, at, customer, case_id, json, salt, digest, chain) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        for entry in log {
            let link = tenant.chain.append(entry)?;
            let customer = entry.customer.as_ref().map(|id| id.as_str());
            let case = entry.case.as_ref().map(|id| id.as_str());
            let params: [&dyn ToSql; 8] = [
                &tenant.no,
                &entry.at.as_millis(),
                &customer,
                &case,
                &entry.json,
                &link.salt,
                &link.digest,
                &link.chain,
            ];
            self.db.execute(sql, &params)?;
        }
        if !log.is_empty() {
            let entries = i64::try_from(tenant.chain.entries).unwrap_or(i64::MAX);
            let sql = "UPDATE tenants SET chain = ?2, entries = ?3 WHERE no = ?1";
            self.db.execute(sql, &[&tenant.no, &tenant.chain.chain, &entries])?;
        }
        Ok(())
    }

    /// Removes the aliases of a message from `names`, which hold native ids.
    pub(crate) fn remove_alias_names(&mut self, tenant: i64, message: &str, alias: &Key) -> Result<()> {
        let (_, id) = name(alias);
        let sql = "DELETE FROM names WHERE tenant = ?1 AND kind = ?2 AND id = ?3";
        self.db.execute(sql, &[&tenant, &ALIAS, &id])?;
        self.db.execute(sql, &[&tenant, &ALIAS_OF, &format!("{message}{PART}{id}")])?;
        Ok(())
    }

    fn write_record(&mut self, record: &Record) -> Result<()> {
        self.json.clear();
        record.write_json(&mut self.json)
    }

    fn write_value(&mut self, value: &impl serde::Serialize) -> Result<()> {
        self.json.clear();
        serde_json::to_writer(&mut self.json, value)
            .map_err(|error| Error::new(ErrorKind::Unexpected, "a value has no JSON form").caused_by(error))
    }

    /// What was written last.
    fn json(&self) -> Result<&str> {
        std::str::from_utf8(&self.json).map_err(|_| damaged("JSON"))
    }
}

/// The names that begin with `first` and a separator: greater than the one, smaller than the other.
pub(crate) fn prefix_range(first: &str) -> (String, String) {
    (format!("{first}{PART}"), format!("{first} "))
}

/// What scans of cases need.
struct CaseColumns<'a> {
    agent: Option<&'a str>,
    open: bool,
    queued: bool,
    due: i64,
    opened: i64,
    awaiting: Option<i64>,
}

impl<'a> CaseColumns<'a> {
    fn of(case: &'a Case) -> Self {
        Self {
            agent: case.assignment.as_ref().map(|assignment| assignment.agent.as_str()),
            open: case.is_open(),
            queued: case.status == careline::model::CaseStatus::Queued,
            due: case.due_at.map_or(careline::store::Place::NO_DEADLINE, |at| at.as_millis()),
            opened: case.opened_at.as_millis(),
            awaiting: case.awaiting_since.filter(|_| case.is_open()).map(|at| at.as_millis()),
        }
    }
}

/// The time that places a record in scans; `None` if it is not listed.
fn listed_at(record: &Record) -> Option<i64> {
    match record {
        // A person who wrote nothing is listed last.
        Record::Customer(customer) => customer.merged_into.is_none().then_some(0),
        Record::Quarantined(item) => item.redriven_at.is_none().then(|| item.received_at.as_millis()),
        _ => None,
    }
}
