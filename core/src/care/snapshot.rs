//! What a decision reads, with versions, and what it writes on top.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{
    AgentId, Assessment, Case, CaseId, Conversation, ConversationId, Customer, CustomerId, Identity, IdentityId,
    Message, MessageId, Presence,
};
use crate::store::{Fate, Key, Loaded, Record, Versioned};

/// Records as they were read, with their versions.
#[derive(Debug, Default)]
pub struct Snapshot {
    as_of: u64,
    entries: FxHashMap<Key, Versioned>,
}

impl Snapshot {
    /// Adds what was loaded for `keys`.
    pub fn absorb(&mut self, keys: Vec<Key>, loaded: Loaded) {
        // What changed between two loads must not pass unseen, so the earliest one counts.
        self.as_of = if self.entries.is_empty() { loaded.as_of } else { self.as_of.min(loaded.as_of) };
        self.entries.extend(keys.into_iter().zip(loaded.entries));
    }

    /// The instant of the earliest load.
    pub fn as_of(&self) -> u64 {
        self.as_of
    }
}

/// A key that must be loaded before the decision can go on.
#[derive(Debug)]
pub(super) struct Missing;

pub(super) type Read<T> = Result<T, Missing>;

/// The snapshot with the decision's own writes on top.
#[derive(Debug)]
pub(super) struct Overlay<'a> {
    snapshot: &'a Snapshot,
    written: FxHashMap<Key, Versioned>,
    read: FxHashSet<Key>,
    needs: FxHashSet<Key>,
    moves: Vec<(ConversationId, ConversationId)>,
}

