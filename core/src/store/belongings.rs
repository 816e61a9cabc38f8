//! What belongs to a person, a profile or a message: the same answer for erasing and for handing out, in every store.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;
use compact_str::CompactString;

use super::{EffectAction, EraseAsk, Key, LogEntry, Record};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    AccountSaid, AccountState, Case, CaseId, ConversationId, Customer, CustomerId, Identity, IdentityId, Message,
    MessageId, Presence, ReactionId, Reply, ReplyId, ThreadState, Timer, TimerPurpose, Timestamp, Visibility,
};

/// How [`Belongings`] are looked up within one tenant of a store.
pub trait Library {
    /// The record under `key`; messages may come without content.
    fn record(&mut self, key: &Key) -> Result<Option<Record>>;
    /// Messages, in any order; they may come without content.
    fn messages(&mut self, of: &MessagesOf) -> Result<Vec<Message>>;
    /// All cases of a person.
    fn cases(&mut self, customer: &CustomerId) -> Result<Vec<Case>>;
    /// The aliases that stand for a message, as scope and native id.
    fn aliases(&mut self, message: &MessageId) -> Result<Vec<(CompactString, CompactString)>>;
    /// The replies to these people and in these cases; they may come without wording.
    fn replies(&mut self, customers: &BTreeSet<CustomerId>, cases: &BTreeSet<CaseId>) -> Result<Vec<Reply>>;
    /// The presence of every agent.
    fn roster(&mut self) -> Result<Vec<Presence>>;
    /// The reactions and the states of threads and accounts that name one of these profiles.
    fn told_of(&mut self, people: &BTreeSet<IdentityId>) -> Result<Vec<(Key, Record)>>;
}

/// Which messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessagesOf {
    /// What a person wrote.
    Customer(CustomerId),
    /// What belongs to a case, ours included.
    Case(CaseId),
    /// What stands in a thread, whoever wrote it.
    Conversation(ConversationId),
}

/// What belongs to a person, a profile or a message.
///
/// A person's are: the people merged into them, all their profiles and messages, their cases with our answers in them, our
/// other answers to them, and the threads in which nobody else wrote. What others wrote stays, also where they name the
/// person. A profile's are its messages and the cases in which nobody else of the same person wrote.
#[derive(Debug, Default)]
pub struct Belongings {
    /// The people.
    pub customers: BTreeSet<CustomerId>,
    /// Their profiles.
    pub identities: BTreeMap<IdentityId, Identity>,
    /// The messages, without content.
    pub messages: BTreeMap<MessageId, Message>,
    /// Further native ids of messages, as scope and native id.
    pub aliases: BTreeSet<(CompactString, CompactString)>,
    /// The cases.
    pub cases: BTreeSet<CaseId>,
    /// The threads in which nobody else wrote.
    pub conversations: BTreeSet<ConversationId>,
    /// Threads and people between whom there may be a slot.
    pub slots: BTreeSet<(ConversationId, CustomerId)>,
    /// Profiles that were asked for and never wrote: reactions and the like may name them.
    pub strangers: BTreeSet<IdentityId>,
    /// Their reactions.
    pub reactions: BTreeSet<ReactionId>,
    /// Threads of which nothing that was told beside messages stays.
    pub threads: BTreeSet<ConversationId>,
    /// What we wanted to say to them, or in threads that go.
    pub replies: BTreeSet<ReplyId>,
    /// What stays but is theirs in part, with that part alone: for handing out.
    pub parts: Vec<(Key, Record)>,
    /// What stays, as it is without the belongings. An erasure writes these and raises their versions.
    pub changed: Vec<(Key, Record)>,
    /// People whose log entries and hints go although they stay.
    pub touched: BTreeSet<CustomerId>,
}

