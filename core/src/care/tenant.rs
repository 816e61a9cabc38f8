//! The only handle with verbs: everything a host does, it does for one tenant.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::decide::Arrival;
use super::engine::{BLANK, Home, Inner, Source};
use super::group::{Ingested, TenantWork, Tenants, Work};
use crate::error::{Error, ErrorKind, Result};
use crate::intake::Parsed;
use crate::model::{
    AgentId, Assessment, Assignment, Case, CaseAction, CaseEvent, CaseId, Channel, CustomerEvent, CustomerId, Deleted,
    Erased, Event, EventBody, HandoffTo, PresenceEvent, QuarantineId, RawRange, Reason, TeamId, TenantId, Timer,
    TimerPurpose, Timestamp,
};
use crate::policy::CompiledPolicy;
use crate::store::{
    Commit, Delivery, EraseAsk, ExportAsk, Exported, Key, Quarantined, Receipt, Record, RetainAsk, ScanOf, Store,
    TenantCommit,
};

/// How many of a person's latest cases are told that the person was merged.
const MAX_TOLD: usize = 100;

/// One tenant of an [`Engine`](super::Engine): all its verbs and all its views. Cheap to clone.
#[derive(Clone)]
pub struct Tenant {
    pub(super) inner: Arc<Inner>,
    pub(super) id: TenantId,
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tenant").field(&self.id).finish()
    }
}

impl Tenant {
    pub(super) fn new(inner: Arc<Inner>, id: TenantId) -> Self {
        Self { inner, id }
    }

    /// The tenant's name.
    pub fn id(&self) -> &TenantId {
        &self.id
    }

    /// The present instant by the engine's clock: what deadlines are to be compared with.
    pub fn now(&self) -> Timestamp {
        self.inner.now()
    }

    /// The tenant's policy; `None` for the operator, who has none.
    pub fn policy(&self) -> Option<&CompiledPolicy> {
        self.inner.rules(&self.id).map(|rules| &rules.policy)
    }

    /// Takes in what the host got from a network in its own way: raw bytes and what was found in them.
    ///
    /// What names an account of another tenant, or of nobody, is set aside here; the rest goes on.
    pub async fn ingest(
        &self,
        source: &str,
        channel: Channel,
        body: impl Into<Bytes>,
        parsed: Parsed,
    ) -> Result<Ingested> {
        let (body, received_at) = (body.into(), self.inner.now());
        let source = Source { endpoint: source, channel: &channel, body: &body, received_at };
        let work = self.inner.sorted(Some(Home { tenant: &self.id, account: None }), &source, parsed);
        self.inner.submit(work).await.map_err(|error| error.during("ingest"))
    }

    /// Says that an agent takes work, or does no longer. `until` lets it lapse unless repeated.
    ///
    /// # Errors
    /// `not_found` for an agent the policy does not name.
    pub async fn set_presence(&self, agent: &AgentId, online: bool, until: Option<Timestamp>) -> Result<()> {
        self.known_agent(agent)?;
        self.say(EventBody::Presence(PresenceEvent { agent: agent.clone(), online, until })).await
    }

    /// Gives a case to an agent, whoever has it now: a manual assignment, or a take-over if `actor` is the agent.
    ///
    /// # Errors
    /// `not_found` for a case or agent that does not exist; `conflict` if the case is closed.
    pub async fn assign(&self, case: &CaseId, agent: &AgentId, actor: &str) -> Result<Case> {
        self.known_agent(agent)?;
        let known = self.open_case(case).await?;
        let rule = if agent.as_str() == actor { "host.take_over" } else { "host.assign" };
        let assignment = Assignment {
            agent: agent.clone(),
            team: known.team.clone(),
            at: self.inner.now(),
            accept_by: None,
            accepted_at: Some(self.inner.now()),
            by_hand: true,
            reasons: vec![Reason::new(rule, format!("by {actor}"))],
        };
        self.act(case, actor, CaseAction::Assign { assignment }).await
    }

    /// Accepts a case that was offered to `agent`.
    ///
    /// # Errors
    /// `conflict` if it is not offered to this agent (any more).
    pub async fn accept(&self, case: &CaseId, agent: &AgentId) -> Result<Case> {
        let known = self.open_case(case).await?;
        let held = known.assignment.as_ref().is_some_and(|held| held.agent == *agent);
        if !held {
            return Err(Error::new(ErrorKind::Conflict, "the case is not offered to this agent").with("case", case));
        }
        self.act(case, agent.as_str(), CaseAction::Accept).await
    }

