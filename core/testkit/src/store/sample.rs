//! Records with made-up people in them, and short ways to put and load.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use careline::model::{
    AccountSaid, AccountState, Assessment, Assignment, Case, CaseStatus, Certainty, Channel, Content, Conversation,
    Customer, Held, Identity, Intent, Message, Origin, Presence, Profile, ReactionState, Reason, Relevance, Reply,
    ReplyLine, ReplyPart, ReplyPurpose, ReplyState, Sentiment, Signalled, Step, StepKind, SuggestedSurface, Surface,
    TenantId, ThreadOwner, ThreadState, Timestamp, Visibility, Wording,
};
use careline::network::token::Sealed;
use careline::store::{
    Commit, Delivery, Key, LogEntry, Note, OpenFilter, Quarantined, Record, ReplyFilter, Scan, ScanOf, SealedToken,
    Store, TenantCommit, Versioned,
};

pub(super) fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(1_790_000_000 + secs).unwrap()
}

pub(super) fn acme() -> TenantId {
    "acme".into()
}

pub(super) fn message(id: &str, thread: &str, secs: i64, text: &str) -> Message {
    Message {
        id: id.into(),
        network: "x".into(),
        scope: "x".into(),
        native_id: format!("native-{id}").into(),
        conversation: thread.into(),
        accounts: BTreeSet::from(["acme-x".into()]),
        channels: BTreeMap::from([("acme-x".into(), BTreeSet::from([Channel::Webhook]))]),
        case: None,
        surface: Surface::Comment,
        visibility: Visibility::Public,
        origin: Origin::Customer,
        automatic: false,
        author: None,
        customer: None,
        sent_at: Some(at(secs)),
        received_at: at(secs + 1),
        processed_at: at(secs + 2),
        revision: 0,
        revisions: BTreeSet::from([0]),
        reply_to: None,
        permalink: None,
        rating: None,
        language: None,
        hidden: false,
        hidden_at: None,
        deleted_at: None,
        raw: None,
        gist: None,
        content: Some(Content { text: text.into(), ..Content::default() }),
    }
}

pub(super) fn conversation(id: &str) -> Conversation {
    Conversation {
        id: id.into(),
        network: "x".into(),
        scope: "x".into(),
        root: format!("root-{id}").into(),
        rooted: true,
        visibility: Visibility::Public,
        started_at: at(0),
        latest_at: at(0),
        messages: 1,
        merged_into: None,
    }
}

pub(super) fn identity(id: &str, customer: &str) -> Identity {
    let mut profile = Profile::new("x", format!("profile-{id}"));
    profile.handle = Some(format!("handle_{id}").into());
    Identity {
        id: id.into(),
        network: "x".into(),
        customer: customer.into(),
        profile,
        profile_at: at(0),
        first_seen_at: at(0),
    }
}

pub(super) fn customer(id: &str, identities: &[&str]) -> Customer {
    Customer {
        id: id.into(),
        identities: identities.iter().map(|id| (*id).into()).collect(),
        facts: serde_json::Map::new(),
        merged_into: None,
        merges: Vec::new(),
    }
}

pub(super) fn case(id: &str, customer: &str, thread: &str) -> Case {
    Case {
        id: id.into(),
        customer: customer.into(),
        network: "x".into(),
        account: "acme-x".into(),
        conversations: BTreeSet::from([thread.into()]),
        previous: None,
        joined_into: None,
        joined: BTreeSet::new(),
        number: 1,
        status: CaseStatus::Queued,
        tier: 1,
        lead: "m1".into(),
        lead_at: at(0),
        surface: "comment".into(),
        intent: Intent::Complaint,
        category: "billing".into(),
        sentiment: Sentiment::Negative,
        language: "en".into(),
        team: "care".into(),
        assignment: None,
        queued_at: Some(at(0)),
        passed_by: BTreeSet::new(),
        last_agent: None,
        opened_at: at(0),
        closed_at: None,
        outcome: None,
        reopened: 0,
        ends: Vec::new(),
        messages: 1,
        recount_at: None,
        awaiting_since: None,
        latest_customer_at: None,
        latest_brand_at: None,
        first_response_at: None,
        clocks: Vec::new(),
        due_at: None,
        escalation: 0,
        handoffs: Vec::new(),
        surveys: Vec::new(),
        reasons: vec![Reason::new("routing.default", "no rule fits")],
    }
}

