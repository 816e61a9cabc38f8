//! The port for storage: versioned records, one commit for everything, leases, deadlines, and the right to be forgotten.
//!
//! A store knows no rules of care. It keeps [`Record`]s by [`Key`], checks versions, appends the log, answers ordered
//! scans, and erases. The views a host reads are computed in [`crate::care`] from scans, so every store answers alike.

mod belongings;
mod chain;
mod memory;
mod open;
mod place;
mod upcast;
mod words;
mod written;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

use async_trait::async_trait;
use bytes::Bytes;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    AccountId, AccountState, AgentId, Assessment, AutomaticSaid, Case, CaseId, Channel, Conversation, ConversationId,
    Customer, CustomerId, DeliveryId, EffectId, Identity, IdentityId, Incident, IncidentId, Message, MessageId,
    Presence, QuarantineId, RawRange, RawRef, ReactionId, ReactionState, Reply, ReplyId, ReplyLine, ReplyState, Step,
    TeamId, TenantId, ThreadState, Timer, TimerId, Timestamp,
};
use crate::network::token::Sealed;

pub use belongings::{Belongings, Finder, Library, MessagesOf};
pub use chain::{ChainEnd, Link};
pub use memory::MemoryStore;
pub use open::{CaseField, OpenFilter};
pub use place::Place;
pub use words::{Phrase, index_words, query_phrases};
pub(crate) use written::Json;
pub use written::Written;

/// Keeps everything. All methods take the tenant, and nothing of one tenant is visible to another.
#[async_trait]
pub trait Store: Debug + Send + Sync + 'static {
    /// The records under `keys`, in their order, as of one instant.
    async fn load(&self, tenant: &TenantId, keys: &[Key]) -> Result<Loaded>;

    /// Writes everything of `commit`, or nothing.
    ///
    /// # Errors
    /// `conflict` if a record's version is no longer the one that was read; nothing is written then.
    async fn commit(&self, commit: Commit) -> Result<()>;

    /// Records in an order, one page at a time.
    async fn scan(&self, tenant: &TenantId, scan: &Scan) -> Result<Scanned>;

    /// How many open cases the filter takes, by what stands in `by`; what there is none of is not listed.
    async fn count_open(&self, tenant: &TenantId, filter: &OpenFilter, by: CaseField) -> Result<BTreeMap<String, u64>>;

    /// Counters whose name begins with `prefix` and whose bucket lies in `from..to`, by name and bucket.
    async fn counters(&self, tenant: &TenantId, ask: &CounterAsk) -> Result<Vec<Counter>>;

    /// Takes effects that are due and that nobody else holds, oldest first. Each is returned to others once its lease
    /// runs out unsettled.
    async fn lease(&self, ask: &LeaseAsk) -> Result<Vec<Leased>>;

    /// Ends a lease. An effect that was put again meanwhile stays due; settling twice, or after the lease went to
    /// somebody else, does nothing.
    async fn settle(&self, settle: Settle) -> Result<()>;

    /// Timers that are due at `now`, earliest first, of all tenants.
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<(TenantId, Timer)>>;

    /// When the next timer is due; `None` without timers. Lets a host sleep instead of asking.
    async fn next_due(&self) -> Result<Option<Timestamp>>;

    /// A raw delivery; `None` if there is none or it was erased.
    async fn delivery(&self, tenant: &TenantId, id: &DeliveryId) -> Result<Option<Delivery>>;

    /// Removes everything about a person, an identity or a message, everywhere, and tells what was removed.
    ///
    /// A raw body that holds any of it goes as a whole; what others wrote in that body stays as messages. The log keeps its
    /// salted digests, so its chain still verifies. The erasure itself is remembered and applied
    /// again when an older backup is put in place.
    async fn erase(&self, tenant: &TenantId, ask: &EraseAsk) -> Result<Receipt>;

    /// Everything kept about a person, or about all, as records with raw deliveries.
    async fn export(&self, tenant: &TenantId, ask: &ExportAsk) -> Result<Vec<Exported>>;

    /// Removes what is older than allowed, and tells what was removed.
    async fn retain(&self, tenant: &TenantId, ask: &RetainAsk) -> Result<Receipt>;

    /// Recomputes the chain of digests over the log.
    ///
    /// # Errors
    /// `storage_damaged`, with the first entry that does not fit.
    async fn verify_log(&self, tenant: &TenantId) -> Result<u64>;

    /// Entries of the log, oldest first, from the one after `after`, as many as `limit`.
    async fn log(&self, tenant: &TenantId, after: u64, limit: usize) -> Result<Vec<Logged>>;

    /// Writes a consistent copy to `path` while others go on.
    async fn backup(&self, _path: &Path) -> Result<()> {
        Err(Error::new(ErrorKind::Unsupported, "this store has no backup of its own").during("backup"))
    }

    /// Closes what is open, files and connections with their locks, once nobody uses it; the next use opens it again. A
    /// process that forks calls this before, and lets nobody use the store until it has forked: a child must not inherit
    /// what is open. A store that holds nothing open does nothing.
    async fn release(&self) -> Result<()> {
        Ok(())
    }
}

