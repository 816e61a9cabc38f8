//! The decision: what happened, on top of what we know, becomes what we know next. Pure and deterministic.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::audit::audited;
use super::change::{Change, LineWriter};
use super::snapshot::{Missing, Overlay, Read, Snapshot};
use crate::error::Error;
use crate::model::{
    AccountId, Assessment, CaseId, ConversationId, CustomerId, DeliveryId, Event, EventBody, IdentityId, Inbound,
    Message, MessageId, NativeAccount, NetworkName, Profile, RawRef, Reason, Step, StepKind, TenantId, Timer, TimerId,
    Timestamp,
};
use crate::network::Network;
use crate::policy::CompiledPolicy;
use crate::store::{Counter, Effect, Json, Key, LogEntry, Note, Quarantined, Record, TenantCommit, Written};
use crate::triage::Triages;

/// One tenant's rules and judgement: what a decision needs besides facts.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Rules<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// Its policy.
    pub policy: &'a CompiledPolicy,
    /// Its triages, in order.
    pub triages: &'a Triages,
    /// The triages with a network's own signals, by network; where there is none, `triages` judge alone.
    pub with_signals: Option<&'a BTreeMap<NetworkName, Triages>>,
    /// Whether advisors are to be asked about new messages.
    pub advised: bool,
    /// The connections to the networks, by account: where an answer may go and how it is counted there.
    pub networks: Option<&'a BTreeMap<AccountId, Arc<dyn Network>>>,
    /// Accounts of the tenant beyond those whose ids its policy tells: connections learn theirs from the network.
    pub connected: &'a [NativeAccount],
}

impl<'a> Rules<'a> {
    /// Decides for `tenant` under `policy` with `triages`, asking no advisors.
    pub fn new(tenant: &'a TenantId, policy: &'a CompiledPolicy, triages: &'a Triages) -> Self {
        Self { tenant, policy, triages, with_signals: None, advised: false, networks: None, connected: &[] }
    }
}

impl Rules<'_> {
    /// The triages that judge a message of `network`.
    pub(super) fn judges(&self, network: &NetworkName) -> &Triages {
        self.with_signals.and_then(|signals| signals.get(network)).unwrap_or(self.triages)
    }
}

/// An event on its way into a decision, with what need not be worked out twice.
#[derive(Debug)]
pub struct Arrival {
    /// What happened.
    pub event: Event,
    /// The brand account it came through; absent for what happens inside careline.
    pub account: Option<AccountId>,
    /// The raw delivery it came in.
    pub delivery: Option<DeliveryId>,
    /// What is known beforehand to be needed, so that it is loaded in one round.
    pub(super) needs: Vec<Key>,
    pub(super) assessment: OnceLock<Assessment>,
    pub(super) names: OnceLock<Names>,
}

impl Arrival {
    /// `event`, through `account`, in `delivery`.
    pub fn new(event: Event, account: Option<AccountId>, delivery: Option<DeliveryId>) -> Self {
        Self { event, account, delivery, needs: Vec::new(), assessment: OnceLock::new(), names: OnceLock::new() }
    }

    /// Something that happens inside careline or is said by the host.
    pub fn internal(event: Event) -> Self {
        Self::new(event, None, None)
    }

    /// Its bytes set aside because of `error`; `None` if they are not stored.
    pub(super) fn set_aside(&self, error: &Error) -> Option<Quarantined> {
        let native = self.event.account.as_ref().map(|account| account.native_id.to_string()).unwrap_or_default();
        Some(Quarantined::new(self.delivery.clone()?, self.event.raw, native, self.event.received_at, error))
    }
}

/// The ids a message leads to.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) message: MessageId,
    /// The thread it would begin.
    pub(super) own_thread: ConversationId,
    /// The thread that the network says it stands in.
    pub(super) thread: Option<ConversationId>,
    /// The message it answers.
    pub(super) parent: Option<MessageId>,
    pub(super) identity: Option<IdentityId>,
    pub(super) customer: Option<CustomerId>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It brought something new.
    Added,
    /// It changed something known.
    Changed,
    /// It was known already, or of no consequence: nothing is written for it.
    Known,
}

