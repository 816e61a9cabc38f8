//! What is done for one tenant.

use std::collections::BTreeMap;

use careline::care::{
    AccountStanding, AuditEntry, CaseView, Coverage, CustomerView, Explanation, Ingested, Line, Listed, PageAsk,
    QueueAsk, QueueItem, ShadowAsk, ShadowReport, Submitted, Tenant, ThreadView, TokenStanding,
};
use careline::engage::verdict::Verdict;
use careline::model::{
    AccountId, AgentId, Assessment, Case, CaseId, ConversationId, Customer, CustomerId, HandoffTo, IdentityId,
    Incident, IncidentDraft, IncidentId, Message, MessageId, NetworkName, Owed, Presence, Reply, ReplyDraft, ReplyId,
    ReplyState, Suggestion, TeamId, Timestamp,
};
use careline::network::AccountInfo;
use careline::network::token::{Token, TokenKind};
use careline::store::{CaseField, Counter, EraseAsk, ExportAsk, OpenFilter, Quarantined, Receipt, ReplyFilter};
use careline::{Error, ErrorKind, Result};
use serde_json::{Map, Value};

use super::{Authorisation, verbs};
use crate::PolicySource;

verbs! {
    /// What is done for one tenant.
    TENANT,
    /// Does one of [`TENANT`].
    ///
    /// # Errors
    /// `input_invalid` if `json` does not hold the arguments; what the verb says.
    of_tenant(tenant: &Tenant);

    /// Open cases by what is due first.
    queue(
        /// Only this team's.
        team: Option<TeamId>,
        /// Only those this agent holds.
        agent: Option<AgentId>,
        /// Only those that began on this network.
        network: Option<NetworkName>,
        /// Only those that wait for an agent.
        queued: Option<bool>,
        /// Only those whose customer waits for us.
        awaiting: Option<bool>,
        /// Only those due at this instant or later.
        due_from: Option<Timestamp>,
        /// Only those due before this instant.
        due_before: Option<Timestamp>,
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<QueueItem> => {
        let mut ask = QueueAsk::from(filter(team, agent, network, queued, awaiting, due_from, due_before));
        ask.page = page(limit, after);
        tenant.queue(&ask).await
    };

    /// Open cases whose customer waits for us, longest first.
    unanswered(
        /// Only this team's.
        team: Option<TeamId>,
        /// Only those this agent holds.
        agent: Option<AgentId>,
        /// Only those that began on this network.
        network: Option<NetworkName>,
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<QueueItem> => {
        let mut ask = QueueAsk::from(filter(team, agent, network, None, None, None, None));
        ask.page = page(limit, after);
        tenant.unanswered(&ask).await
    };

    /// How many open cases there are, by what stands in a field of theirs.
    count_open(
        /// `team`, `agent`, `network`, `category` or `tier`; `tier` unless said.
        by: Option<String>,
        /// Only this team's.
        team: Option<TeamId>,
        /// Only those this agent holds.
        agent: Option<AgentId>,
        /// Only those that began on this network.
        network: Option<NetworkName>,
        /// Only those that wait for an agent.
        queued: Option<bool>,
        /// Only those whose customer waits for us.
        awaiting: Option<bool>,
    ) -> BTreeMap<String, u64> => {
        let filter = filter(team, agent, network, queued, awaiting, None, None);
        tenant.count_open_by(&filter, field(by.as_deref())?).await
    };

    /// All cases, newest first.
    all_cases(
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<Case> => tenant.all_cases(page(limit, after)).await;

    /// A case with its threads, its person, its timeline: who answered, when, and how it ended.
    /// Fails with `not_found` if there is none.
    case(
        /// The case.
        case: CaseId,
    ) -> CaseView => tenant.case(&case).await;

    /// Why a case is what it is, with every rule that had a say.
    /// Fails with `not_found` if there is none.
    explain(
        /// The case.
        case: CaseId,
    ) -> Explanation => tenant.explain(&case).await;

    /// What happened to a case and to those that became part of it, in order of time.
    history(
        /// The case.
        case: CaseId,
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<Line> => tenant.history(&case, page(limit, after)).await;

    /// A thread with its first 500 messages; nothing if there is none.
    thread(
        /// The thread.
        conversation: ConversationId,
    ) -> Option<ThreadView> => tenant.thread(&conversation).await;

    /// The messages of a thread, in order of time.
    messages_in(
        /// The thread.
        conversation: ConversationId,
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<Message> => tenant.messages_in(&conversation, page(limit, after)).await;

    /// A person with all profiles, cases and latest messages. A merged customer shows the one it was merged into.
    /// Fails with `not_found` if there is none.
    customer(
        /// The person.
        customer: CustomerId,
    ) -> CustomerView => tenant.customer(&customer).await;

    /// The latest people, newest first.
    customers(
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<Customer> => tenant.customers(page(limit, after)).await;

    /// A person's cases, newest first, with those of everybody merged into them.
    cases_of(
        /// The person.
        customer: CustomerId,
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<Case> => tenant.cases_of(&customer, page(limit, after)).await;

    /// A person's messages, newest first, with those of everybody merged into them.
    messages_by(
        /// The person.
        customer: CustomerId,
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<Message> => tenant.messages_by(&customer, page(limit, after)).await;

    /// Messages whose text holds all words of a query, newest first; the last word may be a beginning.
    search(
        /// The words.
        query: String,
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<Message> => tenant.search(&query, page(limit, after)).await;

    /// What is set aside and not redriven, newest first.
    quarantine(
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<Quarantined> => tenant.quarantine(page(limit, after)).await;

    /// Says that an agent takes work, or does no longer. Fails with `not_found` for an agent the policy does not name.
    set_presence(
        /// The agent.
        agent: AgentId,
        /// Whether they take work.
        online: bool,
        /// Until when that holds unless repeated.
        until: Option<Timestamp>,
    ) -> () => tenant.set_presence(&agent, online, until).await;

    /// The presence of every agent.
    roster() -> Vec<Presence> => tenant.roster().await;

    /// Gives a case to an agent, whoever has it now: a manual assignment, or a take-over if `actor` is the agent.
    /// Fails with `not_found` for a case or agent that does not exist, and with `conflict` if the case is closed.
    assign(
        /// The case.
        case: CaseId,
        /// Who gets it.
        agent: AgentId,
        /// Who says so.
        actor: String,
    ) -> Case => tenant.assign(&case, &agent, &actor).await;

    /// Accepts a case that was offered to an agent. Fails with `conflict` if it is not offered to them (any more).
    accept(
        /// The case.
        case: CaseId,
        /// Who accepts it.
        agent: AgentId,
    ) -> Case => tenant.accept(&case, &agent).await;

    /// Puts a case back into its team's queue, or into another team's.
    release(
        /// The case.
        case: CaseId,
        /// Who says so.
        actor: String,
        /// Why.
        reason: String,
        /// The other team.
        team: Option<TeamId>,
    ) -> Case => tenant.release(&case, team, &actor, &reason).await;

    /// Writes a note for colleagues. It is never sent.
    note(
        /// The case.
        case: CaseId,
        /// Who writes it.
        author: String,
        /// The note.
        text: String,
    ) -> () => tenant.note(&case, &author, &text).await;

    /// Ends a case.
    close(
        /// The case.
        case: CaseId,
        /// Who ends it.
        actor: String,
        /// How it ended, in the host's words: `resolved`, `no_answer_needed` …
        outcome: String,
    ) -> Case => tenant.close(&case, &actor, &outcome).await;

    /// Takes a closed case up again. Fails with `conflict` if it became part of another one.
    reopen(
        /// The case.
        case: CaseId,
        /// Who does.
        actor: String,
    ) -> Case => tenant.reopen(&case, &actor).await;

    /// Corrects what triage concluded about the lead message of a case.
    correct(
        /// The case.
        case: CaseId,
        /// Who corrects it.
        actor: String,
        /// What is right.
        assessment: Assessment,
    ) -> Case => tenant.correct(&case, &actor, assessment).await;

    /// Judges a draft: whether it may be sent, where it would go, how it would stand there; or why not, and what can be
    /// done instead. Writes nothing, so it can be asked at every keystroke.
    can_send(
        /// What somebody wants said or done.
        draft: ReplyDraft { key, author },
    ) -> Verdict => tenant.can_send(&draft).await, marking draft.text;

    /// Submits a draft. What may be sent waits for approval, or for its turn; `tick` sends it. A draft that may not be
    /// sent changes nothing but the case's timeline; its verdict says why. The same key again gives the same reply and
    /// sends nothing more. Fails with `conflict` if another text was submitted under the same key.
    reply(
        /// What somebody wants said or done.
        draft: ReplyDraft { key, author },
    ) -> Submitted => tenant.reply(draft).await, marking draft.text;

    /// The version of the conversation around a message, for a draft's `read`: another one once somebody has written
    /// there, a colleague included, or the message has changed. Fails with `not_found` for a message that does not
    /// exist.
    reading(
        /// The message.
        message: MessageId,
    ) -> u64 => tenant.reading(&message).await;

    /// Approves a reply, with other words if `text` is given. It is judged again first. Fails with `not_found` for a
    /// reply that does not exist, with `conflict` if it does not wait for approval (any more), and with
    /// `permission_denied` for its author, for somebody the rule does not name, and for somebody who is no agent.
    approve(
        /// The reply.
        reply: ReplyId,
        /// Who approves it.
        by: String,
        /// Other words.
        text: Option<String>,
    ) -> Reply => tenant.approve(&reply, &by, text).await;

    /// Says no to a reply that waits for approval. Fails as `approve` does.
    reject(
        /// The reply.
        reply: ReplyId,
        /// Who says no.
        by: String,
        /// Why.
        reason: String,
    ) -> Reply => tenant.reject(&reply, &by, &reason).await;

    /// Takes back a reply of which nothing was sent yet. Fails with `conflict` if some of it is sent or may be.
    withdraw(
        /// The reply.
        reply: ReplyId,
        /// Who takes it back.
        by: String,
    ) -> Reply => tenant.withdraw(&reply, &by).await;

    /// Sends a reply after all: one that an incident held, that was refused, or of which nobody could tell whether it
    /// was sent; of that, whoever calls this says that the network does not have it. What was sent of it stays sent.
    /// Fails with `conflict` if it is in another state, or may still not be sent: ask `can_send` why.
    send_after_all(
        /// The reply.
        reply: ReplyId,
        /// Who says so.
        by: String,
    ) -> Reply => tenant.send_after_all(&reply, &by).await;

    /// Says that the network has the part of a reply of which nobody could tell: whoever calls this has seen it there.
    /// Fails with `conflict` if the reply's state is not `unknown`.
    was_sent(
        /// The reply.
        reply: ReplyId,
        /// Who has seen it.
        by: String,
        /// The network's id of it.
        native_id: String,
    ) -> Reply => tenant.was_sent(&reply, &by, &native_id).await;

    /// A reply with its wording, its parts and what became of them. Fails with `not_found` if there is none.
    reply_record(
        /// The reply.
        reply: ReplyId,
    ) -> Reply => tenant.reply_record(&reply).await;

    /// Replies, newest first: those that wait for approval, those in the outbox, those of a case.
    replies(
        /// Only those in one of these states.
        states: Option<Vec<ReplyState>>,
        /// Only this case's.
        case: Option<CaseId>,
        /// Only those that this account says.
        account: Option<AccountId>,
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<Reply> => {
        let mut filter = ReplyFilter::in_states(states.unwrap_or_default());
        (filter.case, filter.account) = (case, account);
        tenant.replies(filter, page(limit, after)).await
    };

    /// Notes that a case goes on elsewhere: by e-mail, telephone, chat. What happens there stays there; the case stays
    /// open. Fails with `conflict` if the case is closed, and with `input_invalid` for `private`, which is what an
    /// invitation is for.
    hand_off(
        /// The case.
        case: CaseId,
        /// Where it goes on.
        to: HandoffTo,
        /// Who says so.
        actor: String,
        /// What colleagues need to know: a ticket number, whom to call. Never sent.
        note: Option<String>,
    ) -> Case => tenant.hand_off(&case, to, note, &actor).await;

    /// What somebody who works on a case might do next: go on in private because personal data is needed or it goes to
    /// and fro in public; close in public, once, what was solved in private; ask again who did not come. Fails with
    /// `not_found` for a case that does not exist.
    suggestions(
        /// The case.
        case: CaseId,
    ) -> Vec<Suggestion> => tenant.suggestions(&case).await;

    /// Opens an incident: from now on answers one by one to whom it is about are held. The same key again is the same
    /// incident. Fails with `input_invalid` for a draft without key, name or condition, and with `conflict` with 20
    /// open.
    open_incident(
        /// What it is about.
        draft: IncidentDraft { key, name, when },
        /// Who opens it.
        by: String,
    ) -> Incident => tenant.open_incident(draft, &by).await;

    /// Releases an incident: answers are no longer held. Tells who is owed one, the longest waiting first. Fails with
    /// `conflict` if it is released already.
    release_incident(
        /// The incident.
        incident: IncidentId,
        /// Who releases it.
        by: String,
    ) -> Vec<Owed> => tenant.release_incident(&incident, &by).await;

    /// Who is owed an answer about an incident, the longest waiting first, with the reply that was held back.
    owed_in(
        /// The incident.
        incident: IncidentId,
    ) -> Vec<Owed> => tenant.owed_in(&incident).await;

    /// An incident. Fails with `not_found` if there is none.
    incident(
        /// The incident.
        incident: IncidentId,
    ) -> Incident => tenant.incident(&incident).await;

    /// Incidents, newest first.
    incidents(
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<Incident> => tenant.incidents(page(limit, after)).await;

    /// The cases that are about an incident, newest first: those opened from its beginning to its release.
    incident_cases(
        /// The incident.
        incident: IncidentId,
    ) -> Vec<Case> => tenant.incident_cases(&incident).await;

    /// Merges a customer into another one. Can be undone. Fails with `input_invalid` without evidence, or with one weak
    /// sign alone.
    merge_customers(
        /// The one that stays.
        into: CustomerId,
        /// The one that is merged in.
        other: CustomerId,
        /// Who decides it.
        actor: String,
        /// What shows that they are one person.
        evidence: Vec<String>,
    ) -> () => tenant.merge_customers(&into, &other, &actor, evidence).await;

    /// Undoes a merge: both customers get back what was theirs.
    unmerge_customers(
        /// The one that stayed.
        into: CustomerId,
        /// The one that was merged in.
        other: CustomerId,
        /// Who decides it.
        actor: String,
    ) -> () => tenant.unmerge_customers(&into, &other, &actor).await;

    /// Tells something about a person: a customer number, a value tier. Null removes a fact.
    set_facts(
        /// The person.
        customer: CustomerId,
        /// The facts.
        facts: Map<String, Value>,
    ) -> () => tenant.set_facts(&customer, facts).await;

    /// Removes everything about a person, an identity or a message, and tells what was removed. Takes one of the three.
    erase(
        /// A person, with all identities, messages, cases, notes and raw forms.
        customer: Option<CustomerId>,
        /// A profile and what it wrote.
        identity: Option<IdentityId>,
        /// A message.
        message: Option<MessageId>,
    ) -> Receipt => tenant.erase(&erase_ask(customer, identity, message)?).await;

    /// Everything kept about a person, or about all, as JSON.
    export(
        /// Only what is about this person.
        customer: Option<CustomerId>,
        /// With raw deliveries.
        raw: Option<bool>,
    ) -> Value => exported(tenant, customer, raw.unwrap_or_default()).await;

    /// Removes what is older than the policy allows at this instant, and tells what was removed.
    retain() -> Receipt => tenant.retain().await;

    /// Reads what is new on an account, from every source. Fails with `not_found` for an account without a connection.
    poll(
        /// The account, by the name the policy gives it.
        account: AccountId,
    ) -> Ingested => tenant.poll(&account).await;

    /// Asks an account's network whether customers' messages still stand, for deletions that nobody pushes.
    recheck(
        /// The account, by the name the policy gives it.
        account: AccountId,
    ) -> Ingested => tenant.recheck(&account).await;

    /// Asks an account's network who the account is, and whether it takes our token.
    /// Fails with `not_found` for an account without a connection.
    check(
        /// The account, by the name the policy gives it.
        account: AccountId,
    ) -> AccountInfo => tenant.check(&account).await;

    /// Begins to let the app of an account's settings act for it: send the person to its `url`, keep its `pending` bound to
    /// their browser, and hand that to `finish_authorisation` when the network sends them back to `redirect_uri`.
    /// Fails with `config_invalid` if the settings name no app, with `unsupported` on networks without OAuth.
    begin_authorisation(
        /// The account, by the name the policy gives it.
        account: AccountId,
        /// Where the network sends the person back to; it must be registered with the app.
        redirect_uri: String,
    ) -> Authorisation => Ok(tenant.begin_authorisation(&account, &redirect_uri).await?.into());

    /// Connects an account with what a person has just granted. Whose the token is, the network is asked first.
    /// Fails with `input_invalid` if they came back from another flow, with `permission_denied` if they said no, with
    /// `config_invalid` if they granted another account.
    finish_authorisation(
        /// The account, by the name the policy gives it.
        account: AccountId,
        /// What began it.
        pending: String,
        /// The whole address the person came back to.
        callback_url: String,
    ) -> TokenStanding => tenant.finish_authorisation(&account, &pending.into(), &callback_url).await;

    /// Keeps a token from elsewhere for an account, in place of the one before; replies that waited for one go out.
    connect(
        /// The account, by the name the policy gives it.
        account: AccountId,
        /// What calls carry.
        access: String,
        /// What buys the next one.
        refresh: Option<String>,
        /// When it runs out; left out if it does not.
        expires_at: Option<Timestamp>,
        /// On whose behalf it speaks; `user` unless said.
        kind: Option<TokenKind>,
    ) -> TokenStanding => {
        let mut token = Token::new(access, kind.unwrap_or(TokenKind::User), tenant.now());
        (token.refresh, token.expires_at) = (refresh.map(Into::into), expires_at);
        tenant.connect(&account, token).await?;
        tenant.token_standing(&account).await
    };

    /// Judges stored messages of customers again, under another policy or the present one and by the present models, and tells
    /// what would differ: how often from what to what, and examples with rules and places. Changes nothing.
    /// Fails with `config_invalid` for a policy with mistakes, each with its place.
    shadow(
        /// The other policy, as TOML; the present one unless given.
        policy: Option<String>,
        /// Only messages sent at this instant or later.
        since: Option<Timestamp>,
        /// At most so many messages, of all times alike and the same ones each time; all unless given.
        limit: Option<usize>,
        /// How many examples of each change are shown at most; 3 unless said.
        examples: Option<usize>,
    ) -> ShadowReport => {
        let policy = policy.map(|toml| PolicySource::from(toml.as_str()).compile()).transpose()?;
        let mut ask = ShadowAsk::default();
        (ask.since, ask.limit, ask.examples) = (since, limit, examples.unwrap_or(ask.examples));
        tenant.shadow(policy.as_ref(), &ask).await
    };

    /// How it stands with the token that is kept for an account: how long it lives, what ended it.
    /// Fails with `not_found` for an account that was never connected.
    token_standing(
        /// The account, by the name the policy gives it.
        account: AccountId,
    ) -> TokenStanding => tenant.token_standing(&account).await;

    /// What networks last said about accounts and what we may do with them.
    account_states() -> Vec<AccountStanding> => tenant.account_states().await;

    /// Sums of the counters whose names begin so: `tier.`, `intent.`, `category.`, `network.`, `case.`, `sla.` …
    totals(
        /// What the names begin with.
        prefix: String,
    ) -> BTreeMap<String, i64> => tenant.totals(&prefix).await;

    /// Counters in steps of five minutes: what a chart of volume is drawn from.
    volume(
        /// What the names begin with.
        prefix: String,
        /// The first instant.
        since: Option<Timestamp>,
        /// The first instant no longer counted.
        until: Option<Timestamp>,
    ) -> Vec<Counter> => tenant.volume(&prefix, since, until).await;

    /// By account, how many messages were pushed, listed, and both.
    coverage() -> BTreeMap<String, Coverage> => tenant.coverage().await;

    /// Recomputes the chain of digests over the tenant's log, and tells how many entries it has.
    /// Fails with `storage_damaged` at the first entry that does not fit.
    verify_log() -> u64 => tenant.verify_log().await;

    /// The audit trail, oldest first: who drafted, approved, sent, hid, merged, erased, changed the policy.
    /// `verify_log` shows whether anything in it was changed.
    audit(
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<AuditEntry> => tenant.audit(page(limit, after)).await;

    /// Every entry of the log with its digests, oldest first: what somebody elsewhere needs to check that the trail is
    /// whole. Each `chain` is SHA-256 over the one before, 32 zeros at first, and `digest`.
    audit_chain(
        /// How many a page holds; 100 unless said.
        limit: Option<usize>,
        /// Where the page begins: the `after` of the page before.
        after: Option<String>,
    ) -> Listed<AuditEntry> => tenant.audit_chain(page(limit, after)).await;
}

fn page(limit: Option<usize>, after: Option<String>) -> PageAsk {
    let page = limit.map_or_else(PageAsk::default, PageAsk::first);
    page.after(after)
}

fn filter(
    team: Option<TeamId>,
    agent: Option<AgentId>,
    network: Option<NetworkName>,
    queued: Option<bool>,
    awaiting: Option<bool>,
    due_from: Option<Timestamp>,
    due_before: Option<Timestamp>,
) -> OpenFilter {
    let (queued, awaiting) = (queued.unwrap_or_default(), awaiting.unwrap_or_default());
    OpenFilter { team, agent, network, queued, awaiting, due_from, due_before }
}

fn field(by: Option<&str>) -> Result<CaseField> {
    match by {
        None | Some("tier") => Ok(CaseField::Tier),
        Some("team") => Ok(CaseField::Team),
        Some("agent") => Ok(CaseField::Agent),
        Some("network") => Ok(CaseField::Network),
        Some("category") => Ok(CaseField::Category),
        Some(other) => {
            let message = "cases are counted by `team`, `agent`, `network`, `category` or `tier`";
            Err(Error::new(ErrorKind::InputInvalid, message).with("by", other))
        }
    }
}

fn erase_ask(
    customer: Option<CustomerId>,
    identity: Option<IdentityId>,
    message: Option<MessageId>,
) -> Result<EraseAsk> {
    match (customer, identity, message) {
        (Some(customer), None, None) => Ok(EraseAsk::Customer(customer)),
        (None, Some(identity), None) => Ok(EraseAsk::Identity(identity)),
        (None, None, Some(message)) => Ok(EraseAsk::Message(message)),
        _ => Err(Error::new(ErrorKind::InputInvalid, "name one of `customer`, `identity` and `message`")),
    }
}

async fn exported(tenant: &Tenant, customer: Option<CustomerId>, raw: bool) -> Result<Value> {
    let exported = tenant.export(&ExportAsk { customer, raw }).await?;
    serde_json::to_value(exported)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "what is kept cannot be written as JSON").caused_by(error))
}