pub(super) fn held_by(mut case: Case, agent: &str) -> Case {
    let (agent, team) = (agent.into(), case.team.clone());
    case.status = CaseStatus::Open;
    case.assignment = Some(Assignment {
        agent,
        team,
        at: at(0),
        accept_by: None,
        accepted_at: Some(at(1)),
        by_hand: true,
        reasons: Vec::new(),
    });
    case
}

pub(super) fn assessment(message: &str) -> Assessment {
    Assessment {
        message: Some(message.into()),
        revision: 0,
        relevance: Relevance::Addressed,
        needs_response: true,
        intent: Intent::Question,
        category: "billing".into(),
        categories: vec!["billing".into()],
        sentiment: Sentiment::Neutral,
        sentiment_score: 0.25,
        frustration: 0.0,
        language: "en".into(),
        urgent: false,
        risks: Vec::new(),
        spam: false,
        abuse: false,
        do_not_engage: false,
        pii: Vec::new(),
        tier: 1,
        surface: SuggestedSurface::Stay,
        confidence: 0.5,
        certainty: Certainty::default(),
        evidence: Vec::new(),
        models: [("text".into(), "1".into())].into(),
    }
}

pub(super) fn presence(agent: &str) -> Presence {
    Presence { agent: agent.into(), online: true, until: Some(at(60)), changed_at: at(0), cases: BTreeSet::new() }
}

pub(super) fn reaction(by: &str, secs: i64) -> ReactionState {
    ReactionState { by: Some(by.into()), reaction: "like".into(), removed: false, at: at(secs) }
}

/// What is told of a thread in which `by` came by way of `referral`.
pub(super) fn thread(id: &str, by: &str, referral: &str) -> ThreadState {
    let extensions = serde_json::Map::from_iter([("ref".to_owned(), referral.into())]);
    let mut state = ThreadState::new(id.into());
    state.held = Some(Held { since: at(1), owner: ThreadOwner::Another, app: Some("7".into()) });
    state.read_up_to = Some(at(2));
    state.signals.insert("referral".to_owned(), Signalled { at: at(1), by: Some(by.into()), extensions });
    state
}

/// An account to which somebody withdrew what they had allowed.
pub(super) fn account_state(id: &str, person: &str) -> AccountState {
    let profile = Some(Profile::new("x", format!("profile-{person}")));
    let (change, person) = ("deauthorised".into(), Some(person.into()));
    AccountState { account: id.into(), said: vec![AccountSaid { at: at(1), change, reason: None, person, profile }] }
}

pub(super) fn quarantined(id: &str, delivery: &str, secs: i64) -> Quarantined {
    Quarantined {
        id: id.into(),
        delivery: delivery.into(),
        range: None,
        endpoint: "x".into(),
        received_at: at(secs),
        error: serde_json::json!({ "code": "input_invalid" }),
        redriven_at: None,
    }
}