/// The name of a record within a tenant. In order, what others point to comes first, so that a store that writes in order
/// has it when they do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// A thread.
    Conversation(ConversationId),
    /// A profile.
    Identity(IdentityId),
    /// A person.
    Customer(CustomerId),
    /// A case.
    Case(CaseId),
    /// The latest case between a thread and a person.
    Slot(ConversationId, CustomerId),
    /// All messages of a case, without content, in order of time. Not a record of its own: it has the case's version.
    CaseMessages(CaseId),
    /// Our own messages in a thread that belong to no case, without content, in order of time: the newest
    /// [`Key::LOOSE_AT_MOST`]. Not a record of its own: it has the conversation's version.
    Loose(ConversationId),
    /// A message; before it arrives, its [`Fate`] may stand here.
    Message(MessageId),
    /// The message that a later revision's native id stands for; in the scope `direct:NETWORK`, our latest private message
    /// to the person named, written while they had no case.
    Alias(CompactString, CompactString),
    /// The assessment of a message's newest revision.
    Assessment(MessageId),
    /// An agent's presence.
    Presence(AgentId),
    /// Where polling an account's source goes on.
    Cursor(AccountId, CompactString),
    /// Whether a raw delivery is stored; the record is [`Record::Stored`].
    Delivery(DeliveryId),
    /// Something set aside.
    Quarantine(QuarantineId),
    /// A person's reaction to a message.
    Reaction(ReactionId),
    /// What is told of a private thread beside its messages.
    Thread(ConversationId),
    /// What the network said about an account.
    Account(AccountId),
    /// Something we want to say.
    Reply(ReplyId),
    /// The replies of a thread, in the order in which they go out.
    Line(ConversationId),
    /// Many people, one problem.
    Incident(IncidentId),
    /// The incidents that are open.
    OpenIncidents,
    /// What was said without anybody writing it: to a customer or by an account, by their id.
    AutomaticSaid(CompactString),
    /// The token of an account.
    Token(AccountId),
}