/// What a decision comes to.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one per batch, taken apart at once")]
pub enum Decision {
    /// These keys must be loaded first.
    Need(Vec<Key>),
    /// This is to be committed, and this became of each event.
    Decided(TenantCommit, Vec<Outcome>),
}

/// Decides about `arrivals` in their order.
///
/// Has no clock, no I/O and no randomness. For fixed `received_at` and no timer between, it does not matter how events
/// are split into batches, and known events change nothing.
pub fn decide(rules: &Rules<'_>, snapshot: &Snapshot, arrivals: &[&Arrival], now: Timestamp) -> Decision {
    let mut draft = Draft::new(*rules, snapshot, now);
    let outcomes: Vec<_> = arrivals.iter().map(|arrival| draft.event(arrival)).collect();
    let needs = draft.overlay.needs();
    if !needs.is_empty() {
        return Decision::Need(needs);
    }
    let outcomes = outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Known)).collect();
    Decision::Decided(draft.finish(snapshot.as_of()), outcomes)
}

/// A decision in the making.
pub(super) struct Draft<'a> {
    pub(super) rules: Rules<'a>,
    pub(super) now: Timestamp,
    pub(super) overlay: Overlay<'a>,
    commit: TenantCommit,
    timers: FxHashMap<TimerId, Option<Written<Timer>>>,
    effects: FxHashMap<crate::model::EffectId, Effect>,
    counts: FxHashMap<(compact_str::CompactString, Timestamp), i64>,
    line: LineWriter,
    /// Where JSON is put together.
    room: Vec<u8>,
    about: (Option<CustomerId>, Option<CaseId>),
}

impl<'a> Draft<'a> {
    pub(super) fn new(rules: Rules<'a>, snapshot: &'a Snapshot, now: Timestamp) -> Self {
        Self {
            rules,
            now,
            overlay: Overlay::new(snapshot),
            commit: TenantCommit { tenant: rules.tenant.clone(), ..TenantCommit::default() },
            timers: FxHashMap::default(),
            effects: FxHashMap::default(),
            counts: FxHashMap::default(),
            line: LineWriter::new(rules.policy.version()),
            room: Vec::new(),
            about: (None, None),
        }
    }

    fn event(&mut self, arrival: &Arrival) -> Read<Outcome> {
        self.about = (None, None);
        self.overlay.want_all(&arrival.needs);
        let outcome = match &arrival.event.body {
            EventBody::Message(inbound) => self.inbound(arrival, inbound),
            EventBody::Deleted(deleted) => self.deleted(arrival, deleted),
            EventBody::Hidden(hidden) => self.hidden(arrival, hidden),
            EventBody::Profile(profile) => self.profile(arrival, profile),
            EventBody::Timer(timer) => self.timer(arrival, timer),
            EventBody::Advice(advice) => self.advice(arrival, advice),
            EventBody::Case(event) => self.case_event(arrival, event),
            EventBody::Presence(event) => self.presence(arrival, event),
            EventBody::Customer(event) => self.customer_event(arrival, event),
            EventBody::Unknown(unknown) => self.unknown(arrival, unknown),
            EventBody::Reaction(reaction) => self.reaction(arrival, reaction),
            EventBody::Seen(seen) => self.seen(arrival, seen),
            EventBody::Control(control) => self.control(arrival, control),
            EventBody::Signal(signal) => self.signal(arrival, signal),
            EventBody::Account(change) => self.account_change(arrival, change),
            EventBody::Reply(event) => self.reply_event(arrival, event),
            EventBody::Incident(event) => self.incident_event(arrival, event),
            EventBody::Erased(_) => Ok(Outcome::Changed),
            EventBody::Policy(change) => self.policy_changed(change),
        }?;
        if !self.overlay.is_guessing() && (outcome != Outcome::Known || !self.line.is_empty()) {
            self.log(arrival);
        }
        Ok(outcome)
    }

    fn log(&mut self, arrival: &Arrival) {
        let json = self.line.finish(kind_of(&arrival.event.body), audited(&arrival.event.body).as_ref());
        let (customer, case) = std::mem::take(&mut self.about);
        self.commit.log.push(LogEntry { at: arrival.event.received_at, customer, case, json });
    }

    fn note(&mut self, change: &Change) {
        if !self.overlay.is_guessing() {
            self.line.change(change);
        }
    }

