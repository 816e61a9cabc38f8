//! A store in memory: for tests, for trying things out, and as the plainest reading of the port.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use compact_str::CompactString;

use super::{
    Belongings, CaseField, ChainEnd, Commit, Counter, CounterAsk, Delivery, Effect, EraseAsk, ExportAsk, Exported, Key,
    LeaseAsk, Leased, Library, Link, Loaded, LogEntry, Logged, MessagesOf, Note, OpenFilter, Place, Receipt, Record,
    RetainAsk, Scan, ScanOf, Scanned, Settle, Store, TenantCommit, Versioned, Written, check_put, index_words,
    query_phrases,
};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Case, CaseId, Content, ConversationId, Customer, CustomerId, DeliveryId, EffectId, IdentityId, Message, MessageId,
    Presence, RawRef, Reply, ReplyId, Step, TenantId, Timer, TimerId, Timestamp, Wording,
};

/// Keeps everything in memory, behind one lock. Nothing survives the process.
#[derive(Default)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Inner {
    commits: u64,
    leases: u64,
    tenants: BTreeMap<TenantId, Shelf>,
}

/// Everything of one tenant.
#[derive(Default)]
struct Shelf {
    records: BTreeMap<Key, (u64, Record)>,
    contents: BTreeMap<MessageId, Content>,
    wordings: BTreeMap<ReplyId, Wording>,
    words: BTreeMap<MessageId, String>,
    by_case: BTreeMap<CaseId, BTreeSet<MessageId>>,
    by_thread: BTreeMap<ConversationId, BTreeSet<MessageId>>,
    earlier_raws: BTreeMap<MessageId, BTreeSet<RawRef>>,
    deliveries: BTreeMap<DeliveryId, Delivery>,
    erased_deliveries: BTreeSet<DeliveryId>,
    steps: BTreeMap<u64, Step>,
    notes: BTreeMap<u64, Note>,
    lines: u64,
    timers: BTreeMap<TimerId, Timer>,
    effects: BTreeMap<EffectId, Pending>,
    counters: BTreeMap<(CompactString, Timestamp), i64>,
    hints: BTreeSet<(CompactString, CustomerId)>,
    log: Vec<(Option<LogEntry>, Link)>,
    chain: ChainEnd,
}