impl Belongings {
    /// Collects what `ask` names; empty if there is nothing of that id.
    pub fn collect(library: &mut dyn Library, ask: &EraseAsk) -> Result<Self> {
        let mut all = Self::default();
        match ask {
            EraseAsk::Customer(id) => all.add_person(library, id)?,
            EraseAsk::Identity(id) => all.add_profile(library, id)?,
            EraseAsk::Message(id) => all.add_single_message(library, id)?,
        }
        all.add_what_hangs_on(library)?;
        all.add_told(library)?;
        Ok(all)
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        let whole = self.customers.len() + self.identities.len() + self.messages.len() + self.cases.len();
        whole + self.reactions.len() + self.threads.len() + self.parts.len() == 0
    }

    /// Whether the person wrote at `since` or later, under any of their names.
    pub fn wrote_since(&self, since: Timestamp) -> bool {
        self.messages.values().any(|message| message.customer.is_some() && message.at() >= since)
    }

    /// The keys of all records among them.
    pub fn keys(&self) -> Vec<Key> {
        let mut keys: Vec<_> = self.customers.iter().cloned().map(Key::Customer).collect();
        keys.extend(self.identities.keys().cloned().map(Key::Identity));
        keys.extend(self.conversations.iter().cloned().map(Key::Conversation));
        keys.extend(self.cases.iter().cloned().map(Key::Case));
        keys.extend(self.slots.iter().cloned().map(|(thread, customer)| Key::Slot(thread, customer)));
        keys.extend(self.messages.keys().cloned().map(Key::Message));
        keys.extend(self.aliases.iter().cloned().map(|(scope, id)| Key::Alias(scope, id)));
        keys.extend(self.messages.keys().cloned().map(Key::Assessment));
        keys.extend(self.reactions.iter().cloned().map(Key::Reaction));
        keys.extend(self.threads.iter().cloned().map(Key::Thread));
        keys.extend(self.customers.iter().map(|id| Key::AutomaticSaid(id.as_str().into())));
        keys.extend(self.replies.iter().cloned().map(Key::Reply));
        keys.extend(self.conversations.iter().cloned().map(Key::Line));
        keys
    }

    /// Whether a timer is about the belongings.
    pub fn holds_timer(&self, timer: &Timer) -> bool {
        match &timer.purpose {
            TimerPurpose::Sla { case }
            | TimerPurpose::Handoff { case }
            | TimerPurpose::Accept { case, .. }
            | TimerPurpose::Recount { case } => self.cases.contains(case),
            TimerPurpose::Automatic { case, .. } => self.cases.contains(case),
            TimerPurpose::Approve { reply } => self.replies.contains(reply),
            TimerPurpose::Send { line } => self.conversations.contains(line),
            TimerPurpose::Route { .. } => false,
        }
    }

    /// Whether an effect is about the belongings.
    pub fn holds_effect(&self, action: &EffectAction) -> bool {
        match action {
            EffectAction::Notify { case, .. } => self.cases.contains(case),
            EffectAction::NotifyAccount { person, .. } => person.as_ref().is_some_and(|person| self.is_theirs(person)),
            EffectAction::Advise { message, .. } => self.messages.contains_key(message),
            EffectAction::Send { line } => self.conversations.contains(line),
            EffectAction::Route { .. } | EffectAction::Join { .. } => false,
        }
    }