    pub(super) fn about(&mut self, customer: Option<&CustomerId>, case: Option<&CaseId>) {
        if let Some(customer) = customer {
            self.about.0.get_or_insert_with(|| customer.clone());
        }
        if let Some(case) = case {
            self.about.1.get_or_insert_with(|| case.clone());
        }
    }

    pub(super) fn put(&mut self, key: Key, record: Record) {
        let version = self.overlay.next_version(&key);
        let record = self.written(record, |line, record| line.put(version, record));
        self.overlay.put(key, version, Some(record));
    }

    /// A value with its JSON, for the store and for the log; without while only guessing.
    fn written<T: Json>(&mut self, value: T, log: impl FnOnce(&mut LineWriter, &Written<T>)) -> Written<T> {
        if self.overlay.is_guessing() {
            return Written::without_json(value);
        }
        let written = Written::in_room(value, &mut self.room);
        log(&mut self.line, &written);
        written
    }

    pub(super) fn remove(&mut self, key: Key) {
        let version = self.overlay.next_version(&key);
        self.note(&Change::Removed { key: key.clone() });
        self.overlay.put(key, version, None);
    }

    pub(super) fn move_thread(&mut self, from: ConversationId, to: ConversationId) {
        self.overlay.move_thread(&from, &to);
        self.note(&Change::Moved { from: from.clone(), to: to.clone() });
        self.commit.moves.push((from, to));
    }

    pub(super) fn step(
        &mut self,
        case: &CaseId,
        at: Timestamp,
        kind: StepKind,
        actor: impl Into<String>,
        message: Option<&MessageId>,
        reasons: Vec<Reason>,
    ) {
        let step = Step { case: case.clone(), at, kind, actor: actor.into(), message: message.cloned(), reasons };
        let step = self.written(step, LineWriter::step);
        self.commit.steps.push(step);
    }

    pub(super) fn written_note(&mut self, note: Note) {
        self.note(&Change::Noted { case: note.case.clone(), at: note.at });
        self.commit.notes.push(note);
    }

    pub(super) fn arm(&mut self, timer: Timer) {
        let id = timer.id.clone();
        let timer = self.written(timer, LineWriter::armed);
        self.timers.insert(id, Some(timer));
    }

    pub(super) fn disarm(&mut self, id: TimerId) {
        self.note(&Change::Disarmed { id: id.clone() });
        self.timers.insert(id, None);
    }

    pub(super) fn want(&mut self, effect: Effect) {
        self.note(&Change::Wanted { effect: effect.clone() });
        self.effects.insert(effect.id.clone(), effect);
    }

    /// One more raw form of a message: not news, but it must go when the message is to be forgotten.
    pub(super) fn also_raw(&mut self, message: &MessageId, raw: RawRef) {
        self.commit.raws.push((message.clone(), raw));
    }

    pub(super) fn forget(&mut self, message: &Message) {
        self.note(&Change::Forgot { message: message.id.clone() });
        self.commit.forget.push(message.id.clone());
    }

    pub(super) fn hint(&mut self, hint: compact_str::CompactString, customer: CustomerId) {
        self.commit.hints.push((hint, customer));
    }

    /// Adds to a counter of the five minutes that hold `at`.
    pub(super) fn count(&mut self, name: &[&str], at: Timestamp, by: i64) {
        const FIVE_MINUTES: i64 = 300_000;
        if self.overlay.is_guessing() {
            return;
        }
        let bucket = at.plus_millis(-at.as_millis().rem_euclid(FIVE_MINUTES));
        let mut joined = compact_str::CompactString::default();
        name.iter().for_each(|part| joined.push_str(part));
        *self.counts.entry((joined, bucket)).or_default() += by;
    }