/// An effect and who holds it.
struct Pending {
    effect: Effect,
    lease: Option<(u64, Timestamp)>,
    put_again: bool,
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self, tenant: &TenantId, keys: &[Key]) -> Result<Loaded> {
        let inner = self.lock();
        let entries = match inner.tenants.get(tenant) {
            Some(shelf) => keys.iter().map(|key| shelf.load(key)).collect(),
            None => keys.iter().map(|_| Versioned { version: 0, record: None }).collect(),
        };
        Ok(Loaded { as_of: inner.commits, entries })
    }

    async fn commit(&self, commit: Commit) -> Result<()> {
        let mut inner = self.lock();
        for part in &commit.tenants {
            inner.check(part)?;
        }
        let links = inner.chain(&commit.tenants)?;
        for (tenant, delivery) in commit.deliveries {
            inner.shelf(&tenant).store_delivery(delivery);
        }
        for (part, links) in commit.tenants.into_iter().zip(links) {
            inner.shelf(&part.tenant.clone()).apply(part, links);
        }
        inner.commits += 1;
        Ok(())
    }

    async fn scan(&self, tenant: &TenantId, scan: &Scan) -> Result<Scanned> {
        let after = Place::after(scan)?;
        let inner = self.lock();
        let mut found = inner.tenants.get(tenant).map(|shelf| shelf.list(&scan.of)).unwrap_or_default();
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        let from = after.map_or(0, |after| found.partition_point(|(place, _)| *place <= after));
        let limit = scan.limit.max(1);
        let more = found.len() - from > limit;
        let page = found.into_iter().skip(from).take(limit);
        let (places, records): (Vec<_>, Vec<_>) = page.unzip();
        let after = places.last().filter(|_| more).map(Place::to_cursor);
        Ok(Scanned { records, after })
    }

    async fn count_open(&self, tenant: &TenantId, filter: &OpenFilter, by: CaseField) -> Result<BTreeMap<String, u64>> {
        let inner = self.lock();
        let mut numbers = BTreeMap::new();
        for (_, record) in inner.tenants.get(tenant).into_iter().flat_map(|shelf| shelf.records.values()) {
            if let Record::Case(case) = record
                && filter.takes(case)
            {
                *numbers.entry(by.of(case)).or_default() += 1;
            }
        }
        Ok(numbers)
    }

    async fn counters(&self, tenant: &TenantId, ask: &CounterAsk) -> Result<Vec<Counter>> {
        let inner = self.lock();
        let Some(shelf) = inner.tenants.get(tenant) else { return Ok(Vec::new()) };
        let wanted = |name: &str, bucket: Timestamp| {
            name.starts_with(&ask.prefix)
                && ask.from.is_none_or(|from| bucket >= from)
                && ask.to.is_none_or(|to| bucket < to)
        };
        let counters = shelf.counters.iter().filter(|((name, bucket), _)| wanted(name, *bucket));
        Ok(counters
            .map(|((name, bucket), value)| Counter { name: name.clone(), bucket: *bucket, value: *value })
            .collect())
    }

    async fn lease(&self, ask: &LeaseAsk) -> Result<Vec<Leased>> {
        let mut inner = self.lock();
        let Inner { tenants, leases, .. } = &mut *inner;
        let mut due: Vec<_> = tenants
            .iter_mut()
            .filter(|(tenant, _)| ask.tenant.as_ref().is_none_or(|only| only == *tenant))
            .flat_map(|(tenant, shelf)| shelf.effects.values_mut().map(move |pending| (tenant, pending)))
            .filter(|(_, pending)| pending.can_be_leased(ask))
            .collect();
        due.sort_by(|(a_tenant, a), (b_tenant, b)| {
            (a.effect.due_at, a_tenant, &a.effect.id).cmp(&(b.effect.due_at, b_tenant, &b.effect.id))
        });
        let taken = due.into_iter().take(ask.limit).map(|(tenant, pending)| {
            *leases += 1;
            pending.lease = Some((*leases, ask.until));
            pending.put_again = false;
            Leased { tenant: tenant.clone(), effect: pending.effect.clone(), token: *leases }
        });
        Ok(taken.collect())
    }

    async fn settle(&self, settle: Settle) -> Result<()> {
        let mut inner = self.lock();
        let Some(shelf) = inner.tenants.get_mut(&settle.tenant) else { return Ok(()) };
        let Some(pending) = shelf.effects.get_mut(&settle.id) else { return Ok(()) };
        if pending.lease.is_none_or(|(token, _)| token != settle.token) {
            return Ok(());
        }
        pending.lease = None;
        match settle.again_at {
            _ if pending.put_again => pending.put_again = false,
            Some(again_at) => pending.effect.due_at = again_at,
            None => {
                shelf.effects.remove(&settle.id);
            }
        }
        Ok(())
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<(TenantId, Timer)>> {
        let inner = self.lock();
        let timers =
            inner.tenants.iter().flat_map(|(tenant, shelf)| shelf.timers.values().map(move |timer| (tenant, timer)));
        let mut due: Vec<_> = timers.filter(|(_, timer)| timer.due_at <= now).collect();
        due.sort_by_key(|(tenant, timer)| (timer.due_at, *tenant, &timer.id));
        Ok(due.into_iter().take(limit).map(|(tenant, timer)| (tenant.clone(), timer.clone())).collect())
    }

    async fn next_due(&self) -> Result<Option<Timestamp>> {
        let inner = self.lock();
        Ok(inner.tenants.values().flat_map(|shelf| shelf.timers.values()).map(|timer| timer.due_at).min())
    }

    async fn delivery(&self, tenant: &TenantId, id: &DeliveryId) -> Result<Option<Delivery>> {
        let inner = self.lock();
        Ok(inner.tenants.get(tenant).and_then(|shelf| shelf.deliveries.get(id)).cloned())
    }

    async fn erase(&self, tenant: &TenantId, ask: &EraseAsk) -> Result<Receipt> {
        let mut inner = self.lock();
        let Some(shelf) = inner.tenants.get_mut(tenant) else { return Ok(Receipt::default()) };
        let receipt = shelf.erase(ask)?;
        inner.commits += 1;
        Ok(receipt)
    }

    async fn export(&self, tenant: &TenantId, ask: &ExportAsk) -> Result<Vec<Exported>> {
        let mut inner = self.lock();
        let Some(shelf) = inner.tenants.get_mut(tenant) else { return Ok(Vec::new()) };
        match &ask.customer {
            Some(customer) => shelf.export_person(customer, ask.raw),
            None => Ok(shelf.export_all(ask.raw)),
        }
    }

    async fn retain(&self, tenant: &TenantId, ask: &RetainAsk) -> Result<Receipt> {
        let mut inner = self.lock();
        let Some(shelf) = inner.tenants.get_mut(tenant) else { return Ok(Receipt::default()) };
        let receipt = shelf.retain(ask)?;
        inner.commits += 1;
        Ok(receipt)
    }

    async fn log(&self, tenant: &TenantId, after: u64, limit: usize) -> Result<Vec<Logged>> {
        let inner = self.lock();
        let log = inner.tenants.get(tenant).map_or(&[][..], |shelf| &shelf.log);
        let numbered = (1..).zip(log).skip(usize::try_from(after).unwrap_or(usize::MAX)).take(limit);
        Ok(numbered
            .map(|(number, (entry, link))| Logged { number, entry: entry.clone(), link: link.clone() })
            .collect())
    }

    async fn verify_log(&self, tenant: &TenantId) -> Result<u64> {
        let inner = self.lock();
        let mut end = ChainEnd::default();
        for (entry, link) in inner.tenants.get(tenant).map_or(&[][..], |shelf| &shelf.log) {
            end.verify(entry.as_ref(), link)?;
        }
        Ok(end.entries)
    }
}