/// What a key stands for. Stored as JSON with a format version; see [`Record::VERSION`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", content = "value", rename_all = "snake_case")]
pub enum Record {
    /// A message. Its content is kept apart, so it can be erased alone: put without content, a message keeps the content
    /// that is stored; [`TenantCommit::forget`] removes it.
    Message(Box<Message>),
    /// What is known about a message that has not arrived yet.
    Fate(Fate),
    /// The message an alias stands for.
    Alias(MessageId),
    /// An assessment.
    Assessment(Box<Assessment>),
    /// A thread.
    Conversation(Conversation),
    /// A profile.
    Identity(Box<Identity>),
    /// A person.
    Customer(Customer),
    /// A case.
    Case(Box<Case>),
    /// The latest case between a thread and a person.
    Slot(CaseId),
    /// Messages without content, in order of time; only ever loaded.
    Messages(Vec<Message>),
    /// An agent's presence.
    Presence(Presence),
    /// A cursor.
    Cursor(CompactString),
    /// A raw delivery is stored; only ever loaded.
    Stored,
    /// Something set aside.
    Quarantined(Quarantined),
    /// A person's reaction to a message.
    Reaction(ReactionState),
    /// What is told of a private thread beside its messages.
    Thread(ThreadState),
    /// What the network said about an account.
    Account(AccountState),
    /// Something we want to say. Its wording is kept apart, so it can be erased alone: put without wording, a reply keeps
    /// the wording that is stored.
    Reply(Box<Reply>),
    /// The replies of a thread, in the order in which they go out.
    Line(ReplyLine),
    /// Many people, one problem.
    Incident(Box<Incident>),
    /// The incidents that are open.
    OpenIncidents(Vec<IncidentId>),
    /// What was said without anybody writing it.
    AutomaticSaid(AutomaticSaid),
    /// The token of an account, sealed. Written to its table alone: not to the log, and not handed out.
    #[serde(skip)]
    Token(SealedToken),
    /// A line of a timeline; only ever listed.
    Step(Step),
    /// A colleague's note; only ever listed.
    Note(Note),
}

impl Record {
    /// The format version this careline writes.
    pub const VERSION: u16 = 2;
}

/// The token of an account as a store keeps it. `Debug` shows no word of it, and no serializer takes it.
#[derive(Clone, Debug)]
pub struct SealedToken(pub Sealed);

impl PartialEq for SealedToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_text() == other.0.expose_text()
    }
}

/// What is known about a message before it arrives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fate {
    /// It was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// It was hidden or shown again, and when we learnt so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<(bool, Timestamp)>,
}

/// A delivery or an item of one that could not be read, or names an account nobody owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Quarantined {
    /// Our id.
    pub id: QuarantineId,
    /// The delivery it came in.
    pub delivery: DeliveryId,
    /// Its bytes there; absent for the whole body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<RawRange>,
    /// The endpoint or account it came through.
    pub endpoint: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// Why, as the error's JSON.
    pub error: serde_json::Value,
    /// When it was successfully read after all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redriven_at: Option<Timestamp>,
}

impl Quarantined {
    /// Sets aside the bytes at `range` of `delivery`, because of `error`.
    pub fn new(
        delivery: DeliveryId,
        range: Option<RawRange>,
        endpoint: impl Into<String>,
        received_at: Timestamp,
        error: &Error,
    ) -> Self {
        let place = range.map(|range| format!("{}-{}", range.start, range.end)).unwrap_or_default();
        Self {
            id: QuarantineId::derive(&[delivery.as_str(), &place]),
            delivery,
            range,
            endpoint: endpoint.into(),
            received_at,
            error: serde_json::to_value(error).unwrap_or_default(),
            redriven_at: None,
        }
    }
}

/// Records as of one instant.
#[derive(Debug)]
pub struct Loaded {
    /// The instant, for [`TenantCommit::as_of`].
    pub as_of: u64,
    /// One entry per key asked for.
    pub entries: Vec<Versioned>,
}

impl Key {
    /// How many of our own messages outside cases are looked at: in a busy thread, those before are no answers to what is
    /// said now.
    pub const LOOSE_AT_MOST: usize = 200;
}

/// A record with its version.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned {
    /// Rises with each event that changes the record; 0 means that there is none. Absence is a version, too.
    pub version: u64,
    /// The record.
    pub record: Option<Record>,
}

