//! What a decision reads, with versions, and what it writes on top.

use std::collections::BTreeSet;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::model::{
    AgentId, Assessment, Case, CaseId, Conversation, ConversationId, Customer, CustomerId, Identity, IdentityId,
    Message, MessageId, Presence,
};
use crate::store::{Fate, Key, Loaded, Record, Versioned, Written};

/// Records as they were read, with their versions.
#[derive(Debug, Default)]
pub struct Snapshot {
    as_of: u64,
    places: FxHashMap<Key, usize>,
    entries: Vec<Versioned>,
}

impl Snapshot {
    /// Adds what was loaded for `keys`.
    pub fn absorb(&mut self, keys: Vec<Key>, loaded: Loaded) {
        // What changed between two loads must not pass unseen, so the earliest one counts.
        self.as_of = if self.entries.is_empty() { loaded.as_of } else { self.as_of.min(loaded.as_of) };
        self.places.extend(keys.into_iter().zip(self.entries.len()..));
        self.entries.extend(loaded.entries);
    }

    fn entry(&self, key: &Key) -> Option<&Versioned> {
        self.places.get(key).map(|place| &self.entries[*place])
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
    written: FxHashMap<Key, Put>,
    /// Which entries of the snapshot were looked at.
    read: Vec<bool>,
    needs: Vec<Key>,
    moves: Moves,
    places: Places,
}

/// A record written by the decision, or removed.
#[derive(Debug)]
struct Put {
    version: u64,
    record: Option<Written>,
}

/// Which written records stand where, so that no event looks through all of them. What stands elsewhere by now may still
/// be named: whoever reads looks at the record, too.
#[derive(Debug, Default)]
struct Places {
    loose: FxHashMap<ConversationId, FxHashSet<MessageId>>,
    /// Absent until somebody asks, which is rare.
    by_case: Option<FxHashMap<CaseId, FxHashSet<MessageId>>>,
    /// Absent until a thread moves, which is rarer.
    by_thread: Option<FxHashMap<ConversationId, Vec<Key>>>,
}

impl Places {
    fn note(&mut self, key: &Key, record: &Record) {
        if let Record::Message(message) = record
            && message.case.is_none()
            && message.customer.is_none()
        {
            self.loose.entry(message.conversation.clone()).or_default().insert(message.id.clone());
        }
        if let Some(by_case) = &mut self.by_case {
            note_case(by_case, record);
        }
        if let Some(by_thread) = &mut self.by_thread {
            note_threads(by_thread, key, record);
        }
    }
}

fn note_case(by_case: &mut FxHashMap<CaseId, FxHashSet<MessageId>>, record: &Record) {
    if let Record::Message(message) = record
        && let Some(case) = &message.case
    {
        by_case.entry(case.clone()).or_default().insert(message.id.clone());
    }
}

fn note_threads(by_thread: &mut FxHashMap<ConversationId, Vec<Key>>, key: &Key, record: &Record) {
    let mut note = |thread: &ConversationId| by_thread.entry(thread.clone()).or_default().push(key.clone());
    match (key, record) {
        (_, Record::Message(message)) => note(&message.conversation),
        (_, Record::Case(case)) => case.conversations.iter().for_each(note),
        (Key::Slot(thread, _), Record::Slot(_)) => note(thread),
        _ => {}
    }
}

/// Threads that moved into others, in order. The store does the same, one after the other, so a move that comes earlier
/// does not carry on one that comes later.
#[derive(Debug, Default)]
struct Moves {
    out: FxHashMap<ConversationId, (usize, ConversationId)>,
    into: FxHashMap<ConversationId, Vec<ConversationId>>,
}

impl Moves {
    fn add(&mut self, from: &ConversationId, to: &ConversationId) {
        self.out.insert(from.clone(), (self.out.len(), to.clone()));
        self.into.entry(to.clone()).or_default().push(from.clone());
    }

    fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Where what stood in `thread` stands now, and the moves that took it there.
    fn follow(&self, thread: &ConversationId) -> (ConversationId, Vec<usize>) {
        let (mut at, mut steps) = (thread.clone(), Vec::new());
        while let Some((step, to)) = self.out.get(&at).filter(|(step, _)| steps.last().is_none_or(|last| last < step)) {
            steps.push(*step);
            at = to.clone();
        }
        (at, steps)
    }