impl Inner {
    fn shelf(&mut self, tenant: &TenantId) -> &mut Shelf {
        self.tenants.entry(tenant.clone()).or_default()
    }

    fn check(&self, part: &TenantCommit) -> Result<()> {
        let shelf = self.tenants.get(&part.tenant);
        for (key, version, record) in &part.puts {
            check_put(key, *version, record.as_ref())?;
        }
        if part.as_of == self.commits {
            return Ok(());
        }
        for (key, version) in &part.reads {
            let stored = shelf.map_or(0, |shelf| shelf.version(key));
            if stored != *version {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    "somebody else changed what was read; read and decide again",
                )
                .during("commit")
                .with("read", version)
                .with("stored", stored));
            }
        }
        Ok(())
    }

    /// The links of all log entries, made before anything is written because they can fail.
    fn chain(&self, parts: &[TenantCommit]) -> Result<Vec<Vec<Link>>> {
        let mut ends: BTreeMap<&TenantId, ChainEnd> = BTreeMap::new();
        let mut links = Vec::with_capacity(parts.len());
        for TenantCommit { tenant, log, .. } in parts {
            let stored = || self.tenants.get(tenant).map(|shelf| shelf.chain).unwrap_or_default();
            let end = ends.entry(tenant).or_insert_with(stored);
            links.push(end.append(log)?);
        }
        Ok(links)
    }
}

impl Pending {
    fn can_be_leased(&self, ask: &LeaseAsk) -> bool {
        self.effect.due_at <= ask.now
            && self.lease.is_none_or(|(_, until)| until <= ask.now)
            && (ask.kinds.is_empty() || ask.kinds.contains(&self.effect.action.kind()))
    }
}

impl Shelf {
    fn load(&self, key: &Key) -> Versioned {
        let version = self.version(key);
        let record = match key {
            _ if version == 0 => None,
            Key::CaseMessages(case) => {
                let of_case = |message: &Message| message.case.as_ref() == Some(case);
                Some(Record::Messages(self.messages(self.by_case.get(case), of_case)))
            }
            Key::Loose(thread) => {
                let ours = |message: &Message| message.case.is_none() && message.customer.is_none();
                let mut loose = self.messages(self.by_thread.get(thread), ours);
                loose.drain(..loose.len().saturating_sub(Key::LOOSE_AT_MOST));
                Some(Record::Messages(loose))
            }
            Key::Delivery(_) => Some(Record::Stored),
            key => self.records.get(key).map(|(_, record)| self.with_content(record)),
        };
        Versioned { version, record }
    }

    fn version(&self, key: &Key) -> u64 {
        let version = |key: &Key| self.records.get(key).map_or(0, |(version, _)| *version);
        match key {
            Key::CaseMessages(case) => version(&Key::Case(case.clone())),
            Key::Loose(thread) => version(&Key::Conversation(thread.clone())),
            Key::Delivery(id) => (self.deliveries.contains_key(id) || self.erased_deliveries.contains(id)).into(),
            key => version(key),
        }
    }

    fn message(&self, id: &MessageId) -> Option<&Message> {
        match self.records.get(&Key::Message(id.clone())) {
            Some((_, Record::Message(message))) => Some(message),
            _ => None,
        }
    }

    fn messages(&self, ids: Option<&BTreeSet<MessageId>>, wanted: impl Fn(&Message) -> bool) -> Vec<Message> {
        let ids = ids.into_iter().flatten();
        let mut messages: Vec<_> =
            ids.filter_map(|id| self.message(id)).filter(|message| wanted(message)).cloned().collect();
        messages.sort_by(|a, b| (a.at(), &a.id).cmp(&(b.at(), &b.id)));
        messages
    }