/// Everything that one or more decisions write, for one or more tenants.
#[derive(Debug, Default)]
pub struct Commit {
    /// Raw deliveries; one already stored is skipped.
    pub deliveries: Vec<(TenantId, Delivery)>,
    /// What each tenant's decisions read and write.
    pub tenants: Vec<TenantCommit>,
}

/// What decisions for one tenant read and write.
#[derive(Debug, Default)]
pub struct TenantCommit {
    /// The tenant.
    pub tenant: TenantId,
    /// The instant of the earliest load that `reads` rest on; if nothing was written since, a store may skip checking
    /// them.
    pub as_of: u64,
    /// The versions everything rests on. Checked exactly.
    pub reads: Vec<(Key, u64)>,
    /// Threads whose messages, slots and cases move to another one; done before `puts`, in order. Raises the version of
    /// what moves; where the other thread has a slot for a person already, that one stays.
    pub moves: Vec<(ConversationId, ConversationId)>,
    /// Records to write, each at most once, with their new versions; `None` removes.
    pub puts: Vec<(Key, u64, Option<Written>)>,
    /// Further raw forms of messages: told again in other bodies. They go with the message.
    pub raws: Vec<(MessageId, RawRef)>,
    /// Messages to forget: content, search entry and all raw forms. Done after `puts` and `raws`; a raw body goes as a whole.
    pub forget: Vec<MessageId>,
    /// Lines for the timelines of cases.
    pub steps: Vec<Written<Step>>,
    /// Notes of colleagues, by case.
    pub notes: Vec<Note>,
    /// Timers to set; one of the same id is replaced.
    pub timers: Vec<Written<Timer>>,
    /// Timers to cancel.
    pub cancel: Vec<TimerId>,
    /// Things to do; one of the same id is replaced and counts as put again.
    pub effects: Vec<Effect>,
    /// Counters to raise or lower. Commutative, never checked.
    pub counts: Vec<Counter>,
    /// Facts that hint that two profiles may be one person: (kind and folded value, identity's customer).
    pub hints: Vec<(CompactString, CustomerId)>,
    /// One log entry per event that changed something.
    pub log: Vec<LogEntry>,
}

impl TenantCommit {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        let Self {
            tenant: _,
            as_of: _,
            reads: _,
            moves,
            puts,
            raws,
            forget,
            steps,
            notes,
            timers,
            cancel,
            effects,
            counts,
            hints,
            log,
        } = self;
        let lists =
            [moves.len(), puts.len(), raws.len(), forget.len(), steps.len(), notes.len(), timers.len(), cancel.len()];
        lists.into_iter().chain([effects.len(), counts.len(), hints.len(), log.len()]).sum::<usize>() == 0
    }
}

/// One event's entry in the log. The store adds number, salt and digests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When the event was received.
    pub at: Timestamp,
    /// The person it is about; erasing them empties the entry.
    pub customer: Option<CustomerId>,
    /// The case it is about.
    pub case: Option<CaseId>,
    /// Versions and changes as JSON, without texts.
    pub json: String,
}

/// An entry as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its number, which rises from entry to entry.
    pub number: u64,
    /// The entry; absent once emptied by an erasure.
    pub entry: Option<LogEntry>,
    /// How it is tied to the entry before.
    pub link: Link,
}

/// A colleague's note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Note {
    /// The case.
    pub case: CaseId,
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it.
    pub by: String,
    /// The note.
    pub text: String,
}

/// A body as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Our id.
    pub id: DeliveryId,
    /// The endpoint it was posted to, or the account and source that were read.
    pub endpoint: String,
    /// The way it came.
    pub channel: Channel,
    /// When it came.
    pub received_at: Timestamp,
    /// The bytes, untouched.
    pub body: Bytes,
}

/// Something the engine wants done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Effect {
    /// Our id.
    pub id: EffectId,
    /// When it becomes due.
    pub due_at: Timestamp,
    /// What.
    pub action: EffectAction,
}