    /// Puts a case back into its team's queue, or into another team's.
    ///
    /// # Errors
    /// `not_found` for a team the policy does not name; `conflict` if the case is closed.
    pub async fn release(&self, case: &CaseId, team: Option<TeamId>, actor: &str, reason: &str) -> Result<Case> {
        if let (Some(team), Some(policy)) = (&team, self.policy())
            && policy.team(team).is_none()
        {
            return Err(Error::new(ErrorKind::NotFound, "no such team").with("team", team));
        }
        self.open_case(case).await?;
        self.act(case, actor, CaseAction::Release { team, reason: reason.to_owned() }).await
    }

    /// Writes a note for colleagues. It is never sent.
    pub async fn note(&self, case: &CaseId, author: &str, text: &str) -> Result<()> {
        self.existing_case(case).await?;
        self.act(case, author, CaseAction::Note { text: text.to_owned() }).await.map(drop)
    }

    /// Notes that a case goes on elsewhere: by e-mail, telephone, chat. What happens there stays there; the case stays open.
    ///
    /// # Errors
    /// `not_found` for a case that does not exist; `conflict` if it is closed; `input_invalid` for `private`, which is what
    /// an invitation is for.
    pub async fn hand_off(&self, case: &CaseId, to: HandoffTo, note: Option<String>, actor: &str) -> Result<Case> {
        if to == HandoffTo::Private {
            let message = "to go on in private, submit a reply with the purpose `invitation`";
            return Err(Error::new(ErrorKind::InputInvalid, message).during("hand_off"));
        }
        self.open_case(case).await?;
        self.act(case, actor, CaseAction::HandOff { to, note }).await
    }

    /// Ends a case. `outcome` says how, in the host's words: `resolved`, `no_answer_needed` …
    pub async fn close(&self, case: &CaseId, actor: &str, outcome: &str) -> Result<Case> {
        self.existing_case(case).await?;
        self.act(case, actor, CaseAction::Close { outcome: outcome.into() }).await
    }

    /// Takes a closed case up again.
    ///
    /// # Errors
    /// `not_found` for a case that does not exist; `conflict` if it became part of another one.
    pub async fn reopen(&self, case: &CaseId, actor: &str) -> Result<Case> {
        if let Some(into) = self.existing_case(case).await?.joined_into {
            let message = "the case became part of another one; what is to be done, do there";
            return Err(Error::new(ErrorKind::Conflict, message).with("case", case).with("joined_into", into));
        }
        self.act(case, actor, CaseAction::Reopen).await
    }

    /// Corrects what triage concluded about the lead message of a case.
    pub async fn correct(&self, case: &CaseId, actor: &str, assessment: Assessment) -> Result<Case> {
        self.existing_case(case).await?;
        self.act(case, actor, CaseAction::Correct { assessment: Box::new(assessment) }).await
    }

    /// Merges the customer `from` into `into`, because of `evidence`. Can be undone.
    ///
    /// # Errors
    /// `not_found` for a customer that does not exist; `conflict` if one of them is merged already; `input_invalid`
    /// without evidence, or with one weak key alone.
    pub async fn merge_customers(
        &self,
        into: &CustomerId,
        from: &CustomerId,
        by: &str,
        evidence: Vec<String>,
    ) -> Result<()> {
        if evidence.is_empty() {
            let message = "a merge needs evidence: say what shows that they are one person";
            return Err(Error::new(ErrorKind::InputInvalid, message).during("merge_customers"));
        }
        for id in [into, from] {
            if self.customer_record(id).await?.merged_into.is_some() {
                return Err(Error::new(ErrorKind::Conflict, "this customer is merged already").with("customer", id));
            }
        }
        if let [only] = &evidence[..]
            && self.weak_signs(into, from).await?.contains(only)
        {
            let message = "one weak sign is not enough: say what else shows that they are one person";
            return Err(Error::new(ErrorKind::InputInvalid, message).during("merge_customers"));
        }
        let cases = self.open_cases_of(into, from).await?;
        let (into, from, by) = (into.clone(), from.clone(), by.to_owned());
        self.say(EventBody::Customer(CustomerEvent::Merge { into, from, by, evidence, cases })).await
    }