    fn with_content(&self, record: &Record) -> Record {
        let mut record = record.clone();
        if let Record::Message(message) = &mut record {
            message.content = self.contents.get(&message.id).cloned();
        }
        if let Record::Reply(reply) = &mut record {
            reply.wording = self.wordings.get(&reply.id).cloned();
        }
        record
    }

    fn apply(&mut self, part: TenantCommit, links: Vec<Link>) {
        for (from, to) in &part.moves {
            self.move_thread(from, to);
        }
        for (key, version, record) in part.puts {
            match record {
                Some(record) => self.put(key, version, record.into_value()),
                None => drop(self.remove(&key)),
            }
        }
        for (id, raw) in part.raws {
            self.earlier_raws.entry(id).or_default().insert(raw);
        }
        for id in &part.forget {
            self.forget(id, &mut Receipt::default());
        }
        for step in part.steps {
            self.lines += 1;
            self.steps.insert(self.lines, step.into_value());
        }
        for note in part.notes {
            self.lines += 1;
            self.notes.insert(self.lines, note);
        }
        for id in &part.cancel {
            self.timers.remove(id);
        }
        let timers = part.timers.into_iter().map(Written::into_value);
        self.timers.extend(timers.map(|timer| (timer.id.clone(), timer)));
        for effect in part.effects {
            self.put_effect(effect);
        }
        for counter in part.counts {
            *self.counters.entry((counter.name, counter.bucket)).or_default() += counter.value;
        }
        self.hints.extend(part.hints);
        for (entry, link) in part.log.into_iter().zip(links) {
            self.chain = ChainEnd { chain: link.chain, entries: self.chain.entries + 1 };
            self.log.push((Some(entry), link));
        }
    }

    fn put(&mut self, key: Key, version: u64, mut record: Record) {
        if let Record::Message(message) = &mut record {
            if let Some(content) = message.content.take() {
                self.words.insert(message.id.clone(), index_words(&content.text));
                self.contents.insert(message.id.clone(), content);
            }
            let old_raw = self.message(&message.id).and_then(|old| old.raw.clone());
            if let Some(raw) = old_raw.filter(|old| message.raw.as_ref() != Some(old)) {
                self.earlier_raws.entry(message.id.clone()).or_default().insert(raw);
            }
            self.unlist(&message.id.clone());
            if let Some(case) = &message.case {
                self.by_case.entry(case.clone()).or_default().insert(message.id.clone());
            }
            self.by_thread.entry(message.conversation.clone()).or_default().insert(message.id.clone());
        }
        if let Record::Reply(reply) = &mut record
            && let Some(wording) = reply.wording.take()
        {
            self.wordings.insert(reply.id.clone(), wording);
        }
        self.records.insert(key, (version, record));
    }

    fn remove(&mut self, key: &Key) -> bool {
        if let Key::Message(id) = key {
            self.unlist(id);
            self.contents.remove(id);
            self.words.remove(id);
            self.earlier_raws.remove(id);
        }
        if let Key::Reply(id) = key {
            self.wordings.remove(id);
        }
        self.records.remove(key).is_some()
    }

    /// Takes a message out of the lists by case and thread.
    fn unlist(&mut self, id: &MessageId) {
        let Some(Message { case, conversation, .. }) = self.message(id) else { return };
        let (case, conversation) = (case.clone(), conversation.clone());
        if let Some(ids) = case.and_then(|case| self.by_case.get_mut(&case)) {
            ids.remove(id);
        }
        if let Some(ids) = self.by_thread.get_mut(&conversation) {
            ids.remove(id);
        }
    }

    fn move_thread(&mut self, from: &ConversationId, to: &ConversationId) {
        if from == to {
            return;
        }
        for id in self.by_thread.remove(from).unwrap_or_default() {
            if let Some((version, Record::Message(message))) = self.records.get_mut(&Key::Message(id.clone())) {
                message.conversation = to.clone();
                *version += 1;
            }
            self.by_thread.entry(to.clone()).or_default().insert(id);
        }
        let slots: Vec<_> = self
            .records
            .keys()
            .filter_map(|key| match key {
                Key::Slot(thread, customer) if thread == from => Some(customer.clone()),
                _ => None,
            })
            .collect();
        for customer in slots {
            let moved = self.records.remove(&Key::Slot(from.clone(), customer.clone()));
            if let Some((version, slot)) = moved {
                self.records.entry(Key::Slot(to.clone(), customer)).or_insert((version + 1, slot));
            }
        }
        for (version, record) in self.records.values_mut() {
            if let Record::Case(case) = record
                && case.conversations.remove(from)
            {
                case.conversations.insert(to.clone());
                *version += 1;
            }
        }
    }