/// What the engine wants done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EffectAction {
    /// Give the waiting cases of a team to agents. There is one per team, so its lease is the team's lease.
    Route {
        /// The team.
        team: TeamId,
    },
    /// Tell somebody about a case.
    Notify {
        /// The case.
        case: CaseId,
        /// Who: agents, teams or names the host knows.
        who: Vec<String>,
        /// About what: `halfway`, `breached`, `escalated` …
        about: String,
    },
    /// Tell somebody what a network said about an account, or that somebody's data must go.
    NotifyAccount {
        /// The account.
        account: AccountId,
        /// Who: the team that answers for it.
        who: Vec<String>,
        /// What the network said, why, and what to do.
        about: String,
        /// The person whose data must go, as far as the network names them: what [`EraseAsk::Identity`] takes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<IdentityId>,
    },
    /// Join the open cases that one person has in a thread: another thread turned out to be part of it.
    Join {
        /// The thread that goes on.
        conversation: ConversationId,
    },
    /// Ask the host's advisors about a message.
    Advise {
        /// The message.
        message: MessageId,
        /// The revision.
        revision: u64,
    },
    /// Send the replies that wait in a thread. There is one per thread, so its lease is the thread's lease.
    Send {
        /// The thread.
        line: ConversationId,
    },
}

impl EffectAction {
    /// The name of the kind: `route`, `notify`, `join`, `advise`, `send`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Route { .. } => "route",
            Self::Notify { .. } | Self::NotifyAccount { .. } => "notify",
            Self::Join { .. } => "join",
            Self::Advise { .. } => "advise",
            Self::Send { .. } => "send",
        }
    }
}

/// Which effects to take.
#[derive(Clone, Debug)]
pub struct LeaseAsk {
    /// The tenant; absent: any.
    pub tenant: Option<TenantId>,
    /// The kinds of action; empty: any.
    pub kinds: Vec<&'static str>,
    /// The present instant.
    pub now: Timestamp,
    /// When the lease runs out.
    pub until: Timestamp,
    /// How many at most.
    pub limit: usize,
}

/// An effect that only we may carry out now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Leased {
    /// Whose.
    pub tenant: TenantId,
    /// What.
    pub effect: Effect,
    /// Proves the lease; a later lease of the same effect has a higher one.
    pub token: u64,
}

/// How a lease ends.
#[derive(Clone, Debug)]
pub struct Settle {
    /// Whose.
    pub tenant: TenantId,
    /// The effect.
    pub id: EffectId,
    /// The lease's token.
    pub token: u64,
    /// When to try again; absent: it is done.
    pub again_at: Option<Timestamp>,
}

/// A number by name and time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Counter {
    /// The name, `<room>.<what>`: `tier.1`, `network.x`, `coverage.acme-x.pushed`.
    pub name: CompactString,
    /// The beginning of the five minutes it counts.
    pub bucket: Timestamp,
    /// The number, or what to add to it.
    pub value: i64,
}

/// Which counters to read.
#[derive(Clone, Debug, Default)]
pub struct CounterAsk {
    /// What names begin with.
    pub prefix: String,
    /// The first instant; absent: from the beginning.
    pub from: Option<Timestamp>,
    /// The first instant no longer counted; absent: to the end.
    pub to: Option<Timestamp>,
}

/// What to list, in which order.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// What.
    pub of: ScanOf,
    /// Where the previous page ended; absent: at the beginning.
    pub after: Option<String>,
    /// How many at most.
    pub limit: usize,
}

impl Scan {
    /// The first page of `of`.
    pub fn first(of: ScanOf, limit: usize) -> Self {
        Self { of, after: None, limit }
    }
}