    fn finish(self, as_of: u64) -> TenantCommit {
        let mut commit = self.commit;
        commit.as_of = as_of;
        (commit.reads, commit.puts) = self.overlay.finish();
        for (id, timer) in self.timers {
            match timer {
                Some(timer) => commit.timers.push(timer),
                None => commit.cancel.push(id),
            }
        }
        commit.timers.sort_by(|a, b| a.value().id.cmp(&b.value().id));
        commit.cancel.sort_unstable();
        commit.effects = self.effects.into_values().collect();
        commit.effects.sort_by(|a, b| a.id.cmp(&b.id));
        commit.counts = self
            .counts
            .into_iter()
            .filter(|(_, value)| *value != 0)
            .map(|((name, bucket), value)| Counter { name, bucket, value })
            .collect();
        commit.counts.sort_by(|a, b| (&a.name, a.bucket).cmp(&(&b.name, b.bucket)));
        commit
    }

    pub(super) fn message_id(&self, scope: &str, root_id: &str) -> MessageId {
        MessageId::of(self.rules.tenant, scope, root_id)
    }

    pub(super) fn conversation_id(&self, scope: &str, root: &str) -> ConversationId {
        ConversationId::of(self.rules.tenant, scope, root)
    }

    pub(super) fn names<'n>(&self, arrival: &'n Arrival, inbound: &Inbound) -> &'n Names {
        arrival.names.get_or_init(|| {
            let identity = inbound
                .author
                .as_ref()
                .filter(|author| !self.is_ours(arrival, author))
                .map(|author| self.identity_id(author));
            let own_thread = self.conversation_id(&inbound.scope, inbound.root_id());
            let thread = inbound.thread.as_deref().map(|root| match root == inbound.root_id() {
                true => own_thread.clone(),
                false => self.conversation_id(&inbound.scope, root),
            });
            let parent = inbound.reply_to.as_ref();
            Names {
                message: self.message_id(&inbound.scope, inbound.root_id()),
                own_thread,
                thread,
                parent: parent.map(|parent| self.message_id(&inbound.scope, &parent.native_id)),
                customer: identity.as_ref().map(|identity| self.customer_id(identity)),
                identity,
            }
        })
    }

    pub(super) fn identity_id(&self, profile: &Profile) -> IdentityId {
        IdentityId::derive(&[self.rules.tenant.as_str(), &profile.scope, &profile.native_id])
    }

    /// The customer a new identity begins as.
    pub(super) fn customer_id(&self, identity: &IdentityId) -> CustomerId {
        CustomerId::first_met_as(identity)
    }

    /// Whether `profile` is one of the tenant's own accounts: direction is computed, never claimed.
    pub(super) fn is_ours(&self, arrival: &Arrival, profile: &Profile) -> bool {
        let network = arrival.event.account.as_ref().map(|account| &account.network);
        let named = self.rules.policy.accounts().iter().map(|account| &account.native);
        named
            .chain(self.rules.connected)
            .any(|native| Some(&native.network) == network && speaks_for(&native.native_id, profile))
    }
}

/// Whether a native account id names this profile; where ids are local to a server it is `host/id`.
fn speaks_for(account: &str, profile: &Profile) -> bool {
    match account.rsplit_once('/') {
        Some((host, id)) => host == profile.scope && id == profile.native_id,
        None => account == profile.native_id,
    }
}

/// The network of an arrival; empty for what happens inside careline.
pub(super) fn network_of(arrival: &Arrival) -> NetworkName {
    arrival.event.account.as_ref().map(|account| account.network.clone()).unwrap_or_default()
}

fn kind_of(body: &EventBody) -> &'static str {
    match body {
        EventBody::Message(_) => "message",
        EventBody::Deleted(_) => "deleted",
        EventBody::Hidden(_) => "hidden",
        EventBody::Reaction(_) => "reaction",
        EventBody::Seen(_) => "seen",
        EventBody::Control(_) => "control",
        EventBody::Signal(_) => "signal",
        EventBody::Profile(_) => "profile",
        EventBody::Account(_) => "account",
        EventBody::Unknown(_) => "unknown",
        EventBody::Timer(_) => "timer",
        EventBody::Advice(_) => "advice",
        EventBody::Case(_) => "case",
        EventBody::Presence(_) => "presence",
        EventBody::Customer(_) => "customer",
        EventBody::Reply(_) => "reply",
        EventBody::Incident(_) => "incident",
        EventBody::Erased(_) => "erased",
        EventBody::Policy(_) => "policy",
    }
}

/// What a handler answers when it has nothing to do.
pub(super) const NOTHING: Read<Outcome> = Ok::<_, Missing>(Outcome::Known);