    fn store_delivery(&mut self, delivery: Delivery) {
        if !self.erased_deliveries.contains(&delivery.id) {
            self.deliveries.entry(delivery.id.clone()).or_insert(delivery);
        }
    }

    fn put_effect(&mut self, effect: Effect) {
        let lease = self.effects.get(&effect.id).and_then(|pending| pending.lease);
        self.effects.insert(effect.id.clone(), Pending { effect, lease, put_again: lease.is_some() });
    }

    /// Removes a message's content, search entry and raw forms.
    fn forget(&mut self, id: &MessageId, receipt: &mut Receipt) {
        receipt.count("payloads", self.contents.remove(id).is_some());
        receipt.count("search_entries", self.words.remove(id).is_some());
        for raw in self.raws(id) {
            receipt.count("raw_deliveries", self.drop_body(&raw.delivery));
        }
        self.earlier_raws.remove(id);
    }

    /// The raw forms of all revisions of a message.
    fn raws(&self, id: &MessageId) -> BTreeSet<RawRef> {
        let mut raws = self.earlier_raws.get(id).cloned().unwrap_or_default();
        raws.extend(self.message(id).and_then(|message| message.raw.clone()));
        raws
    }

    fn drop_body(&mut self, id: &DeliveryId) -> bool {
        let dropped = self.deliveries.remove(id).is_some();
        if dropped {
            self.erased_deliveries.insert(id.clone());
        }
        dropped
    }

    fn list(&self, of: &ScanOf) -> Vec<(Place, Record)> {
        match of {
            ScanOf::Timeline { cases } => {
                let steps = self.steps.iter().filter(|(_, step)| cases.contains(&step.case));
                let notes = self.notes.iter().filter(|(_, note)| cases.contains(&note.case));
                let steps = steps.map(|(line, step)| (line_place(step.at, *line), Record::Step(step.clone())));
                let notes = notes.map(|(line, note)| (line_place(note.at, *line), Record::Note(note.clone())));
                steps.chain(notes).collect()
            }
            ScanOf::Search { query } => self.found(query),
            ScanOf::Customers => {
                let latest = self.latest_messages();
                let place = |customer: &Customer| {
                    let at = latest.get(&customer.id).copied().unwrap_or_default();
                    Place::newest_first(at, customer.id.as_str())
                };
                self.people().map(|customer| (place(customer), Record::Customer(customer.clone()))).collect()
            }
            ScanOf::SharedHints { customer } => self.sharing_hints(customer),
            of => {
                let placed = |(_, record): &(u64, Record)| Some((Place::of(of, record)?, self.with_content(record)));
                self.records.values().filter_map(placed).collect()
            }
        }
    }

    fn found(&self, query: &str) -> Vec<(Place, Record)> {
        let phrases = query_phrases(query);
        let fits = |words: &str| !phrases.is_empty() && phrases.iter().all(|phrase| phrase.is_in(words));
        let hits = self.words.iter().filter(|(_, words)| fits(words));
        let messages = hits.filter_map(|(id, _)| self.records.get(&Key::Message(id.clone())));
        let placed = messages.filter_map(|(_, record)| match record {
            Record::Message(message) => {
                Some((Place::newest_first(message.at(), message.id.as_str()), self.with_content(record)))
            }
            _ => None,
        });
        placed.collect()
    }

    fn people(&self) -> impl Iterator<Item = &Customer> {
        self.records.values().filter_map(|(_, record)| match record {
            Record::Customer(customer) if customer.merged_into.is_none() => Some(customer),
            _ => None,
        })
    }

    fn latest_messages(&self) -> BTreeMap<CustomerId, Timestamp> {
        let mut latest = BTreeMap::new();
        for (_, record) in self.records.values() {
            if let Record::Message(message) = record
                && let Some(customer) = &message.customer
            {
                let at = latest.entry(customer.clone()).or_insert(message.at());
                *at = message.at().max(*at);
            }
        }
        latest
    }

    fn sharing_hints(&self, customer: &CustomerId) -> Vec<(Place, Record)> {
        let facts: BTreeSet<_> = self.hints.iter().filter(|(_, of)| of == customer).map(|(fact, _)| fact).collect();
        let sharing: BTreeSet<_> =
            self.hints.iter().filter(|(fact, of)| facts.contains(fact) && of != customer).map(|(_, of)| of).collect();
        let people = self.people().filter(|person| sharing.contains(&person.id));
        people.map(|person| (Place::new(0, 0, person.id.as_str()), Record::Customer(person.clone()))).collect()
    }