impl<'a> Overlay<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            written: FxHashMap::default(),
            read: FxHashSet::default(),
            needs: FxHashSet::default(),
            moves: Vec::new(),
        }
    }

    /// What an event cannot begin without; asked for at once, so that it is loaded in one round.
    pub(super) fn want<const N: usize>(&mut self, keys: [Option<Key>; N]) -> Read<()> {
        let mut complete = Ok(());
        for key in keys.into_iter().flatten() {
            if !self.is_known(&key) {
                self.needs.insert(key);
                complete = Err(Missing);
            }
        }
        complete
    }

    fn is_known(&self, key: &Key) -> bool {
        self.written.contains_key(key) || self.snapshot.entries.contains_key(key)
    }

    /// Whether something is still to be loaded, so that this pass only finds out what.
    pub(super) fn is_guessing(&self) -> bool {
        !self.needs.is_empty()
    }

    /// A key that is not loaded counts as absent for the rest of this pass, so that one pass finds all that later events
    /// need, even those that rest on earlier ones. What such a pass writes is thrown away.
    fn entry(&mut self, key: &Key) -> &Versioned {
        static ABSENT: Versioned = Versioned { version: 0, record: None };
        if let Some(entry) = self.written.get(key) {
            return entry;
        }
        match self.snapshot.entries.get(key) {
            Some(entry) => {
                if !self.read.contains(key) {
                    self.read.insert(key.clone());
                }
                entry
            }
            None => {
                self.needs.insert(key.clone());
                &ABSENT
            }
        }
    }

    pub(super) fn record(&mut self, key: &Key) -> Read<Option<&Record>> {
        Ok(self.entry(key).record.as_ref())
    }

    /// Reserves the next version of a key. A key that nobody read is new by its very name.
    pub(super) fn put(&mut self, key: Key) -> u64 {
        let version = 1 + match self.written.get(&key) {
            Some(entry) => entry.version,
            None => self.version_after_moves(&key),
        };
        self.written.insert(key, Versioned { version, record: None });
        version
    }

    /// The version of a record that was read, once the store has moved threads: each move that touches it counts.
    fn version_after_moves(&mut self, key: &Key) -> u64 {
        let Some(entry) = self.snapshot.entries.get(key) else { return 0 };
        self.read.insert(key.clone());
        let moves = entry.record.clone().map_or(0, |mut record| self.follow(&mut record));
        entry.version + moves
    }

    /// Gives the record to the version that [`Overlay::put`] has just reserved.
    pub(super) fn restore(&mut self, key: &Key, record: Record) {
        if let Some(entry) = self.written.get_mut(key) {
            entry.record = Some(record);
        }
    }

    pub(super) fn message(&mut self, id: &MessageId) -> Read<Option<Message>> {
        match self.followed(&Key::Message(id.clone())) {
            Some(Record::Message(message)) => Ok(Some(*message)),
            _ => Ok(None),
        }
    }

    pub(super) fn fate(&mut self, id: &MessageId) -> Read<Fate> {
        match self.record(&Key::Message(id.clone()))? {
            Some(Record::Fate(fate)) => Ok(fate.clone()),
            _ => Ok(Fate::default()),
        }
    }

    pub(super) fn conversation(&mut self, id: &ConversationId) -> Read<Option<Conversation>> {
        match self.record(&Key::Conversation(id.clone()))? {
            Some(Record::Conversation(conversation)) => Ok(Some(conversation.clone())),
            _ => Ok(None),
        }
    }

    pub(super) fn identity(&mut self, id: &IdentityId) -> Read<Option<Identity>> {
        match self.record(&Key::Identity(id.clone()))? {
            Some(Record::Identity(identity)) => Ok(Some((**identity).clone())),
            _ => Ok(None),
        }
    }

    pub(super) fn customer(&mut self, id: &CustomerId) -> Read<Option<Customer>> {
        match self.record(&Key::Customer(id.clone()))? {
            Some(Record::Customer(customer)) => Ok(Some(customer.clone())),
            _ => Ok(None),
        }
    }

    pub(super) fn assessment(&mut self, id: &MessageId) -> Read<Option<Assessment>> {
        match self.record(&Key::Assessment(id.clone()))? {
            Some(Record::Assessment(assessment)) => Ok(Some((**assessment).clone())),
            _ => Ok(None),
        }
    }

    pub(super) fn presence(&mut self, id: &AgentId) -> Read<Option<Presence>> {
        match self.record(&Key::Presence(id.clone()))? {
            Some(Record::Presence(presence)) => Ok(Some(presence.clone())),
            _ => Ok(None),
        }
    }

    pub(super) fn case(&mut self, id: &CaseId) -> Read<Option<Case>> {
        match self.followed(&Key::Case(id.clone())) {
            Some(Record::Case(case)) => Ok(Some(*case)),
            _ => Ok(None),
        }
    }

    /// A copy of a record, with threads that moved replaced.
    fn followed(&mut self, key: &Key) -> Option<Record> {
        let mut record = self.entry(key).record.clone()?;
        if !self.written.contains_key(key) {
            self.follow(&mut record);
        }
        Some(record)
    }

    /// The latest case between a thread and a person, also where the thread was part of another one a moment ago.
    pub(super) fn slot(&mut self, conversation: &ConversationId, customer: &CustomerId) -> Read<Option<CaseId>> {
        for (thread, moves) in self.parts_of(conversation) {
            let key = Key::Slot(thread, customer.clone());
            let Some(Record::Slot(case)) = self.entry(&key).record.clone() else { continue };
            let here = Key::Slot(conversation.clone(), customer.clone());
            if key != here {
                // As the store will do when it moves the thread.
                let version = self.version_after_moves(&key) + moves;
                self.written.insert(here, Versioned { version, record: Some(Record::Slot(case.clone())) });
            }
            return Ok(Some(case));
        }
        Ok(None)
    }

    /// A thread and those that moved into it, each with the number of moves that took.
    fn parts_of(&self, conversation: &ConversationId) -> Vec<(ConversationId, u64)> {
        let mut parts = vec![(conversation.clone(), 0)];
        let mut at = 0;
        while let Some((part, moves)) = parts.get(at).cloned() {
            let into =
                self.moves.iter().filter(|(from, to)| *to == part && !parts.iter().any(|(known, _)| known == from));
            let into: Vec<_> = into.map(|(from, _)| (from.clone(), moves + 1)).collect();
            parts.extend(into);
            at += 1;
        }
        parts
    }

    /// All messages of a case, without content, in order of time.
    pub(super) fn case_messages(&mut self, case: &CaseId) -> Read<Vec<Message>> {
        self.messages(&Key::CaseMessages(case.clone()), |message| message.case.as_ref() == Some(case))
    }

    /// Our own messages in a thread that belong to no case, without content, in order of time.
    pub(super) fn loose(&mut self, conversation: &ConversationId) -> Read<Vec<Message>> {
        let belongs = |message: &Message| {
            message.conversation == *conversation && message.case.is_none() && message.customer.is_none()
        };
        let mut all = Vec::new();
        for (thread, _) in self.parts_of(conversation) {
            all.extend(self.messages(&Key::Loose(thread), belongs)?);
        }
        in_order(&mut all);
        all.dedup_by(|a, b| a.id == b.id);
        Ok(all)
    }

    fn messages(&mut self, key: &Key, belongs: impl Fn(&Message) -> bool) -> Read<Vec<Message>> {
        let mut all = match self.record(key)? {
            Some(Record::Messages(messages)) => messages.clone(),
            _ => Vec::new(),
        };
        all.retain(|message| !self.written.contains_key(&Key::Message(message.id.clone())));
        for message in &mut all {
            self.follow_message(message);
        }
        for entry in self.written.values() {
            if let Some(Record::Message(message)) = &entry.record {
                all.push(Message { content: None, ..(**message).clone() });
            }
        }
        all.retain(|message| belongs(message));
        in_order(&mut all);
        Ok(all)
    }

    /// Moves everything of one thread into another one; the store does the same to what is not written here.
    pub(super) fn move_thread(&mut self, from: &ConversationId, to: &ConversationId) {
        self.moves.push((from.clone(), to.clone()));
        let mut slots = Vec::new();
        for (key, entry) in &mut self.written {
            let Some(record) = &mut entry.record else { continue };
            entry.version += u64::from(move_record(record, from, to));
            if let Key::Slot(thread, customer) = key
                && thread == from
            {
                slots.push((key.clone(), Key::Slot(to.clone(), customer.clone())));
            }
        }
        for (old, new) in slots {
            // Where both threads had a case of the person, the one of the thread that goes on stays the latest.
            if let Some(mut entry) = self.written.remove(&old)
                && self.entry(&new).record.is_none()
            {
                entry.version += 1;
                self.written.insert(new, entry);
            }
        }
    }

    /// Replaces threads that moved, and tells how many moves that took.
    fn follow(&self, record: &mut Record) -> u64 {
        self.moves.iter().map(|(from, to)| u64::from(move_record(record, from, to))).sum()
    }

    fn follow_message(&self, message: &mut Message) {
        for (from, to) in &self.moves {
            if message.conversation == *from {
                message.conversation = to.clone();
            }
        }
    }

    /// The keys still to load; empty once the decision is complete.
    pub(super) fn needs(&mut self) -> Vec<Key> {
        let mut needs: Vec<_> = std::mem::take(&mut self.needs).into_iter().collect();
        needs.sort_unstable();
        needs
    }

    /// What was read, with versions, and what was written, both in order of key.
    #[expect(clippy::type_complexity, reason = "two plain lists, taken apart at once by the one caller")]
    pub(super) fn finish(self) -> (Vec<(Key, u64)>, Vec<(Key, u64, Option<Record>)>) {
        let version = |key: &Key| self.snapshot.entries.get(key).map_or(0, |entry| entry.version);
        let mut reads: Vec<_> = self.read.iter().map(|key| (key.clone(), version(key))).collect();
        reads.sort_unstable();
        let mut puts: Vec<_> =
            self.written.into_iter().map(|(key, entry)| (key, entry.version, entry.record)).collect();
        puts.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        (reads, puts)
    }
}

/// Moves a record from one thread to another; whether it stood in the first.
fn move_record(record: &mut Record, from: &ConversationId, to: &ConversationId) -> bool {
    match record {
        Record::Message(message) if message.conversation == *from => {
            message.conversation = to.clone();
            true
        }
        Record::Case(case) => {
            let stood_there = case.conversations.remove(from);
            if stood_there {
                case.conversations.insert(to.clone());
            }
            stood_there
        }
        _ => false,
    }
}

fn in_order(messages: &mut [Message]) {
    messages.sort_by(|a, b| (a.at(), &a.id).cmp(&(b.at(), &b.id)));
}