/// What can be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScanOf {
    /// Open cases by what is due first (those without a deadline last), then tier, then id.
    OpenCases(OpenFilter),
    /// Cases of a team that wait for an agent, most pressing tier first, then by deadline, then id.
    QueuedCases {
        /// The team.
        team: TeamId,
    },
    /// Open cases whose customer waits for us, longest first, then id.
    Unanswered(OpenFilter),
    /// All cases of a person, newest first, then id.
    CasesOf {
        /// The person.
        customer: CustomerId,
    },
    /// All cases, newest first, then id.
    Cases,
    /// Steps and notes of cases, in order of time, then of writing.
    Timeline {
        /// The case, and those that became part of it.
        cases: Vec<CaseId>,
    },
    /// Messages of a thread, with content, by time, then id.
    MessagesOf {
        /// The thread.
        conversation: ConversationId,
    },
    /// Messages of a person, with content, newest first, then id.
    MessagesBy {
        /// The person.
        customer: CustomerId,
    },
    /// Messages whose text holds all words of a query, with content, newest first, then id; the last word may be a
    /// beginning.
    Search {
        /// Words.
        query: String,
    },
    /// Customers whose latest message is newest first, then id.
    Customers,
    /// Who may be the same person: the customers that share a hint with this one; records of kind customer, by id.
    SharedHints {
        /// The person.
        customer: CustomerId,
    },
    /// What is set aside and not redriven, newest first, then id.
    Quarantine,
    /// The presence of every agent, by id.
    Roster,
    /// What networks said about accounts, by id.
    Accounts,
    /// Replies, newest first, then id.
    Replies(ReplyFilter),
    /// Incidents, newest first, then id.
    Incidents,
}

/// Which replies to list; what is absent takes any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ReplyFilter {
    /// Those in one of these states; empty: any.
    pub states: Vec<ReplyState>,
    /// Those of this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// Those that this account says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

impl ReplyFilter {
    /// Those in one of these states.
    pub fn in_states(states: impl IntoIterator<Item = ReplyState>) -> Self {
        Self { states: states.into_iter().collect(), ..Self::default() }
    }

    /// Those of a case.
    pub fn of_case(case: impl Into<CaseId>) -> Self {
        Self { case: Some(case.into()), ..Self::default() }
    }

    /// Those that an account says.
    pub fn of_account(account: impl Into<AccountId>) -> Self {
        Self { account: Some(account.into()), ..Self::default() }
    }

    /// Whether it takes this one.
    pub fn takes(&self, reply: &Reply) -> bool {
        (self.states.is_empty() || self.states.contains(&reply.state))
            && self.case.as_ref().is_none_or(|case| reply.case.as_ref() == Some(case))
            && self.account.as_ref().is_none_or(|account| reply.account == *account)
    }
}

/// One page of a scan.
#[derive(Debug, Default, PartialEq)]
pub struct Scanned {
    /// The records.
    pub records: Vec<Record>,
    /// Where the next page begins; absent: there is no more.
    pub after: Option<String>,
}

/// Whom or what to forget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EraseAsk {
    /// A person, with all identities, messages, cases, notes and raw forms.
    Customer(CustomerId),
    /// A profile and what it wrote; the person stays if they have others.
    Identity(IdentityId),
    /// A message.
    Message(MessageId),
}

/// What to hand out.
#[derive(Clone, Debug, Default)]
pub struct ExportAsk {
    /// Only what is about this person; absent: everything.
    pub customer: Option<CustomerId>,
    /// With raw deliveries.
    pub raw: bool,
}

/// One thing handed out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exported {
    /// A record with its version.
    Record {
        /// Its version.
        version: u64,
        /// The record.
        record: Record,
    },
    /// A line of a timeline.
    Step(Step),
    /// A colleague's note.
    Note(Note),
    /// A timer.
    Timer(Timer),
    /// A raw delivery, as text where it is text.
    Raw {
        /// The delivery.
        id: DeliveryId,
        /// The body.
        body: String,
    },
}