    fn erase(&mut self, ask: &EraseAsk) -> Result<Receipt> {
        let belongings = Belongings::collect(self, ask)?;
        let mut receipt = Receipt { customers: belongings.customers.iter().cloned().collect(), ..Receipt::default() };
        if belongings.is_empty() {
            return Ok(receipt);
        }
        self.erase_traces(&belongings, &mut receipt)?;
        for id in belongings.messages.keys() {
            self.forget(id, &mut receipt);
            receipt.count("messages", self.remove(&Key::Message(id.clone())));
            receipt.count("assessments", self.remove(&Key::Assessment(id.clone())));
        }
        for (scope, native_id) in &belongings.aliases {
            receipt.count("aliases", self.remove(&Key::Alias(scope.clone(), native_id.clone())));
        }
        for (thread, customer) in &belongings.slots {
            receipt.count("slots", self.remove(&Key::Slot(thread.clone(), customer.clone())));
        }
        for id in &belongings.conversations {
            receipt.count("conversations", self.remove(&Key::Conversation(id.clone())));
        }
        for id in &belongings.reactions {
            receipt.count("reactions", self.remove(&Key::Reaction(id.clone())));
        }
        for id in &belongings.threads {
            receipt.count("threads", self.remove(&Key::Thread(id.clone())));
        }
        for id in &belongings.conversations {
            receipt.count("lines", self.remove(&Key::Line(id.clone())));
        }
        for id in &belongings.replies {
            receipt.count("replies", self.remove(&Key::Reply(id.clone())));
        }
        for id in &belongings.cases {
            receipt.count("cases", self.remove(&Key::Case(id.clone())));
        }
        for id in belongings.identities.keys() {
            receipt.count("identities", self.remove(&Key::Identity(id.clone())));
        }
        for id in &belongings.customers {
            self.remove(&Key::AutomaticSaid(id.as_str().into()));
            receipt.count("customers", self.remove(&Key::Customer(id.clone())));
        }
        for (key, record) in belongings.changed {
            let version = self.version(&key) + 1;
            self.put(key, version, record);
        }
        Ok(receipt)
    }

    /// What is not found by key: raw bodies, log entries, timelines, timers, effects, hints.
    fn erase_traces(&mut self, belongings: &Belongings, receipt: &mut Receipt) -> Result<()> {
        let finder = belongings.finder()?;
        let bodies: Vec<_> = self
            .deliveries
            .values()
            .filter(|delivery| finder.is_in_body(&delivery.body))
            .map(|body| body.id.clone())
            .collect();
        for id in bodies {
            receipt.count("raw_deliveries", self.drop_body(&id));
        }
        for (entry, link) in &mut self.log {
            if entry.as_ref().is_some_and(|entry| finder.is_in_entry(entry)) {
                (*entry, link.salt) = (None, None);
                receipt.count("log_entries", true);
            }
        }
        let own_message = |id: &Option<MessageId>| id.as_ref().is_some_and(|id| belongings.messages.contains_key(id));
        receipt.removed("steps", &mut self.steps, |step| {
            belongings.cases.contains(&step.case) || own_message(&step.message)
        });
        receipt.removed("notes", &mut self.notes, |note| belongings.cases.contains(&note.case));
        receipt.removed("timers", &mut self.timers, |timer| belongings.holds_timer(timer));
        receipt.removed("effects", &mut self.effects, |pending| belongings.holds_effect(&pending.effect.action));
        let before = self.hints.len();
        self.hints.retain(|(_, customer)| !belongings.touched.contains(customer));
        receipt.add("hints", (before - self.hints.len()) as u64);
        let lost = |record: &Record| match record {
            Record::Quarantined(item) => self.erased_deliveries.contains(&item.delivery),
            _ => false,
        };
        let unreadable: Vec<_> =
            self.records.iter().filter(|(_, (_, record))| lost(record)).map(|(key, _)| key.clone()).collect();
        for key in unreadable {
            receipt.count("quarantined", self.remove(&key));
        }
        Ok(())
    }

    fn export_all(&self, raw: bool) -> Vec<Exported> {
        let record = |(version, record): &(u64, Record)| Exported::Record {
            version: *version,
            record: self.with_content(record),
        };
        let kept = self.records.values().filter(|(_, kept)| !matches!(kept, Record::Token(_)));
        let mut all: Vec<_> = kept.map(record).collect();
        all.extend(self.steps.values().cloned().map(Exported::Step));
        all.extend(self.notes.values().cloned().map(Exported::Note));
        all.extend(self.timers.values().cloned().map(Exported::Timer));
        if raw {
            all.extend(self.deliveries.values().map(|delivery| exported_raw(&delivery.id, &delivery.body)));
        }
        all
    }