    /// Undoes a merge: both customers get back what was theirs.
    ///
    /// # Errors
    /// `not_found` if `from` was not merged into `into`; `conflict` if `into` was merged itself since.
    pub async fn unmerge_customers(&self, into: &CustomerId, from: &CustomerId, by: &str) -> Result<()> {
        let stays = self.customer_record(into).await?;
        if !stays.merges.iter().any(|merge| merge.from == *from) {
            return Err(Error::new(ErrorKind::NotFound, "no such merge").with("into", into).with("from", from));
        }
        if let Some(later) = stays.merged_into {
            let message = "undo the later merge first";
            return Err(Error::new(ErrorKind::Conflict, message).with("into", later).with("from", into));
        }
        let cases = self.open_cases_of(into, from).await?;
        let (into, from, by) = (into.clone(), from.clone(), by.to_owned());
        self.say(EventBody::Customer(CustomerEvent::Unmerge { into, from, by, cases })).await
    }

    async fn open_cases_of(&self, one: &CustomerId, other: &CustomerId) -> Result<Vec<CaseId>> {
        let mut open = Vec::new();
        for id in [one, other] {
            for customer in self.everybody_in(&self.customer_record(id).await?).await? {
                let cases = self.cases(ScanOf::CasesOf { customer }, MAX_TOLD).await?;
                open.extend(cases.into_iter().filter(Case::is_open).map(|case| case.id));
            }
        }
        open.sort_unstable();
        open.dedup();
        Ok(open)
    }

    /// Tells something about a person: a customer number, a value tier. Null removes a fact.
    pub async fn set_facts(
        &self,
        customer: &CustomerId,
        facts: serde_json::Map<String, serde_json::Value>,
    ) -> Result<()> {
        self.customer_record(customer).await?;
        self.say(EventBody::Customer(CustomerEvent::Facts { customer: customer.clone(), facts })).await
    }

    /// Removes everything about a person, an identity or a message, and tells what was removed.
    ///
    /// A case that loses a message goes on without it: a turn that is gone wants no answer. Of a message the answer counts what
    /// its deletion had not removed before, as the network's own word would: its text, raw body and assessment.
    pub async fn erase(&self, ask: &EraseAsk) -> Result<Receipt> {
        if let EraseAsk::Message(id) = ask
            && let Some(Record::Message(message)) = self.record(Key::Message(id.clone())).await?
        {
            let (scope, native_id) = (message.scope, message.native_id);
            self.say(EventBody::Deleted(Deleted { scope, native_id, at: None })).await?;
        }
        let receipt = self.store().erase(&self.id, ask).await?;
        if !receipt.removed.is_empty() {
            let what = match ask {
                EraseAsk::Customer(_) => "customer",
                EraseAsk::Identity(_) => "identity",
                EraseAsk::Message(_) => "message",
            };
            self.say(EventBody::Erased(Erased { what: what.to_owned(), removed: receipt.removed.clone() })).await?;
        }
        Ok(receipt)
    }

    /// Everything kept about a person, or about all.
    pub async fn export(&self, ask: &ExportAsk) -> Result<Vec<Exported>> {
        self.store().export(&self.id, ask).await
    }

    /// Removes what is older than the policy allows at this instant, and tells what was removed.
    ///
    /// What belongs to no tenant may be anybody's: of it nothing raw is kept longer than the strictest policy keeps its own.
    pub async fn retain(&self) -> Result<Receipt> {
        let now = self.inner.now();
        let before = |age: Option<std::time::Duration>| age.map(|age| now.minus(age));
        let ask = match self.policy().map(|policy| &policy.policy().retention) {
            Some(rules) => RetainAsk {
                raw_before: before(rules.raw),
                messages_before: before(rules.messages),
                customers_before: before(rules.customers),
            },
            None => RetainAsk { raw_before: before(self.inner.strictest_raw()), ..RetainAsk::default() },
        };
        self.store().retain(&self.id, &ask).await
    }