pub(super) fn delivery(id: &str, secs: i64, body: &str) -> Delivery {
    Delivery {
        id: id.into(),
        endpoint: "x".into(),
        channel: Channel::Webhook,
        received_at: at(secs),
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

/// A reply in words that waits for its turn; it belongs to no case.
pub(super) fn reply(id: &str, thread: &str, secs: i64, text: &str) -> Reply {
    let part = Content { text: format!("{text} ^MK"), ..Content::default() };
    Reply {
        id: id.into(),
        key: format!("key-{id}"),
        verb: "comment".into(),
        purpose: ReplyPurpose::Answer,
        case: None,
        customer: None,
        account: "acme-x".into(),
        network: "x".into(),
        line: thread.into(),
        to: Some("m1".into()),
        surface: Surface::Comment,
        visibility: Visibility::Public,
        tag: None,
        author: "ann".into(),
        by_human: true,
        ground: None,
        undo: false,
        incident: None,
        state: ReplyState::Queued,
        created_at: at(secs),
        changed_at: at(secs),
        not_before: None,
        closes_at: None,
        parts: vec![ReplyPart::waiting()],
        approval: None,
        despite: Vec::new(),
        reasons: vec![Reason::new("verdict", "nothing speaks against it")],
        wording: Some(Wording {
            text: text.into(),
            language: Some("en".into()),
            signature: Some("^MK".into()),
            markdown: false,
            parts: vec![part],
        }),
    }
}

/// The line in which these wait, in their order.
pub(super) fn line(replies: &[Reply]) -> Record {
    let mut line = ReplyLine::default();
    replies.iter().for_each(|reply| line.note(reply));
    Record::Line(line)
}

pub(super) fn step(case: &str, secs: i64, actor: &str) -> Step {
    let (case, actor) = (case.into(), actor.into());
    Step { case, at: at(secs), kind: StepKind::CustomerTurn, actor, message: None, reasons: Vec::new() }
}

pub(super) fn note(case: &str, secs: i64, text: &str) -> Note {
    Note { case: case.into(), at: at(secs), by: "ann".into(), text: text.into() }
}

pub(super) fn entry(customer: &str, json: &str) -> LogEntry {
    LogEntry { at: at(0), customer: Some(customer.into()), case: None, json: json.into() }
}

/// The key under which a record stands.
pub(super) fn key(record: &Record) -> Key {
    match record {
        Record::Message(message) => Key::Message(message.id.clone()),
        Record::Assessment(assessment) => Key::Assessment(assessment.message.clone().unwrap()),
        Record::Conversation(conversation) => Key::Conversation(conversation.id.clone()),
        Record::Identity(identity) => Key::Identity(identity.id.clone()),
        Record::Customer(customer) => Key::Customer(customer.id.clone()),
        Record::Case(case) => Key::Case(case.id.clone()),
        Record::Presence(presence) => Key::Presence(presence.agent.clone()),
        Record::Quarantined(item) => Key::Quarantine(item.id.clone()),
        Record::Thread(thread) => Key::Thread(thread.conversation.clone()),
        Record::Account(state) => Key::Account(state.account.clone()),
        Record::Reply(reply) => Key::Reply(reply.id.clone()),
        record => panic!("{record:?} does not tell its key"),
    }
}

/// Puts records at one version above what is stored, with everything else of `rest`.
pub(super) async fn put_with(store: &dyn Store, records: Vec<(Key, Record)>, mut rest: TenantCommit) {
    rest.tenant = if rest.tenant == TenantId::default() { acme() } else { rest.tenant };
    let keys: Vec<_> = records.iter().map(|(key, _)| key.clone()).collect();
    let loaded = store.load(&rest.tenant, &keys).await.unwrap();
    rest.as_of = loaded.as_of;
    for ((key, record), stored) in records.into_iter().zip(loaded.entries) {
        rest.reads.push((key.clone(), stored.version));
        rest.puts.push((key, stored.version + 1, Some(record.into())));
    }
    store.commit(Commit { deliveries: Vec::new(), tenants: vec![rest] }).await.unwrap();
}

pub(super) async fn put_at(store: &dyn Store, records: Vec<(Key, Record)>) {
    put_with(store, records, TenantCommit::default()).await;
}

pub(super) async fn put(store: &dyn Store, records: Vec<Record>) {
    put_at(store, records.into_iter().map(|record| (key(&record), record)).collect()).await;
}

pub(super) async fn commit(store: &dyn Store, part: TenantCommit) {
    put_with(store, Vec::new(), part).await;
}

pub(super) async fn deliver(store: &dyn Store, deliveries: Vec<Delivery>) {
    let deliveries = deliveries.into_iter().map(|delivery| (acme(), delivery)).collect();
    store.commit(Commit { deliveries, tenants: Vec::new() }).await.unwrap();
}

pub(super) async fn load(store: &dyn Store, key: Key) -> Versioned {
    store.load(&acme(), &[key]).await.unwrap().entries.remove(0)
}

pub(super) async fn list(store: &dyn Store, of: ScanOf) -> Vec<Record> {
    store.scan(&acme(), &Scan::first(of, 100)).await.unwrap().records
}

/// The ids of listed records, steps by actor and notes by text.
/// A key of every kind there is, of what the samples put.
pub(super) fn one_key_of_each() -> Vec<Key> {
    vec![
        Key::Message("m1".into()),
        Key::Alias("x".into(), "2".into()),
        Key::Assessment("m1".into()),
        Key::Conversation("t1".into()),
        Key::Identity("i1".into()),
        Key::Customer("p1".into()),
        Key::Case("c1".into()),
        Key::Slot("t1".into(), "p1".into()),
        Key::CaseMessages("c1".into()),
        Key::Loose("t1".into()),
        Key::Presence("ann".into()),
        Key::Cursor("acme-x".into(), "mentions".into()),
        Key::Delivery("d1".into()),
        Key::Quarantine("q1".into()),
        Key::Reaction("r1".into()),
        Key::Thread("t1".into()),
        Key::Account("acme-x".into()),
        Key::Reply("s1".into()),
        Key::Line("t1".into()),
        Key::Token("acme-x".into()),
    ]
}

pub(super) fn token(text: &str) -> Record {
    Record::Token(SealedToken(Sealed::from_text(text)))
}

/// A list of every kind there is, of what the samples put.
pub(super) fn one_list_of_each() -> Vec<ScanOf> {
    vec![
        open(None, None),
        open(Some("care"), None),
        open(None, Some("ann")),
        ScanOf::QueuedCases { team: "care".into() },
        ScanOf::Unanswered(OpenFilter::default()),
        ScanOf::CasesOf { customer: "p1".into() },
        ScanOf::Cases,
        ScanOf::Timeline { cases: vec!["c1".into()] },
        ScanOf::MessagesOf { conversation: "t1".into() },
        ScanOf::MessagesBy { customer: "p1".into() },
        ScanOf::CustomerMessages { since: None },
        ScanOf::Search { query: "broken".into() },
        ScanOf::Customers,
        ScanOf::SharedHints { customer: "p1".into() },
        ScanOf::Quarantine,
        ScanOf::Roster,
        ScanOf::Accounts,
        ScanOf::Replies(ReplyFilter::default()),
        ScanOf::Replies(ReplyFilter::in_states([ReplyState::Queued, ReplyState::Delivered])),
        ScanOf::Replies(ReplyFilter::of_case("c1")),
        ScanOf::Replies(ReplyFilter::of_account("acme-x")),
    ]
}

pub(super) fn open(team: Option<&str>, agent: Option<&str>) -> ScanOf {
    ScanOf::OpenCases(OpenFilter { team: team.map(Into::into), agent: agent.map(Into::into), ..OpenFilter::default() })
}

pub(super) fn ids(records: &[Record]) -> Vec<String> {
    let id = |record: &Record| match record {
        Record::Message(message) => message.id.to_string(),
        Record::Case(case) => case.id.to_string(),
        Record::Customer(customer) => customer.id.to_string(),
        Record::Quarantined(item) => item.id.to_string(),
        Record::Presence(presence) => presence.agent.to_string(),
        Record::Account(state) => state.account.to_string(),
        Record::Reply(reply) => reply.id.to_string(),
        Record::Step(step) => step.actor.clone(),
        Record::Note(note) => note.text.clone(),
        record => panic!("{record:?} is not listed"),
    };
    records.iter().map(id).collect()
}

pub(super) async fn listed(store: &dyn Store, of: ScanOf) -> Vec<String> {
    ids(&list(store, of).await)
}

pub(super) fn msg(message: Message) -> Record {
    Record::Message(Box::new(message))
}

pub(super) fn said(reply: Reply) -> Record {
    Record::Reply(Box::new(reply))
}

pub(super) fn in_case(case: Case) -> Record {
    Record::Case(Box::new(case))
}
