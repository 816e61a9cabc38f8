//! What is done for one tenant.

use std::collections::BTreeMap;

use careline::care::{
    AccountStanding, CaseView, Coverage, CustomerView, Explanation, Ingested, Line, Listed, PageAsk, QueueAsk,
    QueueItem, Tenant, ThreadView,
};
use careline::model::{
    AccountId, AgentId, Assessment, Case, CaseId, ConversationId, Customer, CustomerId, IdentityId, Message, MessageId,
    NetworkName, Presence, TeamId, Timestamp,
};
use careline::store::{CaseField, Counter, EraseAsk, ExportAsk, OpenFilter, Quarantined, Receipt};
use careline::{Error, ErrorKind, Result};
use serde_json::{Map, Value};

use super::verbs;

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