    fn export_person(&mut self, customer: &CustomerId, raw: bool) -> Result<Vec<Exported>> {
        let belongings = Belongings::collect(self, &EraseAsk::Customer(customer.clone()))?;
        let mut all = Vec::new();
        for key in belongings.keys() {
            if let Versioned { version, record: Some(record) } = self.load(&key) {
                all.push(Exported::Record { version, record });
            }
        }
        for (key, record) in &belongings.parts {
            all.push(Exported::Record { version: self.version(key), record: record.clone() });
        }
        let cases = &belongings.cases;
        all.extend(self.steps.values().filter(|step| cases.contains(&step.case)).cloned().map(Exported::Step));
        all.extend(self.notes.values().filter(|note| cases.contains(&note.case)).cloned().map(Exported::Note));
        all.extend(self.timers.values().filter(|timer| belongings.holds_timer(timer)).cloned().map(Exported::Timer));
        if raw {
            let raws: BTreeSet<_> = belongings.messages.keys().flat_map(|id| self.raws(id)).collect();
            for raw in raws {
                let Some(delivery) = self.deliveries.get(&raw.delivery) else { continue };
                if let Some(body) = self.part_of(&belongings, &raw, &delivery.body) {
                    all.push(exported_raw(&raw.delivery, &body));
                }
            }
        }
        Ok(all)
    }

    /// The bytes of a body that are about the belongings; `None` if they cannot be told from what others wrote.
    fn part_of(&self, belongings: &Belongings, raw: &RawRef, body: &Bytes) -> Option<Bytes> {
        if let Some(range) = raw.range {
            let range = range.start as usize..range.end as usize;
            return body.get(range.clone()).map(|_| body.slice(range));
        }
        let shared = self.records.values().any(|(_, record)| match record {
            Record::Message(message) if !belongings.messages.contains_key(&message.id) => {
                self.raws(&message.id).iter().any(|other| other.delivery == raw.delivery)
            }
            _ => false,
        });
        (!shared).then(|| body.clone())
    }

    fn retain(&mut self, ask: &RetainAsk) -> Result<Receipt> {
        let mut receipt = Receipt::default();
        if let Some(before) = ask.customers_before {
            let latest = self.latest_messages();
            let old: Vec<_> = self
                .people()
                .filter(|person| latest.get(&person.id).copied().unwrap_or_default() < before)
                .map(|person| person.id.clone())
                .collect();
            for id in old {
                if !self.is_about(&id, before)? {
                    receipt.absorb(self.erase(&EraseAsk::Customer(id))?);
                }
            }
        }
        if let Some(before) = ask.customers_before {
            let old: Vec<_> = self
                .records
                .iter()
                .filter(|(_, (_, record))| matches!(record, Record::Reaction(reaction) if reaction.at < before))
                .map(|(key, _)| key.clone())
                .collect();
            for key in old {
                receipt.count("reactions", self.remove(&key));
            }
        }
        if let Some(before) = ask.messages_before {
            let old: Vec<_> = self.contents.keys().filter(|id| self.may_lose_content(id, before)).cloned().collect();
            for id in old {
                receipt.count("payloads", self.contents.remove(&id).is_some());
                receipt.count("search_entries", self.words.remove(&id).is_some());
            }
            let old: Vec<_> = self.wordings.keys().filter(|id| self.may_lose_wording(id, before)).cloned().collect();
            for id in old {
                receipt.count("payloads", self.wordings.remove(&id).is_some());
            }
        }
        if let Some(before) = ask.raw_before {
            let old: Vec<_> = self
                .deliveries
                .values()
                .filter(|delivery| delivery.received_at < before)
                .map(|delivery| delivery.id.clone())
                .collect();
            for id in old {
                receipt.count("raw_deliveries", self.drop_body(&id));
            }
        }
        Ok(receipt)
    }

    /// Whether a reply is done and older than that, and its case is not open.
    fn may_lose_wording(&self, id: &ReplyId, before: Timestamp) -> bool {
        match self.records.get(&Key::Reply(id.clone())) {
            Some((_, Record::Reply(reply))) => {
                reply.created_at < before && !reply.state.is_open() && !self.is_open_case(reply.case.as_ref())
            }
            _ => true,
        }
    }

    fn is_open_case(&self, case: Option<&CaseId>) -> bool {
        case.is_some_and(|case| match self.records.get(&Key::Case(case.clone())) {
            Some((_, Record::Case(case))) => case.is_open(),
            _ => false,
        })
    }