    /// Tries something set aside once more, after a policy or a connector was mended.
    ///
    /// `read` gets the delivery and what to read of it, and finds the events again: the whole body, so that an item is read
    /// with what stood around it, and only what stands in the item's place is taken. Where the body was cut, it gets the
    /// item's own piece. The events go the usual way, a tenant's own into that tenant and the operator's to whom the
    /// policies name now; the item is then marked. A second time adds nothing.
    ///
    /// # Errors
    /// `not_found` if there is no such item or its raw form was erased; `unsupported` if its kind is still unknown;
    /// `account_unknown` if its account still is; and what `read` says. The item stays set aside then.
    pub async fn redrive(
        &self,
        item: &QuarantineId,
        read: impl Fn(&Delivery, &[u8]) -> Result<Parsed> + Send,
    ) -> Result<Ingested> {
        self.redriven(item, read).await.map_err(|error| error.during("redrive"))
    }

    async fn redriven(
        &self,
        item: &QuarantineId,
        read: impl Fn(&Delivery, &[u8]) -> Result<Parsed> + Send,
    ) -> Result<Ingested> {
        let gone = || Error::new(ErrorKind::NotFound, "no such item, or its raw form is not kept").with("item", item);
        let Some(Record::Quarantined(item)) = self.record(Key::Quarantine(item.clone())).await? else {
            return Err(gone());
        };
        if item.redriven_at.is_some() {
            return Ok(Ingested::default());
        }
        let delivery = self.store().delivery(&self.id, &item.delivery).await?.ok_or_else(gone)?;
        let body = &delivery.body;
        let (raw, parsed) = match item.range {
            None => (body.clone(), read(&delivery, body)?),
            Some(range) => match read(&delivery, body).ok().and_then(|parsed| at_place(parsed, range)) {
                Some(parsed) => (self.inner.alone(&delivery.endpoint, body, range).into(), parsed),
                None if range.slice(body).is_empty() => return Err(gone()),
                None => (body.slice_ref(range.slice(body)), read(&delivery, range.slice(body))?),
            },
        };
        let work = self.read_again(&item, &delivery, &raw, parsed)?;
        let ingested = self.inner.submit(work).await?;
        self.mark_redriven(item).await?;
        Ok(ingested)
    }

    /// The work of what was found in an item. Within the tenant its raw form is stored already.
    fn read_again(&self, item: &Quarantined, delivery: &Delivery, raw: &Bytes, parsed: Parsed) -> Result<Work> {
        let was_cut_out = |place: RawRange| place.slice(raw).trim_ascii() == BLANK;
        if let Some(reject) = parsed.rejects.into_iter().find(|reject| !reject.raw.is_some_and(was_cut_out)) {
            return Err(reject.error);
        }
        if parsed.events.iter().any(|event| matches!(event.body, EventBody::Unknown(_))) {
            return Err(Error::new(ErrorKind::Unsupported, "this kind of event is still not known"));
        }
        let parsed = Parsed { events: parsed.events, ..Parsed::default() };
        let home = self.policy().map(|_| Home { tenant: &self.id, account: None });
        let Delivery { endpoint, channel, received_at, .. } = delivery;
        let source = Source { endpoint, channel, body: raw, received_at: *received_at };
        let mut work = self.inner.sorted(home, &source, parsed);
        if let Some(refused) = work.tenants.iter().flat_map(|part| &part.set_aside).next() {
            let denied = refused.error["code"] == ErrorKind::PermissionDenied.code();
            let kind = if denied { ErrorKind::PermissionDenied } else { ErrorKind::AccountUnknown };
            return Err(
                Error::new(kind, "no policy of this tenant names its account").with("account", &refused.endpoint)
            );
        }
        for part in &mut work.tenants {
            let own = part.tenant == self.id;
            for arrival in &mut part.arrivals {
                arrival.event.received_at = *received_at;
                // What was read in a piece has its place in the piece; the delivery that is kept has the whole.
                arrival.event.raw = if own { item.range.or(arrival.event.raw) } else { None };
                if own {
                    arrival.delivery = Some(item.delivery.clone());
                }
            }
            if own {
                part.delivery = None;
            }
        }
        Ok(work)
    }

