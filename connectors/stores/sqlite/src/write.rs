//! Commits: everything or nothing, in one transaction.

use std::collections::HashMap;
use std::fmt::Write as _;

use careline::model::{
    Case, ConversationId, Customer, CustomerId, Finding, Message, MessageId, RawRef, Reply, Step, TenantId,
};
use careline::store::{
    ChainEnd, Commit, Counter, Delivery, Effect, Key, LogEntry, Note, Record, TenantCommit, Written, check_put,
    index_words,
};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use rusqlite::ToSql;
use sha2::{Digest as _, Sha256};

use crate::db::{Db, column, text};
use crate::error::damaged;
use crate::evidence;
use crate::names::{Names, find, interned, make_tenant, tenant_no};
use crate::place::{Place, numbered, rare};
use crate::read::{self, message, record};

/// Writes a row that holds nothing but version and JSON.
macro_rules! upsert {
    ($table:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (no, version, v, json) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (no) DO UPDATE \
             SET version = excluded.version, v = excluded.v, json = excluded.json"
        )
    };
}

/// What one transaction writes.
pub(crate) struct Writer<'a> {
    pub(crate) db: Db<'a>,
    pub(crate) names: Names,
    commits: u64,
    next_line: i64,
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
        Ok(Self { db, names, commits, next_line })
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
        let absent = part.reads.iter().filter(|(_, version)| *version == 0);
        absent.filter_map(|(key, _)| numbered(key)).for_each(|(.., id)| self.names.expect_new(no, id));
        for (from, to) in &part.moves {
            self.move_thread(no, from, to)?;
        }
        for (key, version, record) in part.puts {
            match record {
                Some(record) => self.put(no, &key, version, &record)?,
                None => {
                    self.remove(no, &key)?;
                }
            }
        }
        for (id, raw) in &part.raws {
            self.put_raw(no, id, raw)?;
        }
        for id in &part.forget {
            if let Some(message) = find(&self.db, no, id.as_str())? {
                self.forget(message)?;
            }
        }
        for step in &part.steps {
            self.put_step(no, step)?;
        }
        for note in part.notes {
            self.put_note(no, note)?;
        }
        for id in &part.cancel {
            self.remove_timer(no, id.as_str())?;
        }
        for written in &part.timers {
            let timer = written.value();
            let number = self.names.number_of(&self.db, no, timer.id.as_str())?;
            let sql = "INSERT INTO timers (no, id, tenant, due, json) VALUES (?1, ?2, ?3, ?4, ?5) \
                       ON CONFLICT (no, id) DO UPDATE SET due = excluded.due, json = excluded.json";
            self.db.execute(sql, &[&number, &timer.id.as_str(), &no, &timer.due_at.as_millis(), &written.json()])?;
        }
        for effect in &part.effects {
            self.put_effect(no, effect)?;
        }
        for Counter { name, bucket, value } in &part.counts {
            let sql = "INSERT INTO counters (tenant, name, bucket, value) VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT (tenant, name, bucket) DO UPDATE SET value = value + excluded.value";
            self.db.execute(sql, &[&no, &name.as_str(), &bucket.as_millis(), value])?;
        }
        self.put_hints(no, &part.hints)?;
        self.append_log(tenant, &part.log)
    }

    fn put_delivery(&mut self, tenant: i64, delivery: &Delivery) -> Result<()> {
        self.names.expect_new(tenant, delivery.id.as_str());
        let no = self.names.number_of(&self.db, tenant, delivery.id.as_str())?;
        let sql = "INSERT OR IGNORE INTO deliveries (no, tenant, id, endpoint, channel, received, body) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Delivery { id, endpoint, channel, received_at, body } = delivery;
        let params: [&dyn ToSql; 7] =
            [&no, &tenant, &id.as_str(), endpoint, &channel.as_str(), &received_at.as_millis(), &&body[..]];
        self.db.execute(sql, &params)?;
        Ok(())
    }

    pub(crate) fn put(&mut self, tenant: i64, key: &Key, version: u64, record: &Written) -> Result<()> {
        let version = i64::try_from(version).unwrap_or(i64::MAX);
        let json = record.json();
        match (key, record.value()) {
            (_, Record::Message(message)) => self.put_message(tenant, version, message, json),
            (Key::Message(id), _) => self.put_fate(tenant, id, version, json),
            (_, Record::Case(case)) => self.put_case(tenant, version, case, json),
            (Key::Assessment(id), Record::Assessment(assessment)) => {
                self.put_assessment(tenant, id, version, &assessment.evidence, json)
            }
            (Key::Conversation(id), _) => {
                self.put_numbered(tenant, upsert!("conversations"), id.as_str(), version, json)
            }
            (Key::Identity(id), _) => self.put_numbered(tenant, upsert!("identities"), id.as_str(), version, json),
            (_, Record::Customer(customer)) => self.put_customer(tenant, version, customer, json),
            (_, Record::Reply(reply)) => self.put_reply(tenant, version, reply, json),
            (Key::Line(id), _) => self.put_numbered(tenant, upsert!("lines"), id.as_str(), version, json),
            (Key::Slot(thread, customer), _) => self.put_slot(tenant, thread, customer, version, json),
            (_, record) => self.put_rare(tenant, key, version, record, json),
        }
    }

    fn put_message(&mut self, tenant: i64, version: i64, message: &Message, json: &str) -> Result<()> {
        let no = self.no_of(tenant, message.id.as_str(), version)?;
        let content = message.content.as_ref();
        let conversation = self.names.number_of(&self.db, tenant, message.conversation.as_str())?;
        let customer = self.optional(tenant, message.customer.as_ref())?;
        let case = self.optional(tenant, message.case.as_ref())?;
        let raw = self.optional(tenant, message.raw.as_ref().map(|raw| &raw.delivery))?;
        let range = message.raw.as_ref().and_then(|raw| raw.range);
        let (start, end) = (range.map(|range| range.start), range.map(|range| range.end));
        if version > 1 {
            let sql = "INSERT INTO earlier_raws (message, raw, raw_start, raw_end) \
                       SELECT no, raw, raw_start, raw_end FROM messages WHERE no = ?1 AND raw IS NOT NULL \
                       AND NOT (raw IS ?2 AND raw_start IS ?3 AND raw_end IS ?4)";
            self.db.execute(sql, &[&no, &raw, &start, &end])?;
            if content.is_some() {
                self.remove_words(no)?;
            }
        }
        let at = message.at().as_millis();
        let written = content.map(json_of).transpose()?;
        let content_v = content.map(|_| Record::VERSION);
        let sql = "INSERT INTO messages (no, tenant, id, version, v, at, conversation, customer, case_no, raw, raw_start, \
                   raw_end, json, content_v, content) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) \
                   ON CONFLICT (no) DO UPDATE SET version = excluded.version, v = excluded.v, at = excluded.at, \
                   conversation = excluded.conversation, customer = excluded.customer, case_no = excluded.case_no, \
                   raw = excluded.raw, raw_start = excluded.raw_start, raw_end = excluded.raw_end, json = excluded.json, \
                   content_v = coalesce(excluded.content_v, content_v), content = coalesce(excluded.content, content)";
        let params: [&dyn ToSql; 15] = [
            &no,
            &tenant,
            &message.id.as_str(),
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
            &content_v,
            &written,
        ];
        self.db.execute(sql, &params)?;
        let words = content.map(|content| index_words(&content.text)).unwrap_or_default();
        if !words.is_empty() {
            self.db.execute("INSERT INTO texts (rowid, words) VALUES (?1, ?2)", &[&no, &words])?;
        }
        Ok(())
    }

    fn optional(&mut self, tenant: i64, id: Option<&impl AsRef<str>>) -> Result<Option<i64>> {
        id.map(|id| self.names.number_of(&self.db, tenant, id.as_ref())).transpose()
    }

    fn put_fate(&mut self, tenant: i64, id: &MessageId, version: i64, json: &str) -> Result<()> {
        let no = self.no_of(tenant, id.as_str(), version)?;
        let sql = "INSERT INTO messages (no, tenant, id, version, v, at, json) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6) \
                   ON CONFLICT (no) DO UPDATE SET version = excluded.version, v = excluded.v, at = 0, conversation = NULL, \
                   customer = NULL, case_no = NULL, json = excluded.json";
        self.db.execute(sql, &[&no, &tenant, &id.as_str(), &version, &Record::VERSION, &json])?;
        Ok(())
    }

    fn put_assessment(
        &mut self,
        tenant: i64,
        id: &MessageId,
        version: i64,
        evidence: &[Finding],
        json: &str,
    ) -> Result<()> {
        let no = self.no_of(tenant, id.as_str(), version)?;
        let evidence = evidence::write(evidence)?;
        let sql = "INSERT INTO assessments (no, version, v, json, evidence) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (no) DO UPDATE SET version = excluded.version, v = excluded.v, json = excluded.json, \
                   evidence = excluded.evidence";
        self.db.execute(sql, &[&no, &version, &Record::VERSION, &json, &evidence])?;
        Ok(())
    }

    /// Writes a record into a table that is keyed by number and holds nothing but version and JSON.
    fn put_numbered(&mut self, tenant: i64, sql: &'static str, id: &str, version: i64, json: &str) -> Result<()> {
        let no = self.no_of(tenant, id, version)?;
        self.db.execute(sql, &[&no, &version, &Record::VERSION, &json])?;
        Ok(())
    }

    fn put_customer(&mut self, tenant: i64, version: i64, customer: &Customer, json: &str) -> Result<()> {
        let no = self.no_of(tenant, customer.id.as_str(), version)?;
        let (id, merged) = (customer.id.as_str(), customer.merged_into.is_some());
        let sql = "INSERT INTO customers (no, tenant, id, version, v, merged, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                   ON CONFLICT (no) DO UPDATE SET version = excluded.version, v = excluded.v, merged = excluded.merged, \
                   json = excluded.json";
        self.db.execute(sql, &[&no, &tenant, &id, &version, &Record::VERSION, &merged, &json])?;
        Ok(())
    }

    fn put_slot(
        &mut self,
        tenant: i64,
        thread: &ConversationId,
        customer: &CustomerId,
        version: i64,
        json: &str,
    ) -> Result<()> {
        let thread = self.names.number_of(&self.db, tenant, thread.as_str())?;
        let customer = self.names.number_of(&self.db, tenant, customer.as_str())?;
        let sql = "INSERT INTO slots (conversation, customer, version, v, json) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (conversation, customer) DO UPDATE SET version = excluded.version, v = excluded.v, \
                   json = excluded.json";
        self.db.execute(sql, &[&thread, &customer, &version, &Record::VERSION, &json])?;
        Ok(())
    }

    fn put_case(&mut self, tenant: i64, version: i64, case: &Case, json: &str) -> Result<()> {
        let no = self.no_of(tenant, case.id.as_str(), version)?;
        let customer = self.names.number_of(&self.db, tenant, case.customer.as_str())?;
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
        for thread in &case.conversations {
            let thread = self.names.number_of(&self.db, tenant, thread.as_str())?;
            let sql = "INSERT OR IGNORE INTO threads_of_cases (conversation, case_no) VALUES (?1, ?2)";
            self.db.execute(sql, &[&thread, &no])?;
        }
        Ok(())
    }

    fn put_reply(&mut self, tenant: i64, version: i64, reply: &Reply, json: &str) -> Result<()> {
        let no = self.no_of(tenant, reply.id.as_str(), version)?;
        let customer = self.optional(tenant, reply.customer.as_ref())?;
        let case = self.optional(tenant, reply.case.as_ref())?;
        let wording = reply.wording.as_ref().map(json_of).transpose()?;
        let sql = "INSERT INTO replies (no, tenant, id, version, v, created, customer, case_no, account, state, open, \
                   json, wording_v, wording) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) \
                   ON CONFLICT (no) DO UPDATE SET version = excluded.version, v = excluded.v, \
                   created = excluded.created, customer = excluded.customer, case_no = excluded.case_no, \
                   account = excluded.account, state = excluded.state, open = excluded.open, json = excluded.json, \
                   wording_v = coalesce(excluded.wording_v, wording_v), wording = coalesce(excluded.wording, wording)";
        let params: [&dyn ToSql; 14] = [
            &no,
            &tenant,
            &reply.id.as_str(),
            &version,
            &Record::VERSION,
            &reply.created_at.as_millis(),
            &customer,
            &case,
            &reply.account.as_str(),
            &reply.state.as_str(),
            &reply.state.is_open(),
            &json,
            &wording.as_ref().map(|_| Record::VERSION),
            &wording,
        ];
        self.db.execute(sql, &params)?;
        Ok(())
    }

    fn put_rare(&mut self, tenant: i64, key: &Key, version: i64, record: &Record, json: &str) -> Result<()> {
        let (kind, id) = rare(key);
        let of = match record {
            Record::Alias(message) => Some(self.names.number_of(&self.db, tenant, message.as_str())?),
            _ => None,
        };
        let listed_at = match record {
            Record::Quarantined(item) if item.redriven_at.is_none() => Some(item.received_at.as_millis()),
            Record::Reaction(reaction) => Some(reaction.at.as_millis()),
            Record::Incident(incident) => Some(incident.opened_at.as_millis()),
            _ => None,
        };
        let sql = "INSERT INTO records (tenant, kind, id, version, v, at, of, json) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
                   ON CONFLICT (tenant, kind, id) DO UPDATE SET version = excluded.version, v = excluded.v, \
                   at = excluded.at, of = excluded.of, json = excluded.json";
        self.db.execute(sql, &[&tenant, &kind, &id, &version, &Record::VERSION, &listed_at, &of, &json])?;
        Ok(())
    }

    /// The number of a record's id.
    fn no_of(&mut self, tenant: i64, id: &str, version: i64) -> Result<i64> {
        if version == 1 {
            self.names.expect_new(tenant, id);
        }
        self.names.number_of(&self.db, tenant, id)
    }

    /// Removes a record; its name stays.
    pub(crate) fn remove(&mut self, tenant: i64, key: &Key) -> Result<bool> {
        let number = |id: &str| find(&self.db, tenant, id);
        match key {
            Key::Message(id) => {
                if let Some(no) = number(id.as_str())? {
                    self.remove_words(no)?;
                    self.db.execute("DELETE FROM earlier_raws WHERE message = ?1", &[&no])?;
                }
            }
            Key::Case(id) => {
                if let Some(no) = number(id.as_str())? {
                    self.db.execute("DELETE FROM threads_of_cases WHERE case_no = ?1", &[&no])?;
                }
            }
            Key::CaseMessages(_) | Key::Loose(_) => return Ok(false),
            _ => {}
        }
        Place::of(tenant, key, number)?.map_or(Ok(false), |place| place.delete(&self.db))
    }

    /// Removes the name of what was removed, unless something else has the same number.
    pub(crate) fn remove_name(&mut self, tenant: i64, id: &str) -> Result<()> {
        let sql = "DELETE FROM names WHERE tenant = ?1 AND id = ?2 \
                   AND no NOT IN (SELECT no FROM messages WHERE no = names.no) \
                   AND no NOT IN (SELECT no FROM conversations WHERE no = names.no) \
                   AND no NOT IN (SELECT no FROM identities WHERE no = names.no) \
                   AND no NOT IN (SELECT no FROM customers WHERE no = names.no) \
                   AND no NOT IN (SELECT no FROM cases WHERE no = names.no) \
                   AND no NOT IN (SELECT no FROM replies WHERE no = names.no) \
                   AND no NOT IN (SELECT no FROM lines WHERE no = names.no)";
        self.db.execute(sql, &[&tenant, &interned(id)])?;
        Ok(())
    }

    /// Notes one more raw form of a message.
    fn put_raw(&mut self, tenant: i64, id: &MessageId, raw: &RawRef) -> Result<()> {
        let message = self.names.number_of(&self.db, tenant, id.as_str())?;
        let delivery = self.names.number_of(&self.db, tenant, raw.delivery.as_str())?;
        let (start, end) = (raw.range.map(|range| range.start), raw.range.map(|range| range.end));
        let sql = "INSERT INTO earlier_raws (message, raw, raw_start, raw_end) SELECT ?1, ?2, ?3, ?4 \
                   WHERE NOT EXISTS (SELECT 1 FROM earlier_raws \
                                     WHERE message = ?1 AND raw = ?2 AND raw_start IS ?3 AND raw_end IS ?4)";
        self.db.execute(sql, &[&message, &delivery, &start, &end])?;
        Ok(())
    }

    /// Removes a message's content, search entry and raw forms; tells how many of each.
    pub(crate) fn forget(&mut self, no: i64) -> Result<[u64; 3]> {
        let [contents, words] = self.empty(no)?;
        let sql = "UPDATE deliveries SET body = NULL WHERE body IS NOT NULL AND no IN \
                   (SELECT raw FROM messages WHERE no = ?1 UNION SELECT raw FROM earlier_raws WHERE message = ?1)";
        let raws = self.db.execute(sql, &[&no])?;
        self.db.execute("DELETE FROM earlier_raws WHERE message = ?1", &[&no])?;
        Ok([contents, words, raws as u64])
    }

    /// Removes a message's content and search entry; tells how many of each.
    pub(crate) fn empty(&self, no: i64) -> Result<[u64; 2]> {
        let words = self.remove_words(no)?;
        let sql = "UPDATE messages SET content_v = NULL, content = NULL WHERE no = ?1 AND content IS NOT NULL";
        Ok([self.db.execute(sql, &[&no])? as u64, words.into()])
    }

    /// Takes the words of a message's content out of the search index; whether there was a content to search.
    pub(crate) fn remove_words(&self, no: i64) -> Result<bool> {
        let read = |row: &rusqlite::Row<'_>| read::content(column(row, 0)?, text(row, 1)?);
        let sql = "SELECT content_v, content FROM messages WHERE no = ?1 AND content IS NOT NULL";
        let Some(content) = self.db.one(sql, &[&no], read)? else {
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
        let from_no = self.names.number_of(&self.db, tenant, from.as_str())?;
        let to_no = self.names.number_of(&self.db, tenant, to.as_str())?;
        let sql = "SELECT no, v, json FROM messages WHERE conversation = ?1";
        for (no, mut message) in self.db.all(sql, &[&from_no], |row| Ok((column::<i64>(row, 0)?, message(row, 1)?)))? {
            message.conversation = to.clone();
            let record = Written::from(Record::Message(Box::new(message)));
            let sql = "UPDATE messages SET conversation = ?2, version = version + 1, v = ?3, json = ?4 WHERE no = ?1";
            self.db.execute(sql, &[&no, &to_no, &Record::VERSION, &record.json()])?;
        }
        self.move_cases(tenant, from_no, from, to)?;
        let sql = "UPDATE OR IGNORE slots SET conversation = ?2, version = version + 1 WHERE conversation = ?1";
        self.db.execute(sql, &[&from_no, &to_no])?;
        self.db.execute("DELETE FROM slots WHERE conversation = ?1", &[&from_no])?;
        Ok(())
    }

    fn move_cases(&mut self, tenant: i64, from_no: i64, from: &ConversationId, to: &ConversationId) -> Result<()> {
        let sql = "SELECT c.version, c.v, c.json FROM threads_of_cases t JOIN cases c ON c.no = t.case_no \
                   WHERE t.conversation = ?1";
        let cases = self.db.all(sql, &[&from_no], |row| Ok((column::<i64>(row, 0)?, record(row, "case", 1)?)))?;
        for (version, record) in cases {
            let Record::Case(mut case) = record else { continue };
            if case.conversations.remove(from) {
                case.conversations.insert(to.clone());
                let json = Record::Case(case.clone()).to_json()?;
                self.put_case(tenant, version + 1, &case, &json)?;
            }
        }
        self.db.execute("DELETE FROM threads_of_cases WHERE conversation = ?1", &[&from_no])?;
        Ok(())
    }

    fn put_step(&mut self, tenant: i64, written: &Written<Step>) -> Result<()> {
        let step = written.value();
        let message = self.optional(tenant, step.message.as_ref())?;
        self.put_line(tenant, step.case.as_str(), step.at.as_millis(), false, message, written.json())
    }

    fn put_note(&mut self, tenant: i64, note: Note) -> Result<()> {
        let (case, at) = (note.case.clone(), note.at.as_millis());
        self.put_line(tenant, case.as_str(), at, true, None, &Record::Note(note).to_json()?)
    }

    fn put_line(
        &mut self,
        tenant: i64,
        case: &str,
        at: i64,
        note: bool,
        message: Option<i64>,
        json: &str,
    ) -> Result<()> {
        let case = self.names.number_of(&self.db, tenant, case)?;
        let sql =
            "INSERT INTO timeline (line, case_no, at, note, message, v, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.db.execute(sql, &[&self.next_line, &case, &at, &note, &message, &Record::VERSION, &json])?;
        self.next_line += 1;
        Ok(())
    }

    pub(crate) fn remove_timer(&mut self, tenant: i64, id: &str) -> Result<()> {
        let no = self.names.number_of(&self.db, tenant, id)?;
        self.db.execute("DELETE FROM timers WHERE no = ?1 AND id = ?2", &[&no, &id])?;
        Ok(())
    }

    fn put_effect(&mut self, tenant: i64, effect: &Effect) -> Result<()> {
        let json = json_of(effect)?;
        let sql = "INSERT INTO effects (tenant, id, due, kind, json) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (tenant, id) DO UPDATE SET due = excluded.due, kind = excluded.kind, json = excluded.json, \
                   again = (token IS NOT NULL)";
        let due = effect.due_at.as_millis();
        self.db.execute(sql, &[&tenant, &effect.id.as_str(), &due, &effect.action.kind(), &json])?;
        Ok(())
    }

    fn put_hints(&mut self, tenant: i64, hints: &[(CompactString, CustomerId)]) -> Result<()> {
        // In order of number: the index of facts takes a step back as the beginning of a new segment.
        let mut facts = Vec::with_capacity(hints.len());
        for (fact, customer) in hints {
            facts.push((self.names.number_of(&self.db, tenant, customer.as_str())?, hashed(tenant, fact)));
        }
        facts.sort_unstable();
        facts.dedup();
        for facts in facts.chunk_by(|(one, _), (other, _)| one == other) {
            let customer = facts.first().map_or(0, |(customer, _)| *customer);
            let mut new = String::with_capacity(17 * facts.len());
            for (_, fact) in facts {
                // Writing to a text never fails.
                let _ = write!(new, "{}{fact:016x}", if new.is_empty() { "" } else { " " });
            }
            let sql = "INSERT OR IGNORE INTO hints (customer, facts) VALUES (?1, ?2)";
            if self.db.execute(sql, &[&customer, &new])? == 0 {
                let sql = "SELECT facts FROM hints WHERE customer = ?1";
                let known: String = self.db.one(sql, &[&customer], |row| column(row, 0))?.unwrap_or_default();
                let fresh = |fact: &&str| known.split(' ').all(|known| known != *fact);
                new = Vec::from_iter(new.split(' ').filter(fresh)).join(" ");
                let sql = "UPDATE hints SET facts = facts || ' ' || ?2 WHERE customer = ?1 AND ?2 <> ''";
                self.db.execute(sql, &[&customer, &new])?;
            }
            if !new.is_empty() {
                self.db.execute("INSERT INTO facts (rowid, hashes) VALUES (?1, ?2)", &[&customer, &new])?;
            }
        }
        Ok(())
    }

    /// Removes what hints at a customer; tells how many facts it was.
    pub(crate) fn remove_hints(&self, customer: i64) -> Result<u64> {
        let sql = "DELETE FROM hints WHERE customer = ?1 RETURNING facts";
        let Some(facts) = self.db.one(sql, &[&customer], |row| column::<String>(row, 0))? else { return Ok(0) };
        self.db.execute("INSERT INTO facts (facts, rowid, hashes) VALUES ('delete', ?1, ?2)", &[&customer, &facts])?;
        Ok(facts.split(' ').count() as u64)
    }

    fn append_log(&mut self, tenant: &mut Tenant, log: &[LogEntry]) -> Result<()> {
        let sql = "INSERT INTO log (tenant, at, customer, case_id, json, salt, digest, chain) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        for (entry, link) in log.iter().zip(tenant.chain.append(log)?) {
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
}

fn json_of(value: &impl serde::Serialize) -> Result<String> {
    let none = || Error::new(ErrorKind::Unexpected, "a value has no JSON form");
    // Room for a message's content, so that it does not grow to it.
    let mut json = Vec::with_capacity(1024);
    serde_json::to_writer(&mut json, value).map_err(|error| none().caused_by(error))?;
    String::from_utf8(json).map_err(|error| none().caused_by(error))
}

/// Facts are compared, never read, so a number that rarely collides will do, and tells nobody what the fact was.
fn hashed(tenant: i64, fact: &str) -> u64 {
    let digest = Sha256::new_with_prefix(tenant.to_be_bytes()).chain_update(fact).finalize();
    u64::from_be_bytes(std::array::from_fn(|at| digest[at]))
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