    fn may_lose_content(&self, id: &MessageId, before: Timestamp) -> bool {
        let Some(message) = self.message(id) else { return false };
        message.at() < before && !self.is_open_case(message.case.as_ref())
    }

    /// Whether a person has an open case or wrote lately under the name of somebody merged into them.
    fn is_about(&mut self, customer: &CustomerId, since: Timestamp) -> Result<bool> {
        let belongings = Belongings::collect(self, &EraseAsk::Customer(customer.clone()))?;
        let has_open_case = belongings.customers.iter().any(|id| self.cases_of(id).any(Case::is_open));
        Ok(has_open_case || belongings.wrote_since(since))
    }

    fn cases_of(&self, customer: &CustomerId) -> impl Iterator<Item = &Case> {
        self.records.values().filter_map(move |(_, record)| match record {
            Record::Case(case) if case.customer == *customer => Some(&**case),
            _ => None,
        })
    }
}

impl Library for Shelf {
    fn record(&mut self, key: &Key) -> Result<Option<Record>> {
        Ok(self.records.get(key).map(|(_, record)| record.clone()))
    }

    fn messages(&mut self, of: &MessagesOf) -> Result<Vec<Message>> {
        let wanted = |message: &Message| match of {
            MessagesOf::Customer(id) => message.customer.as_ref() == Some(id),
            MessagesOf::Case(id) => message.case.as_ref() == Some(id),
            MessagesOf::Conversation(id) => message.conversation == *id,
        };
        let messages = self.records.values().filter_map(|(_, record)| match record {
            Record::Message(message) if wanted(message) => Some((**message).clone()),
            _ => None,
        });
        Ok(messages.collect())
    }

    fn cases(&mut self, customer: &CustomerId) -> Result<Vec<Case>> {
        Ok(self.cases_of(customer).cloned().collect())
    }

    fn aliases(&mut self, message: &MessageId) -> Result<Vec<(CompactString, CompactString)>> {
        let aliases = self.records.iter().filter_map(|(key, (_, record))| match (key, record) {
            (Key::Alias(scope, native_id), Record::Alias(id)) if id == message => {
                Some((scope.clone(), native_id.clone()))
            }
            _ => None,
        });
        Ok(aliases.collect())
    }

    fn replies(&mut self, customers: &BTreeSet<CustomerId>, cases: &BTreeSet<CaseId>) -> Result<Vec<Reply>> {
        let replies = self.records.values().filter_map(|(_, record)| match record {
            Record::Reply(reply) if is_among(reply, customers, cases) => Some((**reply).clone()),
            _ => None,
        });
        Ok(replies.collect())
    }

    fn roster(&mut self) -> Result<Vec<Presence>> {
        let presences = self.records.values().filter_map(|(_, record)| match record {
            Record::Presence(presence) => Some(presence.clone()),
            _ => None,
        });
        Ok(presences.collect())
    }

    fn told_of(&mut self, people: &BTreeSet<IdentityId>) -> Result<Vec<(Key, Record)>> {
        let is_one = |id: &Option<IdentityId>| id.as_ref().is_some_and(|id| people.contains(id));
        let names = |record: &Record| match record {
            Record::Reaction(reaction) => is_one(&reaction.by),
            Record::Thread(thread) => thread.signals.values().any(|signal| is_one(&signal.by)),
            Record::Account(state) => state.said.iter().any(|said| is_one(&said.person)),
            _ => false,
        };
        let named = self.records.iter().filter(|(_, (_, record))| names(record));
        Ok(named.map(|(key, (_, record))| (key.clone(), record.clone())).collect())
    }
}

fn is_among(reply: &Reply, customers: &BTreeSet<CustomerId>, cases: &BTreeSet<CaseId>) -> bool {
    reply.customer.as_ref().is_some_and(|id| customers.contains(id))
        || reply.case.as_ref().is_some_and(|id| cases.contains(id))
}

impl Receipt {
    fn removed<K: Ord, V>(&mut self, kind: &str, map: &mut BTreeMap<K, V>, gone: impl Fn(&V) -> bool) {
        let before = map.len();
        map.retain(|_, value| !gone(value));
        self.add(kind, (before - map.len()) as u64);
    }
}

fn line_place(at: Timestamp, line: u64) -> Place {
    Place::new(at.as_millis(), i64::try_from(line).unwrap_or(i64::MAX), "")
}

fn exported_raw(id: &DeliveryId, body: &[u8]) -> Exported {
    Exported::Raw { id: id.clone(), body: String::from_utf8_lossy(body).into_owned() }
}