    async fn mark_redriven(&self, item: Quarantined) -> Result<()> {
        let key = Key::Quarantine(item.id.clone());
        let loaded = self.store().load(&self.id, std::slice::from_ref(&key)).await?;
        let Some(entry) = loaded.entries.into_iter().next() else { return Ok(()) };
        let marked = Quarantined { redriven_at: Some(self.inner.now()), ..item };
        let part = TenantCommit {
            tenant: self.id.clone(),
            as_of: loaded.as_of,
            reads: vec![(key.clone(), entry.version)],
            puts: vec![(key, entry.version + 1, Some(Record::Quarantined(marked).into()))],
            ..Default::default()
        };
        match self.store().commit(Commit { deliveries: Vec::new(), tenants: vec![part] }).await {
            // Somebody else marked it.
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
            result => result,
        }
    }

    pub(super) fn store(&self) -> &dyn Store {
        self.inner.store()
    }

    async fn act(&self, case: &CaseId, actor: &str, action: CaseAction) -> Result<Case> {
        self.say(EventBody::Case(CaseEvent { case: case.clone(), actor: actor.to_owned(), action })).await?;
        self.existing_case(case).await
    }

    /// Says something in the host's name.
    async fn say(&self, body: EventBody) -> Result<()> {
        self.happen(Channel::Host, vec![body]).await.map(drop)
    }

    /// Lets things happen inside careline, in order.
    pub(super) async fn happen(&self, channel: Channel, bodies: Vec<EventBody>) -> Result<Ingested> {
        let now = self.inner.now();
        let arrivals = bodies.into_iter().map(|body| {
            let needs = needed_by(&body);
            Arrival { needs, ..Arrival::internal(Event::internal(channel.clone(), now, body)) }
        });
        let arrivals = arrivals.collect();
        self.inner.submit(Work { tenants: vec![TenantWork::of(self.id.clone(), arrivals)] }).await
    }

    /// Lets something happen that is known to need these records.
    pub(super) async fn happen_with(&self, channel: Channel, body: EventBody, needs: Vec<Key>) -> Result<Ingested> {
        let mut arrival = Arrival::internal(Event::internal(channel, self.inner.now(), body));
        arrival.needs = needs;
        self.inner.submit(Work { tenants: vec![TenantWork::of(self.id.clone(), vec![arrival])] }).await
    }

    pub(super) async fn record(&self, key: Key) -> Result<Option<Record>> {
        let loaded = self.store().load(&self.id, &[key]).await?;
        Ok(loaded.entries.into_iter().next().and_then(|entry| entry.record))
    }

    pub(super) async fn existing_case(&self, id: &CaseId) -> Result<Case> {
        match self.record(Key::Case(id.clone())).await? {
            Some(Record::Case(case)) => Ok(*case),
            _ => Err(Error::new(ErrorKind::NotFound, "no such case").with("case", id)),
        }
    }

    async fn open_case(&self, id: &CaseId) -> Result<Case> {
        let case = self.existing_case(id).await?;
        if !case.is_open() {
            return Err(Error::new(ErrorKind::Conflict, "the case is closed; reopen it first").with("case", id));
        }
        Ok(case)
    }

    pub(super) async fn customer_record(&self, id: &CustomerId) -> Result<crate::model::Customer> {
        match self.record(Key::Customer(id.clone())).await? {
            Some(Record::Customer(customer)) => Ok(customer),
            _ => Err(Error::new(ErrorKind::NotFound, "no such customer").with("customer", id)),
        }
    }

    fn known_agent(&self, agent: &AgentId) -> Result<()> {
        match self.policy().and_then(|policy| policy.agent(agent)) {
            Some(_) => Ok(()),
            None => Err(Error::new(ErrorKind::NotFound, "the policy names no such agent").with("agent", agent)),
        }
    }
}

/// What a decision reads beyond what it can ask for in time.
fn needed_by(body: &EventBody) -> Vec<Key> {
    match body {
        EventBody::Timer(Timer { purpose: TimerPurpose::Automatic { case, .. }, .. }) => {
            vec![Key::Case(case.clone()), Key::CaseMessages(case.clone()), Key::OpenIncidents]
        }
        _ => Vec::new(),
    }
}

/// What stands at `range` of a body; `None` if nothing does.
fn at_place(mut parsed: Parsed, range: RawRange) -> Option<Parsed> {
    parsed.events.retain(|event| event.raw == Some(range));
    parsed.rejects.retain(|reject| reject.raw == Some(range));
    (!parsed.events.is_empty() || !parsed.rejects.is_empty()).then_some(parsed)
}