    /// Finds the belongings in log entries and raw bodies.
    ///
    /// # Errors
    /// `too_large` if there are more ids than can be looked for at once.
    pub fn finder(&self) -> Result<Finder<'_>> {
        Finder::new(self)
    }

    fn add_person(&mut self, library: &mut dyn Library, id: &CustomerId) -> Result<()> {
        let mut waiting = vec![survivor(library, id)?];
        while let Some(id) = waiting.pop() {
            let Some(customer) = customer(library, &id)? else { continue };
            if !self.customers.insert(id.clone()) {
                continue;
            }
            waiting.extend(customer.merges.into_iter().map(|merge| merge.from));
            for identity in customer.identities {
                if let Some(Record::Identity(record)) = library.record(&Key::Identity(identity))? {
                    self.identities.insert(record.id.clone(), *record);
                }
            }
            self.add_messages(library.messages(&MessagesOf::Customer(id.clone()))?);
            for case in library.cases(&id)? {
                self.add_case(library, &case)?;
            }
        }
        self.touched = self.customers.clone();
        Ok(())
    }

    fn add_profile(&mut self, library: &mut dyn Library, id: &IdentityId) -> Result<()> {
        let Some(Record::Identity(identity)) = library.record(&Key::Identity(id.clone()))? else {
            self.strangers.insert(id.clone());
            return Ok(());
        };
        let mut person = Self::default();
        person.add_person(library, &identity.customer)?;
        person.identities.entry(id.clone()).or_insert_with(|| (*identity).clone());
        if person.identities.len() == 1 {
            *self = person;
            return Ok(());
        }
        self.touched = person.customers;
        self.messages = person.messages;
        self.messages.retain(|_, message| message.author.as_ref() == Some(id));
        let cases: BTreeSet<_> = self.messages.values().filter_map(|message| message.case.clone()).collect();
        for case in cases {
            let Some(Record::Case(case)) = library.record(&Key::Case(case))? else { continue };
            let others = |message: &Message| message.customer.is_some() && message.author.as_ref() != Some(id);
            if library.messages(&MessagesOf::Case(case.id.clone()))?.iter().any(others) {
                self.changed.push((Key::Case(case.id.clone()), Record::Case(case)));
            } else {
                self.add_case(library, &case)?;
            }
        }
        for customer_id in &self.touched {
            if let Some(mut customer) = customer(library, customer_id)? {
                customer.identities.remove(id);
                for merge in &mut customer.merges {
                    if merge.identities.remove(id) {
                        merge.evidence.clear();
                    }
                }
                self.changed.push((Key::Customer(customer_id.clone()), Record::Customer(customer)));
            }
        }
        self.identities.insert(id.clone(), *identity);
        Ok(())
    }

    fn add_single_message(&mut self, library: &mut dyn Library, id: &MessageId) -> Result<()> {
        let Some(Record::Message(message)) = library.record(&Key::Message(id.clone()))? else { return Ok(()) };
        if let Some(case) = &message.case
            && let Some(record) = library.record(&Key::Case(case.clone()))?
        {
            self.changed.push((Key::Case(case.clone()), record));
        }
        self.add_messages(vec![*message]);
        Ok(())
    }

    fn add_messages(&mut self, messages: Vec<Message>) {
        self.messages
            .extend(messages.into_iter().map(|message| (message.id.clone(), Message { content: None, ..message })));
    }

    fn add_case(&mut self, library: &mut dyn Library, case: &Case) -> Result<()> {
        self.cases.insert(case.id.clone());
        self.slots.extend(case.conversations.iter().map(|thread| (thread.clone(), case.customer.clone())));
        self.add_messages(library.messages(&MessagesOf::Case(case.id.clone()))?);
        Ok(())
    }

    /// Our answers outside of cases, threads, aliases, agents' lists: what can only be told once the messages are known.
    fn add_what_hangs_on(&mut self, library: &mut dyn Library) -> Result<()> {
        let threads: BTreeSet<_> = self.messages.values().map(|message| message.conversation.clone()).collect();
        for thread in threads {
            for customer in &self.customers {
                self.slots.insert((thread.clone(), customer.clone()));
            }
            self.add_thread(library, &thread)?;
        }
        let networks: BTreeSet<_> = self.messages.values().map(|message| message.network.clone()).collect();
        for (network, customer) in
            networks.iter().flat_map(|network| self.customers.iter().map(move |id| (network, id)))
        {
            self.slots.insert((ConversationId::anywhere_on(network), customer.clone()));
            self.slots.insert((ConversationId::expected_on(network), customer.clone()));
        }
        for message in self.messages.keys() {
            self.aliases.extend(library.aliases(message)?);
        }
        self.add_replies(library)?;
        if self.cases.is_empty() {
            return Ok(());
        }
        for mut presence in library.roster()? {
            let before = presence.cases.len();
            presence.cases.retain(|case| !self.cases.contains(case));
            if presence.cases.len() < before {
                self.changed.push((Key::Presence(presence.agent.clone()), Record::Presence(presence)));
            }
        }
        Ok(())
    }

    /// What we wanted to say to them, or in threads that go; lines that stay lose it.
    fn add_replies(&mut self, library: &mut dyn Library) -> Result<()> {
        let replies = library.replies(&self.customers, &self.cases)?;
        let lines: BTreeSet<_> = replies.iter().map(|reply| reply.line.clone()).collect();
        self.replies.extend(replies.into_iter().map(|reply| reply.id));
        for thread in &self.conversations {
            if let Some(Record::Line(line)) = library.record(&Key::Line(thread.clone()))? {
                self.replies.extend(line.replies.into_iter().map(|lined| lined.reply));
            }
        }
        for id in lines.into_iter().filter(|id| !self.conversations.contains(id)) {
            if let Some(Record::Line(mut line)) = library.record(&Key::Line(id.clone()))? {
                line.replies.retain(|lined| !self.replies.contains(&lined.reply));
                self.changed.push((Key::Line(id), Record::Line(line)));
            }
        }
        Ok(())
    }

    fn add_thread(&mut self, library: &mut dyn Library, thread: &ConversationId) -> Result<()> {
        let Some(Record::Conversation(conversation)) = library.record(&Key::Conversation(thread.clone()))? else {
            return Ok(());
        };
        let mut others = library.messages(&MessagesOf::Conversation(thread.clone()))?;
        others.retain(|message| !self.messages.contains_key(&message.id));
        let ours = others.iter().all(|message| message.customer.is_none());
        if others.is_empty() || (ours && conversation.visibility == Visibility::Private && !self.customers.is_empty()) {
            self.add_messages(others);
            self.conversations.insert(thread.clone());
            return Ok(());
        }
        if !self.customers.is_empty() {
            others
                .retain(|message| message.customer.is_none() && message.case.is_none() && self.is_answered_by(message));
            self.add_messages(others);
        }
        self.changed.push((Key::Conversation(thread.clone()), Record::Conversation(conversation)));
        Ok(())
    }

    /// What was told of them beside messages.
    fn add_told(&mut self, library: &mut dyn Library) -> Result<()> {
        self.threads.clone_from(&self.conversations);
        let people: BTreeSet<_> = self.identities.keys().chain(&self.strangers).cloned().collect();
        if people.is_empty() {
            return Ok(());
        }
        for (key, record) in library.told_of(&people)? {
            match (key, record) {
                (Key::Reaction(id), _) => drop(self.reactions.insert(id)),
                (Key::Thread(id), Record::Thread(mut state)) if !self.threads.contains(&id) => {
                    let key = Key::Thread(id.clone());
                    if library.record(&Key::Conversation(id.clone()))?.is_none() {
                        self.threads.insert(id);
                        continue;
                    }
                    let (theirs, others) = state
                        .signals
                        .into_iter()
                        .partition(|(_, signal)| signal.by.as_ref().is_some_and(|by| people.contains(by)));
                    let part = ThreadState { signals: theirs, ..ThreadState::new(id) };
                    self.parts.push((key.clone(), Record::Thread(part)));
                    state.signals = others;
                    self.changed.push((key, Record::Thread(state)));
                }
                (key @ Key::Account(_), Record::Account(mut state)) => {
                    let is_theirs = |said: &AccountSaid| said.person.as_ref().is_some_and(|who| people.contains(who));
                    let said = state.said.iter().filter(|said| is_theirs(said)).cloned().collect();
                    let part = AccountState { account: state.account.clone(), said };
                    self.parts.push((key.clone(), Record::Account(part)));
                    for said in state.said.iter_mut().filter(|said| is_theirs(said)) {
                        (said.person, said.profile) = (None, None);
                    }
                    self.changed.push((key, Record::Account(state)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn is_theirs(&self, profile: &IdentityId) -> bool {
        self.identities.contains_key(profile) || self.strangers.contains(profile)
    }

    fn is_answered_by(&self, message: &Message) -> bool {
        let Some(target) = &message.reply_to else { return false };
        let profile = |identity: &Identity| {
            identity.profile.scope == message.scope && target.author.as_ref() == Some(&identity.profile.native_id)
        };
        self.identities.values().any(profile)
            || self.messages.values().any(|other| other.scope == message.scope && other.native_id == target.native_id)
    }
}

/// Finds belongings in log entries and raw bodies, by our ids and by the networks' ids and handles.
#[derive(Debug)]
pub struct Finder<'a> {
    belongings: &'a Belongings,
    ours: AhoCorasick,
    native: AhoCorasick,
    native_lengths: Vec<bool>,
}

/// Native ids shorter than this are only looked for as whole JSON strings.
const TELLING: usize = 6;

impl<'a> Finder<'a> {
    fn new(belongings: &'a Belongings) -> Result<Self> {
        let ours = belongings.messages.keys().map(|id| id.as_str().to_owned());
        let ours = ours.chain(belongings.identities.keys().map(|id| id.as_str().to_owned()));
        let ours = ours.chain(belongings.strangers.iter().map(|id| id.as_str().to_owned()));
        let ours = ours.chain(belongings.replies.iter().map(|id| id.as_str().to_owned()));
        let mut native: BTreeSet<&str> = belongings.messages.values().map(|message| &*message.native_id).collect();
        native.extend(belongings.aliases.iter().map(|(_, id)| &**id));
        for identity in belongings.identities.values() {
            native.insert(&identity.profile.native_id);
            native.extend(identity.profile.handle.as_deref());
        }
        native.remove("");
        let mut patterns = BTreeSet::new();
        for id in native {
            let long = id.len() >= TELLING;
            for text in [id.to_owned(), id.replace('/', "\\/")] {
                patterns.insert(if long { (text, true) } else { (format!("\"{text}\""), false) });
            }
        }
        Ok(Self {
            belongings,
            ours: automaton(ours.filter(|id| !id.is_empty()))?,
            native: automaton(patterns.iter().map(|(text, _)| text))?,
            native_lengths: patterns.iter().map(|(_, long)| *long).collect(),
        })
    }

    /// Whether a log entry is about the belongings.
    pub fn is_in_entry(&self, entry: &LogEntry) -> bool {
        entry.customer.as_ref().is_some_and(|customer| self.belongings.touched.contains(customer))
            || entry.case.as_ref().is_some_and(|case| self.belongings.cases.contains(case))
            || self.ours.is_match(&entry.json)
    }

    /// Whether a raw body holds an id or a handle of the belongings.
    pub fn is_in_body(&self, body: &[u8]) -> bool {
        let ends = |at: Option<usize>| at.and_then(|at| body.get(at)).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        self.native.find_overlapping_iter(body).any(|found| {
            !self.native_lengths[found.pattern().as_usize()]
                || (ends(found.start().checked_sub(1)) && ends(Some(found.end())))
        })
    }
}

fn automaton(patterns: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<AhoCorasick> {
    AhoCorasick::builder().ascii_case_insensitive(true).build(patterns).map_err(|error| {
        Error::new(ErrorKind::TooLarge, "too many ids to look for at once").during("erase").caused_by(error)
    })
}

/// The customer that `id` was merged into in the end.
fn survivor(library: &mut dyn Library, id: &CustomerId) -> Result<CustomerId> {
    let mut id = id.clone();
    let mut seen = BTreeSet::new();
    while seen.insert(id.clone()) {
        match customer(library, &id)?.and_then(|customer| customer.merged_into) {
            Some(into) => id = into,
            None => break,
        }
    }
    Ok(id)
}

fn customer(library: &mut dyn Library, id: &CustomerId) -> Result<Option<Customer>> {
    Ok(match library.record(&Key::Customer(id.clone()))? {
        Some(Record::Customer(customer)) => Some(customer),
        _ => None,
    })
}