    /// Replaces the threads of a record by those they moved into; how many moves touched it.
    fn apply(&self, record: &mut Record) -> u64 {
        if self.is_empty() {
            return 0;
        }
        let steps = match record {
            Record::Message(message) => {
                let (thread, steps) = self.follow(&message.conversation);
                message.conversation = thread;
                steps.len()
            }
            Record::Case(case) => {
                let followed: Vec<_> = case.conversations.iter().map(|thread| self.follow(thread)).collect();
                let steps: BTreeSet<_> = followed.iter().flat_map(|(_, steps)| steps).collect();
                let steps = steps.len();
                case.conversations = followed.into_iter().map(|(thread, _)| thread).collect();
                steps
            }
            _ => 0,
        };
        steps as u64
    }
}

impl<'a> Overlay<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            // About as many are written as were read.
            written: FxHashMap::with_capacity_and_hasher(snapshot.entries.len(), FxBuildHasher),
            read: vec![false; snapshot.entries.len()],
            needs: Vec::new(),
            moves: Moves::default(),
            places: Places::default(),
        }
    }

    /// What an event cannot begin without; asked for at once, so that it is loaded in one round.
    pub(super) fn want<const N: usize>(&mut self, keys: [Option<Key>; N]) -> Read<()> {
        let mut complete = Ok(());
        for key in keys.into_iter().flatten() {
            if !self.is_known(&key) {
                self.needs.push(key);
                complete = Err(Missing);
            }
        }
        complete
    }

    /// Has these loaded, too, if they are not.
    pub(super) fn want_all(&mut self, keys: &[Key]) {
        for key in keys {
            if !self.is_known(key) {
                self.needs.push(key.clone());
            }
        }
    }

    fn is_known(&self, key: &Key) -> bool {
        self.snapshot.places.contains_key(key) || self.written.contains_key(key)
    }

    /// Whether something is still to be loaded, so that this pass only finds out what.
    pub(super) fn is_guessing(&self) -> bool {
        !self.needs.is_empty()
    }

    /// A key that is not loaded counts as absent for the rest of this pass, so that one pass finds all that later events
    /// need, even those that rest on earlier ones. What such a pass writes is thrown away.
    fn entry(&mut self, key: &Key) -> Option<&Record> {
        if let Some(put) = self.written.get(key) {
            return put.record.as_ref().map(Written::value);
        }
        if let Some(place) = self.snapshot.places.get(key) {
            self.read[*place] = true;
            return self.snapshot.entries[*place].record.as_ref();
        }
        match self.rests_on(key) {
            Some(place) => self.read[place] = true,
            None => self.needs.push(key.clone()),
        }
        None
    }

    /// A key that was not loaded because there can be nothing under it: what is known to be absent has no slots, no messages
    /// and no assessment. Gives the place of what is absent.
    fn rests_on(&self, key: &Key) -> Option<usize> {
        let whole = match key {
            Key::Loose(thread) | Key::Slot(thread, _) => Key::Conversation(thread.clone()),
            Key::CaseMessages(case) => Key::Case(case.clone()),
            Key::Assessment(message) => Key::Message(message.clone()),
            _ => return None,
        };
        self.snapshot.places.get(&whole).copied().filter(|place| self.snapshot.entries[*place].version == 0)
    }

    pub(super) fn record(&mut self, key: &Key) -> Read<Option<&Record>> {
        Ok(self.entry(key))
    }

    /// The next version of a key that is to be written. A key that nobody read is new by its very name.
    pub(super) fn next_version(&mut self, key: &Key) -> u64 {
        1 + match self.written.get(key) {
            Some(put) => put.version,
            None => self.version_after_moves(key),
        }
    }

    /// Writes a record, or removes it.
    pub(super) fn put(&mut self, key: Key, version: u64, record: Option<Written>) {
        if let Some(record) = &record {
            self.places.note(&key, record.value());
        }
        self.written.insert(key, Put { version, record });
    }

    /// The version of a record that was read, once the store has moved threads: each move that touches it counts.
    fn version_after_moves(&mut self, key: &Key) -> u64 {
        let Some(place) = self.snapshot.places.get(key) else { return 0 };
        self.read[*place] = true;
        let entry = &self.snapshot.entries[*place];
        if self.moves.is_empty() {
            return entry.version;
        }
        entry.version + entry.record.clone().map_or(0, |mut record| self.moves.apply(&mut record))
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
        let mut record = self.entry(key)?.clone();
        if !self.written.contains_key(key) {
            self.moves.apply(&mut record);
        }
        Some(record)
    }

    /// The latest case between a thread and a person, also where the thread was part of another one a moment ago.
    pub(super) fn slot(&mut self, conversation: &ConversationId, customer: &CustomerId) -> Read<Option<CaseId>> {
        for (thread, moves) in self.parts_of(conversation) {
            let key = Key::Slot(thread, customer.clone());
            let Some(Record::Slot(case)) = self.entry(&key).cloned() else { continue };
            let here = Key::Slot(conversation.clone(), customer.clone());
            if key != here {
                // As the store will do when it moves the thread.
                let version = self.version_after_moves(&key) + moves;
                self.put(here, version, Some(Record::Slot(case.clone()).into()));
            }
            return Ok(Some(case));
        }
        Ok(None)
    }

    /// A thread and those that moved into it, each with the number of moves that took. What began in this very decision has
    /// nothing in the store, so it is left out.
    fn parts_of(&self, conversation: &ConversationId) -> Vec<(ConversationId, u64)> {
        let mut parts = vec![(conversation.clone(), 0)];
        let mut at = 0;
        while let Some((part, moves)) = parts.get(at).cloned() {
            let into = self.moves.into.get(&part).into_iter().flatten();
            parts.extend(into.map(|from| (from.clone(), moves + 1)));
            at += 1;
        }
        parts.retain(|(part, moves)| *moves == 0 || self.was_stored(part));
        parts
    }

    fn was_stored(&self, thread: &ConversationId) -> bool {
        self.snapshot.entry(&Key::Conversation(thread.clone())).is_none_or(|entry| entry.version > 0)
    }

    /// All messages of a case, without content, in order of time.
    pub(super) fn case_messages(&mut self, case: &CaseId) -> Read<Vec<Message>> {
        let mut all = self.stored(&Key::CaseMessages(case.clone()))?;
        let by_case = self.places.by_case.get_or_insert_with(|| {
            let mut by_case = FxHashMap::default();
            records(&self.written).for_each(|(_, record)| note_case(&mut by_case, record));
            by_case
        });
        all.extend(written_among(&self.written, by_case.get(case)));
        all.retain(|message| message.case.as_ref() == Some(case));
        in_order(&mut all);
        Ok(all)
    }

    /// Our own messages in a thread that belong to no case, without content, in order of time.
    pub(super) fn loose(&mut self, conversation: &ConversationId) -> Read<Vec<Message>> {
        let mut all = Vec::new();
        for (thread, _) in self.parts_of(conversation) {
            all.extend(self.stored(&Key::Loose(thread))?);
        }
        all.extend(written_among(&self.written, self.places.loose.get(conversation)));
        all.retain(|message| {
            message.conversation == *conversation && message.case.is_none() && message.customer.is_none()
        });
        in_order(&mut all);
        all.drain(..all.len().saturating_sub(Key::LOOSE_AT_MOST));
        Ok(all)
    }

    /// Messages as they were listed, without those written since.
    fn stored(&mut self, key: &Key) -> Read<Vec<Message>> {
        let listed = match self.record(key)? {
            Some(Record::Messages(messages)) => messages.clone(),
            _ => Vec::new(),
        };
        let unwritten =
            listed.into_iter().filter(|message| !self.written.contains_key(&Key::Message(message.id.clone())));
        Ok(unwritten
            .map(|mut message| {
                message.conversation = self.moves.follow(&message.conversation).0;
                message
            })
            .collect())
    }

    /// Moves everything of one thread into another one; the store does the same to what is not written here.
    pub(super) fn move_thread(&mut self, from: &ConversationId, to: &ConversationId) {
        self.moves.add(from, to);
        for key in self.written_in(from) {
            if let Key::Slot(thread, customer) = &key {
                if thread == from {
                    self.move_slot(&key, Key::Slot(to.clone(), customer.clone()));
                }
            } else if let Some(put) = self.written.get_mut(&key)
                && let Some(record) = &mut put.record
            {
                put.version += u64::from(record.change(|record| move_record(record, from, to)));
                self.places.note(&key, record.value());
            }
        }
    }

    /// The keys of what was written in a thread, which is about to leave it.
    fn written_in(&mut self, thread: &ConversationId) -> Vec<Key> {
        let by_thread = self.places.by_thread.get_or_insert_with(|| {
            let mut by_thread = FxHashMap::default();
            records(&self.written).for_each(|(key, record)| note_threads(&mut by_thread, key, record));
            by_thread
        });
        by_thread.remove(thread).unwrap_or_default()
    }

    /// Where both threads had a case of the person, the one of the thread that goes on stays the latest.
    fn move_slot(&mut self, old: &Key, new: Key) {
        let Some(put) = self.written.remove(old) else { return };
        if self.entry(&new).is_none() {
            self.put(new, put.version + 1, put.record);
        }
    }

    /// The keys still to load; empty once the decision is complete.
    pub(super) fn needs(&mut self) -> Vec<Key> {
        let mut needs = std::mem::take(&mut self.needs);
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// What was read, with versions, and what was written, in order of key.
    #[expect(clippy::type_complexity, reason = "two plain lists, taken apart at once by the one caller")]
    pub(super) fn finish(self) -> (Vec<(Key, u64)>, Vec<(Key, u64, Option<Written>)>) {
        let read = self.snapshot.places.iter().filter(|(_, place)| self.read[**place]);
        let reads = read.map(|(key, place)| (key.clone(), self.snapshot.entries[*place].version)).collect();
        let mut puts: Vec<_> = self.written.into_iter().map(|(key, put)| (key, put.version, put.record)).collect();
        puts.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        (reads, puts)
    }
}

fn records(written: &FxHashMap<Key, Put>) -> impl Iterator<Item = (&Key, &Record)> {
    written.iter().filter_map(|(key, put)| Some((key, put.record.as_ref()?.value())))
}

/// The messages of these ids, without content.
fn written_among(written: &FxHashMap<Key, Put>, ids: Option<&FxHashSet<MessageId>>) -> impl Iterator<Item = Message> {
    let put = ids.into_iter().flatten().filter_map(|id| written.get(&Key::Message(id.clone())));
    put.filter_map(|put| match put.record.as_ref().map(Written::value) {
        Some(Record::Message(message)) => Some(without_content(message)),
        _ => None,
    })
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

fn without_content(message: &Message) -> Message {
    Message { content: None, ..message.clone() }
}

fn in_order(messages: &mut [Message]) {
    messages.sort_by(|a, b| (a.at(), &a.id).cmp(&(b.at(), &b.id)));
}