/// Until when what may be kept.
#[derive(Clone, Debug, Default)]
pub struct RetainAsk {
    /// Raw deliveries received before this go.
    pub raw_before: Option<Timestamp>,
    /// Contents of messages sent before this go, unless their case is open.
    pub messages_before: Option<Timestamp>,
    /// Customers whose latest message is older than this are erased, unless they have an open case; so are older reactions,
    /// whoever gave them.
    pub customers_before: Option<Timestamp>,
}

/// What was removed: how many of each kind, and which people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Receipt {
    /// How many of each kind: `messages`, `payloads`, `search_entries`, `raw_deliveries`, `identities`, `customers`,
    /// `cases`, `assessments`, `conversations`, `aliases`, `slots`, `reactions`, `threads`, `steps`, `notes`, `timers`,
    /// `effects`, `quarantined`, `log_entries`, `hints`, `replies`, `lines`. What there was none of is not listed.
    pub removed: BTreeMap<String, u64>,
    /// The people who were erased.
    pub customers: Vec<CustomerId>,
}

impl Receipt {
    /// Notes that `number` of a kind were removed.
    pub fn add(&mut self, kind: &str, number: u64) {
        if number > 0 {
            *self.removed.entry(kind.to_owned()).or_default() += number;
        }
    }

    /// Notes that one of a kind was removed, if it was.
    pub fn count(&mut self, kind: &str, removed: bool) {
        self.add(kind, removed.into());
    }

    /// Adds what another receipt tells.
    pub fn absorb(&mut self, other: Self) {
        for (kind, number) in other.removed {
            self.add(&kind, number);
        }
        self.customers.extend(other.customers);
    }
}

/// Whether a store may write `record` under `key`: the kinds fit, ids agree and the version is not 0.
///
/// # Errors
/// `unexpected`, because an engine that asks for anything else has a bug.
pub fn check_put(key: &Key, version: u64, record: Option<&Written>) -> Result<()> {
    let fits = match (key, record.map(Written::value)) {
        (Key::CaseMessages(_) | Key::Loose(_) | Key::Delivery(_), _) => false,
        (_, None) => true,
        (Key::Message(id), Some(Record::Message(message))) => message.id == *id,
        (Key::Message(_), Some(Record::Fate(_)))
        | (Key::Alias(..), Some(Record::Alias(_)))
        | (Key::Slot(..), Some(Record::Slot(_)))
        | (Key::Cursor(..), Some(Record::Cursor(_))) => true,
        (Key::Assessment(id), Some(Record::Assessment(assessment))) => {
            assessment.message.as_ref().is_none_or(|message| message == id)
        }
        (Key::Conversation(id), Some(Record::Conversation(conversation))) => conversation.id == *id,
        (Key::Identity(id), Some(Record::Identity(identity))) => identity.id == *id,
        (Key::Customer(id), Some(Record::Customer(customer))) => customer.id == *id,
        (Key::Case(id), Some(Record::Case(case))) => case.id == *id,
        (Key::Presence(id), Some(Record::Presence(presence))) => presence.agent == *id,
        (Key::Quarantine(id), Some(Record::Quarantined(item))) => item.id == *id,
        (Key::Reaction(_), Some(Record::Reaction(_))) => true,
        (Key::Thread(id), Some(Record::Thread(thread))) => thread.conversation == *id,
        (Key::Account(id), Some(Record::Account(state))) => state.account == *id,
        (Key::Reply(id), Some(Record::Reply(reply))) => reply.id == *id,
        (Key::Line(_), Some(Record::Line(_))) | (Key::OpenIncidents, Some(Record::OpenIncidents(_))) => true,
        (Key::AutomaticSaid(_), Some(Record::AutomaticSaid(_))) | (Key::Token(_), Some(Record::Token(_))) => true,
        (Key::Incident(id), Some(Record::Incident(incident))) => incident.id == *id,
        _ => false,
    };
    if fits && record.is_none_or(|record| version > 0 && !record.json().is_empty()) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Unexpected, "this record cannot be written under this key and version").during("commit"))
}
